"""Files out: written under a temporary name, then moved; the same bytes for the same frames."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.errors import DataError, did_you_mean, writing_to

# shares as bars from 0 to 1, the same length for the same share in every sheet
SHARE_BAR = {
    "type": "data_bar", "bar_color": "#A8D4E6",
    "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1,
}  # fmt: skip
HEAD_HEIGHT = 46  # points: three lines
A4 = 9  # as workbooks number paper sizes
HEAD = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4", "bottom": 1}
NOTICE = {"bold": True, "font_color": "#B00020", "font_size": 12}
LAYER_FORMATS = (".gpkg", ".geojson", ".parquet")
TABLE_FORMATS = (".csv", ".xlsx", ".parquet")
CELL_MAX = 32_767  # characters in one cell of a workbook
# formats that must hold a date hold this one, so that the same frames give the same bytes
FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)
GDAL_DATE = "2000-01-01T00:00:00.000Z"
# how the names begin of figures that are small: indices, needs, rates per 10 000 people
FINE = (
    "acces_pour", "acces_relatif", "amas_", "besoin", "gini", "heures_", "moyenne", "palma",
    "profondeur", "seuil", "severite", "theil", "valeur",
)  # fmt: skip
# such figures that a workbook shows with the decimals they have
RATIOS = ("aire_relative", "borne", "distance_relative", "gain_poids", "score")
# how the names begin of figures that are people: shares of a commune's, so seldom whole
PEOPLE = re.compile(r"population|habitants_par_|gain_(population|ailleurs|\d)")
YES_NO = ("oui", "non")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it there if all goes well, else remove it.

    Parameters
    ----------
    path
        Where the file is wanted. Its folder is made if need be.

    Yields
    ------
    pathlib.Path
        Where to write. It has the same suffix.

    Raises
    ------
    DataError
        If the system refuses to write there.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with atomic_path(folder / "a.txt") as temporary:
    ...     _ = temporary.write_text("done")
    >>> [file.name for file in folder.iterdir()]
    ['a.txt']
    """
    path = Path(path)
    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as folder:
            temporary = Path(folder) / path.name
            yield temporary
            temporary.replace(path)


def write_layer(frame: gpd.GeoDataFrame, path: str | Path, *, layer: str | None = None) -> Path:
    """Write a frame with geometry for a GIS.

    Parameters
    ----------
    frame
        Any frame with geometry and a CRS.
    path
        Where to; the suffix chooses GeoPackage (``.gpkg``), GeoJSON (``.geojson``, always in WGS84,
        coordinates to 7 decimals) or GeoParquet (``.parquet``). An existing file is replaced.
    layer
        Name of the layer in a GeoPackage; the file's name by default.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    DataError
        For another suffix, or if the folder cannot be written to.

    Examples
    --------
    >>> import geopandas as gpd, shapely, tempfile
    >>> frame = gpd.GeoDataFrame({"nom": ["EPN"]}, geometry=[shapely.Point(0, 49)], crs=4326)
    >>> write_layer(frame, Path(tempfile.mkdtemp()) / "lieux.geojson").name
    'lieux.geojson'
    """
    return write_layers({layer or Path(path).stem: frame}, path)


def write_layers(frames: dict[str, gpd.GeoDataFrame], path: str | Path) -> Path:
    """Write several frames as the layers of one GeoPackage, or one frame in any layer format.

    Parameters
    ----------
    frames
        Name of the layer and frame. Only GeoPackage holds more than one.
    path
        Where to.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    DataError
        As `write_layer`.

    Examples
    --------
    >>> import geopandas as gpd, shapely, tempfile
    >>> frame = gpd.GeoDataFrame({"nom": ["EPN"]}, geometry=[shapely.Point(0, 49)], crs=4326)
    >>> write_layers({"lieux": frame, "autres": frame}, Path(tempfile.mkdtemp()) / "a.gpkg").name
    'a.gpkg'
    """
    path = Path(path)
    check_suffix(path, LAYER_FORMATS)
    if len(frames) != 1 and path.suffix.lower() != ".gpkg":
        raise DataError(f"{path.name} cannot hold {len(frames)} layers: use a .gpkg file.")
    with atomic_path(path) as temporary:
        for name, frame in frames.items():
            _write_one_layer(frame, temporary, name)
    return path


