"""Polygons of reach as a verb is given them: which time counts, and which places are told of."""

from __future__ import annotations

import html
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import epn_geo as epn
from epn_geo.areafiles import measures_in
from epn_geo.cli import app
from epn_geo.decisions import deliver_sites, deliver_skills
from epn_geo.embedded import DEMONSTRATION, embedded_path
from epn_geo.networkfiles import deliver_clusters, deliver_network
from epn_geo.outputs import read_network
from epn_geo.reachfiles import missing_notices, read_reach, tell_missing
from tests.test_areas import AREAS, PAIR, boxes
from tests.test_maps import payload_of

SEVERAL = pd.concat([AREAS.assign(minutes=m) for m in (5, 15, 30, 60)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return epn.write_layer(SEVERAL, tmp_path / "portee.gpkg")


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({}, [30]),
        ({"judged_min": 15}, [15]),
        ({"nearer": True}, [5, 15, 30, 60]),
        ({"nearer": True, "judged_min": 30}, [5, 15, 30]),
        ({"nearer": True, "judged_min": 5}, [5]),
    ],
)
def test_the_time_asked_for_is_kept(file: Path, asked: dict[str, object], kept: list[int]) -> None:
    read = read_reach(file, **asked)
    assert sorted(set(read["minutes"])) == kept
    assert [measure.minutes for measure in measures_in(read)] == kept


def test_kilometres_by_road_are_asked_for_in_kilometres(tmp_path: Path) -> None:
    by_road = SEVERAL.rename(columns={"minutes": "route_km"})
    file = epn.write_layer(by_road, tmp_path / "route.gpkg")
    assert set(read_reach(file, judged_km=5)["route_km"]) == {5}
    with pytest.raises(epn.DataError, match="no polygons of 5 min: they are of 5, 15, 30, 60 km"):
        read_reach(file, judged_min=5)


def test_places_without_polygons_are_told_time_by_time() -> None:
    of_one = pd.concat([AREAS, boxes(("a", 10, (1, 1, 3, 3)))])
    assert tell_missing(of_one, PAIR, "en") == [
        "Places without a polygon of 10\u00a0min, which count by those of another time only: 1 (B)."
    ]
    [line] = tell_missing(of_one[of_one["id"] == "a"], PAIR, "en")
    assert line.startswith("WARNING: places that count but have no polygon")
    assert line.endswith("1 (B).")
    assert tell_missing(AREAS, PAIR) == []
    assert tell_missing(AREAS[["geometry"]], PAIR) == []  # of nobody in particular
    mobile = PAIR.assign(itinerance=["Fixe", "Itinérant"])
    assert tell_missing(AREAS.iloc[:1], mobile) == []  # it would reach nobody anyway


def test_a_file_of_other_places_is_refused_by_its_name(file: Path) -> None:
    assert len(read_reach(file, PAIR)) == 2
    with pytest.raises(epn.DataError, match=r"^portee\.gpkg has 8 polygons, and none of a place"):
        read_reach(file, PAIR.assign(id=["y", "z"]))


