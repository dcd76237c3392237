"""The command line: verbs, files in, files out; the only room that prints."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from epn_geo._version import __version__
from epn_geo.errors import DataError, EpnGeoError, did_you_mean

DONE, FAILED, FINDINGS_REMAIN = 0, 1, 3

app = typer.Typer(
    name="epn-geo",
    help="Where digital help is within reach, and where it is not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

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
Language = Annotated[str, typer.Option("--lang", help="Language of what is made: fr or en.")]
Today = Annotated[
    str | None,
    typer.Option("--date", help="Date of the study (YYYY-MM-DD): shown, and tells stale entries."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print a summary as JSON, not the paths.")]


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"epn-geo {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and stop.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    pass


@app.command("build")
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
        typer.Option("--judged", help="The radius that gaps are judged by. [default: 10km]"),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "maps"
    ),
    column: Column = None,
    date: Today = None,
    mobile: Annotated[
        bool,
        typer.Option("--mobile", help="Let mobile places (buses) cover as if they were fixed."),
    ] = False,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Make the map, the workbook, the layers and the tables of a list of places."""
    from epn_geo.delivery import deliver  # noqa: PLC0415 - geopandas costs a second, help does not

    study = _study(places, region, departement, epci, column)
    with _story(lang) as tell:
        summary = deliver(
            places,
            output,
            study | {"radii_km": parse_radii(radius), "judged_km": _kilometres(judged)},
            date=date,
            mobile=mobile,
            lang=_lang(lang),
            tell=tell,
        )
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        for name in summary["fichiers"]:
            typer.echo(str(output / name))


@app.command("check")
def check_command(
    places: Annotated[Path, typer.Argument(help="A list of places.")],
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    column: Column = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the findings there (.csv, .xlsx).")
    ] = None,
    date: Today = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with code 3 if errors or warnings are found.")
    ] = False,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Say what is doubtful in a list of places, row by row."""
    from epn_geo.delivery import inspect_list  # noqa: PLC0415 - as above

    where = _study(places, region, departement, epci, column)
    with _story(lang) as tell:
        findings = inspect_list(places, where, date=date, lang=_lang(lang), tell=tell)
    remaining = findings[findings["gravite"] != "information"]
    if output is not None:
        from epn_geo.writing import write_table  # noqa: PLC0415 - as above

        typer.echo(str(write_table(findings, output)))
    elif as_json:
        typer.echo(findings.to_json(orient="records", force_ascii=False, indent=2))
    else:
        for row in remaining.itertuples():
            typer.echo(f"ligne {row.ligne} · {row.gravite} · {row.message}")
    if strict and len(remaining):
        raise typer.Exit(FINDINGS_REMAIN)


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


def _kilometres(text: str | None) -> float | None:
    return None if text is None else _one_radius(text)


def _study(
    places: Path | None,
    region: list[str] | None,
    departement: list[str] | None,
    epci: list[str] | None,
    column: list[str] | None,
) -> dict[str, Any]:
    """Gather what says which list is read how, and for which territory."""
    if places is not None and not places.exists():
        names = [file.name for file in places.parent.glob("*")] if places.parent.is_dir() else []
        raise DataError(f"There is no file {places}.{did_you_mean(places.name, names)}")
    columns = {}
    for item in column or []:
        field, equals, name = item.partition("=")
        if not equals or not field or not name:
            raise DataError(f"--column takes FIELD=COLUMN, as nom=NOM_EPN, not {item!r}.")
        columns[field.strip()] = name.strip()
    if not (region or departement or epci):
        region = ["28"]
    return {"region": region, "departements": departement, "epci": epci, "columns": columns or None}


def _lang(lang: str) -> Any:
    from epn_geo.labels import check_lang  # noqa: PLC0415 - kept out of --help

    return check_lang(lang)


@contextlib.contextmanager
def _story(lang: str) -> Iterator[Any]:
    """Give a function that says on stderr what is being done, with a spinner on a terminal."""
    from rich.console import Console  # noqa: PLC0415 - kept out of --help

    _lang(lang)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with console.status("…") as status:

        def tell(text: str, *, done: bool = False) -> None:
            if done:
                console.print(text, markup=False)
            else:
                status.update(text)

        yield tell


def main() -> None:
    """Run the command line: 0 done, 1 something cannot be used, 2 usage, 3 findings remain."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        app()
    except EpnGeoError as error:
        typer.echo(f"epn-geo: {error}", err=True)
        sys.exit(FAILED)
    except OSError as error:
        typer.echo(f"epn-geo: {error.strerror or error}: {error.filename or ''}", err=True)
        sys.exit(FAILED)
