"""Several lists of places as one: the pairs that look like one place, and what becomes of them.

Two rows of different lists may be one place if they are in the same commune (where both say), and
within `max_distance_km` of each other (where both have coordinates). How much alike they look is a
score between 0 and 1, of what is known of both::

    score = (½ names + ¼ addresses + ¼ nearness) / sum of the weights of what is known

- names, addresses: the share of letters in common once words are sorted (rapidfuzz
  ``token_sort_ratio``), halved when the numbers in them differ: "site 1" is not "site 2";
- nearness: 1 at the same point, 0 at `max_distance_km`.

Nothing is merged below the threshold that the caller gives, and the table of pairs shows all those
that were weighed, merged or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rapidfuzz import fuzz
from scipy.spatial import cKDTree

from epn_geo.checking.likeness import place_key
from epn_geo.communes import current_codes
from epn_geo.crs import require_crs
from epn_geo.errors import ColumnError, DataError, fold
from epn_geo.standard import COLUMNS, LISTS, join_list, split_list

WEIGHTS = {"noms": 0.5, "adresses": 0.25, "proximite": 0.25}
WORTH_SHOWING = 0.5  # pairs below are not shown: they have too little in common
EARTH_KM = 6371.0088  # mean radius; at most 0.6 % from the ellipsoid
PAIR_COLUMNS = (
    "score",
    "fusion",
    "liste",
    "id",
    "nom",
    "adresse",
    "liste_2",
    "id_2",
    "nom_2",
    "adresse_2",
    "commune",
    "noms",
    "adresses",
    "distance_km",
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Merged(NamedTuple):
    """Lists made one.

    Attributes
    ----------
    places
        The rows kept.
    pairs
        The pairs weighed, best first.
    """

    places: gpd.GeoDataFrame
    pairs: pd.DataFrame


class _Pair(NamedTuple):
    """Two rows of the pooled lists, the first of the list named first, and how alike they are."""

    one: int
    other: int
    score: float
    names: float
    addresses: float
    distance_km: float


def merge_places(
    lists: Mapping[str, gpd.GeoDataFrame], *, threshold: float, max_distance_km: float = 0.5
) -> Merged:
    """Put several lists of places together, each place once.

    Parameters
    ----------
    lists
        Name and places of each list, the one to be trusted most first: of two rows that are one
        place, its row is kept.
    threshold
        Score (0-1) from which two rows are one place. Look at ``pairs`` before choosing: 0.85 asks
        for the same name at the same address, 0.7 forgives a name said otherwise.
    max_distance_km
        Kilometres beyond which two points are two places, whatever their names.

    Returns
    -------
    Merged
        - ``places``: the rows kept, in the order of the lists, in the CRS of the first, with the
          columns of all. Added: ``liste``; ``absorbe``, what the row stands for besides itself
          (``list:id « name » (score)``, joined by ``|``); ``absorbe_categories``. Values of list
          columns are put together and empty cells filled from what was absorbed; ``corrections``
          says which. An ``id`` that two lists use gets the list's name before it, in the later one.
        - ``pairs``: every pair with a score of at least 0.5, ``fusion`` True where it was merged.

    Raises
    ------
    DataError
        For no list, or a threshold outside 0-1.
    ColumnError
        If a list has no ``nom``.
    CrsError
        If a list has no CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> point = gpd.points_from_xy([-0.37], [49.18])
    >>> epn = gpd.GeoDataFrame({"id": ["1"], "nom": ["EPN de Caen"]}, geometry=point, crs=4326)
    >>> others = epn.assign(nom="E.P.N. de Caen", categorie="France Services")
    >>> merged = merge_places({"region": epn, "carte": others}, threshold=0.85)
    >>> merged.places[["liste", "nom", "absorbe", "absorbe_categories"]].values.tolist()
    [['region', 'EPN de Caen', 'carte:1 « E.P.N. de Caen » (1.00)', 'France Services']]
    """
    if not 0 <= threshold <= 1:
        raise DataError(f"threshold is a score between 0 and 1, not {threshold!r}.")
    pool = _pool(lists)
    pairs = _weigh(pool, max_distance_km)
    keeper = _choose(pairs, len(pool), threshold)
    return Merged(_assemble(pool, pairs, keeper), _table(pool, pairs, keeper, threshold))


def _pool(lists: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put the rows of all lists under each other, with ids that no two lists share."""
    if not lists:
        raise DataError("There is no list to merge.")
    first = next(iter(lists.values()))
    taken: set[str] = set()
    frames = []
    for name, places in lists.items():
        if "nom" not in places:
            raise ColumnError(f"The list {name!r} has no column 'nom': see read_places.")
        require_crs(places, name)
        frame = places.to_crs(first.crs)
        if frame.geometry.name != "geometry":
            frame = frame.rename_geometry("geometry")
        ids = frame["id"] if "id" in frame else frame.index.to_series()
        ids = ids.fillna("").astype("str")
        renamed = {i: f"{name}:{i}" for i in set(ids) & taken if i}
        taken |= set(ids)
        changes: dict[str, object] = {"liste": name, "id": ids.replace(renamed)}
        if "parent_id" in frame:
            changes["parent_id"] = frame["parent_id"].replace(renamed)
        frames.append(frame.assign(**changes))
    pool = pd.concat(frames, ignore_index=True)
    pool["liste"] = pool["liste"].astype("str")
    return gpd.GeoDataFrame(pool, geometry="geometry", crs=first.crs)


