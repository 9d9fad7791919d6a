"""The columns of a prediction row: the same in Parquet and in SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.domain.scenario import Kind, Scenario

# Rows of one window share the upper bits, so ids are unique per scenario and ordered by insertion.
ID_SHIFT = 32


@dataclass(frozen=True, slots=True)
class PredictionColumn:
    """One column of the prediction table; `source` names the input column of a report column."""

    name: str
    kind: Kind
    source: str = ""


_IDENTITY = (
    PredictionColumn("prediction_id", "int"),
    PredictionColumn("window", "text"),
    PredictionColumn("entity_key", "text"),
)
_PROVENANCE = (
    PredictionColumn("run_id", "text"),
    PredictionColumn("model", "text"),
    PredictionColumn("model_sha256", "text"),
    PredictionColumn("dataset", "text"),
    PredictionColumn("scored_at", "time"),
)


def first_id(ordinal: int) -> int:
    """The prediction id of row 0 of the scenario's window number `ordinal`."""
    return ordinal << ID_SHIFT


def sql_name(name: str) -> str:
    """A column name as an SQL identifier: letters, digits and underscores (`emp.var.rate` is `emp_var_rate`)."""
    cleaned = re.sub(r"[^A-Za-z0-9_]", "_", name)[:63]
    return cleaned if re.match(r"[A-Za-z_]", cleaned) else f"_{cleaned[:62]}"


def table_name(scenario: Scenario) -> str:
    """`predictions_<scenario>`."""
    return f"predictions_{sql_name(scenario.name)}"


def label_kind(scenario: Scenario) -> Kind:
    """The kind of the prediction: float for regression, int where the labels are whole numbers, else text."""
    if scenario.task == "regression":
        return "float"
    return "int" if scenario.table(scenario.label_table).column(scenario.target).kind == "int" else "text"


def prediction_columns(scenario: Scenario) -> tuple[PredictionColumn, ...]:
    """Every column in order: identity, answer, report columns, provenance."""
    table = scenario.scoring_table
    report = tuple(PredictionColumn(sql_name(name), table.column(name).kind, name) for name in scenario.batch.report)
    answer = (PredictionColumn("prediction", label_kind(scenario)), PredictionColumn("probability", "float"))
    return (*_IDENTITY, *answer, *report, *_PROVENANCE)
