"""Bursts of files and drops: when they are taken, and that they become one dataset version and one training."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from ports_with import ports_with
from world import POINTS, World, points_csv

from shared import dispatch, due_work
from shared.core.claims import RESEND_AFTER
from shared.core.errors import Transient
from shared.core.paths import Landing
from shared.core.policies import MARKER, Arrival
from shared.intake.arrivals import LONGEST
from shared.monitoring.monitor import monitor
from shared.operations.status import drop_outcome, status


def world_with(home: Path, arrival: Arrival) -> World:
    """A world whose only scenario declares this; an undeclared quiet time is that of the setting, five seconds."""
    return World(home, scenarios={"points": replace(POINTS, arrival=arrival)}, QUIET_SECONDS="5")


@pytest.fixture
def quiet(tmp_path: Path) -> World:
    """The defaults of an installation."""
    return world_with(tmp_path, Arrival())


def land(world: World, path: str, content: bytes) -> None:
    """A file lands now by the world's clock, and its event is handled."""
    event = world.land(f"incoming/points/{path}", content)
    moment = world.clock().timestamp()
    file = world.home / "lake" / "incoming" / "points" / path
    os.utime(file, (moment, moment))
    world.handle(event)


def rows(number: int) -> bytes:
    """Fifty rows with keys of their own."""
    return points_csv(50, seed=number, first=50 * number)


def drops_of(world: World) -> list[tuple[str, ...]]:
    """The drops of each version, oldest first."""
    return [version.drops for version in world.ports.datasets.versions.list("points")]


def waiting(world: World) -> list[str]:
    """The keys of entries that wait."""
    return [entry.key for entry in world.ports.operations.totals.in_states({"waiting"}, 100) if entry.kind != "model"]


def test_files_of_one_drop_a_second_apart_are_one_version_and_one_training(quiet: World) -> None:
    """No sweep takes them before five quiet seconds have passed; afterwards nothing waits."""
    for number in range(5):
        land(quiet, f"d1/part-{number}.csv", rows(number))
        quiet.sweep()
        quiet.clock.advance(seconds=1)
    assert drops_of(quiet) == []
    assert drop_outcome(quiet.ports, Landing("incoming", quiet.ports.core.scenarios["points"], "d1", "")) is None
    quiet.clock.advance(seconds=4)
    quiet.sweep()
    assert drops_of(quiet) == [("d1",)]
    assert quiet.ports.datasets.versions.list("points")[0].rows == 250
    assert len(quiet.trainer.submitted) == 1
    quiet.clock.advance(minutes=1)
    quiet.sweep()
    assert (len(drops_of(quiet)), len(quiet.trainer.submitted), waiting(quiet)) == (1, 1, [])


def test_drops_a_second_apart_are_one_version_and_one_training(quiet: World) -> None:
    """The version holds them all in the order they came, and each drop ends with it."""
    for number in range(5):
        land(quiet, f"d{number}/points.csv", rows(number))
        quiet.sweep()
        quiet.clock.advance(seconds=1)
    quiet.clock.advance(seconds=4)
    quiet.sweep()
    assert drops_of(quiet) == [("d0", "d1", "d2", "d3", "d4")]
    assert len(quiet.trainer.submitted) == 1
    dataset = quiet.ports.datasets.versions.list("points")[0].id
    entries = [entry for entry in quiet.ports.core.history.why("drop") if entry.state == "done"]
    assert [entry.detail["dataset"] for entry in entries] == [dataset] * 5
    assert waiting(quiet) == []


def test_a_single_file_is_taken_by_the_first_sweep_after_the_quiet_time(quiet: World) -> None:
    """Its event says what it waits for."""
    land(quiet, "d1/points.csv", points_csv())
    (entry,) = [one for one in quiet.ports.core.history.why("d1") if one.state == "waiting"]
    assert entry.reason == "Drop d1 is taken when no file has come for 5 s."
    quiet.clock.advance(seconds=5)
    quiet.sweep()
    assert drops_of(quiet) == [("d1",)]


