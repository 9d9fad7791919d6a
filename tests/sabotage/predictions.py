"""Windows: plan, commit, rows in SQL, and what is told about them."""

from __future__ import annotations

from tests.sabotage.mutation import mutation

_SQL = "shared/adapters/sql"
_SCORE = "shared/prediction/score.py"
_STORE = "ports.core.lake.put(path, made.to_bytes())"
_WINDOWS = "faults/test_windows.py::test_"
_LOADED = "contracts/test_predictions_contract.py::TestPredictions::test_"

PREDICTIONS = (
    mutation(
        "SQL before lake",
        _SCORE,
        f"        {_STORE}",
        "        load_into_sql(ports, scenario, made, is_late)\n        ports.core.lake.put(path, made.to_bytes())",
        f"{_WINDOWS}sql_shows_nothing_before_the_lake_has_the_commit",
    ),
    mutation(
        "window commit not put-if-absent",
        _SCORE,
        _STORE,
        "ports.core.lake.put(path, made.to_bytes(), if_absent=False)",
        f"{_WINDOWS}of_two_commits_at_once_the_first_stands",
    ),
    mutation(
        "plan rewritten",
        "shared/prediction/plans.py",
        "    if ports.core.lake.stat(path) is None:\n        ports.core.lake.put(path, make().to_bytes())",
        "    ports.core.lake.put(path, make().to_bytes(), if_absent=False)",
        f"{_WINDOWS}a_window_is_scored_by_the_model_of_its_first_plan",
    ),
    mutation(
        "unpinned plan",
        _SCORE,
        "    plan, plan_sha = pin_plan(ports, scenario.name, window.id, lambda: _plan(ports, scenario, window))",
        "    pin_plan(ports, scenario.name, window.id, lambda: _plan(ports, scenario, window))\n"
        '    plan, plan_sha = _plan(ports, scenario, window), ""',
        f"{_WINDOWS}a_window_is_scored_by_the_model_of_its_first_plan",
    ),
    mutation(
        "no read-back",
        "shared/prediction/plans.py",
        "        ports.core.lake.put(path, make().to_bytes())",
        "        made = make()\n"
        "        ports.core.lake.put(path, made.to_bytes())\n"
        "        return made, hashlib.sha256(made.to_bytes()).hexdigest()",
        f"{_WINDOWS}of_two_plans_at_once_everybody_reads_the_one_that_stands",
    ),
    mutation(
        "a changed prediction file is loaded",
        "shared/prediction/commits.py",
        "if sha256_of(parquet) != file.sha256:",
        "if False:",
        f"{_WINDOWS}a_prediction_file_that_changed_is_never_loaded",
    ),
    mutation(
        "outbox outside the transaction",
        f"{_SQL}/prediction/predictions.py",
        "        return write(self._engine, work)\n\n    def load_shard",
        "        done = write(self._engine, work)\n"
        "        write(self._engine, lambda connection: add_notice(connection, _notice(commit, table.name)))\n"
        "        return done\n\n    def load_shard",
        f"{_WINDOWS}rows_commit_and_notice_are_one_transaction",
    ),
    mutation(
        "another file for a loaded window",
        f"{_SQL}/prediction/predictions.py",
        "    if existing.sha256 != commit.sha256:",
        "    if False:",
        f"{_LOADED}another_file_for_the_window_is_an_alarm[sqlite]",
    ),
    mutation(
        "rows are not counted",
        f"{_SQL}/prediction/predictions.py",
        "    if written != file.rows:",
        "    if False:",
        f"{_LOADED}a_wrong_number_of_rows_loads_nothing[sqlite-2]",
    ),
    mutation(
        "no unique key",
        f"{_SQL}/migrations/versions/0004_state.py",
        'sa.PrimaryKeyConstraint("scenario", "id"),\n        sa.UniqueConstraint("scenario", "ordinal"),',
        'sa.PrimaryKeyConstraint("scenario", "id"),',
        "shared/adapters/sql/test_migrations.py::test_migrations_make_what_is_declared_on_sqlite",
    ),
    mutation(
        "windows overlap",
        "shared/prediction/telemetry_windows.py",
        "start = last.span.end if last else EPOCH",
        "start = EPOCH",
        "shared/prediction/test_telemetry_windows.py::test_spans_meet_and_are_stored_with_their_query",
    ),
    mutation(
        "re-landed bytes are never predicted",
        "shared/prediction/drop_windows.py",
        "window.state == WindowState.QUARANTINED:\n        number += 1",
        "False:\n        number += 1",
        "shared/prediction/test_landed_files.py::test_the_same_bytes_under_a_better_name_are_predicted",
    ),
    mutation(
        "unknown values uncounted",
        "shared/serving/strange_values.py",
        "    return StrangeValues(unknown_of_table(table, matrix, learned.contract, within), far, marked)",
        "    return NOTHING",
        "shared/serving/test_strange_values.py::test_unknown_and_far_values_of_a_table_are_counted",
        "shared/serving/test_strange_values.py::test_a_window_tells_in_history_and_sql",
    ),
    mutation(
        "a version beside the one that counts",
        "shared/prediction/drop_windows.py",
        'return base if _open_version(ports, scenario, base) else ""',
        "first = ports.prediction.windows.find(scenario.name, base)\n"
        '    return "" if first is None or first.state == WindowState.QUARANTINED else base',
        "shared/prediction/test_landed_files.py::test_a_version_after_a_late_message_replaces_what_counts",
    ),
    mutation(
        "a planned version corrected by itself",
        "shared/prediction/drop_windows.py",
        "if any(input_key(blob) in below for blob in drop.new):",
        "if not drop.new:",
        "shared/prediction/test_landed_files.py::test_two_planners_of_one_file_make_one_window",
    ),
    mutation(
        "a window closes with inputs that nobody read",
        "shared/prediction/score.py",
        "        read = _read(ports, window)",
        "        read = None",
        "shared/prediction/test_landed_files.py::test_a_file_touched_while_its_window_is_closed_is_predicted",
    ),
)
