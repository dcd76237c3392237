"""Coordinates as people write them, into degrees: decimal commas, Lambert, swapped axes, zeros.

A pair is read only where it can be read in one way. Anything else becomes empty, and what was
written is kept in the note that goes with the row.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Masks = npt.NDArray[np.bool_]


class Box(NamedTuple):
    """Lowest and highest x, lowest and highest y."""

    west: float
    east: float
    south: float
    north: float

    def holds(self, x: Floats, y: Floats) -> Masks:
        """Tell which points stand in the box."""
        return (self.west <= x) & (x <= self.east) & (self.south <= y) & (y <= self.north)


# Degrees: the parts of France, wide enough to hold their islands.
_FRANCE = (
    Box(-5.6, 9.8, 41.2, 51.3),
    Box(-63.3, -60.6, 14.2, 18.3),  # Antilles
    Box(-54.9, -51.3, 1.9, 6.1),  # Guyane
    Box(55.0, 56.1, -21.6, -20.6),  # La Réunion
    Box(44.7, 45.5, -13.3, -12.4),  # Mayotte
    Box(-56.6, -56.0, 46.6, 47.3),  # Saint-Pierre-et-Miquelon
)
# Metres: boxes that do not overlap, so that a pair of numbers tells its projection.
_LAMBERT_93 = (Box(80e3, 1100e3, 6130e3, 7135e3), Box(1150e3, 1260e3, 6030e3, 6245e3))
_LAMBERT_2 = (Box(40e3, 1080e3, 1690e3, 2720e3), Box(1100e3, 1250e3, 1590e3, 1830e3))
_CONIC_NORTHINGS = range(1, 10)  # CC42 … CC50: the false northing is 1.2, 2.2 … 9.2 million
_UTM = {  # département: projection, and the northings it has
    "971": (5490, 1.5e6, 2.1e6),
    "972": (5490, 1.5e6, 2.1e6),
    "973": (2972, 0.2e6, 0.7e6),
    "974": (2975, 7.5e6, 7.8e6),
    "976": (4471, 8.4e6, 8.7e6),
}
_PROJECTION_NAMES = {2154: "Lambert-93", 27572: "Lambert II étendu"}


def read_coordinates(
    latitude: pd.Series[str], longitude: pd.Series[str], codes: pd.Series[str]
) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Read latitudes and longitudes (or y and x) written as text.

    Parameters
    ----------
    latitude, longitude
        What the file holds; empty text where nothing.
    codes
        A postcode or commune code for each row, or empty: it tells the département overseas.

    Returns
    -------
    tuple
        A frame of ``latitude`` and ``longitude`` (float64, WGS84 degrees, NaN where there is no
        usable pair), and the notes in French, empty where nothing had to be done.

    Examples
    --------
    >>> y = pd.Series(["49,18", "6900000", "-0.37", "inconnue"], dtype="str")
    >>> x = pd.Series(["-0,37", "454000", "49.18", "1"], dtype="str")
    >>> read, notes = read_coordinates(y, x, codes=y)
    >>> read.round(2).values.tolist()
    [[49.18, -0.37], [49.15, -0.37], [49.18, -0.37], [nan, nan]]
    >>> notes.tolist()[1:]
    ['coordonnées : Lambert-93 converti (« 6900000 », « 454000 »)', \
'coordonnées : latitude et longitude échangées', \
'coordonnées : illisibles, laissées vides (« inconnue », « 1 »)']
    """
    lat, lat_how = _numbers(latitude)
    lon, lon_how = _numbers(longitude)
    notes = _Notes(latitude, longitude)
    notes.add("virgule décimale", (lat_how == _COMMA) | (lon_how == _COMMA))
    notes.add("degrés, minutes, secondes convertis", (lat_how == _DMS) | (lon_how == _DMS), True)

    zero = (lat == 0) & (lon == 0)
    notes.add("(0, 0) lu comme inconnues", zero)
    lat[zero] = lon[zero] = np.nan
    lat, lon = _from_metres(lat, lon, codes, notes)
    lat, lon = _unswap(lat, lon, notes)
    _drop_impossible(lat, lon, zero, notes)
    frame = pd.DataFrame({"latitude": lat, "longitude": lon}, index=latitude.index)
    return frame, notes.texts()


