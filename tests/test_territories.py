"""A territory is called by its own name, on everything that is made of it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import epn_geo as epn
from epn_geo.delivery import deliver
from epn_geo.outputs import list_warnings
from epn_geo.sheeting.sheetfacts import gather_facts, name_whole
from epn_geo.study import build
from epn_geo.territories import part_names, territory_name
from tests.worlds import make_places

FLERS, ALENCON = "200035814", "246100663"


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"region": "28"}, "Normandie"),
        ({"departements": "61"}, "Orne"),
        ({"departements": ["14", "61"]}, "Calvados et Orne"),
        ({"region": "28", "departements": "72"}, "Normandie et Sarthe"),
        ({"departements": ["14", "27", "50", "61", "76"]}, "Normandie"),
        ({"epci": FLERS}, "CA Flers Agglo"),
    ],
)
def test_the_largest_whole_territories_give_the_name(asked: dict[str, object], name: str) -> None:
    assert territory_name(epn.read_communes(**asked)) == name
    assert territory_name(epn.read_communes(**asked, whole_epci=True)) == name


def test_two_epci_of_a_departement_are_not_the_departement() -> None:
    communes = epn.read_communes(epci=[FLERS, ALENCON])
    epci = communes.groupby("code_epci")["epci"].first().tolist()
    assert territory_name(communes) == " et ".join(epci)
    assert part_names(communes, "en")["departement", "61"].startswith("Orne (part: ")


def test_a_whole_territory_is_not_called_a_part() -> None:
    assert part_names(epn.read_communes(region="28", whole_epci=True)) == {}
    assert set(part_names(epn.read_communes(departements="61"))) == {("region", "28")}


def test_communes_without_names_have_none() -> None:
    assert territory_name(gpd.GeoDataFrame({"code_insee": ["61001"]})) == ""


def test_an_invented_territory_has_the_name_that_it_was_given() -> None:
    made = {"code_epci": ["1", "2", "2"], "epci": "CC du Pré", "code_departement": "61"}
    assert territory_name(pd.DataFrame(made | {"departement": "Orne"})) == "CC du Pré"


def cells(file: Path, sheet: str) -> pd.DataFrame:
    return pd.read_excel(file, sheet_name=sheet, dtype=str, engine="openpyxl")


def test_files_of_one_departement_never_call_it_the_region(tmp_path: Path) -> None:
    places = make_places((450_000, 6_850_000), nom="EPN", services="Aider aux démarches")
    listed = places.to_crs(4326)
    table = pd.DataFrame(
        {"nom": ["EPN"], "categorie": ["EPN"], "services": ["Insertion"],
         "latitude": listed.geometry.y, "longitude": listed.geometry.x}
    )  # fmt: skip
    table.to_csv(tmp_path / "liste.csv", index=False)
    deliver(tmp_path / "liste.csv", tmp_path / "o", {"departements": "61", "radii_km": [10.0]})
    book = tmp_path / "o/tableaux.xlsx"
    assert cells(book, "Résumé").iloc[0, 0].startswith("Orne : 381 communes, 275")
    whole = "Normandie (partie : Orne)"
    assert cells(book, "Région")["Région"].tolist() == [whole]
    skills = cells(book, "Compétences")
    assert skills.loc[skills["Niveau"] == "Région", "Territoire"].tolist() == [whole]
    told = (tmp_path / "o/competences.csv").read_text(encoding="utf-8-sig")
    assert whole in told
    every = openpyxl.load_workbook(book)
    of_places = every["Lieux"]  # where each of them stands, which is in Normandie
    texts = [str(c.value) for sheet in every if sheet != of_places for row in sheet for c in row]
    assert not [text for text in texts if text == "Normandie"]


def test_the_map_of_two_departements_is_not_titled_as_their_region(tmp_path: Path) -> None:
    deliver(None, tmp_path, {"departements": ["50", "61"], "radii_km": [10.0]})
    page = (tmp_path / "carte.html").read_text(encoding="utf-8")
    assert "L’aide numérique à portée – Manche et Orne" in page
    assert "à portée – Normandie" not in page


def test_sheets_name_the_part_that_they_tell_of() -> None:
    study = build(departements=["50", "61"], radii_km=[10.0])
    facts = gather_facts(study.coverage, study.places)
    assert name_whole(facts) == "Manche et Orne"
    assert facts.tables["region"]["region"].tolist() == ["Normandie (partie : Manche et Orne)"]
    assert facts.tables["departement"]["departement"].tolist() == ["Manche", "Orne"]


def test_an_empty_study_names_the_territory_itself() -> None:
    communes = epn.read_communes(epci=FLERS)
    away = epn.locate(make_places((450_000, 6_400_000), nom="EPN", categorie="EPN"), communes)
    assert "(CA Flers Agglo)" in list_warnings(away, communes)[0]
