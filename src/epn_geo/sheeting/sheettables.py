"""The tables and sentences of a territory sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.columns import texts
from epn_geo.joins import LEVELS
from epn_geo.labels import Lang, number, percent, reach_name, say, say_date
from epn_geo.picturing.lettering import one_line
from epn_geo.picturing.symbols import SYMBOLS
from epn_geo.plurals import agree
from epn_geo.radii import Measure
from epn_geo.report import header
from epn_geo.sentences import count, listed
from epn_geo.sheeting.sheetfacts import (
    Facts,
    SheetLevel,
    Table,
    TerritorySheet,
    name_reach,
    name_whole,
)
from epn_geo.standard import ENUMERATIONS, split_list

ROWS = 8  # of a table, so that a sheet stays on one page
PROPOSED = 3  # places more, whose effect is told
# of each ratio of use and means: the figure that says how many places told it, decimals, and unit
MEANS = {
    "part_inscrits": ("inscrits", 1, "\u00a0%"),
    "visites_par_inscrit": ("visites_par_inscrit", 1, ""),
    "habitants_par_etp": ("etp", 0, ""),
    "budget_par_habitant": ("budget", 2, ""),
}
NAME = 44  # characters kept of a name
SHORT_NAME = 18  # characters of the whole's name that its column has room for


def make_sheet(
    facts: Facts,
    level: SheetLevel,
    code: str,
    proposals: gpd.GeoDataFrame | None = None,
    remark: str = "",
) -> TerritorySheet:
    r"""Say what one territory's sheet says.

    Parameters
    ----------
    facts
        What `gather_facts` gave.
    level, code
        The territory.
    proposals
        What `suggest_sites` proposes for it.
    remark
        What is to be said of the proposals, or why there are none.

    Returns
    -------
    TerritorySheet
        Words and numbers, none of them longer than a sheet can bear.

    Examples
    --------
    >>> from epn_geo.sheeting.sheetfacts import gather_facts
    >>> from epn_geo.study import build
    >>> study = build(departements="61", radii_km=[10.0])
    >>> sheet = make_sheet(gather_facts(study.coverage, study.places), "departement", "61")
    >>> sheet.title, sheet.figures.rows[4]
    ('Orne', ['Habitants par EPN', '16\u202f188', '16\u202f188', '–'])
    """
    row = facts.tables[level].loc[code].to_dict()
    column = LEVELS[level][0]
    communes = facts.inside[facts.inside[column] == code]
    here = facts.places[facts.places["code_insee"].isin(communes["code_insee"])]
    lang = facts.lang
    subtitle = [
        *([", ".join(sorted(set(texts(communes, "departement"))))] if level == "epci" else []),
        count(len(communes), "commune", lang),
        count(row["population"], "habitant", lang),
        *(
            [say("fiche_as_of", lang, date=say_date(one_line(facts.date, 40), lang))]
            if facts.date
            else []
        ),
    ]
    left, right = _lower_tables(facts, level, communes, here)
    return TerritorySheet(
        level=level,
        code=code,
        kind=say(f"fiche_{level}", lang),
        title=one_line(row[LEVELS[level][1]], 60),
        subtitle=" · ".join(subtitle),
        lead=_lead(facts, level, code, communes, here),
        figures=_figures(facts, level, code),
        services=_services(here, lang),
        left=left,
        right=right,
        more=_more(facts, communes, proposals, remark),
    )


def _lead(
    facts: Facts, level: str, code: str, communes: gpd.GeoDataFrame, here: gpd.GeoDataFrame
) -> list[str]:
    """Say the essential in a few sentences."""
    lang, suffix = facts.lang, facts.measure.suffix
    row, all_rows = facts.tables[level].loc[code].to_dict(), facts.tables["region"]
    share, own = row[f"part_population_couverte{suffix}"], facts.measure.value is None
    ending = "_own" if own else {0.0: "_none", 1.0: "_all"}.get(share, "")
    within = say(
        f"fiche_within{ending}",
        lang,
        part=percent(share, lang, spoken=True),
        people=number(row["population"], lang),
        km=name_reach(facts),
        far=number(row[f"population_hors_portee{suffix}"], lang),
    )
    lines = [within[0].upper() + within[1:]]
    more = []
    if level != "region" or len(all_rows) > 1:
        part = all_rows[f"population_couverte{suffix}"].sum() / all_rows["population"].sum()
        more.append(
            say("fiche_all", lang, name=name_whole(facts), part=percent(part, lang, spoken=True))
        )
    more.append(_places_line(here, lang))
    short = int(communes["sous_desservie"].sum())
    key = _short_key(short, len(communes))
    more.append(say(key, lang, count=number(short, lang), all=number(len(communes), lang)))
    lines.append(" ".join(more))
    if level == "epci" and row.get("perimetre") == "partie":
        lines.append(_straddling(facts, code, suffix))
    return lines


def _short_key(short: int, everyone: int) -> str:
    """Choose the sentence that says how many communes are underserved."""
    if everyone == 1:
        return "fiche_only_short" if short else "fiche_only_served"
    keys = {0: "fiche_none_short", everyone: "fiche_all_short", 1: "fiche_one_short"}
    return keys.get(short, "fiche_short")


def _places_line(here: gpd.GeoDataFrame, lang: Lang) -> str:
    if here.empty:
        return say("fiche_no_place", lang)
    counts = (
        here["categorie"].value_counts().to_dict() if "categorie" in here else {"EPN": len(here)}
    )
    words = [pair.partition("/")[::2] for pair in say("fiche_kinds", lang).split("|")]
    detail = ", ".join(
        f"{number(count, lang)} {agree(count, *words[nth], lang)}"
        for nth, one in enumerate(SYMBOLS)
        if (count := int(counts.get(one, 0)))
    )
    return say("fiche_places", lang, count=number(len(here), lang), detail=detail)


def _straddling(facts: Facts, code: str, suffix: str) -> str:
    whole, lang = facts.whole.loc[code].to_dict(), facts.lang
    other = facts.coverage[facts.coverage["code_epci"] == code]
    other = other[~other.index.isin(facts.inside.index)]
    alone = not facts.places["code_insee"].isin(other["code_insee"]).any()
    return say(
        "fiche_straddles_alone" if alone else "fiche_straddles",
        lang,
        here=number(facts.tables["epci"]["communes"].to_dict()[code], lang),
        all=number(whole["communes_epci"], lang),
        name=name_whole(facts),
        part=percent(whole[f"part_population_couverte{suffix}"], lang, spoken=True),
        people=number(whole["population"], lang),
    )


def _figures(facts: Facts, level: SheetLevel, code: str) -> Table:
    """Make the table of key figures, each beside that of the whole and with its rank."""
    lang, suffix = facts.lang, facts.measure.suffix
    table = facts.tables[level]
    table = table[table.index != ""]
    row = table.loc[code].to_dict()
    sums = facts.tables["region"]
    people, communes = sums["population"].sum(), sums["communes"].sum()
    halls = table[f"communes_hors_portee{suffix}"]
    covered = (sums[f"part_aire_couverte{suffix}"] * sums["aire_km2"]).sum()
    far = (sums["distance_moyenne_km"] * sums["population"]).sum(min_count=1) / people
    out_of = say(
        "fiche_out_of",
        lang,
        part=number(row[f"communes_hors_portee{suffix}"], lang),
        all=number(row["communes"], lang),
    )
    share = table[f"part_population_couverte{suffix}"]
    area = table[f"part_aire_couverte{suffix}"]
    distance = table["distance_moyenne_km"]
    rows = [
        [
            say("fiche_people", lang),
            percent(row[f"part_population_couverte{suffix}"], lang),
            percent(sums[f"population_couverte{suffix}"].sum() / people, lang),
            _rank(-share, code, lang),
        ],
        [
            say("fiche_area", lang),
            percent(row[f"part_aire_couverte{suffix}"], lang),
            percent(covered / sums["aire_km2"].sum(), lang),
            _rank(-area, code, lang),
        ],
        [
            say("fiche_halls", lang),
            out_of,
            percent(sums[f"communes_hors_portee{suffix}"].sum() / communes, lang),
            _rank(halls / table["communes"], code, lang),
        ],
        [
            say("fiche_distance", lang),
            number(row["distance_moyenne_km"], lang, 1) + "\u00a0km",
            number(far, lang, 1) + "\u00a0km",
            _rank(distance, code, lang),
        ],
        *_rate_rows(facts, table, code),
    ]
    heads = [say(f"fiche_{name}", lang) for name in ("figure", "here", "whole", "rank")]
    if len(whole := name_whole(facts)) <= SHORT_NAME:
        heads[2] = whole
    note = say("fiche_ranks_note", lang) if len(table) > 1 else ""
    if level == "region" and len(table) == 1:
        # alone of its kind: nothing to be compared with
        heads, rows = [*heads[:2], "", ""], [[*row[:2], "", ""] for row in rows]
    if told := _means_rows(facts, level, code):
        note = f"{note} {say('fiche_told_note', lang)}".strip()
    return Table("figures", say("fiche_figures", lang), heads, rows + told, note)


def _rate_rows(facts: Facts, table: pd.DataFrame, code: str) -> list[list[str]]:
    """Say how many inhabitants there are per place, and how many places are missing."""
    if not facts.counted:
        return []
    lang, counted = facts.lang, facts.counted
    category = counted.upper() if counted in ("epn", "crant") else counted.replace("_", " ")
    per = next(str(c) for c in table if str(c).startswith("habitants_par_"))
    row = table.loc[code].to_dict()
    all_rows = facts.tables["region"]
    total = all_rows[counted].sum()
    everyone = all_rows["population"].sum() / total if total else np.nan
    return [
        [
            say("fiche_per_place", lang, category=category),
            number(row[per], lang) if row[counted] else say("fiche_absent", lang),
            number(everyone, lang),
            _rank(table[per].fillna(np.inf), code, lang),
        ],
        [
            say("fiche_missing", lang, category=category),
            number(row[f"{counted}_pour_taux_commun"], lang),
            "–",
            "–",
        ],
    ]


def _means_rows(facts: Facts, level: SheetLevel, code: str) -> list[list[str]]:
    """Say what the places told of use and means: not ranked, more is not better."""
    lang, table, everyone = facts.lang, facts.tables[level], facts.tables["region"]
    row, rows = table.loc[code].to_dict(), []
    for ratio, (figure, digits, unit) in MEANS.items():
        if ratio not in table or not row[f"{figure}_renseignes"]:
            continue
        count = row[f"{figure}_renseignes"]
        told = say("fiche_told", lang, count=number(count, lang))
        whole = everyone[ratio].iloc[0] if len(everyone) == 1 else np.nan
        shown = [
            "–" if np.isnan(value) else number(value * (100 if unit else 1), lang, digits) + unit
            for value in (row[ratio], whole)
        ]
        rows.append([header(ratio, lang), *shown, told])
    return rows


def _rank(values: pd.Series, code: str, lang: Lang) -> str:
    """Say where a territory stands, the least value first."""
    if len(values) < 2 or np.isnan(values[code]):
        return "–"
    rounded = values.round(6)
    rank = int((rounded < rounded[code]).sum()) + 1
    ending = ("er" if rank == 1 else "e") if lang == "fr" else ""
    return say("fiche_rank_of", lang, rank=f"{rank}{ending}", count=len(values))


def _services(here: gpd.GeoDataFrame, lang: Lang) -> Table:
    """Count the places that offer each of the national standard's services, and say others."""
    if here.empty:
        return Table("services", say("fiche_services", lang), [], [], say("fiche_no_place", lang))
    lists = [split_list(text) for text in texts(here, "services")]
    rows, rows_of = [], ENUMERATIONS["services"]
    for service in rows_of:
        count = sum(service in offered for offered in lists)
        rows.append([service, number(count, lang) if count else say("fiche_absent", lang)])
    silent = sum(not offered for offered in lists)
    notes = [say("fiche_services_unknown", lang, count=number(silent, lang))] if silent else []
    others = Counter(one for offered in lists for one in set(offered) - set(rows_of))
    if others:
        told = [f"{one_line(one, NAME)} ({number(n, lang)})" for one, n in _most(others)]
        notes.append(say("fiche_services_other", lang, services=listed(told, lang)))
    note = " ".join(notes)
    heads = [say("fiche_service", lang), say("fiche_count", lang)]
    return Table("services", say("fiche_services", lang), heads, rows, note)


