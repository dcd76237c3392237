"""Proposed sites on worlds computed by hand, and against every possible choice."""

from __future__ import annotations

import time
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.deciding import covering, multipliers
from epn_geo.embedded import embedded_path
from epn_geo.sites import Goal, add_sites, site_sensitivity, sites_to_reach, suggest_sites
from tests.worlds import make_places

NOBODY = gpd.GeoDataFrame(geometry=[], crs=2154)
SIDE = 4000.0


def line(*people: int) -> gpd.GeoDataFrame:
    """Communes side by side, their town halls 4 km apart."""
    return gpd.GeoDataFrame(
        {
            "code_insee": [f"14{n:03d}" for n in range(len(people))],
            "commune": [f"C{n}" for n in range(len(people))],
            "population": people,
            "code_departement": ["14" if n < len(people) / 2 else "27" for n in range(len(people))],
        },
        geometry=[shapely.box(n * SIDE, 0, (n + 1) * SIDE, SIDE) for n in range(len(people))],
        crs=2154,
    )


def hall(number: int) -> tuple[float, float]:
    return (number * SIDE + 2000.0, 2000.0)


# -- by hand


def test_the_best_two_are_not_the_best_one_and_another() -> None:
    # each site reaches its neighbours; the richest middle is a trap
    communes = line(3, 4, 0, 4, 3)
    one = suggest_sites(communes, NOBODY, new=1, radius_km=4)
    assert one["nom"].tolist() == ["C2"]
    assert one["gain_population"].tolist() == [8]
    two = suggest_sites(communes, NOBODY, new=2, radius_km=4)
    assert set(two["nom"]) <= {"C0", "C1", "C3", "C4"}
    assert two["gain_cumule"].tolist() == [7, 14]
    greedy = suggest_sites(communes, NOBODY, new=2, radius_km=4, time_limit_s=0)
    assert greedy["valeur"].iloc[0] == 11
    assert greedy["borne"].iloc[0] >= 14
    assert greedy["ecart_optimum"].iloc[0] == pytest.approx(3 / 14)
    assert greedy["methode"].iloc[0] == "glouton"


def test_each_row_says_what_it_adds_and_what_is_left() -> None:
    communes = line(1, 2, 4, 8, 16, 32)
    sites = suggest_sites(communes, make_places(hall(0)), new=2, radius_km=4)
    # the place reaches C0 and C1; C4 reaches C3, C4, C5; then C2 alone is left
    assert sites["nom"].tolist()[0] == "C4"
    first = sites.iloc[0]
    assert first[["gain_population", "communes_gagnees"]].tolist() == [56, 3]
    assert first[["gain_14", "gain_27", "gain_ailleurs"]].tolist() == [0, 56, 0]
    assert first[["communes_hors_portee", "population_communes_hors_portee"]].tolist() == [1, 4]
    assert first["distance_max_km"] == 8
    assert first["distance_moyenne_km"] == pytest.approx((2 * 4 + 4 * 8 + 8 * 4 + 32 * 4) / 63)
    assert sites["gain_population"].tolist() == [56, 4]
    assert sites["gain_14"].tolist() == [0, 4]
    assert sites["gain_cumule"].tolist() == [56, 60]
    assert sites["ecart_optimum"].eq(0).all()


def test_fewer_sites_when_nothing_is_left_to_gain() -> None:
    assert len(suggest_sites(line(5, 5), NOBODY, new=5, radius_km=4)) == 1
    none = suggest_sites(line(5, 5), make_places(hall(0)), new=5, radius_km=4)
    assert len(none) == 0
    assert {"rang", "gain_population", "methode"} <= set(none.columns)


def test_a_commune_exactly_at_the_radius_is_reached() -> None:
    # as in measure_coverage: 4 km is within 4 km
    communes = line(1, 9)
    assert suggest_sites(communes, NOBODY, new=1, radius_km=4)["gain_population"].iloc[0] == 10
    covered = epn.measure_coverage(communes, make_places(hall(0)), 4)
    assert covered["mairie_couverte"].tolist() == [True, True]


