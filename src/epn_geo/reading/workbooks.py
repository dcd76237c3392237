"""Workbooks: the values of every sheet, a formula counting for its last result."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from pathlib import Path
from xml.etree.ElementTree import ParseError

from epn_geo.errors import DataError

Row = tuple[object, ...]

# What a file that is cut, or only looks like a workbook, makes the reader raise.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    EOFError,
    OSError,
)


def read_sheets(path: Path) -> dict[str, list[Row]]:
    """Read the values of every sheet of a workbook.

    Parameters
    ----------
    path
        An XLSX file.

    Returns
    -------
    dict
        The rows of each sheet, by its title, from its first line. A formula gives the result the
        workbook stores; where it stores none, the formula itself.

    Raises
    ------
    DataError
        If the workbook is damaged.

    Examples
    --------
    >>> import openpyxl
    >>> from tempfile import TemporaryDirectory
    >>> book = openpyxl.Workbook()
    >>> book.active.append(["nom", "=1+1"])
    >>> with TemporaryDirectory() as folder:
    ...     book.save(Path(folder, "a.xlsx"))
    ...     read_sheets(Path(folder, "a.xlsx"))
    {'Sheet': [('nom', '=1+1')]}
    """
    try:
        with warnings.catch_warnings():
            # What openpyxl does not keep (styles, validations) does not matter to a reader.
            warnings.simplefilter("ignore")
            sheets = _values(path, results=False)
            if not any(_is_formula(v) for rows in sheets.values() for row in rows for v in row):
                return sheets
            results = _values(path, results=True)
    except _DAMAGED as error:
        raise DataError(f"{path.name} is damaged and cannot be read as a workbook.") from error
    return {title: _computed(rows, results[title]) for title, rows in sheets.items()}


def _values(path: Path, *, results: bool) -> dict[str, list[Row]]:
    import openpyxl  # noqa: PLC0415 - slow to import, needed for workbooks only

    book = openpyxl.load_workbook(path, read_only=True, data_only=results)
    try:
        sheets: dict[str, list[Row]] = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write a size that is wrong
            sheets[sheet.title] = list(sheet.iter_rows(values_only=True))
        return sheets
    finally:
        book.close()


def _is_formula(value: object) -> bool:
    """Tell a formula, plain or of a block of cells."""
    return (isinstance(value, str) and value.startswith("=")) or hasattr(value, "ref")


def _computed(formulas: list[Row], results: list[Row]) -> list[Row]:
    """Put the stored results in place of the formulas."""
    return [
        tuple(_result(cell, stored) for cell, stored in zip(row, line, strict=True))
        for row, line in zip(formulas, results, strict=True)
    ]


def _result(cell: object, stored: object) -> object:
    if not _is_formula(cell):
        return cell
    return getattr(cell, "text", cell) if stored is None else stored
