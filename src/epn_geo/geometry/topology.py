"""Outlines as shared arcs: each piece of boundary once, whoever it separates.

Neighbouring communes share their edges, so a map that carries every outline carries every boundary
twice. Here the rings are rounded to a grid, cut where three or more meet, and each piece is kept
once; an outline becomes a list of pieces. A boundary between two EPCI is then simply a piece whose
two owners differ. The numbers are written as differences, zigzag coded, seven bits a byte.

The reading side is ``page/topology.mjs``; ``docs/map.md`` describes the bytes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

Ints = npt.NDArray[np.int64]

DECIMALS = 4
"""Decimals of a degree that a drawing keeps: at most 5.6 m of displacement on the ground."""


class Topology(NamedTuple):
    """Outlines cut into shared arcs.

    Attributes
    ----------
    points
        Longitude and latitude of all arcs one after the other, in units of the grid.
    lengths
        Number of points of each arc.
    rings
        Number of rings of each outline, outer rings counter-clockwise and holes clockwise.
    ring_arcs
        Number of arcs of each ring.
    arcs
        The arcs of all rings in order: twice the arc's number, plus one when run backwards.
    """

    points: Ints
    lengths: Ints
    rings: Ints
    ring_arcs: Ints
    arcs: Ints


class _Rings(NamedTuple):
    """Rings on the grid, without their closing point: one row per point."""

    xy: Ints
    ring: Ints  # ring number of each point, from 0 without gaps
    owner: Ints  # outline number of each ring


def build_topology(geometry: npt.NDArray[Any], decimals: int = DECIMALS) -> Topology:
    """Cut polygons into arcs that neighbours share.

    Parameters
    ----------
    geometry
        Polygons and multipolygons in degrees; missing and empty ones have no ring.
    decimals
        Decimals of a degree that are kept.

    Returns
    -------
    Topology
        The arcs, and which of them each outline runs along.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> two = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> topology = build_topology(two)
    >>> len(topology.lengths)  # the edge between the two is kept once
    3
    >>> topology.ring_arcs.tolist()
    [2, 2]
    """
    rings = _grid_rings(np.asarray(geometry, dtype=object), decimals)
    if not len(rings.xy):
        none = np.zeros(0, dtype=np.int64)
        return Topology(none.reshape(0, 2), none, np.zeros(len(geometry), np.int64), none, none)
    vertex = _number_points(rings.xy)
    rings, vertex, cut = _turn_to_cuts(rings, vertex)
    return _collect_arcs(rings, vertex, cut, len(geometry))


def _grid_rings(geometry: npt.NDArray[Any], decimals: int) -> _Rings:
    """Round the rings to the grid; rings that shrink to less than three points are left out."""
    parts, part_owner = shapely.get_parts(
        shapely.orient_polygons(shapely.force_2d(geometry)), return_index=True
    )
    lines, line_part = shapely.get_rings(parts, return_index=True)
    degrees, ring = shapely.get_coordinates(lines, return_index=True)
    xy = np.rint(degrees * 10**decimals).astype(np.int64)
    last = np.r_[ring[1:] != ring[:-1], True] if len(ring) else np.zeros(0, bool)
    repeated = np.r_[False, (xy[1:] == xy[:-1]).all(axis=1) & (ring[1:] == ring[:-1])]
    keep = ~repeated[: len(xy)] & ~_closing(xy, ring, last)
    xy, ring = _without_spikes(xy[keep], ring[keep].astype(np.int64))
    enough = np.bincount(ring, minlength=len(lines)) >= 3
    xy, ring = xy[enough[ring]], ring[enough[ring]]
    renumbered = np.cumsum(enough) - 1
    return _Rings(xy, renumbered[ring], part_owner[line_part][enough].astype(np.int64))


def _without_spikes(xy: Ints, ring: Ints) -> tuple[Ints, Ints]:
    """Drop points from which a ring runs back where it came from: rounding makes some."""
    while len(ring):
        ahead = _next_in_ring(ring)
        behind = np.empty_like(ahead)
        behind[ahead] = np.arange(len(ring))
        spike = (xy[ahead] == xy[behind]).all(axis=1)
        repeated = (xy == xy[ahead]).all(axis=1)
        if not (spike | repeated).any():
            break
        keep = ~(spike | repeated)
        xy, ring = xy[keep], ring[keep]
    return xy, ring


def _closing(xy: Ints, ring: Ints, last: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell the points at the end of a ring that repeat its first point."""
    first = np.searchsorted(ring, ring, side="left")
    same = (xy == xy[first]).all(axis=1) & (first != np.arange(len(ring)))
    # walk backwards from the end of each ring while the points equal the first one
    closing = last & same
    while True:
        before = np.r_[closing[1:] & ~last[:-1], False] if len(closing) else closing
        grown = closing | (before & same)
        if (grown == closing).all():
            return np.asarray(closing, dtype=bool)
        closing = grown


