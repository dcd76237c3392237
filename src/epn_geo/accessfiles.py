"""Access with competition, from a list of places to a folder of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.access import measure_access, measure_load
from epn_geo.catchments import Decay, Method
from epn_geo.cells import count_cells, locate_cells
from epn_geo.coverage import measure_coverage, serves
from epn_geo.grids import read_grid
from epn_geo.hours import add_weekly_hours
from epn_geo.inequality import measure_inequality
from epn_geo.labels import Lang, number, say
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
from epn_geo.report import header
from epn_geo.staging import staged_folder
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


def study_access(
    places: Path | None,
    territory: Mapping[str, Any],
    *,
    method: Method = "e2sfca",
    radius_km: float = 15.0,
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
    cells = None if grid is None else locate_cells(read_grid(grid), communes)
    options: dict[str, Any] = {
        "radius_km": radius_km, "decay": decay, "edge_weight": edge_weight, "supply": supply,
        "category_weights": category_weights, "missing_supply": missing_supply, "grid": cells,
    }  # fmt: skip
    measured = measure_coverage(communes, located, radius_km)
    if cells is not None:
        measured = measure_population(measured, located, cells)
    measured = measure_access(measured, located, method=method, **options)
    return AccessStudy(
        measured,
        measure_load(located, communes, **options),
        measure_inequality(measured, by=LEVELS, line=line),
        None if cells is None else count_cells(cells),
    )


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
    with staged_folder(folder) as stage:
        files = write_frames(tables, stage)
        files.append(write_book(sheets, stage / WORKBOOK, lines, demonstration=told, lang=lang))
        page = write_map(
            stage / MAP,
            study.communes,
            places=study.places,
            title=say("access_title", lang),
            indicator=ACCESS,
            lang=lang,
            sources=lines,
            date=date,
        )
        record = _record(study, parameters, [*files, page])
        write_json(record, stage / RECORD)
    for text in [*_account(study, lang), *list_warnings(study.places, study.communes, lang)]:
        tell(text, done=True)
    return record


def _definitions(study: AccessStudy, parameters: Mapping[str, Any], lang: Lang) -> list[str]:
    """Say what the figures mean, and from what."""
    supply = parameters.get("supply")
    offer = say("access_supply_one", lang)
    if supply is not None:
        offer = say("access_supply_column", lang, column=header(supply, lang))
    distance = number(parameters.get("radius_km", 15.0), lang)
    return [
        say("access_definition", lang),
        say(
            "access_parameters",
            lang,
            method=str(parameters.get("method", "e2sfca")).upper(),
            distance=distance,
            decay=str(parameters.get("decay", "gaussian")),
            supply=offer,
        ),
        say("access_limits", lang),
        say("source_communes", lang, communes=number(len(study.communes), lang)),
    ]


def _record(study: AccessStudy, parameters: Mapping[str, Any], files: list[str]) -> dict[str, Any]:
    """Say what was measured and how, in plain data."""
    first = study.inequality.iloc[0].dropna().drop("niveau")
    plain = {
        name: str(value) if isinstance(value, Path) else value for name, value in parameters.items()
    }
    return {
        "parametres": plain,
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
            short=number(100 * first["part_sous_le_seuil"], lang),
        )
    )
    if study.cells is not None:
        lines.append(cells_account(study.cells.to_dict(orient="records"), lang))
    unread = study.places.get("horaires_lus", pd.Series(dtype="str"))
    if missing := int((unread[serves(study.places)] != "oui").sum()) if len(unread) else 0:
        lines.append(say("account_hours", lang, places=number(missing, lang)))
    return lines
