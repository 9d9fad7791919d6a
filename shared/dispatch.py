"""From a message to its workflow, under a claim: the one place that knows which event means which work."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from shared.alerts.delivery import publish_and_alert
from shared.core.blob import Blob
from shared.core.claims import Result, once
from shared.core.drops import blob_key
from shared.core.errors import BadInput, Missing
from shared.core.events import (
    BlobArrived,
    DeadLetterFound,
    Event,
    Ignored,
    ModelRegistered,
    RunEnded,
    kept,
    parse_message,
)
from shared.core.ledger import Outcome
from shared.core.notices import announce
from shared.core.paths import Landing, landing
from shared.core.scenario import Scenario
from shared.intake.ingest import ingest
from shared.monitoring.late_labels import take_actuals
from shared.monitoring.monitor import monitor
from shared.operations.reconcile import dead_letter_message, reconcile
from shared.operations.replay import Item
from shared.ports import Ports
from shared.prediction.score import score_window
from shared.prediction.windows import Due, due_windows, landed
from shared.release import sweep as release_sweep
from shared.release.deploy import deploy
from shared.release.release_status import work_key
from shared.training.runs import run_ended

# The queue whose messages are windows; every other one holds events.
_WINDOWS = "predict-windows"


def on_event(ports: Ports, message: str, *, models: list[str] | None = None) -> list[str]:
    """Act on one event; returns the messages of the windows that became due by it.

    Given `models`, nothing is released here: the messages that ask for it are added there, for whoever may deploy.
    """
    try:
        event = parse_message(message)
    except BadInput as fault:
        ports.core.ledger.note("event", hashlib.sha256(message.encode()).hexdigest()[:16], "ignored", fault.reason)
        return []
    if models is not None and isinstance(event, ModelRegistered):
        models.append(message)
        return []
    due = _act(ports, event, kept(message), models)
    publish_and_alert(ports)
    return [window_message(one) for one in due]


def _act(ports: Ports, event: Event, message: str, models: list[str] | None) -> list[Due]:
    match event:
        case BlobArrived():
            return _on_blob(ports, event, message)
        case ModelRegistered():
            key = work_key(ports, f"{event.name}:{event.version}")
            judged = once(ports, "model", key, message, lambda: deploy(ports, event))
            _tell_refused(ports, event, judged)
            scenario = ports.core.scenarios.get(event.name)
            return due_windows(ports, [scenario]) if scenario else []
        case RunEnded():
            ended = run_ended(ports, event.run_id, event.status)
            ports.core.ledger.note("run", event.run_id, ended.state, ended.reason)
        case DeadLetterFound():
            take_dead_letter(ports, event.letter_id, models)
        case Ignored():
            ports.core.ledger.note("event", event.event_id, "ignored", f"{event.subject}: {event.reason}")
    return []


def _tell_refused(ports: Ports, event: ModelRegistered, judged: Result) -> None:
    if judged.acted and judged.outcome.state == "refused":
        told = {"scenario": event.name, "model": f"{event.name}:{event.version}", "reason": judged.outcome.reason}
        announce(ports, "ModelRefused", f"models/{event.name}:{event.version}", told)


def _on_blob(ports: Ports, event: BlobArrived, message: str) -> list[Due]:
    where = landing(event.path, ports.core.scenarios)
    if event.container != ports.core.container:
        where = f"container {event.container[:63]!r} is not {ports.core.container!r}"
    if isinstance(where, str):
        ports.core.ledger.note("blob", event.path, "ignored", f"Nothing was done: {where}.")
        return []
    blob = _as_it_is_now(ports, event)
    if blob is None:
        return []
    once(ports, "blob", blob_key(blob), message, lambda: _landed(ports, where))
    return due_windows(ports, [where.scenario]) if where.area == "scoring" else []


def _as_it_is_now(ports: Ports, event: BlobArrived) -> Blob | None:
    """The current version: an event is a hint, and an older version than the current one changes nothing."""
    blob = ports.core.lake.stat(event.path)
    if blob is None:
        ports.core.ledger.note(
            "blob", f"{event.path}@{event.etag}", "gone", "The blob was gone when its event was read."
        )
        return None
    if event.etag and event.etag != blob.etag.strip('"'):
        reason = "A newer version of the blob was there when the event was read; that one is used."
        ports.core.ledger.note("blob", f"{event.path}@{event.etag}", "superseded", reason)
    return blob


def _landed(ports: Ports, where: Landing) -> Outcome:
    if where.area == "incoming":
        return ingest(ports, where)
    if where.area == "actuals":
        return take_actuals(ports, where)
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
        ports.core.ledger.note("window", key, "ignored", 'The message is not {"scenario": …, "window": …}.')
        return
    scored = once(ports, "window", f"{scenario}/{window}", message, lambda: score_window(ports, scenario, window))
    if scored.acted and scored.outcome.state != "done":
        told = {"scenario": scenario, "window": window, "state": scored.outcome.state, "reason": scored.outcome.reason}
        announce(ports, "WindowQuarantined", f"windows/{scenario}/{window}", told)
    publish_and_alert(ports)


def on_monitor(ports: Ports, message: str) -> None:
    """Watch the scenario the message names."""
    try:
        scenario = str(json.loads(message)["scenario"])
    except (ValueError, KeyError, TypeError):
        key = hashlib.sha256(message.encode()).hexdigest()[:16]
        ports.core.ledger.note("monitor", key, "ignored", 'The message is not {"scenario": …}.')
        return
    try:
        monitor(ports, scenario, message)
    except Missing as fault:
        ports.core.ledger.note("monitor", scenario[:200], "ignored", fault.reason)
    publish_and_alert(ports)


def on_poison(ports: Ports, queue: str, message: str) -> None:
    """Record that a queue gave a message up; the sweep tries its work again, `mlops history --why` shows it."""
    key = f"{queue}/{hashlib.sha256(message.encode()).hexdigest()[:16]}"
    reason = f"The queue gave this message up: {message[:300]}"
    # Claimed, not only noted: the ledger keeps the message, so that it can be replayed.
    once(ports, "poison", key, message, lambda: Outcome("failed", reason))
    announce(ports, "MessagePoisoned", f"poison/{key}", {"queue": queue, "reason": reason})


def plan(ports: Ports, scenarios: Iterable[Scenario] | None = None) -> list[str]:
    """Messages for every window that is due, of these scenarios or of all, and for those whose worker died."""
    stuck = [entry.message for entry in ports.core.history.stuck(ports.core.clock()) if entry.kind == "window"]
    return list(dict.fromkeys([*stuck, *(window_message(due) for due in due_windows(ports, scenarios))]))


def sweep(ports: Ports) -> list[str]:
    """Messages for every event whose work was lost, and for every release that goes on: both sweeps, once each."""
    releases = sweep_releases(ports)
    return [*sweep_data(ports), *releases]


def sweep_releases(ports: Ports) -> list[str]:
    """Messages for every model whose release goes on; what this announces is delivered."""
    messages = release_sweep.sweep_releases(ports)
    publish_and_alert(ports)
    return messages


def sweep_data(ports: Ports) -> list[str]:
    """Messages for every event whose work was lost; nothing is asked of those who serve."""
    return reconcile(ports).events


def replay(ports: Ports, item: Item, reason: str) -> Outcome:
    """Try an item again through the same door: reopened, claimed and recorded like the first time."""
    if item.left:
        return Outcome("left", f"It cannot be tried again: {item.left}.")
    for kind, key in (*item.inside, (item.kind, item.key)):
        ports.operations.reopening.reopen(kind, key, reason)
    if item.kind == "deadletter":
        take_dead_letter(ports, item.key)
    elif item.kind == "poison":
        (message,) = item.messages
        once(ports, "poison", item.key, message, lambda: _from_queue(ports, item.key.partition("/")[0], message))
    else:
        (message,) = item.messages
        _from_queue(ports, _WINDOWS if item.kind == "window" else "", message)
    entry = ports.core.history.find(item.kind, item.key)
    return Outcome("gone", "It is gone.") if entry is None else Outcome(entry.state, entry.reason)


def _from_queue(ports: Ports, queue: str, message: str, models: list[str] | None = None) -> Outcome:
    """The message as its queue's worker takes it, and the windows that become due by it."""
    windows = [message] if queue == _WINDOWS else on_event(ports, message, models=models)
    for window in windows:
        on_window(ports, window)
    return Outcome("done", "The message was taken up again.")


def take_dead_letter(ports: Ports, letter_id: str, models: list[str] | None = None) -> None:
    """Take the events of a dead letter as if they had been delivered; once, however often it is found.

    Given `models`, those that ask for a release are added there; one that gets lost on its way is found by its sweep.
    """
    letter = ports.operations.dead_letters.find(letter_id)
    if letter is None or letter.problem:
        problem = "It is gone." if letter is None else f"It cannot be taken up: {letter.problem}."
        ports.core.ledger.note("deadletter", letter_id, "failed" if letter else "gone", problem)
        return

    def act() -> Outcome:
        for message in letter.events:
            _from_queue(ports, "", message, models)
        told = f"{len(letter.events)} event(s) that could not be delivered ({letter.reason}) were taken up"
        return Outcome("done", f"{told}.")

    once(ports, "deadletter", letter_id, dead_letter_message(letter_id), act)
