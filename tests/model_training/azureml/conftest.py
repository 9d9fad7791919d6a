"""The Azure ML SDK uses an older form of its schema library, which says so."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of this folder leave those warnings of the schema library alone; all others are errors."""
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(f"{here}/"):
            for name in ("RemovedInMarshmallow4Warning", "ChangedInMarshmallow4Warning"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::marshmallow.warnings.{name}"))
