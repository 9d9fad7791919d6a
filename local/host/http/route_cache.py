"""A cache of matched routes, because Starlette tries its routes one by one, which slows every small request down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

_MOST = 256


class RouteCache:
    """An application that answers like Starlette's, and searches its routes once per method and path."""

    def __init__(self, application: Starlette) -> None:
        self._application = application
        self._matches: dict[tuple[str, str], tuple[Route, Mapping[str, Any]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        key = (scope.get("method", ""), scope.get("path", ""))
        match = self._matches.get(key)
        if match is None:
            await self._search(key, scope, receive, send)
            return
        route, parameters = match
        scope["path_params"] = dict(parameters)
        response = await route.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)

    async def _search(self, key: tuple[str, str], scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, send)
        route = scope.get("route")
        # Starlette also sets the route when only the path matches; it refuses such a method every time.
        if not isinstance(route, Route) or key[0] not in (route.methods or ()):
            return
        if len(self._matches) >= _MOST:
            # Callers choose parts of paths, so the cache needs a limit.
            self._matches.clear()
        self._matches[key] = (route, dict(scope["path_params"]))
