"""A deployment seen from outside: its apps, the keys, and how to send requests."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.core.addresses import is_loopback
from shared.core.errors import BadInput, Transient

HEADER = "x-functions-key"
_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
_PAUSE = 2.0
_OK = 200
_EXCERPT = 160


@dataclass(frozen=True, slots=True)
class Deployment:
    """The apps by task (score, operate, ingest), each with its `…/api` URL, and the keys by task."""

    apps: Mapping[str, str]
    keys: Mapping[str, str] = field(repr=False)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=_TIMEOUT), repr=False)

    def ask(
        self, app: str, method: str, path: str, *, key: str = "", json: Any = None, content: bytes | None = None
    ) -> httpx.Response:
        """The response, whatever its status; `key` is the key itself. Transient when there is none."""
        headers = {HEADER: key} if key else {}
        if content is not None:
            headers["content-type"] = "application/json"
        try:
            url = f"{self.apps[app]}/{path}"
            return self.client.request(method, url, headers=headers, json=json, content=content)
        except httpx.HTTPError as error:
            raise Transient(f"{self.apps[app]} did not answer: {error or type(error).__name__}.") from error
        except (httpx.InvalidURL, UnicodeError):
            # Without the cause, which may show the key.
            problem = f"{self.apps[app]} is not the URL of an app, or its key has characters that no key has"
            raise BadInput(f"{problem}; accepted: https://<app>.azurewebsites.net and an ASCII key.") from None

    def excerpt(self, answer: httpx.Response) -> str:
        """The status and the beginning of a response's text, without the keys."""
        text = " ".join(answer.text.split())
        # Before the text is cut, so that no part of a key remains.
        for key in filter(None, self.keys.values()):
            text = text.replace(key, "***")
        return f"{answer.status_code} {text[:_EXCERPT]}".strip()


def api_of(option: str, url: str) -> str:
    """The app's `…/api` URL; BadInput when a key must not be sent there."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadInput(f"{option} is not a URL ({error}); accepted: https://<app>.azurewebsites.net.") from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment or parts.username:
        raise BadInput(f"{option} is not the URL of an app; accepted: https://<app>.azurewebsites.net.")
    if parts.scheme == "http" and not is_loopback(host):
        raise BadInput(f"{option} is http to another machine, which would expose the key; accepted: https://{host}.")
    base = url.rstrip("/")
    return base if base.endswith("/api") else f"{base}/api"


def wait_until_healthy(deployment: Deployment, seconds: float) -> None:
    """Return when every app answers its health probe; Transient when one does not within so many seconds.

    A freshly deployed app needs a while for its first answer.
    """
    deadline = time.monotonic() + seconds
    for app, url in deployment.apps.items():
        while (problem := _health_problem(deployment, app)) and time.monotonic() + _PAUSE < deadline:
            time.sleep(_PAUSE)
        if problem:
            raise Transient(f"{url}/health is not healthy: {problem}")


def _health_problem(deployment: Deployment, app: str) -> str:
    try:
        answer = deployment.ask(app, "GET", "health")
    except Transient as fault:
        return fault.reason
    return "" if answer.status_code == _OK else f"{deployment.excerpt(answer)}."
