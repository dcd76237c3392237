"""Cells that hold several values: separators, and spellings of enumerated values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from epn_geo.errors import fold
from epn_geo.reading.repairs import quoted

Known = Mapping[str, tuple[str, str]]

# Where a cell is split, by column: web addresses may hold ; and , themselves.
_ANY = re.compile(r"\s*[|;\r\n]\s*|\s+/\s+")
_SPLITS = {
    "site_web": re.compile(r"\s*[|\r\n]\s*|\s+/\s+|\s*[;,]\s*(?=https?:|www\.)", re.I),
    "courriels": re.compile(r"\s*[|;,\r\n]\s*|\s+/\s+"),
    "typologie": re.compile(r"\s*[|;,/\r\n]\s*"),
}
_SIGNS = (
    (re.compile(r";"), "point-virgule"),
    (re.compile(r"[\r\n]"), "saut de ligne"),
    (re.compile(r"/"), "barre oblique"),
    (re.compile(r","), "virgule"),
)


class Values(NamedTuple):
    """A column of lists as read, what belongs to another column, and notes."""

    cells: pd.Series[str]
    moved: pd.DataFrame
    notes: pd.Series[str]


class _Read(NamedTuple):
    cell: str
    moved: dict[str, str]
    note: str


def read_values(cells: pd.Series[str], column: str, known: Known) -> Values:
    """Read a column of lists.

    Parameters
    ----------
    cells
        Text; empty where nothing.
    column
        The column's name: it tells how its cells are split.
    known
        Spellings understood: folded text to (the column the value belongs to, its spelling).

    Returns
    -------
    Values
        The cells with ``|`` and exact spellings (an unknown value stays as it is), the values that
        belong to other columns, and notes in French.

    Examples
    --------
    >>> known = {"gratuit": ("frais", "Gratuit"), "payant": ("frais", "Payant")}
    >>> read = read_values(pd.Series(["GRATUIT;payant", "Troc"]), "frais", known)
    >>> read.cells.tolist()
    ['Gratuit|Payant', 'Troc']
    >>> read.notes.tolist()
    ['liste séparée par point-virgule, « GRATUIT » lu « Gratuit », « payant » lu « Payant »', '']
    """
    read = {cell: _read(cell, column, known) for cell in cells.unique()}
    rows = [read[cell] for cell in cells]
    targets = sorted({target for row in rows for target in row.moved})
    moved = {target: [row.moved.get(target, "") for row in rows] for target in targets}
    return Values(
        pd.Series([row.cell for row in rows], index=cells.index, dtype="str"),
        pd.DataFrame(moved, index=cells.index, dtype="str"),
        pd.Series([row.note for row in rows], index=cells.index, dtype="str"),
    )


def _read(cell: str, column: str, known: Known) -> _Read:
    parts, sign = _parts(cell, column, known)
    notes = [f"liste séparée par {sign}"] if sign else []
    kept: list[str] = []
    moved: dict[str, list[str]] = {}
    for part in parts:
        target, value = known.get(fold(part), (column, part))
        if target == column:
            kept.append(value)
        else:
            moved.setdefault(target, []).append(value)
        if value != part or target != column:
            where = f" dans {target}" if target != column else ""
            notes.append(f"{quoted(part)} lu « {value} »{where}")
    return _Read(
        "|".join(dict.fromkeys(kept)),
        {target: "|".join(dict.fromkeys(values)) for target, values in moved.items()},
        ", ".join(notes),
    )


def _parts(cell: str, column: str, known: Known) -> tuple[list[str], str]:
    """Split a cell, and name the sign between its values when it is not ``|``."""
    if fold(cell) in known and not _ANY.search(cell):
        return [cell], ""
    split = _SPLITS.get(column, _ANY)
    parts = [part.strip() for part in split.split(cell) if part.strip()]
    if known and column not in _SPLITS:
        parts = [piece for part in parts for piece in _at_commas(part, known)]
    if len(parts) < 2:
        return parts, ""
    between = cell
    for part in sorted(parts, key=len, reverse=True):
        between = between.replace(part, "\0", 1)
    signs = [name for pattern, name in _SIGNS if pattern.search(between)]
    return parts, " et ".join(signs)


def _at_commas(part: str, known: Known) -> list[str]:
    """Split at commas only where every piece is then a value that is known."""
    pieces = [piece.strip() for piece in part.split(",")]
    whole = fold(part) in known or not all(fold(piece) in known for piece in pieces)
    return [part] if whole else pieces
