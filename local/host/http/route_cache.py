"""Routes that were found once are found at once: most requests ask for the same few paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

_MOST = 256


class RouteCache:
    """An application that answers as Starlette's does, and looks through all routes only once for a method and path."""

    def __init__(self, application: Starlette) -> None:
        self._application = application
        self._found: dict[tuple[str, str], tuple[Route, Mapping[str, Any]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        key = (scope.get("method", ""), scope.get("path", ""))
        known = self._found.get(key)
        if known is None:
            await self._search(key, scope, receive, send)
            return
        route, parameters = known
        scope["path_params"] = dict(parameters)
        response = await route.endpoint(Request(scope, receive, send))
        await response(scope, receive, send)

    async def _search(self, key: tuple[str, str], scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope, receive, send)
        route = scope.get("route")
        # A path that is known with another method only is refused by Starlette, every time.
        if not isinstance(route, Route) or key[0] not in (route.methods or ()):
            return
        if len(self._found) >= _MOST:
            # Paths hold what callers choose: the memory must end somewhere.
            self._found.clear()
        self._found[key] = (route, dict(scope["path_params"]))
