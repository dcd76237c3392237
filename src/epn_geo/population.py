"""People where they live: coverage, distances and gaps by the cells of a population grid.

Spreading people evenly over their commune (`measure_coverage`) is right on the whole and wrong for
many a commune. With a grid, each cell counts as its people at its centre. INSEE's cells add up to
people in fiscal households, which is less than the legal population (no communities) and of another
year: so cells say *how* people are spread inside a commune, and the legal population says how many
they are. The sum of the cells themselves stays beside it, in `population_carreaux`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from epn_geo.areas import Band
from epn_geo.cells import Cells, Territory, may_be_shown
from epn_geo.coverage import areas_round, discs_round
from epn_geo.crs import CRS, require_crs, to_metric
from epn_geo.errors import DataError
from epn_geo.geometry.arcs import Bools, Discs, Floats, Ints
from epn_geo.geometry.within import cells_within
from epn_geo.grids import read_grid
from epn_geo.radii import Radius, measures_of, named_measures, radii_of
from epn_geo.streaming import Progress, is_streamed, tally_grid
from epn_geo.tallies import Spread, Sums

COUNTED = ("cells", "imputed", "people", "households", "people placed", "person-km")
Reach = float | Discs | npt.NDArray[Any]  # kilometres, unequal discs, or polygons


def measure_population(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    grid: pd.DataFrame | str | Path,
    radius_km: Radius | Sequence[float] | None = None,
    *,
    areas: gpd.GeoDataFrame | None = None,
    columns: Mapping[str, str] | None = None,
    client: Any = None,
    progress: Progress = lambda _done, _all: None,
) -> gpd.GeoDataFrame:
    """Measure who is within reach of a place, and how far people live from one, cell by cell.

    Parameters
    ----------
    communes
        What `measure_coverage` gave, or communes alone.
    places
        Points in any CRS; `serves` tells which count.
    grid
        What `read_grid` or `locate_cells` gave; or the path of a grid. A Parquet file, or a folder
        of them, flat or in folders such as ``annee=2021``, is read some rows at a time and never
        held whole, whatever its size; any other file that `read_grid` knows is read whole. The
        figures are the same. Cells outside the communes count for none of them: `count_cells` says
        how many they are.
    radius_km
        As in `measure_coverage`. Those that `communes` was measured with if left out, or 10 km.
    areas
        Polygons of reach in place of discs: isochrones, or any others, in any CRS. Those of several
        `minutes` give one set of columns each. Distances are to `places` all the same.
    columns
        For a path: what a column of the file is, as in `read_grid`.
    client
        For a path in Parquet: a ``distributed.Client`` or the address of a Dask scheduler, to count
        on a cluster (extra ``epn-geo[dask]``). Every worker must see the path.
    progress
        For a path in Parquet: called with the cells counted and all cells.

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
          mean, median and 90th percentile, over people, of the straight line to the nearest place
          (the last two to the nearest 10 m);
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

    Sums are exact (`tallies`): a grid gives the same figures, to the last bit, in memory, in parts
    of any size and on a cluster.

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
    question = _question(communes, places, radius_km, areas)
    with question.territory.opened() as territory:
        if isinstance(grid, str | Path) and is_streamed(grid):
            found = tally_grid(
                grid, question.ask, Headcount.merged,
                columns=columns, client=client, progress=progress,
            )  # fmt: skip
        elif client is not None:
            raise DataError("A client serves a grid in Parquet on disk: give its path as grid.")
        else:
            if isinstance(grid, str | Path):
                grid = read_grid(grid, columns=columns)
            found = question.headcount(Cells.on(territory, grid))
    return _measured(communes, question, found)


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
    inside. A cell that counts for a commune though its centre lies beyond the outlines goes to the
    nearest zone, so that zones add up to the territory's people out of reach, but for those where
    the area's figure stays. Where the grid has no households (`men`), one is taken to be 2.2
    people.

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
        bands = _bands(areas, places, radius_km, metric.crs)
        near = np.logical_or.reduce([_near(cells, cells.x, band.shapes) for band in bands])
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
    for measure in measures_of(communes):
        if measure.radius_km is None:
            what = "Areas were given" if measure.areas else "Each place had its own radius"
            again = "areas" if measure.areas else "radius_km"
            raise DataError(f"{what} when this coverage was measured: give the same {again} again.")
        found[measure.suffix] = measure.radius_km
    return dict(found)


def _zone_of(x: Floats, y: Floats, zones: np.ndarray) -> Ints:
    """Give the zone that holds each cell, or the nearest one.

    A cell is in none if it lies in the sliver that drawing leaves, or if its commune is told by the
    grid and its centre stands beyond the territory's border.
    """
    zone = cells_within(x, y, zones)
    left = np.flatnonzero(zone < 0)
    tree = shapely.STRtree(zones)
    if len(left) and len(tree):
        zone[left] = tree.nearest(shapely.points(x[left], y[left]))
    return zone


