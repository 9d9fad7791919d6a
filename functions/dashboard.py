"""The dashboard: a page without data that is open to everyone, and its data, which needs a key.

A browser cannot send a header when it opens a page. So the page, its script and its style are static files without
data of the installation; the script asks for the key, keeps it for the session and sends it as `x-functions-key`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import azure.functions as func

from functions.answering import answered
from functions.static import file

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports

# A downloaded file is data: opened on its own, it may run no script.
_GUARDS = {
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """The page, and one route per page for its data."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="dashboard", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    def dashboard(req: func.HttpRequest) -> func.HttpResponse:
        return file(req, "dashboard.html", page=True)

    @bp.route(route="dashboard/{page}", methods=["GET"])
    def dashboard_page(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: _page(req, ports()))

    return bp


def _page(req: func.HttpRequest, ports: Ports) -> func.HttpResponse:
    from shared.operations.views import ViewQuery, view
    from shared.operations.views.files import FILES

    page = req.route_params["page"]
    if page in FILES:
        make, kind = FILES[page]
        return func.HttpResponse(make(ports, ViewQuery(req.params)), mimetype=kind, headers=_GUARDS)
    text = json.dumps(view(ports, page, req.params), separators=(",", ":"))
    return func.HttpResponse(text, mimetype="application/json", headers=_GUARDS)
