"""The local host does what Microsoft's host did with the same small app; every difference is named in the docs."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from host_client import Client, Json
from host_vectors import VectorHost, differences, rows_of, scenario

DOCS = Path(__file__).resolve().parents[3] / "docs" / "verification.md"
# Cases whose answer or call differs, each named with its reason in docs/verification.md.
DIFFERENT = {
    "admin.functions.master",
    "ce.time_bad",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> VectorHost:
    """The recorded app on a host."""
    return VectorHost(tmp_path_factory.mktemp("vectors"))


@pytest.fixture(scope="module")
def client(world: VectorHost) -> Iterator[Client]:
    """A client of that host."""
    with world.up() as ready:
        yield ready


@pytest.mark.parametrize("file", ["http.jsonl", "eventgrid.jsonl"])
def test_requests_are_answered_as_recorded(world: VectorHost, client: Client, file: str) -> None:
    """Status, headers, body, and what the functions saw: routes, keys, limits, answers, admin, webhook."""
    found = {case["name"]: differences(world, client, case) for case in rows_of(file)}
    different = {name: lines for name, lines in found.items() if lines}
    assert len(found) > 100
    assert different.keys() == DIFFERENT & found.keys(), {
        name: lines for name, lines in different.items() if name not in DIFFERENT
    }


def test_every_difference_is_named_in_the_docs() -> None:
    """And no case is named there that does not differ."""
    assert (
        set(re.findall(r"`((?:admin|ce|eg|route|header|keys)\.[\w.]+)`", DOCS.read_text(encoding="utf-8"))) == DIFFERENT
    )


def test_queue_outputs_are_stored_as_recorded(world: VectorHost, client: Client) -> None:
    """Texts, texts that are JSON, lists, bytes, messages, failures, sizes: what is stored, and the status."""
    cases = rows_of("outputs.jsonl")
    wrong = [case["name"] for case in cases if _output(world, client, case) != _recorded(case)]
    assert len(cases) > 50
    assert wrong == []


def _output(world: VectorHost, client: Client, case: Json) -> Json:
    body = case["set"]
    data = base64.b64decode(body["b64"]) if isinstance(body, dict) else body.encode()
    request = {"method": "POST", "path": f"/api/{case['function']}", "body_b64": base64.b64encode(data).decode()}
    status = client.send({**request, "headers": {"Content-Type": "application/octet-stream"}})["status"]
    stored = {queue: world.take_messages(f"vq-{queue}") for queue in ("out", "out2")}
    texts = {
        queue: [message.unreadable or message.body.encode() for message in messages]
        for queue, messages in stored.items()
    }
    most = 2 if len(texts["out"]) > 6 else 6  # of many messages two were recorded
    return {
        "status": status,
        **{queue: [len(some), *map(_shown, some[:most])] for queue, some in texts.items() if some},
    }


def _recorded(case: Json) -> Json:
    stored = {
        queue.removeprefix("VQ-"): [content["messages"], *map(_stored, content["texts"])]
        for queue, content in case.get("stored", {}).items()
    }
    return {"status": case["status"], **stored}


def _stored(message: Json) -> str | int:
    return str(message["stored"]) if "stored" in message else int(message["decoded_bytes"])


def _shown(data: str | bytes) -> str | int:
    content = data.encode() if isinstance(data, str) else data
    return len(content) if len(content) > 3000 else base64.b64encode(content).decode()


# Scenarios whose messages the test can put and whose calls need no time; delays are virtual here.
TIMELINES = [
    "success",
    "empty",
    "invalid_utf8",
    "nul_and_control",
    "bom",
    "largest",
    "str_parameter",
    "queue_made_later",
    "fails_twice",
    "always_fails",
    "always_fails_nobody_reads",
    "always_fails_plain_with_ttl",
    "disabled",
    "through",
]


@pytest.mark.parametrize("name", TIMELINES)
def test_messages_are_delivered_as_recorded(world: VectorHost, client: Client, name: str) -> None:
    """Which function gets which message how often, after which time, and what lies in the queues afterwards."""
    assert client.port
    recorded = scenario("queues.jsonl", name)
    queues = {one["queue"].partition("-")[2] for one in recorded["end"]} | {"ok-poison", "lost-poison"}
    for queue in queues:
        world.take_messages(f"vq-{queue}")
    mark, began = world.mark(), world.clock.now
    with world.queues() as store:
        store.put_all([(f"vq-{one['queue']}", _put(one["put"])) for one in recorded["put"]])
    world.host.wake()
    world.settle()
    for before, after in zip(recorded["timeline"], recorded["timeline"][1:], strict=False):
        _pass(world, mark, after["after_s"] - before["after_s"])
    calls = world.seen(mark, "queue")
    assert [_call(row) for row in calls] == [_call(row) for row in recorded["timeline"]]
    assert len({row["id"] for row in calls if row["fn"] != "q_fail_poison" and "id" in row}) <= 1
    assert [_lifetime(row, began) for row in calls if "inserted" in row] == [604800] * len(
        [row for row in calls if "inserted" in row]
    )
    assert _left(world, recorded["end"]) == _left_recorded(recorded["end"], recorded["put"])


def _pass(world: VectorHost, mark: int, seconds: float) -> None:
    """Let the recorded time pass: nothing comes before the visibility time of 2 s, then the next call does."""
    if seconds < 1:
        return
    count = len(world.seen(mark, "queue"))
    world.clock.forward(1.9)
    world.host.wake()
    world.settle()
    assert len(world.seen(mark, "queue")) == count
    world.clock.forward(0.2)
    world.host.wake()
    world.until(lambda: len(world.seen(mark, "queue")) > count)
    world.settle()


def _put(put: str | Json) -> str | bytes:
    return put if isinstance(put, str) else base64.b64decode(put["b64"])


def _call(row: Json) -> tuple[str, int | None, object]:
    return row["fn"], row.get("dequeue_count"), row.get("body", row.get("value"))


def _lifetime(row: Json, began: float) -> int:
    from datetime import datetime

    assert datetime.fromisoformat(row["inserted"]).timestamp() >= began - 1
    lifetime = datetime.fromisoformat(row["expires"]) - datetime.fromisoformat(row["inserted"])
    return round(lifetime.total_seconds())


def _left(world: VectorHost, end: list[Json]) -> dict[str, list[str]]:
    names = [one["queue"].partition("-")[2] for one in end]
    left = {name: world.take_messages(f"vq-{name}") for name in names}
    return {
        name: [str(_shown(one.unreadable or one.body)) for one in messages]
        for name, messages in left.items()
        if messages
    }


def _left_recorded(end: list[Json], put: list[Json]) -> dict[str, list[str]]:
    # What earlier scenarios left in a poison queue is not what this one left there.
    queues = {one["queue"].partition("-")[2]: one["visible"] or [] for one in end}
    if any(name.endswith("-poison") for name in queues) and put[0]["queue"] == "ok":
        own = {base64.b64encode(_bytes(one["put"])).decode() for one in put}
        queues = {name: [one for one in rows if one["stored"] in own] for name, rows in queues.items()}
    return {name: [one["stored"] for one in rows[-1:]] for name, rows in queues.items() if rows}


def _bytes(put: str | Json) -> bytes:
    data = _put(put)
    return data.encode() if isinstance(data, str) else data


def test_a_poison_queue_gives_a_failed_message_back_after_ten_minutes(world: VectorHost, client: Client) -> None:
    """Not after the visibility time, without end, and there is no poison queue of a poison queue."""
    assert client.port
    again = scenario("queues.jsonl", "poison_function_fails_again")["timeline"][1]["after_s"]
    mark = world.mark()
    world.host.put("vq-pf-poison", "doomed")
    world.settle()
    for count in range(2, 8):
        world.clock.forward(again - 1)
        world.host.wake()
        world.settle()
        assert len(world.seen(mark, "queue")) == count - 1
        world.clock.forward(1)
        world.host.wake()
        world.settle()
        world.until(lambda: len(world.seen(mark, "queue")) == count)  # noqa: B023 - waited for within the turn
    assert [row["dequeue_count"] for row in world.seen(mark, "queue")] == [1, 2, 3, 4, 5, 6, 7]
    world.settle()
    with world.queues() as store:
        assert [message.queue for message in store.list() if "-pf" in message.queue] == ["vq-pf-poison"]


@pytest.mark.parametrize(("queue", "called"), [("ok", []), ("fail", ["q_fail_poison"]), ("pf-poison", ["q_pf_poison"])])
def test_a_sixth_delivery_goes_to_poison_without_a_call(
    world: VectorHost, client: Client, queue: str, called: list[str]
) -> None:
    """A message that others took five times before; a poison queue's is called all the same."""
    assert client.port
    assert [row["fn"] for row in scenario("queues.jsonl", f"sixth_delivery_{queue}")["timeline"]] == called
    world.take_messages(f"vq-{queue}")
    world.settle()
    mark = world.mark()
    with world.queues() as store:
        store.put(f"vq-{queue}", "taken five times before")
        for _ in range(5):
            (message,) = store.get(f"vq-{queue}", 1, 60.0)
            store.release(message, 0.0)
    world.host.wake()
    world.settle()
    assert [row["fn"] for row in world.seen(mark, "queue")] == called
    world.take_messages(f"vq-{queue}")
    world.take_messages(f"vq-{queue}-poison")


