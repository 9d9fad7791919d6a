"""Prints the story while it is played: the chapter, the planted fault, the journal, and the ending."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from local.story.chapter import Chapter, Ending
from shared.core.ledger import Entry, Kind

_MARKS = {"done": "✓", "refused": "✗", "quarantined": "✗", "failed": "✗", "waiting": "…", "requested": "→"}
_KINDS = frozenset(
    {
        "approval", "breach", "drop", "model", "monitor", "poison", "quality", "requests", "retrain", "rollout",
        "scorecard", "train", "window",
    }
)  # fmt: skip
_HIDDEN = frozenset({"in_progress", "released", "queued"})
# The journal's line of a closed breach begins with this word.
_RESOLVED = "Resolved:"
_LONGEST = 240


def is_shown(entry: Entry) -> bool:
    """Whether the story shows a line of the journal: labels, and events of data, models and windows."""
    shown_kind = entry.kind in _KINDS or (entry.kind == Kind.BLOB and entry.key.startswith("actuals/"))
    return shown_kind and entry.state not in _HIDDEN


class StoryPrinter:
    """Prints each sentence of a chapter once, however often the journal has it."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._printed: set[tuple[str, str, str]] = set()

    def begin(self, number: int, of: int, chapter: Chapter) -> None:
        """Print the chapter's title and the planted fault."""
        self._printed.clear()
        self._print(f"\n{number}/{of}  {chapter.title}", style="bold")
        self._print(f"     planted: {chapter.planted}")

    def print_entries(self, entries: Sequence[Entry]) -> None:
        """Print new lines of the journal."""
        for entry in filter(is_shown, entries):
            sentence = (entry.kind, entry.state, entry.reason)
            if sentence not in self._printed:
                self._printed.add(sentence)
                kind = "labels" if entry.kind == Kind.BLOB else entry.kind
                self._print(f"     {entry.at:%d %b %H:%M} {_mark(entry)} {kind:<9} {_shortened(entry.reason)}")

    def end(self, ending: Ending) -> None:
        """Print whether the chapter ended as expected."""
        if ending.as_expected:
            self._print(f"   ✓ {ending.chapter.verdict}", style="green")
            return
        self._print(f"   ✗ expected: {ending.chapter.verdict}", style="bold red")
        for line in ending.missing:
            self._print(f"     missing: {line}", style="red")

    def _print(self, text: str, style: str = "") -> None:
        if not self._quiet:
            self._console.print(text, style=style, markup=False, soft_wrap=True)


def _mark(entry: Entry) -> str:
    if entry.kind == Kind.BREACH and not entry.reason.startswith(_RESOLVED):
        return "!"
    return _MARKS.get(entry.state, "·")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
