"""Tables by commune, EPCI, département or region: people, places, what is missing, means."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.communes import read_epci
from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.figures import FIGURES, add_up, read_figures, usable_figures
from epn_geo.joins import LEVELS, TERRITORY_COLUMNS, home_communes, locate
from epn_geo.radii import measures_of
from epn_geo.serving import serves

# columns of the tables that no category may take
RESERVED = {"lieux", "communes", "communes_epci", "perimetre", "population", "aire_km2"} | {
    *FIGURES, *(name for pair in LEVELS.values() for name in pair),
}  # fmt: skip
Level = Literal["commune", "epci", "departement", "region"]


def summarise(
    coverage: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame | None = None,
    *,
    by: Level = "departement",
    counted: str | None = None,
) -> pd.DataFrame:
    """Sum up coverage and places by territory, with what each lacks to reach the common rate.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave, with `population`.
    places
        Places, located or not; without them the table says nothing of places. Those that stand
        outside the communes of `coverage` are not counted, though they cover; those without
        coordinates count for the commune that they declare, though they cover nothing.
    by
        ``"commune"``, ``"epci"``, ``"departement"`` or ``"region"``.
    counted
        The category whose rate per inhabitant is compared: ``EPN`` if there is any, else the most
        frequent category that serves.

    Returns
    -------
    pandas.DataFrame
        One row per territory, ordered by code. By EPCI, communes with `dans_selection` False are
        summed too, and `perimetre` says how much of the EPCI the row holds (``entier`` or
        ``partie``, with `communes_epci` for its number of members); by département or region they
        are left out. Columns:

        - code and name; `communes`, `population`, `aire_km2`;
        - `lieux`: places that cover (see `serves`); one column for each category present (`epn`,
          `antennes`, `crant` …), mobile places included;
        - `habitants_par_epn`: inhabitants for each place of the category counted;
          `epn_pour_taux_commun`: how many more the territory needs to reach the rate of all
          territories together, that is ⌈population × Σ EPN / Σ population⌉ − EPN, at least 0. The
          names of both follow the category;
        - `part_aire_couverte`, `population_couverte`, `part_population_couverte`,
          `population_hors_portee`, `part_population_hors_portee` (people spread evenly over their
          commune); `communes_hors_portee` and `population_communes_hors_portee` (communes whose
          town hall is out of reach); each with a suffix if several radii were measured;
        - `distance_moyenne_km`: from the town hall to the nearest place, weighted by population;
          `distance_max_km`; with a population grid (`measure_population`), `distance_habitants_km`,
          from where people live, and `part_comptee_par_carreaux`, the share of the people who live
          in communes that were counted by cells (0-1);
        - where the list has such columns, use and means: the sums of `visites`, `inscrits`, `etp`,
          `agents`, `budget`, each with how many places told it (`…_renseignes`), and the ratios of
          `measure_means` (`part_inscrits`, `visites_par_inscrit`, `habitants_par_etp`,
          `etp_par_agent`, `budget_par_habitant`). A cell that cannot be read counts as not told,
          and a figure that two columns could be is left out: `check_places` says so.

    Raises
    ------
    ColumnError
        If a column that is needed is missing.
    DataError
        For an unknown level.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> from epn_geo.coverage import measure_coverage
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "27001"], "population": [100, 300],
    ...      "code_departement": ["14", "27"], "departement": ["Calvados", "Eure"]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)],
    ...     crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame({"categorie": ["EPN"]}, geometry=[shapely.Point(1, 1)], crs=2154)
    >>> table = summarise(measure_coverage(communes, place), place, by="departement")
    >>> table[["departement", "epn", "habitants_par_epn", "epn_pour_taux_commun"]]
      departement  epn  habitants_par_epn  epn_pour_taux_commun
    0    Calvados    1              100.0                     0
    1        Eure    0                NaN                     1
    """
    code, name = _level_columns(coverage, by)
    rows = coverage.copy() if by == "epci" else coverage[_selected(coverage)].copy()
    rows[code] = rows[code].astype(object).where(rows[code].notna(), "")
    table = _measures_by(rows, code)
    if places is not None:
        located, stands = _places_in(rows, places, code)
        table = _places_by(rows, located, stands, code, counted).join(table)
        table = table.join(_means_by(rows, located, stands, code))
    table = _communes_by(rows, code, name).join(table)
    if by == "epci":
        table = _add_perimeter(table)
    return table.reset_index()


def _communes_by(rows: pd.DataFrame, code: str, name: str) -> pd.DataFrame:
    """Count communes, people and square kilometres."""
    groups = rows.groupby(code)
    table = pd.DataFrame(index=groups.size().index.astype("str"))
    if name in rows and name != code:
        table[name] = groups[name].first().astype("str")
    if code == "code_insee":
        for column in TERRITORY_COLUMNS[2:]:
            if column in rows:
                table[column] = groups[column].first().astype("str")
    else:
        table["communes"] = groups.size()
    table["population"] = groups["population"].sum()
    table["aire_km2"] = groups["aire_km2"].sum()
    return table


def _places_in(
    rows: gpd.GeoDataFrame, places: gpd.GeoDataFrame, code: str
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Give the places that count for these communes, and the territory each counts for."""
    located = places if "accord" in places else locate(places, rows)
    located = located.assign(code_insee=home_communes(located))
    # by the rows' own codes, for frames whose places were located on other communes
    stands = located["code_insee"].map(dict(zip(rows["code_insee"], rows[code], strict=True)))
    return located[stands.notna()], stands[stands.notna()]


