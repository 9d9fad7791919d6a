"""Every store of the contracts, by its port: in a database, or in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pytest
from memory.expiry import MemoryExpiry
from memory.history import MemoryEntries, MemoryHistory, MemoryReopening, MemoryRounds
from memory.labels import MemoryActuals
from memory.ledger import MemoryLedger
from memory.monitoring import (
    MemoryBreaches,
    MemoryDecisions,
    MemoryDueWindows,
    MemoryMeasurements,
    MemoryQualities,
    MemoryScorecards,
    MemoryServedLabels,
)
from memory.outbox import MemoryOutbox
from memory.predictions import MemoryPredictions
from memory.registry import MemoryRegistry
from memory.releases import MemoryApprovals, MemoryDeployments, MemoryHealth, MemoryLooks, MemoryRollouts
from memory.spans import MemorySpans
from memory.store import Memory
from memory.training import MemoryDatasets, MemoryProfileHistory, MemoryRuns, MemorySchedules
from memory.windows import MemoryCorrections, MemoryWindows
from sqlalchemy import Engine, text

from shared.adapters.lazy import Once
from shared.adapters.sql.connection.arguments import BUSY_SECONDS
from shared.adapters.sql.first.connecting import connector
from shared.adapters.sql.first.reads import FirstReads
from shared.adapters.sql.first.stores import FirstDeployments, FirstRegistry, FirstRollouts
from shared.adapters.sql.ledger.history import SqlHistory
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.adapters.sql.ledger.outbox import SqlOutbox
from shared.adapters.sql.ledger.reopening import SqlReopening
from shared.adapters.sql.ledger.rounds import SqlRounds
from shared.adapters.sql.monitoring.actuals import SqlActuals
from shared.adapters.sql.monitoring.due_windows import SqlDueWindows
from shared.adapters.sql.monitoring.measures import (
    SqlBreaches,
    SqlDecisions,
    SqlMeasurements,
    SqlQualities,
    SqlScorecards,
)
from shared.adapters.sql.monitoring.served_labels import SqlServedLabels
from shared.adapters.sql.monitoring.window_labels import SqlWindowLabels
from shared.adapters.sql.prediction.corrections import SqlCorrections
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.adapters.sql.prediction.spans import SqlSpans
from shared.adapters.sql.prediction.windows import SqlWindows
from shared.adapters.sql.release.approvals import SqlApprovals
from shared.adapters.sql.release.deployments import SqlDeployments
from shared.adapters.sql.release.health import SqlHealth
from shared.adapters.sql.release.looks import SqlLooks
from shared.adapters.sql.release.rollouts import SqlRollouts
from shared.adapters.sql.reports.lineage import SqlLineage
from shared.adapters.sql.reports.profile_history import SqlProfileHistory
from shared.adapters.sql.reports.totals import SqlTotals
from shared.adapters.sql.retention.expiry import SqlExpiry
from shared.adapters.sql.schema.predictions import prediction_table
from shared.adapters.sql.training.datasets import SqlDatasets
from shared.adapters.sql.training.registry import LocalRegistry
from shared.adapters.sql.training.runs import SqlRuns
from shared.adapters.sql.training.schedules import SqlSchedules
from shared.core.scenario import Scenario
from shared.serving.deployment import PRODUCTION

DATABASES = ("sqlite", "postgresql")
# The same, where what a first answer reads is read by the driver alone.
BY_DRIVER = ("sqlite-driver", "postgresql-driver")
READ_FIRST = {"deployments": "current", "rollouts": "current", "registry": "find"}
# What only the tables of a database show.
IN_SQL = pytest.mark.parametrize("stores", DATABASES, indirect=True)
_IN_SQL: dict[str, Callable[..., Any]] = {
    "ledger": SqlLedger,
    "history": SqlHistory,
    "reopening": SqlReopening,
    "rounds": SqlRounds,
    "lineage": SqlLineage,
    "totals": SqlTotals,
    "outbox": SqlOutbox,
    "datasets": SqlDatasets,
    "runs": SqlRuns,
    "schedules": SqlSchedules,
    "profiles": SqlProfileHistory,
    "deployments": SqlDeployments,
    "approvals": SqlApprovals,
    "looks": SqlLooks,
    "rollouts": SqlRollouts,
    "health": SqlHealth,
    "windows": SqlWindows,
    "spans": SqlSpans,
    "expiry": SqlExpiry,
    "predictions": SqlPredictions,
    "corrections": SqlCorrections,
    "measurements": SqlMeasurements,
    "qualities": SqlQualities,
    "breaches": SqlBreaches,
    "decisions": SqlDecisions,
    "scorecards": SqlScorecards,
    "actuals": SqlActuals,
    "window_labels": SqlWindowLabels,
    "served_labels": SqlServedLabels,
    "due_windows": SqlDueWindows,
    "registry": LocalRegistry,
}
_IN_MEMORY: dict[str, Callable[..., Any]] = {
    "ledger": MemoryLedger,
    "history": MemoryHistory,
    "reopening": MemoryReopening,
    "rounds": MemoryRounds,
    "lineage": MemoryEntries,
    "totals": MemoryEntries,
    "outbox": MemoryOutbox,
    "datasets": MemoryDatasets,
    "runs": MemoryRuns,
    "schedules": MemorySchedules,
    "profiles": MemoryProfileHistory,
    "deployments": MemoryDeployments,
    "approvals": MemoryApprovals,
    "looks": MemoryLooks,
    "rollouts": MemoryRollouts,
    "health": MemoryHealth,
    "windows": MemoryWindows,
    "spans": MemorySpans,
    "expiry": MemoryExpiry,
    "predictions": MemoryPredictions,
    "corrections": MemoryCorrections,
    "measurements": MemoryMeasurements,
    "qualities": MemoryQualities,
    "breaches": MemoryBreaches,
    "decisions": MemoryDecisions,
    "scorecards": MemoryScorecards,
    "actuals": MemoryActuals,
    "window_labels": MemoryActuals,
    "served_labels": MemoryServedLabels,
    "due_windows": MemoryDueWindows,
    "registry": MemoryRegistry,
}


class Stores(Protocol):
    """Makes a store of the port that is named; two of one name are two processes on the same state."""

    # None in memory.
    engine: Any

    def make(self, port: str, *args: Any, **kwargs: Any) -> Any:
        """The store."""
        ...

    def count(self, scenario: Scenario) -> int:
        """How many prediction rows there are, shown or not."""
        ...


class SqlStores:
    """In a database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def make(self, port: str, *args: Any, **kwargs: Any) -> Any:
        """The store."""
        return _IN_SQL[port](self.engine, *args, **kwargs)

    def count(self, scenario: Scenario) -> int:
        """How many prediction rows there are, shown or not."""
        with self.engine.connect() as connection:
            query = f"SELECT count(*) FROM {prediction_table(scenario).name}"  # noqa: S608 -- the test's own name
            return int(connection.scalar(text(query)) or 0)


