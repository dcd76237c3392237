"""One long call made in a process of its own, while this one goes on.

The pictures of a study take as long as all its other files together; drawn apart, they cost no
waiting where there are two processors. The other process is a fresh interpreter that imports one
function, reads its arguments from a pipe and answers through another. It writes no file, and it
ends with this process. Whatever goes wrong there, the call is made here instead: the result, or the
error, is the same.
"""

from __future__ import annotations

import importlib
import io
import os
import pickle  # only between this process and the one it starts
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

Answer = Callable[[], Any]
Caller = Callable[..., Answer]

DRAWING = tuple(
    f"matplotlib.{name}" for name in ("figure", "backends.backend_agg", "backends.backend_pdf")
)


def pictures_apart(*, wanted: bool = True) -> AbstractContextManager[Caller]:
    """Start a process that draws a study's pictures, unless matplotlib is loaded here already.

    Parameters
    ----------
    wanted
        As in `call_apart`.

    Returns
    -------
    context manager
        As `call_apart`.

    Examples
    --------
    >>> with pictures_apart(wanted=False) as draw:
    ...     callable(draw)
    True
    """
    wanted = wanted and "matplotlib" not in sys.modules
    return call_apart("epn_geo.pictures:draw_pictures", wanted=wanted, meanwhile=DRAWING)


@contextmanager
def call_apart(
    function: str, *, wanted: bool = True, meanwhile: Sequence[str] = ()
) -> Iterator[Caller]:
    """Give a way to call a function in a process of its own, started at once.

    Parameters
    ----------
    function
        ``"module:name"``, importable there too.
    wanted
        Whether a process is worth its start (about a second of imports). Without one, or where
        there is a single processor, the call is made here, when its answer is asked for.

    Yields
    ------
    callable
        Call it with the arguments, once; what it gives is to be called for the answer.

    Examples
    --------
    >>> with call_apart("math:hypot") as hypot:
    ...     answer = hypot(3, 4)
    ...     answer()
    5.0
    """
    process = _start(function, meanwhile) if wanted and processors() > 1 else None
    if process is None:
        yield lambda *given, **named: lambda: _find(function)(*given, **named)
        return
    with process, ThreadPoolExecutor(1) as postman:

        def call(*given: Any, **named: Any) -> Answer:
            letter = pickle.dumps((given, named), protocol=pickle.HIGHEST_PROTOCOL)
            post = postman.submit(process.communicate, letter)
            return lambda: _answer(process, post, function, given, named)

        try:
            yield call
        finally:
            process.kill()  # nothing, if it has ended


def processors() -> int:
    """Tell how many processors this process may use.

    Returns
    -------
    int
        At least 1.

    Examples
    --------
    >>> processors() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def serve(function: str, *meanwhile: str) -> None:
    """Read a call from standard input, make it, and write the answer to standard output.

    Parameters
    ----------
    function
        As in `call_apart`.
    *meanwhile
        Modules to load before.

    Examples
    --------
    >>> import subprocess, sys
    >>> letter = pickle.dumps(((3, 4), {}))
    >>> code = "from epn_geo.apart import serve; serve('math:hypot')"
    >>> done = subprocess.run([sys.executable, "-c", code], input=letter, capture_output=True)
    >>> pickle.loads(done.stdout)
    5.0
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints meanwhile does not spoil the answer
    work = _find(function)
    for module in meanwhile:
        importlib.import_module(module)
    given, named = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this
    with answers:
        pickle.dump(work(*given, **named), answers, protocol=pickle.HIGHEST_PROTOCOL)


def _start(function: str, meanwhile: Sequence[str]) -> subprocess.Popen[bytes] | None:
    """Start the other process, if this one is an interpreter that can be started again."""
    if getattr(sys, "frozen", False) or not sys.executable:
        return None
    code = f"from epn_geo.apart import serve; serve(*{(function, *meanwhile)!r})"
    try:
        return subprocess.Popen(  # noqa: S603 - this interpreter, and no word of a user's
            # -P: a file of the folder one stands in is not taken for a module
            [sys.executable, "-P", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # if it fails, the call made here tells why
        )
    except OSError:
        return None


def _answer(
    process: subprocess.Popen[bytes],
    post: Future[tuple[bytes, bytes]],
    function: str,
    given: tuple[Any, ...],
    named: dict[str, Any],
) -> Any:
    """Wait for the answer; make the call here if there is none."""
    try:
        content, _ = post.result()
        if process.returncode == 0:
            return pickle.load(io.BytesIO(content))  # noqa: S301 - from the process started here
    except (OSError, ValueError, EOFError, pickle.UnpicklingError):
        pass
    return _find(function)(*given, **named)


def _find(function: str) -> Callable[..., Any]:
    module, _, name = function.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found
