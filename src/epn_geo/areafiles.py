"""Files of reach polygons in: isochrones, or any others, from whatever tool drew them.

A feature of the file is a row of the frame, whatever is wrong with it: `check_areas` tells what is,
and which places have no polygon, before anything is measured with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.areas import BANDS, NOBODY, UNKNOWN, owners_of, times_of
from epn_geo.checking.areatimes import doubts_of
from epn_geo.checking.findings import NOTE, WARNING, Book, short
from epn_geo.crs import require_crs
from epn_geo.errors import ColumnError, CrsError, DataError, did_you_mean
from epn_geo.geometry.arcs import Bools, Floats, Ints
from epn_geo.geometry.polygons import only_polygons
from epn_geo.labels import Lang, check_lang
from epn_geo.plurals import counted
from epn_geo.radii import Measure
from epn_geo.reading.tabling import Table
from epn_geo.serving import serves
from epn_geo.standard import column_key
from epn_geo.tables import read_table

# What the columns of such files are called, and what a number in them is worth.
FIELDS: dict[str, tuple[str, ...]] = {
    "id": ("id", "id_lieu", "place_id", "identifiant", "id_place", "code_lieu"),
    "nom": ("nom", "name", "lieu", "nom_lieu", "place", "libelle"),
    "minutes": ("minutes", "minute", "min", "duree_min", "temps_min", "aa_mins", "time_min"),
    "route_km": ("route_km", "distance_km", "km", "kilometres", "dist_km"),
}
SMALLER: dict[str, tuple[tuple[str, ...], float]] = {
    "minutes": (("secondes", "seconds", "duree_s", "temps_s", "time_s"), 60.0),
    "route_km": (("metres", "meters", "distance_m", "aa_meters", "dist_m"), 1000.0),
}
# Names of a time that do not say its unit: read as minutes where no other column does.
VAGUE = (
    *("temps", "duree", "time", "duration", "travel_time", "temps_trajet", "duree_trajet"),
    *("temps_de_trajet", "duree_de_trajet", "temps_parcours", "temps_de_parcours"),
)
REASONS = {
    "Self-intersection": "son contour se croise",
    "Ring Self-intersection": "son contour se touche",
    "Hole lies outside shell": "un trou est hors de son contour",
    "Holes are nested": "ses trous sont l'un dans l'autre",
    "Nested shells": "ses parties sont l'une dans l'autre",
    "Interior is disconnected": "ses trous le coupent",
}
NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(?:min|mn|minutes?|km|s|m)?\s*", re.IGNORECASE)
_VAGUE_KEYS = {column_key(name) for name in VAGUE}
FAR = 5.0  # km between a place and its own polygon from which one of them is doubtful
SHOWN = 3  # ids and names given as examples
DEGREES = (-180.0, -90.0, 180.0, 90.0)


def read_areas(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    crs: Any = None,
    sheet: str | None = None,
) -> gpd.GeoDataFrame:
    r"""Read polygons of reach: isochrones, or any others.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile (also zipped) or GeoParquet.
    columns
        Which column of the file is ``id`` or ``nom`` (whose polygon it is), ``minutes`` (of travel)
        or ``route_km`` (kilometres by road), where their names do not tell. A name that tells no
        unit (``temps``, ``duree``, ``time``) is read as minutes.
    crs
        The file's reference system, where it does not say.
    sheet
        The layer, when there are several.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per feature of the file, in its reference system, for the `areas` of
        `measure_coverage` and the functions after it: ``id``, ``nom``, ``minutes`` or ``route_km``,
        those that the file has; ``ligne_zone``, its number in the file; ``corrections_zone``, what
        was set right; then the file's other columns. A feature that is no polygon keeps its row,
        without geometry.

    Raises
    ------
    ColumnError
        If a column named in `columns` does not exist.
    CrsError
        If the file does not say its reference system, or its coordinates are not of it.
    DataError
        If the file cannot be read, or holds no polygon.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> drawn = gpd.GeoDataFrame(
    ...     {"place_id": ["a"], "time_min": [20]},
    ...     geometry=[shapely.box(-0.4, 49.1, -0.3, 49.2)], crs=4326,
    ... )
    >>> with TemporaryDirectory() as folder:
    ...     drawn.to_file(Path(folder, "reach.geojson"))
    ...     areas = read_areas(Path(folder, "reach.geojson"))
    >>> areas[["id", "minutes", "ligne_zone"]].values.tolist()
    [['a', 20.0, 1]]
    """
    table = read_table(
        path, sheet=sheet, is_known=lambda name: _field_of(name) is not None, shape="Polygon"
    )
    name = Path(path).name
    if table.geometry is None:
        raise DataError(
            f"{name} holds no polygons, only a table: reach polygons come as GeoJSON, GeoPackage, "
            "Shapefile or GeoParquet."
        )
    shapes = _located(table.geometry, crs, name)
    repaired, notes = _mended(shapes.to_numpy())
    if shapely.is_missing(repaired).all():
        raise DataError(f"{name} holds no polygon: {len(repaired)} features, none with an area.")
    sources = _sources(table, columns or {}, name)
    frame: dict[str, Any] = {}
    for field, (column, unit) in sources.items():
        cells = table.cells[column].where(table.cells[column] != "", None)
        frame[field] = cells if field not in BANDS else _numbers(cells, field, unit, notes)
    frame["ligne_zone"] = table.lines
    frame["corrections_zone"] = pd.Series([" ; ".join(told) for told in notes], dtype="str")
    used = {column for column, _ in sources.values()}
    for column in table.cells.columns.difference([*used], sort=False):
        own = table.cells[column].where(table.cells[column] != "", None)
        frame[f"source_{column}" if column in (*frame, "geometry") else column] = own
    return gpd.GeoDataFrame(frame, geometry=repaired, crs=shapes.crs)


def check_areas(
    areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, *, lang: Lang = "fr"
) -> pd.DataFrame:
    """Tell which places have no polygon of reach, and which polygons are doubtful.

    Parameters
    ----------
    areas
        What `read_areas` or `isochrones` gave.
    places
        The places that they are for.
    lang
        Language of the messages.

    Returns
    -------
    pandas.DataFrame
        Findings, as `check_places` gives them. What is about a polygon, not a place, bears line 0
        and says its number in the file in `valeur`.

    Raises
    ------
    ColumnError, DataError
        As `measure_coverage`.

    Examples
    --------
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["a", "b"], "nom": ["A", "B"]},
    ...     geometry=gpd.points_from_xy([0, 9], [49, 49]), crs=4326,
    ... )
    >>> drawn = places.iloc[:1].set_geometry([shapely.box(-1, 48, 1, 50)]).assign(minutes=20)
    >>> check_areas(drawn, places)[["nom", "code", "message"]].values.tolist()
    [['B', 'lieu_sans_zone', 'aucun polygone de portée : ce lieu ne couvre rien']]
    """
    check_lang(lang)
    require_crs(areas, "areas")
    serving = serves(places).to_numpy()
    column, times = times_of(areas)
    owner = owners_of(areas, places, serving)
    drawn = ~shapely.is_missing(only_polygons(areas.geometry.to_numpy()))
    book = Book(places, places, lang, fields=())
    if not (owner == NOBODY).any():
        _check_owners(book, areas, owner, drawn)
        _check_places(book, areas, serving, owner, drawn)
        _check_distance(book, areas, places, owner, drawn)
    for doubt in doubts_of(areas, owner):
        words: dict[str, Any] = {k: text for k, text in doubt.words.items() if k != "value"}
        book.add_for_all(
            doubt.key, doubt.key, WARNING, doubt.field, value=doubt.words["value"], **words
        )
    _check_shapes(book, areas, drawn, (drawn & np.isnan(times)) if column else None)
    return book.findings()


def read_same_time(
    path: str | Path, like: gpd.GeoDataFrame, *, columns: Mapping[str, str] | None = None
) -> gpd.GeoDataFrame:
    """Read areas, and keep those of the one time of others.

    Parameters
    ----------
    path, columns
        As `read_areas`.
    like
        Areas of one time, or of none.

    Returns
    -------
    geopandas.GeoDataFrame
        As `read_areas`.

    Raises
    ------
    ColumnError, CrsError
        As `read_areas`.
    DataError
        As `read_areas`; or if there are none of that time.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> square = shapely.box(-0.4, 49.1, -0.3, 49.2)
    >>> drawn = gpd.GeoDataFrame({"minutes": [10, 20]}, geometry=[square] * 2, crs=4326)
    >>> with TemporaryDirectory() as folder:
    ...     drawn.to_file(Path(folder, "reach.geojson"))
    ...     read_same_time(Path(folder, "reach.geojson"), drawn.iloc[:1])["minutes"].tolist()
    [10.0]
    """
    areas = read_areas(path, columns=columns)
    column, times = times_of(areas)
    asked, wanted = times_of(like)
    value = float(wanted[0]) if asked is not None and len(wanted) else None
    if column == asked and (value is None or value in times):
        return areas if value is None else areas[times == value]
    known = ", ".join(f"{time:g}" for time in np.unique(times[~np.isnan(times)]))
    raise DataError(
        f"{Path(path).name} has polygons of {_time_told(column, known)}, and those of the places "
        f"are of {_time_told(asked, f'{value:g}' if value is not None else '')}: both must be of "
        "the same time."
    )


def require_match(
    areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, name: str = "areas"
) -> gpd.GeoDataFrame:
    """Refuse areas none of which belongs to any of the places: nobody would be within reach.

    Parameters
    ----------
    areas, places
        As `check_areas`.
    name
        What to call the areas: their file.

    Returns
    -------
    geopandas.GeoDataFrame
        The areas.

    Raises
    ------
    ColumnError
        As `measure_coverage`.
    DataError
        If the areas say whose they are, and no place of the list is among them.

    Examples
    --------
    >>> place = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(0, 0)], crs=2154)
    >>> len(require_match(place.set_geometry(place.buffer(9)), place))
    1
    """
    owner = owners_of(areas, places, serves(places).to_numpy())
    if not len(places) or (owner == NOBODY).any() or (owner >= 0).any():
        return areas
    raise DataError(
        f"{name} has {counted(len(areas), 'polygon', 'polygons')}, and none of a place of the "
        f"list. The polygons have {_examples(areas)}; the places have {_examples(places)}: give "
        "each polygon the id, or the nom, of its place."
    )


def measures_in(areas: gpd.GeoDataFrame) -> list[Measure]:
    """List the times of areas, as what is within reach is named.

    Parameters
    ----------
    areas
        A frame of areas.

    Returns
    -------
    list of Measure
        By growing time; one without a number for areas that say none.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame({"minutes": [20, 10]}, geometry=[None, None], crs=2154)
    >>> [measure.minutes for measure in measures_in(areas)]
    [10.0, 20.0]
    """
    column, times = times_of(areas)
    if column is None:
        return [Measure("", areas=True)]
    known = np.unique(times[~np.isnan(times)]).tolist()
    return [Measure("", **{column: time}, areas=True) for time in known]


def areas_that_count(
    areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Keep the areas of places that count, those that meet the box of a territory.

    Parameters
    ----------
    areas, places
        As `check_areas`.
    communes
        The territory.

    Returns
    -------
    geopandas.GeoDataFrame
        Rows of `areas`, in the CRS of `communes`.

    Raises
    ------
    ColumnError
        As `measure_coverage`.

    Examples
    --------
    >>> place = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(0, 0)], crs=2154)
    >>> drawn = place.set_geometry(place.buffer(9))
    >>> len(areas_that_count(pd.concat([drawn, drawn.assign(id="b")]), place, drawn))
    1
    """
    serving = serves(places).to_numpy()
    owner = owners_of(areas, places, serving)
    counts = owner == NOBODY
    counts[owner >= 0] = serving[owner[owner >= 0]]
    west, south, east, north = communes.total_bounds
    return areas[counts].to_crs(communes.crs).cx[west:east, south:north]


