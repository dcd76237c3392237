"""Files out: whole or not at all, and nothing in them runs."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

import epn_geo as epn
from epn_geo.errors import DataError
from epn_geo.writing import (
    Sheet,
    atomic_path,
    write_json,
    write_layer,
    write_table,
    write_workbook,
)

HOSTILE = ["=1+1", "+33 2 31", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write_half() -> None:
        with atomic_path(path) as temporary:
            temporary.write_text("new")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        write_half()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_french_csv_opens_in_a_french_spreadsheet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"nom": ["Médiathèque ; fab", None], "part": [0.25, 1.5], "n": [1, 2]})
    raw = epn.write_table(frame, tmp_path / "t.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = raw.decode("utf-8-sig").split("\r\n")
    assert lines == ["nom;part;n", '"Médiathèque ; fab";0,25;1', ";1,5;2", ""]


def test_open_csv_is_plain(tmp_path: Path) -> None:
    frame = pd.DataFrame({"nom": ["a,b"], "part": [0.25]})
    raw = epn.write_table(frame, tmp_path / "t.csv", french=False).read_bytes()
    assert raw == b'nom,part\n"a,b",0.25\n'


def test_formulas_do_not_run(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=nom": HOSTILE})
    text = epn.write_table(frame, tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    back = pd.read_csv(tmp_path / "t.csv", sep=";", encoding="utf-8-sig", dtype=str)
    assert all(cell.startswith("'") for cell in [*back.columns, *back.iloc[:, 0]]), text
    epn.write_table(frame, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert [row[0].value for row in sheet.iter_rows(min_row=2)][:3] == HOSTILE[:3]


def test_a_workbook_shows_units_and_a_notice(tmp_path: Path) -> None:
    frame = pd.DataFrame({"part_couverte": [0.5], "population": [3345842], "distance_km": [1.23]})
    sheet = Sheet("Communes", frame, {"population": "Habitants"}, notice="DÉMONSTRATION")
    write_workbook([sheet], tmp_path / "t.xlsx")
    page = openpyxl.load_workbook(tmp_path / "t.xlsx")["Communes"]
    assert page["A1"].value == "DÉMONSTRATION"
    assert [c.value for c in page[2]] == ["part_couverte", "Habitants", "distance_km"]
    assert [c.number_format for c in page[3]] == ["0.0%", "#,##0", "#,##0.0"]
    assert page.freeze_panes == "A3"
    assert page.auto_filter.ref == "A2:C3"


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet"])
def test_layers_come_back_as_they_were(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame(
        {"nom": ["é=1", None], "n": [1, 2]},
        geometry=[shapely.Point(-0.37, 49.18), None],
        crs=4326,
    )
    path = epn.write_layer(frame, tmp_path / f"t{suffix}")
    back = gpd.read_parquet(path) if suffix == ".parquet" else gpd.read_file(path)
    assert back["nom"].tolist()[0] == "é=1"
    assert back["n"].tolist() == [1, 2]
    assert back.geometry[0].equals_exact(frame.geometry[0], 1e-7)
    assert back.geometry[1] is None


def test_a_geopackage_holds_several_layers_and_other_formats_one(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(0, 49)], crs=4326)
    path = epn.write_layers({"lieux": frame, "zones": frame}, tmp_path / "t.gpkg")
    assert gpd.list_layers(path)["name"].tolist() == ["lieux", "zones"]
    with pytest.raises(epn.DataError, match=r"use a \.gpkg"):
        epn.write_layers({"a": frame, "b": frame}, tmp_path / "t.geojson")


def test_an_unknown_suffix_is_explained(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(0, 49)], crs=4326)
    with pytest.raises(epn.DataError, match=r"Did you mean '\.gpkg'"):
        epn.write_layer(frame, tmp_path / "t.gpk")
    with pytest.raises(epn.DataError, match="must be one of"):
        epn.write_table(frame, tmp_path / "t.docx")


def test_json_is_plain_and_refuses_what_it_cannot_say(tmp_path: Path) -> None:
    write_json({"é": [1, None]}, tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text(
        encoding="utf-8"
    ) == '{\n  "é": [\n    1,\n    null\n  ]\n}\n'
    with pytest.raises(ValueError, match="Out of range"):
        write_json({"x": float("nan")}, tmp_path / "b.json")
    assert not (tmp_path / "b.json").exists()


def test_any_frame_makes_a_workbook(tmp_path: Path) -> None:
    frame = pd.DataFrame({
        "jour": pd.to_datetime(["2020-01-31"], utc=True), "liste": [["a"]], "oui": [True],
    })  # fmt: skip
    epn.write_table(frame, tmp_path / "communes [2026].xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "communes [2026].xlsx").active
    assert [cell.value for cell in sheet[2]][1:] == ["['a']", "oui"]
    assert sheet["A2"].value.isoformat() == "2020-01-31T00:00:00"
    assert sheet["A2"].number_format == "yyyy-mm-dd"


def refuse(code: int) -> Callable[..., Path]:
    def replace(self: Path, target: Path) -> Path:
        raise OSError(code, os.strerror(code), str(self))

    return replace


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EACCES, "close it if it is open in another program"),
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "choose another place with -o"),
    ],
)
def test_what_the_system_refuses_to_write_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    monkeypatch.setattr(Path, "replace", refuse(code))
    with pytest.raises(DataError, match=rf"t\.csv.*{words}"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "t.csv")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []  # and nothing half written stays


def test_a_file_in_the_way_of_a_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs=4326)
    with pytest.raises(DataError, match="is a file, and no folder"):
        write_layer(frame, tmp_path / "a" / "b" / "t.geojson")
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(DataError, match="is a folder: give the name of a file in it"):
        write_table(frame, tmp_path / "t.csv")


def test_figures_for_people_have_the_decimals_that_they_need(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "minutes": [20.0, 20.0],
            "communes_dependantes": [22.0, float("nan")],
            "rayon_km": [7.5, 10.0],
            "gini": [0.18977580951041045, 0.5],
            "part_couverte": [1.0, 2 / 3],
            "distance_km": [1.23456, 2.0],
            "score": [19797.831772986196, 1.0],
            "colonne": [0.123456789, 1.0],
        }
    )
    french = write_table(frame, tmp_path / "t.csv").read_text(encoding="utf-8-sig").splitlines()
    assert french[1:] == [
        "20;22;7,5;0,189776;1,0;1,235;19797,831773;0,123456789",
        "20;;10,0;0,5;0,6667;2,0;1,0;1,0",
    ]
    plain = write_table(frame, tmp_path / "d.csv", french=False).read_text(encoding="utf-8")
    assert plain.splitlines()[1].startswith(
        "20.0,22.0,7.5,0.18977580951041045,1.0,1.23456,19797.83177"
    )
