"""The map of a territory sheet: the territory, its surroundings, the legend, and where it lies."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from epn_geo.labels import Lang
from epn_geo.picturing.drawing import compound_path, draw_scene
from epn_geo.picturing.legends import Room, write_legend
from epn_geo.picturing.lettering import picture_settings
from epn_geo.picturing.scene import Bools, Scene, fit_box

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from epn_geo.picturing.lettering import Box

MAP_MM = (188.0, 78.0)
MAP_WIDE = 118.0  # mm of it for the map itself
MAP_DPI = 190
COLOURS = 160  # of a map's palette: three times smaller files, nothing to be seen


def draw_locator(scene: Scene, focus: Bools, lang: Lang) -> bytes:
    """Draw the map of a sheet: the territory, its surroundings, the legend, and where it lies.

    Parameters
    ----------
    scene
        All communes.
    focus
        Those of the territory.
    lang
        Language.

    Returns
    -------
    bytes
        A PNG.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from epn_geo.picturing.scene import make_scene
    >>> scene = make_scene(gpd.GeoDataFrame(
    ...     {"part_couverte": [1.0]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... ))
    >>> draw_locator(scene, scene.inside, "fr")[1:4]
    b'PNG'
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - sheets only
    from matplotlib.figure import Figure  # noqa: PLC0415 - the same
    from PIL import Image  # noqa: PLC0415 - the same

    wide, high = MAP_MM
    with picture_settings():
        figure = Figure(figsize=(wide / 25.4, high / 25.4), dpi=MAP_DPI, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        page = figure.add_axes((0, 0, 1, 1), zorder=-1)
        page.set(xlim=(0, wide), ylim=(0, high))
        page.axis("off")
        bounds = tuple(scene.communes.geometry[focus].total_bounds)
        view = fit_box(bounds, MAP_WIDE, high - 1)._replace(focus=focus, lettering=0.95)
        view = view._replace(names=("departement", "commune") if focus.all() else ("commune",))
        axes = figure.add_axes((0.002, 0.006, MAP_WIDE / wide, (high - 1) / high))
        draw_scene(axes, scene, view)
        left = MAP_WIDE + 5
        other = not (focus == scene.inside).all()
        room = Room(left, high - 0.5, wide - left - 1, 21 if other else 0)
        write_legend(page, scene, view, room, lang)
        if other:
            inset = fit_box(tuple(scene.communes.geometry[scene.inside].total_bounds), 28, 20, 0.02)
            _draw_inset(figure.add_axes((1 - 28 / wide, 0, 28 / wide, 20 / high)), scene, focus,
                        inset.box)  # fmt: skip
        canvas.draw()  # type: ignore[no-untyped-call]
        points = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    image, buffer = Image.fromarray(points).convert("RGB"), io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _draw_inset(axes: Axes, scene: Scene, focus: Bools, box: Box) -> None:
    """Show where the territory lies in the whole."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - sheets only

    west, south, east, north = box
    axes.set(xlim=(west, east), ylim=(south, north), aspect="equal")
    axes.axis("off")
    polygons = scene.communes.geometry.to_numpy()
    for rows, colour in ((scene.inside, "#d5d9df"), (focus, "#8c1d00")):
        known = rows & ~scene.communes.geometry.isna().to_numpy()
        axes.add_artist(PathPatch(compound_path(polygons[known]), fc=colour, ec=colour, lw=0.3))
