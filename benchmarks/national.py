"""All of France beside what a user would pick instead: same files, same numbers, one run.

``python benchmarks/national.py --scale normandie`` (144 places of the demonstration network) or
``--scale france`` (20 000 seeded places). Each peer runs in a process of its own; seconds of
computing, of the whole process, and its peak memory are printed with the ratio to this library.
Peers must agree on the numbers before their times count. One that cannot be run is reported.
"""

from __future__ import annotations

import argparse
import importlib
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

PEERS = {
    "library": "this library",
    "careful": "careful shapely",
    "duckdb_spatial": "DuckDB spatial",
    "naive": "naive geopandas",
}
TOLERANCE = {"part": 0.02, "people": 0.001, "distance_km": 1e-6}  # shares, share of people, km
SCALES = {"normandie": ("28", None, 200_000), "france": (None, 20_000, 2_300_000)}


def main() -> None:
    """Make the world, run every peer asked for, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="normandie")
    parser.add_argument("--places", type=int, help="number of seeded places")
    parser.add_argument("--points", type=int, help="number of points where people live")
    parser.add_argument("--runs", type=int, default=3, help="runs of each peer; the best counts")
    parser.add_argument("--peer", action="append", choices=PEERS, help="only these (repeat)")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        _run_one(arguments.one, arguments.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        _compare(arguments, Path(folder))


def _run_one(peer: str, folder: Path) -> None:
    """Run one peer in this process and print what it cost."""
    from benchmarks.world import World  # noqa: PLC0415 - each peer pays only for its own imports

    files = (folder / f"{name}.parquet" for name in ("communes", "places", "points"))
    out = folder / peer
    out.mkdir(exist_ok=True)
    seconds = importlib.import_module(f"benchmarks.peers.{peer}").run(World(*files), out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds} {peak}")


def _compare(arguments: argparse.Namespace, folder: Path) -> None:
    from benchmarks.world import make_world  # noqa: PLC0415 - not needed by the peers' processes

    region, places, points = SCALES[arguments.scale]
    make_world(
        folder,
        region=region,
        places=arguments.places or places,
        points=arguments.points or points,
    )
    print(f"Python {platform.python_version()}, {platform.machine()}, scale {arguments.scale}")
    costs: dict[str, tuple[float, float, float]] = {}
    for peer in arguments.peer or PEERS:
        best = _best_of(peer, folder, 1 if peer == "naive" else arguments.runs)
        if best is not None:
            costs[peer] = best
    agree = {peer: _disagreement(folder, peer) for peer in costs}
    base = costs.get("library")
    print(f"{'':20}{'compute s':>11}{'process s':>11}{'peak MB':>9}{'ratio':>8}  agreement")
    for peer, (compute, whole, peak) in costs.items():
        ratio = f"{compute / base[0]:.1f}" if base else ""
        print(
            f"{PEERS[peer]:20}{compute:11.3f}{whole:11.2f}{peak:9.0f}{ratio:>8}  "
            f"{agree[peer] or 'yes'}"
        )


def _best_of(peer: str, folder: Path, runs: int) -> tuple[float, float, float] | None:
    """Run a peer several times in processes of its own; report one that cannot run."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, __file__, "--one", peer, "--folder", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        whole = time.perf_counter() - start
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            print(f"{PEERS[peer]}: could not be run here: {reason}")
            return None
        seconds, peak = map(float, done.stdout.split()[-2:])
        found.append((seconds, whole, peak))
    return min(found)


def _disagreement(folder: Path, peer: str) -> str:
    """Say where a peer's numbers differ by more than chords for circles explain."""
    import pandas as pd  # noqa: PLC0415 - as above

    if not (folder / "library" / "communes.parquet").exists():
        return "not compared"
    ours, theirs = (
        pd.read_parquet(folder / name / "communes.parquet").set_index("code_insee").sort_index()
        for name in ("library", peer)
    )
    wrong = []
    for column in ours.columns:
        kind = column.partition("_")[0] if column != "distance_km" else column
        if kind == "people":
            off = abs(ours[column].sum() - theirs[column].sum()) / max(ours[column].sum(), 1)
        elif kind == "places":
            off = float((ours[column] != theirs[column]).sum())
        else:
            off = float((ours[column] - theirs[column]).abs().max())
        if off > TOLERANCE.get(kind, 0):
            wrong.append(f"{column} by {off:.4g}")
    return "NO: " + ", ".join(wrong) if wrong else ""


if __name__ == "__main__":
    main()
