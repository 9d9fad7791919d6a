"""The ports of operating."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from shared.adapters.dead_letters import LakeDeadLetters, Place
from shared.adapters.folder_lake import FolderLake
from shared.adapters.sql.alerts import SqlAlertDeliveries
from shared.adapters.sql.reopening import SqlReopening
from shared.adapters.sql.restoring import SqlRestoring
from shared.adapters.sql.spans import SqlSpans
from shared.adapters.webhooks import Webhooks
from shared.domain.alert_targets import Target
from shared.ports.operations import Operations
from shared.ports.telemetry import Telemetry


def operations(
    engine: Engine,
    telemetry: Telemetry,
    dead_letters: Sequence[Place],
    *,
    home: Path,
    targets: Sequence[Target],
    clock: Callable[[], datetime],
) -> Operations:
    """All of them; the local Event Grid keeps its dead letters in a folder of `home`, Azure's in `dead_letters`."""
    local = FolderLake(home / "eventgrid" / "deadletter")
    return Operations(
        telemetry=telemetry,
        spans=SqlSpans(engine),
        restoring=SqlRestoring(engine),
        reopening=SqlReopening(engine, clock),
        dead_letters=LakeDeadLetters([*dead_letters, Place(local, "")]),
        notifier=Webhooks(targets),
        alerts=SqlAlertDeliveries(engine),
    )
