"""Frames -> the bytes that a map carries: one JSON head, then the outlines.

``docs/map.md`` describes every key; the reading side is ``page/bytes.mjs`` and ``page/model.mjs``.
Text travels only here, never in HTML or in code, which is why no name can do any harm.
"""

from __future__ import annotations

import json
import re
import struct
import zlib
from base64 import b85encode
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from epn_geo.columns import Floats, numbers, rounded, texts, whole
from epn_geo.crs import WGS84, metric_crs, project, require_crs
from epn_geo.errors import CrsError
from epn_geo.geometry.topology import (
    DECIMALS,
    Topology,
    arc_owners,
    build_topology,
    outline_corners,
    pack_topology,
    thin_topology,
    varint,
    zigzag,
)
from epn_geo.paging.indicators import SHARE_DIGITS
from epn_geo.radii import Radius, radii_of
from epn_geo.serving import serves

Ints = npt.NDArray[np.int64]

# what the sheet of a place shows, in its order
PLACE_TEXTS = (
    "id",
    "nom",
    "categorie",
    "label",
    "statut_label",
    "date_label",
    "adresse",
    "complement_adresse",
    "code_postal",
    "commune",
    "telephone",
    "courriels",
    "site_web",
    "horaires",
    "prise_rdv",
    "presentation_resume",
    "structure_parente",
    "date_maj",
    "source",
)
PLACE_LISTS = (
    "services",
    "publics_specifiquement_adresses",
    "frais_a_charge",
    "modalites_accompagnement",
    "prise_en_charge_specifique",
    "dispositif_programmes_nationaux",
    "prix",
)


def pack_payload(head: dict[str, Any], blocks: Mapping[str, bytes], *, compress: bool) -> str:
    """Write the head and the blocks as one line of text.

    Parameters
    ----------
    head
        What JSON can hold; ``blocks`` is added to it, and long lists of numbers leave it for a
        block of their own, ``{"$": which, "d": decimals}`` in their stead.
    blocks
        Name and bytes of each block.
    compress
        Whether to gzip them (with no time inside, so that the same map gives the same bytes).

    Returns
    -------
    str
        Base 85 (RFC 1924), with a comma for "<".

    Examples
    --------
    >>> pack_payload({"a": 1}, {"b": b"xyz"}, compress=False)
    '8~^|Sdm>>XIx#FFVr*|?YjYwxdm>^YI$JO-GhKasczJp'
    """
    series: list[bytes] = []
    head = _without_series(head, series)
    if series:
        blocks = {**blocks, "numbers": b"".join(series)}
    places, at = {}, 0
    for name, block in blocks.items():
        places[name] = [at, len(block)]
        at += len(block)
    text = json.dumps({**head, "blocks": places}, ensure_ascii=False, separators=(",", ":"))
    encoded = text.encode("utf-8", "replace")
    data = struct.pack("<I", len(encoded)) + encoded + b"".join(blocks.values())
    packed = _gzip(data) if compress else data
    return b85encode(packed).decode("ascii").replace("<", ",")  # "<" means something in HTML


