r"""Polygons taken apart: their sides, and the edges that the sides run along.

Neighbours share their boundary, so each piece of it is looked at once::

         .-----------.-----------.
         |           |           |        seven edges, eight sides: the one in the middle is a
         |    a      e     b     |        side of a, upwards, and of b, downwards. The two are
         |           |           |        twins.
         `-----------´-----------´

An edge runs from its lower to its higher end. Sides come ring by ring in the order in which one
walks round them, the interior on the left.

All coordinates here are metres in one metric CRS.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from epn_geo.geometry.arcs import (
    ROUNDING,
    TURN,
    Bools,
    Crossings,
    Discs,
    Floats,
    Ints,
    Spans,
    merge_spans,
    pairs_near,
)

Geometries = npt.NDArray[Any]


class Edges(NamedTuple):
    """Straight edges from their lower to their higher end."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats

    def pick(self, which: Ints | Bools) -> Edges:
        """Give some of the edges."""
        return Edges(self.x0[which], self.y0[which], self.x1[which], self.y1[which])

    def lengths(self) -> Floats:
        """Give the length of each."""
        return np.hypot(self.x1 - self.x0, self.y1 - self.y0)

    def middles(self) -> tuple[Floats, Floats]:
        """Give the middle of each."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2


class Sides(NamedTuple):
    """Sides of polygons, the interior on their left, in the order of their rings."""

    edge: Ints  # the edge it runs along
    upward: Bools  # whether from the edge's lower end to its higher one
    owner: Ints  # the polygon
    ring: Ints
    twin: Ints  # the side that runs along the same edge the other way, -1 for none
    x: Floats  # where it starts
    y: Floats


class Outlines(NamedTuple):
    """Polygons taken apart."""

    polygons: Geometries
    area: Floats
    x: Floats  # the circle round the box of each polygon; NaN for what is missing or empty
    y: Floats
    reach: Floats
    sides: Sides
    edges: Edges
    owner: Ints  # of each edge, one of the polygons it bounds
    sweep: Floats  # of each side, seen from x, y of its owner: A.x B.y - B.x A.y


def take_apart(polygons: Geometries) -> Outlines:
    """Take polygons apart into sides and edges.

    Parameters
    ----------
    polygons
        Polygons and multipolygons.

    Returns
    -------
    Outlines
        Sides without length are left out.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> two = take_apart(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]))
    >>> len(two.sides.edge), len(two.edges.x0)
    (8, 7)
    >>> two.sides.twin[two.sides.twin >= 0]
    array([6, 0])
    """
    west, south, east, north = shapely.bounds(polygons).T
    x, y, reach = (west + east) / 2, (south + north) / 2, np.hypot(east - west, north - south) / 2
    walk = _walk_rings(polygons, np.array([x, y]))
    edges, edge, upward, twin = _share_edges(walk)
    sides = Sides(edge, upward, walk.owner, walk.ring, twin, walk.x0, walk.y0)
    one_owner = np.empty(len(edges.x0), dtype=np.int64)
    one_owner[edge] = walk.owner
    area = np.nan_to_num(shapely.area(polygons))
    return Outlines(polygons, area, x, y, reach, sides, edges, one_owner, walk.sweep)


def cut_edges(edges: Edges, discs: Discs) -> tuple[Spans, Crossings]:
    """Find the pieces of edges that lie inside the union of the discs, and where circles cross.

    Parameters
    ----------
    edges
        Edges with a length.
    discs
        The discs.

    Returns
    -------
    Spans
        Pieces inside, none overlapping another: index of the edge, from and to as shares of it.
    Crossings
        Every point where an edge crosses the circle of a disc.

    Examples
    --------
    >>> import numpy as np
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> edge = Edges(*(np.array([v]) for v in (-10.0, 0.0, 10.0, 0.0)))
    >>> pieces, crossings = cut_edges(edge, distinct_discs(np.zeros(1), np.zeros(1), 5.0))
    >>> pieces.start, pieces.end, np.sort(np.degrees(crossings.angle))
    (array([0.25]), array([0.75]), array([  0., 180.]))
    """
    middle_x, middle_y = edges.middles()
    edge, disc = pairs_near(middle_x, middle_y, edges.lengths() / 2 * (1 + ROUNDING), discs)
    dx, dy = (edges.x1 - edges.x0)[edge], (edges.y1 - edges.y0)[edge]
    fx, fy = edges.x0[edge] - discs.x[disc], edges.y0[edge] - discs.y[disc]
    # |A + t (B - A) - c|² = r² is a t² + 2 b t + c = 0
    a, b = dx * dx + dy * dy, fx * dx + fy * dy
    c = fx * fx + fy * fy - discs.radius[disc] ** 2
    discriminant = b * b - a * c
    # a circle that touches an edge is cut there too, whichever side rounding puts it
    near = discriminant > -ROUNDING * a * discs.radius[disc] ** 2
    edge, disc, a, b, c = edge[near], disc[near], a[near], b[near], c[near]
    enter, leave = _roots(a, b, c, discriminant[near])
    on_edge = (leave > 0) & (enter < 1)
    pieces = merge_spans(
        edge[on_edge], np.maximum(enter[on_edge], 0.0), np.minimum(leave[on_edge], 1.0)
    )
    share = np.concatenate([enter, leave])
    # a circle through a corner must be cut there, whichever side rounding puts it
    within = (share >= -ROUNDING) & (share <= 1 + ROUNDING)
    share = np.clip(share[within], 0.0, 1.0)
    return pieces, _crossings(
        edges, discs, np.tile(edge, 2)[within], np.tile(disc, 2)[within], share
    )


def points_on(edges: Edges, edge: Ints, share: Floats) -> tuple[Floats, Floats]:
    """Give the points at some share of some edges; at 0 and 1, exactly their ends.

    Parameters
    ----------
    edges
        Edges.
    edge, share
        Which edge, and how far along it (0-1).

    Returns
    -------
    tuple of numpy.ndarray
        x and y.

    Examples
    --------
    >>> import numpy as np
    >>> edge = Edges(*(np.array([v]) for v in (0.0, 0.0, 10.0, 0.0)))
    >>> points_on(edge, np.array([0]), np.array([0.5]))
    (array([5.]), array([0.]))
    """
    x0, y0, x1, y1 = edges.x0[edge], edges.y0[edge], edges.x1[edge], edges.y1[edge]
    x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
    return np.where(share == 1, x1, x), np.where(share == 1, y1, y)


def mix(*coordinates: Floats) -> npt.NDArray[np.uint64]:
    """Make one number of the bits of several, so that equal ones sort together.

    Parameters
    ----------
    *coordinates
        Numbers of the same length, none of them a negative zero.

    Returns
    -------
    numpy.ndarray
        Equal where all are equal, and otherwise different but for one chance in 2⁶⁴.

    Examples
    --------
    >>> import numpy as np
    >>> one, other = mix(np.array([1.0, 1.0, 2.0]), np.array([2.0, 2.0, 1.0])), 0
    >>> bool(one[0] == one[1]), bool(one[0] == one[2])
    (True, False)
    """
    mixed = np.zeros(len(coordinates[0]), dtype=np.uint64)
    for values in coordinates:
        mixed ^= np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)  # an odd number near 2⁶⁴ / golden ratio
        mixed ^= mixed >> np.uint64(29)
    return mixed


class _Walk(NamedTuple):
    """Sides from where to where, with their polygon and ring, and their sweep (see `Outlines`)."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    owner: Ints
    ring: Ints
    sweep: Floats


