"""How long messages wait, told by every sweep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from ports_with import ports_with
from world import World

from shared.core.errors import Transient
from shared.core.log_record import RECORDS_FILE
from shared.due_work import sweep_data
from shared.operations.ports import WaitingMessages


@dataclass
class Waiting:
    """Queues of a test."""

    messages: list[WaitingMessages] = field(default_factory=list)
    away: bool = False

    def waiting(self) -> Sequence[WaitingMessages]:
        """What the test put there."""
        if self.away:
            raise Transient("the queues do not answer")
        return self.messages


def _told(world: World) -> list[dict[str, str]]:
    """What was published of poison messages."""
    events = [json.loads(file.read_text()) for file in sorted((world.home / "eventgrid" / "inbox").glob("*.json"))]
    return [event["data"] for event in events if event["type"] == "Mlops.MessagePoisoned"]


def test_a_sweep_tells_what_waits(world: World) -> None:
    """The number and the age in seconds; an empty queue has no line."""
    backlog = Waiting([WaitingMessages("data-events", 7, world.clock() - timedelta(minutes=40))])
    backlog.messages.append(WaitingMessages("model-events", 0, None))
    sweep_data(ports_with(world.ports, operations__backlog=backlog))
    lines = (world.home / "logs" / RECORDS_FILE).read_text().splitlines()
    (told,) = [line for line in lines if '"queue"' in line]
    assert '"queue": "data-events", "messages": 7, "oldest_seconds": 2400.0' in told
    assert not _told(world)


def test_a_poison_message_that_nobody_records_is_told_once(world: World) -> None:
    """A message that is no text reaches no function: the queue itself is looked at."""
    oldest = world.clock() - timedelta(minutes=10)
    backlog = Waiting([WaitingMessages("data-events-poison", 1, oldest)])
    ports = ports_with(world.ports, operations__backlog=backlog)
    sweep_data(ports)
    assert not _told(world)
    world.clock.advance(minutes=21)
    for _ in range(2):
        sweep_data(ports)
    (data,) = _told(world)
    assert data["queue"] == "data-events"
    assert "data-events-poison holds messages that cannot be recorded" in data["reason"]


def test_queues_that_are_away_stop_no_sweep(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The sweep ends, and says that it does not know."""
    sweep_data(ports_with(world.ports, operations__backlog=Waiting(away=True)))
    assert "How long messages wait is not known: the queues do not answer" in caplog.text
