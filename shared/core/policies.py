"""The declared policies of a scenario: how it is monitored, and when it is retrained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from shared.core.breach import Cause

# A file of this name says that its drop is whole, as data platforms write it.
MARKER = "_SUCCESS"


@dataclass(frozen=True, slots=True)
class Arrival:
    """When the files of labelled drops are taken, and how often new data is expected.

    With a `marker` a drop is taken when a file of that name lies in it. Without one it is taken when no file has come
    for `quiet_seconds` (None: the setting QUIET_SECONDS), or at once when `_SUCCESS` lies in it. Drops that come within
    that time of each other become one dataset version; with a `marker` only where `quiet_seconds` is declared too.
    When no new dataset version came for longer than `expected_every`, people are alerted.
    """

    quiet_seconds: float | None = None
    marker: str = ""
    expected_every: timedelta | None = None

    @property
    def marker_name(self) -> str:
        """The name of the file that says that a drop is whole."""
        return self.marker or MARKER

    @property
    def quiet(self) -> timedelta:
        """How long no file may have come before a drop is taken; zero: it is taken by its last event."""
        return timedelta(seconds=self.quiet_seconds or 0.0)


@dataclass(frozen=True, slots=True)
class BadRows:
    """How many rows of a window may break the contract: `rows` of them, or the `share` of all. By default none.

    So many are set aside with their reasons and the rest is scored; with one more the window is refused.
    """

    rows: int = 0
    share: float = 0.0

    def most(self, rows: int) -> int:
        """How many of so many rows may be set aside."""
        return max(self.rows, int(self.share * rows))

    @property
    def any(self) -> bool:
        """Whether a row may be set aside at all."""
        return self.rows > 0 or self.share > 0


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How a scenario is monitored: what counts as drift, as too few labels, and as data that is not learned from.

    A distance beyond its threshold is drift; it persists when it is there in `k` of the last `n` windows. `restart`
    names a report column that counts from the start again when its source restarts: a label then belongs to
    (key, restarts so far).
    """

    k: int = 2
    n: int = 3
    psi: float = 0.1
    jensen_shannon: float = 0.1
    kolmogorov_smirnov: float = 0.1
    wasserstein: float = 0.1
    cramers_v: float = 0.1
    # Fewer rows than this are not compared: they show neither drift nor its absence.
    min_rows: int = 50
    # The monitored metric; empty: the scenario's own.
    metric: str = ""
    # A quality is computed from so many labels on, and from this share of the predictions on.
    min_labels: int = 30
    min_coverage: float = 0.5
    # A quality is final when this share has labels, or when the predictions are so old.
    final_coverage: float = 0.99
    horizon_hours: float = 24.0 * 30
    # How far the quality may lie below the model's test metric before it has fallen.
    quality_may_fall: float = 0.05
    # A label is about predictions of at most so many hours before it was known; 0: about any prediction of its key.
    label_within_hours: float = 0.0
    restart: str = ""
    # A window with fewer than this share of the usual rows is a volume drop.
    volume_floor: float = 0.5
    # From this share of rows that an earlier window held as well, a load came twice.
    duplicate_share: float = 0.5
    # How much longer than ever in training one value may repeat before a sensor counts as stuck, and the least rows.
    stuck_factor: float = 3.0
    stuck_rows: int = 30
    # Causes for which a labelled drop is quarantined instead of trained on.
    quarantine: tuple[Cause, ...] = (Cause.SCHEMA_CHANGE, Cause.UNIT_CHANGE, Cause.STUCK_SENSOR)

    @property
    def thresholds(self) -> dict[str, float]:
        """The threshold of each distance."""
        return {
            "psi": self.psi,
            "jensen_shannon": self.jensen_shannon,
            "kolmogorov_smirnov": self.kolmogorov_smirnov,
            "wasserstein": self.wasserstein,
            "cramers_v": self.cramers_v,
        }


@dataclass(frozen=True, slots=True)
class Feedback:
    """How scored rows become training data: a window as a whole, when its labels have had `horizon_hours` to come.

    It is taken when this share of its rows has a label (`coverage`). Rows without one are `dropped`, or `negative`
    where only positives are ever reported. `labels_depend_on_decision`: which rows get a label depends on what was
    predicted for them; such rows are learned from and never judge a model. `learn` False: nothing is taken.
    """

    learn: bool = True
    coverage: float = 0.5
    unlabelled: Literal["dropped", "negative"] = "dropped"
    labels_depend_on_decision: bool = False


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days things are kept, by area; 0: for good. What something living needs is kept however old it is.

    `incoming`, `scoring` and `actuals` are the files that landed, and with them rows that a stream was read into.
    `served` are kept requests, their labels and counts. `datasets` are versions and parts, `windows` predictions with
    their plans, commits and measures. `journal` are past transitions.
    """

    incoming: float = 730.0
    scoring: float = 365.0
    actuals: float = 730.0
    quarantine: float = 180.0
    served: float = 180.0
    datasets: float = 365.0
    windows: float = 0.0
    journal: float = 730.0


@dataclass(frozen=True, slots=True)
class RetrainPolicy:
    """When a scenario is retrained. By default a new valid labelled drop trains once no other run is open.

    Drops that come while a run is open are one training, on the newest dataset.

    A drop trains when at least `new_rows` rows came since the last training. `cooldown_hours`, `monthly_budget` and
    the loop breaker hold back feedback, drift, falling quality, age and schedule; new data too when `new_data_waits`.
    """

    new_data: bool = True
    new_rows: int = 0
    new_data_waits: bool = False
    # Whether scored rows whose labels have come are a reason.
    feedback: bool = True
    drift: bool = True
    quality: bool = True
    # Retrain when the serving model is so old, or so long after the last training; 0: never for that reason.
    age_days: float = 0.0
    every_days: float = 0.0
    # Quality must have fallen in so many of the last windows with a verdict.
    quality_k: int = 2
    quality_n: int = 3
    cooldown_hours: float = 24.0
    monthly_budget: int = 10
    # After so many retrains in a row that brought no better model, a person is asked.
    stop_after: int = 3