def _number_points(xy: Ints) -> Ints:
    """Give equal points the same number."""
    low = xy.min(axis=0)
    span = int(xy[:, 1].max() - low[1]) + 1
    _, number = np.unique((xy[:, 0] - low[0]) * span + (xy[:, 1] - low[1]), return_inverse=True)
    return number.astype(np.int64)


def _next_in_ring(ring: Ints) -> Ints:
    """Give the position of the point that follows each point in its ring."""
    following = np.arange(1, len(ring) + 1)
    last = np.r_[ring[1:] != ring[:-1], True]
    following[last] = np.searchsorted(ring, ring[last], side="left")
    return following


def _turn_to_cuts(rings: _Rings, vertex: Ints) -> tuple[_Rings, Ints, npt.NDArray[np.bool_]]:
    """Turn each ring so that it begins at a cut, and tell where the cuts are.

    A cut is a point with other than two different neighbours; a ring without any is cut at its
    lowest point, so that an enclave and the hole it fills give the same arc.
    """
    ring, total = rings.ring, int(vertex.max()) + 1
    ahead = vertex[_next_in_ring(ring)]
    edges = np.unique(np.minimum(vertex, ahead) * total + np.maximum(vertex, ahead))
    degree = np.bincount(np.r_[edges // total, edges % total], minlength=total)
    cut = degree[vertex] != 2
    rank = np.where(cut, -1, vertex)
    order = np.lexsort((np.arange(len(ring)), rank, ring))
    begin = np.searchsorted(ring, np.arange(int(ring[-1]) + 1), side="left")
    start = order[begin]  # first of each ring in the order: a cut, or its lowest point
    cut[start] = True
    size = np.diff(np.r_[begin, len(ring)])
    place = begin[ring] + (np.arange(len(ring)) - start[ring]) % size[ring]
    turned = np.empty_like(place)
    turned[place] = np.arange(len(ring))
    return _Rings(rings.xy[turned], ring, rings.owner), vertex[turned], cut[turned]


def _collect_arcs(
    rings: _Rings, vertex: Ints, cut: npt.NDArray[np.bool_], outlines: int
) -> Topology:
    """Keep each piece between two cuts once, and write the rings as pieces."""
    total = int(vertex.max()) + 1
    begin = np.flatnonzero(cut)
    end = np.r_[begin[1:], len(cut)] - 1  # the last point of the piece that is its own
    closing = _next_in_ring(rings.ring)[end]  # the cut it runs to
    forward = vertex[begin] * total + vertex[np.where(end > begin, begin + 1, closing)]
    backward = vertex[closing] * total + vertex[end]
    key = np.minimum(forward, backward)
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    # arcs are numbered in the order in which they are first met
    rank = np.argsort(np.argsort(first))
    first = np.sort(first)
    points, lengths = _arc_points(rings.xy, begin[first], end[first], closing[first])
    kept_forward = forward[first][rank[number]] == forward
    return Topology(
        points=points,
        lengths=lengths,
        rings=np.bincount(rings.owner, minlength=outlines),
        ring_arcs=np.bincount(rings.ring[begin]),
        arcs=rank[number] * 2 + ~kept_forward,
    )


def _arc_points(xy: Ints, begin: Ints, end: Ints, closing: Ints) -> tuple[Ints, Ints]:
    """Give the points of the arcs, each with the point it runs to."""
    lengths = end - begin + 2
    offset = np.cumsum(lengths) - lengths
    position = (
        np.arange(int(lengths.sum())) - np.repeat(offset, lengths) + np.repeat(begin, lengths)
    )
    position[offset + lengths - 1] = closing
    return xy[position], lengths


def thin_topology(
    topology: Topology, tolerance: float | npt.NDArray[np.float64], change: float = 0.02
) -> Topology:
    """Leave out points of the arcs that a drawing can do without; neighbours stay neighbours.

    Parameters
    ----------
    topology
        What `build_topology` gave.
    tolerance
        How far a line may be moved, in units of the grid: one number, or one for each arc.
    change
        By what share of its area a ring may shrink or grow; the arcs of those that would change
        more are kept as they are.

    Returns
    -------
    Topology
        The same arcs between the same points, fewer points within.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> wavy = shapely.Polygon([(0, 0), (1, 0.001), (2, 0), (2, 2), (0, 2)])
    >>> topology = build_topology(np.array([wavy]))
    >>> len(topology.points), len(thin_topology(topology, 20).points)
    (6, 5)
    """
    if not len(topology.lengths) or not np.any(tolerance):
        return topology
    arc = np.repeat(np.arange(len(topology.lengths)), topology.lengths)
    lines: npt.NDArray[Any] = np.asarray(
        shapely.linestrings(topology.points.astype(np.float64), indices=arc)
    )
    thinned: npt.NDArray[Any] = np.asarray(
        shapely.simplify(lines, tolerance, preserve_topology=False)
    )
    # an island or an enclave must stay a ring
    begin = np.cumsum(topology.lengths) - topology.lengths
    closed = (topology.points[begin] == topology.points[begin + topology.lengths - 1]).all(axis=1)
    thin = ~closed | (shapely.get_num_coordinates(thinned) >= 4)
    before = _ring_areas(topology)
    ring = np.repeat(np.arange(len(topology.ring_arcs)), topology.ring_arcs)
    while True:
        points, number = shapely.get_coordinates(np.where(thin, thinned, lines), return_index=True)
        done = topology._replace(
            points=np.rint(points).astype(np.int64), lengths=np.bincount(number)
        )
        changed = np.abs(_ring_areas(done) - before) > change * np.abs(before)
        spoilt = np.unique(topology.arcs[changed[ring]] >> 1)
        if not thin[spoilt].any():
            return done
        thin[spoilt] = False


def _ring_areas(topology: Topology) -> npt.NDArray[np.float64]:
    """Give the area within each ring, in square units of the grid, negative for holes."""
    x, y = topology.points[:-1].T - topology.points[0][:, None]
    dx, dy = np.diff(topology.points, axis=0).T
    twice = np.r_[0, np.cumsum(x * dy - y * dx)]
    end = np.cumsum(topology.lengths) - 1
    along = twice[end] - twice[end - topology.lengths + 1]  # the integral along each arc
    signed = along[topology.arcs >> 1] * np.where(topology.arcs & 1, -1, 1)
    first = np.cumsum(topology.ring_arcs) - topology.ring_arcs
    return np.asarray(np.add.reduceat(signed, first) / 2, dtype=np.float64)


def arc_owners(topology: Topology) -> Ints:
    """Give the outlines on the two sides of each arc.

    Parameters
    ----------
    topology
        What `build_topology` gave.

    Returns
    -------
    numpy.ndarray
        Two columns: the first and the last outline that runs along the arc; the same twice where
        there is only one.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> two = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> arc_owners(build_topology(two)).tolist()
    [[0, 1], [0, 0], [1, 1]]
    """
    outline = np.repeat(np.arange(len(topology.rings)), topology.rings)
    owner = np.repeat(outline, topology.ring_arcs)
    owners = np.empty((len(topology.lengths), 2), dtype=np.int64)
    owners[topology.arcs[::-1] >> 1, 0] = owner[::-1]
    owners[topology.arcs >> 1, 1] = owner
    return owners


def outline_corners(topology: Topology) -> npt.NDArray[np.float64]:
    """Give the south-west corner of each outline.

    Parameters
    ----------
    topology
        What `build_topology` gave.

    Returns
    -------
    numpy.ndarray
        Longitude and latitude in units of the grid; NaN for outlines without a ring.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> outline_corners(build_topology(np.array([shapely.box(0, 1, 2, 3), None]), 0)).tolist()
    [[0.0, 1.0], [nan, nan]]
    """
    corners = np.full((len(topology.rings), 2), np.inf)
    if len(topology.lengths):
        begin = np.cumsum(topology.lengths) - topology.lengths
        low = np.minimum.reduceat(topology.points, begin)
        outline = np.repeat(np.arange(len(topology.rings)), topology.rings)
        owner = np.repeat(outline, topology.ring_arcs)
        np.minimum.at(corners, owner, low[topology.arcs >> 1])
    return np.where(np.isfinite(corners), corners, np.nan)


def zigzag(values: Ints) -> Ints:
    """Give small non-negative numbers for numbers near zero: 0, -1, 1, -2 become 0, 1, 2, 3.

    Parameters
    ----------
    values
        Integers of either sign.

    Returns
    -------
    numpy.ndarray
        Non-negative integers.

    Examples
    --------
    >>> import numpy as np
    >>> zigzag(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    return (values << 1) ^ (values >> 63)


def varint(values: Ints) -> bytes:
    """Write non-negative integers seven bits a byte, low bits first.

    Parameters
    ----------
    values
        Non-negative integers.

    Returns
    -------
    bytes
        One to nine bytes each; the high bit says that more follow.

    Examples
    --------
    >>> import numpy as np
    >>> varint(np.array([1, 127, 128])).hex()
    '017f8001'
    """
    rest = np.asarray(values, dtype=np.int64)
    size = np.ones(len(rest), dtype=np.int64)
    for bits in range(7, 63, 7):
        size += rest >= (1 << bits)
    out = np.zeros(int(size.sum()), dtype=np.uint8)
    start = np.cumsum(size) - size
    for nth in range(int(size.max(initial=0))):
        here = size > nth
        more = (size[here] > nth + 1) * 0x80
        out[start[here] + nth] = ((rest[here] >> (7 * nth)) & 0x7F) | more
    return out.tobytes()


def pack_topology(topology: Topology) -> bytes:
    """Write a topology as bytes.

    Parameters
    ----------
    topology
        What `build_topology` gave.

    Returns
    -------
    bytes
        Streams of numbers, each led by how many there are: rings of each outline; arcs of each
        ring; arcs; points of each new arc; high parts, then low bytes, of the points (as
        differences, all longitudes before all latitudes). An arc is 0 if it was not met before;
        else which of the arcs that end at this point and were run along once, the latest first;
        beyond those, how long ago it came. Points that the ring tells are left out: where an arc
        that is not its ring's first begins, and where its last one ends.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> len(pack_topology(build_topology(np.array([shapely.box(0, 0, 1, 1)]))))
    25
    """
    codes, order, backwards, first, last = _walk_rings(topology)
    position, lengths = _points_in_order(topology, order, backwards)
    end = np.cumsum(lengths)
    kept = np.ones(len(position), dtype=bool)
    kept[(end - lengths)[~first]] = False
    kept[end[last] - 1] = False
    points = topology.points[position]
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64))
    numbers = zigzag(steps[kept]).T.ravel()
    streams = (topology.rings, topology.ring_arcs, codes, lengths, numbers >> 8)
    low = (numbers & 0xFF).astype(np.uint8).tobytes()
    return b"".join(varint(np.r_[len(stream), stream]) for stream in streams) + low


def _points_in_order(topology: Topology, order: Ints, backwards: Ints) -> tuple[Ints, Ints]:
    """Give the positions of the points of the arcs, run along in an order and a direction."""
    lengths = topology.lengths[order]
    begin = (np.cumsum(topology.lengths) - topology.lengths)[order]
    nth = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    forward = np.repeat(begin, lengths) + nth
    back = np.repeat(begin + lengths - 1, lengths) - nth
    return np.where(np.repeat(backwards, lengths) == 1, back, forward), lengths


class _Walk(NamedTuple):
    """The rings as a reader meets them: codes of all arcs, then one row per new arc."""

    codes: Ints
    order: Ints  # the arc's number in the topology
    backwards: Ints  # whether it is met running backwards
    first: npt.NDArray[np.bool_]  # whether it begins its ring
    last: npt.NDArray[np.bool_]


def _walk_rings(topology: Topology) -> _Walk:
    """Code the arcs by what the reader knows already where each begins.

    A ring begins with a known arc after a new one, where it has both: then both ends of what is new
    are known points.
    """
    ends, number = _arc_ends(topology), [-1] * len(topology.lengths)
    way = [0] * len(number)  # in which direction each arc was first met
    waiting: dict[int, list[int]] = {}  # by point: arcs run along once that end there
    codes: list[int] = []
    new: list[tuple[int, int, bool, bool]] = []
    arcs, at = topology.arcs.tolist(), 0
    for count in topology.ring_arcs.tolist():
        ring = _turned(arcs[at : at + count], number)
        at += count
        for nth, arc in enumerate(ring):
            which, backwards = arc >> 1, arc & 1
            there = waiting.setdefault(ends[which][backwards], [])
            if number[which] < 0:
                number[which], way[which] = len(new), backwards
                codes.append(0)
                new.append((which, backwards, nth == 0, nth == count - 1))
                waiting.setdefault(ends[which][1 - backwards], []).append(2 * which + 1)
                continue
            name = 2 * which + (backwards ^ way[which])
            known = there if nth else []
            if name in known:
                codes.append(len(known) - known.index(name))
            else:
                ago = len(new) - 1 - number[which]
                codes.append(1 + len(known) + 2 * ago + 1 - (name & 1))
            if name in there:
                there.remove(name)
    order, back, first, last = np.array(new, dtype=np.int64).reshape(-1, 4).T
    return _Walk(np.array(codes, np.int64), order, back, first > 0, last > 0)


def _arc_ends(topology: Topology) -> list[tuple[int, int]]:
    """Give the points that each arc runs from and to, as numbers."""
    end = np.cumsum(topology.lengths)
    both = topology.points[np.r_[end - topology.lengths, end - 1]]
    _, name = np.unique(both, axis=0, return_inverse=True)
    name = name.ravel()
    return list(zip(name[: len(end)].tolist(), name[len(end) :].tolist(), strict=True))


def _turned(ring: list[int], number: list[int]) -> list[int]:
    """Turn a ring so that it begins with a known arc after a new one, if it has both."""
    known = [number[arc >> 1] >= 0 for arc in ring]
    if all(known) or not any(known):
        return ring
    start = next(i for i in range(len(ring)) if known[i] and not known[i - 1])
    return ring[start:] + ring[:start]
