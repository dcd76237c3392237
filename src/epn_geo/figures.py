"""Figures of use and means that a list may hold: which columns they are, and what they add up to.

A place that leaves a figure empty is not counted as zero: how many places gave each stands beside
every sum.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.geometry.arcs import Floats

# How each figure is called in files, accents, case and punctuation aside.
FIGURES: dict[str, tuple[str, ...]] = {
    "visites": (
        *("visites", "nombre de visites", "nb visites", "visites annuelles", "visites par an"),
        *("frequentation", "frequentation annuelle", "passages", "nombre de passages"),
    ),
    "inscrits": (
        *("inscrits", "nombre d inscrits", "nb inscrits", "usagers inscrits", "usagers"),
        *("adherents", "nombre d adherents", "abonnes"),
    ),
    "etp": (
        *("etp", "nb etp", "nombre d etp", "effectif etp", "effectifs etp"),
        *("equivalent temps plein", "equivalents temps plein"),
    ),
    "agents": (
        *("agents", "nombre d agents", "nb agents", "animateurs", "nombre d animateurs"),
        *("nb animateurs", "salaries", "nombre de salaries", "effectif", "effectifs"),
    ),
    "budget": (
        *("budget", "budget annuel", "budget euros", "budget eur", "budget en euros"),
        *("budget de fonctionnement", "cout annuel", "depenses annuelles"),
    ),
}
BLANKS = frozenset({"", "nc", "nd", "nr", "n c", "n d", "non communique", "non renseigne"})
TWO_WAYS = r"\d{1,3}([.,]\d{3})+"  # 1.200: twelve hundred, or one and two tenths?


def find_figures(places: pd.DataFrame, columns: dict[str, str] | None = None) -> dict[str, str]:
    """Find which columns of a list hold figures of use and means.

    Parameters
    ----------
    places
        Places.
    columns
        Which column holds a figure, as in `epn_geo.measure_means`.

    Returns
    -------
    dict
        Figure and column; empty if there is none.

    Raises
    ------
    ColumnError
        If two columns could be the same figure, or a column named does not exist.
    DataError
        For an unknown figure.

    Examples
    --------
    >>> find_figures(pd.DataFrame(columns=["nom", "Nombre d'inscrits", "ETP"]))
    {'inscrits': "Nombre d'inscrits", 'etp': 'ETP'}
    """
    given = columns or {}
    for figure, column in given.items():
        if figure not in FIGURES:
            hint = did_you_mean(figure, FIGURES)
            raise DataError(f"There is no figure {figure!r}: {', '.join(FIGURES)}.{hint}")
        if column not in places:
            hint = did_you_mean(column, map(str, places.columns))
            raise ColumnError(f"The places have no column {column!r} for {figure!r}.{hint}")
    found = {figure: alike[0] for figure, alike in columns_alike(places).items()} | given
    for figure, alike in columns_alike(places).items():
        if figure not in given and len(alike) > 1:
            raise ColumnError(
                f"The columns {', '.join(map(repr, alike))} could all be {figure!r}: choose one "
                f"with columns={{{figure!r}: …}}."
            )
    return {figure: found[figure] for figure in FIGURES if figure in found}


def columns_alike(places: pd.DataFrame) -> dict[str, list[str]]:
    """List the columns that could be each figure.

    Parameters
    ----------
    places
        Places.

    Returns
    -------
    dict
        Figure and columns; only figures for which there is one.

    Examples
    --------
    >>> columns_alike(pd.DataFrame(columns=["Agents", "Animateurs", "ETP"]))
    {'etp': ['ETP'], 'agents': ['Agents', 'Animateurs']}
    """
    names = {str(column): fold(str(column)) for column in places}
    alike = {
        figure: [column for column, name in names.items() if name in known]
        for figure, known in FIGURES.items()
    }
    return {figure: columns for figure, columns in alike.items() if columns}


def usable_figures(places: pd.DataFrame) -> dict[str, str]:
    """Find the figures that a list plainly holds, without refusing what is doubtful.

    Parameters
    ----------
    places
        Places.

    Returns
    -------
    dict
        Figure and column: where only one column could be it, and at least half of the cells that
        say anything are numbers (a column ``Usagers`` may hold words).

    Examples
    --------
    >>> cells = {"Usagers": ["jeunes"], "ETP": ["1,5"], "Agents": ["2"], "Animateurs": ["2"]}
    >>> usable_figures(pd.DataFrame(cells))
    {'etp': 'ETP'}
    """
    alone = {figure: names[0] for figure, names in columns_alike(places).items() if not names[1:]}
    figures = read_figures(places, alone)
    return {
        figure: column
        for figure, column in alone.items()
        if 2 * np.isinf(figures[figure]).sum() <= figures[figure].notna().sum()
    }


def read_figures(places: pd.DataFrame, found: dict[str, str]) -> pd.DataFrame:
    """Read figures as people write them: missing where nothing is said, infinite where unreadable.

    Parameters
    ----------
    places
        Places.
    found
        What `find_figures` gave.

    Returns
    -------
    pandas.DataFrame
        One column per figure, the rows and index of `places`. A number below zero, or one that can
        be read in two ways (``1.200``), is infinite.

    Examples
    --------
    >>> cells = pd.DataFrame({"ETP": ["1,5", "n.c.", "1.200"]})
    >>> read_figures(cells, {"etp": "ETP"})["etp"].tolist()
    [1.5, nan, inf]
    """
    return pd.DataFrame(
        {figure: _numbers(places[column]) for figure, column in found.items()},
        index=places.index,
        dtype=np.float64,
    )


def add_up(figures: pd.DataFrame, stands: pd.Series, population: pd.Series) -> pd.DataFrame:
    """Add figures up by territory, with how many places gave each, and the ratios that they allow.

    Parameters
    ----------
    figures
        What `read_figures` gave; what is missing or infinite counts as not given.
    stands
        The territory of each row, missing where a place counts for none.
    population
        The people of each territory, by the codes of `stands`.

    Returns
    -------
    pandas.DataFrame
        One row per territory, in the order of `population`: the figures, each with
        `…_renseignes`, and the ratios that they allow; a ratio of two figures has its own
        `…_renseignes`, the places that gave both.

    Examples
    --------
    >>> figures = pd.DataFrame({"visites": [60.0, 7.0, 9.0], "inscrits": [4.0, 2.0, float("nan")]})
    >>> stands = pd.Series(["27", "27", "76"])
    >>> table = add_up(figures, stands, pd.Series([100, 50], index=["27", "76"]))
    >>> table[["visites", "inscrits_renseignes", "visites_par_inscrit"]].fillna(-1).values.tolist()
    [[67.0, 2.0, 11.166666666666666], [9.0, 0.0, -1.0]]
    """
    figures = figures.where(np.isfinite(figures))
    table = pd.DataFrame(index=population.index)
    for figure in figures:
        count = _per_territory(figures[figure].notna() * 1.0, stands, table.index)
        total = _per_territory(figures[figure].fillna(0.0), stands, table.index)
        table[figure] = total.where(count > 0)
        table[f"{figure}_renseignes"] = count.astype(np.int64)
    people = population.where(population > 0)
    if "inscrits" in table:
        table["part_inscrits"] = table["inscrits"] / people
    if {"visites", "inscrits"} <= set(table):
        _add_ratio(table, figures, stands, ("visites", "inscrits"), "visites_par_inscrit")
    if "etp" in table:
        table["habitants_par_etp"] = population / table["etp"].where(table["etp"] > 0)
    if {"etp", "agents"} <= set(table):
        _add_ratio(table, figures, stands, ("etp", "agents"), "etp_par_agent")
    if "budget" in table:
        table["budget_par_habitant"] = table["budget"] / people
    return table


def _add_ratio(
    table: pd.DataFrame, figures: pd.DataFrame, stands: pd.Series, pair: tuple[str, str], name: str
) -> None:
    """Divide two sums over the places that gave both figures, and say how many those are."""
    both = figures[[*pair]].notna().all(axis=1)
    over, under = (
        _per_territory(figures[figure].where(both, 0.0), stands, table.index) for figure in pair
    )
    table[name] = over / under.where(under > 0)
    count = _per_territory(both * 1.0, stands, table.index)
    table[f"{name}_renseignes"] = count.astype(np.int64)


def _per_territory(
    values: pd.Series[float], stands: pd.Series, territories: pd.Index
) -> pd.Series[float]:
    return values.groupby(stands).sum().reindex(territories, fill_value=0.0)


def _numbers(cells: pd.Series) -> Floats:
    if pd.api.types.is_numeric_dtype(cells):
        values = cells.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values = np.array([_number(cell) for cell in cells], dtype=np.float64)
    return np.where(values < 0, np.inf, values)


def _number(cell: object) -> float:
    """Read one number: NaN where nothing is said, infinite where it cannot be read in one way."""
    text = "" if cell is None or cell != cell else str(cell)  # noqa: PLR0124 - NaN is not itself
    if fold(text) in BLANKS:
        return np.nan
    plain = re.sub(r"(?i)[\s\u202f\u00a0']|€|euros?|eur$", "", text)
    if re.fullmatch(TWO_WAYS, plain):
        return np.inf
    plain = plain.replace(",", ".")
    return float(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else np.inf
