"""Which row of one list is which row of another.

Two rows are one place if they bear the same id, and do not contradict each other; else if they look
alike enough. How much alike is a number between 0 and 1, the *confidence*::

    confiance = ½ names + ¼ same commune + ¼ nearness

- names: how much they have in common, whatever the order of words (0-1);
- same commune: 1 or 0, ½ where one list does not say. Old codes are those of today first;
- nearness: 1 at the same point, 0 from `near_km` on, ½ where one has no coordinates.

From `SURE` on, the best pair is taken first, each row at most once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rapidfuzz import fuzz
from scipy.spatial import cKDTree

from epn_geo.columns import texts
from epn_geo.communes import current_codes
from epn_geo.crs import WGS84, require_crs
from epn_geo.errors import fold
from epn_geo.geometry.arcs import Floats, Ints
from epn_geo.standard import split_list

SURE = 0.7  # the least confidence of a pair that is not made by id
COMMON = 200  # a name, or a commune, that more rows bear tells nothing by itself
SAME_NAME = 0.6  # below, two names have little in common
EARTH_KM = 6371.0088  # mean radius; at most 0.6 % from the ellipsoid

_LABELLED = re.compile(r"(labell?ise|renouvel|accorde|attribue|actif|en cours de validite)")
_NOT_LABELLED = re.compile(r"\b(non|plus|retrait|retire|expire|refus\w*|de ?labell?\w*|ancien)\b")


class Side(NamedTuple):
    """One of the two lists, in the form that rows are compared in."""

    ids: list[str]
    names: list[str]  # folded
    marks: list[frozenset[str]]  # numbers in the names, which tell "site 1" from "site 2"
    towns: list[str]  # the commune's code of today, or else its folded name
    codes: list[str]  # the commune's code of today, empty if it is not known
    kinds: list[str]
    services: list[frozenset[str]]
    labelled: list[bool]
    longitude: Floats
    latitude: Floats

    @classmethod
    def of(cls, places: gpd.GeoDataFrame, what: str) -> Side:
        """Read a list."""
        require_crs(places, what)
        names = [fold(name) for name in texts(places, "nom")]
        declared = pd.Series(texts(places, "code_insee"), dtype="str").replace("", None)
        codes = current_codes(declared).fillna(declared).fillna("").tolist()
        towns = [fold(town) for town in texts(places, "commune")]
        points = places.to_crs(WGS84).geometry.to_numpy()
        points = np.where(shapely.is_empty(points), None, points)
        return cls(
            texts(places, "id"),
            names,
            [frozenset(re.findall(r"\d+", name)) for name in names],
            [code or town for code, town in zip(codes, towns, strict=True)],
            codes,
            texts(places, "categorie"),
            [frozenset(split_list(cell)) for cell in texts(places, "services")],
            [
                is_labelled(status, label)
                for status, label in zip(
                    texts(places, "statut_label"), texts(places, "label"), strict=True
                )
            ],
            shapely.get_x(points),
            shapely.get_y(points),
        )


def is_labelled(status: str, label: str = "") -> bool:
    """Tell whether a place bears its label, from what a list says of it.

    Parameters
    ----------
    status
        As in `statut_label`.
    label
        As in `label`, which tells where there is no status.

    Returns
    -------
    bool
        True if so.

    Examples
    --------
    >>> [is_labelled(s) for s in ("labellisé", "renouvelé", "non renouvelé", "retiré", "")]
    [True, True, False, False, False]
    >>> is_labelled("", "EPN Normandie")
    True
    """
    said = fold(status)
    if not said:
        return bool(label)
    return bool(_LABELLED.search(said)) and not _NOT_LABELLED.search(said)


def pair_rows(old: Side, new: Side, near_km: float) -> dict[int, tuple[int, str]]:
    """Pair rows by id, then by likeness, surest first.

    Parameters
    ----------
    old, new
        The two lists.
    near_km
        Kilometres within which two rows may be one place though they name different communes.

    Returns
    -------
    dict
        By row of the old list: the row of the new one, and "id" or "ressemblance".

    Examples
    --------
    >>> points = gpd.points_from_xy([0.0, 0.1], [49.0, 49.0], crs=4326)
    >>> old = gpd.GeoDataFrame({"id": ["a", "b"], "nom": ["EPN A", "EPN B"]}, geometry=points)
    >>> new = old.assign(id=["x", "y"]).iloc[::-1]
    >>> pair_rows(Side.of(old, "old"), Side.of(new, "new"), 1.0)
    {0: (1, 'ressemblance'), 1: (0, 'ressemblance')}
    """
    pairs = {i: (j, "id") for i, j in _same_ids(old, new) if _not_contrary(old, new, i, j)}
    free_i = [i for i in range(len(old.ids)) if i not in pairs]
    taken = {j for j, _ in pairs.values()}
    free_j = [j for j in range(len(new.ids)) if j not in taken]
    ranked = []
    for i, j in _candidates(old, new, free_i, free_j, near_km):
        if old.marks[i] == new.marks[j]:
            sure = confidence(old, new, i, j, near_km)
            if sure >= SURE:
                apart = kilometres_apart(old, new, np.array([i]), np.array([j]))[0]
                distance = np.inf if np.isnan(apart) else apart
                ranked.append((-sure, old.kinds[i] != new.kinds[j], distance, i, j))
    for *_, i, j in sorted(ranked):
        if i not in pairs and j not in taken:
            pairs[i] = (j, "ressemblance")
            taken.add(j)
    return pairs


def _same_ids(old: Side, new: Side) -> Iterator[tuple[int, int]]:
    """Give the rows that share an id which each list holds once."""
    times, place = Counter(new.ids), {one: j for j, one in enumerate(new.ids)}
    once = Counter(old.ids)
    for i, one in enumerate(old.ids):
        if one and once[one] == 1 and times[one] == 1:
            yield i, place[one]


def _not_contrary(old: Side, new: Side, i: int, j: int) -> bool:
    """Tell whether two rows of one id can be one place."""
    far = kilometres_apart(old, new, np.array([i]), np.array([j]))[0] > 2.0
    elsewhere = bool(old.towns[i] and new.towns[j]) and old.towns[i] != new.towns[j]
    return not (far and elsewhere and _alike(old.names[i], new.names[j]) < SAME_NAME)


def _candidates(
    old: Side, new: Side, free_i: list[int], free_j: list[int], near_km: float
) -> set[tuple[int, int]]:
    """Give the pairs worth looking at: in the same commune, of one name, or near each other."""
    found: set[tuple[int, int]] = set()
    for here, there in ((old.towns, new.towns), (old.names, new.names)):
        same: dict[str, list[int]] = {}
        for j in free_j:
            same.setdefault(there[j], []).append(j)
        told = {word: rows for word, rows in same.items() if word and len(rows) <= COMMON}
        found |= {(i, j) for i in free_i for j in told.get(here[i], [])}
    placed_i = [i for i in free_i if np.isfinite(old.longitude[i])]
    placed_j = [j for j in free_j if np.isfinite(new.longitude[j])]
    if placed_i and placed_j:
        tree = cKDTree(_on_globe(new, placed_j))
        for i, point in zip(placed_i, _on_globe(old, placed_i), strict=True):
            found |= {(i, placed_j[k]) for k in tree.query_ball_point(point, near_km)}
    return found


def _on_globe(side: Side, rows: list[int]) -> Floats:
    """Give points in space, kilometres from the centre of the earth."""
    x, y = np.radians(side.longitude[rows]), np.radians(side.latitude[rows])
    return EARTH_KM * np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def kilometres_apart(old: Side, new: Side, one: Ints, other: Ints) -> Floats:
    """Measure how far rows of the two lists are from each other.

    Parameters
    ----------
    old, new
        The two lists.
    one, other
        Rows of either, as many of each.

    Returns
    -------
    numpy.ndarray
        Kilometres along the mean sphere; NaN where one has no coordinates.

    Examples
    --------
    >>> point = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.0], [49.0], crs=4326))
    >>> north = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0.0], [50.0], crs=4326))
    >>> sides = Side.of(point, "old"), Side.of(north, "new")
    >>> kilometres_apart(*sides, np.array([0]), np.array([0])).round(1).tolist()
    [111.2]
    """
    x0, y0 = np.radians(old.longitude[one]), np.radians(old.latitude[one])
    x1, y1 = np.radians(new.longitude[other]), np.radians(new.latitude[other])
    half = np.sin((y1 - y0) / 2) ** 2 + np.cos(y0) * np.cos(y1) * np.sin((x1 - x0) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(half)))


def _alike(one: str, other: str) -> float:
    return float(fuzz.token_sort_ratio(one, other)) / 100


def confidence(old: Side, new: Side, i: int, j: int, near_km: float) -> float:
    """Give the confidence that two rows are one place: see the top of this room.

    Parameters
    ----------
    old, new
        The two lists.
    i, j
        A row of each.
    near_km
        As in `pair_rows`.

    Returns
    -------
    float
        0-1.

    Examples
    --------
    >>> row = gpd.GeoDataFrame(
    ...     {"nom": ["EPN"]}, geometry=gpd.points_from_xy([0.0], [49.0], crs=4326)
    ... )
    >>> side = Side.of(row, "old")
    >>> confidence(side, side, 0, 0, 1.0)  # the commune is not told
    0.875
    """
    here, there = old.towns[i], new.towns[j]
    town = float(here == there) if here and there else 0.5
    apart = kilometres_apart(old, new, np.array([i]), np.array([j]))[0]
    near = 0.5 if np.isnan(apart) else max(0.0, 1 - apart / near_km)
    return round(float(_alike(old.names[i], new.names[j]) / 2 + town / 4 + near / 4), 3)
