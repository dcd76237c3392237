"""Needs: files as they come, old codes, missing figures; and rankings whose sums are by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from tests.worlds import make_places

DECLARED: dict[str, Any] = {"direction": "high", "bounds": (1, 10), "vintage": 2024}


def read(tmp_path: Path, text: str, **options: Any) -> pd.DataFrame:
    path = tmp_path / "besoin.csv"
    path.write_text(text, encoding="utf-8")
    return epn.read_needs(path, **{"column": "total"} | DECLARED | options)


def test_a_fragility_file_with_all_its_traps(tmp_path: Path) -> None:
    text = (
        "name;division;code;total\n"
        "junk;;;1\n"
        "Caen;commune;14118;3,5\n"
        "Ain 1;commune;1004;10\n"  # the leading zero is lost
        "Pont-Farcy;commune;14513;-9999\n"
        "Trois Lacs;commune;27058;7\n"
        "Paris 1er;commune;75101;2\n"
        "Nulle part;commune;99999;5\n"
        "Troarn;commune;14712;6\n"
        "Hors plage;commune;14366;11\n"
        "Texte;commune;14047;beaucoup\n"
        "Vide;commune;14762;nd\n"
        "CC;EPCI;200066462;4\n"
        "Calvados;departement;14;6\n"
    )
    needs = read(tmp_path, text, name="fragilite")
    assert needs["ligne"].tolist() == list(range(2, 15))
    assert needs["statut"].tolist() == [
        "code inconnu", "lu", "lu", "valeur manquante", "ancien code", "arrondissement",
        "code inconnu", "scindé", "hors plage", "hors plage", "valeur manquante", "autre niveau",
        "autre niveau",
    ]  # fmt: skip
    assert needs["code_actuel"].tolist()[1:6] == ["14118", "01004", "50592", "27676", "75056"]
    assert (
        needs.loc[needs["statut"].isin(["hors plage", "valeur manquante"]), "valeur"].isna().all()
    )
    declared = needs[["indicateur", "niveau", "sens", "millesime"]].drop_duplicates()
    assert declared.to_numpy().tolist() == [["fragilite", "commune", "high", "2024"]]


def test_epci_and_departement_files(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    text = "codgeo;libgeo;total\n200066462;CC Interco;4\n200000000;inconnu;5\n14;x;1\n"
    needs = read(tmp_path, text, level="epci")
    assert needs["statut"].tolist() == ["lu", "code inconnu", "autre niveau"]
    world = grid.assign(code_epci="200066462").iloc[:2]
    given_all = epn.add_needs(world, needs)
    assert given_all["besoin_total"].tolist() == [4, 4]
    assert given_all["besoin_total_origine"].tolist() == ["epci", "epci"]
    by_departement = read(tmp_path, "dep;total\n14;10\n", level="departement")
    added = epn.add_needs(grid, by_departement)
    assert added["besoin_total"].tolist()[:8] == [10] * 8
    assert added["besoin_total_origine"].tolist()[8:] == ["sans donnée"] * 8


def test_iris_are_averaged_by_their_people(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    text = "iris;total;pop\n141180101;2;100\n141180102;8;300\n141180103;-9999;50\n"
    options: dict[str, Any] = {"level": "iris"}
    world = grid.iloc[:1].assign(code_insee="14118")
    weighted = epn.add_needs(world, read(tmp_path, text, weight="pop", **options))
    assert weighted["besoin_total"].tolist() == [pytest.approx((2 * 100 + 8 * 300) / 400)]
    assert weighted["besoin_total_origine"].tolist() == ["moyenne partielle"]
    plain = epn.add_needs(world, read(tmp_path, text, **options))
    assert plain["besoin_total"].tolist() == [5]


def test_direction_and_range_make_the_share(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    world = grid.iloc[:1].assign(code_insee="14118")
    text = "code;total\n14118;4\n"
    high = epn.add_needs(world, read(tmp_path, text))
    low = epn.add_needs(world, read(tmp_path, text, direction="low"))
    assert high["besoin_total_0_1"].tolist() == [pytest.approx(1 / 3)]
    assert low["besoin_total_0_1"].tolist() == [pytest.approx(2 / 3)]


def test_missing_is_never_zero(tmp_path: Path, grid: gpd.GeoDataFrame) -> None:
    added = epn.add_needs(grid, read(tmp_path, "code;total\n14118;4\n"))
    assert added["besoin_total"].isna().all()
    assert added["besoin_total_0_1"].isna().all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"column": "totale"}, "Did you mean 'total'"),
        ({"direction": "haut"}, "direction must be one of high, low"),
        ({"bounds": (10, 1)}, "the smaller first"),
        ({"level": "communes"}, "Did you mean 'commune'"),
        ({"code": "codes"}, "Did you mean 'code'"),
        ({"weight": "pop"}, "no column 'pop'"),
    ],
)
def test_declarations_are_checked(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(epn.DataError, match=message):
        read(tmp_path, "code;total\n14118;4\n", **options)


def test_a_file_without_codes_is_explained(tmp_path: Path) -> None:
    with pytest.raises(epn.ColumnError, match="Name it: code="):
        read(tmp_path, "ville;total\nCaen;4\n")


def need_frame(grid: gpd.GeoDataFrame, **shares: Any) -> gpd.GeoDataFrame:
    covered = epn.measure_coverage(grid, make_places((2000.0, 2000.0)), radius_km=10)
    covered["population_couverte"] = [100.0, 60.0, 0.0, 100.0] + [100.0] * 12
    for name, values in shares.items():
        covered[f"besoin_{name}"] = np.array(values) * 10
        covered[f"besoin_{name}_0_1"] = values
    return covered


def test_the_score_is_the_sum_of_its_ingredients(grid: gpd.GeoDataFrame) -> None:
    frame = need_frame(grid, age=[0.9, 0.5, 0.25, np.nan] + [0.1] * 12)
    by_commune = epn.rank_needs(frame, "age", by="commune")
    assert by_commune["code_insee"].tolist()[:2] == ["14003", "14002"]
    assert by_commune["score"].tolist()[:2] == pytest.approx([25, 20])
    assert by_commune["rang"].tolist()[:3] == [1, 2, 3]
    assert by_commune["code_insee"].tolist()[-1] == "14004"  # its need is not known
    assert by_commune["rang"].isna().sum() == 1
    total = epn.rank_needs(frame, "age", by="departement").set_index("code_departement")
    assert total.loc["14", "population_hors_portee"] == 140
    assert total.loc["14", "population_renseignee"] == 140
    assert total.loc["14", "besoin"] == pytest.approx((40 * 0.5 + 100 * 0.25) / 140)
    assert total.loc["14", "besoin_age"] == pytest.approx((40 * 5 + 100 * 2.5) / 140)
    assert total.loc["14", "score"] == pytest.approx(45)
    assert total.loc["27", "score"] == 0
    assert total.loc["27", "besoin_age"] == pytest.approx(1)  # nobody out of reach: of everyone


def test_several_needs_weigh_as_asked(grid: gpd.GeoDataFrame) -> None:
    frame = need_frame(grid, age=[0.5] * 16, pauvrete=[1.0] * 16)
    table = epn.rank_needs(frame, {"age": 3, "pauvrete": 1}, by="region")
    assert table["besoin"].tolist() == [pytest.approx(0.625)]
    assert table["score"].tolist() == [pytest.approx(140 * 0.625)]
    with pytest.raises(epn.DataError, match="must be positive"):
        epn.rank_needs(frame, {"age": 0})
    with pytest.raises(epn.ColumnError, match="add_needs gives it"):
        epn.rank_needs(frame, "revenus")


def test_priority_is_short_and_needed(grid: gpd.GeoDataFrame) -> None:
    covered = epn.measure_coverage(grid, make_places((2000.0, 2000.0)), radius_km=3)
    covered["besoin_age_0_1"] = [0.9, 0.9, 0.1, np.nan] + [0.5] * 12
    flagged = epn.flag_priority(epn.flag_underserved(covered), "age")
    assert flagged["prioritaire"].tolist()[:5] == ["non", "oui", "non", "besoin inconnu", "oui"]
    assert flagged["motifs"][1].endswith(" ; besoin 90/100")
    assert flagged["motifs"][2] == epn.flag_underserved(covered)["motifs"][2]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1000), st.floats(0, 1), st.one_of(st.none(), st.floats(0, 1)),
            st.sampled_from("abc"),
        ),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_scores_add_up_across_levels(rows: list[tuple[float, float, float | None, str]]) -> None:
    people, share, need, group = zip(*rows, strict=True)
    frame = pd.DataFrame(
        {
            "code_insee": [f"{i:05d}" for i in range(len(rows))],
            "code_epci": list(group),
            "population": people,
            "rayon_km": 10.0,
            "part_couverte": share,
            "population_couverte": np.array(people) * share,
            "besoin_x": np.array(need, dtype=float),
            "besoin_x_0_1": np.array(need, dtype=float),
        }
    )
    small, large = (epn.rank_needs(frame, "x", by=by) for by in ("commune", "epci"))
    assert small["score"].sum() == pytest.approx(large["score"].sum())
    product = large["population_renseignee"] * large["besoin"]
    assert product.fillna(0).tolist() == pytest.approx(large["score"].fillna(0).tolist())
    assert (large["population_renseignee"] <= large["population_hors_portee"] + 1e-9).all()
