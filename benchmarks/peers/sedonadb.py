"""SedonaDB (Apache Sedona on DataFusion), by the plan of the tuned DuckDB.

Geometry travels between steps as WKB: kept as geometry, it loses its type in CASE and its schema
in tables kept in memory (0.5).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import sedonadb

from benchmarks.peers import RADII_KM, Clock, Spent, World

TILE = 20_000  # metres: larger than the largest radius, so that neighbouring tiles suffice
CELL, BLOCK = 2_000, 6_000
CUT = 6  # a commune's box is settled in CUT × CUT cells
SIDES = 16  # segments in a quarter circle, as geopandas' default


class Session:
    """A connection whose every step is kept in memory under a name."""

    def __init__(self) -> None:
        self.connection: Any = sedonadb.connect()

    def read(self, world: World, *, communes: str = "", points: str = "") -> None:
        """Hold the world, with more columns of communes and points where a plan wants them."""
        for name in World._fields:
            self.connection.read_parquet(getattr(world, name)).to_view(f"{name}_file")
        self.keep(
            "communes",
            "SELECT code_insee, code_epci, hall_x, hall_y, ST_AsBinary(geometry) AS g, "
            f"ST_Area(geometry) AS area{communes} FROM communes_file",
        )
        self.keep("places", "SELECT id, x, y FROM places_file")
        self.keep("points", f"SELECT *{points} FROM points_file")

    def keep(self, name: str, query: str) -> None:
        """Run a query now and keep what it gives."""
        found = self.connection.sql(query).to_memtable()
        found.to_view(name, overwrite=True)

    def write(self, query: str, path: Path) -> None:
        """Run a query and write what it gives."""
        self.connection.sql(query).to_parquet(path)


def run(world: World, folder: Path) -> Spent:
    """Read, measure, write."""
    session = Session()
    session.read(
        world,
        communes=", ST_XMin(geometry) AS west, ST_YMin(geometry) AS south, "
        "ST_XMax(geometry) AS east, ST_YMax(geometry) AS north",
        points=", row_number() OVER () AS n",
    )
    clock = Clock()
    with clock("areas"):
        _tile(session)
        _cut(session)
    with clock("people"):
        _count(session)
    session.write("SELECT * FROM result", folder / "communes.parquet")
    session.write("SELECT * FROM gaps", folder / "gaps.parquet")
    return clock.spent("sedonadb")


def _tile(session: Session) -> None:
    """Put each place in its tile and the eight round it; number the cells of a box."""
    shifts = "(SELECT * FROM (VALUES (-1), (0), (1)) s(step))"
    session.keep(
        "around",
        f"SELECT id, x, y, CAST(floor(x / {TILE}) AS INT) + a.step AS tx, "
        f"CAST(floor(y / {TILE}) AS INT) + b.step AS ty "
        f"FROM places CROSS JOIN {shifts} a CROSS JOIN {shifts} b",
    )
    numbers = ", ".join(f"({i}, {j})" for i in range(CUT) for j in range(CUT))
    session.keep("steps", f"SELECT * FROM (VALUES {numbers}) s(i, j)")


def _cut(session: Session) -> None:
    """Measure what each commune has out of reach, and unite it by EPCI."""
    first, last = (
        f"CAST(floor({{0}} / {TILE}) AS BIGINT)",
        f"CAST(floor({{1}} / {TILE}) AS BIGINT) + 1",
    )
    session.keep(
        "boxes",
        "SELECT *, unnest(range("
        + (first + ", " + last).format("south", "north")
        + ")) AS ty FROM (SELECT code_insee, west, south, east, north, unnest(range("
        + (first + ", " + last).format("west", "east")
        + ")) AS tx FROM communes)",
    )
    for radius in RADII_KM:
        metres = radius * 1000
        session.keep(
            "near",
            "SELECT DISTINCT b.code_insee, p.id, p.x, p.y, b.west, b.south, b.east, b.north "
            "FROM boxes b JOIN around p ON b.tx = p.tx AND b.ty = p.ty WHERE "
            "power(greatest(b.west - p.x, 0, p.x - b.east), 2) "
            f"+ power(greatest(b.south - p.y, 0, p.y - b.north), 2) < {metres**2}",
        )
        _settle(session, metres * math.cos(math.pi / (4 * SIDES)))
        session.keep(
            "cover",
            "SELECT n.code_insee, ST_AsBinary(ST_Union_Agg(ST_Buffer(ST_Point(n.x, n.y), "
            f"{metres}, 'quad_segs={SIDES}'))) AS g "
            "FROM near n LEFT SEMI JOIN open o ON n.code_insee = o.code_insee "
            "GROUP BY n.code_insee",
        )
        session.keep(
            "rest",
            "SELECT c.code_insee, c.code_epci, c.g FROM communes c "
            "LEFT ANTI JOIN near n ON c.code_insee = n.code_insee UNION ALL "
            "SELECT c.code_insee, c.code_epci, ST_AsBinary("
            "ST_Difference(ST_GeomFromWKB(c.g), ST_GeomFromWKB(v.g))) AS g "
            "FROM communes c JOIN cover v ON c.code_insee = v.code_insee",
        )
        session.keep(
            f"part_{radius:g}",
            "SELECT c.code_insee, 1 - coalesce(ST_Area(ST_GeomFromWKB(r.g)), 0) / c.area AS part "
            "FROM communes c LEFT JOIN rest r ON c.code_insee = r.code_insee",
        )
        session.keep(
            f"gaps_{radius:g}",
            "SELECT code_epci, area_km2, ST_AsBinary(g) AS g FROM "
            "(SELECT code_epci, sum(ST_Area(g)) / 1e6 AS area_km2, ST_Union_Agg(g) AS g FROM "
            "(SELECT code_epci, ST_GeomFromWKB(g) AS g FROM rest) WHERE NOT ST_IsEmpty(g) "
            "GROUP BY code_epci)",
        )
    session.keep(
        "gaps",
        " UNION ALL ".join(
            f"SELECT code_epci, CAST({r} AS DOUBLE) AS radius_km, area_km2, g FROM gaps_{r:g}"
            for r in RADII_KM
        ),
    )


def _settle(session: Session, within: float) -> None:
    """Find the communes near a disc that are not wholly reached; `within` ends at mid-chord."""
    session.keep(
        "alone",
        "SELECT code_insee FROM near GROUP BY code_insee HAVING "
        "min(power(greatest(abs(west - x), abs(east - x)), 2) "
        f"+ power(greatest(abs(south - y), abs(north - y)), 2)) > {within**2}",
    )
    session.keep(
        "open",
        "SELECT DISTINCT code_insee FROM (SELECT code_insee, i, j, "
        "min(power(greatest(abs(w - x), abs(w + dx - x)), 2) "
        "+ power(greatest(abs(s - y), abs(s + dy - y)), 2)) AS d2 FROM "
        f"(SELECT n.code_insee, i, j, x, y, (east - west) / {CUT} AS dx, "
        f"(north - south) / {CUT} AS dy, west + i * (east - west) / {CUT} AS w, "
        f"south + j * (north - south) / {CUT} AS s FROM near n "
        "LEFT SEMI JOIN alone a ON n.code_insee = a.code_insee CROSS JOIN steps) "
        f"GROUP BY code_insee, i, j) WHERE d2 > {within**2}",
    )


def _count(session: Session) -> None:
    """Count places and people; find the nearest place of each town hall."""
    session.keep(
        "home",
        "SELECT c.code_insee, count(DISTINCT p.id) AS places FROM "
        "(SELECT id, ST_Point(x, y) AS g FROM places) p JOIN "
        "(SELECT code_insee, ST_GeomFromWKB(g) AS g FROM communes) c "
        "ON ST_Within(p.g, c.g) GROUP BY c.code_insee",
    )
    squared = "power(c.hall_x - p.x, 2) + power(c.hall_y - p.y, 2)"
    session.keep(
        "near_halls",
        f"SELECT c.code_insee, sqrt(min({squared})) AS metres FROM communes c LEFT JOIN around p "
        f"ON p.tx = CAST(floor(c.hall_x / {TILE}) AS INT) "
        f"AND p.ty = CAST(floor(c.hall_y / {TILE}) AS INT) GROUP BY c.code_insee",
    )
    # for the few whose nearest is further than what neighbouring tiles hold for certain
    session.keep(
        "far_halls",
        f"SELECT c.code_insee, sqrt(min({squared})) AS metres FROM communes c JOIN "
        f"(SELECT code_insee FROM near_halls WHERE metres IS NULL OR metres > {TILE}) h "
        "ON c.code_insee = h.code_insee CROSS JOIN places p GROUP BY c.code_insee",
    )
    session.keep(
        "cells",
        f"SELECT DISTINCT CAST(floor(x / {CELL}) AS INT) AS i, "
        f"CAST(floor(y / {CELL}) AS INT) AS j FROM points",
    )
    # what can be nearest to a point of each block, then of each of its cells
    up = f"CAST(floor({{}} / {BLOCK / CELL}) AS INT)"
    session.keep(
        "blocks", f"SELECT DISTINCT {up.format('i')} AS i, {up.format('j')} AS j FROM cells"
    )
    _choose(
        session,
        "blocks",
        BLOCK,
        f"around p ON p.tx = CAST(floor(c.mx / {TILE}) AS INT) "
        f"AND p.ty = CAST(floor(c.my / {TILE}) AS INT)",
    )
    _choose(
        session,
        "cells",
        CELL,
        f"near_blocks p ON p.i = {up.format('c.i')} AND p.j = {up.format('c.j')}",
    )
    within = ", ".join(
        f"sum(people) FILTER (WHERE d2 <= {(r * 1000) ** 2}) AS people_{r:g}" for r in RADII_KM
    )
    session.keep(
        "reached",
        f"SELECT code_insee, {within} FROM (SELECT q.n, q.code_insee, q.people, "
        "min(power(q.x - c.x, 2) + power(q.y - c.y, 2)) AS d2 FROM points q JOIN near_cells c "
        f"ON CAST(floor(q.x / {CELL}) AS INT) = c.i AND CAST(floor(q.y / {CELL}) AS INT) = c.j "
        "GROUP BY q.n, q.code_insee, q.people) GROUP BY code_insee",
    )
    shares = ", ".join(f"part_{r:g}.part AS part_{r:g}" for r in RADII_KM)
    totals = ", ".join(f"coalesce(q.people_{r:g}, 0) AS people_{r:g}" for r in RADII_KM)
    joins = " ".join(f"JOIN part_{r:g} ON c.code_insee = part_{r:g}.code_insee" for r in RADII_KM)
    session.keep(
        "result",
        f"SELECT c.code_insee, {shares}, {totals}, "
        "coalesce(f.metres, h.metres) / 1000 AS distance_km, coalesce(m.places, 0) AS places "
        f"FROM communes c {joins} LEFT JOIN near_halls h ON c.code_insee = h.code_insee "
        "LEFT JOIN far_halls f ON c.code_insee = f.code_insee "
        "LEFT JOIN home m ON c.code_insee = m.code_insee "
        "LEFT JOIN reached q ON c.code_insee = q.code_insee",
    )


def _choose(session: Session, squares: str, side: int, places: str) -> None:
    """Keep for each square the places that can be the nearest of any point in it."""
    middle = f"(i + 0.5) * {side} AS mx, (j + 0.5) * {side} AS my"
    session.keep(
        "pairs",
        f"SELECT * FROM (SELECT c.i, c.j, p.x, p.y, sqrt(power(c.mx - p.x, 2) "
        f"+ power(c.my - p.y, 2)) AS d FROM (SELECT *, {middle} FROM {squares}) c JOIN {places}) "
        f"WHERE d <= {max(RADII_KM) * 1000 + side}",
    )
    session.keep(
        f"near_{squares}",
        "SELECT p.i, p.j, p.x, p.y FROM pairs p JOIN (SELECT i, j, min(d) AS least FROM pairs "
        "GROUP BY i, j) m ON p.i = m.i AND p.j = m.j "
        f"WHERE p.d <= m.least + {side * math.sqrt(2)}",
    )
