"""Both languages say the same things."""

from __future__ import annotations

import importlib
import string
from pkgutil import iter_modules

import pytest

import epn_geo as epn
import epn_geo.words
from epn_geo.labels import WORDS, check_lang, say
from epn_geo.report import header, number
from epn_geo.words.headings import HEADERS

PATH = epn_geo.words.__path__


def fields(text: str) -> set[str]:
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return {name.partition("|")[0] for name in names}


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_hold_the_same_values(key: str) -> None:
    french, english = WORDS[key]
    assert fields(french) == fields(english)
    assert french.strip()
    assert english.strip()


def test_no_key_stands_in_two_files() -> None:
    files = [importlib.import_module(f"epn_geo.words.{name.name}") for name in iter_modules(PATH)]
    stores = [file.WORDS for file in files if hasattr(file, "WORDS")]
    assert len(stores) > 5
    assert sum(map(len, stores)) == len(WORDS)


def test_an_unknown_language_is_explained() -> None:
    with pytest.raises(epn.DataError, match="fr, en"):
        check_lang("de")
    assert say("no_data", "en") == "no data"


def test_headers_name_the_radius_in_the_language() -> None:
    assert header("part_couverte_7_5km") == "Part de la surface à portée (7,5 km)"
    assert header("part_couverte_7_5km", "en") == "Share of area within reach (7.5 km)"
    assert header("habitants_par_france_services") == "Habitants par France Services"
    assert header("colonne du fichier") == "colonne du fichier"
    assert all(len(words) == 2 for words in HEADERS.values())


def test_numbers_are_written_as_people_do() -> None:
    assert number(1234567.89, digits=1) == "1\u202f234\u202f567,9"
    assert number(1234567.89, "en", 1) == "1,234,567.9"
    assert number(float("nan")) == "–"


def test_words_agree_with_their_number() -> None:
    assert say("cache_cleared", count=1, folder="x") == "1 réponse retirée de x."
    assert say("cache_cleared", count=0, folder="x") == "0 réponse retirée de x."
    assert say("cache_cleared", "en", count=0, folder="x") == "0 answers removed from x."
    assert say("map_people", count=number(2644)) == "2\u202f644 habitants"
    assert say("map_people", "en", count=number(1, "en")) == "1 inhabitant"
    assert say("map_people", count="–") == "– habitants"


@pytest.mark.parametrize("key", [key for key, words in WORDS.items() if "|" in "".join(words)])
def test_plurals_are_written_as_they_are_read(key: str) -> None:
    for lang in ("fr", "en"):
        values = dict.fromkeys(fields(WORDS[key][0]), 1)
        assert "{" not in say(key, lang, **values)
