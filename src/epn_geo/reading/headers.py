"""Which column of a file holds which field, and what to do when two claim the same one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from epn_geo.errors import ColumnError, did_you_mean

# Fields where reading the wrong one of two columns would move or rename a place.
_VITAL = frozenset(
    {
        *("id", "nom", "commune", "code_postal", "code_insee", "latitude", "longitude", "point"),
        *("categorie", "parent_id"),
    }
)

# Fields of polygons of reach, which the columns of a list are sometimes taken for.
OF_AREAS = ("minutes", "route_km")


class Headers(NamedTuple):
    """The column that holds each field, and what is to be said about it, in French."""

    columns: dict[str, str]
    notes: list[str]


class _Claim(NamedTuple):
    rank: int
    column: str
    header: str


def match_headers(
    cells: pd.DataFrame,
    headers: Sequence[str],
    *,
    claim_of: Callable[[str], tuple[str, int] | None],
    chosen: Mapping[str, str | None],
    fields: Collection[str],
    name: str,
) -> Headers:
    """Find the column of each field.

    Parameters
    ----------
    cells
        The table.
    headers
        The name of each of its columns in the file, where repeated names are still the same.
    claim_of
        Gives the field a name stands for and how firmly (0 the firmest), or None.
    chosen
        Columns chosen by the caller, by field; None for a field that no column holds.
    fields
        The fields that may be chosen.
    name
        The file's name, for messages.

    Returns
    -------
    Headers
        Fields and their columns.

    Raises
    ------
    ColumnError
        If a chosen field or column does not exist, or two columns that differ claim a field that
        says which place it is or where.

    Examples
    --------
    >>> cells = pd.DataFrame({"Nom": ["EPN"], "Lat": ["49"]})
    >>> known = {"Nom": ("nom", 0), "Lat": ("latitude", 1)}
    >>> match_headers(
    ...     cells, ["Nom", "Lat"], claim_of=known.get, chosen={}, fields=known, name="a.csv"
    ... )
    Headers(columns={'nom': 'Nom', 'latitude': 'Lat'}, notes=['colonnes lues : Lat → latitude'])
    """
    columns = _chosen(cells, chosen, fields, name)
    claims: dict[str, list[_Claim]] = {}
    for column, header in zip(cells.columns, headers, strict=True):
        claim = claim_of(header)
        if claim and claim[0] not in chosen and column not in columns.values():
            claims.setdefault(claim[0], []).append(_Claim(claim[1], str(column), header))
    notes: list[str] = []
    renamed = [f"{column} → {field}" for field, column in columns.items()]
    for field, all_claims in claims.items():
        best = min(all_claims, key=lambda claim: claim.rank)
        for other in all_claims:
            if other is not best:
                _refuse_guess(cells, field, (best, other), name)
                notes.append(
                    f"colonne {other.column} laissée à part, {field} lu dans {best.column}"
                )
        columns[field] = best.column
        if best.rank:
            renamed.append(f"{best.header} → {field}")
    if renamed:
        notes.insert(0, f"colonnes lues : {', '.join(renamed)}")
    return Headers(columns, notes)


def _chosen(
    cells: pd.DataFrame, chosen: Mapping[str, str | None], fields: Collection[str], name: str
) -> dict[str, str]:
    """Check the columns chosen by the caller."""
    for field, column in chosen.items():
        if field not in fields:
            hint = did_you_mean(field, fields)
            if field in OF_AREAS:
                hint = " It is one of polygons of reach: call the column so in their own file."
            raise ColumnError(f"columns: {field!r} is no field of a place.{hint}")
        if column is not None and column not in cells.columns:
            names = [str(c) for c in cells.columns]
            hint = did_you_mean(column, names) or f" It has {', '.join(map(repr, names))}."
            raise ColumnError(f"{name} has no column {column!r} for {field!r}.{hint}")
    return {field: column for field, column in chosen.items() if column is not None}


def _refuse_guess(
    cells: pd.DataFrame, field: str, claims: tuple[_Claim, _Claim], name: str
) -> None:
    """Refuse to choose between two columns when the choice would move or rename a place."""
    if field not in _VITAL or claims[0].rank != claims[1].rank:
        return
    first, second = (cells[claim.column] for claim in claims)
    if ((first != second) & (first != "") & (second != "")).any():
        one, two = (claim.column for claim in claims)
        raise ColumnError(
            f"{name}: the columns {one!r} and {two!r} could both be {field!r} and they differ. "
            f"Say which one: --column {field}={one!r} (in Python, columns={{{field!r}: {one!r}}})."
        )
