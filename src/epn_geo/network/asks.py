"""What is asked of a server, how fast and how much, and a first look at what it answers."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from epn_geo.errors import DownloadError

Pairs = tuple[tuple[str, str], ...]


class Limits(NamedTuple):
    """How long and how much.

    Attributes
    ----------
    attempts
        How often a request is made before giving up.
    connect_s, read_s
        How long to wait for a connection, and between two pieces of an answer.
    total_s
        How long a whole answer may take, however steadily it trickles.
    longest_wait_s
        A server that asks to wait longer than this is not waited for.
    max_bytes
        Of an answer, once decompressed.
    redirects
        How many are followed.
    """

    attempts: int = 4
    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 300.0
    longest_wait_s: float = 60.0
    max_bytes: int = 300_000_000
    redirects: int = 5


class Pace(NamedTuple):
    """How many requests a second an address takes."""

    prefix: str  # host and path
    per_second: float


#: The paces of the services asked, below what their documentation allows. Each line says where the
#: allowance is written; the last one is this library's own courtesy.
PACES = (
    Pace("data.geopf.fr/geocodage/", 40.0),  # 50/s per IP: geoservices.ign.fr, géocodage
    Pace("data.geopf.fr/navigation/", 4.0),  # 5/s per IP: geoservices.ign.fr, isochrone
    Pace("", 5.0),  # services that publish no figure
)


class Clock(NamedTuple):
    """The time of day, a steady time, and waiting: tests bring their own."""

    now: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Upload(NamedTuple):
    """A file sent with a request."""

    field: str
    name: str
    content: bytes
    media_type: str = "text/csv"


class Ask(NamedTuple):
    """A request: GET, or POST when a file goes with it.

    Attributes
    ----------
    url
        Without its parameters.
    params
        Parameters of a GET, or fields of the form of a POST, in order.
    upload
        The file of a POST.
    """

    url: str
    params: Pairs = ()
    upload: Upload | None = None

    @property
    def address(self) -> str:
        """The URL with its parameters."""
        if not self.params:
            return self.url
        joint = "&" if "?" in self.url else "?"
        return f"{self.url}{joint}{urlencode(self.params)}"

    @property
    def key(self) -> str:
        """The name of the whole request in the cache."""
        parts: list[object] = [self.url, sorted(self.params)]
        if self.upload is not None:
            parts += [self.upload.field, hashlib.sha256(self.upload.content).hexdigest()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Waiting(NamedTuple):
    """Why a request is made again, and after how long."""

    host: str
    reason: str
    seconds: float
    attempt: int
    attempts: int


def require_safe(url: str, ask: Ask) -> None:
    """Refuse any address but https, or loopback when that is what was asked in the first place.

    Parameters
    ----------
    url
        Where the request would go: the address asked, or one it redirects to.
    ask
        The request.

    Raises
    ------
    DownloadError
        For another scheme, for a redirect between this machine and the world, or if a file would
        be sent to another host than the one asked.

    Examples
    --------
    >>> require_safe("https://b.fr/", Ask("https://a.fr/"))
    >>> require_safe("http://b.fr/", Ask("https://a.fr/"))
    Traceback (most recent call last):
        ...
    epn_geo.errors.DownloadError: https://a.fr/ redirects to http://b.fr/: only https addresses \
are asked.
    """
    asked, parts = urlsplit(ask.url), urlsplit(url)
    local, begun_local = _is_loopback(parts.hostname), _is_loopback(asked.hostname)
    if local != begun_local:
        raise DownloadError(f"{ask.url} redirects to another kind of host, {url}: not followed.")
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        what = "redirects to" if url not in (ask.address, ask.url) else "is"
        raise DownloadError(f"{ask.url} {what} {url}: only https addresses are asked.")
    if ask.upload is not None and parts.netloc != asked.netloc:
        raise DownloadError(
            f"{ask.url} redirects to {parts.netloc}: a list of addresses is not sent there."
        )


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def read_json(content: bytes, what: str) -> Any:
    r"""Read an answer that should be JSON.

    Parameters
    ----------
    content
        The bytes received.
    what
        What to call it in the message.

    Returns
    -------
    object
        What it says.

    Raises
    ------
    DownloadError
        If it is something else, such as a web page.

    Examples
    --------
    >>> read_json(b'{"count": 143}', "the layer")
    {'count': 143}
    >>> read_json(b"<!DOCTYPE html><title>Maintenance</title>", "the layer")
    Traceback (most recent call last):
        ...
    epn_geo.errors.DownloadError: The layer answered a web page, not data: 'Maintenance'.
    """
    refuse_web_page(content, what)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DownloadError(
            f"{what[:1].upper()}{what[1:]} answered {len(content)} bytes that are not whole JSON "
            f"({error}): {beginning(content)!r}."
        ) from error


def refuse_web_page(content: bytes, what: str) -> None:
    """Refuse an answer that is a page for people.

    Parameters
    ----------
    content
        The bytes received.
    what
        What to call it in the message.

    Raises
    ------
    DownloadError
        If it is HTML; the page's title is given.

    Examples
    --------
    >>> refuse_web_page(b"id,nom", "the list")
    """
    start = content[:20_000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        title = re.search(rb"<title[^>]*>(.*?)</title>", content[:20_000], flags=re.S | re.I)
        words = title[1].decode("utf-8", "replace").strip() if title else beginning(content)
        raise DownloadError(
            f"{what[:1].upper()}{what[1:]} answered a web page, not data: {words!r}."
        )


def beginning(content: bytes) -> str:
    r"""Give the first words of an answer, for a message.

    Parameters
    ----------
    content
        The bytes received.

    Returns
    -------
    str
        At most 120 characters on one line.

    Examples
    --------
    >>> beginning(b"Not\n Found")
    'Not Found'
    """
    return " ".join(content[:400].decode("utf-8", "replace").split())[:120]
