r"""Edges, circles and where they cut each other: the pieces that exact coverage is made of.

A region "this polygon, within reach of any of these discs" has a boundary of just two kinds of
pieces, and so has what is left of the polygon outside them::

          ______________
         |   polygon    |          ━━  pieces of edges inside the union of the discs (straight)
         |         ...  |          ( ) visible arcs of the union inside the polygon  (round)
         |      .´      |
         |     /  discs |          `overlay` turns them into areas and outlines.
         |    (         ┃
         |     \        ┃
         |______`━━━━━━━┛

An arc of a circle is *visible* if no other disc covers it. Among equal discs only the Delaunay
neighbours of a disc can cover part of its circle, since a boundary point of the union belongs to
the Voronoi cell of its own centre; a neighbour at distance d hides the angles within arccos(d / 2r)
of its direction.

Every cut is computed once and carries its coordinates: the two pieces that meet there hold the same
numbers, to the last bit, so that they can be chained.

Source: the visible part of a disc lies in its cell of the (power) Voronoi diagram: F. Aurenhammer,
"Improved algorithms for discs and balls using power diagrams", Journal of Algorithms 9 (1988),
151-161.

All coordinates here are metres in one metric CRS; angles are radians in [0, 2π].
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Delaunay, QhullError, cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TURN = 2 * np.pi
ROUNDING = 1e-9  # of the length of an edge, or metres


class Discs(NamedTuple):
    """Distinct centres and their radii."""

    x: Floats
    y: Floats
    radius: Floats


class Edges(NamedTuple):
    """Directed edges of polygons, the interior on their left, and the polygon each belongs to."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    owner: Ints

    def pick(self, keep: Bools) -> Edges:
        """Give some of the edges."""
        return Edges(self.x0[keep], self.y0[keep], self.x1[keep], self.y1[keep], self.owner[keep])

    def lengths(self) -> Floats:
        """Give the length of each."""
        return np.hypot(self.x1 - self.x0, self.y1 - self.y0)

    def ordered(self) -> Edges:
        """Give each edge from its lower to its higher end, so that neighbours' edges are equal."""
        swap = (self.x0 > self.x1) | ((self.x0 == self.x1) & (self.y0 > self.y1))
        return Edges(
            np.where(swap, self.x1, self.x0),
            np.where(swap, self.y1, self.y0),
            np.where(swap, self.x0, self.x1),
            np.where(swap, self.y0, self.y1),
            self.owner,
        )


class Spans(NamedTuple):
    """Intervals without overlap: on which line or circle, from where, to where.

    `opened_by` and `closed_by` say which of the intervals given made either end.
    """

    group: Ints
    start: Floats
    end: Floats
    opened_by: Ints
    closed_by: Ints


class Crossings(NamedTuple):
    """Points where edges cross circles: which disc, at which angle, where."""

    disc: Ints
    angle: Floats
    x: Floats
    y: Floats


class Arcs(NamedTuple):
    """Arcs of circles: which disc, from and to which angle, and where either end is."""

    disc: Ints
    start: Floats
    end: Floats
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats


def distinct_discs(x: Floats, y: Floats, radius: Floats | float) -> Discs:
    """Make discs of which no two share a centre; where several did, the largest stays.

    Parameters
    ----------
    x, y
        Centres in metres, all finite.
    radius
        Metres, one for all or one each. Discs without extent are left out: they cover nothing.

    Returns
    -------
    Discs
        In the order of their coordinates.

    Examples
    --------
    >>> import numpy as np
    >>> distinct_discs(np.array([0.0, 0.0]), np.array([5.0, 5.0]), np.array([1.0, 2.0])).radius
    array([2.])
    """
    radius = np.broadcast_to(np.asarray(radius, dtype=np.float64), np.shape(x))
    order = np.lexsort((-radius, y, x))
    x, y, radius = x[order], y[order], radius[order]
    new = np.ones(len(x), dtype=bool)
    new[1:] = (np.diff(x) != 0) | (np.diff(y) != 0)
    keep = new & (radius > 0)
    return Discs(x[keep], y[keep], radius[keep])


