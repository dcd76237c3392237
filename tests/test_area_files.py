"""Files of reach polygons: read from whatever tool drew them, checked, and used by the verbs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

import epn_geo as epn
from epn_geo.areafiles import require_match
from epn_geo.embedded import embedded_path
from epn_geo.study import DEMONSTRATION, build
from tests.test_areas import AREAS, PAIR, THREE

DEMO = embedded_path(DEMONSTRATION)


def as_file(frame: gpd.GeoDataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize("name", ["r.geojson", "r.gpkg", "r.shp", "r.parquet"])
def test_every_format_gives_the_same_polygons(tmp_path: Path, name: str) -> None:
    areas = AREAS.assign(nom=["Le Phare", "L'Élan"]).to_crs(4326)
    read = epn.read_areas(as_file(areas, tmp_path / name))
    assert read[["id", "nom", "minutes", "ligne_zone"]].to_numpy().tolist() == [
        ["a", "Le Phare", 20.0, 1],
        ["b", "L'Élan", 20.0, 2],
    ]
    covered = epn.measure_coverage(THREE, PAIR, areas=read)
    np.testing.assert_allclose(covered["part_couverte"], [1, 0.25, 0.375], atol=1e-6)


@pytest.mark.parametrize(
    ("column", "value", "minutes"),
    [
        ("AA_MINS", 15.0, 15),
        ("time_min", "20 min", 20),
        ("secondes", 1200, 20),
        ("min", "7,5", 7.5),
        ("temps", 20, 20),
        ("Durée", "20 min", 20),
        ("time", 20.0, 20),
        ("temps_trajet", "20", 20),
    ],
)
def test_times_are_known_by_many_names(
    tmp_path: Path, column: str, value: object, minutes: float
) -> None:
    areas = AREAS[["id", "geometry"]].rename(columns={"id": "place_id"}).assign(**{column: value})
    read = epn.read_areas(as_file(areas, tmp_path / "r.gpkg"))
    assert read["minutes"].tolist() == [minutes] * 2
    assert read["id"].tolist() == ["a", "b"]


@pytest.mark.parametrize("name", ["r.geojson", "r.gpkg", "r.parquet"])
@pytest.mark.parametrize("minutes", [[20.0, np.nan], ["20", None], ["20 min", ""]])
def test_a_polygon_whose_time_is_left_empty_is_told_of(
    tmp_path: Path, name: str, minutes: list[object]
) -> None:
    file = as_file(AREAS.assign(minutes=minutes), tmp_path / name)
    read = epn.read_areas(file)
    assert read["minutes"].isna().tolist() == [False, True]
    assert read["minutes"].iloc[0] == 20
    found = epn.check_areas(read, PAIR).set_index("code")
    assert found.loc["zone_sans_duree", "valeur"].startswith("polygone 2")
    assert found.loc["lieu_sans_zone", "nom"] == "B"


def test_a_name_without_unit_gives_way_to_one_with_and_to_what_is_no_number(tmp_path: Path) -> None:
    both = AREAS.drop(columns="minutes").assign(temps=1200, temps_min=20)
    assert epn.read_areas(as_file(both, tmp_path / "b.gpkg"))["minutes"].tolist() == [20, 20]
    seconds = AREAS.drop(columns="minutes").assign(duree=20, duree_s=1200)
    assert epn.read_areas(as_file(seconds, tmp_path / "s.gpkg"))["minutes"].tolist() == [20, 20]
    words = AREAS.drop(columns="minutes").assign(time="le matin")
    assert "minutes" not in epn.read_areas(as_file(words, tmp_path / "w.gpkg"))


def test_several_polygons_of_a_place_that_no_time_tells_apart_are_told_of(tmp_path: Path) -> None:
    steps = pd.concat([AREAS.assign(palier=step) for step in (10, 20)]).drop(columns="minutes")
    read = epn.read_areas(as_file(steps, tmp_path / "p.gpkg"))
    found = epn.check_areas(read, PAIR).set_index("code")
    assert found.loc["zones_sans_duree", "gravite"] == "avertissement"
    assert found.loc["zones_sans_duree", "valeur"] == "palier"
    assert "zones_sans_duree" not in set(epn.check_areas(read.iloc[:2], PAIR)["code"])
    assert "zones_sans_duree" not in set(epn.check_areas(read.assign(minutes=20), PAIR)["code"])


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [("minutes", [600, 1200], "1200 min"), ("route_km", [5000, 181], "5000 km")],
)
def test_a_time_that_must_be_of_another_unit_is_told_of(
    column: str, values: list[float], told: str
) -> None:
    areas = AREAS.drop(columns="minutes").assign(**{column: values})
    found = epn.check_areas(areas, PAIR).set_index("code")
    assert found.loc["duree_douteuse", "valeur"] == told
    near = epn.check_areas(areas.assign(**{column: [20, 180]}), PAIR)
    assert "duree_douteuse" not in set(near["code"])


def test_a_place_without_polygon_is_one_finding_however_many_times_there_are() -> None:
    several = pd.concat([AREAS.assign(minutes=m) for m in (10, 20, 30)])
    of_a = several[(several["id"] == "a") | (several["minutes"] == 20)]
    found = epn.check_areas(of_a, PAIR)
    assert found[["nom", "valeur"]].to_numpy().tolist() == [["B", "10 min, 30 min"]]
    none = epn.check_areas(several[several["id"] == "a"], PAIR)
    assert none["message"].tolist() == ["aucun polygone de portée : ce lieu ne couvre rien"]


def test_polygons_of_no_place_of_the_list_are_refused_with_examples_of_both_sides() -> None:
    elsewhere = AREAS.assign(id=["x1", "x2"], nom=["Le Phare", None])
    with pytest.raises(epn.DataError) as refused:
        require_match(elsewhere, PAIR, "reach.gpkg")
    assert str(refused.value) == (
        "reach.gpkg has 2 polygons, and none of a place of the list. The polygons have id 'x1', "
        "'x2' and nom 'Le Phare'; the places have id 'a', 'b' and nom 'A', 'B': give each polygon "
        "the id, or the nom, of its place."
    )
    with pytest.raises(epn.DataError, match="areas has 2 polygons, and none of a place"):
        build(PAIR, communes=THREE, areas=elsewhere)
    one = pd.concat([elsewhere, AREAS.iloc[:1]])
    assert require_match(one, PAIR) is one
    assert require_match(AREAS[["geometry"]], PAIR) is not None  # of nobody in particular
    assert require_match(elsewhere, PAIR.iloc[:0]) is elsewhere  # no list to belong to


def test_a_time_named_for_the_list_is_sent_to_the_file_of_polygons(tmp_path: Path) -> None:
    with pytest.raises(epn.ColumnError, match="one of polygons of reach: call the column so"):
        epn.read_places(DEMO, columns={"minutes": "temps"})


def test_of_several_layers_the_one_of_polygons_is_read(tmp_path: Path) -> None:
    file = tmp_path / "r.gpkg"
    PAIR.to_file(file, layer="lieux")
    AREAS.to_file(file, layer="portee")
    assert epn.read_areas(file)["minutes"].tolist() == [20, 20]
    assert len(epn.read_places(file)) == 2
    AREAS.assign(minutes=30).to_file(file, layer="trente")
    with pytest.raises(epn.DataError) as refused:
        epn.read_areas(file)
    assert "2 layers could be the polygons of reach (portee, trente)" in str(refused.value)
    assert "--sheet" not in str(refused.value)  # which acts on the list of places
    assert epn.read_areas(file, sheet="trente")["minutes"].tolist() == [30, 30]


def test_metres_by_road_are_kilometres_by_road(tmp_path: Path) -> None:
    areas = AREAS[["id", "geometry"]].assign(AA_METERS=5000)
    assert epn.read_areas(as_file(areas, tmp_path / "r.gpkg"))["route_km"].tolist() == [5.0, 5.0]
    both = AREAS.assign(distance_km=[8.0, 9.0])
    read = epn.read_areas(as_file(both, tmp_path / "b.gpkg"))
    assert "route_km" not in read
    assert read["distance_km"].tolist() == ["8", "9"]


def test_columns_can_be_named(tmp_path: Path) -> None:
    file = as_file(AREAS.rename(columns={"minutes": "Bande"}), tmp_path / "r.gpkg")
    assert "minutes" not in epn.read_areas(file)
    assert epn.read_areas(file, columns={"minutes": "Bande"})["minutes"].tolist() == [20.0, 20.0]
    with pytest.raises(epn.ColumnError, match=r"no column 'Band'.* Did you mean 'Bande'"):
        epn.read_areas(file, columns={"minutes": "Band"})
    with pytest.raises(epn.ColumnError, match="have the fields id, nom, minutes, route_km"):
        epn.read_areas(file, columns={"duree": "Bande"})


def test_nothing_is_lost_and_what_is_mended_is_said(tmp_path: Path) -> None:
    bow = shapely.Polygon(np.array([(0, 0), (4, 4), (4, 0), (0, 4)]) * 1000.0)
    rows = {
        "id": ["a", "b", "c", "z", None],
        "minutes": ["20", "vingt", "20", "20", "20"],
        "geometry": [bow, AREAS.geometry.iloc[1], None, bow, bow],
    }
    file = as_file(gpd.GeoDataFrame(rows, crs=2154), tmp_path / "r.gpkg")
    read = epn.read_areas(file)
    assert len(read) == 5
    assert read["corrections_zone"].iloc[0] == "polygone réparé : son contour se croise"
    assert read["corrections_zone"].iloc[1] == "minutes : « vingt » n'est pas un nombre positif"
    assert read.geometry.isna().tolist() == [False, False, True, False, False]
    assert read.geometry.dropna().is_valid.all()
    places = pd.concat([PAIR, PAIR.iloc[:1].assign(id="c", nom="C")])
    findings = epn.check_areas(read, places)
    assert sorted(findings["code"]) == [
        "lieu_sans_zone",
        "lieu_sans_zone",
        "zone_corrigee",
        "zone_corrigee",
        "zone_corrigee",
        "zone_corrigee",
        "zone_sans_duree",
        "zone_sans_identifiant",
        "zone_sans_lieu",
        "zone_sans_polygone",
    ]
    said = findings.set_index("code")
    assert said.loc["lieu_sans_zone", "nom"].tolist() == ["B", "C"]
    assert said.loc["zone_sans_lieu", "valeur"] == "polygone 4 (z)"
    english = epn.check_areas(read, places, lang="en")
    assert (english["message"] != findings["message"]).all()


def test_a_polygon_far_from_its_place_is_doubtful() -> None:
    swapped = AREAS.assign(id=["b", "a"])
    findings = epn.check_areas(
        swapped.iloc[[0]],
        PAIR.iloc[[1]].translate(xoff=60_000).to_frame("geometry").assign(id="b", nom="B"),
    )
    assert findings["code"].tolist() == ["zone_loin_du_lieu"]
    assert "à 65 km de son lieu" in findings["message"].iloc[0]
    assert epn.check_areas(AREAS, PAIR).empty


def test_times_of_which_a_place_has_none_are_said() -> None:
    areas = pd.concat([AREAS, AREAS.iloc[:1].assign(minutes=30)])
    findings = epn.check_areas(areas, PAIR)
    assert findings["message"].tolist() == [
        "aucun polygone de portée à 30 min : ce lieu ne couvre rien à cette durée"
    ]


def test_files_that_cannot_be_used_are_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id;minutes\na;20\n", encoding="utf-8")
    with pytest.raises(epn.DataError, match="holds no polygons, only a table"):
        epn.read_areas(tmp_path / "t.csv")
    with pytest.raises(epn.DataError, match="no polygon: 2 features, none with an area"):
        epn.read_areas(as_file(PAIR, tmp_path / "points.gpkg"))
    bare = AREAS.set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="crs"):
        as_file(bare, tmp_path / "bare.shp")
    with pytest.raises(epn.CrsError, match="does not say its reference system"):
        epn.read_areas(tmp_path / "bare.shp")
    assert epn.read_areas(tmp_path / "bare.shp", crs=2154).crs.to_epsg() == 2154
    wrong = AREAS.translate(5e5, 6.8e6).to_frame("geometry").set_crs(4326, allow_override=True)
    with pytest.raises(epn.CrsError, match="holds coordinates as 499000, 6800000"):
        epn.read_areas(as_file(wrong, tmp_path / "wrong.gpkg"))


# -- the whole chain


@pytest.fixture(scope="module")
def reach(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Polygons of two times for the demonstration network, but for one place."""
    places = epn.read_places(DEMO)
    places = places[places["categorie"].isin(["EPN", "antenne"])].to_crs(2154)
    bands = [
        places.set_geometry(places.buffer(1000 * km, quad_segs=4)).assign(minutes=minutes)
        for minutes, km in ((10, 4), (20, 8))
    ]
    both = pd.concat(bands)
    both = both[both["id"] != "demo-61-01"]
    file = tmp_path_factory.mktemp("reach") / "portee.gpkg"
    return as_file(both[["id", "nom", "minutes", "geometry"]], file)


