"""The quality of each window's predictions is stated as labels arrive, and stated again when they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.breach import Cause
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.monitoring.breaches import close_breaches, open_breach
from shared.monitoring.label_coverage import LabelCoverage, enough, state_of, verdict_of
from shared.monitoring.measures import QualityMeasure, QualityVerdict, Source
from shared.monitoring.triage import DataIssue
from shared.prediction.window import Commit
from shared.serving.prediction_rows import first_id, label_columns, label_positions
from shared.training.metrics import DECIDED, METRICS, REGRESSION, score
from shared.training.stored_models import model_by_id

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts


def metric_of(scenario: Scenario) -> str:
    """The monitored metric. A batch of more than two classes keeps only the chosen class; its metric is accuracy."""
    wanted = scenario.monitoring.metric or scenario.metric
    if scenario.task == "multiclass" or wanted not in (REGRESSION if scenario.task == "regression" else METRICS):
        return "rmse" if scenario.task == "regression" else "accuracy"
    return wanted


def state_quality(ports: MonitoringPorts, scenario: Scenario, source: str = "") -> list[QualityMeasure]:
    """State every window that is not final, or of which labels of that file name a row; returns what was stated."""
    due = {one.window: one for one in ports.monitoring.due_windows.unjudged(scenario.name)}
    if source:
        due |= {one.window: one for one in _named_by(ports, scenario, source)}
    stated = [ports.monitoring.qualities.record(_measure(ports, scenario, commit)) for commit in due.values()]
    update_breach(ports, scenario)
    return stated


def _named_by(ports: MonitoringPorts, scenario: Scenario, source: str) -> list[Commit]:
    """The first predictions of each window are judged; a later correction does not improve its quality."""
    named = ports.monitoring.window_labels.named_by(scenario, source)
    if not named:
        return []
    corrections = {correction.window for correction in ports.prediction.corrections.list(scenario.name)}
    commits = ports.prediction.predictions.commits(scenario.name)
    return [one for one in commits if one.ordinal in named and one.window not in corrections]


def batch_qualities(ports: MonitoringPorts, scenario: Scenario) -> list[QualityMeasure]:
    """The newest statement of each window of files."""
    metric, known = metric_of(scenario), ports.monitoring.qualities.latest(scenario.name)
    return [one for one in known if one.source == Source.BATCH and one.metric == metric]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A window of so many predicted rows, and those of them whose `actual` is known."""

    window: str
    source: Source
    ordinal: int
    model: str
    rows: int
    age_hours: float
    labelled: pa.Table


def _measure(ports: MonitoringPorts, scenario: Scenario, commit: Commit) -> QualityMeasure:
    first, last = first_id(commit.ordinal), first_id(commit.ordinal + 1) - 1
    labelled = ports.monitoring.actuals.join_predictions(scenario, first, last, labelled=True)
    age = (ports.core.clock() - commit.scored_at).total_seconds() / 3600
    window = Labelled(commit.window, Source.BATCH, commit.ordinal, commit.model, commit.rows, age, labelled)
    return measure_quality(ports, scenario, window)


def measure_quality(ports: MonitoringPorts, scenario: Scenario, window: Labelled) -> QualityMeasure:
    """The quality of the window as far as labels are known, beside what its model promised."""
    metric, policy, age = metric_of(scenario), scenario.monitoring, window.age_hours
    actual = actual_values(scenario, window.labelled)
    coverage = LabelCoverage(window.rows, window.labelled.num_rows, _minority_count(scenario, actual), age)
    value, reason = _value(scenario, metric, window.labelled, actual, coverage)
    expected = _expected(ports, window.model, metric)
    return QualityMeasure(
        scenario=scenario.name,
        window=window.window,
        source=window.source,
        ordinal=window.ordinal,
        metric=metric,
        revision=1,
        value=value,
        expected=expected,
        state=state_of(coverage, policy),
        verdict=verdict_of(metric, value, expected, coverage, policy),
        rows=coverage.rows,
        labelled=coverage.labelled,
        coverage=round(coverage.coverage, 6),
        age_hours=round(age, 3),
        model=window.model,
        reason=reason,
        measured_at=ports.core.clock(),
    )


def _value(
    scenario: Scenario, metric: str, labelled: pa.Table, actual: np.ndarray, coverage: LabelCoverage
) -> tuple[float | None, str]:
    """The metric, or None and the reason why there is none."""
    policy = scenario.monitoring
    if not enough(coverage, policy):
        needed = f"{counted(policy.min_labels, 'label')} and {policy.min_coverage:.0%} of the predictions"
        there = f"{coverage.labelled} of {counted(coverage.rows, 'prediction has', 'predictions have')} a label"
        return None, f"{there}; quality needs {needed}."
    try:
        predict = predicted if metric in DECIDED else answers
        return score(scenario.task, metric, actual, predict(scenario, labelled)), ""
    except ValueError as error:
        return None, f"The known labels do not allow this metric: {error}."