def places_reaching(
    areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame
) -> int:
    """Count the places whose area meets a territory.

    Parameters
    ----------
    areas, places, communes
        As `areas_that_count`.

    Returns
    -------
    int
        Places; 0 where areas do not say whose they are.

    Raises
    ------
    ColumnError
        As `measure_coverage`.

    Examples
    --------
    >>> place = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(0, 0)], crs=2154)
    >>> drawn = place.set_geometry(place.buffer(9))
    >>> places_reaching(drawn, place, drawn)
    1
    """
    near = areas_that_count(areas, places, communes)
    outlines = shapely.STRtree(communes.geometry.to_numpy())
    meets = outlines.query(only_polygons(near.geometry.to_numpy()), predicate="intersects")[0]
    owner = owners_of(near, places, serves(places).to_numpy())[meets]
    return len(np.unique(owner[owner >= 0]))


def _check_owners(book: Book, areas: gpd.GeoDataFrame, owner: Ints, drawn: Bools) -> None:
    """Tell of polygons whose place is not in the list."""
    for row in np.flatnonzero(drawn & (owner == UNKNOWN)).tolist():
        told = next((str(areas[c].iloc[row]) for c in ("id", "nom") if _said(areas, c, row)), "")
        key = "zone_sans_lieu" if told else "zone_sans_identifiant"
        book.add_for_all(key, key, WARNING, "", value=_which(areas, row), place=short(told))


