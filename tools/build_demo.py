"""Build ``data/demo``: a fictitious network of EPN, antennes and CRANT in Normandie.

    python tools/build_demo.py

It is not the real list. Numbers by département are those the evaluation of the label counted; where
the places stand and what they offer follows the rule written in ``data/demo/README.md``: population
and distance decide where, and a hash of the place's id decides what, so that the same file comes
out whatever the version of any library.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from build_communes import CACHE, TODAY
from communes_sources import COG, PACKAGES, fetch_package, read_cog, sha256
from demo_shares import AT_LEAST, CHOICES, KEPT_BY_ANTENNES, SERVICES, SHARES
from epn_geo.communes import read_communes
from epn_geo.standard import COLUMNS, OUR_COLUMNS

HERE = Path(__file__).parent
OUTPUT = HERE.parent / "data" / "demo"
FILE = "epn-demonstration.csv"

SEED = "epn-geo 1"
SOURCE = "Démonstration epn-geo — liste fictive"
DAY = "2026-01-15"
UNKNOWN_SIRET = "00000000000000"

DEPARTEMENTS = {
    "14": "Calvados",
    "27": "Eure",
    "50": "Manche",
    "61": "Orne",
    "76": "Seine-Maritime",
}

# By département: EPN and antennes as the evaluation counted them, and CRANT (nine in all).
EPN = {"14": 40, "27": 6, "50": 48, "61": 17, "76": 12}
ANTENNES = {"14": 5, "27": 3, "50": 4, "61": 7, "76": 2}
CRANT = {"14": 2, "27": 1, "50": 2, "61": 2, "76": 2}

EPN_APART_KM = 6.0
ANTENNE_FROM_PARENT_KM = (3.0, 12.0)
ANTENNES_APART_KM = 4.0
ANTENNES_PER_EPN = 2
CRANT_APART_KM = 25.0


class Commune(NamedTuple):
    """A commune with an official town hall."""

    code: str
    name: str
    departement: str
    population: int
    longitude: float
    latitude: float


class Place(NamedTuple):
    """A place of the network before its details."""

    id: str
    category: str
    commune: Commune
    parent: Place | None = None


# -- where -----------------------------------------------------------------------------------------


def distance_km(one: Commune, other: Commune) -> float:
    """Give the distance between two town halls on a sphere."""
    north = math.radians(other.latitude - one.latitude)
    east = math.radians(other.longitude - one.longitude)
    narrow = math.cos(math.radians(one.latitude)) * math.cos(math.radians(other.latitude))
    half = math.sin(north / 2) ** 2 + narrow * math.sin(east / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def far_enough(commune: Commune, others: Iterable[Commune], apart_km: float) -> bool:
    """Tell whether a commune is at least so far from all the others."""
    return all(distance_km(commune, other) >= apart_km for other in others)


def place_epn(communes: list[Commune]) -> list[Place]:
    """Put the EPN in the most populated communes, none too near another."""
    placed: list[Place] = []
    for departement, count in EPN.items():
        chosen: list[Place] = []
        for commune in communes:
            if len(chosen) == count:
                break
            taken = [place.commune for place in [*placed, *chosen]]
            if commune.departement == departement and far_enough(commune, taken, EPN_APART_KM):
                number = len(chosen) + 1
                chosen.append(Place(f"demo-{departement}-{number:02d}", "EPN", commune))
        placed += chosen
    return placed


def place_antennes(communes: list[Commune], epn: list[Place]) -> list[Place]:
    """Put the antennes in the most populated communes left, near an EPN that takes them on."""
    placed: list[Place] = []
    for departement, count in ANTENNES.items():
        parents = [place for place in epn if place.commune.departement == departement]
        chosen: list[Place] = []
        for commune in communes:
            if len(chosen) == count:
                break
            parent = find_parent(commune, parents, [*placed, *chosen])
            if commune.departement == departement and parent is not None:
                number = len(chosen) + 1
                name = f"demo-{departement}-a{number:02d}"
                chosen.append(Place(name, "antenne", commune, parent))
        placed += chosen
    return placed


def find_parent(commune: Commune, parents: list[Place], antennes: list[Place]) -> Place | None:
    """Give the nearest EPN if it is near, not too near, and has room for an antenne."""
    nearest = min(parents, key=lambda place: (distance_km(commune, place.commune), place.id))
    least, most = ANTENNE_FROM_PARENT_KM
    near = least <= distance_km(commune, nearest.commune) <= most
    room = sum(antenne.parent == nearest for antenne in antennes) < ANTENNES_PER_EPN
    apart = far_enough(commune, (antenne.commune for antenne in antennes), ANTENNES_APART_KM)
    return nearest if near and room and apart else None


def place_crant(communes: list[Commune], taken: set[str]) -> list[Place]:
    """Put the CRANT in the most populated communes left, far from each other."""
    placed: list[Place] = []
    for departement, count in CRANT.items():
        chosen: list[Place] = []
        for commune in communes:
            if len(chosen) == count:
                break
            others = [place.commune for place in [*placed, *chosen]]
            free = commune.departement == departement and commune.code not in taken
            if free and far_enough(commune, others, CRANT_APART_KM):
                number = len(chosen) + 1
                chosen.append(Place(f"demo-{departement}-c{number}", "CRANT", commune))
        placed += chosen
    return placed


def place_network(communes: list[Commune]) -> list[Place]:
    """Place the whole network, one place per commune, sorted by id."""
    ranked = sorted(communes, key=lambda commune: (-commune.population, commune.code))
    epn = place_epn(ranked)
    antennes = place_antennes(ranked, epn)
    crant = place_crant(ranked, {place.commune.code for place in [*epn, *antennes]})
    return sorted([*epn, *antennes, *crant])


# -- what ------------------------------------------------------------------------------------------


def draw(*about: str) -> int:
    """Give a number from 0 to 99 that depends on nothing but the words."""
    digest = hashlib.sha256("|".join([SEED, *about]).encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100


def several(place_id: str, column: str, shares: dict[str, int]) -> list[str]:
    """Give the values of a list column that a place bears."""
    return [value for value, share in shares.items() if draw(place_id, column, value) < share]


def one(place_id: str, column: str) -> str:
    """Give the one value of a column that a place bears."""
    number = draw(place_id, column)
    for value, share in CHOICES[column].items():
        number -= share
        if number < 0:
            return value
    raise ValueError(f"The shares of {column} do not add up to 100.")


def services_of(place: Place) -> list[str]:
    """Give the services of a place; an antenne offers some of its parent's."""
    if place.parent is None:
        shares = {name: by[place.commune.departement] for name, by in SERVICES.items()}
        return several(place.id, "services", shares)
    first, *others = services_of(place.parent)
    return [first, *several(place.id, "services", dict.fromkeys(others, KEPT_BY_ANTENNES))]


