"""The map in a real browser: what a reader sees and does, with the network denied."""

from __future__ import annotations

import csv
import io
import itertools
import os
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import epn_geo as epn
from epn_geo.embedded import embedded_path
from epn_geo.study import build

pytest.importorskip("playwright.sync_api")

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "page" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = os.environ.get("EPN_GEO_SCREENSHOTS")

# how far the page's own figures may be from `measure_coverage` (docs/map.md, "How exact")
SHARE_TOLERANCE = 0.01  # of a commune's area, in the worst and smallest commune
SHARE_TOLERANCE_99 = 0.001  # in 99 communes of a hundred
PEOPLE_TOLERANCE = 1e-4  # of the total within reach
DISTANCE_TOLERANCE = 0.01  # km

HOSTILE = [
    '<img src=x onerror="window.pwned=1">',
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "</title><script>window.pwned=1</script>",
    "${window.pwned=1}",
    "`",
    "`+(window.pwned=1)+`",
    "\\",
    "\\`);window.pwned=1;(`",
    "{{7*7}}",
    "{% for x in y %}",
    '"onmouseover="window.pwned=1',
    "javascript:window.pwned=1",
    "C:\\users\\new",
    "Espace `numérique`",
    "a\nb\r\nc",
    "x\u2028y\u2029z",
    "\u202egnp.exe",
    "\0nul",
    "<!--",
    "=1+1",
    "</script><script>alert(1)</script>{{7*7}}{% for",
    "A" * 100_000,
]


@pytest.fixture(scope="module")
def region():
    """Give Normandie with the demonstration network: communes, places, coverage, gaps."""
    communes = epn.read_communes(region="28")
    path = embedded_path("demo/epn-demonstration.csv")
    places = epn.locate(epn.read_places(path), communes)
    coverage = epn.measure_coverage(communes, places, radius_km=10)
    return communes, places, coverage, epn.find_gaps(communes, places, radius_km=10)


@pytest.fixture(scope="module")
def normandie(region, tmp_path_factory):
    _, places, coverage, gaps = region
    path = tmp_path_factory.mktemp("map") / "normandie.html"
    shown = epn.coverage_map(
        coverage,
        places=places,
        gaps=gaps,
        title="Normandie : l’aide au numérique à portée",
        sources=["Contours : IGN"],
        date="1er novembre 2026",
    )
    shown.save(str(path))
    return path


class Visit:
    """A page, what it asked for, and what went wrong in it."""

    def __init__(self, page):
        self.page, self.asked, self.errors = page, [], []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda m: m.type == "error" and self.errors.append(m.text))

    def go(self, path, fragment=""):
        self.page.goto(f"file://{path}{fragment}")
        self.page.wait_for_selector("html[data-ready][data-settled]", timeout=30_000)
        return self


@pytest.fixture
def visit(browser):
    """Open pages with everything but files refused; nothing may have gone wrong at the end."""
    contexts = []

    def opener(path, fragment="", **options):
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        context.route(re.compile(r"^https?:"), lambda route: route.abort())
        contexts.append(context)
        opened = Visit(context.new_page()).go(path, fragment)
        contexts.append(opened)
        return opened

    yield opener
    for one in contexts:
        if isinstance(one, Visit):
            assert one.errors == []
            assert [
                url for url in one.asked if not url.startswith(("file:", "data:", "blob:"))
            ] == []
        else:
            one.close()


def shoot(page, name):
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png")


def digits(text: str) -> int:
    return int(re.sub(r"[^\d-]", "", text.replace("\u2212", "-")))


# -- it opens, alone and light


def test_it_opens_without_the_network(visit, normandie):
    opened = visit(normandie)
    shoot(opened.page, "desktop")
    assert opened.asked == [f"file://{normandie}"]
    assert "DÉMONSTRATION" in opened.page.inner_text("#epn-banner")
    assert opened.page.inner_text("h1") == "Normandie : l’aide au numérique à portée"
    assert opened.page.title() == "Normandie : l’aide au numérique à portée"


def test_it_is_light(visit, normandie):
    assert normandie.stat().st_size <= 470_000
    page = visit(normandie).page
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    # Chromium's own count: elements, texts, and what it makes within lists and boxes
    assert session.send("Memory.getDOMCounters")["nodes"] <= 500
    assert session.send("Runtime.getHeapUsage")["usedSize"] <= 25e6


def test_what_build_writes_is_light_too(tmp_path):
    # the communes of EPCI that straddle the border, and three radii
    study = build(region="28", radii_km=[5.0, 10.0, 15.0])
    assert (~study.coverage["dans_selection"]).any()
    path = tmp_path / "carte.html"
    epn.coverage_map(study.coverage, places=study.places, gaps=study.gaps).save(str(path))
    assert path.stat().st_size <= 480_000


def test_it_opens_on_a_slow_machine(browser, normandie):
    page = browser.new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(f"file://{normandie}")
    page.wait_for_selector("html[data-ready]", timeout=20_000)
    # the target is 1.5 s on a quiet machine; this guards against a slip of an order of magnitude
    assert page.evaluate("performance.now()") < 10_000
    page.close()


