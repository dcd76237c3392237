"""What helps to decide, written to a folder: proposed sites, and who lacks which skill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from epn_geo.areafiles import areas_that_count, check_areas, measures_in, read_same_time
from epn_geo.areas import method_of, tell_owners, warned_once
from epn_geo.coverage import measure_coverage
from epn_geo.crs import WGS84
from epn_geo.deciding.siting import list_candidates
from epn_geo.errors import DataError
from epn_geo.gaps import find_gaps
from epn_geo.labels import Lang, number, percent, reach_name, say, told_method
from epn_geo.needs import add_needs, name_need, read_needs
from epn_geo.outputs import need_lines, need_title, write_book, write_map
from epn_geo.radii import Measure
from epn_geo.reachfiles import missing_lines, missing_notices
from epn_geo.report import header
from epn_geo.styles import write_styled_layers
from epn_geo.territories import selected, territory_name
from epn_geo.writing import (
    Sheet,
    write_layer,
    write_table,
    write_workbook,
)

# What the map tells of each site, of all that the table holds.
TOLD = (
    *("nom", "commune", "departement", "gain_population", "communes_gagnees", "gain_poids"),
    *("gain_ailleurs", "gain_cumule", "population_communes_hors_portee", "communes_hors_portee"),
    *("population_deux_lieux", "distance_moyenne_km", "distance_max_km"),
    *("equivalents", "pertes_equivalents", "objectif", "methode", "ecart_optimum"),
)
WEIGHT = "habitants_besoin"
AFTER = (
    *("gain_cumule", "population_communes_hors_portee", "communes_hors_portee"),
    *("population_deux_lieux", "distance_moyenne_km", "distance_max_km"),
)


NAMED = 5  # candidates without a polygon that are named; all are counted


class CandidateReach(NamedTuple):
    """Polygons of reach of the candidates, and what was found wrong with them."""

    areas: gpd.GeoDataFrame
    findings: pd.DataFrame  # as `check_areas` gives them
    told: str  # a sentence, if some candidates have none


class Weighed(NamedTuple):
    """Communes whose people are weighed by need."""

    communes: gpd.GeoDataFrame
    lines: list[str]  # what is said of it
    shaded: dict[str, str]  # what the map can show of it
    unknown: str  # a sentence, if the need of some is not known


def deliver_sites(
    frames: dict[str, gpd.GeoDataFrame],
    network: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    radius_km: float,
    folder: Path,
    *,
    areas: gpd.GeoDataFrame | None = None,
    drawn: CandidateReach | None = None,
    indicator: Mapping[str, str] | None = None,
    sources: Sequence[str] = (),
    demonstration: bool = False,
    date: str | None = None,
    lang: Lang = "fr",
) -> list[str]:
    """Write proposed sites as tables, workbook, layers and map.

    Parameters
    ----------
    frames
        What `suggest_sites` or `sites_to_reach` gave, as ``sites``, and perhaps what
        `site_sensitivity` gave, as ``sensibilite``.
    network, communes
        What they were made from.
    radius_km
        The radius of the map.
    folder
        Where to; made if need be.
    areas
        Polygons of reach of the network in place of discs, if they were given.
    drawn
        Those of the candidates, if they were given: what was found wrong with them is written too.
    indicator
        Columns of `communes` that the map offers too, and what to call them.
    sources
        Lines on where the data is from, for the map.
    demonstration
        Say on all that is made that the network is fictitious.
    date
        Shown on the map.
    lang
        Language of what is made.

    Returns
    -------
    list of str
        The names of the files.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.sites import suggest_sites
    >>> from epn_geo.outputs import read_network
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> sites = suggest_sites(communes, network, new=1)
    >>> deliver_sites({"sites": sites}, network, communes, 10, Path(tempfile.mkdtemp()))
    ['sites.csv', 'sites.xlsx', 'sites.gpkg', 'carte-sites.html']
    """
    lines = [say("sites_definition", lang), say("sites_near_ties", lang)]
    lines += [*site_reach_lines(areas, drawn, radius_km, lang), *sources]
    lists = {name: _as_list(frame) for name, frame in frames.items()}
    sheets = {f"sheet_{name}": frame for name, frame in lists.items()}
    if drawn is not None:
        lists["constats-candidats"] = sheets["sheet_findings"] = drawn.findings
    written = [write_table(frame, folder / f"{name}.csv").name for name, frame in lists.items()]
    book = folder / "sites.xlsx"
    written.append(
        write_book(
            sheets,
            book,
            [*missing_lines(areas, network, lang), *lines],
            demonstration=demonstration,
            lang=lang,
        )
    )
    written.append(write_styled_layers(frames, folder / "sites.gpkg", lang=lang).name)
    reach = 10.0 if areas is not None else radius_km
    with warned_once():
        coverage = measure_coverage(communes, network, reach, areas=areas)
        gaps = find_gaps(communes, network, reach, areas=areas)
    page = write_map(
        folder / "carte-sites.html",
        coverage,
        places=network,
        gaps=gaps,
        reach=None if areas is None else areas_that_count(areas, network, communes),
        sites=_in_words(frames["sites"], lang),
        title=_sites_title(frames["sites"], communes, lang),
        indicator={"part": ""} | dict(indicator or {}),
        sources=lines,
        notices=[say("notice_sites", lang), *missing_notices(areas, network, communes, lang)],
        demonstration=demonstration,
        date=date,
        lang=lang,
    )
    return [*written, page]


def read_candidate_areas(
    path: str | Path,
    areas: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    *,
    candidates: gpd.GeoDataFrame | None = None,
    departements: Sequence[str] | None = None,
    lang: Lang = "fr",
) -> CandidateReach:
    """Read the polygons of reach of candidates, and say which candidates have none.

    Parameters
    ----------
    path
        As `read_areas`. Of town halls, a column ``code_insee`` says whose a polygon is, if there is
        one.
    areas
        Those of the existing places, of one time; only polygons of that time are kept.
    communes, candidates, departements
        As `suggest_sites`.
    lang
        Language.

    Returns
    -------
    CandidateReach
        The areas, the findings on them, and a sentence if there are candidates without.

    Raises
    ------
    EpnGeoError
        If the file cannot be used, is of another time, or holds no polygon of any candidate.

    Examples
    --------
    >>> import shapely
    >>> from tempfile import TemporaryDirectory
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "14002"], "commune": ["Ablon", "Acqueville"]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)], crs=2154,
    ... )
    >>> drawn = communes.iloc[:1].assign(minutes=20)
    >>> with TemporaryDirectory() as folder:
    ...     drawn.to_file(Path(folder, "reach.gpkg"))
    ...     read = read_candidate_areas(Path(folder, "reach.gpkg"), drawn, communes, lang="en")
    >>> read.told
    'WARNING: candidates without a polygon of reach, which cannot be proposed: 1 of 2 (Acqueville).'
    """
    named = Path(path).name
    read = read_same_time(path, areas)
    if candidates is None and "code_insee" in read:
        read["id"] = read["code_insee"]
    labels = list_candidates(communes, candidates, departements)
    own = "their code_insee" if candidates is None else "their id"
    if not tell_owners(read):
        raise DataError(
            f"{named} does not say whose its polygons are: give them the id of their candidate "
            f"({own}), or its nom."
        )
    findings = check_areas(read, labels, lang=lang)
    drawn = findings["code"] != "lieu_sans_zone"
    without = findings.loc[~drawn, "nom"].tolist()
    # what is said of a place that is there is not true of one that may come
    cannot = say("finding_candidat_sans_zone", lang)
    findings["message"] = findings["message"].where(drawn, cannot)
    if len(without) == len(labels):
        raise DataError(
            f"{named} has no polygon of any of the {len(labels)} candidates, which go by {own} "
            f"({', '.join(labels['id'].iloc[:2])} …) or nom."
        )
    told = ""
    if without:
        names = ", ".join(without[:NAMED]) + ("…" if len(without) > NAMED else "")
        counts = {"count": number(len(without), lang), "all": number(len(labels), lang)}
        told = say("told_candidates", lang, names=names, **counts)
    return CandidateReach(read, findings, told)


def site_reach_lines(
    areas: gpd.GeoDataFrame | None,
    drawn: CandidateReach | None,
    radius_km: float,
    lang: Lang = "fr",
) -> list[str]:
    r"""Say how far a proposed place reaches, where existing ones do by polygons.

    Parameters
    ----------
    areas
        Polygons of reach of the existing places, if there are any.
    drawn
        Those of the candidates, if there are any.
    radius_km
        How far a proposed place reaches without them.
    lang
        Language.

    Returns
    -------
    list of str
        A sentence, and what it leaves out; empty where all is circles.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame({"minutes": [20.0]}, geometry=[None], crs=2154)
    >>> site_reach_lines(areas, None, 10, "en")[0].split(": ")[0]
    'A proposed place reaches 10 km in a straight line, for want of polygons of the candidates'
    >>> site_reach_lines(None, None, 10)
    []
    """
    if areas is None:
        return []
    places = reach_name(measures_in(areas)[0], lang)
    if drawn is None:
        km = reach_name(Measure("", radius_km), lang)
        return [say("sites_reach_line", lang, km=km, reach=places)]
    method = told_method(method_of(drawn.areas), lang)
    line = say("sites_reach_areas", lang, reach=places, method=method)
    return [line, *([drawn.told] if drawn.told else [])]


def weigh_by_need(
    communes: gpd.GeoDataFrame, need: Path, declared: Mapping[str, Any], lang: Lang = "fr"
) -> Weighed:
    r"""Weigh the people of communes by their need, and say what that is.

    Parameters
    ----------
    communes
        Communes with `population`.
    need, declared
        A file, and what `read_needs` must be told of it.
    lang
        Language.

    Returns
    -------
    Weighed
        Communes with `habitants_besoin`, people × need between 0 and 1; zero where it is unknown,
        which is told.

    Raises
    ------
    EpnGeoError
        If the file cannot be used, or says nothing of these communes.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> declared = {"column": "age", "direction": "high", "bounds": (0, 100), "vintage": 2022}
    >>> communes = gpd.GeoDataFrame({"code_insee": ["14118", "61001"], "population": [100, 200]})
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "age.csv")
    ...     _ = file.write_text("code;age\n14118;30\n", encoding="utf-8")
    ...     weighed = weigh_by_need(communes, file, declared, "en")
    >>> weighed.communes[WEIGHT].tolist()
    [30.0, 0.0]
    >>> weighed.unknown
    'Need unknown for 1 commune (200 people): it weighs nothing in this choice.'
    """
    needs = read_needs(need, **declared)
    measured = add_needs(communes, needs)
    name = name_need(needs, measured, need.name)
    score = measured[f"besoin_{name}_0_1"]
    measured[WEIGHT] = (measured["population"] * score).fillna(0.0)
    unknown, told = score.isna(), ""
    if unknown.any():
        people = number(measured.loc[unknown, "population"].sum(), lang)
        told = say(
            "account_unweighted", lang, communes=number(int(unknown.sum()), lang), people=people
        )
    lines = [say("sites_weighted", lang), *need_lines(needs, need.name, lang)[1:]]
    shaded = {f"besoin_{name}": need_title(needs, lang)}
    return Weighed(measured, [*lines, *([told] if told else [])], shaded, told)


def deliver_skills(
    matrix: pd.DataFrame,
    gaps: gpd.GeoDataFrame | None,
    network: gpd.GeoDataFrame,
    radius_km: float,
    folder: Path,
    *,
    areas: gpd.GeoDataFrame | None = None,
    title: str | None = None,
    sources: Sequence[str] = (),
    demonstration: bool = False,
    date: str | None = None,
    lang: Lang = "fr",
) -> list[str]:
    """Write a matrix of skills as table and workbook, and the gaps of one as table, layer and map.

    Parameters
    ----------
    matrix
        What `skills_matrix` gave.
    gaps
        What `find_skill_gaps` gave, if anything.
    network
        The places.
    radius_km
        The radius of the map.
    title
        Title of the map.
    folder, areas, sources, demonstration, date, lang
        As `deliver_sites`.

    Returns
    -------
    list of str
        The names of the files.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.skills import skills_matrix
    >>> from epn_geo.outputs import read_network
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> matrix = skills_matrix(network, communes, by="departement")
    >>> deliver_skills(matrix, None, network, 10, Path(tempfile.mkdtemp()))
    ['competences.csv', 'competences.xlsx']
    """
    written = [write_table(matrix, folder / "competences.csv").name]
    lines = [*missing_lines(areas, network, lang), *sources]
    written.append(_write_matrix(matrix, folder / "competences.xlsx", lines, demonstration, lang))
    if gaps is None:
        return written
    written.append(write_table(gaps, folder / "manques.csv").name)
    written.append(write_layer(gaps, folder / "manques.gpkg").name)
    with warned_once():
        reach = 10.0 if areas is not None else radius_km
        coverage = measure_coverage(gaps, network, reach, areas=areas)
        zones = find_gaps(gaps, network, reach, areas=areas)
    page = write_map(
        folder / "carte-manques.html",
        coverage,
        places=network,
        gaps=zones,
        indicator={"part_sans_service": header("part_sans_service", lang)},
        headline={"population_sans_service": say("map_skill_people", lang)},
        reach=None if areas is None else areas_that_count(areas, network, gaps),
        title=title,
        sources=sources,
        notices=missing_notices(areas, network, gaps, lang),
        demonstration=demonstration,
        date=date,
        lang=lang,
    )
    return [*written, page]


def tell_skill_gap(gaps: gpd.GeoDataFrame, value: str, within: str, lang: Lang = "fr") -> str:
    r"""Say in a sentence how many people lack a skill, near a place or far from all.

    Parameters
    ----------
    gaps
        What `find_skill_gaps` gave.
    value
        What is lacking.
    within
        What "within reach" means, as ``within 10 km``: see `within_reach`.
    lang
        Language.

    Returns
    -------
    str
        The sentence.

    Examples
    --------
    >>> gaps = gpd.GeoDataFrame({
    ...     "population": [1000], "part_tous_lieux": [0.75], "population_sans_service": [250.0],
    ... })
    >>> tell_skill_gap(gaps, "CAF", "within 10 km", "en")
    'CAF: 250 people have a place within 10 km but none that offers it (25.0%); 250 have none.'
    """
    inside = selected(gaps)
    people, lacking = inside["population"].sum(), inside["population_sans_service"].sum()
    beyond = (inside["population"] * (1 - inside["part_tous_lieux"])).sum()
    return say(
        "account_skill_gap",
        lang,
        value=value,
        within=within,
        people=number(lacking, lang),
        share=percent(lacking / people if people else None, lang),
        beyond=number(beyond, lang),
    )


def tell_sites(found: gpd.GeoDataFrame, lang: Lang = "fr") -> str:
    """Say in a sentence what was proposed, and how sure it is.

    Parameters
    ----------
    found
        What `suggest_sites` or `sites_to_reach` gave.
    lang
        Language.

    Returns
    -------
    str
        The sentence.

    Examples
    --------
    >>> from epn_geo.sites import suggest_sites
    >>> from epn_geo.outputs import read_network
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> tell_sites(suggest_sites(communes, network, new=1)).split(" ; ")[-1]
    'écart possible : 0,00 %.'
    """
    if found.empty:
        return say("account_no_site", lang)
    last = found.iloc[-1]
    reach = _reach_of(last, lang)
    return say(
        "account_sites" if reach else "account_sites_reached",
        lang,
        count=number(len(found), lang),
        people=number(last["gain_cumule"], lang),
        reach=reach,
        left=number(last["population_communes_hors_portee"], lang),
        method=last["methode"],
        gap=number(100 * last["ecart_optimum"], lang, 2),
    )


def _sites_title(sites: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, lang: Lang) -> str:
    """Say on the map how many places are proposed, where, and what all of them bring."""
    where = communes
    if "code_departement" in communes and "code_departement" in sites:
        of_sites = communes["code_departement"].isin(sites["code_departement"])
        where = communes[of_sites] if of_sites.any() else communes
    name = territory_name(where, lang)
    title = say("map_sites", lang, count=number(len(sites), lang), name=name)
    if sites.empty:
        return title
    last = sites.iloc[-1]
    reach = _reach_of(last, lang)
    key = "map_sites_gain" if reach else "map_sites_gain_reached"
    people = number(last["gain_cumule"], lang)
    return say(key, lang, title=title, people=people, reach=reach)


def _reach_of(site: pd.Series, lang: Lang) -> str:
    """Name the one reach of new and existing places; empty if there is no one number for both."""
    told = {name: site[name] for name in ("rayon_km", "minutes", "route_km") if name in site}
    if len(told) != 1:
        return ""
    measure = Measure("", told.pop("rayon_km")) if "rayon_km" in told else Measure("", **told)
    return reach_name(measure, lang).replace("\u00a0", " ")


def _as_list(sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give sites as a list of places, which `read_places` and ``epn-geo diff --add`` take."""
    degrees = sites.to_crs(WGS84).geometry
    dropped = [c for c in (sites.geometry.name, "categorie") if c in sites]
    table = pd.DataFrame(sites.drop(columns=dropped))
    at = list(table.columns).index("id") + 1
    for name, values in (("longitude", degrees.x), ("latitude", degrees.y)):
        table.insert(at, name, values.round(6))
    table.insert(at, "categorie", "EPN")
    return table


