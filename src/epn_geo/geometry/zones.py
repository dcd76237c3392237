"""What is left outside the discs, put together: by territory, or into zones that hang together.

All coordinates are metres in one metric CRS.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from epn_geo.geometry.arcs import Floats, Ints
from epn_geo.geometry.cuts import Cut
from epn_geo.geometry.edges import Geometries
from epn_geo.geometry.overlay import SLIVER_M2, measure_cut, outlines_left, unite
from epn_geo.geometry.within import cells_within


class Left(NamedTuple):
    """Groups of what is left, and what each polygon has in them."""

    outlines: Geometries  # one for each group, none empty
    group: Ints  # of each member
    row: Ints  # its polygon
    area: Floats  # square metres, exact


def left_by_group(cut: Cut, group: Ints) -> tuple[Ints, Left]:
    """Put together what is left of the polygons of each group.

    Parameters
    ----------
    cut
        Polygons cut by discs.
    group
        The group of each polygon, from 0.

    Returns
    -------
    tuple
        The groups of which something is left, in order; and what that is.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> from epn_geo.geometry.cuts import cut_outlines
    >>> from epn_geo.geometry.edges import take_apart
    >>> two = np.array([shapely.box(0, 0, 2000, 4000), shapely.box(2000, 0, 4000, 4000)])
    >>> disc = distinct_discs(np.array([0.0]), np.array([0.0]), 1000.0)
    >>> [cut] = cut_outlines(take_apart(two), [disc])
    >>> groups, left = left_by_group(cut, np.array([5, 5]))
    >>> groups, left.outlines[0].geom_type, (left.area / 1e6).round(2)
    (array([5]), 'Polygon', array([7.21, 8.  ]))
    """
    area = cut.outlines.area - measure_cut(cut)
    row = np.flatnonzero(area > SLIVER_M2)
    groups, nth = np.unique(group[row], return_inverse=True)
    place = np.full(len(area), -1)
    place[row] = nth
    outlines = outlines_left(cut, area, place, len(groups))
    drawn = ~shapely.is_missing(outlines)  # what is too small to be drawn is not told
    number = np.cumsum(drawn) - 1
    kept = drawn[nth]
    return groups[drawn], Left(outlines[drawn], number[nth[kept]], row[kept], area[row[kept]])


def left_by_zone(cut: Cut) -> Left:
    """Put together what is left, whatever borders it crosses.

    Parameters
    ----------
    cut
        Polygons cut by discs.

    Returns
    -------
    Left
        One group for each zone. A polygon that has parts in several is a member of each.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> from epn_geo.geometry.cuts import cut_outlines
    >>> from epn_geo.geometry.edges import take_apart
    >>> two = np.array([shapely.box(0, 0, 2000, 4000), shapely.box(2000, 0, 4000, 4000)])
    >>> discs = distinct_discs(np.array([500.0, 2000, 3500]), np.full(3, 2000.0), 1000.0)
    >>> [cut] = cut_outlines(take_apart(two), [discs])
    >>> left = left_by_zone(cut)
    >>> left.group, left.row
    (array([0, 1, 0, 1]), array([0, 0, 1, 1]))
    """
    row, own = left_by_group(cut, np.arange(len(cut.outlines.area)))
    return zones_of_parts(own._replace(row=row))


def zones_of_parts(own: Left) -> Left:
    """Put together parts that touch along a line.

    Parameters
    ----------
    own
        What is left of each polygon by itself.

    Returns
    -------
    Left
        As `left_by_zone`. The area of a polygon in several parts is shared out by their areas.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> two = np.array([shapely.box(0, 0, 2, 4), shapely.box(2, 0, 4, 4)])
    >>> own = Left(two, np.arange(2), np.arange(2), np.array([8.0, 8.0]))
    >>> zones_of_parts(own).group
    array([0, 0])
    """
    if len(own.row) == 0:
        return own
    part, nth = shapely.get_parts(own.outlines, return_index=True)
    share = shapely.area(part) / shapely.area(own.outlines)[nth]
    zones = shapely.get_parts(unite(part))
    inside = shapely.point_on_surface(part)
    zone = cells_within(shapely.get_x(inside), shapely.get_y(inside), zones)
    beside = zone < 0  # slivers, by rounding
    zone[beside] = shapely.STRtree(zones).nearest(inside[beside])
    return Left(zones, zone, own.row[nth], own.area[nth] * share)


def groups_of_parts(own: Left, group: Ints) -> tuple[Ints, Left]:
    """Put together the parts of each group.

    Parameters
    ----------
    own
        What is left of each polygon by itself.
    group
        The group of each polygon.

    Returns
    -------
    tuple
        As `left_by_group`.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> two = np.array([shapely.box(0, 0, 2, 4), shapely.box(2, 0, 4, 4)])
    >>> own = Left(two, np.arange(2), np.arange(2), np.array([8.0, 8.0]))
    >>> groups_of_parts(own, np.array([5, 5]))[1].outlines[0].area
    16.0
    """
    groups, nth = np.unique(group[own.row], return_inverse=True)
    outlines = [unite(own.outlines[nth == one]) for one in range(len(groups))]
    return groups, own._replace(outlines=np.array(outlines, dtype=object), group=nth)
