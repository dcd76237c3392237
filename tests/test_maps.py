"""The map as a file: what it carries, what it never does."""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
import struct
import subprocess
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from epn_geo.errors import ColumnError, CrsError, DataError
from epn_geo.maps import coverage_map

folium = pytest.importorskip("folium")

from epn_geo.paging.webpage import MODULES, PAGE, words  # noqa: E402 - after Folium is known to be there

HOSTILE = [
    '<img src=x onerror="window.pwned=1">',
    "<script>window.pwned=1</script>",
    "</script><script>alert(1)</script>{{7*7}}{% for",
    "</title><script>window.pwned=1</script>",
    "${window.pwned=1}",
    "`+(window.pwned=1)+`",
    "\\`);window.pwned=1;(`",
    '"onmouseover="window.pwned=1',
    "<!--",
]


@pytest.fixture
def communes():
    cells = [(i, j) for i in range(3) for j in range(3)]
    return gpd.GeoDataFrame(
        {
            "code_insee": [f"1400{n}" for n in range(9)],
            "commune": [f"Commune {n}" for n in range(9)],
            "code_epci": ["200000001"] * 5 + ["200000002"] * 3 + [None],
            "epci": ["Ouest"] * 5 + ["Est"] * 3 + [None],
            "code_departement": ["14"] * 9,
            "departement": ["Calvados"] * 9,
            "population": [100 * (n + 1) for n in range(9)],
            "mairie_longitude": [-0.35 + 0.1 * i for i, _ in cells],
            "mairie_latitude": [49.05 + 0.1 * j for _, j in cells],
            "part_couverte": np.linspace(0, 1, 9),
            "mairie_couverte": [False] * 4 + [True] * 5,
            "population_couverte": np.linspace(0, 1, 9) * [100 * (n + 1) for n in range(9)],
            "distance_km": np.linspace(12, 0, 9),
            "rayon_km": 5.0,
        },
        geometry=[
            shapely.box(-0.4 + i / 10, 49 + j / 10, -0.3 + i / 10, 49.1 + j / 10) for i, j in cells
        ],
        crs=4326,
    )


@pytest.fixture
def places():
    return gpd.GeoDataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "nom": ["EPN A", "Antenne B", "CRANT C", "Ailleurs"],
            "categorie": ["EPN", "antenne", "CRANT", "EPN"],
            "parent_id": [None, "a", None, None],
            "services": ["Aide|Prêt", "Aide", None, "Prêt"],
            "source": ["Liste du 1er mai"] * 4,
            "date_maj": ["2026-03-01", "2026-05-01", "1970-01-01", None],
        },
        geometry=[
            shapely.Point(-0.35, 49.05),
            shapely.Point(-0.25, 49.15),
            shapely.Point(-0.15, 49.25),
            None,
        ],
        crs=4326,
    )


def html_of(shown) -> str:
    return shown.get_root().render()


def payload_of(html: str, *, series: bool = True) -> dict:
    """Read the head of what a page carries; `series` puts the long lists back."""
    found = re.search(r'id="epn-data" data-compressed="(\w+)"[^>]*>([^<]*)</script>', html)
    assert found
    data = base64.b85decode(found[2].replace(",", "<"))
    if found[1] == "yes":
        data = gzip.decompress(data)
    (size,) = struct.unpack_from("<I", data)
    head = json.loads(data[4 : 4 + size])
    if series and "numbers" in head["blocks"]:
        at, length = head["blocks"]["numbers"]
        head = with_series(head, read_series(data[4 + size + at :][:length]))
    return head


def read_series(data: bytes) -> list[list[int]]:
    numbers, value, shift = [], 0, 0
    for byte in data:
        value, shift = value | (byte & 0x7F) << shift, shift + 7
        if byte < 0x80:
            numbers.append(value)
            value = shift = 0
    series = []
    while numbers:
        count = numbers[0]
        series.append(numbers[1 : count + 1])
        numbers = numbers[count + 1 :]
    return series


def with_series(value, series):
    if isinstance(value, dict) and "$" in value:
        codes = [code - 1 for code in series[value["$"]]]
        return [None if c < 0 else ((c >> 1) ^ -(c & 1)) / 10 ** value["d"] for c in codes]
    if isinstance(value, dict):
        return {key: with_series(one, series) for key, one in value.items()}
    return [with_series(one, series) for one in value] if isinstance(value, list) else value


