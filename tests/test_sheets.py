"""Territory sheets: the figures of the tables, one page each, no name that could do any harm."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal

import epn_geo as epn
from epn_geo.embedded import embedded_path
from epn_geo.errors import ColumnError, DataError
from epn_geo.sheeting.sheetfacts import Facts, Table, TerritorySheet, gather_facts
from epn_geo.sheeting.sheetpdf import COLUMNS, SheetPage, pdf_bytes
from epn_geo.sheeting.sheettables import ROWS, make_sheet
from epn_geo.sheets import html_text, sheet_name, write_sheets
from epn_geo.sites import suggest_sites
from epn_geo.study import DEMONSTRATION
from tests.test_pictures import HOSTILE
from tests.worlds import make_places

EURE = "27"
DEMO = embedded_path(DEMONSTRATION)


@pytest.fixture(scope="module")
def study() -> epn.Study:
    return epn.study.build(radii_km=[10.0])


@pytest.fixture(scope="module")
def facts(study: epn.Study) -> Facts:
    return gather_facts(study.coverage, study.places, date="23 novembre 2026")


@pytest.fixture
def small(grid: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    moved = grid.set_geometry(grid.translate(450_000, 6_880_000))
    return epn.measure_coverage(moved, places_of(moved), 3)


def places_of(communes: gpd.GeoDataFrame, **columns: object) -> gpd.GeoDataFrame:
    given = {
        "categorie": ["EPN", "antenne", "EPN"],
        "services": ["Loisirs et créations numériques", None, "Utilisation sécurisée du numérique"],
    } | columns
    places = make_places((2000.0, 2000.0), (6000.0, 2000.0), (9000.0, 9000.0), **given)
    return epn.locate(places.set_geometry(places.translate(450_000, 6_880_000)), communes)


def written(folder: Path, small: gpd.GeoDataFrame, **options: object) -> list[Path]:
    return write_sheets(folder, small, places_of(small), **options)


class Reader(HTMLParser):
    """Collects tags, attributes and text as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.told: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.told.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


# -- what they say


def test_figures_are_those_of_the_table(study, facts):
    sheet = make_sheet(facts, "departement", EURE)
    row = study.tables["departement"].set_index("code_departement").loc[EURE]
    share = f"{100 * row['part_population_couverte_10km']:.1f}\u00a0%".replace(".", ",")
    assert sheet.figures.rows[0] == [
        "Habitants à portée d'un lieu",
        share,
        "81,8\u00a0%",
        "5e sur 5",
    ]
    assert sheet.figures.rows[2][1] == f"{row['communes_hors_portee_10km']} sur 585"
    assert sheet.figures.rows[4][1:] == ["100\u202f452", "27\u202f202", "4e sur 5"]
    assert sheet.figures.rows[5][1] == "17"
    assert "6 EPN, 3 antennes, 1 CRANT" in sheet.lead[1]
    assert sheet.subtitle == "585 communes · 602\u202f714 habitants · situation au 23 novembre 2026"


def test_ranks_begin_at_the_best_and_equals_share_one(facts):
    table = facts.tables["departement"]
    best = table["part_population_couverte_10km"].idxmax()
    assert make_sheet(facts, "departement", best).figures.rows[0][3] == "1er sur 5"
    ranks = {
        code: make_sheet(facts, "departement", code).figures.rows[3][3] for code in table.index
    }
    assert sorted(ranks.values()) == ["1er sur 5", "2e sur 5", "3e sur 5", "4e sur 5", "5e sur 5"]
    epci = facts.tables["epci"]
    full = epci.index[(epci["communes_hors_portee_10km"] == 0) & (epci.index != "")]
    assert len(full) > 1
    assert {make_sheet(facts, "epci", code).figures.rows[2][3] for code in full[:3]} == {
        "1er sur 71"
    }


