"""One cell as people write it, one cell as it should be: codes, dates, hours, damaged text.

Every function takes one cell (never empty) and gives the repaired cell with a note in French, or
the same cell and no note. What cannot be read in one way only is left as it is: saying that it is
wrong is the work of `epn_geo.checks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

Repaired = tuple[str, str]


def quoted(text: str) -> str:
    """Give a text as quoted in a note: on one line, without the sign that separates notes.

    Parameters
    ----------
    text
        What was written.

    Returns
    -------
    str
        The text between French quotation marks, cut at 200 characters.

    Examples
    --------
    >>> quoted("rue ; du Bac")
    '« rue, du Bac »'
    """
    text = " ".join(text.split()).replace(" ; ", ", ")
    return f"« {text[:200]}{'…' if len(text) > 200 else ''} »"


_MISSING = frozenset(
    {
        *("null", "nan", "none", "<na>", "\\n", "n/a", "na", "nc", "n.c.", "#n/a", "#ref!"),
        *("#value!", "#name?", "#null!", "#div/0!", "#num!", "#valeur!", "#nom?"),
    }
)
_MOJIBAKE = re.compile("[ÃÂâ][\u0080-\u00bf\u0152-\u02dc\u2013-\u2122]|â€")


def repair_text(cell: str) -> Repaired:
    """Empty a sign of absence; read again accents that went through the wrong encoding.

    Parameters
    ----------
    cell
        Any text.

    Returns
    -------
    tuple of str
        The text and a note.

    Examples
    --------
    >>> repair_text("SÃ©es"), repair_text("NULL"), repair_text("Sées")
    (('Sées', 'accents rétablis (« SÃ©es »)'), ('', '« NULL » lu comme vide'), ('Sées', ''))
    """
    if len(cell) <= 8 and cell.casefold() in _MISSING:
        return "", f"{quoted(cell)} lu comme vide"
    if _MOJIBAKE.search(cell):
        try:
            again = cell.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return cell, ""
        return again, f"accents rétablis ({quoted(cell)})"
    return cell, ""


_WHOLE = re.compile(r"(\d+)[.,]0+")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")


def _digits(cell: str) -> Repaired:
    """Take the spaces and the ``.0`` out of a code."""
    text = re.sub(r"[\s\u00a0\u202f]", "", cell)
    if found := _WHOLE.fullmatch(text):
        return found[1], "nombre rendu au texte"
    return (text, "espaces retirés") if text != cell else (cell, "")


def repair_postcode(cell: str) -> Repaired:
    """Give back a postcode its leading zero, and take away what spreadsheets add.

    Parameters
    ----------
    cell
        A postcode.

    Returns
    -------
    tuple of str
        The postcode and a note.

    Examples
    --------
    >>> repair_postcode("1000")
    ('01000', 'zéro initial rétabli (« 1000 »)')
    >>> repair_postcode("14000.0"), repair_postcode("14000")
    (('14000', 'nombre rendu au texte (« 14000.0 »)'), ('14000', ''))
    """
    text, note = _digits(re.sub(r"^F-?(?=\d)", "", cell))
    if text.isascii() and text.isdigit() and len(text) == 4:
        text, note = f"0{text}", "zéro initial rétabli"
    if text == cell:
        return cell, ""
    return text, f"{note or 'préfixe retiré'} ({quoted(cell)})"


def repair_commune_code(cell: str) -> Repaired:
    """Give back a commune code its leading zero and its capital letter.

    Parameters
    ----------
    cell
        An official commune code.

    Returns
    -------
    tuple of str
        The code and a note.

    Examples
    --------
    >>> repair_commune_code("2a004"), repair_commune_code("1033")
    (('2A004', 'majuscule rétablie (« 2a004 »)'), ('01033', 'zéro initial rétabli (« 1033 »)'))
    """
    text, note = repair_postcode(cell)
    if re.fullmatch(r"2[ab]\d{3}", text):
        return text.upper(), f"majuscule rétablie ({quoted(cell)})"
    return text, note


def repair_pivot(cell: str) -> Repaired:
    """Read a SIRET, a RNA or a RIDET; empty what a spreadsheet has rounded.

    Parameters
    ----------
    cell
        An identification number.

    Returns
    -------
    tuple of str
        The number and a note.

    Examples
    --------
    >>> repair_pivot("3.67501E+13")
    ('', 'SIRET arrondi par un tableur, laissé vide (« 3.67501E+13 »)')
    >>> repair_pivot("434 933 123 00029")
    ('43493312300029', 'espaces retirés (« 434 933 123 00029 »)')
    """
    if _SCIENTIFIC.fullmatch(re.sub(r"\s", "", cell)):
        return "", f"SIRET arrondi par un tableur, laissé vide ({quoted(cell)})"
    text, note = _digits(cell)
    if text.isascii() and text.isdigit():
        if not text.strip("0"):
            return "", ""  # the standard's own sign for an unknown number
        if len(text) == 13 and luhn_holds(f"0{text}"):
            text, note = f"0{text}", "zéro initial rétabli"
    return (text, f"{note} ({quoted(cell)})") if text != cell else (cell, "")


def luhn_holds(digits: str) -> bool:
    """Tell whether the check digit of a SIREN or SIRET is right.

    Parameters
    ----------
    digits
        Digits only.

    Returns
    -------
    bool
        Whether the Luhn sum is a multiple of ten (of five for the post offices of La Poste,
        whose establishments are numbered another way).

    Examples
    --------
    >>> luhn_holds("43493312300029"), luhn_holds("43493312300028")
    (True, False)
    """
    if digits.startswith("356000000") and len(digits) == 14 and digits != "35600000000048":
        return sum(map(int, digits)) % 5 == 0
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 * (d > 9) for d in doubled) % 10 == 0


def repair_phone(cell: str) -> Repaired:
    """Give back a French telephone number its leading zero.

    Parameters
    ----------
    cell
        A telephone number.

    Returns
    -------
    tuple of str
        The number and a note.

    Examples
    --------
    >>> repair_phone("231000000"), repair_phone("+33231000000")
    (('0231000000', 'zéro initial rétabli (« 231000000 »)'), ('+33231000000', ''))
    """
    found = re.fullmatch(r"([1-9]\d{8})(?:[.,]0+)?", cell)
    return (f"0{found[1]}", f"zéro initial rétabli ({quoted(cell)})") if found else (cell, "")


_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?")
_FRENCH = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?:[T ].*)?")
_SPELLED = re.compile(r"(\d{1,2})(?:er)?\s+([a-zéûA-ZÉÛ]+)\.?\s+(\d{4})")
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)")
_SERIAL = re.compile(r"([2-7]\d{4})(?:[.,]\d+)?")


def repair_date(cell: str) -> Repaired:
    """Give a date as YYYY-MM-DD: French order, a time behind it, a month in letters, Excel's count.

    Parameters
    ----------
    cell
        A date.

    Returns
    -------
    tuple of str
        The date and a note; 1970-01-01, the standard's sign for an unknown date, becomes empty.

    Examples
    --------
    >>> repair_date("31/01/2026"), repair_date("46053"), repair_date("bientôt")
    (('2026-01-31', 'date mise en forme (« 31/01/2026 »)'), \
('2026-01-31', 'date mise en forme (« 46053 »)'), ('bientôt', ''))
    """
    found = _date(cell)
    if found is None:
        return cell, ""
    text = found.isoformat()
    if text == "1970-01-01":
        return "", ""
    return (text, f"date mise en forme ({quoted(cell)})") if text != cell else (cell, "")


def _date(cell: str) -> date | None:
    try:
        if found := _ISO.fullmatch(cell) or _COMPACT.fullmatch(cell):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _FRENCH.fullmatch(cell):
            year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
            return date(year, int(found[2]), int(found[1]))
        if (found := _SPELLED.fullmatch(cell)) and found[2].lower() in _MONTHS:
            return date(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1]))
        if found := _SERIAL.fullmatch(cell):
            return date(1899, 12, 30) + timedelta(days=int(found[1]))
    except ValueError:  # the 31st of February
        return None
    return None


_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_TIME = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})?")
_CLOSED = frozenset(("", "-", "–", "/", "fermé", "ferme", "fermée"))


def opening_hours(days: Sequence[str]) -> Repaired:
    """Give the hours of the days of a week, Monday first, in the form OpenStreetMap uses.

    Parameters
    ----------
    days
        Up to seven cells such as ``09:00 - 12:00 / 13:30 - 17:00``, ``9h-12h``, ``-`` or nothing.

    Returns
    -------
    tuple of str
        The hours, empty when there are none, and a note with the days that cannot be read.

    Examples
    --------
    >>> opening_hours(["09:00 - 12:00 / 14:00 - 17:00", "09:00-12:00/14:00-17:00", "-", "9h-12h"])
    ('Mo-Tu 09:00-12:00,14:00-17:00; Th 09:00-12:00', '')
    >>> opening_hours(["sur rendez-vous"])
    ('', 'Mo illisible, laissé vide (« sur rendez-vous »)')
    """
    read = [_hours(cell) for cell in days]
    unread = [
        f"{day} illisible, laissé vide ({quoted(cell)})"
        for day, cell, hours in zip(_DAYS, days, read, strict=False)
        if hours is None
    ]
    return "; ".join(_grouped([hours or "" for hours in read])), ", ".join(unread)


@lru_cache(maxsize=4096)
def _hours(cell: str) -> str | None:
    """Give the hours of one day, empty when closed, None when they cannot be read."""
    if cell.strip().casefold() in _CLOSED:
        return ""
    times = [int(found[1]) * 60 + int(found[2] or 0) for found in _TIME.finditer(cell)]
    between = re.sub(r"\bet\b|[àa]", "", _TIME.sub("", cell))
    if not times or len(times) % 2 or between.strip(" -–/,;\t\r\n\u00a0") or max(times) > 1440:
        return None
    spans = sorted(set(zip(times[::2], times[1::2], strict=True)) - {(0, 0)})
    if any(start >= end for start, end in spans):
        return None
    return ",".join(f"{_clock(start)}-{_clock(end)}" for start, end in spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _grouped(hours: Sequence[str]) -> Iterable[str]:
    """Give each run of days with the same hours once."""
    start = 0
    for day in range(1, len(hours) + 1):
        if day < len(hours) and hours[day] == hours[start]:
            continue
        if hours[start]:
            last = f"-{_DAYS[day - 1]}" if day - 1 > start else ""
            yield f"{_DAYS[start]}{last} {hours[start]}"
        start = day