def settle(x: Floats, y: Floats, reach: Floats, discs: Discs) -> tuple[Bools, Bools]:
    """Tell which round neighbourhoods lie wholly inside one disc, and which touch none.

    Parameters
    ----------
    x, y, reach
        Centre and radius of each neighbourhood, in metres. NaN counts as outside.
    discs
        The discs.

    Returns
    -------
    tuple of numpy.ndarray
        Inside, outside; neither is true where only a closer look can tell.

    Examples
    --------
    >>> import numpy as np
    >>> disc = distinct_discs(np.array([0.0]), np.array([0.0]), 10.0)
    >>> settle(np.array([0.0, 9.0, 99.0]), np.zeros(3), np.full(3, 2.0), disc)
    (array([ True, False, False]), array([False, False,  True]))
    """
    inside = np.zeros(len(x), dtype=bool)
    outside = np.ones(len(x), dtype=bool)
    known = np.flatnonzero(np.isfinite(x))
    points = np.column_stack([x[known], y[known]])
    for radius in np.unique(discs.radius):
        same = discs.radius == radius
        tree = cKDTree(np.column_stack([discs.x[same], discs.y[same]]))
        distance, _ = tree.query(points, workers=workers(len(points)))
        inside[known] |= distance + reach[known] <= radius
        outside[known] &= distance - reach[known] >= radius
    return inside, outside


def workers(queries: int) -> int:
    """Give how many threads pay off for some number of nearest-neighbour queries.

    Parameters
    ----------
    queries
        How many points ask.

    Returns
    -------
    int
        1, or -1 for all cores.

    Examples
    --------
    >>> workers(1000), workers(1_000_000)
    (1, -1)
    """
    return -1 if queries > 50_000 else 1


def polygon_edges(polygons: npt.NDArray[Any]) -> Edges:
    """Take polygons apart into directed edges, the interior on their left.

    Parameters
    ----------
    polygons
        Polygons and multipolygons.

    Returns
    -------
    Edges
        Edges without length are left out.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> polygon_edges(np.array([shapely.box(0, 0, 1, 1)])).lengths()
    array([1., 1., 1., 1.])
    """
    parts, owner = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    start, end = points[:-1][follows], points[1:][follows]
    edges = Edges(start[:, 0], start[:, 1], end[:, 0], end[:, 1], owner[part][ring[:-1][follows]])
    return edges.pick(edges.lengths() > 0)


def merge_spans(group: Ints, start: Floats, end: Floats) -> Spans:
    """Unite intervals that touch or overlap, within each group.

    Parameters
    ----------
    group, start, end
        Intervals in any order.

    Returns
    -------
    Spans
        Ordered by group and start, none touching another.

    Examples
    --------
    >>> import numpy as np
    >>> merge_spans(np.array([0, 0, 1]), np.array([0.0, 1.0, 0.0]), np.array([2.0, 3.0, 1.0])).end
    array([3., 1.])
    """
    if len(group) == 0:
        return Spans(group, start, end, group, group)
    order = np.lexsort((start, group))
    group, start, end = group[order], start[order], end[order]
    # shifting each group beyond the one before lets one running maximum serve them all
    shift = group * (1.0 + end.max() - start.min())
    furthest = np.maximum.accumulate(end + shift)
    opens = np.ones(len(group), dtype=bool)
    opens[1:] = (start + shift)[1:] > furthest[:-1]
    first = np.flatnonzero(opens)
    block = np.cumsum(opens) - 1
    by_end = np.lexsort((end, block))
    last = by_end[np.append(first[1:], len(group)) - 1]
    return Spans(group[first], start[first], end[last], order[first], order[last])