def test_no_more_messages_run_at_once_than_recorded(world: VectorHost, client: Client) -> None:
    """BatchSize 4 and newBatchThreshold 2: six where calls take unequal times."""
    assert client.port
    recorded = scenario("queues.jsonl", "uneven")
    mark = world.mark()
    bodies = [json.dumps({"seconds": 0.02 if number % 2 else 0.1, "n": number}) for number in range(24)]
    world.host.put("vq-slow", *bodies)
    world.settle()
    assert _most_at_once(world.seen(mark, "queue")) == recorded["most_at_once"] == 6


def _most_at_once(rows: list[Json]) -> int:
    running = most = 0
    for row in rows:
        running += 1 if row["phase"] == "begin" else -1
        most = max(most, running)
    return most


def test_a_host_that_is_full_refuses_as_recorded(world: VectorHost, client: Client, tmp_path: Path) -> None:
    """Of 150 at once 32 run, 100 are answered and the rest is 429: before keys and routes, but not below /admin."""
    recorded = scenario("faults.jsonl", "burst_150")
    mark, statuses, held = world.mark(), [], tmp_path / "held"
    held.touch()
    sleep = {"method": "GET", "path": f"/api/sleep?s=0&while={held}", "headers": {}}
    threads = [threading.Thread(target=lambda: statuses.append(client.send(sleep)["status"])) for _ in range(150)]
    for thread in threads:
        thread.start()
    world.until(lambda: statuses.count(429) == 50)
    asked = _asked_while_full(client)
    held.unlink()
    for thread in threads:
        thread.join()
    assert {str(one): statuses.count(one) for one in statuses} == recorded["statuses"]
    assert _most_at_once(world.seen(mark, "http")) == recorded["function"]["most_at_once"]
    saturated = scenario("faults.jsonl", "saturated")["answers"]
    for one in saturated.values():
        one["headers"].pop("date")
    for name in ("no_key", "anonymous", "unknown_route", "wrong_method", "event"):
        assert asked[name] == {"status": saturated[name]["status"], "headers": saturated[name]["headers"]}
    assert asked["admin_status"]["status"] == saturated["admin_status"]["status"] == 200


