"""The rows of the Delta tables of labels, as files of the lake that are named by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.paths import BASE_WINDOW
from shared.core.scenario import Kind, Scenario
from shared.prediction.commits import committed_file, whole_commit
from shared.prediction.delta_table import DataFile, DeltaTable, actuals_table, delivery, labelled_table
from shared.prediction.window import Commit
from shared.serving.prediction_rows import first_id

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts


def keep_rows(ports: MonitoringPorts, scenario: Scenario, labels: pa.Table, blob: Blob) -> None:
    """Keep the labels of a file that landed where the table of actuals can name them."""
    table = actuals_table(scenario)
    came = {"labelled_at": blob.modified, "source": blob_key(blob)}
    _keep(ports, table, delivery(blob_key(blob)), _typed(table, [{**row, **came} for row in labels.to_pylist()]))


def keep_labelled(ports: MonitoringPorts, scenario: Scenario, base: str, commit: Commit) -> list[DataFile]:
    """Keep the predictions of that version that have a label; no file where none has."""
    table = labelled_table(scenario)
    rows = _labelled(ports, scenario, table, commit)
    return [data_file(ports, table, _keep(ports, table, base, rows))] if rows.num_rows else []


def data_file(ports: MonitoringPorts, table: DeltaTable, blob: Blob) -> DataFile:
    """The file as the log names it."""
    import pyarrow.parquet as pq

    same = "scored_at" if table.partition == BASE_WINDOW else "labelled_at"
    with ports.core.lake.open(blob.path) as source:
        times = pq.read_table(source, columns=[same]).column(0)
    return DataFile(blob.path, blob.size, len(times), blob.modified, {same: times[0].as_py()} if len(times) else {})


def _labelled(ports: MonitoringPorts, scenario: Scenario, table: DeltaTable, commit: Commit) -> pa.Table:
    """The predictions of the version that have a label, with who they are about, by id."""
    first, last = first_id(commit.ordinal), first_id(commit.ordinal + 1) - 1
    joined = ports.monitoring.actuals.join_predictions(scenario, first, last, original=False)
    known = joined.filter(joined.column("actual").is_valid()).to_pylist()
    keys = _keys(ports, commit, {row["prediction_id"] for row in known})
    same = {"window": commit.window, "model": commit.model, "scored_at": commit.scored_at}
    rows = [{**row, **same, "entity_key": keys.get(row["prediction_id"])} for row in known]
    ordered = sorted(rows, key=lambda row: (row["prediction_id"], _aware(row["labelled_at"])))
    return _typed(table, [{**row, "labelled_at": _aware(row["labelled_at"])} for row in ordered])


def _keys(ports: MonitoringPorts, commit: Commit, ids: set[int]) -> Mapping[int, str]:
    """Whom each of these predictions is about, from the committed files."""
    import pyarrow.parquet as pq

    found: dict[int, str] = {}
    for file in whole_commit(ports, commit).files if ids else ():
        with committed_file(ports, file) as source:
            rows = pq.read_table(source, columns=["prediction_id", "entity_key"]).to_pydict()
        pairs = zip(rows["prediction_id"], rows["entity_key"], strict=True)
        found |= {number: key for number, key in pairs if number in ids}
    return found


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


def _keep(ports: MonitoringPorts, table: DeltaTable, value: str, rows: pa.Table) -> Blob:
    content = ports.datasets.tables.write(rows)
    path = f"{table.folder(value)}{hashlib.sha256(content).hexdigest()}.parquet"
    return ports.core.lake.put(path, content)[0]
