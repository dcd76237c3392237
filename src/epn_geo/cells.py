"""Cells of a population grid on the communes they lie in, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from epn_geo.communes import current_codes
from epn_geo.crs import CRS, reproject, to_metric
from epn_geo.errors import ColumnError, DataError
from epn_geo.geometry.arcs import Bools, Discs, Floats, Ints, settle
from epn_geo.geometry.lookup import Sites
from epn_geo.geometry.within import cells_within
from epn_geo.grids import read_grid
from epn_geo.streaming import Progress, is_streamed, tally_grid
from epn_geo.tallies import Sums

T = TypeVar("T")

HOW = ("centre", "code", "hors communes")  # how the commune of a cell was found
PEOPLE_PER_HOUSEHOLD = 2.2  # France, 2020; used only where the grid does not count households
HOUSEHOLDS_MIN = 11  # fewer are never shown by themselves: INSEE's rule for these data
TILE_M = 2000.0  # cells are sorted by squares of this side: a search tree likes neighbours together


def locate_cells(grid: pd.DataFrame, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the commune each cell lies in.

    Parameters
    ----------
    grid
        What `read_grid` gave.
    communes
        Polygons in any CRS, all in one territory, with `code_insee`.

    Returns
    -------
    pandas.DataFrame
        `grid` (same rows and index) with `code_insee`, missing outside the communes, and
        `rattachement`: ``centre`` (the cell's centre lies in that commune; on a border, in the
        lowest code), ``code`` (the centre lies in none, often in the sea, and the first commune
        that INSEE names in `lcog_geo` is one of these), or ``hors communes``.

    Raises
    ------
    CrsError
        If a CRS is missing, or the communes lie outside France or in two territories.
    ColumnError
        If a column is missing.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"]}, geometry=[shapely.box(0, 0, 1000, 1000)], crs=2154
    ... )
    >>> grid = pd.DataFrame(
    ...     {"epsg": 2154, "x": [500.0, 1500.0], "y": 500.0, "population": [8.0, 2.0]}
    ... )
    >>> locate_cells(grid, communes)[["code_insee", "rattachement"]]
      code_insee   rattachement
    0      14001         centre
    1        NaN  hors communes
    """
    with Territory.of(communes).opened() as territory:
        found = territory.find(grid)
    codes = np.append(communes["code_insee"].to_numpy(dtype=object), np.array([None], dtype=object))
    how = np.array(HOW)[found.how]
    out = grid.copy()
    out["code_insee"] = pd.Series(codes[found.row], index=grid.index, dtype="str")
    out["rattachement"] = pd.Series(how, index=grid.index, dtype="str")
    return out


def count_cells(
    grid: pd.DataFrame | str | Path,
    communes: gpd.GeoDataFrame | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    client: Any = None,
    progress: Progress = lambda _done, _all: None,
) -> pd.DataFrame:
    """Account for every cell: how many were counted for a commune, how, and how many for none.

    Parameters
    ----------
    grid
        What `locate_cells` gave; or the path of a grid in Parquet, as in `measure_population`.
    communes
        For a path: as in `locate_cells`.
    columns, client, progress
        For a path: as in `measure_population`.

    Returns
    -------
    pandas.DataFrame
        One row each for ``centre``, ``code`` and ``hors communes``: `carreaux`, `population`, and
        `carreaux_imputes`, `population_imputee` for the imputed among them.

    Raises
    ------
    ColumnError
        If the cells are not located.
    DataError
        If a path is given without communes, or as `read_grid`.

    Examples
    --------
    >>> located = pd.DataFrame({
    ...     "rattachement": ["centre", "hors communes"], "population": [8.0, 2.0],
    ...     "impute": [True, False],
    ... })
    >>> count_cells(located)[["rattachement", "carreaux", "population", "carreaux_imputes"]]
        rattachement  carreaux  population  carreaux_imputes
    0         centre         1         8.0                 1
    1           code         0         0.0                 0
    2  hors communes         1         2.0                 0
    """
    if isinstance(grid, pd.DataFrame):
        _require(grid, ("rattachement", "population"), "grid", "locate_cells")
        sums = _account(pd.Index(HOW).get_indexer(pd.Index(grid["rattachement"])), grid)
    elif communes is None:
        raise DataError("To count the cells of a file, give the communes as well.")
    else:
        with Territory.of(communes).opened() as territory:
            sums = _asked(
                grid, _Census(territory).ask, Sums.merged,
                columns=columns, client=client, progress=progress,
            )  # fmt: skip
    return _account_table(sums)