def test_what_could_stand_in_for_a_site() -> None:
    communes = line(100, 0, 100, 0, 0, 0, 300, 3)
    sites = suggest_sites(communes, NOBODY, new=2, radius_km=4).set_index("nom")
    assert sites.loc["C1", "gain_population"] == 200
    assert sites.loc["C1", "equivalents"] == ""  # C0 and C2 would lose a hundred people
    rest = sites.drop(index="C1").iloc[0]
    assert rest["gain_population"] == 303
    # C5 loses 3 of 503 people: less than one in a hundred
    assert set(rest["equivalents"].split(", ")) == {"C5", "C6", "C7"} - {rest.name}
    assert rest["nombre_equivalents"] == 2
    # 300 people instead of 303, or all of them
    assert set(rest["pertes_equivalents"].split(", ")) <= {"0\u00a0%", "1,0\u00a0%"}
    losses = dict(
        zip(rest["equivalents"].split(", "), rest["pertes_equivalents"].split(", "), strict=True)
    )
    assert losses["C5"] == "1,0\u00a0%"
    assert sites.loc["C1", "pertes_equivalents"] == ""


def test_people_of_other_departements_are_a_bonus_not_a_reason() -> None:
    communes = line(0, 0, 50, 10, 0, 11)
    sites = suggest_sites(communes, NOBODY, new=1, radius_km=4, departements="27")
    assert sites["nom"].tolist() == ["C4"]
    assert sites[["gain_population", "gain_27", "gain_ailleurs"]].to_numpy().tolist() == [
        [21, 21, 0]
    ]
    both = suggest_sites(communes, NOBODY, new=2, radius_km=4, departements=["27"])
    assert both["gain_population"].sum() == 21
    only = suggest_sites(line(0, 0, 50, 10, 0, 0), NOBODY, new=1, radius_km=4, departements="27")
    assert only[["nom", "gain_population", "gain_ailleurs"]].to_numpy().tolist() == [["C3", 10, 50]]


def test_communes_outside_the_selection_are_served_not_counted() -> None:
    communes = line(1, 1, 90).assign(dans_selection=[True, True, False])
    sites = suggest_sites(communes, NOBODY, new=1, radius_km=4)
    assert sites[["nom", "gain_population", "gain_ailleurs"]].to_numpy().tolist()[0][1] == 2
    assert sites["nom"].iloc[0] in ("C0", "C1")


def test_a_column_for_each_of_a_hundred_departements() -> None:
    communes = line(*range(1, 121))
    communes["code_departement"] = [f"{n:03d}" for n in range(120)]
    sites = suggest_sites(communes, NOBODY, new=2, radius_km=1)
    assert sites[["gain_119", "gain_118", "gain_000"]].to_numpy().tolist() == [
        [120, 0, 0],
        [0, 119, 0],
    ]


def test_another_weight_than_people() -> None:
    communes = line(90, 0, 0, 0, 5).assign(besoin=[1.0, 0, 0, 0, 7.5])
    sites = suggest_sites(communes, NOBODY, new=1, radius_km=4, weight="besoin")
    assert sites["gain_poids"].tolist() == [7.5]
    assert sites["gain_population"].tolist() == [5]


def test_candidates_may_be_places_and_the_others_are_left_out() -> None:
    communes = line(5, 5, 5, 9)
    services = make_places(
        hall(0), (-50_000.0, 0.0), None, hall(3),
        categorie=["France Services"] * 4, itinerance=["Fixe", "Fixe", "Fixe", "Itinérant"],
    )  # fmt: skip
    sites = suggest_sites(communes, NOBODY, new=3, radius_km=4, candidates=services)
    assert sites["id"].tolist() == ["p0"]
    assert sites["code_insee"].tolist() == ["14000"]
    halls = suggest_sites(communes, NOBODY, new=3, radius_km=4, candidates=communes.iloc[:1])
    assert halls["nom"].tolist() == ["C0"]


def test_candidates_without_names_or_ids_are_told_by_their_row() -> None:
    communes = line(5, 0, 0, 0, 9)
    places = gpd.GeoDataFrame(
        {"id": [None, "x"], "nom": ["A", None]},
        geometry=gpd.points_from_xy([2000, 18_000], [2000, 2000]),
        crs=2154, index=[7, 8],
    )  # fmt: skip
    sites = suggest_sites(communes, NOBODY, new=2, radius_km=1, candidates=places)
    assert sites[["id", "nom"]].to_numpy().tolist() == [["x", "8"], ["7", "A"]]
    same = places.assign(id="twice")
    firm = site_sensitivity(communes, NOBODY, 2, radii_km=[1, 2], candidates=same)
    assert firm["fois_choisi"].tolist() == [2, 2]


def test_candidates_with_outlines_must_be_communes() -> None:
    communes = line(5, 5)
    with pytest.raises(epn.ColumnError, match="give other shapes as points"):
        suggest_sites(communes, NOBODY, candidates=communes.drop(columns="code_insee"))


