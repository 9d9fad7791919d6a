"""Writes of one turn of the host's loop wait for the disk once; a fault, a cancellation and an end stay their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from host_parts import HandClock, ScriptedWorker, invocations, queues, run, run_in_real_time

from local.host.database import HostDatabase
from local.host.protocol import Record
from local.host.wake_signal import WakeSignal
from local.host.worker import Function, Outcome
from shared.core.errors import BadInput


def seen(memory: HostDatabase) -> list[str]:
    """From now on, what the database is told about transactions and the disk."""
    told: list[str] = []

    def note(statement: str) -> None:
        if statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA synchronous=")):
            told.append(statement)

    memory._connection.set_trace_callback(note)
    return told


def kept(memory: HostDatabase, path: str) -> Callable[[], str]:
    """A row of that name; answers its name."""

    def work() -> str:
        memory.run("INSERT INTO seen (path, etag) VALUES (?, '1')", path)
        return path

    return work


def paths(memory: HostDatabase) -> list[str]:
    """The rows that were kept."""
    return [path for (path,) in memory.rows("SELECT path FROM seen ORDER BY path")]


def test_messages_of_several_functions_are_one_transaction(memory: HostDatabase, clock: HandClock) -> None:
    """Twenty functions that send in one turn wait for the disk once, and each has its message on the queue."""
    store, told = queues(memory, clock), seen(memory)
    sends = Function("s", "s", {"type": "httpTrigger"}, ({"type": "queue", "name": "out", "queueName": "messages"},))

    async def scenario() -> None:
        outcomes = [Outcome(ok=True, outputs=(("out", Record(string=f"message {n:02}")),)) for n in range(20)]
        calls = invocations(ScriptedWorker(*outcomes), store)
        found = await asyncio.gather(*(calls.run(sends, Record(string="")) for _ in range(20)))
        assert all(one.ok for one in found)

    run(scenario())
    assert told == ["BEGIN IMMEDIATE", "COMMIT"]
    assert [message.body for message in store.list("messages")] == [f"message {n:02}" for n in range(20)]


def test_a_message_that_is_refused_takes_no_other_with_it(memory: HostDatabase, clock: HandClock) -> None:
    """Only the function that sent it has failed."""
    store = queues(memory, clock)
    sends = Function("s", "s", {"type": "httpTrigger"}, ({"type": "queue", "name": "out", "queueName": "messages"},))

    async def scenario() -> None:
        bodies = ["one", "x" * 100_000, "two"]
        outcomes = [Outcome(ok=True, outputs=(("out", Record(string=body)),)) for body in bodies]
        calls = invocations(ScriptedWorker(*outcomes), store)
        found = await asyncio.gather(*(calls.run(sends, Record(string="")) for _ in bodies))
        assert [one.ok for one in found] == [True, False, True]
        assert "accepted: at most" in found[1].error

    run(scenario())
    assert [message.body for message in store.list("messages")] == ["one", "two"]


def test_what_may_happen_again_waits_for_no_disk_alone(memory: HostDatabase) -> None:
    """Beside a write that must be kept it shares its transaction."""
    told = seen(memory)

    async def scenario() -> None:
        await asyncio.gather(*(memory.turn.make(kept(memory, path), repeatable=True) for path in ("a", "b")))
        assert told == ["PRAGMA synchronous=NORMAL", "BEGIN IMMEDIATE", "COMMIT", "PRAGMA synchronous=FULL"]
        told.clear()
        repeatable = memory.turn.make(kept(memory, "c"), repeatable=True)
        assert await asyncio.gather(repeatable, memory.turn.make(kept(memory, "d"))) == ["c", "d"]
        assert told == ["BEGIN IMMEDIATE", "COMMIT"]

    run(scenario())
    assert paths(memory) == ["a", "b", "c", "d"]


def test_a_fault_is_told_to_its_own_only(memory: HostDatabase) -> None:
    """What it wrote before is not kept; what others wrote is, once."""

    def wrong() -> str:
        kept(memory, "wrong")()
        raise BadInput("on purpose")

    async def scenario() -> None:
        works = [kept(memory, "a"), wrong, kept(memory, "b")]
        found = await asyncio.gather(*(memory.turn.make(work) for work in works), return_exceptions=True)
        assert (found[0], found[2]) == ("a", "b")
        assert isinstance(found[1], BadInput)

    run(scenario())
    assert paths(memory) == ["a", "b"]


def test_a_write_whose_caller_was_cancelled_is_left_out(memory: HostDatabase) -> None:
    """And so is what a loop left behind that ended before its turn."""

    async def cancelled() -> None:
        gone = asyncio.ensure_future(memory.turn.make(kept(memory, "gone")))
        stays = asyncio.ensure_future(memory.turn.make(kept(memory, "stays")))
        await asyncio.sleep(0)
        gone.cancel()
        assert await stays == "stays"

    run(cancelled())
    ended = asyncio.new_event_loop()
    ended.call_soon(memory.turn.make(kept(memory, "late")).send, None)
    ended.call_soon(ended.stop)
    ended.run_forever()
    ended.close()

    async def later() -> None:
        assert await memory.turn.make(kept(memory, "next")) == "next"

    run(later())
    assert paths(memory) == ["next", "stays"]


def test_a_signal_that_is_set_many_times_wakes_once_and_again_later() -> None:
    """Each set before the loop wakes is one wake; a set after it is another."""

    async def scenario() -> None:
        wake = WakeSignal()
        for _ in range(2):
            for _ in range(5):
                wake.set()
            async with asyncio.timeout(300):
                await wake.wait(600)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await wake.wait(600)
        await asyncio.to_thread(wake.set)
        async with asyncio.timeout(300):
            await wake.wait(600)

    run_in_real_time(scenario())


def test_a_long_queue_is_taken_in_the_order_of_an_index(memory: HostDatabase, clock: HandClock, tmp_path: Path) -> None:
    """Neither is the queue sorted for each message, nor looked through."""
    store = queues(memory, clock)
    store.put("work", *map(str, range(50)))
    asked: list[str] = []
    memory._connection.set_trace_callback(asked.append)
    assert [message.body for message in store.get("work", 4, 30)] == ["0", "1", "2", "3"]
    memory._connection.set_trace_callback(None)
    plans = {
        line[3]
        for query in set(asked)
        if " FROM messages" in query
        for line in memory.rows(f"EXPLAIN QUERY PLAN {query}")
    }
    assert plans
    assert all(plan.startswith("SEARCH messages USING") for plan in plans), plans
