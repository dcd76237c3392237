"""How unequally access is shared among people: Lorenz, Gini, Palma, Theil, and FGT below a line.

Every measure weighs territories by their people: a commune of 50 counts a thousand times less than
a city of 50 000. Territories whose figure or population is missing are left out, and
`measure_inequality` says how many people that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.geometry.arcs import Floats
from epn_geo.joins import LEVELS

RICH, POOR = 0.9, 0.4  # Palma: the top tenth against the bottom two fifths


class Lorenz(NamedTuple):
    """The Lorenz curve: the share of access that the worst served share of people has."""

    people: Floats  # cumulative share of people, the worst served first, from 0 to 1
    access: Floats  # cumulative share of access


class Theil(NamedTuple):
    """Theil's index and its parts: total = between + within."""

    total: float
    between: float  # what would be left if all the people of a group had the group's mean
    within: float


def lorenz_curve(values: npt.ArrayLike, people: npt.ArrayLike | None = None) -> Lorenz:
    """Draw the Lorenz curve.

    Parameters
    ----------
    values
        A figure per territory that grows with access, such as supply per person; 0 or more.
    people
        People of each territory; the same for all if left out.

    Returns
    -------
    Lorenz
        Points of the curve, from (0, 0) to (1, 1).

    Raises
    ------
    DataError
        If a number is negative, or nothing is known of anybody.

    Examples
    --------
    >>> lorenz_curve([3.0, 1.0])
    Lorenz(people=array([0. , 0.5, 1. ]), access=array([0.  , 0.25, 1.  ]))
    """
    x, w = _known(values, people)
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    total = float((x * w).sum())
    share = np.cumsum(x * w) / total if total > 0 else np.cumsum(w) / w.sum()
    return Lorenz(np.append(0.0, np.cumsum(w) / w.sum()), np.append(0.0, share))


def gini_index(values: npt.ArrayLike, people: npt.ArrayLike | None = None) -> float:
    """Compute the Gini index: 0 when everyone has the same, towards 1 when one has everything.

    Parameters
    ----------
    values, people
        As `lorenz_curve`.

    Returns
    -------
    float
        Gini; 0 if nobody has anything.

    Raises
    ------
    DataError
        As `lorenz_curve`.

    Notes
    -----
    G = Σᵢ Σⱼ wᵢ wⱼ |xᵢ − xⱼ| / (2 μ W²): twice the area between the Lorenz curve and the diagonal
    (Gini 1912).

    Examples
    --------
    >>> gini_index([1.0, 3.0]), gini_index([1.0, 3.0], [3, 1])
    (0.25, 0.25)
    """
    people_share, access_share = lorenz_curve(values, people)
    heights = access_share[1:] + access_share[:-1]
    return float(max(0.0, 1.0 - (np.diff(people_share) * heights).sum()))


def palma_ratio(values: npt.ArrayLike, people: npt.ArrayLike | None = None) -> float:
    """Compute the Palma ratio: what the best served tenth has over the worst served 40 % has.

    Parameters
    ----------
    values, people
        As `lorenz_curve`. A territory on the limit is divided in proportion.

    Returns
    -------
    float
        The ratio of their shares of access: 0.25 when everyone has the same; infinite if the worst
        served 40 % have nothing; NaN if nobody has anything.

    Raises
    ------
    DataError
        As `lorenz_curve`.

    Notes
    -----
    (1 − L(0.9)) / L(0.4), L the Lorenz curve (Palma 2011).

    Examples
    --------
    >>> round(palma_ratio([1.0] * 10), 2), round(palma_ratio([1.0] * 9 + [11.0]), 2)
    (0.25, 2.75)
    """
    x, w = _known(values, people)
    if not (x * w).sum() > 0:
        return float("nan")
    curve = lorenz_curve(x, w)
    poor, rich = np.interp([POOR, RICH], curve.people, curve.access)
    return float((1 - rich) / poor) if poor > 0 else float("inf")


