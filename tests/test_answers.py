"""Whatever JSON a service answers, what comes out is data or a `DownloadError`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import epn_geo as epn
from epn_geo.arcgis import read_layer
from epn_geo.download import Answer, Door
from epn_geo.network.asks import Ask
from epn_geo.network.cache import Cache, Record
from epn_geo.official import fetch_communes
from epn_geo.traveltime import isochrones

KEYS = [
    "error",
    "code",
    "message",
    "details",
    "fields",
    "name",
    "type",
    "objectIdField",
    "supportedQueryFormats",
    "count",
    "maxRecordCount",
    "editingInfo",
    "lastEditDate",
    "features",
    "attributes",
    "properties",
    "geometry",
    "coordinates",
    "x",
    "y",
    "id",
    "OBJECTID",
    "spatialReference",
    "wkid",
    "latestWkid",
    "wkt",
    "exceededTransferLimit",
    "resourceVersion",
    "nom",
    "codeDepartement",
    "codeRegion",
    "codeEpci",
    "population",
    "mairie",
    "anciensCodes",
]
GOOD: dict[str, Any] = {
    "name": "EPN",
    "objectIdField": "OBJECTID",
    "fields": [{"name": "OBJECTID", "type": "esriFieldTypeOID"}],
    "count": 1,
    "features": [{"attributes": {"OBJECTID": 1}, "geometry": {"x": 0, "y": 49}}],
    "geometry": {"type": "Polygon", "coordinates": [[[-1, 49], [0, 49], [0, 50], [-1, 49]]]},
}

plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(),
    st.sampled_from(["", "a", "Polygon", "Point", "esriFieldTypeDate", "esriFieldTypeOID", "EPSG"]),
)
anything = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    ),
    max_leaves=12,
)
# a good answer with one thing wrong finds more than noise does
spoiled = st.dictionaries(st.sampled_from([*GOOD]), anything, max_size=2).map(lambda d: GOOD | d)
answers = st.lists(st.one_of(anything, spoiled), min_size=1, max_size=3)


class Mad(Door):
    """A door behind which anything is."""

    def __init__(self, said: list[Any]) -> None:
        super().__init__(Cache("nowhere"))
        self._said = [json.dumps(each).encode() for each in said]
        self._asked = 0

    def fetch(
        self, ask: Ask, check: Callable[[bytes], object] = lambda _: None, **_: object
    ) -> Answer:
        content = self._said[min(self._asked, len(self._said) - 1)]
        self._asked += 1
        check(content)
        return Answer(content, Record(ask.url, ask.url, "", *[""] * 5, 0), from_cache=False)


PLACE = gpd.GeoDataFrame(geometry=[shapely.Point(-0.37, 49.18)], crs=4326)
READERS: dict[str, Callable[[Door, Path], object]] = {
    "a layer": lambda door, _: read_layer(door, "https://a.fr/FeatureServer/0"),
    "an isochrone": lambda door, _: isochrones(PLACE, door=door),
    "the communes": lambda door, folder: fetch_communes(folder / "communes", 2027, door),
}


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=150, deadline=None)
@given(said=answers)
def test_no_answer_breaks_a_reader(reader: str, said: list[Any]) -> None:
    try:
        READERS[reader](Mad(said), Path("nowhere"))
    except epn.DownloadError as error:
        assert str(error)  # noqa: PT017 - the only error there may be
    assert not Path("nowhere").exists()
