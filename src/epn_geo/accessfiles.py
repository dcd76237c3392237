"""Access with competition, from a list of places to a folder of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.access import USUAL_KM, measure_access, measure_load
from epn_geo.areafiles import areas_that_count, measures_in
from epn_geo.areas import method_of, warned_once
from epn_geo.catchments import Decay, Method, band_weights
from epn_geo.cells import Located
from epn_geo.coverage import measure_coverage
from epn_geo.hours import add_weekly_hours
from epn_geo.inequality import measure_inequality
from epn_geo.labels import Lang, number, percent, reach_name, say, told_method
from epn_geo.outputs import (
    cells_account,
    is_demonstration,
    list_warnings,
    read_network,
    write_book,
    write_frames,
    write_map,
)
from epn_geo.population import measure_population
from epn_geo.reachfiles import missing_lines, missing_notices, reach_source, read_reach
from epn_geo.report import header
from epn_geo.runs import plain_parameters
from epn_geo.serving import serves
from epn_geo.staging import staged_folder
from epn_geo.territories import titled
from epn_geo.writing import write_json

HOURS, ACCESS = "heures_semaine", "acces_pour_10000_hab"
COMMUNES, PLACES, INEQUALITY = "acces.csv", "acces-lieux.csv", "acces-inegalites.csv"
WORKBOOK, MAP, RECORD = "acces.xlsx", "acces.html", "acces.json"
LEVELS = ("epci", "departement")


class AccessStudy(NamedTuple):
    """The frames of a study of access."""

    communes: gpd.GeoDataFrame  # with coverage and access
    places: gpd.GeoDataFrame  # with what each has to serve
    inequality: pd.DataFrame
    cells: pd.DataFrame | None  # the account of a grid's cells
    areas: gpd.GeoDataFrame | None = None  # polygons of reach, where they stood in place of discs


def study_access(
    places: Path | None,
    territory: Mapping[str, Any],
    *,
    method: Method = "e2sfca",
    radius_km: float = USUAL_KM,
    areas: str | Path | None = None,
    judged_min: float | None = None,
    judged_km: float | None = None,
    decay: Decay = "gaussian",
    edge_weight: float = 0.01,
    supply: str | None = None,
    category_weights: Mapping[str, float] | None = None,
    missing_supply: float | None = None,
    grid: Path | None = None,
    line: float | None = None,
) -> AccessStudy:
    """Read a list, measure access, what each place has to serve, and the inequality.

    Parameters
    ----------
    places
        A list of places, or None for the demonstration network.
    territory
        ``region``, ``departements``, ``epci`` for `read_communes`; ``columns`` for `read_places`.
    method, radius_km, decay, edge_weight, category_weights, missing_supply
        As `measure_access`.
    areas
        A file of polygons of reach, in place of `radius_km`.
    judged_min, judged_km
        Where the catchment ends among their times, minutes of travel or kilometres by road: with
        the longest, if left out. Shorter ones are zones of the decay.
    supply
        A column of the list, or ``"heures_semaine"`` for the hours of opening.
    grid
        A population grid.
    line
        As `measure_inequality`.

    Returns
    -------
    AccessStudy
        The frames.

    Raises
    ------
    EpnGeoError
        If a file, a territory or a parameter cannot be used.

    Examples
    --------
    >>> study = study_access(None, {"departements": "61"}, supply="heures_semaine")
    >>> study.inequality["niveau"].iloc[0]
    'ensemble'
    """
    located, communes = read_network(places, territory)
    if supply == HOURS:
        located = add_weekly_hours(located)
    cells, account = (None, None) if grid is None else Located.of(grid, communes)
    drawn = None
    if areas is not None:
        drawn = read_reach(areas, located, judged_min=judged_min, judged_km=judged_km, nearer=True)
    options: dict[str, Any] = {
        "radius_km": radius_km, "areas": drawn, "decay": decay, "edge_weight": edge_weight,
        "supply": supply, "category_weights": category_weights, "missing_supply": missing_supply,
        "grid": cells,
    }  # fmt: skip
    with warned_once():  # `deliver_access` tells of places without a polygon
        measured = _covered(communes, located, radius_km, drawn, cells)
        measured = measure_access(measured, located, method=method, **options)
        load = measure_load(located, communes, **options)
    return AccessStudy(
        measured,
        load,
        measure_inequality(measured, by=LEVELS, line=line),
        account,
        drawn,
    )


def _covered(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    radius_km: float,
    areas: gpd.GeoDataFrame | None,
    cells: pd.DataFrame | None,
) -> gpd.GeoDataFrame:
    """Measure coverage by the catchments, of people by cells where there are any."""
    if areas is None:
        measured = measure_coverage(communes, places, radius_km)
    else:
        measured = measure_coverage(communes, places, areas=areas)
    return measured if cells is None else measure_population(measured, places, cells, areas=areas)


def deliver_access(
    places: Path | None,
    folder: Path,
    territory: Mapping[str, Any],
    parameters: Mapping[str, Any],
    *,
    date: str | None = None,
    lang: Lang = "fr",
    tell: Callable[..., None] = lambda *_, **__: None,
) -> dict[str, Any]:
    """Study access and write all of it into a folder.

    Parameters
    ----------
    places, territory
        As `study_access`.
    folder
        Where to; made if need be.
    parameters
        What else `study_access` takes.
    date
        Date shown on the map.
    lang
        Language of what is made.
    tell
        Called with a sentence at each step.

    Returns
    -------
    dict
        The record of the run, as written to ``acces.json``.

    Raises
    ------
    EpnGeoError
        If a file, a territory or a parameter cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> deliver_access(None, folder, {"departements": "61"}, {})["fichiers"]
    ['acces.csv', 'acces-lieux.csv', 'acces-inegalites.csv', 'acces.xlsx', 'acces.html']
    """
    tell(say("step_measure", lang))
    study = study_access(places, territory, **parameters)
    tell(say("step_write", lang))
    lines, told = _definitions(study, parameters, lang), is_demonstration(study.places)
    tables = {COMMUNES: study.communes, PLACES: study.places, INEQUALITY: study.inequality}
    sheets = {
        "sheet_access": study.communes,
        "sheet_places": study.places,
        "sheet_access_shares": study.inequality,
        **({} if study.cells is None else {"sheet_cells": study.cells}),
    }
    missing = missing_lines(study.areas, study.places, lang)
    with staged_folder(folder) as stage:
        files = write_frames(tables, stage)
        book = stage / WORKBOOK
        files.append(write_book(sheets, book, [*missing, *lines], demonstration=told, lang=lang))
        page = write_map(
            stage / MAP,
            study.communes,
            places=study.places,
            title=titled(say("access_title", lang), study.communes, lang),
            indicator=ACCESS,
            reach=None
            if study.areas is None
            else areas_that_count(study.areas, study.places, study.communes),
            lang=lang,
            sources=lines,
            notices=missing_notices(study.areas, study.places, study.communes, lang),
            date=date,
        )
        record = _record(study, parameters, [*files, page])
        write_json(record, stage / RECORD)
    warnings = list_warnings(study.places, study.communes, lang)
    for text in [*_account(study, lang), *missing, *warnings]:
        tell(text, done=True)
    return record


def _definitions(study: AccessStudy, parameters: Mapping[str, Any], lang: Lang) -> list[str]:
    """Say what the figures mean, and from what."""
    supply = parameters.get("supply")
    offer = say("access_supply_one", lang)
    if supply is not None:
        offer = say("access_supply_column", lang, column=header(supply, lang))
    source = say("source_communes", lang, communes=number(len(study.communes), lang))
    lines = [say("access_definition", lang), _catchment(study, parameters, offer, lang)]
    if study.areas is not None:
        lines.append(reach_source(study.areas, parameters["areas"], lang))
    return [*lines, say("access_limits", lang), source]


def _catchment(study: AccessStudy, parameters: Mapping[str, Any], offer: str, lang: Lang) -> str:
    """Say by which method, how far catchments go, and what weighs how much in them."""
    method, decay = str(parameters.get("method", "e2sfca")), parameters.get("decay", "gaussian")
    words = {"method": method.upper(), "supply": offer}
    if study.areas is None:
        distance = number(parameters.get("radius_km", USUAL_KM), lang)
        return say(
            "access_parameters", lang, distance=distance, decay=_tell_decay(decay, lang), **words
        )
    measures = measures_in(study.areas)
    steps = say("access_inside", lang)
    if len(measures) > 1 and method != "2sfca" and decay != "step":
        edge = parameters.get("edge_weight", 0.01)
        weights = band_weights([one.value or 0.0 for one in measures], decay, edge_weight=edge)
        zones = [
            say("access_zone", lang, weight=number(weight, lang, 2), reach=reach_name(one, lang))
            for weight, one in zip(weights, measures, strict=True)
        ]
        steps = say("access_zones", lang, decay=_tell_decay(decay, lang), zones=", ".join(zones))
    how = told_method(method_of(study.areas), lang)
    reach = reach_name(measures[-1], lang)
    return say("access_parameters_areas", lang, reach=reach, how=how, steps=steps, **words)


def _tell_decay(decay: object, lang: Lang) -> str:
    """Name how what a place counts for falls with distance; weights by step are told as given."""
    return say(f"decay_{decay}", lang) if isinstance(decay, str) else str(decay)


def _record(study: AccessStudy, parameters: Mapping[str, Any], files: list[str]) -> dict[str, Any]:
    """Say what was measured and how, in plain data."""
    first = study.inequality.iloc[0].dropna().drop("niveau")
    return {
        "parametres": plain_parameters(parameters),
        "communes": len(study.communes),
        "lieux": int(serves(study.places).sum()),
        "ensemble": {
            name: float(value) if np.isfinite(value) else None for name, value in first.items()
        },
        "carreaux": [] if study.cells is None else study.cells.to_dict(orient="records"),
        "fichiers": files,
    }


def _account(study: AccessStudy, lang: Lang) -> list[str]:
    """Sum up in sentences."""
    first = study.inequality.iloc[0]
    lines = [say("demonstration", lang)] if is_demonstration(study.places) else []
    lines.append(
        say(
            "account_access",
            lang,
            mean=number(first["moyenne"], lang, 2),
            gini=number(first["gini"], lang, 2),
            line=number(first["seuil"], lang, 2),
            short=percent(first["part_sous_le_seuil"], lang, 0, spoken=True),
        )
    )
    if study.cells is not None:
        lines.append(cells_account(study.cells.to_dict(orient="records"), lang))
    unread = study.places.get("horaires_lus", pd.Series(dtype="str"))
    if missing := int((unread[serves(study.places)] != "oui").sum()) if len(unread) else 0:
        lines.append(say("account_hours", lang, places=number(missing, lang)))
    return lines