def test_nobody_beyond_the_radius() -> None:
    sites = sites_to_reach(line(1, 1, 1, 1, 1, 1, 1), NOBODY, radius_km=4)
    assert len(sites) == 3
    assert sites["valeur"].eq(3).all()
    assert sites["borne"].eq(3).all()
    assert sites["communes_hors_portee"].iloc[-1] == 0
    assert len(sites_to_reach(line(1, 1, 98), NOBODY, radius_km=1, share=0.98)) == 1
    assert len(sites_to_reach(line(1, 1), make_places(hall(0)), radius_km=4)) == 0


def test_what_candidates_cannot_reach_is_said() -> None:
    communes = line(1, 1, 1, 97)
    with pytest.raises(epn.DataError, match=r"2 communes .* 14002"):
        sites_to_reach(communes, NOBODY, radius_km=4, candidates=communes.iloc[:1])
    with pytest.raises(epn.DataError, match=r"2\.0% within 4 km, not 50\.0%"):
        sites_to_reach(communes, NOBODY, radius_km=4, share=0.5, candidates=communes.iloc[:1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"goal": "couverage"}, "Did you mean 'coverage'"),
        ({"new": 0}, "from 1"),
        ({"radius_km": -1}, "positive number"),
        ({"departements": "Calvads"}, "'Calvads'"),
        ({"weight": "populaton"}, "Did you mean 'population'"),
        ({"weight": "trou"}, r"1 commune has no weight .* 14001"),
        ({"candidates": make_places((9e6, 9e6))}, "no candidate"),
        ({"candidates": NOBODY}, "no candidate"),
    ],
)
def test_what_cannot_be_used_is_explained(options: dict[str, object], message: str) -> None:
    communes = line(1, 2).assign(trou=[1.0, None])
    with pytest.raises(epn.DataError, match=message):
        suggest_sites(communes, NOBODY, **options)  # type: ignore[arg-type]


# -- against every choice


def brute(
    people: list[int], there: list[int], new: int, reach: float, goal: str
) -> tuple[float, set[tuple[int, ...]]]:
    """Try every choice of town halls; give the best value and the choices that have it."""
    x = np.arange(len(people)) * SIDE / 1000
    weight = np.array(people, dtype=float)

    def value(chosen: tuple[int, ...]) -> float:
        gaps = np.abs(x[:, None] - x[[*there, *chosen]][None, :])
        if goal == "coverage":
            return float(weight[(gaps <= reach).any(axis=1)].sum())
        if goal == "backup":
            return float(weight[(gaps <= reach).sum(axis=1) >= 2].sum())
        if goal == "distance":
            return -float((weight * gaps.min(axis=1)).sum())
        return -float(gaps.min(axis=1).max())

    values = {
        choice: value(choice)
        for n in range(1, new + 1)
        for choice in combinations(range(len(people)), n)
    }
    best = max(values.values())
    return best, {choice for choice, found in values.items() if found == pytest.approx(best)}


@pytest.mark.parametrize("goal", ["coverage", "distance", "farthest", "backup"])
@settings(max_examples=25, deadline=None)
@given(
    people=st.lists(st.integers(0, 50), min_size=3, max_size=9),
    new=st.integers(1, 3),
    reach=st.sampled_from([3.0, 4.0, 9.0]),
    start=st.integers(0, 2),
)
def test_the_goal_is_reached_as_well_as_any_choice_can(
    goal: Goal, people: list[int], new: int, reach: float, start: int
) -> None:
    best, _ = brute(people, [start], new, reach, goal)
    before, _ = brute(people, [start], 1, reach, goal)
    sites = suggest_sites(line(*people), make_places(hall(start)), new, reach, goal=goal)
    chosen = [int(code[2:]) for code in sites["id"]]
    gaps = np.abs(np.arange(len(people))[:, None] - np.array([start, *chosen])[None, :]) * 4.0
    weight = np.array(people, dtype=float)
    got = {
        "coverage": weight[(gaps <= reach).any(axis=1)].sum(),
        "backup": weight[(gaps <= reach).sum(axis=1) >= 2].sum(),
        "distance": -(weight * gaps.min(axis=1)).sum(),
        "farthest": -gaps.min(axis=1).max(),
    }[goal]
    # choosing none is a choice too, where nothing helps
    assert got == pytest.approx(best, abs=1e-3)
    assert len(sites) <= new
    assert before <= best + 1e-9
    if len(sites):
        assert sites["ecart_optimum"].eq(0).all()
        assert sites["gain_population"].sum() == sites["gain_cumule"].iloc[-1]


