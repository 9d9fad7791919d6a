"""Actuals posted over HTTP become a file in the lake and are ingested like one that landed there."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.claims import once
from shared.core.drops import blob_key
from shared.core.errors import BadInput
from shared.core.ledger import Kind, State
from shared.core.paths import Landing
from shared.core.scenario import Scenario, Table
from shared.core.strict_json import read_json_body
from shared.monitoring.actual_labels import labels_table, served_contract
from shared.monitoring.late_labels import ingest_actuals
from shared.monitoring.served_label import REQUEST

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


_SHOWN = 80


def post_actuals(ports: MonitoringPorts, scenario: Scenario, body: bytes) -> Mapping[str, Any]:
    """Ingest `[{key…, answer…}, …]` or `{"data": [...]}`; returns `{"state", "reason", …}`; BadInput for another body.

    The key is that of the rows, or request and row of an answer.

    The same body posted twice is the same file, and is ingested once.
    """
    value = read_json_body(body, _accepted(scenario))
    listed = value.get("data") if isinstance(value, dict) else value
    named = isinstance(listed, list) and any(isinstance(row, dict) and REQUEST in row for row in listed)
    table = served_contract(scenario) if named else labels_table(scenario)
    rows = _rows(listed, table, _accepted(scenario))
    content = _csv(rows, table)
    where = Landing("actuals", scenario, f"posted-{hashlib.sha256(content).hexdigest()[:12]}", f"{table.name}.csv")
    blob, _ = ports.core.lake.put(f"{where.folder}{where.file}", content)
    result = once(ports, Kind.BLOB, blob_key(blob), "", lambda: ingest_actuals(ports, where))
    outcome = result.outcome
    if outcome.state != State.DONE:
        raise BadInput(outcome.reason)
    return {"state": outcome.state, "reason": outcome.reason, **outcome.detail}


def _accepted(scenario: Scenario) -> str:
    keyed, served = (
        ", ".join(column.name for column in table.columns)
        for table in (labels_table(scenario), served_contract(scenario))
    )
    return f"a JSON list of objects with {keyed}, or with {served}"


def _rows(rows: Any, table: Table, accepted: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(rows, list) or not rows:
        raise BadInput(f"The body has no list of labels; accepted: {accepted}.")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise BadInput(f"Row {number} is not an object; accepted: {accepted}.")
        _check_row(number, row, table, accepted)
    return rows


def _check_row(number: int, row: Mapping[str, Any], table: Table, accepted: str) -> None:
    known = {column.name for column in table.columns}
    unknown = sorted(set(row) - known)
    if unknown:
        raise BadInput(f"Row {number} has an unknown field {unknown[0][:_SHOWN]!r}; accepted: {accepted}.")
    for name, value in row.items():
        if isinstance(value, list | dict | bool):
            raise BadInput(f"Row {number}: {name} is neither a text nor a number; accepted: {accepted}.")


def _csv(rows: Sequence[Mapping[str, Any]], table: Table) -> bytes:
    """The rows as a CSV file; an optional column is left out when no row has it."""
    present = {name for row in rows for name in row}
    names = [column.name for column in table.columns if column.name in present or not column.optional]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
