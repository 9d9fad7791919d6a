"""`mlops up`: run the host until it is stopped."""

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
    port: Annotated[int, typer.Option(min=0, max=65535, help="The HTTP port; 0 means any free port.")] = PORT,
    json: Json = False,
) -> None:
    """Run the functions on this machine: HTTP, queues, timers, events, and a watch on the lake's folders."""
    session = Session()
    log_to_terminal()
    # Before the host reports that it is up, so that no signal after that is lost.
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
    """Show the host's log on standard error as plain lines, which cost less time than rich ones."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("mlops")
    logger.addHandler(handler)
    logger.setLevel(level)


def hear_signals() -> SimpleQueue[None]:
    """A queue that receives an item at each stop signal: `get` waits for one.

    A signal handler interrupts the wait: an Event would block on its own lock there, a SimpleQueue does not.
    """
    stopped: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.put(None))
    return stopped
