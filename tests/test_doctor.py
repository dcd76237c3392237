"""The doctor finds what is wrong, says what to do, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from epn_geo import doctor
from epn_geo.doctor import Finding, examine, is_fit
from epn_geo.embedded import embedded_path
from epn_geo.labels import say


def found(subject: str, **options: object) -> Finding:
    return {finding.subject: finding for finding in examine(**options)}[subject]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_here_all_is_well_and_every_subject_has_a_word(tmp_path: Path, lang: str) -> None:
    findings = examine(output=tmp_path / "maps", cache=tmp_path / "cache", lang=lang)
    assert [one for one in findings if one.state != "ok"] == []
    assert is_fit(findings)
    assert len({say(f"doctor_{one.subject}", lang) for one in findings}) == len(findings)
    assert all(one.value for one in findings)
    assert list(tmp_path.iterdir()) == []


def test_the_vintage_is_that_of_the_data() -> None:
    assert found("data").value == "34\u202f875 communes, 101 départements, au 1er janvier 2026"


def test_a_package_that_is_missing_or_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor.version

    def version(name: str) -> str:
        if name == "folium":
            raise PackageNotFoundError(name)
        return "0.1" if name == "shapely" else real(name)

    monkeypatch.setattr(doctor, "version", version)
    told = found("packages")
    assert told.state == "erreur"
    assert "folium –" in told.value
    assert "shapely 0.1 (>=2.1)" in told.value
    assert "pip install" in told.advice
    assert not is_fit(examine())


def test_an_extra_that_is_missing_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor.version
    monkeypatch.setattr(doctor, "version", lambda name: "0" if name == "esda" else real(name))
    told = found("extras")
    assert (told.state, told.value) == ("ok", "stats : non")
    assert "epn-geo[stats]" in told.advice


def test_a_projection_that_is_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CAEN", (doctor.CAEN[0], (454_305.0, 6_903_173.3)))
    told = found("projection")
    assert (told.state, told.value) == ("erreur", "3 m")
    assert "PROJ_LIB" in told.advice


def test_missing_data_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = embedded_path("communes")
    (tmp_path / "departements.parquet").symlink_to(real / "departements.parquet")
    monkeypatch.setattr(doctor, "embedded_path", lambda _: tmp_path)
    told = found("data")
    assert told.state == "erreur"
    assert "14" in told.value.split(", ")


def test_a_folder_that_cannot_be_written_to_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    told = found("output", output=tmp_path / "file" / "maps")
    assert told.state == "erreur"
    assert "-o" in told.advice

    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    told = found("output", output=tmp_path)
    assert told.state == "erreur"
    assert "Permission denied" in told.value
    assert found("cache", cache=tmp_path).state == "avertissement"


def test_a_poor_encoding_and_a_full_disk_are_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("encoding", encoding="ascii").state == "avertissement"
    assert found("encoding", encoding="cp1252").state == "ok"
    assert found("encoding", encoding="nonsense").state == "avertissement"
    monkeypatch.setattr(doctor, "SPARE_GB", 1e12)
    assert found("space").state == "avertissement"
    assert is_fit(examine(encoding="ascii"))


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "epn_geo", "doctor", *arguments],
        cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False,
        env=os.environ | {"NO_COLOR": "1"},
    )  # fmt: skip


def test_the_command_ends_with_0_or_1(tmp_path: Path) -> None:
    done = run("--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["en_ordre"] is True
    assert [one["subject"] for one in summary["examens"]][:2] == ["version", "python"]
    (tmp_path / "maps").write_text("")
    failed = run(cwd=tmp_path)
    assert failed.returncode == 1
    assert "!!  Dossier de sortie" in failed.stdout
    assert "-o" in failed.stdout
    assert "Traceback" not in failed.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["maps"]
