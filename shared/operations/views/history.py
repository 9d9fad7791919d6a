"""The page of history: why something did or did not happen."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.ledger import Entry, EntryFilter, Kind, State
from shared.core.plain_json import plain
from shared.operations.following import followed
from shared.operations.views.query import ViewQuery

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_MOST = 500
_PAGE = 100
_INSTANT = timedelta(microseconds=1)
_LAST = datetime.max.replace(tzinfo=UTC) - _INSTANT


def history(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """The newest endings of work, newest first, or every step of what `why` names and what came of it, oldest first.

    `only` names a scenario, `kind` and `state` what is wanted of each; `before` and `skip` are those of `next`.
    """
    why = query.text("why").strip()
    where = EntryFilter(query.text("only"), _one_of(query, "kind", list(Kind)), _one_of(query, "state", list(State)))
    cursor: Mapping[str, Any] | None = None
    if why:
        entries = [entry for entry in followed(ports, why) if _fits(entry, where)]
    else:
        entries, cursor = _endings(ports, where, query)
    lines = entries[-_MOST:]
    value = {
        "why": why, "total": len(entries), "most": _MOST, "lines": [_line(entry) for entry in lines], "next": cursor,
        "kinds": sorted(Kind), "states": sorted(State), "scenarios": sorted(ports.core.scenarios),
    }  # fmt: skip
    return dict(plain(value))


def _line(entry: Entry) -> Mapping[str, Any]:
    return {
        "at": entry.at, "kind": entry.kind, "key": entry.key, "state": entry.state, "reason": entry.reason,
        "repeats": entry.repeats, "attempts": entry.attempts,
    }  # fmt: skip


def _one_of(query: ViewQuery, name: str, known: Collection[str]) -> str:
    value = query.text(name)
    if value and value not in known:
        raise BadInput(f"Parameter {name} is {value[:40]!r}; accepted: {', '.join(sorted(known))}.")
    return value


def _fits(entry: Entry, where: EntryFilter) -> bool:
    named = not where.scenario or where.scenario in entry.key
    return named and where.kind in ("", entry.kind) and where.state in ("", entry.state)


def _endings(
    ports: OperationsPorts, where: EntryFilter, query: ViewQuery
) -> tuple[list[Entry], Mapping[str, Any] | None]:
    """A page of endings, and where the next begins: before a moment, after so many lines of that very moment."""
    limit = query.number("limit", _PAGE, _MOST) or 1
    before, skip = _before(query), query.number("skip", 0, 100_000) or 0
    asked = 2 * limit + skip
    found = list(ports.core.history.entries(asked, replace(where, before=before + _INSTANT if before else None)))
    shown: list[Entry] = []
    last = -1
    for place, entry in enumerate(found[skip:], skip):
        if len(shown) == limit:
            break
        last = place
        if entry.state != State.IN_PROGRESS or where.state == State.IN_PROGRESS:
            shown.append(entry)
    if last + 1 == len(found) < asked or last < 0:
        return shown, None
    at = found[last].at
    return shown, {"before": at.isoformat(), "skip": sum(entry.at == at for entry in found[: last + 1])}


def _before(query: ViewQuery) -> datetime | None:
    text = query.text("before")
    try:
        moment = datetime.fromisoformat(text) if text else None
        # A page asks for what is just after it; neither that nor its time in UTC may lie outside of the calendar.
        readable = moment is None or (moment.tzinfo is not None and moment.astimezone(UTC) <= _LAST)
    except (ValueError, OverflowError):
        moment, readable = None, False
    if not readable:
        raise BadInput(f"Parameter before is {text[:40]!r}; accepted: a moment such as 2026-03-01T12:00:00+00:00.")
    return moment
