"""The territories: communes with their outlines, and the EPCI, départements and régions they form.

The data comes with the library, one GeoParquet per département; ``data/communes/README.md`` says
where it is from, how it was made and what is missing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import geopandas as gpd
import pandas as pd

from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError, did_you_mean, fold

OneOrMore: TypeAlias = str | int | Iterable[str | int]

# What stands before the name proper of an EPCI.
_GROUP_WORDS = re.compile(r"^(cc|ca|cu)( agglo)?( (du|de|des|d))?( (la|le|les|l))? ")

COLUMNS = (
    "code_insee",
    "commune",
    "code_epci",
    "epci",
    "code_departement",
    "departement",
    "code_region",
    "region",
    "population",
    "superficie_km2",
    "mairie_longitude",
    "mairie_latitude",
    "mairie_source",
    "dans_selection",
    "geometry",
)


def read_communes(
    region: OneOrMore | None = None,
    departements: OneOrMore | None = None,
    epci: OneOrMore | None = None,
    *,
    whole_epci: bool = False,
    path: str | Path | None = None,
) -> gpd.GeoDataFrame:
    """Read the communes of some territories, with outlines, town halls and populations.

    Parameters
    ----------
    region, departements, epci
        Codes or names, one or several; accents, case and punctuation are forgiven. Several
        arguments add up: ``region="28", departements="72"`` is Normandie and the Sarthe. None of
        them is all of France.
    whole_epci
        Also read the communes outside the selection whose EPCI has a commune inside. They are
        marked by ``dans_selection`` False, so that the whole EPCI and its part in the selection can
        both be had.
    path
        A folder laid out like the library's own ``data/communes``, to use instead of it.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per commune, sorted by code, in EPSG:4326: ``code_insee``, ``commune`` (name with
        its article), ``code_epci``, ``epci`` (missing for the communes of no EPCI),
        ``code_departement``, ``departement``, ``code_region``, ``region``, ``population``
        (population municipale), ``superficie_km2``, ``mairie_longitude``, ``mairie_latitude``,
        ``mairie_source`` ("mairie" for the official point, "intérieur" for a point inside the
        outline where there is none), ``dans_selection`` and the outline.

    Raises
    ------
    DataError
        For a territory that does not exist, or a folder that lacks a file.

    Examples
    --------
    >>> manche = read_communes(departements="Manche")
    >>> len(manche), int(manche["population"].sum())
    (445, 497522)
    >>> read_communes(epci="CC Coeur de Nacre")["commune"].head(2).tolist()
    ['Colomby-Anguerny', 'Anisy']
    """
    folder = embedded_path("communes") if path is None else Path(path)
    inside = _read_selection(folder, region, departements, epci)
    frames = [inside.assign(dans_selection=True)]
    if whole_epci and (missing := _missing_members(folder, inside)):
        frames.append(_read_codes(folder, missing).assign(dans_selection=False))
    return pd.concat(frames).sort_values("code_insee", ignore_index=True)[[*COLUMNS]]


def read_epci(path: str | Path | None = None) -> pd.DataFrame:
    """Read the table of all EPCI of France, members counted whole whatever the selection.

    Parameters
    ----------
    path
        A folder laid out like the library's own ``data/communes``, to use instead of it.

    Returns
    -------
    pandas.DataFrame
        One row per EPCI, sorted by code: ``code_epci``, ``epci``, ``nature`` (CC, CA, CU, METRO),
        ``population``, ``communes`` (number of members), ``departements``, ``regions`` and
        ``membres`` (codes joined by ``|``).

    Examples
    --------
    >>> epci = read_epci().set_index("code_epci")
    >>> epci.loc["200066462", ["epci", "regions"]].tolist()
    ['CC Interco Normandie Sud Eure', '24|28']
    """
    return _read_table(embedded_path("communes") if path is None else Path(path), "epci")


def count_communes(level: str, path: str | Path | None = None) -> dict[str, int]:
    """Count the communes of every territory of one level, whole whatever the selection.

    Parameters
    ----------
    level
        ``"region"``, ``"departement"`` or ``"epci"``.
    path
        A folder laid out like the library's own ``data/communes``, to use instead of it.

    Returns
    -------
    dict
        Code, and the number of communes.

    Examples
    --------
    >>> count_communes("departement")["61"]
    381
    """
    folder = embedded_path("communes") if path is None else Path(path)
    table = _read_table(folder, level if level == "epci" else f"{level}s")
    codes, counts = table[f"code_{level}"].astype("str"), table["communes"]
    return {code: int(count) for code, count in zip(codes, counts, strict=True)}


def successions(codes: Iterable[str], path: str | Path | None = None) -> pd.DataFrame:
    """Tell what each of some commune codes, old or new, is today.

    Parameters
    ----------
    codes
        Commune codes, as in a list of places. A Series keeps its index.
    path
        A folder laid out like the library's own ``data/communes``, to use instead of it.

    Returns
    -------
    pandas.DataFrame
        One row per code, in the order given: ``code``, ``nom`` (the last name it had),
        ``code_actuel`` (missing where it cannot be told), ``statut``, ``candidats`` (codes joined
        by ``|``) and ``date``, the day of the change, or the 1 January of the first yearly list
        that shows it.

        ``statut`` is "actuel"; "remplacé" by ``code_actuel``; "arrondissement" of the commune
        ``code_actuel`` (Paris, Lyon, Marseille); "scindé": since 2015 the code also stood for the
        communes in ``candidats``, and a list older than ``date`` may mean any of them, though
        ``code_actuel`` still bears the code; "supprimé", with no successor; or "inconnu".

    Examples
    --------
    >>> codes = successions(["14513", "14712", "14118"])
    >>> codes[["code_actuel", "statut", "candidats"]].to_numpy().tolist()
    [['50592', 'remplacé', ''], ['14712', 'scindé', '14666|14712'], ['14118', 'actuel', '']]
    """
    folder = embedded_path("communes") if path is None else Path(path)
    asked = codes if isinstance(codes, pd.Series) else pd.Series([*codes], dtype="str")
    known = _read_table(folder, "succession", "code")
    found = known.reindex(asked).set_axis(asked.index)
    found.insert(0, "code", asked)
    blanks = {"statut": "inconnu", "candidats": "", "date": ""}
    return found.fillna(blanks)


def current_codes(codes: pd.Series) -> pd.Series:
    """Give the commune code of today for each of some codes.

    Parameters
    ----------
    codes
        Commune codes, old or new.

    Returns
    -------
    pandas.Series
        The same rows and index; missing where a code is unknown, or led to several communes.

    Examples
    --------
    >>> current_codes(pd.Series(["14513", "14118", "00000"], index=[7, 8, 9])).to_dict()
    {7: '50592', 8: '14118', 9: nan}
    """
    return successions(codes)["code_actuel"]


def current_code(code: str, path: str | Path | None = None) -> str:
    """Give the commune code of today for an old one.

    Changes are followed forwards in time only, so a code that went there and back, or that was
    given again, ends where its territory is. A code in force today is itself.

    Parameters
    ----------
    code
        A commune code, old or new.
    path
        A folder laid out like the library's own ``data/communes``, to use instead of it.

    Returns
    -------
    str
        The code in force on the day of the embedded data.

    Raises
    ------
    DataError
        If no commune ever had this code, or if its territory went to several communes.

    Examples
    --------
    >>> current_code("14513"), current_code("27058"), current_code("27676")
    ('50592', '27676', '27676')
    """
    found = successions([code], path).iloc[0]
    if pd.notna(found["code_actuel"]):
        return str(found["code_actuel"])
    if found["candidats"]:
        raise DataError(
            f"The territory of {code} ({found['nom']}) went to several communes on "
            f"{found['date']}: choose one of {found['candidats'].replace('|', ', ')}."
        )
    if found["statut"] == "supprimé":
        raise DataError(f"Commune {code} ({found['nom']}) was abolished without a successor.")
    raise DataError(
        f"No commune of France ever had the code {code!r}: commune codes are five characters of "
        "text, such as '01004' or '2A004'; look for a lost leading zero or a postcode."
    )


def _read_selection(
    folder: Path,
    region: OneOrMore | None,
    departements: OneOrMore | None,
    epci: OneOrMore | None,
) -> gpd.GeoDataFrame:
    """Read the communes of all the territories named, each once."""
    table = _read_table(folder, "departements")
    if region is None and departements is None and epci is None:
        return _read_departements(folder, table["code_departement"])
    whole = _select(table, "departement", departements)
    regions = _select(_read_table(folder, "regions"), "region", region)
    whole |= set(table.loc[table["code_region"].isin(regions), "code_departement"])
    groups = _read_table(folder, "epci")
    codes = _members(groups, _select(groups, "epci", epci))
    alone = {code for code in codes if _departement_of(code) not in whole}
    frames = [_read_departements(folder, whole)] if whole else []
    return pd.concat([*frames, _read_codes(folder, alone)] if alone else frames)


def _missing_members(folder: Path, inside: gpd.GeoDataFrame) -> set[str]:
    """Give the codes of the communes that `inside` lacks of the EPCI it touches."""
    codes = _members(_read_table(folder, "epci"), set(inside["code_epci"].dropna()))
    return codes - set(inside["code_insee"])


def _members(groups: pd.DataFrame, codes: set[str]) -> set[str]:
    lists = groups.loc[groups["code_epci"].isin(codes), "membres"]
    return {code for members in lists for code in members.split("|")}


def _read_codes(folder: Path, codes: set[str]) -> gpd.GeoDataFrame:
    frame = _read_departements(folder, {_departement_of(code) for code in codes})
    return frame[frame["code_insee"].isin(codes)]


def _read_departements(folder: Path, codes: Iterable[str]) -> gpd.GeoDataFrame:
    # One call for all the files is ten times faster than one call each.
    return gpd.read_parquet(
        [_existing(folder / f"communes-{code}.parquet") for code in sorted(codes)]
    )


def _read_table(folder: Path, name: str, index: str | None = None) -> pd.DataFrame:
    path = _existing(folder / f"{name}.parquet")
    told = path.stat()
    # a shallow copy: pandas copies what a caller changes, and only that
    return _table_as_of(path, index, told.st_mtime_ns, told.st_size).copy(deep=False)


@lru_cache(maxsize=8)  # a study asks for the table of old codes seven times
def _table_as_of(path: Path, index: str | None, _changed: int, _size: int) -> pd.DataFrame:
    table = pd.read_parquet(path)
    return table if index is None else table.set_index(index)


def _existing(path: Path) -> Path:
    if path.exists():
        return path
    raise DataError(
        f"{path} does not exist: path must be a folder with epci.parquet, departements.parquet, "
        "regions.parquet and one communes-<code>.parquet per département."
    )


def _departement_of(code: str) -> str:
    """Give the code of the département a commune's code belongs to."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def _select(table: pd.DataFrame, kind: str, wanted: OneOrMore | None) -> set[str]:
    """Give the codes of the territories of one kind that were asked for."""
    if wanted is None:
        return set()
    asked = [wanted] if isinstance(wanted, str | int) else list(wanted)
    if not asked:
        raise DataError(f"The list of {kind} is empty: name some, or leave it out.")
    return {_find(str(value).strip(), table, kind) for value in asked}


