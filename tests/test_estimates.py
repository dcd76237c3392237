"""Travel time without a network: by hand, and never taken for a measure."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pytest

import epn_geo as epn
from tests.worlds import make_places


def test_time_is_distance_detour_and_speed_of_the_density(grid: gpd.GeoDataFrame) -> None:
    # 16 km² each: 100 people are 6.25 per km², 16 000 are 1 000, 32 000 are 2 000
    world = grid.assign(population=[100, 16_000, 32_000, 100] + [100] * 12)
    place = make_places((2000.0, 2000.0))
    got = epn.estimate_travel_time(world, place)
    assert got["densite_hab_km2"].tolist()[:3] == [6.25, 1000, 2000]
    assert got["vitesse_estimee_kmh"].tolist()[:4] == [55, 40, 25, 55]
    expected = [0, 60 * 1.3 * 4 / 40, 60 * 1.3 * 8 / 25, 60 * 1.3 * 12 / 55]
    assert got["duree_estimee_min"].tolist()[:4] == pytest.approx(expected)
    assert (
        got["duree_methode"]
        .eq(
            "estimation, non mesurée : distance × 1,3 / vitesse (55 km/h dès 0 hab/km², "
            "40 km/h dès 300 hab/km², 25 km/h dès 1500 hab/km²)"
        )
        .all()
    )


def test_no_place_no_time(grid: gpd.GeoDataFrame) -> None:
    assert epn.estimate_travel_time(grid, make_places(None))["duree_estimee_min"].isna().all()


def test_a_reach_of_minutes_is_a_radius_for_the_rest(grid: gpd.GeoDataFrame) -> None:
    world = grid.assign(population=[32_000] + [100] * 15)
    places = make_places((2000.0, 2000.0), (6000.0, 2000.0), (-50_000.0, 0.0))
    got = epn.estimate_reach(places, world, 6)
    assert got["rayon_estime_km"].tolist() == pytest.approx(
        [0.1 * 25 / 1.3, 0.1 * 55 / 1.3, 0.1 * 25 / 1.3]
    )
    covered = epn.measure_coverage(world, got, "rayon_estime_km")
    assert covered["part_couverte"][0] == pytest.approx(
        epn.measure_coverage(world, got, 0.1 * 25 / 1.3)["part_couverte"][0], abs=0.3
    )
    unknown = epn.estimate_reach(make_places(None, (2000.0, 2000.0)), world, 6)
    assert np.isnan(unknown["rayon_estime_km"][0])


def test_time_there_and_reach_agree(grid: gpd.GeoDataFrame) -> None:
    """A town hall at the edge of the reach is that many minutes away."""
    place = make_places((2000.0, 2000.0))
    there = epn.estimate_travel_time(grid, place)
    minutes = float(there["duree_estimee_min"][3])
    assert epn.estimate_reach(place, grid, minutes)["rayon_estime_km"][0] == pytest.approx(12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"detour": 0.9}, "detour must be 1 or more"),
        ({"speeds_kmh": {100: 50}}, "from a density of 0 on"),
        ({"speeds_kmh": {0: 0}}, "no speed"),
    ],
)
def test_parameters_are_checked(
    grid: gpd.GeoDataFrame, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(epn.DataError, match=message):
        epn.estimate_travel_time(grid, make_places((0.0, 0.0)), **options)
    with pytest.raises(epn.DataError, match="minutes must be"):
        epn.estimate_reach(make_places((0.0, 0.0)), grid, 0)
