"""Access and population grids: the library against the naive scripts, same inputs, same numbers.

Run with ``python benchmarks/access.py``; ``--france`` adds 2.3 million cells of a synthetic grid
over all of mainland France. Ratios are what counts; seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

sys.path.insert(0, str(Path(__file__).parent.parent))

import epn_geo as epn
from epn_geo.crs import reproject
from epn_geo.embedded import embedded_path

RADIUS_KM, EDGE = 15.0, 0.01
RUNS = 3
CELL_M = 200


def mainland() -> gpd.GeoDataFrame:
    """Read the communes of mainland France."""
    table = pd.read_parquet(embedded_path("communes/departements.parquet"))
    codes = [code for code in table["code_departement"] if len(code) == 2]
    return epn.read_communes(departements=codes)


def sample_places(communes: gpd.GeoDataFrame, count: int) -> gpd.GeoDataFrame:
    """Put places inside communes drawn at random, the same each time."""
    metric = communes.to_crs(2154)
    points = metric.representative_point().sample(count, random_state=1)
    return gpd.GeoDataFrame({"id": points.index.astype(str)}, geometry=points.to_numpy(), crs=2154)


def synthetic_grid(communes: gpd.GeoDataFrame, count: int) -> pd.DataFrame:
    """Draw inhabited cells in the boxes of communes, more of them where more people live."""
    rng = np.random.default_rng(1)
    metric = communes.to_crs(2154)
    weight = np.sqrt(communes["population"].clip(lower=1).to_numpy() * metric.area.to_numpy())
    row = rng.choice(len(communes), int(count * 2.6), p=weight / weight.sum())
    west, south, east, north = metric.bounds.to_numpy()[row].T
    x, y = reproject(rng.uniform(west, east), rng.uniform(south, north), 2154, 3035)
    corner = np.unique(np.column_stack([x // CELL_M, y // CELL_M]).astype(np.int64), axis=0)
    corner = corner[np.sort(rng.permutation(len(corner))[:count])] * CELL_M
    names = [f"CRS3035RES200mN{north}E{east}" for east, north in corner.tolist()]
    people = (rng.lognormal(2.5, 1.1, len(corner)) + 1).round(1)
    return pd.DataFrame({"idcar_200m": names, "i_est_200": 0, "ind": people})


def dense_access(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> np.ndarray:
    """Compute E2SFCA with every pair of commune and place in memory."""
    halls = gpd.GeoSeries.from_xy(
        communes["mairie_longitude"], communes["mairie_latitude"], crs=4326
    ).to_crs(2154)
    sites = places.to_crs(2154).geometry
    distance = cdist(
        np.column_stack([halls.x, halls.y]), np.column_stack([sites.x, sites.y])
    ) / 1000  # fmt: skip
    weights = np.exp(np.log(EDGE) * (distance / RADIUS_KM) ** 2)
    weights[distance > RADIUS_KM] = 0
    demand = (communes["population"].to_numpy()[:, None] * weights).sum(axis=0)
    ratio = np.divide(1.0, demand, out=np.zeros(len(demand)), where=demand > 0)
    return (weights * ratio).sum(axis=1) * 10_000


def naive_population(
    communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame, grid: pd.DataFrame, radius_km: float
) -> pd.Series:
    """Count people within reach by points, a spatial join and a nearest join."""
    points = gpd.GeoDataFrame(
        {"people": grid["population"]},
        geometry=gpd.points_from_xy(grid["x"], grid["y"]),
        crs=3035,
    ).to_crs(2154)
    joined = points.sjoin(communes[["code_insee", "geometry"]].to_crs(2154), predicate="within")
    near = joined.drop(columns="index_right").sjoin_nearest(
        places[["geometry"]].to_crs(2154), distance_col="metres"
    )
    near = near[~near.index.duplicated()]
    within = near["people"].where(near["metres"] <= radius_km * 1000, 0.0)
    share = (
        within.groupby(near["code_insee"]).sum() / near["people"].groupby(near["code_insee"]).sum()
    )
    legal = communes.set_index("code_insee")["population"]
    return (share * legal).reindex(legal.index)


def timed(action: Callable[[], object], runs: int = RUNS) -> float:
    """Give the median of several runs after one that is not counted."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def compare_access(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame, name: str) -> None:
    """Check that both give the same access, then time them."""

    def sparse() -> gpd.GeoDataFrame:
        return epn.measure_access(communes, places, radius_km=RADIUS_KM, edge_weight=EDGE)

    ours = sparse()["acces_pour_10000_hab"].to_numpy()
    difference = np.abs(ours - dense_access(communes, places)).max()
    fast, slow = timed(sparse), timed(lambda: dense_access(communes, places))
    print(
        f"access, {name}: {len(communes)} communes × {len(places)} places, largest difference "
        f"{difference:.1e}: library {fast:.3f} s, dense {slow:.3f} s, ratio {slow / fast:.1f}"
    )


