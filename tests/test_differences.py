"""What is handed over when labels change, and the network over time."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.differences import Lists, deliver_changes
from epn_geo.embedded import embedded_path
from epn_geo.history import wide_history
from epn_geo.notepages import Note
from epn_geo.notes import whole_people
from epn_geo.pairing import CHANGES
from epn_geo.sentences import COUNTED, IN, count, in_departement, listed
from epn_geo.timeline import write_timeline
from epn_geo.words.values import VALUES
from tests.test_maps import payload_of
from tests.worlds import make_places

DEMO = embedded_path("demo/epn-demonstration.csv")
ROOT = Path(__file__).parents[1]
SMALL = {"departements": ["61"], "radii_km": [5.0, 10.0]}
NASTY = '=1+1 <script>alert("x")</script> | [a](b)'


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "epn_geo", *arguments],
        cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Lists:
    """The demonstration network; and one place less, one more with a nasty name, one moved."""
    rows = list(csv.DictReader(DEMO.read_text(encoding="utf-8").splitlines()))
    after = [dict(row) for row in rows if row["id"] != "demo-61-04"]
    new = dict(rows[60]) | {"id": "new", "nom": NASTY, "code_insee": "61169", "commune": "Flers"}
    after.append(new | {"latitude": "48.60", "longitude": "-0.10"})
    for row in after:
        if row["id"] == "demo-61-01":
            row["latitude"] = str(float(row["latitude"]) + 0.03)
    path = tmp_path_factory.mktemp("lists") / "after.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(after)
    return Lists(DEMO, path)


@pytest.fixture(scope="module")
def delivered(lists: Lists, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("diff") / "diff"
    deliver_changes(lists, folder, SMALL, date="2026-11-01")
    return folder


def test_the_map_says_what_there_was_as_the_note_does(delivered: Path) -> None:
    page = (delivered / "carte.html").read_text("utf-8")
    [told] = payload_of(page)["notices"]
    said = re.fullmatch(
        r"Avant : ([\d\s]+) habitants à portée \((.+)\) ; maintenant : ([\d\s]+)\.", told
    )
    assert said
    note = (delivered / "note.html").read_text("utf-8")
    assert said[1] in note
    assert said[3] in note
    # each colour that is added has its key
    for colour in set(re.findall(r'"fillColor": "(#\w+)"', page)):
        assert f"color:{colour}" in page.replace("\\u003c", "<").replace("\\u0022", '"')


def test_every_file_is_there_and_the_same_each_time(
    delivered: Path, lists: Lists, tmp_path: Path
) -> None:
    names = ["carte.html", "changements.gpkg", "changements.xlsx", "changes.json"]
    assert sorted(f.name for f in delivered.iterdir()) == [*names, "note.html", "resume.json"]
    deliver_changes(lists, tmp_path / "again", SMALL, date="2026-11-01")
    for file in delivered.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes(), file.name


def test_the_figures_add_up_to_the_inhabitant(delivered: Path) -> None:
    figures = json.loads((delivered / "changes.json").read_text(encoding="utf-8"))
    assert figures["lieux"]["changements"] == {
        "délabellisé": 1, "déplacé": 1, "fermé": 1, "inchangé": 151, "labellisé": 1, "ouvert": 1
    }  # fmt: skip
    for row in figures["par_region"] + figures["par_epci"]:
        for s in ("_5km", "_10km"):
            of = {w: row[f"population_{w}{s}"] for w in ("avant", "apres", "gagnee", "perdue")}
            kept = row[f"population_gardee{s}"]
            assert of["perdue"] + kept == pytest.approx(of["avant"], abs=1e-3)
            assert of["gagnee"] + kept == pytest.approx(of["apres"], abs=1e-3)
    assert {cause["id"] for cause in figures["causes"]} == {"new", "demo-61-01", "demo-61-04"}


def test_the_note_is_one_sober_page(delivered: Path) -> None:
    page = (delivered / "note.html").read_text(encoding="utf-8")
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, _: object) -> None:
            tags.append(tag)

    Reader().feed(page)
    assert "script" not in tags
    assert "a" not in tags
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "Autant de labels dans l’Orne" in page
    assert "Situation au 1er\u00a0novembre\u00a02026." in page
    assert "DÉMONSTRATION" in page


@pytest.mark.browser
def test_the_note_prints_on_one_sheet(delivered: Path, browser: Any) -> None:
    page = browser.new_page()
    page.goto((delivered / "note.html").as_uri())
    printed = page.pdf(format="A4")
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_the_workbook_opens_and_nothing_in_it_runs(delivered: Path) -> None:
    book = openpyxl.load_workbook(delivered / "changements.xlsx")
    assert book.sheetnames == [
        "Résumé", "Lieux", "Causes", "Départements", "EPCI", "Communes", "Inégalités",
        "Sources et définitions",
    ]  # fmt: skip
    for sheet in book:
        assert {c.data_type for row in sheet.iter_rows() for c in row} <= {"s", "n", "b"}
        heads = [cell.value for cell in sheet[2]]
        raw = [h for h in heads if isinstance(h, str) and re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", h)]
        assert raw == [], (sheet.title, raw)


def test_layers_hold_the_zones(delivered: Path) -> None:
    zones = gpd.read_file(delivered / "changements.gpkg", layer="zones_gagnees_perdues")
    assert set(zones["sens"]) == {"gagné", "perdu"}
    assert zones.is_valid.all()


def test_english_too(lists: Lists, tmp_path: Path) -> None:
    deliver_changes(lists, tmp_path, SMALL, lang="en")
    page = (tmp_path / "note.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "inhabitants" in page
    assert "habitants de" not in page


def test_what_if_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "epn.csv").write_bytes(DEMO.read_bytes())
    (tmp_path / "sites.csv").write_text(
        "nom;commune;code_insee;latitude;longitude\nEPN d’essai;Flers;61169;48,6;-0,1\n",
        encoding="utf-8",
    )
    where = ["--departement", "61", "--radius", "10km"]
    done = run(
        "diff", "epn.csv", "--add", "sites.csv", "--remove", "demo-61-04", *where,
        "--exit-code", "-o", "d", cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    figures = json.loads((tmp_path / "d" / "changes.json").read_text(encoding="utf-8"))
    assert figures["lieux"]["avant"] == figures["lieux"]["apres"] == 153
    record = json.loads((tmp_path / "d" / "resume.json").read_text(encoding="utf-8"))
    assert (record["retrait"], record["ajout"]["fichier"]) == (["demo-61-04"], "sites.csv")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["diff", "epn.csv"], "Give two lists"),
        (["diff", "epn.csv", "epn.csv", "--remove", "x"], "Give two lists"),
        (["diff", "epn.csv", "--remove", "demo-61-4"], "Did you mean 'demo-61-"),
        (["diff", "epn.csv", "nowhere.csv"], "There is no file nowhere.csv"),
        (["diff", "epn.csv", "epn.csv", "--max-loss", "much"], "write it as 20%"),
        (["diff", "epn.csv", "few.csv", "--max-loss", "20%"], "has lost"),
        (["snapshot", "epn.csv", "--store", "s", "--date", "hier"], "not a day"),
        (["history", "--store", "s"], "holds no list"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    (tmp_path / "epn.csv").write_bytes(DEMO.read_bytes())
    (tmp_path / "few.csv").write_bytes(b"".join(DEMO.read_bytes().splitlines(True)[:40]))
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert says in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["epn.csv", "few.csv"]


# -- sentences


@pytest.mark.parametrize("thing", COUNTED)
def test_one_is_singular_and_two_plural(thing: str) -> None:
    one_fr, many_fr, one_en, many_en, _ = COUNTED[thing]
    assert [count(n, thing).split()[-1] for n in (0, 1, 2)] == [one_fr, one_fr, many_fr]
    assert [count(n, thing, "en").split()[-1] for n in (0, 1, 2)] == [many_en, one_en, many_en]


def test_an_english_workbook_of_changes_has_english_cells(lists: Lists, tmp_path: Path) -> None:
    deliver_changes(lists, tmp_path, SMALL, lang="en")
    book = openpyxl.load_workbook(tmp_path / "changements.xlsx")
    cells = {
        cell
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, str)
    }
    french = {word for column in VALUES.values() for word, (fr, en) in column.items() if fr != en}
    assert not cells & (french | {"oui", "non", "vrai", "faux"} - {"département"})
    assert cells & {"gained", "lost"}
    assert cells & {"opened", "closed", "unchanged"}


def test_every_change_has_words() -> None:
    assert tuple(VALUES["changement"]) == CHANGES


def test_nobody_is_told_in_words() -> None:
    assert count(0, "commune", words=True) == "aucune commune"
    assert count(0, "label", "en", words=True) == "no labels"
    assert count(11, "lieu", words=True) == "11 lieux"


def test_every_departement_has_its_preposition() -> None:
    table = pd.read_parquet(embedded_path("communes/departements.parquet"))
    listed_once = [code for codes in IN.values() for code in codes.split()]
    assert len(listed_once) == len(set(listed_once))
    assert set(listed_once) <= set(table["code_departement"])
    for row in table.itertuples():
        said = in_departement(row.code_departement, row.departement)
        # an elision before a vowel, and only there
        assert ("l’" in said) <= (row.departement[0] in "AEÉHIOY"), said
        assert ("dans le " in said) <= (row.departement[0] not in "AEÉIOY"), said
    plural = in_departement("13", "Bouches-du-Rhône"), in_departement("88", "Vosges")
    assert plural == ("dans les Bouches-du-Rhône", "dans les Vosges")
    assert in_departement("974", "La Réunion") == "à La Réunion"


@given(st.lists(st.sampled_from("ABCDEFG"), min_size=1, max_size=7, unique=True))
def test_lists_name_some_and_count_the_others(names: list[str]) -> None:
    said = listed(names)
    assert all(name in said for name in names[:4])
    told = re.search(r"et (\d+) autres?$", said)
    assert (int(told[1]) if told else 0) == max(0, len(names) - 4)


@given(
    st.lists(st.tuples(*[st.floats(0, 1e4)] * 3), min_size=1, max_size=5),
)
def test_whole_people_add_up(rows: list[tuple[float, float, float]]) -> None:
    kept, gained, lost = (pd.Series(column) for column in zip(*rows, strict=True))
    frame = pd.DataFrame(
        {
            "population_gardee": kept,
            "population_apres": kept + gained,
            "population_avant": kept + lost,
        }
    )
    told = whole_people(frame, "")
    assert told["gardee"] + told["gagnee"] == told["apres"]
    assert told["gardee"] + told["perdue"] == told["avant"]
    assert min(told.values()) >= 0
    assert abs(told["gagnee"] - gained.sum()) <= 1


def test_nothing_that_changes_is_said_so(grid: gpd.GeoDataFrame) -> None:
    places = make_places((2000.0, 2000.0), categorie=["EPN"])
    note = epn.note_text(epn.compare(places, places, grid, 2.0))
    assert note.headline == ["Rien ne change : les deux listes donnent la même couverture."]
    with pytest.raises(epn.DataError, match="was not measured"):
        epn.note_text(epn.compare(places, places, grid, 2.0), 7.0)


def test_a_shared_change_is_said_as_shared(grid: gpd.GeoDataFrame) -> None:
    after = make_places((8000.0, 8000.0), (8100.0, 8000.0), nom=["Un", "Deux"])
    note = epn.note_text(epn.compare(after.iloc[:0], after, grid, 4.0))
    told = dict(note.paragraphs)["Grâce à qui, à cause de qui"]
    assert "que ce lieu partage avec Deux" in told[0]
    assert told[-1].endswith("sans qu’aucun puisse se les attribuer seul.")


def test_changes_elsewhere_are_counted_apart(lists: Lists) -> None:
    before = epn.read_places(lists.before)
    after = epn.revise(before, remove=("demo-14-02", "demo-61-04"))
    note = epn.note_text(epn.compare(before, after, epn.read_communes(departements="61")))
    told = "\n".join(dict(note.paragraphs)["Lieux"])
    assert "Lisieux" not in told
    assert told.endswith("qui comptent pour ses habitants proches : un lieu.")


def test_the_note_says_first_which_places_have_no_polygon(tmp_path: Path) -> None:
    places = epn.read_places(DEMO)
    served = places[epn.serves(places)].to_crs(2154)
    drawn = served.set_geometry(served.buffer(8000)).assign(minutes=20)
    columns = ["id", "minutes", "geometry"]
    file = epn.write_layer(drawn[columns].iloc[1:], tmp_path / "portee.gpkg")
    compared = Lists(DEMO, remove=(str(served["id"].iloc[1]),))
    deliver_changes(compared, tmp_path, {"departements": "14", "areas": str(file)})
    told = unescape((tmp_path / "note.html").read_text("utf-8"))
    undrawn = f"qui ne couvrent donc rien : 1 ({served['nom'].iloc[0]})."
    assert told.count(undrawn) == 1  # of both lists, said once
    assert told.index("À savoir avant de lire les chiffres") < told.index("<h2>Habitants")
    assert "du fichier portee.gpkg" in told
    book = openpyxl.load_workbook(tmp_path / "changements.xlsx")
    said = [row[0] for row in book["Résumé"].iter_rows(values_only=True)]
    assert any(undrawn in str(line) for line in said)


def test_the_note_names_the_new_places_without_polygon(lists: Lists, tmp_path: Path) -> None:
    before = epn.read_places(lists.before)
    served = before[epn.serves(before)].to_crs(2154)
    drawn = served.set_geometry(served.buffer(8000)).assign(minutes=20)
    columns = ["id", "minutes", "geometry"]
    file = epn.write_layer(drawn[columns].iloc[1:], tmp_path / "portee.gpkg")
    deliver_changes(lists, tmp_path, {"departements": "61", "areas": str(file)})
    told = unescape((tmp_path / "note.html").read_text("utf-8"))
    new = "et non dans l'ancienne : un lieu ("
    line = told[told.index(new) : told.index("n'est pas compté", told.index(new))]
    assert "alert" in line  # the place with the nasty name is the new one
    assert str(served["nom"].iloc[0]) not in line
    assert "Ancienne liste. ATTENTION" in told
    assert "Nouvelle liste. ATTENTION" in told


def test_markdown_shows_text_as_it_is(tmp_path: Path) -> None:
    note = Note("Titre", ["# pas un titre"], [("A", ["*x* [a](b) <b>"])], [])
    text = epn.write_note(note, tmp_path / "n.md").read_text(encoding="utf-8")
    assert text.splitlines()[2] == r"**\# pas un titre**"
    assert r"\*x\* \[a\](b) \<b\>" in text


# -- the network over time


def test_the_shelf_keeps_each_content_once_and_notices_damage(tmp_path: Path) -> None:
    first = epn.keep_snapshot(DEMO, tmp_path, "2026-11-01")
    assert epn.keep_snapshot(DEMO, tmp_path, "2026-01-01")["modifie"]
    assert not epn.keep_snapshot(DEMO, tmp_path, "2026-01-01")["modifie"]
    assert [one.date for one in epn.read_snapshots(tmp_path)] == ["2026-01-01", "2026-11-01"]
    assert len(list((tmp_path / "contenus").iterdir())) == 1
    fewer = tmp_path / "fewer.csv"
    fewer.write_bytes(b"".join(DEMO.read_bytes().splitlines(True)[:100]))
    with pytest.raises(epn.DataError, match="--replace"):
        epn.keep_snapshot(fewer, tmp_path, "2026-11-01")
    assert epn.keep_snapshot(fewer, tmp_path, "2026-11-01", replace=True)["modifie"]
    kept = tmp_path / first["fichier"]
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")
    with pytest.raises(epn.DataError, match="altered"):
        epn.read_snapshots(tmp_path)
    kept.unlink()
    with pytest.raises(epn.DataError, match="missing"):
        epn.read_snapshots(tmp_path)


def test_the_history_stands_beside_what_others_counted() -> None:
    communes = epn.read_communes(region="28")
    places = epn.read_places(DEMO)
    later = places[places["id"] != "demo-27-01"]
    later.loc[later["id"] == "demo-27-02", ["latitude", "longitude"]] = None
    lost = later["id"] == "demo-27-02"
    later = later.set_geometry(later.geometry.where(~lost, None))
    kept = [epn.Snapshot("2026-01-01", places, "a"), epn.Snapshot("2026-11-01", later, "b")]
    table = epn.network_history(kept, communes)
    totals = table[table["categorie"] == "EPN"].groupby("moment")["nombre"].sum()
    assert totals.to_dict() == {
        "2012": 117,
        "2026-01-01": 123,
        "2026-11-01": 122,
        "évaluation": 123,
    }
    wide = wide_history(table).set_index(["moment", "departement"])
    assert wide.loc[("2026-11-01", "Eure"), "epn"] == 5  # one without coordinates counts too
    assert wide.loc[("2026-11-01", "Eure"), "epn_ecart"] == -1
    assert pd.isna(wide.loc[("2012", "Orne"), "antennes"])
    assert ("2012", "Eure") not in wide.index


def test_the_history_is_a_table_and_a_picture(tmp_path: Path) -> None:
    epn.keep_snapshot(DEMO, tmp_path / "s", "2026-11-01")
    for folder in ("a", "b"):
        done = run("history", "--store", "s", "-o", folder, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "2012 : 117 EPN." in done.stderr
    names = [*(f"historique.{end}" for end in ("csv", "html", "png", "xlsx")), "resume.json"]
    assert sorted(file.name for file in (tmp_path / "a").iterdir()) == names
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_one_file_of_polygons_serves_all_moments(tmp_path: Path) -> None:
    """The polygon of a place counts while the place is listed; who has none is told."""
    places = epn.read_places(DEMO)
    later = places[places["id"] != "demo-61-01"]
    orne = epn.read_communes(departements="61")
    kept = [epn.Snapshot("2026-01-01", places, "a"), epn.Snapshot("2026-11-01", later, "b")]
    metric = places[epn.serves(places)].to_crs(2154)
    drawn = metric.set_geometry(metric.buffer(8000, quad_segs=8)).assign(minutes=20)
    drawn = drawn[drawn["id"] != "demo-61-02"][["id", "minutes", "geometry"]]
    wide = wide_history(epn.network_history(kept, orne))
    page = write_timeline(kept, wide, orne, tmp_path / "h.html", areas=drawn)
    said = re.findall(r"<output[^>]*><b>([^<]*)</b> — ([^<]*)</output>", page.read_text("utf-8"))
    assert [moment for moment, _ in said] == ["2012", "évaluation", "2026-01-01", "2026-11-01"]
    for one, (_, told) in zip(kept, said[2:], strict=True):
        with pytest.warns(epn.MissingAreaWarning):
            covered = epn.measure_coverage(orne, one.places, areas=drawn)
        people = f"{covered['population_couverte'].sum():,.0f}".replace(",", "\u202f")
        assert f"{people} habitants" in told
        assert "à portée d’un lieu (20\u00a0min)" in told
        assert "1 lieu sans polygone de portée compte comme n’atteignant personne" in told
    text = page.read_text("utf-8")
    assert "hors de portée de tout lieu fixe (20\u00a0min ; polygones de portée fournis)" in text
    assert "ligne droite" not in text
    # what is out of reach has changed with the place that closed
    white = re.findall(r'<path class="g" d="([^"]*)"', text)
    assert len(white) == 2
    assert white[0] != white[1]
    with pytest.raises(epn.DataError, match="do not say whose they are"):
        write_timeline(kept, wide, orne, page, areas=drawn[["minutes", "geometry"]])
    with pytest.raises(epn.DataError, match="either radius_km or areas"):
        write_timeline(kept, wide, orne, page, radius_km=5, areas=drawn)


def test_the_history_takes_polygons_from_a_file(tmp_path: Path) -> None:
    epn.keep_snapshot(DEMO, tmp_path / "s", "2026-11-01")
    places = epn.read_places(DEMO)
    metric = places[epn.serves(places)].to_crs(2154)
    bands = pd.concat(
        metric.set_geometry(metric.buffer(400 * minutes)).assign(minutes=minutes)
        for minutes in (10, 20)
    )
    epn.write_layer(bands[["id", "minutes", "geometry"]].iloc[1:], tmp_path / "portee.gpkg")
    asked = ("history", "--store", "s", "-o", "h", "--departement", "61", "--judged", "10min")
    done = run(*asked, "--areas", "portee.gpkg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2026-11-01 — ATTENTION : lieux qui comptent, mais sans polygone" in done.stderr
    assert "(10\u00a0min)" in (tmp_path / "h" / "historique.html").read_text("utf-8")
    record = json.loads((tmp_path / "h" / "resume.json").read_text("utf-8"))
    assert record["portees"]["fichier"] == "portee.gpkg"
    assert record["parametres"]["judged_min"] == 10
    alone = run(*asked, cwd=tmp_path)
    assert "--judged says which time of --areas counts" in alone.stderr


@pytest.mark.browser
def test_the_slider_shows_one_moment_at_a_time(tmp_path: Path, browser: Any) -> None:
    places = epn.read_places(DEMO)
    places.loc[0, "nom"] = NASTY
    communes = epn.read_communes(region="28")
    kept = [epn.Snapshot("2026-11-01", places, "a"), epn.Snapshot("2026-12-01", places[9:], "b")]
    wide = wide_history(epn.network_history(kept, communes))
    file = write_timeline(kept, wide, communes, tmp_path / "h.html")
    page = browser.new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: trouble.append(dialog.message))
    page.goto(file.as_uri())
    told = []
    for step in range(4):
        page.locator("#t").fill(str(step))
        shown = [one for one in page.locator("output").all() if one.is_visible()]
        dots = [one for one in page.locator("svg circle.e").all() if one.is_visible()]
        assert len(shown) == 1
        told.append((shown[0].inner_text().split(" ")[0], len(dots)))
    page.close()
    assert trouble == []
    assert told == [("2012", 0), ("évaluation", 0), ("2026-11-01", 123), ("2026-12-01", 114)]


@pytest.mark.slow
def test_the_round_of_the_documentation_works(tmp_path: Path, lists: Lists) -> None:
    page = (ROOT / "docs" / "automation.md").read_text(encoding="utf-8")
    script = next(s for s in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "renew.sh" in s)
    (tmp_path / "renew.sh").write_text(script, encoding="utf-8")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "epn-geo").write_text(f'#!/bin/sh\nexec {sys.executable} -m epn_geo "$@"\n')
    (tmp_path / "bin" / "epn-geo").chmod(0o755)
    env = os.environ | {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    (tmp_path / "epn.csv").write_bytes(DEMO.read_bytes())
    assert lists.after is not None
    for content, folders in (
        (DEMO, {"donnees", "historique"}),
        (lists.after, {"donnees", "historique", "diff"}),
    ):
        (tmp_path / "epn.csv").write_bytes(content.read_bytes())
        done = subprocess.run(["sh", "renew.sh"], cwd=tmp_path, env=env, check=False)
        assert done.returncode == 0
        assert {p.name for p in (tmp_path / "maps").iterdir() if p.is_dir()} == folders
        assert (tmp_path / "kept.csv").read_bytes() == content.read_bytes()
    done = subprocess.run(
        ["sh", "renew.sh"], cwd=tmp_path, env=env, check=False, capture_output=True
    )
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_scenario_saved_from_the_map_is_followed(tmp_path: Path) -> None:
    """The columns are those of ``page/whatif.mjs``, in a French spreadsheet's form."""
    (tmp_path / "scenario.csv").write_text(
        "action;id;nom;categorie;latitude;longitude;commune;rayon_km\r\n"
        "retirer;demo-61-01;Démonstration;EPN;48,43;0,09;Alençon;10\r\n"
        "ajouter;;Nouveau lieu 1;EPN;48,60;-0,10;;10\r\n",
        encoding="utf-8-sig",
    )
    before = epn.read_places(DEMO)
    after = epn.revise(before, epn.read_places(tmp_path / "scenario.csv"))
    assert len(after) == len(before)
    assert "demo-61-01" not in set(after["id"])
    assert after["nom"].iloc[-1] == "Nouveau lieu 1"
    assert epn.serves(after).iloc[-1]


