"""The command line: verbs, files in, files out; the only room that prints."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from epn_geo._version import __version__
from epn_geo.errors import DataError, EpnGeoError
from epn_geo.verbs.access import access_command
from epn_geo.verbs.changes import diff_command, history_command, snapshot_command
from epn_geo.verbs.fetch import cache_app, fetch_app
from epn_geo.verbs.lists import geocode_command, isochrones_command, merge_command
from epn_geo.verbs.needs import needs_command
from epn_geo.verbs.options import (
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
    Today,
    conclude,
    known_lang,
    parse_radii,
    parse_radius,
    parse_share,
    story,
    study_options,
)
from epn_geo.verbs.publish import publish_command
from epn_geo.verbs.sheets import sheets_command
from epn_geo.verbs.sites import network_command, sites_command, skills_command

DONE, FAILED, FINDINGS_REMAIN = 0, 1, 3

app = typer.Typer(
    name="epn-geo",
    help="Where digital help is within reach, and where it is not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(fetch_app, name="fetch")
app.add_typer(cache_app, name="cache")
app.command("geocode")(geocode_command)
app.command("merge")(merge_command)
app.command("isochrones")(isochrones_command)
app.command("access")(access_command)
app.command("needs")(needs_command)
app.command("diff")(diff_command)
app.command("sheets")(sheets_command)
app.command("publish")(publish_command)
app.command("sites")(sites_command)
app.command("skills")(skills_command)
app.command("network")(network_command)
app.command("snapshot")(snapshot_command)
app.command("history")(history_command)


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
    communes: CommunesFolder = None,
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
    as_json: AsJson = False,
) -> None:
    """Make the map, the workbook, the layers and the tables of a list of places."""
    from epn_geo.delivery import deliver, repeat  # noqa: PLC0415 - geopandas costs a second

    if replay is not None:
        if any((region, departement, epci, radius, judged, column, communes, date, mobile)):
            raise DataError("--replay takes its parameters from the record: give no other.")
        with story(lang) as tell:
            conclude(
                repeat(replay, output, places=places, tell=tell),
                output,
                exit_code=exit_code,
                as_json=as_json,
            )
        return
    study = study_options(places, region, departement, epci, column, communes=communes)
    with story(lang) as tell:
        summary = deliver(
            places,
            output,
            study | {"radii_km": parse_radii(radius), "judged_km": parse_radius(judged)},
            date=date,
            mobile=mobile,
            lang=known_lang(lang),
            tell=tell,
            if_changed=if_changed,
            max_loss=None if max_loss is None else parse_share(max_loss),
        )
    conclude(summary, output, exit_code=exit_code, as_json=as_json)


@app.command("check")
def check_command(
    places: Annotated[Path, typer.Argument(help="A list of places.")],
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    column: Column = None,
    communes: CommunesFolder = None,
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

    where = study_options(places, region, departement, epci, column, communes=communes)
    with story(lang) as tell:
        findings = inspect_list(places, where, date=date, lang=known_lang(lang), tell=tell)
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
