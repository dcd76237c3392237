"""The door to the network: every fault ends in a clear error, and the cache stays as it was."""

from __future__ import annotations

import gzip
import json
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

import epn_geo
from epn_geo.download import Door, Waiting
from epn_geo.errors import DownloadError
from epn_geo.network.asks import PACES, Ask, Limits, Pace, Upload, read_json
from epn_geo.network.cache import Cache
from tests.loopback import FakeClock, Reply, Server, as_json, make_door, serve

GOOD = as_json({"count": 143})


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.asked.clear()
    return running


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_json(content: bytes) -> object:
    return read_json(content, "the layer")


# -- what goes well


def test_an_answer_is_whole_and_says_where_it_is_from(server: Server, tmp_path: Path) -> None:
    server.on(
        "/a",
        as_json(
            {"count": 143},
            headers=(
                ("Content-Type", "application/json; charset=utf-8"),
                ("ETag", '"v1"'),
                ("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT"),
            ),
        ),
    )
    with make_door(tmp_path) as door:
        answer = door.fetch(Ask(f"{server.url}/a", (("where", "1=1"),)), is_json)
    assert json.loads(answer.content) == {"count": 143}
    assert not answer.from_cache
    assert answer.record.url == f"{server.url}/a?where=1%3D1"
    assert answer.record.media_type == "application/json"
    assert answer.record.etag == '"v1"'
    assert answer.record.size == len(answer.content)
    assert server.asked[0].headers["User-Agent"].startswith("epn-geo/")


def test_a_fresh_answer_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    server.on("/a", GOOD)
    clock = FakeClock()
    with make_door(tmp_path, clock, max_age_s=3600) as door:
        door.fetch(Ask(f"{server.url}/a"))
        clock.time += 3599
        assert door.fetch(Ask(f"{server.url}/a")).from_cache
        assert len(server.asked) == 1
        clock.time += 2
        assert not door.fetch(Ask(f"{server.url}/a")).from_cache
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("header", "value", "condition"),
    [
        ("ETag", '"v1"', "If-None-Match"),
        ("Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT", "If-Modified-Since"),
    ],
)
def test_an_old_answer_is_confirmed(
    server: Server, tmp_path: Path, header: str, value: str, condition: str
) -> None:
    server.on("/a", as_json(1, headers=((header, value),)), Reply(status=304))
    clock = FakeClock()
    with make_door(tmp_path, clock) as door:
        first = door.fetch(Ask(f"{server.url}/a"))
        clock.time += 86_400
        second = door.fetch(Ask(f"{server.url}/a"))
    assert server.asked[1].headers[condition] == value
    assert second.content == first.content
    assert second.from_cache
    assert second.record.received > first.record.received


def test_requests_that_differ_in_anything_do_not_share_an_answer(
    server: Server, tmp_path: Path
) -> None:
    server.on("/a", lambda asked: Reply(asked.method.encode() + asked.body[-60:]))
    asks = [
        Ask(f"{server.url}/a"),
        Ask(f"{server.url}/a", (("x", "1"),)),
        Ask(f"{server.url}/a", (("x", "2"),)),
        Ask(f"{server.url}/a", (), Upload("data", "a.csv", b"1")),
        Ask(f"{server.url}/a", (), Upload("data", "a.csv", b"2")),
    ]
    with make_door(tmp_path, max_age_s=60) as door:
        for ask in asks:
            assert not door.fetch(ask).from_cache
        for ask in asks:
            assert door.fetch(ask).from_cache
    assert len(list(Cache(tmp_path).records())) == len(asks)


def test_offline_serves_the_cache_or_says_so(server: Server, tmp_path: Path) -> None:
    server.on("/a", GOOD)
    with make_door(tmp_path) as door:
        door.fetch(Ask(f"{server.url}/a"))
    door = make_door(tmp_path, FakeClock(2e9), offline=True)
    assert door.fetch(Ask(f"{server.url}/a")).content == GOOD.body
    with pytest.raises(DownloadError, match="not in the cache: run once without --offline"):
        door.fetch(Ask(f"{server.url}/b"))
    assert len(server.asked) == 1


def test_a_damaged_cache_file_is_not_served(server: Server, tmp_path: Path) -> None:
    server.on("/a", GOOD)
    with make_door(tmp_path, max_age_s=1e9) as door:
        door.fetch(Ask(f"{server.url}/a"))
        file = next(tmp_path.glob("*.answer"))
        file.write_bytes(file.read_bytes()[:-1])
        assert not door.fetch(Ask(f"{server.url}/a")).from_cache
    file.write_bytes(b"not json\n")
    assert list(Cache(tmp_path).records()) == []
    assert Cache(tmp_path).clear() == 1


# -- faults that pass


