"""What happens to an installation from outside: files, people, queues, disks, and the end of a host."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from functions.names import MODEL_EVENTS
from shared.core.errors import Fault, Transient
from shared.core.messages import model_message
from shared.release.approvals import decide
from shared.release.rollback.execution import roll_back
from shared.serving.health import Health
from simulated.arrivals import (
    land_again,
    land_labels,
    land_on_stream,
    land_personal,
    land_to_learn,
    land_to_score,
    send_hostile,
    write_as_newer_code,
)
from simulated.faults import LONG
from simulated.traits import NAME

if TYPE_CHECKING:
    from simulated.life import Life


def happen(life: Life) -> None:
    """One of them."""
    life.draw.choices([act for _, act in _HAPPENINGS], [weight for weight, _ in _HAPPENINGS])[0](life)


def answer_requests(life: Life, *, healthy: bool | None = None) -> None:
    """Requests of the last minute: the versions that serve answer, a candidate now and then with errors."""
    if not life.place.traits.steps:
        return
    ports, now = life.ports, life.place.clock.now.replace(second=0, microsecond=0)
    champion, rollout = ports.release.deployments.current(NAME), ports.release.rollouts.current(NAME, "prod")
    if champion is None:
        return
    bad = life.draw.random() < 0.2 if healthy is None else not healthy
    kept = [_health(champion.generation, champion.version, "champion", now, errors=0)]
    if rollout is not None and rollout.is_active:
        role = "shadow" if rollout.state == "shadow" else "canary"
        kept.append(_health(rollout.base, rollout.version, role, now, errors=30 if bad else 0))
    ports.serving.health.keep(kept)
    life.told.append(f"requests are answered{', the candidate fails' if bad else ''}")


def _health(generation: int, version: int, role: Any, minute: datetime, errors: int) -> Health:
    answered = 60 - errors
    latency, answers = (0, 0, answered), (answered // 2, answered - answered // 2)
    return Health(NAME, "prod", generation, version, role, minute, "one", 60, answered, errors, latency, answers)


def _days_pass(life: Life) -> None:
    """Time in which retention removes what has had its time; no host lets a worker pause so long."""
    if life.place.traits.retention and not life.pauses:
        life.told.append("three days pass")
        life.place.clock.advance(days=3)


def _wait(life: Life) -> None:
    seconds = life.draw.choice([1, 60, 300, LONG / 2 + 1])
    life.told.append(f"{seconds:g} s pass")
    life.place.clock.advance(seconds=seconds)


def _any_message(life: Life, change: str, *, again: bool = False) -> None:
    """Do this to a message that waits in one of the queues, if one does."""
    host = life.draw.choice(life.hosts)
    waiting = host.database.rows("SELECT rowid, body FROM messages WHERE receipt = '' ORDER BY rowid")
    if waiting:
        number, body = life.draw.choice(waiting)
        if again:
            life.repeated.add(body)
        life.told.append(f"{change.split(maxsplit=1)[0]} of a message: {body[:100]}")
        try:
            host.database.run(change, number)
        except Transient:
            life.told.append("the host's disk refuses it")


def _lose(life: Life) -> None:
    _any_message(life, "DELETE FROM messages WHERE rowid = ?")


def _repeat(life: Life) -> None:
    copied = "queue, body, inserted, expires, visible"
    copy = f"INSERT INTO messages (id, {copied}) SELECT hex(randomblob(16)), {copied} FROM messages WHERE rowid = ?"  # noqa: S608 -- our own column names
    _any_message(life, copy, again=True)


def _reorder(life: Life) -> None:
    """A message goes to the front of its queue."""
    _any_message(life, "UPDATE messages SET inserted = inserted - 600 WHERE rowid = ?", again=True)


def _kill_host(life: Life) -> None:
    host = life.draw.choice(life.hosts)
    life.told.append(f"host {host.name} is killed and starts again")
    # Its claims and its queue are released: others may send what lies there.
    life.repeated.update(body for (body,) in host.database.rows("SELECT body FROM messages"))
    try:
        host.restart()
    except Transient:
        life.told.append("its disk is full: it goes on with the old process")


def _fill_a_disk(life: Life) -> None:
    life.disks.full = life.draw.choice(["lake", "database"])
    life.told.append(f"the disk of the {life.disks.full} is full")


def _fill_host_disk(life: Life) -> None:
    host = life.draw.choice(life.hosts)
    life.told.append(f"the disk of host {host.name} is full")
    host.database.run("PRAGMA query_only = ON")


def free_disks(life: Life) -> None:
    """Every disk has room again."""
    life.disks.full = ""
    for host in life.hosts:
        host.database.run("PRAGMA query_only = OFF")


def _decide(life: Life) -> None:
    """A person approves or rejects what is open."""
    open_ = [one for one in life.ports.release.approvals.list(NAME) if one.state == "open"]
    if open_:
        one = life.draw.choice(open_)
        decision = life.draw.choice(["approve", "approve", "reject"])
        life.may_serve_nothing |= decision == "reject"
        _decided(life, one.scenario, one.id, decision, one.version)


def decide_all(life: Life) -> None:
    """A person approves whatever is open."""
    for one in life.ports.release.approvals.list():
        if one.state == "open":
            _decided(life, one.scenario, one.id, "approve", one.version)


def _decided(life: Life, scenario: str, approval: str, decision: str, version: int) -> None:
    life.told.append(f"ada decides: {decision} version {version}")
    try:
        decide(life.ports, approval, decision, by="ada", reason="She looked at it.")
    except Fault as fault:
        life.told.append(fault.reason)
    life.put(MODEL_EVENTS, model_message(scenario, version))


def _roll_back(life: Life) -> None:
    life.told.append("ada rolls back")
    try:
        roll_back(life.ports, NAME, by="ada", reason="Something looks wrong.")
    except Fault as fault:
        life.told.append(fault.reason)


_HAPPENINGS: tuple[tuple[int, Callable[[Life], None]], ...] = (
    (2, land_to_learn),
    (5, land_to_score),
    (3, land_again),
    (2, land_labels),
    (8, _wait),
    (2, _lose),
    (2, _repeat),
    (2, _reorder),
    (1, _kill_host),
    (1, _fill_a_disk),
    (1, _fill_host_disk),
    (3, free_disks),
    (1, _decide),
    (1, _roll_back),
    (3, land_on_stream),
    (2, land_personal),
    (2, send_hostile),
    (1, write_as_newer_code),
    (2, answer_requests),
    (1, _days_pass),
)
