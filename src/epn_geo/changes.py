"""Two lists of places in, the consequences out: who gains reach, who loses it, by whose doing.

With B the union of the discs before and A after, what is within reach of a commune splits into::

    kept = |B| + |A| - |B ∪ A|      lost = |B ∪ A| - |A|      gained = |B ∪ A| - |B|

so that lost + kept = before and gained + kept = after, exactly: all three areas come from the exact
computation of `overlay`. `causes` says by whose doing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.areas import Band, only_band, require_owners, shapes_of, warned_once
from epn_geo.causes import (
    GAINED,
    LOST,
    NOISE,
    Scene,
    Sites,
    causes_by_place,
    find_causes,
    together,
)
from epn_geo.columns import texts
from epn_geo.communes import read_communes
from epn_geo.coverage import areas_round, discs_round, measure_coverage
from epn_geo.crs import to_metric
from epn_geo.errors import ColumnError, DataError
from epn_geo.geometry.arcs import Bools, Floats
from epn_geo.geometry.overlay import Geometries, covered_areas, uncovered_parts
from epn_geo.geometry.polygons import covered_by, uncovered_by
from epn_geo.inequality import gini_index
from epn_geo.joins import LEVELS
from epn_geo.pairing import compare_places, name_communes
from epn_geo.places import read_places
from epn_geo.radii import AREAS, Measure, Radius, named_measures, radii_of
from epn_geo.serving import serving_sites, town_halls
from epn_geo.standard import join_list, split_list

# one frame of areas for both lists, or two
Areas: TypeAlias = gpd.GeoDataFrame | tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]


class CoverageChange(NamedTuple):
    """What `compare_coverage` gives."""

    communes: gpd.GeoDataFrame  # by commune, before and after
    tables: dict[str, pd.DataFrame]  # by "region", "departement", "epci"
    causes: pd.DataFrame  # by place that changed something, with what it shares
    inequality: pd.DataFrame  # how unequal access was, and is
    measures: tuple[Measure, ...]  # the radii, and the suffixes of their columns


class Comparison(NamedTuple):
    """What `compare` gives."""

    places: gpd.GeoDataFrame  # as `compare_places`
    coverage: CoverageChange  # as `compare_coverage`


def compare(
    before: gpd.GeoDataFrame | str | Path,
    after: gpd.GeoDataFrame | str | Path,
    communes: gpd.GeoDataFrame | None = None,
    radius_km: Radius | Sequence[float] = 10.0,
    *,
    areas: Areas | None = None,
) -> Comparison:
    """Tell what became of each place between two lists, and who gains or loses by it.

    Parameters
    ----------
    before, after
        Places, or files that `read_places` reads.
    communes
        The territory; Normandie, its straddling EPCI whole, if left out.
    radius_km
        As `measure_coverage`.
    areas
        As `compare_coverage`.

    Returns
    -------
    Comparison
        `places` as `compare_places` gives them, `coverage` as `compare_coverage`.

    Raises
    ------
    EpnGeoError
        If a file, a CRS or a radius cannot be used.

    Examples
    --------
    >>> from epn_geo.embedded import embedded_path
    >>> file = embedded_path("demo/epn-demonstration.csv")
    >>> same = compare(file, file)
    >>> same.places["changement"].unique().tolist(), len(same.coverage.causes)
    (['inchangé'], 0)
    """
    old = before if isinstance(before, gpd.GeoDataFrame) else read_places(before)
    new = after if isinstance(after, gpd.GeoDataFrame) else read_places(after)
    if communes is None:
        communes = read_communes(region="28", whole_epci=True)
    old, new = name_communes(old, communes), name_communes(new, communes)
    pairs = compare_places(old, new)
    change = compare_coverage(old, new, communes, radius_km, areas=areas, pairs=pairs)
    return Comparison(pairs, change)


def compare_coverage(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    radius_km: Radius | Sequence[float] = 10.0,
    *,
    areas: Areas | None = None,
    pairs: gpd.GeoDataFrame | None = None,
) -> CoverageChange:
    """Measure who gains and who loses reach between two lists of places, and by whose doing.

    Parameters
    ----------
    before, after
        Places in any CRS.
    communes, radius_km
        As `measure_coverage`; `population` is needed.
    areas
        Polygons of reach in place of discs, as in `measure_coverage`, with the `id` or `nom` of
        their places: one frame for both lists, or two of the same times, before and after.
    pairs
        What `compare_places` gave, if it was called before.

    Returns
    -------
    CoverageChange
        `communes`: the communes given (same rows, index, CRS) with, for each radius (suffixes as in
        `measure_coverage`) and each definition, how it was and is: `part_avant`, `part_apres`,
        `part_gagnee`, `part_perdue`, `part_gardee` of the area (0-1), the same five for
        `population_` (people) and `mairie_avant`, `mairie_apres`; of the people gained and lost,
        `population_gagnee_partagee` and `population_perdue_partagee` are the doing of several
        places at once. `services_gagnes` and `services_perdus` are those that a place within reach
        of the town hall offers in one state only. Then `distance_avant_km`, `distance_apres_km`,
        `ecart_distance_km` (negative: nearer), `lieu_avant` and `lieu_apres`.

        `tables`: the same summed by ``"region"``, ``"departement"`` and ``"epci"``, with
        `communes_gagnees` and `communes_perdues` (whose town hall comes within reach, or no longer
        is) and the mean distance, weighted by population. As in `summarise`, communes with
        `dans_selection` False count for EPCI only.

        `causes`: one row per radius, sense (`sens`: "gagné" or "perdu") and place that changed
        something, the same communes counted as by département: `population_seul` and
        `aire_seul_km2` are its own doing, `population_partagee` and `aire_partagee_km2` would have
        changed without it too, thanks to the places in `avec`; `mairies_seul`, `mairies_partagees`
        count town halls likewise. `rayon_km` is missing where each place had its own; with areas,
        `minutes` or `route_km` stands in its place.

        `inequality`: for the town hall's distance, the Gini index between inhabitants (0: all
        equally far); for each radius, the gap between the départements with the largest and the
        smallest share of people within reach (0-1). Before and after.

    Raises
    ------
    ColumnError
        If `communes` lacks `population`.
    CrsError, DataError
        As `measure_coverage`.

    Examples
    --------
    A commune of 4 km by 4 km; a place of 1 km of reach closes at one corner, another opens.

    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"], "population": [1600]},
    ...     geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154,
    ... )
    >>> before = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(0, 0)], crs=2154)
    >>> after = gpd.GeoDataFrame({"id": ["b"]}, geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> change = compare_coverage(before, after, commune, radius_km=1)
    >>> change.communes[["population_gagnee", "population_perdue"]].round(1).iloc[0].tolist()
    [314.2, 78.5]
    >>> change.causes[["sens", "id", "population_seul"]].round(1).values.tolist()
    [['gagné', 'b', 314.2], ['perdu', 'a', 78.5]]
    """
    if "population" not in communes:
        raise ColumnError("Comparing coverage needs the column 'population': see read_communes.")
    pairs = compare_places(before, after) if pairs is None else pairs
    drawn = areas if isinstance(areas, tuple) else (areas, areas)
    old = measure_coverage(communes, before, radius_km, areas=drawn[0])
    new = measure_coverage(communes, after, radius_km, areas=drawn[1])
    metric = to_metric(communes, what="communes")
    people = communes["population"].to_numpy(dtype=float)
    out, causes, measures = communes.copy(), [], list[Measure]()
    out["aire_km2"] = old["aire_km2"]
    if AREAS in new:
        out[AREAS] = new[AREAS]
    for measure, scene in _scenes(metric, people, (before, after), radius_km, drawn):
        suffix = measure.suffix
        for name, values in _shares(scene, old, new, suffix, people).items():
            out[f"{name}{suffix}"] = values
        found = find_causes(scene)
        for sens, name in ((GAINED, "gagnee"), (LOST, "perdue")):
            alone = found[found["sens"] == sens].groupby("rang_commune")["population_seul"].sum()
            whole = out[f"population_{name}{suffix}"].to_numpy()
            shared = whole - alone.reindex(range(len(out)), fill_value=0.0).to_numpy()
            out[f"population_{name}_partagee{suffix}"] = np.where(shared > NOISE, shared, 0.0)
        for name, values in _services(scene, before, after).items():
            out[f"{name}{suffix}"] = pd.Series(values, index=out.index, dtype="str")
        measures.append(measure)
        inside = _selected(communes)
        mine = found[inside[found["rang_commune"].to_numpy(dtype=int)]]
        by_place = causes_by_place(mine, scene.only(inside), before, after, pairs)
        causes.append(_with_reach(by_place, measure))
    for name, column in (("distance", "distance_km"), ("lieu", "lieu_le_plus_proche")):
        ending = "_km" if name == "distance" else ""
        out[f"{name}_avant{ending}"], out[f"{name}_apres{ending}"] = old[column], new[column]
    out["ecart_distance_km"] = out["distance_apres_km"] - out["distance_avant_km"]
    suffixes = [measure.suffix for measure in measures]
    levels = [level for level in ("region", "departement", "epci") if LEVELS[level][0] in out]
    tables = {level: _summed(out, level, suffixes) for level in levels}
    return CoverageChange(
        out,
        tables,
        pd.concat(causes, ignore_index=True),
        _inequality(out, tables, suffixes),
        tuple(measures),
    )


def changed_zones(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    radius_km: Radius = 10.0,
    *,
    areas: Areas | None = None,
) -> gpd.GeoDataFrame:
    """Draw what comes within reach between two lists, and what no longer is.

    Parameters
    ----------
    before, after, communes
        As `compare_coverage`.
    radius_km
        One radius: a number, one per category, or the name of a column of both lists.
    areas
        As `compare_coverage`, of one time.

    Returns
    -------
    geopandas.GeoDataFrame
        A new frame in the CRS of `communes`, one row per sense and commune concerned: `sens`,
        `code_insee` and `commune` if known, and the outline, drawn to within 5 m of the circles.

    Raises
    ------
    CrsError, DataError
        As `measure_coverage`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> commune = gpd.GeoDataFrame(
    ...     {"code_insee": ["14001"]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... )
    >>> place = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(2000, 2000)], crs=2154)
    >>> zones = changed_zones(place.iloc[:0], place, commune, radius_km=1)
    >>> zones["sens"].tolist(), (zones.area / 1e6).round(2).tolist()  # π km², drawn
    (['gagné'], [3.12])
    """
    metric = to_metric(communes, what="communes")
    polygons = metric.geometry.to_numpy()
    drawn = areas if isinstance(areas, tuple) else (areas, areas)
    left: list[Geometries] = [
        uncovered_parts(polygons, discs_round(places, radius_km, metric.crs))
        if of is None
        else uncovered_by(polygons, only_band(areas_round(of, places, metric.crs)).shapes)[0]
        for places, of in zip((before, after), drawn, strict=True)
    ]
    frames = []
    for sens, more, less in ((GAINED, left[0], left[1]), (LOST, left[1], left[0])):
        taken = np.where(shapely.is_missing(less), np.array(shapely.Point()), less)
        shape = np.asarray(shapely.difference(more, taken))
        rows = np.flatnonzero(np.nan_to_num(shapely.area(shape)) > 1.0)  # over 1 m²
        known = [c for c in ("code_insee", "commune") if c in metric]
        frame = metric[known].iloc[rows].reset_index(drop=True)
        frame.insert(0, "sens", pd.Series(sens, index=frame.index, dtype="str"))
        frames.append(gpd.GeoDataFrame(frame, geometry=shape[rows], crs=metric.crs))
    both = pd.concat(frames, ignore_index=True)
    zones = gpd.GeoDataFrame(both, geometry="geometry", crs=metric.crs).to_crs(communes.crs)
    # another projection can make the thinnest slivers cross themselves
    valid = shapely.make_valid(zones.geometry.to_numpy(), method="structure", keep_collapsed=False)
    return zones.set_geometry(valid, crs=communes.crs)


def _scenes(
    metric: gpd.GeoDataFrame,
    people: Floats,
    lists: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    radius_km: Radius | Sequence[float],
    drawn: tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame | None],
) -> Iterator[tuple[Measure, Scene]]:
    """Give the scene of each radius, or of each time of areas."""
    if drawn[0] is None or drawn[1] is None:
        if any(one is not None for one in drawn):
            raise DataError("Give areas for both lists, or for none.")
        for suffix, radius in named_measures(radius_km).items():
            number = float(radius) if isinstance(radius, int | float) else None
            yield Measure(suffix, number), _scene(metric, people, lists, radius)
        return
    with warned_once():
        before, after = (
            areas_round(a, places, metric.crs) for a, places in zip(drawn, lists, strict=True)
        )
    times = [[(band.minutes, band.route_km) for band in side] for side in (before, after)]
    if times[0] != times[1]:
        raise DataError(
            "The areas before and after are not of the same times: give both the same minutes."
        )
    halls, polygons = town_halls(metric), metric.geometry.to_numpy()
    area = np.nan_to_num(shapely.area(polygons))
    for one, other in zip(before, after, strict=True):
        sites = [_sites_of(band) for band in (one, other)]
        union = covered_by(polygons, np.concatenate([one.shapes, other.shapes]))
        scene = Scene(polygons, area, people, halls, sites[0], sites[1], union)
        yield Measure(one.suffix, None, one.minutes, one.route_km, areas=True), scene


def _sites_of(band: Band) -> Sites:
    """Give the places of a list with their areas."""
    row = np.unique(require_owners(band).owner)
    shapes = shapes_of(band, row)
    middle = shapely.centroid(shapes)
    return Sites(row, shapely.get_x(middle), shapely.get_y(middle), np.zeros(len(row)), shapes)


def _with_reach(causes: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Say beside the causes of which reach they are."""
    if not measure.areas:
        radius = measure.radius_km
        return causes.assign(rayon_km=np.nan if radius is None else radius)
    told = {"minutes": measure.minutes, "route_km": measure.route_km}
    out = causes.drop(columns="rayon_km", errors="ignore")
    for column, value in told.items():
        if value is not None:
            out.insert(0, column, value)
    return out


