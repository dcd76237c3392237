"""The verbs that help to decide: where the next labels help most, and who lacks which skill."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from epn_geo.errors import DataError
from epn_geo.verbs.needs import (
    Code,
    CodeLevel,
    Level,
    NeedBounds,
    NeedDirection,
    NeedFigure,
    NeedFile,
    NeedVintage,
    People,
    need_options,
)
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
    TownHalls,
    candidate_file,
    known_lang,
    parse_radius,
    parse_share,
    print_files,
    story,
    study_options,
)
from epn_geo.verbs.options_areas import JudgedTime, reach_parameters

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from epn_geo.decisions import CandidateReach

Places = Annotated[
    Path | None,
    typer.Argument(help="A list of places; the fictitious demonstration network if left out."),
]


class StatisticName(StrEnum):
    """Which local statistic looks for clusters."""

    LISA = "lisa"
    GI = "gi"


OneRadius = Annotated[
    str | None, typer.Option("--radius", help="Reach with its unit, as 10km. [default: 10km]")
]
Date = Annotated[str | None, typer.Option("--date", help="Date shown on what is made.")]


def sites_command(
    places: Places = None,
    new: Annotated[int, typer.Option("--new", help="How many places to propose.")] = 10,
    region: Region = None,
    departement: Annotated[
        list[str] | None,
        typer.Option(
            "--departement",
            help="Count the people of this département only, and propose places there; repeat for "
            "several.",
        ),
    ] = None,
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
    goal: Annotated[
        str,
        typer.Option(
            "--goal",
            help="coverage (most people within reach), distance (least mean distance), farthest "
            "(least greatest distance) or backup (most people within reach of two places).",
        ),
    ] = "coverage",
    share: Annotated[
        str | None,
        typer.Option(
            "--share",
            help="Instead of --new: as many places as it takes for this share of the people "
            "(100% is every town hall).",
        ),
    ] = None,
    candidates: Annotated[
        Path | None,
        typer.Option("--candidates", help="A list of places to choose from. [default: town halls]"),
    ] = None,
    sensitivity: Annotated[
        list[str] | None,
        typer.Option(
            "--sensitivity",
            help="Another radius to try the proposal with; repeat for several. With a weight, "
            "people without it are tried too.",
        ),
    ] = None,
    weight: Annotated[
        str | None,
        typer.Option("--weight", help="A column of the communes to count instead of people."),
    ] = None,
    need: NeedFile = None,
    figure: NeedFigure = None,
    direction: NeedDirection = None,
    bounds: NeedBounds = None,
    vintage: NeedVintage = None,
    level: Level = CodeLevel.COMMUNE,
    code: Code = None,
    people: People = None,
    time_limit: Annotated[
        str, typer.Option("--time-limit", help="For the search, as 60s; 0s is the quick answer.")
    ] = "60s",
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "maps/sites"
    ),
    column: Column = None,
    sheet: SheetName = None,
    town_halls: TownHalls = False,
    date: Date = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Propose where new labels help most, with proof that nothing does better."""
    from epn_geo import decisions, outputs  # noqa: PLC0415 - geopandas costs a second
    from epn_geo.labels import say  # noqa: PLC0415 - as above

    radius_km = parse_radius(radius or "10km") or 0.0
    if share is not None and sensitivity:
        raise DataError("--sensitivity tries a number of places (--new), not a --share.")
    candidates_reach = candidate_file(candidate_areas, areas, radius)
    if candidates_reach is not None and sensitivity:
        raise DataError("--sensitivity tries other radii; with --candidate-areas there are none.")
    # beside areas, the radius is that of a proposed place
    drawn_by = reach_parameters(areas, judged, radius if areas is None else None)
    where = study_options(
        places, region, departement, epci, column, sheet=sheet, town_halls=town_halls
    )
    where |= _whole_regions(region, departement, epci)
    goals: Any = goal  # refused by suggest_sites if it is none
    options: dict[str, Any] = {"departements": departement, "time_limit_s": _seconds(time_limit)}
    if need is not None and weight is not None:
        raise DataError("Choose --weight or --need: each says what a commune counts for.")
    declared = need_options(
        need, figure, direction, bounds, vintage, level=level, code=code, people=people
    )
    if candidates is not None:
        study_options(candidates, None, None, None, None)
    with story(lang) as tell:
        spoken = known_lang(lang)
        tell(say("step_read", spoken, file=_name(places)))
        network, communes = outputs.read_network(places, where)
        _warn(network, communes, spoken, tell)
        if candidates is not None:
            options["candidates"], _ = outputs.read_network(candidates, where | {"columns": None})
        reach = options["areas"] = _read_areas(drawn_by, network, spoken, tell)
        drawn = _read_candidates(candidates_reach, communes, options, spoken)
        for line in decisions.site_reach_lines(reach, drawn, radius_km, spoken):
            tell(line, done=True)
        told = _told(network, communes, date, spoken, asked=drawn_by, areas=reach)
        shaded: dict[str, str] | None = None
        if need is not None:
            weighed = decisions.weigh_by_need(communes, need, declared, spoken)
            communes, weight, shaded = weighed.communes, decisions.WEIGHT, weighed.shaded
            told["sources"] = [*weighed.lines, *told["sources"]]
            if weighed.unknown:
                tell(weighed.unknown, done=True)
        tell(say("step_search", spoken))
        wanted = _Wanted(new, share, goals, radius_km, weight, sensitivity or [], options, spoken)
        frames = _search(communes, network, wanted)
        tell(say("step_write", spoken))
        written = decisions.deliver_sites(
            frames,
            network,
            communes,
            radius_km,
            output,
            areas=reach,
            drawn=drawn,
            indicator=shaded,
            **told,
        )
        tell(decisions.tell_sites(frames["sites"], spoken), done=True)
    _print(written, frames["sites"].drop(columns="geometry"), output, as_json=as_json)


