"""SQLite forgets: what was removed is in no byte of its files, and a reader that hinders that is told."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.adapters.sql.retention.erasure import SqlErasure
from shared.core.errors import Transient


def test_a_reader_keeps_the_log_and_the_command_says_so(tmp_path: Path) -> None:
    """Until it has ended, the log holds older pages; then nothing does."""
    engine = open_database(f"sqlite:///{tmp_path}/state.db", busy_seconds=0.2)
    erasure = SqlErasure(engine)
    SqlLedger(engine, lambda: datetime(2026, 1, 1, tzinfo=UTC)).note("drop", "d", "ignored", "Ada Lovelace was here.")
    with closing(engine.connect()) as reading:
        assert reading.scalar(text("SELECT count(*) FROM journal")) == 1
        assert erasure.texts(["Ada Lovelace"], (), lambda cell: cell.replace("Ada Lovelace", "-")) == 2
        with pytest.raises(Transient):
            erasure.compact()
    erasure.compact()
    files = [file.read_bytes() for file in tmp_path.glob("state.db*")]
    engine.dispose()
    assert files
    assert not any(b"Ada Lovelace" in content for content in files)
