"""Our events reach a topic through Microsoft's own client, and whatever the topic answers is told in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from azure.core.credentials import AzureKeyCredential
from fault_proxy import LOSE, RESET, Fault, FaultProxy, request

from local.host.http.key_file import KeyFile
from local.host.http.keys import EVENT_GRID
from local.host.http.messages import Answer
from local.host.http.topic import MAX_BYTES, PATH, Topic
from shared.adapters.azure.grid_publisher import ROLE, GridPublisher, topic_client
from shared.adapters.azure.retry_policy import RetryPolicy
from shared.core.errors import BadInput, Transient
from shared.core.errors import Fault as OurFault
from shared.core.notice import Notice

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOTICE = Notice("ModelDeployed-1", "Mlops.ModelDeployed", "/mlops", "deployments/points/1", NOW, {"model": "points:1"})
SOON = RetryPolicy(connect=2, read=1, first_pause=0.01, growth=1, jitter=0, retries=2, longest_pause=0.02)
POST = request("POST", "/api/events")


class Grid:
    """The laptop's topic on a port of its own, and what it took."""

    def __init__(self, keys: KeyFile) -> None:
        self.taken: list[dict[str, Any]] = []
        self._topic = Topic(keys, self.taken.extend)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self._topic.answer

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path.startswith(PATH)
                body = self.rfile.read(int(self.headers["content-length"]))
                told = answer({name.lower(): value for name, value in self.headers.items()}, body)
                self.send_response(told.status)
                self.send_header("content-length", str(len(told.body)))
                self.end_headers()
                self.wfile.write(told.body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    """The keys of a home."""
    return KeyFile(tmp_path)


@pytest.fixture
def grid(keys: KeyFile) -> Iterator[Grid]:
    """A topic that listens."""
    grid = Grid(keys)
    thread = Thread(target=grid.server.serve_forever, daemon=True)
    thread.start()
    yield grid
    grid.server.shutdown()
    grid.server.server_close()
    thread.join()


@contextmanager
def publisher(port: int, key: str) -> Iterator[GridPublisher]:
    """The adapter on that port."""
    endpoint = f"http://127.0.0.1:{port}{PATH}"
    with topic_client(endpoint, AzureKeyCredential(key), SOON) as client:
        yield GridPublisher(client, endpoint)


def test_a_notice_arrives_as_a_cloud_event(grid: Grid, keys: KeyFile) -> None:
    """With everything it says, under its own id."""
    with publisher(grid.server.server_port, keys.keys().systems[EVENT_GRID]) as one:
        one.publish(NOTICE)
    (event,) = grid.taken
    assert {name: event[name] for name in ("specversion", "id", "source", "type", "subject", "data")} == {
        "specversion": "1.0",
        "id": NOTICE.id,
        "source": "/mlops",
        "type": "Mlops.ModelDeployed",
        "subject": "deployments/points/1",
        "data": {"model": "points:1"},
    }
    assert datetime.fromisoformat(event["time"]) == NOW


@pytest.mark.parametrize("fault", [Fault("answer", 503), Fault("answer", 429, {"Retry-After": "0"})])
def test_a_busy_topic_is_asked_again(grid: Grid, keys: KeyFile, fault: Fault) -> None:
    """Within the call, as often as the retry policy allows."""
    with FaultProxy(grid.server.server_port) as proxy, publisher(proxy.port, keys.keys().systems[EVENT_GRID]) as one:
        proxy.plan(fault, when=POST)
        one.publish(NOTICE)
        assert proxy.hits == 1
    assert [event["id"] for event in grid.taken] == [NOTICE.id]


@pytest.mark.parametrize(("fault", "arrived"), [(RESET, 1), (LOSE, 2)])
def test_an_answer_that_does_not_come_leaves_the_notice_waiting(
    grid: Grid, keys: KeyFile, fault: Fault, arrived: int
) -> None:
    """The outbox hands it out again, under the same id, so that a reader sees it is the same event."""
    with FaultProxy(grid.server.server_port) as proxy, publisher(proxy.port, keys.keys().systems[EVENT_GRID]) as one:
        proxy.plan(fault, when=POST)
        with pytest.raises(Transient):
            one.publish(NOTICE)
        one.publish(NOTICE)
    assert [event["id"] for event in grid.taken] == [NOTICE.id] * arrived


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (503, Transient, "gave no usable answer"),
        (404, Transient, "EVENTS_URL"),
        (401, Transient, ROLE),
        (403, Transient, ROLE),
        (400, BadInput, "refuses event 'ModelDeployed-1'"),
        (413, BadInput, "refuses event 'ModelDeployed-1'"),
    ],
)
def test_what_stays_wrong_is_said_in_words(
    grid: Grid, keys: KeyFile, status: int, kind: type[OurFault], words: str
) -> None:
    """Whether waiting helps, and what to look at; the key is in no sentence."""
    with FaultProxy(grid.server.server_port) as proxy, publisher(proxy.port, keys.keys().systems[EVENT_GRID]) as one:
        for number in range(1, 9):
            proxy.plan(Fault("answer", status), when=POST, nth=number)
        with pytest.raises(kind) as told:
            one.publish(NOTICE)
    assert words in told.value.reason
    assert keys.keys().systems[EVENT_GRID] not in told.value.reason
    assert grid.taken == []


