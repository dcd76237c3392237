"""What is told of each block out of reach: EPCI touched, farthest commune."""

from __future__ import annotations

import geopandas as gpd
import pytest

import epn_geo as epn
from epn_geo.embedded import embedded_path
from tests.worlds import make_places


def test_two_blocks_apart(grid: gpd.GeoDataFrame) -> None:
    # reach 6.5 km from the middle of the middle edge leaves the four corners
    places = make_places((8000.0, 8000.0))
    zones = epn.find_gaps(grid, places, radius_km=9)
    told = epn.describe_gaps(zones, grid, places)
    assert len(told) == 4
    assert told["nombre_epci"].tolist() == [1] * 4
    assert set(told["epci_touches"]) == {"CC 14 Nord", "CC 14 Sud", "CC 27 Nord", "CC 27 Sud"}
    # a corner commune's town hall is 6√2 = 8.49 km away: within reach, so no zone holds one
    assert told["mairies_hors_portee"].tolist() == [0] * 4
    assert told["commune_la_plus_eloignee"].isna().all()
    assert told["distance_max_km"].isna().all()


def test_the_farthest_commune_of_a_block(grid: gpd.GeoDataFrame) -> None:
    places = make_places((2000.0, 2000.0))
    told = epn.describe_gaps(epn.find_gaps(grid, places, radius_km=4), grid, places)
    assert len(told) == 1
    assert told["nombre_epci"].tolist() == [4]
    assert told["codes_epci"].iloc[0].split(", ") == sorted(grid["code_epci"].unique())
    assert told["mairies_hors_portee"].tolist() == [13]
    assert told["commune_la_plus_eloignee"].tolist() == ["Commune 27-8"]
    assert told["distance_max_km"].tolist() == pytest.approx([12 * 2**0.5])


def test_without_places_or_zones(grid: gpd.GeoDataFrame) -> None:
    nobody = make_places(None)
    told = epn.describe_gaps(epn.find_gaps(grid, nobody, 4), grid, nobody)
    assert told["mairies_hors_portee"].tolist() == [16]
    assert told["commune_la_plus_eloignee"].isna().all()
    everywhere = make_places((8000.0, 8000.0))
    none = epn.describe_gaps(epn.find_gaps(grid, everywhere, 20), grid, everywhere)
    assert len(none) == 0
    assert "epci_touches" in none


def test_on_normandie_the_farthest_of_all_is_the_farthest_commune() -> None:
    communes = epn.read_communes(region="28")
    places = epn.read_places(embedded_path("demo/epn-demonstration.csv"))
    told = epn.describe_gaps(epn.find_gaps(communes, places), communes, places)
    coverage = epn.measure_coverage(communes, places)
    farthest = coverage.loc[coverage["distance_km"].idxmax()]
    assert told["distance_max_km"].max() == pytest.approx(farthest["distance_km"])
    assert farthest["commune"] in told["commune_la_plus_eloignee"].tolist()
    assert told["mairies_hors_portee"].sum() == (~coverage["mairie_couverte"]).sum()
