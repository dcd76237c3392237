"""Frames -> an interactive map in one file; the only door to HTML.

The map is a `folium.Map`. Its page holds Leaflet, the outlines once, the figures and the words, and
asks the network for nothing. ``docs/map.md`` describes what Python hands to the page.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.columns import Floats, numbers, rounded, texts
from epn_geo.crs import TERRITORIES, WGS84, require_crs
from epn_geo.errors import ColumnError, DataError, did_you_mean
from epn_geo.geometry.topology import DECIMALS, pack_topology
from epn_geo.labels import Lang, check_lang, say, say_date
from epn_geo.paging.indicators import Indicator, Radii, find_indicators, find_radii, indicator_table
from epn_geo.paging.payload import (
    commune_arcs,
    commune_table,
    decimals_for,
    fit_plane,
    pack_outlines,
    pack_payload,
    place_table,
    plain_table,
    sums_by_territory,
)
from epn_geo.radii import TIMES, Radius, choose_measure
from epn_geo.sentences import area_definition, how_counted

if TYPE_CHECKING:
    import folium

DEMONSTRATION = "Démonstration"
ZONE_TOLERANCE = 0.0002  # degrees: hatching may be drawn up to about 20 m from the exact zone

IGN_TILES = {
    "url": "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png"
    "&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
    "attribution": "© IGN – Géoplateforme",
}


def coverage_map(
    coverage: gpd.GeoDataFrame,
    *,
    places: gpd.GeoDataFrame | None = None,
    gaps: gpd.GeoDataFrame | None = None,
    reach: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    title: str | None = None,
    indicator: str | Sequence[str] | Mapping[str, str] | None = None,
    headline: Mapping[str, str] | None = None,
    radius_km: Radius | None = None,
    lang: str = "fr",
    sources: Sequence[str] = (),
    notices: Sequence[str] = (),
    date: str | None = None,
    definition: str | None = None,
    demonstration: bool | None = None,
    tiles: bool = False,
    compress: bool = True,
) -> folium.Map:
    """Draw coverage as a map that opens by double-click, without the network.

    Parameters
    ----------
    coverage
        Communes with what `measure_coverage` added. Geometry and ``part_couverte`` are enough.
    places
        Places; geometry and ``nom`` are enough. Categories get a shape and a colour each, antennes
        a line to their parent.
    gaps
        What `find_gaps` gave: hatched.
    reach
        What `reach` gave, or travel-time areas: outlined on demand. Without it, circles.
    sites
        Proposed places, best first: numbered.
    title
        What the page is called.
    indicator
        A column of `coverage`, several, or columns and what to call them, to offer beside those
        that are known (share of area, town hall, inhabitants out of reach, distance, inhabitants).
        The first is shown first; the known ones go by ``"part"``, ``"mairie"``,
        ``"hors_portee"``, ``"distance"`` and ``"population"`` as well as by their column.
    headline
        A column of people, and what to say of them after their share of all ("of inhabitants
        have …"), in place of the people within reach.
    radius_km
        How far each place reaches, if that was not one number for all: kilometres by category, or
        the name of a column of `places`. The page needs it for filters and simulation.
    lang
        ``"fr"`` or ``"en"``.
    sources
        Sentences that say where the data comes from, with their vintages. The ``source`` of the
        places is added.
    notices
        Sentences that must not be missed, such as what the figures leave out: they stand below the
        key figures, and on what is printed.
    date
        The day that the map should bear, as text. Nothing is taken from the clock.
    definition
        What "within reach" means here, instead of the usual sentence.
    demonstration
        Whether to say in a banner that the network is invented; by default, if the ``source`` of a
        place begins with "Démonstration".
    tiles
        Whether to lay the IGN's base map beneath, where the network allows.
    compress
        Whether to gzip the data; without, the file opens in browsers of before 2020–2023 too.

    Returns
    -------
    folium.Map
        `.save(path)` writes one file; layers can be added to it as to any Folium map.

    Raises
    ------
    ColumnError
        If there is nothing to shade the map by, or `indicator` is not a numeric column.
    CrsError
        If a frame has no CRS.
    DataError
        If `coverage` has no outline, or `lang` is not spoken.

    Notes
    -----
    Names and all other text travel as data and are shown as text: none can act as code. The same
    frames give the same bytes. Outlines are rounded to 4 decimals of a degree (at most 5.6 m).

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> communes = gpd.GeoDataFrame(
    ...     {"commune": ["Caen", "Ifs"], "part_couverte": [1.0, 0.4]},
    ...     geometry=[shapely.box(-0.4, 49.1, -0.3, 49.2), shapely.box(-0.4, 49.0, -0.3, 49.1)],
    ...     crs=4326,
    ... )
    >>> page = coverage_map(communes, title="Calvados").get_root().render()
    >>> "https://" in page.split("epn-data")[1]
    False
    """
    from epn_geo.paging.webpage import CoverageMap, PageFigure, words  # noqa: PLC0415 - two seconds

    spoken = check_lang(lang)
    date = say_date(date, spoken) if date else ""
    _require_outlines(coverage)
    radii = find_radii(coverage)
    shades = _indicators(coverage, radii, indicator, spoken)
    shown = str(title) if title else say("map_title", spoken)
    places, decimals = _known(places, "places"), decimals_for(len(coverage))
    arcs = commune_arcs(coverage)
    head: dict[str, Any] = {
        "lang": spoken,
        "words": words(spoken),
        "title": shown,
        "subtitle": _subtitle(coverage, date, spoken),
        "date": date,
        "definition": definition
        or area_definition(coverage, radii.measures, spoken)
        or _definition(radii, reach, how_counted(coverage, spoken), spoken),
        "sources": [*map(str, sources), *_sources_of(places, spoken)],
        "notices": list(map(str, notices)),
        "demonstration": _banner(places, demonstration, spoken),
        "tiles": IGN_TILES if tiles else None,
        "bounds": rounded(_window(coverage), 5),
        "radii": rounded(np.array(_values(radii)), 3),
        "areas": _areas(radii, spoken),
        "decimals": decimals,
        "plane": fit_plane(coverage),
        "indicator": shades[0].key,
        "indicators": indicator_table(sorted(shades, key=lambda i: _ORDER.get(i.key, 9))),
        "communes": (table := commune_table(coverage, radii.suffixes, arcs)),
        "headline": _headline(coverage, headline, table),
        "places": None if places is None else place_table(places, coverage, radius_km),
        "gaps": None if gaps is None else plain_table(gaps),
        "reach": None if reach is None else _reach_table(reach),
        "sites": None if sites is None else _sites(sites),
    }
    head |= _radius_at_first(radii, gaps)
    head |= _vocabularies(head["places"])
    blocks = {"communes": pack_topology(arcs)}
    for name, zones in (("gaps", gaps), ("reach", reach)):
        if zones is not None:
            require_crs(zones, name)
            tolerance = ZONE_TOLERANCE * 10 ** (DECIMALS - decimals)
            blocks[name] = pack_outlines(zones, tolerance, decimals)
    figure = PageFigure(
        spoken, shown, pack_payload(head, blocks, compress=compress), compress=compress
    )
    west, south, east, north = (float(b or 0) for b in head["bounds"])
    return CoverageMap(figure, ((south + north) / 2, (west + east) / 2), tiles=tiles)


def layer_name(label: str, colour: str) -> str:
    """Name a layer that is added to a map, with its colour beside: a name of Folium's is HTML.

    Parameters
    ----------
    label
        Any text.
    colour
        As ``#b2182b``.

    Returns
    -------
    str
        HTML.

    Examples
    --------
    >>> layer_name("Lost <b>", "#b2182b")
    '<span style="color:#b2182b" aria-hidden="true">■</span> Lost &lt;b&gt;'
    """
    return f'<span style="color:{colour}" aria-hidden="true">■</span> {html.escape(label)}'


_ORDER = {"part": 0, "mairie": 1, "hors_portee": 2, "distance": 3, "population": 4}

_BY_COLUMN = {
    "part_couverte": "part",
    "mairie_couverte": "mairie",
    "population_couverte": "hors_portee",
    "distance_km": "distance",
}


def _require_outlines(coverage: gpd.GeoDataFrame) -> None:
    """Refuse what cannot be drawn."""
    if not isinstance(coverage, gpd.GeoDataFrame):
        raise DataError(
            f"coverage must be a GeoDataFrame of communes, not {type(coverage).__name__}."
        )
    require_crs(coverage, "coverage")
    kinds = coverage.geometry.geom_type.dropna()
    if not kinds.isin(["Polygon", "MultiPolygon"]).any():
        raise DataError("coverage has no outline to draw: give it the communes' polygons.")


def _headline(
    coverage: gpd.GeoDataFrame, asked: Mapping[str, str] | None, table: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Give the people that the page tells of first, by territory."""
    if asked is None:
        return None
    [(column, text)] = asked.items()
    [people] = sums_by_territory(coverage, [column], table)
    if people is None or "population" not in coverage:
        hint = did_you_mean(column, map(str, coverage.columns))
        raise ColumnError(
            f"headline= needs people in columns {column!r} and 'population' of the coverage.{hint}"
        )
    return {"people": people, "text": text}


def _known(places: gpd.GeoDataFrame | None, what: str) -> gpd.GeoDataFrame | None:
    if places is not None:
        require_crs(places, what)
    return places


def _indicators(
    coverage: gpd.GeoDataFrame,
    radii: Radii,
    asked: str | Sequence[str] | Mapping[str, str] | None,
    lang: Lang,
) -> list[Indicator]:
    """List the indicators, the one to show first at the front."""
    names = [asked] if isinstance(asked, str) else list(asked or [])
    keys = [_BY_COLUMN.get(name, name) for name in names]
    labels = asked if isinstance(asked, Mapping) else {}
    own = {key: labels.get(key, key) for key in keys if key not in _ORDER}
    found = find_indicators(coverage, radii, own, lang)
    if not found:
        hint = did_you_mean("part_couverte", map(str, coverage.columns))
        raise ColumnError(
            "There is nothing to shade the map by: no column 'part_couverte'. Call "
            f"measure_coverage first, or name a numeric column with indicator=.{hint}"
        )
    known = {one.key for one in found}
    for key in keys:
        if key not in known:
            raise ColumnError(
                f"The coverage has no figures for the indicator {key!r}.{did_you_mean(key, known)}"
            )
    return sorted(found, key=lambda one: keys.index(one.key) if one.key in keys else len(keys))


def _definition(radii: Radii, reach: gpd.GeoDataFrame | None, counted: str, lang: Lang) -> str:
    known = [km for km in radii.km if not np.isnan(km)]
    if reach is not None and not known:
        return say("map_definition_areas", lang)
    if not known:
        return say("map_definition_unknown", lang)
    shown = [f"{km:g}".replace(".", "," if lang == "fr" else ".") for km in known]
    joined = (" ou " if lang == "fr" else " or ").join(
        [", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown
    )
    return say("map_definition", lang, km=joined, counted=counted)


def _window(coverage: gpd.GeoDataFrame) -> Floats:
    """Give what to show first: all of it, or of several territories the one of most communes."""
    bounds = coverage.to_crs(WGS84).bounds.to_numpy(np.float64)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    within = [(t.west < x) & (x < t.east) & (t.south < y) & (y < t.north) for t in TERRITORIES]
    largest = max(within, key=np.count_nonzero)
    if sum(one.any() for one in within) < 2:
        largest = np.isfinite(x)
    if not largest.any():
        return np.full(4, np.nan)
    box: Floats = np.r_[bounds[largest, :2].min(axis=0), bounds[largest, 2:].max(axis=0)]
    return box


def _values(radii: Radii) -> list[float]:
    """Give the one number of each reach, in its own unit; NaN where it has none."""
    return [np.nan if one.value is None else one.value for one in radii.measures]


def _areas(radii: Radii, lang: Lang) -> dict[str, Any] | None:
    """Say in which unit areas were measured, where they stood in place of discs."""
    if not radii.measures or not radii.measures[0].areas:
        return None
    if radii.measures[0].route_km is not None:
        unit = say("reach_route", lang, km="").replace("\u00a0", " ").strip()
        return {"unit": unit, "road": True}
    return {"unit": "min", "road": False}


def _reach_table(reach: gpd.GeoDataFrame) -> dict[str, Any]:
    """Give the time of each area, by which the page draws those of the one shown."""
    for column in TIMES:
        if column in reach and len(reach[column].dropna().unique()) > 1:
            return {"band": rounded(numbers(reach, column), 3)}
    return {}


def _subtitle(coverage: gpd.GeoDataFrame, date: str, lang: Lang) -> str:
    """Say what the map holds: communes, inhabitants, and the day if the caller gave one."""
    inside = coverage
    if "dans_selection" in coverage:
        inside = coverage[coverage["dans_selection"].astype(bool)]
    parts = [say("map_communes", lang, count=_grouped(len(inside), lang))]
    if "population" in inside:
        people = np.nansum(numbers(inside, "population"))
        parts.append(say("map_people", lang, count=_grouped(int(people), lang)))
    return " · ".join([*parts, *([date] if date else [])])


def _grouped(number: int, lang: Lang) -> str:
    return f"{number:,}".replace(",", "\u202f" if lang == "fr" else ",")


def _banner(places: gpd.GeoDataFrame | None, asked: bool | None, lang: Lang) -> str:
    """Say, where nobody can miss it, that the network is invented."""
    told = places is not None and any(
        text.startswith(DEMONSTRATION) for text in texts(places, "source")
    )
    return say("map_demonstration", lang) if asked or (asked is None and told) else ""


def _sources_of(places: gpd.GeoDataFrame | None, lang: Lang) -> list[str]:
    """Say where the places come from, and how fresh they are."""
    if places is None or places.empty:
        return []
    named = sorted({text for text in texts(places, "source") if text})
    if not named:
        return []
    days = sorted(day for day in texts(places, "date_maj") if day > "1970-01-01")
    listed = ", ".join(named[:3]) + (" …" if len(named) > 3 else "")
    if not days:
        return [say("map_places_from", lang, sources=listed)]
    first, last = (say_date(day[:10], lang) for day in (days[0], days[-1]))
    return [say("map_places_dated", lang, sources=listed, first=first, last=last)]


def _radius_at_first(radii: Radii, gaps: gpd.GeoDataFrame | None) -> dict[str, Any]:
    """Choose the radius to show first: that of the gaps, else 10 km, else the middle one."""
    known = [km for km in _values(radii) if not np.isnan(km)]
    of_gaps = None
    for column in ("rayon_km", *TIMES):
        if gaps is not None and column in gaps and not gaps.empty:
            told = pd.unique(gaps[column])
            of_gaps = float(told[0]) if len(told) == 1 else None
    if not known:
        return {"radius": None, "gapsRadius": None}
    middle = float(choose_measure(radii.measures).value or 0)
    first = of_gaps if of_gaps in known else middle
    return {"radius": first, "gapsRadius": first if of_gaps is None else of_gaps}


def _sites(sites: gpd.GeoDataFrame) -> dict[str, Any]:
    """Give the proposed places: where, and all that is told of them."""
    require_crs(sites, "sites")
    points = sites.to_crs(WGS84).geometry.representative_point()
    there = points.notna() & ~points.is_empty
    return {
        "longitude": rounded(np.where(there, points.x, np.nan), 6),
        "latitude": rounded(np.where(there, points.y, np.nan), 6),
        "table": plain_table(sites),
    }


def _vocabularies(places: dict[str, Any] | None) -> dict[str, list[str]]:
    """Give the services and publics that are met."""
    lists = {} if places is None else places["listes"]
    return {
        "services": lists.get("services", {}).get("values", []),
        "publics": lists.get("publics_specifiquement_adresses", {}).get("values", []),
    }
