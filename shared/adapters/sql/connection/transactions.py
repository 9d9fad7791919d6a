"""Transactions that are whole or absent, repeated while that may help."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, CursorResult, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from shared.adapters.sql.connection.faults import Overtaken, explain, seconds_to_wait, worth_retrying
from shared.core.errors import Fault, Transient

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTEMPTS = 6
# Our own execution options: how SQLite begins, the lock of the writers, how to wait, and what writers call first.
BEGIN = "mlops_begin"
TURNS = "mlops_turns"
PAUSE = "mlops_pause"
BEFORE_WRITING = "mlops_before_writing"
READING, WRITING, COUNTING, MIGRATING, OUTSIDE = "reading", "writing", "counting", "migrating", "outside"
# Writers compare-and-set under unique keys, so READ COMMITTED is enough for them; a reader sees one state.
_ISOLATION: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("postgresql", READING): {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    ("mssql", READING): {"isolation_level": "SNAPSHOT"},
}
_TURN = {
    "postgresql": "SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))",
    "mssql": (
        "SET NOCOUNT ON; DECLARE @granted int; EXEC @granted = sp_getapplock @Resource = :name, "
        "@LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = 30000; SET NOCOUNT OFF; "
        "SELECT @granted AS granted"
    ),
}


def write[T](engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run `work` in one writing transaction; the whole of it again, a bounded number of times, when that may help.

    `work` must be repeatable: also after a COMMIT whose answer was lost. A refusal is one of `shared.core.errors`.
    """
    return retrying(engine, lambda: transaction(engine, work, WRITING))


def provide[T](engine: Engine, work: Callable[[Connection], T]) -> T:
    """Like `write`, for tables and views that have to be there: that is no work, so it sets no mark."""
    return retrying(engine, lambda: transaction(engine, work, WRITING, marks=False))


def count[T](engine: Engine, work: Callable[[Connection], T]) -> T:
    """Like `write`, for counts that may be lost when the power fails: SQLite does not wait for the disk.

    They are no work: counting sets no mark.
    """
    return retrying(engine, lambda: transaction(engine, work, COUNTING))


def read[T](engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run `work` on one consistent state; it waits for no writer and delays none."""
    return retrying(engine, lambda: transaction(engine, work, READING))


def migrate[T](engine: Engine, work: Callable[[Connection], T]) -> T:
    """`write` for what changes the schema: SQLite may make a table anew, with rows that others refer to."""
    try:
        return retrying(engine, lambda: transaction(engine, work, MIGRATING))
    finally:
        # A connection that migrated checks no references: nobody else gets it.
        engine.dispose()


def take_turn(connection: Connection, name: str) -> None:
    """Wait until no other transaction holds that name; it is held until the end of this one.

    It is for numbered rows: unique keys decide, turns only save the loser a second attempt. Writers to SQLite take
    turns anyway.
    """
    statement = _TURN.get(connection.dialect.name)
    if statement:
        # SQL Server takes 255 characters.
        short = name if len(name) < 250 else hashlib.sha256(name.encode()).hexdigest()  # noqa: PLR2004 - the limit above
        answer = connection.scalar(text(statement), {"name": short})
        if isinstance(answer, int) and answer < 0:
            raise Overtaken("Another writer held its lock for longer than half a minute.")


def rows_changed(result: CursorResult[Any]) -> int:
    """How many rows a statement changed; Fault when the database does not tell: the count decides who has won."""
    if result.rowcount < 0:
        raise Fault("The database did not tell how many rows were changed; nothing was kept.")
    return result.rowcount


def transaction[T](engine: Engine, work: Callable[[Connection], T], kind: str, *, marks: bool = True) -> T:
    """Run `work` in one transaction of that kind, once; a writer sets the mark of work first, unless told not to."""
    before_writing = engine.get_execution_options().get(BEFORE_WRITING) if kind == WRITING and marks else None
    if before_writing is not None:
        before_writing()
    with engine.connect() as connection:
        connection.execution_options(**{BEGIN: kind}, **_ISOLATION.get((engine.dialect.name, kind), {}))
        with _turn(connection, kind), connection.begin():
            began = _number_of(connection, kind)
            result = work(connection)
            if _number_of(connection, kind) != began:
                raise Overtaken("The server ended the transaction in the middle and began another.")
            return result


def _number_of(connection: Connection, kind: str) -> int:
    """The number of a writing transaction on SQL Server, which may end one by itself; elsewhere 0."""
    if connection.dialect.name != "mssql" or kind == READING:
        return 0
    return int(connection.scalar(text("SELECT CURRENT_TRANSACTION_ID()")) or 0)


def retrying[T](
    engine: Engine, call: Callable[[], T], explain: Callable[[DBAPIError | Overtaken], Fault] = explain
) -> T:
    """Return what `call` returns; repeat it while that may help."""
    pause = engine.get_execution_options().get(PAUSE, time.sleep)
    attempt = 1
    while True:
        try:
            return call()
        except PoolExhausted as error:
            raise Transient(
                "Every connection to the database is in use; there is more work than it can take."
            ) from error
        except (DBAPIError, Overtaken) as error:
            if attempt == ATTEMPTS or not worth_retrying(error):
                raise explain(error) from error
            # Full jitter: two writers that met once should not meet again.
            pause(seconds_to_wait(error, attempt) + random.uniform(0, 0.05 * 2**attempt))
        attempt += 1


def _turn(connection: Connection, kind: str) -> AbstractContextManager[Any]:
    """Return the lock with which the threads of a process take turns at writing: SQLite itself may starve a writer."""
    turns = connection.get_execution_options().get(TURNS)
    return turns if turns is not None and kind in {WRITING, COUNTING, MIGRATING} else nullcontext()
