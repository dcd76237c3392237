"""PostGIS, as its manual shows it (see `plain`), with the indexes it advises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from benchmarks.peers import Clock, Spent, World
from benchmarks.peers.plain import SIDES, Dialect, measure
from benchmarks.peers.postgis import connected, keep, load, versions_of, write

INDEXES = {"discs": "USING GIST (g)", "cover": "(code_insee)", "rest": "(code_insee)"}


def run(world: World, folder: Path) -> Spent:
    """Start a server, read, measure, write, stop the server."""
    with connected() as (connection, peak):
        load(connection, world)
        connection.execute("CREATE INDEX ON communes USING GIST (g)")
        clock = Clock()
        measure(_dialect(connection), clock)
        write(connection, "result", folder / "communes.parquet")
        write(connection, "(SELECT code_epci, radius_km, area_km2, ST_AsBinary(g) AS g FROM gaps) "
              "told", folder / "gaps.parquet")  # fmt: skip
        versions = versions_of(connection)
    return clock.spent()._replace(versions=versions, peak_mb=max(peak))


def _dialect(connection: psycopg.Connection[Any]) -> Dialect:
    return Dialect(
        lambda name, query: keep(connection, name, query, INDEXES.get(name, "")),
        union="ST_Union",
        buffer=f"ST_Buffer(ST_Point({{x}}, {{y}}), {{metres}}, 'quad_segs={SIDES}')",
        nearest="SELECT code_insee, metres FROM communes c CROSS JOIN LATERAL (SELECT "
        "ST_Distance(s.g, ST_Point(c.hall_x, c.hall_y)) AS metres FROM sites s "
        "ORDER BY s.g <-> ST_Point(c.hall_x, c.hall_y) LIMIT 1) n",
    )
