"""The page on performance says what was measured, and the benchmarks compare numbers first."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import growth, national, page, results

ROOT = Path(__file__).parent.parent

RUN = {"areas": 1.0, "people": 0.5, "compute": 1.5, "process": 3.0, "cpu": 2.0, "peak_mb": 200.0}
MACHINE = {
    "cpu": "A", "cores": 2, "memory_gb": 8, "system": "Linux 6", "python": "3.11.7",
    "load_before": 0.1, "load_after": 1.0,
}  # fmt: skip


def found(**peers):
    told = {"scale": "france", "machine": MACHINE, "world": {"places": 1}, "peers": peers}
    return told | {"targets": national.judge(told)}


def peer(factor=1.0, disagreement=""):
    best = {key: value * factor for key, value in RUN.items()}
    return {"runs": [best], "best": best, "versions": "x 1", "disagreement": disagreement}


def write(folder: Path, name: str, part: float, area: float) -> None:
    (folder / name).mkdir()
    pd.DataFrame(
        {"code_insee": ["1", "2"], "part_5": [part, 1.0], "people_5": [1000.0, 0.0],
         "distance_km": [1.0, 2.0], "places": [1, 0]}
    ).to_parquet(folder / name / "communes.parquet")  # fmt: skip
    pd.DataFrame({"code_epci": ["9"], "radius_km": [5.0], "area_km2": [area]}).to_parquet(
        folder / name / "gaps.parquet"
    )


def test_the_page_says_what_the_results_say():
    text = page.PAGE.read_text(encoding="utf-8")
    assert page.fill(text, results.read(page.RESULTS)) == text, "run python benchmarks/page.py"


def test_every_mark_of_the_page_has_a_writer():
    marks = page.MARKS.finditer(page.PAGE.read_text(encoding="utf-8"))
    names = [mark[1] for mark in marks]
    assert len(names) == 7
    assert {name.partition(".")[2] for name in names} <= page.WRITERS.keys()


def test_a_figure_typed_by_hand_is_seen():
    told = {"france": found(library=peer(), naive=peer(300))}
    text = page.fill("<!-- begin france.peers -->\n<!-- end -->", told)
    assert "| naive geopandas | 300 | 150 | 450 | 300.0 | 900 | 600 | 60000 | yes |" in text
    assert page.fill(text.replace("300.0", "310.0"), told) == text


def test_a_peer_that_could_not_be_run_stands_in_the_table():
    told = found(library=peer(), postgis={"runs": [], "reason": "could not be run here: no server"})
    assert "PostGIS, tuned | could not be run here: no server |" in page.peers_table(told)
    assert "not measured" in page.targets_table(told)


def test_what_is_missed_is_said():
    told = found(library=peer(), naive=peer(199), careful=peer(5))
    met = {one["what"]: one["met"] for one in told["targets"]}
    assert met["naive geopandas ÷ this library, compute"] is False
    assert met["careful shapely ÷ this library, areas"] is True
    assert met["DuckDB spatial, tuned ÷ this library, compute"] is None
    assert met["this library, process (s)"] is True
    assert "**missed**" in page.targets_table(told)


def test_numbers_within_what_chords_explain_agree(tmp_path):
    write(tmp_path, "library", 0.50, 100.0)
    write(tmp_path, "naive", 0.49, 100.1)
    assert national.disagreement(tmp_path, "naive") == ""


@pytest.mark.parametrize(
    ("part", "area", "what"),
    [(0.45, 100.0, "part_5"), (0.5, 103.0, "gaps"), (float("nan"), 100.0, "part_5")],
)
def test_numbers_that_differ_by_more_are_told(tmp_path, part, area, what):
    write(tmp_path, "library", 0.5, 100.0)
    write(tmp_path, "naive", part, area)
    assert what in national.disagreement(tmp_path, "naive")


def test_results_of_other_benchmarks_are_kept(tmp_path):
    file = tmp_path / "r.json"
    results.keep(file, "france", {"a": 1.23456})
    results.keep(file, "growth", {"b": [2]})
    assert json.loads(file.read_text()) == {"france": {"a": 1.235}, "growth": {"b": [2]}}


def test_the_exponent_of_a_square_is_two():
    rows = [{"places": n, "compute": 3.0 * n**2} for n in (1, 10, 100)]
    assert growth.slope(rows, "places") == pytest.approx(2)


def test_the_picture_is_the_same_each_time(tmp_path):
    rows = [RUN | {"places": n, "communes": n, "points": n} for n in (10, 100)]
    told = {"places": rows, "territories": rows, "exponents": {"places": 0.0, "territories": 0.0}}
    for name in ("a.svg", "b.svg"):
        page.draw(told, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_a_peer_that_takes_too_long_is_stopped(tmp_path):
    assert national.run_apart("naive", tmp_path, 0.01) == {"reason": "stopped after 0.01 s"}


@pytest.mark.slow
def test_library_careful_and_naive_agree(tmp_path):
    file = tmp_path / "r.json"
    command = [sys.executable, "benchmarks/national.py", "--points", "50000", "--runs", "1"]
    command += [f"--peer={name}" for name in ("library", "careful", "naive")]
    done = subprocess.run(
        [*command, "--json", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(file.read_text())["normandie"]
    assert {name: one["disagreement"] for name, one in told["peers"].items()} == {
        "library": "", "careful": "", "naive": "",
    }  # fmt: skip
