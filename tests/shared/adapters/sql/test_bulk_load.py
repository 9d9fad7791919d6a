"""Prediction rows from Parquet into SQL."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from contracts.test_predictions_contract import COMMITTED
from postgres import PostgresServer
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    delete,
    func,
    insert,
    select,
)

from shared.adapters.onnx.scoring import OnnxScoring
from shared.adapters.sql.bulk.load import BATCH_ROWS, insert_predictions
from shared.adapters.sql.bulk.sqlite import STATEMENT_ROWS
from shared.adapters.sql.schema.predictions import prediction_table
from shared.core.errors import Corrupt
from shared.core.scenario import Scenario
from shared.serving.ports import BatchJob, LoadedModel

Rows = Callable[[int], pa.Table]
Job = Callable[..., BatchJob]
Predicted = Callable[[int], io.BytesIO]


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An empty SQLite database in memory."""
    made = create_engine("sqlite://")
    yield made
    made.dispose()


@pytest.fixture
def table(scenario: Scenario, engine: Engine) -> Table:
    """The scenario's prediction table, created."""
    made = prediction_table(scenario)
    made.create(engine)
    return made


@pytest.fixture
def predicted(model: LoadedModel, job: Job, rows: Rows) -> Predicted:
    """Builds a prediction file of that many rows."""

    def build(count: int) -> io.BytesIO:
        out = io.BytesIO()
        OnnxScoring().batch(model, job(rows(count)), out)
        return io.BytesIO(out.getvalue())

    return build


def _expected(file: io.BytesIO) -> list[tuple[Any, ...]]:
    table = pq.read_table(file)
    rows = table.drop_columns([name for name in COMMITTED if name in table.column_names]).to_pylist()
    naive = [{k: v.replace(tzinfo=None) if hasattr(v, "tzinfo") else v for k, v in row.items()} for row in rows]
    return [tuple(row.values()) for row in naive]


def _stored(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]


@pytest.mark.parametrize("count", [0, 1, STATEMENT_ROWS, STATEMENT_ROWS + 1, BATCH_ROWS + STATEMENT_ROWS - 1])
def test_every_row_arrives_once_with_every_value(
    engine: Engine, table: Table, predicted: Predicted, count: int
) -> None:
    """Count, keys and values equal the file's, at the edges of statements and batches."""
    file = predicted(count)
    with engine.begin() as connection:
        assert insert_predictions(connection, table, file) == count
        assert _stored(connection, table) == _expected(file)


@pytest.mark.parametrize("kind", ["gap", "below", "beside", "falling"])
def test_every_row_keeps_its_id(engine: Engine, table: Table, predicted: Predicted, kind: str) -> None:
    """Where rows failed, where later windows are there already, and where ids come in any order."""
    rows = pq.read_table(predicted(BATCH_ROWS + 200))
    ids = rows["prediction_id"].to_pylist()
    with engine.begin() as connection:
        if kind in {"below", "beside"}:
            there = ids[-1] + (1 if kind == "below" else -BATCH_ROWS - 500)
            connection.execute(insert(table), {"prediction_id": there})
        changed = {"gap": [one + (place > 70) for place, one in enumerate(ids)], "falling": ids[::-1]}.get(kind, ids)
        file = io.BytesIO()
        pq.write_table(rows.set_column(0, "prediction_id", pa.array(changed)), file)
        insert_predictions(connection, table, file)
        connection.execute(delete(table).where(table.c.prediction_id.not_in(changed[:1]), table.c.entity_key.is_(None)))
        assert _stored(connection, table) == sorted(_expected(file))


def test_postgresql_gets_the_same_values(scenario: Scenario, postgres: PostgresServer, predicted: Predicted) -> None:
    """COPY stores what the file holds."""
    file, table = predicted(500), prediction_table(scenario)
    engine = create_engine(postgres.emptied())
    with engine.begin() as connection:
        table.create(connection)
        assert insert_predictions(connection, table, file) == 500
        assert _stored(connection, table) == _expected(file)
    engine.dispose()


def test_nulls_in_numbers_times_and_text_stay_null(engine: Engine) -> None:
    """Also beside a column that is null throughout."""
    columns = {
        "id": pa.array([1, 2, 3]),
        "n": pa.array([None, 2.5, None]),
        "i": pa.array([2**53 + 1, None, 5]),
        "t": pa.array([None, 1_000_001, None], pa.timestamp("us", "UTC")),
        "s": pa.array(["a", None, "a"]),
        "void": pa.nulls(3, pa.string()),
    }
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table x (id integer primary key, n float, i bigint, t datetime, s text, void text)"
        )
        table = Table("x", MetaData(), autoload_with=connection)
        insert_predictions(connection, table, file)
        assert _stored(connection, table) == _expected(file)


def test_it_is_the_caller_who_commits(engine: Engine, table: Table, predicted: Predicted) -> None:
    """A rollback leaves no row."""
    with engine.connect() as connection:
        insert_predictions(connection, table, predicted(100))
        connection.rollback()
        assert connection.scalar(select(func.count()).select_from(table)) == 0


def test_a_damaged_file_is_corrupt(engine: Engine, table: Table, predicted: Predicted) -> None:
    """A flipped bit, a cut end and a missing column are told apart from a database that is down."""
    good = predicted(2000).getvalue()
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 0x10
    short = io.BytesIO()
    pq.write_table(pq.read_table(io.BytesIO(good)).drop_columns(["probability"]), short)
    for damaged in (bytes(flipped), good[: len(good) // 2], short.getvalue()):
        with engine.connect() as connection, pytest.raises(Corrupt, match="The prediction file"):
            insert_predictions(connection, table, io.BytesIO(damaged))


@pytest.mark.parametrize("row", [0, 5, BATCH_ROWS - 1, BATCH_ROWS, BATCH_ROWS + 6])
def test_a_nul_character_is_named_in_whatever_row_it_stands(engine: Engine, row: int) -> None:
    """Also behind a null and in a later batch; a text without one is taken."""
    texts: list[str | None] = ["é", None, ""] * (BATCH_ROWS // 3 + 3)
    for bad in ("a\0b", "\0"):
        file, named = io.BytesIO(), [*texts[:row], bad, *texts[row + 1 :]]
        pq.write_table(pa.table({"id": pa.array(range(len(named))), "s": named}), file)
        table = Table("y", MetaData(), Column("id", Integer, primary_key=True), Column("s", Text))
        with engine.connect() as connection:
            table.create(connection, checkfirst=True)
            with pytest.raises(Corrupt, match=f"row {row + 1}, column s"):
                insert_predictions(connection, table, file)


@pytest.mark.parametrize("gap", [1, 3])
def test_a_table_of_many_columns_stays_within_what_a_statement_may_have(engine: Engine, gap: int) -> None:
    """SQLite takes so many parameters and no more, with ids in a row or not."""
    names, rows = [f"c{n}" for n in range(300)], 2 * STATEMENT_ROWS + 1
    ids = [gap * n for n in range(1, rows + 1)]
    columns = {"id": pa.array(ids), **{name: pa.array([n * 0.5 + at for n in ids]) for at, name in enumerate(names)}}
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    table = Table("z", MetaData(), Column("id", Integer, primary_key=True), *(Column(name, Float) for name in names))
    with engine.begin() as connection:
        # Some systems build it with a higher limit.
        connection.connection.driver_connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)  # type: ignore[union-attr]
        table.create(connection)
        assert insert_predictions(connection, table, file) == rows
        assert _stored(connection, table) == _expected(file)
