"""Event Grid's dead letters in Blob Storage lie in a container of their own beside the lake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from world import World, points_csv

from local.azurite.process import Azurite
from shared.adapters.azure.clients import container_client
from shared.core.addresses import EMULATOR_ACCOUNT, blob_address
from shared.core.errors import Misconfigured

NAME = "data-event/2026/3/1/12/abc.json"


@pytest.fixture
def endpoint(azurite: Azurite) -> str:
    """Azurite, with a lake's container and none for dead letters."""
    assert azurite.blob_endpoint.endswith(EMULATOR_ACCOUNT)
    for name in ("letters-lake", "deadletters"):
        with container_client(blob_address("LAKE_URL", f"{azurite.blob_endpoint}/{name}"), None) as client:
            if client.exists():
                client.delete_container()
    with container_client(blob_address("LAKE_URL", f"{azurite.blob_endpoint}/letters-lake"), None) as client:
        client.create_container()
    return azurite.blob_endpoint


def test_the_container_is_read_once_it_is_there(endpoint: str, tmp_path: Path) -> None:
    """Before there is nothing to take up and no failure; then each letter is taken up once, and can be found."""
    world = World(tmp_path, LAKE_URL=f"{endpoint}/letters-lake")
    event = world.land("incoming/points/d1/points.csv", points_csv())
    assert list(world.ports.operations.dead_letters.list()) == []
    assert world.ports.operations.dead_letters.find(NAME) is None
    world.ports.core.ledger.note("blob", "other", "ignored", "so that the sweep has seen something")
    with container_client(blob_address("LAKE_URL", f"{endpoint}/deadletters"), None) as client:
        client.create_container()
        client.upload_blob(NAME, json.dumps([{**json.loads(event), "deadLetterReason": "TimeToLiveExceeded"}]))
    for _ in range(2):
        world.sweep()
    assert len(world.ports.datasets.versions.list()) == 1
    letter = world.ports.operations.dead_letters.find(NAME)
    assert letter is not None
    assert letter.reason == "TimeToLiveExceeded"
    taken = [one for one in world.ports.core.history.entries() if (one.kind, one.state) == ("deadletter", "done")]
    assert [one.key for one in taken] == [NAME]


def test_an_absent_lake_is_still_a_failure(endpoint: str, tmp_path: Path) -> None:
    """Only the container of dead letters may be absent."""
    world = World(tmp_path, LAKE_URL=f"{endpoint}/letters-lake")
    with container_client(blob_address("LAKE_URL", f"{endpoint}/letters-lake"), None) as client:
        client.delete_container()
    with pytest.raises(Misconfigured, match="a container that does not exist"):
        list(world.ports.operations.dead_letters.list())
