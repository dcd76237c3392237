"""Territory sheets: one printable page per EPCI, per département and for the région.

Each sheet is one HTML file that asks for nothing and runs nothing, and one PDF page, made without a
browser. `sheetfacts` says what stands on them.
"""

from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import numpy as np

from epn_geo.columns import texts
from epn_geo.errors import DataError, did_you_mean, fold
from epn_geo.joins import LEVELS
from epn_geo.labels import Lang, check_lang, say, told_method
from epn_geo.picturing.drawing import compound_path, draw_scene
from epn_geo.picturing.legends import Room, write_legend
from epn_geo.picturing.lettering import one_line, picture_settings
from epn_geo.picturing.scene import Bools, Scene, fit_box, make_scene
from epn_geo.radii import AREAS
from epn_geo.sheeting.sheetfacts import SHEET_LEVELS, Facts, SheetLevel, gather_facts, name_reach
from epn_geo.sheeting.sheetpdf import COLUMNS, SheetPage, pdf_bytes
from epn_geo.sheeting.sheettables import PROPOSED, make_sheet
from epn_geo.sites import suggest_sites
from epn_geo.writing import atomic_path

if TYPE_CHECKING:
    from jinja2 import Template
    from matplotlib.axes import Axes

    from epn_geo.picturing.lettering import Box

Choice = TypeVar("Choice", bound=str)

FORMATS = ("html", "pdf")
TEMPLATES = Path(__file__).parent / "templates"
MAP_MM = (188.0, 78.0)
MAP_WIDE = 118.0  # mm of it for the map itself
MAP_DPI = 190
COLOURS = 160  # of a map's palette: three times smaller files, nothing to be seen
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
        Whether to say what three more places would do, where the radius is one number.
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
        For an unknown level or format, or a radius that was not measured.

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
    radius = facts.measure.radius_km
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
        more = _proposals(facts, level, code) if proposals and radius is not None else None
        sheet = make_sheet(facts, level, code, more)
        page = SheetPage(
            sheet, draw_locator(scene, focus, spoken), banner, notes, say("fiche_about", spoken)
        )
        stem = Path(folder) / sheet_name(level, code, sheet.title)
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


def draw_locator(scene: Scene, focus: Bools, lang: Lang) -> bytes:
    """Draw the map of a sheet: the territory, its surroundings, the legend, and where it lies.

    Parameters
    ----------
    scene
        All communes.
    focus
        Those of the territory.
    lang
        Language.

    Returns
    -------
    bytes
        A PNG.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> scene = make_scene(gpd.GeoDataFrame(
    ...     {"part_couverte": [1.0]}, geometry=[shapely.box(0, 0, 4000, 4000)], crs=2154
    ... ))
    >>> draw_locator(scene, scene.inside, "fr")[1:4]
    b'PNG'
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - sheets only
    from matplotlib.figure import Figure  # noqa: PLC0415 - the same
    from PIL import Image  # noqa: PLC0415 - the same

    wide, high = MAP_MM
    with picture_settings():
        figure = Figure(figsize=(wide / 25.4, high / 25.4), dpi=MAP_DPI, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        page = figure.add_axes((0, 0, 1, 1), zorder=-1)
        page.set(xlim=(0, wide), ylim=(0, high))
        page.axis("off")
        bounds = tuple(scene.communes.geometry[focus].total_bounds)
        view = fit_box(bounds, MAP_WIDE, high - 1)._replace(focus=focus, lettering=0.95)
        view = view._replace(names=("departement", "commune") if focus.all() else ("commune",))
        axes = figure.add_axes((0.002, 0.006, MAP_WIDE / wide, (high - 1) / high))
        draw_scene(axes, scene, view)
        left = MAP_WIDE + 5
        other = not (focus == scene.inside).all()
        room = Room(left, high - 0.5, wide - left - 1, 21 if other else 0)
        write_legend(page, scene, view, room, lang)
        if other:
            inset = fit_box(tuple(scene.communes.geometry[scene.inside].total_bounds), 28, 20, 0.02)
            _draw_inset(figure.add_axes((1 - 28 / wide, 0, 28 / wide, 20 / high)), scene, focus,
                        inset.box)  # fmt: skip
        canvas.draw()  # type: ignore[no-untyped-call]
        points = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    image, buffer = Image.fromarray(points).convert("RGB"), io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _draw_inset(axes: Axes, scene: Scene, focus: Bools, box: Box) -> None:
    """Show where the territory lies in the whole."""
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - sheets only

    west, south, east, north = box
    axes.set(xlim=(west, east), ylim=(south, north), aspect="equal")
    axes.axis("off")
    polygons = scene.communes.geometry.to_numpy()
    for rows, colour in ((scene.inside, "#d5d9df"), (focus, "#8c1d00")):
        known = rows & ~scene.communes.geometry.isna().to_numpy()
        axes.add_artist(PathPatch(compound_path(polygons[known]), fc=colour, ec=colour, lw=0.3))


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
    notes = [say(key, lang, km=name_reach(facts), method=how)]
    if sources:
        told = " ; ".join(one_line(source, 400) for source in sources)
        notes.append(say("fiche_sources", lang, sources=told))
    return notes


def _proposals(facts: Facts, level: SheetLevel, code: str) -> gpd.GeoDataFrame:
    """Ask where three more places would bring most of the territory's people within reach."""
    rows = facts.inside[facts.inside[LEVELS[level][0]] == code]
    return suggest_sites(
        rows,
        facts.places,
        PROPOSED,
        float(facts.measure.radius_km or 0),
        time_limit_s=SEARCH_S,
        lang=facts.lang,
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
