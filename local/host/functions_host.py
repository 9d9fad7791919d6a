"""The local Functions host: loads function_app.py with Azure's own worker library and runs its functions."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from local.azurite.azurite_settings import OWN_QUEUES, STORAGE
from local.host.database import HostDatabase
from local.host.engine import Engine
from local.host.engine_parts import Plan, waits_of
from local.host.events.eventgrid import Subscription
from local.host.host_options import read_options
from local.host.http.key_file import load_keys
from local.host.http.keys import Keys
from local.host.process_environment import ProcessEnvironment
from local.host.running import HomeLock
from local.host.worker import Outcome, Worker
from shared.core.errors import Conflict, Misconfigured, Transient
from shared.settings import read_settings

log = logging.getLogger("mlops.host")
# Without set-up of logging, these messages are dropped.
for _name in ("mlops.host", "azure.functions"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
_POLL_SECONDS = 0.5
_SWITCH_SECONDS = 0.001
# As many as the Functions host's worker starts at most: a batch of events is called all at once.
_THREADS = ("PYTHON_THREADPOOL_THREAD_COUNT", "1000")


class Host:
    """Runs one function app on one home, in a thread of its own; one at a time per process and per home."""

    def __init__(
        self,
        app_directory: Path,
        home: Path,
        environ: Mapping[str, str],
        *,
        port: int = 7071,
        subscriptions: Mapping[str, Subscription] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._home = home.absolute()
        environ = {_THREADS[0]: _THREADS[1], "MLOPS_HOME": str(self._home), **environ}
        settings = read_settings(environ)
        self._plan = Plan(
            app_directory.absolute(),
            self._home,
            environ,
            settings,
            subscriptions,
            read_options(app_directory),
            waits_of(environ),
            clock,
        )
        self._wanted_port = port
        self._lock = HomeLock(self._home)
        self._cleanup = ExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._engine: Engine | None = None
        self._stopping: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self.port = 0

    @property
    def keys(self) -> Keys:
        """The keys of this home."""
        return load_keys(self._home)

    @property
    def function_key(self) -> str:
        """A key that opens functions of auth level function."""
        return next(iter(self.keys.functions.values()))

    def start(self, before: Callable[[], Any] | None = None) -> None:
        """Return when the host answers. `before` runs once this host holds the home, before any function does.

        Conflict when another host holds the home; NotIndexed or Misconfigured when the app cannot be loaded.
        """
        if self._thread is not None:
            raise Conflict("This host has been started already; build another.")
        with ExitStack() as undo:
            self._lock.acquire()
            undo.callback(self._lock.release)
            listener = undo.enter_context(_listen(self._wanted_port))
            # The app sees that its queues are kept, where they are this host's own.
            storage = {STORAGE: self._plan.environ.get(STORAGE) or OWN_QUEUES}
            undo.enter_context(ProcessEnvironment({**self._plan.environ, **storage}))
            if before is not None:
                before()
            ready: Future[None] = Future()
            self._thread = threading.Thread(
                target=self._run_loop, args=(listener, ready), name="mlops-host", daemon=True
            )
            self._thread.start()
            ready.result()
            self.port = listener.getsockname()[1]
            self._lock.announce(self.port)
            self._cleanup = undo.pop_all()
        log.info("The host is up on port %d", self.port)

    def stop(self) -> None:
        """Stop taking work, let running functions end (40 s at most), and release the home; safe to repeat."""
        if self._thread is None:
            return
        if self._loop is not None and self._stopping is not None and not self._ended.is_set():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._cleanup.close()

    def run(self, before: Callable[[], Any] | None = None) -> None:
        """Start, and return when SIGINT, SIGTERM or `stop` from another thread has stopped the host.

        Call it in the main thread only, which receives signals.
        """
        stop_requested = threading.Event()
        # What a thread computes holds up the loop for so long, and with it every answer.
        sys.setswitchinterval(_SWITCH_SECONDS)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop_requested.set())
        self.start(before)
        try:
            while not stop_requested.wait(_POLL_SECONDS) and not self._ended.is_set():
                pass
        finally:
            self.stop()

    def wake(self) -> None:
        """Let every loop look for work at once."""
        self._running_engine().wake()

    def idle(self) -> bool:
        """Whether nothing is due: no message, no event, no file unreported, no function running."""
        return self._running_engine().idle()

    def put(self, queue: str, *bodies: str) -> None:
        """Put messages on a queue; functions see them at once."""
        self._running_engine().queues.put(queue, *bodies)

    def fire(self, function_name: str) -> Outcome:
        """Run a timer function now and return how it ended; Missing lists the timers there are."""
        engine = self._running_engine()
        if self._loop is None:
            raise Transient("The host does not run; start it first.")
        return asyncio.run_coroutine_threadsafe(engine.fire(function_name), self._loop).result()

    def _running_engine(self) -> Engine:
        if self._engine is None or self._ended.is_set():
            raise Transient("The host does not run; start it first.")
        return self._engine

    def _run_loop(self, listener: socket.socket, ready: Future[None]) -> None:
        try:
            asyncio.run(self._main(listener, ready))
        except Exception as error:
            if ready.done():
                log.exception("Internal error of the host")
            else:
                ready.set_exception(error)
        finally:
            self._ended.set()

    async def _main(self, listener: socket.socket, ready: Future[None]) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        with ExitStack() as cleanup:
            worker = Worker(self._plan.app_directory, self._plan.environ)
            cleanup.callback(worker.close)
            database = HostDatabase(self._plan.home / "host.db")
            cleanup.callback(database.close)
            engine = Engine(self._plan, worker, await worker.load(), database)
            await engine.start(listener)
            self._engine = engine
            ready.set_result(None)
            await self._stopping.wait()
            await engine.stop()


def _listen(port: int) -> socket.socket:
    """A socket on the loopback interface only; Misconfigured when the port is taken."""
    # The protocol by name: only then does asyncio send an answer's body without waiting for the head's receipt (40 ms).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise Misconfigured("port", f"{port} is taken ({error.strerror})", "a free port, or 0 for any") from error
    return listener