def _most(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _lower_tables(
    facts: Facts,
    level: SheetLevel,
    communes: gpd.GeoDataFrame,
    here: gpd.GeoDataFrame,
) -> tuple[Table, Table]:
    """Choose what a level lists: places and communes, or the territories within."""
    if level == "epci":
        return _place_table(here, facts.lang), _short_table(facts, communes)
    if level == "departement":
        codes = communes["code_epci"].dropna().unique()
        return _territory_table(facts, "epci", codes), _short_table(facts, communes)
    codes = communes["code_departement"].unique()
    epci = communes["code_epci"].dropna().unique()
    return _territory_table(facts, "departement", codes), _territory_table(facts, "epci", epci)


def _others(count: int, lang: Lang) -> str:
    if count <= ROWS:
        return ""
    return say("fiche_others", lang, count=number(count - ROWS, lang))


def _place_table(here: gpd.GeoDataFrame, lang: Lang) -> Table:
    """List the places, EPN first."""
    words = [pair.split("/")[0] for pair in say("fiche_kinds", lang).split("|")]
    order = {one: nth for nth, one in enumerate(SYMBOLS)}
    category = texts(here, "categorie") if "categorie" in here else ["EPN"] * len(here)
    found = sorted(
        (order.get(kind, len(order) - 1), one_line(commune, NAME), one_line(name, NAME))
        for kind, commune, name in zip(
            category, texts(here, "commune"), texts(here, "nom"), strict=True
        )
    )
    rows = [[name, commune, words[nth]] for nth, commune, name in found[:ROWS]]
    heads = [say(f"fiche_{name}", lang) for name in ("place", "commune", "category")]
    empty = say("fiche_no_place", lang) if not found else _others(len(found), lang)
    return Table("places", say("fiche_list", lang), heads, rows, empty)


def _short_table(facts: Facts, communes: gpd.GeoDataFrame) -> Table:
    """List the communes that are short, most inhabitants out of reach first."""
    lang, suffix = facts.lang, facts.measure.suffix
    short = communes[communes["sous_desservie"].astype(bool)]
    beyond = short["population"] - short[f"population_couverte{suffix}"]
    first = short.loc[beyond.sort_values(ascending=False, kind="stable").index[:ROWS]]
    rows = [
        [
            one_line(row["commune"], NAME),
            number(row["population"], lang),
            number(row["distance_km"], lang, 1) + "\u00a0km",
            percent(row[f"part_couverte{suffix}"], lang),
        ]
        for row in first.to_dict(orient="records")
    ]
    heads = [say(f"fiche_{name}", lang) for name in ("commune", "inhabitants", "km", "share")]
    note = say("fiche_nothing_short", lang) if short.empty else _others(len(short), lang)
    return Table("communes", say("fiche_short_list", lang), heads, rows, note)


def _territory_table(facts: Facts, level: SheetLevel, codes: Sequence[str]) -> Table:
    """List the territories within, most inhabitants out of reach first; départements by code."""
    lang, suffix = facts.lang, facts.measure.suffix
    table = facts.tables[level]
    table = table[table.index.isin(codes) & (table.index != "")]
    beyond = f"population_hors_portee{suffix}"
    if level == "epci":
        table = table.sort_values(beyond, ascending=False, kind="stable")
    rows = [
        [
            one_line(row[LEVELS[level][1]], NAME),
            number(row["lieux"], lang),
            number(row[beyond], lang),
            percent(row[f"part_population_couverte{suffix}"], lang),
        ]
        for row in table.iloc[:ROWS].to_dict(orient="records")
    ]
    heads = [say(f"fiche_{level}", lang).split(" (")[0], say("fiche_count", lang)]
    heads += [say("fiche_beyond", lang), say("fiche_in_reach", lang)]
    return Table(
        "territories", say(f"fiche_by_{level}", lang), heads, rows, _others(len(table), lang)
    )


def _more(
    facts: Facts, communes: gpd.GeoDataFrame, proposals: gpd.GeoDataFrame | None, remark: str
) -> Table:
    """Say what proposed sites would add, or why none are proposed."""
    lang = facts.lang
    title = say("fiche_more", lang)
    heads = [say(f"fiche_{name}", lang) for name in ("site", "gained", "gain", "total")]
    if proposals is None and not remark:
        return Table("more", title, heads, [])
    if communes[f"mairie_couverte{facts.measure.suffix}"].all():
        return Table("more", title, heads, [], _of_reach("fiche_more_none", facts))
    if proposals is None:
        return Table("more", title, heads, [], remark)
    rows = [
        [
            f"{row['rang']}. {one_line(row['nom'], NAME)}",
            number(row["communes_gagnees"], lang),
            number(row["gain_population"], lang),
            number(row["gain_cumule"], lang),
        ]
        for row in proposals.to_dict(orient="records")
    ]
    return Table("more", title, heads, rows, f"{_more_note(facts, proposals)} {remark}".strip())


def _more_note(facts: Facts, proposals: gpd.GeoDataFrame) -> str:
    """Say by what the sites were chosen, and whether they are enough."""
    if proposals.empty:
        return say("fiche_more_useless", facts.lang)
    if facts.measure.areas and "rayon_km" in proposals:
        km = reach_name(Measure("", proposals["rayon_km"].iloc[0]), facts.lang)
        return say("fiche_more_line", facts.lang, km=km, reach=name_reach(facts))
    enough = len(proposals) < PROPOSED and proposals["communes_hors_portee"].iloc[-1] == 0
    return _of_reach("fiche_more_enough" if enough else "fiche_more_note", facts)


def _of_reach(key: str, facts: Facts) -> str:
    """Say a sentence that names the reach, where it is one number for all places."""
    if facts.measure.value is None:
        return say(f"{key}_own", facts.lang)
    return say(key, facts.lang, km=name_reach(facts))
