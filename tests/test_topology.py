"""Outlines as shared arcs: nothing lost, nothing twice."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from epn_geo.geometry.topology import (
    Topology,
    arc_owners,
    build_topology,
    pack_topology,
    thin_topology,
    varint,
    zigzag,
)


def rings_of(topology: Topology) -> list[list[shapely.LinearRing]]:
    """Build the rings of each outline again, the way a reader does."""
    offset = np.r_[0, np.cumsum(topology.lengths)]
    arcs = iter(topology.arcs.tolist())
    counts = iter(topology.ring_arcs.tolist())

    def ring() -> shapely.LinearRing:
        pieces = []
        for _ in range(next(counts)):
            arc = next(arcs)
            points = topology.points[offset[arc >> 1] : offset[(arc >> 1) + 1]]
            pieces.append((points[::-1] if arc & 1 else points)[:-1])
        return shapely.linearrings(np.vstack(pieces) / 1e4)

    return [[ring() for _ in range(many)] for many in topology.rings]


def outlines_of(topology: Topology) -> list[shapely.Geometry]:
    """Build the outlines again."""
    out = []
    for rings in rings_of(topology):
        ccw = [r for r in rings if shapely.is_ccw(r)]
        holes = [r for r in rings if not shapely.is_ccw(r)]
        area = shapely.union_all([shapely.Polygon(r) for r in ccw])
        out.append(area.difference(shapely.union_all([shapely.Polygon(r) for r in holes])))
    return out


def same(a: shapely.Geometry, b: shapely.Geometry) -> bool:
    return a.symmetric_difference(b).area < 1e-12


def test_a_shared_edge_is_kept_once():
    grid = np.array([shapely.box(i, j, i + 1, j + 1) for i in range(4) for j in range(3)])
    topology = build_topology(grid)
    # 31 edges, less the four corners where two of them run on into each other
    assert len(topology.lengths) == 31 - 4
    assert all(same(a, b) for a, b in zip(outlines_of(topology), grid, strict=True))


def test_an_enclave_and_the_hole_it_fills_share_their_ring():
    hole = shapely.Polygon(shapely.box(0, 0, 3, 3).exterior, [shapely.box(1, 1, 2, 2).exterior])
    topology = build_topology(np.array([hole, shapely.box(1, 1, 2, 2)]))
    assert len(topology.lengths) == 2
    assert sorted(topology.arcs.tolist()) in ([0, 2, 3], [0, 1, 2])
    assert same(outlines_of(topology)[0], hole)


def test_missing_empty_and_vanishing_outlines_have_no_ring():
    speck = shapely.box(0, 0, 1e-6, 1e-6)
    islands = shapely.MultiPolygon([shapely.box(5, 5, 6, 6), shapely.box(7, 7, 8, 8)])
    frame = np.array([None, shapely.Polygon(), speck, islands], dtype=object)
    assert build_topology(frame).rings.tolist() == [0, 0, 0, 2]
    assert build_topology(frame[:1]).points.shape == (0, 2)


def test_outer_rings_run_counter_clockwise_whatever_they_did():
    clockwise = shapely.box(0, 0, 1, 1, ccw=False)
    topology = build_topology(np.array([clockwise]))
    x, y = topology.points.T
    assert np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) > 0


@given(st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_any_tessellation_comes_back(count, seed):
    points = np.random.default_rng(seed).random((count, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    cells = shapely.set_precision(cells, 1e-4)
    cells = cells[shapely.get_type_id(cells) == 3]
    back = outlines_of(build_topology(cells))
    assert all(same(a, b) for a, b in zip(back, cells, strict=True))


@given(st.lists(st.integers(0, 2**40), max_size=50))
def test_numbers_come_back_from_seven_bits_a_byte(values):
    out, at = [], 0
    data = varint(np.array(values, dtype=np.int64))
    while at < len(data):
        value, shift = 0, 0
        while True:
            byte = data[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                break
        out.append(value)
    assert out == values


@pytest.mark.parametrize(("number", "code"), [(0, 0), (-1, 1), (1, 2), (-2, 3), (2**40, 2**41)])
def test_zigzag(number, code):
    assert zigzag(np.array([number]))[0] == code


def test_a_neighbour_costs_less_than_an_outline():
    one = [shapely.Point(0, 0).buffer(1, quad_segs=200)]
    two = [one[0], shapely.box(-2, -2, 2, 2).difference(one[0])]
    alone = len(pack_topology(build_topology(np.array(one))))
    assert len(pack_topology(build_topology(np.array(two)))) < alone + 40


def joins(topology: Topology) -> np.ndarray:
    """Tell, for each arc of each ring, whether the next one begins where it ends."""
    end = np.cumsum(topology.lengths)
    runs = np.stack([end - topology.lengths, end - 1])
    back = topology.arcs & 1
    begin, close = runs[back, topology.arcs >> 1], runs[1 - back, topology.arcs >> 1]
    last = np.cumsum(topology.ring_arcs)
    after = np.arange(len(topology.arcs)) + 1
    after[last - 1] = last - topology.ring_arcs
    return (topology.points[close] == topology.points[begin[after]]).all(axis=1)


@given(st.integers(10, 60), st.integers(0, 2**32 - 1))
def test_rings_hold_together_however_coarse_the_grid(count, seed):
    # rounded to a tenth of their size, cells overlap, shrink to lines and run back on themselves
    points = np.random.default_rng(seed).random((count, 2)) * [3, 1]
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
    topology = build_topology(shapely.intersection(cells, shapely.box(0, 0, 3, 1)), 1)
    assert joins(topology).all()


def test_a_ring_does_not_run_back_on_itself():
    corners = [(0, 0), (2, 0), (2, 2), (1.00002, 2), (1.00001, 4), (1, 2), (0, 2)]
    tail = shapely.Polygon(corners)
    assert same(outlines_of(build_topology(np.array([tail])))[0], shapely.box(0, 0, 2, 2))


@given(st.integers(5, 40), st.integers(0, 2**32 - 1), st.floats(1, 3000))
@example(count=38, seed=6607942, tolerance=176.0)
@example(count=28, seed=201, tolerance=134.0)
def test_thinned_outlines_stay_neighbours_and_keep_their_size(count, seed, tolerance):
    rng = np.random.default_rng(seed)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(rng.random((count, 2)))))
    cells = shapely.set_precision(shapely.segmentize(cells, 0.05), 1e-4)
    wavy = shapely.transform(cells, lambda xy: xy + 0.01 * np.sin(40 * xy[:, ::-1]))
    topology = build_topology(wavy)
    thin = thin_topology(topology, tolerance)
    assert joins(thin).all()
    assert len(thin.points) <= len(topology.points)
    # ring by ring, as it is promised: a thinned line may cross itself, which GEOS would not overlay
    sizes = [
        np.array([shapely.Polygon(ring).area for rings in rings_of(one) for ring in rings])
        for one in (topology, thin)
    ]
    assert (np.abs(sizes[1] - sizes[0]) <= 0.02 * sizes[0] + 1e-12).all()


def test_only_the_arcs_asked_for_are_thinned():
    side = [(x / 10, 0.01 * (x % 2)) for x in range(11)]
    two = np.array([shapely.Polygon([*side, (1, 1), (0, 1)]), shapely.box(0, 1, 1, 2)])
    topology = build_topology(two)
    owners = arc_owners(topology)
    alone = (owners == 0).all(axis=1)
    assert alone.sum() == 1
    thin = thin_topology(topology, np.where(alone, 300.0, 0.0))
    assert thin.lengths[~alone].tolist() == topology.lengths[~alone].tolist()
    assert thin.lengths[alone] < topology.lengths[alone]
