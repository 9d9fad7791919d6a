"""Time: zones, jumps, leap days, and timers that fire twice or not at all."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from world import World

from shared.prediction.telemetry_span import RecordedSpan

LABELS = "id,y\n" + "".join(f"{n},{n % 2}\n" for n in range(20))
ROWS = "id,x,color\n" + "".join(f"{n},{(n % 2) * 2 - 1},red\n" for n in range(20))
HOUR = timedelta(hours=1)


@pytest.fixture
def deployed(world: World) -> World:
    """A model of the telemetry scenario, and no rows to predict."""
    world.handle(world.land("incoming/pairs/d1/right.csv", LABELS.encode()))
    world.handle(world.land("incoming/pairs/d1/left.csv", ROWS.encode()))
    return world


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process believes to be elsewhere."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def arrive(world: World, at: datetime) -> None:
    """A file that landed then."""
    drop = f"{at:%Y%m%dT%H%M%S}"
    world.land(f"scoring/pairs/{drop}/left.csv", ROWS.encode())
    os.utime(world.home / "lake" / "scoring" / "pairs" / drop / "left.csv", (at.timestamp(), at.timestamp()))


def spans(world: World) -> list[RecordedSpan]:
    """What was read, oldest first, as one line of time without gap and overlap."""
    found = list(world.ports.prediction.spans.list("pairs"))
    for earlier, later in pairwise(found):
        assert earlier.span.start < earlier.span.end == later.span.start < later.span.end
    return found


def rows(world: World) -> int:
    """How many rows were predicted."""
    return sum(one.rows for one in world.ports.prediction.predictions.commits("pairs"))


@pytest.mark.fault(49)
@pytest.mark.parametrize(
    ("zone", "edge"),
    [("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC)), ("America/New_York", datetime(2025, 11, 2, 4, tzinfo=UTC))],
    indirect=["zone"],
)
@pytest.mark.usefixtures("zone")
def test_windows_know_no_daylight_saving_time(deployed: World, edge: datetime) -> None:
    """Hour by hour over the change, in UTC wherever the process runs: no gap, no overlap, each row once."""
    deployed.clock.now = edge + 4 * HOUR
    for hour in range(3):
        arrive(deployed, edge + hour * HOUR)
        deployed.sweep()
    assert rows(deployed) == 60
    ends = [one.span.end for one in spans(deployed)]
    assert [end.replace(minute=0, second=0, microsecond=0) for end in ends] == [edge + n * HOUR for n in range(3)]


@pytest.mark.fault(50)
@pytest.mark.parametrize("midnight", [datetime(2024, 2, 29, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)])
def test_a_clock_that_jumps_moves_no_window(deployed: World, midnight: datetime) -> None:
    """Over a leap day and the end of a year, with the host's clock a month back and forth: each row once."""
    for seconds, jump in ((-1, 30), (0, -30), (1, 0)):
        deployed.clock.now = midnight + timedelta(days=jump)
        arrive(deployed, midnight + timedelta(seconds=seconds))
        deployed.sweep()
    deployed.clock.now = midnight + timedelta(days=31)
    deployed.sweep()
    assert rows(deployed) == 60
    ordinals = [window.ordinal for window in deployed.ports.prediction.windows.list("pairs")]
    assert ordinals == list(range(1, len(spans(deployed)) + 1))


@pytest.mark.fault(47, 48)
def test_after_three_days_without_a_timer_two_at_once_catch_up_once(deployed: World) -> None:
    """Each row is predicted in one window, whichever of both timers takes it, and windows follow each other."""
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    deployed.clock.now = start + timedelta(days=4)
    for hours in (1, 25, 49, 73):
        arrive(deployed, start + hours * HOUR)
    both = [World(deployed.home, clock=deployed.clock) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(World.sweep, both))
    deployed.clock.advance(minutes=20)
    deployed.sweep()
    assert rows(deployed) == 80
    windows = [one.window for one in spans(deployed) if one.window]
    commits = [one.window for one in deployed.ports.prediction.predictions.commits("pairs")]
    assert sorted(commits) == sorted(windows)
    assert [one.id for one in deployed.ports.prediction.windows.list("pairs")] == windows
