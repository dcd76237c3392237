"""What a map costs: ours beside `gdf.explore()` and the usual Folium map of several layers.

    python benchmarks/maps.py [--repeat 3]

All three show the same communes of Normandie, the same coverage and the same demonstration network.
The two usual ways fetch Leaflet and more from CDNs; here those requests are answered from this
machine at once (jQuery and Bootstrap by next to nothing), so their times leave the network out.
The maps are opened by turns, so that whatever else the machine does slows all of them alike: the
last column, ours over `gdf.explore()`, says more than the seconds. Needs Chromium, Playwright and
(for explore) mapclassify; times are medians, sizes exact.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import mapclassify  # noqa: F401 - explore() needs it; imported before the clock starts
from playwright.sync_api import Browser, Page, Route, sync_playwright

import epn_geo as epn
from epn_geo.embedded import embedded_path
from epn_geo.paging.indicators import YLGNBU

LEAFLET = distribution("XStatic-Leaflet").locate_file("xstatic/pkg/leaflet/data")
JQUERY = """window.$ = window.jQuery = (what) => {
  if (what === document) return { ready: (then) => then() };
  const holder = document.createElement("template");
  holder.innerHTML = what;
  return [...holder.content.children];
};"""


def load() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Measure the demonstration network."""
    communes = epn.read_communes(region="28")
    places = epn.locate(epn.read_places(embedded_path("demo/epn-demonstration.csv")), communes)
    coverage = epn.measure_coverage(communes, places, radius_km=10)
    return coverage, places, epn.find_gaps(communes, places, radius_km=10)


def ours(
    coverage: gpd.GeoDataFrame, places: gpd.GeoDataFrame, gaps: gpd.GeoDataFrame
) -> folium.Map:
    """Build the library's map."""
    return epn.coverage_map(coverage, places=places, gaps=gaps, title="Normandie")


def explore(coverage: gpd.GeoDataFrame, places: gpd.GeoDataFrame, _: Any) -> folium.Map:
    """Build the one-liner of geopandas."""
    shown = coverage.explore("part_couverte", cmap="YlGnBu", tiles=None, legend=False)
    return places[["nom", "categorie", "geometry"]].explore(m=shown)


def naive(
    coverage: gpd.GeoDataFrame, places: gpd.GeoDataFrame, gaps: gpd.GeoDataFrame
) -> folium.Map:
    """Build what a tutorial builds: one choropleth per indicator, circles, markers, gaps."""
    shown = folium.Map([49.1, 0.1], zoom_start=8, tiles=None, max_zoom=18)
    for column in ("part_couverte", "distance_km", "population"):
        least, most = coverage[column].min(), coverage[column].max()
        share = ((coverage[column] - least) / (most - least)).fillna(0)
        colour = [YLGNBU[min(int(value * 6), 5)] for value in share]
        layer = coverage[["commune", column, "geometry"]].assign(colour=colour)
        folium.GeoJson(
            layer,
            name=column,
            style_function=lambda f: {"fillColor": f["properties"]["colour"], "weight": 0.5},
            tooltip=folium.GeoJsonTooltip(["commune", column]),
        ).add_to(shown)
    folium.GeoJson(gaps[["zone", "geometry"]], name="hors de portée").add_to(shown)
    markers = folium.FeatureGroup("lieux").add_to(shown)
    for place in places.itertuples():
        at = [place.geometry.y, place.geometry.x]
        folium.Marker(at, popup=place.nom, tooltip=place.nom).add_to(markers)
        folium.Circle(at, radius=10_000).add_to(markers)
    folium.LayerControl().add_to(shown)
    return shown


def answer(route: Route) -> None:
    """Stand in for the CDNs."""
    url = route.request.url
    if "leaflet" in url and "awesome" not in url:
        path = Path(str(LEAFLET)) / ("leaflet.css" if url.endswith("css") else "leaflet.js")
        route.fulfill(path=path)
    elif "jquery" in url:
        route.fulfill(body=JQUERY, content_type="text/javascript")
    else:
        route.fulfill(body="", content_type="text/css" if "css" in url else "text/javascript")


