"""The script that a competent analyst would write with geopandas."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from benchmarks.peers import RADII_KM, Clock, Spent, World


def run(world: World, folder: Path) -> Spent:
    """Buffer, unite, overlay; spatial joins for places and points."""
    communes, places = gpd.read_parquet(world.communes), pd.read_parquet(world.places)
    points = pd.read_parquet(world.points)
    clock = Clock()
    with clock("people"):
        sites, people, table = _join(communes, places, points)
    with clock("areas"):
        area = communes.set_index("code_insee").area
    gaps = []
    for radius in RADII_KM:
        with clock("areas"):
            discs = sites.buffer(radius * 1000).union_all()
            reach = gpd.GeoDataFrame(geometry=[discs], crs=2154)
            covered = communes.overlay(reach, how="intersection", keep_geom_type=True)
            table[f"part_{radius:g}"] = covered.dissolve("code_insee").area / area
            left = communes.overlay(reach, how="difference", keep_geom_type=True)
            left = left.dissolve("code_epci")[["geometry"]].reset_index()
            gaps.append(left.assign(radius_km=radius, area_km2=left.area / 1e6))
        with clock("people"):
            inside = people.sjoin(reach, predicate="within")
            table[f"people_{radius:g}"] = inside.groupby("code_insee")["people"].sum()
    table.fillna(0).reset_index().to_parquet(folder / "communes.parquet", index=False)
    pd.concat(gaps).to_parquet(folder / "gaps.parquet", index=False)
    return clock.spent("geopandas", "shapely")


def _join(
    communes: gpd.GeoDataFrame, places: pd.DataFrame, points: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    """Make points of what has coordinates; count places, and find each town hall's nearest."""
    sites = gpd.GeoDataFrame(
        places[["id"]], geometry=gpd.points_from_xy(places["x"], places["y"]), crs=2154
    )
    people = gpd.GeoDataFrame(
        points[["people", "code_insee"]],
        geometry=gpd.points_from_xy(points["x"], points["y"]),
        crs=2154,
    )
    halls = gpd.GeoDataFrame(
        communes[["code_insee"]],
        geometry=gpd.points_from_xy(communes["hall_x"], communes["hall_y"]),
        crs=2154,
    )
    table = communes[["code_insee"]].set_index("code_insee")
    joined = sites.sjoin(communes[["code_insee", "geometry"]], predicate="within")
    table["places"] = joined.groupby("code_insee").size()
    nearest = halls.sjoin_nearest(sites, distance_col="metres")
    table["distance_km"] = nearest.groupby("code_insee")["metres"].min() / 1000
    return sites, people, table
