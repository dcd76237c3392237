"""Closures, CRANT and clusters as files: by hand, and on real communes."""

from __future__ import annotations

import importlib.util
import json
from importlib.machinery import ModuleSpec
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import Result
from openpyxl import load_workbook
from typer.testing import CliRunner

import epn_geo as epn
from epn_geo import clusters, networkfiles
from epn_geo.areas import warned_once
from epn_geo.cli import app
from epn_geo.crant import crant_territories
from epn_geo.outputs import read_network
from tests.worlds import make_places


def run(*words: str) -> Result:
    return CliRunner().invoke(app, [*words])


def test_how_many_places_reach_each_town_hall(grid: gpd.GeoDataFrame) -> None:
    # town halls are at the middle of squares of 4 km; the third place is a CRANT, which covers none
    places = make_places(
        (2000.0, 2000.0), (6000.0, 2000.0), (6000.0, 6000.0),
        categorie=["EPN", "EPN", "CRANT"],
    )  # fmt: skip
    words = networkfiles._how_many(grid, places, 4.0, None)  # noqa: SLF001 - what the map is shaded by
    told = dict(zip(grid["code_insee"], words, strict=True))
    assert told["14001"] == told["14005"] == "deux lieux"  # 4 km is still within reach
    assert told["14002"] == told["14006"] == told["27001"] == "un seul lieu"
    assert told["14007"] == "aucun lieu"
    assert words.cat.categories.tolist() == list(networkfiles.HOW_MANY)


def test_each_commune_tells_of_its_crant() -> None:
    network, communes = read_network(None, {"departements": ["14", "61"]})
    territories = crant_territories(network, communes)
    told = networkfiles._of_crant(communes, territories, "fr")  # noqa: SLF001 - as above
    assert told.index.equals(communes.index)
    counted = told.dropna(subset="aire_relative").groupby("aire_relative").size()
    expected = territories[territories["communes"] > 0].set_index("aire_relative")["communes"]
    assert counted.sort_index().tolist() == expected.sort_index().tolist()
    large = territories.loc[territories["aire_relative"].idxmax()]
    said = told.loc[told["aire_relative"] == large["aire_relative"], "motifs"].unique()
    assert len(said) == 1
    assert said[0].startswith(large["crant"])


def test_the_sheet_of_a_place_says_what_its_closure_costs(tmp_path: Path) -> None:
    network, communes = read_network(None, {"epci": "200068468"})
    closures = epn.measure_closures(network, communes, 10)
    told = networkfiles._telling(closures, "10", "fr")  # noqa: SLF001 - as above
    first = told.sort_values("rang_fermeture").iloc[0]
    people = f"{first['population_dependante_aire']:,.0f}".replace(",", "\u202f")
    assert first["presentation_resume"].startswith(f"S'il fermait : {people} habitants")
    assert "(rang 1)" in first["presentation_resume"]
    assert str(first["lieu_suivant"]) in first["presentation_resume"]
    no_reach = told[told["categorie"] == "CRANT"]
    assert len(no_reach)
    assert no_reach["presentation_resume"].eq("").all()


def test_the_sheet_of_a_place_without_polygon_says_so_and_gives_no_figure() -> None:
    network, communes = read_network(None, {"epci": "200068468"})
    served = network[epn.serves(network)].to_crs(2154)
    drawn = served.set_geometry(served.buffer(8000)).assign(minutes=20).iloc[1:]
    with warned_once():
        closures = epn.measure_closures(network, communes, areas=drawn)
    told = networkfiles._telling(closures, "20 min", "fr")  # noqa: SLF001 - as above
    undrawn = told.loc[served.index[0], "presentation_resume"]
    assert undrawn == "Sans polygone de portée : ce que coûterait sa fermeture n'est pas connu."
    assert (told["presentation_resume"] == undrawn).sum() == 1


