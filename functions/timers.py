"""Timers only plan: they put messages on queues and do no long work themselves, but for the daily retention.

While nothing was written and nothing is due they rest, and open no database (`shared/operations/idling.py`).
"""

from __future__ import annotations

import typing

import azure.functions as func

from functions import monitoring
from functions.names import (
    DATA_EVENTS,
    MODEL_EVENTS,
    PLAN_SCHEDULE,
    PREDICT_WINDOWS,
    RECONCILE_SCHEDULE,
    RETENTION_SCHEDULE,
    STORAGE,
)

if typing.TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports

Messages = func.Out[typing.List[str]]  # noqa: UP006 -- the worker library cannot index `list[str]` here


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """One timer plans due windows, two recover lost events, one removes what is old, and one requests monitoring."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.timer_trigger(arg_name="timer", schedule=PLAN_SCHEDULE, run_on_startup=False, use_monitor=True)
    @bp.queue_output(arg_name="windows", queue_name=PREDICT_WINDOWS, connection=STORAGE)
    def plan_windows(timer: func.TimerRequest, windows: Messages) -> None:
        from shared.due_work import plan
        from shared.operations.idling import fire

        windows.set(fire(ports(), "plan_windows", plan, past_due=timer.past_due))

    @bp.timer_trigger(arg_name="timer", schedule=RECONCILE_SCHEDULE, run_on_startup=False, use_monitor=True)
    @bp.queue_output(arg_name="events", queue_name=DATA_EVENTS, connection=STORAGE)
    def reconcile(timer: func.TimerRequest, events: Messages) -> None:
        from shared.due_work import sweep_data
        from shared.operations.idling import fire

        events.set(fire(ports(), "reconcile", sweep_data, past_due=timer.past_due))

    # A separate timer, so that only the app that runs it needs the right to deploy.
    @bp.timer_trigger(arg_name="timer", schedule=RECONCILE_SCHEDULE, run_on_startup=False, use_monitor=True)
    @bp.queue_output(arg_name="models", queue_name=MODEL_EVENTS, connection=STORAGE)
    def reconcile_releases(timer: func.TimerRequest, models: Messages) -> None:
        from shared.operations.idling import fire

        models.set(fire(ports(), "reconcile_releases", _releases, past_due=timer.past_due))

    # The one timer that works itself: a run is bounded, and nothing waits for it.
    @bp.timer_trigger(arg_name="timer", schedule=RETENTION_SCHEDULE, run_on_startup=False, use_monitor=True)
    def retain(timer: func.TimerRequest) -> None:
        from shared.operations.idling import record_and_keep
        from shared.operations.retention.sweep import retain as apply

        record_and_keep(ports(), "retain", past_due=timer.past_due)
        apply(ports())

    monitoring.add(bp, ports)
    return bp


def _releases(ports: Ports) -> list[str]:
    from model_training.runs.changed_decisions import register_changed_decisions
    from shared.due_work import sweep_releases

    register_changed_decisions(ports)
    return sweep_releases(ports)
