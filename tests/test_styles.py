"""The GeoPackage of the GIS office: its layers, and the styles QGIS finds in it."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

import epn_geo as epn
from epn_geo import styles
from epn_geo.errors import DataError
from epn_geo.paging.indicators import YLGNBU, find_indicators, find_radii
from epn_geo.picturing.scene import classes_of
from epn_geo.picturing.symbols import SYMBOLS
from epn_geo.styles import layer_styles, study_layers, write_styled_layers
from tests.worlds import make_places


@pytest.fixture
def coverage(grid: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    moved = grid.set_geometry(grid.translate(450_000, 6_880_000))
    return epn.measure_coverage(moved, places(), [3, 5])


def places() -> gpd.GeoDataFrame:
    frame = make_places(
        (2000.0, 2000.0), (6000.0, 2000.0), (9000.0, 9000.0), None,
        categorie=["EPN", "antenne", "CRANT", "EPN"],
    )  # fmt: skip
    return frame.set_geometry(frame.translate(450_000, 6_880_000))


def layers_of(coverage: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    return study_layers(
        coverage,
        places(),
        gaps=epn.find_gaps(coverage, places(), 5),
        epci=epn.summarise(coverage, places(), by="epci"),
        radius_km=5,
    )


@pytest.fixture
def written(coverage: gpd.GeoDataFrame, tmp_path: Path) -> Path:
    return write_styled_layers(layers_of(coverage), tmp_path / "couches.gpkg", radius_km=5)


def parsed(qml: str) -> ET.Element:
    return ET.fromstring(qml)  # noqa: S314 - our own styles


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as base:
        return base.execute(query).fetchall()


def test_every_layer_is_there_and_opens_as_before(written, coverage):
    names = [name for name, kind in pyogrio.list_layers(written) if kind is not None]
    assert names == ["lieux", "communes", "epci", "zones_hors_portee", "portee"]
    read = gpd.read_file(written, layer="communes")
    assert read["part_couverte_5km"].tolist() == coverage["part_couverte_5km"].tolist()
    epci = gpd.read_file(written, layer="epci")
    assert len(epci) == 4
    assert epci.area.sum() == pytest.approx(coverage.area.sum())
    # of three places with coordinates, a CRANT has no reach
    assert len(gpd.read_file(written, layer="portee")) == 2


def test_styles_are_announced_and_one_is_the_default(written):
    told = rows(written, "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'")
    assert told == [("attributes",)]
    defaults = rows(
        written,
        "SELECT f_table_name, f_geometry_column, styleName FROM layer_styles WHERE useAsDefault",
    )
    assert sorted(row[0] for row in defaults) == sorted(
        ["lieux", "communes", "epci", "zones_hors_portee", "portee"]
    )
    assert {row[1] for row in defaults} == {"geom"}
    assert ("communes", "geom", "Surface à portée (5\u00a0km)") in defaults
    assert all(
        len(row[2]) <= 30 for row in rows(written, "SELECT 0, 0, styleName FROM layer_styles")
    )


def test_styles_are_well_formed_with_words_for_fields(written):
    for name, qml in rows(written, "SELECT f_table_name, styleQML FROM layer_styles"):
        root = parsed(str(qml))
        symbols = {one.get("name") for one in root.iter("symbol")}
        used = {one.get("symbol") for one in root.iter() if one.get("symbol") is not None}
        assert used <= symbols
        assert symbols
        if name == "communes":
            aliases = {one.get("field"): one.get("name") for one in root.iter("alias")}
            assert aliases["part_couverte_5km"] == "Part de la surface à portée (5 km)"


def test_classes_of_qgis_are_those_of_the_map(coverage):
    """Each rule's limits, applied to each commune, give the class that the map gives."""
    styles = {s.name: s for s in layer_styles({"communes": coverage}, radius_km=5)}
    qml = styles["Surface à portée (5\u00a0km)"].qml
    rules = [one.get("filter") for one in parsed(qml).iter("rule")]
    part = coverage["part_couverte_5km"]
    expected = classes_of(part.to_numpy(), find_indicators(
        coverage, find_radii(coverage), {}, "fr")[0].breaks)  # fmt: skip
    for value, found in zip([*part, 0.25, 0.5, 0.0, 1.0], [*expected, 2, 3, 0, 5], strict=True):
        true = [
            nth for nth, rule in enumerate(rules)
            if rule != "ELSE" and all(
                value >= float(limit) if sign == ">=" else value < float(limit)
                for sign, limit in re.findall(r"(>=|<) ([\d.]+)", rule)
            )
        ]  # fmt: skip
        assert true == [found]
    colours = re.findall(r'k="color" v="(\d+),(\d+),(\d+),255"', qml)
    assert ["#" + "".join(f"{int(c):02x}" for c in one) for one in colours[:6]] == list(YLGNBU)


