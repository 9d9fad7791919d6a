"""The ports of `core`: the lake, the ledger and its history, the outbox and its publisher, the observer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:
    from shared.core.blob import Blob
    from shared.core.ledger import Claim, Entry, EntryFilter
    from shared.core.log_record import Ended, LogRecord
    from shared.core.notice import Notice
    from shared.core.scenario import Scenarios
    from shared.core.timers.listing_round import Round
    from shared.core.timers.work_mark import Mark, Watch

type Clock = Callable[[], datetime]


class Ledger(Protocol):
    """Claims around side effects: in progress with an expiry, then a final state; an exception releases."""

    def claim(self, kind: str, key: str, ttl: timedelta, message: str = "") -> Claim | Entry:
        """The claim, or the entry that blocks it: one that has ended, or one in progress that has not expired.

        A released or expired claim is taken over with `attempt` + 1. An entry that waits does not block.
        An entry that blocks counts the repeat.
        """
        ...

    def finish(self, claim: Claim, state: str, reason: str, detail: Mapping[str, Any] | None = None) -> None:
        """End the claim; Conflict when it is held by somebody else by now."""
        ...

    def release(self, claim: Claim, reason: str, *, counts: bool) -> None:
        """Give the claim back; the next attempt may take it at once. `counts`: whether this one was an attempt."""
        ...

    def note(self, kind: str, key: str, state: str, reason: str) -> None:
        """Record a state without a claim; the same again only counts the repeat.

        What is in progress stays; what was released may only be superseded or gone.
        """
        ...

    def queue(self, kind: str, keys: Sequence[str], most: int, lost: datetime) -> list[str]:
        """Mark the free ones as queued, in order, while fewer than `most` of the kind wait; returns those it marked.

        Free is what is unknown or waits, what nobody works on any more, and what was queued at `lost` or before. Of
        several callers one marks a key.
        """
        ...

    def abandon(self, reason: str) -> int:
        """Release the claims in progress of this home and what it queued, and return how many.

        Only for a caller that knows that no worker of this home lives. Claims of other homes expire.
        """
        ...


class History(Protocol):
    """Reading the ledger."""

    def entries(self, limit: int = 200, where: EntryFilter | None = None) -> Sequence[Entry]:
        """The newest transitions that the filter names, newest first."""
        ...

    def why(self, text: str) -> Sequence[Entry]:
        """The transitions of every key that contains `text`, and of the kind with that name, oldest first."""
        ...

    def lines(self, kind: str, keys: Collection[str] = (), begins: str = "") -> Sequence[Entry]:
        """The transitions of these keys of a kind, or of its keys that begin so, oldest first."""
        ...

    def find(self, kind: str, key: str) -> Entry | None:
        """The current entry."""
        ...

    def queued(self, kind: str, since: datetime) -> int:
        """How many entries of the kind were queued since then and are not taken yet."""
        ...

    def stuck(self, now: datetime) -> Sequence[Entry]:
        """Entries whose worker is gone, and released ones that no worker has taken within a minute, oldest first."""
        ...


class Outbox(Protocol):
    """Notices, written with the state that they announce and delivered at least once."""

    def add(self, notice: Notice) -> None:
        """Keep the notice; the same id again changes nothing."""
        ...

    def pending(self, limit: int = 100) -> Sequence[Notice]:
        """Undelivered notices, oldest first."""
        ...

    def sent(self, notice_id: str) -> None:
        """Mark as delivered."""
        ...


class Publisher(Protocol):
    """Hands a notice to Event Grid."""

    def publish(self, notice: Notice) -> None:
        """Deliver once; Transient when nobody took it."""
        ...


class Lake(Protocol):
    """Blobs under slash-separated names. No rename; a write is whole or absent. Only retention and erasure remove."""

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """A seekable reader of the blob's bytes. Missing when absent; Superseded when `etag` is not the current one."""
        ...

    def stat(self, path: str) -> Blob | None:
        """The current version, or None when absent."""
        ...

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """Store the bytes (a file is read to its end). Returns the blob now there and whether this call wrote it.

        With `if_absent` an existing blob is left as it is. A lost answer is read back and compared, never guessed.
        """
        ...

    def list(self, prefix: str) -> Iterator[Blob]:
        """All blobs whose name starts with `prefix`, in name order."""
        ...

    def page(self, prefix: str, marker: str, most: int) -> tuple[Sequence[Blob], str]:
        """At most so many of these blobs, in name order, and the marker of the next page; empty after the last page.

        An empty marker begins. A marker that the store does not know any more begins again.
        """
        ...

    def remove(self, path: str, etag: str) -> None:
        """Take that version out; nothing when there is none. Superseded when another version is there, which stays."""
        ...


class Rounds(Protocol):
    """How far listings of the lake have come that are spread over many calls."""

    def find(self, name: str) -> Round | None:
        """Where the round of that name stands; None before its first call."""
        ...

    def save(self, reached: Round) -> None:
        """Keep where it stands now."""
        ...

    def list(self) -> Sequence[Round]:
        """All rounds by name."""
        ...


class WorkMarks(Protocol):
    """The mark of work and what timers keep of themselves: read without the database."""

    def current(self) -> Mark | None:
        """The mark that was set last; None before the first."""
        ...

    def set(self, mark: Mark) -> None:
        """Put it in the place of the one before."""
        ...

    def watch(self, name: str) -> Watch | None:
        """What the timer of that name kept; None before its first firing."""
        ...

    def keep(self, watch: Watch) -> None:
        """Keep it in the place of the one before."""
        ...


class Sessions(Protocol):
    """The connections to the database that this process keeps open: as long as there is one, it cannot pause."""

    def close(self) -> None:
        """Close those that nobody uses now; the next use opens a new one."""
        ...


class Observer(Protocol):
    """Structured records and counts; nothing fails or waits for them."""

    def record(self, step: LogRecord) -> None:
        """Keep the record of a step of work."""
        ...

    def request(self, scenario: str, model: str, ended: Ended, seconds: float, rows: int) -> None:
        """Count an answered, refused or failed scoring request; `model` is empty when none was asked."""
        ...

    def queue(self, queue: str, messages: int, oldest: float) -> None:
        """Note about how many messages a queue holds, and for how many seconds the oldest has waited."""
        ...


@dataclass(frozen=True, slots=True)
class CoreBundle:
    """The ports of every room, and what a process knows of itself: its scenarios, container and clock."""

    scenarios: Scenarios
    container: str
    clock: Clock
    lake: Lake
    ledger: Ledger
    history: History
    outbox: Outbox
    publisher: Publisher
    observer: Observer
    rounds: Rounds
    marks: WorkMarks
    sessions: Sessions


class CorePorts(Protocol):
    """What a workflow of `core` takes."""

    @property
    def core(self) -> CoreBundle:
        """The ports of every room, and what a process knows of itself: its scenarios, container and clock."""
        ...
