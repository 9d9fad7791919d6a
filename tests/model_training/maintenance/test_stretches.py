"""Telemetry is cut where hours are missing, and what cannot be telemetry is refused with its row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from model_training.maintenance.stretches import hours_of, split_stretches, times_of
from shared.core.errors import Quarantined


def _telemetry(machine: int, hours: list[int]) -> pd.DataFrame:
    """Readings that name their machine and hour."""
    times = pd.Timestamp("2015-01-01", tz="UTC") + pd.to_timedelta(hours, unit="h")
    values = {name: [1000.0 * machine + hour for hour in hours] for name in ("volt", "rotate", "pressure", "vibration")}
    return pd.DataFrame({"datetime": times, "machineID": machine, **values})


def test_rows_in_any_order_give_the_same_stretches() -> None:
    """By machine, then time, whatever the file's order."""
    table = pd.concat([_telemetry(2, [0, 1, 2]), _telemetry(1, [5, 6])])
    for shuffled in (table, table.sample(frac=1, random_state=1), table.iloc[::-1]):
        first, second = split_stretches(shuffled)
        assert (first.machine, first.readings[0].tolist()) == (1, [1005, 1006])
        assert (second.machine, second.readings[3].tolist()) == (2, [2000, 2001, 2002])
        assert np.diff(second.hours).tolist() == [1, 1]


def test_a_missing_hour_begins_a_new_stretch() -> None:
    """Nothing is invented for the hours between, and nothing of another machine fills them."""
    found = split_stretches(pd.concat([_telemetry(1, [0, 1, 3, 4, 5]), _telemetry(2, [2])]))
    assert [piece.readings.shape[1] for piece in found] == [2, 3, 1]
    assert found[1].start - found[0].start == 3
    assert len(split_stretches(pd.concat([_telemetry(1, [0, 1]), _telemetry(2, [2, 3])]))) == 2


def test_no_rows_are_no_stretches() -> None:
    """An empty table is well-formed."""
    assert list(split_stretches(_telemetry(1, [0]).iloc[:0])) == []


def test_two_rows_for_one_hour_are_quarantined() -> None:
    """The sentence names the later row, counted from 1 in the file's own order."""
    table = pd.concat([_telemetry(3, [4]), _telemetry(1, [0, 1]), _telemetry(3, [3, 4])])
    with pytest.raises(Quarantined, match="row 5: machine 3 has a row for 2015-01-01 04:00:00") as caught:
        split_stretches(table)
    assert (caught.value.row, caught.value.reason_code) == (5, "duplicate_key")


def test_a_time_between_hours_is_quarantined() -> None:
    """Ten past is not an hourly reading."""
    table = _telemetry(1, [0, 1, 2])
    table.loc[1, "datetime"] += pd.Timedelta(minutes=10)
    with pytest.raises(Quarantined, match=r"row 2: 2015-01-01 01:10:00.* is not a full hour"):
        split_stretches(table)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_reading_that_is_no_number_is_quarantined(value: float) -> None:
    """Column and row are named."""
    table = _telemetry(1, [0, 1, 2])
    table.loc[2, "pressure"] = value
    with pytest.raises(Quarantined, match="'pressure', row 3") as caught:
        split_stretches(table)
    assert (caught.value.column, caught.value.row) == ("pressure", 3)


def test_times_without_a_zone_are_utc_and_others_are_converted() -> None:
    """06:00 is 06:00 UTC; 08:00 in a zone two hours ahead is the same hour; hours become times again."""
    naive = pd.Series(pd.to_datetime(["2015-01-01 06:00"]))
    ahead = pd.Series(pd.to_datetime(["2015-01-01 08:00+02:00"]))
    assert hours_of(naive).tolist() == hours_of(ahead).tolist() == [394_470.0]
    assert times_of(np.array([394_470])).tolist() == [pd.Timestamp("2015-01-01 06:00", tz="UTC")]
