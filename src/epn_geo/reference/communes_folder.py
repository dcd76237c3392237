"""A folder of communes as `read_communes` wants it: outlines made one coverage, tables, files.

What the builder of the embedded data and ``epn-geo fetch communes`` have in common: the same
cleaning, the same checks, the same files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from epn_geo.crs import WGS84
from epn_geo.reference.mending import choose_town_halls
from epn_geo.reference.outlines import (
    TERRITORIES,
    as_multipolygons,
    clean_coverage,
    codes_of,
    disagrees,
    find_holes,
    generalise,
    measure_precision,
    to_grid,
)

# Decimal degrees of the town halls: 1e-5 degree is about a metre.
TOWN_HALL_DECIMALS = 5
MAX_DISPLACEMENT_M = 20.0  # borders that moved further are listed one by one

REPAIRS = {
    "absorbe": "outline in the source is from before the merger: older outlines of {} joined",
    "reprise": "no outline in the source: older outline of {} taken",
    "parties": "no outline in the source: communes déléguées {} joined",
    "rétablie": "re-established, no outline in the source: cut out of {}",
    "sans contour": "no outline in the source",
}

# The holes that have a name.
KNOWN_HOLES = {"66005|66025|66072|66167|66181|66202|66218": "Llívia, a part of Spain inside France"}


class Stored(NamedTuple):
    """The outlines of France as they are stored, and what was done to them."""

    communes: gpd.GeoDataFrame  # EPSG:4326, by code: superficie_km2, town hall, outline
    precision: pd.DataFrame
    holes: pd.DataFrame
    grid_bits: dict[str, int]


def store_outlines(outlines: pd.Series, town_halls: Iterable[pd.Series]) -> Stored:
    """Clean, generalise and check outlines, one territory after the other.

    Parameters
    ----------
    outlines
        Outlines in EPSG:4326, indexed by commune code, sorted; none missing.
    town_halls
        Town halls on the same index, None where unknown, best source first.

    Returns
    -------
    Stored
        A valid coverage, in degrees and in the metric CRS of each territory.

    Raises
    ------
    ValueError
        If no grid keeps the coverage valid.
    """
    candidates = list(town_halls)
    frames, measures, holes, bits = [], [], [], {}
    for territory in TERRITORIES:
        wanted = codes_of(territory, outlines.index)
        if not len(wanted):
            continue
        full = gpd.GeoSeries(outlines[wanted], crs=WGS84).to_crs(territory.crs)
        stored, bits[territory.name] = to_grid(generalise(clean_coverage(full)))
        known = [gpd.GeoSeries(each[wanted], crs=WGS84).to_crs(full.crs) for each in candidates]
        halls = choose_town_halls(full, known)
        measure = measure_precision(full, stored.to_crs(territory.crs))
        measures.append(measure.assign(ecart_m=halls["ecart_m"], invalide=disagrees(full)))
        holes.append(find_holes(stored.to_crs(territory.crs)).to_crs(WGS84))
        frames.append(describe(stored, full, halls))
    return Stored(
        pd.concat(frames).sort_index(),
        pd.concat(measures).sort_index(),
        pd.concat(holes, ignore_index=True),
        bits,
    )


def describe(
    stored: gpd.GeoSeries, full: gpd.GeoSeries, halls: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Put the outline, the full-resolution area and the town hall of each commune in one frame."""
    points = halls.geometry.to_crs(WGS84)
    return gpd.GeoDataFrame(
        {
            "superficie_km2": (full.area / 1e6).round(4),
            "mairie_longitude": points.x.round(TOWN_HALL_DECIMALS),
            "mairie_latitude": points.y.round(TOWN_HALL_DECIMALS),
            "mairie_source": halls["mairie_source"],
        },
        geometry=as_multipolygons(stored),
        crs=WGS84,
    )


