"""The mark of work and the watches of the timers, as small blobs of the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shared.core.errors import Permanent, Superseded, Transient
from shared.core.ports import Lake
from shared.core.timers.work_mark import Mark, Watch

FOLDER = "idle"
_MARK = f"{FOLDER}/mark.json"
_FOREIGN = (KeyError, TypeError, ValueError, OverflowError)


class LakeWorkMarks:
    """Port `WorkMarks`, on a lake of any kind. A watch that cannot be read counts as absent: then its timer looks."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def current(self) -> Mark | None:
        """The mark that was set last, or None; of one that cannot be read, its version and when it was written."""
        found = self._read(_MARK) or {}
        try:
            return Mark(str(found["token"]), _moment(found["at"]))
        except _FOREIGN:
            blob = self._lake.stat(_MARK)
            return None if blob is None else Mark(blob.etag, blob.modified)

    def set(self, mark: Mark) -> None:
        """Put it in the place of the one before."""
        self._write(_MARK, {"token": mark.token, "at": mark.at.isoformat()})

    def watch(self, name: str) -> Watch | None:
        """What the timer of that name kept, or None."""
        found = self._read(_place(name))
        try:
            return None if found is None else _watch(name, found)
        except _FOREIGN:
            return None

    def keep(self, watch: Watch) -> None:
        """Keep it in the place of the one before."""
        values = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in _values(watch)}
        self._write(_place(watch.name), values)

    def _read(self, path: str) -> Mapping[str, Any] | None:
        try:
            with self._lake.open(path) as source:
                value = json.loads(source.read())
        except (Permanent, Superseded, ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    def _write(self, path: str, value: Mapping[str, Any]) -> None:
        try:
            self._lake.put(path, json.dumps(value).encode(), if_absent=False)
        except Permanent as fault:
            # Whoever wants to write has done nothing wrong: the work goes on when somebody has made room.
            raise Transient(
                f"Nothing is written before a mark of work is stored, and none can be: {fault.reason}"
            ) from fault


def _place(name: str) -> str:
    return f"{FOLDER}/timers/{name}.json"


def _values(watch: Watch) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in asdict(watch).items() if name != "name"]


def _watch(name: str, found: Mapping[str, Any]) -> Watch:
    due, seen = found.get("due"), found.get("seen")
    return Watch(
        name,
        fired_at=_moment(found["fired_at"]),
        woke_at=_moment(found["woke_at"]),
        seen=None if seen is None else str(seen),
        due=None if due is None else _moment(due),
        asked=tuple(map(str, found.get("asked", ()))),
        given_up=int(found.get("given_up", 0)),
    )


def _moment(text: str) -> datetime:
    """The moment; ValueError for a text without a zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return moment
