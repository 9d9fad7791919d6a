"""The Event Grid webhook of the host: keys, handshakes, batches."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from host_parts import FAILED, HandClock, ScriptedWorker, database, function, invocations, queues, run

from local.host.database import HostDatabase
from local.host.http.keys import EVENT_GRID, Keys, load_keys
from local.host.http.webhook import Answer, Request, Webhook

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


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[HostDatabase]:
    """The host's memory, closed at the end."""
    opened = database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """The keys of this home."""
    return load_keys(tmp_path)


class Caller:
    """Calls the webhook of one function, by default as Event Grid would."""

    def __init__(self, memory: HostDatabase, keys: Keys, worker: ScriptedWorker) -> None:
        self._hook = Webhook(
            [function("intake", "eventGridTrigger")], keys, invocations(worker, queues(memory, HandClock()))
        )
        self._key = keys.systems[EVENT_GRID]

    def __call__(
        self,
        content: object = EVENT,
        *,
        method: str = "POST",
        name: str = "intake",
        key: str | None = None,
        body: bytes | None = None,
        **headers: str,
    ) -> Answer:
        """Send one request and return the answer."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()} or {
            "aeg-event-type": "Notification"
        }
        offered = [self._key if key is None else key]
        request = Request(method, name, offered, headers, json.dumps(content).encode() if body is None else body)
        answers: list[Answer] = []

        async def call() -> None:
            answers.append(await self._hook.answer(request))

        run(call())
        return answers[0]


@pytest.fixture
def worker() -> ScriptedWorker:
    """A worker that always succeeds."""
    return ScriptedWorker()


@pytest.fixture
def call(memory: HostDatabase, keys: Keys, worker: ScriptedWorker) -> Caller:
    """A caller in the role of Event Grid."""
    return Caller(memory, keys, worker)


def test_a_batch_is_one_invocation_per_event(call: Caller, worker: ScriptedWorker) -> None:
    """An array of three, a single object, and the function's name in any case."""
    assert call([EVENT, {**EVENT, "id": "2"}, {**EVENT, "id": "3"}]).status == 202
    assert call({"specversion": "1.0", "id": "4", "type": "T", "source": "/"}, name="Intake").status == 202
    assert [json.loads(data.json)["id"] for _, data, _, _ in worker.asked] == ["1", "2", "3", "4"]


def test_one_failure_fails_the_batch(memory: HostDatabase, keys: Keys) -> None:
    """Event Grid sends the whole batch again; the answer reveals nothing about the function."""
    answer = Caller(memory, keys, ScriptedWorker(FAILED))([EVENT, {**EVENT, "id": "2"}])
    assert answer.status == 500
    assert "on purpose" not in answer.body


@pytest.mark.fault(9)
def test_keys_come_before_everything(call: Caller, keys: Keys, worker: ScriptedWorker) -> None:
    """401 without the system key, whatever the function or the body; a function key does not open the webhook."""
    for key in ("", "wrong", next(iter(keys.functions.values()))):
        for name in ("intake", "unknown"):
            assert call(key=key, name=name, body=b"{").status == 401
            assert call(VALIDATION, key=key, name=name, aeg_event_type="SubscriptionValidation").status == 401
    assert call(key=keys.master).status == 202
    assert len(worker.asked) == 1


def test_an_event_without_a_key_is_told_which_one_and_where_it_is(call: Caller) -> None:
    """One answer for a missing and for a wrong key; the command that it names has the option."""
    event = json.loads((SAMPLES.parent / "cases" / "104-event-without-key" / "event.json").read_bytes())
    answers = [call(event, key=key) for key in ("", "wrong")]
    assert answers[0] == answers[1]
    assert answers[0].status == 401
    assert EVENT_GRID in answers[0].body
    assert "mlops keys list --events --reveal" in answers[0].body


