"""The verbs that help to decide, from the command line to the files."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import epn_geo as epn
from epn_geo.cli import app
from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError
from epn_geo.outputs import read_network
from epn_geo.study import DEMONSTRATION
from tests.test_maps import payload_of

RUN = CliRunner()


def invoke(*arguments: str) -> list[str]:
    done = RUN.invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig", dtype={"id": str})


def test_sites_for_two_departements(tmp_path: Path) -> None:
    out = tmp_path / "sites"
    printed = invoke(
        "sites", "--new", "3", "--departement", "27", "--departement", "Seine-Maritime",
        "--sensitivity", "8km", "-o", str(out),
    )  # fmt: skip
    names = ["sites.csv", "sensibilite.csv", "sites.xlsx", "sites.gpkg", "carte-sites.html"]
    assert printed == [str(out / name) for name in names]
    assert sorted(file.name for file in out.iterdir()) == sorted(names)
    table = read(out / "sites.csv")
    assert table["rang"].tolist() == [1, 2, 3]
    assert set(table["code_departement"]) <= {27, 76}
    assert {"gain_27", "gain_76", "gain_ailleurs"} <= set(table)
    assert "gain_14" not in table
    assert table["methode"].eq("optimum prouvé").all()
    layer = gpd.read_file(out / "sites.gpkg", layer="sites")
    assert layer["id"].tolist() == table["id"].tolist()
    book = load_workbook(out / "sites.xlsx")
    assert book.sheetnames == ["Lieux proposés", "Sensibilité", "Sources et définitions"]
    words = [cell.value for row in book["Lieux proposés"].iter_rows(max_row=3) for cell in row]
    assert "Habitants gagnés, département 27" in words
    head = payload_of((out / "carte-sites.html").read_text("utf-8"))
    gained = f"{table['gain_cumule'].iloc[-1]:,.0f}".replace(",", "\u202f")
    where = " et ".join(sorted(set(table["departement"])))
    assert head["title"] == (
        f"3 lieux proposés – {where} : {gained} habitants de plus à moins de 10 km"
    )
    assert "sans les lieux proposés" in head["notices"][0]


def test_sites_as_json_and_the_quick_answer(tmp_path: Path) -> None:
    done = RUN.invoke(
        app,
        ["sites", "--epci", "200066801", "--new", "2", "--radius", "5km", "--time-limit", "0s",
         "--lang", "en", "--json", "-o", str(tmp_path)],
        catch_exceptions=False,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["fichiers"][0] == "sites.csv"
    assert {row["methode"] for row in told["lignes"]} <= {"greedy", "proven optimum"}
    assert "places proposed" in done.stderr


def test_as_many_as_it_takes(tmp_path: Path) -> None:
    invoke(
        "sites", "--departement", "61", "--share", "100%", "--radius", "15km", "-o", str(tmp_path)
    )
    table = read(tmp_path / "sites.csv")
    assert table["communes_hors_portee"].iloc[-1] == 0
    assert table["valeur"].eq(len(table)).all()


def test_skills_and_a_gap(tmp_path: Path) -> None:
    printed = invoke(
        "skills", "--by", "departement", "--departement", "27", "-o", str(tmp_path),
        "--gap", "Compréhension du monde numérique",
    )  # fmt: skip
    names = ["competences.csv", "competences.xlsx", "manques.csv", "manques.gpkg"]
    assert printed == [str(tmp_path / name) for name in [*names, "carte-manques.html"]]
    table = read(tmp_path / "competences.csv")
    assert len(table) == 9
    assert table.set_index("valeur").loc["Compréhension du monde numérique", "lieux"] == 0
    book = load_workbook(tmp_path / "competences.xlsx")
    shown = ["Lieux", "Part à portée", "Habitants à portée", "Sources et définitions"]
    assert book.sheetnames == shown
    heads = [cell.value for row in book["Lieux"].iter_rows(max_row=3) for cell in row]
    assert "Loisirs et créations numériques" in heads
    gaps = read(tmp_path / "manques.csv")
    assert len(gaps) == 585
    assert gaps["population_sans_service"].sum() > 0


def test_who_lacks_a_skill_is_said_first_on_the_map_and_on_the_terminal(tmp_path: Path) -> None:
    value = "Utilisation sécurisée du numérique"
    asked = ["skills", "--departement", "27", "-o", str(tmp_path), "--gap", value]
    done = RUN.invoke(app, asked, catch_exceptions=False)
    network, communes = read_network(None, {"departements": "27"}, whole_epci=True)
    gaps = epn.find_skill_gaps(communes, network, value)
    gaps = gaps[gaps["dans_selection"]]
    lacking = f"{gaps['population_sans_service'].sum():,.0f}".replace(",", "\u202f")
    assert f"{value} : {lacking} habitants ont un lieu à moins de 10 km" in done.stderr
    head = payload_of((tmp_path / "carte-manques.html").read_text("utf-8"))
    assert head["headline"]["people"][0] == pytest.approx(gaps["population_sans_service"].sum())
    shade = next(one for one in head["indicators"] if one["key"] == "part_sans_service")
    assert (shade["labels"][0], shade["labels"][-1]) == ("0 %", "100 %")
    assert head["gaps"] is not None  # who has no place at all is hatched, not shaded


def test_who_depends_on_whom(tmp_path: Path) -> None:
    printed = invoke("network", "--departement", "61", "-o", str(tmp_path))
    names = ["fermetures.csv", "zones.csv", "crant.csv", "reseau.xlsx", "reseau.gpkg"]
    names += [f"carte-{one}.{kind}" for one in ("fermetures", "crant") for kind in ("html", "png")]
    assert printed == [str(tmp_path / name) for name in names]
    lost = read(tmp_path / "fermetures.csv")
    assert len(lost) == 153  # every row of the list, the worst closure first
    assert lost["rang_fermeture"].head(3).tolist() == [1, 2, 3]
    assert lost["population_dependante_aire"].dropna().round(6).is_monotonic_decreasing
    book = load_workbook(tmp_path / "reseau.xlsx")
    assert book.sheetnames == [
        "Si un lieu ferme", "Blocs hors de portée", "Territoires des CRANT",
        "Sources et définitions",
    ]  # fmt: skip
    assert "fictif" in str(book["Si un lieu ferme"]["A1"].value)
    layers = gpd.list_layers(tmp_path / "reseau.gpkg")["name"].tolist()
    assert layers == ["fermetures", "zones", "crant"]


def test_means_are_told_where_the_list_has_them(tmp_path: Path) -> None:
    listed = tmp_path / "epn.csv"
    listed.write_text(
        "nom;latitude;longitude;commune;Visites;Inscrits\n"
        "EPN A;48,43;0,09;Alençon;1 200;100\nEPN B;48,74;-0,57;Flers;;50\n",
        encoding="utf-8",
    )
    printed = invoke("network", str(listed), "--departement", "61", "-o", str(tmp_path / "o"))
    assert str(tmp_path / "o/moyens.csv") in printed
    table = read(tmp_path / "o/moyens.csv")
    assert table[["visites", "visites_renseignes", "visites_par_inscrit"]].to_numpy().tolist() == [
        [1200, 1, 12]
    ]


def test_sites_weighed_by_need(tmp_path: Path) -> None:
    where = ["--epci", "200068468", "--new", "2", "--radius", "4km"]
    communes = epn.read_communes(epci="200068468").sort_values("code_insee")
    codes, need = communes["code_insee"].tolist(), tmp_path / "age.csv"
    rows = [f"{code};{80 if nth % 2 else 20}" for nth, code in enumerate(codes[:-1])]
    need.write_text("\n".join(["codgeo;age", *rows]), encoding="utf-8")
    words = "--figure age --direction high --bounds 0..100 --vintage 2022 --sensitivity 5km"
    invoke("sites", *where, "--need", str(need), *words.split(), "-o", str(tmp_path / "o"))
    sites = read(tmp_path / "o/sites.csv")
    score = {code: 0.8 if nth % 2 else 0.2 for nth, code in enumerate(codes[:-1])}
    network, whole = read_network(None, {"epci": "200068468"})
    whole["poids"] = whole["population"] * whole["code_insee"].map(score).fillna(0.0)
    expected = epn.suggest_sites(whole, network, 2, 4.0, weight="poids")
    assert sites["id"].astype(str).tolist() == expected["id"].tolist()
    assert sites["gain_poids"].tolist() == pytest.approx(expected["gain_poids"].tolist(), abs=1e-3)
    firm = read(tmp_path / "o/sensibilite.csv")
    assert {f"choisi_{w}_{r}km" for w in ("habitants_besoin", "population") for r in (4, 5)} <= set(
        firm
    )
    book = load_workbook(tmp_path / "o/sites.xlsx")
    said = [str(row[0].value) for row in book["Sources et définitions"].iter_rows()]
    assert any("habitants × besoin" in line for line in said)
    assert any(line.startswith("Besoin « age » : age.csv, 2022") for line in said)
    assert any(line.startswith("Besoin inconnu pour 1 commune (") for line in said)
    assert any("au plus 1 % du total de tous les lieux proposés" in line for line in said)


def test_the_same_bytes_twice(tmp_path: Path) -> None:
    for run in ("1", "2"):
        invoke("sites", "--epci", "200066801", "--new", "1", "-o", str(tmp_path / run))
    for file in (tmp_path / "1").iterdir():
        assert file.read_bytes() == (tmp_path / "2" / file.name).read_bytes(), file.name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sites", "--radius", "10"], "Did you mean '10km'"),
        (["sites", "--time-limit", "60"], "60s"),
        (["sites", "--goal", "couverage"], "Did you mean 'coverage'"),
        (["sites", "--share", "90%", "--sensitivity", "5km"], "--new"),
        (["sites", "--departement", "27", "--epci", "200066801"], "--departement or --epci"),
        (["sites", "--candidates", "absent.csv"], "absent.csv"),
        (["sites", "--weight", "populaton"], "Did you mean 'population'"),
        (["sites", "--weight", "population", "--need", "x.csv"], "--weight or --need"),
        (["sites", "--vintage", "2022"], "go with --need FILE"),
        (["skills", "--by", "epcis"], "Did you mean 'epci'"),
        (["skills", "--gap", "Jeux"], "no value 'Jeux'"),
    ],
)
def test_what_cannot_be_used_is_explained(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=message):
        RUN.invoke(app, [*arguments, "-o", str(tmp_path / "o")], catch_exceptions=False)
    assert not (tmp_path / "o").exists()  # nothing is left half done


def test_what_is_proposed_can_be_tried_with_diff(tmp_path: Path) -> None:
    demonstration = str(embedded_path(DEMONSTRATION))
    invoke("sites", "--new", "2", "--departement", "27", "-o", str(tmp_path / "sites"))
    table = read(tmp_path / "sites" / "sites.csv")
    added = str(tmp_path / "sites" / "sites.csv")
    invoke("diff", demonstration, "--add", added, "--region", "28", "-o", str(tmp_path / "diff"))
    note = json.loads((tmp_path / "diff" / "changes.json").read_text(encoding="utf-8"))["note"]
    assert any(line.startswith("Deux lieux de plus dans l’Eure : ") for line in note)
    assert table[["latitude", "longitude"]].notna().all(axis=None)
    assert table["categorie"].eq("EPN").all()
