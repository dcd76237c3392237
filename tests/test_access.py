"""Floating catchments: by hand, by the laws they keep, and against the PySAL access package."""

from __future__ import annotations

import warnings
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

import epn_geo as epn
from benchmarks.access import dense_access, naive_population, synthetic_grid
from epn_geo.catchments import Method, catchment_access, decay_weights
from epn_geo.hours import weekly_hours
from tests.worlds import make_places

CONSERVING: tuple[Method, ...] = ("2sfca", "e2sfca", "3sfca", "spatial")
METHODS: tuple[Method, ...] = (*CONSERVING, "m2sfca", "bfca")


def brute_force(f: np.ndarray, people: np.ndarray, supply: np.ndarray, method: str) -> np.ndarray:
    """Write the definitions out: what comes to a place, then what of it goes to an origin."""
    if method == "2sfca":
        f = (f > 0).astype(float)
    rows = f.sum(axis=1, keepdims=True)
    g = np.divide(f, rows, out=np.zeros_like(f), where=rows > 0)
    access = np.zeros(len(people))
    for j, offer in enumerate(supply):
        column, chosen = f[:, j], g[:, j]
        coming = {"3sfca": chosen * column, "bfca": chosen}.get(method, column)
        demand = float((people * coming).sum())
        if demand > 0:
            going = {
                "3sfca": chosen * column,
                "m2sfca": column**2,
                "bfca": column / column.sum(),
                "spatial": (people * column / demand) * demand / people,
            }.get(method, column)
            access += offer / demand * going
    return access


worlds = st.integers(1, 7).flatmap(
    lambda n: st.integers(1, 5).flatmap(
        lambda m: st.tuples(
            st.lists(
                st.one_of(st.just(0.0), st.floats(0.01, 1)), min_size=n * m, max_size=n * m
            ).map(lambda v: np.array(v).reshape(n, m)),
            st.lists(st.floats(1, 1000), min_size=n, max_size=n).map(np.array),
            st.lists(st.floats(0, 50), min_size=m, max_size=m).map(np.array),
        )
    )
)


@settings(deadline=None, max_examples=60)
@given(world=worlds, method=st.sampled_from(METHODS))
def test_every_measure_is_its_definition_written_out(world: Any, method: Method) -> None:
    f, people, supply = world
    got = catchment_access(csr_array(f), people, supply, method).access
    assert got.tolist() == pytest.approx(brute_force(f, people, supply, method).tolist())


@settings(deadline=None, max_examples=60)
@given(world=worlds, method=st.sampled_from(METHODS))
def test_supply_is_conserved_where_theory_says_so(world: Any, method: Method) -> None:
    f, people, supply = world
    found = catchment_access(csr_array(f), people, supply, method)
    reached = supply[(f > 0).any(axis=0)].sum()
    total = (people * found.access).sum()
    if method in CONSERVING:
        assert total == pytest.approx(reached)
    elif method == "m2sfca":
        assert total <= reached * (1 + 1e-9)
    else:
        assert found.access.sum() == pytest.approx(found.ratio.sum())


@pytest.mark.parametrize("method", METHODS)
def test_the_matrix_is_never_dense(method: Method) -> None:
    """Each of 200 000 villages has its own place: all the pairs would take 320 gigabytes."""
    n = 200_000
    found = catchment_access(
        csr_array((np.full(n, 0.5), (np.arange(n), np.arange(n)))),
        np.full(n, 10.0),
        np.ones(n),
        method,
    )
    assert np.allclose(found.access, 0.05 if method == "m2sfca" else 0.1)


def test_m2sfca_punishes_distance_that_e2sfca_forgives() -> None:
    """Two villages, one place far from both: nearness is the same for everyone, and still short."""
    f, people, supply = csr_array([[0.5], [0.5]]), np.array([100.0, 100.0]), np.array([2.0])
    assert catchment_access(f, people, supply, "e2sfca").access.tolist() == [0.01, 0.01]
    assert catchment_access(f, people, supply, "m2sfca").access.tolist() == [0.005, 0.005]


