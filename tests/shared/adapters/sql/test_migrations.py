"""Migrations: numbered, forward only, whole or absent, and equal to what the code declares."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
import sqlglot
from pathspec import GitIgnoreSpec
from postgres import PostgresServer
from sqlalchemy import Engine, create_engine, inspect, text
from tsql import parse

from local.tools.migrations import declared, describe, main, migrated, missing_statements
from shared.adapters.sql.database import open_database
from shared.adapters.sql.migrations import DIALECTS, HERE, bring_up_to_date, migrations
from shared.adapters.sql.schema.tables import every_table, metadata
from shared.core.errors import Misconfigured, Permanent


@pytest.fixture
def empty(postgres: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database without a table."""
    url = postgres.new(migrated=False)
    yield url
    postgres.drop(url)


@pytest.fixture
def further(tmp_path: Path) -> Path:
    """A copy of the migrations, to which a test adds its own."""
    copy = tmp_path / "migrations"
    shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def add(folder: Path, dialect: str, sql: str) -> int:
    """A further migration; its number."""
    number = len(migrations(dialect, folder)) + 1
    (folder / dialect / f"{number:04}_more.sql").write_text(sql)
    return number


def test_migrations_make_what_is_declared_on_sqlite() -> None:
    """Otherwise: `python -m local.tools.migrations write <name>`."""
    assert missing_statements("sqlite") == []
    assert migrated() == declared()


def test_migrations_make_what_is_declared_on_postgresql(postgres: PostgresServer, empty: str) -> None:
    """Every table, column, key, index and reference, compared with what SQLAlchemy itself creates."""
    open_database(empty).dispose()
    made, other = create_engine(empty), create_engine(postgres.new(migrated=False))
    every_table()
    metadata.create_all(other)
    assert describe(made) == describe(other)
    for engine in (made, other):
        engine.dispose()
    postgres.drop(other.url.render_as_string())


@pytest.mark.parametrize(("dialect", "grammar"), [("sqlite", "sqlite"), ("postgresql", "postgres"), ("mssql", "tsql")])
def test_every_statement_parses(dialect: str, grammar: str) -> None:
    """In the grammar of its database, as one CREATE or ALTER each."""
    statements = [statement for step in migrations(dialect) for statement in step.statements]
    read = parse if dialect == "mssql" else partial(sqlglot.parse, read=grammar)
    parsed = [read(statement) for statement in statements]
    assert all(len(one) == 1 for one in parsed)
    assert {one[0].key for one in parsed if one[0] is not None} <= {"create", "alter"}


def test_every_database_has_the_same_numbers() -> None:
    """A version means the same schema everywhere."""
    found = [[(one.number, one.name) for one in migrations(dialect)] for dialect in DIALECTS]
    assert found[0] == found[1] == found[2]


def test_keys_fit_into_the_indexes_of_sql_server() -> None:
    """900 bytes where the table is ordered by it, 1 700 elsewhere."""
    sizes = {"BIGINT": 8, "INTEGER": 4, "DATETIME": 8}
    for table in every_table():
        clustered = table.primary_key.info.get("clustered") is not False
        for key, limit in [(table.primary_key, 900 if clustered else 1700), *((one, 1700) for one in table.indexes)]:
            size = sum(getattr(one.type, "length", None) or sizes.get(str(one.type), 8) for one in key.columns)
            assert size <= limit, f"{table.name}: a key of {size} bytes, SQL Server takes {limit}"


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_standing_database_goes_forward(dialect: str, tmp_path: Path, empty: str, further: Path) -> None:
    """Only what it lacks is applied, once."""
    url = empty if dialect == "postgresql" else f"sqlite:///{tmp_path}/x.db"
    engine = open_database(url)
    number = add(further, dialect, "-- A remark; with a semicolon.\nALTER TABLE run ADD COLUMN cost INTEGER;\n")
    assert list(bring_up_to_date(engine, further)) == [number]
    assert list(bring_up_to_date(engine, further)) == []
    assert "cost" in {column["name"] for column in inspect(engine).get_columns("run")}
    engine.dispose()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_migration_that_fails_half_way_leaves_nothing(
    dialect: str, tmp_path: Path, empty: str, further: Path
) -> None:
    """The database stays as it was, and the next attempt starts from there."""
    url = empty if dialect == "postgresql" else f"sqlite:///{tmp_path}/x.db"
    engine = open_database(url)
    number = add(further, dialect, "CREATE TABLE extra (id INTEGER);\nALTER TABLE nowhere ADD COLUMN x INTEGER;\n")
    with pytest.raises(Exception, match="nowhere"):
        bring_up_to_date(engine, further)
    assert not inspect(engine).has_table("extra")
    (further / dialect / f"{number:04}_more.sql").write_text("CREATE TABLE extra (id INTEGER);\n")
    assert list(bring_up_to_date(engine, further)) == [number]
    engine.dispose()


