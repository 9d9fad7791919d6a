"""The rows of the Delta tables of labels, as files of the lake that are named by their content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.paths import BASE_WINDOW
from shared.core.scenario import Kind, Scenario
from shared.datasets.parts import keep_rows
from shared.prediction.commits import committed_file, whole_commit
from shared.prediction.delta_table import DataFile, DeltaTable, actuals_table, delivery, labelled_table
from shared.prediction.window import Commit

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.rows import Rows
    from shared.monitoring.ports import MonitoringPorts


def keep_delivered(ports: MonitoringPorts, scenario: Scenario, labels: Rows, blob: Blob) -> None:
    """Keep the labels of a file that landed where the table of actuals can name them."""
    table, source = actuals_table(scenario), blob_key(blob)
    came = {"labelled_at": blob.modified, "source": source}
    told = (_typed(table, [{**row, **came} for row in block.to_pylist()]) for block in labels.blocks())
    _keep(ports, table, delivery(source), told)


def keep_labelled(ports: MonitoringPorts, scenario: Scenario, base: str, commit: Commit) -> list[DataFile]:
    """Keep the predictions of that version that have a label; no file where none has."""
    table = labelled_table(scenario)
    blocks = _labelled(ports, scenario, table, commit)
    first = next(blocks, None)
    return [] if first is None else [data_file(ports, table, _keep(ports, table, base, chain([first], blocks)))]


def data_file(ports: MonitoringPorts, table: DeltaTable, blob: Blob) -> DataFile:
    """The file as the log names it."""
    import pyarrow.parquet as pq

    same = "scored_at" if table.partition == BASE_WINDOW else "labelled_at"
    with ports.core.lake.open(blob.path) as source:
        file = pq.ParquetFile(source)
        times = next(file.iter_batches(1, columns=[same]), None)
        rows = file.metadata.num_rows
    return DataFile(blob.path, blob.size, rows, blob.modified, {same: times.column(0)[0].as_py()} if times else {})


def _labelled(ports: MonitoringPorts, scenario: Scenario, table: DeltaTable, commit: Commit) -> Iterator[pa.Table]:
    """The predictions of the version that have a label, with who they are about, by id; a block is in memory."""
    same = {"window": commit.window, "model": commit.model, "scored_at": commit.scored_at}
    for keys in _keys(ports, commit):
        joined = ports.monitoring.actuals.join_predictions(
            scenario, min(keys), max(keys), original=False, labelled=True
        )
        rows = [
            {**row, **same, "entity_key": keys[row["prediction_id"]], "labelled_at": _aware(row["labelled_at"])}
            for row in joined.to_pylist()
            if row["prediction_id"] in keys
        ]
        if rows:
            yield _typed(table, sorted(rows, key=lambda row: (row["prediction_id"], row["labelled_at"])))


def _keys(ports: MonitoringPorts, commit: Commit) -> Iterator[Mapping[int, str]]:
    """Whom each prediction is about, from the committed files, by id and block by block."""
    import pyarrow.parquet as pq

    for file in whole_commit(ports, commit).files:
        with committed_file(ports, file) as source:
            for block in pq.ParquetFile(source).iter_batches(columns=["prediction_id", "entity_key"]):
                if block.num_rows:
                    yield dict(zip(*(block.column(name).to_pylist() for name in block.schema.names), strict=True))


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _typed(table: DeltaTable, rows: list[dict[str, Any]]) -> pa.Table:
    import pyarrow as pa

    types: Mapping[Kind, Any] = {
        "int": pa.int64(),
        "float": pa.float64(),
        "text": pa.string(),
        "time": pa.timestamp("us", "UTC"),
    }
    schema = pa.schema([(column.name, types[column.kind]) for column in table.columns])
    return pa.Table.from_pylist(rows, schema)


def _keep(ports: MonitoringPorts, table: DeltaTable, value: str, blocks: Iterable[pa.Table]) -> Blob:
    rows = keep_rows(ports, blocks)
    with rows.open() as content:
        return ports.core.lake.put(f"{table.folder(value)}{rows.sha256}.parquet", content)[0]
