"""Whether rows can teach anybody anything, asked before a training is: afterwards it would only fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shared.core.errors import Quarantined
from shared.core.scenario import Column, Scenario
from shared.training.single_answers import check_single_answers

if TYPE_CHECKING:
    import pyarrow as pa

# A train, a validation and a test part of these is the least that can be cut.
LEAST_ROWS = 10
_SHOWN = 40


def check_teachable(scenario: Scenario, tables: Mapping[str, pa.Table]) -> None:
    """Quarantined for too few rows, one or contradicting answers, and inputs mostly missing or never changing.

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
    check_single_answers(scenario, tables)
    _check_missing(scenario, tables)
    check_inputs(scenario, tables)


def _check_answers(scenario: Scenario, name: str, table: pa.Table) -> None:
    target = scenario.target
    if target in table.column_names and _distinct(table, target, "all") <= 1:
        sentence = (
            f"Table {name!r}, column {target!r}: all {table.num_rows} rows hold "
            f"{_shown(scenario, table, target)}; "
            "accepted: rows with different answers, or there is nothing to tell apart."
        )
        raise Quarantined("one_class", sentence, table=name, column=target)


def _check_missing(scenario: Scenario, tables: Mapping[str, pa.Table]) -> None:
    """The rule that chooses inputs drops columns which are mostly missing, so none of those may be declared as one."""
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
    refused = [(name, column.name) for name, column in constant if not column.may_be_constant]
    everything = {column.name for _, column in constant} >= set(scenario.features)
    if refused and not (everything and len(scenario.features) > 1):
        raise _constant(scenario, tables, *refused[0])
    if everything:
        sentence = f"Every input of scenario {scenario.name!r} is the same in all rows: there is nothing to learn from."
        raise Quarantined("constant_features", sentence)


def _constant(scenario: Scenario, tables: Mapping[str, pa.Table], name: str, column: str) -> Quarantined:
    sentence = (
        f"Table {name!r}, column {column!r}: no row holds anything but {_shown(scenario, tables[name], column)}, and "
        "nothing is learned from what never changes; accepted: values that differ, or a scenario that declares that "
        "the column may be constant."
    )
    return Quarantined("constant_feature", sentence, table=name, column=column)


def _constant_columns(scenario: Scenario, tables: Mapping[str, pa.Table]) -> Iterator[tuple[str, Column]]:
    """The inputs, and what inputs are made of, that have one value in all rows; of an absent column nothing is said."""
    for name, table in tables.items():
        # In a handful of machines or places sameness is no wonder.
        if table.num_rows < LEAST_ROWS:
            continue
        for column in scenario.table(name).columns:
            judged = column.name in scenario.features or column.may_be_constant is False
            if judged and column.name in table.column_names and _is_constant(table, column):
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