def test_an_event_that_comes_after_its_drop_was_taken_ends_with_it(quiet: World) -> None:
    """The sweep had read the file already: nothing is registered again."""
    late = quiet.land("incoming/points/d1/b.csv", rows(2))
    os.utime(quiet.home / "lake/incoming/points/d1/b.csv", (0, 0))
    land(quiet, "d1/a.csv", rows(1))
    quiet.clock.advance(seconds=5)
    (message,) = [one for one in due_work.sweep_data(quiet.ports) if "DropsSettled" in one]
    quiet.handle(message, late)
    quiet.sweep()
    assert drops_of(quiet) == [("d1",)]
    assert waiting(quiet) == []


def test_a_file_that_comes_later_replaces_what_its_drop_brought(quiet: World) -> None:
    """The drop is taken again as a whole, and the position of its first acceptance is kept."""
    for name in ("a", "b"):
        land(quiet, f"d1/{name}.csv", rows(ord(name)))
        quiet.clock.advance(minutes=1)
        quiet.sweep()
    assert drops_of(quiet) == [("d1",), ("d1",)]
    assert quiet.ports.datasets.versions.list("points")[-1].rows == 100


def test_a_drop_with_a_marker_is_taken_at_once(quiet: World) -> None:
    """Whatever the quiet time; the marker is no table, and its own entry ends as well."""
    land(quiet, "d1/points.csv", points_csv())
    land(quiet, f"d1/{MARKER}", b"")
    assert drops_of(quiet) == [("d1",)]
    assert waiting(quiet) == []


def test_a_declared_marker_is_waited_for(tmp_path: Path) -> None:
    """However quiet it is; it may come before the files or after them."""
    world = world_with(tmp_path, Arrival(marker="done.flag"))
    land(world, "d1/points.csv", points_csv())
    world.clock.advance(hours=1)
    world.sweep()
    assert drops_of(world) == []
    (entry,) = [one for one in world.ports.core.history.why("d1") if one.state == "waiting"]
    assert entry.reason == "Drop d1 waits for: its marker done.flag."
    land(world, "d1/done.flag", b"")
    land(world, "d2/done.flag", b"")
    assert drops_of(world) == [("d1",)]
    land(world, "d2/points.csv", points_csv(seed=2, first=400))
    assert drops_of(world) == [("d1",), ("d1", "d2")]
    assert waiting(world) == []


def test_marked_drops_are_gathered_where_a_quiet_time_is_declared_too(tmp_path: Path) -> None:
    """A drop without its marker is left out however quiet it is."""
    world = world_with(tmp_path, Arrival(quiet_seconds=10, marker="done"))
    for number in range(3):
        land(world, f"d{number}/points.csv", rows(number))
        if number != 1:
            land(world, f"d{number}/done", b"")
        world.clock.advance(seconds=1)
    world.clock.advance(seconds=10)
    world.sweep()
    assert drops_of(world) == [("d0", "d2")]


def test_drops_that_never_stop_are_taken_after_ten_quiet_times(quiet: World) -> None:
    """Those that are whole by then are one version; the others follow."""
    for number in range(LONGEST + 2):
        land(quiet, f"d{number:02}/points.csv", rows(number))
        quiet.clock.advance(seconds=4.9)
        quiet.sweep()
    (version,) = drops_of(quiet)
    assert version == tuple(f"d{number:02}" for number in range(LONGEST))


def test_a_refused_drop_does_not_keep_the_others_of_its_burst(quiet: World) -> None:
    """The last one that can be learned from makes the version."""
    for number in range(2):
        land(quiet, f"d{number}/points.csv", rows(number))
        quiet.clock.advance(seconds=1)
    land(quiet, "d2/points.csv", b"id,x\n1,2\n")
    quiet.clock.advance(seconds=5)
    quiet.sweep()
    assert drops_of(quiet) == [("d0", "d1")]
    assert "quarantined" in {entry.state for entry in quiet.ports.core.history.why("d2")}
    assert waiting(quiet) == []


