"""A chapter of the story: the fault that is planted, how it is played, and the journal lines it must lead to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local.story.story_env import StoryEnv
from shared.core.ledger import Entry
from shared.core.wording import counted


@dataclass(frozen=True, slots=True)
class Line:
    """Journal lines of this kind and state whose reason contains `words`: at least one, or exactly `times`."""

    kind: str
    state: str
    words: str
    times: int | None = None

    def matches(self, journal: Sequence[Entry]) -> list[Entry]:
        """The matching lines of the journal."""
        return [
            entry
            for entry in journal
            if (entry.kind, entry.state) == (self.kind, self.state) and self.words in entry.reason
        ]

    def holds(self, journal: Sequence[Entry]) -> bool:
        """Whether the journal has the line as often as expected."""
        count = len(self.matches(journal))
        return count > 0 if self.times is None else count == self.times

    def __str__(self) -> str:
        """The line as a sentence of a report names it."""
        often = "" if self.times is None else f" {counted(self.times, 'time')}" if self.times else " not at all"
        return f"{self.kind} {self.state}{often}: “{self.words}”"


@dataclass(frozen=True, slots=True)
class Chapter:
    """`verdict` says how the system shall handle what is `planted`; `expects` are the lines that show it.

    The first expected line is quoted in the summary. `why` is the argument for `mlops history --why`.
    """

    title: str
    planted: str
    play: Callable[[StoryEnv], None]
    verdict: str
    expects: tuple[Line, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Ending:
    """A chapter that was played, and its part of the journal."""

    chapter: Chapter
    journal: Sequence[Entry]

    @property
    def missing(self) -> tuple[Line, ...]:
        """The expected lines that the journal lacks."""
        return tuple(line for line in self.chapter.expects if not line.holds(self.journal))

    @property
    def as_expected(self) -> bool:
        """Whether no expected line is missing."""
        return not self.missing

    @property
    def reason(self) -> str:
        """The journal's sentence for the first expected line."""
        entries = self.chapter.expects[0].matches(self.journal)
        return entries[-1].reason if entries else f"Missing: {self.missing[0]}"
