"""Something happens at the n-th call of any port, in this process: a rival acts, the worker ends, an answer is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from killing import Counted, counted
from world import World, points_csv

from shared.core.claims import CLAIM_TTL
from shared.core.errors import Fault, Transient


class Moment:
    """Counts calls; at call number `at` something happens, once."""

    def __init__(self, at: int, happens: Callable[[], None]) -> None:
        self.seen = 0
        self._at = at
        self._happens = happens

    def step(self) -> None:
        """One more call."""
        self.seen += 1
        if self.seen == self._at:
            self._happens()


class Answered:
    """A port whose every call is counted once it has had its effect."""

    def __init__(self, port: Any, moment: Moment) -> None:
        self._port = port
        self._moment = moment

    def __getattr__(self, name: str) -> Any:
        """The method, counted afterwards; what is no method as it is."""
        method: Any = getattr(self._port, name)
        if not callable(method):
            return method

        def answered(*args: Any, **kwargs: Any) -> Any:
            answer = method(*args, **kwargs)
            try:
                self._moment.step()
            except Transient:
                if hasattr(answer, "close"):
                    answer.close()
                raise
            return answer

        return answered


def disturbed(world: World, moment: Moment, *, afterwards: bool = False) -> World:
    """The same world, whose port calls count from now on."""
    world.ports = counted(world.ports, moment, Answered if afterwards else Counted)
    world.trainer.ports = world.ports
    return world


def lose_the_answer() -> None:
    """What a caller sees of a call whose answer did not come back."""
    raise Transient("The answer was lost.")


def landed(world: World) -> list[str]:
    """A file to learn from and one to predict; their events."""
    return [
        world.land("incoming/points/d1/points.csv", points_csv()),
        world.land("scoring/points/d1/points.csv", points_csv(12, seed=2, labelled=False)),
    ]


def tried(world: World, *events: str) -> None:
    """Handle each event; a fault gives the message back to its queue, as the host does."""
    for event in events:
        try:
            world.handle(event)
        except Fault as fault:
            assert not fault.permanent, fault.reason  # noqa: PT017 -- any of them may come


def settle(world: World) -> None:
    """What a host does until everything has ended: claims run out, sweeps look for what is left."""
    for _ in range(3):
        world.clock.advance(seconds=2 * CLAIM_TTL.total_seconds())
        world.sweep()


def effects(world: World) -> dict[str, Any]:
    """What must be there once, whatever happened on the way."""
    ports = world.ports
    return {
        "datasets": len(ports.datasets.versions.list()),
        "runs": [one.state for one in ports.training.runs.list()],
        "models": [one.state for one in ports.training.registry.list()],
        "generations": [(one.environment, one.generation) for one in ports.release.deployments.list(environment="*")],
        "windows": [(one.ordinal, one.state) for one in ports.prediction.windows.list()],
        "rows": [one.rows for one in ports.prediction.predictions.commits()],
        "stuck": list(ports.core.history.stuck(world.clock.now)),
    }
