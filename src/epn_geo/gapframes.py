"""What is left out of reach, as a frame: one row per zone or territory, its area and its people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from epn_geo.geometry.arcs import Floats, Ints
from epn_geo.geometry.zones import Left


def tell_left(
    several: Sequence[Left],
    metric: gpd.GeoDataFrame,
    codes: npt.NDArray[Any] | None = None,
    level: tuple[str, str] | None = None,
) -> gpd.GeoDataFrame:
    """Make a frame of what is left.

    Parameters
    ----------
    several
        What is left, for each of one or several radii.
    metric
        The communes, in metres, with any of `population`, `commune`, `code_insee`,
        `code_departement`.
    codes
        The territory of each group, radius by radius; None for zones, which are numbered instead.
    level
        The columns of `metric` that hold the code and the name of those territories.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per group, radius by radius, the one with most people first; see `find_gaps`.

    Examples
    --------
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "14002"], "population": [100, 300]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)],
    ...     crs=2154,
    ... )
    >>> left = Left(communes.geometry.to_numpy(), np.arange(2), np.arange(2), np.full(2, 16e6))
    >>> tell_left([left], communes)[["zone", "commune_principale", "population_hors_portee"]]
       zone commune_principale  population_hors_portee
    0  Z001              14002                   300.0
    1  Z002              14001                   100.0
    """
    left, nth = _in_one(several)
    count, people = len(left.outlines), _people(left, metric)
    # of each group the commune with most people first; without people, the largest area
    order = np.lexsort((left.row, -left.area, -np.nan_to_num(people), left.group))
    group, row = left.group[order], left.row[order]
    first = np.searchsorted(group, np.arange(count))
    gaps = pd.DataFrame(index=pd.RangeIndex(count))
    if codes is not None and level is not None:
        _name_territories(gaps, codes, level, metric)
    label = "commune" if "commune" in metric else "code_insee"
    if label in metric:
        gaps["commune_principale"] = pd.Series(metric[label].to_numpy()[row[first]], dtype="str")
    member = np.unique(group * len(metric) + row) // len(metric)  # each commune once
    gaps["communes"] = np.bincount(member, minlength=count)
    if "code_departement" in metric:
        gaps["departements"] = _listed(metric["code_departement"].to_numpy()[row], first)
    gaps["aire_km2"] = np.bincount(group, left.area[order], minlength=count) / 1e6
    gaps["population_hors_portee"] = _known_sums(group, people[order], count)
    rank = np.lexsort((-gaps["aire_km2"], -gaps["population_hors_portee"], nth))
    gaps = gaps.iloc[rank].reset_index(drop=True)
    if codes is None:
        number = np.arange(count) - np.searchsorted(nth, nth) + 1
        gaps.insert(0, "zone", pd.Series([f"Z{n:03d}" for n in number], dtype="str"))
    return gpd.GeoDataFrame(gaps, geometry=left.outlines[rank], crs=metric.crs)


def _in_one(several: Sequence[Left]) -> tuple[Left, Ints]:
    """Put what is left for several radii one after the other; give the radius of each group."""
    count = [len(left.outlines) for left in several]
    before = np.cumsum(count) - count
    left = Left(
        np.concatenate([left.outlines for left in several]),
        np.concatenate([left.group + first for left, first in zip(several, before, strict=True)]),
        np.concatenate([left.row for left in several]),
        np.concatenate([left.area for left in several]),
    )
    return left, np.repeat(np.arange(len(count)), count)


def _people(left: Left, metric: gpd.GeoDataFrame) -> Floats:
    """Give the people of each member, as if they were spread evenly over their commune."""
    if "population" not in metric:
        return np.full(len(left.row), np.nan)
    people = metric["population"].to_numpy(dtype=np.float64)[left.row]
    area = shapely.area(metric.geometry.to_numpy())
    return np.asarray(people * (left.area / area[left.row]))


def _known_sums(group: Ints, values: Floats, count: int) -> Floats:
    """Add up what is known of each group; NaN where nothing is."""
    known = np.bincount(group, np.isfinite(values), minlength=count) > 0
    return np.where(known, np.bincount(group, np.nan_to_num(values), minlength=count), np.nan)


def _name_territories(
    gaps: pd.DataFrame,
    codes: npt.NDArray[Any],
    level: tuple[str, str],
    metric: gpd.GeoDataFrame,
) -> None:
    """Add the code and the name of each territory."""
    code, name = level
    gaps[code] = pd.Series(codes, dtype="str").replace("", None)
    if name in metric:
        names = metric.drop_duplicates(code).set_index(code)[name]
        gaps[name] = gaps[code].map(names).astype("str")


def _listed(codes: npt.NDArray[Any], first: Ints) -> pd.Series:
    """List the codes from each first one to the next, each once."""
    lists = np.split(codes, first[1:]) if len(first) else []
    told = [", ".join(sorted({c for c in some if isinstance(c, str)})) for some in lists]
    return pd.Series(told, dtype="str")
