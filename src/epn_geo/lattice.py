"""Which cells of a grid have come already: one bit for each, however many there are.

A cell that comes twice (two vintages in one folder, two levels in one file) would count its people
twice. Cells lie on a lattice, so those that have come are bits in tiles of 512 by 512: the cells
of 100 m of all of France fit in some 12 MB, whatever number of files they come in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNIT = 200  # half metres between neighbours of 100 m, the finest grid that fills its tiles
SHIFT = 1 << 20  # so that no index is negative
TILE = 9  # bits of an index within a tile
SPOT = 2 * TILE  # bits of a key within a tile


class Marks(NamedTuple):
    """Cells of one CRS whose centres lie on one lattice of 100 m."""

    lattice: tuple[int, int, int]  # EPSG code, and where the lattice begins, half metres
    key: Ints  # in order


def marks_of(epsg: Ints, x: Floats, y: Floats) -> list[Marks]:
    """Give the keys of cells, one for each place where a cell may be.

    Parameters
    ----------
    epsg
        CRS of each cell.
    x, y
        Centre of each, whole or half metres.

    Returns
    -------
    list of Marks
        One per CRS and lattice: one for a grid of 100 m or 200 m.

    Examples
    --------
    >>> marks = marks_of(np.array([3035, 3035]), np.array([150.0, 50.0]), np.array([50.0, 50.0]))
    >>> [(mark.lattice, np.diff(mark.key).tolist()) for mark in marks]
    [((3035, 100, 100), [1])]
    """
    column, left = np.divmod(np.rint(x * 2).astype(np.int64), UNIT)
    line, low = np.divmod(np.rint(y * 2).astype(np.int64), UNIT)
    column += SHIFT
    line += SHIFT
    inner = (1 << TILE) - 1
    key = ((line >> TILE << 20) | (column >> TILE)) << SPOT
    key |= ((line & inner) << TILE) | (column & inner)
    parts = (epsg, left, low)
    if all((part == part[:1]).all() for part in parts):
        alike = [int(part[0]) for part in parts if len(part)]
        return [Marks((alike[0], alike[1], alike[2]), np.sort(key))] if alike else []
    distinct, which = np.unique(np.stack(parts), axis=1, return_inverse=True)
    return [
        Marks((int(a), int(b), int(c)), np.sort(key[which.ravel() == at]))
        for at, (a, b, c) in enumerate(distinct.T)
    ]


class Seen:
    """The cells that have come so far."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[tuple[int, int, int], int], npt.NDArray[np.uint8]] = {}

    def add(self, several: Iterable[Marks]) -> tuple[int, float, float] | None:
        """Add cells.

        Parameters
        ----------
        several
            What `marks_of` gave.

        Returns
        -------
        tuple or None
            EPSG code and centre of a cell that had come already, if there is one.

        Examples
        --------
        >>> seen, cell = Seen(), marks_of(np.array([3035]), np.array([300.0]), np.array([100.0]))
        >>> seen.add(cell), seen.add(cell)
        (None, (3035, 300.0, 100.0))
        """
        for marks in several:
            again = marks.key[1:][marks.key[1:] == marks.key[:-1]]
            if len(again):
                return _centre(marks.lattice, int(again[0]))
            tile = marks.key >> SPOT
            starts = np.flatnonzero(np.diff(tile, prepend=-1))
            for start, end in zip(starts, [*starts[1:], len(tile)], strict=True):
                twice = self._mark((marks.lattice, int(tile[start])), marks.key[start:end])
                if twice is not None:
                    return _centre(marks.lattice, twice)
        return None

    def _mark(self, tile: tuple[tuple[int, int, int], int], key: Ints) -> int | None:
        """Set the bits of some cells of one tile, unless one is set."""
        spots = np.zeros(1 << SPOT, dtype=bool)
        spots[key & ((1 << SPOT) - 1)] = True
        bits = np.packbits(spots)
        before = self.tiles.get(tile)
        if before is None:
            self.tiles[tile] = bits
            return None
        if (before & bits).any():
            return (tile[1] << SPOT) | int(np.flatnonzero(np.unpackbits(before & bits))[0])
        before |= bits
        return None


def _centre(lattice: tuple[int, int, int], key: int) -> tuple[int, float, float]:
    """Give the CRS and the centre of the cell that a key stands for."""
    tile, spot = key >> SPOT, key & ((1 << SPOT) - 1)
    column = ((tile & ((1 << 20) - 1)) << TILE) | (spot & ((1 << TILE) - 1))
    line = ((tile >> 20) << TILE) | (spot >> TILE)
    x, y = ((index - SHIFT) * UNIT for index in (column, line))
    return lattice[0], (x + lattice[1]) / 2, (y + lattice[2]) / 2
