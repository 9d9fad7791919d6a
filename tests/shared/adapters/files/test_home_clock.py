"""The clock of a home: every process on it sees a move, files carry its time, and it goes forward only."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from world import SCENARIOS, World, points_csv

from shared.adapters.files.home_clock import FILE, HomeClock
from shared.bootstrap import build_ports
from shared.bootstrap.home_time import not_local, utc_now
from shared.core.errors import BadInput, Corrupt
from shared.settings import read_settings

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


class Machine:
    """The machine's time in seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = START.timestamp()

    def __call__(self) -> float:
        """The time it shows."""
        return self.now


def test_a_move_is_seen_by_every_process_of_the_home(tmp_path: Path) -> None:
    """Two clocks on one home: what one moves, the other shows with its next look, and it goes on from there."""
    machine = Machine()
    ours, theirs = HomeClock(tmp_path, machine), HomeClock(tmp_path, machine)
    assert theirs() == START
    ours.move(WEEK)
    assert (ours(), theirs(), theirs.ahead) == (START + WEEK, START + WEEK, WEEK)
    machine.now += 60
    theirs.move(timedelta(hours=1))
    assert ours() == START + WEEK + timedelta(hours=1, minutes=1)
    assert HomeClock(tmp_path / "other", machine)() == START + timedelta(minutes=1)


def test_a_time_of_the_machine_is_the_homes_of_that_moment(tmp_path: Path) -> None:
    """A file from before a move keeps its time, one from after it has the moved one."""
    machine = Machine()
    clock = HomeClock(tmp_path, machine)
    machine.now += 100
    clock.move(WEEK)
    machine.now += 100
    clock.move(WEEK)
    moments = [START + timedelta(seconds=seconds) for seconds in (99, 101, 201)]
    assert [clock.at(moment) - moment for moment in moments] == [timedelta(0), WEEK, 2 * WEEK]


def test_it_goes_forward_only_and_back_to_the_machine(tmp_path: Path) -> None:
    """No step back, none beyond ten years; a reset tells how far it was ahead; a broken file is told by its name."""
    clock = HomeClock(tmp_path, Machine())
    clock.move(WEEK)
    for wrong, told in ((timedelta(0), "0"), (timedelta(hours=-12), "-0.5"), (timedelta(days=3650), "3650")):
        with pytest.raises(BadInput, match=f"by {told} days; accepted: forward"):
            clock.move(wrong)
    assert (clock.reset(), clock(), clock.reset()) == (WEEK, START, timedelta(0))
    (tmp_path / FILE).write_text("{}")
    with pytest.raises(Corrupt, match="remove it"):
        clock()


def test_ports_of_a_local_home_follow_its_clock_and_so_do_files(tmp_path: Path) -> None:
    """The journal's clock and the times of blobs, in ports that were built before the move."""
    ports = build_ports({"MLOPS_HOME": str(tmp_path), "TRAINER_URL": "none:"}, SCENARIOS)
    ports.core.lake.put("incoming/points/d1/points.csv", b"id")
    os.utime(tmp_path / "lake" / "incoming/points/d1/points.csv", (START.timestamp(), START.timestamp()))
    before = ports.core.lake.stat("incoming/points/d1/points.csv")
    assert before is not None
    HomeClock(tmp_path).move(WEEK)
    after, _ = ports.core.lake.put("incoming/points/d2/points.csv", b"id")
    earlier, shown = utc_now(), ports.core.clock()
    assert earlier + WEEK <= shown <= utc_now() + WEEK
    assert after.modified > earlier + WEEK - timedelta(minutes=1)
    assert [ports.core.lake.stat(blob.path) for blob in (before, after)] == [before, after]
    assert list(ports.core.lake.list("incoming/")) == [before, after]
    assert ports.core.lake.page("incoming/", "", 1) == ([before], before.path)
    assert list(ports.core.lake.page("incoming/", before.path, 1)[0]) == [after]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LAKE_URL", "https://st.blob.core.windows.net/mlops"),
        ("DATABASE_URL", "postgresql+psycopg://u@h/db"),
        ("EVENTS_URL", "https://t.westeurope-1.eventgrid.azure.net/api/events"),
    ],
)
def test_a_home_with_a_service_has_the_machines_time(tmp_path: Path, name: str, value: str) -> None:
    """Times of a service cannot be moved, so the file counts nothing there."""
    settings = read_settings({"MLOPS_HOME": str(tmp_path), name: value})
    assert not_local(settings) == name
    assert not_local(read_settings({"MLOPS_HOME": str(tmp_path)})) == ""


def test_a_request_for_approval_expires_when_the_clock_is_moved(tmp_path: Path) -> None:
    """A week passes in a moment: the sweep closes what nobody decided."""
    clock = HomeClock(tmp_path)
    world = World(tmp_path, APPROVALS="prod", clock=clock)  # type: ignore[arg-type]  # shows a time, as the other does
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    assert [one.state for one in world.ports.release.approvals.list("points")] == ["open"]
    clock.move(2 * WEEK)
    world.sweep()
    assert world.ports.release.approvals.list("points")[0].state == "expired"


@pytest.mark.parametrize("move", ["NaN", "Infinity", "1e300", "-5000", "1e10", '"words"', "[" * 100_000])
def test_a_clock_that_cannot_be_one_is_named(tmp_path: Path, move: str) -> None:
    """Behind the machine, further ahead than a step may lead, or no number: the file is told, and what to do."""
    (tmp_path / "clock.json").write_text(f'{{"moves": [[0, {move}]]}}')
    with pytest.raises(Corrupt, match=r"clock\.json is no clock of a home .*: remove it"):
        HomeClock(tmp_path)()
