"""Records and counts: one line each, ids and no content, one operation from the event to the predictions."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from world import World, points_csv

from shared.adapters.files.file_observer import BYTES, FileObserver
from shared.core.log_record import RECORDS_FILE, step_record

CANARY = "canary-4711"


def records(home: Path) -> list[dict[str, Any]]:
    """Every record of a home."""
    return [json.loads(line) for line in (home / "logs" / RECORDS_FILE).read_text(encoding="ascii").splitlines()]


def test_one_operation_leads_from_the_event_to_the_predictions(world: World) -> None:
    """The blob's, drop's, training's, model's and window's records have it; a claim's own id leads to it."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("scoring/points/d2/points.csv", points_csv(8, labelled=False)))
    (dataset,) = world.ports.datasets.versions.list("points")
    all_ = records(world.home)
    (operation,) = {one["operation"] for one in all_ if one.get("dataset") == dataset.id}
    ended = {one["event"] for one in all_ if one["operation"] == operation}
    assert {"blob", "drop", "train", "model", "window"} <= ended
    claims = {one["claim"] for one in all_ if one["event"] == "blob" and one["operation"] == operation}
    assert any(one["operation"] in claims and one["state"] == "in_progress" for one in all_)


def test_no_content_of_files_or_requests_is_told(world: World) -> None:
    """A canary in a cell that is refused stands in the reason people read, and in no record."""
    bad = points_csv(5).replace(b"red", CANARY.encode(), 1) + f"{CANARY},x,y,z\n".encode()
    world.handle(world.land("incoming/points/d1/points.csv", bad))
    assert any(entry.state == "quarantined" for entry in world.ports.core.history.entries())
    assert any(one["state"] == "quarantined" for one in records(world.home))
    assert CANARY not in (world.home / "logs" / RECORDS_FILE).read_text()


def test_a_name_cannot_forge_a_record(world: World) -> None:
    """Line ends, escapes and characters that turn text around become what they look like in code."""
    name = 'incoming/points/d\n{"event": "forged"}\x1b[31m\u202e/points.csv'
    world.ports.core.ledger.note("blob", name, "ignored", "no")
    (record,) = records(world.home)
    assert record["event"] == "blob"
    assert record["key"].isprintable()


def test_requests_are_counted_and_written_together(tmp_path: Path) -> None:
    """One line for each model and ending."""
    observer = FileObserver(tmp_path / "logs", lambda: datetime(2026, 1, 1, tzinfo=UTC), ticks=lambda: 0.0)
    for seconds in (0.001, 0.003):
        observer.request("points", "points:1", "answered", seconds, 2)
    observer.request("points", "", "refused", 0.001, 0)
    observer.flush()
    answered, refused = records(tmp_path)
    assert (answered["requests"], answered["rows"], answered["mean_ms"], answered["max_ms"]) == (2, 4, 2.0, 3.0)
    assert (refused["state"], refused["requests"]) == ("refused", 1)


def test_telling_never_fails_the_work(tmp_path: Path) -> None:
    """A folder that cannot be made is no reason to stop."""
    (tmp_path / "logs").write_text("a file")
    FileObserver(tmp_path / "logs", lambda: datetime(2026, 1, 1, tzinfo=UTC)).record(step_record("blob", "x", "done"))


def test_a_full_file_is_set_aside_once(tmp_path: Path) -> None:
    """However many write at that moment: else a new file of a few lines would take the place of all earlier records."""
    observer = FileObserver(tmp_path / "logs", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    current, older = tmp_path / "logs" / RECORDS_FILE, (tmp_path / "logs" / RECORDS_FILE).with_suffix(".old.jsonl")
    current.parent.mkdir()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(30):
            with current.open("wb") as full:
                full.truncate(BYTES)
            list(pool.map(lambda number: observer.queue("q", 1, number), range(40)))
            assert older.stat().st_size > BYTES