def cut_edges(edges: Edges, discs: Discs) -> tuple[Spans, Crossings]:
    """Find the pieces of edges that lie inside the union of the discs, and where circles cross.

    Parameters
    ----------
    edges
        Edges with a length, in the direction of `Edges.ordered`.
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
    >>> edge = Edges(*(np.array([v]) for v in (-10.0, 0.0, 10.0, 0.0)), np.array([0]))
    >>> pieces, crossings = cut_edges(edge, distinct_discs(np.zeros(1), np.zeros(1), 5.0))
    >>> pieces.start, pieces.end, np.sort(np.degrees(crossings.angle))
    (array([0.25]), array([0.75]), array([  0., 180.]))
    """
    edge, disc = _near_pairs(edges, discs)
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
    >>> edge = Edges(*(np.array([v]) for v in (0.0, 0.0, 10.0, 0.0)), np.array([0]))
    >>> points_on(edge, np.array([0]), np.array([0.5]))
    (array([5.]), array([0.]))
    """
    x0, y0, x1, y1 = edges.x0[edge], edges.y0[edge], edges.x1[edge], edges.y1[edge]
    x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
    return np.where(share == 1, x1, x), np.where(share == 1, y1, y)


def visible_arcs(discs: Discs) -> Arcs:
    """Find the arcs of each circle that no other disc covers: the boundary of the union.

    Parameters
    ----------
    discs
        Distinct discs.

    Returns
    -------
    Arcs
        Ordered by disc and angle; an arc that passes the angle 0 comes in two parts.

    Examples
    --------
    Two discs through each other's centre each hide a third of the other's circle:

    >>> import numpy as np
    >>> two = distinct_discs(np.array([0.0, 1.0]), np.zeros(2), 1.0)
    >>> arcs = visible_arcs(two)
    >>> np.degrees(arcs.start).round(6), np.degrees(arcs.end).round(6)
    (array([ 60.,   0., 240.]), array([300., 120., 360.]))
    """
    hiding, hidden = _hiding_pairs(discs)
    start, end = _hidden_angles(discs, hiding, hidden)
    pair = np.arange(len(hidden))
    wraps, none = end > TURN, np.full(len(discs.x), -1)
    everyone, zero = np.arange(len(discs.x)), np.zeros(len(discs.x))
    # one that passes the angle 0 is two; a block without length at 0 and at 2π on every circle
    # makes every gap one between two blocks
    source = np.concatenate([pair, pair[wraps], none, none])
    blocks = merge_spans(
        np.concatenate([hidden, hidden[wraps], everyone, everyone]),
        np.concatenate([start, np.zeros(int(wraps.sum())), zero, zero + TURN]),
        np.concatenate([np.minimum(end, TURN), (end - TURN)[wraps], zero, zero + TURN]),
    )
    gap = blocks.group[1:] == blocks.group[:-1]
    disc, begin, finish = blocks.group[:-1][gap], blocks.end[:-1][gap], blocks.start[1:][gap]
    meet = _meeting_points(discs, hiding, hidden)
    x0, y0 = _ends(discs, disc, source[blocks.closed_by[:-1][gap]], meet.at_end)
    x1, y1 = _ends(discs, disc, source[blocks.opened_by[1:][gap]], meet.at_start)
    return Arcs(disc, begin, finish, x0, y0, x1, y1)


def split_arcs(arcs: Arcs, crossings: Crossings) -> Arcs:
    """Cut arcs at the points where edges cross them, so that each piece lies in one polygon.

    Parameters
    ----------
    arcs
        As `visible_arcs` gives them.
    crossings
        Points on the circles, on visible arcs or not.

    Returns
    -------
    Arcs
        The pieces, ordered as the arcs.

    Examples
    --------
    >>> import numpy as np
    >>> arcs = visible_arcs(distinct_discs(np.zeros(1), np.zeros(1), 1.0))
    >>> at_half = Crossings(np.array([0]), np.array([np.pi]), np.array([-1.0]), np.array([0.0]))
    >>> np.degrees(split_arcs(arcs, at_half).start)
    array([  0., 180.])
    """
    if len(arcs.disc) == 0:
        return arcs
    key = arcs.disc * 8 + arcs.start  # one angle never reaches the next disc: 2π < 8
    arc = np.searchsorted(key, crossings.disc * 8 + crossings.angle, side="right") - 1
    hit = (
        (arc >= 0)
        & (arcs.disc[arc] == crossings.disc)
        & (crossings.angle > arcs.start[arc])
        & (crossings.angle < arcs.end[arc])
    )
    of = np.concatenate([np.arange(len(arcs.disc)), arc[hit]])
    start = np.concatenate([arcs.start, crossings.angle[hit]])
    order = np.lexsort((start, of))
    of, start = of[order], start[order]
    x0 = np.concatenate([arcs.x0, crossings.x[hit]])[order]
    y0 = np.concatenate([arcs.y0, crossings.y[hit]])[order]
    # a piece ends where the next begins, the last one where the arc ends
    last = np.append(of[1:] != of[:-1], True)
    end, x1, y1 = (
        np.where(last, whole[of], np.roll(begin, -1))
        for whole, begin in ((arcs.end, start), (arcs.x1, x0), (arcs.y1, y0))
    )
    real = end > start
    pieces = (arcs.disc[of], start, end, x0, y0, x1, y1)
    return Arcs(*(values[real] for values in pieces))


def _near_pairs(edges: Edges, discs: Discs) -> tuple[Ints, Ints]:
    """Pair each edge with the discs that may cut it."""
    if len(discs.x) == 0 or len(edges.x0) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    middles = shapely.points((edges.x0 + edges.x1) / 2, (edges.y0 + edges.y1) / 2)
    far = discs.radius.max() + edges.lengths() / 2
    tree = shapely.STRtree(np.asarray(shapely.points(discs.x, discs.y)))
    edge, disc = tree.query(middles, predicate="dwithin", distance=far)
    return edge, disc


def _hiding_pairs(discs: Discs) -> tuple[Ints, Ints]:
    """List ordered pairs (one that hides, one that is hidden) that suffice for the union."""
    points = np.column_stack([discs.x, discs.y])
    if len(points) < 2:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    pairs = _delaunay_pairs(points) if np.ptp(discs.radius) == 0 else None
    if pairs is None:
        pairs = cKDTree(points).query_pairs(2 * discs.radius.max(), output_type="ndarray")
    one, other = pairs.T
    distance = np.hypot(*(points[one] - points[other]).T)
    touch = distance < discs.radius[one] + discs.radius[other]
    one, other = one[touch], other[touch]
    return np.concatenate([one, other]), np.concatenate([other, one])


def _delaunay_pairs(points: Floats) -> Ints | None:
    """Give the Delaunay edges, or None where points are too few or too nearly on a line."""
    if len(points) < 4:
        return None
    try:
        triangles = Delaunay(points - points.mean(axis=0))
    except QhullError:
        return None
    if len(triangles.coplanar):  # Qhull set points aside: it cannot tell them from others
        return None
    corners = triangles.simplices
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    return np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)


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


def _half_angle(discs: Discs, hiding: Ints, hidden: Ints) -> Floats:
    """Half of what one disc hides of another's circle: π if all of it, 0 if nothing."""
    distance = np.hypot(discs.x[hiding] - discs.x[hidden], discs.y[hiding] - discs.y[hidden])
    own, other = discs.radius[hidden], discs.radius[hiding]
    cosine = (distance**2 + own**2 - other**2) / (2 * distance * own)
    return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)))


