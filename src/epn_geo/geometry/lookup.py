"""Which of some sites is the nearest.

SciPy's k-d tree finds it in log n, and takes a fifth of a second to load. A Région's worth of sites
is measured, each from everywhere that is asked about, before that is over: then nothing is loaded.

All coordinates here are metres in one metric CRS.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEW = 30_000_000  # distances that are measured one and all: a tenth of a second
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
        distance, site = self._tree.query(points, workers=-1 if len(x) > MANY else 1)
        return np.asarray(distance), np.asarray(site)

    @cached_property
    def _tree(self) -> cKDTree:
        from scipy.spatial import cKDTree  # noqa: PLC0415 - takes a fifth of a second

        return cKDTree(self._points)

    def _measure_all(self, x: Floats, y: Floats) -> tuple[Floats, Ints]:
        """Measure every distance, some points at a time."""
        site_x, site_y = self._points.T[:, :, np.newaxis]
        distance, site = np.empty(len(x)), np.empty(len(x), dtype=np.int64)
        step = max(AT_ONCE // len(site_x), 1)
        for start in range(0, len(x), step):
            some = slice(start, start + step)
            squared = (x[some] - site_x) ** 2 + (y[some] - site_y) ** 2
            site[some] = nearest = squared.argmin(axis=0)
            distance[some] = np.sqrt(squared[nearest, np.arange(len(nearest))])
        return distance, site
