"""What helps to decide, written to a folder: proposed sites, skills, and who depends on whom."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from epn_geo.closures import measure_closures
from epn_geo.coverage import measure_coverage
from epn_geo.crant import assign_crant, crant_territories
from epn_geo.crs import WGS84
from epn_geo.figures import find_figures
from epn_geo.gaps import describe_gaps, find_gaps
from epn_geo.labels import Lang, number, say
from epn_geo.maps import coverage_map
from epn_geo.means import measure_means
from epn_geo.report import header
from epn_geo.writing import (
    Sheet,
    atomic_path,
    write_layer,
    write_layers,
    write_table,
    write_workbook,
)

# What the map tells of each site, of all that the table holds.
TOLD = (
    *("nom", "commune", "departement", "gain_population", "communes_gagnees", "gain_ailleurs"),
    *("gain_cumule", "population_communes_hors_portee", "distance_moyenne_km", "distance_max_km"),
    *("equivalents", "pertes_equivalents", "objectif", "methode", "ecart_optimum"),
)


def deliver_sites(
    frames: dict[str, gpd.GeoDataFrame],
    network: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    radius_km: float,
    folder: Path,
    *,
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
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> sites = suggest_sites(communes, network, new=1)
    >>> deliver_sites({"sites": sites}, network, communes, 10, Path(tempfile.mkdtemp()))
    ['sites.csv', 'sites.xlsx', 'sites.gpkg', 'carte-sites.html']
    """
    lists = {name: _as_list(frame) for name, frame in frames.items()}
    written = [write_table(frame, folder / f"{name}.csv").name for name, frame in lists.items()]
    written.append(_write_book(lists, folder / "sites.xlsx", demonstration, lang))
    written.append(write_layers(frames, folder / "sites.gpkg").name)
    coverage = measure_coverage(communes, network, radius_km)
    page = coverage_map(
        coverage,
        places=network,
        gaps=find_gaps(communes, network, radius_km),
        sites=_in_words(frames["sites"], lang),
        sources=sources,
        demonstration=demonstration,
        date=date,
        lang=lang,
    )
    return [*written, _save(page, folder / "carte-sites.html")]


def deliver_skills(
    matrix: pd.DataFrame,
    gaps: gpd.GeoDataFrame | None,
    network: gpd.GeoDataFrame,
    radius_km: float,
    folder: Path,
    *,
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
    folder, sources, demonstration, date, lang
        As `deliver_sites`.

    Returns
    -------
    list of str
        The names of the files.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.skills import skills_matrix
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> matrix = skills_matrix(network, communes, by="departement")
    >>> deliver_skills(matrix, None, network, 10, Path(tempfile.mkdtemp()))
    ['competences.csv', 'competences.xlsx']
    """
    written = [write_table(matrix, folder / "competences.csv").name]
    written.append(_write_matrix(matrix, folder / "competences.xlsx", demonstration, lang))
    if gaps is None:
        return written
    written.append(write_table(gaps, folder / "manques.csv").name)
    written.append(write_layer(gaps, folder / "manques.gpkg").name)
    shown = f"{header('part_sans_service', lang)} (%)"
    coverage = measure_coverage(gaps, network, radius_km)
    coverage[shown] = 100 * coverage["part_sans_service"]
    page = coverage_map(
        coverage,
        places=network,
        indicator=shown,
        title=title,
        sources=sources,
        demonstration=demonstration,
        date=date,
        lang=lang,
    )
    return [*written, _save(page, folder / "carte-manques.html")]


def deliver_network(
    network: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    radius_km: float,
    folder: Path,
    *,
    by: Any = "departement",
    demonstration: bool = False,
    lang: Lang = "fr",
) -> list[str]:
    """Write who depends on each place, each CRANT's territory, the blocks, and the means.

    Parameters
    ----------
    network, communes, radius_km
        As `measure_closures`.
    folder
        Where to; made if need be.
    by
        The level of the table of use and means.
    demonstration
        Say on every sheet that the network is fictitious.
    lang
        Language of what is made.

    Returns
    -------
    list of str
        The names of the files: ``fermetures.csv``, ``zones.csv``, ``crant.csv`` if there is any
        CRANT, ``moyens.csv`` if the list holds figures of use or means, then a workbook and layers
        of all of them.

    Examples
    --------
    >>> import tempfile
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> deliver_network(network, communes, 10, Path(tempfile.mkdtemp()))
    ['fermetures.csv', 'zones.csv', 'crant.csv', 'reseau.xlsx', 'reseau.gpkg']
    """
    closures = measure_closures(network, communes, radius_km)
    zones = describe_gaps(find_gaps(communes, network, radius_km), communes, network)
    frames: dict[str, pd.DataFrame] = {"fermetures": closures, "zones": zones}
    if (network["categorie"] == "CRANT").any():
        frames["fermetures"] = assign_crant(closures, communes)
        frames["crant"] = crant_territories(network, communes, lang=lang)
    if find_figures(network):
        frames["moyens"] = measure_means(network, communes, by=by)
    short = frames | {"fermetures": _ranked(frames["fermetures"])}
    written = [write_table(frame, folder / f"{name}.csv").name for name, frame in short.items()]
    written.append(_write_book(short, folder / "reseau.xlsx", demonstration, lang))
    layers = {n: frame for n, frame in frames.items() if isinstance(frame, gpd.GeoDataFrame)}
    return [*written, write_layers(layers, folder / "reseau.gpkg").name]


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
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> tell_sites(suggest_sites(communes, network, new=1)).split(" ; ")[-1]
    'écart possible : 0,00 %.'
    """
    if found.empty:
        return say("account_no_site", lang)
    last = found.iloc[-1]
    return say(
        "account_sites",
        lang,
        count=number(len(found), lang),
        people=number(last["gain_cumule"], lang),
        radius=number(last["rayon_km"], lang, 0 if last["rayon_km"] % 1 == 0 else 1),
        left=number(last["population_communes_hors_portee"], lang),
        method=last["methode"],
        gap=number(100 * last["ecart_optimum"], lang, 2),
    )


def _save(page: Any, path: Path) -> str:
    with atomic_path(path) as temporary:
        page.save(str(temporary))
    return path.name


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
    """Keep what the map tells of a site, under the words that people read."""
    kept = [c for c in sites if c in TOLD or (c.startswith("gain_") and c[5:7].isdigit())]
    words = {column: header(column, lang) for column in kept if column != "nom"}
    return sites[[*kept, "geometry"]].rename(columns=words)


def _ranked(closures: pd.DataFrame) -> pd.DataFrame:
    """Put the places whose closure hurts most first, with what is told of them."""
    told = ["id", "nom", "categorie", "commune", "epci", "departement"]
    at = list(closures.columns).index("communes_dependantes")
    added = [c for c in closures.columns[at:] if c != "geometry"]
    table = closures[[*(c for c in told if c in closures), *added]]
    return table.sort_values("rang_fermeture", kind="stable", na_position="last")


def _write_book(
    frames: dict[str, pd.DataFrame] | dict[str, gpd.GeoDataFrame],
    path: Path,
    demonstration: bool,
    lang: Lang,
) -> str:
    notice = say("demonstration", lang) if demonstration else None
    sheets = [
        Sheet(
            say(f"sheet_{name}", lang),
            frame,
            {column: header(column, lang) for column in map(str, frame.columns)},
            notice,
        )
        for name, frame in frames.items()
    ]
    return write_workbook(sheets, path).name


def _write_matrix(matrix: pd.DataFrame, path: Path, demonstration: bool, lang: Lang) -> str:
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
    return write_workbook(sheets, path).name
