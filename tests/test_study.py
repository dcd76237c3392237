"""The main job on the real communes of Normandie."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import epn_geo as epn
from benchmarks.coverage import agreement
from epn_geo.delivery import deliver
from epn_geo.embedded import embedded_path
from epn_geo.study import DEMONSTRATION, Study, build

EVALUATION = {"14": (40, 5), "27": (6, 3), "50": (48, 4), "61": (17, 7), "76": (12, 2)}


@pytest.fixture(scope="module")
def study() -> Study:
    return build()


def test_the_table_answers_the_evaluation(study: Study) -> None:
    table = study.tables["departement"].set_index("code_departement")
    assert {c: (r["epn"], r["antennes"]) for c, r in table.iterrows()} == EVALUATION
    assert table["population"].sum() == 3_345_842
    # 123 EPN for 3 345 842 people is one for 27 202: by hand, 22.16 for the Eure, 46.36 for the
    # Seine-Maritime, and fewer than they have for the three others
    assert table["epn_pour_taux_commun"].to_dict() == {
        "14": 0, "27": 17, "50": 0, "61": 0, "76": 35,
    }  # fmt: skip
    assert table["habitants_par_epn"].round().astype(int).to_dict()["27"] == 100_452


def test_straddling_epci_are_whole_and_say_so(study: Study) -> None:
    table = study.tables["epci"].set_index("code_epci")
    whole = table[table.index.notna() & (table.index != "")]
    assert len(whole) == 71
    assert whole["perimetre"].eq("entier").all()
    assert whole.loc["200040277", "communes"] == 81
    # the same EPCI, its Norman part only
    norman = study.coverage[study.coverage["dans_selection"]]
    part = epn.summarise(norman, study.places, by="epci").set_index("code_epci")
    assert part.loc["200040277", ["communes", "communes_epci", "perimetre"]].tolist() == [
        6, 81, "partie",
    ]  # fmt: skip
    # départements and région leave the other side out
    assert study.tables["departement"]["communes"].sum() == 2644


def test_levels_agree(study: Study) -> None:
    region = study.tables["region"].iloc[0]
    for column in ("population_couverte_10km", "communes_hors_portee_10km", "epn"):
        assert study.tables["departement"][column].sum() == pytest.approx(region[column])
    outside = study.coverage[study.coverage["dans_selection"]]
    left = outside["population"] - outside["population_couverte_10km"]
    assert study.gaps["population_hors_portee"].sum() == pytest.approx(left.sum(), rel=1e-6)


@pytest.mark.parametrize("radius_km", [5.0, 10.0])
def test_an_independent_computation_agrees(radius_km: float) -> None:
    communes = epn.read_communes(region="28")
    places = epn.read_places(embedded_path(DEMONSTRATION))
    difference = agreement(communes, places, radius_km)
    # the naive script's circles of 256 chords are up to 0.01 % too small
    assert difference["part_couverte"] < 1e-3
    assert difference["population_couverte"] < 20
    assert difference["distance_km"] < 1e-6
    assert difference["mairie_couverte"] == 0


def test_sentences_are_computed_from_the_figures(study: Study) -> None:
    french = epn.summary_lines(study.coverage, study.tables)
    assert french[0].startswith("Normandie : 2\u202f644 communes, 3\u202f345\u202f842 habitants")
    assert french[2:] == [
        "Seine-Maritime : 12 EPN, il en manque 35 pour atteindre ce taux.",
        "Eure : 6 EPN, il en manque 17 pour atteindre ce taux.",
    ]
    english = epn.summary_lines(study.coverage, study.tables, lang="en")
    assert english[-1] == "Eure: 6 EPN, 17 short of that rate."


def test_the_workbook_holds_every_table(study: Study, tmp_path: pytest.TempPathFactory) -> None:
    path = epn.write_report(
        tmp_path / "t.xlsx", study.coverage, study.tables,
        places=study.places, gaps=study.gaps, findings=study.findings,
        demonstration=True, date="1er novembre 2026",
    )  # fmt: skip
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames == [
        "Résumé", "Région", "Départements", "EPCI", "Communes", "Lieux", "Zones hors de portée",
        "Constats", "Sources et définitions",
    ]  # fmt: skip
    for name in book.sheetnames:
        assert next(book[name].iter_rows(max_row=1, values_only=True))[0].startswith(
            "DÉMONSTRATION"
        )
    rows = {name: book[name].max_row - 2 for name in book.sheetnames}
    assert rows["Communes"] == len(study.coverage)
    assert rows["Lieux"] == len(study.places) == 153
    drawn = openpyxl.load_workbook(path)["Départements"]
    assert len(drawn._charts) == 1  # noqa: SLF001 - openpyxl shows charts nowhere else
    shares = [c for c in drawn[2] if str(c.value).startswith("Part")]
    assert len(drawn.conditional_formatting) == len(shares) > 0
    headers = next(book["Départements"].iter_rows(min_row=2, max_row=2, values_only=True))
    assert "EPN manquants pour atteindre le taux commun" in headers


def test_one_radius_per_category(tmp_path: pytest.TempPathFactory) -> None:
    study = build(departements="61", radii_km={"EPN": 10, "antenne": 5, "CRANT": 1})
    assert study.measure.suffix == ""
    assert study.measure.radius_km is None
    assert study.coverage["part_couverte"].between(0, 1).all()
    assert isinstance(epn.write_report(tmp_path / "t.xlsx", study.coverage, study.tables).name, str)


def test_a_list_that_holds_places_overseas_is_delivered(tmp_path: Path) -> None:
    file = tmp_path / "liste.csv"
    file.write_text(
        "nom;categorie;latitude;longitude\nAlençon;EPN;48,43;0,09\nSaint-Denis;EPN;-20,88;55,45\n",
        encoding="utf-8",
    )
    record = deliver(file, tmp_path / "maps", {"departements": "61", "radii_km": [10.0]})
    assert record["lieux"]["lignes"] == 2
    assert record["lieux"]["dans_le_territoire"] == 1
    assert (tmp_path / "maps" / "couches.gpkg").exists()


def test_another_region_works_too() -> None:
    study = build(epn.read_places(embedded_path(DEMONSTRATION)), departements="974")
    assert study.places["accord"].eq("hors territoire").all()
    assert len(study.findings[study.findings["code"] == "hors_territoire"]) == 153
    assert isinstance(study.tables["departement"], pd.DataFrame)
