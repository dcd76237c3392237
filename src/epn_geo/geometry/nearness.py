r"""Who is within reach, for very many points: one look at a square settles most of those in it.

A point of a square is no further than half its diagonal from its middle, and the distance to the
nearest centre changes no faster than one walks::

      .-------.     d(middle) + half <= r: all points of the square are within reach
      |   ·   |     d(middle) - half >  r: none is
      '-------'     else each of its points is asked

so that of two million points in a country with 20 000 places, three in ten are asked.

All coordinates here are metres in one metric CRS.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from epn_geo.geometry.arcs import Bools, Floats
from epn_geo.geometry.lookup import Sites

SQUARE_M = 1500.0  # side of the squares: smaller ones settle more points and are more to ask
SLACK_M = 1e-6  # more than rounding
SPARSE = 4  # squares in the box for each point, beyond which squares are not worth while


def reached_within(
    x: Floats, y: Floats, site_x: Floats, site_y: Floats, radii: Sequence[float]
) -> list[Bools]:
    """Tell which points are within each of several radii of any site.

    Parameters
    ----------
    x, y
        Points, metres. What is not finite is out of reach.
    site_x, site_y
        Sites, metres, all finite.
    radii
        Metres.

    Returns
    -------
    list of numpy.ndarray
        One for each radius.

    Examples
    --------
    >>> import numpy as np
    >>> x, nought = np.array([0.0, 6000.0]), np.zeros(1)
    >>> near = reached_within(x, np.zeros(2), nought, nought, [5000.0, 7000.0])
    >>> [reached.tolist() for reached in near]
    [[True, False], [True, True]]
    """
    known = np.isfinite(x) & np.isfinite(y)
    if not known.all():
        found = reached_within(x[known], y[known], site_x, site_y, radii)
        reached = [np.zeros(len(x), dtype=bool) for _ in radii]
        for whole, part in zip(reached, found, strict=True):
            whole[known] = part
        return reached
    if len(site_x) == 0 or len(x) == 0:
        return [np.zeros(len(x), dtype=bool) for _ in radii]
    sites = Sites(site_x, site_y)
    distance, off = _at_middles(x, y, sites)
    doubtful = np.zeros(len(x), dtype=bool)
    for radius in radii:
        doubtful |= np.abs(distance - radius) <= off
    ask = np.flatnonzero(doubtful)
    distance[ask] = sites.distance(x[ask], y[ask])
    return [distance <= radius for radius in radii]


def _at_middles(x: Floats, y: Floats, sites: Sites) -> tuple[Floats, float]:
    """Give the distance at the middle of the square of each point, and how far off that may be."""
    west, south = x.min(), y.min()
    column = ((x - west) / SQUARE_M).astype(np.int64)
    row = ((y - south) / SQUARE_M).astype(np.int64)
    width = int(column.max()) + 1
    squares = width * (int(row.max()) + 1)
    if squares > SPARSE * len(x):
        return np.zeros(len(x)), np.inf
    square = row * width + column
    occupied = np.zeros(squares, dtype=bool)
    occupied[square] = True
    which = np.flatnonzero(occupied)
    distance = np.full(squares, np.inf)
    distance[which] = sites.distance(
        west + (which % width + 0.5) * SQUARE_M, south + (which // width + 0.5) * SQUARE_M
    )
    return distance[square], SQUARE_M / np.sqrt(2) + SLACK_M
