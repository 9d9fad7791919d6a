"""The deployment pointer and the gate's certificates in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Engine, insert, select

from shared.adapters.sql.engine import read, write
from shared.adapters.sql.schema import deployment as table
from shared.adapters.sql.schema import gate_certificate
from shared.domain.records import Check, Deployment, Model, Verdict
from shared.errors import Conflict

_G = gate_certificate.c


class SqlDeployments:
    """Port `Deployments`: gap-free generations, each written by one writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def current(self, scenario: str) -> Deployment | None:
        """The newest generation, or None."""
        return read(self._engine, lambda connection: _current(connection, scenario))

    def promote(self, deployment: Deployment) -> Deployment:
        """Write generation n when n - 1 is current; Conflict names the current one otherwise."""

        def work(connection: Connection) -> Deployment:
            current = _current(connection, deployment.scenario)
            if deployment.generation != (current.generation if current else 0) + 1:
                raise Conflict(_sentence(deployment, current))
            connection.execute(insert(table), asdict(deployment))
            return deployment

        return write(self._engine, work)

    def list(self, scenario: str | None = None) -> Sequence[Deployment]:
        """All generations, oldest first."""
        query = select(table).order_by(table.c.at, table.c.scenario, table.c.generation)
        if scenario is not None:
            query = select(table).where(table.c.scenario == scenario).order_by(table.c.generation)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [Deployment(**row) for row in rows]

    def certify(self, model: Model, verdict: Verdict) -> None:
        """Keep the verdict of a model version; a second one for the same sha256 changes nothing."""
        if verdict.sha256 != model.sha256:
            raise Conflict(f"The verdict judged sha256 {verdict.sha256}, {model.id} has {model.sha256}.")
        values = {
            "name": model.name,
            "version": model.version,
            "sha256": model.sha256,
            "passed": int(verdict.passed),
            "model": verdict.model,
            "checks": [asdict(check) for check in verdict.checks],
        }

        def work(connection: Connection) -> None:
            if _verdict(connection, model) is None:
                connection.execute(insert(gate_certificate), values)

        write(self._engine, work)

    def verdict(self, model: Model) -> Verdict | None:
        """The verdict of that model version, or None."""
        return read(self._engine, lambda connection: _verdict(connection, model))


def _current(connection: Connection, scenario: str) -> Deployment | None:
    query = select(table).where(table.c.scenario == scenario).order_by(table.c.generation.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Deployment(**row)


def _verdict(connection: Connection, model: Model) -> Verdict | None:
    this = (_G.name == model.name, _G.version == model.version, _G.sha256 == model.sha256)
    row = connection.execute(select(gate_certificate).where(*this)).one_or_none()
    return None if row is None else Verdict(row.model, row.sha256, tuple(Check(**check) for check in row.checks))


def _sentence(asked: Deployment, current: Deployment | None) -> str:
    now = "nothing is deployed"
    if current is not None:
        now = f"generation {current.generation} ({current.model}:{current.version}) is current"
    return f"Generation {asked.generation} of {asked.scenario} cannot be written: {now}."
