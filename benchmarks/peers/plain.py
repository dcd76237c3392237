"""The SQL that the manuals of spatial databases teach, for three of them: no trick of ours.

Discs by ``ST_Buffer``, joined with communes by a spatial index, united commune by commune, and
taken away. People are looked for in the united discs of their own commune; the nearest place is
what the database has for that, or all distances where it has nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from benchmarks.peers import RADII_KM, Clock

SIDES = 16  # segments in a quarter circle, as geopandas' default


class Dialect(NamedTuple):
    """How a database says it."""

    keep: Callable[[str, str], None]  # a name, and the query whose result it is to have
    union: str  # the aggregate
    buffer: str  # of {x}, {y} by {metres}
    nearest: str  # query: code_insee and metres of each town hall
    geometry: str = "{0}"  # from what tables hold
    held: str = "{0}"  # what tables hold of a geometry
    point: str = "ST_Point({0}.x, {0}.y)"


def measure(dialect: Dialect, clock: Clock) -> None:
    """Make the tables `result` and `gaps` from `communes`, `places` and `points`."""
    for radius in RADII_KM:
        with clock("areas"):
            _cut(dialect, radius)
        with clock("people"):
            dialect.keep(
                f"people_{radius:g}",
                "SELECT q.code_insee, sum(q.people) AS people FROM points q JOIN cover v "
                f"ON q.code_insee = v.code_insee WHERE ST_Intersects({dialect.point.format('q')}, "
                f"{dialect.geometry.format('v.g')}) GROUP BY q.code_insee",
            )
    with clock("people"):
        dialect.keep(
            "home",
            "SELECT c.code_insee, count(DISTINCT p.id) AS places "
            f"FROM (SELECT id, {dialect.point.format('p')} AS g FROM places p) p "
            f"JOIN (SELECT code_insee, {dialect.geometry.format('g')} AS g FROM communes) c "
            "ON ST_Within(p.g, c.g) GROUP BY c.code_insee",
        )
        dialect.keep("halls", dialect.nearest)
        _assemble(dialect)


def _cut(dialect: Dialect, radius: float) -> None:
    """Measure what each commune has out of reach, and unite it by EPCI."""
    disc = dialect.buffer.format(x="p.x", y="p.y", metres=radius * 1000)
    shape, held = dialect.geometry, dialect.held
    dialect.keep("discs", f"SELECT {held.format(disc)} AS g FROM places p")
    dialect.keep(
        "cover",
        f"SELECT c.code_insee, {held.format(dialect.union + '(d.g)')} AS g "
        f"FROM (SELECT code_insee, {shape.format('g')} AS g FROM communes) c "
        f"JOIN (SELECT {shape.format('g')} AS g FROM discs) d ON ST_Intersects(c.g, d.g) "
        "GROUP BY c.code_insee",
    )
    left = f"ST_Difference({shape.format('c.g')}, {shape.format('v.g')})"
    dialect.keep(
        "rest",
        "SELECT c.code_insee, c.code_epci, c.g FROM communes c "
        "WHERE c.code_insee NOT IN (SELECT code_insee FROM cover) UNION ALL "
        f"SELECT c.code_insee, c.code_epci, {held.format(left)} AS g "
        "FROM communes c JOIN cover v ON c.code_insee = v.code_insee",
    )
    dialect.keep(
        f"part_{radius:g}",
        f"SELECT c.code_insee, 1 - ST_Area({shape.format('r.g')}) / c.area AS part "
        "FROM communes c JOIN rest r ON c.code_insee = r.code_insee",
    )
    united = held.format(dialect.union + "(g)")
    dialect.keep(
        f"gaps_{radius:g}",
        f"SELECT code_epci, sum(ST_Area(g)) / 1e6 AS area_km2, {united} AS g "
        f"FROM (SELECT code_epci, {shape.format('g')} AS g FROM rest) r "
        "WHERE NOT ST_IsEmpty(g) GROUP BY code_epci",
    )


def _assemble(dialect: Dialect) -> None:
    """Put the columns together, and the zones of all radii."""
    parts = ", ".join(f"part_{r:g}.part AS part_{r:g}" for r in RADII_KM)
    people = ", ".join(f"coalesce(people_{r:g}.people, 0) AS people_{r:g}" for r in RADII_KM)
    joins = " ".join(
        f"JOIN part_{r:g} ON c.code_insee = part_{r:g}.code_insee "
        f"LEFT JOIN people_{r:g} ON c.code_insee = people_{r:g}.code_insee"
        for r in RADII_KM
    )
    dialect.keep(
        "result",
        f"SELECT c.code_insee, {parts}, {people}, h.metres / 1000 AS distance_km, "
        f"coalesce(m.places, 0) AS places FROM communes c {joins} "
        "LEFT JOIN halls h ON c.code_insee = h.code_insee "
        "LEFT JOIN home m ON c.code_insee = m.code_insee",
    )
    dialect.keep(
        "gaps",
        " UNION ALL ".join(
            f"SELECT code_epci, CAST({r} AS DOUBLE PRECISION) AS radius_km, area_km2, g "
            f"FROM gaps_{r:g}"
            for r in RADII_KM
        ),
    )
