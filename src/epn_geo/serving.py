"""Who serves, and where: the places that count, and the town halls that they are to reach."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.crs import CRS, in_crs, project, require_crs, to_metric
from epn_geo.errors import ColumnError, DataError
from epn_geo.geometry.arcs import Bools, Floats

NOT_SERVING = ("CRANT", "projet lauréat")  # actors on the map, not places where help is given


def serves(places: pd.DataFrame) -> pd.Series[bool]:
    """Tell which places count for coverage.

    A place counts if help is given there, at a fixed address with usable coordinates: its
    `categorie` is not ``CRANT`` (it coordinates others) nor ``projet lauréat``, and its
    `itinerance` is not ``Itinérant``. A boolean column `couvre` overrides category and itinerance.

    Parameters
    ----------
    places
        Places; the columns named above are used if they are there.

    Returns
    -------
    pandas.Series
        True where the place counts; the index of `places`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> places = gpd.GeoDataFrame(
    ...     {"categorie": ["EPN", "CRANT", "antenne"]},
    ...     geometry=[shapely.Point(0, 49), shapely.Point(0, 49), None],
    ...     crs=4326,
    ... )
    >>> serves(places).tolist()
    [True, False, False]
    """
    counts = np.ones(len(places), dtype=bool)
    if "couvre" in places:
        counts = counts & _told(places["couvre"])
    else:
        if "categorie" in places:
            counts = counts & ~places["categorie"].isin(NOT_SERVING).to_numpy()
        if "itinerance" in places:
            counts = counts & (places["itinerance"] != "Itinérant").to_numpy()
    if isinstance(places, gpd.GeoDataFrame):
        counts = counts & has_coordinates(places)
    return pd.Series(counts, index=places.index, name="couvre", dtype=bool)


def has_coordinates(places: gpd.GeoDataFrame) -> Bools:
    """Tell which places have usable coordinates.

    Parameters
    ----------
    places
        Places in any CRS.

    Returns
    -------
    numpy.ndarray
        False for what is missing, empty, or not a number.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> points = gpd.GeoSeries([shapely.Point(0, 49), None, shapely.Point()], crs=4326)
    >>> has_coordinates(gpd.GeoDataFrame(geometry=points))
    array([ True, False, False])
    """
    return np.asarray(np.isfinite(shapely.bounds(places.geometry.to_numpy())).all(axis=1))


def serving_sites(places: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """Give the places that count, as points in a metric CRS.

    Parameters
    ----------
    places
        Points in any CRS.
    crs
        The metric CRS, as a rule that of the communes.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of `places` that `serves` counts, all with finite coordinates.

    Raises
    ------
    DataError
        If there are other shapes than points.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(2000, 0), None], crs=2154)
    >>> len(serving_sites(place, place.crs))
    1
    """
    sites = in_crs(places[serves(places)], crs)
    kinds = set(sites.geometry.geom_type.unique())
    if kinds - {"Point"}:
        raise DataError(f"Places must be points; there are also {', '.join(kinds - {'Point'})}.")
    x, y = coordinates(sites)
    return sites[np.isfinite(x) & np.isfinite(y)]


def keep_near(
    places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, within_km: float
) -> gpd.GeoDataFrame:
    """Keep the places within some distance of a territory, on either side of its border.

    Parameters
    ----------
    places
        Points in any CRS.
    communes
        The territory, polygons in any CRS.
    within_km
        Kilometres from the nearest outline. Use the largest radius that will be measured.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of `places` that are near enough, index and CRS unchanged. Places without
        coordinates stay: nobody knows that they are far.

    Raises
    ------
    CrsError
        As `measure_coverage`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154)
    >>> points = gpd.points_from_xy([2000, 9000, 90000], [0, 0, 0])
    >>> keep_near(gpd.GeoDataFrame(geometry=points, crs=2154), commune, within_km=10).index.tolist()
    [0, 1]
    """
    require_crs(places, "places")
    metric = to_metric(communes, what="communes")
    points = places.to_crs(metric.crs).geometry.to_numpy()
    known = has_coordinates(places)
    outlines = shapely.STRtree(metric.geometry.to_numpy())
    found, _ = outlines.query(points[known], predicate="dwithin", distance=within_km * 1000)
    near = ~known
    near[np.flatnonzero(known)[found]] = True
    return places[near]


def town_halls(metric: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Give the town halls in the metric CRS; a point inside where none is known.

    Parameters
    ----------
    metric
        Communes in a metric CRS.

    Returns
    -------
    tuple of numpy.ndarray
        x and y in metres; NaN where there is neither town hall nor outline.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> x, y = town_halls(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154))
    >>> x.tolist(), y.tolist()
    ([2000.0], [2000.0])
    """
    x, y = np.full((2, len(metric)), np.nan)
    if {"mairie_longitude", "mairie_latitude"} <= set(metric.columns):
        x, y = project(
            metric["mairie_longitude"].to_numpy(float),
            metric["mairie_latitude"].to_numpy(float),
            metric.crs,
        )
    unknown = ~(np.isfinite(x) & np.isfinite(y))
    inside = shapely.point_on_surface(metric.geometry.to_numpy()[unknown])
    x[unknown], y[unknown] = shapely.get_x(inside), shapely.get_y(inside)
    return x, y


def coordinates(points: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Give the coordinates of points.

    Parameters
    ----------
    points
        Points.

    Returns
    -------
    tuple of numpy.ndarray
        x and y in the CRS of the points; NaN for what is missing or empty.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> points = [shapely.Point(1, 2), None, shapely.Point()]
    >>> x, y = coordinates(gpd.GeoDataFrame(geometry=points, crs=2154))
    >>> x.tolist(), y.tolist()
    ([1.0, nan, nan], [2.0, nan, nan])
    """
    geometry = points.geometry.to_numpy()
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    x, y = np.full((2, len(geometry)), np.nan)
    x[there], y[there] = shapely.get_x(geometry[there]), shapely.get_y(geometry[there])
    return x, y


def _told(column: pd.Series) -> Bools:
    """Read the column `couvre`: true or false, and false where it says nothing."""
    known = column.dropna()
    if not known.isin([True, False]).all():
        wrong = known[~known.isin([True, False])].iloc[0]
        raise ColumnError(
            f"The column 'couvre' holds {wrong!r}: it must be true or false. read_places reads oui "
            "and non."
        )
    return column.eq(other=True).fillna(value=False).to_numpy(dtype=bool)
