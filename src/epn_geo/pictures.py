"""Frames -> pictures for slides and print: PNG, SVG, PDF.

The same classes, colours, symbols and words as the interactive map, on one A4 landscape page or one
slide: title, map, legend with counts, scale bar, north, definition, sources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import geopandas as gpd
import numpy as np

from epn_geo.columns import numbers, texts
from epn_geo.errors import DataError, did_you_mean
from epn_geo.labels import Lang, check_lang, number, say, say_date
from epn_geo.picturing.drawing import draw_scene
from epn_geo.picturing.legends import Room, kilometres, write_key_figure, write_legend
from epn_geo.picturing.lettering import (
    MM_PER_POINT,
    Style,
    clip_line,
    figure_of,
    measure,
    picture_settings,
    plain_text,
    wrap_lines,
    write_at,
)
from epn_geo.picturing.scene import Scene, fit_box, make_scene
from epn_geo.picturing.symbols import map_words
from epn_geo.sentences import area_definition, how_counted
from epn_geo.territories import territory_name
from epn_geo.writing import atomic_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PageSize = Literal["a4", "slide"]
FORMATS = (".png", ".svg", ".pdf")
# formats that would hold a date or a version hold none, so that the same frames give the same bytes
METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": "epn-geo"},
    ".pdf": {"CreationDate": None, "Creator": "epn-geo", "Producer": "epn-geo"},
}


class Format(NamedTuple):
    """A page."""

    width: float  # mm
    height: float
    margin: float
    side: float  # width of the legend
    lettering: float  # 1 for A4 in the hand
    dpi: int


NOTICE = "#8c1d00"  # the colour of what must not be missed

SIZES: dict[PageSize, Format] = {
    "a4": Format(297.0, 210.0, 10.0, 68.0, 1.0, 200),
    "slide": Format(338.67, 190.5, 9.0, 88.0, 1.35, 144),  # 16:9, 1920 × 1080 points
}


def picture(
    coverage: gpd.GeoDataFrame,
    path: str | Path,
    *,
    places: gpd.GeoDataFrame | None = None,
    gaps: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    indicator: str | Mapping[str, str] | None = None,
    radius_km: float | None = None,
    minutes: float | None = None,
    title: str | None = None,
    size: PageSize = "a4",
    lang: str = "fr",
    sources: Sequence[str] = (),
    notices: Sequence[str] = (),
    date: str | None = None,
    definition: str | None = None,
    demonstration: bool | None = None,
) -> Path:
    """Draw coverage as a picture for a slide or a printed page.

    Parameters
    ----------
    coverage
        Communes with what `measure_coverage` added. Geometry and ``part_couverte`` are enough.
    path
        Where to; the suffix chooses ``.png``, ``.svg`` or ``.pdf``. An existing file is replaced,
        or left as it was on failure.
    places
        Places; geometry is enough. Categories get a shape and a colour each, antennes a line to
        their EPN; those outside the territory are drawn fainter.
    gaps
        What `find_gaps` gave: hatched.
    sites
        Proposed places, best first: numbered.
    indicator
        What communes are shaded by: ``part`` (share of area, the default), ``mairie``,
        ``hors_portee``, ``distance``, ``population``, a numeric column of `coverage`, or such a
        column and what to call it (``{"part_75_plus": "75 ans et plus (%)"}``).
    radius_km
        Which radius, if several were measured; 10 km by default.
    title
        What stands above.
    size
        ``a4`` (landscape, 200 dots an inch) or ``slide`` (16:9, 1920 × 1080 dots).
    lang
        ``"fr"`` or ``"en"``.
    sources
        Sentences that say where the data comes from.
    notices
        Sentences that must not be missed, such as what the figures leave out: first at the foot.
    date
        The day that the picture should bear, as text. Nothing is taken from the clock.
    definition
        What "within reach" means here, instead of the usual sentence.
    demonstration
        Whether to say in a banner that the network is invented; by default, if the ``source`` of a
        place begins with "Démonstration".

    Returns
    -------
    pathlib.Path
        The file written: the same bytes for the same frames.

    Raises
    ------
    ColumnError
        If there is nothing to shade by.
    CrsError
        If a frame has no CRS, or the communes lie in two territories.
    DataError
        For another suffix or size, or if there is no outline.

    Notes
    -----
    Drawn in the official metric CRS of the territory. Text stays text in SVG and PDF. Names are
    never read as formulas, and what the font (DejaVu Sans) lacks is shown as ``□``.

    Examples
    --------
    >>> import shapely, tempfile
    >>> communes = gpd.GeoDataFrame(
    ...     {"commune": ["Caen", "Ifs"], "part_couverte": [1.0, 0.4]},
    ...     geometry=[shapely.box(-0.4, 49.1, -0.3, 49.2), shapely.box(-0.4, 49.0, -0.3, 49.1)],
    ...     crs=4326,
    ... )
    >>> picture(communes, Path(tempfile.mkdtemp()) / "caen.svg", title="Calvados").name
    'caen.svg'
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        hint = did_you_mean(path.suffix, FORMATS)
        raise DataError(f"{path.name}: the suffix must be one of {', '.join(FORMATS)}.{hint}")
    if size not in SIZES:
        hint = did_you_mean(size, SIZES)
        raise DataError(f"size must be one of {', '.join(SIZES)}, not {size!r}.{hint}")
    [content] = draw_pictures(
        [(path.suffix.lower(), size)],
        coverage,
        places=places,
        gaps=gaps,
        sites=sites,
        indicator=indicator,
        radius_km=radius_km,
        minutes=minutes,
        title=title,
        lang=lang,
        sources=sources,
        notices=notices,
        date=date,
        definition=definition,
        demonstration=demonstration,
    )
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
    return path


