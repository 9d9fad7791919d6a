"""All ports of an installation in memory: the real tables, profiles, models and log on stores that are dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from memory.expiry import MemoryExpiry
from memory.history import MemoryEntries, MemoryHistory, MemoryReopening, MemoryRounds
from memory.labels import MemoryActuals
from memory.lake import MemoryLake
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
from memory.store import InMemory, Memory, atomic
from memory.training import MemoryDatasets, MemoryProfileHistory, MemoryRuns, MemorySchedules
from memory.windows import MemoryCorrections, MemoryWindows
from shared.adapters.files.local_publisher import cloud_event
from shared.adapters.functions_serving import FunctionsServing
from shared.adapters.lake.dead_letters import FOLDER, DeadLetterStore, LakeDeadLetters
from shared.adapters.lake.prediction_log import LakePredictionLog
from shared.adapters.lake.telemetry import LakeTelemetry
from shared.adapters.lake.work_marks import LakeWorkMarks
from shared.adapters.onnx.scoring import OnnxScoring
from shared.adapters.process_scorer import ProcessScorer
from shared.adapters.process_trainer import NoTrainer
from shared.adapters.profiling import ArrowPartProfiles, ArrowProfiles
from shared.adapters.run_output import NoRunOutput
from shared.adapters.tables import ArrowTables, Limits
from shared.adapters.webhooks import Webhooks
from shared.alerts.ports import AlertsBundle
from shared.core.notice import Notice
from shared.core.ports import Clock, CoreBundle
from shared.core.scenario import Scenarios, with_quiet
from shared.core.timers.late_timers import read_timers
from shared.datasets.accepted_contracts import AcceptedScenarios
from shared.datasets.ports import DatasetsBundle
from shared.monitoring.ports import MonitoringBundle
from shared.monitoring.prices import read_prices
from shared.operations.ports import OperationsBundle, WaitingMessages
from shared.ports import Ports
from shared.prediction.options.shard_settings import read_sharding
from shared.prediction.options.sql_rows import read_sql_rows
from shared.prediction.ports import PredictionBundle
from shared.profiles.ports import ProfilesBundle
from shared.release.policy_settings import read_policies
from shared.release.ports import ReleaseBundle
from shared.release.traffic import traffic_of
from shared.serving.ports import ServingBundle
from shared.training.ports import TrainingBundle

_MEGABYTES = 100


class Unused:
    """A port that no simulated workflow calls; whoever does is told which."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, method: str) -> Any:
        """A method that refuses."""

        def refuse(*_: Any, **__: Any) -> Any:
            raise NotImplementedError(f"{self._name}.{method} is not kept in memory.")

        return refuse


class Silent:
    """Port `Observer`: nobody looks."""

    def record(self, step: Any) -> None:
        """Forgotten."""

    def request(self, *counted: Any) -> None:
        """Forgotten."""

    def queue(self, *counted: Any) -> None:
        """Forgotten."""


class Untold:
    """Port `Backlog`: the host itself tells how long its queues are."""

    def waiting(self) -> Sequence[WaitingMessages]:
        """Nothing."""
        return ()


class NoSessions:
    """Port `Sessions`: memory has no connections."""

    def close(self) -> None:
        """Nothing."""


class MemoryPublisher(InMemory):
    """Port `Publisher`: events wait for who delivers them."""

    @atomic
    def publish(self, notice: Notice) -> None:
        """Keep the event under its id."""
        self._memory.rows["event"][notice.id] = cloud_event(notice)


def memory_ports(
    memory: Memory, environ: Mapping[str, str], scenarios: Scenarios, clock: Clock, owner: str = ""
) -> Ports:
    """The ports of a process on that memory; `owner` names the home whose claims it may free."""
    lake, policies = MemoryLake(memory, clock), read_policies(environ, scenarios)
    deployments, rollouts = MemoryDeployments(memory, policies.last), MemoryRollouts(memory)
    tables = ArrowTables(Limits.of(_MEGABYTES), clock)

    def traffic(scenario: str, environment: str) -> Any:
        return traffic_of(deployments.current(scenario, environment), rollouts.current(scenario, environment))

    core = CoreBundle(
        scenarios=AcceptedScenarios(with_quiet(scenarios, 0), lake),
        container="mlops",
        clock=clock,
        lake=lake,
        ledger=MemoryLedger(memory, clock, owner),
        history=MemoryHistory(memory),
        rounds=MemoryRounds(memory),
        outbox=MemoryOutbox(memory),
        publisher=MemoryPublisher(memory),
        observer=Silent(),
        marks=LakeWorkMarks(lake),
        sessions=NoSessions(),
    )
    sharding = read_sharding(environ, scenarios)
    return Ports(
        core=core,
        datasets=DatasetsBundle(MemoryDatasets(memory), tables),
        profiles=ProfilesBundle(ArrowProfiles(), ArrowPartProfiles(), MemoryProfileHistory(memory)),
        training=TrainingBundle(
            runs=MemoryRuns(memory, clock),
            registry=MemoryRegistry(memory, lake, clock),
            trainer=NoTrainer(),
            output=NoRunOutput(""),
            schedules=MemorySchedules(memory),
            profile="demo",
        ),
        serving=ServingBundle(
            scoring=OnnxScoring(),
            deployments=deployments,
            rollouts=rollouts,
            health=MemoryHealth(memory),
            readings=Unused("readings"),  # type: ignore[arg-type]
            log=LakePredictionLog(lake, 0),
        ),
        release=ReleaseBundle(
            policies=policies,
            deployments=deployments,
            looks=MemoryLooks(memory),
            approvals=MemoryApprovals(memory),
            rollouts=rollouts,
            endpoints=FunctionsServing(lake, traffic),
        ),
        prediction=PredictionBundle(
            windows=MemoryWindows(memory),
            predictions=MemoryPredictions(memory),
            corrections=MemoryCorrections(memory),
            restoration=Unused("restoration"),  # type: ignore[arg-type]
            telemetry=LakeTelemetry(lake, tables, clock),
            spans=MemorySpans(memory),
            actuals=MemoryActuals(memory),
            delta=Unused("delta"),  # type: ignore[arg-type]
            delta_follows=False,
            engine=ProcessScorer(lake, OnnxScoring(), scenarios, clock, sharding.budget),
            sharding=sharding,
            sql_rows=read_sql_rows(environ),
        ),
        alerts=AlertsBundle(Webhooks(()), Unused("deliveries")),  # type: ignore[arg-type]
        monitoring=MonitoringBundle(
            measurements=MemoryMeasurements(memory),
            qualities=MemoryQualities(memory),
            breaches=MemoryBreaches(memory),
            decisions=MemoryDecisions(memory),
            scorecards=MemoryScorecards(memory),
            actuals=MemoryActuals(memory),
            window_labels=MemoryActuals(memory),
            due_windows=MemoryDueWindows(memory),
            served_labels=MemoryServedLabels(memory),
            prices=read_prices(environ),
            timers=read_timers(environ, clock()),
        ),
        operations=OperationsBundle(
            lineage=MemoryEntries(memory),  # type: ignore[arg-type]
            prediction_rows=Unused("prediction_rows"),  # type: ignore[arg-type]
            totals=MemoryEntries(memory),  # type: ignore[arg-type]
            reopening=MemoryReopening(memory, clock),
            backlog=Untold(),
            dead_letters=LakeDeadLetters([DeadLetterStore(lake, FOLDER)]),
            expiry=MemoryExpiry(memory),
            erasure=Unused("erasure"),  # type: ignore[arg-type]
            remnants=Unused("remnants"),  # type: ignore[arg-type]
        ),
    )
