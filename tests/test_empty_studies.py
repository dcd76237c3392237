"""Lists without coordinates, or of elsewhere: said aloud, and put right with an option."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

import epn_geo as epn
from epn_geo.cli import app
from epn_geo.delivery import repeat
from epn_geo.outputs import list_warnings, read_network

HERE = "200068468"  # an EPCI of the Orne
OUT = ("--epci", HERE)


@pytest.fixture
def unplaced(tmp_path: Path) -> Path:
    """Write two places of the EPCI, with their communes and no coordinates."""
    communes = epn.read_communes(epci=HERE)
    path = tmp_path / "liste.csv"
    rows = [f"EPN {n};{communes['code_insee'].iloc[n]}" for n in (0, 1)]
    path.write_text("\n".join(["nom;code_insee", *rows]), encoding="utf-8")
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    path = tmp_path / "lyon.csv"
    path.write_text("nom;latitude;longitude\nEPN Lyon;45,76;4,83\n", encoding="utf-8")
    return path


def run(*words: str | Path) -> Result:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done


def test_a_list_without_coordinates_is_said_aloud(unplaced: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("build", unplaced, *OUT, "-o", out, "--radius", "10km")
    assert "la liste n'a aucune coordonnée (2 lignes)" in done.stderr
    assert "epn-geo geocode LISTE" in done.stderr
    assert "--town-halls" in done.stderr
    findings = pd.read_csv(out / "constats.csv", sep=";", encoding="utf-8-sig")
    whole = findings[findings["code"] == "liste_sans_coordonnees"]
    assert whole[["ligne", "gravite"]].to_numpy().tolist() == [[0, "erreur"]]
    assert "epn-geo geocode" in whole["suggestion"].iloc[0]
    assert "no coordinates (2 rows)" in run("sites", unplaced, *OUT, "-o", out, "--new", "1",
                                            "--lang", "en").stderr  # fmt: skip


def test_at_town_halls_they_cover(unplaced: Path, tmp_path: Path) -> None:
    done = run("build", unplaced, *OUT, "--town-halls", "--radius", "10km", "-o", tmp_path / "a",
               "--json")  # fmt: skip
    record = json.loads(done.stdout)
    assert record["lieux"]["dont_sans_coordonnees"] == 0
    assert record["parametres"]["town_halls"] is True
    assert "mis à la mairie de leur commune : 2" in done.stderr
    assert "ATTENTION" not in done.stderr
    places = pd.read_csv(tmp_path / "a" / "lieux.csv", sep=";", encoding="utf-8-sig")
    assert places["corrections"].str.contains("placé à la mairie de").all()
    told: list[str] = []
    resume = tmp_path / "a" / "resume.json"
    repeat(resume, tmp_path / "b", tell=lambda text, **_: told.append(text))
    assert "mêmes, à l'octet près" in told[-1]


@pytest.mark.parametrize("verb", ["skills", "network", "access", "sites"])
def test_every_verb_that_reads_a_list_takes_the_option(
    verb: str, unplaced: Path, tmp_path: Path
) -> None:
    more = ["--new", "1"] if verb == "sites" else []
    done = run(verb, unplaced, *OUT, "--town-halls", "-o", tmp_path / "out", *more)
    assert "mis à la mairie de leur commune : 2" in done.stderr


def test_check_takes_it_too(unplaced: Path) -> None:
    def codes(*more: str) -> set[str]:
        found = json.loads(run("check", unplaced, *OUT, "--json", *more).stdout)
        return {row["code"] for row in found}

    assert {"coordonnees_absentes", "liste_sans_coordonnees"} <= codes()
    assert not {"coordonnees_absentes", "liste_sans_coordonnees"} & codes("--town-halls")


def test_a_list_of_elsewhere_is_said_aloud(elsewhere: Path, tmp_path: Path) -> None:
    done = run("network", elsewhere, *OUT, "-o", tmp_path / "out")
    assert (
        "le territoire étudié (CC des Pays de L'Aigle) ne contient aucun lieu de la liste (1 ligne)"
        in done.stderr
    )


def test_one_sentence_for_one_cause(unplaced: Path, elsewhere: Path) -> None:
    def said(path: Path, epci: str) -> list[str]:
        return list_warnings(*read_network(path, {"epci": epci}))

    (nowhere,) = said(unplaced, HERE)
    assert "aucune coordonnée" in nowhere
    (other,) = said(unplaced, "200069458")  # their communes are known, and not there
    assert "aucun lieu de la liste" in other
    assert said(elsewhere, HERE)[0].startswith("ATTENTION : le territoire")
    network, communes = read_network(unplaced, {"epci": HERE, "town_halls": True})
    (put,) = list_warnings(network, communes)
    assert "mis à la mairie" in put
    network.loc[network.index[0], "geometry"] = None
    assert "Lieux sans coordonnées, qui ne couvrent rien : 1" in list_warnings(network, communes)[1]
