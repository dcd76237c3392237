"""The words that planners and elected officials read, in French and in English.

One table, one function; the table stands in ``words``, by subject. A word is looked up by a key; a
sentence may hold ``{named}`` values.
Column names are not here: they are French everywhere, as in the national standard.
"""

from __future__ import annotations

import math
import re
from typing import Literal, Protocol, get_args

from epn_geo.errors import DataError, did_you_mean
from epn_geo.plurals import agree
from epn_geo.words import changes, decisions, findings, maps, measures, runs, sheets, telling

Lang = Literal["fr", "en"]

# {count|commune|communes}: the word that the number `count` asks for
_PLURAL = re.compile(r"\{(\w+)\|([^|{}]*)\|([^|{}]*)\}")

SPECK = 1e-9  # of a whole: what adding up leaves, and no share that anything has

# Each key has its French and its English words, in this order; no key stands in two files.
WORDS: dict[str, tuple[str, str]] = {
    **measures.WORDS,
    **runs.WORDS,
    **changes.WORDS,
    **decisions.WORDS,
    **maps.WORDS,
    **sheets.WORDS,
    **findings.WORDS,
    **telling.WORDS,
}


def check_lang(lang: str) -> Lang:
    """Give `lang` back if the library speaks it.

    Parameters
    ----------
    lang
        ``"fr"`` or ``"en"``.

    Returns
    -------
    str
        The same.

    Raises
    ------
    DataError
        For any other value.

    Examples
    --------
    >>> check_lang("fr")
    'fr'
    """
    if lang == "fr":
        return "fr"
    if lang == "en":
        return "en"
    choices = get_args(Lang)
    hint = did_you_mean(str(lang), choices)
    raise DataError(f"lang must be one of {', '.join(choices)}, not {lang!r}.{hint}")


def say(key: str, lang: Lang = "fr", **values: object) -> str:
    r"""Give a word or a sentence in the language asked for.

    Parameters
    ----------
    key
        A key of `WORDS`.
    lang
        ``"fr"`` or ``"en"``.
    **values
        What the sentence's ``{names}`` stand for.

    Returns
    -------
    str
        The text, values filled in. It is plain text: the map escapes it, not this function.

    Examples
    --------
    >>> say("no_data"), say("no_data", "en")
    ('sans donnée', 'no data')
    >>> say("map_communes", count=1), say("map_communes", count=number(2644))
    ('1 commune', '2\u202f644 communes')
    """
    french, english = WORDS[key]
    return fill(french if check_lang(lang) == "fr" else english, lang, **values)


def fill(text: str, lang: Lang = "fr", **values: object) -> str:
    """Fill values into a sentence, with the words that its numbers ask for.

    Parameters
    ----------
    text
        A sentence with ``{names}`` and ``{name|singular|plural}``.
    lang
        Its language.
    **values
        What the names stand for.

    Returns
    -------
    str
        Plain text.

    Examples
    --------
    >>> fill("{count} {count|commune|communes}", count=0)
    '0 commune'
    """
    if "|" in text:
        text = _PLURAL.sub(lambda found: _agreed(values[found[1]], lang, found[2], found[3]), text)
    return text.format(**values)


def _agreed(value: object, lang: Lang, singular: str, plural: str) -> str:
    """Choose the form that a number asks for, written as `number` does."""
    text = str(value).replace("\u202f", "").replace("\u00a0", "")
    text = text.replace(",", "." if lang == "fr" else "")
    try:
        count = float(text)
    except ValueError:
        return plural
    return agree(count, singular, plural, lang)


