"""The workbook: every table of a study, as planners read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from epn_geo.columns import texts
from epn_geo.errors import DataError
from epn_geo.figures import FIGURES
from epn_geo.labels import (
    Lang,
    beyond_reach,
    check_lang,
    number,
    percent,
    reach_name,
    say,
    say_date,
    told_method,
)
from epn_geo.radii import AREAS, ESTIMATE, Measure, measure_for, measures_of
from epn_geo.territories import part_names, selected, territory_name, with_true_names
from epn_geo.words.headings import HEADERS
from epn_geo.words.values import VALUES
from epn_geo.writing import Sheet, without_geometry, write_workbook

# what the sheet of communes leaves out: it stands in the layers
NOT_IN_COMMUNES = ("mairie_longitude", "mairie_latitude", "code_region", "region")
# what a reader of places looks for first
FIRST_OF_PLACES = (
    "nom", "categorie", "commune", "epci", "departement", "label", "statut_label", "date_label",
    "itinerance", "services", "horaires", "adresse", "complement_adresse", "code_postal",
    "telephone", "courriels", "site_web",
)  # fmt: skip
# the names that a table begins with stay in sight while one scrolls to the right
NAMES = {
    "code_insee", "commune", "code_epci", "epci", "code_departement", "departement", "code_region",
    "region", "zone", "commune_principale", "nom", "niveau", "code", "territoire",
}  # fmt: skip
# the columns that `add_needs` names after a need
NEED = re.compile(r"besoin_(.+?)(_0_1|_origine)?")
SKILLS_SHOWN = 21  # the nine of the national standard, and a dozen in other words


def write_report(
    path: str | Path,
    coverage: pd.DataFrame,
    tables: dict[str, pd.DataFrame],
    *,
    places: pd.DataFrame | None = None,
    gaps: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
    skills: pd.DataFrame | None = None,
    ranking: pd.DataFrame | None = None,
    needs: pd.DataFrame | None = None,
    radius_km: float | None = None,
    minutes: float | None = None,
    sources: Sequence[str] = (),
    date: str | None = None,
    demonstration: bool = False,
    lang: Lang = "fr",
) -> Path:
    """Write the workbook of a study.

    Parameters
    ----------
    path
        Where to, ending in ``.xlsx``. An existing file is replaced, or left as it was on failure.
    coverage
        What `measure_coverage` or `flag_underserved` gave.
    tables
        What `summarise` gave, by level (``"region"``, ``"departement"``, ``"epci"``).
    places, gaps, findings
        Places, what `find_gaps` gave, what `check_places` gave; a sheet for each that is given.
        Columns of places that are empty throughout are left out.
    skills
        What `sum_up_skills` gave: a sheet with a row per territory.
    ranking, needs
        What `rank_needs` and `read_needs` gave: every ingredient of the ranking has its column.
    radius_km, minutes
        The reach that the summary and the chart tell of, as in `flag_underserved`, if several were
        measured.
    sources
        Lines on where the data is from, for the last sheet.
    date
        Date shown on the first sheet, as the caller writes it.
    demonstration
        Say on every sheet that the network is fictitious.
    lang
        Language of sheet names, headers and sentences.

    Returns
    -------
    pathlib.Path
        The file written, the same bytes for the same frames.

    Raises
    ------
    DataError
        If the suffix is not ``.xlsx``, or this reach was not measured.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.study import build
    >>> study = build(departements="61")
    >>> file = write_report(Path(tempfile.mkdtemp()) / "t.xlsx", study.coverage, study.tables)
    >>> file.name
    't.xlsx'
    """
    check_lang(lang)
    if Path(path).suffix.lower() != ".xlsx":
        raise DataError(f"{Path(path).name}: a workbook's name ends in .xlsx.")
    parts = part_names(coverage, lang)
    frames = {
        f"sheet_{level}": with_true_names(tables[level], level, parts)
        for level in ("region", "departement", "epci")
        if level in tables
    }
    frames["sheet_commune"] = _communes_table(coverage)
    given = {
        "sheet_places": None if places is None else _places_table(places),
        "sheet_gaps": gaps,
        "sheet_skills": None if skills is None else _skills_table(skills, lang),
        "sheet_ranking": ranking,
        "sheet_findings": findings,
        "sheet_needs": None if needs is None else needs_table(needs),
    }
    spelled = spelled_needs(needs)
    frames |= {key: frame for key, frame in given.items() if frame is not None}
    notice = say("demonstration", lang) if demonstration else None
    lines = summary_lines(coverage, tables, radius_km=radius_km, minutes=minutes, lang=lang)
    measure = measure_for(coverage, radius_km, minutes)
    return write_workbook(
        [
            Sheet(say("sheet_summary", lang), _summary(lines, date, lang), notice=notice),
            *(
                Sheet(
                    say(key, lang),
                    tell_values(frame, lang),
                    _headers(frame, lang, spelled),
                    notice,
                    _chart(key, measure),
                    frozen=_names_first(frame),
                    yes_no=yes_no(lang),
                )
                for key, frame in frames.items()
            ),
            Sheet(
                say("sheet_sources", lang),
                _definitions(
                    coverage,
                    tables,
                    [*_zone_lines(gaps, lang), *_list_lines(places, skills, lang), *sources],
                    lang,
                ),
                notice=notice,
            ),
        ],
        path,
    )


def _chart(key: str, measure: Measure) -> tuple[str, str] | None:
    """Choose what is drawn beneath a table: the share out of reach of each département."""
    if key != "sheet_departement":
        return None
    return "departement", f"part_population_hors_portee{measure.suffix}"


def summary_lines(
    coverage: pd.DataFrame,
    tables: dict[str, pd.DataFrame],
    *,
    radius_km: float | None = None,
    minutes: float | None = None,
    lang: Lang = "fr",
) -> list[str]:
    """Say in plain sentences what the tables show.

    Parameters
    ----------
    coverage
        What `measure_coverage` gave.
    tables
        What `summarise` gave, by level; those by region and by département are used.
    radius_km, minutes
        The reach to tell of, if several were measured: kilometres (by road, for areas of so many
        kilometres), or minutes. The usual one if left out: 10 km or 20 min, or else the middle one.
    lang
        Language of the sentences.

    Returns
    -------
    list of str
        Sentences computed from the figures: the network, who is out of reach, and which
        départements are how many places short of the common rate, the shortest first.

    Raises
    ------
    DataError
        If this reach was not measured.

    Examples
    --------
    >>> from epn_geo.study import build
    >>> study = build(region="28")
    >>> for line in summary_lines(study.coverage, study.tables)[-2:]:
    ...     print(line)
    Seine-Maritime : 12 EPN, il en manque 35 pour atteindre ce taux.
    Eure : 6 EPN, il en manque 17 pour atteindre ce taux.
    """
    lines = []
    measure = measure_for(coverage, radius_km, minutes)
    suffix, beyond = measure.suffix, beyond_reach(measure, lang).replace("\u00a0", " ")
    for name, row in _regions(coverage, tables, lang):
        lines.append(
            say(
                "line_region",
                lang,
                region=name,
                communes=number(row["communes"], lang),
                population=number(row["population"], lang),
                far=number(row[f"population_hors_portee{suffix}"], lang),
                part=percent(row[f"part_population_hors_portee{suffix}"], lang),
                beyond=beyond,
            )
        )
    return lines + _means_lines(coverage, tables, lang) + _rate_lines(tables, lang)


def _regions(
    coverage: pd.DataFrame, tables: dict[str, pd.DataFrame], lang: Lang
) -> Iterator[tuple[str, pd.Series]]:
    """Give the row of each région, and what the part of it that is studied is called."""
    inside = selected(coverage)
    for _, row in tables.get("region", pd.DataFrame()).iterrows():
        code = row["code_region"]
        there = inside[inside["code_region"] == code] if "code_region" in inside else inside[:0]
        yield territory_name(there, lang) or str(row.get("region", code)), row


def header(column: str, lang: Lang = "fr") -> str:
    """Give the words for a column's name.

    Parameters
    ----------
    column
        A column of this library's frames, with or without a radius at its end.
    lang
        Language.

    Returns
    -------
    str
        Words; the name itself where none are known, as for the columns of the file read.

    Examples
    --------
    >>> header("part_couverte_10km"), header("habitants_par_epn"), header("autre")
    ('Part de la surface à portée (10 km)', 'Habitants par EPN', 'autre')
    """
    base, radius = column, ""
    if match := re.fullmatch(r"(.+?)_(\d+(?:_\d+)?)(km|min|km_route)", column):
        value = match[2].replace("_", "," if lang == "fr" else ".")
        plain = f"{value} {match[3]}"
        by_road = match[3] == "km_route"
        base = match[1]
        radius = f" ({say('reach_route', lang, km=value) if by_road else plain})"
    if base in HEADERS:
        return HEADERS[base][0 if lang == "fr" else 1] + radius
    for pattern, key in (
        (r"habitants_par_(.+)", "per_place"),
        (r"(.+)_pour_taux_commun", "short"),
        (r"gain_(\d\w+)", "gain_of"),
        (r"(.+)_renseignes", "told_by"),
    ):
        if match := re.fullmatch(pattern, base):
            return say(key, lang, category=_category(match[1], lang))
    return column


def told_header(column: str, lang: Lang, spelled: Mapping[str, str]) -> str:
    """Give the words for a column's name, and call a need as its file spells it.

    Parameters
    ----------
    column, lang
        As `header`.
    spelled
        What `spelled_needs` gave.

    Returns
    -------
    str
        Words.

    Examples
    --------
    >>> told_header("besoin_ifn_0_1", "fr", {"ifn": "Fragilité numérique"})
    'Besoin (0-1) : Fragilité numérique'
    >>> told_header("besoin_ifn_origine", "en", {})
    'Need: ifn, origin of the figure'
    """
    if column in HEADERS or (match := NEED.fullmatch(column)) is None:
        return header(column, lang)
    name = spelled.get(match[1], match[1].replace("_", " "))
    return say(f"need_column{match[2] or ''}", lang, name=name)


def spelled_needs(needs: pd.DataFrame | None) -> dict[str, str]:
    """Tell how the needs that columns are named after are spelled.

    Parameters
    ----------
    needs
        What `read_needs` gave, if there is any.

    Returns
    -------
    dict
        `indicateur` and `nom_indicateur`.

    Examples
    --------
    >>> spelled_needs(pd.DataFrame({"indicateur": ["ifn"], "nom_indicateur": ["Fragilité"]}))
    {'ifn': 'Fragilité'}
    """
    if needs is None or "nom_indicateur" not in needs:
        return {}
    pairs = needs[["indicateur", "nom_indicateur"]].drop_duplicates()
    return dict(zip(pairs["indicateur"], pairs["nom_indicateur"], strict=True))


def needs_table(needs: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of a need as a sheet shows them: `sens` there is not what was gained or lost.

    Parameters
    ----------
    needs
        What `read_needs` gave.

    Returns
    -------
    pandas.DataFrame
        The same rows.

    Examples
    --------
    >>> needs_table(pd.DataFrame({"sens": ["high"]})).columns.tolist()
    ['sens_besoin']
    """
    return needs.rename(columns={"sens": "sens_besoin"})


