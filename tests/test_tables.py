"""Any file in: what a row is, what a cell is, and what is refused with which sentence."""

from __future__ import annotations

import base64
import csv
import json
import re
import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from epn_geo.errors import CrsError, DataError
from epn_geo.reading.delimited import read_delimited
from epn_geo.reading.tabling import EXTRA_CELLS, Table, as_text
from epn_geo.tables import read_table

KNOWN = frozenset({"nom", "commune", "latitude", "longitude", "services"})
HEADER = "nom,commune,latitude"


def read(path: Path, content: str | bytes | None = None, sheet: str | None = None) -> Table:
    """Write a small file and read it back."""
    if isinstance(content, str):
        content = content.encode()
    if content is not None:
        path.write_bytes(content)
    return read_table(path, sheet=sheet, is_known=KNOWN.__contains__)


def rows(table: Table) -> list[list[str]]:
    return [list(row) for row in table.cells.itertuples(index=False)]


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return tmp_path / "lieux.csv"


# -- text tables


@pytest.mark.parametrize(
    ("codec", "mark", "note"),
    [
        ("utf-8", b"", []),
        ("utf-8-sig", b"", ["encodage UTF-8 avec marque d’ordre"]),
        ("cp1252", b"", ["encodage windows-1252"]),
        ("utf-16", b"", ["encodage UTF-16"]),
        ("utf-16-le", b"", ["encodage UTF-16"]),
        ("utf-16-be", b"\xfe\xff", ["encodage UTF-16"]),
        ("utf-32", b"", ["encodage UTF-32"]),
    ],
)
def test_the_encoding_is_recognised_and_said(
    csv_file: Path, codec: str, mark: bytes, note: list[str]
) -> None:
    text = f"{HEADER}\nL’école d’Œuilly,Sées,48.6\nÀ côté,Flers,48.7\n"
    table = read(csv_file, mark + text.encode(codec))
    assert rows(table)[0] == ["L’école d’Œuilly", "Sées", "48.6"]
    assert table.file_notes == note


def test_a_file_in_two_encodings_is_read_line_by_line(csv_file: Path) -> None:
    content = f"{HEADER}\nÉcole,Sées,1\n".encode() + "Médiathèque,Sées,2\n".encode("cp1252")
    table = read(csv_file, content)
    assert table.cells["nom"].tolist() == ["École", "Médiathèque"]
    assert table.file_notes == ["encodage mêlé, UTF-8 et windows-1252"]


