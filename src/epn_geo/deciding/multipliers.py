"""What a few candidates can save: a good choice, a tight bound, and who cannot be in a best one.

A choice is improved by swapping one candidate for another as long as that helps (M. Teitz and
P. Bart, Operations Research 16 (1968), 955-961), all swaps weighed at once (R. Whitaker, INFOR 21
(1983), 95-108). The bound is that of Lagrangian relaxation of the p-median in its form of savings:
each demand i may be served more than once, at a price λᵢ. For any λ ≥ 0, with
ρⱼ(λ) = Σᵢ max(0, sᵢⱼ − λᵢ),

    L(λ) = Σᵢ λᵢ + the sum of the `count` largest ρⱼ(λ)

is a bound on every choice, and L(λ) less the smallest of these ρ plus ρⱼ is one on every choice
that holds another candidate j. Where that is below a choice already known, j can be left out:
exactly, whatever the prices. Prices never go below what a demand saves with its second best site of
a good choice: pairs that save less than that add nothing to any ρ, and are not looked at.

Good prices are found by the volume algorithm, which also averages the choices met on its way: the
candidates of the greatest average are nearly always a best choice.

G. Cornuéjols, M. Fisher and G. Nemhauser, "Location of bank accounts to optimize float", Management
Science 23 (1977), 789-810; F. Barahona and R. Anbil, "The volume algorithm: producing primal
solutions with a subgradient method", Mathematical Programming 87 (2000), 385-399.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from epn_geo.geometry.arcs import Floats, Ints

ROUNDS = 2000
STEPS = 1_200_000_000  # pairs looked at altogether: fewer rounds for larger problems
PATIENCE = 20  # rounds without progress before steps are made smaller
SHARE = 0.1  # of the newest choice in the average of all, at first; less and less later
LEAST_SHARE = 0.01
ENOUGH = 1e-9  # relative gap at which the search for prices stops


class Prices(NamedTuple):
    """What the search for prices found."""

    bound: float  # on every choice
    with_candidate: Floats  # on every choice that holds the candidate
    chosen: Ints  # the best choice met on the way
    value: float  # what it saves


class _Pairs(NamedTuple):
    """The pairs of demand and candidate that can matter."""

    demand: Ints
    candidate: Ints
    saved: Floats
    floor: Floats  # of each demand's price
    candidates: int


class _Relaxed(NamedTuple):
    """The relaxed problem at some prices."""

    bound: float
    worth: Floats  # ρ of each candidate
    top: Ints  # the candidates of greatest worth
    slope: Floats  # how the bound falls with each price


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
    row, now = _row_of(saving), np.array(chosen, dtype=np.int64)
    count, candidates = len(now), saving.shape[1]
    while count:
        first, second, nearest = _two_best(saving, now)
        more = np.flatnonzero(saving.data > second[row])
        demand, candidate, saved = row[more], saving.indices[more], saving.data[more]
        gain = np.bincount(candidate, np.maximum(saved - first[demand], 0.0), minlength=candidates)
        # what those who lose their site save all the same with the new one, beyond their second
        back = np.bincount(
            nearest[demand] * candidates + candidate,
            np.minimum(saved, first[demand]) - second[demand],
            minlength=count * candidates,
        ).reshape(count, candidates)
        loss = np.bincount(nearest, first - second, minlength=count)
        net = gain[None] + back - loss[:, None]
        net[:, now] = -np.inf
        place, best = np.unravel_index(net.argmax(), net.shape)
        if not net[place, best] > 1e-12 * first.sum():
            break
        now[place] = best
    return np.sort(now)


def price_demand(saving: csr_array, count: int, chosen: Ints) -> Prices:
    """Find prices of the demands that bound well what `count` candidates can save.

    Parameters
    ----------
    saving
        Demand x candidates: what a demand saves if that candidate is chosen, where positive.
    count
        How many candidates at most.
    chosen
        A good choice: the first prices lie between what each demand saves with its best site and
        with its second best.

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
    candidates = saving.shape[1]
    count = min(count, candidates)
    first, second, _ = _two_best(saving, chosen)
    pairs = _pairs_above(saving, second)
    best = Prices(np.inf, np.full(candidates, np.inf), chosen, float(first.sum()))
    price = held = (first + second) / 2
    mean, trend = np.zeros(candidates), np.zeros(len(first))
    length, waited, share = 1.0, 0, 1.0
    for turn in range(min(ROUNDS, STEPS // max(len(pairs.saved), 1))):
        found = _relax(pairs, price, count)
        progress = best.bound - found.bound
        small = not progress > 1e-4 * (best.bound - best.value)
        waited = waited + 1 if np.isfinite(best.bound) and small else 0
        if progress > 0:
            held = price
            length = min(length * 1.1, 2.0) if found.slope @ trend > 0 else length
        best = _improved(best, saving, found)
        if waited == PATIENCE:
            length, waited = length * 2 / 3, 0
        mean += share * (np.isin(np.arange(candidates), found.top) - mean)
        trend = share * found.slope + (1 - share) * trend
        share = max(SHARE * 0.8 ** (turn // 100), LEAST_SHARE)
        # a price at its floor can only rise
        step = np.where((held <= pairs.floor) & (trend > 0), 0.0, trend)
        steepness, left = float(step @ step), best.bound - best.value
        if steepness == 0 or left <= ENOUGH * best.bound or length < 1e-6:
            break
        price = np.maximum(held - length * left / steepness * step, pairs.floor)
    average = swap_candidates(saving, np.argsort(-mean, kind="stable")[:count])
    value = _saved(saving, average)
    return best._replace(chosen=average, value=value) if value > best.value else best


def best_pairs(saving: csr_array, enough: int) -> csr_array:
    """Keep the pairs that save each demand most.

    Where all but `enough` − 1 candidates are chosen, one of the best `enough` of each demand is, so
    that the others are never its best.

    Parameters
    ----------
    saving
        Demand x candidates: what a demand saves if that candidate is chosen, where positive.
    enough
        How many pairs to keep of each demand.

    Returns
    -------
    scipy.sparse.csr_array
        The same shape; of equals, the first candidates stay.

    Examples
    --------
    >>> import numpy as np
    >>> best_pairs(csr_array(np.array([[4.0, 3, 2, 1], [0, 0, 5, 5]])), 2).toarray().tolist()
    [[4.0, 3.0, 0.0, 0.0], [0.0, 0.0, 5.0, 5.0]]
    """
    row = _row_of(saving)
    order = np.lexsort((saving.indices, -saving.data, row))
    rank = np.arange(saving.nnz) - saving.indptr[row[order]]
    kept = np.sort(order[rank < max(enough, 1)])
    return csr_array((saving.data[kept], (row[kept], saving.indices[kept])), shape=saving.shape)


def _relax(pairs: _Pairs, price: Floats, count: int) -> _Relaxed:
    """Solve the relaxed problem: the candidates that are worth most at these prices."""
    more = np.maximum(pairs.saved - price[pairs.demand], 0.0)
    worth = np.bincount(pairs.candidate, more, minlength=pairs.candidates).astype(np.float64)
    top = np.argpartition(-worth, count - 1)[:count]
    open_ = np.zeros(pairs.candidates)
    open_[top] = 1.0
    served = np.bincount(pairs.demand, open_[pairs.candidate] * (more > 0), minlength=len(price))
    bound = float(price.sum() + worth[top].sum())
    return _Relaxed(bound, worth, top, np.asarray(1.0 - served, dtype=np.float64))


def _improved(best: Prices, saving: csr_array, found: _Relaxed) -> Prices:
    """Keep the better of each: bound on all, bound on each candidate, choice."""
    worth, top = found.worth, found.top
    with_candidate = found.bound + np.minimum(worth - worth[top].min(), 0.0)
    value = _saved(saving, top) if found.bound < best.bound else -np.inf
    better = value > best.value
    return Prices(
        min(best.bound, found.bound),
        np.minimum(best.with_candidate, with_candidate),
        np.sort(top) if better else best.chosen,
        value if better else best.value,
    )


def _pairs_above(saving: csr_array, floor: Floats) -> _Pairs:
    """List the pairs that save more than the floor of their demand."""
    row = _row_of(saving)
    kept = np.flatnonzero(saving.data > floor[row])
    column = saving.indices[kept].astype(np.int64)
    return _Pairs(row[kept], column, saving.data[kept], floor, saving.shape[1])


def _two_best(saving: csr_array, chosen: Ints) -> tuple[Floats, Floats, Ints]:
    """Give what each demand saves with its best and second best candidate, and which is best."""
    saved = np.zeros((saving.shape[0], max(len(chosen), 2)))
    saved[:, : len(chosen)] = saving[:, chosen].toarray()
    nearest = saved.argmax(axis=1)
    ordered = np.partition(saved, -2, axis=1)
    return ordered[:, -1], ordered[:, -2], nearest


def _row_of(saving: csr_array) -> Ints:
    return np.repeat(np.arange(saving.shape[0]), np.diff(saving.indptr))


def _saved(saving: csr_array, chosen: Ints) -> float:
    return float(_two_best(saving, chosen)[0].sum())