def tell_values(frame: pd.DataFrame, lang: Lang = "fr") -> pd.DataFrame:
    """Put words people read where columns hold the words of the data.

    Parameters
    ----------
    frame
        Any table of the library.
    lang
        Language.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns; cells whose word is not known are as they were. Several words
        in a cell, parted by ``|``, are told one by one.

    Examples
    --------
    >>> tell_values(pd.DataFrame({"perimetre": ["entier", "?"]}), "en")["perimetre"].tolist()
    ['whole', '?']
    >>> tell_values(pd.DataFrame({"changements": ["ouvert|labellisé"]}), "en").iloc[0, 0]
    'opened, labelled'
    """
    at, out = 0 if lang == "fr" else 1, frame.copy()
    for column in map(str, frame.columns):
        match = NEED.fullmatch(column)
        origin = match is not None and match[2] == "_origine"
        words = VALUES.get("besoin_*_origine" if origin else column)
        if words is not None:
            told = {word: both[at] for word, both in words.items()}
            out[column] = [_told(cell, told) for cell in frame[column].astype(object)]
        elif column == AREAS:
            out[column] = [told_method(cell, lang) if isinstance(cell, str) else cell
                           for cell in frame[column].astype(object)]  # fmt: skip
    return out


def _told(cell: Any, told: Mapping[str, str]) -> Any:
    """Give the word for a cell; for several in one, each."""
    if isinstance(cell, str) and "|" in cell:
        words = cell.split("|")
        return ", ".join(told[word] for word in words) if told.keys() >= {*words} else cell
    return told.get(cell, cell)


