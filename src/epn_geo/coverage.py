"""Reach round places, the shares of communes that it covers, and the nearest place.

"Covered" is always one of three named numbers:

- by **area**, `part_couverte`: the share of the commune's surface within reach of any place;
- by **town hall**, `mairie_couverte`: whether the town hall is within reach;
- by **population**, `population_couverte`: people within reach, taken as that share of the area
  times the population, as if people were spread evenly over their commune.

Reach is a disc round each place, or an area that stands in its place (see `areas`). Distances are
straight lines in the official metric CRS of the territory. The discs are exact (see `overlay`);
what remains is the projection (at 10 km in Normandie, 10 m too short to 5 m too long) and the
generalisation of the outlines (``data/communes/README.md``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.areas import Band, choose_areas, method_of, refuse_both
from epn_geo.crs import CRS, require_crs, to_metric
from epn_geo.geometry.arcs import Discs, Floats, Ints, distinct_discs, settle
from epn_geo.geometry.cuts import Cut, cut_outlines
from epn_geo.geometry.edges import Outlines, take_apart
from epn_geo.geometry.lookup import Sites
from epn_geo.geometry.overlay import Geometries, circles, measure_cut
from epn_geo.geometry.polygons import covered_by, points_in
from epn_geo.radii import AREAS, ESTIMATE, TIMES, Radius, named_measures, radii_of
from epn_geo.serving import coordinates, has_coordinates, serves, serving_sites, town_halls

# what an earlier measure left: it would pass for one of this
EARLIER = re.compile(
    r"rayon_km|methode_portee|methode_rayon|"
    r"(part|population|mairie)_couverte(_\d+(_\d+)?(km|min|km_route))?"
)
ESTIMATED = "rayon_estime_km"  # the column of `estimate_reach`: a radius that is no measure


def reach(places: gpd.GeoDataFrame, radius_km: Radius = 10.0) -> gpd.GeoDataFrame:
    """Draw what lies within a straight-line distance of each place.

    Parameters
    ----------
    places
        Points in any CRS.
    radius_km
        Kilometres: one number, one per category (``{"EPN": 10, "antenne": 5}``), or the name of a
        column of `places` that holds them.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows, index, columns and CRS, with discs in place of points (none where the place
        has no coordinates), and `rayon_km`. Drawn for maps and files, to within 5 m of the circle;
        areas are measured without drawing.

    Raises
    ------
    CrsError
        If the places have no CRS, lie outside France, or in two territories.
    DataError
        If a radius is missing or not positive.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> caen = gpd.GeoDataFrame(geometry=[shapely.Point(-0.37, 49.18)], crs=4326)
    >>> round(reach(caen, radius_km=10).to_crs(2154).area[0] / 1e6)  # π 10² = 314 km²
    314
    """
    radius = radii_of(places, radius_km)
    out = places.copy()
    out["rayon_km"] = radius
    known = has_coordinates(places)
    discs = np.full(len(places), None, dtype=object)
    if known.any():
        metric = to_metric(places[known], what="places")
        x, y = coordinates(metric)
        discs[known] = (
            gpd.GeoSeries(circles(Discs(x, y, radius[known] * 1000)), crs=metric.crs)
            .to_crs(places.crs)
            .to_numpy()
        )
    return out.set_geometry(gpd.GeoSeries(discs, index=places.index, crs=places.crs))


def measure_coverage(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    radius_km: Radius | Sequence[float] = 10.0,
    *,
    areas: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Measure how much of each commune is within reach of a place, by all three definitions.

    Parameters
    ----------
    communes
        Polygons in any CRS, all in one territory. `population` is used if it is there, and
        `mairie_longitude`, `mairie_latitude` (WGS84); without them, a point inside stands for the
        town hall.
    places
        Points in any CRS. Those that `serves` does not count cover nothing; places beyond the
        border of `communes` do.
    radius_km
        Kilometres: one number, several, one per category, or the name of a column of `places`.
    areas
        Polygons of reach in place of discs, in any CRS: what `isochrones` or `read_areas` gave.
        Those of the places that count, by `id` or else `nom`; all of them, if they bear neither.

    Returns
    -------
    geopandas.GeoDataFrame
        `communes` (same rows, index and CRS) with these columns added:

        - `aire_km2`: area of the outline given, km²;
        - `rayon_km`: the radius, if it is one number;
        - `part_couverte`: share of the area within reach, 0-1;
        - `population_couverte`: `part_couverte` times `population`, people;
        - `mairie_couverte`: whether the town hall is within reach;
        - `distance_km`, `lieu_le_plus_proche`, `id_le_plus_proche`: see `nearest_place`.

        With several radii, `part_couverte_5km`, `part_couverte_10km` and so on, and no `rayon_km`.
        With areas, `minutes` (or `route_km`) in its place, or `part_couverte_20min` and so on for
        several times; and `methode_portee`, which says how they were had. `methode_rayon` says that
        the radii are estimates, where they are those of `estimate_reach`. What an earlier measure
        left is dropped.

    Raises
    ------
    CrsError
        If a CRS is missing, or the communes lie outside France or in two territories.
    DataError
        If a radius is missing or not positive, or areas cannot be used.

    Warns
    -----
    MissingAreaWarning
        If a place that counts has no area: it covers nothing.

    Notes
    -----
    The area within reach is computed by Green's theorem, exactly; see `overlay`. Areas are overlaid
    as they are drawn.

    Examples
    --------
    A place in the middle of a commune of 4 km by 4 km, 1 km of reach: π / 16 of it is covered.

    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"population": [1600]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... )
    >>> place = gpd.GeoDataFrame({"nom": ["EPN"]}, geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> covered = measure_coverage(commune, place, radius_km=1)
    >>> covered[["aire_km2", "part_couverte", "population_couverte"]].round(4).iloc[0].tolist()
    [16.0, 0.1963, 314.1593]
    """
    require_crs(places, "places")
    refuse_both(radius_km, areas)
    if areas is None:
        return cover_ground(communes, cut_ground(take_terrain(communes), places, radius_km))
    metric = to_metric(communes, what="communes")
    halls = town_halls(metric)
    out = _measured(communes, shapely.area(metric.geometry.to_numpy()))
    bands = areas_round(areas, places, metric.crs)
    _add_areas(out, bands, metric.geometry.to_numpy(), halls)
    out[AREAS] = pd.Series(method_of(areas), index=out.index, dtype="str")
    return _add_nearest(out, halls, serving_sites(places, metric.crs))


