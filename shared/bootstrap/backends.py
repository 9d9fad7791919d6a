"""Backends: a setting's URL becomes the adapter that serves it."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from shared.adapters.lazy import Once, lazy
from shared.adapters.sql.first.stores import FirstRegistry
from shared.bootstrap.home_time import clock_of, timed
from shared.core.addresses import AZUREML, AZUREML_SPARK, cluster_address, key_address, workspace_address
from shared.core.errors import Missing
from shared.core.paths import contract_path, dataset_folder, parts_folder
from shared.datasets.accepted_contracts import contract_numbers
from shared.prediction.delta_table import read_delta_tables
from shared.settings import SIGNING, Settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from sqlalchemy import Engine

    from shared.adapters.lake.dead_letters import DeadLetterStore
    from shared.adapters.sql.first.reads import FirstReads
    from shared.bootstrap.workspaces import Workspaces
    from shared.core.ports import Clock, Lake, Observer, Publisher
    from shared.core.scenario import Scenarios
    from shared.datasets.ports import DatasetVersions, Tables
    from shared.operations.ports import Backlog
    from shared.prediction.ports import DeltaLog, ScoringEngine, Telemetry
    from shared.prediction.shard import ShardWork
    from shared.release.ports import ServingTarget, Signer
    from shared.release.traffic import Traffic
    from shared.training.ports import JobOrder, Registry, RunOutput, Trainer
    from shared.training.run import Run

type JobMaker = Callable[[MLClient, JobOrder], Any]
type ShardsJobMaker = Callable[[MLClient, ShardWork, str, str], Any]


@dataclass(frozen=True, slots=True)
class JobFactory:
    """Makes the training jobs of Azure ML: `make_job` builds one from a run, its dataset version and its scenario."""

    scenarios: Scenarios
    datasets: DatasetVersions
    make_job: JobMaker | None
    lake: Lake

    def of(self, client: Callable[[], MLClient]) -> Callable[[Run, str, str], Any]:
        """The maker of a run's job for that workspace."""

        def order(run: Run, tables: str, model: str) -> Any:
            from shared.training.ports import JobOrder

            dataset = self.datasets.find(run.scenario, run.dataset)
            if dataset is None or self.make_job is None:
                raise Missing(f"Run {run.id} cannot be submitted: its dataset or the maker of jobs is missing.")
            lake = tables.removesuffix(dataset_folder(run.scenario, run.dataset))
            folder = parts_folder(run.scenario)
            apart = any(part.path.startswith(folder) for table in dataset.tables for part in table.parts)
            parts = f"{lake}{folder}" if apart else ""
            numbers = contract_numbers(self.lake, run.scenario)
            contract = f"{lake}{contract_path(run.scenario, numbers[-1])}" if numbers else ""
            scenario = self.scenarios[run.scenario]
            return self.make_job(client(), JobOrder(run, dataset, scenario, tables, model, parts, contract))

        return order


def open_observer(settings: Settings, clock: Clock) -> Observer:
    """Log records in a file, and in Application Insights where it is connected."""
    from shared.adapters.files.file_observer import FileObserver

    records = FileObserver(settings.home / "logs", clock)
    if not settings.insights:
        return records
    from shared.adapters.azure.otel_observer import application_insights
    from shared.adapters.composite_observer import CompositeObserver

    return CompositeObserver(records, application_insights(settings.insights))


def open_backlog(settings: Settings) -> Backlog:
    """What waits in the queues, where a storage account holds them; the host of a laptop tells of its own."""
    if not settings.queues_url:
        from shared.adapters.no_backlog import NoBacklog

        return NoBacklog()
    from shared.adapters.azure.clients import make_credential
    from shared.adapters.lazy import lazy

    emulated = settings.queues_url.startswith("http:")
    credential = None if emulated else make_credential(settings.azure_credential)
    return cast("Backlog", lazy("shared.adapters.azure.storage_queues:StorageQueues", settings.queues_url, credential))


