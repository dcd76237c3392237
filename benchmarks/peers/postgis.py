"""PostGIS, by the plan of the tuned DuckDB, with indexes where it has them.

The server is Debian's; it is started in a temporary folder, listens on a socket in that folder
only, does not wait for the disk, and is stopped whatever happens. As root it runs as the user
``postgres``, since it refuses root.
"""

from __future__ import annotations

import math
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.peers import RADII_KM, CannotRunError, Clock, Spent, World

CELL, BLOCK = 2_000, 6_000
CUT = 6  # a commune's box is settled in CUT × CUT cells
SIDES = 16  # segments in a quarter circle, as geopandas' default
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "256MB",
    "work_mem": "256MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # costs more than it gains here
    "max_parallel_workers_per_gather": str(os.cpu_count() or 1),
    "parallel_setup_cost": "100",
    "parallel_tuple_cost": "0.01",
    "min_parallel_table_scan_size": "0",
}


def run(world: World, folder: Path) -> Spent:
    """Start a server, read, measure, write, stop the server."""
    with connected() as (connection, peak):
        load(connection, world)
        clock = Clock()
        with clock("areas"):
            _cut(connection)
        with clock("people"):
            _count(connection)
        write(connection, "result", folder / "communes.parquet")
        write(connection, "gaps", folder / "gaps.parquet")
        versions = versions_of(connection)
    return clock.spent()._replace(versions=versions, peak_mb=max(peak))


@contextmanager
def connected() -> Iterator[tuple[psycopg.Connection[Any], list[float]]]:
    """Give a connection to a server of its own with PostGIS, and its memory as it is sampled."""
    with (
        _server() as (socket, process),
        _peak(process) as peak,
        psycopg.connect(
            host=str(socket), user="bench", dbname="postgres", autocommit=True
        ) as connection,
    ):
        connection.execute("CREATE EXTENSION postgis")
        yield connection, peak


def versions_of(connection: psycopg.Connection[Any]) -> str:
    """Say what a server is."""
    [[server, extension]] = connection.execute(
        "SELECT current_setting('server_version'), postgis_lib_version()"
    ).fetchall()
    return f"PostGIS {extension}, PostgreSQL {server.split()[0]} (Debian)"


def _programs() -> Path:
    """Find the newest server that has PostGIS."""
    for bin_folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = bin_folder.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            return bin_folder
    raise CannotRunError("no PostgreSQL with PostGIS (Debian: apt install postgresql-15-postgis-3)")


@contextmanager
def _server() -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    programs, identity = _programs(), _identity()
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path must be short
    try:
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        data, log = folder / "data", (folder / "log").open("wb")
        with log:
            subprocess.run(
                [programs / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-N", "-E", "UTF8"],
                check=True, stdout=log, stderr=log, cwd=folder, **identity,
            )  # fmt: skip
            options = [word for k, v in SETTINGS.items() for word in ("-c", f"{k}={v}")]
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *options],
                stdout=log, stderr=log, cwd=folder, **identity,
            )  # fmt: skip
        try:
            _wait_for(folder, process)
            yield folder, process
        finally:
            process.send_signal(2)  # SIGINT: sessions are cut off
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _identity() -> dict[str, Any]:
    """Give who runs the server, if not the one who runs this."""
    if os.geteuid():
        return {}
    try:
        one = pwd.getpwnam("postgres")
    except KeyError:
        raise CannotRunError("run as root, and there is no user postgres") from None
    return {"user": one.pw_uid, "group": one.pw_gid, "extra_groups": []}


