"""From a message to its workflow, under a claim: the one place that knows which event means which work.

A workflow is imported by the first message that needs it: a cold start pays only for its own event.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.alerts.delivery import publish_and_alert
from shared.core.blob import Blob, name_problem, shown_name
from shared.core.claims import once
from shared.core.drops import blob_key
from shared.core.errors import BadInput, Missing
from shared.core.events import (
    BlobArrived,
    DeadLetterFound,
    DropsSettled,
    Event,
    Ignored,
    ModelRegistered,
    RunEnded,
    parse_message,
    without_addresses,
)
from shared.core.ledger import Kind, Outcome, State
from shared.core.messages import Queue
from shared.core.notices import announce
from shared.core.paths import NAME, Landing, landing
from shared.core.wording import counted
from shared.datasets.accepted_contracts import refresh

if TYPE_CHECKING:
    from shared.operations.replay import ReplayItem
    from shared.operations.replay_items import DeadLetter
    from shared.ports import Ports
    from shared.prediction.windows import DueWindow


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What an event led to: messages of the windows that became due, and of the releases that somebody has to make."""

    windows: Sequence[str] = ()
    releases: Sequence[str] = ()


def on_event(ports: Ports, message: str) -> list[str]:
    """Act on one event and make the releases that it asks for; returns the messages of windows that became due."""
    refresh(ports.core.scenarios)
    event = _read_event(ports, message)
    if isinstance(event, ModelRegistered):
        return _release(ports, event, message)
    dispatched = _act(ports, event, message)
    return [*dispatched.windows, *(window for release in dispatched.releases for window in on_event(ports, release))]


def on_data_event(ports: Ports, message: str) -> Dispatched:
    """Act on one event without the right to release: what asks for a release is returned for whoever has it."""
    refresh(ports.core.scenarios)
    event = _read_event(ports, message)
    return Dispatched(releases=[message]) if isinstance(event, ModelRegistered) else _act(ports, event, message)


def _read_event(ports: Ports, message: str) -> Event | None:
    try:
        return parse_message(message)
    except BadInput as fault:
        ports.core.ledger.note(Kind.EVENT, _digest(message), State.IGNORED, fault.reason)
        return None


def _digest(message: str) -> str:
    return hashlib.sha256(message.encode(errors="surrogatepass")).hexdigest()[:16]


def _release(ports: Ports, event: ModelRegistered, message: str) -> list[str]:
    """Go on with the release of a model version; returns the messages of the windows that became due by it."""
    from shared.prediction.windows import due_windows
    from shared.release.looks import release_work
    from shared.release.model_release import deploy

    work = release_work(ports, f"{event.name}:{event.version}")
    result = once(
        ports, Kind.MODEL, work.key, without_addresses(message), lambda: deploy(ports, event, again=work.again)
    )
    if result.acted and result.outcome.state == State.REFUSED:
        _announce_refusal(ports, event, result.outcome.reason)
    scenario = ports.core.scenarios.get(event.name)
    due = due_windows(ports, [scenario]) if scenario else []
    publish_and_alert(ports)
    return [window.message for window in due]


def _announce_refusal(ports: Ports, event: ModelRegistered, reason: str) -> None:
    model = f"{event.name}:{event.version}"
    announce(ports, "ModelRefused", f"models/{model}", {"scenario": event.name, "model": model, "reason": reason})


def _act(ports: Ports, event: Event | None, message: str) -> Dispatched:
    """Act on an event that is none of a model."""
    dispatched = Dispatched()
    match event:
        case BlobArrived():
            landed = _on_blob(ports, event, without_addresses(message))
            dispatched = Dispatched(windows=[due.message for due in landed.windows])
            if not landed.acted:
                # A repeat announces nothing: what another call left in the outbox, the sweep delivers.
                return dispatched
        case RunEnded():
            dispatched = Dispatched(windows=[due.message for due in _end_run(ports, event)])
        case DeadLetterFound():
            dispatched = Dispatched(releases=take_dead_letter(ports, event.letter_id))
        case DropsSettled():
            _take_drops(ports, event)
        case Ignored():
            ports.core.ledger.note(Kind.EVENT, event.event_id, State.IGNORED, f"{event.subject}: {event.reason}")
        case _:
            return dispatched
    publish_and_alert(ports)
    return dispatched


