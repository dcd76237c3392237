"""The world that all peers measure: communes, seeded places, and points where people live."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

import epn_geo as epn
from benchmarks.peers import World
from epn_geo.embedded import embedded_path
from epn_geo.study import DEMONSTRATION


def make_world(
    folder: Path,
    *,
    departements: list[str] | None,
    places: int | None,
    points: int,
    seed: int = 2026,
) -> World:
    """Write the inputs once, so that every peer reads the same files.

    Without `departements`, all of mainland France; without `places`, those of the demonstration.
    """
    communes = epn.read_communes(departements=departements)
    communes = communes[~communes["code_departement"].str.startswith("97")].reset_index(drop=True)
    metric = communes.to_crs(2154)
    halls = gpd.GeoSeries.from_xy(
        communes["mairie_longitude"], communes["mairie_latitude"], crs=4326
    ).to_crs(2154)
    world = World(*(folder / f"{name}.parquet" for name in World._fields))
    metric[
        ["code_insee", "code_epci", "population", "geometry", "mairie_longitude", "mairie_latitude"]
    ].assign(hall_x=halls.x, hall_y=halls.y).to_parquet(world.communes, index=False)
    if places is None:
        sites = epn.read_places(embedded_path(DEMONSTRATION)).to_crs(2154)
        sites = sites[epn.serves(sites)].geometry
        _write_places(sites.x.to_numpy(), sites.y.to_numpy(), world.places)
    else:
        seed_places(world, places, seed)
    rng = np.random.default_rng(seed)
    _points_in(metric, points, rng).to_parquet(world.points, index=False)
    return world


def seed_places(world: World, count: int, seed: int = 2026) -> None:
    """Put places near town halls, more of them where more people live; the same each time."""
    communes = pd.read_parquet(world.communes, columns=["population", "hall_x", "hall_y"])
    rng = np.random.default_rng(seed)
    chosen = _weighted(rng, communes["population"].to_numpy(float) + 1, count)
    x = communes["hall_x"].to_numpy()[chosen] + rng.normal(0, 1500, count)
    y = communes["hall_y"].to_numpy()[chosen] + rng.normal(0, 1500, count)
    _write_places(x, y, world.places)


def count(world: World) -> dict[str, int]:
    """Count what a world holds."""
    return {name: pq.read_metadata(getattr(world, name)).num_rows for name in World._fields}


def _write_places(x: np.ndarray, y: np.ndarray, path: Path) -> None:
    pd.DataFrame({"id": np.arange(len(x)), "x": x, "y": y}).to_parquet(path, index=False)


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
