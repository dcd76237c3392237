"""Need and gaps together, from a list of places and a table of need to a folder of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from epn_geo.areafiles import areas_that_count
from epn_geo.areas import warned_once
from epn_geo.coverage import measure_coverage
from epn_geo.gaps import flag_underserved
from epn_geo.labels import Lang, number, say
from epn_geo.needs import add_needs, name_need, read_needs
from epn_geo.outputs import (
    is_demonstration,
    list_warnings,
    need_account,
    need_lines,
    need_record,
    need_title,
    read_network,
    write_book,
    write_frames,
    write_map,
)
from epn_geo.population import measure_population
from epn_geo.radii import measure_for
from epn_geo.ranking import Level, flag_priority, rank_needs
from epn_geo.reachfiles import (
    missing_lines,
    missing_notices,
    reach_lines,
    read_reach,
    tell_unusual,
)
from epn_geo.runs import plain_parameters
from epn_geo.staging import staged_folder
from epn_geo.territories import titled
from epn_geo.writing import write_json

NEEDS, RANKING, COMMUNES = "besoins-lus.csv", "classement.csv", "besoins.csv"
WORKBOOK, MAP, RECORD = "besoins.xlsx", "besoins.html", "besoins.json"


class NeedStudy(NamedTuple):
    """The frames of a study of need."""

    communes: gpd.GeoDataFrame  # with coverage, need and priority
    ranking: pd.DataFrame
    needs: pd.DataFrame  # every row of the file, and what became of it
    places: gpd.GeoDataFrame  # located
    areas: gpd.GeoDataFrame | None = None  # polygons of reach, where they stood in place of discs


def study_needs(
    need: Path,
    declared: Mapping[str, Any],
    places: Path | None,
    territory: Mapping[str, Any],
    *,
    radius_km: float = 10.0,
    areas: str | Path | None = None,
    judged_min: float | None = None,
    judged_km: float | None = None,
    by: Level = "epci",
    min_need: float = 0.5,
    grid: Path | None = None,
    lang: Lang = "fr",
) -> NeedStudy:
    r"""Read places and need, measure coverage, flag and rank.

    Parameters
    ----------
    need
        A file that `read_needs` reads.
    declared
        What `read_needs` must be told: ``column``, ``direction``, ``bounds``, ``vintage`` and so
        on.
    places
        A list of places, or None for the demonstration network.
    territory
        ``region``, ``departements``, ``epci`` for `read_communes`; ``columns`` for `read_places`.
    radius_km
        Reach of a place.
    areas
        A file of polygons of reach, in place of `radius_km`.
    judged_min, judged_km
        Which of their times counts: see `read_reach`.
    by
        The territories that are ranked.
    min_need
        As `flag_priority`.
    grid
        A population grid.
    lang
        Language of the reasons.

    Returns
    -------
    NeedStudy
        The frames.

    Raises
    ------
    EpnGeoError
        If a file, a territory or a declaration cannot be used.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> declared = {"column": "age", "direction": "high", "bounds": (0, 100), "vintage": 2022}
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "age.csv")
    ...     _ = file.write_text("code;age\n61001;30\n", encoding="utf-8")
    ...     study = study_needs(file, declared, None, {"departements": "61"})
    >>> study.communes.set_index("code_insee").loc["61001", "besoin_age_0_1"]
    np.float64(0.3)
    """
    located, communes = read_network(places, territory)
    drawn = None
    if areas is not None:
        drawn = read_reach(areas, located, judged_min=judged_min, judged_km=judged_km)
    with warned_once():  # `deliver_needs` tells of places without a polygon
        covered = measure_coverage(communes, located, radius_km, areas=drawn)
        if grid is not None:
            covered = measure_population(covered, located, grid, areas=drawn)
    needs = read_needs(need, **declared)
    measured = add_needs(covered, needs)
    name = name_need(needs, measured, need.name)
    flagged = flag_priority(
        flag_underserved(measured, lang=lang), name, min_need=min_need, lang=lang
    )
    return NeedStudy(flagged, rank_needs(measured, name, by=by), needs, located, drawn)


def deliver_needs(
    need: Path,
    declared: Mapping[str, Any],
    places: Path | None,
    folder: Path,
    *,
    territory: Mapping[str, Any],
    parameters: Mapping[str, Any],
    date: str | None = None,
    lang: Lang = "fr",
    tell: Callable[..., None] = lambda *_, **__: None,
) -> dict[str, Any]:
    r"""Study need and write all of it into a folder.

    Parameters
    ----------
    need, declared, places, territory
        As `study_needs`.
    folder
        Where to; made if need be.
    parameters
        What else `study_needs` takes.
    date
        Date shown on the map.
    lang
        Language of what is made.
    tell
        Called with a sentence at each step.

    Returns
    -------
    dict
        The record of the run, as written to ``besoins.json``.

    Raises
    ------
    EpnGeoError
        As `study_needs`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> declared = {"column": "age", "direction": "high", "bounds": (0, 100), "vintage": 2022}
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "age.csv")
    ...     _ = file.write_text("code;age\n61001;30\n", encoding="utf-8")
    ...     where = {"departements": "61"}
    ...     out = Path(folder, "out")
    ...     record = deliver_needs(file, declared, None, out, territory=where, parameters={})
    >>> record["besoin"]["communes_renseignees"]
    1
    """
    tell(say("step_measure", lang))
    study = study_needs(need, declared, places, territory, lang=lang, **parameters)
    tell(say("step_write", lang))
    told = is_demonstration(study.places)
    source = say("source_communes", lang, communes=number(len(study.communes), lang))
    lines = [*need_lines(study.needs, need.name, lang), source]
    file, radius_km = parameters.get("areas"), parameters.get("radius_km", 10.0)
    lines += reach_lines(study.areas, file, radius_km, lang)
    tables = {COMMUNES: study.communes, RANKING: study.ranking, NEEDS: study.needs}
    sheets = {
        "sheet_ranking": study.ranking,
        "sheet_commune": study.communes,
        "sheet_needs": study.needs,
    }
    figure = f"besoin_{study.needs['indicateur'].iloc[0]}"
    missing = missing_lines(study.areas, study.places, lang)
    with staged_folder(folder) as stage:
        files = write_frames(tables, stage)
        book = stage / WORKBOOK
        files.append(write_book(sheets, book, [*missing, *lines], demonstration=told, lang=lang))
        page = write_map(
            stage / MAP,
            study.communes,
            places=study.places,
            title=titled(say("need_title", lang), study.communes, lang),
            reach=None
            if study.areas is None
            else areas_that_count(study.areas, study.places, study.communes),
            indicator={figure: need_title(study.needs, lang), "besoin": say("need_0_1", lang)},
            lang=lang,
            sources=lines,
            notices=missing_notices(study.areas, study.places, study.communes, lang),
            date=date,
        )
        record = _record(study, need.name, declared, parameters, [*files, page])
        write_json(record, stage / RECORD)
    asked = any(parameters.get(name) is not None for name in ("judged_min", "judged_km"))
    kept = tell_unusual(measure_for(study.communes), asked=asked, areas=study.areas, lang=lang)
    for text in [*kept, *missing, *list_warnings(study.places, study.communes, lang)]:
        tell(text, done=True)
    tell(
        need_account({**record["besoin"], "prioritaires": record["prioritaires"]}, lang), done=True
    )
    return record


def _record(
    study: NeedStudy,
    file: str,
    declared: Mapping[str, Any],
    parameters: Mapping[str, Any],
    files: list[str],
) -> dict[str, Any]:
    """Say what was read and how, in plain data."""
    bounds = [float(bound) for bound in declared["bounds"]]
    counted = need_record(study.needs, study.communes)
    return {
        "parametres": plain_parameters(parameters),
        "prioritaires": counted.pop("prioritaires"),
        "besoin": {"fichier": file, "declare": {**declared, "bounds": bounds}, **counted},
        "fichiers": files,
    }
