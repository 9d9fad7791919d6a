"""Ports that a process may never need: the first use loads the module and makes the port."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any


class _Lazy:
    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make: Callable[[], Any] | None = make
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        # Two threads may both make a port: a new port holds nothing that the other one would lack.
        make = self._make
        if make is not None:
            self._made = make()
            self._make = None
        return getattr(self._made, name)


def lazy(where: str, *args: Any) -> Any:
    """Return a stand-in for `where` ("module:Class") with `args`; its first attribute access makes the object."""
    return _Lazy(partial(_make, where, args))


def _make(where: str, args: tuple[Any, ...]) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)(*args)
