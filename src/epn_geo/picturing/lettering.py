"""Text on pictures: measured before it is written, wrapped, cut, and never taken for anything else.

matplotlib would read ``$…$`` as a formula; every text here is plain, in the one font that comes
with it, so that a picture is the same on every machine.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from epn_geo.errors import DataError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

FONT = "DejaVu Sans"
LONGEST = 300  # characters: no line of a picture holds more
MOST_WORDS = 64  # no line holds more either
MM_PER_POINT = 25.4 / 72
UNKNOWN = "\u25a1"  # stands for a character that the font does not have

_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")  # all blanks but the two that keep words together

Weight = Literal["normal", "bold"]
Box = tuple[float, float, float, float]  # left, bottom, right, top


class Style(NamedTuple):
    """How a text is written."""

    points: float
    colour: str = "#111111"
    weight: Weight = "normal"
    italic: bool = False


def font_file(*, bold: bool = False) -> Path:
    """Give the font's file, as matplotlib brings it.

    Parameters
    ----------
    bold
        Whether the bold face is wanted.

    Returns
    -------
    pathlib.Path
        A TrueType file.

    Examples
    --------
    >>> font_file(bold=True).name
    'DejaVuSans-Bold.ttf'
    """
    import matplotlib as mpl  # noqa: PLC0415 - only pictures need it

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / name


@cache
def _known_characters() -> frozenset[int]:
    from matplotlib.font_manager import get_font  # noqa: PLC0415 - only pictures need it

    return frozenset(get_font(str(font_file())).get_charmap())


def plain_text(text: object, longest: int = LONGEST) -> str:
    r"""Give a text as one line that can be drawn as it is.

    Parameters
    ----------
    text
        Anything; names may hold whatever their authors typed.
    longest
        Characters kept; an ellipsis says that there were more.

    Returns
    -------
    str
        One line: blanks and line breaks become single spaces, characters that cannot be seen
        (control, direction, surrogates) are left out, those the font does not have become ``□``.

    Examples
    --------
    >>> plain_text("Espace\n\u202enumérique 日")
    'Espace numérique □'
    """
    known = _known_characters()
    return "".join(c if ord(c) in known else UNKNOWN for c in one_line(text, longest))


def one_line(text: object, longest: int = LONGEST) -> str:
    r"""Give a text as one line without anything that cannot be seen.

    Parameters
    ----------
    text
        Anything.
    longest
        Characters kept; an ellipsis says that there were more.

    Returns
    -------
    str
        Blanks and line breaks become single spaces (no-break spaces stay); control characters,
        changes of direction and surrogates are left out.

    Examples
    --------
    >>> one_line("Espace\n\u202enumérique")
    'Espace numérique'
    """
    kept = "".join(
        c
        for c in unicodedata.normalize("NFC", _BLANKS.sub(" ", str(text)[: 4 * longest]).strip())
        if unicodedata.category(c)[0] != "C"
    )
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def _font(style: Style) -> FontProperties:
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - only pictures need it

    return FontProperties(
        family=FONT,
        size=style.points,
        weight=style.weight,
        style="italic" if style.italic else "normal",
    )


def measure(figure: Figure, style: Style) -> Callable[[str], float]:
    """Give the function that tells how wide a line will be.

    Parameters
    ----------
    figure
        A figure with an Agg canvas.
    style
        How the line will be written.

    Returns
    -------
    callable
        From a line to millimetres.

    Examples
    --------
    >>> from matplotlib.backends.backend_agg import FigureCanvasAgg
    >>> from matplotlib.figure import Figure
    >>> figure = Figure(dpi=200)
    >>> _ = FigureCanvasAgg(figure)
    >>> width = measure(figure, Style(10))
    >>> width("$x^2$") > width("x2")  # a formula would be narrower
    True
    """
    renderer: Any = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    font = _font(style)

    def width(line: str) -> float:
        across, _, _ = renderer.get_text_width_height_descent(line, font, False)
        return float(across) / figure.dpi * 25.4

    return width


def figure_of(page: Axes) -> Figure:
    """Give the figure that an axes stands in.

    Parameters
    ----------
    page
        Axes of a figure.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> figure_of(figure.add_axes((0, 0, 1, 1))) is figure
    True
    """
    found = page.get_figure(root=True)
    if found is None:
        raise DataError("These axes belong to no figure: add them to one first.")
    return found


def clip_line(text: str, width: float, wide: Callable[[str], float]) -> str:
    """Cut a line so that it fits.

    Parameters
    ----------
    text
        A line.
    width
        What there is, in the unit of `wide`.
    wide
        Tells how wide a line is.

    Returns
    -------
    str
        The line, or its beginning and an ellipsis.

    Examples
    --------
    >>> clip_line("Saint-Lô", 5, len), clip_line("Caen", 5, len)
    ('Sain…', 'Caen')
    """
    if wide(text) <= width:
        return text
    kept = bisect_right(range(len(text)), width, key=lambda end: wide(text[:end] + "…"))
    return text[: max(kept - 1, 0)].rstrip() + "…"


def wrap_lines(text: str, width: float, wide: Callable[[str], float], most: int) -> list[str]:
    """Cut a text into lines that fit, at spaces.

    Parameters
    ----------
    text
        A text without line breaks.
    width
        What there is, in the unit of `wide`.
    wide
        Tells how wide a line is.
    most
        How many lines there is room for; an ellipsis says that there were more.

    Returns
    -------
    list of str
        The lines.

    Examples
    --------
    >>> wrap_lines("un deux trois quatre", 9, len, 2)
    ['un deux', 'trois…']
    """
    words, lines = text.split(" "), list[str]()
    while words and len(lines) < most:
        # halving what is in doubt: measuring is what takes time
        more = range(2, min(len(words), MOST_WORDS) + 1)
        fit = 1 + bisect_right(more, width, key=lambda count: wide(" ".join(words[:count])))
        lines.append(" ".join(words[:fit]))
        del words[:fit]
    if words:
        lines[-1] = _shortened(lines[-1], width, wide)
    return [clip_line(line, width, wide) for line in lines]


def _shortened(line: str, width: float, wide: Callable[[str], float]) -> str:
    """End a line with an ellipsis, whole words only."""
    while wide(line + "…") > width and " " in line:
        line = line.rsplit(" ", 1)[0]
    return line + "…"


def write_at(
    axes: Axes,
    at: tuple[float, float],
    text: str,
    style: Style,
    align: Literal["left", "center", "right"] = "left",
    *,
    halo: float = 0.0,
    level: float = 10.0,
) -> None:
    """Write a line, as plain text.

    Parameters
    ----------
    axes
        Where.
    at
        Point on the baseline (with a halo: the middle), in the units of the axes.
    text
        A line.
    style
        How.
    align
        Which end of the line stands at the point.
    halo
        Width in points of the white round the letters, drawn beneath them as outlines, so that the
        letters themselves stay text in SVG and PDF.
    level
        What is drawn later lies above.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().add_axes((0, 0, 1, 1))
    >>> write_at(axes, (0.5, 0.5), "$1 & $2", Style(8), halo=1)
    >>> [text.get_text() for text in axes.texts]
    ['$1 & $2', '$1 & $2']
    """
    from matplotlib.patheffects import Stroke  # noqa: PLC0415 - only pictures need it

    options: dict[str, Any] = {
        "fontproperties": _font(style),
        "color": style.colour,
        "ha": align,
        "va": "center" if halo else "baseline",
        "parse_math": False,
        "clip_on": bool(halo),
        "zorder": level,
    }
    if halo:
        under = _write(axes, at, text, options | {"zorder": level - 0.1})
        under.set_path_effects([Stroke(linewidth=2 * halo, foreground="white", alpha=0.9)])
    _write(axes, at, text, options)


def _write(axes: Axes, at: tuple[float, float], text: str, options: dict[str, Any]) -> Text:
    """Write a line; without kerning where PDF would set some of its letters apart.

    A PDF holds a font in parts of 256 characters. Where a line goes from one part to another, as
    at the apostrophe of « L’aide », matplotlib 3.11 moves the letter by the kerning, but not what
    follows it.
    """
    line = axes.text(*at, text, **options)
    if any(ord(letter) > 255 for letter in text) and hasattr(line, "set_fontfeatures"):
        line.set_fontfeatures(("-kern",))
    return line


class Name(NamedTuple):
    """A name that a map may bear."""

    text: str
    x: float
    y: float
    style: Style
    around: bool = False  # beside its point, as a town; else over it, as a territory
    great: bool = False  # so important that it may cover symbols, if nothing else is free
    near: bool = False  # rather over symbols than away from its point


def place_names(
    names: Iterable[Name], taken: Iterable[Box], frame: Box, wide: Callable[[Name], float]
) -> Iterator[tuple[Name, float, float]]:
    """Find for each name a spot where it hides nothing, or leave it out.

    Parameters
    ----------
    names
        The most important first; places in millimetres of the page.
    taken
        Boxes that names must not cover: symbols, the scale bar.
    frame
        The box that names must keep within.
    wide
        Tells how many millimetres a name takes.

    Yields
    ------
    tuple
        The name and the middle of the spot found.

    Examples
    --------
    >>> style = Style(72 / 25.4)
    >>> names = [Name("Caen", 5, 5, style), Name("Ifs", 5, 5, style)]
    >>> spots = place_names(names, [], (0, 0, 10, 10), lambda name: len(name.text))
    >>> [(name.text, x, y) for name, x, y in spots]
    [('Caen', 5.0, 5.0), ('Ifs', 5.0, 6.5)]
    """
    symbols, written = list(taken), list[Box]()
    for name in names:
        high = name.style.points * MM_PER_POINT
        half = wide(name) / 2
        spots = [
            (name.x + side * (half + 1.6), name.y + lift * high)
            for side, lift in _spots(around=name.around)
        ]
        forbidden = [[*symbols, *written], *([written] if name.great else [])]
        if name.near:
            spots, forbidden = spots[:8], [written]
        found = _free_spot(spots, (half, high), frame, forbidden)
        if found:
            x, y, box = found
            written.append(box)
            yield name, x, y


def _free_spot(
    spots: list[tuple[float, float]],
    size: tuple[float, float],
    frame: Box,
    forbidden: list[list[Box]],
) -> tuple[float, float, Box] | None:
    """Find the first spot in the frame that is free of the first boxes, else of the second."""
    half, high = size
    for boxes in forbidden:
        for x, y in spots:
            box = (x - half - 0.4, y - 0.62 * high, x + half + 0.4, y + 0.62 * high)
            if _within(box, frame) and not any(_overlap(box, other) for other in boxes):
                return x, y, box
    return None


def _spots(*, around: bool) -> list[tuple[float, float]]:
    """List the spots to try: shares of the width to the side, of the height above."""
    if around:
        beside = [
            (0, 1.25),
            (0, -1.25),
            (1, 0),
            (-1, 0),
            (1, 0.9),
            (-1, 0.9),
            (1, -0.9),
            (-1, -0.9),
        ]
        return [*beside, (0, 1.9), (0, -1.9)]
    lifts = (0.0, 1.5, -1.5, 3.0, -3.0)
    return [(0, 0), *((side, lift) for lift in lifts for side in (0.0, 0.5, -0.5, 1.0, -1.0))]


def _within(box: Box, frame: Box) -> bool:
    return box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@contextmanager
def picture_settings() -> Iterator[None]:
    """Set what files need, for a while: text stays text, and the same bytes each time.

    Yields
    ------
    None
        While it lasts.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["svg.fonttype"]
    >>> with picture_settings():
    ...     matplotlib.rcParams["svg.fonttype"]
    'none'
    >>> matplotlib.rcParams["svg.fonttype"] == before
    True
    """
    import matplotlib as mpl  # noqa: PLC0415 - only pictures need it

    settings: dict[str, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "epn-geo",
        "pdf.fonttype": 42,
        "hatch.linewidth": 0.5,
        "text.usetex": False,
        "path.simplify": True,
        "agg.path.chunksize": 0,
    }
    with mpl.rc_context(settings):  # type: ignore[arg-type] # it names every key there is
        yield
