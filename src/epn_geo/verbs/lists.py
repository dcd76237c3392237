"""The verbs that make a list ready to be studied: geocode, merge, isochrones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from epn_geo.errors import DataError
from epn_geo.verbs.options import (
    Column,
    Language,
    SheetName,
    known_lang,
    parse_columns,
    story,
)
from epn_geo.verbs.options_network import Address, CacheFolder, MaxAge, Offline, bar, open_door

Output = Annotated[Path, typer.Option("-o", "--output", help="File to write.")]
List = Annotated[Path, typer.Argument(help="A list of places.")]


def geocode_command(
    places: List,
    output: Output = Path("lieux-geocodes.csv"),
    column: Column = None,
    sheet: SheetName = None,
    url: Address = None,
    max_age: MaxAge = None,
    offline: Offline = False,
    cache: CacheFolder = None,
    lang: Language = "fr",
) -> None:
    """Find where the places without coordinates are, from their address (IGN)."""
    from epn_geo.geocoding import URL, geocode_places  # noqa: PLC0415 - kept out of --help
    from epn_geo.labels import say  # noqa: PLC0415 - as above
    from epn_geo.listing import check_suffix, write_places  # noqa: PLC0415 - as above
    from epn_geo.network.provenance import carry_provenance  # noqa: PLC0415 - as above
    from epn_geo.places import read_places  # noqa: PLC0415 - as above

    check_suffix(output)
    frame = read_places(places, columns=parse_columns(column), sheet=sheet)
    language = known_lang(lang)
    with (
        bar(lang, say("geocode_step", language)) as (tell, progress),
        open_door(cache, max_age, offline, tell, lang) as door,
    ):
        done = geocode_places(frame, door, url=url or URL, progress=progress)
        verdicts = done["geocodage"].value_counts()
        words = {
            "lost": int(verdicts.sum()),
            "accepted": int(verdicts.get("accepté", 0)),
            "doubtful": int(verdicts.get("douteux", 0)),
            "refused": int(verdicts.get("refusé", 0)),
        }
        tell(say("geocode_done", language, **words), done=True)
    write_places(done, output)
    carry_provenance(output, [places], "géocodés (IGN)", rows=len(done))
    typer.echo(str(output))


def merge_command(
    lists: Annotated[
        list[Path], typer.Argument(help="Lists of places, the one to be trusted most first.")
    ],
    threshold: Annotated[
        float,
        typer.Option("--threshold", help="Score from which two rows are one place, 0 to 1."),
    ],
    output: Output = Path("lieux.csv"),
    pairs: Annotated[
        Path | None,
        typer.Option("--pairs", help="Write the pairs looked at there (.csv, .xlsx)."),
    ] = None,
    max_distance: Annotated[
        str, typer.Option("--max-distance", help="Beyond, two points are two places.")
    ] = "500m",
    lang: Language = "fr",
) -> None:
    """Put several lists together, each place once."""
    from epn_geo.labels import number, say  # noqa: PLC0415 - kept out of --help
    from epn_geo.listing import check_suffix, write_places  # noqa: PLC0415 - as above
    from epn_geo.merging import merge_places  # noqa: PLC0415 - as above
    from epn_geo.network.provenance import carry_provenance  # noqa: PLC0415 - as above
    from epn_geo.places import read_places  # noqa: PLC0415 - as above
    from epn_geo.verbs.options import parse_radius  # noqa: PLC0415 - as above
    from epn_geo.writing import write_table  # noqa: PLC0415 - as above

    check_suffix(output)
    named = {path.stem: path for path in lists}
    if len(named) < len(lists):
        raise DataError("Two lists have the same name: the name tells where each row is from.")
    distance = parse_radius(max_distance) or 0.5
    language = known_lang(lang)
    with story(lang) as tell:
        frames = {}
        for name, path in named.items():
            tell(say("step_read", language, file=path.name))
            frames[name] = read_places(path)
        merged = merge_places(frames, threshold=threshold, max_distance_km=distance)
        words = {
            "rows": sum(map(len, frames.values())),
            "kept": len(merged.places),
            "merged": int(merged.pairs["fusion"].sum()),
            "pairs": len(merged.pairs),
        }
        counts = {name: number(value, language) for name, value in words.items()}
        tell(say("merge_done", language, **counts), done=True)
    write_places(merged.places, output)
    carry_provenance(output, lists, "réunis", rows=len(merged.places))
    typer.echo(str(output))
    if pairs is not None:
        typer.echo(str(write_table(merged.pairs, pairs)))


def isochrones_command(
    places: List,
    output: Output = Path("isochrones.gpkg"),
    time: Annotated[
        list[str] | None,
        typer.Option("--time", help="Time with its unit, as 20min; repeat for several bands."),
    ] = None,
    on_foot: Annotated[bool, typer.Option("--on-foot", help="Walking, not by car.")] = False,
    column: Column = None,
    sheet: SheetName = None,
    url: Address = None,
    max_age: MaxAge = None,
    offline: Offline = False,
    cache: CacheFolder = None,
    lang: Language = "fr",
) -> None:
    """Draw from where each place is reached within a time (IGN); run again to go on."""
    from epn_geo.labels import say  # noqa: PLC0415 - kept out of --help
    from epn_geo.places import read_places  # noqa: PLC0415 - as above
    from epn_geo.traveltime import URL, isochrones  # noqa: PLC0415 - as above
    from epn_geo.writing import write_layer  # noqa: PLC0415 - as above

    minutes = [parse_minutes(text) for text in time or ["20min"]]
    frame = read_places(places, columns=parse_columns(column), sheet=sheet)
    language = known_lang(lang)
    with (
        bar(lang, say("isochrones_step", language)) as (tell, progress),
        open_door(cache, max_age, offline, tell, lang) as door,
    ):
        drawn = isochrones(
            frame,
            minutes,
            profile="pedestrian" if on_foot else "car",
            door=door,
            url=url or URL,
            progress=progress,
        )
        versions = ", ".join(sorted(drawn["version_ressource"].dropna().unique())) or "–"
        count = int(drawn.geometry.notna().sum())
        words = {"drawn": count, "rows": len(drawn), "version": versions}
        tell(say("isochrones_done", language, **words), done=True)
    typer.echo(str(write_layer(drawn, output)))


def parse_minutes(text: str) -> float:
    """Read a time of travel with its unit.

    Parameters
    ----------
    text
        As typed: ``20min`` or ``1h``.

    Returns
    -------
    float
        Minutes.

    Raises
    ------
    DataError
        For a number without unit, or anything else.

    Examples
    --------
    >>> parse_minutes("20min"), parse_minutes("1,5 h")
    (20.0, 90.0)
    """
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(min|h)", text.strip())
    if match is None:
        unit = f" Did you mean '{text}min'?" if re.fullmatch(r"\d+", text) else ""
        raise DataError(f"{text!r} is not a time: write it with its unit, as 20min.{unit}")
    return float(match[1].replace(",", ".")) * (60 if match[2] == "h" else 1)
