"""Findings: each fault is found, once, with its row, and a good list has none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from epn_geo.checking.findings import FINDING_COLUMNS, SEVERITIES
from epn_geo.checking.likeness import closest, name_pairs
from epn_geo.checks import check_places
from epn_geo.communes import read_communes
from epn_geo.errors import ColumnError, DataError
from epn_geo.joins import locate
from epn_geo.labels import WORDS
from epn_geo.places import read_places
from epn_geo.standard import COLUMNS
from epn_geo.townhalls import place_at_town_halls

CAEN = (-0.3707, 49.1829)
GOOD = {
    "id": "a",
    "pivot": "43493312300029",
    "nom": "Le Phare",
    "commune": "Caen",
    "code_postal": "14000",
    "code_insee": "14118",
    "adresse": "1 rue du Bac",
    "date_maj": "2026-01-31",
    "services": "Aide aux démarches administratives",
    "categorie": "EPN",
    "corrections": "",
}
NEXT = {"id": "b", "nom": "La Vague", "commune": "Bayeux", "code_insee": "14047"}
BAYEUX = (-0.7031, 49.2764)


@pytest.fixture(scope="module")
def communes() -> gpd.GeoDataFrame:
    return read_communes(departements=["14", "50"])


def make(
    *places: dict[str, object], points: list[tuple[float, float] | None] | None = None
) -> gpd.GeoDataFrame:
    """Make places that are good but for what is given; at Caen, Bayeux, then nowhere."""
    rows = [GOOD | place for place in places]
    spots = points or [CAEN, BAYEUX, *[None] * 9][: len(rows)]
    frame = pd.DataFrame(rows)
    text = [name for name in frame.columns if name != "couvre"]
    frame = frame.astype(dict.fromkeys(text, "str"))
    frame.insert(0, "ligne", np.arange(2, 2 + len(rows)))
    geometry = [None if spot is None else shapely.Point(spot) for spot in spots]
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=4326)


def codes(findings: pd.DataFrame) -> list[tuple[int, str, str]]:
    return [(f.ligne, f.code, f.gravite) for f in findings.itertuples()]


def one(findings: pd.DataFrame, code: str) -> pd.Series:
    found = findings[findings["code"] == code]
    assert len(found) == 1, findings[["ligne", "code"]]
    return found.iloc[0]


# -- the frame


def test_a_good_list_has_no_finding(communes: gpd.GeoDataFrame) -> None:
    findings = check_places(make({}, NEXT), communes, today="2026-11-23")
    assert len(findings) == 0
    assert tuple(findings.columns) == FINDING_COLUMNS
    assert findings["ligne"].dtype == "int64"


def test_findings_are_in_order_and_inputs_unchanged(communes: gpd.GeoDataFrame) -> None:
    places = make({"pivot": None, "date_maj": "hier"}, NEXT | {"code_postal": "1"}, {"id": "c"})
    places.index = [7, 7, 3]
    before, outlines = places.copy(), communes.copy()
    findings = check_places(places, communes)
    order = [(line, SEVERITIES.index(gravity)) for line, _, gravity in codes(findings)]
    assert order == sorted(order)
    assert len(findings) > 4
    pd.testing.assert_frame_equal(findings, check_places(places, communes))
    pd.testing.assert_frame_equal(places, before)
    pd.testing.assert_frame_equal(communes, outlines)


def test_located_places_give_the_same_findings(communes: gpd.GeoDataFrame) -> None:
    places = make({"code_insee": "14047", "commune": "Bayeux"}, NEXT | {"code_insee": "14513"})
    places = pd.concat([places, make({"id": "c", "commune": None})], ignore_index=True)
    findings = check_places(places, communes)
    assert len(findings) >= 3
    pd.testing.assert_frame_equal(findings, check_places(locate(places, communes), communes))


def test_metric_places_are_checked_too(communes: gpd.GeoDataFrame) -> None:
    places = make({"code_insee": "14047"}, NEXT)
    findings = check_places(places, communes)
    assert len(findings)
    pd.testing.assert_frame_equal(check_places(places.to_crs(2154), communes), findings)


def test_messages_exist_in_english(communes: gpd.GeoDataFrame) -> None:
    places = make({"code_insee": "14047"}, NEXT)
    french, english = (check_places(places, communes, lang=lang) for lang in ("fr", "en"))
    assert one(french, "commune_differente")["message"].startswith("le point est à Caen, à 2")
    assert one(english, "commune_differente")["message"].startswith("the point is in Caen, 2")
    assert french["code"].tolist() == english["code"].tolist()
    with pytest.raises(DataError):
        check_places(places, communes, lang="de")  # type: ignore[arg-type]


def test_every_sentence_about_findings_has_both_languages_and_the_same_names() -> None:
    for key, (french, english) in WORDS.items():
        if key.startswith(("finding_", "suggest_")):
            assert french != english, key
            names = [
                {part.split("}")[0].split("|")[0] for part in text.split("{")[1:]}
                for text in (french, english)
            ]
            assert names[0] == names[1], key


def test_a_bare_frame_of_points_is_checked(communes: gpd.GeoDataFrame) -> None:
    places = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*zip(CAEN, BAYEUX, strict=True)), crs=4326
    )
    findings = check_places(places, communes)
    assert set(findings["code"]) == {"champ_absent"}
    assert set(findings["ligne"]) == {0}


def test_an_empty_list_has_one_finding(communes: gpd.GeoDataFrame) -> None:
    findings = check_places(make({}).iloc[:0], communes, today="2026-11-23")
    assert findings["code"].tolist() == ["liste_vide"]


# -- one place


@pytest.mark.parametrize(
    ("cells", "code", "field", "gravity"),
    [
        ({"nom": None}, "champ_absent", "nom", "erreur"),
        ({"adresse": None}, "champ_absent", "adresse", "avertissement"),
        ({"pivot": None}, "champ_absent", "pivot", "information"),
        ({"code_postal": "140"}, "code_postal_invalide", "code_postal", "avertissement"),
        ({"pivot": "43493312300028"}, "pivot_invalide", "pivot", "information"),
        ({"pivot": "123"}, "pivot_invalide", "pivot", "information"),
        ({"date_maj": "31/02/2026"}, "date_invalide", "date_maj", "avertissement"),
        ({"date_label": "bientôt"}, "date_invalide", "date_label", "avertissement"),
        ({"site_web": "javascript:alert(1)"}, "adresse_web_suspecte", "site_web", "avertissement"),
        ({"site_web": "https://a.fr|b.fr"}, "adresse_web_suspecte", "site_web", "avertissement"),
        ({"presentation_resume": "x" * 281}, "resume_trop_long", "presentation_resume",
         "information"),
        ({"nom": "M\ufffddiathèque"}, "caractere_illisible", "nom", "avertissement"),
        ({"categorie": "Piscine"}, "categorie_inconnue", "categorie", "avertissement"),
        ({"categorie": "antenne"}, "antenne_sans_parent", "parent_id", "avertissement"),
        ({"parent_id": "z"}, "parent_introuvable", "parent_id", "avertissement"),
        ({"parent_id": "a"}, "parent_incoherent", "parent_id", "avertissement"),
        ({"itinerance": "Itinérant"}, "itinerant", "itinerance", "information"),
        ({"itinerance": "Itinérant|Fixe"}, "itinerant", "itinerance", "information"),
        ({"code_insee": "99999"}, "code_inconnu", "code_insee", "avertissement"),
        ({"corrections": "nom : accents rétablis"}, "corrige", "", "information"),
    ],
)  # fmt: skip
def test_each_fault_of_a_row_is_one_finding(
    communes: gpd.GeoDataFrame, cells: dict[str, str], code: str, field: str, gravity: str
) -> None:
    findings = check_places(make(cells, NEXT), communes)
    assert codes(findings) == [(2, code, gravity)]
    assert findings["champ"].tolist() == [field]
    assert findings["id"].tolist() == ["a"]
    assert len(findings["message"][0]) > 10


@pytest.mark.parametrize(
    "pivot", ["W141000123", "434933123", "35600000000048", "35600000049837", "1234567.001"]
)
def test_good_numbers_are_not_findings(communes: gpd.GeoDataFrame, pivot: str) -> None:
    assert len(check_places(make({"pivot": pivot}, NEXT), communes)) == 0


def test_an_unknown_value_comes_with_the_nearest(communes: gpd.GeoDataFrame) -> None:
    services = (
        "Aide aux démarche administrative|Maîtrise des outils numériques du quotidien|Bricolage"
    )
    findings = check_places(make({"services": services}, NEXT), communes)
    assert findings["code"].tolist() == ["valeur_inconnue"] * 2
    assert findings["valeur"].tolist() == ["Aide aux démarche administrative", "Bricolage"]
    assert findings["suggestion"][0] == "Aide aux démarches administratives"
    assert findings["suggestion"][1].startswith("l'un de Aide aux démarches administratives, ")


def test_dates_are_judged_only_against_a_day_that_is_given(communes: gpd.GeoDataFrame) -> None:
    places = make({"date_maj": "2022-11-23"}, NEXT | {"date_maj": "2027-01-01"})
    assert len(check_places(places, communes)) == 0
    for today in ("2026-11-23", date(2026, 11, 23)):
        findings = check_places(places, communes, today=today)
        assert codes(findings) == [
            (2, "date_ancienne", "avertissement"),
            (3, "date_future", "avertissement"),
        ]
        assert findings["message"][0] == "fiche mise à jour il y a 4 ans"
    assert len(check_places(places, communes, today="2026-11-23", max_age_days=3650)) == 1
    with pytest.raises(DataError, match="today must be a date"):
        check_places(places, communes, today="hier")


def test_a_field_missing_everywhere_is_said_once(communes: gpd.GeoDataFrame) -> None:
    places = make({"date_maj": None}, NEXT | {"date_maj": None})
    findings = check_places(places, communes)
    assert codes(findings) == [(0, "champ_absent", "avertissement")]
    assert findings["message"][0] == "le champ date_maj est vide partout (2)"


def test_a_field_missing_often_is_said_once_with_rows(communes: gpd.GeoDataFrame) -> None:
    rows = [{"id": f"p{i}", "nom": f"Lieu {i}", "adresse": None if i else "x"} for i in range(30)]
    spots = [(CAEN[0] + i / 1e4, CAEN[1]) for i in range(30)]
    findings = check_places(make(*rows, points=spots), communes)
    assert findings["message"].tolist() == [
        "le champ adresse est vide dans 29 lignes sur 30 (lignes 3, 4, 5, 6, 7…)"
    ]


def test_blank_rows_are_one_note_with_their_numbers(
    tmp_path: Path, communes: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,nom,commune,code_insee\n1,A,Caen,14118\n,,,\n,,,\n,,,\n2,B,Caen,14118\n")
    findings = check_places(read_places(path), communes)
    blank = findings[findings["code"] == "lignes_vides"]
    assert blank[["ligne", "gravite", "message"]].to_numpy().tolist() == [
        [0, "information", "3 lignes vides ignorées : lignes 3 à 5"]
    ]
    assert not findings["ligne"].isin([3, 4, 5]).any()
    english = check_places(read_places(path), communes, lang="en")
    assert "3 blank rows passed over: rows 3 to 5" in english["message"].tolist()


def test_a_total_is_a_note_on_its_own_line(tmp_path: Path, communes: gpd.GeoDataFrame) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,nom,commune\n1,A,Caen\n,TOTAL,1\n")
    findings = check_places(read_places(path), communes)
    total = findings[findings["code"] == "ligne_ignoree"]
    assert total[["ligne", "gravite", "valeur"]].to_numpy().tolist() == [
        [3, "information", "TOTAL | 1"]
    ]


def test_a_column_that_is_not_recognised_is_not_called_empty(
    tmp_path: Path, communes: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Nomm,commune,Remarque,adresse\nA,Caen,x,\nB,Caen,y,\n")
    findings = check_places(read_places(path), communes).set_index("champ")
    assert findings.loc["nom", "code"] == "colonne_absente"
    assert findings.loc["nom", "gravite"] == "erreur"
    assert findings.loc["nom", "message"].endswith("colonnes non reconnues : Nomm, Remarque")
    assert findings.loc["nom", "suggestion"] == '--column nom="Nomm"'
    assert findings.loc["adresse", "message"] == "le champ adresse est vide partout (2)"


def test_an_empty_list_is_an_error(tmp_path: Path, communes: gpd.GeoDataFrame) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,nom,commune\n,,\n")
    findings = check_places(read_places(path), communes)
    assert codes(findings) == [(0, "liste_vide", "erreur")]


def test_a_parent_that_is_not_found_gets_the_nearest(
    tmp_path: Path, communes: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "id,nom,commune,categorie,parent_id,structure_parente\n"
        "epn-1,EPN de Flers,Flers,EPN,,\n"
        "a,Antenne de La Lande,Flers,antenne,epn1,\n"
        "b,Antenne du Bois,Flers,antenne,,EPN de Flerss\n"
        "c,Antenne du Lac,Flers,antenne,,\n"
    )
    findings = check_places(read_places(path), communes).set_index("ligne")
    lost = findings[findings["code"] == "parent_introuvable"]
    assert lost["champ"].to_dict() == {3: "parent_id", 4: "structure_parente"}
    assert set(lost["suggestion"]) == {"EPN de Flers (epn-1)"}
    assert findings.index[findings["code"] == "antenne_sans_parent"].tolist() == [5]


def test_a_category_that_reading_did_not_know_is_a_finding(
    tmp_path: Path, communes: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,nom,commune,categorie\n1,A,Caen,Antene\n2,B,Caen,EPN\n")
    finding = one(check_places(read_places(path), communes), "categorie_inconnue")
    assert (finding["ligne"], finding["valeur"], finding["suggestion"]) == (2, "Antene", "antenne")


def test_a_shifted_row_is_a_finding(tmp_path: Path, communes: gpd.GeoDataFrame) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,nom,commune,adresse\n1,A,Caen,1, rue du Bac\n")
    assert one(check_places(read_places(path), communes), "cellules_en_trop")["ligne"] == 2


# -- where


def test_missing_coordinates_come_with_the_town_hall(communes: gpd.GeoDataFrame) -> None:
    places = make({}, points=[None])
    finding = one(check_places(places, communes), "coordonnees_absentes")
    assert finding["gravite"] == "erreur"
    assert "mairie de Caen" in finding["suggestion"]


def test_unusable_coordinates_show_what_was_written(
    tmp_path: Path, communes: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,nom,commune,latitude,longitude\n1,A,Caen,là (bas),ici\n2,B,Caen,0,0\n")
    findings = check_places(read_places(path), communes)
    finding = one(findings, "coordonnees_illisibles")
    assert finding["valeur"] == "« là (bas) », « ici »"
    assert one(findings, "coordonnees_absentes")["ligne"] == 3


def test_a_zero_longitude_is_doubted(communes: gpd.GeoDataFrame) -> None:
    places = make({"code_insee": None, "commune": None}, points=[(0.0, 48.98)])
    assert "longitude_nulle" in set(check_places(places, communes)["code"])


def test_a_point_in_another_commune_than_declared_has_its_distance(
    communes: gpd.GeoDataFrame,
) -> None:
    places = make({"code_insee": "14047", "commune": "Bayeux"}, NEXT)
    finding = one(check_places(places, communes), "commune_differente")
    outline = communes.set_index("code_insee").to_crs(2154).geometry["14047"]
    point = gpd.GeoSeries([shapely.Point(CAEN)], crs=4326).to_crs(2154)[0]
    distance = f"{outline.distance(point) / 1000:.1f}".replace(".", ",")
    assert finding["message"] == f"le point est à Caen, à {distance} km de la commune déclarée"
    assert finding["gravite"] == "erreur"
    assert finding["suggestion"] == "déclarer Caen (14118)"
    assert finding["valeur"] == "14047"


@pytest.mark.parametrize(("metres", "gravity"), [(50, "information"), (3000, "avertissement")])
def test_the_farther_the_graver(communes: gpd.GeoDataFrame, metres: float, gravity: str) -> None:
    outline = communes.to_crs(2154).set_index("code_insee").geometry["14118"]
    ring = outline.buffer(metres).exterior
    point = gpd.GeoSeries([ring.interpolate(0.5, normalized=True)], crs=2154).to_crs(4326)[0]
    places = make({}, points=[(point.x, point.y)])
    assert one(check_places(places, communes), "commune_differente")["gravite"] == gravity


def test_names_are_compared_where_there_is_no_code(communes: gpd.GeoDataFrame) -> None:
    spots = [CAEN, CAEN, BAYEUX, BAYEUX]
    places = make(
        {"code_insee": None, "commune": "CAEN CEDEX 4"},
        {"id": "b", "nom": "La Vague", "code_insee": None, "commune": "Saint-Lô"},
        {"id": "c", "nom": "Le Fil", "code_insee": None, "commune": "St Lo"},
        {"id": "d", "nom": "L'Onde", "code_insee": None, "commune": "Baieux"},
        points=[(x + i / 1e4, y) for i, (x, y) in enumerate(spots)],
    )
    findings = check_places(places, communes)
    assert codes(findings) == [
        (3, "commune_differente", "erreur"),
        (4, "commune_differente", "erreur"),
        (5, "commune_inconnue", "information"),
    ]
    assert findings["suggestion"][2] == "Bayeux"


def test_a_lost_minus_sign_is_recognised_near_greenwich(communes: gpd.GeoDataFrame) -> None:
    outlines = communes.set_index("code_insee").geometry
    port, lisieux = (outlines[code].representative_point() for code in ("50129", "14366"))
    places = make(
        {"code_insee": "50129", "commune": "Cherbourg-en-Cotentin"},
        {"id": "b", "nom": "X", "code_insee": "14366", "commune": "Lisieux"},
        points=[(-port.x, port.y), (-lisieux.x, lisieux.y)],
    )
    findings = check_places(places, communes)
    assert findings["code"].tolist() == ["hors_territoire_declare", "commune_differente"]
    assert set(findings["suggestion"]) == {"changer le signe de la longitude"}


def test_old_codes_come_with_todays(communes: gpd.GeoDataFrame) -> None:
    # Pont-Farcy left the Calvados for the Manche and became Tessy-Bocage, now 50592.
    places = make({"code_insee": "14513", "commune": "Pont-Farcy"}, points=[None])
    finding = one(check_places(places, communes), "ancien_code")
    assert finding["suggestion"].startswith("50592 (Tessy")
    assert "Pont-Farcy" in finding["message"]
    assert finding["champ"] == "code_insee"


def test_a_code_since_split_is_not_judged_far(communes: gpd.GeoDataFrame) -> None:
    saline = communes.set_index("code_insee").geometry["14712"].representative_point()
    away = communes.set_index("code_insee").geometry["14666"].representative_point()
    places = make(
        {"code_insee": "14712", "commune": "Troarn"},
        {"id": "b", "nom": "La Vague", "code_insee": "14712", "commune": "Troarn"},
        points=[(saline.x, saline.y), (away.x, away.y)],
    )
    findings = check_places(places, communes)
    assert codes(findings) == [(3, "code_scinde", "avertissement")]
    assert findings["suggestion"][0] == "l'un de 14666, 14712"


def test_a_postcode_in_place_of_a_code_is_recognised(communes: gpd.GeoDataFrame) -> None:
    places = make({"code_insee": "14000"}, NEXT)
    assert one(check_places(places, communes), "code_inconnu")["suggestion"] == (
        "c'est le code postal : mettre le code INSEE"
    )


def test_outside_is_grave_only_when_the_list_says_inside(communes: gpd.GeoDataFrame) -> None:
    paris, rouen = (2.35, 48.85), (1.09, 49.44)
    places = make(
        {"code_insee": "75056", "commune": "Paris"},
        NEXT,
        {"id": "c", "nom": "L'Onde", "code_insee": None, "commune": None},
        points=[paris, rouen, rouen],
    )
    findings = check_places(places, communes)
    findings = findings[findings["code"].str.startswith("hors")]
    assert codes(findings) == [
        (2, "hors_territoire", "information"),
        (3, "hors_territoire_declare", "erreur"),
        (4, "hors_territoire", "information"),
    ]


def test_inside_but_declared_in_another_territory(communes: gpd.GeoDataFrame) -> None:
    places = make({"code_insee": "75056", "commune": "Paris"}, NEXT)
    finding = one(check_places(places, communes), "commune_autre_territoire")
    assert finding["gravite"] == "erreur"
    assert finding["suggestion"] == "déclarer Caen (14118)"


# -- one place and another


def test_the_same_id_twice_names_the_other_rows(communes: gpd.GeoDataFrame) -> None:
    places = make(
        {}, NEXT | {"id": "a"}, NEXT | {"id": "a", "nom": "X"}, points=[CAEN, BAYEUX, None]
    )
    findings = check_places(places, communes)
    twins = findings[findings["code"] == "id_en_double"]
    assert twins["message"].tolist() == [
        "identifiant porté aussi par : ligne 3, 4",
        "identifiant porté aussi par : ligne 2, 4",
        "identifiant porté aussi par : ligne 2, 3",
    ]
    assert set(twins["gravite"]) == {"erreur"}


def test_the_same_coordinates_twice(communes: gpd.GeoDataFrame) -> None:
    near = (CAEN[0] + 1e-9, CAEN[1])
    places = make({}, {"id": "b", "nom": "La Vague"}, points=[CAEN, near])
    findings = check_places(places, communes)
    assert codes(findings) == [(line, "memes_coordonnees", "avertissement") for line in (2, 3)]


def test_nearly_the_same_name_in_one_commune(communes: gpd.GeoDataFrame) -> None:
    spots = [(CAEN[0] + i / 1e4, CAEN[1]) for i in range(4)]
    names = ["Espace numérique du Port", "Espace Numerique du port", "Site 1", "Site 2"]
    places = make(*({"id": f"p{i}", "nom": name} for i, name in enumerate(names)), points=spots)
    findings = check_places(places, communes)
    assert codes(findings) == [(line, "nom_proche", "avertissement") for line in (2, 3)]
    assert findings["suggestion"].tolist() == names[1::-1]
    apart = make({"nom": names[0]}, NEXT | {"nom": names[1]})
    assert len(check_places(apart, communes)) == 0


def test_a_bus_is_not_the_double_of_the_place_it_leaves_from() -> None:
    names = ["France services Tonnay-Charente", "Bus France services Tonnay-Charente"]
    assert list(name_pairs(names)) == []


def test_many_names_in_one_commune_are_not_all_compared_with_all() -> None:
    names = [f"Lieu {chr(97 + i % 26)}{'abcdefghij'[i // 26 % 10]} de {i}" for i in range(5000)]
    names[4000] = "Le phare de la pointe"
    names[17] = "Le Phare de la Pointe"
    assert (17, 4000) in list(name_pairs(names))


def test_a_place_put_at_an_antenna_is_said(communes: gpd.GeoDataFrame) -> None:
    places = make({"categorie": "antenne", "parent_id": "b"}, NEXT | {"categorie": "antenne"})
    assert codes(check_places(places, communes)) == [
        (2, "parent_incoherent", "avertissement"),
        (3, "antenne_sans_parent", "avertissement"),
    ]


def test_what_was_recognised_in_the_file_is_said_once(
    tmp_path: Path, communes: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("nom;ville;lat;lon\nA;Caen;49,1829;-0,3707\nB;Bayeux;49,2764;-0,7031\n")
    findings = check_places(read_places(path), communes)
    told = one(findings, "fichier_lu")
    assert told["ligne"] == 0
    assert "séparateur point-virgule" in told["message"]
    assert (findings["code"] == "corrige").sum() == 2
    assert findings.groupby("ligne").size().max() < 10


def test_nothing_like_it_has_no_suggestion() -> None:
    assert closest("zzz", ["Caen", "Bayeux"]) == ""


# -- town halls


def test_places_are_put_at_town_halls_on_request(communes: gpd.GeoDataFrame) -> None:
    places = make(
        {},
        {"id": "b", "code_insee": "14513", "commune": "Pont-Farcy", "corrections": "x : y"},
        {"id": "c", "code_insee": None, "commune": "ST LO"},
        {"id": "d", "code_insee": None, "commune": None},
        {"id": "e", "code_insee": "75056", "commune": "Caen"},
        {"id": "f", "code_insee": "99999", "commune": "Caen"},
        points=[CAEN, *[None] * 5],
    )
    places["latitude"] = [CAEN[1], *[np.nan] * 5]
    places["longitude"] = [CAEN[0], *[np.nan] * 5]
    before = places.copy()
    out = place_at_town_halls(places, communes)
    halls = communes.set_index("code_insee")
    assert out.geometry.isna().tolist() == [False, False, False, True, True, False]
    assert out.geometry[0].equals(shapely.Point(CAEN))
    for row, code in ((1, "50592"), (2, "50502"), (5, "14118")):
        hall = halls.loc[code]
        assert out.geometry[row].equals(
            shapely.Point(hall["mairie_longitude"], hall["mairie_latitude"])
        )
        assert out["latitude"][row] == hall["mairie_latitude"]
        assert out["corrections"][row].endswith(f"placé à la mairie de {hall['commune']}")
    assert out["corrections"][0] == ""
    assert out["corrections"][1].startswith("x : y ; coordonnées : placé")
    assert out.columns.tolist() == places.columns.tolist()
    pd.testing.assert_frame_equal(places, before)


def test_a_split_code_is_told_by_the_name(communes: gpd.GeoDataFrame) -> None:
    names = communes.set_index("code_insee")["commune"]
    cells = {"code_insee": "14712"}
    places = make(cells | {"commune": names["14666"]}, cells | {"commune": "?"}, points=[None] * 2)
    out = locate(place_at_town_halls(places, communes), communes)
    assert out["corrections"][0].endswith(names["14666"])
    assert out["corrections"][1].endswith(names["14712"])


def test_a_name_borne_twice_is_told_by_the_postcode() -> None:
    communes = gpd.GeoDataFrame(
        {"code_insee": ["14001", "27001", "61001"], "commune": ["Le Bourg", "Le Bourg", "Val"]},
        geometry=gpd.points_from_xy([0, 1, 2], [49, 49, 49]),
        crs=4326,
    ).assign(mairie_longitude=[0.0, 1.0, 2.0], mairie_latitude=49.0)
    cells = {"code_insee": None, "commune": "le bourg"}
    places = make(
        cells | {"code_postal": "27100"}, cells | {"code_postal": "75000"}, points=[None] * 2
    )
    out = place_at_town_halls(places, communes)
    assert out.geometry[0].equals(shapely.Point(1, 49))
    assert out.geometry[1] is None


def test_located_places_are_located_again_at_their_town_hall(communes: gpd.GeoDataFrame) -> None:
    located = locate(make({"code_insee": "50502", "commune": "Saint-Lô"}, points=[None]), communes)
    out = place_at_town_halls(located, communes)
    assert out["accord"].tolist() == ["oui"]
    assert out["commune"].tolist() == ["Saint-Lô"]
    metric = place_at_town_halls(located.to_crs(2154), communes)
    assert metric.crs.to_epsg() == 2154
    assert metric.to_crs(4326).geometry[0].distance(out.geometry[0]) < 1e-8


def test_places_at_one_town_hall_are_not_twins(communes: gpd.GeoDataFrame) -> None:
    places = make({}, {"id": "b", "nom": "La Vague"}, points=[None, None])
    findings = check_places(place_at_town_halls(places, communes), communes)
    assert set(findings["code"]) == {"corrige"}


def test_communes_without_town_halls_are_refused(communes: gpd.GeoDataFrame) -> None:
    with pytest.raises(ColumnError, match="mairie_longitude"):
        place_at_town_halls(make({}), communes.drop(columns="mairie_longitude"))


def test_the_standard_columns_are_all_read(communes: gpd.GeoDataFrame) -> None:
    places = make(dict.fromkeys(COLUMNS), points=[None])
    assert codes(check_places(places, communes)) == [(2, "ligne_vide", "avertissement")]


def test_places_that_nothing_tells_what_they_are_are_told(
    tmp_path: Path, communes: gpd.GeoDataFrame
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("nom,commune\nAu bourg,Caen\nEPN de Caen,Caen\n")
    findings = check_places(read_places(path), communes)
    assert findings.loc[findings["code"] == "categorie_absente", "ligne"].tolist() == [2]
    path.write_text("nom,commune,categorie\nAu bourg,Caen,autre\n")
    assert "categorie_absente" not in set(check_places(read_places(path), communes)["code"])
