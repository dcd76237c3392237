"""A population grid: files of every vintage, and people counted cell by cell, by hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.crs import reproject
from epn_geo.delivery import deliver
from epn_geo.geometry.within import cells_within
from epn_geo.labels import say
from epn_geo.study import build
from tests.test_maps import payload_of
from tests.worlds import make_places

IDS = ["CRS3035RES200mN3132800E3798000", "CRS3035RES200mN3132800E3798200"]
VINTAGES = {
    "2010": {"idINSPIRE": IDS, "ind_c": [3.0, 4.5]},
    "2015": {"IdINSPIRE": IDS, "Depcom": ["14118"] * 2, "Ind": [3.0, 4.5], "I_est_cr": [0, 1]},
    "2017": {"Idcar_200m": IDS, "I_est_200": ["0", "1"], "Ind": [3.0, 4.5], "Men": [1.5, 2.0]},
    "2019": {
        "idcar_200m": IDS,
        "idcar_1km": ["CRS3035RES1000mN3132000E3798000"] * 2,
        "i_est_200": [0, 1],
        "lcog_geo": ["1411814366", "14118"],
        "ind": [3.0, 4.5],
        "ind_65_79": [0.5, 1.0],
    },
}


def cells(*points: tuple[float, float, float], **columns: object) -> pd.DataFrame:
    """Make cells at metric points: x, y, people."""
    x, y, people = np.array(points, dtype=float).reshape(-1, 3).T
    return pd.DataFrame({"epsg": 2154, "x": x, "y": y, "population": people} | columns)


@pytest.mark.parametrize("vintage", VINTAGES)
@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet", "gpkg"])
def test_every_vintage_and_format_says_the_same(tmp_path: Path, vintage: str, suffix: str) -> None:
    frame = pd.DataFrame(VINTAGES[vintage])
    path = tmp_path / f"grid.{suffix}"
    if suffix == "csv":
        path.write_text(frame.to_csv(index=False, sep=";", decimal=","), encoding="utf-8-sig")
    elif suffix == "csv.gz":
        path.write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    elif suffix == "parquet":
        frame.to_parquet(path)
    else:
        squares = shapely.box([0, 200], [0, 0], [200, 400], [200, 200])
        gpd.GeoDataFrame(frame, geometry=squares, crs=3035).to_file(path)
    grid = epn.read_grid(path)
    assert grid["population"].tolist() == [3.0, 4.5]
    assert grid["x"].tolist() == [3_798_100, 3_798_300]
    assert grid["y"].tolist() == [3_132_900] * 2
    assert grid["epsg"].tolist() == [3035] * 2
    assert grid["impute"].tolist() == [False, vintage != "2010"]
    assert "geometry" not in grid


def test_overseas_cells_say_their_own_crs(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text("idcar_200m,ind\nCRS2975RES200mN7691200E339000,5\n", encoding="utf-8")
    assert epn.read_grid(path)["epsg"].tolist() == [2975]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("idcar_200m,men\nCRS3035RES200mN0E0,1\n", "no column says population"),
        ("idcar_200m,ind\nN3132800E3798000,1\n", "row 1: 'N3132800E3798000'"),
        ("idcar_200m,ind\nCRS3035RES200mN0E0,1\nCRS3035RES200mN0E0,1\n", "come twice"),
        ("idcar_200m,ind\nCRS3035RES200mN0E0,-4\n", "no usable population"),
        ("idcar_200m,ind\nCRS3035RES200mN0E0,\n", "no usable population"),
        ("idcar_200m,ind\nCRS3035RES200mN0E0,peu\n", "something else than numbers"),
    ],
)
def test_what_cannot_be_used_is_explained(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "grid.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(epn.DataError, match=message):
        epn.read_grid(path)


@pytest.mark.parametrize("suffix", ["parquet", "gpkg", "csv"])
def test_a_damaged_file_is_explained(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"grid.{suffix}"
    path.write_bytes(b"\xff\xfe not what its name says")
    with pytest.raises(epn.DataError, match=f"grid.{suffix}"):
        epn.read_grid(path)


def test_a_geopackage_of_several_layers_needs_a_name(tmp_path: Path) -> None:
    path = tmp_path / "grid.gpkg"
    frame = gpd.GeoDataFrame(
        VINTAGES["2010"], geometry=shapely.box([0, 200], [0, 0], [200, 400], [200, 200]), crs=3035
    )
    for layer in ("metropole", "reunion"):
        frame.to_file(path, layer=layer, mode="a" if path.exists() else "w")
    with pytest.raises(epn.DataError, match="layer='metropole'"):
        epn.read_grid(path)
    assert len(epn.read_grid(path, layer="reunion")) == 2
    with pytest.raises(epn.DataError, match="Did you mean 'reunion'"):
        epn.read_grid(path, layer="reunio")


def test_a_column_of_another_name_can_be_declared(tmp_path: Path) -> None:
    path = tmp_path / "grid.csv"
    path.write_text("idcar_200m,POP\nCRS3035RES200mN0E0,7\n", encoding="utf-8")
    assert epn.read_grid(path, columns={"population": "POP"})["population"].tolist() == [7]
    with pytest.raises(epn.ColumnError, match="Did you mean 'POP'"):
        epn.read_grid(path, columns={"population": "POPS"})
    with pytest.raises(epn.DataError, match="unpack archives"):
        epn.read_grid(path.rename(tmp_path / "grid.7z"))


def test_each_cell_counts_for_the_commune_it_lies_in(grid: gpd.GeoDataFrame) -> None:
    some = cells(
        (2000, 2000, 5),  # inside 14001
        (4000, 2000, 6),  # on the border of 14001 and 14005
        (-100, 2000, 7),  # in the sea, INSEE says 14002
        (-100, 2000, 8),  # outside
        lcog_geo=["", "", "1400214001", "99999"],
    )
    located = epn.locate_cells(some, grid)
    assert located["code_insee"].tolist()[:2] == ["14001", "14001"]
    assert located["code_insee"][2] == "14002"
    assert located["rattachement"].tolist() == ["centre", "centre", "code", "hors communes"]
    account = epn.count_cells(located).set_index("rattachement")
    assert account["population"].tolist() == [11, 7, 8]
    assert account["carreaux"].sum() == len(some)


def test_people_covered_are_those_of_the_cells_within_reach(grid: gpd.GeoDataFrame) -> None:
    some = cells((2000, 2000, 30), (2900, 2000, 10), (3500, 2000, 60), (9000, 2000, 5))
    place = make_places((2000.0, 2000.0))
    covered = epn.measure_population(grid, place, some, [1, 2])
    first = covered.iloc[0]
    assert first["carreaux"] == 3
    assert first["population_carreaux"] == 100
    assert first["part_population_couverte_1km"] == 0.4
    assert first["population_couverte_1km"] == 40  # of 100 inhabitants
    assert first["part_population_couverte_2km"] == 1
    assert first["distance_habitants_km"] == pytest.approx((0 * 30 + 0.9 * 10 + 1.5 * 60) / 100)
    assert first["distance_habitants_mediane_km"] == pytest.approx(1.5)
    assert first["distance_habitants_p90_km"] == pytest.approx(1.5)
    assert covered["methode_population"].value_counts().to_dict() == {"surface": 14, "carreaux": 2}
    assert covered["population_couverte_1km"].isna().sum() == 14  # nothing known, nothing invented


def test_the_people_of_a_lone_cell_are_not_told(grid: gpd.GeoDataFrame) -> None:
    lone = cells((2000, 2000, 500), (6000, 2000, 12), (6200, 2000, 11), impute=[False, True, True])
    told = epn.measure_population(grid.drop(columns="population"), make_places((0.0, 0.0)), lone)
    assert told["carreaux"].tolist()[:5:4] == [1, 2]
    assert told["population_carreaux"].isna().tolist()[:5:4] == [True, True]  # 10.5 households
    assert told["population_couverte"].isna().tolist()[:5:4] == [True, True]
    assert told["part_population_couverte"].tolist()[:5:4] == [1.0, 1.0]


def test_a_commune_without_cells_keeps_its_figure_by_area(grid: gpd.GeoDataFrame) -> None:
    place = make_places((6000.0, 2000.0))
    by_area = epn.measure_coverage(grid, place, 1)
    both = epn.measure_population(by_area, place, cells((2000, 2000, 30)))
    assert both["population_couverte"][0] == 0
    assert both["population_couverte"][4] == by_area["population_couverte"][4] > 0
    assert both["part_couverte"].equals(by_area["part_couverte"])
    tables = epn.summarise(both, by="departement")
    assert tables["population_hors_portee"].between(0, 800).all()


def test_radii_are_those_of_the_coverage(grid: gpd.GeoDataFrame) -> None:
    place = make_places((6000.0, 2000.0), portee=[3.0])
    some = cells((2000, 2000, 30))
    several = epn.measure_population(epn.measure_coverage(grid, place, [3, 5]), place, some)
    assert several["part_population_couverte_5km"][0] == 1
    assert several["part_population_couverte_3km"][0] == 0
    own = epn.measure_coverage(grid, place, "portee")
    with pytest.raises(epn.DataError, match="same radius_km again"):
        epn.measure_population(own, place, some)
    assert epn.measure_population(own, place, some, "portee")["population_couverte"][0] == 0


def test_no_place_at_all_covers_nobody(grid: gpd.GeoDataFrame) -> None:
    covered = epn.measure_population(grid, make_places(None), cells((2000, 2000, 30)))
    assert covered["population_couverte"][0] == 0
    assert np.isnan(covered["distance_habitants_km"][0])


def test_gaps_count_the_people_in_their_cells(grid: gpd.GeoDataFrame) -> None:
    wall = make_places(*[(8000.0, 1000.0 * y) for y in range(17)])
    gaps = epn.find_gaps(grid, wall, radius_km=1.5)
    # every commune has two cells of equal weight, one out of reach except beside the wall
    some = pd.concat(
        [cells((x, y, 25), (x + 600, y, 25)) for x in (1000, 5000, 9000, 13_000)
         for y in (2000, 6000, 10_000, 14_000)], ignore_index=True,
    )  # fmt: skip
    refined = epn.measure_gaps(gaps, grid, wall, some)
    # left of the wall 16 cells of 50 people each, scaled from 50 to 100 by commune: all are out;
    # right of it the communes at 9000 have both cells within 1.5 km and 1.6 km of the wall
    by_side = dict(zip(refined["departements"], refined["population_hors_portee"], strict=True))
    assert by_side == {"14": 800.0, "27": 600.0}
    assert refined["methode_population"].eq("carreaux").all()
    assert refined["population_hors_portee_surface"].equals(gaps["population_hors_portee"])


def test_a_single_cell_is_never_shown(grid: gpd.GeoDataFrame) -> None:
    place = make_places((16_000.0, 16_000.0))
    gaps = epn.find_gaps(grid, place, radius_km=20)
    lone = epn.measure_gaps(gaps, grid.iloc[:1], place, cells((100, 100, 500)))
    assert lone["methode_population"].tolist() == ["surface"]
    few = cells((100, 100, 9), (300, 100, 9), men=[5.0, 5.0])
    assert epn.measure_gaps(gaps, grid.iloc[:1], place, few)["methode_population"][0] == "surface"
    enough = few.assign(men=[5.0, 6.0])
    shown = epn.measure_gaps(gaps, grid.iloc[:1], place, enough)
    assert shown["population_hors_portee"].tolist() == [100]


def test_polygons_of_reach_stand_in_for_discs(grid: gpd.GeoDataFrame) -> None:
    place = make_places((2000.0, 2000.0), None, categorie=["EPN", "EPN"])
    some = cells((2000, 2000, 30), (3500, 2000, 70), (6000, 2000, 20))
    squares = [shapely.box(1000, 1000, 3000, 3000), shapely.box(0, 0, 5000, 5000), None, None]
    bands = gpd.GeoDataFrame(
        {"minutes": [10.0, 20.0, 10.0, 20.0], "categorie": "EPN"}, geometry=squares, crs=2154
    )
    got = epn.measure_population(grid, place, some, areas=bands.to_crs(3857))
    assert got["part_population_couverte_10min"].tolist()[:5:4] == [0.3, 0.0]
    assert got["population_couverte_20min"].tolist()[:5:4] == [100.0, 0.0]
    one = epn.measure_population(grid, place, some, areas=bands[bands["minutes"] == 20])
    assert one["population_couverte"].tolist()[:5:4] == [100.0, 0.0]
    crant = bands.assign(categorie="CRANT")
    assert (
        epn.measure_population(grid, place, some, areas=crant)["population_couverte_20min"][0] == 0
    )
    with pytest.raises(epn.DataError, match="not both"):
        epn.measure_population(grid, place, some, 10, areas=bands)
    gaps = epn.find_gaps(grid, make_places((4e5, 0.0)), 10).drop(columns="rayon_km")
    left = epn.measure_gaps(gaps, grid.iloc[:5], place, some, areas=bands)
    # 14001 is wholly reached; 14002, 14003 and 14004 have no cells and stand as one each; 14005 has
    # one cell, out of reach: four communes of 100 people
    assert left["population_hors_portee"].tolist() == [400.0]


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(-50, 210), st.integers(-50, 210), st.floats(0.5, 90)),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_a_reach_of_everything_covers_everybody(points: list[tuple[int, int, float]]) -> None:
    world = gpd.GeoDataFrame(
        {"code_insee": ["14001", "14002"]},
        geometry=[shapely.box(0, 0, 8000, 16_000), shapely.box(8000, 0, 16_000, 16_000)], crs=2154,
    )  # fmt: skip
    some = cells(*[(100.0 * x, 100.0 * y, p) for x, y, p in points])
    located = epn.locate_cells(some, world)
    covered = epn.measure_population(world, make_places((0.0, 0.0)), located, 50)
    inside = located["rattachement"] != "hors communes"
    people = some["population"].groupby(located["code_insee"]).sum().reindex(world["code_insee"])
    told = covered["population_carreaux"].notna().to_numpy()
    assert covered["population_carreaux"][told].tolist() == pytest.approx(
        people.fillna(0)[told].tolist()
    )
    assert covered["carreaux"].sum() == inside.sum()
    known = covered[covered["carreaux"] > 0]
    assert known["part_population_couverte"].tolist() == pytest.approx([1.0] * len(known))
    assert known["population_couverte"].tolist() == pytest.approx(
        known["population_carreaux"].tolist(), nan_ok=True
    )


def test_cells_are_found_as_points_would_be() -> None:
    rng = np.random.default_rng(5)
    centres = rng.uniform(0, 20_000, (40, 2))
    outlines = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=shapely.box(0, 0, 2e4, 2e4))
    )
    outlines = np.append(shapely.intersection(outlines, shapely.box(0, 0, 2e4, 2e4)), None)
    x, y = rng.uniform(-1000, 21_000, (2, 5000))
    point, polygon = shapely.STRtree(outlines).query(shapely.points(x, y), predicate="intersects")
    expected = np.full(5000, -1)
    expected[point] = polygon
    for block in (10, 4_000_000):
        assert np.array_equal(cells_within(x, y, outlines, block=block), expected)


@pytest.mark.slow
def test_normandie_counts_every_cell_once() -> None:
    communes = epn.read_communes(region="28")
    west, south, east, north = communes.to_crs(3035).total_bounds
    x, y = np.meshgrid(np.arange(west, east, 1000.0), np.arange(south, north, 1000.0))
    lattice = pd.DataFrame({"epsg": 3035, "x": x.ravel(), "y": y.ravel(), "population": 1.0})
    located = epn.locate_cells(lattice, communes)
    metric = gpd.points_from_xy(*reproject(x.ravel(), y.ravel(), 3035, 4326), crs=4326)
    expected = epn.locate(gpd.GeoDataFrame(geometry=metric), communes)["code_insee"]
    assert located["code_insee"].fillna("").tolist() == expected.fillna("").tolist()
    assert (located["rattachement"] == "centre").sum() == pytest.approx(29_906, rel=0.01)  # km²


def test_zones_add_up_though_cells_stand_beyond_the_border(grid: gpd.GeoDataFrame) -> None:
    """A cell whose commune the grid tells counts there, even with its centre across the border."""
    place = make_places((8000.0, 8000.0))
    told = cells((100, 100, 60), (-150, 100, 40), (15_900, 15_900, 50), (16_300, 15_900, 50))
    told["lcog_geo"] = ["14001", "14001", "27008", "27008"]
    covered = epn.measure_coverage(grid, place, radius_km=3)
    covered = epn.measure_population(covered, place, told)
    inhabited = covered[covered["methode_population"] == "carreaux"]
    assert inhabited["code_insee"].tolist() == ["14001", "27008"]
    gaps = epn.find_gaps(inhabited, place, radius_km=3)
    zones = epn.measure_gaps(gaps, inhabited, place, told)
    out = (inhabited["population"] - inhabited["population_couverte"]).sum()
    assert zones["population_hors_portee"].sum() == out == 200
    assert zones["carreaux"].sum() == 4


def test_a_study_on_a_grid_says_once_how_people_are_counted(tmp_path: Path) -> None:
    communes = epn.read_communes(departements="61").to_crs(3035)
    inside = communes.representative_point()
    corner = [
        (int(y // 200 * 200), int(x // 200 * 200)) for x, y in zip(inside.x, inside.y, strict=True)
    ]
    names = dict.fromkeys(f"CRS3035RES200mN{north}E{east}" for north, east in corner)
    grid = pd.DataFrame({"idcar_200m": [*names], "ind": 50.0, "men": 20.0})
    grid.to_csv(tmp_path / "grille.csv", index=False)
    asked = {"departements": "61", "radii_km": [10.0], "grid": (tmp_path / "grille.csv").as_posix()}
    deliver(None, tmp_path / "o", asked)
    page = (tmp_path / "o/carte.html").read_text(encoding="utf-8")
    head = payload_of(page, series=False)
    read = " ".join([head["definition"], *head["sources"]])
    assert read.count("comptés") == 1
    assert say("map_counted_cells") in read
    study = build(departements="61", radii_km=[10.0], grid=tmp_path / "grille.csv")
    far = study.tables["region"]["population_hors_portee_10km"].iloc[0]
    assert study.gaps["population_hors_portee"].sum() == pytest.approx(far, abs=far / 1000)
    epn.picture(study.coverage, tmp_path / "a.svg", lang="en")
    epn.picture(study.coverage.drop(columns="methode_population"), tmp_path / "b.svg", lang="en")
    drawn = [(tmp_path / f"{name}.svg").read_text(encoding="utf-8") for name in "ab"]
    assert ["they live, by the cells" in one for one in drawn] == [True, False]
