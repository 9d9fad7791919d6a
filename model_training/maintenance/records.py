"""Maintenance and failures as sorted hours per machine and component."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from model_training.maintenance.names import COMPONENTS, MACHINE, TIME
from model_training.maintenance.stretches import hours_of

if TYPE_CHECKING:
    import pandas as pd

# A year. Events that never happened, or happened earlier, count as a year ago: the number must not depend on where
# the records begin, or a service with a shorter history would give a model other inputs than training did.
NEVER = 365 * 24.0
# A failure is predicted from this many hours before it until LATEST hours before it.
EARLIEST = 48
LATEST = 3

Records = Mapping[tuple[int, str], np.ndarray]


def records_of(table: pd.DataFrame | None, component: str) -> Records:
    """Sorted hours since 1970 for each (machine, component named in that column); no table means no records."""
    if table is None or table.empty:
        return {}
    hours = hours_of(table[TIME])
    groups = table.groupby([MACHINE, component], observed=True).indices
    return {(int(machine), str(name)): np.sort(hours[rows]) for (machine, name), rows in groups.items()}


def hours_since(records: Records, machine: int, at: np.ndarray) -> np.ndarray:
    """Hours from the last record at or before each of `at` (rows,), (rows, components); at most NEVER."""
    return np.column_stack([_since(records.get((machine, name)), at) for name in COMPONENTS])


def failing(records: Records, machine: int, at: np.ndarray) -> np.ndarray:
    """1.0 where the component fails 3 to 48 hours, both included, after each of `at` (rows,); (rows, components)."""
    return np.column_stack([_fails(records.get((machine, name)), at) for name in COMPONENTS])


def _since(hours: np.ndarray | None, at: np.ndarray) -> np.ndarray:
    if hours is None:
        return np.full(len(at), NEVER)
    count = np.searchsorted(hours, at, side="right")
    return np.where(count > 0, np.minimum(at - hours[np.maximum(count - 1, 0)], NEVER), NEVER)


def _fails(hours: np.ndarray | None, at: np.ndarray) -> np.ndarray:
    if hours is None:
        return np.zeros(len(at))
    first = np.searchsorted(hours, at + LATEST, side="left")
    there = first < len(hours)
    return np.where(there & (hours[np.minimum(first, len(hours) - 1)] <= at + EARLIEST), 1.0, 0.0)
