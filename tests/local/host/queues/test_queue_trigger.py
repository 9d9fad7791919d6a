"""Queue triggers: retries, poison, batches, leases."""

from __future__ import annotations

import asyncio

import pytest
from host_parts import FAILED, OK, HandClock, ScriptedWorker, function, invocations, refusing_writes, run

from local.host.database import HostDatabase
from local.host.host_options import QueueOptions
from local.host.invocations import messages_of
from local.host.protocol import Record
from local.host.queues.queue_store import QueueStore
from local.host.queues.queue_trigger import QueueTriggers
from local.host.tasks import Tasks
from local.host.wake_signal import WakeSignal
from local.host.worker import Function, Outcome
from shared.core.errors import BadInput

OPTIONS = QueueOptions(4, 2, 3, visibility_timeout=45, max_polling_interval=5)
WORK = function("work", "queueTrigger", queueName="work")


class Bench:
    """A listener in a running loop, stepped by the test."""

    def __init__(
        self,
        store: QueueStore,
        clock: HandClock,
        worker: ScriptedWorker,
        *functions: Function,
        lease: float | None = None,
    ) -> None:
        self.tasks = Tasks()
        self.invocations = invocations(worker, store, timeout=0.2)
        self.triggers = QueueTriggers(
            functions or (WORK,),
            queues=store,
            invocations=self.invocations,
            options=OPTIONS,
            tasks=self.tasks,
            wake=WakeSignal(),
            clock=clock,
            lease=lease,
        )

    async def step(self) -> float:
        """Start what is due and let it end."""
        delay = self.triggers.step()
        await self.tasks.finish(5)
        return delay


def test_a_success_deletes_the_message(store: QueueStore, clock: HandClock) -> None:
    """The function gets body, id and dequeue count."""
    worker = ScriptedWorker()
    store.put("work", "hello")

    async def scenario() -> None:
        await Bench(store, clock, worker).step()

    run(scenario())
    ((name, data, metadata, _),) = worker.asked
    assert (name, data.string, metadata["DequeueCount"].json) == ("work", "hello", "1")
    assert store.list() == []


@pytest.mark.fault(16)
def test_a_failure_comes_again_after_the_visibility_timeout_then_is_poison(store: QueueStore, clock: HandClock) -> None:
    """MaxDequeueCount attempts, 45 s apart, never a hot loop."""
    worker = ScriptedWorker(then=FAILED)
    store.put("work", "bad")

    async def scenario() -> None:
        bench = Bench(store, clock, worker)
        for attempt in (1, 2, 3):
            await bench.step()
            assert len(worker.asked) == attempt
            clock.forward(44)
            await bench.step()
            assert len(worker.asked) == attempt
            clock.forward(1)

    run(scenario())
    assert [message.body for message in store.list_poison()] == ["bad"]
    assert store.list("work") == []


@pytest.mark.fault(25)
def test_a_message_that_kills_the_host_ends_as_poison(store: QueueStore, clock: HandClock) -> None:
    """A host that dies in every attempt never reports a failure; the dequeue count alone ends it."""
    worker = ScriptedWorker()
    store.put("work", "deadly")
    for _ in range(OPTIONS.max_dequeue_count):
        store.get("work", 1, 60)
        store.recover(600)

    async def scenario() -> None:
        await Bench(store, clock, worker).step()

    run(scenario())
    assert worker.asked == []
    assert [message.body for message in store.list_poison()] == ["deadly"]


def test_a_function_on_a_poison_queue_fires_and_has_no_poison_queue_of_its_own(
    store: QueueStore, clock: HandClock
) -> None:
    """A failing poison handler is called again after ten minutes; the message stays where it is."""
    worker = ScriptedWorker(then=FAILED)
    store.put("work-poison", "bad")

    async def scenario() -> None:
        bench = Bench(store, clock, worker, function("poisoned", "queueTrigger", queueName="work-poison"))
        for _ in range(OPTIONS.max_dequeue_count + 2):
            await bench.step()
            clock.forward(599)
            await bench.step()
            clock.forward(1)

    run(scenario())
    assert len(worker.asked) == OPTIONS.max_dequeue_count + 2
    assert {message.queue for message in store.list()} == {"work-poison"}


def test_a_new_batch_is_taken_only_below_the_threshold(store: QueueStore, clock: HandClock) -> None:
    """At most batch size + threshold messages of one function are under way."""
    store.put("work", *map(str, range(20)))
    hold = asyncio.Event()
    most = 0

    async def wait() -> None:
        await hold.wait()

    async def scenario() -> None:
        nonlocal most
        bench = Bench(store, clock, ScriptedWorker(during=wait))
        bench.triggers.step()
        bench.triggers.step()
        await asyncio.sleep(0)
        most = bench.invocations.running
        hold.set()
        await bench.tasks.finish(5)

    run(scenario())
    assert most == OPTIONS.batch_size


