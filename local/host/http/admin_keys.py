"""Lists, adds and removes keys of the host and of its functions over HTTP; a change takes effect at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.host.http.key_file import KeyFile, changing_keys, new_value
from local.host.http.messages import TEXT, Answer, Request, json_answer

_NOT_FOUND = Answer(404)


class AdminKeys:
    """The keys of a home, as the host's own addresses show them; `functions` has each name by its lower case."""

    def __init__(self, keys: KeyFile, functions: Mapping[str, str]) -> None:
        self._keys = keys
        self._functions = functions

    async def answer(self, request: Request, owner: str, name: str | None) -> Answer:
        """The answer for `owner` (host/keys, host/systemkeys, functions/NAME/keys …) and one of its keys."""
        if owner.startswith("functions/"):
            function = self._functions.get(owner.split("/")[1])
            if function is None:
                return _NOT_FOUND
            owner = f"functions/{function}"
        here = f"http://{request.headers['host']}{request.path.rstrip('/')}"
        if name is None:
            return self._list(owner, here) if request.method == "GET" else _NOT_FOUND
        if request.method == "DELETE":
            return Answer(204) if self._remove(owner, name) else _NOT_FOUND
        if request.method in ("PUT", "POST"):
            return await self._put(request, owner, name, here)
        return _NOT_FOUND

    def _list(self, owner: str, here: str) -> Answer:
        keys = self._keys.keys()
        found = keys.of_host
        if owner == "host/systemkeys":
            found = keys.systems
        elif owner.startswith("functions/"):
            found = keys.own.get(owner.removeprefix("functions/"), {})
        rows = [{"name": name, "value": value} for name, value in found.items()]
        return json_answer(200, {"keys": rows, "links": [{"rel": "self", "href": here}]})

    async def _put(self, request: Request, owner: str, name: str, here: str) -> Answer:
        value = new_value()
        if request.method == "PUT":
            try:
                value = json.loads(await request.read_body()).get("value")
            except (ValueError, AttributeError):
                return Answer(400)
            if not isinstance(value, str) or not value:
                return Answer(400, b"Invalid key value", (("Content-Type", TEXT),))
        created = self._set(owner, name, value)
        described = {"name": name, "value": value, "links": [{"rel": "self", "href": here}]}
        return json_answer(201 if created else 200, described, ("Location", here))

    def _set(self, owner: str, name: str, value: str) -> bool:
        with changing_keys(self._keys.home) as content:
            entries = _entries(content, owner)
            before = len(entries)
            entries[:] = [entry for entry in entries if entry["name"] != name]
            entries.append({"name": name, "value": value})
            return len(entries) > before

    def _remove(self, owner: str, name: str) -> bool:
        with changing_keys(self._keys.home) as content:
            entries = _entries(content, owner)
            before = len(entries)
            entries[:] = [entry for entry in entries if entry["name"] != name]
            return len(entries) < before


def _entries(content: dict[str, Any], owner: str) -> list[dict[str, Any]]:
    if owner.startswith("functions/"):
        content = content.setdefault("keysOfFunctions", {})
        kind = owner.removeprefix("functions/")
    else:
        kind = "systemKeys" if owner == "host/systemkeys" else "functionKeys"
    entries: list[dict[str, Any]] = content.setdefault(kind, [])
    return entries
