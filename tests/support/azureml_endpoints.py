"""Managed online endpoints of the stand-in: endpoints, deployments, and the long operations that change them.

A change is answered at once with where to ask how it goes. Unless `slow`, it is done by then; else it goes on until
`finish`. What is asked for must have the published API's shape, and the state must allow it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Answer = tuple[int, dict[str, str], Any]
_NAME = re.compile(r"[A-Za-z](?=.{2,31}$)[A-Za-z0-9-]*[A-Za-z0-9]")
_BASE = frozenset({"description", "properties"})
_ENDPOINT = _BASE | {"authMode", "traffic", "mirrorTraffic", "compute", "publicNetworkAccess", "keys"}
_NEEDED = frozenset({"endpointComputeType", "model", "environmentId", "codeConfiguration", "instanceType"})
_DEPLOYMENT = (
    _BASE
    | _NEEDED
    | {"environmentVariables", "appInsightsEnabled", "requestSettings", "livenessProbe", "readinessProbe"}
    | {"scaleSettings", "modelMountPath", "dataCollector", "egressPublicNetworkAccess"}
)
_DEFAULTS = {
    "scaleSettings": {"scaleType": "Default"},
    "requestSettings": {"requestTimeout": "PT5S", "maxConcurrentRequestsPerInstance": 1, "maxQueueWait": "PT0.5S"},
    "appInsightsEnabled": False,
}
_ASSETS = {"model": "models", "environmentId": "environments"}
_GOING_ON = ("Creating", "Updating", "Deleting")
_MIRRORED = 50
# Why a deployment will not start of which there never was a container, nor its log.
NO_CONTAINER = "OutOfQuota: no machine of that size is left"
_ALL = 100
SYSTEM = {
    "createdBy": "a",
    "createdAt": "2026-03-01T12:00:00Z",
    "lastModifiedBy": "a",
    "lastModifiedAt": "2026-03-01T12:00:00Z",
}


@dataclass
class Operation:
    """A change that goes on: what becomes of the resource when it ends."""

    path: str
    done: dict[str, Any] | None
    status: str = "InProgress"
    reason: str = ""


class Endpoints:
    """What the service keeps of endpoints. `failing` names deployments that will not start, with the reason."""

    def __init__(self, resources: dict[str, dict[str, Any]], root: str) -> None:
        self._resources = resources
        self._root = root
        self.operations: dict[str, Operation] = {}
        self.failing: dict[str, str] = {}
        self.slow = False

    def traffic(self, endpoint: str) -> tuple[dict[str, int], dict[str, int]]:
        """Live and mirrored percent by deployment."""
        properties = self._resources[f"{self._root}/onlineEndpoints/{endpoint}"]["properties"]
        return dict(properties.get("traffic") or {}), dict(properties.get("mirrorTraffic") or {})

    def names(self) -> list[str]:
        """Every endpoint."""
        return sorted({path.removeprefix(self._folder).split("/")[0] for path in self._paths()})

    def deployments(self, endpoint: str) -> list[str]:
        """The names of an endpoint's deployments."""
        folder = f"{self._folder}{endpoint}/deployments/"
        return sorted(path.removeprefix(folder) for path in self._paths() if path.startswith(folder))

    def finish(self) -> None:
        """End every operation that goes on."""
        for operation in self.operations.values():
            if operation.status == "InProgress":
                self._end(operation)

    def status(self, number: str) -> Answer:
        """How an operation goes; whoever asks comes again in a second."""
        operation = self.operations.get(number)
        if operation is None:
            return 200, {}, {"status": "Succeeded"}
        told: dict[str, Any] = {"id": number, "name": number, "status": operation.status}
        if operation.reason:
            told["error"] = {"code": "DeploymentFailed", "message": operation.reason}
        return 200, {"Retry-After": "1"}, told

    def put(self, path: str, body: bytes, url: str) -> Answer:
        """Make or change an endpoint or a deployment."""
        document = json.loads(body)
        standing = self._resources.get(path)
        if standing and standing["properties"]["provisioningState"] in _GOING_ON:
            return _problem(409, "Conflict", "another operation is in progress")
        deployment = "/deployments/" in path
        problem = self._deployment(path, document) if deployment else self._endpoint(path, document, standing)
        if problem:
            return _problem(*problem)
        return self._begin(path, document, standing, url)

    def delete(self, path: str, url: str) -> Answer:
        """Take a deployment or an endpoint down; one with traffic stays."""
        standing = self._resources.get(path)
        if standing is None:
            return 204, {}, None
        endpoint, _, name = path.partition("/deployments/")
        above = self._resources[endpoint]["properties"]
        if above["provisioningState"] in _GOING_ON or standing["properties"]["provisioningState"] in _GOING_ON:
            return _problem(409, "Conflict", "another operation is in progress")
        if name and any((above.get(kind) or {}).get(name) for kind in ("traffic", "mirrorTraffic")):
            return _problem(400, "BadRequest", "a deployment with traffic cannot be deleted")
        standing["properties"]["provisioningState"] = "Deleting"
        return 202, self._operation(Operation(path, None), url), None

    def logs(self, path: str) -> Answer:
        """The last lines of a container."""
        name = path.split("/")[-2]
        if self.failing.get(name) == NO_CONTAINER:
            return _problem(404, "NotFound", "the deployment has no container")
        return 200, {}, {"content": f"Instance status:\n{self.failing.get(name, 'ready')}\n"}

    @property
    def _folder(self) -> str:
        return f"{self._root}/onlineEndpoints/"

    def _paths(self) -> list[str]:
        return [path for path in self._resources if path.startswith(self._folder)]

    def _endpoint(self, path: str, document: Mapping[str, Any], standing: Any) -> tuple[int, str, str] | None:
        properties = document.get("properties") or {}
        foreign = properties.keys() - _ENDPOINT
        if foreign or properties.get("authMode") not in ("Key", "AMLToken", "AADToken"):
            return 400, "ValidationError", f"unknown: {sorted(foreign)}; authMode is {properties.get('authMode')}"
        if not _NAME.fullmatch(path.rsplit("/", 1)[1]) or not document.get("location"):
            return 400, "ValidationError", "the name or the location is no good"
        if (document.get("identity") or {}).get("type") not in ("SystemAssigned", "UserAssigned"):
            return 400, "ValidationError", "an identity is needed"
        if standing and standing["properties"]["authMode"] != properties["authMode"]:
            return 400, "ValidationError", "authMode cannot change"
        problem = self._shares(path, properties.get("traffic") or {}, properties.get("mirrorTraffic") or {})
        return (400, "ValidationError", problem) if problem else None

    def _shares(self, path: str, live: Mapping[str, int], mirror: Mapping[str, int]) -> str:
        for name in (*live, *mirror):
            found = self._resources.get(f"{path}/deployments/{name}")
            if found is None or found["properties"]["provisioningState"] != "Succeeded":
                return f"{name} is not there or not ready"
        if live and sum(live.values()) not in (0, _ALL):
            return "traffic must sum to 100"
        if len(mirror) > 1 or sum(mirror.values()) > _MIRRORED or any(live.get(name) for name in mirror):
            return "mirror traffic goes to one deployment without live traffic, at most 50 percent"
        return ""

    def _deployment(self, path: str, document: Mapping[str, Any]) -> tuple[int, str, str] | None:
        endpoint, _, name = path.partition("/deployments/")
        above = self._resources.get(endpoint)
        if above is None:
            return 404, "NotFound", endpoint
        if above["properties"]["provisioningState"] != "Succeeded":
            return 409, "Conflict", "the endpoint is not ready"
        properties = document.get("properties") or {}
        wrong = [*(_NEEDED - properties.keys()), *(properties.keys() - _DEPLOYMENT)]
        if wrong or not _NAME.fullmatch(name):
            return 400, "ValidationError", f"missing or unknown: {wrong}, or the name is no good"
        if not (document.get("sku") or {}).get("capacity") or not document.get("location"):
            return 400, "ValidationError", "sku.capacity and location are needed"
        return self._references(properties)

    def _references(self, properties: Mapping[str, Any]) -> tuple[int, str, str] | None:
        code = properties["codeConfiguration"]
        given = {kind: properties[name] for name, kind in _ASSETS.items()} | {"codes": code.get("codeId", "")}
        for kind, reference in given.items():
            path = reference.removeprefix("azureml:")
            if not path.startswith(f"{self._root}/{kind}/") or path not in self._resources:
                return 400, "ValidationError", f"{reference} is not there"
        return None if code.get("scoringScript") else (400, "ValidationError", "scoringScript is missing")

    def _begin(self, path: str, document: dict[str, Any], standing: Any, url: str) -> Answer:
        kept = {**document, "id": path, "name": path.rsplit("/", 1)[1], "systemData": SYSTEM}
        properties = {"properties": {}, **document["properties"]}
        if "/deployments/" in path:
            properties = {**_DEFAULTS, **properties}
        else:
            properties |= {"scoringUri": f"{url}/score", "swaggerUri": f"{url}/swagger.json"}
        # Until it is done the old shares hold.
        shown = standing["properties"] if standing else properties
        state = "Updating" if standing else "Creating"
        self._resources[path] = {**kept, "properties": {**shown, "provisioningState": state}}
        done = {**kept, "properties": {**properties, "provisioningState": "Succeeded"}}
        headers = self._operation(Operation(path, done), url)
        return (200 if standing else 201), headers, self._resources[path]

    def _operation(self, operation: Operation, url: str) -> dict[str, str]:
        number = f"{len(self.operations)}"
        self.operations[number] = operation
        if not self.slow:
            self._end(operation)
        return {"Azure-AsyncOperation": f"{url}{self._root}/operations/{number}", "Retry-After": "1"}

    def _end(self, operation: Operation) -> None:
        name = operation.path.rsplit("/", 1)[1]
        operation.status = "Succeeded"
        if operation.done is None:
            self._resources.pop(operation.path, None)
        elif name in self.failing:
            operation.status, operation.reason = "Failed", self.failing[name]
            operation.done["properties"]["provisioningState"] = "Failed"
            self._resources[operation.path] = operation.done
        else:
            self._resources[operation.path] = operation.done


def _problem(status: int, code: str, message: str) -> Answer:
    return status, {}, {"error": {"code": code, "message": message}}