def theil_index(
    values: npt.ArrayLike,
    people: npt.ArrayLike | None = None,
    groups: Sequence[object] | None = None,
) -> Theil:
    """Compute Theil's T index, and how much of it lies between groups.

    Parameters
    ----------
    values, people
        As `lorenz_curve`.
    groups
        The group of each territory, such as its EPCI. Those without one are a group together.

    Returns
    -------
    Theil
        `total` = `between` + `within`; without groups everything is within.

    Raises
    ------
    DataError
        As `lorenz_curve`.

    Notes
    -----
    T = Σ (w/W) (x/μ) ln(x/μ), where nothing counts as 0. With s the share of access of a group g
    and μ its mean: between = Σ s ln(μg/μ), within = Σ s Tg (Theil 1967; Shorrocks 1980).

    Examples
    --------
    >>> theil_index([1.0, 1.0, 3.0, 3.0], groups=["a", "a", "b", "b"]).within
    0.0
    """
    known = _is_known(values, people)
    x, w = _known(values, people)
    total = _theil(x, w)
    if groups is None:
        return Theil(total, 0.0, total)
    labels = pd.Series(list(groups), dtype=object)
    if len(labels) != len(known):
        raise DataError(f"There are {len(labels)} groups for {len(known)} values.")
    group = labels.where(labels.notna(), "").map(str)[known]
    frame = pd.DataFrame({"xw": x * w, "w": w}).groupby(group.to_numpy()).sum()
    means = (frame["xw"] / frame["w"].where(frame["w"] > 0)).fillna(0.0)
    between = _theil(means.to_numpy(dtype=float), frame["w"].to_numpy(dtype=float))
    return Theil(total, between, max(0.0, total - between))


def shortfall_index(
    values: npt.ArrayLike,
    line: float,
    people: npt.ArrayLike | None = None,
    *,
    alpha: float = 0.0,
) -> float:
    """Compute the Foster-Greer-Thorbecke index of those below a line.

    Parameters
    ----------
    values, people
        As `lorenz_curve`.
    line
        Access below this is short.
    alpha
        0: the share of people who are short; 1: the mean shortfall as a share of the line (depth);
        2: its square (severity: those farthest below weigh most).

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    DataError
        As `lorenz_curve`, or if the line is not positive, or alpha negative.

    Notes
    -----
    P = Σ_{x < z} w ((z − x) / z)^α / W (Foster, Greer & Thorbecke 1984).

    Examples
    --------
    >>> [shortfall_index([0.0, 5.0, 20.0, 20.0], 10, alpha=a) for a in (0, 1, 2)]
    [0.5, 0.375, 0.3125]
    """
    if not (np.isfinite(line) and line > 0):
        raise DataError(f"The line must be a positive number, not {line!r}.")
    if not alpha >= 0:
        raise DataError(f"alpha must be 0 or more, not {alpha!r}.")
    x, w = _known(values, people)
    short = x < line
    depth = np.where(short, (line - np.minimum(x, line)) / line, 0.0) ** alpha
    return float((w * np.where(short, depth, 0.0)).sum() / w.sum())


