"""Territory sheets in a real browser: printed on one page, nothing asked for, readable by all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import epn_geo as epn
from tests.test_map_browser import AXE

pytestmark = pytest.mark.browser

LEVELS = ("region", "departement", "epci")


@pytest.fixture(scope="module")
def sheets(tmp_path_factory) -> list[Path]:
    """Write the fullest pages: a département with its list, an EPCI across the border."""
    study = epn.study.build(departements="27", radii_km=[10.0])
    told = {
        "gaps": study.gaps,
        "sources": ["Une source assez longue pour tenir sur plus d'une ligne de la page " * 3],
        "date": "2026-11-23",
        "formats": ["html"],
    }
    folder = tmp_path_factory.mktemp("fiches")
    files = epn.write_sheets(
        folder, study.coverage, study.places, levels=["region", "departement"], **told
    )
    across = study.coverage[study.coverage["code_epci"] == "200066462"]
    return files + epn.write_sheets(folder, across, study.places, levels=["epci"], **told)


@pytest.fixture
def page(browser):
    context = browser.new_context()
    asked = []
    context.route("**/*", lambda route: (
        route.continue_() if route.request.url.startswith("file:")
        else (asked.append(route.request.url), route.abort())
    ))  # fmt: skip
    shown = context.new_page()
    shown.asked = asked
    yield shown
    context.close()


@pytest.mark.parametrize("level", LEVELS)
def test_it_prints_on_one_page_and_asks_for_nothing(sheets, page, level):
    file = next(f for f in sheets if f.name.startswith(level))
    page.goto(file.as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert page.evaluate(
        "[...document.querySelectorAll('main, section')]"
        ".every(one => one.scrollWidth <= one.clientWidth + 1)"
    )
    assert page.evaluate("document.querySelector('img').naturalWidth") > 1000
    assert [url for url in page.asked if not url.startswith("data:")] == []


def test_axe_finds_nothing(sheets, page):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in tests/page")
    # axe comes as a script, which the sheet's own policy refuses: it is lifted for the test
    page.goto("about:blank")
    text = re.sub(r"<meta http-equiv[^>]*>", "", sheets[0].read_text("utf-8"))
    page.set_content(text)
    page.add_script_tag(path=str(AXE))
    found = page.evaluate("axe.run()")["violations"]
    assert [one["id"] for one in found] == []