@pytest.mark.parametrize(
    ("delimiter", "note"),
    [
        (",", []),
        (";", ["séparateur point-virgule"]),
        ("\t", ["séparateur tabulation"]),
        ("|", ["séparateur barre verticale"]),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_recognised_whatever_else_the_cells_hold(
    csv_file: Path, delimiter: str, note: list[str], end: str
) -> None:
    records = [
        ["nom", "services", "latitude"],
        ["EPN, rue du Bac; bât. B", "a|b;c", "48,6"],
        ["EPN", "a|b", "48,7"],
    ]
    with csv_file.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(records)
    table = read(csv_file)
    assert rows(table) == records[1:]
    assert table.file_notes == note


def test_one_column_is_a_table_too(csv_file: Path) -> None:
    table = read(csv_file, "commune\nFlers\nSées\n")
    assert rows(table) == [["Flers"], ["Sées"]]


def test_excels_sep_line_is_no_row(csv_file: Path) -> None:
    table = read(csv_file, "sep=;\nnom;commune\nEPN;Flers\n")
    assert rows(table) == [["EPN", "Flers"]]
    assert table.lines.tolist() == [2]


def test_titles_above_the_header_are_passed_over(csv_file: Path) -> None:
    table = read(csv_file, "Liste des EPN,,\n,,\nnom,commune,latitude\nEPN,Flers,48.7\n")
    assert rows(table) == [["EPN", "Flers", "48.7"]]
    assert table.lines.tolist() == [4]
    assert table.file_notes == ["en-tête trouvé à la ligne 3"]


def test_a_first_row_with_names_of_columns_is_the_header_whatever_the_cells_hold(
    csv_file: Path,
) -> None:
    assert rows(read(csv_file, "\n" * 30 + "nom,quoi\ncommune,latitude\n")) == [
        ["commune", "latitude"]
    ]


def test_blank_rows_inside_are_rows_and_those_at_the_end_are_not(csv_file: Path) -> None:
    table = read(csv_file, f"{HEADER}\nA,Flers,1\n\n,,\nB,Sées,2\n,,\n\n  ,,\n")
    assert rows(table) == [["A", "Flers", "1"], ["", "", ""], ["", "", ""], ["B", "Sées", "2"]]
    assert table.lines.tolist() == [2, 3, 4, 5]


def test_a_line_break_in_a_cell_does_not_shift_row_numbers(csv_file: Path) -> None:
    table = read(csv_file, f'{HEADER}\n"A\nB",Flers,1\nC,Sées,2\n')
    assert table.cells["nom"].tolist() == ["A\nB", "C"]
    assert table.lines.tolist() == [2, 3]


def test_too_many_cells_are_kept_and_said(csv_file: Path) -> None:
    table = read(csv_file, f"{HEADER}\nA,Flers,1,rue,du Bac\nB,Sées,2\nC,Caen,3,,\n")
    assert table.cells[EXTRA_CELLS].tolist() == ["rue | du Bac", "", ""]
    assert table.row_notes == {
        0: [f"ligne : 5 cellules au lieu de 3, le surplus est dans {EXTRA_CELLS}"]
    }


def test_too_few_cells_are_said(csv_file: Path) -> None:
    table = read(csv_file, f"{HEADER}\nA\nB,Sées,2\n")
    assert rows(table) == [["A", "", ""], ["B", "Sées", "2"]]
    assert table.row_notes == {0: ["ligne : 1 cellule au lieu de 3"]}


def test_repeated_and_missing_names_of_columns_become_unique(csv_file: Path) -> None:
    table = read(csv_file, "nom,nom,,commune\nA,B,C,Flers\n")
    assert table.cells.columns.tolist() == ["nom", "nom (2)", "colonne_3", "commune"]
    assert table.headers == ["nom", "nom", "", "commune"]
    assert rows(table) == [["A", "B", "C", "Flers"]]


def test_a_header_without_rows_is_an_empty_table(csv_file: Path) -> None:
    table = read(csv_file, f"{HEADER}\n")
    assert len(table.cells) == len(table.lines) == 0
    assert table.cells.columns.tolist() == HEADER.split(",")


def test_strange_characters_survive(csv_file: Path) -> None:
    long = "é" * 150_000  # beyond the limit of Python's own reader
    table = read(csv_file, f"{HEADER}\n=1+1,a\u2028b,1\nA\x00B,{long},2\n")
    assert rows(table) == [["=1+1", "a\u2028b", "1"], ["AB", long, "2"]]
    assert table.row_notes == {1: ["nom : caractère de contrôle retiré"]}
    assert csv.field_size_limit() == 131072


def test_the_text_formula_that_keeps_zeros_is_read_as_text(csv_file: Path) -> None:
    table = read(csv_file, f'{HEADER}\nA,="01000",1\n')
    assert table.cells["commune"].tolist() == ["01000"]
    assert table.row_notes == {0: ["commune : formule de texte lue « 01000 »"]}


def test_a_quote_in_the_middle_of_a_cell_is_a_quote(csv_file: Path) -> None:
    table = read(csv_file, f'{HEADER}\nEPN "Le Phare",Flers,1\n"Le" Phare,Sées,2\n')
    assert table.cells["nom"].tolist() == ['EPN "Le Phare"', "Le Phare"]


@pytest.mark.parametrize("rest", ["B,Sées,2\nC,Caen,3\n", 'B,Sées,2\n"C",Caen,3\n'])
def test_a_quote_never_closed_is_an_error_with_its_line(csv_file: Path, rest: str) -> None:
    with pytest.raises(DataError, match=r"lieux\.csv, line 3: a quote"):
        read(csv_file, f'{HEADER}\nA,Flers,1\n"Le Phare,Flers,1\n{rest}')


@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(codec="utf-8", exclude_categories=("Cc",), include_characters="\n")
            ),
            min_size=3,
            max_size=3,
        ),
        max_size=8,
    ),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_whatever_is_written_is_read(body: list[list[str]], delimiter: str, codec: str) -> None:
    lines = [["nom", "commune", "latitude"], *body]
    text = "".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) + "\r\n"
        for line in lines
    )
    read_back = read_delimited(text.encode(codec), "a.csv", KNOWN.__contains__)
    assert read_back.records == lines


