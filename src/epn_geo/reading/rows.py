"""Rows of a file that are no places: blank ones, totals and notes, the header once more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Masks = npt.NDArray[np.bool_]

_MOST = 40  # pieces of a list of lines that are told; the rest is a sign that there are more
_CLOSING = re.compile(
    r"(?:sous[- ]?)?tota(?:l|ux)\b"
    r"|nombre(?:\s+total)?(?:\s+(?:d[e’']|des).*)?\s*:?\s*$"
    r"|(?:sources?|légendes?|nota|nb|n\.b\.)\s*:",
    re.IGNORECASE,
)
# What says where a place is: a row that has any of it is a place, whatever it is called.
_SOMEWHERE = ("code_insee", "code_postal", "adresse", "point")


def line_ranges(lines: Iterable[int], most: int = _MOST, lang: str = "fr") -> str:
    """Write the numbers of lines, those that follow each other as one piece.

    Parameters
    ----------
    lines
        Numbers, in order.
    most
        How many pieces are told; beyond, a sign that there are more.
    lang
        ``"fr"`` or ``"en"``.

    Returns
    -------
    str
        The numbers, as a reader expects them.

    Examples
    --------
    >>> line_ranges([3, 5, 6, 7, 10, 11]), line_ranges([])
    ('3, 5 à 7, 10, 11', '')
    """
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    pieces = []
    for first, last in runs:
        if last - first > 1:
            pieces.append(f"{first} {'à' if lang == 'fr' else 'to'} {last}")
        else:
            pieces.extend(str(line) for line in range(first, last + 1))
    return ", ".join(pieces[:most]) + ("…" if len(pieces) > most else "")


def blank_note(lines: Sequence[int]) -> str:
    """Say which rows were blank.

    Parameters
    ----------
    lines
        Their numbers.

    Returns
    -------
    str
        A note in French, empty when there is none.

    Examples
    --------
    >>> blank_note([3, 4, 5]), blank_note([9])
    ('3 lignes vides ignorées (lignes 3 à 5)', '1 ligne vide ignorée (ligne 9)')
    """
    if not len(lines):
        return ""
    several = len(lines) > 1
    count = f"{len(lines)} lignes vides ignorées" if several else "1 ligne vide ignorée"
    return f"{count} (ligne{'s' if several else ''} {line_ranges(lines)})"


def not_places(cells: pd.DataFrame, headers: Sequence[str], fields: pd.DataFrame) -> Masks:
    """Tell the rows that are totals, notes, or the header once more.

    Parameters
    ----------
    cells
        The table as text.
    headers
        The names its columns have in the file.
    fields
        The columns of it that say where a place is (``commune``, ``code_insee``,
        ``code_postal``, ``adresse``, ``latitude``, ``longitude``, ``point``), as far as known.

    Returns
    -------
    numpy.ndarray of bool
        True for a row whose first cell begins like a total or a note, and that says nowhere where
        it is; and for a row that holds the names of the columns.

    Examples
    --------
    >>> names, towns = ["EPN", "TOTAL", "Total Caen"], ["Caen", "1", "Caen"]
    >>> cells = pd.DataFrame({"nom": names, "commune": towns})
    >>> not_places(cells, ["nom", "commune"], cells).tolist()
    [False, True, False]
    """
    rows = cells.to_numpy(dtype=object)
    again = np.zeros(len(rows), dtype=bool)
    if len(headers) == rows.shape[1] and len(rows):
        names = np.array(headers, dtype=object)
        again = (rows == names).all(axis=1) & (sum(map(bool, headers)) > 1)
    firsts = [next((cell for cell in row if cell), "") for row in rows]
    closing = np.array([bool(_CLOSING.match(first)) for first in firsts], dtype=bool)
    for position in np.flatnonzero(closing):
        closing[position] = not _is_somewhere(fields.iloc[position])
    mask: Masks = again | closing
    return mask


def _is_somewhere(row: pd.Series[str]) -> bool:
    """Tell whether a row says where it is: an address, a code, a name of commune, two numbers."""
    if any(row.get(field, "") for field in _SOMEWHERE):
        return True
    if row.get("commune", "")[:1].isalpha():
        return True
    return all(any(c.isdigit() for c in row.get(axis, "")) for axis in ("latitude", "longitude"))
