"""Sums by commune that come out the same however the cells were parted, and in whatever order.

Adding floats depends on the order: parts of a grid, added on several machines as they finish, would
give other last digits at every run. Here every number is cut into three whole numbers first ::

    12.3  =  12  +  mid / 2²⁶  +  low / 2⁵²

which are added as integers, exactly, and put together once at the end: the sum is that of
`math.fsum`, to the last bit (numbers below 1 count to 2⁻⁵³). For medians, people are counted by
commune and by step of ten metres, in millionths of a person; integers again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from epn_geo.errors import DataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LIMB = 26  # bits: 2²⁶ such numbers add up exactly in a float
MOST = 2.0**52  # whole numbers up to here are exact in a float
STEP_M = 10.0  # distances are told to the nearest step where they are sorted
STEPS = 32  # bits of a key that say the step
PERSON = 10**6  # one person, in the units that medians count: decimals stay whole numbers
LEVEL_MOST = 2**39  # people of one commune, so that ten times as many millionths are an integer


class Sums(NamedTuple):
    """Sums of several columns by group: each once, in order, with its three integers."""

    group: Ints
    limbs: Ints  # column, limb, group

    @classmethod
    def of(cls, group: Ints, columns: Sequence[Floats | Bools]) -> Sums:
        """Add up columns by group; what belongs to no group (-1) is left out.

        Parameters
        ----------
        group
            Group of each row, from 0.
        columns
            Numbers, none missing; or what is true, which is counted.

        Returns
        -------
        Sums
            Groups that have a row.

        Raises
        ------
        DataError
            If numbers are missing, or too large to be added exactly.

        Examples
        --------
        >>> sums = Sums.of(np.array([2, 0, 2]), [np.array([0.1, 5.0, 0.2])])
        >>> sums.column(0, 3)
        array([5. , 0. , 0.3])
        """
        known = group >= 0
        group = group[known]
        present = np.flatnonzero(np.bincount(group))
        limbs = np.zeros((len(columns), 3, len(present)), dtype=np.int64)
        for column, values in enumerate(columns):
            for limb, weight in enumerate(_limbs(values[known])):
                total = np.bincount(group, weight)[present]
                if not (np.abs(total) < MOST).all():
                    raise DataError("The figures of the grid are too large, or some are missing.")
                limbs[column, limb] = total
        return cls(present, limbs)

    @classmethod
    def merged(cls, several: Sequence[Sums]) -> Sums:
        """Put the sums of parts together.

        Parameters
        ----------
        several
            Sums of the same columns.

        Returns
        -------
        Sums
            Those of all parts.

        Examples
        --------
        >>> part = Sums.of(np.array([1]), [np.array([2.5])])
        >>> Sums.merged([part, part]).column(0, 2)
        array([0., 5.])
        """
        order, starts, group = _runs(np.concatenate([part.group for part in several]))
        limbs = np.concatenate([part.limbs for part in several], axis=2)[:, :, order]
        return cls(group, np.add.reduceat(limbs, starts, axis=2) if len(group) else limbs)

    def column(self, column: int, size: int) -> Floats:
        """Give the sums of a column.

        Parameters
        ----------
        column
            Which one.
        size
            How many groups there are, with and without rows.

        Returns
        -------
        numpy.ndarray
            One per group, rounded once.

        Examples
        --------
        >>> Sums.of(np.array([1, 1]), [np.array([0.5, 0.25])]).column(0, 2)
        array([0.  , 0.75])
        """
        whole, middle, low = self.limbs[column]
        middle = middle + (low >> LIMB)
        whole = whole + (middle >> LIMB)
        mask = (1 << LIMB) - 1
        fraction = ((middle & mask) << LIMB) | (low & mask)
        sums = np.zeros(size)
        sums[self.group] = whole + fraction * 2.0 ** (-2 * LIMB)
        return sums


def _limbs(values: Floats | Bools) -> Iterator[Floats]:
    """Cut numbers into whole ones, to be added in units of 1, 2⁻²⁶ and 2⁻⁵²."""
    if values.dtype == bool:
        yield values.astype(np.float64)
        return
    for _ in range(2):
        whole = np.floor(values)
        yield whole
        with np.errstate(invalid="ignore"):  # infinite numbers, which are refused
            values = (values - whole) * float(1 << LIMB)
    yield np.rint(values)


class Spread(NamedTuple):
    """How people are spread over distances: people by commune and by step of ten metres."""

    key: Ints  # commune and step, each once, in order
    units: Ints  # millionths of people

    @classmethod
    def of(cls, row: Ints, metres: Floats, people: Floats) -> Spread:
        """Count people by commune and distance; without a commune or a distance, they are not.

        Parameters
        ----------
        row
            Commune of each cell, or -1.
        metres
            Distance of each.
        people
            People of each.

        Returns
        -------
        Spread
            What lies between is not kept.

        Examples
        --------
        >>> Spread.of(np.zeros(2, int), np.array([101.0, 98.0]), np.ones(2)).units / PERSON
        array([2.])
        """
        known = (row >= 0) & np.isfinite(metres) & (people > 0)
        steps = np.rint(metres[known] / STEP_M).astype(np.int64)
        units = np.rint(people[known] * PERSON).astype(np.int64)
        order, starts, key = _runs((row[known].astype(np.int64) << STEPS) | steps)
        return cls(key, np.add.reduceat(units[order], starts) if len(key) else units)

    @classmethod
    def merged(cls, several: Sequence[Spread]) -> Spread:
        """Put those of parts together.

        Parameters
        ----------
        several
            Any number of them, one at least.

        Returns
        -------
        Spread
            That of all parts.

        Examples
        --------
        >>> part = Spread.of(np.array([0]), np.array([20.0]), np.ones(1))
        >>> Spread.merged([part, part]).units / PERSON
        array([2.])
        """
        order, starts, key = _runs(np.concatenate([part.key for part in several]))
        units = np.concatenate([part.units for part in several])[order]
        return cls(key, np.add.reduceat(units, starts) if len(key) else units)

    def quantile(self, share: tuple[int, int], size: int) -> Floats:
        """Give the smallest distance within which this share of each commune's people live.

        Parameters
        ----------
        share
            As a fraction of whole numbers: ``(9, 10)``.
        size
            How many communes there are.

        Returns
        -------
        numpy.ndarray
            Metres, to the nearest ten; NaN where nobody is known to live.

        Raises
        ------
        DataError
            If a commune has more people than can be counted exactly.

        Examples
        --------
        >>> spread = Spread.of(np.zeros(3, int), np.array([0.0, 900, 1500]), np.array([3.0, 1, 6]))
        >>> spread.quantile((1, 2), 2), spread.quantile((3, 10), 2)
        (array([1500.,   nan]), array([ 0., nan]))
        """
        row = self.key >> STEPS
        starts = np.flatnonzero(np.diff(row, prepend=-1))
        total = np.add.reduceat(self.units, starts) if len(row) else self.units
        if len(total) and total.astype(float).sum() > LEVEL_MOST * float(PERSON):
            raise DataError("The grid has too many people for distances to be sorted exactly.")
        length = np.diff(starts, append=len(row))
        cumulated = np.cumsum(self.units)
        so_far = cumulated - np.repeat(cumulated[starts] - self.units[starts], length)
        enough = so_far * share[1] >= np.repeat(total, length) * share[0]
        at = np.flatnonzero(enough)
        at = at[np.diff(row[at], prepend=-1) != 0]
        metres = np.full(size, np.nan)
        metres[row[at]] = (self.key[at] & ((1 << STEPS) - 1)) * STEP_M
        return metres


def _runs(key: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the order that sorts keys, where each run of equal ones begins, and the keys."""
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    new = np.ones(len(key), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(new)
    return order, starts, ordered[starts]
