"""Covering problems as mixed integer programmes, handed to HiGHS.

Demand is in rows, candidates in columns. Each function makes one model, runs the solver and gives
what it chose with the bound it proved; the value is computed from the choice, not taken from the
solver. `covering` holds what comes before: reductions, and greedy answers with their bound.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array, eye_array, hstack

from epn_geo.geometry.arcs import Bools, Floats, Ints

PROOF = 1e-8  # relative gap below which an answer counts as proven
SLACK = 1e-6  # the solver's own tolerance
LARGE = 1e6
INFEASIBLE = 2  # as scipy.optimize.milp says it


class Covering(NamedTuple):
    """Who would be served by whom, and what each is worth."""

    reach: csr_array  # demand x candidates, 1 where the candidate is within reach
    weight: Floats  # of each demand
    need: Ints  # how many candidates a demand needs before it counts


class Choice(NamedTuple):
    """The candidates chosen, their value, and the value that no choice can pass."""

    chosen: Ints
    value: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether nothing better exists."""
        return abs(self.bound - self.value) <= PROOF * max(abs(self.bound), abs(self.value))


def solve_cover(
    problem: Covering, count: int, time_limit_s: float, must: csr_array | None = None
) -> Choice:
    """Maximise Σ w y under need y ≤ Σ x and Σ x ≤ count; y needs no rounding where need is 1.

    Parameters
    ----------
    problem
        What to serve.
    count
        How many candidates at most.
    time_limit_s
        Seconds.
    must
        Rows of which each needs one of its candidates chosen.

    Returns
    -------
    Choice
        The best found; nothing chosen if time ran out before a first answer.

    Examples
    --------
    >>> import numpy as np
    >>> reach = csr_array(np.array([[1.0, 0.0], [0.0, 1.0]]))
    >>> solve_cover(Covering(reach, np.array([2.0, 3.0]), np.array([1, 1])), 1, 60)
    Choice(chosen=array([1]), value=3.0, bound=3.0)
    """
    demands, candidates = problem.reach.shape
    cost, rules = _cover_model(problem, count)
    if must is not None:
        nothing = csr_array((must.shape[0], demands))
        rules.append(LinearConstraint(hstack([must, nothing]), 1, np.inf))
    whole = np.concatenate([np.ones(candidates), problem.need > 1])
    result = _run(cost, whole, rules, time_limit_s)
    chosen = _chosen(result, candidates)
    times = np.asarray(problem.reach[:, chosen].sum(axis=1)).ravel()
    value = float(problem.weight[times >= problem.need].sum()) if len(chosen) else 0.0
    bound = -_bound(result, -np.inf) / _scale(problem.weight)
    return Choice(chosen, value, min(bound, float(problem.weight.sum())))


def relax_cover(problem: Covering, count: int) -> float:
    """Bound what `count` candidates can serve by letting them be chosen in part.

    Parameters
    ----------
    problem
        What to serve.
    count
        How many candidates at most.

    Returns
    -------
    float
        The optimum of the linear relaxation: no whole choice can pass it.

    Examples
    --------
    Three demands, each reached by two of three candidates; one whole candidate serves two of them:

    >>> import numpy as np
    >>> reach = csr_array(1.0 - np.eye(3))
    >>> relax_cover(Covering(reach, np.ones(3), np.ones(3, dtype=int)), 1)
    2.0
    """
    cost, rules = _cover_model(problem, count)
    result = _run(cost, np.zeros(len(cost)), rules, np.inf)
    whole = float(problem.weight.sum())
    return whole if result.fun is None else -float(result.fun) / _scale(problem.weight)


def _cover_model(problem: Covering, count: int) -> tuple[Floats, list[LinearConstraint]]:
    """Give cost and rules of maximum coverage: the candidates' variables, then the demands'."""
    demands, candidates = problem.reach.shape
    need = csr_array((problem.need.astype(float), (range(demands), range(demands))))
    rules = [
        LinearConstraint(hstack([-problem.reach, need]), -np.inf, 0),
        LinearConstraint(_first(candidates, demands), -np.inf, count),
    ]
    cost = np.concatenate([np.zeros(candidates), -problem.weight * _scale(problem.weight)])
    return cost, rules


def _scale(worth: Floats) -> float:
    """Give the factor that makes small figures large beside the solver's absolute tolerance."""
    total = float(worth.sum())
    return LARGE / total if 0 < total < LARGE else 1.0