class _AwayOnce:
    """A lake in which the file of one drop cannot be opened the first time."""

    def __init__(self, lake: Any, drop: str) -> None:
        self._lake, self._drop = lake, drop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lake, name)

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        if self._drop and f"/{self._drop}/" in path:
            self._drop = ""
            raise Transient("The lake does not answer.")
        found: BinaryIO = self._lake.open(path, etag=etag)
        return found


def test_a_burst_that_a_worker_left_half_done_is_finished_by_the_sweep(quiet: World) -> None:
    """The drops that were added already and the one that failed are one version."""
    for number in range(3):
        land(quiet, f"d{number}/points.csv", rows(number))
    quiet.clock.advance(seconds=5)
    (message,) = due_work.sweep_data(quiet.ports)
    failing = ports_with(quiet.ports, core__lake=_AwayOnce(quiet.ports.core.lake, "d1"))
    with pytest.raises(Transient):
        dispatch.on_event(failing, message)
    assert drops_of(quiet) == []
    quiet.sweep()
    assert drops_of(quiet) == []
    quiet.clock.advance(seconds=RESEND_AFTER.total_seconds())
    quiet.sweep()
    assert drops_of(quiet) == [("d0", "d1", "d2")]
    assert len(quiet.trainer.submitted) == 1


def test_a_message_that_names_no_drops_is_recorded(quiet: World) -> None:
    """Nothing is read from names that no drop can have."""
    message = json.dumps(
        {"specversion": "1.0", "id": "e1", "source": "/x", "type": "Mlops.DropsSettled", "subject": "",
         "data": {"scenario": "points", "drops": ["../x"]}}
    )  # fmt: skip
    quiet.handle(message)
    (entry,) = quiet.ports.core.history.why("e1")
    assert (entry.state, entry.reason) == ("ignored", "The event names no drops of a scenario: 'points'.")


def test_data_that_does_not_come_is_told_once_and_cleared_when_it_comes(tmp_path: Path) -> None:
    """One event and one open breach a gap, however many sweeps pass; the status says it."""
    world = world_with(tmp_path, Arrival(quiet_seconds=0, expected_every=timedelta(days=1)))
    world.sweep()
    land(world, "d1/points.csv", points_csv())
    world.clock.advance(hours=24)
    world.sweep()
    assert overdue(world) == (0, None)
    assert announced(world) == 0
    for _ in range(3):
        world.clock.advance(hours=1)
        world.sweep()
    assert announced(world) == 1
    world.handle(world.land("scoring/points/s1/points.csv", points_csv(labelled=False)))
    # A window of rows to predict is no labelled data.
    assert monitor(world.ports, "points").windows
    dataset = world.ports.datasets.versions.list("points")[0].id
    came = f"the newest dataset, {dataset}, came at 2026-03-01 12:00 UTC"
    assert overdue(world) == (1, f"New data was expected until 2026-03-02 12:00 UTC (every 1 d); {came}.")
    land(world, "d2/points.csv", points_csv(seed=2, first=400))
    world.sweep()
    assert overdue(world) == (1, None)
    assert [entry.reason[:9] for entry in world.ports.core.history.why("breach")] == ["data_over", "Resolved:"]
    world.clock.advance(hours=25)
    world.sweep()
    assert overdue(world)[0] == 2


def overdue(world: World) -> tuple[int, str | None]:
    """How often it was announced, and what the status says."""
    breaches = [one for one in world.ports.monitoring.breaches.list("points") if one.cause == "data_overdue"]
    return len(breaches), status(world.ports)["scenarios"]["points"]["overdue"]


def announced(world: World) -> int:
    """How many events about overdue data lie in the inbox of Event Grid."""
    events = [json.loads(file.read_text()) for file in (world.home / "eventgrid" / "inbox").glob("*.json")]
    return sum(event["type"] == "Mlops.DataOverdue" for event in events)
