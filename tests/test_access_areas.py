"""Access with competition by polygons of reach: by hand, by its laws, and against discs."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import epn_geo as epn
from epn_geo.areas import MissingAreaWarning
from epn_geo.catchments import Method, band_weights
from epn_geo.geometry.within import cells_within, pairs_within
from tests.test_areas import PAIR, THREE, boxes

CONSERVING: tuple[Method, ...] = ("2sfca", "e2sfca", "3sfca", "spatial")
# Town halls stand at (2, 2), (6, 2) and (10, 2) km, with 100, 200 and 400 people. Within 10 minutes
# each place has one of them, within 20 both have the middle one too.
BANDS = boxes(
    ("a", 10, (1, 1, 3, 3)), ("a", 20, (1, 1, 7, 3)),
    ("b", 10, (9, 1, 11, 3)), ("b", 20, (5, 1, 11, 3)),
)  # fmt: skip
TWENTY = BANDS[BANDS["minutes"] == 20]
ACCESS = "acces_pour_10000_hab"


def per_person(**options: Any) -> list[float]:
    options = {"communes": THREE, "places": PAIR, "areas": BANDS} | options
    access: list[float] = (epn.measure_access(**options)[ACCESS] / 10_000).tolist()
    return access


def test_a_single_time_holds_people_or_does_not() -> None:
    # place a has 300 people, place b 600, each one unit of supply
    expected = pytest.approx([1 / 300, 1 / 300 + 1 / 600, 1 / 600])
    for method in ("2sfca", "e2sfca", "m2sfca", "spatial"):
        assert per_person(areas=TWENTY, method=method) == expected
    for decay in ("step", "gaussian", "exponential", "power"):
        assert per_person(areas=TWENTY, decay=decay) == expected
    untimed = TWENTY.drop(columns="minutes")
    assert per_person(areas=untimed) == expected
    assert epn.measure_access(THREE, PAIR, areas=TWENTY)["acces_lieux"].tolist() == [1, 2, 1]


def test_zones_of_time_by_hand() -> None:
    """Luo & Qi: a half for the second zone; 100 + 200/2 people at a, 400 + 200/2 at b."""
    by_zone = per_person(decay={10: 1, 20: 0.5})
    assert by_zone == pytest.approx([1 / 200, 0.5 / 200 + 0.5 / 500, 1 / 500])
    load = epn.measure_load(PAIR, THREE, areas=BANDS, decay={10: 1, 20: 0.5})
    assert load["population_bassin"].tolist() == [200, 500]
    assert load["population_attendue"].tolist() == [200, 500]  # the middle one goes half and half
    # 2SFCA counts whoever is within the largest band whole, whatever the zones
    assert per_person(method="2sfca") == pytest.approx(per_person(areas=TWENTY, method="2sfca"))
    # a zone that weighs nothing is out of reach
    only = per_person(decay={10: 1, 20: 0})
    assert only == pytest.approx([1 / 100, 0, 1 / 400])


def test_a_decay_is_taken_at_the_middle_of_a_band_over_the_first() -> None:
    # exp(-steep (15² - 5²) / 20²) = 0.01 ** 0.5
    assert band_weights([10, 20]).tolist() == pytest.approx([1, 0.1])
    assert band_weights([10, 20], "exponential").tolist() == pytest.approx([1, 0.1])
    assert band_weights([10, 20], "step").tolist() == [1, 1]
    exponent = np.log(100) / np.log(20)
    assert band_weights([10, 20], "power").tolist() == pytest.approx([1, 3.0**-exponent])
    by_band = per_person(decay={10: 1, 20: 0.1})
    assert per_person() == pytest.approx(by_band)
    assert per_person(edge_weight=0.04) == pytest.approx(per_person(decay={10: 1, 20: 0.2}))


@pytest.mark.parametrize("kind", ["rings", "shuffled", "doubled", "by road", "in degrees"])
def test_bands_say_the_same_however_they_are_drawn(kind: str) -> None:
    expected = pytest.approx(per_person())
    if kind == "rings":  # the ring of 10 to 20 minutes, without what is nearer
        drawn = BANDS.copy()
        near, far = (BANDS["minutes"] == 10).to_numpy(), (BANDS["minutes"] == 20).to_numpy()
        rings = shapely.difference(BANDS.geometry.to_numpy()[far], BANDS.geometry.to_numpy()[near])
        drawn.loc[far, "geometry"] = rings
    elif kind == "shuffled":
        drawn = BANDS.iloc[[3, 0, 2, 1]]
    elif kind == "doubled":  # several polygons of one place lie on each other
        drawn = pd.concat([BANDS, BANDS, BANDS.iloc[:1]])
    elif kind == "by road":
        drawn = BANDS.rename(columns={"minutes": "route_km"})
    else:
        drawn = BANDS.to_crs(4326)
    assert per_person(areas=drawn) == expected


@pytest.mark.parametrize("method", CONSERVING)
@pytest.mark.parametrize("by_cells", [False, True], ids=["town halls", "cells"])
def test_supply_is_conserved(method: Method, by_cells: bool) -> None:
    communes, places, areas = scattered()
    grid = cells_of(communes) if by_cells else None
    got = epn.measure_access(
        communes, places, areas=areas, method=method, decay="exponential", supply="sieges",
        grid=grid,
    )  # fmt: skip
    total = (got[ACCESS] / 10_000 * got["population"]).sum()
    assert total == pytest.approx(places["sieges"].sum())
    load = epn.measure_load(places, communes, areas=areas, grid=grid)
    reached = got.loc[got["acces_lieux"] > 0, "population"].sum()
    if not by_cells:
        assert load["population_attendue"].sum() == pytest.approx(reached)


def scattered() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Real communes, places in some of them, and polygons of three times."""
    communes = epn.read_communes(departements="61").reset_index(drop=True)
    points = communes.to_crs(2154).representative_point().iloc[::11].reset_index(drop=True)
    places = gpd.GeoDataFrame({"id": [f"p{i}" for i in range(len(points))]}, geometry=points)
    places["sieges"] = np.random.default_rng(5).integers(1, 9, len(places))
    bands = [
        places.set_geometry(places.buffer(800 * minutes, quad_segs=3)).assign(minutes=minutes)
        for minutes in (5, 10, 15)
    ]
    return communes, places, pd.concat(bands)


