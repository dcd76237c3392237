"""Inequality: worlds computed by hand, definitions written out, and the PySAL package."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.inequality import (
    gini_index,
    lorenz_curve,
    measure_inequality,
    palma_ratio,
    shortfall_index,
    theil_index,
)

people_and_values = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 6), st.sampled_from("abc")),
    min_size=1, max_size=15,
).filter(lambda rows: any(value for value, _, _ in rows))  # fmt: skip


def written_out(values: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Give one value per person, the worst served first."""
    return np.sort(np.repeat(values, people)).astype(float)


@settings(deadline=None, max_examples=80)
@given(people_and_values)
def test_gini_and_theil_are_those_of_people_written_out(rows: list[tuple[int, int, str]]) -> None:
    values, people, _ = (np.array(column) for column in zip(*rows, strict=True))
    each = written_out(values, people)
    mean, n = each.mean(), len(each)
    pairs = np.abs(each[:, None] - each[None, :]).sum()
    assert gini_index(values, people) == pytest.approx(pairs / (2 * mean * n * n), abs=1e-12)
    theil = sum(x / mean * np.log(x / mean) for x in each if x > 0) / n
    assert theil_index(values, people).total == pytest.approx(theil, abs=1e-12)
    for alpha in (0, 1, 2):
        line = 10.0
        short = sum(((line - x) / line) ** alpha for x in each if x < line) / n
        assert shortfall_index(values, line, people, alpha=alpha) == pytest.approx(short)


@settings(deadline=None, max_examples=60)
@given(people_and_values)
def test_theil_is_the_sum_of_its_parts(rows: list[tuple[int, int, str]]) -> None:
    values, people, groups = (np.array(column) for column in zip(*rows, strict=True))
    found = theil_index(values, people, groups.tolist())
    total, mean = (values * people).sum(), (values * people).sum() / people.sum()
    within = between = 0.0
    for group in np.unique(groups):
        x, w = values[groups == group], people[groups == group]
        if (x * w).sum() > 0:
            share = (x * w).sum() / total
            within += share * theil_index(x, w).total
            between += share * np.log((x * w).sum() / w.sum() / mean)
    assert found.between == pytest.approx(between, abs=1e-12)
    assert found.within == pytest.approx(within, abs=1e-12)
    assert found.total == pytest.approx(between + within, abs=1e-12)


def test_by_hand() -> None:
    assert gini_index([0, 0, 0, 1]) == 0.75  # one of four has everything: 1 - 1/4
    assert gini_index([5, 5, 5]) == 0
    assert gini_index([0, 0]) == 0
    assert palma_ratio([1.0] * 10) == pytest.approx(0.25)
    assert palma_ratio([1, 1, 1, 1, 1, 1, 1, 1, 1, 9]) == pytest.approx(9 / 4)
    assert palma_ratio([0, 0, 0, 0, 0, 1]) == np.inf
    assert np.isnan(palma_ratio([0.0, 0.0]))
    assert theil_index([0, 2]).total == pytest.approx(np.log(2))
    curve = lorenz_curve([4, 1], [1, 3])
    assert curve.people.tolist() == [0, 0.75, 1]
    assert curve.access.tolist() == [0, 3 / 7, 1]


def test_palma_divides_a_commune_that_stands_on_the_limit() -> None:
    # two communes of equal numbers, 1 and 3 each: the bottom 40 % have 0.4, the top tenth 0.3
    assert palma_ratio([1, 3], [50, 50]) == pytest.approx(0.3 / 0.4)


@pytest.mark.parametrize("seed", range(3))
def test_figures_of_the_pysal_inequality_package(seed: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gini = pytest.importorskip("inequality.gini", reason="PySAL inequality is not installed")
        theil = pytest.importorskip("inequality.theil", reason="PySAL inequality is not installed")
    rng = np.random.default_rng(seed)
    values, groups = rng.lognormal(1, 0.8, 60), rng.integers(0, 5, 60)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert gini_index(values) == pytest.approx(gini.Gini(values).g)
        parts = theil.TheilD(values, groups)
    ours = theil_index(values, groups=groups.tolist())
    assert ours.total == pytest.approx(float(np.ravel(parts.T)[0]))
    assert ours.between == pytest.approx(float(np.ravel(parts.bg)[0]))
    assert ours.within == pytest.approx(float(np.ravel(parts.wg)[0]))


def test_missing_figures_are_counted_not_guessed() -> None:
    frame = pd.DataFrame(
        {"population": [100, 300, 50], "acces_pour_10000_hab": [1.0, 3.0, np.nan],
         "code_epci": ["a", "a", None], "epci": ["A", "A", None]}
    )  # fmt: skip
    table = measure_inequality(frame, by=["epci"])
    assert table["niveau"].tolist() == ["ensemble", "epci", "epci"]
    first = table.iloc[0]
    assert first["population"] == 450
    assert first["population_sans_donnee"] == 50
    assert first["moyenne"] == 2.5
    assert first["seuil"] == 1.25
    assert first["part_sous_le_seuil"] == 0.25
    assert first["profondeur"] == pytest.approx(0.25 * 0.2)
    assert first["part_entre_epci"] == 0
    assert table["gini"].isna().tolist() == [False, True, False]
    assert table["nom"].tolist()[2] == "A"


def test_what_cannot_be_measured_is_explained() -> None:
    with pytest.raises(epn.DataError, match="must not be negative"):
        gini_index([-1.0, 2.0])
    with pytest.raises(epn.DataError, match="no value with people"):
        gini_index([np.nan])
    with pytest.raises(epn.DataError, match="2 populations for 1 values"):
        gini_index([1.0], [1, 2])
    with pytest.raises(epn.DataError, match="positive number"):
        shortfall_index([1.0], 0)
    frame = pd.DataFrame({"population": [1], "acces": [1.0]})
    with pytest.raises(epn.ColumnError, match="Did you mean 'acces'"):
        measure_inequality(frame, "access")
    with pytest.raises(epn.DataError, match="Did you mean 'epci'"):
        measure_inequality(frame, "acces", by=["ecpi"])
