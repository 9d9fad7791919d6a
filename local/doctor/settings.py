"""The settings: misspelt names, invalid values, and combinations that are hardly intended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from local.console.session import DEFAULTS
from local.doctor.finding import Finding
from model_training.scenarios import SCENARIOS
from shared.core.addresses import blob_address, is_loopback
from shared.core.errors import Misconfigured
from shared.monitoring.prices import NAMES as PRICES
from shared.monitoring.prices import read_prices
from shared.release.policy_settings import NAMES as POLICIES
from shared.release.policy_settings import read_policies
from shared.settings import NAMES, Settings, read_settings
from shared.training.options.option_settings import NAMES as OPTIONS
from shared.training.options.option_settings import read_options

_FIX = (
    "Set {key} in local.settings.json or the environment to what is accepted; for a deployed app: "
    "az functionapp config appsettings set --resource-group <group> --name <app> --settings {key}=…"
)
# Settings that others are read together with.
_BASE = ("MLOPS_HOME", "LAKE_URL", "ENVIRONMENTS")
KNOWN = (*NAMES, *DEFAULTS, "AzureWebJobsStorage")
# Names of the infrastructure, of tests and of the platform, which no check reads.
_ELSEWHERE = {"MLOPS_ADMINISTRATORS_ID", "MLOPS_ADMINISTRATORS_NAME", "MLOPS_FULL_SWEEP"}
_PLATFORM = ("AzureWebJobs", "AzureFunctions", "FUNCTIONS_", "APPLICATIONINSIGHTS_", "WEBSITE_", "AZURE_", "PYTHON")
_SHAPE = re.compile(r"[A-Z][A-Z_]+", re.IGNORECASE)
# Two swapped neighbouring letters in LAKE_URL give 0.88, another word less than 0.85.
_SIMILAR, _ALMOST_EQUAL = 0.85, 0.95


def values(environ: Mapping[str, str], given: Mapping[str, str]) -> list[Finding]:
    """Every invalid value; when there is none, doubtful combinations and missing settings."""
    faults = list(_faults(environ))
    if faults:
        return [Finding("settings", "fail", fault.reason, _FIX.format(key=fault.key)) for fault in faults]
    settings = read_settings(environ)
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fact = f"MLOPS_HOME is {settings.home}, which cannot be used ({error.strerror})"
        return [Finding("settings", "fail", fact, "export MLOPS_HOME=<a folder you may write to>")]
    return [Finding("settings", "ok", f"MLOPS_HOME is {settings.home}"), *_doubtful(settings, environ), *_absent(given)]


def _faults(environ: Mapping[str, str]) -> Iterator[Misconfigured]:
    """Read each setting alone with the base settings, then all settings together."""
    reported: set[str] = set()
    names = [*NAMES, *(f"{each}_{name.upper()}" for each in (*POLICIES, *OPTIONS) for name in SCENARIOS)]
    base = {name: value for name in _BASE if (value := environ.get(name)) and not _fault({name: value})}
    for part in (*({name: environ[name]} for name in names if environ.get(name)), environ):
        fault = _fault({**base, **part})
        if fault and fault.reason not in reported:
            reported.add(fault.reason)
            yield fault


def _fault(environ: Mapping[str, str]) -> Misconfigured | None:
    try:
        read_settings(environ)
        read_policies(environ, SCENARIOS)
        read_options(environ, SCENARIOS)
        if any(name in environ for name in PRICES):
            read_prices(environ)
    except Misconfigured as fault:
        return fault
    return None


def _doubtful(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Warnings about combinations that are valid but hardly intended."""
    for name, doubtful, fact, fix in _combinations(settings, environ):
        if doubtful:
            yield Finding(name, "warn", fact, fix)


def _combinations(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[str, bool, str, str]]:
    shared = _in_azure(settings)
    yield (
        "state of a shared lake",
        shared and settings.database_url.startswith("sqlite"),
        "LAKE_URL is a storage account and DATABASE_URL a local file: other instances have a different state.",
        "export DATABASE_URL='mssql+pyodbc://@<server>.database.windows.net/<database>'",
    )
    yield (
        "events of a shared lake",
        shared and settings.events_url == "local:",
        "LAKE_URL is a storage account and EVENTS_URL is local: no subscriber in Azure receives the system's events.",
        "export EVENTS_URL=https://<topic>.<region>.eventgrid.azure.net/api/events",
    )
    yield (
        "approvals of a shared lake",
        shared and environ.get("APPROVALS", "").strip().lower() == "none",
        "LAKE_URL is a storage account and APPROVALS is none: models are deployed without a person's approval.",
        "export APPROVALS=prod",
    )
    workspaces = {url for url in (settings.registry_url, settings.trainer_url) if url.startswith("azureml:")}
    yield (
        "two workspaces",
        len(workspaces) > 1,
        "REGISTRY_URL and TRAINER_URL name two workspaces: jobs register their models in a workspace that is not read.",
        f"export TRAINER_URL={settings.registry_url}",
    )
    yield (
        "no trainer",
        settings.trainer_url == "none:",
        "TRAINER_URL is none: datasets are registered, but no model is trained.",
        "export TRAINER_URL=process:",
    )


def _in_azure(settings: Settings) -> bool:
    if settings.lake_folder:
        return False
    host = blob_address("LAKE_URL", settings.lake_url).endpoint.partition("://")[2]
    return not is_loopback(host.partition("/")[0].rpartition(":")[0] or host)


def _absent(given: Mapping[str, str]) -> Iterator[Finding]:
    """A warning for missing schedules: bindings name them, and without one the host cannot index the timer."""
    from functions import names

    wanted = [str(value).strip("%") for name, value in vars(names).items() if name.endswith("_SCHEDULE")]
    absent = [name for name in wanted if not given.get(name)]
    if absent:
        fact = f"not set: {', '.join(absent)}; `func start` and Azure need them (mlops has defaults)"
        yield Finding("schedules", "warn", fact, "cp local.settings.sample.json local.settings.json")


def misspelt(environ: Mapping[str, str]) -> list[Finding]:
    """A warning that pairs each unknown name with the most similar setting."""
    unknown = list(_unknown_names(environ))
    if not unknown:
        return [Finding("setting names", "ok", "no name looks like a misspelt setting")]
    fact = "; ".join(f"{name} is not read" + (f"; {near} is" if near else "") for name, near in unknown)
    fix = "; ".join(f"rename {name} to {near}" if near else f"unset {name}" for name, near in unknown)
    return [Finding("setting names", "warn", fact, f"{fix} (where it is set: environment or local.settings.json)")]


def _unknown_names(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    known = {*KNOWN, *(f"{each}_{name.upper()}" for each in (*POLICIES, *OPTIONS) for name in SCENARIOS)}
    shapes = {_plain(name): name for name in known}
    for name in sorted(set(environ) - known - _ELSEWHERE):
        if not _SHAPE.fullmatch(name):
            continue
        near = get_close_matches(_plain(name), shapes, 1, _ALMOST_EQUAL if name.startswith(_PLATFORM) else _SIMILAR)
        if near:
            yield name, shapes[near[0]]
        elif name.startswith("MLOPS_"):
            yield name, ""


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
