"""The roles that each identity needs: one table for infrastructure, doctor and docs/security.md."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """A role that an identity (ingest, deploy, score or compute) needs on a scope."""

    identity: str
    role: str
    scope: str


_APPS = ("ingest", "deploy", "score")
_LAKE = "Storage Blob Data Contributor"
_HOST = ("Storage Blob Data Owner", "Storage Table Data Contributor")
_WORKS = {"data-events": "ingest", "monitor-scenarios": "ingest", "model-events": "deploy", "predict-windows": "score"}
_SENDS = (("ingest", "predict-windows"), ("ingest", "model-events"), ("deploy", "predict-windows"))

NEEDS = (
    # The platform keeps an app's package, locks and diagnostics in an account of that app alone.
    *(Need(app, role, "own host storage") for app in _APPS for role in _HOST),
    # Who works a queue off also reads what failed too often.
    *(
        Need(app, "Storage Queue Data Contributor", f"queue {name}")
        for queue, app in _WORKS.items()
        for name in (queue, f"{queue}-poison")
    ),
    *(Need(app, "Storage Queue Data Message Sender", f"queue {queue}") for app, queue in _SENDS),
    # The sweep tells how long the queues are.
    Need("ingest", "Storage Queue Data Reader", "queues"),
    *(Need(app, "Key Vault Secrets Officer", "own key vault") for app in _APPS),
    *(Need(app, "Key Vault Secrets User", "settings vault") for app in _APPS),
    *(Need(app, "Monitoring Metrics Publisher", "application insights") for app in _APPS),
    *(Need(app, "EventGrid Data Sender", "events topic") for app in _APPS),
    *(Need(identity, _LAKE, "lake") for identity in (*_APPS, "compute")),
    Need("ingest", _LAKE, "dead letters"),
    # A training job's code and inputs go through the workspace's own storage.
    Need("ingest", _LAKE, "workspace storage: whole account"),
    Need("compute", _LAKE, "workspace storage: whole account"),
    Need("ingest", "MLOps trainer", "workspace"),
    Need("compute", "MLOps job", "workspace"),
    Need("deploy", "MLOps deployer", "workspace"),
    Need("score", "MLOps registry reader", "workspace"),
    Need("compute", "AcrPull", "container registry"),
    # Any app may plan a due window.
    *(Need(app, "Viewer", "data explorer database") for app in _APPS),
)


def roles_on(scope: str) -> tuple[str, ...]:
    """The roles that some identity needs on that scope, in the table's order."""
    return tuple(dict.fromkeys(need.role for need in NEEDS if need.scope == scope))
