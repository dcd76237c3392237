"""What an old commune code is today: pure functions from yearly lists of codes to one table.

Two kinds of source are put end to end: the dated history of every commune, associée and déléguée
up to 2019, as linked records, and the state of the code on 1 January of later years. A code is
followed forwards in time only, record after record, so a code that was given back to another
commune, or that went there and back, ends where its territory is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

Record = dict[str, Any]

# A list of places of today may hold codes as old as the communes nouvelles, not as the war.
SPLITS_SINCE = "2015-01-01"


class Snapshot(NamedTuple):
    """The commune codes on 1 January of one year."""

    day: str
    names: dict[str, str]  # of the communes in force
    belongs: dict[str, str]  # each former, déléguée or associée code: its commune
    other_names: dict[str, str]  # of the déléguées and associées


class Fate(NamedTuple):
    """Where a code leads: through which codes, since when, or to which candidates."""

    chain: tuple[str, ...]
    date: str
    candidates: tuple[str, ...] = ()


def snapshot(day: str, communes: Iterable[Record]) -> Snapshot:
    """Read the records of one yearly version of the code officiel géographique."""
    communes = list(communes)
    current = [record for record in communes if record["type"] == "commune-actuelle"]
    parts = [record for record in communes if "chefLieu" in record]
    former = {old: record["code"] for record in current for old in record.get("anciensCodes") or ()}
    return Snapshot(
        day,
        {record["code"]: record["nom"] for record in current},
        former | {record["code"]: record["chefLieu"] for record in parts},
        {record["code"]: record["nom"] for record in parts},
    )


def succession_table(
    history: Iterable[Record],
    snapshots: list[Snapshot],
    districts: Mapping[str, tuple[str, str]],
) -> pd.DataFrame:
    """Give one row per code ever seen.

    Parameters
    ----------
    history
        Linked records: ``id``, ``type``, ``code``, ``nom``, ``dateDebut``, ``dateFin``,
        ``successeur``, ``predecesseur``, ``pole``.
    snapshots
        Later states of the code, oldest first; the last one is today.
    districts
        The name and the commune of each arrondissement municipal.

    Returns
    -------
    pandas.DataFrame
        ``code``, ``nom`` (its last name), ``code_actuel`` (None when it cannot be told),
        ``statut`` ("actuel", "remplacé", "scindé", "arrondissement", "supprimé"), ``candidats``
        (codes joined by ``|`` where the territory went to several communes) and ``date`` (of the
        change, or of the first list that shows it).
    """
    records = {record["id"]: record for record in history}
    today = snapshots[-1]
    names = _names(records.values(), snapshots)
    splits = find_splits(records, snapshots)
    rows = [_current_row(code, name, splits.get(code)) for code, name in today.names.items()]
    rows += [(code, *its, "arrondissement", "", "") for code, its in districts.items()]
    fates = _last_fates(records)
    for code in names.keys() - today.names.keys() - districts.keys():
        fate = forward(code, fates.get(code, Fate((code,), "")), snapshots)
        rows.append(_former_row(code, names[code], fate, splits.get(code), today))
    columns = ["code", "nom", "code_actuel", "statut", "candidats", "date"]
    return pd.DataFrame(rows, columns=columns).sort_values("code", ignore_index=True)


def _names(records: Iterable[Record], snapshots: list[Snapshot]) -> dict[str, str]:
    """Give the last name of every code."""
    dated = sorted(records, key=lambda r: (r.get("dateDebut", ""), r["type"] == "COM"))
    names = {record["code"]: record["nom"] for record in dated}
    for state in snapshots:
        names |= {code: name for code, name in state.other_names.items() if code not in names}
        names |= state.names
    return names


def _current_row(code: str, name: str, split: tuple[str, set[str]] | None) -> tuple[Any, ...]:
    if split is None:
        return code, name, code, "actuel", "", ""
    date, parts = split
    return code, name, code, "scindé", "|".join(sorted(parts | {code})), date


def _former_row(
    code: str, name: str, fate: Fate, split: tuple[str, set[str]] | None, today: Snapshot
) -> tuple[Any, ...]:
    end = fate.chain[-1]
    parts = {part for part in (split[1] if split else ()) if part in today.names}
    candidates = set(fate.candidates) | (parts | {end} if parts - {end} else set())
    candidates &= today.names.keys()
    if len(candidates) > 1:
        return code, name, None, "scindé", "|".join(sorted(candidates)), fate.date
    if end in today.names:
        return code, name, end, "remplacé", "", fate.date
    return code, name, None, "supprimé", "|".join(sorted(candidates)), fate.date


# -- the linked history ----------------------------------------------------------------------------


def _last_fates(records: Mapping[str, Record]) -> dict[str, Fate]:
    """Follow every code of the history from the last commune that bore it."""
    last: dict[str, Record] = {}
    for record in sorted(records.values(), key=_life):
        last[record["code"]] = record
    members = _members_by_start(records)
    return {code: follow(record, records, members) for code, record in last.items()}


def _life(record: Record) -> tuple[bool, str]:
    """Sort key: communes after their parts, later lives after earlier ones."""
    return record["type"] == "COM", record.get("dateDebut", "")


def _members_by_start(records: Mapping[str, Record]) -> dict[str, list[str]]:
    """Give, for each commune record that dissolved, the codes of the communes it became."""
    members: dict[str, list[str]] = {}
    for record in records.values():
        before = records.get(record.get("predecesseur", ""))
        if record["type"] == "COM" and before is not None and before["type"] != "COM":
            members.setdefault(before["pole"], []).append(record["code"])
    return members


def follow(record: Record, records: Mapping[str, Record], members: Mapping[str, list[str]]) -> Fate:
    """Go from record to successor, and from a part to the commune it is a part of, to the end."""
    chain, date = [record["code"]], record.get("dateFin") or record.get("dateDebut", "")
    seen: set[str] = set()
    while record["id"] not in seen:
        seen.add(record["id"])
        following = record.get("successeur") or _pole(record)
        if following is None:
            break
        record = records[following]
        if record["code"] not in chain:
            chain.append(record["code"])
    if record["type"] == "COM" and record.get("dateFin"):
        return Fate(tuple(chain), date, tuple(members.get(record["id"], ())))
    return Fate(tuple(chain), date)


def _pole(record: Record) -> str | None:
    return None if record["type"] == "COM" else record.get("pole")


# -- the yearly states -----------------------------------------------------------------------------


def forward(code: str, fate: Fate, snapshots: list[Snapshot]) -> Fate:
    """Carry a fate through the later states of the code.

    In each state the link of the chain nearest to the code itself that still means something, as a
    commune or as a part of one, says where it stands: a part that left follows its own way.
    """
    chain, date = fate.chain, fate.date
    for state in snapshots:
        links = chain
        chain = next((found for link in links if (found := _stand(link, links, state))), links)
        if code in state.names:
            date = ""
        elif not date:
            date = state.day
    candidates = () if chain[-1] in snapshots[-1].names else fate.candidates
    return Fate(chain, date, candidates)


def _stand(link: str, links: tuple[str, ...], state: Snapshot) -> tuple[str, ...]:
    """Give the chain up to where `link` stands in one state, or nothing."""
    before = links[: links.index(link) + 1]
    if link in state.names:
        return before
    if (commune := state.belongs.get(link)) is None:
        return ()
    return before if commune in before else (*before, commune)


# -- communes that were parted again ---------------------------------------------------------------


def find_splits(
    records: Mapping[str, Record], snapshots: list[Snapshot], *, since: str = SPLITS_SINCE
) -> dict[str, tuple[str, set[str]]]:
    """Give, for each code that once meant more than today, the last date and the codes parted."""
    splits: dict[str, tuple[str, set[str]]] = {}
    for date, whole, part in sorted({*_dated_splits(records), *_yearly_splits(snapshots)}):
        if date >= since and whole != part:
            parts = splits[whole][1] if whole in splits else set()
            splits[whole] = date, parts | {part}
    return splits


def _dated_splits(records: Mapping[str, Record]) -> Iterator[tuple[str, str, str]]:
    for record in records.values():
        before = records.get(record.get("predecesseur", ""))
        if record["type"] == "COM" and before is not None and before["type"] != "COM":
            while before["type"] != "COM":
                before = records[before["pole"]]
            yield record["dateDebut"], before["code"], record["code"]


def _yearly_splits(snapshots: list[Snapshot]) -> Iterator[tuple[str, str, str]]:
    for before, after in pairwise(snapshots):
        for code in after.names.keys() - before.names.keys():
            whole = before.belongs.get(code)
            if whole is not None and after.belongs.get(whole) != code:
                yield after.day, whole, code