def write_table(frame: pd.DataFrame, path: str | Path, *, french: bool = True) -> Path:
    """Write a frame as a table, without its geometry.

    Parameters
    ----------
    frame
        Any frame. The index is not written.
    path
        Where to; the suffix chooses CSV, workbook (``.xlsx``) or Parquet.
    french
        CSV only: as French spreadsheets read it without asking (semicolons, decimal commas, UTF-8
        with a mark), and as people read it: see `readable`; else as open data (commas, decimal
        points, UTF-8, every decimal).

    Returns
    -------
    pathlib.Path
        The file written. In CSV and workbooks, text that a spreadsheet would run as a formula is
        preceded by an apostrophe or stored as text.

    Raises
    ------
    DataError
        For another suffix.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> frame = pd.DataFrame({"nom": ["EPN", "=1+1"], "part": [0.5, None]})
    >>> file = write_table(frame, Path(tempfile.mkdtemp()) / "t.csv")
    >>> file.read_text(encoding="utf-8-sig").splitlines()
    ['nom;part', 'EPN;0,5', "'=1+1;"]
    """
    path = Path(path)
    check_suffix(path, TABLE_FORMATS)
    plain = without_geometry(frame)
    with atomic_path(path) as temporary:
        if path.suffix.lower() == ".parquet":
            plain.to_parquet(temporary, index=False)
        elif path.suffix.lower() == ".csv":
            _write_csv(plain, temporary, french=french)
        else:
            write_workbook([Sheet(_sheet_name(path.stem), plain)], temporary)
    return path


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table as people read it: figures rounded, oui and non for what is true or false.

    Parameters
    ----------
    frame
        Any frame; what a column holds is told by its name.

    Returns
    -------
    pandas.DataFrame
        A copy: people (``population…``, ``habitants_par_…``, ``gain_population``) whole, shares
        (``part_…``) to 4 decimals, indices, rates and needs to 6, kilometres (``…_km``, ``…_km2``)
        to 3;
        a column that holds whole numbers only is written so (20, not 20.0). Other columns keep
        their figures.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"population_couverte": [1.6], "part_couverte": [1 / 3], "mairie_couverte": [True]}
    ... )
    >>> readable(frame)
       population_couverte  part_couverte mairie_couverte
    0                    2         0.3333             oui
    """
    out = frame.copy()
    for column in map(str, frame.columns):
        values = frame[column]
        if pd.api.types.infer_dtype(values, skipna=True) == "boolean":
            out[column] = values.map({True: YES_NO[0], False: YES_NO[1]}).astype("str")
        elif not pd.api.types.is_float_dtype(values):
            continue
        else:
            out[column] = _rounded(column, values)
    return out


def _rounded(column: str, values: pd.Series) -> pd.Series:
    """Round figures by what their column's name says of them."""
    known = values.dropna()
    finite = bool(np.isfinite(known).all())
    if column.startswith("part_"):
        return values.round(4)
    if finite and (PEOPLE.match(column) or (len(known) > 0 and (known % 1 == 0).all())):
        return values.round().astype("Int64")
    if column.startswith((*FINE, *RATIOS)):
        return values.round(6)
    return values.round(3) if _in_km(column) else values


class Sheet(NamedTuple):
    """A sheet of a workbook."""

    name: str  # at most 31 characters
    frame: pd.DataFrame  # its geometry is left out
    headers: Mapping[str, str] | None = None  # words for the columns' names
    notice: str | None = None  # a line above the table that nobody can miss
    chart: tuple[str, str] | None = None  # columns of names and of figures, drawn beneath
    frozen: int = 0  # columns at the left that stay in sight
    yes_no: tuple[str, str] = YES_NO  # words for what is true or false


def write_workbook(sheets: Iterable[Sheet], path: str | Path) -> Path:
    """Write frames as the sheets of a workbook: headers frozen, filters on, nothing runs.

    Parameters
    ----------
    sheets
        The sheets, in order.
    path
        Where to.

    Returns
    -------
    pathlib.Path
        The file written: the same bytes for the same frames.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> sheet = Sheet("Résumé", pd.DataFrame({"nom": ["=1+1"]}))
    >>> write_workbook([sheet], Path(tempfile.mkdtemp()) / "t.xlsx").name
    't.xlsx'
    """
    import xlsxwriter  # noqa: PLC0415 - only workbooks need it

    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with atomic_path(path) as temporary, xlsxwriter.Workbook(str(temporary), options) as workbook:
        workbook.set_properties({"created": FIXED_DATE})
        for sheet in sheets:
            _fill_sheet(workbook, sheet)
    return Path(path)


def write_json(content: object, path: str | Path) -> Path:
    r"""Write plain data as JSON: keys in the order given, two spaces, UTF-8, one final line break.

    Parameters
    ----------
    content
        Dictionaries, lists, text, numbers.
    path
        Where to.

    Returns
    -------
    pathlib.Path
        The file written.

    Examples
    --------
    >>> import tempfile
    >>> write_json({"région": 28}, Path(tempfile.mkdtemp()) / "r.json").read_text(encoding="utf-8")
    '{\n  "région": 28\n}\n'
    """
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return Path(path)


