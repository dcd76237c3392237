"""Times of reach polygons that are doubtful: not read though they differ, or far too long."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from epn_geo.areas import BANDS, times_of
from epn_geo.geometry.arcs import Ints

LONGEST = 180.0  # minutes, or kilometres by road: beyond, the unit is surely a smaller one
NAMED = 5  # columns named
OWN = ("id", "nom", "ligne_zone", "corrections_zone", "remarque", "duree_methode")
VALUE = re.compile(r"\s*\d+(?:[.,]\d+)?\s*[a-zA-Z]*\s*")


class Doubt(NamedTuple):
    """What is doubtful of the times of all polygons."""

    key: str  # of the finding
    field: str
    words: dict[str, str]  # what stands in its message, and its ``value``


def doubts_of(areas: pd.DataFrame, owner: Ints) -> list[Doubt]:
    """Find what is doubtful of the times of polygons, taken together.

    Parameters
    ----------
    areas
        Polygons of reach, as `read_areas` gives them.
    owner
        The row of the place of each, negative where there is none.

    Returns
    -------
    list of Doubt
        That places have several polygons and no time tells them apart, with the columns of numbers
        that were not read; or that a time is beyond three hours, or 180 km by road.

    Examples
    --------
    >>> areas = pd.DataFrame({"id": ["a", "a"], "palier": ["10", "20"]})
    >>> doubts_of(areas, np.array([0, 0]))[0].words["columns"]
    'palier'
    >>> doubts_of(pd.DataFrame({"minutes": [600.0]}), np.array([0]))[0].words["longest"]
    '600 min'
    """
    column, times = times_of(areas)
    if column is not None:
        longest = float(np.nanmax(times))
        if longest <= LONGEST:
            return []
        told = f"{longest:g} {BANDS[column].split('_')[0]}"
        return [Doubt("duree_douteuse", column, {"value": told, "longest": told})]
    _, polygons = np.unique(owner[owner >= 0], return_counts=True)
    if not (polygons > 1).any():
        return []
    columns = ", ".join(_numeric(areas)[:NAMED]) or "–"
    return [Doubt("zones_sans_duree", "minutes", {"value": columns, "columns": columns})]


def _numeric(areas: pd.DataFrame) -> list[str]:
    """Name the other columns that hold numbers, with or without a unit, and not all the same."""
    names = []
    for name in map(str, areas.columns):
        if name in (*OWN, *BANDS, "geometry"):
            continue
        held = areas[name].dropna().astype("str")
        same = held.empty or (held == held.iloc[0]).all()
        if not same and held.map(VALUE.fullmatch).notna().all():
            names.append(name)
    return names
