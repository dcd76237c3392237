"""A population grid: INSEE's inhabited cells of 200 m, of any vintage, as plain columns.

A cell is never made a geometry: 2.3 million of them are arrays of coordinates. INSEE replaces the
figures of cells with fewer than eleven households by estimates ("imputed" cells): they are meant to
be added up over a zone, never to be read or shown one by one.
"""

from __future__ import annotations

import csv
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
import shapely

from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.geometry.arcs import Floats, Ints

# What INSEE has called each thing over the vintages 2010-2021, in the order of preference.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "carreau": ("idcar_200m", "idinspire", "idcar", "idcar_nat", "idcar_1km"),
    "population": ("ind", "ind_c"),
    "impute": ("i_est_200", "i_est_cr", "i_est_1km"),
    "lcog_geo": ("lcog_geo", "depcom"),
    "men": ("men",),
    "men_pauv": ("men_pauv",),
    "ind_65_79": ("ind_65_79",),
    "ind_80p": ("ind_80p",),
}
REQUIRED = ("carreau", "population")
NUMBERS = ("population", "men", "men_pauv", "ind_65_79", "ind_80p")
CELL_ID = r"^CRS(?P<epsg>\d+)RES(?P<side>\d+)mN(?P<north>-?\d+)E(?P<east>-?\d+)$"
BIN_M = 1000.0  # side of the squares by which cells are looked up
PAIRS_AT_ONCE = 4_000_000  # candidate pairs of cell and polygon held in memory


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
        found = _find_columns(_column_names(path, layer), columns or {}, path.name)
        table = _read_columns(path, list(found.values()), layer)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from None
    data = {name: table.column(column) for name, column in found.items()}
    return _grid(data, path.name)


def cells_within(
    x: Floats, y: Floats, polygons: npt.NDArray[Any], *, block: int = PAIRS_AT_ONCE
) -> Ints:
    """Find the polygon that each point lies in, without making geometry of the points.

    Parameters
    ----------
    x, y
        Points, metres. What is not finite lies nowhere.
    polygons
        Polygons in the same CRS, missing ones passed over. Of several that hold a point (it stands
        on their border), the first has it.
    block
        How many pairs of point and polygon to look at together.

    Returns
    -------
    numpy.ndarray
        The position of the polygon, or -1.

    Examples
    --------
    >>> squares = shapely.box([0, 1000], [0, 0], [1000, 2000], [1000, 1000])
    >>> cells_within(np.array([500.0, 1000.0, 1500.0, 9e9]), np.full(4, 500.0), squares)
    array([ 0,  0,  1, -1])
    """
    row = np.full(len(x), len(polygons), dtype=np.int64)
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    bins = _Bins(x[known], y[known])
    shapely.prepare(polygons)
    for polygon, cell in bins.candidates(shapely.bounds(polygons), block):
        cells = known[cell]
        inside = shapely.intersects_xy(polygons[polygon], x[cells], y[cells])
        np.minimum.at(row, cells[inside], polygon[inside])
    shapely.destroy_prepared(polygons)
    row[row == len(polygons)] = -1
    return row


