"""Skills: who offers which service where, and where nobody does within reach.

A filter reads as a person means it: several values of one field are alternatives (OR), several
fields are conditions (AND). Values are matched whole: "Gratuit" is not "Gratuit sous condition".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.areas import only_band, refuse_both, require_owners, warned_once
from epn_geo.coverage import areas_round, cover_ground, cut_ground, measure_coverage, take_terrain
from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.geometry.arcs import Bools
from epn_geo.joins import LEVELS, locate
from epn_geo.radii import Radius
from epn_geo.serving import serves
from epn_geo.standard import ENUMERATIONS, LISTS, known_values, split_list

Level = Literal["commune", "epci", "departement", "region"]

# Short names of fields, for filters and matrices.
FIELDS: dict[str, str] = {
    "publics": "publics_specifiquement_adresses",
    "prises_en_charge": "prise_en_charge_specifique",
    "frais": "frais_a_charge",
    "dispositifs": "dispositif_programmes_nationaux",
    "modalites": "modalites_accompagnement",
    "acces": "modalites_acces",
    "labels": "label",
}
SEVERAL = frozenset({*LISTS, "label"})  # columns whose cells hold several values

MEASURED = (
    "code_insee",
    "population",
    "mairie_longitude",
    "mairie_latitude",
)  # what coverage needs


def filter_places(places: gpd.GeoDataFrame, **wanted: str | Iterable[str]) -> gpd.GeoDataFrame:
    """Keep the places that have any of the values asked in each of the fields asked.

    Parameters
    ----------
    places
        Places.
    **wanted
        For each field, a value or several. A field is a column of `places`, or one of the short
        names ``publics``, ``prises_en_charge``, ``frais``, ``dispositifs``, ``modalites``,
        ``acces`` and ``labels``. Accents, case and the older spellings of the national standard are
        forgiven.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of `places` that fit, index and CRS unchanged. A place that says nothing in a field
        does not fit a condition on it.

    Raises
    ------
    ColumnError
        If there is no such column.
    DataError
        If the national standard has no such value in a field whose values it lists, or no value is
        asked.

    Examples
    --------
    >>> import geopandas as gpd
    >>> places = gpd.GeoDataFrame({
    ...     "nom": ["A", "B", "C"],
    ...     "frais_a_charge": ["Gratuit", "Gratuit sous condition", "Payant"],
    ...     "publics_specifiquement_adresses": ["Jeunes|Seniors", "Seniors", "Seniors"],
    ... }, geometry=[None, None, None], crs=4326)
    >>> filter_places(places, frais=["gratuit", "payant"], publics="seniors")["nom"].tolist()
    ['A', 'C']
    """
    fits = np.ones(len(places), dtype=bool)
    for field, values in wanted.items():
        column = _column(places, field)
        asked = _asked(column, [values] if isinstance(values, str) else [*values])
        cells = {
            cell: not asked.isdisjoint(_folded(column, cell)) for cell in places[column].unique()
        }
        fits &= places[column].map(cells).astype(bool).to_numpy()
    return places[fits]


def skills_matrix(
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    *,
    by: Level = "epci",
    field: str = "services",
    radius_km: Radius = 10.0,
    areas: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Count the places, and the people within reach of one, for each value of a field.

    Parameters
    ----------
    places
        Places in any CRS; those that `serves` counts.
    communes
        Polygons in any CRS, with `population` and the columns of the level.
    by
        ``"commune"``, ``"epci"``, ``"departement"`` or ``"region"``.
    field
        ``"services"`` (the nine of the national standard), another of its columns of several
        values, ``"label"``, or a short name as in `filter_places`.
    radius_km
        Kilometres: one number, one per category, or the name of a column of `places`.
    areas
        Polygons of reach in place of discs, of one time, as in `measure_coverage`; each with the
        `id` or `nom` of its place.

    Returns
    -------
    pandas.DataFrame
        One row per territory and value, by code, then in the standard's order: every value that the
        standard lists, even if nobody offers it, then others that are met. Code and name of the
        territory, `champ`, `valeur`, `population`; `lieux`: places of the territory that offer it;
        `population_couverte`, `part_population_couverte`: people within reach of one, wherever it
        stands (share of area × population, as `measure_coverage`); `communes_hors_portee`: town
        halls that none reaches; `distance_moyenne_km`: from the town halls to the nearest one,
        weighted by people. By EPCI, communes with `dans_selection` False are there too.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_coverage`; for an unknown level or field.

    Notes
    -----
    A place that does not fill the field offers nothing here: see `lieux` and the findings of
    `check_places` before concluding that a skill is missing.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [1600], "code_departement": ["14"],
    ...      "departement": ["Calvados"]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame(
    ...     {"modalites_accompagnement": ["En autonomie"]}, geometry=[shapely.Point(2000, 2000)],
    ...     crs=2154,
    ... )
    >>> table = skills_matrix(place, communes, by="departement", field="modalites", radius_km=1)
    >>> table[["valeur", "lieux", "population_couverte"]].round(1).head(2)
                          valeur  lieux  population_couverte
    0               En autonomie      1                314.2
    1  Accompagnement individuel      0                  0.0
    """
    code, name = _level_columns(communes, by)
    column = _column(places, field)
    rows = communes
    if by != "epci" and "dans_selection" in communes:
        rows = communes[communes["dans_selection"].astype(bool)]
    territory = rows[code].astype(object).where(rows[code].notna(), "").astype("str")
    serving = places[serves(places)]
    located = serving if "accord" in serving else locate(serving, rows)
    stands = located["code_insee"].map(dict(zip(rows["code_insee"], territory, strict=True)))
    kept = [*MEASURED, rows.geometry.name]
    slim = rows[[name for name in kept if name in rows]]
    _check_areas(areas, places, radius_km)
    measure = _measure_of(slim, radius_km, areas)
    tables = []
    for rank, value in enumerate(_values(serving, column)):
        offers = _holds_any(serving, column, {fold(value)})
        with warned_once():
            covered = measure(serving[offers])
        table = _sum_up(covered, territory)
        counts = stands[offers].value_counts()
        table.insert(1, "lieux", counts.reindex(table.index, fill_value=0).astype(np.int64))
        tables.append(table.assign(champ=column, valeur=value, rang=rank).rename_axis(code))
    return _assemble(tables, rows, code, name)


