"""Need and gaps together, from a list of places and a table of need to a folder of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from epn_geo.communes import read_communes
from epn_geo.coverage import measure_coverage
from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError
from epn_geo.gaps import flag_underserved
from epn_geo.grids import read_grid
from epn_geo.joins import locate
from epn_geo.labels import Lang, number, say
from epn_geo.maps import coverage_map
from epn_geo.needs import USED, add_needs, read_needs
from epn_geo.places import read_places
from epn_geo.population import measure_population
from epn_geo.ranking import Level, flag_priority, rank_needs
from epn_geo.report import header
from epn_geo.study import DEMONSTRATION
from epn_geo.writing import Sheet, atomic_path, write_json, write_table, write_workbook

NEEDS, RANKING, COMMUNES = "besoins-lus.csv", "classement.csv", "besoins.csv"
WORKBOOK, MAP, RECORD = "besoins.xlsx", "besoins.html", "besoins.json"


class NeedStudy(NamedTuple):
    """The frames of a study of need."""

    communes: gpd.GeoDataFrame  # with coverage, need and priority
    ranking: pd.DataFrame
    needs: pd.DataFrame  # every row of the file, and what became of it
    places: gpd.GeoDataFrame  # located


def study_needs(
    need: Path,
    declared: Mapping[str, Any],
    places: Path | None,
    territory: Mapping[str, Any],
    *,
    radius_km: float = 10.0,
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
    communes = read_communes(
        territory.get("region"), territory.get("departements"), territory.get("epci")
    )
    source = embedded_path(DEMONSTRATION) if places is None else places
    located = locate(read_places(source, columns=territory.get("columns")), communes)
    covered = measure_coverage(communes, located, radius_km)
    if grid is not None:
        covered = measure_population(covered, located, read_grid(grid))
    needs = read_needs(need, **declared)
    measured = add_needs(covered, needs)
    name = str(needs["indicateur"].iloc[0]) if len(needs) else ""
    if not name or measured[f"besoin_{name}"].isna().all():
        raise DataError(
            f"{need.name} says nothing of these {len(communes)} communes: look at the column of "
            "codes, the level and the territory."
        )
    flagged = flag_priority(
        flag_underserved(measured, lang=lang), name, min_need=min_need, lang=lang
    )
    return NeedStudy(flagged, rank_needs(measured, name, by=by), needs, located)


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
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file: -o takes a folder.")
    tell(say("step_measure", lang))
    study = study_needs(need, declared, places, territory, lang=lang, **parameters)
    tell(say("step_write", lang))
    tables = {COMMUNES: study.communes, RANKING: study.ranking, NEEDS: study.needs}
    for name, table in tables.items():
        write_table(table, folder / name)
    lines = _definitions(study, need.name, lang)
    _write_workbook(study, folder / WORKBOOK, lines, lang)
    title = header("besoin", lang)
    page = coverage_map(
        study.communes.rename(columns={"besoin": title}),
        places=study.places,
        title=say("need_title", lang),
        indicator=title,
        lang=lang,
        sources=lines,
        date=date,
    )
    with atomic_path(folder / MAP) as temporary:
        page.save(str(temporary))
    record = _record(study, need.name, declared, parameters, [*tables, WORKBOOK, MAP])
    write_json(record, folder / RECORD)
    tell(_account(study, lang), done=True)
    return record


def _name(study: NeedStudy) -> str:
    return str(study.needs["indicateur"].iloc[0])


def _definitions(study: NeedStudy, file: str, lang: Lang) -> list[str]:
    first = study.needs.iloc[0]
    bounds = f"{number(first['minimum'], lang)}-{number(first['maximum'], lang)}"
    return [
        say("need_definition", lang),
        say(
            "need_source",
            lang,
            name=_name(study),
            file=file,
            vintage=first["millesime"],
            bounds=bounds,
            direction=say(f"need_{first['sens']}", lang),
        ),
        say("need_limits", lang),
        say("source_communes", lang, communes=number(len(study.communes), lang)),
    ]


def _write_workbook(study: NeedStudy, path: Path, lines: list[str], lang: Lang) -> None:
    made_up = study.places["source"].astype("str").str.startswith("Démonstration").any()
    notice = say("demonstration", lang) if made_up else None
    frames = {
        "sheet_ranking": study.ranking,
        "sheet_commune": study.communes.drop(columns=["mairie_longitude", "mairie_latitude"]),
        "sheet_needs": study.needs,
    }
    sheets = [
        Sheet(say(key, lang), frame, {c: header(c, lang) for c in map(str, frame)}, notice)
        for key, frame in frames.items()
    ]
    title = say("sheet_sources", lang)
    write_workbook([*sheets, Sheet(title, pd.DataFrame({title: lines}))], path)


def _record(
    study: NeedStudy,
    file: str,
    declared: Mapping[str, Any],
    parameters: Mapping[str, Any],
    files: list[str],
) -> dict[str, Any]:
    """Say what was read and how, in plain data."""
    status = study.needs["statut"].value_counts()
    known = study.communes[f"besoin_{_name(study)}"].notna()
    plain = {name: str(v) if isinstance(v, Path) else v for name, v in parameters.items()}
    return {
        "parametres": plain,
        "besoin": {
            "fichier": file,
            "declare": {**declared, "bounds": [float(bound) for bound in declared["bounds"]]},
            "lignes": {str(key): int(count) for key, count in sorted(status.items())},
            "communes_renseignees": int(known.sum()),
            "communes_sans_donnee": int((~known).sum()),
        },
        "prioritaires": int((study.communes["prioritaire"] == "oui").sum()),
        "fichiers": files,
    }


def _account(study: NeedStudy, lang: Lang) -> str:
    status = study.needs["statut"]
    used = int(status.isin(USED).sum())
    known = study.communes[f"besoin_{_name(study)}"].notna()
    return say(
        "account_needs",
        lang,
        rows=number(len(status), lang),
        used=number(used, lang),
        communes=number(int(known.sum()), lang),
        unknown=number(int((~known).sum()), lang),
        priority=number(int((study.communes["prioritaire"] == "oui").sum()), lang),
    )
