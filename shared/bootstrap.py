"""The composition root: settings become adapters, adapters become `Ports`. Nowhere else is a backend chosen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from shared.domain.policy_settings import read_policies
from shared.domain.scenario import Scenarios
from shared.ports import Clock, Lake, Observer, Ports, Publisher, Trainer
from shared.settings import Settings, read_settings


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def build_ports(environ: Mapping[str, str], scenarios: Scenarios, clock: Clock = utc_now) -> Ports:
    """Ports for these settings; Misconfigured when one is missing or cannot be used."""
    from shared.adapters.azure_clients import make_credential
    from shared.adapters.lake_served import LakeServed
    from shared.adapters.onnx_scoring import OnnxScoring
    from shared.adapters.operations import operations
    from shared.adapters.profiling import ArrowProfiles
    from shared.adapters.sql.approvals import SqlApprovals
    from shared.adapters.sql.corrections import SqlCorrections
    from shared.adapters.sql.datasets import SqlDatasets
    from shared.adapters.sql.deployments import SqlDeployments
    from shared.adapters.sql.engine import open_database
    from shared.adapters.sql.health import SqlHealth
    from shared.adapters.sql.history import SqlHistory
    from shared.adapters.sql.ledger import SqlLedger
    from shared.adapters.sql.lineage import SqlLineage
    from shared.adapters.sql.outbox import SqlOutbox
    from shared.adapters.sql.prediction_rows import SqlPredictionRows
    from shared.adapters.sql.predictions import SqlPredictions
    from shared.adapters.sql.registry import LocalRegistry
    from shared.adapters.sql.rollouts import SqlRollouts
    from shared.adapters.sql.runs import SqlRuns
    from shared.adapters.sql.stores_monitoring import monitoring_stores
    from shared.adapters.sql.totals import SqlTotals
    from shared.adapters.sql.windows import SqlWindows
    from shared.adapters.tables import ArrowTables, Limits
    from shared.adapters.told_ledger import ToldLedger

    settings = read_settings(environ)
    policies = read_policies(environ, scenarios)
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database_url, credential=lambda: make_credential(settings.azure_credential))
    lake = _lake(settings)
    tables = ArrowTables(Limits(file_bytes=settings.max_file_mb << 20))
    alerted = settings.alert_targets
    observer = _observer(settings, clock)
    return Ports(
        scenarios=scenarios,
        container=settings.container,
        training_profile=settings.training_profile,
        clock=clock,
        lake=lake,
        tables=tables,
        profiles=ArrowProfiles(),
        ledger=ToldLedger(SqlLedger(engine, clock), observer),
        history=SqlHistory(engine),
        datasets=SqlDatasets(engine),
        runs=SqlRuns(engine, clock),
        registry=LocalRegistry(engine, lake, clock),
        trainer=_trainer(settings, environ),
        deployments=SqlDeployments(engine, policies.last),
        scoring=OnnxScoring(),
        windows=SqlWindows(engine),
        predictions=SqlPredictions(engine),
        operations=operations(engine, lake, tables, home=settings.home, targets=alerted, clock=clock),
        lineage=SqlLineage(engine),
        corrections=SqlCorrections(engine),
        prediction_rows=SqlPredictionRows(engine),
        totals=SqlTotals(engine),
        outbox=SqlOutbox(engine),
        publisher=_publisher(settings),
        monitoring=monitoring_stores(engine),
        policies=policies,
        approvals=SqlApprovals(engine),
        rollouts=SqlRollouts(engine),
        health=SqlHealth(engine),
        served=LakeServed(lake, settings.log_sample),
        observer=observer,
    )


def _observer(settings: Settings, clock: Clock) -> Observer:
    from shared.adapters.file_observer import FileObserver

    records = FileObserver(settings.home / "logs", clock)
    if not settings.insights:
        return records
    from shared.adapters.otel_observer import Both, application_insights

    return Both(records, application_insights(settings.insights))


def _lake(settings: Settings) -> Lake:
    if settings.lake_folder:
        from shared.adapters.folder_lake import FolderLake

        return FolderLake(settings.lake_folder)
    from shared.adapters.blob_lake import open_lake

    return open_lake(settings.lake_url, settings.azure_credential)


def _trainer(settings: Settings, environ: Mapping[str, str]) -> Trainer:
    from shared.adapters.process_trainer import NoTrainer, ProcessTrainer

    if settings.trainer_url == "none:":
        return NoTrainer()
    places = {"LAKE_URL": settings.lake_url, "DATABASE_URL": settings.database_url}
    return ProcessTrainer(settings.home, {**environ, **places})


def _publisher(settings: Settings) -> Publisher:
    if settings.events_url == "local:":
        from shared.adapters.local_publisher import LocalPublisher

        return LocalPublisher(settings.home)
    from shared.adapters.grid_publisher import open_publisher

    return open_publisher(settings.events_url, settings.azure_credential)
