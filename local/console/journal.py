"""Prints each new entry of the ledger as it appears."""

from __future__ import annotations

from rich.console import Console

from shared.core.ledger import Entry
from shared.core.wording import visible
from shared.ports import Ports

_MARKS = {"done": "✓", "refused": "✗", "quarantined": "✗", "failed": "✗", "waiting": "…", "requested": "→"}
_SHOWN_KINDS = ("drop", "train", "model", "approval", "window")
_HIDDEN = ("in_progress", "released", "queued")


class JournalPrinter:
    """Prints every entry of the ledger once."""

    def __init__(self, ports: Ports, console: Console) -> None:
        self._ports = ports
        self._console = console
        self._printed: set[tuple[str, str, str]] = {_identity(entry) for entry in ports.core.history.entries(1000)}

    def print_new(self) -> None:
        """Print new entries, oldest first."""
        for entry in reversed(self._ports.core.history.entries(100)):
            if _identity(entry) in self._printed:
                continue
            self._printed.add(_identity(entry))
            if entry.kind in _SHOWN_KINDS and entry.state not in _HIDDEN:
                sign = _MARKS.get(entry.state, "·")
                self._console.print(
                    f"{entry.at:%H:%M:%S} {sign} {entry.kind:<8} {visible(entry.reason)}", markup=False, soft_wrap=True
                )


def _identity(entry: Entry) -> tuple[str, str, str]:
    return (entry.kind, entry.key, f"{entry.state} {entry.reason}")
