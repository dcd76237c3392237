"""Pieces of sentences: how many, which ones, where; singular and plural as each language wants."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from epn_geo.labels import Lang, number, reach_name, say, told_method
from epn_geo.plurals import agree
from epn_geo.radii import AREAS, ESTIMATE, Measure

NAMED = 4  # how many places or communes a sentence names before it says "et … autres"
WORDS_FOR = {
    "fr": ("aucun", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}
# Each thing that is counted: French singular, plural, then English; and its French gender.
COUNTED = {
    "habitant": ("habitant", "habitants", "inhabitant", "inhabitants", "m"),
    "commune": ("commune", "communes", "commune", "communes", "f"),
    "label": ("label", "labels", "label", "labels", "m"),
    "lieu": ("lieu", "lieux", "place", "places", "m"),
}
# How French says that something is in a département, by code; "dans l’" and an elision otherwise.
IN = {
    "dans le": "14 15 18 25 29 30 32 39 41 45 46 56 59 62 63 67 68 69 81 83 84 90 94 95",
    "dans la": "23 26 42 50 51 55 58 72 80 86",
    "dans les": "04 05 06 08 13 22 40 64 65 66 78 79 88 92",
    "dans l’": "01 02 03 07 09 10 11 12 27 34 36 38 60 61 89 91",
    "à": "75 974 976",
}


def count(value: float, thing: str, lang: Lang = "fr", *, words: bool = False) -> str:
    """Write how many of something there are.

    Parameters
    ----------
    value
        A number, rounded here to a whole one.
    thing
        A key of `COUNTED`.
    lang
        Language. In French zero and one are singular, in English one only.
    words
        Write the numbers to ten in letters.

    Returns
    -------
    str
        The number and the noun.

    Examples
    --------
    >>> count(1, "commune", words=True), count(0, "habitant"), count(3, "lieu", words=True)
    ('une commune', '0 habitant', 'trois lieux')
    >>> count(0, "habitant", "en"), count(1, "label", "en")
    ('0 inhabitants', '1 label')
    """
    whole = round(value)
    french, plural_fr, english, plural_en, gender = COUNTED[thing]
    forms = (french, plural_fr) if lang == "fr" else (english, plural_en)
    noun = agree(whole, *forms, lang)
    spelled = number(whole, lang)
    if words and 0 <= whole <= 10:
        spelled = WORDS_FOR[lang][whole]
        spelled = "une" if lang == "fr" and whole == 1 and gender == "f" else spelled
        spelled = (
            ("aucune" if gender == "f" else "aucun") if lang == "fr" and not whole else spelled
        )
    return f"{spelled} {noun}"


def listed(names: Sequence[str], lang: Lang = "fr") -> str:
    """Write a list of names as people do: the first few, and how many others.

    Parameters
    ----------
    names
        Names.
    lang
        Language.

    Returns
    -------
    str
        A piece of a sentence.

    Examples
    --------
    >>> listed(["Caen"]), listed(["Caen", "Ifs"]), listed(list("ABCDEF"))
    ('Caen', 'Caen et Ifs', 'A, B, C, D et 2 autres')
    >>> listed(list("ABCDE"), "en")
    'A, B, C, D and 1 other'
    """
    last = " et " if lang == "fr" else " and "
    rest = len(names) - NAMED
    if rest > 0:
        forms = ("autre", "autres") if lang == "fr" else ("other", "others")
        other = agree(rest, *forms, lang)
        return ", ".join(names[:NAMED]) + f"{last}{rest} {other}"
    return last.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def in_departement(code: str, name: str, lang: Lang = "fr") -> str:
    """Say that something is in a département.

    Parameters
    ----------
    code, name
        Its code and name.
    lang
        Language.

    Returns
    -------
    str
        With the preposition that usage wants.

    Examples
    --------
    >>> in_departement("27", "Eure"), in_departement("50", "Manche")
    ('dans l’Eure', 'dans la Manche')
    >>> in_departement("76", "Seine-Maritime"), in_departement("27", "Eure", "en")
    ('en Seine-Maritime', 'in Eure')
    """
    if lang == "en":
        return f"in {name}"
    for words, codes in IN.items():
        if code in codes.split():
            return f"{words}{name}" if words.endswith("’") else f"{words} {name}"
    return f"en {name}"


def area_definition(coverage: pd.DataFrame, measures: Sequence[Measure], lang: Lang = "fr") -> str:
    """Say what within reach means, where it is not a measured circle.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave.
    measures
        The measures that are shown.
    lang
        Language.

    Returns
    -------
    str
        A sentence with the origin of areas or of estimated radii; empty for plain radii.

    Examples
    --------
    >>> coverage = pd.DataFrame({"methode_portee": ["isochrone IGN"]})
    >>> area_definition(coverage, [Measure("", areas=True)])[:66]
    'À portée : dans la zone d’accès d’au moins un lieu d’aide au numér'
    """
    told = {
        name: told_method(str(coverage[name].iloc[0]), lang)
        for name in (AREAS, ESTIMATE)
        if name in coverage
    }
    if ESTIMATE in told:
        return say("map_definition_estimated", lang, method=told[ESTIMATE])
    if not measures or not measures[0].areas:
        return ""
    known = [measure for measure in measures if measure.value is not None]
    if not known:
        return say("map_definition_given", lang, method=told[AREAS])
    return say(
        "map_definition_time",
        lang,
        reach=either(known, lang),
        method=told.get(AREAS, ""),
        counted=how_counted(coverage, lang),
    )


def either(measures: Sequence[Measure], lang: Lang = "fr") -> str:
    r"""Name one reach or another, their unit said once.

    Parameters
    ----------
    measures
        Measures with a number, of one unit.
    lang
        Language.

    Returns
    -------
    str
        Text that "à moins de" can stand before.

    Examples
    --------
    >>> either([Measure("", minutes=time, areas=True) for time in (10.0, 20.0, 30.0)])
    '10, 20 ou 30\xa0min'
    """
    names = [re.split("[ \u00a0]", reach_name(measure, lang), maxsplit=1) for measure in measures]
    if len({unit for _, unit in names}) > 1:
        names = [[reach_name(measure, lang), ""] for measure in measures]
    *first, last = (number for number, _ in names)
    word = " ou " if lang == "fr" else " or "
    unit = names[-1][1]
    told = word.join([", ".join(first), last] if first else [last])
    return f"{told}\u00a0{unit}" if unit else told


def how_counted(coverage: pd.DataFrame, lang: Lang = "fr") -> str:
    """Say how people are counted: where they live if a grid tells it, else by area.

    Parameters
    ----------
    coverage
        What `measure_coverage` or `measure_population` gave.
    lang
        Language.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> how_counted(pd.DataFrame(columns=["part_couverte", "methode_population"]), "en")
    'Inhabitants are counted where they live, by the cells of a population grid.'
    """
    key = "map_counted_cells" if "methode_population" in coverage else "map_counted_area"
    return say(key, lang)
