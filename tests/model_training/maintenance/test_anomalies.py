"""Every machine and every sensor is searched, as a table and behind every row of features."""

from __future__ import annotations

import numpy as np
import pandas as pd

from model_training.generators.predictive_maintenance import generate
from model_training.maintenance.anomalies import DAY, WINDOW, find_anomalies, trailing_anomalies
from model_training.maintenance.esd import anomalous
from model_training.maintenance.names import SENSORS
from model_training.maintenance.smoothing import running_mean
from model_training.maintenance.stretches import split_stretches
from shared.core.scenario import GeneratorOptions


def _telemetry(rows: int = 4_500) -> pd.DataFrame:
    return generate(rows, 5, GeneratorOptions())["telemetry"].to_pandas()


def test_every_machine_and_sensor_has_its_anomalies() -> None:
    """Not only the first machine: failures of all components leave anomalies in all sensors of all machines."""
    telemetry = _telemetry()
    found = find_anomalies(telemetry)
    assert found.columns.tolist() == ["datetime", "machineID", "errorID"]
    pairs = found.groupby(["machineID", "errorID"]).size()
    assert set(pairs.index) == {(machine, sensor) for machine in (1, 2, 3) for sensor in SENSORS}
    assert (pairs <= 150).all()


def test_the_table_is_the_series_own_answer() -> None:
    """Each machine and sensor alone gives the same rows as all together, also where the series differ in length."""
    telemetry = _telemetry().drop(index=[1_600]).sample(frac=1, random_state=2)
    found = find_anomalies(telemetry)
    assert found.equals(found.sort_values(["datetime", "machineID"], kind="stable", ignore_index=True))
    for piece in split_stretches(telemetry):
        for sensor, name in enumerate(SENSORS):
            hours = piece.readings.shape[1]
            alone = anomalous(running_mean(piece.readings[sensor][None]), np.array([hours]), DAY)[0]
            times = pd.to_datetime(piece.hours, unit="h", utc=True)
            mine = found[(found["machineID"] == piece.machine) & (found["errorID"] == name)]["datetime"]
            assert mine[mine.isin(times)].tolist() == times[alone].tolist()


def test_no_telemetry_has_no_anomalies() -> None:
    """The table is there, with its columns and types, and empty."""
    found = find_anomalies(_telemetry(300).iloc[:0])
    assert len(found) == 0
    assert found.dtypes.equals(find_anomalies(_telemetry()).dtypes)


def test_hours_since_look_at_the_two_weeks_up_to_the_row() -> None:
    """Each end gives what the window alone gives: short windows in the beginning, then 336 hours."""
    readings = split_stretches(_telemetry())[1].readings
    ends = np.array([11, 40, 200, 335, 336, 700, 701, 1_499])
    since = trailing_anomalies(readings, ends)
    assert (since < WINDOW).any()
    for row, end in enumerate(ends):
        window = readings[:, max(end - WINDOW + 1, 0) : end + 1]
        found = anomalous(running_mean(window), np.full(4, window.shape[1]), DAY)
        expected = [window.shape[1] - 1 - np.flatnonzero(each)[-1] if each.any() else WINDOW for each in found]
        assert since[row].tolist() == expected
