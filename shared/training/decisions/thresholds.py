"""From which probability a label is predicted: chosen on rows that the fit never saw, judged on test rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.declaration.decision import Decision
from shared.core.scenario import Scenario, Task
from shared.training.decisions.classes import cheapest_thresholds, predicted_classes

if TYPE_CHECKING:
    import numpy as np

# The true answers of the rows, and the model's answers; NaN where no fit could answer.
type Pair = tuple[np.ndarray, np.ndarray]
# Where nothing can be chosen, a label is predicted when it is more likely than not.
HALF = 0.5


def judge_thresholds(
    task: Task, unseen: Pair, test: Pair, labels: tuple[str, ...], decisions: Mapping[str, Decision]
) -> dict[str, dict[str, Any]]:
    """By label the `served` threshold and, beside it, `half` (0.5), each with what it gives on both parts.

    The parts are (actual, answers) as `shared.training.metrics` has them; `unseen` rows were in no fit that answers
    them. Of several classes each has a threshold where a cost matrix is declared; numbers have none.
    """
    if task == "multiclass":
        return _classes(unseen, test, labels, decisions)
    if task == "binary":
        pairs = {labels[1]: tuple((actual == 1, answers[:, 1]) for actual, answers in (unseen, test))}
    elif task == "multilabel":
        pairs = {name: _column(at, unseen, test) for at, name in enumerate(labels)}
    else:
        pairs = {}
    return {name: _facts(held, judged, decisions[name]) for name, (held, judged) in pairs.items()}


def declared_rules(scenario: Scenario) -> dict[str, str]:
    """The rule of each label that has a threshold, in words, as manifests hold it."""
    rules = {label: scenario.decision_of(label) for label in scenario.labels}
    if scenario.task == "binary":
        rules.pop(scenario.labels[0])
    decided = scenario.task in ("binary", "multilabel")
    return {label: rule.sentence for label, rule in rules.items() if decided or rule.rule == "cost_matrix"}


def choose_threshold(decision: Decision, truth: np.ndarray, probability: np.ndarray) -> float:
    """The probability from which the label is predicted, by the declared rule; of equally good ones the largest.

    Where a precision cannot be reached, the threshold of the best precision. Rows without an answer (NaN) do not
    count; where no true row has one, as many rows are predicted as are true. HALF when no row is true.
    """
    import numpy as np

    known = np.isfinite(probability)
    if not truth.any() or not known.any():
        return HALF
    if not truth[known].any():
        return float(np.quantile(probability[known], 1 - truth.mean(), method="higher"))
    truth, probability = truth[known], probability[known]
    order = np.argsort(-probability, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(probability[order]) != 0, True))
    hits, alarms, true = np.cumsum(truth[order])[ends], ends + 1, int(truth.sum())
    return float(probability[order][ends[_best(decision, hits, alarms, true, len(truth))]])


def _best(decision: Decision, hits: np.ndarray, alarms: np.ndarray, true: int, rows: int) -> int:
    """The position of the best threshold among the distinct probabilities, highest first."""
    import numpy as np

    if decision.rule == "recall":
        return int(np.argmax(hits >= decision.share * true))
    if decision.rule == "precision":
        right = hits / alarms
        reached = np.flatnonzero(right >= decision.share)
        return int(reached[np.argmax(hits[reached])] if len(reached) else np.argmax(right))
    if decision.rule == "alarm_share":
        return max(int(np.searchsorted(alarms, decision.share * rows, side="right")) - 1, 0)
    if decision.rule == "cost":
        return int(np.argmin(decision.false_alarm * (alarms - hits) + decision.missed * (true - hits)))
    return int(np.argmax(2 * hits / (alarms + true)))


def at_threshold(truth: np.ndarray, probability: np.ndarray, threshold: float) -> dict[str, float]:
    """Precision, recall and F1 of the rows at or above the threshold, and their share; 0 where nothing is named.

    Rows without an answer (NaN) do not count.
    """
    import numpy as np

    known = np.isfinite(probability)
    truth, named = truth[known], probability[known] >= np.float32(threshold)
    hits, true, alarms = int((named & truth).sum()), int(truth.sum()), int(named.sum())
    return {
        "precision": hits / alarms if alarms else 0.0,
        "recall": hits / true if true else 0.0,
        "f1": 2 * hits / (true + alarms) if true + alarms else 0.0,
        "named": alarms / len(truth) if len(truth) else 0.0,
    }


def _column(at: int, *parts: Pair) -> tuple[Pair, ...]:
    """The label in this column of each part."""
    return tuple((actual[:, at] == 1, answers[:, at]) for actual, answers in parts)


def _classes(
    unseen: Pair, test: Pair, labels: tuple[str, ...], decisions: Mapping[str, Decision]
) -> dict[str, dict[str, Any]]:
    """What each class has at the cheapest thresholds and, as `half`, where the most probable one is predicted."""
    import numpy as np

    decision = decisions.get(labels[0], Decision())
    if decision.rule != "cost_matrix":
        return {}
    known = np.isfinite(unseen[1]).all(axis=1)
    parts = {"unseen": (unseen[0][known], unseen[1][known]), "test": test}
    chosen = {"served": cheapest_thresholds(decision.costs, *parts["unseen"]), "half": [HALF] * len(labels)}
    return {
        label: {
            name: {
                "threshold": values[at],
                "unseen": _of_class(at, unseen, values),
                "test": _of_class(at, test, values),
            }
            for name, values in chosen.items()
        }
        | {"rule": decision.sentence}
        for at, label in enumerate(labels)
    }


def _of_class(at: int, part: Pair, thresholds: list[float]) -> dict[str, float]:
    import numpy as np

    named = predicted_classes(part[1].astype(np.float32), thresholds) == at
    return at_threshold(part[0] == at, named.astype(np.float32), HALF)


def _facts(unseen: Pair, test: Pair, decision: Decision) -> dict[str, Any]:
    chosen = {"served": choose_threshold(decision, *unseen), "half": HALF}
    facts: dict[str, Any] = {
        name: {"threshold": value, "unseen": at_threshold(*unseen, value), "test": at_threshold(*test, value)}
        for name, value in chosen.items()
    }
    return facts | {"rule": decision.sentence}
