"""The record of a run, ``resume.json``: what was read and how, told so that it can be redone."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from epn_geo._version import __version__
from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError
from epn_geo.labels import Lang, say
from epn_geo.writing import file_hash

RECORD = "resume.json"
RECORDED_PACKAGES = (
    "geopandas",
    "shapely",
    "pyproj",
    "folium",
    "pandas",
    "numpy",
    "scipy",
    "startinpy",
)
SHRUNK = 0.2  # share of the places lost since the last run from which it is said aloud

Tell = Callable[..., None]


def last_record(folder: str | Path, name: str = RECORD) -> dict[str, Any] | None:
    """Give the record of the last run, or None if there is none that can be read.

    Parameters
    ----------
    folder
        Where the run wrote.
    name
        The record's file.

    Returns
    -------
    dict or None
        What ``resume.json`` holds.

    Examples
    --------
    >>> import tempfile
    >>> last_record(tempfile.mkdtemp()) is None
    True
    """
    try:
        record = json.loads((Path(folder) / name).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def is_intact(folder: str | Path, record: Mapping[str, Any]) -> bool:
    """Tell whether every file of a run is there, unchanged.

    Parameters
    ----------
    folder
        Where the run wrote.
    record
        Its record: `fichiers` holds names and SHA-256.

    Returns
    -------
    bool
        True if so.

    Examples
    --------
    >>> import tempfile
    >>> is_intact(tempfile.mkdtemp(), {"fichiers": {"carte.html": "0" * 64}})
    False
    """
    files = record.get("fichiers") or {}
    return bool(files) and all(
        (Path(folder) / name).is_file() and file_hash(Path(folder) / name) == told
        for name, told in files.items()
    )


def shrinkage(last: Mapping[str, Any] | None, record: Mapping[str, Any]) -> float:
    """Give the share of the last run's places that a list has lost.

    Parameters
    ----------
    last
        The record of the last run, if any.
    record
        That of this one.

    Returns
    -------
    float
        0-1: the larger of the shares of rows and, for the same territory, of places inside it.

    Examples
    --------
    >>> old, new = ({"lieux": {"lignes": n, "par_categorie": {}}} for n in (100, 60))
    >>> shrinkage(old, new), shrinkage(new, old), shrinkage(None, new)
    (0.4, 0.0, 0.0)
    """
    if last is None or "lieux" not in last:
        return 0.0
    pairs = [(last["lieux"]["lignes"], record["lieux"]["lignes"])]
    if _territory(last) == _territory(record):
        pairs.append((_inside(last), _inside(record)))
    return max([0.0, *(1 - float(new) / float(old) for old, new in pairs if old)])


def find_input(record: Mapping[str, Any], beside: Path, entry: str = "entree") -> Path:
    """Find the list, or another file, that a run read, by its SHA-256.

    Parameters
    ----------
    record
        The record of the run.
    beside
        The record's folder.
    entry
        What the record calls it.

    Returns
    -------
    pathlib.Path
        The file or folder: where the run found it, or beside the record, or in the folder above.

    Raises
    ------
    DataError
        If it is in none of these places, or has changed.

    Examples
    --------
    >>> find_input({"entree": {"fichier": "a.csv", "sha256": ""}}, Path("nowhere"))
    Traceback (most recent call last):
        ...
    epn_geo.errors.DataError: The list a.csv of that run was not found. Name it: ...
    """
    told = record[entry]
    name = str(told["fichier"])
    given = Path(told.get("chemin") or name)
    known: list[Path] = [given, beside / given, beside / name, beside.parent / name, Path(name)]
    there = [path for path in known if path.exists()]
    for path in there:
        if file_hash(path) == told["sha256"]:
            return path
    what = f"has changed since ({there[0]})" if there else "was not found"
    if entry != "entree":
        raise DataError(
            f"The file {name} of that run {what}. Put it beside {RECORD}; its SHA-256 is "
            f"{told['sha256']}."
        )
    raise DataError(
        f"The list {name} of that run {what}. Name it: epn-geo build LIST --replay {RECORD}; its "
        f"SHA-256 is {told['sha256'] or 'not known'}."
    )


def told_file(given: Path | None, source: Path) -> dict[str, Any]:
    """Say which list was read.

    Parameters
    ----------
    given
        The path as typed, or None for the demonstration network.
    source
        The file.

    Returns
    -------
    dict
        Its name, the path as typed, its SHA-256, and whether it is the demonstration network.

    Examples
    --------
    >>> told_file(None, embedded_path("demo/epn-demonstration.csv"))["demonstration"]
    True
    """
    return {
        "fichier": source.name,
        "chemin": None if given is None else given.as_posix(),
        "sha256": file_hash(source),
        "demonstration": given is None,
    }


def told_request(
    command: str, inputs: dict[str, Any], parameters: dict[str, Any]
) -> dict[str, Any]:
    """Say what a run is asked, with nothing that changes from one run to the next.

    Parameters
    ----------
    command
        ``"build"`` or ``"diff"``.
    inputs
        What `told_file` says of each list.
    parameters
        What was asked.

    Returns
    -------
    dict
        The beginning of the record: versions, inputs, SHA-256 of the reference data, parameters.

    Examples
    --------
    >>> sorted(told_request("build", {}, {}))
    ['commande', 'epn-geo', 'paquets', 'parametres', 'python', 'reference']
    """
    whole = hashlib.sha256()
    folder = parameters.get("communes")
    reference = embedded_path("communes") if folder is None else Path(folder)
    for file in sorted(reference.glob("*.parquet")):
        whole.update(f"{file.name} {file_hash(file)}\n".encode())
    return {
        "epn-geo": __version__,
        "commande": command,
        "python": platform.python_version(),
        "paquets": versions(),
        **inputs,
        "reference": {"communes": whole.hexdigest()},
        "parametres": parameters,
    }


def plain_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give parameters as a record holds them: files by their path, in plain text.

    Parameters
    ----------
    parameters
        What a run was asked.

    Returns
    -------
    dict
        The same names.

    Examples
    --------
    >>> plain_parameters({"grid": Path("data/grid.csv"), "radius_km": 10.0})
    {'grid': 'data/grid.csv', 'radius_km': 10.0}
    """
    return {
        name: value.as_posix() if isinstance(value, Path) else value
        for name, value in parameters.items()
    }