def _in_words(sites: gpd.GeoDataFrame, lang: Lang) -> gpd.GeoDataFrame:
    """Keep what the map tells of a site, under the words that people read.

    What a site brings comes first; then what is left once it and those above are there.
    """
    kept = [c for c in TOLD if c in sites]
    at = kept.index("gain_ailleurs") if "gain_ailleurs" in kept else len(kept)
    kept[at:at] = [c for c in sites if c.startswith("gain_") and c[5:7].isdigit()]
    words = {c: say(f"site_{c}", lang) if c in AFTER else header(c, lang) for c in kept[1:]}
    return sites[[*kept, "geometry"]].rename(columns=words)


def _write_matrix(
    matrix: pd.DataFrame, path: Path, lines: Sequence[str], demonstration: bool, lang: Lang
) -> str:
    """Write the matrix as people read it: territories down, values across, a sheet per figure."""
    keys = [*matrix.columns[: list(matrix.columns).index("champ")], "population"]
    values = list(dict.fromkeys(matrix["valeur"]))
    words = {column: header(column, lang) for column in keys}
    notice = say("demonstration", lang) if demonstration else None
    sheets = []
    for figure in ("lieux", "part_population_couverte", "population_couverte"):
        wide = matrix.pivot_table(index=keys, columns="valeur", values=figure, dropna=False)
        wide = wide.dropna(how="all")[values].reset_index().rename_axis(columns=None)
        sheets.append(Sheet(say(f"sheet_skills_{figure}", lang), wide, words, notice))
    if lines:
        title = say("sheet_sources", lang)
        sheets.append(Sheet(title, pd.DataFrame({title: list(lines)}), notice=notice))
    return write_workbook(sheets, path).name
