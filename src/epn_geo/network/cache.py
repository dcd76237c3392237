"""What was brought from the network, kept on disk with where it came from.

One file per request, written whole or not at all: a first line of JSON (the `Record`), then the
bytes of the answer. The name is the SHA-256 of the whole request, so that two requests that differ
in anything never share an answer. A file that no longer agrees with its record is not served.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import platformdirs

from epn_geo.writing import atomic_path

SUFFIX = ".answer"


class Record(NamedTuple):
    """Where an answer came from.

    Attributes
    ----------
    url
        What was asked, parameters included.
    final_url
        Where it was found, after redirects.
    received
        When it was last received or confirmed by the server: ISO 8601, UTC.
    date, last_modified, etag
        What the server said of it; empty where it said nothing.
    media_type
        As ``application/json``.
    sha256, size
        Of the bytes kept.
    """

    url: str
    final_url: str
    received: str
    date: str
    last_modified: str
    etag: str
    media_type: str
    sha256: str
    size: int


class Kept(NamedTuple):
    """An answer as it was kept."""

    content: bytes
    record: Record


class Cache:
    """A folder of answers.

    Parameters
    ----------
    folder
        Where to; by default the folder that the system gives programs for such things
        (``~/.cache/epn-geo`` on Linux).

    Examples
    --------
    >>> import tempfile
    >>> cache = Cache(Path(tempfile.mkdtemp()))
    >>> record = Record("https://a.fr/", "https://a.fr/", "2026-01-31T12:00:00+00:00", *[""] * 5, 0)
    >>> cache.write("0" * 64, b"bonjour", record)
    >>> cache.read("0" * 64).content, len(list(cache.records())), cache.clear()
    (b'bonjour', 1, 1)
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = (
            platformdirs.user_cache_path("epn-geo", appauthor=False) / "answers"
            if folder is None
            else Path(folder)
        )

    def read(self, key: str) -> Kept | None:
        """Give what was kept under a key; None when there is nothing whole."""
        path = self.folder / f"{key}{SUFFIX}"
        if not path.is_file():
            return None
        head, _, content = path.read_bytes().partition(b"\n")
        record = _parse(head)
        if record is None or hashlib.sha256(content).hexdigest() != record.sha256:
            return None
        return Kept(content, record)

    def write(self, key: str, content: bytes, record: Record) -> None:
        """Keep an answer; its size and hash are computed here."""
        whole = record._replace(sha256=hashlib.sha256(content).hexdigest(), size=len(content))
        head = json.dumps(whole._asdict(), ensure_ascii=False).encode()
        with atomic_path(self.folder / f"{key}{SUFFIX}") as temporary:
            temporary.write_bytes(head + b"\n" + content)

    def records(self) -> Iterator[Record]:
        """Give the record of each answer kept, sorted by address, without reading the answers."""
        found = []
        for path in self._paths():
            with path.open("rb") as stream:
                found.append(_parse(stream.readline()))
        yield from sorted(record for record in found if record is not None)

    def clear(self) -> int:
        """Remove every answer and tell how many there were."""
        paths = self._paths()
        for path in paths:
            path.unlink()
        return len(paths)

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{SUFFIX}")) if self.folder.is_dir() else []


def age_s(record: Record, now: float) -> float:
    """Give how long ago an answer was received or confirmed, in seconds.

    Parameters
    ----------
    record
        Of an answer.
    now
        Seconds since 1970.

    Returns
    -------
    float
        Seconds; infinite when the date cannot be read or is to come.

    Examples
    --------
    >>> record = Record("", "", "1970-01-01T00:01:00+00:00", *[""] * 5, 0)
    >>> age_s(record, now=90.0)
    30.0
    """
    try:
        age = now - datetime.fromisoformat(record.received).timestamp()
    except ValueError:
        return float("inf")
    return age if age >= 0 else float("inf")


def stamp(now: float) -> str:
    """Give a moment as it is written in a record.

    Parameters
    ----------
    now
        Seconds since 1970.

    Returns
    -------
    str
        ISO 8601, UTC, to the second.

    Examples
    --------
    >>> stamp(90.0)
    '1970-01-01T00:01:30+00:00'
    """
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")


def _parse(head: bytes) -> Record | None:
    try:
        return Record(**json.loads(head))
    except (ValueError, TypeError):
        return None
