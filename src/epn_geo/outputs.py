"""What every verb does alike: read a network, write its frames, say what they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from epn_geo.checking.findings import PLACED
from epn_geo.columns import texts
from epn_geo.communes import read_communes
from epn_geo.embedded import DEMONSTRATION, embedded_path
from epn_geo.joins import home_communes, locate
from epn_geo.labels import Lang, number, say
from epn_geo.maps import coverage_map
from epn_geo.needs import USED, need_label
from epn_geo.places import read_places
from epn_geo.report import (
    header,
    needs_table,
    spelled_needs,
    tell_values,
    told_header,
    yes_no,
)
from epn_geo.territories import territory_name
from epn_geo.townhalls import place_at_town_halls
from epn_geo.writing import Sheet, atomic_path, write_table, write_workbook

# points whose place on the sheet of communes the layers take
NOT_SHOWN = ("mairie_longitude", "mairie_latitude")


def read_network(
    places: Path | None, options: Mapping[str, Any], *, whole_epci: bool = False
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Read a list of places and the territory it is studied in.

    Parameters
    ----------
    places
        A list of places, or None for the demonstration network.
    options
        ``columns`` and ``sheet`` for `read_places`; ``region``, ``departements``, ``epci`` for
        `read_communes`;
        ``town_halls`` to put places without coordinates there.
    whole_epci
        As `read_communes`.

    Returns
    -------
    tuple of geopandas.GeoDataFrame
        The places, located, and the communes.

    Raises
    ------
    EpnGeoError
        If the file or the territory cannot be used.

    Examples
    --------
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> len(network), len(communes)
    (153, 381)
    """
    source = embedded_path(DEMONSTRATION) if places is None else places
    network = read_places(source, columns=options.get("columns"), sheet=options.get("sheet"))
    communes = read_communes(
        options.get("region"),
        options.get("departements"),
        options.get("epci"),
        whole_epci=whole_epci,
    )
    located = locate(network, communes)
    if options.get("town_halls"):
        located = place_at_town_halls(located, communes)
    return located, communes


def list_warnings(
    network: gpd.GeoDataFrame, communes: gpd.GeoDataFrame, lang: Lang = "fr"
) -> list[str]:
    """Say what makes a study of a list empty: no coordinates, or no place in the territory.

    Parameters
    ----------
    network
        Places, located.
    communes
        The territory.
    lang
        Language.

    Returns
    -------
    list of str
        Sentences; none if all is well.

    Examples
    --------
    >>> network, communes = read_network(None, {"departements": "61"})
    >>> list_warnings(network, communes)
    []
    >>> away = network[network["code_insee"].isna()]
    >>> list_warnings(away, communes, "en")[0].split("(127")[0]
    'WARNING: the territory studied (Orne) holds no place of the list '
    """
    placed = ~(network.geometry.isna() | network.geometry.is_empty)
    put = sum(PLACED in text for text in texts(network, "corrections"))
    lines = [say("account_at_town_halls", lang, count=number(put, lang))] if put else []
    if not len(network):
        return lines
    inside = communes
    if "dans_selection" in communes:
        inside = communes[communes["dans_selection"].astype(bool)]
    home, count = home_communes(network), number(len(network), lang)
    # a list that says nowhere where it is may be in the territory
    if not home.isin(inside["code_insee"]).any() and (placed.any() or home.notna().all()):
        name = territory_name(inside, lang)
        lines.append(say("account_elsewhere", lang, count=count, name=name))
    elif not placed.any():
        lines.append(say("account_nowhere", lang, count=count))
    if placed.any() and not placed.all():
        lines.append(say("account_some_nowhere", lang, count=number((~placed).sum(), lang)))
    return lines


def is_demonstration(places: pd.DataFrame) -> bool:
    """Tell whether any of the places is fictitious: its `source` begins with "Démonstration".

    Parameters
    ----------
    places
        Places.

    Returns
    -------
    bool
        True if so.

    Examples
    --------
    >>> is_demonstration(pd.DataFrame({"source": ["Démonstration epn-geo", None]}))
    True
    """
    return any(text.startswith("Démonstration") for text in texts(places, "source"))