class Located(NamedTuple):
    """The cells of a file that count for some communes, and the account of all of them."""

    cells: pd.DataFrame
    account: pd.DataFrame

    @classmethod
    def of(cls, path: str | Path, communes: gpd.GeoDataFrame) -> Located:
        """Read a grid, and keep what counts for some communes, and of that the figures needed.

        Parameters
        ----------
        path
            As in `measure_population`: Parquet, and a folder of it, is read some rows at a time, so
            that memory grows with the communes and not with the file.
        communes
            As in `locate_cells`.

        Returns
        -------
        Located
            Cells as `locate_cells` gives them, without those outside the communes; and what
            `count_cells` gives of all.

        Raises
        ------
        CrsError, ColumnError, DataError
            As `locate_cells` and `read_grid`.

        Examples
        --------
        >>> from tempfile import TemporaryDirectory
        >>> import geopandas as gpd, pandas as pd, shapely
        >>> communes = gpd.GeoDataFrame(
        ...     {"code_insee": ["14001"]}, geometry=[shapely.box(0, 0, 1000, 1000)], crs=2154
        ... )
        >>> ids = ["CRS2154RES200mN400E400", "CRS2154RES200mN400E9400"]
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "a.parquet")
        ...     pd.DataFrame({"idcar_200m": ids, "ind": [8, 2]}).to_parquet(path)
        ...     located = Located.of(path, communes)
        >>> located.cells[["x", "y", "population", "code_insee"]].values.tolist()
        [[500.0, 500.0, 8.0, '14001']]
        >>> located.account["carreaux"].tolist()
        [1, 0, 1]
        """
        with Territory.of(communes).opened() as territory:
            found = _asked(path, _Sieve(territory).ask, _Sifted.merged)
        return cls(found.cells, _account_table(found.sums))


class Territory(NamedTuple):
    """Communes that are asked, again and again, which of them a cell lies in."""

    codes: npt.NDArray[Any]  # of each row
    order: Ints  # rows by code: on a border, the lowest has the cell
    outlines: npt.NDArray[Any]  # in that order, metres
    crs: CRS

    @classmethod
    def of(cls, communes: gpd.GeoDataFrame) -> Territory:
        """Take what is needed of a frame of communes."""
        _require(communes, ("code_insee",), "communes", "read_communes")
        metric = to_metric(communes, what="communes")
        codes = metric["code_insee"].to_numpy(dtype=object)
        order = np.argsort(codes, kind="stable")
        return cls(codes, order, metric.geometry.to_numpy()[order], metric.crs)

    @contextmanager
    def opened(self) -> Iterator[Territory]:
        """Leave nothing behind of what was prepared to find cells: outlines may be the user's."""
        try:
            yield self
        finally:
            shapely.destroy_prepared(self.outlines)

    def find(self, grid: pd.DataFrame) -> Found:
        """Find the commune of each cell."""
        _require(grid, ("epsg", "x", "y", "population"), "grid", "read_grid")
        x, y = _metres(grid, self.crs)
        shapely.prepare(self.outlines)  # nothing is done where it has been
        found = cells_within(x, y, self.outlines)
        row = np.where(found >= 0, self.order[found], -1)
        by_code = _named_row(grid, self.codes, np.flatnonzero(row < 0))
        return Found(x, y, np.where(row >= 0, row, by_code), by_code >= 0)


class Found(NamedTuple):
    """The row of the commune of each cell."""

    x: Floats  # metres
    y: Floats
    row: Ints  # -1 for none
    named: Bools  # found by the code that INSEE names, and not by the centre

    @property
    def how(self) -> Ints:
        """How each was found: a position in HOW."""
        return np.select([self.row < 0, self.named], [2, 1], 0)


class _Census(NamedTuple):
    """The account of cells, part by part."""

    territory: Territory

    def ask(self, grid: pd.DataFrame) -> Sums:
        """Account for some cells."""
        return _account(self.territory.find(grid).how, grid)


class _Sifted(NamedTuple):
    """Some cells that count, and the account of them and of those that do not."""

    cells: pd.DataFrame
    sums: Sums

    @classmethod
    def merged(cls, several: Sequence[_Sifted]) -> _Sifted:
        """Put those of parts together."""
        cells = pd.concat([sifted.cells for sifted in several], ignore_index=True)
        return cls(cells, Sums.merged([sifted.sums for sifted in several]))