def _end_run(ports: Ports, event: RunEnded) -> list[DueWindow]:
    """End the training run; returns the window that another job scored."""
    from shared.monitoring.governor import train_on_waiting_data
    from shared.prediction.shard import named_window
    from shared.prediction.windows import numbered_window
    from shared.training.runs import run_ended

    if (found := named_window(event.run_id)) is not None:
        return numbered_window(ports, *found)
    ended = run_ended(ports, event.run_id, event.status)
    ports.core.ledger.note(Kind.RUN, event.run_id, ended.state, ended.reason)
    train_on_waiting_data(ports)
    return []


def _take_drops(ports: Ports, event: DropsSettled) -> None:
    from shared.intake.ingest import ingest_together

    scenario = ports.core.scenarios.get(event.scenario)
    wheres = [] if scenario is None else [Landing("incoming", scenario, drop, "") for drop in event.drops]
    if wheres and all(NAME.fullmatch(drop) for drop in event.drops):
        ingest_together(ports, wheres)
    else:
        reason = f"The event names no drops of a scenario: {event.scenario[:80]!r}."
        ports.core.ledger.note(Kind.EVENT, event.event_id, State.IGNORED, reason)


@dataclass(frozen=True, slots=True)
class _Landed:
    """What a file led to: windows that became due, and whether this call did any work."""

    windows: Sequence[DueWindow] = ()
    acted: bool = False


def _on_blob(ports: Ports, event: BlobArrived, message: str) -> _Landed:
    problem = name_problem(event.path)
    where = f"this is no blob name: {problem}" if problem else landing(event.path, ports.core.scenarios)
    if event.container != ports.core.container:
        where = f"container {event.container[:63]!r} is not {ports.core.container!r}"
    if isinstance(where, str):
        ports.core.ledger.note(Kind.BLOB, shown_name(event.path), State.IGNORED, f"Nothing was done: {where}.")
        return _Landed()
    blob = _current_blob(ports, event)
    if blob is None:
        return _Landed()
    result = once(ports, Kind.BLOB, blob_key(blob), message, lambda: _take_file(ports, where))
    if where.area != "scoring":
        return _Landed(acted=result.acted)
    from shared.prediction.windows import plan_landed

    return _Landed(plan_landed(ports, where), acted=True)


def _current_blob(ports: Ports, event: BlobArrived) -> Blob | None:
    """The current version: an event is a hint, and an older version than the current one changes nothing."""
    blob = ports.core.lake.stat(event.path)
    if blob is None:
        key = f"{event.path}@{event.etag}"
        ports.core.ledger.note(Kind.BLOB, key, State.GONE, "The blob was gone when its event was read.")
        return None
    if event.etag and event.etag != blob.etag.strip('"'):
        reason = "A newer version of the blob was there when the event was read; that one is used."
        ports.core.ledger.note(Kind.BLOB, f"{event.path}@{event.etag}", State.SUPERSEDED, reason)
    return blob


def _take_file(ports: Ports, where: Landing) -> Outcome:
    if where.area == "incoming":
        from shared.intake.ingest import ingest

        return ingest(ports, where)
    if where.area == "actuals":
        from shared.monitoring.late_labels import ingest_actuals

        return ingest_actuals(ports, where)
    from shared.prediction.windows import accept_scoring_file

    return accept_scoring_file(ports, where)


def _json_of(message: str) -> Any:
    try:
        return json.loads(message)
    except RecursionError as error:
        raise ValueError("The message is nested too deep.") from error


def window_of(message: str) -> tuple[str, str]:
    """The scenario and window a message names; ValueError, KeyError or TypeError when it names none."""
    value = _json_of(message)
    return str(value["scenario"]), str(value["window"])


def on_window(ports: Ports, message: str) -> None:
    """Score the window the message names."""
    refresh(ports.core.scenarios)
    try:
        scenario, window = window_of(message)
    except (ValueError, KeyError, TypeError):
        reason = 'The message is not {"scenario": …, "window": …}.'
        ports.core.ledger.note(Kind.WINDOW, _digest(message), State.IGNORED, reason)
        return
    from shared.prediction.score import score_window

    def act() -> Outcome:
        outcome = score_window(ports, scenario, window)
        if outcome.state == State.DONE and ports.prediction.corrections.find(scenario, window) is not None:
            from shared.monitoring.label_tables.follower import follow_window

            follow_window(ports, ports.core.scenarios[scenario], window)
        return outcome

    scored = once(ports, Kind.WINDOW, f"{scenario}/{window}", message, act)
    if scored.acted and scored.outcome.state not in {State.DONE, State.WAITING}:
        from shared.prediction.sharding.attempts import stop

        stop(ports, scenario, window)
        data = {"scenario": scenario, "window": window, "state": scored.outcome.state, "reason": scored.outcome.reason}
        announce(ports, "WindowQuarantined", f"windows/{scenario}/{window}", data)
    publish_and_alert(ports)


