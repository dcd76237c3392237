"""A population grid: INSEE's inhabited cells of 200 m, of any vintage, as plain columns.

A cell is never made a geometry: 2.3 million of them are arrays of coordinates. INSEE replaces the
figures of cells with fewer than eleven households by estimates ("imputed" cells): they are meant to
be added up over a zone, never to be read or shown one by one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.geometry.arcs import Floats, Ints
from epn_geo.lattice import Seen, marks_of
from epn_geo.plurals import counted

# What INSEE has called each thing over the vintages 2010-2021, in the order of preference.
# Our own names come last: what `read_grid` gave can be written and read again.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "carreau": ("idcar_200m", "idinspire", "idcar", "idcar_nat", "idcar_1km", "carreau"),
    "population": ("ind", "ind_c", "population"),
    "impute": ("i_est_200", "i_est_cr", "i_est_1km", "impute"),
    "lcog_geo": ("lcog_geo", "depcom"),
    "men": ("men",),
    "men_pauv": ("men_pauv",),
    "ind_65_79": ("ind_65_79",),
    "ind_80p": ("ind_80p",),
}
REQUIRED = ("carreau", "population")
NUMBERS = ("population", "men", "men_pauv", "ind_65_79", "ind_80p")
CELL_ID = r"^CRS(?P<epsg>\d+)RES(?P<side>\d+)mN(?P<north>-?\d+)E(?P<east>-?\d+)$"


def read_grid(
    path: str | Path, *, columns: Mapping[str, str] | None = None, layer: str | None = None
) -> pd.DataFrame:
    r"""Read a population grid, such as INSEE's Filosofi at 200 m.

    Parameters
    ----------
    path
        CSV (also ``.csv.gz``), GeoPackage or Parquet. Shapes in it are not read: a cell's
        identifier, such as ``CRS3035RES200mN3132800E3798000``, says where its lower left corner is.
    columns
        What a column of the file is, where its name is not one that INSEE has used:
        ``{"population": "POP"}``. The names are those of the result.
    layer
        The layer of a GeoPackage, when there are several.

    Returns
    -------
    pandas.DataFrame
        One row per row of the file: `carreau` (identifier), `epsg`, `x`, `y` (the cell's centre, in
        the CRS that its identifier names), `population` (people, with decimals), `impute` (True
        where INSEE estimated the cell; never show such a cell by itself), and, if they are there,
        `lcog_geo` (the communes INSEE gives it to), `men`, `men_pauv` (households, poor ones),
        `ind_65_79`, `ind_80p` (people by age).

    Raises
    ------
    ColumnError
        If the identifier or the population is missing.
    DataError
        If the file cannot be read, an identifier does not say where the cell is, a cell comes
        twice, or a population is negative or no number.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> text = "Idcar_200m,I_est_200,Ind\nCRS3035RES200mN3132800E3798000,1,12.5\n"
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "carreaux.csv")
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     grid = read_grid(path)
    >>> grid[["epsg", "x", "y", "population"]].to_numpy().tolist(), grid["impute"].tolist()
    ([[3035.0, 3798100.0, 3132900.0, 12.5]], [True])
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    if path.suffix.lower() == ".gpkg":
        layer = _layer(path, layer)
    try:
        found = find_columns(_column_names(path, layer), columns or {}, path.name)
        table = _read_columns(path, list(found.values()), layer)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from None
    grid = grid_frame({name: table.column(column) for name, column in found.items()}, path.name)
    refuse_twice(Seen().add(marks_of(*(grid[c].to_numpy() for c in ("epsg", "x", "y")))), path.name)
    return grid


# -- the file


def _column_names(path: Path, layer: str | None) -> list[str]:
    """Give the names of the file's columns."""
    match path.suffix.lower():
        case ".parquet":
            return [str(name) for name in pq.read_schema(path).names]
        case ".gpkg":
            import pyogrio  # noqa: PLC0415 - it loads geopandas, which other formats do not need

            return [str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]]
        case ".csv" | ".gz":
            return next(csv.reader([_first_line(path)], delimiter=_delimiter(path)))
    raise DataError(
        f"{path.name}: a grid is read from .csv, .csv.gz, .gpkg or .parquet; unpack archives first."
    )


