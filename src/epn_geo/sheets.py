"""Territory sheets: one printable page per EPCI, per département and for the région.

Each sheet is one HTML file that asks for nothing and runs nothing, and one PDF page, made without a
browser. `sheetfacts` says what stands on them.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
import shapely

from epn_geo.areas import areas_at, owners_of, warned_once
from epn_geo.columns import texts
from epn_geo.crs import metric_crs, require_crs
from epn_geo.deciding.siting import list_candidates
from epn_geo.errors import DataError, did_you_mean, fold
from epn_geo.geometry.polygons import only_polygons
from epn_geo.joins import LEVELS, home_communes
from epn_geo.labels import Lang, check_lang, number, say, told_method
from epn_geo.picturing.lettering import one_line
from epn_geo.picturing.scene import make_scene
from epn_geo.radii import AREAS
from epn_geo.reachfiles import missing_notices
from epn_geo.sheeting.sheetfacts import SHEET_LEVELS, Facts, SheetLevel, gather_facts, name_reach
from epn_geo.sheeting.sheetmap import draw_locator
from epn_geo.sheeting.sheetpdf import COLUMNS, SheetPage, pdf_bytes
from epn_geo.sheeting.sheettables import PROPOSED, make_sheet
from epn_geo.sites import suggest_sites
from epn_geo.writing import atomic_path

if TYPE_CHECKING:
    from jinja2 import Template


Choice = TypeVar("Choice", bound=str)

FORMATS = ("html", "pdf")
TEMPLATES = Path(__file__).parent / "templates"
SEARCH_S = 2.0  # seconds for the search of sites, for each territory


def write_sheets(
    folder: str | Path,
    coverage: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    gaps: gpd.GeoDataFrame | None = None,
    radius_km: float | None = None,
    minutes: float | None = None,
    levels: Iterable[SheetLevel] = SHEET_LEVELS,
    codes: Iterable[str] | None = None,
    formats: Iterable[str] = FORMATS,
    proposals: bool = True,
    areas: gpd.GeoDataFrame | None = None,
    candidate_areas: gpd.GeoDataFrame | None = None,
    proposal_km: float = 10.0,
    sources: Sequence[str] = (),
    date: str | None = None,
    demonstration: bool | None = None,
    lang: str = "fr",
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Path]:
    """Write one sheet per territory.

    Parameters
    ----------
    folder
        Where to; made if need be. Names are the level, the code and the name in plain letters:
        ``epci-200040277-ca-du-pays-de-dreux.html``.
    coverage
        What `measure_coverage` or `flag_underserved` gave for communes with their territories.
    places
        Places; located here if they are not.
    gaps
        What `find_gaps` gave: hatched on the maps.
    radius_km
        Which radius, if several were measured; 10 km by default.
    minutes
        Which time, if areas of several were measured; 20 minutes by default.
    levels
        Any of ``region``, ``departement``, ``epci``.
    codes
        Codes of the territories whose sheets are wanted; all of them by default. The others still
        count in ranks and in what each is compared with.
    formats
        Any of ``html``, ``pdf``.
    proposals
        Whether to say what three more places, at town halls, would do; where that cannot be known
        the sheet says why.
    areas
        The polygons of reach that coverage was measured with, if it was: proposals need them.
    candidate_areas
        Polygons of reach of the town halls, of the same time, with their code_insee as `id` (or
        their `nom`). A town hall without one is not proposed, and the sheet counts them.
    proposal_km
        How far a place more reaches, kilometres in a straight line, where there are `areas` and no
        `candidate_areas`; the sheet says so.
    sources
        Sentences that say where the data comes from.
    date
        The day that the sheets bear, as text. Nothing is taken from the clock.
    demonstration
        Whether to say on each sheet that the network is invented; by default, if the ``source`` of
        a place begins with "Démonstration".
    lang
        ``"fr"`` or ``"en"``.
    progress
        Called after each territory with how many are done, and of how many.

    Returns
    -------
    list of pathlib.Path
        The files written, the same bytes for the same frames.

    Raises
    ------
    ColumnError
        If a territory column or the population is missing.
    DataError
        For an unknown level or format, a radius that was not measured, or areas that do not go
        with the coverage or with each other.

    Notes
    -----
    Figures are those of the communes in the territory studied (`dans_selection`), ranks those among
    the territories of the same level; of an EPCI across the border the part inside is told, and a
    sentence says what the whole would give. Rank 1 is the best served.

    Examples
    --------
    >>> import tempfile
    >>> from epn_geo.study import build
    >>> study = build(departements="61", radii_km=[10.0])
    >>> files = write_sheets(
    ...     tempfile.mkdtemp(), study.coverage, study.places, levels=["departement"]
    ... )
    >>> [file.name for file in files]
    ['departement-61-orne.html', 'departement-61-orne.pdf']
    """
    spoken = check_lang(lang)
    wanted = _known(levels, SHEET_LEVELS, "levels")
    kinds = _known(formats, FORMATS, "formats")
    facts = gather_facts(
        coverage, places, radius_km=radius_km, minutes=minutes, lang=spoken, date=date
    )
    polygons = _polygons(facts, areas, candidate_areas)
    scene = make_scene(
        facts.coverage,
        places=places,
        gaps=gaps,
        radius_km=radius_km,
        minutes=minutes,
        lang=spoken,
    )
    notes = sheet_notes(facts, sources)
    banner = _banner(places, demonstration, spoken)
    territories = _chosen(facts, wanted, codes)
    written = []
    for done, (level, code) in enumerate(territories, start=1):
        focus = scene.inside & (scene.communes[LEVELS[level][0]].astype(object) == code).to_numpy(
            dtype=bool
        )
        more = _proposals(facts, level, code, polygons, proposal_km) if proposals else NOTHING
        sheet = make_sheet(facts, level, code, more.sites, more.remark)
        told = [*_undrawn(facts, level, code, polygons), *notes]
        page = SheetPage(
            sheet, draw_locator(scene, focus, spoken), banner, told, say("fiche_about", spoken)
        )
        # by the territory's plain name, which stays when only a part of it is studied
        called = str(scene.communes.loc[focus, LEVELS[level][1]].iloc[0])
        stem = Path(folder) / sheet_name(level, code, called)
        for kind in kinds:
            content = pdf_bytes(page, spoken) if kind == "pdf" else html_text(page, spoken).encode()
            with atomic_path(stem.with_name(f"{stem.name}.{kind}")) as temporary:
                temporary.write_bytes(content)
            written.append(stem.with_name(f"{stem.name}.{kind}"))
        progress(done, len(territories))
    return written


def sheet_name(level: str, code: str, name: str) -> str:
    r"""Give a file name that every system takes, whatever the territory is called.

    Parameters
    ----------
    level, code, name
        The territory.

    Returns
    -------
    str
        Plain letters, digits and hyphens, without suffix.

    Examples
    --------
    >>> sheet_name("epci", "200040277", "CA du Pays de Dreux")
    'epci-200040277-ca-du-pays-de-dreux'
    >>> sheet_name("epci", "../x", "..\\..\\CON: œuvre")
    'epci-x-con-oeuvre'
    """
    plain = [re.sub(r"[^a-z0-9]+", "-", fold(part)).strip("-") for part in (level, code, name)]
    return "-".join(part for part in plain if part)[:100].rstrip("-")


def html_text(page: SheetPage, lang: Lang) -> str:
    """Give a sheet as an HTML page.

    Parameters
    ----------
    page
        What stands on it.
    lang
        Language.

    Returns
    -------
    str
        A page that asks for nothing and runs nothing; every value is escaped by the template.

    Examples
    --------
    >>> from epn_geo.sheeting.sheetfacts import Table, TerritorySheet
    >>> none = Table("more", "", [], [])
    >>> sheet = TerritorySheet("epci", "1", "EPCI", "<b>", "", [], *[none] * 5)
    >>> "<h1>&lt;b&gt;</h1>" in html_text(SheetPage(sheet, b"", "", [], "Aide"), "fr")
    True
    """
    return _template().render(
        lang=lang,
        sheet=page.sheet,
        about=page.about,
        banner=page.banner,
        notes=page.notes,
        image=b64encode(page.image).decode("ascii"),
        alt=say("fiche_map", lang),
        columns=COLUMNS,
        style=_style(),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - sheets only

    loader = FileSystemLoader(TEMPLATES, encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, loader=loader).get_template(
        "sheet.html"
    )


@cache
def _style() -> str:
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    # our own style sheet, no data in it
    return Markup((TEMPLATES / "sheet.css").read_text("utf-8").strip())  # noqa: S704


def sheet_notes(facts: Facts, sources: Sequence[str]) -> list[str]:
    """Give the definitions and sources at the foot of a sheet.

    Parameters
    ----------
    facts
        What all sheets are made from.
    sources
        Sentences.

    Returns
    -------
    list of str
        Lines.

    Examples
    --------
    >>> from epn_geo.study import build
    >>> study = build(departements="61", radii_km=[10.0])
    >>> sheet_notes(gather_facts(study.coverage, study.places), ["INSEE"])[-1]
    'Sources : INSEE'
    """
    lang = facts.lang
    key = "fiche_definitions_areas" if facts.measure.areas else "fiche_definitions"
    how = told_method(facts.coverage[AREAS].iloc[0], lang) if facts.measure.areas else ""
    ending = "" if facts.measure.value is not None else "_areas" if facts.measure.areas else "_own"
    inside = say(f"fiche_inside{ending}", lang, km=name_reach(facts))
    notes = [say(key, lang, inside=inside, method=how)]
    if sources:
        ends = [one_line(source, 400) for source in sources]
        told = " ; ".join([*(text.removesuffix(".") for text in ends[:-1]), ends[-1]])
        notes.append(say("fiche_sources", lang, sources=told))
    return notes


class _Polygons(NamedTuple):
    """By which polygons places reach, and town halls would; in the metric CRS, of one time."""

    areas: gpd.GeoDataFrame | None = None
    drawn: gpd.GeoDataFrame | None = None
    owner: Sequence[str | None] = ()  # the code_insee that each of `drawn` is for


class _More(NamedTuple):
    """What three more places would do, and what is to be said of it."""

    sites: gpd.GeoDataFrame | None
    remark: str


NOTHING = _More(None, "")


def _polygons(
    facts: Facts, areas: gpd.GeoDataFrame | None, candidate_areas: gpd.GeoDataFrame | None
) -> _Polygons:
    """Look once at what polygons there are: all sheets choose among them."""
    if areas is None:
        if candidate_areas is not None:
            raise DataError("candidate_areas go with areas, those of the existing places.")
        return _Polygons()
    if not facts.measure.areas:
        raise DataError("This coverage was measured by radius: areas go with one that was by them.")
    near = _of_measure(facts, areas, "areas")
    if candidate_areas is None:
        return _Polygons(near)
    drawn = _of_measure(facts, candidate_areas, "candidate_areas")
    drawn = drawn[~shapely.is_missing(only_polygons(drawn.geometry.to_numpy()))]
    labels = list_candidates(facts.inside)
    row = owners_of(drawn, labels, np.ones(len(labels), dtype=bool))
    if not (row >= 0).any():
        raise DataError(
            "candidate_areas has no polygon of any town hall of the study: its id must be their "
            "code_insee, or its nom theirs."
        )
    codes = labels["code_insee"].tolist()
    return _Polygons(near, drawn, [codes[at] if at >= 0 else None for at in row.tolist()])


def _of_measure(facts: Facts, areas: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    """Keep the areas of the time that the sheets are about."""
    require_crs(areas, what)
    kept = areas_at(areas, facts.measure)
    if kept.empty:
        raise DataError(f"{what} has no polygon of {name_reach(facts)}.".replace("\u00a0", " "))
    return kept.to_crs(metric_crs(facts.coverage))


def _undrawn(facts: Facts, level: SheetLevel, code: str, polygons: _Polygons) -> list[str]:
    """Say which places of the territory have no polygon: what they reach is missing here."""
    rows = facts.inside[facts.inside[LEVELS[level][0]] == code]
    here = facts.places[home_communes(facts.places).isin(rows["code_insee"])]
    return missing_notices(polygons.areas, here, rows, facts.lang) if len(here) else []


def _proposals(
    facts: Facts, level: SheetLevel, code: str, polygons: _Polygons, proposal_km: float
) -> _More:
    """Ask where three more places would bring most of the territory's people within reach."""
    rows = facts.inside[facts.inside[LEVELS[level][0]] == code]
    measure, lang = facts.measure, facts.lang
    if measure.radius_km is not None:
        return _More(_search(facts, rows, measure.radius_km), "")
    if not measure.areas:
        return _More(None, say("fiche_more_own_radius", lang))
    if polygons.areas is None:
        return _More(None, say("fiche_more_no_areas", lang))
    if polygons.drawn is None:
        return _More(_search(facts, rows, proposal_km, areas=polygons.areas), "")
    here = set(rows["code_insee"]) & set(polygons.owner)
    if not here:
        return _More(None, say("fiche_more_undrawn", lang))
    drawn = polygons.drawn[[code in here for code in polygons.owner]]
    sites = _search(facts, rows, areas=polygons.areas, candidate_areas=drawn)
    without = len(rows) - len(here)
    told = say("fiche_more_missing", lang, count=number(without, lang)) if without else ""
    return _More(sites, told)


