"""DuckDB with its spatial extension: circles gathered near each commune, points by grid tiles."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import duckdb_extension_spatial

from benchmarks.world import RADII_KM, World

TILE = 20_000  # metres: larger than the largest radius, so that neighbours suffice
SIDES = 16  # segments in a quarter circle, as geopandas' default


def run(world: World, folder: Path) -> float:
    """Join circles to the communes they touch, unite and cut there; tile the points."""
    database = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    package = Path(duckdb_extension_spatial.__file__).parent
    database.execute(f"LOAD '{next(package.glob('extensions/*/spatial.duckdb_extension'))}'")
    database.execute(
        "CREATE TABLE communes AS SELECT code_insee, code_epci, hall_x, hall_y, geometry AS g, "
        f"ST_Area(geometry) AS area FROM '{world.communes}'"
    )
    database.execute(
        f"CREATE TABLE places AS SELECT *, ST_Point(x, y) AS g, floor(x / {TILE})::INT AS tx, "
        f"floor(y / {TILE})::INT AS ty FROM '{world.places}'"
    )
    database.execute(
        f"CREATE TABLE points AS SELECT *, floor(x / {TILE})::INT AS tx, "
        f"floor(y / {TILE})::INT AS ty FROM '{world.points}'"
    )
    start = time.perf_counter()
    _measure(database)
    seconds = time.perf_counter() - start
    database.execute(f"COPY result TO '{folder / 'communes.parquet'}' (FORMAT parquet)")
    database.execute(f"COPY gaps TO '{folder / 'gaps.parquet'}' (FORMAT parquet)")
    return seconds


def _measure(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(
        "CREATE TABLE home AS SELECT c.code_insee, count(DISTINCT p.id) AS places "
        "FROM places p JOIN communes c ON ST_Within(p.g, c.g) GROUP BY ALL"
    )
    around = "".join(
        f"SELECT id, x, y, tx + {i} AS tx, ty + {j} AS ty FROM places UNION ALL "
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    ).removesuffix(" UNION ALL ")
    database.execute(f"CREATE TABLE around AS {around}")
    # the nearest place within the neighbouring tiles; further ones only for halls that have none
    database.execute(
        "CREATE TABLE halls AS SELECT c.code_insee, "
        "coalesce(min(sqrt((c.hall_x - p.x) ** 2 + (c.hall_y - p.y) ** 2)), NULL) AS metres "
        f"FROM communes c LEFT JOIN around p ON p.tx = floor(c.hall_x / {TILE})::INT "
        f"AND p.ty = floor(c.hall_y / {TILE})::INT GROUP BY ALL"
    )
    database.execute(
        "UPDATE halls SET metres = f.metres FROM (SELECT c.code_insee, "
        "min(sqrt((c.hall_x - p.x) ** 2 + (c.hall_y - p.y) ** 2)) AS metres FROM communes c "
        "JOIN halls h USING (code_insee) CROSS JOIN places p "
        f"WHERE h.metres IS NULL OR h.metres > {TILE} GROUP BY ALL) f "
        "WHERE f.code_insee = halls.code_insee"
    )
    database.execute(
        "CREATE TABLE reach AS SELECT q.code_insee, q.people, "
        "min((q.x - p.x) ** 2 + (q.y - p.y) ** 2) AS d2 FROM points q JOIN around p "
        "ON q.tx = p.tx AND q.ty = p.ty GROUP BY q.rowid, q.code_insee, q.people"
    )
    database.execute(
        "CREATE TABLE gaps (code_epci VARCHAR, radius_km DOUBLE, area_km2 DOUBLE, g BLOB)"
    )
    shares, people = [], []
    for radius in RADII_KM:
        metres, name = radius * 1000, f"{radius:g}"
        database.execute(
            f"CREATE TABLE discs AS SELECT ST_Buffer(g, {metres}, {SIDES}) AS g FROM places"
        )
        database.execute(
            "CREATE OR REPLACE TABLE cover AS SELECT c.code_insee, ST_Union_Agg(d.g) AS g "
            "FROM communes c JOIN discs d ON ST_Intersects(c.g, d.g) GROUP BY ALL"
        )
        database.execute(
            "CREATE OR REPLACE TABLE rest AS SELECT c.code_insee, c.code_epci, c.area, "
            "CASE WHEN v.g IS NULL THEN c.g ELSE ST_Difference(c.g, v.g) END AS g "
            "FROM communes c LEFT JOIN cover v USING (code_insee)"
        )
        database.execute(
            f"CREATE TABLE part_{name} AS "
            "SELECT code_insee, 1 - ST_Area(g) / area AS part FROM rest"
        )
        database.execute(
            f"INSERT INTO gaps SELECT code_epci, {radius}, sum(ST_Area(g)) / 1e6, "
            "ST_AsWKB(ST_Union_Agg(g)) FROM rest WHERE NOT ST_IsEmpty(g) GROUP BY code_epci"
        )
        database.execute("DROP TABLE discs")
        shares.append(f"part_{name}.part AS part_{name}")
        people.append(f"sum(people) FILTER (WHERE d2 <= {metres**2}) AS people_{name}")
    joins = " ".join(f"JOIN part_{r:g} USING (code_insee)" for r in RADII_KM)
    totals = ", ".join(f"coalesce(q.people_{r:g}, 0) AS people_{r:g}" for r in RADII_KM)
    database.execute(
        f"CREATE TABLE result AS SELECT c.code_insee, {', '.join(shares)}, {totals}, "
        "h.metres / 1000 AS distance_km, coalesce(home.places, 0) AS places FROM communes c "
        f"{joins} LEFT JOIN halls h USING (code_insee) LEFT JOIN home USING (code_insee) LEFT JOIN "
        f"(SELECT code_insee, {', '.join(people)} FROM reach GROUP BY ALL) q USING (code_insee)"
    )