def _layer(path: Path, asked: str | None) -> str:
    """Choose the layer of a GeoPackage, where there is a choice."""
    import pyogrio  # noqa: PLC0415 - as above

    try:
        names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except pyogrio.errors.DataSourceError:
        raise DataError(f"{path.name} cannot be read: it is no GeoPackage, or damaged.") from None
    if asked is None and len(names) == 1:
        return names[0]
    if asked in names:
        return str(asked)
    hint = did_you_mean(asked, names) if asked else f" Say which one: layer={names[0]!r}."
    raise DataError(f"{path.name} has the layers {', '.join(names)}.{hint}")


def _first_line(path: Path) -> str:
    with pa.input_stream(str(path), compression="detect") as stream:
        return str(
            stream.read(65536).split(b"\n")[0].decode("utf-8-sig", errors="replace").rstrip("\r")
        )


def _delimiter(path: Path) -> str:
    line = _first_line(path)
    return max(",;\t|", key=line.count)


def find_columns(names: list[str], given: Mapping[str, str], file: str) -> dict[str, str]:
    """Find which of a file's columns is each of those of a grid.

    Parameters
    ----------
    names
        The file's columns.
    given
        As `read_grid` takes it.
    file
        What to call the file in messages.

    Returns
    -------
    dict
        The file's column for each of ours that it has.

    Raises
    ------
    ColumnError
        If the identifier or the population is missing, or what was given does not fit.

    Examples
    --------
    >>> find_columns(["Idcar_200m", "Ind", "geometry"], {}, "carreaux.parquet")
    {'carreau': 'Idcar_200m', 'population': 'Ind'}
    """
    for ours, theirs in given.items():
        if ours not in SYNONYMS:
            hint = did_you_mean(ours, SYNONYMS)
            raise ColumnError(f"columns: {ours!r} is not one of {', '.join(SYNONYMS)}.{hint}")
        if theirs not in names:
            raise ColumnError(f"{file} has no column {theirs!r}.{did_you_mean(theirs, names)}")
    by_key = {fold(name): name for name in reversed(names)}
    found = {}
    for ours, synonyms in SYNONYMS.items():
        known = [by_key[fold(s)] for s in synonyms if fold(s) in by_key]
        if ours in given or known:
            found[ours] = given[ours] if ours in given else known[0]
    if missing := [name for name in REQUIRED if name not in found]:
        raise ColumnError(
            f"{file}: no column says {' nor '.join(missing)}; the columns are "
            f"{', '.join(names[:20])}. Name them: columns={{{missing[0]!r}: …}}."
        )
    return found


def _read_columns(path: Path, names: list[str], layer: str | None) -> pa.Table:
    """Read some columns, nothing else."""
    match path.suffix.lower():
        case ".parquet":
            return pq.read_table(path, columns=names)
        case ".gpkg":
            import pyogrio  # noqa: PLC0415 - as above

            return pyogrio.read_arrow(path, layer=layer, columns=names, read_geometry=False)[1]
    return pyarrow.csv.read_csv(
        pa.input_stream(str(path), compression="detect"),
        parse_options=pyarrow.csv.ParseOptions(delimiter=_delimiter(path)),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=names, column_types=dict.fromkeys(names, pa.string())
        ),
    )


# -- columns into the frame


def grid_frame(data: Mapping[str, Any], file: str, before: int = 0) -> pd.DataFrame:
    """Place the cells and turn text into numbers.

    Parameters
    ----------
    data
        Columns of Arrow by our names.
    file
        What to call the file in messages.
    before
        How many rows of the file come before these.

    Returns
    -------
    pandas.DataFrame
        As `read_grid`; whether a cell comes twice is not looked at.

    Raises
    ------
    DataError
        As `read_grid`.

    Examples
    --------
    >>> ids = pa.chunked_array([["CRS3035RES200mN3132800E3798000"]])
    >>> grid = grid_frame({"carreau": ids, "population": pa.chunked_array([["12,5"]])}, "a.csv")
    >>> grid[["x", "y", "population"]].to_numpy().tolist()
    [[3798100.0, 3132900.0, 12.5]]
    """
    ids = data["carreau"].cast(pa.string())
    epsg, side, north, east = _corners(ids, file, before)
    out = pd.DataFrame(
        {
            "carreau": pd.Series(ids, dtype="str"),
            "epsg": epsg,
            "x": east + side / 2,
            "y": north + side / 2,
        }
    )
    for name in NUMBERS:
        if name in data:
            out[name] = _numbers(data[name], name, out["carreau"], file)
    imputed = data.get("impute")
    out["impute"] = (
        _numbers(imputed, "impute", out["carreau"], file) > 0 if imputed is not None else False
    )
    if "lcog_geo" in data:
        out["lcog_geo"] = pd.Series(data["lcog_geo"].cast(pa.string()), dtype="str")
    return out


