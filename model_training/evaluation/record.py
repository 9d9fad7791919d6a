"""The evaluation of a model, as the steps hand it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far the best candidate leads a simpler one: the paired 95 % interval of the difference in the metric.

    `folds` is 0 where both were judged on the test rows alone.
    """

    best: str
    other: str
    metric: str
    rows: int
    folds: int
    difference: tuple[float, float]
    clearly_better: bool

    def to_json(self) -> dict[str, Any]:
        """The comparison as the manifest holds it."""
        facts = {"best": self.best, "other": self.other, "metric": self.metric, "rows": self.rows, "folds": self.folds}
        interval = {f"{self.metric}_difference_interval": list(self.difference)}
        return {**facts, **interval, "clearly_better": self.clearly_better}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Comparison:
        """The comparison that `to_json` wrote."""
        low, high = stored[f"{stored['metric']}_difference_interval"]
        names = (stored["best"], stored["other"], stored["metric"])
        return cls(*names, stored["rows"], stored["folds"], (low, high), stored["clearly_better"])


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics by name on the declared test part, their baseline, 95 % intervals and how the model errs.

    `comparisons` hold how far it leads the simplest candidate, `absent` says why a label has no metric. `decisions`
    hold, by label, the served threshold and 0.5, with what each gives on validation and test rows.
    """

    metrics: Mapping[str, float]
    baseline: Mapping[str, float]
    interval: Mapping[str, Sequence[float]]
    comparisons: Sequence[Comparison]
    absent: Mapping[str, str]
    curves: Mapping[str, Any]
    decisions: Mapping[str, Mapping[str, Any]]

    @property
    def served(self) -> list[float]:
        """The served thresholds in the order of the labels; empty for several classes and for numbers."""
        return served_thresholds(self.decisions)

    def to_json(self) -> dict[str, Any]:
        """The evaluation as the manifest holds it."""
        return {
            "metrics": dict(self.metrics),
            "baseline": dict(self.baseline),
            "interval": {name: list(bounds) for name, bounds in self.interval.items()},
            "comparisons": [comparison.to_json() for comparison in self.comparisons],
            "absent": dict(self.absent),
            "curves": dict(self.curves),
            "decisions": {label: dict(facts) for label, facts in self.decisions.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Evaluation:
        """The evaluation that `to_json` wrote."""
        comparisons = [Comparison.from_json(comparison) for comparison in stored["comparisons"]]
        return cls(**{**stored, "comparisons": comparisons})


def served_thresholds(decisions: Mapping[str, Mapping[str, Any]]) -> list[float]:
    """The threshold that is served for each label, in the order of the labels."""
    return [facts["served"]["threshold"] for facts in decisions.values()]
