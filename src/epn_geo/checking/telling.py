"""Findings on a terminal: by gravity, then by cause, with examples and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import pandas as pd

from epn_geo.checking.findings import NOTE, SEVERITIES, WHOLE_LIST
from epn_geo.labels import WORDS, Lang, number, say
from epn_geo.reading.rows import line_ranges

WIDTH = 80
_CASES = 4  # of one cause, that are shown
_PIECES = 8  # of a list of row numbers, that are shown
_TEXT = 160  # characters of a value or message
_ABOUT_OTHERS = ("memes_coordonnees", "id_en_double")  # whose message says all that the value does


def tell_findings(
    findings: pd.DataFrame, lang: Lang = "fr", *, everything: bool = False, width: int = WIDTH
) -> list[str]:
    """Say findings as people read them.

    Parameters
    ----------
    findings
        As `check_places` gives them.
    lang
        Language.
    everything
        Show what is only worth knowing too, and every case of every cause.
    width
        Characters in a line.

    Returns
    -------
    list of str
        Lines: errors, then warnings, each cause with its rows, a few cases and what to do.

    Examples
    --------
    >>> findings = pd.DataFrame(
    ...     [[3, "1", "EPN", "nom", "erreur", "champ_absent", "le champ nom est vide", "", ""]],
    ...     columns=["ligne", "id", "nom", "champ", "gravite", "code", "message", "valeur",
    ...              "suggestion"],
    ... )
    >>> for line in tell_findings(findings):
    ...     print(line)
    ERREURS : 1
    <BLANKLINE>
    • Le champ nom est vide
        ligne 3, EPN
        Que faire : le compléter : le standard national le demande pour chaque lieu.
    """
    lines: list[str] = []
    for severity in SEVERITIES:
        part = findings[findings["gravite"] == severity]
        if part.empty or (severity == NOTE and not everything):
            continue
        title = say(f"severity_{severity}", lang).upper()
        if lines:
            lines.append("")
        lines.append(f"{title} : {number(len(part), lang)}")
        groups = part.groupby(["code", "champ"], sort=False)
        # what is about the whole list first, then what most rows have
        for _, group in sorted(groups, key=lambda one: (one[1]["ligne"].any(), -len(one[1]))):
            lines += ["", *_cause(group, lang, width, everything=everything)]
    notes = int((findings["gravite"] == NOTE).sum())
    if not lines:
        lines = [say("told_nothing", lang)]
    if notes and not everything:
        told_notes = say("told_notes", lang, count=number(notes, lang))
        lines += ["", *_wrapped(told_notes, "", width)]
    return lines


def _cause(group: pd.DataFrame, lang: Lang, width: int, *, everything: bool) -> Iterator[str]:
    """Say a cause: its title, its rows, cases of it, what to do."""
    code, field = group["code"].iloc[0], group["champ"].iloc[0]
    title = group["message"].iloc[0]
    if (group["message"] != title).any() and f"cause_{code}" in WORDS:
        title = say(f"cause_{code}", lang, champ=field)
    capital = title[:1] if "_" in title.split(" ")[0] else title[:1].upper()
    yield from _wrapped(f"• {capital}{title[1:]}", "  ", width)
    rows = group["ligne"][group["ligne"] != WHOLE_LIST].tolist()
    cases = group.groupby(["message", "valeur", "suggestion"], sort=False)
    several = len(cases) > 1
    told = [text for _, same in cases if (text := _case(same, title, lang))]
    if rows and not told and len(rows) <= _CASES:
        told = [_named(row, name, lang) for row, name in zip(rows, group["nom"], strict=True)]
        several = len(told) > 1
    elif rows:
        yield from _wrapped(_rows(rows, lang, everything=everything), "    ", width)
    shown = told if everything else told[:_CASES]
    for text in shown:
        yield from _wrapped(f"- {text}" if several else text, "    ", width)
    if hidden := len(told) - len(shown):
        yield from _wrapped(say("told_more", lang, count=number(hidden, lang)), "    ", width)
    if f"remedy_{code}" in WORDS:
        remedy = say(f"remedy_{code}", lang, champ=field)
        yield from _wrapped(say("told_remedy", lang, remedy=remedy), "    ", width)


def _named(row: int, name: str, lang: Lang) -> str:
    """Say which row, and which place it holds."""
    return say("told_line", lang, lines=row) + (f", {_short(name, 50)}" if name else "")


def _rows(rows: list[int], lang: Lang, *, everything: bool) -> str:
    """Say which rows, the first of them."""
    lines = line_ranges(sorted(set(rows)), most=10_000 if everything else _PIECES, lang=lang)
    return say("told_lines", lang, count=number(len(set(rows)), lang), lines=lines)


def _case(same: pd.DataFrame, title: str, lang: Lang) -> str:
    """Say a case of a cause: which row, what is written, what to write; nothing if it has none."""
    message, value, advice = (same[c].iloc[0] for c in ("message", "valeur", "suggestion"))
    message = "" if message == title else message
    rows = same["ligne"][same["ligne"] != WHOLE_LIST].tolist()
    name = same["nom"].iloc[0] if len(rows) == 1 else ""
    written = value if value != name and same["code"].iloc[0] not in _ABOUT_OTHERS else ""
    said = " : ".join(filter(None, (_short(message), f"« {_short(written)} »" if written else "")))
    if rows and (said or advice):
        lines = line_ranges(rows, most=_PIECES, lang=lang)
        many = len(rows) > 1
        where = say("told_lines_of", lang, lines=lines) if many else _named(rows[0], name, lang)
        said = f"{where} : {said}" if said else where
    return f"{said} → {_short(advice)}".strip() if advice else said


def _short(text: str, length: int = _TEXT) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[: length - 1]}…"


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    """Break a text into lines; what follows the first is set in as far as the text is."""
    first = "" if text.startswith("• ") else indent
    later = indent + ("  " if text.startswith("- ") else "")
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=False,
        break_long_words=False,
    ) or [""]
