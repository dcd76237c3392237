"""Make one coverage of the communes of a territory: clean, generalise, snap to a grid, measure.

A coverage is a set of polygons that do not overlap and whose shared borders have the same vertices
on both sides. Each territory is treated whole, in its official metric CRS, so that neighbours in
different départements, stored in different files, still share their edges exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from epn_geo.errors import DataError

SNAPPING_M = 0.001  # vertices and edges nearer than this are the same
GAP_M = 10.0  # gaps narrower than this are filled
TOLERANCE_M = 10.0  # square root of the smallest triangle a border may show (Visvalingam–Whyatt)
GRID_BITS = (16, 17, 18, 20, 22)  # coordinates are multiples of 2**-16 degree, or finer if needed


class Territory(NamedTuple):
    """A part of France with its official metric CRS."""

    name: str
    crs: int
    prefix: str  # of its commune codes; "" is all that no other territory has


TERRITORIES = (
    Territory("France métropolitaine", 2154, ""),
    Territory("Guadeloupe", 5490, "971"),
    Territory("Martinique", 5490, "972"),
    Territory("Guyane", 2972, "973"),
    Territory("La Réunion", 2975, "974"),
    Territory("Mayotte", 4471, "976"),
)


def codes_of(territory: Territory, codes: pd.Index) -> pd.Index:
    """Give those of `codes` that belong to `territory`."""
    if territory.prefix:
        return codes[codes.str.startswith(territory.prefix)]
    others = tuple(other.prefix for other in TERRITORIES if other.prefix)
    return codes[~codes.str.startswith(others)]


def clean_coverage(
    outlines: gpd.GeoSeries, *, snapping_m: float = SNAPPING_M, gap_m: float = GAP_M
) -> gpd.GeoSeries:
    """Share edges where outlines nearly do; give each overlap and narrow gap to one commune."""
    if not hasattr(shapely, "coverage_clean"):
        raise DataError("Cleaning outlines needs shapely 2.2 or later: pip install -U shapely.")
    cleaned = shapely.coverage_clean(
        outlines.to_numpy(), snapping_distance=snapping_m, gap_width=gap_m
    )
    return gpd.GeoSeries(cleaned, index=outlines.index, crs=outlines.crs)


def generalise(outlines: gpd.GeoSeries, *, tolerance_m: float = TOLERANCE_M) -> gpd.GeoSeries:
    """Drop the vertices that matter least, the same ones on both sides of a border."""
    simpler = shapely.coverage_simplify(outlines.to_numpy(), tolerance_m)
    return gpd.GeoSeries(simpler, index=outlines.index, crs=outlines.crs)


def to_grid(outlines: gpd.GeoSeries) -> tuple[gpd.GeoSeries, int]:
    """Bring outlines to EPSG:4326 on a binary grid, still a valid coverage here and there.

    Multiples of a power of two end in zero bytes, which is what makes the files small. The first
    grid of `GRID_BITS` that breaks nothing, in degrees and back in metres, is taken.
    """
    degrees = outlines.to_crs(4326)
    for bits in GRID_BITS:
        snapped = snap(degrees, bits)
        if is_sound(snapped) and is_sound(snapped.to_crs(outlines.crs)):
            return snapped, bits
    raise ValueError("No grid keeps the coverage valid: look at coverage_invalid_edges.")


def snap(outlines: gpd.GeoSeries, bits: int) -> gpd.GeoSeries:
    """Move every coordinate to the nearest multiple of ``2**-bits``.

    Vertices that fall together become one, unless an outline collapses: it stays, invalid.
    """
    step = 2.0**-bits
    moved = shapely.transform(outlines.to_numpy(), lambda xy: np.round(xy / step) * step)
    whole = shapely.is_valid(moved)
    moved[whole] = shapely.remove_repeated_points(moved[whole])
    return gpd.GeoSeries(moved, index=outlines.index, crs=outlines.crs)


def as_multipolygons(outlines: gpd.GeoSeries) -> gpd.GeoSeries:
    """Make every outline a MultiPolygon: one type in all files."""
    multi = [shapely.multipolygons(shapely.get_parts(outline)) for outline in outlines]
    return gpd.GeoSeries(multi, index=outlines.index, crs=outlines.crs)


def is_sound(outlines: gpd.GeoSeries) -> bool:
    """Tell whether outlines are valid, non-empty polygons that form a valid coverage."""
    polygons = outlines.to_numpy()
    present = not (outlines.isna() | outlines.is_empty).any()
    return bool(present and outlines.is_valid.all() and shapely.coverage_is_valid(polygons))


def disagrees(outlines: gpd.GeoSeries) -> pd.Series:
    """Tell which outlines overlap a neighbour or do not share its vertices."""
    edges = shapely.coverage_invalid_edges(outlines.to_numpy())
    return pd.Series(~shapely.is_empty(edges), index=outlines.index)


def measure_precision(before: gpd.GeoSeries, after: gpd.GeoSeries) -> pd.DataFrame:
    """Measure how far `after` is from `before`: same index, same metric CRS.

    Columns: ``deplacement_m``, the largest distance between the two borders (Hausdorff distance at
    the vertices), ``aire_km2`` before, and ``erreur_aire``, the absolute change of area as a share.
    """
    distance = shapely.hausdorff_distance(before.boundary.to_numpy(), after.boundary.to_numpy())
    return pd.DataFrame(
        {
            "deplacement_m": distance,
            "aire_km2": before.area / 1e6,
            "erreur_aire": ((after.area - before.area) / before.area).abs(),
        },
        index=before.index,
    )


def find_holes(outlines: gpd.GeoSeries, *, min_km2: float = 0.0) -> gpd.GeoDataFrame:
    """List the places that no commune covers though communes surround them, largest first.

    Columns: ``aire_km2``, ``autour`` (codes of the communes around, joined by ``|``), geometry.
    """
    whole = shapely.get_parts(shapely.coverage_union_all(outlines.to_numpy()))
    holes = [shapely.polygons(ring) for part in whole for ring in part.interiors]
    found = gpd.GeoSeries(holes, crs=outlines.crs)
    pairs = pd.DataFrame(
        outlines.sindex.query(found, predicate="touches").T, columns=["hole", "at"]
    )
    around = pairs.groupby("hole")["at"].agg(lambda at: "|".join(sorted(outlines.index[at])))
    frame = gpd.GeoDataFrame(
        {"aire_km2": found.area / 1e6, "autour": around.reindex(found.index, fill_value="")},
        geometry=found,
        crs=outlines.crs,
    )
    frame = frame[frame["aire_km2"] >= min_km2]
    return frame.sort_values("aire_km2", ascending=False, ignore_index=True)