def file_hash(path: str | Path) -> str:
    """Give the SHA-256 of a file, or of a folder of Parquet files, in hexadecimal.

    Parameters
    ----------
    path
        An existing file; of a folder, what counts are the names within it and the content of its
        Parquet files, which is what is read of a grid.

    Returns
    -------
    str
        64 characters.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "empty"
    >>> _ = file.write_bytes(b"")
    >>> file_hash(file)[:8]
    'e3b0c442'
    """
    if Path(path).is_dir():
        files = sorted((f.relative_to(path).as_posix(), f) for f in Path(path).rglob("*.parquet"))
        told = "".join(f"{name} {file_hash(file)}\n" for name, file in files)
        return hashlib.sha256(told.encode()).hexdigest()
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def neutral(value: Any) -> Any:
    """Give a cell's value such that no spreadsheet runs it.

    Parameters
    ----------
    value
        Anything; only text is looked at.

    Returns
    -------
    object
        Text that begins like a formula gets an apostrophe before it.

    Examples
    --------
    >>> neutral("=HYPERLINK(1)"), neutral("EPN"), neutral(-3)
    ("'=HYPERLINK(1)", 'EPN', -3)
    """
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def without_geometry(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame's columns but its geometry.

    Parameters
    ----------
    frame
        With geometry or without.

    Returns
    -------
    pandas.DataFrame
        A plain copy.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(0, 0)])
    >>> without_geometry(frame).columns.tolist()
    ['a']
    """
    if isinstance(frame, gpd.GeoDataFrame):
        geometry = [name for name, kind in frame.dtypes.items() if str(kind) == "geometry"]
        return pd.DataFrame(frame.drop(columns=geometry))
    return frame.copy()


def _fill_sheet(workbook: Any, sheet: Sheet) -> None:
    """Fill a worksheet: header frozen, filter on, numbers in their unit, columns wide enough."""
    page = workbook.add_worksheet(sheet.name)
    frame = without_geometry(sheet.frame)
    top = 0
    if sheet.notice:
        page.write_string(0, 0, sheet.notice, workbook.add_format(NOTICE))
        top = 1
    head, wrapped = workbook.add_format(HEAD), workbook.add_format({"text_wrap": True})
    dated = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for column, name in enumerate(map(str, frame.columns)):
        title = (sheet.headers or {}).get(name, name)
        values = frame.iloc[:, column].tolist()
        longest = max((len(v) for v in values if isinstance(v, str)), default=0)
        width = min(max(longest + 1, len(title) * 0.55, 10), 110 if frame.shape[1] == 1 else 50)
        number = workbook.add_format({"num_format": _number_format(name, frame.iloc[:, column])})
        page.set_column(column, column, width)
        page.write_string(top, column, title, head)
        formats = {"number": number, "text": wrapped if longest > 50 else None, "date": dated}
        _fill_column(page, (top + 1, column), values, formats, sheet.yes_no)
        if name.startswith("part_") and len(frame):
            page.conditional_format(top + 1, column, top + len(frame), column, SHARE_BAR)
    page.set_row(top, HEAD_HEIGHT)
    page.freeze_panes(top + 1, sheet.frozen)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)
    if sheet.chart and len(frame):
        _draw_chart(workbook, page, sheet, frame, top)
    if frame.shape[1] > 1:
        page.autofilter(top, 0, top + max(len(frame), 1), frame.shape[1] - 1)


def _fill_column(
    page: Any,
    start: tuple[int, int],
    values: list[Any],
    formats: dict[str, Any],
    yes_no: tuple[str, str],
) -> None:
    """Write cells downwards; the commonest kinds first, for there may be a million."""
    first, column = start
    number, text = formats["number"], formats["text"]
    for row, value in enumerate(values, start=first):
        kind = type(value)
        if kind is float:
            if value == value:  # noqa: PLR0124 - a missing figure is not itself
                page.write_number(row, column, value, number)
        elif kind is str:
            page.write_string(row, column, value[:CELL_MAX], text)
        elif isinstance(value, bool | np.bool_):
            page.write_string(row, column, yes_no[0 if value else 1], text)
        else:
            _write_cell(page, (row, column), value, formats)


def _write_cell(page: Any, at: tuple[int, int], value: Any, formats: dict[str, Any]) -> None:
    """Write a value as what it is: nothing for a missing one, text for what is unknown."""
    if isinstance(value, str):
        page.write_string(*at, value[:CELL_MAX], formats["text"])
    elif _missing(value):
        return
    elif isinstance(value, date):
        page.write_datetime(*at, _naive(value), formats["date"])
    elif isinstance(value, int | float | np.number):
        page.write_number(*at, value, formats["number"])
    else:
        page.write_string(*at, str(value)[:CELL_MAX], formats["text"])


def _naive(value: date) -> date:
    """Give a date as workbooks hold it, which know no time zones."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _draw_chart(workbook: Any, page: Any, sheet: Sheet, frame: pd.DataFrame, top: int) -> None:
    """Draw one figure of each row as a column, beneath the table."""
    names, figures = (frame.columns.get_loc(column) for column in sheet.chart or ())
    name = str(frame.columns[figures])
    rows = (top + 1, top + len(frame))
    chart = workbook.add_chart({"type": "column"})
    chart.add_series(
        {
            "categories": [sheet.name, rows[0], names, rows[1], names],
            "values": [sheet.name, rows[0], figures, rows[1], figures],
            "fill": {"color": "#1C82B4"},
            "gap": 60,
        }
    )
    chart.set_title({"name": (sheet.headers or {}).get(name, name), "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}})
    chart.set_size({"width": 640, "height": 320})
    page.insert_chart(rows[1] + 2, 1, chart)


def _in_km(name: str) -> bool:
    return "_km" in name and "population" not in name


def _number_format(name: str, values: pd.Series) -> str:
    """Choose how a column's numbers are shown from its name, which carries their unit."""
    if name.startswith("part_"):
        return "0.0%"
    if name.endswith(("latitude", "longitude")):
        return "0.00000"
    if _in_km(name):
        return "#,##0.0"
    if name.startswith(FINE):
        return "#,##0.00"
    if not pd.api.types.is_numeric_dtype(values):
        return "General"
    # figures of unknown meaning keep their decimals
    known = PEOPLE.match(name) or not pd.api.types.is_float_dtype(values)
    return "#,##0" if known or (values.dropna() % 1 == 0).all() else "General"


def _sheet_name(stem: str) -> str:
    """Give a file's name as a sheet may bear it."""
    return re.sub(r"[\[\]:*?/\\]", " ", stem).strip("' ")[:31] or "1"


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value  # noqa: PLR0124


def check_suffix(path: str | Path | None, known: tuple[str, ...]) -> None:
    """Refuse a file that cannot be written for its suffix, before the work that fills it.

    Parameters
    ----------
    path
        Where a file is wanted; None for none.
    known
        The suffixes of what can be written.

    Raises
    ------
    DataError
        For another suffix.

    Examples
    --------
    >>> check_suffix("lieux.csv", TABLE_FORMATS)
    """
    if path is not None and Path(path).suffix.lower() not in known:
        hint = did_you_mean(Path(path).suffix, known)
        raise DataError(f"{Path(path).name}: the suffix must be one of {', '.join(known)}.{hint}")


def _write_csv(frame: pd.DataFrame, path: Path, *, french: bool) -> None:
    safe = readable(frame) if french else frame.copy()
    safe.columns = pd.Index([neutral(str(name)) for name in frame.columns])
    for name, kind in safe.dtypes.items():
        if not pd.api.types.is_numeric_dtype(kind):
            safe[name] = _neutral_texts(safe[name])
    safe.to_csv(
        path,
        index=False,
        sep=";" if french else ",",
        decimal="," if french else ".",
        encoding="utf-8-sig" if french else "utf-8",
        quoting=csv.QUOTE_MINIMAL,
        lineterminator="\r\n" if french else "\n",
    )


def _neutral_texts(values: pd.Series) -> pd.Series:
    """Make cells neutral, one by one only where some cell asks for it."""
    if isinstance(values.dtype, pd.StringDtype) and not values.str.startswith(FORMULA_STARTS).any():
        return values
    return values.map(neutral, na_action="ignore")


def _write_one_layer(frame: gpd.GeoDataFrame, path: Path, name: str) -> None:
    if path.suffix.lower() == ".parquet":
        frame.to_parquet(path, index=False)
    elif path.suffix.lower() == ".geojson":
        frame.to_crs(4326).to_file(
            path, driver="GeoJSON", engine="pyogrio", RFC7946=True, COORDINATE_PRECISION=7
        )
    else:
        mode = "a" if path.exists() else "w"
        with _gdal_option("OGR_CURRENT_DATE", GDAL_DATE):
            frame.to_file(path, driver="GPKG", layer=name, engine="pyogrio", mode=mode)


@contextmanager
def _gdal_option(name: str, value: str) -> Iterator[None]:
    """Set an option of GDAL for a while; a GeoPackage would otherwise hold the time of day."""
    import pyogrio  # noqa: PLC0415 - geopandas loads it only when a file needs it

    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: value})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})
