"""The library measured here."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

import epn_geo as epn
from benchmarks.peers import RADII_KM, Clock, Spent, World


def run(world: World, folder: Path) -> Spent:
    """Measure with the public functions; people at points by one nearest-neighbour query."""
    communes, places = gpd.read_parquet(world.communes), pd.read_parquet(world.places)
    points = pd.read_parquet(world.points)
    clock = Clock()
    with clock("areas"):
        sites = gpd.GeoDataFrame(
            {"id": places["id"].astype(str)},
            geometry=gpd.points_from_xy(places["x"], places["y"]),
            crs=2154,
        )
        halls = gpd.GeoSeries.from_xy(communes["hall_x"], communes["hall_y"], crs=2154)
        halls = halls.to_crs(4326)
        given = communes.assign(mairie_longitude=halls.x, mairie_latitude=halls.y)
        out = epn.measure_coverage(given, sites, RADII_KM)  # and distances, by the way
        gaps = [
            epn.find_gaps(given, sites, radius, by="epci")[
                ["code_epci", "aire_km2", "rayon_km", "geometry"]
            ]
            for radius in RADII_KM
        ]
    with clock("people"):
        located = epn.locate(sites, communes)
        distance, _ = cKDTree(places[["x", "y"]].to_numpy()).query(
            points[["x", "y"]].to_numpy(), workers=-1
        )
        row = pd.Index(communes["code_insee"]).get_indexer(points["code_insee"])
        table = pd.DataFrame({"code_insee": communes["code_insee"]})
        for radius in RADII_KM:
            table[f"part_{radius:g}"] = out[f"part_couverte_{radius:g}km"]
            reached = points["people"].to_numpy() * (distance <= radius * 1000)
            table[f"people_{radius:g}"] = np.bincount(row, reached, minlength=len(table))
        table["distance_km"] = out["distance_km"]
        counts = located["code_insee"].value_counts()
        table["places"] = table["code_insee"].map(counts).fillna(0).astype(int)
    table.to_parquet(folder / "communes.parquet", index=False)
    pd.concat(gaps).rename(columns={"aire_km2": "area_km2", "rayon_km": "radius_km"}).to_parquet(
        folder / "gaps.parquet", index=False
    )
    return clock.spent("epn-geo", "geopandas", "shapely", "scipy", "numpy")