def actual_values(scenario: Scenario, labelled: pa.Table) -> np.ndarray:
    """The actual of each labelled row: numbers, a 0/1 matrix (rows, labels), or label positions."""
    import numpy as np

    values = labelled.column("actual").to_pylist()
    if scenario.task == "regression":
        return np.array(values, dtype=np.float64)
    if scenario.task == "multilabel":
        return _label_matrix(scenario, values)
    return label_positions(scenario.labels, values)


def _label_matrix(scenario: Scenario, values: Sequence[Any]) -> np.ndarray:
    """Texts such as `y_1+y_3` as a 0/1 matrix (rows, labels)."""
    import numpy as np

    rows = [set(str(value).split("+")) for value in values]
    matrix = np.array([[name in labels for name in scenario.labels] for labels in rows], dtype=np.int64)
    return matrix.reshape(len(values), len(scenario.labels))


def predicted(scenario: Scenario, rows: pa.Table) -> np.ndarray:
    """What was predicted at the served decisions, as answers (rows, K) of 0 and 1."""
    import numpy as np

    values = rows.column("prediction").to_pylist()
    if scenario.task == "multilabel":
        return _label_matrix(scenario, values).astype(np.float64)
    return np.asarray(np.eye(len(scenario.labels))[label_positions(scenario.labels, values)])


def answers(scenario: Scenario, rows: pa.Table) -> np.ndarray:
    """The model's answers (rows, K), as far as a prediction row keeps them."""
    import numpy as np

    if scenario.task == "regression":
        return np.array(rows.column("prediction").to_pylist(), dtype=np.float64)
    if scenario.task == "multilabel":
        return np.column_stack([rows.column(each.name).to_numpy() for each in label_columns(scenario)])
    probability = np.array(rows.column("probability").to_pylist(), dtype=np.float64)
    if scenario.task == "binary":
        return np.column_stack([1 - probability, probability])
    return predicted(scenario, rows)


def _minority_count(scenario: Scenario, actual: np.ndarray) -> int:
    if scenario.task == "regression" or not len(actual):
        return len(actual)
    if scenario.task == "multilabel":
        positives = actual.sum(axis=0).tolist()
        return int(min(min(count, len(actual) - count) for count in positives))
    counts = [int((actual == position).sum()) for position in range(len(scenario.labels))]
    return min((count for count in counts if count), default=0)


def _expected(ports: MonitoringPorts, name: str, metric: str) -> float | None:
    model = model_by_id(ports, name)
    return None if model is None else model.metrics.get(metric)


def update_breach(ports: MonitoringPorts, scenario: Scenario) -> None:
    """Open a breach when quality has fallen in k of the last n windows with enough labels; else close it.

    Batches and served hours are counted apart; either opens it.
    """
    judged = {one: ports.monitoring.qualities.judged(scenario.name, one, scenario.retrain.quality_n) for one in Source}
    for recent in judged.values():
        fallen = [measure for measure in recent if measure.verdict == QualityVerdict.FALLEN]
        if len(fallen) >= scenario.retrain.quality_k:
            open_breach(ports, scenario.name, _fallen_quality(fallen[-1], len(fallen), len(recent)), fallen[-1].window)
            return
    if any(judged.values()):
        close_breaches(ports, scenario.name, (), (Cause.CONCEPT_DRIFT,))


def _fallen_quality(worst: QualityMeasure, count: int, of: int) -> DataIssue:
    sentence = (
        f"Quality has fallen in {count} of the last {counted(of, 'window')} "
        f"with enough labels: {worst.metric} of window "
        f"{worst.window} is {worst.value:.3f}, the model promised {worst.expected:.3f}. The relation between inputs "
        f"and answers has changed."
    )
    return DataIssue(Cause.CONCEPT_DRIFT, "", "", sentence)


def is_judged(measure: QualityMeasure) -> bool:
    """Whether the window has enough labels for a verdict."""
    return measure.verdict != QualityVerdict.UNKNOWN


def summary(measures: Sequence[QualityMeasure]) -> str:
    """How many windows have enough labels for a verdict, and in how many of those the quality has fallen."""
    judged = [measure for measure in measures if is_judged(measure)]
    fallen = sum(measure.verdict == QualityVerdict.FALLEN for measure in judged)
    return (
        f"{len(judged)} of {counted(len(measures), 'window has', 'windows have')} "
        f"enough labels, the quality has fallen in {fallen}"
    )
