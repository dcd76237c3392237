"""Say what ``data/communes`` is: exceptions and README, written from measured values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from communes_coverage import GAP_M, SNAPPING_M, TOLERANCE_M
from communes_repair import MAX_TOWN_HALL_DISTANCE_M
from communes_sources import Package, sha256

MAX_DISPLACEMENT_M = 20.0  # borders that moved further are listed one by one

NORMANDIE = ("14", "27", "50", "61", "76")

REPAIRS = {
    "absorbe": "outline in the source is from before the merger: older outlines of {} joined",
    "reprise": "no outline in the source: older outline of {} taken",
    "parties": "no outline in the source: communes déléguées {} joined",
    "rétablie": "re-established, no outline in the source: cut out of {}",
    "sans contour": "no outline in the source",
}

# The holes that have a name.
KNOWN_HOLES = {"66005|66025|66072|66167|66181|66202|66218": "Llívia, a part of Spain inside France"}


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
