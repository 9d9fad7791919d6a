"""What may befall a call of a port: its worker dies or pauses, it is refused, its answer is lost, a disk is full."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from io import IOBase
from typing import Any

from killing import counted
from memory.lake import MemoryLake
from memory.store import InMemory

from shared.adapters.limited_lake import LimitedLake
from shared.adapters.work_marking import WorkMarking
from shared.core.claims import CLAIM_TTL
from shared.core.errors import Transient
from shared.ports import Ports
from simulated.virtual_time import Interruptible

LONG = 2 * CLAIM_TTL.total_seconds()
KINDS = ("dies", "is refused", "loses an answer", "pauses beyond its lease", "lets others go first")
_LATEST_CALL = 150
_WRITES = frozenset(
    {
        *("add", "certify", "change", "claim", "close", "decide", "finish", "judge", "keep", "load", "mark_stated"),
        *("merge", "move", "note", "observe", "plan", "promote", "publish", "put", "record_heartbeat", "register"),
        *("release", "remove", "reopen", "replace", "request", "sent", "take", "write"),
    }
)
# Before these the mark is set. What only counts is no work; the adapters on disk set it themselves.
_MARK_FIRST = (_WRITES | {"abandon", "enqueue", "queue", "record"}) - {"record_heartbeat"}


class Died(BaseException):
    """The process of a worker ended."""


@dataclass(slots=True)
class Disks:
    """Which disk is full: the lake's, the database's, or none. All hosts share them."""

    full: str = ""


@dataclass(slots=True)
class Trouble:
    """What happens at call number `at` of a worker: before the call has its effect, or afterwards."""

    kind: str
    at: int
    afterwards: bool
    seconds: float

    @classmethod
    def drawn(cls, draw: random.Random) -> Trouble:
        """Any of them."""
        kind, at, afterwards = draw.choice(KINDS), draw.randint(1, _LATEST_CALL), draw.random() < 0.5
        return cls(kind, at, afterwards, LONG if kind == KINDS[3] else draw.choice([0.1, 10.0, 60.0]))

    @property
    def pauses(self) -> bool:
        """Whether the worker goes on later."""
        return self.kind in KINDS[3:]


class Fate:
    """One worker's way through its calls."""

    def __init__(self, trouble: Trouble | None) -> None:
        self._trouble = trouble
        self._seen = 0
        self._part: Interruptible[Any] | None = None

    async def lead[Result](self, work: Callable[[], Result]) -> Result:
        """Run the work; in a thread of its own where it will pause."""
        if self._trouble is None or not self._trouble.pauses:
            return work()
        self._part = Interruptible(work)
        return await self._part.run()

    def meet(self, *, afterwards: bool) -> None:
        """One more call begins, or has had its effect."""
        trouble = self._trouble
        self._seen += not afterwards
        if trouble is None or (self._seen, afterwards) != (trouble.at, trouble.afterwards):
            return
        if trouble.kind == "dies":
            raise Died
        if self._part is not None:
            self._part.pause(trouble.seconds)
        else:
            raise Transient("The answer was lost." if afterwards else "The service is away.")


class Exposed:
    """A port whose calls meet the fate of the worker that makes them."""

    def __init__(self, port: Any, world: Conditions) -> None:
        self._port = port
        self._world = world
        self._disk = "lake" if isinstance(port, (MemoryLake, LimitedLake)) else "database"

    def __getattr__(self, name: str) -> Any:
        """The method, exposed; what is no method as it is."""
        method: Any = getattr(self._port, name)
        if not callable(method):
            return method
        world, disk, writes = self._world, self._disk, name in _WRITES
        in_memory = isinstance(self._port, InMemory)

        def exposed(*args: Any, **kwargs: Any) -> Any:
            fate = world.fate
            if fate is None:
                return method(*args, **kwargs)
            fate.meet(afterwards=False)
            world.fate = fate
            if writes and world.disks.full == disk:
                raise Transient(f"The disk of the {disk} is full.")
            if in_memory and name in _MARK_FIRST:
                world.before_writing()
            answer = method(*args, **kwargs)
            try:
                fate.meet(afterwards=True)
            except BaseException:
                # Nobody else closes a file that its reader never got.
                if isinstance(answer, IOBase):
                    answer.close()
                raise
            world.fate = fate
            return answer

        setattr(self, name, exposed)
        return exposed


class Conditions:
    """Whose calls are made now, and what all of them meet."""

    def __init__(self, disks: Disks) -> None:
        self.disks = disks
        # The one worker of the host that runs now; nobody outside a worker has a fate.
        self.fate: Fate | None = None
        self.before_writing: Callable[[], None] = lambda: None

    def over(self, ports: Ports) -> Ports:
        """The ports under these conditions; whoever writes sets the mark first, which may befall them as well."""
        exposed = counted(ports, self, Exposed)
        self.before_writing = WorkMarking(exposed.core.marks, ports.core.clock)
        return exposed
