"""A server on this machine that answers as told, faults included."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from epn_geo.download import Door
from epn_geo.network.asks import Clock, Limits
from epn_geo.network.cache import Cache


class Reply(NamedTuple):
    """An answer; `length` lies about the body's, `cut` breaks off, `pieces` sends it bit by bit."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    pieces: int = 1
    cut: bool = False


class Asked(NamedTuple):
    """A request received."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


Route = Callable[[Asked], Reply]


def as_json(content: object, **options: object) -> Reply:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Reply(body, headers=(("Content-Type", "application/json"),))._replace(**options)


class Server:
    """Routes by path: each an answer, several in turn (the last for ever), or a function."""

    def __init__(self, address: str) -> None:
        self.url = address
        self.asked: list[Asked] = []
        self._routes: dict[str, list[Reply | Route]] = {}

    def on(self, path: str, *replies: Reply | Route) -> None:
        self._routes[path] = list(replies)

    def reply_to(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        queue = self._routes.get(asked.path)
        if queue is None:
            return Reply(b"Not Found", status=404)
        reply = queue.pop(0) if len(queue) > 1 else queue[0]
        return reply if isinstance(reply, Reply) else reply(asked)


class _Quiet(ThreadingHTTPServer):
    """Says nothing of clients that hang up; they are told to in these tests."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def serve() -> Iterator[Server]:
    """Start a server on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {k: "|".join(v) for k, v in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            asked = Asked(self.command, parts.path, query, dict(self.headers), body)
            with contextlib.suppress(ConnectionError):  # the client may have had enough
                self._send(server.reply_to(asked))

        do_POST = do_GET  # noqa: N815 - named by the base class

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            announced = len(reply.body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(announced))
            self.end_headers()
            step = max(1, -(-len(reply.body) // reply.pieces))
            for start in range(0, len(reply.body), step):
                self.wfile.write(reply.body[start : start + step])
                self.wfile.flush()
                time.sleep(0.002 if reply.pieces > 1 else 0)  # or pieces would arrive together
            self.close_connection = reply.cut or announced != len(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    with _Quiet(("127.0.0.1", 0), Handler) as http:
        server = Server(f"http://127.0.0.1:{http.server_port}")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


class FakeClock:
    """Time that passes only when somebody waits, or by `tick` at each look at the steady clock."""

    def __init__(self, now: float = 1_790_000_000.0, tick: float = 0.0) -> None:
        self.time = now
        self.tick = tick
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds

    def steady(self) -> float:
        self.time += self.tick
        return self.time

    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, steady=self.steady, sleep=self.sleep)


def make_door(folder: object, clock: FakeClock | None = None, **options: object) -> Door:
    """Make a door with a cache in `folder` and a clock that nobody has to wait for."""
    options = {"paces": (), "limits": Limits(), "clock": (clock or FakeClock()).clock()} | options
    return Door(Cache(folder), **options)  # type: ignore[arg-type]
