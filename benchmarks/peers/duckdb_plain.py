"""DuckDB with its spatial extension, as its manual shows it (see `plain`)."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers import Clock, Spent, World
from benchmarks.peers.duckdb_spatial import connect
from benchmarks.peers.plain import SIDES, Dialect, measure


def run(world: World, folder: Path) -> Spent:
    """Read, measure, write."""
    database = connect()
    database.execute(
        "CREATE TABLE communes AS SELECT code_insee, code_epci, hall_x, hall_y, geometry AS g, "
        f"ST_Area(geometry) AS area FROM '{world.communes}'"
    )
    database.execute(f"CREATE TABLE places AS SELECT id, x, y FROM '{world.places}'")
    database.execute(f"CREATE TABLE points AS SELECT * FROM '{world.points}'")

    def keep(name: str, query: str) -> None:
        database.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")

    clock = Clock()
    measure(
        Dialect(
            keep,
            union="ST_Union_Agg",
            buffer=f"ST_Buffer(ST_Point({{x}}, {{y}}), {{metres}}, {SIDES})",
            # it has no search for the nearest: all distances
            nearest="SELECT c.code_insee, min(sqrt((c.hall_x - p.x) ** 2 + (c.hall_y - p.y) ** 2)) "
            "AS metres FROM communes c CROSS JOIN places p GROUP BY c.code_insee",
        ),
        clock,
    )
    database.execute(f"COPY result TO '{folder / 'communes.parquet'}' (FORMAT parquet)")
    database.execute(
        f"COPY (SELECT * REPLACE (ST_AsWKB(g) AS g) FROM gaps) TO '{folder / 'gaps.parquet'}' "
        "(FORMAT parquet)"
    )
    return clock.spent("duckdb", "duckdb-extension-spatial")
