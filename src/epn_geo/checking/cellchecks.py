"""Checks of what a row says by itself: required fields, forms, enumerations, dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from epn_geo.checking.findings import ERROR, NOTE, WARNING, Book, listed, positions
from epn_geo.checking.likeness import closest
from epn_geo.errors import fold
from epn_geo.figures import columns_alike, read_figures, usable_figures
from epn_geo.labels import say
from epn_geo.reading.repairs import luhn_holds
from epn_geo.standard import (
    CATEGORIES,
    CHAIN_COLUMNS,
    COLUMNS,
    ENUMERATIONS,
    OUR_COLUMNS,
    REQUIRED,
    known_values,
    split_list,
)

_MANY = 20  # a required field missing in more rows than this, and in half of them, is said once


def check_rows(book: Book) -> None:
    """Say which rows are blank, or longer than the header, or that there is none at all."""
    if not book.size:
        book.add_for_all("liste_vide", "liste_vide", ERROR, "")
    book.add("ligne_vide", WARNING, positions(~book.here))
    corrections = book.text("corrections")
    extra = np.array(["le surplus est dans" in text for text in corrections], dtype=bool)
    book.add("cellules_en_trop", WARNING, positions(extra))


def check_required(book: Book) -> None:
    """Say what is missing: once for the list when it is missing nearly everywhere."""
    total = int(book.here.sum())
    for field in REQUIRED:
        cells = book.declared("commune") if field == "commune" else book.text(field)
        rows = positions(book.here & (cells == ""))
        gravity = {"nom": ERROR, "pivot": NOTE}.get(field, WARNING)
        if len(rows) and len(rows) == total and field in book.absent:
            _say_missing_column(book, field, gravity)
        elif len(rows) and len(rows) == total:
            book.add_for_all(
                "champ_absent_partout", "champ_absent", gravity, field, champ=field, total=total
            )
        elif len(rows) > _MANY and len(rows) > total / 2:
            first = listed(book.lines[rows])
            words: dict[str, Any] = {
                "champ": field,
                "rows": len(rows),
                "total": total,
                "first": first,
            }
            book.add_for_all("champ_souvent_absent", "champ_absent", gravity, field, **words)
        else:
            book.add("champ_absent", gravity, rows, field=field, champ=[field] * len(rows))


def _say_missing_column(book: Book, field: str, gravity: str) -> None:
    """Say that no column was recognised; for the name, which ones could have been it."""
    near = book.absent[field]
    own = {*COLUMNS, *OUR_COLUMNS, *CHAIN_COLUMNS, book.places.geometry.name}
    unread = [str(name) for name in book.places.columns if name not in own]
    advice = f'--column {field}="{near}"' if near else ""
    key, words = "colonne_absente", dict[str, Any](champ=field)
    if field == "nom" and unread:
        seen = ", ".join(unread[:8]) + ("…" if len(unread) > 8 else "")
        key, words["columns"] = "colonne_absente_vues", seen
    book.add_for_all(key, "colonne_absente", gravity, field, value=near, suggestion=advice, **words)


def check_formats(book: Book) -> None:
    """Check what has a form: postcodes, numbers of establishments, web addresses, length."""
    _check_form(book, "code_postal", "code_postal_invalide", re.compile(r"\d{5}").fullmatch)
    _check_form(book, "pivot", "pivot_invalide", is_pivot, gravity=NOTE)
    for field in ("site_web", "prise_rdv", "fiche_acces_libre"):
        _check_form(book, field, "adresse_web_suspecte", _are_addresses)
    resume = book.text("presentation_resume")
    long = positions(np.array([len(text) > 280 for text in resume], dtype=bool))
    lengths = [len(text) for text in resume[long]]
    book.add("resume_trop_long", NOTE, long, field="presentation_resume", length=lengths)
    for field in ("nom", "commune", "adresse"):
        cells = book.declared(field) if field == "commune" else book.text(field)
        lost = positions(np.array(["\ufffd" in text for text in cells], dtype=bool))
        book.add("caractere_illisible", WARNING, lost, field=field, value=cells[lost])


def _check_form(
    book: Book,
    field: str,
    code: str,
    holds: Callable[[str], object],
    gravity: str = WARNING,
) -> None:
    cells = book.text(field)
    wrong = {cell for cell in set(cells) if cell and not holds(cell)}
    book.add(
        code, gravity, positions(np.array([c in wrong for c in cells], dtype=bool)), field=field
    )


_REPLACED = re.compile(r"categorie : « (.*?) » inconnue")


def is_pivot(cell: str) -> bool:
    """Tell a SIRET, a SIREN, a RNA or a RIDET.

    Parameters
    ----------
    cell
        A number, without spaces.

    Returns
    -------
    bool
        Whether it has the form of one, and its check digit where it has one.

    Examples
    --------
    >>> is_pivot("43493312300029"), is_pivot("W142001234"), is_pivot("12345")
    (True, True, False)
    """
    if re.fullmatch(r"W\d{9}|W\d[A-Z]\d{7}", cell):
        return True
    if re.fullmatch(r"\d{9}|\d{14}", cell):
        return luhn_holds(cell)
    return re.fullmatch(r"\d{10}|\d{7}[.\d]\d{3}", cell) is not None


def _are_addresses(cell: str) -> bool:
    return all(re.match(r"https?://\S+$", part, re.I) for part in cell.split("|"))


def check_values(book: Book) -> None:
    """Check enumerated columns against the standard's lists."""
    for field, allowed in ENUMERATIONS.items():
        cells = book.text(field)
        known = known_values(field)
        unknown = {
            cell: [v for v in split_list(cell) if fold(v) not in known] for cell in set(cells)
        }
        for row in positions(np.array([bool(unknown[cell]) for cell in cells], dtype=bool)):
            for value in unknown[cells[row]]:
                near = closest(value, allowed)
                book.add(
                    "valeur_inconnue",
                    WARNING,
                    [row],
                    field=field,
                    value=[value],
                    suggestion=[
                        near or say("suggest_one_of", book.lang, values=", ".join(allowed))
                    ],
                )
    if "categorie" in book.places.columns:
        strange = book.here & ~book.places["categorie"].isin(CATEGORIES).to_numpy()
        rows = positions(strange)
        nearest = [closest(c, CATEGORIES) for c in book.text("categorie")[rows]]
        book.add("categorie_inconnue", WARNING, rows, field="categorie", suggestion=nearest)
    _check_untold_kinds(book)
    replaced = [_REPLACED.search(text) for text in book.text("corrections")]
    rows = positions(np.array([bool(found) for found in replaced], dtype=bool))
    written = [found[1] for found in replaced if found]
    nearest = [closest(word, CATEGORIES) for word in written]
    book.add(
        "categorie_inconnue", WARNING, rows, field="categorie", value=written, suggestion=nearest
    )


