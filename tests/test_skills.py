"""Skills by territory, gaps of a skill, and filters as a person means them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

import epn_geo as epn
from epn_geo.sites import suggest_sites
from epn_geo.skills import filter_places, find_skill_gaps, skills_matrix
from epn_geo.standard import ENUMERATIONS
from tests.worlds import make_places

SAFE, PLAY, SHOP = (
    "Utilisation sécurisée du numérique",
    "Loisirs et créations numériques",
    "Acquisition de matériel informatique à prix solidaire",
)


@pytest.fixture
def places() -> gpd.GeoDataFrame:
    return make_places(
        (2000.0, 2000.0), (14_000.0, 14_000.0), (6000.0, 6000.0), None,
        categorie=["EPN", "EPN", "CRANT", "EPN"],
        services=[f"{SAFE}|{PLAY}", PLAY, SHOP, SAFE],
        frais_a_charge=["Gratuit", "Gratuit sous condition", "Payant", None],
        publics_specifiquement_adresses=["Jeunes|Seniors", "Seniors", None, "Jeunes"],
        label=["EPN Normandie", "EPN Normandie|Tiers-lieu", None, None],
    )  # fmt: skip


def names(frame: gpd.GeoDataFrame) -> list[str]:
    return frame["id"].tolist()


def test_values_of_one_field_are_alternatives_and_fields_are_conditions(
    places: gpd.GeoDataFrame,
) -> None:
    assert names(filter_places(places, services=[SAFE, SHOP])) == ["p0", "p2", "p3"]
    assert names(filter_places(places, services=[SAFE, SHOP], publics="Jeunes")) == ["p0", "p3"]
    assert names(filter_places(places, services=SAFE, publics="Seniors")) == ["p0"]
    assert names(filter_places(places)) == ["p0", "p1", "p2", "p3"]


def test_values_are_matched_whole_and_spellings_forgiven(places: gpd.GeoDataFrame) -> None:
    assert names(filter_places(places, frais="gratuit")) == ["p0"]
    assert names(filter_places(places, services="utilisation securisee du numerique")) == [
        "p0",
        "p3",
    ]
    assert names(filter_places(places, services="Créer avec le numérique")) == ["p0", "p1"]
    assert names(filter_places(places, labels="tiers lieu")) == ["p1"]
    assert names(filter_places(places, categorie=["EPN"], labels="EPN Normandie")) == ["p0", "p1"]


def test_a_value_that_the_standard_does_not_have_is_refused(places: gpd.GeoDataFrame) -> None:
    with pytest.raises(epn.DataError, match="Did you mean 'Seniors'"):
        filter_places(places, publics="Senoirs")
    with pytest.raises(epn.ColumnError, match="Did you mean 'services'"):
        filter_places(places, service=SAFE)
    with pytest.raises(epn.DataError, match="No value is asked"):
        filter_places(places, services=[])


def test_places_and_people_for_each_of_the_nine_services(
    grid: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> None:
    table = skills_matrix(places, grid, by="departement", radius_km=1)
    assert len(table) == 2 * 9
    assert table["valeur"].head(9).tolist() == list(ENUMERATIONS["services"])
    disc = 100 * np.pi / 16  # people of one commune within 1 km
    west = table[table["code_departement"] == "14"].set_index("valeur")
    east = table[table["code_departement"] == "27"].set_index("valeur")
    assert west.loc[[SAFE, PLAY, SHOP], "lieux"].tolist() == [1, 1, 0]
    assert east.loc[[SAFE, PLAY, SHOP], "lieux"].tolist() == [0, 1, 0]
    # the CRANT offers SHOP, but is not a place where help is given
    assert west.loc[[SAFE, PLAY, SHOP], "population_couverte"].tolist() == pytest.approx(
        [disc, disc, 0]
    )
    assert east.loc[PLAY, "part_population_couverte"] == pytest.approx(disc / 800)
    assert west.loc[SAFE, "communes_hors_portee"] == 7
    assert np.isnan(west.loc[SHOP, "distance_moyenne_km"])
    assert east["population"].eq(800).all()
    assert table["departement"].tolist() == ["Calvados"] * 9 + ["Eure"] * 9


def test_a_place_across_the_border_counts_for_people_not_for_places(
    grid: gpd.GeoDataFrame,
) -> None:
    place = make_places((8000.0, 2000.0), services=[SAFE])
    table = skills_matrix(place, grid, by="departement", radius_km=1)
    safe = table[table["valeur"] == SAFE].set_index("code_departement")
    assert safe["population_couverte"].tolist() == pytest.approx([100 * np.pi / 32] * 2)
    assert safe["lieux"].tolist() == [1, 0]  # on the border: the lowest code


def test_labels_and_publics_have_their_matrix_too(
    grid: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> None:
    labels = skills_matrix(places, grid, by="region", field="labels", radius_km=1)
    assert labels["valeur"].tolist() == ["EPN Normandie", "Tiers-lieu"]
    assert labels["lieux"].tolist() == [2, 1]
    publics = skills_matrix(places, grid, by="region", field="publics", radius_km=1)
    assert dict(zip(publics["valeur"], publics["lieux"], strict=True)) == {
        "Jeunes": 1,
        "Étudiants": 0,
        "Familles et/ou enfants": 0,
        "Seniors": 2,
        "Femmes": 0,
    }


def test_the_matrix_agrees_with_coverage_of_those_places_alone(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        (3000.0, 3000.0), (9000.0, 9000.0), (10_000.0, 9000.0),
        services=[SAFE, PLAY, f"{SAFE}|{PLAY}"],
    )  # fmt: skip
    table = skills_matrix(places, grid, by="epci", radius_km=3)
    for value in (SAFE, PLAY):
        alone = epn.measure_coverage(grid, filter_places(places, services=value), 3)
        expected = epn.summarise(alone, by="epci").set_index("code_epci")
        got = table[table["valeur"] == value].set_index("code_epci")
        for column in ("population_couverte", "part_population_couverte", "distance_moyenne_km"):
            assert got[column].tolist() == pytest.approx(expected[column].tolist())
        assert got["communes_hors_portee"].tolist() == expected["communes_hors_portee"].tolist()


def test_where_a_service_is_missing_though_a_place_is_near(
    grid: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> None:
    gaps = find_skill_gaps(grid, places, SAFE, radius_km=1).set_index("code_insee")
    west, east, none = gaps.loc["14001"], gaps.loc["27008"], gaps.loc["14008"]
    assert west["part_sans_service"] == 0
    assert not west["mairie_sans_service"]
    assert east["part_sans_service"] == pytest.approx(np.pi / 16)
    assert east["population_sans_service"] == pytest.approx(100 * np.pi / 16)
    assert east["mairie_sans_service"]
    assert east["lieu_proche"] == "Lieu 1"
    assert east["lieu_service"] == "Lieu 0"
    assert east["distance_service_km"] == pytest.approx(12 * np.sqrt(2))
    assert none["part_tous_lieux"] == none["part_sans_service"] == 0
    nobody = find_skill_gaps(grid, places, [SHOP], radius_km=1)
    assert nobody["part_service"].eq(0).all()
    assert nobody["lieu_service"].isna().all()


def test_which_place_should_add_the_service(grid: gpd.GeoDataFrame) -> None:
    places = make_places((2000.0, 2000.0), (14_000.0, 14_000.0), services=[SAFE, PLAY])
    offering = filter_places(places, services=SAFE)
    others = places.drop(index=offering.index)
    sites = suggest_sites(grid, offering, new=1, radius_km=4, candidates=others)
    assert sites["id"].tolist() == ["p1"]
    assert sites["gain_population"].tolist() == [300]


def test_errors(grid: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    with pytest.raises(epn.DataError, match="Did you mean 'epci'"):
        skills_matrix(places, grid, by="epcis")  # type: ignore[arg-type]
    with pytest.raises(epn.ColumnError, match="population"):
        find_skill_gaps(grid.drop(columns="population"), places, SAFE)
    with pytest.raises(epn.ColumnError, match="code_epci"):
        skills_matrix(places, grid.drop(columns="code_epci"))
