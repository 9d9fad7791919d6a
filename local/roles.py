"""The roles that each identity needs: one table for infrastructure, doctor and docs/security.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.core.messages import POISON


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

# The sweep looks how long messages wait, in the queues of the other apps as well.
_LOOKS = "ingest"

NEEDS = (
    # The platform keeps an app's package, locks and diagnostics in an account of that app alone.
    *(Need(app, role, "own host storage") for app in _APPS for role in _HOST),
    # Who works a queue off also reads what failed too often.
    *(
        Need(app, "Storage Queue Data Contributor", f"queue {name}")
        for queue, app in _WORKS.items()
        for name in (queue, f"{queue}{POISON}")
    ),
    *(Need(app, "Storage Queue Data Message Sender", f"queue {queue}") for app, queue in _SENDS),
    *(
        Need(_LOOKS, "Storage Queue Data Reader", f"queue {name}")
        for queue, app in _WORKS.items()
        if app != _LOOKS
        for name in (queue, f"{queue}{POISON}")
    ),
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
    # Who releases signs; verifying needs the public part, which the same role reads.
    Need("deploy", "MLOps signer", "signing key"),
    # Any app may plan a due window.
    *(Need(app, "Viewer", "data explorer database") for app in _APPS),
)

# What a parameter of the templates adds: jobs that score large windows are submitted by the app that works windows off.
ENGINE = "MLOPS_SCORING_ENGINE"
ENGINE_NEEDS = (Need("score", "MLOps trainer", "workspace"),)


def needs(environ: Mapping[str, str]) -> tuple[Need, ...]:
    """Every need of an environment that is deployed with these variables."""
    engine = environ.get(ENGINE) or "process"
    return NEEDS if engine == "process" else (*NEEDS, *ENGINE_NEEDS)


def roles_on(scope: str) -> tuple[str, ...]:
    """The roles that some identity needs on that scope, in the table's order."""
    return tuple(dict.fromkeys(need.role for need in NEEDS if need.scope == scope))


# The end of a scope's id, without the environment's name and suffix, and what the code calls it.
_PLACES = {
    r"storageAccounts/sthosti\w+": "own host storage",
    r"storageAccounts/sthostd\w+": "own host storage",
    r"storageAccounts/sthosts\w+": "own host storage",
    r"storageAccounts/stqueue\w+": "queues",
    r"storageAccounts/stqueue\w+/queueServices/default/queues/([\w-]+)": r"queue \1",
    r"storageAccounts/stdata\w*/blobServices/default/containers/mlops": "lake",
    r"storageAccounts/stdata\w*/blobServices/default/containers/deadletters": "dead letters",
    r"storageAccounts/stml\w+": "workspace storage: whole account",
    r"vaults/kv[ids]\w+": "own key vault",
    r"vaults/kva\w+": "settings vault",
    r"vaults/kva\w+/keys/signing": "signing key",
    r"components/appi-mlops-[\w-]+": "application insights",
    r"topics/evgt-mlops-[\w-]+": "events topic",
    r"workspaces/mlw-mlops-[\w-]+": "workspace",
    r"registries/crmlops\w+": "container registry",
}


def place_of(scope: str) -> str:
    """What the table calls the resource of that id; the id itself where it has no word."""
    for pattern, name in _PLACES.items():
        if found := re.search(rf"/{pattern}$", scope, re.IGNORECASE):
            return found.expand(name)
    return scope
