"""Migrations: numbered, forward only, whole or absent, and equal to what the code declares."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from postgres import PostgresServer
from sqlalchemy import Engine, create_engine, inspect, text

from shared.adapters.sql.database import bare_engine, open_database
from shared.adapters.sql.migrations import alembic_version, bring_up_to_date
from shared.adapters.sql.migrations.alembic_runs import migrated, missing
from shared.adapters.sql.revisions import BASE, VERSIONS, newest, revision_id
from shared.adapters.sql.schema.tables import every_table, metadata
from shared.core.errors import Fault, Misconfigured, Permanent

OPENS = """
import sys
from shared.adapters.sql.database import open_database
open_database(sys.argv[1]).dispose()
print("\\n".join(sys.modules))
"""


@pytest.fixture
def empty(postgres: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database without a table."""
    url = postgres.new(migrated=False)
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind that runs here, without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/x.db"
    return str(request.getfixturevalue("empty"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The database, its schema up to date."""
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def further(tmp_path: Path) -> Path:
    """A copy of the revisions, to which a test adds its own."""
    return Path(shutil.copytree(VERSIONS, tmp_path / "a 100% own place", ignore=shutil.ignore_patterns("__pycache__")))


def add(folder: Path, *lines: str) -> int:
    """A further revision that runs those lines; its number."""
    number = newest(folder) + 1
    head = (
        f'revision, down_revision = "{revision_id(number)}", "{revision_id(number - 1)}"\n'
        "import sqlalchemy as sa\nfrom alembic import op\n\n\ndef upgrade():\n"
    )
    (folder / f"{revision_id(number)}_more.py").write_text(head + "".join(f"    {line}\n" for line in lines))
    return number


def describe(engine: Engine) -> dict[str, dict[str, Any]]:
    """What a database really has: of each table its columns, keys, indexes and references."""
    found = inspect(engine)
    return {
        table: {
            "columns": {one["name"]: (str(one["type"]), one["nullable"]) for one in found.get_columns(table)},
            "key": found.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(sorted(one["column_names"]) for one in found.get_unique_constraints(table)),
            "indexes": {one["name"]: (one["column_names"], one["unique"]) for one in found.get_indexes(table)},
            "references": sorted(
                (one["constrained_columns"], one["referred_table"], one["referred_columns"])
                for one in found.get_foreign_keys(table)
            ),
        }
        for table in found.get_table_names()
        if table != "alembic_version"
    }


def test_migrations_make_what_is_declared_on_sqlite(tmp_path: Path) -> None:
    """Otherwise: `python -m local.tools.migrations write <name>`. A new home is made from the declaration: the same."""
    home = open_database(f"sqlite:///{tmp_path}/x.db")
    with migrated() as connection, home.connect() as other:
        assert missing(connection) == []
        assert missing(other) == []
        assert describe(connection.engine) == describe(home)
        stamps = [one.scalars(text("SELECT version_num FROM alembic_version")).all() for one in (connection, other)]
        assert stamps[0] == stamps[1]
        sql = "SELECT sql FROM sqlite_master WHERE name = 'alembic_version'"
        made = ["".join(one.scalar(text(sql)).split()) for one in (connection, other)]
        assert made[0] == made[1]
    home.dispose()


def test_migrations_make_what_is_declared_on_postgresql(postgres: PostgresServer, empty: str) -> None:
    """Every table, column, key, index and reference, compared with what SQLAlchemy itself creates."""
    open_database(empty).dispose()
    made, other = create_engine(empty), create_engine(postgres.new(migrated=False))
    every_table()
    metadata.create_all(other)
    assert describe(made) == describe(other)
    for engine in (made, other):
        with engine.connect() as connection:
            assert missing(connection) == []
        engine.dispose()
    postgres.drop(other.url.render_as_string())


def test_keys_fit_into_the_indexes_of_sql_server() -> None:
    """900 bytes where the table is ordered by it, 1 700 elsewhere."""
    sizes = {"BIGINT": 8, "INTEGER": 4, "DATETIME": 8}
    for table in every_table():
        clustered = table.primary_key.info.get("clustered") is not False
        for key, limit in [(table.primary_key, 900 if clustered else 1700), *((one, 1700) for one in table.indexes)]:
            size = sum(getattr(one.type, "length", None) or sizes.get(str(one.type), 8) for one in key.columns)
            assert size <= limit, f"{table.name}: a key of {size} bytes, SQL Server takes {limit}"


def test_opening_loads_no_alembic(tmp_path: Path) -> None:
    """Neither for a new home nor for one that is up to date."""
    for _ in range(2):
        line = [sys.executable, "-c", OPENS, f"sqlite:///{tmp_path}/x.db"]
        done = subprocess.run(line, capture_output=True, text=True, check=True)
        assert "alembic" not in done.stdout.split()


def test_a_standing_database_goes_forward(engine: Engine, further: Path) -> None:
    """Only what it lacks is applied, once."""
    number = add(further, 'op.add_column("run", sa.Column("cost", sa.Integer()))')
    assert list(bring_up_to_date(engine, further)) == [number]
    assert list(bring_up_to_date(engine, further)) == []
    assert "cost" in {column["name"] for column in inspect(engine).get_columns("run")}


@pytest.mark.fault(46)
def test_a_migration_that_fails_half_way_leaves_nothing(engine: Engine, further: Path) -> None:
    """The database stays as it was, and the next attempt starts from there."""
    create = 'op.create_table("extra", sa.Column("id", sa.Integer()))'
    number = add(further, create, 'op.add_column("nowhere", sa.Column("x", sa.Integer()))')
    with pytest.raises(Exception, match="nowhere"):
        bring_up_to_date(engine, further)
    assert not inspect(engine).has_table("extra")
    (further / f"{revision_id(number)}_more.py").unlink()
    assert add(further, create) == number
    assert list(bring_up_to_date(engine, further)) == [number]


def test_a_table_that_is_made_anew_keeps_its_rows_references_and_views(engine: Engine, further: Path) -> None:
    """SQLite changes some tables only by making them anew: nothing that refers to them is lost or left unchecked."""
    fill(engine)
    add(
        further,
        'with op.batch_alter_table("window") as batch:',
        '    batch.add_column(sa.Column("note", sa.Text()))',
        '    batch.alter_column("reason", existing_type=sa.UnicodeText(), nullable=True)',
    )
    bring_up_to_date(engine, further)
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT id FROM seen")).all() == ["w"]
        assert connection.scalars(text("SELECT input FROM window_input")).all() == ["i"]
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            connection.execute(text("INSERT INTO window_input VALUES ('s', 'j', 'absent', 0)"))


def test_a_migration_that_breaks_a_reference_is_refused(engine: Engine, further: Path) -> None:
    """Nothing of it stays."""
    fill(engine)
    add(further, "op.execute('DELETE FROM \"window\"')")
    with pytest.raises(Permanent, match="window_input"):
        bring_up_to_date(engine, further)
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT id FROM seen")).all() == ["w"]


def fill(engine: Engine) -> None:
    """A window, its input and a view."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO \"window\" VALUES ('s', 'w', 1, 'planned', '2026-01-01 00:00:00', '')"))
        connection.execute(text("INSERT INTO window_input VALUES ('s', 'i', 'w', 0)"))
        connection.execute(text('CREATE VIEW seen AS SELECT id FROM "window"'))