def _category(name: str, lang: Lang) -> str:
    columns = HEADERS.get(name) or HEADERS.get(f"{name}s")
    return columns[0 if lang == "fr" else 1] if columns else name.replace("_", " ")


def _rate_lines(tables: dict[str, pd.DataFrame], lang: Lang) -> list[str]:
    """Say the common rate, and which départements are below it."""
    table = tables.get("departement", pd.DataFrame())
    short = next((c for c in map(str, table.columns) if c.endswith("_pour_taux_commun")), None)
    if short is None:
        return []
    counted = short.removesuffix("_pour_taux_commun")
    category = _category(counted, lang)
    total = table[counted].sum()
    if total == 0:
        return []
    lines = [
        say(
            "line_rate",
            lang,
            total=number(total, lang),
            category=category,
            people=number(table["population"].sum() / total, lang),
        )
    ]
    for _, row in table[table[short] > 0].sort_values(short, ascending=False).iterrows():
        lines.append(
            say(
                "line_short",
                lang,
                departement=row.get("departement", row.iloc[0]),
                there=number(row[counted], lang),
                category=category,
                missing=number(row[short], lang),
            )
        )
    return lines


def _tells_means(tables: dict[str, pd.DataFrame]) -> bool:
    return any(f"{figure}_renseignes" in table for table in tables.values() for figure in FIGURES)


