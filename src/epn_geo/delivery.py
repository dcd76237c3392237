"""From a study to a folder of files: map, workbook, layers, tables, and a record of the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from epn_geo._version import __version__
from epn_geo.apart import Caller, pictures_apart
from epn_geo.areafiles import areas_that_count, places_reaching
from epn_geo.areas import areas_at
from epn_geo.checks import check_places
from epn_geo.communes import read_communes
from epn_geo.embedded import DEMONSTRATION, embedded_path
from epn_geo.errors import DataError
from epn_geo.joins import home_communes, locate
from epn_geo.labels import Lang, number, say
from epn_geo.maps import coverage_map
from epn_geo.needs import read_needs
from epn_geo.network.provenance import Provenance, read_provenance, source_line
from epn_geo.outputs import (
    cells_account,
    is_demonstration,
    list_warnings,
    need_account,
    need_lines,
    need_record,
    need_title,
)
from epn_geo.places import read_places
from epn_geo.radii import radii_of
from epn_geo.reachfiles import missing_lines, missing_notices, tell_times, tell_unusual
from epn_geo.report import header, write_report
from epn_geo.runs import (
    RECORD,
    Tell,
    find_input,
    finished,
    is_intact,
    last_record,
    told_file,
    told_request,
    versions,
    was_asked,
    watch_loss,
)
from epn_geo.serving import keep_near, serves
from epn_geo.staging import staged_folder
from epn_geo.study import Study, build
from epn_geo.styles import study_layers, write_styled_layers
from epn_geo.tablefiles import sum_up_skills, write_table_files
from epn_geo.territories import selected, titled
from epn_geo.townhalls import place_at_town_halls
from epn_geo.writing import atomic_path, file_hash, write_json

if TYPE_CHECKING:
    from epn_geo.pictures import PageSize

MAP, WORKBOOK, LAYERS = "carte.html", "tableaux.xlsx", "couches.gpkg"
PICTURES: dict[str, PageSize] = {"carte.png": "slide", "carte.pdf": "a4"}
NEAR_KM = 30  # how far beyond the border the map shows places


def deliver(
    places: Path | None,
    folder: Path,
    parameters: dict[str, Any],
    *,
    date: str | None = None,
    mobile: bool = False,
    lang: Lang = "fr",
    tell: Tell = lambda *_, **__: None,
    if_changed: bool = False,
    max_loss: float | None = None,
    told_as: dict[str, Any] | None = None,
    draw: Caller | None = None,
) -> dict[str, Any]:
    """Build a study and write all of it into a folder, every file at once or none.

    Parameters
    ----------
    places
        A list of places, or None for the demonstration network.
    folder
        Where to; made if need be.
    parameters
        ``columns`` and ``sheet`` for `read_places`; ``region``, ``departements``, ``epci``,
        ``radii_km``, ``judged_km``, or ``areas`` (a file) and ``judged_min``, for `study.build`;
        ``grid``, the file of a population grid; ``need``, a dict of the ``file`` of a need, what
        is ``declared`` of it for `read_needs`, and ``by`` and ``min_need``, as `study.build` has
        them.
    date
        Date of the study, shown on what is made.
    mobile
        Let mobile places cover as if they were fixed.
    lang
        Language of what is made.
    tell
        Called with a sentence at each step (``done=True`` for those worth keeping).
    if_changed
        Do nothing if the list, the parameters and the versions are those of the last run, and all
        of its files are there unchanged.
    max_loss
        Refuse a list that has lost more than this share of the last run's places (0-1).
    told_as
        What the record says of the list, if it was found elsewhere than the run it repeats says.
    draw
        What `pictures_apart` gave, if it was started before.

    Returns
    -------
    dict
        The record of the run, as written to ``resume.json``, with the record's own SHA-256 among
        `fichiers`, and `modifie`: whether any file differs from the last run's.

    Raises
    ------
    EpnGeoError
        If a file, a territory or a radius cannot be used, the list has lost too many places, or
        another run is writing into the folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> record = deliver(None, folder, {"departements": "61", "radii_km": [10.0]})
    >>> record["lieux"]["lignes"], sorted(record["fichiers"])[:2]
    (153, ['carte.html', 'carte.pdf'])
    """
    source = embedded_path(DEMONSTRATION) if places is None else places
    reading = {name: parameters.get(name) for name in ("columns", "sheet")}
    options = {name: value for name, value in parameters.items() if name not in reading}
    named = {"sheet": reading["sheet"]} if reading["sheet"] is not None else {}
    shown = (
        options
        | named
        | {"columns": reading["columns"], "mobile": mobile, "date": date, "lang": lang}
    )
    inputs = {"entree": told_as or told_file(places, source)} | _tell_files(shown)
    request = told_request("build", inputs, shown)
    with staged_folder(folder) as stage:
        last = last_record(folder)
        if if_changed and last is not None and was_asked(last, request) and is_intact(folder, last):
            tell(say("run_unchanged", lang, folder=folder), done=True)
            return finished(last, folder, last)
        with pictures_apart(wanted=draw is None) as here:
            tell(say("step_read", lang, file=source.name))
            frame = read_places(source, **reading)
            if mobile:
                frame["couvre"] = ~frame["categorie"].isin(["CRANT", "projet lauréat"])
            tell(say("step_measure", lang))
            study = build(frame, today=date, lang=lang, **_with_need(options))
            provenance = read_provenance(source)
            sources = data_sources(study.communes, lang, provenance, options.get("communes"))
            sources = [*_input_lines(study, options, lang), *sources]
            record = request | _account_of(study, sources, provenance)
            watch_loss(last, record, max_loss, lang, tell)
            demonstration = is_demonstration(study.places)
            tell(say("step_write", lang))
            written = _write_all(
                study,
                stage,
                sources,
                draw or here,
                date=date,
                demonstration=demonstration,
                lang=lang,
            )
        record["fichiers"] = {name: file_hash(stage / name) for name in written}
        write_json(record, stage / RECORD)
    warned = list_warnings(study.places, study.communes, lang)
    if study.areas is not None:  # places without a polygon are counted in the record
        asked = any(options.get(name) is not None for name in ("judged_min", "judged_km"))
        warned += tell_unusual(study.measure, asked=asked, areas=study.areas, lang=lang)
        warned += tell_times(study.areas, study.places, lang)
    for line in [*_account(record, lang, demonstration=demonstration), *warned]:
        tell(line, done=True)
    return finished(record, folder, last)


def repeat(
    record_file: Path,
    folder: Path,
    *,
    places: Path | None = None,
    tell: Tell = lambda *_, **__: None,
) -> dict[str, Any]:
    """Run again what a record tells.

    Parameters
    ----------
    record_file
        The ``resume.json`` of a run of `deliver`.
    folder
        Where to write.
    places
        The list, if it is no longer where the run found it.
    tell
        As in `deliver`.

    Returns
    -------
    dict
        As `deliver`. What differs from the files of that run is told.

    Raises
    ------
    EpnGeoError
        If the file is no record, or the list is not found or has changed.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> first = deliver(None, folder / "a", {"departements": "61", "radii_km": [10.0]})
    >>> again = repeat(folder / "a" / "resume.json", folder / "b")
    >>> again["fichiers"] == first["fichiers"]
    True
    """
    record = last_record(record_file.parent, record_file.name)
    if record is None or record.get("commande") != "build":
        raise DataError(f"{record_file} is not the record (resume.json) of a run of build.")
    asked, told = dict(record["parametres"]), record["entree"]
    lang: Lang = asked.pop("lang")
    if told["demonstration"]:
        places = None
    elif places is None:
        places = find_input(record, record_file.parent)
    elif file_hash(places) != told["sha256"]:
        raise DataError(f"{places} is not the list of that run: its SHA-256 differs.")
    now = {"epn-geo": __version__, **versions()}
    then = {"epn-geo": record["epn-geo"], **record["paquets"]}
    if changed := [name for name in now if now[name] != then.get(name)]:
        tell(say("replay_versions", lang, names=", ".join(changed)), done=True)
    if "portees" in record:
        asked["areas"] = find_input(record, record_file.parent, "portees").as_posix()
    if "grille" in record:
        asked["grid"] = find_input(record, record_file.parent, "grille").as_posix()
    if "besoin" in record:
        file = find_input(record, record_file.parent, "besoin").as_posix()
        asked["need"] = {"file": file, **asked["need"]}
    date, mobile = asked.pop("date"), asked.pop("mobile")
    done = deliver(
        places, folder, asked, date=date, mobile=mobile, lang=lang, tell=tell, told_as=told
    )
    made = done["fichiers"]
    differ = [n for n, told_hash in record["fichiers"].items() if made.get(n) != told_hash]
    key = "replay_differs" if differ else "replay_same"
    tell(say(key, lang, count=len(record["fichiers"]), names=", ".join(differ)), done=True)
    return done


def _tell_files(shown: dict[str, Any]) -> dict[str, Any]:
    """Say by their content which other files are read; take their paths out of what is shown."""
    told = {}
    if (areas := shown.pop("areas", None)) is not None:
        told["portees"] = told_file(Path(areas), Path(areas))
    if (grid := shown.pop("grid", None)) is not None:
        told["grille"] = told_file(Path(grid), Path(grid))
    if (need := shown.pop("need", None)) is not None:
        told["besoin"] = told_file(Path(need["file"]), Path(need["file"]))
        shown["need"] = {name: value for name, value in need.items() if name != "file"}
    return told


def _with_need(options: dict[str, Any]) -> dict[str, Any]:
    """Read the need that the options name."""
    options = dict(options)
    if (need := options.pop("need", None)) is not None:
        options["needs"] = read_needs(need["file"], **need["declared"])
        options |= {"need_by": need["by"], "min_need": need["min_need"]}
    return options


def _input_lines(study: Study, options: dict[str, Any], lang: Lang) -> list[str]:
    """Say what areas, grid and need were read."""
    lines = []
    if study.areas is not None:
        file = options["areas"]
        lines.append(say("source_areas", lang, file=Path(file).name, count=len(study.areas)))
    if study.cells is not None:
        lines.append(say("source_grid", lang, file=Path(options["grid"]).name))
        lines.append(cells_account(study.cells.to_dict(orient="records"), lang))
    if study.needs is not None:
        lines += need_lines(study.needs, Path(options["need"]["file"]).name, lang)
    return lines


def inspect_list(
    places: Path,
    parameters: dict[str, Any],
    *,
    date: str | None = None,
    lang: Lang = "fr",
    tell: Tell = lambda *_, **__: None,
) -> pd.DataFrame:
    """Read a list, locate it and give the findings.

    Parameters
    ----------
    places
        A list of places.
    parameters
        ``columns`` for `read_places`; ``region``, ``departements``, ``epci`` for `read_communes`.
    date
        Date against which stale entries are found.
    lang
        Language of the findings.
    tell
        As in `deliver`.

    Returns
    -------
    pandas.DataFrame
        As `check_places`.

    Raises
    ------
    EpnGeoError
        If the file or the territory cannot be used.

    Examples
    --------
    >>> file = embedded_path(DEMONSTRATION)
    >>> inspect_list(file, {"region": "28"})["gravite"].isin(["erreur"]).any()
    np.False_
    """
    tell(say("step_read", lang, file=places.name))
    frame = read_places(places, columns=parameters.get("columns"), sheet=parameters.get("sheet"))
    communes = read_communes(
        parameters.get("region"),
        parameters.get("departements"),
        parameters.get("epci"),
        path=parameters.get("communes"),
    )
    tell(say("step_check", lang))
    located = locate(frame, communes)
    if parameters.get("town_halls"):
        located = place_at_town_halls(located, communes)
    findings = check_places(located, communes, today=date, lang=lang)
    counts = findings["gravite"].value_counts()
    tell(
        say(
            "account_check",
            lang,
            rows=number(len(frame), lang),
            errors=number(counts.get("erreur", 0), lang),
            warnings=number(counts.get("avertissement", 0), lang),
            notes=number(counts.get("information", 0), lang),
        ),
        done=True,
    )
    return findings


def data_sources(
    communes: gpd.GeoDataFrame,
    lang: Lang = "fr",
    provenance: Provenance | None = None,
    folder: str | None = None,
) -> list[str]:
    """Give the lines that say where the data is from.

    Parameters
    ----------
    communes
        The territory.
    lang
        Language.
    provenance
        Of the list of places, if it was fetched.
    folder
        Where the communes were read from, if they are not the embedded ones.

    Returns
    -------
    list of str
        Producers, vintage and licence.

    Examples
    --------
    >>> from epn_geo.communes import read_communes
    >>> "Licence Ouverte" in data_sources(read_communes(departements="61"))[0]
    True
    """
    lines = [] if provenance is None else [source_line(provenance, lang)]
    key = "source_communes" if folder is None else "source_communes_folder"
    name = "" if folder is None else Path(folder).name
    return [*lines, say(key, lang, communes=number(len(communes), lang), folder=name)]


def _write_all(
    study: Study,
    folder: Path,
    sources: list[str],
    draw: Caller,
    *,
    date: str | None,
    demonstration: bool,
    lang: Lang,
) -> list[str]:
    """Write every file but the record; give their names."""
    near = keep_near(study.places, study.communes, NEAR_KM)
    title = titled(say("map_title", lang), study.communes, lang)
    notices = missing_notices(study.areas, study.places, study.communes, lang)
    drawn = draw(
        [(Path(name).suffix, size) for name, size in PICTURES.items()],
        study.coverage,
        places=near,
        gaps=study.gaps,
        radius_km=study.measure.radius_km or study.measure.route_km,
        minutes=study.measure.minutes,
        title=title,
        sources=sources,
        notices=notices,
        date=date,
        demonstration=demonstration,
        lang=lang,
    )
    page = coverage_map(
        study.coverage,
        title=title,
        places=near,
        gaps=study.gaps,
        # the page needs to be told only where each category has its own
        radius_km=None if isinstance(study.radius_km, float) else study.radius_km,
        indicator=_indicators(study, lang),
        reach=None
        if study.areas is None
        else areas_that_count(study.areas, study.places, study.communes),
        sources=sources,
        notices=notices,
        date=date,
        demonstration=demonstration,
        lang=lang,
    )
    with atomic_path(folder / MAP) as temporary:
        page.save(str(temporary))
    of_judged = None if study.areas is None else areas_at(study.areas, study.measure)
    skills = sum_up_skills(
        study.places, study.communes, study.radius_km or 10.0, areas=of_judged, lang=lang
    )
    write_report(
        folder / WORKBOOK,
        study.coverage,
        study.tables,
        places=study.places,
        gaps=study.gaps,
        findings=study.findings,
        skills=skills,
        ranking=study.ranking,
        needs=study.needs,
        radius_km=study.measure.radius_km or study.measure.route_km,
        minutes=study.measure.minutes,
        sources=[*missing_lines(of_judged, study.places, lang), *sources],
        date=date,
        demonstration=demonstration,
        lang=lang,
    )
    layers = study_layers(
        study.coverage,
        study.places,
        gaps=study.gaps,
        epci=study.tables["epci"],
        radius_km=study.radius_km,
        areas=study.areas,
        lang=lang,
    )
    write_styled_layers(
        layers,
        folder / LAYERS,
        radius_km=study.measure.radius_km or study.measure.route_km,
        minutes=study.measure.minutes,
        lang=lang,
    )
    tables = {
        "communes": study.coverage,
        "epci": study.tables["epci"],
        "departements": study.tables["departement"],
        "lieux": study.places,
        "zones": study.gaps,
        "competences": skills,
        "constats": study.findings,
        **({} if study.ranking is None else {"classement": study.ranking}),
        **({} if study.needs is None else {"besoins-lus": study.needs}),
    }
    written = write_table_files(tables, folder)
    for name, content in zip(PICTURES, drawn(), strict=True):
        with atomic_path(folder / name) as temporary:
            temporary.write_bytes(content)
    return [MAP, *PICTURES, WORKBOOK, LAYERS, *written]


def _indicators(study: Study, lang: Lang) -> dict[str, str] | None:
    """Offer what the study measured beside coverage, with coverage first."""
    offered = {}
    if study.needs is not None:
        offered[f"besoin_{study.needs['indicateur'].iloc[0]}"] = need_title(study.needs, lang)
    if study.cells is not None:
        offered["distance_habitants_km"] = header("distance_habitants_km", lang)
    return {"part": ""} | offered if offered else None


def _account_of(study: Study, sources: list[str], provenance: Provenance | None) -> dict[str, Any]:
    """Count what was read and found."""
    agreement = study.places["accord"].value_counts()
    inside = _in_territory(study)
    return {
        "sources": sources,
        "provenance": None if provenance is None else provenance._asdict(),
        "communes": len(study.communes),
        "lieux": {
            "lignes": len(study.places),
            "accord": {str(key): int(value) for key, value in sorted(agreement.items())},
            "dans_le_territoire": int(inside.sum()),
            "a_portee_du_dehors": _reaching_in(study, inside),
            "dont_sans_coordonnees": int(
                (inside & (study.places["accord"] == "sans coordonnées")).sum()
            ),
            "par_categorie": _by_category(study.places, inside),
        },
        "constats": {
            str(key): int(value)
            for key, value in sorted(study.findings["gravite"].value_counts().items())
        },
        "departements": _plain_rows(study.tables["departement"]),
    } | _account_of_files(study)


def _account_of_files(study: Study) -> dict[str, Any]:
    """Count what was read of areas, a grid and a need."""
    told: dict[str, Any] = {}
    if study.areas is not None:
        without = study.findings.loc[study.findings["code"] == "lieu_sans_zone", "ligne"]
        told["lieux_sans_portee"] = int(without.nunique())
    if study.cells is not None:
        told["carreaux"] = _plain_rows(study.cells)
    if study.needs is not None:
        told["besoins"] = need_record(study.needs, study.coverage)
    return told


def _in_territory(study: Study) -> pd.Series:
    """Tell which places stand in the territory itself, not in the rest of a straddling EPCI."""
    communes = selected(study.communes)
    inside: pd.Series = home_communes(study.places).isin(communes["code_insee"])
    return inside


def _reaching_in(study: Study, inside: pd.Series) -> int:
    """Count the places beyond the border that are near enough to cover some of this side."""
    outside = study.places[serves(study.places) & ~inside]
    communes = selected(study.communes)
    if study.areas is not None:
        return places_reaching(areas_at(study.areas, study.measure), outside, communes)
    if study.radius_km is None or isinstance(study.radius_km, float):
        return len(keep_near(outside, communes, study.radius_km or 0.0))
    radii = pd.Series(radii_of(outside, study.radius_km), index=outside.index)
    return sum(len(keep_near(outside[radii == km], communes, km)) for km in radii.unique())


def _by_category(places: gpd.GeoDataFrame, inside: pd.Series) -> dict[str, dict[str, int]]:
    """Count the places of each category, altogether and in the territory."""
    return {
        str(category): {"liste": len(rows), "territoire": int(inside[rows.index].sum())}
        for category, rows in places.groupby("categorie")
    }


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a table as plain data, missing values as None."""
    plain = table.astype(object).where(table.notna(), None)
    return [
        {str(k): v.item() if hasattr(v, "item") else v for k, v in row.items()}
        for row in plain.to_dict(orient="records")
    ]


def _account(record: dict[str, Any], lang: Lang, *, demonstration: bool) -> list[str]:
    """Account for every row read."""
    rows = record["lieux"]["lignes"]
    inside = record["lieux"]["dans_le_territoire"] - record["lieux"]["dont_sans_coordonnees"]
    unknown = record["lieux"]["accord"].get("sans coordonnées", 0)
    without = record.get("lieux_sans_portee", 0)
    lines = [say("demonstration", lang)] if demonstration else []
    return [
        *lines,
        say(
            "account_rows",
            lang,
            rows=number(rows, lang),
            located=number(inside, lang),
            outside=number(rows - inside - unknown, lang),
            near=number(record["lieux"]["a_portee_du_dehors"], lang),
            unknown=number(unknown, lang),
            findings=number(sum(record["constats"].values()), lang),
        ),
        *([cells_account(record["carreaux"], lang)] if "carreaux" in record else []),
        *([need_account(record["besoins"], lang)] if "besoins" in record else []),
        *([say("account_areas", lang, count=number(without, lang))] if without else []),
    ]
