"""Kill this process at the n-th call of a port, for tests that sweep over every such moment."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any, get_type_hints

import shared
from shared.core.scenario import Scenarios

# Ports that work on what they are given, in memory: a death in them leaves what a death before the next port leaves.
PURE = frozenset({"Tables", "Profiler", "Scoring"})


class Countdown:
    """Counts calls; at the last one the process dies at once, before the call has any effect.

    With `watched`, a folder, it remembers what lay there before each call. Another signal may halt instead of kill.
    """

    def __init__(self, calls: int | None, watched: Path | None = None, end: signal.Signals = signal.SIGKILL) -> None:
        self.limit = calls
        self._end = end
        self.seen = 0
        self.states: list[str] = []
        self._watched = watched

    def step(self) -> None:
        """One more call."""
        self.seen += 1
        if self._watched is not None:
            self.states.append(digest(self._watched))
        if self.limit is not None and self.seen >= self.limit:
            if self._end is not signal.SIGKILL:
                # Halted once; whoever wakes it up lets it go on to its end.
                self.limit = None
            os.kill(os.getpid(), self._end)

    def moments(self) -> list[int]:
        """The calls before which something had changed since the call before: of equal moments the first."""
        states = self.states
        return [number for number, state in enumerate(states, 1) if number == 1 or state != states[number - 2]]


def digest(home: Path) -> str:
    """What a killed process leaves there, log lines and SQLite's index of its own journal aside."""
    found = hashlib.blake2b()
    for file in sorted(home.rglob("*")):
        inside = file.relative_to(home)
        if not file.is_file() or inside.parts[0] == "logs" or file.name.endswith("-shm"):
            continue
        found.update(f"\n{inside} {file.stat().st_size}\n".encode())
        found.update(file.read_bytes())
    return found.hexdigest()


class Counted:
    """A port whose every call is counted first."""

    def __init__(self, port: Any, countdown: Countdown) -> None:
        self._port = port
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        """The method, counted; what is no method as it is."""
        method: Any = getattr(self._port, name)
        if not callable(method):
            return method

        def counted(*args: Any, **kwargs: Any) -> Any:
            self._countdown.step()
            return method(*args, **kwargs)

        return counted


@cache
def named() -> dict[str, Any]:
    """What bundles name for type checkers only: values and protocols of all rooms."""
    found: dict[str, Any] = {}
    protocols: dict[str, Any] = {}
    for one in walk_packages(shared.__path__, "shared."):
        if not one.name.startswith(("shared.adapters", "shared.bootstrap")):
            module = import_module(one.name)
            types = {name: value for name, value in vars(module).items() if isinstance(value, type)}
            found |= types
            protocols |= {name: value for name, value in types.items() if getattr(value, "_is_protocol", False)}
    # A value may be called like a port of another room; bundles name ports.
    return found | protocols | {"Scenarios": Scenarios}


def counted[Bundle](bundle: Bundle, countdown: Any, wrap: Callable[[Any, Any], Any] = Counted) -> Bundle:
    """The bundle with every call of every port counted, also of ports in bundles within; values stay as they are.

    `wrap` makes another port of a port and what is to be told of its calls.
    """
    hints = get_type_hints(type(bundle), localns=named())
    swapped: dict[str, Any] = {}
    for field in fields(bundle):  # type: ignore[arg-type]
        hint, value = hints[field.name], getattr(bundle, field.name)
        if getattr(hint, "_is_protocol", False):
            if hint.__name__ not in PURE:
                swapped[field.name] = wrap(value, countdown)
        elif is_dataclass(hint) and hint.__name__.endswith("Bundle"):
            swapped[field.name] = counted(value, countdown, wrap)
    return replace(bundle, **swapped)  # type: ignore[type-var]
