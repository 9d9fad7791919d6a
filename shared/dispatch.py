"""From a message to its workflow, under a claim: the one place that knows which event means which work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from shared.domain.events import BlobArrived, Event, Ignored, ModelRegistered, RunEnded, parse_message
from shared.domain.paths import Landing, landing
from shared.domain.records import Blob, Outcome
from shared.domain.scenario import Scenario
from shared.errors import BadInput
from shared.ports import Ports
from shared.workflows.announce import relay
from shared.workflows.claims import once
from shared.workflows.deploy import deploy
from shared.workflows.ingest import blob_key, ingest
from shared.workflows.reconcile import reconcile
from shared.workflows.score import score_window
from shared.workflows.train import run_ended
from shared.workflows.windows import Due, due_windows, landed


def on_event(ports: Ports, message: str) -> list[str]:
    """Act on one event; returns the messages of the windows that became due by it."""
    try:
        event = parse_message(message)
    except BadInput as fault:
        ports.ledger.note("event", hashlib.sha256(message.encode()).hexdigest()[:16], "ignored", fault.reason)
        return []
    due = _act(ports, event, message)
    relay(ports)
    return [window_message(one) for one in due]


def _act(ports: Ports, event: Event, message: str) -> list[Due]:
    match event:
        case BlobArrived():
            return _on_blob(ports, event, message)
        case ModelRegistered():
            once(ports, "model", f"{event.name}:{event.version}", message, lambda: deploy(ports, event))
            scenario = ports.scenarios.get(event.name)
            return due_windows(ports, [scenario]) if scenario else []
        case RunEnded():
            ended = run_ended(ports, event.run_id, event.status)
            ports.ledger.note("run", event.run_id, ended.state, ended.reason)
        case Ignored():
            ports.ledger.note("event", event.event_id, "ignored", f"{event.subject}: {event.reason}")
    return []


def _on_blob(ports: Ports, event: BlobArrived, message: str) -> list[Due]:
    where = landing(event.path, ports.scenarios)
    if event.container != ports.container:
        where = f"container {event.container[:63]!r} is not {ports.container!r}"
    if isinstance(where, str):
        ports.ledger.note("blob", event.path, "ignored", f"Nothing was done: {where}.")
        return []
    blob = _as_it_is_now(ports, event)
    if blob is None:
        return []
    once(ports, "blob", blob_key(blob), message, lambda: _landed(ports, where))
    return due_windows(ports, [where.scenario]) if where.area == "scoring" else []


def _as_it_is_now(ports: Ports, event: BlobArrived) -> Blob | None:
    """The current version: an event is a hint, and an older version than the current one changes nothing."""
    blob = ports.lake.stat(event.path)
    if blob is None:
        ports.ledger.note("blob", f"{event.path}@{event.etag}", "gone", "The blob was gone when its event was read.")
        return None
    if event.etag and event.etag != blob.etag.strip('"'):
        reason = "A newer version of the blob was there when the event was read; that one is used."
        ports.ledger.note("blob", f"{event.path}@{event.etag}", "superseded", reason)
    return blob


def _landed(ports: Ports, where: Landing) -> Outcome:
    if where.area == "incoming":
        return ingest(ports, where)
    return landed(ports, where)


def window_message(due: Due) -> str:
    """The queue message that asks to score a window."""
    return json.dumps({"scenario": due.scenario, "window": due.window})


def window_of(message: str) -> tuple[str, str]:
    """The scenario and window a message names; ValueError, KeyError or TypeError when it names none."""
    value = json.loads(message)
    return str(value["scenario"]), str(value["window"])


def on_window(ports: Ports, message: str) -> None:
    """Score the window the message names."""
    try:
        scenario, window = window_of(message)
    except (ValueError, KeyError, TypeError):
        key = hashlib.sha256(message.encode()).hexdigest()[:16]
        ports.ledger.note("window", key, "ignored", 'The message is not {"scenario": …, "window": …}.')
        return
    once(ports, "window", f"{scenario}/{window}", message, lambda: score_window(ports, scenario, window))
    relay(ports)


def on_poison(ports: Ports, queue: str, message: str) -> None:
    """Record that a queue gave a message up; the sweep tries its work again, `mlops history --why` shows it."""
    key = f"{queue}/{hashlib.sha256(message.encode()).hexdigest()[:16]}"
    ports.ledger.note("poison", key, "failed", f"The queue gave this message up: {message[:300]}")


def plan(ports: Ports, scenarios: Iterable[Scenario] | None = None) -> list[str]:
    """Messages for every window that is due, of these scenarios or of all, and for those whose worker died."""
    stuck = [entry.message for entry in ports.history.stuck(ports.clock()) if entry.kind == "window"]
    return list(dict.fromkeys([*stuck, *(window_message(due) for due in due_windows(ports, scenarios))]))


def sweep(ports: Ports) -> list[str]:
    """Messages for every event whose work was lost."""
    return reconcile(ports).events
