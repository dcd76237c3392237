"""All of France beside what a user would pick instead: same files, same numbers, one run.

``python benchmarks/national.py --scale normandie`` (144 places of the demonstration network) or
``--scale france`` (20 000 seeded places). Each peer runs in a process of its own, in an order that
turns round from run to run; the best run of each counts. Peers must agree on the numbers before
their times count. One that cannot be run, or takes too long, is reported as such.

``--json FILE`` keeps the results, from which ``benchmarks/page.py`` makes the page of the
documentation. The command ends with 1 only with ``--strict``, if a peer could not be run or
disagrees, or a target is missed.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.peers import MISSING
from benchmarks.results import keep, machine

ROOT = Path(__file__).parent.parent
PEERS = {
    "library": "this library",
    "careful": "careful shapely",
    "duckdb_spatial": "DuckDB spatial, tuned",
    "sedonadb": "SedonaDB, tuned",
    "postgis": "PostGIS, tuned",
    "duckdb_plain": "DuckDB spatial, by its manual",
    "sedonadb_plain": "SedonaDB, by its manual",
    "postgis_plain": "PostGIS, by its manual",
    "naive": "naive geopandas",
}
# by scale: départements (None: all of the mainland), places (None: the demonstration), points, runs
SCALES = {
    "normandie": (["14", "27", "50", "61", "76"], None, 200_000, 8),
    "france": (None, 20_000, 2_300_000, 5),
}
# what takes half a minute or more is run once: a neighbour on the machine is lost in it
ONCE = {
    ("france", peer)
    for peer in ("naive", "duckdb_plain", "sedonadb_plain", "postgis_plain", "postgis")
}
# what is asked: peer, part, and how many times the library's cost it must be; below 1 the other way
TARGETS = {
    "normandie": [
        ("naive", "compute", 15.0),
        ("duckdb_plain", "process", 1 / 0.6),
        ("duckdb_spatial", "process", 1 / 0.6),
        ("naive", "process", 1 / 0.35),
    ],
    "france": [
        ("naive", "compute", 200.0),
        ("sedonadb_plain", "compute", 20.0),
        ("duckdb_spatial", "compute", 12.0),
        ("postgis_plain", "compute", 30.0),
        ("careful", "areas", 4.0),
    ],
}
MOST = {"france": [("process", 4.0, "s"), ("peak_mb", 1000.0, "MB")]}  # for the library itself
# Chords for circles (16 to the quarter) lose 0.16 % of a disc, 18 m at most of a radius of 15 km.
TOLERANCE = {
    "part": 0.02,  # of a commune's area; 0.013 is known, where a commune lies along an arc
    "people": 0.001,  # of all people within reach
    "distance_km": 1e-6,
    "places": 0.0,
    "gap_km2": 2.0,  # by EPCI
    "gaps": 0.005,  # of all the area out of reach
}


def main() -> None:
    """Make the world, run every peer asked for, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="normandie")
    parser.add_argument("--places", type=int, help="number of seeded places")
    parser.add_argument("--points", type=int, help="number of points where people live")
    parser.add_argument("--runs", type=int, help="runs of each peer; the best counts")
    parser.add_argument("--peer", action="append", choices=PEERS, help="only these (repeat)")
    parser.add_argument("--limit", type=float, default=900, help="seconds that a run may take")
    parser.add_argument("--json", type=Path, help="keep the results in this file")
    parser.add_argument("--strict", action="store_true", help="end with 1 if anything is amiss")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = _compare(arguments, Path(folder))
    show(found)
    if arguments.json:
        keep(arguments.json, arguments.scale, found)
    if arguments.strict and _amiss(found):
        sys.exit(1)


