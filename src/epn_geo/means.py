"""Use and means of the network: visits, registered users, staff and budget, beside the people."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.figures import FIGURES, add_up, find_figures, read_figures
from epn_geo.joins import LEVELS, home_communes, locate

Level = Literal["commune", "epci", "departement", "region"]


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
        One row per territory, by code: code, name, `population`, `lieux` (places there; one without
        coordinates counts for the commune that it declares); for each figure that the list has,
        its sum and, in `…_renseignes`, how many places gave it (the sum is missing if none did);
        and the ratios that they allow:

        - `part_inscrits`: registered users / population, 0-1;
        - `visites_par_inscrit`: visits / registered users, of the places that gave both (how
          many: `visites_par_inscrit_renseignes`);
        - `habitants_par_etp`: population / ETP;
        - `etp_par_agent`: ETP / persons, of the places that gave both (the same);
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
    A place that leaves a figure empty is not counted as zero. Ratios to the population understate
    where places gave no figure: read them with `…_renseignes` beside `lieux`.

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
    figures = read_figures(places, found)
    _refuse_unreadable(places, figures, found)
    rows = communes
    if by != "epci" and "dans_selection" in communes:
        rows = communes[communes["dans_selection"].astype(bool)]
    territory = rows[code].astype(object).where(rows[code].notna(), "").astype("str")
    home = home_communes(locate(places, rows))
    stands = home.map(dict(zip(rows["code_insee"], territory, strict=True)))
    table = pd.DataFrame({"population": rows["population"].groupby(territory).sum()})
    there = stands.value_counts().reindex(table.index, fill_value=0)
    table["lieux"] = there.to_numpy(dtype=np.int64)
    table = table.join(add_up(figures, stands, table["population"]))
    table = table.rename_axis(code).reset_index()
    if name in rows:
        known = rows.dropna(subset=[code]).drop_duplicates(code).set_index(code)[name]
        table.insert(1, name, table[code].map(known).astype("str"))
    return table


def _refuse_unreadable(places: pd.DataFrame, figures: pd.DataFrame, found: dict[str, str]) -> None:
    """Refuse a cell that is no number, or one in two ways."""
    for figure, column in found.items():
        wrong = np.isinf(figures[figure].to_numpy())
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            line = f"row {places['ligne'].iloc[row]}" if "ligne" in places else f"position {row}"
            raise DataError(
                f"{column!r}, {line}: {places[column].iloc[row]!r} is not a number of zero or more "
                "that can be read in one way only (thousands go without a point or comma). Correct "
                "it, or leave the cell empty."
            )


def _level_columns(communes: pd.DataFrame, by: str) -> tuple[str, str]:
    if by not in LEVELS:
        hint = did_you_mean(by, LEVELS)
        raise DataError(f"by must be one of {', '.join(LEVELS)}, not {by!r}.{hint}")
    for column in ("code_insee", LEVELS[by][0], "population"):
        if column not in communes:
            raise ColumnError(f"Means by {by} need the communes' column {column!r}.")
    return LEVELS[by]
