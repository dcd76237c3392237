"""What is lost when a place closes: by hand, and against measuring coverage with and without it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.closures import measure_closures
from epn_geo.embedded import embedded_path
from tests.worlds import make_places


def test_who_depends_on_one_place_alone(grid: gpd.GeoDataFrame) -> None:
    # 4 km round the middle of a commune: its own town hall and those of its four neighbours
    places = make_places((2000.0, 2000.0), (10_000.0, 2000.0), (2000.0, 14_000.0))
    lost = measure_closures(places, grid, radius_km=4)
    # the first and the second both reach 14005 at (6000, 2000)
    assert lost["communes_dependantes"].tolist() == [2, 3, 3]
    assert lost["population_dependante_mairie"].tolist() == [200, 300, 300]
    assert lost["distance_suivant_km"].tolist() == pytest.approx([8, 8, 12])
    assert lost["lieu_suivant"].tolist() == ["Lieu 1", "Lieu 0", "Lieu 0"]
    assert lost["id_suivant"].tolist() == ["p1", "p0", "p0"]
    # discs that only touch: the second keeps three quarters of its own, the third just a half
    half = np.pi * 16 / 2
    inside_corner = lost["aire_dependante_km2"]
    assert inside_corner[1] > half > 0
    assert lost["population_dependante_aire"].tolist() == pytest.approx(
        (inside_corner / 16 * 100).tolist()
    )


def test_areas_are_exact(grid: gpd.GeoDataFrame) -> None:
    # two discs of 1 km whose centres are 1 km apart: each alone has π minus the lens
    places = make_places((6000.0, 6000.0), (7000.0, 6000.0))
    lens = 2 * np.arccos(0.5) - 0.5 * np.sqrt(3)
    lost = measure_closures(places, grid, radius_km=1)
    assert lost["aire_dependante_km2"].tolist() == pytest.approx([np.pi - lens] * 2, rel=1e-9)


def test_twins_lose_nothing_and_what_does_not_serve_has_no_figures(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        (2000.0, 2000.0), (2000.0, 2000.0), None, (6000.0, 6000.0),
        categorie=["EPN", "EPN", "EPN", "CRANT"],
    )  # fmt: skip
    lost = measure_closures(places, grid, radius_km=1)
    assert lost["population_dependante_mairie"].tolist()[:2] == [0, 0]
    assert lost["aire_dependante_km2"].tolist()[:2] == pytest.approx([0, 0], abs=1e-9)
    assert lost["distance_suivant_km"].tolist()[:2] == [0, 0]
    assert lost["id_suivant"].tolist()[:2] == ["p1", "p0"]
    assert lost.loc[2:, "population_dependante_aire"].isna().all()
    assert lost["rang_fermeture"].isna().tolist() == [False, False, True, True]


def test_a_place_that_is_alone_has_no_next(grid: gpd.GeoDataFrame) -> None:
    lost = measure_closures(make_places((2000.0, 2000.0)), grid, radius_km=1)
    assert lost["distance_suivant_km"].isna().all()
    assert lost["lieu_suivant"].isna().all()
    assert lost["rang_fermeture"].tolist() == [1]
    empty = measure_closures(make_places(None), grid, radius_km=1)
    assert empty["population_dependante_mairie"].isna().all()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-2, 18), st.integers(-2, 18), st.sampled_from([1.0, 2.5, 4.0])),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_with_it_minus_without_it(spots: list[tuple[int, int, float]]) -> None:
    communes = epn.read_communes(departements="61").head(12)  # real outlines, all next to Alençon
    centre = communes.to_crs(2154).union_all().centroid
    places = make_places(
        *((centre.x + 1500.0 * (x - 8), centre.y + 1500.0 * (y - 8)) for x, y, _ in spots),
        portee=[radius for *_, radius in spots],
    )
    lost = measure_closures(places, communes, radius_km="portee")
    whole = epn.measure_coverage(communes, places, "portee")
    for number in range(len(places)):
        rest = epn.measure_coverage(communes, places.drop(index=number), "portee")
        people = (whole["population_couverte"] - rest["population_couverte"]).sum()
        assert lost["population_dependante_aire"][number] == pytest.approx(people, abs=1e-5)
        gone = whole["mairie_couverte"] & ~rest["mairie_couverte"]
        assert lost["communes_dependantes"][number] == gone.sum()
        assert lost["population_dependante_mairie"][number] == communes["population"][gone].sum()


def test_on_normandie_it_is_what_the_tables_would_lose() -> None:
    communes = epn.read_communes(region="28")
    places = epn.read_places(embedded_path("demo/epn-demonstration.csv"))
    lost = measure_closures(places, communes)
    whole = epn.measure_coverage(communes, places)
    worst = lost.sort_values("rang_fermeture").head(2)
    for number, place in worst.iterrows():
        rest = epn.measure_coverage(communes, places.drop(index=number))
        people = (whole["population_couverte"] - rest["population_couverte"]).sum()
        assert place["population_dependante_aire"] == pytest.approx(people, rel=1e-9)
    assert lost["rang_fermeture"].notna().sum() == 144


def test_errors(grid: gpd.GeoDataFrame) -> None:
    with pytest.raises(epn.ColumnError, match="population"):
        measure_closures(make_places((0.0, 0.0)), grid.drop(columns="population"))
