"""The network over time, by département: kept lists beside what others have counted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from epn_geo.areafiles import measures_in
from epn_geo.columns import texts
from epn_geo.communes import OneOrMore, current_codes, read_communes
from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError
from epn_geo.joins import locate
from epn_geo.labels import Lang, check_lang, number, say
from epn_geo.maps import DEMONSTRATION
from epn_geo.pictures import METADATA
from epn_geo.picturing.lettering import picture_settings
from epn_geo.reachfiles import read_reach, tell_missing, tell_unusual
from epn_geo.report import header
from epn_geo.runs import RECORD, Tell, finished, last_record, told_file, told_request
from epn_geo.snapshots import Snapshot, read_snapshots
from epn_geo.staging import staged_folder
from epn_geo.summaries import slug
from epn_geo.timeline import write_timeline
from epn_geo.writing import Sheet, atomic_path, file_hash, write_json, write_table, write_workbook

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTS = "reference/comptages-epn.csv"
LONG = (
    *("moment", "date", "code_departement", "departement", "categorie", "nombre"),
    *("lignes_hors_territoire", "source"),
)
KINDS = ("EPN", "antenne")  # what the picture shows
# dark to light, told apart by every form of colour blindness and by grey printers (cividis)
SHADES = ("#00224e", "#434e6c", "#7d7c78", "#bcae6c", "#fee838")


def reference_counts(departements: Iterable[str] | None = None) -> pd.DataFrame:
    """Give the numbers of EPN and antennes by département that others have counted.

    Parameters
    ----------
    departements
        Codes of the départements wanted; all that were counted if left out.

    Returns
    -------
    pandas.DataFrame
        `moment` ("2012", "évaluation"), `date` (missing where the source bears none),
        `code_departement`, `departement`, `categorie`, `nombre` and `source`.

    Examples
    --------
    >>> counts = reference_counts()
    >>> counts.groupby(["moment", "categorie"])["nombre"].sum().to_dict()
    {('2012', 'EPN'): 117, ('évaluation', 'EPN'): 123, ('évaluation', 'antenne'): 21}
    """
    kinds = {"moment": "str", "date": "str", "code_departement": "str"}
    counts = pd.read_csv(embedded_path(COUNTS), dtype=kinds)
    if departements is None:
        return counts
    return counts[counts["code_departement"].isin([*departements])].reset_index(drop=True)


def network_history(
    snapshots: Iterable[Snapshot], communes: gpd.GeoDataFrame, *, references: bool = True
) -> pd.DataFrame:
    """Count the places of each kind by département, moment after moment.

    Parameters
    ----------
    snapshots
        What `read_snapshots` gave.
    communes
        The territory.
    references
        Put the counts of `reference_counts` first, for the départements of the territory.

    Returns
    -------
    pandas.DataFrame
        One row per moment, département and category: `moment`, `date`, `code_departement`,
        `departement`, `categorie`, `nombre`, `lignes_hors_territoire` (rows of that list that stand
        outside, or nobody knows where) and `source`. A category that a list does not hold counts 0
        there; what a reference did not count has no row.

    Raises
    ------
    CrsError
        As `locate`.

    Examples
    --------
    >>> from epn_geo.places import read_places
    >>> places = read_places(embedded_path("demo/epn-demonstration.csv"))
    >>> communes = read_communes(departements="61")
    >>> table = network_history([Snapshot("2026-11-01", places, "")], communes)
    >>> table[table["categorie"] == "EPN"][["moment", "nombre"]].values.tolist()
    [['2012', 20], ['évaluation', 17], ['2026-11-01', 17]]
    """
    if "dans_selection" in communes:
        communes = communes[communes["dans_selection"].astype(bool)]
    names = communes.drop_duplicates("code_departement").set_index("code_departement")
    names = names["departement"].sort_index()
    lists = [*snapshots]
    kinds = sorted({kind for one in lists for kind in one.places["categorie"].dropna().unique()})
    rows: list[dict[str, Any]] = []
    for one in lists:
        where = _departements(one.places, communes)
        known = where.isin(names.index)
        for code, name in names.items():
            here = one.places.loc[(where == code).to_numpy(), "categorie"].value_counts()
            rows += [
                {
                    "moment": one.date,
                    "date": one.date,
                    "code_departement": code,
                    "departement": name,
                    "categorie": kind,
                    "nombre": int(here.get(kind, 0)),
                    "lignes_hors_territoire": int((~known).sum()),
                    "source": f"SHA-256 {one.sha256[:16]}",
                }
                for kind in kinds
            ]
    told = pd.DataFrame(rows, columns=list(LONG))
    if references:
        counts = reference_counts(names.index)
        told = pd.concat([counts.reindex(columns=list(LONG)), told], ignore_index=True)
    told["nombre"] = told["nombre"].astype(np.int64)
    told["lignes_hors_territoire"] = told["lignes_hors_territoire"].astype("Int64")
    return told


def wide_history(table: pd.DataFrame) -> pd.DataFrame:
    """Give the history as people read it: a row per moment and département, a column per kind.

    Parameters
    ----------
    table
        What `network_history` gave.

    Returns
    -------
    pandas.DataFrame
        In the same order, with a column for each kind (missing where it was not counted) and
        `epn_ecart`, the difference in EPN from the moment before that counted the département.

    Examples
    --------
    >>> wide = wide_history(reference_counts())
    >>> wide[wide["code_departement"] == "50"][["moment", "epn", "epn_ecart"]].values.tolist()
    [['2012', 61, <NA>], ['évaluation', 48, -13]]
    """
    keys = ["moment", "code_departement", "departement"]
    order = table[keys].drop_duplicates()
    wide = table.pivot_table(index=keys, columns="categorie", values="nombre", aggfunc="sum")
    wide = wide.rename(columns=slug).astype("Int64").reset_index()
    wide = order.merge(wide, on=keys, how="left")
    if "epn" in wide:
        wide["epn_ecart"] = wide.groupby("code_departement")["epn"].diff()
    return wide


def deliver_history(
    store: Path,
    folder: Path,
    *,
    region: OneOrMore | None = None,
    departements: OneOrMore | None = None,
    areas: str | Path | None = None,
    judged_min: float | None = None,
    judged_km: float | None = None,
    lang: Lang = "fr",
    tell: Tell = lambda *_, **__: None,
) -> dict[str, Any]:
    """Write the history of a store into a folder, every file at once or none.

    Parameters
    ----------
    store
        The folder of the store.
    folder
        Where to; made if need be.
    region, departements
        The territory, as in `read_communes`.
    areas
        A file of polygons of reach, one for all lists: each counts where a list has its place.
    judged_min, judged_km
        Which of their times counts: see `read_reach`.
    lang
        Language of what is made.
    tell
        As in `delivery.deliver`.

    Returns
    -------
    dict
        The record of the run, as written to ``resume.json``, with `modifie`.

    Raises
    ------
    DataError
        If there is no list, or one was altered; or areas cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.snapshots import keep_snapshot
    >>> store = Path(tempfile.mkdtemp())
    >>> file = embedded_path("demo/epn-demonstration.csv")
    >>> _ = keep_snapshot(file, store, "2026-11-01")
    >>> sorted(deliver_history(store, store / "historique", region="28")["fichiers"])[:2]
    ['historique.csv', 'historique.html']
    """
    check_lang(lang)
    snapshots = read_snapshots(store)
    communes = read_communes(region, departements)
    table = network_history(snapshots, communes)
    wide = wide_history(table)
    drawn, reached = None, {}
    shown: dict[str, Any] = {"region": region, "departements": departements, "lang": lang}
    if areas is not None:
        every = pd.concat([one.places for one in snapshots], ignore_index=True)
        drawn = read_reach(areas, every, judged_min=judged_min, judged_km=judged_km)
        asked = judged_min is not None or judged_km is not None
        for line in tell_unusual(measures_in(drawn)[0], asked=asked, areas=drawn, lang=lang):
            tell(line, done=True)
        reached = {"portees": told_file(Path(areas), Path(areas))}
        shown |= {"judged_min": judged_min, "judged_km": judged_km}
    lists = [{"date": one.date, "sha256": one.sha256} for one in snapshots]
    record = told_request("history", {"listes": lists, **reached}, shown)
    told_by = [text for one in snapshots for text in texts(one.places, "source")]
    demonstration = any(text.startswith(DEMONSTRATION) for text in told_by)
    with staged_folder(folder) as stage:
        last = last_record(folder)
        write_table(table, stage / "historique.csv")
        sources = table[["moment", "source"]].drop_duplicates()
        notice = say("demonstration", lang) if demonstration else None
        sheets = {"sheet_history": wide, "sheet_history_long": table, "sheet_sources": sources}
        write_workbook(
            [
                Sheet(say(key, lang), frame, {c: header(c, lang) for c in frame.columns}, notice)
                for key, frame in sheets.items()
            ],
            stage / "historique.xlsx",
        )
        draw_history(wide, stage / "historique.png", demonstration=demonstration, lang=lang)
        page = stage / "historique.html"
        told: dict[str, Any] = {"demonstration": demonstration, "lang": lang}
        write_timeline(snapshots, wide, communes, page, areas=drawn, **told)
        names = sorted(file.name for file in stage.iterdir())
        record |= {"fichiers": {name: file_hash(stage / name) for name in names}}
        write_json(record, stage / RECORD)
    for moment, rows in wide.groupby("moment", sort=False):
        # what a moment did not count is not told as none
        places = {w: rows[w].sum() for w in ("epn", "antennes") if w in rows and rows[w].any()}
        counted = ", ".join(f"{number(n, lang)} {header(w, lang)}" for w, n in places.items())
        tell(say("history_line", lang, moment=moment, counted=counted), done=True)
    for one in snapshots if drawn is not None else []:
        for line in tell_missing(drawn, one.places, lang):
            tell(f"{one.date} — {line}", done=True)
    return finished(record, folder, last)


def draw_history(
    wide: pd.DataFrame, path: str | Path, *, demonstration: bool = False, lang: Lang = "fr"
) -> Path:
    """Draw the history as bars: EPN, and antennes upon them, by moment and département.

    Parameters
    ----------
    wide
        What `wide_history` gave.
    path
        Where to: PNG, SVG or PDF.
    demonstration
        Say on the picture that the network is fictitious.
    lang
        Language.

    Returns
    -------
    pathlib.Path
        The file written, the same bytes for the same table.

    Raises
    ------
    DataError
        If there is nothing to draw, or for another suffix.

    Examples
    --------
    >>> import tempfile
    >>> draw_history(wide_history(reference_counts()), Path(tempfile.mkdtemp()) / "h.png").name
    'h.png'
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - takes a second
    from matplotlib.figure import Figure  # noqa: PLC0415 - the same

    path = Path(path)
    if path.suffix.lower() not in METADATA:
        raise DataError(f"{path.name}: the suffix must be one of {', '.join(METADATA)}.")
    if not any(slug(kind) in wide for kind in KINDS):
        raise DataError("There is neither an EPN nor an antenne to draw.")
    with picture_settings():
        figure = Figure(figsize=(10, 5.6), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        _bars(axes, wide, lang)
        title = say("history_title", lang)
        if demonstration:
            title += "\n" + say("demonstration", lang)
        axes.set_title(title, loc="left", fontsize=12, fontweight="bold")
        with atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=150, metadata=METADATA[path.suffix.lower()])
    return path


