"""Makers of small worlds."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely


def make_places(*points: tuple[float, float] | None, **columns: object) -> gpd.GeoDataFrame:
    """Make places at metric points; None for one without coordinates."""
    geometry = np.array([None if p is None else shapely.Point(p) for p in points], dtype=object)
    frame = {"id": [f"p{i}" for i in range(len(points))]}
    frame |= {"nom": [f"Lieu {i}" for i in range(len(points))]}
    return gpd.GeoDataFrame(frame | columns, geometry=geometry, crs=2154)