def measure_inequality(
    frame: pd.DataFrame,
    column: str = "acces_pour_10000_hab",
    *,
    by: Sequence[str] = ("epci", "departement"),
    line: float | None = None,
) -> pd.DataFrame:
    """Sum up how unequally access is shared, over all and within each territory.

    Parameters
    ----------
    frame
        Communes with `population` and a figure that grows with access, such as `measure_access`
        gives. (A distance falls with access: it has no Lorenz curve.)
    column
        The figure.
    by
        Levels whose part of the inequality is told: ``"epci"``, ``"departement"``, ``"region"``.
    line
        Access below which people are short; half the mean over people if left out.

    Returns
    -------
    pandas.DataFrame
        One row for everything (`niveau` ``ensemble``) and one per territory of each level:
        `niveau`, `code`, `nom`, `population`, `population_sans_donnee`, `moyenne`, `gini`, `palma`,
        `theil`, `seuil`, `part_sous_le_seuil`, `profondeur`, `severite` (FGT 0, 1 and 2); and, on
        the first row, `part_entre_epci` and so on: the share of Theil's index that lies between the
        territories of that level (the rest is inside them).

    Raises
    ------
    ColumnError
        If a column is missing.
    DataError
        For an unknown level, or as `lorenz_curve`.

    Examples
    --------
    >>> communes = pd.DataFrame({
    ...     "code_epci": ["a", "a", "b", "b"], "population": [100, 100, 100, 100],
    ...     "acces_pour_10000_hab": [1.0, 1.0, 3.0, 3.0],
    ... })
    >>> table = measure_inequality(communes, by=["epci"])
    >>> table[["niveau", "moyenne", "gini", "part_entre_epci"]]
         niveau  moyenne  gini  part_entre_epci
    0  ensemble      2.0  0.25              1.0
    1      epci      1.0  0.00              NaN
    2      epci      3.0  0.00              NaN
    """
    for name in (column, "population"):
        if name not in frame:
            hint = did_you_mean(name, map(str, frame.columns))
            raise ColumnError(f"There is no column {name!r} to measure inequality of.{hint}")
    values = frame[column].to_numpy(dtype=float)
    people = frame["population"].to_numpy(dtype=float)
    x, w = _known(values, people)
    if line is None:
        line = float((x * w).sum() / w.sum()) / 2
    overall = {"niveau": "ensemble"} | _row(values, people, line)
    rows = []
    for level in by:
        if level not in LEVELS:
            hint = did_you_mean(level, LEVELS)
            raise DataError(f"by takes {', '.join(LEVELS)}, not {level!r}.{hint}")
        code, name = LEVELS[level]
        if code not in frame:
            raise ColumnError(f"Inequality by {level} needs the column {code!r}.")
        parts = theil_index(values, people, frame[code].tolist())
        overall[f"part_entre_{level}"] = (
            parts.between / parts.total if parts.total > 0 else float("nan")
        )
        keys = frame[code].astype(object).where(frame[code].notna(), "")
        for key, at in sorted(keys.groupby(keys).indices.items()):
            label = frame[name].iloc[at[0]] if name in frame else None
            rows.append(
                {"niveau": level, "code": key, "nom": label} | _row(values[at], people[at], line)
            )
    table = pd.DataFrame([overall, *rows])
    first = ["niveau", "code", "nom"]
    return table.reindex(columns=[*first, *(c for c in table if c not in first)])


def _row(values: Floats, people: Floats, line: float) -> dict[str, object]:
    """Give every measure of one territory; missing where nothing is known of anybody."""
    known = _is_known(values, people)
    missing = float(np.nansum(people[~known]))
    row: dict[str, object] = {
        "population": float(np.nansum(people)),
        "population_sans_donnee": missing,
    }
    if not known.any():
        return row | {"seuil": line}
    x, w = values[known], people[known]
    return row | {
        "moyenne": float((x * w).sum() / w.sum()),
        "gini": gini_index(x, w),
        "palma": palma_ratio(x, w),
        "theil": theil_index(x, w).total,
        "seuil": line,
        "part_sous_le_seuil": _short(x, w, line, 0),
        "profondeur": _short(x, w, line, 1),
        "severite": _short(x, w, line, 2),
    }


def _short(x: Floats, w: Floats, line: float, alpha: float) -> float:
    return shortfall_index(x, line, w, alpha=alpha) if line > 0 else float("nan")


def _theil(x: Floats, w: Floats) -> float:
    total = w.sum()
    mean = float((x * w).sum() / total)
    if mean <= 0:
        return 0.0
    ratio = x / mean
    terms = ratio * np.log(np.where(ratio > 0, ratio, 1.0))
    return max(0.0, float((w * terms).sum() / total))


def _is_known(values: npt.ArrayLike, people: npt.ArrayLike | None) -> npt.NDArray[np.bool_]:
    x = np.asarray(values, dtype=np.float64)
    w = np.ones(len(x)) if people is None else np.asarray(people, dtype=np.float64)
    if len(x) != len(w):
        raise DataError(f"There are {len(w)} populations for {len(x)} values.")
    return np.asarray(np.isfinite(x) & np.isfinite(w) & (w != 0))


def _known(values: npt.ArrayLike, people: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Give the values and populations that are known."""
    known = _is_known(values, people)
    x = np.asarray(values, dtype=np.float64)[known]
    w = np.ones(len(x)) if people is None else np.asarray(people, dtype=np.float64)[known]
    if not len(x):
        raise DataError("There is no value with people: nothing can be said of inequality.")
    if x.min() < 0 or w.min() < 0:
        raise DataError("Values and populations must not be negative.")
    return x, w
