"""The local Event Grid: takes events from a spool folder and delivers them at least once."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from local.host.database import HostDatabase
from local.host.events.dead_letters import DeadLetters, Delivery
from local.host.http.messages import Answer
from local.host.http.webhook import MAX_BATCH, problem_of
from local.host.tasks import Tasks, until_written
from local.host.wake_signal import WakeSignal
from shared.core.wording import counted

log = logging.getLogger("mlops.host")
RETRY_SECONDS = (10, 30, 60, 300, 600, 1800, 3600)
MAX_ATTEMPTS = 30
TIME_TO_LIVE = 1440 * 60.0
ANSWER_SECONDS = 30.0
_SUCCESS = range(200, 205)
# As many share the wait for the disk.
_AT_ONCE = 32
# After some statuses Event Grid waits at least this long, whatever the schedule says.
_AT_LEAST = {404: 300, 408: 120, 503: 30}
_LONGEST_WAIT = 5.0


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which events a function receives: listed types (one that ends in "." is a prefix) and a subject prefix.

    An empty filter passes every event.
    """

    included_types: tuple[str, ...] = ()
    subject_begins_with: str = ""

    def takes(self, event: Mapping[str, Any]) -> bool:
        """Whether the event passes the filter."""
        kind, subject = str(event.get("eventType") or event.get("type") or ""), str(event.get("subject") or "")
        included = any(
            kind == listed or (listed.endswith(".") and kind.startswith(listed)) for listed in self.included_types
        )
        return (included or not self.included_types) and subject.lower().startswith(self.subject_begins_with.lower())


class Endpoint(Protocol):
    """Takes events for functions: the webhook, or in a test one that fails on purpose."""

    async def answer(self, method: str, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a request."""
        ...


class EventGrid:
    """Keeps deliveries in the host's database until the function accepts them or they become dead letters."""

    def __init__(
        self,
        home: Path,
        subscriptions: Mapping[str, Subscription],
        *,
        database: HostDatabase,
        webhook: Endpoint,
        tasks: Tasks,
        wake: WakeSignal,
        clock: Callable[[], float],
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._inbox = inbox_of(home)
        self._inbox.mkdir(parents=True, exist_ok=True)
        self._dead_letters = DeadLetters(home / "eventgrid" / "deadletter")
        self._subscriptions = subscriptions
        self._database = database
        self._webhook = webhook
        self._tasks = tasks
        self._wake = wake
        self._clock = clock
        self._answer_seconds = answer_seconds
        self._in_delivery: set[int] = set()

    def publish(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Add a delivery for every function whose subscription takes the event; durable when this returns."""
        now = self._clock()
        insert = "INSERT INTO deliveries (function, event, published, due) VALUES (?, ?, ?, ?)"
        with self._database.transaction():
            for event in events:
                for function, subscription in self._subscriptions.items():
                    if subscription.takes(event):
                        self._database.run(insert, function, json.dumps(event), now, now)
        self._wake.set()

    def waiting(self) -> list[Path]:
        """Spool files that are not read yet, sorted by name."""
        return sorted(path for path in self._inbox.glob("*.json") if not path.name.startswith(".") and path.is_file())

    def step(self) -> float:
        """Read the spool and start due deliveries; returns the seconds until another is due."""
        for path in self.waiting():
            self._take(path)
        now = self._clock()
        query = "SELECT id, function, event, published, due, attempts FROM deliveries ORDER BY due, id LIMIT ?"
        free = [row for row in self._database.rows(query, 2 * _AT_ONCE) if row[0] not in self._in_delivery]
        for row in free[: _AT_ONCE - len(self._in_delivery)]:
            if row[4] <= now:
                self._in_delivery.add(row[0])
                self._tasks.start(self._deliver(Delivery(row[0], row[1], json.loads(row[2]), row[3], row[5] + 1)))
        # Each delivery that ends sets the wake signal; what is due later is known.
        waits: list[float] = [row[4] - now for row in free if row[4] > now]
        return max(0.0, min([_LONGEST_WAIT, *waits]))

    def _take(self, path: Path) -> None:
        try:
            content = json.loads(path.read_bytes())
        except FileNotFoundError:
            return
        except (OSError, ValueError, RecursionError) as error:
            self._dead_letters.reject_file(path, f"{path.name} is not JSON: {error}")
            return
        events = content if isinstance(content, list) else [content]
        if not 1 <= len(events) <= MAX_BATCH:
            self._dead_letters.reject_file(
                path, f"{path.name} holds {counted(len(events), 'event')}; accepted: 1 to {MAX_BATCH}"
            )
            return
        problems = [f"event {place} {problem_of(event)}" for place, event in enumerate(events) if problem_of(event)]
        if good := [event for event in events if not problem_of(event)]:
            self.publish(good)
        # Removed only when the deliveries are durable: a kill in between delivers twice, but loses nothing.
        if problems:
            self._dead_letters.reject_file(path, f"{path.name}: {'; '.join(problems[:10])}")
        path.unlink(missing_ok=True)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            answer = await self._post(delivery)
            again = answer.status in _SUCCESS
            settle = partial(self._settle, delivery, answer)
            await until_written(lambda: self._database.turn.make(settle, repeatable=again))
        finally:
            self._in_delivery.discard(delivery.id)
            self._wake.set()

    async def _post(self, delivery: Delivery) -> Answer:
        headers = {"aeg-event-type": "Notification", "aeg-delivery-count": str(delivery.attempt - 1)}
        body = json.dumps([delivery.event]).encode()
        # After the timeout the webhook goes on, as a real one would.
        work = self._tasks.start(self._webhook.answer("POST", delivery.function, headers, body))
        await asyncio.wait({work}, timeout=self._answer_seconds)
        return work.result() if work.done() else Answer(408)

    def _settle(self, delivery: Delivery, answer: Answer) -> None:
        now = self._clock()
        if answer.status in _SUCCESS:
            # What was accepted may be delivered again after a power failure.
            self._database.run("DELETE FROM deliveries WHERE id = ?", delivery.id)
            return
        due = now + retry_delay(delivery.attempt, answer.status)
        reason = _dead_letter_reason(delivery, answer.status, due)
        if reason:
            self._dead_letters.write(delivery, reason, answer.status, now)
            self._database.run("DELETE FROM deliveries WHERE id = ?", delivery.id)
            return
        retry = "UPDATE deliveries SET due = ?, attempts = ?, outcome = ?, attempted = ? WHERE id = ?"
        self._database.run(retry, due, delivery.attempt, str(answer.status), now, delivery.id)
        log.info("%s answered %d; the event is delivered again in %.0f s", delivery.function, answer.status, due - now)


def inbox_of(home: Path) -> Path:
    """The spool folder: one event or an array per *.json file, moved there whole by a rename."""
    return home / "eventgrid" / "inbox"


def retry_delay(attempt: int, status: int) -> float:
    """Seconds until the attempt after the given one, counted from 1."""
    return max(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS)) - 1], _AT_LEAST.get(status, 0))


def _dead_letter_reason(delivery: Delivery, status: int, due: float) -> str:
    hopeless = {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 413: "RequestEntityTooLarge"}
    if status in hopeless:
        return f"UndeliverableDueToHttp{hopeless[status]}"
    if delivery.attempt >= MAX_ATTEMPTS:
        return "MaxDeliveryAttemptsExceeded"
    return "TimeToLiveExceeded" if due > delivery.published + TIME_TO_LIVE else ""
