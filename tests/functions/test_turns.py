"""Requests that take a moment are answered in the event loop, all others in a thread."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from threading import local
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest
from ports_with import ports_with
from world import World, points_csv

from functions.scoring import Scorer
from functions.turns import _THREADS as THREADS
from functions.turns import Turns
from shared.core.errors import Missing
from shared.datasets.accepted_contracts import refresh
from shared.serving.health import Health
from shared.serving.metrics import ServingMetrics
from shared.serving.model_router import ModelRouter

BODY = b'{"data": [{"x": 2.0, "color": "red"}]}'
TRIES = 500
PATIENCE = 60


class Asked:
    """Asks in one event loop, and notes for each answer whether it was made there."""

    def __init__(self, world: World) -> None:
        self.world, self.scorer = world, Scorer(world.ports)
        self.turns = Turns(lambda: self.scorer)
        self.in_loop: list[bool] = []
        self.contexts: list[Any] = []

    async def ask(
        self, extra: Callable[[], Any] = lambda: None, name: str = "points", status: int = 200
    ) -> func.HttpResponse:
        """The answer to a row; `extra` is done beside it."""
        context = SimpleNamespace(invocation_id=f"call {len(self.in_loop)}", thread_local_storage=local())
        request = func.HttpRequest("POST", "/", route_params={}, body=BODY)
        loop = threading.current_thread()

        def act() -> func.HttpResponse:
            self.in_loop.append(threading.current_thread() is loop)
            self.contexts.append(getattr(context.thread_local_storage, "invocation_id", ""))
            extra()
            return func.HttpResponse(self.turns.scorer().score(name, BODY, "")[0], status_code=status)

        at_once = self.turns.at_once(request, name, act)
        return at_once or await self.turns.in_thread(request, context, name, act)  # type: ignore[arg-type]

    async def until_in_loop(self) -> None:
        """Ask until the loop answers: a busy machine may let the pointer grow old in between."""
        for _ in range(TRIES):
            await self.ask()
            if self.in_loop[-1]:
                return
        raise AssertionError("the loop never answered")

    async def until(self, done: Callable[[], object], otherwise: str) -> None:
        """Ask until that is so, or fail in these words."""
        ends = time.monotonic() + PATIENCE
        while not done():
            await self.ask()
            assert time.monotonic() < ends, otherwise

    async def once_in_loop(self, ask: Callable[[], Awaitable[Any]]) -> None:
        """Ask in that way until it was the loop's turn: a busy machine may give it to a thread."""
        for _ in range(TRIES):
            await self.until_in_loop()
            await ask()
            if self.in_loop[-1]:
                return
        raise AssertionError("it was never the loop's turn")


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    """A process that has not answered yet."""
    world = World(tmp_path / "home")
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    yield Asked(world)
    world.close()


def burn() -> None:
    """Ten times a moment of processor time."""
    started = time.thread_time()
    while time.thread_time() - started < 0.02:
        pass


def test_the_first_answers_are_made_in_threads_and_the_usual_ones_in_the_loop(asked: Asked) -> None:
    """The first one loads the model and the second one is measured; all are equal, and the host knows each call."""

    async def scenario() -> None:
        first = await asked.ask()
        await asked.until_in_loop()
        last = await asked.ask()
        assert first.get_body() == last.get_body() == b'"{\\"result\\": [\\"yes\\"]}"'

    asyncio.run(scenario())
    assert asked.in_loop[:2] == [False, False]
    assert asked.contexts[:2] == ["call 0", "call 1"]


def test_what_takes_long_never_holds_up_the_loop(asked: Asked) -> None:
    """An answer that took longer than a moment sends the next one to a thread as well."""

    async def scenario() -> None:
        for _ in range(6):
            await asked.ask(burn)

    asyncio.run(scenario())
    assert asked.in_loop == [False] * 6


def test_where_the_pointer_is_read_each_time_each_request_has_a_thread(asked: Asked) -> None:
    """The loop waits for no database."""
    asked.scorer._router = ModelRouter(asked.world.ports, pointer_seconds=0)

    async def scenario() -> None:
        for _ in range(4):
            await asked.ask()

    asyncio.run(scenario())
    assert asked.in_loop == [False] * 4


def test_what_is_not_known_has_a_thread(asked: Asked) -> None:
    """A scenario that there is not is refused there, also when another one is answered in the loop."""

    async def scenario() -> None:
        await asked.until_in_loop()
        with pytest.raises(Missing):
            await asked.ask(name="none")
        assert not asked.in_loop[-1]

    asyncio.run(scenario())


def test_the_loop_looks_up_no_contract(asked: Asked) -> None:
    """Each event that the process works on makes what is accepted unknown again: the next request reads it, aside."""

    async def scenario() -> None:
        await asked.until_in_loop()
        refresh(asked.world.ports.core.scenarios)
        await asked.ask()
        assert not asked.in_loop[-1]
        await asked.until_in_loop()

    asyncio.run(scenario())


