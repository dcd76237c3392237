"""The verb that writes files to publish (``epn-geo publish``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from epn_geo.verbs.options import (
    AsJson,
    Column,
    Departement,
    Epci,
    Language,
    Region,
    known_lang,
    story,
    study_options,
)


def publish_command(
    places: Annotated[Path, typer.Argument(help="A list of places.")],
    region: Region = None,
    departement: Departement = None,
    epci: Epci = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write into.")] = Path(
        "publication"
    ),
    column: Column = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Write a list for data.gouv: the national standard (32 columns), ours beside, GeoJSON."""
    from epn_geo.communes import read_communes  # noqa: PLC0415 - geopandas costs a second
    from epn_geo.joins import locate  # noqa: PLC0415 - as above
    from epn_geo.labels import say  # noqa: PLC0415 - as above
    from epn_geo.places import read_places  # noqa: PLC0415 - as above
    from epn_geo.publication import write_publication  # noqa: PLC0415 - as above
    from epn_geo.staging import staged_folder  # noqa: PLC0415 - as above

    spoken, options = known_lang(lang), study_options(places, region, departement, epci, column)
    with story(lang) as tell:
        tell(say("step_read", spoken, file=places.name))
        frame = read_places(places, columns=options["columns"])
        communes = read_communes(options["region"], options["departements"], options["epci"])
        with staged_folder(output) as stage:
            written = write_publication(locate(frame, communes), stage)
    if as_json:
        typer.echo(json.dumps({"fichiers": [f.name for f in written]}, indent=2))
    else:
        for file in written:
            typer.echo(str(output / file.name))