def cells_of(communes: gpd.GeoDataFrame, count: int = 5) -> pd.DataFrame:
    """Cells scattered over communes."""
    spots = communes.to_crs(2154).sample_points(count, rng=4).explode()
    people = np.random.default_rng(4).integers(1, 40, len(spots))
    return pd.DataFrame({"epsg": 2154, "x": spots.x, "y": spots.y, "population": people},
                        ).reset_index(drop=True)  # fmt: skip


def test_finely_drawn_discs_give_what_the_radius_gives() -> None:
    communes, places, _ = scattered()
    drawn = places.set_geometry(places.buffer(9000, quad_segs=400)).assign(minutes=20)
    for grid in (None, cells_of(communes)):
        options: dict[str, Any] = {"method": "2sfca", "supply": "sieges", "grid": grid}
        by_radius = epn.measure_access(communes, places, radius_km=9, **options)
        by_area = epn.measure_access(communes, places, areas=drawn, **options)
        pd.testing.assert_frame_equal(by_area, by_radius)


def test_many_narrow_bands_come_near_the_decay_of_a_disc() -> None:
    communes, places, _ = scattered()
    drawn = pd.concat(
        places.set_geometry(places.buffer(km * 1000, quad_segs=40)).assign(route_km=km)
        for km in np.arange(1, 61) / 4
    )
    by_radius = epn.measure_access(communes, places, radius_km=15)[ACCESS]
    by_bands = epn.measure_access(communes, places, areas=drawn)[ACCESS]
    known = by_radius > 0
    assert np.abs(by_bands[known] / by_radius[known] - 1).max() < 0.1
    assert np.corrcoef(by_radius, by_bands)[0, 1] > 0.999


