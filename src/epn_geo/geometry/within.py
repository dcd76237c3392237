"""Which polygon holds each of very many points, without making geometry of the points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from epn_geo.geometry.arcs import Floats, Ints

BIN_M = 1000.0  # side of the squares by which cells are looked up
OFTEN = 12  # times that a polygon is asked before an index of its edges pays off
PAIRS_AT_ONCE = 4_000_000  # candidate pairs of cell and polygon held in memory


def cells_within(
    x: Floats, y: Floats, polygons: npt.NDArray[Any], *, block: int = PAIRS_AT_ONCE
) -> Ints:
    """Find the polygon that each point lies in, without making geometry of the points.

    Parameters
    ----------
    x, y
        Points, metres. What is not finite lies nowhere.
    polygons
        Polygons in the same CRS, missing ones passed over. Of several that hold a point (it stands
        on their border), the first has it.
    block
        How many pairs of point and polygon to look at together.

    Returns
    -------
    numpy.ndarray
        The position of the polygon, or -1.

    Examples
    --------
    >>> squares = shapely.box([0, 1000], [0, 0], [1000, 2000], [1000, 1000])
    >>> cells_within(np.array([500.0, 1000.0, 1500.0, 9e9]), np.full(4, 500.0), squares)
    array([ 0,  0,  1, -1])
    """
    row = np.full(len(x), len(polygons), dtype=np.int64)
    for point, polygon in pairs_within(x, y, polygons, block=block):
        np.minimum.at(row, point, polygon)
    row[row == len(polygons)] = -1
    return row


def pairs_within(
    x: Floats, y: Floats, polygons: npt.NDArray[Any], *, block: int = PAIRS_AT_ONCE
) -> Iterator[tuple[Ints, Ints]]:
    """List every polygon that each point lies in, some at a time.

    Parameters
    ----------
    x, y, polygons, block
        As `cells_within`; a point on a border lies in the polygons on either side.

    Yields
    ------
    tuple of numpy.ndarray
        Positions of point and polygon, in no order; no pair comes twice.

    Examples
    --------
    >>> squares = shapely.box([0, 0], [0, 0], [1000, 2000], [1000, 1000])
    >>> found = pairs_within(np.array([500.0, 1500.0]), np.full(2, 500.0), squares)
    >>> sorted((int(p), int(q)) for point, polygon in found for p, q in zip(point, polygon))
    [(0, 0), (0, 1), (1, 1)]
    """
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    bins = _Bins(x[known], y[known])
    for polygon, cell in bins.candidates(shapely.bounds(polygons), block):
        point = known[cell]
        often = polygons[np.bincount(polygon, minlength=len(polygons)) >= OFTEN]
        often = often[~shapely.is_prepared(often)]  # the others stay as whoever prepared them
        shapely.prepare(often)
        try:
            inside = shapely.intersects_xy(polygons[polygon], x[point], y[point])
        finally:
            shapely.destroy_prepared(often)
        yield point[inside], polygon[inside]


class _Bins:
    """Points sorted by squares of a kilometre, so that those in a box are a few runs."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self.left, self.low = (float(v.min()) if len(v) else 0.0 for v in (x, y))
        column, line = self._column(x), self._line(y)
        self.width = int(column.max(initial=0)) + 1
        self.height = int(line.max(initial=0)) + 1
        key = line * self.width + column
        self.order = np.argsort(key, kind="stable")
        self.keys = key[self.order]

    def _column(self, x: Floats) -> Ints:
        return np.floor((x - self.left) / BIN_M).astype(np.int64)

    def _line(self, y: Floats) -> Ints:
        return np.floor((y - self.low) / BIN_M).astype(np.int64)

    def candidates(self, bounds: Floats, block: int) -> Any:
        """Yield pairs (polygon, point) whose boxes meet, a block of them at a time."""
        box = np.flatnonzero(np.isfinite(bounds).all(axis=1))
        first = np.clip(self._column(bounds[box, 0]), 0, self.width)
        last = np.clip(self._column(bounds[box, 2]), -1, self.width - 1)
        low = np.clip(self._line(bounds[box, 1]), 0, self.height)
        high = np.clip(self._line(bounds[box, 3]), -1, self.height - 1)
        lines = np.where(last >= first, np.maximum(high - low + 1, 0), 0)
        which, step = expand(lines)
        start_key = (low[which] + step) * self.width
        start = np.searchsorted(self.keys, start_key + first[which], side="left")
        end = np.searchsorted(self.keys, start_key + last[which], side="right")
        count = end - start
        total = np.concatenate([[0], np.cumsum(count)])
        at = 0
        while at < len(count):
            stop = max(int(np.searchsorted(total, total[at] + block, side="right")) - 1, at + 1)
            run, offset = expand(count[at:stop])
            run += at
            yield box[which[run]], self.order[start[run] + offset]
            at = stop


def expand(count: Ints) -> tuple[Ints, Ints]:
    """Give, for runs of some lengths, the run each item belongs to and its rank in it.

    Parameters
    ----------
    count
        Lengths of the runs.

    Returns
    -------
    tuple of numpy.ndarray
        Run and rank of each item.

    Examples
    --------
    >>> expand(np.array([2, 0, 1]))
    (array([0, 0, 2]), array([0, 1, 0]))
    """
    run = np.repeat(np.arange(len(count)), count)
    start = np.cumsum(count) - count
    return run, np.arange(len(run)) - start[run]
