"""The verb that sets gaps against need (``epn-geo needs``)."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from epn_geo.errors import DataError
from epn_geo.verbs.options import (
    Areas,
    AsJson,
    Column,
    Departement,
    Epci,
    Language,
    Region,
    SheetName,
    Today,
    TownHalls,
    existing,
    known_lang,
    parse_share,
    print_files,
    story,
    study_options,
)
from epn_geo.verbs.options_areas import JudgedTime, reach_parameters


class DirectionName(StrEnum):
    """Whether a high or a low figure is a need."""

    HIGH = "high"
    LOW = "low"


class CodeLevel(StrEnum):
    """What the codes of the file are."""

    COMMUNE = "commune"
    EPCI = "epci"
    IRIS = "iris"
    DEPARTEMENT = "departement"


class RankLevel(StrEnum):
    """What is ranked."""

    COMMUNE = "commune"
    EPCI = "epci"
    DEPARTEMENT = "departement"
    REGION = "region"


Figure = Annotated[str, typer.Option("--figure", help="The column of the figure.")]
Direction = Annotated[
    DirectionName, typer.Option("--direction", help="Whether a high or a low figure is a need.")
]
Bounds = Annotated[
    str, typer.Option("--bounds", help="Least and greatest figure there can be, as 1..10.")
]
Vintage = Annotated[
    str, typer.Option("--vintage", help="The year or period that the figure describes.")
]
Level = Annotated[CodeLevel, typer.Option("--level", help="What the codes of the file are.")]
Code = Annotated[
    str | None, typer.Option("--code", help="The column of codes, if not found by itself.")
]
People = Annotated[
    str | None,
    typer.Option("--people", help="The column of people, to average former communes and IRIS."),
]
By = Annotated[RankLevel, typer.Option("--by", help="What is ranked by need.")]
MinNeed = Annotated[
    str, typer.Option("--min-need", help="From which need on a gap is a priority, as 50%.")
]
Grid = Annotated[
    Path | None,
    typer.Option(
        "--grid",
        help="A population grid (INSEE 200 m: CSV, GeoPackage, Parquet, or a folder of Parquet).",
    ),
]
NeedFile = Annotated[
    Path | None,
    typer.Option(
        "--need",
        help="A table with one figure of need by territory; give --figure, --direction, --bounds "
        "and --vintage with it.",
    ),
]
# the same, where a need is an option beside others
NeedFigure = Annotated[str | None, typer.Option("--figure", help="The column of the need.")]
NeedDirection = Annotated[
    DirectionName | None,
    typer.Option("--direction", help="Whether a high or a low figure is a need."),
]
NeedBounds = Annotated[
    str | None, typer.Option("--bounds", help="Least and greatest figure of the need, as 1..10.")
]
NeedVintage = Annotated[
    str | None, typer.Option("--vintage", help="The year or period that the need describes.")
]


def needs_command(
    need: Annotated[Path, typer.Argument(help="A table with one figure by territory.")],
    figure: Figure,
    direction: Direction,
    bounds: Bounds,
    vintage: Vintage,
    places: Annotated[
        Path | None,
        typer.Argument(help="A list of places; the fictitious demonstration network if left out."),
    ] = None,
    level: Level = CodeLevel.COMMUNE,
    code: Code = None,
    people: People = None,
    by: By = RankLevel.EPCI,
    radius: Annotated[
        str | None, typer.Option("--radius", help="Reach of a place, as 10km. [default: 10km]")
    ] = None,
    areas: Areas = None,
    judged: JudgedTime = None,
    min_need: MinNeed = "50%",
    grid: Grid = None,
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "maps/besoins"
    ),
    column: Column = None,
    sheet: SheetName = None,
    town_halls: TownHalls = False,
    date: Today = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Rank territories by the people out of reach and their need, every ingredient shown."""
    from epn_geo.needfiles import RECORD, deliver_needs  # noqa: PLC0415 - heavy

    territory = study_options(
        places, region, departement, epci, column, sheet=sheet, town_halls=town_halls
    )
    declared = declare_need(
        figure, direction, bounds, vintage, level=level, code=code, people=people
    )
    parameters = {
        **reach_parameters(areas, judged, radius),
        "by": by.value,
        "min_need": parse_share(min_need),
        "grid": grid,
    }
    with story(lang) as tell:
        record = deliver_needs(
            need, declared, places, output,
            territory=territory, parameters=parameters, date=date, lang=known_lang(lang), tell=tell,
        )  # fmt: skip
    print_files([*record["fichiers"], RECORD], output, record, as_json=as_json)


def declare_need(
    figure: str | None,
    direction: DirectionName | None,
    bounds: str | None,
    vintage: str | None,
    *,
    level: CodeLevel = CodeLevel.COMMUNE,
    code: str | None = None,
    people: str | None = None,
) -> dict[str, Any]:
    """Gather what is declared of a need.

    Parameters
    ----------
    figure, direction, bounds, vintage, level, code, people
        As typed.

    Returns
    -------
    dict
        For `read_needs`.

    Raises
    ------
    DataError
        If something must be told and is not.

    Examples
    --------
    >>> declare_need("age", DirectionName.HIGH, "0..100", "2022")["bounds"]
    (0.0, 100.0)
    """
    given = {"figure": figure, "direction": direction, "bounds": bounds, "vintage": vintage}
    if missing := [f"--{name}" for name, value in given.items() if value is None]:
        raise DataError(f"A need must be declared: give {', '.join(missing)} with it.")
    return {
        "column": figure,
        "direction": None if direction is None else direction.value,
        "bounds": parse_bounds(bounds or ""),
        "vintage": vintage,
        "level": level.value,
        "code": code,
        "weight": people,
    }


def need_options(
    need: Path | None,
    figure: str | None,
    direction: DirectionName | None,
    bounds: str | None,
    vintage: str | None,
    **more: Any,
) -> dict[str, Any]:
    """Gather what is declared of a need that may be left out.

    Parameters
    ----------
    need
        Its file, if there is one.
    figure, direction, bounds, vintage, more
        As `declare_need`.

    Returns
    -------
    dict
        For `read_needs`; empty without a file.

    Raises
    ------
    DataError
        If the file does not exist, or something is told without it, or not told with it.

    Examples
    --------
    >>> need_options(None, None, None, None, None)
    {}
    """
    if need is not None:
        existing(need)
        return declare_need(figure, direction, bounds, vintage, **more)
    if any((figure, direction, bounds, vintage)):
        raise DataError("--figure, --direction, --bounds and --vintage go with --need FILE.")
    return {}


def parse_bounds(text: str) -> tuple[float, float]:
    """Read the range of a figure as typed: ``1..10``.

    Parameters
    ----------
    text
        As typed.

    Returns
    -------
    tuple of float
        The least and the greatest.

    Raises
    ------
    DataError
        For anything else.

    Examples
    --------
    >>> parse_bounds("1..10"), parse_bounds("0 .. 100,5")
    ((1.0, 10.0), (0.0, 100.5))
    """
    found = re.fullmatch(r"\s*(-?\d+(?:[.,]\d+)?)\s*\.\.\s*(-?\d+(?:[.,]\d+)?)\s*", text)
    if found is None:
        raise DataError(f"--bounds takes two numbers, as 1..10, not {text!r}.")
    low, high = (float(part.replace(",", ".")) for part in found.groups())
    return low, high