def _walk_rings(polygons: Geometries, middles: Floats) -> _Walk:
    """Walk round all rings, the interior on the left."""
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = points.T + 0.0  # no negative zeros: equal points are to be equal to the bit
    hole = np.diff(part, prepend=-1) == 0
    x, y = _turn(x, y, ring, shapely.is_ccw(rings) == hole)
    walk = _walk_points(x, y, ring, owner[part], middles)
    # where a ring crosses itself, what it winds round most decides
    wrong = (np.bincount(walk.ring, walk.sweep, minlength=len(rings)) < 0) != hole
    if wrong.any():
        walk = _walk_points(*_turn(x, y, ring, wrong), ring, owner[part], middles)
    return walk


def _turn(x: Floats, y: Floats, ring: Ints, wrong: Bools) -> tuple[Floats, Floats]:
    """Turn some rings round."""
    if not wrong.any():
        return x, y
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    last = np.append(first[1:], len(ring))[: len(first)] - 1
    at = np.arange(len(ring))
    at = np.where(wrong[ring], (first + last)[ring] - at, at)
    return x[at], y[at]


def _walk_points(x: Floats, y: Floats, ring: Ints, owner: Ints, middles: Floats) -> _Walk:
    """Walk from point to point of each ring."""
    follows = np.flatnonzero(
        (ring[1:] == ring[:-1]) & ((x[1:] != x[:-1]) | (y[1:] != y[:-1]))  # no side without length
    )
    ring = ring[follows]
    of = owner[ring]
    x0, y0, x1, y1 = x[follows], y[follows], x[follows + 1], y[follows + 1]
    middle_x, middle_y = middles[:, of]
    sweep = (x0 - middle_x) * (y1 - middle_y) - (x1 - middle_x) * (y0 - middle_y)
    return _Walk(x0, y0, x1, y1, of, ring, sweep)