def owner_of(settings: Settings) -> str:
    """The home on this machine, as claims name it; at most one host holds it."""
    home = f"{socket.gethostname()}:{settings.home}"
    return hashlib.sha256(home.encode(errors="surrogateescape")).hexdigest()[:16]


def open_lake(settings: Settings) -> Lake:
    """The lake that LAKE_URL names; where all is local its files carry the home's time."""
    if settings.lake_folder:
        from shared.adapters.files.folder_lake import FolderLake

        return timed(settings, FolderLake(settings.lake_folder))
    from shared.adapters.blob.lake import open_lake as open_container

    return open_container(settings.lake_url, settings.azure_credential)


def open_delta(settings: Settings) -> DeltaLog:
    """The Delta logs in the lake that LAKE_URL names; delta-rs is loaded by the first use."""
    from shared.adapters.azure.clients import STORAGE_SCOPE, make_credential
    from shared.adapters.delta.place import container_place, folder_place

    if settings.lake_address is None:
        place = folder_place(settings.lake_shown)
    else:
        credential = cache(lambda: make_credential(settings.azure_credential))
        place = container_place(settings.lake_address, lambda: credential().get_token(STORAGE_SCOPE).token)
    found: DeltaLog = lazy("shared.adapters.delta.log:DeltaLakeLog", place)
    return found


def delta_follows(environ: Mapping[str, str]) -> bool:
    """Whether Delta tables follow the lake, by the setting and by what is installed here."""
    return read_delta_tables(environ, installed=find_spec("deltalake") is not None)


def open_telemetry(settings: Settings, lake: Lake, tables: Tables) -> Telemetry:
    """The source of rows that TELEMETRY_URL names."""
    if settings.telemetry_url == "lake:":
        # The lake's own clock, not the one that tests move: arrivals are its times.
        return cast("Telemetry", lazy("shared.adapters.lake.telemetry:LakeTelemetry", lake, tables, clock_of(settings)))
    from shared.adapters.azure.clients import make_credential
    from shared.adapters.kusto.client import KustoQueries
    from shared.adapters.kusto.span_files import SpanFiles
    from shared.adapters.kusto.telemetry import KustoTelemetry

    place = cluster_address("TELEMETRY_URL", settings.telemetry_url)
    queries = KustoQueries(place, lambda: make_credential(settings.azure_credential))
    return KustoTelemetry(queries, SpanFiles(lake, tables))


def dead_letter_stores(settings: Settings, lake: Lake) -> list[DeadLetterStore]:
    """The lake's own folder; in Blob Storage also the container that Event Grid's subscriptions name; the local one."""
    from shared.adapters.files.folder_lake import FolderLake
    from shared.adapters.lake.dead_letters import CONTAINER, FOLDER, DeadLetterStore

    local = DeadLetterStore(FolderLake(settings.home / "eventgrid" / "deadletter"), "")
    inside = DeadLetterStore(lake, FOLDER)
    if settings.lake_address is None:
        return [inside, local]
    from shared.adapters.blob.lake import open_lake as open_container

    beside = open_container(f"{settings.lake_address.endpoint}/{CONTAINER}", settings.azure_credential)
    return [inside, DeadLetterStore(beside, "", optional=True), local]


def open_registry(
    settings: Settings, database: tuple[Once[Engine], FirstReads], lake: Lake, clock: Clock, workspaces: Workspaces
) -> Registry:
    """The registry that REGISTRY_URL names."""
    store = "shared.adapters.sql.training.registry:LocalRegistry"
    engine, first = database
    if settings.registry_url == "local:":
        return cast("Registry", FirstRegistry(lazy(store, engine, lake, clock), first))
    from shared.adapters.azureml.models import AzureMlModels
    from shared.adapters.azureml.registry import AzureMlRegistry

    models = AzureMlModels(workspaces.client("REGISTRY_URL", settings.registry_url))
    stored = FirstRegistry(lazy(store, engine, lake, clock, raises_event=False), first)
    return AzureMlRegistry(cast("Registry", stored), models)