def test_cells_are_found_without_making_points_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = pd.DataFrame(
        {"epsg": 2154, "x": [2000.0, 6000.0, 7500.0, 10_000.0], "y": 2000.0, "population": 1.0}
    )

    def refuse(*_: object) -> None:
        raise AssertionError("geometry was made of the cells")

    monkeypatch.setattr(shapely, "points", refuse)
    # the second zone weighs 0.1; both cells of the middle are in that of b, one in that of a
    at_a, at_b = 1 / (100 + 0.1 * 100), 1 / (400 + 0.1 * 200)
    assert per_person(grid=cells) == pytest.approx([at_a, 0.1 * at_a / 2 + 0.1 * at_b, at_b])


def test_only_places_that_count_offer_anything() -> None:
    expected = pytest.approx([1 / 300, 1 / 300, 0])
    for other in ({"categorie": ["EPN", "CRANT"]}, {"itinerance": ["Fixe", "Itinérant"]}):
        assert per_person(places=PAIR.assign(**other), areas=TWENTY) == expected
    mobile = PAIR.assign(itinerance=["Fixe", "Itinérant"], couvre=[True, True])
    assert per_person(places=mobile, areas=TWENTY) == pytest.approx(per_person(areas=TWENTY))
    load = epn.measure_load(PAIR.assign(categorie=["EPN", "CRANT"]), THREE, areas=TWENTY)
    assert load["population_bassin"].tolist()[0] == 300
    assert np.isnan(load["population_bassin"][1])
    # a polygon of a place that is not in the list counts for nobody
    assert per_person(places=PAIR.iloc[:1], areas=TWENTY) == expected


def test_a_place_without_polygon_is_said_and_reaches_nobody() -> None:
    with pytest.warns(MissingAreaWarning, match="1 place that counts has no polygon .*: B"):
        alone = per_person(areas=TWENTY.iloc[:1])
    assert alone == pytest.approx([1 / 300, 1 / 300, 0])
    with pytest.warns(MissingAreaWarning, match="no polygon of 10 minutes .*: B"):
        later = per_person(areas=BANDS.drop(BANDS.index[2]), decay={10: 1, 20: 0.5})
    assert later[2] == pytest.approx(0.5 / (0.5 * 400 + 0.5 * 200))


def test_what_cannot_be_told_is_refused() -> None:
    with pytest.raises(epn.DataError, match="do not say whose they are"):
        per_person(areas=TWENTY[["geometry"]])
    with pytest.raises(epn.DataError, match="do not say whose they are"):
        epn.measure_load(PAIR, THREE, areas=TWENTY[["geometry"]])
    with pytest.raises(epn.DataError, match="either radius_km or areas"):
        per_person(radius_km=10)
    with pytest.raises(epn.DataError, match=r"ends at 15 ends inside a band.* of 10, 20\."):
        per_person(decay={15: 1, 20: 0.5})
    with pytest.raises(epn.DataError, match="need areas that say their time"):
        per_person(areas=TWENTY.drop(columns="minutes"), decay={20: 1})
    with pytest.raises(epn.DataError, match="Did you mean 'gaussian'"):
        per_person(decay="gauss")
    with pytest.raises(epn.DataError, match="edge_weight must be between"):
        per_person(edge_weight=0.0)


def test_no_place_and_no_people() -> None:
    nothing = epn.measure_access(THREE, PAIR.iloc[:0], areas=BANDS)
    assert nothing[ACCESS].eq(0).all()
    assert nothing["acces_lieux"].eq(0).all()
    empty = epn.measure_access(THREE.assign(population=0), PAIR, areas=BANDS)
    assert empty[ACCESS].eq(0).all()


def test_every_polygon_of_a_point_is_listed() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 9000, (2, 400))
    left, low = rng.uniform(0, 8000, (2, 30))
    squares = np.append(shapely.box(left, low, left + 2500, low + 900), [None])
    found = {
        (int(p), int(q))
        for point, polygon in pairs_within(x, y, squares, block=50)
        for p, q in zip(point, polygon, strict=True)
    }
    expected = {
        (i, j) for i in range(400) for j in range(30)
        if left[j] <= x[i] <= left[j] + 2500 and low[j] <= y[i] <= low[j] + 900
    }  # fmt: skip
    assert found == expected
    assert not shapely.is_prepared(squares[:-1]).any()
    first = cells_within(x, y, squares)
    assert all(first[i] == min((j for p, j in expected if p == i), default=-1) for i in range(400))
