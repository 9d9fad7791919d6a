"""Stateful scoring: each raw reading is stored, and answered once every hour that a prediction needs has a reading.

The state is in SQL, so a process that dies after one reading leaves it to the next process. Whatever else the features
need (repairs, failures, ages) comes from the scenario's newest dataset version.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Missing, Quarantined
from shared.core.scenario import Column, Live, Scenario
from shared.core.strict_json import read_json_body
from shared.datasets.reading import lake_bytes, read_tables
from shared.serving.answers import labels_of, strange_of_request
from shared.serving.deployed_model import DeployedModel
from shared.serving.reading import Reading
from shared.serving.reading_checks import refuse_ahead, refuse_contradiction, refuse_unknown
from shared.serving.request_parsing import MAX_ROWS
from shared.serving.scored_request import ScoredRequest

if TYPE_CHECKING:
    import pandas as pd

    from shared.serving.ports import ServingPorts

_HOUR = timedelta(hours=1)
# So many windows a reading is kept: late ones fill the gaps of a window that is one span old at most.
_KEPT = 2
_HOUR = timedelta(hours=1)
_MONTH_FIRST = "%m/%d/%Y %I:%M:%S %p"
_SHAPE = '{"data": [{…one reading an hour…}]}'


def readings_of(scenario: Scenario, live: Live, body: bytes) -> list[Reading] | None:
    """The readings of a request, or None when the request holds none; BadInput names the row and field."""
    if f'"{live.time}"'.encode() not in body:
        return None
    value = read_json_body(body, _SHAPE)
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, list) or not 1 <= len(data) <= MAX_ROWS or not all(isinstance(row, dict) for row in data):
        raise BadInput(f"data is not a list of 1 to {MAX_ROWS} readings; accepted: {_SHAPE}.")
    columns = scenario.table(live.table).columns
    return [_reading(number, row, columns, live) for number, row in enumerate(data, 1)]


def _reading(number: int, row: Mapping[str, Any], columns: Sequence[Column], live: Live) -> Reading:
    names = [column.name for column in columns]
    if set(row) != set(names):
        raise BadInput(f"Row {number} has the fields {', '.join(map(str, row))[:120]}; accepted: {', '.join(names)}.")
    values = {
        column.name: _number(number, column, row[column.name])
        for column in columns
        if column.name not in (live.key, live.time)
    }
    entity = row[live.key]
    if type(entity) is not int:
        raise BadInput(
            f"Row {number}, field {live.key!r}: {str(entity)[:40]!r} is not accepted; accepted: a whole number."
        )
    return Reading(str(entity), _hour(number, live.time, row[live.time]), values)


def _number(number: int, column: Column, value: Any) -> float:
    low = -math.inf if column.minimum is None else column.minimum
    high = math.inf if column.maximum is None else column.maximum
    if type(value) not in (int, float) or not low <= value <= high or not math.isfinite(value):
        accepted = f"a finite number from {low:g} to {high:g}"
        raise BadInput(
            f"Row {number}, field {column.name!r}: {str(value)[:40]!r} is not accepted; accepted: {accepted}."
        )
    return float(value)


def _hour(number: int, name: str, value: Any) -> datetime:
    at = _time(value) if isinstance(value, str) else None
    if at is None or at.minute or at.second or at.microsecond:
        refusal = f"Row {number}, field {name!r}: {str(value)[:40]!r} is not accepted"
        raise BadInput(f"{refusal}; accepted: a full hour such as 2015-01-01T06:00:00 (UTC).")
    return at


def _time(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, _month_first):
        try:
            at = parse(text)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _month_first(text: str) -> datetime:
    return datetime.strptime(text, _MONTH_FIRST)  # noqa: DTZ007 -- a time without a zone is UTC, set by the caller


class StatefulScorer:
    """Answers raw readings; the tables of a dataset version are read once per version and process."""

    def __init__(self, ports: ServingPorts) -> None:
        self._ports = ports
        self._cached: tuple[str, Mapping[str, pd.DataFrame]] | None = None

    def answer(self, scenario: Scenario, deployed: DeployedModel, readings: Sequence[Reading]) -> ScoredRequest:
        """`result` with one number a reading: 0 until its window is full, then 1 where any label is predicted."""
        live = scenario.live
        if live is None or scenario.assemble is None:
            raise BadInput(f"{scenario.name} takes no raw readings.")
        refuse_unknown(live, readings, self._dataset_tables(scenario, live))
        now = self._ports.core.clock()
        refuse_ahead(live, scenario.table(live.table).column(live.time), readings, now)
        refuse_contradiction(live, readings)
        # A reading leaves by the time at which it came: what a sender's clock says deletes nothing.
        self._ports.serving.readings.keep(scenario.name, readings, now, now - _KEPT * timedelta(hours=live.hours))
        rows = self._full_rows(scenario, live, deployed.loaded.contract.names, readings)
        answers = deployed.loaded.score_rows(list(rows.values())) if rows else None
        labels = {} if answers is None else dict(zip(rows, labels_of(scenario, deployed, answers), strict=True))
        numbers = range(len(readings))
        response = {
            "result": [int(bool(labels.get(number))) for number in numbers],
            "labels": [labels.get(number, []) for number in numbers],
            "waiting": [number not in labels for number in numbers],
        }
        scored = list(rows.values())
        return ScoredRequest(response, scored, answers, strange_of_request(scenario, deployed, scored))

    def _full_rows(
        self, scenario: Scenario, live: Live, names: Sequence[str], readings: Sequence[Reading]
    ) -> dict[int, Mapping[str, float]]:
        """The features of each reading whose window is full, by its number in the request."""
        by_entity: dict[str, dict[int, datetime]] = {}
        for number, reading in enumerate(readings):
            by_entity.setdefault(reading.entity, {})[number] = reading.at
        rows: dict[int, Mapping[str, float]] = {}
        for entity, times in by_entity.items():
            rows |= self._full_rows_of(scenario, live, names, entity, times)
        return rows

    def _full_rows_of(
        self, scenario: Scenario, live: Live, names: Sequence[str], entity: str, times: Mapping[int, datetime]
    ) -> dict[int, Mapping[str, float]]:
        start = min(times.values()) - (live.hours - 1) * _HOUR
        stored = self._ports.serving.readings.window(scenario.name, entity, start, max(times.values()))
        hours = {reading.at for reading in stored}
        full = {
            number: at
            for number, at in times.items()
            if all(at - before * _HOUR in hours for before in range(live.hours))
        }
        if not full:
            return {}
        frame = self._frame(scenario, live, stored)
        return {number: _newest_row(frame, live, at, names) for number, at in full.items()}

    def _frame(self, scenario: Scenario, live: Live, readings: Sequence[Reading]) -> pd.DataFrame:
        """The features that the scenario's own code makes of the readings, in order of time."""
        import pandas as pd

        columns: dict[str, Any] = {
            live.time: pd.to_datetime([reading.at for reading in readings], utc=True).astype("datetime64[us, UTC]"),
            live.key: [int(reading.entity) for reading in readings],
        }
        columns |= {name: [reading.measured[name] for reading in readings] for name in readings[0].measured}
        tables = {**self._dataset_tables(scenario, live), live.table: pd.DataFrame(columns)}
        if scenario.assemble is None:
            raise BadInput(f"{scenario.name} takes no raw readings.")
        # The tables hold no failures after these readings, which are of now.
        try:
            return scenario.assemble(tables).sort_values(live.time)
        except Quarantined as fault:
            raise BadInput(fault.reason) from fault

    def _dataset_tables(self, scenario: Scenario, live: Live) -> Mapping[str, pd.DataFrame]:
        """The tables beside the readings, of the newest dataset version."""
        newest = self._ports.datasets.versions.newest(scenario.name)
        if newest is None:
            raise Missing(f"{scenario.name} has no dataset version yet; nothing is known about its {live.key}s.")
        if self._cached is None or self._cached[0] != newest.id:
            beside = [table for table in newest.tables if table.name in scenario.batch.others]
            tables = read_tables(lake_bytes(self._ports.core.lake), scenario, beside)
            self._cached = (newest.id, {name: table.to_pandas() for name, table in tables.items()})
        return self._cached[1]


def _newest_row(frame: pd.DataFrame, live: Live, at: datetime, names: Sequence[str]) -> Mapping[str, float]:
    """The newest row of features at or before that time."""
    rows = frame[frame[live.time] <= at]
    return {name: float(rows[name].iloc[-1]) for name in names}
