"""People where they live: coverage, distances and gaps by the cells of a population grid.

Spreading people evenly over their commune (`measure_coverage`) is right on the whole and wrong for
many a commune. With a grid, each cell counts as its people at its centre. INSEE's cells add up to
people in fiscal households, which is less than the legal population (no communities) and of another
year: so cells say *how* people are spread inside a commune, and the legal population says how many
they are. The sum of the cells themselves stays beside it, in `population_carreaux`.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.cells import Cells, may_be_shown
from epn_geo.coverage import discs_round, serves
from epn_geo.crs import CRS, require_crs, to_metric
from epn_geo.errors import DataError
from epn_geo.geometry.arcs import Bools, Floats, Ints
from epn_geo.grids import cells_within
from epn_geo.radii import Radius, measures_of, named_measures

SLIVER_M = 10.0  # outlines of gaps are drawn to within 5 m of the circles


def measure_population(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    grid: pd.DataFrame,
    radius_km: Radius | Sequence[float] | None = None,
    *,
    areas: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Measure who is within reach of a place, and how far people live from one, cell by cell.

    Parameters
    ----------
    communes
        What `measure_coverage` gave, or communes alone.
    places
        Points in any CRS; `serves` tells which count.
    grid
        What `read_grid` or `locate_cells` gave. Cells outside the communes count for none of them:
        `count_cells` says how many they are.
    radius_km
        As in `measure_coverage`. Those that `communes` was measured with if left out, or 10 km.
    areas
        Polygons of reach in place of discs: isochrones, or any others, in any CRS. Those of several
        `minutes` give one set of columns each. Distances are to `places` all the same.

    Returns
    -------
    geopandas.GeoDataFrame
        `communes` (same rows, index and CRS) with these columns added, or replaced:

        - `carreaux`, `carreaux_imputes`, `population_carreaux`: cells, imputed ones among them, and
          the sum of their people (missing for one cell or fewer than eleven households: INSEE's
          rule);
        - `part_population_couverte`: share of those people within reach, 0-1;
        - `population_couverte`: that share times `population`, if there is one, else times
          `population_carreaux`;
        - `distance_habitants_km`, `distance_habitants_mediane_km`, `distance_habitants_p90_km`:
          mean, median and 90th percentile, over people, of the straight line to the nearest place;
        - `methode_population`: ``carreaux``, or ``surface`` for a commune without an inhabited
          cell, which keeps what `measure_coverage` said.

        With several radii, the shares and sums carry the radius, as in `measure_coverage`; with
        areas of several times, the time: `population_couverte_20min`.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_coverage` and `locate_cells`.

    Notes
    -----
    With P the legal population of a commune, p the people of its cells c, and d the distance from
    the centre of c to the nearest place: population_couverte = P Σ p [d ≤ r] / Σ p. A cell is in or
    out whole: at 200 m, that moves a boundary by 141 m at most.

    Source: INSEE, dispositif Filosofi, données carroyées à 200 m.

    Examples
    --------
    The same commune of 4 km by 4 km as in `measure_coverage`; three quarters live beside the place.

    >>> import geopandas as gpd, pandas as pd, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [1600]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame({"nom": ["EPN"]}, geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> grid = pd.DataFrame(
    ...     {"epsg": 2154, "x": [2100.0, 3900.0], "y": [2000.0, 2000.0], "population": [900, 300]}
    ... )
    >>> covered = measure_population(commune, place, grid, radius_km=1)
    >>> covered[["population_couverte", "distance_habitants_km"]].round(2).iloc[0].tolist()
    [1200.0, 0.55]
    """
    require_crs(places, "places")
    metric = to_metric(communes, what="communes")
    cells = Cells.of(grid, communes, metric.crs)
    distance = cells.distance_to(discs_round(places, 1.0, metric.crs)) / 1000
    if areas is None:
        measures = _measures(communes, radius_km)
        reached = {k: _near(cells, distance, places, r, metric.crs) for k, r in measures.items()}
    else:
        reached = _in_areas(cells, areas, radius_km, metric.crs)
    out = communes.copy()
    inhabited = _add_counts(out, cells)
    legal = communes["population"].to_numpy(float) if "population" in communes else None
    for suffix, near in reached.items():
        share = cells.sums(cells.people * near) / np.where(inhabited, cells.total, np.nan)
        out[f"part_population_couverte{suffix}"] = share
        column = f"population_couverte{suffix}"
        covered = share * (out["population_carreaux"].to_numpy() if legal is None else legal)
        before = communes[column].to_numpy(float) if column in communes else np.nan
        out[column] = np.where(inhabited, covered, before)
    _add_distances(out, cells, distance)
    out["methode_population"] = pd.Series(
        np.where(inhabited, "carreaux", "surface"), index=out.index, dtype="str"
    )
    return out


