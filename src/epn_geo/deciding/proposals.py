"""A choice of sites for a goal, and the table that tells it: order, gains, stand-ins, proof."""

from __future__ import annotations

from typing import Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from epn_geo.deciding.covering import greedy_cover, greedy_saving, max_cover, max_saving, min_cover
from epn_geo.deciding.programmes import Covering, row_of
from epn_geo.deciding.siting import (
    Scene,
    covering_at,
    covering_of_rows,
    kilometres_before,
    savings,
)
from epn_geo.geometry.arcs import Floats, Ints
from epn_geo.labels import Lang, percent, say

Goal = Literal["coverage", "distance", "farthest", "backup"]
GOALS: tuple[Goal, ...] = ("coverage", "distance", "farthest", "backup")

CLOSE_ENOUGH = 1.0  # metres: where the search for the smallest greatest distance stops
NEARLY = 0.01  # of the whole gain: what may be lost for a site to stand in for another
AT_LEAST = 0.5  # of what a site brings: what its stand-in must bring
NAMED = 5  # stand-ins named in the table; all are counted


class Answer(NamedTuple):
    """A choice for a goal, in the goal's unit."""

    chosen: Ints
    value: float
    bound: float
    proven: bool

    def gap(self, scene: Scene, goal: str) -> float:
        """Give the relative gap between the answer and the bound, of what the goal lessens or adds.

        For distances it is relative to the people x kilometres that are left, not to those saved:
        without any place, what is saved depends on a distance that means nothing.
        """
        whole = max(abs(self.value), abs(self.bound))
        if goal == "distance":
            whole = kilometres_before(scene) - self.value
        if self.proven or whole <= 0:
            return 0.0
        return abs(self.bound - self.value) / whole


def choose_sites(scene: Scene, goal: Goal, new: int, time_limit_s: float) -> Answer:
    """Choose the sites that serve a goal best.

    Parameters
    ----------
    scene
        The scene.
    goal
        As `epn_geo.sites.suggest_sites`.
    new
        How many at most.
    time_limit_s
        Seconds; for the goal ``"farthest"``, at each step.

    Returns
    -------
    Answer
        The value is what the goal counts.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from epn_geo.deciding.siting import set_scene
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [100]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> nobody = gpd.GeoDataFrame(geometry=[], crs=2154)
    >>> choose_sites(set_scene(commune, nobody, 2), "coverage", 1, 60)
    Answer(chosen=array([0]), value=100.0, bound=100.0, proven=True)
    """
    if goal == "farthest":
        return _smallest_farthest(scene, new, time_limit_s)
    if goal == "distance":
        choice = max_saving(savings(scene), new, time_limit_s=time_limit_s)
        return Answer(choice.chosen, choice.value, choice.bound, choice.proven)
    level = 2 if goal == "backup" else 1
    choice = max_cover(covering_at(scene, level), new, time_limit_s=time_limit_s)
    return Answer(choice.chosen, choice.value, choice.bound, choice.proven)


def proposal_table(
    scene: Scene, answer: Answer, goal: str, weight: str | None, lang: Lang, *, quick: bool = False
) -> gpd.GeoDataFrame:
    """Make the table: sites in the order in which they add most, and what each adds.

    Parameters
    ----------
    scene
        The scene.
    answer
        The sites chosen.
    goal
        What for: one of the goals, or ``"everyone"``.
    weight
        Name of the weight, if it is not the population.
    lang
        Language of `objectif` and `methode`.
    quick
        Whether the answer is greedy because the caller wished so.

    Returns
    -------
    geopandas.GeoDataFrame
        As described in `epn_geo.sites.suggest_sites`, in the metric CRS.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from epn_geo.deciding.siting import set_scene
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [100]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> scene = set_scene(commune, gpd.GeoDataFrame(geometry=[], crs=2154), 2)
    >>> answer = choose_sites(scene, "coverage", 1, 60)
    >>> proposal_table(scene, answer, "coverage", None, "fr")["gain_population"].tolist()
    [100]
    """
    order = _in_order(scene, answer.chosen, goal)
    table = scene.labels.iloc[order].reset_index(drop=True)
    table.insert(0, "rang", np.arange(1, len(order) + 1))
    steps = pd.DataFrame(_steps(scene, order, goal, weight), index=table.index)
    stand_ins = _stand_ins(scene, order, goal, answer.value)
    names = scene.labels["nom"].astype(object).to_numpy()
    steps["equivalents"] = pd.Series(
        [", ".join(map(str, names[ties.found[:NAMED]])) for ties in stand_ins], dtype="str"
    )
    steps["pertes_equivalents"] = pd.Series(
        [", ".join(percent(loss, lang) for loss in ties.loss[:NAMED]) for ties in stand_ins],
        dtype="str",
    )
    steps["nombre_equivalents"] = np.array([len(t.found) for t in stand_ins], dtype=np.int64)
    steps["objectif"] = pd.Series(say(f"site_goal_{goal}", lang), index=table.index, dtype="str")
    steps["valeur"], steps["borne"] = answer.value, answer.bound
    steps["ecart_optimum"] = answer.gap(scene, goal)
    method = "proven" if answer.proven else "greedy" if quick else "best"
    steps["methode"] = pd.Series(say(f"site_method_{method}", lang), index=table.index, dtype="str")
    for column, value in _reach_of(scene).items():
        steps[column] = value
    plain = table.drop(columns="geometry")
    return gpd.GeoDataFrame(
        pd.concat([plain, steps], axis=1), geometry=table.geometry.to_numpy(), crs=table.crs
    )


