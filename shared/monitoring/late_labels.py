"""Late labels: a file of actuals is read strictly, matched to predictions by key (and restart), and judged.

`actuals/<scenario>/<drop>/<table>.csv|parquet`: the key (or the prediction id where rows have no key) and the answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.errors import Missing, Quarantined
from shared.core.ledger import Outcome, State
from shared.core.paths import Landing
from shared.core.redaction import redact
from shared.core.scenario import Scenario, Table
from shared.core.wording import counted
from shared.datasets.rows import as_rows
from shared.datasets.stored_rows import held_rows
from shared.monitoring.actual_labels import BY_ID, RESTART, key_column, labels_table, served_contract
from shared.monitoring.label_tables.follower import keep_labels
from shared.monitoring.quality import batch_qualities, state_quality, summary
from shared.monitoring.quarantine import quarantine
from shared.monitoring.served_label import REQUEST, ROW, ServedLabel
from shared.serving.prediction_rows import join_labels, label_kind

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.rows import Rows
    from shared.monitoring.ports import MonitoringPorts

# A refused file of up to so many bytes is read again as a whole: its first fault is told with the count of all like it.
_TOLD_WHOLE = 4 << 20


def ingest_actuals(ports: MonitoringPorts, where: Landing) -> Outcome:
    """Record the labels of the file; Quarantined, with its bytes kept, when it breaks its contract."""
    blob = ports.core.lake.stat(f"{where.folder}{where.file}")
    if blob is None:
        raise Missing(f"{where.folder}{where.file} no longer existed when its event was read.")
    scenario = where.scenario
    try:
        labels = read_labels(ports, where, blob)
        if labels is None:
            return _record_served(ports, scenario, _checked(ports, where, blob, served_contract(scenario)), blob)
    except Quarantined as fault:
        redacted = redact(fault, scenario)
        quarantine(ports, where, [blob], redacted)
        raise redacted from None
    return _record(ports, scenario, labels, blob)


def read_labels(ports: MonitoringPorts, where: Landing, blob: Blob) -> Rows | None:
    """The labels of a file by the key of predictions; None when it names answered requests.

    Many of them lie on the local disk. Of a counter that restarts the whole file is in memory.
    """
    with ports.core.lake.open(blob.path, etag=blob.etag) as source:
        if REQUEST in ports.datasets.tables.header(source, where.file):
            return None
    if where.scenario.monitoring.restart:
        return _of_restarts(ports, where.scenario, _checked(ports, where, blob, labels_table(where.scenario)))
    try:
        return held_rows(_streamed(ports, where, blob))
    except Quarantined:
        if blob.size <= _TOLD_WHOLE:
            _checked(ports, where, blob, labels_table(where.scenario))
        raise


def _streamed(ports: MonitoringPorts, where: Landing, blob: Blob) -> Iterator[pa.Table]:
    """The labels of the file block by block; Quarantined at its end for what only the whole shows."""
    table, tables, before = labels_table(where.scenario), ports.datasets.tables, 0
    with ports.core.lake.open(blob.path, etag=blob.etag) as source:
        for block in tables.check_stream([tables.stream(source, where.file, table)], table):
            yield _with_keys(where.scenario, block, before)
            before += block.num_rows


def _checked(ports: MonitoringPorts, where: Landing, blob: Blob, table: Table) -> pa.Table:
    with ports.core.lake.open(blob.path, etag=blob.etag) as source:
        return ports.datasets.tables.check([ports.datasets.tables.read(source, where.file, table)], table)


def _record_served(ports: MonitoringPorts, scenario: Scenario, rows: pa.Table, blob: Blob) -> Outcome:
    """Keep the labels of answered requests; the monitor states the quality of their hours."""
    numbers = rows.column(ROW).to_pylist() if ROW in rows.column_names else [0] * rows.num_rows
    named = [(request, number or 0) for request, number in zip(rows.column(REQUEST).to_pylist(), numbers, strict=True)]
    if len(set(named)) < len(named):
        twice = next(name for at, name in enumerate(named) if name in named[:at])
        sentence = f"Row {twice[1]} of request {twice[0][:80]!r} has two labels; accepted: one label per row."
        raise Quarantined("duplicate_key", sentence, table=scenario.label_table)
    told = zip(named, _actual(scenario, rows), strict=True)
    labels = [ServedLabel(request, number, str(actual)) for (request, number), actual in told]
    new, changed = ports.monitoring.served_labels.merge(scenario.name, labels, blob_key(blob), blob.modified)
    reason = (
        f"{counted(len(labels), 'label')} of answered requests: {_counts(len(labels), new, changed)}. "
        "They count in the quality of logged hours and are not learned from."
    )
    return Outcome(State.DONE, reason, {"new": new, "changed": changed})


def _record(ports: MonitoringPorts, scenario: Scenario, labels: Rows, blob: Blob) -> Outcome:
    """Keep the labels, known since the file landed, and state the quality of the windows that they name."""
    new, changed = _merged(ports, scenario, labels, blob)
    keep_labels(ports, scenario, labels, blob)
    # By the file's name: after a worker died behind the merge, nothing is new but quality is still to be stated.
    state_quality(ports, scenario, blob_key(blob))
    # Where SQL does not hold all predictions, nobody can say which a label has none of.
    blocks = labels.blocks() if ports.prediction.sql_rows.kept is None else ()
    unpredicted = sum(ports.monitoring.actuals.unpredicted(scenario, block) for block in blocks)
    told = f" {_of_nothing(scenario, unpredicted)}" if unpredicted else ""
    judged = summary(batch_qualities(ports, scenario))
    reason = f"{counted(labels.num_rows, 'label')}: {_counts(labels.num_rows, new, changed)}.{told} {judged}."
    return Outcome(State.DONE, reason, {"new": new, "changed": changed, "unpredicted": unpredicted})


def _counts(labels: int, new: int, changed: int) -> str:
    """What became of the labels; known ones came in another file, or with a worker that died behind them."""
    known = labels - new - changed
    return f"{new} new, {changed} changed" + (f", {known} known already" if known else "")


def _merged(ports: MonitoringPorts, scenario: Scenario, labels: Rows, blob: Blob) -> tuple[int, int]:
    """Keep block after block, which changes nothing where a worker that died had kept it; how many are new, changed."""
    new = changed = 0
    for block in labels.blocks():
        added, replaced = ports.monitoring.actuals.merge(scenario, block, blob_key(blob), blob.modified)
        new, changed = new + added, changed + replaced
    return new, changed


def _of_nothing(scenario: Scenario, labels: int) -> str:
    """What is said of labels that belong to no prediction: an id never will, a key may be predicted yet."""
    if key_column(scenario) == BY_ID:
        return f"{labels} of them name no prediction: nothing was predicted under that {BY_ID}."
    return f"{labels} of them name nothing that was predicted so far."


def _with_keys(scenario: Scenario, rows: pa.Table | pa.RecordBatch, before: int = 0) -> pa.Table:
    """Labels as `entity_key` or `prediction_id`, `epoch` 0 and `actual`, of rows behind so many others of the file."""
    import pyarrow as pa

    kinds = {"int": pa.int64(), "float": pa.float64(), "text": pa.string()}
    actual = pa.array(_actual(scenario, rows, before), kinds[label_kind(scenario)])
    by_id = key_column(scenario) == BY_ID
    named = rows.column(BY_ID) if by_id else pa.array(_entity_keys(scenario, rows), pa.string())
    epochs = pa.repeat(pa.scalar(0, pa.int64()), rows.num_rows)
    return pa.table({BY_ID if by_id else "entity_key": named, "epoch": epochs, "actual": actual})


def _entity_keys(scenario: Scenario, rows: pa.Table | pa.RecordBatch) -> list[str]:
    import pyarrow as pa

    parts = [rows.column(name).cast(pa.string()).to_pylist() for name in scenario.entity]
    return ["|".join("" if part is None else part for part in row) for row in zip(*parts, strict=True)]


def _of_restarts(ports: MonitoringPorts, scenario: Scenario, rows: pa.Table) -> Rows:
    """The labels with the restart that each belongs to; Quarantined when that, or a key, is ambiguous."""
    import pyarrow as pa

    labels = _with_keys(scenario, rows)
    if key_column(scenario) == BY_ID:
        return as_rows(labels)
    keys = labels.column("entity_key").to_pylist()
    epochs = _epochs(ports, scenario, rows, keys)
    _check_single(scenario, keys, epochs)
    return as_rows(labels.set_column(1, "epoch", pa.array(epochs, pa.int64())))


def _actual(scenario: Scenario, rows: pa.Table | pa.RecordBatch, before: int = 0) -> list[Any]:
    """One answer per row, in the type of the prediction column; a refusal counts the rows before them."""
    if scenario.task == "multilabel":
        columns = [rows.column(name).to_pylist() for name in scenario.targets]
        return [join_labels(scenario.labels, [bool(value) for value in row]) for row in zip(*columns, strict=True)]
    values = rows.column(scenario.target).to_pylist()
    if scenario.task == "regression":
        return [float(value) for value in values]
    for number, value in enumerate(values, start=before + 1):
        if str(value) not in scenario.labels:
            place, accepted = _place(scenario, number), ", ".join(scenario.labels)
            sentence = f"{place}, column {scenario.target!r}: {value!r} is no label; accepted: {accepted}."
            raise Quarantined("not_allowed", sentence, table=scenario.label_table, column=scenario.target, row=number)
    return [int(value) if label_kind(scenario) == "int" else str(value) for value in values]


def _epochs(ports: MonitoringPorts, scenario: Scenario, rows: pa.Table, keys: Sequence[str]) -> list[int]:
    """The restart each row belongs to: from the file's own column, else derived; Quarantined when it is ambiguous.

    A number that falls begins another stretch. With as many stretches as there are restarts in which these numbers were
    predicted, the first stretch is the first restart, and so on; nothing else is guessed.
    """
    if RESTART in rows.column_names and rows.column(RESTART).null_count == 0:
        return [int(value) for value in rows.column(RESTART).to_pylist()]
    stretches = _stretches(rows.column(scenario.monitoring.restart).to_pylist())
    predicted = sorted({epoch for _, epoch in ports.monitoring.actuals.epochs(scenario, keys)}) or [0]
    if len(predicted) == stretches[-1] + 1:
        return [predicted[stretch] for stretch in stretches]
    name = scenario.monitoring.restart
    sentence = (
        f"{name} starts again {counted(stretches[-1], 'time')} in this file, and these numbers were predicted after "
        f"{_restarts(predicted)} of the source: the restart of each label is ambiguous. "
        f"Accepted: a column {RESTART!r} with the number of restarts (from 0) before each row."
    )
    raise Quarantined("ambiguous_key", sentence, table=scenario.label_table, column=name)


def _restarts(counts: Sequence[int]) -> str:
    *rest, last = counts
    return ", ".join([*map(str, rest), counted(last, "restart")])


def _stretches(numbers: Sequence[Any]) -> list[int]:
    stretches, stretch = [], 0
    for index, number in enumerate(numbers):
        if index and number < numbers[index - 1]:
            stretch += 1
        stretches.append(stretch)
    return stretches


def _check_single(scenario: Scenario, keys: Sequence[str], epochs: Sequence[int]) -> None:
    labelled: set[tuple[str, int]] = set()
    for row, key in enumerate(zip(keys, epochs, strict=True), start=1):
        if key in labelled:
            key_text = f"{key[0]} after {counted(key[1], 'restart')}"
            sentence = f"{_place(scenario, row)}: {key_text} has a label already; accepted: one label per key."
            raise Quarantined("duplicate_key", sentence, table=scenario.label_table, row=row)
        labelled.add(key)


def _place(scenario: Scenario, row: int) -> str:
    return f"Table {scenario.label_table!r}, data row {row}"
