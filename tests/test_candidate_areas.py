"""Polygons of reach of the candidates: read, checked, and what is proposed by them."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import epn_geo as epn
from epn_geo.cli import app
from epn_geo.deciding.siting import list_candidates
from epn_geo.decisions import read_candidate_areas, site_reach_lines, tell_sites
from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError
from epn_geo.sheets import write_sheets
from epn_geo.study import DEMONSTRATION
from tests.test_areas import AREAS, PAIR, THREE, at, boxes
from tests.test_maps import payload_of

RUN = CliRunner()
# the second hall's polygon holds two town halls, the third's its own only
DRAWN = boxes(("14002", 20, (1, 0, 7, 4)), ("27001", 20, (8, 0, 12, 4)))


def as_file(frame: gpd.GeoDataFrame, path: Path) -> Path:
    frame.to_file(path)
    return path


# -- by hand: three squares, their town halls in the middle


def test_what_is_read_is_what_proposes(tmp_path: Path) -> None:
    read = read_candidate_areas(as_file(DRAWN, tmp_path / "c.gpkg"), AREAS, THREE)
    assert read.areas[["id", "minutes"]].to_numpy().tolist() == [["14002", 20], ["27001", 20]]
    assert read.findings[["id", "nom", "code"]].to_numpy().tolist() == [
        ["14001", "C14001", "lieu_sans_zone"]
    ]
    assert read.told.endswith("ne peuvent être proposés : 1 sur 3 (C14001).")
    nobody = PAIR.iloc[:0]
    with pytest.warns(epn.areas.MissingAreaWarning):
        sites = epn.suggest_sites(THREE, nobody, new=2, candidate_areas=read.areas)
    assert sites[["id", "gain_population", "minutes"]].to_numpy().tolist() == [
        ["27001", 400, 20],
        ["14002", 300, 20],
    ]
    assert tell_sites(sites).startswith(
        "2 lieux proposés : 700 habitants de plus à moins de 20 min"
    )


def test_town_halls_go_by_their_code_before_a_number_of_the_file(tmp_path: Path) -> None:
    numbered = DRAWN.rename(columns={"id": "code_insee"}).assign(id=["1", "2"])
    read = read_candidate_areas(as_file(numbered, tmp_path / "c.gpkg"), AREAS, THREE)
    assert read.areas["id"].tolist() == ["14002", "27001"]
    assert len(read.findings) == 1


def test_places_go_by_their_id_or_name(tmp_path: Path) -> None:
    chosen = at(("x", 6, 2), ("y", 10, 2))
    drawn = boxes(("x", 20, (1, 0, 7, 4))).assign(code_insee="99999")
    file = as_file(drawn, tmp_path / "c.gpkg")
    read = read_candidate_areas(file, AREAS, THREE, candidates=chosen, lang="en")
    assert read.told == (
        "WARNING: candidates without a polygon of reach, which cannot be proposed: 1 of 2 (Y)."
    )
    named = drawn.drop(columns=["id", "code_insee"]).assign(nom=["x"])
    again = as_file(named, tmp_path / "n.gpkg")
    assert len(read_candidate_areas(again, AREAS, THREE, candidates=chosen).findings) == 1


def test_of_several_times_that_of_the_places_is_kept(tmp_path: Path) -> None:
    wide = DRAWN.assign(minutes=30, geometry=DRAWN.buffer(5000))
    file = as_file(pd.concat([wide, DRAWN]), tmp_path / "c.gpkg")
    assert read_candidate_areas(file, AREAS, THREE).areas["minutes"].tolist() == [20, 20]
    with pytest.raises(DataError, match=r"c.gpkg has polygons of minutes 20, 30, .* minutes 10"):
        read_candidate_areas(file, AREAS.assign(minutes=10), THREE)
    by_road = AREAS.drop(columns="minutes").assign(route_km=20)
    with pytest.raises(DataError, match="minutes 20, 30, and those of the places are of route_km"):
        read_candidate_areas(file, by_road, THREE)
    with pytest.raises(DataError, match="of the places are of no time"):
        read_candidate_areas(file, AREAS.drop(columns="minutes"), THREE)


def test_a_file_of_nobody_known_is_refused(tmp_path: Path) -> None:
    file = as_file(DRAWN.assign(id=["1", "2"]), tmp_path / "c.gpkg")
    with pytest.raises(DataError, match=r"no polygon of any of the 3 candidates.*14001, 14002 …"):
        read_candidate_areas(file, AREAS, THREE)
    file = as_file(DRAWN.drop(columns="id"), tmp_path / "a.gpkg")
    with pytest.raises(DataError, match="does not say whose its polygons are"):
        read_candidate_areas(file, AREAS, THREE)


def test_candidates_are_those_of_the_departement(tmp_path: Path) -> None:
    assert list_candidates(THREE, departements="27")["id"].tolist() == ["27001"]
    file = as_file(DRAWN, tmp_path / "c.gpkg")
    read = read_candidate_areas(file, AREAS, THREE, departements=["27"])
    assert read.told == ""
    # the polygon of the other side is told, and proposes nothing
    assert read.findings["code"].tolist() == ["zone_sans_lieu"]


def test_how_far_a_proposed_place_reaches_is_said() -> None:
    lines = site_reach_lines(AREAS, None, 10.0)
    assert lines[0].startswith("Un lieu proposé atteint 10\u00a0km à vol d'oiseau, faute de")
    assert "(20\u00a0min)" in lines[0]
    sites = epn.suggest_sites(THREE, PAIR, new=1, radius_km=1, areas=AREAS)
    # neither minutes nor kilometres are the reach of both: none is named
    told = tell_sites(sites)
    assert told.startswith(
        "1 lieu proposé : 200 habitants de plus à portée d'un lieu ; il en reste"
    )
    assert "km" not in told


# -- from the command line


@pytest.fixture(scope="module")
def reach(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Areas of the demonstration network, and of all but two town halls of the Orne."""
    folder = tmp_path_factory.mktemp("reach")
    places = epn.read_places(embedded_path(DEMONSTRATION))
    places = places[places["categorie"].isin(["EPN", "antenne"])].to_crs(2154)
    halls = list_candidates(epn.read_communes(departements="61")).iloc[2:]
    drawn = [
        frame.set_geometry(frame.buffer(7000, quad_segs=4)).assign(minutes=20)
        for frame in (places[["id", "nom", "geometry"]], halls[["id", "geometry"]])
    ]
    named = drawn[1].rename(columns={"id": "code_insee"})
    return as_file(drawn[0], folder / "portee.gpkg"), as_file(named, folder / "mairies.gpkg")


