"""A chapter: what is planted, how it is played, and what the journal must say of it by its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from local.story.story_env import StoryEnv
from shared.core.ledger import Entry


@dataclass(frozen=True, slots=True)
class Line:
    """Lines of the journal of this kind and state in which these words stand: at least one, or just so many."""

    kind: str
    state: str
    words: str
    times: int | None = None

    def found(self, said: Sequence[Entry]) -> list[Entry]:
        """The lines that fit."""
        return [one for one in said if (one.kind, one.state) == (self.kind, self.state) and self.words in one.reason]

    def holds(self, said: Sequence[Entry]) -> bool:
        """Whether the journal says it."""
        found = len(self.found(said))
        return found > 0 if self.times is None else found == self.times

    def __str__(self) -> str:
        """As a person would ask for it."""
        often = {None: "", 0: " not at all"}.get(self.times, f" {self.times} time(s)")
        return f"{self.kind} {self.state}{often}: “{self.words}”"


@dataclass(frozen=True, slots=True)
class Chapter:
    """`verdict` is what the system is to make of what was `planted`; the first of `says` tells it in its own words.

    `look` is what `mlops history --why` is to be asked for.
    """

    title: str
    planted: str
    play: Callable[[StoryEnv], None]
    verdict: str
    says: tuple[Line, ...]
    look: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a chapter ended: what the journal said meanwhile."""

    chapter: Chapter
    said: Sequence[Entry]

    @property
    def missing(self) -> tuple[Line, ...]:
        """Which of the expected lines it did not say."""
        return tuple(line for line in self.chapter.says if not line.holds(self.said))

    @property
    def well(self) -> bool:
        """Whether it ended as expected."""
        return not self.missing

    @property
    def reason(self) -> str:
        """The system's own sentence."""
        found = self.chapter.says[0].found(self.said)
        return found[-1].reason if found else f"Not said: {self.missing[0]}"
