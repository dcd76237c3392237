"""Layers for the GIS office: one GeoPackage that opens coloured, with words for its fields.

QGIS looks for styles in a table ``layer_styles`` of the file and applies to each layer the one
marked `useAsDefault`; the others are offered in the layer's properties. The classes, colours and
symbols are those of the interactive map. Other software sees a plain GeoPackage.
"""

from __future__ import annotations

import sqlite3
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from epn_geo.coverage import reach
from epn_geo.errors import DataError
from epn_geo.labels import Lang, check_lang, reach_name, say
from epn_geo.paging.indicators import Indicator, find_indicators, find_radii
from epn_geo.picturing.symbols import HATCH, NO_DATA, SYMBOLS, map_words
from epn_geo.radii import TIMES, Measure, Radius, measure_for, radii_of
from epn_geo.report import header
from epn_geo.serving import keep_near, serves
from epn_geo.writing import GDAL_DATE, atomic_path, write_layers

STYLES_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
    f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""
# what each indicator is, as an expression of QGIS; {} stands for the radius in the column's name
EXPRESSIONS = {
    "part": '"part_couverte{}"',
    "mairie": 'to_int("mairie_couverte{}")',
    "hors_portee": 'max("population" - "population_couverte{}", 0)',
    "distance": '"distance_km"',
    "population": '"population"',
}
OUTLINE = "#8c8c8c"
# layers that are known under another name too, and those whose points bear a figure
ALSO_CALLED = {"layer_sites": ("sites",)}
LABELLED = {"layer_sites": "rang"}
# what a layer of reach keeps of the places
REACH_COLUMNS = ("id", "nom", "categorie", "commune", "rayon_km", *TIMES)


class Style(NamedTuple):
    """How QGIS draws a layer."""

    layer: str
    name: str
    qml: str
    default: bool = True


def study_layers(
    coverage: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    gaps: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    epci: pd.DataFrame | None = None,
    radius_km: Radius | None = None,
    areas: gpd.GeoDataFrame | None = None,
    lang: Lang = "fr",
) -> dict[str, gpd.GeoDataFrame]:
    """Gather the layers of a study.

    Parameters
    ----------
    coverage
        What `measure_coverage` or `flag_underserved` gave.
    places
        Places.
    gaps, sites
        What `find_gaps` and `suggest_sites` gave.
    epci
        What `summarise` gave by EPCI: with it there is a layer of their outlines.
    radius_km
        How far places reach, as in `reach`; by default the radius that `coverage` is judged by.
        Without one number there is no layer of reach.
    areas
        Polygons of reach in place of discs: they are the layer of reach, as they were given.
    lang
        Language of the layers' names.

    Returns
    -------
    dict
        Name and frame, for `write_styled_layers`.

    Examples
    --------
    >>> from epn_geo.study import build
    >>> study = build(departements="61", radii_km=[10.0])
    >>> layers = study_layers(study.coverage, study.places, epci=study.tables["epci"])
    >>> {name: len(frame) for name, frame in layers.items()}
    {'lieux': 153, 'communes': 435, 'epci': 16, 'portee': 32}
    """
    layers = {say("layer_places", lang): places, say("layer_communes", lang): coverage}
    if epci is not None:
        layers[say("layer_epci", lang)] = _epci_layer(coverage, epci)
    if gaps is not None:
        layers[say("layer_gaps", lang)] = gaps
    radius = measure_for(coverage).radius_km if radius_km is None else radius_km
    if areas is not None:
        known = [c for c in (*REACH_COLUMNS, "duree_methode", "version_ressource") if c in areas]
        layers[say("layer_reach", lang)] = areas[[*known, areas.geometry.name]]
    elif radius is not None:
        serving = places[serves(places)]
        # those that touch the territory; a list may hold places overseas, in other projections
        furthest = float(radii_of(serving, radius).max()) if len(serving) else 0.0
        discs = reach(keep_near(serving, coverage, furthest), radius)
        layers[say("layer_reach", lang)] = discs[
            [*(c for c in REACH_COLUMNS if c in discs), discs.geometry.name]
        ]
    if sites is not None:
        layers[say("layer_sites", lang)] = sites
    return layers


