"""Mend the outlines and the town halls: pure functions, frames in, frames out.

The package of outlines lags behind the code officiel géographique: some communes have no outline,
some still have the outline of before their merger, and some town halls stand in another part of
France. Nothing here reads a file; what was done to each commune comes back beside the result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

MAX_TOWN_HALL_DISTANCE_M = 300.0  # further outside its commune than this, a town hall is not one

REPAIR_COLUMNS = ["code_insee", "reparation", "depuis"]


def repair_outlines(
    latest: pd.Series,
    older: pd.Series,
    parts: pd.Series,
    *,
    successors: Mapping[str, str],
    former_parents: Mapping[str, str],
) -> tuple[pd.Series, pd.DataFrame]:
    """Give every current commune the outline it has today.

    Parameters
    ----------
    latest
        Outlines of the current communes, indexed by code; None where the source has none.
    older
        Outlines of communes in an older version, indexed by code.
    parts
        Outlines of communes déléguées and associées, indexed by code.
    successors
        The commune of today that each vanished commune of `older` belongs to.
    former_parents
        For a re-established commune, the commune it was a part of.

    Returns
    -------
    outlines, repairs
        `latest` mended (None where nothing helps), and one row per repair: the commune, what was
        done (``absorbe`` older communes joined, ``reprise`` from its older code, ``parties`` built
        from its parts, ``rétablie`` cut out of another, ``sans contour``) and the codes it came
        from, joined by ``|``.
    """
    outlines = latest.copy()
    joined = [*_join_absorbed(outlines, older, successors)]
    rebuilt = [
        _rebuild(outlines, str(code), parts, successors, former_parents)
        for code in outlines.index[outlines.isna()]
    ]
    repairs = pd.DataFrame([*joined, *rebuilt], columns=REPAIR_COLUMNS)
    return outlines, repairs.sort_values("code_insee", ignore_index=True)


def _join_absorbed(
    outlines: pd.Series, older: pd.Series, successors: Mapping[str, str]
) -> Iterable[tuple[str, str, str]]:
    absorbed: dict[str, list[str]] = {}
    for code in older.index.difference(outlines.index):
        absorbed.setdefault(successors[code], []).append(code)
    for code, old_codes in sorted(absorbed.items()):
        pieces = pd.Series([outlines[code], *older[old_codes]]).dropna()
        done = "absorbe" if len(pieces) > len(old_codes) else "reprise"
        outlines[code] = shapely.union_all(pieces.to_numpy())
        yield code, done, "|".join(old_codes)


def _rebuild(
    outlines: pd.Series,
    code: str,
    parts: pd.Series,
    successors: Mapping[str, str],
    former_parents: Mapping[str, str],
) -> tuple[str, str, str]:
    """Give `code` an outline in place, from its parts or out of its former parent."""
    own = [part for part in parts.index if successors.get(part) == code]
    if own:
        outlines[code] = shapely.union_all(parts[own].to_numpy())
        return code, "parties", "|".join(own)
    parent = former_parents.get(code)
    if parent is None or code not in parts.index:
        return code, "sans contour", ""
    outlines[code] = parts[code]
    outlines[parent] = shapely.difference(outlines[parent], parts[code])
    return code, "rétablie", parent


def choose_town_halls(
    outlines: gpd.GeoSeries,
    candidates: Iterable[gpd.GeoSeries],
    *,
    max_distance_m: float = MAX_TOWN_HALL_DISTANCE_M,
) -> gpd.GeoDataFrame:
    """Choose one point per commune: the first acceptable town hall, else a point inside.

    Parameters
    ----------
    outlines
        Outlines in a metric CRS.
    candidates
        Town halls with the index and CRS of `outlines`, None where unknown, best source first.
    max_distance_m
        How far outside its commune a town hall may be: outlines are generalised.

    Returns
    -------
    geopandas.GeoDataFrame
        ``mairie_source`` ("mairie" or "intérieur"), ``ecart_m`` (how far outside the best source
        put it: 0 inside, NaN unknown) and the chosen point.
    """
    points = gpd.GeoSeries([None] * len(outlines), index=outlines.index, crs=outlines.crs)
    away = pd.Series(np.nan, index=outlines.index)
    for candidate in candidates:
        distance = candidate.distance(outlines)
        away = away.where(away.notna(), distance)
        take = points.isna() & (distance <= max_distance_m)
        points[take] = candidate[take]
    accepted = points.notna()
    points[~accepted] = outlines[~accepted].representative_point()
    return gpd.GeoDataFrame(
        {"mairie_source": np.where(accepted, "mairie", "intérieur"), "ecart_m": away},
        geometry=points,
        crs=outlines.crs,
    )
