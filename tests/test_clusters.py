"""Clusters: planted ones are found, chance is not, and nothing outside is disturbed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import epn_geo as epn
from epn_geo.clusters import _false_discovery_limit

pytest.importorskip("esda", reason="the extra epn-geo[stats] is not installed")

SIDE = 12


def world(values: np.ndarray) -> gpd.GeoDataFrame:
    boxes = [shapely.box(x, y, x + 1, y + 1) for x in range(SIDE) for y in range(SIDE)]
    return gpd.GeoDataFrame({"distance_km": values}, geometry=boxes, crs=2154)


def block() -> np.ndarray:
    """A square of 4 by 4 far from everything, in a world of near ones."""
    values = np.random.default_rng(0).uniform(1, 3, (SIDE, SIDE))
    values[2:6, 2:6] += 20
    return values.ravel()


@pytest.mark.parametrize(("statistic", "word"), [("lisa", "haut-haut"), ("gi", "point chaud")])
def test_a_planted_block_is_found(statistic: str, word: str) -> None:
    found = epn.find_clusters(world(block()), "distance_km", statistic=statistic)  # type: ignore[arg-type]
    square = found["amas"].to_numpy().reshape(SIDE, SIDE)
    assert (square[3:5, 3:5] == word).all()
    assert (square[9:, 9:] != word).all()
    assert found["amas_probabilite"].between(2 / 10_000, 1).all()


def test_chance_is_called_chance() -> None:
    values = np.random.default_rng(1).normal(size=SIDE * SIDE)
    found = epn.find_clusters(world(values), "distance_km")
    assert (found["amas"] == "non significatif").mean() > 0.97
    uncorrected = (found["amas_probabilite"] <= 0.05).sum()
    assert uncorrected > (found["amas"] != "non significatif").sum()


def test_the_statistic_is_that_of_its_definition() -> None:
    frame = world(block())
    found = epn.find_clusters(frame, "distance_km")
    z = (frame["distance_km"] - frame["distance_km"].mean()).to_numpy()
    touching = shapely.STRtree(frame.geometry).query(frame.geometry, predicate="touches")
    lag = np.array([z[touching[1][touching[0] == i]].mean() for i in range(len(z))])
    n = len(z)
    assert found["amas_statistique"].tolist() == pytest.approx(
        ((n - 1) * z * lag / (z**2).sum()).tolist()
    )


def test_the_same_seed_gives_the_same_worlds_and_disturbs_nobody() -> None:
    frame = world(block())
    np.random.seed(7)  # noqa: NPY002 - the global generator is what is looked at
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    first = epn.find_clusters(frame, "distance_km", seed=5)
    assert np.random.random() == expected  # noqa: NPY002
    second = epn.find_clusters(frame, "distance_km", seed=5)
    other = epn.find_clusters(frame, "distance_km", seed=6)
    assert first["amas_probabilite"].equals(second["amas_probabilite"])
    assert not first["amas_probabilite"].equals(other["amas_probabilite"])


def test_islands_and_missing_figures_are_told() -> None:
    frame = world(block())
    frame.loc[100, "distance_km"] = np.nan
    island = shapely.box(900, 900, 901, 901)
    both = gpd.GeoDataFrame(
        {"distance_km": [*frame["distance_km"], 2.0]},
        geometry=[*frame.geometry, island], crs=2154, index=range(500, 645),
    )  # fmt: skip
    found = epn.find_clusters(both, "distance_km")
    assert found["amas"][600] == "sans donnée"
    assert found["amas"][644] == "sans voisin"
    assert np.isnan(found["amas_statistique"][644])
    assert found.index.equals(both.index)
    assert (found["amas"] == "haut-haut").any()


def test_false_discoveries_by_hand() -> None:
    # Benjamini and Hochberg: the last of 0.01 0.02 0.03 0.9 below 0.0125 0.025 0.0375 0.05
    assert _false_discovery_limit(np.array([0.9, 0.03, 0.01, 0.02]), 0.05) == 0.03
    assert _false_discovery_limit(np.array([0.9, 0.8]), 0.05) == 0.025


def test_what_cannot_be_tested_is_explained() -> None:
    frame = world(np.ones(SIDE * SIDE))
    with pytest.raises(epn.DataError, match="does not vary"):
        epn.find_clusters(frame, "distance_km")
    with pytest.raises(epn.ColumnError, match="Did you mean 'distance_km'"):
        epn.find_clusters(frame, "distance")
    with pytest.raises(epn.DataError, match="one of lisa, gi"):
        epn.find_clusters(frame, "distance_km", statistic="moran")  # type: ignore[arg-type]
    with pytest.raises(epn.DataError, match="99 or more"):
        epn.find_clusters(frame, "distance_km", permutations=9)