def test_many_open_an_empty_database_at_once(empty: str) -> None:
    """Each migration is applied by one of them, the others find it done."""
    barrier = Barrier(4)

    def one(_: int) -> None:
        barrier.wait(timeout=30)
        open_database(empty).dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    engine = create_engine(empty)
    assert versions(engine) == [one.number for one in migrations("postgresql")]
    engine.dispose()


def versions(engine: Engine) -> list[int]:
    """What the database says of itself."""
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT version FROM schema_version ORDER BY 1")))


def test_a_newer_postgresql_is_refused(empty: str) -> None:
    """Both versions are named."""
    engine = open_database(empty)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO schema_version VALUES (99)"))
    engine.dispose()
    with pytest.raises(Permanent, match="schema version 99, this code knows"):
        open_database(empty)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("ALTER TABLE run DROP COLUMN profile", r"lacks run\.profile,"),
        ("DROP TABLE window_input", "lacks window_input,"),
    ],
)
def test_a_missing_table_or_column_is_seen_at_the_start(tmp_path: Path, broken: str, said: str) -> None:
    """Named, with what to do; not found out by the first event that needs it."""
    url = f"sqlite:///{tmp_path}/x.db"
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text(broken))
    engine.dispose()
    with pytest.raises(Permanent, match=said):
        open_database(url)


def test_a_user_without_rights_is_told_what_is_needed(postgres: PostgresServer, empty: str) -> None:
    """A schema that must grow needs a user who may; a schema that is there needs none."""
    reader = postgres.user()
    with pytest.raises(Misconfigured, match=r"must be brought to version \d+.*permission denied.*migrations apply"):
        open_database(postgres.as_user(empty, reader))
    open_database(empty).dispose()
    postgres.grant(empty, reader, "SELECT")
    open_database(postgres.as_user(empty, reader)).dispose()


@pytest.mark.parametrize(("numbers", "said"), [((1, 3), r"\[1, 3\]"), ((1, 1), r"\[1, 1\]")])
def test_numbers_count_without_a_gap(further: Path, numbers: tuple[int, ...], said: str) -> None:
    """After a merge of two branches, a person is told how to mend it."""
    for path in (further / "sqlite").glob("*.sql"):
        path.unlink()
    for place, number in enumerate(numbers):
        (further / "sqlite" / f"{number:04}_{'ab'[place]}.sql").write_text("")
    with pytest.raises(Permanent, match=said):
        migrations("sqlite", further)


def test_the_command_checks_applies_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 for what is fine, 2 with a sentence for what cannot be understood."""
    assert main(["check", "--json"]) == 0
    assert main(["apply", "--url", f"sqlite:///{tmp_path}/new.db"]) == 0
    assert "version" in capsys.readouterr().out
    assert main(["write", "Bad Name"]) == 2
    assert main(["apply", "--url", ""]) == 2
    assert main(["apply", "--url", "postgresql+psycopg://me:canary@:x/"]) == 4
    assert "canary" not in capsys.readouterr().err


def test_migrations_are_deployed() -> None:
    """The app brings its database up to date by itself: nothing leaves the files out of the package."""
    root = HERE.parents[3]
    ignored = GitIgnoreSpec.from_lines((root / ".funcignore").read_text().splitlines())
    names = [str(path.relative_to(root)) for path in HERE.glob("*/*.sql")]
    assert len(names) == len(DIALECTS) * len(migrations("sqlite"))
    assert not any(ignored.match_file(name) for name in names)
