"""Machines whose sensors drift before a component fails, hourly, with the records of a workshop.

Before component n fails, sensor n leaves its level more and more over two and a half days, so all four labels can be
learned. Failed components are replaced at once; others are replaced by schedule, which says nothing about failures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from model_training.maintenance.names import COMPONENTS, MACHINE, SENSORS, TIME
from shared.core.scenario import GeneratorOptions

# 2025-01-01 06:00 UTC, in hours since 1970.
START = 482_142
_HOURS_EACH = 1_440
_MOST_MACHINES = 100
_LEVELS = np.array([171.0, 446.0, 100.5, 40.3])
_SPREADS = np.array([15.0, 50.0, 10.0, 5.0])
# A failing component pulls its sensor by so many standard deviations in the end; rotation slows down.
_PULL = np.array([3.0, -3.0, 3.0, 3.0])
_ONSET = 60
_BETWEEN_FAILURES = (200, 400)
_LAST_BEFORE = 150
_SCHEDULE = 15 * 24
_BEFORE_RECORDS = 180 * 24


@dataclass(frozen=True, slots=True)
class _EventRecords:
    """Machine positions, hours after START and kinds of records, (n,) each."""

    machine: np.ndarray
    hour: np.ndarray
    kind: np.ndarray

    def table(self, column: str, names: tuple[str, ...]) -> pa.Table:
        order = np.lexsort((self.kind, self.hour, self.machine))
        kinds = pa.array(names).take(pa.array(self.kind[order]))
        return pa.table({TIME: _times(self.hour[order]), MACHINE: self.machine[order] + 1, column: kinds})


def generate(rows: int, seed: int, options: GeneratorOptions) -> dict[str, pa.Table]:
    """`rows` hours of telemetry, about 60 days of each machine, and its records; equal arguments give equal tables.

    Two machines of 250 hours each is the smallest size at which both have failed.
    `drift` moves every sensor by so many of its standard deviations. `bad_rows` first readings of volt are negative.
    `label_delay`: failures of so many last hours, and the repairs after them, are not recorded yet.
    """
    random = np.random.default_rng(seed)
    machines = int(np.clip(rows // _HOURS_EACH, 2, _MOST_MACHINES))
    hours = -(-rows // machines)
    failures = _failures(random, machines, hours)
    readings = _readings(random, failures, machines, hours) + options.drift
    known = failures.hour < hours - options.label_delay
    recorded = _EventRecords(failures.machine[known], failures.hour[known], failures.kind[known])
    return {
        "telemetry": _telemetry(readings, rows, options.bad_rows),
        "maint": _maintenance(random, recorded, machines, hours).table("comp", COMPONENTS),
        "failures": recorded.table("failure", COMPONENTS),
        "errors": _errors(random, machines, hours),
        "machines": _machines(random, machines),
    }


def _failures(random: np.random.Generator, machines: int, hours: int) -> _EventRecords:
    """Failures of every machine, again and again, in any component."""
    count = hours // _BETWEEN_FAILURES[0] + 2
    # The telemetry begins 150 hours after an unrecorded failure.
    hour = random.integers(*_BETWEEN_FAILURES, (machines, count)).cumsum(axis=1) - _LAST_BEFORE
    # Dealt from shuffled decks of four, machine by machine: every week has failures of all four components, and
    # what failed last says nothing about what fails next.
    decks = random.permuted(np.tile(np.arange(4), (-(-machines * count // 4), 1)), axis=1)
    kind = decks.reshape(-1)[: machines * count].reshape(count, machines).T
    machine, which = np.nonzero(hour < hours)
    return _EventRecords(machine, hour[machine, which], kind[machine, which])


def _readings(random: np.random.Generator, failures: _EventRecords, machines: int, hours: int) -> np.ndarray:
    """Standardised readings (machines, hours, sensors): noise, a weak daily swing, and the pull of failures."""
    day = 2 * np.pi * (START + np.arange(hours)) / 24
    readings = random.normal(0, 1, (machines, hours, len(SENSORS))) + 0.3 * np.sin(day)[:, None]
    back = np.arange(1, _ONSET + 1)
    hour = failures.hour[:, None] - back
    pull = _PULL[failures.kind][:, None] * np.minimum(1, 1.5 * (1 - back / (_ONSET + 1)))
    machine, sensor = (np.repeat(each[:, None], _ONSET, axis=1) for each in (failures.machine, failures.kind))
    np.add.at(readings, (machine, hour, sensor), pull)
    return readings


def _telemetry(readings: np.ndarray, rows: int, bad_rows: int) -> pa.Table:
    machines, hours, _ = readings.shape
    # The last machine sends less where the rows do not divide.
    values = (_LEVELS + _SPREADS * readings).reshape(-1, len(SENSORS))[:rows]
    values[:bad_rows, 0] = -1.0
    columns = {TIME: _times(np.tile(np.arange(hours), machines)[:rows])}
    columns[MACHINE] = pa.array(np.repeat(np.arange(machines, dtype=np.int64) + 1, hours)[:rows])
    return pa.table(columns | {name: values[:, position] for position, name in enumerate(SENSORS)})


def _maintenance(random: np.random.Generator, failures: _EventRecords, machines: int, hours: int) -> _EventRecords:
    """Repairs at the hour of each failure, and one scheduled component every 15 days, also before the telemetry."""
    visits = np.arange(-_BEFORE_RECORDS, hours, _SCHEDULE)
    machine = np.repeat(np.arange(machines), len(visits))
    kind = random.integers(0, len(COMPONENTS), len(machine))
    merged = [np.r_[machine, failures.machine], np.r_[np.tile(visits, machines), failures.hour]]
    records = np.unique(np.column_stack([*merged, np.r_[kind, failures.kind]]), axis=0)
    return _EventRecords(records[:, 0], records[:, 1], records[:, 2])


def _errors(random: np.random.Generator, machines: int, hours: int) -> pa.Table:
    """Error codes of the controllers, about one a week and machine, at random."""
    count = max(machines * hours // 168, 1)
    draws = [random.integers(0, most, count) for most in (machines, hours, 5)]
    records = np.unique(np.column_stack(draws), axis=0)
    errors = _EventRecords(records[:, 0], records[:, 1], records[:, 2])
    return errors.table("errorID", tuple(f"error{number}" for number in range(1, 6)))


def _machines(random: np.random.Generator, machines: int) -> pa.Table:
    models = pa.array([f"model{number}" for number in random.integers(1, 5, machines)])
    ages = random.integers(0, 21, machines)
    return pa.table({MACHINE: np.arange(machines, dtype=np.int64) + 1, "model": models, "age": ages})


def _times(hours: np.ndarray) -> pa.Array:
    return pa.array((hours + START).astype(np.int64) * 3_600_000_000).cast(pa.timestamp("us", "UTC"))
