"""The verbs for when labels change: what follows, what was kept, and the network over time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from epn_geo.errors import DataError
from epn_geo.verbs.options import (
    Areas,
    AsJson,
    Column,
    CommunesFolder,
    Departement,
    Epci,
    ExitCode,
    IfChanged,
    Language,
    MaxLoss,
    Region,
    SheetName,
    area_options,
    conclude,
    known_lang,
    parse_columns,
    parse_judged,
    parse_radii,
    parse_share,
    story,
    study_options,
)
from epn_geo.verbs.options_areas import JudgedTime, reach_parameters


def diff_command(
    before: Annotated[Path, typer.Argument(help="The old list of places.")],
    after: Annotated[
        Path | None, typer.Argument(help="The new list; left out with --add or --remove.")
    ] = None,
    add: Annotated[
        Path | None, typer.Option("--add", help="What if these places (a list) were added?")
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option("--remove", help="What if this place (id or name) closed? Repeatable."),
    ] = None,
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    radius: Annotated[
        list[str] | None,
        typer.Option(
            "--radius", help="Reach with its unit, as in build. [default: 5km, 10km, 15km]"
        ),
    ] = None,
    judged: Annotated[
        str | None,
        typer.Option(
            "--judged",
            help="The radius that map and note speak of, or the time of --areas, as 20min. "
            "[default: 10km, 20min, or else the middle one]",
        ),
    ] = None,
    areas: Areas = None,
    areas_after: Annotated[
        Path | None,
        typer.Option("--areas-after", help="Those of the new list, if --areas are the old one's."),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "maps/diff"
    ),
    column: Column = None,
    sheet: SheetName = None,
    communes: CommunesFolder = None,
    date: Annotated[str | None, typer.Option("--date", help="Date shown on what is made.")] = None,
    lang: Language = "fr",
    if_changed: IfChanged = False,
    exit_code: ExitCode = False,
    max_loss: MaxLoss = None,
    as_json: AsJson = False,
) -> None:
    """Tell who gains and who loses reach between two lists, and by whose doing."""
    from epn_geo.differences import Lists, deliver_changes  # noqa: PLC0415 - geopandas costs a second

    study = study_options(before, region, departement, epci, column, sheet=sheet, communes=communes)
    for file in (after, add):
        study_options(file, region, departement, epci, column, sheet=sheet)
    reach = area_options(areas, radius) or {"radii_km": parse_radii(radius)}
    if areas_after is not None:
        if areas is None:
            raise DataError("--areas-after needs --areas, the polygons of the old list.")
        reach["areas_after"] = area_options(areas_after, None)["areas"]
    with story(lang) as tell:
        summary = deliver_changes(
            Lists(before, after, add, tuple(remove or ())),
            output,
            study | reach | parse_judged(judged, areas=areas is not None),
            date=date,
            lang=known_lang(lang),
            tell=tell,
            if_changed=if_changed,
            max_loss=None if max_loss is None else parse_share(max_loss),
        )
    conclude(summary, output, exit_code=exit_code, as_json=as_json)


Store = Annotated[Path, typer.Option("--store", help="The folder of the snapshots.")]


def snapshot_command(
    places: Annotated[Path, typer.Argument(help="A list of places.")],
    store: Store,
    date: Annotated[str, typer.Option("--date", help="The day it was in force (YYYY-MM-DD).")],
    column: Column = None,
    sheet: SheetName = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace another list kept for that day.")
    ] = False,
    exit_code: ExitCode = False,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Keep a list as it was on a day; the same content is kept once."""
    from epn_geo.snapshots import keep_snapshot  # noqa: PLC0415 - as above

    study_options(places, None, None, None, column, sheet=sheet)
    with story(lang) as tell:
        kept = keep_snapshot(
            places,
            store,
            date,
            columns=parse_columns(column),
            sheet=sheet,
            replace=replace,
            lang=known_lang(lang),
            tell=tell,
        )
    conclude(
        {"fichiers": {kept["fichier"]: kept["sha256"]}, **kept},
        store,
        exit_code=exit_code,
        as_json=as_json,
    )


def history_command(
    store: Store,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder to write into. [default: STORE/historique]"),
    ] = None,
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    areas: Areas = None,
    judged: JudgedTime = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Show the network over time, by département, beside the counts of 2012 and the evaluation."""
    from epn_geo.history import deliver_history  # noqa: PLC0415 - as above

    if epci:
        raise DataError("The history is told by département: give --region or --departement.")
    reach = reach_parameters(areas, judged, None) if areas or judged else {}
    folder = store / "historique" if output is None else output
    study = study_options(None, region, departement, None, None)
    with story(lang) as tell:
        summary = deliver_history(
            store,
            folder,
            region=study["region"],
            departements=study["departements"],
            lang=known_lang(lang),
            tell=tell,
            **reach,
        )
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        for name in summary["fichiers"]:
            typer.echo(str(folder / name))
