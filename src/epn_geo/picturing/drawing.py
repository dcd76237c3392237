"""Frames -> a map on a matplotlib axes: communes in their classes, hatching, boundaries, places.

Everything is drawn in the official metric CRS of the territory, so that circles are round and the
scale bar is true everywhere on the picture. Colours, classes and symbols are those of the
interactive map (`indicators`, `symbols`).
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import shapely

from epn_geo.columns import Floats, numbers, texts
from epn_geo.labels import number
from epn_geo.picturing.lettering import (
    MM_PER_POINT,
    Box,
    Name,
    Style,
    figure_of,
    measure,
    place_names,
    plain_text,
    write_at,
)
from epn_geo.picturing.scene import (
    Bools,
    Edges,
    Geometries,
    Ints,
    Scene,
    View,
    classes_of,
    in_view,
    is_national,
)
from epn_geo.picturing.symbols import GROUND, HATCH, HATCHING, NO_DATA, NO_DATA_DOTS, PENS, SYMBOLS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path as Outline

GREAT = 50_000  # a town of so many inhabitants is named even over a symbol
DRAWN = sorted(SYMBOLS, key=lambda one: (one == "CRANT", one != "autre"))  # the last above
SCALES_KM = (500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2)


def draw_scene(axes: Axes, scene: Scene, view: View) -> None:
    """Draw the map.

    Parameters
    ----------
    axes
        As large as the view's box at its scale.
    scene, view
        What, and how.

    Examples
    --------
    >>> from matplotlib.backends.backend_agg import FigureCanvasAgg
    >>> from matplotlib.figure import Figure
    >>> import geopandas as gpd
    >>> from epn_geo.picturing.scene import fit_box, make_scene
    >>> communes = gpd.GeoDataFrame(
    ...     {"part_couverte": [1.0]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... )
    >>> scene = make_scene(communes)
    >>> view = fit_box((0, 0, 4000, 4000), 100, 100)._replace(focus=scene.inside)
    >>> figure = Figure(figsize=(4, 4))
    >>> _ = FigureCanvasAgg(figure)
    >>> draw_scene(figure.add_axes((0, 0, 1, 1)), scene, view)
    """
    west, south, east, north = view.box
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], facecolor=GROUND)
    for spine in axes.spines.values():
        spine.set(linewidth=0.6, color="#888888")
    seen = np.zeros(len(scene.communes), dtype=bool)
    tree = shapely.STRtree(scene.communes.geometry.to_numpy())
    seen[tree.query(shapely.box(*view.box))] = True
    _fill_communes(axes, scene, view, seen)
    _hatch_zones(axes, scene)
    _stroke_borders(axes, scene, view, seen)
    taken = _draw_dots(axes, scene, view)
    taken += _draw_sites(axes, scene, view)
    taken += _draw_furniture(axes, scene, view)
    _write_names(axes, scene, view, taken)


def compound_path(polygons: Geometries) -> Outline:
    """Give polygons as one path, holes turning the other way.

    Parameters
    ----------
    polygons
        Polygons and multipolygons.

    Returns
    -------
    matplotlib.path.Path
        One path.

    Examples
    --------
    >>> len(compound_path(np.array([shapely.box(0, 0, 1, 1)])).vertices)
    5
    """
    from matplotlib.path import Path as Outline  # noqa: PLC0415 - only pictures need it

    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(polygons)))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(xy), Outline.LINETO, dtype=np.uint8)
    starts = np.diff(ring, prepend=-1) > 0
    codes[starts] = Outline.MOVETO
    codes[np.append(starts[1:], True)[: len(xy)]] = Outline.CLOSEPOLY
    return Outline(xy, codes)


def _strokes(edges: Edges, which: Ints) -> Outline:
    """Give pieces of boundary as one path, those that follow each other in one stroke."""
    from matplotlib.path import Path as Outline  # noqa: PLC0415 - only pictures need it

    begins = ~(edges.follows[which] & (np.diff(which, prepend=-2) == 1))
    ends = np.arange(len(which)) + np.cumsum(begins)  # each stroke has one point more than pieces
    xy = np.empty((len(which) + int(begins.sum()), 2))
    xy[ends], xy[ends[begins] - 1] = edges.xy[which, 2:], edges.xy[which[begins], :2]
    codes = np.full(len(xy), Outline.LINETO, dtype=np.uint8)
    codes[ends[begins] - 1] = Outline.MOVETO
    return Outline(xy, codes)


def _fill_communes(axes: Axes, scene: Scene, view: View, seen: Bools) -> None:
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - only pictures need it

    classes = classes_of(scene.values, scene.indicator.breaks)
    polygons = scene.communes.geometry.to_numpy()
    drawable = seen & np.isin(shapely.get_type_id(polygons), (3, 6))
    for quiet in (True, False):
        for nth in np.unique(classes[drawable & (view.focus != quiet)]):
            path = compound_path(polygons[drawable & (view.focus != quiet) & (classes == nth)])
            colour = NO_DATA if nth < 0 else scene.indicator.colours[nth]
            colour = faded(colour) if quiet else colour
            # the thin stroke hides the hair of ground between neighbours
            axes.add_artist(PathPatch(path, fc=colour, ec=colour, lw=0.25, zorder=1))
            if nth < 0:
                axes.add_artist(
                    PathPatch(path, fc="none", ec=NO_DATA_DOTS, lw=0, hatch="...", zorder=1.1)
                )


def faded(colour: str, share: float = 0.62) -> str:
    """Give a colour nearer to white.

    Parameters
    ----------
    colour
        As ``#rrggbb``.
    share
        How near: 1 is white.

    Returns
    -------
    str
        A colour.

    Examples
    --------
    >>> faded("#000000", 0.5)
    '#808080'
    """
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(p + (255 - p) * share):02x}" for p in parts)


def _hatch_zones(axes: Axes, scene: Scene) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - only pictures need it
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - only pictures need it

    if not len(scene.zones):
        return
    path = compound_path(scene.zones)
    with mpl.rc_context({"hatch.linewidth": 1.5}):  # white beneath, or dark classes hide the lines
        axes.add_artist(PathPatch(path, fc="none", ec="#ffffff", lw=0, hatch=HATCHING, zorder=2))
    axes.add_artist(PathPatch(path, fc="none", ec=HATCH, lw=0.5, hatch=HATCHING, zorder=2.1))


def _stroke_borders(axes: Axes, scene: Scene, view: View, seen: Bools) -> None:
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - only pictures need it

    ranks = _ranks(scene, view.focus)
    near = seen[scene.edges.one] | (seen[scene.edges.other] & (scene.edges.other >= 0))
    for rank in (1, 0) if is_national(view) else (3, 2, 1, 0):
        which = np.flatnonzero(near & (ranks == rank))
        if len(which):
            width, colour = PENS[rank]
            width *= view.lettering * (1.5 if rank == 0 and not view.focus.all() else 1)
            axes.add_artist(
                PathPatch(
                    _strokes(scene.edges, which),
                    fc="none",
                    ec=colour,
                    lw=width,
                    joinstyle="round",
                    capstyle="round",
                    zorder=3 + (3 - rank) / 10,
                )
            )


def _ranks(scene: Scene, focus: Bools) -> Ints:
    """Tell what each piece of boundary is: 0 edge, 1 département, 2 EPCI, 3 commune."""
    one, other = scene.edges.one, scene.edges.other
    rank = np.full(len(one), 3, dtype=np.int64)
    for level, column in ((2, "code_epci"), (1, "code_departement")):
        if column in scene.communes:
            codes = np.array(texts(scene.communes, column))
            rank[codes[one] != codes[other]] = level
    here, there = focus[one], focus[other] & (other >= 0)
    rank[(other < 0) & ~here] = 2
    return np.where(here != there, 0, rank)


def _draw_dots(axes: Axes, scene: Scene, view: View) -> list[Box]:
    """Draw links and places; give the boxes they take, in mm."""
    dots, shown = scene.dots, in_view(scene.dots.x, scene.dots.y, view)
    child = np.flatnonzero(shown & (dots.parent >= 0))
    for colour, width in (("#ffffff", 2.2), ("#1a1a1a", 0.9)):
        ends = np.array([child, dots.parent[child]])
        axes.plot(dots.x[ends], dots.y[ends], color=colour, lw=width * view.lettering, zorder=5)
    size = view.lettering * _crowd(int(shown.sum()), view)
    near = np.append(view.focus, False)[dots.commune]
    category = np.array([one if one in SYMBOLS else "autre" for one in dots.category], dtype=object)
    boxes: list[Box] = []
    # CRANT are few and last, so that they lie above; places beyond the border lie beneath
    for level, (quiet, one) in enumerate(itertools.product((True, False), DRAWN)):
        these = shown & (near != quiet) & (category == one)
        _stamp(axes, dots.x[these], dots.y[these], one, size, quiet=quiet, level=6 + level / 100)
        half = 0.6 * SYMBOLS[one].size * size
        boxes += [_box_mm(view, *at, half) for at in zip(dots.x[these], dots.y[these], strict=True)]
    return boxes


def _stamp(
    axes: Axes, x: Floats, y: Floats, category: str, size: float, *, quiet: bool, level: float
) -> None:
    """Draw the symbol of a category at some points, on a white ring."""
    symbol = SYMBOLS[category]
    points = symbol.size * size / MM_PER_POINT
    for ring in (True, False):
        axes.plot(
            x,
            y,
            symbol.marker,
            ms=points + (1.6 * min(size, 1) if ring else 0),
            color="#ffffff" if ring else symbol.colour,
            mec="#ffffff" if ring else "#1a1a1a",
            mew=0 if ring else 0.5 * min(size, 1),
            alpha=0.45 if quiet else 1,
            zorder=level + (0 if ring else 0.005),
        )


def _crowd(count: int, view: View) -> float:
    """Draw symbols larger where there is room for them."""
    west, south, east, north = view.box
    room = (east - west) * (north - south) / view.metres_per_mm**2 / max(count, 1)
    return float(np.clip((room / 250) ** 0.25, 0.8, 1.4) if room > 60 else (room / 60) ** 0.4 * 0.8)


def _box_mm(view: View, x: float, y: float, half: float) -> Box:
    across, up = (x - view.box[0]) / view.metres_per_mm, (y - view.box[1]) / view.metres_per_mm
    return across - half, up - half, across + half, up + half


def _draw_sites(axes: Axes, scene: Scene, view: View) -> list[Box]:
    """Draw proposed sites: their rank in a ring."""
    boxes = []
    for rank, (x, y) in enumerate(zip(*scene.sites, strict=True), start=1):
        if np.isfinite(x):
            size = 13 * view.lettering
            axes.plot(x, y, "o", ms=size, color="#ffffff", mec="#1a1a1a", mew=1.6, zorder=8)
            style = Style(7 * view.lettering, weight="bold")
            drop = 0.34 * style.points * MM_PER_POINT * view.metres_per_mm
            write_at(axes, (x, y - drop), str(rank), style, "center", level=8.1)
            boxes.append(_box_mm(view, x, y, size * MM_PER_POINT / 2))
    return boxes


def _draw_furniture(axes: Axes, scene: Scene, view: View) -> list[Box]:
    """Draw the scale bar and the arrow to the north, each in the corner where it hides least."""
    km, wide = _scale_km(view)
    big = view.lettering
    scale = corner_box(scene, view, (wide + 8, 11.6 * big), ("sw", "se", "nw"))
    north = corner_box(scene, view, (10 * big, 16 * big), ("ne", "nw", "se"), beside=scale)
    _draw_scale(axes, view, scale, km)
    _draw_north(axes, view, north)
    return [scale, north]


def corner_box(
    scene: Scene,
    view: View,
    size: tuple[float, float],
    corners: tuple[str, ...],
    beside: Box | None = None,
) -> Box:
    """Choose among corners of the map the one where a box hides least.

    Parameters
    ----------
    scene, view
        What is drawn, and how.
    size
        How wide and high the box is, in mm.
    corners
        ``"ne"``, ``"nw"``, ``"se"``, ``"sw"``: the best first, for those that are alike.
    beside
        A box that it must not touch, as far as possible.

    Returns
    -------
    tuple of float
        The box, in mm of the map.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from epn_geo.picturing.scene import fit_box, make_scene
    >>> ground = gpd.GeoDataFrame(
    ...     {"part_couverte": [1.0]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... )
    >>> scene = make_scene(ground)
    >>> view = fit_box((0, 0, 4000, 4000), 100, 100)._replace(focus=scene.inside)
    >>> corner_box(scene, view, (10, 10), ("sw", "se"))[:2]
    (0.0, 0.0)
    """
    right, top = (
        (view.box[2] - view.box[0]) / view.metres_per_mm,
        (view.box[3] - view.box[1]) / view.metres_per_mm,
    )
    boxes = []
    for corner in corners:
        x = 0.0 if "w" in corner else right - size[0]
        y = 0.0 if "s" in corner else top - size[1]
        boxes.append((x, y, x + size[0], y + size[1]))
    if beside is not None:
        boxes = [box for box in boxes if not _touch(box, beside)] or boxes
    return min(boxes, key=lambda box: _hidden(scene, view, box))  # the first of those alike


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _hidden(scene: Scene, view: View, box: Box) -> float:
    """Say how much a box would hide: each symbol counts as much as half the box of territory."""
    west, south = view.box[:2]
    mm = view.metres_per_mm
    area = shapely.box(
        west + box[0] * mm, south + box[1] * mm, west + box[2] * mm, south + box[3] * mm
    )
    reach = 2.5 * mm * view.lettering  # a symbol is not a point
    x0, y0, x1, y1 = area.bounds
    dots = (scene.dots.x > x0 - reach) & (scene.dots.x < x1 + reach)
    dots &= (scene.dots.y > y0 - reach) & (scene.dots.y < y1 + reach)
    outlines = scene.communes.geometry.to_numpy()[view.focus]
    outlines = outlines[shapely.intersects(outlines, area)]
    covered = float(shapely.area(shapely.intersection(outlines, area)).sum())
    # rounded, so that corners alike stay alike
    return round(0.5 * int(dots.sum()) + covered / area.area, 6)


def _scale_km(view: View) -> tuple[float, float]:
    """Choose the length of the scale bar; give it in km, and in mm of the page."""
    mm = view.metres_per_mm
    longest = (view.box[2] - view.box[0]) / mm / 4
    km = next((one for one in SCALES_KM if 1000 * one / mm <= longest), SCALES_KM[-1])
    return km, 1000 * km / mm


def _draw_scale(axes: Axes, view: View, box: Box, km: float) -> None:
    """Draw the scale bar."""
    mm = view.metres_per_mm
    x, y = view.box[0] + (box[0] + 4) * mm, view.box[1] + (box[1] + 4) * mm
    end = x + 1000 * km
    tick = 1.4 * mm * view.lettering
    high = 7.6 * mm * view.lettering
    axes.fill_between(
        [x - 1.6 * mm, end + 1.6 * mm], y - 1.6 * mm, y + high, color="#ffffff", alpha=0.85, lw=0,
        zorder=8.9,
    )  # fmt: skip
    axes.plot([x, x, end, end], [y + tick, y, y, y + tick], color="#111111", lw=1.2, zorder=9)
    label = f"{number(km, 'fr', 1 if km < 1 else 0)} km"
    write_at(axes, ((x + end) / 2, y + 2.2 * tick), label, Style(7 * view.lettering), "center",
             halo=1, level=9)  # fmt: skip


def _draw_north(axes: Axes, view: View, box: Box) -> None:
    """Draw an arrow to the north."""
    mm = view.metres_per_mm * view.lettering
    x = view.box[0] + (box[0] + box[2]) / 2 * view.metres_per_mm
    y = view.box[1] + box[3] * view.metres_per_mm - 4 * mm
    axes.fill_between(
        [x - 3.4 * mm, x + 3.4 * mm], y - 11 * mm, y + 1.6 * mm, color="#ffffff", alpha=0.85, lw=0,
        zorder=8.9,
    )  # fmt: skip
    axes.fill(
        [x, x + 1.8 * mm, x, x - 1.8 * mm], [y, y - 6 * mm, y - 4.6 * mm, y - 6 * mm],
        color="#111111", lw=0, zorder=9,
    )  # fmt: skip
    write_at(axes, (x, y - 9.4 * mm), "N", Style(8 * view.lettering, weight="bold"), "center",
             level=9)  # fmt: skip


def _write_names(axes: Axes, scene: Scene, view: View, taken: list[Box]) -> None:
    """Write the names that find room."""
    wide = {style: measure(figure_of(axes), style) for style in _styles(view.lettering).values()}
    mm = view.metres_per_mm
    frame = (1.0, 1.0, (view.box[2] - view.box[0]) / mm - 1, (view.box[3] - view.box[1]) / mm - 1)
    names = _names(scene, view)
    spots = place_names(names, taken, frame, lambda name: wide[name.style](name.text))
    for name, x, y in spots:
        at = (view.box[0] + x * mm, view.box[1] + y * mm)
        write_at(axes, at, name.text, name.style, "center", halo=1.1 * view.lettering, level=7)


def _styles(lettering: float) -> dict[str, Style]:
    return {
        "many": Style(5.2 * lettering, "#222222", "bold"),
        "departement": Style(8.5 * lettering, "#222222", "bold"),
        "epci": Style(7 * lettering, "#33304d", italic=True),
        "commune": Style(6.6 * lettering),
    }


def _names(scene: Scene, view: View) -> list[Name]:
    """List the names worth trying: territories first, then communes from the largest down."""
    styles = _styles(view.lettering)
    names = []
    for level in ("departement", "epci"):
        if level in view.names and f"code_{level}" in scene.communes:
            names += _territory_names(
                scene, view, level, styles["many" if is_national(view) else level]
            )
    if "commune" in view.names and "commune" in scene.communes:
        names += _commune_names(scene, view, styles["commune"])
    return names


def _territory_names(scene: Scene, view: View, level: str, style: Style) -> list[Name]:
    """Name territories at the middle of their communes in view."""
    x, y = scene.halls
    codes = np.array(texts(scene.communes, f"code_{level}"))
    called = texts(scene.communes, level)
    groups = {code: np.flatnonzero(view.focus & (codes == code)) for code in np.unique(codes)}
    # where there are many, a name without room is left out sooner than laid over another territory
    named = [
        _name(view, text.upper() if level == "departement" else text, x[rows], y[rows], style)
        for code, rows in groups.items()
        if len(rows) and code and (text := plain_text(called[rows[0]], 40))
    ]
    return [name._replace(near=is_national(view)) for name in named]


def _name(view: View, text: str, x: Floats, y: Floats, style: Style) -> Name:
    box = _box_mm(view, float(np.nanmean(x)), float(np.nanmean(y)), 0)
    return Name(text, box[0], box[1], style, great=True)


def _commune_names(scene: Scene, view: View, style: Style) -> list[Name]:
    """Name communes beside their town hall, as many as a page of this size can bear."""
    x, y = scene.halls
    people = (
        numbers(scene.communes, "population")
        if "population" in scene.communes
        else np.zeros(len(scene.communes))
    )
    west, south, east, north = view.box
    near = view.focus & in_view(x, y, view)
    room = (east - west) * (north - south) / view.metres_per_mm**2
    most = int(room / ((3000 if is_national(view) else 700) * view.lettering**2))
    rows = np.flatnonzero(near)
    rows = rows[np.argsort(-np.nan_to_num(people[rows]), kind="stable")][:most]
    called = texts(scene.communes, "commune")
    return [
        Name(
            plain_text(called[i], 40),
            *_box_mm(view, x[i], y[i], 0)[:2],
            style,
            around=True,
            great=bool(people[i] >= GREAT),
        )
        for i in rows
        if called[i]
    ]
