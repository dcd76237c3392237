"""``epn-geo needs``: what was declared is told, what is missing stays so, and the rank adds up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import epn_geo as epn
from epn_geo.cli import app
from epn_geo.embedded import embedded_path
from epn_geo.needfiles import deliver_needs
from tests.test_maps import payload_of

DECLARED = ["--figure", "total", "--direction", "high", "--bounds", "1..10", "--vintage", "2024"]


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["needs", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def table(tmp_path: Path) -> Path:
    communes = epn.read_communes(departements="61")["code_insee"]
    rows = pd.DataFrame({"code": communes, "total": [1 + i % 10 for i in range(len(communes))]})
    rows.loc[0, "total"] = -9999
    path = tmp_path / "fragilite.csv"
    rows.to_csv(path, index=False, sep=";")
    return path


def test_the_ranking_shows_its_ingredients(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, printed, told = run(str(table), *DECLARED, "--departement", "61", "-o", str(out))
    assert code == 0
    assert {Path(line).name for line in printed.splitlines()} == {p.name for p in out.iterdir()}
    ranking = pd.read_csv(out / "classement.csv", sep=";", decimal=",", encoding="utf-8-sig")
    known = ranking.dropna(subset=["score"])
    product = known["population_renseignee"] * known["besoin"]
    # people are written whole
    assert product.tolist() == pytest.approx(known["score"].tolist(), abs=0.5)
    assert known["rang"].tolist() == sorted(known["rang"])
    record = json.loads((out / "besoins.json").read_text(encoding="utf-8"))
    assert record["besoin"]["communes_sans_donnee"] == 1
    assert record["besoin"]["declare"]["vintage"] == "2024"
    assert record["besoin"]["lignes"]["valeur manquante"] == 1
    assert "inconnu pour 1 ;" in told
    communes = pd.read_csv(out / "besoins.csv", sep=";", decimal=",", encoding="utf-8-sig")
    short = communes["sous_desservie"].eq("oui") & (communes["besoin"] >= 0.5)
    assert (communes["prioritaire"] == "oui").tolist() == short.tolist()


def test_nothing_is_assumed_of_a_figure(table: Path, tmp_path: Path) -> None:
    code, _, told = run(str(table), *DECLARED[:6], "-o", str(tmp_path / "out"))
    assert code == 2
    assert "--vintage" in told
    with pytest.raises(epn.DataError, match=r"as 1\.\.10"):
        run(str(table), *DECLARED[:4], "--bounds", "10", "--vintage", "2024")


def test_a_file_of_elsewhere_is_refused(table: Path, tmp_path: Path) -> None:
    with pytest.raises(epn.DataError, match="says nothing of these"):
        run(str(table), *DECLARED, "--departement", "14", "-o", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_polygons_stand_in_place_of_the_radius(table: Path, tmp_path: Path) -> None:
    places = epn.read_places(embedded_path("demo/epn-demonstration.csv")).to_crs(2154)
    bands = pd.concat(
        places.set_geometry(places.buffer(400 * minutes, quad_segs=4)).assign(minutes=minutes)
        for minutes in (10, 20)
    )
    bands = bands[(bands["id"] != "demo-61-01") & ~bands.geometry.is_empty]
    bands[["id", "minutes", "geometry"]].to_file(tmp_path / "portee.gpkg")
    asked = [str(table), *DECLARED, "--departement", "61", "--areas", str(tmp_path / "portee.gpkg")]
    out = tmp_path / "out"
    code, _, told = run(*asked, "--judged", "10min", "-o", str(out))
    assert code == 0
    assert "et qui ne couvrent donc rien : 1 (Démonstration – EPN – Alençon)" in told
    communes = epn.read_communes(departements="61")
    network, ten = epn.locate(places, communes), bands[bands["minutes"] == 10]
    with pytest.warns(epn.MissingAreaWarning):
        covered = epn.measure_coverage(communes, network, areas=ten)
    written = pd.read_csv(out / "besoins.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert written["part_couverte"].tolist() == pytest.approx(
        covered["part_couverte"].tolist(), abs=1e-4
    )
    assert set(written["minutes"]) == {10}
    assert "rayon_km" not in written
    reasons = written["motifs"].dropna()
    assert reasons[reasons.str.startswith("mairie")].str.contains("à plus de 10\u00a0min").all()
    ranking = pd.read_csv(out / "classement.csv", sep=";", decimal=",", encoding="utf-8-sig")
    left = (covered["population"] - covered["population_couverte"]).sum()
    assert ranking["population_hors_portee"].sum() == pytest.approx(left, abs=len(ranking))
    record = json.loads((out / "besoins.json").read_text(encoding="utf-8"))
    assert record["parametres"]["judged_min"] == 10
    run(*asked, "-o", str(tmp_path / "usual"))
    usual = pd.read_csv(tmp_path / "usual/besoins.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert set(usual["minutes"]) == {20}


def test_what_is_read_of_a_need_has_words_and_its_own_name(tmp_path: Path) -> None:
    """Headings in words, the name as the file spells it, what is out of bounds counted aloud."""
    file = tmp_path / "ifn.csv"
    rows = "61001;2,5\n61002;8\n61003;12\n61004;-3\n"
    file.write_text(f"code;Indice de fragilité numérique\n{rows}", encoding="utf-8")
    declared = {"column": "indice de fragilite numerique", "direction": "high",
                "bounds": (1, 10), "vintage": 2023}  # fmt: skip
    where, said = {"departements": "61"}, []
    deliver_needs(
        file, declared, None, tmp_path / "o", territory=where, parameters={},
        tell=lambda text, **_: said.append(text),
    )  # fmt: skip
    assert said[-1].endswith("2 valeurs hors bornes ne sont pas utilisées.")
    book = openpyxl.load_workbook(tmp_path / "o/besoins.xlsx")
    heads = {sheet.title: [str(cell.value) for cell in sheet[2]] for sheet in book}
    for title, row in heads.items():
        assert not [head for head in row if re.search(r"[a-z]_[a-z]", head)], title
        assert len(set(row)) == len(row), title
    assert "Besoin : Indice de fragilité numérique" in heads["Classement"]
    read = [[cell.value for cell in row] for row in book["Besoins lus"].iter_rows(min_row=3)]
    at = heads["Besoins lus"].index("Sens")
    assert {row[at] for row in read} == {"une valeur haute est un besoin"}
    assert [row[heads["Besoins lus"].index("Lecture de la ligne")] for row in read] == [
        "lu", "lu", "hors bornes", "hors bornes",
    ]  # fmt: skip
    sources = " ".join(str(row[0].value) for row in book["Sources et définitions"])
    assert "« Indice de fragilité numérique » : ifn.csv, 2023 ; de 1 à 10 ;" in sources
    head = payload_of((tmp_path / "o/besoins.html").read_text(encoding="utf-8"))
    named = [one["label"] for one in head["indicators"] if "fragilit" in str(one["label"])]
    assert named
    assert all("Indice de fragilité numérique" in label for label in named)


def test_an_english_workbook_has_english_cells(tmp_path: Path) -> None:
    file = tmp_path / "age.csv"
    file.write_text("code;age\n61001;30\n61002;\n", encoding="utf-8")
    declared = {"column": "age", "direction": "low", "bounds": (0, 100), "vintage": 2022}
    deliver_needs(
        file, declared, None, tmp_path / "o", territory={"departements": "61"}, parameters={},
        lang="en",
    )  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "o/besoins.xlsx")
    texts = {str(c.value) for sheet in book for row in sheet.iter_rows(min_row=3) for c in row}
    assert not texts & {"mairie", "intérieur", "oui", "non", "besoin inconnu", "valeur manquante",
                        "lu", "sans donnée"}  # fmt: skip
    assert {"town hall", "yes", "no", "read", "a low figure is a need"} <= texts