def _scene(
    metric: gpd.GeoDataFrame,
    people: Floats,
    lists: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
    radius: Radius,
) -> Scene:
    """Put communes and both lists side by side, and measure what the two reach together."""
    polygons = metric.geometry.to_numpy()
    sites = []
    for places in lists:
        serving = serving_sites(places.assign(_row=np.arange(len(places))), metric.crs)
        points, row = serving.geometry.to_numpy(), serving["_row"].to_numpy()
        reach = radii_of(serving, radius) * 1000
        sites.append(Sites(row, shapely.get_x(points), shapely.get_y(points), reach))
    union = covered_areas(polygons, together(*(one.discs() for one in sites)))
    area = np.nan_to_num(shapely.area(polygons))
    return Scene(polygons, area, people, town_halls(metric), sites[0], sites[1], union)


def _selected(communes: pd.DataFrame) -> Bools:
    """Tell which communes are of the territory itself, not of the rest of a straddling EPCI."""
    if "dans_selection" in communes:
        return communes["dans_selection"].to_numpy(dtype=bool)
    return np.ones(len(communes), dtype=bool)


def _shares(
    scene: Scene, old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, suffix: str, people: Floats
) -> dict[str, object]:
    """Split what is within reach into kept, gained and lost."""
    before, after = (f[f"part_couverte{suffix}"].to_numpy(dtype=float) for f in (old, new))
    with np.errstate(invalid="ignore", divide="ignore"):
        union = scene.union / scene.area
    gained, lost = union - before, union - after
    gained = np.where(gained > NOISE, gained, 0.0)
    lost = np.where(lost > NOISE, lost, 0.0)
    parts = {"avant": before, "apres": after, "gagnee": gained, "perdue": lost}
    parts["gardee"] = before - lost
    return {
        **{f"part_{name}": share for name, share in parts.items()},
        **{f"population_{name}": share * people for name, share in parts.items()},
        "mairie_avant": old[f"mairie_couverte{suffix}"],
        "mairie_apres": new[f"mairie_couverte{suffix}"],
    }


