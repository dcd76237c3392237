"""Reading a list of places: what is recognised, what is set right, what is said, nothing lost."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epn_geo.errors import ColumnError, DataError
from epn_geo.places import read_places
from epn_geo.reading.guesses import read_missing
from epn_geo.standard import (
    CATEGORIES,
    COLUMNS,
    ENUMERATIONS,
    LISTS,
    OUR_COLUMNS,
    join_list,
    standard_frame,
)

CAEN = ("49.1829", "-0.3707")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lieux.csv"


def read(file: Path, text: str, **options: object) -> gpd.GeoDataFrame:
    file.write_bytes(text.encode())
    return read_places(file, **options)  # type: ignore[arg-type]


def read_one(file: Path, **cells: str) -> pd.Series:
    """Read a list of one place, given by its columns."""
    place = {"nom": "EPN", "latitude": CAEN[0], "longitude": CAEN[1]} | cells
    pd.DataFrame([place]).to_csv(file, index=False)
    return read_places(file).iloc[0]


def own(place: pd.Series) -> list[str]:
    """Give the corrections of a row that are about the row itself, not its missing id."""
    items = place["corrections"].split(" ; ")
    return [i for i in items if i and not i.startswith(("fichier : ", "id : absent"))]


# -- the frame


STANDARD = ",".join(COLUMNS)


def standard_row(**cells: str) -> str:
    return ",".join(cells.get(name, "") for name in COLUMNS)


def test_the_frame_has_the_columns_of_the_contract(file: Path) -> None:
    text = f"{STANDARD},Téléphérique,commune_x\n{standard_row(id='1', nom='EPN')},oui,z\n"
    places = read(file, text)
    assert tuple(places.columns) == (
        *COLUMNS,
        *OUR_COLUMNS,
        "Téléphérique",
        "commune_x",
        "geometry",
    )
    assert places.crs.to_epsg() == 4326
    assert places.index.equals(pd.RangeIndex(1))
    kinds = {name: str(dtype) for name, dtype in places.dtypes.items()}
    assert kinds.pop("latitude") == kinds.pop("longitude") == "float64"
    assert kinds.pop("ligne") == "int64"
    assert kinds.pop("geometry") == "geometry"
    assert set(kinds.values()) == {"str"}
    assert places["geometry"].isna().all()
    assert places["corrections"].tolist() == [""]


def test_a_standard_file_needs_no_correction(file: Path) -> None:
    row = standard_row(
        id="1",
        pivot="43493312300029",
        nom="EPN",
        commune="Caen",
        code_postal="14000",
        code_insee="14118",
        latitude=CAEN[0],
        longitude=CAEN[1],
        typologie="EPN|BIB",
        courriels="a@exemple.fr|b@exemple.fr",
        horaires='"Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00"',
        date_maj="2026-01-31",
        services=join_list(ENUMERATIONS["services"]),
        formations_labels="Arnia/MedNum BFC (Bourgogne-Franche-Comté)",
        autres_formations_labels="EPN Normandie|FRR",
    )
    place = read(file, f"{STANDARD}\n{row}\n").iloc[0]
    assert place["corrections"] == ""
    assert place["services"] == join_list(ENUMERATIONS["services"])
    assert place["horaires"] == "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00"
    assert place.geometry.equals(shapely.Point(-0.3707, 49.1829))
    assert (place["categorie"], place["label"], place["ligne"]) == ("EPN", "EPN Normandie", 2)


def test_signs_for_unknown_are_missing_values_and_no_correction(file: Path) -> None:
    row = standard_row(id="1", nom="EPN", pivot="0" * 14, date_maj="1970-01-01")
    place = read(file, f"{STANDARD}\n{row}\n").iloc[0]
    assert pd.isna(place["pivot"])
    assert pd.isna(place["date_maj"])
    assert place["corrections"] == ""


def test_a_files_column_under_a_name_of_ours_is_set_aside_and_said(file: Path) -> None:
    places = read(file, "nom,commune,ligne,region\nA,Flers,T1,N\n")
    assert places.loc[0, ["source_ligne", "source_region"]].tolist() == ["T1", "N"]
    assert places["ligne"].tolist() == [2]
    assert "colonne ligne gardée sous source_ligne" in places["corrections"][0]


def test_a_list_without_rows_is_an_empty_frame(file: Path) -> None:
    places = read(file, f"{STANDARD}\n")
    assert len(places) == 0
    assert tuple(places.columns) == (*COLUMNS, *OUR_COLUMNS, "geometry")
    assert places.crs.to_epsg() == 4326


def told(places: gpd.GeoDataFrame) -> list[str]:
    """Give what is said about the whole file."""
    items = places["corrections"].iloc[0].split(" ; ")
    return [i.removeprefix("fichier : ") for i in items if i.startswith("fichier : ")]


def test_blank_rows_are_no_places_and_are_told(file: Path) -> None:
    places = read(file, "nom,commune\nA,Flers\n,\nB,Sées\n,\n\n ,\nC,Flers\n,\n")
    assert places["ligne"].tolist() == [2, 4, 8]
    assert "4 lignes vides ignorées (lignes 3, 5 à 7)" in told(places)
    one = read(file, "nom,commune\n,\nA,Flers\n")
    assert one["ligne"].tolist() == [3]
    assert "1 ligne vide ignorée (ligne 2)" in told(one)


def test_rows_that_only_have_colours_are_no_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["nom", "commune"])
    sheet.append(["A", "Flers"])
    for row in range(3, 1003):
        sheet.cell(row, 1).fill = openpyxl.styles.PatternFill("solid", fgColor="FFFF00")
    book.save(tmp_path / "a.xlsx")
    places = read_places(tmp_path / "a.xlsx")
    assert places["ligne"].tolist() == [2]
    assert not any("vide" in note for note in told(places))
    sheet.append(["B", "Sées"])
    book.save(tmp_path / "a.xlsx")
    places = read_places(tmp_path / "a.xlsx")
    assert places["ligne"].tolist() == [2, 1003]
    assert "1000 lignes vides ignorées (lignes 3 à 1002)" in told(places)


@pytest.mark.parametrize(
    "last",
    [
        "TOTAL,123,,",
        "Total : 2 lieux,,,",
        "Sous-total,,,2",
        ",,Nombre,2",
        "Source : Région Normandie,,,",
        "nom,commune,latitude,longitude",
    ],
)
def test_totals_notes_and_repeated_headers_are_no_places(file: Path, last: str) -> None:
    header = "nom,commune,latitude,longitude"
    places = read(file, f"{header}\nA,Flers,48.7,-0.5\n{last}\nB,Sées,48.6,0.1\n")
    assert places["ligne"].tolist() == [2, 4]
    held = " | ".join(filter(None, last.split(",")))
    assert f"ligne 3 ignorée, ce n’est pas un lieu (« {held} »)" in told(places)


@pytest.mark.parametrize("row", ["Total Accès,Flers,,", "Total,,48.7,-0.5", "Nombre d’or,Flers,,"])
def test_a_place_that_is_called_like_a_total_is_a_place(file: Path, row: str) -> None:
    header = "nom,commune,latitude,longitude"
    assert len(read(file, f"{header}\nA,Flers,48.7,-0.5\n{row}\n")) == 2


@pytest.mark.parametrize(
    ("header", "near"),
    [("Nomm", "Nomm"), ("Appellation commerciale", "Appellation commerciale"), ("Remarque", "")],
)
def test_a_name_that_no_column_holds_is_told_with_the_nearest(
    file: Path, header: str, near: str
) -> None:
    places = read(file, f"{header},commune\nA,Flers\n")
    note = next(note for note in told(places) if note.startswith("aucune colonne pour : "))
    assert read_missing(note)["nom"] == near
    places = read_places(file, columns={"nom": header})
    assert places["nom"].tolist() == ["A"]
    assert not any("aucune colonne pour : nom" in note for note in told(places))


@pytest.mark.parametrize("header", ["N°", "Num", "Numéro", "Identifiant EPN", "Code EPN"])
def test_a_number_of_the_place_is_its_id_as_long_as_it_is_its_own(file: Path, header: str) -> None:
    rows = "7,A,Flers\n8,B,Sées\n"
    assert read(file, f"{header},nom,commune\n{rows}")["id"].tolist() == ["7", "8"]


def test_numbers_that_repeat_or_stand_in_a_street_are_no_ids(file: Path) -> None:
    places = read(file, "N°,nom,commune\n7,A,Flers\n7,B,Sées\n")
    assert places["id"].str.startswith("lieu-").all()
    assert places["N°"].tolist() == ["7", "7"]
    assert any("ses valeurs se répètent" in note for note in told(places))
    street = read(file, "nom,N°,Voie,commune\nA,12 bis,rue du Bac,Flers\nB,3,quai,Sées\n")
    assert street["id"].str.startswith("lieu-").all()
    assert any("numéro dans la rue" in note for note in told(street))


@pytest.mark.parametrize("header", ["Coordonnées", "Localisation", "Où ?", "Coord. GPS (lat, lon)"])
def test_one_column_of_coordinates_is_found(file: Path, header: str) -> None:
    places = read(file, f'nom;commune;"{header}"\nA;Flers;48.748, -0.569\nB;Sées;\n')
    assert places["latitude"].fillna(0).tolist() == [48.748, 0]
    assert places["longitude"].fillna(0).tolist() == [-0.569, 0]


def test_a_place_described_in_words_is_not_taken_for_coordinates(file: Path) -> None:
    places = read(file, "nom,commune,Localisation\nA,Flers,centre bourg\nB,Sées,place 3\n")
    assert places["Localisation"].tolist() == ["centre bourg", "place 3"]
    assert any("ce ne sont pas des coordonnées" in note for note in told(places))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (("N 48 51 10.8", "O 0 40 30"), (48.853, -0.675)),
        (("48:51:10,8", "-0:40:30"), (48.853, None)),
        (("48 51 10.8 N", "0 40 30 E"), (48.853, 0.675)),
    ],
)
def test_degrees_minutes_seconds_without_signs(
    file: Path, written: tuple[str, str], expected: tuple[float, float | None]
) -> None:
    text = f'nom;latitude;longitude\nA;"{written[0]}";"{written[1]}"\n'
    place = read(file, text).iloc[0]
    assert place["latitude"] == pytest.approx(expected[0])
    if expected[1] is not None:
        assert place["longitude"] == pytest.approx(expected[1])


def test_what_a_column_says_in_brackets_does_not_hide_its_name(file: Path) -> None:
    places = read(file, "Nom du lieu (obligatoire),Commune [nom officiel],Latitude (Y)\nA,Flers,\n")
    assert (places["nom"][0], places["commune"][0]) == ("A", "Flers")


def test_names_of_groups_of_columns_are_no_header(file: Path) -> None:
    places = read(file, "Lieu,,Position,\nNom,Commune,Latitude,Longitude\nA,Flers,48.7,-0.5\n")
    assert places["nom"].tolist() == ["A"]
    assert "en-tête trouvé à la ligne 2" in told(places)


@pytest.mark.parametrize("name", ["notes.md", "code.py", "journal.log"])
def test_a_file_that_is_no_table_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("# Titre\n\nnom, un mot\n")
    with pytest.raises(DataError, match=rf"{name} is no list of places"):
        read_places(path)
    path.write_text("nom,commune\nA,Flers\n")  # a table under another name is still read
    assert read_places(path)["nom"].tolist() == ["A"]


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("Nom:Commune:CP\nA:Flers:61100\n", "Is it one column"),
        ("A,Flers,61100,48.7,-0.5\n", "write the names of the columns above"),
        ("Titre,Comune\nA,Flers\n", "--column commune=Comune"),
    ],
)
def test_a_table_without_any_where_gets_advice(file: Path, text: str, advice: str) -> None:
    with pytest.raises(ColumnError, match=advice):
        read(file, text)


# -- columns


def test_a_plain_french_spreadsheet_is_read_and_said(file: Path) -> None:
    text = "Nom;Commune;CP;Lat;Long\nEspace public numérique;Sées;61500;48,605;0,172\n"
    file.write_bytes(text.encode("cp1252"))
    places = read_places(file)
    place = places.iloc[0]
    assert (place["latitude"], place["longitude"]) == (48.605, 0.172)
    assert (place["code_postal"], place["categorie"]) == ("61500", "EPN")
    for said in (
        "fichier : encodage windows-1252",
        "fichier : séparateur point-virgule",
        "fichier : colonnes lues : CP → code_postal, Lat → latitude, Long → longitude",
        "coordonnées : virgule décimale",
    ):
        assert said in place["corrections"].split(" ; ")


def test_a_list_with_communes_only_is_read(file: Path) -> None:
    places = read(file, "Nom,Ville,Code Postal\nEPN,Flers,61100\n")
    assert places["commune"].tolist() == ["Flers"]
    assert places["geometry"].isna().all()


def test_a_list_that_says_nowhere_where_is_refused_with_its_columns(file: Path) -> None:
    with pytest.raises(ColumnError, match=r"lieux\.csv: no column gives coordinates.*'Quoi'"):
        read(file, "Nom,Quoi\nEPN,x\n")


def test_an_explicit_mapping_wins(file: Path) -> None:
    text = "nom,Désignation,commune,la,lo\nx,EPN de Flers,Flers,48.7,-0.5\n"
    mapping = {"nom": "Désignation", "latitude": "la", "longitude": "lo"}
    places = read(file, text, columns=mapping)
    assert places["nom"].tolist() == ["EPN de Flers"]
    assert places["latitude"].tolist() == [48.7]
    assert places["source_nom"].tolist() == ["x"]


def test_a_field_mapped_to_none_is_read_from_no_column(file: Path) -> None:
    places = read(file, "nom,commune,type\nA,Flers,EPN\n", columns={"typologie": None})
    assert places["typologie"].isna().all()
    assert places["type"].tolist() == ["EPN"]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"latitud": "Lat"}, "Did you mean 'latitude'"),
        ({"latitude": "Latt"}, "Did you mean 'Lat'"),
    ],
)
def test_a_wrong_mapping_is_refused_with_a_hint(
    file: Path, mapping: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ColumnError, match=sentence):
        read(file, "nom,Lat,Long\nA,1,2\n", columns=mapping)


def test_two_columns_for_one_vital_field_are_not_guessed_between(file: Path) -> None:
    text = "nom,Ville,Nom commune\nA,Flers,Caen\n"
    with pytest.raises(ColumnError) as raised:
        read(file, text)
    assert "columns={'commune': 'Ville'}" in str(raised.value)
    assert read(file, text, columns={"commune": "Ville"})["commune"].tolist() == ["Flers"]


def test_the_same_header_twice_with_different_places_is_refused(file: Path) -> None:
    with pytest.raises(ColumnError, match=r"'nom' and 'nom \(2\)'"):
        read(file, "nom,nom,commune\nA,B,Flers\n")
    assert read(file, "nom,nom,commune\nA,A,Flers\n")["nom"].tolist() == ["A"]


def test_the_standards_own_name_wins_over_a_synonym(file: Path) -> None:
    places = read(file, "nom,commune,Ville,latitude,longitude,X,Y\nA,Flers,x,48.7,-0.5,9,9\n")
    assert places["commune"].tolist() == ["Flers"]
    assert places["latitude"].tolist() == [48.7]
    assert places["Ville"].tolist() == ["x"]
    assert "colonne Ville laissée à part, commune lu dans commune" in places["corrections"][0]


def test_two_harmless_columns_keep_the_first_and_say_so(file: Path) -> None:
    places = read(file, "nom,commune,tel,phone\nA,Flers,01,02\n")
    assert places["telephone"].tolist() == ["01"]
    assert places["phone"].tolist() == ["02"]
    assert "colonne phone laissée à part" in places["corrections"][0]


# -- coordinates


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected", "said"),
    [
        ("49,1829", "-0,3707", (49.1829, -0.3707), "virgule décimale"),
        ("49.1829°", "\u22120.3707", (49.1829, -0.3707), ""),
        ("49°10'58.4\"N", "0°22'14.5\"O", (49.18289, -0.37069), "minutes"),
        ("-0.3707", "49.1829", (49.1829, -0.3707), "échangées"),
        # The origins of the projections, as the law defines them.
        ("6600000.0", "700000", (46.5, 3.0), "Lambert-93 converti"),
        ("6 600 000,0", "700 000,0", (46.5, 3.0), "Lambert-93 converti"),
        ("700000", "6600000", (46.5, 3.0), "x et y échangés"),
        ("8200000", "1700000", (49.0, 3.0), "CC49 converti"),
        ("1200000", "1700000", (42.0, 3.0), "CC42 converti"),
        ("2200000", "600000", (46.8, 2.33723), "Lambert II étendu converti"),
        ("16.24", "-61.53", (16.24, -61.53), ""),
        ("-61.53", "16.24", (16.24, -61.53), "échangées"),
        ("51.5", "-0.12", (51.5, -0.12), ""),
    ],
)
def test_coordinates_are_recognised_and_said(
    file: Path, latitude: str, longitude: str, expected: tuple[float, float], said: str
) -> None:
    place = read_one(file, latitude=latitude, longitude=longitude)
    tolerance = 1e-3 if "II" in said else 1e-5  # another datum, some metres away
    assert (place["latitude"], place["longitude"]) == pytest.approx(expected, abs=tolerance)
    assert place.geometry.equals(shapely.Point(place["longitude"], place["latitude"]))
    assert said in place["corrections"]
    assert bool(own(place)) == bool(said)


def test_conic_zones_and_lambert_agree_where_they_meet(file: Path) -> None:
    point = gpd.GeoSeries([shapely.Point(-0.3707, 49.1829)], crs=4326)
    for epsg in (2154, 3949, 3948, 27572):
        there = point.to_crs(epsg)
        place = read_one(file, latitude=str(there.y[0]), longitude=str(there.x[0]))
        assert place["latitude"] == pytest.approx(49.1829, abs=1e-6), epsg
        assert place["longitude"] == pytest.approx(-0.3707, abs=1e-6), epsg


@pytest.mark.parametrize(
    ("code", "point", "epsg"),
    [("97110", (-61.53, 16.24), 5490), ("97400", (55.45, -20.88), 2975)],
)
def test_overseas_metres_are_told_by_the_postcode(
    file: Path, code: str, point: tuple[float, float], epsg: int
) -> None:
    there = gpd.GeoSeries([shapely.Point(point)], crs=4326).to_crs(epsg)
    place = read_one(file, code_postal=code, latitude=str(there.y[0]), longitude=str(there.x[0]))
    assert (place["longitude"], place["latitude"]) == pytest.approx(point, abs=1e-6)
    assert "UTM converti" in place["corrections"]


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [
        ("0", "0", "(0, 0) lu comme inconnues"),
        ("0,0", "0.00", "(0, 0) lu comme inconnues"),
        ("quelque part", "ici", "illisibles, laissées vides (« quelque part », « ici »)"),
        ("49.18", "", "une seule des deux, laissées vides (« 49.18 », «  »)"),
        ("49182863", "-370679", "impossibles, laissées vides (« 49182863 », « -370679 »)"),
        ("0", "-0.37", "impossibles, laissées vides (« 0 », « -0.37 »)"),
        ("95.2", "2.3", "impossibles, laissées vides"),
        ("inf", "-inf", "illisibles"),
        ("1e400", "2", "impossibles"),
    ],
)
def test_what_is_no_pair_of_coordinates_becomes_empty_and_is_kept_in_the_corrections(
    file: Path, latitude: str, longitude: str, said: str
) -> None:
    place = read_one(file, latitude=latitude, longitude=longitude)
    assert place.geometry is None
    assert np.isnan(place["latitude"])
    assert np.isnan(place["longitude"])
    assert said in place["corrections"]


def test_greenwich_is_a_longitude(file: Path) -> None:
    place = read_one(file, latitude="49.3", longitude="0.0")
    assert (place["latitude"], place["longitude"]) == (49.3, 0.0)
    assert own(place) == []


def test_both_coordinates_in_one_cell(file: Path) -> None:
    places = read(file, 'nom,geo_point_2d\nA,"49.1829, -0.3707"\nB,POINT (-0.3707 49.1829)\nC,?\n')
    assert places["latitude"].tolist()[:2] == [49.1829, 49.1829]
    assert places["geometry"].isna().tolist() == [False, False, True]
    assert "« ? »" in places["corrections"][2]


# -- codes, dates, text


@pytest.mark.parametrize(
    ("field", "written", "expected", "said"),
    [
        ("code_postal", "1000", "01000", "zéro initial rétabli (« 1000 »)"),
        ("code_postal", "14000.0", "14000", "nombre rendu au texte (« 14000.0 »)"),
        ("code_postal", "1000.0", "01000", "zéro initial rétabli"),
        ("code_postal", "14 000", "14000", "espaces retirés"),
        ("code_postal", "F-14000", "14000", "préfixe retiré"),
        ("code_postal", "14000", "14000", ""),
        ("code_postal", "140", "140", ""),
        ("code_insee", "1033", "01033", "zéro initial rétabli"),
        ("code_insee", "14118.0", "14118", "nombre rendu au texte"),
        ("code_insee", "2a004", "2A004", "majuscule rétablie"),
        ("pivot", "434 933 123 00029", "43493312300029", "espaces retirés"),
        ("pivot", "43493312300029.0", "43493312300029", "nombre rendu au texte"),
        ("pivot", "0552024200016", "00552024200016", "zéro initial rétabli"),
        ("pivot", "4349331230002", "4349331230002", ""),
        ("pivot", "W141000123", "W141000123", ""),
        ("id", "12.0", "12", "nombre rendu au texte"),
        ("id", "v1.0", "v1.0", ""),
        ("date_maj", "31/01/2026", "2026-01-31", "date mise en forme (« 31/01/2026 »)"),
        ("date_maj", "1/2/26", "2026-02-01", "date mise en forme"),
        ("date_maj", "2026-01-31T10:00:00Z", "2026-01-31", "date mise en forme"),
        ("date_maj", "1er février 2026", "2026-02-01", "date mise en forme"),
        ("telephone", "231000000", "0231000000", "zéro initial rétabli"),
        ("telephone", "02 31 00 00 00", "02 31 00 00 00", ""),
        ("date_maj", "20260131", "2026-01-31", "date mise en forme"),
        ("date_maj", "46053", "2026-01-31", "date mise en forme"),
        ("date_maj", "31/02/2026", "31/02/2026", ""),
        ("date_maj", "01/31/2026", "01/31/2026", ""),
        ("nom", "MÃ©diathÃ¨que", "Médiathèque", "accents rétablis"),
        ("nom", "Œuvre « é »", "Œuvre « é »", ""),
        ("site_web", "javascript:alert(1);x", "javascript:alert(1);x", ""),
        ("nom", "=HYPERLINK(1)", "=HYPERLINK(1)", ""),
        ("nom", "</script>{{7*7}}", "</script>{{7*7}}", ""),
    ],
)
def test_a_cell_is_set_right_and_said(
    file: Path, field: str, written: str, expected: str, said: str
) -> None:
    place = read_one(file, **{field: written})
    assert place[field] == expected
    assert bool(own(place)) == bool(said)
    if said:
        assert f"{field} : {said}" in place["corrections"]


@pytest.mark.parametrize("written", ["3.67501E+13", "3,67501E+13", "3.67501e13"])
def test_a_siret_rounded_by_a_spreadsheet_is_emptied_and_said(file: Path, written: str) -> None:
    place = read_one(file, pivot=written)
    assert pd.isna(place["pivot"])
    assert f"pivot : SIRET arrondi par un tableur, laissé vide (« {written} »)" in own(place)


@pytest.mark.parametrize("written", ["NULL", "nan", "#N/A", "#REF!"])
def test_signs_of_absence_are_read_as_empty_and_said(file: Path, written: str) -> None:
    place = read_one(file, adresse=written)
    assert pd.isna(place["adresse"])
    assert own(place) == [f"adresse : « {written} » lu comme vide"]


# -- lists


@pytest.mark.parametrize(
    ("field", "written", "expected", "said"),
    [
        (
            "services",
            "Aide aux démarches administratives;Loisirs et créations numériques",
            "Aide aux démarches administratives|Loisirs et créations numériques",
            "point-virgule",
        ),
        (
            "services",
            "Créer avec le numérique / Approfondir ma culture numérique",
            "Loisirs et créations numériques|Compréhension du monde numérique",
            "barre oblique",
        ),
        (
            "services",
            "Prendre en main un ordinateur\nUtiliser le numérique au quotidien",
            "Maîtrise des outils numériques du quotidien",
            "saut de ligne",
        ),
        ("publics_specifiquement_adresses", "jeunes, SENIORS", "Jeunes|Seniors", "virgule"),
        ("publics_specifiquement_adresses", "Jeunes, beaux", "Jeunes, beaux", ""),
        (
            "dispositif_programmes_nationaux",
            "Conseillers numériques|France Services",
            "Conseillers numériques|France Services",
            "",
        ),
        (
            "dispositif_programmes_nationaux",
            "Conseillers numériques France Services",
            "Conseillers numériques",
            "lu « Conseillers numériques »",
        ),
        ("frais_a_charge", "gratuit sous condition", "Gratuit sous condition", "lu « Gratuit sous"),
        ("frais_a_charge", "Troc", "Troc", ""),
        ("courriels", "a@x.fr, b@x.fr", "a@x.fr|b@x.fr", "virgule"),
        (
            "site_web",
            "https://a.fr/x,y;z;https://b.fr",
            "https://a.fr/x,y;z|https://b.fr",
            "point-virgule",
        ),
        ("typologie", "EPN/BIB", "EPN|BIB", "barre oblique"),
        ("typologie", "TIERS LIEUX", "TIERS_LIEUX", "lu « TIERS_LIEUX »"),
        ("itinerance", "Itinérante", "Itinérant", "lu « Itinérant »"),
    ],
)
def test_lists_are_set_right_and_said(
    file: Path, field: str, written: str, expected: str, said: str
) -> None:
    place = read_one(file, **{field: written})
    assert place[field] == expected
    assert bool(own(place)) == bool(said)
    assert said in place["corrections"]


def test_a_value_that_has_moved_goes_to_its_column(file: Path) -> None:
    place = read_one(
        file,
        publics_accueillis="Seniors (+ 65 ans);Surdité;Adultes",
        labels_nationaux="CNFS;Fabriques de Territoire",
    )
    assert place["publics_specifiquement_adresses"] == "Seniors|Adultes"
    assert place["prise_en_charge_specifique"] == "Surdité"
    assert place["dispositif_programmes_nationaux"] == "Conseillers numériques"
    assert place["formations_labels"] == "Fabriques de Territoire"
    assert "« Surdité » lu « Surdité » dans prise_en_charge_specifique" in place["corrections"]


def test_yes_and_no_for_itinerance_are_said_once_for_the_file(file: Path) -> None:
    places = read(file, "nom,commune,itinerance\nA,Flers,Oui\nB,Sées,Non\nC,Caen,\n")
    assert places["itinerance"].tolist()[:2] == ["Itinérant", "Fixe"]
    assert pd.isna(places["itinerance"][2])
    assert "fichier : itinerance : oui et non lus" in places["corrections"][0]
    assert "itinerance" not in places["corrections"][1]


# -- what a place is


@pytest.mark.parametrize(
    ("cells", "category"),
    [
        ({"categorie": "Médiathèque", "typologie": "EPN"}, "médiathèque"),
        ({"categorie": "Espace public numérique"}, "EPN"),
        ({"categorie": "Lauréat"}, "projet lauréat"),
        ({"categorie": "Piscine"}, "autre"),
        ({"typologie": "BIB|EPN"}, "EPN"),
        ({"typologie": "EPI"}, "EPN"),
        ({"typologie": "ENM"}, "EPN"),
        ({"typologie": "RFS"}, "France Services"),
        ({"typologie": "BIB"}, "médiathèque"),
        ({"typologie": "Antenne"}, "antenne"),
        ({"typologie": "CRANT"}, "CRANT"),
        ({"typologie": "MUNI", "dispositif_programmes_nationaux": "France Services"},
         "France Services"),
        ({"typologie": "MUNI", "dispositif_programmes_nationaux": "Conseillers numériques"},
         "conseiller numérique"),
        ({"typologie": "EPN", "dispositif_programmes_nationaux": "Conseillers numériques"}, "EPN"),
        ({"nom": "Antenne de Vassy"}, "antenne"),
        ({"nom": "Antenne de Vassy", "typologie": "EPN"}, "antenne"),
        ({"nom": "CRANT du Perche"}, "CRANT"),
        ({"nom": "Médiathèque"}, "médiathèque"),
        ({"nom": "France services de Flers"}, "France Services"),
        ({"nom": "Le Lieu"}, "autre"),
        ({"nom": "L'antenne"}, "autre"),
    ],
)  # fmt: skip
def test_the_category_comes_from_whatever_the_list_offers(
    file: Path, cells: dict[str, str], category: str
) -> None:
    place = read_one(file, **({"nom": "Le Lieu"} | cells))
    assert place["categorie"] == category
    assert category in CATEGORIES


def test_a_mobile_space_is_itinerant(file: Path) -> None:
    place = read_one(file, typologie="ENM")
    assert place["itinerance"] == "Itinérant"
    assert own(place) == ["itinerance : Itinérant, d’après ENM"]


def test_one_category_can_be_forced_on_all(file: Path) -> None:
    text = "nom,commune,typologie,structure_parente\nA,Flers,BIB,\nAntenne,Sées,EPN,A\n"
    assert read(file, text, categorie="EPN")["categorie"].tolist() == ["EPN", "EPN"]
    with pytest.raises(DataError, match="Did you mean 'EPN'"):
        read(file, text, categorie="EPNs")


@pytest.mark.parametrize(
    ("cells", "label", "status", "day"),
    [
        ({"autres_formations_labels": "QPV|EPN Normandie|ZRR|FRR"}, "EPN Normandie", None, None),
        ({"autres_formations_labels": "QPV"}, None, None, None),
        ({"label": "EPN Normandie", "statut_label": "en cours"}, "EPN Normandie", "en cours", None),
        ({"label": "Or", "labellisation": "Labellisé le 01/02/2024"}, "Or", "Labellisé",
         "2024-02-01"),
        ({"label": "Or", "date_label": "3/4/2024"}, "Or", None, "2024-04-03"),
    ],
)  # fmt: skip
def test_labels(
    file: Path, cells: dict[str, str], label: str | None, status: str | None, day: str | None
) -> None:
    place = read_one(file, **cells)
    found = [
        place[c] if pd.notna(place[c]) else None for c in ("label", "statut_label", "date_label")
    ]
    assert found == [label, status, day]


# -- parents


def parents(places: gpd.GeoDataFrame) -> list[str | None]:
    return [p if pd.notna(p) else None for p in places["parent_id"]]


def test_an_antenna_finds_its_parent_by_id_then_name(file: Path) -> None:
    text = (
        "id,nom,commune,typologie,structure_parente\n"
        "1,EPN de Vire,Vire,EPN,\n"
        "2,Antenne de Vassy,Vassy,EPN,1\n"
        "3,Antenne de Saint-Sever,Saint-Sever,EPN,epn de VIRE\n"
        "4,Antenne - EPN Vire,Coulonces,EPN,\n"
        "5,Le Relais,Vire,EPN,EPN de Vire\n"
        "6,Antenne perdue,Vire,EPN,EPN de Nulle Part\n"
        "7,Bibliothèque,Vire,BIB,Communauté de communes\n"
    )
    places = read(file, text)
    assert parents(places) == [None, "1", "1", "1", "1", None, None]
    assert places["categorie"].tolist() == ["EPN", *["antenne"] * 5, "médiathèque"]
    assert own(places.iloc[2]) == ["parent_id : trouvé par le nom"]
    assert own(places.iloc[4])[1] == "categorie : antenne, d’après son parent"


def test_a_parent_that_could_be_several_is_told_by_its_commune_or_left_empty(file: Path) -> None:
    text = (
        "id,nom,commune,code_postal,categorie,structure_parente\n"
        "1,Espace numérique,Flers,61100,EPN,\n"
        "2,Espace numérique,Sées,61500,EPN,\n"
        "3,Espace numérique,Caen,14000,EPN,\n"
        "4,A,Sées,61500,antenne,Espace numérique\n"
        "5,B,Falaise,14700,antenne,Espace numérique\n"
        "6,C,Domfront,61700,antenne,Espace numérique\n"
        "7,D,Rouen,76000,antenne,Espace numérique\n"
    )
    assert parents(read(file, text))[3:] == ["2", "3", None, None]


def test_a_place_is_not_its_own_parent(file: Path) -> None:
    text = "id,nom,commune,typologie,structure_parente\n1,EPN,Flers,EPN,EPN\n2,B,Flers,EPN,2\n"
    places = read(file, text)
    assert parents(places) == [None, None]
    assert places["categorie"].tolist() == ["EPN", "EPN"]


def test_an_explicit_parent_and_category_are_kept(file: Path) -> None:
    text = (
        "id,nom,commune,categorie,parent_id\n1,A,Flers,EPN,\n2,B,Flers,EPN,1\n3,C,Flers,antenne,9\n"
    )
    places = read(file, text)
    assert parents(places) == [None, "1", "9"]
    assert places["categorie"].tolist() == ["EPN", "EPN", "antenne"]


# -- the list of France Services

FRANCE_SERVICES = (
    "id_fs,insee_dep,lib_fs,adresse,complement_adresse,insee_com,code_postal,lib_com,latitude,"
    "longitude,h_lundi,h_mardi,h_mercredi,h_jeudi,h_vendredi,h_samedi,itinerance,format_fs,groupe,"
    "labellisation\n"
    "1,01,France services du Val,1 Rue,,01033,01200,Valserhône,46.1,5.82,09:00 - 12:00 / 13:30 - "
    "17:00,09:00 - 12:00 / 13:30 - 17:00,09:00-12:00/13:30-17:00,-,00:00 - 00:00,,Non,"
    "Site principal,Le Val,Espace labellisé 01/02/2020\n"
    "2,01,Antenne de Bellegarde,,,01033,01200,Valserhône,46.2,5.83,,,,,,08:30 - 12:00,Non,Antenne,"
    "le val,Espace labellisé 01/02/2020\n"
    "temp_3,01,Antenne du Pont,,,,,,,,,,,,08:00:12:00,,Non,Antenne,,\n"
    "4,01,Antenne que l'on dit principale,,,01033,01200,Valserhône,46.3,5.8,,,,,,,Oui,"
    "Site principal,,Espace labellisé 15/01/2021\n"
)


def test_the_list_of_france_services_of_2022(file: Path) -> None:
    places = read(file, FRANCE_SERVICES)
    assert places["id"].tolist() == ["1", "2", "temp_3", "4"]
    assert places["categorie"].tolist() == [
        "France Services",
        "antenne",
        "antenne",
        "France Services",
    ]
    assert parents(places) == [None, "1", None, None]
    assert places["horaires"].fillna("").tolist() == [
        "Mo-We 09:00-12:00,13:30-17:00",
        "Sa 08:30-12:00",
        "",
        "",
    ]
    assert places["itinerance"].tolist() == ["Fixe", "Fixe", "Fixe", "Itinérant"]
    assert places["label"].fillna("").tolist() == ["France Services"] * 2 + ["", "France Services"]
    assert places["statut_label"][0] == "labellisé"
    assert places["date_label"][3] == "2021-01-15"
    assert set(places["typologie"]) == {"RFS"}
    assert set(places["dispositif_programmes_nationaux"]) == {"France Services"}
    assert {"insee_dep", "format_fs", "groupe"} <= set(places.columns)
    assert not any(column.startswith("h_") for column in places.columns)
    assert "fichier : liste France Services" in places["corrections"][0]
    assert "horaires : Fr illisible, laissé vide (« 08:00:12:00 »)" in own(places.iloc[2])
    assert own(places.iloc[0]) == []


def test_the_list_of_france_services_of_today(file: Path) -> None:
    text = (
        "id_fs,lib_fs,lib_com,insee_com,latitude,longitude,itinerance,format_fs,groupe\n"
        "1,FS du Val,Valserhône,01033,46.1,5.8,,Fixe,\n"
        "2,Bus du Val,Valserhône,01033,46.2,5.8,,Bus_équivalent,\n"
        "3,FS mobile,Valserhône,01033,46.3,5.8,,Itinérante,\n"
    )
    places = read(file, text)
    assert places["categorie"].tolist() == ["France Services"] * 3
    assert places["label"].tolist() == ["France Services"] * 3
    assert places["itinerance"].fillna("").tolist() == ["", "Itinérant", "Itinérant"]


def test_the_numi_list(file: Path) -> None:
    text = (
        "ID;nom;commune;code_postal;adresse;latitude;longitude;date_maj;TYPE;itinerance;"
        "Modalités d'accompagnement;services\n"
        "n1;Le Lieu;Flers;61100;1 rue;48.748;-0.569;31/01/2026;FRANCE SERVICE;Fixe;"
        "En autonomie|À distance;Créer avec le numérique\n"
        "n2;L'Autre;Caen;14000;2 rue;49,18;-0,37;2026-01-31;EPN;Itinérant;Seul;\n"
    )
    places = read(file, text)
    assert places["categorie"].tolist() == ["France Services", "EPN"]
    assert places["modalites_accompagnement"].tolist() == [
        "En autonomie|À distance",
        "En autonomie",
    ]
    assert places["date_maj"].tolist() == ["2026-01-31"] * 2


def test_version_0_1_of_the_standard(file: Path) -> None:
    text = (
        "id,pivot,nom,commune,code_postal,adresse,courriel,site_web,conditions_acces,"
        "labels_nationaux,labels_autres,accessibilite,modalites_accompagnement,date_maj\n"
        "1,43493312300029,A,Reims,51100,1 rue,a@b.fr,"
        '"https://a.fr/,https://b.fr/",'
        '"Gratuit : Je peux accéder gratuitement au lieu et à ses services;'
        "Payant : L'accès au lieu et/ou à ses services est payant\","
        "France Services;APTIC,SudLabs;Nièvre,https://acces.fr,"
        '"A ma place : une personne habilitée fait les démarches à ma place",2022-06-02\n'
    )
    place = read(file, text).iloc[0]
    assert place["courriels"] == "a@b.fr"
    assert place["site_web"] == "https://a.fr/|https://b.fr/"
    assert place["frais_a_charge"] == "Gratuit|Payant"
    assert place["dispositif_programmes_nationaux"] == "France Services|APTIC"
    assert place["autres_formations_labels"] == "SudLabs|Nièvre"
    assert place["fiche_acces_libre"] == "https://acces.fr"
    assert place["modalites_accompagnement"] == "Accompagnement individuel"


# -- ids


def test_a_missing_id_is_made_from_the_row_and_lasts(file: Path) -> None:
    first = read(file, "nom,commune\nA,Flers\nB,Sées\nB,Sées\n")
    again = read(file, "nom,commune,tel\nNouveau,Caen,1\nB,Sées,2\na,FLERS,3\n")
    assert first["id"].is_unique
    assert first["id"][0] == again["id"][2]
    assert first["id"][1] == again["id"][1]
    assert first["id"][2] == f"{first['id'][1]}-2"
    assert all("id : absent, formé" in text for text in first["corrections"])


# -- other formats

POINT = shapely.Point(-0.3707, 49.1829)


@pytest.mark.parametrize(
    ("name", "epsg"),
    [("a.geojson", 4326)]
    + [(name, epsg) for name in ("a.gpkg", "a.shp", "a.parquet") for epsg in (4326, 2154)],
)
def test_geographic_files_are_read_in_any_crs(tmp_path: Path, name: str, epsg: int) -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["1", "2"], "nom": ["EPN", "Sans"], "cp": [1000, 14000]},
        geometry=[POINT, None],
        crs=4326,
    ).to_crs(epsg)
    path = tmp_path / name
    frame.to_parquet(path) if name.endswith("parquet") else frame.to_file(path)
    places = read_places(path)
    assert places.crs.to_epsg() == 4326
    assert places["latitude"][0] == pytest.approx(49.1829, abs=1e-9)
    assert places["geometry"].isna().tolist() == [False, True]
    assert places["code_postal"].tolist() == ["01000", "14000"]
    assert places["ligne"].tolist() == [1, 2]


def test_a_shapefiles_cut_names_are_recognised(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"nom": ["A"], "complement_adresse": ["bât. B"], "modalites_acces": ["Se présenter"]}
        | {"modalites_accompagnement": ["À distance"], "presentation_detail": ["x"]},
        geometry=[POINT],
        crs=4326,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the writer says that it cuts names: it is the point
        frame.to_file(tmp_path / "a.shp")
    place = read_places(tmp_path / "a.shp").iloc[0]
    assert place["complement_adresse"] == "bât. B"
    assert place["modalites_acces"] == "Se présenter"
    assert place["modalites_accompagnement"] == "À distance"
    assert place["presentati"] == "x"  # which of the two is not told: kept as it is


def test_a_shape_that_is_no_point_gives_a_point_inside(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"nom": ["A"]}, geometry=[POINT.buffer(0.01)], crs=4326)
    frame.to_file(tmp_path / "a.gpkg")
    place = read_places(tmp_path / "a.gpkg").iloc[0]
    assert POINT.buffer(0.01).contains(place.geometry)
    assert "géométrie : forme remplacée par un point intérieur" in own(place)


def test_the_shape_wins_over_the_columns_and_says_so(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {
            "nom": ["A", "B", "C"],
            "lat": ["48.0", "49.1829", "49.0"],
            "lon": ["0.5", "-0.3707", "0.1"],
        },
        geometry=[POINT, POINT, None],
        crs=4326,
    )
    frame.to_file(tmp_path / "a.gpkg")
    places = read_places(tmp_path / "a.gpkg")
    assert places["latitude"].tolist() == [49.1829, 49.1829, 49.0]
    assert own(places.iloc[0]) == [
        "coordonnées : celles de la géométrie, et non des colonnes (48.0, 0.5)"
    ]
    assert own(places.iloc[1]) == own(places.iloc[2]) == []


def test_geojson_in_lambert_without_saying_so(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"nom": "A"},
        "geometry": {"type": "Point", "coordinates": [454269.6, 6901612.0]},
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    place = read_places(path).iloc[0]
    assert place["latitude"] == pytest.approx(49.16705, abs=1e-4)
    assert "Lambert-93 converti" in place["corrections"]


def test_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Nom", "Code postal", "Commune", "SIRET", "Lat", "Lon", "Date maj"])
    book.active.append(["EPN", 1000, "Bourg", 43493312300029, 46.2, 5.2, "31/01/2026"])
    book.active.append([None] * 7)
    book.active.append(["B", 14000.0, "Caen", 3.67501e13, "49,18", "-0,37", None])
    book.save(tmp_path / "a.xlsx")
    places = read_places(tmp_path / "a.xlsx")
    assert places["code_postal"].tolist() == ["01000", "14000"]
    assert places["pivot"].tolist() == ["43493312300029", "36750100000000"]
    assert places["latitude"].tolist() == [46.2, 49.18]
    assert places["ligne"].tolist() == [2, 4]


def test_json_with_lists(tmp_path: Path) -> None:
    lieu = {"id": 1, "nom": "A", "commune": "Flers", "services": list(ENUMERATIONS["services"][:2])}
    (tmp_path / "a.json").write_text(json.dumps([lieu, {"id": 2, "nom": "B"}]))
    places = read_places(tmp_path / "a.json")
    assert places["services"][0] == join_list(ENUMERATIONS["services"][:2])
    assert places["ligne"].tolist() == [1, 2]


def test_the_column_that_says_who_covers_is_yes_or_no(file: Path) -> None:
    places = read(file, "nom,commune,couvre\nA,Flers,Oui\nB,Sées,false\n")
    assert places["couvre"].tolist() == [True, False]
    assert places["couvre"].dtype == bool
    with pytest.raises(ColumnError, match="couvre"):
        read(file, "nom,commune,couvre\nA,Flers,peut-être\n")


# -- nothing lost

FAULTY = st.sampled_from(
    [
        *("", " ", "0", "49.18", "49,18", "-0.37", "454000", "6900000", "NULL", "14000.0", "1E+13"),
        *("a|b;c / d", '"', ",", "Ã©", "\u2028", "x" * 300, "31/02/2026", "Oui", "EPN", "antenne"),
        *("é", "1"),
    ]
)


@given(
    st.lists(st.lists(FAULTY, min_size=1, max_size=11), max_size=8),
    st.sampled_from([",", ";"]),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_rows_in_are_rows_out(
    tmp_path: Path, body: list[list[str]], delimiter: str, codec: str
) -> None:
    header = [
        "id",
        "nom",
        "commune",
        "latitude",
        "longitude",
        "pivot",
        "typologie",
        "date_maj",
        "x",
    ]
    lines = [header, *body, ["fin"] * 9]
    text = "\n".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines
    )
    path = tmp_path / "lieux.csv"
    path.write_bytes(text.encode(codec, errors="replace"))
    places = read_places(path)
    written = [[cell.encode(codec, "replace").decode(codec) for cell in line] for line in lines]
    held = [number for number, line in enumerate(written, 1) if any(map(str.strip, line))]
    assert places["ligne"].tolist() == held[1:]
    blank = len(lines) - len(held)
    assert (f"{blank} ligne" in places["corrections"].iloc[0]) == (blank > 0)
    assert places["categorie"].isin(CATEGORIES).all()
    assert (places.geometry.isna() == places["latitude"].isna()).all()
    pd.testing.assert_frame_equal(places, read_places(path))


TEXT = st.text(st.sampled_from("abcéÈœ 12'’-,;\"|&<"), min_size=1, max_size=12).map(
    lambda text: f"m{text}".strip(" |;/")
)


@st.composite
def standard_places(draw: st.DrawFn) -> pd.DataFrame:
    """Draw places of the national standard."""
    size = draw(st.integers(1, 5))
    columns: dict[str, list[str]] = {}
    for name in COLUMNS:
        if name in ENUMERATIONS:
            values = st.lists(st.sampled_from(ENUMERATIONS[name]), unique=True).map(join_list)
        elif name in LISTS:
            values = (
                st.sampled_from(["", "EPN", "BIB|ASSO"]) if name == "typologie" else st.just("")
            )
        else:
            values = st.just("") | TEXT
        columns[name] = draw(st.lists(values, min_size=size, max_size=size))
    columns["id"] = [f"id-{i}" for i in range(size)]
    columns["pivot"] = draw(
        st.lists(st.sampled_from(["43493312300029", "0" * 14]), min_size=size, max_size=size)
    )
    columns["code_postal"] = columns["code_insee"] = ["14118"] * size
    columns["date_maj"] = ["2026-01-31"] * size
    degrees = st.floats(42.1, 50.9).map(lambda value: repr(round(value, 7)).removesuffix(".0"))
    columns["latitude"] = draw(st.lists(degrees, min_size=size, max_size=size))
    columns["longitude"] = ["-0.5"] * size
    columns["structure_parente"] = [""] * size
    return pd.DataFrame(columns, dtype="str")


@given(standard_places())
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_written_in_the_standard_is_read_the_same(
    tmp_path: Path, written: pd.DataFrame
) -> None:
    written.to_csv(tmp_path / "a.csv", index=False)
    places = read_places(tmp_path / "a.csv")
    assert (places["corrections"] == "").all()
    pd.testing.assert_frame_equal(standard_frame(places), standard_frame(written))
    standard_frame(places).to_csv(tmp_path / "b.csv", index=False)
    pd.testing.assert_frame_equal(read_places(tmp_path / "b.csv"), places)
