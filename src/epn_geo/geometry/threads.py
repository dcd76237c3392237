"""The same work on several things at a time: NumPy, SciPy and GEOS let others run meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def each(work: Callable[..., Result], *several: Sequence[Any]) -> list[Result]:
    """Do the same work for each of several things, on all cores.

    Parameters
    ----------
    work
        What to do. It must not change what others read.
    *several
        Its arguments, as for `map`; all of one length.

    Returns
    -------
    list
        The results, in order.

    Examples
    --------
    >>> each(pow, [2, 3], [5, 4])
    [32, 81]
    """
    workers = max(min(len(several[0]), os.cpu_count() or 1), 1)
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, *several))
