"""The local Event Grid's inbox."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.files.local_publisher import LocalPublisher
from shared.core.errors import Transient
from shared.core.notice import Notice

NOTICE = Notice(
    "n-1", "Mlops.ModelDeployed", "/mlops", "deployments/adult/1", datetime(2024, 2, 29, 1, tzinfo=UTC), {"model": "ä"}
)


def test_a_notice_becomes_a_cloud_event(tmp_path: Path) -> None:
    """One file, named by the id, with the fields of CloudEvents 1.0."""
    LocalPublisher(tmp_path).publish(NOTICE)
    (place,) = (tmp_path / "eventgrid/inbox").iterdir()
    assert place.name == "n-1.json"
    assert json.loads(place.read_text()) == {
        "specversion": "1.0",
        "id": "n-1",
        "source": "/mlops",
        "type": "Mlops.ModelDeployed",
        "subject": "deployments/adult/1",
        "time": "2024-02-29T01:00:00Z",
        "datacontenttype": "application/json",
        "data": {"model": "ä"},
    }


def test_publishing_again_is_the_same_file(tmp_path: Path) -> None:
    """At least once is not twice."""
    for _ in range(3):
        LocalPublisher(tmp_path).publish(NOTICE)
    assert len(list((tmp_path / "eventgrid/inbox").iterdir())) == 1


@pytest.mark.parametrize("name", ["../../escaped", "a/b", ".hidden", "adult:1", "", "x" * 300, "a\nb"])
def test_an_id_is_never_a_path(tmp_path: Path, name: str) -> None:
    """The file lies in the inbox, visible, and the id is in it."""
    LocalPublisher(tmp_path).publish(replace(NOTICE, id=name))
    files = [place for place in tmp_path.rglob("*") if place.is_file()]
    assert [place.parent.name for place in files] == ["inbox"]
    assert not files[0].name.startswith(".")
    assert json.loads(files[0].read_text())["id"] == name


def test_an_inbox_that_cannot_be_written_is_transient(tmp_path: Path) -> None:
    """The notice stays in the outbox."""
    (tmp_path / "eventgrid").write_text("in the way")
    with pytest.raises(Transient, match="did not take event 'n-1'"):
        LocalPublisher(tmp_path).publish(NOTICE)


class Delivering(Mapping[str, Any]):
    """Data that, when it is written, finds another worker delivering the same event."""

    def __init__(self, rival: LocalPublisher) -> None:
        self._rival = rival

    def __iter__(self) -> Iterator[str]:
        self._rival.publish(NOTICE)
        return iter(("model",))

    def __getitem__(self, name: str) -> Any:
        return "ä"

    def __len__(self) -> int:
        return 1


def test_two_workers_that_deliver_the_same_event_leave_it_whole(tmp_path: Path) -> None:
    """Neither empties the file that the other is about to put there."""
    publisher = LocalPublisher(tmp_path)
    publisher.publish(replace(NOTICE, data=Delivering(publisher)))
    inbox = tmp_path / "eventgrid" / "inbox"
    (file,) = inbox.iterdir()
    assert json.loads(file.read_text())["id"] == NOTICE.id
