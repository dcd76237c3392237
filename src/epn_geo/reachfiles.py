"""Polygons of reach as a verb is given them: of the time asked for, and what is told of them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.areafiles import measures_in, read_areas, require_match
from epn_geo.areas import BANDS, NOBODY, method_of, owners_of, times_of
from epn_geo.checking.areatimes import doubts_of
from epn_geo.errors import DataError
from epn_geo.geometry.arcs import Ints
from epn_geo.geometry.polygons import only_polygons
from epn_geo.joins import home_communes
from epn_geo.labels import Lang, number, reach_name, say, told_method
from epn_geo.radii import USUAL, Measure, choose_measure
from epn_geo.serving import serves

NAMED = 5  # places named in a sentence; all are counted


def read_reach(
    file: str | Path,
    places: gpd.GeoDataFrame | None = None,
    *,
    judged_min: float | None = None,
    judged_km: float | None = None,
    nearer: bool = False,
) -> gpd.GeoDataFrame:
    """Read areas, and keep those of the time asked for.

    Parameters
    ----------
    file
        As `read_areas`.
    places
        The places that they are for: areas none of which is of any are refused.
    judged_min, judged_km
        Which time: minutes of travel, or kilometres by road. By default 20 minutes (10 km by road)
        if there, or else the middle one; with `nearer`, the longest.
    nearer
        Keep those of shorter times too: they say who is nearer.

    Returns
    -------
    geopandas.GeoDataFrame
        Rows of `read_areas`; all of them if they have no times.

    Raises
    ------
    ColumnError, CrsError, DataError
        As `read_areas`; or if there is no such time, or no area of any of the places.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> square = shapely.box(-0.4, 49.1, -0.3, 49.2)
    >>> drawn = gpd.GeoDataFrame({"minutes": [10, 20, 30]}, geometry=[square] * 3, crs=4326)
    >>> with TemporaryDirectory() as folder:
    ...     drawn.to_file(Path(folder, "reach.geojson"))
    ...     one = read_reach(Path(folder, "reach.geojson"))
    ...     nearer = read_reach(Path(folder, "reach.geojson"), judged_min=20, nearer=True)
    >>> one["minutes"].tolist(), nearer["minutes"].tolist()
    ([20.0], [10.0, 20.0])
    """
    areas = read_areas(file)
    if places is not None:
        require_match(areas, places, Path(file).name)
    column, times = times_of(areas)
    asked = judged_min is not None or judged_km is not None
    if column is None:
        if asked:
            raise DataError(f"{Path(file).name} says no time of its polygons: none can be chosen.")
        return areas
    if nearer and not asked:
        return areas
    measures = measures_in(areas)
    if asked:
        _require_time(measures, judged_min, judged_km, Path(file).name)
    limit = choose_measure(measures, judged_km, judged_min).value
    untimed = np.isnan(times)  # these count for nobody, which `tell_missing` says
    return areas[untimed | (times <= limit if nearer else times == limit)]


def reach_source(areas: gpd.GeoDataFrame, file: str | Path, lang: Lang = "fr") -> str:
    """Say from which file areas are, and how many they are.

    Parameters
    ----------
    areas
        Areas.
    file
        Their file.
    lang
        Language.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame({"minutes": [20]}, geometry=[None], crs=2154)
    >>> reach_source(areas, "reach.gpkg", "en")
    'Reach: 1 polygon of the file reach.gpkg.'
    """
    return say("source_areas", lang, file=Path(file).name, count=number(len(areas), lang))


def reach_lines(
    areas: gpd.GeoDataFrame | None,
    file: str | Path | None = None,
    radius_km: float | None = None,
    lang: Lang = "fr",
) -> list[str]:
    r"""Say how far places reach, and from which file that is, for what is read apart from the rest.

    Parameters
    ----------
    areas, file
        Areas and their file, if there are any.
    radius_km
        The radius, if there are none.
    lang
        Language.

    Returns
    -------
    list of str
        Sentences.

    Examples
    --------
    >>> reach_lines(None, radius_km=10, lang="en")
    ['Reach of a place: 10\xa0km in a straight line.']
    >>> areas = gpd.GeoDataFrame({"minutes": [20]}, geometry=[None], crs=2154)
    >>> reach_lines(areas, "reach.gpkg", lang="en")[0]
    'Reach of a place: 20\xa0min (polygons of reach as provided).'
    """
    if areas is None:
        return [say("source_radius", lang, reach=reach_name(Measure("", radius_km), lang))]
    reach = ", ".join(reach_name(measure, lang) for measure in measures_in(areas))
    line = say("source_reach", lang, reach=reach, method=told_method(method_of(areas), lang))
    return [line, *([] if file is None else [reach_source(areas, file, lang)])]


def tell_missing(areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, lang: Lang = "fr") -> list[str]:
    """Say which places that count have no polygon, or none of some time; and which times are wrong.

    Parameters
    ----------
    areas, places
        As `measure_coverage`.
    lang
        Language.

    Returns
    -------
    list of str
        Sentences; none if every place has its polygons, or they say not whose they are, and every
        polygon a time that it may have, if any has one.

    Raises
    ------
    ColumnError
        As `measure_coverage`.

    Examples
    --------
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["a", "b"], "nom": ["A", "B"]},
    ...     geometry=gpd.points_from_xy([0, 9], [0, 0]), crs=2154,
    ... )
    >>> drawn = places.iloc[:1].set_geometry([shapely.box(-1, -1, 1, 1)]).assign(minutes=20)
    >>> tell_missing(drawn, places, "en")
    ['WARNING: places that count but have no polygon of reach, and so cover nothing: 1 (B).']
    """
    return [*_tell_places(areas, places, lang, NAMED), *tell_times(areas, places, lang)]


def undrawn_places(areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the places that count and have no polygon of any time.

    Parameters
    ----------
    areas, places
        As `tell_missing`.

    Returns
    -------
    geopandas.GeoDataFrame
        Rows of `places`; none if areas say not whose they are.

    Raises
    ------
    ColumnError
        As `measure_coverage`.

    Examples
    --------
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["a", "b"]}, geometry=gpd.points_from_xy([0, 9], [0, 0]), crs=2154
    ... )
    >>> undrawn_places(places.iloc[:1].set_geometry([shapely.box(-1, -1, 1, 1)]), places)["id"]
    1    b
    Name: id, dtype: str
    """
    return places.iloc[_missing(areas, places)[0]]


