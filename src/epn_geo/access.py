"""Access with competition: communes and places into floating catchments (see `catchments`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

from epn_geo.areas import Band, refuse_both, require_owners
from epn_geo.catchments import (
    Decay,
    Method,
    Sparse,
    band_weights,
    catchment_access,
    check_decay,
    decay_weights,
    divide,
    scaled_rows,
)
from epn_geo.cells import Cells
from epn_geo.coverage import areas_round
from epn_geo.crs import CRS, metric_crs, project, require_crs
from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.geometry.arcs import Floats, Ints
from epn_geo.geometry.within import pairs_within
from epn_geo.plurals import counted
from epn_geo.serving import serving_sites, town_halls

PER = 10_000  # inhabitants: supply per person would be unreadable
USUAL_KM = 15.0


def measure_access(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    method: Method = "e2sfca",
    radius_km: float = USUAL_KM,
    areas: gpd.GeoDataFrame | None = None,
    decay: Decay = "gaussian",
    edge_weight: float = 0.01,
    supply: str | None = None,
    category_weights: Mapping[str, float] | None = None,
    missing_supply: float | None = None,
    grid: pd.DataFrame | None = None,
    name: str = "acces",
) -> gpd.GeoDataFrame:
    """Measure what each commune's people can reach of the places, shared with all who can too.

    Parameters
    ----------
    communes
        Polygons in any CRS, with `population`; the people of a commune stand at its town hall, or
        in the cells of `grid`.
    places
        Points in any CRS, on both sides of the border; `serves` tells which count.
    method
        See `catchment_access`.
    radius_km
        Where a place's catchment ends, in a straight line. There is no norm: the default, 15 km, is
        a convention.
    areas
        Polygons of reach in place of discs, as in `measure_coverage`, each with the `id` or `nom`
        of its place: a place's catchment is its polygon. Of several `minutes` (or `route_km`), the
        catchment is the largest, and who is in a smaller one is nearer.
    decay, edge_weight
        See `decay_weights`; for areas, `band_weights`: those of one time hold people or do not.
    supply
        A column of `places`: hours a week (`add_weekly_hours`), staff, seats. Each place is 1 if it
        is left out.
    category_weights
        What a place of some category counts for, ``{"antenne": 0.5}``; 1 for the others.
    missing_supply
        What to take for a place whose supply is missing. Without it such places are refused.
    grid
        What `read_grid` or `locate_cells` gave.
    name
        How the columns begin.

    Returns
    -------
    geopandas.GeoDataFrame
        `communes` (same rows, index and CRS) with:

        - `acces_pour_10000_hab`: supply per 10 000 people, by that method (with a grid, the mean
          over the commune's people);
        - `acces_relatif`: the same against Σ S / Σ P, all the supply that is within somebody's
          reach over all the people: 1 is the common share;
        - `acces_lieux`: how many places have the town hall (with a grid, the mean person) in their
          catchment.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_coverage`; if a supply is missing or negative; and if areas do not say whose
        they are: nobody could tell whose supply is within reach.

    Warns
    -----
    MissingAreaWarning
        If a place that counts has no polygon: nobody reaches what it offers.

    Notes
    -----
    The people of neighbouring territories use the same places: read their communes too, or access
    near the border is overstated.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001", "14002"], "population": [100, 300]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)],
    ...     crs=2154,
    ... )
    >>> places = gpd.GeoDataFrame(geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> measure_access(communes, places, method="2sfca")[["acces_pour_10000_hab", "acces_lieux"]]
       acces_pour_10000_hab  acces_lieux
    0                  25.0          1.0
    1                  25.0          1.0
    """
    origins = _origins(communes, grid)
    sites = _sites(places, origins, supply, category_weights, missing_supply)
    bands = _bands(areas, places, radius_km, origins.crs)
    f = _weights(origins, sites, bands or radius_km, decay, edge_weight)
    found = catchment_access(f, origins.people, sites.supply, method)
    reached = float(sites.supply[(f.T @ origins.people) > 0].sum())
    common = divide(np.array([reached]), np.array([origins.people.sum()]))[0]
    out = communes.copy()
    per_person = origins.mean(found.access)
    out[f"{name}_pour_{PER}_hab"] = per_person * PER
    out[f"{name}_relatif"] = per_person / common if common > 0 else np.nan
    out[f"{name}_lieux"] = origins.mean(np.asarray((f > 0).sum(axis=1), dtype=float))
    return out


def measure_load(
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    *,
    radius_km: float = USUAL_KM,
    areas: gpd.GeoDataFrame | None = None,
    decay: Decay = "gaussian",
    edge_weight: float = 0.01,
    supply: str | None = None,
    category_weights: Mapping[str, float] | None = None,
    missing_supply: float | None = None,
    grid: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Measure how many people each place would have to serve if they went where they can.

    Parameters
    ----------
    places, communes, radius_km, areas, decay, edge_weight
        As `measure_access`.
    supply, category_weights, missing_supply, grid
        As `measure_access`.

    Returns
    -------
    geopandas.GeoDataFrame
        `places` (same rows, index and CRS) with `population_bassin` (the people of its catchment,
        each weighed by distance), `population_attendue` (the same when everyone is shared out
        between the places they can reach, so that they add up to the people who can reach any), and
        `habitants_par_unite` (`population_attendue` over the supply). Missing for places that do
        not count.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_access`.

    Notes
    -----
    population_attendue = Σᵢ P f / Σⱼ f, the first step of the balanced floating catchment (Páez,
    Higgins & Vivona 2019).

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [100]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> points = gpd.points_from_xy([2000, 2000], [2000, 2000])
    >>> places = gpd.GeoDataFrame({"nom": ["a", "b"]}, geometry=points, crs=2154)
    >>> measure_load(places, communes)[["population_bassin", "population_attendue"]]
       population_bassin  population_attendue
    0              100.0                 50.0
    1              100.0                 50.0
    """
    origins = _origins(communes, grid)
    sites = _sites(places, origins, supply, category_weights, missing_supply)
    bands = _bands(areas, places, radius_km, origins.crs)
    f = _weights(origins, sites, bands or radius_km, decay, edge_weight)
    out = places.copy()
    f.eliminate_zeros()
    expected = scaled_rows(f).T @ origins.people
    columns = {
        "population_bassin": f.T @ origins.people,
        "population_attendue": expected,
        "habitants_par_unite": np.where(sites.supply > 0, divide(expected, sites.supply), np.nan),
    }
    for column, values in columns.items():
        whole = np.full(len(places), np.nan)
        whole[sites.row] = values
        out[column] = whole
    return out


# -- frames into arrays


class _Origins(NamedTuple):
    """Where people stand."""

    x: Floats
    y: Floats
    people: Floats
    row: Ints  # of their commune
    size: int  # how many communes
    crs: CRS  # metric

    def mean(self, values: Floats) -> Floats:
        """Average over each commune's people; where nobody is counted, over its points."""
        size = self.size
        known = self.row >= 0
        row, people, values = self.row[known], self.people[known], values[known]
        weight = np.where(np.bincount(row, people, size)[row] > 0, people, 1.0)
        total = np.bincount(row, weight, size)
        sums = np.bincount(row, weight * values, size)
        return np.asarray(np.divide(sums, total, out=np.full(size, np.nan), where=total > 0))


class _Sites(NamedTuple):
    """The places that count."""

    x: Floats
    y: Floats
    supply: Floats
    row: Ints  # in the frame of places


def _origins(communes: gpd.GeoDataFrame, grid: pd.DataFrame | None) -> _Origins:
    if "population" not in communes:
        raise ColumnError("The communes have no column 'population': read_communes gives it.")
    crs = metric_crs(communes, what="communes")
    legal = communes["population"].to_numpy(dtype=float)
    if grid is None:
        x, y = _halls(communes, crs)
        return _Origins(x, y, legal, np.arange(len(communes)), len(communes), crs)
    cells = Cells.of(grid, communes, crs).with_empty_communes(communes.to_crs(crs))
    inside = cells.row >= 0
    x, y, row = cells.x[inside], cells.y[inside], cells.row[inside]
    return _Origins(x, y, cells.scaled(legal)[inside], row, len(communes), crs)


def _halls(communes: gpd.GeoDataFrame, crs: CRS) -> tuple[Floats, Floats]:
    """Give the town halls; the outlines are not projected where every town hall is known."""
    if {"mairie_longitude", "mairie_latitude"} <= set(communes.columns):
        degrees = communes[["mairie_longitude", "mairie_latitude"]].to_numpy(dtype=float)
        if np.isfinite(degrees).all():
            return project(degrees[:, 0], degrees[:, 1], crs)
    return town_halls(communes.to_crs(crs))


def _sites(
    places: gpd.GeoDataFrame,
    origins: _Origins,
    supply: str | None,
    category_weights: Mapping[str, float] | None,
    missing_supply: float | None,
) -> _Sites:
    require_crs(places, "places")
    numbered = places.assign(_row=np.arange(len(places)))
    sites = serving_sites(numbered, origins.crs)
    offer = _supply(sites, supply, missing_supply)
    if category_weights:
        offer = offer * _category_weights(sites, category_weights)
    return _Sites(
        sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy(), offer, sites["_row"].to_numpy()
    )


def _supply(sites: gpd.GeoDataFrame, column: str | None, missing: float | None) -> Floats:
    if column is None:
        return np.ones(len(sites))
    if column not in sites:
        hint = did_you_mean(column, map(str, sites.columns))
        raise ColumnError(f"The places have no column {column!r} for the supply.{hint}")
    given = sites[column]
    if not pd.api.types.is_numeric_dtype(given):  # as a list of places has it: « 1,5 »
        given = given.astype("str").str.replace(",", ".").str.strip()
    offer = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float)
    unknown = ~np.isfinite(offer)
    if unknown.any() and missing is None:
        raise DataError(
            f"{counted(unknown.sum(), 'place that counts has', 'places that count have')} no "
            f"{column!r}, the first at index "
            f"{sites.index[unknown][0]!r}: give missing_supply, or leave them out by 'couvre'."
        )
    offer = np.where(unknown, missing if missing is not None else 0.0, offer)
    if (offer < 0).any():
        below = counted((offer < 0).sum(), "place has", "places have")
        raise DataError(f"{below} a negative {column!r}.")
    return np.asarray(offer, dtype=np.float64)


