"""Whether rows can teach anybody anything, asked before a training is: afterwards it would only fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.domain.scenario import Scenario
from shared.errors import Quarantined

if TYPE_CHECKING:
    import pyarrow as pa

# A train, a validation and a test part of these is the least that can be cut.
LEAST_ROWS = 10


def check_teachable(scenario: Scenario, tables: Mapping[str, pa.Table]) -> None:
    """Quarantined when a dataset has too few rows, one answer only, or inputs that never change.

    Answers and inputs that only the scenario's own code makes of the tables are judged when they have been made.
    """
    rows = tables[scenario.label_table].num_rows
    if rows < LEAST_ROWS:
        sentence = (
            f"Table {scenario.label_table!r} has {rows} rows; at least {LEAST_ROWS} are needed to learn and judge."
        )
        raise Quarantined("too_few_rows", sentence, table=scenario.label_table)
    for name, table in tables.items():
        _check_answers(scenario, name, table)
    _check_inputs(scenario, tables)


def _check_answers(scenario: Scenario, name: str, table: pa.Table) -> None:
    target = scenario.target
    if target in table.column_names and _is_constant(table, target):
        value = table[target][0].as_py()
        sentence = (
            f"Table {name!r}, column {target!r}: all {table.num_rows} rows hold {value!r}; "
            "accepted: rows with different answers, or there is nothing to tell apart."
        )
        raise Quarantined("one_class", sentence, table=name, column=target)


def _check_inputs(scenario: Scenario, tables: Mapping[str, pa.Table]) -> None:
    found = {name: table for table in tables.values() for name in table.column_names}
    inputs = scenario.features
    if all(name in found and _is_constant(found[name], name) for name in inputs):
        sentence = f"Every input of scenario {scenario.name!r} is the same in all rows: there is nothing to learn from."
        raise Quarantined("constant_features", sentence)


def _is_constant(table: pa.Table, name: str) -> bool:
    import pyarrow.compute as pc

    distinct: int = pc.count_distinct(table[name], mode="all").as_py()
    return distinct <= 1
