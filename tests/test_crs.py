"""The official projection of each territory, and clear errors elsewhere."""

from __future__ import annotations

import socket

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

import epn_geo as epn
from epn_geo.crs import metric_crs, to_metric

CAEN, POINTE_A_PITRE, CAYENNE = (-0.37, 49.18), (-61.53, 16.24), (-52.33, 4.93)
SAINT_DENIS, MAMOUDZOU, BASTIA = (55.45, -20.88), (45.23, -12.78), (9.45, 42.70)


def series(*points: tuple[float, float], crs: int = 4326) -> gpd.GeoSeries:
    return gpd.GeoSeries([shapely.Point(p) for p in points], crs=4326).to_crs(crs)


@pytest.mark.parametrize(
    ("point", "code"),
    [(CAEN, 2154), (BASTIA, 2154), (POINTE_A_PITRE, 5490), (CAYENNE, 2972), (SAINT_DENIS, 2975),
     (MAMOUDZOU, 4471)],
)  # fmt: skip
@pytest.mark.parametrize("given", [4326, 3857])
def test_each_territory_has_its_projection(
    point: tuple[float, float], code: int, given: int
) -> None:
    assert metric_crs(series(point, crs=given)).to_epsg() == code


def test_overseas_in_lambert_93_is_brought_to_its_own_projection() -> None:
    assert metric_crs(series(CAYENNE, crs=2154)).to_epsg() == 2972


def test_missing_geometries_are_passed_over() -> None:
    frame = gpd.GeoSeries([None, shapely.Point(), shapely.Point(CAEN)], crs=4326)
    assert metric_crs(frame).to_epsg() == 2154


@pytest.mark.parametrize("point", [(2.0, 12.0), (-70.0, 40.0)])
def test_outside_france_there_is_no_metric_crs(point: tuple[float, float]) -> None:
    with pytest.raises(epn.CrsError, match="Outside France"):
        metric_crs(series(point))


def test_swapped_axes_are_hinted_at() -> None:
    with pytest.raises(epn.CrsError, match="longitude comes before latitude"):
        metric_crs(series((49.18, -0.37)))


@pytest.mark.parametrize("point", [CAEN, POINTE_A_PITRE, CAYENNE, SAINT_DENIS, MAMOUDZOU])
def test_ten_kilometres_are_ten_kilometres(point: tuple[float, float]) -> None:
    """On the ellipsoid, to 15 m."""
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(point)], crs=4326)
    ring = epn.reach(frame, 10).geometry[0].exterior
    longitude, latitude = np.array(ring.coords).T
    own = np.full(len(longitude), point[0]), np.full(len(longitude), point[1])
    _, _, metres = Geod(ellps="GRS80").inv(*own, longitude, latitude)
    assert np.abs(metres - 10_000).max() < 15


def test_projecting_keeps_rows_and_index() -> None:
    frame = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[shapely.Point(CAEN), None], crs=4326)
    metric = to_metric(frame.set_index(np.array([7, 3])))
    assert metric.index.tolist() == [7, 3]
    assert metric.geometry.isna().tolist() == [False, True]


def test_the_guard_refuses_the_network() -> None:
    with socket.socket() as door, pytest.raises(AssertionError, match="tried to reach"):
        door.connect(("192.0.2.1", 80))
