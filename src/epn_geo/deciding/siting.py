"""What a choice of sites is made from: whose distance counts, where sites may be, who reaches whom.

People are counted at their commune's town hall, the same point by which `measure_coverage` says
`mairie_couverte`. So what a site gains here is what `summarise` then shows to have left
`population_communes_hors_portee`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from epn_geo.areas import Band
from epn_geo.coverage import discs_round
from epn_geo.crs import CRS, require_crs, to_metric
from epn_geo.deciding.areal import candidate_pairs, count_areas
from epn_geo.deciding.covering import covering_of
from epn_geo.deciding.programmes import Covering
from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.geometry.arcs import Bools, Floats, Ints, settle
from epn_geo.joins import TERRITORY_COLUMNS, locate
from epn_geo.plurals import counted
from epn_geo.radii import Radius, radii_of
from epn_geo.serving import serves, serving_sites, town_halls


class Scene(NamedTuple):
    """Town halls, places that serve them already, and candidates; metres, in one metric CRS."""

    halls: Floats  # x, y of each commune's town hall
    asked: Bools  # communes whose people are to be served
    population: Floats
    weight: Floats  # what each commune counts for; 0 where not asked
    distance: Floats  # from the town hall to the nearest place, infinite without one
    times: Ints  # how many places reach the town hall
    radius: float  # of a new site
    sites: Floats  # x, y of each candidate
    labels: gpd.GeoDataFrame  # what is known of each candidate, points in the metric CRS
    departement: npt.NDArray[np.str_]  # of each commune; "" where unknown
    pairs: csr_array | None = None  # which candidate's own area holds which town hall
    band: Band | None = None  # of areas, where they stand in place of discs

    def within(self, site: int) -> Bools:
        """Tell which town halls a candidate would reach."""
        if self.pairs is not None:
            return np.asarray(self.pairs[:, [site]].toarray()[:, 0] > 0)
        return self.distances(site) <= self.radius

    def distances(self, site: int) -> Floats:
        """Give the distance from a candidate to every town hall."""
        offset = self.halls - self.sites[site]
        return np.asarray(np.sqrt((offset**2).sum(axis=1)))


def set_scene(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    radius_km: float,
    *,
    candidates: gpd.GeoDataFrame | None = None,
    departements: str | Iterable[str] | None = None,
    weight: str | None = None,
    places_radius_km: Radius | None = None,
    areas: gpd.GeoDataFrame | None = None,
    candidate_areas: gpd.GeoDataFrame | None = None,
) -> Scene:
    """Put together who is to be served, by whom they are already, and where new sites may be.

    Parameters
    ----------
    communes, places, radius_km, candidates, departements, weight, places_radius_km, areas
        As `epn_geo.sites.suggest_sites`.
    candidate_areas
        The same.

    Returns
    -------
    Scene
        All in metres.

    Raises
    ------
    ColumnError
        If a column is missing.
    DataError
        If a weight is missing or negative, a radius is not positive, or there is no candidate.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [100]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(5000, 2000)], crs=2154)
    >>> scene = set_scene(commune, place, 2)
    >>> scene.distance.tolist(), scene.times.tolist(), scene.sites.tolist()
    ([3000.0], [0], [[2000.0, 2000.0]])
    """
    if not (np.isfinite(radius_km) and radius_km > 0):
        raise DataError(f"A radius must be a positive number of kilometres, not {radius_km!r}.")
    for column in ("code_insee", "population"):
        if column not in communes:
            raise ColumnError(f"The communes have no column {column!r}: see read_communes.")
    require_crs(places, "places")
    metric, halls, asked, labels = _choice(communes, candidates, departements)
    reach = radius_km if places_radius_km is None else places_radius_km
    band, pairs = None, None
    if areas is None:
        times = _count_places(halls, places, reach, metric.crs)
    elif places_radius_km is not None:
        raise DataError("Give either places_radius_km or areas, not both.")
    else:
        times, band = count_areas(halls, areas, places, metric.crs)
    if candidate_areas is not None:
        pairs, band = candidate_pairs(halls, candidate_areas, labels, band)
    return Scene(
        halls=np.nan_to_num(halls, nan=np.inf),
        asked=asked,
        population=metric["population"].to_numpy(dtype=float),
        weight=np.where(asked, _weights(metric, weight, asked), 0.0),
        distance=_nearest(halls, places, metric.crs),
        times=times,
        radius=float(radius_km) * 1000,
        sites=np.column_stack([labels.geometry.x, labels.geometry.y]),
        labels=labels,
        departement=_departements(metric),
        pairs=pairs,
        band=band,
    )


def list_candidates(
    communes: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame | None = None,
    departements: str | Iterable[str] | None = None,
) -> gpd.GeoDataFrame:
    """List where new places may stand, without choosing.

    Parameters
    ----------
    communes, candidates, departements
        As `epn_geo.sites.suggest_sites`.

    Returns
    -------
    geopandas.GeoDataFrame
        Points in the metric CRS, one row per candidate: `nom`, `id` (of a town hall: its
        code_insee) and the codes and names of where it stands.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `epn_geo.sites.suggest_sites`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "commune": ["Ablon"]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> list_candidates(commune)[["id", "nom"]].values.tolist()
    [['14001', 'Ablon']]
    """
    return _choice(communes, candidates, departements).labels


def pairs_within(scene: Scene, rows: Bools, radius: float) -> tuple[Ints, Ints, Floats]:
    """List the town halls and candidates within a distance of each other.

    Parameters
    ----------
    scene
        The scene.
    rows
        Which communes to look at.
    radius
        Metres.

    Returns
    -------
    tuple of numpy.ndarray
        The commune's row, the candidate and the distance in metres, of each pair.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [100]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> nobody = gpd.GeoDataFrame(geometry=[], crs=2154)
    >>> [values.tolist() for values in pairs_within(set_scene(commune, nobody, 2), [True], 2000)]
    [[0], [0], [0.0]]
    """
    where = np.flatnonzero(rows)
    if not len(where) or not len(scene.sites):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    # a hair more, so that rounding inside the tree loses none of those exactly at the radius
    found = cKDTree(scene.halls[where]).sparse_distance_matrix(
        cKDTree(scene.sites), radius * (1 + 1e-9), output_type="ndarray"
    )
    near = found["v"] <= radius
    order = np.lexsort((found["j"][near], found["i"][near]))
    commune = where[found["i"][near][order]]
    return commune, found["j"][near][order].astype(np.int64), found["v"][near][order]


def covering_at(scene: Scene, level: int = 1) -> Covering:
    """Say which candidates would reach the communes that lack places, and how many each lacks.

    Parameters
    ----------
    scene
        The scene.
    level
        How many places each commune should have within reach.

    Returns
    -------
    Covering
        One demand for each commune of `lacking`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [100]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> nobody = gpd.GeoDataFrame(geometry=[], crs=2154)
    >>> problem = covering_at(set_scene(commune, nobody, 2))
    >>> problem.reach.toarray().tolist(), problem.weight.tolist()
    ([[1.0]], [100.0])
    """
    rows = lacking(scene, level)
    return covering_of_rows(scene, rows, np.maximum(level - scene.times[rows], 0))


def covering_of_rows(scene: Scene, rows: Bools, need: Ints | None = None) -> Covering:
    """Say which candidates are within the radius of which of some communes.

    Parameters
    ----------
    scene
        The scene.
    rows
        Which communes.
    need
        How many candidates each needs; 1 by default.

    Returns
    -------
    Covering
        One demand for each of `rows` that is true.

    Examples
    --------
    See `covering_at`.
    """
    if scene.pairs is None:
        commune, candidate, _ = pairs_within(scene, rows, scene.radius)
    else:
        some = scene.pairs[np.flatnonzero(rows)].tocoo()
        commune, candidate = np.flatnonzero(rows)[some.row], some.col.astype(np.int64)
    position = np.cumsum(rows) - 1
    return covering_of(position[commune], candidate, scene.weight[rows], len(scene.sites), need)


def lacking(scene: Scene, level: int = 1) -> Bools:
    """Tell which communes to be served have fewer than `level` places within reach.

    Parameters
    ----------
    scene
        The scene.
    level
        How many places each should have.

    Returns
    -------
    numpy.ndarray
        One per commune.

    Examples
    --------
    See `covering_at`.
    """
    return scene.asked & (scene.times < level)


def savings(scene: Scene) -> csr_array:
    """Give the people x kilometres that each candidate would save each commune.

    Parameters
    ----------
    scene
        The scene. With no place at all, distances are compared with the diagonal of the box that
        holds all town halls and candidates.

    Returns
    -------
    scipy.sparse.csr_array
        Communes x candidates, positive where the candidate is nearer than what is there.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [100]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(5000, 2000)], crs=2154)
    >>> savings(set_scene(commune, place, 2)).toarray().tolist()
    [[300.0]]
    """
    before = _before(scene)
    useful = scene.asked & (scene.weight > 0)
    farthest = float(before[useful].max(initial=0.0))
    commune, candidate, distance = pairs_within(scene, useful, farthest)
    saved = scene.weight[commune] * (before[commune] - distance) / 1000
    gain = saved > 0
    shape = (len(scene.halls), len(scene.sites))
    return csr_array((saved[gain], (commune[gain], candidate[gain])), shape=shape)


def kilometres_before(scene: Scene) -> float:
    """Give the people x kilometres that `savings` are subtracted from.

    Parameters
    ----------
    scene
        The scene.

    Returns
    -------
    float
        Weight times distance, over the communes to be served.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [100]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(5000, 2000)], crs=2154)
    >>> kilometres_before(set_scene(commune, place, 2))
    300.0
    """
    return float((scene.weight * _before(scene))[scene.asked].sum()) / 1000


def _before(scene: Scene) -> Floats:
    """Give the distances that new sites are compared with."""
    if np.isfinite(scene.distance[scene.asked]).all():
        return scene.distance
    corners = np.vstack([scene.halls[scene.asked], scene.sites])
    return np.full(len(scene.distance), np.hypot(*np.ptp(corners, axis=0)))


def _asked(metric: gpd.GeoDataFrame, departements: str | Iterable[str] | None) -> Bools:
    """Tell which communes are to be served."""
    asked: Bools = np.ones(len(metric), dtype=bool)
    if "dans_selection" in metric:
        asked = metric["dans_selection"].to_numpy(dtype=bool)
    if departements is None:
        return asked
    wanted = [departements] if isinstance(departements, str) else list(map(str, departements))
    if "code_departement" not in metric:
        raise ColumnError("The communes have no column 'code_departement', to choose them by.")
    names = ["code_departement", *(["departement"] if "departement" in metric else [])]
    known = {
        fold(str(value)): code
        for name in names
        for value, code in zip(metric[name], metric["code_departement"], strict=True)
    }
    for value in wanted:
        if fold(value) not in known:
            choices = sorted({str(v) for v in metric[names[-1]].dropna()})
            hint = did_you_mean(value, choices)
            raise DataError(
                f"No commune is in the département {value!r}: there are {', '.join(choices)}.{hint}"
            )
    codes = {known[fold(value)] for value in wanted}
    inside: Bools = metric["code_departement"].isin(codes).to_numpy(dtype=bool)
    return asked & inside


def _weights(metric: gpd.GeoDataFrame, weight: str | None, asked: Bools) -> Floats:
    """Give what each commune counts for."""
    column = "population" if weight is None else weight
    if column not in metric:
        hint = did_you_mean(column, map(str, metric.columns))
        raise ColumnError(f"The communes have no column {column!r} to weigh them by.{hint}")
    values = pd.to_numeric(metric[column], errors="coerce").to_numpy(dtype=float)
    wrong = asked & ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise DataError(
            f"{counted(wrong.sum(), 'commune has', 'communes have')} no weight of zero or more in "
            f"{column!r}, for example {metric['code_insee'].to_numpy()[wrong][0]}. Fill it, or "
            "leave such communes out: a missing weight is not zero."
        )
    return np.where(np.isfinite(values), values, 0.0)


def _departements(metric: gpd.GeoDataFrame) -> npt.NDArray[np.str_]:
    if "code_departement" not in metric:
        return np.full(len(metric), "", dtype=str)
    return np.array([code if isinstance(code, str) else "" for code in metric["code_departement"]])


class _Choice(NamedTuple):
    """Communes in the metric CRS, their town halls, which of them are asked for, candidates."""

    metric: gpd.GeoDataFrame
    halls: Floats
    asked: Bools
    labels: gpd.GeoDataFrame


def _choice(
    communes: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame | None,
    departements: str | Iterable[str] | None,
) -> _Choice:
    """Say who is to be served, and where new sites may be."""
    metric = to_metric(communes, what="communes")
    halls = np.column_stack(town_halls(metric))
    asked = _asked(metric, departements) & np.isfinite(halls).all(axis=1)
    return _Choice(metric, halls, asked, _candidates(metric, asked, halls, candidates))


def _candidates(
    metric: gpd.GeoDataFrame, asked: Bools, halls: Floats, given: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """Give the candidates as points with their names: town halls, or places that could serve."""
    if given is None:
        labels = _at_town_halls(metric[asked], halls[asked])
    else:
        require_crs(given, "candidates")
        shapes = given.geometry.dropna()
        if len(shapes) and shapes.geom_type.isin(["Polygon", "MultiPolygon"]).all():
            moved = given.to_crs(metric.crs)
            labels = _at_town_halls(moved, np.column_stack(town_halls(moved)))
        else:
            labels = _at_places(given, metric)
        labels = labels[labels["code_insee"].isin(metric["code_insee"][asked])]
    if labels.empty:
        raise DataError(
            "There is no candidate: none stands in the communes to be served, with coordinates and "
            "at a fixed address."
        )
    return labels.reset_index(drop=True)


def _at_town_halls(communes: gpd.GeoDataFrame, halls: Floats) -> gpd.GeoDataFrame:
    """Make a candidate of each commune's town hall."""
    if "code_insee" not in communes:
        raise ColumnError(
            "Candidates with outlines are communes and need a column 'code_insee'; give other "
            "shapes as points."
        )
    name = "commune" if "commune" in communes else "code_insee"
    columns = {"nom": communes[name], "id": communes["code_insee"]}
    columns |= {column: communes[column] for column in TERRITORY_COLUMNS if column in communes}
    points = gpd.GeoSeries(shapely.points(halls), index=communes.index, crs=communes.crs)
    return gpd.GeoDataFrame(columns, geometry=points, crs=communes.crs)


