"""What the verbs that use the network have in common: the cache, the door, and the bar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from epn_geo.errors import DataError
from epn_geo.verbs.options import known_lang

if TYPE_CHECKING:
    from epn_geo.download import Door

Address = Annotated[
    str | None, typer.Option("--url", help="Another address of the same service (https).")
]
MaxAge = Annotated[
    str | None,
    typer.Option(
        "--max-age",
        help="Be content with an answer received within this time, as 7d, 12h or 30min. "
        "[default: ask the server whether it changed]",
    ),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Use what was fetched before, however old.")
]
CacheFolder = Annotated[
    Path | None,
    typer.Option("--cache", help="Folder of the answers kept. [default: the user's cache]"),
]


@contextmanager
def open_door(
    cache: Path | None, max_age: str | None, offline: bool, tell: Any, lang: str
) -> Iterator[Door]:
    """Open the way to the network as the options say, telling each wait.

    Parameters
    ----------
    cache, max_age, offline, lang
        As typed.
    tell
        As `story` gives it.

    Yields
    ------
    Door
        Closed at the end.

    Examples
    --------
    >>> with open_door(Path("/nowhere"), "7d", True, None, "fr") as door:
    ...     door.max_age_s
    604800.0
    """
    from epn_geo.download import Door  # noqa: PLC0415 - as above
    from epn_geo.labels import say  # noqa: PLC0415 - as above
    from epn_geo.network.asks import Waiting  # noqa: PLC0415 - kept out of --help
    from epn_geo.network.cache import Cache  # noqa: PLC0415 - as above

    def on_wait(wait: Waiting) -> None:
        words = wait._asdict() | {"seconds": round(wait.seconds)}
        tell(say("fetch_wait", known_lang(lang), **words), done=True)

    seconds = 0.0 if max_age is None else parse_age(max_age)
    with Door(Cache(cache), max_age_s=seconds, offline=offline, on_wait=on_wait) as door:
        yield door


def parse_age(text: str) -> float:
    """Read a time with its unit.

    Parameters
    ----------
    text
        As typed: days (``7d``), hours (``12h``) or minutes (``30min``).

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    DataError
        For a number without unit, or anything else.

    Examples
    --------
    >>> parse_age("7d"), parse_age("1.5h"), parse_age("30min")
    (604800.0, 5400.0, 1800.0)
    """
    seconds = {"d": 86_400.0, "h": 3600.0, "min": 60.0}
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(d|h|min)", text.strip())
    if match is None:
        unit = f" Did you mean '{text}d'?" if re.fullmatch(r"\d+", text) else ""
        raise DataError(f"{text!r} is not a time: write it with its unit, as 7d or 12h.{unit}")
    return float(match[1].replace(",", ".")) * seconds[match[2]]


@contextmanager
def bar(lang: str, what: str) -> Iterator[tuple[Any, Callable[[int, int], None]]]:
    """Show on stderr how far a long work is; on a terminal only, and gone at the end.

    Parameters
    ----------
    lang
        The language asked for; refused at once if it is unknown.
    what
        What is being done.

    Yields
    ------
    tuple of callable
        The first says a sentence, as that of `story`; the second takes what is done and all there
        is to do.

    Examples
    --------
    >>> with bar("fr", "Géocodage") as (tell, progress):
    ...     progress(1, 2)
    """
    from rich.console import Console  # noqa: PLC0415 - kept out of --help
    from rich.progress import Progress  # noqa: PLC0415 - as above

    known_lang(lang)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=None)

        def tell(text: str, *, done: bool = False) -> None:
            if done:
                shown.console.print(text, markup=False)
            else:
                shown.update(task, description=text)

        def progress(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        yield tell, progress
