"""Columns whose name does not say enough: what their cells say, and what a missing one may be."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import pandas as pd

from epn_geo.errors import fold
from epn_geo.reading.coordinates import in_france, split_point
from epn_geo.reading.repairs import quoted

Claim = tuple[str, int]

_WEAK = 2  # the rank of a name that claims a field only when nothing better does
_NUMBERS = frozenset({"n", "no", "num", "numero"})  # of a place, or of a house in its street
_HOUSE = re.compile(r"\d{1,4}\s*(?:[a-d]|bis|ter|quater)?(?:\s*[-/]\s*\d+)?", re.IGNORECASE)
_MISSING = re.compile(r"(\w+)(?: \(peut-être « (.*?) »\))?(?:, |$)")
MISSING = "aucune colonne pour : "


def claim_of(header: str, known: Mapping[str, Claim]) -> Claim | None:
    """Give the field that a column's name stands for, and how firmly.

    Parameters
    ----------
    header
        The name; what stands in brackets behind it is passed over if need be.
    known
        Names without accents, case and signs, and what they claim.

    Returns
    -------
    tuple or None
        The field and a rank, 0 the firmest.

    Examples
    --------
    >>> claim_of("Code postal (5 chiffres)", {"codepostal": ("code_postal", 0)})
    ('code_postal', 0)
    """
    for text in (header, re.sub(r"\(.*?\)|\[.*?\]", " ", header)):
        if claim := known.get(fold(text).replace(" ", "")):
            return claim
    return None


def unfit_columns(
    cells: pd.DataFrame, found: Mapping[str, str], claim: Callable[[str], Claim | None]
) -> dict[str, str]:
    """Say which columns, taken by a loose name, do not hold what the name promised.

    Parameters
    ----------
    cells
        The table.
    found
        The column of each field.
    claim
        The field a column's name stands for, and how firmly.

    Returns
    -------
    dict
        Fields that are better left unread, and why, in French.

    Examples
    --------
    >>> cells = pd.DataFrame({"N°": ["1", "1"], "Position": ["49.1, -0.3", "48.9 0.1"]})
    >>> loose = {"N°": ("id", 2), "Position": ("point", 2)}
    >>> unfit_columns(cells, {"id": "N°", "point": "Position"}, loose.get)
    {'id': 'colonne N° laissée à part : ses valeurs se répètent, ce n’est pas un identifiant'}
    """

    def loose(field: str) -> bool:
        said = claim(found[field]) if field in found else None
        return said is not None and said[1] >= _WEAK

    unfit = {}
    if loose("id"):
        column = found["id"]
        filled = cells[column][cells[column] != ""]
        street = fold(column) in _NUMBERS and loose("adresse")
        if filled.duplicated().any():
            why = "ses valeurs se répètent, ce n’est pas un identifiant"
            unfit["id"] = f"colonne {column} laissée à part : {why}"
        elif street and filled.map(lambda cell: _HOUSE.fullmatch(cell) is not None).all():
            why = "numéro dans la rue, et non identifiant"
            unfit["id"] = f"colonne {column} laissée à part : {why}"
    if loose("point"):
        column = found["point"]
        filled = cells[column][cells[column] != ""]
        pairs = sum(bool(split_point(cell)[1]) for cell in filled)
        if 2 * pairs < len(filled):
            unfit["point"] = f"colonne {column} laissée à part : ce ne sont pas des coordonnées"
    return unfit


def point_column(cells: pd.DataFrame, taken: Collection[str]) -> str | None:
    """Find a column whose cells are all pairs of degrees in France, whatever its name.

    Parameters
    ----------
    cells
        The table.
    taken
        Columns that hold something else.

    Returns
    -------
    str or None
        The column; None where there is none, or several.

    Examples
    --------
    >>> cells = pd.DataFrame({"nom": ["EPN", "B"], "sur la carte": ["48.748, -0.569", ""]})
    >>> point_column(cells, ["nom"])
    'sur la carte'
    """
    fit = [
        str(column)
        for column in cells.columns
        if column not in taken and _are_points(cells[column][cells[column] != ""])
    ]
    return fit[0] if len(fit) == 1 else None


def _are_points(filled: pd.Series[str]) -> bool:
    return len(filled) > 0 and all(_is_point(cell) for cell in filled.unique())


def _is_point(cell: str) -> bool:
    parts = split_point(cell)
    if not all(re.fullmatch(r"[+-]?\d{1,2}[.,]\d{2,}", part) for part in parts):
        return False
    latitude, longitude = (float(part.replace(",", ".")) for part in parts)
    return in_france(latitude, longitude) or in_france(longitude, latitude)


def likely_column(field: str, columns: Iterable[str], known: Mapping[str, Claim]) -> str:
    """Give the column whose name comes nearest to a field's names.

    Parameters
    ----------
    field
        A field no column was found for.
    columns
        The names of columns that hold nothing else.
    known
        As in `claim_of`.

    Returns
    -------
    str
        A column, or empty text when none comes near.

    Examples
    --------
    >>> likely_column("nom", ["Remarques", "Nomm"], {"nom": ("nom", 0), "nomdulieu": ("nom", 1)})
    'Nomm'
    """
    names = [name for name, claim in known.items() if claim[0] == field and len(name) > 2]
    best, near = "", 0.72
    for column in columns:
        key = fold(column).replace(" ", "")
        for name in names:
            alike = difflib.SequenceMatcher(None, key, name).ratio()
            if len(name) > 4 and key.startswith(name):
                alike = max(alike, 0.8)
            if alike > near:
                best, near = column, alike
    return best


def missing_note(fields: Sequence[str], unread: Sequence[str], known: Mapping[str, Claim]) -> str:
    """Say which fields no column was found for, and what could be theirs.

    Parameters
    ----------
    fields
        The fields.
    unread
        The columns that were not recognised.
    known
        As in `claim_of`.

    Returns
    -------
    str
        A note in French, empty when no field is missing; `read_missing` reads it again.

    Examples
    --------
    >>> missing_note(["nom", "pivot"], ["Nomm"], {"nom": ("nom", 0)})
    'aucune colonne pour : nom (peut-être « Nomm »), pivot'
    """
    pieces = []
    for field in fields:
        near = likely_column(field, unread, known)
        pieces.append(f"{field} (peut-être {quoted(near)})" if near else field)
    return MISSING + ", ".join(pieces) if pieces else ""


def read_missing(note: str) -> dict[str, str]:
    """Give the fields that a note of `missing_note` names, and what could be theirs.

    Parameters
    ----------
    note
        A note.

    Returns
    -------
    dict
        Field and column (empty text where none comes near); empty for another note.

    Examples
    --------
    >>> read_missing("aucune colonne pour : nom (peut-être « Nomm »), pivot")
    {'nom': 'Nomm', 'pivot': ''}
    """
    if not note.startswith(MISSING):
        return {}
    return dict(_MISSING.findall(note.removeprefix(MISSING)))


def absent_fields(corrections: Iterable[str]) -> dict[str, str]:
    """Give the fields that a list has no column for, from what was said when it was read.

    Parameters
    ----------
    corrections
        The column of that name of a frame of places.

    Returns
    -------
    dict
        As `read_missing`.

    Examples
    --------
    >>> absent_fields(["fichier : UTF-16 ; fichier : aucune colonne pour : nom", ""])
    {'nom': ''}
    """
    items = (item for text in corrections if MISSING in text for item in text.split(" ; "))
    found = (read_missing(item.removeprefix("fichier : ")) for item in items)
    return next(filter(None, found), {})
