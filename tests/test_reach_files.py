"""Polygons of reach as a verb is given them: which time counts, and which places are told of."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import epn_geo as epn
from epn_geo.areafiles import measures_in
from epn_geo.reachfiles import read_reach, tell_missing
from tests.test_areas import AREAS, PAIR, boxes

SEVERAL = pd.concat([AREAS.assign(minutes=m) for m in (5, 15, 30, 60)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return epn.write_layer(SEVERAL, tmp_path / "portee.gpkg")


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({}, [30]),
        ({"judged_min": 15}, [15]),
        ({"nearer": True}, [5, 15, 30, 60]),
        ({"nearer": True, "judged_min": 30}, [5, 15, 30]),
        ({"nearer": True, "judged_min": 5}, [5]),
    ],
)
def test_the_time_asked_for_is_kept(file: Path, asked: dict[str, object], kept: list[int]) -> None:
    read = read_reach(file, **asked)
    assert sorted(set(read["minutes"])) == kept
    assert [measure.minutes for measure in measures_in(read)] == kept


def test_kilometres_by_road_are_asked_for_in_kilometres(tmp_path: Path) -> None:
    by_road = SEVERAL.rename(columns={"minutes": "route_km"})
    file = epn.write_layer(by_road, tmp_path / "route.gpkg")
    assert set(read_reach(file, judged_km=5)["route_km"]) == {5}
    with pytest.raises(epn.DataError, match="no polygons of 5 min: they are of 5, 15, 30, 60 km"):
        read_reach(file, judged_min=5)


def test_places_without_polygons_are_told_time_by_time() -> None:
    of_one = pd.concat([AREAS, boxes(("a", 10, (1, 1, 3, 3)))])
    assert tell_missing(of_one, PAIR, "en") == [
        "Places without a polygon of 10\u00a0min, which count by those of another time only: 1 (B)."
    ]
    [line] = tell_missing(of_one[of_one["id"] == "a"], PAIR, "en")
    assert line.startswith("WARNING: places that count but have no polygon")
    assert line.endswith("1 (B).")
    assert tell_missing(AREAS, PAIR) == []
    assert tell_missing(AREAS[["geometry"]], PAIR) == []  # of nobody in particular
    mobile = PAIR.assign(itinerance=["Fixe", "Itinérant"])
    assert tell_missing(AREAS.iloc[:1], mobile) == []  # it would reach nobody anyway


def test_times_that_are_doubtful_are_told(tmp_path: Path) -> None:
    untimed = boxes(("a", 20, (0, 0, 4, 4)), ("b", 20, (4, 0, 8, 4)), ("b", None, (4, 0, 9, 4)))
    file = epn.write_layer(untimed, tmp_path / "r.gpkg")
    assert tell_missing(read_reach(file, judged_min=20), PAIR, "en") == [
        "WARNING: 1 polygon of reach without a time, which does not count."
    ]
    [line] = tell_missing(AREAS.assign(minutes=1200), PAIR, "en")
    assert line.startswith("WARNING, file of reach: reach of 1200 min: seconds or metres")
    steps = pd.concat([AREAS.assign(palier=step) for step in (10, 20)]).drop(columns="minutes")
    [line] = tell_missing(steps, PAIR)
    assert "non lues : palier" in line
