"""What a territory is called: by its own name, and never by that of what it is only a part of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from epn_geo.communes import count_communes
from epn_geo.labels import Lang, say
from epn_geo.sentences import listed

LEVELS = ("region", "departement", "epci")  # the largest first
# the communes of another vintage are not quite as many: from this share of today's on it is whole
WHOLE = 0.95


class _Piece(NamedTuple):
    """One territory of a level, as much of it as is there."""

    code: str
    name: str
    rows: pd.DataFrame
    whole: bool


def territory_name(communes: pd.DataFrame, lang: Lang = "fr") -> str:
    """Name the territory that some communes make, by the largest territories that are whole.

    Parameters
    ----------
    communes
        Communes, with the columns of `read_communes` or some of them; those with `dans_selection`
        False do not count.
    lang
        Language.

    Returns
    -------
    str
        The régions that are whole, then the départements, then the EPCI; what is left is told as a
        part of its EPCI, or of what there is a name for. Empty if nothing has a name.

    Examples
    --------
    >>> from epn_geo.communes import read_communes
    >>> territory_name(read_communes(region="28")), territory_name(read_communes(departements="61"))
    ('Normandie', 'Orne')
    >>> territory_name(read_communes(region="28", departements=["72"]))
    'Normandie et Sarthe'
    >>> territory_name(read_communes(departements="61").head(20).assign(epci=None, code_epci=None))
    'Orne (partie)'
    """
    left, names = selected(communes), []
    for level in LEVELS:
        for piece in _pieces(left, level):
            if piece.whole:
                names.append(piece.name)
                left = left.drop(piece.rows.index)
    for level in reversed(LEVELS):
        for piece in _pieces(left, level):
            names.append(say("territory_part", lang, name=piece.name))
            left = left.drop(piece.rows.index)
    return listed([*dict.fromkeys(names)], lang)


def titled(title: str, communes: pd.DataFrame, lang: Lang = "fr") -> str:
    """Add to a title which territory it is about.

    Parameters
    ----------
    title
        A title.
    communes, lang
        As `territory_name`.

    Returns
    -------
    str
        The title alone if the territory has no name.

    Examples
    --------
    >>> from epn_geo.communes import read_communes
    >>> titled("Accès", read_communes(departements="61"))
    'Accès – Orne'
    """
    name = territory_name(communes, lang)
    return f"{title} – {name}" if name else title


def part_names(communes: pd.DataFrame, lang: Lang = "fr") -> dict[tuple[str, str], str]:
    """Name the régions and départements of which only a part is there, and say which part.

    Parameters
    ----------
    communes
        As `territory_name`.
    lang
        Language.

    Returns
    -------
    dict
        Level and code, and what such a territory is called; whole ones are not in it.

    Examples
    --------
    >>> from epn_geo.communes import read_communes
    >>> part_names(read_communes(departements=["61", "14"]))
    {('region', '28'): 'Normandie (partie : Calvados et Orne)'}
    """
    inside = selected(communes)
    told = {}
    for level in LEVELS[:2]:
        for piece in _pieces(inside, level):
            if piece.whole:
                continue
            within = territory_name(piece.rows, lang)
            plain = say("territory_part", lang, name=piece.name)
            named = say("territory_part_of", lang, name=piece.name, part=within)
            told[level, piece.code] = plain if within in ("", plain) else named
    return told


def with_true_names(
    table: pd.DataFrame, level: str, parts: Mapping[tuple[str, str], str]
) -> pd.DataFrame:
    """Call the territories of a table by what is there of them.

    Parameters
    ----------
    table
        What `summarise` gave by this level.
    level
        ``"region"``, ``"departement"`` or ``"epci"``.
    parts
        What `part_names` gave.

    Returns
    -------
    pandas.DataFrame
        The same rows, other names where only a part is there.

    Examples
    --------
    >>> table = pd.DataFrame({"code_region": ["28"], "region": ["Normandie"]})
    >>> with_true_names(table, "region", {("region", "28"): "Normandie (partie : Orne)"})
      code_region                     region
    0          28  Normandie (partie : Orne)
    """
    if level not in table:
        return table
    called = table[f"code_{level}"].map(lambda code: parts.get((level, code)))
    return table.assign(**{level: called.fillna(table[level]).astype("str")})


def selected(communes: pd.DataFrame) -> pd.DataFrame:
    """Give the communes of the territory itself, without the rest of straddling EPCI.

    Parameters
    ----------
    communes
        Communes, with or without `dans_selection`.

    Returns
    -------
    pandas.DataFrame
        Some of their rows.

    Examples
    --------
    >>> communes = pd.DataFrame({"commune": ["a", "b"], "dans_selection": [True, False]})
    >>> selected(communes)["commune"].tolist()
    ['a']
    """
    if "dans_selection" not in communes:
        return communes
    return communes[communes["dans_selection"].astype(bool)]


def _pieces(communes: pd.DataFrame, level: str) -> Iterator[_Piece]:
    """Take communes apart by the territories of a level, in the order of their codes."""
    code, name = f"code_{level}", level
    if code not in communes or name not in communes or communes.empty:
        return
    known = count_communes(level)
    for value, rows in communes.groupby(code):
        first = rows[name].iloc[0]
        if isinstance(first, str) and first:
            # of a code that the reference data does not have, what is there is all that is known
            whole = len(rows) >= WHOLE * known.get(str(value), 0)
            yield _Piece(str(value), first, rows, whole)
