"""What polygons of reach cover, in place of discs: shares, what is left, and what only one reaches.

The overlay is that of GEOS (shapely), which always gives valid shapes. Most polygons are settled
before it by prepared geometries: only those that the edge of the reach cuts are overlaid.

All coordinates are metres in one metric CRS.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from epn_geo.geometry.arcs import Bools, Floats, Ints

Geometries = npt.NDArray[Any]

GRID_M = 1e-3  # what is left is drawn to the millimetre, so that neighbours share their cuts
SLIVER_M2 = 1e-2  # what rounding leaves between shapes that touch
SINGLE = frozenset({"Polygon", "MultiPolygon"})


def only_polygons(shapes: Geometries) -> Geometries:
    """Mend shapes, and keep of them what has an area.

    Parameters
    ----------
    shapes
        Shapes of any kind, missing ones too.

    Returns
    -------
    numpy.ndarray
        Valid polygons or multipolygons; None where nothing has an area.

    Examples
    --------
    A bow tie is two triangles:

    >>> bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> [shape and shape.area for shape in only_polygons(np.array([bow, shapely.Point(0, 0)]))]
    [2.0, None]
    """
    valid = np.array(shapes, dtype=object)
    wrong = ~shapely.is_valid(valid) & ~shapely.is_missing(valid)
    valid[wrong] = shapely.make_valid(valid[wrong])
    for at in np.flatnonzero(~np.isin(shapely.get_type_id(valid), (3, 6, -1))):
        parts = shapely.get_parts(shapely.get_parts(valid[at]))  # collections hold collections
        valid[at] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    valid[shapely.is_empty(valid) | ~(shapely.area(valid) > 0)] = None
    return valid


def unite_areas(shapes: Geometries) -> Any:
    """Unite polygons that may overlap.

    Parameters
    ----------
    shapes
        Polygons; missing ones are passed over.

    Returns
    -------
    shapely.Geometry
        Their union, empty for none.

    Examples
    --------
    >>> unite_areas(np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2), None])).area
    6.0
    """
    return shapely.union_all(shapes[~shapely.is_missing(shapes)])


def covered_by(polygons: Geometries, shapes: Geometries) -> Floats:
    """Measure the area of each polygon that lies in the union of some shapes.

    Parameters
    ----------
    polygons
        Polygons and multipolygons; what is missing or empty has area 0.
    shapes
        Valid polygons, which may overlap.

    Returns
    -------
    numpy.ndarray
        Square metres, one per polygon.

    Examples
    --------
    >>> square = np.array([shapely.box(0, 0, 4, 4)])
    >>> covered_by(square, np.array([shapely.box(-1, 0, 1, 4), shapely.box(0, 0, 2, 4)]))
    array([8.])
    """
    covered = np.zeros(len(polygons))
    _, polygon, area = shared_areas(shapely.get_parts(unite_areas(shapes)), polygons)
    np.add.at(covered, polygon, area)
    return np.minimum(covered, np.nan_to_num(shapely.area(polygons)))


def uncovered_by(polygons: Geometries, shapes: Geometries) -> tuple[Geometries, Floats]:
    """Draw and measure the part of each polygon that no shape covers.

    Parameters
    ----------
    polygons, shapes
        As `covered_by`.

    Returns
    -------
    tuple of numpy.ndarray
        Valid polygons or multipolygons to the millimetre, None where nothing is left; and their
        areas in square metres, computed before that rounding.

    Examples
    --------
    >>> squares = shapely.box([0, 4], [0, 0], [4, 8], [4, 4])
    >>> left, area = uncovered_by(squares, np.array([shapely.box(-1, 0, 4, 2)]))
    >>> area, [shape.bounds for shape in left]
    (array([ 8., 16.]), [(0.0, 2.0, 4.0, 4.0), (4.0, 0.0, 8.0, 4.0)])
    """
    whole = np.nan_to_num(shapely.area(polygons))
    parts = shapely.get_parts(unite_areas(shapes))
    inside, part, polygon = _settle(parts, polygons)
    left = np.array(polygons, dtype=object)
    left[inside | ~(whole > 0)] = None
    nth = np.arange(len(polygon)) - np.searchsorted(polygon, polygon)  # of its polygon's parts
    for turn in range(int(nth.max(initial=-1)) + 1):
        now, of = polygon[nth == turn], part[nth == turn]
        left[now] = shapely.difference(left[now], parts[of])
    areas = np.nan_to_num(shapely.area(left))
    areas[areas <= SLIVER_M2] = 0.0
    left[areas == 0.0] = None
    with np.errstate(all="ignore"):  # of coordinates near zero GEOS says so
        drawn = only_polygons(shapely.set_precision(left, GRID_M))
    return drawn, np.where(shapely.is_missing(drawn), 0.0, areas)


def shared_areas(shapes: Geometries, polygons: Geometries) -> tuple[Ints, Ints, Floats]:
    """Measure what each shape has in common with each polygon.

    Parameters
    ----------
    shapes, polygons
        Valid polygons and multipolygons; missing ones meet nothing.

    Returns
    -------
    tuple of numpy.ndarray
        Positions of shape and polygon, and the area in square metres, of each pair that shares one.

    Examples
    --------
    >>> squares = shapely.box([0, 4, 9], [0, 0, 0], [4, 8, 12], [4, 4, 4])
    >>> [v.tolist() for v in shared_areas(np.array([shapely.box(0, 0, 5, 4)]), squares)]
    [[0, 0], [0, 1], [16.0, 4.0]]
    """
    shape, polygon = _pairs(shapes, polygons)
    covers, meets = _relate(shapes, polygons, shape, polygon)
    area = np.where(covers, np.nan_to_num(shapely.area(polygons))[polygon], 0.0)
    cut = np.flatnonzero(meets & ~covers)
    area[cut] = shapely.area(shapely.intersection(polygons[polygon[cut]], shapes[shape[cut]]))
    some = area > 0
    return shape[some], polygon[some], area[some]


def points_in(x: Floats, y: Floats, shapes: Geometries) -> Bools:
    """Tell which points lie in any shape, its edge included.

    Parameters
    ----------
    x, y
        Metres; a point that is not finite lies nowhere.
    shapes
        Polygons.

    Returns
    -------
    numpy.ndarray
        One per point.

    Examples
    --------
    >>> points_in(np.array([0.0, 5, np.nan]), np.zeros(3), np.array([shapely.box(0, 0, 4, 4)]))
    array([ True, False, False])
    """
    inside = np.zeros(len(x), dtype=bool)
    inside[pairs_in(x, y, shapes)[0]] = True
    return inside


def pairs_in(x: Floats, y: Floats, shapes: Geometries) -> tuple[Ints, Ints]:
    """List which point lies in which shape, edges included.

    Parameters
    ----------
    x, y, shapes
        As `points_in`.

    Returns
    -------
    tuple of numpy.ndarray
        Positions of point and shape, by point.

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 4, 4), shapely.box(2, 0, 6, 4)])
    >>> [v.tolist() for v in pairs_in(np.array([3.0, 9]), np.zeros(2), squares)]
    [[0, 0], [0, 1]]
    """
    known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    tree = shapely.STRtree(np.asarray(shapely.points(x[known], y[known])))
    shape, point = tree.query(shapes, predicate="intersects")
    order = np.lexsort((shape, known[point]))
    return known[point][order], shape[order]


def reached_alone(shapes: Geometries) -> Geometries:
    """Give the part of each shape that no other shape covers.

    Parameters
    ----------
    shapes
        Valid polygons.

    Returns
    -------
    numpy.ndarray
        Valid polygons, None where nothing is left.

    Notes
    -----
    What two or more cover is found by halves: with A, B the unions of either half and A₂, B₂ what
    two or more of it cover, that of both is A₂ ∪ B₂ ∪ (A ∩ B).

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 4, 4), shapely.box(2, 0, 6, 4)])
    >>> [shape.area for shape in reached_alone(squares)]
    [8.0, 8.0]
    """
    known = np.flatnonzero(~shapely.is_missing(shapes))
    alone = np.full(len(shapes), None, dtype=object)
    if len(known):
        _, twice = _once_and_twice(shapes[known])
        alone[known] = shapely.difference(shapes[known], twice)
    alone = only_polygons(alone)
    alone[np.nan_to_num(shapely.area(alone)) <= SLIVER_M2] = None
    return alone


def _once_and_twice(shapes: Geometries) -> tuple[Any, Any]:
    """Give the union of some shapes, and what two or more of them cover."""
    if len(shapes) == 1:
        return shapes[0], shapely.Polygon()
    middle = len(shapes) // 2
    (one, of_one), (other, of_other) = map(_once_and_twice, (shapes[:middle], shapes[middle:]))
    both = _areal(shapely.intersection(one, other))
    return shapely.union(one, other), shapely.union_all([of_one, of_other, both])


def _areal(shape: Any) -> Any:
    """Leave out points and lines, where shapes only touch."""
    if shape.geom_type in SINGLE:
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def _settle(parts: Geometries, polygons: Geometries) -> tuple[Bools, Ints, Ints]:
    """Tell which polygons lie in a part; list the pairs of part and polygon it cuts, by polygon."""
    part, polygon = _pairs(parts, polygons)
    covers, meets = _relate(parts, polygons, part, polygon)
    inside = np.zeros(len(polygons), dtype=bool)
    inside[polygon[covers]] = True
    cut = meets & ~inside[polygon]
    order = np.argsort(polygon[cut], kind="stable")
    return inside, part[cut][order], polygon[cut][order]


def _pairs(shapes: Geometries, polygons: Geometries) -> tuple[Ints, Ints]:
    """List the pairs whose boxes meet."""
    shape, polygon = shapely.STRtree(polygons).query(shapes)
    return shape, polygon


def _relate(
    shapes: Geometries, polygons: Geometries, shape: Ints, polygon: Ints
) -> tuple[Bools, Bools]:
    """Tell which shapes cover, and which meet, the polygons they are paired with."""
    shapely.prepare(shapes)
    meets = shapely.intersects(shapes[shape], polygons[polygon])
    covers = meets.copy()
    covers[meets] = shapely.covers(shapes[shape[meets]], polygons[polygon[meets]])
    return covers, meets