def write_styled_layers(
    layers: Mapping[str, gpd.GeoDataFrame],
    path: str | Path,
    *,
    radius_km: float | None = None,
    minutes: float | None = None,
    lang: str = "fr",
) -> Path:
    """Write the layers of a study as a GeoPackage that QGIS opens coloured.

    Parameters
    ----------
    layers
        What `study_layers` gave; layers under other names are written without a style.
    path
        Where to, ending in ``.gpkg``.
    radius_km
        The radius that the communes are shaded by at first; 10 km by default. Styles for the other
        radii and indicators are there to be chosen.
    minutes
        The time, likewise, if areas of several were measured; 20 minutes by default.
    lang
        Language of legends and field names, and of the layers' names.

    Returns
    -------
    pathlib.Path
        The file written, the same bytes for the same frames.

    Raises
    ------
    DataError
        For another suffix.

    Notes
    -----
    Written for QGIS 3.4 and later. Fields keep their names in the file; QGIS shows the words.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.study import build
    >>> study = build(departements="61", radii_km=[10.0])
    >>> layers = study_layers(study.coverage, study.places, gaps=study.gaps)
    >>> write_styled_layers(layers, Path(tempfile.mkdtemp()) / "couches.gpkg").name
    'couches.gpkg'
    """
    path, spoken = Path(path), check_lang(lang)
    if path.suffix.lower() != ".gpkg":
        raise DataError(f"{path.name}: only a .gpkg file can hold styles beside its layers.")
    styles = layer_styles(layers, radius_km=radius_km, minutes=minutes, lang=spoken)
    with atomic_path(path) as temporary:
        write_layers(dict(layers), temporary)
        with closing(sqlite3.connect(temporary)) as base, base:
            _store(base, styles)
    return path


def layer_styles(
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    radius_km: float | None = None,
    minutes: float | None = None,
    lang: Lang = "fr",
) -> list[Style]:
    """Make the styles of a study's layers.

    Parameters
    ----------
    layers, radius_km, minutes, lang
        As `write_styled_layers`.

    Returns
    -------
    list of Style
        One or more for each layer whose name is known.

    Examples
    --------
    >>> import geopandas as gpd
    >>> frame = gpd.GeoDataFrame({"categorie": ["EPN"]}, geometry=[shapely.Point(0, 49)], crs=4326)
    >>> [(style.layer, style.name) for style in layer_styles({"lieux": frame})]
    [('lieux', 'Lieux par catégorie')]
    """
    makers = {
        "layer_places": _place_renderer,
        "layer_epci": _epci_renderer,
        "layer_gaps": _gap_renderer,
        "layer_reach": _reach_renderer,
        "layer_sites": _site_renderer,
    }
    styles = []
    for key, make in makers.items():
        title = say(key.replace("layer_", "style_"), lang)
        for name in {say(key, lang), *ALSO_CALLED.get(key, ())} & set(layers):
            qml = _qml(make(lang), layers[name], lang, LABELLED.get(key))
            styles.append(Style(name, title, qml))
    if (name := say("layer_communes", lang)) in layers:
        suffix = _judged(layers[name], radius_km, minutes)
        styles += _commune_styles(name, layers[name], suffix, lang)
    return styles


def _epci_layer(coverage: gpd.GeoDataFrame, epci: pd.DataFrame) -> gpd.GeoDataFrame:
    """Put the communes of each EPCI together."""
    outlines = {
        str(code): _together(rows.geometry.to_numpy())
        for code, rows in coverage.groupby(coverage["code_epci"].astype(object).fillna(""))
    }
    geometry = gpd.GeoSeries(
        [outlines.get(str(code)) for code in epci["code_epci"]],
        index=epci.index,
        crs=coverage.crs,
    )
    return gpd.GeoDataFrame(epci, geometry=geometry)


def _together(polygons: npt.NDArray[Any]) -> Any:
    """Unite polygons: along the points that neighbours share, eight times faster, if they do."""
    area = np.nansum(shapely.area(polygons))
    try:
        joined = shapely.coverage_union_all(polygons)
    except shapely.GEOSException:
        return shapely.union_all(polygons)
    if shapely.is_valid(joined) and abs(shapely.area(joined) - area) <= 1e-9 * area:
        return joined
    return shapely.union_all(polygons)


def _judged(coverage: gpd.GeoDataFrame, radius_km: float | None, minutes: float | None) -> str:
    """Give the ending of the columns that communes are shaded by at first."""
    if not find_radii(coverage).suffixes:
        return ""
    return measure_for(coverage, radius_km, minutes).suffix


