"""From two lists to a folder of files: map, workbook, note for elected officials, figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import folium
import geopandas as gpd
import pandas as pd
import shapely

from epn_geo.areafiles import areas_that_count, read_areas, require_match
from epn_geo.areas import areas_at, warned_once
from epn_geo.causes import GAINED, LOST
from epn_geo.changes import Comparison, changed_zones, compare_coverage
from epn_geo.columns import texts
from epn_geo.communes import read_communes
from epn_geo.coverage import measure_coverage
from epn_geo.crs import WGS84
from epn_geo.errors import DataError
from epn_geo.joins import locate
from epn_geo.labels import Lang, number, percent, say
from epn_geo.maps import DEMONSTRATION, coverage_map, layer_name
from epn_geo.notepages import Note, write_note
from epn_geo.notes import note_text, whole_people
from epn_geo.pairing import compare_places, name_communes, revise
from epn_geo.places import read_places
from epn_geo.radii import Measure, Radius, choose_measure
from epn_geo.reachfiles import (
    missing_notices,
    reach_source,
    tell_missing,
    tell_unusual,
    undrawn_places,
)
from epn_geo.reading.guesses import absent_fields
from epn_geo.report import header, tell_values, yes_no
from epn_geo.runs import (
    RECORD,
    Tell,
    finished,
    is_intact,
    last_record,
    told_file,
    told_request,
    was_asked,
    watch_loss,
)
from epn_geo.sentences import count, listed
from epn_geo.serving import keep_near
from epn_geo.staging import staged_folder
from epn_geo.study import RADII_KM
from epn_geo.territories import selected
from epn_geo.writing import Sheet, atomic_path, file_hash, write_json, write_layers, write_workbook

MAP, WORKBOOK, NOTE = "carte.html", "changements.xlsx", "note.html"
LAYERS, FIGURES = "changements.gpkg", "changes.json"
NEAR_KM = 30  # how far beyond the border the map shows places
COLOURS = {GAINED: "#7fbf3f", LOST: "#b2182b"}  # light and dark: grey printers tell them apart


class Lists(NamedTuple):
    """What is compared: two files, or one and what is tried on it."""

    before: Path
    after: Path | None = None
    add: Path | None = None
    remove: tuple[str, ...] = ()


def deliver_changes(
    lists: Lists,
    folder: Path,
    parameters: Mapping[str, Any],
    *,
    date: str | None = None,
    lang: Lang = "fr",
    tell: Tell = lambda *_, **__: None,
    if_changed: bool = False,
    max_loss: float | None = None,
) -> dict[str, Any]:
    """Compare two lists and write all that follows into a folder, every file at once or none.

    Parameters
    ----------
    lists
        Two files; or one, with places to add to it (a file) and to remove from it (ids or names).
    folder
        Where to; made if need be.
    parameters
        ``areas`` and ``areas_after`` (files of polygons, in place of ``radii_km``), ``judged_min``,
        ``region``, ``departements``, ``epci``, ``radii_km``, ``judged_km``, ``columns`` and
        ``communes`` (a folder), as in `delivery.deliver`.
    date
        Date shown on what is made.
    lang
        Language of what is made.
    tell, if_changed, max_loss
        As in `delivery.deliver`; the loss is that from the old list to the new one.

    Returns
    -------
    dict
        The record of the run, as written to ``resume.json``, with `modifie`.

    Raises
    ------
    EpnGeoError
        If a file, a territory, a radius or an id cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.embedded import embedded_path
    >>> lists = Lists(embedded_path("demo/epn-demonstration.csv"), remove=("demo-61-04",))
    >>> folder = Path(tempfile.mkdtemp())
    >>> record = deliver_changes(lists, folder, {"departements": "61", "radii_km": [10.0]})
    >>> sorted(record["fichiers"])[:3]
    ['carte.html', 'changements.gpkg', 'changements.xlsx']
    """
    if (lists.after is None) == (lists.add is None and not lists.remove):
        raise DataError("Give two lists, or one list with --add or --remove.")
    shown = dict(parameters) | {"date": date, "lang": lang}
    request = told_request("diff", _told(lists) | _tell_areas(shown), shown)
    with staged_folder(folder) as stage:
        last = last_record(folder)
        if if_changed and last is not None and was_asked(last, request) and is_intact(folder, last):
            tell(say("run_unchanged", lang, folder=folder), done=True)
            return finished(last, folder, last)
        work = _compare(lists, parameters, lang, tell)
        sizes = [{"lieux": {"lignes": len(p), "par_categorie": {}}} for p in work.places]
        watch_loss(sizes[0], sizes[1], max_loss, lang, tell)
        tell(say("step_write", lang))
        note = note_text(
            work.comparison,
            work.judged.radius_km or work.judged.route_km,
            minutes=work.judged.minutes,
            sources=work.sources,
            date=date,
            demonstration=work.demonstration,
            remarks=_undrawn(work, lang),
            lang=lang,
        )
        written = _write_all(work, note, stage, date=date, lang=lang)
        record = request | {"fichiers": {name: file_hash(stage / name) for name in written}}
        write_json(record, stage / RECORD)
    for line in note.headline:
        tell(line, done=True)
    return finished(record, folder, last)


class _Work(NamedTuple):
    """Two lists, located, and what follows."""

    communes: gpd.GeoDataFrame
    places: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]
    comparison: Comparison
    radii: Any
    areas: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame] | None
    judged: Measure
    sources: list[str]
    demonstration: bool


def _told(lists: Lists) -> dict[str, Any]:
    """Say which lists were read."""
    files = {"avant": lists.before, "apres": lists.after, "ajout": lists.add}
    told: dict[str, Any] = {k: told_file(f, f) for k, f in files.items() if f is not None}
    return told | ({"retrait": list(lists.remove)} if lists.remove else {})


def _compare(lists: Lists, parameters: Mapping[str, Any], lang: Lang, tell: Tell) -> _Work:
    """Read both lists, and measure."""

    def read(file: Path) -> gpd.GeoDataFrame:
        tell(say("step_read", lang, file=file.name))
        columns, sheet = parameters.get("columns"), parameters.get("sheet")
        return read_places(file, columns=columns, sheet=sheet)

    before = read(lists.before)
    if lists.after is not None:
        after = read(lists.after)
    else:
        added = None if lists.add is None else read(lists.add)
        after = revise(before, added, lists.remove)
        _tell_unknown_kinds(added, lang, tell)
    tell(say("step_measure", lang))
    folder = parameters.get("communes")
    communes = read_communes(
        parameters.get("region"),
        parameters.get("departements"),
        parameters.get("epci"),
        whole_epci=True,
        path=folder,
    )
    areas, missing = _read_areas(parameters, (before, after), lang)
    for line in missing:
        tell(line, done=True)
    radii = parameters.get("radii_km") or list(RADII_KM)
    radii = 10.0 if areas is not None else radii
    before, after = name_communes(before, communes), name_communes(after, communes)
    pairs = compare_places(before, after)
    with warned_once():
        change = compare_coverage(before, after, communes, radii, areas=areas, pairs=pairs)
    told = (*texts(before, "source"), *texts(after, "source"))
    wanted = (parameters.get("judged_km"), parameters.get("judged_min"))
    judged = choose_measure(change.measures, *wanted)
    drawn = None if areas is None else areas[0]
    for line in tell_unusual(judged, asked=wanted != (None, None), areas=drawn, lang=lang):
        tell(line, done=True)
    return _Work(
        communes,
        (locate(before, communes), locate(after, communes)),
        Comparison(pairs, change),
        radii,
        areas,
        judged,
        [*_reach_sources(areas, parameters, lang), _source(len(communes), folder, lang)],
        any(text.startswith(DEMONSTRATION) for text in told),
    )


def _tell_unknown_kinds(added: gpd.GeoDataFrame | None, lang: Lang, tell: Tell) -> None:
    """Say which of the places that were added do not tell what they are."""
    if added is None or "categorie" not in absent_fields(texts(added, "corrections")):
        return
    kinds = zip(texts(added, "nom"), texts(added, "categorie"), strict=True)
    if names := [name for name, kind in kinds if kind == "autre"]:
        words = {"places": count(len(names), "lieu", lang), "names": listed(names, lang)}
        tell(say("diff_kind_unknown", lang, **words), done=True)


def _reach_sources(
    areas: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame] | None,
    parameters: Mapping[str, Any],
    lang: Lang,
) -> list[str]:
    """Say from which files the areas are."""
    if areas is None:
        return []
    files = (parameters["areas"], parameters.get("areas_after"))
    return [
        reach_source(drawn, file, lang)
        for drawn, file in zip(areas, files, strict=True)
        if file is not None
    ]


def _undrawn(work: _Work, lang: Lang) -> list[str]:
    """Say which places of each list have no polygon of the time that the note speaks of."""
    if work.areas is None:
        return []
    before, after = (
        tell_missing(areas_at(areas, work.judged), places, lang)
        for areas, places in zip(work.areas, work.places, strict=True)
    )
    if before == after:
        return before
    return [
        *_newly_undrawn(work, lang),
        *(say("note_before", lang, line=line) for line in before),
        *(say("note_after", lang, line=line) for line in after),
    ]


def _newly_undrawn(work: _Work, lang: Lang) -> list[str]:
    """Name the places without polygon that the old list has not, or has with one."""
    if work.areas is None:
        return []
    before, after = (
        undrawn_places(areas_at(areas, work.judged), places)
        for areas, places in zip(work.areas, work.places, strict=True)
    )
    known = set(texts(before, "id")), set(texts(before, "nom"))
    names = [
        name
        for name, ident in zip(texts(after, "nom"), texts(after, "id"), strict=True)
        if ident not in known[0] and name not in known[1]
    ]
    words = {"places": count(len(names), "lieu", lang, words=True), "names": listed(names, lang)}
    return [say("note_newly_undrawn", lang, **words)] if names else []


def _source(communes: int, folder: str | None, lang: Lang) -> str:
    """Say where the communes are from."""
    key = "source_communes" if folder is None else "source_communes_folder"
    name = "" if folder is None else Path(folder).name
    return say(key, lang, communes=number(communes, lang), folder=name)


def _tell_areas(shown: dict[str, Any]) -> dict[str, Any]:
    """Say by their content which areas are read; take their paths out of what is shown."""
    told = {}
    for key, name in (("areas", "portees"), ("areas_after", "portees_apres")):
        if (file := shown.pop(key, None)) is not None:
            told[name] = told_file(Path(file), Path(file))
    return told


def _read_areas(
    parameters: Mapping[str, Any], lists: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame], lang: Lang
) -> tuple[tuple[gpd.GeoDataFrame, gpd.GeoDataFrame] | None, list[str]]:
    """Read the areas of both lists, and say how many places have none."""
    if (file := parameters.get("areas")) is None:
        return None, []
    before = read_areas(file)
    later = parameters.get("areas_after")
    areas = before, before if later is None else read_areas(later)
    if later is None:  # those of places that are in either list
        require_match(before, pd.concat(lists, ignore_index=True), Path(file).name)
    else:
        for drawn, places, name in zip(areas, lists, (file, later), strict=True):
            require_match(drawn, places, Path(name).name)
    lines = [
        line
        for drawn, places in zip(areas, lists, strict=True)
        for line in tell_missing(drawn, places, lang)
    ]
    return areas, list(dict.fromkeys(lines))


def _write_all(work: _Work, note: Note, stage: Path, *, date: str | None, lang: Lang) -> list[str]:
    """Write every file but the record; give their names."""
    if work.areas is None:
        own = isinstance(work.radii, dict)
        radius: Radius = work.radii if own else work.judged.radius_km or 0.0
        zones = changed_zones(*work.places, work.communes, radius)
    else:
        before, after = (areas_at(areas, work.judged) for areas in work.areas)
        with warned_once():
            zones = changed_zones(*work.places, work.communes, areas=(before, after))
    page = _map(work, zones, date, lang)
    with atomic_path(stage / MAP) as temporary:
        page.save(str(temporary))
    _workbook(work, note, stage / WORKBOOK, lang)
    write_note(note, stage / NOTE, lang=lang)
    write_layers(
        {
            say("layer_changed_places", lang): work.comparison.places,
            say("layer_communes", lang): work.comparison.coverage.communes,
            say("layer_changed_zones", lang): zones,
        },
        stage / LAYERS,
    )
    write_json(_figures(work, note), stage / FIGURES)
    return [MAP, WORKBOOK, NOTE, LAYERS, FIGURES]


def _map(work: _Work, zones: gpd.GeoDataFrame, date: str | None, lang: Lang) -> folium.Map:
    """Draw the new state, with what was gained and lost over it."""
    after, drawn = work.places[1], None if work.areas is None else work.areas[1]
    page = coverage_map(
        _after(work),
        places=keep_near(after, work.communes, NEAR_KM),
        title=note_title(lang),
        radius_km=work.radii if isinstance(work.radii, dict) else None,
        reach=None if drawn is None else areas_that_count(drawn, after, work.communes),
        sources=work.sources,
        notices=[_before(work, lang), *missing_notices(drawn, after, work.communes, lang)],
        date=date,
        demonstration=work.demonstration,
        lang=lang,
    )
    for sens, key in ((GAINED, "map_gained"), (LOST, "map_lost")):
        mine = zones[zones["sens"] == sens].to_crs(WGS84).geometry
        if mine.empty:
            continue
        shape = shapely.union_all(mine.to_numpy(), grid_size=1e-5)  # degrees, about 1 m
        layer = folium.GeoJson(
            shapely.geometry.mapping(shape),
            name=layer_name(say(key, lang), COLOURS[sens]),
            style_function=lambda _, colour=COLOURS[sens], dash="" if sens == GAINED else "6 4": {
                "color": colour,
                "fillColor": colour,
                "weight": 2,
                "dashArray": dash,
                "fillOpacity": 0.45,
            },
            interactive=False,
        )
        layer._id = sens.replace("é", "e")  # noqa: SLF001 - Folium's own is random
        layer.add_to(page)
    control = folium.LayerControl(collapsed=False)
    control._id = "changements"  # noqa: SLF001 - the same
    control.add_to(page)
    return page


def _before(work: _Work, lang: Lang) -> str:
    """Say what there was, beside what the map shows."""
    communes = selected(work.comparison.coverage.communes)
    people = whole_people(communes, work.judged.suffix)
    return say(
        "notice_before",
        lang,
        before=number(people["avant"], lang),
        after=number(people["apres"], lang),
        share=percent(people["avant"] / max(communes["population"].sum(), 1), lang),
    )


def _after(work: _Work) -> gpd.GeoDataFrame:
    """Measure the new state, for the map."""
    areas = None if work.areas is None else work.areas[1]
    with warned_once():
        return measure_coverage(work.communes, work.places[1], work.radii, areas=areas)


def note_title(lang: Lang) -> str:
    """Give the title that map and note share.

    Parameters
    ----------
    lang
        Language.

    Returns
    -------
    str
        The title.

    Examples
    --------
    >>> note_title("en")
    'What changes in access to digital help'
    """
    return say("note_title", lang)


def _workbook(work: _Work, note: Note, path: Path, lang: Lang) -> None:
    """Write every table as a sheet."""
    change = work.comparison.coverage
    lines = [*note.headline, *(line for _, lines in note.paragraphs for line in lines)]
    # shares are shown in per cent by the name of their column
    places = work.comparison.places.rename(columns={"confiance": "part_confiance"})
    unequal = change.inequality.rename(columns={w: f"part_{w}_mesure" for w in ("avant", "apres")})
    unequal["mesure"] = unequal["mesure"].map(lambda name: header(name, lang)).astype("str")
    communes = change.communes.drop(
        columns=[c for c in ("mairie_longitude", "mairie_latitude") if c in change.communes]
    )
    frames = {
        "sheet_summary": pd.DataFrame({say("sheet_summary", lang): lines}),
        "sheet_places": places.drop(columns=["rang_avant", "rang_apres"]),
        "sheet_causes": change.causes,
        "sheet_departement": change.tables["departement"],
        "sheet_epci": change.tables["epci"],
        "sheet_commune": communes,
        "sheet_inequality": unequal,
        "sheet_sources": pd.DataFrame({say("sheet_sources", lang): note.small_print}),
    }
    notice = say("demonstration", lang) if work.demonstration else None
    write_workbook(
        [
            Sheet(
                say(key, lang),
                tell_values(frame, lang),
                {name: header(name, lang) for name in map(str, frame.columns)},
                notice,
                yes_no=yes_no(lang),
            )
            for key, frame in frames.items()
        ],
        path,
    )


def _figures(work: _Work, note: Note) -> dict[str, Any]:
    """Give all that changed as plain data."""
    change, places = work.comparison.coverage, work.comparison.places
    suffixes = [measure.suffix for measure in change.measures]
    moved = [f"population_{what}{s}" for what in ("gagnee", "perdue") for s in suffixes]
    told = change.communes[moved].sum(axis=1) > 0
    for s in suffixes:
        told |= (change.communes[[f"services_gagnes{s}", f"services_perdus{s}"]] != "").any(axis=1)
    words = places["changements"].str.split("|").explode()
    return {
        "note": [*note.headline, *(line for _, lines in note.paragraphs for line in lines)],
        "rayons_km": [measure.radius_km for measure in change.measures],
        **(
            {"minutes": [measure.minutes for measure in change.measures]}
            if work.areas is not None
            else {}
        ),
        "lieux": {
            "avant": len(work.places[0]),
            "apres": len(work.places[1]),
            "changements": {str(k): int(v) for k, v in sorted(words.value_counts().items())},
            "liste": _rows(places[places["changement"] != "inchangé"]),
        },
        **{f"par_{level}": _rows(table) for level, table in change.tables.items()},
        "communes_concernees": _rows(change.communes[told]),
        "causes": _rows(change.causes),
        "inegalites": _rows(change.inequality),
    }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a frame as plain data without its geometry, missing values as None."""
    plain = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    rows: list[dict[str, Any]] = json.loads(
        plain.to_json(orient="records", double_precision=9, force_ascii=False)
    )
    return rows
