"""A seeded life of two hosts on one home: files land, messages are lost, repeated and reordered, workers die or sleep.

Time is virtual and every choice is drawn from the seed, so that a seed that fails fails again. Hosts are the real
workflows on the real embedded adapters; what a queue and Event Grid do is played here.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from disturbing import Moment, disturbed, lose_the_answer
from failing_writes import Failure, Writes, failing
from lives import AtOnce
from ports_with import ports_with
from world import Clock, World, points_csv

from shared import dispatch
from shared.core.claims import CLAIM_TTL
from shared.core.errors import Fault

NAME = "points"
DEQUEUES = 5
_FAILURES: tuple[Failure, ...] = get_args(Failure.__value__)
_LATEST_CALL, _LATEST_WRITE = 150, 120
_BAD = b"id,x,color\n1,many,red\n"


class Died(BaseException):
    """The process of a worker ended."""


class Simulation:
    """One life; `told` is what happened, for whoever looks at a seed that failed."""

    def __init__(self, home: Path, seed: int) -> None:
        self.draw, self.clock, self.home = random.Random(seed), Clock(), home
        # The lake tells when a file came by the clock of its machine.
        self.clock.now = datetime.now(UTC)
        self.hosts = [self._host() for _ in range(2)]
        self.queue: list[str] = []
        self.dequeued: Counter[str] = Counter()
        self.learned: dict[str, int] = {}
        self.scored: dict[str, int] = {}
        self.told: list[str] = []

    def _host(self) -> World:
        world = World(self.home, clock=self.clock)
        world.ports = world.trainer.ports = ports_with(world.ports, serving__scoring=AtOnce())
        return world

    def close(self) -> None:
        """Let go of the databases."""
        for host in self.hosts:
            host.close()

    def step(self) -> None:
        """One thing happens."""
        actions: list[tuple[int, Callable[[], None]]] = [
            (2, self._land_to_learn),
            (4, self._land_to_score),
            (2, self._land_again),
            (12, self._deliver),
            (1, self._lose),
            (1, self._repeat),
            (3, self._sweep),
            (2, self._wait),
            (1, self._monitor),
        ]
        self.draw.choices([act for _, act in actions], [weight for weight, _ in actions])[0]()

    def settle(self, rounds: int = 4) -> None:
        """The faults stop: what is queued is delivered, and hosts sweep."""
        self.told.append("faults stop")
        for _ in range(rounds):
            self.clock.advance(seconds=2 * CLAIM_TTL.total_seconds())
            self._swept(self.hosts[0])
            while self.queue:
                self._work(self.hosts[0], self.queue.pop(0), nullcontext)

    def _land(self, path: str, content: bytes) -> None:
        event = self.hosts[0].land(path, content)
        heard = self.draw.random() < 0.8
        self.told.append(f"{path} lands{'' if heard else ', and its event is lost'}")
        self.queue += [event] if heard else []

    def _land_to_learn(self) -> None:
        number = len(self.learned)
        if number < 3:
            path = f"incoming/{NAME}/d{number}/points.csv"
            self.learned[path] = 300 if number == 0 else 40
            self._land(path, points_csv(self.learned[path], seed=number + 1, first=1000 * number))

    def _land_to_score(self) -> None:
        number = len(self.scored)
        if number < 4:
            bad = self.draw.random() < 0.25
            self._score(f"scoring/{NAME}/s{number}/points.csv", 0 if bad else self.draw.randint(1, 9))

    def _land_again(self) -> None:
        """The same bytes, or a newer version, of a file to score."""
        if self.scored:
            path = self.draw.choice(sorted(self.scored))
            rows = self.scored[path]
            self._score(path, rows if self.draw.random() < 0.3 else self.draw.randint(1, 9))

    def _score(self, path: str, rows: int) -> None:
        number = int(path.split("/")[2][1:])
        content = points_csv(rows, seed=rows, labelled=False, first=100 * number) if rows else _BAD
        self.scored[path] = rows
        self._land(path, content)

    def _deliver(self) -> None:
        if self.queue:
            message = self.queue.pop(self.draw.randrange(len(self.queue)))
            self._work(self.draw.choice(self.hosts), message, self._fault)

    def _lose(self) -> None:
        if self.queue:
            self.told.append("a message is lost")
            self.queue.pop(self.draw.randrange(len(self.queue)))

    def _repeat(self) -> None:
        if self.queue:
            self.told.append("a message is repeated")
            self.queue.append(self.draw.choice(self.queue))

    def _sweep(self) -> None:
        self._swept(self.draw.choice(self.hosts))

    def _wait(self) -> None:
        seconds = self.draw.choice([1, 60, CLAIM_TTL.total_seconds() + 1])
        self.told.append(f"{seconds:g} s pass")
        self.clock.advance(seconds=seconds)

    def _monitor(self) -> None:
        self._work(self.draw.choice(self.hosts), json.dumps({"scenario": NAME, "monitor": True}), nullcontext)

    def _swept(self, host: World) -> None:
        self.told.append("a host sweeps")
        self.queue += [*dispatch.sweep(host.ports), *dispatch.plan(host.ports)]
        self.queue += host.delivered()

    def _work(self, host: World, message: str, fault: Callable[[], Any]) -> None:
        """A worker takes the message; a fault gives it back to its queue, which gives it up after five times."""
        whole, self.told = host.ports, [*self.told, f"works on {message[:150]}"]
        self.dequeued[message] += 1
        context, moment = self._context(host, fault)
        if moment is not None:
            disturbed(host, moment, afterwards=self.draw.random() < 0.5)
        try:
            with context:
                self.queue += self._dispatched(host, message)
        except Died:
            self.told.append("the worker dies")
            # The message becomes visible again; a new process takes the dead one's place.
            self.queue.append(message)
        except Fault as found:
            assert not found.permanent, found.reason  # noqa: PT017 -- nothing permanent may leave a workflow
            self.told.append(f"fault: {found.reason}")
            self._give_back(host, whole, message)
        finally:
            host.ports = host.trainer.ports = whole

    def _give_back(self, host: World, whole: Any, message: str) -> None:
        if self.dequeued[message] < DEQUEUES:
            self.queue.append(message)
        else:
            host.ports = host.trainer.ports = whole
            dispatch.on_poison(whole, "data-events", message)

    def _dispatched(self, host: World, message: str) -> list[str]:
        value = json.loads(message)
        if value.get("monitor"):
            dispatch.on_monitor(host.ports, message)
            return host.delivered()
        if "window" in value:
            dispatch.on_window(host.ports, message)
            return host.delivered()
        return [*dispatch.on_event(host.ports, message), *host.delivered()]

    def _context(self, host: World, fault: Callable[[], Any]) -> tuple[Any, Moment | None]:
        found = fault()
        if isinstance(found, Moment):
            return nullcontext(), found
        if isinstance(found, Writes):
            return failing(host.ports.core.history._engine, found), None  # type: ignore[attr-defined]
        return found, None

    def _fault(self) -> Any:
        """What befalls the worker: nothing in half of the cases."""
        call, write = self.draw.randint(1, _LATEST_CALL), self.draw.randint(1, _LATEST_WRITE)
        kind = self.draw.choice(["nothing"] * 4 + ["dies", "sleeps", "unheard", "write"])
        if kind == "nothing":
            return nullcontext()
        self.told.append(f"the next worker: {kind}, call {call} or write {write}")
        if kind == "write":
            return Writes(write, self.draw.choice(_FAILURES))
        return Moment(call, {"dies": self._die, "sleeps": self._sleep, "unheard": lose_the_answer}[kind])

    def _die(self) -> None:
        raise Died

    def _sleep(self) -> None:
        """The worker sleeps past its lease, and another host goes on meanwhile."""
        self.clock.advance(seconds=2 * CLAIM_TTL.total_seconds())
        rival = self._host()
        with closing(rival):
            for message in [*dispatch.sweep(rival.ports), *dispatch.plan(rival.ports)]:
                self._work(rival, message, nullcontext)
