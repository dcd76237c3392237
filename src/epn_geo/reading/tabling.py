"""Records into a table: the header found, rows as long as it, cells as clean text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from epn_geo.errors import DataError

IsKnown = Callable[[str], bool]

#: The lines at the top of a sheet among which the header is looked for.
HEADER_SEARCH = 20

#: The column that receives the cells found beyond the last column of the header.
EXTRA_CELLS = "cellules_en_trop"


class Table(NamedTuple):
    """A file's rows as text.

    Attributes
    ----------
    cells
        One text column per column of the file, in order, under unique names; empty text where
        there is nothing.
    headers
        The name each column has in the file.
    lines
        The number of each row: as a spreadsheet shows it, or the feature's rank from 1.
    file_notes
        What was recognised about the whole file, in French.
    row_notes
        What was set right in a row, by its position.
    geometry
        The shapes, in the file's CRS (None where the file does not say), for geographic files.
    kind
        ``csv``, ``xlsx`` (any workbook), ``json``, ``gpkg``, ``shp`` or ``parquet``.
    """

    cells: pd.DataFrame
    headers: list[str]
    lines: npt.NDArray[np.int64]
    file_notes: list[str]
    row_notes: dict[int, list[str]]
    geometry: gpd.GeoSeries | None
    kind: str


def keep_rows(table: Table, kept: npt.NDArray[np.bool_]) -> Table:
    """Give a table without some of its rows.

    Parameters
    ----------
    table
        A table.
    kept
        One truth value per row.

    Returns
    -------
    Table
        The rows kept, under their own numbers and notes.

    Examples
    --------
    >>> cells = pd.DataFrame({"nom": ["a", "", "b"]}, dtype="str")
    >>> lines = np.array([2, 3, 4])
    >>> table = Table(cells, ["nom"], lines, [], {2: ["ligne : 1 cellule"]}, None, "csv")
    >>> fewer = keep_rows(table, np.array([True, False, True]))
    >>> fewer.cells["nom"].tolist(), fewer.lines.tolist(), fewer.row_notes
    (['a', 'b'], [2, 4], {1: ['ligne : 1 cellule']})
    """
    if kept.all():
        return table
    rank = np.cumsum(kept) - 1
    notes = {int(rank[row]): told for row, told in table.row_notes.items() if kept[row]}
    shapes = None if table.geometry is None else table.geometry[kept].reset_index(drop=True)
    cells = table.cells[kept].reset_index(drop=True)
    return table._replace(cells=cells, lines=table.lines[kept], row_notes=notes, geometry=shapes)


def assemble(
    records: list[list[str]], notes: list[str], name: str, is_known: IsKnown, *, kind: str
) -> Table:
    """Find the header, drop trailing blank rows, make every row as long as the header.

    Parameters
    ----------
    records
        The cells of each line.
    notes
        What was recognised so far.
    name
        The file's name, for messages.
    is_known
        Tells whether a text is the name of a column.
    kind
        As in `Table`.

    Returns
    -------
    Table
        The rows under the header, with the numbers of their lines.

    Raises
    ------
    DataError
        If there is no line that holds anything.

    Examples
    --------
    >>> lines = [["Liste"], ["nom", "ville"], ["EPN", "Flers"], ["", ""]]
    >>> table = assemble(lines, [], "a.csv", {"nom", "ville"}.__contains__, kind="csv")
    >>> table.cells.values.tolist(), table.lines.tolist(), table.file_notes
    ([['EPN', 'Flers']], [3], ['en-tête trouvé à la ligne 2'])
    """
    rows = records[:]
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise DataError(f"{name} is empty.")
    top = _header_position(rows, is_known)
    if top:
        notes = [*notes, f"en-tête trouvé à la ligne {top + 1}"]
    headers = [cell.strip().lstrip("\ufeff") for cell in rows[top]]
    while headers and not headers[-1]:
        headers.pop()
    body = rows[top + 1 :]
    row_notes: dict[int, list[str]] = {}
    body, headers = _fit(body, headers, row_notes)
    columns = [[row[i] for row in body] for i in range(len(headers))]
    lines = np.arange(top + 2, top + 2 + len(body), dtype=np.int64)
    return make_table(headers, columns, lines, notes, row_notes=row_notes, geometry=None, kind=kind)


def _header_position(rows: list[list[str]], is_known: IsKnown) -> int:
    """Give the position of the header: the first row, unless it is a title above a better one."""
    first = next(i for i, row in enumerate(rows) if any(cell.strip() for cell in row))
    scores = [sum(map(is_known, row)) for row in rows[first : first + HEADER_SEARCH]]
    best = int(np.argmax(scores))
    is_title = scores[0] == 0 or sum(bool(cell.strip()) for cell in rows[first]) == 1
    is_title = is_title or scores[best] >= max(3, 2 * scores[0])  # names of groups of columns
    return first + best if is_title and scores[best] >= 2 else first


def _fit(
    body: list[list[str]], headers: list[str], row_notes: dict[int, list[str]]
) -> tuple[list[list[str]], list[str]]:
    """Make rows as long as the header; what is beyond it goes to a column of its own."""
    width = len(headers)
    spill: dict[int, str] = {}
    fitted = []
    for position, row in enumerate(body):
        beyond = [cell for cell in row[width:] if cell.strip()]
        if beyond:
            spill[position] = " | ".join(beyond)
            count = width + len(row[width:])
            row_notes[position] = [
                f"ligne : {count} cellules au lieu de {width}, le surplus est dans {EXTRA_CELLS}"
            ]
        elif len(row) < width and any(cell.strip() for cell in row):
            cells = "1 cellule" if len(row) == 1 else f"{len(row)} cellules"
            row_notes[position] = [f"ligne : {cells} au lieu de {width}"]
        fitted.append(row[:width] + [""] * (width - len(row)))
    if spill:
        headers = [*headers, EXTRA_CELLS]
        fitted = [[*row, spill.get(position, "")] for position, row in enumerate(fitted)]
    return fitted, headers


_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_EXCEL_TEXT = re.compile(r'="([^"]*)"')


def make_table(
    headers: list[str],
    columns: list[list[str]],
    lines: npt.NDArray[np.int64],
    file_notes: list[str],
    *,
    row_notes: dict[int, list[str]],
    geometry: gpd.GeoSeries | None,
    kind: str,
) -> Table:
    """Name the columns, clean their cells, and put everything together.

    Parameters
    ----------
    headers
        The names in the file, empty or repeated as they may be.
    columns
        The cells of each column.
    lines, file_notes, row_notes, geometry, kind
        As in `Table`.

    Returns
    -------
    Table
        Without the columns that have neither a name nor a cell.

    Examples
    --------
    >>> table = make_table(
    ...     ["nom", "nom", ""], [["a "], ["b"], [""]], np.array([2]), [],
    ...     row_notes={}, geometry=None, kind="csv",
    ... )
    >>> table.cells.to_dict("list")
    {'nom': ['a'], 'nom (2)': ['b']}
    """
    kept = [
        (header, cells)
        for header, cells in zip(headers, columns, strict=True)
        if header or any(cell.strip() for cell in cells)
    ]
    names = _unique_names([header for header, _ in kept])
    data = {
        name: pd.Series(_clean(cells, name, row_notes), dtype="str")
        for name, (_, cells) in zip(names, kept, strict=True)
    }
    frame = pd.DataFrame(data, index=pd.RangeIndex(len(lines)))
    return Table(frame, [h for h, _ in kept], lines, file_notes, row_notes, geometry, kind)


def _unique_names(headers: list[str]) -> list[str]:
    """Name each column: a repeated name gets a number, a missing one its rank."""
    names: list[str] = []
    for rank, header in enumerate(headers, start=1):
        wanted = header or f"colonne_{rank}"
        name, count = wanted, 1
        while name in names:
            count += 1
            name = f"{wanted} ({count})"
        names.append(name)
    return names


def _clean(cells: list[str], name: str, row_notes: dict[int, list[str]]) -> list[str]:
    """Trim cells; take out control characters and the ``="…"`` of spreadsheets, and say so."""
    cleaned = []
    for position, cell in enumerate(cells):
        text = cell.strip()
        if _CONTROLS.search(text):
            text = _CONTROLS.sub("", text).strip()
            note = f"{name} : caractère de contrôle retiré"
            row_notes.setdefault(position, []).append(note)
        if text.startswith('="') and (quoted := _EXCEL_TEXT.fullmatch(text)):
            text = quoted[1]
            note = f"{name} : formule de texte lue « {text} »"
            row_notes.setdefault(position, []).append(note)
        cleaned.append(text)
    return cleaned


def as_text(value: object) -> str:
    """Give a typed cell as the text one would have typed.

    Parameters
    ----------
    value
        A number, a date, a truth value, a list, a text, or nothing.

    Returns
    -------
    str
        Text; a whole number without ``.0``, a date as YYYY-MM-DD, a list joined by ``|``.

    Examples
    --------
    >>> as_text(14000.0), as_text(date(2026, 1, 31)), as_text(["a", "b"]), as_text(None)
    ('14000', '2026-01-31', 'a|b', '')
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    for kinds, write in _WRITERS:
        if isinstance(value, kinds):
            return write(value)
    return str(value)


def _date_text(value: datetime) -> str:
    return (value.date() if value.time() == time() else value).isoformat()


def _float_text(value: float) -> str:
    if np.isnan(value):
        return ""
    return np.format_float_positional(value, trim="-") if np.isfinite(value) else str(value)


_WRITERS: tuple[tuple[tuple[type, ...], Callable[[Any], str]], ...] = (
    ((bool, np.bool_), lambda value: "Oui" if value else "Non"),
    ((datetime,), _date_text),
    ((date, time), lambda value: cast("date", value).isoformat()),
    ((float, np.floating), _float_text),
    ((list, tuple, np.ndarray), lambda value: "|".join(map(as_text, value))),
    ((Mapping,), lambda value: json.dumps(value, ensure_ascii=False, default=str)),
)