def test_an_unknown_action_in_a_scenario_is_explained() -> None:
    add = make_places((0.0, 0.0), action=["supprimer"])
    with pytest.raises(epn.DataError, match="'ajouter' or 'retirer', not 'supprimer'"):
        epn.revise(make_places((0.0, 0.0)), add)


def test_a_place_that_is_added_counts_for_its_departement_whatever_it_tells(
    tmp_path: Path,
) -> None:
    """A name and a point are enough: the note says one place more, and what is not known of it."""
    (tmp_path / "plus.csv").write_text("nom,latitude,longitude\nAu bourg,48.81,-0.50\n")
    told: list[str] = []
    record = deliver_changes(
        Lists(embedded_path("demo/epn-demonstration.csv"), add=tmp_path / "plus.csv"),
        tmp_path / "out",
        {"departements": "61", "radii_km": [10.0]},
        tell=lambda text, **_: told.append(text),
    )
    assert "changes.json" in record["fichiers"]
    figures = json.loads((tmp_path / "out" / "changes.json").read_text(encoding="utf-8"))
    assert any("Un lieu de plus dans l’Orne" in line for line in figures["note"])
    assert figures["lieux"]["liste"][0]["code_departement"] == "61"
    assert any("Catégorie inconnue" in line and "Au bourg" in line for line in told)
