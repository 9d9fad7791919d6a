"""Microsoft's own clients against the local host: a file through Storage's, an event through Event Grid's."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from api_host import APP, SETTINGS
from azure.core.credentials import AzureKeyCredential
from azure.core.messaging import CloudEvent
from azure.eventgrid import EventGridPublisherClient
from azure.storage.blob import BlobServiceClient
from command import until
from world import SCENARIOS, points_csv

from local.azurite.process import Azurite
from local.host.functions_host import Host
from local.host.http.keys import EVENT_GRID
from local.host.http.topic import PATH
from shared.bootstrap import build_ports
from shared.core.ledger import Kind, State
from shared.ports import Ports


@pytest.fixture(scope="module")
def running(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Host, Ports, str]]:
    """A host whose lake is a new container and whose queues are Azurite's; its ports, and the container's name."""
    home, container = tmp_path_factory.mktemp("azure-clients"), f"lake-{secrets.token_hex(4)}"
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        service.create_container(container)
    places = {"LAKE_URL": f"{azurite.blob_endpoint}/{container}", "AzureWebJobsStorage": azurite.connection_string}
    settings = {**SETTINGS, **places, "MLOPS_HOME": str(home), "QUIET_SECONDS": "0"}
    host = Host(APP, home, settings, port=0)
    host.start()
    try:
        yield host, build_ports(settings, SCENARIOS), container
    finally:
        host.stop()


def test_a_file_that_storages_client_uploads_becomes_a_dataset(
    running: tuple[Host, Ports, str], azurite: Azurite
) -> None:
    """In two blocks, as it uploads large files; the host sees the blob, and the drop is read whole."""
    _, ports, container = running
    with BlobServiceClient.from_connection_string(
        azurite.connection_string, max_single_put_size=1024, max_block_size=4096
    ) as service:
        blob = service.get_blob_client(container, "incoming/points/d1/points.csv")
        blob.upload_blob(points_csv())
    (dataset,) = until(lambda: ports.datasets.versions.list("points"), "the file became a dataset")
    assert (dataset.rows, dataset.sources[0].partition("@")[0]) == (400, "incoming/points/d1/points.csv")


def test_an_event_that_event_grids_client_sends_reaches_its_function(running: tuple[Host, Ports, str]) -> None:
    """A CloudEvent about a blob that is not there, through the host's topic: the journal says so."""
    host, ports, container = running
    subject = f"/blobServices/default/containers/{container}/blobs/incoming/points/none/points.csv"
    facts = {"api": "PutBlob", "eTag": "0x1", "contentLength": 1, "url": f"https://a/{container}/x"}
    event = CloudEvent(source="/test", type="Microsoft.Storage.BlobCreated", subject=subject, data=facts)
    key = AzureKeyCredential(host.keys.systems[EVENT_GRID])
    with EventGridPublisherClient(f"http://127.0.0.1:{host.port}{PATH}", key) as client:
        client.send([event])
    name = "incoming/points/none/points.csv@0x1"
    entry = until(lambda: ports.core.history.find(Kind.BLOB, name), "the event was read")
    assert entry.state == State.GONE
