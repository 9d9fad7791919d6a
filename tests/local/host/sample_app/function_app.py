"""A small function app for tests of the local host: one function of each kind, which writes its input to a file."""

import json
import logging
import os
import threading
import typing
from pathlib import Path

import azure.functions as func

app = func.FunctionApp()


def _tell(**facts: typing.Any) -> None:
    with Path(os.environ["SAMPLE_TRACE"]).open("a", encoding="utf-8") as out:
        out.write(json.dumps(facts) + "\n")


@app.event_grid_trigger(arg_name="event")
@app.queue_output(arg_name="work", queue_name="sample-work", connection="AzureWebJobsStorage")
def intake(event: func.EventGridEvent, work: func.Out[typing.List[str]]) -> None:  # noqa: UP006 - the worker knows this one only
    """Send the blob's subject on, twice."""
    if event.subject == "fail":
        raise RuntimeError("the event fails on purpose")
    work.set([f"first {event.subject}", f"second {event.subject}"])


@app.queue_trigger(arg_name="message", queue_name="%SAMPLE_QUEUE%", connection="AzureWebJobsStorage")
def work(message: func.QueueMessage) -> None:
    """Write down the message."""
    body = message.get_body().decode()
    inserted = message.insertion_time.isoformat() if message.insertion_time else ""
    _tell(kind="queue", body=body, count=message.dequeue_count, id=message.id, inserted=inserted)
    if body.startswith("fail"):
        raise RuntimeError("the message fails on purpose")
    if body == "hang" and message.dequeue_count == 1:
        threading.Event().wait()


@app.queue_trigger(arg_name="message", queue_name="sample-work-poison", connection="AzureWebJobsStorage")
def poisoned(message: func.QueueMessage) -> None:
    """Write down the poison message."""
    _tell(kind="poison", body=message.get_body().decode())


@app.timer_trigger(schedule="%SAMPLE_SCHEDULE%", arg_name="timer", run_on_startup=False, use_monitor=True)
def tick(timer: func.TimerRequest) -> None:
    """Write down that the timer fired."""
    _tell(kind="timer", past_due=timer.past_due)


@app.route("things/{name}/{number:int?}", methods=["GET", "POST"], auth_level=func.AuthLevel.FUNCTION)
@app.queue_output(arg_name="work", queue_name="sample-work", connection="AzureWebJobsStorage")
def things(req: func.HttpRequest, work: func.Out[str]) -> func.HttpResponse:
    """Answer with what was asked."""
    if "send" in req.params:
        work.set(req.params["send"])
    content = {"route": dict(req.route_params), "method": req.method, "body": req.get_body().decode()}
    return func.HttpResponse(json.dumps(content), status_code=201, mimetype="application/json", headers={"X-One": "1"})


@app.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> func.HttpResponse:
    """Answer without a key."""
    return func.HttpResponse("well")


@app.route("operate", auth_level=func.AuthLevel.ADMIN)
def operate(req: func.HttpRequest) -> func.HttpResponse:
    """Answer a caller with the master key."""
    return func.HttpResponse("done")


@app.route("crash", methods=["GET"])
def crash(req: func.HttpRequest) -> func.HttpResponse:
    """Fail."""
    logging.getLogger(__name__).info("about to fail")
    raise RuntimeError("a secret detail")


@app.route("cookies", auth_level=func.AuthLevel.ANONYMOUS)
def cookies(req: func.HttpRequest) -> str:
    """Answer with a text only."""
    return f"{req.method} {len(req.get_body())}"
