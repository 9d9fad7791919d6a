"""A listing of the lake that is spread over many calls, so that no call grows with the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.core.wording import counted

# The name of the round in which the sweep sees every landed file.
FILES = "files"


@dataclass(frozen=True, slots=True)
class Round:
    """Where the next call goes on (a folder and the marker of a page in it), and when the last whole round ended.

    `files` counts those of the round under way, which began at `began_at`; `ended_files` those of the last one.
    """

    name: str
    began_at: datetime
    prefix: str = ""
    marker: str = ""
    files: int = 0
    ended_at: datetime | None = None
    ended_files: int = 0

    @property
    def sentence(self) -> str:
        """When the last whole round ended, and how far the one under way is."""
        if self.ended_at is None:
            return f"the first listing of all landed files is at file {self.files}"
        last = (
            f"all {counted(self.ended_files, 'landed file')} were last listed at {self.ended_at:%Y-%m-%d %H:%M:%S} UTC"
        )
        return last if self.is_new else f"{last}; the next round is at file {self.files}"

    @property
    def is_new(self) -> bool:
        """Whether the next call begins a round."""
        return not self.prefix
