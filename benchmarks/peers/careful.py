"""Where most good engineers would stop: shapely, indexes, only what is cut is overlaid."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from benchmarks.peers import RADII_KM, Clock, Spent, World


def run(world: World, folder: Path) -> Spent:
    """Settle communes by distance, cut the others with the discs near them."""
    communes, places = gpd.read_parquet(world.communes), pd.read_parquet(world.places)
    points = pd.read_parquet(world.points)
    clock = Clock()
    xy = places[["x", "y"]].to_numpy()
    table = pd.DataFrame({"code_insee": communes["code_insee"]})
    with clock("areas"):
        tree, sites = cKDTree(xy), shapely.points(xy)
        gaps = [_cut(communes, sites, tree, table, radius) for radius in RADII_KM]
    with clock("people"):
        place, home = shapely.STRtree(communes.geometry.to_numpy()).query(sites, predicate="within")
        first = np.unique(place, return_index=True)[1]
        table["places"] = np.bincount(home[first], minlength=len(table))
        table["distance_km"] = tree.query(communes[["hall_x", "hall_y"]].to_numpy())[0] / 1000
        distance, _ = tree.query(points[["x", "y"]].to_numpy(), workers=-1)
        row = pd.Index(communes["code_insee"]).get_indexer(points["code_insee"])
        for radius in RADII_KM:
            reached = points["people"].to_numpy() * (distance <= radius * 1000)
            table[f"people_{radius:g}"] = np.bincount(row, reached, minlength=len(table))
    table.to_parquet(folder / "communes.parquet", index=False)
    pd.concat(gaps).to_parquet(folder / "gaps.parquet", index=False)
    return clock.spent("shapely", "scipy")


def _cut(
    communes: gpd.GeoDataFrame,
    sites: np.ndarray,
    tree: cKDTree,
    table: pd.DataFrame,
    radius: float,
) -> gpd.GeoDataFrame:
    """Measure what each commune has out of reach, and unite it by EPCI."""
    outlines, metres = communes.geometry.to_numpy(), radius * 1000
    west, south, east, north = shapely.bounds(outlines).T
    half = np.hypot(east - west, north - south) / 2
    centre, _ = tree.query(np.column_stack([(west + east) / 2, (south + north) / 2]))
    left = outlines.copy()
    left[centre + half <= metres] = None
    cut = np.flatnonzero((centre + half > metres) & (centre - half < metres))
    discs = shapely.buffer(sites, metres, quad_segs=16)
    index = shapely.STRtree(sites)
    near, which = index.query(outlines[cut], predicate="dwithin", distance=metres)
    groups = np.split(which, np.flatnonzero(np.diff(near)) + 1) if len(near) else []
    for group, at in zip(groups, cut[np.unique(near)], strict=True):
        left[at] = shapely.difference(outlines[at], shapely.union_all(discs[group]))
    table[f"part_{radius:g}"] = 1 - np.nan_to_num(shapely.area(left)) / shapely.area(outlines)
    some = ~shapely.is_missing(left) & ~shapely.is_empty(left)
    zones = gpd.GeoDataFrame(
        {"code_epci": communes["code_epci"].to_numpy()[some]}, geometry=left[some], crs=2154
    )
    zones = zones.dissolve("code_epci").reset_index().assign(radius_km=radius)
    return zones.assign(area_km2=zones.area / 1e6)
