"""Coordinates from addresses: what is accepted, doubted, refused, and what is left alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import epn_geo as epn
from epn_geo.geocoding import geocode_places
from tests.loopback import Asked, Reply, Server, as_json, make_door, serve

PATH = "/geocodage/search/csv"
# address: longitude, latitude, score, type, commune found
KNOWN = {
    "1 rue sûre": ("-0.37", "49.18", "0.92", "housenumber", "14118"),
    "2 rue probable": ("-0.37", "49.18", "0.45", "street", "14118"),
    "3 rue vague": ("-0.37", "49.18", "0.39", "street", "14118"),
    "4 rue ailleurs": ("2.35", "48.86", "0.95", "housenumber", "75101"),
    "5 rue de Paris": ("2.35", "48.86", "0.95", "housenumber", "75101"),
    "6 le bourg": ("-0.37", "49.18", "0.80", "municipality", "14118"),
    "7 nulle part": ("", "", "", "", ""),
}
RESULT = ("latitude", "longitude", "result_score", "result_type", "result_label",
          "result_citycode", "result_status")  # fmt: skip


def geocode(asked: Asked) -> Reply:
    """Answer as the service does: the file sent, with columns added."""
    found = re.search(
        rb'name="data"; filename[^\r]*\r\n[^\r]*\r\n\r\n(.*?)\r\n--', asked.body, re.S
    )
    assert found is not None
    rows = list(csv.DictReader(io.StringIO(found[1].decode())))
    out = io.StringIO()
    writer = csv.DictWriter(out, [*rows[0], *RESULT], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        lon, lat, score, kind, city = KNOWN[row["adresse"]]
        label = row["adresse"] if kind else ""
        values = (lat, lon, score, kind, label, city, "ok")
        writer.writerow(row | dict(zip(RESULT, values, strict=True)))
    return Reply(out.getvalue().encode())


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.asked.clear()
    running.on(PATH, geocode)
    return running


def places_at(
    *addresses: str | None, code: str | None = "14118", crs: int = 4326
) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        {
            "nom": [f"Lieu {i}" for i in range(len(addresses))],
            "adresse": pd.Series(addresses, dtype="str"),
            "commune": pd.Series(["Caen" if a else None for a in addresses], dtype="str"),
            "code_insee": pd.Series([code] * len(addresses), dtype="str"),
            "latitude": np.nan,
            "longitude": np.nan,
            "corrections": pd.Series([""] * len(addresses), dtype="str"),
        },
        geometry=gpd.GeoSeries([None] * len(addresses), crs=4326),
    )
    return frame.to_crs(crs).set_index(pd.Index(range(10, 10 + len(addresses))))


def geocoded(server: Server, tmp_path: Path, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    with make_door(tmp_path / "cache") as door:
        return geocode_places(places, door, url=server.url + PATH)


@pytest.mark.parametrize(
    ("address", "code", "verdict"),
    [
        ("1 rue sûre", "14118", "accepté"),
        ("1 rue sûre", None, "accepté"),
        ("2 rue probable", "14118", "accepté"),
        ("2 rue probable", None, "douteux"),
        ("3 rue vague", "14118", "refusé"),
        ("4 rue ailleurs", "14118", "douteux"),
        ("5 rue de Paris", "75056", "accepté"),  # an arrondissement is its commune
        ("6 le bourg", "14118", "accepté"),
        ("7 nulle part", "14118", "refusé"),
        (None, None, "refusé"),
    ],
)
def test_verdicts(
    server: Server, tmp_path: Path, address: str | None, code: str | None, verdict: str
) -> None:
    out = geocoded(server, tmp_path, places_at(address, code=code)).iloc[0]
    assert out["geocodage"] == verdict
    placed = out.geometry is not None
    assert placed == (verdict == "accepté")
    assert placed == bool(np.isfinite(out["latitude"]))
    assert out["corrections"] != ""


def test_an_accepted_position_says_its_score(server: Server, tmp_path: Path) -> None:
    out = geocoded(server, tmp_path, places_at("1 rue sûre", "6 le bourg"))
    assert out["corrections"].tolist() == [
        "coordonnées : géocodées d’après « 1 rue sûre », score 0.92",
        "coordonnées : géocodées (au centre de la commune) d’après « 6 le bourg », score 0.80",
    ]
    assert out["geocodage_score"].tolist() == [0.92, 0.80]
    assert out.geometry.iloc[0].coords[0] == pytest.approx((-0.37, 49.18))


def test_good_coordinates_are_never_touched(server: Server, tmp_path: Path) -> None:
    places = places_at("1 rue sûre", "4 rue ailleurs")
    places.loc[10, ["longitude", "latitude"]] = [-0.5, 49.0]
    places = places.set_geometry(
        gpd.GeoSeries([shapely.Point(-0.5, 49.0), None], index=places.index, crs=4326)
    )
    before = places.copy(deep=True)
    out = geocoded(server, tmp_path, places)
    assert out.geometry.iloc[0] == shapely.Point(-0.5, 49.0)
    assert out.loc[10, ["longitude", "latitude"]].tolist() == [-0.5, 49.0]
    assert out["geocodage"].isna().tolist() == [True, False]
    assert out.loc[10, "corrections"] == ""
    assert b"rue s" not in server.asked[0].body  # nor is its address sent
    pd.testing.assert_frame_equal(pd.DataFrame(places), pd.DataFrame(before))


def test_rows_index_and_crs_are_kept(server: Server, tmp_path: Path) -> None:
    places = places_at("1 rue sûre", None, "3 rue vague", crs=2154)
    out = geocoded(server, tmp_path, places)
    assert out.index.equals(places.index)
    assert out.crs == places.crs
    assert [*out.columns] == [*places.columns, "geocodage", "geocodage_score"]
    expected = gpd.GeoSeries([shapely.Point(-0.37, 49.18)], crs=4326).to_crs(2154)
    assert out.geometry.iloc[0].distance(expected.iloc[0]) < 0.001


def test_the_code_of_today_is_sent_or_else_the_postcode(server: Server, tmp_path: Path) -> None:
    places = places_at("1 rue sûre", "2 rue probable")
    places["code_insee"] = pd.Series(["14513", None], index=places.index, dtype="str")
    places["code_postal"] = pd.Series(["50000", "14000"], index=places.index, dtype="str")
    geocoded(server, tmp_path, places)
    body = server.asked[0].body.decode()
    assert "0,1 rue sûre,Caen,,50592" in body  # 14513 went to the Manche
    assert "1,2 rue probable,Caen,14000," in body
    assert body.count('name="columns"') == 2


def test_batches_and_progress(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epn_geo.geocoding.BATCH", 2)
    seen: list[tuple[int, int]] = []
    with make_door(tmp_path) as door:
        out = geocode_places(
            places_at(*["1 rue sûre"] * 5),
            door,
            url=server.url + PATH,
            progress=lambda done, total: seen.append((done, total)),
        )
    assert seen == [(2, 5), (4, 5), (5, 5)]
    assert (out["geocodage"] == "accepté").all()


def test_what_is_refused_stays_in_the_findings(server: Server, tmp_path: Path) -> None:
    places = epn.locate(
        geocoded(server, tmp_path, places_at("1 rue sûre", "3 rue vague").assign(id=["a", "b"])),
        epn.read_communes(departements="14"),
    )
    findings = epn.check_places(places, epn.read_communes(departements="14"))
    missing = findings[findings["code"].str.startswith("coordonnees")]
    assert missing["id"].tolist() == ["b"]


FAULTS = {
    "web page": (Reply(b"<html><title>Maintenance</title>"), "web page"),
    "an error said in JSON": (as_json({"error": "too many"}), "without the column"),
    "a row lost": (
        Reply(b"rang,latitude,longitude,result_score,result_type,result_label,result_citycode\n"
              b"0,49,0,1,street,x,14118\n"),
        "answered 1 rows for 2 sent",
    ),
    "a row twice": (
        Reply(b"rang,latitude,longitude,result_score,result_type,result_label,result_citycode\n"
              b"0,49,0,1,street,x,14118\n0,49,0,1,street,x,14118\n"),
        "a row that was not sent",
    ),
    "413": (Reply(b"too large", status=413), "status 413"),
    "503": (Reply(b"", status=503), "status 503, 4 times"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_clear_and_nothing_is_kept(server: Server, tmp_path: Path, fault: str) -> None:
    reply, words = FAULTS[fault]
    server.on(PATH, reply)
    with pytest.raises(epn.DownloadError, match=words):
        geocoded(server, tmp_path, places_at("1 rue sûre", "2 rue probable"))
    assert list(tmp_path.rglob("*.answer")) == []


def test_a_list_without_addresses_is_refused(tmp_path: Path) -> None:
    places = gpd.GeoDataFrame({"nom": ["x"]}, geometry=gpd.GeoSeries([None], crs=4326))
    with pytest.raises(epn.ColumnError, match="neither 'adresse' nor 'commune'"):
        geocode_places(places, make_door(tmp_path))
