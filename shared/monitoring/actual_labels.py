"""Actuals (labels that arrive after their predictions): their key, their tables, and the contract of their file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.core.scenario import Column, Scenario, Table
from shared.monitoring.served_label import served_labels_table
from shared.serving.prediction_rows import sql_name

# The column of a file of labels with the number of restarts of the source before each row, from 0.
RESTART = "restart"
BY_ID = "prediction_id"


def key_column(scenario: Scenario) -> str:
    """The column that joins a label with its prediction: the entity's key, or the prediction's id without one."""
    return "entity_key" if scenario.entity else BY_ID


def actual_table_name(scenario: Scenario) -> str:
    """`actual_<scenario>`."""
    return f"actual_{sql_name(scenario.name)}"


def comparison_view_name(scenario: Scenario) -> str:
    """`v_prediction_vs_actual_<scenario>`."""
    return f"v_prediction_vs_actual_{sql_name(scenario.name)}"


def labels_table(scenario: Scenario) -> Table:
    """The contract of a file of labels: the columns of the key and the answers only."""
    declared = scenario.table(scenario.label_table)
    answers = tuple(_answer(declared, name) for name in scenario.targets)
    if not scenario.entity:
        return Table(declared.name, (Column(BY_ID, "int", minimum=0), *answers), (BY_ID,), min_rows=1)
    keys = tuple(_key(scenario, name) for name in scenario.entity)
    if not scenario.monitoring.restart:
        return Table(declared.name, (*keys, *answers), scenario.entity, min_rows=1)
    return Table(declared.name, (*keys, *answers, Column(RESTART, "int", optional=True, minimum=0)), min_rows=1)


def served_contract(scenario: Scenario) -> Table:
    """The contract of labels that name answered requests: request, row and the answers."""
    declared = scenario.table(scenario.label_table)
    return served_labels_table(scenario, tuple(_answer(declared, name) for name in scenario.targets))


_KINDS: Mapping[str, Any] = {"int": int, "float": float, "text": str, "time": str}


def answer_columns(scenario: Scenario, values: Sequence[Any]) -> Mapping[str, Sequence[Any]]:
    """Late labels as columns of answers, in the kind that their table declares."""
    if scenario.task == "multilabel":
        named = [set(str(value).split("+")) for value in values]
        return {label: [int(label in one) for one in named] for label in scenario.labels}
    kind = _answer(scenario.table(scenario.label_table), scenario.target).kind
    return {scenario.target: [_KINDS[kind](value) for value in values]}


def _answer(declared: Table, name: str) -> Column:
    """The column as declared; an answer that feature code derives is 0 or 1."""
    known = {column.name: column for column in declared.columns}
    return known.get(name, Column(name, "int", values=("0", "1")))


def _key(scenario: Scenario, name: str) -> Column:
    known = {column.name: column for table in scenario.tables for column in table.columns}
    return known[name]
