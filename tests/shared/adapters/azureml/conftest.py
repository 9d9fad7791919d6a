"""A workspace on loopback, and Microsoft's SDK pointed at it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from azure_parts import QUICK, FakeCredential, self_signed
from azureml_double import URL, AzureMl, azure_ml

from shared.adapters.azureml.client import workspace_client
from shared.core.addresses import workspace_address

if TYPE_CHECKING:
    from azure.ai.ml import MLClient


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The SDK uses older forms of its schema library and of dates, which say so; other warnings are errors.

    An answer that it tries again it leaves unread, and its connection to the garbage collector.
    """
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(f"{here}/"):
            for name in ("RemovedInMarshmallow4Warning", "ChangedInMarshmallow4Warning"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::marshmallow.warnings.{name}"))
            item.add_marker(pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"))


@pytest.fixture(scope="module", autouse=True)
def swept_up() -> Iterator[None]:
    """Connections that the SDK leaves to the garbage collector end here, and not in a test of something else."""
    yield
    gc.collect()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for loopback, and its key."""
    return self_signed(tmp_path_factory.mktemp("azureml"))


@pytest.fixture
def service(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[AzureMl]:
    """An empty workspace; the SDK finds it by the setting that its documentation names for that."""
    with azure_ml(certificate) as workspace:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
        monkeypatch.setenv("AZUREML_DEV_URL_MFE", workspace.url)
        workspace.put("/computes/cpu-cluster", {"properties": {"computeType": "AmlCompute", "properties": {}}})
        yield workspace


@pytest.fixture
def client(service: AzureMl) -> MLClient:
    """The SDK's client of it."""
    credential = FakeCredential(aud="https://ml.azure.com", oid="o", tid="t")
    return workspace_client(workspace_address("REGISTRY_URL", URL), credential, QUICK)
