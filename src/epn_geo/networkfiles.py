"""The network as it stands, written to a folder: closures, CRANT, blocks, means, and clusters."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from epn_geo.access import USUAL_KM, measure_access
from epn_geo.areafiles import areas_that_count, measures_in
from epn_geo.areas import warned_once
from epn_geo.closures import UNDRAWN, measure_closures
from epn_geo.clusters import Statistic, find_clusters
from epn_geo.coverage import measure_coverage
from epn_geo.crant import assign_crant, crant_territories
from epn_geo.crs import to_metric
from epn_geo.deciding.areal import count_areas
from epn_geo.figures import find_figures
from epn_geo.gaps import describe_gaps, find_gaps
from epn_geo.geometry.arcs import Ints
from epn_geo.labels import Lang, number, reach_name, say, within_reach
from epn_geo.means import measure_means
from epn_geo.outputs import write_book, write_frames, write_map
from epn_geo.pictures import picture
from epn_geo.radii import Measure, measure_for
from epn_geo.reachfiles import missing_lines, missing_notices
from epn_geo.report import header, tell_values
from epn_geo.serving import serving_sites, town_halls
from epn_geo.territories import titled
from epn_geo.writing import write_layers

ACCESS = "acces_pour_10000_hab"
OF_REACH = ("part_couverte", "population_couverte", "mairie_couverte")
HOW_MANY = ("aucun lieu", "un seul lieu", "deux lieux", "trois lieux ou plus")


def deliver_network(
    network: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    radius_km: float,
    folder: Path,
    *,
    areas: gpd.GeoDataFrame | None = None,
    by: Any = "departement",
    sources: Sequence[str] = (),
    demonstration: bool = False,
    date: str | None = None,
    lang: Lang = "fr",
) -> list[str]:
    """Write who depends on each place, each CRANT's territory, the blocks, and the means.

    Parameters
    ----------
    network, communes, radius_km, areas
        As `measure_closures`.
    folder
        Where to; made if need be.
    by
        The level of the table of use and means.
    sources
        Lines on where the data is from.
    demonstration
        Say on all that is made that the network is fictitious.
    date
        Shown on the maps.
    lang
        Language of what is made.

    Returns
    -------
    list of str
        The names of the files: ``fermetures.csv``, ``zones.csv``, ``crant.csv`` if there is any
        CRANT, ``moyens.csv`` if the list holds figures of use or means; a workbook and layers of
        all of them; and of closures, and of CRANT, a map and a picture.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.outputs import read_network
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> written = deliver_network(network, communes, 10, Path(tempfile.mkdtemp()))
    >>> written[:5]
    ['fermetures.csv', 'zones.csv', 'crant.csv', 'reseau.xlsx', 'reseau.gpkg']
    """
    radius_km = radius_km if areas is None else 10.0
    with warned_once():
        closures = measure_closures(network, communes, radius_km, areas=areas)
        gaps = find_gaps(communes, network, radius_km, areas=areas)
        coverage = measure_coverage(communes, network, radius_km, areas=areas)
        times = _how_many(communes, network, radius_km, areas)
    zones = describe_gaps(gaps, communes, network)
    frames: dict[str, pd.DataFrame] = {"fermetures": closures, "zones": zones}
    if (network["categorie"] == "CRANT").any():
        frames["fermetures"] = assign_crant(closures, communes)
        frames["crant"] = crant_territories(network, communes, lang=lang)
    if find_figures(network):
        frames["moyens"] = measure_means(network, communes, by=by)
    short = frames | {"fermetures": _ranked(frames["fermetures"])}
    written = write_frames({f"{name}.csv": frame for name, frame in short.items()}, folder)
    sheets = {f"sheet_{name}": frame for name, frame in short.items()}
    told: dict[str, Any] = {"demonstration": demonstration, "lang": lang}
    lines = [*missing_lines(areas, network, lang), *sources]
    written.append(write_book(sheets, folder / "reseau.xlsx", lines, **told))
    layers = {n: frame for n, frame in frames.items() if isinstance(frame, gpd.GeoDataFrame)}
    written.append(write_layers(layers, folder / "reseau.gpkg").name)
    told |= {"sources": sources, "date": date}
    within = within_reach(measure_for(coverage), lang).replace("\u00a0", " ")
    shown = coverage.assign(lieux_a_portee=times)
    places = _telling(closures, within, lang)
    title = say("map_closures", lang, within=within)
    told |= {"title": titled(title, communes, lang), "places": places}
    drawn = None if areas is None else areas_that_count(areas, network, communes)
    notices = missing_notices(areas, network, communes, lang)
    stem = folder / "carte-fermetures"
    written += _draw(shown, "lieux_a_portee", stem, reach=drawn, notices=notices, **told)
    if "crant" in frames:
        shown = coverage.drop(columns="motifs", errors="ignore").join(
            _of_crant(communes, frames["crant"], lang)
        )
        told |= {"title": titled(say("map_crant", lang), communes, lang), "places": network}
        written += _draw(shown, "aire_relative", folder / "carte-crant", reach=drawn, **told)
    return written


def deliver_clusters(
    network: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    radius_km: float,
    folder: Path,
    *,
    areas: gpd.GeoDataFrame | None = None,
    column: str = "distance_km",
    statistic: Statistic = "lisa",
    permutations: int = 9999,
    seed: int = 0,
    alpha: float = 0.05,
    sources: Sequence[str] = (),
    demonstration: bool = False,
    date: str | None = None,
    lang: Lang = "fr",
) -> tuple[list[str], pd.DataFrame]:
    """Write the clusters of a figure as table, workbook, layer, map and picture.

    Parameters
    ----------
    network, communes, radius_km, areas
        As `measure_coverage`; areas of one time.
    folder
        Where to; made if need be.
    column
        A column that `measure_coverage` adds, any figure that the communes have, or
        ``"acces_pour_10000_hab"`` (`measure_access`, as it is by default; by the areas, if any).
    statistic, permutations, seed, alpha
        As `find_clusters`.
    sources, demonstration, date, lang
        As `deliver_network`.

    Returns
    -------
    tuple
        The names of the files, and how many communes and people each kind of cluster holds.

    Raises
    ------
    EpnGeoError
        As `find_clusters`; it says so if the extra ``epn-geo[stats]`` is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.outputs import read_network
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> folder = Path(tempfile.mkdtemp())
    >>> deliver_clusters(network, communes, 10, folder, permutations=999)[0]
    ['amas.csv', 'amas-compte.csv', 'amas.xlsx', 'amas.gpkg', 'carte-amas.html', 'carte-amas.png']
    """
    radius_km = radius_km if areas is None else 10.0
    with warned_once():
        measured = measure_coverage(communes, network, radius_km, areas=areas)
        if column == ACCESS:
            measured = measure_access(measured, network, areas=areas)
    found = find_clusters(
        measured, column, statistic=statistic, permutations=permutations, seed=seed, alpha=alpha
    )
    groups = found.groupby("amas", sort=True)
    count = pd.DataFrame({"communes": groups.size(), "population": groups["population"].sum()})
    count[column] = groups[column].mean()
    count = count.reset_index()
    figure = _figure_name(column, measured, areas, lang)
    words = {"figure": figure, "count": number(permutations, lang), "seed": seed}
    lines = [
        say(f"clusters_{statistic}", lang),
        say("clusters_test", lang, alpha=number(100 * alpha, lang), **words),
        *straight_lines(column, areas, lang),
        *sources,
    ]
    told: dict[str, Any] = {"demonstration": demonstration, "lang": lang}
    written = write_frames({"amas.csv": found, "amas-compte.csv": count}, folder)
    sheets = {"sheet_clusters": count, "sheet_commune": found}
    missing = missing_lines(areas, network, lang)
    written.append(write_book(sheets, folder / "amas.xlsx", [*missing, *lines], **told))
    written.append(write_layers({"amas": found}, folder / "amas.gpkg").name)
    told |= {"sources": lines, "date": date, "places": network}
    told["title"] = titled(say("map_clusters", lang, **words), communes, lang)
    told["notices"] = missing_notices(areas, network, communes, lang)
    drawn = None if areas is None else areas_that_count(areas, network, communes)
    return written + _draw(found, "amas", folder / "carte-amas", reach=drawn, **told), count


def straight_lines(column: str, areas: gpd.GeoDataFrame | None, lang: Lang = "fr") -> list[str]:
    """Say that polygons of reach change nothing, where the figure is a distance.

    Parameters
    ----------
    column
        The figure.
    areas
        Polygons of reach, if there are any.
    lang
        Language.

    Returns
    -------
    list of str
        A sentence, or none.

    Examples
    --------
    >>> straight_lines("distance_km", None)
    []
    """
    unmoved = areas is not None and column == "distance_km"
    return [say("clusters_straight", lang)] if unmoved else []


def _figure_name(
    column: str, measured: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None, lang: Lang
) -> str:
    """Call a figure by its words, and by the reach it was measured with if it has one."""
    if column == ACCESS:
        measure = Measure("", USUAL_KM) if areas is None else measures_in(areas)[-1]
    elif column in OF_REACH:
        measure = measure_for(measured)
    else:
        return header(column, lang)
    return f"{header(column, lang)} ({reach_name(measure, lang)})".replace("\u00a0", " ")


def tell_clusters(count: pd.DataFrame, lang: Lang = "fr") -> str:
    """Say in a sentence what was found.

    Parameters
    ----------
    count
        What `deliver_clusters` gave.
    lang
        Language.

    Returns
    -------
    str
        The sentence.

    Examples
    --------
    >>> tell_clusters(pd.DataFrame({"amas": ["haut-haut"], "communes": [40]}))
    'Amas trouvés : haut-haut (40 communes).'
    """
    quiet = ("non significatif", "sans voisin", "sans donnée")
    found = count[~count["amas"].isin(quiet)]
    if found.empty:
        return say("account_no_cluster", lang)
    named = [
        say("account_cluster", lang, name=name, count=number(communes, lang))
        for name, communes in zip(tell_values(found, lang)["amas"], found["communes"], strict=True)
    ]
    return say("account_clusters", lang, named=", ".join(named))


def _draw(
    coverage: gpd.GeoDataFrame,
    column: str,
    stem: Path,
    *,
    reach: gpd.GeoDataFrame | None,
    lang: Lang,
    **told: Any,
) -> list[str]:
    """Draw a map, on which polygons of reach can be seen, and a picture of one figure."""
    told |= {"indicator": {column: header(column, lang)}, "lang": lang}
    page = write_map(stem.with_suffix(".html"), coverage, reach=reach, **told)
    return [page, picture(coverage, stem.with_suffix(".png"), size="slide", **told).name]


def _ranked(closures: pd.DataFrame) -> pd.DataFrame:
    """Put the places whose closure hurts most first, with what is told of them."""
    told = ["id", "nom", "categorie", "commune", "epci", "departement"]
    at = list(closures.columns).index("communes_dependantes")
    added = [c for c in closures.columns[at:] if c != "geometry"]
    table = closures[[*(c for c in told if c in closures), *added]]
    return table.sort_values("rang_fermeture", kind="stable", na_position="last")


def _how_many(
    communes: gpd.GeoDataFrame,
    network: gpd.GeoDataFrame,
    radius_km: float,
    areas: gpd.GeoDataFrame | None,
) -> pd.Series:
    """Say how many places reach each town hall: none, one alone, two, or more."""
    metric = to_metric(communes, what="communes")
    halls = np.column_stack(town_halls(metric))
    sites = serving_sites(network, metric.crs)
    times: Ints = np.zeros(len(metric), dtype=np.int64)
    known = np.isfinite(halls).all(axis=1)
    if areas is not None:
        times, _ = count_areas(halls, areas, network, metric.crs)
    elif len(sites) and known.any():
        tree = cKDTree(np.column_stack([sites.geometry.x, sites.geometry.y]))
        times[known] = tree.query_ball_point(halls[known], radius_km * 1000, return_length=True)
    words = np.array(HOW_MANY, dtype=object)[np.minimum(times, len(HOW_MANY) - 1)]
    return pd.Series(pd.Categorical(words, categories=list(HOW_MANY)), index=communes.index)


def _telling(closures: gpd.GeoDataFrame, within: str, lang: Lang) -> gpd.GeoDataFrame:
    """Let the sheet of each place say what its closure would cost."""
    said = [_cost_of(row, within, lang) for row in closures.to_dict(orient="records")]
    return closures.assign(presentation_resume=said)


def _cost_of(row: Mapping[Hashable, Any], within: str, lang: Lang) -> str:
    """Say what the closure of a place would cost; nothing of one that does not count."""
    if row.get("polygone_portee") == UNDRAWN:
        return say("place_closure_undrawn", lang)
    if pd.isna(row["rang_fermeture"]):
        return ""
    return say(
        "place_closure" if isinstance(row["lieu_suivant"], str) else "place_closure_alone",
        lang,
        people=number(row["population_dependante_aire"], lang),
        within=within,
        rank=number(row["rang_fermeture"], lang),
        following=row["lieu_suivant"],
        distance=number(row["distance_suivant_km"], lang, 1),
    )


def _of_crant(
    communes: gpd.GeoDataFrame, territories: gpd.GeoDataFrame, lang: Lang
) -> pd.DataFrame:
    """Give each commune what is told of its CRANT's territory."""
    points = communes.geometry.representative_point().to_crs(territories.crs).to_numpy()
    commune, row = shapely.STRtree(points).query(
        territories.geometry.to_numpy(), predicate="intersects"
    )[::-1]
    told = pd.DataFrame(index=communes.index)
    figures = ("aire_relative", "distance_relative")
    for name in figures:
        values = np.full(len(communes), np.nan)
        values[commune] = territories[name].to_numpy(dtype=float)[row]
        told[name] = values
    motifs = np.full(len(communes), "", dtype=object)
    names, reasons = territories["crant"].to_numpy(), territories["motifs"].to_numpy()
    for one, other in zip(commune, row, strict=True):
        words = {"name": names[other], "reasons": reasons[other] or say("crant_as_others", lang)}
        motifs[one] = say("commune_crant", lang, **words)
    told["motifs"] = pd.Series(motifs, index=communes.index, dtype="str")
    return told