def open_once(browser: Browser, path: Path, rate: int) -> dict[str, float]:
    """Open a page on a machine slowed so many times, and weigh it."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    hosts: set[str] = set()
    page.on("request", lambda r: r.url.startswith("http") and hosts.add(r.url.split("/")[2]))
    page.route("**/*", lambda r: answer(r) if r.request.url.startswith("http") else r.continue_())
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(DRAWN)
    page.goto(f"file://{path}")
    told = {"interactive": page.evaluate("window.drawn") / 1000, "hosts": len(hosts)}
    metrics = session.send("Performance.getMetrics")["metrics"]
    told["cpu"] = next(one["value"] for one in metrics if one["name"] == "TaskDuration") * 1000
    session.send("HeapProfiler.collectGarbage")
    told["nodes"] = session.send("Memory.getDOMCounters")["nodes"]
    told["heap"] = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    if rate == 1:
        told |= move(page)
    page.close()
    return told


# in the page itself: two frames after ours says that it is ready, or after any other has loaded
DRAWN = """window.drawn = new Promise((done) => {
    const told = () => requestAnimationFrame(() =>
        requestAnimationFrame(() => done(performance.now())));
    const ready = () => document.documentElement?.dataset.ready;
    new MutationObserver((_, watch) => ready() && (watch.disconnect(), told()))
        .observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });
    addEventListener("load", () => window.epnStart || told());
})"""

SWITCH = """() => {
    const times = ["distance", "population", "mairie", "part", "hors_portee"].map((indicator) => {
        const begin = performance.now();
        epn.change({ indicator });
        return performance.now() - begin;
    });
    return times.sort((a, b) => a - b)[2];
}"""


def move(page: Page) -> dict[str, float]:
    """Change the indicator, where that can be done, and pan."""
    mine = page.evaluate("Boolean(window.epn)")
    told = {"fps": drag(page)}
    if mine:
        told["switch"] = page.evaluate(SWITCH)
    return told


def drag(page: Page) -> float:
    """Drag the map for about a second; frames a second while it moves."""
    page.evaluate(
        """() => { window.frames_ = 0; const count = () => { window.frames_++;
            requestAnimationFrame(count); }; count(); }"""
    )
    page.mouse.move(900, 500)
    page.mouse.down()
    begin, first = time.perf_counter(), page.evaluate("window.frames_")
    nth = 0
    while time.perf_counter() - begin < 1.5:
        nth += 1
        page.mouse.move(900 + (nth * 7) % 200, 500 + (nth * 3) % 100)
    frames = (page.evaluate("window.frames_") - first) / (time.perf_counter() - begin)
    page.mouse.up()
    return frames


def median(runs: list[dict[str, float]], key: str) -> float | None:
    """Give the middle of several runs, or None if none has the figure."""
    known = [run[key] for run in runs if key in run]
    return statistics.median(known) if known else None


def write(
    build: Callable[..., folium.Map], frames: tuple[Any, ...], path: Path, repeat: int
) -> dict[str, float]:
    """Build and save a map several times."""
    built = []
    for _ in range(repeat):
        begin = time.perf_counter()
        build(*frames).save(str(path))
        built.append(time.perf_counter() - begin)
    return {
        "file, kB": path.stat().st_size / 1000,
        "build and save, s": statistics.median(built),
    }


def summary(fast: list[dict[str, float]], slow: list[dict[str, float]]) -> dict[str, float | None]:
    """Name what was measured."""
    return {
        "hosts asked": median(fast, "hosts"),
        "interactive, s": median(fast, "interactive"),
        "interactive at a quarter speed, s": median(slow, "interactive"),
        "main thread until then, CPU ms": median(fast, "cpu"),
        "DOM nodes": median(fast, "nodes"),
        "JavaScript heap, MB": median(fast, "heap"),
        "frames a second while dragging": median(fast, "fps"),
        "change of indicator, ms": median(fast, "switch"),
    }


MAPS = {"several layers": naive, "gdf.explore()": explore, "epn-geo": ours}


def measure(browser: Browser, repeat: int) -> dict[str, dict[str, float | None]]:
    """Write the maps, then open them by turns."""
    frames = load()
    ours(*frames)  # imports once, before the clock starts
    runs: dict[tuple[str, int], list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / f"{i}.html" for i, name in enumerate(MAPS)}
        told = {name: write(MAPS[name], frames, path, repeat) for name, path in paths.items()}
        for _ in range(repeat):
            for rate in (1, 4):
                for name, path in paths.items():
                    runs.setdefault((name, rate), []).append(open_once(browser, path, rate))
    return {name: told[name] | summary(runs[name, 1], runs[name, 4]) for name in MAPS}


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        columns = measure(browser, repeat)
        browser.close()
    print(
        f"{'Normandie, 2 644 communes':36}" + "".join(f"{name:>16}" for name in [*columns, "ratio"])
    )
    for row in next(iter(columns.values())):
        cells = [column[row] for column in columns.values()]
        _, usual, mine = cells
        cells.append(mine / usual if mine and usual else None)
        print(f"{row:36}" + "".join(f"{'–' if c is None else f'{c:.2f}':>16}" for c in cells))
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