# -- what is accepted


def test_geometry_and_share_are_enough(communes):
    bare = communes[["part_couverte", "geometry"]]
    head = payload_of(html_of(coverage_map(bare)))
    assert head["radii"] == [None]
    assert [i["key"] for i in head["indicators"]] == ["part"]
    assert head["places"] is None


def test_places_need_only_a_point_and_a_name(communes, places):
    head = payload_of(html_of(coverage_map(communes, places=places[["nom", "geometry"]])))
    assert head["places"]["nom"] == ["EPN A", "Antenne B", "CRANT C", "Ailleurs"]
    assert head["places"]["sert"] == [1, 1, 1, 0]  # the last stands nowhere


@pytest.mark.parametrize("rows", [0, 1])
def test_few_places_or_none(communes, places, rows):
    head = payload_of(html_of(coverage_map(communes, places=places.iloc[:rows])))
    assert len(head["places"]["nom"]) == rows


def test_any_crs_gives_the_same_page(communes, places):
    usual = html_of(coverage_map(communes, places=places))
    moved = html_of(coverage_map(communes.to_crs(2154), places=places.to_crs(2154)))
    ours, theirs = payload_of(usual), payload_of(moved)
    assert ours["communes"]["departement"] == theirs["communes"]["departement"]
    assert np.allclose(ours["bounds"], theirs["bounds"], atol=1e-5)
    assert ours["places"]["commune_numero"] == theirs["places"]["commune_numero"]


def test_an_index_that_repeats_does_no_harm(communes, places):
    communes.index, places.index = [7] * 9, [3] * 4
    head = payload_of(html_of(coverage_map(communes, places=places)))
    assert head["places"]["commune_numero"] == [0, 4, 8, -1]


def test_inputs_are_left_alone(communes, places):
    before = communes.copy(deep=True), places.copy(deep=True)
    html_of(coverage_map(communes, places=places))
    assert_geodataframe_equal(communes, before[0])
    assert_geodataframe_equal(places, before[1])


def test_what_cannot_be_drawn_is_refused(communes):
    with pytest.raises(DataError, match="GeoDataFrame"):
        coverage_map(communes.drop(columns="geometry"))
    with pytest.raises(CrsError, match="no CRS"):
        coverage_map(communes.set_crs(None, allow_override=True))
    with pytest.raises(DataError, match="no outline"):
        coverage_map(communes.set_geometry(communes.representative_point()))
    with pytest.raises(ColumnError, match="measure_coverage"):
        coverage_map(communes[["geometry", "commune"]])
    with pytest.raises(ColumnError, match="Did you mean 'population'"):
        coverage_map(communes, indicator="populations")
    with pytest.raises(ColumnError, match="holds no number"):
        coverage_map(communes.assign(vide=None), indicator="vide")
    with pytest.raises(DataError, match="lang"):
        coverage_map(communes, lang="de")


# -- what the page says


def test_what_it_carries(communes, places):
    head = payload_of(html_of(coverage_map(communes, places=places, sources=["IGN 2026"])))
    assert head["radius"] == 5
    assert head["radii"] == [5]
    assert head["communes"]["epci"] == [0] * 5 + [1] * 3 + [-1]
    assert head["communes"]["code"] == {"steps": [14000] + [1] * 8}
    assert head["communes"]["couvert"] == [None]  # simply share times inhabitants
    assert head["places"]["parent"] == [-1, 0, -1, -1]
    assert head["places"]["sert"] == [1, 1, 0, 0]
    assert head["places"]["commune_numero"] == [0, 4, 8, -1]
    assert head["services"] == ["Aide", "Prêt"]
    assert head["sources"] == [
        "IGN 2026",
        "Lieux : Liste du 1er mai (fiches mises à jour du 1er\u00a0mars\u00a02026 au "
        "1er\u00a0mai\u00a02026)",
    ]
    assert "moins de 5 km" in head["definition"]
    assert head["subtitle"] == "9 communes · 4\u202f500 habitants"


def test_people_counted_otherwise_are_carried(communes):
    communes["population_couverte"] += 1.25
    head = payload_of(html_of(coverage_map(communes)))
    assert head["communes"]["couvert"][0][0] == 1.25


