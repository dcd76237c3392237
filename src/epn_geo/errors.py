"""Every error the library raises, on one page.

::

    EpnGeoError                     catch this one to catch them all
    ├── DataError(ValueError)       something in what was given cannot be used
    │   ├── CrsError                a coordinate reference system is missing, mixed or unsuitable
    │   └── ColumnError             a column is missing or holds the wrong kind of thing
    └── DownloadError(OSError)      something could not be brought from the network

A message says what is wrong, which value, where, and what to do about it. Problems *in* the data
(a wrong postcode, a place in the sea) are not errors: they are rows of a findings table.
"""

from __future__ import annotations

import difflib
import errno
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path


class EpnGeoError(Exception):
    """Base of all errors of this library."""


class DataError(EpnGeoError, ValueError):
    """Something in what was given cannot be used."""


class CrsError(DataError):
    """A coordinate reference system is missing, mixed or unsuitable."""


class ColumnError(DataError):
    """A column is missing or holds the wrong kind of thing."""


class DownloadError(EpnGeoError, OSError):
    """Something could not be brought from the network."""


@lru_cache(maxsize=16_384)  # lists hold the same words over and over
def fold(text: str) -> str:
    """Give `text` without accents, case, or punctuation, for comparing what people type.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        Lower-case letters and digits, words separated by one space.

    Examples
    --------
    >>> fold("Saint-Lô  (L’Écluse)")
    'saint lo l ecluse'
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "OE"))
    plain = "".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def did_you_mean(value: str, choices: Iterable[str]) -> str:
    """Give the end of an error message that proposes the closest of `choices`, or nothing.

    Parameters
    ----------
    value
        What was typed.
    choices
        What would have been understood.

    Returns
    -------
    str
        ``" Did you mean 'x'?"`` or an empty string.

    Examples
    --------
    >>> did_you_mean("Calvadso", ["Calvados", "Manche"])
    " Did you mean 'Calvados'?"
    >>> did_you_mean("Lyon", ["Calvados", "Manche"])
    ''
    """
    folded = {fold(choice): choice for choice in choices}
    close = difflib.get_close_matches(fold(value), folded, n=1, cutoff=0.7)
    return f" Did you mean {folded[close[0]]!r}?" if close else ""


_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY)


@contextmanager
def writing_to(path: str | Path) -> Iterator[None]:
    """Turn what a system refuses to write into a sentence that says what to do.

    Parameters
    ----------
    path
        The file or folder that is wanted.

    Yields
    ------
    None
        The block that writes.

    Raises
    ------
    DataError
        If the disk is full, the place is forbidden, the file is open in another program, or a file
        stands where a folder is wanted, or a folder where a file is.

    Examples
    --------
    >>> with writing_to("tableaux.xlsx"):
    ...     raise PermissionError(13, "Permission denied")
    Traceback (most recent call last):
        ...
    epn_geo.errors.DataError: tableaux.xlsx cannot be written (Permission denied): close it ...
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, EpnGeoError):
            raise
        raise DataError(_unwritable(Path(path), error)) from error


def _unwritable(path: Path, error: OSError) -> str:
    """Say why a file could not be written, and what to do about it."""
    if error.errno in _FULL:
        return f"{path} cannot be written: the disk is full. Make room, or choose another place."
    if path.is_dir() and error.errno in (errno.EISDIR, errno.ENOTEMPTY, errno.EEXIST):
        return f"{path} is a folder: give the name of a file in it."
    above = next((one for one in path.parents if one.is_file()), None)
    if above is not None:
        return f"{path} cannot be written: {above} is a file, and no folder."
    reason = error.strerror or str(error)
    if error.errno in _FORBIDDEN:
        return (
            f"{path} cannot be written ({reason}): close it if it is open in another program, such "
            "as a spreadsheet, or choose another place with -o."
        )
    return f"{path} cannot be written ({reason}): choose another place with -o."