def _check_places(
    book: Book, areas: gpd.GeoDataFrame, serving: Bools, owner: Ints, drawn: Bools
) -> None:
    """Tell, in one row each, of places that count without a polygon, or none of some time."""
    column, times = times_of(areas)
    counting = np.flatnonzero(serving)
    if column is None:
        book.add("lieu_sans_zone", WARNING, np.setdiff1d(counting, owner[drawn]))
        return
    unit = BANDS[column].split("_")[0]
    wanted = np.unique(times[~np.isnan(times)]).tolist()
    lacks = {time: set(np.setdiff1d(counting, owner[drawn & (times == time)])) for time in wanted}
    for row in counting.tolist():
        told = [f"{time:g} {unit}" for time in wanted if row in lacks[time]]
        if len(told) == len(wanted):
            book.add("lieu_sans_zone", WARNING, [row], value=[", ".join(told)])
        elif told:
            key, reach = "lieu_sans_zone_de", [", ".join(told)]
            book.add("lieu_sans_zone", WARNING, [row], key=key, value=reach, reach=reach)


def _check_distance(
    book: Book, areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, owner: Ints, drawn: Bools
) -> None:
    """Tell of polygons that lie far from their place: one of the two is wrong."""
    rows = np.flatnonzero(drawn & (owner >= 0))
    if not len(rows) or places.crs is None:
        return
    plane = places.crs if places.crs.is_projected else 3857
    points = places.geometry.iloc[owner[rows]].to_crs(plane)
    shapes = only_polygons(areas.geometry.iloc[rows].to_crs(plane).to_numpy())
    km = shapely.distance(points.to_numpy(), shapes) / 1000
    if not places.crs.is_projected:  # Mercator stretches: near enough to tell far from near
        km = km * np.cos(np.radians(points.to_crs(4326).y.to_numpy()))
    for row, far in zip(rows[km > FAR].tolist(), km[km > FAR].tolist(), strict=True):
        book.add(
            "zone_loin_du_lieu",
            WARNING,
            [int(owner[row])],
            value=[_which(areas, row)],
            km=[f"{far:.0f}"],
        )


