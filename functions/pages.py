"""The files of the pages, and where they are stored."""

from __future__ import annotations

from pathlib import Path

DASHBOARD = (
    "dashboard.html",
    "dashboard.css",
    "dashboard-icon.svg",
    "dashboard-theme.js",
    "dashboard-app.js",
    "dashboard-pages.js",
    "dashboard-api.js",
    "dashboard-charts.js",
    "dashboard-dom.js",
    "dashboard-dialog.js",
    "dashboard-svg.js",
    "dashboard-overview.js",
    "dashboard-datasets.js",
    "dashboard-runs.js",
    "dashboard-models.js",
    "dashboard-compare.js",
    "dashboard-releases.js",
    "dashboard-predictions.js",
    "dashboard-monitoring.js",
    "dashboard-lineage.js",
    "dashboard-history.js",
)
FOLDER = Path(__file__).resolve().parent / "static"
# From the name in the URL to the file's path: no other file can be requested.
FILES = {
    "docs.html": "docs.html",
    "docs.css": "docs.css",
    "docs.js": "docs.js",
    "swagger-ui.js": "vendor/swagger-ui.js",
    "swagger-ui.css": "vendor/swagger-ui.css",
    "uplot.js": "vendor/uplot.js",
    "uplot.css": "vendor/uplot.css",
    **{name: name for name in DASHBOARD},
}
