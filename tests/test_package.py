"""The wheel carries its data and works outside the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(ROOT)],
        check=True,
    )
    return next(folder.glob("epn_geo-*.whl"))


@pytest.mark.slow
def test_the_wheel_is_whole_and_small(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in ("data/communes/communes-14.parquet", "data/communes/README.md", "py.typed",
                 "__init__.pyi", "data/demo/epn-demonstration.csv"):  # fmt: skip
        assert f"epn_geo/{name}" in names
    assert wheel.stat().st_size < 12e6


@pytest.mark.slow
def test_the_installed_wheel_builds_the_demonstration(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--target",
            str(target),
            str(wheel),
        ],
        check=True,
    )
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import epn_geo; "
        "assert epn_geo.__file__.startswith(sys.argv[1]), epn_geo.__file__; "
        "from epn_geo.cli import main; sys.argv[1:] = ['build', '--departement', '61']; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(target)], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert (tmp_path / "maps" / "carte.html").exists()
