"""Opening hours per week, from the form that OpenStreetMap and the national standard share.

Its grammar is read, whole, by the ``opening-hours-py`` package; this room only adds up.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
from opening_hours import OpeningHours, State, validate

from epn_geo.errors import ColumnError, did_you_mean

WEEKS = 52


def add_weekly_hours(
    places: gpd.GeoDataFrame,
    *,
    column: str = "horaires",
    year: int = 2026,
    public_holidays: bool = False,
) -> gpd.GeoDataFrame:
    """Add how many hours a week each place is open.

    Parameters
    ----------
    places
        Places.
    column
        The column of the hours, such as ``Mo-Fr 09:00-12:00,14:00-17:30; PH off``.
    year
        The mean is over the 52 weeks from the first Monday of this year, so that alternate weeks,
        seasons and closures count for what they are.
    public_holidays
        Count the public holidays of mainland France, where the hours speak of them; else a week
        without any is meant.

    Returns
    -------
    geopandas.GeoDataFrame
        `places` (same rows and index) with `heures_semaine` (missing where it cannot be told) and
        `horaires_lus`: ``oui``, ``absents``, or ``non compris`` (the text stands in `column`: it is
        not in the form of OpenStreetMap, and nothing is guessed).

    Raises
    ------
    ColumnError
        If there is no such column.

    Notes
    -----
    Hours marked ``unknown`` (on appointment only) are not counted as open.
    Source: OpenStreetMap wiki, Key:opening_hours/specification.

    Examples
    --------
    >>> places = pd.DataFrame({"horaires": [
    ...     "Mo-Fr 09:00-12:00,14:00-17:30; PH off", "We 14:00-18:00; week 1-53/2 We off",
    ...     "le matin", None,
    ... ]})
    >>> add_weekly_hours(places)[["heures_semaine", "horaires_lus"]]
       heures_semaine horaires_lus
    0            32.5          oui
    1             2.0          oui
    2             NaN  non compris
    3             NaN      absents
    """
    if column not in places:
        hint = did_you_mean(column, map(str, places.columns))
        raise ColumnError(f"The places have no column {column!r} of opening hours.{hint}")
    texts = places[column].astype("str").fillna("").str.strip()
    read = {
        text: weekly_hours(text, year=year, public_holidays=public_holidays)
        for text in texts.unique()
        if text
    }
    hours = np.array([read.get(text, np.nan) for text in texts], dtype=float)
    words = np.select([texts == "", ~np.isfinite(hours)], ["absents", "non compris"], "oui")
    out = places.copy()
    out["heures_semaine"] = hours
    out["horaires_lus"] = pd.Series(words, index=places.index, dtype="str")
    return out


def weekly_hours(text: str, *, year: int = 2026, public_holidays: bool = False) -> float:
    """Give the mean number of hours open in a week.

    Parameters
    ----------
    text
        Opening hours.
    year, public_holidays
        As in `add_weekly_hours`.

    Returns
    -------
    float
        Hours; NaN if the text cannot be read.

    Examples
    --------
    >>> weekly_hours("Tu,Th 09:00-12:00; Sa[1] 10:00-12:00") > 6
    True
    >>> weekly_hours("24/7"), weekly_hours("sur rendez-vous")
    (168.0, nan)
    """
    if not validate(text):
        return float("nan")
    country = "FR" if public_holidays else None
    hours = OpeningHours(text, country=country, auto_country=False, auto_timezone=False)
    first = datetime(year, 1, 1)  # noqa: DTZ001 - opening hours are local, without a zone
    start = first + timedelta(days=-first.weekday() % 7)
    end = start + timedelta(weeks=WEEKS)
    seconds = 0.0
    for begins, ends, state, _ in hours.intervals(start, end):
        if state == State.OPEN:
            seconds += (min(ends, end) - max(begins, start)).total_seconds()
    return seconds / 3600 / WEEKS
