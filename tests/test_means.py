"""Use and means by territory, computed by hand."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pytest

import epn_geo as epn
from epn_geo.means import measure_means
from epn_geo.sheeting.sheetfacts import gather_facts
from epn_geo.sheeting.sheettables import make_sheet
from epn_geo.study import build
from tests.worlds import make_places

SPOTS = ((2000.0, 2000.0), (6000.0, 2000.0), (14_000.0, 2000.0), (-9000.0, 0.0), None)


def test_the_figures_of_2012() -> None:
    # 745 000 visits, 65 691 registered, 95.57 ETP for 152 staff, 0.71 euro per inhabitant
    communes = epn.read_communes(departements=["14", "50", "61"])
    people = int(communes["population"].sum())
    network = gpd.GeoDataFrame(
        {
            "Fréquentation": ["745 000"],
            "Nombre d'inscrits": ["65 691"],
            "ETP": ["95,57"],
            "Animateurs": [152],
            "Budget annuel": [f"{0.71 * people:.2f} €".replace(".", ",")],
        },
        geometry=gpd.points_from_xy([-0.37], [49.18]),
        crs=4326,
    )
    row = measure_means(network, communes, by="region").iloc[0]
    assert row["visites_par_inscrit"] == pytest.approx(11.3, abs=0.05)
    assert row["etp_par_agent"] == pytest.approx(95.57 / 152)
    assert row["budget_par_habitant"] == pytest.approx(0.71, abs=1e-6)
    assert row["part_inscrits"] == pytest.approx(65_691 / people)
    assert row["habitants_par_etp"] == pytest.approx(people / 95.57)


def test_a_missing_figure_is_not_zero(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        *SPOTS,
        visites=["1 200", "n.c.", None, "999999", "888888"],
        inscrits=["100", "50", "30", "1", "1"],
        etp=["1,5", None, None, "9", "9"],
    )
    table = measure_means(places, grid).set_index("code_departement")
    assert table["lieux"].tolist() == [2, 1]  # the one abroad and the one nowhere are not counted
    assert table["visites"].fillna(-1).tolist() == [1200, -1]
    assert table["visites_renseignes"].tolist() == [1, 0]
    assert table["inscrits"].tolist() == [150, 30]
    assert table["part_inscrits"].tolist() == [150 / 800, 30 / 800]
    assert table["visites_par_inscrit"].fillna(-1).tolist() == [12, -1]  # of those who gave both
    assert table["habitants_par_etp"].fillna(-1).tolist() == [800 / 1.5, -1]
    assert "budget_par_habitant" not in table
    assert table["departement"].tolist() == ["Calvados", "Eure"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12), ("1\u202f234,5 €", 1234.5), ("2 000 EUR", 2000), ("3.25", 3.25), (7, 7),
        (" ", np.nan), ("Non renseigné", np.nan),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(grid: gpd.GeoDataFrame, cell: object, value: float) -> None:
    table = measure_means(make_places(SPOTS[0], budget=[cell]), grid, by="region")
    assert table["budget"].tolist() == pytest.approx([value], nan_ok=True)


def test_errors(grid: gpd.GeoDataFrame) -> None:
    place = make_places(SPOTS[0], ligne=[7], Budget=["douze"], Visits=["3"])
    with pytest.raises(epn.DataError, match="'Budget', row 7: 'douze'"):
        measure_means(place, grid)
    with pytest.raises(epn.DataError, match="zero or more"):
        measure_means(make_places(SPOTS[0], etp=[-1.0]), grid)
    for cell in ("1.200", "745,000", "12/13"):
        with pytest.raises(epn.DataError, match="in one way only"):
            measure_means(make_places(SPOTS[0], visites=[cell]), grid)
    with pytest.raises(epn.ColumnError, match="no figure of use"):
        measure_means(make_places(SPOTS[0]), grid)
    with pytest.raises(epn.ColumnError, match="could all be 'agents'"):
        measure_means(make_places(SPOTS[0], agents=["1"], Animateurs=["1"]), grid)
    with pytest.raises(epn.ColumnError, match="Did you mean 'Visits'"):
        measure_means(place, grid, columns={"visites": "Vists"})
    with pytest.raises(epn.DataError, match="Did you mean 'visites'"):
        measure_means(place, grid, columns={"visite": "Visits"})
    table = measure_means(place.drop(columns="Budget"), grid, columns={"visites": "Visits"})
    assert table["visites"].sum() == 3


# -- the tables of a study show them too


FIGURED = {
    "visites": ["1 200", "n.c.", "60", "999999", "40"],
    "inscrits": ["100", "50", "30", "1", "10"],
    "etp": ["1,5", None, "1.200", "9", "0,5"],
    "budget": ["800 €", None, None, None, None],
}


def test_summaries_tell_use_and_means(grid: gpd.GeoDataFrame) -> None:
    declared = ["14001", "14001", "27001", None, "14001"]
    places = make_places(*SPOTS, **FIGURED, code_insee=declared)
    coverage = epn.measure_coverage(grid, places, 5)
    table = epn.summarise(coverage, places, by="departement").set_index("code_departement")
    # the fourth stands abroad; the fifth has no coordinates and declares a commune of the 14
    assert table["visites"].tolist() == [1240, 60]
    assert table["visites_renseignes"].tolist() == [2, 1]
    assert table["inscrits"].tolist() == [160, 30]
    assert table["visites_par_inscrit"].tolist() == [1240 / 110, 2]  # those who gave both
    assert table["visites_par_inscrit_renseignes"].tolist() == [2, 1]
    assert table["etp"].fillna(-1).tolist() == [2.0, -1]  # 1.200 can be read in two ways
    assert table["habitants_par_etp"].fillna(-1).tolist() == [400, -1]
    assert table["budget_par_habitant"].fillna(-1).tolist() == [1, -1]
    same = measure_means(places.drop(columns="etp"), grid).set_index("code_departement")
    shared = [c for c in same if c in table and c not in ("lieux", "departement")]
    assert {"part_inscrits", "visites_renseignes", "budget_par_habitant"} < set(shared)
    assert (table[shared].fillna(-1) == same[shared].fillna(-1)).all(axis=None)


def test_summaries_without_such_columns_are_as_before(grid: gpd.GeoDataFrame) -> None:
    places = make_places(*SPOTS[:3], Usagers=["jeunes", "tous", None], agents=["1"] * 3)
    places["Animateurs"] = "2"
    table = epn.summarise(epn.measure_coverage(grid, places, 5), places)
    assert not [c for c in table if "inscrit" in c or "agents" in c]


def test_findings_say_which_figures_cannot_be_counted(grid: gpd.GeoDataFrame) -> None:
    places = make_places(*SPOTS[:3], ETP=["1,5", "1.200", "2"], agents=["1"] * 3)
    places["Animateurs"] = "2"
    found = epn.check_places(epn.locate(places, grid), grid)
    found = found[found["code"].str.startswith("chiffre")]
    assert found[["ligne", "champ", "code", "valeur"]].to_numpy().tolist() == [
        [0, "agents", "chiffre_ambigu", ""],
        [2, "ETP", "chiffre_illisible", "1.200"],
    ]


def test_the_workbook_and_the_sheets_show_them(tmp_path: Path) -> None:
    communes = epn.read_communes(departements="61")
    network = gpd.GeoDataFrame(
        {"nom": ["A", "B"], "categorie": "EPN", "visites": ["300", "40"], "inscrits": ["30", None]},
        geometry=gpd.points_from_xy([0.09, -0.2], [48.43, 48.75]),
        crs=4326,
    )
    study = build(network, communes=communes, radii_km=[10.0])
    epn.write_report(tmp_path / "t.xlsx", study.coverage, study.tables)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    said = [str(cell.value) for sheet in book for row in sheet for cell in row]
    assert "Visites par inscrit" in said
    assert "Visites : lieux ayant répondu" in said
    assert any("visites 340 (lieux ayant répondu : 2), inscrits 30 (lieux" in text for text in said)
    assert any(text.startswith("Usage et moyens :") for text in said)
    rows = make_sheet(gather_facts(study.coverage, study.places), "departement", "61").figures.rows
    assert ["Visites par inscrit", "10,0", "10,0", "1 lieu"] in rows