def _find(value: str, table: pd.DataFrame, kind: str) -> str:
    """Give the code of the one territory that `value` names."""
    codes = {code.casefold(): code for code in table[f"code_{kind}"]}
    if code := codes.get(value.casefold()) or codes.get(value.zfill(2)):
        return str(code)
    full = table[kind].map(fold)
    short = full.str.replace(_GROUP_WORDS, "", regex=True)
    found = table[(full == fold(value)) | (short == fold(value))]
    if len(found) == 1:
        return str(found[f"code_{kind}"].iloc[0])
    if len(found):
        raise DataError(f"Several {kind} are called {value!r}: give the code.{_list(found, kind)}")
    near = table[full.str.contains(fold(value), regex=False)]
    if fold(value) and 0 < len(near) <= 5:
        hint = f" Did you mean:{_list(near, kind)}"
    else:
        hint = did_you_mean(value, table[kind]) or _by_word(value, table, short, kind)
    raise DataError(f"There is no {kind} {value!r}: give a code or a name.{hint}")


def _by_word(value: str, table: pd.DataFrame, short: pd.Series, kind: str) -> str:
    """Propose the territories whose name, or one word of it, is nearly what was typed."""
    words = {word for name in short for word in (name, *name.split()) if len(word) > 3}
    close = difflib.get_close_matches(fold(value), sorted(words), n=1, cutoff=0.8)
    if not close:
        return ""
    near = table[(" " + short + " ").str.contains(f" {close[0]} ", regex=False)]
    return f" Did you mean:{_list(near.head(5), kind)}"


def _list(rows: pd.DataFrame, kind: str) -> str:
    pairs = zip(rows[f"code_{kind}"], rows[kind], strict=True)
    return " " + ", ".join(f"{code} {name}" for code, name in pairs)