def test_parts_add_up_to_the_region(facts):
    for level in ("departement", "epci"):
        assert facts.tables[level]["population"].sum() == facts.tables["region"]["population"].sum()


def test_an_epci_across_the_border_says_so(facts):
    sheet = make_sheet(facts, "epci", "200040277")
    assert sheet.subtitle.startswith("Eure · 6 communes")
    assert "6 de ses 81 communes" in sheet.lead[2]
    assert sheet.lead[0].startswith("Aucun de ses 10\u202f814 habitants")
    inside = make_sheet(facts, "epci", "247600646")
    assert len(inside.lead) == 2


def test_the_whole_epci_is_told_where_the_list_knows_its_other_side(small):
    marked = small.assign(dans_selection=small["code_departement"] == "14")
    marked["code_epci"], marked["epci"] = "200040277", "CA"
    sheet = make_sheet(gather_facts(marked, places_of(marked)), "epci", "200040277")
    assert "8 de ses 81 communes" in sheet.lead[2]
    covered = marked["population_couverte"].sum() / marked["population"].sum()
    assert f"{100 * covered:.1f}".replace(".", ",") in sheet.lead[2]


def test_services_are_counted_and_silence_is_told(small):
    sheet = make_sheet(gather_facts(small, places_of(small)), "region", "28")
    counts = dict(sheet.services.rows)
    assert counts["Loisirs et créations numériques"] == "1"
    assert counts["Aide aux démarches administratives"] == "aucun"
    assert len(counts) == 9
    assert "1 de ces lieux" in sheet.services.note


def test_services_in_other_words_are_told(small):
    places = places_of(
        small, services=["Aide CAF | Loisirs et créations numériques", "Aide CAF", "Jeux"]
    )
    sheet = make_sheet(gather_facts(small, places), "region", "28")
    assert dict(sheet.services.rows)["Loisirs et créations numériques"] == "1"
    assert sheet.services.note == "Dits autrement : Aide CAF (2) et Jeux (1)."


def test_no_place_is_said_once_and_not_nine_times(facts):
    sheet = make_sheet(facts, "epci", "200040277")
    assert sheet.services.rows == []
    assert sheet.services.note == "Aucun lieu de la liste ne s'y trouve."


def test_places_that_were_not_located_are(small, tmp_path):
    places = places_of(small)
    bare = places[["nom", "categorie", "services", "geometry"]]
    one = write_sheets(tmp_path / "a", small, places, levels=["region"], formats=["html"])
    other = write_sheets(tmp_path / "b", small, bare, levels=["region"], formats=["html"])
    assert one[0].read_bytes() == other[0].read_bytes()


def test_a_place_without_coordinates_is_listed_where_it_says_it_is(study):
    code = study.coverage.loc[study.coverage["commune"] == "Bernay", "code_insee"].iloc[0]
    lost = study.places.iloc[:1].assign(nom="EPN perdu", code_insee=code, commune="Bernay")
    lost = lost[[c for c in epn.read_places(DEMO).columns if c in lost]]
    lost = epn.locate(lost.set_geometry([None], crs=4326), study.communes)
    assert lost["accord"].tolist() == ["sans coordonnées"]
    epci = study.coverage.loc[study.coverage["code_insee"] == code, "code_epci"].iloc[0]
    sheet = make_sheet(gather_facts(study.coverage, lost), "epci", epci)
    assert sheet.left.rows == [["EPN perdu", "Bernay", "EPN"]]
    assert "compte 1 lieu de la liste : 1 EPN" in sheet.lead[1]


def test_one_commune_is_singular(small):
    alone = small[small["code_insee"] == small["code_insee"].iloc[0]]
    sheet = make_sheet(gather_facts(alone, places_of(alone)), "departement", "14")
    assert sheet.subtitle.startswith("1 commune · ")
    assert "Sa commune" in sheet.lead[1]
    assert "1 communes" not in str(sheet)


