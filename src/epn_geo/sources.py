"""The lists of places that are published: the Région's EPN, the national map, France Services.

Each function brings one list into one file with its provenance beside it, whole or not at all. What
each source is for, under which licence, and what to do when it changes: ``docs/sources.md``.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd

from epn_geo.arcgis import Layer, read_layer
from epn_geo.communes import read_communes
from epn_geo.download import Door, opened
from epn_geo.errors import ColumnError, DataError, DownloadError, did_you_mean, fold
from epn_geo.listing import check_suffix, write_places
from epn_geo.network.asks import Ask, refuse_web_page
from epn_geo.network.cache import Record
from epn_geo.network.provenance import Source, write_provenance
from epn_geo.places import read_places
from epn_geo.reading.delimited import decode, read_delimited
from epn_geo.standard import column_key
from epn_geo.writing import atomic_path

EPN_URL = (
    "https://services2.arcgis.com/OSTljxuSj3y4z219/ArcGIS/rest/services/NUM_EPN/FeatureServer/0"
)
MAP_URL = "https://cartographie.societenumerique.gouv.fr"
FRANCE_SERVICES_URL = "https://www.data.gouv.fr/fr/datasets/r/31576dff-fd61-4de9-819f-32c2f880b142"

EPN = Source("EPN labellisés", "Région Normandie", "licence non précisée par le serveur")
NATIONAL_MAP = Source(
    "Cartographie nationale des lieux de médiation numérique",
    "ANCT, Société numérique",
    "Licence Ouverte 2.0",
)
FRANCE_SERVICES = Source("Liste des France Services", "ANCT", "Licence Ouverte 2.0")

MAX_LIST_BYTES = 200_000_000

# How the Région's layers name their fields, best first: the whole name before the short one, the
# commune of today (…_NV) before the one of 2012.
HABITS: Mapping[str, tuple[str, ...]] = {
    "id": ("GLOBALID",),
    "nom": ("NOM_COMPLE", "NOM", "NOM_EPN", "LIB_EPN"),
    "commune": ("COM_NV", "LIB_COM", "COMMUNE", "COM"),
    "code_insee": ("INSEE_NV", "INSEE_COM", "INSEE", "INSEE_12"),
    "code_postal": ("CP_NV", "CP"),
    "pivot": ("SIRET",),
    "complement_adresse": ("LIEU_DIT",),
}
STREET = ("N_VOIE", "TYPE_VOIE", "NOM_VOIE")  # an address in three fields

Story = Callable[[int, int], None]


class Fetched(NamedTuple):
    """A list that was brought.

    Attributes
    ----------
    path
        The file.
    provenance
        The record beside it.
    rows
        How many rows it has.
    date
        The day of the data, as in the record.
    without_point
        How many rows have no usable coordinates.
    notes
        What was recognised or set right about the whole, in French.
    """

    path: Path
    provenance: Path
    rows: int
    date: str
    without_point: int
    notes: list[str]


def fetch_epn(
    path: str | Path,
    door: Door | None = None,
    *,
    url: str = EPN_URL,
    columns: Mapping[str, str | None] | None = None,
    on_page: Story | None = None,
) -> Fetched:
    """Bring the Région's list of labelled EPN and write it in the national standard.

    Parameters
    ----------
    path
        Where to: ``.csv``, ``.xlsx``, ``.gpkg``, ``.geojson`` or ``.parquet``.
    door
        The way to the network; one with the user's cache by default.
    url
        Of the ArcGIS layer; another layer of the same kind may be named.
    columns
        The fields to read, where recognising them is not enough: ``{"nom": "NOM_EPN"}``.
    on_page
        Called with the rows received and the rows there are.

    Returns
    -------
    Fetched
        The file has the 32 columns of the standard, those of this library (``categorie``,
        ``parent_id``, ``label``, ``statut_label``, ``date_label``, ``corrections``) and the layer's
        own fields. A place whose kind nothing tells is an EPN: that is what the layer lists.

    Raises
    ------
    DownloadError
        If the layer cannot be had whole.
    ColumnError
        If no field gives a name, or a field named in `columns` does not exist.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.network.cache import Cache
    >>> door = Door(Cache(tempfile.mkdtemp()), offline=True)
    >>> fetch_epn("epn.csv", door, url="https://a.fr/FeatureServer/0")
    Traceback (most recent call last):
        ...
    epn_geo.errors.DownloadError: https://a.fr/FeatureServer/0?f=json is not in the cache: run \
