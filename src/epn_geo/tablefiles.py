"""The tables of a study as files: for French spreadsheets, and as data for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.areas import tell_owners, warned_once
from epn_geo.columns import texts
from epn_geo.joins import LEVELS
from epn_geo.labels import Lang
from epn_geo.radii import Radius
from epn_geo.serving import serves
from epn_geo.skills import skills_matrix
from epn_geo.territories import part_names
from epn_geo.writing import without_geometry, write_table

DATA = "donnees"  # the folder for programs, beside the files for people
SKILL_LEVELS = ("region", "departement", "epci")
SKILL_COLUMNS = (
    "niveau", "code", "territoire", "population", "champ", "valeur", "lieux",
    "population_couverte", "part_population_couverte", "communes_hors_portee",
    "distance_moyenne_km",
)  # fmt: skip


def sum_up_skills(
    places: gpd.GeoDataFrame,
    communes: gpd.GeoDataFrame,
    radius_km: Radius = 10.0,
    *,
    areas: gpd.GeoDataFrame | None = None,
    lang: Lang = "fr",
) -> pd.DataFrame:
    """Count who offers which service, for régions, départements and EPCI at once.

    Parameters
    ----------
    places
        Places.
    communes
        Communes with their territories and `population`, measured or not.
    radius_km, areas
        As in `skills_matrix`.
    lang
        Language of what a territory is called of which only a part is there.

    Returns
    -------
    pandas.DataFrame
        One row per territory and service: `niveau`, `code`, `territoire`, `population`, and the
        figures of `skills_matrix`. Régions and départements leave out communes with
        `dans_selection` False, and are named with the part that is there (see `part_names`) if it
        is not the whole. No row if no place that serves tells its
        services, or the areas do not say whose they are.

    Raises
    ------
    CrsError, ColumnError, DataError
        As `skills_matrix`.

    Examples
    --------
    >>> from epn_geo.study import build
    >>> study = build(departements="61", radii_km=[10.0])
    >>> table = sum_up_skills(study.places, study.communes)
    >>> print(*table.loc[table["territoire"] == "Orne", ["valeur", "lieux"]].iloc[0])
    Aide aux démarches administratives 22
    """
    if areas is not None and not tell_owners(areas):
        return pd.DataFrame(columns=list(SKILL_COLUMNS))
    if not any(texts(places[serves(places)], "services")):
        return pd.DataFrame(columns=list(SKILL_COLUMNS))
    everyone = communes.drop(columns="dans_selection", errors="ignore")
    with warned_once():
        each = skills_matrix(places, everyone, by="commune", radius_km=radius_km, areas=areas)
    known = communes.set_index("code_insee")
    inside = pd.Series(True, index=known.index)
    if "dans_selection" in known:
        inside = known["dans_selection"].astype(bool)
    parts = part_names(communes, lang)
    rank = {value: nth for nth, value in enumerate(each["valeur"].unique())}
    tables = []
    for level in SKILL_LEVELS:
        code, name = LEVELS[level]
        kept = each if level == "epci" else each[each["code_insee"].map(inside).to_numpy(bool)]
        rows = kept.assign(
            code=kept["code_insee"].map(known[code]), territoire=kept["code_insee"].map(known[name])
        )
        tables.append(_by_territory(rows[rows["code"].notna()]).assign(niveau=level))
    table = pd.concat(tables, ignore_index=True)
    whole = zip(table["niveau"], table["code"], table["territoire"], strict=True)
    table["territoire"] = [parts.get((level, code), name) for level, code, name in whole]
    order = table.assign(
        n=table["niveau"].map({one: nth for nth, one in enumerate(SKILL_LEVELS)}),
        v=table["valeur"].map(rank),
    ).sort_values(["n", "code", "v"], kind="stable")
    return table.loc[order.index, list(SKILL_COLUMNS)].reset_index(drop=True)


def _by_territory(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum up the communes of each territory, for each service."""
    keys = ["code", "champ", "valeur"]
    rows = rows.assign(
        weighted=rows["distance_moyenne_km"] * rows["population"],
        known=rows["population"].where(rows["distance_moyenne_km"].notna()),
    )
    groups = rows.groupby(keys, sort=False)
    summed = ["population", "lieux", "population_couverte", "communes_hors_portee"]
    table = groups[summed].sum()
    table["territoire"] = groups["territoire"].first()
    table["part_population_couverte"] = table["population_couverte"] / table["population"]
    far = groups[["weighted", "known"]].sum(min_count=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        table["distance_moyenne_km"] = far["weighted"] / far["known"]
    return table.reset_index()


def write_table_files(tables: Mapping[str, pd.DataFrame], folder: str | Path) -> list[str]:
    """Write tables three times: for people, and for programs as CSV and as Parquet.

    Parameters
    ----------
    tables
        Name, without suffix, and frame.
    folder
        Where to; made if need be.

    Returns
    -------
    list of str
        The names of the files within the folder, the same bytes for the same frames:
        ``communes.csv`` as `write_table` writes it for French spreadsheets, figures rounded;
        ``donnees/communes.csv`` with commas, decimal points and every decimal;
        ``donnees/communes.parquet`` with the types of the columns kept. None holds outlines: see
        `write_layer`.

    Examples
    --------
    >>> import tempfile
    >>> frame = pd.DataFrame({"commune": ["Caen"], "part_couverte": [1 / 3]})
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in write_table_files({"communes": frame}, folder):
    ...     print(name)
    communes.csv
    donnees/communes.csv
    donnees/communes.parquet
    >>> (folder / "communes.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    'Caen;0,3333'
    """
    folder, written = Path(folder), []
    for name, frame in tables.items():
        plain = without_geometry(frame)
        write_table(plain, folder / f"{name}.csv")
        write_table(plain, folder / DATA / f"{name}.csv", french=False)
        write_table(_typed(plain), folder / DATA / f"{name}.parquet")
        written.append(f"{name}.csv")
    data = [f"{DATA}/{name}.{suffix}" for name in tables for suffix in ("csv", "parquet")]
    return written + data


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns of mixed kinds as text: Parquet has one kind to a column."""
    out = frame.copy()
    for column, kind in frame.dtypes.items():
        if pd.api.types.is_object_dtype(kind) and not _is_plain(frame[column]):
            out[column] = frame[column].map(str, na_action="ignore")
    return out


def _is_plain(values: pd.Series) -> bool:
    return pd.api.types.infer_dtype(values, skipna=True) in {
        "string", "boolean", "integer", "floating", "date", "datetime", "empty",
    }  # fmt: skip
