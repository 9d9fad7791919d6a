"""HTTP as the Functions host serves it: routes, methods, auth levels, keys, limits."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.host.host_options import HostOptions
from local.host.http import topic, webhook
from local.host.http.http_messages import headers_of, offered_keys, response_of, url_of
from local.host.http.keys import KeyFile, fingerprint
from local.host.http.request_bodies import BODY_SECONDS, BodyReader, NotReceived
from local.host.http.route_cache import RouteCache
from local.host.http.routes import METHODS, is_shadowed, methods_of, paths_of
from local.host.http.topic import Topic
from local.host.http.webhook import Webhook
from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.worker import Function, NotIndexed
from shared.core.errors import Fault

log = logging.getLogger("mlops.host")
_FAILED = "The function failed; the host's log says why."
Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]
Fire = Callable[[str], None]


class WebServer:
    """Builds the web application of a function app."""

    def __init__(
        self,
        keys: KeyFile,
        invocations: Invocations,
        hook: Webhook,
        options: HostOptions,
        settings: Mapping[str, str],
        *,
        own_topic: Topic,
        fire: Fire,
        idle: Callable[[], bool],
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._keys = keys
        self._invocations = invocations
        self._hook = hook
        self._topic = own_topic
        self._options = options
        self._bodies = BodyReader(settings, options.max_outstanding_requests, body_seconds)
        self._fire = fire
        self._idle = idle
        self._outstanding = 0
        self._gate = asyncio.Semaphore(options.max_concurrent_requests)

    def application(self, functions: Sequence[Function]) -> RouteCache:
        """The application; NotIndexed when a route cannot be served."""
        routes = [
            Route(webhook.PATH, self._webhook, methods=["POST", "OPTIONS"]),
            Route(topic.PATH, self._publish, methods=["POST"]),
            Route("/admin/functions/{name}", self._admin_fire, methods=["POST"]),
            Route("/admin/host/status", self._admin_status, methods=["GET"]),
            Route("/", _no_homepage, methods=list(METHODS)),
        ]
        for function in functions:
            routes += self._routes(function)
        return RouteCache(Starlette(routes=routes))

    def _routes(self, function: Function) -> list[Route]:
        paths = paths_of(function, self._options.route_prefix)
        if is_shadowed(paths):
            raise NotIndexed(f"the route of {function.name} begins with admin or runtime, which the host reserves.")
        endpoint = self._endpoint(function)
        return [Route(path, endpoint, methods=methods_of(function), name=function.name) for path in paths]

    def _endpoint(self, function: Function) -> Endpoint:
        level = str(function.trigger.get("authLevel") or "function")

        async def endpoint(request: Request) -> Response:
            verdict = self._keys.keys().judge(function.name, level, offered_keys(request))
            if verdict != "open":
                return _unauthorized(request) if verdict == "unknown" else _forbidden(request)
            try:
                body = await self._bodies.read(request)
            except NotReceived as problem:
                return _not_received(problem)
            if self._outstanding >= self._options.max_outstanding_requests:
                return PlainTextResponse("Too many requests are waiting.", 429, {"Retry-After": "1"})
            self._outstanding += 1
            try:
                async with self._gate:
                    return await self._call(function, request, body)
            finally:
                self._outstanding -= 1

        return endpoint

    async def _call(self, function: Function, request: Request, body: bytes) -> Response:
        http = Record(
            method=request.method,
            url=url_of(request),
            headers=headers_of(request),
            params={name: str(value) for name, value in request.path_params.items()},
            query=dict(request.query_params) if request.scope["query_string"] else {},
            body=Record(bytes=body),
        )
        started = time.perf_counter()
        outcome = await self._invocations.run(function, Record(http=http))
        answer = response_of(outcome.value) if outcome.ok else PlainTextResponse(_FAILED, 500)
        # The path only: a query may hold a key.
        milliseconds = (time.perf_counter() - started) * 1000
        if log.isEnabledFor(logging.INFO):
            log.info("%s %s: %d in %.0f ms", request.method, request.url.path, answer.status_code, milliseconds)
        return answer

    async def _webhook(self, request: Request) -> Response:
        try:
            body = await self._bodies.read(request)
        except NotReceived as problem:
            return _not_received(problem)
        name = request.query_params.get("functionName", "")
        headers = dict(request.headers)
        answer = await self._hook.answer(webhook.Request(request.method, name, offered_keys(request), headers, body))
        return PlainTextResponse(answer.body, answer.status, dict(answer.headers))

    async def _publish(self, request: Request) -> Response:
        try:
            answer = self._topic.answer(dict(request.headers), await self._bodies.read(request))
        except NotReceived as problem:
            return _not_received(problem)
        return PlainTextResponse(answer.body, answer.status)

    async def _admin_fire(self, request: Request) -> Response:
        if not self._keys.keys().allows("admin", offered_keys(request)):
            return _unauthorized(request)
        try:
            self._fire(request.path_params["name"])
        except Fault as fault:
            return PlainTextResponse(str(fault), 404)
        return Response(status_code=202)

    async def _admin_status(self, request: Request) -> Response:
        if not self._keys.keys().allows("admin", offered_keys(request)):
            return _unauthorized(request)
        return JSONResponse({"state": "Running", "idle": self._idle()})


def _not_received(problem: NotReceived) -> Response:
    return PlainTextResponse(str(problem), problem.status, {"Connection": "close"})


def _unauthorized(request: Request) -> Response:
    offered = ", ".join(map(fingerprint, offered_keys(request))) or "none"
    log.warning("%s %s: refused; fingerprint of the offered key: %s", request.method, request.url.path, offered)
    # One answer for a missing and for a wrong key, so that a caller learns nothing from the difference.
    return PlainTextResponse("A valid key is needed.", 401)


def _forbidden(request: Request) -> Response:
    offered = ", ".join(map(fingerprint, offered_keys(request)))
    log.warning("%s %s: refused; key %s is of another scope", request.method, request.url.path, offered)
    return PlainTextResponse("The key is valid, but not for this function.", 403)


async def _no_homepage(_: Request) -> Response:
    return Response(status_code=204)