# -- pairs


def _weigh(pool: gpd.GeoDataFrame, max_distance_km: float) -> list[_Pair]:
    """Give the pairs that may be one place, best first."""
    rank = pd.factorize(pool["liste"])[0]
    communes = _communes(pool)
    points = _on_the_sphere(pool)
    names = [_key(text, names=True) for text in _texts(pool, "nom")]
    addresses = [_key(text, names=False) for text in _texts(pool, "adresse")]
    found = []
    for one, other in sorted(set(_candidates(points, communes, max_distance_km))):
        if rank[one] == rank[other] or _elsewhere(communes[one], communes[other]):
            continue
        distance = float(np.linalg.norm(points[one] - points[other]))
        alike = _alike(names[one], names[other])
        same = _alike(addresses[one], addresses[other])
        score = _score(alike, same, 1 - distance / max_distance_km)
        if score >= WORTH_SHOWING:
            found.append(_Pair(one, other, score, alike, same, distance))
    return sorted(found, key=lambda pair: (-pair.score, pair.one, pair.other))


def _candidates(
    points: Floats, communes: list[str], max_distance_km: float
) -> Iterator[tuple[int, int]]:
    """Give the pairs of rows near each other, or in one commune when one has no point."""
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    if len(known):
        near = cKDTree(points[known]).query_pairs(max_distance_km, output_type="ndarray")
        yield from map(tuple, np.sort(known[near], axis=1).tolist())
    by_commune: dict[str, list[int]] = {}
    for row, commune in enumerate(communes):
        if commune:
            by_commune.setdefault(commune, []).append(row)
    for row in np.flatnonzero(~np.isfinite(points).all(axis=1)).tolist():
        for other in by_commune.get(communes[row], []):
            if other != row:
                yield min(row, other), max(row, other)


def _communes(pool: gpd.GeoDataFrame) -> list[str]:
    """Give each row's commune: its code of today, else its name, else nothing."""
    codes = current_codes(_column(pool, "code_insee")).fillna("").tolist()
    names = [place_key(text) for text in _texts(pool, "commune")]
    return [str(code) or name for code, name in zip(codes, names, strict=True)]


def _elsewhere(one: str, other: str) -> bool:
    """Tell whether two communes differ; a code and a name cannot be compared."""
    comparable = bool(one) and bool(other) and one[:2].isdigit() == other[:2].isdigit()
    return comparable and one != other