def refuse_twice(cell: tuple[int, float, float] | None, file: str) -> None:
    """Refuse a grid in which a cell comes twice.

    Parameters
    ----------
    cell
        What `Seen.add` gave.
    file
        What to call the file in the message.

    Raises
    ------
    DataError
        If there is such a cell.

    Examples
    --------
    >>> refuse_twice(None, "carreaux.csv")
    """
    if cell is not None:
        raise DataError(
            f"{file}: cells come twice, one of them has its centre at x = {cell[1]:g}, "
            f"y = {cell[2]:.10g} (EPSG:{cell[0]}). Give one vintage and one level at a time."
        )


def _corners(ids: Any, file: str, before: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Read the CRS, side and lower left corner of cells from their identifiers."""
    alike = _alike(ids)
    if alike is not None:
        return alike
    parts = pc.extract_regex(ids, CELL_ID)
    wrong = pc.is_null(parts).to_numpy(zero_copy_only=False)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{file}: {counted(wrong.sum(), 'cell has', 'cells have')} no readable identifier, the "
            f"first in row {before + first + 1}: {ids[first].as_py()!r}. One looks like "
            "CRS3035RES200mN3132800E3798000."
        )
    epsg, side, north, east = (
        pc.cast(pc.struct_field(parts, [name]), pa.int64()).to_numpy()
        for name in ("epsg", "side", "north", "east")
    )
    return epsg, side, north, east


def _alike(ids: Any) -> tuple[Ints, Ints, Ints, Ints] | None:
    """Read identifiers that differ in nothing but digits: a table of letters, ten times faster."""
    text = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    if not len(text) or text.null_count or not (found := re.match(CELL_ID, text[0].as_py())):
        return None
    _, offsets, letters = text.buffers()
    at = np.frombuffer(offsets, np.int32, len(text) + 1, text.offset * 4)
    length = at[1] - at[0]
    if length != len(found[0]) or (np.diff(at) != length).any():
        return None
    table = np.frombuffer(letters, np.uint8, len(text) * length, at[0]).reshape(-1, length)
    (begin, middle), (again, end) = found.span("north"), found.span("east")
    for constant in (slice(0, begin), slice(middle, again)):
        if (table[:, constant] != table[0, constant]).any():
            return None
    north, east = _decimal(table[:, begin:middle]), _decimal(table[:, again:end])
    if north is None or east is None:
        return None
    epsg, side = (np.full(len(text), int(found[name])) for name in ("epsg", "side"))
    return epsg, side, north, east


def _decimal(letters: npt.NDArray[np.uint8]) -> Ints | None:
    """Read numbers from their digits, one column each; nothing if one is no digit."""
    number = np.zeros(len(letters), dtype=np.int64)
    for column in letters.T:
        digit = column - np.uint8(ord("0"))
        if digit.max() > 9:
            return None
        number = number * 10 + digit
    return number


def _numbers(column: Any, name: str, ids: pd.Series, file: str) -> Floats:
    """Turn a column into numbers, none of them negative."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        text = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
        column = pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
    try:
        values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid as error:
        raise DataError(f"{file}: {name} holds something else than numbers: {error}") from None
    wrong = (values < 0) | np.isinf(values)
    if name == "population":
        wrong |= np.isnan(values)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{file}: {counted(wrong.sum(), 'cell has', 'cells have')} no usable {name}, the first "
            f"is "
            f"{ids.iloc[first]} ({values[first]:g})."
        )
    return np.asarray(values, dtype=np.float64)
