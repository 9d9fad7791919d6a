"""The deployment pointer and the gate's certificates in SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, bindparam, insert, select, update

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.release.approvals import use_approval
from shared.adapters.sql.schema.tables import deployment as table
from shared.adapters.sql.schema.tables import gate_certificate
from shared.core.errors import Conflict, Corrupt
from shared.release.verdict import Check, Judging, Verdict
from shared.serving.deployment import PRODUCTION, Deployment
from shared.training.model import Model

EVERYWHERE = "*"
_G = gate_certificate.c
_CURRENT = (
    select(table)
    .where(table.c.scenario == bindparam("scenario"), table.c.environment == bindparam("environment"))
    .order_by(table.c.generation.desc())
    .limit(1)
)


class SqlDeployments:
    """Port `Deployments`: gap-free generations, each written by one writer."""

    def __init__(self, engine: Engine, last: Callable[[str], str] = lambda _: PRODUCTION) -> None:
        """`last` names the last environment of a scenario: the one that is meant where none is named."""
        self._engine = engine
        self._last = last

    def current(self, scenario: str, environment: str | None = None) -> Deployment | None:
        """The newest generation in the environment, or None."""
        where = environment or self._last(scenario)
        return read(self._engine, lambda connection: _current(connection, scenario, where))

    def promote(self, deployment: Deployment, approval: str = "") -> Deployment:
        """Write generation n when n - 1 is current; Conflict names the current one otherwise.

        Uses up the approval in the same transaction.
        """
        written = False

        def work(connection: Connection) -> Deployment:
            nonlocal written
            take_turn(connection, f"deployments of {deployment.scenario} in {deployment.environment}")
            current = _current(connection, deployment.scenario, deployment.environment)
            if written and current == deployment:
                return deployment  # written a moment ago by this very call, whose answer to COMMIT was lost
            if deployment.generation != (current.generation if current else 0) + 1:
                raise Conflict(_conflict(deployment, current))
            connection.execute(insert(table), {**asdict(deployment), "override": int(deployment.override)})
            use_approval(connection, approval)
            written = True
            return deployment

        return write(self._engine, work)

    def list(self, scenario: str | None = None, environment: str | None = None) -> Sequence[Deployment]:
        """All generations in the environment, oldest first; "*": in all of them."""
        order = (table.c.at, table.c.scenario, table.c.environment, table.c.generation)
        query = select(table).order_by(*order)
        if scenario is not None:
            query = select(table).where(table.c.scenario == scenario).order_by(table.c.generation, table.c.at)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        found = [_read(row) for row in rows]
        if environment == EVERYWHERE:
            return found
        return [one for one in found if one.environment == (environment or self._last(one.scenario))]

    def certify(self, model: Model, verdict: Verdict) -> None:
        """Keep the verdict of a model version; a later judgement replaces it, another changes nothing."""
        if verdict.sha256 != model.sha256:
            raise Conflict(f"The verdict judged sha256 {verdict.sha256}, {model.id} has {model.sha256}.")
        values = {
            "name": model.name,
            "version": model.version,
            "sha256": model.sha256,
            "passed": int(verdict.passed),
            "model": verdict.model,
            "checks": [asdict(check) for check in verdict.checks],
            "digest": verdict.digest,
            "generation": verdict.generation,
            "judging": asdict(verdict.judging) if verdict.judging else None,
        }

        def work(connection: Connection) -> None:
            standing = _verdict(connection, model)
            if standing is None:
                connection.execute(insert(gate_certificate), values)
            elif _order(verdict) > _order(standing):
                connection.execute(update(gate_certificate).where(*_this(model)).values(values))

        write(self._engine, work)

    def verdict(self, model: Model) -> Verdict | None:
        """The verdict of that model version, or None; Corrupt when it is not the one that was certified."""
        return read(self._engine, lambda connection: _verdict(connection, model))


def _current(connection: Connection, scenario: str, environment: str) -> Deployment | None:
    here = {"scenario": scenario, "environment": environment}
    row = connection.execute(_CURRENT, here).mappings().one_or_none()
    return None if row is None else _read(row)


def _read(row: RowMapping) -> Deployment:
    return Deployment(**{**row, "override": bool(row["override"])})


def _order(verdict: Verdict) -> tuple[int, int]:
    """Which of two verdicts is the later one; those of earlier versions name no generation."""
    return (-1 if verdict.generation is None else verdict.generation, verdict.number)


def _this(model: Model) -> tuple[ColumnElement[bool], ...]:
    return (_G.name == model.name, _G.version == model.version, _G.sha256 == model.sha256)


def _verdict(connection: Connection, model: Model) -> Verdict | None:
    row = connection.execute(select(gate_certificate).where(*_this(model))).one_or_none()
    if row is None:
        return None
    judging = Judging(**row.judging) if row.judging else None
    verdict = Verdict(row.model, row.sha256, tuple(Check(**check) for check in row.checks), row.generation, judging)
    if verdict.digest != row.digest or int(verdict.passed) != row.passed:
        raise Corrupt(f"The certificate of {model.id} in the database is not the one the gate wrote.")
    return verdict


def _conflict(wanted: Deployment, current: Deployment | None) -> str:
    now = "nothing is deployed"
    if current is not None:
        now = f"generation {current.generation} ({current.model_id}) is current"
    return f"Generation {wanted.generation} of {wanted.scenario} cannot be written: {now}."
