"""Workbooks: the values of every sheet, a formula counting for its last result."""

from __future__ import annotations

import contextlib
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import ParseError

from epn_geo.errors import DataError

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

Row = tuple[object, ...]
Merged = list[tuple[tuple[int, int], tuple[int, int]]]

# What a file that is cut, or only looks like a workbook, makes the readers raise.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    OSError,
)


class Grid(NamedTuple):
    """The rows of a sheet from its first line, and the lines to which a merged cell was carried."""

    rows: list[Row]
    carried: list[int]


def read_sheets(path: Path, kind: str = "xlsx") -> dict[str, Grid]:
    """Read the values of every sheet of a workbook.

    Parameters
    ----------
    path
        A workbook.
    kind
        ``xlsx``, ``xls``, ``xlsb`` or ``ods``.

    Returns
    -------
    dict
        A `Grid` for each sheet, by its title. A formula gives the result the workbook stores;
        where an ``xlsx`` stores none, the formula itself. A cell merged over several lines of one
        column counts for each of these lines that holds something else.

    Raises
    ------
    DataError
        If the workbook is damaged, or protected by a password.

    Examples
    --------
    >>> import openpyxl
    >>> from tempfile import TemporaryDirectory
    >>> book = openpyxl.Workbook()
    >>> book.active.append(["nom", "=1+1"])
    >>> with TemporaryDirectory() as folder:
    ...     book.save(Path(folder, "a.xlsx"))
    ...     read_sheets(Path(folder, "a.xlsx"))
    {'Sheet': Grid(rows=[('nom', '=1+1')], carried=[])}
    """
    read = _excel if kind == "xlsx" else _other
    try:
        with warnings.catch_warnings():
            # What the readers do not keep (styles, validations) does not matter here.
            warnings.simplefilter("ignore")
            sheets = read(path)
    except _DAMAGED as error:
        raise DataError(f"{path.name} is damaged and cannot be read as a workbook.") from error
    merged = _merged(path)
    return {title: _carry(rows, merged.get(title, [])) for title, rows in sheets.items()}


# -- Excel since 2007


def _excel(path: Path) -> dict[str, list[Row]]:
    sheets = _values(path, results=False)
    if not any(_is_formula(v) for rows in sheets.values() for row in rows for v in row):
        return sheets
    results = _values(path, results=True)
    return {title: _computed(rows, results[title]) for title, rows in sheets.items()}


def _values(path: Path, *, results: bool) -> dict[str, list[Row]]:
    import openpyxl  # noqa: PLC0415 - slow to import, needed for workbooks only

    with path.open("rb") as file:  # opened here, for openpyxl goes by the file's name
        book = openpyxl.load_workbook(file, read_only=True, data_only=results)
        sheets: dict[str, list[Row]] = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write a size that is wrong
            sheets[sheet.title] = list(sheet.iter_rows(values_only=True))
        return sheets


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


# -- older Excel, binary Excel, LibreOffice


def _other(path: Path) -> dict[str, list[Row]]:
    with _Calamine(path) as book:
        return {
            title: [
                tuple(None if value == "" else value for value in row)
                for row in book.get_sheet_by_name(title).to_python(skip_empty_area=False)
            ]
            for title in _titles(book)
        }


def _titles(book: CalamineWorkbook) -> list[str]:
    """Name the sheets that are tables: not those that are a chart."""
    from python_calamine import SheetTypeEnum  # noqa: PLC0415 - needed for workbooks only

    return [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]


def _merged(path: Path) -> dict[str, Merged]:
    """Give the merged cells of each sheet, where the format's reader tells them."""
    with contextlib.suppress(*_DAMAGED), _Calamine(path) as book:
        return {
            title: book.get_sheet_by_name(title).merged_cell_ranges or [] for title in _titles(book)
        }
    return {}


class _Calamine:
    """A workbook open in Calamine, whose complaints become ours."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> CalamineWorkbook:
        import python_calamine  # noqa: PLC0415 - needed for workbooks only

        try:
            self._book = python_calamine.CalamineWorkbook.from_path(self.path)
        except BaseException as error:
            self._complain(error)
            raise
        return self._book

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._book.close()
        if error is not None:
            self._complain(error)

    def _complain(self, error: BaseException) -> None:
        """Turn what Calamine raises, and the panics of the language it is written in, to ours."""
        import python_calamine as calamine  # noqa: PLC0415 - as above

        if isinstance(error, calamine.PasswordError):
            raise DataError(
                f"{self.path.name} is protected by a password: save a copy without one."
            ) from error
        if isinstance(error, calamine.CalamineError) or type(error).__name__ == "PanicException":
            raise ValueError(str(error)) from error


def _carry(rows: list[Row], merged: Merged) -> Grid:
    """Write a cell that was merged down a column into each line it stands for."""
    grid, carried = list(rows), set()
    for (top, left), (bottom, right) in merged:
        if left != right or top >= len(grid) or left >= len(grid[top]):
            continue
        value = grid[top][left]
        for line in range(top + 1, min(bottom + 1, len(grid))):
            row = grid[line]
            if value is None or all(cell in (None, "") for cell in row):
                continue
            wide = [*row, *[None] * (left + 1 - len(row))]
            wide[left] = value
            grid[line] = tuple(wide)
            carried.add(line + 1)
    return Grid(grid, sorted(carried))