def number(value: float | None, lang: Lang = "fr", digits: int = 0) -> str:
    """Write a number as people of the language do.

    Parameters
    ----------
    value
        Any number; missing gives a dash.
    lang
        ``"fr"``: narrow no-break space between thousands, decimal comma.
    digits
        Decimals; trailing ones are kept.

    Returns
    -------
    str
        The number.

    Examples
    --------
    >>> number(3345842.4), number(0.456, digits=1), number(1234.5, "en", 1), number(None)
    ('3\u202f345\u202f842', '0,5', '1,234.5', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    text = f"{value:,.{digits}f}"
    return text.replace(",", "\u202f").replace(".", ",") if lang == "fr" else text


def percent(
    share: float | None, lang: Lang = "fr", digits: int = 1, *, spoken: bool = False
) -> str:
    r"""Write a share in per cent: what is nearly nothing is not nothing, nor nearly all all.

    Parameters
    ----------
    share
        0-1; missing gives a dash.
    lang
        Language.
    digits
        Decimals.
    spoken
        For a sentence: "moins de" in place of "<".

    Returns
    -------
    str
        The figure and its sign.

    Examples
    --------
    >>> [percent(share, "en") for share in (0, 0.0004, 0.5, 0.9996, 1)]
    ['0%', '< 0.1%', '50.0%', '> 99.9%', '100%']
    >>> percent(0.0004, spoken=True), percent(0.999, "en", 0, spoken=True)
    ('moins de 0,1 %', 'more than 99%')
    """
    sign = "\u00a0%" if lang == "fr" else "%"
    if share is None or math.isnan(share):
        return "–"
    if min(abs(share), abs(share - 1)) < SPECK:
        return number(100 * round(share), lang) + sign
    least, shown = 10.0**-digits, round(100 * share, digits)
    if 0 < share < 1 and shown in (0, 100):
        key, edge = ("less_than", least) if shown == 0 else ("more_than", 100 - least)
        part = number(edge, lang, digits) + sign
        return say(key, lang, value=part) if spoken else f"{'<' if shown == 0 else '>'} {part}"
    return number(100 * share, lang, digits) + sign


def told_method(text: str, lang: Lang = "fr") -> str:
    """Say how areas were had, in the language asked for where it is the library that says it.

    Parameters
    ----------
    text
        What `methode_portee` holds.
    lang
        Language.

    Returns
    -------
    str
        Text.

    Examples
    --------
    >>> told_method("polygones de portée fournis", "en"), told_method("isochrone IGN", "en")
    ('polygons of reach as provided', 'isochrone IGN')
    """
    return say("areas_provided", lang) if text == WORDS["areas_provided"][0] else text


class Reach(Protocol):
    """What `reach_name` reads of a measure: see `radii`."""

    @property
    def radius_km(self) -> float | None:
        """In a straight line."""

    @property
    def minutes(self) -> float | None:
        """Of travel."""

    @property
    def route_km(self) -> float | None:
        """By road."""

    @property
    def areas(self) -> bool:
        """Whether polygons stood in place of discs."""


def reach_name(measure: Reach, lang: Lang = "fr") -> str:
    r"""Name what was measured, so that "à moins de" can stand before it.

    Parameters
    ----------
    measure
        A measure of `radii`, or anything with its fields.
    lang
        Language.

    Returns
    -------
    str
        Kilometres, minutes, kilometres by road, or that each place has its own.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> reach = SimpleNamespace(radius_km=None, minutes=20.0, route_km=None, areas=True)
    >>> reach_name(reach)
    '20\xa0min'
    """

    def plain(value: float) -> str:
        return number(value, lang, 0 if value == round(value) else 1)

    if measure.radius_km is not None:
        return f"{plain(measure.radius_km)}\u00a0km"
    if measure.minutes is not None:
        return f"{plain(measure.minutes)}\u00a0min"
    if measure.route_km is not None:
        return say("reach_route", lang, km=plain(measure.route_km))
    return say("reach_areas" if measure.areas else "own_radius", lang)


def within_reach(measure: Reach, lang: Lang = "fr") -> str:
    r"""Say "within 20 min", or only "within reach" where the reach has no one number.

    Parameters
    ----------
    measure, lang
        As `reach_name`.

    Returns
    -------
    str
        A piece of a sentence; "d'un lieu", "of a place" can follow.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> given = SimpleNamespace(radius_km=None, minutes=None, route_km=None, areas=True)
    >>> within_reach(given), within_reach(SimpleNamespace(**{**vars(given), "minutes": 20.0}))
    ('à portée', 'à moins de 20\xa0min')
    """
    if _is_one_number(measure):
        return say("within_reach", lang, reach=reach_name(measure, lang))
    return say("within_any_reach", lang)


def beyond_reach(measure: Reach, lang: Lang = "fr") -> str:
    r"""Say "beyond 20 min", or only "out of reach" where the reach has no one number.

    Parameters
    ----------
    measure, lang
        As `reach_name`.

    Returns
    -------
    str
        A piece of a sentence; "d'un lieu", "of any place" can follow.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> given = SimpleNamespace(radius_km=None, minutes=None, route_km=None, areas=True)
    >>> beyond_reach(given, "en"), beyond_reach(SimpleNamespace(**{**vars(given), "radius_km": 5}))
    ('out of reach', 'à plus de 5\xa0km')
    """
    if _is_one_number(measure):
        return say("beyond_reach", lang, reach=reach_name(measure, lang))
    return say("beyond_any_reach", lang)


def _is_one_number(measure: Reach) -> bool:
    return any(v is not None for v in (measure.radius_km, measure.minutes, measure.route_km))


def say_date(date: str, lang: Lang = "fr") -> str:
    r"""Write a day as people of the language do.

    Parameters
    ----------
    date
        A day as ``2026-05-01``; anything else is given back as it is.
    lang
        Language.

    Returns
    -------
    str
        Text.

    Examples
    --------
    >>> say_date("2026-05-01"), say_date("2026-05-12", "en"), say_date("mai 2026")
    ('1er\xa0mai\xa02026', '12\xa0May\xa02026', 'mai 2026')
    """
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", date)
    if found is None:
        return date
    day, month = int(found[3]), say("months", lang).split()[int(found[2]) - 1]
    # one day is not parted over two lines
    return f"{day}{'er' if day == 1 and lang == 'fr' else ''}\u00a0{month}\u00a0{found[1]}"
