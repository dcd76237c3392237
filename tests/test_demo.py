"""The demonstration network: exact numbers, real town halls, unmistakably fictitious."""

from __future__ import annotations

import csv
import hashlib
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from epn_geo.communes import read_communes
from epn_geo.embedded import embedded_path
from epn_geo.standard import CATEGORIES, COLUMNS, ENUMERATIONS, LISTS, REQUIRED, TYPOLOGIES

TOOLS = Path(__file__).parents[1] / "tools"
sys.path.insert(0, str(TOOLS))

import build_demo as builder  # noqa: E402

COUNTS = {  # as the evaluation counted them
    "EPN": {"14": 40, "27": 6, "50": 48, "61": 17, "76": 12},
    "antenne": {"14": 5, "27": 3, "50": 4, "61": 7, "76": 2},
}
HOURS = re.compile(
    r"((Mo|Tu|We|Th|Fr|Sa)([-,](Mo|Tu|We|Th|Fr|Sa))* \d\d:\d\d-\d\d:\d\d(,\d\d:\d\d-\d\d:\d\d)*; )+"
    r"PH off"
)


@pytest.fixture(scope="module")
def network() -> pd.DataFrame:
    """The file as text, not as the library reads it."""
    path = embedded_path("demo/epn-demonstration.csv")
    return pd.read_csv(path, dtype="str", keep_default_na=False)


def departements(rows: pd.DataFrame) -> dict[str, int]:
    return rows["code_insee"].str[:2].value_counts().sort_index().to_dict()


def test_it_counts_what_the_evaluation_counted(network):
    for category, expected in COUNTS.items():
        assert departements(network[network["categorie"] == category]) == expected
    crant = departements(network[network["categorie"] == "CRANT"])
    assert sum(crant.values()) == 9
    assert set(crant) == {"14", "27", "50", "61", "76"}
    assert len(network) == 123 + 21 + 9


def test_nobody_can_take_it_for_the_real_list(network):
    assert network["nom"].str.startswith("Démonstration").all()
    assert (network["source"] == "Démonstration epn-geo — liste fictive").all()
    assert network["presentation_resume"].str.contains("fictif").all()
    assert (network["pivot"] == "00000000000000").all()
    assert network["telephone"].str.fullmatch(r"\+33261910\d{3}").all()
    for column in ("courriels", "site_web"):
        assert network[column].str.contains("demonstration.example").all()
    assert "n’est pas la liste" in embedded_path("demo/README.md").read_text("utf-8")


