"""Windows and their inputs in SQL: the unique key on the input decides which window predicts it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from shared.adapters.sql.connection.transactions import read, rows_changed, take_turn, write
from shared.adapters.sql.schema.tables import window as table
from shared.adapters.sql.schema.tables import window_input
from shared.core.errors import Conflict, Missing
from shared.prediction.window import Window, WindowState

_I = window_input.c
# SQL Server takes at most 2 100 parameters in one statement.
_SLICE = 500
_OWN = ("scenario", "id", "ordinal", "state", "created_at", "reason")


class SqlWindows:
    """Port `Windows`: an input belongs to one window, ordinals count per scenario from 1."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, window: Window) -> Window:
        """Keep the window and its inputs under the next ordinal; Conflict when an input is taken.

        The same id again returns the existing window and adds the inputs that it does not have yet.
        """
        return write(self._engine, lambda connection: claim_window(connection, window))

    def claimed(self, scenario: str, inputs: Collection[str]) -> frozenset[str]:
        """Those of the inputs that belong to a window already."""
        return frozenset(read(self._engine, lambda connection: _taken(connection, scenario, list(inputs))))

    def find(self, scenario: str, window_id: str) -> Window | None:
        """The window, or None."""
        query = select(table).where(table.c.scenario == scenario, table.c.id == window_id)

        def work(connection: Connection) -> Window | None:
            row = connection.execute(query).one_or_none()
            inputs = _inputs(connection, scenario, window_id).get((scenario, window_id), ())
            return None if row is None else _read(row, inputs)

        return read(self._engine, work)

    def below(self, scenario: str, folder: str) -> Mapping[str, str]:
        """The inputs below a folder, each with the id of its window."""
        query = select(_I.input, _I.window).where(_I.scenario == scenario, _I.input.startswith(folder, autoescape=True))
        return {row.input: row.window for row in read(self._engine, lambda open_: open_.execute(query).all())}

    def close(
        self, scenario: str, window_id: str, state: WindowState, reason: str, read: Sequence[str] | None = None
    ) -> None:
        """Set the window's final state and free what is not among `read`; Missing when there is no such window."""
        this = (table.c.scenario == scenario, table.c.id == window_id)
        change = update(table).where(*this).values(state=state, reason=reason)

        def work(connection: Connection) -> int:
            # A planner that adds an input comes before this, or finds the window closed.
            take_turn(connection, f"windows of {scenario}")
            if read is not None:
                _free_others(connection, scenario, window_id, frozenset(read))
            return rows_changed(connection.execute(change))

        if not write(self._engine, work):
            raise Missing(f"There is no window {window_id!r} of {scenario}.")

    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Window]:
        """Windows by ordinal."""
        query = select(table).order_by(table.c.ordinal, table.c.scenario)
        if scenario is not None:
            query = query.where(table.c.scenario == scenario)
        if state is not None:
            query = query.where(table.c.state == state)

        def work(connection: Connection) -> Sequence[Window]:
            inputs = _inputs(connection, scenario, state=state)
            return [_read(row, inputs.get((row.scenario, row.id), ())) for row in connection.execute(query)]

        return read(self._engine, work)


def claim_window(connection: Connection, window: Window) -> Window:
    """Keep the window and its inputs, in the caller's transaction; Conflict when an input is taken."""
    take_turn(connection, f"windows of {window.scenario}")
    this = (table.c.scenario == window.scenario, table.c.id == window.id)
    row = connection.execute(select(table).where(*this)).one_or_none()
    if row is not None:
        existing = _inputs(connection, window.scenario, window.id).get((window.scenario, window.id), ())
        if row.state == WindowState.QUARANTINED and not set(window.inputs) <= set(existing):
            raise Conflict(f"Window {window.id!r} of {window.scenario} was closed; it takes no further inputs.")
        return _read(row, existing + _add_inputs(connection, window, existing))
    highest = select(func.max(table.c.ordinal)).where(table.c.scenario == window.scenario)
    kept = replace(window, ordinal=(connection.scalar(highest) or 0) + 1)
    connection.execute(insert(table), {name: getattr(kept, name) for name in _OWN})
    _add_inputs(connection, kept, ())
    return kept


def _free_others(connection: Connection, scenario: str, window_id: str, read: frozenset[str]) -> None:
    """Take all inputs but these from the window."""
    kept = _inputs(connection, scenario, window_id).get((scenario, window_id), ())
    others = [name for name in kept if name not in read]
    for start in range(0, len(others), _SLICE):
        some = _I.input.in_(others[start : start + _SLICE])
        connection.execute(delete(window_input).where(_I.scenario == scenario, _I.window == window_id, some))


def _add_inputs(connection: Connection, window: Window, existing: tuple[str, ...]) -> tuple[str, ...]:
    """Store the inputs that are not `existing` after those; Conflict when another window has one of them."""
    known = frozenset(existing)
    added = tuple(name for name in window.inputs if name not in known)
    _refuse_taken(connection, window, added)
    here = {"scenario": window.scenario, "window": window.id}
    numbered = enumerate(added, len(existing))
    if added:
        connection.execute(insert(window_input), [{**here, "input": name, "position": n} for n, name in numbered])
    return added


def add_free_inputs(connection: Connection, scenario: str, window_id: str, inputs: Sequence[str]) -> None:
    """Store the inputs that belong to no window yet as this one's, in the caller's transaction."""
    taken = _taken(connection, scenario, inputs)
    here = {"scenario": scenario, "window": window_id}
    free = [{**here, "input": name, "position": place} for place, name in enumerate(inputs) if name not in taken]
    if free:
        connection.execute(insert(window_input), free)


def _taken(connection: Connection, scenario: str, inputs: Sequence[str]) -> set[str]:
    """Those of the inputs that belong to a window."""
    taken: set[str] = set()
    for start in range(0, len(inputs), _SLICE):
        query = select(_I.input).where(_I.scenario == scenario, _I.input.in_(inputs[start : start + _SLICE]))
        taken.update(connection.scalars(query))
    return taken


def _refuse_taken(connection: Connection, window: Window, added: tuple[str, ...]) -> None:
    for start in range(0, len(added), _SLICE):
        some = added[start : start + _SLICE]
        query = select(_I.input, _I.window).where(_I.scenario == window.scenario, _I.input.in_(some)).limit(1)
        row = connection.execute(query).one_or_none()
        if row is not None:
            raise Conflict(f"Input {row.input!r} belongs to window {row.window!r} of {window.scenario} already.")


def _inputs(
    connection: Connection, scenario: str | None, window_id: str | None = None, state: str | None = None
) -> dict[tuple[str, str], tuple[str, ...]]:
    query = select(window_input).order_by(_I.position)
    if scenario is not None:
        query = query.where(_I.scenario == scenario)
    if window_id is not None:
        query = query.where(_I.window == window_id)
    if state is not None:
        joined = window_input.join(table, (table.c.scenario == _I.scenario) & (table.c.id == _I.window))
        query = query.select_from(joined).where(table.c.state == state)
    found: defaultdict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    for row in connection.execute(query):
        found[row.scenario, row.window] += (row.input,)
    return found


def _read(row: Row[Any], inputs: tuple[str, ...]) -> Window:
    return Window(row.scenario, row.id, row.ordinal, inputs, WindowState(row.state), row.created_at, row.reason)
