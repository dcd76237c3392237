"""Both languages say the same things."""

from __future__ import annotations

import importlib
import re
import string
from pkgutil import iter_modules

import pytest
from hypothesis import given
from hypothesis import strategies as st

import epn_geo as epn
import epn_geo.words
from epn_geo.labels import WORDS, Lang, check_lang, percent, say
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


# -- singular and plural

COUNTED = (
    "habitants|communes|lieux|lignes|carreaux|paires|polygones|fichiers|doublons|mondes|ans|"
    "places|rows|cells|inhabitants|people|pairs|polygons|files|doubles|worlds|years|exceptions"
)
# sentences that are said of several only: another is chosen for one, or there are always more
SEVERAL = {
    *("fiche_all_short", "fiche_none_short", "fiche_one_short", "fiche_short", "fiche_within"),
    *("fiche_within_own", "fiche_within_none", "fiche_straddles", "fiche_straddles_alone"),
    *("communes_done", "doctor_communes", "replay_same"),
}


@pytest.mark.parametrize("key", sorted(set(WORDS) - SEVERAL))
def test_no_number_stands_before_a_word_that_is_always_plural(key: str) -> None:
    for text in WORDS[key]:
        found = re.findall(rf"\{{\w+\}}[ \u00a0](?:{COUNTED})\b", text)
        assert not found, f"{key}: {found}; write {{count|commune|communes}}"


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [(0, "paire examinée", "pairs"), (1, "paire examinée", "pair"), (2, "paires", "pairs")],
)
def test_zero_is_singular_in_french_and_plural_in_english(
    value: int, french: str, english: str
) -> None:
    values = dict.fromkeys(("rows", "kept", "merged"), "5") | {"pairs": number(value)}
    assert say("merge_done", **values).split(" ; ")[1].startswith(f"{value} {french}")
    assert say("merge_done", "en", **values).split("; ")[1].startswith(f"{value} {english} looked")


def test_decimals_and_thousands_agree_too() -> None:
    told = [say("map_communes", count=number(value, digits=1)) for value in (1.5, 2, 1_000_000)]
    assert [text.split()[-1] for text in told] == ["commune", "communes", "communes"]
    told = [say("map_communes", "en", count=number(v, "en", 1)) for v in (1, 1.5, 1_000_000)]
    assert [text.split()[-1] for text in told] == ["commune", "communes", "communes"]


def test_what_a_need_leaves_out_is_told_of_one_and_of_several() -> None:
    one = say("account_unweighted", communes="1", people="1")
    assert one.startswith("Besoin inconnu pour 1 commune (1 habitant) : elle ne pèse rien")
    several = say("account_unweighted", "en", communes="2", people="3")
    assert several.endswith("for 2 communes (3 people): they weigh nothing in this choice.")


# -- shares


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("digits", [0, 1, 2])
@given(share=st.floats(1e-7, 1 - 1e-7))
def test_only_nothing_reads_nothing_and_only_all_reads_all(
    lang: Lang, digits: int, share: float
) -> None:
    text = percent(share, lang, digits).replace(",", ".")
    figure = float(text.strip("<> \u00a0%"))
    assert 0 < figure < 100
    if text[0] in "<>":
        edge = 10.0**-digits
        assert share * 100 < edge if text[0] == "<" else share * 100 > 100 - edge
    else:
        assert figure == pytest.approx(100 * share, abs=0.51 * 10.0**-digits)


def test_nothing_all_and_what_is_missing() -> None:
    assert [percent(share) for share in (0, 1, 1 - 1e-12, float("nan"), None)] == [
        "0\u00a0%", "100\u00a0%", "100\u00a0%", "–", "–",
    ]  # fmt: skip
    assert percent(0.9996, "en", spoken=True) == "more than 99.9%"
    assert percent(0.004, digits=0, spoken=True) == "moins de 1\u00a0%"