def was_asked(last: dict[str, Any], request: dict[str, Any]) -> bool:
    """Tell whether the last run was asked the same, wherever its lists stood.

    Parameters
    ----------
    last
        Its record.
    request
        What `told_request` gave.

    Returns
    -------
    bool
        True if so.

    Examples
    --------
    >>> was_asked({"parametres": {"r": [1]}}, {"parametres": {"r": (1,)}})
    True
    """

    def plain(record: dict[str, Any]) -> Any:
        told = {name: record.get(name) for name in request}
        for value in told.values():
            if isinstance(value, dict):
                value.pop("chemin", None)
        return told

    return bool(plain(json.loads(json.dumps(last))) == plain(json.loads(json.dumps(request))))


def watch_loss(
    last: dict[str, Any] | None,
    record: dict[str, Any],
    max_loss: float | None,
    lang: Lang,
    tell: Tell,
) -> None:
    """Say aloud that a list has shrunk; refuse it if it has lost too many places.

    Parameters
    ----------
    last, record
        Records of the last run and of this one.
    max_loss
        The share (0-1) of the places that may be lost; None for any.
    lang
        Language.
    tell
        As in `deliver`.

    Raises
    ------
    DataError
        If more is lost.

    Examples
    --------
    >>> old, new = ({"lieux": {"lignes": n, "par_categorie": {}}} for n in (100, 60))
    >>> watch_loss(old, new, None, "fr", lambda text, **_: print(text))
    ATTENTION : la liste a perdu 40 % des lieux de la précédente (100 lignes, puis 60).
    """
    lost = shrinkage(last, record)
    if last is None or lost < min(SHRUNK, 1.0 if max_loss is None else max_loss):
        return
    rows = {"old": last["lieux"]["lignes"], "new": record["lieux"]["lignes"]}
    if max_loss is not None and lost > max_loss:
        raise DataError(
            f"The list has lost {lost:.0%} of the places of the one before (rows: {rows['old']}, "
            f"now {rows['new']}), more than --max-loss {max_loss:.0%} allows. Nothing was written: "
            "check the list, or run once without --max-loss."
        )
    tell(say("run_shrunk", lang, part=f"{100 * lost:.0f}", **rows), done=True)


def finished(record: dict[str, Any], folder: Path, last: dict[str, Any] | None) -> dict[str, Any]:
    """Give the record of a run as callers see it.

    Parameters
    ----------
    record
        As written.
    folder
        Where to.
    last
        The record of the run before.

    Returns
    -------
    dict
        With the record's own SHA-256, and `modifie`.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / RECORD).write_text("{}")
    >>> finished({"fichiers": {}}, folder, None)["modifie"]
    True
    """
    changed = last is None or last.get("fichiers") != record["fichiers"]
    files = record["fichiers"] | {RECORD: file_hash(folder / RECORD)}
    return record | {"fichiers": files, "modifie": changed}


def versions() -> dict[str, str]:
    """Give the versions of the packages that figures and files depend on.

    Returns
    -------
    dict
        Name and version.

    Examples
    --------
    >>> "geopandas" in versions()
    True
    """
    found = {}
    for name in RECORDED_PACKAGES:
        with suppress(PackageNotFoundError):  # not all are made for every machine
            found[name] = version(name)
    return found


def _territory(record: Mapping[str, Any]) -> list[Any]:
    parameters = record.get("parametres", {})
    return [parameters.get(name) for name in ("region", "departements", "epci")]


def _inside(record: Mapping[str, Any]) -> int:
    counts = record["lieux"]["par_categorie"].values()
    return sum(count["territoire"] for count in counts)
