"""What the workflows need from outside, each as a small protocol on our own values, and one bundle of them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.domain.release import Policies
    from shared.domain.scenario import Scenarios
    from shared.ports.dashboard import PredictionRows, Totals
    from shared.ports.events import Outbox, Publisher
    from shared.ports.lake import Lake
    from shared.ports.lineage import Corrections, Lineage
    from shared.ports.monitoring import MonitoringStores
    from shared.ports.observer import Observer
    from shared.ports.operations import Operations
    from shared.ports.profiles import Profiles
    from shared.ports.readings import Readings
    from shared.ports.release import Approvals, HealthStore, Rollouts
    from shared.ports.scoring import Scoring
    from shared.ports.served import Served
    from shared.ports.serving import ServingTarget
    from shared.ports.state import Datasets, Deployments, History, Ledger, Predictions, Runs, Windows
    from shared.ports.tables import Tables
    from shared.ports.training import Registry, Trainer

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything outside, behind protocols. Built once per process by `shared.bootstrap`."""

    scenarios: Scenarios
    container: str
    training_profile: str
    clock: Clock
    lake: Lake
    tables: Tables
    profiles: Profiles
    ledger: Ledger
    history: History
    datasets: Datasets
    runs: Runs
    registry: Registry
    trainer: Trainer
    deployments: Deployments
    scoring: Scoring
    windows: Windows
    predictions: Predictions
    operations: Operations
    lineage: Lineage
    corrections: Corrections
    prediction_rows: PredictionRows
    totals: Totals
    outbox: Outbox
    publisher: Publisher
    monitoring: MonitoringStores
    policies: Policies
    approvals: Approvals
    rollouts: Rollouts
    health: HealthStore
    served: Served
    readings: Readings
    observer: Observer
    serving: ServingTarget


# Read by what needs one of them: protocols and their values take as long to make as numpy takes to load.
_MODULES = {
    "dashboard": ("PredictionRows", "Totals"),
    "events": ("Outbox", "Publisher"),
    "lake": ("Lake",),
    "lineage": ("Corrections", "Lineage"),
    "monitoring": ("MonitoringStores",),
    "observer": ("Observer",),
    "operations": ("Operations",),
    "profiles": ("Profiles",),
    "readings": ("Readings",),
    "release": ("Approvals", "HealthStore", "Rollouts"),
    "scoring": ("Scoring",),
    "served": ("Served",),
    "serving": ("ServingTarget",),
    "state": ("Datasets", "Deployments", "History", "Ledger", "Predictions", "Runs", "Windows"),
    "tables": ("Tables",),
    "training": ("Registry", "Trainer"),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """The protocol of that name, from its module."""
        for module, names in _MODULES.items():
            if name in names:
                return getattr(import_module(f"shared.ports.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Approvals",
    "Clock",
    "Corrections",
    "Datasets",
    "Deployments",
    "HealthStore",
    "History",
    "Lake",
    "Ledger",
    "Lineage",
    "MonitoringStores",
    "Observer",
    "Operations",
    "Outbox",
    "Ports",
    "PredictionRows",
    "Predictions",
    "Profiles",
    "Publisher",
    "Readings",
    "Registry",
    "Rollouts",
    "Runs",
    "Scoring",
    "Served",
    "ServingTarget",
    "Tables",
    "Totals",
    "Trainer",
    "Windows",
]
