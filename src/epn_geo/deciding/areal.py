"""Polygons of reach in a choice of sites: what reaches the town halls, what candidates would."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from scipy.sparse import csr_array

from epn_geo.areas import Band, choose_areas, only_band, shapes_of
from epn_geo.coverage import areas_round
from epn_geo.crs import CRS, require_crs
from epn_geo.errors import DataError
from epn_geo.geometry.arcs import Floats, Ints
from epn_geo.geometry.polygons import pairs_in


def count_areas(
    halls: Floats, areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, crs: CRS
) -> tuple[Ints, Band]:
    """Count the places whose area holds each town hall.

    Parameters
    ----------
    halls
        x, y of each town hall, metres.
    areas, places
        As `measure_coverage`.
    crs
        The metric CRS.

    Returns
    -------
    tuple
        Places for each town hall, and the band of the areas. Areas that belong to nobody count as
        a place each.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_coverage`; for areas of several times.

    Examples
    --------
    >>> import shapely
    >>> place = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(0, 0)], crs=2154)
    >>> drawn = place.set_geometry(place.buffer(9))
    >>> count_areas(np.array([[0.0, 5.0], [0.0, 50.0]]), drawn, place, 2154)[0]
    array([1, 0])
    """
    band = only_band(areas_round(areas, places, crs))
    shapes = shapes_of(band, np.unique(band.owner)) if band.owned else band.shapes
    hall, _ = pairs_in(halls[:, 0], halls[:, 1], shapes)
    return np.bincount(hall, minlength=len(halls)).astype(np.int64), band


def candidate_pairs(
    halls: Floats, areas: gpd.GeoDataFrame, labels: gpd.GeoDataFrame, like: Band | None
) -> tuple[csr_array, Band]:
    """Tell which candidate's own area holds which town hall.

    Parameters
    ----------
    halls
        x, y of each town hall, metres.
    areas
        Polygons with the `id` or `nom` of their candidate.
    labels
        The candidates, in the metric CRS.
    like
        The band of the areas of existing places, if they have any.

    Returns
    -------
    tuple
        Communes x candidates, 1 where the candidate would reach the town hall; and the band.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_coverage`; for areas that do not say whose they are, of several times, or of
        another time than those of the existing places.

    Examples
    --------
    >>> import shapely
    >>> site = gpd.GeoDataFrame({"id": ["14001"]}, geometry=[shapely.Point(0, 0)], crs=2154)
    >>> drawn = site.set_geometry(site.buffer(9))
    >>> pairs, _ = candidate_pairs(np.array([[0.0, 5.0], [0.0, 50.0]]), drawn, site, None)
    >>> pairs.toarray().tolist()
    [[1.0], [0.0]]
    """
    require_crs(areas, "candidate_areas")
    band = only_band(choose_areas(areas, labels, np.ones(len(labels), dtype=bool), labels.crs))
    if not band.owned:
        raise DataError(
            "The candidate_areas do not say whose they are: give them the id of their candidate "
            "(of a town hall: code_insee) or its nom."
        )
    if like is not None and (like.minutes, like.route_km) != (band.minutes, band.route_km):
        raise DataError(
            "The candidate_areas are of another time than the areas of the places: "
            f"{band.minutes or band.route_km}, not {like.minutes or like.route_km}."
        )
    shapes = shapes_of(band, np.arange(len(labels)))
    hall, site = pairs_in(halls[:, 0], halls[:, 1], shapes)
    return csr_array((np.ones(len(hall)), (hall, site)), shape=(len(halls), len(labels))), band
