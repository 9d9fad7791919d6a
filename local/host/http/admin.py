"""The host's own addresses below /admin: its state, its functions and their keys, and calls by hand."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from local.host.http.admin_keys import AdminKeys
from local.host.http.key_file import KeyFile
from local.host.http.messages import Answer, Request, json_answer
from local.host.worker import Function

# The host that this one is a twin of.
HOST_VERSION = "4.1037.0"
_NOT_FOUND, _OK, _ACCEPTED = Answer(404), Answer(200), Answer(202)
_NO_CACHE = (("Cache-Control", "no-store,no-cache"), ("Pragma", "no-cache"))
_KEYS = re.compile(r"/admin/(?P<owner>host/(?:function|system)?keys|functions/[^/]+/keys)(?:/(?P<name>[^/]+))?")
_FUNCTION = re.compile(r"/admin/functions/(?P<name>[^/]+)(?P<rest>/status)?")
Run = Callable[[Function, str | None], None]


class Admin:
    """Answers what is asked of the host itself; the master key opens everything here."""

    def __init__(self, functions: Sequence[Function], keys: KeyFile, *, run: Run) -> None:
        self._functions = {function.name.lower(): function for function in functions}
        self._keys = keys
        self._key_lists = AdminKeys(keys, {name: function.name for name, function in self._functions.items()})
        self._run = run
        self._started = time.monotonic()

    async def answer(self, request: Request, key: str | None) -> Answer:
        """The answer; 404 for what is not here, 401 without a valid key, 403 with one that opens other things."""
        path = request.path.rstrip("/")
        asked = path.lower()
        if asked == "/admin/host/ping":
            return Answer(200, headers=_NO_CACHE)
        if asked == "/admin/warmup":
            return _OK
        kind = self._keys.keys().kind(key)
        if asked == "/admin/vfs" or asked.startswith("/admin/vfs/"):
            return Answer(403 if kind == "master" else 401)
        act = self._find(request, path, asked)
        if act is None:
            return _NOT_FOUND
        if kind == "other":
            return Answer(401, headers=(("WWW-Authenticate", _challenge(request)),))
        return await act() if kind == "master" else Answer(403)

    def _find(self, request: Request, path: str, asked: str) -> Any:
        if asked == "/admin/host/status" and request.method == "GET":
            return self._status
        if asked == "/admin/functions" and request.method == "GET":
            return self._list
        if match := _KEYS.fullmatch(asked):
            owner, name = match["owner"], path[match.start("name") :] if match["name"] else None

            async def keys() -> Answer:
                return await self._key_lists.answer(request, owner, name)

            return keys
        if match := _FUNCTION.fullmatch(asked):
            function, wants_status = self._functions.get(match["name"]), bool(match["rest"])

            async def of_function() -> Answer:
                return await self._of_function(request, function, wants_status=wants_status)

            return of_function
        return None

    async def _status(self) -> Answer:
        facts = {
            "id": "local",
            "state": "Running",
            "version": f"{HOST_VERSION}.0",
            "versionDetails": HOST_VERSION,
            "platformVersion": "",
            "instanceId": "",
            "computerName": "",
            "processUptime": int(1000 * (time.monotonic() - self._started)),
            "functionAppContentEditingState": "Unknown",
            "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "4.99.0"},
        }
        return json_answer(200, facts)

    async def _list(self) -> Answer:
        return json_answer(200, [_described(function) for function in self._functions.values()])

    async def _of_function(self, request: Request, function: Function | None, *, wants_status: bool) -> Answer:
        if request.method == "GET" and function is not None:
            return json_answer(200, {} if wants_status else _described(function))
        if request.method != "POST" or wants_status:
            return _NOT_FOUND
        return await self._run_by_hand(request, function)

    async def _run_by_hand(self, request: Request, function: Function | None) -> Answer:
        if request.content_type != "application/json":
            return Answer(415)
        try:
            text = _input_of(await request.read_body())
        except ValueError:
            return Answer(400)
        if function is None:
            return _NOT_FOUND
        self._run(function, text)
        return _ACCEPTED


def _input_of(body: bytes) -> str | None:
    """The `input` of a call by hand, or None; ValueError for a body that is no object, or an input that is no text."""
    content = json.loads(body)
    text = content.get("input") if isinstance(content, dict) else 0
    if text is not None and not isinstance(text, str):
        raise ValueError("input is no text")
    return text


def _challenge(request: Request) -> str:
    token = request.headers.get("authorization", "").lower().startswith("bearer ")
    return 'Bearer error="invalid_token"' if token else "Bearer"


def _described(function: Function) -> dict[str, Any]:
    bindings = [dict(function.trigger), *map(dict, function.outputs)]
    config = {"name": function.name, "bindings": bindings, "language": "python"}
    return {"name": function.name, "config": config, "isDisabled": function.disabled, "language": "python"}
