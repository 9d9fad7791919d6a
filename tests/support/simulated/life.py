"""A seeded life: files land, messages are lost, repeated and reordered, people decide, disks fill, hosts die."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from functions.names import MODEL_EVENTS, MONITOR_SCENARIOS
from shared.core.errors import Transient
from shared.core.ledger import Kind
from simulated.faults import Disks, Fate, Trouble
from simulated.happenings import answer_requests, decide_all, free_disks, happen
from simulated.hosts import Host
from simulated.installations import HOSTS, Installation
from simulated.virtual_time import VirtualLoop, quiet
from simulated.workers import Outputs

STEPS = 40
# Longer than the longest pause, and then some sweeps.
ROUNDS, ROUND_SECONDS = 16, 300


class Life:
    """One life on an installation; `told` is what happened, for whoever looks at a seed that failed."""

    def __init__(self, place: Installation, seed: int) -> None:
        self.draw, self.place, self.disks = random.Random(seed), place, Disks()
        self.told: list[str] = []
        self.learned: dict[str, int] = {}
        self.scored: dict[str, int] = {}
        # Of the stream only what landed; hostile and broken files, by what they are called.
        self.streamed: dict[str, int] = {}
        self.strange = 0
        self.labelled = 0
        # Records that newer code wrote: what they hold, and the drops of their windows.
        self.newer: dict[str, bytes] = {}
        self.may_serve_nothing = False
        # What the checks have seen: generations, and how far the head is.
        self.history: dict[tuple[str, str], tuple[tuple[int, str, str], ...]] = {}
        self.head: dict[str, int] = {}
        self.read: tuple[Any, ...] = ()
        self.blobs: set[tuple[str, str]] = set()
        self.published: list[Mapping[str, Any]] = []
        self.faults = True
        self.errors: list[BaseException] = []
        # Bodies that were put into a queue twice on purpose, and when work was taken up last.
        self.repeated: set[str] = set()
        self.taken: dict[str, float] = {}
        self.ports = place.ports("looking on", lambda: place.clock.now)
        self._skews = [timedelta(), timedelta(seconds=self.draw.choice([-200, 0, 200]))]
        self.hosts: list[Host] = []

    def play(self, check: Callable[[Life], None], check_end: Callable[[Life], None]) -> None:
        """Live through it in virtual time; the checks run after each step and when the faults have stopped."""
        loop = VirtualLoop(self.place.clock)
        try:
            loop.run_until_complete(self._play(check))
            check_end(self)
        finally:
            loop.run_until_complete(_end_all())
            loop.close()

    async def _play(self, check: Callable[[Life], None]) -> None:
        # Hosts belong to the loop that runs them.
        skewed = zip(HOSTS, self._skews, strict=True)
        self.hosts = [Host(name, self.place, self.disks, self, skew) for name, skew in skewed]
        for _ in range(STEPS):
            happen(self)
            await self._turn()
            check(self)
        await self._settle()
        check(self)

    async def _turn(self) -> None:
        """Hosts go on, each as far as it gets; one that is slow only fires its timers."""
        for host in self.hosts:
            host.turn(messages=self.draw.random() < 0.6)
            await quiet()
        self._score_elsewhere(self.draw)
        self._deliver_published()

    def _score_elsewhere(self, draw: random.Random | None) -> None:
        ports = self.ports
        self.place.engine.go_on(draw, ports.core.lake, ports.core.scenarios, ports.serving.scoring)

    async def _settle(self) -> None:
        """The faults stop: nobody does anything any more, and the timers find what is left."""
        self.told.append("the faults stop")
        self.faults, self.disks.full = False, ""
        free_disks(self)
        for host in self.hosts:
            host.fired.clear()
        for _ in range(ROUNDS):
            self.place.clock.advance(seconds=ROUND_SECONDS)
            answer_requests(self, healthy=True)
            self._monitor_what_is_stuck()
            for host in self.hosts:
                host.turn(messages=True)
                await quiet()
            self._score_elsewhere(None)
            self._deliver_published()
            decide_all(self)

    def _monitor_what_is_stuck(self) -> None:
        """Its timer fires every few hours, which would be too late here."""
        if any(entry.kind == Kind.MONITOR for entry in self.ports.core.history.stuck(self.place.clock.now)):
            for name in self.ports.core.scenarios:
                self.put(MONITOR_SCENARIOS, json.dumps({"scenario": name}))

    def put(self, queue: str, message: str, chance: float = 0.85) -> None:
        """A message reaches the queue of one of the hosts, or is lost."""
        if not self.faults or self.draw.random() < chance:
            host = self.draw.choice(self.hosts)
            try:
                host.queues.put(queue, message)
            except Transient:
                self.told.append("the host's disk refuses a message")

    def _deliver_published(self) -> None:
        self.published = self.place.events()
        for event in self.published:
            if str(event["type"]).startswith("Microsoft."):
                self.put(MODEL_EVENTS, json.dumps(event))

    @property
    def pauses(self) -> bool:
        """Whether a worker is under way."""
        return len(asyncio.all_tasks()) > 1

    # What hosts ask and tell.

    def fate(self, what: str) -> Fate:
        """Nothing befalls two workers of three."""
        self.taken[_work_of(what.partition(": ")[2].partition(" ")[2])] = self.place.clock.now.timestamp()
        trouble = Trouble.drawn(self.draw) if self.faults and self.draw.random() < 0.3 else None
        self.told.append(f"{what[:160]}{f'   <- {trouble.kind}, call {trouble.at}' if trouble else ''}")
        return Fate(trouble)

    def heard(self, host: Host, what: str, outputs: Outputs) -> None:
        """A sweep sends nothing that waits in its queue already."""
        for queue, messages in outputs.items():
            if messages and what in {"plan_windows", "reconcile"}:
                self._check_sent(host, queue, messages)

    def _check_sent(self, host: Host, queue: str, messages: Sequence[str]) -> None:
        query = "SELECT body, inserted FROM messages WHERE queue = ? AND dequeue_count = 0"
        ages = [(body, other.seconds() - at) for other in self.hosts for body, at in other.database.rows(query, queue)]
        now = self.place.clock.now.timestamp()
        # What a worker took of late may have been given back: it is sent again after a minute of that worker's clock.
        waiting = {body for body, age in ages if age < 600 and now - self.taken.get(_work_of(body), 0) > age + 300}
        # What a worker left behind is sent until another one takes it up.
        left = {entry.message for entry in self.ports.core.history.stuck(host.now())}
        twice = waiting.intersection(messages) - self.repeated - left
        if twice:
            error = f"host {host.name} sends what waits in the queue already: {min(twice)[:150]}"
            self.errors.append(AssertionError(error))

    def failed(self, what: str, error: BaseException) -> None:
        """Nothing permanent and nothing unknown may leave a workflow."""
        self.told.append(f"{what[:100]} FAILED: {error!r}")
        self.errors.append(error)


def _work_of(body: str) -> str:
    """The window or the blob that a message is about."""
    value = json.loads(body or "{}")
    return str(value.get("window") or value.get("subject"))


async def _end_all() -> None:
    """What still runs or pauses ends."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
