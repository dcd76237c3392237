"""The verbs that bring official lists (``epn-geo fetch …``) and look after what was kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from epn_geo.verbs.options import AsJson, Column, Language, known_lang, parse_columns, story
from epn_geo.verbs.options_network import Address, CacheFolder, MaxAge, Offline, open_door

if TYPE_CHECKING:
    from epn_geo.download import Door
    from epn_geo.sources import Fetched

fetch_app = typer.Typer(
    help="Bring official lists and boundaries: the only verbs that use the network.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
cache_app = typer.Typer(
    help="Look after the answers kept from the network.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Output = Annotated[Path, typer.Option("-o", "--output", help="File to write.")]


class ListSource(StrEnum):
    """Where ``fetch places`` brings places from."""

    CARTO_NATIONALE = "carto-nationale"


@fetch_app.command("epn")
def fetch_epn_command(
    output: Output = Path("epn.csv"),
    column: Column = None,
    url: Address = None,
    max_age: MaxAge = None,
    offline: Offline = False,
    cache: CacheFolder = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Bring the Région's labelled EPN and write them in the national standard."""
    from epn_geo.labels import say  # noqa: PLC0415 - kept out of --help
    from epn_geo.sources import EPN, EPN_URL, fetch_epn  # noqa: PLC0415 - as above

    what, columns = EPN.source, parse_columns(column)
    with story(lang) as tell, open_door(cache, max_age, offline, tell, lang) as door:
        tell(say("fetch_step", known_lang(lang), what=what))

        def on_page(done: int, total: int) -> None:
            tell(say("fetch_page", known_lang(lang), what=what, done=done, total=total))

        fetched = fetch_epn(output, door, url=url or EPN_URL, columns=columns, on_page=on_page)
        tell_fetched(fetched, what, tell, lang)
    print_fetched(fetched, as_json=as_json)