def find_skill_gaps(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    service: str | Iterable[str],
    radius_km: Radius = 10.0,
    *,
    field: str = "services",
    areas: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Find where nobody offers a service within reach, though some place is near.

    Parameters
    ----------
    communes
        Polygons in any CRS with `code_insee` and `population`.
    places
        Places in any CRS.
    service
        A value of the field, or several of which any will do.
    radius_km
        Kilometres: one number, one per category, or the name of a column of `places`.
    field
        Another field than the services, as in `skills_matrix`.
    areas
        As in `skills_matrix`.

    Returns
    -------
    geopandas.GeoDataFrame
        `communes` (same rows, index and CRS) with these columns added:

        - `part_tous_lieux`, `part_service`: share of the area within reach of any place, and of one
          that offers the service, 0-1;
        - `part_sans_service`, `population_sans_service`: the difference, that is the share within
          reach of a place but of none that offers the service, and people there (spread evenly over
          their commune);
        - `mairie_sans_service`: the town hall is within reach of a place, of none that offers it;
        - `lieu_proche`, `distance_lieu_km`: the nearest place, who might learn to offer it;
        - `lieu_service`, `distance_service_km`: the nearest that offers it, missing if none does.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_coverage` and `filter_places`.

    Notes
    -----
    To find which existing place should add the service, give `suggest_sites` the places that offer
    it as places and the others as candidates.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [1600]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame(
    ...     {"nom": ["EPN"], "services": ["Loisirs et créations numériques"]},
    ...     geometry=[shapely.Point(2000, 2000)], crs=2154,
    ... )
    >>> gaps = find_skill_gaps(communes, place, "Utilisation sécurisée du numérique", radius_km=1)
    >>> gaps[["population_sans_service", "mairie_sans_service", "lieu_proche"]].round(1)
       population_sans_service  mairie_sans_service lieu_proche
    0                    314.2                 True         EPN
    """
    for column in ("code_insee", "population"):
        if column not in communes:
            raise ColumnError(f"The communes have no column {column!r}: see read_communes.")
    kept = [*MEASURED, communes.geometry.name]
    slim = communes[[name for name in kept if name in communes]]
    _check_areas(areas, places, radius_km)
    measure = _measure_of(slim, radius_km, areas)
    with warned_once():
        anyone = measure(places)
        offering = measure(filter_places(places, **{field: service}))
    out = communes.copy()
    out["part_tous_lieux"] = anyone["part_couverte"]
    out["part_service"] = offering["part_couverte"]
    # the places that offer it are some of all: rounding alone can make this negative
    without = (anyone["part_couverte"] - offering["part_couverte"]).clip(lower=0)
    out["part_sans_service"] = without
    out["population_sans_service"] = without * communes["population"]
    out["mairie_sans_service"] = anyone["mairie_couverte"] & ~offering["mairie_couverte"]
    out["lieu_proche"] = anyone["lieu_le_plus_proche"]
    out["distance_lieu_km"] = anyone["distance_km"]
    out["lieu_service"] = offering["lieu_le_plus_proche"]
    out["distance_service_km"] = offering["distance_km"]
    return out


def _check_areas(areas: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame, radius: object) -> None:
    """Refuse areas of several times or of nobody; warn once of places that have none."""
    refuse_both(radius, areas)
    if areas is not None:
        require_owners(only_band(areas_round(areas, places, places.crs)))


def _measure_of(
    communes: gpd.GeoDataFrame, radius_km: Radius, areas: gpd.GeoDataFrame | None
) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Give `measure_coverage` of some communes, taken apart once for all the places to come."""
    if areas is not None:
        return lambda places: measure_coverage(communes, places, areas=areas)
    terrain = take_terrain(communes)
    return lambda places: cover_ground(communes, cut_ground(terrain, places, radius_km))


def _column(places: pd.DataFrame, field: str) -> str:
    """Give the column that a field's name stands for."""
    column = field if field in places else FIELDS.get(field, field)
    if column not in places:
        hint = did_you_mean(field, [*FIELDS, *map(str, places.columns)])
        raise ColumnError(f"The places have no column {column!r}.{hint}")
    return column


def _asked(column: str, values: list[str]) -> set[str]:
    """Give the folded exact spellings of the values asked; refuse what the standard cannot mean."""
    if not values:
        raise DataError(f"No value is asked of {column!r}: name one, or leave it out.")
    if column not in ENUMERATIONS:
        return {fold(value) for value in values}
    known = known_values(column)
    asked = set()
    for value in values:
        where, exact = known.get(fold(value), ("", ""))
        if where != column:
            choices = ENUMERATIONS[column]
            raise DataError(
                f"The standard has no value {value!r} in {column!r}.{did_you_mean(value, choices)} "
                f"It has: {', '.join(choices)}."
            )
        asked.add(fold(exact))
    return asked


def _folded(column: str, cell: object) -> set[str]:
    """Give the folded values of a cell."""
    if column in SEVERAL:
        return {fold(value) for value in split_list(cell)}
    return {fold(str(cell))} if isinstance(cell, str | int | bool) else set()


def _holds_any(places: pd.DataFrame, column: str, asked: set[str]) -> Bools:
    """Tell which places hold at least one of some folded values."""
    read = {cell: not asked.isdisjoint(_folded(column, cell)) for cell in places[column].unique()}
    return np.array([read[cell] for cell in places[column]], dtype=bool)


def _values(places: pd.DataFrame, column: str) -> list[str]:
    """List the values of a column: the standard's in its order, then others by alphabet."""
    listed = ENUMERATIONS.get(column, ())
    known = {fold(value) for value in listed}
    met = {value for cell in places[column].dropna().unique() for value in split_list(cell)}
    return [*listed, *sorted(value for value in met if fold(value) not in known)]


def _sum_up(covered: gpd.GeoDataFrame, territory: pd.Series) -> pd.DataFrame:
    """Sum what is covered by territory."""
    people = covered["population"].astype(float)
    population = people.groupby(territory).sum()
    reached = covered["population_couverte"].groupby(territory).sum()
    weighted = (covered["distance_km"] * people).groupby(territory).sum(min_count=1)
    return pd.DataFrame(
        {
            "population": population,
            "population_couverte": reached,
            "part_population_couverte": reached / population.where(population > 0),
            "communes_hors_portee": (~covered["mairie_couverte"]).groupby(territory).sum(),
            "distance_moyenne_km": weighted / population.where(population > 0),
        }
    )


def _assemble(
    tables: list[pd.DataFrame], rows: gpd.GeoDataFrame, code: str, name: str
) -> pd.DataFrame:
    """Put the tables of all values together, with the territories' names."""
    columns = ["champ", "valeur", "population", "lieux", "population_couverte"]
    columns += ["part_population_couverte", "communes_hors_portee", "distance_moyenne_km"]
    if not tables:
        return pd.DataFrame(columns=[code, *columns])
    table = pd.concat(tables).reset_index().sort_values([code, "rang"], ignore_index=True)
    names = [name] if name in rows else []
    if names:
        known = rows.dropna(subset=[code]).drop_duplicates(code).set_index(code)[name]
        table[name] = table[code].map(known).astype("str")
    return table[[code, *names, *columns]]


def _level_columns(communes: pd.DataFrame, by: str) -> tuple[str, str]:
    if by not in LEVELS:
        hint = did_you_mean(by, LEVELS)
        raise DataError(f"by must be one of {', '.join(LEVELS)}, not {by!r}.{hint}")
    for column in ("code_insee", LEVELS[by][0], "population"):
        if column not in communes:
            raise ColumnError(f"Skills by {by} need the communes' column {column!r}.")
    return LEVELS[by]
