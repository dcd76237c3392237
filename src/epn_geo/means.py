"""Use and means of the network: visits, registered users, staff and budget, beside the people.

The figures come from columns that the list may hold. A place that leaves one empty is not counted
as zero: how many places gave each figure stands beside every sum.
"""

from __future__ import annotations

import re
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.geometry.arcs import Floats
from epn_geo.joins import LEVELS, locate

Level = Literal["commune", "epci", "departement", "region"]

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


def measure_means(
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    *,
    by: Level = "departement",
    columns: dict[str, str] | None = None,
) -> pd.DataFrame:
    """Compare the use and the means of the network between territories.

    Parameters
    ----------
    places
        Places in any CRS, with any of these figures for a year: visits, registered users, staff in
        full-time equivalents (ETP), staff in persons, budget in euros. Usual names of columns are
        recognised (``Fréquentation``, ``Nombre d'inscrits``, ``ETP`` …), and numbers as people
        write them (``1 234,5 €``).
    communes
        Polygons in any CRS with `code_insee`, `population` and the columns of the level.
    by
        ``"commune"``, ``"epci"``, ``"departement"`` or ``"region"``.
    columns
        Which column holds a figure, where it is not recognised: ``{"visites": "Total 2012"}``; the
        figures are ``visites``, ``inscrits``, ``etp``, ``agents`` and ``budget``.

    Returns
    -------
    pandas.DataFrame
        One row per territory, by code: code, name, `population`, `lieux` (places there, with
        coordinates); for each figure that the list has, its sum and, in `…_renseignes`, how many
        places gave it (the sum is missing if none did); and the ratios that they allow:

        - `part_inscrits`: registered users / population, 0-1;
        - `visites_par_inscrit`: visits / registered users, of the places that gave both;
        - `habitants_par_etp`: population / ETP;
        - `etp_par_agent`: ETP / persons, of the places that gave both;
        - `budget_par_habitant`: euros / population.

        By EPCI, communes with `dans_selection` False count too; at other levels they do not.

    Raises
    ------
    ColumnError
        If the list has none of the figures, two columns could be the same one, or a column is
        missing.
    DataError
        For an unknown level or figure, or a cell that is not a number of zero or more.

    Notes
    -----
    Ratios to the population understate where places gave no figure: read them with `…_renseignes`
    beside `lieux`.

    Examples
    --------
    The network that was counted in 2012: 745 000 visits and 65 691 registered users, that is 11.3
    visits each; 95.57 ETP for 152 persons.

    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [1_000_000], "code_region": ["28"]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> network = gpd.GeoDataFrame(
    ...     {"Visites": ["745 000"], "Inscrits": ["65 691"], "ETP": ["95,57"], "Agents": ["152"]},
    ...     geometry=[shapely.Point(2000, 2000)], crs=2154,
    ... )
    >>> table = measure_means(network, communes, by="region")
    >>> table[["visites_par_inscrit", "etp_par_agent", "part_inscrits"]].round(3).iloc[0].to_dict()
    {'visites_par_inscrit': 11.341, 'etp_par_agent': 0.629, 'part_inscrits': 0.066}
    """
    code, name = _level_columns(communes, by)
    found = find_figures(places, columns)
    if not found:
        raise ColumnError(
            f"The places have no figure of use or means ({', '.join(FIGURES)}). Name the columns: "
            "columns={'visites': …}."
        )
    figures = pd.DataFrame(
        {figure: _numbers(places, column) for figure, column in found.items()}, index=places.index
    )
    rows = communes
    if by != "epci" and "dans_selection" in communes:
        rows = communes[communes["dans_selection"].astype(bool)]
    territory = rows[code].astype(object).where(rows[code].notna(), "").astype("str")
    located = locate(places, rows)["code_insee"]
    stands = located.map(dict(zip(rows["code_insee"], territory, strict=True)))
    table = pd.DataFrame({"population": rows["population"].groupby(territory).sum()})
    table["lieux"] = _per_territory(stands.notna() * 1.0, stands, table.index).astype(np.int64)
    for figure in figures:
        given = figures[figure].notna()
        count = _per_territory(given * 1.0, stands, table.index)
        total = _per_territory(figures[figure].fillna(0.0), stands, table.index)
        table[figure] = total.where(count > 0)
        table[f"{figure}_renseignes"] = count.astype(np.int64)
    _add_ratios(table, figures, stands)
    table = table.rename_axis(code).reset_index()
    if name in rows:
        known = rows.dropna(subset=[code]).drop_duplicates(code).set_index(code)[name]
        table.insert(1, name, table[code].map(known).astype("str"))
    return table