def test_only_some_sheets_still_compare_with_all(study, tmp_path):
    told = {"levels": ["epci"], "formats": ["html"], "proposals": False}
    files = write_sheets(
        tmp_path, study.coverage, study.places, codes=["247600646", "200040277"], **told
    )
    assert [file.name[:14] for file in files] == ["epci-200040277", "epci-247600646"]
    page = files[1].read_text("utf-8")
    assert "sur 71" in page
    assert "<th>Normandie</th>" in re.sub(r"<th[^>]*>", "<th>", page)
    with pytest.raises(DataError, match="'123'"):
        write_sheets(tmp_path, study.coverage, study.places, codes=["123"], **told)


def test_long_lists_are_cut_and_say_so(facts):
    sheet = make_sheet(facts, "departement", EURE)
    short = facts.inside[facts.inside["code_departement"] == EURE]["sous_desservie"].sum()
    assert len(sheet.right.rows) == ROWS
    assert sheet.right.note == f"… et {short - ROWS} autres"


def test_three_more_places_are_those_of_suggest_sites(study, facts):
    rows = facts.inside[facts.inside["code_epci"] == "200066462"]
    found = suggest_sites(rows, study.places, 3, 10.0)
    sheet = make_sheet(facts, "epci", "200066462", found)
    assert [row[0] for row in sheet.more.rows] == [
        f"{i}. {n}" for i, n in enumerate(found["nom"], 1)
    ]
    nothing = make_sheet(facts, "epci", "247600646", found.iloc[:0])
    assert nothing.more.note.startswith("Toutes les mairies")


def test_english(small):
    sheet = make_sheet(gather_facts(small, places_of(small), lang="en"), "departement", "14")
    assert sheet.lead[0].endswith("are farther away.")
    assert sheet.figures.rows[0][3] in {"1 of 2", "2 of 2"}


def test_inputs_are_left_alone(small, tmp_path):
    places = places_of(small)
    before = small.copy(deep=True), places.copy(deep=True)
    write_sheets(tmp_path, small, places, levels=["region"], formats=["html"])
    assert_geodataframe_equal(small, before[0])
    assert_geodataframe_equal(places, before[1])


# -- files


def test_each_territory_has_its_file(small, tmp_path):
    files = written(tmp_path, small, formats=["html"], proposals=False)
    assert sorted(files) == sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [
        "region-28-normandie.html",
        "departement-14-calvados.html",
        "departement-27-eure.html",
        "epci-200000014n-cc-14-nord.html",
        "epci-200000014s-cc-14-sud.html",
        "epci-200000027n-cc-27-nord.html",
        "epci-200000027s-cc-27-sud.html",
    ]


def test_the_same_frames_give_the_same_bytes(small, tmp_path):
    told = {"levels": ["region"], "sources": ["INSEE"], "date": "1er mai 2026"}
    files = written(tmp_path / "a", small, **told)
    assert [file.suffix for file in files] == [".html", ".pdf"]
    for one, other in zip(files, written(tmp_path / "b", small, **told), strict=True):
        assert (
            hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(other.read_bytes()).digest()
        )
    assert len(re.findall(rb"/Type\s*/Page\b", files[1].read_bytes())) == 1