def _means_by(
    rows: gpd.GeoDataFrame, located: gpd.GeoDataFrame, stands: pd.Series, code: str
) -> pd.DataFrame:
    """Add up the figures of use and means that the places tell."""
    population = rows["population"].groupby(rows[code].astype("str")).sum()
    return add_up(read_figures(located, usable_figures(located)), stands, population)


def _places_by(
    rows: gpd.GeoDataFrame,
    located: gpd.GeoDataFrame,
    territory: pd.Series,
    code: str,
    counted: str | None,
) -> pd.DataFrame:
    """Count the places of each territory, by category, and what it lacks."""
    category = (
        located["categorie"]
        if "categorie" in located
        else pd.Series("EPN", index=located.index, dtype="str")
    )
    everyone = pd.Index(sorted(rows[code].unique()), name=code)
    table = pd.DataFrame(index=everyone.astype("str"))
    table["lieux"] = _count(territory[serves(located)], everyone)
    column = category.map(slug, na_action="ignore")
    for name in sorted(column.dropna().unique()):
        if name in RESERVED:
            raise DataError(f"A category cannot be called {name!r}: a column of the table is.")
        table[name] = _count(territory[column == name], everyone)
    if counted is None:
        counted = _main_category(category[serves(located)])
    elif slug(counted) not in table:
        table[slug(counted)] = 0
    if counted is not None:
        _add_rate(table, rows.groupby(code)["population"].sum(), slug(counted))
    return table


def _main_category(category: pd.Series) -> str | None:
    """Choose whose rate is compared."""
    counts = category.value_counts()
    if counts.empty or "EPN" in counts:
        return "EPN" if len(counts) else None
    return str(counts.index[0])


def _add_rate(table: pd.DataFrame, population: pd.Series, column: str) -> None:
    """Add inhabitants per place, and how many places are missing to the common rate."""
    there = table[column].to_numpy(dtype=float)
    people = population.to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        per_place = np.where(there > 0, people / there, np.nan)
    table[f"habitants_par_{singular(column)}"] = per_place
    rate = there.sum() / people.sum() if people.sum() > 0 else 0.0
    wanted = np.ceil(np.round(people * rate, 9))  # the rounding keeps 3.0000000001 at 3
    missing = np.maximum(wanted - there, 0).astype(np.int64)
    table[f"{column}_pour_taux_commun"] = missing


