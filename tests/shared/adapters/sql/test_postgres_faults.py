"""PostgreSQL when things go wrong: connections that break, rivals, a server that stops, rights that are missing."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from contracts.test_predictions_contract import SCENARIO, TABLE, commit, parquet
from contracts.test_schedules_contract import WEEKLY
from fault_proxy import LOSE, RESET, FaultProxy, containing, delayed
from postgres import PostgresServer
from sqlalchemy import Connection, Engine, make_url, text

from shared.adapters.sql.connection.transactions import ATTEMPTS, write
from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.adapters.sql.ledger.outbox import SqlOutbox
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.adapters.sql.release.deployments import SqlDeployments
from shared.adapters.sql.training.runs import SqlRuns
from shared.adapters.sql.training.schedules import SqlSchedules
from shared.core.errors import Misconfigured, Permanent, Transient
from shared.core.ledger import Claim
from shared.serving.deployment import Deployment
from shared.training.run import Run

AT = datetime(2024, 6, 1, tzinfo=UTC)
ROWS = 9_000
# With its end: `BEGIN … READ COMMITTED` begins alike.
COMMITS = containing(b"COMMIT\0")
BEAT = text("INSERT INTO timer_beat (name, fired, late, last_at) VALUES (:n, 0, 0, now())")


def now() -> datetime:
    """The time of the workers here."""
    return AT


def big() -> io.BytesIO:
    """Predictions that take many pieces on the wire."""
    few = pq.read_table(parquet()).take(pa.array([0, 1, 2] * (ROWS // 3)))
    out = io.BytesIO()
    pq.write_table(few.set_column(0, "prediction_id", pa.array([2**32 + n for n in range(ROWS)])), out)
    return out


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """An empty database."""
    return postgres.emptied()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """That database, reached directly."""
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[FaultProxy]:
    """A proxy in front of the server."""
    with FaultProxy(postgres.address()[1], http=False) as running:
        yield running


@pytest.fixture
def through(url: str, proxy: FaultProxy) -> Iterator[Engine]:
    """That database, reached through the proxy."""
    opened = open_database(make_url(url).set(port=proxy.port).render_as_string())
    yield opened
    opened.dispose()


def count(engine: Engine, table: str) -> int:
    """Rows of a table."""
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table}")))  # noqa: S608 - the test's own name


def whole(engine: Engine) -> tuple[int, int, int]:
    """Rows, commits and notices of the one window."""
    return count(engine, TABLE), count(engine, "prediction_commit"), count(engine, "outbox")


@pytest.mark.parametrize("piece", [1, 4, 9])
@pytest.mark.fault(39)
def test_a_connection_reset_in_the_middle_of_a_load_loads_once(
    through: Engine, engine: Engine, proxy: FaultProxy, piece: int
) -> None:
    """At the first, the fourth and a later piece of COPY: nothing half, and the next attempt is whole."""
    store = SqlPredictions(through)
    store.prepare(SCENARIO)
    proxy.plan(RESET, when=containing(b'"e1","yes"'), nth=piece)
    assert store.load(SCENARIO, commit(rows=ROWS), big())
    assert proxy.hits == 1
    assert whole(engine) == (ROWS, 1, 1)


def test_every_attempt_reset_leaves_nothing(through: Engine, engine: Engine, proxy: FaultProxy) -> None:
    """A bounded number of attempts, then a transient fault; when the network is back the same call succeeds."""
    store = SqlPredictions(through)
    store.prepare(SCENARIO)
    proxy.plan(RESET, when=containing(b"COPY"), times=ATTEMPTS)
    with pytest.raises(Transient, match="The database is busy"):
        store.load(SCENARIO, commit(), parquet())
    assert proxy.hits == ATTEMPTS
    assert whole(engine) == (0, 0, 0)
    assert store.load(SCENARIO, commit(), parquet())
    assert whole(engine) == (3, 1, 1)


@pytest.mark.fault(22, 40)
def test_a_lost_answer_to_commit_is_read_back(through: Engine, engine: Engine, proxy: FaultProxy) -> None:
    """The rows are there; the second attempt finds them and loads nothing."""
    store = SqlPredictions(through)
    store.prepare(SCENARIO)
    proxy.plan(LOSE, when=COMMITS)
    assert not store.load(SCENARIO, commit(), parquet())
    assert proxy.hits == 1
    assert whole(engine) == (3, 1, 1)


@pytest.mark.fault(40)
def test_a_lost_answer_changes_no_other_answer(through: Engine, proxy: FaultProxy) -> None:
    """Claim, promotion, move of a run, end of a claim, a schedule and its change: each recognises its own write."""
    ledger, runs = SqlLedger(through, now), SqlRuns(through, now)
    proxy.plan(LOSE, when=COMMITS)
    claim = ledger.claim("blob", "k", timedelta(minutes=5))
    assert isinstance(claim, Claim)
    proxy.plan(LOSE, when=COMMITS)
    ledger.finish(claim, "done", "fine")
    wanted = Deployment("adult", 1, "adult", 3, "a" * 64, AT, "gate", "passed")
    proxy.plan(LOSE, when=COMMITS)
    assert SqlDeployments(through).promote(wanted) == wanted
    runs.request(Run("r", "adult", "d", "q", "requested", 1, "", AT, AT))
    proxy.plan(LOSE, when=COMMITS)
    assert runs.move("r", "requested", "running", "started")
    assert not runs.move("r", "requested", "running", "started")
    schedules, moved = SqlSchedules(through), replace(WEEKLY, due=AT, last_run="r")
    proxy.plan(LOSE, when=COMMITS)
    assert schedules.add(WEEKLY) == WEEKLY
    proxy.plan(LOSE, when=COMMITS)
    assert schedules.change(WEEKLY, moved)
    assert not schedules.change(WEEKLY, moved)
    assert proxy.hits == 6


def test_a_slow_network_only_takes_longer(through: Engine, engine: Engine, proxy: FaultProxy) -> None:
    """Nothing is tried twice."""
    store = SqlPredictions(through)
    store.prepare(SCENARIO)
    proxy.plan(delayed(0.2), times=4)
    assert store.load(SCENARIO, commit(), parquet())
    assert whole(engine) == (3, 1, 1)


def test_a_server_that_is_away_is_transient(postgres: PostgresServer, url: str) -> None:
    """After bounded retries, with the pauses asked for and no longer."""
    with FaultProxy(postgres.address()[1], http=False) as gone:
        port = gone.port
    pauses: list[float] = []
    with pytest.raises(Transient, match="refused"):
        open_database(make_url(url).set(port=port).render_as_string(), pause=pauses.append)
    assert len(pauses) == ATTEMPTS - 1


@pytest.mark.fault(38)
def test_a_real_deadlock_ends_with_both_done(engine: Engine) -> None:
    """The server breaks it; the loser runs its whole transaction again."""
    outbox, both = SqlOutbox(engine), Barrier(2)
    with engine.begin() as connection:
        for name in "ab":
            connection.execute(BEAT, {"n": name})
    attempts: list[str] = []

    def add(first: str, second: str) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            attempts.append(first)
            connection.execute(text("UPDATE timer_beat SET fired = fired + 1 WHERE name = :n"), {"n": first})
            if len(attempts) <= 2:
                both.wait(timeout=300)
            connection.execute(text("UPDATE timer_beat SET fired = fired + 1 WHERE name = :n"), {"n": second})

        return work

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda names: write(engine, add(*names)), [("a", "b"), ("b", "a")]))
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT fired FROM timer_beat")).all() == [2, 2]
    assert len(attempts) == 3
    assert outbox.pending() == []


@pytest.mark.fault(38)
def test_a_serialization_failure_runs_again(engine: Engine) -> None:
    """Two who read what the other writes: one of them looks again, and both see a serial order."""
    both, attempts = Barrier(2), []

    def work(connection: Connection) -> int:
        attempts.append(1)
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        seen = int(connection.scalar(text("SELECT count(*) FROM timer_beat")) or 0)
        if len(attempts) <= 2:
            both.wait(timeout=300)
        connection.execute(BEAT, {"n": f"beat {seen} {len(attempts)}"})
        return seen

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: write(engine, work), range(2))) == [0, 1]
    assert len(attempts) == 3


@pytest.mark.fault(39)
def test_a_killed_backend_is_survived(engine: Engine, postgres: PostgresServer) -> None:
    """An operator ends the session in the middle; the transaction runs again on another one."""
    pids: list[int] = []

    def work(connection: Connection) -> None:
        pids.append(int(connection.scalar(text("SELECT pg_backend_pid()")) or 0))
        connection.execute(BEAT, {"n": "a"})
        if len(pids) == 1:
            postgres.execute(f"SELECT pg_terminate_backend({pids[0]}, 5000)")
        connection.execute(text("UPDATE timer_beat SET fired = 1"))

    write(engine, work)
    assert len(set(pids)) == 2
    assert count(engine, "timer_beat") == 1


def test_a_pooled_connection_that_died_meanwhile_is_replaced(engine: Engine, postgres: PostgresServer) -> None:
    """A server that was restarted costs no failed work."""
    ledger = SqlLedger(engine, now)
    ledger.note("blob", "a", "ignored", "")
    database = make_url(str(engine.url)).database
    postgres.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'")  # noqa: S608
    ledger.note("blob", "b", "ignored", "")
    assert count(engine, "ledger") == 2


@pytest.mark.fault(42)
def test_a_lock_that_stays_is_transient(url: str, engine: Engine) -> None:
    """Each attempt waits as long as told; when the lock is gone the same call succeeds."""
    SqlLedger(engine, now).note("blob", "k", "waiting", "a")
    impatient = open_database(url, busy_seconds=0.05, pause=lambda _: None)
    ledger = SqlLedger(impatient, now)
    started = time.monotonic()
    with engine.begin() as holder:
        holder.execute(text("UPDATE ledger SET repeats = 5"))
        with pytest.raises(Transient, match="lock timeout"):
            ledger.note("blob", "k", "waiting", "b")
    assert time.monotonic() - started < 600
    ledger.note("blob", "k", "waiting", "b")
    impatient.dispose()


@pytest.mark.fault(42)
def test_a_statement_that_takes_too_long_is_transient(engine: Engine) -> None:
    """It is not tried again at once, and leaves nothing."""
    attempts: list[int] = []

    def work(connection: Connection) -> None:
        attempts.append(1)
        connection.execute(BEAT, {"n": "a"})
        connection.exec_driver_sql("SET LOCAL statement_timeout = 50")
        connection.exec_driver_sql("SELECT pg_sleep(20)")

    with pytest.raises(Transient, match="statement timeout"):
        write(engine, work)
    assert (len(attempts), count(engine, "timer_beat")) == (1, 0)


def test_a_standby_is_transient(engine: Engine) -> None:
    """After a failover the name may lead to a server that only reads, for a while."""

    def work(connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("DELETE FROM outbox")

    with pytest.raises(Transient, match="read-only transaction"):
        write(engine, work)


@pytest.mark.fault(43)
def test_a_user_who_may_only_read_is_told(url: str, postgres: PostgresServer, engine: Engine) -> None:
    """The setting is named, with the server's words; reading works."""
    name = postgres.user()
    postgres.grant(url, name, "SELECT")
    reader = open_database(postgres.as_user(url, name))
    with pytest.raises(Misconfigured, match=r"DATABASE_URL.*permission denied for table"):
        SqlOutbox(reader).sent("x")
    with pytest.raises(Misconfigured, match="permission denied for schema"):
        SqlPredictions(reader).prepare(SCENARIO)
    assert SqlOutbox(reader).pending() == []
    reader.dispose()


