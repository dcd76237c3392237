"""The verbs of the main job: check a list, and build all that can be made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from epn_geo.apart import pictures_apart
from epn_geo.errors import DataError
from epn_geo.verbs.needs import (
    By,
    Code,
    CodeLevel,
    Grid,
    Level,
    MinNeed,
    NeedBounds,
    NeedDirection,
    NeedFigure,
    NeedFile,
    NeedVintage,
    People,
    RankLevel,
    need_options,
)
from epn_geo.verbs.options import (
    FINDINGS_REMAIN,
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
    Open,
    Region,
    SheetName,
    Today,
    TownHalls,
    area_options,
    conclude,
    existing,
    known_lang,
    open_page,
    parse_judged,
    parse_radii,
    parse_share,
    story,
    study_options,
)


def build_command(
    places: Annotated[
        Path | None,
        typer.Argument(help="A list of places; the fictitious demonstration network if left out."),
    ] = None,
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    radius: Annotated[
        list[str] | None,
        typer.Option(
            "--radius",
            help="Reach with its unit, as 10km; repeat for several, or one per category as "
            "EPN=10km. [default: 5km, 10km, 15km]",
        ),
    ] = None,
    judged: Annotated[
        str | None,
        typer.Option(
            "--judged",
            help="The radius that gaps are judged by, or the time of --areas, as 20min. "
            "[default: 10km, 20min, or else the middle one]",
        ),
    ] = None,
    areas: Areas = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "maps"
    ),
    column: Column = None,
    sheet: SheetName = None,
    town_halls: TownHalls = False,
    communes: CommunesFolder = None,
    grid: Grid = None,
    need: NeedFile = None,
    figure: NeedFigure = None,
    direction: NeedDirection = None,
    bounds: NeedBounds = None,
    vintage: NeedVintage = None,
    level: Level = CodeLevel.COMMUNE,
    code: Code = None,
    people: People = None,
    by: By = RankLevel.EPCI,
    min_need: MinNeed = "50%",
    date: Today = None,
    mobile: Annotated[
        bool,
        typer.Option("--mobile", help="Let mobile places (buses) cover as if they were fixed."),
    ] = False,
    lang: Language = "fr",
    if_changed: IfChanged = False,
    exit_code: ExitCode = False,
    max_loss: MaxLoss = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay", help="Run again what this resume.json tells: same list, same parameters."
        ),
    ] = None,
    open_map: Open = False,
    as_json: AsJson = False,
) -> None:
    """Make the map, the workbook, the layers and the tables of a list of places."""
    if replay is not None:
        from epn_geo.delivery import repeat  # noqa: PLC0415 - geopandas costs a second

        given = (region, departement, epci, radius, judged, areas, column, communes, date, mobile)
        if any((*given, sheet, grid, need, town_halls, figure, direction, bounds, vintage)):
            raise DataError("--replay takes its parameters from the record: give no other.")
        with story(lang) as tell:
            again = repeat(replay, output, places=places, tell=tell)
        if open_map and not as_json:
            open_page(output / "carte.html", lang)
        conclude(again, output, exit_code=exit_code, as_json=as_json)
        return
    study = study_options(
        places, region, departement, epci, column,
        communes=communes, town_halls=town_halls, sheet=sheet,
    )  # fmt: skip
    reach = area_options(areas, radius)
    time = parse_judged(judged, areas=areas is not None)
    if grid is not None:
        study["grid"] = existing(grid).as_posix()
    declared = need_options(
        need, figure, direction, bounds, vintage, level=level, code=code, people=people
    )
    if need is not None:
        ranked = {"by": by.value, "min_need": parse_share(min_need)}
        study["need"] = {"file": need.as_posix(), "declared": declared, **ranked}
    # the process that draws loads what it needs while this one does
    with pictures_apart(wanted=not if_changed) as draw, story(lang) as tell:
        from epn_geo.delivery import deliver  # noqa: PLC0415 - as above

        summary = deliver(
            places,
            output,
            study | (reach or {"radii_km": parse_radii(radius)}) | time,
            date=date,
            mobile=mobile,
            lang=known_lang(lang),
            tell=tell,
            if_changed=if_changed,
            max_loss=None if max_loss is None else parse_share(max_loss),
            draw=None if if_changed else draw,
        )
    if open_map and not as_json:
        open_page(output / "carte.html", lang)
    conclude(summary, output, exit_code=exit_code, as_json=as_json)


def check_command(
    places: Annotated[Path, typer.Argument(help="A list of places.")],
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    column: Column = None,
    sheet: SheetName = None,
    town_halls: TownHalls = False,
    communes: CommunesFolder = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the findings there (.csv, .xlsx).")
    ] = None,
    date: Today = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show notes too, and every case of every cause.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with code 3 if errors or warnings are found.")
    ] = False,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Say what is doubtful in a list of places, row by row."""
    from epn_geo.delivery import inspect_list  # noqa: PLC0415 - as above
    from epn_geo.writing import TABLE_FORMATS, check_suffix  # noqa: PLC0415 - as above

    where = study_options(
        places, region, departement, epci, column,
        communes=communes, town_halls=town_halls, sheet=sheet,
    )  # fmt: skip
    check_suffix(output, TABLE_FORMATS)
    with story(lang) as tell:
        findings = inspect_list(places, where, date=date, lang=known_lang(lang), tell=tell)
    remaining = findings[findings["gravite"] != "information"]
    if output is not None:
        from epn_geo.writing import write_table  # noqa: PLC0415 - as above

        typer.echo(str(write_table(findings, output)))
    elif as_json:
        typer.echo(findings.to_json(orient="records", force_ascii=False, indent=2))
    else:
        from epn_geo.checking.telling import tell_findings  # noqa: PLC0415 - as above

        for line in tell_findings(findings, known_lang(lang), everything=everything):
            typer.echo(line)
    if strict and len(remaining):
        raise typer.Exit(FINDINGS_REMAIN)
