"""The world that all peers measure: communes, seeded places, and points where people live."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import epn_geo as epn
from epn_geo.embedded import embedded_path
from epn_geo.study import DEMONSTRATION

RADII_KM = (5.0, 10.0, 15.0)


class World(NamedTuple):
    """Paths of GeoParquet and Parquet files, all in EPSG:2154."""

    communes: Path  # code_insee, code_epci, population, hall_x, hall_y, geometry
    places: Path  # id, x, y
    points: Path  # x, y, people, code_insee


def make_world(
    folder: Path, *, region: str | None, places: int | None, points: int, seed: int = 2026
) -> World:
    """Write the inputs once, so that every peer reads the same files."""
    communes = epn.read_communes(region=region)
    communes = communes[~communes["code_departement"].str.startswith("97")].reset_index(drop=True)
    metric = communes.to_crs(2154)
    halls = gpd.GeoSeries.from_xy(
        communes["mairie_longitude"], communes["mairie_latitude"], crs=4326
    ).to_crs(2154)
    rng = np.random.default_rng(seed)
    world = World(folder / "communes.parquet", folder / "places.parquet", folder / "points.parquet")
    metric[["code_insee", "code_epci", "population", "geometry"]].assign(
        hall_x=halls.x, hall_y=halls.y
    ).to_parquet(world.communes, index=False)
    if places is None:
        sites = epn.read_places(embedded_path(DEMONSTRATION)).to_crs(2154)
        x, y = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
        x, y = x[epn.serves(sites)], y[epn.serves(sites)]
    else:
        chosen = _weighted(rng, metric["population"].to_numpy(float) + 1, places)
        x = halls.x.to_numpy()[chosen] + rng.normal(0, 1500, places)
        y = halls.y.to_numpy()[chosen] + rng.normal(0, 1500, places)
    pd.DataFrame({"id": np.arange(len(x)), "x": x, "y": y}).to_parquet(world.places, index=False)
    _points_in(metric, points, rng).to_parquet(world.points, index=False)
    return world


def _weighted(rng: np.random.Generator, weight: np.ndarray, count: int) -> np.ndarray:
    return rng.choice(len(weight), count, p=weight / weight.sum())


def _points_in(metric: gpd.GeoDataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Spread points over the communes, as many in each as its area asks, kept if inside."""
    outlines = metric.geometry.to_numpy()
    west, south, east, north = shapely.bounds(outlines).T
    box = (east - west) * (north - south)
    row = np.sort(_weighted(rng, box, int(count * box.sum() / shapely.area(outlines).sum())))
    x = rng.uniform(west[row], east[row])
    y = rng.uniform(south[row], north[row])
    shapely.prepare(outlines)
    kept = shapely.contains_xy(outlines[row], x, y)
    row, x, y = row[kept], x[kept], y[kept]
    people = (
        metric["population"].to_numpy(float)[row] / np.bincount(row, minlength=len(metric))[row]
    )
    codes = metric["code_insee"].to_numpy()[row]
    return pd.DataFrame({"x": x, "y": y, "people": people, "code_insee": codes})