def _radius_of(gaps: pd.DataFrame, radius_km: Radius | None) -> Radius:
    if radius_km is not None:
        return radius_km
    if "rayon_km" not in gaps:
        raise DataError("The gaps have no rayon_km: say the radius_km that they were made with.")
    return float(gaps["rayon_km"].iloc[0]) if len(gaps) else 10.0


def _bands(
    areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, radius_km: object, crs: CRS
) -> list[Band]:
    """Give the polygons of reach, time by time."""
    if radius_km is not None:
        raise DataError("Give either radius_km or areas, not both.")
    return areas_round(areas, places, crs)


class Headcount(NamedTuple):
    """The people of cells by commune, in integers: parts of a grid add up in any order."""

    sums: Sums  # see COUNTED, then the people within reach by each measure
    spread: Spread

    @classmethod
    def merged(cls, several: Sequence[Headcount]) -> Headcount:
        """Put those of parts together."""
        return cls(
            Sums.merged([h.sums for h in several]), Spread.merged([h.spread for h in several])
        )


class Question(NamedTuple):
    """What is asked about each cell: its commune, how far it is, and what it is in reach of."""

    territory: Territory
    sites: Discs  # the places that count
    reaches: dict[str, Reach]  # by the ending of its columns

    def ask(self, grid: pd.DataFrame) -> Headcount:
        """Count the people of some cells: the same on all of a grid as on each of its parts."""
        return self.headcount(Cells.on(self.territory, grid))

    def headcount(self, cells: Cells) -> Headcount:
        """Count the people of cells that have their commune."""
        distance = cells.distance_to(self.sites)
        known = np.isfinite(distance)
        kilometres = np.where(known, distance, 0.0) / 1000
        near = (_near(cells, distance / 1000, reach) for reach in self.reaches.values())
        columns = [
            np.ones(len(cells.x), dtype=bool),
            cells.imputed,
            cells.people,
            cells.households,
            cells.people * known,
            cells.people * kilometres,
            *(cells.people * within for within in near),
        ]
        return Headcount(Sums.of(cells.row, columns), Spread.of(cells.row, distance, cells.people))


def _question(
    communes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    radius_km: Radius | Sequence[float] | None,
    areas: gpd.GeoDataFrame | None,
) -> Question:
    """Say what is asked about each cell, so that it can be sent to where the cells are."""
    territory = Territory.of(communes)
    crs = territory.crs
    sites = discs_round(places, 1.0, crs)
    reaches: dict[str, Reach] = {}
    if areas is not None:
        reaches |= {band.suffix: band.shapes for band in _bands(areas, places, radius_km, crs)}
    else:
        for suffix, radius in _measures(communes, radius_km).items():
            if isinstance(radius, int | float):
                radii_of(places, radius)  # for its checks: distances to `sites` serve them all
                reaches[suffix] = float(radius)
            else:
                reaches[suffix] = discs_round(places, radius, crs)
    return Question(territory, sites, reaches)


def _near(cells: Cells, distance_km: Floats, reach: Reach) -> Bools:
    """Tell which cells are within reach: one search serves every radius that is one number."""
    if isinstance(reach, float):
        return np.asarray(distance_km <= reach)
    if isinstance(reach, Discs):
        return cells.within(reach)
    return np.asarray(cells_within(cells.x, cells.y, reach) >= 0)


def _measured(communes: gpd.GeoDataFrame, question: Question, found: Headcount) -> gpd.GeoDataFrame:
    """Put what was counted beside the communes; INSEE's rule is held on the sums of all parts."""
    size = len(communes)
    count, imputed, people, households, placed, person_km, *reached = (
        found.sums.column(at, size) for at in range(len(COUNTED) + len(question.reaches))
    )
    out = communes.copy()
    inhabited = people > 0
    out["carreaux"] = count.astype(np.int64)
    out["carreaux_imputes"] = imputed.astype(np.int64)
    out["population_carreaux"] = np.where(may_be_shown(count, households), people, np.nan)
    legal = communes["population"] if "population" in communes else out["population_carreaux"]
    for suffix, near in zip(question.reaches, reached, strict=True):
        share = _ratio(near, people)
        out[f"part_population_couverte{suffix}"] = share
        column = f"population_couverte{suffix}"
        before = communes[column].to_numpy(float) if column in communes else np.nan
        out[column] = np.where(inhabited, share * legal.to_numpy(float), before)
    out["distance_habitants_km"] = _ratio(person_km, placed)
    for name, share_of in (("mediane", (1, 2)), ("p90", (9, 10))):
        out[f"distance_habitants_{name}_km"] = found.spread.quantile(share_of, size) / 1000
    out["methode_population"] = pd.Series(
        np.where(inhabited, "carreaux", "surface"), index=out.index, dtype="str"
    )
    return out


def _ratio(part: Floats, whole: Floats) -> Floats:
    missing = np.full(len(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=missing, where=whole > 0))
