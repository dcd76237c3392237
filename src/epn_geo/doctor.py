"""What the installation has and lacks: versions, data, folders, fonts, what a terminal can show."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from epn_geo._version import __version__
from epn_geo.crs import to_metric
from epn_geo.embedded import embedded_path
from epn_geo.errors import EpnGeoError
from epn_geo.labels import Lang, check_lang, number, say
from epn_geo.network.cache import Cache
from epn_geo.picturing.lettering import font_file

State = Literal["ok", "avertissement", "erreur"]

PYTHON = (3, 11)
SPARE_GB = 0.5  # below that a study may find no room on the disk
OPTIONAL = ("stats",)  # extras that people use
FRENCH = "é’ – œ"  # what every output holds
CAEN = ((-0.3706, 49.1811), (454_301.6, 6_903_173.3))  # degrees, and metres of Lambert-93


class Finding(NamedTuple):
    """What one look at the installation found."""

    subject: str  # a key for scripts; the words are those of the label doctor_<subject>
    state: State
    value: str
    advice: str = ""


def examine(
    *,
    output: str | Path = ".",
    cache: str | Path | None = None,
    encoding: str = "utf-8",
    lang: str = "fr",
) -> list[Finding]:
    """Look at all that a study needs.

    Parameters
    ----------
    output
        The folder that is to be written into.
    cache
        Where answers from the network are kept; the system's place for that by default.
    encoding
        The encoding of the terminal or file that text is printed to.
    lang
        Language of what is said.

    Returns
    -------
    list of Finding
        One for each subject, always in the same order, each with what to do where something is
        wrong. Nothing is asked of the network, and nothing is left behind on the disk.

    Examples
    --------
    >>> found = examine()
    >>> found[0].subject, found[0].value.startswith(__version__)
    ('version', True)
    >>> [finding.subject for finding in found if finding.state == "erreur"]
    []
    """
    spoken = check_lang(lang)
    looks: list[tuple[str, Callable[[], tuple[State, str, str]]]] = [
        ("version", lambda: ("ok", f"{__version__} ({Path(__file__).parent})", "")),
        ("python", lambda: _python(spoken)),
        ("packages", lambda: _packages(spoken)),
        ("extras", lambda: _extras(spoken)),
        ("native", _native),
        ("projection", lambda: _projection(spoken)),
        ("data", lambda: _data(spoken)),
        ("demo", lambda: ("ok", embedded_path("demo/epn-demonstration.csv").name, "")),
        ("fonts", _fonts),
        ("output", lambda: _folder(Path(output), spoken)),
        ("space", lambda: _space(Path(output), spoken)),
        ("cache", lambda: _cache(cache, spoken)),
        ("encoding", lambda: _encoding(encoding, spoken)),
    ]
    return [_look(subject, look, spoken) for subject, look in looks]


def is_fit(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing that a study needs is missing.

    Parameters
    ----------
    findings
        What `examine` gave.

    Returns
    -------
    bool
        False if any is an error; warnings do not count.

    Examples
    --------
    >>> is_fit([Finding("version", "ok", "0.1.0"), Finding("cache", "avertissement", "")])
    True
    """
    return all(finding.state != "erreur" for finding in findings)


def _look(key: str, look: Callable[[], tuple[State, str, str]], lang: Lang) -> Finding:
    """Look; what cannot even be looked at is told as an error."""
    try:
        return Finding(key, *look())
    except (ImportError, OSError, RuntimeError, EpnGeoError, PackageNotFoundError) as error:
        return Finding(key, "erreur", str(error), say("doctor_install", lang))


def _python(lang: Lang) -> tuple[State, str, str]:
    told = f"{sys.version.split()[0]}, {sys.platform} ({sys.executable})"
    if sys.version_info[:2] < PYTHON:
        return "erreur", told, say("doctor_old_python", lang, least=".".join(map(str, PYTHON)))
    return "ok", told, ""


def _packages(lang: Lang) -> tuple[State, str, str]:
    """Compare the packages that are there with those that the installation asks for."""
    asked = _requirements("")
    wrong = [
        f"{name} {found or '–'} ({wanted})"
        for name, wanted, found, fits in asked
        if found is None or not fits
    ]
    if wrong:
        return "erreur", ", ".join(wrong), say("doctor_install", lang)
    shown = [
        f"{n} {f}" for n, _, f, _ in asked if n in {"geopandas", "shapely", "pandas", "folium"}
    ]
    return "ok", ", ".join(shown) + f" (+{len(asked) - len(shown)})", ""


