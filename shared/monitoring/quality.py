"""How good each window's predictions turned out: stated as labels come, restated when they change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.monitoring.breaches import close_breaches, open_breach
from shared.monitoring.label_coverage import Labelled, enough, state_of, verdict_of
from shared.monitoring.measures import QualityMeasure
from shared.monitoring.triage import Suspect
from shared.prediction.window import Commit
from shared.serving.prediction_rows import first_id, label_columns, label_positions
from shared.training.metrics import METRICS, REGRESSION, score
from shared.training.stored_models import model_by_id

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts


def metric_of(scenario: Scenario) -> str:
    """The metric that is watched. A batch of more than two classes keeps only the chosen class: accuracy then."""
    wanted = scenario.monitoring.metric or scenario.metric
    if scenario.task == "multiclass" or wanted not in (REGRESSION if scenario.task == "regression" else METRICS):
        return "rmse" if scenario.task == "regression" else "accuracy"
    return wanted


def state_quality(ports: MonitoringPorts, scenario: Scenario, *, everything: bool = False) -> list[QualityMeasure]:
    """State every window that is not final yet (or all of them: labels have changed); returns what is stated now."""
    known = {one.window: one for one in ports.monitoring.qualities.latest(scenario.name)}
    stated = []
    # A window is judged by what was predicted at the time; a later correction does not flatter it.
    again = {one.window for one in ports.prediction.corrections.list(scenario.name)}
    for commit in ports.prediction.predictions.commits(scenario.name):
        if commit.window in again:
            continue
        before = known.get(commit.window)
        if everything or before is None or before.state != "final":
            stated.append(ports.monitoring.qualities.state(_measure(ports, scenario, commit)))
    _judge(ports, scenario)
    return stated


def _measure(ports: MonitoringPorts, scenario: Scenario, commit: Commit) -> QualityMeasure:
    metric, policy = metric_of(scenario), scenario.monitoring
    first, last = first_id(commit.ordinal), first_id(commit.ordinal + 1) - 1
    table = ports.monitoring.actuals.joined(scenario, first, last)
    labelled = table.filter(table.column("actual").is_valid())
    age = (ports.core.clock() - commit.scored_at).total_seconds() / 3600
    actual = actual_values(scenario, labelled)
    known = Labelled(commit.rows, labelled.num_rows, _rarest(scenario, actual), age)
    value, reason = _value(scenario, metric, labelled, actual, known)
    expected = _expected(ports, commit, metric)
    return QualityMeasure(
        scenario=scenario.name,
        window=commit.window,
        source="batch",
        ordinal=commit.ordinal,
        metric=metric,
        revision=1,
        value=value,
        expected=expected,
        state=state_of(known, policy),
        verdict=verdict_of(metric, value, expected, known, policy),
        rows=known.rows,
        labelled=known.labelled,
        coverage=round(known.coverage, 6),
        age_hours=round(age, 3),
        model=commit.model,
        reason=reason,
        measured_at=ports.core.clock(),
    )


def _value(
    scenario: Scenario, metric: str, labelled: pa.Table, actual: np.ndarray, known: Labelled
) -> tuple[float | None, str]:
    """The metric, or None and why there is none."""
    policy = scenario.monitoring
    if not enough(known, policy):
        told = f"{known.labelled} of {known.rows} predictions have a label; a quality is said from {policy.min_labels}"
        return None, f"{told} labels and {policy.min_coverage:.0%} of the predictions on."
    try:
        return score(scenario.task, metric, actual, answers(scenario, labelled)), ""
    except ValueError as error:
        return None, f"The labels that are known cannot show it: {error}."


def actual_values(scenario: Scenario, labelled: pa.Table) -> np.ndarray:
    """What was true of each labelled row: numbers, a 0/1 matrix (rows, labels), or label positions."""
    import numpy as np

    values = labelled.column("actual").to_pylist()
    if scenario.task == "regression":
        return np.array(values, dtype=np.float64)
    if scenario.task == "multilabel":
        said = [set(str(value).split("+")) for value in values]
        return np.array([[name in one for name in scenario.labels] for one in said], dtype=np.int64).reshape(
            len(values), len(scenario.labels)
        )
    return label_positions(scenario.labels, values)


def answers(scenario: Scenario, rows: pa.Table) -> np.ndarray:
    """The answers (rows, K) as far as a prediction row keeps them."""
    import numpy as np

    if scenario.task == "regression":
        return np.array(rows.column("prediction").to_pylist(), dtype=np.float64)
    if scenario.task == "multilabel":
        return np.column_stack([rows.column(each.name).to_numpy() for each in label_columns(scenario)])
    sure = np.array(rows.column("probability").to_pylist(), dtype=np.float64)
    if scenario.task == "binary":
        return np.column_stack([1 - sure, sure])
    chosen = label_positions(scenario.labels, rows.column("prediction").to_pylist())
    matrix = np.zeros((len(chosen), len(scenario.labels)))
    matrix[np.arange(len(chosen)), chosen] = 1.0
    return matrix


def _rarest(scenario: Scenario, actual: np.ndarray) -> int:
    if scenario.task == "regression" or not len(actual):
        return len(actual)
    if scenario.task == "multilabel":
        ones = actual.sum(axis=0)
        return int(min(min(one, len(actual) - one) for one in ones.tolist()))
    counts = [int((actual == position).sum()) for position in range(len(scenario.labels))]
    return min((count for count in counts if count), default=0)


def _expected(ports: MonitoringPorts, commit: Commit, metric: str) -> float | None:
    model = model_by_id(ports, commit.model)
    return None if model is None else model.metrics.get(metric)


def _judge(ports: MonitoringPorts, scenario: Scenario) -> None:
    """Open a breach when quality has fallen in k of the last n windows that can be judged; close it when it has not."""
    policy = scenario.retrain
    judged = [one for one in ports.monitoring.qualities.latest(scenario.name) if one.verdict != "unknown"]
    recent = judged[-policy.quality_n :]
    fallen = [one for one in recent if one.verdict == "fallen"]
    if len(fallen) >= policy.quality_k:
        open_breach(ports, scenario.name, _fallen(fallen[-1], len(fallen), len(recent)), fallen[-1].window)
    elif recent:
        close_breaches(ports, scenario.name, (), ("concept_drift",))


def _fallen(worst: QualityMeasure, count: int, of: int) -> Suspect:
    sentence = (
        f"Quality has fallen in {count} of the last {of} windows that can be judged: {worst.metric} of window "
        f"{worst.window} is {worst.value:.3f}, the model promised {worst.expected:.3f}. What is true no longer "
        f"follows from the inputs as it did."
    )
    return Suspect("concept_drift", "", "", sentence)


def summary(measures: Sequence[QualityMeasure]) -> str:
    """How many windows can be judged, and how many of those have fallen."""
    judged = [one for one in measures if one.verdict != "unknown"]
    fallen = sum(one.verdict == "fallen" for one in judged)
    return f"{len(judged)} of {len(measures)} windows can be judged, {fallen} have fallen"
