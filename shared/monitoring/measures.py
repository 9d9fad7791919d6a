"""The records that monitoring keeps: drift and quality per window, scorecards, timer heartbeats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

# Stored with every measurement: numbers of two versions of this code are not compared.
MONITOR_VERSION = "1"


class Source(StrEnum):
    """Where the rows of a window come from: a batch of files, or an hour of logged requests."""

    BATCH = "batch"
    SERVED = "served"


class Reference(StrEnum):
    """What a window is compared with."""

    TRAINING = "training"
    BASELINE = "baseline"
    HOLDOUT = "holdout"
    EARLIER = "earlier"


class DriftVerdict(StrEnum):
    """Whether a distance is beyond its critical value, and whether that persists."""

    STABLE = "stable"
    # Beyond its critical value now.
    ONCE = "once"
    # Beyond it in at least k of the last n windows, this one among them.
    PERSISTENT = "persistent"
    INCOMPARABLE = "incomparable"


class QualityState(StrEnum):
    """Whether more labels of the window are expected."""

    PROVISIONAL = "provisional"
    FINAL = "final"


class QualityVerdict(StrEnum):
    """Whether the quality is what the model promised."""

    # Too few labels so far.
    UNKNOWN = "unknown"
    KEPT = "kept"
    FALLEN = "fallen"


@dataclass(frozen=True, slots=True)
class DriftMeasure:
    """One distance of one feature in one window from one reference.

    `value` is the effect size: a distance that does not grow with the number of rows. It counts from `threshold` on
    (does it matter?) and beyond `noise` (is it more than chance gives with so many rows?).
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
    """One monitored window: its rows, how many of them an earlier window held too, and the model that predicted it."""

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
    """The quality of one window's predictions, as far as labels are known.

    `coverage` is the share of predictions with a label, `age_hours` how old the predictions were when this was
    computed. `revision` counts from 1: when labels change the quality is stated again, and earlier revisions stay.
    `expected` is the metric on the model's holdout.
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
        """Whether this measure replaces an earlier one of the same window."""
        return self.revision > 1


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a promotion promised and what it brought.

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
class TimerHeartbeat:
    """How often a timer fired, and how often it fired late because the host was down when it was due."""

    name: str
    fired: int
    late: int
    last_at: datetime
    last_late_at: datetime | None = None
