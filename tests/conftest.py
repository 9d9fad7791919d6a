"""Fixtures that many tests share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import contract_table
import fault_matrix
import pytest
import sampling
from azure_parts import self_signed
from fault_matrix import pytest_addoption  # noqa: F401 -- a hook of pytest
from forks import Forks
from hypothesis import HealthCheck, settings
from in_memory import in_memory
from key_vault_double import Vault, key_vault
from kusto_double import Cluster, kusto_cluster
from once import made_once
from postgres import PostgresServer, postgres_server
from quick_sql import compile_once
from sampling import Sample
from world import World

from local.azurite.process import Azurite, install
from local.tools.odbc_driver import register
from shared.adapters.lake.prediction_log import flush_logs
from shared.core.errors import Transient

# Every home, lake and database of a test lies in memory, where there is enough of it.
in_memory()
compile_once()
# A busy machine is slow, and that is no finding. Only a whole run draws other inputs each time: what it finds fails no
# change that has nothing to do with it.
settings.register_profile(
    "patient",
    max_examples=sampling.examples(100),
    deadline=None,
    derandomize=not sampling.WHOLE,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server on loopback, for the whole run."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package that is deployed, made once for all processes of a run."""
    from local.tools.package import package

    return made_once(tmp_path_factory, "package", lambda folder: package(folder / "app.zip")) / "app.zip"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A fresh world on embedded backends."""
    return World(tmp_path)


@pytest.fixture
def sample(request: pytest.FixtureRequest) -> Sample:
    """Draws a sample for the test, all in a whole run, and leaves in the report what was drawn."""
    return Sample(request.node)


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """The server that forks a process for each life, for the whole run."""
    with closing(Forks()) as server:
        yield server


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """One Azurite for the whole run, in memory; every test takes a container of its own."""
    try:
        install()
    except Transient as fault:
        pytest.skip(f"Azurite is not here and cannot be fetched: {fault}")
    with Azurite() as server:
        yield server


@pytest.fixture(scope="session")
def secure_server(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Azurite, Path]]:
    """Another one that speaks https and takes bearer tokens, and the certificate to trust."""
    certificate = self_signed(tmp_path_factory.mktemp("tls"))
    with Azurite(certificate=certificate) as server:
        yield server, certificate[0]


@pytest.fixture(scope="session")
def secure_azurite(secure_server: tuple[Azurite, Path]) -> tuple[str, Path]:
    """Its endpoint for blobs, and the certificate to trust."""
    return secure_server[0].blob_endpoint, secure_server[1]


@pytest.fixture
def trusted(secure_azurite: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> str:
    """Its endpoint, with the certificate trusted as any other would be."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(secure_azurite[1]))
    return secure_azurite[0]


@pytest.fixture(scope="session")
def kusto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Path]]:
    """A cluster of Azure Data Explorer on loopback, for the whole run, and the certificate to trust."""
    certificate = self_signed(tmp_path_factory.mktemp("kusto"))
    with kusto_cluster(certificate) as started:
        yield started, certificate[0]


@pytest.fixture
def cluster(kusto: tuple[Cluster, Path], monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster, empty, its certificate trusted as any other would be."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(kusto[1]))
    kusto[0].reset()
    kusto[0].tables["machine_raw"] = []
    return kusto[0]


@pytest.fixture(scope="session")
def vaults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Vault, Path]]:
    """A key vault on loopback, for the whole run, and the certificate to trust."""
    certificate = self_signed(tmp_path_factory.mktemp("vault"))
    with key_vault(certificate) as started:
        yield started, certificate[0]


@pytest.fixture
def vault(vaults: tuple[Vault, Path], monkeypatch: pytest.MonkeyPatch) -> Vault:
    """The vault with one fresh key, its certificate trusted as any other would be."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(vaults[1]))
    vaults[0].reset()
    return vaults[0]


@pytest.fixture(scope="session")
def odbc_driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Microsoft's driver of the wheel, registered once: unixODBC reads its files once in a process."""
    pytest.importorskip("mssql_python_odbc", reason="Microsoft's ODBC driver is not installed")
    folder = tmp_path_factory.mktemp("odbc")
    register(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ODBCSYSINI", str(folder))
        pytest.importorskip("pyodbc", reason="pyodbc needs unixODBC (libodbc2)", exc_type=ImportError)
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Samples are drawn; files with slow tests go first: at the end of a run no worker is left alone with them."""
    sampling.thin_out(config, items)
    fault_matrix.remember(items)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """What requests were answered is written while the folder of their test is there, not half a minute later."""
    flush_logs()


def pytest_collection_finish() -> None:
    """What was collected stays until the end, so that no garbage collection needs to look at it again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The tables of contracts and of faults, and what only a whole run runs."""
    contract_table.pytest_terminal_summary(terminalreporter)
    fault_matrix.summary(terminalreporter)
    sampling.summary(terminalreporter)
