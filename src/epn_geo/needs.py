"""Need: a figure by territory (digital fragility, age, poverty), with its direction and vintage.

A figure means nothing without what is declared beside it: whether a high or a low one is a need,
the range it can take, and its year. What is missing stays missing; it is never read as zero, nor
filled in from elsewhere. A row of the file is a row of the frame, and `statut` says what became of
it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.communes import read_epci, successions
from epn_geo.errors import ColumnError, DataError, did_you_mean, fold
from epn_geo.geometry.arcs import Floats
from epn_geo.reading.repairs import repair_commune_code
from epn_geo.reading.tabling import Table
from epn_geo.tables import read_table

Level = Literal["commune", "epci", "iris", "departement"]
Direction = Literal["high", "low"]

# What the column of codes is called in the files of INSEE, the Observatoire des territoires and
# others; compared without accents, case or punctuation.
CODE_COLUMNS = (
    "code", "codgeo", "code insee", "insee", "insee com", "com", "depcom", "codecom",
    "code commune", "code epci", "epci", "siren epci", "siren", "iris", "code iris", "dcomiris",
    "code departement", "dep",
)  # fmt: skip
USED = ("lu", "ancien code", "scindé", "arrondissement")  # what a row that counts can be
NO_VALUE = {"", "nd", "ns", "na", "nan", "n d", "n s", "s", "c", "null", "none", "n a"}


def read_needs(
    path: str | Path,
    *,
    column: str,
    direction: Direction,
    bounds: tuple[float, float],
    vintage: int | str,
    level: Level = "commune",
    name: str | None = None,
    code: str | None = None,
    weight: str | None = None,
    missing: Iterable[float] = (-9999.0,),
    sheet: str | None = None,
) -> pd.DataFrame:
    r"""Read a need: one figure by commune, EPCI, IRIS or département.

    Parameters
    ----------
    path
        CSV, XLSX, JSON, GeoJSON, GeoPackage, Shapefile or Parquet.
    column
        The column of the figure.
    direction
        ``"high"`` if a high figure is a need (fragility, poverty, share of the aged), ``"low"`` if
        a low one is (share of households with fibre).
    bounds
        The least and the greatest figure there can be, such as ``(1, 10)``. A figure outside is
        not used, and its row says so.
    vintage
        The year or period that the figure describes.
    level
        What the codes are. Rows whose code has another form (a file may hold several levels) are
        kept, and not used.
    name
        A short name for the columns made of it; that of the column by default.
    code
        The column of codes, where its name is not a usual one.
    weight
        A column of the file with the people that each row stands for: former communes, IRIS and
        arrondissements are averaged by it. Without it they weigh the same.
    missing
        Numbers that stand for a missing figure, besides blanks and letters such as ``nd``.
    sheet
        The sheet or layer, when there are several.

    Returns
    -------
    pandas.DataFrame
        One row per row of the file: `ligne` (its number there), `code` (as written, leading zero
        restored), `code_actuel` (that of today; for an IRIS, of its commune; missing if unknown),
        `valeur` (missing where it is), `poids` (people, or 1), `statut`: ``lu``, ``ancien code``,
        ``scindé`` (the code stood for more once: an old figure is of more than the commune),
        ``arrondissement``, ``valeur manquante``, ``hors plage``, ``code inconnu`` or ``autre
        niveau``; and what was declared, on each row: `indicateur`, `niveau`, `sens` (``high`` or
        ``low``), `minimum`, `maximum`, `millesime`, and `nom_indicateur`, the name as
        the file or the caller spells it.

    Raises
    ------
    ColumnError
        If a column is missing.
    DataError
        If the file cannot be read, or a declaration cannot be used.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> text = "code;total\ncommune;\n14118;3,5\n14513;-9999\n1001;8\n"
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "fragilite.csv")
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     needs = read_needs(
    ...         path, column="total", name="fragilite", direction="high", bounds=(1, 10),
    ...         vintage=2024,
    ...     )
    >>> needs[["code", "code_actuel", "valeur", "statut"]]
          code code_actuel  valeur            statut
    0  commune         NaN     NaN      code inconnu
    1    14118       14118     3.5                lu
    2    14513       50592     NaN  valeur manquante
    3    01001       01001     8.0                lu
    """
    _check_declarations(direction, bounds, level)
    wanted = {fold(text) for text in (*CODE_COLUMNS, column, code or "", weight or "")} - {""}
    table = read_table(path, sheet=sheet, is_known=lambda text: fold(text) in wanted)
    file = Path(path).name
    values, readable = _figures(table.cells[_column(table, column, file)], missing)
    codes = _repaired(table.cells[_code_column(table, code, file)], level)
    today, status = _today(codes, level)
    inside = (values >= bounds[0]) & (values <= bounds[1])
    out = pd.DataFrame({"ligne": table.lines, "code": codes, "code_actuel": today})
    out["valeur"] = np.where(inside, values, np.nan)
    out["poids"] = 1.0
    if weight is not None:
        out["poids"] = _figures(table.cells[_column(table, weight, file)], missing)[0]
    usable = status.isin(USED).to_numpy()
    status = status.mask(usable & ~np.isfinite(values), "valeur manquante")
    status = status.mask(usable & ((np.isfinite(values) & ~inside) | ~readable), "hors plage")
    out["statut"] = status.astype("str")
    out["indicateur"] = name or fold(column).replace(" ", "_")
    out["niveau"], out["sens"] = level, direction
    out["minimum"], out["maximum"] = float(bounds[0]), float(bounds[1])
    out["millesime"] = str(vintage)
    spelled = (str(header) for header in table.headers if fold(header) == fold(column))
    out["nom_indicateur"] = name or " ".join(next(spelled).split())
    text = ("indicateur", "niveau", "sens", "millesime", "nom_indicateur")
    return out.astype(dict.fromkeys(text, "str"))


def add_needs(communes: gpd.GeoDataFrame, needs: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give each commune its figure of need.

    Parameters
    ----------
    communes
        Communes, with `code_insee`; `code_epci` or `code_departement` if the need is by those.
    needs
        What `read_needs` gave.

    Returns
    -------
    geopandas.GeoDataFrame
        `communes` (same rows and index) with three columns, named after the need:

        - `besoin_<name>`: the figure, missing where there is none;
        - `besoin_<name>_0_1`: the same between 0 (least need) and 1 (most), by the declared range
          and direction;
        - `besoin_<name>_origine`: ``commune``; ``moyenne`` (of former communes, arrondissements or
          IRIS); ``moyenne partielle`` (some of them had no figure, the mean is of the others);
          ``epci`` or ``departement``, whose figure stands for all its communes; or ``sans donnée``.

    Raises
    ------
    ColumnError
        If a column is missing.
    DataError
        If `needs` holds several figures.

    Notes
    -----
    A mean is Σ poids × valeur / Σ poids over the rows that have both.

    Examples
    --------
    >>> communes = pd.DataFrame({"code_insee": ["14118", "50592", "14001"]})
    >>> needs = pd.DataFrame({
    ...     "code_actuel": ["14118", "50592", "50592"], "valeur": [10.0, 4.0, 1.0],
    ...     "poids": [1.0, 100.0, 300.0], "statut": ["lu", "ancien code", "lu"],
    ...     "indicateur": "fragilite", "niveau": "commune", "sens": "high", "minimum": 1.0,
    ...     "maximum": 10.0,
    ... })
    >>> add_needs(communes, needs)[["besoin_fragilite", "besoin_fragilite_origine"]]
       besoin_fragilite besoin_fragilite_origine
    0             10.00                  commune
    1              1.75                  moyenne
    2               NaN              sans donnée
    """
    declared = _declared(needs)
    key = {"epci": "code_epci", "departement": "code_departement"}.get(
        str(declared["niveau"]), "code_insee"
    )
    if key not in communes:
        raise ColumnError(f"The communes have no column {key!r}, by which this need is given.")
    figures = _by_code(needs)
    found = figures.reindex(communes[key].to_numpy())
    name, out = f"besoin_{declared['indicateur']}", communes.copy()
    value = found["valeur"].to_numpy(dtype=float)
    low, high = float(declared["minimum"]), float(declared["maximum"])
    share = (value - low) / (high - low)
    out[name] = value
    out[f"{name}_0_1"] = share if declared["sens"] == "high" else 1 - share
    origin = found["origine"].fillna("sans donnée")
    if key != "code_insee":
        origin = origin.mask(np.isfinite(value), str(declared["niveau"]))
    out[f"{name}_origine"] = pd.Series(origin.to_numpy(), index=out.index, dtype="str")
    return out


