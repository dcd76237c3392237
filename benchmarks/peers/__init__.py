"""What a user would pick instead, each as well as we can write it.

Every peer is a module with ``run(world, folder)``: it reads the three files of the world, writes
``communes.parquet`` (code_insee, part_5, part_10, part_15, people_5, people_10, people_15,
distance_km, places) and ``gaps.parquet`` (code_epci, radius_km, area_km2, and the outline) into the
folder, and returns the seconds spent computing, without reading and writing. It runs in a process
of its own (``python -m benchmarks.peers PEER FOLDER``), that loads only what the peer itself needs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

RADII_KM = (5.0, 10.0, 15.0)
MISSING = 3  # how the process of a peer ends that lacks something


class World(NamedTuple):
    """Paths of GeoParquet and Parquet files, all in EPSG:2154."""

    # code_insee, code_epci, population, hall_x, hall_y (and mairie_longitude, mairie_latitude, the
    # same in degrees), geometry
    communes: Path
    places: Path  # id, x, y
    points: Path  # x, y, people, code_insee


class Spent(NamedTuple):
    """Seconds of computing."""

    areas: float  # shares of area and zones out of reach, by EPCI
    people: float  # the rest: places by commune, people within reach, distances
    packages: tuple[str, ...]  # what it is made of
    versions: str = ""  # of other things than Python packages
    peak_mb: float | None = None  # memory, if other processes than its own hold some


class CannotRunError(Exception):
    """What a peer needs is not there, or too old: said in the report, not a failure of ours."""


class Clock:
    """A stopwatch with a hand for each part of the work."""

    def __init__(self) -> None:
        self.parts = {"areas": 0.0, "people": 0.0}

    @contextmanager
    def __call__(self, part: str) -> Iterator[None]:
        """Time a part."""
        start = time.perf_counter()
        yield
        self.parts[part] += time.perf_counter() - start

    def spent(self, *packages: str) -> Spent:
        """Give what was spent, and by which packages."""
        return Spent(self.parts["areas"], self.parts["people"], packages)
