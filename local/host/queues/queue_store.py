"""Storage queues in a file: visibility, dequeue count, pop receipt, poison queue."""

from __future__ import annotations

import json
import re
import secrets
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from local.host.database import HostDatabase
from local.host.wake_signal import wake_host
from shared.core.errors import BadInput
from shared.core.messages import POISON

# The Functions host stores text as base64, and a storage queue takes 64 KiB.
MAX_BYTES = 48 * 1024
TIME_TO_LIVE = 7 * 86400.0
_NAME = re.compile(r"[a-z0-9](?:-?[a-z0-9]){2,62}")
_LONGEST = 63
_FIELDS = "id, queue, body, inserted, expires, visible, dequeue_count, receipt"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a reader got it; times in seconds since 1970. `receipt` proves that the reader still holds it."""

    id: str
    queue: str
    body: str
    inserted: float
    expires: float
    visible: float
    dequeue_count: int
    receipt: str
    # What the queue holds when that cannot be read as a text: no function sees such a message.
    unreadable: str | bytes | None = None


def check_queue_name(name: str) -> str:
    """Return the name; BadInput when Azure accepts no queue of that name."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        accepted = "3 to 63 lower-case letters, digits and single hyphens"
        raise BadInput(f"{name[:80]!r} is not a valid queue name; accepted: {accepted}.")
    return name


class Queues(Protocol):
    """Port to the host's queues, kept in a file or in Azurite."""

    def put(self, queue: str, *bodies: str) -> None:
        """Add the messages, visible at once."""
        ...

    def put_all(self, messages: Sequence[tuple[str, str | bytes]]) -> None:
        """Add (queue, message) pairs; BadInput adds none."""
        ...

    async def together[Result](self, work: Callable[[], Result], *, repeatable: bool = False) -> Result:
        """Do `work` on these queues, with what others ask for in this turn of the loop; kept when this returns."""
        ...

    def get(self, queue: str, limit: int, lease: float) -> list[Message]:
        """Take visible messages for `lease` seconds."""
        ...

    def renew(self, message: Message, lease: float) -> bool:
        """Keep the message for `lease` more seconds; False when it was lost."""
        ...

    def delete(self, message: Message) -> bool:
        """Delete a finished message; False when its lease was lost."""
        ...

    def release(self, message: Message, delay: float) -> bool:
        """Give the message back after `delay` seconds; False when it was lost."""
        ...

    def poison(self, message: Message) -> None:
        """Move the message to its poison queue."""
        ...

    def recover(self, sooner: float) -> int:
        """Let the leases of a killed host end so much sooner, where that is possible; returns how many there are."""
        ...

    def next_visible(self, queue: str) -> float | None:
        """When the next message may be taken; None when there is none or the service does not say."""
        ...

    def busy(self, queues: Sequence[str]) -> bool:
        """Whether a message of these queues is in flight or due."""
        ...


