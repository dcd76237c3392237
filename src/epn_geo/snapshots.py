"""Lists kept as they were on a day, each content once; a shelf that needs no memory of the tool.

A store is a folder::

    index.json              which list was in force on which day, oldest first
    contenus/<hash>.parquet the lists, GeoParquet, named by the start of their SHA-256

A list that did not change between two days is kept once. What is on the shelf is read by anything
that reads GeoParquet; that it was not altered is checked each time against its SHA-256.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd

from epn_geo.errors import DataError
from epn_geo.labels import Lang, number, say
from epn_geo.places import read_places
from epn_geo.runs import Tell, last_record
from epn_geo.staging import folder_lock
from epn_geo.writing import file_hash, write_json, write_layer

INDEX, CONTENTS = "index.json", "contenus"


class Snapshot(NamedTuple):
    """A list as it was on a day."""

    date: str
    places: gpd.GeoDataFrame
    sha256: str


def keep_snapshot(
    places: str | Path,
    store: str | Path,
    date: str,
    *,
    columns: dict[str, str | None] | None = None,
    sheet: str | None = None,
    replace: bool = False,
    lang: Lang = "fr",
    tell: Tell = lambda *_, **__: None,
) -> dict[str, Any]:
    """Keep a list as it was on a day.

    Parameters
    ----------
    places
        A file that `read_places` reads.
    store
        The folder of the store; made if need be.
    date
        The day (``YYYY-MM-DD``).
    columns, sheet
        As in `read_places`.
    replace
        Replace another list kept for that day, instead of refusing.
    lang
        Language of what is told.
    tell
        Called with a sentence on what was done.

    Returns
    -------
    dict
        The entry of the index (`date`, `fichier`, `sha256`, `source`, `lignes`, `par_categorie`),
        and `modifie`: whether the store has changed.

    Raises
    ------
    DataError
        If the date is none, the list cannot be read, or another list is kept for that day.
    EpnGeoError
        If another run is writing into the store.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.embedded import embedded_path
    >>> file, store = embedded_path("demo/epn-demonstration.csv"), tempfile.mkdtemp()
    >>> first = keep_snapshot(file, store, "2026-01-01")
    >>> second = keep_snapshot(file, store, "2026-11-01")
    >>> first["fichier"] == second["fichier"], second["modifie"]
    (True, True)
    """
    day, store, places = _day(date), Path(store), Path(places)
    frame = read_places(places, columns=columns, sheet=sheet)
    with folder_lock(store):
        known = _index(store)
        arriving = write_layer(frame, store / CONTENTS / "arrivant.parquet")
        sha256 = file_hash(arriving)
        entry = {
            "date": day,
            "fichier": f"{CONTENTS}/{sha256[:16]}.parquet",
            "sha256": sha256,
            "source": {"fichier": places.name, "sha256": file_hash(places)},
            "lignes": len(frame),
            "par_categorie": {
                str(k): int(v) for k, v in sorted(frame["categorie"].value_counts().items())
            },
        }
        there = next((one for one in known if one["date"] == day), None)
        if there is not None and there["sha256"] != sha256 and not replace:
            arriving.unlink()
            raise DataError(
                f"Another list ({there['source']['fichier']}, {there['lignes']} rows) is kept for "
                f"{day}: choose another day, or add --replace."
            )
        # the content before the index: what the index names is always there
        arriving.replace(store / str(entry["fichier"]))
        same = there is not None and there["sha256"] == sha256
        if not same:
            listed = [*(one for one in known if one["date"] != day), entry]
            listed.sort(key=lambda one: str(one["date"]))
            write_json({"listes": listed}, store / INDEX)
    twin = next((one for one in known if one["sha256"] == sha256), None)
    key = "snapshot_kept" if twin is None else "snapshot_same"
    tell(
        say(key, lang, date=day, rows=number(len(frame), lang), twin=(twin or {}).get("date", "")),
        done=True,
    )
    return entry | {"modifie": not same}


def read_snapshots(store: str | Path) -> list[Snapshot]:
    """Read all lists of a store, oldest first.

    Parameters
    ----------
    store
        The folder of the store.

    Returns
    -------
    list of Snapshot
        The day, the places, and the SHA-256 that was checked.

    Raises
    ------
    DataError
        If there is no store there, or a list is missing or was altered.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.embedded import embedded_path
    >>> store = tempfile.mkdtemp()
    >>> _ = keep_snapshot(embedded_path("demo/epn-demonstration.csv"), store, "2026-01-01")
    >>> [(one.date, len(one.places)) for one in read_snapshots(store)]
    [('2026-01-01', 153)]
    """
    store = Path(store)
    known = _index(store)
    if not known:
        raise DataError(f"{store} holds no list: epn-geo snapshot LIST --store {store} makes one.")
    return [_read(store, entry) for entry in known]


def _read(store: Path, entry: dict[str, Any]) -> Snapshot:
    """Read a list, and check that it is the one that was kept."""
    file = store / entry["fichier"]
    if not file.is_file():
        raise DataError(f"{file}, the list of {entry['date']}, is missing from the store.")
    if file_hash(file) != entry["sha256"]:
        raise DataError(
            f"{file}, the list of {entry['date']}, was altered: its SHA-256 differs. Put back "
            "the file from a backup, or keep the list again with --replace."
        )
    return Snapshot(entry["date"], gpd.read_parquet(file), entry["sha256"])


def _index(store: Path) -> list[dict[str, Any]]:
    """Read what is kept, oldest first."""
    record = last_record(store, INDEX)
    if record is None and (store / INDEX).exists():
        raise DataError(f"{store / INDEX} cannot be read: put it back from a backup.")
    entries: list[dict[str, Any]] = (record or {}).get("listes", [])
    return entries


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise DataError(f"{text!r} is not a day: write it as 2026-11-01.") from None
