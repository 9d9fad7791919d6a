"""`mlops azurite`: one verb starts the emulator, says which settings use it, and leaves nothing behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from azure_parts import lake_at
from command import COMMAND, REPOSITORY, Command

from local.azurite.azurite_settings import STORAGE, queue_place
from local.azurite.process import Azurite
from shared.core.addresses import blob_address

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("azurite")]


def test_it_runs_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """Its settings name a container that is there already, and queues; what was stored is there the next time."""
    mlops = Command(tmp_path / "home")
    line = [*COMMAND, "azurite", "--blob-port", "0", "--queue-port", "0", "--json"]
    for content in (b"first", b"second"):
        with subprocess.Popen(line, env=mlops.environ(), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            assert queue_place(said["settings"][STORAGE]) is not None
            lake = lake_at(blob_address("LAKE_URL", said["settings"]["LAKE_URL"]))
            lake.put("kept", content)
            with lake.open("kept") as source:
                assert source.read() == b"first"
            process.send_signal(signal.SIGTERM)
            assert process.wait(300) == 0
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", said["blob_port"])) != 0


def test_a_port_that_is_taken_is_reported(tmp_path: Path, azurite: Azurite) -> None:
    """The command prints one sentence and exits with 2."""
    answer = Command(tmp_path / "home")("azurite", "--blob-port", azurite.blob_port, "--queue-port", 0, "--json")
    assert answer.code == 2
    assert f"port {azurite.blob_port} or 0 is taken" in answer.json["error"]


def test_an_azurite_that_does_not_run_is_reported_at_once(tmp_path: Path) -> None:
    """`mlops up` names the service that does not answer, and the program to start."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lake = f"http://127.0.0.1:{port}/devstoreaccount1/mlops"
    answer = Command(tmp_path / "home", LAKE_URL=lake)("up", "--port", "0", "--json")
    assert answer.code == 4
    assert answer.sentence.startswith(f"http://127.0.0.1:{port}/devstoreaccount1 did not serve 'mlops'")
    assert answer.sentence.endswith("Is Azurite running?")


def test_a_storage_account_for_the_local_host_is_refused(tmp_path: Path) -> None:
    """`mlops up` would take messages from a deployed app."""
    real = "DefaultEndpointsProtocol=https;AccountName=real;AccountKey=CANARY;EndpointSuffix=core.windows.net"
    answer = Command(tmp_path / "home", AzureWebJobsStorage=real)("up", "--port", "0", "--json")
    assert answer.code == 2
    assert "AzureWebJobsStorage names storage that this host cannot use" in answer.sentence
    assert "CANARY" not in answer.out + answer.err