def _extras(lang: Lang) -> tuple[State, str, str]:
    told, missing = [], []
    for extra in OPTIONAL:
        there = all(fits for *_, fits in _requirements(extra))
        told.append(f"{extra} : {say('yes_no', lang).split('|')[0 if there else 1]}")
        if not there:
            missing.append(extra)
    advice = say("doctor_extra_missing", lang, extras=",".join(missing)) if missing else ""
    return "ok", " ; ".join(told), advice


def _requirements(extra: str) -> list[tuple[str, str, str | None, bool]]:
    """List what the package asks for: name, versions wanted, version found, whether it fits."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - comes with geopandas

    rows = []
    for line in requires("epn-geo") or []:
        wanted = Requirement(line)
        only = wanted.marker is not None and "extra" in str(wanted.marker)
        if only != bool(extra) or (wanted.marker and not wanted.marker.evaluate({"extra": extra})):
            continue
        try:
            found: str | None = version(wanted.name)
        except PackageNotFoundError:
            found = None
        fits = found is not None and wanted.specifier.contains(found, prereleases=True)
        rows.append((wanted.name, str(wanted.specifier), found, fits))
    return rows


def _native() -> tuple[State, str, str]:
    """Give the versions of the libraries beneath, which come inside the packages."""
    import pyogrio  # noqa: PLC0415 - looked at here only
    import shapely  # noqa: PLC0415 - the same

    gdal = ".".join(map(str, pyogrio.__gdal_version__))
    return "ok", f"GEOS {shapely.geos_version_string}, GDAL {gdal}, pyproj {version('pyproj')}", ""


def _projection(lang: Lang) -> tuple[State, str, str]:
    """Project a town hall: another program's settings may point PROJ to a data base of its own."""
    import geopandas as gpd  # noqa: PLC0415 - looked at here only

    degrees, metres = CAEN
    point = to_metric(
        gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(degrees)), crs=4326)
    ).geometry
    off = max(abs(point.x[0] - metres[0]), abs(point.y[0] - metres[1]))
    if not off < 1:
        return "erreur", f"{off:.0f} m", say("doctor_projection_wrong", lang)
    return "ok", "EPSG:2154", ""


def _data(lang: Lang) -> tuple[State, str, str]:
    """Say which communes are embedded, of when, and whether every département is there."""
    folder = embedded_path("communes")
    table = pd.read_parquet(folder / "departements.parquet")
    missing = [
        code
        for code in table["code_departement"]
        if not (folder / f"communes-{code}.parquet").is_file()
    ]
    if missing:
        return "erreur", ", ".join(missing), say("doctor_install", lang)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    dated = re.search(r"as of (\d+ \w+ \d{4})", readme)
    told = say(
        "doctor_communes",
        lang,
        communes=number(table["communes"].sum(), lang),
        departements=len(table),
        date=say("doctor_first_of", lang, year=dated[1][-4:]) if dated else "?",
    )
    return "ok", told, ""


def _fonts() -> tuple[State, str, str]:
    names = []
    for bold in (False, True):
        file = font_file(bold=bold)
        with file.open("rb") as stream:
            stream.read(4)
        names.append(file.name)
    return "ok", ", ".join(names), ""


def _folder(folder: Path, lang: Lang) -> tuple[State, str, str]:
    """Try to write into a folder, or into the nearest one above that is there."""
    there = folder
    while not there.exists():
        there = there.parent
    if not there.is_dir():
        return "erreur", str(there), say("doctor_not_a_folder", lang)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        told = f"{there.resolve()} ({error.strerror})"
        return "erreur", told, say("doctor_not_writable", lang)
    return "ok", str(folder.resolve()), ""


def _space(folder: Path, lang: Lang) -> tuple[State, str, str]:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    told = say("doctor_free", lang, size=number(free, lang, 1))
    return (
        ("ok", told, "") if free > SPARE_GB else ("avertissement", told, say("doctor_full", lang))
    )


def _cache(folder: str | Path | None, lang: Lang) -> tuple[State, str, str]:
    store = Cache(folder)
    sizes = [record.size for record in store.records()]
    told = say(
        "doctor_cached",
        lang,
        folder=store.folder,
        count=number(len(sizes), lang),
        size=number(sum(sizes) / 1e6, lang, 1),
    )
    state, where, _ = _folder(Path(store.folder), lang)
    if state != "ok":
        return "avertissement", where, say("doctor_cache_unwritable", lang)
    return "ok", told, ""


def _encoding(encoding: str, lang: Lang) -> tuple[State, str, str]:
    try:
        FRENCH.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return "avertissement", encoding, say("doctor_encoding_poor", lang)
    return "ok", encoding, ""
