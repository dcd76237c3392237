"""What a territory sheet says: figures with their rank, places, skills, communes that are short.

Words and numbers only, in the language of the reader; `sheets` puts them on paper. Figures are
those of the territory studied: of an EPCI that straddles its border, the part inside, with a
sentence on the whole.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import geopandas as gpd
import pandas as pd

from epn_geo.errors import ColumnError
from epn_geo.gaps import flag_underserved
from epn_geo.joins import LEVELS, home_communes, locate
from epn_geo.labels import Lang, reach_name
from epn_geo.radii import Measure, measure_for
from epn_geo.summaries import summarise
from epn_geo.territories import part_names, territory_name, with_true_names

SheetLevel = Literal["region", "departement", "epci"]
SHEET_LEVELS: tuple[SheetLevel, ...] = ("region", "departement", "epci")


class Table(NamedTuple):
    """A small table: every cell is text."""

    kind: str  # which columns it has: see `sheetpdf.COLUMNS`
    title: str
    heads: list[str]
    rows: list[list[str]]
    note: str = ""


class TerritorySheet(NamedTuple):
    """All that one sheet says."""

    level: SheetLevel
    code: str
    kind: str
    title: str
    subtitle: str
    lead: list[str]
    figures: Table
    services: Table
    left: Table
    right: Table
    more: Table


class Facts(NamedTuple):
    """What all sheets of a study are made from."""

    coverage: gpd.GeoDataFrame  # flagged, all communes read
    inside: gpd.GeoDataFrame  # those of the territory studied
    places: gpd.GeoDataFrame  # located
    tables: dict[str, pd.DataFrame]  # by level, of the communes inside
    whole: pd.DataFrame  # by EPCI, all communes read
    measure: Measure
    counted: str  # the column of the category that is compared, as "epn"
    lang: Lang
    date: str | None


def gather_facts(
    coverage: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    radius_km: float | None = None,
    minutes: float | None = None,
    lang: Lang = "fr",
    date: str | None = None,
) -> Facts:
    """Compute once what all sheets need.

    Parameters
    ----------
    coverage
        What `measure_coverage` or `flag_underserved` gave for communes with their territories.
    places
        Places; located here if they are not.
    radius_km
        Which radius, if several were measured; 10 km by default.
    minutes
        Which time, if areas of several were measured; 20 minutes by default.
    lang
        Language of the sheets.
    date
        Day that the sheets bear, as text.

    Returns
    -------
    Facts
        Tables and frames.

    Raises
    ------
    ColumnError
        If a territory column or the population is missing.
    DataError
        If that radius was not measured.

    Examples
    --------
    >>> from epn_geo.study import build
    >>> study = build(departements="61", radii_km=[10.0])
    >>> facts = gather_facts(study.coverage, study.places)
    >>> facts.counted, sorted(facts.tables)
    ('epn', ['departement', 'epci', 'region'])
    """
    for column in ("commune", "population", *(c for level in SHEET_LEVELS for c in LEVELS[level])):
        if column not in coverage:
            raise ColumnError(f"A territory sheet needs the column {column!r}: see read_communes.")
    measure = measure_for(coverage, radius_km, minutes)
    if "sous_desservie" not in coverage:
        coverage = flag_underserved(coverage, radius_km=radius_km, minutes=minutes, lang=lang)
    inside = coverage
    if "dans_selection" in coverage:
        inside = coverage[coverage["dans_selection"].astype(bool)]
    if "accord" not in places:
        places = locate(places, coverage)
    parts = part_names(inside, lang)
    tables = {
        level: with_true_names(summarise(inside, places, by=level), level, parts)
        for level in SHEET_LEVELS
    }
    short = next((str(c) for c in tables["region"] if str(c).endswith("_pour_taux_commun")), "")
    return Facts(
        coverage=coverage,
        inside=inside,
        places=_at_home(places),
        tables={level: table.set_index(LEVELS[level][0]) for level, table in tables.items()},
        whole=summarise(coverage, places, by="epci").set_index("code_epci"),
        measure=measure,
        counted=short.removesuffix("_pour_taux_commun"),
        lang=lang,
        date=date,
    )


def _at_home(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count places without coordinates where they say they are, as the tables do."""
    out = places.assign(code_insee=home_communes(places))
    if "commune_declaree" in out and "commune" in out:
        out["commune"] = out["commune"].fillna(out["commune_declaree"])
    return out


def name_reach(facts: Facts) -> str:
    r"""Name the radius.

    Parameters
    ----------
    facts
        What all sheets are made from.

    Returns
    -------
    str
        Kilometres or minutes, or that each place has its own.

    Examples
    --------
    >>> from epn_geo.study import build
    >>> study = build(departements="61", radii_km=[7.5])
    >>> name_reach(gather_facts(study.coverage, study.places))
    '7,5\xa0km'
    """
    return reach_name(facts.measure, facts.lang)


def name_whole(facts: Facts) -> str:
    """Name the territory studied: its région, or its départements where they are one or two.

    Parameters
    ----------
    facts
        What all sheets are made from.

    Returns
    -------
    str
        Names.

    Examples
    --------
    >>> from epn_geo.study import build
    >>> study = build(departements="61", radii_km=[10.0])
    >>> name_whole(gather_facts(study.coverage, study.places))
    'Orne'
    """
    return territory_name(facts.inside, facts.lang)
