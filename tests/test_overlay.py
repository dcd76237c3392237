"""Exact areas against hand computation, drawn circles, and every degenerate case we know."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from epn_geo.geometry.arcs import distinct_discs, visible_arcs
from epn_geo.geometry.overlay import CHORD_M, circles, covered_areas, uncovered_parts

R = 1000.0
SQUARE = np.array([shapely.box(0, 0, 4 * R, 4 * R)])


def areas(polygons: np.ndarray, points: list[tuple[float, float]], radius: object) -> np.ndarray:
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return covered_areas(polygons, distinct_discs(x, y, radius))


def drawn_areas(polygons: np.ndarray, x: np.ndarray, y: np.ndarray, radius: object) -> np.ndarray:
    """Overlay finely drawn circles twice and extrapolate what finer circles would give."""
    coarse, fine = (
        shapely.area(
            shapely.intersection(
                polygons,
                shapely.union_all(shapely.buffer(shapely.points(x, y), radius, quad_segs=n)),
            )
        )
        for n in (128, 256)
    )
    return fine + (fine - coarse) / 3  # the error of n chords falls as 1 / n²


def lens(distance: float) -> float:
    """Area common to two discs of radius R."""
    return 2 * R**2 * np.arccos(distance / 2 / R) - distance / 2 * np.sqrt(4 * R**2 - distance**2)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(2000, 2000)], np.pi * R**2),
        ([(0, 2000)], np.pi * R**2 / 2),
        ([(0, 0)], np.pi * R**2 / 4),
        ([(2000, 2000), (2000, 2000)], np.pi * R**2),
        ([(1000, 2000), (3000, 2000)], 2 * np.pi * R**2),  # tangent discs
        ([(1500, 2000), (2500, 2000)], 2 * np.pi * R**2 - lens(R)),
        ([(-1000, 2000)], 0.0),  # tangent to the side from outside
        ([(9000, 9000)], 0.0),
    ],
)
def test_areas_known_by_hand(points: list[tuple[float, float]], expected: float) -> None:
    assert areas(SQUARE, points, R)[0] == pytest.approx(expected, rel=1e-12, abs=1e-3)


def test_no_disc_covers_nothing_and_a_huge_one_everything() -> None:
    assert areas(SQUARE, [], R)[0] == 0
    assert areas(SQUARE, [(2000, 2000)], 1e6)[0] == 16 * R**2


def test_holes_multiparts_and_missing_outlines() -> None:
    holed = shapely.difference(SQUARE[0], shapely.box(1500, 1500, 2500, 2500))
    apart = shapely.multipolygons([shapely.box(0, 0, 1, 1), shapely.box(3000, 3000, 4000, 4000)])
    polygons = np.array([holed, apart, None, shapely.Polygon()], dtype=object)
    found = areas(polygons, [(2000, 2000)], R)
    assert found[0] == pytest.approx(np.pi * R**2 - 1e6, rel=1e-12)
    overlap = drawn_areas(polygons[1:2], np.array([2000.0]), np.array([2000.0]), R)
    assert found[1] == pytest.approx(overlap[0], rel=1e-7)
    assert found[2:].tolist() == [0, 0]


@pytest.mark.parametrize(
    "points",
    [
        [(500 * i, 2000.0) for i in range(9)],  # on one line
        [(1000.0 * i, 1000.0 * j) for i in range(5) for j in range(5)],  # tangent lattice
        [(2000 + 900 * np.cos(a), 2000 + 900 * np.sin(a)) for a in np.arange(0, 6.28, 0.3)],
        [(2000, 2000), (2000 + 1e-9, 2000), (2000, 2000 + 1e-9)],  # almost the same point
        [(0, 0), (0, 4000), (4000, 0), (4000, 4000)],
    ],
    ids=["line", "lattice", "one circle", "almost one point", "corners"],
)
@pytest.mark.parametrize("radius", [400.0, 500.0, 1000.0, 1414.2135623730951])
def test_degenerate_worlds(points: list[tuple[float, float]], radius: float) -> None:
    x, y = np.array(points, dtype=float).T
    expected = drawn_areas(SQUARE, x, y, radius)
    assert areas(SQUARE, points, radius) == pytest.approx(expected, rel=2e-7, abs=1.0)


worlds = st.integers(1, 25).flatmap(
    lambda n: hnp.arrays(
        float, (n, 2), elements=st.floats(-2000, 6000, allow_nan=False).map(lambda v: round(v, 1))
    )
)


@settings(deadline=None, max_examples=60)
@given(points=worlds, radius=st.sampled_from([300.0, 1000.0, 2500.0]))
def test_equal_discs_agree_with_drawn_circles(points: np.ndarray, radius: float) -> None:
    cells = np.array([shapely.box(i, j, i + 1000, j + 1000) for i in (0, 1000) for j in (0, 1000)])
    expected = drawn_areas(cells, *points.T, radius)
    found = covered_areas(cells, distinct_discs(*points.T, radius))
    assert found == pytest.approx(expected, rel=1e-6, abs=2.0)


@settings(deadline=None, max_examples=60)
@given(points=worlds, data=st.data())
def test_unequal_discs_agree_with_drawn_circles(points: np.ndarray, data: st.DataObject) -> None:
    several = st.sampled_from([200.0, 700.0, 1000.0, 3000.0])
    radius = np.array([data.draw(several) for _ in points])
    expected = drawn_areas(SQUARE, *points.T, radius)
    found = covered_areas(SQUARE, distinct_discs(*points.T, radius))
    assert found == pytest.approx(expected, rel=1e-6, abs=2.0)


# circles through corners, tangent to edges and to each other, centres on one circle or on a border
lattices = st.integers(1, 12).flatmap(
    lambda n: hnp.arrays(float, (n, 2), elements=st.integers(-4, 11).map(lambda v: 500.0 * v))
)


@settings(deadline=None, max_examples=150)
@given(
    points=lattices,
    radius=st.sampled_from([500.0, 1000.0, 500 * 2**0.5, 500 * 5**0.5, 2500.0]),
    jitter=st.sampled_from([0.0, 1e-9, 1e-7, 1e-4]),
    seed=st.integers(0, 99),
)
def test_worlds_where_everything_touches(
    points: np.ndarray, radius: float, jitter: float, seed: int
) -> None:
    x, y = (points + np.random.default_rng(seed).normal(0, jitter, points.shape)).T
    cells = np.array([shapely.box(i, j, i + 1000, j + 1000) for i in (0, 1000) for j in (0, 1000)])
    discs = distinct_discs(x, y, radius)
    found = covered_areas(cells, discs)
    assert found == pytest.approx(drawn_areas(cells, x, y, radius), rel=1e-6, abs=2.0)
    left = uncovered_parts(cells, discs)
    assert shapely.is_valid(left[~shapely.is_missing(left)]).all()
    drawn = np.nan_to_num(shapely.area(left))
    assert np.abs(shapely.area(cells) - found - drawn).max() < CHORD_M * 8000


@settings(deadline=None, max_examples=60)
@given(points=worlds, radius=st.sampled_from([300.0, 1000.0, 2500.0]))
def test_what_is_left_has_the_area_that_is_left(points: np.ndarray, radius: float) -> None:
    discs = distinct_discs(*points.T, radius)
    left = uncovered_parts(SQUARE, discs)
    drawn = np.nan_to_num(shapely.area(left))
    exact = shapely.area(SQUARE) - covered_areas(SQUARE, discs)
    arcs = visible_arcs(discs)
    length = ((arcs.end - arcs.start) * discs.radius[arcs.disc]).sum()
    assert shapely.is_valid(left[~shapely.is_missing(left)]).all()
    assert exact[0] - 1 <= drawn[0] <= exact[0] + CHORD_M * length + 1


def test_neighbours_are_cut_at_the_same_points() -> None:
    halves = np.array([shapely.box(0, 0, 2000, 4000), shapely.box(2000, 0, 4000, 4000)])
    left = uncovered_parts(halves, distinct_discs(np.array([2000.0]), np.array([1000.0]), R * 1.5))
    whole = shapely.union_all(left)
    assert shapely.area(whole) == pytest.approx(shapely.area(left).sum(), rel=1e-12)
    assert whole.geom_type == "Polygon"


@pytest.mark.parametrize("radius", [100.0, 10_000.0, 200_000.0])
def test_drawn_circles_are_nowhere_far_from_the_true_ones(radius: float) -> None:
    discs = distinct_discs(np.zeros(1), np.zeros(1), radius)
    middles = shapely.get_coordinates(circles(discs)[0].segmentize(1.0).boundary)
    assert radius - np.hypot(*middles.T).min() <= CHORD_M + 1e-6
