"""Hooks of the documentation: pages made from the code, or that stand at the top of the tree."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer.main

from epn_geo.cli import app

ROOT = Path(__file__).parent.parent
INCLUDED = {
    "changes.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "data.md": "data/communes/README.md",
}


def on_files(files: Any, config: Any) -> Any:
    """Add the notebooks, run from top to bottom."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - of the extra [docs]

    from tools.notebook_pages import notebook_pages  # noqa: PLC0415 - the same

    for path, content in notebook_pages().items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """Fill the pages that hold a placeholder."""
    name = page.file.src_uri
    if name == "commands.md":
        return markdown.replace("{commands}", commands_page())
    if name in INCLUDED:
        text = (ROOT / INCLUDED[name]).read_text(encoding="utf-8")
        # links of the top of the tree lead nowhere from here
        return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]+\)", r"\1", text)
    return markdown


def commands_page() -> str:
    """Describe every command and option, from what the command line itself says."""
    group: Any = typer.main.get_command(app)
    lines = []
    for name, command in sorted(group.commands.items()):
        lines += [f"## epn-geo {name}", "", (command.help or "").strip(), ""]
        lines += ["| argument or option | meaning |", "|---|---|"]
        for parameter in command.params:
            words = ", ".join(f"`{o}`" for o in parameter.opts) or f"`{parameter.name}`"
            if parameter.param_type_name == "argument":
                words = f"`{(parameter.name or '').upper()}`"
            meaning = re.sub(r"\s+", " ", getattr(parameter, "help", "") or "")
            lines.append(f"| {words} | {meaning.replace('|', chr(92) + '|')} |")
        lines.append("")
    return "\n".join(lines)
