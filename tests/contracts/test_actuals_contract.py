"""What every store of late labels promises."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from contracts.stores import IN_SQL, Stores
from sqlalchemy import text

from shared.core.policies import Monitoring
from shared.core.scenario import Batch, Column, Scenario, Table
from shared.monitoring.ports import Actuals
from shared.monitoring.served_label import ServedLabel
from shared.prediction.window import Commit
from shared.serving.prediction_rows import first_id

AT = datetime(2024, 6, 1, 12, tzinfo=UTC)


def scenario(*, entity: tuple[str, ...] = ("number",), restart: str = "", within: float = 0.0) -> Scenario:
    """Rows with a number, and a label of 0 or 1."""
    table = Table("rows", (Column("number", "int"), Column("x", "float"), Column("y", "int", values=("0", "1"))))
    return Scenario(
        name="late-labels", title="", tables=(table,), label_table="rows", target="y", numeric=("x",), entity=entity,
        batch=Batch("drops", "rows", "0 * * * * *", ("number",)),
        monitoring=Monitoring(restart=restart, label_within_hours=within),
    )  # fmt: skip


def file_of(numbers: list[int], window: str, ordinal: int, at: datetime) -> io.BytesIO:
    """A prediction file with a row for each number."""
    rows = len(numbers)
    columns = {
        "prediction_id": pa.array([first_id(ordinal) + n for n in range(rows)]),
        "window": pa.array([window] * rows),
        "entity_key": pa.array([str(number) for number in numbers]),
        "prediction": pa.array([number % 2 for number in numbers]),
        "probability": pa.array([0.5] * rows),
        "number": pa.array(numbers),
        **{name: pa.array(["s"] * rows) for name in ("run_id", "model", "model_sha256", "dataset")},
        "scored_at": pa.array([at] * rows, pa.timestamp("us", "UTC")),
    }
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, write_page_checksum=True)
    return out


def predict(stores: Stores, declared: Scenario, numbers: list[int], ordinal: int = 1, at: datetime = AT) -> None:
    """Commit a window of predictions for these numbers."""
    out, rows = file_of(numbers, f"w{ordinal}", ordinal, at), len(numbers)
    commit = Commit(declared.name, f"w{ordinal}", ordinal, "p", "f" * 64, rows, 0, "b" * 64, "m:1", "a", "r", "d", at)
    stores.make("predictions").load(declared, commit, out)


def labels(numbers: list[int], answers: list[int], epochs: list[int] | None = None) -> pa.Table:
    """Labels by key."""
    keys = [str(number) for number in numbers]
    return pa.table({"entity_key": keys, "epoch": epochs or [0] * len(keys), "actual": answers})


@pytest.fixture
def actuals(stores: Stores) -> Actuals:
    """The store of the database."""
    return stores.make("actuals")


def known(actuals: Actuals, declared: Scenario, ordinal: int = 1) -> list[int | None]:
    """The labels of a window in row order."""
    found = actuals.join_predictions(declared, first_id(ordinal), first_id(ordinal + 1) - 1)
    return [
        value for _, value in sorted(zip(found["prediction_id"].to_pylist(), found["actual"].to_pylist(), strict=True))
    ]


def test_labels_join_their_predictions_whichever_came_first(stores: Stores, actuals: Actuals) -> None:
    """What has no label yet is null, and a window without rows is empty."""
    declared = scenario()
    assert actuals.merge(declared, labels([2, 3], [1, 0]), "drop", AT) == (2, 0)
    predict(stores, declared, [1, 2, 3])
    assert known(actuals, declared) == [None, 1, 0]
    told = actuals.join_predictions(declared, first_id(1), first_id(2) - 1, labelled=True)
    assert sorted(zip(told["prediction_id"].to_pylist(), told["actual"].to_pylist(), strict=True)) == [
        (first_id(1) + 1, 1),
        (first_id(1) + 2, 0),
    ]
    assert actuals.merge(declared, labels([1], [1]), "drop", AT) == (1, 0)
    assert known(actuals, declared) == [1, 1, 0]
    assert known(actuals, declared, 2) == []


def test_labels_of_nothing_that_was_predicted_are_counted(stores: Stores, actuals: Actuals) -> None:
    """By their key, or by the id where rows have none; before the first window they all are."""
    declared = scenario()
    assert actuals.unpredicted(declared, labels([1, 9], [1, 1])) == 2
    predict(stores, declared, [1, 2])
    assert actuals.unpredicted(declared, labels([1, 9, 2, 8], [1, 1, 0, 0])) == 2
    by_id = replace(scenario(), name="late-ids", entity=())
    predict(stores, by_id, [1, 2])
    ids = [first_id(1), first_id(1) + 1, first_id(1) + 2, 7]
    assert actuals.unpredicted(by_id, pa.table({"prediction_id": ids, "epoch": [0] * 4, "actual": [1] * 4})) == 2


def test_equal_labels_again_change_nothing_and_others_replace(stores: Stores, actuals: Actuals) -> None:
    """Another one holds from then on."""
    declared = scenario()
    predict(stores, declared, [1, 2])
    actuals.merge(declared, labels([1, 2], [1, 1]), "first", AT)
    assert actuals.merge(declared, labels([1, 2], [1, 1]), "again", AT) == (0, 0)
    assert actuals.merge(declared, labels([1, 2], [0, 1]), "second", AT + timedelta(days=1)) == (0, 1)
    assert known(actuals, declared) == [0, 1]


@IN_SQL
def test_a_label_that_was_replaced_stays_beside_its_replacement(stores: Stores, actuals: Actuals) -> None:
    """With its source; only one holds."""
    declared = scenario()
    actuals.merge(declared, labels([1, 2], [1, 1]), "first", AT)
    actuals.merge(declared, labels([1, 2], [0, 1]), "second", AT + timedelta(days=1))
    with stores.engine.connect() as connection:
        rows = connection.execute(text("SELECT actual, source, is_current FROM actual_late_labels ORDER BY actual_id"))
        assert [tuple(row) for row in rows] == [(1, "first", 0), (1, "first", 1), (0, "second", 1)]


@IN_SQL
def test_the_view_shows_every_prediction_once(stores: Stores, actuals: Actuals) -> None:
    """With its label or null; the view is there as soon as the table is."""
    declared = scenario()
    predict(stores, declared, [1, 2])
    actuals.merge(declared, labels([2], [1]), "first", AT)
    actuals.merge(declared, labels([2], [0]), "second", AT)
    with stores.engine.connect() as connection:
        query = "SELECT entity_key, prediction, actual FROM v_prediction_vs_actual_late_labels ORDER BY prediction_id"
        assert [tuple(row) for row in connection.execute(text(query))] == [("1", 1, None), ("2", 0, 0)]


def test_rows_without_a_key_join_on_the_prediction_id(stores: Stores, actuals: Actuals) -> None:
    """It is the one thing that names them."""
    declared = scenario(entity=())
    predict(stores, declared, [1, 2])
    table = pa.table({"prediction_id": [first_id(1) + 1], "actual": [1]})
    assert actuals.merge(declared, table, "drop", AT) == (1, 0)
    assert known(actuals, declared) == [None, 1]


@IN_SQL
def test_a_number_that_starts_again_is_another_batch(stores: Stores, actuals: Actuals) -> None:
    """(number, restarts so far): over the border of windows too."""
    declared = scenario(restart="number")
    predict(stores, declared, [1, 2, 3, 1])
    predict(stores, declared, [2, 1], ordinal=2)
    assert actuals.epochs(declared, ["1", "3"]) == [("1", 0), ("1", 1), ("1", 2), ("3", 0)]
    actuals.merge(declared, labels([1, 1, 2, 1], [1, 0, 0, 1], [0, 1, 1, 2]), "drop", AT)
    assert known(actuals, declared) == [1, None, None, 0]
    assert known(actuals, declared, 2) == [0, 1]


def test_a_label_belongs_to_predictions_within_its_horizon(stores: Stores, actuals: Actuals) -> None:
    """The same customer asked again a month later has another outcome, and the first one keeps its own."""
    declared = scenario(within=24.0)
    later = AT + timedelta(days=30)
    predict(stores, declared, [1])
    predict(stores, declared, [1], ordinal=2, at=later)
    actuals.merge(declared, labels([1], [1]), "first", AT + timedelta(hours=2))
    assert (known(actuals, declared), known(actuals, declared, 2)) == ([1], [None])
    assert actuals.merge(declared, labels([1], [0]), "second", later + timedelta(hours=2)) == (1, 0)
    assert (known(actuals, declared), known(actuals, declared, 2)) == ([1], [0])


def test_more_labels_than_one_statement_takes(stores: Stores, actuals: Actuals) -> None:
    """All of them, in one transaction."""
    declared, numbers = scenario(), list(range(1_203))
    predict(stores, declared, numbers)
    answers = [number % 2 for number in numbers]
    assert actuals.merge(declared, labels(numbers, answers), "drop", AT) == (1_203, 0)
    assert known(actuals, declared) == answers


def test_a_window_is_known_by_its_newest_label(stores: Stores) -> None:
    """Labels that came again change nothing; one that changed is a newer one; other windows keep theirs."""
    declared, actuals, found = scenario(), stores.make("actuals"), stores.make("window_labels")
    assert (found.newest(declared), found.by_window(declared)) == (0, {})
    predict(stores, declared, [1, 2])
    predict(stores, declared, [3], ordinal=2)
    actuals.merge(declared, labels([1, 3], [1, 1]), "first", AT)
    before = found.by_window(declared)
    assert (sorted(before), found.newest(declared)) == ([1, 2], max(before.values()))
    actuals.merge(declared, labels([1, 3], [1, 1]), "again", AT)
    assert found.by_window(declared) == before
    actuals.merge(declared, labels([1], [0]), "changed", AT + timedelta(days=1))
    assert found.by_window(declared) == before | {1: found.newest(declared)}


def test_the_windows_that_a_file_names_are_known(stores: Stores) -> None:
    """As long as its label is the one that holds; a file that said nothing new names none."""
    declared, actuals, found = scenario(), stores.make("actuals"), stores.make("window_labels")
    predict(stores, declared, [1, 2])
    predict(stores, declared, [3], ordinal=2)
    for source, answers, at in (("first", [1, 1], 0), ("again", [1, 1], 1), ("changed", [0, 1], 2)):
        actuals.merge(declared, labels([1, 3], answers), source, AT + timedelta(days=at))
    named = [found.named_by(declared, source) for source in ("first", "again", "changed")]
    assert named == [{2}, frozenset(), {1}]


def test_labels_that_name_nothing_are_of_no_window(stores: Stores) -> None:
    """Until the row is predicted."""
    declared, found = scenario(entity=()), stores.make("window_labels")
    predict(stores, declared, [1])
    table = pa.table({"prediction_id": [7], "epoch": [0], "actual": [1]})
    stores.make("actuals").merge(declared, table, "first", AT)
    assert (found.by_window(declared), found.newest(declared) > 0) == ({}, True)


def test_labels_of_requests_are_kept_by_request_and_row(stores: Stores) -> None:
    """The last one holds; each is to be stated once; scenarios are apart."""
    store = stores.make("served_labels")
    first = [ServedLabel("a", 0, "yes"), ServedLabel("a", 1, "no")]
    assert store.merge("points", first, "f1", AT) == (2, 0)
    assert store.merge("points", [ServedLabel("a", 1, "no"), ServedLabel("b", 0, "no")], "f2", AT) == (1, 0)
    assert store.merge("other", [ServedLabel("a", 0, "no")], "f2", AT) == (1, 0)
    assert store.unstated("points") == {1: "a", 2: "a", 3: "b"}
    store.mark_stated("points", [1, 2, 3])
    assert store.merge("points", [ServedLabel("a", 0, "no")], "f3", AT) == (0, 1)
    assert store.unstated("points") == {4: "a"}
    assert store.of_requests("points", ["a", "c"]) == {("a", 0): "no", ("a", 1): "no"}
