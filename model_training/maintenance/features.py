"""The 37 features of one stretch of telemetry; each row uses only earlier hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_training.maintenance.anomalies import trailing_anomalies
from model_training.maintenance.names import SPANS, STEP
from model_training.maintenance.records import Records, hours_since
from model_training.maintenance.stretches import Stretch

# "Any anomaly in the last six rows of the grid": this one and five before it.
_RECENT = 6 * STEP


@dataclass(frozen=True, slots=True)
class MachineHistory:
    """The records of machines beside their telemetry; `ages` in years by machine."""

    maintenance: Records
    failures: Records
    ages: dict[int, float]


def features_of(piece: Stretch, history: MachineHistory) -> tuple[np.ndarray, np.ndarray]:
    """Grid hours, int64 (rows,), and features in the order of `names.FEATURES`, float64 (rows, 37), all finite.

    The first row is the first hour of the grid that has twelve hours of telemetry, so means and deviations are always
    over full windows. Row t is computed from hours up to t: telemetry of two weeks at most, records at or before t.
    """
    ends = np.flatnonzero((piece.hours % STEP == 0) & (np.arange(len(piece.hours)) >= max(SPANS) - 1))
    at = piece.hours[ends]
    anomaly = trailing_anomalies(piece.readings, ends)
    maintenance = hours_since(history.maintenance, piece.machine, at)
    failure = hours_since(history.failures, piece.machine, at)
    columns = [
        *(statistic for span in SPANS for statistic in _moving(piece.readings, ends, span)),
        anomaly < _RECENT,
        anomaly,
        # Maintained in the step that ends at this row; the hours since say how long ago otherwise.
        maintenance < STEP,
        maintenance,
        failure,
        np.full((len(at), 1), history.ages[piece.machine]),
    ]
    return at, np.hstack([np.asarray(column, dtype=np.float64) for column in columns])


def _moving(readings: np.ndarray, ends: np.ndarray, span: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sample deviation of the `span` hours up to each end, (ends, sensors) each."""
    windows = readings[:, ends[:, None] + np.arange(1 - span, 1)]
    return windows.mean(axis=-1).T, windows.std(axis=-1, ddof=1).T
