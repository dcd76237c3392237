"""The communes of another year, from servers on this machine, on a world of a few squares."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import epn_geo as epn
from epn_geo.official import fetch_communes
from epn_geo.reference.territories import renew_succession
from tests.loopback import Reply, Server, as_json, make_door, serve

pytestmark = pytest.mark.skipif(
    not hasattr(shapely, "coverage_clean"), reason="shapely 2.2 brought coverage_clean"
)

KM = 1000
# code: column, row (4 km squares near Caen, in Lambert-93), département, EPCI
SQUARES = {
    "14001": (0, 0, "14", "200000001"),
    "14002": (0, 1, "14", "200000001"),
    "14003": (1, 0, "14", "200000002"),
    "27001": (1, 1, "27", None),
}


def outline(code: str) -> dict[str, Any]:
    column, row, *_ = SQUARES[code]
    box = shapely.box(*(v * KM for v in (450 + 4 * column, 6900 + 4 * row,
                                         454 + 4 * column, 6904 + 4 * row)))  # fmt: skip
    degrees = gpd.GeoSeries([box], crs=2154).to_crs(4326).iloc[0]
    return dict(shapely.geometry.mapping(degrees))


def layer(items: dict[str, dict[str, Any] | None], **names: str) -> Reply:
    features = [
        {"type": "Feature", "geometry": shape,
         "properties": {"code": code, "nom": names.get(f"n{code}", f"Nom {code}")}}
        for code, shape in items.items()
    ]  # fmt: skip
    packed = gzip.compress(json.dumps({"type": "FeatureCollection", "features": features}).encode())
    return Reply(packed, headers=(("Last-Modified", "Tue, 03 Mar 2026 08:00:00 GMT"),))


def told(code: str) -> dict[str, Any]:
    _, _, departement, epci = SQUARES[code]
    ring = outline(code)["coordinates"][0]
    middle = [sum(axis) / 4 for axis in zip(*ring[:4], strict=True)]
    item = {
        "nom": f"Commune {code}",
        "code": code,
        "codeDepartement": departement,
        "codeRegion": "28",
        "population": 100,
        "mairie": {"type": "Point", "coordinates": middle},
    }
    return item | ({"codeEpci": epci} if epci else {})


BASE = "/2027/geojson/"


def mount(server: Server, **changes: Reply) -> None:
    communes = {code: outline(code) for code in SQUARES}
    districts = {"75101": communes["14001"], "97501": communes["14002"]}  # both are left out
    names = {"n200000001": "CC de l'Ouest", "n200000002": "Métropole de l'Est"}
    replies = {
        "api": as_json([told(code) for code in SQUARES] + [
            {"code": "97501", "nom": "Miquelon", "codeDepartement": "975", "codeRegion": "975"}]),
        "outlines": layer(communes | districts),
        "epci": layer({"200000001": None, "200000002": None}, **names),
        "departements": layer({"14": None, "27": None}),
        "regions": layer({"28": None}),
    } | changes  # fmt: skip
    server.on("/communes", replies["api"])
    server.on(f"{BASE}communes-100m.geojson.gz", replies["outlines"])
    for name in ("epci", "departements", "regions"):
        server.on(f"{BASE}{name}-1000m.geojson.gz", replies[name])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


def bring(server: Server, folder: Path, **options: Any) -> Any:
    with make_door(folder / "cache") as door:
        return fetch_communes(
            folder / "communes",
            2027,
            door,
            outlines_url=server.url,
            api_url=server.url,
            **options,
        )


def test_the_folder_is_read_as_the_embedded_one_is(server: Server, tmp_path: Path) -> None:
    mount(server)
    made = bring(server, tmp_path)
    assert (made.communes, made.epci) == (4, 2)
    assert made.date == "Tue, 03 Mar 2026 08:00:00 GMT"
    communes = epn.read_communes(path=made.folder)
    assert communes["code_insee"].tolist() == ["14001", "14002", "14003", "27001"]
    assert communes["commune"].tolist()[0] == "Commune 14001"
    assert communes["population"].sum() == 400
    assert communes["superficie_km2"].tolist() == pytest.approx([16] * 4, abs=0.01)
    assert (communes["mairie_source"] == "mairie").all()
    assert communes["code_epci"].isna().tolist() == [False, False, False, True]
    assert shapely.coverage_is_valid(communes.geometry.to_numpy())
    epci = epn.read_epci(made.folder)
    assert epci["epci"].tolist() == ["CC de l'Ouest", "Métropole de l'Est"]
    assert epci["nature"].tolist() == ["CC", "METRO"]
    assert epn.read_communes(departements="27", path=made.folder)["code_insee"].tolist() == [
        "27001"
    ]
    provenance = json.loads((made.folder / "provenance.json").read_text())
    assert [each["licence"] for each in provenance] == ["Licence Ouverte 2.0"] * 5
    exceptions = pd.read_csv(made.folder / "exceptions.csv", dtype="str")
    assert set(exceptions["exception"]) == {"no EPCI", "left out"}


def test_it_serves_a_study(server: Server, tmp_path: Path) -> None:
    mount(server)
    communes = epn.read_communes(path=bring(server, tmp_path).folder)
    place = gpd.GeoDataFrame(
        {"nom": ["EPN"]}, geometry=gpd.points_from_xy([452_000], [6_902_000]), crs=2154
    )
    covered = epn.measure_coverage(communes, place, 2)
    assert covered["part_couverte"].tolist()[0] == pytest.approx(3.1416 / 4, abs=0.002)


def test_the_same_answers_give_the_same_bytes(server: Server, tmp_path: Path) -> None:
    mount(server)
    folders = [bring(server, tmp_path / name).folder for name in ("a", "b")]
    first, second = (
        {p.name: p.read_bytes() for p in folder.glob("*.*") if p.name != "provenance.json"}
        for folder in folders
    )
    assert len(first) == 7
    assert first == second


def without(code: str) -> Reply:
    return layer({each: outline(each) for each in SQUARES if each != code})


def far_away() -> Reply:
    shape = shapely.geometry.mapping(shapely.box(450e3, 6900e3, 454e3, 6904e3))
    return layer({code: dict(shape) for code in SQUARES})


FAULTS: dict[str, tuple[dict[str, Reply], str]] = {
    "another year": ({"outlines": without("14003")}, r"1 have no outline \(14003\)"),
    "unknown to API Géo": (
        {"api": as_json([told(code) for code in SQUARES if code != "27001"])},
        r"1 are unknown to API Géo \(27001\)",
    ),
    "null geometry": (
        {"outlines": layer(dict.fromkeys(SQUARES))},
        "4 communes have no outline",
    ),
    "another reference": ({"outlines": far_away()}, "not in longitude and latitude"),
    "an EPCI lost": ({"epci": layer({"200000001": None})}, "lacks 1: 200000002"),
    "web page": ({"api": Reply(b"<html><title>Oups</title>")}, "web page, not data: 'Oups'"),
    "422": ({"api": as_json({"detail": "bad field"}, status=422)}, "status 422.*bad field"),
    "404 in plain words": (
        {"outlines": Reply(b"Not Found", status=404)},
        "status 404: 'Not Found'",
    ),
    "an empty list": ({"api": as_json([])}, "no list of communes"),
    "codes as numbers": ({"api": as_json([told("14001") | {"code": 14001}])}, "without its codes"),
    "no features": ({"outlines": Reply(gzip.compress(b'{"features": []}'))}, "no features"),
    "a layer without codes": (
        {"epci": Reply(gzip.compress(b'{"features": [{"properties": {}}]}'))},
        "has no code",
    ),
    "packed file cut": ({"regions": Reply(gzip.compress(b'{"features": []}')[:-9])}, "are cut"),
    "packed file damaged": ({"regions": Reply(b"\x1f\x8b" + b"x" * 30)}, "damaged"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_writes_no_folder(server: Server, tmp_path: Path, fault: str) -> None:
    changes, words = FAULTS[fault]
    mount(server, **changes)
    with pytest.raises(epn.DownloadError, match=words):
        bring(server, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"cache"}


def test_a_packed_file_that_never_ends_is_refused(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("epn_geo.official.MAX_UNPACKED", 1000)
    mount(server, departements=Reply(gzip.compress(b" " * 5000)))
    with pytest.raises(epn.DownloadError, match="more than 1000 bytes"):
        bring(server, tmp_path)


def test_a_resolution_is_one_of_three(server: Server, tmp_path: Path) -> None:
    with pytest.raises(epn.DataError, match="Did you mean '100m'"):
        bring(server, tmp_path, resolution="100")


# -- former codes

OLD = pd.DataFrame(
    [
        ("10", "A", "10", "actuel", "", ""),
        ("11", "B", "10", "remplacé", "", "2016-01-01"),
        ("12", "C", "12", "actuel", "", ""),
        ("13", "D", None, "scindé", "10|12", "2019-01-01"),
        ("14", "E", None, "supprimé", "", "1990-01-01"),
        ("98801", "F", "98801", "actuel", "", ""),
    ],
    columns=["code", "nom", "code_actuel", "statut", "candidats", "date"],
)


@pytest.mark.parametrize(
    ("communes", "expected"),
    [
        ({"10": [], "12": []}, {"11": "10", "12": "12", "14": None, "98801": "98801"}),
        ({"10": ["12"]}, {"10": "10", "12": "10", "13": "10"}),
        ({"20": ["10"], "12": []}, {"10": "20", "11": "20", "20": "20", "12": "12"}),
        ({"12": []}, {"10": None, "11": None, "13": "12"}),
        ({"10": [], "12": [], "11": []}, {"11": "11"}),  # re-established
        ({"10": [], "12": [], "14": []}, {"14": "14"}),  # given again
        ({"10": ["77"], "12": []}, {"77": "10"}),  # a former code not heard of before
    ],
    ids=str,
)
def test_former_codes_are_carried_on(
    communes: dict[str, list[str]], expected: dict[str, str | None]
) -> None:
    before = OLD.copy(deep=True)
    records = [{"code": c, "nom": f"N{c}", "anciensCodes": old} for c, old in communes.items()]
    table = renew_succession(OLD, records, "2027-01-01").set_index("code")
    for code, now in expected.items():
        found = table.loc[code, "code_actuel"]
        assert (None if pd.isna(found) else found) == now
    in_force = table[table["statut"].isin(["actuel", "scindé"]) & table["code_actuel"].notna()]
    assert set(in_force["code_actuel"]) == {*communes, "98801"}
    pd.testing.assert_frame_equal(OLD, before)


def test_nothing_changes_when_nothing_did() -> None:
    records = [{"code": "10", "nom": "A"}, {"code": "12", "nom": "C"}]
    pd.testing.assert_frame_equal(renew_succession(OLD, records, "2027-01-01"), OLD)