def test_2sfca_by_hand() -> None:
    # place a is reached by 1 and 2 (400 people), place b by 2 and 3 (500 people)
    f = csr_array(np.array([[1.0, 0.0], [0.3, 0.2], [0.0, 1.0]]))
    found = catchment_access(f, np.array([100.0, 300.0, 200.0]), np.array([4.0, 10.0]), "2sfca")
    assert found.ratio.tolist() == [0.01, 0.02]
    assert found.access.tolist() == pytest.approx([0.01, 0.03, 0.02])


def test_bfca_by_hand() -> None:
    """Páez et al.: people are shared between places, and levels of service between people."""
    f = csr_array(np.array([[1.0, 1.0], [1.0, 0.0]]))
    found = catchment_access(f, np.array([100.0, 50.0]), np.array([1.0, 1.0]), "bfca")
    assert found.ratio.tolist() == [1 / 100, 1 / 50]  # 50 + 50 people, and 50 people
    assert found.access.tolist() == pytest.approx([0.005 + 0.02, 0.005])


@pytest.mark.parametrize(
    ("decay", "expected"),
    [
        ("step", [1, 1, 1, 0]),
        ("gaussian", [1, 0.01**0.25, 0.01, 0]),
        ("exponential", [1, 0.1, 0.01, 0]),
        ("power", [1, 5 ** -2.0, 0.01, 0]),
        ({4.0: 1.0, 10.0: 0.4, 20.0: 0.1}, [1, 0.4, 0.4, 0]),
    ],
)  # fmt: skip
def test_decays_at_known_distances(decay: Any, expected: list[float]) -> None:
    got = decay_weights(np.array([0.0, 5.0, 10.0, 10.1]), 10, decay)
    assert got.tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decay": "gauss"}, "Did you mean 'gaussian'"),
        ({"limit": 0}, "positive distance"),
        ({"edge_weight": 1.0}, "edge_weight must be between"),
        ({"decay": "power", "floor": 11.0}, "must be less than the limit"),
        ({"decay": {5.0: -1.0}}, "0 or more"),
    ],
)
def test_a_decay_that_cannot_be_is_explained(options: Any, message: str) -> None:
    with pytest.raises(epn.DataError, match=message):
        decay_weights(np.array([1.0]), **{"limit": 10, "decay": "step"} | options)


def test_arrays_that_do_not_agree_are_explained() -> None:
    f = csr_array(np.ones((2, 1)))
    with pytest.raises(epn.DataError, match="2 × 1, for 3 populations"):
        catchment_access(f, np.ones(3), np.ones(1))
    with pytest.raises(epn.DataError, match="population must be numbers"):
        catchment_access(f, np.array([1.0, np.nan]), np.ones(1))
    with pytest.raises(epn.DataError, match="Did you mean 'e2sfca'"):
        catchment_access(f, np.ones(2), np.ones(1), "e2fca")  # type: ignore[arg-type]


def random_world() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    communes = epn.read_communes(departements="50").iloc[::4].reset_index(drop=True)
    rng = np.random.default_rng(3)
    points = communes.to_crs(2154).representative_point().iloc[::9]
    shift = rng.uniform(-2000, 2000, (len(points), 2))
    places = make_places(*[(p.x + dx, p.y + dy) for p, (dx, dy) in zip(points, shift, strict=True)])
    places["heures"] = rng.uniform(2, 35, len(places))
    return communes, places


