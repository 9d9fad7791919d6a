"""What every store of prediction rows promises."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from contracts.stores import IN_SQL, Stores
from sqlalchemy import Engine, inspect, text

from shared.core.errors import Conflict, Corrupt
from shared.core.ports import Outbox
from shared.core.scenario import Batch, Column, Scenario, Table
from shared.prediction.ports import Predictions
from shared.prediction.revision import Revision
from shared.prediction.window import Commit, CommittedFile, Window
from shared.serving.prediction_rows import first_id

AT = datetime(2024, 6, 1, 12, tzinfo=UTC)
ROWS = Table(
    "rows",
    (
        Column("emp.var.rate", "float"),
        Column("age", "int"),
        Column("job", "text", nulls=True),
        Column("seen", "time"),
        Column("y", "text"),
    ),
)
SCENARIO = Scenario(
    name="bank-s_own",
    title="",
    tables=(ROWS,),
    label_table="rows",
    target="y",
    numeric=("age",),
    batch=Batch("drops", "rows", "0 * * * * *", ("emp.var.rate", "age", "job", "seen")),
)
TABLE = "predictions_bank_s_own"
# The same in every row of a window: SQL has them in its commit.
COMMITTED = ("window", "run_id", "model", "model_sha256", "dataset", "scored_at")


def parquet(window: str = "w", ordinal: int = 1, rows: int = 3) -> io.BytesIO:
    """A prediction file of the scenario."""
    times = pa.timestamp("us", "UTC")
    columns = {
        "prediction_id": pa.array([first_id(ordinal) + n for n in range(rows)]),
        "window": pa.array([window] * rows),
        "entity_key": pa.array([f"e{n}" for n in range(rows)]),
        "prediction": pa.array(["yes"] * rows),
        "probability": pa.array([n / 10 for n in range(rows)]),
        "emp_var_rate": pa.array([1.5] * rows),
        "age": pa.array([2**40] * rows),
        "job": pa.array([None, "ä'b:c", ""][:rows], pa.string()),
        "seen": pa.array([AT] * rows, times),
        "run_id": pa.array(["r"] * rows),
        "model": pa.array(["m:1"] * rows),
        "model_sha256": pa.array(["a"] * rows),
        "dataset": pa.array(["d"] * rows),
        "scored_at": pa.array([AT] * rows, times),
    }
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, write_page_checksum=True)
    out.seek(0)
    return out


def repeated(rows: int) -> io.BytesIO:
    """A row without nulls so many times, under its own ids."""
    table = pq.read_table(parquet()).slice(1, 1).take(pa.array([0] * rows))
    out = io.BytesIO()
    pq.write_table(table.set_column(0, "prediction_id", pa.array(range(rows))), out, write_page_checksum=True)
    out.seek(0)
    return out


def commit(window: str = "w", ordinal: int = 1, rows: int = 3) -> Commit:
    """Its commit."""
    return Commit(SCENARIO.name, window, ordinal, "p.parquet", "f" * 64, rows, 1, "b" * 64, "m:1", "a", "r", "d", AT)


def count(engine: Engine, table: str) -> int:
    """Rows of a table or view."""
    with engine.connect() as connection:
        return connection.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - the test's own name


@pytest.fixture
def predictions(stores: Stores) -> Predictions:
    """The store of the database."""
    return stores.make("predictions")


@pytest.fixture
def outbox(stores: Stores) -> Outbox:
    """The outbox of the same database."""
    return stores.make("outbox")


class TestPredictions:
    """Port `Predictions`."""

    def test_a_shard_is_loaded_whole_once(self, predictions: Predictions, stores: Stores) -> None:
        """Again it changes nothing; one with another number of rows than it names loads none."""
        shard = CommittedFile("p.parquet", "f" * 64, 3)
        assert predictions.load_shard(SCENARIO, 1, shard, 3, parquet())
        assert not predictions.load_shard(SCENARIO, 1, shard, 3, parquet())
        with pytest.raises(Corrupt, match="has 2 rows"):
            predictions.load_shard(SCENARIO, 2, shard, 1 << 32, parquet("v", 2, rows=2))
        assert predictions.load(SCENARIO, commit(), None)
        assert stores.count(SCENARIO) == 3

    @IN_SQL
    def test_shards_are_loaded_one_by_one_and_show_with_their_commit(
        self, predictions: Predictions, stores: Stores
    ) -> None:
        """A shard that is there is left; one that is there in part is replaced; a wrong number of rows is refused."""
        shard = CommittedFile("p.parquet", "f" * 64, 3)
        assert predictions.load_shard(SCENARIO, 1, shard, 3, parquet())
        assert not predictions.load_shard(SCENARIO, 1, shard, 3, parquet())
        other = CommittedFile("q.parquet", "e" * 64, 3)
        with pytest.raises(Corrupt, match="has 2 rows"):
            predictions.load_shard(SCENARIO, 2, other, 1 << 32, parquet("v", 2, rows=2))
        assert (stores.count(SCENARIO), count(stores.engine, f"v_{TABLE}")) == (3, 0)
        with stores.engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {TABLE} WHERE entity_key = 'e1'"))  # noqa: S608 - the test's own name
        assert predictions.load_shard(SCENARIO, 1, shard, 3, parquet())
        assert predictions.load(SCENARIO, commit(), None)
        assert count(stores.engine, f"v_{TABLE}") == 3

    def test_rows_of_old_windows_can_go(self, predictions: Predictions, stores: Stores) -> None:
        """The oldest first, at most so many windows a call, and their commits stay."""
        for ordinal in (1, 2, 3):
            predictions.load(SCENARIO, commit(f"w{ordinal}", ordinal), parquet(f"w{ordinal}", ordinal))
        assert predictions.drop_rows(SCENARIO, AT - timedelta(days=1), 5) == 0
        assert predictions.drop_rows(SCENARIO, AT + timedelta(days=1), 2) == 2
        assert (stores.count(SCENARIO), len(predictions.commits(SCENARIO.name))) == (3, 3)
        assert predictions.drop_rows(SCENARIO, AT + timedelta(days=1), 5) == 1

    def test_a_window_is_loaded_whole(self, predictions: Predictions, stores: Stores, outbox: Outbox) -> None:
        """Rows, commit, window state and notice."""
        windows = stores.make("windows")
        windows.claim(Window(SCENARIO.name, "w", 0, ("x@1",), "planned", AT))
        assert predictions.load(SCENARIO, commit(), parquet())
        assert predictions.find_commit(SCENARIO.name, "w") == commit()
        assert windows.list()[0].state == "committed"
        (notice,) = outbox.pending()
        assert notice.type == "Mlops.PredictionsWritten"
        assert (notice.data["rows"], notice.data["table"]) == (3, TABLE)

    @IN_SQL
    def test_its_rows_are_shown(self, predictions: Predictions, stores: Stores) -> None:
        """Every value as it was."""
        predictions.load(SCENARIO, commit(), parquet())
        with stores.engine.connect() as connection:
            query = "SELECT entity_key, age, job, emp_var_rate, seen FROM v_predictions_bank_s_own ORDER BY 1"
            rows = [tuple(row) for row in connection.execute(text(query))]
        assert [row[:4] for row in rows] == [
            ("e0", 2**40, None, 1.5),
            ("e1", 2**40, "ä'b:c", 1.5),
            ("e2", 2**40, "", 1.5),
        ]
        assert {str(row[4])[:19] for row in rows} == {"2024-06-01 12:00:00"}

    @pytest.mark.parametrize("rows", [1, 16_385])
    def test_a_single_row_is_loaded(self, predictions: Predictions, stores: Stores, rows: int) -> None:
        """A window of one row, and one whose last block has one."""
        assert predictions.load(SCENARIO, commit(rows=rows), repeated(rows))
        assert stores.count(SCENARIO) == rows

    def test_loading_again_changes_nothing(self, predictions: Predictions, stores: Stores, outbox: Outbox) -> None:
        """The same file is there already."""
        predictions.load(SCENARIO, commit(), parquet())
        assert not predictions.load(SCENARIO, commit(), parquet())
        assert (stores.count(SCENARIO), len(outbox.pending())) == (3, 1)

    @pytest.mark.fault(45)
    def test_another_file_for_the_window_is_an_alarm(self, predictions: Predictions, stores: Stores) -> None:
        """SQL keeps what it has and says so."""
        predictions.load(SCENARIO, commit(), parquet())
        with pytest.raises(Corrupt, match=r"has sha256 ffff.* in SQL"):
            predictions.load(SCENARIO, replace(commit(), sha256="0" * 64), parquet())
        assert predictions.find_commit(SCENARIO.name, "w") == commit()
        assert stores.count(SCENARIO) == 3

    @pytest.mark.parametrize("rows", [2, 4])
    def test_a_wrong_number_of_rows_loads_nothing(
        self, predictions: Predictions, stores: Stores, outbox: Outbox, rows: int
    ) -> None:
        """All rows of the commit or none."""
        with pytest.raises(Corrupt, match=f"has 3 rows, its commit says {rows}"):
            predictions.load(SCENARIO, commit(rows=rows), parquet())
        assert predictions.find_commit(SCENARIO.name, "w") is None
        assert (stores.count(SCENARIO), outbox.pending()) == (0, [])

    def test_a_repeated_id_loads_nothing(self, predictions: Predictions, stores: Stores) -> None:
        """A second window with the ids of the first is refused whole."""
        predictions.load(SCENARIO, commit(), parquet())
        with pytest.raises(Conflict):
            predictions.load(SCENARIO, commit("v", 1), parquet("v", 1))
        assert predictions.find_commit(SCENARIO.name, "v") is None
        assert stores.count(SCENARIO) == 3

    def test_a_damaged_file_loads_nothing(self, predictions: Predictions, stores: Stores) -> None:
        """Half a file is no file."""
        half = io.BytesIO(parquet().getvalue()[:-100])
        with pytest.raises(Corrupt):
            predictions.load(SCENARIO, commit(), half)
        assert predictions.commits() == []
        assert stores.count(SCENARIO) == 0

    @pytest.mark.fault(45)
    def test_of_many_loaders_one_loads(
        self,
        predictions: Predictions,
        stores: Stores,
        together: Callable[[list[Callable[[], object]]], list[object]],
    ) -> None:
        """The others find it done."""
        answers = together([lambda: predictions.load(SCENARIO, commit(), parquet())] * 6)
        assert sorted(answers) == [False] * 5 + [True]
        assert stores.count(SCENARIO) == 3

    @IN_SQL
    def test_of_versions_loaded_at_once_the_newest_is_shown(
        self, predictions: Predictions, stores: Stores, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """Each ends when the next begins, whichever came first."""
        predictions.prepare(SCENARIO)

        def load(number: int) -> bool:
            version = Revision("w", number, AT + timedelta(hours=number))
            name = f"w.r{number}"
            return predictions.load(SCENARIO, commit(name, number), parquet(name, number), version)

        assert together([lambda n=n: load(n) for n in (4, 2, 1, 3)]) == [True] * 4
        with stores.engine.connect() as connection:
            shown = connection.scalars(text(f'SELECT DISTINCT run_id || "window" FROM v_{TABLE}')).all()  # noqa: S608
        assert (shown, count(stores.engine, f"v_{TABLE}"), count(stores.engine, f"v_{TABLE}_asof")) == (
            ["rw.r4"],
            3,
            12,
        )

    @IN_SQL
    def test_the_view_shows_committed_windows_only(self, predictions: Predictions, stores: Stores) -> None:
        """Rows without their commit are not shown, nor is another scenario's commit taken for it."""
        predictions.load(SCENARIO, commit(), parquet())
        assert count(stores.engine, f"v_{TABLE}") == 3
        with stores.engine.begin() as connection:
            connection.execute(text("UPDATE prediction_commit SET scenario = 'other'"))
        assert (stores.count(SCENARIO), count(stores.engine, f"v_{TABLE}")) == (3, 0)

    @IN_SQL
    def test_preparing_twice_changes_nothing(
        self, stores: Stores, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """Also when several start at once."""
        assert together([lambda: stores.make("predictions").prepare(SCENARIO)] * 6) == [None] * 6
        columns = [column["name"] for column in inspect(stores.engine).get_columns(f"v_{TABLE}")]
        assert columns == pq.read_schema(parquet()).names
        kept = [column["name"] for column in inspect(stores.engine).get_columns(TABLE)]
        assert kept == [name for name in columns if name not in COMMITTED]
        assert inspect(stores.engine).get_pk_constraint(TABLE)["constrained_columns"] == ["prediction_id"]

    @IN_SQL
    def test_a_later_declaration_adds_its_columns(self, predictions: Predictions, stores: Stores) -> None:
        """Table and view are widened; rows that stood there have nothing in the new columns."""
        narrow = replace(SCENARIO, batch=replace(SCENARIO.batch, report=("age",)))
        predictions.load(narrow, commit(), parquet())
        later = stores.make("predictions")
        later.load(SCENARIO, commit("v", 2), parquet("v", 2))
        with stores.engine.connect() as connection:
            query = f"SELECT job, age FROM v_{TABLE} ORDER BY prediction_id"  # noqa: S608 - the test's own name
            rows = [tuple(row) for row in connection.execute(text(query))]
        assert rows == [(None, 2**40)] * 4 + [("ä'b:c", 2**40), ("", 2**40)]
        predictions.load(narrow, commit("u", 3), parquet("u", 3))  # code of yesterday goes on
        assert count(stores.engine, f"v_{TABLE}") == 9

    @IN_SQL
    def test_a_changed_kind_is_told(self, predictions: Predictions, stores: Stores) -> None:
        """A column that stands there with other values is named with both kinds."""
        others = [replace(one, kind="text") if one.name == "age" else one for one in ROWS.columns]
        changed = replace(SCENARIO, numeric=("emp.var.rate",), tables=(replace(ROWS, columns=tuple(others)),))
        predictions.prepare(changed)
        with pytest.raises(Conflict, match=f"{TABLE} .* column age holds text, now whole numbers is declared"):
            stores.make("predictions").prepare(SCENARIO)

    @pytest.mark.parametrize(
        ("column", "value", "said"),
        [("job", "a\0b", "a NUL character in row 2, column job"), ("probability", float("inf"), "infinite .* row 2")],
    )
    @pytest.mark.fault(44)
    def test_a_value_no_database_takes_loads_nothing(
        self, predictions: Predictions, stores: Stores, column: str, value: object, said: str
    ) -> None:
        """Its row and column are named, on every database alike."""
        table = pq.read_table(parquet())
        cells = table[column].to_pylist()
        cells[1] = value
        changed = table.set_column(table.schema.get_field_index(column), column, pa.array(cells, table[column].type))
        out = io.BytesIO()
        pq.write_table(changed, out)
        with pytest.raises(Corrupt, match=said):
            predictions.load(SCENARIO, commit(), out)
        assert (predictions.commits(), stores.count(SCENARIO)) == ([], 0)

    @IN_SQL
    def test_every_other_value_comes_back(self, predictions: Predictions, stores: Stores) -> None:
        """Emoji, a long text, quotes and line ends, the edges of numbers; what is no number is NULL."""
        table = pq.read_table(parquet())
        jobs, rates = ["😀" * 3, "x" * 1_000_000, '"a",\r\n\\N\t'], [float("nan"), -1.7976931348623157e308, 5e-324]
        for name, values in {"job": jobs, "emp_var_rate": rates}.items():
            table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, table[name].type))
        out = io.BytesIO()
        pq.write_table(table, out)
        predictions.load(SCENARIO, commit(), out)
        with stores.engine.connect() as connection:
            query = f"SELECT job, emp_var_rate FROM {TABLE} ORDER BY prediction_id"  # noqa: S608 - the test's own name
            found = list(zip(*connection.execute(text(query)), strict=True))
        assert found == [tuple(jobs), (None, *rates[1:])]

    def test_commits_are_listed_by_number(self, predictions: Predictions) -> None:
        """Of one scenario, or of all."""
        predictions.load(SCENARIO, commit("a", 2), parquet("a", 2))
        predictions.load(SCENARIO, commit("b", 1), parquet("b", 1))
        assert [one.window for one in predictions.commits()] == ["b", "a"]
        assert predictions.commits("other") == []
        assert predictions.find_commit("other", "a") is None
