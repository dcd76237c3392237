"""The documentation names every public name and command, and builds without a warning."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import epn_geo
from epn_geo.cli import app
from tools.build_reference import reference
from tools.docs_hooks import commands_page
from tools.notebook_pages import page_of

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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site, warnings as errors."""
    pytest.importorskip("mkdocs", reason="needs the extra [docs]; CI installs it")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_the_site_shows_what_the_notebooks_give(site: Path) -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        page = (site / f"notebooks/{path.stem}.html").read_text(encoding="utf-8")
        assert "<table" in page
        assert "Traceback" not in page
    assert "Seine-Maritime : 12 EPN, il en manque 35" in (
        site / "notebooks/2-eure-et-seine-maritime.html"
    ).read_text(encoding="utf-8")
    pictures = [*(site / "notebooks").glob("*.png")]
    assert len(pictures) >= 4
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)


@pytest.mark.slow
def test_the_site_asks_for_nothing(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe)[^>]+src="(https?:[^"]+)', text)
        loaded += re.findall(r'<link[^>]+rel="(?:stylesheet|preconnect)"[^>]+(https?:[^"]+)', text)
        assert loaded == [], page.name


@pytest.mark.slow
@pytest.mark.browser
def test_searching_works_from_a_folder(site: Path, browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.startswith("http") else None)
    page.goto((site / "index.html").as_uri())
    page.fill(".md-search__input", "labelliser")
    page.wait_for_selector(".md-search-result__link", timeout=30_000)
    found = page.eval_on_selector_all(".md-search-result__link", "all => all.map(one => one.href)")
    assert any("notebooks/4-ou-labelliser" in link for link in found)
    assert asked == []
    page.close()


def test_a_notebook_becomes_a_page() -> None:
    cells = [
        new_markdown_cell("# Titre"),
        new_code_cell(
            "print('``` ')",
            outputs=[
                new_output("stream", name="stdout", text="``` \n"),
                new_output("stream", name="stderr", text="avertissement"),
                new_output("display_data", {"image/png": "iVBORw==", "text/plain": "<Image>"}),
                new_output(
                    "execute_result",
                    {"text/html": "<style>#T_8a1b2 {}</style>\n\n<table id='T_8a1b2'></table>"},
                ),
                new_output("execute_result", {"text/plain": "42"}),
            ],
        ),
    ]
    files = page_of("1-essai", new_notebook(cells=cells))
    assert files["notebooks/1-essai-1.png"] == b"\x89PNG"
    text = str(files["notebooks/1-essai.md"])
    assert "````python\nprint('``` ')\n````\n\n````text\n```\n````" in text
    assert "avertissement" not in text
    assert "![Sortie du calcul](1-essai-1.png)" in text
    assert "<style>#T_0 {}</style>\n<table id='T_0'></table>" in text
    assert "```text\n42\n```" in text
