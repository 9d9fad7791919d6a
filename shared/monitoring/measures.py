"""What watching a scenario yields: drift, quality against late labels, breaches with their cause, and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

# Stored with every measurement: numbers of two versions of this code are not compared.
MONITOR_VERSION = "1"

Source = Literal["batch", "served"]
Reference = Literal["training", "baseline", "holdout", "earlier"]
# `once`: beyond its critical value now; `persistent`: in at least k of the last n windows, this one among them.
DriftVerdict = Literal["stable", "once", "persistent", "incomparable"]
QualityState = Literal["provisional", "final"]
# `unknown`: too few labels yet to say anything.
QualityVerdict = Literal["unknown", "kept", "fallen"]
RetrainReason = Literal["new_data", "drift", "quality", "age", "schedule", "person"]


@dataclass(frozen=True, slots=True)
class DriftMeasure:
    """One distance of one feature in one window from one reference.

    `value` is the effect size itself: a distance that does not grow with the number of rows. It counts from
    `threshold` on (does it matter?) and beyond `noise` (is it more than chance gives at these sizes?).
    `feature` is a column, or `prediction` / `probability`. `ordinal` orders the windows of one source.
    """

    scenario: str
    window: str
    source: Source
    ordinal: int
    feature: str
    metric: str
    reference: Reference
    reference_id: str
    value: float | None
    threshold: float | None
    noise: float | None
    verdict: DriftVerdict
    rows: int
    model: str
    reason: str
    measured_at: datetime
    monitor_version: str = MONITOR_VERSION

    @property
    def critical(self) -> float | None:
        """Beyond this the feature has drifted; None where nothing could be compared."""
        return None if self.threshold is None or self.noise is None else max(self.threshold, self.noise)


@dataclass(frozen=True, slots=True)
class WindowFacts:
    """One window that was watched: how many rows it had, how many were seen before, and what served it."""

    scenario: str
    window: str
    source: Source
    ordinal: int
    rows: int
    repeated_rows: int
    model: str
    dataset: str
    reason: str
    measured_at: datetime
    monitor_version: str = MONITOR_VERSION


@dataclass(frozen=True, slots=True)
class QualityMeasure:
    """How good the predictions of one window were, as far as labels are known.

    `coverage` is the share of predictions with a label, `age_hours` how old the predictions were when this was
    computed. `revision` counts from 1: labels that change restate the number, and the earlier ones stay.
    `expected` is what the model promised on its holdout.
    """

    scenario: str
    window: str
    source: Source
    ordinal: int
    metric: str
    revision: int
    value: float | None
    expected: float | None
    state: QualityState
    verdict: QualityVerdict
    rows: int
    labelled: int
    coverage: float
    age_hours: float
    model: str
    reason: str
    measured_at: datetime
    monitor_version: str = MONITOR_VERSION

    @property
    def restated(self) -> bool:
        """Whether an earlier number of this window stands beside this one."""
        return self.revision > 1


@dataclass(frozen=True, slots=True)
class RetrainDecision:
    """What asked for a retrain, what was decided, and the sentence that says why.

    `key` names the reason: the same key is decided `retrain` at most once.
    """

    scenario: str
    key: str
    reason: RetrainReason
    asked: str
    decided: Literal["retrain", "not", "ask_person"]
    sentence: str
    dataset: str
    run: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a promotion promised and what came of it.

    Gains are in the scenario's metric, positive is better. `realised_gain` is None until both generations have windows
    with enough labels. Seconds, costs (in the price's currency) and timers are by name.
    """

    scenario: str
    generation: int
    model: str
    metric: str
    promoted_at: datetime
    predicted_gain: float | None
    realised_gain: float | None
    windows_before: int
    windows_after: int
    data_event_at: datetime | None
    hours_to_production: float | None
    seconds: Mapping[str, float] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    timers: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    computed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimerBeat:
    """How often a timer fired, and how often late (the host was not there when it was due)."""

    name: str
    fired: int
    late: int
    last_at: datetime
    last_late_at: datetime | None = None
