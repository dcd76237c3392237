"""What a map can shade: the columns of a coverage frame, their classes and their colours.

Only palettes that every form of colour blindness can read (YlGnBu, cividis), light for little and
dark for much, so that they survive a grey printer.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from epn_geo.columns import Floats, numbers, rounded
from epn_geo.errors import ColumnError, did_you_mean
from epn_geo.labels import Lang
from epn_geo.radii import Measure, measures_of

YLGNBU = ("#ffffd9", "#e3f4b2", "#b5e1b6", "#73c8bd", "#3ca9c3", "#1d83b5")
# words that a map can shade by, with their colours: red and blue differ for every eye, and one is
# darker than the other on a grey printer; none is the orange of a place
WORDS = {
    "haut-haut": ("#b2182b", "high among high"),
    "haut-bas": ("#f4a582", "high among low"),
    "bas-haut": ("#d1e5f0", "low among high"),
    "bas-bas": ("#4393c3", "low among low"),
    "point chaud": ("#b2182b", "hot spot"),
    "point froid": ("#4393c3", "cold spot"),
    "non significatif": ("#f7f7f7", "not significant"),
    "sans voisin": ("#d9d9d9", "no neighbour"),
    "sans donnée": ("#bdbdbd", "no data"),
    # where all depends on one place is what is looked for
    "aucun lieu": ("#fee838", "no place"),
    "un seul lieu": ("#5e3c99", "one place alone"),
    "deux lieux": ("#b2abd2", "two places"),
    "trois lieux ou plus": ("#f1eef6", "three places or more"),
}
SHARE_DIGITS = 5  # decimals of a share within reach that the page is given
SHARE_LIMITS = (0.0005, 0.25, 0.5, 0.75, 0.9995)  # what rounds to 0 or to 100 % is shown as such
MANY_WORDS = 12  # a column of text with more is no colour
# nothing is no little: a share of zero stands apart from the ramp
FROM_NOTHING = ("#f7f7f2", "#fee838", "#cdbb69", "#9c937a", "#585c6e", "#00224e")
CIVIDIS = ("#fee838", "#cdbb69", "#9c937a", "#6f7074", "#434e6c", "#00224e")


class Indicator(NamedTuple):
    """One thing that communes can be shaded by.

    Attributes
    ----------
    key
        What the page and the permalink call it.
    label
        What people read.
    unit
        ``"%"``, ``"km"``, ``"hab."``, ``"oui"`` (yes or no, or other words: the class is told, not
        the figure), or nothing.
    breaks
        Rising limits; the class of a value is how many of them it has reached.
    labels
        One for each class, one more than there are limits.
    colours
        One for each class.
    by_radius
        Whether there is one series per radius.
    series
        The figures, one per radius or a single one; NaN where there is no figure.
    """

    key: str
    label: str
    unit: str
    breaks: tuple[float, ...]
    labels: tuple[str, ...]
    colours: tuple[str, ...]
    by_radius: bool
    series: list[Floats]


class Radii(NamedTuple):
    """The radii of a coverage frame (NaN if unknown) and the endings of their columns."""

    km: tuple[float, ...]
    suffixes: tuple[str, ...]
    measures: tuple[Measure, ...] = ()


def find_radii(coverage: pd.DataFrame) -> Radii:
    """Find for which radii a frame has been measured.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave, or any frame with ``part_couverte``.

    Returns
    -------
    Radii
        Ascending, with the ending of their columns; a radius that is not one number is NaN.
        Empty if nothing was measured.

    Examples
    --------
    >>> import pandas as pd
    >>> find_radii(pd.DataFrame(columns=["part_couverte_10km", "part_couverte_7_5km"])).suffixes
    ('_7_5km', '_10km')
    """
    if not any(str(column).startswith("part_couverte") for column in coverage.columns):
        return Radii((), ())
    found = measures_of(coverage)
    km = tuple(np.nan if one.radius_km is None else one.radius_km for one in found)
    return Radii(km, tuple(one.suffix for one in found), tuple(found))


def find_indicators(
    coverage: pd.DataFrame, radii: Radii, columns: Mapping[str, str], lang: Lang
) -> list[Indicator]:
    """List what a coverage frame allows to shade.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave, or any frame.
    radii
        What `find_radii` gave.
    columns
        Further columns to offer, for example figures of need, and what to call them: numeric, or a
        few words, such as the clusters of `find_clusters`.
    lang
        ``"fr"`` or ``"en"``.

    Returns
    -------
    list of Indicator
        Those whose columns are there, the share of area first.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"part_couverte": [0.5], "population": [900]})
    >>> [i.key for i in find_indicators(frame, find_radii(frame), {}, "fr")]
    ['part', 'population']
    """
    known = [
        _share(coverage, radii, lang),
        _town_hall(coverage, radii, lang),
        _out_of_reach(coverage, radii, lang),
        _distance(coverage, lang),
        _population(coverage, lang),
    ]
    return [i for i in known if i] + [
        _custom(coverage, column, label, lang) for column, label in columns.items()
    ]


def indicator_table(indicators: Sequence[Indicator]) -> list[dict[str, Any]]:
    """Give the indicators as the page wants them.

    Parameters
    ----------
    indicators
        What `find_indicators` gave.

    Returns
    -------
    list of dict
        Values are left out where the page has them already (inhabitants) or derives them
        (inhabitants out of reach).

    Examples
    --------
    >>> import numpy as np
    >>> one = Indicator("x", "X", "", (), ("all",), ("#000",), False, [np.array([0.123456])])
    >>> indicator_table([one])[0]["values"]
    [[0.12346]]
    """
    derived = {"population", "hors_portee"}
    digits = {"part": SHARE_DIGITS, "mairie": 0, "distance": 2}
    return [
        {
            "key": i.key,
            "label": i.label,
            "unit": i.unit,
            "breaks": list(i.breaks),
            "labels": list(i.labels),
            "colours": list(i.colours),
            "byRadius": i.by_radius,
            "values": None
            if i.key in derived
            else [rounded(series, digits.get(i.key, 5)) for series in i.series],
        }
        for i in indicators
    ]


def _series(coverage: pd.DataFrame, radii: Radii, stem: str) -> list[Floats] | None:
    """Give the columns of all radii, or None if one is missing."""
    names = [stem + suffix for suffix in radii.suffixes]
    if not names or any(name not in coverage for name in names):
        return None
    return [numbers(coverage, name) for name in names]


def _share(coverage: pd.DataFrame, radii: Radii, lang: Lang) -> Indicator | None:
    if (values := _series(coverage, radii, "part_couverte")) is None:
        return None
    return Indicator(
        "part",
        "Part de la surface à portée" if lang == "fr" else "Share of area within reach",
        "%",
        SHARE_LIMITS,
        _share_labels(lang),
        YLGNBU,
        by_radius=True,
        series=values,
    )


def _share_labels(lang: Lang) -> tuple[str, ...]:
    """Write the classes of a share."""
    if lang == "fr":
        return ("0 %", "moins de 25 %", "25 à 50 %", "50 à 75 %", "75 à 100 %", "100 %")
    return ("0%", "under 25%", "25 to 50%", "50 to 75%", "75 to 100%", "100%")


def _town_hall(coverage: pd.DataFrame, radii: Radii, lang: Lang) -> Indicator | None:
    if (values := _series(coverage, radii, "mairie_couverte")) is None:
        return None
    french = lang == "fr"
    return Indicator(
        "mairie",
        "Mairie à portée" if french else "Town hall within reach",
        "oui",
        (0.5,),
        ("hors de portée", "à portée") if french else ("out of reach", "within reach"),
        (YLGNBU[0], YLGNBU[4]),
        by_radius=True,
        series=values,
    )


def _out_of_reach(coverage: pd.DataFrame, radii: Radii, lang: Lang) -> Indicator | None:
    values = _series(coverage, radii, "population_couverte")
    if values is None or "population" not in coverage:
        return None
    population = numbers(coverage, "population")
    return Indicator(
        "hors_portee",
        "Habitants hors de portée" if lang == "fr" else "Inhabitants out of reach",
        "hab.",
        (0.5, 100, 250, 500, 1000),
        _ranges((0, 100, 250, 500, 1000), lang, first="0"),
        CIVIDIS,
        by_radius=True,
        series=[np.maximum(population - covered, 0) for covered in values],
    )


def _distance(coverage: pd.DataFrame, lang: Lang) -> Indicator | None:
    if "distance_km" not in coverage:
        return None
    return Indicator(
        "distance",
        "Distance de la mairie au lieu le plus proche"
        if lang == "fr"
        else "Distance from the town hall to the nearest place",
        "km",
        (2, 5, 10, 15, 20),
        _ranges((2, 5, 10, 15, 20), lang, unit=" km"),
        CIVIDIS,
        by_radius=False,
        series=[numbers(coverage, "distance_km")],
    )


def _population(coverage: pd.DataFrame, lang: Lang) -> Indicator | None:
    if "population" not in coverage:
        return None
    breaks = (200, 500, 1000, 2000, 10_000)
    return Indicator(
        "population",
        "Habitants" if lang == "fr" else "Inhabitants",
        "hab.",
        breaks,
        _ranges(breaks, lang),
        CIVIDIS,
        by_radius=False,
        series=[numbers(coverage, "population")],
    )


def _custom(coverage: pd.DataFrame, column: str, label: str, lang: Lang) -> Indicator:
    """Offer a column of the caller's, in classes of about equal numbers of communes."""
    if column not in coverage:
        hint = did_you_mean(column, map(str, coverage.columns))
        raise ColumnError(f"There is no column {column!r} to shade the map by.{hint}")
    if words := _words_of(coverage[column]):
        return _worded(coverage[column], words, column, label, lang)
    values = numbers(coverage, column)
    known = values[np.isfinite(values)]
    if not len(known):
        raise ColumnError(f"The column {column!r} holds no number: a map cannot be shaded by it.")
    if column.startswith("part_") and known.min() >= 0 and known.max() <= 1:
        labels = _share_labels(lang)
        return Indicator(
            column, label, "%", SHARE_LIMITS, labels, FROM_NOTHING, by_radius=False, series=[values]
        )
    breaks = _round_quantiles(known)
    colours = [CIVIDIS[round(i * 5 / max(len(breaks), 1))] for i in range(len(breaks) + 1)]
    return Indicator(
        column,
        label,
        "",
        tuple(breaks),
        _ranges(tuple(breaks), lang, most=known.max()),
        tuple(colours),
        by_radius=False,
        series=[values],
    )