def solve_least(
    problem: Covering, target: float | None, at_most: int, time_limit_s: float
) -> Choice:
    """Minimise Σ x with every demand served, or with Σ w y at the target and y ≤ Σ x.

    Parameters
    ----------
    problem
        What to serve.
    target
        Weight to serve; None for every demand.
    at_most
        How many candidates at most.
    time_limit_s
        Seconds.

    Returns
    -------
    Choice
        The value is how many were chosen, infinite if none were found; a bound above `at_most`
        says that so few cannot do it.

    Examples
    --------
    >>> import numpy as np
    >>> problem = Covering(csr_array(np.eye(3)), np.ones(3), np.ones(3, dtype=int))
    >>> solve_least(problem, None, 3, 60).value, solve_least(problem, None, 2, 60).bound
    (3.0, 3.0)
    """
    demands, candidates = problem.reach.shape
    if target is None:
        demands = 0
        rules = [LinearConstraint(problem.reach[_hardest(problem.reach)], 1, np.inf)]
    else:
        share = np.concatenate([np.zeros(candidates), problem.weight / target])
        rules = [
            LinearConstraint(hstack([-problem.reach, eye_array(demands)]), -np.inf, 0),
            LinearConstraint(share[None], 1, np.inf),
        ]
    count = _first(candidates, demands)
    rules.append(LinearConstraint(count, -np.inf, at_most))
    result = _run(count[0], count[0], rules, time_limit_s)
    if result.status == INFEASIBLE:
        return Choice(np.empty(0, dtype=np.int64), np.inf, at_most + 1.0)
    chosen = _chosen(result, candidates)
    value = float(len(chosen)) if len(chosen) else np.inf
    return Choice(chosen, value, float(np.ceil(_bound(result, 0.0) - SLACK)))


def solve_saving(saving: csr_array, count: int, time_limit_s: float) -> Choice:
    """Maximise Σ s z under z ≤ x pair by pair, one z at most per demand, and Σ x ≤ count.

    Parameters
    ----------
    saving
        Demand x candidates: what a demand saves if that candidate is chosen, where positive.
    count
        How many candidates at most.
    time_limit_s
        Seconds.

    Returns
    -------
    Choice
        The best found; nothing chosen if time ran out before a first answer.

    Examples
    --------
    >>> import numpy as np
    >>> solve_saving(csr_array(np.array([[3.0, 2.0, 0.0], [0.0, 2.0, 3.0]])), 1, 60)
    Choice(chosen=array([1]), value=4.0, bound=4.0)
    """
    pairs, candidates = saving.nnz, saving.shape[1]
    ones, pair = np.ones(pairs), np.arange(pairs)
    only_if = csr_array((-ones, (pair, saving.indices)), shape=(pairs, candidates))
    once = csr_array((ones, (row_of(saving), pair)), shape=(saving.shape[0], pairs))
    nothing = csr_array((saving.shape[0], candidates))
    count_row = _first(candidates, pairs)
    rules = [
        LinearConstraint(hstack([only_if, eye_array(pairs)]), -np.inf, 0),
        LinearConstraint(hstack([nothing, once]), -np.inf, 1),
        LinearConstraint(count_row, -np.inf, count),
    ]
    scale = _scale(saving.data)
    cost = np.concatenate([np.zeros(candidates), -saving.data * scale])
    result = _run(cost, count_row[0], rules, time_limit_s)
    chosen = _chosen(result, candidates)
    value = float(saving[:, chosen].max(axis=1).sum()) if len(chosen) else 0.0
    bound = -_bound(result, -np.inf) / scale
    return Choice(chosen, value, min(bound, float(saving.data.sum())))


def row_of(matrix: csr_array) -> Ints:
    """Give the row of each entry of a sparse matrix, in the order of its data.

    Parameters
    ----------
    matrix
        Any matrix by rows.

    Returns
    -------
    numpy.ndarray
        Row numbers.

    Examples
    --------
    >>> import numpy as np
    >>> row_of(csr_array(np.array([[1.0, 1.0], [0.0, 1.0]]))).tolist()
    [0, 0, 1]
    """
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def _run(
    cost: Floats, whole: Floats, rules: list[LinearConstraint], time_limit_s: float
) -> OptimizeResult:
    """Minimise to proven optimality, variables between 0 and 1."""
    return milp(
        cost,
        integrality=whole.astype(np.int64),
        bounds=Bounds(0, 1),
        constraints=rules,
        options={"time_limit": float(time_limit_s), "mip_rel_gap": 0.0},
    )


def _first(candidates: int, others: int) -> Floats:
    """Give the row that counts the candidates chosen, which come before the other variables."""
    return np.concatenate([np.ones(candidates), np.zeros(others)])[None]


def _chosen(result: OptimizeResult, candidates: int) -> Ints:
    """List the candidates of the best answer found; none if time ran out before the first."""
    if result.x is None:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.asarray(result.x)[:candidates] > 0.5)


def _bound(result: OptimizeResult, otherwise: float) -> float:
    """Give the least cost that the solver left possible."""
    dual = result.mip_dual_bound
    return float(dual) if dual is not None and np.isfinite(dual) else otherwise


def _hardest(reach: csr_array) -> Bools:
    """Tell which demands must be looked at: the others are served whenever one of these is."""
    size = np.diff(reach.indptr)
    common = (reach @ reach.T).tocoo()
    one, other = common.coords
    implied = (common.data == size[other]) & (
        (size[one] > size[other]) | ((size[one] == size[other]) & (one > other))
    )
    keep = np.ones(reach.shape[0], dtype=bool)
    keep[one[implied]] = False
    return keep
