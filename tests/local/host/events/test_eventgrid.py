"""The local Event Grid: spool, deliveries, retries, dead letters."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from host_parts import FAILED, OK, HandClock, ScriptedWorker, function, invocations, queues, refusing_writes, run

from local.host.database import HostDatabase
from local.host.events.eventgrid import MAX_ATTEMPTS, Endpoint, EventGrid, Subscription, inbox_of, retry_delay
from local.host.http.messages import Answer
from local.host.http.webhook import Webhook
from local.host.tasks import Tasks
from local.host.wake_signal import WakeSignal

EVENT = {"id": "1", "eventType": "Microsoft.Storage.BlobCreated", "subject": "/blobs/a", "data": {}}
BOTH = {"one": Subscription(), "two": Subscription()}
ONE = {"one": Subscription()}


class Refusing:
    """An endpoint that accepts no key."""

    async def answer(self, method: str, name: str, headers: Mapping[str, str], body: bytes) -> Answer:  # noqa: ARG002 - as the webhook
        """Always 401."""
        return Answer(401)


class Bench:
    """An Event Grid in a running loop, stepped by the test."""

    def __init__(
        self,
        home: Path,
        memory: HostDatabase,
        clock: HandClock,
        worker: ScriptedWorker,
        subscriptions: Mapping[str, Subscription] = ONE,
        *,
        answer_seconds: float = 5,
        webhook: Endpoint | None = None,
    ) -> None:
        functions = [function(name, "eventGridTrigger") for name in ("one", "two")]
        self.tasks = Tasks()
        self.grid = EventGrid(
            home,
            subscriptions,
            database=memory,
            webhook=webhook or Webhook(functions, invocations(worker, queues(memory, clock))),
            tasks=self.tasks,
            wake=WakeSignal(),
            clock=clock,
            answer_seconds=answer_seconds,
        )

    async def step(self) -> float:
        """Start what is due and let it end."""
        delay = self.grid.step()
        await self.tasks.finish(5)
        return delay


def spool(home: Path, name: str, content: object) -> None:
    """Put a file into the inbox."""
    inbox_of(home).mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (inbox_of(home) / name).write_text(text, encoding="utf-8")


def dead_letters(home: Path) -> list[dict[str, Any]]:
    """All dead-lettered events."""
    files = sorted((home / "eventgrid" / "deadletter").glob("*.json"))
    return [event for path in files for event in json.loads(path.read_bytes())]


def test_every_subscribed_function_gets_every_event(tmp_path: Path, memory: HostDatabase, clock: HandClock) -> None:
    """One file with one event, one with an array: each event goes once to each function, and the files are gone."""
    worker = ScriptedWorker()
    spool(tmp_path, "a.json", EVENT)
    cloud = {"specversion": "1.0", "id": "3", "type": "Mlops.DriftDetected", "source": "/"}
    spool(tmp_path, "b.json", [{**EVENT, "id": "2"}, cloud])

    async def scenario() -> None:
        bench = Bench(tmp_path, memory, clock, worker, BOTH)
        await bench.step()
        await bench.step()

    run(scenario())
    got = sorted((name, json.loads(data.json)["id"]) for name, data, _, _ in worker.asked)
    assert got == [(name, number) for name in ("one", "two") for number in ("1", "2", "3")]
    assert list(inbox_of(tmp_path).iterdir()) == []


def test_unfinished_files_are_left_alone(tmp_path: Path, memory: HostDatabase, clock: HandClock) -> None:
    """A name that starts with a dot, or does not end with .json, is an unfinished file."""
    worker = ScriptedWorker()
    spool(tmp_path, ".a.json", "{")
    spool(tmp_path, "b.json.tmp", "{")

    async def scenario() -> None:
        await Bench(tmp_path, memory, clock, worker).step()

    run(scenario())
    assert len(list(inbox_of(tmp_path).iterdir())) == 2
    assert dead_letters(tmp_path) == []


@pytest.mark.parametrize(
    ("subscription", "takes"),
    [
        (Subscription(), True),
        (Subscription(("Microsoft.Storage.BlobCreated",)), True),
        (Subscription(("Microsoft.Storage.",)), True),
        (Subscription(("Microsoft.Storage",)), False),
        (Subscription(("Mlops.", "Microsoft.Storage.BlobRenamed")), False),
        (Subscription((), "/BLOBS/"), True),
        (Subscription(("Microsoft.Storage.",), "/other/"), False),
    ],
)
def test_a_subscription_filters_by_type_and_subject(subscription: Subscription, *, takes: bool) -> None:
    """Types are exact unless they end in a dot; subjects begin in any case of letters."""
    assert subscription.takes(EVENT) is takes


def test_a_failure_is_tried_again_on_the_documented_schedule(
    tmp_path: Path, memory: HostDatabase, clock: HandClock
) -> None:
    """10 s, 30 s, 1 m, 5 m, 10 m, 30 m, 1 h, then hourly; not a second earlier."""
    assert [retry_delay(attempt, 500) for attempt in range(1, 10)] == [10, 30, 60, 300, 600, 1800, 3600, 3600, 3600]
    worker = ScriptedWorker(FAILED, FAILED, FAILED, OK)
    spool(tmp_path, "a.json", EVENT)

    async def scenario() -> None:
        bench = Bench(tmp_path, memory, clock, worker)
        await bench.step()
        for attempts, delay in ((1, 10), (2, 30), (3, 60)):
            clock.forward(delay - 1)
            assert await bench.step() <= 1
            assert len(worker.asked) == attempts
            clock.forward(1)
            await bench.step()

    run(scenario())
    assert len(worker.asked) == 4
    assert memory.rows("SELECT * FROM deliveries") == []


def test_some_statuses_need_a_longer_wait() -> None:
    """404 five minutes, 408 two minutes, 503 half a minute at least."""
    assert [retry_delay(1, status) for status in (404, 408, 503)] == [300, 120, 30]


def test_after_a_day_an_event_is_a_dead_letter(tmp_path: Path, memory: HostDatabase, clock: HandClock) -> None:
    """Time to live 1440 minutes; the dead letter carries the event and five facts."""
    worker = ScriptedWorker(then=FAILED)
    spool(tmp_path, "a.json", EVENT)
    published = clock()

    async def scenario() -> None:
        bench = Bench(tmp_path, memory, clock, worker)
        while not dead_letters(tmp_path):
            await bench.step()
            clock.forward(1 if memory.rows("SELECT * FROM deliveries WHERE due <= ?", clock()) else 3600)

    run(scenario())
    (letter,) = dead_letters(tmp_path)
    assert {name: letter[name] for name in EVENT} == EVENT
    assert letter["deadLetterReason"] == "TimeToLiveExceeded"
    assert letter["deliveryAttempts"] == len(worker.asked) <= MAX_ATTEMPTS
    assert letter["lastDeliveryOutcome"] == "InternalServerError"
    assert letter["publishTime"] == "2027-01-15T08:00:00Z"
    assert letter["lastDeliveryAttemptTime"].startswith("2027-01-1")
    assert clock() - published <= 26 * 3600
    assert memory.rows("SELECT * FROM deliveries") == []


def test_the_thirtieth_failure_is_the_last(tmp_path: Path, memory: HostDatabase, clock: HandClock) -> None:
    """Even within the day."""
    worker = ScriptedWorker(then=FAILED)
    spool(tmp_path, "a.json", EVENT)

    async def scenario() -> None:
        bench = Bench(tmp_path, memory, clock, worker)
        await bench.step()
        memory.run("UPDATE deliveries SET attempts = ?, due = ?", MAX_ATTEMPTS - 1, clock())
        await bench.step()

    run(scenario())
    (letter,) = dead_letters(tmp_path)
    assert (letter["deadLetterReason"], letter["deliveryAttempts"]) == ("MaxDeliveryAttemptsExceeded", MAX_ATTEMPTS)


def test_an_answer_that_no_retry_changes_is_a_dead_letter_at_once(
    tmp_path: Path, memory: HostDatabase, clock: HandClock
) -> None:
    """Here: an endpoint that does not accept the key."""
    worker = ScriptedWorker()
    spool(tmp_path, "a.json", EVENT)

    async def scenario() -> None:
        await Bench(tmp_path, memory, clock, worker, webhook=Refusing()).step()

    run(scenario())
    (letter,) = dead_letters(tmp_path)
    assert (letter["deadLetterReason"], letter["lastDeliveryOutcome"], letter["deliveryAttempts"]) == (
        "UndeliverableDueToHttpUnauthorized",
        "Unauthorized",
        1,
    )
    assert worker.asked == []


def test_an_endpoint_that_does_not_answer_in_time_is_tried_again(
    tmp_path: Path, memory: HostDatabase, clock: HandClock
) -> None:
    """Event Grid waits 30 s (less in this test); the function goes on meanwhile."""
    hold = asyncio.Event()

    async def wait() -> None:
        await hold.wait()

    worker = ScriptedWorker(during=wait)
    spool(tmp_path, "a.json", EVENT)

    async def scenario() -> None:
        bench = Bench(tmp_path, memory, clock, worker, answer_seconds=0.05)
        bench.grid.step()
        while not memory.rows("SELECT * FROM deliveries WHERE attempts = 1"):  # noqa: ASYNC110 - the file has no event
            await asyncio.sleep(0.005)
        hold.set()
        await bench.tasks.finish(5)

    run(scenario())
    assert memory.rows("SELECT attempts, outcome, due FROM deliveries") == [(1, "408", clock() + 120)]


@pytest.mark.parametrize("content", ["{", "", "[]", "3", "[1]", '{"id": "1"}', "[" * 100_000])
def test_a_malformed_file_is_a_dead_letter_and_blocks_nothing(
    tmp_path: Path, memory: HostDatabase, clock: HandClock, content: str
) -> None:
    """It is dead-lettered with its reason; the next file is delivered in the same step."""
    worker = ScriptedWorker()
    spool(tmp_path, "a.json", content)
    spool(tmp_path, "b.json", EVENT)

    async def scenario() -> None:
        await Bench(tmp_path, memory, clock, worker).step()

    run(scenario())
    (letter,) = dead_letters(tmp_path)
    assert letter["deadLetterReason"] == "Malformed"
    assert letter["problem"].startswith("a.json")
    assert letter["content"] == content
    assert len(worker.asked) == 1
    assert list(inbox_of(tmp_path).iterdir()) == []


@pytest.mark.fault(6)
def test_good_events_beside_a_bad_one_are_delivered(tmp_path: Path, memory: HostDatabase, clock: HandClock) -> None:
    """One malformed event of a file is kept with its reason; the others go their way."""
    worker = ScriptedWorker()
    spool(tmp_path, "a.json", [EVENT, "nonsense", {**EVENT, "id": "2"}])

    async def scenario() -> None:
        await Bench(tmp_path, memory, clock, worker).step()

    run(scenario())
    assert len(worker.asked) == 2
    assert "event 1 is no JSON object" in dead_letters(tmp_path)[0]["problem"]


def test_deliveries_survive_a_restart(tmp_path: Path, memory: HostDatabase, clock: HandClock) -> None:
    """What was taken from the spool but not delivered is delivered by the next host."""
    worker = ScriptedWorker()

    async def first() -> None:
        Bench(tmp_path, memory, clock, worker).grid.publish([EVENT])

    async def second() -> None:
        await Bench(tmp_path, memory, clock, worker).step()

    run(first())
    run(second())
    assert len(worker.asked) == 1


def test_many_deliveries_flow_without_a_pause(tmp_path: Path, memory: HostDatabase, clock: HandClock) -> None:
    """More events than are delivered at once: each step starts what has room."""
    worker = ScriptedWorker()

    async def scenario() -> None:
        bench = Bench(tmp_path, memory, clock, worker)
        bench.grid.publish([{**EVENT, "id": str(number)} for number in range(20)])
        for _ in range(3):
            await bench.step()

    run(scenario())
    assert [json.loads(data.json)["id"] for _, data, _, _ in worker.asked] == [str(number) for number in range(20)]


def test_an_answer_that_cannot_be_recorded_delivers_nothing_again(
    tmp_path: Path, memory: HostDatabase, clock: HandClock
) -> None:
    """On a full disk the delivery is held until it can be recorded, and makes no hot loop."""
    worker = ScriptedWorker()

    async def scenario() -> None:
        bench = Bench(tmp_path, memory, clock, worker)
        bench.grid.publish([EVENT])
        with refusing_writes(memory):
            for _ in range(20):
                bench.grid.step()
                await asyncio.sleep(0.005)
        await bench.tasks.finish(5)
        await bench.step()

    run(scenario())
    assert len(worker.asked) == 1
    assert memory.rows("SELECT * FROM deliveries") == []