def write_frames(frames: Mapping[str, pd.DataFrame], folder: Path) -> list[str]:
    """Write frames as CSV that French spreadsheets read.

    Parameters
    ----------
    frames
        File name and frame.
    folder
        Where to; made if need be.

    Returns
    -------
    list of str
        The names of the files.

    Examples
    --------
    >>> import tempfile
    >>> write_frames({"a.csv": pd.DataFrame({"a": [1]})}, Path(tempfile.mkdtemp()))
    ['a.csv']
    """
    return [write_table(frame, folder / name).name for name, frame in frames.items()]


def write_book(
    frames: Mapping[str, pd.DataFrame],
    path: Path,
    lines: Sequence[str] = (),
    *,
    demonstration: bool = False,
    lang: Lang = "fr",
) -> str:
    """Write frames as a workbook with words for headers, and a sheet that says what they are.

    Parameters
    ----------
    frames
        Key of the sheet's name (see `labels`) and frame, in their order.
    path
        Where to.
    lines
        Sources and definitions, for the last sheet; without any there is none.
    demonstration
        Say on every sheet that the network is fictitious.
    lang
        Language.

    Returns
    -------
    str
        The file's name.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.xlsx"
    >>> write_book({"sheet_places": pd.DataFrame({"nom": ["EPN"]})}, file, ["INSEE"])
    'a.xlsx'
    """
    notice = say("demonstration", lang) if demonstration else None
    sheets = []
    spelled = spelled_needs(frames.get("sheet_needs"))
    for key, whole in frames.items():
        frame = needs_table(whole) if key == "sheet_needs" else whole
        frame = frame.drop(columns=[c for c in NOT_SHOWN if c in frame])
        words = {column: told_header(column, lang, spelled) for column in map(str, frame.columns)}
        told = tell_values(frame, lang)
        sheets.append(Sheet(say(key, lang), told, words, notice, yes_no=yes_no(lang)))
    if lines:
        title = say("sheet_sources", lang)
        sheets.append(Sheet(title, pd.DataFrame({title: list(lines)}), notice=notice))
    return write_workbook(sheets, path).name


def write_map(path: Path, coverage: gpd.GeoDataFrame, **options: Any) -> str:
    """Draw a map and write it, whole or not at all.

    Parameters
    ----------
    path
        Where to.
    coverage, options
        As `coverage_map`; an indicator that is a column of the library is called by its words.

    Returns
    -------
    str
        The file's name.

    Examples
    --------
    >>> import shapely, tempfile
    >>> commune = gpd.GeoDataFrame(
    ...     {"besoin": [0.5]}, geometry=[shapely.box(-0.4, 49.1, -0.3, 49.2)], crs=4326
    ... )
    >>> write_map(Path(tempfile.mkdtemp()) / "a.html", commune, indicator="besoin")
    'a.html'
    """
    asked = options.get("indicator")
    if isinstance(asked, str):
        options["indicator"] = {asked: header(asked, options.get("lang", "fr"))}
    page = coverage_map(coverage, **options)
    with atomic_path(path) as temporary:
        page.save(str(temporary))
    return path.name


def need_lines(needs: pd.DataFrame, file: str, lang: Lang) -> list[str]:
    """Say what a need is, from what file, of what vintage, and which way it goes.

    Parameters
    ----------
    needs
        What `read_needs` gave.
    file
        Its file's name.
    lang
        Language.

    Returns
    -------
    list of str
        Sentences.

    Examples
    --------
    >>> needs = pd.DataFrame({
    ...     "indicateur": ["age"], "millesime": ["2022"], "minimum": [0.0], "maximum": [100.0],
    ...     "sens": ["high"],
    ... })
    >>> need_lines(needs, "age.csv", "fr")[1]
    'Besoin « age » : age.csv, 2022 ; de 0 à 100 ; une valeur haute est un besoin.'
    """
    first = needs.iloc[0]
    low, high = (_plain(first[name], lang) for name in ("minimum", "maximum"))
    bounds = say("need_bounds", lang, low=low, high=high)
    words = {"name": need_label(needs), "vintage": first["millesime"], "file": file}
    direction = say(f"need_{first['sens']}", lang)
    return [
        say("need_definition", lang),
        say("need_source", lang, bounds=bounds, direction=direction, **words),
        say("need_limits", lang),
        *_beyond_bounds(needs, lang),
    ]