def _category_weights(sites: gpd.GeoDataFrame, weights: Mapping[str, float]) -> Floats:
    if "categorie" not in sites:
        raise ColumnError("category_weights needs places with a column 'categorie'.")
    for category, weight in weights.items():
        if not (np.isfinite(weight) and weight >= 0):
            raise DataError(f"The weight of {category!r} must be 0 or more, not {weight!r}.")
    return np.asarray(sites["categorie"].map(dict(weights)).fillna(1.0), dtype=np.float64)


def _bands(
    areas: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame, radius_km: float, crs: CRS
) -> list[Band]:
    """Give the areas of the places that count, time by time; none where discs are meant."""
    refuse_both(radius_km, areas, USUAL_KM)
    if areas is None:
        return []
    return [require_owners(band) for band in areas_round(areas, places, crs)]


def _weights(
    origins: _Origins, sites: _Sites, reach: float | list[Band], decay: Decay, edge_weight: float
) -> Sparse:
    """Weigh the pairs within the catchment, and no other."""
    if isinstance(reach, list):
        return _by_bands(origins, sites, reach, decay, edge_weight)
    return _by_distance(origins, sites, reach, decay, edge_weight)


def _by_distance(
    origins: _Origins, sites: _Sites, radius_km: float, decay: Decay, edge_weight: float
) -> Sparse:
    """Weigh the pairs of a disc by their distance."""
    check_decay(radius_km, edge_weight, 1.0)
    shape = (len(origins.x), len(sites.x))
    known = np.flatnonzero(np.isfinite(origins.x) & np.isfinite(origins.y))
    if not (len(known) and len(sites.x)):
        return csr_array(shape)
    people = cKDTree(np.column_stack([origins.x[known], origins.y[known]]))
    pairs = people.sparse_distance_matrix(
        cKDTree(np.column_stack([sites.x, sites.y])), radius_km * 1000, output_type="ndarray"
    )
    weights = decay_weights(
        pairs["v"] / 1000, radius_km, decay, edge_weight=edge_weight, floor=min(1.0, radius_km / 2)
    )
    return coo_array((weights, (known[pairs["i"]], pairs["j"])), shape=shape).tocsr()


