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

Lifted to the paraboloid z = x² + y² - r², the cells that touch are the edges of the lower hull,
which Qhull finds in n log n.

Source: F. Aurenhammer, "Improved algorithms for discs and balls using power diagrams", Journal of
Algorithms 9 (1988), 151-161.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull, QhullError, cKDTree

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
    hull = _hull(x[kept], y[kept], weight[kept]) if len(kept) >= LEAST else None
    if hull is None:
        nobody = np.empty(0, dtype=np.int64)
        return Neighbours(nobody, nobody, np.full(count, np.inf), everyone)
    above = np.append(kept, count)  # and the point above them all
    facets = above[hull.simplices]
    cornered = (facets < count).all(axis=1) & (hull.equations[:, 2] < 0)  # facets seen from below
    extent = _extents(x, y, weight, facets[cornered])
    aside = above[np.unique(hull.coplanar[:, 0])]
    endless = np.append(np.unique(facets[~cornered]), aside)
    extent[endless[endless < count]] = np.inf
    # what stands in for another may be seen a little less far
    extent = np.where(alone, extent, extent[stands_for] * ROOM)
    aside = np.append(aside[aside < count], np.flatnonzero(~alone))
    return Neighbours(*_sides(facets, count), extent, np.sort(aside).astype(np.int64))


def _stand_ins(x: Floats, y: Floats, weight: Floats) -> Ints:
    """Give for each site the one that stands in for it: itself, but for those at about one point.

    Of those that are linked by steps of less than `NEAR_M`, it is the heaviest, or the first.
    """
    stands_for = np.arange(len(x))
    order = np.argsort(x, kind="stable")
    close = np.diff(x[order]) < NEAR_M
    beside = order[np.append(close, False) | np.append(False, close)]
    pairs = cKDTree(np.column_stack([x[beside], y[beside]])).query_pairs(
        NEAR_M, output_type="ndarray"
    )
    if len(pairs):
        rank = np.empty(len(x), dtype=np.int64)  # the heaviest first
        by_rank = np.lexsort((np.arange(len(x)), -weight))
        rank[by_rank] = np.arange(len(x))
        one, other = beside[pairs].T
        while (rank[one] != rank[other]).any():
            least = np.minimum(rank[one], rank[other])
            np.minimum.at(rank, one, least)
            np.minimum.at(rank, other, least)
        stands_for = by_rank[rank]
    return stands_for


def _hull(x: Floats, y: Floats, weight: Floats) -> ConvexHull | None:
    """Lift the sites and wrap them, under one point above them all; None if they are on a line."""
    x, y = x - x.mean(), y - y.mean()
    unit = max(np.abs(x).max(), np.abs(y).max())
    x, y = x / unit, y / unit
    height = x**2 + y**2 + (weight.max() - weight) / unit**2
    lifted = np.column_stack([x, y, height])
    try:
        return ConvexHull(np.vstack([lifted, [0.0, 0.0, height.max() + 10]]), qhull_options="Qc")
    except QhullError:
        return None


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


def _sides(facets: Ints, count: int) -> tuple[Ints, Ints]:
    """List the pairs of sites that share a facet, each pair once."""
    ends = np.concatenate([facets[:, [0, 1]], facets[:, [1, 2]], facets[:, [2, 0]]])
    low, high = ends.min(axis=1), ends.max(axis=1)
    key = np.sort((low * count + high)[high < count])
    key = key[np.diff(key, prepend=-1) > 0]
    return key // count, key % count
