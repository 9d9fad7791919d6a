"""Trainability: whether a model can learn from these rows, checked before a training run that would only fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Quarantined
from shared.core.scenario import Column, Scenario
from shared.core.wording import counted

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# A train, a validation and a test part of these is the least that can be cut.
LEAST_ROWS = 10
_SHOWN = 40
_RESTARTS = "__restarts__"


def check_trainable(scenario: Scenario, tables: Mapping[str, pa.Table]) -> None:
    """Quarantined for too few rows, a constant target, repeated labels, and inputs that are missing or constant.

    Targets and inputs that the scenario's own code derives from the tables are checked once they are derived.
    """
    rows = tables[scenario.label_table].num_rows
    if rows < LEAST_ROWS:
        sentence = (
            f"Table {scenario.label_table!r} has {rows} rows; at least {LEAST_ROWS} are needed to learn and judge."
        )
        raise Quarantined("too_few_rows", sentence, table=scenario.label_table)
    for name, table in tables.items():
        _check_target(scenario, name, table)
    _check_single_answers(scenario, tables, alone=True)
    _check_missing(scenario, tables)
    check_inputs(scenario, tables)


def check_increment(scenario: Scenario, tables: Mapping[str, pa.Table]) -> None:
    """Quarantined for inputs that are mostly missing or constant, in rows that come to others; what they lack is there.

    A few new rows may well agree in a category.
    """
    if {scenario.label_table, scenario.batch.table} <= tables.keys() and tables[scenario.batch.table].num_rows:
        # Labels may restart more often than these rows: the first ones can be of earlier rows.
        _check_single_answers(scenario, tables, alone=False)
    _check_missing(scenario, tables)
    numbers = {
        name: table.select([column.name for column in scenario.table(name).columns if column.kind != "text"])
        for name, table in tables.items()
    }
    check_inputs(scenario, numbers)


def _check_target(scenario: Scenario, name: str, table: pa.Table) -> None:
    target = scenario.target
    if target in table.column_names and _distinct(table, target, "all") <= 1:
        sentence = (
            f"Table {name!r}, column {target!r}: all {table.num_rows} rows hold "
            f"{_shown(scenario, table, target)}; "
            "accepted: rows with different answers, or there is nothing to learn."
        )
        raise Quarantined("one_class", sentence, table=name, column=target)


def _check_single_answers(scenario: Scenario, tables: Mapping[str, pa.Table], *, alone: bool) -> None:
    """Quarantined when a label table of its own labels a key twice, or `alone` restarts more often than the rows do.

    A counter that starts again counts other things: (key, restarts so far) identifies them.
    """
    labels = scenario.table(scenario.label_table)
    columns = {column.name for column in labels.columns}
    if labels.name == scenario.batch.table or labels.key or not scenario.entity:
        return
    if not columns.issuperset((*scenario.entity, *scenario.targets)):
        return
    table, counter = tables[labels.name], scenario.monitoring.restart
    if not table.num_rows:
        return
    restarts = _restarts(table, counter)
    keys = table.select(scenario.entity).append_column(_RESTARTS, [restarts])
    if keys.group_by(keys.column_names).aggregate([]).num_rows < keys.num_rows:
        raise _repeated(scenario, keys)
    most = int(_restarts(tables[scenario.batch.table], counter)[-1])
    if alone and restarts.max() > most:
        raise _restarted(scenario, keys, int((restarts > most).argmax()), most)


def _restarts(table: pa.Table, counter: str) -> np.ndarray:
    """For each row, how often the counter has fallen up to it; labels may say so themselves."""
    import numpy as np

    from shared.datasets.label_runs import RESTART, runs_of

    if counter not in table.column_names:
        return np.zeros(table.num_rows, dtype=np.int64)
    if RESTART in table.column_names and not table[RESTART].null_count:
        return np.asarray(table[RESTART].to_numpy(), np.int64)
    return runs_of(table[counter].to_numpy())


def _repeated(scenario: Scenario, keys: pa.Table) -> Quarantined:
    first_rows: dict[tuple[Any, ...], int] = {}
    for row, key in enumerate(zip(*(column.to_pylist() for column in keys.columns), strict=True)):
        if key in first_rows:
            break
        first_rows[key] = row
    problem = f"has an answer in row {first_rows[key] + 1} already; accepted: one answer for each"
    return _refusal(scenario, keys, row, problem)


def _restarted(scenario: Scenario, keys: pa.Table, row: int, most: int) -> Quarantined:
    """A label that is written again further down looks like a restart, and would shift all labels after it."""
    restarts = counted(keys[_RESTARTS][-1].as_py(), "time")
    problem = (
        f"follows a higher number: the numbers start again {restarts}, those of table "
        f"{scenario.batch.table!r} {counted(most, 'time')}, so nobody can say which answer belongs to which row; "
        "accepted: one answer for each, in the order of the rows"
    )
    return _refusal(scenario, keys, row, problem)


def _refusal(scenario: Scenario, keys: pa.Table, row: int, problem: str) -> Quarantined:
    table, column = scenario.label_table, scenario.entity[0]
    key = ", ".join(f"{name} = {str(keys[name][row].as_py())[:40]}" for name in scenario.entity)
    sentence = f"Table {table!r}, row {row + 1}, column {column!r}: the key {key} {problem}."
    accepted = "every key once"
    return Quarantined("duplicate_key", sentence, table=table, column=column, row=row + 1, accepted=accepted)


def _check_missing(scenario: Scenario, tables: Mapping[str, pa.Table]) -> None:
    """Feature selection drops columns that are mostly missing, so a declared input may not be one of them."""
    if scenario.selection is None:
        return
    most = scenario.selection.most_missing
    for name, table in tables.items():
        for column in table.column_names:
            share = table[column].null_count / table.num_rows if column in scenario.features else 0.0
            if share > most:
                sentence = (
                    f"Table {name!r}, column {column!r}: {share:.1%} of the cells are missing; accepted for an input: "
                    f"at most {most:.0%}."
                )
                raise Quarantined("mostly_missing", sentence, table=name, column=column)


def check_inputs(scenario: Scenario, tables: Mapping[str, pa.Table]) -> None:
    """Quarantined when an input that should vary, or every input, holds one value in all rows."""
    constant = list(_constant_columns(scenario, tables))
    refused = [(name, column.name) for name, column in constant if should_vary(scenario, column)]
    everything = {column.name for _, column in constant} >= set(scenario.features)
    if refused and not (everything and len(scenario.features) > 1):
        raise _constant(scenario, tables, *refused[0])
    if everything:
        sentence = f"Every input of scenario {scenario.name!r} is the same in all rows: there is nothing to learn from."
        raise Quarantined("constant_features", sentence)


def should_vary(scenario: Scenario, column: Column) -> bool:
    """Whether a model learns from the column, itself or what is derived from it, and one value for long is a defect."""
    return _feeds(scenario, column) and not column.may_be_constant


def _feeds(scenario: Scenario, column: Column) -> bool:
    return column.name in scenario.features or column.may_be_constant is False


def _constant(scenario: Scenario, tables: Mapping[str, pa.Table], name: str, column: str) -> Quarantined:
    sentence = (
        f"Table {name!r}, column {column!r}: no row holds anything but {_shown(scenario, tables[name], column)}, and "
        "a model learns nothing from a constant; accepted: values that differ, or a scenario that declares that "
        "the column may be constant."
    )
    return Quarantined("constant_feature", sentence, table=name, column=column)


def _constant_columns(scenario: Scenario, tables: Mapping[str, pa.Table]) -> Iterator[tuple[str, Column]]:
    """The inputs, and columns that inputs are derived from, with one value in all rows; absent columns are skipped."""
    for name, table in tables.items():
        # A handful of machines or places may well be alike.
        if table.num_rows < LEAST_ROWS:
            continue
        for column in scenario.table(name).columns:
            if _feeds(scenario, column) and column.name in table.column_names and _is_constant(table, column):
                yield name, column


def _is_constant(table: pa.Table, column: Column) -> bool:
    # A missing number is filled in with the others' median; a missing text is a text of its own.
    counted = "all" if column.kind == "text" else "only_valid"
    return table[column.name].null_count < table.num_rows and _distinct(table, column.name, counted) == 1


def _distinct(table: pa.Table, name: str, counted: str) -> int:
    import pyarrow.compute as pc

    distinct: int = pc.count_distinct(table[name], mode=counted).as_py()
    return distinct


def _shown(scenario: Scenario, table: pa.Table, name: str) -> str:
    """The first value there is, as a sentence may show it."""
    if name in scenario.personal:
        return "one value (not shown, because the column tells about a person)"
    value = table[name].drop_null()[0].as_py()
    return repr(value[:_SHOWN] if isinstance(value, str) else value)
