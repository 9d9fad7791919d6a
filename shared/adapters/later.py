"""Ports that a process may never need: each is made, and its module loaded, by the first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable


class _Later:
    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make: Callable[[], Any] | None = make
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        # Two threads may both make one: a port that was just made holds nothing that the other would lack.
        make = self._make
        if make is not None:
            self._made = make()
            self._make = None
        return getattr(self._made, name)


def later[T](make: Callable[[], T]) -> T:
    """What `make` makes, by the first look at one of its parts."""
    return cast("T", _Later(make))
