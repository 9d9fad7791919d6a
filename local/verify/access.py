"""Access: only probes and pages without data answer without a key, and with one every function is switched on."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from functions.names import ANONYMOUS, APPROVE, HTTP, KEY_SCOPES, OPERATE, SCORE, Route
from local.verify.deployment import Deployment
from shared.release.verdict import Check

# A name that no deployment has, so that a route that is open by mistake changes nothing.
NOBODY = "verify-nobody"
_WRONG_KEY = "verify-wrong-key-00000000000000000000"
_REFUSED, _GONE = frozenset({401, 403}), 404


def access(deployment: Deployment) -> Iterator[Check]:
    """Three checks per route that needs a key: without a key, with a wrong one, and with a valid one."""
    for route in HTTP:
        if route.scopes != (ANONYMOUS,):
            yield _refuses(deployment, route, "without a key", "", frozenset({401}))
            yield _refuses(deployment, route, "with a wrong key", _WRONG_KEY, _REFUSED)
            yield _is_on(deployment, route)


def path_of(route: Route, name: str = NOBODY) -> str:
    """The route with that name for every parameter."""
    return "/".join(name if part.startswith("{") else part for part in route.path.split("/"))


def _refuses(deployment: Deployment, route: Route, how: str, key: str, accepted: frozenset[int]) -> Check:
    name = f"{route.method} {route.path} {how}"
    body: dict[str, str] | None = {} if route.method == "POST" else None
    answers = {app: deployment.ask(app, route.method, path_of(route), key=key, json=body) for app in deployment.apps}
    present = {app: answer for app, answer in answers.items() if not _is_absent(answer)}
    opened = {app: answer for app, answer in present.items() if answer.status_code not in accepted}
    if opened:
        app, answer = next(iter(opened.items()))
        return Check(
            name, "fail", answer.status_code, 401, f"{deployment.apps[app]} answered {deployment.excerpt(answer)}."
        )
    if not present:
        return Check(name, "skip", _GONE, 401, "None of the named apps has this route.")
    return Check(name, "pass", 401, 401, f"Refused by {', '.join(present)}.")


def _is_on(deployment: Deployment, route: Route) -> Check:
    """Whether an app serves the route: the host refuses a function that is switched off as if it were there."""
    name, key = f"{route.method} {route.path} is switched on", deployment.keys[_key_of(route)]
    if not key:
        return Check(name, "skip", None, None, "Cannot tell: no key for it is set.")
    body: dict[str, str] | None = {} if route.method == "POST" else None
    answers = {app: deployment.ask(app, route.method, path_of(route), key=key, json=body) for app in deployment.apps}
    serving = [app for app, one in answers.items() if one.status_code not in _REFUSED and not _is_absent(one)]
    if serving:
        return Check(name, "pass", None, None, f"Served by {', '.join(serving)}.")
    if any(one.status_code in _REFUSED for one in answers.values()):
        return Check(name, "skip", None, None, "Cannot tell: in Azure each function has a key of its own.")
    return Check(name, "skip", _GONE, None, "None of the named apps serves it: it is switched off there, or absent.")


def _key_of(route: Route) -> str:
    if len(route.scopes) == len(KEY_SCOPES):
        return "openapi"
    return {SCORE: SCORE, OPERATE: OPERATE, APPROVE: "approvals"}[route.scopes[0]]


def _is_absent(answer: httpx.Response) -> bool:
    """Whether the app lacks the route; a 404 with JSON comes from the function itself, so the route exists."""
    return answer.status_code == _GONE and "json" not in answer.headers.get("content-type", "")
