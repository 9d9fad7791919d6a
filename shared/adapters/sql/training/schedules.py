"""Schedules in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update

from shared.adapters.sql.connection.transactions import read, rows_changed, take_turn, write
from shared.adapters.sql.schema.schedules import pipeline_schedule as table
from shared.training.options.run_options import RunOptions
from shared.training.schedule import Schedule

_S = table.c


class SqlSchedules:
    """Port `Schedules`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, schedule: Schedule) -> Schedule:
        """Store the schedule; when the name is known, return the existing one."""

        def work(connection: Connection) -> Schedule:
            take_turn(connection, f"schedules of {schedule.scenario}")
            existing = _one(connection, _this(schedule.scenario, schedule.name))
            if existing is None:
                connection.execute(insert(table), _values(schedule))
            return existing or schedule

        return write(self._engine, work)

    def find(self, scenario: str, name: str) -> Schedule | None:
        """The schedule, or None."""
        return read(self._engine, lambda connection: _one(connection, _this(scenario, name)))

    def list(self, scenario: str | None = None, due: datetime | None = None) -> Sequence[Schedule]:
        """All schedules by the time they were made; with `due` those that are active and due by then."""
        query = select(table).order_by(_S.created_at, _S.scenario, _S.name)
        query = query if scenario is None else query.where(_S.scenario == scenario)
        query = query if due is None else query.where(_S.state == "active", _S.due <= due)
        return [_schedule(row) for row in read(self._engine, lambda one: one.execute(query).mappings().all())]

    def change(self, expected: Schedule, changed: Schedule) -> bool:
        """Compare-and-set by state and occurrence; False when it is not as it was expected."""
        this = _this(expected.scenario, expected.name)
        values = {name: value for name, value in _values(changed).items() if name not in ("scenario", "name")}
        statement = update(table).where(*this, _S.state == expected.state, _S.due == expected.due).values(values)
        done = False

        def work(connection: Connection) -> bool:
            nonlocal done
            if done and _one(connection, this) == changed:
                return True  # changed a moment ago by this very call, whose answer to COMMIT was lost
            done = rows_changed(connection.execute(statement)) == 1
            return done

        return write(self._engine, work)


def _this(scenario: str, name: str) -> tuple[ColumnElement[bool], ...]:
    return _S.scenario == scenario, _S.name == name


def _one(connection: Connection, this: tuple[Any, ...]) -> Schedule | None:
    row = connection.execute(select(table).where(*this)).mappings().one_or_none()
    return None if row is None else _schedule(row)


def _values(schedule: Schedule) -> dict[str, Any]:
    return asdict(schedule) | {"options": schedule.options.to_json()}


def _schedule(row: Mapping[Any, Any]) -> Schedule:
    return Schedule(**{**row, "options": RunOptions.from_json(row["options"])})
