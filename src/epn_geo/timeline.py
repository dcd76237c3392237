"""The network over time as a page with a slider: one file that asks the network for nothing.

A map is drawn for each moment: the départements, what is out of reach, the places, and how many EPN
and antennes there are. The slider shows one at a time. Every text reaches the page through `_text`,
which escapes it; the only script is the one below, and the page's policy runs no other.
"""

from __future__ import annotations

import html
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.areafiles import measures_in
from epn_geo.areas import Band, method_of, only_band, refuse_both, require_owners, warned_once
from epn_geo.columns import texts
from epn_geo.coverage import areas_round, discs_round, measure_coverage
from epn_geo.crs import CRS, to_metric
from epn_geo.geometry.overlay import Geometries, uncovered_parts
from epn_geo.geometry.polygons import uncovered_by
from epn_geo.joins import locate
from epn_geo.labels import Lang, check_lang, number, percent, reach_name, say, told_method
from epn_geo.radii import Measure
from epn_geo.snapshots import Snapshot
from epn_geo.writing import atomic_path

UNIT_M = 100.0  # one unit of the drawing
COARSE_M = 250.0  # outlines are drawn to within this

SCRIPT = (
    'const slider=document.getElementById("t");'
    'const steps=[...document.querySelectorAll("[data-k]")];'
    'function show(){for(const e of steps)e.style.display=e.dataset.k===slider.value?"":"none"}'
    'slider.addEventListener("input",show);show();'
)
STYLE = (
    "body{font:16px/1.4 system-ui,sans-serif;color:#1a1a1a;margin:0 auto;max-width:64em;"
    "padding:1em}h1{font-size:1.4em;margin:0 0 .3em}svg{width:100%;max-height:75vh;display:block}"
    "input{width:100%}output,p{display:block;margin:.3em 0}.avis{color:#b00020;font-weight:700}"
    ".petit{font-size:.85em;color:#555}.d{fill:#dbe9f4;stroke:#333;stroke-width:4}"
    ".b{fill:none;stroke:#333;stroke-width:4}.g{fill:#fff;stroke:#999;stroke-width:2}.e{fill:#c2410c;stroke:#fff;stroke-width:3}"
    ".a{fill:#facc15;stroke:#333;stroke-width:3}.o{fill:#777;stroke:#fff;stroke-width:2}"
    ".n{font:700 34px system-ui,sans-serif;text-anchor:middle;paint-order:stroke;stroke:#fff;"
    "stroke-width:8;fill:#111}"
)


class _Step(NamedTuple):
    """One moment."""

    moment: str
    told: str  # what is said of it
    counts: dict[str, str]  # by code of the département
    gaps: Geometries | None  # what is out of reach; None where only counts are known
    places: gpd.GeoDataFrame | None


class _World(NamedTuple):
    """What does not change with time."""

    communes: gpd.GeoDataFrame
    outlines: Geometries  # of the départements, metres
    radius_km: float
    areas: gpd.GeoDataFrame | None  # polygons of reach in place of discs
    lang: Lang

    @property
    def reach(self) -> str:
        """How far places reach, in words."""
        areas = self.areas
        measure = Measure("", self.radius_km) if areas is None else measures_in(areas)[0]
        return reach_name(measure, self.lang)


