"""Whatever a file holds and however it is called: one sentence, an exit code, no traceback."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from epn_geo.cli import app
from epn_geo.errors import EpnGeoError
from epn_geo.places import read_places

SUFFIXES = (".csv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".geojson", ".gpkg", ".shp", ".zip")
SUFFIXES += (".parquet", ".py", "")
GOOD = b"nom,commune,latitude,longitude\nEPN,Flers,48.748,-0.569\n"


def workbook(*rows: list[object]) -> bytes:
    book, held = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(held)
    return held.getvalue()


def archive(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as files_in:
        for name, data in files.items():
            files_in.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return held.getvalue()


def geojson(*geometries: object) -> bytes:
    features = [{"type": "Feature", "properties": {"nom": "a"}, "geometry": g} for g in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


BOOK = workbook(["nom", "commune", "latitude"], ["EPN", "Flers", 48.7])
NASTY = (
    b"",
    b"\n\n\n",
    b"\x00" * 300,
    bytes(range(256)) * 20,
    GOOD,
    GOOD[:40],
    GOOD.splitlines()[0],
    GOOD.decode().encode("utf-16"),
    GOOD + b"x" * 200_000 + b",Flers,1,2\n",
    GOOD + b'"never closed,Flers,1,2\nA,B,1,2\n',
    b"nom,commune,latitude,longitude\nA,Flers,NaN,inf\nB,Flers,1e400,-1e400\nC,Flers,,\n",
    b"nom:commune\nA:B\n",
    b"nom,commune\n" + b"," * 5000 + b"\n",
    b"nom,nom,nom\na,b,c\n",
    b"<html></html>",
    b"{",
    b"[]",
    b"[1, 2]",
    b'{"a": {"b": 1}}',
    b"[" * 3000,
    b'{"type": "FeatureCollection"}',
    b'{"type": "FeatureCollection", "features": 3}',
    b'{"type": "Feature", "properties": null, "geometry": null}',
    geojson({"type": "Point", "coordinates": [None, 1]}),
    geojson({"type": "Point", "coordinates": ["NaN", "NaN"]}),
    geojson({"type": "Point", "coordinates": [1e308, -1e308]}),
    geojson({"type": "Polygon", "coordinates": [[[0, 0]]]}),
    geojson({"type": "GeometryCollection", "geometries": []}),
    geojson({"type": "Banana", "coordinates": [1, 2]}),
    geojson({"type": "Point", "coordinates": []}, None),
    BOOK,
    BOOK[: len(BOOK) // 2],
    BOOK[:-30] + b"\x00" * 30,
    workbook(),
    workbook(["=1/0", None], [None, "#REF!"]),
    archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_dot_xml=b"<a"),
    archive(xl__workbook_dot_xml=b"<a/>"),
    archive(xl__workbook_dot_bin=b"\x01\x02"),
    archive(a_dot_shp=b"\x00\x00\x27\x0a"),
    archive(),
    b"PK\x03\x04",
    b"PK\x05\x06" + b"\x00" * 18,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 20,
    b"SQLite format 3\x00",
    b"SQLite format 3\x00" + b"\x10" * 4000,
    b"PAR1",
    b"PAR1" + b"\x00" * 50 + b"PAR1",
    b"\x00\x00\x27\x0a" + b"\x00" * 96,
    b"\xff\xfe",
    b"\xff\xfea",
    b"%PDF-1.7",
)


def empty_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute("create table a (b text)")
    base.close()


def run(*arguments: str) -> tuple[int, str]:
    """Run a verb as the command line does; give its exit code and what it said on stderr."""
    done = CliRunner().invoke(app, list(arguments))
    error = done.exception
    if error is None or isinstance(error, SystemExit):
        return done.exit_code, done.stderr
    if isinstance(error, EpnGeoError):
        assert str(error).strip()
        assert "Traceback" not in str(error)
        return 1, str(error)
    raise error


def is_read(file: Path) -> bool:
    """Read a list; tell whether it was one. Any other error than ours goes through."""
    try:
        read_places(file)
    except EpnGeoError as error:
        if file.name not in str(error):
            raise AssertionError(f"does not say which file: {error}") from error
        return False
    return True


def verbs(file: Path, folder: Path) -> list[tuple[str, ...]]:
    """Give the verbs that read a list without a network."""
    good = folder / "bonne.csv"
    good.write_bytes(GOOD)
    return [
        ("check", str(file), "--departement", "61"),
        ("merge", str(file), str(good), "--threshold", "0.9", "-o", str(folder / "m.csv")),
        ("geocode", str(file), "--offline", "-o", str(folder / "g.csv"), "--cache", str(folder)),
        ("publish", str(file), "--departement", "61", "-o", str(folder / "p")),
        ("snapshot", str(file), "--store", str(folder / "s"), "--date", "2026-01-01", "--replace"),
    ]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_nasty_content_under_every_name(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"liste{suffix}"
    read = 0
    for content in NASTY:
        file.write_bytes(content)
        read += is_read(file)
    holds_some = (".csv", ".txt", ".xlsx", ".json", ".geojson", ".py", "")
    assert (read > 0) == (suffix in holds_some)
    assert read < len(NASTY)


@pytest.mark.parametrize("content", NASTY[::6], ids=range(len(NASTY[::6])))
def test_every_verb_on_nasty_contents(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "liste.csv"
    file.write_bytes(content)
    for command in verbs(file, tmp_path):
        assert run(*command)[0] in (0, 1), command


def test_folders_missing_files_and_bases_without_a_layer(tmp_path: Path) -> None:
    empty_sqlite(tmp_path / "a.gpkg")
    (tmp_path / "dossier.csv").mkdir()
    for name in ("a.gpkg", "dossier.csv", "rien.csv", "dossier.csv/rien.csv"):
        for command in verbs(tmp_path / name, tmp_path):
            code, said = run(*command)
            assert code == 1, command
            assert said


@given(
    st.binary(max_size=300),
    st.sampled_from(NASTY),
    st.integers(0, 400),
    st.sampled_from(SUFFIXES),
)
@example(b"", GOOD, 0, ".csv")
@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_bytes_that_are_damaged_anywhere(
    tmp_path: Path, noise: bytes, content: bytes, at: int, suffix: str
) -> None:
    file = tmp_path / f"liste{suffix}"
    file.write_bytes(content[:at] + noise + content[at + len(noise) :])
    is_read(file)


CELLS = st.sampled_from(
    [
        *("", " ", "NaN", "inf", "-inf", "1e999", "0", "=1+1", "TOTAL", "null", "\x00", "\u202e"),
        *("48.7", "-0.5", "48,7", "Flers", "61169", "2A004", "EPN", "antenne", "31/02/2026", "oui"),
        *("a|b;c", "x" * 3000, '"', "é", "Itinérant", "liste", "9" * 40),
    ]
)
HEADERS = ("id", "nom", "commune", "code_insee", "code_postal", "latitude", "longitude", "pivot")
HEADERS += ("typologie", "categorie", "parent_id", "date_maj", "services", "itinerance", "label")


@given(st.data())
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_cells_under_known_headers(tmp_path: Path, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=8, unique=True))
    rows = data.draw(
        st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=5)
    )
    lines = [names, *rows]
    text = "\n".join(",".join('"' + c.replace('"', '""') + '"' for c in line) for line in lines)
    file = tmp_path / "liste.csv"
    file.write_text(text, encoding="utf-8")
    for command in verbs(file, tmp_path):
        if command[0] != "snapshot":
            assert run(*command)[0] in (0, 1), command
