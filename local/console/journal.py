"""Telling what happens as it happens: one line for each new entry of the ledger."""

from __future__ import annotations

from rich.console import Console

from shared.core.ledger import Entry
from shared.ports import Ports

_MARKS = {"done": "✓", "refused": "✗", "quarantined": "✗", "failed": "✗", "waiting": "…", "requested": "→"}
_TOLD = ("drop", "train", "model", "approval", "window")
_HIDDEN = ("in_progress", "released")


class Story:
    """Remembers what it has told."""

    def __init__(self, ports: Ports, console: Console) -> None:
        self._ports = ports
        self._console = console
        self._told: set[tuple[str, str, str]] = {_mark(entry) for entry in ports.core.history.entries(1000)}

    def tell(self) -> None:
        """Print what is new, oldest first."""
        for entry in reversed(self._ports.core.history.entries(100)):
            if _mark(entry) in self._told:
                continue
            self._told.add(_mark(entry))
            if entry.kind in _TOLD and entry.state not in _HIDDEN:
                sign = _MARKS.get(entry.state, "·")
                self._console.print(
                    f"{entry.at:%H:%M:%S} {sign} {entry.kind:<8} {entry.reason}", markup=False, soft_wrap=True
                )


def _mark(entry: Entry) -> tuple[str, str, str]:
    return (entry.kind, entry.key, f"{entry.state} {entry.reason}")
