"""A list of places, in whatever file it is held, as one frame.

A row of the file is a row of the frame, whatever is wrong with it. What was recognised and set
right is said in the row's ``corrections``; what is about the whole file (encoding, delimiter,
names of columns) is said in those of the first row, after ``fichier :``. What cannot be read in
one way only is left as it is or empty, never guessed: `check_places` lists it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.reading.coordinates import read_coordinates, split_point
from epn_geo.reading.guesses import claim_of
from epn_geo.reading.kinds import (
    category_of,
    find_categories,
    find_labels,
    find_parents,
    split_status,
)
from epn_geo.reading.repairs import (
    Repaired,
    opening_hours,
    quoted,
    repair_commune_code,
    repair_date,
    repair_phone,
    repair_pivot,
    repair_postcode,
    repair_text,
)
from epn_geo.reading.seeking import Vocabulary, seek_places
from epn_geo.reading.tabling import Table
from epn_geo.reading.values import read_values
from epn_geo.standard import (
    CATEGORIES,
    CHAIN_COLUMNS,
    COLUMNS,
    LISTS,
    OUR_COLUMNS,
    REQUIRED,
    ZONINGS,
    column_key,
    known_columns,
    known_values,
)
from epn_geo.tables import read_table

_KINDS_COLUMNS = OUR_COLUMNS[:5]  # categorie, parent_id, label, statut_label, date_label
_FIELDS = (*COLUMNS, *_KINDS_COLUMNS)
_DAYS = tuple(f"h_{day}" for day in ("lundi", "mardi", "mercredi", "jeudi", "vendredi"))
_DAYS = (*_DAYS, "h_samedi", "h_dimanche")
_HINTS = ("format_fs", "groupe")  # read for what they tell, and kept as the file's own columns
_YES_NO = frozenset({"", "oui", "non", "true", "false", "vrai", "faux", "1", "0"})
_SHIFT = 1e-3  # degrees: about 100 m between a shape and the coordinates written beside it


def read_places(
    path: str | Path,
    *,
    columns: Mapping[str, str | None] | None = None,
    categorie: str | None = None,
    sheet: str | None = None,
) -> gpd.GeoDataFrame:
    r"""Read a list of places.

    Parameters
    ----------
    path
        The national standard (v1, v0.1), the list of France Services, or any table with a few
        columns: CSV, XLSX, JSON, GeoJSON, GeoPackage, Shapefile (also zipped), GeoParquet. The
        encoding, the delimiter, the header and the names of columns are recognised.
    columns
        The columns to read, where recognising them is not enough: the standard's name of a field
        and the name of the column in the file, or None for a field no column holds.
    categorie
        What all the places of the list are, such as ``"EPN"``, whatever the list says.
    sheet
        The sheet of a workbook, or the layer of a geographic file, when there are several.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per row of the file, in WGS 84 (EPSG:4326): the 32 columns of the national standard
        (text, missing where empty, lists joined by ``|``; ``latitude`` and ``longitude`` are
        numbers), ``categorie``, ``parent_id`` (of an antenna), ``label``, ``statut_label``,
        ``date_label``, ``ligne`` (the row's number in the file), ``corrections``, then the file's
        other columns under their own names (``source_…`` when the name is taken). Geometry is
        missing where there are no usable coordinates.

    Raises
    ------
    DataError
        If the file is missing, empty, damaged or of another format.
    ColumnError
        If there are neither coordinates nor communes in it, if two columns could be the same
        field, or if a column named in `columns` does not exist.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> text = "Nom;Commune;CP;Lat;Long\nEPN de Flers;Flers;61100;48,748;-0,569\n"
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "epn.csv")
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     places = read_places(path)
    >>> places[["nom", "code_postal", "latitude", "categorie", "ligne"]].values.tolist()
    [['EPN de Flers', '61100', 48.748, 'EPN', 2]]
    """
    if categorie is not None and categorie not in CATEGORIES:
        raise DataError(
            f"categorie must be one of {', '.join(CATEGORIES)}, not {categorie!r}."
            f"{did_you_mean(str(categorie), CATEGORIES)}"
        )
    chosen = dict(columns or {})
    file = _File.open(Path(path) if isinstance(path, str) else path, chosen, sheet)
    data, log = file.data, file.log
    _repair_cells(data, log)
    coordinates = _read_points(file)
    _read_lists(data, log)
    _read_hours(file)
    _read_statuses(file)
    _read_kinds(file, categorie)
    _name_rows(file)
    parents, notes = find_parents(data)
    data["parent_id"] = parents
    log.add(notes)
    _promote_antennas(data, log, keep=file.given if categorie is None else None)
    return _finish(file, coordinates)


# -- the file


class _Log:
    """Collects what was set right, row by row."""

    def __init__(self, table: Table) -> None:
        self.rows: list[list[str]] = [[] for _ in range(len(table.lines))]
        self.file: list[str] = list(table.file_notes)
        for position, notes in table.row_notes.items():
            self.rows[position].extend(notes)

    def add(self, notes: pd.Series[str], field: str = "") -> None:
        """Add the notes that are not empty, each to its row."""
        for position in np.flatnonzero(notes.to_numpy() != ""):
            text = notes.iloc[position]
            self.rows[position].append(f"{field} : {text}" if field else text)

    def texts(self) -> list[str]:
        """Give the corrections of each row as one text."""
        rows = [list(items) for items in self.rows]
        if rows:
            rows[0] = [f"fichier : {note}" for note in self.file] + rows[0]
        return [" ; ".join(item.replace(" ; ", ", ") for item in items) for items in rows]


class _File(NamedTuple):
    """A table, the fields found in it (text, empty where nothing), and what is said about them."""

    table: Table
    data: pd.DataFrame
    found: Mapping[str, str]
    hints: Mapping[str, str]
    log: _Log
    given: pd.Series[bool]  # the rows whose category the file says itself

    @classmethod
    def open(cls, path: Path, chosen: Mapping[str, str | None], sheet: str | None) -> _File:
        """Read a file, find its columns, and leave out what is no place."""
        names = frozenset(filter(None, chosen.values()))
        known = known_columns()
        whole = read_table(
            path, sheet=sheet, is_known=lambda text: text in names or bool(claim_of(text, known))
        )
        words = Vocabulary(known, _FIELDS, tuple(f for f in REQUIRED if f != "id"))
        table, found, notes = seek_places(whole, words, chosen, path.name)
        log = _Log(table)
        log.file.extend(notes)
        hints = {
            wanted: column
            for column in table.cells.columns
            for wanted in (*_HINTS, *_DAYS)
            if column_key(str(column)) == column_key(wanted) and column not in found.values()
        }
        cells = table.cells
        empty = pd.Series("", index=cells.index, dtype="str")
        data = pd.DataFrame(
            {
                field: cells[found[field]] if field in found else empty
                for field in (*_FIELDS, "point")
            }
            | {hint: cells[hints[hint]] if hint in hints else empty for hint in _HINTS},
            index=cells.index,
        )
        return cls(table, data, found, hints, log, data["categorie"] != "")

    @property
    def is_france_services(self) -> bool:
        """Whether this is the list of France Services."""
        return "format_fs" in self.hints or (
            column_key(self.found.get("id", "")) == "idfs"
            and column_key(self.found.get("nom", "")) == "libfs"
        )


# -- cells


def _apply(data: pd.DataFrame, log: _Log, field: str, repair: Callable[[str], Repaired]) -> None:
    """Repair a column in place, each different cell once."""
    cells = data[field]
    read = {cell: repair(cell) if cell else ("", "") for cell in cells.unique()}
    if all(read[cell][0] == cell for cell in read):
        return
    data[field] = pd.Series([read[c][0] for c in cells], index=cells.index, dtype="str")
    log.add(pd.Series([read[c][1] for c in cells], index=cells.index, dtype="str"), field)


def _repair_cells(data: pd.DataFrame, log: _Log) -> None:
    """Repair text, codes and dates."""
    for field in data.columns:
        _apply(data, log, field, repair_text)
    _apply(data, log, "id", _repair_id)
    _apply(data, log, "pivot", repair_pivot)
    _apply(data, log, "code_postal", repair_postcode)
    _apply(data, log, "code_insee", repair_commune_code)
    _apply(data, log, "telephone", repair_phone)
    _apply(data, log, "date_maj", repair_date)


def _repair_id(cell: str) -> Repaired:
    whole, point, zeros = cell.partition(".")
    if point and whole.isdigit() and zeros and not zeros.strip("0"):
        return whole, f"nombre rendu au texte ({quoted(cell)})"
    return cell, ""


def _read_lists(data: pd.DataFrame, log: _Log) -> None:
    """Read the columns of several values, and move those that now belong to another column."""
    if set(data["itinerance"].str.lower()) <= _YES_NO and (data["itinerance"] != "").any():
        log.file.append("itinerance : oui et non lus Itinérant et Fixe")
        moving = {fold(word): value for word, (_, value) in known_values("itinerance").items()}
        data["itinerance"] = data["itinerance"].map(lambda cell: moving.get(fold(cell), ""))
    for field in LISTS:
        if not (data[field] != "").any():
            continue
        read = read_values(data[field], field, known_values(field))
        data[field] = read.cells
        log.add(read.notes, field)
        for target in read.moved.columns:
            both = (data[target] + "|" + read.moved[target]).str.strip("|")
            data[target] = both.map(lambda cell: "|".join(dict.fromkeys(cell.split("|"))))


def _read_hours(file: _File) -> None:
    """Read the columns of opening hours by day into one."""
    days = [file.hints.get(day) for day in _DAYS]
    if not any(days) or "horaires" in file.found:
        return
    cells = file.table.cells
    columns = [cells[day].tolist() if day else [""] * len(cells) for day in days]
    weeks = list(zip(*columns, strict=True))
    read = {week: opening_hours(week) for week in dict.fromkeys(weeks)}
    index = cells.index
    file.data["horaires"] = pd.Series([read[w][0] for w in weeks], index=index, dtype="str")
    notes = pd.Series([read[w][1] for w in weeks], index=index, dtype="str")
    file.log.add(notes, "horaires")


# -- where


def _read_points(file: _File) -> pd.DataFrame:
    """Give latitude and longitude in degrees, from shapes or from columns."""
    data, log = file.data, file.log
    if "point" in file.found:
        pairs = [split_point(cell) for cell in data["point"]]
        both = pd.DataFrame(pairs, columns=["latitude", "longitude"], dtype="str")
        for field in both.columns:
            data[field] = data[field].where(data[field] != "", both[field])
    codes = data["code_postal"].where(data["code_postal"] != "", data["code_insee"])
    if file.table.geometry is None:
        read, notes = read_coordinates(data["latitude"], data["longitude"], codes)
        log.add(notes)
        return read
    written, notes = _shape_texts(file.table.geometry)
    log.add(notes)
    has_shape = written["latitude"] != ""
    beside, notes = read_coordinates(data["latitude"], data["longitude"], codes)
    log.add(notes.mask(has_shape, ""))
    read, notes = read_coordinates(written["latitude"], written["longitude"], codes)
    log.add(notes)
    shift = (beside - read).abs().max(axis=1)
    said = "celles de la géométrie, et non des colonnes (" + data["latitude"]
    said = said + ", " + data["longitude"] + ")"
    log.add(said.where(has_shape & (shift > _SHIFT), ""), "coordonnées")
    return read.where(has_shape, beside)


def _shape_texts(shapes: gpd.GeoSeries) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Give the coordinates of shapes as text, so that they are read as written ones are."""
    if shapes.crs is not None and not shapes.crs.equals(4326, ignore_axis_order=True):
        shapes = shapes.to_crs(4326)
    array = shapes.to_numpy()
    there = ~(shapely.is_missing(array) | shapely.is_empty(array))
    other = there & (shapely.get_type_id(array) != shapely.GeometryType.POINT)
    points = array.copy()
    points[other] = shapely.point_on_surface(array[other])
    empty = pd.Series("", index=shapes.index, dtype="str")
    frame = pd.DataFrame({"latitude": empty, "longitude": empty})
    xy = shapely.get_coordinates(points[there])
    for field, values in (("longitude", xy[:, 0]), ("latitude", xy[:, 1])):
        frame.loc[there, field] = [np.format_float_positional(v, trim="-") for v in values]
    notes = empty.copy()
    notes[other] = "géométrie : forme remplacée par un point intérieur"
    return frame, notes