def tell_unusual(
    measure: Measure, *, asked: bool, areas: gpd.GeoDataFrame | None, lang: Lang = "fr"
) -> list[str]:
    r"""Say which time counts, where nobody asked for it and it is not the usual one.

    Parameters
    ----------
    measure
        Of the time that counts.
    asked
        Whether a time was asked for.
    areas
        The areas, if there are any.
    lang
        Language.

    Returns
    -------
    list of str
        A sentence, or none.

    Examples
    --------
    >>> areas = gpd.GeoDataFrame({"minutes": [10, 30]}, geometry=[None] * 2, crs=2154)
    >>> tell_unusual(Measure("", minutes=30.0), asked=False, areas=areas, lang="en")[0][:60]
    'The file of reach has no polygons of 20\xa0min: those of 30\xa0min'
    """
    if areas is None or asked or measure.value is None:
        return []
    usual = Measure("", route_km=USUAL["km_route"])
    if measure.minutes is not None:
        usual = Measure("", minutes=USUAL["min"])
    if measure.value == usual.value:
        return []
    words = {"usual": reach_name(usual, lang), "reach": reach_name(measure, lang)}
    return [say("told_areas_usual", lang, **words)]


def tell_times(areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, lang: Lang) -> list[str]:
    """Say how many polygons say no time where others do, and what is doubtful of times.

    Parameters
    ----------
    areas, places, lang
        As `tell_missing`.

    Returns
    -------
    list of str
        Sentences; none if all is well.

    Raises
    ------
    ColumnError
        As `measure_coverage`.

    Examples
    --------
    >>> place = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(0, 0)], crs=2154)
    >>> drawn = place.set_geometry(place.buffer(9)).assign(minutes=20)
    >>> tell_times(pd.concat([drawn, drawn.assign(minutes=None)]), place, "en")
    ['WARNING: 1 polygon of reach without a time, which does not count.']
    """
    column, times = times_of(areas)
    drawn = ~shapely.is_missing(only_polygons(areas.geometry.to_numpy()))
    lines = []
    if column is not None and (untimed := int((drawn & np.isnan(times)).sum())):
        lines.append(say("told_areas_untimed", lang, count=number(untimed, lang)))
    for doubt in doubts_of(areas, owners_of(areas, places, serves(places).to_numpy())):
        what = say(f"finding_{doubt.key}", lang, **doubt.words)
        lines.append(say("told_areas_doubt", lang, what=what))
    return lines


def missing_lines(
    areas: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame, lang: Lang = "fr"
) -> list[str]:
    """Say what `tell_missing` says, for a workbook, which has room for all the names.

    Parameters
    ----------
    areas, places, lang
        As `tell_missing`; no areas, no sentence.

    Returns
    -------
    list of str
        Sentences.

    Raises
    ------
    ColumnError
        As `measure_coverage`.

    Examples
    --------
    >>> missing_lines(None, gpd.GeoDataFrame(geometry=[], crs=2154))
    []
    """
    if areas is None:
        return []
    return [*_tell_places(areas, places, lang, len(places)), *tell_times(areas, places, lang)]


