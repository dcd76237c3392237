"""Any tabular or geographic file in: its cells as text, with the number of each row.

Nothing is interpreted here. A row of the file is a row of the table, whatever it holds; what had
to be recognised or set right to read it (encoding, delimiter, a header that is not on the first
line, cells beyond the header) is said in French beside it.
"""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from epn_geo.errors import CrsError, DataError, did_you_mean
from epn_geo.reading.delimited import decode, read_delimited
from epn_geo.reading.filekinds import holds_text, open_file
from epn_geo.reading.rows import line_ranges
from epn_geo.reading.tabling import HEADER_SEARCH, IsKnown, Table, as_text, assemble, make_table
from epn_geo.reading.workbooks import read_sheets

# What a layer of these shapes is looked for as, and how to say which of several.
SOUGHT = {"Point": "the list", "Polygon": "the polygons of reach"}
WHICH = {
    "Point": "Say which one: --sheet … (in Python, sheet=…).",
    "Polygon": "Give a file that holds only the one that counts (in Python, sheet=…).",
}


def read_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    is_known: IsKnown = lambda _: False,
    shape: Literal["Point", "Polygon"] = "Point",
) -> Table:
    r"""Read any tabular or geographic file as text.

    Parameters
    ----------
    path
        A CSV, a workbook (XLSX, XLS, XLSB, ODS), JSON, GeoJSON, GeoPackage, Shapefile (also
        zipped) or (Geo)Parquet file.
    sheet
        The sheet of a workbook, or the layer of a geographic file, when there are several.
    is_known
        Tells whether a text is the name of a column one looks for: it finds the header, the
        delimiter and the sheet.
    shape
        Of several layers, the one of these shapes is read.

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
        case "xlsx" | "xls" | "xlsb" | "ods":
            return _read_workbook(path, kind, sheet, is_known)
        case "json":
            return _read_json(path, data)
        case "csv":
            records, notes = read_delimited(data, path.name, is_known)
            if not holds_text(path):
                _refuse_prose(path, records, is_known)
            return assemble(records, notes, path.name, is_known, kind="csv")
        case "parquet":
            return _read_parquet(path)
        case _:
            return _read_layer(path, kind, sheet, shape)


def _refuse_prose(path: Path, records: list[list[str]], is_known: IsKnown) -> None:
    """Refuse a file whose name announces no table, unless it shows the columns of one."""
    if max(sum(map(is_known, record)) for record in records[:HEADER_SEARCH]) < 2:
        raise DataError(
            f"{path.name} is no list of places: a {path.suffix} file without the columns of one. "
            "Give a CSV, a workbook, JSON, GeoJSON, GeoPackage, Shapefile or GeoParquet."
        )


# -- workbooks


def _read_workbook(path: Path, kind: str, sheet: str | None, is_known: IsKnown) -> Table:
    """Read the sheet asked for, or the one that shows the most known columns."""
    grids = read_sheets(path, kind)
    sheets = {
        title: [[as_text(value) for value in row] for row in grid.rows]
        for title, grid in grids.items()
    }
    if sheet is None:
        sheet = _choose_sheet(sheets, path.name, is_known)
    elif sheet not in sheets:
        raise DataError(
            f"{path.name} has no sheet {sheet!r}, it has {', '.join(map(repr, sheets))}."
            f"{did_you_mean(sheet, sheets)}"
        )
    others = ", ".join(title for title in sheets if title != sheet)
    notes = [f"feuille {sheet} (et non {others})"] if others else []
    if carried := grids[sheet].carried:
        several = "aux lignes" if len(carried) > 1 else "à la ligne"
        notes.append(f"cellules fusionnées : valeur reprise {several} {line_ranges(carried)}")
    return assemble(sheets[sheet], notes, path.name, is_known, kind="xlsx")


def _choose_sheet(sheets: Mapping[str, list[list[str]]], name: str, is_known: IsKnown) -> str:
    """Give the sheet that shows the most known columns; refuse to choose between equals."""
    scores = {
        title: max((sum(map(is_known, row)) for row in rows[:HEADER_SEARCH]), default=0)
        for title, rows in sheets.items()
        if sum(any(row) for row in rows) > 1
    }
    best = [title for title, score in scores.items() if score == max(scores.values())]
    if len(best) > 1 and scores[best[0]] > 0:
        raise DataError(
            f"{name}: the list could be in any of the sheets {', '.join(map(repr, best))}. "
            f"Say which one: --sheet {best[0]!r} (in Python, sheet={best[0]!r})."
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
    return make_table(headers, columns, lines, notes, row_notes={}, geometry=geometry, kind="json")


def _read_features(content: dict[str, Any], notes: list[str], name: str) -> Table:
    features = content.get("features") if content["type"] == "FeatureCollection" else [content]
    if not isinstance(features, list) or not all(isinstance(item, dict) for item in features):
        raise DataError(f"{name}: this GeoJSON has no list of features.")
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


def _read_layer(path: Path, kind: str, layer: str | None, shape: str) -> Table:
    inside = kind == "zip"
    source, kind = (_inside_zip(path, layer, shape), "shp") if inside else (str(path), kind)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL speaks about details of the file's making
            name = None if kind == "shp" else _choose_layer(source, path.name, layer, shape)
            frame = pyogrio.read_dataframe(source, layer=name)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        advice = " A Shapefile needs its .shx and .dbf beside it." if kind == "shp" else ""
        raise DataError(f"{path.name} cannot be read: {error}.{advice}") from error
    return _from_frame(frame, kind, [f"couche {layer}"] if layer else [])


def _inside_zip(path: Path, layer: str | None, shape: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            shapes = [n for n in archive.namelist() if n.lower().endswith(".shp")]
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(f"{path.name} is damaged and cannot be read as an archive.") from error
    found = [n for n in shapes if layer is None or Path(n).stem == layer]
    if len(found) != 1:
        names = ", ".join(Path(n).stem for n in shapes) or "none"
        raise DataError(
            f"{path.name}: one Shapefile is expected in the archive, found: {names}."
            + (f" {WHICH[shape]}" if len(shapes) > 1 else " Unpack it and give one file.")
        )
    return f"/vsizip/{path.resolve()}/{found[0]}"


def _choose_layer(source: str, name: str, layer: str | None, shape: str) -> str:
    layers = pyogrio.list_layers(source)
    names = [str(title) for title in layers[:, 0]]
    if layer is not None:
        if layer not in names:
            raise DataError(f"{name} has no layer {layer!r}.{did_you_mean(layer, names)}")
        return layer
    wanted = [str(title) for title, kind in layers if shape in str(kind)]
    candidates = wanted or names
    if len(candidates) != 1:
        raise DataError(
            f"{name}: {len(candidates)} layers could be {SOUGHT[shape]} ({', '.join(candidates)}). "
            f"{WHICH[shape]}"
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
    return make_table(headers, columns, lines, notes, row_notes={}, geometry=geometry, kind=kind)


def _values(column: pd.Series[Any]) -> Iterator[object]:
    """Give the values of a typed column, None where there is none."""
    missing = [bool(np.all(m)) for m in column.isna()]
    return (None if m else v for v, m in zip(column.tolist(), missing, strict=True))