def test_clusters_are_those_of_the_function(tmp_path: Path) -> None:
    words = ["--departement", "61", "--departement", "27", "--permutations", "499"]
    done = run("clusters", *words, "-o", str(tmp_path), "--json")
    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout)
    assert {p.name for p in tmp_path.iterdir()} == set(record["fichiers"])
    network, communes = read_network(None, {"departements": ["61", "27"]})
    measured = epn.measure_coverage(communes, network, 10)
    expected = epn.find_clusters(measured, "distance_km", permutations=499)
    written = pd.read_csv(tmp_path / "amas.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert written["amas"].tolist() == expected["amas"].tolist()
    count = {row["amas"]: row["communes"] for row in record["lignes"]}
    assert count == expected["amas"].value_counts().to_dict()
    assert f"haut-haut ({count['haut-haut']} communes)" in done.stderr
    book = load_workbook(tmp_path / "amas.xlsx")
    assert book.sheetnames == ["Amas", "Communes", "Sources et définitions"]
    lines = [str(row[0].value) for row in book["Sources et définitions"].iter_rows()]
    assert any("499 mondes tirés au hasard (graine 0), au plus 5 %" in line for line in lines)


def test_clusters_of_access_and_hot_spots(tmp_path: Path) -> None:
    words = ["--departement", "61", "--permutations", "199", "--statistic", "gi"]
    figure = ["--figure", "acces_pour_10000_hab"]
    done = run("clusters", *words, *figure, "-o", str(tmp_path))
    assert done.exit_code == 0, done.output
    written = pd.read_csv(tmp_path / "amas.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert "acces_pour_10000_hab" in written
    assert written["amas"].isin(["point chaud", "point froid", "non significatif"]).all()


@pytest.mark.parametrize(
    ("figure", "title"),
    [
        ("part_couverte", "Amas : Part de la surface à portée (20 min)"),
        ("acces_pour_10000_hab", "Amas : Offre pour 10 000 habitants (20 min)"),
        ("distance_km", "Amas : Distance au lieu le plus proche (km)"),
    ],
)
def test_clusters_by_polygons_speak_of_minutes(tmp_path: Path, figure: str, title: str) -> None:
    network, communes = read_network(None, {"departements": ["61", "27"]})
    serving = network[epn.serves(network)].to_crs(2154)
    drawn = serving.set_geometry(serving.buffer(8000, quad_segs=8)).assign(minutes=20)
    file = tmp_path / "portee.gpkg"
    drawn.iloc[1:][["id", "minutes", "geometry"]].to_file(file)
    out = tmp_path / "out"
    words = ["--departement", "61", "--departement", "27", "--permutations", "199"]
    done = run("clusters", *words, "--figure", figure, "--areas", str(file), "-o", str(out))
    assert done.exit_code == 0, done.output
    assert "et qui ne couvrent donc rien : 1 (" in done.stderr
    assert ("à vol d'oiseau, jusqu'au lieu" in done.stderr) == (figure == "distance_km")
    with warned_once():
        measured = epn.measure_coverage(communes, network, areas=drawn.iloc[1:])
        measured = epn.measure_access(measured, network, areas=drawn.iloc[1:])
    written = pd.read_csv(out / "amas.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert written[figure].tolist() == pytest.approx(measured[figure].tolist(), abs=1e-3)
    assert set(written["minutes"]) == {20}
    assert title.replace("\u202f", " ") in (
        (out / "carte-amas.html").read_text(encoding="utf-8").replace("\u202f", " ")
    )


def test_without_the_extra_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "esda" else importlib.util.find_spec(name, package)

    monkeypatch.setattr(clusters, "find_spec", without)
    done = run("clusters", "-o", str(tmp_path / "out"))
    assert isinstance(done.exception, epn.DataError)
    assert "pip install 'epn-geo[stats]'" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_figure_that_is_not_there_is_guessed_at(tmp_path: Path) -> None:
    network, communes = read_network(None, {"epci": "200068468"})
    with pytest.raises(epn.ColumnError, match="Did you mean 'distance_km'"):
        networkfiles.deliver_clusters(network, communes, 10, tmp_path, column="distance")


def test_no_cluster_is_said() -> None:
    nothing = pd.DataFrame({"amas": ["non significatif"], "communes": [9]})
    assert networkfiles.tell_clusters(nothing) == "Aucun amas que le hasard n'expliquerait pas."
