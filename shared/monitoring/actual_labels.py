"""Labels that arrive after their predictions: how they are told apart, and the file that brings them."""

from __future__ import annotations

from shared.core.scenario import Column, Scenario, Table
from shared.serving.prediction_rows import sql_name

# In a file of labels: which of several restarts of its source a key belongs to, counted from 0.
RESTART = "restart"
BY_ID = "prediction_id"


def key_column(scenario: Scenario) -> str:
    """What joins a label with its prediction: the entity's key, or the prediction's id where rows have no key."""
    return "entity_key" if scenario.entity else BY_ID


def actual_table_name(scenario: Scenario) -> str:
    """`actual_<scenario>`."""
    return f"actual_{sql_name(scenario.name)}"


def comparison_view_name(scenario: Scenario) -> str:
    """`v_prediction_vs_actual_<scenario>`."""
    return f"v_prediction_vs_actual_{sql_name(scenario.name)}"


def labels_table(scenario: Scenario) -> Table:
    """The contract of a file of labels: the key and the answers, nothing else."""
    declared = scenario.table(scenario.label_table)
    answers = tuple(_answer(declared, name) for name in scenario.targets)
    if not scenario.entity:
        return Table(declared.name, (Column(BY_ID, "int", minimum=0), *answers), (BY_ID,), min_rows=1)
    keys = tuple(_key(scenario, name) for name in scenario.entity)
    if not scenario.monitoring.restart:
        return Table(declared.name, (*keys, *answers), scenario.entity, min_rows=1)
    return Table(declared.name, (*keys, *answers, Column(RESTART, "int", optional=True, minimum=0)), min_rows=1)


def _answer(declared: Table, name: str) -> Column:
    """The column as declared; an answer that feature code derives is 0 or 1."""
    known = {column.name: column for column in declared.columns}
    return known.get(name, Column(name, "int", values=("0", "1")))


def _key(scenario: Scenario, name: str) -> Column:
    known = {column.name: column for table in scenario.tables for column in table.columns}
    return known[name]
