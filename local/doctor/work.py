"""What runs on this home, and what was begun and never ended."""

from __future__ import annotations

from datetime import UTC, datetime

from local.doctor.database import opened
from local.doctor.finding import Finding, Subject
from local.host.running import running_host
from shared.adapters.sql.ledger.history import SqlHistory
from shared.adapters.sql.migrations import schema_state
from shared.core.errors import Fault


def host(subject: Subject) -> list[Finding]:
    """The host at work on this home; none in a world whose functions run in Azure."""
    place = subject.settings.lake_place
    if place is not None and not place.emulated:
        return []
    found = running_host(subject.settings.home)
    if found is None:
        return [Finding("host", "warn", "none runs on this home", "mlops up   # mlops drop --wait brings its own")]
    return [Finding("host", "ok", f"process {found.pid} on port {found.port}")]


def stuck(subject: Subject) -> list[Finding]:
    """Claims whose worker is gone, and released work that nobody took up."""
    url = subject.settings.database_url
    if url.startswith("sqlite:///") and not _exists(url):
        return [Finding("stuck work", "ok", "nothing has been begun yet")]
    try:
        with opened(subject) as engine:
            version, known = schema_state(engine)
            found = SqlHistory(engine).stuck(datetime.now(UTC)) if version.number == known else None
    except Fault as fault:
        return [Finding("stuck work", "not checked", f"the database cannot be read: {fault.reason}", "mlops doctor")]
    if found is None:
        return [Finding("stuck work", "not checked", "the database's schema is of another version", "mlops doctor")]
    if found:
        first = f"{found[0].kind} {found[0].key}: {found[0].reason}"
        return [Finding("stuck work", "warn", f"{len(found)}; the oldest is {first}", "mlops tick   # or mlops up")]
    return [Finding("stuck work", "ok", "nothing")]


def _exists(url: str) -> bool:
    from pathlib import Path

    return Path(url.removeprefix("sqlite:///")).exists()
