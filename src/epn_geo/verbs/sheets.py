"""The verb that writes territory sheets (``epn-geo sheets``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from epn_geo.verbs.options import (
    Areas,
    AsJson,
    CandidateAreas,
    Column,
    Departement,
    Epci,
    Language,
    Region,
    SheetName,
    Today,
    TownHalls,
    candidate_file,
    known_lang,
    parse_radius,
    story,
    study_options,
)
from epn_geo.verbs.options_areas import JudgedTime, reach_parameters

if TYPE_CHECKING:
    from epn_geo.decisions import CandidateReach
    from epn_geo.study import Study


def sheets_command(
    places: Annotated[
        Path | None,
        typer.Argument(help="A list of places; the fictitious demonstration network if left out."),
    ] = None,
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    radius: Annotated[
        str | None,
        typer.Option(
            "--radius",
            help="Reach with its unit, as 10km; with --areas, that of a proposed place. "
            "[default: 10km]",
        ),
    ] = None,
    areas: Areas = None,
    candidate_areas: CandidateAreas = None,
    judged: JudgedTime = None,
    level: Annotated[
        list[str] | None,
        typer.Option(
            "--level",
            help="Only these: region, departement, epci; repeat for several. [default: all three]",
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--format", help="Only these: html, pdf; repeat for several. [default: both]"),
    ] = None,
    proposals: Annotated[
        bool,
        typer.Option(
            "--proposals/--no-proposals", help="Say what three more places would do, or not."
        ),
    ] = True,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "fiches"
    ),
    column: Column = None,
    sheet: SheetName = None,
    town_halls: TownHalls = False,
    date: Today = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Write one printable page (HTML and PDF) per EPCI, per département and for the région."""
    from epn_geo.delivery import data_sources  # noqa: PLC0415 - geopandas costs a second
    from epn_geo.labels import say  # noqa: PLC0415 - as above
    from epn_geo.outputs import list_warnings  # noqa: PLC0415 - as above
    from epn_geo.places import read_places  # noqa: PLC0415 - as above
    from epn_geo.sheeting.sheetfacts import SHEET_LEVELS  # noqa: PLC0415 - as above
    from epn_geo.sheets import FORMATS, write_sheets  # noqa: PLC0415 - as above
    from epn_geo.staging import staged_folder  # noqa: PLC0415 - as above
    from epn_geo.study import build  # noqa: PLC0415 - as above

    spoken = known_lang(lang)
    options = study_options(
        places, region, departement, epci, column, sheet=sheet, town_halls=town_halls
    )
    columns, named = options.pop("columns"), options.pop("sheet", None)
    radius_km = parse_radius(radius or "10km") or 0.0
    candidates_reach = candidate_file(candidate_areas, areas, radius)
    # beside areas, the radius is that of a proposed place
    reach = reach_parameters(areas, judged, radius if areas is None else None)
    if areas is None:
        reach = {"radii_km": [radius_km]}
    options, codes = _within_region(options, level or ())
    with story(lang) as tell:
        if places is not None:
            tell(say("step_read", spoken, file=places.name))
        frame = None if places is None else read_places(places, columns=columns, sheet=named)
        tell(say("step_measure", spoken))
        study = build(frame, **reach, today=date, lang=spoken, **options)
        told = list_warnings(study.places, study.communes, spoken)
        for line in [*told, *_missing(study, spoken, asked=judged is not None)]:
            tell(line, done=True)
        drawn = _read_candidates(candidates_reach, study, codes, spoken) if proposals else None
        if drawn is not None and drawn.told:
            tell(drawn.told, done=True)
    whole = SHEET_LEVELS
    if codes is not None:
        whole = SHEET_LEVELS[1:] if departement else SHEET_LEVELS[2:]
    with staged_folder(output) as stage, _progress_bar() as progress:
        written = write_sheets(
            stage,
            study.coverage,
            study.places,
            gaps=study.gaps,
            radius_km=study.measure.route_km,
            minutes=study.measure.minutes,
            levels=level or whole,  # type: ignore[arg-type] # write_sheets checks them
            codes=codes,
            formats=kind or FORMATS,
            proposals=proposals,
            areas=study.areas,
            candidate_areas=None if drawn is None else drawn.areas,
            proposal_km=radius_km,
            sources=[*_reach_source(study, areas, spoken), *data_sources(study.communes, spoken)],
            date=date,
            lang=spoken,
            progress=progress,
        )
    count = len({file.stem for file in written})
    with story(lang) as tell:
        tell(say("fiche_written", spoken, count=count, folder=output), done=True)
    if as_json:
        summary: dict[str, Any] = {"territoires": count, "fichiers": [f.name for f in written]}
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        for file in written:
            typer.echo(str(output / file.name))


def _within_region(
    options: dict[str, Any], levels: Sequence[str]
) -> tuple[dict[str, Any], set[str] | None]:
    """Study the whole région of the territories asked for, so that each is compared with it.

    Gives the options of that study, and the codes of the sheets that are wanted; None for all.
    """
    from epn_geo.communes import read_communes  # noqa: PLC0415 - geopandas costs a second

    departements, epci = options["departements"], options["epci"]
    if options["region"] or not (departements or epci):
        return options, None
    regions, codes = set[str](), set[str]()
    for asked, columns in (
        ({"departements": departements}, ("code_departement", "code_epci")),
        ({"epci": epci}, ("code_epci",)),
    ):
        if any(asked.values()):
            communes = read_communes(**asked)
            regions |= set(communes["code_region"])
            codes |= {code for column in columns for code in communes[column].dropna()}
    codes |= regions if "region" in levels else set()
    return options | {"region": sorted(regions), "departements": None, "epci": None}, codes


def _reach_source(study: Study, file: Path | None, lang: Any) -> list[str]:
    """Say from which file the polygons of reach are, if there are any."""
    if study.areas is None or file is None:
        return []
    from epn_geo.reachfiles import reach_source  # noqa: PLC0415 - geopandas costs a second

    return [reach_source(study.areas, file, lang)]


def _missing(study: Study, lang: Any, *, asked: bool) -> list[str]:
    """Say which time the sheets are about if it is an unusual one, and which places lack it."""
    if study.areas is None:
        return []
    from epn_geo.areas import areas_at  # noqa: PLC0415 - geopandas costs a second
    from epn_geo.reachfiles import tell_missing, tell_unusual  # noqa: PLC0415 - as above

    kept = tell_unusual(study.measure, asked=asked, areas=study.areas, lang=lang)
    return [*kept, *tell_missing(areas_at(study.areas, study.measure), study.places, lang)]


def _read_candidates(
    file: Path | None, study: Study, codes: set[str] | None, lang: Any
) -> CandidateReach | None:
    """Read the polygons of the town halls, and say which of those asked for have none."""
    if file is None or study.areas is None:
        return None
    from epn_geo.areas import areas_at  # noqa: PLC0415 - geopandas costs a second
    from epn_geo.decisions import read_candidate_areas  # noqa: PLC0415 - as above

    communes = study.communes
    if codes is not None:
        levels = ["code_region", "code_departement", "code_epci"]
        communes = communes[communes[levels].isin(codes).any(axis=1)]
    return read_candidate_areas(file, areas_at(study.areas, study.measure), communes, lang=lang)


@contextmanager
def _progress_bar() -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr, where that is a terminal; give the function that moves it."""
    from rich.console import Console  # noqa: PLC0415 - kept out of --help
    from rich.progress import Progress  # noqa: PLC0415 - the same

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("")

        def move(done: int, count: int) -> None:
            bar.update(task, completed=done, total=count, description=f"{done}/{count}")

        yield move
