"""The workbook as people open it: words for headings, figures that come back, no repair."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import epn_geo as epn
from epn_geo.delivery import deliver
from epn_geo.embedded import DEMONSTRATION, embedded_path
from epn_geo.labels import number
from epn_geo.study import Study, build
from epn_geo.tablefiles import sum_up_skills, write_table_files
from epn_geo.words.headings import HEADERS
from epn_geo.writing import readable
from tests.test_writing import HOSTILE

SHEETS = [
    "Résumé", "Région", "Départements", "EPCI", "Communes", "Lieux", "Zones hors de portée",
    "Compétences", "Constats", "Sources et définitions",
]  # fmt: skip


@pytest.fixture(scope="module")
def study() -> Study:
    return build()


@pytest.fixture(scope="module")
def skills(study: Study) -> pd.DataFrame:
    return sum_up_skills(study.places, study.communes)


@pytest.fixture(scope="module")
def workbook(study: Study, skills: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(study, tmp_path_factory.mktemp("classeur") / "tableaux.xlsx", skills=skills)


def write(study: Study, path: Path, **options: object) -> Path:
    return epn.write_report(
        path, study.coverage, study.tables, places=study.places, gaps=study.gaps,
        findings=study.findings, sources=["INSEE"], date="2026-11-01", **options,
    )  # fmt: skip


def heads(book: openpyxl.Workbook, name: str) -> list[str]:
    return [str(cell.value) for cell in book[name][1]]


# -- what the sheets say


def test_the_sheets_are_those_of_a_study(workbook: Path) -> None:
    assert openpyxl.load_workbook(workbook, read_only=True).sheetnames == SHEETS


def test_the_day_is_said_in_words(workbook: Path) -> None:
    said = [
        cell.value for row in openpyxl.load_workbook(workbook)["Résumé"].iter_rows() for cell in row
    ]
    assert "Situation au 1er\u00a0novembre\u00a02026." in said


def test_no_heading_is_the_name_of_a_column(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    raw = set(HEADERS) | {f"{name}_10km" for name in HEADERS}
    for name in SHEETS:
        said = heads(book, name)
        assert not [word for word in said if word in raw or re.search(r"[a-z]_[a-z]", word)], name
        assert len(set(said)) == len(said), name


def test_places_leave_out_what_nobody_filled_in(study: Study, workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    said = heads(book, "Lieux")
    assert said[:3] == ["Nom", "Catégorie", "Commune"]
    assert "Pivot (SIRET)" not in said
    assert study.places["pivot"].isna().all()
    for column in book["Lieux"].iter_cols(min_row=2):
        assert any(cell.value not in (None, "") for cell in column), column[0].coordinate
    assert any("vides partout" in str(row[0].value) for row in book["Sources et définitions"])


def test_true_and_false_are_words(study: Study, workbook: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    at = heads(book, "Communes").index("Sous-desservie")
    got = [row[at].value for row in book["Communes"].iter_rows(min_row=2)]
    assert got == ["oui" if flag else "non" for flag in study.coverage["sous_desservie"]]
    english = openpyxl.load_workbook(write(study, tmp_path / "t.xlsx", lang="en"))
    at = heads(english, "Communes").index("Underserved")
    assert {row[at].value for row in english["Communes"].iter_rows(min_row=2)} == {"yes", "no"}


def test_names_stay_in_sight_and_tables_can_be_filtered(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    frozen = {name: book[name].freeze_panes for name in SHEETS}
    assert frozen["EPCI"] == "C2"
    assert frozen["Lieux"] == "B2"
    assert all(frozen.values())
    for name in SHEETS[1:-1]:
        assert book[name].auto_filter.ref == book[name].dimensions


def test_skills_are_a_row_per_territory(study: Study, skills: pd.DataFrame, workbook: Path) -> None:
    page = openpyxl.load_workbook(workbook)["Compétences"]
    rows = list(page.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 1 + 5 + len(study.tables["epci"])
    assert rows[0][:4] == ("Région", "28", "Normandie", 3_345_842)
    orne = next(row for row in rows if row[2] == "Orne")
    at = [cell.value for cell in page[1]].index("Lieux : Aide aux démarches administratives")
    serving = study.places[epn.serves(study.places) & (study.places["code_departement"] == "61")]
    offered = serving["services"].str.contains("Aide aux démarches administratives")
    assert orne[at] == offered.sum() > 0
    by_departement = epn.skills_matrix(study.places, study.communes, by="departement")
    both = skills[skills["niveau"] == "departement"].merge(
        by_departement, left_on=["code", "valeur"], right_on=["code_departement", "valeur"]
    )
    assert len(both) == len(by_departement)
    for column in ("lieux", "population_couverte", "communes_hors_portee", "distance_moyenne_km"):
        assert both[f"{column}_x"].tolist() == pytest.approx(both[f"{column}_y"].tolist()), column


def test_a_list_that_tells_no_services_is_not_called_without(study: Study, tmp_path: Path) -> None:
    silent = study.places.assign(services=None)
    table = sum_up_skills(silent, study.communes)
    assert table.empty
    page = openpyxl.load_workbook(write(study, tmp_path / "t.xlsx", skills=table))["Compétences"]
    assert "Aucun lieu de la liste ne dit quels services" in page["A2"].value


def test_a_column_of_unknown_meaning_keeps_its_decimals(tmp_path: Path) -> None:
    frame = pd.DataFrame({"mon_indice": [0.25, 0.5], "annees": [1.0, 2.0]})
    epn.write_table(frame, tmp_path / "t.xlsx")
    page = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert [cell.number_format for cell in page[2]] == ["General", "#,##0"]


def test_it_holds_no_time_of_day(study: Study, workbook: Path, tmp_path: Path) -> None:
    again = write(study, tmp_path / "t.xlsx", skills=sum_up_skills(study.places, study.communes))
    assert hashlib.sha256(again.read_bytes()).digest() == (
        hashlib.sha256(workbook.read_bytes()).digest()
    )
    with zipfile.ZipFile(workbook) as archive:
        core = ET.fromstring(archive.read("docProps/core.xml"))  # noqa: S314 - our own file
        dates = [node.text for node in core.iter() if node.tag.endswith(("created", "modified"))]
        assert dates == ["2000-01-01T00:00:00Z"] * 2
        assert {info.date_time[0] for info in archive.infolist()} == {1980}


# -- LibreOffice


def spreadsheet_program() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and os.environ.get("CI"):
        pytest.fail("CI installs LibreOffice (libreoffice-calc): it is missing")
    if found is None:
        pytest.skip("needs LibreOffice (soffice)")
    return found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # openpyxl, of LibreOffice
def test_libreoffice_opens_it_and_gives_the_same_figures(
    study: Study, skills: pd.DataFrame, tmp_path: Path
) -> None:
    program = spreadsheet_program()
    study.places.loc[study.places.index[: len(HOSTILE)], "presentation_resume"] = HOSTILE
    written = write(study, tmp_path / "tableaux.xlsx", skills=skills, demonstration=True)
    done = subprocess.run(
        [program, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"),
         str(written)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    said = (done.stdout + done.stderr).lower()
    assert done.returncode == 0, said
    assert not re.search(r"error|repair|corrupt|could not", said), said
    before = openpyxl.load_workbook(written, read_only=True)
    after = openpyxl.load_workbook(tmp_path / "out" / "tableaux.xlsx", read_only=True)
    assert before.sheetnames == after.sheetnames
    compared = 0
    for name in before.sheetnames:
        ours = list(before[name].iter_rows(values_only=True))
        theirs = list(after[name].iter_rows(values_only=True))
        for one, other in zip(ours, theirs, strict=True):
            for value, back in zip(one, other[: len(one)], strict=True):
                if isinstance(value, float | int):
                    assert back == pytest.approx(value, rel=1e-12, abs=1e-12), name
                    compared += 1
                else:
                    # a workbook knows no empty text; and a carriage return is a line break
                    told = (value or "").replace("_x000D_", "")
                    assert (back or "").strip() == told.strip(), name
    assert compared > 30_000


# -- the same tables as files


def test_french_files_hold_whole_people_and_short_shares(study: Study, tmp_path: Path) -> None:
    write_table_files({"communes": study.coverage, "epci": study.tables["epci"]}, tmp_path)
    text = (tmp_path / "epci.csv").read_text(encoding="utf-8-sig")
    assert not re.search(r"\d,\d{5,}|\de-\d", text)
    back = pd.read_csv(tmp_path / "epci.csv", sep=";", decimal=",", dtype={"code_epci": str})
    assert back["population_couverte_10km"].dtype == "int64"
    expected = study.tables["epci"]["population_couverte_10km"]
    assert (back["population_couverte_10km"] - expected).abs().max() <= 0.5
    communes = pd.read_csv(tmp_path / "communes.csv", sep=";", decimal=",", dtype=str)
    assert set(communes["mairie_couverte_10km"]) == {"oui", "non"}


def test_files_for_programs_lose_nothing(study: Study, tmp_path: Path) -> None:
    names = write_table_files({"epci": study.tables["epci"], "lieux": study.places}, tmp_path)
    assert names == [
        "epci.csv", "lieux.csv", "donnees/epci.csv", "donnees/epci.parquet", "donnees/lieux.csv",
        "donnees/lieux.parquet",
    ]  # fmt: skip
    assert sorted(names) == sorted(
        str(file.relative_to(tmp_path).as_posix()) for file in tmp_path.rglob("*.*")
    )
    plain = pd.read_csv(tmp_path / "donnees/epci.csv", dtype={"code_epci": "str"})
    kept = pd.read_parquet(tmp_path / "donnees/epci.parquet")
    figures = [c for c, kind in kept.dtypes.items() if kind == "float64"]
    assert_frame_equal(kept[figures], study.tables["epci"][figures])
    assert_frame_equal(plain[figures], study.tables["epci"][figures], rtol=1e-14)
    places = pd.read_parquet(tmp_path / "donnees/lieux.parquet")
    assert places["id"].tolist() == study.places["id"].tolist()
    assert not (tmp_path / "donnees/epci.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_files_are_the_same_to_the_byte(study: Study, skills: pd.DataFrame, tmp_path: Path) -> None:
    tables = {"lieux": study.places, "competences": skills, "vide": skills.iloc[:0]}
    for run in ("1", "2"):
        write_table_files(tables, tmp_path / run)
    for file in (tmp_path / "1").rglob("*.*"):
        assert file.read_bytes() == (tmp_path / "2" / file.relative_to(tmp_path / "1")).read_bytes()


def test_columns_of_mixed_kinds_reach_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"mixte": pd.Series([1, "a", None], dtype=object), "liste": [["x"]] * 3})
    write_table_files({"t": frame}, tmp_path)
    back = pd.read_parquet(tmp_path / "donnees/t.parquet")
    assert back["mixte"].tolist()[:2] == ["1", "a"]
    assert back["mixte"].isna().tolist() == [False, False, True]


def test_readable_leaves_the_frame_and_what_it_does_not_know() -> None:
    frame = pd.DataFrame({
        "population": [1.5, None], "part_x": [0.123456, 1e-17], "distance_km": [1.23456, 2.0],
        "mon_indice": [0.123456789, 1.0], "drapeau": pd.Series([True, None], dtype=object),
        "latitude": [49.1234567, 48.0],
    })  # fmt: skip
    before = frame.copy(deep=True)
    got = readable(frame)
    assert_frame_equal(frame, before)
    assert got["population"].tolist()[0] == 2
    assert got["population"].isna().tolist() == [False, True]
    assert got["part_x"].tolist() == [0.1235, 0]
    assert got["distance_km"].tolist() == [1.235, 2]
    assert got["mon_indice"].tolist() == frame["mon_indice"].tolist()
    assert got["latitude"].tolist() == frame["latitude"].tolist()
    assert got["drapeau"].tolist()[0] == "oui"
    assert got["drapeau"].isna().tolist() == [False, True]


# -- the reach that was asked for


def summary_of(file: Path) -> list[str]:
    page = openpyxl.load_workbook(file)["Résumé"]
    return [str(row[0]) for row in page.iter_rows(min_row=2, values_only=True)]


def drawn_column(file: Path) -> str:
    """Give the heading of the column that the workbook's chart draws."""
    sheet = openpyxl.load_workbook(file)["Départements"]
    series = sheet._charts[0].series[0]  # noqa: SLF001 - openpyxl shows charts nowhere else
    letters = re.search(r"\$([A-Z]+)\$", series.val.numRef.f)
    assert letters is not None
    return next(str(c.value) for row in sheet for c in row if c.coordinate == f"{letters[1]}2")


