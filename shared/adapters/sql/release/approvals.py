"""Approvals in SQL: decided once, used once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select, update

from shared.adapters.sql.connection.transactions import read, rows_changed, take_turn, write
from shared.adapters.sql.schema.release import approval as table
from shared.core.errors import Conflict, Missing
from shared.release.approval import Approval, standing_request

_A = table.c


class SqlApprovals:
    """Port `Approvals`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def request(self, approval: Approval, *, once: bool = False) -> Approval:
        """Keep it; while one for the same version, sha256, environment and certificate is undecided or unused, that.

        `once`: else the last that was decided or used, where there is one.
        """
        same = [_A[name] == getattr(approval, name) for name in ("scenario", "version", "sha256", "environment")]
        same += [_A.certificate == approval.certificate, _A.override == int(approval.override)]
        query = select(table).where(*same).order_by(_A.requested_at, _A.id)

        def work(connection: Connection) -> Approval:
            take_turn(connection, f"approvals of {approval.scenario}")
            existing = [_read(row) for row in connection.execute(query).mappings()]
            if (found := standing_request(existing, once=once)) is not None:
                return found
            connection.execute(insert(table), _values(approval))
            return approval

        return write(self._engine, work)

    def find(self, approval_id: str) -> Approval | None:
        """The request, or None."""
        return read(self._engine, lambda connection: _find(connection, approval_id))

    def list(self, scenario: str | None = None) -> Sequence[Approval]:
        """All requests, oldest first."""
        query = select(table).order_by(_A.requested_at, _A.id)
        query = query if scenario is None else query.where(_A.scenario == scenario)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [_read(row) for row in rows]

    def decide(self, decided: Approval) -> Approval:
        """Close an open request and return it; when another decision came first, it is returned instead."""
        names = ("state", "decided_by", "decided_at", "reason")
        change = update(table).where(_A.id == decided.id, _A.state == "open")

        def work(connection: Connection) -> Approval:
            connection.execute(change.values({name: getattr(decided, name) for name in names}))
            existing = _find(connection, decided.id)
            if existing is None:
                raise Missing(f"There is no request for approval {decided.id}.")
            return existing

        return write(self._engine, work)


def use_approval(connection: Connection, approval_id: str) -> None:
    """Use an approved request up in the caller's transaction; Conflict when it is not approved or was used before."""
    if not approval_id:
        return
    change = update(table).where(_A.id == approval_id, _A.state == "approved").values(state="used")
    if not rows_changed(connection.execute(change)):
        existing = _find(connection, approval_id)
        raise Conflict(f"Approval {approval_id} is {existing.state if existing else 'not there'}; it is used once.")


def _find(connection: Connection, approval_id: str) -> Approval | None:
    row = connection.execute(select(table).where(_A.id == approval_id)).mappings().one_or_none()
    return None if row is None else _read(row)


def _values(approval: Approval) -> dict[str, Any]:
    return {**asdict(approval), "override": int(approval.override)}


def _read(row: RowMapping) -> Approval:
    return Approval(**{**row, "override": bool(row["override"])})
