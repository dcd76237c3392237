"""The tables of the code officiel géographique: communes, EPCI, départements, régions.

Pure functions from the records of the decoupage-administratif package to frames.
"""

from __future__ import annotations

from collections.abc import Iterable
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
