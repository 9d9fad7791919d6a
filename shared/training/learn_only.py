"""Rows that are learned from and never judge: those of parts whose labels depend on what was predicted for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.datasets.reading import Fetch, read_part
from shared.datasets.version import LEARN_ONLY, DatasetTable
from shared.training.fingerprints import fingerprints

if TYPE_CHECKING:
    import numpy as np


def learn_only_identities(fetch: Fetch, scenario: Scenario, tables: Iterable[DatasetTable]) -> np.ndarray:
    """The sorted fingerprints of whom these rows are about; every row about one of them only learns."""
    import numpy as np

    parts = [
        part
        for table in tables
        if table.name == scenario.batch.table
        for part in table.parts
        if part.role == LEARN_ONLY
    ]
    found = [fingerprints(scenario, read_part(fetch, part)).identity for part in parts]
    return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.uint64)
