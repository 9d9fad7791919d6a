"""Queue workers: each message is one event or one window, and may be delivered more than once.

A handler imports what it needs at its first message, so that a cold start loads only `azure.functions`.
"""

from __future__ import annotations

import typing

import azure.functions as func

from functions.names import DATA_EVENTS, MODEL_EVENTS, PREDICT_WINDOWS, STORAGE
from shared.core.work_time import limited

if typing.TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports

# `list[str]` in this annotation makes the whole app fail to index; the worker library needs the older spelling.
Messages = func.Out[typing.List[str]]  # noqa: UP006 -- see above


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """Workers of the three queues, and of their poison queues, whose messages are recorded."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.queue_trigger(arg_name="message", queue_name=DATA_EVENTS, connection=STORAGE)
    @bp.queue_output(arg_name="windows", queue_name=PREDICT_WINDOWS, connection=STORAGE)
    @bp.queue_output(arg_name="models", queue_name=MODEL_EVENTS, connection=STORAGE)
    def ingest(message: func.QueueMessage, windows: Messages, models: Messages) -> None:
        from shared.dispatch import on_data_event

        with limited():
            dispatched = on_data_event(ports(), text_of(message))
        windows.set([*dispatched.windows])
        # Release requests go to the app that may deploy.
        models.set([*dispatched.releases])

    @bp.queue_trigger(arg_name="message", queue_name=MODEL_EVENTS, connection=STORAGE)
    @bp.queue_output(arg_name="windows", queue_name=PREDICT_WINDOWS, connection=STORAGE)
    def deploy(message: func.QueueMessage, windows: Messages) -> None:
        from shared.dispatch import on_event

        with limited():
            windows.set(on_event(ports(), text_of(message)))

    @bp.queue_trigger(arg_name="message", queue_name=PREDICT_WINDOWS, connection=STORAGE)
    @bp.queue_output(arg_name="windows", queue_name=PREDICT_WINDOWS, connection=STORAGE)
    def predict_window(message: func.QueueMessage, windows: Messages) -> None:
        from shared.dispatch import on_window
        from shared.due_work import next_windows

        with limited():
            on_window(ports(), text_of(message))
        windows.set(next_windows(ports()))

    _poison(bp, ports)
    return bp


def _poison(bp: func.Blueprint, ports: Callable[[], Ports]) -> None:
    @bp.queue_trigger(arg_name="message", queue_name=f"{DATA_EVENTS}-poison", connection=STORAGE)
    def data_poison(message: func.QueueMessage) -> None:
        _record_poison(ports(), DATA_EVENTS, message)

    @bp.queue_trigger(arg_name="message", queue_name=f"{MODEL_EVENTS}-poison", connection=STORAGE)
    def model_poison(message: func.QueueMessage) -> None:
        _record_poison(ports(), MODEL_EVENTS, message)

    @bp.queue_trigger(arg_name="message", queue_name=f"{PREDICT_WINDOWS}-poison", connection=STORAGE)
    def window_poison(message: func.QueueMessage) -> None:
        _record_poison(ports(), PREDICT_WINDOWS, message)


def _record_poison(ports: Ports, queue: str, message: func.QueueMessage) -> None:
    from shared.dispatch import on_poison

    on_poison(ports, queue, text_of(message))


def text_of(message: func.QueueMessage) -> str:
    """The message's text; bytes that are not UTF-8 become replacement characters and are refused as an event."""
    return message.get_body().decode("utf-8", errors="replace")
