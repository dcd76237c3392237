"""DuckDB with its spatial extension, tiled by hand.

Arithmetic on tiles settles what it can: communes whose box lies within a single disc, or cell by
cell within single discs when cut in 6 by 6, are reached; those with no disc near their box are not.
Only the others are cut by the union of the discs near them. People are counted by cells of 2 km in
blocks of 6, each with the few places that can be the nearest of any point in it.
"""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import duckdb_extension_spatial

from benchmarks.peers import RADII_KM, Clock, Spent, World

TILE = 20_000  # metres: larger than the largest radius, so that neighbouring tiles suffice
CELL, BLOCK = 2_000, 6_000
CUT = 6  # a commune's box is settled in CUT × CUT cells
SIDES = 16  # segments in a quarter circle, as geopandas' default


def run(world: World, folder: Path) -> Spent:
    """Read, measure, write."""
    database = connect()
    database.execute(
        "CREATE TABLE communes AS SELECT code_insee, code_epci, hall_x, hall_y, geometry AS g, "
        "ST_Area(geometry) AS area, ST_XMin(geometry) AS west, ST_YMin(geometry) AS south, "
        f"ST_XMax(geometry) AS east, ST_YMax(geometry) AS north FROM '{world.communes}'"
    )
    database.execute(f"CREATE TABLE places AS SELECT id, x, y FROM '{world.places}'")
    database.execute(f"CREATE TABLE points AS SELECT * FROM '{world.points}'")
    clock = Clock()
    with clock("areas"):
        _tile(database)
        _cut(database)
    with clock("people"):
        _count(database)
    database.execute(f"COPY result TO '{folder / 'communes.parquet'}' (FORMAT parquet)")
    database.execute(f"COPY gaps TO '{folder / 'gaps.parquet'}' (FORMAT parquet)")
    return clock.spent("duckdb", "duckdb-extension-spatial")


def connect() -> duckdb.DuckDBPyConnection:
    """Open a database in memory that knows geometry, without a download."""
    database = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    package = Path(duckdb_extension_spatial.__file__).parent
    database.execute(f"LOAD '{next(package.glob('extensions/*/spatial.duckdb_extension'))}'")
    return database


def _tile(database: duckdb.DuckDBPyConnection) -> None:
    """Put each place in its tile and the eight round it."""
    database.execute(
        f"CREATE TABLE around AS SELECT id, x, y, floor(x / {TILE})::INT + i AS tx, "
        f"floor(y / {TILE})::INT + j AS ty FROM places, range(-1, 2) a(i), range(-1, 2) b(j)"
    )


def _cut(database: duckdb.DuckDBPyConnection) -> None:
    """Measure what each commune has out of reach, and unite it by EPCI."""
    database.execute(
        "CREATE TABLE gaps (code_epci VARCHAR, radius_km DOUBLE, area_km2 DOUBLE, g BLOB)"
    )
    # every tile that a commune's box touches
    database.execute(
        "CREATE TABLE boxes AS SELECT c.code_insee, c.west, c.south, c.east, c.north, "
        f"tx::INT AS tx, ty::INT AS ty FROM communes c, "
        f"unnest(range(floor(west / {TILE})::INT, floor(east / {TILE})::INT + 1)) a(tx), "
        f"unnest(range(floor(south / {TILE})::INT, floor(north / {TILE})::INT + 1)) b(ty)"
    )
    for radius in RADII_KM:
        metres = radius * 1000
        database.execute(
            "CREATE OR REPLACE TABLE near AS SELECT DISTINCT b.code_insee, p.id, p.x, p.y, "
            "b.west, b.south, b.east, b.north FROM boxes b JOIN around p USING (tx, ty) WHERE "
            "greatest(b.west - p.x, 0, p.x - b.east) ** 2 "
            f"+ greatest(b.south - p.y, 0, p.y - b.north) ** 2 < {metres**2}"
        )
        _settle(database, metres * math.cos(math.pi / (4 * SIDES)))
        database.execute(
            "CREATE OR REPLACE TABLE rest AS SELECT c.code_insee, c.code_epci, c.area, "
            "CASE WHEN n.g IS NULL THEN c.g ELSE ST_Difference(c.g, n.g) END AS g FROM communes c "
            "LEFT JOIN (SELECT code_insee, ST_Union_Agg(ST_Buffer(ST_Point(x, y), "
            f"{metres}, {SIDES})) AS g FROM near SEMI JOIN open USING (code_insee) GROUP BY ALL) n "
            "USING (code_insee) WHERE n.g IS NOT NULL "
            "OR c.code_insee NOT IN (SELECT code_insee FROM near)"
        )
        database.execute(
            f"CREATE TABLE part_{radius:g} AS SELECT c.code_insee, "
            "1 - coalesce(ST_Area(r.g), 0) / c.area AS part "
            "FROM communes c LEFT JOIN rest r USING (code_insee)"
        )
        database.execute(
            f"INSERT INTO gaps SELECT code_epci, {radius}, sum(ST_Area(g)) / 1e6, "
            "ST_AsWKB(ST_Union_Agg(g)) FROM rest WHERE NOT ST_IsEmpty(g) GROUP BY code_epci"
        )


