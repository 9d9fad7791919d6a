"""Alembic, called from code: its configuration is this package, no file names a place on a machine."""

from __future__ import annotations

import io
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from shared.adapters.sql.migrations.autogenerate import OPTIONS, refuse_loss, render_item
from shared.adapters.sql.revisions import VERSIONS, newest, revision_id
from shared.adapters.sql.schema.tables import every_table, metadata
from shared.core.errors import Permanent

if TYPE_CHECKING:
    from alembic.operations.ops import UpgradeOps

DIALECTS = ("sqlite", "postgresql", "mssql")
# `alembic.op` and `alembic.context` belong to the process: one migration at a time uses them.
_ALONE = RLock()


def upgrade(connection: Connection, folder: Path = VERSIONS, revision: str = "head") -> None:
    """Apply the revisions that are absent, in the transaction of that connection."""
    with _ALONE:
        command.upgrade(_config(folder, connection=connection), revision)
    if connection.dialect.name == "sqlite":
        _check_references(connection)


def statements(dialect: str, folder: Path = VERSIONS) -> str:
    """The SQL that makes the newest schema in an empty database of that dialect; no database is asked."""
    out = io.StringIO()
    with _ALONE:
        command.upgrade(_config(folder, out, dialect=dialect), "head", sql=True)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().strip().replace("\t", "    ").splitlines())


@contextmanager
def migrated(revision: str = "head", folder: Path = VERSIONS) -> Iterator[Connection]:
    """A connection to a database in memory that the revisions made."""
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            upgrade(connection, folder, revision)
            yield connection
    finally:
        engine.dispose()


def missing(connection: Connection) -> list[str]:
    """What a revision would have to do to bring the database to the declared tables, in Alembic's words."""
    every_table()
    context = MigrationContext.configure(connection, opts={**OPTIONS, "target_metadata": metadata})
    operations = produce_migrations(context, metadata).upgrade_ops
    return [] if operations is None else _lines(operations, context)


def write(name: str, folder: Path = VERSIONS, *, empty: bool = False) -> Path | None:
    """Write the next revision and return its path; None when nothing is missing.

    `empty` writes one without a statement, for what a person has to say. BadInput for what would lose rows.
    """
    every_table()
    following = revision_id(newest(folder) + 1)
    with _ALONE, migrated(folder=folder) as connection:
        made = command.revision(
            _config(folder, connection=connection),
            name,
            autogenerate=not empty,
            rev_id=following,
            version_path=str(folder),
            process_revision_directives=None if empty else refuse_loss,
        )
    return None if not made else folder / f"{following}_{name}.py"


def _config(folder: Path, out: io.StringIO | None = None, **attributes: Any) -> Config:
    config = Config(output_buffer=out, attributes=attributes, cmd_opts=Namespace(quiet=True))
    parent, _, package = __package__.rpartition(".")
    config.set_main_option("script_location", f"{parent}:{package}")
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _escaped(str(folder)))
    config.set_main_option("file_template", _escaped("%(rev)s_%(slug)s"))
    return config


def _escaped(value: str) -> str:
    """A percent sign begins a placeholder of the configuration."""
    return value.replace("%", "%%")


def _lines(operations: UpgradeOps, context: MigrationContext) -> list[str]:
    if operations.is_empty():
        return []
    code = render_python_code(
        operations, render_as_batch=True, render_item=render_item, migration_context=context, user_module_prefix=None
    )
    return [line for line in code.splitlines() if not line.startswith("#")]


def _check_references(connection: Connection) -> None:
    """SQLite checks no reference while a table is made anew: it is asked once all are."""
    broken = sorted({str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")})
    if broken:
        raise Permanent(f"After the migration rows of {', '.join(broken)} point at rows that do not exist.")
