"""Raw readings as requests: each is kept, and answered as soon as the hours a prediction needs are all there.

The state is in SQL: a process that takes one reading and dies leaves it to the next one. What else the features need
(repairs, failures, ages) comes from the scenario's newest dataset version.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Missing, Quarantined
from shared.core.scenario import Column, Live, Scenario
from shared.core.strict_json import read_json_body
from shared.serving.answers import MAX_ROWS, Watch, labels_of
from shared.serving.deployed_models import Serving
from shared.serving.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

    from shared.serving.ports import ServingPorts

_HOUR = timedelta(hours=1)
_FORMATS = ("%m/%d/%Y %I:%M:%S %p",)
_SHAPE = '{"data": [{…one reading an hour…}]}'


def readings_of(scenario: Scenario, live: Live, body: bytes) -> list[Reading] | None:
    """The readings of a request, or None when it is another kind of request; BadInput names the row and field."""
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
        said = f"Row {number}, field {name!r}: {str(value)[:40]!r} is not accepted"
        raise BadInput(f"{said}; accepted: a full hour such as 2015-01-01T06:00:00 (UTC).")
    return at


def _time(text: str) -> datetime | None:
    for read in (datetime.fromisoformat, *(_reader(form) for form in _FORMATS)):
        try:
            found: datetime = read(text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _reader(form: str) -> Any:
    return lambda text: datetime.strptime(text, form)  # noqa: DTZ007 -- a time without a zone is UTC, set by the caller


class LiveAnswers:
    """Answers raw readings; what comes from the dataset version is read once per version and process."""

    def __init__(self, ports: ServingPorts) -> None:
        self._ports = ports
        self._beside: tuple[str, Mapping[str, pd.DataFrame]] | None = None

    def answer(
        self, scenario: Scenario, serving: Serving, readings: Sequence[Reading], watch: Watch
    ) -> Mapping[str, Any]:
        """`result` with one number a reading: 0 until its window is full, then 1 where any label is predicted."""
        live = scenario.live
        if live is None or scenario.assemble is None:
            raise BadInput(f"{scenario.name} takes no raw readings.")
        beside = self._tables(scenario, live)
        _refuse_unknown(live, readings, beside)
        span = timedelta(hours=live.hours)
        self._ports.serving.readings.keep(scenario.name, readings, min(one.at for one in readings) - span)
        found: dict[int, list[str]] = {}
        for entity in dict.fromkeys(one.entity for one in readings):
            mine = {number: one for number, one in enumerate(readings) if one.entity == entity}
            found |= self._of_entity(scenario, live, serving, mine, watch)
        return {
            "result": [int(bool(found.get(number))) for number in range(len(readings))],
            "labels": [found.get(number, []) for number in range(len(readings))],
            "waiting": [number not in found for number in range(len(readings))],
        }

    def _of_entity(
        self, scenario: Scenario, live: Live, serving: Serving, mine: Mapping[int, Reading], watch: Watch
    ) -> dict[int, list[str]]:
        """The labels of each reading whose window is full, by its number in the request."""
        times = [one.at for one in mine.values()]
        entity = next(iter(mine.values())).entity
        start = min(times) - (live.hours - 1) * _HOUR
        kept = self._ports.serving.readings.window(scenario.name, entity, start, max(times))
        hours = {one.at for one in kept}
        full = {
            number: one.at
            for number, one in mine.items()
            if all(one.at - back * _HOUR in hours for back in range(live.hours))
        }
        if not full:
            return {}
        frame = self._frame(scenario, live, kept)
        rows = [_newest(frame, live, at, serving.loaded.contract.names) for at in full.values()]
        answers = serving.loaded.rows(rows)
        watch(rows, answers)
        return dict(zip(full, labels_of(scenario, serving, answers), strict=True))

    def _frame(self, scenario: Scenario, live: Live, kept: Sequence[Reading]) -> pd.DataFrame:
        import pandas as pd

        columns: dict[str, Any] = {
            live.time: pd.to_datetime([one.at for one in kept], utc=True).astype("datetime64[us, UTC]"),
            live.key: [int(one.entity) for one in kept],
        }
        columns |= {name: [one.measured[name] for one in kept] for name in kept[0].measured}
        tables = {**self._tables(scenario, live), live.table: pd.DataFrame(columns)}
        if scenario.assemble is None:
            raise BadInput(f"{scenario.name} takes no raw readings.")
        # Without their failures to come: these are readings of now.
        try:
            return scenario.assemble(tables).sort_values(live.time)
        except Quarantined as fault:
            raise BadInput(fault.reason) from fault

    def _tables(self, scenario: Scenario, live: Live) -> Mapping[str, pd.DataFrame]:
        """The tables beside the readings, of the newest dataset version."""
        import io

        import pyarrow.parquet as pq

        datasets = self._ports.datasets.versions.list(scenario.name)
        if not datasets:
            raise Missing(f"{scenario.name} has no dataset version yet; nothing is known about its {live.key}s.")
        newest = datasets[-1]
        if self._beside is None or self._beside[0] != newest.id:
            found = {}
            for file in newest.tables:
                if file.name in scenario.batch.others:
                    with self._ports.core.lake.open(file.path) as source:
                        found[file.name] = pq.read_table(io.BytesIO(source.read())).to_pandas()
            self._beside = (newest.id, found)
        return self._beside[1]


def _refuse_unknown(live: Live, readings: Sequence[Reading], beside: Mapping[str, pd.DataFrame]) -> None:
    known = {str(one) for one in beside[live.known][live.key].tolist()}
    for number, one in enumerate(readings, 1):
        if one.entity not in known:
            said = f"Row {number}, field {live.key!r}: {one.entity} is not in table {live.known!r}"
            raise BadInput(f"{said} of the newest dataset version; accepted: one of its {len(known)}.")


def _newest(frame: pd.DataFrame, live: Live, at: datetime, names: Sequence[str]) -> Mapping[str, float]:
    """The newest row of features at or before that time."""
    rows = frame[frame[live.time] <= at]
    return {name: float(rows[name].iloc[-1]) for name in names}
