"""The one-page note for elected officials: plain sentences computed from the figures.

In French and in English, singular and plural right. `notepages` puts them on a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from epn_geo.causes import GAINED, LOST
from epn_geo.changes import Comparison
from epn_geo.labels import Lang, check_lang, number, percent, reach_name, say, say_date, told_method
from epn_geo.notepages import Note
from epn_geo.pairing import CHANGES
from epn_geo.radii import AREAS, choose_measure
from epn_geo.sentences import NAMED, count, in_departement, listed

# What became of a place, as the note says it.
CHANGE_WORDS = {
    "ouvert": "change_opened",
    "fermé": "change_closed",
    "labellisé": "change_labelled",
    "délabellisé": "change_delabelled",
    "devenu antenne": "change_to_antenne",
    "devenu EPN": "change_to_epn",
    "catégorie modifiée": "change_category",
    "déplacé": "change_moved",
    "coordonnées trouvées": "change_found",
    "coordonnées perdues": "change_unplaced",
    "services modifiés": "change_services",
    "inchangé": "change_none",
}


def note_text(
    comparison: Comparison,
    radius_km: float | None = None,
    *,
    minutes: float | None = None,
    sources: Sequence[str] = (),
    date: str | None = None,
    demonstration: bool = False,
    remarks: Sequence[str] = (),
    lang: Lang = "fr",
) -> Note:
    """Say in plain sentences who gains and who loses.

    Parameters
    ----------
    comparison
        What `compare` gave.
    radius_km
        The radius to speak of, if several were measured; 10 km if that was, else the middle one.
    minutes
        The time to speak of, if areas of several were measured; 20 minutes, else the middle one.
    sources
        Where the data is from, for the small print.
    date
        The day that the note should bear.
    demonstration
        Say first that the network is fictitious.
    remarks
        What the figures leave out, told before them.
    lang
        ``"fr"`` or ``"en"``.

    Returns
    -------
    Note
        Figures are whole inhabitants, rounded such that those lost and kept make those before, and
        those gained and kept those after.

    Raises
    ------
    DataError
        If that radius was not measured.

    Examples
    --------
    >>> from epn_geo.changes import compare
    >>> from epn_geo.communes import read_communes
    >>> from epn_geo.embedded import embedded_path
    >>> from epn_geo.pairing import revise
    >>> from epn_geo.places import read_places
    >>> before = read_places(embedded_path("demo/epn-demonstration.csv"))
    >>> after = revise(before, remove=("demo-61-04",))
    >>> note = note_text(compare(before, after, read_communes(departements="61")))
    >>> print(note.headline[0].replace("\u202f", " "))  # no-break spaces between thousands
    Un label de moins dans l’Orne : 14 172 habitants de moins à moins de 10 km d’un lieu.
    """
    check_lang(lang)
    view = _View.of(comparison, radius_km, minutes, lang)
    paragraphs = [
        (say("note_remarks", lang), list(remarks)),
        (say("note_people", lang), _people(view)),
        (say("note_places", lang), _places(view)),
        (say("note_causes", lang), _causes(view)),
        (say("note_halls", lang), _halls(view)),
        (say("note_services", lang), _services(view)),
    ]
    how = comparison.coverage.communes.get(AREAS)
    key = "note_definition" if how is None else "note_definition_areas"
    method = "" if how is None else told_method(how.iloc[0], lang)
    small = [say(key, lang, reach=view.reach, method=method), *sources]
    if date:
        small.append(say("as_of", lang, date=say_date(date, lang)))
    headline = _headlines(view)
    if demonstration:
        headline.insert(0, say("demonstration", lang))
    title = say("note_title", lang)
    return Note(title, headline, [(t, lines) for t, lines in paragraphs if lines], small)


class _View(NamedTuple):
    """The figures of one radius, and how to speak of it."""

    places: pd.DataFrame
    communes: pd.DataFrame  # those of the territory itself
    departements: pd.DataFrame
    causes: pd.DataFrame
    inequality: pd.DataFrame
    suffix: str
    reach: str  # "à moins de 10 km d’un lieu"
    lang: Lang

    @classmethod
    def of(
        cls, comparison: Comparison, radius_km: float | None, minutes: float | None, lang: Lang
    ) -> _View:
        """Choose a radius."""
        change = comparison.coverage
        measure = choose_measure(change.measures, radius_km, minutes)
        communes = pd.DataFrame(change.communes)
        if "dans_selection" in communes:
            communes = communes[communes["dans_selection"].astype(bool)]
        causes = change.causes
        for column in ("rayon_km", "minutes", "route_km"):
            wanted = measure.radius_km if column == "rayon_km" else getattr(measure, column)
            if wanted is not None:
                causes = causes[causes[column] == wanted]
        return cls(
            pd.DataFrame(comparison.places),
            communes,
            change.tables.get("departement", pd.DataFrame()),
            causes,
            change.inequality.set_index("mesure"),
            measure.suffix,
            say(
                "note_own_reach" if measure.value is None else "note_reach",
                lang,
                reach=reach_name(measure, lang).replace("\u00a0", " "),
            ),
            lang,
        )

    def people(self, what: str) -> int:
        """Give a whole number of people, such that the five agree to the inhabitant."""
        return whole_people(self.communes, self.suffix)[what]


def whole_people(rows: pd.DataFrame, suffix: str) -> dict[str, int]:
    """Round people before, after, kept, gained and lost such that they still add up.

    Parameters
    ----------
    rows
        Rows with `population_avant` and so on.
    suffix
        The suffix of the radius.

    Returns
    -------
    dict
        Whole numbers by "avant", "apres", "gardee", "gagnee", "perdue".

    Examples
    --------
    >>> figures = {"avant": [10.4], "apres": [10.5], "gardee": [9.6]}
    >>> whole_people(pd.DataFrame({f"population_{k}": v for k, v in figures.items()}), "")
    {'avant': 10, 'apres': 11, 'gardee': 10, 'gagnee': 1, 'perdue': 0}
    """
    sums = {w: float(rows[f"population_{w}{suffix}"].sum()) for w in ("avant", "apres", "gardee")}
    # halves up, not to even: 10.5 people are 11
    figures = {what: int(value + 0.5) for what, value in sums.items()}
    figures["gagnee"] = figures["apres"] - figures["gardee"]
    figures["perdue"] = figures["avant"] - figures["gardee"]
    return figures


def _headlines(view: _View) -> list[str]:
    """Say in one sentence per département what matters."""
    lang, lines = view.lang, []
    for _, row in view.departements.iterrows():
        code = str(row["code_departement"])
        mine = view.places[view.places["code_departement"] == code]
        figures = whole_people(pd.DataFrame([row]), view.suffix)
        gained, lost = figures["gagnee"], figures["perdue"]
        if (mine["changement"] == "inchangé").all() and not gained and not lost:
            continue
        where = in_departement(code, str(row.get("departement", code)), lang)
        people = _more(gained - lost, "habitant", lang) or say("note_as_many_people", lang)
        detail = ""
        if gained and lost:
            detail = say("note_detail", lang, gained=number(gained, lang), lost=number(lost, lang))
        lines.append(
            say(
                "note_headline",
                lang,
                what=_capital(_network(mine, lang)),
                where=where,
                people=people,
                reach=view.reach,
                detail=detail,
            )
        )
    return lines or [say("note_nothing", lang)]


def _network(places: pd.DataFrame, lang: Lang) -> str:
    """Say how many labels, or else places, there are more or less."""
    told = places["changements"].str.split("|")
    for thing, plus, minus in (("label", "labellisé", "délabellisé"), ("lieu", "ouvert", "fermé")):
        gone = told.map(lambda words, w=minus: w in words).sum()
        come = told.map(lambda words, w=plus: w in words).sum()
        if come or gone:
            same = say(f"note_as_many_{thing}", lang)
            return _more(int(come - gone), thing, lang, words=True) or same
    return say("note_same_places", lang)


def _more(value: int, thing: str, lang: Lang, *, words: bool = False) -> str:
    """Say "three labels more" or "less"; nothing for none."""
    if not value:
        return ""
    key = "note_more" if value > 0 else "note_less"
    return say(key, lang, what=count(abs(value), thing, lang, words=words))


def _people(view: _View) -> list[str]:
    """Say how many people are within reach, and how far they have to go."""
    lang, communes = view.lang, view.communes
    people = communes["population"].sum()
    shares = {w: view.people(w) / people if people else 0.0 for w in ("avant", "apres")}
    lines = [
        say(
            "note_reached",
            lang,
            reach=view.reach,
            before=count(view.people("avant"), "habitant", lang),
            after=number(view.people("apres"), lang),
            total=number(people, lang),
            part_before=percent(shares["avant"], lang),
            part_after=percent(shares["apres"], lang),
        ),
        say(
            "note_moves",
            lang,
            gained=count(view.people("gagnee"), "habitant", lang),
            lost=count(view.people("perdue"), "habitant", lang),
            kept=count(view.people("gardee"), "habitant", lang),
        ),
    ]
    means = [
        (communes[f"distance_{when}_km"] * communes["population"]).sum() / people
        for when in ("avant", "apres")
        if people
    ]
    if len(means) == 2 and all(np.isfinite(means)):
        before, after = (number(mean, lang, 1) for mean in means)
        lines.append(say("note_distance", lang, before=before, after=after))
    gap = f"ecart_departements{view.suffix}"
    if gap in view.inequality.index and len(view.departements) > 1:
        gaps = view.inequality.loc[gap, ["avant", "apres"]].to_numpy(dtype=float)
        before, after = (number(100 * float(g), lang, 1) for g in gaps)
        lines.append(say("note_gap", lang, before=before, after=after, reach=view.reach))
    return lines


def _places(view: _View) -> list[str]:
    """Count what became of the places of the territory, and name some."""
    lang, lines, places = view.lang, [], view.places
    if "code_departement" in view.departements:
        here = places["code_departement"].isin(view.departements["code_departement"])
        here |= places["code_departement"].isna()  # nobody knows that they are elsewhere
        elsewhere = int((~here & (places["changement"] != "inchangé")).sum())
        places = places[here]
    else:
        elsewhere = 0
    told = places["changements"].str.split("|")
    for change in CHANGES[:-1]:
        some = places[told.map(lambda words, c=change: c in words)]
        if len(some):
            names = listed(some["nom"].fillna(some["id_apres"]).fillna("?").tolist(), lang)
            title = say(CHANGE_WORDS[change], lang)
            what = count(len(some), "lieu", lang, words=True)
            lines.append(say("note_change", lang, title=title, count=what, names=names))
    if elsewhere:
        lines.append(say("note_elsewhere", lang, count=count(elsewhere, "lieu", lang, words=True)))
    guessed = int((places["appariement"] == "ressemblance").sum())
    if guessed:
        what = _capital(count(guessed, "lieu", lang, words=True))
        lines.append(say("note_guessed", lang, count=what))
    return lines


def _causes(view: _View) -> list[str]:
    """Say by whose doing, and what is shared."""
    lang, lines = view.lang, []
    for sens, more, whole in ((GAINED, 1, "gagnee"), (LOST, -1, "perdue")):
        mine = view.causes[view.causes["sens"] == sens]
        weight = mine["population_seul"] + mine["population_partagee"]
        told = mine[weight >= 0.5]
        for _, row in told.head(NAMED).iterrows():
            alone = _more(more * round(row["population_seul"]), "habitant", lang)
            shared = round(row["population_partagee"])
            line = say(
                "note_cause",
                lang,
                name=row["nom"] or row["id"],
                change=say(CHANGE_WORDS[row["changement"]], lang).lower(),
                people=alone or say("note_nobody_alone", lang),
            )
            if shared and row["avec"]:
                with_whom = listed(row["avec"].split("|"), lang)
                people = count(shared, "habitant", lang)
                line += say("note_shared_with", lang, people=people, names=with_whom)
            lines.append(line + ".")
        if len(told) > NAMED:
            rest = count(len(told) - NAMED, "lieu", lang)
            lines.append(say("note_other_causes", lang, count=_capital(rest)))
        shared = view.communes[f"population_{whole}_partagee{view.suffix}"].sum()
        if round(shared):
            people = _more(more * round(shared), "habitant", lang)
            lines.append(say("note_shared", lang, people=people))
    return lines


def _halls(view: _View) -> list[str]:
    """Name the communes whose town hall comes within reach, or no longer is."""
    lang, lines = view.lang, []
    was, now = (view.communes[f"mairie_{w}{view.suffix}"].astype(bool) for w in ("avant", "apres"))
    for key, rows in (("note_hall_gained", now & ~was), ("note_hall_lost", was & ~now)):
        some = view.communes[rows].sort_values("population", ascending=False, kind="stable")
        if len(some):
            names = some["commune"] if "commune" in some else some["code_insee"]
            what = count(len(some), "commune", lang, words=True)
            lines.append(say(key, lang, count=what, names=listed(names.tolist(), lang)))
    return lines


def _services(view: _View) -> list[str]:
    """Count the communes where a service appears or vanishes within reach."""
    lang, lines = view.lang, []
    for key, column in (
        ("note_service_gained", f"services_gagnes{view.suffix}"),
        ("note_service_lost", f"services_perdus{view.suffix}"),
    ):
        held = view.communes[column].str.split("|").explode()
        counts = held[held.fillna("") != ""].value_counts()
        ranked = sorted((-int(n), str(service)) for service, n in counts.items())
        for less, service in ranked[:NAMED]:
            what = count(-less, "commune", lang, words=True)
            lines.append(say(key, lang, service=service, count=what))
    return lines


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
