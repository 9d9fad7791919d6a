"""What tests of the host and of the command share: a host's memory, and a home with one deployed model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Command, until
from host_parts import HandClock, database, queues
from once import made_once
from samples import Samples

from local.host.database import HostDatabase
from local.host.queues.queue_store import QueueStore


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """A folder for files that are dropped."""
    return Samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def deployed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home on which bank_marketing:1 serves; copied, never used."""

    def deploy(folder: Path) -> None:
        clients = Samples(folder).labelled("bank_marketing")["clients"]
        answer = Command(folder / "home")("drop", "bank_marketing", clients, "--drop", "first", "--wait", "--json")
        assert answer.json["outcome"] == "deployed"
        until(lambda: tracked(folder / "home"), "the end of the training process")

    return made_once(tmp_path_factory, "deployed", deploy) / "home"


def tracked(home: Path) -> bool:
    """Whether the training process has said that it tracked its run, which it does at its very end."""
    return any("tracked" in log.read_text() for log in home.glob("runs/*/log.txt"))


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
