"""Coverage, gaps and tables on sixteen square communes, computed by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.radii import measure_for, measures_of, radii_of
from tests.worlds import make_places

CENTRE_OF_14001 = (2000.0, 2000.0)


def test_a_disc_inside_one_commune(grid: gpd.GeoDataFrame) -> None:
    covered = epn.measure_coverage(grid, make_places(CENTRE_OF_14001), radius_km=1)
    first = covered.iloc[0]
    assert first["aire_km2"] == 16
    assert first["part_couverte"] == pytest.approx(np.pi / 16, rel=1e-12)
    assert first["population_couverte"] == pytest.approx(100 * np.pi / 16, rel=1e-12)
    assert first["mairie_couverte"]
    assert first["distance_km"] == 0
    assert first["rayon_km"] == 1
    assert covered["part_couverte"].iloc[1:].eq(0).all()
    assert covered["distance_km"].iloc[1] == 4


def test_a_disc_over_four_communes_covers_a_quarter_of_itself_in_each(
    grid: gpd.GeoDataFrame,
) -> None:
    covered = epn.measure_coverage(grid, make_places((4000.0, 4000.0)), radius_km=1)
    touched = covered[covered["part_couverte"] > 0]
    assert touched["code_insee"].tolist() == ["14001", "14002", "14005", "14006"]
    assert touched["part_couverte"].tolist() == pytest.approx([np.pi / 4 / 16] * 4, rel=1e-12)


def test_several_radii_give_one_set_of_columns_each(grid: gpd.GeoDataFrame) -> None:
    covered = epn.measure_coverage(grid, make_places(CENTRE_OF_14001), radius_km=[1, 0.5])
    assert "rayon_km" not in covered
    assert "part_couverte" not in covered
    assert covered["part_couverte_0_5km"].iloc[0] == pytest.approx(np.pi / 64)
    assert covered["part_couverte_1km"].iloc[0] == pytest.approx(np.pi / 16)
    assert [m.radius_km for m in measures_of(covered)] == [0.5, 1.0]


def test_a_place_across_the_border_covers_this_side(grid: gpd.GeoDataFrame) -> None:
    covered = epn.measure_coverage(grid, make_places((-500.0, 2000.0)), radius_km=1)
    half_lens = np.arccos(0.5) - 0.5 * np.sqrt(0.75)  # circular segment beyond x = 0, in km²
    assert covered["part_couverte"].iloc[0] == pytest.approx(half_lens / 16, rel=1e-12)


def test_one_radius_per_category_and_per_column(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        CENTRE_OF_14001, (10_000.0, 2000.0), categorie=["EPN", "antenne"], portee=[1.0, 0.5]
    )
    by_category = epn.measure_coverage(grid, places, {"EPN": 1, "antenne": 0.5})
    by_column = epn.measure_coverage(grid, places, "portee")
    shares = by_category.set_index("code_insee")["part_couverte"]
    assert shares["14001"] == pytest.approx(np.pi / 16)
    assert shares["27001"] == pytest.approx(np.pi / 64)
    assert "rayon_km" not in by_category
    pd.testing.assert_frame_equal(by_category, by_column)


@pytest.mark.parametrize(
    ("radius", "message"),
    [
        (0, "positive"),
        (-1, "positive"),
        (float("nan"), "positive"),
        ([], "at least one"),
        ({"EPN": 10}, "antenne"),
        ("rayons", "Did you mean 'rayon'"),
    ],
)
def test_a_wrong_radius_is_explained(grid: gpd.GeoDataFrame, radius: object, message: str) -> None:
    places = make_places(CENTRE_OF_14001, categorie=["antenne"], rayon=[3])
    with pytest.raises(epn.DataError, match=message):
        epn.measure_coverage(grid, places, radius)  # type: ignore[arg-type]


def test_who_counts_for_coverage() -> None:
    places = make_places(
        (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), None,
        categorie=["EPN", "CRANT", "projet lauréat", "France Services", "EPN"],
        itinerance=["Fixe", None, None, "Itinérant", "Fixe"],
    )  # fmt: skip
    assert epn.serves(places).tolist() == [True, False, False, False, False]
    assert epn.serves(places.assign(couvre=True)).tolist() == [True] * 4 + [False]


def test_no_place_at_all(grid: gpd.GeoDataFrame) -> None:
    covered = epn.measure_coverage(grid, make_places(None), radius_km=10)
    assert covered["part_couverte"].eq(0).all()
    assert covered["distance_km"].isna().all()
    assert covered["lieu_le_plus_proche"].isna().all()
    assert not covered["mairie_couverte"].any()
    gaps = epn.find_gaps(grid, make_places(None))
    assert gaps["aire_km2"].tolist() == [256]
    assert epn.flag_underserved(covered)["motifs"].str.startswith("aucun lieu").all()


def test_everything_covered(grid: gpd.GeoDataFrame) -> None:
    places = make_places((8000.0, 8000.0))
    covered = epn.measure_coverage(grid, places, radius_km=50)
    assert covered["part_couverte"].eq(1).all()
    gaps = epn.find_gaps(grid, places, radius_km=50)
    assert len(gaps) == 0
    assert gaps.crs == grid.crs
    assert {"zone", "aire_km2", "population_hors_portee", "rayon_km"} <= set(gaps.columns)


def test_town_halls_are_used_where_they_are_known(grid: gpd.GeoDataFrame) -> None:
    world = grid.to_crs(4326)
    hall = gpd.GeoSeries([shapely.Point(1000, 1000)], crs=2154).to_crs(4326)
    world["mairie_longitude"], world["mairie_latitude"] = np.nan, np.nan
    world.loc[0, ["mairie_longitude", "mairie_latitude"]] = [hall.x[0], hall.y[0]]
    # so far from France Lambert-93 is only usable as it stands: keep the frame in it
    world = world.to_crs(2154)
    distance = epn.nearest_place(world, make_places((1000.0, 4000.0)))["distance_km"]
    assert distance[0] == pytest.approx(3, abs=1e-6)
    assert distance[1] == pytest.approx(np.hypot(1, 2), abs=1e-6)  # the middle of the square


def test_of_several_places_at_one_point_the_first_is_named(grid: gpd.GeoDataFrame) -> None:
    places = make_places((2000.0, 2000.0), (2000.0, 2000.0), (2000.0, 2000.0))
    assert epn.nearest_place(grid, places.iloc[[1, 2, 0]])["id_le_plus_proche"][0] == "p1"


def test_gaps_by_zone_are_connected_and_named_by_their_people(grid: gpd.GeoDataFrame) -> None:
    wall = make_places(*[(8000.0, 1000.0 * y) for y in range(17)])
    gaps = epn.find_gaps(grid.assign(population=range(16)), wall, radius_km=1.5)
    assert gaps["zone"].tolist() == ["Z001", "Z002"]
    assert gaps["communes"].tolist() == [8, 8]
    assert gaps["departements"].tolist() == ["27", "14"]
    assert gaps.loc[0, "commune_principale"] == "Commune 27-8"
    left = epn.measure_coverage(grid, wall, radius_km=1.5)
    assert gaps["aire_km2"].sum() == pytest.approx(
        (left["aire_km2"] * (1 - left["part_couverte"])).sum(), rel=1e-12
    )
    assert gaps.geometry.is_valid.all()


@pytest.mark.parametrize("by", ["zone", "commune", "epci", "departement", "region"])
def test_gaps_sum_to_the_same_whatever_the_level(grid: gpd.GeoDataFrame, by: str) -> None:
    places = make_places((4000.0, 4000.0), (9000.0, 12_000.0))
    left = epn.measure_coverage(grid, places, radius_km=3)
    gaps = epn.find_gaps(grid, places, radius_km=3, by=by)  # type: ignore[arg-type]
    expected = (left["population"] - left["population_couverte"]).sum()
    assert gaps["population_hors_portee"].sum() == pytest.approx(expected, rel=1e-9)
    assert gaps["aire_km2"].sum() == pytest.approx(gaps.area.sum() / 1e6, rel=2e-3)


def test_an_unknown_level_is_explained(grid: gpd.GeoDataFrame) -> None:
    with pytest.raises(epn.DataError, match="Did you mean 'departement'"):
        epn.find_gaps(grid, make_places((0.0, 0.0)), by="department")  # type: ignore[arg-type]


def test_flags_say_why_in_both_languages(grid: gpd.GeoDataFrame) -> None:
    covered = epn.measure_coverage(grid, make_places(CENTRE_OF_14001), radius_km=5)
    flagged = epn.flag_underserved(covered)
    assert flagged["sous_desservie"].tolist()[:3] == [False, False, True]
    assert flagged.loc[2, "motifs"] == (
        "mairie à 8,0 km du lieu le plus proche ; 0 % de la surface à portée"
    )
    english = epn.flag_underserved(covered, lang="en")
    assert english.loc[2, "motifs"].startswith("town hall 8.0 km from")


def test_the_table_says_what_each_departement_lacks(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        (2000.0, 2000.0), (2000.0, 6000.0), (6000.0, 2000.0), (10_000.0, 2000.0), (-9e4, 0.0),
        categorie=["EPN", "EPN", "EPN", "antenne", "EPN"],
    )  # fmt: skip
    covered = epn.measure_coverage(grid, places, radius_km=10)
    table = epn.summarise(covered, places, by="departement").set_index("code_departement")
    assert table["epn"].tolist() == [3, 0]  # the one far away covers but is not counted
    assert table["antennes"].tolist() == [0, 1]
    assert table["lieux"].tolist() == [3, 1]
    assert table.loc["14", "habitants_par_epn"] == pytest.approx(800 / 3)
    # 3 EPN for 1 600 people: 1.5 for 800, so the Eure needs 2
    assert table["epn_pour_taux_commun"].tolist() == [0, 2]
    total = epn.summarise(covered, places, by="region").iloc[0]
    assert total["population_hors_portee"] == pytest.approx(table["population_hors_portee"].sum())


def test_tables_agree_across_levels(grid: gpd.GeoDataFrame) -> None:
    places = make_places((4000.0, 4000.0), (9000.0, 12_000.0))
    covered = epn.measure_coverage(grid, places, [3, 5])
    sums = [
        epn.summarise(covered, places, by=level)[["population", "population_couverte_3km", "lieux"]]
        .sum()
        .tolist()
        for level in ("commune", "epci", "departement", "region")
    ]
    assert sums[0] == pytest.approx(sums[1])
    assert sums[1] == pytest.approx(sums[2])
    assert sums[2] == pytest.approx(sums[3])


def test_communes_without_epci_are_not_lost(grid: gpd.GeoDataFrame) -> None:
    world = grid.assign(code_epci=grid["code_epci"].where(grid["code_insee"] != "14001"))
    table = epn.summarise(epn.measure_coverage(world, make_places((0.0, 0.0))), by="epci")
    assert table["population"].sum() == 1600
    assert table["communes"].tolist()[0] == 1


def test_places_near_a_territory_are_kept_and_unknown_ones_too(grid: gpd.GeoDataFrame) -> None:
    places = make_places((-9000.0, 0.0), (-11_000.0, 0.0), None, (8000.0, 8000.0))
    assert epn.keep_near(places, grid, within_km=10).index.tolist() == [0, 2, 3]


def test_measures_are_found_again() -> None:
    frame = pd.DataFrame(columns=["part_couverte_5km", "part_couverte_10km", "part_couverte_15km"])
    assert measure_for(frame).radius_km == 10
    assert measure_for(frame, 15).suffix == "_15km"
    with pytest.raises(epn.DataError, match="12 km was not measured; there is 5, 10, 15"):
        measure_for(frame, 12)
    with pytest.raises(epn.ColumnError, match="measure_coverage"):
        measures_of(pd.DataFrame({"x": [1]}))


def test_radii_name_the_place_that_has_none() -> None:
    with pytest.raises(epn.DataError, match="index 1"):
        radii_of(make_places((0.0, 0.0), (1.0, 1.0), r=[1.0, None]), "r")


@settings(deadline=None, max_examples=40)
@given(
    points=st.lists(
        st.tuples(st.floats(-5000, 21_000), st.floats(-5000, 21_000)), min_size=1, max_size=12
    ),
    radius=st.floats(0.2, 12),
)
def test_more_reach_never_covers_less(points: list[tuple[float, float]], radius: float) -> None:
    world = gpd.GeoDataFrame(
        {"population": [10, 20]},
        geometry=[shapely.box(0, 0, 8000, 16_000), shapely.box(8000, 0, 16_000, 16_000)],
        crs=2154,
    )
    covered = epn.measure_coverage(world, make_places(*points), [radius, radius * 1.3])
    small, large = (covered[f"part_couverte{m.suffix}"] for m in measures_of(covered))
    assert ((small >= 0) & (small <= large + 1e-9) & (large <= 1)).all()


def test_text_does_not_pass_for_yes(grid: gpd.GeoDataFrame) -> None:
    places = make_places(CENTRE_OF_14001, couvre=["non"])
    with pytest.raises(epn.ColumnError, match="true or false"):
        epn.measure_coverage(grid, places)


def test_an_earlier_measure_does_not_pass_for_this_one(grid: gpd.GeoDataFrame) -> None:
    places = make_places(CENTRE_OF_14001, categorie=["EPN"])
    once = epn.measure_coverage(grid, places, 10)
    again = epn.measure_coverage(once, places, {"EPN": 3})
    assert "rayon_km" not in again
    assert [m.radius_km for m in measures_of(epn.measure_coverage(once, places, [2, 3]))] == [2, 3]


def test_points_that_are_not_numbers_are_no_coordinates(grid: gpd.GeoDataFrame) -> None:
    places = make_places(CENTRE_OF_14001, CENTRE_OF_14001, CENTRE_OF_14001)
    points = [shapely.Point(np.nan, np.nan), shapely.Point(), shapely.Point(CENTRE_OF_14001)]
    places = places.set_geometry(gpd.GeoSeries(points, crs=2154))
    assert epn.serves(places).tolist() == [False, False, True]
    located = epn.locate(places, grid)
    assert located["accord"].tolist() == ["sans coordonnées", "sans coordonnées", "non déclaré"]
    assert len(epn.keep_near(places, grid, 1)) == 3


def test_places_without_coordinates_count_where_they_declare(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        CENTRE_OF_14001, None, categorie=["EPN", "EPN"], code_insee=["14001", "27002"]
    )
    table = epn.summarise(epn.measure_coverage(grid, places, 5), places, by="departement")
    assert table["epn"].tolist() == [1, 1]
    assert table["lieux"].tolist() == [1, 0]


def test_categories_spelled_alike_are_counted_together(grid: gpd.GeoDataFrame) -> None:
    places = make_places(CENTRE_OF_14001, CENTRE_OF_14001, categorie=["EPN", "Epn"])
    covered = epn.measure_coverage(grid, places, 5)
    assert epn.summarise(covered, places, by="region")["epn"].tolist() == [2]
    with pytest.raises(epn.DataError, match="'communes'"):
        epn.summarise(covered, places.assign(categorie="Communes"), by="region")


def test_unknown_territories_and_numpy_radii_do_no_harm(grid: gpd.GeoDataFrame) -> None:
    world = grid.assign(code_departement=grid["code_departement"].where(grid.index > 0))
    gaps = epn.find_gaps(world, make_places((30_000.0, 30_000.0)), np.int64(2))  # type: ignore[arg-type]
    assert gaps["departements"].tolist() == ["14, 27"]
    assert gaps["rayon_km"].tolist() == [2]


def test_another_name_for_the_geometry_is_no_matter(grid: gpd.GeoDataFrame) -> None:
    world = grid.rename_geometry("geom")
    places = make_places(CENTRE_OF_14001, services=["Parentalité"]).rename_geometry("geom")
    more = epn.add_sites(places, epn.suggest_sites(world, places, new=1, radius_km=5))
    assert more.geometry.notna().all()
    assert epn.revise(places, make_places((1.0, 1.0))).geometry.notna().all()
    assert len(epn.skills_matrix(places, world, by="departement", radius_km=5))


def test_radii_that_differ_little_have_columns_of_their_own(grid: gpd.GeoDataFrame) -> None:
    places = make_places((2000.0, 2000.0), categorie=["EPN"])
    measured = epn.measure_coverage(grid, places, [2.0, 2.0000001, 1234567.5])
    wanted = {"part_couverte_2km", "part_couverte_2_0000001km", "part_couverte_1234567_5km"}
    assert wanted <= set(measured)
