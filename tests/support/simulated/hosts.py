"""A host in virtual time: the real timer and queue triggers of the local host, on a worker that runs the workflows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from functions.names import MODEL_EVENTS, PREDICT_WINDOWS
from local.host.host_options import QueueOptions
from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.queues.queue_store import QueueStore
from local.host.queues.queue_trigger import QueueTriggers
from local.host.tasks import Tasks
from local.host.timers import TimerTriggers
from local.host.wake_signal import WakeSignal
from local.host.worker import Function, Outcome
from shared import dispatch
from shared.core.errors import Fault, Transient
from shared.core.messages import POISON
from shared.operations.idling import fire, record_and_keep
from simulated.faults import Conditions, Died, Disks, Fate
from simulated.installations import Installation
from simulated.workers import QUEUES, TIMERS, WORKERS, Outputs

_OPTIONS = QueueOptions(4, 2, 5, 45.0, 5.0)
_TIMEOUT = 540.0
# A sweep that paused longer tells what was so before.
_AT_ONCE = timedelta(seconds=60)


class Witness(Protocol):
    """Who decides what befalls a worker, and hears what it did."""

    def fate(self, what: str) -> Fate:
        """What befalls the worker that starts now."""
        ...

    def heard(self, host: Host, what: str, outputs: Outputs) -> None:
        """A function ended and sends these."""
        ...

    def failed(self, what: str, error: BaseException) -> None:
        """A function ended as none may."""
        ...


class Host:
    """One host of the installation; it may be killed and started again on its own queue and timers."""

    def __init__(self, name: str, place: Installation, disks: Disks, witness: Witness, skew: timedelta) -> None:
        self.name = name
        self.database = place.host_database(name)
        self.fired: Counter[str] = Counter()
        self._place, self._disks, self._witness, self._skew = place, disks, witness, skew
        self.start()

    def now(self) -> datetime:
        """The time that its machine shows."""
        return self._place.clock.now + self._skew

    def start(self) -> None:
        """A new process begins; what the one before has under way goes on beside it."""
        self.conditions = Conditions(self._disks)
        ports = self._place.ports(self.name, self.now)
        trainer: Any = ports.training.trainer
        self.ports = self.conditions.over(ports)
        trainer.ports = self.ports
        wake, tasks = WakeSignal(), Tasks()
        self.queues = QueueStore(self.database, self.seconds, wake.set)
        common: dict[str, Any] = {
            "invocations": Invocations(self, self.queues, _TIMEOUT),
            "tasks": tasks,
            "wake": wake,
            "clock": self.seconds,
        }
        self._messages = QueueTriggers(_queue_functions(), queues=self.queues, options=_OPTIONS, **common)
        self._timers = TimerTriggers(_timer_functions(), database=self.database, **common)

    def restart(self) -> None:
        """The process was killed; the next one frees its claims and takes its messages over."""
        self.start()
        self.ports.core.ledger.abandon("the host was restarted")
        self._messages.recover()

    def seconds(self) -> float:
        """The same in seconds since 1970."""
        return self.now().timestamp()

    def turn(self, *, messages: bool) -> None:
        """Start the timers that are due, and the messages; its own loop pauses after a refused write, and so do we."""
        due = "SELECT 1 FROM messages WHERE visible <= ? LIMIT 1"
        messages = messages and bool(self.database.rows(due, self.seconds()))
        for step in (self._timers.step, *([self._messages.step] if messages else [])):
            try:
                step()
            except Transient:
                continue

    async def invoke(
        self,
        function: Function,
        data: Record,
        metadata: Mapping[str, Record],  # noqa: ARG002 -- the signature of a worker
        retry: tuple[int, int] = (0, 0),  # noqa: ARG002 -- the signature of a worker
    ) -> Outcome:
        """Run the function as its worker would; what befalls it is the witness's choice."""
        timer = TIMERS.get(function.name)
        self.fired[function.name] += timer is not None
        what = function.name if timer else f"{function.name} {data.string}"
        started = self._place.clock.now
        fate = self.conditions.fate = self._witness.fate(f"{self.name}: {what}")
        try:
            outputs = await fate.lead(lambda: self._call(function, data))
        except Died:
            return Outcome(ok=False, error="The worker ended.")
        except Fault as fault:
            if fault.permanent:
                self._witness.failed(what, fault)
            return Outcome(ok=False, error=fault.reason)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the life ends with it
            self._witness.failed(what, error)
            return Outcome(ok=False, error=str(error))
        finally:
            self.conditions.fate = None
        if self._place.clock.now - started < _AT_ONCE:
            self._witness.heard(self, function.name, outputs)
        sent = {name: list(messages) for name, messages in outputs.items() if messages}
        return Outcome(ok=True, outputs=tuple((name, Record(json=json.dumps(found))) for name, found in sent.items()))

    def _call(self, function: Function, data: Record) -> Outputs:
        if function.name in TIMERS:
            _, queue, plan = TIMERS[function.name]
            late = bool(json.loads(data.json)["IsPastDue"])
            if function.name == "retain":
                record_and_keep(self.ports, function.name, past_due=late)
                return {queue: plan(self.ports)}
            return {queue: fire(self.ports, function.name, plan, past_due=late)}
        queue = str(function.trigger["queueName"])
        if queue.endswith(POISON):
            dispatch.on_poison(self.ports, queue.removesuffix(POISON), data.string)
            return {}
        return WORKERS[queue](self.ports, data.string)


def _outputs(*queues: str) -> tuple[Mapping[str, Any], ...]:
    return tuple({"name": queue, "type": "queue", "queueName": queue} for queue in queues)


def _queue_functions() -> list[Function]:
    outputs = _outputs(PREDICT_WINDOWS, MODEL_EVENTS)
    names = [name for queue in QUEUES for name in (queue, queue + POISON)]
    return [Function(name, name, {"type": "queueTrigger", "queueName": name}, outputs) for name in names]


def _timer_functions() -> list[Function]:
    return [
        Function(name, name, {"type": "timerTrigger", "schedule": schedule}, _outputs(queue))
        for name, (schedule, queue, _) in TIMERS.items()
    ]
