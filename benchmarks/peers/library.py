"""The library measured here."""

from __future__ import annotations

import importlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.peers import RADII_KM, Clock, Spent, World
from epn_geo.gaps import survey
from epn_geo.geometry.nearness import reached_within
from epn_geo.joins import locate

FEW = 200  # places that are looked up without SciPy


def run(world: World, folder: Path) -> Spent:
    """Measure with the public functions; people at points by the kernel beneath them."""
    communes, places = gpd.read_parquet(world.communes), pd.read_parquet(world.places)
    points = pd.read_parquet(world.points)
    if len(places) > FEW:  # before the clock, as every peer loads what it needs
        importlib.import_module("scipy.spatial")
    clock = Clock()
    with clock("areas"):
        sites = gpd.GeoDataFrame(
            {"id": places["id"].astype(str)},
            geometry=gpd.points_from_xy(places["x"], places["y"]),
            crs=2154,
        )
        out, gaps = survey(communes, sites, RADII_KM, by="epci")  # and distances, by the way
    with clock("people"):
        located = locate(sites, communes)
        row = pc.index_in(pa.array(points["code_insee"]), pa.array(communes["code_insee"]))
        people, row = points["people"].to_numpy(), row.to_numpy()
        reached = reached_within(
            *(frame[axis].to_numpy() for frame in (points, places) for axis in ("x", "y")),
            [radius * 1000 for radius in RADII_KM],
        )
        table = pd.DataFrame({"code_insee": communes["code_insee"]})
        for radius, near in zip(RADII_KM, reached, strict=True):
            table[f"part_{radius:g}"] = out[f"part_couverte_{radius:g}km"]
            table[f"people_{radius:g}"] = np.bincount(row, people * near, minlength=len(table))
        table["distance_km"] = out["distance_km"]
        counts = located["code_insee"].value_counts()
        table["places"] = table["code_insee"].map(counts).fillna(0).astype(int)
    table.to_parquet(folder / "communes.parquet", index=False)
    gaps = gaps[["code_epci", "aire_km2", "rayon_km", "geometry"]]
    gaps.rename(columns={"aire_km2": "area_km2", "rayon_km": "radius_km"}).to_parquet(
        folder / "gaps.parquet", index=False
    )
    return clock.spent("epn-geo", "geopandas", "shapely", "scipy", "numpy")
