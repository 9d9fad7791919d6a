"""Playing the whole story, chapter by chapter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from local.story.chapter import Chapter, Ending
from local.story.inline_trainer import Progress
from local.story.printer import StoryPrinter
from local.story.story_env import StoryEnv
from shared.core.ledger import Entry


def play(home: Path, chapters: Sequence[Chapter], printer: StoryPrinter, progress: Progress) -> list[Ending]:
    """How each chapter ended, played in a home that was empty before; a bad ending does not end the story."""
    said: list[Entry] = []

    def hear(entries: Sequence[Entry]) -> None:
        said.extend(entries)
        printer.tell(entries)

    env, endings = StoryEnv(home, progress, hear), []
    for number, chapter in enumerate(chapters, 1):
        said.clear()
        progress(chapter.title, 0.0)
        printer.begin(number, len(chapters), chapter)
        chapter.play(env)
        endings.append(Ending(chapter, tuple(said)))
        printer.end(endings[-1])
    return endings
