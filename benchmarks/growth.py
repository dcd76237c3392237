"""How the cost of the library grows with places and with territory.

``python benchmarks/growth.py --json docs/performance.json``: mainland France with 1 000 to 200 000
places, then 1 to 96 départements with places and people in proportion; three radii, everything that
``national.py`` asks. The exponent is the slope on logarithmic scales.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.national import compile_sources, run_apart
from benchmarks.peers import World
from benchmarks.results import keep, machine
from benchmarks.world import count, make_world, seed_places

PLACES = (1_000, 5_000, 20_000, 50_000, 200_000)
NORMANDIE = ["14", "27", "50", "61", "76"]
WEST = [*NORMANDIE, "22", "29", "35", "56", "44", "49", "53", "72", "85"]
TERRITORIES: dict[int, list[str] | None] = {1: ["14"], 5: NORMANDIE, 14: WEST, 96: None}
FRANCE = (20_000, 2_300_000)  # places and points of all 96


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2, help="runs of each size; the best counts")
    parser.add_argument("--limit", type=float, default=300, help="seconds that a run may take")
    parser.add_argument("--json", type=Path, help="keep the results in this file")
    arguments = parser.parse_args()
    compile_sources()
    found: dict[str, Any] = {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder), departements=None, places=FRANCE[0], points=FRANCE[1])
        found["places"] = []
        for size in PLACES:
            seed_places(world, size)
            found["places"].append(_best(world, arguments))
    found["territories"] = []
    for size, codes in TERRITORIES.items():
        with tempfile.TemporaryDirectory() as folder:
            places, points = (round(whole * size / 96) for whole in FRANCE)
            world = make_world(Path(folder), departements=codes, places=places, points=points)
            found["territories"].append(_best(world, arguments) | {"departements": size})
    found["machine"]["load_after"] = os.getloadavg()[0]
    found["exponents"] = exponents(found)
    show(found)
    if arguments.json:
        keep(arguments.json, "growth", found)


def _best(world: World, arguments: argparse.Namespace) -> dict[str, Any]:
    """Give the size of a world and the best of some runs."""
    runs = []
    for _ in range(arguments.runs):
        told = run_apart("library", world.places.parent, arguments.limit)
        if "reason" in told:
            return {**count(world), "reason": told["reason"]}
        runs.append(told["run"])
    return {**count(world), **{key: min(run[key] for run in runs) for key in runs[0]}}


def exponents(found: dict[str, Any]) -> dict[str, float]:
    """Give the slopes of the computing time on logarithmic scales."""
    return {
        "places": slope(found["places"], "places"),
        "territories": slope(found["territories"], "communes"),
    }


def slope(rows: list[dict[str, Any]], size: str) -> float:
    """Fit time = constant × size ** slope."""
    sizes, times = zip(
        *((row[size], row["compute"]) for row in rows if "compute" in row), strict=True
    )
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def show(found: dict[str, Any]) -> None:
    """Print both tables and the exponents."""
    for name in ("places", "territories"):
        print(
            f"\n{'communes':>9}{'places':>9}{'points':>10}{'compute s':>11}{'s':>7}{'peak MB':>9}"
        )
        for row in found[name]:
            print(f"{row['communes']:9}{row['places']:9}{row['points']:10}", end="")
            if "reason" in row:
                print("  " + row["reason"])
                continue
            print(f"{row['compute']:11.3f}{row['process']:7.2f}{row['peak_mb']:9.0f}")
        print(f"exponent {found['exponents'][name]:.2f}")


if __name__ == "__main__":
    main()
