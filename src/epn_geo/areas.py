"""Areas: polygons of reach in place of discs, and which place each of them belongs to.

A frame of areas has one row per place and time, as `isochrones` and `read_areas` give it: a
polygon; `minutes` of travel, or `route_km` by road, or neither; and `id` or `nom`, by which it
belongs to a place. Areas that bear neither belong to nobody in particular, and all of them count.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.errors import ColumnError, DataError, fold
from epn_geo.geometry.arcs import Bools, Ints
from epn_geo.geometry.polygons import Geometries, only_polygons, unite_areas
from epn_geo.plurals import agree, counted

PROVIDED = "polygones de portée fournis"
BANDS = {"minutes": "min", "route_km": "km_route"}  # column, and the ending of others it gives
NAMED = 3  # places named in a warning; all are counted
NOBODY, UNKNOWN = -1, -2


class MissingAreaWarning(UserWarning):
    """Places that count have no polygon: what is measured is smaller than it may be."""


class _Timed(Protocol):
    """What `areas_at` reads of a measure."""

    @property
    def minutes(self) -> float | None:
        """Of travel."""

    @property
    def route_km(self) -> float | None:
        """By road."""


class Band(NamedTuple):
    """The areas of one time, those of places that count."""

    suffix: str  # of the columns that it gives, empty for a single time
    minutes: float | None
    route_km: float | None
    shapes: Geometries  # valid polygons, in the CRS asked for
    owner: Ints  # the row of the place of each; NOBODY where areas belong to nobody in particular
    missing: Ints  # the rows of places that count and have none

    @property
    def owned(self) -> bool:
        """Whether each area belongs to a place."""
        return not (self.owner == NOBODY).any()


def choose_areas(
    areas: gpd.GeoDataFrame,
    places: pd.DataFrame,
    serving: Bools,
    crs: Any,
    counted: Bools | None = None,
) -> list[Band]:
    """Give the areas of the places that count, time by time.

    Parameters
    ----------
    areas
        Polygons with their times and whose they are, in any CRS.
    places
        Places.
    serving
        Which places count.
    crs
        The metric CRS.
    counted
        Which areas count, where they belong to nobody in particular; all by default.

    Returns
    -------
    list of Band
        By growing time. A polygon of a place that is not among `places` counts for none of them.

    Raises
    ------
    ColumnError
        If areas and places have no column in common that says whose an area is.
    DataError
        If there are other shapes than polygons, no area at all, or a time is not positive.

    Warns
    -----
    MissingAreaWarning
        If a place that counts has no polygon, or a polygon no place or time that it could count
        for.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame(
    ...     {"id": ["a", "b"], "minutes": [20, 20]}, crs=2154,
    ...     geometry=[shapely.box(0, 0, 4, 4), shapely.box(2, 0, 6, 4)],
    ... )
    >>> band = choose_areas(areas, pd.DataFrame({"id": ["a"]}), np.array([True]), 2154)[0]
    >>> band.minutes, band.owner.tolist()
    (20.0, [0])
    """
    column, value = times_of(areas)
    owner = owners_of(areas, places, serving)
    shapes = _polygons(areas, crs)
    if not areas.geometry.notna().any():
        raise DataError("There is no polygon in areas: nothing would be within reach of anybody.")
    counts = ~shapely.is_missing(shapes)
    counts &= (owner == NOBODY) if (owner == NOBODY).any() else (owner >= 0)
    counts[owner >= 0] &= serving[owner[owner >= 0]]
    if counted is not None and (owner == NOBODY).any():
        counts &= counted
    untimed = column is not None and np.isnan(value)
    bands = []
    times = np.unique(value[~np.isnan(value)]).tolist() if column else [np.nan]
    for time in times:
        here = counts & (value == time) if column else counts
        missing = np.setdiff1d(np.flatnonzero(serving), owner[here])
        if (owner == NOBODY).any():
            missing = missing[:0]
        bands.append(
            Band(
                f"_{time:g}{BANDS[column]}".replace(".", "_") if column and len(times) > 1 else "",
                time if column == "minutes" else None,
                time if column == "route_km" else None,
                shapes[here],
                owner[here],
                missing,
            )
        )
    _warn(bands, places, int((counts & untimed).sum()))
    return bands


def only_band(bands: list[Band]) -> Band:
    """Give the one time there is, or refuse several.

    Parameters
    ----------
    bands
        What `choose_areas` gave.

    Returns
    -------
    Band
        The only one.

    Raises
    ------
    DataError
        If there are several.

    Examples
    --------
    >>> nothing = np.empty(0, dtype=object), np.empty(0, np.int64), np.empty(0, np.int64)
    >>> only_band([Band("", 20.0, None, *nothing)]).minutes
    20.0
    """
    if len(bands) == 1:
        return bands[0]
    column = "minutes" if bands[0].minutes is not None else "route_km"
    times = [band.minutes or band.route_km or 0.0 for band in bands]
    raise DataError(
        f"The areas are of several {column} ({', '.join(f'{t:g}' for t in times)}), and this needs "
        f"one: areas[areas[{column!r}] == {times[len(times) // 2]:g}]."
    )


def areas_at(areas: gpd.GeoDataFrame, measure: _Timed) -> gpd.GeoDataFrame:
    """Keep the areas of the time of a measure.

    Parameters
    ----------
    areas
        A frame of areas.
    measure
        A measure of `radii`.

    Returns
    -------
    geopandas.GeoDataFrame
        Those of its rows; all of them if they have no times.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> areas = gpd.GeoDataFrame({"minutes": [10, 20]}, geometry=[None, None], crs=2154)
    >>> len(areas_at(areas, SimpleNamespace(minutes=20.0, route_km=None)))
    1
    """
    column, value = times_of(areas)
    wanted = measure.minutes if column == "minutes" else measure.route_km
    return areas if column is None or wanted is None else areas[value == wanted]


def times_of(areas: pd.DataFrame) -> tuple[str | None, Any]:
    """Give the column that holds the times of areas, and the time of each.

    Parameters
    ----------
    areas
        A frame of areas.

    Returns
    -------
    tuple
        ``minutes``, ``route_km`` or None, and numbers, NaN where there is none.

    Raises
    ------
    DataError
        If a time is no positive number.

    Examples
    --------
    >>> times_of(pd.DataFrame({"minutes": [10, 20]}))
    ('minutes', array([10., 20.]))
    """
    for column in BANDS:
        if column in areas and areas[column].notna().any():
            value = pd.to_numeric(areas[column], errors="coerce").to_numpy(dtype=float)
            wrong = areas[column].notna().to_numpy() & ~((value > 0) & np.isfinite(value))
            if wrong.any():
                first = areas[column][wrong].iloc[0]
                raise DataError(f"areas: {column} must be positive numbers, not {first}.")
            return column, value
    return None, np.full(len(areas), np.nan)


def owners_of(areas: pd.DataFrame, places: pd.DataFrame, serving: Bools) -> Ints:
    """Find the place that each area belongs to, by `id`, or else by `nom`.

    Parameters
    ----------
    areas, places, serving
        As `choose_areas`.

    Returns
    -------
    numpy.ndarray
        The row of the place; ``NOBODY`` (-1) for all where no area says whose it is; ``UNKNOWN``
        (-2) for those whose place is not there, or that alone say nothing. Of several places of one
        id or name, one that counts comes first, then the nearest to the area.

    Raises
    ------
    ColumnError
        As `choose_areas`.

    Examples
    --------
    >>> areas = pd.DataFrame({"id": ["b", "c", None], "nom": ["B", "C", "Ève"]})
    >>> places = pd.DataFrame({"id": ["a", "b"], "nom": ["EVE", "B"]})
    >>> owners_of(areas, places, np.array([True, True]))
    array([ 1, -2,  0])
    """
    if not tell_owners(areas):
        return np.full(len(areas), NOBODY, dtype=np.int64)
    keys = _keys(areas)
    known = [c for c in ("id", "nom") if c in areas and c in places]
    if not known:
        raise ColumnError(
            "The areas say whose they are by "
            f"{' and '.join(c for c in ('id', 'nom') if c in areas)}, and the places have no such "
            "column: give them one, or drop it from the areas to count all of them."
        )
    rows: dict[tuple[str, str], list[int]] = {}
    for row, (ident, name) in enumerate(_keys(places)):
        rows.setdefault(("id", ident), []).append(row)
        rows.setdefault(("nom", name), []).append(row)
    owner = np.full(len(areas), UNKNOWN, dtype=np.int64)
    for at, (ident, name) in enumerate(keys):
        by_name = not ident or "id" not in places
        found = rows.get(("nom", name) if by_name else ("id", ident)) if ident or name else None
        if found and (name or not by_name):
            owner[at] = found[0] if len(found) == 1 else _nearest(areas, at, places, found, serving)
    return owner


def tell_owners(areas: pd.DataFrame) -> bool:
    """Tell whether any area says whose it is.

    Parameters
    ----------
    areas
        A frame of areas.

    Returns
    -------
    bool
        True if one has an `id` or a `nom`.

    Examples
    --------
    >>> tell_owners(pd.DataFrame({"id": [None, ""]})), tell_owners(pd.DataFrame({"nom": ["A"]}))
    (False, True)
    """
    return any(name or ident for ident, name in _keys(areas))


def method_of(areas: pd.DataFrame) -> str:
    """Say how areas were had.

    Parameters
    ----------
    areas
        A frame of areas.

    Returns
    -------
    str
        What their `duree_methode` says, or that they were provided.

    Examples
    --------
    >>> method_of(pd.DataFrame({"duree_methode": ["isochrone IGN", None]}))
    'isochrone IGN'
    """
    told: list[str] = []
    if "duree_methode" in areas:
        told = sorted({str(text) for text in areas["duree_methode"].dropna() if str(text)})
    return " ; ".join(told) or PROVIDED


def require_owners(band: Band) -> Band:
    """Refuse areas that belong to nobody, where each place's own are wanted.

    Parameters
    ----------
    band
        The areas of one time.

    Returns
    -------
    Band
        The same.

    Raises
    ------
    DataError
        If they do not say whose they are.

    Examples
    --------
    >>> nothing = np.empty(0, dtype=object), np.empty(0, np.int64), np.empty(0, np.int64)
    >>> require_owners(Band("", 20.0, None, *nothing)).minutes
    20.0
    """
    if not band.owned:
        raise DataError(
            "The areas do not say whose they are, and this needs to know it place by place: give "
            "them the id (or nom) of their place."
        )
    return band


def shapes_of(band: Band, rows: Ints) -> Geometries:
    """Give the area of each of some places.

    Parameters
    ----------
    band
        The areas of one time, of known places.
    rows
        Rows of places.

    Returns
    -------
    numpy.ndarray
        One shape for each, all polygons of a place together; None where it has none.

    Examples
    --------
    >>> squares = shapely.box([0, 1], [0, 0], [1, 2], [1, 1])
    >>> band = Band("", None, None, squares, np.array([3, 3]), np.empty(0, np.int64))
    >>> [shape and shape.area for shape in shapes_of(band, np.array([3, 4]))]
    [2.0, None]
    """
    shapes = np.full(len(rows), None, dtype=object)
    for at, row in enumerate(rows):
        if len(mine := band.shapes[band.owner == row]):
            shapes[at] = mine[0] if len(mine) == 1 else unite_areas(mine)
    return shapes


@contextmanager
def warned_once() -> Iterator[None]:
    """Keep quiet about missing areas: it has been said before.

    Yields
    ------
    None
        Nothing.

    Examples
    --------
    >>> with warned_once():
    ...     warnings.warn("again", MissingAreaWarning)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingAreaWarning)
        yield