@pytest.mark.fault(46)
def test_many_open_an_empty_database_at_once(empty: str) -> None:
    """Each revision is applied by one of them, the others find it done."""
    barrier = Barrier(4)

    def one(_: int) -> None:
        barrier.wait(timeout=300)
        open_database(empty).dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    engine = create_engine(empty)
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [revision_id(newest())]
    engine.dispose()


def test_a_newer_postgresql_is_refused(empty: str) -> None:
    """Both versions are named."""
    stamp(empty, "0099")
    with pytest.raises(Permanent, match="schema version 99, this code knows"):
        open_database(empty)


def test_a_foreign_stamp_is_refused(url: str) -> None:
    """A database that Alembic migrates for somebody else is not ours to change."""
    stamp(url, "ae1027a6acf")
    with pytest.raises(Permanent, match="'ae1027a6acf', which is no revision of this project"):
        open_database(url)


def test_a_version_table_without_a_version_is_an_empty_database(url: str) -> None:
    """As Alembic leaves one that was never migrated."""
    engine = bare_engine(url)
    alembic_version.create(engine)
    assert list(bring_up_to_date(engine)) == list(range(BASE, newest() + 1))
    engine.dispose()


def stamp(url: str, revision: str) -> None:
    """Make the database up to date and let it say it has that revision."""
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": revision})
    engine.dispose()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("ALTER TABLE run DROP COLUMN profile", r"lacks run\.profile,"),
        ("DROP TABLE window_input", "lacks window_input,"),
    ],
)
@pytest.mark.fault(43)
def test_a_missing_table_or_column_is_seen_at_the_start(tmp_path: Path, broken: str, said: str) -> None:
    """Named, with what to do; not found out by the first event that needs it."""
    url = f"sqlite:///{tmp_path}/x.db"
    engine = open_database(url)
    with engine.begin() as connection:
        connection.execute(text(broken))
    engine.dispose()
    with pytest.raises(Permanent, match=said):
        open_database(url)


def test_tables_that_are_not_ours_stay(tmp_path: Path) -> None:
    """A database without our version and with a table of our name is refused; what lies there stays."""
    url = f"sqlite:///{tmp_path}/x.db"
    engine = bare_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE run (mine INTEGER)"))
    with pytest.raises(Fault, match="table run already exists"):
        open_database(url)
    assert inspect(engine).get_table_names() == ["run"]
    engine.dispose()


def test_a_user_without_rights_is_told_what_is_needed(postgres: PostgresServer, empty: str) -> None:
    """A schema that must grow needs a user who may; a schema that is there needs none."""
    reader = postgres.user()
    with pytest.raises(Misconfigured, match=r"must be brought to version \d+.*permission denied.*migrations apply"):
        open_database(postgres.as_user(empty, reader))
    open_database(empty).dispose()
    postgres.grant(empty, reader, "SELECT")
    open_database(postgres.as_user(empty, reader)).dispose()


@pytest.mark.parametrize(("names", "said"), [(("0004_a", "0006_b"), r"\[4, 6\]"), (("0004_a", "0004_b"), r"\[4, 4\]")])
def test_numbers_count_without_a_gap(tmp_path: Path, names: tuple[str, ...], said: str) -> None:
    """After a merge of two branches, a person is told how to mend it."""
    for name in names:
        (tmp_path / f"{name}.py").write_text("")
    with pytest.raises(Permanent, match=said):
        newest(tmp_path)
