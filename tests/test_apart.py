"""A call made in another process gives what it gives here, and no process is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from epn_geo import apart
from epn_geo.apart import call_apart
from epn_geo.errors import DataError


@pytest.fixture(autouse=True)
def two_processors(monkeypatch):
    monkeypatch.setattr(apart, "processors", lambda: 2)


def test_another_process_answers():
    with call_apart("os:getpid") as ask:
        assert ask()() != os.getpid()


def test_where_none_is_wanted_the_call_is_made_here():
    with call_apart("os:getpid", wanted=False) as ask:
        assert ask()() == os.getpid()


def test_where_there_is_one_processor_the_call_is_made_here(monkeypatch):
    monkeypatch.setattr(apart, "processors", lambda: 1)
    with call_apart("os:getpid") as ask:
        assert ask()() == os.getpid()


def test_what_is_no_interpreter_is_not_started(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with call_apart("os:getpid") as ask:
        assert ask()() == os.getpid()


def test_an_error_is_the_one_of_the_call_made_here():
    with call_apart("epn_geo.labels:check_lang") as ask:
        answer = ask("de")
        with pytest.raises(DataError, match="de"):
            answer()


def test_a_process_that_dies_is_replaced_by_a_call_here(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false" if Path("/bin/false").exists() else "false")
    with call_apart("math:hypot") as ask:
        assert ask(3, 4)() == 5


def test_what_is_printed_there_does_not_spoil_the_answer():
    with call_apart("builtins:print") as ask:
        assert ask("a line on standard output")() is None


def test_a_file_of_the_folder_one_stands_in_is_no_module(tmp_path, monkeypatch):
    (tmp_path / "pickle.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    with call_apart("os:getpid") as ask:
        assert ask()() != os.getpid()


def test_no_process_outlives_an_error():
    began = time.monotonic()
    with pytest.raises(ZeroDivisionError), call_apart("time:sleep") as ask:
        _break_off(ask(60))
    assert time.monotonic() - began < 20


def test_the_other_process_ends_when_this_one_is_killed():
    code = (
        "import os, time\nfrom epn_geo import apart\napart.processors = lambda: 2\n"
        "start = apart._start\n"
        "def told(*f):\n    p = start(*f); print(p.pid, flush=True); return p\n"
        "apart._start = told\n"
        "with apart.call_apart('math:hypot') as ask:\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        other = int(one.stdout.readline())
        one.kill()
    for _ in range(200):
        if not _lives(other):
            return
        time.sleep(0.05)
    raise AssertionError(f"process {other} still lives")


def _break_off(_answer):
    return 1 / 0


def _lives(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