def draw_pictures(
    formats: Sequence[tuple[str, PageSize]],
    coverage: gpd.GeoDataFrame,
    *,
    places: gpd.GeoDataFrame | None = None,
    gaps: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    indicator: str | Mapping[str, str] | None = None,
    radius_km: float | None = None,
    minutes: float | None = None,
    title: str | None = None,
    lang: str = "fr",
    sources: Sequence[str] = (),
    notices: Sequence[str] = (),
    date: str | None = None,
    definition: str | None = None,
    demonstration: bool | None = None,
) -> list[bytes]:
    """Draw one picture in several formats, without writing any file.

    Parameters
    ----------
    formats
        Suffix and size of each, as in `picture`.
    coverage, places, gaps, sites, indicator, radius_km, title, lang, sources, notices, date
        As `picture`.
    definition
        As `picture`.
    demonstration
        As `picture`.

    Returns
    -------
    list of bytes
        The content of each file.

    Raises
    ------
    ColumnError, CrsError, DataError
        As `picture`.

    Examples
    --------
    >>> import shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"part_couverte": [1.0]}, geometry=[shapely.box(-0.4, 49.1, -0.3, 49.2)], crs=4326
    ... )
    >>> png, pdf = draw_pictures([(".png", "slide"), (".pdf", "a4")], communes)
    >>> png[1:4], pdf[1:4]
    (b'PNG', b'PDF')
    """
    spoken = check_lang(lang)
    scene = make_scene(
        coverage,
        places=places,
        gaps=gaps,
        sites=sites,
        indicator=indicator,
        radius_km=radius_km,
        minutes=minutes,
        lang=spoken,
    )
    told = _Told(
        lang=spoken,
        title=plain_text(title or say("map_title", spoken)),
        subtitle=_subtitle(scene, date, spoken, named=title is not None),
        banner=_banner(places, demonstration, spoken),
        notices=[plain_text(notice, 500) for notice in notices],
        notes=_notes(scene, sources, definition, spoken),
    )
    with picture_settings():
        return [_content(scene, told, suffix, SIZES[size]) for suffix, size in formats]


def _content(scene: Scene, told: _Told, suffix: str, size: Format) -> bytes:
    """Draw the page, and give it as a file holds it."""
    figure, content = _draw_page(scene, told, size), BytesIO()
    figure.savefig(content, format=suffix[1:], dpi=size.dpi, metadata=METADATA[suffix])
    return content.getvalue()


class _Told(NamedTuple):
    """What the page says round the map."""

    lang: Lang
    title: str
    subtitle: str
    banner: str
    notices: list[str]
    notes: list[str]