class _Wanted(NamedTuple):
    """What is asked of the search for sites."""

    new: int
    share: str | None  # as typed: of the people, in place of a number of places
    goal: Any
    radius_km: float
    weight: str | None
    sensitivity: list[str]  # other radii, as typed
    options: dict[str, Any]
    lang: Any


def _search(
    communes: gpd.GeoDataFrame, network: gpd.GeoDataFrame, wanted: _Wanted
) -> dict[str, gpd.GeoDataFrame]:
    """Propose sites, and say how firm they are where that is asked."""
    from epn_geo import sites as rooms  # noqa: PLC0415 - as above

    asked = wanted.options | {"weight": wanted.weight, "lang": wanted.lang}
    if wanted.share is not None:
        share = parse_share(wanted.share)
        return {
            "sites": rooms.sites_to_reach(
                communes, network, wanted.radius_km, share=share, **asked
            )
        }  # fmt: skip
    found = rooms.suggest_sites(
        communes, network, wanted.new, wanted.radius_km, goal=wanted.goal, **asked
    )
    if not wanted.sensitivity:
        return {"sites": found}
    radii = [wanted.radius_km, *(float(parse_radius(text) or 0) for text in wanted.sensitivity)]
    firm = rooms.site_sensitivity(
        communes,
        network,
        wanted.new,
        radii_km=radii,
        weights=[None] if wanted.weight is None else [wanted.weight, None],
        goal=wanted.goal,
        **wanted.options,
    )
    return {"sites": found, "sensibilite": firm}