def _share_edges(walk: _Walk) -> tuple[Edges, Ints, Bools, Ints]:
    """Find the distinct edges; and for each side its edge, its direction and its twin."""
    x0, y0, x1, y1 = walk[:4]
    upward = (x0 < x1) | ((x0 == x1) & (y0 < y1))
    ends = Edges(
        np.where(upward, x0, x1),
        np.where(upward, y0, y1),
        np.where(upward, x1, x0),
        np.where(upward, y1, y0),
    )
    # numbered in the order in which the sides meet them: neighbours stay near each other
    edge = pd.factorize(mix(*ends))[0]
    first = _first_met(edge)
    if not _same_ends(ends, first[edge]):  # two edges fell on one number by chance
        edge = pd.factorize(np.unique(np.column_stack(ends), axis=0, return_inverse=True)[1])[0]
        first = _first_met(edge)
    again = np.ones(len(edge), dtype=bool)
    again[first] = False
    other = np.flatnonzero(again)
    other = other[np.bincount(edge)[edge[other]] == 2]
    one = first[edge[other]]
    opposite = upward[one] != upward[other]
    twin = np.full(len(edge), -1)
    twin[one[opposite]], twin[other[opposite]] = other[opposite], one[opposite]
    return ends.pick(first), edge, upward, twin


def _first_met(number: Ints) -> Ints:
    """Give where each number stands first, of numbers given in the order of their first places."""
    highest = np.maximum.accumulate(number)
    return np.flatnonzero(np.diff(highest, prepend=-1))


def _same_ends(edges: Edges, first: Ints) -> bool:
    """Tell whether edges are those that their number says."""
    return all(bool((values[first] == values).all()) for values in edges)


def _roots(a: Floats, b: Floats, c: Floats, discriminant: Floats) -> tuple[Floats, Floats]:
    """Solve a t² + 2 b t + c = 0, smaller root first; a double root where there is none."""
    # the form that loses no digits when b² is much greater than a c
    q = -(b + np.copysign(np.sqrt(np.maximum(discriminant, 0.0)), b))
    real = (discriminant > 0) & (q != 0)
    one = np.where(real, q, -b) / a
    other = np.divide(c, q, out=one.copy(), where=real)
    return np.minimum(one, other), np.maximum(one, other)


def _crossings(edges: Edges, discs: Discs, edge: Ints, disc: Ints, share: Floats) -> Crossings:
    """Place crossings on their circles."""
    x, y = points_on(edges, edge, share)
    return Crossings(disc, np.arctan2(y - discs.y[disc], x - discs.x[disc]) % TURN, x, y)
