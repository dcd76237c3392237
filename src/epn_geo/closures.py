"""What would be lost if a place closed: who depends on it alone, and how far the next one is."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from epn_geo.areas import only_band, refuse_both, require_owners, shapes_of
from epn_geo.coverage import areas_round
from epn_geo.crs import require_crs, to_metric
from epn_geo.errors import ColumnError
from epn_geo.geometry.arcs import Floats, Ints, distinct_discs
from epn_geo.geometry.overlay import Geometries, covered_areas
from epn_geo.geometry.polygons import pairs_in, reached_alone, shared_areas
from epn_geo.radii import Radius, radii_of
from epn_geo.serving import serving_sites, town_halls

AT_ONCE = 200  # places measured together
DRAWN, UNDRAWN = "fourni", "aucun"  # whether a place that counts has a polygon
NOISE_M2 = 1e-3  # what is left when two equal areas are subtracted


class _Sites(NamedTuple):
    """The places that count, in metres."""

    points: Floats
    radius: Floats
    row: Ints  # of `places`


def measure_closures(
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    radius_km: Radius = 10.0,
    *,
    areas: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Measure, for each place, who depends on it alone and how far the next place is.

    Parameters
    ----------
    places
        Points in any CRS.
    communes
        Polygons in any CRS with `population`. Those with `dans_selection` False do not count.
    radius_km
        Kilometres: one number, one per category, or the name of a column of `places`.
    areas
        Polygons of reach in place of discs, of one time, as in `measure_coverage`; each with the
        `id` or `nom` of its place.

    Returns
    -------
    geopandas.GeoDataFrame
        `places` (same rows, index and CRS) with these columns added, missing for places that cover
        nothing (see `serves`):

        - `communes_dependantes`, `population_dependante_mairie`: communes whose town hall no other
          place reaches, and their people;
        - `aire_dependante_km2`, `population_dependante_aire`: area that no other place reaches, and
          the people on it, spread evenly over their commune; exact, as `measure_coverage`;
        - `distance_suivant_km`, `lieu_suivant`, `id_suivant`: the nearest other place, in a
          straight line; missing if there is none. Two places at one address are 0 km apart, and
          nobody depends on either alone;
        - `rang_fermeture`: 1 where the closure would hurt most people (by area, then by town hall);
        - `polygone_portee`, with areas: "fourni", or "aucun" for a place that counts but has no
          polygon. What its closure would cost cannot be known: of its figures only the next place
          is told, and it has no rank.

    Raises
    ------
    CrsError, DataError
        As `measure_coverage`.
    ColumnError
        If `communes` has no `population`.

    Notes
    -----
    The closure of one place, all others staying. Two neighbours may each count nobody and yet be
    all that many people have: `suggest_sites` with goal ``"backup"`` looks at that. The people of a
    place are those of `measure_coverage` with it minus those without it.

    Examples
    --------
    Two places in a row; each alone reaches its own side.

    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"population": [100, 300]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)], crs=2154,
    ... )
    >>> places = gpd.GeoDataFrame(
    ...     {"nom": ["A", "B"]}, geometry=gpd.points_from_xy([2000, 6000], [2000, 2000]), crs=2154
    ... )
    >>> lost = measure_closures(places, communes, radius_km=1)
    >>> lost[["population_dependante_mairie", "distance_suivant_km", "rang_fermeture"]]
       population_dependante_mairie  distance_suivant_km  rang_fermeture
    0                         100.0                  4.0               2
    1                         300.0                  4.0               1
    """
    if "population" not in communes:
        raise ColumnError("The communes have no column 'population': see read_communes.")
    require_crs(places, "places")
    refuse_both(radius_km, areas)
    metric = to_metric(communes, what="communes")
    if "dans_selection" in metric:
        metric = metric[metric["dans_selection"].astype(bool)]
    serving = serving_sites(places.reset_index(drop=True), metric.crs)
    sites = _Sites(
        np.column_stack([serving.geometry.x, serving.geometry.y]),
        radii_of(serving, radius_km) * 1000,
        serving.index.to_numpy(),
    )
    following, distance_km = _next(sites)
    drawn = np.ones(len(sites.row), dtype=bool)
    if areas is None:
        columns = _by_town_hall(sites, metric) | _by_area(sites, metric)
    else:
        band = require_owners(only_band(areas_round(areas, places, metric.crs)))
        shapes = shapes_of(band, sites.row)
        columns = _by_polygons(shapes, metric)
        drawn = ~shapely.is_missing(shapes)
        columns = {name: np.where(drawn, value, np.nan) for name, value in columns.items()}
    columns["distance_suivant_km"] = distance_km
    out = places.copy()
    for name, values in columns.items():
        out[name] = _spread(values, sites.row, len(places))
    for name, source in (("lieu_suivant", "nom"), ("id_suivant", "id")):
        values = serving[source] if source in serving else serving.index.to_series().astype("str")
        padded = np.append(values.astype(object).to_numpy(), np.array([None], dtype=object))
        named = np.full(len(places), None, dtype=object)
        named[sites.row] = padded[following]
        out[name] = pd.Series(named, index=places.index, dtype="str")
    out["rang_fermeture"] = _rank(columns, sites.row, places.index)
    if areas is not None:
        told = np.full(len(places), None, dtype=object)
        told[sites.row] = np.where(drawn, DRAWN, UNDRAWN)
        out["polygone_portee"] = pd.Series(told, index=places.index, dtype="str")
    return out


