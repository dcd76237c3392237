"""The four promises, over every public function that takes frames."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal

import epn_geo as epn
from tests.worlds import make_places

Frame = gpd.GeoDataFrame


def checks(communes: Frame, places: Frame) -> pd.DataFrame:
    return epn.check_places(places, communes)


# Each call takes (communes, places); "same" says which of the two comes back, row for row.
CALLS: dict[str, tuple[str | None, Callable[[Frame, Frame], object]]] = {
    "locate": ("places", lambda c, p: epn.locate(p, c)),
    "reach": ("places", lambda _, p: epn.reach(p, 2)),
    "measure_coverage": ("communes", lambda c, p: epn.measure_coverage(c, p, 2)),
    "measure_coverage, several": ("communes", lambda c, p: epn.measure_coverage(c, p, [2, 3])),
    "nearest_place": ("communes", epn.nearest_place),
    "flag_underserved": (
        "communes",
        lambda c, p: epn.flag_underserved(epn.measure_coverage(c, p, 2)),
    ),
    "find_gaps": (None, lambda c, p: epn.find_gaps(c, p, 2)),
    "keep_near": (None, lambda c, p: epn.keep_near(p, c, 5)),
    "summarise": (None, lambda c, p: epn.summarise(epn.measure_coverage(c, p, 2), p)),
    "check_places": (None, checks),
}
# locate is the one function that changes columns: where a place stands replaces what was declared
REPLACED = {"locate": ["code_insee", "commune"]}


@pytest.fixture(params=[2154, 4326, 3857], ids=["Lambert-93", "WGS84", "Web Mercator"])
def crs(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def world(grid: Frame, crs: int) -> Frame:
    """The grid, moved into Normandie so that every CRS can hold it."""
    moved = grid.set_geometry(grid.translate(450_000, 6_880_000))
    return moved.set_index(pd.Index(range(100, 116))).to_crs(crs)


@pytest.fixture
def places(crs: int) -> Frame:
    frame = make_places(
        (2000.0, 2000.0), None, (9000.0, 9000.0), (9000.0, 9000.0), (-1500.0, 0.0), (9e5, -9e5),
        categorie=["EPN", "EPN", "antenne", "EPN", "CRANT", "EPN"],
        code_insee=["14001", "14001", "27003", None, "14513", "99999"],
    )  # fmt: skip
    moved = frame.set_geometry(frame.translate(450_000, 6_880_000))
    return moved.set_index(pd.Index(["f", "e", "d", "c", "b", "a"])).to_crs(crs)


@pytest.mark.parametrize("name", CALLS)
def test_the_first_frame_comes_back_with_columns_added(
    world: Frame, places: Frame, name: str
) -> None:
    same, call = CALLS[name]
    if same is None:
        return
    given = {"communes": world, "places": places}[same]
    got = call(world, places)
    assert isinstance(got, gpd.GeoDataFrame)
    assert got.index.equals(given.index)
    kept = [c for c in given.columns if c not in REPLACED.get(name, [])]
    if name == "reach":
        kept.remove("geometry")
    pd.testing.assert_frame_equal(pd.DataFrame(got[kept]), pd.DataFrame(given[kept]))


@pytest.mark.parametrize("name", CALLS)
def test_the_crs_that_comes_in_goes_out(world: Frame, places: Frame, crs: int, name: str) -> None:
    got = CALLS[name][1](world, places)
    if isinstance(got, gpd.GeoDataFrame):
        assert got.crs.to_epsg() == crs


@pytest.mark.parametrize("name", CALLS)
def test_inputs_are_not_modified_and_outputs_do_not_change(
    world: Frame, places: Frame, name: str
) -> None:
    before = world.copy(deep=True), places.copy(deep=True)
    first, second = CALLS[name][1](world, places), CALLS[name][1](world, places)
    assert_geodataframe_equal(world, before[0])
    assert_geodataframe_equal(places, before[1])
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second))  # type: ignore[arg-type]


def test_numbers_do_not_depend_on_the_crs_they_came_in(grid: Frame) -> None:
    moved = grid.set_geometry(grid.translate(450_000, 6_880_000))
    place = make_places((456_000.0, 6_886_000.0))
    expected = epn.measure_coverage(moved, place, 3)["part_couverte"]
    for code in (4326, 3857):
        got = epn.measure_coverage(moved.to_crs(code), place.to_crs(4326), 3)["part_couverte"]
        assert got.tolist() == pytest.approx(expected.tolist(), abs=1e-7)


@pytest.mark.parametrize("name", [n for n in CALLS if n not in ("reach",)])
def test_two_territories_in_one_frame_are_refused(name: str) -> None:
    both = epn.read_communes(departements=["61", "974"])
    with pytest.raises(epn.CrsError, match="two territories"):
        CALLS[name][1](both, make_places((450_000.0, 6_880_000.0)))


@pytest.mark.parametrize("name", CALLS)
def test_a_missing_crs_is_explained(grid: Frame, name: str) -> None:
    places = make_places((0.0, 0.0), categorie=["EPN"])
    bare = gpd.GeoDataFrame(places.drop(columns="geometry"), geometry=places.geometry.to_numpy())
    with pytest.raises(epn.CrsError, match="set_crs"):
        CALLS[name][1](grid, bare)


@pytest.mark.parametrize("file", ["a.geojson", "a.csv", "a.xlsx", "a.parquet", "a.gpkg"])
def test_files_are_the_same_to_the_byte(world: Frame, tmp_path: Path, file: str) -> None:
    hashes = set()
    for run in ("1", "2"):
        path = tmp_path / run / file
        if path.suffix in (".csv", ".xlsx"):
            epn.write_table(world, path)
        else:
            epn.write_layer(world, path)
        hashes.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(hashes) == 1
