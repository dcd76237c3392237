"""Frames -> a scene: all that a picture may show, in metres, made once and drawn many times.

Classes and colours are those of the interactive map (`indicators`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from epn_geo.columns import Floats, texts
from epn_geo.crs import CRS, require_crs, to_metric
from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.geometry.edges import take_apart
from epn_geo.labels import Lang
from epn_geo.paging.indicators import Indicator, find_indicators, find_radii
from epn_geo.radii import Measure, measure_for
from epn_geo.serving import town_halls

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[Any]
Box = tuple[float, float, float, float]  # left, bottom, right, top

KEYS = {
    "part_couverte": "part",
    "mairie_couverte": "mairie",
    "population_couverte": "hors_portee",
    "distance_km": "distance",
}


class Edges(NamedTuple):
    """Pieces of boundary, each once, and the communes on both sides (-1 for none)."""

    xy: Floats  # x1, y1, x2, y2
    one: Ints
    other: Ints
    follows: Bools  # whether a piece begins where the one before it ends


class Dots(NamedTuple):
    """Places, in the order of their rows, those without coordinates left out."""

    x: Floats
    y: Floats
    category: list[str]
    commune: Ints  # the row of the commune each stands in, or -1
    parent: Ints  # the dot of each antenne's EPN, or -1


class Scene(NamedTuple):
    """All that a picture may show, in metres: made once, drawn as often as wanted."""

    communes: gpd.GeoDataFrame
    inside: Bools  # in the territory studied
    edges: Edges
    halls: tuple[Floats, Floats]
    indicator: Indicator
    values: Floats
    measure: Measure  # the radius that the picture is about
    dots: Dots
    zones: Geometries
    zones_km: float | None  # the radius they are out of reach of, where that is one number
    sites: tuple[Floats, Floats]
    crs: CRS


class View(NamedTuple):
    """What of a scene is drawn, and how large."""

    box: Box  # metres
    metres_per_mm: float
    focus: Bools  # the communes that matter; the rest is quieter
    lettering: float  # 1 on an A4 page
    names: Sequence[str] = ("departement", "commune")


def make_scene(
    coverage: gpd.GeoDataFrame,
    *,
    places: gpd.GeoDataFrame | None = None,
    gaps: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    indicator: str | Mapping[str, str] | None = None,
    radius_km: float | None = None,
    minutes: float | None = None,
    lang: Lang = "fr",
) -> Scene:
    """Bring everything that a picture may show into metres.

    Parameters
    ----------
    coverage
        Communes with what `measure_coverage` added.
    places, gaps, sites
        Places, zones and proposed sites.
    indicator
        What communes are shaded by: ``part`` (the default), ``mairie``, ``hors_portee``,
        ``distance``, ``population``, a numeric column, or one and what to call it.
    radius_km
        Which radius, if several were measured; 10 km by default.
    minutes
        Which time, if areas of several were measured; 20 minutes by default.
    lang
        Language of the classes.

    Returns
    -------
    Scene
        Ready to draw.

    Raises
    ------
    ColumnError
        If there is nothing to shade by.
    DataError
        If `coverage` has no outline, or the radius was not measured.

    Examples
    --------
    >>> import shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"part_couverte": [1.0, 0.4]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)],
    ...     crs=2154,
    ... )
    >>> scene = make_scene(communes)
    >>> scene.indicator.key, len(scene.edges.xy), (scene.edges.other >= 0).sum()
    ('part', 7, np.int64(1))
    """
    metric = to_metric(coverage, what="coverage").reset_index(drop=True)
    polygons = metric.geometry.to_numpy()
    if not len(polygons) or not np.isin(shapely.get_type_id(polygons), (3, 6)).any():
        raise DataError("coverage has no outline to draw: give it the communes' polygons.")
    chosen, values, measure = choose_indicator(metric, indicator, radius_km, lang, minutes)
    inside = np.ones(len(metric), dtype=bool)
    if "dans_selection" in metric and metric["dans_selection"].any():
        inside = metric["dans_selection"].to_numpy(dtype=bool)
    return Scene(
        communes=metric,
        inside=inside,
        edges=find_edges(polygons),
        halls=town_halls(metric),
        indicator=chosen,
        values=values,
        measure=measure,
        dots=_find_dots(places, polygons, metric.crs),
        zones=_outlines(gaps, metric.crs, "gaps"),
        zones_km=_radius_of(gaps),
        sites=_points(sites, metric.crs, "sites"),
        crs=metric.crs,
    )


def choose_indicator(
    coverage: gpd.GeoDataFrame,
    asked: str | Mapping[str, str] | None,
    radius_km: float | None,
    lang: Lang,
    minutes: float | None = None,
) -> tuple[Indicator, Floats, Measure]:
    """Find what to shade by, its values, and the radius they are for.

    Parameters
    ----------
    coverage
        As `make_scene`.
    asked, radius_km, lang, minutes
        As `make_scene`'s `indicator`, `radius_km`, `lang` and `minutes`.

    Returns
    -------
    tuple
        The indicator, one value per commune, and the radius that the picture is about.

    Raises
    ------
    ColumnError, DataError
        As `make_scene`.

    Examples
    --------
    >>> import pandas as pd
    >>> found, values, _ = choose_indicator(pd.DataFrame({"population": [9]}), None, None, "fr")
    >>> found.key, values.tolist()
    ('population', [9.0])
    """
    radii = find_radii(coverage)
    column, label = next(iter(asked.items())) if isinstance(asked, Mapping) else (asked, None)
    key = None if column is None else KEYS.get(column, column)
    usual = {"part", "mairie", "hors_portee", "distance", "population"}
    own = {} if key is None or key in usual else {key: label or key}
    found = {one.key: one for one in find_indicators(coverage, radii, own, lang)}
    if not found:
        raise ColumnError(
            "There is nothing to shade the picture by: no column 'part_couverte'. Call "
            "measure_coverage first, or name a numeric column with indicator=."
        )
    if key is not None and key not in found:
        raise ColumnError(
            f"The coverage has no figures for the indicator {key!r}.{did_you_mean(key, found)}"
        )
    chosen = found[key or next(iter(found))]
    if not radii.suffixes:
        return chosen, chosen.series[0], Measure("", None)
    measured = measure_for(coverage, radius_km, minutes)
    which = radii.suffixes.index(measured.suffix) if chosen.by_radius else 0
    return chosen, chosen.series[which], measured


def classes_of(values: Floats, breaks: Sequence[float]) -> Ints:
    """Give the class of each value: how many of the limits it has reached.

    Parameters
    ----------
    values
        Figures, NaN where there is none.
    breaks
        Rising limits.

    Returns
    -------
    numpy.ndarray
        From 0; -1 where there is no figure.

    Examples
    --------
    >>> classes_of(np.array([0.0, 0.5, 2.0, np.nan]), (0.5, 1)).tolist()
    [0, 1, 2, -1]
    """
    found = np.searchsorted(np.asarray(breaks, dtype=float), values, side="right")
    return np.where(np.isnan(values), -1, found).astype(np.int64)


def find_edges(polygons: Geometries) -> Edges:
    """List the pieces of all outlines, each once, with the polygons on both sides.

    Parameters
    ----------
    polygons
        Neighbours share their points.

    Returns
    -------
    Edges
        One row per piece, in the order in which one walks round the polygons.

    Examples
    --------
    >>> edges = find_edges(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]))
    >>> edges.other[edges.other >= 0].tolist()
    [1]
    """
    outlines = take_apart(polygons)
    sides, edges = outlines.sides, outlines.edges
    side = np.arange(len(sides.edge))
    first, last = np.empty((2, len(edges.x0)), dtype=np.int64)
    first[sides.edge[::-1]], last[sides.edge] = side[::-1], side
    upward = sides.upward[first]
    end_x, end_y = np.where(upward, edges.x1, edges.x0), np.where(upward, edges.y1, edges.y0)
    return Edges(
        np.column_stack([sides.x[first], sides.y[first], end_x, end_y]),
        sides.owner[first],
        np.where(first != last, sides.owner[last], -1),
        (np.diff(first, prepend=-2) == 1) & (np.diff(sides.ring[first], prepend=-1) == 0),
    )


def fit_box(bounds: Box, width_mm: float, height_mm: float, margin: float = 0.04) -> View:
    """Find the view that shows some bounds in a frame.

    Parameters
    ----------
    bounds
        Metres: west, south, east, north.
    width_mm, height_mm
        The frame.
    margin
        Share of the bounds left free all round.

    Returns
    -------
    View
        Its box has the proportions of the frame; the focus is empty.

    Examples
    --------
    >>> fit_box((0, 0, 1000, 1000), 200, 100, margin=0).box
    (-500.0, 0.0, 1500.0, 1000.0)
    """
    west, south, east, north = bounds
    wide, high = max(east - west, 100.0), max(north - south, 100.0)
    per_mm = max(wide * (1 + 2 * margin) / width_mm, high * (1 + 2 * margin) / height_mm)
    x, y = (west + east) / 2, (south + north) / 2
    half = (per_mm * width_mm / 2, per_mm * height_mm / 2)
    box = (x - half[0], y - half[1], x + half[0], y + half[1])
    return View(box, per_mm, np.zeros(0, dtype=bool), 1.0)


def is_national(view: View) -> bool:
    """Tell whether a page shows so much of the country that small boundaries would hide it.

    Parameters
    ----------
    view
        How the map is drawn.

    Returns
    -------
    bool
        True beyond 4 km to the millimetre.

    Examples
    --------
    >>> is_national(fit_box((0, 0, 300_000, 300_000), 200, 150))
    False
    >>> is_national(fit_box((0, 0, 1_000_000, 1_000_000), 200, 150))
    True
    """
    return view.metres_per_mm > 4000


def in_view(x: Floats, y: Floats, view: View) -> Bools:
    """Tell which points a view shows.

    Parameters
    ----------
    x, y
        Metres.
    view
        What is drawn.

    Returns
    -------
    numpy.ndarray
        True for those inside its box.

    Examples
    --------
    >>> view = fit_box((0, 0, 100, 100), 10, 10, margin=0)
    >>> in_view(np.array([50.0, 150.0]), np.array([50.0, 50.0]), view).tolist()
    [True, False]
    """
    west, south, east, north = view.box
    return np.asarray((x > west) & (x < east) & (y > south) & (y < north))


def _find_dots(places: gpd.GeoDataFrame | None, polygons: Geometries, crs: CRS) -> Dots:
    none = np.zeros(0)
    if places is None:
        return Dots(none, none, [], np.zeros(0, np.int64), np.zeros(0, np.int64))
    require_crs(places, "places")
    points = shapely.centroid(places.to_crs(crs).geometry.to_numpy())
    x, y = shapely.get_x(points), shapely.get_y(points)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    commune = np.full(len(known), -1, dtype=np.int64)
    at, row = shapely.STRtree(polygons).query(points[known], predicate="intersects")
    commune[at[::-1]] = row[::-1]
    kept = places.iloc[known]
    # a category named EPN is meant where a list has none
    category = texts(kept, "categorie") if "categorie" in kept else ["EPN"] * len(kept)
    first: dict[str, int] = {}
    for dot, name in enumerate(texts(kept, "id")):
        first.setdefault(name, dot)
    first.pop("", None)
    parent = [first.get(name, -1) for name in texts(kept, "parent_id")]
    return Dots(x[known], y[known], category, commune, np.array(parent, dtype=np.int64))


def _outlines(frame: gpd.GeoDataFrame | None, crs: CRS, what: str) -> Geometries:
    if frame is None or frame.empty:
        return np.zeros(0, dtype=object)
    require_crs(frame, what)
    shapes = frame.to_crs(crs).geometry.to_numpy()
    return np.asarray(shapes[np.isin(shapely.get_type_id(shapes), (3, 6))], dtype=object)


def _points(frame: gpd.GeoDataFrame | None, crs: CRS, what: str) -> tuple[Floats, Floats]:
    if frame is None or frame.empty:
        return np.zeros(0), np.zeros(0)
    require_crs(frame, what)
    points = shapely.centroid(frame.to_crs(crs).geometry.to_numpy())
    return shapely.get_x(points), shapely.get_y(points)


def _radius_of(gaps: gpd.GeoDataFrame | None) -> float | None:
    told = [] if gaps is None or "rayon_km" not in gaps else gaps["rayon_km"].unique()
    return float(told[0]) if len(told) == 1 else None
