"""Run the host until it is stopped."""

from __future__ import annotations

import logging
import signal
from queue import SimpleQueue
from typing import Annotated

import typer

from local.console.options import Json
from local.console.output import as_json, out
from local.console.session import PORT, Session


def up(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The HTTP port; 0 takes a free one.")] = PORT,
    json: Json = False,
) -> None:
    """Run the functions on this machine: HTTP, queues, timers, events, and a watch on the lake's folders."""
    session = Session()
    log_to_terminal()
    # Before anybody learns that the host is up: whoever stops it from then on is heard.
    stopped = hear_signals()
    with session.own_host(port) as host:
        incoming = f"{session.settings.lake_shown}/incoming/<scenario>/<drop>/"
        if json:
            as_json({"url": f"http://127.0.0.1:{host.port}/api/", "port": host.port, "incoming": incoming})
        else:
            out.print(f"Functions run on http://127.0.0.1:{host.port}/api/ (stop with Ctrl+C).")
            out.print(f"Drop files into {incoming}", soft_wrap=True)
        stopped.get()


def log_to_terminal(level: int = logging.INFO) -> None:
    """Show the host's log on standard error, a plain line each: drawing lines took longer than answering requests."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("mlops")
    logger.addHandler(handler)
    logger.setLevel(level)


def hear_signals() -> SimpleQueue[None]:
    """A queue that gets something whenever the process is told to stop: `get` waits for that.

    A handler runs in the middle of the waiting; an event would then wait for its own lock, a simple queue does not.
    """
    stopped: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.put(None))
    return stopped
