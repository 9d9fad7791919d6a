"""Route templates of the Functions host, as ASP.NET reads them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local.host.worker import Function, NotIndexed

_PART = re.compile(
    r"\{(?P<star>\*{0,2})(?P<name>[A-Za-z_]\w*)(?P<checks>(?::\w+(?:\([^)]*\))?)*)"
    r"(?:=(?P<default>[^}]*))?(?P<optional>\?)?\}"
)
_CHECK = re.compile(r":(\w+)(?:\(([^)]*)\))?")
_RESERVED = ("admin", "runtime")
_MOST = 256


def _whole(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: bool(re.fullmatch(r"\s*[+-]?[0-9]+\s*", text)) and low <= int(text) <= high


def _number(text: str) -> bool:
    return bool(re.fullmatch(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*", text))


def _guid(text: str) -> bool:
    try:
        uuid.UUID(text.strip("{}()"))
    except ValueError:
        return False
    return True


_KINDS: dict[str, Callable[[str], bool]] = {
    "int": _whole(-(2**31), 2**31 - 1),
    "long": _whole(-(2**63), 2**63 - 1),
    "guid": _guid,
    "bool": lambda text: text.lower() in ("true", "false"),
    "alpha": lambda text: bool(re.fullmatch(r"[A-Za-z]*", text)),
    "float": _number,
    "double": _number,
    "decimal": _number,
}
_SIZED: dict[str, Callable[[str, list[int]], bool]] = {
    "length": lambda text, at: at[0] <= len(text) <= at[-1],
    "minlength": lambda text, at: len(text) >= at[0],
    "maxlength": lambda text, at: len(text) <= at[0],
    "min": lambda text, at: _KINDS["long"](text) and int(text) >= at[0],
    "max": lambda text, at: _KINDS["long"](text) and int(text) <= at[0],
    "range": lambda text, at: _KINDS["long"](text) and at[0] <= int(text) <= at[-1],
}


@dataclass(frozen=True, slots=True)
class FunctionRoute:
    """The paths and methods of a function; `methods` is empty when it takes every method."""

    function: Function
    pattern: re.Pattern[str]
    methods: frozenset[str]
    checks: tuple[tuple[str, Callable[[str], bool]], ...]
    defaults: tuple[tuple[str, str], ...]

    def fit(self, method: str, path: str) -> dict[str, str] | None:
        """The parameters when the request is for this function, else None."""
        match = self.pattern.fullmatch(path)
        if match is None or (self.methods and method not in self.methods):
            return None
        found = {name: value for name, value in match.groupdict().items() if value}
        if any(name in found and not check(found[name]) for name, check in self.checks):
            return None
        return {**dict(self.defaults), **found}


class Routes:
    """All routes of an app. Of several that fit, the function whose name is first in the alphabet is called."""

    def __init__(self, functions: Sequence[Function], prefix: str) -> None:
        self._routes = [route_of(function, prefix) for function in sorted(functions, key=lambda one: one.name.lower())]
        self._found: dict[tuple[str, str], tuple[Function, dict[str, str]] | None] = {}

    def find(self, method: str, path: str) -> tuple[Function, dict[str, str]] | None:
        """The function for this method and path, and its parameters."""
        key = (method, path)
        if key not in self._found:
            if len(self._found) >= _MOST:
                # Callers choose parts of paths, so what is kept needs a limit.
                self._found.clear()
            self._found[key] = self._search(method, path)
        return self._found[key]

    def _search(self, method: str, path: str) -> tuple[Function, dict[str, str]] | None:
        for route in self._routes:
            parameters = route.fit(method, path)
            if parameters is not None:
                return route.function, parameters
        return None


def route_of(function: Function, prefix: str) -> FunctionRoute:
    """The route that a function declares; NotIndexed when it cannot be served."""
    template = str(function.trigger.get("route") or function.name).strip("/")
    segments = [part for part in (*prefix.split("/"), *_segments(template)) if part]
    if segments and segments[0].lower() in _RESERVED:
        raise NotIndexed(f"the route of {function.name} begins with admin or runtime, which the host reserves.")
    parts = list(_PART.finditer(template))
    pattern = re.compile("".join(map(_pattern, segments)) + "/?", re.IGNORECASE | re.DOTALL)
    methods = frozenset(str(method).upper() for method in function.trigger.get("methods") or ())
    checks = tuple(
        (part["name"], _check(function, *found)) for part in parts for found in _CHECK.findall(part["checks"])
    )
    defaults = tuple((part["name"], part["default"]) for part in parts if part["default"] is not None)
    return FunctionRoute(function, pattern, methods, checks, defaults)


def _segments(template: str) -> list[str]:
    # A slash inside braces, in a constraint, separates nothing.
    return re.findall(r"(?:\{[^}]*\}|[^/{])+", template)


def _pattern(segment: str) -> str:
    whole = _PART.fullmatch(segment)
    if whole and whole["star"]:
        return f"(?:/(?P<{whole['name']}>.*))?"
    if whole and (whole["optional"] or whole["default"] is not None):
        return f"(?:/(?P<{whole['name']}>[^/]+))?"
    text, place = "/", 0
    for part in _PART.finditer(segment):
        text += re.escape(segment[place : part.start()]) + f"(?P<{part['name']}>[^/]+)"
        place = part.end()
    return text + re.escape(segment[place:])


def _check(function: Function, name: str, arguments: str) -> Callable[[str], bool]:
    if name in _KINDS and not arguments:
        return _KINDS[name]
    if name in _SIZED and re.fullmatch(r"\s*-?\d+\s*(,\s*-?\d+\s*)?", arguments):
        numbers = [int(number) for number in arguments.split(",")]
        sized = _SIZED[name]
        return lambda text: sized(text, numbers)
    known = ", ".join([*_KINDS, *_SIZED])
    raise NotIndexed(f"the route of {function.name} has a constraint {name}; the local host knows {known}.")