def skills_command(
    places: Places = None,
    by: Annotated[str, typer.Option("--by", help="commune, epci, departement or region.")] = "epci",
    field: Annotated[
        str,
        typer.Option("--field", help="services, publics, modalites, labels, or a column's name."),
    ] = "services",
    gap: Annotated[
        list[str] | None,
        typer.Option(
            "--gap",
            help="Also map where nobody offers this value within reach though a place is near; "
            "repeat for several of which any will do.",
        ),
    ] = None,
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    radius: OneRadius = None,
    areas: Areas = None,
    judged: JudgedTime = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "maps/skills"
    ),
    column: Column = None,
    sheet: SheetName = None,
    town_halls: TownHalls = False,
    date: Date = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Say which services (or publics, labels …) are within reach of whom, by territory."""
    from epn_geo import decisions, outputs  # noqa: PLC0415 - as above
    from epn_geo import skills as rooms  # noqa: PLC0415 - as above
    from epn_geo.labels import say  # noqa: PLC0415 - as above

    asked = reach_parameters(areas, judged, radius)
    radius_km = asked.get("radius_km", 10.0)
    options = study_options(
        places, region, departement, epci, column, sheet=sheet, town_halls=town_halls
    )
    level: Any = by  # refused by skills_matrix if it is none
    with story(lang) as tell:
        spoken = known_lang(lang)
        tell(say("step_read", spoken, file=_name(places)))
        network, communes = outputs.read_network(places, options, whole_epci=by == "epci")
        _warn(network, communes, spoken, tell)
        tell(say("step_measure", spoken))
        drawn = _read_areas(asked, network, spoken, tell)
        matrix = rooms.skills_matrix(
            network, communes, by=level, field=field, radius_km=radius_km, areas=drawn
        )
        gaps = None
        if gap:
            gaps = rooms.find_skill_gaps(
                communes, network, gap, radius_km, field=field, areas=drawn
            )
        tell(say("step_write", spoken))
        title = None
        if gap:
            within = _within(drawn, radius_km, spoken)
            title = say("map_skill_gap", spoken, value=" / ".join(gap), within=within)
            title = title[0].upper() + title[1:]
        told = _told(network, communes, date, spoken, asked=asked, areas=drawn)
        written = decisions.deliver_skills(
            matrix, gaps, network, radius_km, output, areas=drawn, title=title, **told
        )
        if gap:
            wanted = " / ".join(gap)
            tell(decisions.tell_skill_gap(gaps, wanted, within, spoken), done=True)
    _print(written, matrix, output, as_json=as_json)


def network_command(
    places: Places = None,
    by: Annotated[
        str, typer.Option("--by", help="Level of the table of use and means, as in skills.")
    ] = "departement",
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    radius: OneRadius = None,
    areas: Areas = None,
    judged: JudgedTime = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "maps/network"
    ),
    column: Column = None,
    sheet: SheetName = None,
    town_halls: TownHalls = False,
    date: Date = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Say who depends on each place alone, which CRANT have too much, and with what means."""
    from epn_geo import networkfiles, outputs  # noqa: PLC0415 - as above
    from epn_geo.labels import say  # noqa: PLC0415 - as above
    from epn_geo.staging import staged_folder  # noqa: PLC0415 - as above

    asked = reach_parameters(areas, judged, radius)
    radius_km = asked.get("radius_km", 10.0)
    options = study_options(
        places, region, departement, epci, column, sheet=sheet, town_halls=town_halls
    )
    with story(lang) as tell:
        spoken = known_lang(lang)
        tell(say("step_read", spoken, file=_name(places)))
        network, communes = outputs.read_network(places, options)
        _warn(network, communes, spoken, tell)
        tell(say("step_measure", spoken))
        drawn = _read_areas(asked, network, spoken, tell)
        told = _told(network, communes, date, spoken, asked=asked, areas=drawn)
        with staged_folder(output) as stage:
            written = networkfiles.deliver_network(
                network, communes, radius_km, stage, areas=drawn, by=by, **told
            )
    _print_names(written, output, as_json=as_json)


