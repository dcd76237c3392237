"""How far is within reach: given as radii or as areas, and found again in a coverage frame.

A radius is a straight line. An area (see `areas`) is a polygon: of so many minutes, of so many
kilometres by road, or of neither. The ending of a column says which: ``_10km``, ``_20min``,
``_10km_route``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.geometry.arcs import Floats
from epn_geo.plurals import counted

Radius = float | Mapping[str, float] | str


class Measure(NamedTuple):
    """One reach that a coverage frame was measured with: its columns' suffix, and its value."""

    suffix: str
    radius_km: float | None = None  # None where each place had its own, and for areas
    minutes: float | None = None  # of travel, for areas
    route_km: float | None = None  # by road, for areas
    areas: bool = False  # whether polygons stood in place of discs

    @property
    def value(self) -> float | None:
        """Its one number, in its own unit."""
        return next((v for v in (self.radius_km, self.minutes, self.route_km) if v), None)


AREAS = "methode_portee"  # the column that says how areas were had
ESTIMATE = "methode_rayon"  # the column that says that radii are estimates
KM = {"rayon_km": "km"}  # columns of a single reach, and the endings of several
TIMES = {"minutes": "min", "route_km": "km_route"}
USUAL = {"km": 10.0, "min": 20.0, "km_route": 10.0}  # what is judged by, where it was measured


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
            f"{counted(wrong.sum(), 'place has', 'places have')} no positive radius in "
            f"{radius_km!r}, for example "
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
    >>> frame = pd.DataFrame(columns=["part_couverte_20min", "part_couverte_10min"])
    >>> [(measure.suffix, measure.minutes) for measure in measures_of(frame)]
    [('_10min', 10.0), ('_20min', 20.0)]
    """
    found = []
    for column in map(str, coverage.columns):
        if column == "part_couverte":
            found.append(_single(coverage))
        elif match := re.fullmatch(r"part_couverte(_(\d+(?:_\d+)?)(km|min|km_route))", column):
            found.append(_measure(match[1], match[3], float(match[2].replace("_", "."))))
    if not found:
        raise ColumnError("There is no column 'part_couverte': call measure_coverage first.")
    return sorted(found, key=lambda measure: measure.value or 0.0)


def _single(coverage: pd.DataFrame) -> Measure:
    """Give the one reach of a frame whose columns have no ending."""
    areas = AREAS in coverage and "rayon_km" not in coverage
    for column, unit in (TIMES if areas else KM).items():
        if column in coverage and len(coverage):
            return _measure("", unit, float(coverage[column].iloc[0]))
    return Measure("", areas=areas)


def _measure(suffix: str, unit: str, value: float) -> Measure:
    if unit == "km":
        return Measure(suffix, value)
    if unit == "min":
        return Measure(suffix, minutes=value, areas=True)
    return Measure(suffix, route_km=value, areas=True)


def measure_for(
    coverage: pd.DataFrame, radius_km: float | None = None, minutes: float | None = None
) -> Measure:
    """Find one reach among those a coverage frame was measured with.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave.
    radius_km
        Kilometres, in a straight line (by road, for areas of so many kilometres); may be left out
        if only one was measured, or else means 10 km if that was, or else the middle one.
    minutes
        Minutes, for areas; if left out, 20 if that was measured, or else the middle one.

    Returns
    -------
    Measure
        The suffix of its columns and its value.

    Raises
    ------
    DataError
        If this reach was not measured.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(columns=["part_couverte_5km", "part_couverte_10km"])
    >>> measure_for(frame).suffix, measure_for(frame, 5).suffix
    ('_10km', '_5km')
    """
    return choose_measure(measures_of(coverage), radius_km, minutes)


def choose_measure(
    measures: Sequence[Measure], radius_km: float | None = None, minutes: float | None = None
) -> Measure:
    """Find one reach among several.

    Parameters
    ----------
    measures
        By growing value.
    radius_km, minutes
        As `measure_for`.

    Returns
    -------
    Measure
        The one asked for.

    Raises
    ------
    DataError
        If there is none such.

    Examples
    --------
    >>> choose_measure([Measure("_10min", minutes=10.0), Measure("_30min", minutes=30.0)]).suffix
    '_30min'
    """
    if radius_km is None and minutes is None:
        usual = (m for m in measures if m.value is not None and m.value == USUAL[_unit(m)])
        return next(usual, measures[len(measures) // 2])
    wanted, unit = (radius_km, "km") if minutes is None else (minutes, "min")
    for measure in measures:
        if measure.value == wanted and _unit(measure).startswith(unit):
            return measure
    known = [f"{m.value:g}" for m in measures if m.value is not None]
    of_time = " min" if measures[-1].minutes is not None else ""
    told = f"{', '.join(known)}{of_time}" if known else "none"
    raise DataError(f"Coverage at {wanted:g} {unit} was not measured; there is {told}.")


def _unit(measure: Measure) -> str:
    if measure.minutes is not None:
        return "min"
    return "km" if measure.route_km is None else "km_route"


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
    # as many digits as the radius has: 10 and 10.000001 km are two
    digits = {float(v): np.format_float_positional(v, trim="-") for v in sorted(set(radius_km))}
    return {f"_{text.replace('.', '_')}km": value for value, text in digits.items()}
