r"""Which discs can hide part of which circle: the neighbours in a power diagram.

The power of a point p to a disc (c, r) is |p - c|² - r²: negative inside, zero on the circle. Where
a disc has the least power of all lies its *cell*; between equal discs, the Voronoi cells of their
centres. A circle can be seen from outside the union only within its own cell::

     cell of b  /
        .---.  /  .---.       On circle a, only those whose cells touch that of a can hide
       (  b  )/  (  a  )      anything: the cell ends where they are nearer, whoever stands
        `---´/    `---´       behind them.
     -------*
        .---.\   cell of a    And if every corner * of its cell lies inside disc a, then so does
       (  c  )\               the cell, and nothing of circle a is visible.
        `---´  \

Between equal discs, the cells that touch are the edges of the Delaunay triangulation of the
centres; else, lifted to the paraboloid z = x² + y² - r², those of the lower hull. Either is found
in n log n: the first by startinpy, whose predicates are exact; the second by Qhull, which takes six
times as long, and does the work of both on machines that startinpy is not made for.

Source: F. Aurenhammer, "Improved algorithms for discs and balls using power diagrams", Journal of
Algorithms 9 (1988), 151-161.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST = 4  # sites that a hull needs, beside the point above them
NEAR_M = 1e-3  # sites as near as that would fall within Qhull's tolerance
ROOM = 1.01  # what is aside counts as seen until its stand-in's cell ends that much within its disc


class Neighbours(NamedTuple):
    """The cells of some sites: which touch, and how far each extends.

    Attributes
    ----------
    one, other
        Pairs of sites whose cells touch, each pair once.
    extent
        From each site to the farthest corner of its cell, metres; infinite if the cell has no end,
        0 if there is no cell: the disc is covered by others.
    aside
        Sites that Qhull can hardly tell from others: anyone near counts as their neighbour.
    """

    one: Ints
    other: Ints
    extent: Floats
    aside: Ints


def find_neighbours(x: Floats, y: Floats, radius: Floats | float = 0.0) -> Neighbours:
    """Find the sites whose cells touch.

    Parameters
    ----------
    x, y
        Distinct sites, metres.
    radius
        Of each site, metres; any number if all are equal, for then it does not matter.

    Returns
    -------
    Neighbours
        All sites are set aside if they are fewer than four, or on one line.

    Examples
    --------
    The corners of a square, round its middle, do not see each other across it:

    >>> import numpy as np
    >>> x, y = np.array([0.0, 2.0, 0.0, 2.0, 1.0]), np.array([0.0, 0.0, 2.0, 2.0, 1.0])
    >>> cells = find_neighbours(x, y)
    >>> list(zip(cells.one.tolist(), cells.other.tolist()))
    [(0, 1), (0, 2), (0, 4), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)]
    >>> float(cells.extent[4].round(6))
    1.0
    """
    count = len(x)
    weight = np.broadcast_to(np.square(radius), count).astype(np.float64)
    everyone = np.arange(count)
    stands_for = _stand_ins(x, y, weight) if count else everyone
    alone = stands_for == everyone
    kept = np.flatnonzero(alone)
    kept = kept[_ploughed(x[kept], y[kept])]
    cells = _cells(x[kept], y[kept], weight[kept]) if len(kept) >= LEAST else None
    if cells is None:
        nobody = np.empty(0, dtype=np.int64)
        return Neighbours(nobody, nobody, np.full(count, np.inf), everyone)
    extent = _extents(x, y, weight, kept[cells.corners])
    extent[kept[cells.endless]] = np.inf
    # what stands in for another may be seen a little less far
    extent = np.where(alone, extent, extent[stands_for] * ROOM)
    aside = np.sort(np.append(kept[cells.aside], np.flatnonzero(~alone)))
    return Neighbours(*_pairs(kept[cells.one], kept[cells.other]), extent, aside)


def _stand_ins(x: Floats, y: Floats, weight: Floats) -> Ints:
    """Give for each site the one that stands in for it: itself, but for those at about one point.

    Of those that are linked by steps of less than `NEAR_M`, it is the heaviest, or the first.
    """
    stands_for = np.arange(len(x))
    order = np.argsort(x, kind="stable")
    close = np.diff(x[order]) < NEAR_M
    beside = order[np.append(close, False) | np.append(False, close)]
    points = shapely.points(x[beside], y[beside])
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=NEAR_M)
    if len(beside) and (pairs[0] != pairs[1]).any():
        rank = np.empty(len(x), dtype=np.int64)  # the heaviest first
        by_rank = np.lexsort((np.arange(len(x)), -weight))
        rank[by_rank] = np.arange(len(x))
        one, other = beside[pairs]
        while (rank[one] != rank[other]).any():
            least = np.minimum(rank[one], rank[other])
            np.minimum.at(rank, one, least)
            np.minimum.at(rank, other, least)
        stands_for = by_rank[rank]
    return stands_for


def _ploughed(x: Floats, y: Floats) -> Ints:
    """Order sites strip by strip, to and fro: each is near the one before, and found from there."""
    strip = np.empty(len(x), dtype=np.int64)
    strip[np.argsort(y, kind="stable")] = np.arange(len(x)) // np.ceil(np.sqrt(2 * len(x)))
    return np.lexsort((np.where(strip % 2 == 0, x, -x), strip))


class _Cells(NamedTuple):
    """The cells of some sites, by the positions of the sites."""

    one: Ints  # pairs whose cells touch; they may come twice
    other: Ints
    corners: Ints  # the three sites whose cells meet at each corner
    endless: Ints  # those whose cells have no end, or an unknown one
    aside: Ints


def _cells(x: Floats, y: Floats, weight: Floats) -> _Cells | None:
    """Find the cells of at least four sites; None if they are on a line."""
    cells = None
    if np.ptp(weight) == 0:
        cells = _triangulate(x, y)
    return _wrap(x, y, weight) if cells is None else cells


def _triangulate(x: Floats, y: Floats) -> _Cells | None:
    """Find the cells of sites of one weight; None without startinpy, or if they are on a line."""
    try:
        import startinpy  # noqa: PLC0415 - not made for every machine
    except ImportError:
        return None
    mesh = startinpy.DT()
    mesh.snap_tolerance = NEAR_M / 2
    mesh.insert(np.column_stack([x, y, np.zeros(len(x))]))
    triangles = mesh.triangles.astype(np.int64) - 1  # its first vertex stands for infinity
    if len(triangles) == 0 or mesh.number_of_vertices() != len(x):
        return None
    one, other = _sides(triangles)
    nobody = np.empty(0, dtype=np.int64)
    return _Cells(one, other, triangles, mesh.convex_hull().astype(np.int64) - 1, nobody)


def _wrap(x: Floats, y: Floats, weight: Floats) -> _Cells | None:
    """Lift the sites and wrap them, under one point above them all; None if they are on a line."""
    from scipy.spatial import ConvexHull, QhullError  # noqa: PLC0415 - takes a fifth of a second

    count = len(x)
    x, y = x - x.mean(), y - y.mean()
    unit = max(np.abs(x).max(), np.abs(y).max())
    x, y = x / unit, y / unit
    height = x**2 + y**2 + (weight.max() - weight) / unit**2
    lifted = np.vstack([np.column_stack([x, y, height]), [0.0, 0.0, height.max() + 10]])
    try:
        hull = ConvexHull(lifted, qhull_options="Qc")
    except QhullError:
        return None
    facets = hull.simplices.astype(np.int64)
    cornered = (facets < count).all(axis=1) & (hull.equations[:, 2] < 0)  # facets seen from below
    aside = np.unique(hull.coplanar[:, 0]).astype(np.int64)
    endless: Ints = np.append(np.unique(facets[~cornered]), aside)
    one, other = _sides(facets)
    both = np.maximum(one, other) < count
    return _Cells(
        one[both],
        other[both],
        facets[cornered],
        endless[endless < count],
        aside[aside < count],
    )


def _extents(x: Floats, y: Floats, weight: Floats, triangles: Ints) -> Floats:
    """Give the distance from each site to the farthest corner of its cell, 0 without a cell.

    A corner is where three sites have the same power: seen from site a, 2 q.u = u² - (w_b - w_a)
    with u = b - a, and likewise for c.
    """
    a, b, c = triangles.T
    ux, uy, vx, vy = x[b] - x[a], y[b] - y[a], x[c] - x[a], y[c] - y[a]
    u = ux**2 + uy**2 - weight[b] + weight[a]
    v = vx**2 + vy**2 - weight[c] + weight[a]
    twice = 2 * (ux * vy - uy * vx)
    with np.errstate(divide="ignore", invalid="ignore"):
        qx, qy = (vy * u - uy * v) / twice, (ux * v - vx * u) / twice
    extent = np.zeros(len(x))
    for site, dx, dy in ((a, qx, qy), (b, qx - ux, qy - uy), (c, qx - vx, qy - vy)):
        np.maximum.at(extent, site, np.nan_to_num(np.hypot(dx, dy), nan=np.inf, posinf=np.inf))
    return extent


def _sides(triangles: Ints) -> tuple[Ints, Ints]:
    """List the ends of the sides of triangles."""
    a, b, c = triangles.T
    return np.concatenate([a, b, c]), np.concatenate([b, c, a])


def _pairs(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """List pairs, each once, the lower site first."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    count = int(high.max(initial=0)) + 1
    key = np.sort(low * count + high)
    key = key[np.diff(key, prepend=-1) > 0]
    return key // count, key % count
