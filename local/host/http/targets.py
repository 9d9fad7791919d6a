"""Targets of requests: the path as the Functions host decodes it, and the URL as a function sees it."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_SLASH = re.compile(r"%2[fF]")
# What a path shows as it is; all else is encoded, and an escape that is there already stays.
_SAFE = "/:@!$&'()*+,;=-._~"
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN = re.compile(r"[/\w-]*", re.ASCII)


class BadTarget(ValueError):
    """The target cannot be a path."""


def decoded_path(raw: str) -> str:
    """The path without escapes and dot segments; an escaped slash and bytes that are no UTF-8 keep their escapes."""
    if _PLAIN.fullmatch(raw):
        return raw
    path = _ESCAPES.sub(lambda match: _decoded(match[0]), raw)
    if "\0" in path:
        raise BadTarget("the path holds a NUL")
    return _without_dots(path)


def _decoded(escapes: str) -> str:
    # Escaped slashes stay, so what stands between them is decoded on its own.
    parts: list[str] = []
    place = 0
    for match in _SLASH.finditer(escapes):
        if match.start() % 3:
            continue
        parts += [_text(escapes[place : match.start()]), match[0]]
        place = match.end()
    return "".join([*parts, _text(escapes[place:])])


def _text(escapes: str) -> str:
    return unquote_to_bytes(escapes).decode("utf-8", "surrogateescape").translate(_UNDECODED)


# A byte that is no part of a character is its escape again.
_UNDECODED = {0xDC00 + byte: f"%{byte:02x}" for byte in range(0x80, 0x100)}


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    parts = path.split("/")
    for part in parts[1:]:
        if part == "..":
            del kept[-1:]
        elif part != ".":
            kept.append(part)
    ending = "/" if parts[-1] in (".", "..") and kept else ""
    return "/" + "/".join(kept) + ending


def encoded_path(path: str) -> str:
    """A decoded path as part of a URL."""
    if _PLAIN.fullmatch(path):
        return path
    return quote(_LONE_PERCENT.sub("%25", path), safe=_SAFE + "%")


def parameters_of(query: str) -> dict[str, str]:
    """The query's parameters: values of one name, in any case, are joined with commas, and empty ones left out."""
    if not query:
        return {}
    names: dict[str, str] = {}
    values: dict[str, list[str]] = {}
    for part in query.removeprefix("?").split("&"):
        name, separator, value = part.partition("=")
        if not part or not (separator or name):
            continue
        plain = unescaped(name)
        names[plain.lower()] = plain
        values.setdefault(plain.lower(), []).append(unescaped(value))
    joined = {names[key]: ",".join(parts) for key, parts in values.items()}
    return {name: value for name, value in joined.items() if value}


def first_parameter(query: str, wanted: str) -> str | None:
    """The first value of a parameter whose name is lower-case, or None."""
    for part in query.removeprefix("?").split("&") if query else ():
        name, _, value = part.partition("=")
        if unescaped(name).lower() == wanted:
            return unescaped(value)
    return None


def unescaped(text: str) -> str:
    """A name or value of a query; what is no escape or no UTF-8 stays as it is."""
    return _ESCAPES.sub(lambda match: _text(match[0]), text.replace("+", " "))