def test_the_page_asks_for_nothing_and_runs_nothing(small, tmp_path):
    file = written(tmp_path, small, levels=["region"], formats=["html"])[0]
    page = read(file.read_text("utf-8"))
    assert not {"script", "link", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    addresses = [value for name, value in page.attributes if name in ("src", "href")]
    assert all(value.startswith("data:image/png;base64,") for value in addresses)
    assert ("lang", "fr") in page.attributes
    assert "default-src 'none'" in file.read_text("utf-8")
    assert "url(" not in file.read_text("utf-8")


def test_progress_is_told(small, tmp_path):
    steps = []
    written(
        tmp_path, small, levels=["departement"], formats=["html"],
        progress=lambda done, count: steps.append((done, count)),
    )  # fmt: skip
    assert steps == [(1, 2), (2, 2)]


def test_the_demonstration_is_announced(small, tmp_path):
    for asked, told in ((None, False), (True, True)):
        file = written(tmp_path, small, levels=["region"], formats=["html"], demonstration=asked)[0]
        assert ("DÉMONSTRATION" in file.read_text("utf-8")) is told


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_typed(name):
    rows = [[name] * 4] * 2
    tables = [
        Table(
            kind, name, [name] * len(COLUMNS[kind]), [r[: len(COLUMNS[kind])] for r in rows], name
        )
        for kind in ("figures", "services", "places", "communes", "more")
    ]
    sheet = TerritorySheet("epci", name, name, name, name, [name, name], *tables)
    page = SheetPage(sheet, PIXEL, name, [name], name)
    usual = TerritorySheet("epci", "", "", "", "", ["", ""], *[t._replace(
        title="", heads=["-"] * len(t.heads), rows=[[""] * len(r) for r in t.rows], note="-"
    ) for t in tables])  # fmt: skip
    plain = read(html_text(SheetPage(usual, PIXEL, "-", [""], ""), "fr"))
    shown = read(html_text(page, "fr"))
    assert shown.tags == plain.tags  # no element of its own
    assert name in shown.told
    pdf = pdf_bytes(page, "fr")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    assert b"/JavaScript" not in pdf
    assert b"/URI" not in pdf


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049"
    "454e44ae426082"
)


@pytest.mark.parametrize("name", [*HOSTILE, "../../etc", "CON", "..\\x", "", "."])
def test_file_names_stay_in_the_folder(name):
    found = sheet_name("epci", name, name)
    assert re.fullmatch(r"epci[\w-]*", found, re.ASCII) or found.startswith("epci-")
    assert not set(found) & set('/\\:.*?"<>| \n\0')
    assert len(found) <= 100


def test_what_cannot_be_made_is_explained(small, tmp_path):
    with pytest.raises(DataError, match="Did you mean 'epci'"):
        written(tmp_path, small, levels=["epcis"])
    with pytest.raises(DataError, match="pdf"):
        written(tmp_path, small, formats=["docx"])
    with pytest.raises(ColumnError, match="epci"):
        written(tmp_path, small.drop(columns="epci"))
    assert not list(tmp_path.iterdir())


def test_a_radius_for_each_place_and_no_places_at_all(grid, tmp_path):
    moved = grid.set_geometry(grid.translate(450_000, 6_880_000))
    places = places_of(moved)
    own = epn.measure_coverage(moved, places, {"EPN": 3, "antenne": 2})
    assert write_sheets(tmp_path / "a", own, places, levels=["region"], formats=["pdf"])
    none = places.iloc[:0]
    empty = epn.measure_coverage(moved, none, 3)
    files = write_sheets(tmp_path / "b", empty, none, levels=["region"], formats=["html"])
    assert "Aucun lieu de la liste" in files[0].read_text("utf-8")


def test_the_command(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "epn_geo", "sheets", "--epci", "247600646", "--level", "epci",
         "-o", str(tmp_path / "fiches"), "--json"],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == {
        "territoires": 1,
        "fichiers": [f"epci-247600646-cc-caux-austreberthe.{kind}" for kind in ("html", "pdf")],
    }
    assert len(list((tmp_path / "fiches").iterdir())) == 2
    page = (tmp_path / "fiches/epci-247600646-cc-caux-austreberthe.html").read_text("utf-8")
    assert "sur 71" in page  # of the whole région, though one sheet was asked for
    assert "Traceback" not in done.stderr


def test_a_command_that_fails_writes_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "epn_geo", "sheets", "--epci", "247600646", "--level", "canton",
         "-o", str(tmp_path / "fiches")],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.strip().endswith("not 'canton'.")
    assert not (tmp_path / "fiches").exists()