def _draw_page(scene: Scene, told: _Told, size: Format) -> Figure:
    """Lay out the page: title above, map left, legend right, notes below."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - pictures only
    from matplotlib.figure import Figure  # noqa: PLC0415 - the same

    figure = Figure(figsize=(size.width / 25.4, size.height / 25.4), dpi=200, facecolor="white")
    FigureCanvasAgg(figure)
    page = figure.add_axes((0, 0, 1, 1), zorder=-1)
    page.set(xlim=(0, size.width), ylim=(0, size.height))
    page.axis("off")
    top = _write_title(page, told, size)
    bottom = _write_notes(page, told, size)
    wide = size.width - 2 * size.margin - size.side - 5
    bounds = scene.communes.geometry[scene.inside].total_bounds
    view = fit_box(tuple(bounds), wide, top - bottom)
    view = view._replace(focus=scene.inside, lettering=size.lettering, names=_levels(scene))
    axes = figure.add_axes(
        (
            size.margin / size.width,
            bottom / size.height,
            wide / size.width,
            (top - bottom) / size.height,
        )
    )
    draw_scene(axes, scene, view)
    left = size.width - size.margin - size.side
    room = Room(left, top, size.side, bottom, size.lettering)
    room = room._replace(top=write_key_figure(page, scene, view, room, told.lang))
    write_legend(page, scene, view, room, told.lang)
    return figure


def _levels(scene: Scene) -> tuple[str, ...]:
    """Choose which territories to name besides communes."""
    inside = scene.communes[scene.inside]
    if "code_departement" in inside and inside["code_departement"].nunique() > 1:
        return ("departement", "commune")
    if "code_epci" in inside and inside["code_epci"].nunique() > 1:
        return ("epci", "commune")
    return ("commune",)


def _write_title(page: Axes, told: _Told, size: Format) -> float:
    """Write banner and title; give the height where the map may begin."""
    top, big = size.height - size.margin, size.lettering
    wide = size.width - 2 * size.margin
    if told.banner:
        high = 7.5 * big
        page.fill_between([0, size.width], size.height - high, size.height, color=NOTICE, lw=0)
        style = Style(10.5 * big, "#ffffff", "bold")
        at = (size.width / 2, size.height - 0.66 * high)
        write_at(page, at, told.banner, style, "center")
        top = size.height - high - 3
    style = Style(17 * big, weight="bold")
    long = measure(figure_of(page), style)(told.title)
    # a long one in smaller letters, one that is longer still cut short
    style = style._replace(points=style.points * min(max(0.99 * wide / max(long, 1), 0.6), 1))
    title = clip_line(told.title, wide, measure(figure_of(page), style))
    write_at(page, (size.margin, top - 5.2 * big), title, style)
    style = Style(9.5 * big, "#444444")
    line = clip_line(told.subtitle, wide, measure(figure_of(page), style))
    write_at(page, (size.margin, top - 10.6 * big), line, style)
    return top - 14 * big


def _write_notes(page: Axes, told: _Told, size: Format) -> float:
    """Write notices, definition and sources at the foot; give the height where the map may end."""
    small = 6.6 * size.lettering
    loud, quiet = Style(1.2 * small, NOTICE, "bold"), Style(small, "#333333")
    lines = [
        (line, style)
        for texts, style in ((told.notices, loud), (told.notes, quiet))
        for text in texts
        for line in wrap_lines(
            text, size.width - 2 * size.margin, measure(figure_of(page), style), 5
        )
    ]
    y = 0.7 * size.margin
    for line, style in reversed(lines):
        write_at(page, (size.margin, y), line, style)
        y += 1.35 * style.points * MM_PER_POINT
    return y + 2


def _subtitle(scene: Scene, date: str | None, lang: Lang, *, named: bool) -> str:
    """Say which territory it is if the title does not, how large, and of when."""
    inside = scene.communes[scene.inside]
    parts = [] if named else _territory(inside, lang)
    parts = [*parts, say("map_communes", lang, count=number(len(inside), lang))]
    if "population" in inside:
        people = float(np.nansum(numbers(inside, "population")))
        parts.append(say("map_people", lang, count=number(people, lang)))
    return " · ".join([*parts, *([say_date(plain_text(date), lang)] if date else [])])


def _territory(inside: gpd.GeoDataFrame, lang: Lang) -> list[str]:
    """Name the territory, if it has a name."""
    name = territory_name(inside, lang)
    return [plain_text(name)] if name else []


def _banner(places: gpd.GeoDataFrame | None, asked: bool | None, lang: Lang) -> str:
    """Say, where nobody can miss it, that the network is invented."""
    told = places is not None and any(
        text.startswith("Démonstration") for text in texts(places, "source")
    )
    return say("map_demonstration", lang) if asked or (asked is None and told) else ""


def _notes(scene: Scene, sources: Sequence[str], definition: str | None, lang: Lang) -> list[str]:
    radius = scene.measure.radius_km
    usual = area_definition(scene.communes, [scene.measure], lang) or (
        say("map_definition_unknown", lang)
        if radius is None
        else say(
            "map_definition",
            lang,
            km=kilometres(radius, lang).removesuffix("\u00a0km"),
            counted=how_counted(scene.communes, lang),
        )
    )
    notes = [definition or usual]
    if sources:
        colon = " : " if lang == "fr" else ": "
        # each is a sentence: told in one breath, it ends where the next begins
        told = [str(source).strip().removesuffix(".") for source in sources]
        notes.append(map_words(lang)["sources"] + colon + "\u00a0; ".join(told) + ".")
    return [plain_text(note, 1500) for note in notes]
