"""The command line as people and scripts call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import typer

import epn_geo as epn
from epn_geo.cli import app
from epn_geo.embedded import embedded_path
from epn_geo.study import DEMONSTRATION
from epn_geo.verbs.options import parse_radii

DEMO = embedded_path(DEMONSTRATION)
FILES = [
    "carte.html", "carte.png", "carte.pdf", "tableaux.xlsx", "couches.gpkg", "communes.csv",
    "epci.csv", "departements.csv", "lieux.csv", "zones.csv", "competences.csv", "constats.csv",
    *(
        f"donnees/{name}.{kind}"
        for name in ("communes", "epci", "departements", "lieux", "zones", "competences",
                     "constats")
        for kind in ("csv", "parquet")
    ),
    "resume.json",
]  # fmt: skip


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "epn_geo", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"NO_COLOR": "1", "COLUMNS": "100"},
    )


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("build")
    return folder / "maps", run("build", "--departement", "Eure", cwd=folder)


def test_build_writes_every_file_and_says_where(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, done = built
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(Path("maps") / name) for name in FILES]
    there = [file for file in folder.rglob("*") if file.is_file()]
    assert sorted(file.relative_to(folder).as_posix() for file in there) == sorted(FILES)
    assert "réseau fictif" in done.stderr
    assert "Lignes lues : 153." in done.stderr


def test_the_record_says_what_was_read_and_holds_no_time(
    built: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    record = json.loads((built[0] / "resume.json").read_text(encoding="utf-8"))
    assert record["epn-geo"] == epn.__version__
    assert len(record["entree"]["sha256"]) == 64
    assert record["parametres"]["departements"] == ["Eure"]
    assert record["lieux"]["lignes"] == sum(record["lieux"]["accord"].values()) == 153
    assert record["lieux"]["par_categorie"]["EPN"] == {"liste": 123, "territoire": 6}


def test_a_second_run_gives_the_same_bytes(
    built: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    run("build", "--departement", "Eure", "-o", "maps", cwd=tmp_path)
    for name in FILES:
        assert (tmp_path / "maps" / name).read_bytes() == (built[0] / name).read_bytes(), name


def test_json_goes_to_stdout_and_the_story_to_stderr(tmp_path: Path) -> None:
    done = run("build", "--epci", "200066462", "--radius", "7.5km", "--json", cwd=tmp_path)
    record = json.loads(done.stdout)
    assert record["parametres"]["radii_km"] == [7.5]
    assert set(FILES) <= set(record["fichiers"])


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["build", "nowhere.csv"], 1, "There is no file nowhere.csv"),
        (["build", "--radius", "10"], 1, "Did you mean '10km'?"),
        (["build", "--radius", "20min"], 1, "not a distance"),
        (["build", "--region", "Normandy"], 1, "Normandie"),
        (["build", "--lang", "de"], 1, "fr, en"),
        (["build", "--judged", "12km"], 1, "12 km was not measured"),
        (["build", "--column", "nom"], 1, "FIELD=COLUMN"),
        (["build", "--colour", "red"], 2, "No such option"),
        (["check"], 2, "Missing argument"),
        (["biuld"], 2, "Did you mean 'build'?"),
        (["fetch", "enp"], 2, "Did you mean 'epn'?"),
        (["build", "--radus", "10km"], 2, "--radius"),
        (["build", "--departement", "Manchee"], 1, "Did you mean 'Manche'?"),
        (["build", "--epci", "Caenn"], 1, "200065597 CU Caen la Mer"),
        (["build", "--epci", "Pays de Drux"], 1, "CA Agglo du Pays de Dreux"),
        (["check", str(DEMO), "--column", "nom=NOM"], 1, "Did you mean 'nom'?"),
        (["check", str(DEMO), "--column", "nm=nom"], 1, "Did you mean 'nom'?"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_no_traceback(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """Stand in for the reader's browser: it writes down what it was asked to open."""
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > "{tmp_path}/opened"\n')
    program.chmod(0o755)
    return program


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
@pytest.mark.parametrize(
    ("more", "settings", "opens"),
    [((), {}, True), (("--json",), {}, False), ((), {"CI": "true"}, False)],
)
def test_the_map_is_opened_for_people_only(
    tmp_path: Path, browser: Path, more: tuple[str, ...], settings: dict[str, str], opens: bool
) -> None:
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        [sys.executable, "-m", "epn_geo", "build", "--epci", "247600646", "--open", *more],
        cwd=tmp_path, capture_output=True, check=False,
        env=env | {"BROWSER": str(browser)} | settings,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    opened = tmp_path / "opened"
    assert opened.exists() is opens
    if opens:
        assert opened.read_text() == (tmp_path / "maps" / "carte.html").as_uri()