def test_places_are_drawn_by_category(written):
    (qml,) = rows(written, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'lieux'")[0]
    values = [one.get("value") for one in parsed(str(qml)).iter("category")]
    assert values == [*list(SYMBOLS)[:-1], ""]


def test_the_same_frames_give_the_same_bytes(coverage, tmp_path):
    hashes = {
        hashlib.sha256(
            write_styled_layers(layers_of(coverage), tmp_path / f"{run}.gpkg").read_bytes()
        ).hexdigest()
        for run in "ab"
    }
    assert len(hashes) == 1


def test_english_and_hostile_names(coverage, tmp_path):
    bad = coverage.rename(columns={"region": "<b>'\"; DROP TABLE layer_styles; --"})
    layers = study_layers(bad, places(), lang="en")
    path = write_styled_layers(layers, tmp_path / "a.gpkg", lang="en")
    styled = {row[0] for row in rows(path, "SELECT f_table_name FROM layer_styles")}
    assert styled == {"places", "communes", "reach"}


def test_places_with_a_reach_each(grid, tmp_path):
    moved = grid.set_geometry(grid.translate(450_000, 6_880_000))
    radii = {"EPN": 3, "antenne": 2, "CRANT": 1}
    own = epn.measure_coverage(moved, places(), radii)
    assert "portee" not in study_layers(own, places())
    layers = study_layers(own, places(), radius_km=radii)
    assert layers["portee"]["rayon_km"].tolist() == [3.0, 2.0]
    assert write_styled_layers(layers, tmp_path / "a.gpkg").exists()


def test_proposed_sites_have_a_layer_of_their_own(coverage, tmp_path):
    sites = epn.suggest_sites(coverage, places(), 1, 1.0)
    layers = study_layers(coverage, places(), sites=sites, radius_km=5)
    path = write_styled_layers(layers, tmp_path / "a.gpkg")
    assert gpd.read_file(path, layer="lieux_proposes")["rang"].tolist() == [1]
    assert np.isfinite(gpd.read_file(path, layer="lieux_proposes").geometry.x).all()
    for name, other in (("lieux_proposes", path), ("sites", tmp_path / "b.gpkg")):
        if name == "sites":
            write_styled_layers({"sites": sites}, other)
        styles = dict(rows(other, "SELECT f_table_name, styleQML FROM layer_styles"))
        qml = styles[name]
        assert parsed(str(qml)).get("labelsEnabled") == "1"
        (text,) = parsed(str(qml)).iter("text-style")
        assert text.get("fieldName") == "rang"


def test_every_layer_of_a_study_is_there_and_opens_coloured(tmp_path):
    study = epn.study.build(departements="61", radii_km=[10.0])
    sites = epn.suggest_sites(study.communes, study.places, 2, 10.0)
    layers = study_layers(
        study.coverage, study.places, gaps=study.gaps, sites=sites, epci=study.tables["epci"]
    )
    path = write_styled_layers(layers, tmp_path / "couches.gpkg")
    there = gpd.list_layers(path)
    shapes = dict(zip(there["name"], there["geometry_type"], strict=True))
    names = {"lieux", "communes", "epci", "zones_hors_portee", "portee", "lieux_proposes"}
    assert set(shapes) == names | {"layer_styles"}
    opened = rows(path, "SELECT f_table_name FROM layer_styles WHERE useAsDefault = 1")
    assert sorted(name for (name,) in opened) == sorted(names)


def test_only_a_geopackage_holds_styles(coverage, tmp_path):
    with pytest.raises(DataError, match=r"\.gpkg"):
        write_styled_layers({"communes": coverage}, tmp_path / "a.geojson")


@pytest.mark.parametrize(
    ("polygons", "area"),
    [
        ([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], 2.0),
        ([shapely.box(0, 0, 1, 1), shapely.box(0.5, 0, 1.5, 1)], 1.5),  # they overlap
        ([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 1)], 3.0),  # a corner on an edge
        ([shapely.box(0, 0, 1, 1), None], 1.0),
    ],
)
def test_communes_are_united_whether_or_not_they_share_their_points(polygons, area):
    joined = styles._together(  # noqa: SLF001 - its ways out are rare in real territories
        np.array(polygons, dtype=object)
    )
    assert joined.is_valid
    assert joined.area == pytest.approx(area)
    assert joined.geom_type == "Polygon"