def _bars(axes: Axes, wide: pd.DataFrame, lang: Lang) -> None:
    """Draw one group of bars per département, one bar per moment, antennes hatched on top."""
    moments = list(dict.fromkeys(wide["moment"]))
    names = wide.sort_values("code_departement")["departement"].drop_duplicates().tolist()
    breadth = 0.8 / len(moments)
    for rank, moment in enumerate(moments):
        rows = wide[wide["moment"] == moment].set_index("departement").reindex(names)
        counted = [
            rows[slug(kind)].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
            if slug(kind) in rows
            else np.full(len(names), np.nan)
            for kind in KINDS
        ]
        at = np.arange(len(names)) + (rank - (len(moments) - 1) / 2) * breadth
        shade = SHADES[round(rank * (len(SHADES) - 1) / max(len(moments) - 1, 1))]
        main, more = (np.nan_to_num(values) for values in counted)
        axes.bar(at, main, breadth * 0.92, color=shade, label=str(moment))
        axes.bar(
            at, more, breadth * 0.92, bottom=main, color=shade, hatch="////", edgecolor="white"
        )
        for x, epn, antennes in zip(at, *counted, strict=True):
            if np.isfinite(epn):
                added = f"\n+{antennes:.0f}" if np.isfinite(antennes) and antennes else ""
                top = epn + np.nan_to_num(antennes)
                axes.text(x, top, f"{epn:.0f}{added}", ha="center", va="bottom", fontsize=7)
    axes.set_xticks(np.arange(len(names)), names)
    axes.margins(y=0.12)
    axes.set_ylabel(say("history_axis", lang))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8)


def _departements(places: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> pd.Series:
    """Give the département where each place stands; without coordinates, that of its commune."""
    located = locate(places, communes)
    declared = current_codes(pd.Series(texts(places, "code_insee"), dtype="str"))
    home = dict(zip(communes["code_insee"], communes["code_departement"], strict=True))
    without = (located["accord"] == "sans coordonnées").to_numpy()
    stands = located["code_departement"].reset_index(drop=True)
    found: pd.Series = stands.where(~without, declared.map(home))
    return found
