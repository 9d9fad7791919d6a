"""A machine that sends 41 sensor values every two seconds, and the quality of each batch, which follows later.

Sensors swing slowly and are noisy; quality follows a few of them, so a time-ordered AUC of about 0.9 can be learned.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from shared.core.scenario import GeneratorOptions

# The module restarts after so many batches, and counts from 1 again.
RESTART_AFTER = 1_500
PERIOD_MS = 2_000
_START_MS = 1_735_689_600_000
_SENSORS = 41
_GOOD = 0.78
# Sensor: the share of messages in which it is null.
_NULLS = {2: 0.002, 3: 0.005, 4: 0.58, 26: 0.0005, 28: 0.0005}
# Sensor: its mean and standard deviation; the others are around 5.
_LEVELS = {
    1: (4.8, 0.5),
    2: (21.0, 3.8),
    3: (26.0, 5.0),
    4: (38.5, 7.7),
    7: (23.6, 1.4),
    8: (46.0, 15.0),
    9: (52.0, 14.0),
    10: (56.0, 14.5),
    11: (21.5, 1.6),
    13: (2000.0, 63.0),
    14: (2070.0, 74.0),
    15: (910.0, 310.0),
    16: (22.6, 0.8),
    18: (39.0, 7.7),
    19: (44.7, 9.9),
    20: (39.8, 9.3),
    26: (23.9, 8.7),
    28: (23.5, 3.7),
    29: (7.9, 1.3),
    33: (33.2, 7.3),
    39: (6800.0, 5700.0),
    41: (9000.0, 4600.0),
}
# Sensor: what one standard deviation adds to the log odds of good quality.
_EFFECTS = {16: 1.8, 20: -1.6, 19: 1.2, 29: 1.4, 11: -1.2, 7: 0.9}


def generate(rows: int, seed: int, options: GeneratorOptions) -> dict[str, pa.Table]:
    """`rows` messages as the table `sensors` and their labels as `quality`; equal arguments give equal tables.

    `drift` moves every sensor by so many of its standard deviations. `bad_rows` labels are neither 0 nor 1 (the first
    ones). `label_delay` leaves out the labels of so many last batches.
    """
    random = np.random.default_rng(seed)
    swings = _swings(random, rows)
    good = random.random(rows) < _probability(swings)
    batch = np.arange(rows, dtype=np.int64) % RESTART_AFTER + 1
    labels = good.astype(np.int64)
    labels[: options.bad_rows] = 7
    known = max(rows - options.label_delay, 0)
    quality = pa.table({"BatchNumber": batch[:known], "Quality": labels[:known]})
    return {"sensors": _sensors(random, batch, swings + options.drift), "quality": quality}


def _swings(random: np.random.Generator, rows: int) -> np.ndarray:
    """Standardised sensor values (rows, 41): three slow waves and noise each, with variance 1."""
    time = np.arange(rows)[:, None]
    values = random.normal(0, np.sqrt(0.5), (rows, _SENSORS))
    for _ in range(3):
        period = random.uniform(40, 400, _SENSORS)
        values += np.sqrt(1 / 3) * np.sin(2 * np.pi * (time / period + random.random(_SENSORS)))
    return values


def _probability(swings: np.ndarray) -> np.ndarray:
    odds = sum(effect * swings[:, sensor - 1] for sensor, effect in _EFFECTS.items())
    centred = odds - np.quantile(odds, 1 - _GOOD)
    return np.asarray(1 / (1 + np.exp(-1.5 * centred)))


def _sensors(random: np.random.Generator, batch: np.ndarray, swings: np.ndarray) -> pa.Table:
    columns: dict[str, Any] = {"BatchNumber": batch}
    for sensor in range(1, _SENSORS + 1):
        mean, spread = _LEVELS.get(sensor, (5.0, 0.5))
        absent = random.random(len(batch)) < _NULLS.get(sensor, 0.0)
        columns[f"S{sensor}"] = pa.array(mean + spread * swings[:, sensor - 1], mask=absent)
    columns["SourceTimestamp"] = _START_MS + PERIOD_MS * np.arange(len(batch), dtype=np.int64)
    return pa.table(columns)
