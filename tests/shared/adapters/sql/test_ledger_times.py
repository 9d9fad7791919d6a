"""The journal is ordered by what happened: a time is taken while nobody else can write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, event

from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.core.ledger import Claim

TTL = timedelta(minutes=1)


def test_every_time_is_taken_inside_its_transaction(tmp_path: Path) -> None:
    """One that was taken before would be older than a line that another worker wrote meanwhile."""
    engine = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    inside: list[bool] = []
    open_now: set[Connection] = set()
    event.listen(engine, "begin", open_now.add)
    event.listen(engine, "commit", open_now.discard)
    event.listen(engine, "rollback", open_now.discard)

    def clock() -> datetime:
        inside.append(bool(open_now))
        return datetime(2026, 3, 1, tzinfo=UTC)

    ledger = SqlLedger(engine, clock)
    for key in ("a", "b"):
        claim = ledger.claim("blob", key, TTL)
        assert isinstance(claim, Claim)
        ledger.claim("blob", key, TTL)
        if key == "a":
            ledger.finish(claim, "done", "ok")
        else:
            ledger.release(claim, "later", counts=False)
    ledger.note("blob", "c", "queued", "queued")
    ledger.note("blob", "c", "queued", "queued")
    ledger.abandon("a restart")
    engine.dispose()
    assert len(inside) > 9
    assert all(inside)
