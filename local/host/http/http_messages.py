"""Reads the parts of an HTTP request that a function gets, and makes the response of what a function returns."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from local.host.protocol import Record

_PLAIN_HOST = re.compile(r"[a-z0-9.-]+(:\d{1,4})?")


_PLAIN_PATH = re.compile(r"(/[\w-]+)+", re.ASCII)


def offered_keys(request: Request) -> list[str]:
    """The keys that the request offers: in a header, in the query, or as a bearer token."""
    kind, _, bearer = request.headers.get("authorization", "").partition(" ")
    query = request.query_params if request.scope["query_string"] else {}
    keys = [request.headers.get("x-functions-key"), query.get("code")]
    keys += [bearer.strip()] if kind.lower() == "bearer" else []
    return [key for key in keys if key]


def headers_of(request: Request) -> dict[str, str]:
    """Each header once, the first value of a repeated one, read in one pass."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(request.headers.raw)}


def url_of(request: Request) -> str:
    """The requested URL; joined directly when host and path hold no special characters, which is faster."""
    host, path = request.headers.get("host", ""), request.scope["path"]
    if request.scope["query_string"] or not _PLAIN_HOST.fullmatch(host) or not _PLAIN_PATH.fullmatch(path):
        return str(request.url)
    return f"{request.scope['scheme']}://{host}{path}"


def response_of(value: Record | None) -> Response:
    """The function's answer: an HTTP response, a text, or nothing."""
    kind = value.WhichOneof("data") if value is not None else None
    if value is None or kind is None:
        return Response(status_code=204)
    if kind != "http":
        return PlainTextResponse(getattr(value, kind))
    http = value.http
    response = Response(http.body.bytes if http.body else b"", int(http.status_code), dict(http.headers))
    for cookie in http.cookies or ():
        _set_cookie(response, cookie)
    return response


def _set_cookie(response: Response, cookie: Record) -> None:
    def plain(name: str) -> Any:
        part = getattr(cookie, name)
        return None if part is None else part.value

    parts = [f"{cookie.name}={cookie.value}"]
    parts += [f"{label}={plain(name)}" for label, name in (("Path", "path"), ("Domain", "domain")) if plain(name)]
    if plain("max_age") is not None:
        parts.append(f"Max-Age={int(plain('max_age'))}")
    parts += [label for label, name in (("Secure", "secure"), ("HttpOnly", "http_only")) if plain(name)]
    same_site = {1: "Lax", 2: "Strict", 3: "None"}.get(cookie.same_site)
    if same_site:
        parts.append(f"SameSite={same_site}")
    response.raw_headers.append((b"set-cookie", "; ".join(parts).encode("latin-1")))