class _Sieve(NamedTuple):
    """Keeps the cells of some communes, part by part."""

    territory: Territory

    def ask(self, grid: pd.DataFrame) -> _Sifted:
        """Keep what counts of some cells: no identifiers, households in every part or in none."""
        found = self.territory.find(grid)
        inside = found.row >= 0
        kept = grid.loc[inside, ["epsg", "x", "y", "population"]].reset_index(drop=True)
        kept["men"] = _households(grid)[inside]
        kept["impute"] = _imputed(grid)[inside]
        kept["code_insee"] = pd.Series(self.territory.codes[found.row[inside]], dtype="str")
        kept["rattachement"] = pd.Series(np.array(HOW)[found.how[inside]], dtype="str")
        return _Sifted(kept, _account(found.how, grid))


def _asked(
    path: str | Path,
    ask: Callable[[pd.DataFrame], T],
    merge: Callable[[Sequence[T]], T],
    *,
    columns: Mapping[str, str] | None = None,
    **where: Any,
) -> T:
    """Ask of the cells of a file or folder: part by part, if it can be read so."""
    if not is_streamed(path):
        return ask(read_grid(path, columns=columns))
    return tally_grid(path, ask, merge, columns=columns, **where)


def _account_table(sums: Sums) -> pd.DataFrame:
    """Make a table of the account of cells."""
    cells, people, imputed, people_imputed = (sums.column(at, len(HOW)) for at in range(4))
    return pd.DataFrame(
        {
            "rattachement": pd.Series(HOW, dtype="str"),
            "carreaux": cells.astype(np.int64),
            "population": people,
            "carreaux_imputes": imputed.astype(np.int64),
            "population_imputee": people_imputed,
        }
    )


def _account(how: Ints, grid: pd.DataFrame) -> Sums:
    """Count cells and people, and the imputed among them, by how their commune was found."""
    people, imputed = grid["population"].to_numpy(dtype=float), _imputed(grid)
    return Sums.of(how, [np.ones(len(how), dtype=bool), people, imputed, people * imputed])


class Cells(NamedTuple):
    """The cells of a grid on the rows of some communes, neighbours near each other."""

    x: Floats  # metres, in the communes' metric CRS
    y: Floats
    people: Floats
    households: Floats
    imputed: Bools
    row: Ints  # of the commune, -1 for none
    size: int  # how many communes

    @classmethod
    def of(cls, grid: pd.DataFrame, communes: gpd.GeoDataFrame, crs: CRS) -> Cells:
        """Place the cells; a grid that is located already keeps its communes."""
        if "rattachement" in grid:
            return cls._placed(communes["code_insee"], crs, grid)
        with Territory.of(communes).opened() as territory:
            return cls.on(territory, grid)

    @classmethod
    def on(cls, territory: Territory, grid: pd.DataFrame) -> Cells:
        """Place the cells on communes that may be asked again."""
        if "rattachement" in grid:
            return cls._placed(territory.codes, territory.crs, grid)
        _distinct(territory.codes)
        x, y, row, _ = territory.find(grid)
        return cls._sorted(x, y, row, grid, len(territory.codes))

    @classmethod
    def _placed(cls, codes: Any, crs: CRS, grid: pd.DataFrame) -> Cells:
        """Take the communes that `locate_cells` found."""
        x, y = _metres(grid, crs)
        row = _distinct(codes).get_indexer(pd.Index(grid["code_insee"]))
        return cls._sorted(x, y, row, grid, len(codes))

    @classmethod
    def _sorted(cls, x: Floats, y: Floats, row: Ints, grid: pd.DataFrame, size: int) -> Cells:
        """Take what is counted from a grid, neighbours beside each other."""
        people = grid["population"].to_numpy(dtype=float)
        if not (np.isfinite(people) & (people >= 0)).all():
            wrong = grid.index[~(np.isfinite(people) & (people >= 0))][0]
            raise DataError(
                f"The grid's population is missing, negative or infinite, first at index {wrong!r}:"
                " give a number for each cell, 0 where nobody lives."
            )
        households = _households(grid)
        imputed = _imputed(grid)
        at = np.lexsort((np.floor(x / TILE_M), np.floor(y / TILE_M)))
        return cls(x[at], y[at], people[at], households[at], imputed[at], row[at], size)

    def sums(self, values: Floats) -> Floats:
        """Sum values of cells by commune."""
        inside = self.row >= 0
        sums = np.bincount(self.row[inside], values[inside], minlength=self.size)
        return sums.astype(np.float64)  # without a cell, bincount counts in integers

    @property
    def total(self) -> Floats:
        """People by commune."""
        return self.sums(self.people)

    def distance_to(self, discs: Discs) -> Floats:
        """Give the distance from each cell to the nearest centre, metres; NaN if there is none."""
        distance = np.full(len(self.x), np.nan)
        known = (self.row >= 0) & np.isfinite(self.x) & np.isfinite(self.y)
        if len(discs.x):
            distance[known] = Sites(discs.x, discs.y).distance(self.x[known], self.y[known])
        return distance

    def within(self, discs: Discs) -> Bools:
        """Tell which cells have their centre in a disc."""
        near = np.zeros(len(self.x), dtype=bool)
        known = np.flatnonzero((self.row >= 0) & np.isfinite(self.x))
        near[known] = settle(self.x[known], self.y[known], np.zeros(len(known)), discs)[0]
        return near

    def scaled(self, legal: Floats | None) -> Floats:
        """Give the people of each cell such that they add up to each commune's population."""
        if legal is None:
            return self.people
        factor = np.divide(legal, self.total, out=np.zeros(self.size), where=self.total > 0)
        return np.asarray(self.people * np.append(factor, 0.0)[self.row], dtype=np.float64)

    def with_empty_communes(self, metric: gpd.GeoDataFrame) -> Cells:
        """Add one cell, at a point inside, for each commune that has none."""
        empty = np.flatnonzero(self.total == 0)
        points = shapely.point_on_surface(metric.geometry.to_numpy()[empty])
        people = metric["population"].to_numpy(float)[empty] if "population" in metric else None
        people = np.zeros(len(empty)) if people is None else people
        return self._replace(
            x=np.append(self.x, shapely.get_x(points)),
            y=np.append(self.y, shapely.get_y(points)),
            people=np.append(self.people, people),
            households=np.append(self.households, people / PEOPLE_PER_HOUSEHOLD),
            imputed=np.append(self.imputed, np.zeros(len(empty), dtype=bool)),
            row=np.append(self.row, empty),
        )