def name_of(place: Place) -> str:
    """Give the name of a place, which says that it is fictitious."""
    kind = {"EPN": "EPN", "antenne": "antenne EPN", "CRANT": "CRANT"}[place.category]
    return f"Démonstration – {kind} – {place.commune.name}"


def describe(place: Place, postcode: str) -> dict[str, Any]:
    """Give the row of a place."""
    row: dict[str, Any] = {
        "id": place.id,
        "pivot": UNKNOWN_SIRET,
        "nom": name_of(place),
        "commune": place.commune.name,
        "code_postal": postcode,
        "code_insee": place.commune.code,
        "adresse": "Mairie (lieu fictif)",
        "latitude": f"{place.commune.latitude:.5f}",
        "longitude": f"{place.commune.longitude:.5f}",
        "courriels": f"{place.id}@demonstration.example",
        "site_web": f"https://demonstration.example/{place.id}",
        "presentation_resume": "Lieu fictif : liste de démonstration d’epn-geo.",
        "presentation_detail": "Ce lieu n’existe pas. Il montre le format et le calcul.",
        "source": SOURCE,
        "itinerance": "Fixe",
        "structure_parente": name_of(place.parent) if place.parent else "",
        "date_maj": DAY,
        "categorie": place.category,
        "parent_id": place.parent.id if place.parent else "",
    }
    return row | (_centre() if place.category == "CRANT" else _help(place)) | _label(place)


def _centre() -> dict[str, str]:
    """Give what a CRANT says: it helps those who help."""
    return {
        "typologie": "Autre",
        "services": "Compréhension du monde numérique",
        "horaires": "Mo-Fr 09:00-12:30,13:30-17:30; PH off",
        "modalites_acces": "Ce lieu n'accueille pas de public",
    }