def _check_shapes(book: Book, areas: gpd.GeoDataFrame, drawn: Bools, untimed: Bools | None) -> None:
    """Tell of features that are no polygons, say no time, or were mended."""
    for row in np.flatnonzero(~drawn).tolist():
        why = str(areas["remarque"].iloc[row]) if _said(areas, "remarque", row) else ""
        key = "zone_sans_polygone"
        book.add_for_all(key, key, WARNING, "geometry", value=_which(areas, row), why=why or "–")
    for row in [] if untimed is None else np.flatnonzero(untimed).tolist():
        key = "zone_sans_duree"
        book.add_for_all(key, key, WARNING, "minutes", value=_which(areas, row))
    for row in range(len(areas)):
        if _said(areas, "corrections_zone", row):
            told = str(areas["corrections_zone"].iloc[row])
            value = _which(areas, row)
            book.add_for_all("zone_corrigee", "zone_corrigee", NOTE, "", value=value, told=told)


def _time_told(column: str | None, values: str) -> str:
    return "no time" if column is None else f"{column} {values}"


def _said(areas: pd.DataFrame, column: str, row: int) -> bool:
    return column in areas and bool(areas[column].notna().iloc[row] and areas[column].iloc[row])


def _examples(frame: pd.DataFrame) -> str:
    """Show the first ids and names of a frame."""
    told = []
    for column in ("id", "nom"):
        held = frame[column].dropna().astype("str") if column in frame else pd.Series(dtype="str")
        shown = held[held != ""].drop_duplicates().head(SHOWN)
        if len(shown):
            told.append(f"{column} {', '.join(repr(short(text, 40)) for text in shown)}")
    return " and ".join(told) or "neither id nor nom"


