"""Timer triggers: on time, once after a pause, kept across restarts."""

from __future__ import annotations

import asyncio
import json

import pytest
from host_parts import FAILED, HandClock, ScriptedWorker, function, invocations, queues, refusing_writes, run

from local.host.database import HostDatabase
from local.host.tasks import Tasks
from local.host.timers import LONGEST_WAIT, TimerTriggers
from local.host.wake_signal import WakeSignal
from local.host.worker import Function, NotIndexed, Retry
from shared.core.errors import Missing

EVERY_MINUTE = "0 * * * * *"


class Bench:
    """Timers in a running loop, stepped by the test."""

    def __init__(
        self, memory: HostDatabase, clock: HandClock, worker: ScriptedWorker, *functions: Function, waits: float = 0
    ) -> None:
        self.tasks = Tasks()
        self.timers = TimerTriggers(
            functions,
            database=memory,
            invocations=invocations(worker, queues(memory, clock)),
            tasks=self.tasks,
            wake=WakeSignal(),
            clock=clock,
            waits=waits,
        )

    async def step(self) -> float:
        """Start what is due and let it end."""
        delay = self.timers.step()
        await self.tasks.finish(5)
        return delay


def _tick(schedule: str = EVERY_MINUTE, **more: object) -> Function:
    return function("tick", "timerTrigger", schedule=schedule, useMonitor=True, **more)


def _past_due(worker: ScriptedWorker) -> list[bool]:
    return [json.loads(data.json)["IsPastDue"] for _, data, _, _ in worker.asked]


def test_a_timer_fires_when_it_is_due_and_not_before(memory: HostDatabase, clock: HandClock) -> None:
    """The test's clock starts on a full minute: the first firing is a minute later."""
    worker = ScriptedWorker()

    async def scenario() -> None:
        bench = Bench(memory, clock, worker, _tick())
        assert await bench.step() == LONGEST_WAIT
        clock.forward(57)
        assert await bench.step() == pytest.approx(3)
        assert worker.asked == []
        clock.forward(3)
        await bench.step()
        await bench.step()

    run(scenario())
    assert _past_due(worker) == [False]


@pytest.mark.fault(48)
def test_a_pause_is_caught_up_once_and_called_past_due(memory: HostDatabase, clock: HandClock) -> None:
    """Three days without a host: one firing at the next start, then the rhythm goes on."""
    worker = ScriptedWorker()

    async def first() -> None:
        await Bench(memory, clock, worker, _tick()).step()

    async def second() -> None:
        bench = Bench(memory, clock, worker, _tick())
        await bench.step()
        await bench.step()
        clock.forward(60)
        await bench.step()

    run(first())
    clock.forward(3 * 86400 + 30)
    run(second())
    assert _past_due(worker) == [True, False]


def test_a_new_host_without_a_pause_fires_nothing(memory: HostDatabase, clock: HandClock) -> None:
    """A restart between two moments is no reason to fire."""
    worker = ScriptedWorker()

    async def scenario() -> None:
        await Bench(memory, clock, worker, _tick()).step()
        clock.forward(30)
        await Bench(memory, clock, worker, _tick()).step()

    run(scenario())
    assert worker.asked == []


def test_without_a_monitor_nothing_is_caught_up(memory: HostDatabase, clock: HandClock) -> None:
    """With use_monitor=False no state is kept."""
    worker = ScriptedWorker()
    forgetful = function("tick", "timerTrigger", schedule=EVERY_MINUTE, useMonitor=False)

    async def scenario() -> None:
        await Bench(memory, clock, worker, forgetful).step()
        clock.forward(3600)
        await Bench(memory, clock, worker, forgetful).step()

    run(scenario())
    assert worker.asked == []


def test_run_on_startup_fires_at_once(memory: HostDatabase, clock: HandClock) -> None:
    """And then on schedule."""
    worker = ScriptedWorker()

    async def scenario() -> None:
        bench = Bench(memory, clock, worker, _tick(runOnStartup=True))
        await bench.step()
        await bench.step()

    run(scenario())
    assert _past_due(worker) == [False]


def test_a_changed_schedule_counts_from_the_last_run(memory: HostDatabase, clock: HandClock) -> None:
    """A timer made hourly is not past due because its old minute has gone by."""
    worker = ScriptedWorker()

    async def scenario() -> None:
        bench = Bench(memory, clock, worker, _tick("00:01:00"))
        clock.forward(60)
        await bench.step()
        clock.forward(600)
        bench = Bench(memory, clock, worker, _tick("01:00:00"))
        await bench.step()
        assert len(worker.asked) == 1
        clock.forward(3000)
        await bench.step()

    run(scenario())
    assert _past_due(worker) == [False, False]