def _commune_styles(name: str, coverage: gpd.GeoDataFrame, judged: str, lang: Lang) -> list[Style]:
    """Make a style for each indicator and radius; the share of area within reach is the default."""
    radii = find_radii(coverage)
    styles: list[Style] = []
    for indicator in find_indicators(coverage, radii, {}, lang):
        for measure in radii.measures if indicator.by_radius else (Measure(""),):
            suffix = measure.suffix
            told = f" ({reach_name(measure, lang)})" if measure.value is not None else ""
            title = say(f"style_{indicator.key}", lang) + told
            renderer = _class_renderer(indicator, EXPRESSIONS[indicator.key].format(suffix), lang)
            default = indicator.key == "part" and suffix == judged
            styles.append(Style(name, title, _qml(renderer, coverage, lang), default))
    if styles and not any(style.default for style in styles):
        styles[0] = styles[0]._replace(default=True)
    return styles


def _class_renderer(indicator: Indicator, expression: str, lang: Lang) -> ET.Element:
    """Draw communes by class; a value on a limit belongs to the class above, as on the map."""
    limits = [None, *indicator.breaks, None]
    rules, symbols = [], []
    for low, high, label, colour in zip(
        limits, limits[1:], indicator.labels, indicator.colours, strict=False
    ):
        tests = [f"{expression} >= {low!r}"] if low is not None else []
        tests += [f"{expression} < {high!r}"] if high is not None else []
        rules.append((" AND ".join(tests) or "TRUE", label))
        symbols.append(_fill(colour))
    rules.append(("ELSE", map_words(lang)["no_data"]))
    symbols.append(_fill(NO_DATA))
    return _rule_renderer(rules, symbols)


def _rule_renderer(
    rules: Sequence[tuple[str, str]], symbols: Sequence[list[ET.Element]], kind: str = "fill"
) -> ET.Element:
    """Make a renderer by rules; its keys are made from what the rules say, not at random."""
    renderer = ET.Element("renderer-v2", type="RuleRenderer", symbollevels="0", enableorderby="0")
    told = "\n".join("|".join(rule) for rule in rules)
    root = ET.SubElement(renderer, "rules", key=_key(told))
    for nth, (test, label) in enumerate(rules):
        ET.SubElement(
            root, "rule", key=_key(f"{told}#{nth}"), symbol=str(nth), label=label, filter=test
        )
    renderer.append(_symbols(symbols, kind))
    return renderer


def _key(text: str) -> str:
    return "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"epn-geo:{text}")) + "}"


def _symbols(symbols: Sequence[list[ET.Element]], kind: str) -> ET.Element:
    parent = ET.Element("symbols")
    for nth, parts in enumerate(symbols):
        symbol = ET.SubElement(
            parent, "symbol", type=kind, name=str(nth), alpha="1", clip_to_extent="1", force_rhr="0"
        )
        symbol.extend(parts)
    return parent


def _single(parts: list[ET.Element], kind: str) -> ET.Element:
    renderer = ET.Element("renderer-v2", type="singleSymbol", symbollevels="0", enableorderby="0")
    renderer.append(_symbols([parts], kind))
    return renderer


def _part(symbol_class: str, **properties: str) -> ET.Element:
    """Make one part of a symbol, in the spelling of QGIS of today and in the one of before 3.18."""
    layer = ET.Element("layer", {"class": symbol_class, "enabled": "1", "locked": "0", "pass": "0"})
    options = ET.SubElement(layer, "Option", type="Map")
    for name, value in properties.items():
        ET.SubElement(options, "Option", type="QString", name=name, value=value)
    for name, value in properties.items():
        ET.SubElement(layer, "prop", k=name, v=value)
    return layer


def _rgba(colour: str, alpha: int = 255) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + f",{alpha}"


def _fill(colour: str, outline: str = OUTLINE, width: float = 0.06) -> list[ET.Element]:
    return [
        _part(
            "SimpleFill",
            color=_rgba(colour),
            style="solid",
            outline_color=_rgba(outline),
            outline_style="solid",
            outline_width=str(width),
            outline_width_unit="MM",
            joinstyle="round",
        )
    ]


