"""SQL Server through Microsoft's own driver, against a stand-in that keeps what was really sent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from contracts.test_predictions_contract import SCENARIO, commit, parquet
from sqlalchemy import Engine
from tds_double import TdsDouble, tds_double
from tsql import findings, parse, single

from shared.adapters.lazy import Once
from shared.adapters.sql.bulk.load import BATCH_ROWS
from shared.adapters.sql.connection.transactions import ATTEMPTS, rows_changed
from shared.adapters.sql.database import open_database
from shared.adapters.sql.first.connecting import connector
from shared.adapters.sql.first.reads import FirstReads
from shared.adapters.sql.first.stores import FirstDeployments, FirstRegistry, FirstRollouts
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.adapters.sql.release.deployments import SqlDeployments
from shared.adapters.sql.revisions import newest, revision_id
from shared.adapters.sql.schema.tables import every_table, prediction_commit
from shared.core.errors import Fault, Misconfigured, Permanent, Transient
from shared.core.ledger import Claim
from shared.serving.deployment import Deployment

GOLDEN = Path(__file__).with_name("sqlserver_load.sql")
VERSION = revision_id(newest())
COLUMNS = [[table.name, column.name, "any"] for table in every_table() for column in table.columns]
NO_COMMIT = "FROM prediction_commit"


@pytest.fixture(scope="module")
def empty(odbc_driver: None) -> Iterator[TdsDouble]:
    """A stand-in without a table; what is looked for after the migration is there."""
    with tds_double() as running:
        running.answer("SERVERPROPERTY", [["16.0.1000.6"]])
        running.answer(r"schema_name\(\)", [["dbo"]])
        running.answer("sys.system_views", [["dm_exec_sessions"]])
        running.answer("transaction_isolation_level", [["READ COMMITTED"]])
        running.answer("SELECT 1$", [[1]])
        running.answer("sp_getapplock", [[0]])
        running.answer("sys.objects", [], ["name"])
        running.answer("INFORMATION_SCHEMA.COLUMNS WHERE", COLUMNS)
        running.answer("OUTPUT inserted", [[VERSION]])
        yield running


@pytest.fixture(scope="module")
def double(odbc_driver: None) -> Iterator[TdsDouble]:
    """A stand-in whose schema is up to date."""
    with tds_double() as running:
        running.answer("SERVERPROPERTY", [["16.0.1000.6"]])
        running.answer(r"schema_name\(\)", [["dbo"]])
        running.answer("sys.system_views", [["dm_exec_sessions"]])
        running.answer("transaction_isolation_level", [["READ COMMITTED"]])
        running.answer("SELECT 1$", [[1]])
        running.answer("sp_getapplock", [[0]])
        running.answer("sys.objects", [["alembic_version"]])
        running.answer("max.alembic_version", [[VERSION]])
        running.answer("INFORMATION_SCHEMA.COLUMNS WHERE", COLUMNS)
        running.answer("OUTPUT inserted", [[7]])
        running.answer("FROM prediction_revision", [[SCENARIO.name, "w", "w", 1, None, None, 0]])
        yield running


class Opened(NamedTuple):
    """An engine, and how long it waited between attempts."""

    engine: Engine
    pauses: list[float]


@pytest.fixture
def opened(double: TdsDouble) -> Iterator[Opened]:
    """The database, opened; the stand-in counts from here."""
    double.forget()
    double.answer(NO_COMMIT, [])
    pauses: list[float] = []
    engine = open_database(url(double), pause=pauses.append)
    yield Opened(engine, pauses)
    engine.dispose()


@pytest.fixture
def store(double: TdsDouble, opened: Opened) -> SqlPredictions:
    """Predictions, prepared; the stand-in counts from here."""
    made = SqlPredictions(opened.engine)
    made.prepare(SCENARIO)
    double.forget()
    return made


def url(double: TdsDouble, user: str = "sa:canary") -> str:
    """Where the stand-in is."""
    return f"mssql+pyodbc://{user}@127.0.0.1:{double.port}/mlops?Encrypt=no"


def sent(double: TdsDouble) -> list[str]:
    """The statements, each on one line, in order."""
    seen = double.seen()
    assert seen.not_understood == []
    statements = [statement for statement in seen.statements if statement != "sp_unprepare"]
    # A single word is a request of the protocol or a procedure, not a text.
    assert findings(list({one for one in statements if len(one.split()) > 1})) == []
    return [" ".join(statement.split()) for statement in statements]


def count(statements: list[str], start: str) -> int:
    """How many begin so."""
    return sum(statement.startswith(start) for statement in statements)


def test_opening_signs_in_and_looks_at_the_schema(double: TdsDouble, opened: Opened) -> None:
    """With the password of the URL; every connection rolls back whole and waits for locks no longer than told."""
    assert double.seen().logins[:1] == ["sa"]
    statements = sent(double)
    assert "SET NOCOUNT OFF; SET XACT_ABORT ON; SET LOCK_TIMEOUT 30000" in statements
    assert any("max(alembic_version.version_num)" in one for one in statements)
    assert count(statements, "CREATE") == 0
    assert "SET TRANSACTION ISOLATION LEVEL SNAPSHOT" in statements


def test_an_empty_database_gets_the_golden_statements(empty: TdsDouble) -> None:
    """Each as the file has it, in one transaction that asked for its turn first."""
    open_database(url(empty)).dispose()
    statements = sent(empty)
    golden = [" ".join(one.split()) for one in single(GOLDEN.with_name("golden").joinpath("mssql.sql").read_text())]
    changes = ("CREATE", "ALTER", "INSERT INTO alembic_version", "UPDATE")
    made = [one for one in statements if one.startswith(changes)]
    assert made == golden
    turn = next(place for place, one in enumerate(statements) if "sp_getapplock" in one)
    first = statements.index(made[0])
    assert turn < first
    assert not {"COMMIT", "ROLLBACK", "BEGIN"} & set(statements[first : statements.index(made[-1])])


class Credential:
    """Gives one token, for any scope."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get_token(self, *scopes: str) -> Any:
        """The token."""
        self.asked.extend(scopes)
        return type("Token", (), {"token": "t0ken-é"})


