"""Access: only probes and pages without data may answer without a key."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from functions.names import ANONYMOUS, HTTP, Route
from local.verify.deployment import Deployment
from shared.release.verdict import Check

# A name that no deployment has, so that a route that is open by mistake changes nothing.
NOBODY = "verify-nobody"
_WRONG_KEY = "verify-wrong-key-00000000000000000000"
_REFUSED, _GONE = frozenset({401, 403}), 404


def access(deployment: Deployment) -> Iterator[Check]:
    """Two checks per route that needs a key: without a key, and with a wrong one."""
    for route in HTTP:
        if route.scopes != (ANONYMOUS,):
            yield _refuses(deployment, route, "without a key", "", frozenset({401}))
            yield _refuses(deployment, route, "with a wrong key", _WRONG_KEY, _REFUSED)


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


def _is_absent(answer: httpx.Response) -> bool:
    """Whether the app lacks the route; a 404 with JSON comes from the function itself, so the route exists."""
    return answer.status_code == _GONE and "json" not in answer.headers.get("content-type", "")
