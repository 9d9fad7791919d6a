"""The doctor's findings on this machine, the app, databases and work; and that no check delays the others."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from local_doctor import CLOSED, MakeSubject, the
from postgres import PostgresServer
from sqlalchemy import create_engine, text
from tds_double import tds_double

from local.doctor import database, function_app, machine, work
from local.doctor.examination import examine
from local.doctor.finding import Check, Finding, Subject
from local.host.running import HomeLock
from local.tools import migrations
from shared.adapters.lake.work_marks import LakeWorkMarks
from shared.adapters.sql.database import open_database
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.adapters.sql.ledger.rounds import SqlRounds
from shared.adapters.sql.revisions import newest, revision_id
from shared.bootstrap.backends import open_lake
from shared.core.timers.listing_round import Round
from shared.core.timers.work_mark import Watch

ROOT = Path(__file__).resolve().parents[3]
VERSION = newest()
# What the numbered SQL files kept their version in.
NUMBERED = "CREATE TABLE schema_version (version INTEGER PRIMARY KEY); INSERT INTO schema_version VALUES (4)"
READING = "CREATE TABLE reading (scenario TEXT, entity TEXT, at DATETIME, measured JSON)"


def test_python_and_packages() -> None:
    """This interpreter passes; another version and a missing package fail."""
    assert [one.verdict for one in machine.machine()] == ["ok", "ok"]
    assert the(machine.machine(version=(3, 12, 1)), "python").verdict == "fail"
    assert the(machine.machine(packages=("no_such_package", "no.such")), "packages").fix == "make setup"


def test_a_driver_that_is_not_registered_is_installed_by_the_fix(odbc_driver: None, subject: MakeSubject) -> None:
    """The fix has Microsoft's own steps; other databases have no finding."""
    asked = subject({"DATABASE_URL": "mssql+pyodbc://@host/db?driver=Nobody+Made+It"})
    found = the(machine.odbc(asked), "odbc")
    assert (found.verdict, found.fix) == ("fail", machine.DRIVER)
    assert "Nobody Made It is not registered" in found.fact
    assert machine.odbc(subject()) == []


