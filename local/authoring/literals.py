"""Python literals as the formatter would leave them: on one line where it fits, else one item a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

WIDTH = 120


@dataclass(frozen=True, slots=True)
class Call:
    """A call with its arguments; those without a name come first."""

    name: str
    arguments: Sequence[Any] = ()
    named: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """An expression as it is."""

    text: str


def record(value: Any) -> Call:
    """The call that makes the frozen record again: fields that have their default are left out."""
    kept = {one.name: getattr(value, one.name) for one in fields(value) if getattr(value, one.name) != one.default}
    first = next(iter(kept))
    return Call(type(value).__name__, (kept.pop(first),), kept)


def literal(value: Any, indent: int = 0, before: int = 0, after: int = 1) -> str:
    """The value as source; `before` and `after` are the characters that stand beside it on its first and last line."""
    value = record(value) if is_dataclass(value) and not isinstance(value, Call | Code) else value
    one_line = _flat(value)
    if indent + before + len(one_line) + after <= WIDTH or not _items(value):
        return one_line
    opens = f"{value.name}(" if isinstance(value, Call) else "("
    inner = indent + 4
    lines = [f"{' ' * inner}{name}{literal(item, inner, len(name))}," for name, item in _items(value)]
    return "\n".join([opens, *lines, f"{' ' * indent})"])


def _items(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Call):
        named = value.named or {}
        return [("", item) for item in value.arguments] + [(f"{name}=", item) for name, item in named.items()]
    return [("", item) for item in value] if isinstance(value, tuple) else []


def _flat(value: Any) -> str:
    if isinstance(value, Code):
        return value.text
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        inner = ", ".join(map(_flat, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, Call):
        return f"{value.name}({', '.join(name + _flat(item) for name, item in _items(value))})"
    return _flat(record(value)) if is_dataclass(value) else _number(value)


def _number(value: Any) -> str:
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:  # noqa: PLR2004 -- as repr does
        whole = int(value)
        return f"{whole:_}" if abs(whole) >= 10_000 else str(whole)  # noqa: PLR2004
    return repr(value)


def quoted(text: str) -> str:
    """The text in the quotation marks that the formatter prefers."""
    plain = repr(text)
    return plain if '"' in text or "\\" in plain else f'"{plain[1:-1]}"'
