"""Rebuild the Delta tables of labels: from the files that were kept for them, files that landed, and SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.errors import Fault
from shared.core.ledger import Kind, State
from shared.core.paths import Landing, landing
from shared.core.scenario import Scenario
from shared.monitoring.label_tables.follower import deliveries, newest_versions, replace_delivery, replace_labelled
from shared.monitoring.label_tables.rows import keep_delivered
from shared.monitoring.late_labels import read_labels
from shared.prediction.delta_rebuild import RebuiltPartition, TableState
from shared.prediction.delta_table import ACTUALS, LABELLED, actuals_table, delivery, labelled_table

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


def rebuild_label_tables(ports: OperationsPorts, scenario: Scenario) -> Iterator[RebuiltPartition]:
    """Bring `actuals` up to the files of labels, then `labelled` to the labels that SQL knows of each window."""
    yield from _rebuild_actuals(ports, scenario)
    delta, table = ports.prediction.delta, labelled_table(scenario)
    windows = {base for base, _ in newest_versions(ports, scenario)}
    for base, commit in newest_versions(ports, scenario, ports.monitoring.window_labels.by_window(scenario)):
        yield _tried(scenario, LABELLED, base, lambda: replace_labelled(ports, scenario, base, commit))  # noqa: B023 - called at once
    for base in sorted(delta.files(table).keys() - windows):
        delta.remove(table, [base], f"without {base}")
        yield RebuiltPartition(scenario.name, base, TableState.REMOVED, table=LABELLED)


def _rebuild_actuals(ports: OperationsPorts, scenario: Scenario) -> Iterator[RebuiltPartition]:
    kept = deliveries(ports, scenario)
    for blob in _never_kept(ports, scenario, kept):
        yield _tried(scenario, ACTUALS, delivery(blob_key(blob)), lambda: _take_in(ports, scenario, blob))  # noqa: B023 - called at once
    for name in kept:
        yield _tried(scenario, ACTUALS, name, lambda: replace_delivery(ports, scenario, name))  # noqa: B023 - called at once
    delta, table = ports.prediction.delta, actuals_table(scenario)
    for name in sorted(delta.files(table).keys() - {*deliveries(ports, scenario)}):
        delta.remove(table, [name], f"without {name}")
        yield RebuiltPartition(scenario.name, name, TableState.REMOVED, table=ACTUALS)


def _never_kept(ports: OperationsPorts, scenario: Scenario, kept: list[str]) -> Iterator[Blob]:
    """Files of labels that were taken by a version of the system that kept none, or while the tables were off."""
    for blob in ports.core.lake.list(f"actuals/{scenario.name}/"):
        entry = ports.core.history.find(Kind.BLOB, blob_key(blob))
        if delivery(blob_key(blob)) not in kept and entry is not None and entry.state == State.DONE:
            yield blob


def _take_in(ports: OperationsPorts, scenario: Scenario, blob: Blob) -> bool:
    where = landing(blob.path, ports.core.scenarios)
    labels = read_labels(ports, where, blob) if isinstance(where, Landing) else None
    if labels is None:
        return False
    keep_delivered(ports, scenario, labels, blob)
    return replace_delivery(ports, scenario, delivery(blob_key(blob)))


def _tried(scenario: Scenario, table: str, value: str, change: Callable[[], bool]) -> RebuiltPartition:
    try:
        state = TableState.RESTORED if change() else TableState.INTACT
    except Fault as fault:
        return RebuiltPartition(scenario.name, value, TableState.FAILED, fault.reason, table)
    return RebuiltPartition(scenario.name, value, state, table=table)
