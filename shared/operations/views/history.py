"""The page of history: why something did or did not happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.ledger import Entry, State
from shared.core.plain_json import plain
from shared.operations.following import followed
from shared.operations.views.query import ViewQuery

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_MOST = 500


def history(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """The newest endings of work, newest first, or every step of what `why` names and what came of it, oldest first."""
    why = query.text("why").strip()
    limit = query.number("limit", 100, _MOST) or 1
    entries = list(followed(ports, why)) if why else _endings(ports, limit)
    lines = [
        {"at": entry.at, "kind": entry.kind, "key": entry.key, "state": entry.state, "reason": entry.reason,
         "repeats": entry.repeats, "attempts": entry.attempts}
        for entry in entries[-_MOST:]
    ]  # fmt: skip
    return dict(plain({"why": why, "total": len(entries), "most": _MOST, "lines": lines}))


def _endings(ports: OperationsPorts, limit: int) -> list[Entry]:
    return [entry for entry in ports.core.history.entries(2 * limit) if entry.state != State.IN_PROGRESS][:limit]
