"""Heads of requests: the request line and the headers, refused where Kestrel, the Functions host's server, does so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from local.host.http.targets import BadTarget, decoded_path

MOST_LINE, MOST_HEADERS, MOST_COUNT = 8192, 32 * 1024, 100
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VERSION = re.compile(rb"HTTP/\d\.\d")
_HOST = re.compile(r"[\w.\-~!$&'()*+,;=%]*(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?", re.ASCII)
_OPTIONS = frozenset({"close", "keep-alive", "upgrade"})
_KNOWN = 64
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)


class Refused(Exception):
    """The head cannot be served; the connection ends with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Head(Struct, frozen=True):
    """A request's head. Header names are lower-case; `first` has the first of repeated values, `headers` all joined."""

    method: str
    path: str
    # With its question mark.
    query: str
    modern: bool
    headers: Mapping[str, str]
    first: Mapping[str, str]
    # The body's length; None when it comes in chunks.
    length: int | None

    @property
    def closes(self) -> bool:
        """Whether the connection ends after the answer."""
        return not self.modern or "close" in self.headers.get("connection", "").lower()


@lru_cache(maxsize=_KNOWN)
def read_head(data: bytes) -> Head:
    """The head in these bytes, up to its empty line; Refused says with which status it is answered.

    Most heads on a connection are equal, so the last ones are kept.
    """
    lines = [line.removesuffix(b"\r") for line in data.lstrip(b"\r\n").split(b"\n")]
    method, target, version = _request_line(lines[0])
    modern = version == b"HTTP/1.1"
    headers, first = _headers([line for line in lines[1:] if line], needs_host=modern)
    length = _length(headers)
    if "connection" in headers:
        headers["connection"] = _connection(headers["connection"])
    if not modern and "host" not in headers:
        # The real host cannot build a URL then.
        raise Refused(500)
    path, query = _target(method, target, headers["host"])
    return Head(method, path, query, modern, headers, first, length)


def _request_line(line: bytes) -> tuple[str, bytes, bytes]:
    if len(line) > MOST_LINE:
        raise Refused(414)
    method, _, rest = line.partition(b" ")
    target, separator, version = rest.rpartition(b" ")
    if not (separator and _TOKEN.fullmatch(method) and _VERSION.fullmatch(version)) or b" " in target:
        raise Refused(400)
    if version not in (b"HTTP/1.0", b"HTTP/1.1"):
        raise Refused(505)
    return method.decode().upper(), target, version


def _headers(lines: list[bytes], *, needs_host: bool) -> tuple[dict[str, str], dict[str, str]]:
    if len(lines) > MOST_COUNT or sum(map(len, lines)) > MOST_HEADERS:
        raise Refused(431)
    headers: dict[str, str] = {}
    first: dict[str, str] = {}
    for line in lines:
        raw, colon, value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(raw):
            raise Refused(400)
        name, text = raw.decode().lower(), _text(value)
        if name in headers:
            if name in ("host", "content-length"):
                raise Refused(400)
            first.setdefault(name, headers[name])
            headers[name] += f",{text}"
        else:
            headers[name] = text
    if (needs_host and "host" not in headers) or not _HOST.fullmatch(headers.get("host", "")):
        raise Refused(400)
    return headers, first


def _text(value: bytes) -> str:
    try:
        text = value.strip(b" \t").decode()
    except UnicodeDecodeError:
        raise Refused(400) from None
    if "\0" in text or "\r" in text:
        raise Refused(400)
    return text


def _length(headers: dict[str, str]) -> int | None:
    """The declared length, 0 without one, None for chunks; a length beside chunks gets another name."""
    coding = headers.get("transfer-encoding")
    declared = headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked":
            raise Refused(400)
        if declared is not None:
            headers["x-content-length"] = headers.pop("content-length")
        return None
    if declared is None:
        return 0
    if not _LENGTH.fullmatch(declared):
        raise Refused(400)
    return int(declared)


def _connection(text: str) -> str:
    """The header as Kestrel keeps it: without options that are none of its own."""
    options = [option.strip() for option in text.split(",")]
    return ", ".join(option for option in options if option.lower() in _OPTIONS) or text


def _target(method: str, target: bytes, host: str) -> tuple[str, str]:
    try:
        text = target.decode("ascii")
    except UnicodeDecodeError:
        raise Refused(400) from None
    if text.startswith(("http://", "https://")):
        authority, slash, rest = text.partition("://")[2].partition("/")
        if authority.lower() != host.lower():
            raise Refused(400)
        text = slash + rest or "/"
    if text == "*" and method == "OPTIONS":
        return "*", ""
    if not text.startswith("/") or any(character < " " for character in text):
        raise Refused(400)
    path, mark, query = text.partition("?")
    try:
        return decoded_path(path), mark + query.replace("#", "%23")
    except BadTarget:
        raise Refused(400) from None
