r"""Polygons cut by the union of discs: what lies inside it, what outside, what across.

Almost everything is settled by the distance to the nearest centre, without a look at any circle::

                     .-´´´-.           a  d + half ≤ r: the edge lies inside one disc
             ____a_/________ \  __b__  b  d - half ≥ r: it touches none
                  |     ·    |         c  neither: here, circles cut
                   \        / __c__
                     `-...-´           d: from the middle of the edge to the nearest centre

and for most edges d need not even be searched for: it lies between |m - s| (s the centre nearest to
the middle p of the polygon) and d(p) - |m - p|, since nobody's distance changes faster than he
walks. Several radii round the same centres share the search, and the neighbours of each centre.

All coordinates here are metres in one metric CRS.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely

from epn_geo.geometry.arcs import (
    ROUNDING,
    Arcs,
    Bools,
    Discs,
    Floats,
    Ints,
    Spans,
    settle,
    split_arcs,
    visible_arcs,
)
from epn_geo.geometry.edges import Geometries, Outlines, cut_edges
from epn_geo.geometry.lookup import Sites
from epn_geo.geometry.neighbours import find_neighbours
from epn_geo.geometry.threads import each


class Cut(NamedTuple):
    """Polygons, and the pieces of all boundaries between covered and not."""

    outlines: Outlines
    discs: Discs
    inside: Bools  # polygons wholly inside one disc
    outside: Bools  # polygons that no disc touches, or that are missing or empty
    share: Floats  # of each edge, how much lies inside the union
    loose: Ints  # the edges that circles may cut
    pieces: Spans  # of the loose edges (by their place in `loose`), inside the union
    arcs: Arcs  # visible arcs, in pieces that each lie in one polygon
    polygon: Ints  # that polygon


class _Settled(NamedTuple):
    """Polygons or edges wholly inside one disc, and those that touch none."""

    inside: Bools
    outside: Bools


class _Bounds(NamedTuple):
    """Between what and what lies the distance to the nearest centre, all along an edge or over."""

    least: Floats
    most: Floats

    def settle(self, radius: float) -> _Settled:
        """Tell what lies inside discs of some radius, and what outside."""
        return _Settled(self.most <= radius, self.least >= radius)


def cut_outlines(outlines: Outlines, several: Sequence[Discs]) -> list[Cut]:
    """Cut polygons by one or several sets of discs.

    Parameters
    ----------
    outlines
        Polygons taken apart.
    several
        Sets of discs as `distinct_discs` gives them. Sets that differ by one radius for all are cut
        for little more than one.

    Returns
    -------
    list of Cut
        One for each set, in order.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> from epn_geo.geometry.edges import take_apart
    >>> square = take_apart(np.array([shapely.box(0, 0, 4000, 4000)]))
    >>> corner = distinct_discs(np.array([0.0]), np.array([0.0]), 1000.0)
    >>> [cut] = cut_outlines(square, [corner])
    >>> cut.share.tolist(), len(cut.arcs.disc)
    ([0.0, 0.0, 0.25, 0.25], 1)
    """
    if _one_radius_each(several):
        radii = [float(discs.radius[0]) for discs in several]
        settled = _settle_at_once(outlines, several[0], radii)
        cells = find_neighbours(several[0].x, several[0].y)
    else:
        settled = [_settle_by_radius(outlines, discs) for discs in several]
        cells = None

    def cut(discs: Discs, both: tuple[_Settled, _Settled]) -> Cut:
        return _cut(outlines, discs, *both, visible_arcs(discs, cells))

    return each(cut, several, settled)


def _one_radius_each(several: Sequence[Discs]) -> bool:
    """Tell whether all sets have the same centres, and each one radius."""
    first = several[0]
    return len(first.x) > 0 and all(
        np.ptp(discs.radius) == 0
        and np.array_equal(discs.x, first.x)
        and np.array_equal(discs.y, first.y)
        for discs in several
    )


def _settle_at_once(
    outlines: Outlines, discs: Discs, radii: Sequence[float]
) -> list[tuple[_Settled, _Settled]]:
    """Settle polygons and edges for each radius by one search for the nearest centre."""
    edges, owner = outlines.edges, outlines.owner
    sites = Sites(discs.x, discs.y)
    distance, site = _nearest(sites, outlines.x, outlines.y)
    polygons = [_around(distance, distance, outlines.reach).settle(r) for r in radii]
    decided = [_edges_of(outlines, settled) for settled in polygons]
    x, y = edges.middles()
    most = np.hypot(x - discs.x[site[owner]], y - discs.y[site[owner]])
    least = distance[owner] - np.hypot(x - outlines.x[owner], y - outlines.y[owner])
    half = edges.lengths() / 2
    bounds, doubtful = _around(least, most, half), np.zeros(len(x), dtype=bool)
    for radius, known in zip(radii, decided, strict=True):
        inside, outside = bounds.settle(radius)
        doubtful |= ~(known.inside | known.outside | inside | outside)
    ask = np.flatnonzero(doubtful)
    found, _ = _nearest(sites, x[ask], y[ask])
    most[ask], least[ask] = np.minimum(most[ask], found), np.maximum(least[ask], found)
    bounds = _around(least, most, half)
    return [
        (polygon, _join(known, bounds.settle(radius)))
        for radius, polygon, known in zip(radii, polygons, decided, strict=True)
    ]


def _nearest(sites: Sites, x: Floats, y: Floats) -> tuple[Floats, Ints]:
    """Give the distance to the nearest centre and which that is; infinite for what is nowhere."""
    distance, site = np.full(len(x), np.inf), np.zeros(len(x), dtype=np.int64)
    known = np.isfinite(x)
    distance[known], site[known] = sites.nearest(x[known], y[known])
    return distance, site


def _around(least: Floats, most: Floats, reach: Floats) -> _Bounds:
    """Widen bounds at a middle to all that is no further from it.

    What touches a circle is not settled: the arc has to be cut there.
    """
    reach = np.nan_to_num(reach) * (1 + ROUNDING) + ROUNDING
    return _Bounds(least - reach, most + reach)


def _edges_of(outlines: Outlines, settled: _Settled) -> _Settled:
    """Settle the edges of polygons that are settled."""
    edge, owner = outlines.sides.edge, outlines.sides.owner
    inside, outside = np.zeros((2, len(outlines.edges.x0)), dtype=bool)
    inside[edge[settled.inside[owner]]] = True
    outside[edge[settled.outside[owner]]] = True
    return _Settled(inside, outside)


def _join(one: _Settled, other: _Settled) -> _Settled:
    """Put together what is known in two ways."""
    inside = one.inside | (other.inside & ~one.outside)
    return _Settled(inside, (one.outside | other.outside) & ~inside)


def _settle_by_radius(outlines: Outlines, discs: Discs) -> tuple[_Settled, _Settled]:
    """Settle polygons and edges where each disc may have a radius of its own."""

    def settled(x: Floats, y: Floats, reach: Floats) -> _Settled:
        return _Settled(*settle(x, y, np.nan_to_num(reach) * (1 + ROUNDING) + ROUNDING, discs))

    polygons = settled(outlines.x, outlines.y, outlines.reach)
    known = _edges_of(outlines, polygons)
    ask = np.flatnonzero(~known.inside & ~known.outside)
    edges = outlines.edges.pick(ask)
    inside, outside = settled(*edges.middles(), edges.lengths() / 2)
    known.inside[ask], known.outside[ask] = inside, outside
    return polygons, known


def _cut(
    outlines: Outlines, discs: Discs, polygons: _Settled, edges: _Settled, visible: Arcs
) -> Cut:
    """Cut the edges that are not settled, and the arcs where they cross them."""
    loose = np.flatnonzero(~edges.inside & ~edges.outside)
    pieces, crossings = cut_edges(outlines.edges.pick(loose), discs)
    share = edges.inside.astype(np.float64)
    share[loose] = np.bincount(pieces.group, pieces.end - pieces.start, minlength=len(loose))
    partial = np.flatnonzero(~polygons.inside & ~polygons.outside)
    arcs = split_arcs(visible, crossings)
    which, polygon = _locate(arcs, discs, outlines.polygons[partial])
    return Cut(outlines, discs, *polygons, share, loose, pieces, arcs.pick(which), partial[polygon])


def _locate(arcs: Arcs, discs: Discs, polygons: Geometries) -> tuple[Ints, Ints]:
    """Find the polygons that each arc lies in."""
    # not the very middle, which symmetric worlds put on a border
    middle, radius = arcs.start + (arcs.end - arcs.start) * 0.4142, discs.radius[arcs.disc]
    points = shapely.points(
        discs.x[arcs.disc] + radius * np.cos(middle), discs.y[arcs.disc] + radius * np.sin(middle)
    )
    arc, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    return arc, polygon
