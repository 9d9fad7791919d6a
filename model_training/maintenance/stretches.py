"""Telemetry as stretches: consecutive hours of one machine, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from model_training.maintenance.names import MACHINE, SENSORS, TIME
from shared.core.errors import Quarantined

if TYPE_CHECKING:
    import pandas as pd

_TABLE = "telemetry"
_HOUR = np.timedelta64(3_600_000_000, "us")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Readings of `machine` in every hour from `start` (hours since 1970, UTC) on; `readings` is (sensors, hours)."""

    machine: int
    start: int
    readings: np.ndarray

    @property
    def hours(self) -> np.ndarray:
        """The hour of each reading, int64 (hours,)."""
        return np.arange(self.start, self.start + self.readings.shape[1])


def split_stretches(telemetry: pd.DataFrame) -> Sequence[Stretch]:
    """The stretches of a telemetry table in any row order, by machine and then by time.

    A missing hour ends a stretch and the next one begins as if the records began there: nothing is filled in.
    Quarantined when a machine has two rows for one hour, a time is not a full hour, or a reading is not a number.
    """
    machine = telemetry[MACHINE].to_numpy(np.int64)
    hour = _full_hours(telemetry[TIME])
    values = telemetry[list(SENSORS)].to_numpy(np.float64)
    _refuse_gaps_in_rows(values)
    order = np.lexsort((hour, machine))
    machine, hour, values = machine[order], hour[order], values[order]
    same = machine[1:] == machine[:-1]
    _refuse_repeated(same & (hour[1:] == hour[:-1]), order, machine, telemetry)
    breaks = np.flatnonzero(~(same & (hour[1:] == hour[:-1] + 1))) + 1
    ends = np.unique(np.r_[0, breaks, len(order)])
    return [Stretch(int(machine[a]), int(hour[a]), np.ascontiguousarray(values[a:b].T)) for a, b in pairwise(ends)]


def hours_of(times: pd.Series) -> np.ndarray:
    """Times as hours since 1970, UTC, float64 (rows,); a time without a zone is UTC."""
    return np.asarray(times.to_numpy(dtype="datetime64[us]").astype(np.int64) / _HOUR.astype(np.int64))


def times_of(hours: np.ndarray) -> pd.DatetimeIndex:
    """Whole hours since 1970 as UTC times with microseconds, the inverse of `hours_of`."""
    import pandas as pd

    return pd.DatetimeIndex(hours.astype("datetime64[h]").astype("datetime64[us]")).tz_localize("UTC")


def _full_hours(times: pd.Series) -> np.ndarray:
    hours = hours_of(times)
    whole = np.floor(hours)
    if (whole != hours).any():
        row = int((whole != hours).argmax())
        sentence = (
            f"Table {_TABLE!r}, column {TIME!r}, row {row + 1}: {times.iloc[row]} is not a full hour; "
            "accepted: one row per machine and full hour."
        )
        raise Quarantined("off_the_hour", sentence, table=_TABLE, column=TIME, row=row + 1)
    return whole.astype(np.int64)


def _refuse_gaps_in_rows(values: np.ndarray) -> None:
    wrong = ~np.isfinite(values)
    if wrong.any():
        row, column = (int(position) for position in np.argwhere(wrong)[0])
        name = SENSORS[column]
        sentence = f"Table {_TABLE!r}, column {name!r}, row {row + 1}: no finite number; accepted: a reading per hour."
        raise Quarantined("not_finite", sentence, table=_TABLE, column=name, row=row + 1)


def _refuse_repeated(repeated: np.ndarray, order: np.ndarray, machine: np.ndarray, telemetry: pd.DataFrame) -> None:
    if not repeated.any():
        return
    at = int(repeated.argmax()) + 1
    # The sort is stable: of two equal rows the later one of the file comes second.
    row = int(order[at])
    sentence = (
        f"Table {_TABLE!r}, row {row + 1}: machine {machine[at]} has a row for {telemetry[TIME].iloc[row]} already; "
        "accepted: one row per machine and hour."
    )
    raise Quarantined("duplicate_key", sentence, table=_TABLE, column=MACHINE, row=row + 1)
