"""Where a file was fetched from: a record written beside it, read again by whoever uses it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

from epn_geo.labels import Lang, say
from epn_geo.network.cache import Record
from epn_geo.writing import file_hash, write_json

SUFFIX = ".provenance.json"


class Provenance(NamedTuple):
    """What is known of a fetched file.

    Attributes
    ----------
    fichier, sha256
        The file, and the hash of its bytes when it was written.
    source, producteur, licence
        What it is, whose, under which licence.
    url
        Where it was found, after redirects.
    date
        The day the server gives to the data (YYYY-MM-DD); the day of the answer when it gives none.
    consulte_le
        The day the server last answered.
    lignes
        How many rows it has.
    """

    fichier: str
    source: str
    producteur: str
    licence: str
    url: str
    date: str
    consulte_le: str
    lignes: int
    sha256: str


class Source(NamedTuple):
    """A source as it is named on what is made from it."""

    source: str
    producteur: str
    licence: str


def write_provenance(
    path: str | Path, source: Source, record: Record, *, rows: int, date: str = ""
) -> Path:
    """Write the record of a fetched file beside it.

    Parameters
    ----------
    path
        The file, already written.
    source
        What it is.
    record
        Of the answer it came from.
    rows
        How many rows it has.
    date
        The day of the data (YYYY-MM-DD), where the service tells it better than the headers.

    Returns
    -------
    pathlib.Path
        The record: the file's name and ``.provenance.json``.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "epn.csv"
    >>> _ = file.write_text("id,nom")
    >>> answered = "Mon, 23 Nov 2026 10:00:00 GMT"
    >>> record = Record("https://a.fr/", "https://a.fr/b", "", answered, "", "", "", "", 0)
    >>> source = Source("EPN labellisés", "Région Normandie", "Licence Ouverte 2.0")
    >>> write_provenance(file, source, record, rows=0).name
    'epn.csv.provenance.json'
    >>> read_provenance(file).date
    '2026-11-23'
    """
    path = Path(path)
    answered = _day(record.date) or record.received[:10]
    provenance = Provenance(
        fichier=path.name,
        source=source.source,
        producteur=source.producteur,
        licence=source.licence,
        url=record.final_url,
        date=date or _day(record.last_modified) or answered,
        consulte_le=answered,
        lignes=rows,
        sha256=file_hash(path),
    )
    return write_json(provenance._asdict(), path.with_name(path.name + SUFFIX))


def read_provenance(path: str | Path) -> Provenance | None:
    """Read the record beside a file.

    Parameters
    ----------
    path
        A file, fetched or not.

    Returns
    -------
    Provenance or None
        None when there is no record, or when the file is no longer the one that was fetched: what
        somebody changed is not what the producer published.

    Examples
    --------
    >>> read_provenance("nowhere.csv") is None
    True
    """
    path = Path(path)
    beside = path.with_name(path.name + SUFFIX)
    if not (path.is_file() and beside.is_file()):
        return None
    try:
        found = Provenance(**json.loads(beside.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        return None
    return found if found.sha256 == file_hash(path) else None


def carry_provenance(
    path: str | Path, inputs: Iterable[str | Path], done: str, *, rows: int
) -> Path | None:
    """Write beside a file made from others where those were fetched from.

    Parameters
    ----------
    path
        The file made.
    inputs
        The files it was made from.
    done
        What was done to them, in French, as "géocodés (IGN)".
    rows
        How many rows it has.

    Returns
    -------
    pathlib.Path or None
        The record; None when no input was fetched. Its day is that of the oldest input, and an
        input that was not fetched is named by its file.

    Examples
    --------
    >>> carry_provenance("placed.csv", ["nowhere.csv"], "géocodés (IGN)", rows=3) is None
    True
    """
    path, files = Path(path), [Path(each) for each in inputs]
    each = [read_provenance(file) for file in files]
    found = [provenance for provenance in each if provenance is not None]
    if not found:
        return None
    names = [file.name if p is None else p.source for file, p in zip(files, each, strict=True)]
    carried = Provenance(
        fichier=path.name,
        source=f"{' + '.join(names)}, {done}",
        producteur=" + ".join(dict.fromkeys(p.producteur for p in found)),
        licence=" + ".join(dict.fromkeys(p.licence for p in found)),
        url=" ".join(dict.fromkeys(p.url for p in found)),
        date=min(p.date for p in found),
        consulte_le=min(p.consulte_le for p in found),
        lignes=rows,
        sha256=file_hash(path),
    )
    return write_json(carried._asdict(), path.with_name(path.name + SUFFIX))


def source_line(provenance: Provenance, lang: Lang = "fr") -> str:
    """Say in one sentence where a file is from, for the foot of a map or a sheet.

    Parameters
    ----------
    provenance
        Of the file.
    lang
        Language.

    Returns
    -------
    str
        Source, producer, day, number of rows, licence.

    Examples
    --------
    >>> words = ("a.csv", "EPN", "Région", "LO", "https://a.fr", "2026-11-20", "2026-11-23")
    >>> found = Provenance(*words, lignes=143, sha256="")
    >>> source_line(found)
    'EPN : Région, données du 2026-11-20, 143 lignes. LO.'
    """
    return say(
        "source_fetched",
        lang,
        source=provenance.source,
        producer=provenance.producteur,
        date=provenance.date,
        rows=provenance.lignes,
        licence=provenance.licence,
    )


def _day(header: str) -> str:
    """Give the day of an HTTP date, empty where it is none."""
    try:
        return parsedate_to_datetime(header).date().isoformat()
    except ValueError:
        return ""
