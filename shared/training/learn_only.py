"""Rows that are learned from and never judge: those of parts whose labels depend on what was predicted for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.datasets.feature_frame import columns_to_learn
from shared.datasets.reading import Opened, opened_part
from shared.datasets.version import LEARN_ONLY, DatasetTable, Part
from shared.training.fingerprints import fingerprints

if TYPE_CHECKING:
    import numpy as np


def learn_only_identities(opened: Opened, scenario: Scenario, tables: Iterable[DatasetTable]) -> np.ndarray:
    """The sorted fingerprints of whom these rows are about; every row about one of them only learns."""
    import numpy as np

    parts = [
        part
        for table in tables
        if table.name == scenario.batch.table
        for part in table.parts
        if part.role == LEARN_ONLY
    ]
    found = [identities for part in parts for identities in _identities(opened, scenario, part)]
    return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.uint64)


def _identities(opened: Opened, scenario: Scenario, part: Part) -> Iterator[np.ndarray]:
    """Of each block of the part the fingerprints of whom its rows are about."""
    rows = opened_part(opened, part)
    wanted = columns_to_learn(scenario, scenario.batch.table, rows.schema.names)
    for block in rows.blocks(wanted):
        yield fingerprints(scenario, block).identity