def test_a_missing_driver_manager_is_named(subject: MakeSubject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pyodbc that cannot be loaded names unixODBC."""
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    assert the(machine.odbc(subject({"DATABASE_URL": "mssql+pyodbc://@h/d"})), "odbc").fix == machine.MANAGER


def test_the_app_is_indexed(subject: MakeSubject) -> None:
    """By the worker library; a broken app is named by file and line."""
    environ = {f"{name}_SCHEDULE": "0 0 0 1 1 *" for name in ("PLAN", "RECONCILE", "MONITOR", "RETENTION")}
    assert "score" in the(function_app.functions(subject(environ)), "functions").fact
    assert "PLAN_SCHEDULE" in the(function_app.functions(subject()), "functions").fact


def test_an_app_that_does_not_load_is_named_by_line(subject: MakeSubject, tmp_path: Path) -> None:
    """What the worker library would refuse in Azure."""
    (tmp_path / "function_app.py").write_text("import no_such_module_at_all\n")
    found = the(function_app.functions(subject(directory=tmp_path)), "functions")
    assert found.verdict == "fail"
    assert "function_app.py, line 1" in found.fact


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("[4.*, 5.0.0)", "[3.*, 4.0.0)", "leaves out version 4"),
        ("[4.*, 5.0.0)", "latest", "extensionBundle is"),
        ("00:09:00", "00:30:00", "a claim expires after 570 s"),
        ("00:00:45", "00:00:00", "visibilityTimeout is 0"),
        ('"maxDequeueCount": 5', '"maxDequeueCount": 1', "poison queue"),
        ('"maxDequeueCount": 5', '"maxDequeueCount": "5"', "maxDequeueCount"),
    ],
)
def test_host_json_that_breaks_a_rule_is_reported(
    subject: MakeSubject, tmp_path: Path, before: str, after: str, told: str
) -> None:
    """Bundle, time-out below the claim's, pauses between attempts."""
    text = (ROOT / "host.json").read_text()
    assert before in text
    (tmp_path / "host.json").write_text(text.replace(before, after))
    found = the(function_app.host_json(subject(directory=tmp_path)), "host.json")
    assert found.verdict == "fail"
    assert told in found.fact


@pytest.mark.fault(16)
def test_host_json_of_the_project_keeps_the_rules(subject: MakeSubject) -> None:
    """As it is deployed."""
    assert the(function_app.host_json(subject()), "host.json").verdict == "ok"


def test_a_database_of_each_age(subject: MakeSubject, tmp_path: Path) -> None:
    """No database yet, this version, a newer one, one that lacks a table, and one made by numbered SQL files."""
    path = tmp_path / "state.db"
    asked = subject({"DATABASE_URL": f"sqlite:///{path}"})
    assert "created on first use" in the(database.database(asked), "database").fact
    assert not path.exists()
    open_database(f"sqlite:///{path}").dispose()
    assert the(database.database(asked), "schema").verdict == "ok"
    stamp = "UPDATE alembic_version SET version_num = '{:04}'"
    for statement, name, verdict in (
        (stamp.format(VERSION + 1), "schema", "fail"),
        (stamp.format(VERSION), "schema", "ok"),
        (stamp.format(VERSION - 1), "schema", "warn"),
        (f"{stamp.format(VERSION)}; DROP TABLE reading", "database", "fail"),
        (f"{READING}; DROP TABLE alembic_version; {NUMBERED}", "schema", "warn"),
        ("UPDATE schema_version SET version = 3", "schema", "fail"),
    ):
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(statement)
        assert the(database.database(asked), name).verdict == verdict
    # Looking changed nothing.
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (3,)


def test_an_unreachable_server_is_named_without_the_password(subject: MakeSubject) -> None:
    """On a closed port the finding names host and port at once, for PostgreSQL and SQL Server."""
    for dialect in ("postgresql+psycopg", "mssql+pyodbc"):
        found = the(database.database(subject({"DATABASE_URL": f"{dialect}://me:canary@{CLOSED}/db"})), "database")
        assert found.verdict == "fail"
        assert CLOSED in found.fact
        assert "canary" not in found.fact + found.fix


def test_rights_on_postgresql_are_looked_up(postgres: PostgresServer, subject: MakeSubject) -> None:
    """For a user who may only read, the finding names the missing rights and the statement that grants them."""
    url = postgres.new()
    reader = postgres.user()
    postgres.grant(url, reader, "SELECT")
    asked = subject({"DATABASE_URL": postgres.as_user(url, reader)})
    found = database.database(asked)
    assert (the(found, "database").verdict, the(found, "schema").verdict) == ("ok", "ok")
    rights = the(found, "rights")
    assert rights.fact == f"user {reader} lacks INSERT, UPDATE, DELETE on the tables"
    postgres.grant(url, reader, "SELECT, INSERT, UPDATE, DELETE")
    found = database.database(asked)
    assert the(found, "rights").verdict == "ok"
    assert "local.tools.migrations apply" in the(found, "tables of predictions").fix
    assert migrations.main(["apply", "--url", url]) == 0
    postgres.grant(url, reader, "SELECT, INSERT, UPDATE, DELETE")
    assert [one.name for one in database.database(asked)] == ["database", "schema", "rights"]
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE scenario_views SET version = 1 WHERE scenario = 'bank_marketing'"))
    engine.dispose()
    fact = the(database.database(asked), "tables of predictions").fact
    assert fact.startswith("predictions_bank_marketing: missing, or with views of an earlier version")
    owner = database.database(subject({"DATABASE_URL": url}))
    assert [one.name for one in owner] == ["database", "schema", "rights"]


def test_an_empty_postgresql_waits_for_its_migrations(postgres: PostgresServer, subject: MakeSubject) -> None:
    """A warning with the command; the check creates nothing."""
    asked = subject({"DATABASE_URL": postgres.new(migrated=False)})
    for _ in range(2):
        found = the(database.database(asked), "schema")
        assert found.verdict == "warn"
        assert found.fact.startswith("version 0;")
        assert "local.tools.migrations apply" in found.fix


@pytest.fixture
def sqlserver(odbc_driver: None) -> Iterator[str]:
    """Microsoft's driver on a stand-in whose tables we may read and not write."""
    with tds_double() as running:
        running.answer("SERVERPROPERTY", [["16.0.1000.6"]])
        running.answer(r"schema_name\(\)", [["dbo"]])
        running.answer("sys.system_views", [["dm_exec_sessions"]])
        running.answer("transaction_isolation_level", [["READ COMMITTED"]])
        running.answer("SELECT 1$", [[1]])
        running.answer("sys.objects", [["alembic_version"]])
        running.answer("max.alembic_version", [[revision_id(VERSION - 1)]])
        running.answer("CURRENT_USER", [["id-ingest"]])
        running.answer("HAS_PERMS_BY_NAME", [[0]])
        yield (
            f"mssql+pyodbc://me:canary@127.0.0.1:{running.port}/db"
            f"?driver=ODBC+Driver+18+for+SQL+Server&Encrypt=no&TrustServerCertificate=yes"
        )


def test_rights_and_schema_on_sql_server(sqlserver: str, subject: MakeSubject) -> None:
    """Through the driver: an older schema warns, rights that are absent fail with the grant."""
    found = database.database(subject({"DATABASE_URL": sqlserver}))
    assert the(found, "schema").verdict == "warn"
    rights = the(found, "rights")
    assert rights.fix == "GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO [id-ingest];"
    assert "canary" not in str(found)


def test_a_host_that_runs_is_found(subject: MakeSubject) -> None:
    """No host is a warning; a locked home has a host; in Azure there is no such finding."""
    asked = subject()
    assert the(function_app.host(asked), "host").verdict == "warn"
    lock = HomeLock(asked.settings.home)
    lock.acquire()
    lock.announce(7071)
    assert f"process {os.getpid()} on port 7071" in the(function_app.host(asked), "host").fact
    lock.release()
    assert function_app.host(subject({"LAKE_URL": "https://account.blob.core.windows.net/mlops"})) == []


def test_stuck_work_is_reported(subject: MakeSubject, tmp_path: Path) -> None:
    """An expired claim is a warning; an unreadable database is not checked and never passes."""
    path = tmp_path / "state.db"
    asked = subject({"DATABASE_URL": f"sqlite:///{path}"})
    assert the(work.stuck(asked), "stuck work").verdict == "ok"
    open_database(f"sqlite:///{path}").dispose()
    assert the(work.stuck(asked), "stuck work").fact == "nothing"
    engine = open_database(f"sqlite:///{path}")
    SqlLedger(engine, lambda: datetime.now(UTC)).claim("blob", "incoming/x@1", timedelta(seconds=-1))
    engine.dispose()
    found = the(work.stuck(asked), "stuck work")
    assert found.verdict == "warn"
    assert "blob incoming/x@1" in found.fact
    path.write_bytes(b"this is no database, it only lies where one should be" * 100)
    assert the(work.stuck(asked), "stuck work").verdict == "not checked"


def test_sweeps_that_stopped_are_a_finding(subject: MakeSubject, tmp_path: Path) -> None:
    """Before the first sweep and while they come it passes; a timer that is long due fails while its host runs."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    asked = subject({"DATABASE_URL": url, "RECONCILE_SCHEDULE": "*/20 * * * * *"})
    assert the(work.sweeps(asked), "sweeps").fact == "none was due yet"
    engine = open_database(url)
    marks, longer = LakeWorkMarks(open_lake(asked.settings)), datetime.now(UTC) - timedelta(hours=1)
    marks.keep(Watch("reconcile", longer, longer))
    lock = HomeLock(asked.settings.home)
    lock.acquire()
    late = the(work.sweeps(asked), "sweeps")
    assert (late.verdict, late.fact.count("schedule is '*/20 * * * * *'")) == ("fail", 1)
    lock.release()
    alone = the(work.sweeps(asked), "sweeps")
    assert (alone.verdict, alone.fix) == ("warn", "mlops up   # or mlops tick")
    assert (
        alone.fact == f"No timer fires while no host runs on this home, and the next host does what is due. {late.fact}"
    )
    marks.keep(Watch("reconcile", datetime.now(UTC), datetime.now(UTC)))
    assert the(work.sweeps(asked), "sweeps").verdict == "ok"
    SqlRounds(engine).save(Round("files", datetime.now(UTC), ended_at=datetime(2026, 3, 1, tzinfo=UTC), ended_files=12))
    told = "all 12 landed files were last listed at 2026-03-01 00:00:00 UTC"
    assert the(work.sweeps(asked), "sweeps").fact == f"1 timer fired when due; {told}"
    engine.dispose()


def test_an_emptied_database_is_named_with_what_to_do(subject: MakeSubject, tmp_path: Path) -> None:
    """Gone, without a byte, or new: while the lake holds work it never passes as a first start."""
    home = tmp_path / "home"
    asked = subject()
    path = home / "mlops.db"
    assert [one.name for one in database.database(asked)] == ["database"]
    (home / "lake" / "datasets" / "points" / "ds-1").mkdir(parents=True)
    (home / "lake" / "datasets" / "points" / "ds-1" / "dataset.json").write_text("{}")
    for prepare in (Path.is_file, Path.touch, lambda _: open_database(f"sqlite:///{path}").dispose()):
        prepare(path)
        found = the(database.database(asked), "state")
        assert found.verdict == "fail"
        assert "datasets/points/ds-1/dataset.json" in found.fact
        assert f"cp <your copy> {path}" in found.fix


def test_a_damaged_database_is_named_with_what_to_do(subject: MakeSubject, tmp_path: Path) -> None:
    """A file that is none, and one with a page that cannot be read: also where no query would come by."""
    path = tmp_path / "state.db"
    asked = subject({"DATABASE_URL": f"sqlite:///{path}"})
    path.write_bytes(b"this is no database, it only lies where one should be" * 100)
    none = the(database.database(asked), "database")
    path.unlink()
    open_database(f"sqlite:///{path}").dispose()
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'timer_beat'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    page = the(database.database(asked), "database")
    for found in (none, page):
        assert (found.verdict, "damaged" in found.fact) == ("fail", True)
        assert f"cp <your copy> {path}" in found.fix


def test_no_check_delays_the_others(subject: MakeSubject) -> None:
    """A check that hangs and one that raises are findings, in time and in order."""
    never = threading.Event()

    def hangs(_: Subject) -> list[Finding]:
        never.wait(900)
        return []

    def breaks(_: Subject) -> list[Finding]:
        raise RuntimeError("a library's own words")

    checks = (
        Check("hangs", hangs, 900.0),
        Check("breaks", breaks),
        Check("well", lambda _: [Finding("well", "ok", "fine")]),
        Check("silent", lambda _: []),
    )
    began = time.monotonic()
    found = examine(subject(), checks, seconds=0.5)
    assert time.monotonic() - began < 600
    never.set()
    assert [(one.name, one.verdict) for one in found] == [("hangs", "fail"), ("breaks", "fail"), ("well", "ok")]
    assert "no answer within 0.5 s" in found[0].fact
    assert "RuntimeError: a library's own words" in found[1].fact
    assert all(one.fix for one in found if one.verdict == "fail")