def _measures_by(rows: pd.DataFrame, code: str) -> pd.DataFrame:
    """Sum the coverage of each radius, and the distances."""
    people, far = rows["population"].astype(float), rows["distance_km"]
    suffixes = [measure.suffix for measure in measures_of(rows)]
    parts = {  # what is summed, all at once
        "people": people,
        "area": rows["aire_km2"],
        "known": people.where(far.notna()),
        "weighted": far * people,
    }
    for suffix in suffixes:
        missed = ~rows[f"mairie_couverte{suffix}"]
        parts[f"reached{suffix}"] = rows[f"part_couverte{suffix}"] * rows["aire_km2"]
        parts[f"covered{suffix}"] = rows[f"population_couverte{suffix}"]
        parts[f"left{suffix}"] = people - rows[f"population_couverte{suffix}"]
        parts[f"missed{suffix}"] = missed.astype(np.int64)
        parts[f"missing{suffix}"] = people * missed
    lived = rows.get("distance_habitants_km")
    if lived is not None:
        parts["lived"], parts["walked"] = people.where(lived.notna()), lived * people
        parts["counted"] = people * (rows["methode_population"] == "carreaux")
    groups = pd.DataFrame(parts).groupby(rows[code].astype("str"))
    sums = groups.sum()
    # of a territory without any distance there is no mean, and not 0
    some = groups[[name for name in ("weighted", "walked") if name in parts]].sum(min_count=1)
    table = pd.DataFrame(index=sums.index)
    population = sums["people"]
    for suffix in suffixes:
        covered, left = sums[f"covered{suffix}"], sums[f"left{suffix}"]
        table[f"part_aire_couverte{suffix}"] = sums[f"reached{suffix}"] / sums["area"]
        table[f"population_couverte{suffix}"] = covered
        table[f"part_population_couverte{suffix}"] = covered / population
        table[f"population_hors_portee{suffix}"] = left
        table[f"part_population_hors_portee{suffix}"] = left / population
        table[f"communes_hors_portee{suffix}"] = sums[f"missed{suffix}"]
        table[f"population_communes_hors_portee{suffix}"] = sums[f"missing{suffix}"]
    table["distance_moyenne_km"] = some["weighted"] / sums["known"]
    table["distance_max_km"] = far.groupby(rows[code].astype("str")).max()
    if lived is not None:
        table["distance_habitants_km"] = some["walked"] / sums["lived"]
        table["part_comptee_par_carreaux"] = sums["counted"] / population
    return table


def _add_perimeter(table: pd.DataFrame) -> pd.DataFrame:
    """Say whether each EPCI is there whole or in part."""
    members = read_epci().set_index("code_epci")["communes"].reindex(table.index)
    whole = (members == table["communes"]).map({True: "entier", False: "partie"})
    at = list(table.columns).index("communes") + 1
    table.insert(at, "communes_epci", members.astype("Int64"))
    table.insert(at + 1, "perimetre", whole.where(members.notna()).astype("str"))
    return table


def _level_columns(coverage: pd.DataFrame, by: str) -> tuple[str, str]:
    if by not in LEVELS:
        hint = did_you_mean(by, LEVELS)
        raise DataError(f"by must be one of {', '.join(LEVELS)}, not {by!r}.{hint}")
    for column in (LEVELS[by][0], "population", "aire_km2"):
        if column not in coverage:
            raise ColumnError(f"Tables by {by} need the column {column!r}: see measure_coverage.")
    return LEVELS[by]


def _selected(coverage: pd.DataFrame) -> pd.Series:
    if "dans_selection" in coverage:
        return coverage["dans_selection"].astype(bool)
    return pd.Series(True, index=coverage.index)


def _count(territory: pd.Series, everyone: pd.Index) -> np.ndarray:
    return territory.value_counts().reindex(everyone, fill_value=0).to_numpy(dtype=np.int64)


def slug(category: str) -> str:
    """Give the name of the column that counts a category.

    Parameters
    ----------
    category
        As in `categorie`.

    Returns
    -------
    str
        Lower case, plain letters; plural where French counts so.

    Examples
    --------
    >>> [slug(c) for c in ("EPN", "antenne", "France Services", "autre")]
    ['epn', 'antennes', 'france_services', 'autres']
    """
    name = fold(category).replace(" ", "_")
    return {"antenne": "antennes", "autre": "autres"}.get(name, name)


def singular(column: str) -> str:
    """Give the singular of a counting column's name, for ratios.

    Parameters
    ----------
    column
        As `slug` gives it.

    Returns
    -------
    str
        The singular.

    Examples
    --------
    >>> singular("antennes"), singular("epn")
    ('antenne', 'epn')
    """
    return {"antennes": "antenne", "autres": "autre"}.get(column, column)
