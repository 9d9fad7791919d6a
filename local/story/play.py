"""Playing the whole story, chapter by chapter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from local.story.chapter import Chapter, Ending
from local.story.inline_trainer import Progress
from local.story.printer import Teller
from local.story.story_env import Stage
from shared.core.ledger import Entry


def play(home: Path, chapters: Sequence[Chapter], teller: Teller, progress: Progress) -> list[Ending]:
    """How each chapter ended, played in a home that was empty before; a bad ending does not end the story."""
    said: list[Entry] = []

    def hear(entries: Sequence[Entry]) -> None:
        said.extend(entries)
        teller.tell(entries)

    stage, endings = Stage(home, progress, hear), []
    for number, chapter in enumerate(chapters, 1):
        said.clear()
        progress(chapter.title, 0.0)
        teller.begin(number, len(chapters), chapter)
        chapter.play(stage)
        endings.append(Ending(chapter, tuple(said)))
        teller.end(endings[-1])
    return endings