def _wait_for(folder: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise CannotRunError((folder / "log").read_text(errors="replace").strip()[-300:])
        with suppress(psycopg.OperationalError):
            psycopg.connect(host=str(folder), user="bench", dbname="postgres").close()
            return
        time.sleep(0.1)
    raise CannotRunError("the server did not start within 30 seconds")


@contextmanager
def _peak(process: subprocess.Popen[bytes]) -> Iterator[list[float]]:
    """Sample the memory of the server and this process, shared pages once, twice a second."""
    sizes, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            sizes.append(_memory(process.pid) + _memory(os.getpid(), alone=True))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield sizes
    finally:
        done.set()
        watcher.join()


def _memory(pid: int, *, alone: bool = False) -> float:
    """Give the proportional memory of a process and its children, MB."""
    total = 0.0
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        total += 0.0 if alone else sum(_memory(int(child)) for child in children.split())
    return total


def load(connection: psycopg.Connection[Any], world: World) -> None:
    """Copy the three files in, and index what is searched."""
    tables = {
        "communes_file": (
            world.communes,
            ("code_insee", "code_epci", "hall_x", "hall_y", "geometry"),
            "code_insee text, code_epci text, hall_x float8, hall_y float8, geometry bytea",
        ),
        "places": (world.places, ("id", "x", "y"), "id int8, x float8, y float8"),
        "points": (
            world.points,
            ("x", "y", "people", "code_insee"),
            "x float8, y float8, people float8, code_insee text",
        ),
    }
    for name, (path, columns, types) in tables.items():
        connection.execute(f"CREATE UNLOGGED TABLE {name} ({types})")
        with connection.cursor().copy(f"COPY {name} FROM STDIN (FORMAT binary)") as copy:
            copy.set_types([one.split()[1] for one in types.split(", ")])
            for batch in pq.ParquetFile(path).iter_batches(columns=list(columns)):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
    keep(
        connection,
        "communes",
        "SELECT code_insee, code_epci, hall_x, hall_y, g, ST_Area(g) AS area, ST_XMin(g) AS west, "
        "ST_YMin(g) AS south, ST_XMax(g) AS east, ST_YMax(g) AS north "
        "FROM (SELECT *, ST_GeomFromWKB(geometry) AS g FROM communes_file) f",
    )
    keep(connection, "sites", "SELECT id, x, y, ST_Point(x, y) AS g FROM places", "USING GIST (g)")
    keep(
        connection,
        "pieces",
        "SELECT code_insee, ST_Subdivide(g, 64) AS g FROM communes",
        "USING GIST (g)",
    )
    connection.execute("ALTER TABLE points ADD n SERIAL")
    connection.execute("ANALYZE")


def keep(connection: psycopg.Connection[Any], name: str, query: str, index: str = "") -> None:
    """Keep what a query gives, known to the planner."""
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"CREATE UNLOGGED TABLE {name} AS {query}")
    if index:
        connection.execute(f"CREATE INDEX ON {name} {index}")
    connection.execute(f"ANALYZE {name}")


def _cut(connection: psycopg.Connection[Any]) -> None:
    """Measure what each commune has out of reach, and unite it by EPCI."""
    connection.execute(
        "CREATE UNLOGGED TABLE gaps (code_epci text, radius_km float8, area_km2 float8, g bytea)"
    )
    for radius in RADII_KM:
        metres = radius * 1000
        keep(
            connection,
            "near",
            "SELECT c.code_insee, s.x, s.y, c.west, c.south, c.east, c.north "
            f"FROM communes c JOIN sites s ON s.g && ST_Expand(c.g, {metres}) WHERE "
            "greatest(c.west - s.x, 0, s.x - c.east) ^ 2 "
            f"+ greatest(c.south - s.y, 0, s.y - c.north) ^ 2 < {metres**2}",
        )
        _settle(connection, metres * math.cos(math.pi / (4 * SIDES)))
        keep(
            connection,
            "cover",
            "SELECT code_insee, ST_Union(ST_Buffer(ST_Point(x, y), "
            f"{metres}, 'quad_segs={SIDES}')) AS g FROM near JOIN open USING (code_insee) "
            "GROUP BY code_insee",
        )
        keep(
            connection,
            "rest",
            "SELECT c.code_insee, c.code_epci, "
            "CASE WHEN v.g IS NULL THEN c.g ELSE ST_Difference(c.g, v.g) END AS g "
            "FROM communes c LEFT JOIN cover v USING (code_insee) WHERE v.g IS NOT NULL OR NOT "
            "EXISTS (SELECT FROM near n WHERE n.code_insee = c.code_insee)",
        )
        keep(
            connection,
            f"part_{radius:g}",
            "SELECT c.code_insee, 1 - coalesce(ST_Area(r.g), 0) / c.area AS part "
            "FROM communes c LEFT JOIN rest r USING (code_insee)",
        )
        connection.execute(
            f"INSERT INTO gaps SELECT code_epci, {radius}, sum(ST_Area(g)) / 1e6, "
            "ST_AsBinary(ST_Union(g)) FROM rest WHERE NOT ST_IsEmpty(g) GROUP BY code_epci"
        )


def _settle(connection: psycopg.Connection[Any], within: float) -> None:
    """Find the communes near a disc that are not wholly reached; `within` ends at mid-chord."""
    keep(
        connection,
        "alone",
        "SELECT code_insee FROM near GROUP BY code_insee HAVING "
        "min(greatest(abs(west - x), abs(east - x)) ^ 2 "
        f"+ greatest(abs(south - y), abs(north - y)) ^ 2) > {within**2}",
    )
    keep(
        connection,
        "open",
        "SELECT DISTINCT code_insee FROM (SELECT code_insee, i, j, "
        "min(greatest(abs(w - x), abs(w + dx - x)) ^ 2 "
        "+ greatest(abs(s - y), abs(s + dy - y)) ^ 2) AS d2 FROM (SELECT n.*, i, j, "
        f"(east - west) / {CUT} AS dx, (north - south) / {CUT} AS dy, "
        f"west + i * (east - west) / {CUT} AS w, south + j * (north - south) / {CUT} AS s "
        "FROM near n JOIN alone USING (code_insee), "
        f"generate_series(0, {CUT - 1}) i, generate_series(0, {CUT - 1}) j) c "
        f"GROUP BY code_insee, i, j) d WHERE d2 > {within**2}",
    )


