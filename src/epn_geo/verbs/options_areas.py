"""Options on how far places reach: a radius, or polygons and which time of them counts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from epn_geo.errors import DataError
from epn_geo.verbs.options import area_options, parse_judged, parse_radius

JudgedTime = Annotated[
    str | None,
    typer.Option(
        "--judged",
        help="Which time of --areas counts, as 20min (or 10km, by road). [default: 20min "
        "if the file has it, else the middle one]",
    ),
]
LongestTime = Annotated[
    str | None,
    typer.Option(
        "--judged",
        help="Where a place's catchment ends among the times of --areas, as 20min (or 10km, by "
        "road): shorter times say who is nearer. [default: the longest]",
    ),
]


def reach_parameters(
    areas: Path | None, judged: str | None, radius: str | None, usual: str = "10km"
) -> dict[str, Any]:
    """Gather how far places reach.

    Parameters
    ----------
    areas, judged, radius
        As typed.
    usual
        The radius, if neither it nor areas were typed.

    Returns
    -------
    dict
        ``radius_km``; or ``areas`` and, if a time was typed, ``judged_min`` or ``judged_km``.

    Raises
    ------
    DataError
        If a radius or a time is not one, the file does not exist, or they do not go together.

    Examples
    --------
    >>> reach_parameters(None, None, None), reach_parameters(Path("."), "20min", None)
    ({'radius_km': 10.0}, {'areas': '.', 'judged_min': 20.0})
    """
    if areas is None:
        if judged is not None:
            raise DataError("--judged says which time of --areas counts: give --areas with it.")
        return {"radius_km": parse_radius(radius or usual)}
    asked = parse_judged(judged, areas=True)
    time = {name: value for name, value in asked.items() if value is not None}
    return area_options(areas, radius) | time
