"""Territories of CRANT on sixteen square communes, computed by hand."""

from __future__ import annotations

import geopandas as gpd
import pytest

import epn_geo as epn
from epn_geo.crant import assign_crant, crant_territories
from tests.worlds import make_places


def network(**columns: list[str | None]) -> gpd.GeoDataFrame:
    """Two CRANT in 14 (west), none in 27 (east); EPN and an antenne."""
    return make_places(
        (2000.0, 2000.0), (2000.0, 14_000.0),  # CRANT p0 south-west, p1 north-west
        (6000.0, 2000.0),  # p2 EPN in 14, nearer p0
        (6000.0, 14_000.0),  # p3 EPN in 14, nearer p1
        (14_000.0, 14_000.0),  # p4 EPN in 27, nearer p1
        (6000.0, 10_000.0),  # p5 antenne of p2, nearer p1
        None,  # p6 EPN without coordinates
        (2000.0, 6000.0),  # p7 France Services
        categorie=["CRANT", "CRANT", "EPN", "EPN", "EPN", "antenne", "EPN", "France Services"],
        **({"parent_id": [None] * 5 + ["p2", None, None]} | columns),
    )  # fmt: skip


def test_to_the_nearest_of_the_departement_then_to_the_nearest(grid: gpd.GeoDataFrame) -> None:
    led = assign_crant(network(), grid)
    assert led["crant_id"].fillna("").tolist() == ["", "", "p0", "p1", "p1", "p0", "", ""]
    assert led["rattachement"].fillna("").tolist() == [
        "", "", "département", "département", "le plus proche", "par son EPN", "inconnu", "",
    ]  # fmt: skip
    assert led["distance_crant_km"].iloc[[2, 3, 4]].tolist() == [4, 4, 12]
    assert led["crant"].iloc[2] == "Lieu 0"


def test_the_departement_goes_before_the_distance(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        (2000.0, 2000.0), (10_000.0, 2000.0), (7000.0, 2000.0), categorie=["CRANT", "CRANT", "EPN"]
    )
    assert assign_crant(places, grid)["crant_id"].iloc[2] == "p0"
    assert assign_crant(places, grid, rule="nearest")["crant_id"].iloc[2] == "p1"


def test_what_is_declared_goes_first(grid: gpd.GeoDataFrame) -> None:
    declared = [None, None, "p1", "lieu 1", "Inconnu", None, "p0", None]
    led = assign_crant(network(crant=declared), grid)
    assert led["crant_id"].fillna("").tolist() == ["", "", "p1", "p1", "", "p1", "p0", ""]
    assert led["rattachement"].fillna("").tolist()[2:7] == [
        "déclaré", "déclaré", "inconnu", "par son EPN", "déclaré",
    ]  # fmt: skip
    assert led["crant_declare"].fillna("").tolist() == [d or "" for d in declared]
    by_parent = assign_crant(network(parent_id=[None, None, "p1", *[None] * 5]), grid)
    assert by_parent["crant_id"].iloc[2] == "p1"


def test_territories_share_out_all_communes(grid: gpd.GeoDataFrame) -> None:
    table = crant_territories(network(), grid).set_index("crant_id")
    assert table["epn"].tolist() == [1, 2]
    assert table["antennes"].tolist() == [1, 0]
    # 14's town halls go with p2, p5 (both p0's) or p3; all of 27 goes with p4
    assert table["communes"].to_dict() == {"p0": 6, "p1": 10}
    assert table["population"].to_dict() == {"p0": 600, "p1": 1000}
    assert table["aire_km2"].to_dict() == {"p0": 96, "p1": 160}
    assert table.area.round().tolist() == [96e6, 160e6]
    assert table.loc["p1", ["distance_moyenne_km", "distance_max_km"]].tolist() == [8, 12]
    assert table["aire_relative"].tolist() == [0.75, 1.25]
    assert table["trop_etendu"].tolist() == [False, False]
    assert table["code_departement"].tolist() == ["14", "14"]


def test_which_are_too_large_and_why(grid: gpd.GeoDataFrame) -> None:
    table = crant_territories(network(), grid, too_large=1.2).set_index("crant_id")
    assert table["trop_etendu"].tolist() == [False, True]
    assert table["motifs"].tolist() == ["", "territoire de 160 km², 1,2 fois la médiane"]
    english = crant_territories(network(), grid, too_large=1.2, lang="en")
    assert "times the median" in english["motifs"].iloc[1]


def test_a_crant_without_epn_has_no_territory(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        (2000.0, 2000.0), (14_000.0, 2000.0), (2000.0, 6000.0), categorie=["CRANT", "CRANT", "EPN"]
    )
    table = crant_territories(places, grid)
    assert table["communes"].tolist() == [16, 0]
    assert table["geometry"].isna().tolist() == [False, True]
    assert table["trop_etendu"].tolist() == [False, False]


def test_errors(grid: gpd.GeoDataFrame) -> None:
    with pytest.raises(epn.DataError, match="Did you mean 'nearest'"):
        assign_crant(network(), grid, rule="neares")  # type: ignore[arg-type]
    with pytest.raises(epn.DataError, match="no CRANT"):
        crant_territories(network().iloc[2:], grid)
    with pytest.raises(epn.ColumnError, match="categorie"):
        assign_crant(network().drop(columns="categorie"), grid)
    with pytest.raises(epn.DataError, match="above 1"):
        crant_territories(network(), grid, too_large=0.5)