def split_point(cell: str) -> tuple[str, str]:
    """Split a cell that holds both coordinates.

    Parameters
    ----------
    cell
        ``latitude, longitude``, or WKT ``POINT (x y)``.

    Returns
    -------
    tuple of str
        Latitude and longitude; the whole cell and nothing when it is neither.

    Examples
    --------
    >>> split_point("49.18, -0.37"), split_point("POINT (-0.37 49.18)"), split_point("Caen")
    (('49.18', '-0.37'), ('49.18', '-0.37'), ('Caen', ''))
    """
    if found := _WKT.fullmatch(cell):
        return found[2], found[1]
    for separator in (";", "|", ", ", ",", " "):
        parts = [part.strip() for part in cell.strip("[]() ").split(separator)]
        if len(parts) == 2 and all(_FRENCH_NUMBER.fullmatch(part) for part in parts):
            return parts[0], parts[1]
    return cell, ""


_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_FRENCH_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d*)?")
_WKT = re.compile(r"(?:SRID=\d+;)?\s*POINT\s*Z?\s*\(\s*(\S+)\s+(\S+?)(?:\s+\S+)?\s*\)", re.I)
_DEGREES = re.compile(
    r"([NSEWO])?\s*([+-]?\d{1,3})\s*°\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*"
    r"(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:\"|″|''|’’|”))?)?\s*([NSEWO])?",
    re.I,
)
_SEXAGESIMAL = re.compile(  # 48 51 10.8 N with its letter, or 48:51:10.8
    r"([NSEWO])?\s*([+-]?\d{1,3})([\s:])\s*(\d{1,2})\3\s*(\d{1,2}(?:[.,]\d+)?)\s*([NSEWO])?", re.I
)
_DECIMAL_LETTER = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*°?\s*([NSEWO])", re.I)
_PLAIN, _COMMA, _DMS, _UNREADABLE = range(4)


def _numbers(cells: pd.Series[str]) -> tuple[Floats, Ints]:
    """Read numbers written as text, and say how each was written."""
    read = {cell: _number(cell) for cell in cells.unique()}
    pairs = [read[cell] for cell in cells]
    return (
        np.array([value for value, _ in pairs], dtype=float),
        np.array([how for _, how in pairs], dtype=np.int64),
    )


def _number(cell: str) -> tuple[float, int]:
    if not cell:
        return np.nan, _PLAIN
    if _NUMBER.fullmatch(cell):
        return float(cell), _PLAIN
    text = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d)", "", cell.replace("\u2212", "-"))
    text = text.removesuffix("°").strip()
    if _NUMBER.fullmatch(text):
        return float(text), _PLAIN
    if _FRENCH_NUMBER.fullmatch(text):
        return float(text.replace(",", ".")), _COMMA
    return _degrees(cell)


def _degrees(cell: str) -> tuple[float, int]:
    """Read 49°10′56″N, or 49.18 N."""
    if found := _DECIMAL_LETTER.fullmatch(cell):
        number, letter = float(found[1].replace(",", ".")), found[2].upper()
        return (-number if letter in "SWO" else number), _DMS
    if found := _SEXAGESIMAL.fullmatch(cell.strip()):
        before, degrees, sign, minutes, seconds, after = found.groups()
        if sign != ":" and not (before or after):
            return np.nan, _UNREADABLE
    elif found := _DEGREES.fullmatch(cell.strip()):
        before, degrees, minutes, seconds, after = found.groups()
    else:
        return np.nan, _UNREADABLE
    value = abs(float(degrees))
    value += float((minutes or "0").replace(",", ".")) / 60
    value += float((seconds or "0").replace(",", ".")) / 3600
    negative = degrees.startswith("-") or (before or after or "N").upper() in "SWO"
    return (-value if negative else value), _DMS


def in_france(latitude: float, longitude: float) -> bool:
    """Tell whether a pair of degrees stands in a part of France, give or take its sea.

    Parameters
    ----------
    latitude, longitude
        Degrees.

    Returns
    -------
    bool
        Whether it does.

    Examples
    --------
    >>> in_france(48.7, -0.6), in_france(-0.6, 48.7)
    (True, False)
    """
    return bool(_in_france(np.array([latitude]), np.array([longitude]))[0])


def _in_france(lat: Floats, lon: Floats) -> Masks:
    inside: Masks = np.any([box.holds(lon, lat) for box in _FRANCE], axis=0)
    return inside