def test_429_waits_as_long_as_the_server_asks(server: Server, tmp_path: Path) -> None:
    server.on("/a", Reply(b"", status=429, headers=(("Retry-After", "5"),)), GOOD)
    clock, seen = FakeClock(), []
    with make_door(tmp_path, clock, on_wait=seen.append) as door:
        assert door.fetch(Ask(f"{server.url}/a")).content == GOOD.body
    assert clock.waits == [5.0]
    assert seen == [Waiting(server.url.removeprefix("http://"), "status 429", 5.0, 2, 4)]


def test_500_then_200_is_an_answer(server: Server, tmp_path: Path) -> None:
    server.on("/a", Reply(b"", status=500), Reply(b"", status=503), GOOD)
    clock = FakeClock()
    with make_door(tmp_path, clock) as door:
        assert door.fetch(Ask(f"{server.url}/a"), is_json).content == GOOD.body
    assert 1 <= clock.waits[0] < 1.6
    assert 2 <= clock.waits[1] < 2.6


FAULTS: dict[str, tuple[Reply, str]] = {
    "always 500": (Reply(b"", status=500), r"status 500, 4 times"),
    "504": (Reply(b"", status=504), r"status 504, 4 times"),
    "told to wait too long": (
        Reply(b"", status=429, headers=(("Retry-After", "3600"),)),
        r"asks to wait 3600 s",
    ),
    "retry-after that is no number": (
        Reply(b"", status=503, headers=(("Retry-After", "soon"),)),
        r"status 503, 4 times",
    ),
    "no answer but a cut line": (Reply(b"{", length=500, cut=True), r"shorter than announced"),
    "longer than announced": (as_json({"count": 143}, length=5), r"not whole JSON"),
    "web page": (
        Reply(b"<!DOCTYPE html><html><title>Maintenance</title></html>"),
        r"a web page, not data: 'Maintenance'",
    ),
    "empty": (Reply(b""), r"0 bytes that are not whole JSON"),
    "404": (Reply(b"Not Found", status=404), r"status 404: 'Not Found'.*docs/sources"),
    "401": (Reply(b"", status=401), r"an account or a token"),
    "400": (Reply(b'{"detail": "bad"}', status=400), r"status 400: '{\"detail\": \"bad\"}'"),
    "damaged gzip": (
        Reply(b"\x1f\x8b\x08garbage" * 9, headers=(("Content-Encoding", "gzip"),)),
        r"damaged",
    ),
    "oversized": (Reply(b" " * 2000), r"announces 2000 bytes, more than 1000"),
    "gzip bomb": (
        Reply(gzip.compress(b" " * 300_000), headers=(("Content-Encoding", "gzip"),)),
        r"more than the 1000 bytes allowed",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("already", [False, True], ids=["nothing kept", "an answer kept"])
def test_a_fault_is_a_clear_error_and_leaves_the_cache(
    server: Server, tmp_path: Path, fault: str, already: bool
) -> None:
    reply, words = FAULTS[fault]
    server.on("/a", GOOD, reply) if already else server.on("/a", reply)
    with make_door(tmp_path, limits=Limits(max_bytes=1000)) as door:
        if already:
            door.fetch(Ask(f"{server.url}/a"), is_json)
        before = kept(tmp_path)
        with pytest.raises(DownloadError, match=words) as caught:
            door.fetch(Ask(f"{server.url}/a"), is_json)
    assert kept(tmp_path) == before
    assert ("--offline uses it" in str(caught.value)) == already


def test_nobody_listens(tmp_path: Path) -> None:
    with serve() as gone:
        pass
    clock = FakeClock()
    with make_door(tmp_path, clock) as door, pytest.raises(DownloadError, match="is refused, 4"):
        door.fetch(Ask(gone.url))
    assert len(clock.waits) == 3


def test_a_trickle_is_given_up(server: Server, tmp_path: Path) -> None:
    server.on("/a", Reply(b"[" + b"1," * 20 + b"1]", pieces=10))
    clock = FakeClock(tick=100)  # each look at the clock finds it 100 s later
    with make_door(tmp_path, clock) as door, pytest.raises(DownloadError, match="after 300 s, 4"):
        door.fetch(Ask(f"{server.url}/a"))
    assert kept(tmp_path) == {}


def test_a_bomb_is_stopped_before_it_fills_the_memory(server: Server, tmp_path: Path) -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=1)
    server.on("/a", Reply(bomb, headers=(("Content-Encoding", "gzip"),)))
    with make_door(tmp_path) as door:
        tracemalloc.start()
        with pytest.raises(DownloadError, match="more than the 1000000 bytes"):
            door.fetch(Ask(f"{server.url}/a"), max_bytes=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 20_000_000


def test_an_interruption_leaves_no_file(server: Server, tmp_path: Path) -> None:
    def interrupt(_: bytes) -> None:
        raise KeyboardInterrupt

    server.on("/a", GOOD)
    with make_door(tmp_path) as door, pytest.raises(KeyboardInterrupt):
        door.fetch(Ask(f"{server.url}/a"), interrupt)
    assert kept(tmp_path) == {}


# -- redirects


def redirect(to: str, status: int = 302) -> Reply:
    return Reply(b"", status=status, headers=(("Location", to),))


def test_a_redirect_is_followed_and_recorded(server: Server, tmp_path: Path) -> None:
    server.on("/old", redirect("/new"))
    server.on("/new", GOOD)
    with make_door(tmp_path) as door:
        record = door.fetch(Ask(f"{server.url}/old")).record
    assert (record.url, record.final_url) == (f"{server.url}/old", f"{server.url}/new")


def test_an_endless_redirect_ends(server: Server, tmp_path: Path) -> None:
    server.on("/loop", redirect("/loop"))
    with make_door(tmp_path) as door, pytest.raises(DownloadError, match="more than 5 times"):
        door.fetch(Ask(f"{server.url}/loop"))
    assert len(server.asked) == 6


@pytest.mark.parametrize("to", ["http://example.org/", "https://example.org/", "file:///etc/hosts"])
def test_a_redirect_elsewhere_is_refused(server: Server, tmp_path: Path, to: str) -> None:
    server.on("/a", redirect(to))
    with make_door(tmp_path) as door, pytest.raises(DownloadError, match="not followed"):
        door.fetch(Ask(f"{server.url}/a"))
    assert kept(tmp_path) == {}


def test_a_redirect_to_no_address_is_said(server: Server, tmp_path: Path) -> None:
    server.on("/a", redirect("http://[oops/"))
    with make_door(tmp_path) as door, pytest.raises(DownloadError, match="what is no address"):
        door.fetch(Ask(f"{server.url}/a"))


def test_a_list_of_addresses_is_not_sent_to_another_host(server: Server, tmp_path: Path) -> None:
    with serve() as other:
        server.on("/a", redirect(f"{other.url}/b", status=307))
        ask = Ask(f"{server.url}/a", (), Upload("data", "a.csv", b"adresse"))
        with make_door(tmp_path) as door, pytest.raises(DownloadError, match="is not sent there"):
            door.fetch(ask)
        assert other.asked == []


@pytest.mark.parametrize("url", ["http://geo.api.gouv.fr/", "ftp://a.fr/", "geo.api.gouv.fr"])
def test_only_https_is_asked(tmp_path: Path, url: str) -> None:
    with make_door(tmp_path) as door, pytest.raises(DownloadError, match="only https"):
        door.fetch(Ask(url))


# -- pace


def test_requests_keep_the_pace_of_their_service(server: Server, tmp_path: Path) -> None:
    server.on("/navigation/a", GOOD)
    server.on("/b", GOOD)
    host = server.url.removeprefix("http://")
    paces = (Pace(f"{host}/navigation/", 4.0), Pace("", 10.0))
    clock = FakeClock()
    with make_door(tmp_path, clock, paces=paces) as door:
        for _ in range(3):
            door.fetch(Ask(f"{server.url}/navigation/a"))
        assert clock.waits == pytest.approx([0.25, 0.25])
        door.fetch(Ask(f"{server.url}/b"))  # another service, another pace
        door.fetch(Ask(f"{server.url}/b"))
    assert clock.waits == pytest.approx([0.25, 0.25, 0.1])


def test_the_paces_stay_below_what_the_services_allow() -> None:
    allowed = {"data.geopf.fr/geocodage/": 50, "data.geopf.fr/navigation/": 5}
    assert {pace.prefix for pace in PACES} == {*allowed, ""}
    assert all(pace.per_second < allowed[pace.prefix] for pace in PACES if pace.prefix)


def test_no_password_of_the_machine_is_sent(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login me password secret\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.on("/a", GOOD)
    with make_door(tmp_path / "cache") as door:
        door.fetch(Ask(f"{server.url}/a"))
    assert "Authorization" not in server.asked[0].headers


def test_a_door_opens_nothing_before_it_is_used(tmp_path: Path) -> None:
    Door(Cache(tmp_path / "cache"))
    assert not (tmp_path / "cache").exists()


def test_only_one_room_speaks_to_the_network() -> None:
    clients = re.compile(r"^\s*(?:import|from) (requests|urllib3|http|socket|httpx)\b", re.M)
    rooms = Path(epn_geo.__file__).parent.glob("*.py")
    doors = {room.stem for room in rooms if clients.search(room.read_text(encoding="utf-8"))}
    assert doors == {"download"}