def _words_of(values: pd.Series) -> list[str]:
    """List the words of a column of a few, in their order; none for figures."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return [str(word) for word in values.cat.categories]
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.infer_dtype(values) != "string":
        return []
    met = set(values.dropna())
    known = [word for word in WORDS if word in met]
    words = [*known, *sorted(met - set(known))]
    return words if len(words) <= MANY_WORDS else []


def _worded(
    values: pd.Series, words: Sequence[str], column: str, label: str, lang: Lang
) -> Indicator:
    """Offer a column of words, one class for each."""
    ramp = [CIVIDIS[round(i * 5 / max(len(words) - 1, 1))] for i in range(len(words))]
    rank = {word: float(nth) for nth, word in enumerate(words)}
    return Indicator(
        column,
        label,
        "oui",
        tuple(nth + 0.5 for nth in range(len(words) - 1)),
        tuple(WORDS[w][1] if lang == "en" and w in WORDS else w for w in words),
        tuple(WORDS.get(w, ("",))[0] or colour for w, colour in zip(words, ramp, strict=True)),
        by_radius=False,
        series=[np.array([rank.get(str(value), np.nan) for value in values])],
    )


def _round_quantiles(known: Floats) -> list[float]:
    """Give up to four limits near the quintiles, rounded; what most communes share stands alone."""
    values, counts = np.unique(known, return_counts=True)
    if len(values) == 1:
        return []
    if counts.max() > len(known) / 2:
        known = known[known != values[counts.argmax()]]
    limits = np.quantile(known, [0.2, 0.4, 0.6, 0.8], method="nearest")
    spread = limits[-1] - limits[0] or values[-1] - values[0]
    rounded = {_two_figures(limit, spread) for limit in limits}
    return sorted(limit for limit in rounded if values[0] < limit <= values[-1])


def _two_figures(value: float, spread: float) -> float:
    """Round to two figures of the value, or of the spread if that is finer."""
    size = min(abs(value) or spread, spread)
    return float(round(value, 1 - int(np.floor(np.log10(size)))))


def _ranges(
    breaks: tuple[float, ...],
    lang: Lang,
    unit: str = "",
    first: str | None = None,
    most: float = np.inf,
) -> tuple[str, ...]:
    """Write the classes between limits in words; `first` replaces the first of them.

    Of values that go no further than the last limit none is told to.
    """
    if not breaks:
        return ("toutes valeurs" if lang == "fr" else "all values",)
    under, to, over = (
        ("moins de ", " à ", " et plus") if lang == "fr" else ("under ", " to ", " and over")
    )
    shown = [_number(limit, lang) for limit in breaks]
    low = under + shown[0] + unit if first is None else first
    pairs = [f"{a}{to}{b}{unit}" for a, b in itertools.pairwise(shown)]
    if first is not None:
        pairs[0] = f"{under}{shown[1]}{unit}"
    return (low, *pairs, shown[-1] + unit + (over if most > breaks[-1] else ""))


def _number(value: Any, lang: Lang) -> str:
    """Write a limit as people of the language do."""
    text = f"{value:,.10g}"
    if lang == "en":
        return text
    return text.replace(",", "\u202f").replace(".", ",")