class _Bins:
    """Points sorted by squares of a kilometre, so that those in a box are a few runs."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self.left, self.low = (float(v.min()) if len(v) else 0.0 for v in (x, y))
        column, line = self._column(x), self._line(y)
        self.width = int(column.max(initial=0)) + 1
        self.height = int(line.max(initial=0)) + 1
        key = line * self.width + column
        self.order = np.argsort(key, kind="stable")
        self.keys = key[self.order]

    def _column(self, x: Floats) -> Ints:
        return np.floor((x - self.left) / BIN_M).astype(np.int64)

    def _line(self, y: Floats) -> Ints:
        return np.floor((y - self.low) / BIN_M).astype(np.int64)

    def candidates(self, bounds: Floats, block: int) -> Any:
        """Yield pairs (polygon, point) whose boxes meet, a block of them at a time."""
        box = np.flatnonzero(np.isfinite(bounds).all(axis=1))
        first = np.clip(self._column(bounds[box, 0]), 0, self.width)
        last = np.clip(self._column(bounds[box, 2]), -1, self.width - 1)
        low = np.clip(self._line(bounds[box, 1]), 0, self.height)
        high = np.clip(self._line(bounds[box, 3]), -1, self.height - 1)
        lines = np.where(last >= first, np.maximum(high - low + 1, 0), 0)
        which, step = expand(lines)
        start_key = (low[which] + step) * self.width
        start = np.searchsorted(self.keys, start_key + first[which], side="left")
        end = np.searchsorted(self.keys, start_key + last[which], side="right")
        count = end - start
        total = np.concatenate([[0], np.cumsum(count)])
        at = 0
        while at < len(count):
            stop = max(int(np.searchsorted(total, total[at] + block, side="right")) - 1, at + 1)
            run, offset = expand(count[at:stop])
            run += at
            yield box[which[run]], self.order[start[run] + offset]
            at = stop


def expand(count: Ints) -> tuple[Ints, Ints]:
    """Give, for runs of some lengths, the run each item belongs to and its rank in it.

    Parameters
    ----------
    count
        Lengths of the runs.

    Returns
    -------
    tuple of numpy.ndarray
        Run and rank of each item.

    Examples
    --------
    >>> expand(np.array([2, 0, 1]))
    (array([0, 0, 2]), array([0, 1, 0]))
    """
    run = np.repeat(np.arange(len(count)), count)
    start = np.cumsum(count) - count
    return run, np.arange(len(run)) - start[run]


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


def _find_columns(names: list[str], given: Mapping[str, str], file: str) -> dict[str, str]:
    """Give the file's column for each of ours."""
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


def _grid(data: Mapping[str, Any], file: str) -> pd.DataFrame:
    """Place the cells and turn text into numbers."""
    ids = data["carreau"].cast(pa.string())
    corner = _corners(ids, file)
    half = corner["side"] / 2
    out = pd.DataFrame(
        {
            "carreau": ids.to_pandas().astype("str"),
            "epsg": corner["epsg"],
            "x": corner["east"] + half,
            "y": corner["north"] + half,
        }
    )
    _refuse_twice(out, file)
    for name in NUMBERS:
        if name in data:
            out[name] = _numbers(data[name], name, out["carreau"], file)
    imputed = data.get("impute")
    out["impute"] = (
        _numbers(imputed, "impute", out["carreau"], file) > 0 if imputed is not None else False
    )
    if "lcog_geo" in data:
        out["lcog_geo"] = data["lcog_geo"].cast(pa.string()).to_pandas().astype("str")
    return out


def _corners(ids: Any, file: str) -> pd.DataFrame:
    """Read the CRS, side and lower left corner of cells from their identifiers."""
    parts = pc.extract_regex(ids, CELL_ID)
    wrong = pc.is_null(parts).to_numpy(zero_copy_only=False)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{file}: {int(wrong.sum())} cells have no readable identifier, the first in row "
            f"{first + 1}: {ids[first].as_py()!r}. One looks like CRS3035RES200mN3132800E3798000."
        )
    fields = {
        name: pc.cast(pc.struct_field(parts, [name]), pa.int64()).to_numpy()
        for name in ("epsg", "side", "north", "east")
    }
    return pd.DataFrame(fields)


def _refuse_twice(grid: pd.DataFrame, file: str) -> None:
    twice = grid.duplicated(["epsg", "x", "y"])
    if twice.any():
        raise DataError(
            f"{file}: {int(twice.sum())} cells come twice, the first is "
            f"{grid['carreau'][twice].iloc[0]}. Give one vintage and one level at a time."
        )


def _numbers(column: Any, name: str, ids: pd.Series, file: str) -> Floats:
    """Turn a column into numbers, none of them negative."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        text = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
        column = pc.if_else(pc.equal(text, ""), pa.scalar(None, text.type), text)
    try:
        values = pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid as error:
        raise DataError(f"{file}: {name} holds something else than numbers: {error}") from None
    wrong = values < 0 if name != "population" else ~(values >= 0)
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"{file}: {int(wrong.sum())} cells have no usable {name}, the first is "
            f"{ids.iloc[first]} ({values[first]:g})."
        )
    return np.asarray(values, dtype=np.float64)
