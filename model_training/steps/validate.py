"""Step: the tables are those the scenario declares, each column of its kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa

from model_training.runtime.json_files import write_json
from model_training.steps import define_dataset
from model_training.steps.command import start
from model_training.steps.context import StepContext
from shared.core.errors import Quarantined
from shared.core.scenario import Scenario, Table
from shared.core.wording import counted
from shared.datasets.feature_frame import columns_to_learn
from shared.datasets.rows import Rows, as_rows

NAME = "validate"
NEEDS = ("define_dataset",)


@dataclass(frozen=True, slots=True)
class TableFacts:
    """The rows of a table, and the nulls of each column."""

    rows: int
    nulls: Mapping[str, int]


def run_step(context: StepContext) -> None:
    """Write `validation.json`: rows, and nulls of each column."""
    tables = validate_tables(define_dataset.load(context.inputs["define_dataset"]), context.spec.scenario)
    write_json(context.out / "validation.json", {name: asdict(facts) for name, facts in tables.items()})
    context.report(f"checked {counted(len(tables), 'table')}", 1.0)


def validate_tables(tables: Mapping[str, Rows | pa.Table], scenario: Scenario) -> dict[str, TableFacts]:
    """The facts of each declared table; Quarantined names what is missing, of another kind, or without any value.

    Columns that nobody learns from were checked when they came, and are not looked at again.
    """
    absent = [table.name for table in scenario.tables if table.name not in tables]
    if absent:
        accepted = ", ".join(table.name for table in scenario.tables)
        raise Quarantined(
            "missing_table", f"Table {absent[0]!r} is missing; scenario {scenario.name!r} has {accepted}."
        )
    return {table.name: _checked(as_rows(tables[table.name]), table, scenario) for table in scenario.tables}


def _checked(rows: Rows, declared: Table, scenario: Scenario) -> TableFacts:
    nulls: dict[str, int] = {}
    learned = columns_to_learn(scenario, declared.name, [column.name for column in declared.columns])
    found = _nulls(rows, learned)
    for column in (declared.column(name) for name in learned):
        where = f"Table {declared.name!r}, column {column.name!r}"
        if column.name not in found:
            if column.optional:
                continue
            raise Quarantined("missing_column", f"{where} is missing.", table=declared.name, column=column.name)
        kind, count = rows.schema.field(column.name).type, found[column.name]
        if not _IS[column.kind](kind):
            sentence = f"{where} holds {kind}; accepted: {column.kind}."
            raise Quarantined("wrong_type", sentence, table=declared.name, column=column.name)
        if count == rows.num_rows and column.name in (*scenario.features, *scenario.targets):
            sentence = f"{where} has no value in any row of {count}."
            raise Quarantined("all_null", sentence, table=declared.name, column=column.name)
        nulls[column.name] = count
    return TableFacts(rows.num_rows, nulls)


def _nulls(rows: Rows, names: Sequence[str]) -> Counter[str]:
    """How many nulls each of these columns has, where it is there."""
    there = [name for name in names if name in rows.schema.names]
    found = Counter(dict.fromkeys(there, 0))
    for block in rows.blocks(there):
        found.update({name: block[name].null_count for name in there})
    return found


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_time(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


_IS: Mapping[str, Callable[[pa.DataType], bool]] = {
    "float": _is_number,
    "int": pa.types.is_integer,
    "text": _is_text,
    "time": _is_time,
}


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