def _on_the_sphere(pool: gpd.GeoDataFrame) -> Floats:
    """Give points in space, kilometres: straight lines between near ones are distances."""
    degrees = pool.geometry.to_crs(4326).to_numpy()
    there = ~(shapely.is_missing(degrees) | shapely.is_empty(degrees))
    points = np.full((len(pool), 3), np.nan)
    lon, lat = np.radians(shapely.get_coordinates(shapely.centroid(degrees[there]))).T
    points[there] = EARTH_KM * np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
    return points


_ABBREVIATIONS = {
    "espace public numerique": "epn",
    "france service": "france services",
    "maison france services": "france services",
    "avenue": "av",
    "boulevard": "bd",
    "place": "pl",
    "saint": "st",
    "sainte": "ste",
}


def _key(text: str, *, names: bool) -> str:
    """Give a name or an address as it is compared."""
    if names:
        text = re.sub(r"\b(\w)\.(?=\w\b)", r"\1", text)  # E.P.N. is EPN
    key = f" {fold(text)} "
    for long, short in _ABBREVIATIONS.items():
        key = key.replace(f" {long} ", f" {short} ")
    return key.strip()


def _alike(one: str, other: str) -> float:
    """Give how alike two keys are, 0-1; NaN when one is empty."""
    if not one or not other:
        return float("nan")
    score = fuzz.token_sort_ratio(one, other) / 100
    same_numbers = re.findall(r"\d+", one) == re.findall(r"\d+", other)
    return score if same_numbers else score / 2


def _score(names: float, addresses: float, nearness: float) -> float:
    """Put what is known together."""
    values = np.array([names, addresses, nearness])
    weights = np.array([*WEIGHTS.values()])
    known = np.isfinite(values)
    if not known[0]:
        return 0.0
    return float((values[known] * weights[known]).sum() / weights[known].sum())


# -- what becomes of them


def _choose(pairs: list[_Pair], size: int, threshold: float) -> Ints:
    """Give, for each row, the row that stands for it; best pairs first, itself by default."""
    keeper = np.arange(size)
    for pair in pairs:
        if pair.score < threshold:
            break
        one, other = keeper[pair.one], keeper[pair.other]
        # a row that already absorbed others is not absorbed: chains would merge what no pair says
        if one != pair.one or other != pair.other or (keeper == other).sum() > 1:
            continue
        keeper[pair.other] = one
    return keeper


def _assemble(pool: gpd.GeoDataFrame, pairs: list[_Pair], keeper: Ints) -> gpd.GeoDataFrame:
    """Give the rows kept, with what they absorbed."""
    scores = {(pair.one, pair.other): pair.score for pair in pairs}
    rows = pool.astype(dict.fromkeys(pool.columns.difference(["geometry"]), object))
    cells = {name: rows[name].tolist() for name in rows.columns if name != "geometry"}
    shapes = pool.geometry.tolist()
    absorbed: dict[int, list[int]] = {}
    for row in np.flatnonzero(keeper != np.arange(len(keeper))).tolist():
        absorbed.setdefault(int(keeper[row]), []).append(row)
    cells["absorbe"] = [""] * len(pool)
    cells["absorbe_categories"] = [""] * len(pool)
    cells.setdefault("corrections", [""] * len(pool))
    for row, others in absorbed.items():
        cells["absorbe"][row] = "|".join(
            f"{cells['liste'][o]}:{_own_id(cells, o)} « {cells['nom'][o]} » ({scores[row, o]:.2f})"
            for o in others
        )
        if "categorie" in cells:
            kinds = [str(cells["categorie"][o]) for o in others if _filled(cells["categorie"][o])]
            cells["absorbe_categories"][row] = join_list(kinds)
        for other in others:
            _absorb(cells, shapes, row, other)
    return _rebuild(pool, cells, shapes, keeper)


