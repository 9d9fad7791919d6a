"""The whole host on a small app, through Azure's own worker library: from the outside, as its users see it."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.host.events.eventgrid import Subscription, inbox_of
from local.host.functions_host import Host
from local.host.http.keys import EVENT_GRID
from local.host.queues.queue_store import open_queues
from local.host.running import RunningHost, running_host
from local.host.worker import NotIndexed
from shared.core.errors import Conflict, Misconfigured, Missing, Transient

SAMPLE = Path(__file__).parent / "sample_app"
PROJECT = Path(__file__).resolve().parents[3]


class World:
    """A home with a host on the sample app."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.trace = home / "trace"
        self.environ = {
            "SAMPLE_QUEUE": "sample-work",
            "SAMPLE_SCHEDULE": "0 0 0 1 1 *",
            "SAMPLE_TRACE": str(self.trace),
            "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT": "1000",
            "LOCAL_WAITS": "0",
            **settings,
        }
        self.host = self.build()

    def build(self, port: int = 0, subscriptions: dict[str, Subscription] | None = None) -> Host:
        """A host on this home."""
        return Host(SAMPLE, self.home, self.environ, port=port, subscriptions=subscriptions)

    @contextmanager
    def up(self, **parts: Any) -> Iterator[None]:
        """A host works inside the block, and none after it, whatever happens."""
        self.host = self.build(**parts)
        self.host.start()
        try:
            yield
        finally:
            self.host.stop()

    def told(self) -> list[dict[str, Any]]:
        """The facts that the functions wrote down."""
        text = self.trace.read_text(encoding="utf-8") if self.trace.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def bodies(self) -> list[str]:
        """The messages the queue function saw."""
        return [fact["body"] for fact in self.told() if fact["kind"] == "queue"]

    def until(self, true: Callable[[], bool], seconds: float = 300) -> None:
        """Wait for something that must happen."""
        ends = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < ends, self.told()
            time.sleep(0.01)

    def settle(self) -> None:
        """Wait until nothing is due."""
        self.until(self.host.idle)

    def url(self, path: str) -> str:
        """Where the host answers."""
        return f"http://127.0.0.1:{self.host.port}{path}"

    def get(self, path: str, key: str = "") -> httpx.Response:
        """One request."""
        return httpx.get(self.url(path), headers={"x-functions-key": key} if key else {})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A host that all tests of this file share."""
    world = World(tmp_path_factory.mktemp("home"))
    with world.up():
        yield world


@pytest.fixture
def world(running: World) -> World:
    """The running world with nothing written down yet."""
    running.settle()
    running.trace.unlink(missing_ok=True)
    return running


def test_an_answer_is_whole_before_its_connection_closes(world: World) -> None:
    """A caller that wants the connection closed has the head and all of the body before it is."""
    with socket.create_connection(("127.0.0.1", world.host.port), timeout=10) as caller:
        key = world.host.function_key
        caller.sendall(
            f"GET /api/things/pump HTTP/1.1\r\nHost: a\r\nx-functions-key: {key}\r\nConnection: close\r\n\r\n".encode()
        )
        with caller.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 201 ")
    _, content, *end = body.split(b"\r\n")
    assert json.loads(content)["route"] == {"name": "pump"}
    assert end == [b"0", b"", b""]


def test_a_dropped_file_goes_through_event_function_queue_and_function(world: World) -> None:
    """Event Grid trigger, a list on a queue output, queue trigger: two messages, once each. Then the host is idle."""
    drop = world.home / "lake/incoming/churn/d"
    drop.mkdir(parents=True)
    (drop / "a.csv").write_text("a\n1\n", encoding="utf-8")
    assert not world.host.idle()
    world.settle()
    subject = "/blobServices/default/containers/mlops/blobs/incoming/churn/d/a.csv"
    assert sorted(world.bodies()) == [f"first {subject}", f"second {subject}"]
    assert {fact["count"] for fact in world.told()} == {1}
    assert world.told()[0]["inserted"].startswith("20")


def test_an_event_file_written_by_another_process_is_delivered(world: World) -> None:
    """A file moved into the inbox is enough; both schemas work."""
    event = {"specversion": "1.0", "id": "1", "source": "/", "type": "Mlops.X", "subject": "cloud"}
    partial = inbox_of(world.home) / ".x.json"
    partial.write_text(json.dumps(event), encoding="utf-8")
    partial.rename(inbox_of(world.home) / "x.json")
    assert not world.host.idle()
    world.until(lambda: len(world.bodies()) == 2)
    assert sorted(world.bodies()) == ["first cloud", "second cloud"]


def test_messages_from_here_and_from_another_process_are_taken(world: World) -> None:
    """Both arrive."""
    store, memory = open_queues(world.home, time.time)
    store.put("sample-work", "other process")
    memory.close()
    world.host.put("sample-work", "this process")
    world.until(lambda: len(world.bodies()) == 2)
    assert sorted(world.bodies()) == ["other process", "this process"]


def test_a_timer_can_be_fired(world: World) -> None:
    """In this process, and over the admin route with the master key."""
    assert world.host.fire("tick").ok
    assert world.told() == [{"kind": "timer", "past_due": False}]
    assert httpx.post(world.url("/admin/functions/tick")).status_code == 401
    master = {"x-functions-key": world.host.keys.master}
    assert httpx.post(world.url("/admin/functions/tick"), headers=master, json={}).status_code == 202
    world.until(lambda: len(world.told()) == 2)
    assert httpx.post(world.url("/admin/functions/none"), headers=master, json={}).status_code == 404
    with pytest.raises(Missing, match="known: tick"):
        world.host.fire("none")


def test_http_routes_methods_and_parameters(world: World) -> None:
    """Prefix, optional parameter with a constraint, status, header and body of the function; 404 beside it."""
    key = world.host.function_key
    answer = httpx.post(world.url("/api/things/a%20b/3"), headers={"x-functions-key": key}, content=b"hello")
    assert (answer.status_code, answer.headers["X-One"]) == (201, "1")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"route": {"name": "a b", "number": "3"}, "method": "POST", "body": "hello"}
    assert world.get("/api/things/x", key).json()["route"] == {"name": "x"}
    assert world.get("/api/things/x/y", key).status_code == 404
    assert world.get("/things/x", key).status_code == 404
    assert httpx.delete(world.url("/api/things/x"), headers={"x-functions-key": key}).status_code == 404
    assert httpx.put(world.url("/api/cookies"), content=b"123").text == "PUT 3"
    assert world.get("/").status_code == 204
    assert world.get("/").content == b""


def test_keys_open_what_they_should(world: World) -> None:
    """Header or query; missing and wrong give the same answer; admin asks for the master key."""
    key, master = world.host.function_key, world.host.keys.master
    missing, wrong = world.get("/api/things/x"), world.get("/api/things/x", "wrong")
    assert (missing.status_code, missing.text) == (wrong.status_code, wrong.text) == (401, "")
    assert world.get(f"/api/things/x?code={key}").status_code == 201
    assert world.get("/api/things/x?code=wrong", key).status_code == 201
    assert world.get(f"/api/things/x?code={key}", "wrong").status_code == 401
    assert world.get("/api/things/x", world.host.keys.systems[EVENT_GRID]).status_code == 401
    assert world.get("/api/health").text == "well"
    assert [world.get("/api/operate", one).status_code for one in ("", key, master)] == [401, 401, 200]
    assert world.get("/admin/host/status", key).status_code == 401
    assert world.get("/admin/host/status", master).json()["state"] == "Running"


def test_a_crash_is_500_and_keeps_its_reason_for_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """No stack trace and no detail for the caller; the log has the reason, and no key."""
    key = world.host.function_key
    with caplog.at_level(logging.DEBUG, "mlops.host"):
        answer = httpx.get(world.url(f"/api/crash?code={key}"))
        world.get("/api/crash", "a-wrong-key")
        world.get("/api/crash?code=a-wrong-key")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    host_log = "\n".join(record.getMessage() for record in caplog.records if record.name == "mlops.host")
    assert "a secret detail" in host_log
    assert "Traceback" in host_log
    assert key not in host_log
    assert "a-wrong-key" not in host_log


@pytest.mark.fault(71)
def test_a_body_over_the_limit_is_500(world: World) -> None:
    """By its declared length; one that comes in chunks reaches the function empty, whatever its size."""
    headers = {"x-functions-key": world.host.function_key}
    assert httpx.post(world.url("/api/things/x"), headers=headers, content=b"x" * 1000).status_code == 201
    assert httpx.post(world.url("/api/things/x"), headers=headers, content=b"x" * 1001).status_code == 500
    parts = (b"x" * 100 for _ in range(11))
    assert httpx.post(world.url("/api/things/x"), headers=headers, content=parts).json()["body"] == ""


def test_what_an_http_function_sends_is_queued_before_it_answers(world: World) -> None:
    """A 2xx promises that the message is kept."""
    world.get("/api/things/x?send=kept", world.host.function_key)
    world.settle()
    assert world.bodies() == ["kept"]


def test_the_webhook_answers_over_http(world: World) -> None:
    """As Event Grid in Azure would call it, with the key in the query."""
    path = f"/runtime/webhooks/eventgrid?functionName=intake&code={world.host.keys.systems[EVENT_GRID]}"
    event = {"id": "1", "eventType": "T", "subject": "posted", "data": {}}
    headers = {"aeg-event-type": "Notification"}
    assert httpx.post(world.url(path), headers=headers, json=[event]).status_code == 202
    assert httpx.post(world.url(path), headers=headers, json=[{**event, "subject": "fail"}]).status_code == 500
    told = [httpx.post(world.url(one), headers=headers, json=[event]) for one in (path + "x", path.partition("&")[0])]
    assert [answer.status_code for answer in told] == [401, 401]
    assert told[0].text == told[1].text
    assert f"{EVENT_GRID}, as ?code=" in told[0].text
    assert "mlops keys list --events --reveal" in told[0].text
    options = httpx.options(world.url(path), headers={"WebHook-Request-Origin": "eventgrid.azure.net"})
    assert options.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    validation = [{"id": "1", "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent"}]
    validation[0]["data"] = {"validationCode": "c"}  # type: ignore[assignment] - one event of several kinds of values
    answer = httpx.post(world.url(path), headers={"aeg-event-type": "SubscriptionValidation"}, json=validation)
    assert answer.json() == {"validationResponse": "c"}
    world.settle()
    assert sorted(world.bodies()) == ["first posted", "second posted"]


def test_only_the_loopback_interface_listens(world: World) -> None:
    """No other address of this machine answers on the port."""
    with socket.socket() as other, pytest.raises(OSError, match=r"refused|reach|assign"):
        other.connect(("127.0.0.2", world.host.port))


def test_a_second_host_on_the_home_is_refused(world: World) -> None:
    """And changes nothing about the first."""
    with pytest.raises(Conflict, match=rf"process {os.getpid()}, port {world.host.port}"):
        world.build().start()
    assert running_host(world.home) is not None
    assert world.get("/api/health").status_code == 200


def test_a_taken_port_is_one_sentence(world: World, tmp_path: Path) -> None:
    """And the home is free again."""
    other = World(tmp_path)
    with pytest.raises(Misconfigured, match=rf"port {world.host.port} is taken"):
        other.build(world.host.port).start()
    assert running_host(tmp_path) is None


@pytest.mark.fault(24)
def test_what_waited_while_no_host_ran_is_done_at_the_next_start(tmp_path: Path) -> None:
    """A file, an event, a message in flight of a killed host: all are taken up. Three failures end as poison."""
    world = World(tmp_path)
    (tmp_path / "lake/incoming/c/d").mkdir(parents=True)
    (tmp_path / "lake/incoming/c/d/a.csv").write_text("a\n", encoding="utf-8")
    inbox_of(tmp_path).mkdir(parents=True)
    event = {"id": "1", "eventType": "T", "subject": "spooled", "data": {}}
    (inbox_of(tmp_path) / "x.json").write_text(json.dumps(event), encoding="utf-8")
    store, memory = open_queues(tmp_path, time.time)
    store.put("sample-work", "in flight", "fail for the last time")
    for _ in range(4):
        store.get("sample-work", 2, 60)
        store.recover(60)
    store.get("sample-work", 1, 60)
    memory.close()
    with world.up():
        world.settle()
    counts = {fact["body"].split(" /")[0]: fact["count"] for fact in world.told() if fact["kind"] == "queue"}
    assert counts == {
        "first": 1,
        "second": 1,
        "first spooled": 1,
        "second spooled": 1,
        "fail for the last time": 5,
    }
    assert {"kind": "poison", "body": "in flight"} in world.told()
    assert {"kind": "poison", "body": "fail for the last time"} in world.told()


HOST = """
import os, sys
from pathlib import Path
from local.host.functions_host import Host
Host(Path(sys.argv[1]), Path(sys.argv[2]), os.environ, port=0).run()
"""


def test_a_killed_host_s_message_comes_again_at_the_next_start(tmp_path: Path) -> None:
    """After kill -9 in a function the message comes again without waiting for its lease; its dequeue count rises."""
    world = World(tmp_path)
    command = [sys.executable, "-c", HOST, str(SAMPLE), str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **world.environ}) as process:
        store, memory = open_queues(tmp_path, time.time)
        store.put("sample-work", "hang")
        memory.close()
        world.until(lambda: world.bodies() == ["hang"])
        process.kill()
    assert running_host(tmp_path) is None
    with world.up():
        world.settle()
    assert [(fact["body"], fact["count"]) for fact in world.told()] == [("hang", 1), ("hang", 2)]


def test_a_host_that_gets_sigterm_stops_in_order(tmp_path: Path) -> None:
    """After SIGTERM it takes no more work, ends with 0 and releases the home."""
    world = World(tmp_path)
    command = [sys.executable, "-c", HOST, str(SAMPLE), str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **world.environ}) as process:
        world.until(lambda: (running_host(tmp_path) or RunningHost(0, 0)).port > 0)
        process.terminate()
        assert process.wait(300) == 0
    assert not (tmp_path / "host.json").exists()


def test_subscriptions_decide_who_gets_what(tmp_path: Path) -> None:
    """And one for a function that is not there is refused."""
    world = World(tmp_path)
    with world.up(subscriptions={"intake": Subscription(("Other.",))}):
        (tmp_path / "lake/incoming/a.csv").write_text("a\n", encoding="utf-8")
        world.settle()
    assert world.told() == []
    with pytest.raises(NotIndexed, match="a subscription names nobody"):
        world.build(subscriptions={"nobody": Subscription()}).start()


def test_start_and_stop_leave_nothing_behind(tmp_path: Path) -> None:
    """The environment is as before, the home is free, and a stopped host says that it is."""
    before = dict(os.environ)
    world = World(tmp_path, ONLY_FOR_THIS_TEST="1")
    world.host.start(before=(tmp_path / "before").touch)
    assert (os.environ["MLOPS_HOME"], os.environ["ONLY_FOR_THIS_TEST"]) == (str(tmp_path), "1")
    assert (tmp_path / "before").exists()
    world.host.stop()
    world.host.stop()
    assert dict(os.environ) == before
    assert running_host(tmp_path) is None
    with pytest.raises(Transient, match="does not run"):
        world.host.idle()


def test_a_host_that_cannot_start_releases_the_home(tmp_path: Path) -> None:
    """A schedule that cannot be read stops the start with its sentence."""
    world = World(tmp_path, SAMPLE_SCHEDULE="61 * * * * *")
    before = dict(os.environ)
    with pytest.raises(NotIndexed, match="'61' is no second"):
        world.host.start()
    assert running_host(tmp_path) is None
    assert dict(os.environ) == before
    world.environ["SAMPLE_SCHEDULE"] = "0 0 * * * *"
    again = world.build()
    again.start()
    again.stop()


def test_an_event_published_with_the_sdk_reaches_its_function(tmp_path: Path) -> None:
    """The host's own topic takes it, and the subscription delivers it like any other."""
    from azure.core.credentials import AzureKeyCredential
    from azure.core.messaging import CloudEvent

    from local.host.http.topic import PATH
    from shared.adapters.azure.grid_publisher import topic_client

    world = World(tmp_path)
    with world.up():
        key = json.loads((tmp_path / "keys.json").read_text())["systemKeys"][0]["value"]
        endpoint = f"http://127.0.0.1:{world.host.port}{PATH}"
        with topic_client(endpoint, AzureKeyCredential(key)) as client:
            client.send([CloudEvent(source="/mlops", type="Mlops.Test", subject="told", data={})])
        world.until(lambda: sorted(world.bodies()) == ["first told", "second told"])
