"""What every contract runs on: one entry per adapter. A further backend is one more entry here.

Every case says which adapter it ran on, for the table at the end of the run (`contract_table.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from threading import Barrier

import pytest
from azure_parts import FakeCredential, fresh_place, lake_at
from contract_table import ADAPTER_FIXTURES, PROPERTY
from contracts.hand_clock import HandClock
from contracts.stores import BY_DRIVER, DATABASES, READ_FIRST, DriverStores, MemoryStores, SqlStores, Stores
from memory.lake import MemoryLake
from memory.store import Memory
from quick_sql import new_database
from sqlalchemy import Engine
from tsql import watch

from shared.adapters.blob.lake import SIZES
from shared.adapters.files.folder_lake import FolderLake
from shared.adapters.sql.database import open_database
from shared.core.ports import Lake

LAKES: dict[str, Callable[[pytest.FixtureRequest], Lake]] = {
    "memory": lambda _: MemoryLake(Memory(), lambda: datetime.now(UTC)),
    "folder": lambda request: FolderLake(request.getfixturevalue("tmp_path") / "lake"),
    "azurite": lambda request: lake_at(fresh_place(request.getfixturevalue("azurite").blob_endpoint), sizes=SIZES),
    "azurite-identity": lambda request: _with_identity(request.getfixturevalue("trusted")),
}


def _with_identity(endpoint: str) -> Lake:
    credential = FakeCredential()
    return lake_at(fresh_place(endpoint, credential), credential, sizes=SIZES)


Together = Callable[[list[Callable[[], object]]], list[object]]


@pytest.fixture(autouse=True)
def _named(request: pytest.FixtureRequest) -> None:
    """Say which adapter this case runs on."""
    parameters = getattr(request.node, "callspec", None)
    found = [str(parameters.params[name]) for name in ADAPTER_FIXTURES if parameters and name in parameters.params]
    request.node.user_properties.append((PROPERTY, " + ".join(found)))


@pytest.fixture
def clock() -> HandClock:
    """A clock moved by hand."""
    return HandClock()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Where a database takes part as well, who the lake thinks we are makes no difference; memory goes with memory."""
    names = set(metafunc.fixturenames)
    by_driver = BY_DRIVER if _reads_first(metafunc) else ()
    beside = [kind for kind in LAKES if kind not in {"memory", "azurite-identity"}]
    if {"lake", "stores"} <= names:
        pairs = [*product(beside, DATABASES), *product(["folder"], by_driver), ("memory", "memory")]
        metafunc.parametrize(("lake", "stores"), pairs, indirect=True)
    elif "lake" in names:
        metafunc.parametrize("lake", beside if "engine" in names else LAKES, indirect=True)
    elif "stores" in names and "stores" not in _chosen(metafunc):
        metafunc.parametrize("stores", (*DATABASES, *by_driver, "memory"), indirect=True)


def _reads_first(metafunc: pytest.Metafunc) -> bool:
    """Whether the case has a port that a first answer reads, as a fixture or as its class says."""
    of_class = metafunc.cls.__name__.removeprefix("Test").lower() if metafunc.cls else ""
    return bool(READ_FIRST.keys() & {*metafunc.fixturenames, of_class})


def _chosen(metafunc: pytest.Metafunc) -> set[str]:
    """The fixtures whose kinds a test names itself."""
    return {str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize")}


@pytest.fixture
def lake(request: pytest.FixtureRequest) -> Lake:
    """An empty lake of each kind."""
    return LAKES[request.param](request)


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty database of each kind."""
    with _database(request) as opened:
        yield opened


@pytest.fixture
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Empty stores of each kind."""
    if request.param == "memory":
        yield MemoryStores()
        return
    with _database(request) as opened:
        if request.param in DATABASES:
            yield SqlStores(opened)
            return
        stores = DriverStores(opened, opened.url.render_as_string(hide_password=False))
        yield stores
        stores.reads.close()


@contextmanager
def _database(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = open_database(_empty(request))
    # The catalogue of a server is asked in its own words; what is ours is the same on each.
    wrong = watch(opened) if request.param.startswith("sqlite") else []
    yield opened
    opened.dispose()
    assert not wrong, "would not do on SQL Server"


def _empty(request: pytest.FixtureRequest) -> str:
    if request.param.startswith("postgresql"):
        url: str = request.getfixturevalue("postgres").emptied()
        return url
    file = request.getfixturevalue("tmp_path") / "state.db"
    new_database(file)
    return f"sqlite:///{file}"


@pytest.fixture
def together() -> Together:
    """Run all calls at once, each in its own thread; the answers in order, an exception as itself."""

    def run(calls: list[Callable[[], object]]) -> list[object]:
        barrier = Barrier(len(calls))

        def one(call: Callable[[], object]) -> object:
            barrier.wait(timeout=300)
            try:
                return call()
            except Exception as error:  # noqa: BLE001 -- the loser's error is an answer here
                return error

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run