def clusters_command(
    places: Places = None,
    figure: Annotated[
        str,
        typer.Option(
            "--figure",
            help="What is looked at: distance_km, part_couverte, population_couverte, population, "
            "or acces_pour_10000_hab (access with competition).",
        ),
    ] = "distance_km",
    statistic: Annotated[
        StatisticName, typer.Option("--statistic", help="lisa (local Moran) or gi (Getis-Ord Gi*).")
    ] = StatisticName.LISA,
    permutations: Annotated[
        int, typer.Option("--permutations", help="Random worlds to compare with.")
    ] = 9999,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same worlds.")] = 0,
    alpha: Annotated[
        str, typer.Option("--alpha", help="Share of false discoveries that is accepted, as 5%.")
    ] = "5%",
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    radius: OneRadius = None,
    areas: Areas = None,
    judged: JudgedTime = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "maps/amas"
    ),
    column: Column = None,
    sheet: SheetName = None,
    town_halls: TownHalls = False,
    date: Date = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Find where far or badly served communes stand together more than chance would have it."""
    from epn_geo import networkfiles, outputs  # noqa: PLC0415 - as above
    from epn_geo.clusters import require_stats  # noqa: PLC0415 - as above
    from epn_geo.labels import say  # noqa: PLC0415 - as above
    from epn_geo.staging import staged_folder  # noqa: PLC0415 - as above

    require_stats()
    asked, share = reach_parameters(areas, judged, radius), parse_share(alpha)
    options = study_options(
        places, region, departement, epci, column, sheet=sheet, town_halls=town_halls
    )
    with story(lang) as tell:
        spoken = known_lang(lang)
        tell(say("step_read", spoken, file=_name(places)))
        network, communes = outputs.read_network(places, options)
        _warn(network, communes, spoken, tell)
        drawn = _read_areas(asked, network, spoken, tell)
        tell(say("step_measure", spoken))
        with staged_folder(output) as stage:
            written, count = networkfiles.deliver_clusters(
                network,
                communes,
                asked.get("radius_km", 10.0),
                stage,
                areas=drawn,
                column=figure,
                statistic=statistic.value,
                permutations=permutations,
                seed=seed,
                alpha=share,
                **_told(network, communes, date, spoken, asked=asked, areas=drawn),
            )
        for line in networkfiles.straight_lines(figure, drawn, spoken):
            tell(line, done=True)
        tell(networkfiles.tell_clusters(count, spoken), done=True)
    _print(written, count, output, as_json=as_json)


def _read_areas(
    asked: Mapping[str, Any], network: gpd.GeoDataFrame, lang: Any, tell: Any
) -> gpd.GeoDataFrame | None:
    """Read the polygons of reach of one time, and tell how many places have none."""
    if "areas" not in asked:
        return None
    from epn_geo.areafiles import measures_in  # noqa: PLC0415 - as above
    from epn_geo.areas import MissingAreaWarning  # noqa: PLC0415 - as above
    from epn_geo.reachfiles import read_reach, tell_missing, tell_unusual  # noqa: PLC0415 - as above

    time = {name: value for name, value in asked.items() if name.startswith("judged")}
    areas = read_reach(asked["areas"], network, **time)
    warnings.simplefilter("ignore", MissingAreaWarning)  # told here, once
    kept = tell_unusual(measures_in(areas)[0], asked=bool(time), areas=areas, lang=lang)
    for line in [*kept, *tell_missing(areas, network, lang)]:
        tell(line, done=True)
    return areas


def _read_candidates(
    file: Path | None, communes: gpd.GeoDataFrame, options: dict[str, Any], lang: Any
) -> CandidateReach | None:
    """Read the polygons of the candidates into the options of the search, if there are any."""
    if file is None:
        return None
    from epn_geo.decisions import read_candidate_areas  # noqa: PLC0415 - as above

    given = {name: options.get(name) for name in ("candidates", "departements")}
    drawn = read_candidate_areas(file, options["areas"], communes, lang=lang, **given)
    options["candidate_areas"] = drawn.areas
    return drawn


def _within(areas: gpd.GeoDataFrame | None, radius_km: float, lang: Any) -> str:
    """Say what is within reach: so many kilometres, or the time of the areas."""
    from epn_geo.areafiles import measures_in  # noqa: PLC0415 - as above
    from epn_geo.labels import within_reach  # noqa: PLC0415 - as above
    from epn_geo.radii import Measure  # noqa: PLC0415 - as above

    measure = Measure("", radius_km) if areas is None else measures_in(areas)[0]
    return within_reach(measure, lang).replace("\u00a0", " ")


def _warn(network: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, lang: Any, tell: Any) -> None:
    """Say what makes a study of this list empty."""
    from epn_geo.outputs import list_warnings  # noqa: PLC0415 - as above

    for line in list_warnings(network, communes, lang):
        tell(line, done=True)


def _whole_regions(
    region: list[str] | None, departement: list[str] | None, epci: list[str] | None
) -> dict[str, Any]:
    """Read the whole régions that hold the départements: neighbours gain too, and that is told."""
    if not departement:
        return {}
    if epci:
        raise DataError("Choose --departement or --epci: each says whose people count.")
    from epn_geo.communes import read_communes  # noqa: PLC0415 - as above

    around = sorted(set(read_communes(departements=departement)["code_region"]))
    return {"region": [*(region or []), *around], "departements": None}


def _told(
    network: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    date: str | None,
    lang: Any,
    *,
    asked: Mapping[str, Any],
    areas: gpd.GeoDataFrame | None,
) -> dict[str, Any]:
    """Gather what is said on all that is made: reach, sources, date, language, if it is real."""
    from epn_geo.delivery import data_sources  # noqa: PLC0415 - as above
    from epn_geo.outputs import is_demonstration  # noqa: PLC0415 - as above
    from epn_geo.reachfiles import reach_lines  # noqa: PLC0415 - as above

    reach = reach_lines(areas, asked.get("areas"), asked.get("radius_km"), lang)
    return {
        "sources": [*reach, *data_sources(communes, lang)],
        "demonstration": is_demonstration(network),
        "date": date,
        "lang": lang,
    }


def _print_names(written: list[str], output: Path, *, as_json: bool) -> None:
    print_files(written, output, {"fichiers": written}, as_json=as_json)


def _name(places: Path | None) -> str:
    return "—" if places is None else places.name


def _seconds(text: str) -> float:
    number = text.strip().removesuffix("s").strip().replace(",", ".")
    if not text.strip().endswith("s") or not number.replace(".", "", 1).isdigit():
        raise DataError(f"{text!r} is not a time: write it in seconds with the unit, as 60s.")
    return float(number)


def _print(written: list[str], table: pd.DataFrame, output: Path, *, as_json: bool) -> None:
    rows = json.loads(table.to_json(orient="records", force_ascii=False)) if as_json else []
    print_files(written, output, {"fichiers": written, "lignes": rows}, as_json=as_json)
