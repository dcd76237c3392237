"""Where help is short and needed: territories ranked by gap and need, every ingredient shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.geometry.arcs import Floats
from epn_geo.joins import LEVELS
from epn_geo.labels import Lang, check_lang, say
from epn_geo.radii import measure_for

Level = Literal["commune", "epci", "departement", "region"]


def rank_needs(
    coverage: gpd.GeoDataFrame,
    needs: str | Sequence[str] | Mapping[str, float],
    *,
    by: Level = "epci",
    radius_km: float | None = None,
    minutes: float | None = None,
) -> pd.DataFrame:
    """Rank territories by the people out of reach, weighed by their need.

    Parameters
    ----------
    coverage
        What `measure_coverage` (or `measure_population`) gave, with `population` and the needs that
        `add_needs` added.
    needs
        The name of a need, several, or the weight of each: ``{"fragilite": 2, "age": 1}``.
    by
        ``"commune"``, ``"epci"``, ``"departement"`` or ``"region"``.
    radius_km
        Which radius to judge by, if several were measured; 10 km by default.
    minutes
        Which time, if areas of several were measured; 20 minutes by default.

    Returns
    -------
    pandas.DataFrame
        One row per territory, the highest score first; those without a known need come last,
        without a rank. The ingredients, in the order in which they enter:

        - `population`, `population_hors_portee`: people, and those out of reach;
        - for each need, `besoin_<name>`: its mean over the people out of reach, in the file's unit
          (over everyone where nobody is out of reach);
        - `besoin`: the weighted mean of the needs, 0-1, over the people out of reach;
        - `population_renseignee`: the people out of reach for whom all the needs are known;
        - `score`: `population_renseignee` × `besoin`, as if in people; missing where no need is
          known;
        - `rang`: 1 for the highest score, equal scores share a rank.

    Raises
    ------
    ColumnError
        If a need or another column is missing.
    DataError
        For an unknown level, a radius that was not measured, or weights that are not positive.

    Notes
    -----
    With o the people out of reach of a commune c and n its need: score = Σ o n over the communes
    whose need is known, and besoin = Σ o n / Σ o over the same. A commune whose need is missing
    adds nothing: `population_hors_portee` − `population_renseignee` says how many people that is.

    Examples
    --------
    >>> coverage = pd.DataFrame({
    ...     "code_insee": ["14001", "14002", "14003"], "population": [100, 200, 300],
    ...     "rayon_km": 10.0, "part_couverte": 0.0, "population_couverte": [0.0, 150.0, 0.0],
    ...     "besoin_age": [20.0, 30.0, np.nan], "besoin_age_0_1": [0.2, 0.3, np.nan],
    ... })
    >>> rank_needs(coverage, "age", by="commune")[["code_insee", "besoin", "score", "rang"]]
      code_insee  besoin  score  rang
    0      14001     0.2   20.0     1
    1      14002     0.3   15.0     2
    2      14003     NaN    NaN  <NA>
    """
    weights = _weights(needs)
    suffix = measure_for(coverage, radius_km, minutes).suffix
    code, name = _level(by)
    _require(coverage, [code, "population", f"population_couverte{suffix}"], "measure_coverage")
    _require(coverage, [f"besoin_{need}_0_1" for need in weights], "add_needs")
    rows = coverage[coverage["dans_selection"]] if "dans_selection" in coverage else coverage
    keys = rows[code].astype(object).where(rows[code].notna(), "").astype("str")
    population = rows["population"].to_numpy(dtype=float)
    covered = rows[f"population_couverte{suffix}"].to_numpy(dtype=float)
    out_of_reach = np.maximum(population - covered, 0.0)

    def total(values: Floats) -> pd.Series:
        return pd.Series(values, index=rows.index).groupby(keys).sum(min_count=1)

    table = pd.DataFrame(index=pd.Index(sorted(keys.unique()), name=code, dtype="str"))
    if name in rows and name != code:
        table[name] = rows.groupby(keys)[name].first().astype("str")
    table["population"] = total(population)
    table["population_hors_portee"] = total(out_of_reach)
    for need in weights:
        table[f"besoin_{need}"] = _mean_need(rows, f"besoin_{need}", keys, out_of_reach, population)
    combined = _combined(rows, weights)
    known = np.isfinite(combined)
    weight = np.where(known, out_of_reach, 0.0)
    table["population_renseignee"] = total(weight)
    score = total(np.where(known, out_of_reach * combined, np.nan))
    table["besoin"] = _mean_need(
        rows.assign(besoin=combined), "besoin", keys, out_of_reach, population
    )
    table["score"] = score
    order = ["score", "population_hors_portee"]
    table = table.sort_values(order, ascending=False, kind="stable", na_position="last")
    table["rang"] = table["score"].rank(method="min", ascending=False).astype("Int64")
    return table.reset_index()


def flag_priority(
    flagged: gpd.GeoDataFrame,
    needs: str | Sequence[str] | Mapping[str, float],
    *,
    min_need: float = 0.5,
    lang: Lang = "fr",
) -> gpd.GeoDataFrame:
    """Flag, among the underserved communes, those where the need is high.

    Parameters
    ----------
    flagged
        What `flag_underserved` gave, with the needs that `add_needs` added.
    needs
        As in `rank_needs`.
    min_need
        From which need (0-1) on. The default, half the declared range, is a convention.
    lang
        Language of the reasons.

    Returns
    -------
    geopandas.GeoDataFrame
        `flagged` with `besoin` (0-1, missing where a need is), `prioritaire` (``oui``, ``non``, or
        ``besoin inconnu`` for an underserved commune whose need is missing), and `motifs` to which
        the need is added.

    Raises
    ------
    ColumnError
        If a column is missing.
    DataError
        If `min_need` is not between 0 and 1, or the weights are not positive.

    Examples
    --------
    >>> flagged = pd.DataFrame({
    ...     "sous_desservie": [True, True, False], "motifs": ["aucun lieu", "aucun lieu", ""],
    ...     "besoin_age_0_1": [0.8, np.nan, 0.9],
    ... })
    >>> flagged = flag_priority(flagged, "age")
    >>> flagged["prioritaire"].tolist(), flagged["motifs"].tolist()
    (['oui', 'besoin inconnu', 'non'], ['aucun lieu ; besoin 80/100', 'aucun lieu', ''])
    """
    check_lang(lang)
    if not 0 <= min_need <= 1:
        raise DataError(f"min_need must be between 0 and 1, not {min_need!r}.")
    weights = _weights(needs)
    _require(flagged, ["sous_desservie", "motifs"], "flag_underserved")
    _require(flagged, [f"besoin_{need}_0_1" for need in weights], "add_needs")
    need = _combined(flagged, weights)
    short = flagged["sous_desservie"].to_numpy(dtype=bool)
    unknown = short & ~np.isfinite(need)
    chosen = short & np.isfinite(need) & (need >= min_need)
    out = flagged.copy()
    out["besoin"] = need
    words = np.select([unknown, chosen], ["besoin inconnu", "oui"], "non")
    out["prioritaire"] = pd.Series(words, index=out.index, dtype="str")
    out["motifs"] = pd.Series(
        [
            f"{text} ; {say('reason_need', lang, need=f'{100 * value:.0f}')}" if add else text
            for text, value, add in zip(flagged["motifs"], need, chosen, strict=True)
        ],
        index=out.index,
        dtype="str",
    )
    return out


def _weights(needs: str | Sequence[str] | Mapping[str, float]) -> dict[str, float]:
    """Give the weight of each need."""
    if isinstance(needs, str):
        return {needs: 1.0}
    weights = dict(needs) if isinstance(needs, Mapping) else dict.fromkeys(needs, 1.0)
    if not weights:
        raise DataError("No need was named: name at least one that add_needs added.")
    for need, weight in weights.items():
        if not (np.isfinite(weight) and weight > 0):
            raise DataError(f"The weight of {need!r} must be positive, not {weight!r}.")
    return {need: float(weight) for need, weight in weights.items()}


def _combined(rows: pd.DataFrame, weights: Mapping[str, float]) -> Floats:
    """Give the weighted mean of the needs of each commune; missing where one of them is."""
    shares = [w * rows[f"besoin_{need}_0_1"].to_numpy(dtype=float) for need, w in weights.items()]
    return np.asarray(np.sum(shares, axis=0) / sum(weights.values()), dtype=np.float64)


def _mean_need(
    rows: pd.DataFrame, column: str, keys: pd.Series, out_of_reach: Floats, population: Floats
) -> pd.Series:
    """Average a need over the people out of reach; over everyone where there are none."""
    values = rows[column].to_numpy(dtype=float)
    known = np.isfinite(values)
    means: list[pd.Series] = []
    for people in (out_of_reach, population):
        weight = pd.Series(np.where(known, people, 0.0), index=rows.index)
        total = weight.groupby(keys).sum()
        weighted = (weight * np.nan_to_num(values)).groupby(keys).sum()
        means.append(weighted / total.where(total > 0))
    return means[0].fillna(means[1])


def _level(by: str) -> tuple[str, str]:
    if by not in LEVELS:
        raise DataError(
            f"by must be one of {', '.join(LEVELS)}, not {by!r}.{did_you_mean(by, LEVELS)}"
        )
    return LEVELS[by]


def _require(frame: pd.DataFrame, columns: Sequence[str], source: str) -> None:
    for column in columns:
        if column not in frame:
            hint = did_you_mean(column, map(str, frame.columns))
            raise ColumnError(f"There is no column {column!r}: {source} gives it.{hint}")
