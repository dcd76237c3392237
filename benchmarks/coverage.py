"""Coverage of Normandie: the library against the naive script, same inputs, same numbers.

Run with ``python benchmarks/coverage.py``. Ratios are what counts; seconds depend on the machine.
"""

from __future__ import annotations

import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

import epn_geo as epn
from benchmarks.naive import naive_coverage
from epn_geo.embedded import embedded_path
from epn_geo.study import DEMONSTRATION

RADII_KM = (5.0, 10.0, 15.0)
RUNS = 5


def agreement(
    communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame, radius_km: float, quad_segs: int = 64
) -> pd.Series:
    """Give the largest difference in each column between the library and the naive script."""
    ours = epn.measure_coverage(communes, places, radius_km).set_index("code_insee")
    theirs = naive_coverage(communes, places, radius_km, quad_segs)
    columns = ["part_couverte", "population_couverte", "distance_km"]
    differences = (ours[columns] - theirs[columns]).abs().max()
    differences["mairie_couverte"] = (ours["mairie_couverte"] != theirs["mairie_couverte"]).sum()
    return differences


def median_time(action: Callable[[], object]) -> float:
    """Time an action several times after one run that is not counted."""
    action()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Check that both agree, then time them in the same run."""
    communes = epn.read_communes(region="28")
    places = epn.read_places(embedded_path(DEMONSTRATION))
    print(f"Python {platform.python_version()}, geopandas {gpd.__version__}, {platform.machine()}")
    print(f"{len(communes)} communes, {len(places)} places, radii {RADII_KM} km")
    for radius_km in RADII_KM:
        found = agreement(communes, places, radius_km)
        print(f"largest differences at {radius_km:g} km: {found.round(6).to_dict()}")
    ours = median_time(lambda: epn.measure_coverage(communes, places, RADII_KM))
    theirs = median_time(lambda: [naive_coverage(communes, places, r) for r in RADII_KM])
    print(
        f"median of {RUNS}: library {ours:.3f} s, naive {theirs:.3f} s, ratio {theirs / ours:.1f}"
    )


if __name__ == "__main__":
    main()