# -- workbooks


def save(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def test_typed_cells_become_what_one_would_have_typed(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.xlsx",
        {
            "Lieux": [
                ["nom", "commune", "latitude", "date", "oui", "quand"],
                ["EPN", 14000, 48.5, date(2024, 1, 31), True, datetime(2024, 1, 31, 9, 30)],  # noqa: DTZ001
                [None, None, None, None, None, None],
                ["B", 14000.0, 48.0, None, False, None],
            ]
        },
    )
    table = read(path)
    assert rows(table) == [
        ["EPN", "14000", "48.5", "2024-01-31", "Oui", "2024-01-31T09:30:00"],
        [""] * 6,
        ["B", "14000", "48", "", "Non", ""],
    ]
    assert table.lines.tolist() == [2, 3, 4]


def test_a_formula_without_a_stored_result_is_kept_as_written(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", {"S": [["nom", "commune"], ["=A1&B1", "Flers"]]})
    assert rows(read(path)) == [["=A1&B1", "Flers"]]


def test_a_formula_gives_its_stored_result(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", {"S": [["nom", "commune"], ["=1+1", "Flers"]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"<v" in parts[sheet]
    parts[sheet] = parts[sheet].replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert rows(read(path)) == [["2", "Flers"]]


def test_the_sheet_that_holds_the_list_is_found_and_said(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.xlsx",
        {
            "Lisez-moi": [["Liste tenue par la Région"], ["à jour"]],
            "EPN": [["Titre"], [], ["nom", "commune", "latitude"], ["A", "Flers", 1]],
        },
    )
    table = read(path)
    assert rows(table) == [["A", "Flers", "1"]]
    assert table.lines.tolist() == [4]
    assert table.file_notes == ["feuille EPN (et non Lisez-moi)", "en-tête trouvé à la ligne 3"]


def test_two_sheets_that_could_be_the_list_are_not_guessed_between(tmp_path: Path) -> None:
    lines = [["nom", "commune"], ["A", "Flers"]]
    path = save(tmp_path / "a.xlsx", {"Orne": lines, "Eure": lines})
    with pytest.raises(DataError, match=r"'Orne', 'Eure'.*sheet='Orne'"):
        read(path)
    assert len(read(path, sheet="Eure").cells) == 1
    with pytest.raises(DataError, match="Did you mean 'Eure'"):
        read(path, sheet="eurre")


# A sheet of two lines, saved by LibreOffice in the format of Excel 97.
XLS = (
    "eNrtV11MHFUUPnf2h9mFwkDBn1ZxxHZLy2Ja+yCmUralaJtI2VBMG9OkDstAkf0hsERN/NlS+2BiE00ffCExjbwYjT"
    "8x0QdNhDcfNBqTxuoT9Y3ow7bRmCaF8btn7rDrFuIuNo0/nMmZe++ZOfece8/PPffbb+oXLn605QqVwD7y0bITomAR"
    "TQB1b2AQaYq27DiOR3Y24F8FS6qVNvTDfgGgtHmVsmtItRvw34R+yuDJkkk9lEY7Qc9TJXAHPKZ4vnJ4lsv8r1zYkL"
    "9++TJ/yzzuA5bGv8z1Mv7DwGpgDXATsBZY5x4BVA9sAG4GNgKb2CeI7gTeBbwbuAW4FXgP8F4l/z7VSmxB/wE13r6R"
    "b24rhHRYMRigzzZ9JU3Otr8Cj/jQP89+8RPwJI1L3+i2kgnzdsFB1sESUoc5OGkneoJmQK2lD5j6Ob872fsAMTI7lE"
    "ef0GKs+3l+t/C7liT/p8zzI1P2wC+/lNHz8usqCALiAPLfKFmULP1Kt+5rs7+GZmV8PW6n7QkrucBxM0u/OWZRjM6Z"
    "ki7Zmf5reXStQjr97+iz2LvV9rnN/T9fSt+5Bj26Bn3XGvTQTfQLGmIqR45sjZyP2/pckNuGnJ/bzbkqbhtzAedp9t"
    "1zmGnG7/q59RrCUuCZFzqQaOC8oJ/pKZmc8/0sJpiXSVhGr1esF+Neqs7L8PkCqV6nMwLJXp8TMbxj1HzVcNO9jrSv"
    "I53rvyPj36D9nCKC7pGRzqTgyIlMKjWVtqtlb8g+NZ6ZzFpJHB5JKzuanRqy8WNP/Ch0OLZoTzo4TnTa53ePk4TeBC"
    "yYo0m1mjxz3Nxk/Ck31WAhQ1igjOZ6XpSB6W68c/W73sF41ymm5wq3FNquuZt1Bl/m/buYo43f0/xvI22j+4ki3ZGW"
    "gdGUPWketZ81+zMpKx3tt0emktZES2TPQ5EDTfCEyF/+F7dGbDMSP8sCXuF3BMrsZVjs2lHUb0X/bPvl6fbL+a6dRf"
    "2LSFghLFHwM01RERUej9cKehJz6/Qi7yE2JVDHrRxLrlyoMNbw9FUXxj48Y1WFMbZHvKq+k1brNqSchnTN8PpuKhN1"
    "TBMltCUuEtyygNRIYCRWRhobzRv5MPKpkWA+/8pI8sky5CVNjiTftTloDd0E83WGv397vPdw7BeKyznzh10nyOvKq+"
    "VUmD2/250338r0UN5YpRTSKMx8kkfK3K810CdB9zwhehR2IC5aXG09AYARhMSIXjyR8MqvcCW1m0C14wu7NZyhuxs/"
    "5356TNZMvaOJicxkZjhr9jyXsJPmIw+3D1iDdjJpczgcHB0e7vg7taPwrL1OWHaIjbTKvLRw7q1r1/tOG+++oVPbjo"
    "9/kAZ5QcWx/N6h6suY2rQnVJ15QtWaQ6reHFcuubhE1Kz6uxWfB+X0K9FfUrRLX1+aeXCrceFN6B+9/v4heZKX0E6q"
    "OtdLqUaRrmvR/0lwK+9/vM4SH16NR4ZSLuT2j0P6BI3RIOsxVrH+DZzg3GTlVHCvOl7l+Wk35KbgY33Q4Zl1yfcV3c"
    "HK4ZE+fGQlTvpQE9rrtl8Y8iu9/5nqrsaVKR2jKaw/hdpU2v4IvGCYbSIpWdSsGVDWhlYlP1DB/uO8pfdW5B+ChATr"
    "YLMHVqZPxzrWvw2Y3bj/M/wBZXgv+w=="
)

ODS = """<office:document-content
  xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
  <table:table table:name="EPN">
  <table:table-row><table:table-cell office:value-type="string"><text:p>nom</text:p>
  </table:table-cell><table:table-cell office:value-type="string"><text:p>commune</text:p>
  </table:table-cell><table:table-cell office:value-type="string"><text:p>latitude</text:p>
  </table:table-cell></table:table-row>
  <table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
  <table:table-row><table:table-cell office:value-type="string"><text:p>A</text:p>
  </table:table-cell><table:table-cell office:value-type="string"><text:p>Sées</text:p>
  </table:table-cell><table:table-cell office:value-type="float" office:value="48"/>
  </table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def write_ods(path: Path, content: str = ODS) -> Path:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", re.sub(r">\s+<", "><", content))
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def test_a_libreoffice_sheet_is_read(tmp_path: Path) -> None:
    table = read(write_ods(tmp_path / "a.ods"))
    assert rows(table)[-1] == ["A", "Sées", "48"]
    assert table.lines.tolist() == [2, 3, 4]


def test_a_damaged_libreoffice_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="damaged"):
        read(write_ods(tmp_path / "a.ods", ODS[:400]))


def test_an_excel_sheet_of_before_2007_is_read(tmp_path: Path) -> None:
    table = read(tmp_path / "a.xls", zlib.decompress(base64.b64decode(XLS)))
    assert rows(table) == [["EPN", "Sées", "61500", "48.605"]]
    assert table.headers == ["nom", "commune", "code_postal", "latitude"]


def test_a_cell_merged_down_a_column_counts_for_each_of_its_lines(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in (["Titre", None], ["nom", "commune"], ["A", "Flers"], ["B"], [], ["C", "Sées"]):
        book.active.append(line)
    book.active.merge_cells("A1:B1")
    book.active.merge_cells("B3:B5")  # the last of its lines holds nothing else: it stays blank
    book.save(tmp_path / "a.xlsx")
    table = read(tmp_path / "a.xlsx")
    assert rows(table) == [["A", "Flers"], ["B", "Flers"], ["", ""], ["C", "Sées"]]
    assert "cellules fusionnées : valeur reprise à la ligne 4" in table.file_notes


# -- JSON and geographic files


def test_json_numbers_stay_as_written(tmp_path: Path) -> None:
    text = '[{"nom": "A", "latitude": 48.10, "cp": 14000.0}, {"nom": null, "l": ["a", "b"]}]'
    table = read(tmp_path / "a.json", text)
    assert table.cells.columns.tolist() == ["nom", "latitude", "cp", "l"]
    assert rows(table) == [["A", "48.10", "14000.0", ""], ["", "", "", "a|b"]]
    assert table.lines.tolist() == [1, 2]


def test_json_under_one_key_is_found(tmp_path: Path) -> None:
    text = json.dumps({"total": 1, "lieux": [{"nom": "A"}]})
    assert rows(read(tmp_path / "a.json", text)) == [["A"]]


def test_geojson_keeps_features_without_geometry(tmp_path: Path) -> None:
    content = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": 7, "properties": {"nom": "A"}, "geometry": None},
            {
                "type": "Feature",
                "properties": {"nom": "B"},
                "geometry": {"type": "Point", "coordinates": [-0.37, 49.18, 12]},
            },
        ],
    }
    table = read(tmp_path / "a.geojson", json.dumps(content))
    assert rows(table) == [["7", "A"], ["", "B"]]
    assert table.geometry is not None
    assert table.geometry.isna().tolist() == [True, False]
    assert table.geometry.crs.to_epsg() == 4326


def test_geojson_in_another_crs_says_so(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Point", "coordinates": [454000, 6900000]},
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    content = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    table = read(tmp_path / "a.geojson", json.dumps(content))
    assert table.geometry is not None
    assert table.geometry.crs.to_epsg() == 2154
    content["crs"] = {"properties": {"name": "EPSG:99999"}}
    with pytest.raises(CrsError, match="EPSG:99999"):
        read(tmp_path / "a.geojson", json.dumps(content))


@pytest.fixture
def points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"nom": ["A", None, "C"], "nombre": [14000.0, np.nan, 3.5]},
        geometry=[shapely.Point(454000, 6900000), None, shapely.Point(455000, 6901000)],
        crs=2154,
    )


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.parquet"])
def test_geographic_files_keep_rows_cells_and_crs(
    tmp_path: Path, points: gpd.GeoDataFrame, name: str
) -> None:
    path = tmp_path / name
    points.to_parquet(path) if name.endswith("parquet") else points.to_file(path)
    table = read(path)
    assert rows(table) == [["A", "14000"], ["", ""], ["C", "3.5"]]
    assert table.geometry is not None
    assert table.geometry.isna().tolist() == [False, True, False]
    assert table.geometry.crs.to_epsg() == 2154


def test_a_zipped_shapefile_is_read_also_in_a_folder(
    tmp_path: Path, points: gpd.GeoDataFrame
) -> None:
    points.to_file(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "é à.zip", "w") as archive:
        for part in tmp_path.glob("a.*"):
            archive.write(part, f"dossier/{part.name}")
    assert len(read(tmp_path / "é à.zip").cells) == 3


def test_a_plain_parquet_is_a_table(tmp_path: Path) -> None:
    pd.DataFrame({"nom": ["A"], "code": [1000]}).to_parquet(tmp_path / "a.parquet")
    assert rows(read(tmp_path / "a.parquet")) == [["A", "1000"]]


def test_the_layer_of_points_is_found_among_others(
    tmp_path: Path, points: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.gpkg"
    areas = points.dropna(subset="geometry").assign(geometry=lambda f: f.buffer(1))
    areas.to_file(path, layer="zones")
    points.to_file(path, layer="lieux")
    assert len(read(path).cells) == 3
    assert len(read(path, sheet="zones").cells) == 2
    points.to_file(path, layer="autres")
    with pytest.raises(DataError, match="2 layers could be the list"):
        read(path)


# -- what is refused


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "a.csv is empty"),
        ("a.csv", b"\n\n ;;\n", "a.csv is empty"),
        ("a.csv", b"\xef\xbb\xbf", "a.csv is empty"),
        ("a.csv", bytes(range(256)) * 4, "not a text file"),
        ("a.csv", b"\x89PNG\r\n\x1a\n0000", "is a picture"),
        ("a.csv", b"%PDF-1.7", "is a PDF"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "damaged and cannot be read as a workbook"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "a password"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "rename it to a.xls"),
        ("a.ods", b"PK\x03\x04 cut", "cut or damaged"),
        ("a.csv", b"<!DOCTYPE html><html>", "web page"),
        ("a.xlsx", b"\n <html><table>", "web page"),
        ("a.xlsx", b"nom;commune\n", "a text table, not what '.xlsx' announces"),
        ("a.csv", b'[{"nom": "A"}]', "is JSON, not what '.csv' announces"),
        ("a.csv", b"PAR1", "is Parquet"),
        ("a.xlsx", b"PK\x03\x04cut", "cut or damaged"),
        ("a.gpkg", b"SQLite format 3\0" + b"\0" * 100, "cannot be read"),
        ("a.parquet", b"PAR1\0\0\0PAR1", "damaged"),
        ("a.json", b'[{"nom": "A"},\n', "line 2: this is not complete JSON"),
        ("a.json", b'["A"]', "item 1: an object is expected"),
        ("a.csv", "nom,é\n".encode("utf-16")[:-1], "cut or damaged"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_one_sentence(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(DataError) as raised:
        read(tmp_path / name, content)
    message = str(raised.value)
    assert name in message
    assert sentence in message
    assert "\n" not in message


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", {"S": [["nom", "commune"], ["A", "Flers"]]})
    whole = path.read_bytes()
    for size in (len(whole) // 4, len(whole) // 2, len(whole) - 30):
        with pytest.raises(DataError, match=r"a\.xlsx is (cut|damaged)"):
            read(path, whole[:size])


def test_a_workbook_with_a_broken_sheet_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", {"S": [["nom", "commune"], ["A", "Flers"]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:200]
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.raises(DataError, match="is damaged"):
        read(path)


def test_a_workbook_named_csv_is_refused_with_its_right_name(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", {"S": [["nom"]]}).rename(tmp_path / "a.csv")
    with pytest.raises(DataError, match=r"rename it to a\.xlsx"):
        read(path)


def test_missing_files_folders_and_addresses_are_refused(tmp_path: Path) -> None:
    (tmp_path / "lieux.csv").write_text("nom")
    with pytest.raises(DataError, match=r"Did you mean 'lieux\.csv'"):
        read(tmp_path / "lieu.csv")
    with pytest.raises(DataError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(DataError, match="web address"):
        read_table("https://example.org/lieux.csv")


def test_a_zip_without_a_shapefile_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("lieux.csv", "nom")
    with pytest.raises(DataError, match="found: none"):
        read(tmp_path / "a.zip")


def test_as_text_of_what_is_missing_is_empty() -> None:
    assert [as_text(v) for v in (None, np.nan, pd.NA, pd.NaT, "")] == [""] * 5
    assert as_text({"a": [1]}) == '{"a": [1]}'
    assert as_text(26140012300019.0) == "26140012300019"