# -- what


def _read_statuses(file: _File) -> None:
    """Split the date from the label's status."""
    data, log = file.data, file.log
    split = {cell: split_status(cell) for cell in data["statut_label"].unique()}
    index = data.index
    status = pd.Series([split[c][0] for c in data["statut_label"]], index=index, dtype="str")
    dates = pd.Series([split[c][1] for c in data["statut_label"]], index=index, dtype="str")
    given = data["date_label"] != ""
    _apply(data, log, "date_label", repair_date)
    data["statut_label"] = status
    dates = dates.map({cell: repair_date(cell)[0] for cell in dates.unique()})
    data["date_label"] = data["date_label"].where(given, dates)


def _read_kinds(file: _File, categorie: str | None) -> None:
    """Find what each place is, and under which label."""
    data, log = file.data, file.log
    if file.is_france_services:
        _read_france_services(file)
    unknown = data["categorie"].map(
        {c: bool(c) and not category_of(c) for c in data["categorie"].unique()}
    )
    said = "categorie : " + data["categorie"].map(quoted) + " inconnue, lue « autre »"
    log.add(said.where(unknown.astype(bool), ""))
    kinds = find_categories(data, is_france_services=file.is_france_services)
    data["categorie"] = kinds if categorie is None else categorie
    data["label"] = find_labels(data, zonings=ZONINGS)
    moving = (data["typologie"] == "ENM") & (data["itinerance"] == "")
    data.loc[moving, "itinerance"] = "Itinérant"
    log.add(pd.Series(np.where(moving, "itinerance : Itinérant, d’après ENM", ""), dtype="str"))


