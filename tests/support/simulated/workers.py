"""What the triggers of a simulated host run: the workflows of the app, by queue and by timer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from functions.names import DATA_EVENTS, MODEL_EVENTS, MONITOR_SCENARIOS, PREDICT_WINDOWS
from shared import dispatch, due_work
from shared.monitoring.monitor import monitor_messages
from shared.operations.retention.sweep import retain
from shared.ports import Ports


def _retain(ports: Ports) -> list[str]:
    retain(ports)
    return []


QUEUES = (DATA_EVENTS, MODEL_EVENTS, PREDICT_WINDOWS, MONITOR_SCENARIOS)
TIMERS = {
    "plan_windows": ("0 * * * * *", PREDICT_WINDOWS, due_work.plan),
    "reconcile": ("0 */5 * * * *", DATA_EVENTS, due_work.sweep_data),
    "reconcile_releases": ("30 */5 * * * *", MODEL_EVENTS, due_work.sweep_releases),
    "monitor": ("0 0 */3 * * *", MONITOR_SCENARIOS, monitor_messages),
    "retain": ("0 20 * * * *", DATA_EVENTS, _retain),
}
# By the name of an output the messages that a function sends.
Outputs = Mapping[str, Sequence[str]]


def _ingest(ports: Ports, message: str) -> Outputs:
    done = dispatch.on_data_event(ports, message)
    return {PREDICT_WINDOWS: done.windows, MODEL_EVENTS: done.releases}


def _deploy(ports: Ports, message: str) -> Outputs:
    return {PREDICT_WINDOWS: dispatch.on_event(ports, message)}


def _predict(ports: Ports, message: str) -> Outputs:
    dispatch.on_window(ports, message)
    return {}


def _watch(ports: Ports, message: str) -> Outputs:
    dispatch.on_monitor(ports, message)
    return {}


WORKERS: Mapping[str, Callable[[Ports, str], Outputs]] = dict(
    zip(QUEUES, (_ingest, _deploy, _predict, _watch), strict=True)
)
