"""Numbered SQL, forward only: `<dialect>/<number>_<name>.sql`, applied once each, checked whenever a database opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, inspect, select, text

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.schema.tables import every_table, schema_version
from shared.core.errors import Misconfigured, Permanent

HERE = Path(__file__).parent
DIALECTS = ("sqlite", "postgresql", "mssql")
# Every column of every table of the schema in use, in one statement.
_PRESENT = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
    "postgresql": (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    ),
    "mssql": "SELECT TABLE_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = SCHEMA_NAME()",
}


@dataclass(frozen=True, slots=True)
class Migration:
    """One step forward."""

    number: int
    name: str
    statements: tuple[str, ...]


def migrations(dialect: str, folder: Path = HERE) -> Sequence[Migration]:
    """Every migration of that dialect in order; Permanent when two have one number or one is absent."""
    found = [_load(path) for path in sorted((folder / dialect).glob("*.sql"))]
    numbers = [one.number for one in found]
    if numbers != list(range(1, len(found) + 1)):
        raise Permanent(
            f"The migrations of {dialect} are numbered {numbers}: they must count from 1 without a gap. After a merge, "
            f"delete your own and run `python -m local.tools.migrations write <name>` again."
        )
    return found


def bring_up_to_date(engine: Engine, folder: Path = HERE) -> Sequence[int]:
    """Apply what the database lacks, in one transaction, and say which numbers.

    Permanent when the database is newer than this code or lacks a table or a column after all.
    """
    known = migrations(engine.dialect.name, folder)
    applied: Sequence[int] = ()
    if read(engine, _version) != known[-1].number:
        applied = _apply(engine, known)
    read(engine, _check_tables)
    return applied


def schema_state(engine: Engine) -> tuple[int, int]:
    """The version the database has (0: none) and the one this code knows. Changes nothing.

    Permanent when the versions agree and a table or a column is absent all the same.
    """
    known = migrations(engine.dialect.name)[-1].number
    standing = read(engine, _version)
    if standing == known:
        read(engine, _check_tables)
    return standing, known


def _apply(engine: Engine, known: Sequence[Migration]) -> Sequence[int]:
    def work(connection: Connection) -> Sequence[int]:
        take_turn(connection, "mlops schema")
        # Looked at again: another process may have been quicker.
        standing = _version(connection)
        _refuse_newer(standing, known[-1].number)
        todo = [one for one in known if one.number > standing]
        for one in todo:
            for statement in one.statements:
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
            connection.execute(insert(schema_version).values(version=one.number))
        return [one.number for one in todo]

    try:
        return write(engine, work)
    except Misconfigured as error:
        raise Misconfigured(
            "DATABASE_URL",
            f"names a database whose schema must be brought to version {known[-1].number}, which failed: {error}",
            "a user who may create tables; `python -m local.tools.migrations apply` does it as another one",
        ) from error


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(schema_version.name):
        return 0
    return connection.scalar(select(func.max(schema_version.c.version))) or 0


def _refuse_newer(found: int, known: int) -> None:
    if found > known:
        raise Permanent(
            f"The database has schema version {found}, this code knows {known}: "
            f"update the code or open another database."
        )


def _check_tables(connection: Connection) -> None:
    present = {(table, column) for table, column in connection.execute(text(_PRESENT[connection.dialect.name]))}
    wanted = ((table.name, column.name) for table in every_table() for column in table.columns)
    absent = [place for place in wanted if place not in present]
    if absent:
        raise Permanent(_sentence(absent, {table for table, _ in present}))


def _sentence(absent: Iterable[tuple[str, str]], tables: set[str]) -> str:
    """Whole tables by their name, single columns as table.column."""
    names = dict.fromkeys(f"{table}.{column}" if table in tables else table for table, column in absent)
    return (
        f"The database lacks {', '.join(names)}, although its schema version says otherwise. Write the missing "
        f"migration (`python -m local.tools.migrations write <name>`). "
        "A database from before numbered migrations must be "
        f"started anew; the lake keeps every prediction."
    )


def _load(path: Path) -> Migration:
    number, _, name = path.stem.partition("_")
    lines = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("--"))
    statements = "\n".join(lines).split(";\n")
    return Migration(int(number), name, tuple(one.strip().rstrip(";") for one in statements if one.strip()))
