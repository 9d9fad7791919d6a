"""Monitoring on a timer: the timer queues a message per scenario, and a worker monitors it."""

from __future__ import annotations

import typing

import azure.functions as func

from functions import actuals
from functions.names import MONITOR_SCENARIOS, MONITOR_SCHEDULE, STORAGE
from functions.workers import text_of
from shared.core.work_time import limited

if typing.TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports

Messages = func.Out[typing.List[str]]  # noqa: UP006 -- the worker library cannot index `list[str]` here


def add(bp: func.Blueprint, ports: Callable[[], Ports]) -> None:
    """The timer, its worker, the record of poison messages, and the route for late labels."""

    @bp.timer_trigger(arg_name="timer", schedule=MONITOR_SCHEDULE, run_on_startup=False, use_monitor=True)
    @bp.queue_output(arg_name="asked", queue_name=MONITOR_SCENARIOS, connection=STORAGE)
    def monitor(timer: func.TimerRequest, asked: Messages) -> None:
        from shared.monitoring.monitor import monitor_messages
        from shared.operations.idling import fire

        asked.set(fire(ports(), "monitor", monitor_messages, past_due=timer.past_due))

    @bp.queue_trigger(arg_name="message", queue_name=MONITOR_SCENARIOS, connection=STORAGE)
    def watch_scenario(message: func.QueueMessage) -> None:
        from shared.dispatch import on_monitor

        with limited():
            on_monitor(ports(), text_of(message))

    @bp.queue_trigger(arg_name="message", queue_name=f"{MONITOR_SCENARIOS}-poison", connection=STORAGE)
    def monitor_poison(message: func.QueueMessage) -> None:
        from shared.dispatch import on_poison

        on_poison(ports(), MONITOR_SCENARIOS, text_of(message))

    actuals.add(bp, ports)