def _which(areas: pd.DataFrame, row: int) -> str:
    """Say which feature of the file a row is."""
    number = areas["ligne_zone"].iloc[row] if "ligne_zone" in areas else row + 1
    name = next((str(areas[c].iloc[row]) for c in ("nom", "id") if _said(areas, c, row)), "")
    return f"polygone {number}" + (f" ({short(name, 60)})" if name else "")


def _located(shapes: gpd.GeoSeries, crs: Any, name: str) -> gpd.GeoSeries:
    """Give the shapes with their reference system; refuse coordinates that are not of it."""
    flat = gpd.GeoSeries(shapely.force_2d(shapes.to_numpy()), crs=shapes.crs)
    if flat.crs is None:
        if crs is None:
            raise CrsError(
                f"{name} does not say its reference system: give crs=2154 (Lambert 93), crs=4326 "
                "(longitude and latitude) or another, or its .prj file."
            )
        flat = flat.set_crs(crs)
    west, south, east, north = flat.total_bounds if flat.notna().any() else DEGREES
    if flat.crs.is_geographic and not (
        west >= DEGREES[0] and south >= DEGREES[1] and east <= DEGREES[2] and north <= DEGREES[3]
    ):
        raise CrsError(
            f"{name} says that it is in degrees ({flat.crs.to_string()}), but holds coordinates as "
            f"{west:.0f}, {south:.0f}: it was written in another reference system. Write it anew."
        )
    return flat


def _mended(shapes: Any) -> tuple[Any, list[list[str]]]:
    """Give valid polygons, and what was done to each."""
    repaired = only_polygons(shapes)
    notes: list[list[str]] = [[] for _ in shapes]
    invalid = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    for row in np.flatnonzero(invalid & ~shapely.is_missing(repaired)):
        why = REASONS.get(shapely.is_valid_reason(shapes[row]).split("[")[0])
        notes[row].append("polygone réparé" + (f" : {why}" if why else ""))
    return repaired, notes


def _sources(table: Table, columns: Mapping[str, str], name: str) -> dict[str, tuple[str, float]]:
    """Find the column of each field, and what its numbers are to be divided by."""
    cells = list(map(str, table.cells.columns))
    found: dict[str, tuple[str, float]] = {}
    for field, column in columns.items():
        if field not in FIELDS:
            hint = did_you_mean(field, FIELDS)
            raise ColumnError(f"Areas have the fields {', '.join(FIELDS)}, not {field!r}.{hint}")
        if column not in cells:
            raise ColumnError(f"{name} has no column {column!r}.{did_you_mean(column, cells)}")
        known = _field_of(column)
        unit = known[1] if known is not None and known[0] == field else 1.0
        found[field] = (column, unit)
    for column in sorted(cells, key=_vagueness):
        known = _field_of(column)
        if known is not None and _holds(table.cells[column], column):
            found.setdefault(known[0], (column, known[1]))
    if "minutes" in found and "route_km" in found and "route_km" not in columns:
        del found["route_km"]  # areas are of times, and their distances stay as they are
    return {field: found[field] for field in FIELDS if field in found}


def _vagueness(column: str) -> int:
    """Put exact names first, and those that tell no unit last."""
    return 0 if column in FIELDS else 2 if column_key(column) in _VAGUE_KEYS else 1


def _holds(cells: pd.Series, column: str) -> bool:
    """Tell whether there is anything in a column; a number, where its name alone is not enough."""
    filled = cells[cells != ""]
    vague = _vagueness(column) == 2
    return not filled.empty and (not vague or bool(filled.map(NUMBER.fullmatch).notna().any()))


def _field_of(column: str) -> tuple[str, float] | None:
    """Give the field that a column's name stands for, and its unit."""
    key = column_key(column)
    for field, names in FIELDS.items():
        if key in {column_key(name) for name in names}:
            return field, 1.0
    for field, (names, unit) in SMALLER.items():
        if key in {column_key(name) for name in names}:
            return field, unit
    return ("minutes", 1.0) if key in _VAGUE_KEYS else None


def _numbers(cells: pd.Series, field: str, unit: float, notes: list[list[str]]) -> Floats:
    """Read times or distances; what is no positive number is missing, and said."""
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if pd.isna(cell):
            continue
        match = NUMBER.fullmatch(cell)
        value = float(match[1].replace(",", ".")) / unit if match else 0.0
        if value > 0:
            values[row] = value
        else:
            notes[row].append(f"{field} : « {short(cell, 40)} » n'est pas un nombre positif")
    return values