def test_the_uncompressed_form_opens_too(visit, region, tmp_path):
    _, _, coverage, _ = region
    path = tmp_path / "plain.html"
    epn.coverage_map(coverage.iloc[:50], compress=False).save(str(path))
    assert visit(path).page.evaluate("epn.world.communes.count") == 50


NO_STREAM = "delete window.DecompressionStream"


def test_an_older_browser_opens_the_uncompressed_form(browser, region, tmp_path):
    path = tmp_path / "plain.html"
    epn.coverage_map(region[2].iloc[:50], places=region[1], compress=False).save(str(path))
    page = browser.new_page()
    page.add_init_script(NO_STREAM)
    page.goto(f"file://{path}")
    page.wait_for_selector("html[data-ready]", timeout=20_000)
    assert page.evaluate("[typeof DecompressionStream, epn.world.communes.count]") == [
        "undefined",
        50,
    ]
    page.close()


@pytest.mark.parametrize("compress", [True, False])
def test_a_browser_that_is_too_old_is_told(browser, region, tmp_path, compress):
    path = tmp_path / "map.html"
    epn.coverage_map(region[2].iloc[:50], compress=compress).save(str(path))
    page = browser.new_page()
    if compress:
        page.add_init_script(NO_STREAM)
    else:  # code that a browser cannot read is passed over
        text = path.read_text("utf-8")
        assert text.count("window.epnStart=") == 1
        path.write_text(text.replace("window.epnStart=", "window.epnStart=?"), "utf-8")
    page.goto(f"file://{path}")
    told = page.inner_text("#epn-message")
    assert page.is_visible("#epn-message")
    assert told.startswith("Ce navigateur est trop ancien pour cette carte : il faut Chrome")
    assert ("compress=False" in told) == compress
    page.close()


# -- it says what Python says


def test_its_figures_are_pythons(visit, normandie, region):
    _, places, coverage, _ = region
    page = visit(normandie).page
    told = page.evaluate("epn.sums")
    assert told["communes"] == len(coverage)
    assert told["population"] == coverage["population"].sum()
    people = coverage["population_couverte"].sum()
    assert told["people"] == pytest.approx(people, abs=1e-5)  # so that both round alike
    assert told["halls"] == coverage["mairie_couverte"].sum()
    text = page.inner_text(".figures")
    assert f"{len(places)} lieux affichés" in text
    counts = [
        digits(cell)
        for cell in page.locator(".legend tbody").first.locator(".count").all_inner_texts()
    ]
    share = coverage["part_couverte"]
    limits = [-1, 0.0005, 0.25, 0.5, 0.75, 0.9995, 2]
    assert counts == [
        int(((share >= a) & (share < b)).sum()) for a, b in itertools.pairwise(limits)
    ]
    names = page.locator(".legend tbody").nth(1).locator("tr").all_inner_texts()
    kinds = places["categorie"].value_counts()
    assert any("Antenne" in name and name.endswith(str(kinds["antenne"])) for name in names)


def test_outlines_are_those_of_python(visit, normandie, region):
    communes = region[0]
    page = visit(normandie).page
    box = np.array(page.evaluate("Array.from(epn.world.outlines.box)")).reshape(-1, 4)
    assert np.abs(box - communes.geometry.bounds.to_numpy()).max() <= 0.51e-4