def _plain(value: float, lang: Lang) -> str:
    return number(value, lang, 0 if value % 1 == 0 else 2)


def _beyond_bounds(needs: pd.DataFrame, lang: Lang) -> list[str]:
    """Say how many figures are outside the bounds declared, if any are."""
    beyond = int((needs["statut"] == "hors plage").sum()) if "statut" in needs else 0
    return [say("need_beyond", lang, count=number(beyond, lang))] if beyond else []


def need_title(needs: pd.DataFrame, lang: Lang) -> str:
    """Name a need as a map does: with its vintage, and which way it goes.

    Parameters
    ----------
    needs
        What `read_needs` gave.
    lang
        Language.

    Returns
    -------
    str
        Words.

    Examples
    --------
    >>> needs = pd.DataFrame({"indicateur": ["age"], "millesime": ["2022"], "sens": ["high"]})
    >>> need_title(needs, "fr")
    'Besoin : age (2022 ; une valeur haute est un besoin)'
    """
    first = needs.iloc[0]
    direction = say(f"need_{first['sens']}", lang)
    words = {"name": need_label(needs), "vintage": first["millesime"]}
    return say("need_indicator", lang, direction=direction, **words)


def need_record(needs: pd.DataFrame, communes: pd.DataFrame) -> dict[str, Any]:
    """Count what became of the rows of a need, and of the communes, in plain data.

    Parameters
    ----------
    needs
        What `read_needs` gave.
    communes
        Communes with that need and `prioritaire`.

    Returns
    -------
    dict
        Counts.

    Examples
    --------
    >>> needs = pd.DataFrame({"indicateur": ["age"], "statut": ["lu"]})
    >>> communes = pd.DataFrame({"besoin_age": [3.0, float("nan")], "prioritaire": ["oui", "non"]})
    >>> need_record(needs, communes)["communes_sans_donnee"]
    1
    """
    status = needs["statut"].value_counts()
    known = communes[f"besoin_{needs['indicateur'].iloc[0]}"].notna()
    return {
        "lignes": {str(key): int(count) for key, count in sorted(status.items())},
        "communes_renseignees": int(known.sum()),
        "communes_sans_donnee": int((~known).sum()),
        "prioritaires": int((communes["prioritaire"] == "oui").sum()),
    }


def need_account(record: Mapping[str, Any], lang: Lang) -> str:
    """Say what `need_record` counted.

    Parameters
    ----------
    record
        What it gave.
    lang
        Language.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> told = {"communes_renseignees": 1, "communes_sans_donnee": 0, "prioritaires": 1}
    >>> need_account({"lignes": {"lu": 1}, **told}, "en")[:33]
    '1 row read, 1 used: need known fo'
    """
    rows = record["lignes"]
    beyond = rows.get("hors plage", 0)
    told = [say("need_beyond", lang, count=number(beyond, lang))] if beyond else []
    return " ".join([_need_counts(record, lang), *told])


def _need_counts(record: Mapping[str, Any], lang: Lang) -> str:
    rows = record["lignes"]
    return say(
        "account_needs",
        lang,
        rows=number(sum(rows.values()), lang),
        used=number(sum(rows.get(name, 0) for name in USED), lang),
        communes=number(record["communes_renseignees"], lang),
        unknown=number(record["communes_sans_donnee"], lang),
        priority=number(record["prioritaires"], lang),
    )


def cells_account(cells: Sequence[Mapping[Any, Any]], lang: Lang) -> str:
    """Say how many cells of a grid were counted, and how many were not.

    Parameters
    ----------
    cells
        The rows that `count_cells` gave.
    lang
        Language.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> rows = [{"rattachement": "hors communes", "carreaux": 2, "population": 7.0}]
    >>> cells_account(rows, "en")
    '2 cells read, 2 outside the communes (7 inhabitants, not counted).'
    """
    outside = [row for row in cells if row["rattachement"] == "hors communes"]
    return say(
        "account_cells",
        lang,
        cells=number(sum(int(row["carreaux"]) for row in cells), lang),
        outside=number(sum(int(row["carreaux"]) for row in outside), lang),
        people=number(sum(float(row["population"]) for row in outside), lang),
    )
