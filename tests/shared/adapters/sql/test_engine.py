"""The database itself: many processes, newer schemas, locks, full disks."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Never

import pytest
from psycopg.errors import ConnectionTimeout
from sqlalchemy import Connection, Engine, create_engine, text

from shared.adapters.sql.connection.transactions import count, read, write
from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.history import SqlHistory
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.adapters.sql.revisions import newest, revision_id
from shared.core.errors import Corrupt, Misconfigured, Permanent, Transient

LATEST = newest()
STAMP = "SELECT version_num FROM alembic_version"
OPENER = """
import sys
from shared.adapters.sql.database import open_database
print("ready", flush=True)
sys.stdin.readline()
open_database(sys.argv[1])
"""
# Claims and ends one key after the other; says so after each COMMIT.
WORKER = """
import sys
from datetime import UTC, datetime, timedelta
from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.core.ledger import Claim
ledger = SqlLedger(open_database(sys.argv[1]), lambda: datetime.now(UTC))
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(sys.argv[2])):
    claim = ledger.claim("blob", f"k{n}", timedelta(minutes=5))
    if isinstance(claim, Claim):
        ledger.finish(claim, "done", "ok")
        print(n, flush=True)
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that waits to be told to go."""
    line = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    """Tell it."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database that is not there yet, in a folder that is not there yet."""
    return f"sqlite:///{tmp_path}/new/state.db"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The database, opened."""
    opened = open_database(url)
    yield opened
    opened.dispose()


def test_the_file_is_set_up_for_durable_shared_use(engine: Engine) -> None:
    """WAL, synchronous=FULL, foreign keys, half a minute of waiting for a lock."""
    with engine.connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
    assert found == ["wal", 2, 1, 30_000]


def test_only_counts_do_not_wait_for_the_disk(engine: Engine) -> None:
    """The same connection is used for both, in turns: each transaction says what it needs."""
    kinds = (write, count, write, count, write)
    found = [kind(engine, lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar()) for kind in kinds]
    assert found == [2, 1, 2, 1, 2]


def test_several_processes_may_open_it_first(url: str) -> None:
    """The schema is created once, whoever comes first."""
    processes = [start(OPENER, url) for _ in range(4)]
    for process in processes:
        go(process)
    assert [process.communicate(timeout=600) and process.returncode for process in processes] == [0] * 4
    engine = open_database(url)
    with engine.connect() as connection:
        assert connection.scalars(text(STAMP)).all() == [revision_id(LATEST)]
    engine.dispose()


def test_processes_share_the_work(url: str) -> None:
    """Each key is acted on by one of them."""
    open_database(url).dispose()
    processes = [start(WORKER, url, "60") for _ in range(3)]
    for process in processes:
        go(process)
    done = [int(line) for process in processes for line in process.communicate(timeout=600)[0].split()]
    assert sorted(done) == list(range(60))


@pytest.mark.fault(22)
def test_what_was_said_survives_a_kill(url: str) -> None:
    """Every COMMIT a worker spoke of is there after kill -9; the claim it died with expires."""
    process = start(WORKER, url, "100000")
    go(process)
    assert process.stdout is not None
    said = [int(process.stdout.readline()) for _ in range(40)]
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    said += [int(line) for line in rest.split("\n")[:-1] if line]
    engine = open_database(url)
    history = SqlHistory(engine)
    assert {entry.state for n in said if (entry := history.find("blob", f"k{n}"))} == {"done"}
    later = datetime.now(UTC) + timedelta(hours=1)
    assert len(history.stuck(later)) <= 1
    engine.dispose()


@pytest.mark.fault(46)
def test_a_newer_schema_is_refused(url: str, engine: Engine) -> None:
    """Both versions are named; nothing is touched."""
    write(engine, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '0099'")))
    with pytest.raises(Permanent, match=f"schema version 99, this code knows {LATEST}"):
        open_database(url)


def test_a_lock_that_stays_is_transient(url: str, engine: Engine) -> None:
    """After bounded retries; when the lock is gone the same call succeeds."""
    impatient = open_database(url, busy_seconds=0)
    ledger = SqlLedger(impatient, lambda: datetime.now(UTC))
    holder = sqlite3.connect(engine.url.database or "", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Transient, match="busy"):
        ledger.note("event", "k", "ignored", "")
    assert SqlHistory(impatient).find("event", "k") is None
    holder.execute("ROLLBACK")
    holder.close()
    ledger.note("event", "k", "ignored", "")
    impatient.dispose()


@pytest.mark.fault(34)
def test_a_full_disk_is_said_and_survived(engine: Engine) -> None:
    """Nothing of the transaction is kept, and the next one succeeds when there is room."""

    def fill(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        try:
            ledger_row = (
                "INSERT INTO outbox (id, type, source, subject, time, data, sent) VALUES (?, '', '', '', '', ?, 0)"
            )
            connection.exec_driver_sql(ledger_row, ("big", "x" * 100_000))
        finally:
            connection.exec_driver_sql("PRAGMA max_page_count=1073741823")

    with pytest.raises(Transient, match="disk that holds the database is full"):
        write(engine, fill)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outbox")) == 0
    SqlLedger(engine, lambda: datetime.now(UTC)).note("event", "k", "ignored", "")


def test_a_disk_that_became_read_only_passes(engine: Engine) -> None:
    """A file that could be opened is not a wrong setting: the same write succeeds when the disk takes data again."""

    def refused(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        try:
            connection.exec_driver_sql("DELETE FROM outbox")
        finally:
            connection.exec_driver_sql("PRAGMA query_only=OFF")

    with pytest.raises(Transient, match="cannot be written now"):
        write(engine, refused)
    write(engine, lambda connection: connection.exec_driver_sql("DELETE FROM outbox"))


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    """In words, not as a driver's error."""
    (tmp_path / "x.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(Corrupt, match="damaged or is not a database"):
        open_database(f"sqlite:///{tmp_path}/x.db")


def test_a_path_that_is_a_folder_is_said(tmp_path: Path) -> None:
    """With the setting's name."""
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_writer_holds_the_lock_from_its_beginning(engine: Engine) -> None:
    """Before its first statement; a reader holds nobody up."""
    other = sqlite3.connect(engine.url.database or "", isolation_level=None, timeout=0)

    def refused(_connection: Connection) -> bool:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        other.execute("ROLLBACK")
        return False

    assert write(engine, refused)
    assert not read(engine, refused)
    other.close()


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    """An exception rolls everything back, and the lock is free again."""

    def half(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '0077'"))
        raise Corrupt("half-way")

    with pytest.raises(Corrupt, match="half-way"):
        write(engine, half)
    with engine.connect() as connection:
        assert connection.scalars(text(STAMP)).all() == [revision_id(LATEST)]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_is_told_to_open_its_own(engine: Engine) -> None:
    """SQLite forbids to carry a connection across a fork."""
    child = os.fork()
    if child == 0:
        try:
            write(engine, lambda connection: connection.execute(text("SELECT 1")))
        except Permanent:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_server_that_does_not_answer_in_time_is_away() -> None:
    """Told after one such time: whoever holds an answer goes on with it, and nobody waits for a minute."""
    asked: list[str] = []

    def connect() -> Never:
        asked.append("once")
        raise ConnectionTimeout("connection timeout expired")

    engine = create_engine("postgresql+psycopg://", creator=connect)
    with pytest.raises(Transient, match="The database is busy: connection timeout expired"):
        read(engine, lambda connection: connection.scalar(text("SELECT 1")))
    assert asked == ["once"]