once without --offline.
    """
    check_suffix(path)
    with opened(door) as way:
        layer = read_layer(way, url, on_page=on_page)
    places = _read_as_places(layer, dict(columns or {}))
    others = places["categorie"] == "autre"
    places.loc[others, "categorie"] = "EPN"
    untyped = places["typologie"].isna() & (places["categorie"] == "EPN")
    places.loc[untyped, "typologie"] = "EPN"
    places["source"] = places["source"].fillna(EPN.producteur)
    file = write_places(places, path)
    source = EPN._replace(licence=layer.rights or EPN.licence)
    return _account(file, places, source, layer.record, date=layer.edited, notes=layer.notes)


def fetch_national_map(
    path: str | Path,
    door: Door | None = None,
    *,
    departement: str | None = None,
    url: str = MAP_URL,
) -> Fetched:
    """Bring the places of the national map, in Normandie or in one of its départements.

    Parameters
    ----------
    path
        Where to: a ``.csv``. The file is written as it was published.
    door
        The way to the network; one with the user's cache by default.
    departement
        Code or name of a département, of any région; all of Normandie by default.
    url
        Of the site.

    Returns
    -------
    Fetched
        The file is in the national standard.

    Raises
    ------
    DownloadError
        If it cannot be had, or is no list of places.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.network.cache import Cache
    >>> door = Door(Cache(tempfile.mkdtemp()), offline=True)
    >>> fetch_national_map("a.csv", door, departement="14", url="https://a.fr")
    Traceback (most recent call last):
        ...
    epn_geo.errors.DownloadError: https://a.fr/api/normandie/calvados/lieux/exporter is not in \
the cache: run once without --offline.
    """
    where = "normandie" if departement is None else _slugs(departement)
    ask = Ask(f"{url.rstrip('/')}/api/{where}/lieux/exporter")
    return _fetch_list(path, door, ask, NATIONAL_MAP, ("id", "nom", "latitude", "longitude"))


def fetch_france_services(
    path: str | Path, door: Door | None = None, *, url: str = FRANCE_SERVICES_URL
) -> Fetched:
    """Bring the national list of France Services.

    Parameters
    ----------
    path
        Where to: a ``.csv``. The file is written as it was published.
    door
        The way to the network; one with the user's cache by default.
    url
        Of the list.

    Returns
    -------
    Fetched
        `read_places` reads the file: main sites are ``France Services``, satellites ``antenne``,
        buses ``Itinérant``.

    Raises
    ------
    DownloadError
        If it cannot be had, or is no list of France Services.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.network.cache import Cache
    >>> door = Door(Cache(tempfile.mkdtemp()), offline=True)
    >>> fetch_france_services("a.csv", door, url="https://a.fr/fs.csv")
    Traceback (most recent call last):
        ...
    epn_geo.errors.DownloadError: https://a.fr/fs.csv is not in the cache: run once without \
