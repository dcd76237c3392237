"""The verb that looks at the installation (``epn-geo doctor``)."""

from __future__ import annotations

import json
import locale
from pathlib import Path
from typing import Annotated

import typer

from epn_geo.verbs.options import AsJson, Language, known_lang
from epn_geo.verbs.options_network import CacheFolder

UNFIT = 1


def doctor_command(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder that is to be written into.")
    ] = Path("maps"),
    cache: CacheFolder = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Say what the installation has and lacks; end with 1 if a study could not be made."""
    from epn_geo.doctor import examine, is_fit  # noqa: PLC0415 - geopandas costs a second
    from epn_geo.labels import say  # noqa: PLC0415 - as above

    spoken = known_lang(lang)
    # ours are UTF-8 whatever the system: see `main`; other programs that read them may not be
    encoding = locale.getpreferredencoding(do_setlocale=False)
    found = examine(output=output, cache=cache, encoding=encoding, lang=spoken)
    fit = is_fit(found)
    if as_json:
        summary = {
            "en_ordre": fit,
            "locale": ".".join(part or "?" for part in locale.getlocale()),
            "examens": [finding._asdict() for finding in found],
        }
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        marks = {"ok": "ok", "avertissement": " !", "erreur": "!!"}
        words = {finding.subject: say(f"doctor_{finding.subject}", spoken) for finding in found}
        width = max(map(len, words.values()))
        for finding in found:
            subject = f"{words[finding.subject]:<{width}}"
            typer.echo(f"{marks[finding.state]}  {subject}  {finding.value}")
            if finding.advice:
                typer.echo(f"{'':{width + 6}}→ {finding.advice}")
        typer.echo(say("doctor_fit" if fit else "doctor_unfit", spoken), err=True)
    if not fit:
        raise typer.Exit(UNFIT)
