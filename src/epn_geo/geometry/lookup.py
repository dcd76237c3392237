"""Which of some sites is the nearest, and which are near.

SciPy's k-d tree finds them in log n, and takes a fifth of a second to load. The distances to the
sites of a Région are all measured before that is over: for so few, nothing is loaded.

All coordinates here are metres in one metric CRS.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEW = 12_000_000  # distances that are measured one and all: some hundredths of a second
AT_ONCE = 1 << 15  # of them, what a core keeps at hand
MANY = 50_000  # queries for which threads pay off


class Sites:
    """Sites to look up the nearest of.

    Parameters
    ----------
    x, y
        Metres, all finite, at least one.

    Examples
    --------
    >>> import numpy as np
    >>> sites = Sites(np.array([0.0, 10.0]), np.zeros(2))
    >>> sites.nearest(np.array([1.0, 13.0]), np.zeros(2))
    (array([1., 3.]), array([0, 1]))
    >>> sites.near(np.array([1.0]), np.zeros(1), np.array([9.0]))
    (array([0, 0]), array([0, 1]))
    """

    def __init__(self, x: Floats, y: Floats) -> None:
        self._points = np.column_stack([x, y])

    def nearest(self, x: Floats, y: Floats) -> tuple[Floats, Ints]:
        """Find the nearest site of each point.

        Parameters
        ----------
        x, y
            Points in metres, all finite.

        Returns
        -------
        tuple of numpy.ndarray
            The distance, and the position of the site; of several as near, any.
        """
        if len(x) * len(self._points) <= FEW:
            return self._measure_all(x, y)
        points = np.column_stack([x, y])
        distance, site = self._tree.query(points, workers=_threads(len(x)))
        return np.asarray(distance), np.asarray(site)

    def distance(self, x: Floats, y: Floats) -> Floats:
        """Measure how far the nearest site is from each point.

        Parameters
        ----------
        x, y
            As `nearest`.

        Returns
        -------
        numpy.ndarray
            Metres.
        """
        if len(x) * len(self._points) > FEW:
            return self.nearest(x, y)[0]
        least = np.empty(len(x))
        for some, squared in self._squares(x, y):
            squared.min(axis=0, out=least[some])
        return np.sqrt(least)

    def near(self, x: Floats, y: Floats, reach: Floats) -> tuple[Ints, Ints]:
        """Find all sites within some distance of each point.

        Parameters
        ----------
        x, y, reach
            Points and distances in metres, all finite.

        Returns
        -------
        tuple of numpy.ndarray
            The positions of point and site of each pair, by point.
        """
        if len(x) * len(self._points) <= FEW:
            pairs = [np.empty((2, 0), dtype=np.int64)]
            for some, squared in self._squares(x, y):
                point, site = np.nonzero((squared <= reach[some] ** 2).T)
                pairs.append(np.array([point + some.start, site]))
            point, site = np.concatenate(pairs, axis=1)
            return point, site
        points = np.column_stack([x, y])
        found = self._tree.query_ball_point(
            points, reach, workers=_threads(len(x)), return_sorted=False
        )
        many = np.fromiter(map(len, found), np.int64, len(found))
        site = np.fromiter(chain.from_iterable(found), np.int64, int(many.sum()))
        return np.repeat(np.arange(len(x)), many), site

    @cached_property
    def _tree(self) -> cKDTree:
        from scipy.spatial import cKDTree  # noqa: PLC0415 - takes a fifth of a second

        return cKDTree(self._points)

    def _measure_all(self, x: Floats, y: Floats) -> tuple[Floats, Ints]:
        """Measure every distance; give the least of each point."""
        distance, site = np.empty(len(x)), np.empty(len(x), dtype=np.int64)
        for some, squared in self._squares(x, y):
            site[some] = nearest = squared.argmin(axis=0)
            distance[some] = np.sqrt(squared[nearest, np.arange(len(nearest))])
        return distance, site

    def _squares(self, x: Floats, y: Floats) -> Iterator[tuple[slice, Floats]]:
        """Square all distances, some points at a time: a line for each site."""
        site_x, site_y = self._points.T[:, :, np.newaxis]
        step = max(AT_ONCE // len(site_x), 1)
        for start in range(0, len(x), step):
            some = slice(start, start + step)
            squared = (x[some] - site_x) ** 2
            squared += (y[some] - site_y) ** 2
            yield some, squared


def _threads(queries: int) -> int:
    """Give how many threads pay off: one, or (-1) as many as there are cores."""
    return -1 if queries > MANY else 1