def test_a_failure_sends_the_next_request_to_a_thread(asked: Asked) -> None:
    """A model that cannot answer writes that down, for which the loop does not wait."""

    def broken() -> None:
        raise RuntimeError("on purpose")

    async def fails() -> None:
        with pytest.raises(RuntimeError, match="on purpose"):
            await asked.ask(broken)

    async def scenario() -> None:
        await asked.once_in_loop(fails)
        await asked.ask()
        assert not asked.in_loop[-1]

    asyncio.run(scenario())


def test_what_is_counted_reaches_the_store_while_requests_go_on(asked: Asked) -> None:
    """At most once a second, by a thread of its own; every answer until then is in it."""

    def stored() -> int:
        health = asked.world.ports.serving.health
        return sum(one.requests for one in health.since("points", "prod", asked.world.clock() - timedelta(hours=1)))

    asyncio.run(asked.until(stored, "nothing was stored"))
    assert 0 < stored() <= len(asked.in_loop)


def test_what_is_loaded_for_answers_is_set_aside_from_the_garbage_collector(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a process, beside the answers: a look through all of it would hold them up again and again."""
    monkeypatch.setattr("functions.turns._NOT_YET", threading.Lock())
    # The tests set aside what is loaded when they begin.
    gc.unfreeze()
    assert any(one is asked for one in gc.get_objects())

    asyncio.run(asked.until(gc.get_freeze_count, "nothing was set aside"))
    assert not any(one is asked for one in gc.get_objects()), "what was loaded is still looked through"


def test_what_is_at_hand_is_renewed_beside_the_answers(asked: Asked) -> None:
    """The pointer is read again and again while nearly all requests are answered in the loop."""

    async def scenario() -> None:
        await asked.until_in_loop()
        views, ends = [asked.scorer._router._views["points"]], time.monotonic() + PATIENCE
        while len(views) <= 2:
            await asked.ask()
            view = asked.scorer._router._views["points"]
            views += [] if view is views[-1] else [view]
            assert time.monotonic() < ends, "the pointer was not read again"
        assert sum(asked.in_loop) > len(asked.in_loop) / 2

    asyncio.run(scenario())


def test_refused_requests_do_not_stay_in_threads(asked: Asked) -> None:
    """After one that held up the loop a refused one is looked at in a thread, and others have their turn again."""

    async def scenario() -> None:
        for _ in range(TRIES):
            await asked.until_in_loop()
            await asked.ask(burn)
            before = len(asked.in_loop)
            await asked.ask(status=400)
            await asked.ask(status=400)
            if asked.in_loop[before - 1 :] == [True, False, True]:
                return
        raise AssertionError("refused requests stayed in threads")

    asyncio.run(scenario())


def test_an_answer_that_held_up_the_loop_sends_the_next_one_to_a_thread(asked: Asked) -> None:
    """Rows of as many bytes may cost more than those that were measured."""

    async def scenario() -> None:
        await asked.once_in_loop(lambda: asked.ask(burn))
        await asked.ask()
        assert not asked.in_loop[-1]

    asyncio.run(scenario())


class Stuck:
    """A database that takes counts only when it is let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def keep(self, _health: Sequence[Health]) -> None:
        """Wait."""
        assert self.go_on.wait(10 * PATIENCE)


@pytest.fixture
def stuck(asked: Asked) -> Iterator[Stuck]:
    """The database of the process; counts are due with each request, which reads the pointer."""
    found, ticks = Stuck(), itertools.count(step=2)
    ports = ports_with(asked.world.ports, serving__health=found)
    router = asked.scorer._router = ModelRouter(ports, pointer_seconds=0)
    router._metrics = ServingMetrics(ports, lambda: float(next(ticks)))
    yield found
    found.go_on.set()


async def ask_often(asked: Asked) -> None:
    """More often than there are threads."""
    for _ in range(THREADS + 4):
        await asyncio.wait_for(asked.ask(), PATIENCE)


@pytest.mark.usefixtures("stuck")
def test_counts_that_a_database_does_not_take_keep_one_thread(asked: Asked) -> None:
    """All others answer."""
    asyncio.run(ask_often(asked))
    assert not any(asked.in_loop)


def test_nothing_is_set_aside_before_counts_were_stored(
    asked: Asked, stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then the packages of the database may not be loaded yet: whoever finds another one storing is too early."""
    monkeypatch.setattr("functions.turns._NOT_YET", threading.Lock())
    gc.unfreeze()
    asyncio.run(ask_often(asked))
    assert not gc.get_freeze_count()
    stuck.go_on.set()

    asyncio.run(asked.until(gc.get_freeze_count, "nothing was set aside"))
