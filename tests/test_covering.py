"""The covering problems against every possible choice, tried one by one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from epn_geo.deciding import covering
from epn_geo.deciding.covering import Covering, covering_of, max_cover, max_saving, min_cover
from epn_geo.deciding.multipliers import price_demand, swap_candidates

Matrix = npt.NDArray[np.float64]


@st.composite
def instances(draw: st.DrawFn) -> tuple[Matrix, Matrix]:
    """A small table of who reaches whom, and the demands' weights."""
    demands, candidates = draw(st.integers(1, 8)), draw(st.integers(1, 7))
    cells = draw(
        st.lists(st.booleans(), min_size=demands * candidates, max_size=demands * candidates)
    )
    weights = draw(st.lists(st.integers(0, 9), min_size=demands, max_size=demands))
    return np.array(cells, dtype=float).reshape(demands, candidates), np.array(weights, dtype=float)


def problem_of(
    reach: Matrix, weight: Matrix, need: npt.NDArray[np.int64] | None = None
) -> Covering:
    demand, candidate = np.nonzero(reach)
    return covering_of(demand, candidate, weight, reach.shape[1], need)


def choices(candidates: int, count: int) -> list[list[int]]:
    return [[*c] for n in range(count + 1) for c in combinations(range(candidates), n)]


def served(reach: Matrix, weight: Matrix, chosen: list[int], need: int = 1) -> float:
    return float(weight[reach[:, chosen].sum(axis=1) >= need].sum())


@settings(max_examples=120, deadline=None)
@given(instances(), st.integers(1, 4))
def test_maximum_coverage_is_what_trying_every_choice_finds(
    instance: tuple[Matrix, Matrix], count: int
) -> None:
    reach, weight = instance
    best = max(served(reach, weight, c) for c in choices(reach.shape[1], count))
    got = max_cover(problem_of(reach, weight), count)
    assert got.value == best == served(reach, weight, got.chosen.tolist())
    assert len(got.chosen) <= count
    assert got.bound == best
    assert got.proven


@settings(max_examples=120, deadline=None)
@given(instances(), st.integers(1, 4))
def test_the_greedy_answer_is_within_its_bound_and_the_classic_guarantee(
    instance: tuple[Matrix, Matrix], count: int
) -> None:
    reach, weight = instance
    best = max(served(reach, weight, c) for c in choices(reach.shape[1], count))
    got = max_cover(problem_of(reach, weight), count, time_limit_s=0)
    assert got.value <= best <= got.bound
    assert got.value >= (1 - 1 / np.e) * best - 1e-9
    assert got.value == served(reach, weight, got.chosen.tolist())


@settings(max_examples=60, deadline=None)
@given(instances(), st.integers(1, 4), st.sampled_from([1e-7, 0.1, 1e5 / 3]))
def test_the_size_of_the_weights_does_not_matter(
    instance: tuple[Matrix, Matrix], count: int, factor: float
) -> None:
    reach, weight = instance
    best = max(served(reach, weight, c) for c in choices(reach.shape[1], count))
    got = max_cover(problem_of(reach, weight * factor), count)
    assert got.value == pytest.approx(best * factor)
    assert got.bound == pytest.approx(best * factor)
    saving = csr_array(reach * weight[:, None] * factor)
    assert max_saving(saving, count).value == pytest.approx(best * factor)


@settings(max_examples=60, deadline=None)
@given(instances(), st.integers(1, 4))
def test_backup_coverage_is_what_trying_every_choice_finds(
    instance: tuple[Matrix, Matrix], count: int
) -> None:
    reach, weight = instance
    need = np.where(np.arange(len(weight)) % 2, 2, 1)  # every second demand has one place already
    best = max(
        float(weight[reach[:, c].sum(axis=1) >= need].sum()) for c in choices(reach.shape[1], count)
    )
    got = max_cover(problem_of(reach, weight, need), count)
    assert got.value == best
    assert max_cover(problem_of(reach, weight, need), count, time_limit_s=0).bound >= best


@settings(max_examples=80, deadline=None)
@given(instances(), st.sampled_from([0.5, 0.8, 1.0]))
def test_the_least_number_is_what_trying_every_choice_finds(
    instance: tuple[Matrix, Matrix], share: float
) -> None:
    reach, weight = instance
    reachable = reach.any(axis=1)
    target = share * weight[reachable].sum()

    def enough(chosen: list[int]) -> bool:
        if share == 1:
            return bool((reach[reachable][:, chosen].sum(axis=1) > 0).all())
        return served(reach, weight, chosen) >= target - 1e-9

    least = min(len(c) for c in choices(reach.shape[1], reach.shape[1]) if enough(c))
    got = min_cover(problem_of(reach, weight), share)
    assert enough(got.chosen.tolist())
    assert got.value == len(got.chosen) == least
    assert got.bound == least