def _unswap(lat: Floats, lon: Floats, notes: _Notes) -> tuple[Floats, Floats]:
    """Exchange the pairs that stand in France only when exchanged."""
    swapped = ~_in_france(lat, lon) & _in_france(lon, lat)
    notes.add("latitude et longitude échangées", swapped)
    return np.where(swapped, lon, lat), np.where(swapped, lat, lon)


def _from_metres(
    lat: Floats, lon: Floats, codes: pd.Series[str], notes: _Notes
) -> tuple[Floats, Floats]:
    """Convert the pairs in metres whose projection their size tells."""
    metres = (np.abs(lat) > 180) & (np.abs(lon) > 180)
    if not metres.any():
        return lat, lon
    overseas = codes.str[:3].to_numpy()
    straight = _projections(lon, lat, overseas)
    crossed = np.where(straight == 0, _projections(lat, lon, overseas), 0)
    x, y = np.where(crossed > 0, lat, lon), np.where(crossed > 0, lon, lat)
    lat, lon = lat.copy(), lon.copy()
    found = np.where(metres, straight + crossed, 0)
    for epsg in sorted({int(code) for code in found if code}):
        here = found == epsg
        points = gpd.GeoSeries(gpd.points_from_xy(x[here], y[here]), crs=epsg).to_crs(4326)
        lon[here], lat[here] = points.x.round(7), points.y.round(7)
        name = _PROJECTION_NAMES.get(epsg) or (f"CC{epsg - 3900}" if epsg > 3900 else "UTM")
        name = "UTM" if epsg in {code for code, *_ in _UTM.values()} else name
        notes.add(f"{name} converti", here, True)
        notes.add("x et y échangés", here & (crossed > 0))
    return lat, lon


def _projections(x: Floats, y: Floats, overseas: npt.NDArray[np.object_]) -> Ints:
    """Give the EPSG code that the size of each pair tells, 0 where none."""
    found = np.zeros(len(x), dtype=np.int64)
    for number in _CONIC_NORTHINGS:
        middle = number * 1e6 + 2e5
        found[Box(1150e3, 2400e3, middle - 150e3, middle + 150e3).holds(x, y)] = 3941 + number
    for epsg, boxes in ((2154, _LAMBERT_93), (27572, _LAMBERT_2)):
        for box in boxes:
            found[box.holds(x, y)] = epsg
    for department, (epsg, south, north) in _UTM.items():
        here = overseas == department
        found[here] = np.where(Box(100e3, 900e3, south, north).holds(x[here], y[here]), epsg, 0)
    return found


def _drop_impossible(lat: Floats, lon: Floats, zero: Masks, notes: _Notes) -> None:
    """Empty, in place, what is no pair of degrees, and keep in the notes what was written."""
    written = notes.written & ~zero
    possible = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & (lat != 0)
    one = notes.only_one
    notes.add("une seule des deux, laissées vides", written & one, True)
    read = ~(np.isnan(lat) | np.isnan(lon))
    notes.add("illisibles, laissées vides", written & ~one & ~read, True)
    notes.add("impossibles, laissées vides", written & read & ~possible, True)
    lat[~possible] = lon[~possible] = np.nan


class _Notes:
    """Collects, row by row, what was done to the coordinates."""

    def __init__(self, latitude: pd.Series[str], longitude: pd.Series[str]) -> None:
        self._latitude, self._longitude = latitude, longitude
        self._items: list[list[str]] = [[] for _ in range(len(latitude))]
        has_lat, has_lon = (latitude != "").to_numpy(), (longitude != "").to_numpy()
        self.written: Masks = has_lat | has_lon
        self.only_one: Masks = has_lat != has_lon

    def add(self, text: str, mask: Masks, originals: bool = False) -> None:
        """Add a note to the rows of a mask, with what was written if asked."""
        for row in np.flatnonzero(mask):
            was = f"(« {self._latitude.iloc[row]:.60} », « {self._longitude.iloc[row]:.60} »)"
            self._items[row].append(f"{text} {was}" if originals else text)

    def texts(self) -> pd.Series[str]:
        """Give the notes as one text per row."""
        texts = [f"coordonnées : {', '.join(items)}" if items else "" for items in self._items]
        return pd.Series(texts, index=self._latitude.index, dtype="str")