def test_without_a_user_a_token_signs_in(double: TdsDouble) -> None:
    """A token of the given credential, for the scope of Azure SQL, reaches the server as the login."""
    credential = Credential()
    double.forget()
    open_database(url(double, ""), credential=lambda: credential).dispose()
    assert set(double.seen().logins) == {"token:t0ken-é"}
    assert set(credential.asked) == {"https://database.windows.net/.default"}


def test_without_a_user_a_token_signs_the_driver_alone_in(double: TdsDouble) -> None:
    """The same token for the same scope."""
    credential = Credential()
    double.forget()
    double.answer("max.version_num", [[VERSION]], ["newest"])
    double.answer("FROM rollout AS r", [])
    reads = FirstReads(connector(url(double, ""), 30, lambda: credential), Once(lambda: None))
    assert FirstRollouts(None, reads).current("adult", "prod") is None
    reads.close()
    assert double.seen().logins == ["token:t0ken-é"]
    assert credential.asked == ["https://database.windows.net/.default"]


def test_the_statements_of_a_load_are_these(double: TdsDouble, store: SqlPredictions) -> None:
    """As sent, compared with the file; every one is T-SQL."""
    assert store.load(SCENARIO, commit(), parquet())
    statements = sent(double)
    for statement in statements:
        parse(statement.replace("@P", "@p"))
    assert statements == GOLDEN.read_text().splitlines()


