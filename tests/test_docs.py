"""The documentation names every public name and command, and builds without a warning."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

import epn_geo
from epn_geo.cli import app
from tools.build_reference import reference
from tools.docs_hooks import commands_page

ROOT = Path(__file__).parent.parent


def test_the_reference_is_up_to_date() -> None:
    written = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
    assert written == reference(), "run python tools/build_reference.py"


def test_the_reference_names_every_public_name() -> None:
    text = reference()
    missing = [n for n in epn_geo.__all__ if f".{n}\n" not in text]
    assert missing == ["study", "__version__"]


def test_the_commands_page_names_every_command_and_option() -> None:
    page = commands_page()
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        assert f"## epn-geo {name}\n" in page
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name}: {parameter.name} has no help"
            assert (parameter.opts[0] if parameter.opts else "") in page


def test_the_figures_of_the_methods_are_computed() -> None:
    done = doctest.testfile(str(ROOT / "docs/methods.md"), module_relative=False)
    assert done.attempted >= 7
    assert not done.failed


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="needs the extra [docs]; CI installs it")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "site/search/search_index.json").exists()