def write_timeline(
    snapshots: Sequence[Snapshot],
    wide: pd.DataFrame,
    communes: gpd.GeoDataFrame,
    path: str | Path,
    *,
    radius_km: float = 10.0,
    areas: gpd.GeoDataFrame | None = None,
    demonstration: bool = False,
    lang: Lang = "fr",
) -> Path:
    """Write the network over time as a page with a slider.

    Parameters
    ----------
    snapshots
        What `read_snapshots` gave.
    wide
        What `history.wide_history` gave: the counts. Moments of which there is no list have counts
        and no places.
    communes
        The territory.
    path
        Where to.
    radius_km
        The reach that is drawn and counted.
    areas
        Polygons of reach in place of discs, of one time, as in `measure_coverage`; each with the
        `id` or `nom` of its place, so that it counts at the moments that have that place. How many
        places of a moment have none is told beside it.
    demonstration
        Say on the page that the network is fictitious.
    lang
        Language.

    Returns
    -------
    pathlib.Path
        The file written, the same bytes for the same lists.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `measure_coverage`; if areas are of several times, or do not say whose they are: what
        belongs to nobody would count at every moment alike.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.communes import read_communes
    >>> wide = pd.DataFrame({"moment": ["2012"], "code_departement": ["61"], "epn": [20]})
    >>> orne = read_communes(departements="61")
    >>> page = write_timeline([], wide, orne, Path(tempfile.mkdtemp()) / "h.html")
    >>> "2012" in page.read_text(encoding="utf-8")
    True
    """
    check_lang(lang)
    refuse_both(radius_km, areas)
    metric = to_metric(communes, what="communes")
    codes, outlines = _outlines(metric)
    west, south, east, north = shapely.total_bounds(outlines)
    world = _World(communes, outlines, radius_km, areas, lang)
    lists = {one.date: one for one in snapshots}
    steps = []
    for moment in dict.fromkeys(wide["moment"].astype(str)):
        rows = wide[wide["moment"] == moment]
        steps.append(_step(moment, rows, lists.get(moment), world))
    plane = _Plane(west, north)
    drawing = [
        f'<svg viewBox="0 0 {(east - west) / UNIT_M:.0f} {(north - south) / UNIT_M:.0f}" '
        f'role="img" aria-label="{_text(say("history_title", lang))}">',
        f'<path class="d" d="{plane.path(outlines)}"/>',
        *(_draw(step, k, plane, codes, outlines) for k, step in enumerate(steps)),
        "</svg>",
    ]
    told = [
        f'<output data-k="{k}"{_hidden(k, steps)}><b>{_text(step.moment)}</b> — '
        f"{_text(step.told)}</output>"
        for k, step in enumerate(steps)
    ]
    text = _page(drawing, told, len(steps), world, demonstration=demonstration)
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)


class _Plane(NamedTuple):
    """The drawing's origin, metres."""

    west: float
    north: float

    def at(self, x: float, y: float) -> tuple[int, int]:
        """Give a point in units of the drawing."""
        return round((x - self.west) / UNIT_M), round((self.north - y) / UNIT_M)

    def path(self, shapes: Geometries) -> str:
        """Give polygons as one path."""
        parts = shapely.get_parts(shapes[~shapely.is_missing(shapes)])
        rings = shapely.get_rings(parts)
        return "".join(
            "M" + "L".join("{} {}".format(*self.at(x, y)) for x, y in _corners(ring)) + "Z"
            for ring in rings
        )


def _corners(ring: shapely.Geometry) -> list[list[float]]:
    """Give the corners of a ring, the last of which is the first again, without that."""
    corners: list[list[float]] = shapely.get_coordinates(ring)[:-1].tolist()
    return corners


def _outlines(metric: gpd.GeoDataFrame) -> tuple[list[str], Geometries]:
    """Give the départements, coarsely."""
    groups = metric.groupby("code_departement").geometry
    codes = [str(code) for code in groups.groups]
    whole = np.array([shapely.union_all(group.to_numpy()) for _, group in groups], dtype=object)
    return codes, np.asarray(shapely.simplify(whole, COARSE_M))


def _step(moment: str, rows: pd.DataFrame, one: Snapshot | None, world: _World) -> _Step:
    """Gather what is shown of a moment."""
    lang = world.lang
    kinds = [kind for kind in ("epn", "antennes") if kind in rows and rows[kind].notna().any()]
    counts = {
        str(row["code_departement"]): " + ".join(number(row[k], lang) for k in kinds)
        for _, row in rows.iterrows()
    }
    total = " + ".join(number(rows[kind].sum(), lang) for kind in kinds)
    if one is None:
        told = say("timeline_counts", lang, counted=total)
        return _Step(moment, told, counts, None, None)
    crs = to_metric(world.communes, what="communes").crs
    with warned_once():  # it is told on the page
        band = _band(world, one.places, crs)
        coverage = measure_coverage(world.communes, one.places, world.radius_km, areas=world.areas)
    covered, people = coverage["population_couverte"].sum(), coverage["population"].sum()
    told = say(
        "timeline_list" if band is None else "timeline_list_areas",
        lang,
        counted=total,
        covered=number(covered, lang),
        part=percent(covered / people if people else 0.0, lang),
        reach=world.reach,
    )
    if band is None:
        gaps = uncovered_parts(world.outlines, discs_round(one.places, world.radius_km, crs))
    else:
        gaps, _ = uncovered_by(world.outlines, band.shapes)
        missing = len(band.missing)
        told += f" {say('timeline_missing', lang, count=number(missing, lang))}" if missing else ""
    located = locate(one.places, world.communes).to_crs(crs)
    return _Step(moment, told, counts, gaps, located[located["code_insee"].notna()])


