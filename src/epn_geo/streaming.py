"""A grid on disk, part by part: in bounded memory on this machine, or on a Dask cluster.

One function looks at some rows of the grid and gives a small tally of them; tallies of integers are
merged in any order to the same result. So a grid may be a file or a folder of files of any size::

    folder/ ── files ── parts ── batches ──▶ tally ─┐
                          │                         ├─▶ merged ─▶ one tally
            (a task each, on a cluster) ──▶ tally ──┘

Nothing here knows what is tallied. Only Parquet is read by parts: its row groups are found without
reading what comes before them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import unquote

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from epn_geo.errors import DataError
from epn_geo.grids import find_columns, grid_frame, refuse_twice
from epn_geo.lattice import Marks, Seen, marks_of

PART_ROWS = 1_000_000  # row groups are put together up to about this; a task of a cluster each
BATCH_ROWS = 250_000  # rows in memory at once, however large a row group is
READ_BUFFER = 1 << 20  # bytes of a column read ahead, instead of the whole row group
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"

T = TypeVar("T")
Tally = Callable[[pd.DataFrame], T]
Merge = Callable[[Sequence[T]], T]
Progress = Callable[[int, int], None]


class Part(NamedTuple):
    """Some row groups of one file."""

    file: str
    row_groups: tuple[int, ...]
    before: int  # rows of the file that come before
    rows: int
    keys: tuple[tuple[str, str | None], ...]  # columns that the folders' names tell: "annee=2021"


class Tallied(NamedTuple, Generic[T]):
    """What a part gave, and its cells, so that none counts twice."""

    tally: T
    marks: list[Marks]


def is_streamed(path: str | Path) -> bool:
    """Tell whether a grid is read by parts: a folder, or a Parquet file.

    Parameters
    ----------
    path
        A file or folder.

    Returns
    -------
    bool
        False for what `read_grid` reads whole.

    Examples
    --------
    >>> is_streamed("carreaux.parquet"), is_streamed("carreaux.csv")
    (True, False)
    """
    return Path(path).is_dir() or Path(path).suffix.lower() == ".parquet"


def tally_grid(
    path: str | Path,
    tally: Tally[T],
    merge: Merge[T],
    *,
    columns: Mapping[str, str] | None = None,
    client: Any = None,
    progress: Progress = lambda _done, _all: None,
) -> T:
    """Tally a grid part by part and merge the tallies.

    Parameters
    ----------
    path
        A Parquet file, or a folder of them, flat or in folders such as ``annee=2021``.
    tally
        Takes a frame such as `read_grid` gives. On a cluster it is sent to the workers once.
    merge
        Takes tallies, one at least, in any order.
    columns
        As in `read_grid`.
    client
        Where to run: here, if left out; else a ``distributed.Client``, or the address of a Dask
        scheduler.
    progress
        Called with the cells done and all cells.

    Returns
    -------
    object
        A tally of all cells.

    Raises
    ------
    ColumnError, DataError
        As `read_grid`; or if Dask is wanted and missing, or its workers die again and again.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> ids = ["CRS3035RES200mN3132800E3798000", "CRS3035RES200mN3132800E3798200"]
    >>> with TemporaryDirectory() as folder:
    ...     pd.DataFrame({"idcar_200m": ids, "ind": [3, 4]}).to_parquet(Path(folder, "a.parquet"))
    ...     tally_grid(folder, lambda grid: grid["population"].sum(), sum)
    np.float64(7.0)
    """
    parts = parts_of(path)
    total = sum(part.rows for part in parts)
    found = (
        _here(parts, tally, columns or {})
        if client is None
        else _on_cluster(parts, tally, merge, columns or {}, client)
    )
    pile, seen, done = _Pile(merge), Seen(), 0
    with closing(found):
        for rows, tallied in found:
            refuse_twice(seen.add(tallied.marks), Path(path).name)
            pile.add(tallied.tally)
            done += rows
            progress(done, total)
    return pile.all()


def parts_of(path: str | Path) -> list[Part]:
    """Divide a grid into parts, without reading it.

    Parameters
    ----------
    path
        A Parquet file or a folder of them.

    Returns
    -------
    list of Part
        In the order of files and rows. A file without rows is one part without row groups.

    Raises
    ------
    DataError
        If there is nothing, or a file is no Parquet.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     pd.DataFrame({"ind": [1, 2]}).to_parquet(Path(folder, "a.parquet"))
    ...     [(part.row_groups, part.rows) for part in parts_of(folder)]
    [((0,), 2)]
    """
    path = Path(path).resolve()
    if not path.exists():
        raise DataError(f"There is no file or folder {path}.")
    if path.is_dir() and not any(path.rglob("*.parquet")):
        raise DataError(f"There is no .parquet file in the folder {path}.")
    try:
        files = sorted(f for f in ds.dataset(path, format="parquet").files if _is_parquet(f))
        return [part for file in files for part in _parts_of_file(Path(file), path)]
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from None


def tally_part(
    part: Part, tally: Tally[T], merge: Merge[T], columns: Mapping[str, str]
) -> Tallied[T]:
    """Tally a part: what a worker of a cluster does.

    Parameters
    ----------
    part
        One of `parts_of`.
    tally, merge, columns
        As in `tally_grid`.

    Returns
    -------
    Tallied
        Small: what is tallied, and a number for each cell.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> ids = ["CRS3035RES200mN3132800E3798000"]
    >>> with TemporaryDirectory() as folder:
    ...     pd.DataFrame({"idcar_200m": ids, "ind": [3]}).to_parquet(Path(folder, "a.parquet"))
    ...     tally_part(parts_of(folder)[0], len, sum, {}).tally
    1
    """
    pile, marks = _Pile(merge), []
    for grid in _gathered(_batches(part, columns)):
        pile.add(tally(grid))
        marks += _marks(grid)
    return Tallied(pile.all(), marks)


class _Pile(Generic[T]):
    """Tallies merged as they come: two of a height become one of the next."""

    def __init__(self, merge: Merge[T]) -> None:
        self.merge = merge
        self.heights: list[tuple[int, T]] = []

    def add(self, tally: T) -> None:
        height = 0
        while self.heights and self.heights[-1][0] == height:
            tally = self.merge([self.heights.pop()[1], tally])
            height += 1
        self.heights.append((height, tally))

    def all(self) -> T:
        return self.merge([tally for _, tally in self.heights])


# -- files


def _is_parquet(file: str) -> bool:
    return file.lower().endswith(".parquet")


def _parts_of_file(file: Path, root: Path) -> Iterator[Part]:
    """Put the row groups of a file together, up to some number of rows."""
    keys = _keys(file, root)
    metadata = pq.read_metadata(file)
    groups: list[int] = []
    before = rows = 0
    for group in range(metadata.num_row_groups):
        more = metadata.row_group(group).num_rows
        if groups and rows + more > PART_ROWS:
            yield Part(str(file), tuple(groups), before, rows, keys)
            groups, before, rows = [], before + rows, 0
        groups.append(group)
        rows += more
    yield Part(str(file), tuple(groups), before, rows, keys)


def _keys(file: Path, root: Path) -> tuple[tuple[str, str | None], ...]:
    """Read the columns that the names of folders tell, as text: a code keeps its first zero."""
    if file == root:
        return ()
    pairs = (name.split("=", 1) for name in file.relative_to(root).parts[:-1] if "=" in name)
    return tuple((key, None if value == NO_VALUE else unquote(value)) for key, value in pairs)


def _batches(part: Part, columns: Mapping[str, str]) -> Iterator[pd.DataFrame]:
    """Read a part some rows at a time, only the columns that are needed."""
    name, told = Path(part.file).name, dict(part.keys)
    before = part.before
    try:
        with pq.ParquetFile(part.file, pre_buffer=False, buffer_size=READ_BUFFER) as file:
            held = [str(column) for column in file.schema_arrow.names]
            found = find_columns([*held, *(key for key in told if key not in held)], columns, name)
            asked = [column for column in found.values() if column in held]
            batches = file.iter_batches(BATCH_ROWS, part.row_groups, asked)
            for batch in batches if part.rows else [_empty(file, asked)]:
                data = {
                    ours: pa.chunked_array([batch.column(theirs)])
                    if theirs in asked
                    else pa.chunked_array([pa.array([told[theirs]] * len(batch), pa.string())])
                    for ours, theirs in found.items()
                }
                yield grid_frame(data, name, before)
                before += len(batch)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name} cannot be read: {error}") from None


def _gathered(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Put small batches of the same columns together: looking at few rows costs as at many."""
    held: list[pd.DataFrame] = []
    for batch in batches:
        rows = sum(map(len, held)) + len(batch)
        if held and (rows > BATCH_ROWS or list(batch) != list(held[0])):
            yield pd.concat(held, ignore_index=True)
            held = []
        held.append(batch)
    if held:
        yield pd.concat(held, ignore_index=True)


