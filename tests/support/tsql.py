"""Whether a statement is T-SQL: compiled for SQL Server, read by a grammar and by Microsoft's own parser."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlglot
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.dialects import mssql
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import ExecutableDDLElement

from shared.adapters.sql.connection.sqlserver import quote_window

# As the engine of SQL Server has it.
_DIALECT: Dialect = mssql.dialect(deprecate_large_types=True)  # type: ignore[no-untyped-call]
quote_window(_DIALECT)
_SEEN: set[str] = set()
# Texts that are written for SQLite alone, beside others for SQL Server.
_SQLITES = re.compile(r"PRAGMA |ALTER TABLE \w+ ADD COLUMN ")
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


def _compiled(statement: Any) -> str:
    """A list of values is only known when it is asked for: written out, as the driver gets it."""
    words = {} if isinstance(statement, ExecutableDDLElement) else {"render_postcompile": True}
    return str(statement.compile(dialect=_DIALECT, compile_kwargs=words))


def watch(engine: Engine) -> list[str]:
    """What is wrong with the statements this engine runs, if they were sent to SQL Server; filled while it runs."""
    wrong: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def look(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any) -> None:
        if statement in _SEEN or context is None or context.compiled is None:
            return
        # SQLAlchemy's own look at what there is: each dialect has its own.
        if "pg_catalog" in statement:
            return
        _SEEN.add(statement)
        try:
            compiled = _compiled(context.compiled.statement)
            parse(compiled)
            if not _SQLITES.match(compiled):
                wrong.extend(f"{one}: {compiled}" for one in findings([compiled]))
        except (CompileError, sqlglot.errors.SqlglotError) as error:
            wrong.append(f"{error}: {statement}")

    return wrong
