"""The whole chain in one call: a list of places in, every frame of the study out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from epn_geo.checks import check_places
from epn_geo.communes import OneOrMore, read_communes
from epn_geo.coverage import measure_coverage
from epn_geo.embedded import embedded_path
from epn_geo.gaps import find_gaps, flag_underserved
from epn_geo.joins import locate
from epn_geo.labels import Lang
from epn_geo.places import read_places
from epn_geo.radii import Measure, Radius, measure_for
from epn_geo.summaries import Level, summarise

DEMONSTRATION = "demo/epn-demonstration.csv"
RADII_KM = (5.0, 10.0, 15.0)
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
    radius_km: Radius  # the reach they are judged by: a number, or one per category


def build(
    places: gpd.GeoDataFrame | str | Path | None = None,
    *,
    region: OneOrMore | None = None,
    departements: OneOrMore | None = None,
    epci: OneOrMore | None = None,
    communes: gpd.GeoDataFrame | str | Path | None = None,
    radii_km: Sequence[float] | Mapping[str, float] = RADII_KM,
    judged_km: float | None = None,
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
        If a file, a territory or a radius cannot be used.

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
    if not isinstance(places, gpd.GeoDataFrame):
        places = read_places(embedded_path(DEMONSTRATION) if places is None else places)
    places = locate(places, territory)
    radii: Radius | Sequence[float] = (
        dict(radii_km) if isinstance(radii_km, Mapping) else list(radii_km)
    )
    coverage = measure_coverage(territory, places, radii)
    measure = measure_for(coverage, judged_km)
    coverage = flag_underserved(coverage, radius_km=measure.radius_km, lang=lang)
    inside = territory
    if "dans_selection" in territory:
        inside = territory[territory["dans_selection"]]
    judged: Radius = radii if isinstance(radii, dict) else float(measure.radius_km or 0)
    return Study(
        communes=territory,
        places=places,
        findings=check_places(places, territory, today=today, lang=lang),
        coverage=coverage,
        gaps=find_gaps(inside, places, judged),
        tables={level: summarise(coverage, places, by=level) for level in LEVELS},
        measure=measure,
        radius_km=judged,
    )