def test_sums_of_people_are_those_of_the_tables(communes):
    communes["part_couverte"] = communes["part_couverte"] + np.arange(9) / 7e6
    communes["population_couverte"] = communes["part_couverte"] * communes["population"]
    communes["dans_selection"] = communes.index != 8
    head = payload_of(html_of(coverage_map(communes)))["communes"]
    people = communes["population_couverte"]
    inside = communes["dans_selection"]
    first = [people[inside].sum()]
    first += [
        people[inside & (communes["code_departement"] == code)].sum()
        for code, _ in head["departements"]
    ]
    first += [people[communes["code_epci"] == code].sum() for code, _ in head["epcis"]]
    assert head["sommes"][0] == pytest.approx(first, abs=1e-6)


def test_people_whom_a_rounded_share_would_miscount_are_carried(communes):
    communes["population"] = 166_000  # as Le Havre: 5 decimals of a share are 1.66 people
    communes["part_couverte"] = np.linspace(0, 1, 9) * (1 - np.arange(9) % 8 * 1e-6)
    communes["population_couverte"] = communes["part_couverte"] * communes["population"]
    head = payload_of(html_of(coverage_map(communes)))
    told = head["communes"]["couvert"][0]
    share = np.array(head["indicators"][0]["values"][0])
    people = share * 166_000
    people[told["rows"]] = told["people"]
    assert np.rint(people).tolist() == np.rint(communes["population_couverte"]).tolist()
    assert 0 < len(told["rows"]) < 9


def test_people_asked_for_are_told_first_by_territory(communes):
    communes["population_sans_service"] = np.arange(9) * 10.5
    communes["dans_selection"] = communes.index != 8
    told = {"population_sans_service": "des habitants sans ce service"}
    head = payload_of(html_of(coverage_map(communes, headline=told)))
    assert head["headline"]["text"] == "des habitants sans ce service"
    whole = 10.5 * sum(range(8))
    assert head["headline"]["people"] == [whole, whole, 10.5 * 10, 10.5 * 18]
    with pytest.raises(ColumnError, match="headline"):
        coverage_map(communes, headline={"population_sans": "x"})


@pytest.mark.parametrize(("lang", "day"), [("fr", "1er mars 2026"), ("en", "1 March 2026")])
def test_a_day_is_said_in_words_and_in_one_piece(communes, lang, day):
    head = payload_of(html_of(coverage_map(communes, date="2026-03-01", lang=lang)))
    assert head["date"] == day.replace(" ", "\u00a0")
    assert head["subtitle"].endswith(head["date"])


def test_several_radii(communes):
    for km in (5, 10):
        communes[f"part_couverte_{km}km"] = communes["part_couverte"] * km / 10
    head = payload_of(html_of(coverage_map(communes.drop(columns=["part_couverte", "rayon_km"]))))
    assert head["radii"] == [5, 10]
    assert head["radius"] == 10
    assert head["indicators"][0]["values"][0][-1] == 0.5


def test_no_figure_is_no_figure(communes):
    communes.loc[2, "part_couverte"] = np.nan
    head = payload_of(html_of(coverage_map(communes)))
    assert head["indicators"][0]["values"][0][2] is None


def test_a_column_of_ones_own_is_shown_first(communes):
    communes["fragilité"] = np.arange(9) / 4
    head = payload_of(html_of(coverage_map(communes, indicator="fragilité")))
    own = next(i for i in head["indicators"] if i["key"] == "fragilité")
    assert head["indicator"] == "fragilité"
    assert len(own["labels"]) == len(own["colours"]) == len(own["breaks"]) + 1
    assert own["breaks"] == sorted(own["breaks"])


def test_a_column_can_be_called_otherwise(communes):
    communes["ifn"] = np.arange(9)
    named = {"ifn": "Indice de fragilité numérique"}
    head = payload_of(html_of(coverage_map(communes, indicator=named)))
    own = next(i for i in head["indicators"] if i["key"] == "ifn")
    assert own["label"] == "Indice de fragilité numérique"
    assert head["indicator"] == "ifn"


