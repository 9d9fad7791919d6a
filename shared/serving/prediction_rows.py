"""The columns of a prediction row: all of them in Parquet and in the views of SQL, whose rows repeat no commit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.scenario import Kind, Scenario, Task
from shared.training.decisions.classes import predicted_classes

if TYPE_CHECKING:
    import numpy as np

# Rows of one window share the upper bits, so ids are unique per scenario and ordered by insertion.
ID_SHIFT = 32
# The columns of a scoring file that its contract does not declare, as JSON.
CARRIED = "carried"


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
# The same in every row of a window: SQL has them in its commit.
_COMMITTED = frozenset({"window", *(one.name for one in _PROVENANCE)})


def first_id(ordinal: int) -> int:
    """The prediction id of row 0 of the scenario's window number `ordinal`."""
    return ordinal << ID_SHIFT


def is_answer(name: str) -> bool:
    """Whether a column of prediction rows is what the model answered: the prediction, or a probability."""
    return name == "prediction" or name.startswith("probability")


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
    if scenario.task == "multilabel":
        return "text"
    whole = all(label.lstrip("-").isdigit() for label in scenario.labels)
    return "int" if whole and _kind_of_target(scenario) == "int" else "text"


def _kind_of_target(scenario: Scenario) -> Kind:
    return scenario.table(scenario.label_table).column(scenario.target).kind


def prediction_columns(scenario: Scenario) -> tuple[PredictionColumn, ...]:
    """Every column in order: identity, answer, report columns, provenance."""
    report = tuple(PredictionColumn(sql_name(name), _kind(scenario, name), name) for name in scenario.batch.report)
    answer = (PredictionColumn("prediction", label_kind(scenario)), PredictionColumn("probability", "float"))
    carried = (PredictionColumn(CARRIED, "text", CARRIED),) if scenario.carries else ()
    return (*_IDENTITY, *answer, *label_columns(scenario), *report, *carried, *_PROVENANCE)


def is_committed(column: PredictionColumn) -> bool:
    """Whether the column has the same value in every row of a window, which its commit knows."""
    return not column.source and column.name in _COMMITTED


def to_predictions(task: Task, thresholds: Sequence[float], answers: np.ndarray) -> np.ndarray:
    """The predictions that a model's float32 answers (rows, K) stand for.

    The label's position, int32 (rows,), of one label; whether each is predicted, bool (rows, K), of several at once;
    the number itself, float32 (rows,), of regression. A label is predicted from its threshold on, of several classes
    the one that lies highest above its threshold.
    """
    import numpy as np

    if task == "regression":
        return answers[:, 0]
    if task == "multilabel":
        return np.asarray(answers >= np.asarray(thresholds, dtype=np.float32))
    chosen = answers[:, 1] >= thresholds[0] if task == "binary" else predicted_classes(answers, thresholds)
    return np.asarray(chosen, dtype=np.int32)


def label_positions(labels: Sequence[str], values: Iterable[object]) -> np.ndarray:
    """The position of each value among the labels, int64 (rows,); KeyError for a value that is no label."""
    import numpy as np

    positions = {label: position for position, label in enumerate(labels)}
    return np.array([positions[str(value)] for value in values], dtype=np.int64)


def predicted_probability(task: Task, answers: np.ndarray, predictions: np.ndarray) -> np.ndarray | None:
    """The probability (rows,) of each of the predictions that `to_predictions` made of the answers.

    Of the second label of two, of the predicted label of more, the largest of several at once; None for regression.
    """
    import numpy as np

    if task == "regression":
        return None
    if task == "multilabel":
        return np.asarray(answers.max(axis=1))
    return np.asarray(answers[:, 1] if task == "binary" else answers[np.arange(len(answers)), predictions])


def join_labels(labels: Sequence[str], predicted: Sequence[bool]) -> str:
    """The predicted labels as one text: `y_1+y_3`, or `none`."""
    return "+".join(label for label, is_on in zip(labels, predicted, strict=True) if is_on) or "none"


def label_columns(scenario: Scenario) -> tuple[PredictionColumn, ...]:
    """A probability for each of several labels at once, with the label as its source; none for other tasks."""
    labels = scenario.labels if scenario.task == "multilabel" else ()
    return tuple(PredictionColumn(f"probability_{sql_name(label)}", "float", label) for label in labels)


def _kind(scenario: Scenario, name: str) -> Kind:
    """The kind of a report column: as its table declares it; what feature code made is a number."""
    declared = {column.name: column.kind for table in scenario.scoring_tables for column in table.columns}
    return declared.get(name, "float")
