"""Sentences on reach hold where it is no one number: polygons without a time, own radii."""

from __future__ import annotations

from pathlib import Path

import pytest

import epn_geo as epn
from epn_geo.embedded import DEMONSTRATION, embedded_path
from epn_geo.labels import WORDS
from epn_geo.networkfiles import deliver_network
from epn_geo.sheeting.sheetfacts import gather_facts
from epn_geo.sheets import sheet_notes
from epn_geo.study import Study, build
from tests.test_maps import payload_of

NO_NUMBER = [WORDS[key][at] for key in ("reach_areas", "own_radius") for at in (0, 1)]


@pytest.fixture(scope="module")
def untimed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Polygons of reach that say whose they are, and not how long it takes."""
    places = epn.read_places(embedded_path(DEMONSTRATION))
    drawn = epn.reach(places[epn.serves(places)], radius_km=8)[["id", "geometry"]]
    file = tmp_path_factory.mktemp("portees") / "portees.gpkg"
    drawn.to_file(file)
    return file


@pytest.fixture(scope="module")
def studies(untimed: Path) -> dict[str, Study]:
    return {
        "areas": build(departements="61", areas=untimed),
        "own": build(departements="61", radii_km={"EPN": 10, "antenne": 5, "CRANT": 1}),
    }


@pytest.mark.parametrize("which", ["areas", "own"])
def test_the_summary_says_out_of_reach(studies: dict[str, Study], which: str) -> None:
    study = studies[which]
    french = epn.summary_lines(study.coverage, study.tables)
    assert french[0].endswith(") hors de portée d'un lieu.")
    english = epn.summary_lines(study.coverage, study.tables, lang="en")
    assert english[0].endswith(") live out of reach of any place.")


@pytest.mark.parametrize(
    ("which", "lang", "said"),
    [
        ("areas", "fr", "À portée : dans le polygone de portée d'un lieu fixe"),
        ("areas", "en", "Within reach: inside the polygon of reach of a fixed place"),
        ("own", "fr", "À portée : dans le rayon propre, à vol d'oiseau, d'un lieu fixe"),
        ("own", "en", "Within reach: in a straight line, inside the own radius of a fixed place"),
    ],
)
def test_sheets_say_what_reach_is(
    studies: dict[str, Study], which: str, lang: str, said: str
) -> None:
    facts = gather_facts(studies[which].coverage, studies[which].places, lang=lang)
    note = sheet_notes(facts, [])[0]
    assert note.startswith(said)
    assert not [words for words in NO_NUMBER if words in note]


def test_closures_are_told_without_a_number(untimed: Path, tmp_path: Path) -> None:
    network = epn.read_places(embedded_path(DEMONSTRATION))
    communes = epn.read_communes(departements="61")
    located = epn.locate(network, communes)
    deliver_network(located, communes, 10, tmp_path, areas=epn.read_areas(untimed))
    head = payload_of((tmp_path / "carte-fermetures.html").read_text(encoding="utf-8"))
    assert head["title"] == "Lieux à portée de la mairie : où tout dépend d'un seul – Orne"
    assert not [words for words in NO_NUMBER if words in head["title"]]