class Terrain(NamedTuple):
    """Communes in metres and taken apart: what every cut of them begins with."""

    metric: gpd.GeoDataFrame
    outlines: Outlines
    halls: tuple[Floats, Floats]  # the town halls


class Ground(NamedTuple):
    """Communes cut by the reach of places: what is measured and drawn, all comes from here."""

    terrain: Terrain
    sites: gpd.GeoDataFrame  # the places that count, in metres
    radii: dict[str, Radius]  # by the suffix of the columns it gives
    cuts: list[Cut]  # one for each
    method: str | None  # how radii were estimated, if they were


def take_terrain(communes: gpd.GeoDataFrame) -> Terrain:
    """Take communes apart, once for all the places that they will be cut by.

    Parameters
    ----------
    communes
        As `measure_coverage`.

    Returns
    -------
    Terrain
        For `cut_ground`.

    Raises
    ------
    CrsError
        As `measure_coverage`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154)
    >>> len(take_terrain(commune).outlines.edges.x0)
    4
    """
    metric = to_metric(communes, what="communes")
    return Terrain(metric, take_apart(metric.geometry.to_numpy()), town_halls(metric))


def cut_ground(
    terrain: Terrain, places: gpd.GeoDataFrame, radius_km: Radius | Sequence[float]
) -> Ground:
    """Cut communes by the reach of places, once for all radii and for all that is asked of them.

    Parameters
    ----------
    terrain
        What `take_terrain` gave.
    places, radius_km
        As `measure_coverage`.

    Returns
    -------
    Ground
        For `cover_ground`, and for `gaps`.

    Raises
    ------
    CrsError, DataError
        As `measure_coverage`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154)
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> ground = cut_ground(take_terrain(commune), place, [1, 2])
    >>> list(ground.radii), len(ground.cuts)
    (['_1km', '_2km'], 2)
    """
    require_crs(places, "places")
    radii = named_measures(radius_km)
    sites = serving_sites(places, terrain.metric.crs)
    discs = [_discs(sites, radius) for radius in radii.values()]
    estimated = isinstance(radius_km, str) and radius_km == ESTIMATED
    method = method_of(places) if estimated else None
    return Ground(terrain, sites, radii, cut_outlines(terrain.outlines, discs), method)


