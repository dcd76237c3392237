"""Travel time without a network: an estimate, and every column of it says so.

time = detour × straight line / speed, the speed chosen by the density of people. No road, hill,
river or bus is known. It ranks territories and sizes a study; it does not say how long a trip
takes. Where that matters, measure it: isochrones, or a file of reach polygons.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.coverage import nearest_place
from epn_geo.crs import require_crs, to_metric
from epn_geo.errors import ColumnError, DataError
from epn_geo.geometry.arcs import Floats

DETOUR = 1.3  # road over straight line, a usual value between towns; a convention, not a measure
SPEEDS_KMH = {0.0: 55.0, 300.0: 40.0, 1500.0: 25.0}  # by people per km², from each density on


def estimate_travel_time(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    detour: float = DETOUR,
    speeds_kmh: Mapping[float, float] | None = None,
) -> gpd.GeoDataFrame:
    """Estimate how long it takes by car from each town hall to the nearest place.

    Parameters
    ----------
    communes, places
        As `measure_coverage`; `communes` with `population`.
    detour
        Length by road over the straight line.
    speeds_kmh
        Mean speed from each density (people per km² of the commune) on. By default 55 km/h, 40 from
        300 on and 25 from 1500 on: conventions, to be replaced by what is known locally.

    Returns
    -------
    geopandas.GeoDataFrame
        `communes` (same rows, index and CRS) with `distance_km` and the others of `nearest_place`
        if they were not there, `densite_hab_km2`, `vitesse_estimee_kmh`, `duree_estimee_min`, and
        `duree_methode`, a sentence with the parameters that says that it is not a measure.

    Raises
    ------
    CrsError, ColumnError
        As `measure_coverage`.
    DataError
        If a parameter cannot be used.

    Notes
    -----
    duree_estimee_min = 60 × detour × distance_km / vitesse_estimee_kmh. The place is the nearest in
    a straight line. Without a place the time is missing.

    Examples
    --------
    >>> communes = gpd.GeoDataFrame(
    ...     {"population": [1600]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... )
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(12_000, 2000)], crs=2154)
    >>> estimated = estimate_travel_time(communes, place, detour=1.2, speeds_kmh={0: 60})
    >>> estimated[["distance_km", "densite_hab_km2", "duree_estimee_min"]].iloc[0].tolist()
    [10.0, 100.0, 12.0]
    """
    speeds = _checked(detour, speeds_kmh)
    near = communes if "distance_km" in communes else nearest_place(communes, places)
    out = near.copy()
    density = _density(communes)
    speed = _speed(density, speeds)
    out["densite_hab_km2"] = density
    out["vitesse_estimee_kmh"] = speed
    out["duree_estimee_min"] = 60 * detour * out["distance_km"].to_numpy(dtype=float) / speed
    out["duree_methode"] = pd.Series(_sentence(detour, speeds), index=out.index, dtype="str")
    return out


def estimate_reach(
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    minutes: float,
    *,
    detour: float = DETOUR,
    speeds_kmh: Mapping[float, float] | None = None,
) -> gpd.GeoDataFrame:
    """Estimate how far, in a straight line, one comes to each place in some minutes.

    Parameters
    ----------
    places, communes, detour, speeds_kmh
        As `estimate_travel_time`; the density is that of the commune where the place stands (of the
        nearest one, beyond the border).
    minutes
        Minutes by car.

    Returns
    -------
    geopandas.GeoDataFrame
        `places` (same rows, index and CRS) with `rayon_estime_km` (missing without coordinates) and
        `duree_methode`. Give the column's name as a radius:
        ``measure_coverage(communes, places, "rayon_estime_km")``.

    Raises
    ------
    CrsError, ColumnError
        As `measure_coverage`.
    DataError
        If a parameter cannot be used.

    Examples
    --------
    >>> communes = gpd.GeoDataFrame(
    ...     {"population": [1600]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... )
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> estimate_reach(place, communes, 12, detour=1.2, speeds_kmh={0: 60})["rayon_estime_km"]
    0    10.0
    Name: rayon_estime_km, dtype: float64
    """
    speeds = _checked(detour, speeds_kmh)
    if not (np.isfinite(minutes) and minutes > 0):
        raise DataError(f"minutes must be a positive number, not {minutes!r}.")
    require_crs(places, "places")
    metric = to_metric(communes, what="communes")
    density = _density(communes)
    points = places.to_crs(metric.crs).geometry.to_numpy()
    known = np.flatnonzero(~(shapely.is_missing(points) | shapely.is_empty(points)))
    row = shapely.STRtree(metric.geometry.to_numpy()).nearest(points[known])
    radius = np.full(len(places), np.nan)
    radius[known] = minutes / 60 * _speed(density[row], speeds) / detour
    out = places.copy()
    out["rayon_estime_km"] = radius
    out["duree_methode"] = pd.Series(_sentence(detour, speeds), index=out.index, dtype="str")
    return out


def _checked(detour: float, speeds_kmh: Mapping[float, float] | None) -> dict[float, float]:
    """Give the speeds by growing density."""
    if not (np.isfinite(detour) and detour >= 1):
        raise DataError(f"detour must be 1 or more (no road is shorter), not {detour!r}.")
    speeds = dict(SPEEDS_KMH if speeds_kmh is None else speeds_kmh)
    if 0 not in speeds:
        raise DataError("speeds_kmh must say the speed from a density of 0 on: {0: 55, 300: 40}.")
    for density, speed in speeds.items():
        if not (np.isfinite([density, speed]).all() and density >= 0 and speed > 0):
            raise DataError(f"speeds_kmh: {density!r}: {speed!r} is no speed from a density on.")
    return {float(density): float(speeds[density]) for density in sorted(speeds)}


def _density(communes: gpd.GeoDataFrame) -> Floats:
    if "population" not in communes:
        raise ColumnError("The communes have no column 'population': read_communes gives it.")
    area_km2 = shapely.area(to_metric(communes, what="communes").geometry.to_numpy()) / 1e6
    people = communes["population"].to_numpy(dtype=float)
    unknown = np.full(len(people), np.nan)
    return np.asarray(np.divide(people, area_km2, out=unknown, where=area_km2 > 0))


def _speed(density: Floats, speeds: Mapping[float, float]) -> Floats:
    limits, values = np.array([*speeds]), np.array([*speeds.values()])
    at = np.searchsorted(limits, density, side="right") - 1
    return np.where(np.isfinite(density), values[np.maximum(at, 0)], np.nan)


def _sentence(detour: float, speeds: Mapping[float, float]) -> str:
    parts = [f"{speed:g} km/h dès {density:g} hab/km²" for density, speed in speeds.items()]
    text = f"estimation, non mesurée : distance × {detour:g} / vitesse ({', '.join(parts)})"
    return text.replace(".", ",")
