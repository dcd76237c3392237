"""The verb that writes files to publish (``epn-geo publish``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from epn_geo.verbs.options import (
    FINDINGS_REMAIN,
    AsJson,
    Column,
    CommunesFolder,
    Departement,
    Epci,
    Language,
    Region,
    SheetName,
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
    sheet: SheetName = None,
    communes: CommunesFolder = None,
    date: Annotated[
        str | None,
        typer.Option(
            "--date",
            help="Date (YYYY-MM-DD) of the places that do not tell theirs. [default: 1970-01-01, "
            "the standard's sign for unknown]",
        ),
    ] = None,
    pivot: Annotated[
        str | None,
        typer.Option(
            "--pivot",
            help="SIRET, RNA or RIDET of the places that do not tell theirs. [default: fourteen "
            "zeros, the standard's sign for unknown]",
        ),
    ] = None,
    within: Annotated[
        bool, typer.Option("--within", help="Leave out the places outside the territory.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with code 3 if errors or warnings are found.")
    ] = False,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Write a list for data.gouv: the national standard, ours beside, GeoJSON, and findings."""
    from epn_geo.checking.telling import tell_findings  # noqa: PLC0415 - kept out of --help
    from epn_geo.communes import read_communes  # noqa: PLC0415 - as above
    from epn_geo.labels import number, say  # noqa: PLC0415 - as above
    from epn_geo.places import read_places  # noqa: PLC0415 - as above
    from epn_geo.publication import prepare_publication, write_publication  # noqa: PLC0415
    from epn_geo.staging import staged_folder  # noqa: PLC0415 - as above
    from epn_geo.writing import write_table  # noqa: PLC0415 - as above

    spoken, options = known_lang(lang), study_options(places, region, departement, epci, column)
    with story(lang) as tell:
        tell(say("step_read", spoken, file=places.name))
        frame = read_places(places, columns=options["columns"], sheet=sheet)
        territory = read_communes(
            options["region"], options["departements"], options["epci"], path=communes
        )
        ready = prepare_publication(
            frame, territory, date=date, pivot=pivot, within=within, lang=spoken
        )
        findings = ready.findings
        with staged_folder(output) as stage:
            written = write_publication(ready.places, stage)
            written.append(write_table(findings, stage / "constats.csv"))
        left = findings[findings["code"].str.startswith("non_publie")]
        counts = {"rows": len(frame), "kept": len(ready.places), "left": len(left)}
        words = {name: number(count, spoken) for name, count in counts.items()}
        tell(say("account_publish", spoken, **words), done=True)
        remaining = findings[findings["gravite"] != "information"]
        # what was left out is told whatever its gravity
        told = findings.loc[remaining.index.union(left.index)]
        for line in tell_findings(told, spoken, everything=True) if len(told) else []:
            tell(line, done=True)
    if as_json:
        summary = {
            "fichiers": [file.name for file in written],
            "lus": len(frame),
            "publies": len(ready.places),
            "laisses_de_cote": left[["ligne", "id", "nom", "code"]].to_dict("records"),
            "constats": {str(k): int(v) for k, v in findings["gravite"].value_counts().items()},
        }
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        for file in written:
            typer.echo(str(output / file.name))
    if strict and len(remaining):
        raise typer.Exit(FINDINGS_REMAIN)