def test_the_lease_is_renewed_while_the_function_runs(store: QueueStore, clock: HandClock) -> None:
    """A function longer than the lease keeps its message to itself."""
    store.put("work", "slow")

    async def until_renewed() -> None:
        ends = store.list()[0].visible
        clock.forward(0.1)
        while store.list()[0].visible == ends:  # noqa: ASYNC110 - the file has no event to wait for
            await asyncio.sleep(0.005)

    async def scenario() -> None:
        bench = Bench(store, clock, ScriptedWorker(during=until_renewed), lease=0.15)
        await bench.step()

    run(scenario())
    assert store.list() == []


@pytest.mark.fault(24)
def test_a_function_beyond_its_timeout_has_failed(store: QueueStore, clock: HandClock) -> None:
    """Its message comes again; what it returns later is dropped."""
    store.put("work", "endless")
    hold = asyncio.Event()

    async def wait() -> None:
        await hold.wait()

    async def scenario() -> None:
        bench = Bench(store, clock, ScriptedWorker(during=wait))
        await bench.step()
        assert bench.invocations.running == 0
        hold.set()
        await asyncio.sleep(0)

    run(scenario())
    (message,) = store.list("work")
    assert (message.dequeue_count, message.visible) == (1, clock() + 45)


def test_what_a_function_sends_is_on_its_queue_before_its_message_goes(store: QueueStore, clock: HandClock) -> None:
    """A list becomes one message per item, in order; the reader of the other queue is woken."""
    send = Outcome(ok=True, outputs=(("out", Record(json='["a", "b", {"c": 1}]')), ("out", Record(string='["one"]'))))
    sender = Function("s", "sender", WORK.trigger, ({"type": "queue", "name": "out", "queueName": "next"},))
    store.put("work", "go")

    async def scenario() -> None:
        await Bench(store, clock, ScriptedWorker(send), sender).step()

    run(scenario())
    assert [(m.queue, m.body) for m in store.list()] == [
        ("next", "a"),
        ("next", "b"),
        ("next", '{\n  "c": 1\n}'),
        ("next", "one"),
    ]


def test_an_output_that_no_queue_takes_fails_the_invocation(store: QueueStore, clock: HandClock) -> None:
    """Nothing of it is sent, and the message comes again."""
    send = Outcome(ok=True, outputs=(("out", Record(json='["a"]')), ("out", Record(string="x" * 60_000))))
    sender = Function("s", "sender", WORK.trigger, ({"type": "queue", "name": "out", "queueName": "next"},))
    store.put("work", "go")

    async def scenario() -> None:
        await Bench(store, clock, ScriptedWorker(send), sender).step()

    run(scenario())
    assert [m.queue for m in store.list()] == ["work"]


def test_the_next_look_comes_when_the_next_message_is_visible(store: QueueStore, clock: HandClock) -> None:
    """Between messages the listener sleeps; maxPollingInterval is the longest it does."""
    store.put("work", "bad")

    async def scenario() -> None:
        bench = Bench(store, clock, ScriptedWorker(FAILED, then=OK))
        await bench.step()
        assert await bench.step() == OPTIONS.max_polling_interval
        clock.forward(43)
        assert await bench.step() == pytest.approx(2)

    run(scenario())


@pytest.mark.fault(24)
def test_a_call_beyond_its_timeout_takes_the_others_with_it(store: QueueStore, clock: HandClock) -> None:
    """The Functions host kills the worker: what runs beside the long call fails, and nothing after it."""
    hold = asyncio.Event()

    async def wait() -> None:
        await hold.wait()

    async def scenario() -> None:
        bench = Bench(store, clock, ScriptedWorker(during=wait))
        long = asyncio.ensure_future(bench.invocations.run(WORK, Record(string="long")))
        await asyncio.sleep(0.15)
        beside = await bench.invocations.run(WORK, Record(string="beside"))
        assert (beside.ok, (await long).timed_out, beside.timed_out) == (False, True, False)
        hold.set()
        assert (await bench.invocations.run(WORK, Record(string="later"))).ok

    run(scenario())


def test_an_output_that_only_looks_like_json_is_refused() -> None:
    """As on the Functions host; bytes go out as they are."""
    with pytest.raises(BadInput, match="looks like JSON and is none"):
        messages_of(Record(string="{not json}"))
    assert messages_of(Record(bytes=b"raw")) == [b"raw"]


def test_a_failed_write_frees_the_slot_and_repeats_no_work(
    store: QueueStore, memory: HostDatabase, clock: HandClock
) -> None:
    """The renewal and the deletion fail while the database refuses; both happen later, and the function ran once."""

    async def wait_for_a_renewal() -> None:
        await asyncio.sleep(0.1)

    worker = ScriptedWorker(during=wait_for_a_renewal)
    store.put("work", "hello")

    async def scenario() -> None:
        bench = Bench(store, clock, worker, lease=0.06)
        bench.triggers.step()
        with refusing_writes(memory):
            await asyncio.sleep(0.2)
        await bench.tasks.finish(5)
        store.put("work", *"abcdefgh")
        for _ in range(8):
            await bench.step()

    run(scenario())
    assert len(worker.asked) == 9
    assert store.list() == []
