"""A stand-in for the management API of Azure ML: https on loopback, with the state, the shapes and the faults of one.

Microsoft's own SDK talks to it. What it is asked to keep must have the published API's shape: a field that the API does
not have, or one that is missing, is answered with 400. It keeps what it was asked for, pages its lists, runs long
operations, shows what is new only after a while when told so, and refuses the next requests when told so.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from azureml_endpoints import Endpoints
from tls_server import tls_server

SUBSCRIPTION, GROUP, WORKSPACE = "11111111-2222-3333-4444-555555555555", "rg", "ws"
ROOT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    f"/providers/Microsoft.MachineLearningServices/workspaces/{WORKSPACE}"
)
URL = f"azureml:{SUBSCRIPTION}/{GROUP}/{WORKSPACE}"
PAGE = 2
# The service, and with it the SDK, writes an address of a datastore out.
STORE = f"azureml://subscriptions/{SUBSCRIPTION}/resourcegroups/{GROUP}/workspaces/{WORKSPACE}/datastores/mlops/paths/"


@dataclass(frozen=True, slots=True)
class Shape:
    """The properties a resource may and must have."""

    required: frozenset[str]
    optional: frozenset[str]

    def problem(self, properties: Mapping[str, Any]) -> str:
        """What is wrong with them, or nothing."""
        absent = self.required - properties.keys()
        foreign = properties.keys() - self.required - self.optional
        return "; ".join(
            [*(f"{name} is missing" for name in sorted(absent)), *(f"{name} is unknown" for name in sorted(foreign))]
        )


_ASSET = frozenset({"description", "tags", "properties", "isAnonymous", "isArchived", "autoDeleteSetting", "stage"})
# From the reference of the REST API: data versions, model versions, jobs, components.
SHAPES = {
    "data": Shape(frozenset({"dataType", "dataUri"}), _ASSET | {"intellectualProperty"}),
    "models": Shape(
        frozenset({"modelUri", "modelType"}), _ASSET | {"flavors", "jobName", "intellectualProperty", "datasets"}
    ),
    "components": Shape(frozenset({"componentSpec"}), _ASSET),
    "environments": Shape(
        frozenset({"image"}), _ASSET | {"condaFile", "build", "osType", "inferenceConfig", "environmentType"}
    ),
    "jobs": Shape(
        frozenset({"jobType"}),
        frozenset(
            [
                "description",
                "tags",
                "properties",
                "displayName",
                "experimentName",
                "identity",
                "computeId",
                "componentId",
                "isArchived",
                "services",
                "status",
                "inputs",
                "outputs",
                "jobs",
                "settings",
                "sourceJobId",
                "notificationSetting",
            ]
        ),
    ),
}
# Of jobs of one type beside the shape of all jobs: published model SparkJob of API version 2024-10-01.
_SPARK = Shape(
    frozenset({"jobType", "codeId", "entry"}),
    SHAPES["jobs"].optional - {"jobs", "settings", "sourceJobId"}
    | {"archives", "args", "conf", "environmentId", "environmentVariables", "files", "jars", "pyFiles"}
    | {"queueSettings", "resources"},
)
_SPARK_ENTRY = Shape(frozenset({"sparkJobEntryType", "file"}), frozenset())
_SPARK_RESOURCES = Shape(frozenset({"instanceType", "runtimeVersion"}), frozenset())
# The machines of serverless Spark, and what its documentation calls mandatory in `conf`.
_SPARK_MACHINES = {f"standard_e{cores}s_v3" for cores in (4, 8, 16, 32, 64)}
_SPARK_CONF = {
    *(f"spark.{who}.{what}" for who in ("driver", "executor") for what in ("cores", "memory")),
    "spark.executor.instances",
}
_CODE_ID = re.compile(rf"(azureml:)?{re.escape(ROOT)}/codes/[^/]+/versions/[^/]+")
_IMMUTABLE = {
    "data": ("dataUri", "dataType"),
    "models": ("modelUri", "modelType"),
    "environments": ("image", "condaFile"),
    "jobs": ("jobType",),
}
_TAG_LENGTH = 256
# Where data, models and the inputs and outputs of jobs may lie: in a datastore of the workspace, or in an asset of it.
_WORKSPACE = r"subscriptions/[\w-]+/resourcegroups/[\w-]+(/providers/[\w.]+)?/workspaces/[\w-]+/"
_IN_DATASTORE = re.compile(rf"azureml://({_WORKSPACE})?datastores/\w+/paths/\S+", re.IGNORECASE)
_ASSET_ID = re.compile(r"(azureml:)?(/subscriptions/\S+/(data|models)/\S+/versions/\S+|[\w-]+:[\w-]+)", re.IGNORECASE)


@dataclass
class Refusal:
    """Answers the next `times` requests that fit with `status`."""

    method: str
    part: str
    status: int
    times: int
    headers: Mapping[str, str] = field(default_factory=dict)


class AzureMl:
    """The workspace. `asked` lists what came in, `resources` what is kept, by path."""

    def __init__(self) -> None:
        self.resources: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str]] = []
        self.hidden: dict[str, int] = {}
        self.refusals: list[Refusal] = []
        self._lock = threading.Lock()
        self.url = ""
        self.endpoints = Endpoints(self.resources, ROOT)

    def refuse(self, method: str, part: str, status: int, times: int = 1, **headers: str) -> None:
        """The next requests of that method whose path contains `part` are refused; times -1: all."""
        plain = {name.replace("_", "-"): value for name, value in headers.items()}
        self.refusals.append(Refusal(method, part, status, times, plain))

    def hide_new(self, part: str, reads: int) -> None:
        """What is written under `part` is not shown to so many reads that follow."""
        self.hidden[part] = reads

    def put(self, path: str, document: dict[str, Any]) -> None:
        """Let a resource be there."""
        self.resources[ROOT + path] = {"id": ROOT + path, "name": path.rsplit("/", 1)[1], **document}

    def set_status(self, job: str, status: str) -> None:
        """What the service does with a job."""
        self.resources[f"{ROOT}/jobs/{job}"]["properties"]["status"] = status

    def names(self, kind: str) -> list[str]:
        """`name/version` of every resource of a kind, or `name` of jobs."""
        found = [path.removeprefix(f"{ROOT}/{kind}/") for path in self.resources if path.startswith(f"{ROOT}/{kind}/")]
        return sorted(name.replace("/versions/", "/") for name in found)

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, dict[str, str], Any]:
        """Status, headers and document of one request."""
        with self._lock:
            parts = urlsplit(target)
            self.asked.append((method, parts.path))
            refused = self._refused(method, parts.path)
            if refused:
                return refused
            if parts.path.removeprefix(ROOT).startswith("/operations/"):
                return self.endpoints.status(parts.path.rsplit("/", 1)[1])
            handler = {"GET": self._get, "PUT": self._put, "POST": self._post, "DELETE": self._delete}.get(method)
            if handler is None:
                return _problem(405, "MethodNotAllowed", method)
            return handler(parts.path, parse_qs(parts.query), body)

    def _refused(self, method: str, path: str) -> tuple[int, dict[str, str], Any] | None:
        for refusal in self.refusals:
            if refusal.times and refusal.method in (method, "") and refusal.part in path:
                refusal.times -= 1
                code, headers, document = _problem(refusal.status, "Refused", "on purpose")
                return code, {**headers, **refusal.headers}, document
        return None

    def _get(self, path: str, query: Mapping[str, list[str]], _: bytes) -> tuple[int, dict[str, str], Any]:
        for part, left in self.hidden.items():
            if part in path and left > 0 and path in self.resources:
                self.hidden[part] = left - 1
                return _problem(404, "NotFound", path)
        if path in self.resources:
            return 200, {}, self.resources[path]
        if path.startswith(f"{ROOT}/codes/") and "hash" in query:
            # Whatever name a client made up: code is found by its content.
            return 200, {}, {"value": self._codes(query["hash"][0])}
        children = [one for name, one in self.resources.items() if name.rpartition("/")[0] == path]
        if path.endswith(("/versions", "/models", "/jobs", "/onlineEndpoints", "/deployments")):
            return 200, {}, self._page(path, children, int(query.get("$skip", ["0"])[0]))
        return _problem(404, "NotFound", path)

    def _codes(self, digest: str) -> list[dict[str, Any]]:
        found = [one for name, one in self.resources.items() if name.startswith(f"{ROOT}/codes/")]
        return [one for one in found if one["properties"].get("properties", {}).get("hash_sha256") == digest]

    def _page(self, path: str, children: list[dict[str, Any]], start: int) -> dict[str, Any]:
        page: dict[str, Any] = {"value": children[start : start + PAGE]}
        if start + PAGE < len(children):
            page["nextLink"] = f"{self.url}{path}?$skip={start + PAGE}"
        return page

    def _put(self, path: str, _: Mapping[str, list[str]], body: bytes) -> tuple[int, dict[str, str], Any]:
        kind = path.removeprefix(f"{ROOT}/").partition("/")[0]
        if kind == "onlineEndpoints":
            return self.endpoints.put(path, body, self.url)
        document = json.loads(body)
        properties = document.get("properties") or {}
        problem = _problem_of(kind, properties)
        if problem:
            return _problem(400, "ValidationError", problem)
        standing = self.resources.get(path)
        fixed = _IMMUTABLE.get(kind, ())
        if standing and any(standing["properties"].get(name) != properties.get(name) for name in fixed):
            return _problem(409, "Conflict", "the asset exists and cannot change")
        if standing and kind == "jobs":
            return _problem(409, "Conflict", "a job of that name exists")
        kept = {**document, "id": path, "name": path.rsplit("/", 1)[1], "type": kind, "systemData": {}}
        if kind == "jobs":
            properties.setdefault("status", "NotStarted")
        if kind == "models":
            properties.setdefault("flavors", {})
        self.resources[path] = kept
        return (200 if standing else 201), {}, kept

    def _post(self, path: str, _: Mapping[str, list[str]], body: bytes) -> tuple[int, dict[str, str], Any]:
        del body
        job, _, verb = path.rpartition("/")
        if verb == "cancel" and job in self.resources:
            self.resources[job]["properties"]["status"] = "Canceled"
            return 202, {"Location": f"{self.url}{ROOT}/operations/cancel"}, None
        if verb == "getLogs" and job in self.resources:
            return self.endpoints.logs(path)
        return _problem(404, "NotFound", path)

    def _delete(self, path: str, _: Mapping[str, list[str]], body: bytes) -> tuple[int, dict[str, str], Any]:
        del body
        if path.startswith(f"{ROOT}/onlineEndpoints/"):
            return self.endpoints.delete(path, self.url)
        return (200, {}, None) if self.resources.pop(path, None) else (204, {}, None)


def _problem_of(kind: str, properties: Mapping[str, Any]) -> str:
    if kind not in SHAPES:
        return f"{kind} cannot be made here"
    tags = properties.get("tags") or {}
    if not all(isinstance(value, str) and len(value) <= _TAG_LENGTH for value in tags.values()):
        return f"a tag is no text of at most {_TAG_LENGTH} characters"
    if kind == "jobs" and properties.get("jobType") == "Spark":
        return _SPARK.problem(properties) or _spark_problem(properties) or _misplaced(kind, properties)
    return SHAPES[kind].problem(properties) or _misplaced(kind, properties)


def _spark_problem(properties: Mapping[str, Any]) -> str:
    """What the service refuses in a Spark job."""
    entry, resources, conf = properties["entry"], properties.get("resources") or {}, properties.get("conf") or {}
    checks = (
        _SPARK_ENTRY.problem(entry),
        "" if entry.get("sparkJobEntryType") == "SparkJobPythonEntry" else "the entry is of no known type",
        "" if _CODE_ID.fullmatch(properties["codeId"]) else "codeId is no code of the workspace",
        "" if bool(resources) != bool(properties.get("computeId")) else "resources or computeId is needed, not both",
        _SPARK_RESOURCES.problem(resources) if resources else "",
        "" if not resources or resources.get("instanceType") in _SPARK_MACHINES else "no machine of serverless Spark",
        "" if conf.keys() >= _SPARK_CONF else f"conf lacks {min(_SPARK_CONF - conf.keys(), default='')}",
        "" if all(isinstance(value, str) for value in conf.values()) else "a value of conf is no text",
    )
    return next(filter(None, checks), "")


def _misplaced(kind: str, properties: Mapping[str, Any]) -> str:
    """Which address is none that the service takes; a URL of Blob Storage is not."""
    stored = [properties[name] for name in ("dataUri", "modelUri") if name in properties]
    given = list(_addresses(properties)) if kind == "jobs" else []
    wrong = [one for one in stored if not _IN_DATASTORE.fullmatch(one)]
    wrong += [one for place, one in given if not _taken(place, one)]
    return f"{wrong[0]} is no address of a datastore" if wrong else ""


def _taken(place: str, address: str) -> bool:
    """An input may also be an asset."""
    in_asset = place == "inputs" and _ASSET_ID.fullmatch(address)
    return bool(in_asset or _IN_DATASTORE.fullmatch(address) or address.startswith("${{"))


def _addresses(job: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """("inputs" or "outputs", address) of everything that the job or one of its steps mounts."""
    for place in ("inputs", "outputs"):
        for one in (job.get(place) or {}).values():
            if isinstance(one, dict) and one.get("uri"):
                yield place, one["uri"]
    for step in (job.get("jobs") or {}).values():
        yield from _addresses(step)


def _problem(status: int, code: str, message: str) -> tuple[int, dict[str, str], Any]:
    return status, {}, {"error": {"code": code, "message": message}}


@contextmanager
def azure_ml(certificate: tuple[Path, Path]) -> Iterator[AzureMl]:
    """A workspace that listens on loopback with that certificate and key."""
    service = AzureMl()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one piece: in two, the second waits for the peer to acknowledge the first.
        wbufsize = -1

        def _go(self) -> None:
            if not re.fullmatch(r"Bearer [\w-]+\.[\w-]+\.[\w-]+", self.headers.get("authorization", "")):
                status, headers, document = _problem(401, "Unauthorized", "a token is needed")
            else:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                status, headers, document = service.answer(self.command, self.path, body)
            content = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            for name, value in {"content-type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = _go  # noqa: N815 -- names of the standard library

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with tls_server(Handler, certificate) as service.url:
        yield service
