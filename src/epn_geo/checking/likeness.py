"""Names that look alike: of communes as they are spelled, of places entered twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from rapidfuzz import fuzz, process

from epn_geo.errors import fold

_ALIKE = 90  # per cent
_ALL_PAIRS = 400  # names; beyond, only neighbours in alphabetical order are compared
_NEIGHBOURS = 8
_KINDS = frozenset(
    {"bus", "mobile", "itinerant", "itinerante", "antenne", "annexe", "permanence", "site"}
    | {"nord", "sud", "est", "ouest", "centre", "mairie", "mediatheque", "bibliotheque"}
)


def place_key(name: str) -> str:
    """Give a commune's name as names are compared.

    Parameters
    ----------
    name
        A name, as spelled in a list.

    Returns
    -------
    str
        Without accents, case, punctuation; ``St`` is ``saint``, Cedex and a number are dropped.

    Examples
    --------
    >>> place_key("ST-LÔ CEDEX"), place_key("Saint-Lô"), place_key("Œuf-en-Ternois")
    ('saint lo', 'saint lo', 'oeuf en ternois')
    """
    text = re.sub(r"\bste\b", "sainte", re.sub(r"\bst\b", "saint", fold(name)))
    return re.sub(r" (?:cedex)?(?: ?\d{1,2})?$", "", text)


def closest(value: str, choices: Iterable[str]) -> str:
    """Give the choice that looks most like a value.

    Parameters
    ----------
    value
        What was written.
    choices
        What could have been meant.

    Returns
    -------
    str
        A choice, or empty text when none comes near.

    Examples
    --------
    >>> closest("Aide aux démarche", ["Aide aux démarches administratives", "Gratuit"])
    'Aide aux démarches administratives'
    >>> closest("Piscine", ["Gratuit", "Payant"])
    ''
    """
    return closest_each([value], choices)[0]


def closest_each(values: Sequence[str], choices: Iterable[str]) -> list[str]:
    """Give, for each value, the choice that looks most like it.

    Parameters
    ----------
    values
        What was written.
    choices
        What could have been meant.

    Returns
    -------
    list of str
        A choice for each value, or empty text where none comes near.

    Examples
    --------
    >>> closest_each(["Baieux", "Caen", "Zoo"], ["Caen", "Bayeux"])
    ['Bayeux', 'Caen', '']
    """
    known = list(choices)
    folded = [fold(choice) for choice in known]
    found = {
        value: process.extractOne(fold(value), folded, scorer=fuzz.WRatio, score_cutoff=75)
        for value in set(values)
    }
    return [known[best[2]] if (best := found[value]) else "" for value in values]


def name_pairs(names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give the pairs of names that are nearly the same.

    Parameters
    ----------
    names
        Names of places that could be one.

    Yields
    ------
    tuple of int
        Positions. Names that differ by a number ("site 1", "site 2") or by a word that says
        another kind of place ("bus", "antenne") are not the same. Beyond 400
        names only those next to each other in alphabetical order, of their letters or of their
        sorted words, are compared, so that the work stays proportional to their number.

    Examples
    --------
    >>> list(name_pairs(["EPN de Vire", "E.P.N. de Vire", "EPN Vire 1", "EPN Vire 2"]))
    [(0, 1)]
    """
    folded = [fold(re.sub(r"\b(\w)\.(?=\w\b)", r"\1", name)) for name in names]
    marks = [frozenset(word for word in name.split() if _is_mark(word)) for name in folded]
    pairs = _all_pairs(folded) if len(folded) <= _ALL_PAIRS else _neighbours(folded)
    yield from (pair for pair in pairs if marks[pair[0]] == marks[pair[1]])


def _is_mark(word: str) -> bool:
    """Tell a word that makes two places of two names that are otherwise alike."""
    return word in _KINDS or any(letter.isdigit() for letter in word)


def _all_pairs(names: Sequence[str]) -> list[tuple[int, int]]:
    scores = process.cdist(
        names, names, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE, dtype=np.uint8
    )
    ones, others = np.nonzero(np.triu(scores, k=1))
    return list(zip(ones.tolist(), others.tolist(), strict=True))


def _neighbours(names: Sequence[str]) -> list[tuple[int, int]]:
    found = set()
    for keys in (names, [" ".join(sorted(name.split())) for name in names]):
        order = sorted(range(len(keys)), key=lambda row: (keys[row], row))
        for step in range(1, _NEIGHBOURS + 1):
            for one, other in zip(order, order[step:], strict=False):
                pair = (min(one, other), max(one, other))
                if fuzz.token_sort_ratio(names[one], names[other]) >= _ALIKE:
                    found.add(pair)
    return sorted(found)