SCENARIOS = {
    "three switched off": ([3, 17, 50], [], 10),
    "two added": ([], [(-0.9, 48.7), (0.6, 48.9)], 10),
    "another radius": ([], [], 7.5),
    "all at once": (list(range(40)), [(-1.5, 49.4)], 15),
    "nothing left": (list(range(400)), [], 10),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_if_equals_measure_coverage(visit, normandie, region, name):
    communes, places, _, _ = region
    off, added, radius = SCENARIOS[name]
    off = [row for row in off if row < len(places)]
    got = visit(normandie).page.evaluate(
        """([off, added, radius]) => {
            epn.change({ off: new Set(off), radius });
            for (const [lon, lat] of added) epn.addPlace(lon, lat, "x");
            const { share, hall, distance } = epn.figures;
            return { share, hall, distance, people: epn.sums.people };
        }""",
        [off, added, radius],
    )
    kept = places[["categorie", "itinerance", "geometry"]].drop(index=off)
    new = gpd.GeoDataFrame(
        {"categorie": ["EPN"] * len(added)},
        geometry=gpd.points_from_xy([x for x, _ in added], [y for _, y in added]),
        crs=4326,
    )
    changed = (
        gpd.GeoDataFrame(pd.concat([kept, new], ignore_index=True), crs=4326) if added else kept
    )
    want = epn.measure_coverage(communes, changed, radius_km=radius)
    share = np.array(got["share"], dtype=float)
    apart = np.abs(share - want["part_couverte"])
    assert apart.max() <= SHARE_TOLERANCE
    assert np.quantile(apart, 0.99) <= SHARE_TOLERANCE_99
    total = want["population_couverte"].sum()
    assert got["people"] == pytest.approx(total, rel=PEOPLE_TOLERANCE, abs=1)
    halls = np.array(got["hall"], dtype=float)
    assert np.abs(halls - want["mairie_couverte"]).sum() <= 1
    distance = np.array(got["distance"], dtype=float)
    assert np.isnan(distance).sum() == want["distance_km"].isna().sum()
    if not np.isnan(distance).all():
        assert np.nanmax(np.abs(distance - want["distance_km"])) <= DISTANCE_TOLERANCE


def test_what_if_with_one_radius_per_category(visit, region, tmp_path):
    communes, places, _, _ = region
    radius = {"EPN": 12, "antenne": 5, "CRANT": 1}
    coverage = epn.measure_coverage(communes, places, radius_km=radius)
    path = tmp_path / "categories.html"
    epn.coverage_map(coverage, places=places, radius_km=radius).save(str(path))
    page = visit(path).page
    assert page.evaluate("epn.sums.people") == pytest.approx(
        coverage["population_couverte"].sum(), abs=2
    )
    off = list(range(0, 140, 3))
    page.evaluate("(off) => epn.change({ off: new Set(off) })", off)
    want = epn.measure_coverage(communes, places.drop(index=off), radius_km=radius)
    share = np.array(page.evaluate("epn.figures.share"), dtype=float)
    assert np.abs(share - want["part_couverte"]).max() <= SHARE_TOLERANCE
    assert (coverage["part_couverte"] - want["part_couverte"]).max() > 0.5
    page.evaluate("epn.resetScenario(), epn.addPlace(1.4, 49.7)")
    assert page.evaluate("epn.state.added[0].rayon") == 12
    assert page.evaluate("epn.gain()") > 0


def test_areas_of_reach_are_outlined(visit, region, tmp_path):
    _, places, coverage, gaps = region
    path = tmp_path / "areas.html"
    epn.coverage_map(
        coverage, places=places, gaps=gaps, reach=epn.reach(places, radius_km=10)
    ).save(str(path))
    page = visit(path).page
    before = page.evaluate("epn.overlay.picture()")
    page.click("summary:has-text('Couches')")
    page.check("label:has-text('Rayon autour des lieux') input")
    assert page.evaluate("epn.overlay.picture()") != before


def test_filters_count_what_python_counts(visit, normandie, region):
    communes, places, _, _ = region
    page = visit(normandie).page
    service = places["services"].str.split("|").explode().value_counts().index[-1]
    page.click("summary:has-text('Filtrer')")
    page.check(f"label:has-text({service!r}) input")
    kept = places[places["services"].fillna("").str.split("|").map(lambda s: service in s)]
    assert page.evaluate("epn.kept.length") == len(kept)
    want = epn.measure_coverage(communes, kept, radius_km=10)["population_couverte"].sum()
    assert page.evaluate("epn.sums.people") == pytest.approx(want, rel=PEOPLE_TOLERANCE)
    assert "recalculés" in page.inner_text(".figures")
    page.click("button:has-text('Effacer les filtres')")
    assert page.evaluate("epn.kept.length") == len(places)


LISTS = {
    "prise_en_charge_specifique": "Prise en charge spécifique",
    "frais_a_charge": "Coût",
    "prix": "Prix de la médiation numérique",
}


@pytest.mark.parametrize("column", LISTS)
def test_places_are_filtered_by_every_list(visit, region, tmp_path, column):
    _, places, coverage, _ = region
    prizes = np.where(np.arange(len(places)) % 7 == 0, "Maker|Émergence", "")
    places = places.assign(prix=np.where(np.arange(len(places)) % 5 == 0, "Maker", prizes))
    path = tmp_path / "lists.html"
    epn.coverage_map(coverage, places=places).save(str(path))
    page = visit(path).page
    page.click("summary:has-text('Filtrer')")
    told = places[column].dropna().str.split("|").explode()
    value = told[told != ""].value_counts().index[0]
    kept = places[column].fillna("").str.split("|").map(lambda held: value in held)
    box = page.locator(f"fieldset:has(legend:text-is({LISTS[column]!r}))")
    box.get_by_label(value, exact=True).check()
    assert 0 < kept.sum() < len(places)
    assert page.evaluate("epn.kept.map((p) => p.row)") == np.flatnonzero(kept).tolist()
    again = visit(path, page.evaluate("location.hash")).page
    assert again.evaluate("epn.kept.length") == kept.sum()


def test_a_place_on_wheels_has_a_sign_of_its_own(visit, region, tmp_path):
    _, places, coverage, _ = region
    bus = np.arange(len(places)) == 4
    moving = places.assign(itinerance=np.where(bus, "Itinérant", "Fixe"))
    path = tmp_path / "bus.html"
    epn.coverage_map(coverage, places=moving).save(str(path))
    page = visit(path).page
    row = page.locator(".legend tr:has-text('Itinérant (ne compte pas dans la couverture)')")
    assert row.locator(".count").inner_text() == "1"
    page.evaluate("epn.goToPlace(epn.world.places[4])")
    assert "itinérant : il ne compte pas dans la couverture" in page.inner_text("#epn-sheet")
    shoot(page, "bus")


# -- what a reader does


def test_every_indicator_can_be_shown(visit, normandie):
    page = visit(normandie).page
    keys = page.evaluate("epn.world.indicators.map((i) => i.key)")
    assert keys == ["part", "mairie", "hors_portee", "distance", "population"]
    for key in keys:
        page.select_option(".controls label:has-text('Couleur') select", key)
        label = page.evaluate("epn.indicator.label")
        assert page.inner_text(".legend caption >> nth=0").startswith(label)


def test_search_finds_without_accents_and_shows_the_sheet(visit, normandie, region):
    communes = region[0]
    page = visit(normandie).page
    page.fill("input[type=search]", "herouville saint clair")
    page.keyboard.press("Enter")
    row = communes[communes["commune"] == "Hérouville-Saint-Clair"].iloc[0]
    assert page.inner_text("#epn-sheet h2") == row["commune"]
    text = page.inner_text("#epn-sheet")
    assert row["code_insee"] in text
    assert "Lieux les plus proches" in text
    shoot(page, "sheet")
    page.keyboard.press("Escape")
    assert page.is_hidden("#epn-sheet")


def test_a_click_on_the_map_opens_a_place_then_its_commune(visit, normandie, region):
    places = region[1]
    page = visit(normandie).page
    row = int(np.flatnonzero(places["categorie"] == "antenne")[0])
    page.evaluate("(row) => epn.goToPlace(epn.world.places[row])", row)
    page.keyboard.press("Escape")
    at = page.evaluate(
        """(row) => {
            const { lat, lon } = epn.world.places[row];
            const point = epn.map.latLngToContainerPoint([lat, lon]);
            const box = epn.map.getContainer().getBoundingClientRect();
            return [point.x + box.x, point.y + box.y];
        }""",
        row,
    )
    page.mouse.click(*at)
    assert page.inner_text("#epn-sheet h2") == places["nom"].iloc[row]
    assert "Rattaché à" in page.inner_text("#epn-sheet")
    page.mouse.click(at[0] + 60, at[1] + 60)
    assert "Habitants" in page.inner_text("#epn-sheet")


def test_a_place_is_closed_and_reopened_from_its_sheet(visit, normandie):
    page = visit(normandie).page
    before = page.evaluate("epn.sums.people")
    page.evaluate("epn.goToPlace(epn.world.places.find((p) => p.serves))")
    page.click("#epn-sheet button:has-text('Simuler la fermeture')")
    assert page.evaluate("epn.state.off.size") == 1
    assert page.evaluate("epn.sums.people") <= before
    page.click("#epn-sheet button:has-text('Rouvrir')")
    assert page.evaluate("epn.sums.people") == before


def test_what_if_from_the_panel(visit, normandie):
    page = visit(normandie).page
    page.click("summary:has-text('Et si')")
    page.click("button.add")
    box = page.locator(".folium-map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.7)
    assert page.evaluate("epn.state.added.length") == 1
    assert page.locator(".effects tbody tr").count() == 6  # five départements and the total
    shoot(page, "what-if")
    with page.expect_download() as caught:
        page.click("button:has-text('Exporter le scénario')")
    rows = read_csv(caught.value.path())
    assert [row["action"] for row in rows] == ["ajouter"]
    assert float(rows[0]["latitude"].replace(",", ".")) == pytest.approx(
        page.evaluate("epn.state.added[0].lat")
    )
    page.click("button:has-text('Tout rétablir')")
    assert page.evaluate("epn.isScenario()") is False


def test_a_proposed_site_can_be_tried(visit, region, tmp_path):
    _, places, coverage, _ = region
    far = coverage.sort_values("distance_km").iloc[[-1, -200]]
    sites = gpd.GeoDataFrame(
        {"commune": far["commune"], "gain_population": [1234, 567]},
        geometry=gpd.points_from_xy(far["mairie_longitude"], far["mairie_latitude"]),
        crs=4326,
    )
    path = tmp_path / "sites.html"
    epn.coverage_map(coverage, places=places, sites=sites).save(str(path))
    page = visit(path).page
    page.evaluate("epn.select({ kind: 'site', index: 0 })")
    text = page.inner_text("#epn-sheet")
    assert far["commune"].iloc[0] in text
    assert "1\u202f234" in text
    before = page.evaluate("epn.sums.people")
    page.click("#epn-sheet button:has-text('Simuler ce lieu')")
    assert page.evaluate("epn.sums.people") > before
    shoot(page, "site")


def test_the_exported_scenario_says_in_python_what_the_page_says(
    visit, normandie, region, tmp_path
):
    communes, places, _, _ = region
    page = visit(normandie).page
    page.evaluate(
        """() => {
            epn.change({ off: new Set([3, 17, 50]) });
            epn.addPlace(-0.9, 48.7, "Essai ; à l'ouest");
            epn.addPlace(1.41, 49.72, "=1+1");
        }"""
    )
    page.click("summary:has-text('Et si')")
    with page.expect_download() as caught:
        page.click("button:has-text('Exporter le scénario')")
    path = tmp_path / "scenario.csv"
    caught.value.save_as(path)
    after = epn.revise(places, epn.read_places(path))
    assert len(after) == len(places) - 3 + 2
    want = epn.measure_coverage(communes, after, radius_km=10)
    told = page.evaluate("epn.sums")
    total = want["population_couverte"].sum()
    assert told["people"] == pytest.approx(total, rel=PEOPLE_TOLERANCE)
    assert abs(told["halls"] - want["mairie_couverte"].sum()) <= 1
    before = epn.measure_coverage(communes, places, radius_km=10)["population_couverte"].sum()
    assert digits(page.inner_text(".effects tbody tr:last-child td >> nth=0")) == pytest.approx(
        total - before, abs=PEOPLE_TOLERANCE * total
    )


def read_csv(path) -> list[dict]:
    text = Path(path).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_a_territory_narrows_the_figures_not_the_coverage(visit, normandie, region):
    coverage = region[2]
    page = visit(normandie).page
    select = page.locator(".controls select").first
    select.focus()
    page.select_option(".controls select >> nth=0", label="Eure (27)")
    eure = coverage[coverage["code_departement"] == "27"]
    assert page.evaluate("epn.sums.communes") == len(eure)
    assert page.evaluate("epn.sums.people") == pytest.approx(
        eure["population_couverte"].sum(), abs=1
    )
    shoot(page, "departement")


def test_tables_sort_and_save(visit, normandie, region):
    coverage = region[2]
    page = visit(normandie).page
    page.click("button:has-text('Tableau')")
    page.click("dialog button:has-text('Communes')")
    page.click("dialog th button:has-text('Habitants') >> nth=0")
    page.click("dialog th button:has-text('Habitants') >> nth=0")
    largest = coverage.loc[coverage["population"].idxmax(), "commune"]
    assert page.inner_text("dialog tbody tr >> nth=0").startswith(largest)
    assert page.locator("dialog th[aria-sort=descending]").count() == 1
    with page.expect_download() as caught:
        page.click("dialog button:has-text('Enregistrer')")
    rows = read_csv(caught.value.path())
    assert len(rows) == len(coverage)
    assert rows[0]["Commune"] == largest
    page.click("dialog tbody tr >> nth=0 >> button")
    assert page.inner_text("#epn-sheet h2") == largest


def test_zones_out_of_reach_have_a_table(visit, normandie, region):
    gaps = region[3]
    page = visit(normandie).page
    page.click("button:has-text('Tableau')")
    page.click("dialog button:has-text('Zones')")
    assert page.locator("dialog tbody tr").count() == len(gaps)
    assert page.inner_text("dialog tbody th >> nth=0") == "Z001"
    page.click("dialog tbody tr >> nth=0 >> button")
    west, _, _, north = gaps.geometry.iloc[0].bounds
    shown = page.evaluate("epn.map.getBounds().toBBoxString()")
    box = [float(number) for number in shown.split(",")]
    assert box[0] < west
    assert box[3] > north


def test_the_address_brings_back_what_was_chosen(visit, normandie):
    first = visit(normandie).page
    first.evaluate(
        """() => {
            epn.change({ indicator: "distance", off: new Set([4]), radius: 12.5 });
            epn.addPlace(0.1, 48.9, "un, deux");
            epn.map.setView([49, 0.25], 9.5, { animate: false });
        }"""
    )
    fragment = first.evaluate("location.hash")
    again = visit(normandie, fragment).page
    assert again.evaluate("location.hash") == fragment
    assert again.evaluate(
        "[epn.state.indicator, epn.state.radius, epn.sums.people]"
    ) == first.evaluate("[epn.state.indicator, epn.state.radius, epn.sums.people]")


def test_it_prints_on_one_page(visit, normandie, tmp_path):
    page = visit(normandie).page
    data = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1
    width, height = map(float, re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data).groups())
    assert width == pytest.approx(842, abs=2)
    assert height == pytest.approx(595, abs=2)
    assert page.locator("#epn-print canvas").count() == 0  # taken away afterwards


def test_its_picture_is_a_png_of_a4_proportions(visit, normandie):
    page = visit(normandie).page
    with page.expect_download() as caught:
        page.click("button:has-text('Image')")
    data = Path(caught.value.path()).read_bytes()
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    assert data.startswith(b"\x89PNG")
    assert width >= 2000
    assert width / height == pytest.approx(297 / 210, rel=0.06)


def test_a_phone_folds_the_panel(visit, normandie):
    page = visit(
        normandie, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ).page
    shoot(page, "phone")
    assert page.is_hidden("#epn-panel")
    assert "% des habitants à portée" in page.inner_text("#epn-fold")
    west, south, east, north = page.evaluate("epn.world.head.bounds")
    shown = [float(one) for one in page.evaluate("epn.map.getBounds().toBBoxString()").split(",")]
    assert shown[0] < west < east < shown[2]
    assert shown[1] < south < north < shown[3]
    page.tap("#epn-fold")
    assert page.is_visible("#epn-panel")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_keyboard_reaches_everything_that_can_be_pressed(visit, normandie):
    page = visit(normandie).page
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    wanted = page.evaluate(
        "[...document.querySelectorAll('button, select, input, summary')]"
        ".filter((e) => e.offsetParent && !e.disabled).length"
    )
    met = page.evaluate("window.met = new Set(), 0")
    for _ in range(wanted + 12):
        page.keyboard.press("Tab")
        met = page.evaluate(
            "(met.add(document.activeElement),"
            " [...met].filter((e) => e.matches('button, select, input, summary')).length)"
        )
    assert met == wanted


def test_enter_on_the_map_reads_its_middle(visit, normandie):
    page = visit(normandie).page
    page.evaluate("epn.map.setView([49.0, 0.3], 11, { animate: false })")
    page.focus(".folium-map")
    page.keyboard.press("Enter")
    assert page.is_visible("#epn-sheet h2")


def test_places_are_gone_through_by_keyboard(visit, normandie):
    page = visit(normandie).page
    page.evaluate("epn.map.setView([49.18, -0.37], 10.5, { animate: false })")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "epn-rove":
            break
    names = page.locator("#epn-rove [role=option] bdi").all_inner_texts()
    assert len(names) > 3
    chosen = "#epn-rove [aria-selected=true] bdi"
    assert page.inner_text(chosen) == names[0]
    assert page.evaluate("epn.hover.place.nom") == names[0]  # ringed on the map
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.inner_text(chosen) == names[1]
    active = page.get_attribute("#epn-rove", "aria-activedescendant")
    assert page.inner_text(f"#{active} bdi") == names[1]
    shoot(page, "keyboard")
    page.keyboard.press("Enter")
    assert page.inner_text("#epn-sheet h2") == names[1]
    assert page.locator("#epn-rove li").count() == 0
    page.keyboard.press("Escape")
    assert page.is_hidden("#epn-sheet")


def test_the_list_of_indicators_is_wide_enough(visit, normandie):
    page = visit(normandie).page
    spare = page.evaluate(
        """() => {
            const select = document.querySelectorAll(".controls select")[2];
            const c = document.createElement("canvas").getContext("2d");
            c.font = getComputedStyle(select).font;
            const wide = [...select.options].map((one) => c.measureText(one.text).width);
            return select.clientWidth - 36 - Math.max(...wide); // the arrow and the padding
        }"""
    )
    assert spare >= 0


def test_nothing_moves_by_itself_for_who_asked_so(visit, normandie):
    page = visit(normandie, reduced_motion="reduce").page
    assert page.evaluate("epn.map.options.inertia") is False
    page.click(".leaflet-control-zoom-in")
    assert page.evaluate("epn.map._animatingZoom") is not True


@pytest.mark.parametrize("opened", ["page", "details", "sheet", "table", "phone", "keyboard"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_axe_finds_no_fault(visit, region, tmp_path, opened, lang):
    if not AXE.exists() and not os.environ.get("CI"):
        pytest.skip("axe-core is not installed: run 'npm ci' in tests/page")
    _, places, coverage, gaps = region
    path = tmp_path / "map.html"
    epn.coverage_map(coverage, places=places, gaps=gaps, lang=lang).save(str(path))
    phone = {"viewport": {"width": 390, "height": 844}} if opened == "phone" else {}
    page = visit(path, **phone).page
    page.evaluate(
        {
            "page": "0",
            "phone": "document.getElementById('epn-fold').click()",
            "details": "(document.querySelectorAll('details').forEach((d) => (d.open = true)),"
            " epn.change({ off: new Set([1]) }))",
            "sheet": "epn.goToPlace(epn.world.places[0])",
            "table": "epn.openTable()",
            "keyboard": "document.getElementById('epn-rove').focus()",
        }[opened]
    )
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))"
    )
    assert found == []


