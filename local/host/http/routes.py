"""Route templates of the Functions host, read as paths of the web server."""

from __future__ import annotations

import re
from collections.abc import Sequence

from local.host.worker import Function, NotIndexed

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_PART = re.compile(r"\{(?P<star>\*{0,2})(?P<name>[A-Za-z_]\w*)(?::(?P<kind>\w+))?(?P<optional>\?)?\}")
_KINDS = {None: "", "int": ":int", "long": ":int", "guid": ":uuid", "alpha": "", "float": ":float"}


def methods_of(function: Function) -> list[str]:
    """The methods a function answers; all where it names none."""
    declared = function.trigger.get("methods") or METHODS
    return [str(method).upper() for method in declared]


def paths_of(function: Function, prefix: str) -> list[str]:
    """The paths a function answers, longest first: two where its last parameter is optional."""
    route = str(function.trigger.get("route") or function.name).strip("/")
    paths = [_path(function, prefix, route)]
    last = route.rpartition("/")[2]
    part = _PART.fullmatch(last)
    if part and part["optional"]:
        paths.append(_path(function, prefix, route.rpartition("/")[0]))
    return paths


def _path(function: Function, prefix: str, route: str) -> str:
    converted = _PART.sub(lambda part: _parameter(function, part), route)
    return "/" + "/".join(part for part in (prefix, converted) if part)


def _parameter(function: Function, part: re.Match[str]) -> str:
    if part["star"]:
        return f"{{{part['name']}:path}}"
    if part["kind"] not in _KINDS:
        known = ", ".join(kind for kind in _KINDS if kind)
        raise NotIndexed(f"the route of {function.name} has a constraint {part['kind']}; the local host knows {known}.")
    return f"{{{part['name']}{_KINDS[part['kind']]}}}"


def is_shadowed(paths: Sequence[str]) -> bool:
    """Whether one of the paths is reserved for the host itself."""
    return any(path.startswith(("/admin", "/runtime")) for path in paths)