def _hidden_angles(discs: Discs, hiding: Ints, hidden: Ints) -> tuple[Floats, Floats]:
    """Give from where in [0, 2π) to where a circle is hidden; the end may pass 2π."""
    direction = np.arctan2(discs.y[hiding] - discs.y[hidden], discs.x[hiding] - discs.x[hidden])
    half = _half_angle(discs, hiding, hidden)
    start = (direction - half) % TURN
    return start, start + 2 * half


class _Meetings(NamedTuple):
    """Where a hidden part of a circle starts and ends, for each pair (hiding, hidden)."""

    at_start: tuple[Floats, Floats]
    at_end: tuple[Floats, Floats]


def _meeting_points(discs: Discs, hiding: Ints, hidden: Ints) -> _Meetings:
    """Give where two circles meet, always computed on the first of the two.

    What starts to be hidden on one circle ends to be hidden on the other: the same point.
    """
    first, second = np.minimum(hiding, hidden), np.maximum(hiding, hidden)
    direction = np.arctan2(discs.y[second] - discs.y[first], discs.x[second] - discs.x[first])
    half = _half_angle(discs, second, first)
    side = np.where(hidden == first, -half, half)

    def on_first(angle: Floats) -> tuple[Floats, Floats]:
        radius = discs.radius[first]
        return discs.x[first] + radius * np.cos(angle), discs.y[first] + radius * np.sin(angle)

    return _Meetings(on_first(direction + side), on_first(direction - side))


def _ends(
    discs: Discs, disc: Ints, pair: Ints, meeting: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Give an arc's end: where a pair of circles meets, or (pair -1) the circle's own angle 0."""
    x, y = discs.x[disc] + discs.radius[disc], discs.y[disc].copy()
    meets = pair >= 0
    x[meets], y[meets] = meeting[0][pair[meets]], meeting[1][pair[meets]]
    return x, y
