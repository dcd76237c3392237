"""Where the next labels help most, and how many it would take.

Four goals, one table: each proposed site in the order in which it adds most, what it adds for each
département, what could stand in for it, and how far the whole choice can be from the best one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from epn_geo.crs import metric_crs, name_geometry
from epn_geo.deciding.covering import TIME_LIMIT_S, min_cover
from epn_geo.deciding.programmes import Choice, Covering
from epn_geo.deciding.proposals import GOALS, Answer, Goal, choose_sites, proposal_table
from epn_geo.deciding.siting import Scene, covering_at, lacking, set_scene
from epn_geo.errors import DataError, did_you_mean
from epn_geo.geometry.arcs import Floats
from epn_geo.joins import TERRITORY_COLUMNS
from epn_geo.labels import Lang, check_lang
from epn_geo.plurals import counted
from epn_geo.radii import Radius, named_measures

NOBODY = Choice(np.empty(0, dtype=np.int64), 0.0, 0.0)


def suggest_sites(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    new: int = 10,
    radius_km: float = 10.0,
    *,
    goal: Goal = "coverage",
    candidates: gpd.GeoDataFrame | None = None,
    departements: str | Iterable[str] | None = None,
    weight: str | None = None,
    places_radius_km: Radius | None = None,
    areas: gpd.GeoDataFrame | None = None,
    candidate_areas: gpd.GeoDataFrame | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    lang: Lang = "fr",
) -> gpd.GeoDataFrame:
    """Propose where new places would help most, with proof that nothing does better.

    Parameters
    ----------
    communes
        Polygons in any CRS with `code_insee` and `population`. People are counted at the town hall
        as in `measure_coverage`. Communes with `dans_selection` False are served, not counted.
    places
        Points in any CRS: what is there already. Those that `serves` does not count do not count.
    new
        How many places to propose, at most.
    radius_km
        Reach of a new place, kilometres in a straight line; of the existing ones too, unless
        `places_radius_km` says otherwise.
    goal
        What to do best:

        - ``"coverage"``: most people within reach of a place (maximum coverage);
        - ``"distance"``: least mean distance, weighted by people (p-median);
        - ``"farthest"``: least distance for the worst placed town hall (p-centre); among the
          choices that reach it, the one with most people within reach;
        - ``"backup"``: most people within reach of two places at least (backup coverage).
    candidates
        Where new places may stand: communes (their town halls), or places (France Services without
        the label, say). Those outside the communes to be served, mobile or without coordinates are
        left out. By default, every town hall.
    departements
        Codes or names of the départements whose people count and where new places stand; all the
        communes by default. What others gain is told beside it.
    weight
        Column of `communes` to count instead of `population`.
    places_radius_km
        Reach of the existing places: a number, one per category, or the name of a column.
    areas
        Polygons of reach of the existing places in place of discs, of one time, as in
        `measure_coverage`. A new place still reaches `radius_km`, unless:
    candidate_areas
        Polygons of reach of the candidates, with their `id` (of a town hall: its code_insee) or
        `nom`; `radius_km` is then not used. A candidate without one reaches nobody. Distances are
        straight lines all the same.
    time_limit_s
        Seconds that the solver may take; 0 gives the greedy answer at once, with the gap that it
        may have.
    lang
        Language of `objectif` and `methode`.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in the CRS of `communes`, one row per site, the one that adds most first; fewer than
        `new` if nothing is left to gain. Columns:

        - `rang`; `nom`, `id`, and the codes and names of where the site stands;
        - `gain_population`, `communes_gagnees`: people and communes newly within reach, beyond the
          sites above; `gain_<code>`: the same people by département; `gain_ailleurs`: people of
          communes that do not count (other départements), as a bonus; `gain_poids` with a `weight`;
        - `gain_cumule`, `communes_hors_portee`, `population_communes_hors_portee`,
          `distance_moyenne_km` (weighted by people), `distance_max_km`: once this site and those
          above are there; `population_deux_lieux` for backup;
        - `equivalents`: names of up to five candidates that could stand in for this site, the
          others unchanged, best first: all sites together then bring 1 % less of their total at
          most (in people, or in people × kilometres saved; for ``"farthest"``, 1 % more of the
          greatest distance), and the stand-in at least half of what this site brings;
          `pertes_equivalents`: what each would bring less than this site, as a share of what this
          site brings; `nombre_equivalents`, of all;
        - `objectif`, `valeur`, `borne`: what was done best, what the whole choice reaches, and what
          no choice can pass; `ecart_optimum`: the relative gap between the two (0 when proven);
          `methode`;
        - `rayon_km` of a new site, or `minutes` (`route_km`) of the areas; `geometry`.

    Raises
    ------
    CrsError
        As `measure_coverage`.
    ColumnError, DataError
        If a column is missing, a weight is missing or negative, a département or goal is unknown,
        `new` is not positive, or there is no candidate.

    Notes
    -----
    Maximum coverage is Σ wᵢ yᵢ with yᵢ ≤ Σ xⱼ over the candidates j within reach of i, and
    Σ xⱼ ≤ new; see `covering` for the sources and the bounds. The best ten sites do not contain
    the best nine: the order of the table is that of a choice made for ten.

    Examples
    --------
    Ten people in the west, thirty in the east, and one place in the west already:

    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "14002"], "commune": ["Ouest", "Est"], "population": [10, 30]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(20000, 0, 24000, 4000)],
    ...     crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> sites = suggest_sites(communes, place, new=2)
    >>> sites[["rang", "nom", "gain_population", "ecart_optimum", "methode"]]
       rang  nom  gain_population  ecart_optimum         methode
    0     1  Est               30            0.0  optimum prouvé
    """
    check_lang(lang)
    if goal not in GOALS:
        hint = did_you_mean(str(goal), GOALS)
        raise DataError(f"goal must be one of {', '.join(GOALS)}, not {goal!r}.{hint}")
    if new < 1:
        raise DataError(f"new must be a number of places from 1, not {new!r}.")
    scene = set_scene(
        communes,
        places,
        radius_km,
        candidates=candidates,
        departements=departements,
        weight=weight,
        places_radius_km=places_radius_km,
        areas=areas,
        candidate_areas=candidate_areas,
    )
    answer = choose_sites(scene, goal, new, time_limit_s)
    table = proposal_table(scene, answer, goal, weight, lang, quick=time_limit_s <= 0)
    return table.to_crs(communes.crs)


def sites_to_reach(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    radius_km: float = 10.0,
    *,
    share: float = 1.0,
    candidates: gpd.GeoDataFrame | None = None,
    departements: str | Iterable[str] | None = None,
    weight: str | None = None,
    places_radius_km: Radius | None = None,
    areas: gpd.GeoDataFrame | None = None,
    candidate_areas: gpd.GeoDataFrame | None = None,
    time_limit_s: float = TIME_LIMIT_S,
    lang: Lang = "fr",
) -> gpd.GeoDataFrame:
    """Say how many new places it takes so that nobody is beyond the radius, and where.

    Parameters
    ----------
    communes, places, radius_km, candidates, departements, weight, places_radius_km, areas
        As `suggest_sites`.
    candidate_areas
        As `suggest_sites`.
    share
        Of the people to be within reach (0-1), those who are already included: 1 is every town
        hall.
    time_limit_s, lang
        As `suggest_sites`.

    Returns
    -------
    geopandas.GeoDataFrame
        As `suggest_sites`: as many rows as places are needed (`valeur`); `borne` is the number
        below which it cannot be done.

    Raises
    ------
    CrsError, ColumnError
        As `suggest_sites`.
    DataError
        As `suggest_sites`; or if the candidates cannot reach that share, with how far they go.

    Notes
    -----
    Set cover: the least Σ xⱼ with Σ xⱼ ≥ 1 over the candidates j within reach of each town hall
    out of reach; with a share below 1, Σ wᵢ yᵢ ≥ share × Σ wᵢ and yᵢ ≤ Σ xⱼ.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "14002"], "commune": ["Ouest", "Est"], "population": [10, 30]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(20000, 0, 24000, 4000)],
    ...     crs=2154,
    ... )
    >>> nobody = gpd.GeoDataFrame(geometry=[], crs=2154)
    >>> len(sites_to_reach(communes, nobody)), len(sites_to_reach(communes, nobody, share=0.7))
    (2, 1)
    """
    check_lang(lang)
    if not 0 < share <= 1:
        raise DataError(f"share must be above 0 and at most 1, not {share!r}.")
    scene = set_scene(
        communes,
        places,
        radius_km,
        candidates=candidates,
        departements=departements,
        weight=weight,
        places_radius_km=places_radius_km,
        areas=areas,
        candidate_areas=candidate_areas,
    )
    problem = covering_at(scene)
    wanted = _share_lacking(scene, problem, share, communes)
    choice = min_cover(problem, wanted, time_limit_s=time_limit_s) if wanted > 0 else NOBODY
    answer = Answer(choice.chosen, choice.value, choice.bound, choice.proven)
    table = proposal_table(scene, answer, "everyone", weight, lang, quick=time_limit_s <= 0)
    return table.to_crs(communes.crs)


def site_sensitivity(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    new: int = 10,
    *,
    radii_km: Sequence[float] = (8.0, 10.0, 12.0),
    weights: Sequence[str | None] = (None,),
    near_km: float = 5.0,
    goal: Goal = "coverage",
    candidates: gpd.GeoDataFrame | None = None,
    departements: str | Iterable[str] | None = None,
    places_radius_km: Radius | None = None,
    areas: gpd.GeoDataFrame | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> gpd.GeoDataFrame:
    """Say how often each site is proposed when the radius or the weight changes.

    Parameters
    ----------
    communes, places, new, goal, candidates, departements, places_radius_km, areas, time_limit_s
        As `suggest_sites`; the time limit is for each scenario.
    radii_km
        Radii to try, kilometres.
    weights
        Columns of `communes` to try; None is the population. Each radius is tried with each weight.
    near_km
        Distance below which another proposed site counts as nearly the same.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per site proposed in any scenario, the most frequent first, in the CRS of
        `communes`: the names and codes of `suggest_sites`; `fois_choisi`; `scenarios`, how many
        were tried; `part_scenarios`, 0-1; `part_scenarios_voisin`, the share of scenarios that
        propose this site or one within `near_km` of it; one boolean per scenario
        (`choisi_population_10km` …).

    Raises
    ------
    CrsError, ColumnError, DataError
        As `suggest_sites`.

    Notes
    -----
    A site that most scenarios propose is firm. One that few propose, but whose neighbourhood most
    do, says "somewhere here".

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "14002"], "commune": ["Ouest", "Est"], "population": [10, 30]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(20000, 0, 24000, 4000)],
    ...     crs=2154,
    ... )
    >>> nobody = gpd.GeoDataFrame(geometry=[], crs=2154)
    >>> firm = site_sensitivity(communes, nobody, new=1, radii_km=[5, 10])
    >>> firm[["nom", "fois_choisi", "choisi_population_5km"]]
       nom  fois_choisi  choisi_population_5km
    0  Est            2                   True
    """
    found: dict[str, gpd.GeoDataFrame] = {}
    for weight in weights:
        for suffix, radius_km in named_measures([*radii_km]).items():
            found[f"choisi_{weight or 'population'}{suffix}"] = suggest_sites(
                communes,
                places,
                new,
                float(cast("float", radius_km)),
                goal=goal,
                candidates=candidates,
                departements=departements,
                weight=weight,
                places_radius_km=places_radius_km,
                areas=areas,
                time_limit_s=time_limit_s,
            )
    metric = {name: sites.to_crs(metric_crs(communes)) for name, sites in found.items()}
    return _count_choices(metric, near_km).to_crs(communes.crs)


def add_sites(places: gpd.GeoDataFrame, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put proposed sites among the places, to measure what coverage would become.

    Parameters
    ----------
    places
        Places in any CRS.
    sites
        What `suggest_sites` or `sites_to_reach` gave, or some of its rows.

    Returns
    -------
    geopandas.GeoDataFrame
        The rows of `places`, then one per site with `nom`, `id`, `code_insee`, `commune`,
        geometry and the category ``EPN``; new index, CRS of `places`. Sites that are places already
        (candidates of another label) are there twice: coverage is the same.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> place = gpd.GeoDataFrame({"nom": ["A"]}, geometry=[shapely.Point(0, 0)], crs=2154)
    >>> site = gpd.GeoDataFrame({"nom": ["B"]}, geometry=[shapely.Point(9, 0)], crs=2154)
    >>> add_sites(place, site)["nom"].tolist()
    ['A', 'B']
    """
    known = [name for name in ("nom", "id", "code_insee", "commune") if name in sites]
    own = places.geometry.name
    more = name_geometry(sites[[*known, sites.geometry.name]].to_crs(places.crs), own)
    if "categorie" in places:
        more = more.assign(categorie="EPN")
    if "couvre" in places:
        more = more.assign(couvre=True)
    both = pd.concat([places, more], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry=own, crs=places.crs)


