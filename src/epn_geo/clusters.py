"""Clusters that chance would not make: local Moran (LISA) and Getis-Ord Gi*, through ``esda``.

``esda`` and ``libpysal`` come with the extra ``epn-geo[stats]``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple, get_args

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from epn_geo.crs import to_metric
from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.geometry.arcs import Bools, Floats

Statistic = Literal["lisa", "gi"]

NO_DATA, ISLAND, NOT_SIGNIFICANT = "sans donnée", "sans voisin", "non significatif"
QUADRANTS = {1: "haut-haut", 2: "bas-haut", 3: "bas-bas", 4: "haut-bas"}


class _Tested(NamedTuple):
    statistic: Floats
    probability: Floats
    word: npt.NDArray[Any]  # what each is, if it is significant


def find_clusters(
    frame: gpd.GeoDataFrame,
    column: str,
    *,
    statistic: Statistic = "lisa",
    permutations: int = 9999,
    seed: int = 0,
    alpha: float = 0.05,
) -> gpd.GeoDataFrame:
    """Find where high or low figures stand together more than chance would have it.

    Parameters
    ----------
    frame
        Communes, EPCI or other polygons that share their borders, in any CRS.
    column
        A figure: `distance_km`, `part_couverte`, `acces_pour_10000_hab`, a need.
    statistic
        ``"lisa"``: local Moran's I, which also finds the odd one out; ``"gi"``: Getis-Ord Gi*, hot
        and cold spots.
    permutations
        Random worlds that each territory is compared with. The least probability there can be is
        2 / (permutations + 1); each world holds 8 bytes per territory.
    seed
        The same seed gives the same worlds.
    alpha
        The share of false discoveries that is accepted among those found.

    Returns
    -------
    geopandas.GeoDataFrame
        `frame` (same rows, index and CRS) with:

        - `amas`: for LISA ``haut-haut`` (high among high), ``bas-bas``, ``haut-bas`` (high among
          low) or ``bas-haut``; for Gi* ``point chaud`` or ``point froid``; else
          ``non significatif``, ``sans voisin`` (an island: it is not tested) or ``sans donnée``;
        - `amas_statistique`: I of local Moran, or the z of Gi*;
        - `amas_probabilite`: two-sided pseudo-probability, from the permutations;
        - `amas_seuil`: the probability at or below which a territory is called a cluster, after the
          correction for testing so many at once.

    Raises
    ------
    ColumnError
        If the column is missing or holds no numbers.
    DataError
        If the figure does not vary, a parameter cannot be used, or ``esda`` is not installed.

    Notes
    -----
    Neighbours touch, be it in one point; weights sum to 1 in each row. Missing figures are taken
    out before, so a territory may lose a neighbour, not gain a guess. Correction: false discovery
    rate (Benjamini & Hochberg 1995). Sources: Anselin 1995; Getis & Ord 1992, Ord & Getis 1995;
    Caldas de Castro & Singer 2006 (why to correct).

    Examples
    --------
    >>> import shapely
    >>> boxes = [shapely.box(x, y, x + 1, y + 1) for x in range(8) for y in range(8)]
    >>> far = [20.0 if i < 16 else 2.0 + i / 100 for i in range(64)]
    >>> world = gpd.GeoDataFrame({"distance_km": far}, geometry=boxes, crs=2154)
    >>> find_clusters(world, "distance_km")["amas"].head(3).tolist()
    ['haut-haut', 'haut-haut', 'haut-haut']
    """
    _check(statistic, permutations, alpha)
    values = _figures(frame, column)
    known = np.isfinite(values)
    if known.sum() < 3 or np.ptp(values[known]) == 0:
        raise DataError(f"{column!r} does not vary over at least 3 territories: nothing to find.")
    metric = to_metric(frame, what="frame")
    graph = _neighbours(metric[known])
    lonely = graph.cardinalities.to_numpy() == 0
    with _undisturbed():
        tested = _test(values[known], graph, statistic, permutations, seed)
        limit = _false_discovery_limit(tested.probability[~lonely], alpha)
    significant = (tested.probability <= limit) & ~lonely
    out = frame.copy()
    words = np.select([lonely, significant], [ISLAND, tested.word], NOT_SIGNIFICANT)
    out["amas"] = pd.Series(_spread(words, known, NO_DATA), index=frame.index, dtype="str")
    for name, numbers in (("statistique", tested.statistic), ("probabilite", tested.probability)):
        out[f"amas_{name}"] = _spread(np.where(lonely, np.nan, numbers), known, np.nan).astype(
            float
        )
    out["amas_seuil"] = limit
    return out


def require_stats() -> None:
    """Refuse, in one sentence, to look for clusters without the libraries that find them.

    Raises
    ------
    DataError
        If the extra ``epn-geo[stats]`` is not installed.

    Examples
    --------
    >>> require_stats()
    """
    if find_spec("esda") is None or find_spec("libpysal") is None:
        raise DataError(
            "Clusters need esda and libpysal: install them with pip install 'epn-geo[stats]'."
        )


def _check(statistic: str, permutations: int, alpha: float) -> None:
    if statistic not in get_args(Statistic):
        choices = get_args(Statistic)
        hint = did_you_mean(str(statistic), choices)
        raise DataError(f"statistic must be one of {', '.join(choices)}, not {statistic!r}.{hint}")
    if permutations < 99:
        raise DataError(f"permutations must be 99 or more to tell 5 %, not {permutations!r}.")
    if not 0 < alpha < 1:
        raise DataError(f"alpha must be between 0 and 1, both excluded, not {alpha!r}.")


def _figures(frame: pd.DataFrame, column: str) -> Floats:
    if column not in frame:
        raise ColumnError(
            f"There is no column {column!r}.{did_you_mean(column, map(str, frame.columns))}"
        )
    if not pd.api.types.is_numeric_dtype(frame[column]):
        raise ColumnError(f"The column {column!r} holds no numbers.")
    return frame[column].to_numpy(dtype=np.float64, na_value=np.nan)


def _neighbours(metric: gpd.GeoDataFrame) -> Any:
    """Build the graph of territories that touch."""
    require_stats()
    from libpysal.graph import Graph  # noqa: PLC0415 - an extra

    with _undisturbed():
        graph = Graph.build_contiguity(metric.geometry.reset_index(drop=True), rook=False)
        return graph.transform("r")


def _test(values: Floats, graph: Any, statistic: str, permutations: int, seed: int) -> _Tested:
    """Compute a local statistic and how often a random world goes as far."""
    from esda import G_Local, Moran_Local  # noqa: PLC0415 - an extra

    options = {"permutations": permutations, "seed": seed, "n_jobs": 1}
    if statistic == "lisa":
        moran = Moran_Local(values, graph, **options)
        words = np.array([QUADRANTS[int(q)] for q in moran.q], dtype=object)
        return _Tested(moran.Is, _two_sided(moran.Is, moran.rlisas), words)
    spots = G_Local(values, graph, star=True, **options)
    words = np.where(spots.Zs > 0, "point chaud", "point froid").astype(object)
    return _Tested(spots.Zs, _two_sided(spots.Gs, spots.rGs), words)


def _two_sided(observed: Floats, simulated: Floats) -> Floats:
    """Give twice the share of random worlds that go as far on the nearer side.

    Counted here, as what esda calls its probability changes from one version to another.
    """
    above = (simulated >= observed[:, None]).sum(axis=1)
    below = (simulated <= observed[:, None]).sum(axis=1)
    worlds = simulated.shape[1]
    nearer = np.minimum(above, below)
    return np.asarray(np.minimum(1.0, 2.0 * (nearer + 1.0) / (worlds + 1.0)), dtype=np.float64)


def _false_discovery_limit(probability: Floats, alpha: float) -> float:
    """Give the greatest probability to call a discovery; below any of them if none is one."""
    ordered = np.sort(probability)
    allowed = alpha * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    passing = np.flatnonzero(ordered <= allowed)
    if len(passing):
        return float(ordered[passing[-1]])
    return float(allowed[0]) if len(allowed) else 0.0


def _spread(values: npt.NDArray[Any], known: Bools, missing: object) -> npt.NDArray[Any]:
    out = np.full(len(known), missing, dtype=object)
    out[known] = values
    return out


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the library's warnings, and its seeding of NumPy's global generator, from the caller."""
    state = np.random.get_state()  # noqa: NPY002 - esda uses the global generator
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            np.random.set_state(state)  # noqa: NPY002 - as above
