"""The Event Grid webhook of the host: handshakes and batches. What requests get is recorded in test_host_vectors.py."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from host_parts import FAILED, HandClock, ScriptedWorker, database, function, invocations, queues, run

from local.host.database import HostDatabase
from local.host.http.messages import Answer
from local.host.http.webhook import Webhook

SAMPLES = Path(__file__).resolve().parents[4].parent / "shared" / "events"
EVENT = {"id": "1", "eventType": "T", "subject": "s", "data": {}}
CODE = "512d38b6-c7b8-40c8-89fe-f46f9e9622b6"
VALIDATION = [
    {
        "id": "2",
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "data": {"validationCode": CODE, "validationUrl": "https://example.invalid/?id=1"},
    }
]
HANDSHAKE = "SubscriptionValidation"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[HostDatabase]:
    """The host's memory, closed at the end."""
    opened = database(tmp_path)
    yield opened
    opened.close()


class Caller:
    """Calls the webhook of one function, by default as Event Grid would."""

    def __init__(self, memory: HostDatabase, worker: ScriptedWorker) -> None:
        calls = invocations(worker, queues(memory, HandClock()))
        self._hook = Webhook([function("intake", "eventGridTrigger")], calls)

    def __call__(
        self,
        content: object = EVENT,
        *,
        name: str = "intake",
        body: bytes | None = None,
        kind: str = "Notification",
    ) -> Answer:
        """Send one request and return the answer."""
        answers: list[Answer] = []

        async def call() -> None:
            sent = json.dumps(content).encode() if body is None else body
            answers.append(await self._hook.answer("POST", name, {"aeg-event-type": kind}, sent))

        run(call())
        return answers[0]


@pytest.fixture
def worker() -> ScriptedWorker:
    """A worker that always succeeds."""
    return ScriptedWorker()


@pytest.fixture
def call(memory: HostDatabase, worker: ScriptedWorker) -> Caller:
    """A caller in the role of Event Grid."""
    return Caller(memory, worker)


def test_a_batch_is_one_invocation_per_event(call: Caller, worker: ScriptedWorker) -> None:
    """An array of three, and a single object."""
    assert call([EVENT, {**EVENT, "id": "2"}, {**EVENT, "id": "3"}]).status == 202
    assert call({"specversion": "1.0", "id": "4", "type": "T", "source": "/"}).status == 202
    assert [json.loads(data.json)["id"] for _, data, _, _ in worker.asked] == ["1", "2", "3", "4"]


def test_one_failure_fails_the_batch(memory: HostDatabase) -> None:
    """Event Grid sends the whole batch again; the answer reveals nothing but the function's name."""
    answer = Caller(memory, ScriptedWorker(FAILED))([EVENT, {**EVENT, "id": "2"}])
    assert (answer.status, answer.body) == (500, b"Exception while executing function: Functions.intake")


def test_an_unknown_function_is_404(call: Caller) -> None:
    """Also for a handshake, and in another case: nobody can subscribe a function that is not there."""
    assert call(name="unknown").status == call(name="Intake").status == 404
    assert call(VALIDATION, name="unknown", kind=HANDSHAKE).status == 404


@pytest.mark.parametrize("body", [b"", b"{", b"3", b'"text"', b"[1]", b"\xff", b"[" * 100_000])
def test_malformed_is_500_and_runs_nothing(call: Caller, worker: ScriptedWorker, body: bytes) -> None:
    """Event Grid tries again, and the function is not called."""
    assert call(body=body).status == 500
    assert worker.asked == []


def test_events_before_a_malformed_one_are_delivered(call: Caller, worker: ScriptedWorker) -> None:
    """Those after it come when Event Grid tries again."""
    assert call([EVENT, 3, {**EVENT, "id": "2"}]).status == 500
    assert [json.loads(data.json)["id"] for _, data, _, _ in worker.asked] == ["1"]


@pytest.mark.fault(6)
def test_a_batch_of_any_size_is_called_all_at_once(memory: HostDatabase) -> None:
    """5000 events, the most that Event Grid sends, each in a call that waits until the last has begun."""
    together: list[int] = []
    all_here = asyncio.Event()

    async def wait_for_all() -> None:
        together.append(1)
        if len(together) == 5000:
            all_here.set()
        await all_here.wait()

    worker = ScriptedWorker(during=wait_for_all)
    assert Caller(memory, worker)([EVENT] * 5000).status == 202
    assert len(worker.asked) == 5000


@pytest.mark.fault(9)
def test_the_event_grid_handshake_gives_the_code_back(call: Caller, worker: ScriptedWorker) -> None:
    """Status 200, the code, nothing else; no function runs."""
    answer = call(VALIDATION, kind=HANDSHAKE)
    assert (answer.status, json.loads(answer.body)) == (200, {"validationResponse": CODE})
    assert worker.asked == []


@pytest.mark.fault(9)
def test_a_handshake_never_fetches_the_address_it_names(call: Caller) -> None:
    """Whoever has the key and names an address of his own gets the code back, and no visit."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        named = [{**VALIDATION[0], "data": {"validationCode": CODE, "validationUrl": url}}]
        answer = call(named, kind=HANDSHAKE)
        assert (answer.status, url.encode() in answer.body) == (200, False)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded events are not beside this checkout")
def test_recorded_events_of_both_schemas_are_taken(call: Caller) -> None:
    """Events recorded from Azure are accepted."""
    for path in sorted(SAMPLES.glob("*.eventgrid.json")) + sorted(SAMPLES.glob("*.cloudevents.json")):
        assert call(body=path.read_bytes()).status == 202, path.name
    recorded = (SAMPLES / "eventgrid_SubscriptionValidation.json").read_bytes()
    assert json.loads(call(body=recorded, kind=HANDSHAKE).body) == json.loads(
        (SAMPLES / "eventgrid_SubscriptionValidation_response.json").read_bytes()
    )