def name_need(needs: pd.DataFrame, measured: pd.DataFrame, file: str = "The file") -> str:
    """Give the name of a need, if it says anything of these communes.

    Parameters
    ----------
    needs
        What `read_needs` gave.
    measured
        Communes with what `add_needs` added.
    file
        What the error calls it.

    Returns
    -------
    str
        The name.

    Raises
    ------
    DataError
        If no commune has a figure.

    Examples
    --------
    >>> needs = pd.DataFrame({"indicateur": ["age"]})
    >>> name_need(needs, pd.DataFrame({"besoin_age": [3.0]}))
    'age'
    """
    name = str(needs["indicateur"].iloc[0]) if len(needs) else ""
    if not name or measured[f"besoin_{name}"].isna().all():
        raise DataError(
            f"{file} says nothing of these {len(measured)} communes: look at the column of codes, "
            "the level and the territory."
        )
    return name


def need_label(needs: pd.DataFrame) -> str:
    """Give the name of a need as people write it.

    Parameters
    ----------
    needs
        What `read_needs` gave.

    Returns
    -------
    str
        As its file spells it, or as the caller did.

    Examples
    --------
    >>> need_label(pd.DataFrame({"indicateur": ["ifn"], "nom_indicateur": ["Fragilité"]}))
    'Fragilité'
    >>> need_label(pd.DataFrame({"indicateur": ["part_des_75"]}))
    'part des 75'
    """
    first = needs.iloc[0]
    return str(first.get("nom_indicateur") or str(first["indicateur"]).replace("_", " "))


