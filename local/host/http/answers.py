"""Makes the HTTP answer of what a function returned, as the Functions host does."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from local.host.http.messages import TEXT, Answer
from local.host.plain_values import rewritten
from local.host.protocol import Record

FAILED = Answer(500)
_SAME_SITE = {1: "lax", 2: "strict", 3: "none"}
_HIGHEST = 999_999


def answer_of(value: Record | None) -> Answer:
    """The answer: a response, or a text, which is written anew when it is JSON; all else is a failure."""
    kind = value.WhichOneof("data") if value is not None else None
    if value is None or kind is None:
        return FAILED
    if kind == "http":
        return _response(value.http)
    if kind != "string":
        return FAILED
    text = rewritten(value.string)
    return FAILED if text is None else Answer(200, text.encode(), (("Content-Type", TEXT),))


def _response(http: Record) -> Answer:
    headers = [(name, value) for name, value in http.headers.items() if value or name.lower() != "content-type"]
    headers += [("Set-Cookie", _cookie(cookie)) for cookie in http.cookies or ()]
    return Answer(_status(http.status_code), http.body.bytes if http.body else b"", tuple(headers))


def _status(text: Any) -> int:
    try:
        status = int(text)
    except ValueError:
        return 200
    return status if abs(status) <= _HIGHEST else 200


def _cookie(cookie: Record) -> str:
    def plain(name: str) -> Any:
        part = getattr(cookie, name, None)
        return None if part is None else part.value

    parts = [f"{cookie.name}={quote(cookie.value, safe='')}"]
    if plain("expires") is not None:
        parts.append(f"expires={_http_date(plain('expires'))}")
    if plain("max_age") is not None:
        parts.append(f"max-age={int(plain('max_age'))}")
    parts += [f"domain={plain('domain') or ''}", f"path={plain('path') or ''}"]
    parts += ["secure"] if plain("secure") else []
    if cookie.same_site in _SAME_SITE:
        parts.append(f"samesite={_SAME_SITE[cookie.same_site]}")
    parts += ["httponly"] if plain("http_only") else []
    return "; ".join(parts)


def _http_date(seconds: Any) -> str:
    from email.utils import formatdate

    return formatdate(getattr(seconds, "seconds", seconds), usegmt=True)
