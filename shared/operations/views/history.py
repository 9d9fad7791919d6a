"""Why something did or did not happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.ledger import Entry
from shared.core.plain_json import plain
from shared.operations.views.asked import Asked

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_MOST = 500


def history(ports: OperationsPorts, asked: Asked) -> Mapping[str, Any]:
    """How the newest pieces of work ended, newest first, or every step of what `why` names, oldest first."""
    why = asked.text("why").strip()
    limit = asked.number("limit", 100, _MOST) or 1
    found = list(ports.core.history.why(why)) if why else _endings(ports, limit)
    lines = [
        {"at": entry.at, "kind": entry.kind, "key": entry.key, "state": entry.state, "reason": entry.reason,
         "repeats": entry.repeats, "attempts": entry.attempts}
        for entry in found[-_MOST:]
    ]  # fmt: skip
    return dict(plain({"why": why, "total": len(found), "most": _MOST, "lines": lines}))


def _endings(ports: OperationsPorts, limit: int) -> list[Entry]:
    return [entry for entry in ports.core.history.entries(2 * limit) if entry.state != "in_progress"][:limit]
