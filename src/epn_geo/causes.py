"""By whose doing reach is gained or lost: each disc, or area, that only one of two lists has.

What cause k changes by itself is what would not have changed without it,
``|B ∪ A| - |B ∪ A without k|``, with B the union of the discs before and A after; what it changes
together with others, each of which would have been enough, is the rest of what it covers anew,
``|k ∪ B| - |B|`` less that. For a disc that is lost, before and after change places.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from epn_geo.columns import texts
from epn_geo.geometry.arcs import Bools, Discs, Floats, Ints, distinct_discs, settle
from epn_geo.geometry.overlay import Geometries, covered_areas
from epn_geo.geometry.polygons import (
    covered_by,
    only_polygons,
    points_in,
    shared_areas,
    unite_areas,
)
from epn_geo.standard import join_list

GAINED, LOST = "gagné", "perdu"
NOISE = 1e-9  # of a commune's area: below, a difference is rounding

CAUSE = (
    *("sens", "rang", "rang_commune", "population_seul", "population_partagee"),
    *("aire_seul_km2", "aire_partagee_km2"),
)


class Sites(NamedTuple):
    """The places of one list that count: their row, where they are, and how far they reach."""

    row: Ints
    x: Floats
    y: Floats
    radius: Floats  # metres
    shapes: Geometries | None = None  # areas in place of discs

    def covered(self, polygons: Geometries) -> Floats:
        """Measure what they cover of each polygon."""
        if self.shapes is None:
            return covered_areas(polygons, self.discs())
        return covered_by(polygons, self.shapes)

    def reaches(self, x: Floats, y: Floats, keep: Bools | slice = slice(None)) -> Bools:
        """Tell which points any of some of them reaches."""
        if self.shapes is not None:
            return points_in(x, y, self.shapes[keep])
        return settle(x, y, np.zeros(len(x)), self.discs(keep))[0]

    def meets(self, one: int, other: int) -> bool:
        """Tell whether the reach of two of them meets."""
        if self.shapes is not None:
            return bool(shapely.intersects(self.shapes[one], self.shapes[other]))
        apart = np.hypot(self.x[one] - self.x[other], self.y[one] - self.y[other])
        return bool(apart < self.radius[one] + self.radius[other])

    def discs(self, keep: Bools | slice = slice(None)) -> Discs:
        """Give what some of them cover."""
        return distinct_discs(self.x[keep], self.y[keep], self.radius[keep])

    def keys(self) -> list[Any]:
        """Give what tells one disc, or area, from another."""
        if self.shapes is not None:
            return list(shapely.to_wkb(shapely.normalize(self.shapes)))
        return list(zip(self.x.tolist(), self.y.tolist(), self.radius.tolist(), strict=True))


class Scene(NamedTuple):
    """Communes and both lists, at one radius."""

    polygons: Geometries
    area: Floats
    people: Floats
    halls: tuple[Floats, Floats]
    before: Sites
    after: Sites
    union: Floats  # area within reach of any place of either list

    def only(self, inside: Bools) -> Scene:
        """Give the same without the town halls of some communes."""
        x, y = self.halls
        return self._replace(halls=(np.where(inside, x, np.nan), np.where(inside, y, np.nan)))


def together(*discs: Discs) -> Discs:
    """Put several sets of discs together.

    Parameters
    ----------
    *discs
        Sets of discs.

    Returns
    -------
    Discs
        Distinct discs.

    Examples
    --------
    >>> one = distinct_discs(np.array([0.0]), np.array([0.0]), 1.0)
    >>> len(together(one, one).x)
    1
    """
    return distinct_discs(*(np.concatenate(values) for values in zip(*discs, strict=True)))


def find_causes(scene: Scene) -> pd.DataFrame:
    """Find what each disc that only one list has changed, commune by commune.

    Parameters
    ----------
    scene
        Communes and both lists.

    Returns
    -------
    pandas.DataFrame
        One row per sense, disc (`rang`: its position among the sites of its list) and commune
        (`rang_commune`: its position): people and km², alone and together with others.

    Examples
    --------
    A commune of 4 km by 4 km and 1600 people; a place with 1 km of reach opens in its middle.

    >>> none, middle = np.array([]), np.array([2000.0])
    >>> new = Sites(np.array([0]), middle, middle, np.array([1000.0]))
    >>> square = np.array([shapely.box(0, 0, 4000, 4000)])
    >>> scene = Scene(
    ...     square, np.array([16e6]), np.array([1600.0]), (middle, middle),
    ...     before=Sites(none, none, none, none), after=new,
    ...     union=covered_areas(square, new.discs()),
    ... )
    >>> find_causes(scene)[["sens", "population_seul", "aire_seul_km2"]].round(2).values.tolist()
    [['gagné', 314.16, 3.14]]
    """
    return pd.DataFrame([*_causes(scene, GAINED), *_causes(scene, LOST)], columns=[*CAUSE])


def _causes(scene: Scene, sens: str) -> Iterator[tuple[object, ...]]:
    """Give what each disc of one list only has changed, commune by commune."""
    mine, theirs = (scene.after, scene.before) if sens == GAINED else (scene.before, scene.after)
    common = set(theirs.keys())
    changed = [k for k, key in enumerate(mine.keys()) if key not in common]
    if mine.shapes is not None and theirs.shapes is not None:
        yield from _causes_by_areas(scene, sens, mine.shapes, theirs.shapes, changed)
        return
    tree = shapely.STRtree(scene.polygons)
    for k in changed:
        point = shapely.Point(mine.x[k], mine.y[k])
        near = np.sort(tree.query(point, predicate="dwithin", distance=mine.radius[k]))
        if not len(near):
            continue
        polygons, area = scene.polygons[near], scene.area[near]
        others = _near(mine.discs(np.arange(len(mine.x)) != k), polygons)
        base = _near(theirs.discs(), polygons)
        itself = mine.discs(np.arange(len(mine.x)) == k)
        alone = (scene.union[near] - covered_areas(polygons, together(others, base))) / area
        anew = covered_areas(polygons, together(itself, base)) - covered_areas(polygons, base)
        alone = np.where(alone > NOISE, alone, 0.0)
        shared = anew / area - alone
        shared = np.where(shared > NOISE, shared, 0.0)
        for c, one, more in zip(near.tolist(), alone.tolist(), shared.tolist(), strict=True):
            if one or more:
                people, km2 = scene.people[c], scene.area[c] / 1e6
                yield sens, k, c, one * people, more * people, one * km2, more * km2


def _causes_by_areas(
    scene: Scene, sens: str, mine: Geometries, theirs: Geometries, changed: list[int]
) -> Iterator[tuple[object, ...]]:
    """Give what each area of one list only has changed: what it adds, and what only it reaches."""
    before, others = shapely.STRtree(theirs), shapely.STRtree(mine)
    for k in changed:
        anew = shapely.difference(mine[k], unite_areas(theirs[before.query(mine[k])]))
        fellows = np.setdiff1d(others.query(mine[k]), [k])
        alone = shapely.difference(anew, unite_areas(mine[fellows]))
        whole, own = (_by_commune(scene, shape) for shape in (anew, alone))
        for c in sorted(whole):
            one = own.get(c, 0.0)
            one, more = (v if v > NOISE else 0.0 for v in (one, whole[c] - one))
            if one or more:
                people, km2 = scene.people[c], scene.area[c] / 1e6
                yield sens, k, c, one * people, more * people, one * km2, more * km2


def _by_commune(scene: Scene, shape: Any) -> dict[int, float]:
    """Give the share of each commune that a shape covers."""
    _, commune, area = shared_areas(only_polygons(np.array([shape])), scene.polygons)
    return dict(zip(commune.tolist(), (area / scene.area[commune]).tolist(), strict=True))


def _near(discs: Discs, polygons: Geometries) -> Discs:
    """Keep the discs that may reach some polygons."""
    west, south, east, north = shapely.total_bounds(polygons)
    apart_x = np.maximum(np.maximum(west - discs.x, discs.x - east), 0)
    apart_y = np.maximum(np.maximum(south - discs.y, discs.y - north), 0)
    keep = np.hypot(apart_x, apart_y) <= discs.radius
    return Discs(discs.x[keep], discs.y[keep], discs.radius[keep])


def causes_by_place(
    found: pd.DataFrame,
    scene: Scene,
    before: pd.DataFrame,
    after: pd.DataFrame,
    pairs: pd.DataFrame,
) -> pd.DataFrame:
    """Sum what each place has changed, and say with whom.

    Parameters
    ----------
    found
        What `find_causes` gave.
    scene
        What it was given.
    before, after
        The two lists.
    pairs
        What `compare_places` gave.

    Returns
    -------
    pandas.DataFrame
        One row per sense and place, the largest change first; see `compare_coverage`.

    Examples
    --------
    >>> none, middle = np.array([]), np.array([2000.0])
    >>> new = Sites(np.array([0]), middle, middle, np.array([1000.0]))
    >>> square = np.array([shapely.box(0, 0, 4000, 4000)])
    >>> scene = Scene(
    ...     square, np.array([16e6]), np.array([1600.0]), (middle, middle),
    ...     before=Sites(none, none, none, none), after=new,
    ...     union=covered_areas(square, new.discs()),
    ... )
    >>> after = pd.DataFrame({"nom": ["EPN"]})
    >>> pairs = pd.DataFrame({"changement": ["ouvert"], "rang_avant": [None], "rang_apres": [0]})
    >>> found = causes_by_place(find_causes(scene), scene, after.iloc[:0], after, pairs)
    >>> found[["nom", "changement", "mairies_seul"]].values.tolist()
    [['EPN', 'ouvert', 1]]
    """
    rows = []
    for sens, sites, other, places, side in (
        (GAINED, scene.after, scene.before, after, "rang_apres"),
        (LOST, scene.before, scene.after, before, "rang_avant"),
    ):
        what = dict(zip(pairs[side].fillna(-1), pairs["changement"], strict=True))
        mine = found[found["sens"] == sens]
        ranks = mine["rang"].unique().tolist()
        halls = _halls_of(scene, sites, other, ranks)
        for k in ranks:
            row, some = int(sites.row[k]), mine[mine["rang"] == k]
            rows.append(
                {
                    "sens": sens,
                    **{c: texts(places, c)[row] for c in ("id", "nom", "categorie", "commune")},
                    "changement": what.get(row, ""),
                    **some[list(CAUSE[3:])].sum().to_dict(),
                    "communes": len(some),
                    "mairies_seul": halls[k][0],
                    "mairies_partagees": halls[k][1],
                    "avec": join_list(_sharers(mine, sites, k, texts(places, "nom"))),
                }
            )
    frame = pd.DataFrame(rows, columns=[*PLACE_CAUSE])
    weight = frame["population_seul"] + frame["population_partagee"]
    order = frame.assign(_weight=-weight.astype(float)).sort_values(
        ["sens", "_weight", "id"], kind="stable", ignore_index=True
    )
    return order.drop(columns="_weight")


PLACE_CAUSE = (
    *("rayon_km", "sens", "id", "nom", "categorie", "commune", "changement"),
    *CAUSE[3:],
    *("communes", "mairies_seul", "mairies_partagees", "avec"),
)


def _halls_of(
    scene: Scene, sites: Sites, other: Sites, ranks: list[int]
) -> dict[int, tuple[int, int]]:
    """Count the town halls that each place alone, or with others, brings into reach."""
    x, y = scene.halls
    new = ~other.reaches(x, y)
    within = np.array([new & _held(sites, k, x, y) for k in ranks]).reshape(len(ranks), len(x))
    single = within.sum(axis=0) == 1
    return {
        k: (int((held & single).sum()), int((held & ~single).sum()))
        for k, held in zip(ranks, within, strict=True)
    }


def _held(sites: Sites, k: int, x: Floats, y: Floats) -> Bools:
    """Tell which points one place reaches."""
    if sites.shapes is not None:
        return points_in(x, y, sites.shapes[[k]])
    return np.asarray(np.hypot(x - sites.x[k], y - sites.y[k]) <= sites.radius[k])


def _sharers(mine: pd.DataFrame, sites: Sites, k: int, names: list[str]) -> list[str]:
    """Name the places that share with one what they changed."""
    shared = mine[mine["population_partagee"] + mine["aire_partagee_km2"] > 0]
    here = set(shared.loc[shared["rang"] == k, "rang_commune"])
    fellows = shared.loc[shared["rang_commune"].isin(here) & (shared["rang"] != k), "rang"]
    return [names[int(sites.row[j])] for j in sorted(set(fellows.tolist())) if sites.meets(j, k)]
