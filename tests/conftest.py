"""Fixtures that many tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A fresh world on embedded backends."""
    return World(tmp_path)
