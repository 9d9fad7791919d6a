"""The writes of the adapters of Azure ML, one by one: the call that makes it, and what stands there after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from azureml_double import ROOT, AzureMl
from azureml_serving import ENDPOINT, furnish, serving_at, show, version
from azureml_training import code_digest, publish_tiny, tiny_job, upload_code
from fault_proxy import FaultProxy, Match, Request

from shared.adapters.azureml.models import AzureMlModels
from shared.adapters.azureml.trainer import AzureMlTrainer
from shared.adapters.files.folder_lake import FolderLake
from shared.core.errors import Transient
from shared.release.traffic import Traffic
from shared.training.run import Run

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RUN = Run("points-d1-1a2b3c4d", "points", "d1", "r", "requested", 1, "", NOW, NOW)
V1, V2, V3 = (version(number) for number in (1, 2, 3))


class Workspace:
    """Each adapter on a workspace behind the proxy; what is kept there is looked at from the other side."""

    def __init__(self, service: AzureMl, proxy: FaultProxy, client: MLClient, home: Path) -> None:
        self.service, self.proxy, self.client = service, proxy, client
        self.models = AzureMlModels(lambda: client)
        self.serving = serving_at(client)
        self.trainer = AzureMlTrainer(lambda: client, FolderLake(home), lambda _, *at: tiny_job(client, *at))
        self._digest = code_digest()

    def reset(self) -> None:
        """Nothing there but what was published and registered; what endpoints are asked for takes its time."""
        self.proxy.heal()
        self.proxy.drop()
        self.service.resources.clear()
        self.service.asked.clear()
        self.service.put("/computes/cpu-cluster", {"properties": {"computeType": "AmlCompute", "properties": {}}})
        furnish(self.service)
        show(self.service, V1, V2)
        publish_tiny(self.service)
        upload_code(self.service, self._digest)
        self.service.endpoints.operations.clear()
        self.service.endpoints.slow = True

    def again(self, act: Callable[[Workspace], object], rounds: int = 6) -> None:
        """Repeat what passes, as queues and sweeps do; by then the service has done what it was asked for."""
        for _ in range(rounds):
            try:
                act(self)
            except Transient:
                self.service.endpoints.finish()
                continue
            self.service.endpoints.finish()
            return
        raise AssertionError(f"not done after {rounds} rounds")

    def settle(self, write: Write) -> None:
        """Wait until what was held up on its way has arrived, though nobody waits for its answer any more."""
        sent = sum(write.it(Request(line.encode())) for line in self.proxy.requests)
        ended = time.monotonic() + 10
        while sum(one == (write.method, f"{ROOT}{write.path}") for one in self.service.asked) < sent:
            assert time.monotonic() < ended
            time.sleep(0.01)
        self.service.endpoints.finish()

    def kept(self, kind: str) -> list[str]:
        """What the service keeps of a kind."""
        return self.service.names(kind)

    def tags(self, path: str) -> dict[str, str]:
        """The tags of a resource."""
        resource = self.service.resources[ROOT + path]
        return dict(resource["properties"].get("tags") or {})


@dataclass(frozen=True, slots=True)
class Write:
    """One write of an adapter: its request, the call that makes it, what goes before, and what stands there after."""

    method: str
    path: str
    act: Callable[[Workspace], object]
    proof: Callable[[Workspace], object]
    stands: object
    before: Callable[[Workspace], object] = lambda _: None

    @property
    def it(self) -> Match:
        """Takes this request; another one may have a longer path."""

        def match(one: Request) -> bool:
            method, _, target = one.line.partition(" ")
            return method == self.method and target.partition("?")[0].endswith(self.path)

        return match


def submitted(workspace: Workspace) -> object:
    """Data assets and jobs."""
    return workspace.kept("data"), workspace.kept("jobs")


def served(workspace: Workspace) -> object:
    """Endpoints, their deployments, and what is sent where."""
    endpoints = workspace.service.endpoints
    return endpoints.names(), endpoints.deployments(ENDPOINT), endpoints.traffic(ENDPOINT)[0]


def deployed(workspace: Workspace) -> None:
    """Version 1."""
    workspace.serving.deploy("prod", V1)


def endpoint_made(workspace: Workspace) -> None:
    """An endpoint without a version."""
    with pytest.raises(Transient, match="was requested"):
        deployed(workspace)
    workspace.service.endpoints.finish()


def routed(workspace: Workspace, number: int = 1) -> None:
    """Everything to one version."""
    workspace.serving.route("points", "prod", Traffic({number: 100}))


def two_deployed(workspace: Workspace) -> None:
    """Versions 1, which is asked, and 2, which is not."""
    workspace.service.endpoints.slow = False
    for act in (deployed, lambda one: one.serving.deploy("prod", V2), routed):
        workspace.again(act)
    workspace.service.endpoints.operations.clear()
    workspace.service.endpoints.slow = True


AT, JOB = f"/onlineEndpoints/{ENDPOINT}", f"/jobs/{RUN.attempt_name}"
SUBMITTED = (["points/d1"], [RUN.attempt_name])
WRITES = {
    "dataset": Write("PUT", "/data/points/versions/d1", lambda one: one.trainer.submit(RUN), submitted, SUBMITTED),
    "job": Write("PUT", JOB, lambda one: one.trainer.submit(RUN), submitted, SUBMITTED),
    "cancel": Write(
        "POST",
        f"{JOB}/cancel",
        lambda one: one.trainer.cancel(RUN),
        lambda one: one.trainer.alive(RUN),
        stands=False,
        before=lambda one: one.trainer.submit(RUN),
    ),
    "model": Write(
        "PUT",
        "/models/points/versions/3",
        lambda one: one.models.show(V3),
        lambda one: (one.kept("models"), one.tags("/models/points/versions/3")["sha256"]),
        (["points/1", "points/2", "points/3"], V3.sha256),
    ),
    "verdict": Write(
        "PUT",
        "/models/points/versions/3",
        lambda one: one.models.mark(V3, "accepted"),
        lambda one: (one.kept("models"), one.tags("/models/points/versions/3")["state"]),
        (["points/1", "points/2", "points/3"], "accepted"),
        before=lambda one: one.models.show(V3),
    ),
    "endpoint": Write("PUT", AT, deployed, served, ([ENDPOINT], ["v01"], {})),
    "deployment": Write(
        "PUT", f"{AT}/deployments/v01", deployed, served, ([ENDPOINT], ["v01"], {}), before=endpoint_made
    ),
    "traffic": Write(
        "PUT",
        AT,
        lambda one: routed(one, 2),
        served,
        ([ENDPOINT], ["v01", "v02"], {"v02": 100}),
        before=two_deployed,
    ),
    "retirement": Write(
        "DELETE",
        f"{AT}/deployments/v02",
        lambda one: one.serving.retire("points", "prod", frozenset({1})),
        served,
        ([ENDPOINT], ["v01"], {"v01": 100}),
        before=two_deployed,
    ),
}
