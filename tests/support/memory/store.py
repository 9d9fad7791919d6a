"""What the hosts of one installation share: the rows of every port, changed by one call at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from itertools import count
from threading import RLock
from typing import Any, Concatenate


class Memory:
    """Rows by table and key. Values in it are frozen, so that nobody changes what another holds."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.rows: defaultdict[str, dict[Any, Any]] = defaultdict(dict)
        self.numbers = count(1)


class InMemory:
    """A port on that memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory


def atomic[Port: InMemory, **P, R](method: Callable[Concatenate[Port, P], R]) -> Callable[Concatenate[Port, P], R]:
    """The method as one step: nobody sees half of it. It refuses before it changes anything."""

    @wraps(method)
    def call(self: Port, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._memory.lock:
            return method(self, *args, **kwargs)

    return call
