"""Rows of before revision 18 beside rows of today: every reader answers as if all were of one kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from contracts.test_actuals_contract import AT, file_of, labels, scenario
from earlier_rows import as_before, drop_repeated_columns, repeating
from postgres import PostgresServer
from sqlalchemy import Engine, create_engine, text

from shared.adapters.sql.database import open_database
from shared.adapters.sql.monitoring.actuals import SqlActuals
from shared.adapters.sql.monitoring.window_labels import SqlWindowLabels
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.adapters.sql.prediction.restoring import SqlRestoring
from shared.adapters.sql.prediction.windows import SqlWindows
from shared.adapters.sql.reports.lineage import SqlLineage
from shared.adapters.sql.reports.prediction_rows import SqlPredictionRows
from shared.adapters.sql.retention.erasure import SqlErasure
from shared.adapters.sql.retention.expiry import SqlExpiry
from shared.core.errors import Corrupt
from shared.operations.ports import RowFilter
from shared.prediction.revision import Revision
from shared.prediction.window import Commit, CommittedFile, Window
from shared.serving.prediction_rows import first_id

DECLARED = scenario(restart="number")
TABLE = "predictions_late_labels"
# Numbers by window; the third is a correction of the first, made by another model.
WINDOWS = {1: [1, 2, 3, 1], 2: [2, 1], 3: [1, 2, 3, 1], 4: [2, 3]}
COUNTED = sum(map(len, WINDOWS.values()))


def commit(ordinal: int) -> Commit:
    """The commit of a window, which no other resembles."""
    at = AT + timedelta(hours=ordinal)
    name = "w1.r2" if ordinal == 3 else f"w{ordinal}"
    rows, model = len(WINDOWS[ordinal]), f"m:{ordinal}"
    return Commit(
        DECLARED.name, name, ordinal, "p", f"{ordinal}" * 64, rows, 0, "b" * 64, model, "a", f"r{ordinal}", "d", at
    )


def revision(ordinal: int) -> Revision:
    """The version of a window."""
    return Revision("w1" if ordinal == 3 else f"w{ordinal}", 2 if ordinal == 3 else 1, commit(ordinal).scored_at)


def load(engine: Engine, ordinal: int) -> None:
    """Load a window."""
    one = commit(ordinal)
    file = file_of(WINDOWS[ordinal], one.window, ordinal, one.scored_at)
    SqlPredictions(engine).load(DECLARED, one, file, revision(ordinal))


@pytest.fixture
def mixed(engine: Engine) -> Engine:
    """Windows and labels; the rows of two windows, a corrected one and its correction, are of before revision 18."""
    for ordinal in WINDOWS:
        SqlWindows(engine).claim(Window(DECLARED.name, commit(ordinal).window, 0, (), "planned", AT))
        load(engine, ordinal)
    SqlActuals(engine).merge(DECLARED, labels([1, 2, 1, 3], [1, 0, 0, 1], [0, 0, 1, 2]), "drop", AT + timedelta(days=1))
    return engine


def answers(engine: Engine) -> Mapping[str, Any]:
    """What every reader says."""
    lineage, rows, actuals = SqlLineage(engine), SqlPredictionRows(engine), SqlActuals(engine)
    numbers = [first_id(ordinal) + n for ordinal, found in WINDOWS.items() for n in range(len(found))]
    filters = [RowFilter(), RowFilter(window="w1"), RowFilter(entity="1"), RowFilter(before=first_id(3) + 1, limit=3)]
    commits = [commit(ordinal) for ordinal in WINDOWS]
    spans = [(first_id(ordinal), first_id(ordinal + 1) - 1) for ordinal in WINDOWS]
    return {
        "trace": [lineage.prediction(DECLARED, number) for number in numbers],
        "impact": [lineage.scored(DECLARED, models=[f"m:{ordinal}"]) for ordinal in WINDOWS],
        "pages": [rows.page(DECLARED, one) for one in filters],
        "columns": rows.page(DECLARED, RowFilter(columns=("model", "scored_at", "number"))),
        "counts": rows.answers(DECLARED, commits),
        "labelled": [actuals.join_predictions(DECLARED, *span).to_pylist() for span in spans],
        "versions": [actuals.join_predictions(DECLARED, *span, original=False).to_pylist() for span in spans],
        "epochs": actuals.epochs(DECLARED, ["1", "2", "3"]),
        "labels": SqlWindowLabels(engine).by_window(DECLARED),
    }


def views(engine: Engine) -> Mapping[str, Any]:
    """What reports read."""
    names = (f"v_{TABLE}", f"v_{TABLE}_asof", "v_prediction_vs_actual_late_labels")
    with engine.connect() as connection:
        found = {name: connection.execute(text(f"SELECT * FROM {name} ORDER BY prediction_id")) for name in names}  # noqa: S608 - our own names
        return {name: [{**row} for row in rows.mappings()] for name, rows in found.items()}


def test_every_reader_answers_alike(mixed: Engine) -> None:
    """Before the views are made anew, and reports afterwards; rows of a kind no longer written stay as they are."""
    expected, reports = answers(mixed), views(mixed)
    assert [len(rows) for rows in reports.values()] == [8, COUNTED, 8]
    assert {row["model"] for row in expected["trace"]} == {"m:1", "m:2", "m:3", "m:4"}
    as_before(mixed, DECLARED.name, TABLE, {1, 3})
    assert answers(mixed) == expected
    SqlPredictions(mixed).prepare(DECLARED)
    assert (answers(mixed), views(mixed)) == (expected, reports)
    assert repeating(mixed, TABLE) == 8


def test_no_row_of_today_is_written_before_reports_can_see_it(mixed: Engine) -> None:
    """Loading brings the views up to date first, whatever was loaded before them."""
    with mixed.begin() as connection:
        connection.execute(text(f"DELETE FROM {TABLE} WHERE prediction_id >= {first_id(4)}"))  # noqa: S608 - our own names
        connection.execute(text("DELETE FROM prediction_commit WHERE ordinal = 4"))
    as_before(mixed, DECLARED.name, TABLE, {1, 2, 3})
    assert len(views(mixed)[f"v_{TABLE}_asof"]) == COUNTED - 2
    load(mixed, 4)
    found = views(mixed)
    assert [len(rows) for rows in found.values()] == [8, COUNTED, 8]
    assert found[f"v_{TABLE}"][-1]["run_id"] == "r4"


def test_rebuilding_moves_them(mixed: Engine) -> None:
    """A window of them is not intact; a file that is not whole moves none; then their columns may go."""
    expected, restoring = answers(mixed), SqlRestoring(mixed)
    as_before(mixed, DECLARED.name, TABLE, {1, 3})
    SqlPredictions(mixed).prepare(DECLARED)
    assert [restoring.is_intact(DECLARED, commit(ordinal)) for ordinal in WINDOWS] == [False, True, False, True]
    with pytest.raises(Corrupt):
        restore(mixed, 1, WINDOWS[1][:-1])
    assert (repeating(mixed, TABLE), answers(mixed)) == (8, expected)
    for ordinal in (1, 3):
        restore(mixed, ordinal, WINDOWS[ordinal])
    assert (repeating(mixed, TABLE), answers(mixed)) == (0, expected)
    assert all(restoring.is_intact(DECLARED, commit(ordinal)) for ordinal in WINDOWS)
    reports = views(mixed)
    drop_repeated_columns(mixed, TABLE)
    SqlPredictions(mixed).prepare(DECLARED)
    assert (answers(mixed), views(mixed)) == (expected, reports)
    assert SqlRestoring(mixed).is_intact(DECLARED, commit(1))


def restore(engine: Engine, ordinal: int, numbers: list[int]) -> None:
    """Put a window back from a file with these rows."""
    one = commit(ordinal)
    SqlRestoring(engine).restore(
        DECLARED,
        one,
        file_of(numbers, one.window, ordinal, one.scored_at),
        revision=revision(ordinal),
        window=Window(DECLARED.name, one.window, ordinal, (), "committed", one.scored_at),
        correction=None,
    )


def test_a_shard_of_them_is_loaded_again_once(mixed: Engine) -> None:
    """As many rows are there, but they repeat their commit."""
    as_before(mixed, DECLARED.name, TABLE, {1})
    one, store = commit(1), SqlPredictions(mixed)
    shard = CommittedFile("p", one.sha256, one.rows)
    file = file_of(WINDOWS[1], one.window, 1, one.scored_at)
    assert [store.load_shard(DECLARED, 1, shard, 1 << 32, file) for _ in range(2)] == [True, False]
    assert repeating(mixed, TABLE) == 0


def test_both_kinds_go_alike(mixed: Engine) -> None:
    """By key, by age and by window."""
    as_before(mixed, DECLARED.name, TABLE, {1, 3})
    store = SqlPredictions(mixed)
    removed = SqlErasure(mixed).rows(DECLARED, "3", partial=False, requests=(), predictions=())
    assert removed == 3 + 1
    assert store.drop_rows(DECLARED, commit(1).scored_at + timedelta(minutes=1), 9) == 1
    SqlExpiry(mixed).windows(DECLARED, ["w1.r2"])
    with mixed.connect() as connection:
        left = connection.execute(text(f"SELECT prediction_id FROM {TABLE} ORDER BY 1")).scalars().all()  # noqa: S608 - our own name
    assert left == [first_id(2), first_id(2) + 1, first_id(4)]


def test_who_may_read_a_view_may_read_the_one_that_replaces_it(postgres: PostgresServer) -> None:
    """An administrator's grants to reports outlive the migration."""
    url = postgres.new(migrated=False)
    engine = open_database(url)
    load(engine, 1)
    as_before(engine, DECLARED.name, TABLE, {1})
    reader = postgres.user()
    with engine.begin() as connection:
        connection.execute(text(f"GRANT SELECT ON v_{TABLE} TO {reader}"))
    SqlPredictions(engine).prepare(DECLARED)
    report = create_engine(postgres.as_user(url, reader))
    with report.connect() as connection:
        assert connection.scalar(text(f"SELECT count(*) FROM v_{TABLE}")) == 4  # noqa: S608 - our own name
    report.dispose()
    engine.dispose()
    postgres.drop(url)
