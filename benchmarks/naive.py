"""The script that a competent analyst would write: buffers, a union, an overlay.

It shares no code with the library beyond reading the communes, so it is also an independent check.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely


def naive_coverage(
    communes: gpd.GeoDataFrame, places: gpd.GeoDataFrame, radius_km: float, quad_segs: int = 16
) -> pd.DataFrame:
    """Measure by area, population, town hall and distance, as geopandas invites one to."""
    communes = communes.to_crs(2154)
    places = places[~places.geometry.isna()].to_crs(2154)
    places = places[~places["categorie"].isin(["CRANT", "projet lauréat"])]
    places = places[places["itinerance"] != "Itinérant"]

    covered = shapely.union_all(
        shapely.buffer(places.geometry.to_numpy(), radius_km * 1000, quad_segs=quad_segs)
    )
    parts = gpd.overlay(
        communes[["code_insee", "geometry"]],
        gpd.GeoDataFrame(geometry=[covered], crs=2154),
        how="intersection",
        keep_geom_type=True,
    )
    area = parts.dissolve("code_insee").area
    out = communes.set_index("code_insee")
    share = (area.reindex(out.index).fillna(0) / out.area).rename("part_couverte")

    halls = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(
            communes["mairie_longitude"], communes["mairie_latitude"], crs=4326
        ),
        index=communes["code_insee"],
    ).to_crs(2154)
    nearest = halls.sjoin_nearest(places[["nom", "geometry"]], distance_col="metres")
    distance = nearest.groupby(level=0)["metres"].min().reindex(out.index) / 1000
    return pd.DataFrame(
        {
            "part_couverte": share,
            "population_couverte": share * out["population"],
            "mairie_couverte": distance <= radius_km,
            "distance_km": distance,
        }
    )
