"""The communes of another year: official outlines and attributes, into a folder of one's own.

Outlines come from Etalab (contours administratifs), names, populations, EPCI, town halls and former
codes from API Géo. They go through the same cleaning, generalisation and checks as the embedded
data; `read_communes` reads the folder with ``path=``.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import geopandas as gpd
import pandas as pd
import shapely

from epn_geo.communes import read_epci
from epn_geo.crs import WGS84
from epn_geo.download import Answer, Door, opened
from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError, DownloadError, did_you_mean
from epn_geo.network.asks import Ask, read_json
from epn_geo.network.cache import Record
from epn_geo.plurals import counted
from epn_geo.reference.communes_folder import (
    list_exceptions,
    store_outlines,
    write_exceptions,
    write_outlines,
    write_succession,
    write_table,
)
from epn_geo.reference.territories import (
    communes_table,
    departements_table,
    epci_table,
    in_scope,
    is_overseas_collectivity,
    regions_table,
    renew_succession,
)
from epn_geo.staging import staged_folder
from epn_geo.writing import write_json

OUTLINES_URL = "https://contours-administratifs.s3.rbx.io.cloud.ovh.net"
API_URL = "https://geo.api.gouv.fr"
LICENCE = "Licence Ouverte 2.0"
FIELDS = "nom,code,codeEpci,codeDepartement,codeRegion,population,mairie,anciensCodes"

# 5 m is published too, and not offered: borders are generalised to 10 m here in any case.
Resolution = Literal["50m", "100m", "1000m"]
NAMES_RESOLUTION = "1000m"  # of the layers that are read for their names only
MAX_UNPACKED = 600_000_000  # bytes

# Paris, Lyon and Marseille are in the layer as communes and again as arrondissements.
_DISTRICT = re.compile(r"751(0[1-9]|1\d|20)|6938[1-9]|132(0[1-9]|1[0-6])")

Records = list[dict[str, Any]]


class FetchedCommunes(NamedTuple):
    """A folder of communes that was made.

    Attributes
    ----------
    folder
        For ``read_communes(path=…)``.
    communes, epci
        How many there are.
    exceptions
        How many rows ``exceptions.csv`` has.
    date
        The day the server gives to the outlines, as it writes it.
    """

    folder: Path
    communes: int
    epci: int
    exceptions: int
    date: str


def fetch_communes(
    folder: str | Path,
    year: int,
    door: Door | None = None,
    *,
    resolution: Resolution = "100m",
    outlines_url: str = OUTLINES_URL,
    api_url: str = API_URL,
    tell: Callable[[str], None] = lambda _: None,
) -> FetchedCommunes:
    """Bring the communes, EPCI, départements and régions of a year into a folder.

    Parameters
    ----------
    folder
        Where to. Its files appear together, or not at all.
    year
        Of the outlines. API Géo knows the communes of today only: both must be of one year.
    door
        The way to the network; one with the user's cache by default.
    resolution
        Generalisation of the outlines at the source: ``50m``, ``100m`` or ``1000m``.
    outlines_url, api_url
        Of the two services.
    tell
        Called with the name of each step.

    Returns
    -------
    FetchedCommunes
        What was made. The folder has the files of ``data/communes``, with ``provenance.json`` in
        place of its README. Former codes carry on from those embedded.

    Raises
    ------
    DownloadError
        If a service cannot be had, or the two are not of one year.
    DataError
        If the outlines cannot be made a valid coverage, or the resolution is unknown.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.network.cache import Cache
    >>> door = Door(Cache(tempfile.mkdtemp()), offline=True)
    >>> fetch_communes("communes-2027", 2027, door, api_url="https://a.fr")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    epn_geo.errors.DownloadError: https://a.fr/communes?fields=... is not in the cache: run once ...
    """
    if resolution not in get_args(Resolution):
        known = get_args(Resolution)
        raise DataError(
            f"resolution must be one of {', '.join(known)}, not {resolution!r}."
            f"{did_you_mean(resolution, known)}"
        )
    base = f"{outlines_url.rstrip('/')}/{year}/geojson"
    with opened(door) as way:
        tell(api_url)
        told = _bring_records(way, api_url)
        answers = {"communes": told}
        layers: dict[str, Records] = {}
        for layer in ("departements", "regions", "epci", "outlines"):
            name = "communes" if layer == "outlines" else layer
            scale = resolution if layer == "outlines" else NAMES_RESOLUTION
            tell(f"{name}-{scale}")
            answers[layer] = _bring_layer(way, f"{base}/{name}-{scale}.geojson.gz")
            layers[layer] = _features(answers[layer].content)
    records = [_as_record(item) for item in _as_list(told.content)]
    tell("store")
    return _make(Path(folder), year, records, layers, answers)


# -- what the services answer


def _bring_records(door: Door, url: str) -> Answer:
    """Bring the attributes of all communes."""
    ask = Ask(f"{url.rstrip('/')}/communes", (("fields", FIELDS), ("format", "json")))
    return door.fetch(ask, _as_list)


def _as_list(content: bytes) -> Records:
    """Read what API Géo answers: a list of communes, or one commune alone."""
    said = read_json(content, "API Géo")
    items = [said] if isinstance(said, dict) and "code" in said else said
    if not isinstance(items, list) or not items:
        raise DownloadError(f"API Géo answered no list of communes: {content[:120]!r}.")
    needed = ("code", "nom", "codeDepartement", "codeRegion")
    for item in items:
        if not isinstance(item, dict) or any(not isinstance(item.get(k), str) for k in needed):
            raise DownloadError(f"API Géo answered a commune without its codes: {item!r:.120}.")
    return items


def _as_record(item: dict[str, Any]) -> dict[str, Any]:
    """Write a commune of API Géo as the code officiel géographique does."""
    return {
        "type": "commune-actuelle",
        "code": item["code"],
        "nom": item["nom"],
        "departement": item["codeDepartement"],
        "region": item["codeRegion"],
        "epci": item.get("codeEpci"),
        "population": int(item.get("population") or 0),
        "mairie": item.get("mairie"),
        "anciensCodes": item.get("anciensCodes") or [],
    }


def _bring_layer(door: Door, url: str) -> Answer:
    return door.fetch(Ask(url), _features)


def _features(content: bytes) -> Records:
    """Read the features of a layer, packed or not, each with a code and a name."""
    said = read_json(_unpacked(content), "the server of outlines")
    features = said.get("features") if isinstance(said, dict) else None
    if not isinstance(features, list) or not features:
        raise DownloadError(f"The outlines hold no features: {str(said)[:120]!r}.")
    for feature in features:
        known = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(known, dict) or not isinstance(known.get("code"), str):
            raise DownloadError(f"An outline has no code: {str(feature)[:120]!r}.")
    return features


def _unpacked(content: bytes) -> bytes:
    """Unpack a ``.gz`` file, but not one that never ends."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(content, MAX_UNPACKED)
    except zlib.error as error:
        raise DownloadError(f"The outlines are damaged ({error}).") from error
    if unpacker.unconsumed_tail:
        raise DownloadError(f"The outlines unpack to more than {MAX_UNPACKED} bytes.")
    if not unpacker.eof:
        raise DownloadError("The outlines are cut: the packed file does not end.")
    return data


