"""Trainability: whether a model can learn from these rows, checked before a training run that would only fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from shared.core.errors import Quarantined
from shared.core.scenario import Column, Scenario
from shared.core.wording import all_of, counted
from shared.datasets.column_facts import ColumnFacts, Facts, facts_of

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.restarts import Restarted
    from shared.datasets.rows import Rows

    Tables = Mapping[str, Rows | pa.Table]

# A train, a validation and a test part of these is the least that can be cut.
LEAST_ROWS = 10
_SHOWN = 40


def check_trainable(scenario: Scenario, tables: Tables) -> None:
    """Quarantined for too few rows, a constant target, repeated labels, and inputs that are missing or constant.

    Targets and inputs that the scenario's own code derives from the tables are checked once they are derived.
    """
    rows = tables[scenario.label_table].num_rows
    if rows < LEAST_ROWS:
        sentence = (
            f"Table {scenario.label_table!r} has {counted(rows, 'row')}; "
            f"at least {LEAST_ROWS} are needed to learn and judge."
        )
        raise Quarantined("too_few_rows", sentence, table=scenario.label_table)
    facts = {name: facts_of(table) for name, table in tables.items()}
    for name, found in facts.items():
        _check_target(scenario, name, tables[name].num_rows, found)
    _check_single_answers(scenario, tables, alone=True)
    _check_missing(scenario, tables, facts)
    _check_inputs(scenario, tables, facts)


def check_increment(scenario: Scenario, tables: Tables) -> None:
    """Quarantined for inputs that are mostly missing or constant, in rows that come to others; what they lack is there.

    A few new rows may well agree in a category.
    """
    if {scenario.label_table, scenario.batch.table} <= tables.keys() and tables[scenario.batch.table].num_rows:
        # Labels may restart more often than these rows: the first ones can be of earlier rows.
        _check_single_answers(scenario, tables, alone=False)
    facts = {name: facts_of(table) for name, table in tables.items()}
    _check_missing(scenario, tables, facts)
    texts = {column.name for table in scenario.tables for column in table.columns if column.kind == "text"}
    numbers = {
        name: {column: fact for column, fact in found.items() if column not in texts} for name, found in facts.items()
    }
    _check_inputs(scenario, tables, numbers)


def _check_target(scenario: Scenario, name: str, rows: int, facts: Facts) -> None:
    target = scenario.target
    if target in facts and _single(facts[target], rows):
        sentence = (
            f"Table {name!r}, column {target!r}: {all_of(rows, 'row holds', 'rows hold')} "
            f"{_shown(scenario, facts, target)}; "
            "accepted: rows with different answers, or there is nothing to learn."
        )
        raise Quarantined("one_class", sentence, table=name, column=target)


def _single(fact: ColumnFacts, rows: int) -> bool:
    """Whether all rows agree; a missing cell is a value of its own."""
    return not fact.varies and (not fact.nulls or fact.nulls == rows)


def _check_single_answers(scenario: Scenario, tables: Tables, *, alone: bool) -> None:
    """Quarantined when a label table of its own labels a key twice, or `alone` restarts more often than the rows do.

    A counter that starts again counts other things: (key, restarts so far) identifies them.
    """
    labels = scenario.table(scenario.label_table)
    columns = {column.name for column in labels.columns}
    if labels.name == scenario.batch.table or labels.key or not scenario.entity:
        return
    if columns.issuperset((*scenario.entity, *scenario.targets)) and tables[labels.name].num_rows:
        _check_answers(scenario, tables, alone=alone)


def _check_answers(scenario: Scenario, tables: Tables, *, alone: bool) -> None:
    from shared.datasets.repeated_keys import first_repeat
    from shared.datasets.restarts import RESTARTS, Restarted, restarts_of
    from shared.datasets.rows import as_rows

    counter = scenario.monitoring.restart
    rows = Restarted(as_rows(tables[scenario.label_table]), counter)
    repeat = first_repeat(rows, (*scenario.entity, RESTARTS), "second")
    if repeat is not None:
        first, row = repeat
        problem = f"has an answer in row {first + 1} already; accepted: one answer for each"
        raise _refusal(scenario, rows, row, problem)
    most = restarts_of(as_rows(tables[scenario.batch.table]), counter)
    after = rows.first_after(most) if alone else None
    if after is not None:
        raise _restarted(scenario, rows, after, most)


def _restarted(scenario: Scenario, rows: Restarted, row: int, most: int) -> Quarantined:
    """A label that is written again further down looks like a restart, and would shift all labels after it."""
    restarts = counted(rows.last, "time")
    problem = (
        f"follows a higher number: the numbers start again {restarts}, those of table "
        f"{scenario.batch.table!r} {counted(most, 'time')}, so nobody can say which answer belongs to which row; "
        "accepted: one answer for each, in the order of the rows"
    )
    return _refusal(scenario, rows, row, problem)


def _refusal(scenario: Scenario, rows: Restarted, row: int, problem: str) -> Quarantined:
    from shared.datasets.repeated_keys import key_of

    table, column = scenario.label_table, scenario.entity[0]
    cells = zip(scenario.entity, key_of(rows, scenario.entity, row), strict=True)
    key = ", ".join(f"{name} = {str(value.as_py())[:40]}" for name, value in cells)
    sentence = f"Table {table!r}, row {row + 1}, column {column!r}: the key {key} {problem}."
    accepted = "every key once"
    return Quarantined("duplicate_key", sentence, table=table, column=column, row=row + 1, accepted=accepted)


def _check_missing(scenario: Scenario, tables: Tables, facts: Mapping[str, Facts]) -> None:
    """Feature selection drops columns that are mostly missing, so a declared input may not be one of them."""
    if scenario.selection is None:
        return
    most = scenario.selection.most_missing
    for name, found in facts.items():
        for column, fact in found.items():
            share = fact.nulls / max(tables[name].num_rows, 1) if column in scenario.features else 0.0
            if share > most:
                sentence = (
                    f"Table {name!r}, column {column!r}: {share:.1%} of the cells are missing; accepted for an input: "
                    f"at most {most:.0%}."
                )
                raise Quarantined("mostly_missing", sentence, table=name, column=column)


def check_inputs(scenario: Scenario, tables: Tables) -> None:
    """Quarantined when an input that should vary, or every input, holds one value in all rows."""
    _check_inputs(scenario, tables, {name: facts_of(table) for name, table in tables.items()})


def _check_inputs(scenario: Scenario, tables: Tables, facts: Mapping[str, Facts]) -> None:
    constant = list(_constant_columns(scenario, tables, facts))
    refused = [(name, column.name) for name, column in constant if should_vary(scenario, column)]
    everything = {column.name for _, column in constant} >= set(scenario.features)
    if refused and not (everything and len(scenario.features) > 1):
        raise _constant(scenario, facts, *refused[0])
    if everything:
        sentence = f"Every input of scenario {scenario.name!r} is the same in all rows: there is nothing to learn from."
        raise Quarantined("constant_features", sentence)


def should_vary(scenario: Scenario, column: Column) -> bool:
    """Whether a model learns from the column, itself or what is derived from it, and one value for long is a defect."""
    return _feeds(scenario, column) and not column.may_be_constant


def _feeds(scenario: Scenario, column: Column) -> bool:
    return column.name in scenario.features or column.may_be_constant is False


def _constant(scenario: Scenario, facts: Mapping[str, Facts], name: str, column: str) -> Quarantined:
    sentence = (
        f"Table {name!r}, column {column!r}: no row holds anything but {_shown(scenario, facts[name], column)}, and "
        "a model learns nothing from a constant; accepted: values that differ, or a scenario that declares that "
        "the column may be constant."
    )
    return Quarantined("constant_feature", sentence, table=name, column=column)


def _constant_columns(scenario: Scenario, tables: Tables, facts: Mapping[str, Facts]) -> Iterator[tuple[str, Column]]:
    """The inputs, and columns that inputs are derived from, with one value in all rows; absent columns are skipped."""
    for name, table in tables.items():
        # A handful of machines or places may well be alike.
        if table.num_rows < LEAST_ROWS:
            continue
        for column in scenario.table(name).columns:
            if not _feeds(scenario, column):
                continue
            if column.name in facts[name] and _is_constant(facts[name][column.name], column):
                yield name, column


def _is_constant(fact: ColumnFacts, column: Column) -> bool:
    # A missing number is filled in with the others' median; a missing text is a text of its own.
    counted_nulls = fact.nulls if column.kind == "text" else 0
    return fact.first is not None and not fact.varies and not counted_nulls


def _shown(scenario: Scenario, facts: Facts, name: str) -> str:
    """The first value there is, as a sentence may show it."""
    if name in scenario.personal:
        return "one value (not shown, because the column tells about a person)"
    value = facts[name].value
    return repr(value[:_SHOWN] if isinstance(value, str) else value)
