"""The only door to the network: one session, limits, retries, a cache of whole answers.

What comes through this door is whole, checked and of a known origin, or it is a `DownloadError`
that says what happened and what to do. Only https is spoken (http on this machine's own loopback
excepted); redirects are followed one by one, to https only; an answer is kept in the cache after
its check has passed, never before.

Why not a caching HTTP library: ``docs/sources.md`` says which were considered.
"""

from __future__ import annotations

import http.client
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.auth import AuthBase
from urllib3.util.retry import Retry

from epn_geo._version import __version__
from epn_geo.errors import DownloadError
from epn_geo.network.asks import PACES, Ask, Clock, Limits, Pace, Waiting, beginning, require_safe
from epn_geo.network.cache import Cache, Kept, Record, age_s, stamp

Check = Callable[[bytes], object]

CHUNK = 64 * 1024
PASSING = frozenset({429, 500, 502, 503, 504})  # statuses that a moment may mend


class StatusError(DownloadError):
    """A server refuses for good, with a status and perhaps words."""

    def __init__(self, message: str, status: int, content: bytes) -> None:
        super().__init__(message)
        self.status = status
        self.content = content


class Answer(NamedTuple):
    """A whole answer."""

    content: bytes
    record: Record
    from_cache: bool


class _Passing(Exception):  # noqa: N818 - a state of affairs, never seen outside this room
    """A fault that a moment may mend."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class _NoAuth(AuthBase):
    """Sends nothing, so that requests looks for no passwords in ``~/.netrc``."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class Door:
    """The way to the network.

    Parameters
    ----------
    cache
        Where answers are kept.
    max_age_s
        Answers received within so many seconds are served from the cache. Older ones are confirmed
        with the server (ETag, Last-Modified) and brought again only if they changed.
    offline
        Serve from the cache, however old, or fail.
    limits, paces
        How long, how much, how fast.
    on_wait
        Called before each new attempt.
    clock
        The time, and waiting.

    Examples
    --------
    >>> import tempfile
    >>> door = Door(Cache(tempfile.mkdtemp()), offline=True)
    >>> door.fetch(Ask("https://geo.api.gouv.fr/regions"))
    Traceback (most recent call last):
        ...
    epn_geo.errors.DownloadError: https://geo.api.gouv.fr/regions is not in the cache: run once \
without --offline.
    """

    def __init__(
        self,
        cache: Cache | None = None,
        *,
        max_age_s: float = 0.0,
        offline: bool = False,
        limits: Limits = Limits(),  # noqa: B008 - it cannot be changed
        paces: tuple[Pace, ...] = PACES,
        on_wait: Callable[[Waiting], None] = lambda _: None,
        clock: Clock = Clock(),  # noqa: B008 - it cannot be changed
    ) -> None:
        self.cache = Cache() if cache is None else cache
        self.max_age_s = max_age_s
        self.offline = offline
        self._limits = limits
        self._paces = paces
        self._on_wait = on_wait
        self._clock = clock
        self._next: dict[str, float] = {}  # when each pace allows the next request
        self._session: requests.Session | None = None

    def __enter__(self) -> Door:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the door can be used again."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def fetch(
        self,
        ask: Ask,
        check: Check = lambda _: None,
        *,
        max_age_s: float | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        """Bring an answer, from the cache if it is fresh, else from the server.

        Parameters
        ----------
        ask
            The request.
        check
            Called with the bytes received; raises `DownloadError` on what must not be kept.
        max_age_s, max_bytes
            In place of the door's own.

        Returns
        -------
        Answer
            Whole and checked.

        Raises
        ------
        DownloadError
            If it cannot be had. The cache is left as it was.
        """
        kept = self.cache.read(ask.key)
        if self.offline:
            if kept is None:
                raise DownloadError(
                    f"{_short(ask)} is not in the cache: run once without --offline."
                )
            return Answer(kept.content, kept.record, from_cache=True)
        allowed = self.max_age_s if max_age_s is None else max_age_s
        if kept is not None and age_s(kept.record, self._clock.now()) < allowed:
            return Answer(kept.content, kept.record, from_cache=True)
        limit = self._limits.max_bytes if max_bytes is None else max_bytes
        try:
            return self._bring(ask, check, kept, limit)
        except DownloadError as error:
            if kept is not None:
                when = kept.record.received[:10]
                error.args = (f"{error} An answer of {when} is in the cache: --offline uses it.",)
            raise

    def _bring(self, ask: Ask, check: Check, kept: Kept | None, limit: int) -> Answer:
        """Ask the server, as often as allowed."""
        for attempt in range(1, self._limits.attempts + 1):
            try:
                return self._once(ask, check, kept, limit)
            except _Passing as fault:
                self._pause(ask, fault, attempt)
        raise AssertionError("unreachable: the last pause raises")  # pragma: no cover

    def _pause(self, ask: Ask, fault: _Passing, attempt: int) -> None:
        """Wait before the next attempt, or give up."""
        attempts, host = self._limits.attempts, urlsplit(ask.url).netloc
        if attempt == attempts:
            raise DownloadError(
                f"{host} could not be read: {fault.reason}, {attempts} times. Try again later."
            ) from fault
        # doubling, with up to half a second of chance so that clients do not return together
        backoff = 2.0 ** (attempt - 1) + random.random() / 2  # noqa: S311 - not a secret
        seconds = max(backoff, fault.retry_after)
        if seconds > self._limits.longest_wait_s:
            raise DownloadError(
                f"{host}: {fault.reason}, and asks to wait {seconds:.0f} s. Try again then."
            ) from fault
        self._on_wait(Waiting(host, fault.reason, seconds, attempt + 1, attempts))
        self._clock.sleep(seconds)

    def _once(self, ask: Ask, check: Check, kept: Kept | None, limit: int) -> Answer:
        """Make the request once."""
        self._keep_pace(ask.url)
        started = self._clock.steady()
        try:
            with self._open(ask, kept) as response:
                if response.status_code == requests.codes.not_modified and kept is not None:
                    return self._confirm(ask, kept, response)
                _require_success(response)
                content = b"".join(self._pieces(response, limit, started))
                record = self._record(ask, response)
        except requests.exceptions.SSLError as error:
            raise DownloadError(
                f"{urlsplit(ask.url).netloc}: its certificate is not accepted ({error})."
            ) from error
        except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
            raise _Passing(_reason(error)) from error
        except requests.RequestException as error:
            raise DownloadError(f"{_short(ask)} cannot be asked: {error}.") from error
        check(content)
        self.cache.write(ask.key, content, record)
        whole = self.cache.read(ask.key)
        if whole is None:
            raise DownloadError(
                f"The cache {self.cache.folder} does not keep what is written there: is the disk "
                "full?"
            )
        return Answer(whole.content, whole.record, from_cache=False)

    def _open(self, ask: Ask, kept: Kept | None) -> requests.Response:
        """Send the request and follow redirects; give the answer before its body."""
        url = ask.address if ask.upload is None else ask.url
        for _ in range(self._limits.redirects + 1):
            require_safe(url, ask)
            try:
                response = self._send(url, ask, kept)
            except ValueError as error:  # requests looks at where an answer redirects to
                raise DownloadError(
                    f"{url} is no address, or redirects to what is no address ({error})."
                ) from error
            if not response.is_redirect:
                return response
            response.close()
            url = urljoin(url, response.headers["location"])
        raise DownloadError(
            f"{_short(ask)} redirects more than {self._limits.redirects} times, last to {url}."
        )

    def _send(self, url: str, ask: Ask, kept: Kept | None) -> requests.Response:
        if self._session is None:
            self._session = requests.Session()
            self._session.auth = _NoAuth()
            self._session.headers["User-Agent"] = f"epn-geo/{__version__}"
        options: dict[str, Any] = {
            "headers": _conditions(kept) | {"Accept-Encoding": "gzip, deflate"},
            "timeout": (self._limits.connect_s, self._limits.read_s),
            "allow_redirects": False,
            "stream": True,
        }
        if ask.upload is None:
            return self._session.get(url, **options)
        file = ask.upload
        files = {file.field: (file.name, file.content, file.media_type)}
        return self._session.post(url, data=list(ask.params), files=files, **options)

    def _pieces(self, response: requests.Response, limit: int, started: float) -> Iterator[bytes]:
        """Give the body piece by piece, as it comes; stop at what is too much or too slow."""
        host, size = urlsplit(response.url).netloc, 0
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit:
            raise DownloadError(f"{host} announces {announced} bytes, more than {limit} allowed.")
        while piece := response.raw.read1(CHUNK, decode_content=True):
            size += len(piece)
            if size > limit:
                raise DownloadError(f"{host} sends more than the {limit} bytes allowed.")
            if self._clock.steady() - started > self._limits.total_s:
                raise _Passing(f"no whole answer after {self._limits.total_s:.0f} s")
            yield piece

    def _record(self, ask: Ask, response: requests.Response) -> Record:
        headers = response.headers
        return Record(
            url=ask.address,
            final_url=response.url,
            received=stamp(self._clock.now()),
            date=headers.get("date", ""),
            last_modified=headers.get("last-modified", ""),
            etag=headers.get("etag", ""),
            media_type=headers.get("content-type", "").partition(";")[0].strip(),
            sha256="",
            size=0,
        )

    def _confirm(self, ask: Ask, kept: Kept, response: requests.Response) -> Answer:
        """Take note that what was kept is still what the server has."""
        record = kept.record._replace(
            received=stamp(self._clock.now()), date=response.headers.get("date", "")
        )
        self.cache.write(ask.key, kept.content, record)
        return Answer(kept.content, record, from_cache=True)

    def _keep_pace(self, url: str) -> None:
        """Wait until the pace of this address allows one more request."""
        parts = urlsplit(url)
        place = f"{parts.netloc}{parts.path}"
        pace = next((pace for pace in self._paces if place.startswith(pace.prefix)), None)
        if pace is None:
            return
        turn = pace.prefix or parts.netloc
        now = self._clock.steady()
        wait = self._next.get(turn, now) - now
        if wait > 0:
            self._clock.sleep(wait)
        self._next[turn] = max(now, self._next.get(turn, now)) + 1 / pace.per_second


