"""Changes that wait at the same time share a commit, and nothing else: neither a fault nor an answer that is early."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from command import until
from sqlalchemy import Connection, Engine, event, text

from shared.adapters.sql.connection.shared_commits import Change, SharedCommits
from shared.adapters.sql.connection.transactions import BEGIN, READING, write
from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.core.errors import Conflict
from shared.core.ledger import Claim

INSERT = text("INSERT INTO names (name) VALUES (:name)")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with an empty table."""
    opened = open_database(f"sqlite:///{tmp_path / 'state.db'}")
    write(opened, lambda connection: connection.execute(text("CREATE TABLE names (name TEXT PRIMARY KEY)")))
    yield opened
    opened.dispose()


class Told:
    """How each transaction that writes waits for the disk, as the database itself says when it has begun."""

    def __init__(self, engine: Engine) -> None:
        self.begun: list[str] = []
        event.listen(engine, "begin", self._see)

    def _see(self, connection: Connection) -> None:
        if connection.get_execution_options().get(BEGIN) != READING:
            driver: Any = connection.connection.driver_connection
            (level,) = driver.execute("PRAGMA synchronous").fetchone()
            self.begun.append({1: "NORMAL", 2: "FULL"}[level])


def kept(name: str) -> Change[str]:
    """A row of that name; answers its name."""

    def work(connection: Connection) -> str:
        connection.execute(INSERT, {"name": name})
        return name

    return Change(work)


def refused(name: str) -> Change[str]:
    """A row that is written and then refused."""

    def work(connection: Connection) -> str:
        connection.execute(INSERT, {"name": name})
        raise Conflict(name)

    return Change(work)


def names(engine: Engine) -> list[str]:
    """The rows that are there for everybody, by another connection."""
    with closing(sqlite3.connect(str(engine.url.database))) as other:
        return [name for (name,) in other.execute("SELECT name FROM names ORDER BY name")]


@contextmanager
def busy(commits: SharedCommits, leader: Change[str]) -> Iterator[Callable[[Change[str]], Future[str]]]:
    """Somebody is inside of `leader` until the block ends; returns how to let others come meanwhile."""
    inside, go_on = Event(), Event()

    def work(connection: Connection) -> str:
        inside.set()
        assert go_on.wait(300)
        return leader.work(connection)

    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(commits.make, Change(work))
        assert inside.wait(300)
        came = 0

        def come(change: Change[str]) -> Future[str]:
            nonlocal came
            found, came = pool.submit(commits.make, change), came + 1
            until(lambda: len(commits._waiting) == came, "the caller waits")
            return found

        try:
            yield come
        finally:
            go_on.set()
        first.exception(300)


def test_who_waits_shares_the_next_commit(engine: Engine) -> None:
    """Nine callers, two commits; each has its own answer, and its row is there when it has it."""
    commits, told = SharedCommits(engine), Told(engine)
    with busy(commits, kept("leader")) as come:
        found = [come(kept(f"row {number}")) for number in range(8)]
    assert [one.result(300) for one in found] == [f"row {number}" for number in range(8)]
    assert names(engine) == ["leader", *(f"row {number}" for number in range(8))]
    assert told.begun == ["FULL", "FULL"]


def test_an_answer_comes_after_the_commit(engine: Engine) -> None:
    """A caller that reads at once, by itself, finds what it was promised."""
    commits = SharedCommits(engine)

    def come_and_look(name: str) -> bool:
        return commits.make(kept(name)) in names(engine)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(come_and_look, [f"row {number}" for number in range(60)]))


def test_the_fault_of_one_is_its_own(engine: Engine) -> None:
    """Its row is not there, those of its neighbours are, once."""
    commits = SharedCommits(engine)
    with busy(commits, kept("leader")) as come:
        before, wrong, after = come(kept("a")), come(refused("b")), come(kept("c"))
    with pytest.raises(Conflict, match="b"):
        wrong.result(300)
    assert (before.result(300), after.result(300)) == ("a", "c")
    assert names(engine) == ["a", "c", "leader"]


def test_a_shared_commit_whose_answer_is_lost_takes_nobody_its_claim(engine: Engine) -> None:
    """Each finds its own, as a caller alone does: else nobody would work until the claim ends by itself."""
    ledger = SqlLedger(engine, lambda: datetime.now(UTC))
    with ThreadPoolExecutor(2) as pool:
        with busy(ledger._commits, kept("leader")):
            found = [pool.submit(ledger.claim, "blob", key, timedelta(hours=1)) for key in "ab"]
            until(lambda: len(ledger._commits._waiting) == len(found), "both wait")
            # The leader's, and the one in which both ask whether they come again, are heard of.
            lose_commit(engine, after=2)
        assert [type(one.result(300)) for one in found] == [Claim, Claim]


def lose_commit(engine: Engine, after: int) -> None:
    """The next commit but so many is on the disk, and says that it is not."""
    commit, numbers = engine.dialect.do_commit, itertools.count()

    def do_commit(connection: Any) -> None:
        commit(connection)
        if next(numbers) == after:
            lost = sqlite3.OperationalError("the answer is lost")
            lost.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise lost

    engine.dialect.do_commit = do_commit  # type: ignore[method-assign]


def test_a_leader_that_fails_lets_the_next_one_lead(engine: Engine) -> None:
    """Who waited behind it is served, and so is who comes later."""
    commits = SharedCommits(engine)
    with busy(commits, refused("leader")) as come:
        found = [come(kept("a")), come(kept("b"))]
    assert [one.result(300) for one in found] == ["a", "b"]
    assert commits.make(kept("later")) == "later"
    assert names(engine) == ["a", "b", "later"]


def test_repeats_of_several_callers_wait_for_no_disk(engine: Engine) -> None:
    """Only whose change is no repeat is made in a transaction that does."""
    commits, told = SharedCommits(engine), Told(engine)
    asked: list[str] = []

    def repeat(name: str) -> Change[str]:
        return Change(kept(name).work, lambda _: asked.append(name) or f"{name} again")  # type: ignore[func-returns-value]

    with busy(commits, kept("leader")) as come:
        found = [come(repeat("a")), come(repeat("b"))]
    assert [one.result(300) for one in found] == ["a again", "b again"]
    assert (asked, told.begun, names(engine)) == (["a", "b"], ["FULL", "NORMAL"], ["leader"])


def test_who_is_interrupted_while_it_waits_blocks_nobody(engine: Engine) -> None:
    """Its change is not made, and the others go on."""
    commits = SharedCommits(engine)

    class Interrupted:
        def acquire(self) -> None:
            raise KeyboardInterrupt

        def release(self) -> None:
            """Nobody waits."""

    with busy(commits, kept("leader")) as come:
        found = come(kept("a"))
        call = type(commits._waiting[0])(kept("gone"))
        call.wake = Interrupted()
        commits._waiting.append(call)
        with pytest.raises(KeyboardInterrupt):
            commits._wait(call)
    assert found.result(300) == "a"
    assert names(engine) == ["a", "leader"]
