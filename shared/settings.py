"""Settings, read once from a mapping of names to values (the environment of a function app) and checked by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from shared.alerts.targets import SETTING as ALERTS
from shared.alerts.targets import Target, parse_targets
from shared.core.addresses import (
    AZUREML,
    AZUREML_SPARK,
    BlobAddress,
    blob_address,
    check_credential,
    check_master,
    check_topic,
    cluster_address,
    is_loopback,
    key_address,
    workspace_address,
)
from shared.core.errors import Misconfigured
from shared.monitoring.prices import NAMES as PRICE_NAMES
from shared.prediction.delta_table import SETTING as DELTA_TABLES
from shared.prediction.options.shard_settings import SETTING as SCORER_ROWS
from shared.prediction.options.sql_rows import SETTING as SQL_ROWS
from shared.release.endpoint_names import DEFAULT as MACHINES
from shared.release.endpoint_names import SETTING as ENDPOINT
from shared.release.endpoint_names import Machines, machines
from shared.release.policy_settings import NAMES as RELEASE_NAMES
from shared.training.options.option_settings import NAMES as OPTION_NAMES
from shared.training.options.training_profile import PROFILES


@dataclass(frozen=True, slots=True)
class Settings:
    """Where everything is. One URL per port chooses its backend."""

    home: Path
    lake_url: str
    # Not shown: a database's URL may hold a password.
    database_url: str = field(repr=False)
    registry_url: str
    trainer_url: str
    serving_url: str
    scorer_url: str
    telemetry_url: str
    events_url: str
    training_profile: str
    max_file_mb: int
    quiet_seconds: float
    azure_credential: str
    log_sample: float
    machines: Machines
    alert_targets: tuple[Target, ...] = ()
    insights: str = ""
    # The queue service of the host's storage account; empty where the host keeps its queues elsewhere.
    queues_url: str = ""
    # The key that signs certificates; empty: none is signed.
    signing_url: str = ""

    @property
    def lake_folder(self) -> Path | None:
        """The folder of an embedded lake; None when the lake is elsewhere."""
        return Path(self.lake_url.removeprefix("file:")) if self.lake_url.startswith("file:") else None

    @property
    def lake_address(self) -> BlobAddress | None:
        """The container of a lake in Blob Storage; None when the lake is a folder."""
        return None if self.lake_folder else blob_address("LAKE_URL", self.lake_url)

    @property
    def lake_shown(self) -> str:
        """The lake for a person: the path of a folder or the URL of a container."""
        return str(self.lake_folder or self.lake_url)

    @property
    def database_shown(self) -> str:
        """The database for a person: the path of a file, or kind, server and name, without user and password."""
        if self.database_url.startswith("sqlite"):
            return self.database_url.partition(":///")[2]
        found = urlsplit(self.database_url)
        place = f":{found.port}" if found.port else ""
        return f"{found.scheme.partition('+')[0]}://{found.hostname or ''}{place}{found.path}"

    @property
    def container(self) -> str:
        """The lake's container as events name it."""
        return self.lake_address.container if self.lake_address else CONTAINER


