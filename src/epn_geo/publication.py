"""Files for data.gouv: the national standard in one, what it has no place for in another.

The national standard has 32 columns and no more; what this library adds (category, parent, label,
EPCI) goes into a second file, joined by `id`. Both are open data: commas, decimal points, UTF-8.
"""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import pandas as pd

from epn_geo.errors import DataError
from epn_geo.listing import safe_cell
from epn_geo.standard import OUR_COLUMNS, standard_frame
from epn_geo.writing import atomic_path, write_layer

STANDARD, BESIDE, POINTS = "lieux-standard.csv", "lieux-complements.csv", "lieux.geojson"
# where the point and the declared commune agree, or only the point tells
TOLD_BY_THE_POINT = ("oui", "ancien code", "non déclaré")
TERRITORIES = ("code_epci", "epci", "code_departement", "departement", "code_region", "region")


def publishable_frame(places: pd.DataFrame) -> pd.DataFrame:
    """Give places as they should be published in the national standard.

    Parameters
    ----------
    places
        Places, as read or located.

    Returns
    -------
    pandas.DataFrame
        The 32 columns, all text. `code_insee` and `commune` are those where the place stands if the
        list agreed, gave an old code or gave none; where point and list disagree, they are what the
        list declared: a publication does not decide who is right.

    Raises
    ------
    ColumnError
        If this is no frame of places.

    Examples
    --------
    >>> places = pd.DataFrame({
    ...     "id": ["1", "2"], "accord": ["ancien code", "non"], "code_insee": ["14001", "14002"],
    ...     "code_insee_declare": ["14900", "14118"],
    ... })
    >>> publishable_frame(places)["code_insee"].tolist()
    ['14001', '14118']
    """
    frame = standard_frame(places)
    if "accord" not in places:
        return frame
    doubtful = ~places["accord"].isin(TOLD_BY_THE_POINT)
    for column, declared in (("code_insee", "code_insee_declare"), ("commune", "commune_declaree")):
        if declared in places:
            told = places[declared].astype(object).where(places[declared].notna(), "")
            frame[column] = frame[column].mask(doubtful, told).astype("str")
    # the list's own spelling of the commune stays, where it named the one the point is in
    if "commune_declaree" in places:
        same = places["accord"].eq("oui") & places["commune_declaree"].notna()
        frame["commune"] = frame["commune"].mask(same, places["commune_declaree"]).astype("str")
    return frame


def write_standard(places: pd.DataFrame, path: str | Path) -> Path:
    """Write places in the national standard: exactly its 32 columns.

    Parameters
    ----------
    places
        Places, as read or located.
    path
        Where to, ending in ``.csv``.

    Returns
    -------
    pathlib.Path
        The file: commas, UTF-8, lists joined by ``|``, dates as 2026-05-01; one row per place, in
        order. A text that a spreadsheet would run as a formula gets an apostrophe before it;
        numbers and telephone numbers are left as the standard wants them. What `check_places`
        finds wrong is not mended here.

    Raises
    ------
    ColumnError
        If this is no frame of places.
    DataError
        For another suffix.

    Examples
    --------
    >>> import tempfile
    >>> places = pd.DataFrame({"id": ["1"], "nom": ["EPN, Caen"], "telephone": ["+33231000000"]})
    >>> file = write_standard(places, Path(tempfile.mkdtemp()) / "lieux.csv")
    >>> file.read_text(encoding="utf-8").splitlines()[1][:38]
    '1,00000000000000,"EPN, Caen",,,,,,,,,+'
    """
    return _write_open(publishable_frame(places), path)


def write_publication(places: gpd.GeoDataFrame, folder: str | Path) -> list[Path]:
    """Write the files to publish: the standard, what is beside it, and the points.

    Parameters
    ----------
    places
        Places, as read or, better, located.
    folder
        Where to; made if need be.

    Returns
    -------
    list of pathlib.Path
        ``lieux-standard.csv`` (32 columns), ``lieux-complements.csv`` (`id` and what this library
        adds), ``lieux.geojson`` (both together, WGS84; a place without coordinates has no
        geometry).

    Raises
    ------
    ColumnError
        If this is no frame of places.
    DataError
        If two places have the same `id`, or one has none: the second file could not be joined, and
        the standard asks for it.

    Examples
    --------
    >>> import tempfile
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["1"], "nom": ["EPN"], "categorie": ["EPN"]},
    ...     geometry=gpd.points_from_xy([-0.37], [49.18]), crs=4326,
    ... )
    >>> [file.name for file in write_publication(places, tempfile.mkdtemp())]
    ['lieux-standard.csv', 'lieux-complements.csv', 'lieux.geojson']
    """
    folder, frame = Path(folder), publishable_frame(places)
    wrong = frame["id"][frame["id"].duplicated(keep=False) | (frame["id"] == "")]
    if len(wrong):
        rows = places.loc[wrong.index, "ligne"] if "ligne" in places else wrong.index.to_series()
        listed = ", ".join(map(str, rows.head(5)))
        raise DataError(
            f"{len(wrong)} places have no id or share it (rows {listed}): the standard wants one "
            "for each. Give each its own, or merge the duplicates (epn-geo merge)."
        )
    kept = [c for c in (*OUR_COLUMNS[:5], *TERRITORIES) if c in places]
    beside = pd.DataFrame(places[kept])
    points = gpd.GeoDataFrame(
        pd.concat([frame, beside], axis=1), geometry=places.geometry, crs=places.crs
    )
    return [
        _write_open(frame, folder / STANDARD),
        _write_open(pd.concat([frame[["id"]], beside], axis=1), folder / BESIDE),
        write_layer(points, folder / POINTS),
    ]


def _write_open(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a table of text as open data."""
    path = Path(path)
    if path.suffix.lower() != ".csv":
        raise DataError(f"{path.name}: the national standard is published as .csv.")
    with atomic_path(path) as temporary:
        frame.map(safe_cell).to_csv(
            temporary,
            index=False,
            encoding="utf-8",
            quoting=csv.QUOTE_MINIMAL,
            lineterminator="\n",
        )
    return path
