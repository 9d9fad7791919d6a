"""Answers as bytes, in the form of Kestrel, the web server of the Functions host."""

from __future__ import annotations

import http
import re
import time
from email.utils import formatdate
from functools import lru_cache

from local.host.http.messages import Answer

_VALUE = re.compile(r"[\t\x20-\x7e]*")
_BARE = frozenset({101, 204, 304})
# The server sets these unless the function did.
_SERVER = "Kestrel"
_CHUNKED = "Transfer-Encoding"


class Unsendable(ValueError):
    """The answer cannot be sent as it is."""


def wire(answer: Answer, *, method: str = "GET", modern: bool = True, close: bool = False) -> tuple[bytes, bool]:
    """The bytes of an answer, and whether the connection can go on after it; Unsendable for impossible headers."""
    own = {name.lower(): value for name, value in answer.headers}
    if not all(map(_VALUE.fullmatch, own.values())):
        raise Unsendable("a header's value has characters that no header takes")
    if "transfer-encoding" in own:
        # What the function declares is not done: its body goes out as it is.
        return _head(answer, own, (), close=True) + answer.body, False
    if "content-length" in own:
        length = int(own["content-length"])
        if length < len(answer.body):
            raise Unsendable("the declared length is too short")
        return _head(answer, own, (), close=close) + answer.body, length == len(answer.body)
    framing, body = _framed(answer, method, modern=modern)
    return _head(answer, own, framing, close=close) + body, True


def _framed(answer: Answer, method: str, *, modern: bool) -> tuple[tuple[tuple[str, str], ...], bytes]:
    if answer.status in _BARE:
        return (), b""
    if method == "HEAD":
        return (), b""
    if not answer.body or answer.status == http.HTTPStatus.RESET_CONTENT:
        return (("Content-Length", "0"),), b""
    if answer.sized:
        return (("Content-Length", str(len(answer.body))),), answer.body
    if not modern:
        return (), answer.body
    return ((_CHUNKED, "chunked"),), b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer.body), answer.body)


def _head(answer: Answer, own: dict[str, str], framing: tuple[tuple[str, str], ...], *, close: bool) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}", *map(": ".join, answer.headers)]
    lines += map(": ".join, framing)
    if close and "connection" not in own:
        lines.append("Connection: close")
    if "date" not in own:
        lines.append(f"Date: {_date(int(time.time()))}")
    if "server" not in own:
        lines.append(f"Server: {_SERVER}")
    return "\r\n".join([*lines, "", ""]).encode()


@lru_cache(maxsize=128)
def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