def _edge(colour: str, width: float, style: str = "no", fill: str = "#ffffff") -> ET.Element:
    """Draw an outline, with a pattern of lines inside or nothing."""
    return _part(
        "SimpleFill",
        color=_rgba(fill),
        style=style,
        outline_color=_rgba(colour),
        outline_style="solid",
        outline_width=str(width),
        outline_width_unit="MM",
        joinstyle="round",
    )


def _marker(colour: str, shape: str, size: float) -> ET.Element:
    return _part(
        "SimpleMarker",
        name=shape,
        color=_rgba(colour),
        size=f"{size:g}",
        size_unit="MM",
        outline_color=_rgba("#1a1a1a"),
        outline_style="solid",
        outline_width="0.2",
        outline_width_unit="MM",
    )


def _place_renderer(lang: Lang) -> ET.Element:
    """Draw places by category, unknown ones as "autre"."""
    renderer = ET.Element(
        "renderer-v2", type="categorizedSymbol", attr="categorie", symbollevels="0",
        enableorderby="0",
    )  # fmt: skip
    categories = ET.SubElement(renderer, "categories")
    words, symbols = map_words(lang), []
    for nth, (category, symbol) in enumerate(SYMBOLS.items()):
        # an empty value stands for all the others
        value = "" if category == "autre" else category
        ET.SubElement(
            categories, "category", type="string", value=value, symbol=str(nth),
            label=words[f"category_{nth}"], render="true",
        )  # fmt: skip
        symbols.append([_marker(symbol.colour, symbol.shape, 1.2 * symbol.size)])
    renderer.append(_symbols(symbols, "marker"))
    return renderer


def _epci_renderer(lang: Lang) -> ET.Element:
    return _rule_renderer([("TRUE", say("style_epci", lang))], [[_edge("#4c4c5e", 0.4)]])


def _gap_renderer(lang: Lang) -> ET.Element:
    hatched = _edge(HATCH, 0.3, "b_diagonal", HATCH)
    return _rule_renderer([("TRUE", map_words(lang)["layer_gaps"])], [[hatched]])


def _reach_renderer(_lang: Lang) -> ET.Element:
    return _single([_edge("#782800", 0.3)], "fill")


def _site_renderer(_lang: Lang) -> ET.Element:
    return _single([_marker("#ffffff", "circle", 4.5)], "marker")


def _labels(field: str) -> ET.Element:
    """Write a field over each point, whatever else is there."""
    labeling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labeling, "settings")
    ET.SubElement(
        settings, "text-style", fieldName=field, isExpression="0", fontFamily="Sans Serif",
        fontSize="8", fontSizeUnit="Point", fontWeight="75", textColor=_rgba("#1a1a1a"),
        textOpacity="1",
    )  # fmt: skip
    # over the point, in its middle
    ET.SubElement(settings, "placement", placement="1", quadOffset="4", xOffset="0", yOffset="0")
    ET.SubElement(settings, "rendering", drawLabels="1", displayAll="1", obstacle="0")
    return labeling


def _qml(
    renderer: ET.Element, frame: gpd.GeoDataFrame, lang: Lang, labelled: str | None = None
) -> str:
    """Make the style document: how to draw, and what to call the fields."""
    root = ET.Element("qgis", version="3.4.0", styleCategories="Symbology|Fields|Labeling")
    root.append(renderer)
    if labelled in frame:
        root.set("labelsEnabled", "1")
        root.append(_labels(str(labelled)))
    aliases = ET.SubElement(root, "aliases")
    # the first field of the file is its identifier, which the frame does not have
    fields = [str(column) for column in frame.columns if column != frame.geometry.name]
    for nth, field in enumerate(fields, start=1):
        if (words := header(field, lang)) != field:
            ET.SubElement(aliases, "alias", index=str(nth), field=field, name=words)
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(
        root, encoding="unicode"
    )


def _store(base: sqlite3.Connection, styles: Sequence[Style]) -> None:
    """Write the table of styles and announce it among the contents of the file."""
    base.execute(STYLES_TABLE)
    columns = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns"))
    base.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, "
        "update_time) VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '', NULL, ?)",
        [
            (
                style.layer,
                columns.get(style.layer, "geom"),
                style.name,
                style.qml,
                style.default,
                style.name,
                GDAL_DATE,
            )
            for style in styles
        ],
    )
    base.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
        (GDAL_DATE,),
    )
