"""Values of settings: those that cannot be read, and those that do not go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from local.doctor.finding import Finding
from model_training.scenarios import SCENARIOS
from shared.core.addresses import blob_place, is_loopback
from shared.core.errors import Misconfigured
from shared.monitoring.prices import NAMES as PRICES
from shared.monitoring.prices import read_prices
from shared.release.policy_settings import NAMES as POLICIES
from shared.release.policy_settings import read_policies
from shared.settings import NAMES, Settings, read_settings

_FIX = (
    "Set {key} in local.settings.json or the environment to what is accepted; for a deployed app: "
    "az functionapp config appsettings set --resource-group <group> --name <app> --settings {key}=…"
)
# What others are read together with.
_BASE = ("MLOPS_HOME", "LAKE_URL", "ENVIRONMENTS")


def values(environ: Mapping[str, str], given: Mapping[str, str]) -> list[Finding]:
    """Every value that cannot be used, not only the first; else what is doubtful together or missing."""
    faults = list(_faults(environ))
    if faults:
        return [Finding("settings", "fail", fault.reason, _FIX.format(key=fault.key)) for fault in faults]
    settings = read_settings(environ)
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fact = f"MLOPS_HOME is {settings.home}, which cannot be used ({error.strerror})"
        return [Finding("settings", "fail", fact, "export MLOPS_HOME=<a folder you may write to>")]
    return [Finding("settings", "ok", f"MLOPS_HOME is {settings.home}"), *_doubts(settings, environ), *_absent(given)]


def _faults(environ: Mapping[str, str]) -> Iterator[Misconfigured]:
    """Each setting by itself with what it is read together with, then all of them."""
    told: set[str] = set()
    names = [*NAMES, *(f"{policy}_{name.upper()}" for policy in POLICIES for name in SCENARIOS)]
    base = {name: value for name in _BASE if (value := environ.get(name)) and not _fault({name: value})}
    for part in (*({name: environ[name]} for name in names if environ.get(name)), environ):
        fault = _fault({**base, **part})
        if fault and fault.reason not in told:
            told.add(fault.reason)
            yield fault


def _fault(environ: Mapping[str, str]) -> Misconfigured | None:
    try:
        read_settings(environ)
        read_policies(environ, SCENARIOS)
        if any(name in environ for name in PRICES):
            read_prices(environ)
    except Misconfigured as fault:
        return fault
    return None


def _doubts(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """What can be read and will hardly be meant."""
    for name, doubtful, fact, fix in _combinations(settings, environ):
        if doubtful:
            yield Finding(name, "warn", fact, fix)


def _combinations(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[str, bool, str, str]]:
    shared = _in_azure(settings)
    yield (
        "state of a shared lake",
        shared and settings.database_url.startswith("sqlite"),
        "LAKE_URL is a storage account and DATABASE_URL a file on this machine: other instances have another state.",
        "export DATABASE_URL='mssql+pyodbc://@<server>.database.windows.net/<database>'",
    )
    yield (
        "events of a shared lake",
        shared and settings.events_url == "local:",
        "LAKE_URL is a storage account and EVENTS_URL is local: nobody in Azure hears what this system tells.",
        "export EVENTS_URL=https://<topic>.<region>.eventgrid.azure.net/api/events",
    )
    yield (
        "approvals of a shared lake",
        shared and environ.get("APPROVALS", "").strip().lower() == "none",
        "LAKE_URL is a storage account and APPROVALS is none: models are deployed without a person's yes.",
        "export APPROVALS=prod",
    )
    workspaces = {url for url in (settings.registry_url, settings.trainer_url) if url.startswith("azureml:")}
    yield (
        "two workspaces",
        len(workspaces) > 1,
        "REGISTRY_URL and TRAINER_URL name two workspaces: a job's model is not registered where it is looked for.",
        f"export TRAINER_URL={settings.registry_url}",
    )
    yield (
        "no trainer",
        settings.trainer_url == "none:",
        "TRAINER_URL is none: datasets are registered, and nothing is trained on them.",
        "export TRAINER_URL=process:",
    )


def _in_azure(settings: Settings) -> bool:
    if settings.lake_folder:
        return False
    host = blob_place("LAKE_URL", settings.lake_url).endpoint.partition("://")[2]
    return not is_loopback(host.partition("/")[0].rpartition(":")[0] or host)


def _absent(given: Mapping[str, str]) -> Iterator[Finding]:
    """Schedules stand in bindings: where one is absent the Functions host does not index a timer."""
    from functions import names

    wanted = [str(value).strip("%") for name, value in vars(names).items() if name.endswith("_SCHEDULE")]
    absent = [name for name in wanted if not given.get(name)]
    if absent:
        fact = f"not set: {', '.join(absent)}; `func start` and Azure need them (mlops has defaults)"
        yield Finding("schedules", "warn", fact, "cp local.settings.sample.json local.settings.json")
