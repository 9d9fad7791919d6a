"""Labels posted over HTTP become a file in the lake and take the same way as one that landed there."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.claims import once
from shared.core.drops import blob_key
from shared.core.errors import BadInput
from shared.core.paths import Landing
from shared.core.scenario import Scenario, Table
from shared.core.strict_json import read_json_body
from shared.monitoring.actual_labels import labels_table
from shared.monitoring.late_labels import take_actuals

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


_SHOWN = 80


def post_actuals(ports: MonitoringPorts, scenario: Scenario, body: bytes) -> Mapping[str, Any]:
    """`[{key…, answer…}, …]` or `{"data": [...]}` as `{"state", "reason", …}`; BadInput when it is no such list.

    The same body again is the same file: nothing is done twice.
    """
    table = labels_table(scenario)
    rows = _rows(body, table)
    content = _csv(rows, table)
    where = Landing("actuals", scenario, f"posted-{hashlib.sha256(content).hexdigest()[:12]}", f"{table.name}.csv")
    blob, _ = ports.core.lake.put(f"{where.folder}{where.file}", content)
    result = once(ports, "blob", blob_key(blob), "", lambda: take_actuals(ports, where))
    outcome = result.outcome
    if outcome.state != "done":
        raise BadInput(outcome.reason)
    return {"state": outcome.state, "reason": outcome.reason, **outcome.detail}


def _rows(body: bytes, table: Table) -> Sequence[Mapping[str, Any]]:
    names = ", ".join(column.name for column in table.columns)
    accepted = f"a JSON list of objects with {names}"
    value = read_json_body(body, accepted)
    rows = value.get("data") if isinstance(value, dict) else value
    if not isinstance(rows, list) or not rows:
        raise BadInput(f"The body holds no list of labels; accepted: {accepted}.")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise BadInput(f"Row {number} is not an object; accepted: {accepted}.")
        _check_row(number, row, table, accepted)
    return rows


def _check_row(number: int, row: Mapping[str, Any], table: Table, accepted: str) -> None:
    known = {column.name for column in table.columns}
    strange = sorted(set(row) - known)
    if strange:
        raise BadInput(f"Row {number} has a field {strange[0][:_SHOWN]!r} that is no label; accepted: {accepted}.")
    for name, value in row.items():
        if isinstance(value, list | dict | bool):
            raise BadInput(f"Row {number}: {name} is not a text or a number; accepted: {accepted}.")


def _csv(rows: Sequence[Mapping[str, Any]], table: Table) -> bytes:
    """The rows as the file an uploader would have sent; a column that may be absent is, when no row has it."""
    present = {name for row in rows for name in row}
    names = [column.name for column in table.columns if column.name in present or not column.optional]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
