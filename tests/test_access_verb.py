"""``epn-geo access``: one command, files that agree with each other, and the story on stderr."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import epn_geo as epn
from epn_geo import accessfiles
from epn_geo.areas import warned_once
from epn_geo.cli import app
from epn_geo.embedded import embedded_path

DEMO = embedded_path("demo/epn-demonstration.csv")


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["access", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def french(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig", dtype={"code_insee": str})


def test_the_files_hold_what_the_functions_give(tmp_path: Path) -> None:
    code, out, err = run("--departement", "Orne", "--supply", "heures", "-o", str(tmp_path))
    assert code == 0
    names = {Path(line).name for line in out.splitlines()}
    assert names == {path.name for path in tmp_path.iterdir()}
    assert "indice de Gini" in err
    assert "DÉMONSTRATION" in err
    communes = epn.read_communes(departements="61")
    places = epn.add_weekly_hours(epn.locate(epn.read_places(DEMO), communes))
    expected = epn.measure_access(communes, places, supply="heures_semaine")
    written = french(tmp_path / "acces.csv")
    assert written["acces_pour_10000_hab"].tolist() == pytest.approx(
        expected["acces_pour_10000_hab"].tolist(), abs=1e-6
    )
    inequality = french(tmp_path / "acces-inegalites.csv")
    gini = epn.gini_index(expected["acces_pour_10000_hab"], expected["population"])
    assert inequality["gini"][0] == pytest.approx(gini)
    assert "epnStart" in (tmp_path / "acces.html").read_text(encoding="utf-8")


def test_indices_keep_their_decimals_in_the_workbook(tmp_path: Path) -> None:
    run("--departement", "61", "-o", str(tmp_path))
    sheet = openpyxl.load_workbook(tmp_path / "acces.xlsx")["Inégalités d'accès"]
    titles = {cell.value: cell.column for cell in sheet[2]}  # the first line says: demonstration
    cell = sheet.cell(3, titles["Indice de Gini"])
    assert 0 < cell.value < 1
    assert cell.number_format == "#,##0.00"
    assert sheet.cell(3, titles["Part sous le seuil"]).number_format == "0.0%"


def test_a_grid_and_weights_are_taken_and_told(tmp_path: Path) -> None:
    communes = epn.read_communes(departements="61").to_crs(3035)
    inside = communes.representative_point()
    ids = [
        f"CRS3035RES200mN{int(p.y // 200) * 200}E{int(p.x // 200) * 200}" for p in inside.iloc[::2]
    ]
    ids.append("CRS3035RES200mN2000000E2000000")
    grid = tmp_path / "grid.csv"
    pd.DataFrame({"idcar_200m": ids, "ind": 10.0}).to_csv(grid, index=False)
    code, out, _ = run(
        "--departement", "61", "--grid", str(grid), "--weight", "antenne=0.5", "--method", "2sfca",
        "--radius", "12km", "--line", "1", "-o", str(tmp_path / "out"), "--json", "--lang", "en",
    )  # fmt: skip
    assert code == 0
    record = json.loads(out)
    outside = next(row for row in record["carreaux"] if row["rattachement"] == "hors communes")
    assert outside["carreaux"] == 1
    assert record["parametres"]["category_weights"] == {"antenne": 0.5}
    assert record["ensemble"]["seuil"] == 1
    assert french(tmp_path / "out/acces.csv")["methode_population"].eq("carreaux").sum() > 150


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    hashes = []
    for name in ("a", "b"):
        run("--departement", "61", "-o", str(tmp_path / name))
        files = sorted((tmp_path / name).iterdir())
        hashes.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--radius", "15"], "Did you mean '15km'"),
        (["--weight", "antenne"], "CATEGORY=NUMBER"),
        (["--supply", "etpp"], "no column 'etpp'"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    with pytest.raises(epn.EpnGeoError, match=message):
        run("--departement", "61", "-o", str(tmp_path), *arguments)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def reach(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Polygons of three times for the places of the Orne; one has none, one none of 10 minutes."""
    places = epn.read_places(DEMO)
    places = places[places["categorie"].isin(["EPN", "antenne"])].to_crs(2154)
    bands = pd.concat(
        places.set_geometry(places.buffer(400 * minutes, quad_segs=4)).assign(minutes=minutes)
        for minutes in (10, 20, 30)
    )
    bands = bands[bands["id"] != "demo-61-01"]
    bands = bands[~((bands["id"] == "demo-61-02") & (bands["minutes"] == 10))]
    file = tmp_path_factory.mktemp("reach") / "portee.gpkg"
    bands[["id", "minutes", "geometry"]].to_file(file)
    return file


def sources_of(book: Path) -> str:
    sheet = openpyxl.load_workbook(book)["Sources et définitions"]
    return "\n".join(str(row[0]) for row in sheet.iter_rows(values_only=True))


