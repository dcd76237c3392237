"""Which few of many candidates serve most: exact answers with proof, and quick ones with a bound.

Arrays in, arrays out; `sites` turns territories into them. Demand is in rows, candidates in
columns, and a sparse matrix says who would be served by whom.

- *Maximum coverage*: R. Church and C. ReVelle, "The maximal covering location problem", Papers of
  the Regional Science Association 32 (1974), 101-118.
- *Set cover*: C. Toregas et al., "The location of emergency service facilities", Operations
  Research 19 (1971), 1363-1373.
- *p-median*: C. ReVelle and R. Swain, "Central facilities location", Geographical Analysis 2
  (1970), 30-42.
- *Backup coverage*: K. Hogan and C. ReVelle, "Concepts and applications of backup coverage",
  Management Science 32 (1986), 1434-1444.

A greedy answer comes first, at once. Where each demand counts from its first server on, the value
of a choice has diminishing returns, so that for any choice the best `count` further gains bound
what any other choice of `count` can reach: value + Σ gains (G. Nemhauser, L. Wolsey and M. Fisher,
Mathematical Programming 14 (1978), 265-294). HiGHS (Q. Huangfu and J. Hall, Mathematical
Programming Computation 10 (2018), 119-142) then looks for the optimum among what exact reductions
leave, and proves it unless its time runs out; the bound says how far the answer can be from it.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from epn_geo.deciding.multipliers import best_pairs, price_demand, swap_candidates
from epn_geo.deciding.programmes import (
    SLACK,
    Choice,
    Covering,
    relax_cover,
    row_of,
    solve_cover,
    solve_least,
    solve_saving,
)
from epn_geo.geometry.arcs import Floats, Ints

TIME_LIMIT_S = 60.0
MAX_PAIRS = 1_000_000  # pairs beyond which the exact p-median would not fit the machine


def covering_of(
    demand: Ints, candidate: Ints, weight: Floats, candidates: int, need: Ints | None = None
) -> Covering:
    """Make a covering problem from pairs.

    Parameters
    ----------
    demand, candidate
        Numbers of the demand and of the candidate of each pair within reach, each pair once.
    weight
        What each demand is worth.
    candidates
        How many there are.
    need
        How many candidates each demand needs; 1 by default.

    Returns
    -------
    Covering
        The problem.

    Examples
    --------
    >>> import numpy as np
    >>> pairs = np.array([0, 1, 1]), np.array([0, 0, 1])
    >>> covering_of(*pairs, weight=np.array([5.0, 3.0]), candidates=2).reach.toarray()
    array([[1., 0.],
           [1., 1.]])
    """
    shape = (len(weight), candidates)
    reach = csr_array((np.ones(len(demand)), (demand, candidate)), shape=shape)
    reach.sort_indices()
    if need is None:
        need = np.ones(len(weight), dtype=np.int64)
    return Covering(reach, np.asarray(weight, dtype=np.float64), need)


def max_cover(
    problem: Covering,
    count: int,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    must: csr_array | None = None,
    start: Ints | None = None,
) -> Choice:
    """Choose at most `count` candidates that serve the most weight.

    Parameters
    ----------
    problem
        What to serve.
    count
        How many candidates at most.
    time_limit_s
        Seconds that the solver may take; 0 gives the greedy answer, and as its bound the optimum
        of the linear relaxation.
    must
        Rows of which each needs one of its candidates chosen, whatever that costs.
    start
        A choice that serves `must`, needed with it: the greedy answer begins there.

    Returns
    -------
    Choice
        The value is the weight served, computed from the choice itself. Candidates that add
        nothing are not chosen.

    Examples
    --------
    The candidate that serves most is not one of the best two:

    >>> import numpy as np
    >>> reach = np.array([[1, 0], [2, 0], [0, 1], [1, 1], [2, 2], [3, 2]])
    >>> problem = covering_of(*reach.T, weight=np.array([3.0, 4.0, 4.0, 3.0]), candidates=3)
    >>> max_cover(problem, 2, time_limit_s=0)
    Choice(chosen=array([0, 1]), value=11.0, bound=14.0)
    >>> max_cover(problem, 2)
    Choice(chosen=array([1, 2]), value=14.0, bound=14.0)
    """
    small, kept = _reduce(problem, keep_candidates=must is not None)
    best = greedy_cover(small, count, start)
    if time_limit_s > 0 and not best.proven:
        best = _better(best, solve_cover(small, count, time_limit_s, must))
    elif not best.proven and small.reach.nnz <= MAX_PAIRS:
        best = best._replace(bound=min(best.bound, relax_cover(small, count)))
    return _finish(best, kept, problem.weight)


def min_cover(
    problem: Covering,
    share: float = 1.0,
    *,
    at_most: int | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> Choice:
    """Choose as few candidates as can serve a share of the weight.

    Parameters
    ----------
    problem
        What to serve; demands that no candidate reaches are left out. Each needs one candidate.
    share
        Of the weight that candidates reach, 0-1; 1 is every demand, those without weight too.
    time_limit_s
        Seconds that the solver may take; 0 gives the greedy answer, with 1 as its bound.
    at_most
        Settle for any answer of so many, and for the proof that there is none.

    Returns
    -------
    Choice
        `value` is how many were chosen, `bound` the number below which it cannot be done: above
        `at_most` if that was proven.

    Examples
    --------
    >>> import numpy as np
    >>> reach = np.array([[0, 1], [1, 0], [1, 0], [2, 0], [2, 2], [3, 1], [3, 2]])
    >>> problem = covering_of(*reach.T, weight=np.ones(4), candidates=3)
    >>> min_cover(problem)
    Choice(chosen=array([0, 1]), value=2.0, bound=2.0)
    >>> min_cover(problem, share=0.5).value
    1.0
    """
    served = np.diff(problem.reach.indptr) > 0
    if not served.any():
        return Choice(np.empty(0, dtype=np.int64), 0.0, 0.0)
    # every demand counts alike where all must be served
    weight = np.ones(len(served)) if share >= 1 else problem.weight
    small, kept = _reduce(Covering(problem.reach[served], weight[served], problem.need[served]))
    target = small.weight.sum() * min(share, 1.0) * (1 - 1e-9)
    chosen = _greedy_until(small, target)
    best = Choice(chosen, float(len(chosen)), float(min(1, len(chosen))))
    enough = len(chosen) - 1 if at_most is None else at_most
    if time_limit_s > 0 and not best.proven and len(chosen) > enough:
        found = solve_least(small, None if share >= 1 else target, enough, time_limit_s)
        best = (found if found.value < best.value else best)._replace(bound=found.bound)
    bound = best.bound if at_most is not None else min(best.bound, best.value)
    return Choice(np.sort(kept[best.chosen]), best.value, bound)


def max_saving(saving: csr_array, count: int, *, time_limit_s: float = TIME_LIMIT_S) -> Choice:
    """Choose at most `count` candidates so that what each demand saves with its best one is most.

    Parameters
    ----------
    saving
        Demand x candidates: what a demand saves if that candidate is chosen, where positive.
    count
        How many candidates at most.
    time_limit_s
        Seconds that the solver may take; 0 gives the greedy answer and its bound. Lagrangian
        relaxation leaves it few candidates, or none to look at; where more than a million pairs
        are left, the best choice met is given with the bound of the relaxation.

    Returns
    -------
    Choice
        The value is the sum of the savings.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_array
    >>> max_saving(csr_array(np.array([[3.0, 2.0, 0.0], [0.0, 2.0, 3.0]])), 1)
    Choice(chosen=array([1]), value=4.0, bound=4.0)
    """
    best = greedy_saving(saving, count)
    if time_limit_s > 0 and not best.proven:
        best = _search_saving(saving, count, best, time_limit_s)
    return Choice(np.sort(best.chosen), best.value, max(best.bound, best.value))


def _search_saving(saving: csr_array, count: int, best: Choice, time_limit_s: float) -> Choice:
    """Improve a choice, bound it, and solve what the bound leaves of the candidates."""
    possible, left = np.arange(saving.shape[1]), saving
    chosen = swap_candidates(saving, best.chosen)
    while True:
        priced = price_demand(left, count, chosen)
        # a choice with a candidate left out is worth less than the best one known
        bound = max(priced.bound, best.value, priced.value)
        best = _better(best, Choice(possible[priced.chosen], priced.value, bound))
        kept = np.flatnonzero(priced.with_candidate >= best.value * (1 - 1e-9))
        if best.proven or len(kept) == len(possible):
            break
        # fewer candidates are priced better, and in no time
        possible, left = possible[kept], csr_array(left[:, kept])
        chosen = np.flatnonzero(np.isin(possible, best.chosen))
    left = best_pairs(left, len(possible) - count + 1)
    if best.proven or left.nnz > MAX_PAIRS:
        return best
    found = solve_saving(left, count, time_limit_s)
    bound = max(found.bound, best.value)
    return _better(best, Choice(possible[found.chosen], found.value, bound))


# -- exact reductions


def _reduce(problem: Covering, *, keep_candidates: bool = False) -> tuple[Covering, Ints]:
    """Merge demands that the same candidates serve, and leave out candidates that others dominate.

    Dominance needs demands that count from their first server on: of two equal candidates a demand
    that needs two may want both.
    """
    kept = np.arange(problem.reach.shape[1])
    keep_candidates = keep_candidates or bool((problem.need > 1).any())
    size = (-1, -1)
    while size != problem.reach.shape:
        size = problem.reach.shape
        problem = _merge_demand(problem)
        if not keep_candidates:
            best = _undominated(problem.reach)
            kept = kept[best]
            problem = problem._replace(reach=csr_array(problem.reach[:, best]))
    return problem, kept


def _merge_demand(problem: Covering) -> Covering:
    """Add up demands with the same candidates and need; leave out those that can gain nothing."""
    reach = problem.reach
    reach.sort_indices()
    groups: dict[tuple[int, bytes], int] = {}
    first: list[int] = []
    group = np.full(reach.shape[0], -1)
    useful = (problem.weight > 0) & (np.diff(reach.indptr) >= np.maximum(problem.need, 1))
    for row in np.flatnonzero(useful):
        columns = reach.indices[reach.indptr[row] : reach.indptr[row + 1]]
        key = (int(problem.need[row]), columns.tobytes())
        if key not in groups:
            groups[key] = len(first)
            first.append(int(row))
        group[row] = groups[key]
    rows = np.array(first, dtype=np.int64)
    weight = np.zeros(len(rows))
    np.add.at(weight, group[useful], problem.weight[useful])
    return Covering(csr_array(reach[rows]), weight, problem.need[rows])


def _undominated(reach: csr_array) -> Ints:
    """List the candidates that serve what no other one serves with more; of equals, the first."""
    size = np.asarray(reach.sum(axis=0)).ravel()
    common = (reach.T @ reach).tocoo()
    one, other = common.coords
    within = common.data == size[one]
    larger = (size[other] > size[one]) | ((size[other] == size[one]) & (other < one))
    dominated = size == 0
    dominated[one[within & larger]] = True
    return np.flatnonzero(~dominated)


# -- greedy answers


def greedy_cover(problem: Covering, count: int, start: Ints | None = None) -> Choice:
    """Take the candidate that adds most, again and again, until none adds anything.

    Parameters
    ----------
    problem
        What to serve.
    count
        How many candidates at most.
    start
        Candidates to begin with.

    Returns
    -------
    Choice
        `chosen` in the order of choice; the bound is the one described above, or the whole weight
        where demands need several candidates.

    Examples
    --------
    >>> import numpy as np
    >>> pairs = np.array([0, 1, 2]), np.array([1, 0, 0])
    >>> greedy_cover(covering_of(*pairs, weight=np.array([9.0, 1.0, 1.0]), candidates=2), 2)
    Choice(chosen=array([1, 0]), value=11.0, bound=11.0)
    """
    reach, weight = problem.reach, problem.weight
    if (problem.need <= 1).all() and start is None:
        return greedy_saving(_worth(problem), count)
    chosen = [] if start is None else [int(j) for j in start]
    columns = reach.T.tocsr()
    lacking = problem.need - np.asarray(reach[:, chosen].sum(axis=1)).ravel()
    while len(chosen) < count:
        # a demand that needs two more is worth half to each of the next two
        share = np.where(lacking > 0, weight / np.maximum(lacking, 1), 0.0)
        gain = columns @ share
        gain[chosen] = 0
        if not len(gain) or gain.max() <= 0:
            break
        best = int(gain.argmax())
        chosen.append(best)
        lacking = lacking - reach[:, [best]].toarray().ravel()
    value = float(weight[lacking <= 0].sum())
    return Choice(np.array(chosen, dtype=np.int64), value, float(weight.sum()))


def greedy_saving(saving: csr_array, count: int) -> Choice:
    """Take the candidate that adds most, again and again, until none adds anything.

    Parameters
    ----------
    saving
        Demand x candidates: what a demand saves if that candidate is chosen, where positive.
    count
        How many candidates at most.

    Returns
    -------
    Choice
        `chosen` in the order of choice, with the bound described above.

    Examples
    --------
    >>> import numpy as np
    >>> greedy_saving(csr_array(np.array([[3.0, 2.0], [0.0, 2.0]])), 1)
    Choice(chosen=array([1]), value=4.0, bound=4.0)
    """
    rows, columns = row_of(saving), saving.indices
    had = np.zeros(saving.shape[0])
    chosen: list[int] = []
    value, bound = 0.0, np.inf
    by_candidate = saving.tocsc()
    while True:
        more = np.maximum(saving.data - had[rows], 0.0)
        gain = np.bincount(columns, more, minlength=saving.shape[1])
        bound = min(bound, value + float(np.sort(gain)[::-1][:count].sum()))
        if len(chosen) == count or not len(gain) or gain.max() <= 0:
            break
        best = int(gain.argmax())
        chosen.append(best)
        value += float(gain[best])
        at = slice(by_candidate.indptr[best], by_candidate.indptr[best + 1])
        served = by_candidate.indices[at]
        had[served] = np.maximum(had[served], by_candidate.data[at])
    return Choice(np.array(chosen, dtype=np.int64), float(had.sum()), bound)


def _worth(problem: Covering) -> csr_array:
    """Give what each candidate is worth to each demand that it serves."""
    reach = problem.reach
    values = problem.weight[row_of(reach)]
    return csr_array((values, reach.indices, reach.indptr), shape=reach.shape)


def _greedy_until(problem: Covering, target: float) -> Ints:
    """Take the candidate that adds most until the target is reached; then drop needless ones."""
    enough = problem.reach.shape[1]
    chosen = [int(j) for j in greedy_saving(_worth(problem), enough).chosen]
    times = np.asarray(problem.reach[:, chosen].sum(axis=1)).ravel()
    for candidate in reversed(chosen.copy()):
        without = times - problem.reach[:, [candidate]].toarray().ravel()
        if problem.weight[without > 0].sum() >= target:
            chosen.remove(candidate)
            times = without
    return np.array(chosen, dtype=np.int64)


def _better(one: Choice, other: Choice) -> Choice:
    """Take the choice of higher value, with the tighter bound."""
    best = one if one.value >= other.value else other
    return Choice(best.chosen, best.value, min(one.bound, other.bound))


def _finish(choice: Choice, kept: Ints, weight: Floats) -> Choice:
    """Give the chosen the numbers they had before; whole weights make a whole bound."""
    bound = choice.bound
    if np.all(weight == np.floor(weight)):
        bound = float(np.floor(bound + min(0.5, SLACK * max(1.0, abs(bound)))))
    return Choice(np.sort(kept[choice.chosen]), choice.value, max(bound, choice.value))
