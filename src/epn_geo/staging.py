"""Runs that can be trusted unattended: one at a time, all of their files at once or none.

A run writes into a folder of its own beside the one that people open, the *workshop*. When all is
written, the two folders change names in one step of the file system, and the old one is removed::

    maps/              the set of the last run
    .maps.epn-geo/     the set of this run, while it is made

Killed before the step, the run has changed nothing; killed after it, everything. The next run
removes what was left. Whatever else people keep in the folder stays there.

That step exists on Linux and macOS, on their usual file systems. Elsewhere (Windows, some network
drives), and where the folder cannot be renamed (a mount point, the folder one stands in), the files
are moved one by one, with a journal: killed during these few milliseconds, the folder may hold
files of both sets until the next run, which finishes the moves; a file that another program holds
open makes the run fail, and what was moved is moved back.

The lock is the operating system's: it ends with the process, however that ends. No clock is read.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from epn_geo.errors import DataError, EpnGeoError, writing_to
from epn_geo.runs import RECORD, last_record
from epn_geo.writing import file_hash, write_json

WORKSHOP, JOURNAL, LOCK = ".epn-geo", "journal.json", ".lock"

_EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS


@contextmanager
def staged_folder(folder: str | Path) -> Iterator[Path]:
    """Give an empty folder to write into; its files appear in `folder` together, or not at all.

    Parameters
    ----------
    folder
        Where the files are wanted; made if need be. Those that the last run of the same verb
        recorded in its ``resume.json``, and that this one does not make, are removed unless they
        were edited.

    Yields
    ------
    pathlib.Path
        Where to write. If nothing is written, nothing changes.

    Raises
    ------
    DataError
        If `folder` is a file.
    EpnGeoError
        If another run is writing into `folder`.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "maps"
    >>> with staged_folder(folder) as stage:
    ...     _ = (stage / "a.txt").write_text("done")
    ...     before = folder.exists()
    >>> before, [file.name for file in folder.iterdir()]
    (False, ['a.txt'])
    """
    target = Path(folder).resolve()
    if target.exists() and not target.is_dir():
        raise DataError(f"{folder} is a file: -o takes a folder.")
    workshop = _workshop(target)
    with folder_lock(folder):
        with writing_to(folder):
            _heal(target, workshop)
            stage = workshop / "nouveau"
            stage.mkdir(parents=True)
        try:
            yield stage
            with writing_to(folder):
                if any(stage.iterdir()):
                    _commit(stage, target)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)


@contextmanager
def folder_lock(folder: str | Path) -> Iterator[None]:
    """Hold a folder for this run alone.

    Parameters
    ----------
    folder
        The folder, which need not exist.

    Yields
    ------
    None
        The lock is held inside the block. It is the operating system's, and ends with the process.

    Raises
    ------
    EpnGeoError
        If another run holds it.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with folder_lock(folder):
    ...     with folder_lock(folder):
    ...         pass
    Traceback (most recent call last):
        ...
    epn_geo.errors.EpnGeoError: Another run is writing into ...
    """
    workshop = _workshop(Path(folder).resolve())
    path = workshop.with_name(workshop.name + LOCK)
    made = [one for one in (path.parent, *path.parent.parents) if not one.exists()]
    with writing_to(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        held = _take_lock(path)
    if held is None:
        raise EpnGeoError(
            f"Another run is writing into {folder}: wait for its end, or choose another folder."
        )
    try:
        yield
    finally:
        _drop_lock(held, path)
        with suppress(OSError):  # a folder made for the lock goes if nothing came into it
            for one in made:
                one.rmdir()


def _workshop(target: Path) -> Path:
    """Choose where to work: beside the folder, or inside where its parent is not ours."""
    beside = target.parent
    while not beside.exists():
        beside = beside.parent
    if target.name and not target.is_mount() and os.access(beside, os.W_OK):
        return target.with_name(f".{target.name}{WORKSHOP}")
    return target / WORKSHOP


def _commit(stage: Path, target: Path) -> None:
    """Put the new set in the place of the old one."""
    for file in stage.rglob("*"):
        _flush(file)
    if not target.exists():
        stage.rename(target)
        return
    stale = _stale(stage, target)
    if stage.parent.parent == target.parent and not _stands_in(target):
        made = {entry.name for entry in stage.iterdir()}
        for entry in target.iterdir():
            if entry.name not in made | stale:
                _carry(entry, stage / entry.name)
        stage.chmod(target.stat().st_mode & 0o7777)
        if _exchange(stage, target):
            _rescue(stage, target, stale)
            return
        for entry in stage.iterdir():
            if entry.name not in made:
                _remove(entry)
    _move_one_by_one(stage, target, stale)


def _stale(stage: Path, target: Path) -> set[str]:
    """Name the files of the last run that this one does not make, and that nobody edited."""
    last, made = (last_record(folder) or {} for folder in (target, stage))
    if last.get("commande") != made.get("commande"):
        return set()  # what another verb made stays
    return {
        name
        for name, told in (last.get("fichiers") or {}).items()
        if Path(name).name == name
        and not (stage / name).exists()
        and (target / name).is_file()
        and file_hash(target / name) == told
    }


def _stands_in(target: Path) -> bool:
    """Tell whether this process stands in a folder, which would be renamed under its feet."""
    here = Path.cwd()
    return target == here or target in here.parents


def _carry(entry: Path, to: Path) -> None:
    """Have what people keep in the folder in the new one too, without copying its content."""
    if entry.is_symlink():
        to.symlink_to(entry.readlink())
    elif entry.is_dir():
        shutil.copytree(entry, to, symlinks=True, copy_function=_link)
    else:
        _link(str(entry), str(to))


def _link(source: str, to: str) -> None:
    try:
        os.link(source, to)
    except OSError:  # a file system without links
        shutil.copy2(source, to)


def _rescue(old: Path, target: Path, stale: set[str]) -> None:
    """Bring along what came into the folder at the last moment."""
    for entry in old.iterdir():
        if entry.name not in stale and not os.path.lexists(target / entry.name):
            entry.rename(target / entry.name)
        elif entry.is_dir() and not entry.is_symlink():
            _rescue(entry, target / entry.name, set())


def _exchange(one: Path, other: Path) -> bool:
    """Have two folders change names in one step; say whether that can be done here."""
    names = {"linux": "renameat2", "darwin": "renameatx_np"}
    if sys.platform not in names:
        return False
    swap = getattr(ctypes.CDLL(None, use_errno=True), names[sys.platform], None)
    if swap is None:
        return False
    here = -100 if sys.platform == "linux" else -2  # AT_FDCWD
    return bool(swap(here, os.fsencode(one), here, os.fsencode(other), _EXCHANGE) == 0)


def _move_one_by_one(stage: Path, target: Path, stale: set[str]) -> None:
    """Move the new files in, so that a run that is killed meanwhile can be finished."""
    home = target / WORKSHOP
    if stage.parent != home:
        _remove(home)
        home.mkdir()
        stage = stage.rename(home / "nouveau")
    names = sorted(entry.name for entry in stage.iterdir())
    # the record last: while it is not there, the set is not whole
    names.sort(key=lambda name: name == RECORD)
    write_json({"nouveaux": names, "retires": sorted(stale)}, home / JOURNAL)
    (home / "ancien").mkdir(exist_ok=True)
    moved: list[tuple[Path, Path]] = []
    try:
        for name in [*sorted(stale), *names]:
            for source, to in (
                (target / name, home / "ancien" / name),
                (stage / name, target / name),
            ):
                if source.exists():
                    source.replace(to)
                    moved.append((source, to))
        for folder in (home / "ancien").iterdir():
            if folder.is_dir() and not folder.is_symlink():
                _rescue(folder, target / folder.name, set())
    except OSError as error:
        for source, to in reversed(moved):
            to.replace(source)
        (home / JOURNAL).unlink()
        raise EpnGeoError(
            f"{error.filename or target} cannot be replaced ({error.strerror}): close the programs "
            "that have it open. The files of the last run were left as they were."
        ) from error
    finally:
        if not (home / JOURNAL).exists() or not any(stage.iterdir()):
            shutil.rmtree(home, ignore_errors=True)


def _heal(target: Path, workshop: Path) -> None:
    """Finish or undo what a run that was killed has left."""
    home = target / WORKSHOP
    journal = last_record(home, JOURNAL)
    if journal is not None:
        for name in journal["retires"]:
            (target / name).unlink(missing_ok=True)
        for name in journal["nouveaux"]:
            if (home / "nouveau" / name).exists():
                _remove(target / name)
                (home / "nouveau" / name).replace(target / name)
    _remove(home)
    _remove(workshop)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _flush(file: Path) -> None:
    """Have a file on the disk before its name: a power cut then loses neither set."""
    if file.is_file():
        with file.open("r+b") as stream:
            os.fsync(stream.fileno())


if sys.platform == "win32":

    def _take_lock(path: Path) -> int | None:
        """Make a file that Windows removes with the process."""
        try:
            return os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_TEMPORARY)
        except (FileExistsError, PermissionError):
            return None

    def _drop_lock(held: int, path: Path) -> None:  # noqa: ARG001 - the system removes it
        os.close(held)

else:
    import fcntl

    def _take_lock(path: Path) -> int | None:
        """Lock a file, and make sure that it still bears its name."""
        while True:
            held = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(held)
                return None
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(held), path.stat()):
                    return held
            os.close(held)

    def _drop_lock(held: int, path: Path) -> None:
        path.unlink(missing_ok=True)
        os.close(held)
