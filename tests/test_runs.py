"""Runs that can be trusted unattended: all files at once or none, whatever happens."""

from __future__ import annotations

import csv
import errno
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import epn_geo as epn
from epn_geo import staging
from epn_geo.delivery import deliver
from epn_geo.embedded import embedded_path
from epn_geo.errors import DataError
from epn_geo.runs import is_intact, last_record, shrinkage
from epn_geo.staging import folder_lock, staged_folder
from epn_geo.writing import file_hash, write_json

DEMO = embedded_path("demo/epn-demonstration.csv")
SMALL = ["--departement", "61", "--radius", "10km"]


def write_set(folder: Path, text: str, names: tuple[str, ...] = ("a.txt", "b.txt")) -> None:
    """Write a set of files with their record, as a run does."""
    with staged_folder(folder) as stage:
        for name in names:
            (stage / name).write_text(text)
        files = {name: file_hash(stage / name) for name in names}
        write_json({"fichiers": files}, stage / "resume.json")


def content(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): file.read_text()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != "resume.json"
    }


def every_file(folder: Path) -> dict[str, bytes]:
    """Give what a folder and those in it hold."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


@pytest.fixture(params=["in one step", "one by one", "inside"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ways a set can take the place of another."""
    if request.param == "one by one":
        monkeypatch.setattr(staging, "_exchange", lambda *_: False)
    if request.param == "inside":
        monkeypatch.setattr(staging, "_workshop", lambda target: target / staging.WORKSHOP)
    return str(request.param)