def _search(
    facts: Facts,
    communes: gpd.GeoDataFrame,
    radius_km: float = 10.0,
    **polygons: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Choose among the town halls of a territory."""
    with warned_once():
        return suggest_sites(
            communes,
            facts.places,
            PROPOSED,
            float(radius_km),
            time_limit_s=SEARCH_S,
            lang=facts.lang,
            **polygons,
        )


def _chosen(
    facts: Facts, levels: Sequence[SheetLevel], codes: Iterable[str] | None
) -> list[tuple[SheetLevel, str]]:
    """List the territories to write a sheet for."""
    there = [(lv, str(code)) for lv in levels for code in facts.tables[lv].index if code != ""]
    if codes is None:
        return there
    asked = set(codes)
    if unknown := asked - {str(code) for table in facts.tables.values() for code in table.index}:
        raise DataError(f"No territory of the study has the code {sorted(unknown)[0]!r}.")
    return [(level, code) for level, code in there if code in asked]


def _banner(places: gpd.GeoDataFrame, asked: bool | None, lang: Lang) -> str:
    told = any(text.startswith("Démonstration") for text in texts(places, "source"))
    return say("demonstration", lang) if asked or (asked is None and told) else ""


def _known(values: Iterable[Choice], choices: Sequence[Choice], what: str) -> list[Choice]:
    """Give the values in the usual order, each once."""
    asked = list(values)
    for value in asked:
        if value not in choices:
            hint = did_you_mean(str(value), choices)
            raise DataError(f"{what} are any of {', '.join(choices)}, not {value!r}.{hint}")
    return [choice for choice in choices if choice in asked]
