"""Queue triggers: messages are taken in batches, retried, and moved to the poison queue after some attempts."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from local.host.host_options import QueueOptions
from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.queues.queue_store import Message, Queues
from local.host.tasks import Later, Tasks, until_written
from local.host.wake_signal import WakeSignal
from local.host.worker import Function
from shared.core.messages import POISON
from shared.core.wording import counted

log = logging.getLogger("mlops.host")
# So long a message is hidden once it is taken; a long call keeps it.
LEASE_SECONDS = 600.0
_SHORTEST_LEASE = 60.0


class QueueTriggers:
    """Feeds every queue-triggered function; at most batch size + threshold messages of a function run at once."""

    def __init__(
        self,
        functions: Sequence[Function],
        *,
        queues: Queues,
        invocations: Invocations,
        options: QueueOptions,
        tasks: Tasks,
        wake: WakeSignal,
        clock: Callable[[], float],
        waits: float = 1.0,
        lease: float | None = None,
    ) -> None:
        self._functions = [function for function in functions if not function.disabled]
        self._queues = queues
        self._invocations = invocations
        self._options = options
        self._tasks = tasks
        self._wake = wake
        self._clock = clock
        self._waits = waits
        self._lease = lease or max(_SHORTEST_LEASE, LEASE_SECONDS * waits)
        self._in_flight: Counter[str] = Counter()

    def recover(self) -> int:
        """Take over the messages of a killed host: they come again when their leases end; returns how many."""
        return self._queues.recover(self._lease - LEASE_SECONDS * self._waits)

    def busy(self) -> bool:
        """Whether a message that a function listens for is in flight or due."""
        return self._queues.busy([str(function.trigger["queueName"]) for function in self._functions])

    def step(self) -> float:
        """Start due messages; returns the seconds until more may be due."""
        return min([self._options.max_polling_interval, *map(self._feed, self._functions)])

    def _feed(self, function: Function) -> float:
        queue = str(function.trigger["queueName"])
        while self._in_flight[function.name] <= self._options.new_batch_threshold:
            batch = self._queues.get(queue, self._options.batch_size, self._lease)
            if not batch:
                break
            self._in_flight[function.name] += len(batch)
            for message in batch:
                self._tasks.start(self._handle(function, message))
        else:
            # Enough is under way; each invocation that ends sets the wake signal.
            return self._options.max_polling_interval
        visible = self._queues.next_visible(queue)
        return self._options.max_polling_interval if visible is None else max(0.0, visible - self._clock())

    async def _handle(self, function: Function, message: Message) -> None:
        renewal = Later(self._lease / 3, lambda: self._renew_lease(message))
        try:
            await self._process(function, message)
        finally:
            self._in_flight[function.name] -= 1
            self._wake.set()
            await renewal.end()

    async def _renew_lease(self, message: Message) -> None:
        """Keep the message, now and again; started when a third of its lease is over."""
        while True:
            if not await self._written(lambda: self._queues.renew(message, self._lease)):
                return
            await asyncio.sleep(self._lease / 3)

    async def _process(self, function: Function, message: Message) -> None:
        may_poison = not message.queue.endswith(POISON)
        if message.unreadable is not None:
            # No function sees what is no text; in a poison queue it stays.
            await (self._poison(message, "is no base64 of UTF-8") if may_poison else self._give_back(message))
            return
        if may_poison and message.dequeue_count > self._options.max_dequeue_count:
            # A host that was killed during the last attempt could not report the failure.
            await self._poison(message, "was taken too often")
            return
        outcome = await self._invocations.run(function, Record(string=message.body), _metadata(message))
        if outcome.ok:
            await self._written(lambda: self._queues.delete(message))
        elif may_poison and message.dequeue_count >= self._options.max_dequeue_count:
            await self._poison(message, f"failed {counted(self._options.max_dequeue_count, 'time')}")
        else:
            await self._give_back(message)

    async def _give_back(self, message: Message) -> None:
        """Let the message come again: from a poison queue only when its lease would have ended."""
        pause = self._options.visibility_timeout
        if message.queue.endswith(POISON):
            pause = max(pause, LEASE_SECONDS * self._waits)
        await self._written(lambda: self._queues.release(message, pause), repeatable=False)

    async def _poison(self, message: Message, why: str) -> None:
        await self._written(lambda: self._queues.poison(message), repeatable=False)
        log.error("Message %s %s and is now in %s", message.id, why, message.queue + POISON)

    async def _written[Result](self, write: Callable[[], Result], *, repeatable: bool = True) -> Result:
        """Write with others of this turn, until it succeeds."""
        return await until_written(lambda: self._queues.together(write, repeatable=repeatable))


def _metadata(message: Message) -> dict[str, Record]:
    return {
        "QueueTrigger": Record(string=message.body),
        "DequeueCount": Record(json=json.dumps(message.dequeue_count)),
        "Id": Record(string=message.id),
        "PopReceipt": Record(string=message.receipt),
        "InsertionTime": Record(string=_iso(message.inserted)),
        "ExpirationTime": Record(string=_iso(message.expires)),
        "NextVisibleTime": Record(string=_iso(message.visible)),
    }


def _iso(seconds: float) -> str:
    """In whole seconds, as a storage queue tells times."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
