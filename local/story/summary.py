"""`mlops demo --story`: plays the story and prints its summary."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from local.console.output import as_json, command_at, err, out
from local.console.session import Session
from local.console.waiting import progress
from local.story.chapter import Chapter, Ending
from local.story.play import play
from local.story.printer import StoryPrinter, is_shown

_FAILED = 4


def play_story(chapters: Sequence[Chapter], *, json: bool) -> None:
    """Play the chapters in a home of their own and show how each ended; exit code 4 when one ended otherwise."""
    home = Session().settings.home / "story" / time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    began = time.monotonic()
    endings = _played(home, chapters, quiet=json)
    seconds = time.monotonic() - began
    if json:
        as_json({"chapters": list(map(_facts, endings)), "seconds": round(seconds, 1), "home": str(home)})
    else:
        _close(endings, seconds, home)
    if not all(ending.as_expected for ending in endings):
        raise typer.Exit(_FAILED)


def _played(home: Path, chapters: Sequence[Chapter], *, quiet: bool) -> list[Ending]:
    with progress(quiet=quiet) as display:
        task = display.add_task("the story begins", total=1.0)

        def report(step: str, done: float) -> None:
            display.update(task, description=step, completed=done)

        printer = StoryPrinter(display.console if display.console.is_terminal else err, quiet=quiet)
        return play(home, chapters, printer, report)


def _facts(ending: Ending) -> Mapping[str, Any]:
    chapter = ending.chapter
    return {
        "chapter": chapter.title,
        "planted": chapter.planted,
        "verdict": chapter.verdict,
        "as_expected": ending.as_expected,
        "reason": ending.reason,
        "missing": list(map(str, ending.missing)),
        "why": chapter.why,
        "journal": [
            {"at": entry.at, "kind": entry.kind, "state": entry.state, "reason": entry.reason}
            for entry in filter(is_shown, ending.journal)
        ],
    }


def _close(endings: Sequence[Ending], seconds: float, home: Path) -> None:
    out.print()
    out.print(_table(endings))
    expected, mlops = sum(ending.as_expected for ending in endings), command_at(home)
    out.print(f"\n{expected} of {len(endings)} chapters ended as expected; the year took {seconds:.0f} s.")
    out.print("\nWhy, chapter by chapter:")
    for ending in endings:
        out.print(f"  {mlops} history --why {ending.chapter.why}", soft_wrap=True)
    out.print("\nThe whole year:")
    for verb in ("monitor show iiot_quality", "scorecard", "dashboard export year.html"):
        out.print(f"  {mlops} {verb}", soft_wrap=True)


def _table(endings: Sequence[Ending]) -> Table:
    """What was planted, and how the system handled it: the verdict and the journal's sentence."""
    table = Table("", "what was planted", "how the system handled it", header_style="bold", show_lines=True)
    for ending in endings:
        chapter = ending.chapter
        planted = Text.assemble((chapter.title, "bold"), f"\n{chapter.planted}")
        table.add_row("✓" if ending.as_expected else "✗", planted, Text(f"{chapter.verdict}\n“{ending.reason}”"))
    return table
