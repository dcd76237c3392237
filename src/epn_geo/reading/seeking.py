"""The rows and columns of a table of places: which rows are none, which column holds what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from epn_geo.errors import ColumnError
from epn_geo.reading.guesses import (
    Claim,
    claim_of,
    likely_column,
    missing_note,
    point_column,
    unfit_columns,
)
from epn_geo.reading.headers import match_headers
from epn_geo.reading.repairs import quoted
from epn_geo.reading.rows import blank_note, not_places
from epn_geo.reading.tabling import Table, keep_rows

_WHERE = ("commune", "code_insee", "code_postal", "adresse", "latitude", "longitude", "point")


class Vocabulary(NamedTuple):
    """What columns may be called, and which fields there are.

    Attributes
    ----------
    names
        From a name without accents, case and signs to the field it claims.
    fields
        The fields of a place.
    required
        Those that every list should have, but for `id`, which is made where there is none.
    """

    names: Mapping[str, Claim]
    fields: tuple[str, ...]
    required: tuple[str, ...]


class Sought(NamedTuple):
    """The rows of a table that are places, the column of each field, and notes in French."""

    table: Table
    columns: dict[str, str]
    notes: list[str]


def seek_places(
    table: Table, words: Vocabulary, chosen: Mapping[str, str | None], name: str
) -> Sought:
    """Find the columns of a table, and leave out the rows that are no places.

    Parameters
    ----------
    table
        A table.
    words
        What columns may be called.
    chosen
        Columns chosen by the caller, by field; None for a field that no column holds.
    name
        The file's name, for messages.

    Returns
    -------
    Sought
        Without blank rows, totals and repeated headers; the notes say which they were.

    Raises
    ------
    ColumnError
        If nothing in the table says where places are, or two columns could be one field.

    Examples
    --------
    >>> from epn_geo.reading.tabling import assemble
    >>> lines = [["Nom", "Ville"], ["EPN", "Flers"], ["", ""], ["TOTAL", "1"]]
    >>> names = {"nom": ("nom", 0), "ville": ("commune", 1)}
    >>> words = Vocabulary(names, ("nom", "commune"), ("nom",))
    >>> table = assemble(lines, [], "a.csv", lambda text: text.lower() in names, kind="csv")
    >>> sought = seek_places(table, words, {}, "a.csv")
    >>> sought.table.lines.tolist(), sought.columns
    ([2], {'nom': 'Nom', 'commune': 'Ville'})
    >>> sought.notes[0], sought.notes[-1]
    ('1 ligne vide ignorée (ligne 3)', 'ligne 4 ignorée, ce n’est pas un lieu (« TOTAL | 1 »)')
    """
    table, notes = _without_blanks(table)
    found = _find_columns(table, words, chosen, notes, name)
    return Sought(_without_totals(table, found, notes), found, notes)


def _without_blanks(table: Table) -> tuple[Table, list[str]]:
    """Leave out the rows that hold nothing at all, and say which."""
    blank = (table.cells == "").all(axis=1).to_numpy()
    if table.geometry is not None:
        blank = blank & table.geometry.isna().to_numpy()
    note = blank_note(table.lines[blank].tolist())
    return keep_rows(table, ~blank), [note] if note else []


def _without_totals(table: Table, found: Mapping[str, str], notes: list[str]) -> Table:
    """Leave out totals, notes under the list and headers repeated in it, and say which."""
    fields = pd.DataFrame({field: table.cells[found[field]] for field in _WHERE if field in found})
    out = not_places(table.cells, table.headers, fields)
    if table.geometry is not None:
        out = out & table.geometry.isna().to_numpy()
    for row in np.flatnonzero(out):
        held = quoted(" | ".join(filter(None, table.cells.iloc[row])))
        notes.append(f"ligne {table.lines[row]} ignorée, ce n’est pas un lieu ({held})")
    return keep_rows(table, ~out)


def _find_columns(
    table: Table,
    words: Vocabulary,
    chosen: Mapping[str, str | None],
    notes: list[str],
    name: str,
) -> dict[str, str]:
    """Find the column of each field: by its name, then by what it holds."""

    def claim(header: str) -> Claim | None:
        return claim_of(header, words.names)

    truncated = _truncated_names(table, words.fields) if table.kind == "shp" else {}
    headers = match_headers(
        table.cells,
        [truncated.get(header, header) for header in table.headers],
        claim_of=claim,
        chosen=chosen,
        fields=(*words.fields, "point"),
        name=name,
    )
    found = headers.columns
    notes.extend(headers.notes)
    for field, why in unfit_columns(table.cells, found, claim).items():
        if field not in chosen:
            del found[field]
            notes.append(why)
    shapes = table.geometry is not None and bool(table.geometry.notna().any())
    if not shapes and not {"latitude", "longitude", "point"} & (found.keys() | chosen.keys()):
        column = point_column(table.cells, found.values())
        if column is not None:
            found["point"] = column
            notes.append(f"colonne {column} lue comme coordonnées, d’après ce qu’elle contient")
    _require_somewhere(found, table, words, name)
    kinds = (
        () if {"typologie", "format_fs", "id_fs"} & {*found, *found.values()} else ("categorie",)
    )
    wanted = (*words.required, *kinds)
    missing = [field for field in wanted if field not in found and field not in chosen]
    unread = [str(c) for c in table.cells.columns if c not in found.values()]
    if missing and len(table.lines):
        notes.append(missing_note(missing, unread, words.names))
    return found


def _require_somewhere(
    found: Mapping[str, str], table: Table, words: Vocabulary, name: str
) -> None:
    """Refuse a table that says nowhere where its places are."""
    shapes = table.geometry is not None and bool(table.geometry.notna().any())
    pair = {"latitude", "longitude"} <= found.keys() or "point" in found
    if shapes or pair or {"commune", "code_insee"} & found.keys() or not table.headers:
        return
    headers = ", ".join(f"{header[:40]!r}" for header in table.headers[:12])
    raise ColumnError(
        f"{name}: no column gives coordinates (latitude and longitude) or a commune (commune, "
        f"code_insee). Its columns are {headers}.{_advice(table, words)}"
    )


def _advice(table: Table, words: Vocabulary) -> str:
    """Say what to do about a table where nothing tells where places are."""
    if len(table.headers) == 1 and table.kind == "csv":
        return " Is it one column? Cells are separated by a comma, a semicolon, a tab or a bar."
    if any(re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", header) for header in table.headers):
        return " Its first row seems to be a place: write the names of the columns above it."
    for field in ("commune", "code_insee", "latitude", "longitude"):
        if near := likely_column(field, table.headers, words.names):
            return (
                f" Did you mean {near!r} for {field!r}? Then --column {field}={near} (in Python, "
                f"columns={{{field!r}: {near!r}}})."
            )
    return " Name them: --column commune=… (in Python, columns={'commune': …})."


def _truncated_names(table: Table, known: tuple[str, ...]) -> dict[str, str]:
    """Give the whole names of columns that a Shapefile cut at ten characters.

    Two columns of the standard cut alike are told apart only when both are there.
    """
    held = set(table.headers)
    names: dict[str, list[str]] = {}
    for field in known:
        if len(field) > 10:
            names.setdefault(field[:10], []).append(field)
    whole: dict[str, str] = {}
    for cut, fields in names.items():
        cuts = [cut, *(f"{cut[:8]}_{rank}" for rank in range(1, len(fields)))]
        if held.issuperset(cuts):
            whole |= dict(zip(cuts, fields, strict=True))
    return whole
