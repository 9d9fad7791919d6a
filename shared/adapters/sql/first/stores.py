"""The stores that a first answer reads: the deployed generation, its model, the rollout. The rest is SQLAlchemy's.

Each column bears the name of its table: SQLite takes a quoted name that it does not know for a text.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.adapters.sql.first.reads import NotRead
from shared.serving.deployment import Deployment
from shared.serving.rollout import Rollout
from shared.training.model import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.adapters.sql.first.reads import FirstReads

GENERATION = (
    "SELECT d.scenario, d.generation, d.model, d.version, d.sha256, "
    'd."at", d."by", d.reason, d.environment, d."override", d.restores '
    "FROM deployment AS d WHERE d.scenario = :text AND d.environment = :text AND d.generation = "
    "(SELECT max(e.generation) FROM deployment AS e WHERE e.scenario = d.scenario AND e.environment = d.environment)"
)
ROLLOUT = (
    "SELECT r.scenario, r.environment, r.number, r.version, r.sha256, r.base, r.state, r.step, r.share, "
    'r."at", r."by", r.reason '
    "FROM rollout AS r WHERE r.scenario = :text AND r.environment = :text AND r.number = "
    "(SELECT max(s.number) FROM rollout AS s WHERE s.scenario = r.scenario AND s.environment = r.environment)"
)
MODEL = (
    "SELECT m.name, m.version, m.sha256, m.run, m.dataset, m.metrics, m.folder, m.created_at, m.state, m.refit_sha256 "
    "FROM model_version AS m WHERE m.name = :text AND m.version = :number AND m.state <> 'reserved'"
)


class _First:
    """A store; what is not read first is its own."""

    def __init__(self, store: Any, reads: FirstReads) -> None:
        self._store = store
        self._reads = reads

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _first[T](
        self, make: Callable[[Mapping[str, Any]], T], stored: Callable[[], T | None], statement: str, *given: str | int
    ) -> T | None:
        """What is made of the row, None without one; what is `stored` where the driver alone does not read it."""
        try:
            row = self._reads.row(statement, *given)
        except NotRead:
            return stored()
        return None if row is None else make(row)


class FirstDeployments(_First):
    """Port `Deployments`."""

    def __init__(self, store: Any, reads: FirstReads, last: Callable[[str], str]) -> None:
        """`last` names the last environment of a scenario: the one that is meant where none is named."""
        super().__init__(store, reads)
        self._last = last

    def current(self, scenario: str, environment: str | None = None) -> Deployment | None:
        """The newest generation in the environment, or None."""
        where = environment or self._last(scenario)
        return self._first(_deployment, lambda: self._store.current(scenario, environment), GENERATION, scenario, where)


class FirstRollouts(_First):
    """Port `Rollouts`."""

    def current(self, scenario: str, environment: str) -> Rollout | None:
        """The newest change, or None."""
        return self._first(_rollout, lambda: self._store.current(scenario, environment), ROLLOUT, scenario, environment)


class FirstRegistry(_First):
    """Port `Registry`."""

    def find(self, name: str, version: int) -> Model | None:
        """The model version, or None when it is not (yet) visible."""
        return self._first(_model, lambda: self._store.find(name, version), MODEL, name, version)


def _deployment(row: Mapping[str, Any]) -> Deployment:
    return Deployment(**{**row, "at": _instant(row["at"]), "override": bool(row["override"])})


def _rollout(row: Mapping[str, Any]) -> Rollout:
    return Rollout(**{**row, "at": _instant(row["at"])})


def _model(row: Mapping[str, Any]) -> Model:
    # One driver gives what is in it, the others its text.
    metrics = json.loads(row["metrics"]) if isinstance(row["metrics"], str) else row["metrics"]
    at, refit = _instant(row["created_at"]), row["refit_sha256"] or ""
    return Model(**{**row, "metrics": metrics, "created_at": at, "refit_sha256": refit})


def _instant(stored: datetime | str) -> datetime:
    """An instant as it is stored, in UTC without a zone; SQLite has it as text."""
    at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return at.replace(tzinfo=UTC)
