"""The contract of a deployment: its description is true, it answers and refuses well, and GET changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from functions.names import HTTP
from functions.openapi.description import has_own_paths
from local.verify.access import NOBODY
from local.verify.deployment import Deployment
from local.verify.signatures import signature
from shared.core.wording import counted
from shared.release.verdict import Check

_OK, _FORBIDDEN = 200, frozenset({401, 403})
_CLIENT_ERRORS = range(400, 500)
_PROBLEM = "application/problem+json"


def contract(deployment: Deployment) -> Iterator[Check]:
    """Check description and scoring at the scoring app, status and approvals at the operating app."""
    answer = deployment.ask("score", "GET", "openapi.json", key=deployment.keys["openapi"])
    document = _json(answer)
    if answer.status_code != _OK or not isinstance(document.get("paths"), dict):
        yield Check("openapi.json", "fail", answer.status_code, _OK, f"It answered {deployment.excerpt(answer)}.")
        return
    yield _routes(document["paths"])
    for name in scenarios_of(document["paths"]):
        yield from _scenario(deployment, name, document["paths"][f"/score/{name}"].get("post", {}))
    operating = "operate" if "operate" in deployment.apps else "score"
    if deployment.keys["operate"]:
        yield _status(deployment, operating)
        yield _get_changes_nothing(deployment, operating)


def scenarios_of(paths: Mapping[str, Any]) -> list[str]:
    """The scenarios that the description has a scoring path for."""
    return sorted(path.removeprefix("/score/") for path in paths if path.startswith("/score/"))


def expected_paths(scenarios: list[str]) -> set[str]:
    """Every path of this code; a route whose fields differ by scenario has one path per scenario."""
    paths: set[str] = set()
    for route in HTTP:
        path = f"/{route.path}"
        paths |= {path.replace("{scenario}", name) for name in scenarios} if has_own_paths(route) else {path}
    return paths


def _routes(paths: Mapping[str, Any]) -> Check:
    wanted = expected_paths(scenarios_of(paths))
    differ = sorted(wanted.symmetric_difference(paths))
    words = f"It describes {counted(len(paths), 'path')}, the same as this code."
    if differ:
        words = f"It differs from this code in {', '.join(differ[:5])}: another version is deployed."
    return Check("openapi.json", "fail" if differ else "pass", len(paths), len(wanted), words)


def _scenario(deployment: Deployment, name: str, operation: Mapping[str, Any]) -> Iterator[Check]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    if "example" not in content:
        yield Check(f"scores {name}", "skip", None, None, "Nothing is deployed for this scenario.")
        return
    key = deployment.keys["score"]
    answer = deployment.ask("score", "POST", f"score/{name}", key=key, json=content["example"])
    yield _scored(deployment, name, answer)
    yield _headers(name, answer)
    yield signature(deployment, name, answer.headers.get("x-model", ""))
    for label, body in (("an unknown field", b'{"data": [{"no such field": 1}]}'), ("no JSON", b"{")):
        refused = deployment.ask("score", "POST", f"score/{name}", key=key, content=body)
        yield _refused(deployment, f"{name} refuses {label}", refused)


def _scored(deployment: Deployment, name: str, answer: httpx.Response) -> Check:
    good = answer.status_code == _OK and _json(answer)
    words = "It answered the example of its description." if good else f"It answered {deployment.excerpt(answer)}."
    return Check(f"scores {name}", "pass" if good else "fail", answer.status_code, _OK, words)


def _headers(name: str, answer: httpx.Response) -> Check:
    model, generation = answer.headers.get("x-model", ""), answer.headers.get("x-generation", "")
    good = bool(model) and generation.isdecimal()
    words = f"{model} answered as generation {generation}." if good else "x-model or x-generation is missing."
    return Check(f"{name} says which model", "pass" if good else "fail", None, None, words)


def _refused(deployment: Deployment, name: str, answer: httpx.Response) -> Check:
    document = _json(answer)
    good = (
        answer.status_code in _CLIENT_ERRORS
        and answer.status_code not in _FORBIDDEN
        and answer.headers.get("content-type", "").startswith(_PROBLEM)
        and document.get("status") == answer.status_code
        and bool(document.get("title"))
    )
    words = f"{document.get('title')}" if good else f"It answered {deployment.excerpt(answer)}, not a problem document."
    return Check(name, "pass" if good else "fail", answer.status_code, 400, words)


def _status(deployment: Deployment, app: str) -> Check:
    answer = deployment.ask(app, "GET", "status", key=deployment.keys["operate"])
    good = answer.status_code == _OK and isinstance(_json(answer).get("scenarios"), dict)
    words = "It reports the state of every scenario." if good else f"It answered {deployment.excerpt(answer)}."
    return Check("status", "pass" if good else "fail", answer.status_code, _OK, words)


def _get_changes_nothing(deployment: Deployment, app: str) -> Check:
    """GET on a request for approval, with parameters that a careless app might take for a decision."""
    key, name = deployment.keys["approvals"], "GET never approves"
    before = deployment.ask(app, "GET", "approvals", key=key)
    if before.status_code in _FORBIDDEN:
        return Check(name, "skip", before.status_code, _OK, "The key does not open approvals; set APPROVALS_KEY.")
    if before.status_code != _OK:
        return Check(name, "fail", before.status_code, _OK, f"approvals answered {deployment.excerpt(before)}.")
    ids = [str(request.get("id")) for request in _requests(before)] or [NOBODY]
    for identity in ids[:3]:
        deployment.ask(app, "GET", f"approvals/{identity}?decision=approve&by=verify&reason=verify", key=key)
    after = deployment.ask(app, "GET", "approvals", key=key)
    same = _decisions(before) == _decisions(after)
    words = (
        f"No approval changed ({counted(len(_decisions(before)), 'request')})." if same else "GET changed a request."
    )
    return Check(name, "pass" if same else "fail", None, None, words)


def _requests(answer: httpx.Response) -> list[Mapping[str, Any]]:
    document = _json(answer)
    items = next((value for value in document.values() if isinstance(value, list)), [])
    return [item for item in items if isinstance(item, dict)]


def _decisions(answer: httpx.Response) -> dict[str, Mapping[str, Any]]:
    return {str(request.get("id")): request for request in _requests(answer)}


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {"items": document}
