"""Reach beyond circles: polygons in place of discs, in worlds that can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.areas import MissingAreaWarning
from epn_geo.radii import measure_for, measures_of

KM = 1000.0


def squares(*codes_people: tuple[str, float], side: float = 4 * KM) -> gpd.GeoDataFrame:
    """Communes in a row, squares of 4 km, the town hall in the middle."""
    return gpd.GeoDataFrame(
        {
            "code_insee": [code for code, _ in codes_people],
            "commune": [f"C{code}" for code, _ in codes_people],
            "code_departement": [code[:2] for code, _ in codes_people],
            "departement": [code[:2] for code, _ in codes_people],
            "code_epci": "200000001",
            "epci": "CC",
            "code_region": "28",
            "region": "Normandie",
            "population": [people for _, people in codes_people],
        },
        geometry=[shapely.box(i * side, 0, (i + 1) * side, side) for i in range(len(codes_people))],
        crs=2154,
    )


def at(*points: tuple[str, float, float], **columns: object) -> gpd.GeoDataFrame:
    """Places by id."""
    return gpd.GeoDataFrame(
        {"id": [p[0] for p in points], "nom": [p[0].upper() for p in points], **columns},
        geometry=[shapely.Point(p[1] * KM, p[2] * KM) for p in points],
        crs=2154,
    )


def boxes(*areas: tuple[str | None, float | None, tuple[float, float, float, float]]):
    """Areas by id, minutes and corners in km."""
    frame = gpd.GeoDataFrame(
        {"id": [a[0] for a in areas], "minutes": [a[1] for a in areas]},
        geometry=[shapely.box(*(np.array(a[2]) * KM)) for a in areas],
        crs=2154,
    )
    return frame.dropna(axis=1, how="all")


THREE = squares(("14001", 100), ("14002", 200), ("27001", 400))
PAIR = at(("a", 2, 2), ("b", 10, 2))
AREAS = boxes(("a", 20, (-1, 0, 5, 4)), ("b", 20, (9, 1, 12, 3)))


def test_shares_are_exact() -> None:
    covered = epn.measure_coverage(THREE, PAIR, areas=AREAS)
    assert covered["part_couverte"].tolist() == [1.0, 0.25, 6 / 16]
    assert covered["population_couverte"].tolist() == [100.0, 50.0, 150.0]
    assert covered["mairie_couverte"].tolist() == [True, False, True]
    assert covered["minutes"].tolist() == [20.0] * 3
    assert covered["distance_km"].tolist() == [0.0, 4.0, 0.0]
    assert "rayon_km" not in covered
    assert set(covered["methode_portee"]) == {"polygones de portée fournis"}


def test_several_times_name_their_columns() -> None:
    areas = pd.concat([AREAS, boxes(("a", 7.5, (0, 0, 2, 4)), ("b", 7.5, (9, 1, 11, 3)))])
    covered = epn.measure_coverage(THREE, PAIR, areas=areas)
    assert [m.suffix for m in measures_of(covered)] == ["_7_5min", "_20min"]
    assert covered["part_couverte_7_5min"].tolist() == [0.5, 0.0, 0.25]
    assert covered["part_couverte_20min"].tolist() == [1.0, 0.25, 0.375]
    assert "minutes" not in covered
    assert measure_for(covered).minutes == 20
    assert measure_for(covered, minutes=7.5).suffix == "_7_5min"
    with pytest.raises(epn.DataError, match=r"30 min was not measured; there is 7.5, 20 min"):
        measure_for(covered, minutes=30)
    with pytest.raises(epn.DataError, match=r"areas\[areas\['minutes'\] == 20\]"):
        epn.find_gaps(THREE, PAIR, areas=areas)


def test_areas_by_road_are_not_taken_for_a_radius() -> None:
    areas = AREAS.rename(columns={"minutes": "route_km"}).assign(route_km=[10.0, 10.0])
    covered = epn.measure_coverage(THREE, PAIR, areas=areas)
    assert covered["route_km"].tolist() == [10.0] * 3
    measure = measure_for(covered)
    assert (measure.radius_km, measure.route_km, measure.areas) == (None, 10.0, True)
    two = pd.concat([areas, areas.assign(route_km=5.0)])
    assert "part_couverte_10km_route" in epn.measure_coverage(THREE, PAIR, areas=two)


def test_areas_without_times_or_names_count_all() -> None:
    nobody = AREAS[["geometry"]]
    covered = epn.measure_coverage(THREE, PAIR.iloc[:0], areas=nobody)
    assert covered["part_couverte"].tolist() == [1.0, 0.25, 0.375]
    assert measure_for(covered).areas
    assert measure_for(covered).value is None


def test_a_later_measure_replaces_an_earlier_one() -> None:
    by_areas = epn.measure_coverage(THREE, PAIR, areas=AREAS)
    again = epn.measure_coverage(by_areas, PAIR, 1)
    by_radius = epn.measure_coverage(THREE, PAIR, 1)
    pd.testing.assert_frame_equal(again, by_radius, check_like=True)
    back = epn.measure_coverage(again, PAIR, areas=AREAS)
    pd.testing.assert_frame_equal(back, by_areas, check_like=True)


def test_only_polygons_of_places_that_count_do() -> None:
    places = PAIR.assign(categorie=["EPN", "CRANT"])
    covered = epn.measure_coverage(THREE, places, areas=AREAS)
    assert covered["part_couverte"].tolist() == [1.0, 0.25, 0.0]
    # a polygon of a place that is not in the list does not count for another
    one = epn.measure_coverage(THREE, PAIR.iloc[:1], areas=AREAS)
    assert one["part_couverte"].tolist() == [1.0, 0.25, 0.0]


def test_a_place_without_polygon_is_said_never_silently_left_out() -> None:
    with pytest.warns(MissingAreaWarning, match="1 place that counts has no polygon .*: B"):
        epn.measure_coverage(THREE, PAIR, areas=AREAS.iloc[:1])
    empty = AREAS.assign(geometry=[AREAS.geometry.iloc[0], None])
    with pytest.warns(MissingAreaWarning, match="B"):
        epn.measure_coverage(THREE, PAIR, areas=empty)
    untimed = pd.concat([AREAS, AREAS.assign(minutes=[30, np.nan])])
    with pytest.warns(MissingAreaWarning, match="30 minutes .*: B; 1 polygon says no time"):
        epn.measure_coverage(THREE, PAIR, areas=untimed)
    findings = epn.check_areas(untimed, PAIR)
    assert findings[["nom", "code"]].to_numpy().tolist() == [
        ["", "zone_sans_duree"],
        ["B", "lieu_sans_zone"],
    ]


@pytest.mark.parametrize(
    ("areas", "message"),
    [
        (PAIR, "must be polygons; there are also Point"),
        (AREAS.assign(minutes=[20, -1]), "minutes must be positive numbers, not -1"),
        (AREAS.assign(geometry=[None, None]), "no polygon in areas"),
        (AREAS.set_crs(None, allow_override=True), "areas"),
    ],
)
def test_areas_that_cannot_be_used_are_refused(areas: gpd.GeoDataFrame, message: str) -> None:
    with pytest.raises(epn.DataError, match=message):
        epn.measure_coverage(THREE, PAIR, areas=areas)


def test_a_radius_beside_areas_is_refused() -> None:
    for measure in (
        lambda: epn.measure_coverage(THREE, PAIR, 5, areas=AREAS),
        lambda: epn.find_gaps(THREE, PAIR, 5, areas=AREAS),
    ):
        with pytest.raises(epn.DataError, match="Give either radius_km or areas"):
            measure()
    with pytest.raises(epn.ColumnError, match="whose they are by id"):
        epn.measure_coverage(THREE, PAIR[["geometry"]], areas=AREAS)


def test_names_tell_whose_a_polygon_is_where_no_id_does() -> None:
    areas = AREAS.assign(id=None, nom=["Élan", "Tour"])
    places = PAIR.assign(nom=["ELAN", "tour"])
    covered = epn.measure_coverage(THREE, places, areas=areas)
    assert covered["part_couverte"].tolist() == [1.0, 0.25, 0.375]
    # of two places of one name, each has the polygon that is nearest to it
    twins = places.assign(nom="Élan")
    closures = epn.measure_closures(twins, THREE, areas=areas.assign(nom="Élan"))
    assert closures["aire_dependante_km2"].tolist() == [20.0, 6.0]


def test_other_crs_invalid_and_double_polygons() -> None:
    whole = epn.measure_coverage(THREE, PAIR, areas=AREAS)["part_couverte"]
    degrees = epn.measure_coverage(THREE, PAIR, areas=AREAS.to_crs(4326))["part_couverte"]
    np.testing.assert_allclose(degrees, whole, atol=1e-6)
    twice = epn.measure_coverage(THREE, PAIR, areas=pd.concat([AREAS, AREAS]))["part_couverte"]
    np.testing.assert_allclose(twice, whole, rtol=1e-12)
    bow = shapely.Polygon(np.array([(0, 0), (4, 4), (4, 0), (0, 4)]) * KM)  # two triangles
    tied = AREAS.iloc[:1].set_geometry([bow], crs=2154)
    share = epn.measure_coverage(THREE, PAIR.iloc[:1], areas=tied)["part_couverte"]
    np.testing.assert_allclose(share, [0.5, 0, 0], atol=1e-12)


def test_gaps_are_what_no_polygon_covers() -> None:
    gaps = epn.find_gaps(THREE, PAIR, areas=AREAS)
    assert gaps["aire_km2"].tolist() == [pytest.approx(12 + 10)]
    assert gaps["population_hors_portee"].tolist() == [pytest.approx(150 + 250)]
    assert gaps["minutes"].tolist() == [20.0]
    assert gaps["communes"].tolist() == [2]
    left = shapely.union_all(THREE.geometry).difference(shapely.union_all(AREAS.geometry))
    assert gaps.geometry.iloc[0].symmetric_difference(left).area < 1
    by = epn.find_gaps(THREE, PAIR, areas=AREAS, by="departement")
    assert dict(zip(by["code_departement"], by["aire_km2"].round(6), strict=True)) == {
        "14": 12.0,
        "27": 10.0,
    }
    described = epn.describe_gaps(gaps, THREE, PAIR)
    assert described["mairies_hors_portee"].tolist() == [1]
    assert described["commune_la_plus_eloignee"].tolist() == ["C14002"]


def test_zones_hold_together_over_borders_that_an_area_cuts_askew() -> None:
    slanted = shapely.Polygon(np.array([(-1, -1), (13, -1), (13, 1.1), (-1, 2.3)]) * KM)
    areas = AREAS.iloc[:1].set_geometry([slanted], crs=2154)
    gaps = epn.find_gaps(THREE, PAIR.iloc[:1], areas=areas)
    assert len(gaps) == 1
    assert gaps["communes"].tolist() == [3]
    assert gaps.is_valid.all()


def test_flags_say_beyond_how_many_minutes() -> None:
    flagged = epn.flag_underserved(epn.measure_coverage(THREE, PAIR, areas=AREAS))
    assert flagged["motifs"].tolist() == [
        "",
        "mairie à plus de 20\u00a0min de tout lieu (le plus proche à 4,0 km à vol d'oiseau) ; "
        "25 % de la surface à portée",
        "38 % de la surface à portée",
    ]
    english = epn.flag_underserved(epn.measure_coverage(THREE, PAIR, areas=AREAS), lang="en")
    assert english["motifs"].iloc[1].startswith("town hall beyond 20\u00a0min of every place")


def test_tables_sum_what_areas_cover() -> None:
    coverage = epn.measure_coverage(THREE, PAIR, areas=AREAS)
    table = epn.summarise(coverage, PAIR, by="departement").set_index("code_departement")
    assert table["population_couverte"].to_dict() == {"14": 150.0, "27": 150.0}
    assert table["part_aire_couverte"].to_dict() == {"14": 0.625, "27": 0.375}
    assert table["communes_hors_portee"].to_dict() == {"14": 1, "27": 0}


# -- areas that are discs, finely drawn, give what discs give


@pytest.fixture(scope="module")
def orne() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    communes = epn.read_communes(departements="61")
    places = epn.read_places(epn_demo())
    points = places.to_crs(2154)
    drawn = places.set_geometry(points.buffer(8000, quad_segs=200), crs=2154).assign(minutes=15)
    return communes, epn.locate(places, communes), drawn


def epn_demo() -> Path:
    from epn_geo.embedded import embedded_path  # noqa: PLC0415 - where the list stands

    return embedded_path("demo/epn-demonstration.csv")


def test_fine_discs_as_areas_give_what_the_radius_gives(orne) -> None:
    communes, places, areas = orne
    discs, polygons = (
        epn.measure_coverage(communes, places, 8),
        epn.measure_coverage(communes, places, areas=areas),
    )
    np.testing.assert_allclose(polygons["part_couverte"], discs["part_couverte"], atol=2e-4)
    assert (polygons["mairie_couverte"] != discs["mairie_couverte"]).sum() <= 1
    zones = [epn.find_gaps(communes, places, 8), epn.find_gaps(communes, places, areas=areas)]
    assert zones[0]["aire_km2"].sum() == pytest.approx(zones[1]["aire_km2"].sum(), rel=1e-3)
    large = [z[z["aire_km2"] > 0.1] for z in zones]
    assert len(large[0]) == len(large[1])
    np.testing.assert_allclose(*(z["population_hors_portee"] for z in large), rtol=2e-2, atol=2)


# -- whatever the polygons


def some_areas(draw_from: list[tuple[float, float, float, float]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        geometry=[shapely.box(x, y, x + w, y + h) for x, y, w, h in draw_from], crs=2154
    )


corner = st.integers(-2000, 12_000)
size = st.integers(50, 6000)
rectangles = st.lists(st.tuples(corner, corner, size, size), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rectangles, rectangles)
def test_more_areas_never_cover_less_and_their_order_does_not_matter(some, more) -> None:
    first = epn.measure_coverage(THREE, PAIR, areas=some_areas(some))["part_couverte"]
    both = epn.measure_coverage(THREE, PAIR, areas=some_areas(some + more))["part_couverte"]
    other = epn.measure_coverage(THREE, PAIR, areas=some_areas((some + more)[::-1]))
    assert (both >= first - 1e-9).all()
    assert both.between(0, 1).all()
    np.testing.assert_allclose(both, other["part_couverte"], atol=1e-9)
    gaps = epn.find_gaps(THREE, PAIR, areas=some_areas(some + more))
    left = (1 - both) * 16
    assert gaps["aire_km2"].sum() == pytest.approx(left.sum(), abs=1e-5)
    assert gaps.is_valid.all()


# -- who depends on whom, skills, sites, changes


def test_what_closes_with_a_place_is_what_only_its_polygon_reaches() -> None:
    overlapping = boxes(("a", 20, (0, 0, 6, 4)), ("b", 20, (4, 0, 10, 4)))
    lost = epn.measure_closures(PAIR, THREE, areas=overlapping)
    # a alone: the whole first commune; both: half of the second; b alone: a quarter of it and more
    assert lost["aire_dependante_km2"].tolist() == [16.0, 16.0]
    assert lost["population_dependante_aire"].tolist() == [100.0, 300.0]
    assert lost["communes_dependantes"].tolist() == [1, 1]
    assert lost["population_dependante_mairie"].tolist() == [100.0, 400.0]
    assert lost["rang_fermeture"].tolist() == [2, 1]
    assert lost["distance_suivant_km"].tolist() == [8.0, 8.0]
    # beyond the middle: both polygons hold the hall of the second commune
    wider = boxes(("a", 20, (0, 0, 7, 4)), ("b", 20, (5, 0, 10, 4)))
    assert epn.measure_closures(PAIR, THREE, areas=wider)["communes_dependantes"].tolist() == [1, 1]
    same = boxes(("a", 20, (0, 0, 8, 4)), ("b", 20, (0, 0, 8, 4)))
    assert epn.measure_closures(PAIR, THREE, areas=same)["aire_dependante_km2"].tolist() == [0, 0]
    with pytest.raises(epn.DataError, match="do not say whose they are"):
        epn.measure_closures(PAIR, THREE, areas=overlapping[["minutes", "geometry"]])


def test_a_place_without_polygon_has_no_rank_among_closures() -> None:
    three = at(("a", 2, 2), ("b", 10, 2), ("c", 6, 2))
    drawn = boxes(("a", 20, (0, 0, 6, 4)), ("b", 20, (4, 0, 10, 4)))
    with pytest.warns(MissingAreaWarning):
        lost = epn.measure_closures(three, THREE, areas=drawn)
    assert lost["polygone_portee"].tolist() == ["fourni", "fourni", "aucun"]
    assert lost["rang_fermeture"].tolist()[:2] == [2, 1]
    figures = ["communes_dependantes", "population_dependante_mairie", "aire_dependante_km2"]
    figures += ["population_dependante_aire", "rang_fermeture"]
    assert lost.loc[2, figures].isna().all()
    assert lost.loc[:1, figures].notna().all(axis=None)
    assert lost.loc[2, "distance_suivant_km"] == 4.0


def test_fine_discs_as_areas_close_like_the_radius(orne) -> None:
    communes, places, areas = orne
    discs = epn.measure_closures(places, communes, 8)
    polygons = epn.measure_closures(places, communes, areas=areas)
    column = "population_dependante_aire"
    np.testing.assert_allclose(polygons[column], discs[column], atol=3)
    alone = (frame["communes_dependantes"].fillna(-1) for frame in (polygons, discs))
    assert sum(one != other for one, other in zip(*alone, strict=True)) <= 1


def test_skills_are_sought_within_the_polygons_of_those_who_offer_them() -> None:
    places = PAIR.assign(services=["Loisirs et créations numériques", None])
    gaps = epn.find_skill_gaps(THREE, places, "Loisirs et créations numériques", areas=AREAS)
    assert gaps["part_tous_lieux"].tolist() == [1.0, 0.25, 0.375]
    assert gaps["part_service"].tolist() == [1.0, 0.25, 0.0]
    assert gaps["population_sans_service"].tolist() == [0.0, 0.0, 150.0]
    assert gaps["mairie_sans_service"].tolist() == [False, False, True]
    table = epn.skills_matrix(places, THREE, by="departement", areas=AREAS)
    told = table[table["valeur"] == "Loisirs et créations numériques"]
    assert told["population_couverte"].tolist() == [150.0, 0.0]
    for call in (
        lambda: epn.skills_matrix(places, THREE, areas=AREAS[["geometry"]]),
        lambda: epn.find_skill_gaps(
            THREE, places, "Loisirs et créations numériques", areas=AREAS[["geometry"]]
        ),
    ):
        with pytest.raises(epn.DataError, match="do not say whose they are"):
            call()


def test_sites_are_proposed_where_no_polygon_reaches() -> None:
    sites = epn.suggest_sites(THREE, PAIR, new=3, radius_km=1, areas=AREAS)
    assert sites[["id", "gain_population", "rayon_km", "minutes"]].to_numpy().tolist() == [
        ["14002", 200, 1.0, 20.0]
    ]
    # by radius both neighbours would be reached too
    nobody = PAIR.iloc[:0]
    own = boxes(("14001", 20, (0, 0, 7, 4)), ("27001", 20, (8, 0, 12, 4)))
    with pytest.warns(MissingAreaWarning, match="C14002"):
        by_own = epn.suggest_sites(THREE, nobody, new=1, candidate_areas=own)
    assert by_own[["id", "gain_population", "minutes"]].to_numpy().tolist() == [["27001", 400, 20]]
    assert "rayon_km" not in by_own
    with pytest.warns(MissingAreaWarning):
        two = epn.suggest_sites(THREE, nobody, new=2, candidate_areas=own)
    assert two["gain_cumule"].tolist() == [400, 700]
    with pytest.warns(MissingAreaWarning), pytest.raises(epn.DataError, match="of another time"):
        epn.suggest_sites(THREE, PAIR, areas=AREAS, candidate_areas=own.assign(minutes=30))
    with pytest.raises(epn.DataError, match="places_radius_km or areas"):
        epn.suggest_sites(THREE, PAIR, areas=AREAS, places_radius_km=5)
    with pytest.warns(MissingAreaWarning), pytest.raises(epn.DataError, match="beyond reach"):
        epn.sites_to_reach(
            THREE, nobody, candidate_areas=own.assign(geometry=own.geometry.iloc[[1, 1]].to_numpy())
        )


def test_fine_discs_as_areas_propose_like_the_radius(orne) -> None:
    communes, places, areas = orne
    some = places.iloc[::3]
    discs = epn.suggest_sites(communes, some, new=3, radius_km=8)
    polygons = epn.suggest_sites(communes, some, new=3, radius_km=8, areas=areas)
    assert polygons["gain_cumule"].iloc[-1] == pytest.approx(
        discs["gain_cumule"].iloc[-1], rel=0.02
    )


def test_changes_are_told_by_polygons() -> None:
    after = at(("a", 2, 2), ("c", 6, 2))
    drawn = pd.concat([AREAS, boxes(("c", 20, (4, 0, 8, 2)))])
    change = epn.compare_coverage(PAIR, after, THREE, areas=drawn)
    told = change.communes.set_index("code_insee")
    assert told["part_avant"].tolist() == [1.0, 0.25, 0.375]
    assert told["part_apres"].tolist() == [1.0, 0.25 + 6 / 16, 0.0]
    assert told["part_gagnee"].tolist() == [0.0, 6 / 16, 0.0]
    assert told["part_perdue"].tolist() == [0.0, 0.0, 0.375]
    assert told["mairie_apres"].tolist() == [True, True, False]
    causes = change.causes.set_index("id")
    assert causes["population_seul"].to_dict() == {"c": 75.0, "b": 150.0}
    assert causes["minutes"].tolist() == [20.0, 20.0]
    assert causes["mairies_seul"].to_dict() == {"c": 1, "b": 1}
    assert change.measures[0].minutes == 20
    zones = epn.changed_zones(PAIR, after, THREE, areas=(AREAS, drawn)).set_index("sens")
    assert zones.area.round().to_dict() == {"gagné": 6e6, "perdu": 6e6}
    with pytest.raises(epn.DataError, match="not of the same times"):
        epn.compare_coverage(PAIR, after, THREE, areas=(AREAS, drawn.assign(minutes=30)))


def test_what_two_new_polygons_share_is_nobodys_alone() -> None:
    before, after = PAIR.iloc[:0], PAIR
    both = boxes(("a", 20, (0, 0, 6, 4)), ("b", 20, (4, 0, 10, 4)))
    causes = epn.compare_coverage(before, after, THREE, areas=both).causes.set_index("id")
    assert causes["aire_seul_km2"].to_dict() == {"a": 16.0, "b": 16.0}
    assert causes["aire_partagee_km2"].to_dict() == {"a": 8.0, "b": 8.0}
    assert causes["avec"].to_dict() == {"a": "B", "b": "A"}


def test_fine_discs_as_areas_change_like_the_radius(orne) -> None:
    communes, places, areas = orne
    after = places[places["id"] != "demo-61-04"]
    discs = epn.compare_coverage(places, after, communes, 8)
    polygons = epn.compare_coverage(places, after, communes, areas=areas)
    column = "population_perdue"
    np.testing.assert_allclose(polygons.communes[column], discs.communes[column], atol=3)
    assert polygons.causes["id"].tolist() == discs.causes["id"].tolist() == ["demo-61-04"]


def test_estimated_radii_are_called_estimates() -> None:
    places = epn.estimate_reach(PAIR, THREE, 10)
    covered = epn.measure_coverage(THREE, places, "rayon_estime_km")
    assert covered["methode_rayon"].str.startswith("estimation, non mesurée").all()
    page = epn.coverage_map(covered, compress=False).get_root().render()
    assert page
    assert "methode_rayon" not in epn.measure_coverage(covered, places, 5)