def refuse_both(radius_km: object, areas: object, usual: float = 10.0) -> None:
    """Refuse a radius beside areas: one would be silently ignored.

    Parameters
    ----------
    radius_km
        As given, or its default.
    areas
        As given.
    usual
        That default, kilometres.

    Raises
    ------
    DataError
        If both are there.

    Examples
    --------
    >>> refuse_both(10.0, "areas")
    """
    left_out = radius_km is None or (isinstance(radius_km, int | float) and radius_km == usual)
    if areas is not None and not left_out:
        raise DataError("Give either radius_km or areas, not both.")


def _keys(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Give the id and the folded name of each row, empty where there is none."""
    columns = [
        [str(v).strip() if ok else "" for v, ok in zip(frame[c], frame[c].notna(), strict=True)]
        if c in frame
        else [""] * len(frame)
        for c in ("id", "nom")
    ]
    return [(ident, fold(name)) for ident, name in zip(*columns, strict=True)]


def _nearest(
    areas: pd.DataFrame, at: int, places: pd.DataFrame, found: list[int], serving: Bools
) -> int:
    """Choose among places of one key: one that counts, and of these the nearest to the area."""
    some = [row for row in found if serving[row]] or found
    if not isinstance(areas, gpd.GeoDataFrame) or not isinstance(places, gpd.GeoDataFrame):
        return some[0]
    shape = areas.geometry.iloc[[at]].to_crs(places.crs).iloc[0]
    distance = shapely.distance(places.geometry.to_numpy()[some], shape)
    return some[0] if np.isnan(distance).all() else some[int(np.nanargmin(distance))]


def _polygons(areas: gpd.GeoDataFrame, crs: Any) -> Geometries:
    """Give the shapes in a metric CRS, valid; refuse what has no area by its kind."""
    kinds = set(areas.geometry.geom_type.dropna().unique()) - {"Polygon", "MultiPolygon"}
    if kinds - {"GeometryCollection"}:
        raise DataError(f"Areas must be polygons; there are also {', '.join(sorted(kinds))}.")
    return only_polygons(areas.geometry.to_crs(crs).to_numpy())


def _warn(bands: list[Band], places: pd.DataFrame, untimed: int) -> None:
    """Say what is not counted, once."""
    told = []
    for band in bands:
        if len(band.missing):
            first = places.iloc[band.missing[:NAMED]]
            names = first["nom"] if "nom" in places else first.index
            more = ", …" if len(band.missing) > NAMED else ""
            many = len(band.missing)
            told.append(
                f"{counted(many, 'place that counts has', 'places that count have')} no polygon"
                f"{_named(band)} and {agree(many, 'reaches', 'reach', 'en')} nobody: "
                f"{', '.join(map(str, names))}{more}"
            )
    if untimed:
        said = counted(untimed, "polygon says no time and is", "polygons say no time and are")
        told.append(f"{said} not counted")
    if told:
        warnings.warn("; ".join(told) + ".", MissingAreaWarning, stacklevel=5)


def _named(band: Band) -> str:
    if band.minutes is not None:
        return f" of {band.minutes:g} minutes"
    return "" if band.route_km is None else f" of {band.route_km:g} km"