class DriverStores(SqlStores):
    """In a database of which a first answer is read by the driver alone; what comes to SQLAlchemy instead fails."""

    def __init__(self, engine: Engine, url: str) -> None:
        super().__init__(engine)
        self.reads = FirstReads(connector(url, BUSY_SECONDS, None), Once(lambda: engine))

    def make(self, port: str, *args: Any, **kwargs: Any) -> Any:
        """The store."""
        store = super().make(port, *args, **kwargs)
        if port not in READ_FIRST:
            return store
        rest = Unread(store, READ_FIRST[port])
        if port == "deployments":
            return FirstDeployments(rest, self.reads, kwargs.get("last", lambda _: PRODUCTION))
        return FirstRollouts(rest, self.reads) if port == "rollouts" else FirstRegistry(rest, self.reads)


class Unread:
    """A store of which one method must not be asked for."""

    def __init__(self, store: Any, method: str) -> None:
        self._store = store
        self._method = method

    def __getattr__(self, name: str) -> Any:
        assert name != self._method, "the driver alone has not read it"
        return getattr(self._store, name)


class MemoryStores:
    """In memory."""

    def __init__(self) -> None:
        self.memory, self.engine = Memory(), None

    def make(self, port: str, *args: Any, **kwargs: Any) -> Any:
        """The store."""
        return _IN_MEMORY[port](self.memory, *args, **kwargs)

    def count(self, scenario: Scenario) -> int:
        """How many prediction rows there are."""
        return len(self.memory.rows[f"predictions of {scenario.name}"])
