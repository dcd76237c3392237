"""What a few candidates can save: a good choice, a tight bound, and who cannot be in a best one.

A choice is improved by swapping one candidate for another as long as that helps (M. Teitz and
P. Bart, Operations Research 16 (1968), 955-961). The bound is that of Lagrangian relaxation of the
p-median in its form of savings: each demand i may be served more than once, at a price λᵢ. For any
λ ≥ 0, with ρⱼ(λ) = Σᵢ max(0, sᵢⱼ − λᵢ),

    L(λ) = Σᵢ λᵢ + the sum of the `count` largest ρⱼ(λ)

is a bound on every choice, and L(λ) less the smallest of these ρ plus ρⱼ is one on every choice
that holds another candidate j. Where that is below a choice already known, j can be left out:
exactly, whatever the prices. Good prices are found by subgradient steps.

G. Cornuéjols, M. Fisher and G. Nemhauser, "Location of bank accounts to optimize float", Management
Science 23 (1977), 789-810; M. Held, P. Wolfe and H. Crowder, "Validation of subgradient
optimization", Mathematical Programming 6 (1974), 62-88.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from epn_geo.geometry.arcs import Floats, Ints

ROUNDS = 1500
STEPS = 500_000_000  # pairs looked at altogether: fewer rounds for larger problems
PATIENCE = 30  # rounds without progress before steps are halved


class Prices(NamedTuple):
    """What the search for prices found."""

    bound: float  # on every choice
    with_candidate: Floats  # on every choice that holds the candidate
    chosen: Ints  # the best choice met on the way
    value: float  # what it saves


def swap_candidates(saving: csr_array, chosen: Ints) -> Ints:
    """Swap one candidate for another, the best swap first, as long as that saves more.

    Parameters
    ----------
    saving
        Demand x candidates: what a demand saves if that candidate is chosen, where positive.
    chosen
        Candidates to begin with.

    Returns
    -------
    numpy.ndarray
        As many candidates, in ascending order.

    Examples
    --------
    >>> import numpy as np
    >>> saving = csr_array(np.array([[3.0, 4.0, 0.0], [3.0, 4.0, 0.0], [0.0, 0.0, 9.0]]))
    >>> swap_candidates(saving, np.array([0, 1])).tolist()
    [1, 2]
    """
    row = np.repeat(np.arange(saving.shape[0]), np.diff(saving.indptr))
    now, value = [int(j) for j in chosen], _saved(saving, chosen)
    while True:
        swaps = []
        for place in range(len(now)):
            others = np.array(now[:place] + now[place + 1 :], dtype=np.int64)
            had = _best(saving, others)
            more = np.maximum(saving.data - had[row], 0.0)
            gain = np.bincount(saving.indices, more, minlength=saving.shape[1])
            swaps.append((float(had.sum() + gain.max()), place, int(gain.argmax())))
        most, place, candidate = max(swaps, default=(0.0, 0, 0))
        if most <= value * (1 + 1e-12):
            return np.array(sorted(now), dtype=np.int64)
        now[place], value = candidate, most


def price_demand(saving: csr_array, count: int, chosen: Ints) -> Prices:
    """Find prices of the demands that bound well what `count` candidates can save.

    Parameters
    ----------
    saving
        Demand x candidates: what a demand saves if that candidate is chosen, where positive.
    count
        How many candidates at most.
    chosen
        A good choice: what each demand saves in it is its first price.

    Returns
    -------
    Prices
        Bounds that hold whatever the rounding of the steps, and the best choice met.

    Examples
    --------
    >>> import numpy as np
    >>> saving = csr_array(np.array([[3.0, 2.0, 0.0], [0.0, 2.0, 3.0]]))
    >>> found = price_demand(saving, 1, np.array([1]))
    >>> found.bound, found.with_candidate.tolist()
    (4.0, [4.0, 4.0, 4.0])
    """
    demands, candidates = saving.shape
    row, column = np.repeat(np.arange(demands), np.diff(saving.indptr)), saving.indices
    count = min(count, candidates)
    price = _best(saving, chosen)
    best = Prices(np.inf, np.full(candidates, np.inf), chosen, _saved(saving, chosen))
    length, waited = 1.0, 0
    for _ in range(min(ROUNDS, STEPS // max(saving.nnz, 1))):
        more = np.maximum(saving.data - price[row], 0.0)
        worth = np.bincount(column, more, minlength=candidates).astype(np.float64)
        top = np.argpartition(-worth, count - 1)[:count]
        bound = float(price.sum() + worth[top].sum())
        waited = 0 if bound < best.bound * (1 - 1e-6) else waited + 1
        best = _improved(best, saving, bound, worth, top)
        if waited == PATIENCE:
            length, waited = length / 2, 0
        open_ = np.zeros(candidates)
        open_[top] = 1.0
        slope = 1.0 - np.bincount(row, open_[column] * (more > 0), minlength=demands)
        slope[(price == 0) & (slope > 0)] = 0.0
        steepness = float(slope @ slope)
        if steepness == 0 or bound - best.value <= 1e-9 * bound or length < 1e-3:
            break
        price = np.maximum(price - length * (bound - best.value) / steepness * slope, 0.0)
    return best


def _improved(best: Prices, saving: csr_array, bound: float, worth: Floats, top: Ints) -> Prices:
    """Keep the better of each: bound on all, bound on each candidate, choice."""
    with_candidate = bound + np.minimum(worth - worth[top].min(), 0.0)
    value = _saved(saving, top) if bound < best.bound else -np.inf
    better = value > best.value
    return Prices(
        min(best.bound, bound),
        np.minimum(best.with_candidate, with_candidate),
        np.sort(top) if better else best.chosen,
        value if better else best.value,
    )


def _best(saving: csr_array, chosen: Ints) -> Floats:
    """Give what each demand saves with the best of some candidates."""
    if not len(chosen):
        return np.zeros(saving.shape[0])
    return np.asarray(saving[:, chosen].max(axis=1).toarray(), dtype=np.float64).ravel()


def _saved(saving: csr_array, chosen: Ints) -> float:
    return float(_best(saving, chosen).sum())