def compare_population(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame, count: int) -> None:
    """Check that both count the same people, then time them."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "grid.parquet")
        synthetic_grid(communes, count).to_parquet(path)
        grid = epn.read_grid(path)

    def ours() -> gpd.GeoDataFrame:
        return epn.measure_population(communes, places, grid, 10)

    def theirs() -> pd.Series:
        return naive_population(communes, places, grid, 10)

    difference = np.nanmax(np.abs(ours()["population_couverte"].to_numpy() - theirs().to_numpy()))
    fast, slow = timed(ours), timed(theirs, 1)
    print(
        f"people, Normandie: {len(grid)} cells, largest difference {difference:.1e}: library "
        f"{fast:.3f} s, naive {slow:.3f} s, ratio {slow / fast:.1f}"
    )


def write_france(path: Path) -> None:
    """Write 2.3 million cells."""
    synthetic_grid(mainland(), 2_300_000).to_csv(path, index=False)


def all_of_france() -> None:
    """Time each step on 2.3 million cells and 20 000 places."""
    communes = mainland()
    places = sample_places(communes, 20_000)
    start = time.perf_counter()
    measured = epn.measure_access(communes, places, radius_km=RADIUS_KM)
    print(f"access, 20 000 places: {time.perf_counter() - start:.2f} s ({len(measured)} communes)")
    with TemporaryDirectory() as folder, ProcessPoolExecutor(1) as pool:
        path = Path(folder, "grid.csv")
        pool.submit(write_france, path).result()  # apart, so that its memory is not counted
        start = time.perf_counter()
        grid = epn.read_grid(path)
        print(f"read {len(grid)} cells of a CSV: {time.perf_counter() - start:.2f} s")
    start = time.perf_counter()
    located = epn.locate_cells(grid, communes)
    print(f"find their communes: {time.perf_counter() - start:.2f} s")
    print(epn.count_cells(located).to_string(index=False))
    start = time.perf_counter()
    epn.measure_population(communes, places, located, [5, 10, 15])
    spent = time.perf_counter() - start
    print(f"people within 5, 10 and 15 km, distances: {spent:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")
    ours = timed(lambda: epn.measure_population(communes, places, grid, 10), 1)
    start = time.perf_counter()
    naive_population(communes, places, grid, 10)
    theirs = time.perf_counter() - start
    print(
        f"people, mainland France, one radius: library {ours:.1f} s, naive people {theirs:.1f} s, "
        f"ratio {theirs / ours:.1f}"
    )
    compare_access(communes, places.iloc[:2000], "mainland France")


def main() -> None:
    """Compare on Normandie, and on all of France if asked."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--france", action="store_true", help="2.3 million cells")
    asked = arguments.parse_args()
    print(f"Python {platform.python_version()}, geopandas {gpd.__version__}, {platform.machine()}")
    communes = epn.read_communes(region="28")
    places = epn.read_places(embedded_path("demo/epn-demonstration.csv"))
    places = places[epn.serves(places)]
    compare_access(communes, places, "Normandie")
    compare_population(communes, places, 120_000)
    if asked.france:
        all_of_france()


if __name__ == "__main__":
    main()
