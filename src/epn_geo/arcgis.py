"""A layer of points from an ArcGIS server: every row of it, or an error that says what is missing.

The order of things: the layer's description, the number of its rows, then page after page in
GeoJSON, or in Esri's JSON where the server has no GeoJSON. Servers of this kind answer errors with
status 200, forget to say that there is more, repeat rows and ignore the reference asked for; each
of these is looked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from epn_geo.crs import CRS, reproject
from epn_geo.download import Door
from epn_geo.errors import DownloadError
from epn_geo.network.asks import Ask, read_json
from epn_geo.network.cache import Record

PAGE = 1000  # rows asked at a time, if the server does not say that it gives fewer
NOTHING = frozenset({"", "<null>", "null"})
TOKEN_CODES = frozenset({498, 499})
PARIS = ZoneInfo("Europe/Paris")  # days are entered there and stored as moments
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Point = tuple[float, float]


class Layer(NamedTuple):
    """A layer, whole.

    Attributes
    ----------
    name
        As the server calls it.
    fields
        The name of each field, and its type in Esri's words, in order.
    rows
        The values of each row; None where there is none, days as YYYY-MM-DD.
    points
        Longitude and latitude of each row (or x and y, where the server does not say in what);
        None where there is no point.
    edited
        The day the layer last changed (YYYY-MM-DD), empty where the server does not say.
    rights
        What the server says of the rights, empty where nothing.
    notes
        What had to be set right, in French.
    record
        Of the last page.
    """

    name: str
    fields: dict[str, str]
    rows: list[dict[str, Any]]
    points: list[Point | None]
    edited: str
    rights: str
    notes: list[str]
    record: Record


class _About(NamedTuple):
    """What the description says that reading the rows needs."""

    name: str
    fields: dict[str, str]
    oid: str
    page: int
    geojson: bool
    edited: str
    rights: str


class _Page(NamedTuple):
    """Rows received together."""

    rows: list[tuple[dict[str, Any], Point | None]]
    more: bool
    reference: object  # of the points, as Esri writes it; None for GeoJSON
    record: Record
    from_cache: bool


def read_layer(door: Door, url: str, *, on_page: Callable[[int, int], None] | None = None) -> Layer:
    """Read all the rows of a layer.

    Parameters
    ----------
    door
        The way to the network.
    url
        Of the layer, as ``https://…/FeatureServer/0``.
    on_page
        Called after each page with the rows received and the rows there are.

    Returns
    -------
    Layer
        As many different rows as the server counts.

    Raises
    ------
    DownloadError
        If the server refuses, asks for a token, or does not give as many rows as it counts.

    Examples
    --------
    >>> from epn_geo.network.cache import Cache
    >>> import tempfile
    >>> door = Door(Cache(tempfile.mkdtemp()), offline=True)
    >>> read_layer(door, "https://a.fr/FeatureServer/0")
    Traceback (most recent call last):
        ...
    epn_geo.errors.DownloadError: https://a.fr/FeatureServer/0?f=json is not in the cache: run \
