"""Very many points within reach: the squares must give what asking every point gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from epn_geo.geometry import lookup, nearness
from epn_geo.geometry.lookup import Sites
from epn_geo.geometry.nearness import reached_within


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 9999),
    side=st.sampled_from([0.0, 900.0, 20_000.0, 300_000.0]),
    sites=st.integers(1, 40),
)
def test_squares_give_what_asking_every_point_gives(seed: int, side: float, sites: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-side, side, (2, 2000)).round(-1)  # many on the edges of squares
    site_x, site_y = rng.uniform(-side, side, (2, sites)).round(-1)
    radii = [500.0, 5000.0, 12_345.6]
    distance, _ = cKDTree(np.column_stack([site_x, site_y])).query(np.column_stack([x, y]))
    for radius, reached in zip(radii, reached_within(x, y, site_x, site_y, radii), strict=True):
        assert np.array_equal(reached, distance <= radius)


def test_most_points_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2026)
    x, y = rng.uniform(0, 100_000, (2, 50_000))
    site_x, site_y = rng.uniform(0, 100_000, (2, 400))
    asked = []

    class Counting(Sites):
        def distance(self, x, y):
            asked.append(len(x))
            return super().distance(x, y)

    monkeypatch.setattr(nearness, "Sites", Counting)
    reached_within(x, y, site_x, site_y, [5000.0, 10_000.0])
    middles, points = asked
    assert middles <= 4600
    assert points <= 15_000


def test_points_that_are_nowhere_and_no_site_at_all() -> None:
    x = np.array([0.0, np.nan, np.inf, 3.0])
    [near] = reached_within(x, np.zeros(4), np.zeros(1), np.zeros(1), [1.0])
    assert near.tolist() == [True, False, False, False]
    [none] = reached_within(x, np.zeros(4), np.empty(0), np.empty(0), [1.0])
    assert not none.any()
    [no_point] = reached_within(x[1:3], x[1:3], np.zeros(1), np.zeros(1), [1.0])
    assert no_point.tolist() == [False, False]


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 9999), sites=st.integers(1, 50), points=st.integers(0, 300))
def test_both_ways_to_look_up_the_nearest_agree(seed: int, sites: int, points: int) -> None:
    rng = np.random.default_rng(seed)
    site_x, site_y = rng.uniform(6e5, 7e5, (2, sites)).round(-4)  # several on one point
    x, y = rng.uniform(6e5, 7e5, (2, points)).round(-3)
    reach = rng.uniform(0, 5e4, points).round(-3)
    by_all = Sites(site_x, site_y).nearest(x, y)
    assert np.array_equal(by_all[0], Sites(site_x, site_y).distance(x, y))
    near = set(zip(*Sites(site_x, site_y).near(x, y, reach), strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "FEW", -1)
        by_tree = Sites(site_x, site_y).nearest(x, y)
        assert near == set(zip(*Sites(site_x, site_y).near(x, y, reach), strict=True))
    for distance, nearest in (by_all, by_tree):
        assert nearest.dtype == np.int64
        there = np.hypot(x - site_x[nearest], y - site_y[nearest])
        np.testing.assert_allclose(distance, there, rtol=1e-12)
    assert np.array_equal(by_all[0], by_tree[0])