@fetch_app.command("places")
def fetch_places_command(
    output: Output = Path("lieux.csv"),
    source: Annotated[
        ListSource, typer.Option("--source", help="Which list.")
    ] = ListSource.CARTO_NATIONALE,
    departement: Annotated[
        str | None,
        typer.Option("--departement", help="One département. [default: all of Normandie]"),
    ] = None,
    url: Address = None,
    max_age: MaxAge = None,
    offline: Offline = False,
    cache: CacheFolder = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Bring the places of the national map, as published."""
    from epn_geo.sources import MAP_URL, NATIONAL_MAP, fetch_national_map  # noqa: PLC0415

    def bring(door: Door) -> Fetched:
        return fetch_national_map(output, door, departement=departement, url=url or MAP_URL)

    _fetch_file(bring, f"{NATIONAL_MAP.source} ({source})", max_age, offline, cache, lang, as_json)


@fetch_app.command("france-services")
def fetch_france_services_command(
    output: Output = Path("france-services.csv"),
    url: Address = None,
    max_age: MaxAge = None,
    offline: Offline = False,
    cache: CacheFolder = None,
    lang: Language = "fr",
    as_json: AsJson = False,
) -> None:
    """Bring the national list of France Services, as published."""
    from epn_geo.sources import (  # noqa: PLC0415 - kept out of --help
        FRANCE_SERVICES,
        FRANCE_SERVICES_URL,
        fetch_france_services,
    )

    def bring(door: Door) -> Fetched:
        return fetch_france_services(output, door, url=url or FRANCE_SERVICES_URL)

    _fetch_file(bring, FRANCE_SERVICES.source, max_age, offline, cache, lang, as_json)


@fetch_app.command("communes")
def fetch_communes_command(
    year: Annotated[int, typer.Option("--year", help="Year of the communes: that of today.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder to write into. [default: communes-YEAR]"),
    ] = None,
    resolution: Annotated[
        str, typer.Option("--resolution", help="Of the outlines: 50m, 100m or 1000m.")
    ] = "100m",
    outlines_url: Annotated[
        str | None, typer.Option("--outlines-url", help="Another address of the outlines (https).")
    ] = None,
    api_url: Annotated[
        str | None, typer.Option("--api-url", help="Another address of API Géo (https).")
    ] = None,
    max_age: MaxAge = None,
    offline: Offline = False,
    cache: CacheFolder = None,
    lang: Language = "fr",
) -> None:
    """Bring the communes and EPCI of a new year, for read_communes(path=...)."""
    from epn_geo.labels import say  # noqa: PLC0415 - kept out of --help
    from epn_geo.official import API_URL, OUTLINES_URL, fetch_communes  # noqa: PLC0415 - as above

    language = known_lang(lang)
    with story(lang) as tell, open_door(cache, max_age, offline, tell, lang) as door:
        made = fetch_communes(
            output or Path(f"communes-{year}"),
            year,
            door,
            resolution=cast("Any", resolution),  # an unknown one is refused there
            outlines_url=outlines_url or OUTLINES_URL,
            api_url=api_url or API_URL,
            tell=lambda step: tell(say("communes_step", language, year=year, step=step)),
        )
        tell(say("communes_done", language, year=year, **made._asdict()), done=True)
    typer.echo(str(made.folder))


def _fetch_file(
    bring: Callable[[Door], Fetched],
    what: str,
    max_age: str | None,
    offline: bool,
    cache: Path | None,
    lang: str,
    as_json: bool,
) -> None:
    """Bring one list and say what was brought."""
    from epn_geo.labels import say  # noqa: PLC0415 - kept out of --help

    with story(lang) as tell, open_door(cache, max_age, offline, tell, lang) as door:
        tell(say("fetch_step", known_lang(lang), what=what))
        fetched = bring(door)
        tell_fetched(fetched, what, tell, lang)
    print_fetched(fetched, as_json=as_json)


@cache_app.command("list")
def cache_list_command(
    cache: CacheFolder = None, lang: Language = "fr", as_json: AsJson = False
) -> None:
    """Say what was kept, from where and of when."""
    from epn_geo.labels import number, say  # noqa: PLC0415 - as above
    from epn_geo.network.cache import Cache  # noqa: PLC0415 - kept out of --help

    store, language = Cache(cache), known_lang(lang)
    records = list(store.records())
    if as_json:
        listed = [record._asdict() for record in records]
        typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for record in records:
        typer.echo(f"{record.received[:10]}  {record.size:>10}  {record.url}")
    size = number(sum(record.size for record in records) / 1e6, language, 1)
    key = "cache_listed" if records else "cache_empty"
    typer.echo(say(key, language, count=len(records), size=size, folder=store.folder), err=True)


@cache_app.command("clear")
def cache_clear_command(cache: CacheFolder = None, lang: Language = "fr") -> None:
    """Remove what was kept."""
    from epn_geo.labels import say  # noqa: PLC0415 - as above
    from epn_geo.network.cache import Cache  # noqa: PLC0415 - kept out of --help

    store, language = Cache(cache), known_lang(lang)
    count = store.clear()
    typer.echo(say("cache_cleared", language, count=count, folder=store.folder), err=True)


def tell_fetched(fetched: Fetched, what: str, tell: Any, lang: str) -> None:
    """Say what was brought: how many rows, of when, what had to be set right.

    Parameters
    ----------
    fetched, what
        The list, and what to call it.
    tell, lang
        As `story` gives it, and the language.

    Examples
    --------
    >>> from epn_geo.sources import Fetched
    >>> fetched = Fetched(Path("a.csv"), Path("b"), 143, "2026-11-20", 2, [])
    >>> tell_fetched(fetched, "EPN", lambda text, done: print(text), "fr")
    EPN : 143 lignes, données du 2026-11-20, dont 2 sans coordonnées.
    """
    from epn_geo.labels import say  # noqa: PLC0415 - kept out of --help

    language = known_lang(lang)
    for note in fetched.notes:
        tell(say("fetch_note", language, what=what, note=note), done=True)
    words = {"rows": fetched.rows, "date": fetched.date, "missing": fetched.without_point}
    tell(say("fetch_done", language, what=what, **words), done=True)


def print_fetched(fetched: Fetched, *, as_json: bool) -> None:
    """Print the path written, or a summary as JSON.

    Parameters
    ----------
    fetched
        The list.
    as_json
        Whether JSON was asked.

    Examples
    --------
    >>> from epn_geo.sources import Fetched
    >>> print_fetched(Fetched(Path("a.csv"), Path("b"), 143, "", 2, []), as_json=False)
    a.csv
    """
    if as_json:
        summary = fetched._asdict()
        summary |= {"path": str(fetched.path), "provenance": str(fetched.provenance)}
        typer.echo(json.dumps(summary, ensure_ascii=False, indent=2))
    else:
        typer.echo(str(fetched.path))