def test_a_study_is_built_on_areas(reach: Path) -> None:
    study = build(departements="61", areas=reach)
    assert study.measure.suffix == "_20min"
    assert study.radius_km is None
    assert set(study.gaps["minutes"]) == {20.0}
    missing = study.findings[study.findings["code"] == "lieu_sans_zone"]
    assert missing["id"].unique().tolist() == ["demo-61-01"]
    inside = study.communes[study.communes["dans_selection"]]
    table = study.tables["departement"].iloc[0]
    part = table["part_aire_couverte_20min"]
    whole = study.coverage[study.communes["dans_selection"]]["aire_km2"].sum()
    assert study.gaps["aire_km2"].sum() == pytest.approx((1 - part) * whole, rel=1e-6)
    assert len(inside) == table["communes"]
    ten = build(departements="61", areas=reach, judged_min=10)
    assert ten.gaps["aire_km2"].sum() > study.gaps["aire_km2"].sum()
    with pytest.raises(epn.DataError, match="15 min was not measured; there is 10, 20 min"):
        build(departements="61", areas=reach, judged_min=15)


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "epn_geo", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "100"},
    )


def test_build_takes_a_file_of_polygons(reach: Path, tmp_path: Path) -> None:
    areas = tmp_path / "portee.gpkg"
    areas.write_bytes(reach.read_bytes())
    asked = ("build", "--departement", "61", "--areas", "portee.gpkg", "-o", "m")
    done = run(*asked, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Lieux qui comptent et n'ont pas de polygone de portée : 1" in done.stderr
    book = openpyxl.load_workbook(tmp_path / "m/tableaux.xlsx")
    heads = [cell.value for row in book["Communes"].iter_rows(max_row=2) for cell in row]
    assert "Part de la surface à portée (20 min)" in heads
    told = " ".join(str(r[0]) for r in book["Résumé"].iter_rows(values_only=True))
    assert "à plus de 20 min d'un lieu" in told
    layer = gpd.read_file(tmp_path / "m/couches.gpkg", layer="portee")
    assert set(layer["minutes"]) == {10, 20}
    page = (tmp_path / "m/carte.html").read_text(encoding="utf-8")
    assert "what_if_areas" in page
    again = run(*asked, "--if-changed", cwd=tmp_path)
    assert "rien n'a changé" in again.stderr
    replay = run("build", "--replay", "m/resume.json", "-o", "n", cwd=tmp_path)
    assert "identiques" in replay.stderr or "à l'octet" in replay.stderr, replay.stderr
    record = json.loads((tmp_path / "m/resume.json").read_text(encoding="utf-8"))
    assert record["portees"]["fichier"] == "portee.gpkg"
    assert "areas" not in record["parametres"]
    frame = gpd.read_file(areas)
    frame.iloc[1:].to_file(areas)  # another content under the same name
    changed = run(*asked, "--if-changed", cwd=tmp_path)
    assert "rien n'a changé" not in changed.stderr
    lost = run("build", "--replay", "n/resume.json", "-o", "o", cwd=tmp_path)
    assert lost.returncode == 1
    assert "portee.gpkg of that run has changed" in lost.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--areas", "none.gpkg"], "There is no file none.gpkg"),
        (["--areas", "x.csv", "--radius", "5km"], "Give either --radius or --areas"),
    ],
)
def test_a_wrong_call_is_one_sentence(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = run("build", "--departement", "61", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("verb", "file", "told"),
    [
        (["sites", "--new", "1"], "sites.csv", "lieu"),
        (["skills"], "competences.csv", ""),
        (["network"], "fermetures.csv", ""),
        (["access"], "acces.csv", "Accès moyen"),
        (["sheets", "--level", "departement", "--format", "html"], "departement-61-orne.html", ""),
        (["diff", str(DEMO), "--remove", "demo-61-04"], "note.html", "à moins de 20 min d’un lieu"),
    ],
    ids=["sites", "skills", "network", "access", "sheets", "diff"],
)
def test_the_other_verbs_take_polygons_too(
    reach: Path, tmp_path: Path, verb: list[str], file: str, told: str
) -> None:
    done = run(*verb, "--departement", "61", "--areas", str(reach), "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / file).exists()
    assert told in done.stderr
    if verb[0] != "sheets":
        assert "mais sans polygone de portée" in done.stderr
    if verb[0] == "network":
        table = pd.read_csv(tmp_path / "out/fermetures.csv", sep=";", decimal=",")
        assert table["aire_dependante_km2"].max() > 0
        zones = pd.read_csv(tmp_path / "out/zones.csv", sep=";", decimal=",")
        assert set(zones["minutes"]) == {20.0}
    if verb[0] == "sheets":
        assert "à moins de 20\u00a0min d" in (tmp_path / "out" / file).read_text(encoding="utf-8")


def test_two_files_compare_two_ways_of_reaching(reach: Path, tmp_path: Path) -> None:
    near = gpd.read_file(reach)
    near = near.set_geometry(near.geometry.buffer(-2000))
    later = as_file(near, tmp_path / "apres.gpkg")
    asked = ("diff", str(DEMO), str(DEMO), "--departement", "61", "-o", "out")
    done = run(*asked, "--areas", str(reach), "--areas-after", str(later), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "out/changes.json").read_text(encoding="utf-8"))
    assert figures["minutes"] == [10.0, 20.0]
    orne = figures["par_departement"][0]
    assert orne["population_perdue_20min"] > 0
    assert orne["population_gagnee_20min"] == 0
    record = json.loads((tmp_path / "out/resume.json").read_text(encoding="utf-8"))
    assert record["portees"]["sha256"] != record["portees_apres"]["sha256"]
    alone = run(*asked, "--areas-after", str(later), cwd=tmp_path)
    assert "--areas-after needs --areas" in alone.stderr


def test_what_isochrones_give_is_read_back_from_a_file(tmp_path: Path) -> None:
    places = epn.read_places(DEMO).iloc[:3]
    metric = places.to_crs(2154)
    drawn = pd.concat(
        metric.set_geometry(metric.buffer(1000 * m)).to_crs(4326).assign(minutes=m) for m in (5, 9)
    ).assign(duree_methode="isochrone IGN, en voiture", remarque="")
    communes = epn.read_communes(departements="14")
    direct = epn.measure_coverage(communes, places, areas=drawn)
    read = epn.read_areas(epn.write_layer(drawn, tmp_path / "isochrones.gpkg"))
    again = epn.measure_coverage(communes, places, areas=read)
    np.testing.assert_allclose(direct["part_couverte_9min"], again["part_couverte_9min"])
    assert set(again["methode_portee"]) == {"isochrone IGN, en voiture"}
    assert epn.check_areas(drawn, places).empty
    assert epn.check_areas(read, places).empty