def _help(place: Place) -> dict[str, str]:
    """Give what an EPN or an antenne offers, to whom and how."""
    hours = "horaires d'antenne" if place.category == "antenne" else "horaires"
    lists = {column: several(place.id, column, shares) for column, shares in SHARES.items()}
    row = {column: "|".join(values) or AT_LEAST.get(column, "") for column, values in lists.items()}
    if "Prendre un RDV en ligne" in row["modalites_acces"]:
        row["prise_rdv"] = f"https://demonstration.example/{place.id}/rendez-vous"
    return row | {
        "typologie": f"EPN|{one(place.id, 'typologie')}",
        "services": "|".join(services_of(place)),
        "horaires": one(place.id, hours),
        "frais_a_charge": one(place.id, "frais_a_charge"),
    }


def _label(place: Place) -> dict[str, str]:
    """Give the label of a place; it is renewed after three years."""
    label = "CRANT Normandie" if place.category == "CRANT" else "EPN Normandie"
    year, month = 2021 + draw(place.id, "year") % 5, 1 + draw(place.id, "month") % 12
    return {
        "autres_formations_labels": label,
        "label": label,
        "statut_label": "renouvelé" if year < 2023 else "labellisé",
        "date_label": f"{year}-{month:02d}-01",
    }


# -- files -----------------------------------------------------------------------------------------


def read_town_halls() -> list[Commune]:
    """Read the communes of Normandie that have an official town hall."""
    frame = read_communes(region="28")
    frame = frame[frame["mairie_source"] == "mairie"]
    columns = ["code_insee", "commune", "code_departement", "population"]
    rows = frame[[*columns, "mairie_longitude", "mairie_latitude"]].itertuples(index=False)
    return [Commune(*row) for row in rows]


def read_postcodes(cache: Path) -> dict[str, str]:
    """Read the lowest postcode of every commune."""
    package = next(p for p in PACKAGES if (p.name, p.version) == (COG, TODAY))
    records = read_cog(fetch_package(package, cache), "communes")
    return {r["code"]: min(r["codesPostaux"]) for r in records if r.get("codesPostaux")}


def number_telephones(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give each row a number of the range kept for fiction in the west of France."""
    for number, row in enumerate(rows, start=1):
        yield row | {"telephone": f"+33261910{number:03d}"}


def write_network(rows: Iterable[dict[str, Any]], path: Path) -> Path:
    """Write the list as the national standard asks: UTF-8, commas, its columns in order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ours = [name for name in OUR_COLUMNS if name not in ("ligne", "corrections")]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS, *ours], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def render_readme(places: list[Place], path: Path) -> str:
    """Write the README: the text of ``demo_readme.md``, its numbers filled in."""
    text = (HERE / "demo_readme.md").read_text(encoding="utf-8")
    return text.format(
        table="\n".join(_count_categories(places)),
        services="\n".join(_count_services(places)),
        heads=" | ".join(DEPARTEMENTS.values()),
        epn=sum(EPN.values()),
        antennes=sum(ANTENNES.values()),
        crant=sum(CRANT.values()),
        epn_apart=f"{EPN_APART_KM:g}",
        least=f"{ANTENNE_FROM_PARENT_KM[0]:g}",
        most=f"{ANTENNE_FROM_PARENT_KM[1]:g}",
        antennes_apart=f"{ANTENNES_APART_KM:g}",
        crant_apart=f"{CRANT_APART_KM:g}",
        kept=KEPT_BY_ANTENNES,
        source=SOURCE,
        seed=SEED,
        sha256=sha256(path),
    )


def _count_categories(places: list[Place]) -> Iterator[str]:
    found = Counter((place.commune.departement, place.category) for place in places)
    for code, name in DEPARTEMENTS.items():
        counts = [str(found[code, category]) for category in ("EPN", "antenne", "CRANT")]
        yield f"| {name} | {' | '.join(counts)} |"


def _count_services(places: list[Place]) -> Iterator[str]:
    found = Counter(
        (service, place.commune.departement)
        for place in places
        if place.category != "CRANT"
        for service in services_of(place)
    )
    for service in SERVICES:
        counts = [str(found[service, code]) for code in DEPARTEMENTS]
        yield f"| {service} | {' | '.join(counts)} |"


def main() -> None:
    """Build the list and its README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the packages are kept")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the data is written")
    options = parser.parse_args()
    postcodes = read_postcodes(options.cache)
    places = place_network(read_town_halls())
    rows = [describe(place, postcodes[place.commune.code]) for place in places]
    path = write_network(number_telephones(rows), options.output / FILE)
    (options.output / "README.md").write_text(render_readme(places, path), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
