"""`rejects.parquet` of a window: the rows that were set aside, each with its cells and the reason."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from shared.core.paths import window_folder
from shared.core.scenario import Scenario
from shared.datasets.rejects import Reject

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts

_END = " The value is not shown, because the column tells about a person."


def write_rejects(ports: PredictionPorts, scenario: Scenario, window: str, rejects: Sequence[Reject]) -> None:
    """Keep the rows beside the window's predictions; nothing where none was set aside."""
    if not rejects:
        return
    import pyarrow as pa

    rows = [asdict(one) for one in rejects]
    ports.core.lake.put(_path(scenario, window), ports.datasets.tables.write(pa.Table.from_pylist(rows, _schema())))


def read_rejects(ports: PredictionPorts, scenario: Scenario, window: str) -> list[Reject]:
    """The rows as reports show them: without their cells, and without the value of a column about a person."""
    if ports.core.lake.stat(_path(scenario, window)) is None:
        return []
    import pyarrow.parquet as pq

    with ports.core.lake.open(_path(scenario, window)) as source:
        rows = pq.read_table(io.BytesIO(source.read()), page_checksum_verification=True).to_pylist()
    return [_shown(Reject(**row), scenario) for row in rows]


def _shown(reject: Reject, scenario: Scenario) -> Reject:
    reason = f"{reject.private}{_END}" if reject.column in scenario.personal else reject.reason
    return Reject(reject.file, reject.row, reject.line, reject.column, reject.code, reason, reject.private, "")


def _path(scenario: Scenario, window: str) -> str:
    return f"{window_folder(scenario.name, window)}rejects.parquet"


def _schema() -> object:
    import pyarrow as pa

    text = {name: pa.string() for name in ("file", "column", "code", "reason", "private", "cells")}
    kinds = {**text, "row": pa.int64(), "line": pa.int64()}
    return pa.schema([(name, kinds[name]) for name in Reject.__slots__])
