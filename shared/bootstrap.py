"""The composition root: settings become adapters, adapters become `Ports`. Nowhere else is a backend chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.domain.places import cluster_place, workspace_place
from shared.domain.policy_settings import read_policies
from shared.domain.prices import read_prices
from shared.errors import Missing
from shared.ports import Clock, Ports
from shared.ports.serving import traffic_of
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from sqlalchemy import Engine

    from shared.adapters.dead_letters import Place
    from shared.domain.records import Run
    from shared.domain.scenario import Scenarios
    from shared.ports import Datasets, Lake, Observer, Publisher, Registry, Tables, Trainer
    from shared.ports.serving import ServingTarget, Traffic
    from shared.ports.telemetry import Telemetry
    from shared.ports.training import JobOrder

type JobMaker = Callable[[MLClient, JobOrder], Any]


@dataclass(frozen=True, slots=True)
class Orders:
    """What a training job is made from."""

    scenarios: Scenarios
    datasets: Datasets
    make_job: JobMaker | None

    def of(self, client: Callable[[], MLClient]) -> Callable[[Run, str, str], Any]:
        """The maker of a run's job for that workspace."""

        def order(run: Run, tables: str, model: str) -> Any:
            from shared.ports.training import JobOrder

            dataset = self.datasets.find(run.scenario, run.dataset)
            if dataset is None or self.make_job is None:
                raise Missing(f"Run {run.id} cannot be ordered: its dataset or the maker of jobs is missing.")
            return self.make_job(client(), JobOrder(run, dataset, self.scenarios[run.scenario], tables, model))

        return order


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def build_ports(
    environ: Mapping[str, str],
    scenarios: Scenarios,
    clock: Clock = utc_now,
    make_job: JobMaker | None = None,
    code: Callable[[], str] = lambda: "mlops-online:1",
) -> Ports:
    """Ports for these settings; Misconfigured when one is missing or cannot be used.

    `make_job` builds the job of a run where training runs in Azure ML; `code` names the environment, with its version,
    that this code was published as for endpoints there.
    """
    from shared.adapters.azure_clients import make_credential
    from shared.adapters.lake_served import LakeServed
    from shared.adapters.later import later
    from shared.adapters.onnx_scoring import OnnxScoring
    from shared.adapters.operations import operations
    from shared.adapters.profiling import ArrowProfiles
    from shared.adapters.sql import stores
    from shared.adapters.sql.approvals import SqlApprovals
    from shared.adapters.sql.datasets import SqlDatasets
    from shared.adapters.sql.deployments import SqlDeployments
    from shared.adapters.sql.engine import open_database
    from shared.adapters.sql.health import SqlHealth
    from shared.adapters.sql.ledger import SqlLedger
    from shared.adapters.sql.outbox import SqlOutbox
    from shared.adapters.sql.rollouts import SqlRollouts
    from shared.adapters.sql.runs import SqlRuns
    from shared.adapters.sql.stores_monitoring import monitoring_stores
    from shared.adapters.tables import ArrowTables, Limits
    from shared.adapters.told_ledger import ToldLedger

    settings = read_settings(environ)
    policies = read_policies(environ, scenarios)
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database_url, credential=lambda: make_credential(settings.azure_credential))
    lake, datasets = _lake(settings), SqlDatasets(engine)
    tables = ArrowTables(Limits(file_bytes=settings.max_file_mb << 20))
    alerted = settings.alert_targets
    observer = _observer(settings, clock)
    deployments, rollouts = SqlDeployments(engine, policies.last), SqlRollouts(engine)
    return Ports(
        scenarios=scenarios,
        container=settings.container,
        training_profile=settings.training_profile,
        clock=clock,
        lake=lake,
        tables=tables,
        profiles=ArrowProfiles(),
        ledger=ToldLedger(SqlLedger(engine, clock), observer),
        history=later(lambda: stores.history(engine)),
        datasets=datasets,
        runs=SqlRuns(engine, clock),
        registry=_registry(settings, engine, lake, clock),
        trainer=_trainer(settings, environ, lake, Orders(scenarios, datasets, make_job)),
        deployments=deployments,
        scoring=OnnxScoring(),
        windows=later(lambda: stores.windows(engine)),
        predictions=later(lambda: stores.predictions(engine)),
        operations=operations(
            engine,
            _telemetry(settings, lake, tables),
            _dead_letters(settings, lake),
            home=settings.home,
            targets=alerted,
            clock=clock,
        ),
        lineage=later(lambda: stores.lineage(engine)),
        corrections=later(lambda: stores.corrections(engine)),
        prediction_rows=later(lambda: stores.prediction_rows(engine)),
        totals=later(lambda: stores.totals(engine)),
        outbox=SqlOutbox(engine),
        publisher=_publisher(settings),
        monitoring=monitoring_stores(engine, read_prices(environ)),
        policies=policies,
        approvals=SqlApprovals(engine),
        rollouts=rollouts,
        health=SqlHealth(engine),
        served=LakeServed(lake, settings.log_sample),
        observer=observer,
        serving=_serving(
            settings, code, lake, lambda *where: traffic_of(deployments.current(*where), rollouts.current(*where))
        ),
        readings=later(lambda: stores.readings(engine)),
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


def _telemetry(settings: Settings, lake: Lake, tables: Tables) -> Telemetry:
    if settings.telemetry_url == "lake:":
        from shared.adapters.lake_telemetry import LakeTelemetry

        # The lake's own clock, not the one that tests move: arrivals are its times.
        return LakeTelemetry(lake, tables, utc_now)
    from shared.adapters.azure_clients import make_credential
    from shared.adapters.kusto.client import KustoQueries
    from shared.adapters.kusto.kept import KeptRows
    from shared.adapters.kusto.telemetry import KustoTelemetry

    place = cluster_place("TELEMETRY_URL", settings.telemetry_url)
    queries = KustoQueries(place, lambda: make_credential(settings.azure_credential))
    return KustoTelemetry(queries, KeptRows(lake, tables))


def _dead_letters(settings: Settings, lake: Lake) -> list[Place]:
    """The lake's own folder; in Blob Storage also the container that Event Grid's subscriptions name."""
    from shared.adapters.dead_letters import CONTAINER, FOLDER, Place

    inside = Place(lake, FOLDER)
    if settings.lake_place is None:
        return [inside]
    from shared.adapters.blob_lake import open_lake

    beside = open_lake(f"{settings.lake_place.endpoint}/{CONTAINER}", settings.azure_credential)
    return [inside, Place(beside, "", optional=True)]


def _registry(settings: Settings, engine: Engine, lake: Lake, clock: Clock) -> Registry:
    from shared.adapters.sql.registry import LocalRegistry

    if settings.registry_url == "local:":
        return LocalRegistry(engine, lake, clock)
    from shared.adapters.azureml.models import AzureMlModels
    from shared.adapters.azureml.registry import AzureMlRegistry

    models = AzureMlModels(_workspace(settings, "REGISTRY_URL", settings.registry_url), settings.lake_url)
    return AzureMlRegistry(LocalRegistry(engine, lake, clock, raises_event=False), models)


def _workspace(settings: Settings, key: str, url: str) -> Callable[[], MLClient]:
    """The client of that workspace, made by the first call."""
    from shared.adapters.azure_clients import make_credential
    from shared.adapters.azureml.client import workspace_client

    return cache(lambda: workspace_client(workspace_place(key, url), make_credential(settings.azure_credential)))


def _trainer(settings: Settings, environ: Mapping[str, str], lake: Lake, orders: Orders) -> Trainer:
    if settings.trainer_url.startswith("azureml:"):
        from shared.adapters.azureml.trainer import AzureMlTrainer

        client = _workspace(settings, "TRAINER_URL", settings.trainer_url)
        return AzureMlTrainer(client, lake, settings.lake_url, orders.of(client))
    from shared.adapters.process_trainer import NoTrainer, ProcessTrainer

    if settings.trainer_url == "none:":
        return NoTrainer()
    places = {"LAKE_URL": settings.lake_url, "DATABASE_URL": settings.database_url}
    return ProcessTrainer(settings.home, {**environ, **places})


def _serving(
    settings: Settings, code: Callable[[], str], lake: Lake, asked: Callable[[str, str], Traffic]
) -> ServingTarget:
    if settings.serving_url == "functions:":
        from shared.adapters.functions_serving import FunctionsServing

        return FunctionsServing(lake, asked)
    from shared.adapters.azureml.serving import AzureMlServing, Hosting

    place = workspace_place("SERVING_URL", settings.serving_url)
    client = _workspace(settings, "SERVING_URL", settings.serving_url)
    return AzureMlServing(client, Hosting(place, settings.machines, code))


def _publisher(settings: Settings) -> Publisher:
    if settings.events_url == "local:":
        from shared.adapters.local_publisher import LocalPublisher

        return LocalPublisher(settings.home)
    from shared.adapters.grid_publisher import open_publisher

    return open_publisher(settings.events_url, settings.azure_credential)
