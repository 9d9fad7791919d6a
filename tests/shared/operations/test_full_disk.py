"""The disk of the state is full: nothing is lost, and everything ends when there is room again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, event
from world import World, points_csv

from shared.adapters.sql.connection.transactions import BEGIN, COUNTING, WRITING
from shared.core.claims import CLAIM_TTL
from shared.core.errors import Transient
from shared.core.ledger import ENDED, State

_BIG = "INSERT INTO outbox (id, type, source, subject, time, data, sent) VALUES ('big', '', '', '', '', ?, 0)"


@contextmanager
def full_from(engine: Engine, write: int) -> Iterator[None]:
    """SQLite itself finds its disk full at that write and at every later one, until the block ends."""
    writes = 0

    def begin(connection: Connection) -> None:
        nonlocal writes
        if connection.get_execution_options().get(BEGIN) not in {WRITING, COUNTING}:
            return
        writes += 1
        if writes >= write:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            try:
                connection.exec_driver_sql(_BIG, ("x" * 1_000_000,))
            finally:
                connection.exec_driver_sql("PRAGMA max_page_count=1073741823")

    event.listen(engine, "begin", begin)
    try:
        yield
    finally:
        event.remove(engine, "begin", begin)


@pytest.mark.parametrize("write", [2, 7, 12])
@pytest.mark.fault(34)
def test_everything_ends_when_there_is_room_again(world: World, write: int) -> None:
    """Wherever the disk fills up: what was claimed then is free later, and the sweep brings it to its end."""
    message = world.land("incoming/points/d1/points.csv", points_csv())
    engine = world.ports.core.history._engine  # type: ignore[attr-defined]
    with full_from(engine, write), pytest.raises(Transient, match="disk that holds the database is full"):
        world.handle(message)
    assert world.ports.release.deployments.current("points") is None
    for _ in range(3):
        world.clock.advance(seconds=2 * CLAIM_TTL.total_seconds())
        world.sweep()
    assert world.ports.release.deployments.current("points") is not None
    last = {(entry.kind, entry.key): entry.state for entry in reversed(world.ports.core.history.entries())}
    assert set(last.values()) <= ENDED | {State.REQUESTED}
    assert world.ports.core.history.stuck(world.clock.now) == []
