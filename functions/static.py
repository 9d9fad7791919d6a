"""Files of pages: served by name from a fixed list, cached by the browser, and without a key, as they hold no data."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import azure.functions as func

from functions.pages import FILES, FOLDER

_KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
# Pages load nothing from other servers and cannot be framed; Swagger UI writes inline styles.
_PAGE = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def blueprint() -> func.Blueprint:
    """The route `static/{file}` for the files of pages."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="static/{file}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    def static(req: func.HttpRequest) -> func.HttpResponse:
        return file(req, req.route_params["file"])

    return bp


def file(req: func.HttpRequest, name: str, *, page: bool = False) -> func.HttpResponse:
    """The listed file with its ETag; 304 when the caller has it, 404 for every other name.

    Browsers revalidate a `page` and the project's own files each time, so that all are of one release; libraries,
    which change with their pins, are cached for an hour.
    """
    place = FILES.get(name)
    content = _content(place) if place else None
    if place is None or content is None:
        return func.HttpResponse("There is no such file.", status_code=404, mimetype="text/plain")
    age = "no-cache" if page or not place.startswith("vendor/") else "public, max-age=3600"
    headers = {"etag": content[0], "cache-control": age, **_PAGE}
    if req.headers.get("if-none-match") == content[0]:
        return func.HttpResponse(status_code=304, headers=headers)
    return func.HttpResponse(content[1], status_code=200, headers=headers, mimetype=_KINDS[Path(place).suffix])


@cache
def _content(place: str) -> tuple[str, bytes] | None:
    path = FOLDER / place
    if not path.is_file():
        return None
    content = path.read_bytes()
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"', content
