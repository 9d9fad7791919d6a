"""Telling the story while it is played: chapter, what was planted, what the system says, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from local.story.chapter import Chapter, Ending
from shared.core.ledger import Entry

_MARKS = {"done": "✓", "refused": "✗", "quarantined": "✗", "failed": "✗", "waiting": "…", "requested": "→"}
_KINDS = frozenset(
    {
        "approval", "breach", "drop", "model", "monitor", "poison", "quality", "requests", "retrain", "rollout",
        "scorecard", "train", "window",
    }
)  # fmt: skip
_HIDDEN = frozenset({"in_progress", "released"})
# How the journal begins the line of a closed breach.
_RESOLVED = "Resolved:"
_LONGEST = 240


def told(entry: Entry) -> bool:
    """Whether a line of the journal is part of the story: labels, and what became of data, models and windows."""
    of_interest = entry.kind in _KINDS or (entry.kind == "blob" and entry.key.startswith("actuals/"))
    return of_interest and entry.state not in _HIDDEN


class StoryPrinter:
    """Prints each sentence of a chapter once, however often it is said."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._said: set[tuple[str, str, str]] = set()

    def begin(self, number: int, of: int, chapter: Chapter) -> None:
        """The chapter's title, and what is planted in it."""
        self._said.clear()
        self._print(f"\n{number}/{of}  {chapter.title}", style="bold")
        self._print(f"     planted: {chapter.planted}")

    def tell(self, entries: Sequence[Entry]) -> None:
        """What is new in the journal."""
        for entry in filter(told, entries):
            sentence = (entry.kind, entry.state, entry.reason)
            if sentence not in self._said:
                self._said.add(sentence)
                kind = "labels" if entry.kind == "blob" else entry.kind
                self._print(f"     {entry.at:%d %b %H:%M} {_mark(entry)} {kind:<9} {_shortened(entry.reason)}")

    def end(self, ending: Ending) -> None:
        """Whether it ended as it had to."""
        if ending.well:
            self._print(f"   ✓ {ending.chapter.verdict}", style="green")
            return
        self._print(f"   ✗ expected: {ending.chapter.verdict}", style="bold red")
        for line in ending.missing:
            self._print(f"     not as expected: {line}", style="red")

    def _print(self, text: str, style: str = "") -> None:
        if not self._quiet:
            self._console.print(text, style=style, markup=False, soft_wrap=True)


def _mark(entry: Entry) -> str:
    if entry.kind == "breach" and not entry.reason.startswith(_RESOLVED):
        return "!"
    return _MARKS.get(entry.state, "·")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
