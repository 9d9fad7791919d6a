"""`mlops azurite`: run Azurite, the emulator of Blob and Queue Storage, until it is stopped."""

from __future__ import annotations

from typing import Annotated

import typer

from local.azurite.azurite_settings import DEVELOPMENT, STORAGE, make_container
from local.azurite.process import BLOB_PORT, QUEUE_PORT, Azurite
from local.commands.up import hear_signals
from local.console.options import Json
from local.console.output import as_json, err, out
from local.console.session import Session
from shared.core.addresses import blob_place
from shared.settings import CONTAINER

Port = Annotated[int, typer.Option(min=0, max=65535)]


def azurite(blob_port: Port = BLOB_PORT, queue_port: Port = QUEUE_PORT, json: Json = False) -> None:
    """Run Azurite on this home with the lake's container; it is fetched on first use. Port 0 means any free port."""
    home = Session().settings.home
    stopped = hear_signals()
    if not json:
        err.print("Starting Azurite (the first time it is fetched from the npm registry) …")
    with Azurite(home / "azurite", blob_port=blob_port, queue_port=queue_port) as server:
        lake = f"{server.blob_endpoint}/{CONTAINER}"
        make_container(blob_place("LAKE_URL", lake))
        usual = (server.blob_port, server.queue_port) == (BLOB_PORT, QUEUE_PORT)
        settings = {STORAGE: DEVELOPMENT if usual else server.connection_string, "LAKE_URL": lake}
        if json:
            as_json({"blob_port": server.blob_port, "queue_port": server.queue_port, "settings": settings})
        else:
            out.print("Azurite is running (stop with Ctrl+C). Settings for mlops and func start:")
            for name, value in settings.items():
                out.print(f"  {name}={value}", soft_wrap=True, markup=False)
        stopped.get()
