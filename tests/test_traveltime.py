"""Reach by travel time: one polygon per place and band, resumable, of one version of the roads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import epn_geo as epn
from epn_geo.network.asks import PACES, Pace
from epn_geo.traveltime import isochrones
from tests.loopback import Asked, FakeClock, Reply, Server, as_json, make_door, serve

PATH = "/navigation/isochrone"


class Service:
    """Answers a square whose half side is a hundredth of a degree a minute."""

    def __init__(self, version: str = "2026-09-15") -> None:
        self.version = version

    def __call__(self, asked: Asked) -> Reply:
        x, y = map(float, asked.query["point"].split(","))
        half = float(asked.query["costValue"]) / 100
        square = shapely.box(x - half, y - half, x + half, y + half)
        return as_json(
            {
                "point": asked.query["point"],
                "resource": asked.query["resource"],
                "resourceVersion": self.version,
                "geometry": shapely.geometry.mapping(square),
            }
        )


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.asked.clear()
    running.on(PATH, Service())
    return running


PLACES = gpd.GeoDataFrame(
    {"nom": ["Caen", "sans point", "Flers"]},
    geometry=[shapely.Point(-0.37, 49.18), None, shapely.Point(-0.57, 48.75)],
    index=["c", "x", "f"],
    crs=4326,
)


def draw(server: Server, folder: Path, minutes: object = 20, **options: object) -> gpd.GeoDataFrame:
    with make_door(folder, **options) as door:
        return isochrones(PLACES, minutes, door=door, url=server.url + PATH)  # type: ignore[arg-type]


def test_one_row_per_place_for_one_band(server: Server, tmp_path: Path) -> None:
    out = draw(server, tmp_path)
    assert out.index.equals(PLACES.index)
    assert out["minutes"].tolist() == [20.0] * 3
    assert out.geometry.isna().tolist() == [False, True, False]
    assert out["remarque"].tolist() == ["", "sans coordonnées", ""]
    assert out["version_ressource"].tolist()[0] == "2026-09-15"
    assert out["duree_methode"].isna().tolist() == [False, True, False]
    assert "IGN" in out["duree_methode"].iloc[0]
    assert out.geometry.iloc[0].bounds == pytest.approx((-0.57, 48.98, -0.17, 49.38))


def test_one_row_per_place_and_band(server: Server, tmp_path: Path) -> None:
    out = draw(server, tmp_path, [30, 10, 20, 10])
    assert out.index.tolist() == ["c"] * 3 + ["x"] * 3 + ["f"] * 3
    assert out["minutes"].tolist() == [10.0, 20.0, 30.0] * 3
    assert out[out["minutes"] == 20].index.equals(PLACES.index)
    areas = shapely.area(out.loc["c"].geometry.to_numpy()).tolist()
    assert areas == sorted(areas)
    assert len(server.asked) == 6


def test_what_is_asked(server: Server, tmp_path: Path) -> None:
    draw(server, tmp_path)
    assert server.asked[0].query == {
        "point": "-0.370000,49.180000",
        "resource": "bdtopo-valhalla",
        "costType": "time",
        "costValue": "20",
        "timeUnit": "minute",
        "profile": "car",
        "direction": "arrival",
        "geometryFormat": "geojson",
    }


@pytest.mark.parametrize("crs", [2154, 3857])
def test_any_crs_in_the_same_crs_out(server: Server, tmp_path: Path, crs: int) -> None:
    before = PLACES.to_crs(crs)
    given = before.copy(deep=True)
    with make_door(tmp_path) as door:
        out = isochrones(given, door=door, url=server.url + PATH)
    assert out.crs == before.crs
    pd.testing.assert_frame_equal(pd.DataFrame(given), pd.DataFrame(before))
    back = out.to_crs(4326).geometry.iloc[0]
    assert back.bounds == pytest.approx((-0.57, 48.98, -0.17, 49.38), abs=1e-5)


def test_an_interrupted_run_takes_up_where_it_stopped(server: Server, tmp_path: Path) -> None:
    def stop_at_four(done: int, _: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with make_door(tmp_path) as door, pytest.raises(KeyboardInterrupt):
        isochrones(PLACES, [10, 20, 30], door=door, url=server.url + PATH, progress=stop_at_four)
    assert len(server.asked) == 4
    seen = []
    with make_door(tmp_path) as door:
        isochrones(
            PLACES,
            [10, 20, 30],
            door=door,
            url=server.url + PATH,
            progress=lambda done, total: seen.append((done, total)),
        )
    assert seen[-1] == (6, 6)
    # the first is asked again, to know the version of the roads; the others only if missing
    assert [a.query["costValue"] for a in server.asked[4:]] == ["10", "20", "30"]


def test_answers_of_another_version_are_asked_again(server: Server, tmp_path: Path) -> None:
    draw(server, tmp_path, [10, 20])
    server.on(PATH, Service("2026-11-01"))
    out = draw(server, tmp_path, [10, 20])
    assert set(out["version_ressource"].dropna()) == {"2026-11-01"}
    assert len(server.asked) == 8


def test_a_version_that_changes_midway_starts_again(server: Server, tmp_path: Path) -> None:
    old, new = Service("old"), Service("new")
    server.on(PATH, old, old, new)
    out = draw(server, tmp_path, [10, 20])
    assert set(out["version_ressource"].dropna()) == {"new"}


def test_offline_uses_what_was_kept(server: Server, tmp_path: Path) -> None:
    first = draw(server, tmp_path)
    asked = len(server.asked)
    second = draw(server, tmp_path, offline=True)
    assert len(server.asked) == asked
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second))


def test_requests_keep_below_five_a_second(server: Server, tmp_path: Path) -> None:
    pace = next(pace for pace in PACES if pace.prefix.endswith("/navigation/"))
    host = server.url.removeprefix("http://")
    clock = FakeClock()
    with make_door(tmp_path, clock, paces=(Pace(f"{host}/navigation/", pace.per_second),)) as door:
        isochrones(PLACES, [10, 20, 30], door=door, url=server.url + PATH)
    assert clock.waits == pytest.approx([0.25] * 5)


def test_a_place_the_service_refuses_keeps_its_row(server: Server, tmp_path: Path) -> None:
    refusal = as_json({"error": {"errorType": "NOT_FOUND", "message": "No path found"}}, status=404)

    def answer(asked: Asked) -> Reply:
        return refusal if asked.query["point"].startswith("-0.57") else Service()(asked)

    server.on(PATH, answer)
    out = draw(server, tmp_path)
    assert out["remarque"].tolist() == ["", "sans coordonnées", "No path found"]
    assert out.geometry.isna().tolist() == [False, True, True]


def polygon(*corners: tuple[float, float]) -> Reply:
    shape = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
    return as_json({"resourceVersion": "1", "geometry": shape})


FAULTS = {
    "every place refused": (
        as_json({"error": {"errorType": "BAD", "message": "Parameter 'resource'"}}, status=400),
        "computes nothing: Parameter 'resource'",
    ),
    "404 of another kind": (Reply(b"<html>gone</html>", status=404), "status 404"),
    "forbidden": (as_json({"error": {"message": "no"}}, status=403), "status 403"),
    "no geometry": (as_json({"resourceVersion": "1"}), "no geometry"),
    "null geometry": (as_json({"resourceVersion": "1", "geometry": None}), "no geometry"),
    "damaged geometry": (as_json({"geometry": {"type": "Polygon"}}), "damaged|no geometry"),
    "web page": (Reply(b"<html><title>Oups</title>"), "web page, not data: 'Oups'"),
    "axes swapped": (polygon((49.1, -0.4), (49.2, -0.4), (49.2, -0.3)), "another reference"),
    "metres": (polygon((454e3, 69e5), (464e3, 69e5), (464e3, 691e4)), "another reference"),
    "500 for ever": (Reply(b"", status=500), "status 500, 4 times"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_clear_and_nothing_is_kept(server: Server, tmp_path: Path, fault: str) -> None:
    reply, words = FAULTS[fault]
    server.on(PATH, reply)
    with pytest.raises(epn.DownloadError, match=words):
        draw(server, tmp_path)
    assert list(tmp_path.rglob("*.answer")) == []


def test_a_line_in_the_answer_is_left_out(server: Server, tmp_path: Path) -> None:
    bow_tie = polygon((-0.4, 49.1), (-0.3, 49.2), (-0.3, 49.1), (-0.4, 49.2))
    server.on(PATH, bow_tie)
    shape = draw(server, tmp_path).geometry.iloc[0]
    assert shape.is_valid
    assert shape.geom_type == "MultiPolygon"


@pytest.mark.parametrize("minutes", [[], 0, -5, [10, float("nan")], float("inf")])
def test_minutes_are_positive_numbers(tmp_path: Path, minutes: object) -> None:
    with pytest.raises(epn.DataError, match="minutes must be positive"):
        isochrones(PLACES, minutes, door=make_door(tmp_path))  # type: ignore[arg-type]