def _read_france_services(file: _File) -> None:
    """Write what the list of France Services says in the terms of the national standard."""
    data = file.data
    written = []
    for field, value in (
        ("typologie", "RFS"),
        ("dispositif_programmes_nationaux", "France Services"),
    ):
        if field not in file.found:
            data[field] = value
            written.append(f"{field} {value}")
    labelled = data["label"] == ""
    if "statut_label" in file.found:
        labelled &= data["statut_label"] != ""
    data.loc[labelled, "label"] = "France Services"
    form = data["format_fs"].map(fold)
    moving = form.str.startswith(("itineran", "bus")) & (data["itinerance"] == "")
    data.loc[moving, "itinerance"] = "Itinérant"
    told = f", {' et '.join(written)} écrits" if written else ""
    file.log.file.append(f"liste France Services{told}")


def _promote_antennas(data: pd.DataFrame, log: _Log, keep: pd.Series[bool] | None) -> None:
    """Call antenna an EPN whose parent is in the list, unless the list itself says what it is."""
    if keep is None:
        return
    found = (data["parent_id"] != "") & data["categorie"].isin(["EPN", "autre"]) & ~keep
    data.loc[found, "categorie"] = "antenne"
    log.add(pd.Series(np.where(found, "categorie : antenne, d’après son parent", ""), dtype="str"))