@pytest.mark.parametrize(("part", "said"), [({"username": "nobody"}, "nobody"), ({"database": "nowhere"}, "nowhere")])
def test_a_user_or_database_that_is_not_there_is_told(url: str, part: dict[str, str], said: str) -> None:
    """At the start, at once."""
    pauses: list[float] = []
    wrong = make_url(url).set(**part).render_as_string()
    with pytest.raises(Misconfigured, match=f'DATABASE_URL.*"{said}" does not exist'):
        open_database(wrong, pause=pauses.append)
    assert pauses == []


@pytest.mark.fault(43)
def test_a_column_that_vanished_stops_the_window_whole(postgres: PostgresServer, engine: Engine) -> None:
    """Somebody dropped it while the app runs: one sentence, and no half window."""
    url = postgres.new()
    other = open_database(url)
    store = SqlPredictions(other)
    store.prepare(SCENARIO)
    with other.begin() as connection:
        connection.execute(text(f"ALTER TABLE {TABLE} DROP COLUMN job CASCADE"))
    with pytest.raises(Permanent, match="lacks a table or a column"):
        store.load(SCENARIO, commit(), parquet())
    assert whole(other) == (0, 0, 0)
    other.dispose()
    postgres.drop(url)


@pytest.mark.fault(44)
def test_a_value_of_the_wrong_size_is_said(engine: Engine) -> None:
    """A key that is longer than its column: not worth another attempt."""
    with pytest.raises(Permanent, match=r"cannot store a value: .*too long"):
        SqlLedger(engine, now).note("k" * 300, "k", "ignored", "")


@pytest.mark.fault(44)
def test_text_that_postgresql_refuses_is_kept_readable(engine: Engine) -> None:
    """A name with NUL or half a surrogate pair is stored with U+FFFD, and found under the same name."""
    ledger = SqlLedger(engine, now)
    for _ in range(2):
        ledger.note("blob", "a\0b\ud800", "ignored", "seen")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT key, repeats FROM ledger")).all() == [("a\ufffdb\ufffd", 1)]


def test_a_password_stays_out_of_every_word(postgres: PostgresServer) -> None:
    """Of errors and of their causes."""
    url = postgres.url("nowhere").replace("postgres@", "postgres:canary-7@")
    with pytest.raises(Misconfigured) as told:
        open_database(url)
    said: BaseException | None = told.value
    while said is not None:
        assert "canary-7" not in f"{said!r} {said}"
        said = said.__cause__
