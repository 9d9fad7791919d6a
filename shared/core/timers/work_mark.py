"""The mark of work: set before anything is written, so that a timer knows from one small blob that nothing was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# A process sets the mark anew when its own is so old; where that fails, the one before counts for so long.
RENEW_AFTER = timedelta(minutes=1)
COUNTS_FOR = timedelta(minutes=10)
# What was written under a mark is there when the mark is so old: it counts for ten minutes, a transaction that began
# then takes less than five, and two clocks differ by less than five. Only then may a look that found nothing be
# the last one.
SETTLED_AFTER = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody was about to write at `at`; each mark has a token of its own."""

    token: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """What a timer keeps of itself: when it fired last, and the mark under which its last look found nothing.

    `seen` is None while it looks at the database at every firing, since `woke_at`. At `due` it looks again, whatever
    the mark says. `asked` are the watches that have to rest as well; `given_up` counts messages nobody has replayed.
    """

    name: str
    fired_at: datetime
    woke_at: datetime
    seen: str | None = None
    due: datetime | None = None
    asked: tuple[str, ...] = ()
    given_up: int = 0


def token_of(mark: Mark | None) -> str:
    """The mark's token; empty while nobody ever set one."""
    return "" if mark is None else mark.token


def has_settled(mark: Mark | None, now: datetime) -> bool:
    """Whether everything that was begun under this mark is written by now."""
    return mark is None or now - mark.at >= SETTLED_AFTER


def rests(watch: Watch | None, mark: Mark | None, now: datetime) -> bool:
    """Whether nothing was written since the watch looked, and nothing is due."""
    if watch is None or watch.seen is None or watch.due is None:
        return False
    return watch.seen == token_of(mark) and now < watch.due