@pytest.mark.fault(47)
def test_what_comes_due_while_a_timer_runs_fires_it_once_after_it(memory: HostDatabase, clock: HandClock) -> None:
    """It never runs beside itself, and many missed times are one call."""
    hold = asyncio.Event()

    async def wait() -> None:
        await hold.wait()

    worker = ScriptedWorker(during=wait)

    async def scenario() -> None:
        bench = Bench(memory, clock, worker, _tick("00:00:10"))
        clock.forward(10)
        bench.timers.step()
        await asyncio.sleep(0)
        clock.forward(100)
        bench.timers.step()
        await asyncio.sleep(0)
        assert len(worker.asked) == 1
        hold.set()
        await bench.tasks.finish(5)
        for _ in range(3):
            await bench.step()

    run(scenario())
    assert _past_due(worker) == [False, False]


@pytest.mark.fault(48)
def test_after_a_kill_no_timer_fires_for_a_minute(memory: HostDatabase, clock: HandClock) -> None:
    """The lock of the host that was killed has to end first; a host that ended in order leaves none."""
    worker = ScriptedWorker()

    async def scenario() -> None:
        Bench(memory, clock, worker, _tick())
        clock.forward(55)
        after_a_kill = Bench(memory, clock, worker, _tick(), waits=1)
        clock.forward(59)
        await after_a_kill.step()
        assert worker.asked == []
        clock.forward(1)
        await after_a_kill.step()
        after_a_kill.timers.release()
        clock.forward(60)
        await Bench(memory, clock, worker, _tick(), waits=1).step()

    run(scenario())
    assert _past_due(worker) == [True, True]


def test_a_run_cut_off_by_a_kill_is_past_due_at_the_next_start(memory: HostDatabase, clock: HandClock) -> None:
    """The moment is written down when the function has ended, not when it begins."""
    hold = asyncio.Event()

    async def wait() -> None:
        await hold.wait()

    async def killed() -> None:
        bench = Bench(memory, clock, ScriptedWorker(during=wait), _tick())
        clock.forward(60)
        bench.timers.step()
        await asyncio.sleep(0)
        # What a kill leaves behind is what is in the file now.
        kept.extend(memory.rows("SELECT * FROM timers WHERE function = 'tick'"))
        hold.set()
        await bench.tasks.finish(5)

    async def next_start() -> None:
        memory.run("INSERT OR REPLACE INTO timers VALUES (?, ?, ?, ?)", *kept[0])
        clock.forward(5)
        await Bench(memory, clock, worker, _tick()).step()

    kept: list[tuple[object, ...]] = []
    worker = ScriptedWorker()
    run(killed())
    run(next_start())
    assert _past_due(worker) == [True]


def test_a_retry_policy_is_honoured(memory: HostDatabase, clock: HandClock) -> None:
    """As often as declared; the function is told which retry it is."""
    worker = ScriptedWorker(then=FAILED)
    declared = _tick()
    declared = Function(
        declared.id, declared.name, declared.trigger, (), Retry(2, exponential=False, shortest=0.0, longest=0.0)
    )

    async def scenario() -> None:
        bench = Bench(memory, clock, worker, declared)
        clock.forward(60)
        await bench.step()

    run(scenario())
    assert [retry for _, _, _, retry in worker.asked] == [(0, 2), (1, 2), (2, 2)]


def test_exponential_delays_grow_to_their_limit() -> None:
    """Each delay is twice the one before."""
    policy = Retry(5, exponential=True, shortest=2, longest=10)
    assert [policy.delay(retry) for retry in (1, 2, 3, 4)] == [2, 4, 8, 10]


def test_fire_runs_a_timer_now_and_refuses_what_is_none(memory: HostDatabase, clock: HandClock) -> None:
    """The schedule does not change."""
    worker = ScriptedWorker()

    async def scenario() -> None:
        bench = Bench(memory, clock, worker, _tick())
        assert (await bench.timers.fire("tick")).ok
        with pytest.raises(Missing, match="no timer function 'tock'; known: tick"):
            await bench.timers.fire("tock")

    run(scenario())
    assert len(worker.asked) == 1


def test_a_schedule_that_cannot_be_read_names_its_function(memory: HostDatabase, clock: HandClock) -> None:
    """The app is refused as a whole, before anything runs."""

    async def scenario() -> None:
        with pytest.raises(NotIndexed, match=r"schedule of tick cannot be read\. '61' is no second"):
            Bench(memory, clock, ScriptedWorker(), _tick("61 * * * * *"))

    run(scenario())


def test_a_write_that_failed_stops_no_timer(memory: HostDatabase, clock: HandClock) -> None:
    """While the database refuses writes the timer goes on, and it is saved again when it can be."""
    worker = ScriptedWorker()

    async def scenario() -> None:
        bench = Bench(memory, clock, worker, _tick())
        with refusing_writes(memory):
            for _ in range(2):
                clock.forward(60)
                await bench.step()
        clock.forward(60)
        await bench.step()

    run(scenario())
    assert len(worker.asked) == 3
    assert memory.rows("SELECT last FROM timers WHERE function = 'tick'") == [(clock.now,)]
