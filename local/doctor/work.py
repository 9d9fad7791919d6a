"""Work that stands still: sweeps that stopped, claims whose worker died. Nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from local.doctor.database import open_engine
from local.doctor.finding import Finding, Subject, runs_here
from local.host.running import running_host
from shared.adapters.lake.work_marks import LakeWorkMarks
from shared.adapters.sql.ledger.history import SqlHistory
from shared.adapters.sql.ledger.rounds import SqlRounds
from shared.adapters.sql.migrations import schema_state
from shared.bootstrap.backends import open_lake
from shared.bootstrap.home_time import clock_of
from shared.core.errors import Fault
from shared.core.timers.late_timers import late_timers, read_timers
from shared.core.timers.listing_round import FILES
from shared.core.wording import counted


def sweeps(subject: Subject) -> list[Finding]:
    """Timers that missed several firings in a row; those that rest fire as well."""
    return [_judged(subject, "sweeps", "none was due yet", _sweeps)]


def stuck(subject: Subject) -> list[Finding]:
    """Expired claims, and released work that no worker has claimed again."""
    return [_judged(subject, "stuck work", "no work has started yet", _stuck)]


def _judged(subject: Subject, name: str, before: str, judge: Callable[[Subject, Engine], Finding]) -> Finding:
    """The finding on the state; `before` is the fact while there is no database yet."""
    url = subject.settings.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return Finding(name, "ok", before)
    try:
        with open_engine(subject) as engine:
            version, known = schema_state(engine)
            if version.number == known:
                return judge(subject, engine)
    except Fault as fault:
        return Finding(name, "not checked", f"the database cannot be read: {fault.reason}", "mlops doctor")
    return Finding(name, "not checked", "the database has another schema version", "mlops doctor")


def _sweeps(subject: Subject, engine: Engine) -> Finding:
    now, marks = clock_of(subject.settings)(), LakeWorkMarks(open_lake(subject.settings))
    timers = read_timers(subject.environ, now)
    watches = [watch for name in timers.schedules if (watch := marks.watch(name))]
    late = late_timers(timers, {watch.name: watch.fired_at for watch in watches}, now)
    if late:
        return _late(subject, " ".join(timer.sentence for timer in late))
    if not watches:
        return Finding("sweeps", "ok", "none was due yet")
    listed = SqlRounds(engine).find(FILES)
    fact = f"{counted(len(watches), 'timer')} fired when due"
    return Finding("sweeps", "ok", f"{fact}; {listed.sentence}" if listed else fact)


def _late(subject: Subject, told: str) -> Finding:
    """Timers that a host should run are an alarm; those of a laptop on which none runs stand still with it."""
    if runs_here(subject.settings) and running_host(subject.settings.home) is None:
        fact = f"No timer fires while no host runs on this home, and the next host does what is due. {told}"
        return Finding("sweeps", "warn", fact, "mlops up   # or mlops tick")
    fix = "mlops up   # runs the timers; in Azure: az functionapp restart (docs/operations.md)"
    return Finding("sweeps", "fail", told, fix)


def _stuck(subject: Subject, engine: Engine) -> Finding:
    entries = SqlHistory(engine).stuck(clock_of(subject.settings)())
    if not entries:
        return Finding("stuck work", "ok", "nothing")
    first = f"{entries[0].kind} {entries[0].key}: {entries[0].reason}"
    fact = f"{counted(len(entries), 'item')}; the oldest is {first}"
    return Finding("stuck work", "warn", fact, "mlops tick   # or mlops up")
