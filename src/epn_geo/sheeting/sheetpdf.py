"""A territory sheet as one A4 page of PDF, written without a browser.

The words are those of the HTML sheet; text is drawn as it is (no markup is read in it), in the font
that comes with matplotlib, cut where there is no more room.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from epn_geo.labels import Lang, say
from epn_geo.picturing.lettering import clip_line, font_file, plain_text, wrap_lines
from epn_geo.sheeting.sheetfacts import Table, TerritorySheet
from epn_geo.writing import FIXED_DATE

if TYPE_CHECKING:
    from fpdf import FPDF

LEFT, WIDTH, TOP, BOTTOM = 11.0, 188.0, 9.0, 288.0  # mm on A4
MAP_HEIGHT = 78.0
INK, SOFT, ACCENT = (27, 27, 31), (77, 77, 87), (20, 73, 123)
ROW = 4.15  # mm between the rows of a table


Shares = Sequence[tuple[float, str]]

# for each table of a sheet, the shares of its width that the columns take, and the end at which
# their text stands
COLUMNS: dict[str, Shares] = {
    "figures": ((0.45, "L"), (0.21, "R"), (0.16, "R"), (0.18, "R")),
    "services": ((0.88, "L"), (0.12, "R")),
    "places": ((0.56, "L"), (0.27, "L"), (0.17, "L")),
    "communes": ((0.4, "L"), (0.16, "R"), (0.17, "R"), (0.27, "R")),
    "territories": ((0.48, "L"), (0.12, "R"), (0.24, "R"), (0.16, "R")),
    "more": ((0.46, "L"), (0.18, "R"), (0.18, "R"), (0.18, "R")),
}
WIDE, HALF = 100.0, 91.5  # mm of the left tables


class SheetPage(NamedTuple):
    """What stands on a page."""

    sheet: TerritorySheet
    image: bytes  # PNG
    banner: str
    notes: list[str]
    about: str


class _Column(NamedTuple):
    """A column of a table: its width in mm, and the end at which its text stands."""

    width: float
    align: str


class _Room(NamedTuple):
    """Where a table is written."""

    left: float
    top: float
    width: float


def pdf_bytes(page: SheetPage, lang: Lang) -> bytes:
    """Give a sheet as a PDF.

    Parameters
    ----------
    page
        What stands on it.
    lang
        Language.

    Returns
    -------
    bytes
        One A4 page, the same bytes for the same sheet.

    Examples
    --------
    >>> from PIL import Image
    >>> image = io.BytesIO()
    >>> Image.new("RGB", (2, 1)).save(image, "PNG")
    >>> none = Table("more", "", [], [])
    >>> sheet = TerritorySheet("epci", "1", "EPCI", "<b>$x$</b>", "", [], *[none] * 5)
    >>> pdf_bytes(SheetPage(sheet, image.getvalue(), "", [], "Aide"), "fr")[:5]
    b'%PDF-'
    """
    from fpdf import FPDF  # noqa: PLC0415 - sheets only

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=False)
    pdf.set_creation_date(FIXED_DATE)
    pdf.set_title(plain_text(f"{page.sheet.title} – {page.about}"))
    pdf.set_lang(lang)
    pdf.add_font("body", "", str(font_file()))
    pdf.add_font("body", "B", str(font_file(bold=True)))
    pdf.add_page()
    y = _write_head(pdf, page)
    pdf.image(io.BytesIO(page.image), LEFT, y, WIDTH, MAP_HEIGHT, alt_text=say("fiche_map", lang))
    y += MAP_HEIGHT
    sheet = page.sheet
    y = _write_pair(pdf, y, WIDE, sheet.figures, sheet.services)
    y = _write_pair(pdf, y, HALF, sheet.left, sheet.right)
    if sheet.more.rows or sheet.more.note:
        _write_table(pdf, sheet.more, _Room(LEFT, y + 2, WIDTH))
    _write_notes(pdf, page.notes)
    return bytes(pdf.output())


def _write(pdf: FPDF, at: tuple[float, float, float], text: str, align: str = "L") -> None:
    """Write a line at x, y, in a width; what is too long is cut."""
    x, y, width = at
    pdf.set_xy(x, y)
    line = clip_line(plain_text(text), width - 0.5, pdf.get_string_width)
    pdf.cell(width, pdf.font_size * 1.15, line, align=align)


def _write_lines(
    pdf: FPDF, at: tuple[float, float, float], text: str, *, most: int, step: float
) -> float:
    """Write a text in as many lines as it needs; give the height below."""
    x, y, width = at
    for line in wrap_lines(plain_text(text, 900), width, pdf.get_string_width, most):
        pdf.set_xy(x, y)
        pdf.cell(width, step, line)
        y += step
    return y


def _write_head(pdf: FPDF, page: SheetPage) -> float:
    """Write banner, title and the first sentences; give the height below."""
    y, sheet = TOP, page.sheet
    if page.banner:
        pdf.set_fill_color(140, 29, 0)
        pdf.rect(LEFT, y, WIDTH, 6, style="F")
        pdf.set_font("body", "B", 9)
        pdf.set_text_color(255, 255, 255)
        _write(pdf, (LEFT, y + 1.2, WIDTH), page.banner, "C")
        y += 7.5
    pdf.set_font("body", "", 8.5)
    pdf.set_text_color(*SOFT)
    _write(pdf, (LEFT, y, WIDTH), f"{sheet.kind} · {page.about}")
    pdf.set_font("body", "B", 18)
    pdf.set_text_color(*INK)
    _write(pdf, (LEFT, y + 4.2, WIDTH), sheet.title)
    pdf.set_font("body", "", 8.5)
    pdf.set_text_color(*SOFT)
    _write(pdf, (LEFT, y + 12, WIDTH), sheet.subtitle)
    return _write_lead(pdf, sheet, y + 17.5)


def _write_lead(pdf: FPDF, sheet: TerritorySheet, top: float) -> float:
    pdf.set_text_color(*INK)
    y = top + 1
    for nth, line in enumerate(sheet.lead):
        pdf.set_font("body", "" if nth else "B", 8.3)
        y = _write_lines(pdf, (LEFT + 2.5, y, WIDTH - 5), line, most=3, step=4)
    pdf.set_fill_color(*ACCENT)
    pdf.rect(LEFT, top, 1, y + 1 - top, style="F")
    return y + 3


def _write_pair(pdf: FPDF, y: float, wide: float, one: Table, other: Table) -> float:
    """Write two tables side by side; give the height below the longer one."""
    gap = 5.0
    first = _write_table(pdf, one, _Room(LEFT, y + 2, wide))
    room = _Room(LEFT + wide + gap, y + 2, WIDTH - wide - gap)
    return max(first, _write_table(pdf, other, room))


def _write_table(pdf: FPDF, table: Table, room: _Room) -> float:
    """Write a table; give the height below."""
    y = room.top
    pdf.set_font("body", "B", 8.8)
    pdf.set_text_color(*ACCENT)
    _write(pdf, (room.left, y, room.width), table.title)
    pdf.set_draw_color(*ACCENT)
    pdf.set_line_width(0.4)
    pdf.line(room.left, y + 4.3, room.left + room.width, y + 4.3)
    y += 4.9
    columns = [_Column(share * room.width, align) for share, align in COLUMNS[table.kind]]
    pdf.set_draw_color(211, 214, 219)
    pdf.set_line_width(0.15)
    if table.rows:
        pdf.set_text_color(*SOFT)
        y = _write_row(pdf, table.heads, columns, (room.left, y), bold=False)
        pdf.set_text_color(*INK)
        for row in table.rows:
            y = _write_row(pdf, row, columns, (room.left, y), bold=table.kind == "figures")
    if table.note:
        pdf.set_font("body", "", 6.9)
        pdf.set_text_color(*SOFT)
        y = _write_lines(pdf, (room.left, y + 0.4, room.width), table.note, most=3, step=3.4)
    return y


def _write_row(
    pdf: FPDF,
    cells: Sequence[str],
    columns: Sequence[_Column],
    at: tuple[float, float],
    *,
    bold: bool,
) -> float:
    """Write a row; give the height below."""
    x, y = at
    for nth, (text, column) in enumerate(zip(cells, columns, strict=True)):
        pdf.set_font("body", "B" if bold and nth == 1 else "", 7.2)
        _write(pdf, (x, y + 0.6, column.width), text, column.align)
        x += column.width
    pdf.line(at[0], y + ROW, x, y + ROW)
    return y + ROW


def _write_notes(pdf: FPDF, notes: Sequence[str]) -> None:
    """Write definitions and sources at the foot of the page."""
    pdf.set_font("body", "", 6)
    pdf.set_text_color(*SOFT)
    lines = [
        line
        for note in notes
        for line in wrap_lines(plain_text(note, 900), WIDTH, pdf.get_string_width, 3)
    ]
    y = BOTTOM - 2.9 * len(lines)
    pdf.set_draw_color(154, 157, 163)
    pdf.line(LEFT, y - 1, LEFT + WIDTH, y - 1)
    for nth, line in enumerate(lines):
        pdf.set_xy(LEFT, y + 2.9 * nth)
        pdf.cell(WIDTH, 2.9, line)
