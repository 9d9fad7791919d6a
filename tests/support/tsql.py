"""Whether a statement is T-SQL: compiled for SQL Server, read by a grammar and by Microsoft's own parser."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import sqlglot
from sqlalchemy import BindParameter, Dialect, Engine, Select, Table, event
from sqlalchemy.dialects import mssql
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql import visitors
from tsql_parameters import Meeting, Types, heavy_keys, meetings, types_of
from tsql_parameters import wrong as wrong_values

from shared.adapters.sql.connection.sqlserver import quote_window

# As the engine of SQL Server has it.
DIALECT: Dialect = mssql.dialect(deprecate_large_types=True)  # type: ignore[no-untyped-call]
quote_window(DIALECT)
_SEEN: set[str] = set()
# Texts that are written for SQLite alone, beside others for SQL Server.
_SQLITES = re.compile(r"PRAGMA |ALTER TABLE \w+ ADD COLUMN ")
_NAMED = re.compile(r"(?<![\w:']):([A-Za-z_]\w*)")
_PARAMETER = re.compile(r"(?<![\w:']):[A-Za-z_]\w*|\?")


def parse(statement: str) -> list[sqlglot.exp.Expr | None]:
    """Its parts; sqlglot's error when it is not T-SQL."""
    # The one word that the grammar does not know in this place.
    known = statement.replace("PRIMARY KEY NONCLUSTERED (", "PRIMARY KEY (")
    return list(sqlglot.parse(_PARAMETER.sub("@p", known), read="tsql"))


@cache
def microsofts() -> str | None:
    """Microsoft's parser, Microsoft.SqlServer.TransactSql.ScriptDom behind a small program; None: not on the path."""
    return shutil.which("tsql-parse")


def findings(statements: Sequence[str]) -> list[str]:
    """What Microsoft's parser finds wrong with them; nothing where it is not on the path, which one test says."""
    if microsofts() is None or not statements:
        return []
    texts = "\0".join(_PARAMETER.sub("@p", one) for one in statements)
    done = subprocess.run([str(microsofts()), "-"], input=texts, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout.splitlines()


def single(script: str) -> list[str]:
    """Each statement of a migration's script: without remarks, batches and the transaction around them."""
    kept = "\n".join(line for line in script.splitlines() if line != "GO" and not line.startswith("--"))
    found = [one.strip() for one in kept.split(";\n") if one.strip()]
    return [one for one in found if not re.match(r"BEGIN|COMMIT", one)]


def compiled_for_server(statement: Any) -> str:
    """Its text on SQL Server, a list of values written out as the driver gets it."""
    if isinstance(statement, ExecutableDDLElement):
        return str(statement.compile(dialect=DIALECT))
    return str(_compiled(statement))


def _compiled(statement: Any) -> Any:
    """For SQL Server; where lists and limits are written out, every value has to be there, also one given later."""
    later = {one.key: 1 for one in visitors.iterate(statement) if isinstance(one, BindParameter) and one.required}
    filled = statement.params(later) if later and isinstance(statement, Select) else statement
    return filled.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})


@dataclass(slots=True)
class _Known:
    """A statement that was seen: its parameters beside the columns that they meet, and what was told of it."""

    types: Types
    met: Sequence[Meeting]
    processors: Mapping[str, Any]
    told: set[str] = field(default_factory=set)


_KNOWN: dict[str, _Known] = {}


def watch(engine: Engine) -> list[str]:
    """What is wrong with the statements this engine runs, if they were sent to SQL Server; filled while it runs."""
    wrong: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def look(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any) -> None:
        if context is None or context.compiled is None:
            return
        # SQLAlchemy's own look at what there is: each dialect has its own.
        if "pg_catalog" in statement:
            return
        if statement not in _SEEN:
            _SEEN.add(statement)
            wrong.extend(_read(statement, context.compiled))
        if statement in _KNOWN:
            wrong.extend(_parameters_of(_KNOWN[statement], context.compiled_parameters, statement))

    return wrong


def _read(statement: str, sent: Any) -> list[str]:
    source = sent.statement
    try:
        compiled = compiled_for_server(source)
        parse(compiled)
        if not isinstance(source, ExecutableDDLElement):
            _KNOWN[statement] = known(source, sent.bind_names)
        return [] if _SQLITES.match(compiled) else [f"{one}: {compiled}" for one in findings([compiled])]
    except (CompileError, sqlglot.errors.SqlglotError) as error:
        return [f"{error}: {statement}"]


def known(source: Any, names: Mapping[Any, str]) -> _Known:
    """The parameters of a statement by the names given, each beside the column that it meets on SQL Server."""
    compiled = _compiled(source)
    tables = {one.name: one for one in visitors.iterate(source) if isinstance(one, Table)}
    types = types_of(tables, DIALECT)
    text = _NAMED.sub(r"@\1", str(compiled))
    met = [one for part in sqlglot.parse(text, read="tsql") if part is not None for one in meetings(part, types)]
    # Numbers in names differ between two databases; of a list each item has a number behind the name.
    by_key = {bind.key: name for bind, name in names.items()}
    here = {name: by_key.get(bind.key, name) for name, bind in compiled.binds.items()}
    met = [replace(one, parameter=here.get(one.parameter) or here[one.parameter.rpartition("_")[0]]) for one in met]
    processors = {
        here[name]: bind.type.dialect_impl(DIALECT).bind_processor(DIALECT) for name, bind in compiled.binds.items()
    }
    return _Known(types, met, processors)


def told_of(statement: Any) -> list[str]:
    """What is wrong with the parameters of a statement that has its values."""
    compiled = statement.compile(dialect=DIALECT)
    return _parameters_of(known(statement, {}), [compiled.params], str(compiled))


def heavy(table: Table) -> list[str]:
    """Its keys and indexes that are heavier than SQL Server takes."""
    return heavy_keys(table, DIALECT)


def _parameters_of(one: _Known, rows: Sequence[Mapping[str, Any]], statement: str) -> list[str]:
    found = []
    for row in rows:
        for meeting in one.met:
            given = row.get(meeting.parameter)
            values = given if isinstance(given, list | tuple) else [given]
            process = one.processors.get(meeting.parameter)
            sent = [process(value) if process and value is not None else value for value in values]
            found += [text for text in wrong_values(meeting, one.types, sent) if text not in one.told]
    one.told.update(found)
    return [f"{text}: {statement}" for text in dict.fromkeys(found)]
