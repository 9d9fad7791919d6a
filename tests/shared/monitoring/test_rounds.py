"""A round of monitoring and a sweep read what is new or due, not everything that ever was."""

from __future__ import annotations

from typing import Any

from ports_with import ports_with
from world import World, points_csv

from shared.monitoring.monitor import monitor
from shared.operations.reconcile import reconcile

# What answers with every window, quality or line of a scenario that ever was.
WHOLE = {"commits", "windows", "latest", "why", "list"}
ROOMS = ("core__history", "prediction__predictions", "prediction__windows", "prediction__corrections",
         "monitoring__measurements", "monitoring__qualities")  # fmt: skip


class Named:
    """A port that writes down which of its calls were made."""

    def __init__(self, port: Any, calls: list[str]) -> None:
        self._port = port
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        """The port's own."""
        self._calls.append(name)
        return getattr(self._port, name)


def test_nothing_is_read_that_is_neither_new_nor_due(world: World) -> None:
    """With measured windows and without, with labels on their way."""
    calls: list[str] = []
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    rooms = {place: place.split("__") for place in ROOMS}
    named = {place: Named(getattr(getattr(world.ports, room), port), calls) for place, (room, port) in rooms.items()}
    for number in range(3):
        world.handle(world.land(f"scoring/points/s{number}/points.csv", points_csv(60, seed=number, labelled=False)))
    ports = ports_with(world.ports, **named)
    assert len(monitor(ports, "points").windows) == 3
    assert monitor(ports, "points").windows == ()
    reconcile(ports)
    assert not WHOLE & set(calls)
    assert {"provisional", "find_commit", "earlier"} <= set(calls)
