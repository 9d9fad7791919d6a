"""Whether a scenario is declared as it can work: one sentence for the first thing that cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.core.declaration.limits import limit_problems
from shared.core.errors import Misdeclared
from shared.core.wording import counted, did_you_mean

# Typed loosely: the module of the declaration itself calls this one.
type Scenario = Any
type Table = Any
type Column = Any
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_KINDS = ("float", "int", "text", "time")
# What a task may be judged by; a test holds them against the metrics that there are.
METRICS: Mapping[str, Sequence[str]] = {
    "binary": ("auc", "accuracy", "log_loss", "average_precision", "f1"),
    "multiclass": ("auc", "accuracy", "log_loss", "average_precision", "f1"),
    "multilabel": ("auc", "accuracy", "log_loss", "average_precision", "f1"),
    "regression": ("r2", "rmse", "mae"),
}
_TUPLES = (
    "tables",
    "numeric",
    "categorical",
    "labels",
    "entity",
    "leakage",
    "candidates",
    "request_fields",
    "slices",
    "personal",
)
# Delta tables lie beside the parts of the scenario's tables.
_OWN_TABLES = ("actuals", "labelled", "predictions")


def check_declaration(scenario: Scenario) -> None:
    """Misdeclared with the first mistake; names are compared with those of the declaration itself."""
    for problem, accepted in _problems(scenario):
        raise Misdeclared(f"Scenario {scenario.name!r} {problem}; accepted: {accepted}.")


def one_of(what: str, value: Any, known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The problem that `value` is none of the known words, with the nearest of them."""
    if value not in known:
        yield f"declares {what} {value!r}{did_you_mean(str(value), known, 0.5)}", ", ".join(known)


def _problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    if not _NAME.fullmatch(scenario.name):
        yield (
            "has a name that no path and no table can carry",
            "letters, digits, '_' and '-', at most 64, a letter first",
        )
    for name in _TUPLES:
        yield from _tuple_problem(name, getattr(scenario, name))
    for table in scenario.tables:
        yield from _table_problems(table)
    yield from one_of("the task", scenario.task, tuple(METRICS))
    yield from _name_problems(scenario)
    yield from _metric_problems(scenario)
    yield from _label_problems(scenario)
    yield from _answer_problems(scenario)
    yield from _split_problems(scenario)
    yield from limit_problems(scenario)
    yield from _request_problems(scenario)
    if scenario.assemble is None:
        yield from _input_problems(scenario)


def _tuple_problem(name: str, value: object) -> Iterator[tuple[str, str]]:
    """A text where several are meant: Python reads ("a") as the text "a"."""
    if isinstance(value, str):
        yield f"declares {name}=({value!r}), which is one text", f"({value!r},): a tuple of one ends with a comma"
    elif not isinstance(value, tuple):
        yield f"declares {name} as a {type(value).__name__}", "a tuple"


def _table_problems(table: Table) -> Iterator[tuple[str, str]]:
    for name in ("columns", "key", "ignored"):
        yield from _tuple_problem(f"{name} of table {table.name!r}", getattr(table, name))
    yield from one_of(f"for table {table.name!r} extra", table.extra, ("refuse", "ignore", "carry"))
    yield from one_of(f"for table {table.name!r} arrives", table.arrives, ("with_drop", "carried", "later"))
    names = [column.name for column in table.columns]
    for column in table.columns:
        yield from _column_problems(table, column)
        if names.count(column.name) > 1:
            yield (
                f"declares column {column.name!r} of table {table.name!r} {names.count(column.name)} times",
                "each column once",
            )
    for name in table.key:
        yield from one_of(f"for table {table.name!r} the key column", name, names)


def _column_problems(table: Table, column: Column) -> Iterator[tuple[str, str]]:
    where = f"column {column.name!r} of table {table.name!r}"
    yield from one_of(f"for {where} the kind", column.kind, _KINDS)
    yield from _tuple_problem(f"values of {where}", column.values)
    if column.missing is not None:
        yield from _tuple_problem(f"missing of {where}", column.missing)
    if column.minimum is not None and column.maximum is not None and column.minimum > column.maximum:
        yield f"declares for {where} the range {column.minimum:g} to {column.maximum:g}", "a minimum below the maximum"


