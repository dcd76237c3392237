"""What is wrong, doubtful or worth knowing in a list of places, row by row.

Problems in the data are not errors: they are rows of a table that a planner can sort, filter and
send back to whoever keeps the list. Nothing is changed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.checking.cellchecks import (
    check_ages,
    check_dates,
    check_figures,
    check_formats,
    check_required,
    check_rows,
    check_values,
)
from epn_geo.checking.findings import (
    ERROR,
    NOTE,
    PLACED,
    WARNING,
    Book,
    Masks,
    Rows,
    Texts,
    positions,
    short,
)
from epn_geo.checking.likeness import closest_each, name_pairs, place_key
from epn_geo.checking.wherechecks import (
    check_agreement,
    check_codes,
    check_coordinates,
    check_names,
    check_territory,
)
from epn_geo.errors import DataError
from epn_geo.joins import locate
from epn_geo.labels import Lang, check_lang
from epn_geo.reading.guesses import MISSING
from epn_geo.standard import COLUMNS, split_list

_SAME_PLACE = 6  # decimals of a degree: about 0.1 m


def check_places(
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    *,
    lang: Lang = "fr",
    today: date | str | None = None,
    max_age_days: int = 730,
) -> pd.DataFrame:
    """List what is wrong, doubtful or worth knowing in a list of places.

    Parameters
    ----------
    places
        Places, as `read_places` or `locate` gives them. They are located first if they are not.
    communes
        The communes of the territory, as `read_communes` gives them.
    lang
        The language of the messages.
    today
        The day against which dates are judged, a date or YYYY-MM-DD. Without it no date is called
        old or future.
    max_age_days
        The age in days beyond which a record is called old.

    Returns
    -------
    pandas.DataFrame
        One row per finding, by row of the file then gravity: ``ligne`` (0 for what is about the
        whole list), ``id``, ``nom``, ``champ``, ``gravite`` ("erreur", "avertissement",
        "information"), ``code`` (a name for scripts), ``message``, ``valeur`` and ``suggestion``
        (empty text where there is none).

    Raises
    ------
    DataError
        If `today` is no date, or the language is unknown.

    Examples
    --------
    >>> import shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14118"], "commune": ["Caen"]},
    ...     geometry=[shapely.box(-0.42, 49.15, -0.33, 49.22)],
    ...     crs=4326,
    ... )
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["a", "a"], "nom": ["Le Phare", "Le Port"]},
    ...     geometry=[shapely.Point(-0.37, 49.18), None],
    ...     crs=4326,
    ... )
    >>> findings = check_places(places, communes)
    >>> findings.loc[findings["gravite"] == "erreur", ["ligne", "code"]].values.tolist()
    [[1, 'id_en_double'], [2, 'coordonnees_absentes'], [2, 'id_en_double']]
    """
    check_lang(lang)
    day = _day(today)
    located = places if "accord" in places.columns else locate(places, communes)
    book = Book(located, communes, lang, fields=COLUMNS)
    for check in _CHECKS:
        check(book)
    if day is not None:
        check_ages(book, day, max_age_days)
    return book.findings()


def _day(today: date | str | None) -> date | None:
    if today is None or isinstance(today, date):
        return today
    try:
        return date.fromisoformat(today)
    except (TypeError, ValueError):
        raise DataError(f"today must be a date such as '2026-01-31', not {today!r}.") from None


def _check_twins(book: Book) -> None:
    """Say which places share an id or a point."""
    ids = book.text("id")
    for rows in _groups(ids, book.here & (ids != "")):
        book.add("id_en_double", ERROR, rows, field="id", lines=_others(book, rows))
    points = book.places.geometry.to_crs(4326)
    x, y = (np.round(part.to_numpy(), _SAME_PLACE) for part in (points.x, points.y))
    keys = np.array([f"{a},{b}" for a, b in zip(x, y, strict=True)], dtype=object)
    put = np.array([PLACED in text for text in book.text("corrections")], dtype=bool)
    for rows in _groups(keys, book.has_point & ~put):
        book.add("memes_coordonnees", WARNING, rows, field="latitude", lines=_others(book, rows))


def _groups(keys: Texts, among: Masks) -> Iterator[Rows]:
    """Give the rows of each key that several rows bear."""
    rows = positions(among)
    for group in pd.Series(rows).groupby(keys[rows], sort=False):
        if len(group[1]) > 1:
            yield group[1].to_numpy()


def _others(book: Book, rows: Rows) -> list[str]:
    """Give, for each row of a group, the line numbers of some others."""
    first = [int(line) for line in book.lines[rows[:6]]]
    many = len(rows) > 6
    lists = []
    for row in rows:
        others = [line for line in first if line != int(book.lines[row])][:5]
        lists.append(", ".join(map(str, others)) + ("…" if many else ""))
    return lists


def _check_near_names(book: Book) -> None:
    """Say which places of one commune have nearly the same name."""
    names = book.text("nom")
    keys = np.where(
        book.text("code_insee") != "", book.text("code_insee"), book.declared("code_insee")
    )
    folded = np.array([place_key(name) for name in book.declared("commune")], dtype=object)
    keys = np.where(keys != "", keys, folded)
    for rows in _groups(keys, book.here & (names != "") & (keys != "")):
        for one, other in name_pairs(names[rows].tolist()):
            pair = rows[[one, other]]
            lines = [int(line) for line in book.lines[pair[::-1]]]
            book.add(
                "nom_proche", WARNING, pair, field="nom", row=lines, suggestion=names[pair[::-1]]
            )


def _check_parents(book: Book) -> None:
    kinds, parents, ids = book.text("categorie"), book.text("parent_id"), book.text("id")
    antenna, named = kinds == "antenne", book.text("structure_parente")
    orphan = antenna & (parents == "")
    book.add("antenne_sans_parent", WARNING, positions(orphan & (named == "")), field="parent_id")
    known = set(ids)
    lost = positions(np.array([bool(p) and p not in known for p in parents], dtype=bool))
    advice = _likely_parents(book, parents[lost], antenna)
    book.add("parent_introuvable", WARNING, lost, field="parent_id", suggestion=advice)
    unread = positions(orphan & (named != ""))
    book.add(
        "parent_introuvable",
        WARNING,
        unread,
        field="structure_parente",
        suggestion=_likely_parents(book, named[unread], antenna),
        key="parent_sans_nom",
    )
    antennas = set(ids[antenna])
    odd = np.array([bool(p) and p in antennas for p in parents], dtype=bool)
    odd |= (parents != "") & (parents == ids)
    book.add("parent_incoherent", WARNING, positions(odd), field="parent_id")


def _likely_parents(book: Book, written: Texts, antenna: Masks) -> list[str]:
    """Give the place whose name or id looks most like what was written for a parent."""
    if not len(written):
        return []
    told: dict[str, str] = {}
    ids, names = book.text("id"), book.text("nom")
    for row in positions(book.here & ~antenna):
        told[str(ids[row])] = told[str(names[row])] = f"{names[row]} ({ids[row]})"
    told.pop("", None)
    return [told.get(near, "") for near in closest_each(written.tolist(), told)]


# -- what is worth knowing


def _check_moving(book: Book) -> None:
    moving = np.array(["Itinérant" in split_list(c) for c in book.text("itinerance")], dtype=bool)
    book.add("itinerant", NOTE, positions(moving), field="itinerance")


def _say_corrections(book: Book) -> None:
    """Repeat what was set right on reading, so that the list itself can be corrected."""
    for row, text in enumerate(book.text("corrections")):
        items = [item for item in text.split(" ; ") if item]
        own = [item for item in items if not item.startswith("fichier : ")]
        about = [item.removeprefix("fichier : ") for item in items if item not in own]
        about = [item for item in about if not _is_said_apart(book, item)]
        if about:
            book.add_for_all("fichier_lu", "fichier_lu", NOTE, "", corrections=", ".join(about))
        if own:
            book.add("corrige", NOTE, [row], corrections=[short(" ; ".join(own), 1000)])


_BLANK = re.compile(r"(\d+) lignes? vides? ignorées? \(lignes? (.*)\)")
_IGNORED = re.compile(r"ligne (\d+) ignorée, ce n’est pas un lieu \(« (.*) »\)")


def _is_said_apart(book: Book, item: str) -> bool:
    """Say what was said of the file in a finding of its own, if it has one."""
    if found := _BLANK.fullmatch(item):
        lines = found[2] if book.lang == "fr" else found[2].replace(" à ", " to ")
        words: dict[str, Any] = {"count": int(found[1]), "lines": lines}
        book.add_for_all("lignes_vides", "lignes_vides", NOTE, "", **words)
        return True
    if found := _IGNORED.fullmatch(item):
        line, held = int(found[1]), found[2]
        book.add_for_all("ligne_ignoree", "ligne_ignoree", NOTE, "", line=line, value=held)
        return True
    return item.startswith(MISSING)


_CHECKS: tuple[Callable[[Book], None], ...] = (
    check_rows,
    check_required,
    check_formats,
    check_values,
    check_dates,
    check_figures,
    check_coordinates,
    check_territory,
    check_codes,
    check_agreement,
    check_names,
    _check_twins,
    _check_near_names,
    _check_parents,
    _check_moving,
    _say_corrections,
)
