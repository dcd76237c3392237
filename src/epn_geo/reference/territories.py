"""The tables of the code officiel géographique: communes, EPCI, départements, régions.

Pure functions from the records of the decoupage-administratif package to frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

Record = dict[str, Any]

# The métropole de Lyon is a collectivité of its own kind; among EPCI it counts as a métropole.
NATURES = {"CC": "CC", "CA": "CA", "CU": "CU", "METRO": "METRO", "MET69": "METRO"}


def in_scope(communes: Iterable[Record]) -> dict[str, Record]:
    """Give the records of the communes in force, mainland and DROM, by code.

    Arrondissements of Paris, Lyon and Marseille are left out, and so are the communes of the
    overseas collectivities, which have no outline.
    """
    return {
        record["code"]: record
        for record in communes
        if record["type"] == "commune-actuelle" and not is_overseas_collectivity(record["code"])
    }


def is_overseas_collectivity(code: str) -> bool:
    """Tell whether a commune code is of a territory that is neither mainland nor a DROM."""
    return code.startswith(("975", "977", "978", "98"))


def communes_table(
    communes: Iterable[Record],
    epci: Iterable[Record],
    departements: Iterable[Record],
    regions: Iterable[Record],
) -> pd.DataFrame:
    """Give the communes in scope, one row each, sorted by code."""
    epci_of = {member["code"]: group for group in epci for member in group["membres"]}
    departement_names = {record["code"]: record["nom"] for record in departements}
    region_names = {record["code"]: record["nom"] for record in regions}
    rows = [
        {
            "code_insee": record["code"],
            "commune": record["nom"],
            "code_epci": epci_of.get(record["code"], {}).get("code"),
            "epci": epci_of.get(record["code"], {}).get("nom"),
            "code_departement": record["departement"],
            "departement": departement_names[record["departement"]],
            "code_region": record["region"],
            "region": region_names[record["region"]],
            "population": int(record.get("population", 0)),
        }
        for record in in_scope(communes).values()
    ]
    return pd.DataFrame(rows).sort_values("code_insee", ignore_index=True)


def epci_table(communes: pd.DataFrame, epci: Iterable[Record]) -> pd.DataFrame:
    """Give the EPCI, one row each: nature, population, members, départements and régions."""
    natures = {record["code"]: NATURES[record["type"]] for record in epci}
    table = (
        communes.dropna(subset="code_epci")
        .groupby("code_epci", as_index=False)
        .agg(
            epci=("epci", "first"),
            population=("population", "sum"),
            communes=("code_insee", "size"),
            departements=("code_departement", join_codes),
            regions=("code_region", join_codes),
            membres=("code_insee", join_codes),
        )
    )
    table.insert(2, "nature", table["code_epci"].map(natures))
    return table


def departements_table(communes: pd.DataFrame) -> pd.DataFrame:
    """Give the départements that have communes, one row each."""
    return communes.groupby("code_departement", as_index=False).agg(
        departement=("departement", "first"),
        code_region=("code_region", "first"),
        region=("region", "first"),
        communes=("code_insee", "size"),
        population=("population", "sum"),
    )


def regions_table(communes: pd.DataFrame) -> pd.DataFrame:
    """Give the régions that have communes, one row each."""
    return communes.groupby("code_region", as_index=False).agg(
        region=("region", "first"),
        departements=("code_departement", join_codes),
        communes=("code_insee", "size"),
        population=("population", "sum"),
    )


def join_codes(codes: pd.Series) -> str:
    """Join the distinct codes of a group, sorted, by ``|``."""
    return "|".join(sorted(set(codes)))


def renew_succession(
    succession: pd.DataFrame, communes: Iterable[Record], day: str
) -> pd.DataFrame:
    """Carry a table of former codes on to a later list of communes.

    Parameters
    ----------
    succession
        ``code``, ``nom``, ``code_actuel``, ``statut``, ``candidats``, ``date``: what each code was
        at the time of the older list.
    communes
        The records in force: ``code``, ``nom`` and ``anciensCodes``.
    day
        Of the later list; the date of what changed since.

    Returns
    -------
    pandas.DataFrame
        The same columns, sorted by code. A code no longer in force leads to the commune that names
        it among its ``anciensCodes``, else to none ("supprimé"); so does whatever led to it.
        Candidates among which a territory was split are carried on in the same way.

    Examples
    --------
    >>> columns = ["code", "nom", "code_actuel", "statut", "candidats", "date"]
    >>> old = pd.DataFrame(
    ...     [["1", "A", "1", "actuel", "", ""], ["2", "B", "1", "remplacé", "", "2016-01-01"]],
    ...     columns=columns,
    ... )
    >>> now = [{"code": "3", "nom": "C", "anciensCodes": ["1"]}]
    >>> renew_succession(old, now, "2027-01-01")[["code", "code_actuel", "statut"]].values.tolist()
    [['1', '3', 'remplacé'], ['2', '3', 'remplacé'], ['3', '3', 'actuel']]
    """
    listed = list(communes)
    names = {record["code"]: record["nom"] for record in listed}
    heirs = {old: r["code"] for r in listed for old in r.get("anciensCodes") or ()}

    def today(code: str) -> str | None:
        if code in names or is_overseas_collectivity(code):
            return code
        return heirs.get(code)

    rows: dict[str, Record] = {}
    for values in succession.itertuples(index=False):
        row = dict(zip(succession.columns, values, strict=True))
        rows[row["code"]] = row
    for code, row in rows.items():
        _renew(row, today, day)
        row["nom"] = names.get(code, row["nom"])
    for code, name in names.items():
        if code not in rows:
            rows[code] = _row(code, name, code, "actuel", "")
        elif rows[code]["code_actuel"] != code:  # given again, or re-established
            rows[code] = _row(code, name, code, "actuel", day)
    for code in heirs.keys() - rows.keys():
        rows[code] = _row(code, "", heirs[code], "remplacé", day)
    table = pd.DataFrame([*rows.values()], columns=succession.columns)
    return table.sort_values("code", ignore_index=True)


def _row(code: str, name: str, now: str, status: str, date: str) -> Record:
    words = {"code": code, "nom": name, "code_actuel": now, "statut": status}
    return words | {"candidats": "", "date": date}


def _renew(row: Record, today: Callable[[str], str | None], day: str) -> None:
    """Carry one row on."""
    if row["candidats"]:
        parts = sorted({now for old in row["candidats"].split("|") if (now := today(old))})
        if len(parts) > 1:
            row["candidats"] = "|".join(parts)
            return
        row |= {"candidats": "", "code_actuel": parts[0] if parts else None, "date": day}
        row["statut"] = "remplacé" if parts else "supprimé"
        return
    then = row["code_actuel"]
    if not isinstance(then, str):
        return
    now = today(then)
    if now == then:
        return
    status = "supprimé" if now is None else row["statut"]
    if status == "actuel":
        status = "remplacé"
    row |= {"code_actuel": now, "statut": status, "date": day}