def test_an_unknown_function_is_404(call: Caller) -> None:
    """Also for a handshake: nobody can subscribe a function that is not there."""
    assert call(name="unknown").status == 404
    assert call(VALIDATION, name="unknown", aeg_event_type="SubscriptionValidation").status == 404


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"3", b'"text"', b"[1]", b"{}", b'{"id": 1, "eventType": "T"}', b"\xff", b"[" * 100_000]
)
def test_malformed_is_400_and_runs_nothing(call: Caller, worker: ScriptedWorker, body: bytes) -> None:
    """Event Grid dead-letters such a batch at once."""
    assert call(body=body).status == 400
    assert worker.asked == []


def test_a_malformed_event_does_not_keep_the_others(
    call: Caller, worker: ScriptedWorker, caplog: pytest.LogCaptureFixture
) -> None:
    """They run; the log names its place in the batch and what it lacks."""
    assert call([{"id": 1}, EVENT, 3, {**EVENT, "id": "2"}]).status == 202
    assert [json.loads(data.json)["id"] for _, data, _, _ in worker.asked] == ["1", "2"]
    assert "Event 0 lacks id and eventType as text." in caplog.text
    assert "Event 2 is no JSON object." in caplog.text


@pytest.mark.fault(6)
def test_a_batch_has_at_most_5000_events(call: Caller, worker: ScriptedWorker) -> None:
    """5001 are refused as a whole."""
    assert call([EVENT] * 5001).status == 400
    assert call([EVENT] * 5000).status == 202
    assert len(worker.asked) == 5000


@pytest.mark.fault(9)
def test_the_event_grid_handshake_gives_the_code_back(call: Caller, worker: ScriptedWorker) -> None:
    """Status 200, the code, nothing else; no function runs."""
    answer = call(VALIDATION, aeg_event_type="SubscriptionValidation")
    assert (answer.status, json.loads(answer.body)) == (200, {"validationResponse": CODE})
    assert worker.asked == []


@pytest.mark.fault(9)
def test_a_handshake_never_fetches_the_address_it_names(call: Caller) -> None:
    """Whoever has the key and names an address of his own gets the code back, and no visit."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        named = [{**VALIDATION[0], "data": {"validationCode": CODE, "validationUrl": url}}]
        answer = call(named, aeg_event_type="SubscriptionValidation")
        assert (answer.status, url in answer.body) == (200, False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_handshake_without_a_code_is_400(call: Caller) -> None:
    """Other events under the handshake's header are no handshake."""
    assert call([EVENT], aeg_event_type="SubscriptionValidation").status == 400
    assert call([{**VALIDATION[0], "data": None}], aeg_event_type="SubscriptionValidation").status == 400


def test_the_cloudevents_handshake_allows_the_origin(call: Caller) -> None:
    """OPTIONS with an origin; the rate is given back when one was asked for."""
    answer = call(method="OPTIONS", webhook_request_origin="eventgrid.azure.net", webhook_request_rate="120")
    assert answer.status == 200
    assert answer.headers == {"WebHook-Allowed-Origin": "eventgrid.azure.net", "WebHook-Allowed-Rate": "120"}
    assert call(method="OPTIONS", other="x").status == 400
    assert call(method="OPTIONS", key="wrong", webhook_request_origin="x").status == 401


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded events are not beside this checkout")
def test_recorded_events_of_both_schemas_are_taken(call: Caller) -> None:
    """Events recorded from Azure are accepted."""
    for path in sorted(SAMPLES.glob("*.eventgrid.json")) + sorted(SAMPLES.glob("*.cloudevents.json")):
        assert call(body=path.read_bytes()).status == 202, path.name
    recorded = (SAMPLES / "eventgrid_SubscriptionValidation.json").read_bytes()
    assert json.loads(call(body=recorded, aeg_event_type="SubscriptionValidation").body) == json.loads(
        (SAMPLES / "eventgrid_SubscriptionValidation_response.json").read_bytes()
    )