def _at_places(places: gpd.GeoDataFrame, metric: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make a candidate of each place that has an address of its own."""
    located = locate(places[serves(places)].to_crs(metric.crs), metric)
    numbers = located.index.to_series().astype("str")
    columns = {
        name: located.get(name, numbers).astype("str").fillna(numbers) for name in ("nom", "id")
    }
    kept = ("categorie", *TERRITORY_COLUMNS)
    columns |= {column: located[column] for column in kept if column in located}
    return gpd.GeoDataFrame(columns, geometry=located.geometry, crs=metric.crs)


def _nearest(halls: Floats, places: gpd.GeoDataFrame, crs: CRS) -> Floats:
    """Give the distance from each town hall to the nearest place, infinite without one."""
    sites = serving_sites(places, crs)
    distance = np.full(len(halls), np.inf)
    known = np.isfinite(halls).all(axis=1)
    if len(sites):
        tree = cKDTree(np.column_stack([sites.geometry.x, sites.geometry.y]))
        distance[known], _ = tree.query(halls[known], workers=-1)
    return distance


def _count_places(halls: Floats, places: gpd.GeoDataFrame, radius_km: Radius, crs: CRS) -> Ints:
    """Count the places that reach each town hall."""
    sites = serving_sites(places, crs)
    radius = radii_of(sites, radius_km) * 1000
    points = np.column_stack([sites.geometry.x, sites.geometry.y])
    times = np.zeros(len(halls), dtype=np.int64)
    known = np.isfinite(halls).all(axis=1)
    for value in np.unique(radius):
        tree = cKDTree(points[radius == value])
        times[known] += tree.query_ball_point(halls[known], value, return_length=True)
    # the very test of measure_coverage decides between none and one
    reached, _ = settle(
        halls[:, 0], halls[:, 1], np.zeros(len(halls)), discs_round(places, radius_km, crs)
    )
    return np.where(reached, np.maximum(times, 1), 0)