def missing_notices(
    areas: gpd.GeoDataFrame | None,
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    lang: Lang = "fr",
) -> list[str]:
    """Say what `tell_missing` says, as a map or a picture of a territory has room for it.

    Parameters
    ----------
    areas, places, lang
        As `tell_missing`; no areas, no sentence.
    communes
        The territory: its places are named first, and the others counted apart.

    Returns
    -------
    list of str
        Sentences; none if every place has its polygons.

    Raises
    ------
    ColumnError
        As `measure_coverage`.

    Examples
    --------
    >>> places = gpd.GeoDataFrame(
    ...     {"id": ["a", "b"], "nom": ["A", "B"], "code_insee": ["14118", "14118"]},
    ...     geometry=gpd.points_from_xy([0, 9], [0, 0]), crs=2154,
    ... )
    >>> drawn = places.iloc[:1].set_geometry([shapely.box(-1, -1, 1, 1)]).assign(minutes=20)
    >>> missing_notices(drawn, places, places)
    ['1 lieu sans polygone de portée ne couvre rien : B.']
    """
    if areas is None:
        return []
    inside = communes
    if "dans_selection" in communes:
        inside = communes[communes["dans_selection"].astype(bool)]
    there = home_communes(places).isin(inside["code_insee"]).to_numpy()
    none, some = _missing(areas, places)
    told = [("notice_areas", none, "")]
    told += [("notice_areas_of", rows, reach_name(measure, lang)) for measure, rows in some]
    lines = []
    for key, rows, reach in told:
        first = np.concatenate([rows[there[rows]], rows[~there[rows]]])
        beyond = int((~there[rows]).sum())
        where = say("notice_beyond", lang, count=number(beyond, lang)) if beyond else ""
        lines += _named(key, first, places, lang, reach=reach, where=where)
    return [line.replace("\u2026.", "\u2026") for line in lines]


def _tell_places(
    areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame, lang: Lang, most: int
) -> list[str]:
    """Say which places have no polygon, or none of some time, with so many names at most."""
    none, some = _missing(areas, places)
    lines = _named("told_areas", none, places, lang, most)
    for measure, rows in some:
        lines += _named("told_areas_of", rows, places, lang, most, reach=reach_name(measure, lang))
    return lines


def _missing(
    areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame
) -> tuple[Ints, list[tuple[Measure, Ints]]]:
    """Find the rows of places that count and have no polygon; and by time, those that lack it."""
    serving = serves(places).to_numpy()
    owner = owners_of(areas, places, serving)
    if (owner == NOBODY).any():
        return np.empty(0, dtype=np.int64), []
    column, times = times_of(areas)
    drawn = ~shapely.is_missing(only_polygons(areas.geometry.to_numpy()))
    if column is not None:
        drawn &= ~np.isnan(times)
    wanted = np.flatnonzero(serving)
    none = np.setdiff1d(wanted, owner[drawn])
    some = [
        (
            measure,
            np.setdiff1d(wanted, np.union1d(none, owner[drawn & (times == measure.value)])),
        )
        for measure in ([] if column is None else measures_in(areas))
    ]
    return none, some


def _require_time(
    measures: list[Measure], judged_min: float | None, judged_km: float | None, name: str
) -> None:
    """Refuse a time that the file does not have."""
    column = "route_km" if judged_min is None else "minutes"
    wanted = judged_km if judged_min is None else judged_min
    if wanted in {getattr(measure, column) for measure in measures}:
        return
    there = "minutes" if measures[0].minutes is not None else "route_km"
    known = ", ".join(f"{getattr(measure, there):g}" for measure in measures)
    units = {column: ending.split("_")[0] for column, ending in BANDS.items()}
    raise DataError(
        f"{name} has no polygons of {wanted:g} {units[column]}: they are of {known} {units[there]}."
    )


def _named(
    key: str,
    rows: Ints,
    places: gpd.GeoDataFrame,
    lang: Lang,
    most: int = NAMED,
    **words: str,
) -> list[str]:
    """Say which places these are, if there are any."""
    if not len(rows):
        return []
    names = places["nom"] if "nom" in places else pd.Series(places.index.astype("str"))
    shown = [str(name) for name in names.iloc[rows[:most]]]
    told = ", ".join(shown) + ("…" if len(rows) > most else "")
    return [say(key, lang, count=number(len(rows), lang), names=told, **words)]