def _empty(file: Any, columns: list[str]) -> pa.RecordBatch:
    schema = pa.schema([file.schema_arrow.field(column) for column in columns])
    return pa.RecordBatch.from_pylist([], schema=schema)


def _marks(grid: pd.DataFrame) -> list[Marks]:
    return marks_of(*(grid[column].to_numpy() for column in ("epsg", "x", "y")))


# -- where the work is done


def _here(
    parts: Sequence[Part], tally: Tally[T], columns: Mapping[str, str]
) -> Generator[tuple[int, Tallied[T]]]:
    """Tally on this machine, a batch at a time; small files share one."""
    batches = (grid for part in parts for grid in _batches(part, columns))
    for grid in _gathered(batches):
        yield len(grid), Tallied(tally(grid), _marks(grid))


def _on_cluster(
    parts: Sequence[Part],
    tally: Tally[T],
    merge: Merge[T],
    columns: Mapping[str, str],
    client: Any,
) -> Generator[tuple[int, Tallied[T]]]:
    """Tally on a cluster, a part a task; parts of workers that die are done by others."""
    distributed = _distributed()
    with _connected(client, distributed) as cluster:
        shared = _share(tally, cluster)
        futures = cluster.map(
            tally_part, parts, tally=shared, merge=merge, columns=dict(columns), pure=False
        )
        rows = {future.key: part.rows for future, part in zip(futures, parts, strict=True)}
        try:
            done = distributed.as_completed(futures, with_results=True, loop=cluster.loop)
            for future, tallied in done:
                yield rows[future.key], tallied
                future.release()
        except distributed.KilledWorker as error:
            raise DataError(
                "Workers of the Dask cluster died several times over the same part of the grid, "
                f"probably for want of memory: give each 2 GB or more. {error}"
            ) from None
        finally:
            cluster.cancel(futures)


def _share(tally: Tally[T], cluster: Any) -> Any:
    """Send what all tasks need once, as the result of a task: one that can be done again."""
    import dask  # noqa: PLC0415 - an extra

    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GB"}):
        return cluster.submit(_same, tally, pure=False)


def _same(thing: T) -> T:
    return thing


@contextmanager
def _connected(client: Any, distributed: Any) -> Iterator[Any]:
    """Give a client of the cluster; one that was made here is closed in the end."""
    if isinstance(client, str):
        try:
            made = distributed.Client(client, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise DataError(f"No Dask scheduler answers at {client!r}: {error}") from None
        with made:
            yield made
    elif isinstance(client, distributed.Client):
        yield client
    else:
        raise DataError(
            "client must be a distributed.Client or the address of a Dask scheduler, such as "
            f"'tcp://localhost:8786', not {client!r}."
        )


def _distributed() -> Any:
    try:
        import distributed  # noqa: PLC0415 - an extra
    except ImportError:
        raise DataError(
            "A cluster needs Dask, which is not installed: pip install 'epn-geo[dask]'. Without "
            "client, the grid is streamed on this machine."
        ) from None
    return distributed
