"""What happens to an installation from outside: files, people, queues, disks, and the end of a host."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from world import blob_event, points_csv

from functions.names import DATA_EVENTS, MODEL_EVENTS
from shared.core.errors import Fault, Transient
from shared.core.messages import model_message
from shared.release.approvals import decide
from shared.release.manual_changes import roll_back
from simulated.faults import LONG

if TYPE_CHECKING:
    from simulated.life import Life

NAME = "points"
_BAD = b"id,x,color\n1,many,red\n"
_FIRST, _FURTHER = 120, 30


def happen(life: Life) -> None:
    """One of them."""
    life.draw.choices([act for _, act in _HAPPENINGS], [weight for weight, _ in _HAPPENINGS])[0](life)


def _land(life: Life, path: str, content: bytes) -> None:
    """A file lands; its event comes once, twice, or never."""
    blob, _ = life.ports.core.lake.put(path, content, if_absent=False)
    event = blob_event(path, blob.etag, blob.size)
    times = life.draw.choice([0, 1, 1, 1, 2])
    life.told.append(f"{path} lands, and {times} of its events")
    for _ in range(times):
        life.put(DATA_EVENTS, event, 1.0)
    if times > 1:
        life.repeated.add(event)


def _land_to_learn(life: Life) -> None:
    number = len(life.learned)
    if number < 3:
        path = f"incoming/{NAME}/d{number}/points.csv"
        life.learned[path] = _FURTHER if number else _FIRST
        _land(life, path, points_csv(life.learned[path], seed=number + 1, first=1000 * number))


def _land_to_score(life: Life) -> None:
    number = len(life.scored)
    if number < 5:
        _score(life, f"scoring/{NAME}/s{number}/points.csv", life.draw.choice([0, *range(1, 10)]))


def _land_again(life: Life) -> None:
    """The same bytes, or a newer version, of a file to score."""
    if life.scored:
        path = life.draw.choice(sorted(life.scored))
        _score(life, path, life.scored[path] if life.draw.random() < 0.4 else life.draw.randint(1, 9))


def _score(life: Life, path: str, rows: int) -> None:
    number = int(path.split("/")[2][1:])
    content = points_csv(rows, seed=rows, labelled=False, first=100 * number) if rows else _BAD
    life.scored[path] = rows
    _land(life, path, content)


def _land_labels(life: Life) -> None:
    """Late labels of some of the rows that were scored, or will be."""
    if life.scored and life.labelled < 3:
        life.labelled += 1
        first = 100 * life.draw.randrange(len(life.scored))
        lines = [f"{first + row},{life.draw.choice(['yes', 'no'])}" for row in range(life.draw.randint(1, 9))]
        _land(life, f"actuals/{NAME}/a{life.labelled}/points.csv", "\n".join(["id,y", *lines, ""]).encode())


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
        _decided(life, one.id, decision, one.version)


def decide_all(life: Life) -> None:
    """A person approves whatever is open."""
    for one in life.ports.release.approvals.list(NAME):
        if one.state == "open":
            _decided(life, one.id, "approve", one.version)


def _decided(life: Life, approval: str, decision: str, version: int) -> None:
    life.told.append(f"ada decides: {decision} version {version}")
    try:
        decide(life.ports, approval, decision, by="ada", reason="She looked at it.")
    except Fault as fault:
        life.told.append(fault.reason)
    life.put(MODEL_EVENTS, model_message(NAME, version))


def _roll_back(life: Life) -> None:
    life.told.append("ada rolls back")
    try:
        roll_back(life.ports, NAME, by="ada", reason="Something looks wrong.")
    except Fault as fault:
        life.told.append(fault.reason)


_HAPPENINGS: tuple[tuple[int, Callable[[Life], None]], ...] = (
    (2, _land_to_learn),
    (5, _land_to_score),
    (3, _land_again),
    (2, _land_labels),
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
)
