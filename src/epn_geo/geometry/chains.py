r"""The outline of what is left: pieces of edges outside the discs and visible arcs, end to end.

What no disc covers of a group of polygons is bounded by the sides that the group does not share
within itself, as far as they lie outside the discs, and by the arcs inside the group, run backwards
so that what is left lies on the left::

             string                       strings  sides that follow each other in a ring
        .------<------.                   bits     parts of sides that circles cut
        |             |                   arcs     of circles, drawn as chords
        v     what    ^ string
        |   is left   |                   Whatever starts at a point follows what ends there: both
        |           .-´                   carry the same numbers, to the last bit. So rings close;
        `--->---(-<´  arc                 anticlockwise ones are shells, clockwise ones holes.
          bit   bit

Where an outline touches itself, more than one may follow: there GEOS looks for the areas between
the same lines, which takes longer. `overlay` checks what comes out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from epn_geo.geometry.arcs import Arcs, Bools, Discs, Floats, Ints
from epn_geo.geometry.cuts import Cut
from epn_geo.geometry.edges import Geometries, mix, points_on

CHORD_M = 5.0  # a drawn circle is nowhere further than this from the true one


class _Lines(NamedTuple):
    """Lines of points, laid end to end in two arrays, and the group that each bounds.

    The last point of a line is kept apart: where it goes on, another line starts there.
    """

    x: Floats
    y: Floats
    length: Ints  # points of each line, without its last one
    end_x: Floats
    end_y: Floats
    group: Ints

    def starts(self) -> Ints:
        """Give where each line starts."""
        return np.cumsum(self.length) - self.length


def chain_outlines(cut: Cut, group: Ints, count: int) -> tuple[Geometries, Bools]:
    """Draw what no disc covers of groups of polygons.

    Parameters
    ----------
    cut
        Polygons cut by discs.
    group
        The group of each polygon, -1 to leave it out.
    count
        How many groups there are.

    Returns
    -------
    tuple of numpy.ndarray
        Polygons or multipolygons, None where nothing is left; and whether they are valid.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> from epn_geo.geometry.cuts import cut_outlines
    >>> from epn_geo.geometry.edges import take_apart
    >>> two = np.array([shapely.box(0, 0, 2000, 4000), shapely.box(2000, 0, 4000, 4000)])
    >>> disc = distinct_discs(np.array([0.0]), np.array([0.0]), 1000.0)
    >>> [cut] = cut_outlines(take_apart(two), [disc])
    >>> drawn, done = chain_outlines(cut, np.array([0, 0]), 1)
    >>> drawn[0].geom_type, round(drawn[0].area, -4), done
    ('Polygon', 15220000.0, array([ True]))
    """
    whole, broken = _own_sides(cut, group)
    lines = _join(
        _strings(cut, group, whole), _bits(cut, group, broken), _reversed_arcs(cut, group)
    )
    follows, unclear = _link(lines, count)
    rings, owner = _close(lines, follows, unclear[lines.group])
    drawn, homeless = _assemble(rings, owner, count)
    done = _sound(drawn) & ~unclear & ~homeless
    if not done.all():
        drawn[~done] = _build(lines, ~done)
        done[~done] = _sound(drawn[~done])
    return drawn, done


def _sound(drawn: Geometries) -> Bools:
    """Tell what is a valid outline, or none."""
    return np.asarray(shapely.is_valid(drawn) | shapely.is_missing(drawn))


def _own_sides(cut: Cut, group: Ints) -> tuple[Ints, Ints]:
    """List the sides that bound their group and lie outside the discs: whole ones, and cut ones.

    The other sides its polygons share with each other.
    """
    sides = cut.outlines.sides
    within, loose = cut.share != 0, np.zeros(len(cut.share), dtype=bool)
    within[cut.loose], loose[cut.loose] = False, True
    side = np.flatnonzero(~within[sides.edge])
    mine, twin = group[sides.owner[side]], sides.twin[side]
    theirs = np.where(twin >= 0, group[sides.owner[twin]], -1)
    side = side[(mine >= 0) & (mine != theirs)]
    cut_through = loose[sides.edge[side]]
    return side[~cut_through], side[cut_through]


def _strings(cut: Cut, group: Ints, side: Ints) -> _Lines:
    """Run along whole sides as long as the next one is there too."""
    sides, edges = cut.outlines.sides, cut.outlines.edges
    breaks = np.ones(len(side) + 1, dtype=bool)
    breaks[1:-1] = (np.diff(side) != 1) | (np.diff(sides.ring[side]) != 0)
    at = np.flatnonzero(breaks)
    last = side[at[1:] - 1]
    edge, upward = sides.edge[last], sides.upward[last]
    return _Lines(
        sides.x[side],
        sides.y[side],
        np.diff(at),
        np.where(upward, edges.x1[edge], edges.x0[edge]),
        np.where(upward, edges.y1[edge], edges.y0[edge]),
        group[sides.owner[last]],
    )


def _bits(cut: Cut, group: Ints, side: Ints) -> _Lines:
    """Give the parts outside the discs of the sides that circles cut."""
    sides, loose = cut.outlines.sides, cut.outlines.edges.pick(cut.loose)
    edge, start, end = _between(cut)
    x0, y0 = points_on(loose, edge, start)
    x1, y1 = points_on(loose, edge, end)
    which = np.searchsorted(cut.loose, sides.edge[side])
    many = np.bincount(edge, minlength=len(cut.loose))
    first = np.cumsum(many) - many
    bit = _runs(first[which], many[which])
    side = np.repeat(side, many[which])
    upward = sides.upward[side]
    return _Lines(
        np.where(upward, x0[bit], x1[bit]),
        np.where(upward, y0[bit], y1[bit]),
        np.ones(len(bit), dtype=np.int64),
        np.where(upward, x1[bit], x0[bit]),
        np.where(upward, y1[bit], y0[bit]),
        group[sides.owner[side]],
    )


def _between(cut: Cut) -> tuple[Ints, Floats, Floats]:
    """Give the parts of the loose edges that lie between those inside: edge, from, to."""
    every = np.arange(len(cut.loose))
    edge = np.concatenate([every, cut.pieces.group])
    start = np.concatenate([np.zeros(len(every)), cut.pieces.end])
    end = np.concatenate([np.ones(len(every)), cut.pieces.start])
    # between the parts inside lie those outside: ends and starts pair off in order
    start, end = start[np.lexsort((start, edge))], end[np.lexsort((end, edge))]
    real = end > start
    return np.sort(edge)[real], start[real], end[real]


def _reversed_arcs(cut: Cut, group: Ints) -> _Lines:
    """Draw arcs from their end to their start, which are exactly those of the arcs."""
    mine = group[cut.polygon] >= 0
    arcs, discs = cut.arcs.pick(mine), cut.discs
    radius, turned = discs.radius[arcs.disc], arcs.end - arcs.start
    chords = _chords(arcs, discs)
    arc, nth = np.repeat(np.arange(len(chords)), chords), _runs(np.zeros_like(chords), chords)
    angle = arcs.end[arc] - nth / chords[arc] * turned[arc]
    x = discs.x[arcs.disc][arc] + radius[arc] * np.cos(angle)
    y = discs.y[arcs.disc][arc] + radius[arc] * np.sin(angle)
    x[nth == 0], y[nth == 0] = arcs.x1, arcs.y1
    return _Lines(x, y, chords, arcs.x0, arcs.y0, group[cut.polygon[mine]])


def drawn_beyond(cut: Cut) -> Floats:
    """Measure what chords add to what is left of each polygon: the segments between chord and arc.

    Parameters
    ----------
    cut
        Polygons cut by discs.

    Returns
    -------
    numpy.ndarray
        Square metres: r² (θ - n sin(θ / n)) / 2 for an arc of θ drawn by n chords.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from epn_geo.geometry.arcs import distinct_discs
    >>> from epn_geo.geometry.cuts import cut_outlines
    >>> from epn_geo.geometry.edges import take_apart
    >>> square = take_apart(np.array([shapely.box(0, 0, 4000, 4000)]))
    >>> [cut] = cut_outlines(square, [distinct_discs(np.zeros(1), np.zeros(1), 1000.0)])
    >>> drawn_beyond(cut).round()  # a quarter of the circle, drawn by 8 chords
    array([5037.])
    """
    radius, turned = cut.discs.radius[cut.arcs.disc], cut.arcs.end - cut.arcs.start
    chords = _chords(cut.arcs, cut.discs)
    segments = radius**2 * (turned - chords * np.sin(turned / chords)) / 2
    beyond = np.bincount(cut.polygon, segments, minlength=len(cut.outlines.area))
    return beyond.astype(np.float64)  # without an arc, bincount counts in integers


def _chords(arcs: Arcs, discs: Discs) -> Ints:
    """Give how many chords an arc is drawn with."""
    steps = (arcs.end - arcs.start) / chord_angle(discs.radius[arcs.disc], CHORD_M)
    return np.maximum(np.ceil(steps), 1).astype(np.int64)


def chord_angle(radius: Floats, chord_m: float) -> Floats:
    """Give the angle whose chord is some way from the circle: r (1 - cos(angle / 2)) = chord_m.

    Parameters
    ----------
    radius
        Metres.
    chord_m
        How far the middle of a chord may be from the circle, metres.

    Returns
    -------
    numpy.ndarray
        Radians.

    Examples
    --------
    >>> import numpy as np
    >>> np.degrees(chord_angle(np.array([10_000.0]), 5.0)).round(2)
    array([3.62])
    """
    return np.asarray(2 * np.arccos(1 - np.minimum(chord_m / radius, 0.5)))


def _runs(first: Ints, many: Ints) -> Ints:
    """Count on from each first number: 5, 2 with many 3, 2 gives 5 6 7 2 3."""
    before = np.cumsum(many) - many
    return np.asarray(np.arange(int(many.sum())) + np.repeat(first - before, many))


def _join(*several: _Lines) -> _Lines:
    """Put lines together."""
    return _Lines(*(np.concatenate(values) for values in zip(*several, strict=True)))


def _link(lines: _Lines, count: int) -> tuple[Ints, Bools]:
    """Find the line that starts where each one ends, and the groups where that is not clear."""
    x, y = lines.x[lines.starts()], lines.y[lines.starts()]
    group = lines.group.astype(np.float64)
    start, end = mix(x, y, group), mix(lines.end_x, lines.end_y, group)
    order = np.argsort(start, kind="stable")
    place = np.searchsorted(start[order], end)
    follows = order[np.minimum(place, len(order) - 1)]
    meets = (x[follows] == lines.end_x) & (y[follows] == lines.end_y)
    unclear = ~meets | (np.bincount(follows, minlength=len(order)) != 1)
    broken = np.zeros(count, dtype=bool)
    broken[lines.group[unclear]] = True
    return follows, broken


def _close(lines: _Lines, follows: Ints, skip: Bools) -> tuple[Geometries, Ints]:
    """Walk from line to line until each ring is closed; give the rings and their groups."""
    order, ring = _walk(follows, skip)
    points = _runs(lines.starts()[order], lines.length[order])
    number = np.repeat(ring, lines.length[order])
    enough = np.bincount(number) >= 3  # else nothing lies between
    kept = enough[number]
    _, index = np.unique(number[kept], return_inverse=True)
    xy = np.column_stack([lines.x[points[kept]], lines.y[points[kept]]])
    rings = shapely.linearrings(xy, indices=index) if len(xy) else np.empty(0, dtype=object)
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    return np.asarray(rings), lines.group[order[first]][enough]


def _walk(follows: Ints, skip: Bools) -> tuple[Ints, Ints]:
    """List the lines ring by ring in order, with the number of the ring."""
    order, ring, nth = [], [], -1
    ahead, done = follows.tolist(), skip.tolist()
    for line in range(len(ahead)):
        if done[line]:
            continue
        nth, at = nth + 1, line
        while not done[at]:
            done[at] = True
            order.append(at)
            ring.append(nth)
            at = ahead[at]
    return np.array(order, dtype=np.int64), np.array(ring, dtype=np.int64)


def _build(lines: _Lines, again: Bools) -> Geometries:
    """Let GEOS find the areas between the lines of some groups."""
    which = np.flatnonzero(again[lines.group])
    at = _runs(lines.starts()[which], lines.length[which])
    last = np.cumsum(lines.length[which]) - 1
    end_x, end_y = np.append(lines.x, 0.0)[at + 1], np.append(lines.y, 0.0)[at + 1]
    end_x[last], end_y[last] = lines.end_x[which], lines.end_y[which]
    start, end = np.column_stack([lines.x[at], lines.y[at]]), np.column_stack([end_x, end_y])
    pieces = np.asarray(shapely.linestrings(np.stack([start, end], axis=1)))
    group = np.repeat(lines.group[which], lines.length[which])
    order = np.argsort(group, kind="stable")
    index = (np.cumsum(again) - 1)[group[order]]
    found = np.full(int(again.sum()), None, dtype=object)
    shapely.multilinestrings(pieces[order], indices=index, out=found)
    built = np.asarray(shapely.build_area(found), dtype=object)
    built[shapely.is_empty(built)] = None
    return built


def _assemble(rings: Geometries, group: Ints, count: int) -> tuple[Geometries, Bools]:
    """Make shells and holes into one outline for each group; tell where a hole has no shell."""
    shell = shapely.is_ccw(rings)
    home = np.full(len(rings), -1)
    home[shell] = np.arange(int(shell.sum()))
    home[~shell] = _homes(rings[~shell], group[~shell], rings[shell], group[shell])
    lost = np.zeros(count, dtype=bool)
    lost[group[home < 0]] = True
    housed = np.flatnonzero(home >= 0)
    order = housed[np.lexsort((~shell[housed], home[housed]))]  # each shell before its holes
    drawn = np.full(count, None, dtype=object)
    if len(order):
        polygons = np.asarray(shapely.polygons(rings[order], indices=home[order]))
        of = group[shell]
        by_group = np.argsort(of, kind="stable")
        groups, index, many = np.unique(of[by_group], return_inverse=True, return_counts=True)
        drawn[groups] = shapely.multipolygons(polygons[by_group], indices=index)
        alone = many[np.searchsorted(groups, of)] == 1
        drawn[of[alone]] = polygons[alone]
    return drawn, lost


def _homes(holes: Geometries, of: Ints, shells: Geometries, group: Ints) -> Ints:
    """Find the smallest shell of the same group round each hole, -1 for none."""
    home = np.full(len(holes), -1)
    if len(holes) == 0 or len(shells) == 0:
        return home
    within, around = np.asarray(shapely.polygons(holes)), np.asarray(shapely.polygons(shells))
    hole, shell = shapely.STRtree(around).query(within, predicate="covered_by")
    same = of[hole] == group[shell]
    hole, shell = hole[same], shell[same]
    smallest_last = np.lexsort((-shapely.area(around)[shell], hole))
    home[hole[smallest_last]] = shell[smallest_last]
    return home