def open_trainer(
    settings: Settings, environ: Mapping[str, str], lake: Lake, jobs: JobFactory, workspaces: Workspaces
) -> Trainer:
    """The trainer that TRAINER_URL names."""
    if settings.trainer_url.startswith("azureml:"):
        from shared.adapters.azureml.trainer import AzureMlTrainer

        client = workspaces.client("TRAINER_URL", settings.trainer_url)
        return AzureMlTrainer(client, lake, jobs.of(client))
    module = "shared.adapters.process_trainer"
    if settings.trainer_url == "none:":
        return cast("Trainer", lazy(f"{module}:NoTrainer"))
    places = {"LAKE_URL": settings.lake_url, "DATABASE_URL": settings.database_url}
    return cast("Trainer", lazy(f"{module}:ProcessTrainer", settings.home, {**environ, **places}))


def open_run_output(settings: Settings) -> RunOutput:
    """What workers tell: those of this machine in their folder; of Azure ML it is seen in its studio."""
    module = "shared.adapters.run_output"
    if settings.trainer_url.startswith("azureml:"):
        return cast("RunOutput", lazy(f"{module}:NoRunOutput", "Azure ML studio"))
    return cast("RunOutput", lazy(f"{module}:FolderRunOutput", settings.home))


def open_serving(
    settings: Settings,
    code: Callable[[], str],
    lake: Lake,
    traffic: Callable[[str, str], Traffic],
    workspaces: Workspaces,
) -> ServingTarget:
    """The serving target that SERVING_URL names."""
    if settings.serving_url == "functions:":
        from shared.adapters.functions_serving import FunctionsServing

        return FunctionsServing(lake, traffic)
    from shared.adapters.azureml.serving import AzureMlServing, Hosting

    place = workspace_address("SERVING_URL", settings.serving_url)
    client = workspaces.client("SERVING_URL", settings.serving_url)
    return AzureMlServing(client, Hosting(place, settings.machines, code))


def open_signer(settings: Settings) -> Signer | None:
    """The key that SIGNING_KEY_URL names, None where certificates are not signed; its first use reads it."""
    if not settings.signing_url:
        return None
    if settings.signing_url.startswith("file:"):
        path = Path(settings.signing_url.removeprefix("file:"))
        return cast("Signer", lazy("shared.adapters.files.key_file:KeyFileSigner", path))
    from shared.adapters.azure.clients import make_credential

    credential = Once(lambda: make_credential(settings.azure_credential))
    place = key_address(SIGNING, settings.signing_url)
    return cast("Signer", lazy("shared.adapters.azure.key_vault:KeyVaultSigner", place, credential))


def open_scorer(
    settings: Settings,
    environ: Mapping[str, str],
    lake: Lake,
    make_job: ShardsJobMaker | None,
    workspaces: Workspaces,
) -> ScoringEngine | None:
    """The engine that SCORER_URL names, None for this process; `make_job` makes the job of an attempt in Azure ML."""
    if settings.scorer_url.startswith((AZUREML, AZUREML_SPARK)):
        from shared.adapters.azureml.scorer import AzureMlScorer, AzureMlSparkScorer

        client = workspaces.client("SCORER_URL", settings.scorer_url)

        def order(work: ShardWork, tasks: str, address: str) -> Any:
            if make_job is None:
                raise Missing(f"Job {work.name} cannot be submitted: the maker of jobs is missing.")
            return make_job(client(), work, tasks, address)

        engine = AzureMlSparkScorer if settings.scorer_url.startswith(AZUREML_SPARK) else AzureMlScorer
        return engine(client, lake, settings.lake_url, order)
    if settings.scorer_url.startswith("spark:"):
        from shared.adapters.spark_scorer import SparkScorer

        master = settings.scorer_url.removeprefix("spark:")
        return SparkScorer(settings.home, master, settings.lake_url, settings.azure_credential, environ)
    return None


def open_publisher(settings: Settings) -> Publisher:
    """The topic that EVENTS_URL names."""
    if settings.events_url == "local:":
        from shared.adapters.files.local_publisher import LocalPublisher

        return LocalPublisher(settings.home)
    from shared.adapters.azure.grid_publisher import open_publisher as open_topic

    return open_topic(settings.events_url, settings.azure_credential)