def predictions_file(rows: int) -> io.BytesIO:
    """Predictions with texts of several lengths, times and empty cells."""
    table = pq.read_table(parquet(rows=3)).take(pa.array([0, 1, 2] * (rows // 3)))
    ids = pa.array([2**32 + n for n in range(table.num_rows)])
    keys = pa.array([f"customer {n}" for n in range(table.num_rows)])
    table = table.set_column(0, "prediction_id", ids).set_column(2, "entity_key", keys)
    out = io.BytesIO()
    pq.write_table(table, out)
    return out


def test_rows_go_in_arrays(double: TdsDouble, store: SqlPredictions) -> None:
    """At most one round trip per 2 000 rows beside the fixed ones; provenance is not sent with every row."""
    store.load(SCENARIO, commit(rows=3), predictions_file(3))
    fixed = double.seen()
    double.forget()
    store.load(SCENARIO, commit(rows=60_000), predictions_file(60_000))
    seen = double.seen()
    assert seen.rounds - fixed.rounds <= 60_000 / 2_000
    assert (seen.received - fixed.received) / 60_000 < 200
    assert count(sent(double), "INSERT INTO predictions_bank_s_own ") == -(-60_000 // BATCH_ROWS)


def test_no_call_leaves_an_answer_unread(double: TdsDouble, store: SqlPredictions) -> None:
    """Of a window larger than a batch each call changes rows once; an answer that stays unread keeps the line busy."""
    rows = BATCH_ROWS * 3 // 2
    store.load(SCENARIO, commit(rows=rows), predictions_file(rows))
    for statement in sent(double):
        changing = [one for one in statement.split("; ") if one.startswith(("INSERT", "UPDATE", "DELETE", "TRUNCATE"))]
        assert len(changing) <= 1, statement


def test_texts_arrive_whole_in_every_letter(double: TdsDouble, opened: Opened) -> None:
    """Not through the code page of the database: two blobs with Cyrillic names are two claims."""
    ledger = SqlLedger(opened.engine, lambda: datetime(2024, 1, 1, tzinfo=UTC))
    for name in (
        "incoming/bank/d/\u0437\u0430\u043a\u0430\u0437-\u00e9.csv",
        "incoming/bank/d/\u0441\u0447\u0451\u0442\u044b-\u00e9.csv",
    ):
        double.forget()
        ledger.claim("blob", name, timedelta(minutes=1))
        assert {text for text in double.seen().texts if text.startswith("incoming/")} == {name}


def test_a_lost_count_is_an_error(double: TdsDouble, opened: Opened) -> None:
    """A statement that does not tell how many rows it changed is no success; the turn's own silence has ended."""
    ledger = SqlLedger(opened.engine, lambda: datetime(2024, 1, 1, tzinfo=UTC))
    claim = ledger.claim("blob", "k", timedelta(minutes=1))
    assert isinstance(claim, Claim)
    ledger.finish(claim, "done", "fine")
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("SET NOCOUNT ON")
        with pytest.raises(Fault, match="did not tell how many rows"):
            rows_changed(connection.exec_driver_sql("UPDATE ledger SET state = 'done'"))
        connection.exec_driver_sql("SET NOCOUNT OFF")
        connection.rollback()


@pytest.mark.fault(38)
def test_a_transaction_that_the_server_ended_runs_again(
    double: TdsDouble, store: SqlPredictions, opened: Opened
) -> None:
    """Its second half would be committed alone; the number of the transaction tells."""
    double.renumber("INSERT INTO prediction_commit")
    assert store.load(SCENARIO, commit(), parquet())
    assert count(sent(double), "INSERT INTO prediction_commit ") == 2
    assert len(opened.pauses) == 1


def test_nothing_is_described_and_nothing_left_open(double: TdsDouble, store: SqlPredictions) -> None:
    """The driver asks nobody for the types of parameters; what goes back to the pool is in no transaction."""
    store.load(SCENARIO, commit(), parquet())
    store.find_commit(SCENARIO.name, "w")
    statements = sent(double)
    assert not [one for one in statements if "sp_describe" in one]
    assert statements[-1] in {"COMMIT", "ROLLBACK"}


@pytest.mark.parametrize("number", [3960, 3961, 10060, 10928, 10929, 40540, 42108, 42109])
def test_what_passes_is_tried_again(double: TdsDouble, store: SqlPredictions, number: int) -> None:
    """Microsoft's own list of errors that pass, and what snapshots meet beside a change of the schema."""
    double.fail("INSERT INTO prediction_commit", number)
    assert store.load(SCENARIO, commit(), parquet())


def test_a_database_without_snapshots_is_named(double: TdsDouble, store: SqlPredictions) -> None:
    """3952: the setting of the database that is missing."""
    double.fail("FROM prediction_commit", 3952, times=9)
    with pytest.raises(Misconfigured, match="ALLOW_SNAPSHOT_ISOLATION"):
        store.find_commit(SCENARIO.name, "w")


@pytest.mark.parametrize("number", [1205, 1222, 2627, 2601])
@pytest.mark.parametrize("when", ["INSERT INTO prediction_commit", "INSERT INTO predictions_bank_s_own", "^COMMIT$"])
def test_the_whole_transaction_runs_again(
    double: TdsDouble, store: SqlPredictions, opened: Opened, number: int, when: str
) -> None:
    """After a deadlock, a lock time-out or a key that is taken: never a statement alone, and soon."""
    double.fail(when, number)
    assert store.load(SCENARIO, commit(), parquet())
    statements = sent(double)
    assert count(statements, "INSERT INTO prediction_commit ") == 2
    assert len(opened.pauses) == 1
    assert max(opened.pauses) < 5


@pytest.mark.parametrize("number", [40501, 40613, 40197, 49918])
@pytest.mark.fault(41)
def test_a_throttling_service_is_left_alone(
    double: TdsDouble, store: SqlPredictions, opened: Opened, number: int
) -> None:
    """For at least ten seconds, longer each time."""
    double.fail("INSERT INTO prediction_commit", number, times=2)
    assert store.load(SCENARIO, commit(), parquet())
    assert [pause >= 10 * attempt for attempt, pause in enumerate(opened.pauses, 1)] == [True, True]


@pytest.mark.fault(41)
def test_a_database_that_moves_refuses_the_login(double: TdsDouble) -> None:
    """40613 comes before there is a connection; the same retries apply."""
    pauses: list[float] = []
    double.forget()
    double.fail("login", 40613)
    open_database(url(double), pause=pauses.append).dispose()
    assert [pause >= 10 for pause in pauses] == [True]


@pytest.mark.fault(22, 40)
def test_a_lost_answer_to_commit_is_read_back(double: TdsDouble, opened: Opened) -> None:
    """The connection ends at COMMIT: the next one finds the window there and loads nothing."""
    facts = [getattr(commit(), name) for name in prediction_commit.c.keys()]  # noqa: SIM118 -- not a mapping
    row = [one.replace(tzinfo=None).isoformat() if isinstance(one, datetime) else one for one in facts]
    engine = open_database(url(double), pause=lambda _: double.answer(NO_COMMIT, [row]))
    store = SqlPredictions(engine)
    store.prepare(SCENARIO)
    double.forget()
    double.drop("^COMMIT")
    assert not store.load(SCENARIO, commit(), parquet())
    statements = sent(double)
    assert count(statements, "INSERT INTO prediction_commit ") == 1
    assert len(double.seen().logins) == 1
    engine.dispose()


@pytest.mark.fault(39)
def test_a_connection_lost_in_the_middle_starts_anew(double: TdsDouble, store: SqlPredictions) -> None:
    """On another connection, from the first statement."""
    double.drop("INSERT INTO #mlops_rows")
    assert store.load(SCENARIO, commit(), parquet())
    assert count(sent(double), "INSERT INTO prediction_commit ") == 2


def test_a_promotion_whose_answer_is_lost_stands(double: TdsDouble) -> None:
    """It finds its own generation and does not call it somebody else's."""
    at = datetime(2024, 1, 1, tzinfo=UTC)
    wanted = Deployment("adult", 1, "adult", 3, "a" * 64, at, "gate", "passed")
    values = [getattr(wanted, name) for name in ("scenario", "environment", "generation", "model", "version")]
    row = [*values, wanted.sha256, at.replace(tzinfo=None).isoformat(), wanted.by, wanted.reason, 0, 0]
    double.answer("FROM deployment", [])
    engine = open_database(url(double), pause=lambda _: double.answer("FROM deployment", [row]))
    double.drop("^COMMIT", nth=1)
    assert SqlDeployments(engine).promote(wanted) == wanted
    engine.dispose()


def test_retries_are_bounded(double: TdsDouble, store: SqlPredictions, opened: Opened) -> None:
    """What stays is transient: the queue brings it again."""
    double.fail("INSERT INTO prediction_commit", 1205, times=100)
    with pytest.raises(Transient, match=r"busy: .*1205"):
        store.load(SCENARIO, commit(), parquet())
    assert len(opened.pauses) == ATTEMPTS - 1


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [(229, Misconfigured, "right"), (208, Permanent, "lacks a table"), (2628, Permanent, "cannot store a value")],
)
def test_what_a_retry_cannot_cure_is_said_at_once(
    double: TdsDouble, store: SqlPredictions, number: int, kind: type[Exception], said: str
) -> None:
    """In a sentence, after one attempt, without the values."""
    double.fail("INSERT INTO prediction_commit", number)
    with pytest.raises(kind, match=said) as told:
        store.load(SCENARIO, commit(), parquet())
    assert count(sent(double), "INSERT INTO prediction_commit ") == 1
    assert "p.parquet" not in str(told.value)


def test_a_wrong_password_is_said_without_it(double: TdsDouble) -> None:
    """The setting is named, not what it holds."""
    double.forget()
    double.fail("login", 18456, times=9)
    with pytest.raises(Misconfigured, match="DATABASE_URL") as told:
        open_database(url(double), pause=lambda _: None)
    assert "canary" not in str(told.value)


def test_a_claim_is_taken_and_numbers_are_given_in_turn(double: TdsDouble, opened: Opened) -> None:
    """The key of a journal line comes back with its INSERT; whoever numbers something asks for its turn first."""
    ledger = SqlLedger(opened.engine, lambda: datetime(2024, 1, 1, tzinfo=UTC))
    assert isinstance(ledger.claim("blob", "k", timedelta(minutes=1)), Claim)
    statements = sent(double)
    assert any(one.startswith("INSERT INTO journal ") and "OUTPUT inserted.id" in one for one in statements)
    double.forget()
    double.answer("FROM deployment", [])
    SqlDeployments(opened.engine).promote(
        replace(Deployment("a", 1, "a", 1, "a" * 64, datetime(2024, 1, 1, tzinfo=UTC), "b", "c"))
    )
    statements = sent(double)
    asked = next(place for place, one in enumerate(statements) if "sp_getapplock" in one)
    assert "FROM deployment" in statements[asked + 1]


def test_a_first_answer_is_read_by_the_driver_alone(double: TdsDouble) -> None:
    """On a snapshot, waiting for locks no longer than told, with short texts as the columns have them."""
    at = datetime(2024, 1, 1, tzinfo=UTC)
    wanted = Deployment("adult", 3, "adult", 3, "a" * 64, at, "ada", "passed", restores=1)
    names = [each.name for each in fields(Deployment)]
    stored = [getattr(wanted, name) for name in names]
    stored[names.index("override")] = 0
    stored[names.index("at")] = at.replace(tzinfo=None).isoformat()
    double.forget()
    double.answer("max.version_num", [[VERSION]], ["newest"])
    double.answer("FROM deployment AS d", [stored], names)
    double.answer("FROM rollout AS r", [])
    double.answer("FROM model_version AS m", [])
    reads = FirstReads(connector(url(double), 30, None), Once(lambda: pytest.fail("the driver alone reads")))
    assert FirstDeployments(None, reads, lambda _: "prod").current("adult") == wanted
    assert FirstRollouts(None, reads).current("adult", "prod") is None
    assert FirstRegistry(None, reads).find("adult", 3) is None
    reads.close()
    statements = sent(double)
    assert double.seen().logins == ["sa"]
    assert "SET NOCOUNT OFF; SET XACT_ABORT ON; SET LOCK_TIMEOUT 30000" in statements
    assert "SET TRANSACTION ISOLATION LEVEL SNAPSHOT" in statements
    assert {"adult", "prod"} <= set(double.seen().texts)
