"""The official metric CRS of each French territory; the only door to pyproj.

Lengths and areas are computed in the projection that French law names for the territory (décret
n° 2000-1276, annexe). Drawn in Lambert-93 across Normandie, a radius of 10 km is between 10 m too
short and 5 m too long on the ellipsoid; overseas Lambert-93 would halve it, which is why the
territory chooses the projection and never the caller.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from epn_geo.errors import CrsError

__all__ = [
    "CRS",
    "TERRITORIES",
    "WGS84",
    "Territory",
    "in_crs",
    "metric_crs",
    "name_geometry",
    "project",
    "reproject",
    "require_crs",
    "to_metric",
]

WGS84 = 4326

Floats = npt.NDArray[np.float64]


class Territory(NamedTuple):
    """A part of France with one official projection, and a box (degrees) that holds it."""

    name: str
    epsg: int
    west: float
    south: float
    east: float
    north: float


TERRITORIES = (
    Territory("France métropolitaine", 2154, -5.6, 41.0, 10.2, 51.6),  # RGF93 / Lambert-93
    Territory("Antilles", 5490, -63.3, 14.2, -60.6, 18.3),  # RGAF09 / UTM 20N
    Territory("Guyane", 2972, -54.9, 1.9, -51.3, 6.1),  # RGFG95 / UTM 22N
    Territory("La Réunion", 2975, 55.0, -21.6, 56.1, -20.6),  # RGR92 / UTM 40S
    Territory("Mayotte", 4471, 44.7, -13.3, 45.5, -12.4),  # RGM04 / UTM 38S
)


def require_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries, what: str = "frame") -> CRS:
    """Give the CRS of a frame, or say how to declare it.

    Parameters
    ----------
    frame
        Any frame or series with geometry.
    what
        What to call it in the message.

    Returns
    -------
    pyproj.CRS
        Its CRS.

    Raises
    ------
    CrsError
        If it has none.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> require_crs(gpd.GeoSeries([shapely.Point(-0.37, 49.18)], crs=4326)).to_epsg()
    4326
    """
    if frame.crs is None:
        raise CrsError(
            f"The {what} has no CRS. Declare the one its coordinates are in, for example "
            f"{what}.set_crs(4326) for longitude and latitude."
        )
    return CRS(frame.crs)


def metric_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries, what: str = "frame") -> CRS:
    """Find the official metric CRS of the territory where a frame lies.

    Parameters
    ----------
    frame
        Geometry in any CRS. Missing and empty geometries are passed over. A frame that is already
        in an official projection and lies in no other territory keeps it.
    what
        What to call it in messages.

    Returns
    -------
    pyproj.CRS
        EPSG 2154 (mainland), 5490 (Antilles), 2972 (Guyane), 2975 (La Réunion) or 4471 (Mayotte).

    Raises
    ------
    CrsError
        If the frame has no CRS, lies outside France, or in two territories at once.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> caen, fort_de_france = shapely.Point(-0.37, 49.18), shapely.Point(-61.07, 14.6)
    >>> metric_crs(gpd.GeoSeries([caen], crs=4326)).to_epsg()
    2154
    >>> metric_crs(gpd.GeoSeries([caen, fort_de_france], crs=4326))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    epn_geo.errors.CrsError: 2 territories in the frame: France métropolitaine, Antilles...
    """
    crs = require_crs(frame, what)
    found = _territories(frame, crs)
    official = next((t for t in TERRITORIES if crs == CRS(t.epsg)), None)
    if len(found) > 1:
        raise CrsError(
            f"{len(found)} territories in the {what}: {', '.join(t.name for t in found)}. "
            "No metric CRS serves them all: split it and run each part by itself."
        )
    if found:
        return CRS(found[0].epsg)
    if official is not None:
        return crs
    raise CrsError(
        f"Outside France: {what} (CRS {crs.to_string()}). No official metric CRS is known there. "
        "Check the CRS; longitude comes before latitude."
    )


def to_metric(
    frame: gpd.GeoDataFrame, crs: CRS | None = None, what: str = "frame"
) -> gpd.GeoDataFrame:
    """Give a frame in the official metric CRS of its territory.

    Parameters
    ----------
    frame
        Geometry in any CRS.
    crs
        The metric CRS to use; that of the frame's own territory by default. Places are projected
        with the CRS of the communes they serve.
    what
        What to call it in messages.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy in metres, same rows, same index.

    Raises
    ------
    CrsError
        As `metric_crs`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> caen = gpd.GeoDataFrame(geometry=[shapely.Point(-0.37, 49.18)], crs=4326)
    >>> to_metric(caen).geometry.x.round(-3).tolist()
    [454000.0]
    """
    require_crs(frame, what)
    return in_crs(frame, metric_crs(frame, what) if crs is None else crs)


def in_crs(frame: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    """Give a frame in a CRS; where that is its own under another description, as it stands.

    Parameters
    ----------
    frame
        Geometry in any CRS.
    crs
        The CRS wanted.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy, same rows, same index. Files describe a CRS each in its own way, and geopandas would
        carry every point from one description to the other.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from pyproj import CRS
    >>> caen = gpd.GeoDataFrame(geometry=[shapely.Point(454000, 6903000)], crs=2154)
    >>> in_crs(caen, CRS(2154).to_wkt("WKT1_GDAL")).geometry.x.tolist()
    [454000.0]
    """
    same = CRS(frame.crs) == CRS(crs)
    return frame.set_crs(crs, allow_override=True) if same else frame.to_crs(crs)


def name_geometry(frame: gpd.GeoDataFrame, name: str) -> gpd.GeoDataFrame:
    """Give a frame whose geometry column bears a name, so that it can be put under another.

    Parameters
    ----------
    frame
        Any frame with geometry.
    name
        What the column is to be called.

    Returns
    -------
    geopandas.GeoDataFrame
        The frame itself if it is called so already.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> frame = gpd.GeoDataFrame(geometry=[shapely.Point(0, 49)], crs=4326)
    >>> name_geometry(frame, "geom").columns.tolist()
    ['geom']
    """
    return frame if frame.geometry.name == name else frame.rename_geometry(name)


def project(longitude: Floats, latitude: Floats, crs: CRS) -> tuple[Floats, Floats]:
    """Project WGS84 coordinates to a metric CRS.

    Parameters
    ----------
    longitude, latitude
        Degrees, same length. What is not a number stays so.
    crs
        The metric CRS.

    Returns
    -------
    tuple of numpy.ndarray
        x and y in metres; infinite where the projection has no answer.

    Examples
    --------
    >>> import numpy as np
    >>> from pyproj import CRS
    >>> x, y = project(np.array([-0.37]), np.array([49.18]), CRS(2154))
    >>> x.round(-3).tolist(), y.round(-3).tolist()
    ([454000.0], [6903000.0])
    """
    return reproject(longitude, latitude, CRS(WGS84), crs)


def reproject(x: Floats, y: Floats, source: CRS | int, target: CRS | int) -> tuple[Floats, Floats]:
    """Carry coordinates from one CRS to another, without making geometry of them.

    Parameters
    ----------
    x, y
        Coordinates, same length; longitude is x. What is not a number stays so.
    source, target
        CRS, or EPSG codes.

    Returns
    -------
    tuple of numpy.ndarray
        x and y in the target CRS; infinite where it has no answer.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = reproject(np.array([3798100.0]), np.array([3132900.0]), 3035, 4326)
    >>> x.round(1).tolist(), y.round(1).tolist()
    ([2.5], [51.1])
    """
    x, y = _transformer(CRS(source), CRS(target)).transform(
        np.asarray(x, float), np.asarray(y, float)
    )
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


@lru_cache(maxsize=16)  # each looks for its way in a data base
def _transformer(source: CRS, target: CRS) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _territories(frame: gpd.GeoDataFrame | gpd.GeoSeries, crs: CRS) -> list[Territory]:
    """List the territories that hold the centre of at least one geometry."""
    bounds = frame.geometry.bounds.to_numpy(dtype=float)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    longitude, latitude = _transformer(crs, CRS(WGS84)).transform(x, y)
    return [
        t
        for t in TERRITORIES
        if np.any(
            (longitude >= t.west)
            & (longitude <= t.east)
            & (latitude >= t.south)
            & (latitude <= t.north)
        )
    ]