def _asked_while_full(client: Client) -> dict[str, Json]:
    def get(path: str, method: str = "GET") -> Json:
        return {"method": method, "path": path, "headers": {}}

    event = "/runtime/webhooks/eventgrid?functionName=eg_ok&code={{url:system}}"
    requests = {
        "no_key": get("/api/echo"),
        "anonymous": get("/api/onlyget"),
        "unknown_route": get("/api/unknown"),
        "wrong_method": get("/api/onlyget", "PUT"),
        "event": {**get(event, "POST"), "headers": {"aeg-event-type": "Notification"}, "body": "[]"},
        "admin_status": {**get("/admin/host/status"), "headers": {"x-functions-key": "{{key:master}}"}},
    }
    answers = {name: client.send(request) for name, request in requests.items()}
    for answer in answers.values():
        answer["headers"].pop("date")
    return {name: {"status": answer["status"], "headers": answer["headers"]} for name, answer in answers.items()}


def test_a_caller_that_leaves_ends_no_call(world: VectorHost, client: Client) -> None:
    """The function ends as if the caller were there."""
    assert scenario("faults.jsonl", "client_leaves")["function"] == {"begun": 1, "ended": 1, "most_at_once": 1}
    mark = world.mark()
    with client.connected() as connection:
        connection.sendall(client.wire({"method": "GET", "path": "/api/sleep?s=0.1", "headers": {}}))
        world.until(lambda: len(world.seen(mark)) == 1)
    world.settle()
    assert [row["phase"] for row in world.seen(mark)] == ["begin", "end"]
