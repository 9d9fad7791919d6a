"""The command that writes, checks and applies migrations."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pathspec import GitIgnoreSpec
from postgres import PostgresServer
from sqlalchemy import Column, Engine, Index, Integer, MetaData, Table, inspect, text
from tds_double import tds_double
from tsql import parse

from local.tools.database_users import make_users
from local.tools.database_users import statements as statements_of_users
from local.tools.migrations import main, write_next
from model_training.scenarios import SCENARIOS
from shared.adapters.sql.connection.types import BigId, LongText, Name, UtcTime
from shared.adapters.sql.database import bare_engine, open_database
from shared.adapters.sql.migrations import bring_up_to_date
from shared.adapters.sql.migrations.alembic_runs import DIALECTS, statements
from shared.adapters.sql.monitoring.actuals import SqlActuals
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.adapters.sql.reports.profile_history import SqlProfileHistory
from shared.adapters.sql.revisions import VERSIONS, newest, revision_id
from shared.adapters.sql.schema.tables import UNCLUSTERED, metadata
from shared.core.errors import BadInput

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = VERSIONS.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the revisions, to which a test writes."""
    return Path(shutil.copytree(VERSIONS, tmp_path / "versions", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database that is up to date with the declaration of today."""
    opened = open_database(f"sqlite:///{tmp_path}/x.db")
    yield opened
    opened.dispose()


@pytest.fixture
def declared(engine: Engine) -> Iterator[MetaData]:
    """The declaration, to which a test may add tables after the database was made."""
    known = set(metadata.tables)
    yield metadata
    for name in set(metadata.tables) - known:
        metadata.remove(metadata.tables[name])


def declare(more: MetaData, *columns: Column[int] | Index) -> None:
    """A table `extra` with these columns besides."""
    Table(
        "extra",
        more,
        Column("kind", Name, primary_key=True, info={}),
        Column("seq", BigId, nullable=False),
        Column("at", UtcTime),
        Column("reason", LongText, nullable=False, server_default=""),
        *columns,
        Index("ix_extra_at", "at"),
    ).primary_key.info.update(UNCLUSTERED)


def test_a_written_revision_makes_what_was_declared(engine: Engine, declared: MetaData, folder: Path) -> None:
    """A table with its index, then a column: each is the next number, for every database, and nothing remains."""
    first = newest(folder) + 1
    declare(declared)
    assert write_next("extra", folder) == str(folder / f"{revision_id(first)}_extra.py")
    assert write_next("nothing", folder) == ""
    assert list(bring_up_to_date(engine, folder)) == [first]
    declared.remove(declared.tables["extra"])
    declare(declared, Column("cost", Integer))
    write_next("cost", folder)
    assert list(bring_up_to_date(engine, folder)) == [first + 1]
    assert {one["name"] for one in inspect(engine).get_columns("extra")} >= {"cost", "reason"}
    for dialect in DIALECTS:
        assert "CREATE INDEX ix_extra_at ON extra (at)" in statements(dialect, folder)
    server = statements("mssql", folder).split("0004 -> 0005")[1]
    assert "PRIMARY KEY NONCLUSTERED (kind)" in server
    assert "kind VARCHAR(200) COLLATE Latin1_General_100_BIN2_UTF8" in server
    assert all(len(parse(one)) == 1 for one in server.split("GO") if "TABLE" in one)


def test_a_written_revision_is_code_as_the_project_writes_it(
    declared: MetaData, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says what it adds, and no tool has to be told that it is generated; nothing else is printed."""
    declare(declared)
    written = Path(write_next("more_of_it", folder)).read_text()
    assert capsys.readouterr().out == ""
    assert written.startswith('"""More of it."""\n\nfrom __future__ import annotations\n')
    assert f"Bring the schema to version {newest(folder)}." in written
    assert "auto generated" not in written


def test_what_loses_rows_is_written_by_hand(engine: Engine, declared: MetaData, folder: Path) -> None:
    """A table or column that is no longer declared, or a column that standing rows cannot have; nothing is written."""
    declare(declared, Column("cost", Integer))
    write_next("extra", folder)
    known = newest(folder)
    declared.remove(declared.tables["extra"])
    with pytest.raises(BadInput, match=r"Table extra is no longer declared.*write <name> --empty"):
        write_next("less", folder)
    declare(declared)
    with pytest.raises(BadInput, match=r"Column extra\.cost is no longer declared"):
        write_next("less", folder)
    declared.remove(declared.tables["extra"])
    declare(declared, Column("cost", Integer), Column("size", Integer, nullable=False))
    with pytest.raises(BadInput, match=r"Column extra\.size is new.*server_default"):
        write_next("size", folder)
    assert newest(folder) == known
    declared.remove(declared.tables["extra"])
    path = Path(write_next("by_hand", folder, empty=True))
    assert path.read_text().rstrip().endswith("pass")
    assert list(bring_up_to_date(engine, folder))[-1] == known + 1


def test_tables_of_scenarios_and_views_are_left_alone(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They follow a scenario's declaration, not a revision."""
    with engine.begin() as connection:
        for statement in ("TABLE predictions_x (id INTEGER)", "TABLE actual_x (id INTEGER)", "VIEW v_x AS SELECT 1"):
            connection.execute(text(f"CREATE {statement}"))
    assert main(["check", "--json", "--url", f"sqlite:///{tmp_path}/x.db"]) == 0
    assert json.loads(capsys.readouterr().out) == {"missing": [], "version": newest()}


def test_check_says_what_a_database_lacks(
    engine: Engine, declared: MetaData, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A type that differs is seen only in depth; a table that no revision makes, and a database that is older."""
    url = f"sqlite:///{tmp_path}/x.db"
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE run DROP COLUMN attempts"))
        connection.execute(text("ALTER TABLE run ADD COLUMN attempts VARCHAR(9)"))
    assert main(["check", "--json", "--url", url]) == 3
    assert "attempts" in "".join(json.loads(capsys.readouterr().out)["missing"])
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    assert main(["check", "--url", url]) == 3
    assert f"schema version 3: `apply` brings it to {newest()}" in capsys.readouterr().err
    declare(declared)
    assert main(["check", "--json"]) == 3
    assert "create_table('extra'" in json.loads(capsys.readouterr().out)["missing"][0]


def test_the_command_applies_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 for what is fine, 2 with a sentence for what cannot be understood."""
    assert main(["check", "--json"]) == 0
    assert main(["apply", "--url", f"sqlite:///{tmp_path}/new.db"]) == 0
    assert "version" in capsys.readouterr().out
    assert main(["write", "Bad Name"]) == 2
    assert main(["apply", "--url", ""]) == 2
    assert main(["apply", "--url", "postgresql+psycopg://me:canary@:x/"]) == 4
    assert main(["check", "--url", "postgresql+psycopg://me:canary@:x/"]) == 4
    assert "canary" not in capsys.readouterr().err


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sql_is_printed_without_a_database(dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    """For an administrator who runs it as a script."""
    assert main(["sql", dialect]) == 0
    assert capsys.readouterr().out == statements(dialect)


def test_migrations_are_deployed() -> None:
    """The app brings its database up to date by itself: neither the zip nor the package leaves the files out."""
    files = {path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".mako"}}
    ignored = GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text().splitlines())
    assert not any(ignored.match_file(path.relative_to(ROOT)) for path in files)
    assert len([path for path in files if path.parent == VERSIONS and path.name[0].isdigit()]) == newest() - 3
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["shared"]
    assert [path for pattern in told for path in (ROOT / "shared").glob(pattern)] == [PACKAGE / "script.py.mako"]


def test_apps_need_no_right_to_change_the_schema(postgres: PostgresServer) -> None:
    """`apply` makes what scenarios declare: a user who may only change rows prepares every scenario without a word."""
    url = postgres.new()
    assert main(["apply", "--url", url]) == 0
    app = postgres.user()
    postgres.grant(url, app, "SELECT, INSERT, UPDATE, DELETE")
    opened = open_database(postgres.as_user(url, app))
    for scenario in SCENARIOS.values():
        for store in (SqlPredictions(opened), SqlActuals(opened), SqlProfileHistory(opened)):
            store.prepare(scenario)
    opened.dispose()


def test_users_change_rows_and_nothing_else() -> None:
    """Each app's identity: made where it is missing, no CREATE, no ALTER; what earlier versions gave is taken back."""
    found = statements_of_users("preprod")
    assert len([line for line in found if line.startswith("IF DATABASE_PRINCIPAL_ID")]) == 3
    granted = [line for line in found if line.startswith("GRANT")]
    assert granted == [
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO [id-{app}-preprod]"
        for app in ("ingest", "deploy", "score")
    ]
    for line in found:
        parse(line.partition("CREATE USER")[0] + "SELECT 1" if "CREATE USER" in line else line)


def test_users_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """As a script that docs/deploy.md runs."""
    assert main(["users", "preprod"]) == 0
    assert capsys.readouterr().out.count("[id-score-preprod]") == 4


@pytest.mark.parametrize("name", ["x]; DROP TABLE ledger", "a'b", "Dev", ""])
def test_users_are_made_for_a_name_only(name: str) -> None:
    """What is not a name of an environment is refused before a statement is built."""
    assert main(["users", name]) == 2


def test_users_are_for_azure_sql(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On another database the refusal says where its grants are."""
    assert main(["apply", "--url", f"sqlite:///{tmp_path}/x.db", "--users", "preprod"]) == 2
    assert "docs/database.md" in capsys.readouterr().err


def test_users_reach_sql_server(odbc_driver: None) -> None:
    """Through Microsoft's driver, statement by statement."""
    with tds_double() as running:
        running.answer("SERVERPROPERTY", [["16.0.1000.6"]])
        running.answer(r"schema_name\(\)", [["dbo"]])
        running.answer("sys.system_views", [["dm_exec_sessions"]])
        running.answer("transaction_isolation_level", [["READ COMMITTED"]])
        running.answer("SELECT 1$", [[1]])
        engine = bare_engine(f"mssql+pyodbc://sa:canary@127.0.0.1:{running.port}/mlops?Encrypt=no")
        make_users(engine, "preprod")
        engine.dispose()
        sent = running.seen().statements
    assert [one for one in sent if "preprod]" in one] == list(statements_of_users("preprod"))
