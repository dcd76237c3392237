"""What polygons and the union of discs share, exactly; and the outline of what is left.

By Green's theorem the area of a region is an integral along its boundary, and `arcs` finds the two
kinds of pieces of that boundary. No circle is replaced by a polygon and no shapes are overlaid.

For a straight edge from A to B of which the share λ lies inside the union, seen from any origin::

    ∮ x dy - y dx  =  λ (A.x B.y - B.x A.y)

because a point that slides along AB sweeps area from the origin at a steady rate. For an arc of the
circle (c, r) from angle α to β::

    ∮ x dy - y dx  =  r² (β - α) + r (c.x (sin β - sin α) - c.y (cos β - cos α))

The area covered is half the sum over both. The outline of what is *not* covered is made of the
other pieces of the edges and of the same arcs, chained (see `chains`); only where those touch
themselves are shapes overlaid.

All coordinates here are metres in one metric CRS.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from epn_geo.geometry.arcs import ROUNDING, Bools, Discs, Floats, Ints, pairs_near
from epn_geo.geometry.chains import CHORD_M, chain_outlines, chord_angle, drawn_beyond
from epn_geo.geometry.cuts import Cut, cut_outlines
from epn_geo.geometry.edges import Geometries, take_apart

__all__ = [
    "CHORD_M",
    "SLIVER_M2",
    "Geometries",
    "circles",
    "covered_areas",
    "measure_cut",
    "outlines_left",
    "uncovered",
    "uncovered_parts",
    "unite",
]

SLIVER_M2 = 1e-2  # rounding leaves as much of what is covered by several discs together


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
    [cut] = cut_outlines(take_apart(polygons), [discs])
    return measure_cut(cut)


def measure_cut(cut: Cut) -> Floats:
    """Measure the area of each polygon that lies in the union of the discs.

    Parameters
    ----------
    cut
        Polygons cut by discs.

    Returns
    -------
    numpy.ndarray
        As `covered_areas`.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> square = take_apart(np.array([shapely.box(0, 0, 4000, 4000)]))
    >>> discs = [distinct_discs(np.zeros(1), np.zeros(1), r) for r in (1000.0, 2000.0)]
    >>> [measure_cut(cut).round() for cut in cut_outlines(square, discs)]
    [array([785398.]), array([3141593.])]
    """
    outlines, discs, arcs = cut.outlines, cut.discs, cut.arcs
    sides, count = outlines.sides, len(outlines.area)
    # each polygon's own origin keeps the numbers small, and so the sums exact
    straight = np.bincount(sides.owner, cut.share[sides.edge] * outlines.sweep, minlength=count)
    radius = discs.radius[arcs.disc]
    cx, cy = (
        discs.x[arcs.disc] - outlines.x[cut.polygon],
        discs.y[arcs.disc] - outlines.y[cut.polygon],
    )
    swept = radius**2 * (arcs.end - arcs.start) + radius * (
        cx * (np.sin(arcs.end) - np.sin(arcs.start)) - cy * (np.cos(arcs.end) - np.cos(arcs.start))
    )
    around = np.bincount(cut.polygon, swept, minlength=count)
    covered = np.clip((straight + around) / 2, 0.0, outlines.area)
    covered[cut.inside], covered[cut.outside] = outlines.area[cut.inside], 0.0
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
    [cut] = cut_outlines(take_apart(polygons), [discs])
    areas = cut.outlines.area - measure_cut(cut)
    some = areas > SLIVER_M2
    own = np.where(some & ~cut.outside, np.arange(len(areas)), -1)
    left = outlines_left(cut, areas, own, len(areas))
    left[some & cut.outside] = polygons[some & cut.outside]
    return left, areas


def outlines_left(cut: Cut, left: Floats, group: Ints, count: int) -> Geometries:
    """Draw what no disc covers of groups of polygons.

    Parameters
    ----------
    cut
        Polygons cut by discs.
    left
        What is left of each by the exact computation, square metres.
    group
        The group of each polygon, -1 to leave it out.
    count
        How many groups there are.

    Returns
    -------
    numpy.ndarray
        One for each group, as `uncovered_parts`.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> two = np.array([shapely.box(0, 0, 2000, 4000), shapely.box(2000, 0, 4000, 4000)])
    >>> disc = distinct_discs(np.array([0.0]), np.array([0.0]), 1000.0)
    >>> [cut] = cut_outlines(take_apart(two), [disc])
    >>> left = cut.outlines.area - measure_cut(cut)
    >>> outlines_left(cut, left, np.array([0, 0]), 1)[0].geom_type
    'Polygon'
    """
    drawn, done = chain_outlines(cut, group, count)
    done &= _as_expected(drawn, cut, left, group)
    members = np.flatnonzero(~np.append(done, True)[group])  # group -1 is never asked for
    if len(members) == 0:
        return drawn
    if len(np.unique(group[members])) == len(members):
        parts = _overlay(cut, members)
    else:
        alone = np.full(len(group), -1)
        alone[members] = np.arange(len(members))
        parts = outlines_left(cut, left, alone, len(members))
    for one in np.flatnonzero(~done):
        drawn[one] = unite(parts[group[members] == one])
    drawn[shapely.is_empty(drawn)] = None
    return drawn


def _as_expected(drawn: Geometries, cut: Cut, left: Floats, group: Ints) -> Bools:
    """Tell which outlines have the area that the exact computation gives, and chords add."""
    mine = group >= 0
    expected, whole = (
        np.bincount(group[mine], values[mine], minlength=len(drawn))
        for values in (left + drawn_beyond(cut), cut.outlines.area)
    )
    return np.asarray(np.abs(np.nan_to_num(shapely.area(drawn)) - expected) <= 1e-9 * whole + 1.0)


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
    quarter = np.ceil(np.pi / 2 / chord_angle(discs.radius, chord_m)).astype(int)
    drawn = np.empty(len(discs.x), dtype=object)
    for segments in np.unique(quarter):
        same = quarter == segments
        points = shapely.points(discs.x[same], discs.y[same])
        drawn[same] = shapely.buffer(points, discs.radius[same], quad_segs=int(segments))
    return drawn


def _overlay(cut: Cut, which: Ints) -> Geometries:
    """Subtract drawn circles, for outlines that touch in too many ways to chain."""
    outlines, discs = cut.outlines, cut.discs
    polygons = outlines.polygons[which]
    reach = outlines.reach[which] * (1 + ROUNDING)
    polygon, disc = pairs_near(outlines.x[which], outlines.y[which], reach, discs)
    near, disc = np.unique(disc, return_inverse=True)
    drawn = circles(Discs(*(values[near] for values in discs)))
    hidden = [shapely.union_all(drawn[disc[polygon == one]]) for one in range(len(which))]
    return np.asarray(shapely.difference(polygons, np.array(hidden, dtype=object)))