def _compare(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Run all peers in turn; give all that was found."""
    compile_sources()
    departements, places, points, runs = SCALES[arguments.scale]
    world = _make_world(
        folder, departements, arguments.places or places, arguments.points or points
    )
    found: dict[str, Any] = {
        "scale": arguments.scale, "machine": machine(), "world": world, "peers": {},
    }  # fmt: skip
    asked = arguments.peer or list(PEERS)
    for turn in range(arguments.runs or runs):
        for peer in asked if turn % 2 == 0 else asked[::-1]:
            told = found["peers"].setdefault(peer, {"runs": []})
            if "reason" in told or (turn and (arguments.scale, peer) in ONCE):
                continue
            run = run_apart(peer, folder, arguments.limit)
            if "reason" in run:
                told["reason"] = run["reason"]
            else:
                told["versions"] = run["versions"]
                told["runs"].append(run["run"])
            print(f"{PEERS[peer]}: {run.get('reason') or _line(run['run'])}", file=sys.stderr)
    for peer, told in found["peers"].items():
        if told["runs"]:
            told["best"] = {k: min(run[k] for run in told["runs"]) for k in told["runs"][0]}
            told["disagreement"] = disagreement(folder, peer)
    found["machine"]["load_after"] = os.getloadavg()[0]
    found["targets"] = judge(found)
    return found


def compile_sources() -> None:
    """Compile what pip compiles: where Python may not write, it would compile each time."""
    for folder in ("src", "benchmarks"):
        compileall.compile_dir(ROOT / folder, quiet=1)


def _make_world(
    folder: Path, departements: list[str] | None, places: int | None, points: int
) -> dict[str, int]:
    """Make the world in a process of its own: a peer's cost is not to depend on ours."""
    code = (
        "from pathlib import Path; from benchmarks.world import make_world, count; "
        f"print(count(make_world(Path({str(folder)!r}), departements={departements!r}, "
        f"places={places!r}, points={points!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    counts: dict[str, int] = json.loads(done.stdout.splitlines()[-1].replace("'", '"'))
    return counts


def run_apart(peer: str, folder: Path, limit: float) -> dict[str, Any]:
    """Run a peer in a process of its own; say why if it cannot be."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.peers", peer, str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            out, complaint = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.terminate()  # it stops what it started, and has half a minute for that
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
            return {"reason": f"stopped after {limit:g} s"}
    whole = time.perf_counter() - start
    if process.returncode:
        lines = (out if process.returncode == MISSING else complaint).strip().splitlines()
        return {"reason": "could not be run here: " + (lines or ["no message"])[-1]}
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    told["run"]["process"] = whole
    named = [f"{name} {version(name)}" for name in told.pop("packages")]
    told["versions"] = ", ".join(filter(None, [*named, told["versions"]]))
    return told


def _line(run: dict[str, float]) -> str:
    return f"{run['compute']:.3f} s, process {run['process']:.2f} s, {run['peak_mb']:.0f} MB"


def disagreement(folder: Path, peer: str) -> str:
    """Say where a peer's numbers differ by more than chords for circles explain."""
    import pandas as pd  # noqa: PLC0415 - the peers' processes load what they need themselves

    if not (folder / "library" / "communes.parquet").exists():
        return "not compared: the library was not run"
    ours, theirs = (
        pd.read_parquet(folder / name / "communes.parquet").set_index("code_insee").sort_index()
        for name in ("library", peer)
    )
    off: dict[str, tuple[float, float]] = {}
    for column in ours.columns:
        kind = column if column in TOLERANCE else column.partition("_")[0]
        difference = (ours[column] - theirs[column]).abs()
        value = difference.max(skipna=False)
        if kind == "people":
            value = abs(ours[column].sum() - theirs[column].sum()) / max(ours[column].sum(), 1)
        off[column] = (float(value), TOLERANCE[kind])
    zones = [
        pd.read_parquet(folder / name / "gaps.parquet").groupby(["radius_km", "code_epci"])
        for name in ("library", peer)
    ]
    mine, other = (one["area_km2"].sum() for one in zones)
    by_epci = mine.sub(other, fill_value=0).abs().max()
    off["gaps of an EPCI (km²)"] = (float(by_epci) if len(mine) else 0.0, TOLERANCE["gap_km2"])
    whole = abs(mine.sum() - other.sum()) / max(mine.sum(), 1)
    off["gaps"] = (float(whole), TOLERANCE["gaps"])
    # not "value > most": a missing value disagrees too
    return ", ".join(f"{k} by {v:.3g}" for k, (v, most) in off.items() if not v <= most)


def judge(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Compare what was measured with what is asked."""
    peers, scale = found["peers"], found["scale"]
    ours = peers.get("library", {}).get("best")
    judged: list[dict[str, Any]] = []
    if ours is None:
        return judged
    for peer, part, least in TARGETS[scale]:
        best = peers.get(peer, {}).get("best")
        ratio = None if best is None else best[part] / ours[part]
        judged.append(
            {
                "what": f"{PEERS[peer]} ÷ this library, {part}",
                "found": ratio,
                "asked": f"≥ {least:.3g}",
                "met": None if ratio is None else ratio >= least,
            }
        )
    for part, most, unit in MOST.get(scale, []):
        judged.append(
            {
                "what": f"this library, {part.removesuffix('_mb')} ({unit})",
                "found": ours[part],
                "asked": f"≤ {most:g}",
                "met": ours[part] <= most,
            }
        )
    return judged


def show(found: dict[str, Any]) -> None:
    """Print the machine, the table, and what is asked."""
    told = found["machine"]
    print(
        f"{told['cpu']}, {told['cores']} cores, {told['memory_gb']} GB, Python {told['python']}, "
        f"load {told['load_before']:.1f} before and {told['load_after']:.1f} after"
    )
    print(
        "scale " + found["scale"] + ": " + ", ".join(f"{v} {k}" for k, v in found["world"].items())
    )
    ours = found["peers"].get("library", {}).get("best")
    print(
        f"\n{'':30}{'areas s':>9}{'people s':>10}{'compute':>9}{'process':>9}{'CPU s':>8}"
        f"{'peak MB':>9}{'ratio':>8}  numbers agree"
    )
    for peer, one in found["peers"].items():
        best = one.get("best")
        if best is None:
            print(f"{PEERS[peer]:30}{one['reason']}")
            continue
        ratio = f"{best['compute'] / ours['compute']:.1f}" if ours else ""
        print(
            f"{PEERS[peer]:30}{best['areas']:9.3f}{best['people']:10.3f}{best['compute']:9.3f}"
            f"{best['process']:9.2f}{best['cpu']:8.2f}{best['peak_mb']:9.0f}{ratio:>8}  "
            f"{'NO: ' + one['disagreement'] if one['disagreement'] else 'yes'}"
            + (f"; {one['reason']}" if "reason" in one else "")
        )
    print("\nversions")
    for peer, one in found["peers"].items():
        if "versions" in one:
            print(f"  {PEERS[peer]}: {one['versions']}")
    print("\nasked")
    for one in found["targets"]:
        value = "not measured" if one["found"] is None else f"{one['found']:.3g}"
        met = {None: "?", True: "met", False: "MISSED"}[one["met"]]
        print(f"  {one['what']}: {value} ({one['asked']}) {met}")


def _amiss(found: dict[str, Any]) -> bool:
    """Tell whether anything was not run, disagrees, or is slower than asked."""
    return any(
        "reason" in one or one.get("disagreement") for one in found["peers"].values()
    ) or any(not one["met"] for one in found["targets"])


if __name__ == "__main__":
    main()