def write_outlines(communes: gpd.GeoDataFrame, folder: Path) -> list[Path]:
    """Write one GeoParquet per département and give the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    corner = "geometry.list.element.list.element.list.element."
    floats = ["superficie_km2", "mairie_longitude", "mairie_latitude"]
    texts = [c for c in communes.columns if c not in {*floats, "population", "geometry"}]
    paths = []
    for code, rows in communes.groupby("code_departement"):
        path = folder / f"communes-{code}.parquet"
        rows.to_parquet(
            path,
            index=False,
            geometry_encoding="geoarrow",
            compression="zstd",
            compression_level=19,
            use_dictionary=texts,
            use_byte_stream_split=[*floats, f"{corner}x", f"{corner}y"],
            write_statistics=False,
        )
        paths.append(path)
    return paths


def write_table(table: pd.DataFrame, path: Path) -> Path:
    """Write a table without geometry."""
    table.to_parquet(path, index=False, compression="zstd", compression_level=19)
    return path


def write_succession(table: pd.DataFrame, path: Path) -> Path:
    """Write the succession table; sorted codes take little room as differences."""
    table.to_parquet(
        path,
        index=False,
        compression="zstd",
        compression_level=19,
        write_statistics=False,
        use_dictionary=["statut", "candidats", "date"],
        column_encoding={
            "code": "DELTA_BYTE_ARRAY",
            "code_actuel": "DELTA_BYTE_ARRAY",
            "nom": "DELTA_LENGTH_BYTE_ARRAY",
        },
    )
    return path


def list_exceptions(
    communes: pd.DataFrame,
    repairs: pd.DataFrame,
    precision: pd.DataFrame,
    holes: pd.DataFrame,
    outside: Mapping[str, str],
) -> pd.DataFrame:
    """Give one row per exception: code_insee, commune, exception, value, reason.

    `outside` names the communes of the code officiel géographique that are left out.
    """
    names = communes.set_index("code_insee")["commune"]
    rows = [*_repaired(repairs), *_moved(precision), *_holes(holes), *_halls(communes, precision)]
    rows += [
        (code, "no EPCI", "", "belongs to no EPCI à fiscalité propre")
        for code in communes.loc[communes["code_epci"].isna(), "code_insee"]
    ]
    rows += [
        (code, "left out", "", "overseas collectivity: no outline in the source")
        for code in sorted(outside)
    ]
    table = pd.DataFrame(rows, columns=["code_insee", "exception", "value", "reason"])
    called = table["code_insee"].map(names.to_dict() | dict(outside))
    table.insert(1, "commune", called.fillna(""))
    return table


def _repaired(repairs: pd.DataFrame) -> Iterable[tuple[str, str, str, str]]:
    for code, done, origin in repairs.itertuples(index=False):
        kind = "no outline" if done == "sans contour" else "outline repaired"
        yield code, kind, origin, REPAIRS[done].format(origin.replace("|", ", "))


def _moved(precision: pd.DataFrame) -> Iterable[tuple[str, str, str, str]]:
    far = precision[precision["deplacement_m"] > MAX_DISPLACEMENT_M]
    for code, row in far.sort_values("deplacement_m", ascending=False).iterrows():
        why = (
            "overlaps a neighbour in the source; the overlap went to one of the two"
            if row["invalide"]
            else "a needle of the source, too thin to matter, was dropped"
        )
        yield str(code), "border moved", f"{row['deplacement_m']:.0f} m", why


def _holes(holes: pd.DataFrame) -> Iterable[tuple[str, str, str, str]]:
    for area, around in zip(holes["aire_km2"], holes["autour"], strict=True):
        why = KNOWN_HOLES.get(around, "no outline of the source, old or new, covers it")
        yield around, "hole", f"{area:.3f} km²", why


def _halls(communes: pd.DataFrame, precision: pd.DataFrame) -> Iterable[tuple[str, str, str, str]]:
    inside = communes.loc[communes["mairie_source"] == "intérieur", "code_insee"]
    for code, away in precision.loc[inside, "ecart_m"].items():
        known = pd.notna(away)
        yield (
            str(code),
            "town hall",
            f"{away / 1000:.1f} km" if known else "",
            "official point too far outside the commune" if known else "no official point",
        )


def write_exceptions(table: pd.DataFrame, path: Path) -> Path:
    """Write the list of exceptions as CSV."""
    table.to_csv(path, index=False, lineterminator="\n")
    return path
