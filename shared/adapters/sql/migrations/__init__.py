"""The schema's revisions, forward only: `versions/<number>_<name>.py`, checked whenever a database opens.

A database that is up to date costs one look at its version and one at its columns; Alembic is loaded to change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
)

from shared.adapters.sql.connection.transactions import migrate, read, take_turn
from shared.adapters.sql.migrations.columns import columns_of
from shared.adapters.sql.revisions import BASE, VERSIONS, newest, revision_id
from shared.adapters.sql.schema.tables import every_table, metadata
from shared.core.errors import Misconfigured, Permanent

# Alembic's own table, and the one that the numbered SQL files kept.
alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
schema_version = Table("schema_version", MetaData(), Column("version", Integer, primary_key=True, autoincrement=False))


@dataclass(frozen=True, slots=True)
class Version:
    """The schema version of a database; 0 without a schema, `stamped` when Alembic's table says it."""

    number: int
    stamped: bool


def bring_up_to_date(engine: Engine, folder: Path = VERSIONS) -> Sequence[int]:
    """Apply the revisions that the database lacks, in one transaction, and return their numbers.

    Permanent when the database is newer than this code, too old for it, or lacks a table or a column after all.
    """
    known = newest(folder)
    applied: Sequence[int] = ()
    if read(engine, _version) != Version(known, stamped=True):
        applied = _apply(engine, known, folder)
    read(engine, _check_columns)
    return applied


def schema_state(engine: Engine) -> tuple[Version, int]:
    """The version of the database and the number this code knows. Changes nothing.

    Permanent when the numbers agree and a table or a column is absent all the same.
    """
    known = newest()
    version = read(engine, _version)
    if version.number == known:
        read(engine, _check_columns)
    return version, known


def needs_older_code(version: Version) -> str:
    """The sentence for a schema that is too old to be brought forward; empty for any other."""
    if version.stamped or version.number in {0, BASE}:
        return ""
    return (
        f"The database has schema version {version.number}, which this code cannot bring forward: run the version "
        f"before this one once, it brings the database to schema {BASE}."
    )


def _apply(engine: Engine, known: int, folder: Path) -> Sequence[int]:
    def work(connection: Connection) -> Sequence[int]:
        take_turn(connection, "mlops schema")
        # Looked at again: another process may have been quicker.
        version = _version(connection)
        _refuse(version, known)
        if version == Version(0, stamped=False) and connection.dialect.name == "sqlite":
            # A test holds both ways together: a new home need not load Alembic.
            _create(connection, known)
        elif version != Version(known, stamped=True):
            _upgrade(connection, version, folder)
        return range(max(version.number + 1, BASE), known + 1)

    try:
        return migrate(engine, work)
    except Misconfigured as error:
        raise Misconfigured(
            "DATABASE_URL",
            f"names a database whose schema must be brought to version {known}, which failed: {error}",
            "a user who may create tables; `python -m local.tools.migrations apply` does it as another one",
        ) from error


def _create(connection: Connection, known: int) -> None:
    metadata.create_all(connection, tables=every_table(), checkfirst=False)
    alembic_version.create(connection)
    connection.execute(insert(alembic_version).values(version_num=revision_id(known)))


def _upgrade(connection: Connection, version: Version, folder: Path) -> None:
    # Takes longer to load than a database that is up to date takes to open.
    from shared.adapters.sql.migrations import adoption, alembic_runs

    if version == Version(BASE, stamped=False):
        adoption.check(connection)
        alembic_version.create(connection)
        connection.execute(insert(alembic_version).values(version_num=revision_id(BASE)))
        schema_version.drop(connection)
    alembic_runs.upgrade(connection, folder)


def _version(connection: Connection) -> Version:
    found = inspect(connection)
    if found.has_table(alembic_version.name):
        return Version(_number(connection.scalar(select(func.max(alembic_version.c.version_num)))), stamped=True)
    if found.has_table(schema_version.name):
        return Version(connection.scalar(select(func.max(schema_version.c.version))) or 0, stamped=False)
    return Version(0, stamped=False)


def _number(revision: str | None) -> int:
    if revision is None:
        return 0
    if not revision.isdecimal():
        raise Permanent(
            f"The database's table alembic_version says {revision!r}, which is no revision of this project: open "
            f"another database."
        )
    return int(revision)


def _refuse(version: Version, known: int) -> None:
    if version.number > known:
        raise Permanent(
            f"The database has schema version {version.number}, this code knows {known}: "
            f"update the code or open another database."
        )
    if sentence := needs_older_code(version):
        raise Permanent(sentence)


def _check_columns(connection: Connection) -> None:
    present = columns_of(connection)
    wanted = ((table.name, column.name) for table in every_table() for column in table.columns)
    absent = [place for place in wanted if place not in present]
    if absent:
        raise Permanent(_sentence(absent, {table for table, _ in present}))


def _sentence(absent: Iterable[tuple[str, str]], tables: set[str]) -> str:
    """Whole tables by their name, single columns as table.column."""
    names = dict.fromkeys(f"{table}.{column}" if table in tables else table for table, column in absent)
    return (
        f"The database lacks {', '.join(names)}, although its schema version says otherwise. Write the missing "
        "migration (`python -m local.tools.migrations write <name>`). A database from before numbered migrations must "
        "be started anew; the lake keeps every prediction."
    )
