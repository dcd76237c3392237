"""SedonaDB, as its manual shows it (see `plain`)."""

from __future__ import annotations

from pathlib import Path

from benchmarks.peers import Clock, Spent, World
from benchmarks.peers.plain import SIDES, Dialect, measure
from benchmarks.peers.sedonadb import Session


def run(world: World, folder: Path) -> Spent:
    """Read, measure, write."""
    session = Session()
    session.read(world)
    clock = Clock()
    measure(
        Dialect(
            session.keep,
            union="ST_Union_Agg",
            buffer=f"ST_Buffer(ST_Point({{x}}, {{y}}), {{metres}}, 'quad_segs={SIDES}')",
            nearest="SELECT h.code_insee, min(ST_Distance(h.g, p.g)) AS metres FROM "
            "(SELECT code_insee, ST_Point(hall_x, hall_y) AS g FROM communes) h JOIN "
            "(SELECT ST_Point(x, y) AS g FROM places) p ON ST_KNN(h.g, p.g, 1, FALSE) "
            "GROUP BY h.code_insee",
            geometry="ST_GeomFromWKB({0})",
            held="ST_AsBinary({0})",  # see `sedonadb`
        ),
        clock,
    )
    session.write("SELECT * FROM result", folder / "communes.parquet")
    session.write("SELECT * FROM gaps", folder / "gaps.parquet")
    return clock.spent("sedonadb")