def test_the_summary_tells_of_the_radius_that_is_judged_by(tmp_path: Path) -> None:
    asked = {"departements": "61", "radii_km": [5.0, 10.0, 15.0], "judged_km": 15.0}
    deliver(None, tmp_path, asked)
    study = build(departements="61", judged_km=15)
    region = study.tables["region"].iloc[0]
    told = summary_of(tmp_path / "tableaux.xlsx")
    far = epn.summary_lines(study.coverage, study.tables, radius_km=15)[0]
    assert far in told
    assert "à plus de 15 km" in far
    assert f"dont {number(region['population_hors_portee_15km'])} (" in far
    assert drawn_column(tmp_path / "tableaux.xlsx").endswith("(15 km)")


def test_the_summary_tells_of_the_time_that_is_judged_by(tmp_path: Path) -> None:
    communes = epn.read_communes(departements="61")
    places = epn.locate(epn.read_places(embedded_path(DEMONSTRATION)), communes)
    areas = pd.concat(
        epn.reach(places[epn.serves(places)], radius_km=minutes / 2).assign(minutes=minutes)
        for minutes in (10.0, 20.0)
    )
    coverage = epn.measure_coverage(communes, places, areas=areas)
    tables = {"departement": epn.summarise(coverage, places), "region": epn.summarise(
        coverage, places, by="region"
    )}  # fmt: skip
    file = epn.write_report(tmp_path / "t.xlsx", coverage, tables, minutes=10)
    far = tables["region"]["population_hors_portee_10min"].iloc[0]
    assert any(f"{number(far)} (" in line and "10 min" in line for line in summary_of(file))
    with pytest.raises(epn.DataError, match="30 min was not measured"):
        epn.summary_lines(coverage, tables, minutes=30)
