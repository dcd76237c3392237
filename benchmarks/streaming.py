"""A population grid of any size: in memory, streamed, on two workers of Dask, and the naive way.

``python benchmarks/streaming.py`` measures 2.3 million cells of 200 m of mainland France in
every way; ``--cells 50000000 --peer streamed --peer dask`` fifty million of 100 m, two gigabytes
per worker; ``--cells 20000000 --peer build`` what one région takes from the command line, of the
cells of all. Cells are seeded, in GeoParquet by squares of 100 km, in a folder that is
removed at the end. Each peer runs in a process of its own; what it found is compared to the last
bit (the naive one: to a thousandth of the people) before its time counts. Times of processors are
printed beside those of the clock: other work on the machine disturbs them less.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import platform
import resource
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent))

import epn_geo as epn
from epn_geo.crs import reproject
from epn_geo.geometry.within import cells_within

GRID_CRS = 3035
RADII_KM = (5.0, 10.0, 15.0)
LAND_KM2 = 549_000  # of mainland France and Corse
BLOCK_M = 100_000
WORKERS, WORKER_MEMORY = 2, "2GB"
Report = dict[str, Any]


def main() -> None:
    """Make the grid, run every peer asked for, compare, print, and leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=2_300_000)
    parser.add_argument("--places", type=int, default=20_000)
    parser.add_argument("--peer", action="append", choices=PEERS, help="only these (repeat)")
    parser.add_argument("--folder", type=Path, help="where the grid is made and removed")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(PEERS[arguments.one](arguments.folder)))
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        start = time.perf_counter()
        made = make_inputs(folder, arguments.cells, arguments.places)
        size = sum(file.stat().st_size for file in (folder / "grid").iterdir()) / 1e9
        print(
            f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors"
            "\n"
            f"{made:,} cells, {arguments.places:,} places, {size:.2f} GB in "
            f"{len(list((folder / 'grid').iterdir()))} files, made in "
            f"{time.perf_counter() - start:.0f} s"
        )
        compare(folder, arguments.peer or [p for p in PEERS if p != "build"], made)


# -- inputs


def make_inputs(folder: Path, cells: int, places: int, seed: int = 2026) -> int:
    """Write communes, places and the grid; give how many cells there are."""
    communes = epn.read_communes()
    mainland = ~communes["code_departement"].str.startswith("97")
    metric = communes[mainland].reset_index(drop=True).to_crs(2154)
    metric[["code_insee", "population", "geometry"]].to_parquet(folder / "communes.parquet")
    rng = np.random.default_rng(seed)
    weight = metric["population"].to_numpy(float) + 1
    towns = metric.representative_point().iloc[
        rng.choice(len(metric), places, p=weight / weight.sum())
    ]
    points = gpd.points_from_xy(
        towns.x.to_numpy() + rng.normal(0, 1500, places),
        towns.y.to_numpy() + rng.normal(0, 1500, places),
    )
    gpd.GeoDataFrame({"id": np.arange(places)}, geometry=points, crs=2154).to_parquet(
        folder / "places.parquet"
    )
    (folder / "grid").mkdir()
    side = next(s for s in (200, 100, 50, 25) if LAND_KM2 * (1000 / s) ** 2 > cells * 1.02)
    kept = cells / (LAND_KM2 * (1000 / side) ** 2)
    made = 0
    for table in blocks(metric, side, kept, rng):
        pq.write_table(table, folder / "grid" / f"{made:09}.parquet", row_group_size=500_000)
        made += len(table)
    return made