def _means_lines(coverage: pd.DataFrame, tables: dict[str, pd.DataFrame], lang: Lang) -> list[str]:
    """Say what the places told of use and means, région by région."""
    lines = []
    for name, row in _regions(coverage, tables, lang):
        told = [
            say(
                "line_means_one",
                lang,
                what=header(figure, lang).lower() if len(figure) > 3 else header(figure, lang),
                value=number(row[figure], lang, 0 if row[figure] % 1 == 0 else 2),
                count=number(row[f"{figure}_renseignes"], lang),
            )
            for figure in FIGURES
            if row.get(f"{figure}_renseignes", 0)
        ]
        if told:
            lines.append(say("line_means", lang, region=name, told=", ".join(told)))
    return lines


def _summary(lines: list[str], date: str | None, lang: Lang) -> pd.DataFrame:
    dated = [say("as_of", lang, date=say_date(date, lang))] if date else []
    return pd.DataFrame({say("sheet_summary", lang): [*lines, *dated]})


def _definitions(
    coverage: pd.DataFrame, tables: dict[str, pd.DataFrame], sources: Sequence[str], lang: Lang
) -> pd.DataFrame:
    measures = measures_of(coverage)
    shown = ", ".join(reach_name(m, lang).replace("\u00a0", " ") for m in measures)
    how = {
        column: told_method(str(coverage[column].iloc[0]), lang)
        for column in (AREAS, ESTIMATE)
        if column in coverage
    }
    lines = [
        say("definition_reach_areas", lang, radii=shown, method=how[AREAS])
        if measures[0].areas
        else say("definition_reach", lang, radii=shown),
        *([say("map_definition_estimated", lang, method=how[ESTIMATE])] if ESTIMATE in how else []),
        say("definition_area", lang),
        say("definition_town_hall", lang),
        say(
            "definition_cells" if "methode_population" in coverage else "definition_population",
            lang,
        ),
        say("definition_rate", lang),
        *([say("definition_means", lang)] if _tells_means(tables) else []),
        *sources,
    ]
    return pd.DataFrame({say("sheet_sources", lang): lines})


