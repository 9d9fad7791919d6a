"""Writes, checks and applies migrations: `python -m local.tools.migrations write <name> | check | apply [--url URL]`.

`write` compares the declared tables with what the migrations of SQLite make and writes the next number for every
database: new tables, new indexes, new columns. Anything else is written by hand.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Engine, Index, Inspector, Table, create_engine, inspect
from sqlalchemy.dialects import mssql, postgresql, sqlite
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from shared.adapters.azure.clients import make_credential
from shared.adapters.sql.connection.sqlserver import quote_window
from shared.adapters.sql.database import open_database
from shared.adapters.sql.migrations import DIALECTS, HERE, migrations
from shared.adapters.sql.schema.tables import every_table, metadata
from shared.core.errors import BadInput, Fault

Description = dict[str, dict[str, Any]]
# Foreign keys stand inside their table: SQLite cannot add one later.
_ADD = {"sqlite": "ADD COLUMN", "postgresql": "ADD COLUMN", "mssql": "ADD"}


def dialect_of(name: str) -> Dialect:
    """The dialect as its engine has it, without a connection."""
    if name == "mssql":
        server: Dialect = mssql.dialect(deprecate_large_types=True)  # type: ignore[no-untyped-call]
        quote_window(server)
        return server
    other: Dialect = postgresql.dialect() if name == "postgresql" else sqlite.dialect()  # type: ignore[no-untyped-call]
    return other


def describe(engine: Engine) -> Description:
    """What a database really has: of each table its columns, keys, indexes and references."""
    found = inspect(engine)
    return {table: _describe_table(found, table) for table in found.get_table_names()}


def migrated() -> Description:
    """What the migrations make of an empty SQLite database."""

    def work(connection: Connection) -> None:
        for step in migrations("sqlite"):
            for statement in step.statements:
                connection.exec_driver_sql(statement)

    return _made(work)


def declared() -> Description:
    """What SQLAlchemy makes of the declared tables."""
    every_table()
    return _made(metadata.create_all)


def _made(work: Callable[[Connection], None]) -> Description:
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            work(connection)
        return describe(engine)
    finally:
        engine.dispose()


def missing_statements(dialect: str) -> list[str]:
    """The statements that bring a migrated database to the declared tables; BadInput for what needs a person."""
    standing, wanted = migrated(), declared()
    gone = sorted(set(standing) - set(wanted))
    if gone:
        raise BadInput(f"Table {', '.join(gone)} is no longer declared: write that migration by hand.")
    statements: list[str] = []
    for table in every_table():
        if table.name not in standing:
            statements += _create(table, dialect_of(dialect))
        elif standing[table.name] != wanted[table.name]:
            statements += _alter(table, standing[table.name], wanted[table.name], dialect_of(dialect))
    return statements


def write_next(name: str) -> list[str]:
    """Write the next migration of every dialect; the paths written, none when nothing is missing."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name):
        raise BadInput(f"A migration cannot be called {name!r}; accepted: lower-case letters, digits and underscores.")
    texts = {dialect: missing_statements(dialect) for dialect in DIALECTS}
    written = []
    for dialect, statements in texts.items():
        if statements:
            path = HERE / dialect / f"{_next_number(dialect):04}_{name}.sql"
            path.parent.mkdir(exist_ok=True)
            path.write_text("".join(f"{statement};\n" for statement in statements), encoding="utf-8")
            written.append(str(path.relative_to(HERE.parents[3])))
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0, or 2 for what is not understood, 3 for what is missing, 4 for what failed."""
    asked = _parser().parse_args(arguments)
    try:
        code, answer = _run(asked)
    except BadInput as error:
        code, answer = 2, {"error": error.reason}
    except Fault as error:
        code, answer = 4, {"error": error.reason}
    shown = json.dumps(answer) if asked.json else "\n".join(f"{key}: {value}" for key, value in answer.items())
    print(shown, file=sys.stdout if asked.json or not code else sys.stderr)
    return code


def _run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    if asked.verb == "write":
        return 0, {"written": write_next(asked.name)}
    if asked.verb == "check":
        lacking = missing_statements("sqlite")
        return (3 if lacking else 0), {"missing": lacking, "migrations": [one.name for one in migrations("sqlite")]}
    if not asked.url:
        raise BadInput("No database is named; accepted: --url, or the setting DATABASE_URL.")
    engine = open_database(asked.url, credential=lambda: make_credential(os.environ.get("AZURE_CREDENTIAL", "default")))
    engine.dispose()
    return 0, {"version": len(migrations(engine.dialect.name))}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.tools.migrations", description="Migrations of the state's schema."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    write = verbs.add_parser("write", help="write the next migration from the declared tables")
    write.add_argument("name", help="what it adds, like `approvals`")
    check = verbs.add_parser("check", help="say what the migrations lack")
    apply = verbs.add_parser("apply", help="bring a database up to date")
    apply.add_argument("--url", default=os.environ.get("DATABASE_URL", ""), help="default: DATABASE_URL")
    for verb in (write, check, apply):
        verb.add_argument("--json", action="store_true", help="answer as JSON")
    return parser


def _next_number(dialect: str) -> int:
    return len(migrations(dialect)) + 1


def _create(table: Table, dialect: Dialect) -> Iterator[str]:
    if dialect.name == "mssql":
        table.primary_key.dialect_options["mssql"]["clustered"] = table.primary_key.info.get("clustered")
    yield _text(CreateTable(table), dialect)
    for index in sorted(table.indexes, key=_index_name):
        yield _text(CreateIndex(index), dialect)


def _alter(table: Table, standing: dict[str, Any], wanted: dict[str, Any], dialect: Dialect) -> Iterator[str]:
    new = [column for column in table.columns if column.name not in standing["columns"]]
    for column in new:
        yield _add(table, column, dialect)
    indexes = [index for index in table.indexes if index.name not in standing["indexes"]]
    for index in sorted(indexes, key=_index_name):
        yield _text(CreateIndex(index), dialect)
    rest = {**standing, "columns": {**standing["columns"]}, "indexes": {**standing["indexes"]}}
    rest["columns"] |= {column.name: wanted["columns"][column.name] for column in new}
    rest["indexes"] |= {index.name: wanted["indexes"][index.name] for index in indexes}
    if rest != wanted:
        raise BadInput(f"Table {table.name} changed in a way that needs a person: write that migration by hand.")


def _add(table: Table, column: Column[Any], dialect: Dialect) -> str:
    if not column.nullable and column.server_default is None:
        raise BadInput(
            f"Column {table.name}.{column.name} is new and rows may stand there already: it needs nullable=True or a "
            f"server_default."
        )
    name = dialect.identifier_preparer.format_table(table)
    return f"ALTER TABLE {name} {_ADD[dialect.name]} {_text(CreateColumn(column), dialect)}"


def _text(statement: CreateTable | CreateIndex | CreateColumn, dialect: Dialect) -> str:
    lines = str(statement.compile(dialect=dialect)).strip().splitlines()
    return "\n".join(line.rstrip().replace("\t", "    ") for line in lines if line.strip())


def _index_name(index: Index) -> str:
    return str(index.name)


def _describe_table(found: Inspector, table: str) -> dict[str, Any]:
    return {
        "columns": {one["name"]: (str(one["type"]), one["nullable"]) for one in found.get_columns(table)},
        "key": found.get_pk_constraint(table)["constrained_columns"],
        "unique": sorted(sorted(one["column_names"]) for one in found.get_unique_constraints(table)),
        "indexes": {one["name"]: (one["column_names"], one["unique"]) for one in found.get_indexes(table)},
        "references": sorted(
            (one["constrained_columns"], one["referred_table"], one["referred_columns"])
            for one in found.get_foreign_keys(table)
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