def _gzip(data: bytes) -> bytes:
    """Write gzip with no time and no system in it, in small blocks: words and numbers differ."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 6)
    body = deflate.compress(data) + deflate.flush()
    head = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"
    return head + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


SERIES = 32
"""How many numbers a list holds at least to leave the JSON."""


def _without_series(value: Any, series: list[bytes]) -> Any:
    """Take long lists of numbers out of what JSON can hold."""
    if isinstance(value, dict):
        return {key: _without_series(one, series) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) >= SERIES and all(one is None or type(one) in (int, float) for one in value):
        digits, packed = _pack_series(value)
        if packed is None:
            return value
        series.append(packed)
        return {"$": len(series) - 1, "d": digits}
    return [_without_series(one, series) for one in value]


def _pack_series(values: list[float | None]) -> tuple[int, bytes | None]:
    """Write numbers as whole ones of as few decimals as lose nothing; 0 is a missing one."""
    known = np.array([np.nan if one is None else one for one in values], dtype=np.float64)
    here = np.isfinite(known)
    for digits in range(7):
        grown = known[here] * 10**digits
        steps = np.rint(grown)
        if np.abs(grown - steps).max(initial=0) < 1e-6 and np.abs(steps).max(initial=0) < 2**29:
            codes = np.zeros(len(known), dtype=np.int64)
            codes[here] = zigzag(steps.astype(np.int64)) + 1
            return digits, varint(np.r_[len(codes), codes])
    return 0, None


MANY = 10_000
"""Outlines beyond which a map is read from afar: coarser, so that all of France is one file."""
COARSE = 3
QUIET_TOLERANCE = 0.002  # degrees, about 200 m: communes outside the selection are only scenery


def decimals_for(outlines: int) -> int:
    """Tell how many decimals of a degree a map of so many outlines keeps.

    Parameters
    ----------
    outlines
        Communes on the map.

    Returns
    -------
    int
        4 (at most 5.6 m of displacement), or 3 beyond `MANY`.

    Examples
    --------
    >>> decimals_for(2644), decimals_for(34746)
    (4, 3)
    """
    return COARSE if outlines > MANY else DECIMALS


def commune_arcs(coverage: gpd.GeoDataFrame) -> Topology:
    """Cut the outlines of the communes into shared arcs.

    Parameters
    ----------
    coverage
        Communes; those with ``dans_selection`` False are drawn more coarsely, and so are all
        beyond `MANY`.

    Returns
    -------
    Topology
        What `pack_topology` writes.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> one = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    >>> len(commune_arcs(one).points)
    5
    """
    decimals = decimals_for(len(coverage))
    topology = build_topology(coverage.to_crs(WGS84).geometry.to_numpy(), decimals)
    quiet = np.full(len(coverage), decimals == COARSE)
    if "dans_selection" in coverage:
        quiet |= ~coverage["dans_selection"].to_numpy(dtype=bool)
    unit = 1.0 if decimals == COARSE else QUIET_TOLERANCE * 10**decimals
    return thin_topology(topology, quiet[arc_owners(topology)].all(axis=1) * unit)


def pack_outlines(
    frame: gpd.GeoDataFrame | gpd.GeoSeries, tolerance: float = 0.0, decimals: int = DECIMALS
) -> bytes:
    """Write the polygons of a frame as shared arcs.

    Parameters
    ----------
    frame
        Polygons in any CRS.
    tolerance
        How far, in degrees, a line may be moved; with 0 none is.
    decimals
        Decimals of a degree that are kept.

    Returns
    -------
    bytes
        What ``readOutlines`` of the page reads.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> len(pack_outlines(gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs=4326)))
    25
    """
    outlines = frame.to_crs(WGS84).geometry.to_numpy()
    if tolerance:
        outlines = shapely.simplify(outlines, tolerance)
    return pack_topology(build_topology(outlines, decimals))


def commune_table(
    coverage: gpd.GeoDataFrame, suffixes: Sequence[str], arcs: Topology | None = None
) -> dict[str, Any]:
    """Give the columns of the communes.

    Parameters
    ----------
    coverage
        Communes with what was measured; columns that are not there are left out.
    suffixes
        The endings of the columns of each radius.
    arcs
        What `commune_arcs` gave, if it is at hand.

    Returns
    -------
    dict
        Column name to list; ``departements`` and ``epci`` are tables of code and name, and the
        columns of the same name number their rows.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> one = gpd.GeoDataFrame({"commune": ["Caen"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    >>> commune_table(one, [])["nom"]
    ['Caen']
    """
    table: dict[str, Any] = {
        "nom": texts(coverage, "commune"),
        "code": _codes(coverage),
    }
    for level, code in (("departement", "code_departement"), ("epci", "code_epci")):
        table[f"{level}s"], table[level] = _number_codes(coverage, code, level)
    if "population" in coverage:
        table["population"] = whole(numbers(coverage, "population"))
    table["mairie"] = _town_halls(coverage, commune_arcs(coverage) if arcs is None else arcs)
    if "dans_selection" in coverage and not coverage["dans_selection"].all():
        table["dehors"] = np.flatnonzero(~coverage["dans_selection"].astype(bool)).tolist()
    if "motifs" in coverage:
        table["motifs"] = texts(coverage, "motifs")
    table["couvert"] = _covered_people(coverage, suffixes)
    # the page's own shares are rounded: their sum would round to another person here and there
    columns = ["population_couverte" + suffix for suffix in suffixes]
    if "population" in coverage:
        table["sommes"] = sums_by_territory(coverage, columns, table)
    return table


def _codes(coverage: gpd.GeoDataFrame) -> list[str] | dict[str, Any]:
    """Give the codes; where all have five signs, each as the step from the one before.

    Corsica's are numbers in base 36, and so are the others where there are some.
    """
    codes = texts(coverage, "code_insee")
    if not codes or not all(re.fullmatch(r"\d[\dAB]\d{3}", code, re.ASCII) for code in codes):
        return codes
    base = 10 if all(code.isdecimal() for code in codes) else 36
    return {
        "steps": [int(step) for step in np.diff([int(code, base) for code in codes], prepend=0)],
        **({} if base == 10 else {"base": base}),
    }


def _number_codes(
    coverage: gpd.GeoDataFrame, code: str, name: str
) -> tuple[list[list[str]], list[int]]:
    """Give the table of codes and names, and the row of each commune in it (-1 for none)."""
    if code not in coverage:
        return [], [-1] * len(coverage)
    number, codes = pd.factorize(coverage[code], sort=True)
    names = dict(zip(coverage[code], texts(coverage, name), strict=True))
    return [[str(c), names.get(c) or str(c)] for c in codes], [int(n) for n in number]


def _town_halls(coverage: gpd.GeoDataFrame, arcs: Topology) -> list[int | None]:
    """Give the town halls, from the corner of their commune, by turns.

    The unit is a tenth of that of the outlines: 1e-5 degree, or 1e-4 for `MANY` communes.

    Where none is known it is a point inside, as for `measure_coverage`.
    """
    hall = np.full((len(coverage), 2), np.nan)
    if {"mairie_longitude", "mairie_latitude"} <= set(coverage.columns):
        hall[:, 0] = numbers(coverage, "mairie_longitude")
        hall[:, 1] = numbers(coverage, "mairie_latitude")
    unknown = np.flatnonzero(np.isnan(hall).any(axis=1))
    if len(unknown):
        hall[unknown] = _points_inside(coverage.geometry.iloc[unknown])
    # the page knows the corner of the outline that it has
    decimals = decimals_for(len(coverage))
    corner = outline_corners(arcs) / 10**decimals
    return whole(((hall - corner) * 10 ** (decimals + 1)).ravel())


def _points_inside(outlines: gpd.GeoSeries) -> Floats:
    """Give a point inside each outline, chosen in metres where that can be."""
    try:
        outlines = outlines.to_crs(metric_crs(outlines))
    except CrsError:
        outlines = outlines.to_crs(WGS84)
    points = outlines.representative_point().to_crs(WGS84)
    return np.column_stack([points.x, points.y])


def _covered_people(coverage: gpd.GeoDataFrame, suffixes: Sequence[str]) -> list[Any]:
    """Give the people within reach that the page would not find as share times population.

    Where they were counted otherwise, all; else those few that its rounded share would round to
    another person, as two lists.
    """
    out: list[Any] = []
    for suffix in suffixes:
        column = "population_couverte" + suffix
        people: Any = None
        if column in coverage and "population" in coverage:
            told, share = numbers(coverage, column), numbers(coverage, "part_couverte" + suffix)
            population = numbers(coverage, "population")
            if not np.allclose(told, share * population, rtol=0, atol=0.01, equal_nan=True):
                people = rounded(told, 2)
            else:
                shown = np.round(share, SHARE_DIGITS) * np.round(population)
                other = np.flatnonzero(~np.isnan(told) & (np.rint(shown) != np.rint(told)))
                if len(other):
                    people = {"rows": other.tolist(), "people": rounded(told[other], 2)}
        out.append(people)
    return out


def sums_by_territory(
    coverage: gpd.GeoDataFrame, columns: Sequence[str], table: Mapping[str, Any]
) -> list[list[float] | None]:
    """Add up figures of communes as the tables do: in all, by département, by EPCI.

    Parameters
    ----------
    coverage
        Communes.
    columns
        Columns of numbers; one that is not there has no sums.
    table
        What `commune_table` gives: its ``departement``, ``epci`` and ``dehors``.

    Returns
    -------
    list
        Per column the sum over the selection, then those by row of ``departements`` and ``epcis``.

    Examples
    --------
    >>> frame = pd.DataFrame({"people": [1.5, 2.0, 4.0]})
    >>> table = {"departements": [["14", "Calvados"]], "departement": [0, 0, 0], "dehors": [2]}
    >>> table |= {"epcis": [["1", "Ouest"], ["2", "Est"]], "epci": [0, 1, 1]}
    >>> sums_by_territory(frame, ["people"], table)
    [[3.5, 3.5, 1.5, 6.0]]
    """
    inside = np.ones(len(coverage), dtype=bool)
    inside[table.get("dehors", [])] = False
    level = np.array(table["departement"], dtype=np.int64)
    members = [inside, *(inside & (level == row) for row in range(len(table["departements"])))]
    level = np.array(table["epci"], dtype=np.int64)
    members += [level == row for row in range(len(table["epcis"]))]
    out: list[list[float] | None] = []
    for column in columns:
        if column in coverage:
            values = numbers(coverage, column)
            out.append([round(float(np.nansum(values[rows])), 6) for rows in members])
        else:
            out.append(None)
    return out


def place_table(
    places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, radius_km: Radius | None = None
) -> dict[str, Any]:
    """Give the columns of the places.

    Parameters
    ----------
    places
        Places; only geometry and ``nom`` are needed. Those without coordinates are kept for the
        table of places.
    communes
        Outlines, to tell in which each place stands.
    radius_km
        How far each place reaches, where that is not the same for all.

    Returns
    -------
    dict
        Column name to list. Lists of services and the like number the rows of ``values``.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> box = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    >>> spot = gpd.GeoDataFrame({"nom": ["A"]}, geometry=[shapely.Point(0.5, 0.5)], crs=4326)
    >>> table = place_table(spot, box)
    >>> table["nom"], table["commune_numero"], table["sert"]
    (['A'], [0], [1])
    """
    longitude, latitude = _points(places)
    table: dict[str, Any] = {
        name: column for name in PLACE_TEXTS if any(column := texts(places, name))
    }
    table.setdefault("nom", texts(places, "nom"))
    table["longitude"], table["latitude"] = rounded(longitude, 6), rounded(latitude, 6)
    table["commune_numero"] = _standing(longitude, latitude, communes)
    table["sert"] = [int(counts) for counts in serves(places)]
    table["parent"] = _parents(places)
    moving = [text == "Itinérant" for text in texts(places, "itinerance")]
    if any(moving):
        table["itinerant"] = [int(one) for one in moving]
    if radius_km is not None:
        table["rayon"] = rounded(radii_of(places, radius_km), 3)
    table["listes"] = {name: _lists(places, name) for name in PLACE_LISTS if name in places}
    return table


def _points(places: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Give longitude and latitude, NaN where there are none."""
    middle = shapely.centroid(places.to_crs(WGS84).geometry.to_numpy())
    return shapely.get_x(middle), shapely.get_y(middle)


def _standing(longitude: Floats, latitude: Floats, communes: gpd.GeoDataFrame) -> list[int]:
    """Give the number of the commune in which each place stands, the lowest on a border, or -1."""
    out = np.full(len(longitude), -1)
    here = np.flatnonzero(np.isfinite(longitude))
    points = shapely.points(longitude[here], latitude[here])
    outlines = communes.to_crs(WGS84).geometry.to_numpy()
    which, commune = shapely.STRtree(outlines).query(points, predicate="intersects")
    for place, number in sorted(zip(which, commune, strict=True), reverse=True):
        out[here[place]] = number
    return [int(number) for number in out]


def _parents(places: gpd.GeoDataFrame) -> list[int]:
    """Give the row of each place's parent, or -1."""
    rows: dict[str, int] = {}
    for row, name in enumerate(texts(places, "id")):
        rows.setdefault(name, row)
    rows.pop("", None)
    return [rows.get(parent, -1) for parent in texts(places, "parent_id")]


def _lists(places: gpd.GeoDataFrame, column: str) -> dict[str, Any]:
    """Give the distinct values of a ``|``-joined column, and those of each place by number."""
    split = [
        [item.strip() for item in text.split("|") if item.strip()] for text in texts(places, column)
    ]
    values = sorted({item for items in split for item in items})
    number = {value: i for i, value in enumerate(values)}
    return {"values": values, "rows": [[number[item] for item in items] for items in split]}


def plain_table(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Give the columns of a frame that can be shown as text or number.

    Parameters
    ----------
    frame
        Zones or proposed sites.

    Returns
    -------
    dict
        Column name to list; geometry is left out.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> zone = gpd.GeoDataFrame({"aire_km2": [1.25]}, geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    >>> plain_table(zone)
    {'aire_km2': [1.25]}
    """
    table: dict[str, Any] = {}
    for column in frame.columns:
        if column == frame.geometry.name:
            continue
        series = frame[column]
        if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
            table[str(column)] = rounded(numbers(frame, column), 3)
        else:
            table[str(column)] = texts(frame, column)
    return table


def fit_plane(communes: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Fit the territory's official projection by a polynomial that the page can work out.

    Parameters
    ----------
    communes
        The territory.

    Returns
    -------
    dict or None
        Degree, origin, scale and coefficients (kilometres from the middle of the territory); None
        where there is no official metric CRS, or nothing to lay in it.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> caen = gpd.GeoDataFrame(geometry=[shapely.box(-0.4, 49.1, -0.3, 49.2)], crs=4326)
    >>> sorted(fit_plane(caen))
    ['degree', 'lat', 'lon', 'scale', 'x', 'y']
    """
    require_crs(communes, "coverage")
    try:
        crs = metric_crs(communes, "coverage")
    except CrsError:
        return None
    west, south, east, north = communes.to_crs(WGS84).total_bounds
    middle = ((west + east) / 2, (south + north) / 2)
    half = max(east - west, north - south) / 2 + 0.3  # places up to about 30 km outside
    u, v = (g.ravel() for g in np.meshgrid(*[np.cos(np.linspace(0, np.pi, 24))] * 2))
    x, y = project(u * half + middle[0], v * half + middle[1], crs)
    origin = project(np.array([middle[0]]), np.array([middle[1]]), crs)
    target = np.column_stack([x - origin[0], y - origin[1]]) / 1000
    for degree in range(3, 11):
        powers = np.column_stack(
            [u**i * v**j for i in range(degree + 1) for j in range(degree + 1 - i)]
        )
        found, *_ = np.linalg.lstsq(powers, target, rcond=None)
        if np.abs(powers @ found - target).max() < 1e-4:  # 10 cm
            break
    return {
        "lon": float(middle[0]),
        "lat": float(middle[1]),
        "scale": float(1 / half),
        "degree": degree,
        "x": [round(float(c), 7) for c in found[:, 0]],
        "y": [round(float(c), 7) for c in found[:, 1]],
    }