def test_an_output_that_is_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "maps").write_text("")
    done = run("build", "--departement", "61", cwd=tmp_path)
    assert (done.returncode, "is a file" in done.stderr) == (1, True)


def test_a_binary_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(bytes(range(256)) * 40)
    done = run("check", "a.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("epn-geo: ")
    assert "a.csv" in done.stderr
    assert "Traceback" not in done.stderr


def test_version(tmp_path: Path) -> None:
    assert run("--version", cwd=tmp_path).stdout.strip() == f"epn-geo {epn.__version__}"


def test_check_tells_rows_and_strict_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "nom;commune;latitude;longitude\nEPN A;Caen;49,18;-0,37\nEPN B;Caen;0;0\n", encoding="utf-8"
    )
    done = run("check", "a.csv", "--strict", cwd=tmp_path)
    assert done.returncode == 3
    assert "ERREURS : 1" in done.stdout
    assert "    ligne 3, EPN B" in done.stdout
    assert "INFORMATIONS" not in done.stdout
    assert "--all" in done.stdout
    everything = run("check", "a.csv", "--all", cwd=tmp_path)
    assert everything.returncode == 0
    assert "INFORMATIONS : " in everything.stdout


def test_the_demonstration_network_has_no_error(tmp_path: Path) -> None:
    done = run("check", str(embedded_path(DEMONSTRATION)), "--strict", cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_check_writes_findings(tmp_path: Path) -> None:
    done = run("check", str(embedded_path(DEMONSTRATION)), "-o", "f.csv", cwd=tmp_path)
    assert done.stdout.strip() == "f.csv"
    assert (tmp_path / "f.csv").read_text(encoding="utf-8-sig").startswith("ligne;id;nom;champ;")


def test_radii_as_people_type_them() -> None:
    assert parse_radii(None) == [5, 10, 15]
    assert parse_radii(["5km,10km", "7,5 km"]) == [5, 10, 7.5]
    assert parse_radii(["EPN=10km", "antenne=2500 m"]) == {"EPN": 10, "antenne": 2.5}
    with pytest.raises(epn.DataError, match="not both"):
        parse_radii(["EPN=10km", "5km"])


def test_the_sheet_of_a_workbook_is_chosen_by_every_verb_that_reads_a_list(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "2025"
    other = book.create_sheet("2026")
    header = ["nom", "commune", "latitude", "longitude", "categorie"]
    for sheet, town in ((book.active, "Flers"), (other, "Sées")):
        sheet.append(header)
        sheet.append([f"EPN de {town}", town, 48.7, -0.5, "EPN"])
    book.save(tmp_path / "epn.xlsx")
    done = run("check", "epn.xlsx", cwd=tmp_path)
    assert (done.returncode, "--sheet '2025'" in done.stderr) == (1, True)
    done = run("check", "epn.xlsx", "--sheet", "2026", "--json", cwd=tmp_path)
    assert "EPN de Sées" in done.stdout
    assert "EPN de Flers" not in done.stdout
    where = ("--departement", "61", "--sheet", "2026")
    done = run("publish", "epn.xlsx", *where, "-o", "p", cwd=tmp_path)
    assert "EPN de Sées" in (tmp_path / "p/lieux-standard.csv").read_text(encoding="utf-8")
    snapshot = ("snapshot", "epn.xlsx", "--store", "s", "--date", "2026-01-01")
    assert run(*snapshot, cwd=tmp_path).returncode == 1
    assert run(*snapshot, "--sheet", "2025", cwd=tmp_path).returncode == 0


def test_every_verb_with_column_has_sheet() -> None:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        options = {option for one in command.params for option in one.opts}
        assert "--column" not in options or "--sheet" in options, name
