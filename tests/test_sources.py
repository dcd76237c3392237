"""The published lists, from servers on this machine that answer as the real ones do, or badly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import epn_geo as epn
from epn_geo.network.provenance import read_provenance
from epn_geo.sources import Fetched, fetch_epn, fetch_france_services, fetch_national_map
from epn_geo.standard import COLUMNS
from tests.loopback import Asked, Reply, Server, as_json, make_door, serve

FIELDS = {
    "OBJECTID": "esriFieldTypeOID",
    "NOM": "esriFieldTypeString",
    "NOM_COMPLE": "esriFieldTypeString",
    "COM_NV": "esriFieldTypeString",
    "INSEE_NV": "esriFieldTypeString",
    "INSEE_12": "esriFieldTypeString",
    "CP_NV": "esriFieldTypeDouble",
    "N_VOIE": "esriFieldTypeString",
    "TYPE_VOIE": "esriFieldTypeString",
    "NOM_VOIE": "esriFieldTypeString",
    "SIRET": "esriFieldTypeString",
    "DATE_MAJ": "esriFieldTypeDate",
    "LIB_EPCI": "esriFieldTypeString",
}


def row(number: int, **changes: object) -> dict[str, object]:
    return {
        "OBJECTID": number,
        "NOM": f"COURT {number}",
        "NOM_COMPLE": f"EPN de Flers {number}",
        "COM_NV": "Flers",
        "INSEE_NV": "61169",
        "INSEE_12": "61169",
        "CP_NV": 61100.0,
        "N_VOIE": "12",
        "TYPE_VOIE": "rue",
        "NOM_VOIE": "de la Gare",
        "SIRET": "<Null>",
        "DATE_MAJ": 1_763_679_600_000,  # 2025-11-21 at midnight in Paris
        "LIB_EPCI": " ",
    } | changes


class Layer:
    """An ArcGIS layer of 2 500 rows by default, as the documentation describes one."""

    def __init__(self, count: int = 2500, **options: Any) -> None:
        self.rows = [row(i + 1) for i in range(count)]
        self.points: list[tuple[float, float] | None] = [
            (-0.57 + i / 1e5, 48.75) for i in range(count)
        ]
        self.options = options

    def describe(self, _: Asked) -> Reply:
        formats = "JSON, geoJSON, PBF" if self.options.get("geojson", True) else "JSON"
        return as_json(
            {
                "name": "EPN",
                "geometryType": "esriGeometryPoint",
                "objectIdField": "OBJECTID",
                "fields": [{"name": n, "type": t, "alias": n} for n, t in FIELDS.items()],
                "maxRecordCount": 1000,
                "supportedQueryFormats": formats,
                "editingInfo": {"lastEditDate": 1_763_679_600_000},
                "copyrightText": self.options.get("rights", ""),
            }
        )

    def query(self, asked: Asked) -> Reply:
        if asked.query.get("returnCountOnly") == "true":
            return as_json({"count": self.options.get("count", len(self.rows))})
        if asked.query["f"] == "geojson" and self.options.get("refuses_geojson"):
            return as_json({"error": {"code": 400, "message": "Invalid format", "details": []}})
        start = int(asked.query["resultOffset"])
        stop = start + min(int(asked.query["resultRecordCount"]), self.options.get("gives", 1000))
        taken = range(start, min(stop, len(self.rows)))
        more = stop < len(self.rows) and not self.options.get("forgets_more")
        write = self.geojson if asked.query["f"] == "geojson" else self.esri
        return as_json(write([*taken], more))

    def geojson(self, taken: list[int], more: bool) -> dict[str, Any]:
        features = []
        for i in taken:
            point = self.points[i]
            shape = None if point is None else {"type": "Point", "coordinates": point}
            features.append({"type": "Feature", "properties": self.rows[i], "geometry": shape})
        page: dict[str, Any] = {"type": "FeatureCollection", "features": features}
        return page | ({"properties": {"exceededTransferLimit": True}} if more else {})

    def esri(self, taken: list[int], more: bool) -> dict[str, Any]:
        features = []
        for i in taken:
            point = self.points[i]
            shape = None if point is None else {"x": point[0], "y": point[1]}
            features.append({"attributes": self.rows[i], "geometry": shape})
        reference = self.options.get("reference", {"wkid": 4326, "latestWkid": 4326})
        page: dict[str, Any] = {"features": features, "spatialReference": reference}
        return page | ({"exceededTransferLimit": True} if more else {})

    def mount(self, server: Server) -> str:
        server.on("/FeatureServer/0", self.describe)
        server.on("/FeatureServer/0/query", self.query)
        return f"{server.url}/FeatureServer/0"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.asked.clear()
    return running


@pytest.fixture
def bring(server: Server, tmp_path: Path) -> Callable[..., Fetched]:
    def fetch(layer: Layer, name: str = "epn.csv", **options: Any) -> Fetched:
        with make_door(tmp_path / "cache") as door:
            return fetch_epn(tmp_path / name, door, url=layer.mount(server), **options)

    return fetch


def read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False)


# -- the Région's layer


def test_every_row_of_three_pages_comes_out_in_the_standard(
    bring: Callable[..., Fetched], server: Server
) -> None:
    seen: list[tuple[int, int]] = []
    fetched = bring(Layer(), on_page=lambda done, all_: seen.append((done, all_)))
    table = read_csv(fetched.path)
    assert tuple(table.columns[:32]) == COLUMNS
    assert len(table) == fetched.rows == 2500
    assert seen == [(1000, 2500), (2000, 2500), (2500, 2500)]
    first = table.iloc[0]
    assert first["nom"] == "EPN de Flers 1"
    assert first["commune"] == "Flers"
    assert first["code_insee"] == "61169"
    assert first["code_postal"] == "61100"  # a float at the source
    assert first["adresse"] == "12 rue de la Gare"
    assert first["date_maj"] == "2025-11-21"
    assert first["pivot"] == "0" * 14
    assert first["latitude"] == "48.75"
    assert first["categorie"] == "EPN"
    assert first["typologie"] == "EPN"
    assert first["source"] == "Région Normandie"
    assert first["source_NOM"] == "COURT 1"  # fields that are not read are kept
    assert "« 61100.0 »" in first["corrections"]
    offsets = [a.query["resultOffset"] for a in server.asked if "resultOffset" in a.query]
    assert offsets == ["0", "1000", "2000"]


def test_the_file_is_read_again_as_it_was(bring: Callable[..., Fetched]) -> None:
    layer = Layer(3)
    layer.points[1] = None
    fetched = bring(layer)
    places = epn.read_places(fetched.path)
    assert len(places) == 3
    assert places.geometry.isna().tolist() == [False, True, False]
    assert places["categorie"].tolist() == ["EPN"] * 3
    assert fetched.without_point == 1


@pytest.mark.parametrize("name", ["epn.xlsx", "epn.gpkg", "epn.geojson", "epn.parquet"])
def test_other_formats(bring: Callable[..., Fetched], name: str) -> None:
    assert len(epn.read_places(bring(Layer(3), name).path)) == 3


def test_the_same_answers_give_the_same_bytes(bring: Callable[..., Fetched]) -> None:
    first = bring(Layer(5), "a.csv").path.read_bytes()
    assert bring(Layer(5), "a.csv").path.read_bytes() == first


def test_provenance_says_where_from_and_of_when(bring: Callable[..., Fetched]) -> None:
    fetched = bring(Layer(5, rights="Licence Ouverte 2.0"))
    found = read_provenance(fetched.path)
    assert found is not None
    assert (found.lignes, found.date, found.licence) == (5, "2025-11-21", "Licence Ouverte 2.0")
    assert "/FeatureServer/0/query?" in found.url
    fetched.path.write_text("changed by hand")
    assert read_provenance(fetched.path) is None


@pytest.mark.parametrize(
    "options",
    [
        {"geojson": False},
        {"refuses_geojson": True},
        {"geojson": False, "gives": 7},
        {"gives": 7},
        {"forgets_more": True},
    ],
    ids=str,
)
def test_all_rows_come_whatever_the_habits_of_the_server(
    bring: Callable[..., Fetched], options: dict[str, Any]
) -> None:
    fetched = bring(Layer(30, **options))
    assert read_csv(fetched.path)["nom"].tolist() == [f"EPN de Flers {i + 1}" for i in range(30)]


def test_rows_given_twice_are_kept_once(bring: Callable[..., Fetched]) -> None:
    layer = Layer(30, gives=10)
    layer.options["count"] = 30
    layer.rows[10:10] = layer.rows[8:10]  # two rows come again on the second page
    layer.points[10:10] = layer.points[8:10]
    fetched = bring(layer)
    assert fetched.rows == 30
    assert fetched.notes == ["2 lignes reçues deux fois, gardées une fois"]


LAMBERT = (454_000.0, 6_903_000.0)  # the same point thrice
MERCATOR = (-41_703.66, 6_305_361.53)


@pytest.mark.parametrize(
    ("options", "point"),
    [
        ({"geojson": False, "reference": {"wkid": 102110, "latestWkid": 2154}}, LAMBERT),
        ({"geojson": False, "reference": {"wkid": 102110}}, LAMBERT),
        ({"geojson": False, "reference": {"wkid": 102100}}, MERCATOR),
        ({"geojson": False, "reference": None}, LAMBERT),
        ({}, LAMBERT),  # GeoJSON in metres: the server ignored outSR
    ],
    ids=str,
)
def test_another_reference_than_asked_is_seen(
    bring: Callable[..., Fetched], options: dict[str, Any], point: tuple[float, float]
) -> None:
    layer = Layer(1, **options)
    layer.points = [point]
    place = epn.read_places(bring(layer).path).iloc[0]
    assert place["longitude"] == pytest.approx(-0.37463, abs=1e-5)
    assert place["latitude"] == pytest.approx(49.17943, abs=1e-5)


def test_a_reference_in_words_is_read(bring: Callable[..., Fetched]) -> None:
    from pyproj import CRS  # noqa: PLC0415 - only to write the words

    wkt = CRS(2154).to_wkt("WKT1_ESRI")
    layer = Layer(1, geojson=False, reference={"wkt": wkt})
    layer.points = [LAMBERT]
    fetched = bring(layer)
    assert epn.read_places(fetched.path)["latitude"].iloc[0] == pytest.approx(49.17943, abs=1e-5)
    assert "converties en degrés" in fetched.notes[0]


def test_columns_can_be_named(bring: Callable[..., Fetched]) -> None:
    fetched = bring(Layer(2), columns={"nom": "NOM"})
    assert read_csv(fetched.path)["nom"].tolist() == ["COURT 1", "COURT 2"]
    with pytest.raises(epn.ColumnError, match=r"no field 'NOMM'.*Did you mean 'NOM'"):
        bring(Layer(2), columns={"nom": "NOMM"})


def test_antennas_and_coordinators_are_told_by_their_names(bring: Callable[..., Fetched]) -> None:
    layer = Layer(4)
    layer.rows[1]["NOM_COMPLE"] = "Antenne de Messei"
    layer.rows[2]["NOM_COMPLE"] = "CRANT de l'Orne"
    layer.rows[3]["NOM_COMPLE"] = "La Grange"  # nothing tells: it is what the layer lists
    kinds = read_csv(bring(layer).path)["categorie"].tolist()
    assert kinds == ["EPN", "antenne", "CRANT", "EPN"]


def error(code: int, message: str) -> Reply:
    return as_json({"error": {"code": code, "message": message, "details": ["no"]}})


LAYER_FAULTS: dict[str, tuple[Callable[[Server, Layer], None], str]] = {
    "token": (
        lambda server, _: server.on("/FeatureServer/0", error(499, "Token Required")),
        r"asks for a token \(499: Token Required no\)",
    ),
    "error with status 200": (
        lambda server, _: server.on("/FeatureServer/0/query", error(400, "Invalid URL")),
        r"error 400: Invalid URL no",
    ),
    "web page": (
        lambda server, _: server.on("/FeatureServer/0", Reply(b"<html><title>Oops</title>")),
        r"a web page, not data: 'Oops'",
    ),
    "another service": (
        lambda server, _: server.on("/FeatureServer/0", as_json({"services": []})),
        r"should end in /FeatureServer/0",
    ),
    "no count": (
        lambda server, _: server.on("/FeatureServer/0/query", as_json({"features": []})),
        r"does not say how many rows",
    ),
    "fewer rows than counted": (
        lambda _, layer: layer.options.update(count=31),
        r"does not give the rows that it counts",
    ),
    "more rows than counted": (
        lambda _, layer: layer.options.update(count=29),
        r"does not give the rows that it counts",
    ),
    "the same page for ever": (
        lambda _, layer: layer.rows.__setitem__(slice(0, 30), [layer.rows[0]] * 30),
        r"does not give the rows that it counts",
    ),
    "a page without features": (
        lambda _, layer: setattr(layer, "geojson", lambda *_: {"type": "FeatureCollection"}),
        r"a page without features",
    ),
    "rows without id": (
        lambda _, layer: [each.pop("OBJECTID") for each in layer.rows],
        r"A row has no OBJECTID",
    ),
}


@pytest.mark.parametrize("fault", LAYER_FAULTS)
def test_a_fault_of_the_layer_writes_nothing(
    bring: Callable[..., Fetched], server: Server, tmp_path: Path, fault: str
) -> None:
    bring(Layer(2))
    before = {p.name: p.read_bytes() for p in tmp_path.glob("epn.csv*")}
    break_it, words = LAYER_FAULTS[fault]
    layer = Layer(30)
    with make_door(tmp_path / "cache") as door:
        url = layer.mount(server)
        break_it(server, layer)
        with pytest.raises(epn.DownloadError, match=words):
            fetch_epn(tmp_path / "epn.csv", door, url=url)
    assert {p.name: p.read_bytes() for p in tmp_path.glob("epn.csv*")} == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_kept_page_of_another_day_is_asked_again(server: Server, tmp_path: Path) -> None:
    with make_door(tmp_path / "cache", max_age_s=3600) as door:
        fetch_epn(tmp_path / "a.csv", door, url=Layer(30).mount(server))
        (oldest,) = (
            p for p in (tmp_path / "cache").iterdir() if b"returnCountOnly" in p.read_bytes()
        )
        oldest.unlink()  # the count is asked again, the page is not
        url = Layer(29).mount(server)
        assert fetch_epn(tmp_path / "a.csv", door, url=url).rows == 29


def test_offline_serves_what_was_fetched(server: Server, tmp_path: Path) -> None:
    url = Layer(30).mount(server)
    with make_door(tmp_path / "cache") as door:
        fetch_epn(tmp_path / "a.csv", door, url=url)
    asked = len(server.asked)
    door = make_door(tmp_path / "cache", offline=True)
    assert fetch_epn(tmp_path / "b.csv", door, url=url).rows == 30
    assert len(server.asked) == asked
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_what_a_spreadsheet_would_run_is_written_harmless(bring: Callable[..., Fetched]) -> None:
    layer = Layer(1)
    layer.rows[0] |= {"NOM": "=HYPERLINK(1)", "NOM_COMPLE": "@SUM(1)", "N_VOIE": "-12"}
    first = read_csv(bring(layer).path).iloc[0]
    assert (first["source_NOM"], first["nom"]) == ("'=HYPERLINK(1)", "'@SUM(1)")
    assert first["N_VOIE"] == "-12"
    assert first["adresse"] == "'-12 rue de la Gare"


# -- lists that are files

STANDARD_CSV = (
    ",".join(COLUMNS)
    + "\n"
    + "\n".join(
        f"l{i},,Lieu {i},Caen,14000,14118,{i} rue Neuve,,49.18,-0.37" + "," * 22 for i in range(3)
    )
    + "\n"
).encode()
FS_CSV = (
    b"id_fs;lib_fs;adresse;insee_com;code_postal;lib_com;latitude;longitude;itinerance;format_fs\n"
    b"1;France services de Caen;1 rue A;14118;14000;Caen;49,18;-0,37;Non;Site principal\n"
    b"2;Antenne de Flers;2 rue B;61169;61100;Flers;48,75;-0,57;Non;Antenne\n"
)


def test_the_national_map_is_written_as_published(server: Server, tmp_path: Path) -> None:
    modified = (("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT"),)
    server.on("/api/normandie/lieux/exporter", Reply(STANDARD_CSV, headers=modified))
    server.on("/api/normandie/seine-maritime/lieux/exporter", Reply(STANDARD_CSV))
    with make_door(tmp_path / "cache") as door:
        fetched = fetch_national_map(tmp_path / "a.csv", door, url=server.url)
        fetch_national_map(tmp_path / "b.csv", door, departement="76", url=server.url)
    assert (fetched.rows, fetched.date, fetched.without_point) == (3, "2026-11-21", 0)
    assert fetched.path.read_bytes() == STANDARD_CSV
    assert json.loads(fetched.provenance.read_text())["licence"] == "Licence Ouverte 2.0"


def test_france_services_is_written_as_published(server: Server, tmp_path: Path) -> None:
    server.on("/r/fs", Reply(b"", status=302, headers=(("Location", "/files/fs.csv"),)))
    server.on("/files/fs.csv", Reply(FS_CSV))
    with make_door(tmp_path / "cache") as door:
        fetched = fetch_france_services(tmp_path / "fs.csv", door, url=f"{server.url}/r/fs")
    assert json.loads(fetched.provenance.read_text())["url"] == f"{server.url}/files/fs.csv"
    assert epn.read_places(fetched.path)["categorie"].tolist() == ["France Services", "antenne"]


LIST_FAULTS = {
    "web page": (Reply(b"<!doctype html><title>504</title>"), "a web page, not data: '504'"),
    "JSON error": (Reply(b'{"error": "no"}'), "no longer has the column 'id'"),
    "renamed column": (
        Reply(STANDARD_CSV.replace(b"latitude", b"geo")),
        "no longer has the column 'latitude'",
    ),
    "no rows": (Reply(STANDARD_CSV.split(b"\n")[0] + b"\n"), "a list without rows"),
    "cut in a row": (Reply(STANDARD_CSV[:-20]), "the list is cut"),
    "cut in a quoted cell": (Reply(STANDARD_CSV[:-1] + b'"Rue'), "the list is cut"),
    "more than announced": (Reply(STANDARD_CSV, length=len(STANDARD_CSV) - 30), "the list is cut"),
    "empty": (Reply(b""), "no"),
    "binary": (Reply(b"PK\x03\x04" + bytes(300)), "no CSV|no longer has"),
    "504": (Reply(b"", status=504), "status 504, 4 times"),
}


@pytest.mark.parametrize("fault", LIST_FAULTS)
def test_a_fault_of_a_list_writes_nothing(server: Server, tmp_path: Path, fault: str) -> None:
    reply, words = LIST_FAULTS[fault]
    server.on("/api/normandie/lieux/exporter", Reply(STANDARD_CSV), reply)
    with make_door(tmp_path / "cache") as door:
        fetch_national_map(tmp_path / "a.csv", door, url=server.url)
        before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
        with pytest.raises(epn.DownloadError, match=words):
            fetch_national_map(tmp_path / "a.csv", door, url=server.url)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_lists_are_written_as_csv_only(tmp_path: Path) -> None:
    with pytest.raises(epn.DataError, match=r"ending in \.csv"):
        fetch_national_map(tmp_path / "a.xlsx", make_door(tmp_path), url="https://a.fr")