def _check_declarations(direction: str, bounds: tuple[float, float], level: str) -> None:
    for what, value, choices in (
        ("direction", direction, get_args(Direction)),
        ("level", level, get_args(Level)),
    ):
        if value not in choices:
            hint = did_you_mean(str(value), choices)
            raise DataError(f"{what} must be one of {', '.join(choices)}, not {value!r}.{hint}")
    if len(bounds) != 2 or not (np.isfinite(bounds).all() and bounds[0] < bounds[1]):
        raise DataError(f"bounds must be two numbers, the smaller first, not {bounds!r}.")


def _column(table: Table, name: str, file: str) -> str:
    """Find a column as it was named, give or take case and accents."""
    names = {fold(header): str(cells) for header, cells in
             zip(table.headers, table.cells.columns, strict=True)}  # fmt: skip
    if fold(name) not in names:
        raise ColumnError(
            f"{file} has no column {name!r}; it has {', '.join(table.headers[:20])}."
            f"{did_you_mean(name, table.headers)}"
        )
    return names[fold(name)]


def _code_column(table: Table, given: str | None, file: str) -> str:
    if given is not None:
        return _column(table, given, file)
    names = {fold(header) for header in table.headers}
    for usual in CODE_COLUMNS:
        if usual in names:
            return _column(table, usual, file)
    raise ColumnError(
        f"{file}: none of the columns {', '.join(table.headers[:20])} is known to hold codes. "
        "Name it: code=…."
    )


def _figures(cells: pd.Series, missing: Iterable[float]) -> tuple[Floats, np.ndarray]:
    """Read numbers as French and English files write them; tell which cells could be read."""
    text = cells.str.replace(r"[\s\u00a0\u202f%]", "", regex=True).str.replace(",", ".")
    numbers = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float).copy()
    blank = cells.map(fold).isin(NO_VALUE).to_numpy()
    readable = np.isfinite(numbers) | blank
    numbers[np.isin(numbers, list(missing))] = np.nan
    return numbers, readable


def _repaired(cells: pd.Series, level: str) -> pd.Series:
    """Give codes back the leading zero that spreadsheets take."""
    text = cells.str.replace(r"\.0+$", "", regex=True)
    if level == "commune":
        distinct = {cell: repair_commune_code(cell)[0] for cell in text.unique()}
        return text.map(distinct).astype("str")
    width = {"iris": 9, "departement": 2}.get(level, 0)
    return text.where(~text.str.fullmatch(r"\d+"), text.str.zfill(width))


def _today(codes: pd.Series, level: str) -> tuple[pd.Series, pd.Series]:
    """Give the code of today for each code, and what there is to say about it."""
    forms = {
        "commune": r"\d[0-9AB]\d{3}", "iris": r"\d[0-9AB]\d{7}", "epci": r"2\d{8}",
        "departement": r"\d[0-9AB]|97\d",
    }  # fmt: skip
    of_level = codes.str.fullmatch(forms[level])
    of_another = codes.str.fullmatch("|".join(forms.values())) & ~of_level
    if level in ("epci", "departement"):
        real = codes.isin(read_epci()["code_epci"]) if level == "epci" else of_level
        today = codes.where(real)
        status = pd.Series(np.where(real, "lu", "code inconnu"), index=codes.index)
    else:
        found = successions(codes.str.slice(0, 5).where(of_level, ""))
        today = found["code_actuel"]
        words = {"actuel": "lu", "remplacé": "ancien code"}
        said = found["statut"].replace(words)
        status = pd.Series(np.where(today.notna(), said, "code inconnu"), index=codes.index)
    return today.astype("str"), status.mask(of_another, "autre niveau")


def _declared(needs: pd.DataFrame) -> pd.Series:
    columns = ["indicateur", "niveau", "sens", "minimum", "maximum"]
    absent = [name for name in (*columns, "code_actuel", "valeur", "poids") if name not in needs]
    if absent:
        raise ColumnError(f"The needs have no column {absent[0]!r}: read_needs gives it.")
    kinds = needs[columns].drop_duplicates()
    if len(kinds) != 1:
        raise DataError(
            f"There are {len(kinds)} figures in these needs: add them one after the other."
        )
    return kinds.iloc[0]


def _by_code(needs: pd.DataFrame) -> pd.DataFrame:
    """Average the rows of each code of today by their weight."""
    rows = needs[needs["code_actuel"].notna()]
    if "statut" in rows:
        rows = rows[~rows["statut"].isin(["autre niveau", "code inconnu"])]
    known = rows["valeur"].notna() & (rows["poids"] > 0)
    weight = rows["poids"].where(known, 0.0)
    keys = rows["code_actuel"]
    total = weight.groupby(keys).sum()
    mean = (rows["valeur"].fillna(0.0) * weight).groupby(keys).sum() / total.where(total > 0)
    count, used = known.groupby(keys).size(), known.groupby(keys).sum()
    origin = np.select(
        [used == 0, (used < count).to_numpy(), (count > 1).to_numpy()],
        ["sans donnée", "moyenne partielle", "moyenne"],
        "commune",
    )
    return pd.DataFrame({"valeur": mean, "origine": origin})
