"""Files to publish: 32 columns that the national standard's own rules accept."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import epn_geo as epn
from epn_geo.embedded import embedded_path
from epn_geo.errors import ColumnError, DataError
from epn_geo.standard import COLUMNS, ENUMERATIONS, REQUIRED
from epn_geo.study import DEMONSTRATION

# the patterns of the standard's Table Schema
PATTERNS = {
    "code_postal": r"\d{5}",
    "code_insee": r"([013-9]\d|2[AB1-9])\d{3}",
    "telephone": r"(\+33|\+590|\+594|\+262|\+596|\+269|\+687|\+689|\+508|\+681)\d{6,9}",
    "date_maj": r"\d{4}-\d{2}-\d{2}",
    "latitude": r"-?\d+(\.\d+)?",
    "longitude": r"-?\d+(\.\d+)?",
    "presentation_resume": r"(?s).{0,280}",
}


def breaches(text: str) -> list[tuple[str, str]]:
    """List what the standard's rules refuse in a CSV."""
    rows = list(csv.DictReader(io.StringIO(text)))
    wrong = [("columns", "")] if tuple(rows[0]) != COLUMNS else []
    ids = [row["id"] for row in rows]
    wrong += [("id", one) for n, one in enumerate(ids) if one in ids[:n]]
    for row in rows:
        wrong += [(name, "") for name in REQUIRED if not row[name]]
        wrong += [
            (name, row[name])
            for name, pattern in PATTERNS.items()
            if row[name] and not re.fullmatch(pattern, row[name])
        ]
        wrong += [
            (name, value)
            for name, allowed in ENUMERATIONS.items()
            for value in row[name].split("|")
            if value and value not in allowed
        ]
    return wrong


@pytest.fixture(scope="module")
def places() -> gpd.GeoDataFrame:
    communes = epn.read_communes(region="28")
    return epn.locate(epn.read_places(embedded_path(DEMONSTRATION)), communes)


def test_the_standard_accepts_it(places, tmp_path):
    path = epn.write_standard(places, tmp_path / "a.csv")
    assert breaches(path.read_text("utf-8")) == []
    assert len(pd.read_csv(path)) == len(places)


def test_the_check_can_fail(places, tmp_path):
    bad = places.copy()
    bad.loc[bad.index[0], "code_postal"] = "1400"
    bad.loc[bad.index[1], "services"] = "Jardinage"
    bad.loc[bad.index[2], "nom"] = None
    path = epn.write_standard(bad, tmp_path / "a.csv")
    assert breaches(path.read_text("utf-8")) == [
        ("code_postal", "1400"), ("services", "Jardinage"), ("nom", ""),
    ]  # fmt: skip


def test_what_was_read_comes_back(places, tmp_path):
    back = epn.read_places(epn.write_standard(places, tmp_path / "a.csv"))
    for column in ("id", "nom", "telephone", "services", "horaires", "code_insee"):
        pd.testing.assert_series_equal(back[column], places[column], check_index=False)
    assert back.geometry.geom_equals_exact(places.geometry, 1e-9).all()


def test_a_publication_does_not_decide_who_is_right(places, tmp_path):
    moved = places.copy()
    moved.loc[moved.index[0], ["accord", "code_insee", "code_insee_declare"]] = [
        "non", "14001", "14118",
    ]  # fmt: skip
    moved.loc[moved.index[1], ["accord", "code_insee", "code_insee_declare"]] = [
        "ancien code", "14001", "14999",
    ]  # fmt: skip
    moved.loc[moved.index[2], ["accord", "code_insee", "code_insee_declare"]] = [
        "hors territoire", None, "75056",
    ]  # fmt: skip
    read = pd.read_csv(epn.write_standard(moved, tmp_path / "a.csv"), dtype="str")
    assert read["code_insee"].head(3).tolist() == ["14118", "14001", "75056"]


def test_three_files_joined_by_id(places, tmp_path):
    standard, beside, points = epn.write_publication(places, tmp_path / "out")
    assert breaches(standard.read_text("utf-8")) == []
    ours = pd.read_csv(beside, dtype="str")
    assert ours.columns[:3].tolist() == ["id", "categorie", "parent_id"]
    assert "epci" in ours.columns
    assert ours["id"].tolist() == places["id"].tolist()
    shown = json.loads(points.read_text("utf-8"))
    assert len(shown["features"]) == len(places)
    longitude, latitude = shown["features"][0]["geometry"]["coordinates"]
    assert (longitude, latitude) == (-0.37247, 49.18109)


def test_formulas_are_harmless_and_telephones_left_alone(places, tmp_path):
    bad = places.head(2).copy()
    bad["nom"] = ["=HYPERLINK(1)", "@x"]
    read = pd.read_csv(epn.write_standard(bad, tmp_path / "a.csv"), dtype="str")
    assert read["nom"].tolist() == ["'=HYPERLINK(1)", "'@x"]
    assert read["telephone"].str.startswith("+33").all()


def test_an_id_for_each_place(places, tmp_path):
    twice = places.head(3).copy()
    twice["id"] = ["a", "a", None]
    with pytest.raises(DataError, match="epn-geo merge"):
        epn.write_publication(twice, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(DataError, match=r"\.csv"):
        epn.write_standard(places, tmp_path / "a.xlsx")
    with pytest.raises(ColumnError, match="read_places"):
        epn.write_standard(pd.DataFrame({"x": [1]}), tmp_path / "a.csv")


def test_the_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "epn_geo", "publish", str(embedded_path(DEMONSTRATION)),
         "-o", str(tmp_path / "out")],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert [Path(line).name for line in done.stdout.split()] == [
        "lieux-standard.csv", "lieux-complements.csv", "lieux.geojson", "constats.csv",
    ]  # fmt: skip
