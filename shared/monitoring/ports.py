"""The ports of `monitoring`: measurements, breaches, decisions, scorecards, late labels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from shared.alerts.ports import AlertsPorts

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.core.breach import Breach
    from shared.core.scenario import Scenario
    from shared.core.timers.late_timers import Timers
    from shared.monitoring.measures import DriftMeasure, QualityMeasure, Scorecard, Source, TimerHeartbeat, WindowFacts
    from shared.monitoring.prices import Prices
    from shared.monitoring.retrain_decision import RetrainDecision, RetrainVerdict
    from shared.monitoring.served_label import ServedLabel
    from shared.prediction.window import Commit


class Measurements(Protocol):
    """Drift per window: a new measurement of a window replaces the one before."""

    def replace(self, facts: WindowFacts, measures: Sequence[DriftMeasure]) -> None:
        """Keep the window's facts and all its distances in one transaction, in place of earlier ones."""
        ...

    def windows(self, scenario: str | None = None) -> Sequence[WindowFacts]:
        """Monitored windows by source and ordinal."""
        ...

    def earlier(self, scenario: str, source: Source, ordinal: int, most: int) -> Sequence[WindowFacts]:
        """At most so many monitored windows of the source with a lower ordinal, newest first."""
        ...

    def drift(self, scenario: str, window: str | None = None) -> Sequence[DriftMeasure]:
        """Distances by source, ordinal, feature, metric and reference; of one window, or of all."""
        ...


class Qualities(Protocol):
    """Quality per window; every revision is kept."""

    def record(self, measure: QualityMeasure) -> QualityMeasure:
        """Keep it as the next revision when it differs from the newest one; returns the newest one then."""
        ...

    def latest(self, scenario: str | None = None) -> Sequence[QualityMeasure]:
        """The newest revision of every (window, metric), by source and ordinal."""
        ...

    def judged(self, scenario: str, source: Source, most: int) -> Sequence[QualityMeasure]:
        """The newest revisions with a verdict of the newest windows of that source, oldest first."""
        ...

    def means(self, scenario: str) -> Mapping[str, tuple[int, float]]:
        """By model how many windows have a verdict, and their mean quality."""
        ...

    def provisional(self, scenario: str) -> Sequence[QualityMeasure]:
        """The newest revisions that are not final, by ordinal."""
        ...

    def served(self, scenario: str) -> Sequence[QualityMeasure]:
        """The newest revision of every hour of requests, by its number."""
        ...

    def revisions(self, scenario: str, window: str) -> Sequence[QualityMeasure]:
        """All revisions of the window's quality, oldest first."""
        ...


class Breaches(Protocol):
    """Breaches: one open breach per (scenario, cause, table, column)."""

    def observe(self, sighting: Breach) -> tuple[Breach, bool]:
        """Open the breach, or add this sighting to the open one (`first_seen` stays); also tells whether it is new."""
        ...

    def close(self, scenario: str, breach_id: str, at: datetime) -> None:
        """Close the breach; closing it twice changes nothing."""
        ...

    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Breach]:
        """Breaches by first seen."""
        ...


class Decisions(Protocol):
    """The decisions of the retrain governor."""

    def add(self, decision: RetrainDecision) -> bool:
        """Keep the decision; False, and nothing kept, when the newest one about its key says the same."""
        ...

    def list(
        self, scenario: str | None = None, *, key: str = "", decided: RetrainVerdict | None = None
    ) -> Sequence[RetrainDecision]:
        """Decisions, oldest first: all, or those about one occasion, or that decided so."""
        ...


class Scorecards(Protocol):
    """One scorecard per generation, and the heartbeats of the timers."""

    def put(self, card: Scorecard) -> None:
        """Keep the scorecard, in place of an earlier one of the same generation."""
        ...

    def list(self, scenario: str | None = None) -> Sequence[Scorecard]:
        """Scorecards by scenario and generation."""
        ...

    def record_heartbeat(self, name: str, at: datetime, *, late: bool) -> None:
        """Count one firing of a timer."""
        ...

    def heartbeats(self) -> Sequence[TimerHeartbeat]:
        """All timers by name."""
        ...