def _check_untold_kinds(book: Book) -> None:
    """Say which places nothing tells what they are: once for the list when it is nearly all."""
    if "categorie" not in book.absent:
        return
    rows = positions((book.text("categorie") == "autre") & (book.text("typologie") == ""))
    if len(rows) > _MANY and len(rows) > book.size / 2:
        book.add_for_all("categorie_absente", "categorie_absente", NOTE, "categorie")
    else:
        book.add("categorie_absente", NOTE, rows, field="categorie", value=[""] * len(rows))


def check_figures(book: Book) -> None:
    """Say which figures of use and means cannot be read, or could be either of two columns."""
    for figure, columns in columns_alike(book.places).items():
        if len(columns) > 1:
            code, alike = "chiffre_ambigu", ", ".join(columns)
            book.add_for_all(code, code, WARNING, columns[0], figure=figure, columns=alike)
    found = usable_figures(book.places)
    figures = read_figures(book.places, found)
    for figure, column in found.items():
        rows = positions(np.isinf(figures[figure].to_numpy()))
        book.add("chiffre_illisible", WARNING, rows, field=column)


def check_dates(book: Book) -> None:
    """Say what is no date where a date is expected."""
    for field in ("date_maj", "date_label"):
        _check_form(book, field, "date_invalide", lambda cell: _read_date(cell) is not None)


def _read_date(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        return None


def check_ages(book: Book, today: date, max_age_days: int) -> None:
    """Say which records are old, or dated after `today`."""
    cells = book.text("date_maj")
    read = {cell: _read_date(cell) for cell in set(cells)}
    ages = np.array([(today - d).days if (d := read[c]) else -1 for c in cells], dtype=np.int64)
    known = np.array([read[cell] is not None for cell in cells], dtype=bool)
    book.add("date_future", WARNING, positions(known & (ages < 0)), field="date_maj")
    old = positions(known & (ages > max_age_days))
    years = [f"{age / 365.25:.0f}" for age in ages[old]]
    book.add("date_ancienne", WARNING, old, field="date_maj", years=years)
