"""The page of a map whose reach is polygons: it shows each time, and claims to measure none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import epn_geo as epn
from tests.test_areas import AREAS, PAIR, THREE, boxes

pytestmark = pytest.mark.browser
NOTICE = "10 lieux sans polygone de portée ne couvrent rien : Vernon, <b>Bayeux</b>…"


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Any:
    areas = pd.concat([AREAS, boxes(("a", 10, (0, 0, 2, 4)), ("b", 10, (9, 1, 11, 3)))])
    areas = areas.assign(geometry=areas.translate(450_000, 6_880_000))
    communes = THREE.assign(geometry=THREE.translate(450_000, 6_880_000))
    places = PAIR.assign(
        geometry=PAIR.translate(450_000, 6_880_000), services="Maîtrise des outils numériques"
    )
    coverage = epn.flag_underserved(epn.measure_coverage(communes, places, areas=areas))
    gaps = epn.find_gaps(communes, places, areas=areas[areas["minutes"] == 20])
    made = epn.coverage_map(coverage, places=places, gaps=gaps, reach=areas, notices=[NOTICE])
    made.save(str(tmp_path / "carte.html"))
    context = browser.new_context(offline=True, viewport={"width": 1300, "height": 900})
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.goto((tmp_path / "carte.html").as_uri())
    tab.wait_for_function("window.epn && epn.figures")
    yield tab
    assert problems == []
    context.close()


def test_the_page_speaks_of_minutes_and_keeps_the_figures(page: Any) -> None:
    assert page.evaluate("epn.state.radius") == 20
    share = page.evaluate("epn.figures.share")
    assert share == [1, 0.25, 0.375]
    text = page.locator("body").inner_text()
    assert "20 min" in text
    assert "Durée du trajet" in text
    assert " km)" not in text.split("Distance")[0]
    page.get_by_label("Durée du trajet").select_option("10")
    assert page.evaluate("epn.figures.share") == [0.5, 0, 0.25]


def test_what_the_figures_leave_out_stands_beside_them(page: Any) -> None:
    notice = page.locator(".figures .notice")
    assert notice.inner_text() == NOTICE  # as text
    assert notice.bounding_box()["y"] < 500
    # and on what is printed
    drawn = page.evaluate("""async () => {
      const told = [];
      const write = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        told.push(text);
        return write.call(this, text, ...rest);
      };
      window.dispatchEvent(new Event("beforeprint"));
      return told;
    }""")
    assert NOTICE in drawn


def test_the_choice_of_a_time_is_not_cut(page: Any) -> None:
    label = page.locator(".controls .field", has_text="Durée du trajet")
    assert label.locator("span").bounding_box()["height"] < 30  # one line
    spare = label.locator("select").evaluate("""(select) => {
      const c = document.createElement("canvas").getContext("2d");
      c.font = getComputedStyle(select).font;
      const wide = [...select.options].map((one) => c.measureText(one.text).width);
      return select.clientWidth - 36 - Math.max(...wide);
    }""")
    assert spare >= 0


def test_neither_a_radius_nor_a_place_can_be_tried_and_the_page_says_why(page: Any) -> None:
    page.locator("summary", has_text="Et si").click()
    section = page.locator("details", has_text="Et si")
    section.get_by_text("ne peut pas les recalculer").wait_for()
    assert page.locator("input[type=range]").count() == 0
    page.evaluate("epn.goTo({ kind: 'commune', index: 1 })")
    assert page.locator("button", has_text="Ajouter").count() == 0
    # what a link asks for that was not measured is passed over
    page.goto(page.url.split("#")[0] + "#r=15")
    page.reload()
    page.wait_for_function("window.epn && epn.figures")
    assert page.evaluate("epn.state.radius") == 20


def test_the_polygons_of_the_time_shown_are_drawn(page: Any) -> None:
    assert page.evaluate("epn.world.reach.table.band") == [20, 20, 10, 10]
    page.evaluate("epn.change({ layers: { ...epn.state.layers, reach: true } })")
    assert "Zones d’accès des lieux" in page.locator("body").inner_text()
