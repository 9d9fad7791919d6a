"""The bundle of each room, on one database and one lake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from shared.adapters.azure.clients import make_credential
from shared.adapters.lake.dead_letters import LakeDeadLetters
from shared.adapters.lake.prediction_log import LakePredictionLog
from shared.adapters.lake.work_marks import LakeWorkMarks
from shared.adapters.lazy import Once, lazy
from shared.adapters.limited_lake import LimitedLake
from shared.adapters.logging_ledger import LoggingLedger
from shared.adapters.onnx.scoring import OnnxScoring
from shared.adapters.sql.connection.arguments import BUSY_SECONDS
from shared.adapters.sql.first.connecting import connector
from shared.adapters.sql.first.reads import FirstReads
from shared.adapters.sql.first.stores import FirstDeployments, FirstRollouts
from shared.adapters.sql.sessions import SqlSessions
from shared.adapters.tables import ArrowTables, Limits
from shared.adapters.work_marking import WorkMarking
from shared.alerts.ports import AlertsBundle
from shared.bootstrap import backends
from shared.bootstrap.workspaces import Workspaces
from shared.core.ports import Clock, CoreBundle
from shared.core.timers.late_timers import Timers, read_timers
from shared.datasets.accepted_contracts import AcceptedScenarios, declared_ones
from shared.datasets.ports import DatasetsBundle
from shared.monitoring.ports import MonitoringBundle
from shared.monitoring.prices import Prices, read_prices
from shared.operations.ports import OperationsBundle
from shared.prediction.options.shard_settings import Sharding, read_sharding
from shared.prediction.options.sql_rows import read_sql_rows
from shared.prediction.ports import PredictionBundle, ScoringEngine
from shared.profiles.ports import ProfilesBundle
from shared.release.ports import ReleaseBundle
from shared.release.traffic import Traffic, traffic_of
from shared.serving.ports import ServingBundle
from shared.settings import Settings
from shared.training.options.option_settings import read_options
from shared.training.ports import TrainingBundle

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.adapters.sql.connection.tokens import Credential
    from shared.core.scenario import Scenarios
    from shared.datasets.ports import DatasetVersions, Tables
    from shared.release.policy import Policies
    from shared.release.ports import Deployments, Rollouts

# The package of the stores: the first use of one loads its module, and the first of all opens the database.
_SQL = "shared.adapters.sql."


@dataclass(frozen=True, slots=True)
class Root:
    """What all bundles share: settings, database, core ports, policies. Each method makes the bundle of a room.

    Nothing here opens the database: the first use of a store does.
    """

    settings: Settings
    environ: Mapping[str, str]
    policies: Policies
    engine: Once[Engine]
    first: FirstReads
    core: CoreBundle
    deployments: Deployments
    rollouts: Rollouts
    workspaces: Workspaces

    def datasets(self) -> DatasetsBundle:
        """Dataset versions, and tables under their contract."""
        limits = Limits.of(self.settings.max_file_mb)
        versions = lazy(f"{_SQL}training.datasets:SqlDatasets", self.engine)
        return DatasetsBundle(versions=versions, tables=ArrowTables(limits, self.core.clock))

    def profiles(self) -> ProfilesBundle:
        """Profiles on Arrow and numpy, and their history for reports."""
        return ProfilesBundle(
            profiler=lazy("shared.adapters.profiling:ArrowProfiles"),
            parts=lazy("shared.adapters.profiling:ArrowPartProfiles"),
            history=lazy(f"{_SQL}reports.profile_history:SqlProfileHistory", self.engine),
        )

    def training(self, datasets: DatasetVersions, make_job: backends.JobMaker | None) -> TrainingBundle:
        """Runs, the registry, the trainer and schedules."""
        jobs = backends.JobFactory(self.core.scenarios, datasets, make_job, self.core.lake)
        return TrainingBundle(
            runs=lazy(f"{_SQL}training.runs:SqlRuns", self.engine, self.core.clock),
            registry=backends.open_registry(
                self.settings, (self.engine, self.first), self.core.lake, self.core.clock, self.workspaces
            ),
            trainer=backends.open_trainer(self.settings, self.environ, self.core.lake, jobs, self.workspaces),
            output=backends.open_run_output(self.settings),
            schedules=lazy(f"{_SQL}training.schedules:SqlSchedules", self.engine),
            profile=self.settings.training_profile,
            options=read_options(self.environ, declared_ones(self.core.scenarios)),
        )

    def serving(self) -> ServingBundle:
        """Models that answer in this process, their counts, and the log of their answers."""
        return ServingBundle(
            scoring=OnnxScoring(),
            deployments=self.deployments,
            rollouts=self.rollouts,
            health=lazy(f"{_SQL}release.health:SqlHealth", self.engine),
            readings=lazy(f"{_SQL}prediction.readings:SqlReadings", self.engine),
            log=LakePredictionLog(self.core.lake, self.settings.log_sample),
        )

    def release(self, code: Callable[[], str]) -> ReleaseBundle:
        """Policies, deployments, looks, approvals, rollouts and endpoints."""
        return ReleaseBundle(
            policies=self.policies,
            deployments=self.deployments,
            looks=lazy(f"{_SQL}release.looks:SqlLooks", self.engine),
            approvals=lazy(f"{_SQL}release.approvals:SqlApprovals", self.engine),
            rollouts=self.rollouts,
            endpoints=backends.open_serving(self.settings, code, self.core.lake, self._traffic, self.workspaces),
            signer=backends.open_signer(self.settings),
        )

    def _traffic(self, scenario: str, environment: str) -> Traffic:
        current = self.deployments.current(scenario, environment)
        return traffic_of(current, self.rollouts.current(scenario, environment))

    def prediction(self, tables: Tables, make_job: backends.ShardsJobMaker | None) -> PredictionBundle:
        """Windows, their rows, corrections, telemetry and labels."""
        sharding = read_sharding(self.environ, self.core.scenarios)
        engine = backends.open_scorer(self.settings, self.environ, self.core.lake, make_job, self.workspaces)
        return PredictionBundle(
            windows=lazy(f"{_SQL}prediction.windows:SqlWindows", self.engine),
            predictions=lazy(f"{_SQL}prediction.predictions:SqlPredictions", self.engine),
            corrections=lazy(f"{_SQL}prediction.corrections:SqlCorrections", self.engine),
            restoration=lazy(f"{_SQL}prediction.restoring:SqlRestoring", self.engine),
            telemetry=backends.open_telemetry(self.settings, self.core.lake, tables),
            spans=lazy(f"{_SQL}prediction.spans:SqlSpans", self.engine),
            actuals=lazy(f"{_SQL}monitoring.actuals:SqlActuals", self.engine),
            engine=engine or self._in_process(sharding),
            sharding=sharding,
            sql_rows=read_sql_rows(self.environ),
            delta=backends.open_delta(self.settings),
            delta_follows=backends.delta_follows(self.environ),
        )

    def _in_process(self, sharding: Sharding) -> ScoringEngine:
        core = self.core
        scorer = "shared.adapters.process_scorer:ProcessScorer"
        return cast(
            "ScoringEngine", lazy(scorer, core.lake, OnnxScoring(), core.scenarios, core.clock, sharding.budget)
        )

    def alerts(self) -> AlertsBundle:
        """The webhooks of alerts, and their deliveries."""
        return AlertsBundle(
            notifier=lazy("shared.adapters.webhooks:Webhooks", self.settings.alert_targets),
            deliveries=lazy(f"{_SQL}monitoring.alerts:SqlAlertDeliveries", self.engine),
        )

    def monitoring(self) -> MonitoringBundle:
        """The measurements, breaches and decisions of monitoring."""
        timers = read_timers(self.environ, self.core.clock())
        return monitoring_bundle(self.engine, read_prices(self.environ), timers)

    def operations(self) -> OperationsBundle:
        """Lineage, rows and counts for people, reopening and dead letters."""
        return OperationsBundle(
            lineage=lazy(f"{_SQL}reports.lineage:SqlLineage", self.engine),
            prediction_rows=lazy(f"{_SQL}reports.prediction_rows:SqlPredictionRows", self.engine),
            totals=lazy(f"{_SQL}reports.totals:SqlTotals", self.engine),
            reopening=lazy(f"{_SQL}ledger.reopening:SqlReopening", self.engine, self.core.clock),
            erasure=lazy(f"{_SQL}retention.erasure:SqlErasure", self.engine),
            remnants=lazy("shared.adapters.files.remnants:HomeRemnants", self.settings.home),
            expiry=lazy(f"{_SQL}retention.expiry:SqlExpiry", self.engine),
            backlog=backends.open_backlog(self.settings),
            dead_letters=LakeDeadLetters(backends.dead_letter_stores(self.settings, self.core.lake)),
        )


def monitoring_bundle(engine: Once[Engine], prices: Prices, timers: Timers) -> MonitoringBundle:
    """The stores of monitoring in that database."""
    measures = f"{_SQL}monitoring.measures:"
    return MonitoringBundle(
        measurements=lazy(f"{measures}SqlMeasurements", engine),
        qualities=lazy(f"{measures}SqlQualities", engine),
        breaches=lazy(f"{measures}SqlBreaches", engine),
        decisions=lazy(f"{measures}SqlDecisions", engine),
        scorecards=lazy(f"{measures}SqlScorecards", engine),
        actuals=lazy(f"{_SQL}monitoring.actuals:SqlActuals", engine),
        window_labels=lazy(f"{_SQL}monitoring.window_labels:SqlWindowLabels", engine),
        due_windows=lazy(f"{_SQL}monitoring.due_windows:SqlDueWindows", engine),
        served_labels=lazy(f"{_SQL}monitoring.served_labels:SqlServedLabels", engine),
        prices=prices,
        timers=timers,
    )


def open_root(
    environ: Mapping[str, str], settings: Settings, policies: Policies, scenarios: Scenarios, clock: Clock
) -> Root:
    """Open the lake; the first use of a store opens the database. Only what is kept in the home folder makes it."""
    observer = backends.open_observer(settings, clock)
    store = backends.open_lake(settings)
    marks = LakeWorkMarks(store)
    before_writing = WorkMarking(marks, clock)
    lake = LimitedLake(store, before_writing)
    credential: Once[Credential] = Once(lambda: make_credential(settings.azure_credential))
    engine = Once(lambda: _open_database(settings, credential, before_writing))
    first = FirstReads(connector(settings.database_url, BUSY_SECONDS, credential), engine)
    ledger = lazy(f"{_SQL}ledger.ledger:SqlLedger", engine, clock, backends.owner_of(settings))
    core = CoreBundle(
        scenarios=AcceptedScenarios(scenarios, lake),
        container=settings.container,
        clock=clock,
        lake=lake,
        ledger=LoggingLedger(ledger, observer),
        history=lazy(f"{_SQL}ledger.history:SqlHistory", engine),
        outbox=lazy(f"{_SQL}ledger.outbox:SqlOutbox", engine),
        publisher=backends.open_publisher(settings),
        observer=observer,
        rounds=lazy(f"{_SQL}ledger.rounds:SqlRounds", engine),
        marks=marks,
        sessions=SqlSessions(engine, first),
    )
    stored = lazy(f"{_SQL}release.deployments:SqlDeployments", engine, policies.last)
    deployments = cast("Deployments", FirstDeployments(stored, first, policies.last))
    rollouts = cast("Rollouts", FirstRollouts(lazy(f"{_SQL}release.rollouts:SqlRollouts", engine), first))
    workspaces = Workspaces(settings.azure_credential)
    return Root(settings, environ, policies, engine, first, core, deployments, rollouts, workspaces)


def _open_database(settings: Settings, credential: Once[Credential], before_writing: WorkMarking) -> Engine:
    from shared.adapters.sql.database import open_database

    return open_database(settings.database_url, credential=credential, before_writing=before_writing)
