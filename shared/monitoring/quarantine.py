"""Quarantine keeps what is refused: the bytes, the reason beside them, and a breach with its cause."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.breach import Action
from shared.core.drops import blob_key
from shared.core.errors import Quarantined
from shared.core.notices import announce
from shared.core.paths import Landing, quarantine_folder, table_of
from shared.monitoring import triage
from shared.monitoring.breaches import open_breach
from shared.monitoring.triage import DataIssue

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


def quarantine(ports: MonitoringPorts, where: Landing, blobs: Sequence[Blob], fault: Quarantined) -> None:
    """Keep the refused bytes and the reason beside them."""
    refused = [blob for blob in blobs if not fault.table or _belongs(blob, fault.table, where)]
    for blob in refused or blobs:
        folder = quarantine_folder(where, blob.etag)
        with ports.core.lake.open(blob.path, etag=blob.etag) as source:
            ports.core.lake.put(f"{folder}{blob.path.rsplit('/', 1)[1]}", source)
        reason = {
            "code": fault.reason_code,
            "reason": fault.reason,
            "table": fault.table,
            "column": fault.column,
            "row": fault.row,
            "line": fault.line,
            "source": blob_key(blob),
            "first_seen": ports.core.clock().isoformat(),
        }
        content = json.dumps(reason, indent=1, sort_keys=True) + "\n"
        ports.core.lake.put(f"{folder}reason.json", content.encode())
    _open_breach(ports, where, fault)
    data = {"scenario": where.scenario.name, "drop": where.drop, "code": fault.reason_code, "reason": fault.reason}
    announce(ports, "DatasetQuarantined", f"quarantine/{where.key}/{blob_key(blobs[0])}", data)


def _belongs(blob: Blob, table: str, where: Landing) -> bool:
    try:
        return table_of(blob.name, where.area, where.scenario).name == table
    except Quarantined:
        return False


def _open_breach(ports: MonitoringPorts, where: Landing, fault: Quarantined) -> None:
    """Open a breach for the refused drop, so that it is listed beside those of monitoring."""
    cause = triage.cause_of_refusal(fault.reason_code)
    issue = DataIssue(cause, fault.table, fault.column, fault.reason)
    scenario, event = where.scenario.name, "DatasetQuarantined"
    open_breach(ports, scenario, issue, where.drop, action=Action.QUARANTINE, announced_by=event)
