"""Inequality, skills and clusters: the library against naive scripts, same inputs, same numbers.

Run with ``python benchmarks/measures.py``. Ratios are what counts; seconds depend on the machine.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

import epn_geo as epn
from benchmarks.access import timed
from benchmarks.naive import naive_coverage
from epn_geo.embedded import DEMONSTRATION, embedded_path

WORLDS, FEW = 999, 3  # random worlds; those that the naive script does, scaled to all


def line(what: str, ours: float, theirs: float, difference: float) -> None:
    """Print both times, their ratio, and by how much the answers differ."""
    print(
        f"{what:<52} library {ours:8.3f} s   naive {theirs:8.2f} s   ratio {theirs / ours:7.1f}   "
        f"largest difference {difference:.1e}"
    )


def naive_gini(values: np.ndarray, people: np.ndarray) -> float:
    """Sum the differences of every pair, as the definition is written."""
    total = 0.0
    for value, weight in zip(values, people, strict=True):
        total += weight * float((people * np.abs(values - value)).sum())
    mean = (values * people).sum() / people.sum()
    return total / (2 * mean * people.sum() ** 2)


def naive_theil(table: pd.DataFrame, column: str) -> tuple[float, float]:
    """Give Theil's index and its part between EPCI, group by group in a loop."""
    people, mean = table["population"].sum(), np.average(table[column], weights=table["population"])
    whole = between = 0.0
    for _, rows in table.groupby("code_epci"):
        weight = rows["population"].sum()
        here = np.average(rows[column], weights=rows["population"])
        if here > 0:
            between += weight / people * here / mean * np.log(here / mean)
        for _, row in rows.iterrows():
            if row[column] > 0:
                ratio = row[column] / mean
                whole += row["population"] / people * ratio * np.log(ratio)
    return whole, between


def compare_inequality(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """Time inequality between people and between EPCI, with and without the naive loops."""
    measured = epn.measure_access(communes, places)
    values = measured["acces_pour_10000_hab"].to_numpy()
    people = measured["population"].to_numpy(float)
    found = epn.measure_inequality(measured, by=("epci",)).set_index("niveau")

    def naive() -> tuple[float, float, float]:
        return (naive_gini(values, people), *naive_theil(measured, "acces_pour_10000_hab"))

    gini, theil, between = naive()
    whole = found.loc["ensemble"]
    shared = whole["theil"] * whole["part_entre_epci"]
    difference = max(abs(whole["gini"] - gini), abs(whole["theil"] - theil), abs(shared - between))
    ours = timed(lambda: epn.measure_inequality(measured, by=("epci",)))
    line("Gini, Palma, FGT, Theil between and within EPCI", ours, timed(naive, 1), difference)


def naive_skills(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Buffer, unite and overlay for each service anew."""
    code = communes.set_index("code_insee")["code_epci"]
    rows = {}
    offered = places["services"].fillna("").str.split("|")
    for service in sorted({one.strip() for several in offered for one in several if one.strip()}):
        some = places[[service in [one.strip() for one in several] for several in offered]]
        people = naive_coverage(communes, some, 10.0)["population_couverte"]
        rows[service] = people.groupby(code).sum()
    return pd.DataFrame(rows)


def compare_skills(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """Time who has which service within reach, by EPCI."""
    found = epn.skills_matrix(places, communes, by="epci", radius_km=10)
    wide = found.pivot_table(index="code_epci", columns="valeur", values="population_couverte")
    theirs = naive_skills(communes, places)
    both = wide[theirs.columns].reindex(theirs.index)
    difference = float((both - theirs).abs().max().max() / communes["population"].sum())
    ours = timed(lambda: epn.skills_matrix(places, communes, by="epci", radius_km=10))
    line(
        f"{theirs.shape[1]} services x {len(theirs)} EPCI", ours,
        timed(lambda: naive_skills(communes, places), 1), difference,
    )  # fmt: skip


def naive_moran(communes: gpd.GeoDataFrame, values: np.ndarray, worlds: int) -> np.ndarray:
    """Find neighbours by a spatial join, then shuffle the others of each commune in a loop."""
    pairs = gpd.sjoin(communes[["geometry"]], communes[["geometry"]], predicate="intersects")
    near = pairs[pairs.index != pairs["index_right"]].groupby(level=0)["index_right"]
    neighbours = near.apply(list).to_dict()
    rng = np.random.default_rng(0)
    centred = values - values.mean()
    scale = (len(values) - 1) / (centred**2).sum()
    statistic = np.full(len(values), np.nan)
    beyond = np.zeros(len(values))
    for row, others in neighbours.items():
        statistic[row] = scale * centred[row] * centred[others].mean()
        rest = np.delete(centred, row)
        for _ in range(worlds):
            drawn = rng.choice(rest, len(others), replace=False)
            beyond[row] += scale * centred[row] * drawn.mean() >= statistic[row]
    return statistic


def compare_clusters(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    """Time local Moran with its random worlds."""
    measured = epn.measure_coverage(communes, places, 10).reset_index(drop=True)
    values = measured["distance_km"].to_numpy()
    metric = measured.to_crs(2154)
    found = epn.find_clusters(measured, "distance_km", permutations=WORLDS)
    difference = np.nanmax(np.abs(found["amas_statistique"] - naive_moran(metric, values, 0)))
    ours = timed(lambda: epn.find_clusters(measured, "distance_km", permutations=WORLDS), 1)
    none = timed(lambda: naive_moran(metric, values, 0), 1)
    few = timed(lambda: naive_moran(metric, values, FEW), 1)
    theirs = none + (few - none) / FEW * WORLDS
    line(f"clusters, {WORLDS} random worlds (naive: {FEW}, scaled)", ours, theirs, difference)


def main() -> None:
    """Check that all agree, then time them in the same run."""
    communes = epn.read_communes(region="28")
    places = epn.read_places(embedded_path(DEMONSTRATION))
    print(f"Python {platform.python_version()}, geopandas {gpd.__version__}, {platform.machine()}")
    print(f"{len(communes)} communes, {len(places)} places (fictitious)")
    compare_inequality(communes, places)
    compare_skills(communes, places)
    compare_clusters(communes, places)


if __name__ == "__main__":
    main()
