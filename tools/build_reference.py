"""Write docs/reference.md from the public names: ``python tools/build_reference.py``."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAD = """# Reference

Every public name, as ``import epn_geo as epn`` gives it. Written by `tools/build_reference.py`.
"""


def reference() -> str:
    """List the public names by the room that holds them, in the order of the stub."""
    stub = ast.parse((ROOT / "src/epn_geo/__init__.pyi").read_text(encoding="utf-8"))
    names: dict[str, list[str]] = {}
    for node in stub.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names.setdefault(node.module, []).extend(alias.name for alias in node.names)
    sections = [HEAD]
    for room, public in names.items():
        sections.append(f"## {room}\n")
        sections += [f"::: epn_geo.{room}.{name}\n" for name in public]
    sections.append("## study.build\n\n::: epn_geo.study.build\n")
    return "\n".join(sections)


if __name__ == "__main__":
    (ROOT / "docs/reference.md").write_text(reference(), encoding="utf-8")