def _communes_table(coverage: pd.DataFrame) -> pd.DataFrame:
    return coverage.drop(columns=[c for c in NOT_IN_COMMUNES if c in coverage])


def _places_table(places: pd.DataFrame) -> pd.DataFrame:
    """Give the places without columns that say nothing, the telling ones first."""
    plain = without_geometry(places)
    empty = plain.isna() | (plain.astype(object) == "")
    told = [column for column in plain if not empty[column].all() or column == "nom"]
    first = [column for column in FIRST_OF_PLACES if column in told]
    return plain[[*first, *(column for column in told if column not in first)]]


def _skills_table(skills: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    """Give a row per territory: for each service how many places, and which share of people."""
    if skills.empty:
        return pd.DataFrame({say("sheet_skills", lang): [say("skills_untold", lang)]})
    keys = ["niveau", "code", "territoire", "population"]
    table = skills.drop_duplicates(keys[:3])[keys].set_index(keys[:3])
    for value in skills["valeur"].drop_duplicates().head(SKILLS_SHOWN):
        rows = skills[skills["valeur"] == value].set_index(keys[:3])
        table[f"lieux|{value}"] = rows["lieux"]
        table[f"part_|{value}"] = rows["part_population_couverte"]
    table = table.reset_index()
    return table.assign(niveau=table["niveau"].map(lambda level: say(f"fiche_{level}", lang)))


def _list_lines(places: pd.DataFrame | None, skills: pd.DataFrame | None, lang: Lang) -> list[str]:
    """Say what the sheets of places and skills leave out."""
    if places is None:
        return []
    lines = [say("definition_empty", lang)]
    if skills is not None and len(skills):
        silent = sum(not text for text in texts(places, "services"))
        lines.append(say("definition_skills", lang, silent=number(silent, lang)))
    return lines


def _zone_lines(gaps: pd.DataFrame | None, lang: Lang) -> list[str]:
    """Say why zones may not add up to the territory, where some are too small to be counted."""
    if gaps is None or "methode_population" not in gaps:
        return []
    small = int((gaps["methode_population"] == "surface").sum())
    return [say("definition_zones", lang, count=number(small, lang))] if small else []


def _names_first(frame: pd.DataFrame) -> int:
    """Count the columns of names that a table begins with, three at most."""
    first = [str(column) in NAMES for column in frame.columns[:3]]
    return [*first, False].index(False)


def yes_no(lang: Lang = "fr") -> tuple[str, str]:
    """Give the words for what is true or false.

    Parameters
    ----------
    lang
        Language.

    Returns
    -------
    tuple of str
        Two words.

    Examples
    --------
    >>> yes_no("en")
    ('yes', 'no')
    """
    yes, no = say("yes_no", lang).split("|")
    return yes, no


def _headers(frame: pd.DataFrame, lang: Lang, spelled: Mapping[str, str]) -> dict[str, str]:
    return {column: _header(column, lang, spelled) for column in map(str, frame.columns)}


def _header(column: str, lang: Lang, spelled: Mapping[str, str]) -> str:
    """Give the words for a column of a sheet; those of skills hold the service's name."""
    kind, bar, value = column.partition("|")
    if kind in ("lieux", "part_") and bar:
        return say("skill_places" if kind == "lieux" else "skill_share", lang, value=value)
    return told_header(column, lang, spelled)
