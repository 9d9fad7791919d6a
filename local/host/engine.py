"""Everything a running host consists of, put together inside its event loop."""

from __future__ import annotations

import asyncio
import logging
import socket

from watchfiles import awatch

from local.host.database import HostDatabase
from local.host.engine_parts import Plan, body_limit, open_queues, open_watch, subscriptions_of
from local.host.events.eventgrid import EventGrid, inbox_of
from local.host.http.admin import Admin
from local.host.http.http_server import HttpServer
from local.host.http.key_file import KeyFile
from local.host.http.messages import Limits
from local.host.http.topic import Topic
from local.host.http.webhook import Webhook
from local.host.http.webserver import WebServer
from local.host.invocations import Invocations
from local.host.manual_calls import ManualCalls
from local.host.queues.queue_store import check_queue_name
from local.host.queues.queue_trigger import QueueTriggers
from local.host.tasks import Tasks, repeat
from local.host.timers import TimerTriggers
from local.host.wake_signal import WakeSignal, wake_folder, wake_host
from local.host.worker import Function, NotIndexed, Outcome, Worker
from shared.core.errors import BadInput
from shared.core.wording import counted

log = logging.getLogger("mlops.host")
_WATCH_START_TRIES = 100
_HTTP_SECONDS, _STOP_SECONDS = 30.0, 10.0


class Engine:
    """A running host. Built, started and stopped inside its own event loop; any thread may call `idle`."""

    def __init__(self, plan: Plan, worker: Worker, functions: tuple[Function, ...], database: HostDatabase) -> None:
        self._plan = plan
        self._worker = worker
        self._database = database
        self._tasks, self._loops, self._timer_loop = Tasks(), Tasks(), Tasks()
        self._file_watch_started = False
        self._wake_queues, self._wake_timers, self._wake_events, self._wake_watch = (WakeSignal() for _ in range(4))
        self.queues = open_queues(plan, database, self._wake_queues.set)
        self._invocations = Invocations(worker, self.queues, plan.options.function_timeout, plan.waits)
        self._triggers = self._queue_triggers(_of_kind(functions, "queueTrigger"))
        self._timers = TimerTriggers(
            _of_kind(functions, "timerTrigger"),
            database=database,
            invocations=self._invocations,
            tasks=self._tasks,
            wake=self._wake_timers,
            clock=plan.clock,
            waits=plan.waits,
        )
        webhook = Webhook(_of_kind(functions, "eventGridTrigger"), self._invocations)
        self._events = EventGrid(
            plan.home,
            subscriptions_of(_of_kind(functions, "eventGridTrigger"), plan.subscriptions),
            database=database,
            webhook=webhook,
            tasks=self._tasks,
            wake=self._wake_events,
            clock=plan.clock,
        )
        self._watch = open_watch(plan, database, self._events.publish)
        self._server = self._web_server(functions, webhook)

    def _web_server(self, functions: tuple[Function, ...], webhook: Webhook) -> HttpServer:
        options, keys = self._plan.options, KeyFile(self._plan.home)
        keys.keys()
        calls = ManualCalls(self._invocations, self._timers, self._tasks, self._plan.clock)
        web = WebServer(
            _of_kind(functions, "httpTrigger"),
            keys,
            self._invocations,
            options,
            hook=webhook,
            own_topic=Topic(keys, self._events.publish),
            admin=Admin(functions, keys, run=calls.start),
        )
        body_bytes = body_limit(self._plan.environ)
        return HttpServer(web.answer, Limits(body_bytes=body_bytes, bodies=options.max_outstanding_requests))

    def _queue_triggers(self, functions: list[Function]) -> QueueTriggers:
        for function in functions:
            try:
                check_queue_name(str(function.trigger["queueName"]))
            except BadInput as fault:
                raise NotIndexed(f"function {function.name}: {fault}") from fault
        return QueueTriggers(
            functions,
            queues=self.queues,
            invocations=self._invocations,
            options=self._plan.options.queues,
            tasks=self._tasks,
            wake=self._wake_queues,
            clock=self._plan.clock,
            waits=self._plan.waits,
        )

    async def start(self, listener: socket.socket) -> None:
        """Recover the messages of the last host and start every loop; return when HTTP answers."""
        recovered = self._triggers.recover()
        if recovered:
            log.info("%s in flight when the last host ended", counted(recovered, "message"))
        await self._start_file_watch()
        await self._server.start(listener)
        self._loops.start(repeat(self._wake_queues, self._triggers.step))
        self._timer_loop.start(repeat(self._wake_timers, self._timers.step))
        self._loops.start(repeat(self._wake_events, self._events.step))
        if self._watch:
            self._loops.start(repeat(self._wake_watch, self._watch.step))

    async def _start_file_watch(self) -> None:
        """Return when file changes are noticed, so that a file that lands after the start is seen at once."""
        listening = self._loops.start(self._listen_to_files())
        for _ in range(_WATCH_START_TRIES):
            wake_host(self._plan.home)
            await asyncio.sleep(0.02)
            if self._file_watch_started or listening.done():
                return

    async def stop(self) -> None:
        """Take no more work, let running functions end, and close everything.

        As in the Functions host, requests have 30 s and then messages, events and timers 10 s; timers fire on so long.
        """
        await self._loops.finish(0)
        await self._server.stop(_HTTP_SECONDS)
        await self._tasks.finish(_STOP_SECONDS)
        await self._timer_loop.finish(0)
        await self._tasks.finish(0)
        self._timers.release()

    def wake(self) -> None:
        """Let every loop look for work at once."""
        for signal in (self._wake_queues, self._wake_timers, self._wake_events, self._wake_watch):
            signal.set()

    async def fire(self, name: str) -> Outcome:
        """Run a timer function now."""
        return await self._timers.fire(name)

    def idle(self) -> bool:
        """Whether nothing is due: no message, no event, no file unreported, no function running."""
        started = self._invocations.started
        if self._busy() or self._events.waiting() or (self._watch and self._watch.has_unreported()):
            return False
        # Files that landed during the check are due by now; functions that ran during it were counted.
        return not self._busy() and self._invocations.started == started

    def _busy(self) -> bool:
        due = "SELECT EXISTS (SELECT 1 FROM deliveries WHERE due <= ?)"
        delivery = bool(self._database.rows(due, self._plan.clock())[0][0])
        return self._tasks.busy() or self._invocations.running > 0 or delivery or self._triggers.busy()

    async def _listen_to_files(self) -> None:
        folders = [inbox_of(self._plan.home), wake_folder(self._plan.home)]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        lake = self._plan.settings.lake_folder
        if self._watch:
            folders += self._watch.folders
        try:
            async for changes in awatch(*folders, watch_filter=None, debounce=100, step=20):
                self._file_watch_started = True
                if self._watch and lake:
                    self._watch.mark_changed(path for _, path in changes if path.startswith(str(lake)))
                self.wake()
        except (OSError, RuntimeError) as error:
            log.warning("Files cannot be watched (%s); the host lists them every few seconds instead", error)


def _of_kind(functions: tuple[Function, ...], kind: str) -> list[Function]:
    return [function for function in functions if function.kind == kind]
