"""The ports of operating on the embedded backends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from shared.adapters.dead_letters import LakeDeadLetters
from shared.adapters.folder_lake import FolderLake
from shared.adapters.lake_telemetry import LakeTelemetry
from shared.adapters.sql.alerts import SqlAlertDeliveries
from shared.adapters.sql.reopening import SqlReopening
from shared.adapters.sql.restoring import SqlRestoring
from shared.adapters.sql.spans import SqlSpans
from shared.adapters.webhooks import Webhooks
from shared.domain.alert_targets import Target
from shared.ports.lake import Lake
from shared.ports.operations import Operations
from shared.ports.tables import Tables

DEAD_LETTERS = "deadletters/"


def operations(
    engine: Engine, lake: Lake, tables: Tables, *, home: Path, targets: Sequence[Target], clock: Callable[[], datetime]
) -> Operations:
    """All of them; the local Event Grid keeps its dead letters in a folder of `home`, Azure's in the lake."""
    local = FolderLake(home / "eventgrid" / "deadletter")
    return Operations(
        # The lake's own clock, not the one that tests move: arrivals are its times.
        telemetry=LakeTelemetry(lake, tables, lambda: datetime.now(UTC)),
        spans=SqlSpans(engine),
        restoring=SqlRestoring(engine),
        reopening=SqlReopening(engine, clock),
        dead_letters=LakeDeadLetters([(lake, DEAD_LETTERS), (local, "")]),
        notifier=Webhooks(targets),
        alerts=SqlAlertDeliveries(engine),
    )
