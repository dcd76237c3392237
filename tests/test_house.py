"""The law of the house: floors, public names, nothing at import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import epn_geo

SOURCE = Path(epn_geo.__file__).parent

# A room imports only from floors below its own. docs/architecture.md draws this table.
FLOORS: dict[int, set[str]] = {
    0: {
        "_version",
        "apart",
        "columns",
        "errors",
        "geometry",
        "lattice",
        "plurals",
        "words",
    },
    1: {
        "crs",
    },
    2: {
        "areas",
        "catchments",
        "embedded",
        "figures",
        "gapframes",
        "grids",
        "hours",
        "labels",
        "radii",
        "reading",
        "serving",
        "tallies",
        "writing",
    },
    3: {
        "clusters",
        "communes",
        "coverage",
        "network",
        "notepages",
        "reference",
        "runs",
        "sentences",
        "standard",
        "streaming",
        "tables",
    },
    4: {
        "causes",
        "cells",
        "checking",
        "closures",
        "download",
        "estimates",
        "joins",
        "listing",
        "matching",
        "needs",
        "paging",
        "places",
        "staging",
        "territories",
    },
    5: {
        "access",
        "arcgis",
        "areafiles",
        "checks",
        "crant",
        "deciding",
        "gaps",
        "geocoding",
        "inequality",
        "maps",
        "means",
        "merging",
        "official",
        "pairing",
        "picturing",
        "population",
        "ranking",
        "report",
        "skills",
        "snapshots",
        "summaries",
        "townhalls",
        "traveltime",
    },
    6: {
        "changes",
        "doctor",
        "outputs",
        "pictures",
        "publication",
        "reachfiles",
        "sheeting",
        "sites",
        "sources",
        "study",
        "styles",
        "tablefiles",
        "timeline",
    },
    7: {
        "accessfiles",
        "decisions",
        "delivery",
        "history",
        "needfiles",
        "networkfiles",
        "notes",
        "sheets",
    },
    8: {
        "differences",
    },
    9: {
        "verbs",
    },
    10: {
        "cli",
    },
}


def floor_of(room: str) -> int:
    for floor, rooms in FLOORS.items():
        if room in rooms:
            return floor
    raise AssertionError(f"{room}.py stands on no floor: add it to FLOORS and to architecture.md")


def imported_rooms(code: str) -> set[str]:
    """List the rooms a file imports, at its top or inside a function."""
    rooms = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            rooms |= {a.name.split(".")[1] for a in node.names if a.name.startswith("epn_geo.")}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == "epn_geo":
            rooms |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("epn_geo."):
            rooms.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError("write the whole name: from epn_geo.errors import DataError")
    return rooms


def trespasses(room: str, code: str) -> list[str]:
    """List the imports that go sideways or up; within a room of several files, all are at home."""
    own, others = floor_of(room), imported_rooms(code) - {room}
    return [f"{room} -> {other}" for other in others if floor_of(other) >= own]


def files() -> list[Path]:
    return [f for f in sorted(SOURCE.rglob("*.py")) if f.parent != SOURCE or "__" not in f.stem]


def room_of(file: Path) -> str:
    """Give the room a file belongs to: itself, or the folder it stands in."""
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def name_of(file: Path) -> str:
    return "/".join(file.relative_to(SOURCE).with_suffix("").parts)


@pytest.mark.parametrize("file", files(), ids=name_of)
def test_a_room_imports_only_from_floors_below(file: Path) -> None:
    assert trespasses(room_of(file), file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "code"),
    [
        ("coverage", "from epn_geo.maps import coverage_map"),
        ("coverage", "from epn_geo.joins import locate"),
        ("errors", "def late():\n    import epn_geo.cli"),
    ],
)
def test_the_floor_law_can_fail(room: str, code: str) -> None:
    assert trespasses(room, code)


def test_no_floor_lists_a_room_that_does_not_exist() -> None:
    listed = set().union(*FLOORS.values())
    assert listed == {room_of(file) for file in files()}


@pytest.mark.parametrize("file", files(), ids=name_of)
def test_no_function_shares_its_rooms_name(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    assert file.stem not in named


def test_only_one_room_imports_pyproj() -> None:
    doors = [name_of(file) for file in files() if "pyproj" in _top_packages(file)]
    assert doors == ["crs"]


def _top_packages(file: Path) -> set[str]:
    packages = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            packages |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            packages.add(node.module.split(".")[0])
    return packages


def test_all_is_exactly_the_public_names() -> None:
    stub = ast.parse((SOURCE / "__init__.pyi").read_text(encoding="utf-8"))
    listed = {a.asname for n in stub.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert set(epn_geo.__all__) == listed | {"__version__"}
    assert [name for name in epn_geo.__all__ if not hasattr(epn_geo, name)] == []


def test_public_functions_document_what_goes_in_and_out() -> None:
    for name in epn_geo.__all__:
        thing = getattr(epn_geo, name)
        if callable(thing) and not isinstance(thing, type):
            for section in ("Parameters", "Returns", "Examples"):
                assert f"{section}\n" in thing.__doc__, f"{name} has no section {section}"


def test_importing_the_package_loads_no_heavy_library() -> None:
    code = (
        "import sys, epn_geo; "
        "print([m for m in ('geopandas', 'pandas', 'folium', 'scipy', 'requests') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
