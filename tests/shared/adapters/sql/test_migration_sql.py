"""What the revisions send to each database, held against files; and whether it is SQL there."""

from __future__ import annotations

import re
import subprocess
from functools import partial
from pathlib import Path

import pytest
import sqlglot
from tsql import findings, microsofts, parse, single

from shared.adapters.sql.migrations.alembic_runs import DIALECTS, statements
from shared.adapters.sql.migrations.columns import kind_of

GOLDEN = Path(__file__).with_name("golden")
GRAMMARS = {"sqlite": "sqlite", "postgresql": "postgres", "mssql": "tsql"}
AGAIN = "python -m local.tools.migrations sql {0} > tests/shared/adapters/sql/golden/{0}.sql"

# None of these is a statement of SQL Server.
NO_T_SQL = (
    "SELECT a FROM t LIMIT 5",
    "INSERT INTO t (a) VALUES (?) ON CONFLICT DO NOTHING",
    "UPDATE t SET a = ? RETURNING a",
    "SELECT a FROM t WHERE a IS TRUE",
    "SELECT a FROM t WHERE (a = ?",
    "SELEC a FROM t",
    "SELECT a FROM t WHERE a = 'x",
    "SELECT a FROM t WHERE a IN ()",
)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_sql_of_every_database_is_this(dialect: str) -> None:
    """Compared with the file: a change of a type or of a released revision is seen before a database sees it."""
    golden = (GOLDEN / f"{dialect}.sql").read_text()
    assert statements(dialect) == golden, f"if that is meant: {AGAIN.format(dialect)}"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_statement_parses(dialect: str) -> None:
    """In the grammar of its database, as one each, and none loses rows."""
    read = parse if dialect == "mssql" else partial(sqlglot.parse, read=GRAMMARS[dialect])
    parsed = [read(statement) for statement in single((GOLDEN / f"{dialect}.sql").read_text())]
    assert all(len(one) == 1 for one in parsed)
    assert {one[0].key for one in parsed if one[0] is not None} <= {"create", "alter", "insert", "update"}


def test_microsofts_parser_reads_what_sql_server_is_sent() -> None:
    """With its batches, as `sqlcmd` would."""
    found = microsofts()
    if found is None:
        pytest.skip("tsql-parse (Microsoft.SqlServer.TransactSql.ScriptDom) is not on PATH: no statement is read by it")
    done = subprocess.run([found, str(GOLDEN / "mssql.sql")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("wrong", NO_T_SQL)
def test_what_is_no_t_sql_is_found(wrong: str) -> None:
    """By Microsoft's parser: what other databases say, a missing bracket, a misspelt word, an open quote."""
    if microsofts() is None:
        pytest.skip("tsql-parse (Microsoft.SqlServer.TransactSql.ScriptDom) is not on PATH: no statement is read by it")
    assert findings(["SELECT a FROM t WHERE a = ?", "INSERT INTO t (a) VALUES (:one), (:two)"]) == []
    assert findings([wrong]) != []


def test_every_database_gets_the_same_tables() -> None:
    """A version means the same schema everywhere."""
    found = [
        set(re.findall(r"CREATE (?:TABLE|INDEX) ([\w.]+|\[\w+\]|\"\w+\")", (GOLDEN / f"{dialect}.sql").read_text()))
        for dialect in DIALECTS
    ]
    plain = [{name.strip('[]"') for name in names} for names in found]
    assert plain[0] == plain[1] == plain[2]


def test_a_type_is_the_same_kind_on_every_database() -> None:
    """Whatever each calls it: what the version before made is held against these words."""
    found = [_kinds((GOLDEN / f"{dialect}.sql").read_text()) for dialect in DIALECTS]
    assert found[0] == found[1] == found[2]
    assert set(found[0].values()) == {"a whole number", "a number", "a time", "text"}


def _kinds(sql: str) -> dict[tuple[str, str], str]:
    kinds = {}
    for table, columns in re.findall(r"CREATE TABLE (\S+) \((.*?)\n\);", sql, re.DOTALL):
        for name, kind in re.findall(r"^ {4}(\S+) ([A-Z].*?),?$", columns, re.MULTILINE):
            if name not in {"PRIMARY", "UNIQUE", "FOREIGN", "CONSTRAINT"}:
                kinds[table.strip('[]"'), name.strip('[]"')] = kind_of(kind.replace("SERIAL", "INT"))
    return kinds
