"""Classes of what a map is shaded by."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from epn_geo.errors import ColumnError
from epn_geo.labels import Lang
from epn_geo.paging.indicators import (
    CIVIDIS,
    WORDS,
    Radii,
    _round_quantiles,
    find_indicators,
    indicator_table,
)
from epn_geo.picturing.symbols import SYMBOLS


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([0.0] * 8 + [10.0, 20.0], [10, 20]),  # what most share stands alone
        ([0.0, 5.0], [5]),
        ([3.0, 3.0], []),
        ([float(year) for year in range(2016, 2026)], [2018, 2020, 2021, 2023]),
        ([0.1 * n for n in range(11)], [0.2, 0.4, 0.6, 0.8]),
    ],
)
def test_classes_of_a_callers_column(values: list[float], limits: list[float]) -> None:
    assert _round_quantiles(np.array(values)) == pytest.approx(limits)


@pytest.mark.parametrize(
    ("lang", "labels"),
    [
        ("fr", ["haut-haut", "bas-bas", "non significatif"]),
        ("en", ["high among high", "low among low", "not significant"]),
    ],
)
def test_words_are_classes_of_their_own(lang: Lang, labels: list[str]) -> None:
    frame = pd.DataFrame({"amas": ["bas-bas", "non significatif", "haut-haut", "bas-bas", None]})
    (found,) = find_indicators(frame, Radii((), ()), {"amas": "Amas"}, lang)
    assert list(found.labels) == labels
    assert len(set(found.colours)) == 3
    assert found.breaks == (0.5, 1.5)
    (row,) = indicator_table([found])
    assert row["values"] == [[1.0, 2.0, 0.0, 1.0, None]]
    assert row["unit"] == "oui"  # the page then tells the word


def test_ordered_words_keep_their_order_and_those_nobody_has() -> None:
    words = pd.Categorical(["deux", "un"], categories=["un", "deux", "trois"])
    (found,) = find_indicators(pd.DataFrame({"n": words}), Radii((), ()), {"n": "N"}, "fr")
    assert found.labels == ("un", "deux", "trois")
    assert found.series[0].tolist() == [1.0, 0.0]


def test_no_class_is_mistaken_for_another_or_for_a_place() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        return 0.3 * red + 0.59 * green + 0.11 * blue

    for words in (
        ("haut-haut", "haut-bas", "bas-haut", "bas-bas"),
        ("aucun lieu", "un seul lieu", "deux lieux", "trois lieux ou plus"),
    ):
        tones = sorted(grey(WORDS[word][0]) for word in words)
        assert min(np.diff(tones)) > 15, words  # on a grey printer too
    places = {symbol.colour for symbol in SYMBOLS.values()}
    assert not places & {colour for colour, _ in WORDS.values()}
    assert WORDS["un seul lieu"][0] == min((WORDS[w][0] for w in words), key=grey)  # the title's


def test_a_share_has_the_classes_of_shares_and_nothing_stands_apart() -> None:
    frame = pd.DataFrame({"part_sans_service": [0.0, 0.0, 0.1, 0.97, 1.0]})
    asked = {"part_sans_service": "Sans le service"}
    (found,) = find_indicators(frame, Radii((), ()), asked, "fr")
    assert found.unit == "%"
    assert found.labels[0] == "0 %"
    assert found.labels[-1] == "100 %"
    assert len(set(found.colours)) == 6
    assert found.colours[0] not in CIVIDIS  # the yellow of little


def test_no_class_goes_beyond_what_there_is() -> None:
    frame = pd.DataFrame({"taux": [10.0, 40.0, 60.0, 97.0, 100.0, 100.0, 100.0]})
    (found,) = find_indicators(frame, Radii((), ()), {"taux": "Taux (%)"}, "fr")
    assert found.labels[-1] == "100"


def test_names_are_no_colours() -> None:
    frame = pd.DataFrame({"commune": [f"C{n}" for n in range(20)]})
    with pytest.raises(ColumnError, match="holds no number"):
        find_indicators(frame, Radii((), ()), {"commune": "Commune"}, "fr")
