"""Pictures: what stands on them, to scale, and nothing that anybody's name could break."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import epn_geo as epn
from epn_geo.errors import ColumnError, DataError
from epn_geo.labels import say
from epn_geo.pictures import METADATA
from epn_geo.picturing import drawing
from epn_geo.picturing.lettering import Name, Style, place_names, plain_text, wrap_lines
from epn_geo.picturing.scene import find_edges, fit_box, make_scene
from epn_geo.picturing.symbols import SYMBOLS, map_words
from epn_geo.serving import keep_near
from tests.worlds import make_places

HOSTILE = [
    '<img src=x onerror="alert(1)">',
    "</text><script>alert(1)</script>",
    "$x^2$ et $\\frac{1}{2}$",
    "$x",
    "\\`);alert(1);(`",
    "{{7*7}} {% for %} ${1}",
    "lignes\nséparées\u2028par\x00rien",
    "\u202eà l’envers",
    "日本語 😀",
    "&amp; ]]> <!--",
    "x" * 100_000,
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def coverage(grid: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    moved = grid.set_geometry(grid.translate(450_000, 6_880_000))
    return epn.measure_coverage(moved, places_of(), 5)


def places_of(**columns: object) -> gpd.GeoDataFrame:
    given = {
        "categorie": ["EPN", "antenne", "CRANT", "EPN", "EPN"],
        "parent_id": [None, "p0", None, None, None],
        "source": ["Liste"] * 5,
    } | columns
    at = [(2000.0, 2000.0), (6000.0, 2000.0), (9000.0, 9000.0), (-500.0, 100.0), None]
    places = make_places(*at, **given)
    return places.set_geometry(places.translate(450_000, 6_880_000))


def texts_of(path: Path) -> list[str]:
    return ["".join(node.itertext()) for node in ET.parse(path).iter(f"{SVG}text")]  # noqa: S314


def test_title_legend_counts_scale_and_sources_stand_on_it(coverage, tmp_path):
    gaps = epn.find_gaps(coverage, places_of(), 5)
    path = epn.picture(
        coverage, tmp_path / "a.svg", places=places_of(), gaps=gaps, title="Essai",
        sources=["INSEE 2026"], date="1er mai 2026",
    )  # fmt: skip
    told = texts_of(path)
    for text in (
        "Essai",
        "16 communes · 1\u202f600 habitants · 1er mai 2026",
        "N",
        "EPN",
        "Hors de portée",
    ):
        assert text in told
    assert "Sources : INSEE 2026." in told
    assert any(re.fullmatch(r"[\d,]+ km", text) for text in told)
    # the counts of classes are those of the frame
    at = told.index("100 %")
    assert told[at + 1] == str(int((coverage["part_couverte"] >= 0.9995).sum()))
    at = told.index("0 %")
    assert told[at + 1] == str(int((coverage["part_couverte"] < 0.0005).sum()))
    # one EPN inside, one beyond the border, one without coordinates
    assert told[told.index("EPN") + 1] == "1"
    assert told[told.index("hors du territoire, sur l’image") + 1] == "1"
    assert "5\u00a0km" in told[told.index("Part de la surface à portée") + 0] or any(
        "(5\u00a0km)" in text for text in told
    )


def test_what_must_not_be_missed_stands_above_the_definition(coverage, tmp_path):
    notice = "10 lieux sans polygone de portée ne couvrent rien : Vernon, Bayeux…"
    told = texts_of(epn.picture(coverage, tmp_path / "a.svg", notices=[notice]))
    assert notice in told
    page = Path(tmp_path / "a.svg").read_text("utf-8")
    assert page.count("#8c1d00") == 1  # in the colour of a warning
    assert "#8c1d00" not in epn.picture(coverage, tmp_path / "b.svg").read_text("utf-8")


def test_sources_are_told_in_one_breath_to_their_end(coverage, tmp_path):
    sources = ["Portées : 3 polygones du fichier a.gpkg.", "INSEE 2026. " * 40, "Une fin."]
    told = texts_of(epn.picture(coverage, tmp_path / "a.svg", sources=sources))
    # lines are written from the foot up
    footer = " ".join(text for text in reversed(told) if "INSEE" in text or "fin" in text)
    assert "a.gpkg\u00a0; INSEE 2026." in footer
    assert footer.endswith("INSEE 2026\u00a0; Une fin.")


def test_people_within_reach_are_those_of_the_frame(coverage, tmp_path):
    told = texts_of(epn.picture(coverage, tmp_path / "a.svg"))
    share = 100 * coverage["population_couverte"].sum() / coverage["population"].sum()
    assert f"{share:.1f}\u00a0%".replace(".", ",") in told


def test_a_column_of_ones_own_is_called_as_asked(coverage, tmp_path):
    older = coverage.assign(part_75_plus=np.linspace(5, 20, 16))
    told = texts_of(
        epn.picture(older, tmp_path / "a.svg", indicator={"part_75_plus": "75 ans et plus (%)"})
    )
    assert "75 ans et plus (%)" in told


def test_english_words(coverage, tmp_path):
    told = texts_of(epn.picture(coverage, tmp_path / "a.svg", lang="en", places=places_of()))
    assert "Places" in told
    assert "Lieux" not in told


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_frames_give_the_same_bytes(coverage, tmp_path, kind):
    hashes = set()
    for run in "ab":
        path = epn.picture(coverage, tmp_path / f"{run}.{kind}", places=places_of())
        hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(hashes) == 1
    assert b"2026" not in path.read_bytes()  # no date of making


def test_files_keep_their_text_and_fonts(coverage, tmp_path):
    pdf = epn.picture(coverage, tmp_path / "a.pdf").read_bytes()
    assert b"/FontFile2" in pdf  # TrueType, editable; not outlines
    assert b"/Type3" not in pdf
    svg = epn.picture(coverage, tmp_path / "a.svg").read_text("utf-8")
    assert "DejaVu Sans" in svg
    assert "http://matplotlib" not in svg.split("<g id")[1]


@pytest.mark.parametrize(("size", "dots"), [("a4", (2338, 1653)), ("slide", (1920, 1080))])
def test_sizes(coverage, tmp_path, size, dots):
    with Image.open(epn.picture(coverage, tmp_path / "a.png", size=size)) as image:
        assert image.size == dots


def test_inputs_are_left_alone(coverage, tmp_path):
    places, gaps = places_of(), epn.find_gaps(coverage, places_of(), 5)
    before = [frame.copy(deep=True) for frame in (coverage, places, gaps)]
    epn.picture(coverage, tmp_path / "a.png", places=places, gaps=gaps)
    for frame, copied in zip((coverage, places, gaps), before, strict=True):
        assert_geodataframe_equal(frame, copied)


def test_settings_of_matplotlib_are_left_alone(coverage, tmp_path):
    before = dict(mpl.rcParams)
    epn.picture(coverage, tmp_path / "a.png")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_hostile_names_are_drawn_as_they_are(coverage, tmp_path, kind):
    bad = coverage.assign(commune=(HOSTILE * 2)[:16])
    places = places_of(nom=HOSTILE[:5], source=HOSTILE[:5])
    path = epn.picture(
        bad, tmp_path / f"a.{kind}", places=places, title=" ".join(HOSTILE[:6]), sources=HOSTILE,
        date=HOSTILE[0], definition=HOSTILE[1],
    )  # fmt: skip
    assert path.stat().st_size < 2_000_000
    if kind == "svg":
        allowed = {"text", "g", "path", "use", "defs", "rect", "clipPath", "pattern", "style"}
        tags = {node.tag.removeprefix(SVG) for node in ET.parse(path).iter() if SVG in node.tag}  # noqa: S314
        assert tags - allowed <= {"svg", "metadata"}
        assert any("$x^2$ et $\\frac{1}{2}$" in text for text in texts_of(path))


def test_plain_text():
    assert plain_text("$x$\t\n y\u00a0km") == "$x$ y\u00a0km"
    assert plain_text("a\u202eb\x00c") == "abc"
    assert plain_text("日\ud800") == "□"
    assert len(plain_text("x" * 1000)) == 300


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"indicator": "populatoin"}, ColumnError, "Did you mean"),
        ({"size": "a5"}, DataError, "a4"),
        ({"lang": "de"}, DataError, "lang"),
        ({"radius_km": 7}, DataError, "not measured"),
    ],
)
def test_what_cannot_be_drawn_is_explained(coverage, tmp_path, asked, error, words):
    with pytest.raises(error, match=words):
        epn.picture(coverage, tmp_path / "a.png", **asked)


def test_another_suffix_is_refused(coverage, tmp_path):
    with pytest.raises(DataError, match=r"\.png"):
        epn.picture(coverage, tmp_path / "a.jpg")
    with pytest.raises(ColumnError, match="measure_coverage"):
        epn.picture(coverage[["code_insee", "geometry"]], tmp_path / "a.png")


@pytest.mark.parametrize("case", ["no places", "no communes reached", "all reached", "one commune"])
def test_extremes(grid, tmp_path, case):
    moved = grid.set_geometry(grid.translate(450_000, 6_880_000))
    places = places_of()
    radius = {"no communes reached": 0.001, "all reached": 50}.get(case, 5)
    places = places.iloc[:0] if case == "no places" else places
    rows = moved.iloc[:1] if case == "one commune" else moved
    measured = epn.measure_coverage(rows, places, radius)
    gaps = epn.find_gaps(rows, places, radius)
    assert epn.picture(measured, tmp_path / "a.png", places=places, gaps=gaps).stat().st_size


def test_missing_figures_and_outlines_are_drawn_as_no_data(coverage, tmp_path):
    holes = coverage.copy()
    holes.loc[holes.index[:3], "part_couverte"] = np.nan
    holes.loc[holes.index[5], "geometry"] = None
    told = texts_of(epn.picture(holes, tmp_path / "a.svg"))
    assert told[told.index("sans donnée") + 1] == "3"


def test_the_scene_is_in_metres_whatever_came_in(coverage):
    usual, moved = make_scene(coverage), make_scene(coverage.to_crs(4326))
    assert moved.crs.to_epsg() == 2154
    assert np.allclose(usual.communes.total_bounds, moved.communes.total_bounds, atol=0.01)
    assert len(moved.edges.xy) == len(usual.edges.xy) == 40  # 5 rows × 4 + 5 columns × 4


def test_edges_are_each_there_once(grid):
    edges = find_edges(grid.geometry.to_numpy())
    length = np.hypot(edges.xy[:, 2] - edges.xy[:, 0], edges.xy[:, 3] - edges.xy[:, 1])
    assert length.sum() == 40 * 4000
    assert length[edges.other < 0].sum() == grid.union_all().length


def test_a_view_has_the_proportions_of_its_frame():
    view = fit_box((0, 0, 4000, 1000), 100, 50)
    west, south, east, north = view.box
    assert (east - west) / (north - south) == pytest.approx(2)
    assert (east - west) / view.metres_per_mm == pytest.approx(100)


@given(st.lists(st.tuples(st.floats(0, 80), st.floats(0, 60), st.booleans()), max_size=25))
def test_names_never_cover_each_other(spots):
    style = Style(8)
    names = [Name("abcdefgh"[: 3 + i % 5], x, y, style, a) for i, (x, y, a) in enumerate(spots)]
    frame = (0.0, 0.0, 80.0, 60.0)
    boxes = []
    for name, x, y in place_names(names, [], frame, lambda name: 1.5 * len(name.text)):
        half = 0.75 * len(name.text)
        boxes.append(shapely.box(x - half, y - 1.4, x + half, y + 1.4))
    assert all(not a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(shapely.box(*frame).contains(box) for box in boxes)


@given(st.text(max_size=60), st.integers(1, 30))
def test_wrapped_lines_fit(text, width):
    assert all(len(line) <= max(width, 1) for line in wrap_lines(text, width, len, 3))


def test_symbols_are_those_of_the_interactive_map():
    source = Path(epn.__file__).parent / "page" / "symbols.mjs"
    shapes = source.read_text("utf-8").split("const SHAPES = {")[1].split("};")[0]
    for category, symbol in SYMBOLS.items():
        line = next(one for one in shapes.splitlines() if re.match(rf'\s*"?{category}"?:', one))
        assert symbol.colour in line


def test_every_format_says_no_date():
    assert METADATA[".pdf"]["CreationDate"] is None
    assert METADATA[".svg"]["Date"] is None


def test_normandie_takes_less_than_three_seconds(tmp_path):
    study = epn.study.build(radii_km=[10.0])
    places = keep_near(study.places, study.communes, 30)
    for kind in ("png", "svg", "pdf"):
        start = time.process_time()
        epn.picture(study.coverage, tmp_path / f"a.{kind}", places=places, gaps=study.gaps)
        assert time.process_time() - start < 3


def test_the_apostrophe_of_a_title_stands_in_its_place_in_pdf(coverage, tmp_path):
    """matplotlib 3.11 sets a letter of another part of the font apart: « L’ aide »."""
    if shutil.which("pdftotext") is None:
        pytest.skip("needs poppler (pdftotext)")
    file = epn.picture(coverage, tmp_path / "a.pdf", title="L’aide à l’école d’Œuilly")
    done = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True)
    assert "L’aide à l’école d’Œuilly" in done.stdout.decode("utf-8")


def test_the_arrow_to_the_north_hides_no_place(grid):
    """It stands in the north-east, unless a place stands there."""
    moved = grid.set_geometry(grid.translate(450_000, 6_880_000))
    corners = {}
    for name, at in {"middle": (8000.0, 8000.0), "corner": (17_500.0, 15_900.0)}.items():
        places = make_places(at, categorie=["EPN"])
        places = places.set_geometry(places.translate(450_000, 6_880_000))
        scene = make_scene(epn.measure_coverage(moved, places, 1), places=places)
        view = fit_box(tuple(moved.total_bounds), 150, 120)._replace(focus=scene.inside)
        box = drawing.corner_box(scene, view, (10, 16), ("ne", "nw", "se"))
        corners[name] = "e" if box[0] > 50 else "w"
    assert corners == {"middle": "e", "corner": "w"}


def test_a_picture_names_its_territory_unless_its_title_does(coverage, tmp_path):
    named = coverage.assign(epci="CC du Pré")
    assert texts_of(epn.picture(named, tmp_path / "a.svg"))[1].startswith("CC du Pré · ")
    titled = epn.picture(named, tmp_path / "b.svg", title="Le pré")
    assert not any("CC du Pré ·" in text for text in texts_of(titled))


def test_counts_of_neighbours_say_what_they_count() -> None:
    """A picture, a map and the account of a list count other places: none bears the same words."""
    page = map_words("fr")
    told = [say("picture_outside"), page["outside_places"], page["places_beyond"]]
    assert len(set(told)) == 3
    assert "sur l’image" in told[0]
    assert all("sur la carte" in text for text in told[1:])
    assert "hors du territoire" not in say("account_rows", **dict.fromkeys(
        ("rows", "located", "outside", "near", "unknown", "findings"), "1"
    ))  # fmt: skip