def _share_lacking(
    scene: Scene, problem: Covering, share: float, communes: gpd.GeoDataFrame
) -> float:
    """Turn a share of all people into one of those whom candidates reach; refuse what cannot be."""
    served = np.diff(problem.reach.indptr) > 0
    reachable = float(problem.weight[served].sum())
    if share == 1:
        if not served.all():
            rows = np.flatnonzero(lacking(scene))[~served]
            name = communes["code_insee"].iloc[rows[0]]
            raise DataError(
                f"{counted(len(rows), 'commune is', 'communes are')} beyond {_far(scene)} of "
                f"every place and every candidate, for example {name}. Add candidates, or ask "
                "for a share."
            )
        return 1.0
    total = float(scene.weight.sum())
    already = total - float(problem.weight.sum())
    wanted = share * total - already
    if wanted > reachable * (1 + 1e-12):
        raise DataError(
            f"The candidates can bring {(already + reachable) / total:.1%} within "
            f"{_far(scene)}, not {share:.1%}: add candidates, or ask for less."
        )
    return max(0.0, wanted / reachable) if reachable else 0.0


def _far(scene: Scene) -> str:
    return "reach" if scene.band is not None else f"{scene.radius / 1000:g} km"


def _count_choices(found: dict[str, gpd.GeoDataFrame], near_km: float) -> gpd.GeoDataFrame:
    """Put the sites of all scenarios together, each once, and count who proposes them."""
    told = ["nom", "id", "categorie", *TERRITORY_COLUMNS]
    every = gpd.GeoDataFrame(pd.concat(list(found.values())), geometry="geometry")
    keyed = _keys(every)
    table = every[~keyed.duplicated().to_numpy()].reset_index(drop=True)
    table = table[[*(c for c in told if c in table), "geometry"]]
    keys, points = _keys(table), _points(table)
    chosen = {name: keys.isin(_keys(sites)).to_numpy() for name, sites in found.items()}
    times = np.sum(list(chosen.values()), axis=0)
    near = np.zeros(len(table))
    for here in chosen.values():
        if here.any():
            near += cKDTree(points[here]).query(points)[0] <= near_km * 1000
    counts = {
        "fois_choisi": times.astype(np.int64),
        "scenarios": len(found),
        "part_scenarios": times / len(found),
        "part_scenarios_voisin": near / len(found),
    }
    plain = table.drop(columns="geometry").assign(**counts, **chosen)
    table = gpd.GeoDataFrame(plain, geometry=table.geometry, crs=every.crs)
    order = ["fois_choisi", "part_scenarios_voisin", "id"]
    return table.sort_values(order, ascending=[False, False, True], ignore_index=True)


def _points(sites: gpd.GeoDataFrame) -> Floats:
    return np.column_stack([sites.geometry.x, sites.geometry.y])


def _keys(sites: gpd.GeoDataFrame) -> pd.Series[str]:
    """Tell sites apart by id and point: ids may be missing or repeated."""
    keys = [
        f"{name} {x:.2f} {y:.2f}" for name, (x, y) in zip(sites["id"], _points(sites), strict=True)
    ]
    return pd.Series(keys, index=sites.index, dtype="str")
