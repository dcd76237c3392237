"""The national standard: its columns, its lists, and their other spellings."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epn_geo.errors import ColumnError, fold
from epn_geo.reading.spellings import COLUMN_SYNONYMS, OLDER_VALUES
from epn_geo.standard import (
    COLUMNS,
    ENUMERATIONS,
    LISTS,
    OUR_COLUMNS,
    REQUIRED,
    Claim,
    column_key,
    has_value,
    join_list,
    known_columns,
    known_values,
    split_list,
    standard_frame,
)


def test_the_columns_are_the_32_of_the_standard_in_order() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 32
    assert COLUMNS[:10] == (
        *("id", "pivot", "nom", "commune", "code_postal", "code_insee", "adresse"),
        *("complement_adresse", "latitude", "longitude"),
    )
    assert COLUMNS[19:22] == ("structure_parente", "date_maj", "services")
    assert COLUMNS[-1] == "prise_rdv"
    assert set(REQUIRED) < set(COLUMNS)
    assert not set(OUR_COLUMNS) & set(COLUMNS)


def test_each_enumeration_has_as_many_values_as_the_standard() -> None:
    sizes = {column: len(values) for column, values in ENUMERATIONS.items()}
    assert sizes == {
        "itinerance": 2,
        "services": 9,
        "publics_specifiquement_adresses": 5,
        "prise_en_charge_specifique": 7,
        "frais_a_charge": 3,
        "dispositif_programmes_nationaux": 11,
        "formations_labels": 10,
        "modalites_acces": 6,
        "modalites_accompagnement": 4,
    }
    assert set(ENUMERATIONS) < set(LISTS)


def test_no_older_spelling_leads_outside_the_standard() -> None:
    for column, values in OLDER_VALUES.items():
        if column != "typologie":
            assert set(values) <= set(ENUMERATIONS[column]), column


def test_a_name_that_claims_two_columns_would_be_a_guess() -> None:
    claims: dict[str, set[str]] = {}
    for field, names in COLUMN_SYNONYMS.items():
        for name in ",".join(names).split(","):
            claims.setdefault(column_key(name), set()).add(field)
    claims.pop("")
    assert {name: fields for name, fields in claims.items() if len(fields) > 1} == {}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("CODE INSEE", "code_insee"),
        ("LIB_COM", "commune"),
        ("Code-Postal", "code_postal"),
        ("CP", "code_postal"),
        ("Lng", "longitude"),
        ("coord_x", "longitude"),
        ("Y", "latitude"),
        ("Modalités d'accompagnement", "modalites_accompagnement"),
        ("conditions_acces", "frais_a_charge"),
        ("labels_nationaux", "dispositif_programmes_nationaux"),
        ("labels_autres", "autres_formations_labels"),
        ("accessibilite", "fiche_acces_libre"),
        ("courriel", "courriels"),
        ("publics_accueillis", "publics_specifiquement_adresses"),
        ("id_fs", "id"),
        ("TYPE", "typologie"),
    ],
)
def test_other_names_of_columns_are_known(name: str, field: str) -> None:
    assert known_columns()[column_key(name)].field == field


def test_a_columns_own_name_claims_it_most_firmly() -> None:
    known = known_columns()
    assert all(known[column_key(name)] == Claim(name, 0) for name in COLUMNS)
    assert known["x"].rank > known["lon"].rank > known["longitude"].rank


@pytest.mark.parametrize(
    ("column", "older", "value"),
    [
        (
            "services",
            "Prendre en main un ordinateur",
            "Maîtrise des outils numériques du quotidien",
        ),
        ("services", "Comprehension du monde numerique", "Compréhension du monde numérique"),
        ("services", "S’équiper en matériel informatique", ENUMERATIONS["services"][8]),
        ("frais_a_charge", "gratuit", "Gratuit"),
        ("frais_a_charge", "GRATUIT SOUS CONDITION", "Gratuit sous condition"),
        ("dispositif_programmes_nationaux", "CNFS", "Conseillers numériques"),
        (
            "dispositif_programmes_nationaux",
            "Point d’accès numérique CAF",
            "Point d'accès numérique CAF",
        ),
        ("formations_labels", "Étapes numériques(La Poste)", "Étapes numériques (La Poste)"),
        ("typologie", "FRANCE SERVICE", "RFS"),
        ("typologie", "TIERS LIEUX", "TIERS_LIEUX"),
        ("typologie", "MISSION LOCALE", "ML"),
    ],
)
def test_older_spellings_give_the_standards(column: str, older: str, value: str) -> None:
    assert known_values(column)[fold(older)] == (column, value)


def test_the_15_services_of_version_0_1_all_have_a_successor() -> None:
    older = [spelling for names in OLDER_VALUES["services"].values() for spelling in names]
    v0 = (
        "Devenir autonome dans les démarches administratives",
        "Réaliser des démarches administratives avec un accompagnement",
        "Prendre en main un smartphone ou une tablette",
        "Prendre en main un ordinateur",
        "Utiliser le numérique au quotidien",
        "Approfondir ma culture numérique",
        "Favoriser mon insertion professionnelle",
        "Accéder à une connexion internet",
        "Accéder à du matériel",
        "S'équiper en matériel informatique",
        "Créer et développer mon entreprise",
        "Créer avec le numérique",
        "Accompagner les démarches de santé",
        "Promouvoir la citoyenneté numérique",
        "Soutenir la parentalité et l'éducation avec le numérique",
    )
    assert set(v0) <= set(older)


@pytest.mark.parametrize("text", ["a|b", "a;b", "a ; b", "a / b", "a\nb", "a\r\nb", " a | b |"])
def test_lists_are_split_whatever_the_sign(text: str) -> None:
    assert split_list(text) == ["a", "b"]


def test_a_slash_without_spaces_does_not_split() -> None:
    value = "Arnia/MedNum BFC (Bourgogne-Franche-Comté)"
    assert split_list(value) == [value]


def test_a_cell_that_is_no_text_holds_no_value() -> None:
    assert split_list(None) == split_list(np.nan) == split_list("") == []


@given(st.lists(st.sampled_from(ENUMERATIONS["services"]), unique=True))
def test_joining_then_splitting_gives_the_values_back(values: list[str]) -> None:
    assert split_list(join_list(values)) == values


def test_has_value_matches_whole_values() -> None:
    column = pd.Series(["Gratuit sous condition", "Payant|Gratuit", np.nan], index=[5, 6, 7])
    held = has_value(column, "Gratuit")
    assert held.to_dict() == {5: False, 6: True, 7: False}


def test_standard_frame_is_exactly_the_standard() -> None:
    places = gpd.GeoDataFrame(
        {
            "extra": ["x", "y"],
            "nom": ["EPN", np.nan],
            "id": ["1", "2"],
            "latitude": [49.18, np.nan],
            "longitude": [-0.00001, np.nan],
            "pivot": ["43493312300029", np.nan],
        },
        geometry=gpd.points_from_xy([0, 0], [0, 0]),
        index=[10, 20],
        crs=4326,
    )
    before = places.copy()
    frame = standard_frame(places)
    assert tuple(frame.columns) == COLUMNS
    assert frame.index.tolist() == [10, 20]
    assert not frame.isna().any().any()
    assert frame.loc[10, ["latitude", "longitude"]].tolist() == ["49.18", "-0.00001"]
    assert frame.loc[20, ["nom", "latitude", "pivot", "date_maj"]].tolist() == [
        "",
        "",
        "00000000000000",
        "1970-01-01",
    ]
    pd.testing.assert_frame_equal(places, before)


def test_standard_frame_falls_back_on_what_the_list_declared() -> None:
    places = pd.DataFrame(
        {
            "id": ["in", "out"],
            "code_insee": ["14118", np.nan],
            "commune": ["Caen", np.nan],
            "code_insee_declare": ["14999", "75056"],
            "commune_declaree": ["CAEN", "Paris"],
        }
    )
    frame = standard_frame(places)
    assert frame["code_insee"].tolist() == ["14118", "75056"]
    assert frame["commune"].tolist() == ["Caen", "Paris"]


def test_standard_frame_of_something_else_is_refused_with_advice() -> None:
    with pytest.raises(ColumnError, match=re.escape("read_places")):
        standard_frame(pd.DataFrame({"code_insee": ["14118"]}))