def test_a_set_takes_the_place_of_another_and_the_rest_stays(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "maps"
    write_set(folder, "1", ("a.txt", "b.txt", "edited.txt", "gone.txt"))
    (folder / "mine.txt").write_text("mine")
    (folder / "diff" / "deep").mkdir(parents=True)
    (folder / "diff" / "deep" / "d.txt").write_text("d")
    (folder / "edited.txt").write_text("by hand")
    (folder / "link").symlink_to("mine.txt")
    write_set(folder, "2")
    assert content(folder) == {
        "a.txt": "2",
        "b.txt": "2",
        "diff/deep/d.txt": "d",
        "edited.txt": "by hand",  # no longer made, but somebody's work
        "link": "mine",
        "mine.txt": "mine",
    }
    assert (folder / "link").is_symlink()
    assert [entry.name for entry in tmp_path.iterdir()] == ["maps"]


def test_what_people_keep_in_a_folder_of_the_set_stays(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "maps"
    for text in ("old", "new"):
        with staged_folder(folder) as stage:
            (stage / "donnees").mkdir()
            (stage / "donnees" / "a.txt").write_text(text)
        (folder / "donnees" / "notes.txt").write_text("mine")
    assert content(folder / "donnees") == {"a.txt": "new", "notes.txt": "mine"}


def test_what_another_verb_made_stays(tmp_path: Path, way: str) -> None:
    for verb, name in (("build", "a.txt"), ("diff", "b.txt")):
        with staged_folder(tmp_path) as stage:
            (stage / name).write_text(verb)
            told = {"commande": verb, "fichiers": {name: file_hash(stage / name)}}
            write_json(told, stage / "resume.json")
    assert content(tmp_path) == {"a.txt": "build", "b.txt": "diff"}


def test_a_run_that_fails_changes_nothing(tmp_path: Path, way: str) -> None:
    folder = tmp_path / "maps"
    write_set(folder, "1")

    def fail() -> None:
        with staged_folder(folder) as stage:
            (stage / "a.txt").write_text("2")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fail()
    assert content(folder) == {"a.txt": "1", "b.txt": "1"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["maps"]


def test_a_run_that_writes_nothing_makes_nothing(tmp_path: Path, way: str) -> None:
    with staged_folder(tmp_path / "new" / "maps"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_file_held_open_elsewhere_leaves_the_old_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, when a workbook is open."""
    folder = tmp_path / "maps"
    write_set(folder, "1")
    monkeypatch.setattr(staging, "_exchange", lambda *_: False)
    replace = Path.replace

    def held(self: Path, target: Path) -> Path:
        if self == folder / "b.txt":
            raise PermissionError(errno.EACCES, "in use", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(epn.EpnGeoError, match="close the programs"):
        write_set(folder, "2")
    monkeypatch.undo()
    assert content(folder) == {"a.txt": "1", "b.txt": "1"}
    write_set(folder, "3")
    assert content(folder) == {"a.txt": "3", "b.txt": "3"}


def test_moves_cut_short_are_finished_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "maps"
    write_set(folder, "1")
    monkeypatch.setattr(staging, "_exchange", lambda *_: False)
    replace = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if target == folder / "b.txt":
            raise KeyboardInterrupt
        return replace(self, target)

    with monkeypatch.context() as cut:
        cut.setattr(Path, "replace", killed)
        cut.setattr(staging.shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            write_set(folder, "2")
    with staged_folder(folder):
        pass
    assert content(folder) == {"a.txt": "2", "b.txt": "2"}
    assert is_intact(folder, last_record(folder) or {})


def test_the_folder_one_stands_in_is_written_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path / "maps", "1")
    monkeypatch.chdir(tmp_path / "maps")
    inode = (tmp_path / "maps").stat().st_ino
    write_set(Path(), "2")
    assert content(tmp_path / "maps") == {"a.txt": "2", "b.txt": "2"}
    assert (tmp_path / "maps").stat().st_ino == inode


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    write_set(tmp_path / "real", "1")
    (tmp_path / "maps").symlink_to("real")
    write_set(tmp_path / "maps", "2")
    assert (tmp_path / "maps").is_symlink()
    assert content(tmp_path / "real") == {"a.txt": "2", "b.txt": "2"}


def test_a_second_run_is_refused_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    code = (
        "import sys, time; from epn_geo.staging import folder_lock\n"
        "with folder_lock(sys.argv[1]): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(epn.EpnGeoError, match="Another run"), folder_lock(folder):
            pass
    finally:
        holder.kill()
        holder.communicate()
    write_set(folder, "1")
    assert [entry.name for entry in tmp_path.iterdir()] == ["maps"]


# Run apart, so that a process without threads is what forks.
KILLS = """
import os, random, signal, sys, time
from pathlib import Path
from epn_geo import staging
from epn_geo.runs import is_intact, last_record
sys.path.insert(0, sys.argv[3])
from tests.test_runs import content, write_set
folder, way = Path(sys.argv[1]) / "maps", sys.argv[2]
if way == "one by one":
    staging._exchange = lambda *_: False
draw = random.Random(6)
write_set(folder, "0" * 99)
(folder / "mine.txt").write_text("mine")
seen = set()
for _ in range(int(sys.argv[4])):
    child = os.fork()
    if not child:
        number = 1
        while True:
            write_set(folder, str(number) * 99)
            number = number % 9 + 1
    time.sleep(draw.uniform(0, 0.2))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if way == "one by one":
        with staging.staged_folder(folder):
            pass
    held = content(folder)
    assert held.pop("mine.txt") == "mine", held
    assert set(held) == {"a.txt", "b.txt"} and len(set(held.values())) == 1, held
    assert is_intact(folder, last_record(folder))
    seen.add(held["a.txt"][0])
write_set(folder, "end")
assert sorted(p.name for p in folder.parent.iterdir()) == ["maps"]
print(len(seen))
"""


@pytest.mark.slow
@pytest.mark.parametrize("way", ["in one step", "one by one"])
def test_killed_at_any_moment_the_folder_holds_one_set(tmp_path: Path, way: str) -> None:
    root = str(Path(__file__).parents[1])
    arguments = [str(tmp_path), way, root, "60"]
    done = subprocess.run(
        [sys.executable, "-c", KILLS, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 2  # several runs did get through


# -- the command


def run(*arguments: str, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "epn_geo", *arguments],
        cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False, **options,
    )  # fmt: skip


def half_list(path: Path) -> Path:
    rows = list(csv.reader(DEMO.read_text(encoding="utf-8").splitlines()))
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows[: len(rows) // 2])
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    (folder / "epn.csv").write_bytes(DEMO.read_bytes())
    done = run("build", "epn.csv", *SMALL, "--exit-code", cwd=folder)
    assert done.returncode == 10, done.stderr
    return folder


def test_nothing_is_done_when_nothing_changed(built: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in (built / "maps").iterdir()}
    # neither the time of files nor that of day counts
    os.utime(built / "epn.csv", (0, 0))
    done = run("build", "epn.csv", *SMALL, "--if-changed", "--exit-code", cwd=built)
    assert (done.returncode, "rien n'a changé" in done.stderr) == (0, True)
    assert {file: file.stat().st_mtime_ns for file in (built / "maps").iterdir()} == before
    os.utime(built / "epn.csv", (5e9, 5e9))
    again = run("build", str(built / "epn.csv"), *SMALL, "--if-changed", cwd=built)
    assert "rien n'a changé" in again.stderr


@pytest.mark.slow
def test_a_lost_file_or_another_parameter_is_a_change(built: Path) -> None:
    (built / "maps" / "zones.csv").unlink()
    done = run("build", "epn.csv", *SMALL, "--if-changed", "--exit-code", cwd=built)
    assert done.returncode == 0, done.stderr  # made again, the same
    assert (built / "maps" / "zones.csv").exists()
    other = run("build", "epn.csv", "--departement", "61", "--if-changed", "--exit-code", cwd=built)
    assert other.returncode == 10, other.stderr
    run("build", "epn.csv", *SMALL, cwd=built)


def test_a_record_is_run_again_to_the_byte(built: Path, tmp_path: Path) -> None:
    done = run("build", "--replay", str(built / "maps" / "resume.json"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "à l'octet près" in done.stderr
    assert every_file(tmp_path / "maps") == every_file(built / "maps")


def test_a_record_whose_list_changed_is_not_run_again(built: Path, tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "resume.json").write_bytes((built / "maps" / "resume.json").read_bytes())
    missing = run("build", "--replay", "maps/resume.json", cwd=tmp_path)
    assert (missing.returncode, "was not found" in missing.stderr) == (1, True)
    half_list(tmp_path / "epn.csv")
    changed = run("build", "--replay", "maps/resume.json", cwd=tmp_path)
    assert (changed.returncode, "has changed" in changed.stderr) == (1, True)
    other = run("build", "epn.csv", "--replay", "maps/resume.json", cwd=tmp_path)
    assert (other.returncode, "SHA-256 differs" in other.stderr) == (1, True)
    both = run("build", "--replay", "maps/resume.json", "--region", "28", cwd=tmp_path)
    assert (both.returncode, "give no other" in both.stderr) == (1, True)


def test_a_list_that_shrank_by_half_is_told_loudly_or_refused(built: Path, tmp_path: Path) -> None:
    half_list(built / "half.csv")
    kept = every_file(built / "maps")
    refused = run("build", "half.csv", *SMALL, "--max-loss", "20%", cwd=built)
    assert refused.returncode == 1
    assert "more than --max-loss 20% allows" in refused.stderr
    assert every_file(built / "maps") == kept
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "resume.json").write_bytes(kept["resume.json"])
    told = run("build", str(built / "half.csv"), *SMALL, cwd=tmp_path)
    assert (told.returncode, "ATTENTION" in told.stderr) == (0, True)


def test_places_that_leave_the_territory_count_as_lost() -> None:
    def record(rows: int, inside: int, region: str = "28") -> dict[str, object]:
        lieux = {"lignes": rows, "par_categorie": {"EPN": {"territoire": inside}}}
        return {"lieux": lieux, "parametres": {"region": region}}

    assert shrinkage(record(100, 90), record(100, 45)) == 0.5
    assert shrinkage(record(100, 90), record(100, 45, "53")) == 0.0


def test_a_full_disk_leaves_the_old_set(built: Path) -> None:
    kept = every_file(built / "maps")

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = run("build", "epn.csv", "--departement", "27", cwd=built, preexec_fn=small_disk)
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert every_file(built / "maps") == kept
    assert sorted(p.name for p in built.iterdir() if p.name.startswith(".")) == []


@pytest.mark.slow
def test_a_disk_that_fills_up_at_any_file_leaves_the_old_set(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = {"departements": ["61"], "radii_km": [10.0]}
    deliver(DEMO, tmp_path / "maps", parameters)
    kept = every_file(tmp_path / "maps")
    replace = Path.replace
    for last in (0, 3, len(kept) - 1):  # the first file, one in the middle, the record
        written: list[Path] = []

        def full(
            self: Path, target: Path, *, last: int = last, written: list[Path] = written
        ) -> Path:
            if len(written) == last:
                raise OSError(errno.ENOSPC, "No space left on device", str(target))
            written.append(target)
            return replace(self, target)

        with monkeypatch.context() as disk:
            disk.setattr(Path, "replace", full)
            with pytest.raises(DataError, match="the disk is full"):
                deliver(DEMO, tmp_path / "maps", {"departements": ["61"], "radii_km": [5.0]})
        assert every_file(tmp_path / "maps") == kept
    assert [entry.name for entry in tmp_path.iterdir()] == ["maps"]


def test_the_clock_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = {"departements": ["61"], "radii_km": [10.0]}
    first = deliver(DEMO, tmp_path / "a", parameters)
    monkeypatch.setattr(time, "time", lambda: -1e9)
    monkeypatch.setattr(time, "time_ns", lambda: -(10**18))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    again = deliver(DEMO, tmp_path / "b", parameters)
    assert again["fichiers"] == first["fichiers"]
    assert not deliver(DEMO, tmp_path / "b", parameters, if_changed=True)["modifie"]


@pytest.mark.slow
def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    (tmp_path / "epn.csv").write_bytes(DEMO.read_bytes())
    commands = [
        [sys.executable, "-m", "epn_geo", "build", "epn.csv", "--departement", code]
        for code in ("61", "27")
    ]
    running = [
        subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        for command in commands
    ]
    ends = [(one.communicate()[1].decode(), one.returncode) for one in running]
    codes = sorted(code for _, code in ends)
    assert codes in ([0, 1], [0, 0]), ends
    if codes == [0, 1]:
        assert any("Another run is writing into maps" in text for text, _ in ends)
    record = last_record(tmp_path / "maps")
    assert record is not None
    assert is_intact(tmp_path / "maps", record)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["epn.csv", "maps"]


@pytest.mark.slow
def test_a_build_killed_at_any_moment_leaves_one_whole_set(tmp_path: Path) -> None:
    (tmp_path / "epn.csv").write_bytes(DEMO.read_bytes())
    run("build", "epn.csv", *SMALL, cwd=tmp_path)
    first = (tmp_path / "maps" / "resume.json").read_bytes()
    began = time.monotonic()
    run("build", "epn.csv", *SMALL, "--date", "2026-11-01", cwd=tmp_path)
    lasts = time.monotonic() - began
    command = [sys.executable, "-m", "epn_geo", "build", "epn.csv", *SMALL]
    for part in (0.4, 0.8, 0.95, 1.0):
        one = subprocess.Popen(
            [*command, "--date", f"2026-11-{round(100 * part) % 28 + 1:02d}"],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(lasts * part)
        one.kill()
        one.wait()
        record = last_record(tmp_path / "maps")
        assert record is not None
        assert is_intact(tmp_path / "maps", record)
    assert run("build", "epn.csv", *SMALL, cwd=tmp_path).returncode == 0
    assert (tmp_path / "maps" / "resume.json").read_bytes() == first
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["epn.csv", "maps"]
    assert json.loads(first)["commande"] == "build"
