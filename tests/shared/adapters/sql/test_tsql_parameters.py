"""What a statement sends to SQL Server fits the columns that it meets; what does not is found, of every kind."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Unicode,
    delete,
    insert,
    literal,
    select,
    update,
)
from tsql import DIALECT, compiled_for_server, heavy, told_of

from model_training.scenarios import SCENARIOS
from shared.adapters.sql.connection.types import Key, LongText, Name, UtcTime
from shared.adapters.sql.monitoring.actual_tables import actual_table
from shared.adapters.sql.schema.predictions import prediction_table
from shared.adapters.sql.schema.tables import UNCLUSTERED, every_table, ledger, run

FEW = Table("few", MetaData(), Column("id", Name, primary_key=True), Column("n", Integer), Column("x", Float(53)))
WIDE = literal("a", Unicode(200))
_L = ledger.c


@pytest.mark.parametrize(
    "statement",
    [
        select(_L.state).where(_L.kind == "blob", _L.key.in_(["a", "b"])),
        update(run).where(run.c.id == "a", run.c.attempts < 3).values(state="done", updated_at=None),
        insert(ledger).values(kind="k", key="д" * 600, attempts=2**31 - 1),
        delete(FEW).where(FEW.c.x > 1, FEW.c.n.between(1, 2), FEW.c.id.startswith("a")),
        select(run.c.id).where(run.c.id == run.c.request, run.c.reason == "reasons are long text, in no index"),
    ],
    ids=["in a list", "changed", "written to the last byte", "numbers", "long text"],
)
def test_what_fits_is_let_through(statement: Any) -> None:
    """Texts are cast to the type of a short column, whole numbers meet numbers, a key has the length of its column."""
    assert told_of(statement) == []


INNER = select(run.c.id.label("name")).subquery()
COMMON = select(run.c.id.label("name")).cte("common")
OTHER = run.alias("other")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (select(run.c.id).where(run.c.id == WIDE), r"run\.id is VARCHAR\(200\).*NVARCHAR: no index"),
        (select(OTHER.c.id).where(OTHER.c.id == WIDE), r"run\.id .*NVARCHAR"),
        (select(INNER.c.name).where(INNER.c.name == WIDE), r"run\.id .*NVARCHAR"),
        (select(COMMON.c.name).where(COMMON.c.name == WIDE), r"run\.id .*NVARCHAR"),
        (select(run.c.id).where(run.c.id.in_(select(INNER.c.name).where(INNER.c.name > WIDE))), r"run\.id .*NVARCHAR"),
        (update(run).where(run.c.state == WIDE).values(attempts=1), r"run\.state .*NVARCHAR"),
        (delete(FEW).where(FEW.c.id.in_([WIDE])), r"few\.id .*NVARCHAR"),
        (insert(ledger).values(kind="k", key="д" * 601), r"ledger\.key is VARCHAR\(1200\), and a text of 1202 bytes"),
        (select(_L.state).where(_L.kind == "k" * 201), r"ledger\.kind is VARCHAR\(200\), and a text of 201 bytes"),
        (update(run).values(state="s" * 201), r"run\.state is VARCHAR\(200\), and a text of 201 bytes"),
        (insert(FEW).values(id="a", n=2**31), r"few\.n is INTEGER, and 2147483648"),
        (select(FEW.c.id).where(FEW.c.n == literal(1.5)), r"few\.n is INTEGER.* parameter of number"),
        (select(FEW.c.id).where(FEW.c.n == literal("1")), r"few\.n is INTEGER.* parameter of text"),
        (select(run.c.id).where(run.c.created_at > literal("2026")), r"run\.created_at is DATETIME2\(6\).* text"),
    ],
    ids=[
        "wide text",
        "an alias",
        "a subquery",
        "a common table",
        "in an inner query",
        "a change",
        "in a list",
        "too long a key",
        "too long to be found",
        "too long a change",
        "too large",
        "a fraction",
        "text for a number",
        "text for a time",
    ],
)
def test_what_does_not_fit_is_found(statement: Any, found: str) -> None:
    """A type that converts the column, so that no index is sought in, and a value that is longer than its column."""
    (told,) = told_of(statement)
    assert re.search(found, told)


def test_no_key_is_heavier_than_sql_server_takes() -> None:
    """900 bytes for the key in whose order a table lies, 1 700 for every other: of each table, typed ones too."""
    typed = [make(one) for one in SCENARIOS.values() for make in (prediction_table, actual_table)]
    assert [told for table in (*every_table(), *typed) for told in heavy(table)] == []


def test_a_heavy_key_is_found() -> None:
    """In the order of the table, beside it, unique, in an index, and without any bound."""

    def made(*parts: Any) -> list[str]:
        columns = (Column("a", Key), Column("b", Name), Column("c", UtcTime), Column("d", LongText))
        return heavy(Table("t", MetaData(), *columns, *parts))

    assert made(PrimaryKeyConstraint("b", "c")) == []
    assert made(PrimaryKeyConstraint("a", "b", info=UNCLUSTERED)) == []
    assert made(PrimaryKeyConstraint("a", "b")) == ["the primary key of t weighs 1400 bytes, 900 are accepted"]
    assert made(Index("i", "a", "b", "c")) == []
    assert made(Index("i", "d")) == ["i of t weighs 4294967296 bytes, 1700 are accepted"]


def test_a_cast_cuts_no_key() -> None:
    """What a parameter is cast to holds more than the longest short column: a longer text never becomes another key."""
    statement = compiled_for_server(select(_L.state).where(_L.key == "k"))
    (length,) = re.findall(r"CAST\(\S+ COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR\((\d+)\)\)", statement)
    types = (str(column.type.compile(DIALECT)) for table in every_table() for column in table.columns)
    longest = max(int(found[1]) for kind in types if (found := re.match(r"VARCHAR\((\d+)\)", kind)))
    assert int(length) > longest