def test_it_is_written_in_the_national_standard(network):
    ours = ["categorie", "parent_id", "label", "statut_label", "date_label"]
    assert network.columns.tolist() == [*COLUMNS, *ours]
    for column in REQUIRED:
        assert (network[column] != "").all(), column
    assert network["id"].is_unique
    assert network["code_postal"].str.fullmatch(r"\d{5}").all()
    assert set(network["date_maj"]) == {"2026-01-15"}
    assert set(network["categorie"]) <= set(CATEGORIES)
    assert network["horaires"].map(lambda text: bool(HOURS.fullmatch(text))).all()
    assert (network["presentation_resume"].str.len() <= 280).all()
    raw = embedded_path("demo/epn-demonstration.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw


def test_every_value_is_of_the_enumerations_in_their_spelling(network):
    for column in [*ENUMERATIONS, "typologie"]:
        allowed = ENUMERATIONS.get(column, TYPOLOGIES)
        used = {value for cell in network[column] for value in cell.split("|") if value}
        assert used <= set(allowed), column
        assert used, column
    assert set(ENUMERATIONS) <= set(LISTS)


def test_the_enumerations_are_spread(network):
    for column in ("services", "publics_specifiquement_adresses", "prise_en_charge_specifique"):
        used = {value for cell in network[column] for value in cell.split("|") if value}
        assert used == set(ENUMERATIONS[column])
    assert set(network["frais_a_charge"]) - {""} == set(ENUMERATIONS["frais_a_charge"])


def test_skills_differ_by_territory(network):
    helping = network[network["categorie"] != "CRANT"]
    territory = helping["code_insee"].str[:2]
    shares = helping["services"].str.get_dummies("|").groupby(territory).mean()
    spread = shares.max() - shares.min()
    assert spread["Loisirs et créations numériques"] > 0.5
    assert shares.loc["27", "Acquisition de matériel informatique à prix solidaire"] == 0
    assert (helping["services"] != "").all()


def test_places_stand_at_official_town_halls_one_per_commune(network):
    communes = read_communes(region="28").set_index("code_insee").loc[network["code_insee"]]
    assert communes.index.is_unique
    assert (communes["mairie_source"] == "mairie").all()
    assert communes["commune"].tolist() == network["commune"].tolist()
    assert np.array_equal(communes["mairie_longitude"], network["longitude"].astype(float))
    assert np.array_equal(communes["mairie_latitude"], network["latitude"].astype(float))


def test_antennes_are_near_the_epn_they_belong_to(network):
    epn = network[network["categorie"] == "EPN"].set_index("id")
    antennes = network[network["categorie"] == "antenne"]
    parents = epn.loc[antennes["parent_id"]]
    assert antennes["structure_parente"].tolist() == parents["nom"].tolist()
    here, there = (rows[["longitude", "latitude"]].astype(float) for rows in (antennes, parents))
    east, north = (here.to_numpy() - there.to_numpy()).T * [[73.0], [111.2]]  # km at 49° north
    assert np.hypot(east, north).max() < 12.2
    assert np.hypot(east, north).min() > 2.9
    assert Counter(antennes["parent_id"]).most_common(1)[0][1] <= 2
    for mine, whole in zip(antennes["services"], parents["services"], strict=True):
        assert set(mine.split("|")) <= set(whole.split("|"))
    others = network[network["categorie"] != "antenne"]
    assert (others["parent_id"] == "").all()


def test_readme_names_the_bytes_of_the_file():
    data = embedded_path("demo/epn-demonstration.csv").read_bytes()
    readme = embedded_path("demo/README.md").read_text("utf-8")
    assert hashlib.sha256(data).hexdigest() in readme


def test_the_tool_gives_this_very_file(network, tmp_path):
    postcodes = dict(zip(network["code_insee"], network["code_postal"], strict=True))
    places = builder.place_network(builder.read_town_halls())
    rows = [builder.describe(place, postcodes[place.commune.code]) for place in places]
    again = builder.write_network(builder.number_telephones(rows), tmp_path / "again.csv")
    assert again.read_bytes() == embedded_path("demo/epn-demonstration.csv").read_bytes()
    readme = builder.render_readme(places, again)
    assert readme == embedded_path("demo/README.md").read_text("utf-8")


# -- the rule, on a small world --------------------------------------------------------------------


def town(code: str, population: int, east_km: float) -> builder.Commune:
    degrees = east_km / (111.195 * np.cos(np.radians(49)))
    return builder.Commune(code, f"C{code}", code[:2], population, float(degrees), 49.0)


@pytest.fixture
def small(monkeypatch) -> list[builder.Place]:
    monkeypatch.setattr(builder, "EPN", {"14": 2})
    monkeypatch.setattr(builder, "ANTENNES", {"14": 1})
    monkeypatch.setattr(builder, "CRANT", {"14": 1})
    communes = [
        town("14001", 100, 0),  # the largest: EPN
        town("14002", 90, 5),  # too near for an EPN: antenne
        town("14003", 80, 10),  # far enough: EPN
        town("14004", 80, 11.5),  # nearer than 3 km to an EPN: no antenne
        town("14005", 70, 30),  # too far from an EPN for an antenne
    ]
    return builder.place_network(communes[::-1])


def test_population_and_distance_decide_where(small):
    where = [(place.id, place.commune.code) for place in small]
    assert where == [
        ("demo-14-01", "14001"),
        ("demo-14-02", "14003"),
        ("demo-14-a01", "14002"),
        ("demo-14-c1", "14004"),
    ]
    assert small[2].parent is not None
    assert small[2].parent.id in ("demo-14-01", "demo-14-02")


def test_distances_are_those_of_the_sphere():
    assert builder.distance_km(town("14001", 1, 0), town("14002", 1, 100)) == pytest.approx(
        100, 1e-3
    )


def test_draws_depend_on_the_words_alone_and_follow_the_shares():
    assert builder.draw("a", "b") == builder.draw("a", "b") != builder.draw("a", "c")
    drawn = [builder.draw(str(number)) for number in range(5000)]
    assert min(drawn) == 0
    assert max(drawn) == 99
    assert np.mean(drawn) == pytest.approx(49.5, abs=1.5)
    for choices in builder.CHOICES.values():
        assert sum(choices.values()) == 100


def test_shares_that_do_not_add_up_are_refused(monkeypatch):
    monkeypatch.setitem(builder.CHOICES, "frais_a_charge", {"Gratuit": 0})
    with pytest.raises(ValueError, match="frais_a_charge do not add up to 100"):
        builder.one("demo", "frais_a_charge")


def test_written_files_read_back_as_rows(tmp_path):
    path = builder.write_network([{"id": "x", "nom": 'a, "b"'}], tmp_path / "a" / "b.csv")
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["nom"] == 'a, "b"'
    assert row["parent_id"] == ""
