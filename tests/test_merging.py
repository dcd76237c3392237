"""Several lists as one: what is merged, what is not, and that nothing is lost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.merging import merge_places

EAST = 1 / 73_000  # degrees of longitude in a metre, near 49° N


def places(*rows: dict[str, object], crs: int = 4326) -> gpd.GeoDataFrame:
    """Make places; `metres` east of a point in Caen, None for no coordinates."""
    default = {"commune": "Caen", "code_insee": "14118", "metres": 0.0}
    frame = pd.DataFrame([{"id": str(i)} | default | row for i, row in enumerate(rows)])
    at = frame.pop("metres")
    points = gpd.GeoSeries(
        [None if pd.isna(m) else p for m, p in zip(at, gpd.points_from_xy(
            -0.37 + at.fillna(0).astype(float) * EAST, [49.18] * len(at)), strict=True)],
        crs=4326,
    )  # fmt: skip
    texts = [name for name in frame if name != "couvre"]
    frame[texts] = frame[texts].astype("str").where(frame[texts].notna())
    return gpd.GeoDataFrame(frame, geometry=points).to_crs(crs)


REGION = places(
    {"nom": "EPN de la Guérinière", "adresse": "5 avenue Père Popieluszko", "categorie": "EPN",
     "services": "Loisirs et créations numériques", "telephone": None},
    {"nom": "EPN du Chemin Vert", "adresse": "1 rue d'Isigny", "metres": 900.0,
     "categorie": "EPN"},
)  # fmt: skip
MAP = places(
    {"nom": "Espace public numérique de la Guérinière", "adresse": "5 av. Père Popieluszko",
     "metres": 30.0, "categorie": "France Services", "telephone": "+33231000000",
     "services": "Parentalité et éducation avec le numérique"},
    {"nom": "Médiathèque", "adresse": "15 rue de la Mer", "metres": 4000.0,
     "categorie": "médiathèque"},
)  # fmt: skip


def test_a_place_in_two_lists_is_kept_once_and_says_what_it_absorbed() -> None:
    merged = merge_places({"region": REGION, "carte": MAP}, threshold=0.8)
    assert merged.places["nom"].tolist() == [
        "EPN de la Guérinière",
        "EPN du Chemin Vert",
        "Médiathèque",
    ]
    kept = merged.places.iloc[0]
    assert kept["liste"] == "region"
    assert kept["absorbe"] == "carte:0 « Espace public numérique de la Guérinière » (0.99)"
    assert kept["absorbe_categories"] == "France Services"
    assert kept["categorie"] == "EPN"
    assert kept["telephone"] == "+33231000000"
    assert kept["services"] == (
        "Loisirs et créations numériques|Parentalité et éducation avec le numérique"
    )
    assert kept["corrections"] == "fusion : telephone, services d’après carte:0"
    assert merged.places["absorbe"].tolist()[1:] == ["", ""]


def test_the_pairs_are_shown_with_what_made_their_score() -> None:
    pairs = merge_places({"region": REGION, "carte": MAP}, threshold=0.8).pairs
    assert pairs["fusion"].tolist() == [True]
    pair = pairs.iloc[0]
    assert (pair["liste"], pair["id"], pair["liste_2"], pair["id_2"]) == (
        "region", "0", "carte", "carte:0"
    )  # fmt: skip
    assert pair["noms"] == 1.0  # EPN is what espace public numérique is short for
    assert pair["distance_km"] == pytest.approx(0.030, abs=0.001)
    nearness = 1 - pair["distance_km"] / 0.5
    assert pair["score"] == pytest.approx(0.5 + 0.25 * pair["adresses"] + 0.25 * nearness)


def test_nothing_is_merged_below_the_threshold() -> None:
    merged = merge_places({"region": REGION, "carte": MAP}, threshold=0.99)
    assert len(merged.places) == 4
    assert merged.pairs["fusion"].tolist() == [False]


@pytest.mark.parametrize(
    ("change", "merges"),
    [
        ({}, True),
        ({"code_insee": "14047"}, False),  # another commune
        ({"code_insee": None, "commune": None}, True),  # which commune is not said
        ({"metres": 600.0}, False),  # too far, whatever the name
        ({"metres": None}, True),  # no coordinates, same commune
        ({"metres": None, "code_insee": None, "commune": None}, False),  # nothing to go by
        ({"nom": "EPN 2"}, False),  # another number
        ({"nom": "E.P.N. 1"}, True),
        ({"nom": "Médiathèque"}, False),
    ],
    ids=str,
)
def test_what_makes_one_place(change: dict[str, object], merges: bool) -> None:
    one = places({"nom": "EPN 1", "adresse": "5 rue A", "metres": 0.0})
    other = places({"nom": "EPN 1", "adresse": "5 rue A", "metres": 10.0} | change)
    merged = merge_places({"a": one, "b": other}, threshold=0.85)
    assert (len(merged.places) == 1) == merges


def test_an_old_code_is_the_commune_of_today() -> None:
    one = places({"nom": "EPN", "code_insee": "50592", "metres": None})
    other = places({"nom": "EPN", "code_insee": "14513", "metres": None})
    assert len(merge_places({"a": one, "b": other}, threshold=0.9).places) == 1


def test_doubles_inside_a_list_are_left_to_its_keeper() -> None:
    twice = places({"nom": "EPN"}, {"nom": "EPN"})
    assert len(merge_places({"a": twice}, threshold=0.5).places) == 2


def test_a_point_is_taken_when_the_kept_row_has_none() -> None:
    one = places({"nom": "EPN", "metres": None}).assign(latitude=np.nan, longitude=np.nan)
    other = places({"nom": "EPN", "metres": 0.0}).assign(latitude=49.18, longitude=-0.37)
    kept = merge_places({"a": one, "b": other}, threshold=0.9).places.iloc[0]
    assert kept.geometry.x == pytest.approx(-0.37)
    assert (kept["latitude"], kept["longitude"]) == (49.18, -0.37)
    assert kept["corrections"] == "fusion : coordonnées d’après b:0"


def test_ids_stay_different_and_antennas_keep_their_parents() -> None:
    one = places({"nom": "EPN de Caen"})
    other = places(
        {"nom": "EPN de Caen", "parent_id": None},
        {"nom": "Antenne du port", "metres": 3000.0, "parent_id": "0"},
    )
    kept = merge_places({"a": one, "b": other}, threshold=0.9).places
    assert kept["id"].tolist() == ["0", "1"]
    assert kept["parent_id"].tolist()[1] == "0"  # its parent was absorbed by row 0 of list a


def test_no_chain_merges_what_no_pair_says() -> None:
    lists = {
        name: places({"nom": "EPN", "metres": float(metres)})
        for name, metres in (("a", 0), ("b", 190), ("c", 400))
    }
    merged = merge_places(lists, threshold=0.85)
    assert merged.places["liste"].tolist() == ["a", "c"]


def test_lists_in_other_crs_and_frames_untouched() -> None:
    first, second = REGION.to_crs(2154), MAP.copy()
    before = first.copy(deep=True), second.copy(deep=True)
    merged = merge_places({"region": first, "carte": second}, threshold=0.8)
    assert merged.places.crs.to_epsg() == 2154
    assert len(merged.places) == 3
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(before[0]))
    pd.testing.assert_frame_equal(pd.DataFrame(second), pd.DataFrame(before[1]))


def test_a_zone_with_a_france_services_is_not_empty() -> None:
    communes = epn.read_communes(departements="14")
    merged = merge_places({"region": REGION, "carte": MAP}, threshold=0.8)
    alone = epn.measure_coverage(communes, REGION, 2)["mairie_couverte"].sum()
    together = epn.measure_coverage(communes, merged.places, 2)["mairie_couverte"].sum()
    assert together >= alone


rows = st.lists(
    st.fixed_dictionaries(
        {
            "nom": st.sampled_from(["EPN", "EPN 1", "EPN 2", "Médiathèque", "France services"]),
            "adresse": st.sampled_from([None, "1 rue A", "2 rue A"]),
            "metres": st.one_of(st.none(), st.integers(0, 900).map(float)),
        }
    ),
    min_size=1,
    max_size=6,
)


@given(rows, rows, st.floats(0.5, 1), st.floats(0.5, 1))
@settings(max_examples=60, deadline=None)
def test_every_row_is_kept_or_absorbed_once(
    one: list[dict[str, object]], other: list[dict[str, object]], low: float, high: float
) -> None:
    low, high = sorted((low, high))
    lists = {"a": places(*one), "b": places(*other)}
    merged = merge_places(lists, threshold=low)
    absorbed = [part for cell in merged.places["absorbe"] for part in cell.split("|") if part]
    assert len(merged.places) + len(absorbed) == len(one) + len(other)
    assert len(set(absorbed)) == len(absorbed)
    assert merged.pairs["fusion"].sum() == len(absorbed)
    assert (merged.pairs.loc[merged.pairs["fusion"], "score"] >= low).all()
    assert len(merge_places(lists, threshold=high).places) >= len(merged.places)


def test_what_cannot_be_merged_is_said() -> None:
    with pytest.raises(epn.DataError, match="no list"):
        merge_places({}, threshold=0.8)
    with pytest.raises(epn.DataError, match="between 0 and 1, not 80"):
        merge_places({"a": REGION}, threshold=80)
    with pytest.raises(epn.ColumnError, match="no column 'nom'"):
        merge_places({"a": REGION.drop(columns="nom")}, threshold=0.8)