def _services(
    scene: Scene, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame
) -> dict[str, list[str]]:
    """List the services that appear and vanish within reach of each town hall."""
    held = [
        [frozenset(split_list(cell)) for cell in texts(places, "services")]
        for places in (before, after)
    ]
    known = sorted({service for side in held for cell in side for service in cell})
    x, y = scene.halls
    gained: list[list[str]] = [[] for _ in x]
    lost: list[list[str]] = [[] for _ in x]
    for service in known:
        was, now = (
            sites.reaches(x, y, _offer(service, side, sites))
            for side, sites in zip(held, (scene.before, scene.after), strict=True)
        )
        for into, rows in ((gained, now & ~was), (lost, was & ~now)):
            for row in np.flatnonzero(rows):
                into[row].append(service)
    return {
        "services_gagnes": [join_list(items) for items in gained],
        "services_perdus": [join_list(items) for items in lost],
    }


def _offer(service: str, cells: list[frozenset[str]], sites: Sites) -> Bools:
    return np.array([service in cells[row] for row in sites.row], dtype=bool)


def _summed(communes: gpd.GeoDataFrame, level: str, suffixes: list[str]) -> pd.DataFrame:
    """Sum by EPCI, département or région."""
    code, name = LEVELS[level]
    rows = pd.DataFrame(communes if level == "epci" else communes[_selected(communes)])
    keys = rows[code].fillna("").astype("str")
    groups = rows.groupby(keys)
    table = pd.DataFrame(index=groups.size().index)
    if name in rows:
        table[name] = groups[name].first().astype("str")
    table["communes"], table["population"] = groups.size(), groups["population"].sum()
    for s in suffixes:
        for what in ("avant", "apres", "gagnee", "perdue", "gardee"):
            table[f"population_{what}{s}"] = groups[f"population_{what}{s}"].sum()
        for what in ("gagnee", "perdue"):
            table[f"population_{what}_partagee{s}"] = groups[f"population_{what}_partagee{s}"].sum()
        for what in ("avant", "apres"):
            table[f"part_population_{what}{s}"] = (
                table[f"population_{what}{s}"] / table["population"]
            )
            reached = (rows[f"part_{what}{s}"] * rows["aire_km2"]).groupby(keys).sum()
            table[f"part_aire_{what}{s}"] = reached / groups["aire_km2"].sum()
        was, now = rows[f"mairie_avant{s}"], rows[f"mairie_apres{s}"]
        table[f"communes_gagnees{s}"] = (now & ~was).groupby(keys).sum().astype(int)
        table[f"communes_perdues{s}"] = (was & ~now).groupby(keys).sum().astype(int)
    for what in ("avant", "apres"):
        weighted = rows[f"distance_{what}_km"] * rows["population"]
        mean = weighted.groupby(keys).sum(min_count=1) / table["population"]
        table[f"distance_moyenne_{what}_km"] = mean
    return table.reset_index(names=code)


def _inequality(
    communes: gpd.GeoDataFrame, tables: dict[str, pd.DataFrame], suffixes: list[str]
) -> pd.DataFrame:
    """Tell how unequal access was and is."""
    inside = communes[_selected(communes)]
    people = inside["population"].to_numpy(dtype=float)
    far = [inside[f"distance_{when}_km"].to_numpy(dtype=float) for when in ("avant", "apres")]
    rows = [("gini_distance", *(_gini(distance, people) for distance in far))]
    if "departement" in tables:
        for s in suffixes:
            was, now = (
                tables["departement"][f"part_population_{w}{s}"] for w in ("avant", "apres")
            )
            rows.append((f"ecart_departements{s}", was.max() - was.min(), now.max() - now.min()))
    return pd.DataFrame(rows, columns=["mesure", "avant", "apres"])


def _gini(distance: Floats, people: Floats) -> float:
    """Give the Gini index of a distance; NaN where there is no place to go to."""
    known = np.isfinite(distance) & (people > 0)
    return gini_index(distance[known], people[known]) if known.any() else float("nan")
