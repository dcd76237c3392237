"""What `check` shows: causes with counts, cases and remedies, in lines that a terminal holds."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epn_geo.checking.findings import FINDING_COLUMNS, SEVERITIES
from epn_geo.checking.telling import tell_findings
from epn_geo.labels import WORDS


def frame(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(FINDING_COLUMNS))


def finding(line: int, code: str = "x", gravity: str = "erreur", **more: str) -> tuple[object, ...]:
    words = {"nom": f"Lieu {line}", "champ": "", "message": code, "valeur": "", "suggestion": ""}
    words |= more
    return (
        *(line, str(line), words["nom"], words["champ"], gravity, code),
        *(words["message"], words["valeur"], words["suggestion"]),
    )


def test_a_cause_is_told_once_with_its_rows() -> None:
    lines = tell_findings(frame(*(finding(n, message="trop loin") for n in range(2, 12))))
    assert lines == ["ERREURS : 10", "", "• Trop loin", "    10 lignes : 2 à 11"]


def test_a_few_rows_are_named() -> None:
    lines = tell_findings(frame(finding(2), finding(7)))
    assert lines[3:] == ["    - ligne 2, Lieu 2", "    - ligne 7, Lieu 7"]


def test_errors_come_first_and_notes_only_when_asked() -> None:
    findings = frame(
        finding(3, "corrige", "information"),
        finding(2, "b", "avertissement"),
        finding(4, "a", "erreur"),
    )
    lines = tell_findings(findings)
    told = [line for line in lines if line.startswith(("ERREURS", "AVERTISSEMENTS", "INFO"))]
    assert told == ["ERREURS : 1", "AVERTISSEMENTS : 1"]
    assert lines[-1] == "1 information de plus : --all la montre, -o constats.xlsx l'écrit."
    everything = tell_findings(findings, everything=True)
    assert "INFORMATIONS : 1" in everything
    assert not any("--all" in line for line in everything)


def test_cases_of_a_cause_are_told_apart_and_the_rest_counted() -> None:
    rows = [
        finding(n, "commune_differente", message=f"à {n} km", valeur=f"140{n}", suggestion="Caen")
        for n in range(10, 17)
    ]
    lines = tell_findings(frame(*rows))
    assert lines[2] == "• Le point n'est pas dans la commune déclarée"
    assert "    - ligne 10, Lieu 10 : à 10 km : « 14010 » → Caen" in lines
    assert "    … et 3 autres cas" in lines
    assert any(line.startswith("    Que faire : ") for line in lines)
    assert sum("ligne 1" in line for line in tell_findings(frame(*rows), everything=True)) == 7


def test_nothing_wrong_is_said() -> None:
    assert tell_findings(frame()) == ["Rien à corriger."]
    assert tell_findings(frame(), "en") == ["Nothing to correct."]


@given(
    st.lists(
        st.builds(
            finding,
            st.integers(0, 9999),
            st.sampled_from(["champ_absent", "commune_differente", "corrige", "inconnu"]),
            st.sampled_from(SEVERITIES),
            message=st.text(max_size=300),
            nom=st.text(max_size=300),
            valeur=st.text(max_size=300),
            suggestion=st.text(max_size=300),
        ),
        max_size=8,
    ),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[object, ...]], all_: bool) -> None:
    for line in tell_findings(frame(*rows), everything=all_):
        assert "\n" not in line
        assert len(line) <= 80 or " " not in line.strip()


@pytest.mark.parametrize("key", [k for k in WORDS if k.startswith("remedy_")])
def test_a_remedy_belongs_to_a_finding(key: str) -> None:
    assert f"finding_{key.removeprefix('remedy_')}" in WORDS