def test_polygons_of_several_times_are_zones_of_the_decay(reach: Path, tmp_path: Path) -> None:
    code, out, err = run(
        "--departement", "61", "--areas", str(reach), "-o", str(tmp_path), "--json"
    )
    assert code == 0
    communes = epn.read_communes(departements="61")
    places, areas = epn.locate(epn.read_places(DEMO), communes), gpd.read_file(reach)
    with warned_once():
        expected = epn.measure_access(communes, places, areas=areas)
        load = epn.measure_load(places, communes, areas=areas)
    written = french(tmp_path / "acces.csv")
    assert written["acces_pour_10000_hab"].tolist() == pytest.approx(
        expected["acces_pour_10000_hab"].tolist(), abs=1e-6
    )
    assert "part_couverte_10min" in written
    assert "rayon_km" not in written
    served = french(tmp_path / "acces-lieux.csv")["population_attendue"].dropna()
    assert served.sum() == pytest.approx(load["population_attendue"].sum(), abs=len(served))
    told = sources_of(tmp_path / "acces.xlsx")
    assert "Méthode E2SFCA, bassin d'un lieu : 30\u00a0min (polygones de portée fournis)" in told
    assert "1,00 jusqu'à 10\u00a0min, 0,36 jusqu'à 20\u00a0min, 0,05 jusqu'à 30\u00a0min" in told
    assert f"Portées : {len(areas)} polygones du fichier portee.gpkg." in told
    assert "ligne droite" not in told
    assert "et qui ne couvrent donc rien : 1 (Démonstration – EPN – Alençon)" in err
    assert "Lieux sans polygone de 10\u00a0min" in err
    asked = json.loads(out)["parametres"]
    assert asked["areas"] == reach.as_posix()
    assert "radius_km" not in asked


def test_a_time_says_where_the_catchment_ends(reach: Path, tmp_path: Path) -> None:
    options = ["--departement", "61", "--areas", str(reach), "--judged", "20min"]
    run(*options, "-o", str(tmp_path / "zones"))
    run(*options, "--method", "2sfca", "-o", str(tmp_path / "within"))
    communes = epn.read_communes(departements="61")
    places, areas = epn.locate(epn.read_places(DEMO), communes), gpd.read_file(reach)
    twenty = areas[areas["minutes"] <= 20]
    with warned_once():
        by_zone = epn.measure_access(communes, places, areas=twenty)
        within = epn.measure_access(
            communes, places, areas=areas[areas["minutes"] == 20], method="2sfca"
        )
    for folder, expected in (("zones", by_zone), ("within", within)):
        written = french(tmp_path / folder / "acces.csv")
        assert "part_couverte_30min" not in written
        assert written["acces_pour_10000_hab"].tolist() == pytest.approx(
            expected["acces_pour_10000_hab"].tolist(), abs=1e-6
        )
    assert "on y est ou non ; offre" in sources_of(tmp_path / "within/acces.xlsx")
    assert "0,10 jusqu'à 20\u00a0min ; offre" in sources_of(tmp_path / "zones/acces.xlsx")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--judged", "15min"], "has no polygons of 15 min: they are of 10, 20, 30 min"),
        (["--judged", "10km"], "has no polygons of 10 km: they are of 10, 20, 30 min"),
        (["--radius", "15km"], "either --radius or --areas"),
    ],
)
def test_a_time_that_is_not_there_is_one_sentence(
    reach: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    with pytest.raises(epn.DataError, match=message):
        run("--departement", "61", "--areas", str(reach), "-o", str(tmp_path), *arguments)
    with pytest.raises(epn.DataError, match="give --areas with it"):
        run("--departement", "61", "-o", str(tmp_path), "--judged", "20min")
    assert list(tmp_path.iterdir()) == []


def test_polygons_of_nobody_in_particular_are_refused(reach: Path, tmp_path: Path) -> None:
    file = tmp_path / "bare.gpkg"
    gpd.read_file(reach)[["geometry"]].to_file(file)
    with pytest.raises(epn.DataError, match="do not say whose they are"):
        run("--departement", "61", "--areas", str(file), "-o", str(tmp_path / "out"))
    with pytest.raises(epn.DataError, match=r"bare.gpkg says no time of its polygons"):
        run("--departement", "61", "--areas", str(file), "--judged", "20min", "-o", str(tmp_path))


def test_hours_that_are_missing_are_refused_or_replaced(tmp_path: Path) -> None:
    places = pd.read_csv(DEMO, dtype=str)
    places.loc[places.index[:3], "horaires"] = "le matin"
    file = tmp_path / "list.csv"
    places.to_csv(file, index=False)
    options = [str(file), "--supply", "heures", "-o", str(tmp_path / "out"), "--departement", "14"]
    with pytest.raises(epn.DataError, match="give missing_supply"):
        run(*options)
    code, _, err = run(*options, "--missing-supply", "0")
    assert code == 0
    assert "3 lieux sans horaires compris" in err
    read = pd.read_csv(tmp_path / "out/acces-lieux.csv", sep=";", encoding="utf-8-sig")
    assert (read["horaires_lus"] == "non compris").sum() == 3


@pytest.mark.parametrize("shape", ["step", "gaussian", "exponential", "power"])
def test_every_decay_has_a_french_name(shape: str) -> None:
    told = accessfiles._tell_decay(shape, "fr")  # noqa: SLF001 - said in every file of sources
    assert told not in ("", shape)
    assert accessfiles._tell_decay({5.0: 1.0}, "fr") == "{5.0: 1.0}"  # noqa: SLF001 - as above
