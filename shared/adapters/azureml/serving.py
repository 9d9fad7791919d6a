"""Serving by managed online endpoints: one per scenario and environment, one deployment per version.

No call waits for the service: it starts what takes minutes, and the caller repeats the call until it is done.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.adapters.azureml.faults import explained
from shared.core.addresses import WorkspaceAddress
from shared.core.errors import Conflict, Fault, Missing, Refused, Transient
from shared.release.endpoint_names import Machines, deployment_name, endpoint_name, version_of
from shared.release.traffic import Traffic
from shared.training.model import Model

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

ROLE = "MLOps deployer"
ENTRY = "model_training/online_entry.py"
# The service mirrors requests to one deployment only, and at most this percentage.
MOST_MIRRORED = 50
_READY, _FAILED = "Succeeded", frozenset({"Failed", "Canceled"})
_LOG_LINES, _LOG_END = 50, 300


@dataclass(frozen=True, slots=True)
class Hosting:
    """What deployments are made from; `code` returns the published environment of this code, `name:version`."""

    place: WorkspaceAddress
    machines: Machines
    code: Callable[[], str]


class AzureMlServing:
    """Port `ServingTarget` on managed online endpoints, through Microsoft's SDK."""

    def __init__(self, client: Callable[[], MLClient], hosting: Hosting) -> None:
        self._client = client
        self._hosting = hosting

    def deploy(self, environment: str, model: Model) -> None:
        """Start what is missing; Transient until the service reports it ready, Refused with the reason when it failed.

        A failed deployment is deleted, so that the next call tries again.
        """
        endpoint = self._endpoint_name(model.name, environment)
        self._endpoint_ready(endpoint, model.name, environment)
        found = self._deployment(endpoint, model.version)
        if found is None:
            self._start(endpoint, model)
            raise Transient(f"{model.id} was requested at {endpoint} and is not ready yet.")
        if (found.tags or {}).get("sha256") != model.sha256:
            raise Conflict(f"{endpoint}/{found.name} was made from other bytes than {model.id}.")
        state = _state(found)
        if state in _FAILED:
            self._refuse_failed(endpoint, found.name, model)
        if state != _READY:
            raise Transient(f"{model.id} is not ready yet at {endpoint} ({state}).")

    def route(self, scenario: str, environment: str, traffic: Traffic) -> None:
        """Request these shares; the service mirrors at most 50 percent of the requests to a shadow.

        Transient until the endpoint reports them: its state is the proof, not the answer to the request.
        """
        name = self._endpoint_name(scenario, environment)
        with self._calling(f"routing requests of {name}"):
            endpoint = self._client().online_endpoints.get(name)
        endpoint.traffic = _named(traffic.shares)
        endpoint.mirror_traffic = {key: min(share, MOST_MIRRORED) for key, share in _named(traffic.mirror).items()}
        with self._calling(f"routing requests of {name}"):
            self._client().online_endpoints.begin_create_or_update(endpoint)
        if not self.state(scenario, environment).meets(traffic):
            raise Transient(f"{name} has not applied the requested traffic yet.")

    def state(self, scenario: str, environment: str) -> Traffic:
        """Return the shares that the endpoint reports; no traffic when there is no endpoint."""
        endpoint = self._endpoint(self._endpoint_name(scenario, environment))
        if endpoint is None:
            return Traffic()
        return Traffic(_versions(endpoint.traffic), _versions(endpoint.mirror_traffic))

    def retire(self, scenario: str, environment: str, kept: frozenset[int]) -> None:
        """Delete deployments that are not kept and get no requests; deployments of others stay."""
        name = self._endpoint_name(scenario, environment)
        endpoint = self._endpoint(name)
        if endpoint is None:
            return
        # The SDK lists deployments without traffic there too, with a share of 0.
        for deployment, share in endpoint.traffic.items():
            version = version_of(deployment)
            if share or version is None or version in kept or endpoint.mirror_traffic.get(deployment):
                continue
            self._take_down(name, deployment)

    def _endpoint_name(self, scenario: str, environment: str) -> str:
        return endpoint_name(self._hosting.place, scenario, environment)

    def _endpoint_ready(self, name: str, scenario: str, environment: str) -> None:
        found = self._endpoint(name)
        if found is None:
            from azure.ai.ml.entities import ManagedOnlineEndpoint

            tags = {"scenario": scenario, "environment": environment}
            made = ManagedOnlineEndpoint(name=name, auth_mode="aad_token", tags=tags)
            with self._calling(f"making the endpoint {name}"):
                self._client().online_endpoints.begin_create_or_update(made)
            raise Transient(f"The endpoint {name} was requested and is not ready yet.")
        state = _state(found)
        if state in _FAILED and not found.traffic:
            raise Refused(f"The endpoint {name} could not be made ({state}): the workspace says why; delete it there.")
        if state not in {_READY, *_FAILED}:
            raise Transient(f"The endpoint {name} is not ready yet ({state}).")

    def _endpoint(self, name: str) -> Any:
        try:
            with self._calling(f"looking for the endpoint {name}"):
                return self._client().online_endpoints.get(name)
        except Missing:
            return None

    def _deployment(self, endpoint: str, version: int) -> Any:
        try:
            with self._calling(f"looking for version {version} at {endpoint}"):
                return self._client().online_deployments.get(deployment_name(version), endpoint)
        except Missing:
            return None

    def _start(self, endpoint: str, model: Model) -> None:
        from azure.ai.ml.entities import CodeConfiguration, ManagedOnlineDeployment

        environment, code = self._published()
        deployment = ManagedOnlineDeployment(
            name=deployment_name(model.version),
            endpoint_name=endpoint,
            model=f"azureml:{model.name}:{model.version}",
            environment=environment,
            code_configuration=CodeConfiguration(code=code, scoring_script=ENTRY),
            environment_variables={"SCENARIO": model.name, "MODEL_ID": model.id, "MODEL_SHA256": model.sha256},
            instance_type=self._hosting.machines.size,
            instance_count=self._hosting.machines.count,
            tags={"scenario": model.name, "run": model.run, "sha256": model.sha256},
        )
        with self._calling(f"deploying {model.id} to {endpoint}"):
            self._client().online_deployments.begin_create_or_update(deployment)

    def _published(self) -> tuple[str, str]:
        """The ids of the environment and of the code that were published with this code."""
        wanted = self._hosting.code()
        name, _, version = wanted.partition(":")
        try:
            with self._calling(f"looking for the environment {wanted}"):
                found = self._client().environments.get(name, version)
        except Missing as fault:
            how = "python -m model_training.pipeline publish"
            raise Missing(f"The workspace has no environment {wanted}: publish this code first ({how}).") from fault
        code = (found.tags or {}).get("code")
        if not code:
            raise Missing(f"The environment {wanted} has no tag `code`: publish this code again.")
        return str(found.id), str(code)

    def _refuse_failed(self, endpoint: str, deployment: str, model: Model) -> None:
        try:
            with self._calling(f"reading why {model.id} failed at {endpoint}"):
                log = self._client().online_deployments.get_logs(deployment, endpoint, _LOG_LINES)
        except Fault as fault:
            # A deployment that never had a container has no log; it is deleted all the same.
            log = f"(no log: {fault.reason})"
        self._take_down(endpoint, deployment)
        last = re.sub(r"\s+", " ", log).strip()[-_LOG_END:]
        raise Refused(f"{model.id} did not start at {endpoint}; its log ends with: {last}")

    def _take_down(self, endpoint: str, deployment: str) -> None:
        with self._calling(f"deleting {deployment} of {endpoint}"):
            self._client().online_deployments.begin_delete(deployment, endpoint)

    @contextmanager
    def _calling(self, what: str) -> Iterator[None]:
        """Turn errors of the SDK into ours; the endpoint runs one operation at a time, so a conflict is Transient."""
        try:
            with explained(what, ROLE):
                yield
        except Conflict as fault:
            raise Transient(f"Azure ML is busy with another operation on the endpoint while {what}.") from fault


def _state(resource: Any) -> str:
    state = resource.provisioning_state
    return str(getattr(state, "value", state))


def _named(shares: Mapping[int, int]) -> dict[str, int]:
    return {deployment_name(version): share for version, share in shares.items() if share}


def _versions(shares: Mapping[str, int]) -> dict[int, int]:
    found = {version_of(name): share for name, share in (shares or {}).items() if share}
    return {version: share for version, share in found.items() if version is not None}