@pytest.mark.parametrize(
    ("method", "decay"), [("2sfca", "step"), ("e2sfca", "gaussian"), ("3sfca", "gaussian")]
)
def test_figures_of_the_pysal_access_package(method: Method, decay: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pysal = pytest.importorskip("access", reason="the PySAL access package is not installed")
    radius, edge = 12.0, 0.02
    communes, places = random_world()
    ours = epn.measure_access(
        communes, places, method=method, radius_km=radius, decay=decay, edge_weight=edge,
        supply="heures",
    )  # fmt: skip
    halls = gpd.GeoSeries.from_xy(
        communes["mairie_longitude"], communes["mairie_latitude"], crs=4326
    ).to_crs(2154)
    pairs = [
        (i, j, hall.distance(point) / 1000)
        for i, hall in enumerate(halls)
        for j, point in enumerate(places.geometry)
        if hall.distance(point) <= radius * 1000
    ]
    cost = pd.DataFrame(pairs, columns=["origin", "dest", "cost"])
    sigma = radius / np.sqrt(-2 * np.log(edge))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pysal.Access(
            demand_df=communes[["population"]].astype(float).rename_axis("geoid"),
            demand_value="population",
            supply_df=pd.DataFrame(places[["heures"]]).rename_axis("geoid"), supply_value="heures",
            cost_df=cost, cost_origin="origin", cost_dest="dest", cost_name="cost",
        )  # fmt: skip
        weigh = pysal.weights.gaussian(sigma)
        if method == "2sfca":
            theirs = model.two_stage_fca(name="t", max_cost=radius)
        elif method == "e2sfca":
            theirs = model.enhanced_two_stage_fca(name="t", weight_fn=weigh, max_cost=radius)
        else:
            theirs = model.three_stage_fca(name="t", weight_fn=weigh, max_cost=radius)
    expected = theirs["t_heures"].reindex(range(len(communes))).fillna(0) * 10_000
    assert (expected > 0).sum() > 50
    assert ours["acces_pour_10000_hab"].tolist() == pytest.approx(expected.tolist(), rel=1e-9)


def test_supply_is_a_column_with_weights_by_category(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        (2000.0, 2000.0), (2000.0, 2000.0), (2000.0, 2000.0),
        categorie=["EPN", "antenne", "CRANT"], etp=[3.0, 2.0, 99.0],
    )  # fmt: skip
    options: dict[str, Any] = {"method": "2sfca", "radius_km": 1.0}
    first = epn.measure_access(grid, places, **options).iloc[0]
    assert (
        first["acces_pour_10000_hab"] == 2 / 100 * 10_000
    )  # 100 people, and the CRANT serves no one
    half = epn.measure_access(
        grid, places, supply="etp", category_weights={"antenne": 0.5}, **options
    )
    assert half["acces_pour_10000_hab"][0] == 4 / 100 * 10_000
    assert half["acces_lieux"].tolist()[:2] == [2, 0]
    assert half["acces_relatif"][0] == pytest.approx((4 / 100) / (4 / 1600))


def test_missing_supply_is_never_guessed(grid: gpd.GeoDataFrame) -> None:
    places = make_places((2000.0, 2000.0), (6000.0, 2000.0), heures=[10.0, None])
    with pytest.raises(epn.DataError, match="1 place that counts has no 'heures'"):
        epn.measure_access(grid, places, supply="heures")
    told = epn.measure_access(grid, places, supply="heures", missing_supply=0, radius_km=1)
    assert told["acces_pour_10000_hab"].tolist()[4] == 0
    french = epn.measure_access(grid, places.assign(heures=["1,5", " 2 "]), supply="heures",
                                method="2sfca", radius_km=1)  # fmt: skip
    assert french["acces_pour_10000_hab"].tolist()[:5:4] == [150, 200]
    with pytest.raises(epn.DataError, match="1 place that counts has no 'heures'"):
        epn.measure_access(grid, places.assign(heures=["1,5", "deux"]), supply="heures")
    with pytest.raises(epn.DataError, match="negative"):
        epn.measure_access(grid, places.assign(heures=[-1.0, 2.0]), supply="heures")
    with pytest.raises(epn.ColumnError, match="Did you mean 'heures'"):
        epn.measure_access(grid, places, supply="heure")


@pytest.mark.parametrize("method", CONSERVING)
def test_with_a_grid_the_supply_is_conserved_too(grid: gpd.GeoDataFrame, method: Method) -> None:
    rng = np.random.default_rng(1)
    x, y, people = rng.uniform([[0.0], [0.0], [1.0]], [[16_000], [12_000], [50]], (3, 300))
    cells = pd.DataFrame({"epsg": 2154, "x": x, "y": y, "population": people})
    places = make_places((2000.0, 2000.0), (9000.0, 9000.0), (15_000.0, 3000.0), sieges=[4, 6, 2])
    got = epn.measure_access(
        grid, places, method=method, radius_km=8, decay="exponential", supply="sieges", grid=cells
    )
    per_person = got["acces_pour_10000_hab"] / 10_000
    assert (per_person * got["population"]).sum() == pytest.approx(12)
    plain = epn.measure_access(
        grid, places, method=method, radius_km=8, decay="exponential", supply="sieges"
    )
    assert not np.allclose(plain["acces_pour_10000_hab"], got["acces_pour_10000_hab"])


def test_no_place_and_no_people(grid: gpd.GeoDataFrame) -> None:
    nothing = epn.measure_access(grid, make_places(None))
    assert nothing["acces_pour_10000_hab"].eq(0).all()
    assert nothing["acces_relatif"].isna().all()
    empty = epn.measure_access(grid.assign(population=0), make_places((2000.0, 2000.0)))
    assert empty["acces_pour_10000_hab"].eq(0).all()


def test_load_shares_everyone_out_once(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        (2000.0, 2000.0), (9000.0, 9000.0), None, (15_000.0, 3000.0), heures=[10, 20, 5, 0]
    )
    load = epn.measure_load(places, grid, radius_km=30, supply="heures")
    assert load["population_attendue"].sum() == pytest.approx(1600)
    assert np.isnan(load["population_attendue"][2])
    assert load["habitants_par_unite"][1] == pytest.approx(load["population_attendue"][1] / 20)
    assert np.isnan(load["habitants_par_unite"][3])


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mo-Fr 09:00-12:00,14:00-17:30; PH off", 32.5),
        ("24/7", 168),
        ("Mo 22:00-02:00", 4),
        ("We 14:00-18:00; Sa 09:00-12:00", 7),
        ("Mo-Fr 09:00-17:00; We off", 32),
        ("Mo-Fr 09:00-12:00 unknown", 0),
    ],
)
def test_hours_per_week(text: str, hours: float) -> None:
    assert weekly_hours(text) == pytest.approx(hours)


