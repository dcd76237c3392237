"""The verb that measures access with competition (``epn-geo access``)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from epn_geo.errors import DataError
from epn_geo.verbs.needs import Grid
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
    known_lang,
    parse_share,
    print_files,
    story,
    study_options,
)
from epn_geo.verbs.options_areas import LongestTime, reach_parameters


class MethodName(StrEnum):
    """How places and people are compared."""

    TWO_STEP = "2sfca"
    ENHANCED = "e2sfca"
    THREE_STEP = "3sfca"
    MODIFIED = "m2sfca"
    BALANCED = "bfca"
    SPATIAL = "spatial"


class DecayName(StrEnum):
    """How a place counts less with distance."""

    STEP = "step"
    GAUSSIAN = "gaussian"
    EXPONENTIAL = "exponential"
    POWER = "power"


def access_command(
    places: Annotated[
        Path | None,
        typer.Argument(help="A list of places; the fictitious demonstration network if left out."),
    ] = None,
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    method: Annotated[
        MethodName, typer.Option("--method", help="How places and people are compared.")
    ] = MethodName.ENHANCED,
    radius: Annotated[
        str | None,
        typer.Option("--radius", help="Where a place's catchment ends, as 15km. [default: 15km]"),
    ] = None,
    areas: Areas = None,
    judged: LongestTime = None,
    decay: Annotated[
        DecayName, typer.Option("--decay", help="How a place counts less with distance.")
    ] = DecayName.GAUSSIAN,
    edge: Annotated[
        str, typer.Option("--edge", help="What a place counts for at the edge, as 1%.")
    ] = "1%",
    supply: Annotated[
        str | None,
        typer.Option(
            "--supply",
            help="Column of the list that says how much each place offers (etp, places), or "
            "'heures' for its hours of opening per week. [default: each place is 1]",
        ),
    ] = None,
    missing_supply: Annotated[
        float | None,
        typer.Option("--missing-supply", help="What a place offers whose supply is not known."),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            "--weight",
            help="What a place of some category counts for, as antenne=0.5; repeat for several.",
        ),
    ] = None,
    grid: Grid = None,
    line: Annotated[
        float | None,
        typer.Option(
            "--line",
            help="Supply per 10 000 inhabitants below which people are short. "
            "[default: half the mean]",
        ),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "maps/acces"
    ),
    column: Column = None,
    sheet: SheetName = None,
    town_halls: TownHalls = False,
    date: Today = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Measure what people can reach of the places, shared with all who can reach them too."""
    from epn_geo.accessfiles import HOURS, RECORD, deliver_access  # noqa: PLC0415 - heavy

    territory = study_options(
        places, region, departement, epci, column, sheet=sheet, town_halls=town_halls
    )
    parameters = {
        "method": method.value,
        **reach_parameters(areas, judged, radius, "15km"),
        "decay": decay.value,
        "edge_weight": parse_share(edge),
        "supply": HOURS if supply == "heures" else supply,
        "missing_supply": missing_supply,
        "category_weights": parse_weights(weight),
        "grid": grid,
        "line": line,
    }
    with story(lang) as tell:
        record = deliver_access(
            places, output, territory, parameters, date=date, lang=known_lang(lang), tell=tell
        )
    print_files([*record["fichiers"], RECORD], output, record, as_json=as_json)


def parse_weights(values: list[str] | None) -> dict[str, float] | None:
    """Read what categories count for: ``["antenne=0.5"]``.

    Parameters
    ----------
    values
        As typed.

    Returns
    -------
    dict or None
        Category and weight; None when nothing was typed.

    Raises
    ------
    DataError
        For anything that is not CATEGORY=NUMBER.

    Examples
    --------
    >>> parse_weights(["antenne=0,5", "France Services=1"])
    {'antenne': 0.5, 'France Services': 1.0}
    """
    weights = {}
    for item in values or []:
        category, _, text = item.partition("=")
        try:
            weights[category.strip()] = float(text.strip().replace(",", "."))
        except ValueError:
            message = f"--weight takes CATEGORY=NUMBER, as antenne=0.5, not {item!r}."
            raise DataError(message) from None
    return weights or None
