"""Siting and closures on Normandie: the library against the script one would write, same answers.

Run with ``python benchmarks/sites.py``. The naive scripts share no code with the library beyond
reading the communes: a dense table of distances, loops, the same solver without reductions, and one
measure of coverage per place. Ratios are what counts; seconds depend on the machine.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.spatial.distance import cdist

sys.path.insert(0, str(Path(__file__).parent.parent))

import epn_geo as epn
from benchmarks.naive import naive_coverage
from epn_geo.embedded import embedded_path
from epn_geo.study import DEMONSTRATION

RUNS = 3


class Plain(NamedTuple):
    """What the naive scripts start from."""

    halls: np.ndarray  # n x 2, km
    people: np.ndarray
    places: np.ndarray  # m x 2, km


def plain(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> Plain:
    """Give coordinates in kilometres as arrays."""
    halls = gpd.GeoSeries.from_xy(
        communes["mairie_longitude"], communes["mairie_latitude"], crs=4326
    ).to_crs(2154)
    sites = places[~places["categorie"].isin(["CRANT", "projet lauréat"])].to_crs(2154)
    return Plain(
        np.column_stack([halls.x, halls.y]) / 1000,
        communes["population"].to_numpy(float),
        np.column_stack([sites.geometry.x, sites.geometry.y]) / 1000,
    )


def naive_greedy(world: Plain, new: int, radius_km: float) -> float:
    """Take the town hall that reaches most people not yet reached, again and again, in loops."""
    left = cdist(world.halls, world.places).min(axis=1) > radius_km
    near = cdist(world.halls, world.halls) <= radius_km
    gained = 0.0
    for _ in range(new):
        best, most = -1, 0.0
        for candidate in range(len(world.halls)):
            people = world.people[near[:, candidate] & left].sum()
            if people > most:
                best, most = candidate, people
        if best < 0:
            break
        gained += most
        left &= ~near[:, best]
    return gained


def naive_exact(world: Plain, new: int, radius_km: float) -> float:
    """Solve maximum coverage on all demand and all candidates, without reductions, dense."""
    left = cdist(world.halls, world.places).min(axis=1) > radius_km
    near = (cdist(world.halls, world.halls) <= radius_km).astype(float)
    count = len(world.halls)
    weight = np.where(left, world.people, 0.0)
    rules = [
        LinearConstraint(np.hstack([-near, np.eye(count)]), -np.inf, 0),
        LinearConstraint(np.concatenate([np.ones(count), np.zeros(count)])[None], -np.inf, new),
    ]
    result = milp(
        np.concatenate([np.zeros(count), -weight]),
        integrality=np.concatenate([np.ones(count), np.zeros(count)]),
        bounds=Bounds(0, 1),
        constraints=rules,
        options={"mip_rel_gap": 0.0},
    )
    return -float(result.fun)


def naive_closures(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame, count: int) -> pd.Series:
    """Measure coverage without each of the first places, from scratch each time."""
    serving = places[~places["categorie"].isin(["CRANT", "projet lauréat"])]
    whole = naive_coverage(communes, serving, 10.0)["population_couverte"].sum()
    return pd.Series(
        {
            place: whole
            - naive_coverage(communes, serving.drop(index=place), 10.0)["population_couverte"].sum()
            for place in serving.index[:count]
        }
    )


def timed(action: Callable[[], Any], runs: int = RUNS) -> tuple[Any, float]:
    """Give the answer and the median of several runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        answer = action()
        times.append(time.perf_counter() - start)
    return answer, sorted(times)[len(times) // 2]


def line(what: str, ours: float, theirs: float) -> None:
    """Print both times and their ratio."""
    print(f"{what:<46} library {ours:8.3f} s   naive {theirs:8.2f} s   ratio {theirs / ours:7.1f}")


def require_same(ours: float, theirs: float) -> None:
    """Stop if the two do not find the same number of people."""
    if ours != theirs:
        raise SystemExit(f"The library finds {ours}, the naive script {theirs}.")


def compare_siting(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """Time the choice of ten places, greedy and exact, and check both against the naive script."""
    world = plain(communes, places)
    quick, ours = timed(lambda: epn.suggest_sites(communes, places, 10, 10, time_limit_s=0))
    value, theirs = timed(lambda: naive_greedy(world, 10, 10), 1)
    require_same(quick["valeur"].iloc[0], value)
    line("ten places, greedy, with stand-ins and table", ours, theirs)
    exact, ours = timed(lambda: epn.suggest_sites(communes, places, 10, 10))
    value, theirs = timed(lambda: naive_exact(world, 10, 10), 1)
    require_same(exact["valeur"].iloc[0], value)
    line("ten places, proven optimum", ours, theirs)


def compare_closures(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """Time what is lost by each closure; the naive script does a few, and is scaled to all."""
    few = 3
    found, ours = timed(lambda: epn.measure_closures(places, communes, 10))
    lost, theirs = timed(lambda: naive_closures(communes, places, few), 1)
    serving = int(found["rang_fermeture"].notna().sum())
    difference = (found["population_dependante_aire"].loc[lost.index] - lost).abs().max()
    line(f"closure of each of {serving} places (naive scaled)", ours, theirs / (few + 1) * serving)
    print(
        f"    largest difference on {few}: {difference:.1f} people (the naive circles are polygons)"
    )


def naive_swaps(world: Plain, new: int) -> float:
    """Choose greedily, then try every swap once and take the best: a distance, and no proof."""
    far = cdist(world.halls, world.halls)
    chosen: list[int] = []
    for _ in range(new):
        had = far[:, chosen].min(axis=1) if chosen else np.full(len(far), np.inf)
        costs = [(np.minimum(had, far[:, j]) * world.people).sum() for j in range(len(far))]
        chosen.append(int(np.argmin(costs)))
    best = (far[:, chosen].min(axis=1) * world.people).sum()
    for place in range(new):
        had = far[:, chosen[:place] + chosen[place + 1 :]].min(axis=1)
        best = min(
            best, *((np.minimum(had, far[:, j]) * world.people).sum() for j in range(len(far)))
        )
    return float(best / world.people.sum())


def compare_scratch(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """Time twenty places from scratch (p-median), proven, beside one round of swaps, unproven."""
    nobody = places.iloc[:0]
    found, ours = timed(lambda: epn.suggest_sites(communes, nobody, 20, goal="distance"), 1)
    mean, theirs = timed(lambda: naive_swaps(plain(communes, places), 20), 1)
    last = found.iloc[-1]
    line("20 places from scratch, least mean distance", ours, theirs)
    print(
        f"    library {last['distance_moyenne_km']:.3f} km, {last['methode']}, gap "
        f"{last['ecart_optimum']:.1e}; naive, one round of swaps, {mean:.3f} km"
    )


def show_goals(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """Time the other questions, for which a naive script would not finish."""
    for goal in ("coverage", "distance", "farthest", "backup"):
        found, ours = timed(lambda g=goal: epn.suggest_sites(communes, places, 10, 10, goal=g), 1)
        row = found.iloc[0]
        print(f"goal {goal:<10} {ours:7.2f} s   {row['valeur']:14,.2f}   {row['methode']}")
    for share in (0.9, 0.95, 1.0):
        found, ours = timed(lambda s=share: epn.sites_to_reach(communes, places, 10, share=s), 1)
        method = found["methode"].iloc[0]
        print(f"places to reach {share:.0%}: {len(found):3d}   {ours:7.2f} s   {method}")


def greedy_against_exact(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """Show how far greedy falls short, and what its own bound says."""
    print("new  radius   greedy   optimum   short by   bound says   seconds")
    for new in (5, 10, 20, 40):
        for radius_km in (5.0, 10.0, 15.0):
            quick = epn.suggest_sites(communes, places, new, radius_km, time_limit_s=0).iloc[0]
            exact, ours = timed(
                lambda n=new, r=radius_km: epn.suggest_sites(communes, places, n, r).iloc[0], 1
            )
            short = 1 - quick["valeur"] / exact["valeur"]
            print(
                f"{new:3d} {radius_km:5g} km {quick['valeur']:9,.0f} {exact['valeur']:9,.0f} "
                f"{short:9.2%} {quick['ecart_optimum']:11.2%} {ours:9.2f}  {exact['methode']}"
            )


def main() -> None:
    """Check that all agree, then time them in the same run."""
    communes = epn.read_communes(region="28")
    places = epn.read_places(embedded_path(DEMONSTRATION))
    print(f"Python {platform.python_version()}, SciPy {scipy.__version__}, {platform.machine()}")
    print(f"{len(communes)} communes, all town halls candidates, {len(places)} places (fictitious)")
    compare_siting(communes, places)
    compare_closures(communes, places)
    compare_scratch(communes, places)
    show_goals(communes, places)
    greedy_against_exact(communes, places)


if __name__ == "__main__":
    main()