class QueueStore:
    """All queues of a home. Any process may put; only the running host takes."""

    def __init__(self, database: HostDatabase, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._changed = changed

    def put(self, queue: str, *bodies: str) -> None:
        """Add the messages, visible at once: all of them or, with BadInput, none."""
        self.put_all([(queue, body) for body in bodies])

    def put_all(self, messages: Sequence[tuple[str, str | bytes]]) -> None:
        """Add (queue, message) pairs: all of them or, with BadInput, none."""
        rows = [(uuid.uuid4().hex, check_queue_name(queue), check_body(queue, body)) for queue, body in messages]
        now = self._clock()
        with self._database.transaction():
            for identity, name, body in rows:
                insert = "INSERT INTO messages (id, queue, body, inserted, expires, visible) VALUES (?, ?, ?, ?, ?, ?)"
                self._database.run(insert, identity, name, body, now, now + TIME_TO_LIVE, now)
        self._changed()

    async def together[Result](self, work: Callable[[], Result], *, repeatable: bool = False) -> Result:
        """Do `work` in one transaction with what others ask for in this turn of the loop."""
        return await self._database.turn.make(work, repeatable=repeatable)

    def get(self, queue: str, limit: int, lease: float) -> list[Message]:
        """Take up to `limit` messages, the longest visible first; hidden from other readers for `lease` seconds."""
        now = self._clock()
        # Asked at every turn, and mostly there is nothing: then no transaction begins.
        if not self._due(queue, now, 1):
            return []
        # Only a power failure could undo it, and with it the reader is gone.
        with self._database.repeatable():
            due = self._due(queue, now, limit)
            if any(expires <= now for _, expires in due):
                self._database.run("DELETE FROM messages WHERE expires <= ?", now)
                due = self._due(queue, now, limit)
            return [self._take(identity, now + lease) for identity, _ in due]

    def _due(self, queue: str, now: float, limit: int) -> list[tuple[str, float]]:
        """The first visible messages and when they expire, in the order of an index: as fast in a long queue."""
        query = "SELECT id, expires FROM messages WHERE queue = ? AND visible <= ? ORDER BY visible, rowid LIMIT ?"
        return self._database.rows(query, queue, now, limit)

    def _take(self, identity: str, visible: float) -> Message:
        take = "UPDATE messages SET dequeue_count = dequeue_count + 1, visible = ?, receipt = ? WHERE id = ?"
        self._database.run(take, visible, secrets.token_hex(8), identity)
        return _message(self._database.rows(f"SELECT {_FIELDS} FROM messages WHERE id = ?", identity)[0])  # noqa: S608 - our own column names

    def renew(self, message: Message, lease: float) -> bool:
        """Keep the message for `lease` more seconds; False when another reader has taken it."""
        renew = "UPDATE messages SET visible = ? WHERE id = ? AND receipt = ?"
        with self._database.repeatable():
            return self._database.run(renew, self._clock() + lease, message.id, message.receipt) == 1

    def delete(self, message: Message) -> bool:
        """Delete a finished message; False when another reader has taken it."""
        delete = "DELETE FROM messages WHERE id = ? AND receipt = ?"
        with self._database.repeatable():
            return self._database.run(delete, message.id, message.receipt) == 1

    def release(self, message: Message, delay: float) -> bool:
        """Give the message back, visible again after `delay` seconds; False when another reader has taken it."""
        release = "UPDATE messages SET visible = ?, receipt = '' WHERE id = ? AND receipt = ?"
        return self._database.run(release, self._clock() + delay, message.id, message.receipt) == 1

    def poison(self, message: Message) -> None:
        """Move the message to its poison queue, where a person or a function can read it."""
        with self._database.transaction():
            if self.delete(message):
                self.put_all(
                    [(message.queue + POISON, message.body if message.unreadable is None else message.unreadable)]
                )

    def recover(self, sooner: float) -> int:
        """Let the leases of a killed host end so much sooner; only for the one host that holds the home."""
        recover = "UPDATE messages SET visible = visible - ?, receipt = '' WHERE receipt <> ''"
        return self._database.run(recover, sooner)

    def list(self, queue: str = "") -> Sequence[Message]:
        """Messages without taking them, oldest first: of one queue, or of all."""
        query = f"SELECT {_FIELDS} FROM messages WHERE ? IN (queue, '') ORDER BY inserted, rowid"  # noqa: S608 - our own column names
        return [_message(row) for row in self._database.rows(query, queue)]

    def list_poison(self) -> Sequence[Message]:
        """Messages in poison queues, oldest first."""
        return [message for message in self.list() if message.queue.endswith(POISON)]

    def busy(self, queues: Sequence[str]) -> bool:
        """Whether a message is in flight, or one of these queues has one that may be taken."""
        due = """SELECT EXISTS (SELECT 1 FROM messages WHERE receipt <> '' OR (visible <= ? AND queue IN
            (SELECT value FROM json_each(?))))"""
        return bool(self._database.rows(due, self._clock(), json.dumps(list(queues)))[0][0])

    def next_visible(self, queue: str) -> float | None:
        """When the next message of the queue may be taken, or None when there is none."""
        rows: list[tuple[float | None]] = self._database.rows(
            "SELECT MIN(visible) FROM messages WHERE queue = ?", queue
        )
        return rows[0][0]


def open_queues(home: Path, clock: Callable[[], float]) -> tuple[QueueStore, HostDatabase]:
    """The queues of a home for another process than its host; a put wakes the host. Close the database after use."""
    database = HostDatabase(home / "host.db")
    return QueueStore(database, clock, lambda: wake_host(home)), database


def _message(row: Sequence[Any]) -> Message:
    message = Message(*row)
    return replace(message, body="", unreadable=row[2]) if isinstance(row[2], bytes) else message


def check_body(queue: str, body: str | bytes) -> str | bytes:
    """Return the message, as text where it is one; BadInput when it is too long for a storage queue."""
    size = len(body.encode() if isinstance(body, str) else body)
    if size > MAX_BYTES:
        raise BadInput(f"A message for queue {queue} has {size:,} bytes; accepted: at most {MAX_BYTES:,}.")
    if isinstance(body, str):
        return body
    with suppress(UnicodeDecodeError):
        return body.decode()
    return body
