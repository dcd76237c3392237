"""Shapes, colours and words, the same on the interactive map, in pictures and in QGIS.

The colours are Okabe and Ito's, which every form of colour blindness can tell apart; the shapes
still differ on a grey printer. ``page/symbols.mjs`` draws the same ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

GROUND, NO_DATA, NO_DATA_DOTS, HATCH = "#f4f5f6", "#e4e4e4", "#9a9a9a", "#5a2a1e"
HATCHING = "/////"
# the pens of the boundaries, by rank: edge, départements, EPCI, communes; points
PENS = ((1.1, "#333333"), (1.4, "#222222"), (0.6, "#4c4c5e"), (0.2, "#a9a9a9"))


class Symbol(NamedTuple):
    """How the places of a category are drawn."""

    colour: str
    shape: str  # as QGIS calls it
    marker: str  # as matplotlib calls it
    size: float  # width in mm on an A4 page


SYMBOLS: Mapping[str, Symbol] = MappingProxyType(
    {
        "EPN": Symbol("#d55e00", "circle", "o", 2.2),
        "antenne": Symbol("#f0e442", "equilateral_triangle", "^", 2.4),
        "CRANT": Symbol("#000000", "star", "*", 3.4),
        "France Services": Symbol("#0072b2", "square", "s", 1.9),
        "conseiller numérique": Symbol("#cc79a7", "diamond", "D", 2.0),
        "médiathèque": Symbol("#009e73", "hexagon", "h", 2.3),
        "projet lauréat": Symbol("#e69f00", "cross_fill", "P", 2.4),
        "autre": Symbol("#767676", "circle", "o", 1.6),
    }
)


def symbol_of(category: object) -> Symbol:
    """Give the symbol of a category; what is unknown or missing is drawn as ``autre``.

    Parameters
    ----------
    category
        As in the column `categorie`.

    Returns
    -------
    Symbol
        Colour, shapes and size.

    Examples
    --------
    >>> symbol_of("France Services").shape, symbol_of(None) == SYMBOLS["autre"]
    ('square', True)
    """
    return SYMBOLS.get(str(category), SYMBOLS["autre"])


def map_words(lang: str) -> dict[str, str]:
    """Give the words that the interactive map uses.

    Parameters
    ----------
    lang
        ``"fr"`` or ``"en"``.

    Returns
    -------
    dict
        Key to text.

    Examples
    --------
    >>> map_words("fr")["no_data"]
    'sans donnée'
    """
    file = Path(__file__).parent.parent / "page" / "words.json"
    table: dict[str, list[str]] = json.loads(file.read_text("utf-8"))
    return {key: pair[lang == "en"] for key, pair in table.items()}