def run(*arguments: str) -> str:
    done = RUN.invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stderr


def test_sites_are_proposed_by_the_polygons_of_town_halls(
    reach: tuple[Path, Path], tmp_path: Path
) -> None:
    areas, halls = reach
    where = ["--departement", "61", "--areas", str(areas), "--new", "2"]
    told = run("sites", *where, "--candidate-areas", str(halls), "-o", str(tmp_path / "o"))
    assert "qui ne peuvent être proposés : 2 sur 381 (Alençon, Almenêches)" in told
    assert "habitants de plus à moins de 20 min" in told
    sites = pd.read_csv(tmp_path / "o/sites.csv", sep=";", decimal=",", dtype={"id": str})
    assert sites["minutes"].tolist() == [20, 20]
    assert "rayon_km" not in sites
    communes = epn.read_communes(departements="61", whole_epci=False)
    network = epn.locate(epn.read_places(embedded_path(DEMONSTRATION)), communes)
    by_hand = gpd.read_file(halls).rename(columns={"code_insee": "id"})
    with pytest.warns(epn.areas.MissingAreaWarning):
        expected = epn.suggest_sites(
            communes, network, 2, areas=gpd.read_file(areas), candidate_areas=by_hand
        )
    assert sites["id"].tolist() == expected["id"].tolist()
    assert sites["gain_population"].tolist() == expected["gain_population"].tolist()
    found = pd.read_csv(tmp_path / "o/constats-candidats.csv", sep=";")
    assert found["nom"].tolist() == ["Alençon", "Almenêches"]
    # not what is said of places that are there
    cannot = "aucun polygone de portée : ce candidat ne peut être proposé"
    assert found["message"].tolist() == [cannot, cannot]
    book = load_workbook(tmp_path / "o/sites.xlsx")
    assert book.sheetnames[1:] == ["Constats", "Sources et définitions"]
    said = [str(row[0].value) for row in book["Sources et définitions"].iter_rows()]
    assert any("ce que son polygone contient (20\u00a0min)" in line for line in said)
    told_on_map = json.dumps(
        payload_of((tmp_path / "o/carte-sites.html").read_text("utf-8")), ensure_ascii=False
    )
    assert "ce que son polygone contient (20\u00a0min)" in told_on_map
    assert "faute de polygones" not in told_on_map
    gained = f"{sites['gain_cumule'].iloc[-1]:,.0f}".replace(",", "\u202f")
    title = f"2 lieux proposés – Orne : {gained} habitants de plus à moins de 20 min"
    assert json.loads(told_on_map)["title"] == title


