"""Any tabular or geographic file in: its cells as text, with the number of each row.

Nothing is interpreted here. A row of the file is a row of the table, whatever it holds; what had
to be recognised or set right to read it (encoding, delimiter, a header that is not on the first
line, cells beyond the header) is said in French beside it.
"""

from __future__ import annotations

import json
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from epn_geo.errors import CrsError, DataError, did_you_mean
from epn_geo.reading.delimited import decode, read_delimited
from epn_geo.reading.filekinds import open_file
from epn_geo.reading.workbooks import read_sheets

IsKnown = Callable[[str], bool]

_HEADER_SEARCH = 20  # lines at the top of a sheet among which the header is looked for

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
        ``csv``, ``xlsx``, ``json``, ``gpkg``, ``shp`` or ``parquet``.
    """

    cells: pd.DataFrame
    headers: list[str]
    lines: npt.NDArray[np.int64]
    file_notes: list[str]
    row_notes: dict[int, list[str]]
    geometry: gpd.GeoSeries | None
    kind: str


def read_table(
    path: str | Path, *, sheet: str | None = None, is_known: IsKnown = lambda _: False
) -> Table:
    r"""Read any tabular or geographic file as text.

    Parameters
    ----------
    path
        A CSV, XLSX, JSON, GeoJSON, GeoPackage, Shapefile (also zipped) or (Geo)Parquet file.
    sheet
        The sheet of a workbook, or the layer of a geographic file, when there are several.
    is_known
        Tells whether a text is the name of a column one looks for: it finds the header, the
        delimiter and the sheet.

    Returns
    -------
    Table
        The cells, their row numbers and what was recognised.

    Raises
    ------
    DataError
        If the file is missing, empty, damaged, of another format, or not what its name announces.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "lieux.csv")
    ...     _ = path.write_text("nom;ville\nEPN;Flers\n", encoding="utf-8")
    ...     table = read_table(path, is_known={"nom", "ville"}.__contains__)
    >>> table.cells.values.tolist(), table.lines.tolist(), table.file_notes
    ([['EPN', 'Flers']], [2], ['séparateur point-virgule'])
    """
    path, data, kind = open_file(path)
    match kind:
        case "xlsx":
            return _read_workbook(path, sheet, is_known)
        case "json":
            return _read_json(path, data)
        case "csv":
            records, notes = read_delimited(data, path.name, is_known)
            return _assemble(records, notes, path.name, is_known, kind="csv")
        case "parquet":
            return _read_parquet(path)
        case _:
            return _read_layer(path, kind, sheet)


# -- records into a table


def _assemble(
    records: list[list[str]], notes: list[str], name: str, is_known: IsKnown, *, kind: str
) -> Table:
    """Find the header, drop trailing blank rows, make every row as long as the header."""
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
    return _table(headers, columns, lines, notes, row_notes=row_notes, geometry=None, kind=kind)


def _header_position(rows: list[list[str]], is_known: IsKnown) -> int:
    """Give the position of the header: the first row, unless it is a title above a better one."""
    first = next(i for i, row in enumerate(rows) if any(cell.strip() for cell in row))
    scores = [sum(map(is_known, row)) for row in rows[first : first + _HEADER_SEARCH]]
    best = int(np.argmax(scores))
    is_title = scores[0] == 0 or sum(bool(cell.strip()) for cell in rows[first]) == 1
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


def _table(
    headers: list[str],
    columns: list[list[str]],
    lines: npt.NDArray[np.int64],
    file_notes: list[str],
    *,
    row_notes: dict[int, list[str]],
    geometry: gpd.GeoSeries | None,
    kind: str,
) -> Table:
    """Name the columns, clean their cells, and put everything together."""
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


# -- workbooks


def _read_workbook(path: Path, sheet: str | None, is_known: IsKnown) -> Table:
    """Read the sheet asked for, or the one that shows the most known columns."""
    sheets = {
        title: [[as_text(value) for value in row] for row in rows]
        for title, rows in read_sheets(path).items()
    }
    if sheet is None:
        sheet = _choose_sheet(sheets, path.name, is_known)
    elif sheet not in sheets:
        raise DataError(
            f"{path.name} has no sheet {sheet!r}, it has {', '.join(map(repr, sheets))}."
            f"{did_you_mean(sheet, sheets)}"
        )
    notes = [f"feuille {sheet}"] if len(sheets) > 1 else []
    return _assemble(sheets[sheet], notes, path.name, is_known, kind="xlsx")


def _choose_sheet(sheets: Mapping[str, list[list[str]]], name: str, is_known: IsKnown) -> str:
    """Give the sheet that shows the most known columns; refuse to choose between equals."""
    scores = {
        title: max((sum(map(is_known, row)) for row in rows[:_HEADER_SEARCH]), default=0)
        for title, rows in sheets.items()
        if sum(any(row) for row in rows) > 1
    }
    best = [title for title, score in scores.items() if score == max(scores.values())]
    if len(best) > 1 and scores[best[0]] > 0:
        raise DataError(
            f"{name}: the list could be in any of the sheets {', '.join(map(repr, best))}. "
            f"Say which one: sheet={best[0]!r}."
        )
    if not sheets:
        raise DataError(f"{name} is damaged: it has no sheet.")
    return best[0] if best else next(iter(sheets))


# -- JSON and GeoJSON


def _read_json(path: Path, data: bytes) -> Table:
    text, encoding = decode(data, path.name)
    try:
        # Numbers stay as they are written: 01000 is no number, 14000.0 and 48.10 are seen.
        content = json.loads(
            text.lstrip("\ufeff"), parse_float=str, parse_int=str, parse_constant=lambda _: ""
        )
    except (json.JSONDecodeError, RecursionError) as error:
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise DataError(f"{path.name}{line}: this is not complete JSON ({error}).") from None
    notes = [f"encodage {encoding}"] if encoding else []
    if isinstance(content, dict) and content.get("type") in ("FeatureCollection", "Feature"):
        return _read_features(content, notes, path.name)
    objects = _objects(content, path.name)
    return _from_objects(objects, None, notes)


def _objects(content: object, name: str) -> list[dict[str, object]]:
    """Give the array of objects of a JSON file, also when it stands alone under one key."""
    if isinstance(content, dict):
        arrays = [value for value in content.values() if isinstance(value, list)]
        content = arrays[0] if len(arrays) == 1 else [content]
    if not isinstance(content, list):
        raise DataError(f"{name}: an array of objects is expected, one object per place.")
    for rank, item in enumerate(content, start=1):
        if not isinstance(item, dict):
            raise DataError(f"{name}, item {rank}: an object is expected, not {item!r:.60}.")
    return content


def _from_objects(
    objects: list[dict[str, object]], geometry: gpd.GeoSeries | None, notes: list[str]
) -> Table:
    headers = list(dict.fromkeys(key for item in objects for key in item))
    columns = [[as_text(item.get(header)) for item in objects] for header in headers]
    lines = np.arange(1, len(objects) + 1, dtype=np.int64)
    return _table(headers, columns, lines, notes, row_notes={}, geometry=geometry, kind="json")


def _read_features(content: dict[str, Any], notes: list[str], name: str) -> Table:
    features = content["features"] if content["type"] == "FeatureCollection" else [content]
    if not isinstance(features, list) or not all(isinstance(item, dict) for item in features):
        raise DataError(f"{name}: the features of this GeoJSON are not objects.")
    objects = [_properties(feature) for feature in features]
    crs = content.get("crs") or {}
    declared = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    shapes = [_shape(feature.get("geometry"), rank, name) for rank, feature in enumerate(features)]
    return _from_objects(objects, _series(shapes, declared or 4326, name), notes)


def _properties(feature: dict[str, Any]) -> dict[str, object]:
    properties = dict(feature.get("properties") or {})
    if "id" in feature and not any(key.lower() == "id" for key in properties):
        properties = {"id": feature["id"], **properties}
    return properties


def _shape(geometry: object, rank: int, name: str) -> object:
    """Give a GeoJSON geometry as a shape; its numbers were kept as text."""
    if not isinstance(geometry, dict) or not geometry.get("coordinates"):
        return None
    try:
        numbers = _numbers(geometry["coordinates"])
        return shapely.from_geojson(json.dumps({**geometry, "coordinates": numbers}))
    except (shapely.errors.GEOSException, ValueError, TypeError):
        raise DataError(f"{name}, feature {rank + 1}: its geometry cannot be read.") from None


def _numbers(coordinates: object) -> object:
    if isinstance(coordinates, list):
        return [_numbers(item) for item in coordinates]
    return float(cast("str", coordinates))


def _series(shapes: list[object], crs: object, name: str) -> gpd.GeoSeries:
    try:
        return gpd.GeoSeries(np.array(shapes, dtype=object), crs=crs)
    except RuntimeError as error:  # what the projection library raises
        raise CrsError(f"{name}: the CRS {crs!r} it declares is not known.") from error


# -- geographic files


def _read_parquet(path: Path) -> Table:
    try:
        frame = gpd.read_parquet(path)
    except ValueError:  # no geographic metadata: a plain table
        frame = _read_plain_parquet(path)
    except (OSError, KeyError, TypeError) as error:
        raise DataError(f"{path.name} is damaged and cannot be read as Parquet.") from error
    return _from_frame(frame, "parquet", [])


def _read_plain_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name} is damaged and cannot be read as Parquet.") from error


def _read_layer(path: Path, kind: str, layer: str | None) -> Table:
    source, kind = (_inside_zip(path, layer), "shp") if kind == "zip" else (str(path), kind)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL speaks about details of the file's making
            name = None if kind == "shp" else _choose_layer(source, path.name, layer)
            frame = pyogrio.read_dataframe(source, layer=name)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        advice = " A Shapefile needs its .shx and .dbf beside it." if kind == "shp" else ""
        raise DataError(f"{path.name} cannot be read: {error}.{advice}") from error
    return _from_frame(frame, kind, [f"couche {layer}"] if layer else [])


def _inside_zip(path: Path, layer: str | None) -> str:
    with zipfile.ZipFile(path) as archive:
        shapes = [n for n in archive.namelist() if n.lower().endswith(".shp")]
    found = [n for n in shapes if layer is None or Path(n).stem == layer]
    if len(found) != 1:
        names = ", ".join(Path(n).stem for n in shapes) or "none"
        raise DataError(
            f"{path.name}: one Shapefile is expected in the archive, found: {names}."
            + (" Say which one: sheet=…" if len(shapes) > 1 else " Unpack it and give one file.")
        )
    return f"/vsizip/{path.resolve()}/{found[0]}"


def _choose_layer(source: str, name: str, layer: str | None) -> str:
    layers = pyogrio.list_layers(source)
    names = [str(title) for title in layers[:, 0]]
    if layer is not None:
        if layer not in names:
            raise DataError(f"{name} has no layer {layer!r}.{did_you_mean(layer, names)}")
        return layer
    points = [str(title) for title, shape in layers if "Point" in str(shape)]
    candidates = points or names
    if len(candidates) != 1:
        raise DataError(
            f"{name}: {len(candidates)} layers could be the list ({', '.join(candidates)}). "
            "Say which one: sheet=…"
        )
    return candidates[0]


def _from_frame(frame: pd.DataFrame, kind: str, notes: list[str]) -> Table:
    geometry = None
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None:
        geometry = frame.geometry.reset_index(drop=True)
        frame = pd.DataFrame(frame.drop(columns=frame.active_geometry_name))
    headers = [str(column) for column in frame.columns]
    columns = [[as_text(value) for value in _values(frame[column])] for column in frame.columns]
    lines = np.arange(1, len(frame) + 1, dtype=np.int64)
    return _table(headers, columns, lines, notes, row_notes={}, geometry=geometry, kind=kind)


def _values(column: pd.Series[Any]) -> Iterator[object]:
    """Give the values of a typed column, None where there is none."""
    missing = [bool(np.all(m)) for m in column.isna()]
    return (None if m else v for v, m in zip(column.tolist(), missing, strict=True))
