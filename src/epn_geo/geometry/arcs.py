r"""Discs, and the visible arcs of their union: the round half of what exact coverage is made of.

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

An arc of a circle is *visible* if no other disc covers it. Only the neighbours of a disc can cover
part of its circle (see `neighbours`): one at distance d hides the angles within arccos(d / 2r) of
its direction. Here are the discs and their visible arcs; `edges` finds the straight pieces.

Every cut is computed once and carries its coordinates: the two pieces that meet there hold the same
numbers, to the last bit, so that they can be chained.

All coordinates here are metres in one metric CRS; angles are radians in [0, 2π].
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from epn_geo.geometry.lookup import Sites
from epn_geo.geometry.neighbours import Neighbours, find_neighbours

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TURN = 2 * np.pi
ROUNDING = 1e-9  # of the length of an edge, or metres
SLACK = 1e-6  # of a radius: what is doubtful by less is looked at more closely
ROOM_M = 1e-6  # more than rounding does to the square of a distance
ALIKE = 1.25  # radii within this factor of each other are searched for together


class Discs(NamedTuple):
    """Distinct centres and their radii."""

    x: Floats
    y: Floats
    radius: Floats


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

    def pick(self, which: Ints | Bools) -> Arcs:
        """Give some of the arcs."""
        ends = (values[which] for values in self[1:])
        return Arcs(self.disc[which], *ends)


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
    exact = True
    for alike in _alike(discs):
        distance = Sites(alike.x, alike.y).distance(x[known], y[known])
        inside[known] |= distance + reach[known] <= alike.radius.min()
        outside[known] &= distance - reach[known] >= alike.radius.max()
        exact &= bool(np.ptp(alike.radius) == 0)
    if not exact:
        unsure = np.flatnonzero(~inside & ~outside)
        inside[unsure], outside[unsure] = _settle_one_by_one(
            x[unsure], y[unsure], reach[unsure], discs
        )
    return inside, outside


def pairs_near(x: Floats, y: Floats, reach: Floats, discs: Discs) -> tuple[Ints, Ints]:
    """Pair round neighbourhoods with the discs that they touch.

    Parameters
    ----------
    x, y, reach
        Centre and radius of each neighbourhood, in metres, finite.
    discs
        The discs.

    Returns
    -------
    tuple of numpy.ndarray
        Neighbourhood and disc of each pair.

    Examples
    --------
    >>> import numpy as np
    >>> discs = distinct_discs(np.array([0.0, 50.0]), np.zeros(2), 10.0)
    >>> pairs_near(np.array([40.0, 11.0]), np.zeros(2), np.full(2, 2.0), discs)
    (array([0, 1]), array([1, 0]))
    """
    pairs = [np.empty((2, 0), dtype=np.int64)]
    for alike in _alike(discs) if len(x) else ():
        point, disc = Sites(alike.x, alike.y).near(x, y, reach + alike.radius.max() + ROOM_M)
        pairs.append(np.array([point, alike.number[disc]]))
    point, disc = np.concatenate(pairs, axis=1)
    apart = np.hypot(x[point] - discs.x[disc], y[point] - discs.y[disc])
    touch = apart <= discs.radius[disc] + reach[point]
    return point[touch], disc[touch]


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


def visible_arcs(discs: Discs, cells: Neighbours | None = None) -> Arcs:
    """Find the arcs of each circle that no other disc covers: the boundary of the union.

    Parameters
    ----------
    discs
        Distinct discs.
    cells
        What `find_neighbours` says of them. For equal discs it is the same whatever their radius.

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
    if cells is None:
        cells = find_neighbours(discs.x, discs.y, discs.radius)
    seen = np.flatnonzero(_may_be_seen(discs, cells))
    hiding, hidden = _hiding_pairs(discs, cells)
    start, end = _hidden_angles(discs, hiding, hidden)
    pair = np.arange(len(hidden))
    wraps, none, zero = end > TURN, np.full(len(seen), -1), np.zeros(len(seen))
    # one that passes the angle 0 is two; a block without length at 0 and at 2π on every circle
    # makes every gap one between two blocks
    source = np.concatenate([pair, pair[wraps], none, none])
    blocks = merge_spans(
        np.concatenate([hidden, hidden[wraps], seen, seen]),
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
    return Arcs(arcs.disc[of], start, end, x0, y0, x1, y1).pick(end > start)


class _Alike(NamedTuple):
    """Some of the discs, of about the same radius."""

    x: Floats
    y: Floats
    radius: Floats
    number: Ints


def _alike(discs: Discs) -> Iterator[_Alike]:
    """Part discs by radius: one search tree serves those that are about the same."""
    if len(discs.x) == 0:
        return
    size = np.floor(np.log(discs.radius / discs.radius.min()) / np.log(ALIKE))
    for one in np.unique(size):
        number = np.flatnonzero(size == one)
        yield _Alike(discs.x[number], discs.y[number], discs.radius[number], number)


def _settle_one_by_one(x: Floats, y: Floats, reach: Floats, discs: Discs) -> tuple[Bools, Bools]:
    """As `settle`, by looking at each disc in turn."""
    inside, outside = np.zeros(len(x), dtype=bool), np.ones(len(x), dtype=bool)
    point, disc = pairs_near(x, y, reach, discs)
    distance = np.hypot(x[point] - discs.x[disc], y[point] - discs.y[disc])
    inside[point[distance + reach[point] <= discs.radius[disc]]] = True
    outside[point[distance - reach[point] < discs.radius[disc]]] = False
    return inside, outside


def _may_be_seen(discs: Discs, cells: Neighbours) -> Bools:
    """Tell which circles leave their disc's own cell: of the others, nothing is visible."""
    return np.asarray(cells.extent > discs.radius * (1 - SLACK))


def _hiding_pairs(discs: Discs, cells: Neighbours) -> tuple[Ints, Ints]:
    """List ordered pairs (one that hides, one that is hidden) that suffice for the union."""
    at = cells.aside
    which, near = pairs_near(discs.x[at], discs.y[at], discs.radius[at], discs)
    one = np.concatenate([cells.one, at[which]])
    other = np.concatenate([cells.other, near])
    distance = np.hypot(discs.x[one] - discs.x[other], discs.y[one] - discs.y[other])
    touch = (distance < discs.radius[one] + discs.radius[other]) & (one != other)
    one, other = one[touch], other[touch]
    hiding, hidden = np.concatenate([one, other]), np.concatenate([other, one])
    matter = _may_be_seen(discs, cells)[hidden]
    return hiding[matter], hidden[matter]


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
