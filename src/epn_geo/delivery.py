"""From a study to a folder of files: map, workbook, layers, tables, and a record of the run."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from epn_geo._version import __version__
from epn_geo.checks import check_places
from epn_geo.communes import read_communes
from epn_geo.coverage import keep_near
from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError
from epn_geo.joins import locate
from epn_geo.labels import Lang, say
from epn_geo.maps import coverage_map
from epn_geo.places import read_places
from epn_geo.report import number, write_report
from epn_geo.study import DEMONSTRATION, Study, build
from epn_geo.writing import atomic_path, file_hash, write_json, write_layers, write_table

MAP, WORKBOOK, LAYERS, RECORD = "carte.html", "tableaux.xlsx", "couches.gpkg", "resume.json"
NEAR_KM = 30  # how far beyond the border the map shows places
RECORDED_PACKAGES = ("geopandas", "shapely", "pyproj", "folium", "pandas", "numpy", "scipy")

Tell = Callable[..., None]


def deliver(
    places: Path | None,
    folder: Path,
    parameters: dict[str, Any],
    *,
    date: str | None = None,
    mobile: bool = False,
    lang: Lang = "fr",
    tell: Tell = lambda *_, **__: None,
) -> dict[str, Any]:
    """Build a study and write all of it into a folder.

    Parameters
    ----------
    places
        A list of places, or None for the demonstration network.
    folder
        Where to; made if need be.
    parameters
        ``columns`` for `read_places`; ``region``, ``departements``, ``epci``, ``radii_km`` and
        ``judged_km`` for `study.build`.
    date
        Date of the study, shown on what is made.
    mobile
        Let mobile places cover as if they were fixed.
    lang
        Language of what is made.
    tell
        Called with a sentence at each step (``done=True`` for those worth keeping).

    Returns
    -------
    dict
        The record of the run, as written to ``resume.json``.

    Raises
    ------
    EpnGeoError
        If a file, a territory or a radius cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> record = deliver(None, folder, {"departements": "61", "radii_km": [10.0]})
    >>> record["lieux"]["lignes"], sorted(record["fichiers"])[:2]
    (153, ['carte.html', 'communes.csv'])
    """
    columns = parameters.get("columns")
    source = embedded_path(DEMONSTRATION) if places is None else places
    tell(say("step_read", lang, file=source.name))
    frame = read_places(source, columns=columns)
    if mobile:
        frame["couvre"] = ~frame["categorie"].isin(["CRANT", "projet lauréat"])
    tell(say("step_measure", lang))
    options = {name: value for name, value in parameters.items() if name != "columns"}
    study = build(frame, today=date, lang=lang, **options)
    demonstration = is_demonstration(study.places)
    tell(say("step_write", lang))
    written = _write_all(study, folder, date=date, demonstration=demonstration, lang=lang)
    record = _record(study, source, options | {"columns": columns, "mobile": mobile, "date": date})
    record["fichiers"] = {name: file_hash(folder / name) for name in written}
    write_json(record, folder / RECORD)
    record["fichiers"][RECORD] = file_hash(folder / RECORD)
    for line in _account(record, lang, demonstration=demonstration):
        tell(line, done=True)
    return record


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
    >>> import pandas as pd
    >>> is_demonstration(pd.DataFrame({"source": ["Démonstration epn-geo", None]}))
    True
    """
    if "source" not in places:
        return False
    return bool(places["source"].astype("str").str.startswith("Démonstration").any())


def inspect_list(
    places: Path,
    parameters: dict[str, Any],
    *,
    date: str | None = None,
    lang: Lang = "fr",
    tell: Tell = lambda *_, **__: None,
) -> pd.DataFrame:
    """Read a list, locate it and give the findings.

    Parameters
    ----------
    places
        A list of places.
    parameters
        ``columns`` for `read_places`; ``region``, ``departements``, ``epci`` for `read_communes`.
    date
        Date against which stale entries are found.
    lang
        Language of the findings.
    tell
        As in `deliver`.

    Returns
    -------
    pandas.DataFrame
        As `check_places`.

    Raises
    ------
    EpnGeoError
        If the file or the territory cannot be used.

    Examples
    --------
    >>> file = embedded_path(DEMONSTRATION)
    >>> inspect_list(file, {"region": "28"})["gravite"].isin(["erreur"]).any()
    np.False_
    """
    tell(say("step_read", lang, file=places.name))
    frame = read_places(places, columns=parameters.get("columns"))
    communes = read_communes(
        parameters.get("region"), parameters.get("departements"), parameters.get("epci")
    )
    tell(say("step_check", lang))
    findings = check_places(locate(frame, communes), communes, today=date, lang=lang)
    counts = findings["gravite"].value_counts()
    tell(
        say(
            "account_check",
            lang,
            rows=number(len(frame), lang),
            errors=number(counts.get("erreur", 0), lang),
            warnings=number(counts.get("avertissement", 0), lang),
            notes=number(counts.get("information", 0), lang),
        ),
        done=True,
    )
    return findings