class Actuals(Protocol):
    """Actuals (late labels) by key. A changed label replaces the one before, which is kept beside it."""

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's table of actuals and its view when they are not there."""
        ...

    def merge(self, scenario: Scenario, labels: pa.Table, source: str, at: datetime) -> tuple[int, int]:
        """Add labels (`entity_key` or `prediction_id`, `epoch`, `actual`) in one transaction; (new, changed) counts.

        The same labels a second time change nothing.
        """
        ...

    def unpredicted(self, scenario: Scenario, labels: pa.Table) -> int:
        """How many of these labels have a key, or an id, that no prediction has so far."""
        ...

    def join_predictions(
        self, scenario: Scenario, first_id: int, last_id: int, *, original: bool = True, labelled: bool = False
    ) -> pa.Table:
        """Predictions with ids in first_id..last_id (both included) with their label (`actual`; null: not known).

        Columns: prediction_id, prediction, probability, each label's probability, actual, labelled_at, source.
        With `original` those of corrections are left out, with `labelled` those whose label is not known.
        """
        ...

    def epochs(self, scenario: Scenario, keys: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Every (key, restart epoch) of these entity keys that has a prediction."""
        ...


class WindowLabels(Protocol):
    """Which windows have labels, so that only those are joined of which something new is known."""

    def newest(self, scenario: Scenario) -> int:
        """The number of the newest label that ever came; 0 without one."""
        ...

    def by_window(self, scenario: Scenario) -> Mapping[int, int]:
        """By a window's ordinal the number of the newest label that names one of its rows, whatever its restart."""
        ...

    def named_by(self, scenario: Scenario, source: str) -> frozenset[int]:
        """The ordinals of the windows of which a label from that file ("path@etag") names a row."""
        ...


class DueWindows(Protocol):
    """Which windows a round has to look at: it reads those, however many there were before."""

    def unmeasured(self, scenario: str) -> Sequence[str]:
        """Committed and quarantined windows that this version of the monitor has not measured, by ordinal.

        A correction has the rows of the window it corrects, and is none of them.
        """
        ...

    def measured(self, scenario: str, windows: Collection[str]) -> frozenset[str]:
        """Those of the windows that this version of the monitor has measured."""
        ...

    def newest(self, scenario: str, source: Source) -> int:
        """The highest ordinal that was measured of that source; 0 without one."""
        ...

    def unjudged(self, scenario: str) -> Sequence[Commit]:
        """Commits of first versions whose quality is not final, by ordinal."""
        ...

    def old_enough(self, scenario: str, until: datetime) -> tuple[int, int]:
        """How many first versions were scored until then or corrections at all, and the highest ordinal of them."""
        ...

    def of_model(self, scenario: str, model: str, most: int) -> tuple[Sequence[str], int]:
        """The newest windows that the model scored, at most so many, and how many there are."""
        ...


class ServedLabels(Protocol):
    """Labels of answered requests. A changed label replaces the one before, which is kept beside it."""

    def merge(self, scenario: str, labels: Sequence[ServedLabel], source: str, at: datetime) -> tuple[int, int]:
        """Add labels in one transaction; (new, changed) counts. The same labels a second time change nothing."""
        ...

    def unstated(self, scenario: str) -> Mapping[int, str]:
        """By number the request of every current label that no stated quality counts."""
        ...

    def mark_stated(self, scenario: str, numbers: Iterable[int]) -> None:
        """Remember that a stated quality counts these labels."""
        ...

    def of_requests(self, scenario: str, requests: Iterable[str]) -> Mapping[tuple[str, int], str]:
        """By (request, row) the labels that hold."""
        ...


@dataclass(frozen=True, slots=True)
class MonitoringBundle:
    """The ports of monitoring, the prices of compute, and the timers of the installation."""

    measurements: Measurements
    qualities: Qualities
    breaches: Breaches
    decisions: Decisions
    scorecards: Scorecards
    actuals: Actuals
    window_labels: WindowLabels
    due_windows: DueWindows
    served_labels: ServedLabels
    prices: Prices
    timers: Timers


class MonitoringPorts(AlertsPorts, Protocol):
    """What a workflow of `monitoring` or `intake` takes: its own ports and those of the rooms below."""

    @property
    def monitoring(self) -> MonitoringBundle:
        """The ports of monitoring, and the prices of compute."""
        ...