def cover_ground(communes: gpd.GeoDataFrame, ground: Ground) -> gpd.GeoDataFrame:
    """Measure how much of each commune is within reach, where that is cut already.

    Parameters
    ----------
    communes
        Those that were cut.
    ground
        What `cut_ground` gave.

    Returns
    -------
    geopandas.GeoDataFrame
        As `measure_coverage`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154)
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> covered = cover_ground(commune, cut_ground(take_terrain(commune), place, 1))
    >>> covered["part_couverte"].round(4).tolist()
    [0.1963]
    """
    terrain, sites = ground.terrain, ground.sites
    nearest = _nearest_site(terrain.halls, sites)
    area = shapely.area(terrain.outlines.polygons)
    out = _measured(communes, area)
    if ground.method is not None:
        out[ESTIMATE] = pd.Series(ground.method, index=out.index, dtype="str")
    for (suffix, radius), cut in zip(ground.radii.items(), ground.cuts, strict=True):
        with np.errstate(invalid="ignore"):
            share = measure_cut(cut) / area
        one = float(radius) if isinstance(radius, int | float | np.number) else None
        if not suffix and one is not None:
            out["rayon_km"] = one
        out[f"part_couverte{suffix}"] = share
        if "population" in communes:
            out[f"population_couverte{suffix}"] = share * communes["population"].to_numpy(float)
        out[f"mairie_couverte{suffix}"] = (
            settle(*terrain.halls, np.zeros(len(out)), cut.discs)[0]
            if one is None
            else nearest.metres <= one * 1000
        )
    return _name_nearest(out, nearest, sites)