once without --offline.
    """
    url = url.partition("?")[0].rstrip("/")
    layer, kept = _read_once(door, url, on_page, max_age_s=None)
    if layer is None and kept and not door.offline:
        # a page from the cache may be of another day than the count: ask for everything again
        layer, _ = _read_once(door, url, on_page, max_age_s=0.0)
    if layer is None:
        raise DownloadError(
            f"{url} does not give the rows that it counts, or they changed while they were read. "
            "Nothing was written: try again in a moment."
        )
    return layer


def _read_once(
    door: Door, url: str, on_page: Callable[[int, int], None] | None, max_age_s: float | None
) -> tuple[Layer | None, bool]:
    """Read the layer once; None when the rows are not as many as counted. And if any was kept."""
    about = _describe(_fetch(door, url, {"f": "json"}, max_age_s)[0], url)
    counted, _, kept = _fetch(
        door,
        f"{url}/query",
        {"where": "1=1", "returnCountOnly": "true", "f": "json"},
        max_age_s,
    )
    count = counted.get("count")
    if not isinstance(count, int):
        raise DownloadError(f"{url} does not say how many rows it has: {str(counted)[:120]!r}.")
    found: dict[object, tuple[dict[str, Any], Point | None]] = {}
    notes: list[str] = []
    repeated = 0
    page = None
    for page in _pages(door, url, about, count, max_age_s):
        kept |= page.from_cache
        repeated += _add(found, page, about.oid, notes)
        if on_page is not None:
            on_page(len(found), count)
    if len(found) != count or page is None:
        return None, kept
    if repeated:
        notes.append(f"{repeated} lignes reçues deux fois, gardées une fois")
    rows = [_clean(row, about.fields) for row, _ in found.values()]
    layer = Layer(
        about.name,
        about.fields,
        rows,
        [point for _, point in found.values()],
        about.edited,
        about.rights,
        notes,
        page.record,
    )
    return layer, kept


def _fetch(
    door: Door, url: str, params: Mapping[str, str], max_age_s: float | None
) -> tuple[dict[str, Any], Record, bool]:
    """Bring one JSON object; an error said with status 200 is an error."""

    def check(content: bytes) -> None:
        said = read_json(content, f"the server of {url}")
        if not isinstance(said, dict):
            raise DownloadError(f"{url} answered {str(said)[:120]!r}, not an object.")
        _refuse_error(said, url)

    answer = door.fetch(Ask(url, tuple(params.items())), check, max_age_s=max_age_s)
    said = read_json(answer.content, url)
    return said, answer.record, answer.from_cache


def _refuse_error(said: dict[str, Any], url: str) -> None:
    error = said.get("error")
    if error is None:
        return
    known = error if isinstance(error, dict) else {"message": error}
    code, details = known.get("code"), _list(known.get("details"))
    words = " ".join(map(str, [known.get("message") or "", *details])).strip()
    if code in TOKEN_CODES:
        raise DownloadError(
            f"{url} now asks for a token ({code}: {words}): the layer is no longer open. See "
            "docs/sources.md for where else the list may be had."
        )
    raise _RefusedError(f"{url} answered error {code}: {words or 'no words'}.")


class _RefusedError(DownloadError):
    """The server says, with status 200, that it does not do what it was asked."""


def _describe(said: dict[str, Any], url: str) -> _About:
    """Read the description of the layer."""
    fields = {
        str(field["name"]): str(field.get("type", ""))
        for field in _list(said.get("fields"))
        if isinstance(field, dict) and "name" in field
    }
    kinds = {kind: name for name, kind in reversed(fields.items())}
    oid = said.get("objectIdField") or kinds.get("esriFieldTypeOID")
    if not fields or not oid:
        raise DownloadError(
            f"{url} does not describe a layer with fields and an object id: its address should "
            "end in /FeatureServer/0 or another number."
        )
    formats = str(said.get("supportedQueryFormats", "")).lower()
    most = said.get("maxRecordCount")
    edited = _dict(said.get("editingInfo")).get("lastEditDate")
    return _About(
        name=str(said.get("name", "")),
        fields=fields,
        oid=str(oid),
        page=min(PAGE, most) if isinstance(most, int) and most > 0 else PAGE,
        geojson="geojson" in formats,
        edited=_day(edited),
        rights=str(said.get("copyrightText") or "").strip(),
    )


def _pages(
    door: Door, url: str, about: _About, count: int, max_age_s: float | None
) -> Iterator[_Page]:
    """Give page after page, advancing by the rows received and not by those asked for."""
    offset, geojson = 0, about.geojson
    while offset <= 2 * count:  # a server that repeats itself for ever is not followed
        params = {
            "where": "1=1",
            "outFields": "*",
            "outSR": "4326",
            "orderByFields": about.oid,
            "resultOffset": str(offset),
            "resultRecordCount": str(about.page),
            "f": "geojson" if geojson else "json",
        }
        try:
            said, record, kept = _fetch(door, f"{url}/query", params, max_age_s)
        except _RefusedError:
            if not geojson:
                raise
            geojson = False
            continue
        page = _page(said, record, url, from_cache=kept)
        yield page
        # a server that forgets to say that there is more is asked until the count is reached
        offset += len(page.rows)
        if not page.rows or (not page.more and offset >= count):
            return


def _page(said: dict[str, Any], record: Record, url: str, *, from_cache: bool) -> _Page:
    """Read the rows of a page in either JSON."""
    features = said.get("features")
    if not isinstance(features, list):
        raise DownloadError(f"{url} answered a page without features: {str(said)[:120]!r}.")
    flags = (said, _dict(said.get("properties")))
    more = any(flag.get("exceededTransferLimit") is True for flag in flags)
    rows = []
    for feature in map(_dict, features):
        values = _dict(feature.get("properties")) or _dict(feature.get("attributes"))
        if "id" in feature:
            values = {"id": feature["id"]} | values
        rows.append((dict(values), _point(feature.get("geometry"))))
    return _Page(rows, more, said.get("spatialReference"), record, from_cache)


def _point(geometry: object) -> Point | None:
    """Give the two numbers of a point, written in either way; None for anything else."""
    if not isinstance(geometry, dict):
        return None
    pair: Any = geometry.get("coordinates") or (geometry.get("x"), geometry.get("y"))
    try:
        x, y = float(pair[0]), float(pair[1])
    except (TypeError, ValueError, IndexError, KeyError):
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def _add(
    found: dict[object, tuple[dict[str, Any], Point | None]],
    page: _Page,
    oid: str,
    notes: list[str],
) -> int:
    """Add the rows not yet had; give how many were had already."""
    points, note = _in_degrees([point for _, point in page.rows], page.reference)
    if note and note not in notes:
        notes.append(note)
    repeated = 0
    for (row, _), point in zip(page.rows, points, strict=True):
        number = row.get(oid, row.get("id"))
        if not isinstance(number, int | str):
            raise DownloadError(f"A row has no {oid}: rows cannot be told apart.")
        if number in found:
            repeated += 1
        else:
            found[number] = (row, point)
    return repeated


def _in_degrees(points: list[Point | None], reference: object) -> tuple[list[Point | None], str]:
    """Carry points to degrees when the server ignored that degrees were asked for, and says so."""
    given = [point for point in points if point is not None]
    far = any(abs(x) > 180 or abs(y) > 90 for x, y in given)
    crs = _crs_of(reference)
    if not far or crs is None:
        return points, ""
    both = np.array(given, dtype=float)
    x, y = reproject(both[:, 0], both[:, 1], crs, 4326)
    moved = iter(zip(x.tolist(), y.tolist(), strict=True))
    return (
        [None if point is None else next(moved) for point in points],
        f"coordonnées reçues en {crs.name}, converties en degrés",
    )


def _crs_of(reference: object) -> CRS | None:
    """Read a spatial reference as Esri writes it."""
    if not isinstance(reference, dict):
        return None
    for key in ("latestWkid", "wkid", "wkt"):
        value = reference.get(key)
        if not value:
            continue
        try:
            if isinstance(value, int) and value > 100_000 and value != 102_100:
                return CRS.from_authority("ESRI", value)
            return CRS.from_user_input(3857 if value == 102_100 else value)
        except ValueError:
            continue
    return None


def _clean(row: dict[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """Empty what stands for nothing; write days as days."""
    cleaned: dict[str, Any] = {}
    for name in fields:
        value = row.get(name)
        if isinstance(value, str):
            value = value.strip()
            value = None if value.casefold() in NOTHING else value
        elif fields[name] == "esriFieldTypeDate":
            value = _day(value) or value
        cleaned[name] = value
    return cleaned


def _day(milliseconds: object) -> str:
    """Give the day, in Paris, of a moment in milliseconds since 1970; empty for anything else."""
    if not isinstance(milliseconds, int | float):
        return ""
    try:
        moment = EPOCH + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        return ""
    return moment.astimezone(PARIS).date().isoformat()


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
