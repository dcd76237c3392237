"""The README's commands are the ones that work."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from epn_geo.embedded import embedded_path
from epn_geo.study import DEMONSTRATION

ROOT = Path(__file__).parent.parent
READMES = ["README.md", "README.fr.md"]

pytestmark = pytest.mark.skipif(
    not (ROOT / "README.md").exists(), reason="the READMEs are in the checkout only"
)


def blocks(name: str, kind: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(embedded_path(DEMONSTRATION), tmp_path / "epn.csv")
    return tmp_path


def test_the_python_block_runs(folder: Path) -> None:
    (code,) = blocks("README.md", "python")
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    assert (folder / "normandie.html").stat().st_size > 100_000


@pytest.mark.parametrize("name", READMES)
def test_the_console_blocks_run(folder: Path, name: str) -> None:
    program = f"{sys.executable} -m epn_geo"
    lines = [line for block in blocks(name, "console") for line in block.splitlines()]
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    assert commands
    for command in commands:
        script = re.sub(r"(\.venv/bin/)?epn-geo ", f"{program} ", command)
        done = subprocess.run(["bash", "-ec", script], cwd=folder, capture_output=True, check=False)
        assert done.returncode == 0, (command, done.stderr.decode())
    assert (folder / "maps" / "carte.html").exists()


def test_the_messages_explained_in_french_are_those_that_are_said() -> None:
    text = (ROOT / "README.fr.md").read_text(encoding="utf-8")
    table = text.partition("## Quand cela ne marche pas")[2].partition("\n## ")[0]
    source = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
    for said in ("There is no file ", "has no column ", "is not a distance", "There is no ",
                 "close the programs"):  # fmt: skip
        assert said in table
        assert said in source
    assert "--help" in table


def test_every_command_is_documented() -> None:
    helped = subprocess.run(
        [sys.executable, "-m", "epn_geo", "--help"], capture_output=True, text=True, check=True
    ).stdout
    verbs = re.findall(r"^  ([a-z-]+) ", helped.partition("Commands")[2], flags=re.MULTILINE)
    assert "build" in verbs
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert [verb for verb in verbs if f"epn-geo {verb}" not in text] == []


def test_links_to_files_lead_somewhere() -> None:
    pages = [ROOT / name for name in (*READMES, "CONTRIBUTING.md")] + [
        *(ROOT / "docs").glob("*.md")
    ]
    for page in pages:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            # the site makes its pages of notebooks when it is built
            made = (ROOT / target).with_suffix(".ipynb")
            assert (page.parent / target).exists() or made.exists(), (
                f"{page.name} links to {target}"
            )
