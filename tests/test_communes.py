"""The embedded communes: what they hold, how they are chosen, what old codes are today."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from epn_geo.communes import (
    COLUMNS,
    current_code,
    current_codes,
    read_communes,
    read_epci,
    successions,
)
from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError

NORMAN = {"14": 526, "27": 585, "50": 445, "61": 381, "76": 707}
NORMAN_PEOPLE = {"14": 709_441, "27": 602_714, "50": 497_522, "61": 275_201, "76": 1_260_964}
STRADDLING = {  # EPCI: communes in Normandie, communes in all
    "200066462": (40, 41),
    "200040277": (6, 81),
    "246100663": (26, 31),
    "200072676": (2, 51),
    "200069722": (34, 44),
    "247600588": (15, 28),
}
DROM_CRS = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}


@pytest.fixture(scope="module")
def france() -> gpd.GeoDataFrame:
    return read_communes()


@pytest.fixture(scope="module")
def normandie() -> gpd.GeoDataFrame:
    return read_communes(region="28")


# -- what the data holds ---------------------------------------------------------------------------


def test_frame_has_the_documented_columns_types_and_order(normandie):
    assert tuple(normandie.columns) == COLUMNS
    assert normandie.crs.to_epsg() == 4326
    assert normandie.index.equals(pd.RangeIndex(len(normandie)))
    assert normandie["code_insee"].is_monotonic_increasing
    assert normandie["code_insee"].is_unique
    assert normandie["population"].dtype == "int64"
    assert normandie["dans_selection"].all()


def test_normandie_has_the_communes_and_people_of_2026(normandie):
    by = normandie.groupby("code_departement")
    assert by.size().to_dict() == NORMAN
    assert by["population"].sum().to_dict() == NORMAN_PEOPLE
    assert len(normandie) == 2644
    assert normandie["population"].sum() == 3_345_842


def test_normandie_has_71_epci_six_of_them_across_the_border(normandie):
    touched = read_epci().set_index("code_epci").loc[normandie["code_epci"].unique()]
    assert len(touched) == 71
    assert touched["nature"].value_counts().to_dict() == {"CC": 55, "CA": 12, "CU": 3, "METRO": 1}
    across = touched[touched["regions"] != "28"]
    inside = normandie.groupby("code_epci").size()
    found = {code: (inside[code], row["communes"]) for code, row in across.iterrows()}
    assert found == STRADDLING
    within = touched[touched["regions"] == "28"]
    several = within.index[within["departements"].str.contains("|", regex=False)]
    assert sorted(several) == ["200066405", "200066827", "200069730"]


def test_normandie_is_covered_but_for_one_small_hole(normandie):
    metric = normandie.to_crs(2154)
    assert metric.area.sum() / 1e6 == pytest.approx(30_099.9, abs=0.05)
    whole = shapely.get_parts(shapely.coverage_union_all(metric.geometry.to_numpy()))
    holes = [shapely.Polygon(ring).area / 1e6 for part in whole for ring in part.interiors]
    assert holes == [pytest.approx(0.096, abs=0.001)]


def test_neighbours_share_their_edges_across_departements_in_degrees_and_in_metres():
    around = read_communes(
        region="28", departements=["28", "35", "53", "60", "72", "78", "80", "95"]
    )
    assert around["code_departement"].nunique() == 13
    assert shapely.coverage_is_valid(around.geometry.to_numpy())
    assert shapely.coverage_is_valid(around.to_crs(2154).geometry.to_numpy())
    moved = around.geometry.to_numpy().copy()
    moved[0] = shapely.transform(moved[0], lambda xy: xy + 1e-4)
    assert not shapely.coverage_is_valid(moved)  # the check can fail


@pytest.mark.slow
def test_france_is_one_valid_coverage_per_territory(france):
    assert shapely.coverage_is_valid(france.geometry.to_numpy())
    prefix = france["code_departement"]
    for code, crs in DROM_CRS.items():
        assert shapely.coverage_is_valid(france[prefix == code].to_crs(crs).geometry.to_numpy())
    mainland = france[~prefix.isin(DROM_CRS)].to_crs(2154)
    assert shapely.coverage_is_valid(mainland.geometry.to_numpy())


def test_every_commune_of_france_has_an_outline_and_a_town_hall(france):
    assert len(france) == 34_875
    assert france["code_departement"].nunique() == 101
    assert france.is_valid.all()
    assert not france.is_empty.any()
    columns = france.columns.difference(["code_epci", "epci"])
    assert france[columns].notna().all(axis=None)
    assert (france["superficie_km2"] > 0).all()


def test_only_the_four_island_communes_have_no_epci(france):
    alone = france[france["code_epci"].isna()]
    assert alone["code_insee"].tolist() == ["22016", "29083", "29155", "85113"]
    assert alone["epci"].isna().all()


def test_paris_lyon_and_marseille_are_one_commune_each(france):
    codes = france["code_insee"]
    assert {"75056", "69123", "13055"} <= set(codes)
    districts = codes.str.match(r"751\d\d$|6938\d$|132\d\d$")
    assert not districts.any()


def test_town_halls_stand_in_their_commune_or_just_outside(normandie):
    metric = normandie.to_crs(2154)
    points = gpd.GeoSeries.from_xy(
        normandie["mairie_longitude"], normandie["mairie_latitude"], crs=4326
    ).to_crs(2154)
    away = points.distance(metric.geometry)
    official = normandie["mairie_source"] == "mairie"
    assert set(normandie["mairie_source"]) == {"mairie", "intérieur"}
    assert official.sum() == 2474
    assert away[official].max() <= 301  # 300 m, the rounding of the point and of the outline
    assert away[~official].max() == 0
    absurd = normandie["commune"].isin(["Varengeville-sur-Mer", "Lisors"])
    assert (normandie.loc[absurd, "mairie_source"] == "intérieur").all()


@pytest.mark.parametrize(
    ("code", "km2"),
    [("14581", 46.70), ("61275", 24.54 + 17.75), ("14408", 10.78), ("76455", 10.87)],
)
def test_communes_nouvelles_have_their_whole_outline(normandie, code, km2):
    row = normandie.set_index("code_insee").loc[[code]]
    assert row["superficie_km2"].item() > km2 - 0.01
    stored = row.to_crs(2154).area.item() / 1e6
    assert stored == pytest.approx(row["superficie_km2"].item(), rel=1e-3)


def test_names_have_their_article_and_the_epci_of_the_official_code(normandie):
    by_code = normandie.set_index("code_insee")
    assert by_code.loc["76351", "commune"] == "Le Havre"
    assert by_code.loc["14062", "epci"] == "CC Seulles Terre et Mer"


def test_coordinates_lie_on_the_binary_grid_the_readme_names(normandie):
    xy = shapely.get_coordinates(normandie.geometry.to_numpy()) * 65_536
    assert (xy == xy.round()).all()


def test_readme_gives_the_right_hash_of_every_file():
    folder = embedded_path("communes")
    lines = re.findall(r"^([0-9a-f]{64})  (\S+)$", (folder / "README.md").read_text("utf-8"), re.M)
    said = {name: digest for digest, name in lines}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.name != "README.md"
    }
    assert said == found


def test_the_data_is_small_enough_for_git_and_the_wheel():
    sizes = {path.name: path.stat().st_size for path in embedded_path("communes").iterdir()}
    assert sum(sizes.values()) < 12e6
    assert sum(sizes[f"communes-{code}.parquet"] for code in NORMAN) < 1e6


# -- choosing territories --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ({"departements": "Seine Maritime"}, {"76"}),
        ({"departements": "calvados"}, {"14"}),
        ({"departements": ["Manche", "ORNE"]}, {"50", "61"}),
        ({"departements": ["14", 61]}, {"14", "61"}),
        ({"departements": "2a"}, {"2A"}),
        ({"departements": 1}, {"01"}),
        ({"region": "normandie"}, set(NORMAN)),
        ({"region": "Provence Alpes Cote d'Azur"}, {"04", "05", "06", "13", "83", "84"}),
        ({"region": 28, "departements": "Sarthe"}, {*NORMAN, "72"}),
        ({"region": "28", "departements": "14"}, set(NORMAN)),
    ],
)
def test_territories_are_named_by_code_or_name(wanted, codes):
    found = read_communes(**wanted)
    assert set(found["code_departement"]) == codes
    assert found["code_insee"].is_unique


@pytest.mark.parametrize(
    "epci", ["200066462", "CC Interco Normandie Sud Eure", "interco normandie sud eure"]
)
def test_epci_are_read_whole_across_borders(epci):
    found = read_communes(epci=epci)
    assert len(found) == 41
    assert set(found["code_region"]) == {"24", "28"}
    assert found["dans_selection"].all()


def test_an_epci_adds_to_a_departement():
    eure = read_communes(departements="27", epci="200066462")
    assert len(eure) == NORMAN["27"] + 1
    assert eure["code_insee"].is_monotonic_increasing


def test_whole_epci_adds_the_communes_across_the_border(normandie):
    both = read_communes(region="28", whole_epci=True)
    added = both[~both["dans_selection"]]
    assert len(added) == sum(whole - part for part, whole in STRADDLING.values())
    assert set(added["code_epci"]) == set(STRADDLING)
    assert (added["code_region"] != "28").all()
    kept = both[both["dans_selection"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(kept), pd.DataFrame(normandie))


def test_whole_epci_adds_nothing_where_nothing_straddles():
    reunion = read_communes(departements="974", whole_epci=True)
    assert len(reunion) == 24
    assert reunion["dans_selection"].all()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"departements": "Calvadso"}, r"no departement 'Calvadso'.*Did you mean 'Calvados'\?"),
        ({"departements": "99"}, r"no departement '99': give a code or a name\.$"),
        ({"region": "Normandi"}, r"no region 'Normandi'.*28 Normandie"),
        ({"epci": "dreux"}, r"no epci 'dreux'.*200040277 CA Agglo du Pays de Dreux"),
        ({"epci": "CC des Quatre Rivieres"}, r"Several epci.*247000623.*247400666"),
        ({"departements": []}, r"list of departement is empty"),
        ({"departements": ""}, r"no departement ''"),
    ],
)
def test_a_territory_that_does_not_exist_is_refused_with_advice(wanted, message):
    with pytest.raises(DataError, match=message):
        read_communes(**wanted)


def test_an_epci_may_be_named_without_its_kind():
    assert set(read_communes(epci="pays de dreux")["code_epci"]) == {"200040277"}


def test_another_folder_can_be_read_and_only_the_files_needed_are(tmp_path: Path):
    source = embedded_path("communes")
    for name in ("epci", "departements", "regions", "succession", "communes-50"):
        shutil.copy(source / f"{name}.parquet", tmp_path)
    assert len(read_communes(departements="50", path=tmp_path)) == NORMAN["50"]
    assert len(read_epci(tmp_path)) == len(read_epci())
    assert successions(["14513"], tmp_path)["code_actuel"].item() == "50592"
    with pytest.raises(DataError, match=r"communes-14\.parquet does not exist: path must be"):
        read_communes(departements="14", path=tmp_path)


# -- old codes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("14513", "50592"),  # to another département and into a commune nouvelle, the same day
        ("50649", "50592"),  # the code it bore for no time at all
        ("27058", "27676"),  # there and back
        ("27676", "27676"),
        ("14011", "14581"),  # another chef-lieu
        ("14712", "14712"),  # parted again: the code lives on
        ("50461", "50461"),  # another name
        ("76715", "76715"),
        ("26371", "26289"),  # merged without a trace in the list of communes déléguées
        ("55273", "55386"),  # went with a part that left
        ("75111", "75056"),  # an arrondissement
    ],
)
def test_current_code_follows_every_real_case(old, today):
    assert current_code(old) == today


@pytest.mark.parametrize("code", ["00000", "1004", "14", "", "paris"])
def test_current_code_refuses_codes_that_never_were(code):
    with pytest.raises(DataError, match="ever had the code"):
        current_code(code)


def test_successions_says_what_became_of_each_code():
    found = successions(pd.Series(["14712", "75111", "99999", "14513"], index=list("abcd")))
    assert found.index.tolist() == list("abcd")
    assert found["statut"].tolist() == ["scindé", "arrondissement", "inconnu", "remplacé"]
    assert found["candidats"].tolist() == ["14666|14712", "", "", ""]
    assert found.loc["d", "date"] == "2018-01-01"
    assert pd.isna(found.loc["c", "code_actuel"])
    assert found.loc["d", "nom"] == "Pont-Farcy"


def test_successions_keeps_repeated_and_missing_codes():
    found = successions(pd.Series(["14513", None, "14513"]))
    assert found["code_actuel"].isna().tolist() == [False, True, False]
    assert found["statut"].tolist() == ["remplacé", "inconnu", "remplacé"]


def test_current_codes_keeps_rows_and_index():
    codes = pd.Series(["14513", "14118", "xxxxx"], index=[5, 3, 5])
    found = current_codes(codes)
    assert found.index.tolist() == [5, 3, 5]
    assert found.tolist()[:2] == ["50592", "14118"]
    assert pd.isna(found.iloc[2])
    assert codes.tolist() == ["14513", "14118", "xxxxx"]


def test_every_code_leads_to_a_commune_in_force(france):
    table = pd.read_parquet(embedded_path("communes/succession.parquet"))
    assert table["code"].is_unique
    in_force = set(table.loc[table["code"] == table["code_actuel"], "code"])
    assert set(france["code_insee"]) <= in_force
    assert set(table["code_actuel"].dropna()) == in_force
    norman = table["code"].str[:2].isin(NORMAN)
    dead = table[norman & (table["statut"] == "remplacé") & (table["date"] >= "2015")]
    assert len(dead) == 590


def test_an_ambiguous_or_abolished_code_is_reported_not_guessed(tmp_path: Path):
    rows = [
        ("10001", "Deux-Parts", None, "scindé", "10002|10003", "2020-01-01"),
        ("10004", "Perdue", None, "supprimé", "", "1950-06-17"),
    ]
    columns = ["code", "nom", "code_actuel", "statut", "candidats", "date"]
    pd.DataFrame(rows, columns=columns).to_parquet(tmp_path / "succession.parquet")
    assert successions(["10001"], tmp_path)["code_actuel"].isna().all()
    with pytest.raises(DataError, match=r"went to several communes on 2020-01-01.*10002, 10003"):
        current_code("10001", tmp_path)
    with pytest.raises(DataError, match="10004 \\(Perdue\\) was abolished without a successor"):
        current_code("10004", tmp_path)