# -- into a folder


def _make(
    folder: Path,
    year: int,
    records: Records,
    layers: Mapping[str, Records],
    answers: Mapping[str, Answer],
) -> FetchedCommunes:
    """Put everything together and write the folder."""
    scope = in_scope(records)
    outlines = _outlines(layers["outlines"])
    _require_same_year(outlines.index, scope, year)
    groups = _groups(scope.values(), _names(layers["epci"]))
    table = communes_table(
        records, groups, _named(layers["departements"]), _named(layers["regions"])
    )
    codes = pd.Index(table["code_insee"])
    built = store_outlines(outlines.reindex(codes), [_town_halls(scope, codes)])
    communes = gpd.GeoDataFrame(
        table.join(built.communes, on="code_insee", validate="1:1"), crs=WGS84
    )
    precision = built.precision.join(table.set_index("code_insee")["code_region"])
    repairs = pd.DataFrame(columns=["code_insee", "reparation", "depuis"])
    left_out = {r["code"]: r["nom"] for r in records if is_overseas_collectivity(r["code"])}
    exceptions = list_exceptions(communes, repairs, precision, built.holes, left_out)
    epci = epci_table(table, groups)
    with staged_folder(folder) as stage:
        write_outlines(communes, stage)
        write_table(epci, stage / "epci.parquet")
        write_table(departements_table(table), stage / "departements.parquet")
        write_table(regions_table(table), stage / "regions.parquet")
        succession = renew_succession(_embedded_succession(), scope.values(), f"{year}-01-01")
        write_succession(succession, stage / "succession.parquet")
        write_exceptions(exceptions, stage / "exceptions.csv")
        write_json([_told(answer.record) for answer in answers.values()], stage / "provenance.json")
    record = answers["outlines"].record
    when = record.last_modified or record.date
    return FetchedCommunes(folder, len(communes), len(epci), len(exceptions), when)