# -- against the rest of the library, on real communes


@pytest.fixture(scope="module")
def normandie() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    places = epn.read_places(embedded_path("demo/epn-demonstration.csv"))
    return epn.read_communes(region="28"), places


def test_gains_are_what_the_tables_then_show(
    normandie: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    communes, places = normandie
    sites = suggest_sites(communes, places, new=6, departements=["Eure", "76"])

    def out_of_reach(network: gpd.GeoDataFrame) -> pd.Series:
        table = epn.summarise(epn.measure_coverage(communes, network, 10), network)
        return table.set_index("code_departement")["population_communes_hors_portee"]

    for count in (1, 3, 6):
        first = sites.iloc[:count]
        gained = out_of_reach(places) - out_of_reach(add_sites(places, first))
        assert gained["27"] == first["gain_27"].sum()
        assert gained["76"] == first["gain_76"].sum()
        assert gained[["14", "50", "61"]].sum() == first["gain_ailleurs"].sum()
        last = first.iloc[-1]
        left = out_of_reach(add_sites(places, first))[["27", "76"]].sum()
        assert last["population_communes_hors_portee"] == left
        assert last["gain_cumule"] == gained[["27", "76"]].sum()


def test_all_of_normandie_is_solved_to_proven_optimum_in_seconds(
    normandie: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    communes, places = normandie
    start = time.perf_counter()
    sites = suggest_sites(communes, places, new=10, radius_km=10)
    assert time.perf_counter() - start < 20
    assert len(communes) == 2644
    assert len(sites) == 10
    assert sites["methode"].eq("optimum prouvé").all()
    greedy = suggest_sites(communes, places, new=10, radius_km=10, time_limit_s=0)
    assert greedy["valeur"].iloc[0] < sites["valeur"].iloc[0] <= greedy["borne"].iloc[0]
    everyone = sites_to_reach(communes, places, radius_km=10)
    covered = epn.measure_coverage(communes, add_sites(places, everyone), 10)
    assert covered["mairie_couverte"].all()
    assert everyone["ecart_optimum"].eq(0).all()


def test_places_from_scratch_are_proven_too(
    normandie: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> None:
    communes = normandie[0][normandie[0]["code_departement"] == "14"]
    sites = suggest_sites(communes, NOBODY, new=20, goal="distance")
    assert sites["methode"].eq("optimum prouvé").all()
    assert sites["ecart_optimum"].eq(0).all()
    covered = epn.measure_coverage(communes, add_sites(NOBODY.to_crs(2154), sites))
    mean = (covered["distance_km"] * covered["population"]).sum() / covered["population"].sum()
    assert sites["distance_moyenne_km"].iloc[-1] == pytest.approx(mean)


def test_a_gap_of_distances_is_told_of_what_is_left(
    monkeypatch: pytest.MonkeyPatch, normandie: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]
) -> None:
    communes = normandie[0][normandie[0]["code_departement"] == "14"]
    monkeypatch.setattr(multipliers, "ROUNDS", 40)
    monkeypatch.setattr(covering, "MAX_PAIRS", 0)
    last = suggest_sites(communes, NOBODY, new=5, goal="distance").iloc[-1]
    assert last["methode"] == "meilleure solution trouvée"
    left = last["distance_moyenne_km"] * communes["population"].sum()
    missing = last["borne"] - last["valeur"]
    assert last["ecart_optimum"] == pytest.approx(missing / left)
    assert last["ecart_optimum"] > 3 * missing / last["borne"]  # what it is not relative to


# -- how firm a proposal is


def test_how_often_each_site_is_chosen() -> None:
    communes = line(9, 0, 0, 0, 0, 0, 8, 8).assign(besoin=[0.0, 0, 0, 0, 0, 0, 1, 1])
    table = site_sensitivity(
        communes, NOBODY, new=1, radii_km=[1, 4], weights=[None, "besoin"], near_km=4
    ).set_index("nom")
    # at 1 km people choose C0, at 4 km C6 or C7; need chooses one of these two at either radius
    assert table["scenarios"].eq(4).all()
    assert table.loc["C0", "fois_choisi"] == 1
    assert table.loc["C0", "choisi_population_1km"]
    assert not table.loc["C0", "choisi_besoin_1km"]
    pair = table.drop(index="C0")
    assert pair["fois_choisi"].sum() == 3
    assert pair["part_scenarios_voisin"].eq(0.75).all()
    assert table["fois_choisi"].is_monotonic_decreasing
