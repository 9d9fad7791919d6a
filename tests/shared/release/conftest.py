"""A home on which a release waits for a person, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from copied_home import copied
from releases import asking_world, drop
from world import World


@pytest.fixture(scope="session")
def asked_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose first version waits for an approval of prod; copied, never used."""
    world = asking_world(tmp_path_factory.mktemp("asked") / "home")
    drop(world, "d1")
    world.close()
    return world.home


@pytest.fixture
def asked(asked_once: Path, tmp_path: Path) -> World:
    """A world on a copy of that home."""
    return asking_world(copied(asked_once, tmp_path / "home"))
