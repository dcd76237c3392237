"""Say what ``data/communes`` is: a README written from measured values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from communes_sources import Package, sha256
from epn_geo.reference.communes_folder import MAX_DISPLACEMENT_M
from epn_geo.reference.mending import MAX_TOWN_HALL_DISTANCE_M
from epn_geo.reference.outlines import GAP_M, SNAPPING_M, TOLERANCE_M

NORMANDIE = ("14", "27", "50", "61", "76")


class Report(NamedTuple):
    """Everything the README tells."""

    packages: Iterable[tuple[Package, str, int]]  # package, date of its data, year of its communes
    communes: gpd.GeoDataFrame
    epci: pd.DataFrame
    exceptions: pd.DataFrame
    precision: pd.DataFrame
    succession: pd.DataFrame
    grid_bits: Mapping[str, int]
    files: list[Path]


# -- README ----------------------------------------------------------------------------------------


def render(report: Report) -> str:
    """Write the README: the text of ``communes_readme.md``, its values filled in."""
    text = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")
    values = {
        **_content(report),
        **_sources(report),
        **_precision(report),
        **_codes(report.succession),
        **_exceptions(report.exceptions),
    }
    return text.format(**values)


def _content(report: Report) -> dict[str, str]:
    communes = report.communes
    sizes = {path.name: path.stat().st_size for path in report.files}
    norman = sum(sizes[f"communes-{code}.parquet"] for code in NORMANDIE)
    return {
        "communes": f"{len(communes):,}",
        "departements": str(communes["code_departement"].nunique()),
        "population": f"{communes['population'].sum():,}",
        "epci": f"{communes['code_epci'].nunique():,}",
        "regions": str(communes["code_region"].nunique()),
        "megabytes": f"{sum(sizes.values()) / 1e6:.1f}",
        "norman_megabytes": f"{norman / 1e6:.2f}",
        "columns": _columns(communes),
        "epci_columns": _columns(report.epci),
        "succession_columns": _columns(report.succession),
    }


def _columns(frame: pd.DataFrame) -> str:
    return ", ".join(f"`{name}`" for name in frame.columns)


def _sources(report: Report) -> dict[str, str]:
    head = ["registry", "package", "version", "data put together", "communes of", "used for"]
    rows = [
        (p.registry, f"`{p.name}`", p.version, date or "not stated", year, p.use, f"`{p.sha256}`")
        for p, date, year in report.packages
    ]
    files = sorted(report.files)
    return {
        "year": str(max(year for _, _, year in report.packages)),
        "packages": _table([*head, "SHA-256"], rows),
        "hashes": "\n".join(f"{sha256(path)}  {path.name}" for path in files),
    }


def _precision(report: Report) -> dict[str, str]:
    measures = report.precision
    norman = measures[measures["code_region"] == "28"]
    bits = max(report.grid_bits.values())
    head = [
        "",
        "communes",
        "displacement: median",
        "p99",
        "max",
        "area error: median",
        "p99",
        "max",
    ]
    return {
        "precision": _table(head, [_spread("France", measures), _spread("Normandie", norman)]),
        "disagreeing": str(measures["invalide"].sum()),
        "moved": str((measures["deplacement_m"] > MAX_DISPLACEMENT_M).sum()),
        "moved_limit": f"{MAX_DISPLACEMENT_M:g}",
        "snapping": f"{SNAPPING_M:g}",
        "gap": f"{GAP_M:g}",
        "tolerance": f"{TOLERANCE_M:g}",
        "grid": f"{2**bits:,}",
        "step": f"{111_195 / 2**bits:.1f}",
        "hall_distance": f"{MAX_TOWN_HALL_DISTANCE_M:g}",
    }


def _spread(name: str, measures: pd.DataFrame) -> tuple[str, ...]:
    moved, area = measures["deplacement_m"], measures["erreur_aire"] * 100
    metres = [f"{value:.2f} m" for value in (moved.median(), moved.quantile(0.99), moved.max())]
    shares = [f"{value:.3f} %" for value in (area.median(), area.quantile(0.99), area.max())]
    return name, f"{len(measures):,}", *metres, *shares


def _codes(succession: pd.DataFrame) -> dict[str, str]:
    counts = succession["statut"].value_counts()
    split = succession[succession["statut"] == "scindé"]
    rows = [
        (f"{row.code} {row.nom}", _listed(row.candidats), row.date) for row in split.itertuples()
    ]
    return {
        "in_force": f"{counts['actuel'] + counts['scindé']:,}",
        "replaced": f"{counts['remplacé']:,}",
        "districts": str(counts["arrondissement"]),
        "splits": _table(["code", "its territory is now", "parted by"], rows),
    }


def _exceptions(table: pd.DataFrame) -> dict[str, str]:
    counts = table["exception"].value_counts().sort_index()
    halls = table[table["exception"] == "town hall"]
    left_out = table.loc[table["exception"] == "left out", "code_insee"].str[:3].value_counts()
    others = table[~table["exception"].isin(["town hall", "left out"])]
    rows = [
        (f"{_listed(code)} {name}".strip(), kind, _listed(value), reason)
        for code, name, kind, value, reason in others.itertuples(index=False)
    ]
    return {
        "counts": ", ".join(f"{number:,} “{kind}”" for kind, number in counts.items()),
        "far_halls": f"{(halls['value'] != '').sum():,}",
        "no_halls": str((halls["value"] == "").sum()),
        "left_out": ", ".join(f"{code} ({n})" for code, n in left_out.sort_index().items()),
        "exceptions": _table(["commune", "exception", "value", "reason"], rows),
    }


def _listed(codes: str) -> str:
    return codes.replace("|", ", ")


def _table(head: list[str], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
