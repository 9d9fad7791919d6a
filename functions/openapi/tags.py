"""The groups of routes, in the order that pages show them."""

from __future__ import annotations

from functions.names import Route

TAGS = {
    "score": "Predictions, and why they are what they are.",
    "inference": "Predictions by the Open Inference Protocol.",
    "labels": "What turned out to be true of predictions.",
    "training": "Training runs and their schedules.",
    "releases": "Approvals, the state of releases, and the way back.",
    "operations": "What people decide: baselines, failed work that is tried again or acknowledged.",
    "state": "Whether the app answers, and how every scenario stands.",
    "dashboard": "The dashboard and its data.",
    "documentation": "This document, and pages to read it.",
}
# By the first word of a path.
_OF = {
    "score": "score", "trace": "score", "v2": "inference", "actuals": "labels", "pipelines": "training",
    "approvals": "releases", "releases": "releases", "deployments": "releases", "health": "state", "status": "state",
    "baselines": "operations", "replays": "operations", "acknowledgements": "operations",
    "dashboard": "dashboard", "docs": "documentation", "openapi.json": "documentation", "static": "documentation",
}  # fmt: skip


def tag_of(route: Route) -> str:
    """The group of the route."""
    return _OF[route.path.split("/")[0]]