@contextmanager
def opened(door: Door | None) -> Iterator[Door]:
    """Give the door, or a new one that is closed at the end.

    Parameters
    ----------
    door
        The one to use; None for one with the user's cache.

    Yields
    ------
    Door
        Never None.

    Examples
    --------
    >>> with opened(None) as door:
    ...     door.offline
    False
    """
    if door is not None:
        yield door
        return
    with Door() as own:
        yield own


def _require_success(response: requests.Response) -> None:
    """Sort statuses: those a moment may mend, and those that are final."""
    status = response.status_code
    if status == requests.codes.ok:
        return
    if status in PASSING:
        raise _Passing(f"status {status}", _retry_after(response))
    said = response.raw.read1(500, decode_content=True)
    hint = {
        401: " It now wants an account or a token.",
        403: " It now wants an account or a token.",
        404: " The address has changed: see docs/sources.md.",
        410: " The address is gone: see docs/sources.md.",
    }
    raise StatusError(
        f"{response.url} answered status {status}: {beginning(said)!r}.{hint.get(status, '')}",
        status,
        said,
    )


def _retry_after(response: requests.Response) -> float:
    try:
        # no ceiling of its own: who waits decides what is too long
        retry = Retry(retry_after_max=10**9)
        return retry.parse_retry_after(response.headers.get("retry-after", "0"))
    except urllib3.exceptions.InvalidHeader:
        return 0.0


