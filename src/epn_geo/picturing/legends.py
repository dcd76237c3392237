"""The legend of a picture: classes with their counts, symbols, lines, and one key figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from epn_geo.columns import numbers
from epn_geo.labels import Lang, fill, number, percent, reach_name, say
from epn_geo.picturing.lettering import (
    MM_PER_POINT,
    Style,
    clip_line,
    figure_of,
    measure,
    plain_text,
    wrap_lines,
    write_at,
)
from epn_geo.picturing.scene import Scene, View, classes_of, in_view, is_national
from epn_geo.picturing.symbols import (
    HATCH,
    HATCHING,
    NO_DATA,
    NO_DATA_DOTS,
    PENS,
    SYMBOLS,
    map_words,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE = 5.2  # mm between two lines of the legend


class Room(NamedTuple):
    """Where a legend is written, in mm of the page."""

    left: float
    top: float
    width: float
    bottom: float
    lettering: float = 1.0


class _Row(NamedTuple):
    """A line of the legend."""

    kind: Literal["fill", "hatch", "place", "line", "site"]
    what: Any  # a colour, a category, or the width and colour of a line
    label: str
    amount: str = ""


def write_legend(page: Axes, scene: Scene, view: View, room: Room, lang: Lang) -> None:
    """Write the legend of what a view shows.

    Parameters
    ----------
    page
        Axes in millimetres of the page.
    scene, view
        What was drawn; communes and places are counted in the view's focus.
    room
        Where; a legend too long for it is drawn smaller.
    lang
        Language.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from matplotlib.backends.backend_agg import FigureCanvasAgg
    >>> from matplotlib.figure import Figure
    >>> from epn_geo.picturing.scene import fit_box, make_scene
    >>> scene = make_scene(gpd.GeoDataFrame(
    ...     {"part_couverte": [1.0]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... ))
    >>> view = fit_box((0, 0, 4000, 4000), 100, 100)._replace(focus=scene.inside)
    >>> figure = Figure()
    >>> _ = FigureCanvasAgg(figure)
    >>> page = figure.add_axes((0, 0, 1, 1))
    >>> write_legend(page, scene, view, Room(0, 100, 60, 0), "fr")
    >>> [text.get_text() for text in page.texts][:4]
    ['Part de la surface à', 'portée', 'communes', '0 %']
    """
    words = map_words(lang)
    title = scene.indicator.label
    if scene.measure.value is not None and scene.indicator.by_radius:
        title += f" ({reach_name(scene.measure, lang)})"
    parts = [
        (title, words["communes"], _shade_rows(scene, view, words, lang)),
        (words["places"], "", _place_rows(scene, view, words, lang)),
        ("", "", _line_rows(scene, view, words, lang)),
    ]
    lines = sum(len(rows) + (2.4 if title else 0.3) for title, _, rows in parts if rows)
    fit = min(1.0, (room.top - room.bottom) / (lines * LINE * room.lettering))
    room = room._replace(lettering=room.lettering * fit)
    for title, unit, rows in parts:
        if rows:
            room = room._replace(top=_write_title(page, title, unit, room))
            room = room._replace(top=_write_rows(page, rows, room))


def kilometres(value: float, lang: Lang) -> str:
    r"""Write a distance, the unit tied to its number.

    Parameters
    ----------
    value
        Kilometres.
    lang
        Language.

    Returns
    -------
    str
        Text.

    Examples
    --------
    >>> kilometres(7.5, "fr"), kilometres(10, "en")
    ('7,5\xa0km', '10\xa0km')
    """
    return f"{number(value, lang, 0 if value == round(value) else 1)}\u00a0km"


def write_key_figure(page: Axes, scene: Scene, view: View, room: Room, lang: Lang) -> float:
    """Write the share of people within reach in large figures, if it is known.

    Parameters
    ----------
    page, scene, view, room, lang
        As `write_legend`.

    Returns
    -------
    float
        The height where the legend may begin.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from matplotlib.figure import Figure
    >>> from epn_geo.picturing.scene import fit_box, make_scene
    >>> scene = make_scene(gpd.GeoDataFrame(
    ...     {"part_couverte": [1.0]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... ))
    >>> view = fit_box((0, 0, 4000, 4000), 100, 100)._replace(focus=scene.inside)
    >>> page = Figure().add_axes((0, 0, 1, 1))
    >>> write_key_figure(page, scene, view, Room(0, 100, 60, 0), "fr")  # nobody is counted
    100
    """
    known = _people_within(scene, view)
    if known is None:
        return room.top
    (within, people), big = known, room.lettering
    share = percent(within / people, lang)
    write_at(page, (room.left, room.top - 8.5 * big), share, Style(24 * big, weight="bold"))
    words, known_reach = map_words(lang), scene.measure.value is not None
    km = f" ({reach_name(scene.measure, lang)})" if known_reach else ""
    style = Style(8 * big)
    wide = measure(figure_of(page), style)
    told = fill(words["people_of"], lang, people=number(within, lang), all=number(people, lang))
    text = (words["people_within"] + km, told)
    lines = [line for part in text for line in wrap_lines(part, room.width, wide, 2)]
    for nth, line in enumerate(lines):
        write_at(page, (room.left, room.top - (13.5 + 4 * nth) * big), line, style)
    return room.top - (14.5 + 4 * len(lines)) * big


def _people_within(scene: Scene, view: View) -> tuple[float, float] | None:
    """Give people within reach and people altogether, in the focus."""
    rows = scene.communes[view.focus]
    if "population" not in rows or "population_couverte" + scene.measure.suffix not in rows:
        return None
    people = float(np.nansum(numbers(rows, "population")))
    within = float(np.nansum(numbers(rows, "population_couverte" + scene.measure.suffix)))
    return (within, people) if people > 0 else None


def _shade_rows(scene: Scene, view: View, words: dict[str, str], lang: Lang) -> list[_Row]:
    classes = classes_of(scene.values, scene.indicator.breaks)[view.focus]
    rows = [
        _Row("fill", colour, label, number(int((classes == nth).sum()), lang))
        for nth, (colour, label) in enumerate(
            zip(scene.indicator.colours, scene.indicator.labels, strict=True)
        )
    ]
    if unknown := int((classes < 0).sum()):
        rows.append(_Row("fill", None, words["no_data"], number(unknown, lang)))
    return rows


def _place_rows(scene: Scene, view: View, words: dict[str, str], lang: Lang) -> list[_Row]:
    """Count the places of each category in the focus, and those seen beyond."""
    dots = scene.dots
    within = np.append(view.focus, False)[dots.commune]
    category = np.array([one if one in SYMBOLS else "autre" for one in dots.category], dtype=object)
    rows = [
        _Row("place", one, words[f"category_{nth}"], number(count, lang))
        for nth, one in enumerate(SYMBOLS)
        if (count := int((within & (category == one)).sum()))
    ]
    shown = in_view(dots.x, dots.y, view)
    if (shown & (dots.parent >= 0)).any():
        rows.append(_Row("line", (0.9, "#1a1a1a"), words["layer_links"]))
    if beyond := int((shown & ~within).sum()):
        rows.append(_Row("place", None, say("picture_outside", lang), number(beyond, lang)))
    return rows


def _line_rows(scene: Scene, view: View, words: dict[str, str], lang: Lang) -> list[_Row]:
    inside = scene.communes[view.focus]
    rows = []
    if len(scene.zones):
        other = scene.zones_km is not None and scene.zones_km != scene.measure.radius_km
        km = f" ({kilometres(scene.zones_km or 0, lang)})" if other else ""
        rows.append(_Row("hatch", None, words["layer_gaps"] + km))
    if len(scene.sites[0]):
        rows.append(_Row("site", None, words["layer_sites"]))
    for rank, level in ((1, "departement"), (2, "epci")):
        column = f"code_{level}"
        if rank == 2 and is_national(view):
            continue
        if column in inside and inside[column].nunique() > 1:
            label = words["layer_departements" if level == "departement" else "layer_epci"]
            width, colour = PENS[rank]
            rows.append(_Row("line", (width * view.lettering, colour), label))
    return rows


def _write_title(page: Axes, title: str, unit: str, room: Room) -> float:
    """Write the title of a part; give the height where its rows may begin."""
    if not title:
        return room.top
    big, y = room.lettering, room.top - 2 * room.lettering
    style = Style(8.5 * big, weight="bold")
    wide = measure(figure_of(page), style)
    for line in wrap_lines(plain_text(title), room.width - (17 * big if unit else 0), wide, 3):
        y -= 4.4 * big
        write_at(page, (room.left, y), line, style)
    if unit:
        at = (room.left + room.width, y)
        write_at(page, at, unit, Style(7 * big, "#444444"), "right")
    return y - 1.6 * big


def _write_rows(page: Axes, rows: list[_Row], room: Room) -> float:
    """Write the lines of a part; give the height where the next may begin."""
    big, y = room.lettering, room.top
    style = Style(8 * big)
    wide = measure(figure_of(page), style)
    for row in rows:
        y -= LINE * big
        _draw_key(page, row, (room.left, y), big)
        label = clip_line(row.label, room.width - (22 if row.amount else 10) * big, wide)
        write_at(page, (room.left + 9 * big, y + 0.6 * big), label, style)
        at = (room.left + room.width, y + 0.6 * big)
        write_at(page, at, row.amount, style, "right")
    return y - 1.5 * big


def _draw_key(page: Axes, row: _Row, at: tuple[float, float], big: float) -> None:
    """Draw the small sample of a line of the legend."""
    (x, y), wide, high = at, 6.4 * big, 3.6 * big
    middle = (x + wide / 2, y + high / 2)
    if row.kind == "fill":
        _draw_box(page, (x, y, wide, high), row.what or NO_DATA)
        if row.what is None:
            _draw_box(page, (x, y, wide, high), "none", NO_DATA_DOTS, "...")
    elif row.kind == "hatch":
        _draw_box(page, (x, y, wide, high), "#ffffff")
        _draw_box(page, (x, y, wide, high), "none", HATCH, HATCHING)
    elif row.kind == "line":
        width, colour = row.what
        page.plot([x, x + wide], [middle[1]] * 2, color=colour, lw=width)
    elif row.kind == "site":
        page.plot(*middle, "o", ms=9 * big, color="#ffffff", mec="#1a1a1a", mew=1.4)
        write_at(page, (middle[0], y + 0.9 * big), "1", Style(6 * big, weight="bold"), "center")
    else:
        symbol = SYMBOLS[row.what or "EPN"]
        points = 1.25 * symbol.size * big / MM_PER_POINT
        page.plot(*middle, symbol.marker, ms=points, color=symbol.colour, mec="#1a1a1a",
                  mew=0.5, alpha=1 if row.what else 0.45)  # fmt: skip


def _draw_box(
    page: Axes,
    box: tuple[float, float, float, float],
    colour: str,
    edge: str = "#555555",
    hatch: str | None = None,
) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - only pictures need it

    x, y, wide, high = box
    page.add_artist(Rectangle((x, y), wide, high, fc=colour, ec=edge, lw=0.5, hatch=hatch))
