"""``epn-geo fetch`` and ``epn-geo cache`` as people and scripts call them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

import epn_geo as epn
from epn_geo.cli import main
from epn_geo.network.provenance import read_provenance
from tests.loopback import Server, as_json, serve
from tests.test_geocoding import geocode
from tests.test_official import mount as mount_communes
from tests.test_sources import FS_CSV, STANDARD_CSV, Layer, Reply
from tests.test_traveltime import Service


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Call the command line in this process, in the test's folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["epn-geo", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    return call


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve() as running:
        Layer(30).mount(running)
        running.on("/api/normandie/calvados/lieux/exporter", Reply(STANDARD_CSV))
        running.on("/fs.csv", Reply(FS_CSV))
        running.on("/geocodage/search/csv", geocode)
        running.on("/navigation/isochrone", Service())
        yield running


def test_fetch_epn_says_what_it_brought_and_prints_the_path(
    server: Server, tmp_path: Path, run: Run
) -> None:
    url = ["--url", f"{server.url}/FeatureServer/0", "--cache", "kept"]
    done = run("fetch", "epn", "-o", "epn.csv", *url)
    assert (done.returncode, done.stdout) == (0, "epn.csv\n")
    assert "EPN labellisés : 30 lignes, données du 2025-11-21, dont 0 sans" in done.stderr
    again = run("fetch", "epn", "-o", "b.csv", "--offline", "--json", *url)
    assert json.loads(again.stdout)["rows"] == 30
    named = run("fetch", "epn", "-o", "c.csv", "--column", "nom=NOM", *url)
    assert named.returncode == 0
    assert "COURT 1," in (tmp_path / "c.csv").read_text()


def test_fetch_lists(server: Server, tmp_path: Path, run: Run) -> None:
    common = ["--cache", "kept", "--url"]
    where = ["--source", "carto-nationale", "--departement", "Calvados"]
    done = run("fetch", "places", *where, *common, server.url)
    assert (done.returncode, done.stdout) == (0, "lieux.csv\n")
    done = run("fetch", "france-services", *common, f"{server.url}/fs.csv")
    assert (done.returncode, done.stdout) == (0, "france-services.csv\n")


def test_a_failure_is_one_sentence_and_no_file(server: Server, tmp_path: Path, run: Run) -> None:
    server.on("/token/FeatureServer/0", as_json({"error": {"code": 499, "message": "Token"}}))
    url = ["--url", f"{server.url}/token/FeatureServer/0", "--cache", "kept"]
    done = run("fetch", "epn", *url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("epn-geo: ")
    assert "asks for a token" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_bare_number_is_no_age(run: Run) -> None:
    done = run("fetch", "epn", "--max-age", "7", "--offline")
    assert done.returncode == 1
    assert "Did you mean '7d'?" in done.stderr


def test_the_cache_is_listed_and_cleared(server: Server, tmp_path: Path, run: Run) -> None:
    kept = ["--cache", "kept"]
    run("fetch", "france-services", "--url", f"{server.url}/fs.csv", *kept)
    listed = run("cache", "list", *kept)
    assert f"{len(FS_CSV)}  {server.url}/fs.csv" in listed.stdout
    assert listed.stderr.startswith("1 réponse,")
    as_data = json.loads(run("cache", "list", "--json", *kept).stdout)
    assert [record["size"] for record in as_data] == [len(FS_CSV)]
    assert run("cache", "clear", *kept).stderr.startswith("1 réponse retirée ")
    assert "est vide" in run("cache", "list", *kept).stderr


LIST = (
    "id,nom,adresse,commune,code_insee,latitude,longitude\n"
    "a,EPN A,1 rue sûre,Caen,14118,,\n"
    "b,EPN B,3 rue vague,Caen,14118,,\n"
    "c,EPN C,9 rue C,Caen,14118,49.2,-0.4\n"
)


def test_geocode_fills_what_it_can_and_counts_the_rest(
    server: Server, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "liste.csv").write_text(LIST)
    url = ["--url", f"{server.url}/geocodage/search/csv", "--cache", "kept"]
    done = run("geocode", "liste.csv", "-o", "placed.csv", *url)
    assert (done.returncode, done.stdout) == (0, "placed.csv\n")
    assert "2 lieux sans coordonnées : 1 placé, 0 douteux et 1 refusé," in done.stderr
    places = epn.read_places(tmp_path / "placed.csv")
    assert places.geometry.isna().tolist() == [False, True, False]
    assert places["latitude"].tolist()[2] == 49.2
    assert run("geocode", "liste.csv", "-o", "placed.txt", *url).returncode == 1


def test_merge_shows_the_pairs(tmp_path: Path, run: Run) -> None:
    (tmp_path / "region.csv").write_text(LIST)
    (tmp_path / "carte.csv").write_text(LIST.replace("EPN C", "Épn c").replace("EPN B", "Fablab"))
    arguments = ["region.csv", "carte.csv", "--threshold", "0.9", "--pairs", "paires.csv"]
    done = run("merge", *arguments, "-o", "tout.csv")
    assert (done.returncode, done.stdout) == (0, "tout.csv\npaires.csv\n")
    assert "6 lignes lues, 4 lieux gardés, 2 doublons réunis" in done.stderr
    merged = epn.read_places(tmp_path / "tout.csv")
    assert merged["absorbe"].notna().sum() == 2
    assert (tmp_path / "paires.csv").read_text(encoding="utf-8-sig").startswith("score;fusion;")
    same = run("merge", "region.csv", "region.csv", "--threshold", "0.9")
    assert "the same name" in same.stderr


def test_isochrones_writes_one_layer(server: Server, tmp_path: Path, run: Run) -> None:
    (tmp_path / "liste.csv").write_text(LIST)
    url = ["--url", f"{server.url}/navigation/isochrone", "--cache", "kept"]
    done = run("isochrones", "liste.csv", "--time", "10min", "--time", "20min", *url)
    assert (done.returncode, done.stdout) == (0, "isochrones.gpkg\n")
    assert "2 zones dessinées sur 6, données routières du 2026-09-15" in done.stderr
    assert run("isochrones", "liste.csv", "--time", "20", *url).returncode == 1


@pytest.mark.slow
def test_provenance_is_carried_into_what_is_made(
    server: Server, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = []

    def coverage_map(*frames: object, sources: list[str], **options: object) -> object:
        shown.append(sources)
        return epn.coverage_map(*frames, sources=sources, **options)

    monkeypatch.setattr("epn_geo.delivery.coverage_map", coverage_map)
    url = ["--url", f"{server.url}/FeatureServer/0", "--cache", "kept"]
    run("fetch", "epn", "-o", "epn.csv", *url)
    assert run("build", "epn.csv", "--departement", "61", "-o", "out").returncode == 0
    record = json.loads((tmp_path / "out" / "resume.json").read_text())
    assert record["provenance"]["date"] == "2025-11-21"
    line = "EPN labellisés : Région Normandie, données du 2025-11-21, 30 lignes."
    assert record["sources"][0].startswith(line)
    sheet = pd.read_excel(
        tmp_path / "out" / "tableaux.xlsx", sheet_name=None, header=None, engine="openpyxl"
    )
    assert line in sheet["Sources et définitions"].to_string()
    assert shown[0][0].startswith(line)


def test_fetch_communes_makes_a_folder_and_prints_it(
    server: Server, tmp_path: Path, run: Run
) -> None:
    mount_communes(server)
    url = ["--outlines-url", server.url, "--api-url", server.url, "--cache", "kept"]
    done = run("fetch", "communes", "--year", "2027", *url)
    assert (done.returncode, done.stdout) == (0, "communes-2027\n")
    assert "Communes 2027 : 4 communes, 2 EPCI, 2 exceptions" in done.stderr
    assert len(epn.read_communes(path=tmp_path / "communes-2027")) == 4
    failed = run("fetch", "communes", "--year", "2026", *url)
    assert failed.returncode == 1
    assert "status 404" in failed.stderr
    assert not (tmp_path / "communes-2026").exists()


@pytest.mark.slow
def test_communes_of_another_year_serve_build_and_check(
    server: Server, tmp_path: Path, run: Run
) -> None:
    mount_communes(server)
    url = ["--outlines-url", server.url, "--api-url", server.url, "--cache", "kept"]
    run("fetch", "communes", "--year", "2027", *url)
    place = "id,nom,commune,code_insee,latitude,longitude\na,EPN A,Commune 14001,14001,{},{}\n"
    town_hall = epn.read_communes(path=tmp_path / "communes-2027").iloc[0]
    at = town_hall["mairie_latitude"], town_hall["mairie_longitude"]
    (tmp_path / "liste.csv").write_text(place.format(*at))
    where = ["--departement", "14", "--communes", "communes-2027"]
    assert run("check", "liste.csv", *where, "--json").returncode == 0
    assert run("build", "liste.csv", *where, "-o", "out").returncode == 0
    record = json.loads((tmp_path / "out" / "resume.json").read_text())
    assert record["communes"] == 3
    assert record["parametres"]["communes"] == "communes-2027"
    assert "lus dans communes-2027" in record["sources"][0]
    assert record["lieux"]["accord"] == {"oui": 1}


def test_provenance_survives_geocoding_and_merging(
    server: Server, tmp_path: Path, run: Run
) -> None:
    kept = ["--cache", "kept", "--url"]
    run("fetch", "epn", "-o", "epn.csv", *kept, f"{server.url}/FeatureServer/0")
    run("geocode", "epn.csv", "-o", "placed.csv", *kept, f"{server.url}/geocodage/search/csv")
    placed = read_provenance(tmp_path / "placed.csv")
    assert placed is not None
    assert (placed.source, placed.lignes) == ("EPN labellisés, géocodés (IGN)", 30)
    (tmp_path / "liste.csv").write_text(LIST)
    run("merge", "placed.csv", "liste.csv", "--threshold", "0.9", "-o", "tout.csv")
    merged = read_provenance(tmp_path / "tout.csv")
    assert merged is not None
    assert merged.source == "EPN labellisés, géocodés (IGN) + liste.csv, réunis"
    assert (merged.date, merged.producteur) == ("2025-11-21", "Région Normandie")
