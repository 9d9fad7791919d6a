"""`mlops events post`: events of both schemas reach the functions through the real webhook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from command import Command

SUBJECT = "/blobServices/default/containers/mlops/blobs/incoming/bank_marketing/d1/clients.csv"
FACTS = {"api": "PutBlob", "eTag": "0x1", "contentLength": 7, "url": "https://x.blob.core.windows.net/mlops/a"}


def grid_event(identity: str, subject: str = SUBJECT) -> dict[str, Any]:
    """A blob that landed, in Event Grid's schema."""
    return {
        "id": identity, "eventType": "Microsoft.Storage.BlobCreated", "subject": subject, "topic": "t",
        "eventTime": "2026-03-01T12:00:00Z", "dataVersion": "", "metadataVersion": "1", "data": FACTS,
    }  # fmt: skip


def cloud_event(identity: str, subject: str = SUBJECT) -> dict[str, Any]:
    """The same as a CloudEvent."""
    return {
        "id": identity, "type": "Microsoft.Storage.BlobCreated", "subject": subject, "source": "t",
        "time": "2026-03-01T12:00:00Z", "specversion": "1.0", "data": FACTS,
    }  # fmt: skip


def test_events_of_both_schemas_are_worked_on(tmp_path: Path) -> None:
    """Without a host one is started, and each event is asked about a blob that is not there."""
    mlops = Command(tmp_path / "home")
    file = tmp_path / "events.json"
    other = SUBJECT.replace("/d1/", "/d2/")
    file.write_text(json.dumps([grid_event("posted-1"), cloud_event("posted-2", other)]))
    answer = mlops("events", "post", file, "--json")
    assert answer.code == 0, answer.err
    told = [(one["event"], one["schema"], one["function"], one["status"]) for one in answer.json]
    assert told == [
        ("posted-1", "Event Grid", "data_event", 202),
        ("posted-2", "CloudEvents 1.0", "data_event", 202),
    ]
    gone = mlops.sql("SELECT key FROM ledger WHERE state = 'gone' ORDER BY key")
    assert [key for (key,) in gone] == [f"incoming/bank_marketing/{drop}/clients.csv@0x1" for drop in ("d1", "d2")]


def test_a_file_that_cannot_be_meant_is_one_sentence(tmp_path: Path) -> None:
    """No JSON, no event, an event that nobody subscribes to, a function that takes none: nothing is posted."""
    mlops, file = Command(tmp_path / "home"), tmp_path / "event.json"
    wrong: list[tuple[Any, str]] = [
        ("{", "The body is not JSON"),
        ([{"id": "1"}], "Event 0 lacks eventType as text"),
        (grid_event("1", SUBJECT.replace("/mlops/", "/others/")), "No function subscribes to event '1'"),
        ({**cloud_event("2"), "type": "Somebody.Elses"}, "No function subscribes to event '2'"),
    ]
    for content, sentence in wrong:
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        answer = mlops("events", "post", file)
        assert (answer.code, sentence in answer.sentence) == (2, True), answer.err
    file.write_text(json.dumps(grid_event("1")))
    answer = mlops("events", "post", file, "--function", "score")
    assert (answer.code, "accepted: data_event, model_event" in answer.sentence) == (2, True)
    assert not (tmp_path / "home" / "host.db").exists()
