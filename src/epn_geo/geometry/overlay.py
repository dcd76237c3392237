"""What polygons and the union of discs share, exactly; and the outline of what is left.

By Green's theorem the area of a region is an integral along its boundary, and `arcs` finds the two
kinds of pieces of that boundary. No circle is replaced by a polygon and no shapes are overlaid.

For a straight edge from A to B of which the share λ lies inside the union, seen from any origin::

    ∮ x dy - y dx  =  λ (A.x B.y - B.x A.y)

because a point that slides along AB sweeps area from the origin at a steady rate. For an arc of the
circle (c, r) from angle α to β::

    ∮ x dy - y dx  =  r² (β - α) + r (c.x (sin β - sin α) - c.y (cos β - cos α))

The area covered is half the sum over both. The outline of what is *not* covered is made of the
other pieces of the edges and of the same arcs, chained.

All coordinates here are metres in one metric CRS.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from epn_geo.geometry.arcs import (
    ROUNDING,
    Arcs,
    Bools,
    Discs,
    Edges,
    Floats,
    Ints,
    Spans,
    cut_edges,
    points_on,
    polygon_edges,
    settle,
    split_arcs,
    visible_arcs,
)

Geometries = npt.NDArray[Any]

CHORD_M = 5.0  # a drawn circle is nowhere further than this from the true one


def covered_areas(polygons: Geometries, discs: Discs) -> Floats:
    """Measure the area of each polygon that lies in the union of the discs.

    Parameters
    ----------
    polygons
        Polygons and multipolygons with their holes; they may overlap each other. What is missing or
        empty has area 0.
    discs
        As `arcs.distinct_discs` gives them.

    Returns
    -------
    numpy.ndarray
        Square metres, one per polygon, exact to rounding.

    Examples
    --------
    A disc of 1 km that sits at the corner of a square of 4 km covers a quarter of itself:

    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> square = np.array([shapely.box(0, 0, 4000, 4000)])
    >>> disc = distinct_discs(np.array([0.0]), np.array([0.0]), 1000.0)
    >>> bool(np.isclose(covered_areas(square, disc)[0], np.pi * 1000**2 / 4, rtol=1e-12))
    True
    """
    covered = np.zeros(len(polygons))
    inside, outside = _settle_polygons(polygons, discs)
    covered[inside] = shapely.area(polygons[inside])
    partial = ~inside & ~outside
    if partial.any():
        covered[partial] = _sum_pieces(_cut(polygons[partial], discs))
    return covered


def uncovered_parts(polygons: Geometries, discs: Discs) -> Geometries:
    """Draw the part of each polygon that no disc covers.

    Parameters
    ----------
    polygons
        Polygons and multipolygons, valid.
    discs
        As `arcs.distinct_discs` gives them.

    Returns
    -------
    numpy.ndarray
        Valid polygons or multipolygons; None where nothing is left. Arcs are drawn as chords no
        further than `CHORD_M` from the circle.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> square = np.array([shapely.box(0, 0, 4000, 4000)])
    >>> disc = distinct_discs(np.array([0.0]), np.array([0.0]), 1000.0)
    >>> round(uncovered_parts(square, disc)[0].area / 1e6, 2)  # 16 - π / 4 = 15.21 km²
    15.22
    """
    return uncovered(polygons, discs)[0]


def uncovered(polygons: Geometries, discs: Discs) -> tuple[Geometries, Floats]:
    """Draw the part of each polygon that no disc covers, and measure it exactly.

    Parameters
    ----------
    polygons, discs
        As `uncovered_parts`.

    Returns
    -------
    tuple of numpy.ndarray
        The parts, as `uncovered_parts` gives them, and their exact areas in square metres.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> square = np.array([shapely.box(0, 0, 4000, 4000)])
    >>> disc = distinct_discs(np.array([0.0]), np.array([0.0]), 1000.0)
    >>> parts, areas = uncovered(square, disc)
    >>> (areas / 1e6).round(6)
    array([15.214602])
    """
    left = np.full(len(polygons), None, dtype=object)
    areas = np.zeros(len(polygons))
    inside, outside = _settle_polygons(polygons, discs)
    outside &= ~shapely.is_empty(polygons) & ~shapely.is_missing(polygons)
    left[outside], areas[outside] = polygons[outside], shapely.area(polygons[outside])
    partial = ~inside & ~outside & ~shapely.is_missing(polygons) & ~shapely.is_empty(polygons)
    if partial.any():
        cut = _cut(polygons[partial], discs)
        areas[partial] = shapely.area(polygons[partial]) - _sum_pieces(cut)
        left[partial] = _chain_pieces(cut, areas[partial])
    return left, areas


def unite(parts: Geometries) -> Any:
    """Unite parts that share borders but do not overlap, as `uncovered_parts` draws them.

    Parameters
    ----------
    parts
        Polygons and multipolygons.

    Returns
    -------
    shapely.Geometry
        Their union. Shared borders are dropped, which is quick; where the parts do not fit together
        as they should, they are overlaid.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> unite(np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])).area
    2.0
    """
    area = float(shapely.area(parts).sum())
    try:
        united = shapely.coverage_union_all(parts)
    except shapely.GEOSException:  # the borders do not match
        return shapely.union_all(parts)
    if shapely.is_valid(united) and abs(shapely.area(united) - area) <= 1e-9 * area:
        return united
    return shapely.union_all(parts)


def circles(discs: Discs, chord_m: float = CHORD_M) -> Geometries:
    """Draw discs as polygons.

    Parameters
    ----------
    discs
        Discs, in any order, centres not necessarily distinct.
    chord_m
        How far a chord may be from the circle, in metres.

    Returns
    -------
    numpy.ndarray
        Polygons, inscribed.

    Examples
    --------
    >>> import numpy as np
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> disc = distinct_discs(np.array([0.0]), np.array([0.0]), 10_000.0)
    >>> bool(circles(disc)[0].area / (np.pi * 10_000**2) > 0.999)
    True
    """
    quarter = np.ceil(np.pi / 2 / _step(discs.radius, chord_m)).astype(int)
    drawn = np.empty(len(discs.x), dtype=object)
    for segments in np.unique(quarter):
        same = quarter == segments
        points = shapely.points(discs.x[same], discs.y[same])
        drawn[same] = shapely.buffer(points, discs.radius[same], quad_segs=int(segments))
    return drawn


class _Cut(NamedTuple):
    """Polygons that discs cover in part, taken apart where circles cross them."""

    polygons: Geometries
    discs: Discs
    edges: Edges
    whole: Bools  # edges wholly inside the union
    loose: Edges  # the edges that are neither in nor out, from lower to higher end
    unsettled: Bools  # which of the edges those are
    pieces: Spans  # their pieces inside
    arcs: Arcs  # the visible arcs, in pieces that each lie in one polygon
    polygon: Ints  # that polygon


def _cut(polygons: Geometries, discs: Discs) -> _Cut:
    """Find all pieces of the boundaries between covered and not."""
    edges = polygon_edges(polygons)
    middle_x, middle_y = (edges.x0 + edges.x1) / 2, (edges.y0 + edges.y1) / 2
    # an edge whose end touches a circle is not settled: the arc has to be cut there
    touch = edges.lengths() / 2 * (1 + ROUNDING) + ROUNDING
    whole, outside = settle(middle_x, middle_y, touch, discs)
    unsettled = ~whole & ~outside
    loose = edges.pick(unsettled).ordered()
    pieces, crossings = cut_edges(loose, discs)
    arcs = split_arcs(visible_arcs(discs), crossings)
    # not the very middle, which symmetric worlds put on a border
    middle, radius = arcs.start + (arcs.end - arcs.start) * 0.4142, discs.radius[arcs.disc]
    points = shapely.points(
        discs.x[arcs.disc] + radius * np.cos(middle), discs.y[arcs.disc] + radius * np.sin(middle)
    )
    arc, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    inside = Arcs(arcs.disc[arc], *(values[arc] for values in arcs[1:]))
    return _Cut(polygons, discs, edges, whole, loose, unsettled, pieces, inside, polygon)


def _sum_pieces(cut: _Cut) -> Floats:
    """Add up what both kinds of pieces sweep."""
    edges, discs, arcs = cut.edges, cut.discs, cut.arcs
    # each polygon's own origin keeps the numbers small, and so the sums exact
    west, south, east, north = shapely.bounds(cut.polygons).T
    x, y = (west + east) / 2, (south + north) / 2
    share = cut.whole.astype(np.float64)
    share[cut.unsettled] = np.bincount(
        cut.pieces.group, cut.pieces.end - cut.pieces.start, minlength=len(cut.loose.x0)
    )
    ax, ay = edges.x0 - x[edges.owner], edges.y0 - y[edges.owner]
    bx, by = edges.x1 - x[edges.owner], edges.y1 - y[edges.owner]
    straight = np.bincount(edges.owner, share * (ax * by - bx * ay), minlength=len(x))
    radius = discs.radius[arcs.disc]
    cx, cy = discs.x[arcs.disc] - x[cut.polygon], discs.y[arcs.disc] - y[cut.polygon]
    swept = radius**2 * (arcs.end - arcs.start) + radius * (
        cx * (np.sin(arcs.end) - np.sin(arcs.start)) - cy * (np.cos(arcs.end) - np.cos(arcs.start))
    )
    around = np.bincount(cut.polygon, swept, minlength=len(x))
    return np.clip((straight + around) / 2, 0.0, shapely.area(cut.polygons))


def _chain_pieces(cut: _Cut, areas: Floats) -> Geometries:
    """Close the pieces outside the discs into outlines; overlay the few that do not close."""
    lines, owner = _lines_outside(cut)
    drawn = np.full(len(cut.polygons), None, dtype=object)
    owners, of = np.unique(owner, return_inverse=True)
    order = np.argsort(of, kind="stable")
    drawn[owners] = shapely.build_area(shapely.multilinestrings(lines[order], indices=of[order]))
    failed = ~_plausible(drawn, areas, cut)
    drawn[failed] = _overlay(cut.polygons[failed], cut.discs)
    drawn[shapely.is_empty(drawn)] = None
    return drawn


def _lines_outside(cut: _Cut) -> tuple[Geometries, Ints]:
    """Draw all pieces of the outlines of what is not covered, with the polygon of each."""
    count = len(cut.loose.x0)
    edge = np.concatenate([np.arange(count), cut.pieces.group])
    start = np.concatenate([np.zeros(count), cut.pieces.end])
    end = np.concatenate([np.ones(count), cut.pieces.start])
    # between the pieces inside lie the pieces outside: ends and starts pair off in order
    start, end = start[np.lexsort((start, edge))], end[np.lexsort((end, edge))]
    edge = np.sort(edge)[end > start]
    start, end = start[end > start], end[end > start]
    outside = cut.edges.pick(~cut.whole & ~cut.unsettled)
    x0, y0 = points_on(cut.loose, edge, start)
    x1, y1 = points_on(cut.loose, edge, end)
    straight = np.stack(
        [
            np.column_stack([np.concatenate([outside.x0, x0]), np.concatenate([outside.y0, y0])]),
            np.column_stack([np.concatenate([outside.x1, x1]), np.concatenate([outside.y1, y1])]),
        ],
        axis=1,
    )
    lines = np.concatenate([shapely.linestrings(straight), _draw(cut.arcs, cut.discs)])
    return lines, np.concatenate([outside.owner, cut.loose.owner[edge], cut.polygon])


def _draw(arcs: Arcs, discs: Discs) -> Geometries:
    """Draw arcs as lines whose ends are exactly those of the arcs."""
    radius, turned = discs.radius[arcs.disc], arcs.end - arcs.start
    count = np.ceil(turned / _step(radius, CHORD_M)).astype(np.int64) + 1
    arc = np.repeat(np.arange(len(count)), count)
    last = np.cumsum(count) - 1
    first = last - count + 1
    share = (np.arange(len(arc)) - first[arc]) / (count[arc] - 1)
    angle = arcs.start[arc] + share * turned[arc]
    x = discs.x[arcs.disc][arc] + radius[arc] * np.cos(angle)
    y = discs.y[arcs.disc][arc] + radius[arc] * np.sin(angle)
    x[first], y[first], x[last], y[last] = arcs.x0, arcs.y0, arcs.x1, arcs.y1
    return np.asarray(shapely.linestrings(x, y, indices=arc))


def _plausible(drawn: Geometries, areas: Floats, cut: _Cut) -> Bools:
    """Tell which outlines are valid and have the area that the exact computation gives."""
    length = np.bincount(
        cut.polygon,
        (cut.arcs.end - cut.arcs.start) * cut.discs.radius[cut.arcs.disc],
        minlength=len(drawn),
    )
    area = np.nan_to_num(shapely.area(drawn))
    valid = shapely.is_valid(drawn) | shapely.is_missing(drawn)
    return valid & (np.abs(area - areas) <= CHORD_M * length + 1.0)


def _overlay(polygons: Geometries, discs: Discs) -> Geometries:
    """Subtract drawn circles, for outlines that touch in too many ways to chain."""
    drawn = circles(discs)
    tree = shapely.STRtree(drawn)
    near = [shapely.union_all(drawn[tree.query(polygon)]) for polygon in polygons]
    return np.asarray(shapely.difference(polygons, np.array(near, dtype=object)))


def _settle_polygons(polygons: Geometries, discs: Discs) -> tuple[Bools, Bools]:
    """Tell which polygons lie wholly inside one disc, and which touch none."""
    west, south, east, north = shapely.bounds(polygons).T
    reach = np.hypot(east - west, north - south) / 2
    return settle((west + east) / 2, (south + north) / 2, reach, discs)


def _step(radius: Floats, chord_m: float) -> Floats:
    """Give the angle whose chord is `chord_m` from the circle: r (1 - cos(step / 2)) = chord."""
    return np.asarray(2 * np.arccos(1 - np.minimum(chord_m / radius, 0.5)))