def measure_gaps(
    gaps: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    grid: pd.DataFrame,
    radius_km: Radius | None = None,
    *,
    areas: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Count the people of zones out of reach by the cells in them, instead of by area.

    Parameters
    ----------
    gaps
        What `find_gaps` gave, or some rows of it.
    communes, places
        Those it was made of.
    grid
        What `read_grid` or `locate_cells` gave.
    radius_km
        That it was made with; its `rayon_km` if left out.
    areas
        The polygons of reach that it was made with, in place of a radius.

    Returns
    -------
    geopandas.GeoDataFrame
        `gaps` (same rows, index and CRS) with `population_hors_portee` replaced by people in cells
        out of reach, scaled to the legal population of their commune; `carreaux`, how many cells;
        `population_hors_portee_surface`, what the area had said; and `methode_population`:
        ``carreaux``; ``surface`` where the cells are so few that INSEE's rule forbids to show them
        by themselves (fewer than eleven households, or one cell), and the area's figure stays.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_population`.

    Notes
    -----
    A commune without an inhabited cell stands as one cell of its whole population, at a point
    inside. Where the grid has no households (`men`), one is taken to be 2.2 people.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> from epn_geo.gaps import find_gaps
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [300]},
    ...     geometry=[shapely.box(0, 0, 9000, 3000)], crs=2154,
    ... )
    >>> place = gpd.GeoDataFrame(geometry=[shapely.Point(0, 1500)], crs=2154)
    >>> grid = pd.DataFrame(
    ...     {"epsg": 2154, "x": [1000.0, 8000, 8200], "y": 1500.0, "population": [120.0, 20, 20]}
    ... )
    >>> gaps = find_gaps(commune, place, radius_km=5)
    >>> gaps["population_hors_portee"].round().tolist()
    [136.0]
    >>> measure_gaps(gaps, commune, place, grid)["population_hors_portee"].tolist()
    [75.0]
    """
    require_crs(places, "places")
    metric = to_metric(communes, what="communes")
    cells = Cells.of(grid, communes, metric.crs).with_empty_communes(metric)
    if areas is None:
        near = cells.within(discs_round(places, _radius_of(gaps, radius_km), metric.crs))
    else:
        near = np.logical_or.reduce([*_in_areas(cells, areas, radius_km, metric.crs).values()])
    far = ~near & (cells.row >= 0)
    zones = gaps.to_crs(metric.crs).geometry.to_numpy()
    zone = _zone_of(cells.x[far], cells.y[far], zones)
    legal = metric["population"].to_numpy(float) if "population" in metric else None
    people = cells.scaled(legal)[far]
    inside = zone >= 0

    def per_zone(values: Floats) -> Floats:
        return np.bincount(zone[inside], values[inside], minlength=len(gaps)).astype(np.float64)

    count, households = per_zone(np.ones(far.sum())), per_zone(cells.households[far])
    shown = may_be_shown(count, households)
    out = gaps.copy()
    out["population_hors_portee_surface"] = gaps["population_hors_portee"]
    out["population_hors_portee"] = np.where(
        shown, per_zone(people), gaps["population_hors_portee"].to_numpy(float)
    )
    out["carreaux"] = count.astype(np.int64)
    out["methode_population"] = pd.Series(
        np.where(shown, "carreaux", "surface"), index=gaps.index, dtype="str"
    )
    return out


def _measures(
    communes: pd.DataFrame, radius_km: Radius | Sequence[float] | None
) -> dict[str, Radius]:
    """Give the radii asked for, or those a coverage frame was measured with, or 10 km."""
    if radius_km is not None:
        return named_measures(radius_km)
    if not any(str(column).startswith("part_couverte") for column in communes):
        return {"": 10.0}
    found = {}
    for suffix, value in measures_of(communes):
        if value is None:
            raise DataError(
                "Each place had its own radius when this coverage was measured: give the same "
                "radius_km again."
            )
        found[suffix] = value
    return dict(found)


def _zone_of(x: Floats, y: Floats, zones: np.ndarray) -> Ints:
    """Give the zone that holds each cell; those in the sliver left by the drawing, the next one."""
    zone = cells_within(x, y, zones)
    left = np.flatnonzero(zone < 0)
    zone[left] = cells_within(x[left], y[left], shapely.buffer(zones, SLIVER_M))
    return zone


def _radius_of(gaps: pd.DataFrame, radius_km: Radius | None) -> Radius:
    if radius_km is not None:
        return radius_km
    if "rayon_km" not in gaps:
        raise DataError("The gaps have no rayon_km: say the radius_km that they were made with.")
    return float(gaps["rayon_km"].iloc[0]) if len(gaps) else 10.0


def _in_areas(
    cells: Cells, areas: gpd.GeoDataFrame, radius_km: object, crs: CRS
) -> dict[str, Bools]:
    """Tell which cells lie in polygons of reach, time by time."""
    if radius_km is not None:
        raise DataError("Give either radius_km or areas, not both.")
    require_crs(areas, "areas")
    counted = areas[serves(areas)].to_crs(crs)
    times = sorted(areas["minutes"].dropna().unique()) if "minutes" in areas else []
    if len(times) < 2:
        return {"": cells_within(cells.x, cells.y, counted.geometry.to_numpy()) >= 0}
    reached = {}
    for minutes in times:
        polygons = counted.geometry[counted["minutes"] == minutes].to_numpy()
        suffix = f"_{minutes:g}min".replace(".", "_")
        reached[suffix] = cells_within(cells.x, cells.y, polygons) >= 0
    return reached


def _near(
    cells: Cells, distance_km: Floats, places: gpd.GeoDataFrame, radius: Radius, crs: CRS
) -> Bools:
    """Tell which cells are within reach: one search serves every radius that is one number."""
    if isinstance(radius, int | float):
        discs_round(places, radius, crs)  # for its checks
        return np.asarray(distance_km <= radius)
    return cells.within(discs_round(places, radius, crs))


def _add_counts(out: gpd.GeoDataFrame, cells: Cells) -> Bools:
    """Add what the cells of each commune hold; tell which communes have an inhabited one."""
    total, count = cells.total, cells.sums(np.ones(len(cells.x)))
    out["carreaux"] = count.astype(np.int64)
    out["carreaux_imputes"] = cells.sums(cells.imputed.astype(float)).astype(np.int64)
    shown = may_be_shown(count, cells.sums(cells.households))
    out["population_carreaux"] = np.where(shown, total, np.nan)
    return total > 0


def _add_distances(out: gpd.GeoDataFrame, cells: Cells, distance_km: Floats) -> None:
    """Add mean, median and 90th percentile of the distance to the nearest place."""
    with np.errstate(invalid="ignore"):
        out["distance_habitants_km"] = cells.sums(distance_km * cells.people) / cells.total
    median, ninth = cells.quantiles(distance_km, (0.5, 0.9))
    out["distance_habitants_mediane_km"], out["distance_habitants_p90_km"] = median, ninth
