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


def ranked(communes: Frame, places: Frame) -> pd.DataFrame:
    flagged = epn.flag_underserved(epn.measure_coverage(communes, places, 2))
    return epn.measure_inequality(flagged, "distance_km", by=["departement"])


def located_cells(communes: Frame, _: Frame) -> pd.DataFrame:
    return epn.locate_cells(CELLS, communes)


def compared(communes: Frame, places: Frame) -> pd.DataFrame:
    return epn.compare(places, places.iloc[1:], communes, 2).places


def placed(communes: Frame, places: Frame) -> Frame:
    halls = communes.geometry.representative_point().to_crs(4326)
    named = communes.assign(mairie_longitude=halls.x, mairie_latitude=halls.y)
    return epn.place_at_town_halls(places, named)


def drawn(places: Frame) -> Frame:
    """Polygons of reach of two times, by the id of their place."""
    return pd.concat([epn.reach(places, km).assign(minutes=10 * km) for km in (2, 4)])


def published(communes: Frame, places: Frame) -> pd.DataFrame:
    return epn.prepare_publication(places, communes, date="2026-05-01").places


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
    "measure_access, areas": ("communes", lambda c, p: epn.measure_access(c, p, areas=drawn(p))),
    "measure_load, areas": ("places", lambda c, p: epn.measure_load(p, c, areas=drawn(p))),
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
    "compare": (None, compared),
    "prepare_publication": (None, published),
    "place_at_town_halls": ("places", placed),
    "measure_inequality": (None, ranked),
    "locate_cells": (None, located_cells),
    "serves": (None, lambda _, p: epn.serves(p)),
    "standard_frame": (None, lambda _, p: epn.standard_frame(p)),
    "filter_places": (None, lambda _, p: epn.filter_places(p, categorie="EPN")),
    "add_weekly_hours": ("places", lambda _, p: epn.add_weekly_hours(p.assign(horaires=None))),
}
# these look at no territory, the second at no place either
PLACES_ONLY = (
    *("reach", "geocode_places", "merge_places", "compare_places", "revise"),
    "place_at_town_halls",  # whose communes are rows with degrees
)
ROWS_ONLY = ("serves", "standard_frame", "filter_places", "add_weekly_hours", "locate_cells")
# these change columns: where a place stands replaces what was declared, or where it was not known
REPLACED = {
    "locate": ["code_insee", "commune"],
    "reach": ["geometry"],
    "place_at_town_halls": ["geometry"],
    "add_weekly_hours": [],
}

# Each writes into a folder from (communes, places).
WRITERS: dict[str, Callable[[Frame, Frame, Path], object]] = {
    "coverage_map": lambda c, p, to: epn.coverage_map(epn.measure_coverage(c, p, 2), places=p).save(
        str(to / "a.html")
    ),
    "picture": lambda c, p, to: epn.picture(epn.measure_coverage(c, p, 2), to / "a.svg", places=p),
    "write_report": lambda c, p, to: epn.write_report(
        to / "a.xlsx", epn.measure_coverage(c, p, 2), {}, places=p
    ),
    "write_styled_layers": lambda c, p, to: epn.write_styled_layers(
        epn.study_layers(epn.measure_coverage(c, p, 2), p), to / "a.gpkg"
    ),
    "write_standard": lambda _, p, to: epn.write_standard(p, to / "a.csv"),
    "write_publication": lambda _, p, to: epn.write_publication(p, to / "a"),
    "write_places": lambda _, p, to: epn.write_places(p, to / "a.csv"),
    "write_layer": lambda c, _, to: epn.write_layer(c, to / "a.geojson"),
    "write_layers": lambda c, p, to: epn.write_layers({"c": c, "p": p}, to / "a.gpkg"),
    "write_table": lambda c, _, to: epn.write_table(c, to / "a.csv"),
}

