"""Plays the story, chapter by chapter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from local.story.chapter import Chapter, Ending
from local.story.inline_trainer import Progress
from local.story.printer import StoryPrinter
from local.story.story_env import StoryEnv
from shared.core.ledger import Entry


def play(home: Path, chapters: Sequence[Chapter], printer: StoryPrinter, progress: Progress) -> list[Ending]:
    """Play the chapters in an empty home and return their endings; an unexpected ending does not stop the story."""
    journal: list[Entry] = []

    def collect(entries: Sequence[Entry]) -> None:
        journal.extend(entries)
        printer.print_entries(entries)

    env, endings = StoryEnv(home, progress, collect), []
    for number, chapter in enumerate(chapters, 1):
        journal.clear()
        progress(chapter.title, 0.0)
        printer.begin(number, len(chapters), chapter)
        chapter.play(env)
        endings.append(Ending(chapter, tuple(journal)))
        printer.end(endings[-1])
    return endings
