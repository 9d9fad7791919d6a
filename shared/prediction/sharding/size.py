"""How large a window is, before it is planned: its bytes, and its rows as far as they decide who scores it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shared.core.errors import Quarantined
from shared.core.paths import table_of
from shared.core.scenario import Scenario
from shared.prediction.options.shard_settings import MOST_ROWS
from shared.prediction.window import split_input
from shared.prediction.window_plan import InShards

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class WindowSize:
    """The bytes of the rows to predict and how many rows there are at most."""

    rows: int
    bytes: int


def window_size(ports: PredictionPorts, scenario: Scenario, inputs: Sequence[str]) -> WindowSize:
    """The size of the table to predict; Quarantined when its rows are more than a window has ids.

    Rows of a CSV file are its lines, and are counted only where its bytes could hold more than one piece may.
    """
    files = [key for key in inputs if _is_predicted(scenario, key)]
    sizes = {key: blob.size for key in files if (blob := ports.core.lake.stat(split_input(key)[0])) is not None}
    narrowest = sum(not column.optional for column in scenario.scoring_table.columns) or 1
    csv = sum(size for key, size in sizes.items() if not _is_parquet(key))
    exact = csv // narrowest > ports.prediction.sharding.most(scenario.name)
    rows = sum(_rows(ports, key) if exact or _is_parquet(key) else size // narrowest for key, size in sizes.items())
    refuse_too_many(scenario, rows)
    return WindowSize(rows, sum(sizes.values()))


def in_shards(ports: PredictionPorts, scenario: Scenario, inputs: Sequence[str]) -> InShards | None:
    """The size of a window that is scored in shards; None for one that is scored in one piece.

    Tables that feature code joins stay together, unless a column divides them.
    """
    size = window_size(ports, scenario, inputs)
    if (scenario.assemble is not None or len(scenario.scoring_tables) > 1) and not scenario.batch.shard_by:
        return None
    return InShards(size.rows, size.bytes) if size.rows > ports.prediction.sharding.most(scenario.name) else None


def refuse_too_many(scenario: Scenario, rows: int) -> None:
    """Quarantined when the window has more rows than ids."""
    if rows > MOST_ROWS:
        drops = -(-rows // MOST_ROWS)
        sentence = (
            f"The window has {rows} rows, and one window has ids for {MOST_ROWS}; accepted: the same files spread over "
            f"at least {drops} drops, each a window of its own."
        )
        raise Quarantined("too_many_rows", sentence, table=scenario.batch.table)


def _is_predicted(scenario: Scenario, key: str) -> bool:
    name = PurePosixPath(split_input(key)[0]).name
    return table_of(name, "scoring", scenario).name == scenario.batch.table


def _is_parquet(key: str) -> bool:
    return split_input(key)[0].lower().endswith(".parquet")


def _rows(ports: PredictionPorts, key: str) -> int:
    path, etag = split_input(key)
    if not _is_parquet(key):
        return _lines(ports, path, etag) - 1  # the header is no row
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with ports.core.lake.open(path, etag=etag) as source:
            return int(pq.ParquetFile(source).metadata.num_rows)
    except pa.ArrowException:
        return 0  # reading it will say what is wrong with it


def _lines(ports: PredictionPorts, path: str, etag: str) -> int:
    lines, last = 0, b"\n"
    for chunk in _chunks(ports, path, etag):
        lines, last = lines + chunk.count(b"\n"), chunk
    return lines + (not last.endswith(b"\n"))


def _chunks(ports: PredictionPorts, path: str, etag: str) -> Iterator[bytes]:
    with ports.core.lake.open(path, etag=etag) as source:
        while chunk := source.read(_CHUNK):
            yield chunk
