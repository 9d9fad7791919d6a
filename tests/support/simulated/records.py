"""What is written down: in a form that is known, without what is personal, and under names that are no more than names.

I16 to I18. Each line of the journal, each blob and each event is looked at once, when it is new.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from shared.core.blob import check_name
from shared.core.lake_reading import read_bytes
from shared.core.ledger import Entry
from shared.core.paths import commit_path
from simulated.arrivals import CANARY
from simulated.life import Life
from simulated.traits import NAME

# Where files lie as they came, and rows that were read from them.
_CELLS = ("incoming/", "scoring/", "actuals/", "tables/", "telemetry/", "shards/")
_AREAS = (*_CELLS, "quarantine/", "datasets/", "baselines/", "runs/", "models/", "windows/", "monitoring/", "served/")
_AREAS += ("contracts/", "trials/", "history/", "deadletter/", "idle/")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_records(life: Life) -> None:
    """What holds of everything that was written since the last look."""
    _newer(life)
    _journal(life)
    _blobs(life)
    for event in life.published:
        assert CANARY not in str(event), f"I17: an event tells what is personal: {event}"


def _newer(life: Life) -> None:
    """I16: what newer code wrote stands as it is, and nothing is made of it."""
    for path, content in life.newer.items():
        window = path.split("/")[2]
        assert read_bytes(life.ports, path) == content, f"I16: {path}, which newer code wrote, was written again"
        assert life.ports.prediction.predictions.find_commit(NAME, window) is None, f"I16: {window} is guessed"
        commit = commit_path(NAME, window)
        made = commit != path and life.ports.core.lake.stat(commit) is not None
        assert not made, f"I16: {window} was scored by a plan that nobody here can read"


def _journal(life: Life) -> None:
    """I17, I18: no reason holds a cell, and no name breaks a line."""
    for one in _new_lines(life):
        line = f"{one.key} {one.reason} {one.detail}"
        assert CANARY not in line, f"I17: history tells what is personal: {line}"
        assert not _CONTROL.search(one.key + one.reason), f"I18: a name breaks a line of history: {line!r}"


def _new_lines(life: Life) -> Sequence[Entry]:
    """The lines of the journal since the last look, newest first; most steps write few."""
    found: list[Entry] = []
    for most in (40, 10_000):
        entries = life.ports.core.history.entries(most)
        found = list(takewhile(lambda one: _told(one) != life.read, entries))
        if len(found) < most:
            break
    life.read = _told(found[0]) if found else life.read
    return found


def _told(one: Entry) -> tuple[object, ...]:
    return one.at, one.kind, one.key, one.state, one.reason


def _blobs(life: Life) -> None:
    """I17, I18: every blob lies where its kind lies, and only rows hold cells."""
    there = {(blob.path, blob.etag) for blob in life.ports.core.lake.list("")}
    for path, _ in there - life.blobs:
        check_name(path)
        assert path.startswith(_AREAS), f"I18: {path!r} lies where nothing lies"
        if path.endswith((".json", ".html")):
            assert CANARY.encode() not in read_bytes(life.ports, path), f"I17: {path} holds what is personal"
    life.blobs = there
