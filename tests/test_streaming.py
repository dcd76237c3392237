"""A grid in parts gives the figures of the whole grid, to the last bit, wherever it is counted."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo import streaming
from epn_geo.cells import Located
from epn_geo.lattice import Seen, marks_of
from epn_geo.tallies import MOST, Spread, Sums
from tests.test_population import VINTAGES
from tests.worlds import make_places

WEST, SOUTH = 3_600_000, 2_900_000  # in EPSG:3035: in Normandie


def ids(x: Any, y: Any, side: int = 200) -> list[str]:
    """Name the cells whose lower left corner is there."""
    return [f"CRS3035RES{side}mN{b}E{a}" for a, b in zip(x, y, strict=True)]


@pytest.fixture
def world() -> gpd.GeoDataFrame:
    """Nine communes of 4 km, with people."""
    corner = [(WEST + 4000 * a, SOUTH + 4000 * b) for a in range(3) for b in range(3)]
    squares = [shapely.box(x, y, x + 4000, y + 4000) for x, y in corner]
    return gpd.GeoDataFrame(
        {"code_insee": [f"1400{n}" for n in range(9)], "population": 1000},
        geometry=squares, crs=3035,
    )  # fmt: skip


def two_places() -> gpd.GeoDataFrame:
    points = [shapely.Point(WEST + 1000, SOUTH + 900), shapely.Point(WEST + 9000, SOUTH + 7000)]
    return gpd.GeoDataFrame({"categorie": ["EPN", "antenne"]}, geometry=points, crs=3035)


@pytest.fixture
def grid() -> pd.DataFrame:
    """Half of the cells of 200 m, some of them beyond the communes, in no order."""
    rng = np.random.default_rng(8)
    x, y = (axis.ravel() for axis in np.meshgrid(range(0, 13_000, 200), range(0, 12_600, 200)))
    some = rng.permutation(len(x))[: len(x) // 2]
    people = rng.gamma(0.5, 10, len(some)).round(1)
    return pd.DataFrame(
        {
            "idcar_200m": ids(WEST + x[some], SOUTH + y[some]),
            "i_est_200": (people < 5).astype(int),
            "ind": people,
            "men": (people / 2.1).round(1),
            "lcog_geo": np.where(rng.random(len(some)) < 0.5, "14008", "76540"),
        }
    )


def write_parts(grid: pd.DataFrame, folder: Path, parts: int = 5) -> Path:
    """Write a grid as files of a folder, each of several row groups."""
    folder.mkdir()
    for number in range(parts):
        part = grid.iloc[number::parts]
        part.to_parquet(folder / f"part-{number}.parquet", index=False, row_group_size=97)
    return folder


def same(got: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(pd.DataFrame(got), pd.DataFrame(expected), check_exact=True)


# -- sums that do not depend on the order


@given(
    st.lists(
        st.tuples(st.integers(-1, 3), st.floats(0, 1e9).map(lambda v: round(v, 3) + 1)),
        max_size=60,
    ),
    st.randoms(use_true_random=False),
    st.integers(1, 7),
)
def test_sums_are_those_of_fsum_however_they_are_parted(
    rows: list[tuple[int, float]], random: Any, parts: int
) -> None:
    random.shuffle(rows)
    tallies = []
    for number in range(parts):
        some = rows[number::parts]
        group = np.array([g for g, _ in some], dtype=np.int64)
        values = np.array([v for _, v in some], dtype=float)
        tallies.append(Sums.of(group, [values, values > 5e8]))
    sums = Sums.merged(tallies)
    for group in range(4):
        mine = [v for g, v in rows if g == group]
        assert sums.column(0, 4)[group] == math.fsum(mine)
        assert sums.column(1, 4)[group] == sum(v > 5e8 for v in mine)


def test_small_numbers_keep_what_matters_of_them() -> None:
    values = np.full(1000, 0.1)
    total = Sums.of(np.zeros(1000, dtype=int), [values]).column(0, 1)[0]
    assert total == pytest.approx(100.0, abs=1000 * 2.0**-53)
    tiny = Sums.of(np.zeros(3, dtype=int), [np.full(3, 1e-9)]).column(0, 1)[0]
    assert tiny == pytest.approx(3e-9, abs=3 * 2.0**-53)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, MOST * 2])
def test_what_cannot_be_added_exactly_is_refused(wrong: float) -> None:
    with pytest.raises(epn.DataError, match="too large"):
        Sums.of(np.zeros(2, dtype=int), [np.array([1.0, wrong])])


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(st.integers(-1, 3), st.integers(0, 30), st.integers(1, 5)),
        min_size=1, max_size=30,
    ),
    st.sampled_from([(1, 10), (1, 2), (9, 10)]),
    st.integers(1, 4),
)  # fmt: skip
def test_a_quantile_is_that_of_people_written_out(
    rows: list[tuple[int, int, int]], share: tuple[int, int], parts: int
) -> None:
    spreads = []
    for number in range(parts):
        some = np.array(rows[number::parts], dtype=np.int64).reshape(-1, 3)
        spreads.append(Spread.of(some[:, 0], some[:, 1] * 10.0, some[:, 2] / 10))
    got = Spread.merged(spreads).quantile(share, 4)
    for commune in range(4):
        everyone = sorted(d * 10 for row, d, p in rows if row == commune for _ in range(p))
        if everyone:
            rank = -(-len(everyone) * share[0] // share[1])
            assert got[commune] == everyone[rank - 1]
        else:
            assert np.isnan(got[commune])


def test_people_in_decimals_make_a_tie_of_what_is_one() -> None:
    row, metres = np.zeros(3, dtype=int), np.array([100.0, 200.0, 300.0])
    spread = Spread.of(row, metres, np.array([10.1, 20.2, 30.3]))  # 10.1 + 20.2 < 30.3 in floats
    assert spread.quantile((1, 2), 1).tolist() == [200.0]


# -- cells that come twice


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([3035, 2975]), st.sampled_from([50, 100, 200, 1000, 2000]),
            st.integers(-6, 6), st.integers(-6, 6),
        ),
        max_size=40,
    ),
    st.integers(1, 5),
)  # fmt: skip
def test_a_cell_that_comes_twice_is_seen_and_no_other(
    cells: list[tuple[int, int, int, int]], size: int
) -> None:
    centres = [(epsg, (a + 0.5) * side, (b + 0.5) * side) for epsg, side, a, b in cells]
    seen, twice = Seen(), None
    for start in range(0, len(centres), size):
        epsg, x, y = (np.array(c) for c in zip(*centres[start : start + size], strict=True))
        twice = twice or seen.add(marks_of(epsg, x, y))
    if len(set(centres)) == len(centres):
        assert twice is None
    else:
        assert twice is not None
        assert centres.count(twice) > 1


@pytest.mark.parametrize("parts", [1, 4])
def test_a_grid_with_a_cell_twice_is_refused(
    tmp_path: Path, world: Any, grid: pd.DataFrame, parts: int
) -> None:
    twice = pd.concat([grid, grid.iloc[[7]]])
    path = write_parts(twice, tmp_path / "grid", parts)
    with pytest.raises(epn.DataError, match=r"grid: cells come twice.*one vintage"):
        epn.measure_population(world, two_places(), path)


# -- a grid in parts


@pytest.mark.parametrize("reach", [5, [1, 2.5], {"EPN": 3, "antenne": 1}])
def test_parts_give_the_figures_of_the_whole(
    tmp_path: Path,
    world: Any,
    grid: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    reach: Any,
) -> None:
    file = tmp_path / "grid.parquet"
    grid.to_parquet(file, row_group_size=1500)
    whole = epn.measure_population(world, two_places(), epn.read_grid(file), reach)
    assert whole["carreaux"].gt(100).all()
    assert whole["carreaux"].sum() < len(grid)
    for path in (file, str(file), write_parts(grid, tmp_path / "parts", 3)):
        same(epn.measure_population(world, two_places(), path, reach), whole)
    monkeypatch.setattr(streaming, "BATCH_ROWS", 50)
    monkeypatch.setattr(streaming, "PART_ROWS", 200)
    same(epn.measure_population(world, two_places(), file, reach), whole)
    by_csv = tmp_path / "grid.csv"
    grid.to_csv(by_csv, index=False)
    same(epn.measure_population(world, two_places(), by_csv, reach), whole)


def test_areas_count_in_parts_too(tmp_path: Path, world: Any, grid: pd.DataFrame) -> None:
    path = write_parts(grid, tmp_path / "grid")
    areas = gpd.GeoDataFrame(
        {"minutes": [10.0, 20.0]}, geometry=two_places().buffer(3000).to_numpy(), crs=3035
    )
    whole = pd.concat([pd.read_parquet(file) for file in sorted(path.iterdir())])
    whole.to_parquet(tmp_path / "whole.parquet")
    frame = epn.read_grid(tmp_path / "whole.parquet")
    expected = epn.measure_population(world, two_places(), frame, areas=areas)
    assert 0 < expected["part_population_couverte_10min"].max() <= 1
    same(epn.measure_population(world, two_places(), path, areas=areas), expected)


@pytest.mark.parametrize("vintage", VINTAGES)
def test_every_vintage_can_be_in_parts(tmp_path: Path, world: Any, vintage: str) -> None:
    place = make_places((0.0, 0.0))
    frame = pd.DataFrame(VINTAGES[vintage])
    (tmp_path / "grid").mkdir()
    for row in (0, 1):
        frame.iloc[[row]].to_parquet(tmp_path / "grid" / f"{row}.parquet")
    north = world.assign(geometry=world.translate(198_000, 232_000))
    got = epn.measure_population(north, place, tmp_path / "grid")
    assert got["carreaux"].sum() == 2
    assert got["carreaux_imputes"].sum() == (0 if vintage == "2010" else 1)


def test_what_was_read_can_be_written_and_read_again(
    tmp_path: Path, world: Any, grid: pd.DataFrame
) -> None:
    path = tmp_path / "grid.parquet"
    grid.to_parquet(path)
    read = epn.read_grid(path)
    epn.write_table(read, tmp_path / "again.parquet")
    pd.testing.assert_frame_equal(epn.read_grid(tmp_path / "again.parquet"), read)


def test_columns_that_folders_name_are_text(tmp_path: Path, world: Any) -> None:
    world = world.assign(code_insee=[f"0100{n}" for n in range(9)])
    for code in ("01003", "__HIVE_DEFAULT_PARTITION__"):
        folder = tmp_path / "grid" / f"depcom={code}"
        folder.mkdir(parents=True)
        x = WEST - 9000 + 200 * len(code)  # both outside the communes
        frame = pd.DataFrame({"idcar_200m": ids([x, x - 1000], [SOUTH, SOUTH]), "ind": [40, 60]})
        frame.to_parquet(folder / "a.parquet")
    got = epn.measure_population(world, two_places(), tmp_path / "grid").set_index("code_insee")
    assert got["carreaux"].sum() == got.loc["01003", "carreaux"] == 2
    account = epn.count_cells(tmp_path / "grid", world)
    assert account["carreaux"].tolist() == [0, 2, 2]


def test_few_households_are_hidden_by_the_sum_of_all_parts(tmp_path: Path, world: Any) -> None:
    place = make_places((0.0, 0.0))
    east = WEST + 4000
    rows = {  # the first commune has a lone cell; the fourth twelve households in two parts
        "a": ids([WEST, east], [SOUTH, SOUTH]),
        "b": ids([east + 200], [SOUTH]),
        "c": ids([east + 4000, east + 4200], [SOUTH, SOUTH]),
    }
    (tmp_path / "grid").mkdir()
    for name, cells in rows.items():
        men = 5.0 if name == "c" else 6.0
        frame = pd.DataFrame({"idcar_200m": cells, "ind": 13.0, "men": men, "i_est_200": 1})
        frame.to_parquet(tmp_path / "grid" / f"{name}.parquet")
    told = epn.measure_population(world, place, tmp_path / "grid").set_index("code_insee")
    assert told["carreaux"][["14000", "14003", "14006"]].tolist() == [1, 2, 2]
    assert told["population_carreaux"][["14003"]].tolist() == [26.0]
    assert told["population_carreaux"][["14000", "14006"]].isna().all()
    assert told["carreaux_imputes"].sum() == 5


def test_every_cell_is_accounted_for(tmp_path: Path, world: Any, grid: pd.DataFrame) -> None:
    path = write_parts(grid, tmp_path / "grid")
    grid.to_parquet(tmp_path / "whole.parquet")
    located = epn.locate_cells(epn.read_grid(tmp_path / "whole.parquet"), world)
    expected = epn.count_cells(located)
    assert expected["carreaux"].gt(0).all()
    assert expected["carreaux"].sum() == len(grid)
    same(epn.count_cells(path, world), expected)
    grid.to_csv(tmp_path / "grid.csv", index=False)
    same(epn.count_cells(tmp_path / "grid.csv", world), expected)
    with pytest.raises(epn.DataError, match="give the communes"):
        epn.count_cells(path)


def test_of_a_file_the_cells_of_the_communes_are_kept(
    tmp_path: Path, world: Any, grid: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "whole.parquet"
    grid.to_parquet(file)
    read = epn.read_grid(file)
    whole = epn.locate_cells(read, world)
    there = whole[whole["code_insee"].notna()].reset_index(drop=True)
    assert {"centre", "code"} == set(there["rattachement"])
    monkeypatch.setattr(streaming, "BATCH_ROWS", 70)
    kept = Located.of(file, world)
    same(kept.cells[list(there[kept.cells.columns])], there[list(kept.cells)])
    same(kept.account, epn.count_cells(whole))
    by_csv = tmp_path / "whole.csv"
    grid.to_csv(by_csv, index=False)
    same(Located.of(by_csv, world).cells, kept.cells)
    # a folder of which only some files count households: as where each is asked by itself
    (tmp_path / "mixed").mkdir()
    grid.iloc[:900].to_parquet(tmp_path / "mixed/a.parquet")
    grid.iloc[900:].drop(columns="men").to_parquet(tmp_path / "mixed/b.parquet")
    mixed = Located.of(tmp_path / "mixed", world)
    expected = epn.measure_population(world, two_places(), tmp_path / "mixed")
    same(epn.measure_population(world, two_places(), mixed.cells), expected)
    # and none of these communes in it: an account, no cell
    away = world.assign(
        geometry=world.translate(100_000, -100_000), code_insee=[f"6800{n}" for n in range(9)]
    )
    none = Located.of(file, away)
    assert none.cells.empty
    assert none.account["carreaux"].tolist() == [0, 0, len(grid)]
    twice = write_parts(pd.concat([grid, grid.iloc[[7]]]), tmp_path / "twice")
    with pytest.raises(epn.DataError, match="cells come twice"):
        Located.of(twice, away)


def test_no_more_rows_are_held_than_a_batch(
    tmp_path: Path, grid: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grid.parquet"
    grid.assign(geometry=b"not read").to_parquet(path, row_group_size=len(grid))
    monkeypatch.setattr(streaming, "BATCH_ROWS", 100)
    frames: list[pd.DataFrame] = []
    told: list[tuple[int, int]] = []

    def look(frame: pd.DataFrame) -> int:
        frames.append(frame)
        return len(frame)

    count = streaming.tally_grid(path, look, sum, progress=lambda *at: told.append(at))
    assert count == len(grid)
    assert max(map(len, frames)) == 100
    assert all("geometry" not in frame for frame in frames)
    assert told[0] == (100, len(grid))
    assert told[-1] == (len(grid), len(grid))


def test_row_groups_are_put_together_up_to_a_part(
    tmp_path: Path, grid: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grid.parquet"
    grid.iloc[:1000].to_parquet(path, row_group_size=150)
    monkeypatch.setattr(streaming, "PART_ROWS", 350)
    parts = streaming.parts_of(path)
    assert [part.row_groups for part in parts] == [(0, 1), (2, 3), (4, 5), (6,)]
    assert [part.before for part in parts] == [0, 300, 600, 900]
    assert [part.rows for part in parts] == [300, 300, 300, 100]


def test_a_grid_without_cells_leaves_the_figures_by_area(
    tmp_path: Path, world: Any, grid: pd.DataFrame
) -> None:
    grid.iloc[:0].to_parquet(tmp_path / "grid.parquet")
    by_area = epn.measure_coverage(world, two_places(), 5)
    got = epn.measure_population(by_area, two_places(), tmp_path / "grid.parquet")
    assert got["population_couverte"].tolist() == by_area["population_couverte"].tolist()
    assert set(got["methode_population"]) == {"surface"}
    assert not got["carreaux"].any()


def test_what_cannot_be_used_is_explained(tmp_path: Path, world: Any, grid: pd.DataFrame) -> None:
    with pytest.raises(epn.DataError, match="no file or folder"):
        epn.measure_population(world, two_places(), tmp_path / "nothing.parquet")
    with pytest.raises(epn.DataError, match=r"no \.parquet file"):
        epn.measure_population(world, two_places(), tmp_path)
    wrong = grid.assign(idcar_200m=[*grid["idcar_200m"][:-1], "here"])
    wrong.to_parquet(tmp_path / "wrong.parquet", row_group_size=100)
    with pytest.raises(epn.DataError, match=rf"wrong.parquet.*row {len(grid)}: 'here'"):
        epn.measure_population(world, two_places(), tmp_path / "wrong.parquet")
    grid.drop(columns="ind").to_parquet(tmp_path / "nobody.parquet")
    with pytest.raises(epn.ColumnError, match="no column says population"):
        epn.measure_population(world, two_places(), tmp_path / "nobody.parquet")
    told = grid.rename(columns={"ind": "T"})
    told.to_parquet(tmp_path / "other.parquet")
    named = epn.measure_population(
        world, two_places(), tmp_path / "other.parquet", columns={"population": "T"}
    )
    assert named["population_carreaux"].notna().all()
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing of the sort")
    with pytest.raises(epn.DataError, match=r"bad\.parquet cannot be read"):
        epn.measure_population(world, two_places(), tmp_path / "bad.parquet")


def test_a_file_damaged_in_the_middle_is_explained(
    tmp_path: Path, world: Any, grid: pd.DataFrame
) -> None:
    path = tmp_path / "grid.parquet"
    pq.write_table(pa.Table.from_pandas(grid), path, compression="zstd", row_group_size=200)
    content = bytearray(path.read_bytes())
    content[200:20_000] = bytes(19_800)
    path.write_bytes(content)
    with pytest.raises(epn.DataError, match=r"grid\.parquet cannot be read"):
        epn.measure_population(world, two_places(), path)


# -- on a cluster


def test_nothing_here_needs_dask() -> None:
    code = (
        "import sys; sys.modules['dask'] = sys.modules['distributed'] = None\n"
        "import epn_geo; epn_geo.measure_population; epn_geo.count_cells; print('well')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "well"


def test_a_missing_extra_is_named(
    tmp_path: Path, world: Any, grid: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid.to_parquet(tmp_path / "grid.parquet")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(epn.DataError, match=r"pip install 'epn-geo\[dask\]'"):
        epn.measure_population(
            world, two_places(), tmp_path / "grid.parquet", client="tcp://127.0.0.1:1"
        )


def test_a_client_that_is_none_is_explained(tmp_path: Path, world: Any, grid: pd.DataFrame) -> None:
    pytest.importorskip("distributed")
    grid.to_parquet(tmp_path / "grid.parquet")
    with pytest.raises(epn.DataError, match=r"must be a distributed\.Client"):
        epn.measure_population(world, two_places(), tmp_path / "grid.parquet", client=4)
    frame = epn.read_grid(tmp_path / "grid.parquet")
    with pytest.raises(epn.DataError, match="give its path"):
        epn.measure_population(world, two_places(), frame, client="tcp://127.0.0.1:1")


@contextmanager
def local_cluster(workers: int) -> Iterator[Any]:
    """Give a client of some workers, each a process of this machine."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
            dashboard_address="127.0.0.1:0", silence_logs=50,
        ) as running,
        distributed.Client(running, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


def die(_grid: pd.DataFrame) -> int:
    os._exit(1)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # distributed's own, when a worker dies
def test_what_fails_on_a_cluster_is_explained(tmp_path: Path, grid: pd.DataFrame) -> None:
    pytest.importorskip("distributed", reason="needs the extra [dask]; CI installs it")
    dask = pytest.importorskip("dask")  # after the other, which fills the settings changed here
    path = write_parts(grid, tmp_path / "grid", 1)
    quick = {"distributed.scheduler.allowed-failures": 0, "distributed.comm.timeouts.connect": "1s"}
    with dask.config.set(quick):
        with local_cluster(1) as client, pytest.raises(epn.DataError, match="died several times"):
            streaming.tally_grid(path, die, sum, client=client)
        with pytest.raises(
            epn.DataError, match=r"No Dask scheduler answers at 'tcp://127\.0\.0\.1:1'"
        ):
            streaming.tally_grid(path, len, sum, client="tcp://127.0.0.1:1")


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # the same
def test_a_cluster_gives_the_same_figures_though_a_worker_is_killed(tmp_path: Path) -> None:
    communes = epn.read_communes(departements=["14", "27"])
    west, south, east, north = (int(v) // 200 * 200 for v in communes.to_crs(3035).total_bounds)
    x, y = (a.ravel() for a in np.meshgrid(range(west, east, 200), range(south, north, 200)))
    rng = np.random.default_rng(50)
    some = rng.random(len(x)) < 0.1
    people = rng.gamma(0.6, 40, some.sum()).round(1)
    frame = pd.DataFrame({"idcar_200m": ids(x[some], y[some]), "ind": people})
    path = write_parts(frame, tmp_path / "grid", 24)
    towns = communes.to_crs(2154).sample(40, random_state=1).representative_point()
    places = gpd.GeoDataFrame({"categorie": ["EPN"] * 40}, geometry=towns.to_numpy(), crs=2154)
    here = epn.measure_population(communes, places, path, [5, 10])
    with local_cluster(2) as cluster:
        workers = cluster.run(os.getpid)
        assert len(set(workers.values()) | {os.getpid()}) == 3
        assert all(address.startswith("tcp://127.0.0.1:") for address in workers)
        told: list[tuple[int, int]] = []

        def kill_one(done: int, total: int) -> None:
            if not told:
                os.kill(next(iter(workers.values())), signal.SIGKILL)
            told.append((done, total))

        there = epn.measure_population(
            communes, places, path, [5, 10], client=cluster, progress=kill_one
        )
        same(there, here)
        assert told[0][0] < told[-1][0] == told[-1][1] == len(frame)
        assert len(told) == 24
        assert set(cluster.run(os.getpid).values()) != set(workers.values())  # one did die
        again = epn.measure_population(
            communes, places, path, [5, 10], client=cluster.scheduler.address
        )
        same(again, here)
        twice = frame.iloc[:5]
        twice.to_parquet(path / "twice.parquet")
        with pytest.raises(epn.DataError, match="come twice"):
            epn.measure_population(communes, places, path, client=cluster)
        (path / "twice.parquet").write_bytes(b"PAR1 damaged")
        with pytest.raises(epn.DataError, match="cannot be read"):
            epn.measure_population(communes, places, path, client=cluster)