# -- whatever the data


def hostile_world() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    n, side = len(HOSTILE), 5
    cells = [(i % side / 10 - 0.4, 49 + i // side / 10) for i in range(n)]
    named = ("commune", "epci", "code_departement", "departement", "motifs", "code_epci")
    communes = gpd.GeoDataFrame(
        {
            **dict.fromkeys(named, HOSTILE),
            "code_insee": [f"{14001 + i}" for i in range(n)],
            "population": 100,
            "part_couverte": np.linspace(0, 1, n),
            "rayon_km": 5.0,
            "distance_km": 1.0,
        },
        geometry=[shapely.box(x, y, x + 0.1, y + 0.1) for x, y in cells],
        crs=4326,
    )
    fields = [
        "id",
        "nom",
        "label",
        "statut_label",
        "date_label",
        "adresse",
        "complement_adresse",
        "code_postal",
        "commune",
        "telephone",
        "courriels",
        "site_web",
        "horaires",
        "prise_rdv",
        "presentation_resume",
        "structure_parente",
        "date_maj",
        "source",
        "services",
        "publics_specifiquement_adresses",
        "frais_a_charge",
        "modalites_accompagnement",
    ]
    places = gpd.GeoDataFrame(
        {
            **dict.fromkeys(fields, HOSTILE),
            "categorie": "EPN",
            "parent_id": HOSTILE[1:] + HOSTILE[:1],
        },
        geometry=communes.representative_point().values,
        crs=4326,
    )
    return communes, places


def test_no_name_runs_and_each_is_shown_as_typed(visit, tmp_path):
    communes, places = hostile_world()
    path = tmp_path / "hostile.html"
    shown = epn.coverage_map(
        communes,
        places=places,
        gaps=communes.assign(zone=HOSTILE),
        sites=places,
        title=HOSTILE[2] + HOSTILE[9],
        sources=HOSTILE,
        date=HOSTILE[3],
        definition=HOSTILE[4],
    )
    shown.save(str(path))
    page = visit(path).page
    headings = page.evaluate(
        """() => {
            const seen = { places: [], communes: [] };
            const heading = () => document.querySelector("#epn-sheet h2").textContent;
            for (const place of epn.world.places) {
                epn.select({ kind: "place", index: place.row });
                seen.places.push(heading());
            }
            for (let i = 0; i < epn.world.communes.count; i++) {
                epn.select({ kind: "commune", index: i, at: epn.world.communes.halls[i] });
                seen.communes.push(heading());
                epn.select({ kind: "site", index: i });
            }
            document.querySelectorAll("details").forEach((d) => (d.open = true));
            epn.fillTerritories();
            epn.change({ off: new Set(epn.world.places.map((p) => p.row)) });
            epn.resetScenario();
            epn.openTable();
            return seen;
        }"""
    )
    assert headings["places"] == HOSTILE
    assert headings["communes"] == HOSTILE
    page.click("dialog button:has-text('Communes')")
    page.click("dialog button:has-text('Fermer')")
    for text in HOSTILE[:-1]:
        page.fill("input[type=search]", text.replace("\n", " "))
    page.mouse.move(700, 500)
    page.mouse.move(800, 600)
    links = page.evaluate("[...document.querySelectorAll('a')].map((a) => a.href)")
    assert not [link for link in links if link.startswith("javascript")]
    assert page.evaluate("window.pwned") is None
    assert page.title() == HOSTILE[2] + HOSTILE[9]
    shoot(page, "hostile")


def worlds(region):
    """Name and frames of worlds that a planner may have."""
    communes, places, coverage, _gaps = region
    bray = communes[communes["code_epci"] == communes["code_epci"].iloc[100]]
    orne = communes[communes["code_departement"] == "61"]
    full = coverage.assign(
        part_couverte=1.0, mairie_couverte=True, population_couverte=coverage["population"]
    )
    none = coverage.assign(part_couverte=0.0, mairie_couverte=False, population_couverte=0.0)
    return {
        "epci": (epn.measure_coverage(bray, places, radius_km=[5, 10]), places),
        "departement": (epn.measure_coverage(orne, places, radius_km=10), places),
        "no antenne": (coverage, places[places["categorie"] != "antenne"]),
        "one place": (
            epn.measure_coverage(communes, places.iloc[:1], radius_km=10),
            places.iloc[:1],
        ),
        "no place": (
            epn.measure_coverage(communes, places.iloc[:0], radius_km=10),
            places.iloc[:0],
        ),
        "all covered": (full, places),
        "none covered": (none, None),
        "only shapes": (coverage[["part_couverte", "geometry"]], places[["nom", "geometry"]]),
    }


@pytest.mark.parametrize(
    "name",
    [
        "epci",
        "departement",
        "no antenne",
        "one place",
        "no place",
        "all covered",
        "none covered",
        "only shapes",
    ],
)
def test_worlds_that_a_planner_may_have(visit, region, tmp_path, name):
    coverage, places = worlds(region)[name]
    path = tmp_path / "map.html"
    epn.coverage_map(coverage, places=places, title=name).save(str(path))
    page = visit(path).page
    shoot(page, f"world-{name.replace(' ', '-')}")
    assert page.evaluate("epn.sums.communes") == len(coverage)
    page.evaluate("epn.openTable()")
    page.evaluate("document.querySelector('dialog').close()")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")


def test_it_works_inside_a_notebook(browser, region, tmp_path):
    path = tmp_path / "notebook.html"
    inside = epn.coverage_map(region[2].iloc[:30])._repr_html_()
    path.write_text(f"<!DOCTYPE html><title>n</title>{inside}", "utf-8")
    page = browser.new_page()
    page.goto(f"file://{path}")
    frame = page.frame_locator("iframe")
    frame.locator("html[data-ready]").wait_for(state="attached", timeout=20_000)
    frame.locator(".controls label:has-text('Couleur') select").select_option("population")
    assert "Habitants" in frame.locator(".legend caption").first.inner_text()
    page.close()


def test_folium_layers_can_be_added(visit, region, tmp_path):
    folium = pytest.importorskip("folium")
    shown = epn.coverage_map(region[2].iloc[:30])
    folium.Marker([49.2, -0.4], popup="Bonjour", tooltip="ici").add_to(shown)
    folium.GeoJson({"type": "Point", "coordinates": [-0.3, 49.2]}).add_to(shown)
    path = tmp_path / "added.html"
    shown.save(str(path))
    page = visit(path).page
    page.locator(".leaflet-marker-icon").first.click()
    assert "Bonjour" in page.inner_text(".leaflet-popup-content")


def test_a_base_map_that_cannot_be_reached_is_left_out_and_said(browser, region, tmp_path):
    _, places, coverage, _ = region
    path = tmp_path / "tiles.html"
    epn.coverage_map(coverage, places=places, tiles=True).save(str(path))
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.route(re.compile(r"^https?:"), lambda route: route.abort())
    try:
        seen = Visit(context.new_page()).go(path)
        seen.page.wait_for_selector("text=Le fond de carte n’est pas accessible", timeout=20_000)
        asked = [url for url in seen.asked if url.startswith("http")]
        assert asked  # the base map, and nothing else, was asked for
        assert all(url.startswith("https://data.geopf.fr/wmts?") for url in asked)
        assert seen.page.locator(".leaflet-tile").count() == 0
        assert seen.page.evaluate("epn.sums.communes") == len(coverage)
    finally:
        context.close()


# -- all of France


@pytest.fixture(scope="module")
def france():
    """Measure a list of 2 683 places, overseas included, each territory in its own projection."""
    communes = epn.read_communes()
    overseas = {"971": "Antilles", "972": "Antilles", "973": "G", "974": "R", "976": "M"}
    rng = np.random.default_rng(2683)
    at = communes.iloc[np.sort(rng.choice(len(communes), 2683, replace=False))]
    places = gpd.GeoDataFrame(
        {
            "id": [f"fs-{n}" for n in range(len(at))],
            "nom": "France services de " + at["commune"],
            "categorie": "France Services",
            "adresse": [f"{n} rue de la Mairie" for n in rng.integers(1, 200, len(at))],
            "code_postal": at["code_insee"],
            "commune": at["commune"],
            "horaires": "Mo-Fr 09:00-12:00,14:00-17:30",
            "telephone": [f"+332{n}" for n in rng.integers(10**7, 10**8, len(at))],
        },
        geometry=gpd.points_from_xy(at["mairie_longitude"], at["mairie_latitude"]),
        crs=4326,
    ).reset_index(drop=True)
    where = communes["code_departement"].map(overseas).fillna("métropole")
    of = at["code_departement"].map(overseas).fillna("métropole").to_numpy()
    return places, {
        name: epn.measure_coverage(part, places[of == name], radius_km=10)
        for name, part in communes.groupby(where)
    }


@pytest.mark.slow
def test_all_of_france_is_one_file_that_opens(visit, france, tmp_path):
    places, parts = france
    coverage = gpd.GeoDataFrame(pd.concat(parts.values()))
    path = tmp_path / "france.html"
    epn.coverage_map(coverage, places=places, title="France").save(str(path))
    assert path.stat().st_size <= 2_400_000
    page = visit(path).page
    assert page.evaluate("performance.now()") < 30_000  # about 3 s on a quiet machine
    assert page.evaluate("epn.sums.communes") == len(coverage)
    assert page.evaluate("epn.sums.people") == pytest.approx(
        coverage["population_couverte"].sum(), rel=1e-6
    )
    west, south, east, north = page.evaluate("epn.world.head.bounds")
    assert -6 < west < east < 10  # it opens on the mainland
    assert 41 < south < north < 52
    shoot(page, "france")
    page.fill("input[type=search]", "saint denis 97411")
    page.keyboard.press("Enter")
    assert "97411" in page.inner_text("#epn-sheet")
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    assert session.send("Memory.getDOMCounters")["nodes"] <= 600


@pytest.mark.slow
def test_the_mainland_can_be_simulated(visit, france, tmp_path):
    places, parts = france
    coverage = parts["métropole"]
    path = tmp_path / "mainland.html"
    epn.coverage_map(coverage, places=places).save(str(path))
    page = visit(path).page
    off = list(range(0, len(places), 13))
    page.evaluate("(off) => epn.change({ off: new Set(off) })", off)
    want = epn.measure_coverage(coverage, places.drop(index=off), radius_km=10)
    apart = np.abs(page.evaluate("epn.figures.share") - want["part_couverte"].to_numpy())
    assert apart.max() <= 0.1
    assert np.quantile(apart, 0.99) <= 0.01
    people = want["population_couverte"].sum()
    assert page.evaluate("epn.sums.people") == pytest.approx(people, rel=PEOPLE_TOLERANCE)
    assert abs(page.evaluate("epn.sums.halls") - want["mairie_couverte"].sum()) <= 5