# The container name of an embedded lake in events.
CONTAINER = "mlops"
_DEFAULTS = {
    "REGISTRY_URL": "local:",
    "TRAINER_URL": "process:",
    "SERVING_URL": "functions:",
    "SCORER_URL": "process:",
    "TELEMETRY_URL": "lake:",
    "EVENTS_URL": "local:",
    "TRAINING_PROFILE": "default",
    "MAX_FILE_MB": "16384",
    "QUIET_SECONDS": "5",
    "AZURE_CREDENTIAL": "default",
    "LOG_SAMPLE": "0.1",
}
_SCHEMES = {
    "LAKE_URL": ("file:", "https://", "http://"),
    "DATABASE_URL": ("sqlite:///", "postgresql+psycopg://", "mssql+pyodbc://"),
    "REGISTRY_URL": ("local:", "azureml:"),
    "TRAINER_URL": ("process:", "none:", "azureml:"),
    "SERVING_URL": ("functions:", "azureml:"),
    "SCORER_URL": ("process:", AZUREML, AZUREML_SPARK, "spark:"),
    "TELEMETRY_URL": ("lake:", "kusto:"),
    "EVENTS_URL": ("local:", "https://"),
}
INSIGHTS = "APPLICATIONINSIGHTS_CONNECTION_STRING"
# Where the host itself finds its queues in Azure.
QUEUES = "AzureWebJobsStorage__queueServiceUri"
SIGNING = "SIGNING_KEY_URL"
_OTHERS = (
    "TRAINING_PROFILE",
    "MAX_FILE_MB",
    "QUIET_SECONDS",
    "LOG_SAMPLE",
    INSIGHTS,
    "AZURE_CREDENTIAL",
    ALERTS,
    ENDPOINT,
    SIGNING,
    SCORER_ROWS,
    SQL_ROWS,
    DELTA_TABLES,
)
# Every setting the code reads, for documentation and its test.
NAMES = ("MLOPS_HOME", *_SCHEMES, *_OTHERS, *OPTION_NAMES, *RELEASE_NAMES, *PRICE_NAMES)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from `environ`; Misconfigured names the key, its problem and what would be accepted."""
    home = Path(environ.get("MLOPS_HOME", ".local")).absolute()
    defaults = {"LAKE_URL": f"file:{home / 'lake'}", "DATABASE_URL": f"sqlite:///{home / 'mlops.db'}", **_DEFAULTS}
    values = {key: environ.get(key) or default for key, default in defaults.items()}
    for key, schemes in _SCHEMES.items():
        _check_scheme(key, values[key], schemes)
    # Absolute, so that a training process started elsewhere finds the same places.
    for key, prefix in (("LAKE_URL", "file:"), ("DATABASE_URL", "sqlite:///")):
        if values[key].startswith(prefix):
            values[key] = f"{prefix}{Path(values[key].removeprefix(prefix)).absolute()}"
    if not values["LAKE_URL"].startswith("file:"):
        blob_address("LAKE_URL", values["LAKE_URL"])
    if values["TELEMETRY_URL"] != "lake:":
        cluster_address("TELEMETRY_URL", values["TELEMETRY_URL"])
    check_topic("EVENTS_URL", values["EVENTS_URL"])
    _check_workspaces(values)
    if values["SCORER_URL"].startswith("spark:"):
        check_master("SCORER_URL", values["SCORER_URL"].removeprefix("spark:"))
    check_credential(values["AZURE_CREDENTIAL"])
    return Settings(
        home=home,
        lake_url=values["LAKE_URL"],
        database_url=values["DATABASE_URL"],
        registry_url=values["REGISTRY_URL"],
        trainer_url=values["TRAINER_URL"],
        serving_url=values["SERVING_URL"],
        scorer_url=values["SCORER_URL"],
        telemetry_url=values["TELEMETRY_URL"],
        events_url=values["EVENTS_URL"],
        training_profile=_one_of("TRAINING_PROFILE", values["TRAINING_PROFILE"], PROFILES),
        max_file_mb=_positive("MAX_FILE_MB", values["MAX_FILE_MB"]),
        quiet_seconds=_seconds("QUIET_SECONDS", values["QUIET_SECONDS"]),
        azure_credential=values["AZURE_CREDENTIAL"],
        log_sample=_share("LOG_SAMPLE", values["LOG_SAMPLE"]),
        machines=machines(environ.get(ENDPOINT) or MACHINES),
        alert_targets=parse_targets(environ.get(ALERTS, "")),
        insights=environ.get(INSIGHTS, ""),
        queues_url=_queue_service(environ.get(QUEUES, "")),
        signing_url=_signing_key(environ.get(SIGNING, "")),
    )


def _queue_service(url: str) -> str:
    """The URL without its last slash; the identity's token goes nowhere but to Azure."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if url and not local and (parts.scheme != "https" or not parts.hostname or parts.query or parts.username):
        raise Misconfigured(QUEUES, "names no queue service", "https://<account>.queue.core.windows.net")
    return url.rstrip("/")


def _signing_key(url: str) -> str:
    """The URL; a file by its whole path."""
    if not url:
        return ""
    _check_scheme(SIGNING, url, ("file:", "https://"))
    if url.startswith("file:"):
        return f"file:{Path(url.removeprefix('file:')).absolute()}"
    key_address(SIGNING, url)
    return url


def _check_workspaces(values: Mapping[str, str]) -> None:
    for key in ("REGISTRY_URL", "TRAINER_URL", "SERVING_URL", "SCORER_URL"):
        if values[key].startswith((AZUREML, AZUREML_SPARK)):
            workspace_address(key, values[key])
            if values["LAKE_URL"].startswith("file:"):
                raise Misconfigured(key, "is Azure ML, which cannot reach a lake in a folder", "LAKE_URL=https://…")
    if values["SERVING_URL"].startswith("azureml:") and values["REGISTRY_URL"] != values["SERVING_URL"]:
        accepted = f"REGISTRY_URL={values['SERVING_URL']}"
        raise Misconfigured("SERVING_URL", "deploys from a workspace that models are not registered in", accepted)


def _check_scheme(key: str, value: str, schemes: tuple[str, ...]) -> None:
    if not value.startswith(schemes):
        scheme = value.split(":", 1)[0]
        raise Misconfigured(key, f"starts with {scheme!r}, which no backend serves", ", ".join(schemes))


def _one_of(key: str, value: str, accepted: tuple[str, ...]) -> str:
    if value not in accepted:
        raise Misconfigured(key, f"is {value!r}", " or ".join(accepted))
    return value


def _positive(key: str, value: str) -> int:
    if not value.isdigit() or int(value) < 1:
        raise Misconfigured(key, f"is {value!r}", "a whole number of at least 1")
    return int(value)


def _seconds(key: str, value: str) -> float:
    if not re.fullmatch(r"\d{1,5}(\.\d{1,3})?", value):
        raise Misconfigured(key, f"is {value[:40]!r}", "a number of seconds from 0, such as 5")
    return float(value)


def _share(key: str, value: str) -> float:
    if not re.fullmatch(r"0|1|[01]\.\d{1,9}", value) or float(value) > 1:
        raise Misconfigured(key, f"is {value!r}", "a share from 0 to 1, such as 0.1")
    return float(value)