@settings(max_examples=40, deadline=None)
@given(instances(), st.integers(1, 4))
def test_whether_so_many_are_enough_is_proven_either_way(
    instance: tuple[Matrix, Matrix], at_most: int
) -> None:
    reach, weight = instance
    least = min_cover(problem_of(reach, weight)).value
    got = min_cover(problem_of(reach, weight), at_most=at_most)
    assert (got.value <= at_most) == (least <= at_most)
    assert (got.bound > at_most) == (least > at_most)


@settings(max_examples=80, deadline=None)
@given(instances(), st.integers(1, 4))
def test_the_most_saving_is_what_trying_every_choice_finds(
    instance: tuple[Matrix, Matrix], count: int
) -> None:
    reach, weight = instance
    saving = reach * weight[:, None] * (1 + np.arange(reach.shape[1]))
    best = max(saving[:, c].max(axis=1, initial=0).sum() for c in choices(reach.shape[1], count))
    got = max_saving(csr_array(saving), count)
    assert got.value == pytest.approx(best)
    assert got.proven
    quick = max_saving(csr_array(saving), count, time_limit_s=0)
    assert quick.value <= best + 1e-9
    assert quick.bound >= best - 1e-9


@settings(max_examples=80, deadline=None)
@given(instances(), st.integers(1, 4))
def test_no_price_bounds_below_the_truth(instance: tuple[Matrix, Matrix], count: int) -> None:
    reach, weight = instance
    saving = reach * weight[:, None] * (1 + np.arange(reach.shape[1]) % 3)

    def saved(chosen: list[int]) -> float:
        return float(saving[:, chosen].max(axis=1, initial=0).sum())

    tried = choices(reach.shape[1], count)
    best = max(saved(chosen) for chosen in tried)
    swapped = swap_candidates(csr_array(saving), np.array([0]))
    assert saved(swapped.tolist()) >= saved([0])
    found = price_demand(csr_array(saving), count, swapped)
    assert found.bound >= best - 1e-9
    assert found.value == pytest.approx(saved(found.chosen.tolist()))
    for candidate in range(reach.shape[1]):
        with_it = max(saved(chosen) for chosen in tried if candidate in chosen)
        assert found.with_candidate[candidate] >= with_it - 1e-9


def test_too_many_pairs_for_the_solver_still_give_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(3)
    saving = csr_array(np.maximum(generator.random((60, 40)) - 0.5, 0) * 100)
    exact = max_saving(saving, 5)
    monkeypatch.setattr(covering, "MAX_PAIRS", 0)
    bounded = max_saving(saving, 5)
    assert exact.proven
    assert bounded.value <= exact.value * (1 + 1e-12)
    assert exact.value <= bounded.bound * (1 + 1e-12)
    assert bounded.bound <= exact.value * 1.1


def test_what_must_be_served_is_served_first() -> None:
    reach = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
    problem = problem_of(reach, np.array([1.0, 9.0, 8.0]))
    must = csr_array(reach[:1])
    got = max_cover(problem, 2, must=must, start=np.array([0]))
    assert got.chosen.tolist() == [0, 1]
    assert max_cover(problem, 2).chosen.tolist() == [1, 2]


def test_nothing_to_serve_chooses_nobody() -> None:
    empty = problem_of(np.zeros((3, 2)), np.ones(3))
    assert max_cover(empty, 2).chosen.tolist() == []
    assert min_cover(empty).value == 0
    assert max_saving(csr_array((3, 2)), 2).value == 0


def test_a_time_limit_that_strikes_at_once_still_answers_with_a_bound() -> None:
    generator = np.random.default_rng(0)
    reach = (generator.random((200, 120)) < 0.03).astype(float)
    problem = problem_of(reach, generator.integers(1, 99, 200).astype(float))
    quick = max_cover(problem, 10, time_limit_s=1e-6)
    exact = max_cover(problem, 10, time_limit_s=30)
    assert quick.value <= exact.value <= exact.bound <= quick.bound
    assert quick.value >= 0.9 * exact.value


@settings(max_examples=60, deadline=None)
@given(instances(), st.integers(1, 4))
def test_prices_bound_every_choice_and_every_choice_with_a_candidate(
    instance: tuple[Matrix, Matrix], count: int
) -> None:
    reach, weight = instance
    saving = reach * weight[:, None] * (1 + np.arange(reach.shape[1]))
    count = min(count, reach.shape[1])
    start = np.arange(count)
    found = price_demand(csr_array(saving), count, start)
    for chosen in choices(reach.shape[1], count):
        value = saving[:, chosen].max(axis=1, initial=0).sum()
        assert value <= found.bound + 1e-9
        for candidate in chosen:
            assert value <= found.with_candidate[candidate] + 1e-9
    assert found.value == saving[:, found.chosen].max(axis=1, initial=0).sum()