def test_without_them_the_straight_line_is_said_everywhere(
    reach: tuple[Path, Path], tmp_path: Path
) -> None:
    where = ["--departement", "61", "--areas", str(reach[0]), "--new", "1", "--radius", "4km"]
    told = run("sites", *where, "-o", str(tmp_path / "o"))
    line = "Un lieu proposé atteint 4\u00a0km à vol d'oiseau, faute de polygones"
    assert line in told.replace("\n", " ")
    book = load_workbook(tmp_path / "o/sites.xlsx")
    said = [str(row[0].value) for row in book["Sources et définitions"].iter_rows()]
    assert any(text.startswith(line) for text in said)
    assert not (tmp_path / "o/constats-candidats.csv").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--candidate-areas", "HALLS"], "goes with --areas"),
        (["--areas", "AREAS", "--candidate-areas", "no.gpkg"], "There is no file no.gpkg"),
        (
            ["--areas", "AREAS", "--candidate-areas", "HALLS", "--radius", "5km"],
            "either --radius or --candidate-areas",
        ),
        (
            ["--areas", "AREAS", "--candidate-areas", "HALLS", "--sensitivity", "5km"],
            "there are none",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(
    reach: tuple[Path, Path], more: list[str], message: str, tmp_path: Path
) -> None:
    files = dict(zip(("AREAS", "HALLS"), map(str, reach), strict=True))
    asked = ["sites", "--departement", "61", *(files.get(word, word) for word in more)]
    with pytest.raises(DataError, match=message):
        RUN.invoke(app, [*asked, "-o", str(tmp_path / "o")], catch_exceptions=False)
    assert not (tmp_path / "o").exists()


# -- territory sheets


def more_of(folder: Path, **options: object) -> str:
    """Write the sheet of the group of communes, and give what it says of three more places."""
    places = epn.locate(PAIR, THREE)
    given = {"coverage": epn.measure_coverage(THREE, PAIR, areas=AREAS), **options}
    (file,) = write_sheets(
        folder, places=places, levels=["epci"], formats=["html"], **given
    )  # fmt: skip
    text = file.read_text("utf-8").partition("trois lieux de plus")[2].partition("</section>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def test_sheets_propose_by_the_polygons_of_town_halls(tmp_path: Path) -> None:
    # only the second hall is out of reach; its own polygon would hold it, the third's would not
    told = more_of(tmp_path, areas=AREAS, candidate_areas=DRAWN)
    assert "1. C14002 1 200 200 Il n'en faut pas davantage" in told
    assert "à moins de 20 min d'un lieu" in told
    assert told.endswith("1 mairie sans polygone de portée n'est pas proposée.")
    other = boxes(("27001", 20, (8, 0, 12, 4)))
    told = more_of(tmp_path, areas=AREAS, candidate_areas=other)
    assert told == (
        "Aucun lieu candidat ne ferait passer d'habitants à portée. "
        "2 mairies sans polygone de portée ne sont pas proposées."
    )


def test_sheets_without_them_propose_in_a_straight_line_and_say_so(tmp_path: Path) -> None:
    told = more_of(tmp_path, areas=AREAS, proposal_km=2.5)
    assert "1. C14002 1 200 200 Proposés à vol d'oiseau, 2,5 km, faute de polygones" in told
    assert "comptent par leurs polygones (20 min)" in told


def test_sheets_say_why_nothing_is_proposed(tmp_path: Path) -> None:
    assert "polygones de portée, qui n'ont pas été donnés" in more_of(tmp_path)
    own = epn.measure_coverage(THREE, PAIR.assign(km=1.0), "km")
    assert more_of(tmp_path, coverage=own).startswith("Non calculé : chaque lieu a son propre")
    assert more_of(tmp_path, proposals=False) == ""
    everywhere = boxes(("a", 20, (0, 0, 12, 4)), ("b", 20, (0, 0, 12, 4)))
    all_in = epn.measure_coverage(THREE, PAIR, areas=everywhere)
    told = more_of(tmp_path, coverage=all_in, areas=everywhere, candidate_areas=DRAWN)
    assert told == "Toutes les mairies sont déjà à moins de 20 min d'un lieu."


def test_areas_without_a_time_are_within_reach(tmp_path: Path) -> None:
    untimed, drawn = AREAS.drop(columns="minutes"), DRAWN.drop(columns="minutes")
    coverage = epn.measure_coverage(THREE, PAIR, areas=untimed)
    told = more_of(tmp_path, coverage=coverage, areas=untimed, candidate_areas=drawn)
    assert "toutes les mairies soient à portée d'un lieu" in told


def test_a_territory_whose_town_halls_have_none_says_so(tmp_path: Path) -> None:
    two = THREE.assign(code_epci=["200000001", "200000002", "200000001"])
    coverage = epn.measure_coverage(two, PAIR, areas=AREAS)
    files = write_sheets(
        tmp_path, coverage, epn.locate(PAIR, two), levels=["epci"], formats=["html"],
        areas=AREAS, candidate_areas=boxes(("14001", 20, (0, 0, 4, 4))),
    )  # fmt: skip
    pages = [unescape(file.read_text("utf-8")) for file in files]
    assert "Toutes les mairies sont déjà" in pages[0]
    assert "Non calculé : aucune mairie du territoire" in pages[1]


def test_areas_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="go with areas"):
        more_of(tmp_path, candidate_areas=DRAWN)
    with pytest.raises(DataError, match="measured by radius"):
        more_of(tmp_path, coverage=epn.measure_coverage(THREE, PAIR, 3), areas=AREAS)
    with pytest.raises(DataError, match="candidate_areas has no polygon of 20 min"):
        more_of(tmp_path, areas=AREAS, candidate_areas=DRAWN.assign(minutes=10))
    with pytest.raises(DataError, match="no polygon of any town hall"):
        more_of(tmp_path, areas=AREAS, candidate_areas=DRAWN.assign(id=["1", "2"]))
    assert not list(tmp_path.iterdir())


def test_the_sheets_command_takes_them(reach: tuple[Path, Path], tmp_path: Path) -> None:
    areas, halls = reach
    asked = ["sheets", "--departement", "61", "--level", "departement", "--format", "html"]
    asked += ["--areas", str(areas)]
    told = run(*asked, "--candidate-areas", str(halls), "-o", str(tmp_path / "p"))
    assert "qui ne peuvent être proposés : 2 sur 381 (Alençon, Almenêches)" in told
    run(*asked, "--radius", "4km", "-o", str(tmp_path / "l"))
    by_polygon, by_line = (
        unescape((tmp_path / name / "departement-61-orne.html").read_text("utf-8"))
        for name in ("p", "l")
    )
    assert "2 mairies sans polygone de portée ne sont pas proposées." in by_polygon
    assert "vol d'oiseau" not in by_polygon
    assert "Proposés à vol d'oiseau, 4\u00a0km, faute de polygones" in by_line


def test_sheets_tell_of_places_without_a_polygon_and_take_kilometres_by_road(
    reach: tuple[Path, Path], tmp_path: Path
) -> None:
    drawn = gpd.read_file(reach[0]).drop(columns="minutes")
    drawn = drawn[drawn["id"] != "demo-61-01"]
    both = pd.concat([
        drawn.assign(route_km=5.0, geometry=drawn.buffer(-3000)), drawn.assign(route_km=10.0)
    ])  # fmt: skip
    areas = as_file(both, tmp_path / "route.gpkg")
    asked = ["sheets", "--epci", "200068468", "--level", "epci", "--format", "html"]
    told = run(*asked, "--areas", str(areas), "--judged", "5km", "-o", str(tmp_path / "a"))
    assert "mais sans polygone de portée, et qui ne couvrent donc rien : 1 (" in told
    (page,) = (tmp_path / "a").iterdir()
    text = page.read_text("utf-8")
    assert "à moins de 5 km par la route d" in text.replace("\u00a0", " ")
    with pytest.raises(DataError, match="give --areas with it"):
        RUN.invoke(app, [*asked, "--judged", "20min"], catch_exceptions=False)
