"""What the function app declares, as the platform sees it."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest

from functions.app import create_app
from functions.http_api import check_listening
from functions.names import ANONYMOUS, HTTP, QUEUE_FUNCTIONS, QUEUES, SCOPES
from local.host.host_options import read_options
from shared.core.errors import Misconfigured, Transient
from shared.core.work_time import time_left
from shared.ports import Ports

ROOT = Path(__file__).resolve().parents[2]


def no_ports() -> Ports:
    """Fails when somebody asks: indexing must not."""
    raise AssertionError("ports were asked for before the first event")


def bindings() -> dict[str, list[dict[str, Any]]]:
    """Every function's bindings by name."""
    functions = create_app(no_ports).get_functions()
    return {one.get_function_name(): json.loads(one.get_function_json())["bindings"] for one in functions}


def test_the_app_is_indexed_without_a_single_setting() -> None:
    """A missing setting must fail an invocation, not the app."""
    assert set(bindings()) == {
        "data_event", "model_event", "ingest", "deploy", "predict_window", "data_poison", "model_poison",
        "monitor", "watch_scenario", "monitor_poison", "actuals",
        "window_poison", "plan_windows", "reconcile", "reconcile_releases", "retain",
        "health", "static", "status", "score", "trace",
        "dashboard", "dashboard_page", "rollback", "baseline_accept", "work_replay", "failure_acknowledge",
        "docs", "openapi", "pipeline_submit", "pipeline_runs", "pipeline_run", "pipeline_cancel",
        "pipeline_schedule_add", "pipeline_schedules", "pipeline_schedule", "pipeline_schedule_stop",
        "v2_server", "v2_live", "v2_ready", "v2_model", "v2_model_ready", "v2_infer",
        "approvals", "approval", "approve", "release_status",
    }  # fmt: skip


def test_every_queue_has_a_worker_and_a_poison_worker() -> None:
    """Nothing that is put on a queue lies there unread."""
    triggers = {b["queueName"] for all_ in bindings().values() for b in all_ if b["type"] == "queueTrigger"}
    assert triggers == set(QUEUES) | {f"{queue}-poison" for queue in QUEUES}


def test_health_names_the_functions_that_no_message_reaches() -> None:
    """All queue functions that this app runs, when its host has no storage for them; nothing where no host runs it."""
    declared = [name for name, all_ in bindings().items() if any(one["type"] == "queueTrigger" for one in all_)]
    assert set(declared) == set(QUEUE_FUNCTIONS)
    host = {"FUNCTIONS_WORKER_RUNTIME": "python", "AzureWebJobs.deploy.Disabled": "true"}
    for storage in ({"AzureWebJobsStorage": "UseDevelopmentStorage=true"}, {"AzureWebJobsStorage__accountName": "st"}):
        check_listening({**host, **storage})
    check_listening({})
    with pytest.raises(Misconfigured, match="AzureWebJobsStorage is not set, so no message reaches ingest, predict"):
        check_listening({**host, "AzureWebJobsStorage": ""})


@pytest.mark.parametrize("name", ["ingest", "deploy", "predict_window", "watch_scenario"])
def test_work_on_a_message_ends_before_the_host_ends_it(name: str) -> None:
    """A minute before functionTimeout, which would end everything beside it too."""
    left: list[float | None] = []

    def ports() -> Ports:
        left.append(time_left())
        raise Transient("far enough")

    functions = {one.get_function_name(): one.get_user_function() for one in create_app(ports).get_functions()}
    message, out = func.QueueMessage(id="1", body="{}"), SimpleNamespace(set=print)
    windows = {"windows": out}
    outputs = {"ingest": {**windows, "models": out}, "deploy": windows, "predict_window": windows}
    with pytest.raises(Transient, match="far enough"):
        functions[name](message=message, **outputs.get(name, {}))
    (seconds,) = left
    assert seconds is not None
    limit = read_options(ROOT).function_timeout
    assert 0 < seconds <= limit - 60
    assert time_left() is None


def test_every_http_function_has_a_scope_and_only_probes_and_files_are_anonymous() -> None:
    """A function without a row in the mapping would be opened by every key."""
    levels = {name: b["authLevel"] for name, all_ in bindings().items() for b in all_ if b["type"] == "httpTrigger"}
    anonymous = {name for name, level in levels.items() if str(level).lower().endswith("anonymous")}
    assert set(levels) == set(SCOPES)
    assert anonymous == {name for name, scopes in SCOPES.items() if scopes == (ANONYMOUS,)}
    assert anonymous == {"health", "docs", "static", "dashboard", "v2_live", "v2_ready"}


def test_every_route_is_declared_where_keys_and_documents_look() -> None:
    """Function, method and path: the app and the one mapping say the same."""
    triggers = {name: b for name, all_ in bindings().items() for b in all_ if b["type"] == "httpTrigger"}
    declared = {(name, *b["methods"], b["route"]) for name, b in triggers.items()}
    assert declared == {(route.function, route.method, route.path) for route in HTTP}


@pytest.mark.fault(48)
def test_no_path_fits_two_routes() -> None:
    """The host would call the function whose name is first in the alphabet, whatever the routes say."""
    routes = [(one.function, [one.method, *one.path.split("/")]) for one in HTTP]
    assert [
        (first, second)
        for first, one in routes
        for second, two in routes
        if first < second and len(one) == len(two) and all(map(_alike, one, two))
    ] == []


def _alike(one: str, two: str) -> bool:
    return one == two or "{" in one or "{" in two


def test_logs_of_the_libraries_below_are_quiet() -> None:
    """Set where the app starts: entries of host.json fit no logger of Python."""
    for name in ("azure.core.pipeline.policies.http_logging_policy", "azure.identity", "urllib3.connectionpool"):
        assert logging.getLogger(name).getEffectiveLevel() == logging.WARNING
    levels = json.loads((ROOT / "host.json").read_text())["logging"]["logLevel"]
    assert levels == {"default": "Information"}


def test_timers_do_not_run_on_startup() -> None:
    """A redeployment must not start a storm."""
    timers = [b for all_ in bindings().values() for b in all_ if b["type"] == "timerTrigger"]
    assert len(timers) == 5
    assert all(not timer["runOnStartup"] and timer["useMonitor"] for timer in timers)


def test_schedules_come_from_settings_the_sample_has() -> None:
    """`%NAME%` is expanded by the platform from the app's settings."""
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    schedules = [b["schedule"].strip("%") for all_ in bindings().values() for b in all_ if b["type"] == "timerTrigger"]
    assert set(schedules) <= set(sample)