def _name_rows(file: _File) -> None:
    """Give an id to the rows without one: made from what the row says, so that it lasts."""
    data = file.data
    rows = np.flatnonzero(data["id"] == "")
    if not len(rows):
        return
    said = data[["nom", "commune", "code_insee", "code_postal", "adresse"]].iloc[rows]
    ids = data["id"].tolist()
    taken = set(ids)
    notes = [""] * len(ids)
    for row, words in zip(rows, said.itertuples(index=False), strict=True):
        key = "|".join(map(fold, words)).encode()
        stem = f"lieu-{hashlib.sha256(key).hexdigest()[:10]}"
        name, count = stem, 1
        while name in taken:
            count += 1
            name = f"{stem}-{count}"
        taken.add(name)
        ids[row] = name
        notes[row] = "id : absent, formé d’après le nom, la commune et l’adresse"
    data["id"] = pd.Series(ids, index=data.index, dtype="str")
    file.log.add(pd.Series(notes, index=data.index, dtype="str"))


# -- the frame


def _finish(file: _File, coordinates: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put the columns together, in order."""
    data = file.data
    texts = data[list(_FIELDS)]
    texts = texts.mask(texts == "").astype("str")
    out: dict[str, object] = {field: texts[field] for field in _FIELDS}
    out["latitude"], out["longitude"] = coordinates["latitude"], coordinates["longitude"]
    out["ligne"] = file.table.lines
    others = _other_columns(file)
    out["corrections"] = pd.Series(file.log.texts(), index=data.index, dtype="str")
    lat, lon = (coordinates[c].to_numpy() for c in ("latitude", "longitude"))
    geometry = np.full(len(data), None, dtype=object)
    usable = ~(np.isnan(lat) | np.isnan(lon))
    geometry[usable] = shapely.points(lon[usable], lat[usable])
    frame = pd.DataFrame(out | others, index=data.index)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(geometry, crs=4326, index=data.index))


def _other_columns(file: _File) -> dict[str, pd.Series[str] | pd.Series[bool]]:
    """Give the file's own columns, under their names or ``source_…`` where the name is taken."""
    read = {*file.found.values()}
    if "horaires" not in file.found:
        read |= {file.hints[day] for day in _DAYS if day in file.hints}
    taken = {*_FIELDS, *OUR_COLUMNS, *CHAIN_COLUMNS}
    others: dict[str, pd.Series[str] | pd.Series[bool]] = {}
    for column in file.table.cells.columns:
        if column in read:
            continue
        name = str(column)
        cells = file.table.cells[column]
        if name == "couvre":
            others[name] = _yes_no(cells, file.table.lines)
            continue
        while name in taken or name in others:
            name = f"source_{name}"
        if name != column:
            file.log.file.append(f"colonne {column} gardée sous {name}")
        others[name] = cells.mask(cells == "").astype("str")
    return others


def _yes_no(cells: pd.Series[str], lines: npt.NDArray[np.int64]) -> pd.Series[bool]:
    """Read the column that says which places count for coverage."""
    words = {"oui": True, "true": True, "vrai": True, "1": True}
    words |= {"non": False, "false": False, "faux": False, "0": False}
    read = cells.str.lower().map(words)
    if read.isna().any():
        row = int(np.flatnonzero(read.isna())[0])
        raise ColumnError(
            f"The column 'couvre' says oui or non for every place; row {lines[row]} of the list "
            f"says {cells.iloc[row]!r}."
        )
    return read.astype(bool)