def test_a_column_that_never_changes_is_one_class(communes):
    communes["constant"] = 3
    head = payload_of(html_of(coverage_map(communes, indicator="constant")))
    own = next(i for i in head["indicators"] if i["key"] == "constant")
    assert own["breaks"] == []
    assert own["labels"] == ["toutes valeurs"]


def test_the_plane_is_the_official_one(communes):
    fit = payload_of(html_of(coverage_map(communes)))["plane"]
    points = gpd.GeoSeries(shapely.points([[-0.4, 49.0], [-0.12, 49.28]]), crs=4326)
    flat = points.to_crs(2154)
    u, v = (points.x - fit["lon"]) * fit["scale"], (points.y - fit["lat"]) * fit["scale"]
    powers = [(i, j) for i in range(fit["degree"] + 1) for j in range(fit["degree"] + 1 - i)]
    x = sum(c * u**i * v**j for c, (i, j) in zip(fit["x"], powers, strict=True))
    y = sum(c * u**i * v**j for c, (i, j) in zip(fit["y"], powers, strict=True))
    ours = np.hypot(x[1] - x[0], y[1] - y[0]) * 1000
    theirs = np.hypot(flat.x[1] - flat.x[0], flat.y[1] - flat.y[0])
    assert ours == pytest.approx(theirs, abs=0.5)


@pytest.mark.parametrize(
    ("source", "asked", "told"),
    [
        ("Démonstration, réseau fictif", None, True),
        ("Région", None, False),
        ("Région", True, True),
        ("Démonstration", False, False),
    ],
)
def test_a_demonstration_says_so(communes, places, source, asked, told):
    places["source"] = source
    head = payload_of(html_of(coverage_map(communes, places=places, demonstration=asked)))
    assert head["demonstration"].startswith("DÉMONSTRATION") == told


def test_english(communes):
    html = html_of(coverage_map(communes, lang="en"))
    head = payload_of(html)
    assert '<html lang="en">' in html
    assert head["indicators"][0]["label"] == "Share of area within reach"
    assert "less than 5 km" in head["definition"]


# -- what the page never does


def test_same_frames_same_bytes(communes, places):
    pages = {html_of(coverage_map(communes, places=places, gaps=None)) for _ in range(2)}
    assert len(pages) == 1


def test_rendering_twice_gives_the_same(communes):
    shown = coverage_map(communes)
    assert html_of(shown) == html_of(shown)


def test_nothing_is_asked_of_the_network(communes, places):
    html = html_of(coverage_map(communes, places=places))
    assert not re.search(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=", html)
    assert not re.search(r"url\((?!data:|#|none)", html)
    assert "connect-src 'none'" in html


def test_names_never_stand_in_the_page(communes, places):
    communes["commune"] = HOSTILE
    places["nom"] = HOSTILE[:4]
    for hostile in HOSTILE:
        html = html_of(coverage_map(communes, places=places, title=hostile, sources=[hostile]))
        head = payload_of(html)
        assert head["title"] == hostile
        assert head["communes"]["nom"] == HOSTILE
        without = html.replace(re.search(r"<title>.*?</title>", html)[0], "")
        assert hostile not in without or hostile == "<!--"
        assert html.count("<script") == 4  # Leaflet, the page, the data, the map


def test_every_script_is_in_the_policy(communes):
    html = html_of(coverage_map(communes))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1]
    assert policy.count("sha256-") == len(re.findall(r"<script>", html))
    assert "unsafe-eval" not in policy
    assert "script-src 'unsafe-inline'" not in policy


def test_long_lists_of_numbers_stand_apart_and_come_back(communes):
    many = gpd.GeoDataFrame(
        {
            "part_couverte": [*np.linspace(0, 1, 59).round(5), np.nan],
            "population": [10**8, 7, *range(58)],
            "écart": [-3.25, None, *np.linspace(-1, 1, 58).round(6)],
            "code_insee": [f"2A{n:03d}" for n in range(30)] + [f"30{n:03d}" for n in range(30)],
        },
        geometry=[shapely.box(i / 10, 42, i / 10 + 0.1, 42.1) for i in range(60)],
        crs=4326,
    )
    html = html_of(coverage_map(many, indicator="écart"))
    head = payload_of(html, series=False)
    assert set(head["communes"]["population"]) == {"$", "d"}
    head = payload_of(html)
    assert head["communes"]["population"] == many["population"].tolist()
    told = {i["key"]: i["values"] for i in head["indicators"]}
    assert told["part"][0] == [*many["part_couverte"][:-1], None]
    assert told["écart"][0][:2] == [-3.25, None]
    steps, base = head["communes"]["code"].values()
    assert base == 36
    assert [np.base_repr(code, 36) for code in np.cumsum(steps)] == many["code_insee"].tolist()