def _reach_of(scene: Scene) -> dict[str, float]:
    """Say how far a new site reaches, and the areas of the existing places."""
    told = {} if scene.pairs is not None else {"rayon_km": scene.radius / 1000}
    if scene.band is not None:
        times = {"minutes": scene.band.minutes, "route_km": scene.band.route_km}
        told |= {column: value for column, value in times.items() if value is not None}
    return told


# -- choosing


def _smallest_farthest(scene: Scene, new: int, time_limit_s: float) -> Answer:
    """Halve the interval that holds the smallest greatest distance: set cover says which half."""
    chosen = np.empty(0, dtype=np.int64)
    low, high = 0.0, float(scene.distance[scene.asked].max(initial=0.0))
    if not np.isfinite(high):
        chosen = np.array([0])
        high = float(scene.distances(0)[scene.asked].max())
    while high - low > CLOSE_ENOUGH:
        middle = (low + high) / 2
        beyond = scene.asked & (scene.distance > middle)
        problem = covering_of_rows(scene._replace(radius=middle, pairs=None), beyond)
        if (np.diff(problem.reach.indptr) == 0).any():
            low = middle
            continue
        choice = min_cover(problem, at_most=new, time_limit_s=time_limit_s)
        if choice.value <= new:
            chosen = choice.chosen
            high = min(high, float(_distances_with(scene, chosen)[scene.asked].max()))
        elif choice.bound > new:
            low = middle
        else:
            break
    beyond = scene.asked & (scene.distance > high)
    if beyond.any():
        must = covering_of_rows(scene._replace(radius=high, pairs=None), beyond).reach
        problem = covering_at(scene)
        best = max_cover(problem, new, time_limit_s=time_limit_s, must=must, start=chosen)
        chosen = best.chosen if _reaches(must, best.chosen) else chosen
    return Answer(chosen, high / 1000, low / 1000, high - low <= CLOSE_ENOUGH)


def _reaches(must: csr_array, chosen: Ints) -> bool:
    return bool((np.asarray(must[:, chosen].sum(axis=1)).ravel() > 0).all())


def _distances_with(scene: Scene, chosen: Ints) -> Floats:
    distance = scene.distance
    for site in chosen:
        distance = np.minimum(distance, scene.distances(site))
    return distance


# -- telling


def _in_order(scene: Scene, chosen: Ints, goal: str) -> Ints:
    """Order the sites so that each adds most to those before it; those that add nothing last."""
    if goal in ("distance", "farthest"):
        picked = greedy_saving(csr_array(savings(scene)[:, chosen]), len(chosen)).chosen
    else:
        level = 2 if goal == "backup" else 1
        problem = covering_at(scene, level)
        problem = problem._replace(reach=csr_array(problem.reach[:, chosen]))
        picked = greedy_cover(problem, len(chosen)).chosen
    rest = np.setdiff1d(np.arange(len(chosen)), picked)
    ordered: Ints = chosen[np.concatenate([picked, rest])]
    return ordered


