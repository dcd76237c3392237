"""Communes cut once for several radii: the same as one by one, and little looked at closely.

The counts at the end are for information as much as for proof: they say how much work a fixed world
takes, whatever the machine, and fail when it takes notably more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.geometry import chains, cuts, edges, overlay
from epn_geo.geometry.arcs import Discs, distinct_discs, visible_arcs
from epn_geo.geometry.cuts import cut_outlines
from epn_geo.geometry.edges import take_apart
from epn_geo.geometry.neighbours import Neighbours, find_neighbours
from epn_geo.geometry.overlay import CHORD_M, covered_areas, measure_cut, outlines_left
from epn_geo.geometry.zones import left_by_group, left_by_zone
from tests.worlds import make_places

RADII = [700.0, 1000.0, 2500.0]


def island_and_lake() -> np.ndarray:
    """Sixteen squares of 1 km; one has an island, one a lake, one an enclave within it."""
    squares = [shapely.box(i, j, i + 1000, j + 1000) for i in range(0, 4000, 1000) for j in
               range(0, 4000, 1000)]  # fmt: skip
    lake, enclave = shapely.box(2300, 2300, 2700, 2700), shapely.box(1300, 300, 1600, 600)
    squares[10] = squares[10].difference(lake)
    squares[4] = squares[4].difference(enclave)
    squares[0] = shapely.multipolygons([squares[0], shapely.box(-900, -900, -200, -300)])
    return np.array([*squares, enclave, None, shapely.Polygon()], dtype=object)


WORLD = island_and_lake()
sites = st.integers(0, 9999).map(np.random.default_rng)


def random_discs(rng: np.random.Generator, radius: object) -> Discs:
    x, y = rng.uniform(-1500, 5500, (2, rng.integers(1, 30))).round(rng.integers(-3, 2))
    return distinct_discs(x, y, radius)  # rounded to a kilometre, they touch everywhere


def test_edges_that_fall_on_one_number_by_chance_stay_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = take_apart(island_and_lake())
    monkeypatch.setattr(edges, "mix", lambda *ends: np.floor(ends[0]).astype(np.uint64) % 7)
    found = take_apart(island_and_lake())
    assert len(found.edges.x0) == len(expected.edges.x0)
    for found_part, part in zip(
        (*found.sides, *found.edges), (*expected.sides, *expected.edges), strict=True
    ):
        np.testing.assert_array_equal(found_part, part)


@settings(deadline=None, max_examples=60)
@given(rng=sites)
def test_several_radii_give_what_each_gives_by_itself(rng: np.random.Generator) -> None:
    first = random_discs(rng, RADII[0])
    several = [distinct_discs(first.x, first.y, radius) for radius in RADII]
    outlines, group = take_apart(WORLD), np.arange(len(WORLD)) % 5
    for together, discs in zip(cut_outlines(outlines, several), several, strict=True):
        [alone] = cut_outlines(outlines, [discs])
        assert measure_cut(together).tobytes() == measure_cut(alone).tobytes()
        one, other = (
            outlines_left(cut, outlines.area - measure_cut(cut), group, 5)
            for cut in (together, alone)
        )
        assert (shapely.to_wkb(one) == shapely.to_wkb(other)).all()


@settings(deadline=None, max_examples=80)
@given(rng=sites, radius=st.sampled_from(RADII))
def test_a_group_is_the_union_of_its_polygons(rng: np.random.Generator, radius: float) -> None:
    discs = random_discs(rng, radius)
    [cut] = cut_outlines(take_apart(WORLD), [discs])
    group = rng.integers(0, 3, len(WORLD))
    # on a lattice, circles run through corners: some outlines are overlaid, with other chords
    lattice = not np.any(np.append(discs.x, discs.y) % 10)
    alone, own = left_by_group(cut, np.arange(len(WORLD)))
    groups, left = left_by_group(cut, group)
    assert shapely.is_valid(left.outlines).all()
    for one, outline in zip(groups, left.outlines, strict=True):
        union = shapely.union_all(own.outlines[group[alone] == one])
        differ = shapely.area(shapely.symmetric_difference(union, outline))
        assert differ < (CHORD_M * 20_000 if lattice else 1e-3)
    assert left.area.sum() == pytest.approx(own.area.sum(), rel=1e-12, abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(rng=sites, radius=st.sampled_from(RADII))
def test_zones_share_out_all_that_is_left(rng: np.random.Generator, radius: float) -> None:
    [cut] = cut_outlines(take_apart(WORLD), [random_discs(rng, radius)])
    left = left_by_zone(cut)
    exact = cut.outlines.area - measure_cut(cut)
    assert left.area.sum() == pytest.approx(exact.sum(), rel=1e-9, abs=1.0)
    assert set(left.group) == set(range(len(left.outlines)))


def test_borders_that_do_not_match_are_united_all_the_same() -> None:
    """One neighbour has a corner where the other has none: no side has a twin there."""
    left, right = shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)
    bent = shapely.Polygon([(1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1000, 500)])
    discs = distinct_discs(np.array([0.0]), np.array([0.0]), 300.0)
    outlines = []
    for polygons in ([left, right], [left, bent], [left, bent, left]):
        [cut] = cut_outlines(take_apart(np.array(polygons)), [discs])
        _, found = left_by_group(cut, np.zeros(len(polygons), dtype=int))
        outlines.append(found.outlines[0])
    assert [o.geom_type for o in outlines] == ["Polygon"] * 3
    assert [o.area for o in outlines] == pytest.approx([outlines[0].area] * 3, rel=1e-6)


@settings(deadline=None, max_examples=150)
@given(rng=sites, unequal=st.booleans(), by_qhull=st.booleans())
def test_neighbours_hide_all_that_anyone_hides(
    rng: np.random.Generator, *, unequal: bool, by_qhull: bool
) -> None:
    x, y = rng.uniform(0, 9000, (2, 60)).round(rng.integers(-3, 3))
    discs = distinct_discs(x, y, rng.uniform(200, 3000, 60) if unequal else 1500.0)
    nobody, everyone = np.empty(0, dtype=np.int64), np.arange(len(discs.x))
    asked = Neighbours(nobody, nobody, np.full(len(everyone), np.inf), everyone)
    with pytest.MonkeyPatch.context() as patch:
        if by_qhull:
            patch.setitem(sys.modules, "startinpy", None)
        quick = visible_arcs(discs)
    slow = visible_arcs(discs, asked)
    assert seen(quick, discs) == pytest.approx(seen(slow, discs), abs=1e-3)


@pytest.mark.parametrize("size", [4, 60, 3000])
def test_startinpy_and_qhull_find_the_same_cells(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    pytest.importorskip("startinpy", reason="not made for every machine")
    x, y = np.random.default_rng(size).uniform(6e5, 7e5, (2, size))
    quick = find_neighbours(x, y)
    monkeypatch.setitem(sys.modules, "startinpy", None)
    slow = find_neighbours(x, y)
    # where the outermost sites turn in a little, Qhull sees some pairs more, from the side
    pairs, more = (set(zip(c.one.tolist(), c.other.tolist(), strict=True)) for c in (quick, slow))
    assert pairs <= more
    assert len(more) <= len(pairs) + 3 * np.sqrt(size)
    both = np.isfinite(quick.extent) & np.isfinite(slow.extent)
    assert both.sum() >= size - 8 * np.sqrt(size)
    np.testing.assert_allclose(quick.extent[both], slow.extent[both], rtol=1e-6)
    assert len(quick.aside) == len(slow.aside) == 0


def test_sites_on_one_line_are_compared_with_all_that_are_near() -> None:
    x = np.arange(0.0, 60_000.0, 1500.0)
    cells = find_neighbours(x, np.full(len(x), 6.9e6))
    assert len(cells.aside) == len(x)
    discs = distinct_discs(x, np.full(len(x), 6.9e6), 1000.0)
    # each but the outer two is hidden for 4 arccos(0.75) of its turn
    hidden = 4 * np.arccos(0.75) * (len(x) - 1)
    length = float(np.sum(seen(visible_arcs(discs), discs))) / 1000
    assert length == pytest.approx(2 * np.pi * len(x) - hidden)


def test_a_ring_that_crosses_itself_is_walked_by_what_it_winds_round_most() -> None:
    """GEOS looks at one corner of a ring to tell which way it runs; here that is the small loop."""
    bow = shapely.Polygon([(0, 0), (4000, 4000), (4100, 3800), (-100, 800)])
    small_loop_on_top = shapely.Polygon([(0, 0), (3000, 0), (1000, 3300), (2000, 3300)])
    for polygon in (bow, small_loop_on_top, bow.reverse(), small_loop_on_top.reverse()):
        taken = take_apart(np.array([polygon]))
        assert taken.sweep.sum() / 2 == pytest.approx(shapely.area(polygon))
        assert taken.sweep.sum() > 0


def seen(arcs: object, discs: Discs) -> list[float]:
    """Length of what is visible of each circle, metres."""
    turned = np.bincount(arcs.disc, arcs.end - arcs.start, minlength=len(discs.x))  # type: ignore[attr-defined]
    return (turned * discs.radius).tolist()


@pytest.mark.parametrize("apart", [1e-9, 1e-6, 1e-3, 0.1])
def test_places_almost_at_one_point(apart: float) -> None:
    """Qhull, which finds the neighbours, cannot tell such places from each other."""
    rng = np.random.default_rng(5)
    x, y = rng.uniform(0, 1e6, (2, 300))
    twin_x, twin_y = x[:150] + apart, y[:150]
    communes = shapely.box(x - 9000, y - 9000, x + 9000, y + 9000)
    both = distinct_discs(np.append(x, twin_x), np.append(y, twin_y), 5000.0)
    found = covered_areas(communes, both)
    assert found == pytest.approx(
        covered_areas(communes, distinct_discs(x, y, 5000.0)), abs=2e4 * apart + 1e-3
    )


def test_each_place_may_have_a_radius_of_its_own() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.uniform(0, 40_000, (2, 300))
    radius = rng.uniform(500, 6000, 300)
    west, south = (corner.ravel() for corner in np.meshgrid(*[np.arange(0, 40_000, 5000)] * 2))
    cells = shapely.box(west, south, west + 5000, south + 5000)
    coarse, fine = (
        shapely.area(
            shapely.intersection(
                cells,
                shapely.union_all(shapely.buffer(shapely.points(x, y), radius, quad_segs=n)),
            )
        )
        for n in (64, 128)
    )
    found = covered_areas(cells, distinct_discs(x, y, radius))
    assert found == pytest.approx(fine + (fine - coarse) / 3, rel=1e-6, abs=5.0)


@pytest.mark.parametrize("by", ["zone", "commune", "epci"])
def test_a_survey_is_what_its_parts_are(grid: gpd.GeoDataFrame, by: str) -> None:
    places = make_places((2000.0, 2000.0), (9000.0, 12_000.0))
    found = epn.survey(grid, places, [3, 1.5, 2], by=by)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found.coverage, epn.measure_coverage(grid, places, [1.5, 2, 3]))
    each = [epn.find_gaps(grid, places, radius, by=by) for radius in (1.5, 2, 3)]  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found.gaps, pd.concat(each, ignore_index=True))
    assert found.gaps.crs == grid.crs


def test_a_survey_refuses_what_its_parts_refuse(grid: gpd.GeoDataFrame) -> None:
    with pytest.raises(epn.DataError, match="by must be one of"):
        epn.survey(grid, make_places((0.0, 0.0)), by="epcis")  # type: ignore[arg-type]
    with pytest.raises(epn.ColumnError, match="code_epci"):
        epn.survey(grid.drop(columns="code_epci"), make_places((0.0, 0.0)), by="epci")


def hexagons() -> tuple[np.ndarray, Discs]:
    """About 2 000 communes with thirty sides each, and 400 places in clusters."""
    rng = np.random.default_rng(2026)
    step = 3000.0
    column, row = np.meshgrid(np.arange(45), np.arange(45))
    middles = shapely.points((column + row % 2 / 2).ravel() * step, row.ravel() * step * 0.75**0.5)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(middles)))
    cells = shapely.segmentize(cells[shapely.area(cells) < 2 * step**2], 400.0)
    x, y = rng.uniform(0, 135_000, 400), rng.uniform(0, 117_000, 400)
    near = rng.integers(0, 80, 400)
    x, y = x[near] + rng.normal(0, 6000, 400), y[near] + rng.normal(0, 6000, 400)
    return cells, distinct_discs(x, y, 5000.0)


def count_work(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Cut the hexagons for three radii, draw what is left by blocks, and count what it takes."""
    work = {"edges asked for their distance": 0, "outlines left to GEOS": 0}

    def counted(room: object, name: str, what: str, size: Callable[..., int]) -> None:
        function = getattr(room, name)

        def counting(*arguments: object) -> object:
            work[what] += size(*arguments)
            return function(*arguments)

        monkeypatch.setattr(room, name, counting)

    cells, discs = hexagons()
    outlines = take_apart(cells)
    counted(cuts, "_nearest", "edges asked for their distance", lambda _tree, x, _y: len(x))
    counted(chains, "_build", "outlines left to GEOS", lambda _lines, again: int(again.sum()))
    counted(overlay, "_overlay", "outlines left to GEOS", lambda _cut, which: len(which))
    several = [distinct_discs(discs.x, discs.y, r) for r in (5000.0, 10_000.0, 15_000.0)]
    found = list(cut_outlines(outlines, several))
    block = (outlines.x // 20_000 * 10 + outlines.y // 20_000).astype(int)
    for cut in found:
        left_by_group(cut, block)
    cells_of = find_neighbours(discs.x, discs.y)
    return work | {
        "sides": len(outlines.sides.edge),
        "edges": len(outlines.edges.x0),
        "edges cut by circles": sum(len(cut.loose) for cut in found),
        "arcs": sum(len(cut.arcs.disc) for cut in found),
        "pairs of neighbours": len(cells_of.one),
        "circles that may be seen at 5 km": int((cells_of.extent > 5000).sum()),
    }


MOST = {
    "sides": 56_889,  # exactly
    "edges": 29_720,
    "edges asked for their distance": 8_000,  # and polygons, once for all radii
    "edges cut by circles": 1_300,
    "arcs": 1_200,
    "pairs of neighbours": 1_186,
    "circles that may be seen at 5 km": 260,
    "outlines left to GEOS": 8,
}


def test_how_much_is_looked_at_closely(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    work = count_work(monkeypatch)
    for what, count in work.items():
        record_property(what, count)
    too_much = {what: (count, MOST[what]) for what, count in work.items() if count > MOST[what]}
    assert not too_much
    assert set(work) == set(MOST)