def test_uncompressed_on_request(communes):
    html = html_of(coverage_map(communes, compress=False))
    assert 'data-compressed="no"' in html
    assert payload_of(html)["communes"]["nom"][0] == "Commune 0"


# -- still a Folium map


def test_it_is_a_folium_map_to_which_layers_can_be_added(communes, tmp_path):
    shown = coverage_map(communes)
    assert isinstance(shown, folium.Map)
    folium.Marker([49.1, -0.3], popup="ici").add_to(shown)
    shown.save(str(tmp_path / "map.html"))
    html = (tmp_path / "map.html").read_text("utf-8")
    assert "L.marker(" in html
    assert "script-src 'sha256-" in html
    assert " https:;" in html


def test_it_shows_in_a_notebook(communes):
    assert "srcdoc=" in coverage_map(communes)._repr_html_()


def test_folium_keeps_its_own_links(communes):
    before = list(folium.Map.default_js)
    coverage_map(communes)
    assert folium.Map.default_js == before
    assert before


def test_tiles_are_opt_in(communes):
    html = html_of(coverage_map(communes, tiles=True))
    assert payload_of(html)["tiles"]["attribution"] == "© IGN – Géoplateforme"
    assert "img-src data: blob: https:" in html


# -- the page's own files


def sources() -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in PAGE.glob("*.mjs")}


def test_every_module_is_put_in_once_after_what_it_imports():
    assert sorted(MODULES) == sorted(sources())
    for name, code in sources().items():
        for wanted in re.findall(r'from "\./(\w+)\.mjs"', code):
            assert MODULES.index(wanted) < MODULES.index(name), f"{name} imports {wanted}"


def test_every_import_is_exported():
    code = sources()
    for name, text in code.items():
        for names, wanted in re.findall(
            r'^import \{ ([^}]+) \} from "\./(\w+)\.mjs";$', text, re.M
        ):
            for one in names.split(", "):
                pattern = rf"^export (?:async )?(?:function|class|const) {one}\b"
                assert re.search(pattern, code[wanted], re.M), f"{name}: {one} from {wanted}"
        assert text.count("\nimport ") + text.startswith("import ") == len(
            re.findall(r'^import \{ [^}]+ \} from "\./\w+\.mjs";$', text, re.M)
        )


def test_no_module_writes_html():
    forbidden = (
        r"\.(?:inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function|bindPopup"
    )
    for name, text in sources().items():
        assert not re.search(forbidden, text), name


def test_every_word_is_there_and_used():
    used = set()
    for text in sources().values():
        used |= set(re.findall(r'say\(\s*"(\w+)"', text))
        used |= set(re.findall(r'"((?:layer|open|category|people|halls|switch|remove)_\w+)"', text))
        used |= set(re.findall(r'\[?say\((?:\w+|[^()]*?) \? "(\w+)" : "(\w+)"', text) and [])
    known = words("fr")
    missing = {key for key in used if key not in known}
    assert not missing
    everything = "".join(sources().values()) + (PAGE / "page.html").read_text("utf-8")
    everything += (Path(__file__).parents[1] / "src/epn_geo/paging/webpage.py").read_text("utf-8")
    families = ("layer_", "open_", "category_")
    unused = [k for k in known if f'"{k}"' not in everything and f"{{{{{k}}}}}" not in everything]
    assert [k for k in unused if not k.startswith(families)] == []


def test_words_have_the_same_values_in_both_languages():
    for key, text in words("fr").items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", words("en")[key]), key


@pytest.mark.skipif(shutil.which("node") is None, reason="the page's unit tests run in node")
def test_the_page_s_own_unit_tests():
    tests = sorted(str(path) for path in (Path(__file__).parent / "page").glob("*.test.mjs"))
    done = subprocess.run(["node", "--test", *tests], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert int(re.search(r"# pass (\d+)", done.stdout)[1]) >= 30
