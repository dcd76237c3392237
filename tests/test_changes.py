"""Who gains and who loses: every inhabitant accounted for, every change attributed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.changes import changed_zones
from epn_geo.embedded import embedded_path
from epn_geo.pairing import revise
from tests.worlds import make_places

POINTS = st.lists(
    st.tuples(st.integers(-4000, 20_000), st.integers(-4000, 20_000)), min_size=0, max_size=6
)


def world(points: list[tuple[int, int]], names: str) -> gpd.GeoDataFrame:
    ids = [f"{names}{i}" for i in range(len(points))]
    return make_places(*[(float(x), float(y)) for x, y in points], id=ids, nom=ids)


def naive_union(places: gpd.GeoDataFrame, radius_km: float) -> shapely.Geometry:
    return shapely.union_all(places.geometry.buffer(radius_km * 1000, quad_segs=400).to_numpy())


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(kept=POINTS, old=POINTS, new=POINTS, radius_km=st.sampled_from([1.0, 3.0, 6.5]))
def test_lost_and_kept_make_before_gained_and_kept_make_after(
    grid: gpd.GeoDataFrame,
    kept: list[tuple[int, int]],
    old: list[tuple[int, int]],
    new: list[tuple[int, int]],
    radius_km: float,
) -> None:
    before = pd.concat([world(kept, "k"), world(old, "o")], ignore_index=True)
    after = pd.concat([world(kept, "k"), world(new, "n")], ignore_index=True)
    change = epn.compare_coverage(before, after, grid, radius_km)
    for table in (change.communes, *change.tables.values()):
        lost_kept = table["population_perdue"] + table["population_gardee"]
        gained_kept = table["population_gagnee"] + table["population_gardee"]
        np.testing.assert_allclose(lost_kept, table["population_avant"], atol=1e-6)
        np.testing.assert_allclose(gained_kept, table["population_apres"], atol=1e-6)
    # against shapes drawn by another hand
    was, now = naive_union(before, radius_km), naive_union(after, radius_km)
    drawn = shapely.area(shapely.intersection(grid.geometry, shapely.difference(now, was))) / 16e6
    np.testing.assert_allclose(change.communes["part_gagnee"], drawn, atol=1e-4)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(old=POINTS, new=POINTS)
def test_every_gain_and_loss_is_somebodys_or_shared(
    grid: gpd.GeoDataFrame, old: list[tuple[int, int]], new: list[tuple[int, int]]
) -> None:
    before, after = world(old, "o"), world(new, "n")
    change = epn.compare_coverage(before, after, grid, 3.0)
    for sens, column in (("gagné", "population_gagnee"), ("perdu", "population_perdue")):
        alone = change.causes.loc[change.causes["sens"] == sens, "population_seul"].sum()
        shared = change.communes[f"{column}_partagee"].sum()
        assert alone + shared == pytest.approx(change.communes[column].sum(), abs=1e-4)
    # what a place alone changed is what is missing when it is taken away
    for cause in change.causes[change.causes["sens"] == "gagné"].itertuples():
        without = epn.compare_coverage(before, after[after["id"] != cause.id], grid, 3.0)
        less = change.communes["population_gagnee"].sum()
        less -= without.communes["population_gagnee"].sum()
        assert cause.population_seul == pytest.approx(less, abs=1e-4)


def test_two_places_that_open_side_by_side_share_what_both_reach(grid: gpd.GeoDataFrame) -> None:
    after = make_places((8000.0, 8000.0), (9000.0, 8000.0), nom=["Un", "Deux"])
    change = epn.compare_coverage(after.iloc[:0], after, grid, 2.0)
    causes = change.causes.set_index("nom")
    lens = 2 * 4 * np.arccos(0.25) - 0.5 * np.sqrt(16 - 1)  # km², two discs of 2 km, 1 km apart
    assert causes["aire_partagee_km2"].tolist() == pytest.approx([lens, lens])
    assert causes["aire_seul_km2"].tolist() == pytest.approx([4 * np.pi - lens] * 2)
    assert causes.loc["Un", "avec"] == "Deux"
    shared = change.communes["population_gagnee_partagee"].sum()
    assert shared == pytest.approx(lens * 100 / 16)


def test_a_place_doubled_changes_nothing_by_itself(grid: gpd.GeoDataFrame) -> None:
    after = make_places((8000.0, 8000.0), (8000.0, 8000.0))
    causes = epn.compare_coverage(after.iloc[:0], after, grid, 2.0).causes
    assert causes["population_seul"].tolist() == [0, 0]
    assert (causes["population_partagee"] > 0).all()


def test_town_halls_distances_and_services(grid: gpd.GeoDataFrame) -> None:
    before = make_places((2000.0, 2000.0), services=["Gratuit|Wi-Fi"])
    after = make_places((2000.0, 2000.0), (14000.0, 14000.0), services=["Gratuit", "Wi-Fi"])
    change = epn.compare_coverage(before, after, grid, [1, 3])
    rows = change.communes.set_index("code_insee")
    assert rows.loc["14001", "services_perdus_1km"] == "Wi-Fi"
    assert rows.loc["27008", "services_gagnes_1km"] == "Wi-Fi"
    assert rows.loc["27008", ["mairie_avant_1km", "mairie_apres_1km"]].tolist() == [False, True]
    assert rows.loc["27008", "ecart_distance_km"] == pytest.approx(-12 * np.sqrt(2))
    assert rows.loc["27008", "lieu_apres"] == "Lieu 1"
    table = change.tables["departement"].set_index("code_departement")
    assert table["communes_gagnees_1km"].tolist() == [0, 1]
    assert change.causes["mairies_seul"].tolist() == [1, 1]
    assert change.causes["rayon_km"].tolist() == [1, 3]
    inequality = change.inequality.set_index("mesure")
    assert inequality.loc["ecart_departements_1km"].tolist() == pytest.approx([np.pi / 128, 0])


def test_the_same_list_changes_nothing(grid: gpd.GeoDataFrame) -> None:
    places = make_places((2000.0, 2000.0), (9000.0, 9000.0))
    change = epn.compare_coverage(places, places.to_crs(4326), grid, 3.0)
    assert change.causes.empty
    assert change.communes[["population_gagnee", "population_perdue"]].to_numpy().sum() == 0
    assert changed_zones(places, places, grid, 3.0).empty


def test_zones_are_drawn_where_the_figures_say(grid: gpd.GeoDataFrame) -> None:
    before, after = make_places((2000.0, 2000.0)), make_places((5000.0, 2000.0))
    change = epn.compare_coverage(before, after, grid, 3.0).communes.set_index("code_insee")
    zones = changed_zones(before, after, grid, 3.0)
    for sens, column in (("gagné", "part_gagnee"), ("perdu", "part_perdue")):
        drawn = zones[zones["sens"] == sens].set_index("code_insee").area / 16e6
        told = change[column]
        np.testing.assert_allclose(drawn, told[drawn.index], atol=0.005)
        assert set(told[told > 0.001].index) <= set(drawn.index)


def test_a_radius_of_each_places_own_and_epci_counted_whole(grid: gpd.GeoDataFrame) -> None:
    grid["dans_selection"] = grid["code_departement"] == "27"
    after = make_places((10_000.0, 2000.0), (6000.0, 2000.0), categorie=["EPN", "antenne"])
    change = epn.compare_coverage(after.iloc[:0], after, grid, {"EPN": 2, "antenne": 1})
    assert set(change.tables["departement"]["code_departement"]) == {"27"}
    gained = change.tables["epci"].set_index("code_epci")["population_gagnee"]
    assert gained["200000014S"] == pytest.approx(np.pi * 100 / 16)
    assert change.causes["rayon_km"].isna().all()


def test_comparing_needs_people(grid: gpd.GeoDataFrame) -> None:
    places = make_places((0.0, 0.0))
    with pytest.raises(epn.ColumnError, match="read_communes"):
        epn.compare_coverage(places, places, grid.drop(columns="population"))


# -- what became of each place

NINE = ("Aix", "Bar", "Caen", "Dives", "Eu", "Flers", "Gace", "Ham", "Ivry")


def row(frame: gpd.GeoDataFrame, name: str) -> pd.Series:
    found = frame[frame["nom"] == name]
    assert len(found) == 1
    return found.iloc[0]


def test_each_kind_of_change_is_said() -> None:
    spot = (450_000.0, 6_880_000.0)
    base = {
        "categorie": ["EPN"] * 9,
        "services": ["Gratuit"] * 9,
        "statut_label": ["labellisé"] * 8 + ["en cours"],
        "nom": [f"EPN de {n}" for n in NINE],
    }
    before = make_places(*[(spot[0] + 5000 * i, spot[1]) for i in range(9)], **base)
    after = before.copy()
    after.loc[1, "statut_label"] = "non renouvelé"
    after.loc[2, "categorie"] = "antenne"
    after.loc[3, "services"] = "Gratuit|Wi-Fi"
    after.loc[8, "statut_label"] = "labellisé"
    north = [900.0 if i == 4 else 50.0 for i in range(9)]
    after["geometry"] = gpd.points_from_xy(before.geometry.x, before.geometry.y + north)
    after.loc[5, "geometry"] = None
    after = after.drop(index=[6])
    extra = make_places((400_000.0, 6_880_000.0), id=["new"], nom=["EPN de Jobourg"])
    extra["statut_label"] = "labellisé"
    got = epn.compare_places(before, pd.concat([after, extra], ignore_index=True))
    told = got.set_index("nom")["changements"].to_dict()
    assert told == {
        "EPN de Aix": "inchangé",
        "EPN de Bar": "délabellisé",
        "EPN de Caen": "devenu antenne",
        "EPN de Dives": "services modifiés",
        "EPN de Eu": "déplacé",
        "EPN de Flers": "coordonnées perdues",
        "EPN de Gace": "fermé|délabellisé",
        "EPN de Ham": "inchangé",
        "EPN de Ivry": "labellisé",
        "EPN de Jobourg": "ouvert|labellisé",
    }
    assert row(got, "EPN de Dives")["services_ajoutes"] == "Wi-Fi"
    assert row(got, "EPN de Eu")["deplacement_km"] == pytest.approx(0.9, rel=0.01)
    assert (got["confiance"].dropna() == 1).all()
    back = epn.compare_places(after, before).set_index("nom")["changement"]
    assert back["EPN de Caen"] == "devenu EPN"
    assert got.crs == before.crs


def test_without_ids_places_are_paired_by_name_commune_and_distance() -> None:
    before = make_places(
        (0.0, 0.0), (50.0, 0.0), (9000.0, 0.0),
        id=["1", "2", "3"], nom=["Médiathèque de Flers", "EPN de Flers", "EPN de Tinchebray"],
        code_insee=["61169", "61169", "61486"],
    )  # fmt: skip
    moved = before.set_geometry(before.translate(450_000, 6_880_000))
    after = moved.iloc[::-1].reset_index(drop=True)
    after["id"] = ["x", "y", "z"]
    after["nom"] = ["Tinchebray (EPN de)", "ESPACE NUMERIQUE EPN DE FLERS", "Mediathèque Flers"]
    after["code_insee"] = ["61486", "61169", "61169"]
    got = epn.compare_places(moved, after)
    assert got["id_apres"].tolist() == ["z", "y", "x"]
    assert set(got["appariement"]) == {"ressemblance"}
    assert got["confiance"].tolist() == pytest.approx([0.959, 0.793, 1.0])


def test_an_old_commune_code_is_no_move() -> None:
    """Sainte-Croix-sur-Mer kept its doors; Pont-Farcy went from Calvados to Manche in 2018."""
    place = make_places((450_000.0, 6_880_000.0), id=["a"], nom=["EPN"], code_insee=["14513"])
    later = place.assign(id="b", code_insee="50592")
    got = epn.compare_places(place, later)
    assert got["changement"].tolist() == ["inchangé"]
    assert got["confiance"].tolist() == [1.0]
    assert got["code_departement"].tolist() == ["50"]


def test_an_id_given_to_another_place_pairs_nothing() -> None:
    before = make_places((450_000.0, 6_880_000.0), id=["1"], nom=["Caen"], code_insee=["14118"])
    after = make_places((500_000.0, 6_880_000.0), id=["1"], nom=["Rouen"], code_insee=["76540"])
    assert epn.compare_places(before, after)["changement"].tolist() == ["fermé", "ouvert"]


def test_one_name_is_enough_where_nothing_else_is_known() -> None:
    before = make_places(None, id=["a"], nom=["Antenne d’Anould"])
    got = epn.compare_places(before, before.assign(id="b"))
    assert got[["changement", "confiance"]].to_numpy().tolist() == [["inchangé", 0.75]]


def test_numbered_places_are_not_mistaken_for_each_other() -> None:
    before = make_places((450_000.0, 6_880_000.0), id=["a"], nom=["EPN 1"], code_insee=["14118"])
    after = before.assign(id="b", nom="EPN 2")
    assert len(epn.compare_places(before, after)) == 2


def test_labels_are_not_lost_when_a_list_does_not_tell_them() -> None:
    before = make_places((0.0, 0.0), statut_label=["labellisé"])
    got = epn.compare_places(before, before.drop(columns="statut_label"))
    assert got["changements"].tolist() == ["inchangé"]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from(["EPN", "EPN Caen", "Médiathèque", "Mairie 2", ""]), max_size=6),
    st.lists(st.sampled_from(["EPN", "epn caen", "Mediatheque", "Mairie 2"]), max_size=6),
)
def test_every_row_of_both_lists_is_there_once(old: list[str], new: list[str]) -> None:
    def places(names: list[str], start: str) -> gpd.GeoDataFrame:
        ids = [f"{start}{i}" for i in range(len(names))]
        spots = [(450_000.0 + 100 * i, 6_880_000.0) for i in range(len(names))]
        return make_places(*spots, id=ids, nom=names, code_insee=["14118"] * len(names))

    got = epn.compare_places(places(old, "o"), places(new, "n"))
    assert sorted(got["rang_avant"].dropna()) == list(range(len(old)))
    assert sorted(got["rang_apres"].dropna()) == list(range(len(new)))


def test_a_list_can_be_tried_with_places_more_and_less() -> None:
    places = make_places((0.0, 0.0), (1000.0, 0.0))
    more = make_places((2000.0, 0.0), id=["new"]).to_crs(4326)
    got = revise(places, more, remove=("p0", "LIEU 1"))
    assert got["id"].tolist() == ["new"]
    assert got.crs == places.crs
    assert got.geometry.x.tolist() == pytest.approx([2000.0], abs=0.01)
    with pytest.raises(epn.DataError, match="Did you mean 'Lieu 1'"):
        revise(places, remove=("Lieux 1",))
    with pytest.raises(epn.DataError, match="give the id"):
        revise(places.assign(nom="EPN"), remove=("EPN",))


def test_the_demonstration_network_with_one_place_less() -> None:
    places = epn.read_places(embedded_path("demo/epn-demonstration.csv"))
    communes = epn.read_communes(departements="61")
    after = revise(places, remove=("demo-61-01",))
    got = epn.compare(places, after, communes, [5, 10])
    gone = got.places[got.places["changement"] != "inchangé"]
    assert gone["changements"].tolist() == ["fermé|délabellisé"]
    assert set(got.coverage.causes["sens"]) == {"perdu"}
    assert set(got.coverage.causes["id"]) == {"demo-61-01"}
    lost = got.coverage.communes["population_perdue_5km"].sum()
    assert got.coverage.causes["population_seul"].iloc[0] == pytest.approx(lost, abs=1e-6)
