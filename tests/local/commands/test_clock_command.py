"""`mlops clock`: a home's time goes ahead for every command and a running host."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command import Command, until

from local.console.time_steps import read_step, told
from local.host.queues.queue_store import open_queues
from local.host.running import HomeLock
from shared.bootstrap.home_time import HomeClock
from shared.core.errors import BadInput
from shared.core.timers.timer_schedules import parse_schedule

WEEK = 7 * 86_400
MONTHLY = "0 0 3 1 * *"


def test_the_clock_goes_ahead_and_back_and_status_tells(tmp_path: Path) -> None:
    """Set, told by status in words and JSON, set back; the journal's times follow."""
    mlops = Command(tmp_path / "home")
    assert "clock" not in mlops("status", "--json").json
    answer = mlops("clock", "set", "+7d", "--json")
    assert (answer.code, answer.json["ahead_seconds"]) == (0, WEEK)
    assert "7 days ahead of this machine" in mlops("status").out
    assert mlops("status", "--json").json["clock"]["ahead_seconds"] == WEEK
    assert mlops("clock", "set", "+90m", "--json").json["ahead_seconds"] == WEEK + 5400
    assert "went back by 7 days, 1 hour" in mlops("clock", "reset").out
    assert "the time of this machine" in mlops("clock", "show").out


@pytest.mark.parametrize("step", ["7d", "+0d", "+7y", "+-1d", "+1.5d", "tomorrow"])
def test_another_step_is_refused(step: str) -> None:
    """One sentence that says what would be accepted."""
    with pytest.raises(BadInput, match=r"accepted: \+7d"):
        read_step(step)


def test_steps_and_words() -> None:
    """Weeks to seconds; at most two units."""
    steps = [read_step(text).total_seconds() for text in ("+1w", "+2d", "+3h", "+4m", "+5s")]
    assert steps == [WEEK, 2 * 86_400, 3 * 3600, 240, 5]
    spans = [timedelta(days=1, hours=2, minutes=3), timedelta(minutes=1), timedelta(0)]
    assert [told(span) for span in spans] == ["1 day, 2 hours", "1 minute", "0 seconds"]


def test_a_home_with_a_service_keeps_the_machines_time(tmp_path: Path) -> None:
    """Refused by the setting's name."""
    answer = Command(tmp_path / "home")("clock", "set", "+7d", DATABASE_URL="postgresql+psycopg://u@127.0.0.1:1/db")
    assert (answer.code, "DATABASE_URL" in answer.sentence) == (3, True)
    assert not (tmp_path / "home" / "clock.json").exists()


def test_a_step_waits_for_messages_in_hand_and_a_reset_takes_waiting_ones_along(tmp_path: Path) -> None:
    """Work in progress would look lost; a message of the time that was is due again at once."""
    mlops = Command(tmp_path / "home")
    lock = HomeLock(mlops.home)
    lock.acquire()
    queues, database = open_queues(mlops.home, HomeClock(mlops.home).seconds)
    with closing(database):
        queues.put("data-events", "{}")
        (message,) = queues.get("data-events", 1, 60)
        answer = mlops("clock", "set", "+1d")
        assert (answer.code, "1 message" in answer.sentence) == (3, True)
        queues.release(message, 0)
        assert mlops("clock", "set", "+1d").code == 0
        (taken,) = queues.get("data-events", 1, 60)
        queues.release(taken, 0)
        lock.release()
        assert queues.next_visible("data-events") > time.time()
        assert "1 message waiting" in mlops("clock", "reset").out
        assert queues.next_visible("data-events") <= time.time()


def test_timers_of_a_running_host_follow_and_it_holds_the_clock(tmp_path: Path) -> None:
    """A monthly timer fires within seconds of a step over its time; while the host runs the clock cannot go back.

    At the next start after a reset no timer waits for the time that was.
    """
    mlops = Command(tmp_path / "home", RETENTION_SCHEDULE=MONTHLY)
    with mlops.up():
        mlops("clock", "set", "+31d")
        until(lambda: timer(mlops, "retain")[0] is not None, "the timer fired")
        assert mlops("clock", "reset").code == 3
    mlops("clock", "reset")
    before = next_month()
    with mlops.up():
        assert before <= timer(mlops, "retain")[1] <= next_month()


def next_month() -> float:
    """When the timer is due next by the machine's time."""
    return parse_schedule(MONTHLY).next(datetime.now(UTC)).timestamp()


def timer(mlops: Command, name: str) -> tuple[float | None, float]:
    """When the host's timer fired last, and when it fires next."""
    place = f"file:{mlops.home / 'host.db'}?mode=ro"
    with closing(sqlite3.connect(place, uri=True, timeout=10)) as connection:
        return connection.execute("SELECT last, next FROM timers WHERE function = ?", (name,)).fetchone()
