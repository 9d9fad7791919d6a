"""Ports that a process may never need: the first use loads the module and makes the port."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from threading import Lock
from typing import Any


class Once[T]:
    """Made by the first call, in one thread; every call returns it."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: list[T] = []
        self._failed = False

    def __call__(self) -> T:
        """What was made."""
        with self._lock:
            if not self._made:
                try:
                    self._made.append(self._make())
                except Exception:
                    self._failed = True
                    raise
            return self._made[0]

    @property
    def made(self) -> T | None:
        """What was made; None before."""
        return self._made[0] if self._made else None

    @property
    def was_tried(self) -> bool:
        """Whether it was made, or could not be; while it is being made for the first time: no."""
        return self._failed or bool(self._made)


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


def lazy(where: str, *args: Any, **named: Any) -> Any:
    """Return a stand-in for `where` ("module:Class") with these arguments; its first attribute access makes the object.

    An argument that is made once is made then.
    """
    return _Lazy(partial(_make, where, args, named))


def _make(where: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    module, _, name = where.partition(":")
    given = [one() if isinstance(one, Once) else one for one in args]
    return getattr(import_module(module), name)(*given, **named)