def _embedded_succession() -> pd.DataFrame:
    return pd.read_parquet(embedded_path("communes/succession.parquet"))


def _told(record: Record) -> dict[str, Any]:
    return {
        "url": record.final_url,
        "date": record.last_modified or record.date,
        "sha256": record.sha256,
        "octets": record.size,
        "licence": LICENCE,
    }


def _outlines(features: Records) -> pd.Series:
    """Give the outline of each commune, mainland and DROM, by code."""
    wanted = {
        feature["properties"]["code"]: feature.get("geometry")
        for feature in features
        if not _DISTRICT.fullmatch(feature["properties"]["code"])
        and not is_overseas_collectivity(feature["properties"]["code"])
    }
    if empty := sorted(code for code, geometry in wanted.items() if not geometry):
        without = counted(len(empty), "commune has", "communes have")
        raise DownloadError(f"{without} no outline: {', '.join(empty[:10])}.")
    try:
        shapes = shapely.from_geojson([json.dumps(geometry) for geometry in wanted.values()])
    except shapely.errors.GEOSException as error:
        raise DownloadError(f"An outline cannot be read ({error}).") from error
    found = pd.Series(shapely.make_valid(shapes), index=pd.Index(wanted), dtype=object)
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise DownloadError("The outlines are not in longitude and latitude, as they should be.")
    return found.sort_index()


def _require_same_year(outlined: pd.Index, scope: Mapping[str, Any], year: int) -> None:
    """Refuse outlines and attributes that do not speak of the same communes."""
    known = set(scope)
    lost, more = sorted(known - set(outlined)), sorted(set(outlined) - known)
    if lost or more:
        raise DownloadError(
            f"The outlines of {year} and API Géo are not of the same communes: {len(lost)} have no "
            f"outline ({', '.join(lost[:5]) or 'none'}), {len(more)} are unknown to API Géo "
            f"({', '.join(more[:5]) or 'none'}). API Géo speaks of today: ask for this year's "
            "outlines."
        )


def _names(features: Records) -> dict[str, str]:
    return {f["properties"]["code"]: str(f["properties"].get("nom", "")) for f in features}


def _named(features: Records) -> Records:
    return [{"code": code, "nom": name} for code, name in _names(features).items()]


def _groups(communes: Iterable[dict[str, Any]], names: Mapping[str, str]) -> Records:
    """Give each EPCI with its members; its nature is that of the embedded table, or its name's."""
    members: dict[str, Records] = {}
    for record in communes:
        if record["epci"]:
            members.setdefault(record["epci"], []).append({"code": record["code"]})
    if unknown := sorted(set(members) - set(names)):
        raise DownloadError(f"The layer of EPCI lacks {len(unknown)}: {', '.join(unknown[:5])}.")
    embedded = read_epci().set_index("code_epci")["nature"].to_dict()
    return [
        {
            "code": code,
            "nom": names[code],
            "type": embedded.get(code) or _nature(names[code]),
            "membres": those,
        }
        for code, those in sorted(members.items())
    ]


def _nature(name: str) -> str:
    first = name.split(" ", maxsplit=1)[0]
    return first if first in ("CC", "CA", "CU") else "METRO"


def _town_halls(scope: Mapping[str, dict[str, Any]], codes: pd.Index) -> pd.Series:
    """Give the town hall of each commune, None where API Géo has none."""
    halls: list[Any] = [None] * len(codes)
    for rank, code in enumerate(codes):
        point = (scope[code]["mairie"] or {}).get("coordinates")
        if isinstance(point, list) and len(point) == 2:
            halls[rank] = shapely.Point(point)
    return pd.Series(halls, index=codes, dtype=object)
