"""The mark of work and the watches of the timers, as small blobs of the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shared.core.errors import Missing, Superseded
from shared.core.ports import Lake
from shared.core.timers.work_mark import Mark, Watch

FOLDER = "idle"
_MARK = f"{FOLDER}/mark.json"


class LakeWorkMarks:
    """Port `WorkMarks`, on a lake of any kind. What cannot be read counts as absent: then timers look."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def current(self) -> Mark | None:
        """The mark that was set last, or None."""
        found = self._read(_MARK)
        try:
            return None if found is None else Mark(str(found["token"]), datetime.fromisoformat(found["at"]))
        except (KeyError, TypeError, ValueError):
            return None

    def set(self, mark: Mark) -> None:
        """Put it in the place of the one before."""
        self._write(_MARK, {"token": mark.token, "at": mark.at.isoformat()})

    def watch(self, name: str) -> Watch | None:
        """What the timer of that name kept, or None."""
        found = self._read(_place(name))
        try:
            return None if found is None else _watch(name, found)
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, watch: Watch) -> None:
        """Keep it in the place of the one before."""
        values = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in _values(watch)}
        self._write(_place(watch.name), values)

    def _read(self, path: str) -> Mapping[str, Any] | None:
        try:
            with self._lake.open(path) as source:
                value = json.loads(source.read())
        except (Missing, Superseded, ValueError):
            return None
        return value if isinstance(value, dict) else None

    def _write(self, path: str, value: Mapping[str, Any]) -> None:
        self._lake.put(path, json.dumps(value).encode(), if_absent=False)


def _place(name: str) -> str:
    return f"{FOLDER}/timers/{name}.json"


def _values(watch: Watch) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in asdict(watch).items() if name != "name"]


def _watch(name: str, found: Mapping[str, Any]) -> Watch:
    due, seen = found.get("due"), found.get("seen")
    return Watch(
        name,
        fired_at=datetime.fromisoformat(found["fired_at"]),
        woke_at=datetime.fromisoformat(found["woke_at"]),
        seen=None if seen is None else str(seen),
        due=None if due is None else datetime.fromisoformat(due),
        asked=tuple(map(str, found.get("asked", ()))),
        given_up=int(found.get("given_up", 0)),
    )