def _by_polygons(shapes: Geometries, metric: gpd.GeoDataFrame) -> dict[str, Floats]:
    """Measure what a single place reaches, by polygons of reach."""
    polygons, count = metric.geometry.to_numpy(), len(shapes)
    people = metric["population"].to_numpy(dtype=float)
    hall, place = pairs_in(*town_halls(metric), shapes)
    alone = np.bincount(hall, minlength=len(metric))[hall] == 1
    density = _density(polygons, people)
    site, commune, area = shared_areas(reached_alone(shapes), polygons)
    return {
        "communes_dependantes": _per_site(place[alone], np.ones(alone.sum()), count),
        "population_dependante_mairie": _per_site(place[alone], people[hall[alone]], count),
        "aire_dependante_km2": _per_site(site, area, count) / 1e6,
        "population_dependante_aire": _per_site(site, area * density[commune], count),
    }


def _per_site(site: Ints, values: Floats, count: int) -> Floats:
    return np.bincount(site, values, minlength=count).astype(np.float64)


def _density(polygons: Geometries, people: Floats) -> Floats:
    """Give people per square metre, 0 where unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(people / shapely.area(polygons))


def _by_town_hall(sites: _Sites, metric: gpd.GeoDataFrame) -> dict[str, Floats]:
    """Count the communes, and their people, whose town hall a single place reaches."""
    halls = np.column_stack(town_halls(metric))
    known = np.flatnonzero(np.isfinite(halls).all(axis=1))
    hall, site = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for radius in np.unique(sites.radius):
        same = np.flatnonzero(sites.radius == radius)
        # a hair more, so that rounding inside the tree loses none of those exactly at the radius
        found = cKDTree(halls[known]).sparse_distance_matrix(
            cKDTree(sites.points[same]), radius * (1 + 1e-9), output_type="ndarray"
        )
        near = found["v"] <= radius
        hall.append(known[found["i"][near]])
        site.append(same[found["j"][near]])
    every, which = np.concatenate(hall), np.concatenate(site)
    alone = np.bincount(every, minlength=len(metric))[every] == 1
    people = metric["population"].to_numpy(dtype=float)[every[alone]]
    count = len(sites.row)
    by_hall = np.bincount(which[alone], people, minlength=count)
    return {
        "communes_dependantes": np.bincount(which[alone], minlength=count).astype(np.float64),
        "population_dependante_mairie": by_hall.astype(np.float64),
    }


def _by_area(sites: _Sites, metric: gpd.GeoDataFrame) -> dict[str, Floats]:
    """Measure the area that a single place reaches, and the people on it."""
    polygons = metric.geometry.to_numpy()
    density = _density(polygons, metric["population"].to_numpy(dtype=float))
    area, people = np.zeros(len(sites.row)), np.zeros(len(sites.row))
    tree = shapely.STRtree(polygons)
    for start in range(0, len(sites.row), AT_ONCE):
        ours = np.arange(start, min(start + AT_ONCE, len(sites.row)))
        site, commune, alone = _alone(sites, ours, polygons, tree)
        area += np.bincount(site, alone, minlength=len(area))
        people += np.bincount(site, alone * density[commune], minlength=len(area))
    return {"aire_dependante_km2": area / 1e6, "population_dependante_aire": people}


def _alone(
    sites: _Sites, ours: Ints, polygons: Geometries, tree: shapely.STRtree
) -> tuple[Ints, Ints, Floats]:
    """Give site, commune and the area of the commune that only that site reaches, in m².

    Each site gets a copy of its surroundings, far from the others' copies, once with its own disc
    and once without: two calls measure all of them.
    """
    points = shapely.points(sites.points[ours])
    at, commune = tree.query(points, predicate="dwithin", distance=sites.radius[ours])
    site = ours[at]
    boxes = shapely.bounds(polygons[commune])
    largest = float(np.hypot(*(boxes[:, 2:] - boxes[:, :2]).T).max(initial=0.0))
    spacing = 4 * float(sites.radius.max()) + largest + 1000
    columns = int(np.ceil(np.sqrt(len(ours))))
    cell = np.zeros((len(sites.row), 2))
    cell[ours] = np.column_stack(np.divmod(np.arange(len(ours)), columns)) * spacing
    shift = cell - sites.points

    moved = polygons[commune]
    coordinates, owner = shapely.get_coordinates(moved, return_index=True)
    shapely.set_coordinates(moved, coordinates + shift[site][owner])
    own, other = _overlapping(sites, ours)
    neighbours = sites.points[other] + shift[own]
    without = distinct_discs(neighbours[:, 0], neighbours[:, 1], sites.radius[other])
    both = np.vstack([neighbours, cell[ours]])
    radius = np.concatenate([sites.radius[other], sites.radius[ours]])
    discs = distinct_discs(both[:, 0], both[:, 1], radius)
    alone = covered_areas(moved, discs) - covered_areas(moved, without)
    return site, commune, np.where(alone > NOISE_M2, alone, 0.0)


def _overlapping(sites: _Sites, ours: Ints) -> tuple[Ints, Ints]:
    """List the pairs of one of some sites and another whose disc meets its own."""
    found = cKDTree(sites.points[ours]).sparse_distance_matrix(
        cKDTree(sites.points), 2 * float(sites.radius.max()), output_type="ndarray"
    )
    own, other = ours[found["i"]], found["j"]
    meets = (own != other) & (found["v"] < sites.radius[own] + sites.radius[other])
    return own[meets], other[meets].astype(np.int64)


def _next(sites: _Sites) -> tuple[Ints, Floats]:
    """Find the nearest other site; -1 and NaN where there is none."""
    count = len(sites.row)
    if count < 2:
        return np.full(count, -1), np.full(count, np.nan)
    distance, found = map(np.asarray, cKDTree(sites.points).query(sites.points, k=2))
    # of two at one point, either may come first
    column = (found[:, 0] == np.arange(count)).astype(np.int64)
    row = np.arange(count)
    return found[row, column].astype(np.int64), distance[row, column] / 1000


def _spread(values: Floats, row: Ints, length: int) -> Floats:
    """Put the values of some rows into a column that is missing elsewhere."""
    out = np.full(length, np.nan)
    out[row] = values
    return out


def _rank(columns: dict[str, Floats], row: Ints, index: pd.Index) -> pd.Series[int]:
    """Rank the places, 1 where most people depend on the place."""
    by_area, by_hall = (columns[f"population_dependante_{by}"] for by in ("aire", "mairie"))
    # areas are exact to the square millimetre, people are not compared beyond that
    order = np.lexsort([row, -by_hall, -np.round(by_area, 6)])
    order = order[~np.isnan(by_area[order])]
    rank = pd.array([pd.NA] * len(index), dtype="Int64")
    rank[row[order]] = np.arange(1, len(order) + 1)
    return pd.Series(rank, index=index)
