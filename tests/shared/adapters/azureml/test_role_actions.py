"""What the adapters ask of a workspace, as actions of Azure's roles: each is granted to the app that asks."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from azureml_double import ROOT, AzureMl
from azureml_serving import ENDPOINT, furnish, serving_at, show, version
from azureml_training import publish_tiny, tiny_job
from azureml_writes import RUN
from infra.snapshot import needs_compiler, of_main

from local.roles import NEEDS
from shared.adapters.azureml.models import AzureMlModels
from shared.adapters.azureml.trainer import AzureMlTrainer
from shared.adapters.files.folder_lake import FolderLake
from shared.core.errors import Transient
from shared.release.traffic import Traffic

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

pytestmark = needs_compiler
SPACE = "Microsoft.MachineLearningServices/workspaces"
VERBS = {"GET": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}
# What the service looks at in the caller's name: what a job or endpoint is made of, and the newest version of a name.
_MADE_OF = {f"{SPACE}/{one}" for one in ("codes/versions/read", "environments/read", "environments/versions/read")}
_JOBS = ("computes/read", "data/versions/read", "datastores/read", "experiments/read", "experiments/runs/read")
UNSEEN = {
    "MLOps trainer": {f"{SPACE}/{one}" for one in (*_JOBS, "experiments/runs/write", "models/read")} | _MADE_OF,
    # The log of a deployment that failed is told.
    "MLOps deployer": {f"{SPACE}/models/read", f"{SPACE}/onlineEndpoints/deployments/getLogs/action"} | _MADE_OF,
    "MLOps registry reader": {f"{SPACE}/models/read"},
}
# What the code of a job must not do.
DENIED = (
    "jobs/write",
    "data/versions/write",
    "models/versions/write",
    "components/versions/write",
    "codes/versions/write",
    "environments/write",
    "environments/readSecrets/action",
    "onlineEndpoints/write",
    "datastores/listSecrets/action",
)


def granted(role: str) -> list[str]:
    """The actions of a role of the template."""
    definitions = of_main().of("Microsoft.Authorization/roleDefinitions")
    (found,) = [one["properties"] for one in definitions if one["properties"]["roleName"].startswith(f"{role} (")]
    return list(found["permissions"][0]["actions"])


def action(method: str, path: str) -> str:
    """The action that Azure's authorization looks for."""
    if path == ROOT:
        return f"{SPACE}/{VERBS[method]}"
    parts = path.removeprefix(f"{ROOT}/").split("/")
    kinds, verb = parts[0::2], VERBS.get(method, "")
    if method == "POST":
        return f"{SPACE}/{'/'.join(parts[0:-1:2])}/{parts[-1]}/action"
    return f"{SPACE}/{'/'.join(kinds)}/{verb}"


def actions(service: AzureMl) -> set[str]:
    """All that were asked for; the state of an operation is read with the right that began it."""
    return {action(method, path) for method, path in service.asked if "/operations/" not in path}


def refused(wanted: Iterable[str], role: str) -> list[str]:
    """Those that the role does not grant."""
    return sorted(one for one in wanted if not any(fnmatch.fnmatchcase(one, given) for given in granted(role)))


def trained(service: AzureMl, client: MLClient, home: Path) -> None:
    """A run is submitted, looked at, cancelled, and its model registered and judged."""
    publish_tiny(service)
    trainer = AzureMlTrainer(lambda: client, FolderLake(home), lambda _, *at: tiny_job(client, *at))
    trainer.submit(RUN)
    trainer.cancel(RUN)
    models = AzureMlModels(lambda: client)
    models.show(version(1))
    models.mark(version(1), "verified")


def deployed(service: AzureMl, client: MLClient) -> None:
    """A version goes to an endpoint, gets the traffic, and another takes its place."""
    furnish(service)
    show(service, version(1), version(2))
    serving = serving_at(client)
    for number in (1, 2):
        for _ in range(6):
            try:
                serving.deploy("prod", version(number))
                break
            except Transient:
                service.endpoints.finish()
    serving.route("points", "prod", Traffic({1: 90, 2: 10}))
    assert len(service.endpoints.deployments(ENDPOINT)) == 2
    serving.route("points", "prod", Traffic({2: 100}))
    serving.retire("points", "prod", frozenset({2}))


def test_the_trainer_may_do_what_training_asks(service: AzureMl, client: MLClient, tmp_path: Path) -> None:
    """Every request of a run and its model."""
    trained(service, client, tmp_path)
    assert refused(actions(service), "MLOps trainer") == []


def test_the_deployer_may_do_what_deploying_asks(service: AzureMl, client: MLClient) -> None:
    """Every request of two versions at an endpoint."""
    deployed(service, client)
    assert refused(actions(service), "MLOps deployer") == []


@pytest.mark.parametrize("role", UNSEEN)
def test_a_role_grants_nothing_that_nobody_asks_for(
    role: str, service: AzureMl, client: MLClient, tmp_path: Path
) -> None:
    """Each action is asked for by an adapter, or by the service in its name; no pattern stands for more."""
    trained(service, client, tmp_path)
    deployed(service, client)
    asked = actions(service) | UNSEEN[role]
    assert [one for one in granted(role) if not any(fnmatch.fnmatchcase(each, one) for each in asked)] == []
    assert [one for one in granted(role) if re.search(r"/\*/", one)] == []


def test_job_code_only_reads_data_and_writes_metrics() -> None:
    """The identity of the cluster cannot submit a job, register a model or read a secret."""
    (role,) = {need.role for need in NEEDS if (need.identity, need.scope) == ("compute", "workspace")}
    given = granted(role)
    for denied in DENIED:
        assert refused([f"{SPACE}/{denied}"], role) == [f"{SPACE}/{denied}"]
    assert refused([f"{SPACE}/metrics/x/write", f"{SPACE}/experiments/runs/write"], role) == [], given
