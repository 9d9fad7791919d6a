"""Runs functions for all triggers: counts invocations, ends the wait at the timeout, queues what functions send."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

from local.host.plain_values import as_text, looks_like_json, read_json, written
from local.host.protocol import Record
from local.host.worker import Function, Outcome
from shared.core.errors import BadInput, Transient

log = logging.getLogger("mlops.host")
# Seconds after the timeout until the callers hear of it: the call itself, and others that ran beside it.
_CALLER_HEARS, _OTHERS_HEAR = 12.0, 5.0
_NO_METADATA: Mapping[str, Record] = {}


class FunctionRunner(Protocol):
    """Runs a function once: the worker, or in a test something that fails on purpose."""

    async def invoke(
        self, function: Function, data: Record, metadata: Mapping[str, Record], retry: tuple[int, int] = (0, 0)
    ) -> Outcome:
        """Run the function; a failure is an Outcome."""
        ...


class MessageSink(Protocol):
    """Takes the messages that a function sends: the host's queues."""

    async def together[Result](self, work: Callable[[], Result], *, repeatable: bool = False) -> Result:
        """Do `work` with what others ask for in this turn of the loop."""
        ...

    def put_all(self, messages: Sequence[tuple[str, str | bytes]]) -> None:
        """Add (queue, message) pairs; BadInput adds none."""
        ...


class Invocations:
    """Runs every function of the host, whatever its trigger.

    When a call exceeds the timeout, the Functions host kills the worker: every call that runs fails with it, and its
    callers hear of it later. Here the worker is this process, so the threads go on until they return; what they return
    is dropped.
    """

    def __init__(self, worker: FunctionRunner, queues: MessageSink, timeout: float, waits: float = 0.0) -> None:
        self._worker = worker
        self._queues = queues
        self._timeout = timeout
        self._waits = waits
        self._worker_died: asyncio.Future[None] | None = None
        self.running = 0
        self.started = 0

    async def run(
        self,
        function: Function,
        data: Record,
        metadata: Mapping[str, Record] = _NO_METADATA,
        retry: tuple[int, int] = (0, 0),
    ) -> Outcome:
        """Run the function and queue the messages it sends before this returns."""
        self.running += 1
        self.started += 1
        try:
            outcome = await self._queue_outputs(function, await self._within_time(function, data, metadata, retry))
        finally:
            self.running -= 1
        if outcome.ok:
            log.debug("%s succeeded", function.name)
        else:
            log.warning("%s failed: %s", function.name, outcome.error)
            log.debug("%s", outcome.trace)
        return outcome

    async def _within_time(
        self, function: Function, data: Record, metadata: Mapping[str, Record], retry: tuple[int, int]
    ) -> Outcome:
        # Started eagerly: the thread gets its work without another turn of the loop.
        running = self._worker.invoke(function, data, metadata, retry)
        task = asyncio.Task(running, loop=asyncio.get_running_loop(), eager_start=True)
        if task.done():
            return task.result()
        if self._worker_died is None:
            self._worker_died = asyncio.get_running_loop().create_future()
        died = self._worker_died
        await _first_of(task, died, self._timeout)
        if task.done():
            return task.result()
        task.add_done_callback(lambda _: log.warning("%s ended after its worker; its result is dropped", function.name))
        return await self._cut(function, died)

    async def _cut(self, function: Function, died: asyncio.Future[None]) -> Outcome:
        if died.done():
            await asyncio.sleep(_OTHERS_HEAR * self._waits)
            return Outcome(
                ok=False, error="another call exceeded functionTimeout, and the worker ended with all its calls."
            )
        self._worker_died = None
        died.set_result(None)
        await asyncio.sleep(_CALLER_HEARS * self._waits)
        span = f"{timedelta(seconds=int(self._timeout))}".rjust(8, "0")
        error = f"Timeout value of {span} was exceeded by function: Functions.{function.name}"
        return Outcome(ok=False, error=error, timed_out=True)

    async def _queue_outputs(self, function: Function, outcome: Outcome) -> Outcome:
        if not outcome.outputs:
            # Most requests send no message and end here.
            return outcome
        queue_of = {binding["name"]: binding["queueName"] for binding in function.outputs if binding["type"] == "queue"}
        try:
            sent = [(queue_of[name], body) for name, data in outcome.outputs for body in messages_of(data)]
            if sent:
                await self._queues.together(lambda: self._queues.put_all(sent))
        except (BadInput, Transient) as fault:
            return Outcome(ok=False, error=str(fault))
        return outcome


async def _first_of(task: asyncio.Task[Outcome], died: asyncio.Future[None], seconds: float) -> None:
    waited: set[asyncio.Future[Any]] = {task, died}
    await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


def messages_of(data: Record) -> list[str | bytes]:
    """The messages in a queue output. A list's items go out as they are; a text that looks like JSON is read as such.

    A text that looks like an array becomes one message for each item; BadInput when it only looks like JSON.
    """
    kind = data.WhichOneof("data")
    value = getattr(data, kind or "string", "")
    if kind == "json":
        content = json.loads(value)
        return [_item(item) for item in content] if isinstance(content, list) else [written(content)]
    if isinstance(value, bytes):
        return [value]
    if not looks_like_json(str(value)):
        return [str(value)]
    try:
        content = read_json(str(value))
    except ValueError as error:
        raise BadInput(f"A queue output looks like JSON and is none ({error}); accepted: a list of texts.") from error
    return [as_text(item) for item in content] if isinstance(content, list) else [written(content)]


def _item(item: Any) -> str:
    return item if isinstance(item, str) else written(item)
