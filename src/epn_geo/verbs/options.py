"""What the verbs of the command line have in common: options, and the story told on stderr."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from epn_geo.errors import DataError, did_you_mean

CHANGED = 10  # the exit code that says so
FINDINGS_REMAIN = 3  # the exit code of --strict

Region = Annotated[
    list[str] | None,
    typer.Option("--region", help="Région, code or name; repeat for several. [default: 28]"),
]
Departement = Annotated[
    list[str] | None,
    typer.Option("--departement", help="Département, code or name; repeat for several."),
]
Epci = Annotated[
    list[str] | None, typer.Option("--epci", help="EPCI, code or name; repeat for several.")
]
Column = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help="What a column of the file is, as FIELD=COLUMN (nom=NOM_EPN); repeat for several.",
    ),
]
SheetName = Annotated[
    str | None,
    typer.Option(
        "--sheet", help="The sheet of a workbook, or the layer of a geographic file, to read."
    ),
]
Language = Annotated[str, typer.Option("--lang", help="Language of what is made: fr or en.")]
Today = Annotated[
    str | None,
    typer.Option("--date", help="Date of the study (YYYY-MM-DD): shown, and tells stale entries."),
]
IfChanged = Annotated[
    bool,
    typer.Option(
        "--if-changed",
        help="Do nothing if list, parameters and versions are those of the last run into the "
        "folder, and its files are all there.",
    ),
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="End with code 10 if any file has changed, else 0.")
]
MaxLoss = Annotated[
    str | None,
    typer.Option(
        "--max-loss",
        help="Refuse a list that has lost more than this share of its places, as 20%.",
    ),
]
CommunesFolder = Annotated[
    Path | None,
    typer.Option(
        "--communes",
        help="Communes of another year: a folder that fetch communes made. [default: embedded]",
    ),
]
Open = Annotated[
    bool,
    typer.Option("--open", help="Open the map in the browser (not with --json, nor in CI)."),
]
Areas = Annotated[
    Path | None,
    typer.Option(
        "--areas",
        help="Polygons of reach (isochrones, or any others) in place of --radius: GeoJSON, "
        "GeoPackage, Shapefile or GeoParquet with id or nom, and minutes or route_km.",
    ),
]
CandidateAreas = Annotated[
    Path | None,
    typer.Option(
        "--candidate-areas",
        help="Polygons of reach of the candidates, of the time of --areas: with id (of a town "
        "hall: code_insee) or nom. Without them a proposed place reaches --radius in a straight "
        "line.",
    ),
]
TownHalls = Annotated[
    bool,
    typer.Option(
        "--town-halls",
        help="Put places without coordinates at the town hall of the commune they declare.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print a summary as JSON, not the paths.")]


def parse_columns(values: list[str] | None) -> dict[str, str | None] | None:
    """Read which column of a file is which field: ``["nom=NOM_EPN"]``.

    Parameters
    ----------
    values
        As typed.

    Returns
    -------
    dict or None
        Field and column; None when nothing was typed.

    Raises
    ------
    DataError
        For anything that is not FIELD=COLUMN.

    Examples
    --------
    >>> parse_columns(["nom=NOM_EPN"])
    {'nom': 'NOM_EPN'}
    """
    columns: dict[str, str | None] = {}
    for item in values or []:
        field, equals, name = item.partition("=")
        if not equals or not field or not name:
            raise DataError(f"--column takes FIELD=COLUMN, as nom=NOM_EPN, not {item!r}.")
        columns[field.strip()] = name.strip()
    return columns or None


def known_lang(lang: str) -> Any:
    """Give `lang` back if the library speaks it.

    Parameters
    ----------
    lang
        As typed.

    Returns
    -------
    str
        ``fr`` or ``en``.

    Raises
    ------
    DataError
        For any other.

    Examples
    --------
    >>> known_lang("fr")
    'fr'
    """
    from epn_geo.labels import check_lang  # noqa: PLC0415 - kept out of --help

    return check_lang(lang)


def parse_radii(values: list[str] | None) -> list[float] | dict[str, float]:
    """Read radii as typed: ``["5km", "10km"]`` or ``["EPN=10km", "antenne=5km"]``.

    Parameters
    ----------
    values
        As typed; commas separate too. None gives 5, 10 and 15 km.

    Returns
    -------
    list or dict
        Kilometres, or kilometres by category.

    Raises
    ------
    DataError
        For a number without unit, another unit, or radii of both kinds.

    Examples
    --------
    >>> parse_radii(["5km", "10 km"]), parse_radii(["EPN=10km", "antenne=500m"])
    ([5.0, 10.0], {'EPN': 10.0, 'antenne': 0.5})
    """
    if not values:
        return [5.0, 10.0, 15.0]
    typed = [part.strip() for value in values for part in re.split(r"(?<=[a-zA-Z]),|;", value)]
    named = [part.partition("=") for part in typed if "=" in part]
    if not named:
        return [_one_radius(part) for part in typed]
    if len(named) != len(typed):
        raise DataError("Give either plain radii (10km) or one per category (EPN=10km), not both.")
    return {category.strip(): _one_radius(value) for category, _, value in named}


def _one_radius(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(km|m)", text.strip(), flags=re.IGNORECASE)
    if match is None:
        unit = f" Did you mean '{text}km'?" if re.fullmatch(r"\d+([.,]\d+)?", text) else ""
        raise DataError(f"{text!r} is not a distance: write it with its unit, as 10km.{unit}")
    value = float(match[1].replace(",", "."))
    return value if match[2].lower() == "km" else value / 1000


def parse_radius(text: str | None) -> float | None:
    """Read one radius as typed.

    Parameters
    ----------
    text
        As typed, or None.

    Returns
    -------
    float or None
        Kilometres.

    Raises
    ------
    DataError
        As `parse_radii`.

    Examples
    --------
    >>> parse_radius("10km"), parse_radius(None)
    (10.0, None)
    """
    return None if text is None else _one_radius(text)


def parse_judged(text: str | None, *, areas: bool = False) -> dict[str, float | None]:
    """Read what gaps are judged by, as typed: ``10km``, or ``20min`` for areas.

    Parameters
    ----------
    text
        As typed, or None.
    areas
        Whether places reach by areas: a number without unit is then likely to be minutes.

    Returns
    -------
    dict
        ``judged_km`` and, for a time, ``judged_min``.

    Raises
    ------
    DataError
        If it is neither a distance nor a time.

    Examples
    --------
    >>> parse_judged("10km"), parse_judged("20 min")
    ({'judged_km': 10.0}, {'judged_km': None, 'judged_min': 20.0})
    """
    match = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(?:min|mn)\s*", text or "", re.IGNORECASE)
    if match is None:
        if areas and text is not None and re.fullmatch(r"\s*\d+([.,]\d+)?\s*", text):
            raise DataError(
                f"{text!r} is not a time: write it with its unit, as 20min (or 10km, by road). "
                f"Did you mean '{text.strip()}min'?"
            )
        return {"judged_km": parse_radius(text)}
    return {"judged_km": None, "judged_min": float(match[1].replace(",", "."))}


def area_options(areas: Path | None, radius: object) -> dict[str, Any]:
    """Gather what says by which polygons places reach.

    Parameters
    ----------
    areas
        The file, as typed.
    radius
        What ``--radius`` says, None if nothing was typed.

    Returns
    -------
    dict
        ``areas`` for `study.build` and the verbs beside it; nothing without a file, so that records
        made before the option still tell the same run.

    Raises
    ------
    DataError
        If the file does not exist, or a radius is given too.

    Examples
    --------
    >>> area_options(None, None)
    {}
    """
    if areas is None:
        return {}
    if radius:
        raise DataError("Give either --radius or --areas: areas take the place of circles.")
    if not areas.exists():
        names = [file.name for file in areas.parent.glob("*")] if areas.parent.is_dir() else []
        raise DataError(f"There is no file {areas}.{did_you_mean(areas.name, names)}")
    return {"areas": areas.as_posix()}


def candidate_file(
    candidate_areas: Path | None, areas: Path | None, radius: str | None
) -> Path | None:
    """Give the file of the candidates' polygons, if what stands beside it goes with it.

    Parameters
    ----------
    candidate_areas, areas
        The files, as typed.
    radius
        What ``--radius`` says, None if nothing was typed.

    Returns
    -------
    pathlib.Path or None
        The first of the files.

    Raises
    ------
    DataError
        If it does not exist, stands without ``--areas``, or beside a radius that nothing would
        reach by.

    Examples
    --------
    >>> candidate_file(None, None, "10km") is None
    True
    """
    if candidate_areas is None:
        return None
    if areas is None:
        raise DataError(
            "--candidate-areas goes with --areas: proposed places would reach by polygons, and the "
            "existing ones by circles."
        )
    if radius is not None:
        raise DataError("Give either --radius or --candidate-areas: each says how far a new place "
                        "reaches.")  # fmt: skip
    return existing(candidate_areas)


def study_options(
    places: Path | None,
    region: list[str] | None,
    departement: list[str] | None,
    epci: list[str] | None,
    column: list[str] | None,
    *,
    communes: Path | None = None,
    town_halls: bool = False,
    sheet: str | None = None,
) -> dict[str, Any]:
    """Gather what says which list is read how, and for which territory.

    Parameters
    ----------
    places, region, departement, epci, column, communes, town_halls, sheet
        As typed.

    Returns
    -------
    dict
        For `study.build` and `read_places`; Normandie if no territory is named.

    Raises
    ------
    DataError
        If the list does not exist.

    Examples
    --------
    >>> study_options(None, None, ["61"], None, None)["departements"]
    ['61']
    """
    if places is not None:
        existing(places)
    if not (region or departement or epci):
        region = ["28"]
    options: dict[str, Any] = {
        "region": region,
        "departements": departement,
        "epci": epci,
        "columns": parse_columns(column),
    }
    # left out unless asked, so that records made before the option still tell the same run
    options |= {} if communes is None else {"communes": communes.as_posix()}
    options |= {} if sheet is None else {"sheet": sheet}
    return options | ({"town_halls": True} if town_halls else {})


def existing(path: Path) -> Path:
    """Give a path back if there is such a file.

    Parameters
    ----------
    path
        As typed.

    Returns
    -------
    pathlib.Path
        The same.

    Raises
    ------
    DataError
        If there is none.

    Examples
    --------
    >>> existing(Path(".")).as_posix()
    '.'
    """
    if not path.exists():
        names = [file.name for file in path.parent.glob("*")] if path.parent.is_dir() else []
        raise DataError(f"There is no file {path}.{did_you_mean(path.name, names)}")
    return path


def parse_share(text: str) -> float:
    """Read a share as typed: ``20%`` or ``0.2``.

    Parameters
    ----------
    text
        As typed.

    Returns
    -------
    float
        0-1.

    Raises
    ------
    DataError
        If it is neither.

    Examples
    --------
    >>> parse_share("20%"), parse_share("7,5 %"), parse_share("0.2")
    (0.2, 0.075, 0.2)
    """
    plain = text.strip().replace(",", ".")
    try:
        value = float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise DataError(f"{text!r} is not a share: write it as 20% or 0.2.")
    return value


def conclude(
    summary: dict[str, Any], output: Path, *, exit_code: bool = False, as_json: bool = False
) -> None:
    """Print what a run has written, and end with 10 if that was asked and something changed.

    Parameters
    ----------
    summary
        The record of the run, with `fichiers` and `modifie`.
    output
        Its folder.
    exit_code
        Whether to end with 10 when something changed.
    as_json
        Whether to print the record in place of the paths.

    Raises
    ------
    typer.Exit
        With 10.

    Examples
    --------
    >>> conclude({"fichiers": {"note.html": ""}, "modifie": True}, Path("."))
    note.html
    """
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        for name in summary["fichiers"]:
            typer.echo(str(output / name))
    if exit_code and summary["modifie"]:
        raise typer.Exit(CHANGED)


def open_page(file: Path, lang: str) -> None:
    """Open a page in the reader's browser; where there is none, say where the page is.

    Parameters
    ----------
    file
        The page.
    lang
        Language of that sentence.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", {"CI": "true"}):
    ...     open_page(Path("carte.html"), "fr")
    """
    import webbrowser  # noqa: PLC0415 - few ask for it

    from epn_geo.labels import say  # noqa: PLC0415 - kept out of --help

    if os.environ.get("CI"):
        return  # nobody looks
    if not webbrowser.open(file.resolve().as_uri()):
        typer.echo(say("open_failed", known_lang(lang), file=file), err=True)


@contextlib.contextmanager
def story(lang: str) -> Iterator[Any]:
    """Give a function that says on stderr what is being done, with a spinner on a terminal.

    Parameters
    ----------
    lang
        The language asked for; refused at once if it is unknown.

    Yields
    ------
    callable
        Takes a sentence; ``done=True`` for those worth keeping.

    Examples
    --------
    >>> with story("fr") as tell:
    ...     tell("Lecture…")
    """
    from rich.console import Console  # noqa: PLC0415 - kept out of --help

    known_lang(lang)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with console.status("…") as status:

        def tell(text: str, *, done: bool = False) -> None:
            if done:
                console.print(text, markup=False)
            else:
                status.update(text)

        yield tell


def print_files(
    names: Sequence[str], folder: Path, told: Mapping[str, Any], *, as_json: bool
) -> None:
    """Print the paths of the files written, or what is told of the run as JSON.

    Parameters
    ----------
    names
        Files, in the folder.
    folder
        Where they are.
    told
        The summary for ``--json``.
    as_json
        Which of both.

    Examples
    --------
    >>> print_files(["a.csv"], Path("maps"), {"fichiers": ["a.csv"]}, as_json=False)
    maps/a.csv
    """
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for name in names:
            typer.echo(str(folder / name))
