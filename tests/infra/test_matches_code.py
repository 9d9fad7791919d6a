"""What the templates make is what the code uses: functions, queues, containers, settings, events."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from infra.bicep import FOLDER, Code, read

from functions.names import QUEUES
from local.host.events.subscriptions import SUBSCRIPTIONS
from model_training.scenarios import SCENARIOS
from shared.adapters.azureml.datastore import NAME
from shared.bootstrap import build_ports
from shared.core.addresses import cluster_address
from shared.core.events import ACTED_ON
from shared.core.paths import AREAS
from shared.core.timers.late_timers import DAILY, IDLE_SCHEDULE
from shared.settings import CONTAINER, NAMES, read_settings

RESOURCES = read(FOLDER / "resources.bicep")
EVENTS = read(FOLDER / "events.bicep")
APP = read(FOLDER / "modules" / "app.bicep")
APPS = {"ingest": "ingestFunctions", "deploy": "deployFunctions", "score": "scoreFunctions"}
# Settings that the platform reads.
PLATFORM = ("AzureWebJobs", "AzureFunctionsJobHost__", "APPLICATIONINSIGHTS_", "AZURE_CLIENT_ID")
# What Flex Consumption refuses to have set.
FORBIDDEN = {"FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_RUN_FROM_PACKAGE", "ENABLE_ORYX_BUILD"}
INDEX = "import function_app; [print(one.get_function_name()) for one in function_app.app.get_functions()]"


@pytest.fixture(scope="module")
def functions() -> set[str]:
    """The names of the app's functions, indexed in a process of its own."""
    root = FOLDER.parent
    done = subprocess.run([sys.executable, "-c", INDEX], cwd=root, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def placed(symbol: str) -> list[str]:
    """The functions of one app."""
    return list(RESOURCES.variables[APPS[symbol]])


def test_each_function_runs_in_one_app(functions: set[str]) -> None:
    """The three lists and what runs everywhere are all functions, none twice."""
    everywhere = RESOURCES.variables["everywhere"]
    listed = [*everywhere, *(name for symbol in APPS for name in placed(symbol))]
    assert sorted(listed) == sorted(functions)


@pytest.mark.parametrize("symbol", APPS)
def test_an_app_switches_off_what_the_others_run(symbol: str) -> None:
    """Its `disabled` names the lists of the two others."""
    others = [variable for one, variable in APPS.items() if one != symbol]
    assert RESOURCES.module(f"{symbol}App")["disabled"] == f"concat({', '.join(others)})"


def test_queues_are_those_of_the_code() -> None:
    """By name; each comes with its poison queue."""
    assert sorted(name.strip("'") for name in RESOURCES.variables["queues"]) == sorted(QUEUES)


def test_the_lake_is_the_container_of_the_code() -> None:
    """In both files that name it."""
    assert RESOURCES.variables["lakeContainer"] == EVENTS.variables["lakeContainer"] == CONTAINER
    assert RESOURCES.variables["deadLetterContainer"] == EVENTS.variables["deadLetterContainer"]
    assert RESOURCES.module("dataStorage")["containers"] == ["lakeContainer", "deadLetterContainer"]


def test_the_stream_of_messages_is_the_one_the_scenario_reads() -> None:
    """Table and column, in the database that the setting names."""
    explorer = read(FOLDER / "modules" / "explorer.bicep")
    script = explorer.resource("Microsoft.Kusto/clusters/databases/scripts")["properties"]["scriptContent"]
    assert script == f".create-merge table {SCENARIOS['iiot_quality'].batch.stream} (payload: dynamic)"
    url = explorer.outputs["url"].strip("'")
    assert url == "kusto:${cluster.properties.uri}/${database.name}"
    place = cluster_address("TELEMETRY_URL", "kusto:https://adx1.westeurope.kusto.windows.net/telemetry")
    assert place.database == explorer.resource("Microsoft.Kusto/clusters/databases")["name"]


def test_settings_are_those_the_code_reads() -> None:
    """Each one that a deployed app needs, none that nothing reads, none that the plan refuses."""
    schedules = {value.strip("%") for value in _schedules()} | {IDLE_SCHEDULE}
    given = RESOURCES.variables["settings"].keys() | APP.variables["common"].keys()
    needed = set(NAMES) | schedules
    assert needed - given == set()
    # The platform's own settings are all that may come besides.
    assert {name for name in given - needed if not name.startswith(PLATFORM)} == set()
    assert given.isdisjoint(FORBIDDEN)


def _schedules() -> list[str]:
    from functions import names

    return [value for name, value in vars(names).items() if name.endswith("_SCHEDULE")]


def test_settings_are_accepted_by_the_code() -> None:
    """With names filled in as a deployment would, every value is one that the code takes."""
    filled = {key: _filled(value) for key, value in RESOURCES.variables["settings"].items()}
    settings = read_settings(filled)
    assert settings.lake_url == "https://stdata.blob.core.windows.net/mlops"


def test_a_deployed_app_writes_nothing_beside_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is read-only, and no home is made: the ports open with the template's settings all the same."""
    package = tmp_path / "package"
    package.mkdir()
    monkeypatch.chdir(package)
    filled = {key: _filled(value) for key, value in RESOURCES.variables["settings"].items()}
    home = APP.variables["common"]["MLOPS_HOME"].strip("'")
    filled |= {"MLOPS_HOME": f"{tmp_path}{home}", "DATABASE_URL": f"sqlite:///{tmp_path / 'state' / 'mlops.db'}"}
    assert build_ports(filled, SCENARIOS).core.container == CONTAINER
    assert list(package.iterdir()) == []
    assert not (tmp_path / "tmp").exists()


def test_an_instance_takes_as_many_requests_as_the_host_allows() -> None:
    """Unless it is set, the platform sends an instance one request at a time."""
    allowed = json.loads((FOLDER.parent / "host.json").read_text())["extensions"]["http"]["maxConcurrentRequests"]
    assert f"param requestsAtOnce int = {allowed}\n" in (FOLDER / "modules" / "app.bicep").read_text()
    app = APP.resource("Microsoft.Web/sites")["properties"]["functionAppConfig"]
    assert app["scaleAndConcurrency"]["triggers"] == {"http": {"perInstanceConcurrency": "requestsAtOnce"}}


def _filled(value: Any) -> str:
    known = {
        "lakeUrl": "https://stdata.blob.core.windows.net/mlops",
        "topic.outputs.endpoint": "https://evgt.westeurope-1.eventgrid.azure.net/api/events",
        "scoringEngine == 'process' ? 'process:' : '${scoringEngine}:${workspacePath}'": "process:",
        "withDataExplorer ? explorer!.outputs.url : (empty(telemetryUrl) ? 'lake:' : telemetryUrl)": "lake:",
        f"empty(idleSchedule) ? '{DAILY}' : idleSchedule": DAILY,
    }
    if isinstance(value, Code):
        return "" if value.startswith(("withAlertWebhooks", "withSigning")) else known[str(value)]
    for name, content in {
        "database.outputs.host": "sql.database.windows.net",
        "database.outputs.name": "mlops",
        "workspacePath": "00000000-0000-0000-0000-000000000000/rg/mlw",
    }.items():
        value = value.replace(f"${{{name}}}", content)
    assert "${" not in value
    return str(value)


@pytest.mark.parametrize(
    ("symbol", "function", "app"), [("dataEvents", "data_event", "ingest"), ("modelEvents", "model_event", "deploy")]
)
def test_a_subscription_delivers_to_its_function(symbol: str, function: str, app: str) -> None:
    """In the app that runs it, as CloudEvents, with retries for a day and dead letters kept."""
    (body,) = [one.body["properties"] for one in EVENTS.resources if one.symbol == symbol]
    assert body["destination"]["endpointType"] == "AzureFunction"
    target = body["destination"]["properties"]["resourceId"]
    assert target == f"resourceId('Microsoft.Web/sites/functions', {app}Name, '{function}')"
    assert function in placed(app)
    assert body["eventDeliverySchema"] == "CloudEventSchemaV1_0"
    assert body["retryPolicy"] == {"maxDeliveryAttempts": 30, "eventTimeToLiveInMinutes": 1440}
    kept = body["deadLetterWithResourceIdentity"]["deadLetterDestination"]["properties"]
    assert kept["blobContainerName"] == "deadLetterContainer"


@pytest.mark.fault(10)
def test_filters_let_through_what_the_code_acts_on() -> None:
    """Event types are those the parser acts on, subjects those of the local twin's subscriptions."""
    bodies = {one.symbol: one.body["properties"]["filter"] for one in EVENTS.resources if one.symbol.endswith("Events")}
    types = {kind for body in bodies.values() for kind in body["includedEventTypes"]}
    assert types == set(ACTED_ON)
    assert (
        bodies["dataEvents"]["subjectBeginsWith"].replace("${lakeContainer}", CONTAINER)
        == SUBSCRIPTIONS["data_event"].subject_begins_with
    )
    (advanced,) = bodies["dataEvents"]["advancedFilters"]
    assert [value.rstrip("/").rpartition("/")[2] for value in advanced["values"]] == list(AREAS)
    for symbol, subscription in (("dataEvents", "data_event"), ("modelEvents", "model_event")):
        assert all(
            kind.startswith(SUBSCRIPTIONS[subscription].included_types) for kind in bodies[symbol]["includedEventTypes"]
        )


def test_jobs_reach_the_lake_through_the_datastore_that_the_code_names() -> None:
    """On the lake's container, without a credential."""
    (store,) = [
        one.body for one in read(FOLDER / "modules" / "workspace.bicep").resources if "/datastores@" in one.kind
    ]
    assert store["name"] == NAME
    assert store["properties"]["credentials"] == {"credentialsType": "None"}
    assert (store["properties"]["accountName"], store["properties"]["containerName"]) == (
        "lake.account",
        "lake.container",
    )
    assert RESOURCES.module("workspace")["lake"] == {
        "account": "dataStorage.outputs.name",
        "container": "lakeContainer",
    }


def test_services_of_azd_are_the_apps() -> None:
    """One service an app, with the service name that the app is tagged with."""
    services = yaml.safe_load((FOLDER.parent / "azure.yaml").read_text())["services"]
    assert services.keys() == APPS.keys()
    assert {RESOURCES.module(f"{symbol}App")["service"] for symbol in APPS} == services.keys()


def test_the_runtime_is_the_python_of_the_project() -> None:
    """The app's runtime version, .python-version and pyproject.toml agree."""
    root = FOLDER.parent
    runtime = APP.resource("Microsoft.Web/sites")["properties"]["functionAppConfig"]["runtime"]
    assert runtime == {"name": "python", "version": (root / ".python-version").read_text().strip()}
    required = tomllib.loads((root / "pyproject.toml").read_text())["project"]["requires-python"]
    assert required.startswith(f">={runtime['version']}")
