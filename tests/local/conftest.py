"""What tests of the host and of the command share: a host's memory, and a home with one deployed model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Command
from host_parts import HandClock, database, queues
from samples import Samples

from local.host.database import HostDatabase
from local.host.queues.queue_store import QueueStore


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """A folder for files that are dropped."""
    return Samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def deployed_once(tmp_path_factory: pytest.TempPathFactory, samples: Samples) -> Path:
    """A home on which bank_marketing:1 serves; copied, never used."""
    home = tmp_path_factory.mktemp("deployed") / "home"
    clients = samples.labelled("bank_marketing")["clients"]
    answer = Command(home)("drop", "bank_marketing", clients, "--drop", "first", "--wait", "--json")
    assert answer.json["outcome"] == "deployed"
    return home


@pytest.fixture(scope="module")
def mlops(tmp_path_factory: pytest.TempPathFactory, deployed_once: Path) -> Command:
    """The command on a copy of that home."""
    home = tmp_path_factory.mktemp("command") / "home"
    shutil.copytree(deployed_once, home)
    return Command(home)


@pytest.fixture
def clock() -> HandClock:
    """A clock that stands still."""
    return HandClock()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[HostDatabase]:
    """The host's memory, closed at the end."""
    opened = database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(memory: HostDatabase, clock: HandClock) -> QueueStore:
    """Queues in that memory."""
    return queues(memory, clock)
