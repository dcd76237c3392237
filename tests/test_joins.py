"""Each place in its commune; what its file said is kept beside it."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from tests.worlds import make_places


def test_a_point_on_a_border_goes_to_the_lowest_code_whatever_the_order(
    grid: gpd.GeoDataFrame,
) -> None:
    corner = make_places((8000.0, 8000.0))
    for world in (grid, grid[::-1]):
        assert epn.locate(corner, world)["code_insee"].tolist() == ["14006"]


def test_agreement_with_what_the_file_said(grid: gpd.GeoDataFrame) -> None:
    places = make_places(
        (2000.0, 2000.0), (2000.0, 2000.0), (2000.0, 2000.0), (-5000.0, 0.0), None,
        code_insee=["14001", "27008", None, "14001", "14001"],
        commune=["Commune 14-1", "X", None, "Y", "Z"],
    )  # fmt: skip
    located = epn.locate(places, grid)
    assert located["accord"].tolist() == [
        "oui", "non", "non déclaré", "hors territoire", "sans coordonnées",
    ]  # fmt: skip
    assert located["ecart_km"].round(3).tolist()[1] == pytest.approx((10**2 + 10**2) ** 0.5, 1e-3)
    assert located["code_insee"].isna().tolist() == [False, False, False, True, True]
    assert located["code_insee_declare"].tolist()[:2] == ["14001", "27008"]
    assert located["commune_declaree"].tolist()[3:] == ["Y", "Z"]
    assert located["epci"].tolist()[0] == "CC 14 Sud"


def test_an_old_code_is_recognised() -> None:
    world = gpd.GeoDataFrame(
        {"code_insee": ["50592"]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    )
    places = make_places((2000.0, 2000.0), code_insee=["14513"])
    assert epn.locate(places, world)["accord"].tolist() == ["ancien code"]


def test_a_split_code_and_an_arrondissement_are_not_disagreements() -> None:
    world = gpd.GeoDataFrame(
        {"code_insee": ["14666", "75056"]},
        geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)],
        crs=2154,
    )
    places = make_places((2000.0, 2000.0), (6000.0, 2000.0), code_insee=["14712", "75104"])
    assert epn.locate(places, world)["accord"].tolist() == ["ancien code", "oui"]


def test_locating_twice_keeps_what_the_file_said(grid: gpd.GeoDataFrame) -> None:
    places = make_places((2000.0, 2000.0), code_insee=["27008"])
    once = epn.locate(places, grid)
    twice = epn.locate(once, grid)
    assert twice["code_insee_declare"].tolist() == ["27008"]
    assert twice[once.columns].equals(once)
    bare = epn.locate(make_places((2000.0, 2000.0)), grid)
    assert epn.locate(bare, grid)["accord"].tolist() == ["non déclaré"]


def test_what_the_file_said_of_the_territory_is_kept(grid: gpd.GeoDataFrame) -> None:
    places = make_places((2000.0, 2000.0), departement=["Mon département"])
    located = epn.locate(places, grid)
    assert located[["departement", "source_departement"]].iloc[0].tolist() == [
        "Calvados", "Mon département",
    ]  # fmt: skip


def test_communes_without_codes_are_explained(grid: gpd.GeoDataFrame) -> None:
    with pytest.raises(epn.ColumnError, match="read_communes"):
        epn.locate(make_places((0.0, 0.0)), grid.drop(columns="code_insee"))


points = st.one_of(
    st.none(),
    st.tuples(st.integers(-2, 10), st.integers(-2, 10)).map(lambda p: (p[0] * 2e3, p[1] * 2e3)),
)


@settings(deadline=None, max_examples=40)
@given(where=st.lists(points, max_size=15))
def test_one_row_per_place_always(where: list[tuple[float, float] | None]) -> None:
    world = gpd.GeoDataFrame(
        {"code_insee": ["14001", "14002"]},
        geometry=[shapely.box(0, 0, 4000, 4000), shapely.box(4000, 0, 8000, 4000)],
        crs=2154,
    )
    places = make_places(*where)
    located = epn.locate(places, world)
    assert located.index.equals(places.index)
    assert located[["id", "nom"]].equals(places[["id", "nom"]])
    for point, code in zip(where, located["code_insee"].fillna(""), strict=True):
        inside = point is not None and 0 <= point[0] <= 8000 and 0 <= point[1] <= 4000
        assert code == ("" if not inside else "14001" if point[0] <= 4000 else "14002")
