"""Reach by travel time, as the isochrone service of the Géoplateforme (IGN) computes it.

One request per place and band, each answer kept as soon as it is there: an interrupted run takes up
where it stopped. All the answers of a run are of one version of the road data
(``version_ressource``): those kept from another version are asked again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.crs import require_crs
from epn_geo.download import Door, StatusError, opened
from epn_geo.errors import DataError, DownloadError
from epn_geo.network.asks import Ask, read_json

URL = "https://data.geopf.fr/navigation/isochrone"
RESOURCE = "bdtopo-valhalla"  # the road network of the BD TOPO
DECIMALS = 6  # of a degree: about 0.1 m
FAR = 5.0  # degrees; no reach of an hour begins so far from its place
REFUSALS = frozenset({400, 404})  # a place from which nothing can be computed

Profile = Literal["car", "pedestrian"]


class _Reach(NamedTuple):
    """What was answered for one place and band."""

    shape: Any  # a polygon, or None
    version: str
    remark: str


def isochrones(
    places: gpd.GeoDataFrame,
    minutes: float | Sequence[float] = 20,
    *,
    profile: Profile = "car",
    door: Door | None = None,
    url: str = URL,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> gpd.GeoDataFrame:
    """Draw from where each place is reached within a time.

    Parameters
    ----------
    places
        Points in any CRS.
    minutes
        Minutes of travel: one number, or several bands.
    profile
        ``car`` or ``pedestrian``.
    door
        The way to the network; one with the user's cache by default.
    url
        Of the service.
    progress
        Called after each answer with the answers had and the answers wanted.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per place and band, the bands of a place together, smallest first; the index of
        `places`, repeated when there are several bands (``frame[frame["minutes"] == 20]`` has that
        of `places`); its columns and its CRS. The polygon stands in place of the point, missing for
        a place without coordinates or from which the service computes nothing. Added: ``minutes``,
        ``profil``, ``version_ressource`` (of the road data), ``duree_methode`` (a sentence that
        says how the polygon was had; missing without one), ``remarque`` (why there is none, empty
        otherwise).

    Raises
    ------
    CrsError
        If the places have no CRS.
    DataError
        If there are no minutes, or some are not positive.
    DownloadError
        If the service cannot be had. What was answered before is kept: run again.

    Notes
    -----
    The direction is ``arrival``: people travel to the place. Travel times are those of the service,
    which knows speeds by kind of road and no traffic. At 4 requests a second, 143 places in 3 bands
    are 429 requests: two minutes at best.

    Examples
    --------
    A place without coordinates needs no request:

    >>> import geopandas as gpd
    >>> places = gpd.GeoDataFrame({"nom": ["EPN"]}, geometry=gpd.GeoSeries([None], crs=4326))
    >>> isochrones(places, minutes=[10, 20])[["nom", "minutes", "remarque"]].values.tolist()
    [['EPN', 10.0, 'sans coordonnées'], ['EPN', 20.0, 'sans coordonnées']]
    """
    require_crs(places, "places")
    bands = _bands(minutes)
    geometry = places.geometry.to_crs(4326).to_numpy()
    known = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    points = shapely.get_coordinates(shapely.centroid(geometry[known])).round(DECIMALS)
    asks = [_ask(x, y, band, profile, url) for x, y in points.tolist() for band in bands]
    with opened(door) as way:
        answers = _ask_all(way, asks, progress)
    return _assemble(places, bands, known, answers, profile)


def _bands(minutes: float | Sequence[float]) -> list[float]:
    """Give the bands in order, each once."""
    given = [minutes] if isinstance(minutes, int | float) else [*minutes]
    bands = sorted({float(band) for band in given})
    if not bands or not all(0 < band < math.inf for band in bands):
        raise DataError(f"minutes must be positive numbers, as 20 or [10, 20, 30], not {minutes}.")
    return bands


def _ask(x: float, y: float, band: float, profile: str, url: str) -> Ask:
    params = {
        "point": f"{x:.{DECIMALS}f},{y:.{DECIMALS}f}",
        "resource": RESOURCE,
        "costType": "time",
        "costValue": f"{band:g}",
        "timeUnit": "minute",
        "profile": profile,
        "direction": "arrival",
        "geometryFormat": "geojson",
    }
    return Ask(url, tuple(params.items()))


def _ask_all(door: Door, asks: list[Ask], progress: Callable[[int, int], None]) -> list[_Reach]:
    """Ask for everything, of one version of the road data."""
    version = ""
    for _ in range(3):  # the data may change while we ask; hardly twice
        answers: list[_Reach] = []
        for ask in asks:
            reach = _have(door, ask, version)
            version = version or reach.version
            answers.append(reach)
            progress(len(answers), len(asks))
        versions = {reach.version for reach in answers if reach.version}
        if len(versions) <= 1 or door.offline:
            break
        version = next(reach.version for reach in reversed(answers) if reach.version)
    if answers and all(reach.shape is None for reach in answers):
        raise DownloadError(f"The isochrone service computes nothing: {answers[0].remark}")
    return answers


def _have(door: Door, ask: Ask, version: str) -> _Reach:
    """Give an answer, from the cache when it is of the version wanted."""
    kept = door.cache.read(ask.key)
    if version and kept is not None:
        reach = _read(kept.content, ask)
        if reach.version == version:
            return reach
    try:
        age = 0.0 if version else None
        answer = door.fetch(ask, lambda content: _read(content, ask), max_age_s=age)
    except StatusError as error:
        if error.status not in REFUSALS or not (words := _refusal(error.content)):
            raise
        return _Reach(None, "", words)
    return _read(answer.content, ask)


def _refusal(content: bytes) -> str:
    """Give the words of an error of the service; empty for another page."""
    try:
        said = json.loads(content)["error"]
        return str(said.get("message") or said["errorType"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def _read(content: bytes, ask: Ask) -> _Reach:
    """Read a polygon, and refuse one that is not where it was asked."""
    said = read_json(content, "the isochrone service")
    if not isinstance(said, dict) or not isinstance(said.get("geometry"), dict):
        raise DownloadError(f"The isochrone service answered no geometry: {content[:120]!r}.")
    try:
        shape = shapely.from_geojson(json.dumps(said["geometry"]))
    except shapely.errors.GEOSException as error:
        raise DownloadError(f"The isochrone service answered a damaged shape: {error}.") from error
    shape = _polygons(shape)
    x, y = map(float, ask.params[0][1].split(","))
    if shape.is_empty:
        return _Reach(None, str(said.get("resourceVersion", "")), "aucune zone calculée")
    if not shapely.dwithin(shape, shapely.Point(x, y), FAR):
        raise DownloadError(
            f"The isochrone of {x}, {y} is elsewhere ({shape.bounds}): the service answers in "
            "another reference than longitude and latitude."
        )
    return _Reach(shape, str(said.get("resourceVersion", "")), "")


def _polygons(shape: Any) -> Any:
    """Keep the polygons of a shape, made valid."""
    valid = shape if shape.is_valid else shapely.make_valid(shape)
    parts = shapely.get_parts(valid, return_index=False)
    flat = shapely.get_parts(parts)  # a collection may hold multipolygons
    return shapely.union_all(flat[shapely.get_dimensions(flat) == 2])


def _assemble(
    places: gpd.GeoDataFrame,
    bands: list[float],
    known: np.ndarray,
    answers: list[_Reach],
    profile: str,
) -> gpd.GeoDataFrame:
    """Put the answers beside the places, one row per place and band."""
    count, wanted = len(bands), len(places) * len(bands)
    asked = np.flatnonzero(np.repeat(known, count))
    shapes = np.full(wanted, None, dtype=object)
    shapes[asked] = np.array([*(reach.shape for reach in answers), None], dtype=object)[:-1]
    versions = np.full(wanted, None, dtype=object)
    versions[asked] = [reach.version or None for reach in answers]
    remarks = np.full(wanted, "sans coordonnées", dtype=object)
    remarks[asked] = [reach.remark for reach in answers]
    out = places.iloc[np.repeat(np.arange(len(places)), count)].copy()
    drawn = gpd.GeoSeries(shapes, index=out.index, crs=4326).to_crs(places.crs)
    out = out.set_geometry(drawn)
    out["minutes"] = np.tile(bands, len(places))
    out["profil"] = pd.Series(profile, index=out.index, dtype="str")
    out["version_ressource"] = pd.Series(versions, index=out.index, dtype="str")
    means = "en voiture" if profile == "car" else "à pied"
    said = f"isochrone IGN ({RESOURCE}), {means}, vers le lieu, sans trafic"
    method = [said if there else None for there in drawn.notna()]
    out["duree_methode"] = pd.Series(method, index=out.index, dtype="str")
    out["remarque"] = pd.Series(remarks, index=out.index, dtype="str")
    return out