# Why the other public names are not in these tables.
NO_FRAME, FROM_FILES = "takes no frame of places or communes", "reads files or asks servers"
APART: dict[str, str] = {
    **dict.fromkeys(
        ("ColumnError", "CrsError", "DataError", "DownloadError", "EpnGeoError"), "an error"
    ),
    **dict.fromkeys(
        ("Cache", "Comparison", "CoverageChange", "Door", "MissingAreaWarning", "Snapshot"),
        "a type, not a function",
    ),
    **dict.fromkeys(("Study", "Survey", "study"), "a type or a room, not a function"),
    **dict.fromkeys(
        ("catchment_access", "decay_weights", "gini_index", "lorenz_curve", "palma_ratio"), NO_FRAME
    ),
    **dict.fromkeys(("shortfall_index", "theil_index", "current_code", "current_codes"), NO_FRAME),
    **dict.fromkeys(("successions", "reference_counts", "draw_history", "write_note"), NO_FRAME),
    **dict.fromkeys(
        ("read_areas", "read_communes", "read_epci", "read_grid", "read_needs", "read_places"),
        FROM_FILES,
    ),
    **dict.fromkeys(("read_provenance", "keep_snapshot", "read_snapshots"), FROM_FILES),
    **dict.fromkeys(
        ("fetch_communes", "fetch_epn", "fetch_france_services", "fetch_national_map"), FROM_FILES
    ),
    "count_cells": "streams a grid of cells: its sums are those of test_population and test_grids",
    "isochrones": "asks a server: tests/test_traveltime.py",
    "check_areas": "findings about polygons of reach, which are tested where they are read",
    "study_layers": "called by write_styled_layers above",
    "summary_lines": "gives sentences of tables: tests/test_workbook.py",
    "note_text": "gives sentences of a comparison: tests/test_differences.py",
    "network_history": "takes snapshots: tests/test_differences.py",
    "write_sheets": "takes seconds: bytes and inputs are those of tests/test_sheets.py",
    "add_needs": "wants a table of need: tests/test_needs.py",
    "rank_needs": "wants a table of need: tests/test_needs.py",
    "flag_priority": "wants a table of need: tests/test_needs.py",
}


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


@pytest.mark.parametrize("name", [n for n in CALLS if n not in (*PLACES_ONLY, *ROWS_ONLY)])
def test_two_territories_in_one_frame_are_refused(name: str) -> None:
    both = epn.read_communes(departements=["61", "974"])
    with pytest.raises(epn.CrsError, match="2 territories"):
        CALLS[name][1](both, make_places((450_000.0, 6_880_000.0)))


@pytest.mark.parametrize("name", [n for n in CALLS if n not in ROWS_ONLY])
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


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_the_same_to_the_byte_and_inputs_are_not_modified(
    grid: Frame, tmp_path: Path, name: str
) -> None:
    communes = grid.set_geometry(grid.translate(450_000, 6_880_000))
    places = make_places((2000.0, 2000.0), (9000.0, 9000.0), categorie=["EPN", "antenne"])
    places = places.set_geometry(places.translate(450_000, 6_880_000))
    before = communes.copy(deep=True), places.copy(deep=True)
    written = []
    for run in ("1", "2"):
        folder = tmp_path / run
        folder.mkdir()
        WRITERS[name](communes, places, folder)
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        assert files
        written.append({file.relative_to(folder): file.read_bytes() for file in files})
    assert written[0] == written[1]
    assert_geodataframe_equal(communes, before[0])
    assert_geodataframe_equal(places, before[1])


def test_every_public_name_keeps_the_promises_or_says_why_not() -> None:
    """A new public function fails here until it stands in one of the tables."""
    public = {name for name in epn.__all__ if not name.startswith("__")}
    held = {name.partition(",")[0] for name in CALLS} | set(WRITERS)
    assert not held & set(APART)
    assert public - held - set(APART) == set(), "new: put it into CALLS, WRITERS or APART"
    assert (held | set(APART)) - public == set(), "no longer public"
