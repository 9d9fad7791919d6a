"""`mlops up` and `mlops azurite`: run the host, or the storage emulator, until it is stopped."""

from __future__ import annotations

import logging
import os
import signal
from pathlib import Path
from queue import SimpleQueue
from typing import Annotated

import typer

from local.azurite.azurite_settings import DEVELOPMENT, STORAGE, make_container
from local.azurite.process import BLOB_PORT, QUEUE_PORT, Azurite
from local.console.options import Json
from local.console.output import as_json, err, out
from local.console.session import PORT, Session
from local.host.http.given_keys import give_keys
from local.host.local_settings import read_environment
from shared.core.addresses import blob_address
from shared.core.errors import BadInput
from shared.core.wording import visible
from shared.settings import CONTAINER, read_settings

BlobPort = Annotated[int, typer.Option(min=0, max=65535, help="The port of Blob Storage.")]
AppFolder = Annotated[Path | None, typer.Option(help="Another function app's folder; without it, this project's.")]
KeyFile = Annotated[Path | None, typer.Option(help="A JSON file with the keys of the host: names and values.")]
QueuePort = Annotated[int, typer.Option(min=0, max=65535, help="The port of Queue Storage.")]


def up(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The HTTP port; 0 means any free port.")] = PORT,
    app: AppFolder = None,
    keys: KeyFile = None,
    json: Json = False,
) -> None:
    """Run the functions on this machine: HTTP, queues, timers, events, and a watch on the lake's folders."""
    if app is not None:
        run_app(app, keys, port, json=json)
        return
    session = Session()
    if keys is not None:
        give_keys(session.settings.home, keys, [])
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


def run_app(folder: Path, keys: Path | None, port: int, *, json: bool) -> None:
    """Run the function app in the folder, of whatever project, until it is stopped."""
    if not (folder / "function_app.py").is_file():
        raise BadInput(f"{folder} holds no function_app.py; accepted: the folder of a function app in Python.")
    # Imported here: they load Microsoft's worker library.
    from local.host.functions_host import Host
    from local.host.worker import declared_functions

    environ = read_environment(folder, os.environ)
    home = read_settings(environ).home
    if keys is not None:
        give_keys(home, keys, [function.name for function in declared_functions(folder, environ)])
    log_to_terminal()
    stopped = hear_signals()
    host = Host(folder, home, environ, port=port)
    host.start()
    try:
        url = f"http://127.0.0.1:{host.port}/"
        if json:
            as_json({"url": url, "port": host.port})
        else:
            out.print(f"The app in {folder} runs on {url} (stop with Ctrl+C).", soft_wrap=True)
        stopped.get()
    finally:
        host.stop()


def azurite(blob_port: BlobPort = BLOB_PORT, queue_port: QueuePort = QUEUE_PORT, json: Json = False) -> None:
    """Run Azurite on this home with the lake's container; it is fetched on first use. Port 0 means any free port."""
    home = Session().settings.home
    stopped = hear_signals()
    if not json:
        err.print("Starting Azurite (the first time it is fetched from the npm registry) …")
    with Azurite(home / "azurite", blob_port=blob_port, queue_port=queue_port) as server:
        lake = f"{server.blob_endpoint}/{CONTAINER}"
        make_container(blob_address("LAKE_URL", lake))
        usual = (server.blob_port, server.queue_port) == (BLOB_PORT, QUEUE_PORT)
        settings = {STORAGE: DEVELOPMENT if usual else server.connection_string, "LAKE_URL": lake}
        if json:
            as_json({"blob_port": server.blob_port, "queue_port": server.queue_port, "settings": settings})
        else:
            out.print("Azurite is running (stop with Ctrl+C). Settings for mlops and func start:")
            for name, value in settings.items():
                out.print(f"  {name}={value}", soft_wrap=True, markup=False)
        stopped.get()


def log_to_terminal(level: int = logging.INFO) -> None:
    """Show the host's log on standard error as plain lines, which cost less time than rich ones."""
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("mlops")
    logger.addHandler(handler)
    logger.setLevel(level)


class _OneLine(logging.Formatter):
    """A message is one line without control characters, whatever a caller sent; a traceback keeps its lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- the name of the base class
        """As the base class."""
        return visible(super().formatMessage(record))


def hear_signals() -> SimpleQueue[None]:
    """A queue that receives an item at each stop signal: `get` waits for one.

    A signal handler interrupts the wait: an Event would block on its own lock there, a SimpleQueue does not.
    """
    stopped: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.put(None))
    return stopped