def on_monitor(ports: Ports, message: str) -> None:
    """Monitor the scenario that the message names."""
    refresh(ports.core.scenarios)
    try:
        scenario = str(_json_of(message)["scenario"])
    except (ValueError, KeyError, TypeError):
        ports.core.ledger.note(Kind.MONITOR, _digest(message), State.IGNORED, 'The message is not {"scenario": …}.')
        return
    from shared.monitoring.monitor import monitor
    from shared.operations.idling import watch_once

    def work() -> None:
        monitor(ports, scenario, message)
        publish_and_alert(ports)

    try:
        watch_once(ports, scenario, work)
    except Missing as fault:
        ports.core.ledger.note(Kind.MONITOR, scenario[:200], State.IGNORED, fault.reason)
        publish_and_alert(ports)


def on_poison(ports: Ports, queue: str, message: str) -> None:
    """Record that a queue gave a message up; the sweep tries its work again, `mlops history --why` shows it."""
    key = f"{queue}/{_digest(message)}"
    reason = f"The queue gave this message up: {message[:300]}"
    # Claimed, not only noted: the ledger keeps the message, so that it can be replayed.
    once(ports, Kind.POISON, key, message, lambda: Outcome(State.FAILED, reason))
    announce(ports, "MessagePoisoned", f"poison/{key}", {"queue": queue, "reason": reason})


def replay(ports: Ports, item: ReplayItem, reason: str) -> Outcome:
    """Try an item again the way it came: reopened, claimed and recorded like the first time."""
    if item.why_not:
        return Outcome("left", f"It cannot be tried again: {item.why_not}.")
    for kind, key in (*item.reopened_with, (item.kind, item.key)):
        ports.operations.reopening.reopen(kind, key, reason)
    if item.kind == Kind.DEAD_LETTER:
        for release in take_dead_letter(ports, item.key):
            _take_message(ports, Queue.MODEL_EVENTS, release)
    elif item.kind == Kind.POISON:
        (message,) = item.messages
        queue = item.key.partition("/")[0]
        once(ports, Kind.POISON, item.key, message, lambda: _take_message(ports, queue, message))
    else:
        (message,) = item.messages
        _take_message(ports, Queue.PREDICT_WINDOWS if item.kind == Kind.WINDOW else Queue.DATA_EVENTS, message)
    entry = ports.core.history.find(item.kind, item.key)
    return Outcome(State.GONE, "It is gone.") if entry is None else Outcome(entry.state, entry.reason)


def _take_message(ports: Ports, queue: str, message: str) -> Outcome:
    """Work on a message of that queue, and on the windows that become due by it."""
    windows = [message] if queue == Queue.PREDICT_WINDOWS else on_event(ports, message)
    for window in windows:
        on_window(ports, window)
    return Outcome(State.DONE, "The message was taken up again.")


def take_dead_letter(ports: Ports, letter_id: str) -> list[str]:
    """Take the events of a dead letter as if they had been delivered, once.

    Returns the messages of the releases that they ask for; the sweep of releases finds a lost one.
    """
    from shared.operations.reconcile import dead_letter_message

    letter = ports.operations.dead_letters.find(letter_id)
    if letter is None or letter.problem:
        state, reason = _unreadable(letter)
        ports.core.ledger.note(Kind.DEAD_LETTER, letter_id, state, reason)
        return []
    releases: list[str] = []

    def act() -> Outcome:
        for message in letter.events:
            dispatched = on_data_event(ports, message)
            releases.extend(dispatched.releases)
            for window in dispatched.windows:
                on_window(ports, window)
        events = counted(len(letter.events), "event")
        were = "was" if len(letter.events) == 1 else "were"
        return Outcome(State.DONE, f"{events} that could not be delivered ({letter.reason}) {were} taken up.")

    once(ports, Kind.DEAD_LETTER, letter_id, dead_letter_message(letter_id), act)
    return releases


def _unreadable(letter: DeadLetter | None) -> tuple[State, str]:
    if letter is None:
        return State.GONE, "It is gone."
    return State.FAILED, f"It cannot be taken up: {letter.problem}."
