"""Runs functions for all triggers: counts invocations, ends the wait at the timeout, queues what functions send."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from local.host.protocol import Record
from local.host.worker import Function, Outcome
from shared.core.errors import BadInput, Transient

log = logging.getLogger("mlops.host")
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

    def put_all(self, messages: Sequence[tuple[str, str]]) -> None:
        """Add (queue, text) pairs; BadInput adds none."""
        ...


class Invocations:
    """Runs every function of the host, whatever its trigger.

    A function that exceeds the timeout is reported as failed, but its thread cannot be stopped: it goes on until it
    returns, and its result is dropped.
    """

    def __init__(self, worker: FunctionRunner, queues: MessageSink, timeout: float) -> None:
        self._worker = worker
        self._queues = queues
        self._timeout = timeout
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
            outcome = self._queue_outputs(function, await self._within_time(function, data, metadata, retry))
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
        if not task.done():
            await asyncio.wait({task}, timeout=self._timeout)
        if task.done():
            return task.result()
        task.add_done_callback(
            lambda _: log.warning("%s ended after its timeout; its result is dropped", function.name)
        )
        return Outcome(ok=False, error=f"functionTimeout: it ran longer than {self._timeout:g} s.")

    def _queue_outputs(self, function: Function, outcome: Outcome) -> Outcome:
        if not outcome.outputs:
            # Most requests send no message and end here.
            return outcome
        queue_of = {binding["name"]: binding["queueName"] for binding in function.outputs if binding["type"] == "queue"}
        sent = [(queue_of[name], body) for name, data in outcome.outputs for body in messages_of(data)]
        if not sent:
            return outcome
        try:
            self._queues.put_all(sent)
        except (BadInput, Transient) as fault:
            return Outcome(ok=False, error=str(fault))
        return outcome


def messages_of(data: Record) -> list[str]:
    """The messages in a queue output: one for a text, one for each item of a JSON array."""
    kind = data.WhichOneof("data")
    value = getattr(data, kind or "string", "")
    if isinstance(value, bytes):
        return [value.decode()]
    if kind != "json":
        return [str(value)]
    content = json.loads(value)
    return [_body(item) for item in (content if isinstance(content, list) else [content])]


def _body(item: Any) -> str:
    if isinstance(item, dict) and set(item) == {"id", "body"}:
        item = item["body"]
    return item if isinstance(item, str) else json.dumps(item)
