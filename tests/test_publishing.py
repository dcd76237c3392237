"""What is left out of a publication, filled in or wrong: each told, with its rows."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import epn_geo as epn
from epn_geo.cli import app
from epn_geo.errors import DataError
from epn_geo.publication import Publication, international, prepare_publication
from tests.test_publication import breaches

LIST = """id,nom,commune,code_postal,adresse,latitude,longitude,telephone,date_maj,pivot
1,EPN de Flers,Flers,61100,rue,48.748,-0.569,02 31 00 00 00,2026-01-01,43493312300029
2,EPN de Vire,Vire Normandie,14500,rue,48.838,-0.889,3949,,
2,EPN de Caen,Caen,14000,rue,49.18,-0.37,,2026-01-01,
,,,,,,,,,
1,EPN de Flers,Flers,61100,rue,48.748,-0.569,0231000000,2026-01-01,43493312300029
4,EPN de Paris,Paris,75001,rue,48.86,2.35,,2026-01-01,43493312300029
5,EPN nulle part,Caen,14000,rue,,,,2026-01-01,43493312300029
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "epn.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def prepare(file: Path, **options: object) -> Publication:
    communes = epn.read_communes(region="28")
    return prepare_publication(epn.read_places(file), communes, **options)  # type: ignore[arg-type]


def told(findings: pd.DataFrame, start: str) -> list[list[object]]:
    mine = findings[findings["code"].str.startswith(start)]
    return mine[["ligne", "code", "gravite", "publie"]].to_numpy().tolist()


def test_rows_left_out_are_told_with_their_reason(file: Path) -> None:
    ready = prepare(file)
    assert ready.places["ligne"].tolist() == [2, 3, 7, 8]
    assert told(ready.findings, "non_publie") == [
        [4, "non_publie_id", "erreur", "non"],
        [6, "non_publie_doublon", "avertissement", "non"],
    ]
    # nothing is lost: a row of the file is published, or left out, or blank
    out = ready.findings["ligne"][ready.findings["publie"] == "non"].unique().tolist()
    assert sorted([*ready.places["ligne"], *out, 5]) == list(range(2, 9))
    assert ready.findings["message"].str.contains("1 ligne vide ignorée : ligne 5").any()


def test_places_outside_are_published_and_told_or_left_out_and_told(file: Path) -> None:
    ready = prepare(file)
    about = ready.findings.set_index("code").loc["publie_ailleurs"]
    assert about["message"] == "publié bien que hors du territoire : 1 lieu, ligne 7"
    assert about["gravite"] == "avertissement"
    ready = prepare(file, within=True)
    assert 7 not in ready.places["ligne"].tolist()
    assert [7, "non_publie_ailleurs", "information", "non"] in told(ready.findings, "non_publie")
    assert "publie_ailleurs" not in ready.findings["code"].tolist()


def test_what_is_unknown_is_told_and_filled_in_on_demand(file: Path) -> None:
    findings = prepare(file).findings.set_index("code")
    assert findings.loc["publie_date_maj", "message"].endswith(": 1 lieu, ligne 3")
    assert findings.loc["publie_pivot", "message"].endswith(": 1 lieu, ligne 3")
    assert findings.loc["publie_telephone", "message"].endswith(": 1 lieu, ligne 3")
    ready = prepare(file, date="2026-11-01", pivot="W142001234")
    assert ready.places.set_index("ligne").loc[3, "date_maj"] == "2026-11-01"
    assert ready.places["date_maj"].tolist().count("2026-11-01") == 1
    assert ready.places["pivot"].tolist().count("W142001234") == 1
    findings = ready.findings.set_index("code")
    assert findings.loc["publie_date_maj_donne", "gravite"] == "information"
    assert not {"publie_date_maj", "publie_pivot"} & set(findings.index)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"date": "1/11/2026"}, "is not a day"),
        ({"date": "20261101"}, "is not a day"),
        ({"pivot": "12345"}, "neither a SIRET"),
    ],
)
def test_a_date_or_number_that_is_none_is_refused(
    file: Path, options: dict[str, str], match: str
) -> None:
    with pytest.raises(DataError, match=match):
        prepare(file, **options)


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("02 31 00 00 00", "+33231000000"),
        ("02.31.00.00.00", "+33231000000"),
        ("+33 (0)2 31 00 00 00", "+33231000000"),
        ("0033231000000", "+33231000000"),
        ("0693 12 34 56", "+262693123456"),
        ("0590123456", "+590590123456"),
        ("+262262123456", "+262262123456"),
        ("3949", "3949"),
        ("", ""),
        ("02 31 00 00 00 ou 06 00 00 00 00", "02 31 00 00 00 ou 06 00 00 00 00"),
    ],
)
def test_telephones_are_dialled_from_abroad(phone: str, expected: str) -> None:
    assert international(phone) == expected
    assert international(expected) == expected


def test_the_verb_tells_and_writes(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["publish", str(file), "-o", str(out)])
    assert done.exit_code == 0
    assert [Path(line).name for line in done.stdout.split()] == [
        *("lieux-standard.csv", "lieux-complements.csv", "lieux.geojson", "constats.csv"),
    ]
    assert "Lieux lus : 6 ; publiés : 4 ; laissés de côté : 2 (constats.csv)." in done.stderr
    assert "un autre a déjà son identifiant" not in done.stderr  # one of a kind says itself
    assert "son identifiant est déjà celui de la ligne 3" in done.stderr
    assert "1970-01-01" in done.stderr
    kept = pd.read_csv(out / "constats.csv", sep=";")
    assert kept["publie"].tolist().count("non") >= 2
    standard = (out / "lieux-standard.csv").read_text("utf-8")
    assert breaches(standard) == [("telephone", "3949")]


def test_strict_and_json(file: Path, tmp_path: Path) -> None:
    arguments = ["publish", str(file), "-o", str(tmp_path / "out"), "--strict", "--json"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 3
    summary = json.loads(done.stdout)
    assert (summary["lus"], summary["publies"]) == (6, 4)
    assert [left["ligne"] for left in summary["laisses_de_cote"]] == [4, 6]
    file.write_text("".join(LIST.splitlines(keepends=True)[:2]), encoding="utf-8")
    assert CliRunner().invoke(app, arguments).exit_code == 0