def _name_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Tables that other parts of the declaration name."""
    tables = [table.name for table in scenario.tables]
    for name in {name for name in tables if tables.count(name) > 1}:
        yield f"declares table {name!r} {tables.count(name)} times", "each table once"
    for name in {*tables} & {*_OWN_TABLES}:
        yield f"declares table {name!r}, which is the name of a Delta table", "another name"
    yield from one_of("the label table", scenario.label_table, tables)
    if scenario.batch.table:
        yield from one_of("in its batch the table", scenario.batch.table, tables)
    for name in ("report", "others"):
        yield from _tuple_problem(f"{name} of its batch", getattr(scenario.batch, name))
    for other in scenario.batch.others:
        yield from one_of("in its batch the other table", other, tables)
    yield from one_of("in its batch the source", scenario.batch.source, ("drops", "telemetry"))


def _metric_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    known = METRICS.get(scenario.task, ())
    yield from one_of(f"for {scenario.task} the metric", scenario.metric, known)
    yield from one_of(f"for {scenario.task} the metric of its bar", scenario.bar.metric, known)
    if scenario.monitoring.metric:
        yield from one_of(f"for {scenario.task} the monitored metric", scenario.monitoring.metric, known)
    yield from one_of("the rule of its gate", scenario.gate.rule, ("not_inferior", "superior"))
    yield from one_of("of its history to keep", scenario.history.keep, ("append", "replace"))


def _label_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Labels that do not fit the task, or the values that the target may have."""
    count, labels = len(scenario.labels), scenario.labels
    if scenario.task == "binary" and count != 2:  # noqa: PLR2004 -- yes and no
        yield f"is binary and declares {counted(count, 'label')}", "two labels, or task='multiclass'"
    if scenario.task == "regression" and labels != (scenario.target,):
        yield f"predicts a number and declares the labels {labels!r}", f"({scenario.target!r},): the name of its target"
    if scenario.task == "multilabel" and scenario.target:
        yield f"has several labels and declares the target {scenario.target!r}", "target='' and the columns in labels"
    if scenario.assemble is None and scenario.task in ("binary", "multiclass"):
        columns = {column.name: column for column in scenario.table(scenario.label_table).columns}
        yield from one_of("the target", scenario.target, tuple(columns))
        values = columns[scenario.target].values
        if values and set(values) != set(labels):
            yield f"declares the labels {labels!r} for a target with the values {values!r}", "the same words in both"


def _answer_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """An answer among the inputs: a model that needs it can predict nothing, because no row to score has it."""
    for name in (name for name in scenario.targets if name in scenario.features):
        yield (
            f"declares its answer {name!r} as an input, and no row to score has it",
            f"inputs without {name!r}, or leakage=({name!r},)",
        )


def _split_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    yield from one_of("the split", scenario.split.kind, ("random", "time", "given"))
    if scenario.split.kind == "given" and not scenario.split.column:
        yield "has a given split and names no column", "the column that is true in the rows of the test part"


def _request_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Fields that are neither a column of a table nor an input, which feature code may derive."""
    columns = [column.name for table in scenario.tables for column in table.columns]
    for name in scenario.request_fields:
        known = tuple(dict.fromkeys((*columns, *scenario.features, *scenario.leakage)))
        yield from one_of("in request_fields the field", name, known)


def _input_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Columns that nobody declares: without feature code every input is a column of the table of rows."""
    tables = {scenario.label_table, scenario.batch.table} - {""}
    columns = {column.name: column for name in tables for column in scenario.table(name).columns}
    # A slice that is not there is named on the model's card.
    for what in ("numeric", "categorical", "entity", "leakage", "personal"):
        for name in getattr(scenario, what):
            yield from one_of(f"in {what} the column", name, tuple(columns))
    for what, name in (("the text column", scenario.text), ("the time column", scenario.time)):
        if name:
            yield from one_of(what, name, tuple(columns))
    for name in scenario.batch.report:
        yield from one_of("in the report of its batch the column", name, tuple(columns))
    for name in scenario.numeric:
        if columns[name].kind in ("text", "time"):
            yield (
                f"declares {name!r} in numeric, and its kind is {columns[name].kind!r}",
                "categorical, or another kind",
            )
    if not scenario.features:
        yield "declares no input", "at least one column in numeric, categorical or text that is no leakage"
