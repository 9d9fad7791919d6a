"""The dashboard as one HTML file: the page, its scripts and styles, and the data, without any network."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from functions.pages import FILES, FOLDER
from shared.core.errors import Fault, Missing
from shared.operations.views import ViewQuery, view
from shared.operations.views.files import card, report
from shared.ports import Ports

# The file has the details of this many entries of each list; the lists are complete.
DETAILS = 5
_SCENARIO_PAGES = ("datasets", "runs", "models", "compare", "releases", "predictions", "monitoring", "lineage")
_POLICY = "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data:"
_IMPORT = re.compile(r"""(from\s+)"\./(dashboard-[a-z]+\.js)\"""")
_MODULES = "dashboard-app.js"


def dashboard_html(ports: Ports) -> str:
    """The whole page as text, with the current data."""
    pages = {
        json.dumps([page, *sorted(query.items())], separators=(",", ":")): value for page, query, value in _pages(ports)
    }
    data = {"at": ports.core.clock().isoformat(), "pages": pages}
    head = [
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f'<link rel="icon" href="{_url("dashboard-icon.svg", "image/svg+xml")}">',
        *(f"<style>{_text(name)}</style>" for name in ("uplot.css", "dashboard.css")),
        f'<script type="application/json" id="export-data">{_inert(json.dumps(data, separators=(",", ":")))}</script>',
        f"<script>{_text('dashboard-theme.js')}</script>",
        f"<script>{_text('uplot.js')}</script>",
        f'<script type="importmap">{_inert(json.dumps({"imports": _imports()}))}</script>',
    ]
    page = re.sub(r"\n<link [^>]*>|\n<script [^>]*></script>", "", _text("dashboard.html"))
    start = f'<script type="module">import "{_MODULES}";</script>\n</body>'
    return page.replace("</head>", "\n".join(head) + "\n</head>").replace("</body>", start)


def _pages(ports: Ports) -> Iterator[tuple[str, dict[str, str], Any]]:
    """Every query that the page can make, with its answer."""
    yield "overview", {}, view(ports, "overview", {})
    yield "history", {}, view(ports, "history", {})
    for name in sorted(ports.core.scenarios):
        yield from _of_scenario(ports, {"scenario": name})


def _of_scenario(ports: Ports, query: dict[str, str]) -> Iterator[tuple[str, dict[str, str], Any]]:
    first = {page: view(ports, page, query) for page in _SCENARIO_PAGES}
    for page, value in first.items():
        yield page, query, value
    for page, list_of, key, parameter in (
        ("datasets", "versions", "id", "dataset"),
        ("runs", "runs", "id", "run"),
        ("models", "versions", "version", "version"),
        ("predictions", "windows", "window", "window"),
    ):
        for item in first[page][list_of][:DETAILS]:
            detail = {**query, parameter: str(item[key])}
            yield page, detail, view(ports, page, detail)
            yield from _attachments(ports, page, detail)
    for names in first["lineage"]["offered"].values():
        for detail in ({**query, "of": name} for name in names[:DETAILS]):
            yield "lineage", detail, view(ports, "lineage", detail)
    for reference in first["monitoring"]["windows"]["references"]:
        detail = {**query, "reference": reference}
        yield "monitoring", detail, view(ports, "monitoring", detail)


def _attachments(ports: Ports, page: str, query: dict[str, str]) -> Iterator[tuple[str, dict[str, str], Any]]:
    if page == "predictions":
        yield "actuals", query, view(ports, "actuals", query)
    if page not in ("datasets", "models"):
        return
    name, make = ("report.html", report) if page == "datasets" else ("card.html", card)
    try:
        yield name, query, make(ports, ViewQuery(query))
    except Missing:
        return


def _imports() -> Mapping[str, str]:
    """Each module under its bare name: a module in a data URL cannot name its neighbours by a path."""
    modules = [name for name in FILES if name.startswith("dashboard-") and name.endswith(".js")]
    return {name: _url(name, "text/javascript") for name in modules if name != "dashboard-theme.js"}


def _url(name: str, kind: str) -> str:
    content = _IMPORT.sub(r'\1"\2"', _text(name)) if name.endswith(".js") else _text(name)
    return f"data:{kind};base64,{base64.b64encode(content.encode()).decode()}"


def _text(name: str) -> str:
    try:
        return (FOLDER / FILES[name]).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Fault(f"{name} is missing; fetch it with: python -m local.tools.vendor") from error


def _inert(text: str) -> str:
    """JSON in which an HTML parser sees no markup."""
    return text.replace("<", "\\u003c")
