"""`mlops clock`: move the time of a home ahead, to see what timers, windows and expiries do then."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from local.console.home_work import busy_with, set_back
from local.console.options import Json
from local.console.output import as_json, out
from local.console.session import Session
from local.console.time_steps import clock_facts, clock_sentence, read_step, told
from local.host.running import running_host
from local.host.wake_signal import wake_host
from shared.bootstrap.home_time import HomeClock, not_local
from shared.core.errors import Conflict, Refused
from shared.core.wording import counted


def show(json: Json = False) -> None:
    """Show the time of this home, and how far it is ahead of the machine's."""
    _print(_clock(Session()), json)


def set_clock(
    step: Annotated[str, typer.Argument(help="How far: +7d, or another number of w, d, h, m or s.")],
    json: Json = False,
) -> None:
    """Move this home's time ahead, for every command and a running host: timers that are due then fire once."""
    by, session = read_step(step), Session()
    clock = _clock(session)
    if work := busy_with(session):
        raise Conflict(f"Work is in progress ({work}), which would look lost then; wait for its end (`mlops status`).")
    clock.move(by)
    wake_host(session.settings.home)
    _print(clock, json)


def reset(json: Json = False) -> None:
    """Show the machine's time again; what was recorded meanwhile keeps its times, which lie ahead."""
    session = Session()
    clock = _clock(session)
    if running_host(session.settings.home) is not None:
        raise Conflict("A host runs on this home and would go back in time; stop it first.")
    ahead = clock.reset()
    messages = set_back(session.settings.home, ahead)
    if not json and ahead > timedelta(0):
        waiting = f", {counted(messages, 'message')} waiting" if messages else ""
        out.print(
            f"The clock went back by {told(ahead)}{waiting}. Journal, windows and models keep their times, which lie "
            "ahead; a new home (MLOPS_HOME) has none.",
            soft_wrap=True,
        )
    _print(clock, json)


def _clock(session: Session) -> HomeClock:
    """The clock of the home; Refused where a service keeps times of its own."""
    if name := not_local(session.settings):
        raise Refused(
            f"The clock of this home cannot be moved: {name} names what keeps times of its own; accepted: a home "
            "whose lake, database, registry and events are all on this machine's disk."
        )
    return HomeClock(session.settings.home)


def _print(clock: HomeClock, json: bool) -> None:
    if json:
        as_json(clock_facts(clock))
    else:
        out.print(f"{clock_sentence(clock)}.", soft_wrap=True)