def _settle(database: duckdb.DuckDBPyConnection, within: float) -> None:
    """Find the communes near a disc that are not wholly reached; `within` ends at mid-chord."""
    database.execute(
        "CREATE OR REPLACE TABLE alone AS SELECT code_insee FROM near GROUP BY code_insee HAVING "
        "min(greatest(abs(west - x), abs(east - x)) ** 2 "
        f"+ greatest(abs(south - y), abs(north - y)) ** 2) > {within**2}"
    )
    database.execute(
        "CREATE OR REPLACE TABLE open AS SELECT DISTINCT code_insee FROM (SELECT code_insee, i, j, "
        "min(greatest(abs(w - x), abs(w + dx - x)) ** 2 "
        "+ greatest(abs(s - y), abs(s + dy - y)) ** 2) AS d2 FROM (SELECT *, "
        f"(east - west) / {CUT} AS dx, (north - south) / {CUT} AS dy, west + i * dx AS w, "
        "south + j * dy AS s FROM near SEMI JOIN alone USING (code_insee), "
        f"range({CUT}) a(i), range({CUT}) b(j)) GROUP BY ALL) WHERE d2 > {within**2}"
    )


def _count(database: duckdb.DuckDBPyConnection) -> None:
    """Count places and people; find the nearest place of each town hall."""
    database.execute(
        "CREATE TABLE home AS SELECT c.code_insee, count(DISTINCT p.id) AS places FROM places p "
        "JOIN communes c ON ST_Within(ST_Point(p.x, p.y), c.g) GROUP BY ALL"
    )
    squared = "(c.hall_x - p.x) ** 2 + (c.hall_y - p.y) ** 2"
    database.execute(
        f"CREATE TABLE halls AS SELECT c.code_insee, sqrt(min({squared})) AS metres "
        f"FROM communes c LEFT JOIN around p ON p.tx = floor(c.hall_x / {TILE})::INT "
        f"AND p.ty = floor(c.hall_y / {TILE})::INT GROUP BY ALL"
    )
    # for the few whose nearest is further than what neighbouring tiles hold for certain
    database.execute(
        f"UPDATE halls SET metres = f.metres FROM (SELECT c.code_insee, sqrt(min({squared})) "
        "AS metres FROM communes c JOIN halls h USING (code_insee) CROSS JOIN places p "
        f"WHERE h.metres IS NULL OR h.metres > {TILE} GROUP BY ALL) f "
        "WHERE f.code_insee = halls.code_insee"
    )
    database.execute(
        f"CREATE TABLE cells AS SELECT DISTINCT floor(x / {CELL})::INT AS i, "
        f"floor(y / {CELL})::INT AS j FROM points"
    )
    # what can be nearest to a point of each block, then of each of its cells
    step = BLOCK // CELL
    database.execute(
        f"CREATE TABLE blocks AS SELECT DISTINCT i // {step} AS i, j // {step} AS j FROM cells"
    )
    _choose(
        database,
        "blocks",
        BLOCK,
        f"around p ON p.tx = floor(c.mx / {TILE})::INT AND p.ty = floor(c.my / {TILE})::INT",
    )
    _choose(
        database,
        "cells",
        CELL,
        f"near_blocks p ON p.i = c.i // {step} AND p.j = c.j // {step}",
    )
    within = ", ".join(
        f"sum(people) FILTER (d2 <= {(r * 1000) ** 2}) AS people_{r:g}" for r in RADII_KM
    )
    database.execute(
        f"CREATE TABLE reached AS SELECT code_insee, {within} FROM (SELECT q.code_insee, "
        "q.people, min((q.x - c.x) ** 2 + (q.y - c.y) ** 2) AS d2 FROM "
        f"(SELECT *, rowid AS n, floor(x / {CELL})::INT AS i, floor(y / {CELL})::INT AS j "
        "FROM points) q JOIN near_cells c USING (i, j) GROUP BY q.n, q.code_insee, q.people) "
        "GROUP BY code_insee"
    )
    shares = ", ".join(f"part_{r:g}.part AS part_{r:g}" for r in RADII_KM)
    totals = ", ".join(f"coalesce(q.people_{r:g}, 0) AS people_{r:g}" for r in RADII_KM)
    joins = " ".join(f"JOIN part_{r:g} USING (code_insee)" for r in RADII_KM)
    database.execute(
        f"CREATE TABLE result AS SELECT c.code_insee, {shares}, {totals}, "
        "h.metres / 1000 AS distance_km, coalesce(home.places, 0) AS places FROM communes c "
        f"{joins} LEFT JOIN halls h USING (code_insee) LEFT JOIN home USING (code_insee) "
        "LEFT JOIN reached q USING (code_insee)"
    )


def _choose(database: duckdb.DuckDBPyConnection, squares: str, side: int, places: str) -> None:
    """Keep for each square the places that can be the nearest of any point in it."""
    middle = f"(i + 0.5) * {side} AS mx, (j + 0.5) * {side} AS my"
    database.execute(
        "CREATE OR REPLACE TABLE pairs AS SELECT c.i, c.j, p.x, p.y, "
        "sqrt((c.mx - p.x) ** 2 + (c.my - p.y) ** 2) AS d "
        f"FROM (SELECT *, {middle} FROM {squares}) c JOIN {places} "
        f"WHERE d <= {max(RADII_KM) * 1000 + side}"
    )
    database.execute(
        f"CREATE TABLE near_{squares} AS SELECT i, j, x, y FROM pairs JOIN "
        "(SELECT i, j, min(d) AS least FROM pairs GROUP BY ALL) USING (i, j) "
        f"WHERE d <= least + {side * math.sqrt(2)}"
    )
