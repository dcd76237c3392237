"""Findings: what is wrong, doubtful or worth knowing, in the words of the planner's language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from epn_geo.labels import Lang, say
from epn_geo.reading.guesses import absent_fields

Masks: TypeAlias = npt.NDArray[np.bool_]
Rows: TypeAlias = npt.NDArray[np.int64]
Texts: TypeAlias = npt.NDArray[np.object_]
Values: TypeAlias = Sequence[Any] | npt.NDArray[Any]

#: The columns of a frame of findings.
FINDING_COLUMNS = (
    "ligne",
    "id",
    "nom",
    "champ",
    "gravite",
    "code",
    "message",
    "valeur",
    "suggestion",
)
#: The severities, gravest first.
SEVERITIES = ("erreur", "avertissement", "information")
ERROR, WARNING, NOTE = SEVERITIES

#: How the corrections of a place put at a town hall say so.
PLACED = "coordonnées : placé à la mairie"

#: The row number of a finding about the whole list.
WHOLE_LIST = 0


class Book:
    """The places as text, and the findings written so far.

    Attributes
    ----------
    places, communes, lang
        What is checked, against what, and the language of the messages.
    memo
        Tables that several checks use, once made.
    lines
        The number of each row in the file.
    has_point
        The rows with a usable point.
    here
        The rows that are not blank: a point, or something in one of the fields.
    absent
        The fields that no column of the file was found for, and the column that could be theirs.
    """

    def __init__(
        self,
        places: gpd.GeoDataFrame,
        communes: gpd.GeoDataFrame,
        lang: Lang,
        *,
        fields: Collection[str],
    ) -> None:
        self.places = places
        self.communes = communes
        self.lang = lang
        self.size = len(places)
        self.memo: dict[str, pd.DataFrame] = {}
        self._texts: dict[str, Texts] = {}
        self.lines = (
            places["ligne"].to_numpy()
            if "ligne" in places.columns
            else np.arange(1, self.size + 1, dtype=np.int64)
        )
        self.has_point: Masks = ~(places.geometry.isna() | places.geometry.is_empty).to_numpy()
        cells = [self.text(name) != "" for name in fields if name in places.columns]
        filled = np.any(cells, axis=0) if cells else np.zeros(self.size, dtype=bool)
        self.here: Masks = filled | self.has_point
        self.absent = absent_fields(self.text("corrections"))
        self._rows: list[tuple[object, ...]] = []

    def text(self, name: str) -> Texts:
        """Give a column as text, empty where there is no value or no column."""
        if name not in self._texts:
            self._texts[name] = self._read_text(name)
        return self._texts[name]

    def _read_text(self, name: str) -> Texts:
        if name not in self.places.columns:
            return np.full(self.size, "", dtype=object)
        column = self.places[name]
        cells: Texts = column.astype("str").where(column.notna(), "").to_numpy(dtype=object)
        return cells

    def declared(self, name: str) -> Texts:
        """Give the code or name of the commune that the file itself declared."""
        kept = {"code_insee": "code_insee_declare", "commune": "commune_declaree"}[name]
        return self.text(kept if kept in self.places.columns else name)

    def add(
        self,
        code: str,
        gravity: str | Sequence[str],
        at: Rows | Sequence[int],
        *,
        field: str = "",
        value: Values | None = None,
        suggestion: Values | None = None,
        key: str = "",
        **words: Values,
    ) -> None:
        """Write a finding for each row (its position).

        `words` are what the names in the message stand for, one for each row; `key` is the
        message's, where it is not that of the code.
        """
        ids, names = self.text("id"), self.text("nom")
        values = self.text(field) if value is None and field in self.places.columns else None
        for rank, row in enumerate(at):
            said = {name: each[rank] for name, each in words.items()}
            shown = value[rank] if value is not None else "" if values is None else values[row]
            self._rows.append(
                (
                    int(self.lines[row]),
                    ids[row],
                    short(names[row]),
                    field,
                    gravity if isinstance(gravity, str) else gravity[rank],
                    code,
                    say(f"finding_{key or code}", self.lang, **said),
                    short(shown),
                    suggestion[rank] if suggestion is not None else "",
                )
            )

    def add_for_all(
        self,
        key: str,
        code: str,
        gravity: str,
        field: str,
        *,
        line: int = WHOLE_LIST,
        value: str = "",
        suggestion: str = "",
        **words: object,
    ) -> None:
        """Write a finding about the whole list, or about a line that is no place."""
        message = say(f"finding_{key}", self.lang, **words)
        self._rows.append((line, "", "", field, gravity, code, message, value, suggestion))

    def findings(self) -> pd.DataFrame:
        """Give the findings in order."""
        rank = {severity: i for i, severity in enumerate(SEVERITIES)}
        rows = sorted(self._rows, key=lambda row: (row[0], rank[str(row[4])], row[5], row[3]))
        frame = pd.DataFrame(rows, columns=FINDING_COLUMNS)
        types = dict.fromkeys(FINDING_COLUMNS, "str") | {"ligne": "int64"}
        return frame.astype(types)


def short(value: object, length: int = 200) -> str:
    """Give a value as text that a cell of a report can show.

    Parameters
    ----------
    value
        Anything.
    length
        The number of characters kept.

    Returns
    -------
    str
        The text, cut where it is longer.

    Examples
    --------
    >>> short("abcdef", 3)
    'abc…'
    """
    text = str(value)
    return text if len(text) <= length else f"{text[:length]}…"


def positions(mask: Masks) -> Rows:
    """Give the positions of the rows of a mask.

    Parameters
    ----------
    mask
        One truth value per row.

    Returns
    -------
    numpy.ndarray of int
        Positions, in order.

    Examples
    --------
    >>> positions(np.array([False, True, True])).tolist()
    [1, 2]
    """
    return np.flatnonzero(mask).astype(np.int64)


def listed(lines: Rows, most: int = 5) -> str:
    """Give the first of some line numbers as text.

    Parameters
    ----------
    lines
        Line numbers.
    most
        How many are shown.

    Returns
    -------
    str
        The numbers, and a sign that there are more.

    Examples
    --------
    >>> listed(np.array([2, 5, 9]), most=2)
    '2, 5…'
    """
    shown = ", ".join(str(line) for line in lines[:most])
    return f"{shown}…" if len(lines) > most else shown