def _by_bands(
    origins: _Origins, sites: _Sites, bands: list[Band], decay: Decay, edge_weight: float
) -> Sparse:
    """Weigh the pairs of a place's polygons by the smallest that holds the people."""
    weights = _weights_of(bands, decay, edge_weight)
    steps = csr_array((len(origins.x), len(sites.x)), dtype=np.int32)
    for step, band in enumerate(reversed(bands), start=1):  # the nearest band has the last word
        steps = steps.maximum(_held(origins, sites, band) * np.int32(step)).tocsr()
    return csr_array((weights[-steps.data], steps.indices, steps.indptr), shape=steps.shape)


def _weights_of(bands: list[Band], decay: Decay, edge_weight: float) -> Floats:
    """Give the weight of each band; of areas that say no time, there is one."""
    ends = [band.minutes or band.route_km for band in bands]
    if None not in ends:
        return band_weights([float(end or 0.0) for end in ends], decay, edge_weight=edge_weight)
    if isinstance(decay, Mapping):
        raise DataError(
            "Zones of weights need areas that say their time: minutes, or route_km by road."
        )
    return band_weights([1.0], decay, edge_weight=edge_weight)


def _held(origins: _Origins, sites: _Sites, band: Band) -> Sparse:
    """Tell, by 1, which origins lie in a polygon of which place."""
    site = np.full(max(sites.row.max(initial=-1), band.owner.max(initial=-1)) + 1, -1)
    site[sites.row] = np.arange(len(sites.row))
    pairs = [
        np.stack([point, site[band.owner[area]]])
        for point, area in pairs_within(origins.x, origins.y, band.shapes)
    ]
    both = np.hstack([np.empty((2, 0), dtype=np.int64), *pairs])
    origin, found = both[:, both[1] >= 0]  # a place that no metre holds is not among the sites
    shape = (len(origins.x), len(sites.x))
    held = coo_array((np.ones(len(found), dtype=np.int32), (origin, found)), shape=shape).tocsr()
    held.data[:] = 1  # polygons of one place may lie on each other
    return held
