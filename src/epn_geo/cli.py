"""The command line: verbs, files in, files out; the only room that prints."""

from __future__ import annotations

import contextlib
import sys
from typing import Annotated

import typer

from epn_geo._version import __version__
from epn_geo.errors import EpnGeoError
from epn_geo.verbs.access import access_command
from epn_geo.verbs.changes import diff_command, history_command, snapshot_command
from epn_geo.verbs.doctor import doctor_command
from epn_geo.verbs.fetch import cache_app, fetch_app
from epn_geo.verbs.lists import geocode_command, isochrones_command, merge_command
from epn_geo.verbs.needs import needs_command
from epn_geo.verbs.publish import publish_command
from epn_geo.verbs.sheets import sheets_command
from epn_geo.verbs.sites import (
    clusters_command,
    network_command,
    sites_command,
    skills_command,
)
from epn_geo.verbs.studies import build_command, check_command

FAILED = 1

app = typer.Typer(
    name="epn-geo",
    help="Where digital help is within reach, and where it is not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

# in the order of the work: a list, a study, what follows from it, what comes after
app.add_typer(fetch_app, name="fetch")
app.command("geocode")(geocode_command)
app.command("merge")(merge_command)
app.command("check")(check_command)
app.command("build")(build_command)
app.command("sites")(sites_command)
app.command("skills")(skills_command)
app.command("network")(network_command)
app.command("access")(access_command)
app.command("clusters")(clusters_command)
app.command("needs")(needs_command)
app.command("isochrones")(isochrones_command)
app.command("sheets")(sheets_command)
app.command("diff")(diff_command)
app.command("snapshot")(snapshot_command)
app.command("history")(history_command)
app.command("publish")(publish_command)
app.add_typer(cache_app, name="cache")
app.command("doctor")(doctor_command)


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