@pytest.fixture(scope="module")
def orne_reach(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Polygons of the demonstration network, but for one place, which is named beside them."""
    places = epn.read_places(embedded_path(DEMONSTRATION))
    served = places[epn.serves(places) & places["id"].str.startswith("demo-61")].to_crs(2154)
    drawn = served.set_geometry(served.buffer(8000)).assign(minutes=20).iloc[1:]
    elsewhere = places[epn.serves(places) & ~places["id"].isin(served["id"])].to_crs(2154)
    beyond = elsewhere.set_geometry(elsewhere.buffer(8000)).assign(minutes=20)
    areas = pd.concat([drawn, beyond])[["id", "minutes", "geometry"]]
    folder = tmp_path_factory.mktemp("reach")
    return epn.write_layer(areas, folder / "portee.gpkg"), str(served["nom"].iloc[0])


@pytest.mark.parametrize(
    ("verb", "book"),
    [
        ("skills", "competences.xlsx"),
        ("network", "reseau.xlsx"),
        ("sites --new 1 --time-limit 0s", "sites.xlsx"),
        ("clusters --permutations 99 --figure part_couverte", "amas.xlsx"),
        ("access", "acces.xlsx"),
    ],
)
def test_every_workbook_says_the_reach_its_file_and_who_has_none(
    orne_reach: tuple[Path, str], tmp_path: Path, verb: str, book: str
) -> None:
    file, undrawn = orne_reach
    asked = [*verb.split(), "--departement", "61", "--areas", str(file), "-o", str(tmp_path)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    workbook = openpyxl.load_workbook(tmp_path / book)
    cells = workbook["Sources et définitions"].iter_rows(values_only=True)
    told = "\n".join(str(row[0]) for row in cells)
    assert "20\u00a0min" in told
    assert "du fichier portee.gpkg." in told
    assert f"sans polygone de portée, et qui ne couvrent donc rien : 1 ({undrawn})" in told


def test_a_sheet_names_its_own_places_without_polygon(
    orne_reach: tuple[Path, str], tmp_path: Path
) -> None:
    file, undrawn = orne_reach
    asked = ["sheets", "--departement", "61", "--areas", str(file), "-o", str(tmp_path)]
    asked += ["--format", "html", "--no-proposals", "--level", "epci", "--level", "departement"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    told = f"1 lieu sans polygone de portée ne couvre rien : {undrawn}."
    pages = {page.name: html.unescape(page.read_text("utf-8")) for page in tmp_path.glob("*.html")}
    saying = [name for name, page in pages.items() if told in page]
    assert any(name.startswith("departement-61") for name in saying)
    assert len([name for name in saying if name.startswith("epci")]) == 1
    assert all("du fichier portee.gpkg" in page for page in pages.values())


def test_a_workbook_made_by_a_radius_says_that_one(tmp_path: Path) -> None:
    asked = ["skills", "--departement", "61", "--radius", "7km", "-o", str(tmp_path)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(tmp_path / "competences.xlsx")
    cells = [row[0] for row in book["Sources et définitions"].iter_rows(values_only=True)]
    assert "Portée d'un lieu : 7\u00a0km à vol d'oiseau." in cells


def test_a_time_without_unit_is_asked_for_in_minutes(tmp_path: Path) -> None:
    (tmp_path / "r.gpkg").touch()
    for verb in ("build", "network", "sheets"):
        asked = [verb, "--areas", str(tmp_path / "r.gpkg"), "--judged", "15"]
        done = CliRunner().invoke(app, asked)
        assert done.exit_code != 0
        assert "Did you mean '15min'?" in str(done.exception)
    done = CliRunner().invoke(app, ["build", "--judged", "15"])
    assert "Did you mean '15km'?" in str(done.exception)


def test_a_time_that_nobody_asked_for_is_told(orne_reach: tuple[Path, str], tmp_path: Path) -> None:
    areas = gpd.read_file(orne_reach[0])
    bands = pd.concat([areas.assign(minutes=m) for m in (10, 30)])
    file = str(epn.write_layer(bands, tmp_path / "r.gpkg"))
    told = "n'a pas de polygones de 20\u00a0min : ceux de 30\u00a0min font foi"
    asked = ["network", "--departement", "61", "--areas", file, "-o", str(tmp_path / "a")]
    assert told in CliRunner().invoke(app, asked).stderr
    assert told not in CliRunner().invoke(app, [*asked, "--judged", "30min"]).stderr
    usual = [*asked[:4], str(orne_reach[0]), *asked[5:]]
    assert "font foi" not in CliRunner().invoke(app, usual).stderr


def test_times_that_are_doubtful_are_told(tmp_path: Path) -> None:
    untimed = boxes(("a", 20, (0, 0, 4, 4)), ("b", 20, (4, 0, 8, 4)), ("b", None, (4, 0, 9, 4)))
    file = epn.write_layer(untimed, tmp_path / "r.gpkg")
    assert tell_missing(read_reach(file, judged_min=20), PAIR, "en") == [
        "WARNING: 1 polygon of reach without a time, which does not count."
    ]
    [line] = tell_missing(AREAS.assign(minutes=1200), PAIR, "en")
    assert line.startswith("WARNING, file of reach: reach of 1200 min: seconds or metres")
    steps = pd.concat([AREAS.assign(palier=step) for step in (10, 20)]).drop(columns="minutes")
    [line] = tell_missing(steps, PAIR)
    assert "non lues : palier" in line


def test_a_notice_names_the_places_of_the_territory_first() -> None:
    places = pd.concat([PAIR.assign(code_insee="61001"), PAIR.iloc[:1].assign(id="c", nom="C")])
    here = gpd.GeoDataFrame({"code_insee": ["61001", "61002"], "dans_selection": [True, False]})
    places["code_insee"] = ["61002", "61001", None]
    drawn = AREAS.assign(id="elsewhere", nom="")
    assert missing_notices(drawn, places, here) == [
        "3 lieux sans polygone de portée ne couvrent rien, dont 2 hors du territoire : B, A, C."
    ]
    many = pd.concat([places.iloc[[1]].assign(id=str(n), nom=f"L{n}") for n in range(6)])
    [line] = missing_notices(drawn, many, here)
    assert line.endswith("rien : L0, L1, L2, L3, L4…")
    assert missing_notices(None, places, here) == []


@pytest.mark.filterwarnings("ignore::epn_geo.MissingAreaWarning")
def test_every_map_says_which_places_have_no_polygon(tmp_path: Path) -> None:
    network, communes = read_network(None, {"departements": "61"})
    metric = network.to_crs(2154)
    areas = metric[["id", "geometry"]].assign(geometry=metric.buffer(9_000), minutes=20.0)
    gone = network.loc[network["commune"] == "Argentan", "id"]
    areas = areas[~areas["id"].isin(gone)]
    told = missing_notices(areas, network, communes)
    assert "Argentan" in told[0]
    sites = epn.suggest_sites(communes, network, 1, areas=areas)
    deliver_sites({"sites": sites}, network, communes, 10, tmp_path, areas=areas)
    matrix = epn.skills_matrix(network, communes, by="departement", areas=areas)
    value = matrix["valeur"].iloc[0]
    gaps = epn.find_skill_gaps(communes, network, [value], areas=areas)
    deliver_skills(matrix, gaps, network, 10, tmp_path, areas=areas)
    deliver_network(network, communes, 10, tmp_path, areas=areas)
    deliver_clusters(network, communes, 10, tmp_path, areas=areas, permutations=99)
    for name in ("sites", "manques", "fermetures", "amas"):
        page = (tmp_path / f"carte-{name}.html").read_text("utf-8")
        assert payload_of(page)["notices"][-len(told) :] == told, name