def blocks(
    metric: gpd.GeoDataFrame, side: int, kept: float, rng: np.random.Generator
) -> Iterator[pa.Table]:
    """Give the inhabited cells, a square of 100 km at a time, as INSEE names its columns."""
    west, south, east, north = (int(v) for v in metric.to_crs(GRID_CRS).total_bounds)
    outlines = metric.geometry.to_numpy()
    codes = metric["code_insee"].to_numpy(dtype=object)
    metadata = {b"geo": json.dumps(_geo()).encode()}
    for y0 in range(south // BLOCK_M * BLOCK_M, north, BLOCK_M):
        for x0 in range(west // BLOCK_M * BLOCK_M, east, BLOCK_M):
            y, x = (
                axis.ravel()
                for axis in np.mgrid[y0 : y0 + BLOCK_M : side, x0 : x0 + BLOCK_M : side]
            )
            some = rng.random(len(x)) < kept
            x, y = x[some], y[some]
            centre = x + side / 2, y + side / 2
            row = cells_within(*reproject(*centre, GRID_CRS, 2154), outlines)
            land = row >= 0
            if not land.any():
                continue
            names = pd.Series(y[land].astype(str), dtype="str")
            east_text = pd.Series(x[land].astype(str), dtype="str")
            people = (rng.gamma(0.6, 40, land.sum()) + 0.5).round(1)
            yield pa.table(
                {
                    "idcar_200m": pa.array(f"CRS{GRID_CRS}RES{side}mN" + names + "E" + east_text),
                    "i_est_200": (people < 24).astype(np.int8),
                    "lcog_geo": codes[row[land]],
                    "ind": people,
                    "men": (people / 2.2).round(1),
                    "geometry": _points(*(axis[land] for axis in centre)),
                }
            ).replace_schema_metadata(metadata)


def _points(x: np.ndarray, y: np.ndarray) -> pa.Array:
    """Write points as WKB without making geometry of them."""
    record = np.zeros(len(x), dtype=[("head", "V5"), ("x", "<f8"), ("y", "<f8")])
    record["head"] = np.void(struct.pack("<bI", 1, 1))
    record["x"], record["y"] = x, y
    offsets = np.arange(len(x) + 1, dtype=np.int32) * record.itemsize
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(record.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(x), buffers)


def _geo() -> Report:
    crs = gpd.GeoSeries([], crs=GRID_CRS).crs.to_json_dict()
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


# -- peers: each takes the folder, writes what it found and says what it cost


def memory(folder: Path) -> Report:
    """Read every cell, then measure."""
    communes, places = _communes(folder), _places(folder)
    start = time.perf_counter()
    files = sorted((folder / "grid").iterdir())
    grid = pd.concat([epn.read_grid(file) for file in files], ignore_index=True)
    found = epn.measure_population(communes, places, grid, RADII_KM)
    return _told(folder / "memory", found, start)


def streamed(folder: Path) -> Report:
    """Measure part by part."""
    communes, places = _communes(folder), _places(folder)
    start = time.perf_counter()
    found = epn.measure_population(communes, places, folder / "grid", RADII_KM)
    return _told(folder / "streamed", found, start)


def dask(folder: Path) -> Report:
    """Measure part by part on two workers of one thread, each a process with a limit of memory."""
    import distributed  # noqa: PLC0415 - other peers do without

    communes, places = _communes(folder), _places(folder)
    with (
        distributed.LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, processes=True, host="127.0.0.1",
            memory_limit=WORKER_MEMORY, dashboard_address="127.0.0.1:0",
        ) as cluster,
        distributed.Client(cluster) as client,
    ):  # fmt: skip
        start = time.perf_counter()
        found = epn.measure_population(communes, places, folder / "grid", RADII_KM, client=client)
        report = _told(folder / "dask", found, start)
        workers = client.run(_own_usage).values()
    report["workers MB"] = [round(peak) for _, peak in workers]
    report["cpu"] += sum(cpu for cpu, _ in workers)
    return report


def naive(folder: Path) -> Report:
    """Read everything with geopandas, join, find the nearest, and sum: what one writes first."""
    communes, places = _communes(folder), _places(folder)
    start = time.perf_counter()
    cells = gpd.read_parquet(folder / "grid").to_crs(2154)
    cells = cells.sjoin(communes[["code_insee", "geometry"]], predicate="within")
    cells = cells.drop(columns="index_right").sjoin_nearest(places, distance_col="metres")
    cells = cells[~cells.index.duplicated()]
    found = communes.set_index("code_insee")
    total = cells.groupby("code_insee")["ind"].sum()
    for radius in RADII_KM:
        near = cells[cells["metres"] <= radius * 1000].groupby("code_insee")["ind"].sum()
        share = (near.reindex(total.index).fillna(0) / total).reindex(found.index)
        found[f"population_couverte_{radius:g}km"] = share * found["population"]
    return _told(folder / "naive", found.reset_index(), start)


def build(folder: Path) -> Report:
    """Study one région with the cells of all, as ``epn-geo build --grid`` does."""
    from epn_geo.cli import app  # noqa: PLC0415 - other peers do without

    start = time.perf_counter()
    asked = ["build", "--region", "28", "--grid", str(folder / "grid"), "-o", str(folder / "out")]
    with contextlib.redirect_stdout(sys.stderr):
        app(asked, standalone_mode=False)
    seconds = time.perf_counter() - start
    pictures = resource.getrusage(resource.RUSAGE_CHILDREN)  # drawn in a process of their own
    cpu, peak = _own_usage()
    cpu += pictures.ru_utime + pictures.ru_stime
    return {"seconds": seconds, "cpu": cpu, "peak MB": peak}


PEERS: dict[str, Callable[[Path], Report]] = {
    "memory": memory,
    "streamed": streamed,
    "dask": dask,
    "naive": naive,
    "build": build,
}


def _communes(folder: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(folder / "communes.parquet")


def _places(folder: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(folder / "places.parquet")


def _told(path: Path, found: gpd.GeoDataFrame, start: float) -> Report:
    seconds = time.perf_counter() - start
    pd.DataFrame(found.drop(columns="geometry")).to_parquet(path.with_suffix(".parquet"))
    cpu, peak = _own_usage()
    return {"seconds": seconds, "cpu": cpu, "peak MB": peak}


def _own_usage() -> tuple[float, float]:
    """Give seconds of processors and the peak of memory, MB, of this process alone."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak = (
        usage.ru_maxrss
    )  # Linux counts in it what the parent held: the kernel's own mark is right
    status = Path("/proc/self/status")
    if status.exists():
        marks = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
        peak = int(marks["VmHWM"].split()[0])
    return usage.ru_utime + usage.ru_stime, peak / 1024


# -- comparison


def compare(folder: Path, peers: list[str], cells: int) -> None:
    """Run the peers, each in a process, and print what they cost beside each other."""
    reports: dict[str, Report] = {}
    for peer in peers:
        done = subprocess.run(
            [sys.executable, __file__, "--one", peer, "--folder", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            print(f"{peer}: could not be run here: {reason}")
            continue
        reports[peer] = json.loads(done.stdout.splitlines()[-1])
    first = next(iter(reports), "")
    print(f"{'':10}{'s':>8}{'cpu s':>8}{'cells/s':>11}{'peak MB':>9}{'ratio':>7}  agreement")
    for peer, report in reports.items():
        ratio = report["cpu"] / reports[first]["cpu"]
        workers = f"  workers' peaks {report['workers MB']} MB" if "workers MB" in report else ""
        print(
            f"{peer:10}{report['seconds']:8.1f}{report['cpu']:8.1f}"
            f"{cells / report['seconds']:11,.0f}{report['peak MB']:9.0f}{ratio:7.1f}  "
            f"{agreement(folder, peer, first)}{workers}"
        )


def agreement(folder: Path, peer: str, first: str) -> str:
    """Say whether a peer found what the first one did, or was asked something else."""
    if "build" in (peer, first):
        return "not compared: one région, and all that is made of it"
    return disagreement(folder, peer, first) or "yes"


def disagreement(folder: Path, peer: str, first: str) -> str:
    """Say where a peer's figures are others: the library's own may not differ by a bit."""
    ours, theirs = (pd.read_parquet(folder / f"{name}.parquet") for name in (first, peer))
    if peer != "naive":
        return "" if ours.equals(theirs) else "NO: not the same to the last bit"
    wrong = []
    for radius in RADII_KM:
        column = f"population_couverte_{radius:g}km"
        off = math.fsum((ours[column] - theirs[column]).abs()) / math.fsum(ours[column])
        if off > 0.001:
            wrong.append(f"{column} by {off:.2%}")
    return "NO: " + ", ".join(wrong) if wrong else ""


if __name__ == "__main__":
    main()
