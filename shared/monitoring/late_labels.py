"""Labels that came late: read strictly, told apart by key (and restart), joined with their predictions, judged.

`actuals/<scenario>/<drop>/<table>.csv|parquet`: the key (or the prediction id where rows have no key) and the answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.errors import Missing, Quarantined
from shared.core.ledger import Outcome
from shared.core.paths import Landing
from shared.core.redaction import redact
from shared.core.scenario import Scenario
from shared.monitoring.actual_labels import BY_ID, RESTART, key_column, labels_table
from shared.monitoring.quality import state_quality, summary
from shared.monitoring.quarantine import quarantine
from shared.serving.prediction_rows import join_labels, label_kind

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts


def take_actuals(ports: MonitoringPorts, where: Landing) -> Outcome:
    """The file's labels are known from now on; Quarantined, and the bytes kept, when it breaks its contract."""
    blob = ports.core.lake.stat(f"{where.folder}{where.file}")
    if blob is None:
        raise Missing(f"{where.folder}{where.file} was gone when its event was read.")
    scenario = where.scenario
    try:
        with ports.core.lake.open(blob.path, etag=blob.etag) as source:
            read = ports.datasets.tables.read(source, where.file, labels_table(scenario))
        rows = ports.datasets.tables.check([read], labels_table(scenario))
        labels = keyed(ports, scenario, rows)
    except Quarantined as fault:
        redacted = redact(fault, scenario)
        quarantine(ports, where, [blob], redacted)
        raise redacted from None
    return merge(ports, scenario, labels, blob)


def merge(ports: MonitoringPorts, scenario: Scenario, labels: pa.Table, blob: Blob) -> Outcome:
    """Keep the labels, and state the quality of every window they may change."""
    return keep(ports, scenario, labels, blob_key(blob), blob.modified)


def keep(ports: MonitoringPorts, scenario: Scenario, labels: pa.Table, source: str, at: datetime) -> Outcome:
    """The same, of labels from anywhere; `at` is when they became known."""
    new, changed = ports.monitoring.actuals.merge(scenario, labels, source, at)
    # All windows: a worker that died after the merge finds nothing new to merge, but quality still to be stated.
    stated = state_quality(ports, scenario, everything=True)
    reason = f"{labels.num_rows} labels: {new} new, {changed} changed. {summary(stated)}."
    return Outcome("done", reason, {"new": new, "changed": changed})


def keyed(ports: MonitoringPorts, scenario: Scenario, rows: pa.Table) -> pa.Table:
    """Labels as `entity_key` or `prediction_id`, `epoch` and `actual`; Quarantined when a key cannot be told apart."""
    import pyarrow as pa

    actual = _actual(scenario, rows)
    if key_column(scenario) == BY_ID:
        return pa.table({BY_ID: rows.column(BY_ID), "epoch": [0] * rows.num_rows, "actual": actual})
    parts = [rows.column(name).cast(pa.string()).to_pylist() for name in scenario.entity]
    keys = ["|".join("" if part is None else part for part in row) for row in zip(*parts, strict=True)]
    epochs = [0] * len(keys)
    if scenario.monitoring.restart:
        epochs = _epochs(ports, scenario, rows, keys)
        _check_single(scenario, keys, epochs)
    return pa.table({"entity_key": keys, "epoch": epochs, "actual": actual})


def _actual(scenario: Scenario, rows: pa.Table) -> list[Any]:
    """One answer a row, in the kind of the prediction column."""
    if scenario.task == "multilabel":
        columns = [rows.column(name).to_pylist() for name in scenario.targets]
        return [join_labels(scenario.labels, [bool(value) for value in row]) for row in zip(*columns, strict=True)]
    values = rows.column(scenario.target).to_pylist()
    if scenario.task == "regression":
        return [float(value) for value in values]
    for number, value in enumerate(values, start=1):
        if str(value) not in scenario.labels:
            sentence = f"Row {number}: {scenario.target} is {value!r}; accepted: {', '.join(scenario.labels)}."
            raise Quarantined("not_allowed", sentence, table=scenario.label_table, column=scenario.target, row=number)
    return [int(value) if label_kind(scenario) == "int" else str(value) for value in values]


def _epochs(ports: MonitoringPorts, scenario: Scenario, rows: pa.Table, keys: Sequence[str]) -> list[int]:
    """Which restart each row belongs to: as the file says, else as it must be; Quarantined when that cannot be told.

    A number that falls begins another stretch. As many stretches as restarts in which these numbers were predicted are
    those, in order; nothing else is guessed.
    """
    if RESTART in rows.column_names and rows.column(RESTART).null_count == 0:
        return [int(value) for value in rows.column(RESTART).to_pylist()]
    stretches = _stretches(rows.column(scenario.monitoring.restart).to_pylist())
    predicted = sorted({epoch for _, epoch in ports.monitoring.actuals.epochs(scenario, keys)}) or [0]
    if len(predicted) == stretches[-1] + 1:
        return [predicted[stretch] for stretch in stretches]
    name = scenario.monitoring.restart
    sentence = (
        f"{name} starts again {stretches[-1]} time(s) in this file, and these numbers were predicted after "
        f"{', '.join(map(str, predicted))} restart(s) of the source: a label cannot be told to belong to one of them. "
        f"Accepted: a column {RESTART!r} that says after how many restarts (from 0) each row was made."
    )
    raise Quarantined("ambiguous_key", sentence, table=scenario.label_table, column=name)


def _stretches(numbers: Sequence[Any]) -> list[int]:
    found, stretch = [], 0
    for place, number in enumerate(numbers):
        if place and number < numbers[place - 1]:
            stretch += 1
        found.append(stretch)
    return found


def _check_single(scenario: Scenario, keys: Sequence[str], epochs: Sequence[int]) -> None:
    seen: set[tuple[str, int]] = set()
    for row, key in enumerate(zip(keys, epochs, strict=True), start=1):
        if key in seen:
            sentence = f"Row {row}: {key[0]} after {key[1]} restart(s) has a label already; accepted: one label each."
            raise Quarantined("duplicate_key", sentence, table=scenario.label_table, row=row)
        seen.add(key)