def _count(connection: psycopg.Connection[Any]) -> None:
    """Count places and people; find the nearest place of each town hall."""
    keep(
        connection,
        "home",
        "SELECT p.code_insee, count(DISTINCT s.id) AS places FROM sites s "
        "JOIN pieces p ON ST_Intersects(p.g, s.g) GROUP BY p.code_insee",
    )
    keep(
        connection,
        "halls",
        "SELECT code_insee, metres FROM communes c CROSS JOIN LATERAL (SELECT "
        "sqrt((c.hall_x - s.x) ^ 2 + (c.hall_y - s.y) ^ 2) AS metres FROM sites s "
        "ORDER BY s.g <-> ST_Point(c.hall_x, c.hall_y) LIMIT 1) n",
    )
    keep(
        connection,
        "cells",
        f"SELECT DISTINCT floor(x / {CELL})::int AS i, floor(y / {CELL})::int AS j FROM points",
    )
    # what can be nearest to a point of each block, then of each of its cells
    up = f"floor({{}} / {BLOCK / CELL})::int"
    keep(
        connection,
        "blocks",
        f"SELECT DISTINCT {up.format('i')} AS i, {up.format('j')} AS j FROM cells",
    )
    reach = max(RADII_KM) * 1000 + BLOCK
    _choose(
        connection,
        "blocks",
        BLOCK,
        f"sites p ON p.g && ST_MakeEnvelope(c.mx - {reach}, c.my - {reach}, c.mx + {reach}, "
        f"c.my + {reach})",
    )
    _choose(
        connection,
        "cells",
        CELL,
        f"near_blocks p ON p.i = {up.format('c.i')} AND p.j = {up.format('c.j')}",
    )
    within = ", ".join(
        f"sum(people) FILTER (WHERE d2 <= {(r * 1000) ** 2}) AS people_{r:g}" for r in RADII_KM
    )
    keep(
        connection,
        "reached",
        f"SELECT code_insee, {within} FROM (SELECT q.n, q.code_insee, q.people, "
        "min((q.x - c.x) ^ 2 + (q.y - c.y) ^ 2) AS d2 FROM points q JOIN near_cells c "
        f"ON c.i = floor(q.x / {CELL})::int AND c.j = floor(q.y / {CELL})::int "
        "GROUP BY q.n, q.code_insee, q.people) d GROUP BY code_insee",
    )
    shares = ", ".join(f"part_{r:g}.part AS part_{r:g}" for r in RADII_KM)
    totals = ", ".join(f"coalesce(q.people_{r:g}, 0) AS people_{r:g}" for r in RADII_KM)
    joins = " ".join(f"JOIN part_{r:g} USING (code_insee)" for r in RADII_KM)
    keep(
        connection,
        "result",
        f"SELECT code_insee, {shares}, {totals}, h.metres / 1000 AS distance_km, "
        f"coalesce(m.places, 0) AS places FROM communes c {joins} "
        "LEFT JOIN halls h USING (code_insee) LEFT JOIN home m USING (code_insee) "
        "LEFT JOIN reached q USING (code_insee)",
    )


def _choose(connection: psycopg.Connection[Any], squares: str, side: int, places: str) -> None:
    """Keep for each square the places that can be the nearest of any point in it."""
    middle = f"(i + 0.5) * {side} AS mx, (j + 0.5) * {side} AS my"
    keep(
        connection,
        "pairs",
        "SELECT * FROM (SELECT c.i, c.j, p.x, p.y, sqrt((c.mx - p.x) ^ 2 + (c.my - p.y) ^ 2) AS d "
        f"FROM (SELECT *, {middle} FROM {squares}) c JOIN {places}) e "
        f"WHERE d <= {max(RADII_KM) * 1000 + side}",
    )
    keep(
        connection,
        f"near_{squares}",
        "SELECT i, j, x, y FROM pairs JOIN (SELECT i, j, min(d) AS least FROM pairs "
        f"GROUP BY i, j) m USING (i, j) WHERE d <= least + {side * math.sqrt(2)}",
    )


def write(connection: psycopg.Connection[Any], table: str, path: Path) -> None:
    """Write a table as Parquet."""
    found = connection.execute(f"SELECT * FROM {table}", binary=True)
    names = [column.name for column in found.description or ()]
    columns = zip(*found.fetchall(), strict=True)
    pq.write_table(pa.table(dict(zip(names, map(list, columns), strict=True))), path)