def _own_id(cells: dict[str, list[object]], row: int) -> str:
    """Give the id a row has in its own list."""
    return str(cells["id"][row]).removeprefix(f"{cells['liste'][row]}:")


def _absorb(cells: dict[str, list[object]], shapes: list[object], row: int, other: int) -> None:
    """Put together the lists of two rows, fill the empty cells of the first, and say so."""
    taken = []
    for name in COLUMNS:
        if name not in cells or name in ("id", "latitude", "longitude"):
            continue
        mine, theirs = cells[name][row], cells[name][other]
        value = mine if _filled(mine) else theirs
        if name in LISTS and name not in ("typologie", "itinerance"):
            value = join_list([*split_list(mine), *split_list(theirs)]) or mine
        if _filled(value) and value != mine:
            cells[name][row] = value
            taken.append(name)
    if shapes[row] is None and shapes[other] is not None:
        shapes[row] = shapes[other]
        for name in ("latitude", "longitude"):
            if name in cells:
                cells[name][row] = cells[name][other]
        taken.append("coordonnées")
    if taken:
        said = cells["corrections"][row]
        source = f"{cells['liste'][other]}:{_own_id(cells, other)}"
        note = f"fusion : {', '.join(taken)} d’après {source}"
        cells["corrections"][row] = f"{said} ; {note}" if _filled(said) else note


def _rebuild(
    pool: gpd.GeoDataFrame, cells: dict[str, list[object]], shapes: list[object], keeper: Ints
) -> gpd.GeoDataFrame:
    """Make a frame of the rows kept, columns of the kinds they had."""
    frame = pd.DataFrame(
        {
            name: pd.Series(values, dtype=pool[name].dtype if name in pool else "str")
            for name, values in cells.items()
        }
    )
    if "parent_id" in frame:
        moved = {
            str(cells["id"][row]): str(cells["id"][int(keeper[row])])
            for row in np.flatnonzero(keeper != np.arange(len(keeper))).tolist()
        }
        frame["parent_id"] = frame["parent_id"].replace(moved)
    kept = np.flatnonzero(keeper == np.arange(len(keeper)))
    geometry = gpd.GeoSeries([shapes[row] for row in kept.tolist()], crs=pool.crs)
    frame = frame.iloc[kept].reset_index(drop=True)
    last = ["liste", "absorbe", "absorbe_categories"]
    order = [*(name for name in frame.columns if name not in last), *last]
    return gpd.GeoDataFrame(frame[order], geometry=geometry)


def _table(
    pool: gpd.GeoDataFrame, pairs: list[_Pair], keeper: Ints, threshold: float
) -> pd.DataFrame:
    """Show the pairs that were weighed."""
    one = np.array([pair.one for pair in pairs], dtype=np.int64)
    other = np.array([pair.other for pair in pairs], dtype=np.int64)
    score = np.array([pair.score for pair in pairs], dtype=float)
    columns: dict[str, object] = {
        "score": score,
        "fusion": (score >= threshold) & (keeper[other] == one),
        "noms": [pair.names for pair in pairs],
        "adresses": [pair.addresses for pair in pairs],
        "distance_km": [pair.distance_km for pair in pairs],
        "commune": _column(pool, "commune").to_numpy()[one],
    }
    for name in ("liste", "id", "nom", "adresse"):
        values = _column(pool, name).to_numpy()
        columns |= {name: values[one], f"{name}_2": values[other]}
    return pd.DataFrame(columns)[[*PAIR_COLUMNS]]


def _column(pool: pd.DataFrame, name: str) -> pd.Series[str]:
    if name in pool:
        return pool[name]
    return pd.Series(None, index=pool.index, dtype="str")


def _texts(pool: pd.DataFrame, name: str) -> list[str]:
    return [str(text) for text in _column(pool, name).fillna("").tolist()]


def _filled(value: object) -> bool:
    return isinstance(value, str) and value != ""
