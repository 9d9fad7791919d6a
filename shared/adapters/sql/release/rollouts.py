"""Rollouts in SQL: gap-free changes, each written by one writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Engine, bindparam, insert, select

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.release.approvals import use_approval
from shared.adapters.sql.schema.release import rollout as table
from shared.core.errors import Conflict
from shared.serving.rollout import Rollout

_R = table.c
_CURRENT = (
    select(table)
    .where(_R.scenario == bindparam("scenario"), _R.environment == bindparam("environment"))
    .order_by(_R.number.desc())
    .limit(1)
)


class SqlRollouts:
    """Port `Rollouts`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self, scenario: str, environment: str) -> Rollout | None:
        """The newest change, or None."""
        return read(self._engine, lambda connection: _current(connection, scenario, environment))

    def write(self, rollout: Rollout, approval: str = "") -> Rollout:
        """Write change n when n - 1 is current; Conflict otherwise. Uses up the approval in the same transaction."""
        written = False

        def work(connection: Connection) -> Rollout:
            nonlocal written
            take_turn(connection, f"rollouts of {rollout.scenario} in {rollout.environment}")
            current = _current(connection, rollout.scenario, rollout.environment)
            if written and current == rollout:
                return rollout  # written a moment ago by this very call, whose answer to COMMIT was lost
            if rollout.number != (current.number if current else 0) + 1:
                now = f"{current.model} is {current.state} ({current.reason})" if current else "there is none"
                raise Conflict(f"The rollout of {rollout.model} in {rollout.environment} has changed: {now}")
            connection.execute(insert(table), asdict(rollout))
            use_approval(connection, approval)
            written = True
            return rollout

        return write(self._engine, work)

    def list(self, scenario: str | None = None) -> Sequence[Rollout]:
        """All changes, oldest first."""
        query = select(table).order_by(_R.at, _R.scenario, _R.environment, _R.number)
        query = query if scenario is None else query.where(_R.scenario == scenario)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [Rollout(**row) for row in rows]


def _current(connection: Connection, scenario: str, environment: str) -> Rollout | None:
    here = {"scenario": scenario, "environment": environment}
    row = connection.execute(_CURRENT, here).mappings().one_or_none()
    return None if row is None else Rollout(**row)
