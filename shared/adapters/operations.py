"""The ports of operating."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared.adapters.dead_letters import LakeDeadLetters, Place
from shared.adapters.folder_lake import FolderLake
from shared.adapters.later import later
from shared.ports.operations import Operations

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.domain.alert_targets import Target
    from shared.ports.alerts import AlertDeliveries, Notifier
    from shared.ports.replay import Reopening
    from shared.ports.restoring import Restoring
    from shared.ports.schedules import Schedules
    from shared.ports.telemetry import Spans, Telemetry


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
        spans=later(lambda: _spans(engine)),
        restoring=later(lambda: _restoring(engine)),
        reopening=later(lambda: _reopening(engine, clock)),
        dead_letters=LakeDeadLetters([*dead_letters, Place(local, "")]),
        notifier=later(lambda: _notifier(targets)),
        alerts=later(lambda: _alerts(engine)),
        schedules=later(lambda: _schedules(engine)),
    )


def _spans(engine: Engine) -> Spans:
    from shared.adapters.sql.spans import SqlSpans

    return SqlSpans(engine)


def _restoring(engine: Engine) -> Restoring:
    from shared.adapters.sql.restoring import SqlRestoring

    return SqlRestoring(engine)


def _reopening(engine: Engine, clock: Callable[[], datetime]) -> Reopening:
    from shared.adapters.sql.reopening import SqlReopening

    return SqlReopening(engine, clock)


def _notifier(targets: Sequence[Target]) -> Notifier:
    from shared.adapters.webhooks import Webhooks

    return Webhooks(targets)


def _alerts(engine: Engine) -> AlertDeliveries:
    from shared.adapters.sql.alerts import SqlAlertDeliveries

    return SqlAlertDeliveries(engine)


def _schedules(engine: Engine) -> Schedules:
    from shared.adapters.sql.schedules import SqlSchedules

    return SqlSchedules(engine)
