"""Radii: given as a number, per category or by a column; and found again in a coverage frame."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.geometry.arcs import Floats

Radius = float | Mapping[str, float] | str


class Measure(NamedTuple):
    """One radius that a coverage frame was measured with: its columns' suffix, and its value."""

    suffix: str
    radius_km: float | None  # None where each place had its own


def radii_of(places: pd.DataFrame, radius_km: Radius) -> Floats:
    """Give the radius of each place.

    Parameters
    ----------
    places
        Places.
    radius_km
        Kilometres: one number, one per category, or the name of a column.

    Returns
    -------
    numpy.ndarray
        Kilometres, one per place.

    Raises
    ------
    ColumnError
        If the column, or `categorie`, is missing.
    DataError
        If a radius is missing, not positive, or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> radii_of(pd.DataFrame({"categorie": ["EPN", "antenne"]}), {"EPN": 10, "antenne": 5})
    array([10.,  5.])
    """
    if isinstance(radius_km, str):
        if radius_km not in places:
            hint = did_you_mean(radius_km, map(str, places.columns))
            raise ColumnError(f"The places have no column {radius_km!r} for the radius.{hint}")
        radius = pd.to_numeric(places[radius_km], errors="coerce").to_numpy(dtype=float)
    elif isinstance(radius_km, Mapping):
        if "categorie" not in places:
            raise ColumnError("One radius per category needs places with a column 'categorie'.")
        radius = places["categorie"].map(dict(radius_km)).to_numpy(dtype=float)
    else:
        radius = np.full(len(places), float(radius_km))
        if not (np.isfinite(radius_km) and radius_km > 0):
            raise DataError(f"A radius must be a positive number of kilometres, not {radius_km!r}.")
    wrong = ~(np.isfinite(radius) & (radius > 0))
    if wrong.any():
        first = places[wrong].iloc[0]
        detail = f"categorie {first['categorie']!r}" if "categorie" in places else "the first one"
        raise DataError(
            f"{int(wrong.sum())} places have no positive radius in {radius_km!r}, for example "
            f"{detail} (index {places.index[wrong][0]!r}). Give one for each."
        )
    return radius


def measures_of(coverage: pd.DataFrame) -> list[Measure]:
    """List the radii that a coverage frame was measured with.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave.

    Returns
    -------
    list of Measure
        By growing radius: the suffix of the columns, and the radius in km (None where each place
        had its own).

    Raises
    ------
    ColumnError
        If nothing was measured.

    Examples
    --------
    >>> import pandas as pd
    >>> measures_of(pd.DataFrame(columns=["part_couverte_10km", "part_couverte_7_5km"]))
    [Measure(suffix='_7_5km', radius_km=7.5), Measure(suffix='_10km', radius_km=10.0)]
    """
    found = []
    for column in map(str, coverage.columns):
        if column == "part_couverte":
            one = coverage["rayon_km"] if "rayon_km" in coverage and len(coverage) else None
            found.append(Measure("", None if one is None else float(one.iloc[0])))
        elif match := re.fullmatch(r"part_couverte(_(\d+(?:_\d+)?)km)", column):
            found.append(Measure(match[1], float(match[2].replace("_", "."))))
    if not found:
        raise ColumnError("There is no column 'part_couverte': call measure_coverage first.")
    return sorted(found, key=lambda measure: measure.radius_km or 0.0)


def measure_for(coverage: pd.DataFrame, radius_km: float | None = None) -> Measure:
    """Find one radius among those a coverage frame was measured with.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave.
    radius_km
        Kilometres; may be left out if only one was measured, or else means 10 km if that was, or
        else the middle one.

    Returns
    -------
    Measure
        The suffix of its columns and its value.

    Raises
    ------
    DataError
        If this radius was not measured.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(columns=["part_couverte_5km", "part_couverte_10km"])
    >>> measure_for(frame).suffix, measure_for(frame, 5).suffix
    ('_10km', '_5km')
    """
    measures = measures_of(coverage)
    if radius_km is None:
        middle = measures[len(measures) // 2]
        return next((m for m in measures if m.radius_km == 10), middle)
    for measure in measures:
        if measure.radius_km == radius_km:
            return measure
    known = ", ".join(f"{m.radius_km:g}" for m in measures if m.radius_km is not None)
    raise DataError(f"Coverage at {radius_km:g} km was not measured; there is {known or 'none'}.")


def named_measures(radius_km: Radius | Sequence[float]) -> dict[str, Radius]:
    """Give the suffix of the columns of each measure, and its radius.

    Parameters
    ----------
    radius_km
        Kilometres: one number, several, one per category, or the name of a column.

    Returns
    -------
    dict
        Suffix and radius; the suffix is empty unless several were given.

    Raises
    ------
    DataError
        If the sequence is empty.

    Examples
    --------
    >>> named_measures(10), named_measures([10, 7.5])
    ({'': 10}, {'_7_5km': 7.5, '_10km': 10.0})
    """
    if isinstance(radius_km, int | float | np.number | str | Mapping):
        return {"": radius_km}
    if not len(radius_km):
        raise DataError("No radius was given: radius_km needs at least one number.")
    return {f"_{value:g}km".replace(".", "_"): float(value) for value in sorted(set(radius_km))}
