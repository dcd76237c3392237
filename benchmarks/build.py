"""What ``epn-geo build`` costs from nothing to a folder of files, as a user waits for it.

``python benchmarks/build.py --json docs/performance.json``: Normandie with the demonstration
network, then all of mainland France with as many seeded places as France Services had in 2022. Each
run is a process of its own and writes everything: map, workbook, pictures, layers, tables.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

import epn_geo as epn
from benchmarks.national import compile_sources
from benchmarks.peers import World
from benchmarks.results import keep, machine
from benchmarks.world import make_world
from epn_geo.embedded import embedded_path

PLACES = 2_683
MOST = {"normandie": 4.0, "france": 30.0}  # seconds by the clock that are asked


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs in Normandie; the best counts")
    parser.add_argument("--json", type=Path, help="keep the results in this file")
    arguments = parser.parse_args()
    compile_sources()
    found: dict[str, Any] = {"machine": machine(), "studies": {}}
    with tempfile.TemporaryDirectory() as folder:
        found["studies"]["normandie"] = best([], Path(folder) / "normandie", arguments.runs)
        every = pd.read_parquet(embedded_path("communes") / "regions.parquet")["code_region"]
        mainland = [code for code in every if not code.startswith("0")]
        options = [str(seeded_list(Path(folder)))]
        options += [part for code in mainland for part in ("--region", code)]
        found["studies"]["france"] = best(options, Path(folder) / "france", 2)
    found["machine"]["load_after"] = os.getloadavg()[0]
    show(found)
    if arguments.json:
        keep(arguments.json, "build", found)


def seeded_list(folder: Path) -> Path:
    """Write seeded places of mainland France as a list that `epn-geo build` reads."""
    world: World = make_world(folder, departements=None, places=PLACES, points=1000)
    sites = pd.read_parquet(world.places)
    points = gpd.GeoSeries.from_xy(sites["x"], sites["y"], crs=2154).to_crs(4326)
    number = sites["id"].astype(str)
    frame = pd.DataFrame(
        {"id": number, "nom": "Lieu " + number, "categorie": "EPN"}
        | {"latitude": points.y, "longitude": points.x}
    )
    return epn.write_table(frame, folder / "lieux.csv", french=False)


def best(options: list[str], folder: Path, runs: int) -> dict[str, Any]:
    """Build some times; give the best of each cost, and what was built."""
    costs = [build(options, folder) for _ in range(runs)]
    told = {key: min(cost[key] for cost in costs) for key in costs[0]}
    coverage = pd.read_parquet(folder / "donnees" / "communes.parquet", columns=["code_insee"])
    places = pd.read_parquet(folder / "donnees" / "lieux.parquet", columns=["id"])
    files = [file for file in folder.rglob("*") if file.is_file()]
    return told | {
        "communes": len(coverage),
        "places": len(places),
        "files": len(files),
        "files_mb": sum(file.stat().st_size for file in files) / 1e6,
        "map_mb": (folder / "carte.html").stat().st_size / 1e6,
    }


def build(options: list[str], folder: Path) -> dict[str, float]:
    """Build once in a process of its own; give seconds by the clock and of processors."""
    command = [sys.executable, "-m", "epn_geo", "build", *options, "-o", str(folder)]
    start, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, capture_output=True)
    after = os.times()
    cpu = (after.children_user - before.children_user) + (
        after.children_system - before.children_system
    )
    return {"seconds": time.perf_counter() - start, "cpu": cpu}


def show(found: dict[str, Any]) -> None:
    """Print the table."""
    print(f"{'':12}{'communes':>9}{'places':>8}{'clock s':>9}{'CPU s':>8}{'MB':>7}{'map MB':>8}")
    for name, one in found["studies"].items():
        met = "met" if one["seconds"] <= MOST[name] else "MISSED"
        print(
            f"{name:12}{one['communes']:9}{one['places']:8}{one['seconds']:9.2f}{one['cpu']:8.2f}"
            f"{one['files_mb']:7.1f}{one['map_mb']:8.2f}  asked ≤ {MOST[name]:g}: {met}"
        )


if __name__ == "__main__":
    main()
