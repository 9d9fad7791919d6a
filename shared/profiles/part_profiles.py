"""The parts of a version, each described once: what is known of a part lies beside it, and parts are joined.

A version on top of others reads what is known of their parts, and the rows of the parts that are new. A part of which
rows gave way is described anew, without them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from shared.core.errors import Missing, Superseded
from shared.core.paths import part_path
from shared.datasets.reading import part_rows, read_indexes, standing_rows
from shared.datasets.version import DatasetTable, DatasetVersion, Part
from shared.profiles.row_facts import TableFacts

if TYPE_CHECKING:
    import numpy as np

    from shared.core.ports import Lake
    from shared.core.scenario import Scenario
    from shared.datasets.rows import Rows
    from shared.profiles.ports import KnownPart, ProfilesPorts


def known_path(scenario: str, table: str, sha256: str) -> str:
    """Where what is known of a part lies."""
    return f"{part_path(scenario, table, sha256).removesuffix('.parquet')}.profile"


def table_facts(ports: ProfilesPorts, dataset: DatasetVersion) -> Mapping[str, TableFacts]:
    """What is true of all rows of each table of the version; what is made of a part now is kept."""
    scenario = ports.core.scenarios[dataset.scenario]
    return {table.name: _facts(ports, scenario, table) for table in dataset.tables}


def _facts(ports: ProfilesPorts, scenario: Scenario, table: DatasetTable) -> TableFacts:
    standing = zip(table.parts, _masks(ports, scenario, table), strict=True)
    return ports.profiles.parts.join([_known(ports, scenario, table.name, part, mask) for part, mask in standing])


def _masks(ports: ProfilesPorts, scenario: Scenario, table: DatasetTable) -> Sequence[np.ndarray | None]:
    """Which rows of each part stand; None: all of them. Where no row gave way no index is read."""
    if table.rows == sum(part.rows for part in table.parts):
        return [None] * len(table.parts)
    indexes = read_indexes(ports.core.lake, scenario, table.name, table.parts)
    kept = standing_rows(indexes, scenario.table(table.name), scenario)
    return [None if mask.all() else mask for mask in kept]


def _known(ports: ProfilesPorts, scenario: Scenario, table: str, part: Part, mask: np.ndarray | None) -> KnownPart:
    path, name = known_path(scenario.name, table, part.sha256), _name(part, mask)
    try:
        with ports.core.lake.open(path) as source:
            known = ports.profiles.parts.unpack(source, name)
    except Missing:
        known = None
    return known or _made(ports, path, part, mask)


def _made(ports: ProfilesPorts, path: str, part: Part, mask: np.ndarray | None) -> KnownPart:
    name = _name(part, mask)
    content = ports.profiles.parts.pack(_rows(ports, part, mask), name)
    _keep(ports.core.lake, path, content, part)
    known = ports.profiles.parts.unpack(io.BytesIO(content), name)
    assert known is not None  # noqa: S101 -- these bytes were written a moment ago
    return known


def _keep(lake: Lake, path: str, content: bytes, part: Part) -> None:
    """Keep it beside its part; Missing when the part is gone by now: a person of it may have been erased meanwhile."""
    made, _ = lake.put(path, content, if_absent=False)
    if lake.stat(part.path) is None:
        with suppress(Superseded):
            lake.remove(path, made.etag)
        raise Missing(f"{part.path} went while it was described.")


def _rows(ports: ProfilesPorts, part: Part, mask: np.ndarray | None) -> Rows:
    from shared.datasets.rows import MaskedRows

    rows = part_rows(ports.core.lake, part)
    return rows if mask is None else MaskedRows(rows, mask)


def _name(part: Part, mask: np.ndarray | None) -> str:
    """The rows by their content: the part, and which of its rows stand."""
    import numpy as np

    if mask is None:
        return part.sha256
    return f"{part.sha256} {hashlib.sha256(np.packbits(mask).tobytes()).hexdigest()}"
