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


CELLS = pd.DataFrame(
    {"epsg": 2154, "x": [451_000.0, 455_000.0, 459_100.0], "y": 6_881_000.0, "population": 40.0}
)


def gaps_of_cells(communes: Frame, places: Frame) -> pd.DataFrame:
    return epn.measure_gaps(epn.find_gaps(communes, places, 2), communes, places, CELLS)


def clusters(communes: Frame, places: Frame) -> pd.DataFrame:
    return epn.find_clusters(epn.nearest_place(communes, places), "distance_km", permutations=99)


def geocoded(_: Frame, places: Frame) -> pd.DataFrame:
    without_address = places.assign(adresse=None, commune=None)  # so that nobody need be asked
    return epn.geocode_places(without_address, epn.Door(epn.Cache("nowhere"), offline=True))


def merged(_: Frame, places: Frame) -> pd.DataFrame:
    return epn.merge_places({"a": places, "b": places.iloc[:2]}, threshold=0.9).places


def skills(communes: Frame, places: Frame) -> pd.DataFrame:
    return epn.skills_matrix(places.assign(services="Parentalité"), communes, radius_km=2)


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
    "find_gaps, several": (None, lambda c, p: epn.find_gaps(c, p, [2, 3])),
    "survey": ("communes", lambda c, p: epn.survey(c, p, [2, 3]).coverage),
    "survey, gaps": (None, lambda c, p: epn.survey(c, p, [2, 3]).gaps),
    "compare_places": (None, lambda _, p: epn.compare_places(p, p.iloc[1:])),
    "compare_coverage": (
        "communes",
        lambda c, p: epn.compare_coverage(p, p.iloc[1:], c, 2).communes,
    ),
    "changed_zones": (None, lambda c, p: epn.changed_zones(p, p.iloc[1:], c, 2)),
    "revise": (None, lambda _, p: epn.revise(p, p.iloc[:1].assign(id="new"), ("p1",))),
    "keep_near": (None, lambda c, p: epn.keep_near(p, c, 5)),
    "summarise": (None, lambda c, p: epn.summarise(epn.measure_coverage(c, p, 2), p)),
    "check_places": (None, checks),
    "geocode_places": ("places", geocoded),
    "merge_places": (None, merged),
    "measure_population": ("communes", lambda c, p: epn.measure_population(c, p, CELLS, [2, 3])),
    "measure_gaps": (None, gaps_of_cells),
    "measure_access": ("communes", epn.measure_access),
    "measure_access, grid": ("communes", lambda c, p: epn.measure_access(c, p, grid=CELLS)),
    "measure_load": ("places", lambda c, p: epn.measure_load(p, c)),
    "estimate_travel_time": ("communes", epn.estimate_travel_time),
    "estimate_reach": ("places", lambda c, p: epn.estimate_reach(p, c, 15)),
    "find_clusters": ("communes", clusters),
    "suggest_sites": (None, lambda c, p: epn.suggest_sites(c, p, 2, 2)),
    "sites_to_reach": (None, lambda c, p: epn.sites_to_reach(c, p, 5)),
    "site_sensitivity": (None, lambda c, p: epn.site_sensitivity(c, p, 1, radii_km=[2, 4])),
    "add_sites": (None, lambda c, p: epn.add_sites(p, epn.suggest_sites(c, p, 1, 2))),
    "measure_closures": ("places", lambda c, p: epn.measure_closures(p, c, 2)),
    "assign_crant": ("places", lambda c, p: epn.assign_crant(p, c)),
    "crant_territories": (None, lambda c, p: epn.crant_territories(p, c)),
    "skills_matrix": (None, skills),
    "find_skill_gaps": (
        "communes",
        lambda c, p: epn.find_skill_gaps(c, p, "antenne", 2, field="categorie"),
    ),
    "measure_means": (None, lambda c, p: epn.measure_means(p.assign(visites="3"), c)),
    "describe_gaps": (None, lambda c, p: epn.describe_gaps(epn.find_gaps(c, p, 2), c, p)),
}
# these look at no territory
PLACES_ONLY = ("reach", "geocode_places", "merge_places", "compare_places", "revise")
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


@pytest.mark.parametrize("name", [n for n in CALLS if n not in PLACES_ONLY])
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
