"""Training runs in SQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, insert, select, update

from shared.adapters.sql.connection.transactions import read, rows_changed, write
from shared.adapters.sql.schema.tables import run as table
from shared.training.options.run_options import RunOptions
from shared.training.run import Run, RunState

_ALL = select(table).order_by(table.c.created_at, table.c.id)
_ONE = select(table).where(table.c.id == bindparam("id"))
_OF_REQUEST = select(table).where(table.c.request == bindparam("request"))
_OF_SCENARIO = table.c.scenario == bindparam("scenario")
_NEWEST = select(table).where(_OF_SCENARIO).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(1)
_DATASETS = select(table.c.dataset).where(_OF_SCENARIO).order_by(table.c.created_at, table.c.id)


class SqlRuns:
    """Port `Runs`: one run per request key."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def request(self, run: Run) -> Run:
        """Store the run; when the request key is known, return the existing one."""

        def work(connection: Connection) -> Run:
            row = connection.execute(_OF_REQUEST, {"request": run.request}).one_or_none()
            if row is not None:
                return _run(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
            connection.execute(insert(table), asdict(run) | {"options": run.options.to_json()})
            return run

        return write(self._engine, work)

    def move(
        self, run_id: str, expected: RunState, state: RunState, reason: str, *, attempts: int | None = None
    ) -> bool:
        """Compare-and-set of the state; False when it was not `expected`."""
        values: dict[str, Any] = {"state": state, "reason": reason, "updated_at": self._clock()}
        if attempts is not None:
            values["attempts"] = attempts
        change = update(table).where(table.c.id == run_id, table.c.state == expected).values(values)
        ours = [table.c.id == run_id, *(table.c[name] == value for name, value in values.items() if name != "reason")]
        moved = False

        def work(connection: Connection) -> bool:
            nonlocal moved
            if moved and connection.scalar(select(table.c.id).where(*ours)) is not None:
                return True  # moved a moment ago by this very call, whose answer to COMMIT was lost
            moved = rows_changed(connection.execute(change)) == 1
            return moved

        return write(self._engine, work)

    def find(self, run_id: str) -> Run | None:
        """The run, or None."""
        return next(iter(self._read(_ONE, {"id": run_id})), None)

    def list(
        self, scenario: str | None = None, *, dataset: str = "", states: Collection[RunState] = (), ending: str = ""
    ) -> Sequence[Run]:
        """Runs, oldest first: all, or those of a dataset, in one of these states, whose request key ends so."""
        conditions = [
            *([] if scenario is None else [table.c.scenario == scenario]),
            *([table.c.dataset == dataset] if dataset else []),
            *([table.c.state.in_(states)] if states else []),
            *([table.c.request.endswith(ending, autoescape=True)] if ending else []),
        ]
        # A database may take capital letters for small ones.
        return [run for run in self._read(_ALL.where(*conditions)) if run.request.endswith(ending)]

    def newest(self, scenario: str) -> Run | None:
        """The last run of `list`, or None."""
        return next(iter(self._read(_NEWEST, {"scenario": scenario})), None)

    def datasets(self, scenario: str) -> Sequence[str]:
        """The dataset of each run, in the order of `list`."""
        here = {"scenario": scenario}
        return read(self._engine, lambda connection: connection.scalars(_DATASETS, here).all())

    def _read(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> Sequence[Run]:
        rows = read(self._engine, lambda connection: connection.execute(query, values).mappings().all())
        return [_run(row) for row in rows]


def _run(row: Mapping[Any, Any]) -> Run:
    return Run(**{**row, "options": RunOptions.from_json(row["options"])})
