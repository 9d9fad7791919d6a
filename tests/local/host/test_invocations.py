"""Running functions: the messages they send, and work that a request must not cost."""

from __future__ import annotations

import socket
from collections.abc import Awaitable
from contextlib import closing
from dataclasses import replace

from host_parts import HandClock, ScriptedWorker, function, invocations, run

from local.host.database import HostDatabase
from local.host.functions_host import _listen
from local.host.protocol import Record
from local.host.queues.queue_store import QueueStore
from local.host.worker import Function, Outcome


def test_a_function_that_sends_nothing_checks_no_queue(memory: HostDatabase, clock: HandClock) -> None:
    """Most requests send no message, and checking every queue would cost each of them time."""
    notified: list[int] = []
    store = QueueStore(memory, clock, lambda: notified.append(1))
    sends = Outcome(ok=True, outputs=(("out", Record(string="a message")),))
    calls = invocations(ScriptedWorker(Outcome(ok=True), sends), store)
    quiet = function("score", "httpTrigger")
    run(_ignore(calls.run(quiet, Record(string=""))))
    assert notified == []
    run(_ignore(calls.run(_with_output(), Record(string=""))))
    assert notified == [1]


def _with_output() -> Function:
    queue = {"type": "queue", "name": "out", "queueName": "messages"}
    return replace(function("sends", "httpTrigger"), outputs=(queue,))


async def _ignore(work: Awaitable[Outcome]) -> None:
    await work


def test_an_answer_is_not_held_back_until_its_head_is_received() -> None:
    """Only where the protocol is named does asyncio switch Nagle's algorithm off; else each answer waits 40 ms."""
    with closing(_listen(0)) as listener:
        assert listener.proto == socket.IPPROTO_TCP
