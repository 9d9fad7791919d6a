"""What goes on in a home at the moment, and its messages when its clock goes back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from local.console.session import Session
from local.host.database import HostDatabase
from local.host.running import running_host
from shared.core.wording import counted

_MESSAGES = "UPDATE messages SET inserted = inserted - ?1, expires = expires - ?1, visible = visible - ?1"
_DELIVERIES = "UPDATE deliveries SET published = published - ?1, due = due - ?1, attempted = attempted - ?1"


def busy_with(session: Session) -> str:
    """Messages in the hands of a running host and runs that train, in words; empty when there are none."""
    home, training = session.settings.home, session.ports.training
    newest = [training.runs.newest(name) for name in session.scenarios]
    runs = sum(run is not None and run.state == "running" and training.trainer.alive(run) for run in newest)
    messages = _in_flight(home) if running_host(home) is not None else 0
    told = [counted(number, noun) for number, noun in ((messages, "message"), (runs, "training run")) if number]
    return " and ".join(told)


def _in_flight(home: Path) -> int:
    database = HostDatabase(home / "host.db")
    try:
        return int(database.rows("SELECT COUNT(*) FROM messages WHERE receipt <> ''")[0][0])
    finally:
        database.close()


def set_back(home: Path, ahead: timedelta) -> int:
    """Let messages, deliveries and timers of a home that stands still go back with its clock; returns the messages."""
    if not (home / "host.db").exists():
        return 0
    database = HostDatabase(home / "host.db")
    try:
        with database.transaction():
            database.run(_DELIVERIES, ahead.total_seconds())
            return database.run(_MESSAGES, ahead.total_seconds())
    finally:
        database.close()