def test_nobody_listening_is_a_passing_fault(grid: Grid, keys: KeyFile) -> None:
    """A topic that is not there."""
    grid.server.socket.close()
    with publisher(grid.server.server_port, keys.keys().systems[EVENT_GRID]) as one, pytest.raises(Transient):
        one.publish(NOTICE)


def test_a_wrong_key_takes_nothing(grid: Grid) -> None:
    """The sentence names the role that is missing."""
    with publisher(grid.server.server_port, "wrong") as one, pytest.raises(Transient, match=ROLE):
        one.publish(NOTICE)
    assert grid.taken == []


def test_an_event_that_is_too_large_will_never_go(grid: Grid, keys: KeyFile) -> None:
    """A topic takes a megabyte."""
    large = replace(NOTICE, data={"text": "x" * (MAX_BYTES + 1)})
    with publisher(grid.server.server_port, keys.keys().systems[EVENT_GRID]) as one, pytest.raises(BadInput):
        one.publish(large)


def asked(keys: KeyFile, content: Any, kind: str = "application/cloudevents-batch+json; charset=utf-8") -> Answer:
    """What a topic answers to a request with the right key."""
    topic = Topic(keys, lambda _: None)
    headers = {"aeg-sas-key": keys.keys().systems[EVENT_GRID], "content-type": kind}
    return topic.answer(headers, content if isinstance(content, bytes) else json.dumps(content).encode())


EVENT = {"specversion": "1.0", "id": "1", "type": "T", "source": "/s"}


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"{", "application/cloudevents+json", "not JSON"),
        ([], "application/cloudevents-batch+json", "0 events"),
        ([EVENT, {**EVENT, "source": ""}], "application/cloudevents-batch+json", "Event 1 is no CloudEvent"),
        ([{"id": "1", "eventType": "T"}], "application/cloudevents-batch+json", "Event 0 is no CloudEvent"),
        ([EVENT], "application/json", "'application/json'"),
    ],
)
def test_a_topic_says_what_it_does_not_take(keys: KeyFile, content: Any, kind: str, words: str) -> None:
    """400 with a sentence, and nothing of the batch is kept."""
    answer = asked(keys, content, kind)
    assert answer.status == 400
    assert words in answer.body.decode()


def test_a_topic_takes_one_event_or_many(keys: KeyFile) -> None:
    """Both forms of the HTTP binding."""
    assert asked(keys, EVENT, "application/cloudevents+json").status == 200
    assert asked(keys, [EVENT, {**EVENT, "id": "2"}]).status == 200