def _add_ratios(table: pd.DataFrame, figures: pd.DataFrame, stands: pd.Series) -> None:
    """Add the ratios that the figures there are allow."""
    people = table["population"].where(table["population"] > 0)
    if "inscrits" in table:
        table["part_inscrits"] = table["inscrits"] / people
    if {"visites", "inscrits"} <= set(table):
        table["visites_par_inscrit"] = _ratio(figures, stands, table.index, "visites", "inscrits")
    if "etp" in table:
        table["habitants_par_etp"] = table["population"] / table["etp"].where(table["etp"] > 0)
    if {"etp", "agents"} <= set(table):
        table["etp_par_agent"] = _ratio(figures, stands, table.index, "etp", "agents")
    if "budget" in table:
        table["budget_par_habitant"] = table["budget"] / people


def _ratio(
    figures: pd.DataFrame, stands: pd.Series, territories: pd.Index, above: str, below: str
) -> pd.Series[float]:
    """Divide two sums over the places that gave both figures."""
    both = figures[above].notna() & figures[below].notna()
    over = _per_territory(figures[above].where(both, 0.0), stands, territories)
    under = _per_territory(figures[below].where(both, 0.0), stands, territories)
    return over / under.where(under > 0)


def _per_territory(
    values: pd.Series[float], stands: pd.Series, territories: pd.Index
) -> pd.Series[float]:
    return values.groupby(stands).sum().reindex(territories, fill_value=0.0)


def find_figures(places: pd.DataFrame, columns: dict[str, str] | None = None) -> dict[str, str]:
    """Find which columns of a list hold figures of use and means.

    Parameters
    ----------
    places
        Places.
    columns
        Which column holds a figure, as in `measure_means`.

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
    found = {}
    for figure, names in FIGURES.items():
        alike = [str(column) for column in places if fold(str(column)) in names]
        if figure in given:
            found[figure] = given[figure]
        elif len(alike) > 1:
            raise ColumnError(
                f"The columns {', '.join(map(repr, alike))} could all be {figure!r}: choose one "
                f"with columns={{{figure!r}: …}}."
            )
        elif alike:
            found[figure] = alike[0]
    return found


def _numbers(places: pd.DataFrame, column: str) -> Floats:
    """Read a column of numbers as people write them; missing where nothing is said."""
    if pd.api.types.is_numeric_dtype(places[column]):
        values = places[column].to_numpy(dtype=float, na_value=np.nan)
    else:
        values = np.array([_number(cell) for cell in places[column]], dtype=float)
    wrong = np.isinf(values) | (values < 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        line = f"row {places['ligne'].iloc[row]}" if "ligne" in places else f"position {row}"
        raise DataError(
            f"{column!r}, {line}: {places[column].iloc[row]!r} is not a number of zero or more "
            "that can be read in one way only (thousands go without a point or comma). Correct it, "
            "or leave the cell empty."
        )
    return values


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


def _level_columns(communes: pd.DataFrame, by: str) -> tuple[str, str]:
    if by not in LEVELS:
        hint = did_you_mean(by, LEVELS)
        raise DataError(f"by must be one of {', '.join(LEVELS)}, not {by!r}.{hint}")
    for column in ("code_insee", LEVELS[by][0], "population"):
        if column not in communes:
            raise ColumnError(f"Means by {by} need the communes' column {column!r}.")
    return LEVELS[by]
