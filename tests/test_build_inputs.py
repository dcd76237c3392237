"""A study with a population grid and a need: by hand, and on real communes with its record."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

import epn_geo as epn
from epn_geo import streaming
from epn_geo.cli import app
from epn_geo.delivery import repeat
from epn_geo.study import build
from tests.worlds import make_places

EPCI, COMMUNES = "200069458", 42  # in the Orne
DECLARED = {"direction": "high", "bounds": (0, 100), "vintage": 2022}


def cells(*rows: tuple[float, float, float]) -> pd.DataFrame:
    x, y, people = zip(*rows, strict=True)
    return pd.DataFrame({"epsg": 2154, "x": x, "y": y, "population": people})


def a_need(tmp_path: Path, **figures: float) -> pd.DataFrame:
    path = tmp_path / "age.csv"
    rows = "".join(f"{code[1:]};{value}\n" for code, value in figures.items())
    path.write_text(f"code;age\n{rows}", encoding="utf-8")
    return epn.read_needs(path, column="age", **DECLARED)


def test_people_are_counted_where_they_live(grid: gpd.GeoDataFrame) -> None:
    place = make_places((2000.0, 2000.0), categorie="EPN")
    # in 14001 everybody beside the place; in 14005, a neighbour, three quarters far from it
    people = cells((2000, 2000, 100), (4500, 2000, 50), (7900, 2000, 150))
    study = build(place, communes=grid, radii_km=[3.0], grid=people)
    by_area = build(place, communes=grid, radii_km=[3.0])
    counted = study.coverage.set_index("code_insee")
    assert counted.loc["14001", "population_couverte_3km"] == 100
    assert counted.loc["14005", "population_couverte_3km"] == 25
    assert counted.loc["14005", "distance_habitants_km"] == pytest.approx(0.25 * 2.5 + 0.75 * 5.9)
    assert counted.loc["14002", "methode_population"] == "surface"
    same = by_area.coverage.set_index("code_insee").loc["14002", "population_couverte_3km"]
    assert counted.loc["14002", "population_couverte_3km"] == same
    table = study.tables["departement"].set_index("code_departement")
    assert table.loc["14", "part_comptee_par_carreaux"] == 2 / 8
    assert table.loc["14", "population_couverte_3km"] == pytest.approx(
        counted.loc[counted["code_departement"] == "14", "population_couverte_3km"].sum()
    )
    expected = (100 * 0 + 100 * (0.25 * 2.5 + 0.75 * 5.9)) / 200
    assert table.loc["14", "distance_habitants_km"] == pytest.approx(expected)
    assert {"methode_population", "population_hors_portee_surface"} <= set(study.gaps)
    assert study.cells is not None
    assert study.cells["carreaux"].sum() == 3
    assert "carreaux" not in by_area.coverage
    assert by_area.cells is None


def test_a_file_gives_the_study_that_its_cells_give(
    grid: gpd.GeoDataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make_places((2000.0, 2000.0), categorie="EPN")
    x, y = (axis.ravel() for axis in np.meshgrid(range(0, 20_000, 400), range(0, 20_000, 400)))
    names = [f"CRS2154RES200mN{b}E{a}" for a, b in zip(x, y, strict=True)]
    people = pd.DataFrame({"idcar_200m": names, "ind": 1 + x % 7, "men": 0.4})
    people.to_parquet(tmp_path / "all.parquet")
    (tmp_path / "parts").mkdir()
    for nth in range(3):
        rows = people.iloc[nth * 900 : (nth + 1) * 900]
        rows.to_parquet(tmp_path / f"parts/{nth}.parquet")
    whole = build(
        place, communes=grid, radii_km=[3.0], grid=epn.read_grid(tmp_path / "all.parquet")
    )
    monkeypatch.setattr(streaming, "BATCH_ROWS", 200)
    for file in ("all.parquet", "parts"):
        study = build(place, communes=grid, radii_km=[3.0], grid=tmp_path / file)
        for name in ("coverage", "gaps", "cells"):
            told, expected = (pd.DataFrame(getattr(one, name)) for one in (study, whole))
            pd.testing.assert_frame_equal(told, expected, check_exact=True)
        assert study.cells is not None
        assert study.cells["carreaux"].sum() == len(people) > study.cells["carreaux"].iloc[0]


def test_a_need_ranks_and_flags(grid: gpd.GeoDataFrame, tmp_path: Path) -> None:
    needs = a_need(tmp_path, c27001=80, c27002=20, c14001=90)
    place = make_places((2000.0, 2000.0), categorie="EPN")
    study = build(place, communes=grid, radii_km=[3.0], needs=needs, need_by="departement")
    coverage = study.coverage.set_index("code_insee")
    assert coverage.loc["27001", "prioritaire"] == "oui"
    assert coverage.loc["27001", "motifs"].endswith("besoin 80/100")
    assert coverage.loc["27002", "prioritaire"] == "non"
    assert coverage.loc["27003", "prioritaire"] == "besoin inconnu"
    assert coverage.loc["14001", "prioritaire"] == "non"  # in need, and served
    assert study.ranking is not None
    first = study.ranking.iloc[0]
    assert (first["code_departement"], first["rang"]) == ("27", 1)
    assert first["score"] == pytest.approx(100 * 0.8 + 100 * 0.2)
    assert first["population_renseignee"] == 200
    assert first["population_hors_portee"] == 800


def test_a_need_of_elsewhere_is_refused(grid: gpd.GeoDataFrame, tmp_path: Path) -> None:
    place = make_places((2000.0, 2000.0), categorie="EPN")
    with pytest.raises(epn.DataError, match="says nothing of these 16 communes"):
        build(place, communes=grid, radii_km=[3.0], needs=a_need(tmp_path, c75056=50))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write a grid and a need for one EPCI."""
    folder = tmp_path_factory.mktemp("inputs")
    communes = epn.read_communes(epci=EPCI)
    halls = gpd.GeoSeries.from_xy(
        communes["mairie_longitude"], communes["mairie_latitude"], crs=4326
    ).to_crs(3035)
    corner = [(int(y) // 200 * 200, int(x) // 200 * 200) for x, y in zip(halls.x, halls.y)]  # noqa: B905
    grid = pd.DataFrame(
        {
            "idcar_200m": [f"CRS3035RES200mN{n}E{e}" for n, e in corner],
            "ind": communes["population"].to_numpy() * 0.9,
            "men": communes["population"].to_numpy() / 2.2,
        }
    ).drop_duplicates("idcar_200m")
    grid.to_csv(folder / "carreaux.csv", index=False)
    ages = np.linspace(10, 40, len(communes)).round(2)
    need = pd.DataFrame({"codgeo": communes["code_insee"], "age": ages})
    need.iloc[5:].to_csv(folder / "age.csv", index=False)
    return {"grid": folder / "carreaux.csv", "need": folder / "age.csv"}


def build_with(inputs: dict[str, Path], out: Path, *more: str) -> Result:
    words = "--figure age --direction high --bounds 0..100 --vintage 2022 --min-need 30%"
    files = ["--grid", str(inputs["grid"]), "--need", str(inputs["need"])]
    where = ["-o", str(out), "--epci", EPCI, "--radius", "10km"]
    done = CliRunner().invoke(app, ["build", *where, *files, *words.split(), *more])
    assert done.exit_code == 0, done.output
    return done


def test_the_record_knows_both_files(inputs: dict[str, Path], tmp_path: Path) -> None:
    done = build_with(inputs, tmp_path / "a", "--json")
    first = json.loads(done.stdout)
    assert first["besoin"]["fichier"] == "age.csv"
    assert first["grille"]["sha256"]
    assert first["parametres"]["need"]["declared"]["vintage"] == "2022"
    assert first["besoins"]["communes_renseignees"] == COMMUNES - 5
    assert sum(row["carreaux"] for row in first["carreaux"]) >= COMMUNES - 2
    assert "carreaux lus" in done.stderr
    assert "communes prioritaires" in done.stderr
    assert {"classement.csv", "besoins-lus.csv"} <= set(first["fichiers"])
    assert "rien n'a changé" in build_with(inputs, tmp_path / "a", "--if-changed").stderr

    # the workbook holds every ingredient; the sources say direction and vintage
    book = openpyxl.load_workbook(tmp_path / "a" / "tableaux.xlsx")
    said = {str(cell.value) for sheet in book for row in sheet for cell in row}
    assert {"Habitants comptés par", "Part des habitants comptés par carreaux"} <= said
    assert any(text.startswith("Besoin « age » : age.csv, 2022") for text in said)
    ranking = pd.read_csv(tmp_path / "a" / "donnees" / "classement.csv")
    known = ranking.dropna(subset="score")
    product = known["population_renseignee"] * known["besoin"]
    assert product.tolist() == pytest.approx(known["score"].tolist())

    # the same from elsewhere, by content; another content is another run, or none
    moved, told = tmp_path / "moved", []
    moved.mkdir()
    (tmp_path / "a" / "resume.json").rename(moved / "resume.json")
    for file in inputs.values():
        file.rename(moved / file.name)
    repeat(moved / "resume.json", tmp_path / "b", tell=lambda text, **_: told.append(text))
    assert "mêmes, à l'octet près" in told[-1]
    (moved / "age.csv").write_text("codgeo;age\n61010;3\n", encoding="utf-8")
    with pytest.raises(epn.DataError, match=r"age.csv of that run has changed since"):
        repeat(moved / "resume.json", tmp_path / "c")
    (moved / "carreaux.csv").rename(inputs["grid"])
    (moved / "age.csv").rename(inputs["need"])
    other = build_with(inputs, tmp_path / "b", "--if-changed", "--json")
    assert "rien n'a changé" not in other.stderr
    assert json.loads(other.stdout)["besoins"]["communes_renseignees"] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--need", "{need}"], "give --figure, --direction, --bounds, --vintage with it"),
        (["--figure", "age"], "go with --need FILE"),
        (["--grid", "nowhere.csv"], "There is no file nowhere.csv"),
        (["--replay", "resume.json", "--grid", "{grid}"], "takes its parameters from the record"),
    ],
)
def test_what_cannot_be_asked_is_explained(
    inputs: dict[str, Path], tmp_path: Path, options: list[str], message: str
) -> None:
    words = [word.format(**inputs) for word in options]
    done = CliRunner().invoke(app, ["build", "-o", str(tmp_path / "out"), *words])
    assert isinstance(done.exception, epn.DataError)
    assert message in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_grid_in_a_folder_is_known_by_its_content(
    inputs: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "carreaux"
    folder.mkdir()
    cells = pd.read_csv(inputs["grid"])
    cells.iloc[:9].to_parquet(folder / "a.parquet")
    cells.iloc[9:].to_parquet(folder / "b.parquet")
    parts = inputs | {"grid": folder}
    done = build_with(parts, tmp_path / "a", "--json")
    first = json.loads(done.stdout)
    assert first["grille"]["fichier"] == "carreaux"
    by_file = json.loads(build_with(inputs, tmp_path / "b", "--json").stdout)
    assert first["carreaux"] == by_file["carreaux"]
    assert first["grille"]["sha256"] != by_file["grille"]["sha256"]
    assert "rien n'a changé" in build_with(parts, tmp_path / "a", "--if-changed").stderr
    told: list[str] = []
    repeat(tmp_path / "a/resume.json", tmp_path / "c", tell=lambda text, **_: told.append(text))
    assert "mêmes, à l'octet près" in told[-1]
    cells.iloc[10:].to_parquet(folder / "b.parquet")
    changed = build_with(parts, tmp_path / "a", "--if-changed")
    assert "rien n'a changé" not in changed.stderr
