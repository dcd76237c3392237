"""The whole chain in one call: a list of places in, every frame of the study out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from epn_geo.areafiles import check_areas, read_areas, require_match
from epn_geo.areas import areas_at, warned_once
from epn_geo.cells import Located, count_cells, locate_cells
from epn_geo.checks import check_places
from epn_geo.communes import OneOrMore, read_communes
from epn_geo.coverage import measure_coverage
from epn_geo.embedded import DEMONSTRATION, embedded_path
from epn_geo.gaps import find_gaps, flag_underserved
from epn_geo.joins import locate
from epn_geo.labels import Lang
from epn_geo.needs import add_needs, name_need
from epn_geo.places import read_places
from epn_geo.population import measure_gaps, measure_population
from epn_geo.radii import Measure, Radius, measure_for
from epn_geo.ranking import flag_priority, rank_needs
from epn_geo.summaries import Level, summarise
from epn_geo.townhalls import place_at_town_halls

RADII_KM = (5.0, 10.0, 15.0)
__all__ = ["DEMONSTRATION", "LEVELS", "RADII_KM", "Study", "build"]

LEVELS: tuple[Level, ...] = ("region", "departement", "epci", "commune")


class Study(NamedTuple):
    """Every frame of a study; each can be looked at, filtered and passed on."""

    communes: gpd.GeoDataFrame  # the territory, straddling EPCI whole
    places: gpd.GeoDataFrame  # every row of the list, located
    findings: pd.DataFrame  # what is doubtful in the list
    coverage: gpd.GeoDataFrame  # communes with coverage, flags and reasons
    gaps: gpd.GeoDataFrame  # zones out of reach
    tables: dict[str, pd.DataFrame]  # by "region", "departement", "epci", "commune"
    measure: Measure  # the columns that gaps and flags are judged by
    radius_km: Radius | None  # the reach they are judged by: a number, one per category, or areas
    areas: gpd.GeoDataFrame | None = None  # polygons of reach, where they stood in place of discs
    cells: pd.DataFrame | None = None  # the account of a population grid's cells
    needs: pd.DataFrame | None = None  # every row of the need, and what became of it
    ranking: pd.DataFrame | None = None  # territories by people out of reach and need


def build(
    places: gpd.GeoDataFrame | str | Path | None = None,
    *,
    region: OneOrMore | None = None,
    departements: OneOrMore | None = None,
    epci: OneOrMore | None = None,
    communes: gpd.GeoDataFrame | str | Path | None = None,
    radii_km: Sequence[float] | Mapping[str, float] = RADII_KM,
    judged_km: float | None = None,
    areas: gpd.GeoDataFrame | str | Path | None = None,
    judged_min: float | None = None,
    grid: pd.DataFrame | str | Path | None = None,
    needs: pd.DataFrame | None = None,
    need_by: Level = "epci",
    min_need: float = 0.5,
    town_halls: bool = False,
    today: str | None = None,
    lang: Lang = "fr",
) -> Study:
    """Read, locate, check, measure, judge and sum up.

    Parameters
    ----------
    places
        A file that `read_places` reads, places already read, or None for the demonstration network
        (fictitious).
    region, departements, epci
        The territory, as in `read_communes`; Normandie if none is named.
    communes
        The territory, already read, instead; or a folder to read it from (see `read_communes`).
    radii_km
        Kilometres: several radii, or one per category.
    judged_km
        The radius that gaps and flags are judged by; 10 km if it is among the radii, else the
        middle one.
    areas
        Polygons of reach in place of discs, as `read_areas` reads them from a file or `isochrones`
        gives them; `radii_km` is then not used. What is doubtful in them stands in the findings.
    judged_min
        The time, in minutes, that gaps and flags are judged by, if the areas are of several: 20 if
        it is among them, else the middle one.
    grid
        A population grid, or its file: people within reach, their distances and those of the zones
        out of reach are then counted by its cells (`measure_population`, `measure_gaps`). Of a
        Parquet file, or a folder of them, only the territory's cells are held.
    needs
        A need, as `read_needs` gives it: flags say where it is high (`flag_priority`), and
        territories are ranked by it (`rank_needs`).
    need_by
        The territories that are ranked.
    min_need
        From which need (0-1) on a commune that is short is a priority.
    town_halls
        Put places without coordinates at the town hall of the commune that they declare.
    today
        Date (``YYYY-MM-DD``) against which stale entries are found; not checked if left out.
    lang
        Language of findings and reasons.

    Returns
    -------
    Study
        Places stay one row per row of the list, wherever they stand; those beyond the border cover
        this side too and are not counted in its totals.

    Raises
    ------
    EpnGeoError
        If a file, a territory, a radius or areas cannot be used.

    Examples
    --------
    >>> study = build(departements="Eure")
    >>> study.tables["departement"][["departement", "epn", "antennes"]]
      departement  epn  antennes
    0        Eure    6         3
    """
    territory: gpd.GeoDataFrame = communes
    if not isinstance(communes, gpd.GeoDataFrame):
        if region is None and departements is None and epci is None:
            region = "28"
        territory = read_communes(region, departements, epci, whole_epci=True, path=communes)
    places = _located(places, territory, at_town_halls=town_halls)
    radii: Radius | Sequence[float] = (
        dict(radii_km) if isinstance(radii_km, Mapping) else list(radii_km)
    )
    if areas is not None:
        file = None if isinstance(areas, gpd.GeoDataFrame) else Path(areas)
        areas = areas if file is None else read_areas(file)
        require_match(areas, places, "areas" if file is None else file.name)
    with warned_once():  # the findings tell of places without areas
        reach = 10.0 if areas is not None else radii
        coverage = measure_coverage(territory, places, reach, areas=areas)
    measure = measure_for(coverage, judged_km, judged_min)
    km, minutes = measure.radius_km or measure.route_km, measure.minutes
    of_judged = None if areas is None else areas_at(areas, measure)
    cells = account = None
    if grid is not None:
        cells, account = _cells(grid, territory)
        with warned_once():
            coverage = measure_population(
                coverage, places, cells, radii if areas is None else None, areas=areas
            )
    coverage = flag_underserved(coverage, radius_km=km, minutes=minutes, lang=lang)
    ranking = None
    if needs is not None:
        coverage = add_needs(coverage, needs)
        name = name_need(needs, coverage, "The need")
        ranking = rank_needs(coverage, name, by=need_by, radius_km=km, minutes=minutes)
        coverage = flag_priority(coverage, name, min_need=min_need, lang=lang)
    inside = territory
    if "dans_selection" in territory:
        inside = territory[territory["dans_selection"]]
    judged: Radius = radii if isinstance(radii, dict) else float(measure.radius_km or 0)
    findings = check_places(places, territory, today=today, lang=lang)
    if areas is not None:
        doubtful = check_areas(areas, places, lang=lang)
        findings = pd.concat([findings, doubtful], ignore_index=True)
    with warned_once():
        gaps = find_gaps(inside, places, judged if areas is None else 10.0, areas=of_judged)
        if cells is not None:
            own = judged if areas is None else None
            gaps = measure_gaps(gaps, inside, places, cells, own, areas=of_judged)
    return Study(
        communes=territory,
        places=places,
        findings=findings,
        coverage=coverage,
        gaps=gaps,
        tables={level: summarise(coverage, places, by=level) for level in LEVELS},
        measure=measure,
        radius_km=judged if areas is None else None,
        areas=areas,
        cells=account,
        needs=needs,
        ranking=ranking,
    )


def _cells(grid: pd.DataFrame | str | Path, territory: gpd.GeoDataFrame) -> Located:
    """Place the cells of a grid; of a file, only those of the territory are kept."""
    if not isinstance(grid, pd.DataFrame):
        return Located.of(grid, territory)
    cells = locate_cells(grid, territory)
    return Located(cells, count_cells(cells))


def _located(
    places: gpd.GeoDataFrame | str | Path | None,
    territory: gpd.GeoDataFrame,
    *,
    at_town_halls: bool,
) -> gpd.GeoDataFrame:
    """Read places if need be, and say where each stands."""
    if not isinstance(places, gpd.GeoDataFrame):
        places = read_places(embedded_path(DEMONSTRATION) if places is None else places)
    located = locate(places, territory)
    return place_at_town_halls(located, territory) if at_town_halls else located
