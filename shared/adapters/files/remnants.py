"""What a home keeps beside lake and database: log files, and the working folders of training runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path


class HomeRemnants:
    """Port `Remnants` on the home folder of this machine."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def remove_runs(self, runs: Sequence[str]) -> int:
        """Remove the folders of the runs' steps; which attempts there were stays known."""
        removed = 0
        for run in runs:
            steps = [folder for folder in (self._home / "runs" / run).glob("*") if folder.is_dir()]
            for folder in steps:
                shutil.rmtree(folder, ignore_errors=True)
            removed += bool(steps)
        return removed

    def overwrite(self, texts: Collection[str]) -> int:
        """Write blanks over each text in place, so that a process that appends meanwhile loses no line."""
        return sum(_overwrite(file, texts) for file in sorted((self._home / "logs").glob("*")) if file.is_file())


def _overwrite(file: Path, texts: Collection[str]) -> int:
    content, count = file.read_bytes(), 0
    with file.open("r+b") as out:
        for form in sorted({form for text in texts for form in _forms(text)}):
            for place in _places(content, form):
                out.seek(place)
                out.write(b"-" * len(form))
                count += 1
    return count


def _forms(text: str) -> tuple[bytes, bytes]:
    return text.encode(), json.dumps(text)[1:-1].encode()


def _places(content: bytes, form: bytes) -> Iterator[int]:
    at = content.find(form)
    while at >= 0:
        yield at
        at = content.find(form, at + len(form))