def _band(world: _World, places: gpd.GeoDataFrame, crs: CRS) -> Band | None:
    """Give the polygons of the places of a moment; None where discs are meant."""
    if world.areas is None:
        return None
    return require_owners(only_band(areas_round(world.areas, places, crs)))


def _draw(step: _Step, k: int, plane: _Plane, codes: list[str], outlines: Geometries) -> str:
    """Draw one moment."""
    drawn = [f'<g data-k="{k}">']
    if step.gaps is not None:
        coarse = np.asarray(shapely.simplify(step.gaps, COARSE_M))
        drawn.append(f'<path class="g" d="{plane.path(coarse)}"/>')
    drawn.append(f'<path class="b" d="{plane.path(outlines)}"/>')
    if step.places is not None:
        drawn += _dots(step.places, plane)
    for code, outline in zip(codes, outlines, strict=True):
        if code in step.counts:
            point = shapely.point_on_surface(outline)
            x, y = plane.at(point.x, point.y)
            drawn.append(f'<text class="n" x="{x}" y="{y}">{_text(step.counts[code])}</text>')
    return "".join([*drawn, "</g>"])


def _dots(places: gpd.GeoDataFrame, plane: _Plane) -> list[str]:
    """Draw places: discs for EPN, triangles for antennes, small discs for all others."""
    dots = []
    points = places.geometry.to_numpy()
    rows = zip(points, texts(places, "categorie"), texts(places, "nom"), strict=True)
    for point, kind, name in rows:
        x, y = plane.at(point.x, point.y)
        title = f"<title>{_text(name)}</title>"
        if kind == "antenne":
            dots.append(f'<path class="a" d="M{x - 12} {y + 10}h24l-12 -22Z">{title}</path>')
        else:
            size, mark = (12, "e") if kind == "EPN" else (7, "o")
            dots.append(f'<circle class="{mark}" cx="{x}" cy="{y}" r="{size}">{title}</circle>')
    return dots


def _hidden(k: int, steps: Sequence[_Step]) -> str:
    """Hide all but the last, for browsers that run no script."""
    return "" if k == len(steps) - 1 else ' style="display:none"'


def _page(
    drawing: list[str], told: list[str], steps: int, world: _World, *, demonstration: bool
) -> str:
    """Put drawing, words and slider on a page."""
    lang = world.lang
    digest = b64encode(sha256(SCRIPT.encode("utf-8")).digest()).decode("ascii")
    title = _text(say("timeline_title", lang))
    words = {"reach": world.reach}
    if world.areas is not None:
        words["how"] = told_method(method_of(world.areas), lang)
    key = "timeline_key" if world.areas is None else "timeline_key_areas"
    notice = f'<p class="avis">{_text(say("demonstration", lang))}</p>' if demonstration else ""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{lang}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            f"style-src 'unsafe-inline'; script-src 'sha256-{digest}'\">",
            f"<title>{title}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            f"<h1>{title}</h1>",
            notice,
            f'<input id="t" type="range" min="0" max="{steps - 1}" value="{steps - 1}" '
            f'aria-label="{_text(say("timeline_slider", lang))}">',
            *told,
            *drawing,
            f'<p class="petit">{_text(say(key, lang, **words))}</p>',
            f"<script>{SCRIPT}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _text(text: str) -> str:
    """Escape a text; the one way into the page."""
    return html.escape(text)
