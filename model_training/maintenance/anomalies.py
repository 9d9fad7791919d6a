"""Anomalies of every machine and every sensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model_training.maintenance.esd import anomalous
from model_training.maintenance.names import MACHINE, SENSORS, TIME
from model_training.maintenance.smoothing import running_mean
from model_training.maintenance.stretches import split_stretches, times_of

if TYPE_CHECKING:
    import pandas as pd

# Two weeks: a service keeps so much of each machine, and the published method cuts long series into such pieces.
WINDOW = 14 * 24
DAY = 24
# So many windows are tested at once: few enough to stay in the processor's cache.
_BLOCK = 256


def find_anomalies(telemetry: pd.DataFrame) -> pd.DataFrame:
    """Every anomalous hour of each machine and sensor: `datetime`, `machineID`, `errorID` (the sensor), in this order.

    Each stretch of hours is tested as one series, by its running mean. The rows are ordered by time, machine, sensor.
    """
    import pandas as pd

    pieces = split_stretches(telemetry)
    lengths = np.repeat([piece.readings.shape[1] for piece in pieces], len(SENSORS)).astype(np.int64)
    smooth = np.zeros((len(lengths), int(lengths.max(initial=0))))
    for row, piece in zip(range(0, len(lengths), len(SENSORS)), pieces, strict=True):
        smooth[row : row + len(SENSORS), : piece.readings.shape[1]] = running_mean(piece.readings)
    series, position = np.nonzero(anomalous(smooth, lengths, DAY)) if len(pieces) else (np.array([], int),) * 2
    machine = np.array([piece.machine for piece in pieces], dtype=np.int64)[series // len(SENSORS)]
    hour = np.array([piece.start for piece in pieces], dtype=np.int64)[series // len(SENSORS)] + position
    order = np.lexsort((series % len(SENSORS), machine, hour))
    names = pd.Series(np.array(SENSORS, dtype=object)[series % len(SENSORS)][order], dtype="str")
    return pd.DataFrame({TIME: times_of(hour[order]), MACHINE: machine[order], "errorID": names})


def trailing_anomalies(readings: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Hours since the last anomaly in the two weeks up to each of `ends`, (ends, sensors); WINDOW where there is none.

    `readings` is (sensors, hours), `ends` are positions in it; the first windows are as long as there are hours. Hours
    after an end have no influence, so a service with two weeks of data gets the values that training got.
    """
    since = np.empty((len(ends), len(readings)))
    for at in range(0, len(ends), _BLOCK):
        since[at : at + _BLOCK] = _since_last(readings, ends[at : at + _BLOCK])
    return since


def _since_last(readings: np.ndarray, ends: np.ndarray) -> np.ndarray:
    lengths = np.minimum(ends + 1, WINDOW)
    positions = (ends - lengths + 1)[:, None] + np.arange(WINDOW)
    windows = readings[:, np.minimum(positions, ends[:, None])].reshape(-1, WINDOW)
    flags = anomalous(running_mean(windows), np.tile(lengths, len(readings)), DAY).reshape(len(readings), -1, WINDOW)
    # The last True of a window is the first one of the reversed window.
    last = WINDOW - 1 - flags[..., ::-1].argmax(axis=-1)
    return np.where(flags.any(axis=-1), lengths - 1 - last, WINDOW).T
