"""The clock of a home on one machine: that machine's, or ahead of it since a person moved it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

from shared.adapters.files.whole_files import write_whole
from shared.core.errors import BadInput, Corrupt
from shared.core.wording import counted

FILE = "clock.json"
# The time of a file may lie a tick of the kernel behind the clock.
_TICK = 0.02
MOST = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Move:
    """From the machine's time `at` on (seconds since 1970), the home is `ahead` of it by so many seconds."""

    at: float
    ahead: float


class HomeClock:
    """Shows the time of the home. Every process on it reads the same file, and a running one sees a move at once."""

    def __init__(self, home: Path, machine: Callable[[], float] = time.time) -> None:
        self._file = home / FILE
        self._machine = machine
        self._seen: tuple[int, int] | None = None
        self._moves: Sequence[Move] = ()

    def __call__(self) -> datetime:
        """The time of the home, in UTC."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def seconds(self) -> float:
        """The time of the home in seconds since 1970."""
        now = self._machine()
        moves = self._read()
        return now + moves[-1].ahead if moves else now

    @property
    def ahead(self) -> timedelta:
        """How far the home is ahead of the machine."""
        moves = self._read()
        return timedelta(seconds=moves[-1].ahead if moves else 0)

    def at(self, moment: datetime) -> datetime:
        """What the home's clock showed when the machine's showed that moment."""
        before = list(takewhile(lambda move: move.at <= moment.timestamp(), self._read()))
        return moment + timedelta(seconds=before[-1].ahead) if before else moment

    def move(self, by: timedelta) -> None:
        """Go forward, for every process of the home; BadInput when it goes back or further than ten years."""
        ahead = self.ahead + by
        if by <= timedelta(0) or ahead > MOST:
            days = counted(float(f"{by / timedelta(days=1):.6g}"), "day")
            raise BadInput(f"The clock cannot be moved by {days}; accepted: forward, in all at most {MOST.days} days.")
        moves = [*self._read(), Move(self._machine() - _TICK, ahead.total_seconds())]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps({"moves": [[move.at, move.ahead] for move in moves]})
        write_whole(self._file, content.encode(), replace=True)

    def reset(self) -> timedelta:
        """Show the machine's time again; returns how far the home was ahead."""
        ahead = self.ahead
        self._file.unlink(missing_ok=True)
        return ahead

    def _read(self) -> Sequence[Move]:
        """The moves, oldest first; the file is read again when it has changed."""
        try:
            found = os.stat(self._file)  # noqa: PTH116 -- asked with every look at the clock
        except FileNotFoundError:
            self._seen, self._moves = None, ()
            return ()
        if self._seen != (found.st_mtime_ns, found.st_ino):
            self._moves = _moves(self._file)
            self._seen = found.st_mtime_ns, found.st_ino
        return self._moves


def _moves(file: Path) -> Sequence[Move]:
    try:
        moves = tuple(Move(float(at), float(ahead)) for at, ahead in json.loads(file.read_bytes())["moves"])
    except (ValueError, TypeError, KeyError, OSError, RecursionError) as error:
        raise Corrupt(f"{file} is no clock of a home ({error}): remove it, then the machine's time counts.") from error
    if far := next((move for move in moves if not 0 <= move.ahead <= MOST.total_seconds()), None):
        raise Corrupt(
            f"{file} is no clock of a home ({counted(far.ahead, 'second')} ahead; accepted: 0 to {MOST.days} days): "
            "remove it, then the machine's time counts."
        )
    return moves
