"""HTTP as the Functions host serves it: limits, the host's own addresses, routes, keys, calls."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence

from local.host.host_options import HostOptions
from local.host.http import topic, webhook
from local.host.http.admin import Admin
from local.host.http.answers import FAILED, answer_of
from local.host.http.key_file import KeyFile
from local.host.http.keys import EVENT_GRID, fingerprint
from local.host.http.messages import TEXT, Answer, NotReceived, Request
from local.host.http.routes import Routes
from local.host.http.sign_in import PATH as SIGN_IN
from local.host.http.sign_in import SignIn
from local.host.http.targets import encoded_path, first_parameter, parameters_of
from local.host.http.topic import Topic
from local.host.http.webhook import Webhook
from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.worker import Function

log = logging.getLogger("mlops.host")
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = Answer(401), Answer(403), Answer(404)
# The real host has no words here.
_KEY_NEEDED = (
    f"A valid key is needed: the system key {EVENT_GRID}, as ?code= or in the header x-functions-key; "
    "mlops keys list --events --reveal prints it."
)
_ASK_FOR_KEY = Answer(401, _KEY_NEEDED.encode(), (("Content-Type", TEXT), ("WWW-Authenticate", "Bearer")), sized=True)
_NO_HOMEPAGE = Answer(204)
_BUSY = Answer(429, headers=(("X-Function-ScaleOut", "1"),))
_WEBHOOKS = "/runtime/webhooks/"


class WebServer:
    """Answers every request to a function app."""

    def __init__(
        self,
        functions: Sequence[Function],
        keys: KeyFile,
        invocations: Invocations,
        options: HostOptions,
        *,
        hook: Webhook,
        own_topic: Topic,
        admin: Admin,
    ) -> None:
        self._routes = Routes(functions, options.route_prefix)
        self._keys = keys
        self._invocations = invocations
        self._hook = hook
        self._topic = own_topic
        self._admin = admin
        self._sign_in = SignIn(keys)
        self._most = options.max_outstanding_requests
        self._outstanding = 0
        self._gate = asyncio.Semaphore(options.max_concurrent_requests)

    async def answer(self, request: Request) -> Answer:
        """The answer to a request; a failure has no words for the caller, the log has them."""
        try:
            return await self._dispatch(request)
        except NotReceived as problem:
            log.warning("%s %s: %s", request.method, request.path, problem)
            return _BUSY if problem.status == _BUSY.status else Answer(problem.status)

    async def _dispatch(self, request: Request) -> Answer:
        path = request.path.lower().rstrip("/")
        if path == "/admin" or path.startswith("/admin/"):
            return await self._admin.answer(request, offered_key(request))
        if self._outstanding >= self._most:
            # Before routes and keys: a host that is full answers nothing else.
            return _BUSY
        if not path:
            return _NO_HOMEPAGE
        if own := {topic.PATH: self._topic.answer, SIGN_IN: self._sign_in.answer}.get(path):
            return own(request.headers, await request.read_body()) if request.method == "POST" else NOT_FOUND
        if path.startswith(_WEBHOOKS):
            return await self._webhook(request, path)
        found = self._routes.find(request.method, request.path)
        return NOT_FOUND if found is None else await self._function(*found, request)

    async def _function(self, function: Function, parameters: Mapping[str, str], request: Request) -> Answer:
        key = offered_key(request)
        keys = self._keys.keys()
        if not keys.opens(function.name, str(function.trigger.get("authLevel") or "function"), key):
            return self._refused(request, key)
        if function.disabled and keys.kind(key) != "master":
            return NOT_FOUND
        # The host hands a body that comes in chunks to no function.
        chunked = "transfer-encoding" in request.headers
        body = b"" if chunked else await request.read_body()
        return await self._within_limits(function, parameters, request, body)

    async def _within_limits(
        self, function: Function, parameters: Mapping[str, str], request: Request, body: bytes
    ) -> Answer:
        if self._outstanding >= self._most:
            return _BUSY
        self._outstanding += 1
        try:
            async with self._gate:
                return await self._call(function, parameters, request, body)
        finally:
            self._outstanding -= 1

    async def _call(self, function: Function, parameters: Mapping[str, str], request: Request, body: bytes) -> Answer:
        http = Record(
            method=request.method,
            url=f"http://{request.headers['host']}{encoded_path(request.path)}{request.query}",
            headers=dict(request.headers),
            params=dict(parameters),
            query=parameters_of(request.query),
            body=Record(bytes=body),
        )
        started = time.perf_counter()
        outcome = await self._invocations.run(function, Record(http=http))
        answer = answer_of(outcome.value) if outcome.ok else FAILED
        if log.isEnabledFor(logging.INFO):
            # The path only: a query may hold a key.
            milliseconds = (time.perf_counter() - started) * 1000
            log.info("%s %s: %d in %.0f ms", request.method, request.path, answer.status, milliseconds)
        return answer

    async def _webhook(self, request: Request, path: str) -> Answer:
        key = offered_key(request)
        keys = self._keys.keys()
        kind = keys.kind(key)
        if kind == "other":
            self._refused(request, key)
            return _ASK_FOR_KEY
        if not path.startswith(webhook.PATH):
            return NOT_FOUND if kind == "master" else FORBIDDEN
        if not keys.opens_event_grid(key):
            return FORBIDDEN
        if request.method == "HEAD":
            return NOT_FOUND
        named = {name.lower(): value for name, value in parameters_of(request.query).items()}
        body = await request.read_body()
        self._outstanding += 1
        try:
            async with self._gate:
                name = named.get("functionname", "")
                return await self._hook.answer(request.method, name, request.headers, body)
        finally:
            self._outstanding -= 1

    def _refused(self, request: Request, key: str | None) -> Answer:
        shown = fingerprint(key) if key else "none"
        log.warning("%s %s: refused; fingerprint of the offered key: %s", request.method, request.path, shown)
        # One answer for a missing, a wrong and another function's key, so that a caller learns nothing from it.
        return UNAUTHORIZED


def offered_key(request: Request) -> str | None:
    """The key of a request: in its header, even an empty one, or else in its query; the first where there are more."""
    header = request.first.get("x-functions-key", request.headers.get("x-functions-key"))
    if header is not None:
        return header
    return first_parameter(request.query, "code") if request.query else None