--offline.
    """
    return _fetch_list(path, door, Ask(url), FRANCE_SERVICES, ("id_fs", "lib_fs", "format_fs"))


# -- lists that are files


def _fetch_list(
    path: str | Path, door: Door | None, ask: Ask, source: Source, wanted: tuple[str, ...]
) -> Fetched:
    """Bring a CSV, check that it is the list expected, and write its bytes as they came."""
    path = Path(path)
    if path.suffix.lower() != ".csv":
        raise DataError(f"{path.name}: this list is published as CSV, give a name ending in .csv.")

    def check(content: bytes) -> None:
        _check_list(content, wanted, ask.url)

    with opened(door) as way:
        answer = way.fetch(ask, check, max_bytes=MAX_LIST_BYTES)
    with atomic_path(path) as temporary:
        temporary.write_bytes(answer.content)
        places = read_places(temporary)  # refuses what no list of places is, before it is in place
    return _account(path, places, source, answer.record, notes=_file_notes(places))


def _check_list(content: bytes, wanted: tuple[str, ...], url: str) -> None:
    """Refuse an answer that is no CSV with the columns wanted, or whose last row is cut."""
    refuse_web_page(content, f"the server of {url}")
    keys = {column_key(name) for name in wanted}
    try:
        text, _ = decode(content, url)
        records, _ = read_delimited(content, url, lambda cell: column_key(cell) in keys)
    except DataError as error:
        raise DownloadError(f"{url} answered something that is no CSV: {error}") from error
    rows = [row for row in records if any(cell.strip() for cell in row)]
    header = {column_key(cell) for cell in rows[0]} if rows else set()
    if missing := [name for name in wanted if column_key(name) not in header]:
        raise DownloadError(
            f"{url} no longer has the column {missing[0]!r}; it has "
            f"{', '.join(rows[0][:12]) if rows else 'none'}. See docs/sources.md."
        )
    if len(rows) < 2:
        raise DownloadError(f"{url} answered a list without rows.")
    if len(rows[-1]) != len(rows[0]) or (text.count('"') % 2):
        raise DownloadError(
            f"{url}: the last row has {len(rows[-1])} cells of {len(rows[0])}: the list is cut."
        )


def _slugs(departement: str) -> str:
    """Give région and département as the site writes them in its addresses."""
    first = read_communes(departements=departement).iloc[0]
    return f"{_slug(first['region'])}/{_slug(first['departement'])}"


def _slug(name: str) -> str:
    return fold(name).replace(" ", "-")


# -- the layer as places


def _read_as_places(layer: Layer, columns: dict[str, str | None]) -> gpd.GeoDataFrame:
    """Read the rows of a layer as a list of places, by way of a file that the reader knows."""
    _check_columns(columns, layer)
    rows = [_with_street(row) for row in layer.rows]
    fields = [*layer.fields, *(["adresse"] if rows and "adresse" in rows[0] else [])]
    features = [
        {
            "type": "Feature",
            "properties": {name: row.get(name) for name in fields},
            "geometry": None if point is None else {"type": "Point", "coordinates": point},
        }
        for row, point in zip(rows, layer.points, strict=True)
    ]
    chosen = _habits(fields) | columns
    stem = re.sub(r"\W+", "_", layer.name) or "layer"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{stem}.geojson")
        content = {"type": "FeatureCollection", "features": features}
        file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        places = read_places(file, columns=chosen)
    if places["nom"].isna().all():
        raise ColumnError(
            f"No field of the layer gives the places a name; it has {', '.join(fields)}. Say which "
            "one: --column nom=FIELD."
        )
    return places


def _check_columns(columns: Mapping[str, str | None], layer: Layer) -> None:
    for field, name in columns.items():
        if name is not None and name not in layer.fields:
            raise ColumnError(
                f"The layer has no field {name!r} for {field}; it has {', '.join(layer.fields)}."
                f"{did_you_mean(name, layer.fields)}"
            )


def _with_street(row: dict[str, Any]) -> dict[str, Any]:
    """Join an address in three fields to one, unless there is one."""
    names = {column_key(name) for name in row}
    if "adresse" in names or not set(map(column_key, STREET)) & names:
        return row
    parts = [row.get(name) for name in STREET]
    return row | {"adresse": " ".join(str(part) for part in parts if part is not None) or None}


def _habits(fields: list[str]) -> dict[str, str | None]:
    """Choose fields by this producer's habits."""
    keys = {column_key(name): name for name in fields}
    chosen: dict[str, str | None] = {}
    for field, names in HABITS.items():
        there = [keys[column_key(name)] for name in names if column_key(name) in keys]
        if there:
            chosen[field] = there[0]
    return chosen


def _account(
    path: Path,
    places: gpd.GeoDataFrame,
    source: Source,
    record: Record,
    *,
    date: str = "",
    notes: list[str],
) -> Fetched:
    """Write the provenance and say what was brought."""
    beside = write_provenance(path, source, record, rows=len(places), date=date)
    day = json.loads(beside.read_text(encoding="utf-8"))["date"]
    missing = int((places.geometry.isna() | places.geometry.is_empty).sum())
    return Fetched(path, beside, len(places), day, missing, [*notes])


def _file_notes(places: gpd.GeoDataFrame) -> list[str]:
    """Give what the reader said of the whole file."""
    first = places["corrections"].iloc[0] if len(places) else ""
    return [
        part.removeprefix("fichier : ")
        for part in str(first).split(" ; ")
        if part.startswith("fichier : ")
    ]