def _conditions(kept: Kept | None) -> dict[str, str]:
    """Give the headers that ask for an answer only if it changed."""
    if kept is None:
        return {}
    known = {"If-None-Match": kept.record.etag, "If-Modified-Since": kept.record.last_modified}
    return {name: value for name, value in known.items() if value}


_Kind = type[BaseException]
_REASONS: tuple[tuple[_Kind | tuple[_Kind, ...], str], ...] = (
    (ConnectionRefusedError, "the connection is refused"),
    (urllib3.exceptions.NameResolutionError, "its name is not known here (is there a network?)"),
    (
        (urllib3.exceptions.IncompleteRead, http.client.IncompleteRead),
        "the answer is shorter than announced",
    ),
    (urllib3.exceptions.DecodeError, "the compressed answer is damaged"),
    ((requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError), "no connection in time"),
    ((requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError), "no answer in time"),
    ((ConnectionError, urllib3.exceptions.ProtocolError), "it cut the line"),
)


def _reason(error: Exception) -> str:
    """Say in few words what went wrong on the way."""
    causes: list[BaseException] = [error]
    for cause in causes:  # grows while it is read
        inner = (getattr(cause, "reason", None), *cause.args, cause.__cause__, cause.__context__)
        causes += [one for one in inner if isinstance(one, BaseException) and one not in causes]
    for kind, words in _REASONS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return f"the connection failed ({type(error).__name__})"


def _short(ask: Ask) -> str:
    address = ask.address
    return address if len(address) <= 200 else f"{address[:197]}..."
