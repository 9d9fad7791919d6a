"""One answer for each thing that is predicted, where answers stand in a table of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Quarantined
from shared.core.scenario import Scenario

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_RESTARTS = "__restarts__"


def check_single_answers(scenario: Scenario, tables: Mapping[str, pa.Table]) -> None:
    """Quarantined when the table of answers names a thing twice, or restarts more often than the rows it answers.

    A counter that starts again begins other things: they are told apart by the restarts before them.
    """
    labels = scenario.table(scenario.label_table)
    named = {column.name for column in labels.columns}
    if labels.name == scenario.batch.table or labels.key or not scenario.entity:
        return
    if not named.issuperset((*scenario.entity, *scenario.targets)):
        return
    answers, counter = tables[labels.name], scenario.monitoring.restart
    restarts = _restarts(answers, counter)
    keys = answers.select(scenario.entity).append_column(_RESTARTS, [restarts])
    if keys.group_by(keys.column_names).aggregate([]).num_rows < keys.num_rows:
        raise _repeated(scenario, keys)
    most = int(_restarts(tables[scenario.batch.table], counter)[-1])
    if restarts[-1] > most:
        raise _restarted(scenario, keys, int((restarts > most).argmax()), most)


def _restarts(table: pa.Table, counter: str) -> np.ndarray:
    """For each row, how often the counter fell before it or with it."""
    import numpy as np

    if counter not in table.column_names:
        return np.zeros(table.num_rows, dtype=np.int64)
    return np.concatenate(([0], np.cumsum(np.diff(table[counter].to_numpy()) < 0)))


def _repeated(scenario: Scenario, keys: pa.Table) -> Quarantined:
    seen: dict[tuple[Any, ...], int] = {}
    for row, key in enumerate(zip(*(column.to_pylist() for column in keys.columns), strict=True)):
        if key in seen:
            break
        seen[key] = row
    problem = f"has an answer in row {seen[key] + 1} already; accepted: one answer for each"
    return _refusal(scenario, keys, row, problem)


def _restarted(scenario: Scenario, keys: pa.Table, row: int, most: int) -> Quarantined:
    """An answer that was written again further down looks like a restart, and would move all answers after it."""
    problem = (
        f"follows a higher number: the numbers start again {keys[_RESTARTS][-1]} time(s), those of table "
        f"{scenario.batch.table!r} {most} time(s), so answers and rows cannot be told to belong together; "
        "accepted: one answer for each, in the order of the rows"
    )
    return _refusal(scenario, keys, row, problem)


def _refusal(scenario: Scenario, keys: pa.Table, row: int, problem: str) -> Quarantined:
    table, column = scenario.label_table, scenario.entity[0]
    told = ", ".join(f"{name} = {str(keys[name][row].as_py())[:40]}" for name in scenario.entity)
    sentence = f"Table {table!r}, row {row + 1}, column {column!r}: the key {told} {problem}."
    accepted = "every key once"
    return Quarantined("duplicate_key", sentence, table=table, column=column, row=row + 1, accepted=accepted)