def data_sources(communes: gpd.GeoDataFrame, lang: Lang = "fr") -> list[str]:
    """Give the lines that say where the reference data is from.

    Parameters
    ----------
    communes
        The territory.
    lang
        Language.

    Returns
    -------
    list of str
        Producers, vintage and licence.

    Examples
    --------
    >>> from epn_geo.communes import read_communes
    >>> "Licence Ouverte" in data_sources(read_communes(departements="61"))[0]
    True
    """
    return [say("source_communes", lang, communes=number(len(communes), lang))]


def _write_all(
    study: Study, folder: Path, *, date: str | None, demonstration: bool, lang: Lang
) -> list[str]:
    """Write every file but the record; give their names."""
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file: -o takes a folder.")
    sources = data_sources(study.communes, lang)
    layers = {
        say("layer_places", lang): study.places,
        say("layer_communes", lang): study.coverage,
        say("layer_gaps", lang): study.gaps,
    }
    page = coverage_map(
        study.coverage,
        places=keep_near(study.places, study.communes, NEAR_KM),
        gaps=study.gaps,
        sources=sources,
        date=date,
        demonstration=demonstration,
        lang=lang,
    )
    with atomic_path(folder / MAP) as temporary:
        page.save(str(temporary))
    write_report(
        folder / WORKBOOK,
        study.coverage,
        study.tables,
        places=study.places,
        gaps=study.gaps,
        findings=study.findings,
        sources=sources,
        date=date,
        demonstration=demonstration,
        lang=lang,
    )
    write_layers(layers, folder / LAYERS)
    tables = {
        "communes.csv": study.coverage,
        "epci.csv": study.tables["epci"],
        "departements.csv": study.tables["departement"],
        "lieux.csv": study.places,
        "zones.csv": study.gaps,
        "constats.csv": study.findings,
    }
    for name, table in tables.items():
        write_table(table, folder / name)
    return [MAP, WORKBOOK, LAYERS, *tables]


def _record(study: Study, source: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """Say what was read and how, with nothing that changes from one run to the next."""
    agreement = study.places["accord"].value_counts()
    inside = _in_territory(study)
    return {
        "epn-geo": __version__,
        "python": platform.python_version(),
        "paquets": {name: version(name) for name in RECORDED_PACKAGES},
        "entree": {"fichier": source.name, "sha256": file_hash(source)},
        "parametres": parameters,
        "communes": len(study.communes),
        "lieux": {
            "lignes": len(study.places),
            "accord": {str(key): int(value) for key, value in sorted(agreement.items())},
            "dans_le_territoire": int(inside.sum()),
            "par_categorie": _by_category(study.places, inside),
        },
        "constats": {
            str(key): int(value)
            for key, value in sorted(study.findings["gravite"].value_counts().items())
        },
        "departements": _plain_rows(study.tables["departement"]),
    }


def _in_territory(study: Study) -> pd.Series:
    """Tell which places stand in the territory itself, not in the rest of a straddling EPCI."""
    communes = study.communes
    if "dans_selection" in communes:
        communes = communes[communes["dans_selection"]]
    inside: pd.Series = study.places["code_insee"].isin(communes["code_insee"])
    return inside


def _by_category(places: gpd.GeoDataFrame, inside: pd.Series) -> dict[str, dict[str, int]]:
    """Count the places of each category, altogether and in the territory."""
    return {
        str(category): {"liste": len(rows), "territoire": int(inside[rows.index].sum())}
        for category, rows in places.groupby("categorie")
    }


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a table as plain data, missing values as None."""
    plain = table.astype(object).where(table.notna(), None)
    return [
        {str(k): v.item() if hasattr(v, "item") else v for k, v in row.items()}
        for row in plain.to_dict(orient="records")
    ]


def _account(record: dict[str, Any], lang: Lang, *, demonstration: bool) -> list[str]:
    """Account for every row read."""
    rows, inside = record["lieux"]["lignes"], record["lieux"]["dans_le_territoire"]
    unknown = record["lieux"]["accord"].get("sans coordonnées", 0)
    lines = [say("demonstration", lang)] if demonstration else []
    return [
        *lines,
        say(
            "account_rows",
            lang,
            rows=number(rows, lang),
            located=number(inside, lang),
            outside=number(rows - inside - unknown, lang),
            unknown=number(unknown, lang),
            findings=number(sum(record["constats"].values()), lang),
        ),
    ]