def may_be_shown(count: Floats, households: Floats) -> Bools:
    """Tell which sums of cells may be shown: none, or two cells and eleven households or more.

    Parameters
    ----------
    count
        How many cells each sum is of.
    households
        How many households live in them.

    Returns
    -------
    numpy.ndarray
        True where the sum may be shown.

    Examples
    --------
    >>> may_be_shown(np.array([0, 1, 2, 2]), np.array([0.0, 50.0, 10.9, 11.0])).tolist()
    [True, False, False, True]
    """
    return np.asarray((count == 0) | ((count >= 2) & (households >= HOUSEHOLDS_MIN)))


def _metres(grid: pd.DataFrame, crs: CRS) -> tuple[Floats, Floats]:
    """Carry the centres of cells to the metric CRS of the communes."""
    x, y = grid["x"].to_numpy(dtype=float), grid["y"].to_numpy(dtype=float)
    epsg = grid["epsg"].to_numpy()
    out_x, out_y = np.full(len(x), np.nan), np.full(len(x), np.nan)
    for code in np.unique(epsg):
        at = epsg == code
        out_x[at], out_y[at] = reproject(x[at], y[at], int(code), crs)
    return out_x, out_y


def _named_row(grid: pd.DataFrame, codes: np.ndarray, cells: Ints) -> Ints:
    """Give, for some cells, the row of the first commune that INSEE names for them; else -1."""
    row = np.full(len(grid), -1, dtype=np.int64)
    if "lcog_geo" in grid and len(cells):
        # many cells name few communes: only these are looked up
        which, first = pd.factorize(grid["lcog_geo"].iloc[cells].str.slice(0, 5))
        named = pd.Series(first, dtype="str")
        known = named.where(named.isin(codes), current_codes(named))
        row[cells] = np.append(pd.Index(codes).get_indexer(known), -1)[which]
    return row


def _households(grid: pd.DataFrame) -> Floats:
    """Give the households of cells, by their people where the grid does not count them."""
    if "men" in grid:
        return grid["men"].fillna(0.0).to_numpy(dtype=float)
    return grid["population"].to_numpy(dtype=float) / PEOPLE_PER_HOUSEHOLD


def _imputed(grid: pd.DataFrame) -> Bools:
    if "impute" not in grid:
        return np.zeros(len(grid), dtype=bool)
    return np.asarray(grid["impute"].to_numpy(dtype=bool))


def _distinct(codes: Any) -> pd.Index:
    """Give codes of communes to look rows up by, none of them twice."""
    index: pd.Index = pd.Index(codes)
    if index.has_duplicates:
        twice = index[index.duplicated()][0]
        raise DataError(f"The communes have code_insee {twice!r} twice: keep one row of each.")
    return index


def _require(frame: pd.DataFrame, columns: Sequence[str], what: str, source: str) -> None:
    for column in columns:
        if column not in frame:
            raise ColumnError(f"The {what} has no column {column!r}: {source} gives it.")
