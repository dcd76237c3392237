"""Places out: a list in the national standard, with the columns it has beside."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import geopandas as gpd
import pandas as pd

from epn_geo.errors import DataError, did_you_mean
from epn_geo.standard import COLUMNS, OUR_COLUMNS, column_key, known_columns, standard_frame
from epn_geo.writing import (
    LAYER_FORMATS,
    TABLE_FORMATS,
    atomic_path,
    neutral,
    write_layer,
    write_table,
)

_TELEPHONE_OR_NUMBER = re.compile(r"[+-]?[\d\s.,()/|+-]+")


def write_places(places: gpd.GeoDataFrame, path: str | Path) -> Path:
    """Write places in the national standard, so that `read_places` reads them as they are.

    Parameters
    ----------
    places
        As read, geocoded or merged.
    path
        Where to: ``.csv`` (commas, UTF-8, as open data), ``.xlsx``, ``.parquet``, ``.gpkg`` or
        ``.geojson``.

    Returns
    -------
    pathlib.Path
        The file: the 32 columns of the standard, those of this library but ``ligne``, then the
        others. A column whose name would be taken for one of the standard's is written
        ``source_…``. What a spreadsheet would run is written harmless; telephone numbers are left
        as the standard wants them.

    Raises
    ------
    DataError
        For another suffix.

    Examples
    --------
    >>> import tempfile
    >>> point = gpd.points_from_xy([-0.37], [49.18])
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["1"], "nom": ["=1+1"], "telephone": ["+33231000000"], "NOM": ["x"]},
    ...     geometry=point, crs=4326,
    ... )
    >>> file = write_places(places, Path(tempfile.mkdtemp(), "lieux.csv"))
    >>> table = pd.read_csv(file, dtype="str")
    >>> table[["id", "nom", "telephone", "source_NOM"]].values.tolist()
    [['1', "'=1+1", '+33231000000', 'x']]
    """
    path = check_suffix(path)
    others = [c for c in places.columns if c not in (*COLUMNS, "ligne", places.geometry.name)]
    ours = [c for c in OUR_COLUMNS if c in others]
    rest = [c for c in others if c not in ours]
    # a field kept under a name that means a column of the standard would be taken for it
    names = {c: f"source_{c}" for c in rest if column_key(str(c)) in known_columns()}
    kept = pd.DataFrame(places[[*ours, *rest]]).rename(columns=names)
    frame = pd.concat([standard_frame(places), kept], axis=1)
    if path.suffix.lower() == ".csv":
        with atomic_path(path) as temporary:
            frame.map(safe_cell).to_csv(
                temporary,
                index=False,
                encoding="utf-8",
                quoting=csv.QUOTE_MINIMAL,
                lineterminator="\n",
            )
        return path
    if path.suffix.lower() in (".gpkg", ".geojson"):
        return write_layer(gpd.GeoDataFrame(frame, geometry=places.geometry), path)
    return write_table(frame, path)


def check_suffix(path: str | Path) -> Path:
    """Refuse a file that cannot be written, before the work that fills it.

    Parameters
    ----------
    path
        Where a list is wanted.

    Returns
    -------
    pathlib.Path
        The same.

    Raises
    ------
    DataError
        For an unknown suffix.

    Examples
    --------
    >>> check_suffix("lieux.csv").name
    'lieux.csv'
    """
    path, known = Path(path), dict.fromkeys((*TABLE_FORMATS, *LAYER_FORMATS))
    if path.suffix.lower() not in known:
        raise DataError(
            f"{path.name}: the suffix must be one of {', '.join(known)}."
            f"{did_you_mean(path.suffix, known)}"
        )
    return path


def safe_cell(value: object) -> object:
    """Keep a spreadsheet from running a cell, but leave numbers and telephones as they are.

    Parameters
    ----------
    value
        A cell.

    Returns
    -------
    object
        The same, or with an apostrophe before it.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("+33231000000"), safe_cell("-0.37")
    ("'=1+1", '+33231000000', '-0.37')
    """
    if isinstance(value, str) and _TELEPHONE_OR_NUMBER.fullmatch(value):
        return value
    return neutral(value)