def nearest_place(communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find the place nearest to each town hall.

    Parameters
    ----------
    communes, places
        As `measure_coverage`.

    Returns
    -------
    geopandas.GeoDataFrame
        `communes` with `distance_km` (straight line from the town hall to the nearest place that
        counts; NaN if there is none), `lieu_le_plus_proche` (its `nom`) and `id_le_plus_proche`
        (its `id`, or else its index). Of several at the same point, the first of `places` is named.

    Raises
    ------
    CrsError
        As `measure_coverage`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154)
    >>> places = gpd.GeoDataFrame(
    ...     {"nom": ["loin", "près"]}, geometry=gpd.points_from_xy([9000, 5000], [2000, 2000]),
    ...     crs=2154,
    ... )
    >>> nearest_place(commune, places)[["distance_km", "lieu_le_plus_proche"]]
       distance_km lieu_le_plus_proche
    0          3.0                près
    """
    require_crs(places, "places")
    metric = to_metric(communes, what="communes")
    return _add_nearest(communes.copy(), town_halls(metric), serving_sites(places, metric.crs))


def discs_round(places: gpd.GeoDataFrame, radius_km: Radius, crs: CRS) -> Discs:
    """Give the discs round the places that count, in the metric CRS of the communes.

    Parameters
    ----------
    places
        Points in any CRS.
    radius_km
        Kilometres: one number, one per category, or the name of a column of `places`.
    crs
        The metric CRS.

    Returns
    -------
    Discs
        Distinct discs, metres.

    Raises
    ------
    CrsError, DataError
        As `measure_coverage`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(2000, 0)], crs=2154)
    >>> discs_round(place, 10, place.crs)
    Discs(x=array([2000.]), y=array([0.]), radius=array([10000.]))
    """
    require_crs(places, "places")
    return _discs(serving_sites(places, crs), radius_km)


def areas_round(areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, crs: CRS) -> list[Band]:
    """Give the areas of the places that count, in the metric CRS of the communes.

    Parameters
    ----------
    areas, places
        As `measure_coverage`.
    crs
        The metric CRS.

    Returns
    -------
    list of Band
        One for each time.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_coverage`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> place = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(2000, 0)], crs=2154)
    >>> drawn = place.set_geometry(place.buffer(1000)).assign(minutes=20)
    >>> [band.minutes for band in areas_round(drawn, place, place.crs)]
    [20.0]
    """
    require_crs(places, "places")
    require_crs(areas, "areas")
    serving, counted = serves(places).to_numpy(), serves(areas).to_numpy()
    return choose_areas(areas, places, serving, crs, counted)


def _discs(sites: gpd.GeoDataFrame, radius_km: Radius) -> Discs:
    return distinct_discs(*coordinates(sites), radii_of(sites, radius_km) * 1000)


def _add_areas(
    out: gpd.GeoDataFrame, bands: list[Band], polygons: Geometries, halls: tuple[Floats, Floats]
) -> None:
    """Add what areas cover of each commune, time by time."""
    area = shapely.area(polygons)
    for band in bands:
        with np.errstate(invalid="ignore"):
            share = covered_by(polygons, band.shapes) / area
        if band.suffix == "":
            for column, value in (("minutes", band.minutes), ("route_km", band.route_km)):
                if value is not None:
                    out[column] = value
        out[f"part_couverte{band.suffix}"] = share
        if "population" in out:
            out[f"population_couverte{band.suffix}"] = share * out["population"].to_numpy(float)
        out[f"mairie_couverte{band.suffix}"] = points_in(*halls, band.shapes)


def _measured(communes: gpd.GeoDataFrame, area: Floats) -> gpd.GeoDataFrame:
    """Begin a frame of measures: the area, and nothing that an earlier measure left."""
    earlier = [c for c in map(str, communes.columns) if EARLIER.fullmatch(c)]
    if AREAS in communes:
        earlier += [c for c in TIMES if c in communes]
    out = communes.drop(columns=earlier)
    out["aire_km2"] = area / 1e6
    return out


class _Nearest(NamedTuple):
    """The site nearest to each town hall."""

    metres: Floats  # NaN for none
    site: Ints  # the first of those at one point; -1 for none


def _nearest_site(halls: tuple[Floats, Floats], sites: gpd.GeoDataFrame) -> _Nearest:
    """Find the site nearest to each town hall."""
    x, y = halls
    distance, site = np.full(len(x), np.nan), np.full(len(x), -1)
    known = np.isfinite(x) & np.isfinite(y)
    if len(sites):
        site_x, site_y = coordinates(sites)
        order = np.lexsort((site_y, site_x))  # of those at one point, the first stays first
        new = np.ones(len(order), dtype=bool)
        new[1:] = (np.diff(site_x[order]) != 0) | (np.diff(site_y[order]) != 0)
        first = order[new]
        nearby = Sites(site_x[first], site_y[first])
        distance[known], nearest = nearby.nearest(x[known], y[known])
        site[known] = first[nearest]
    return _Nearest(distance, site)


def _add_nearest(
    out: gpd.GeoDataFrame, halls: tuple[Floats, Floats], sites: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Add the distance, name and id of the nearest site."""
    return _name_nearest(out, _nearest_site(halls, sites), sites)


def _name_nearest(
    out: gpd.GeoDataFrame, nearest: _Nearest, sites: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Add the distance, name and id of the nearest site, once found."""
    out["distance_km"] = nearest.metres / 1000
    names = sites["nom"] if "nom" in sites else sites.index.to_series().astype(str)
    ids = sites["id"] if "id" in sites else sites.index.to_series().astype(str)
    for column, values in (("lieu_le_plus_proche", names), ("id_le_plus_proche", ids)):
        # taking at -1 from one value more, a missing one, names nobody
        padded = np.append(values.astype(object).to_numpy(), np.array([None], dtype=object))
        out[column] = pd.Series(padded[nearest.site], index=out.index, dtype="str")
    return out