def _steps(scene: Scene, order: Ints, goal: str, weight: str | None) -> dict[str, Floats | Ints]:
    """Say what each site adds to those above it, and where that leaves the territory."""
    people, asked = scene.population, scene.asked
    shown = sorted(set(scene.departement[asked].tolist()) - {""})
    times, distance = scene.times.copy(), scene.distance.copy()
    gained, left, far = [], [], []
    for site in order:
        there, within = scene.distances(site), scene.within(site)
        new = within & (times == 0)
        times, distance = times + within, np.minimum(distance, there)
        ours, beyond = new & asked, asked & (times == 0)
        by_code = [people[ours & (scene.departement == code)].sum() for code in shown]
        others = [people[new & ~asked].sum(), scene.weight[new].sum()]
        gained.append([people[ours].sum(), ours.sum(), *by_code, *others])
        left.append([beyond.sum(), people[beyond].sum(), people[asked & (times >= 2)].sum()])
        # a territory without people has no mean distance
        mean = (people * distance)[asked].sum() / (people[asked].sum() or np.nan)
        far.append([mean / 1000, distance[asked].max() / 1000])
    names = ["gain_population", "communes_gagnees", *(f"gain_{code}" for code in shown)]
    columns = _named(gained, [*names, "gain_ailleurs", "gain_poids"])
    columns["gain_cumule"] = np.cumsum(columns["gain_population"]).astype(np.int64)
    after = ["communes_hors_portee", "population_communes_hors_portee", "population_deux_lieux"]
    columns |= _named(left, after) | _named(far, ["distance_moyenne_km", "distance_max_km"])
    needless = {"gain_poids": weight is None, "population_deux_lieux": goal != "backup"}
    return {name: values for name, values in columns.items() if not needless.get(name)}


def _named(rows: list[list[float]], names: list[str]) -> dict[str, Floats | Ints]:
    """Name the columns of rows of figures; people and communes are whole numbers."""
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(names))
    fractional = ("gain_poids", "distance_moyenne_km", "distance_max_km")
    return {
        name: column if name in fractional else column.astype(np.int64)
        for name, column in zip(names, table.T, strict=True)
    }


class _Ties(NamedTuple):
    """Candidates that could stand in for a site, best first."""

    found: Ints
    loss: Floats  # of what the site brings, relative; unknown where nothing is added up


def _stand_ins(scene: Scene, order: Ints, goal: str, value: float) -> list[_Ties]:
    """List, for each site, the candidates that could replace it at little cost, best first."""
    if goal == "farthest":
        return [_as_far(scene, order, site, value * 1000 * (1 + NEARLY)) for site in order]
    if goal == "distance":
        saved = savings(scene)
        return [_near_ties(*_swapped_saving(saved, order, site), order, site) for site in order]
    problem = covering_at(scene, 2 if goal == "backup" else 1)
    return [_near_ties(*_swapped_cover(problem, order, site), order, site) for site in order]


def _swapped_cover(problem: Covering, order: Ints, site: int) -> tuple[float, Floats]:
    """Give the weight served without a site, and what each candidate would add in its place."""
    times = np.asarray(problem.reach[:, order[order != site]].sum(axis=1)).ravel()
    lacks = problem.need - times
    gain = problem.reach.T @ np.where(lacks == 1, problem.weight, 0.0)
    return float(problem.weight[lacks <= 0].sum()), gain


def _swapped_saving(saved: csr_array, order: Ints, site: int) -> tuple[float, Floats]:
    """Give what is saved without a site, and what each candidate would add in its place."""
    others = order[order != site]
    had = np.zeros(saved.shape[0])
    if len(others):
        had = saved[:, others].max(axis=1).toarray().ravel()
    more = np.maximum(saved.data - had[row_of(saved)], 0.0)
    gain = np.bincount(saved.indices, more, minlength=saved.shape[1])
    return float(had.sum()), gain.astype(np.float64)


def _near_ties(without: float, gain: Floats, order: Ints, site: int) -> _Ties:
    """List the candidates that cost 1 % of the whole gain at most, and bring half of the site's."""
    least = max(gain[site] - NEARLY * (without + gain[site]), AT_LEAST * gain[site])
    near = np.setdiff1d(np.flatnonzero((gain >= least) & (gain > 0)), order)
    best_first = near[np.argsort(-gain[near], kind="stable")]
    # a stand-in may do better than a site of an answer that is not the best
    return _Ties(best_first, np.maximum(1.0 - gain[best_first] / gain[site], 0.0))


def _as_far(scene: Scene, order: Ints, site: int, limit: float) -> _Ties:
    """List the candidates that are near enough to all that the other sites leave too far."""
    distance = scene.distance
    for other in order[order != site]:
        distance = np.minimum(distance, scene.distances(other))
    beyond = scene.asked & (distance > limit)
    reach = covering_of_rows(scene._replace(radius=limit, pairs=None), beyond).reach
    reached = np.asarray(reach.sum(axis=0)).ravel()
    found = np.setdiff1d(np.flatnonzero((reached == beyond.sum()) & (reached > 0)), order)
    return _Ties(found, np.empty(0))