def test_seasons_and_holidays_count_for_what_they_are() -> None:
    every, closed = weekly_hours("Mo-Fr 09:00-10:00"), weekly_hours("Mo-Fr 09:00-10:00; Aug off")
    assert every - closed == pytest.approx(21 / 52)  # 21 working days in August 2026
    text = "Mo-Fr 09:00-10:00; PH off"
    # of 5 January 2026 to 3 January 2027, 6 April, 1, 8, 14 and 25 May, 14 July, 11 November,
    # 25 December and 1 January 2027 are holidays from Monday to Friday; 15 August, 1 November not
    assert weekly_hours(text) - weekly_hours(text, public_holidays=True) == pytest.approx(9 / 52)


def test_hours_that_are_not_understood_say_so() -> None:
    places = make_places(
        (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), horaires=["9h-12h", "", "Mo 09:00-10:00"]
    )
    read = epn.add_weekly_hours(places)
    assert read["horaires_lus"].tolist() == ["non compris", "absents", "oui"]
    assert read["heures_semaine"].isna().tolist() == [True, True, False]
    with pytest.raises(epn.ColumnError, match="Did you mean 'horaires'"):
        epn.add_weekly_hours(places, column="horaire")


def test_the_naive_scripts_of_the_benchmark_agree(tmp_path: Any) -> None:
    communes, places = random_world()
    ours = epn.measure_access(communes, places, radius_km=15, edge_weight=0.01)
    assert ours["acces_pour_10000_hab"].tolist() == pytest.approx(
        dense_access(communes, places).tolist()
    )
    synthetic_grid(communes, 3000).to_parquet(tmp_path / "grid.parquet")
    grid = epn.read_grid(tmp_path / "grid.parquet")
    covered = epn.measure_population(communes, places, grid, 5)["population_couverte"]
    expected = naive_population(communes, places, grid, 5)
    assert covered.tolist() == pytest.approx(expected.tolist(), nan_ok=True)
    assert 0 < covered.sum() < communes["population"].sum()
