"""Alerts reach their receivers at least once, are tried a bounded number of times, and tell no secret."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from ports_with import ports_with
from world import World, points_csv

from shared import dispatch
from shared.adapters.webhooks import Webhooks
from shared.alerts.delivery import MAX_ATTEMPTS, RETRY_SECONDS, deliver_alerts, publish_and_alert
from shared.alerts.targets import parse_targets
from shared.core.messages import model_message
from shared.core.notices import announce
from shared.monitoring.monitor import monitor
from shared.ports import Ports
from shared.release.approvals import decide
from shared.release.manual_changes import override
from shared.release.rollback.execution import roll_back
from shared.training.stored_models import find_model

CANARY = "canary-4711"


class Receiver(BaseHTTPRequestHandler):
    """Answers what it is told to and keeps what it got."""

    status: ClassVar[int] = 200
    got: ClassVar[list[tuple[str, dict[str, object]]]] = []

    def do_POST(self) -> None:
        """One alert."""
        body = self.rfile.read(int(self.headers["content-length"]))
        Receiver.got.append((self.path, json.loads(body)))
        self.send_response(Receiver.status)
        if Receiver.status == 302:
            self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """A webhook on loopback."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield listening.server_port
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def ports(world: World, server: int) -> Ports:
    """Ports with two receivers."""
    Receiver.status, Receiver.got = 200, []
    text = f"slack=http://127.0.0.1:{server}/a?key={CANARY} teams=http://127.0.0.1:{server}/b/{CANARY}"
    world.ports = ports_with(world.ports, alerts__notifier=Webhooks(parse_targets(text)))
    world.trainer.ports = world.ports
    return world.ports


def states(ports: Ports) -> set[tuple[str, str, int]]:
    """Target, state and attempts of each delivery."""
    return {(one.target, one.state, one.attempts) for one in ports.alerts.deliveries.list()}


def test_what_went_wrong_reaches_every_receiver_once(world: World, ports: Ports) -> None:
    """A quarantined file, a refused model, a window that failed, a poison message; what goes well tells nobody.

    That file and that window are breaches of the data too: of one cause people hear once.
    """
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    assert Receiver.got == []
    world.handle(world.land("incoming/points/bad/points.csv", b"id,x\n1,2\n"))
    world.trainer.weight = -3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(seed=9)))
    world.handle(world.land("scoring/points/bad/points.csv", b"id,x\n1,2\n"))
    dispatch.on_poison(ports, "data-events", "whatever")
    monitor(ports, "points")
    for _ in range(3):
        publish_and_alert(ports)
    titles = [body["text"] for path, body in Receiver.got if path == f"/a?key={CANARY}"]
    assert [str(title).partition(":")[0] for title in titles] == [
        "✖ Data of points was quarantined",
        "⚠ points",
        "✖ A window of points was not predicted",
        "✖ The queue data-events gave up a message",
    ]
    assert [path for path, _ in Receiver.got].count(f"/b/{CANARY}") == 4
    assert {state for _, state, _ in states(ports)} == {"sent"}


def test_a_rollback_is_told_and_a_promotion_is_not(world: World, ports: Ports) -> None:
    """With what was taken out and what serves again."""
    world.trainer.weight = 0.02
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.trainer.weight = 3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(seed=5)))
    assert Receiver.got == []
    roll_back(ports, "points", by="me", reason="I saw something")
    publish_and_alert(ports)
    (told,) = [body["text"] for path, body in Receiver.got if path.startswith("/a")]
    assert told == "⚠ points:2 was rolled back: points:1 serves again, as generation 3: I saw something"


def test_a_rollback_to_a_newer_version_is_told_too(world: World, ports: Ports) -> None:
    """Version 1 was put over version 2 by an override and did no better."""
    for number, weight in enumerate((0.02, 3.0), start=1):
        world.trainer.weight = weight
        world.handle(world.land(f"incoming/points/d{number}/points.csv", points_csv(seed=number)))
    request = override(ports, find_model(ports, "points", 1), by="eve", reason="We know it.")
    decide(ports, request, "approve", by="ada", reason="agreed")
    world.handle(model_message("points", 1))
    publish_and_alert(ports)
    Receiver.got.clear()
    assert roll_back(ports, "points", by="me", reason="No better").version == 2
    publish_and_alert(ports)
    (told,) = [body["text"] for path, body in Receiver.got if path.startswith("/a")]
    assert told == "⚠ points:1 was rolled back: points:2 serves again, as generation 4: No better"


def test_a_run_that_failed_is_told_once(world: World, ports: Ports) -> None:
    """However often the sweep sees it."""
    world.trainer.silent = True
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    for _ in range(4):
        world.sweep()
    assert len([path for path, _ in Receiver.got if path.startswith("/a")]) == 1


def test_a_receiver_that_is_down_gets_it_later(world: World, ports: Ports) -> None:
    """Not before its time, and the events themselves do not wait for it."""
    Receiver.status = 503
    announce(ports, "ModelRefused", "models/points:1", {"model": "points:1"})
    assert publish_and_alert(ports) == 1
    assert states(ports) == {("slack-1", "pending", 1), ("teams-2", "pending", 1)}
    Receiver.status = 200
    assert deliver_alerts(ports) == 0
    world.clock.advance(seconds=RETRY_SECONDS[0])
    assert deliver_alerts(ports) == 2
    assert states(ports) == {("slack-1", "sent", 2), ("teams-2", "sent", 2)}


def test_a_receiver_that_never_answers_is_given_up_visibly(world: World, ports: Ports) -> None:
    """After a bounded number of attempts, with the reason in history."""
    Receiver.status = 503
    announce(ports, "ModelRefused", "models/points:1", {"model": "points:1"})
    publish_and_alert(ports)
    for _ in range(MAX_ATTEMPTS + 3):
        world.clock.advance(hours=3)
        deliver_alerts(ports)
    assert states(ports) == {("slack-1", "failed", MAX_ATTEMPTS), ("teams-2", "failed", MAX_ATTEMPTS)}
    (entry, *_) = ports.core.history.entries()
    assert (entry.kind, entry.state) == ("alert", "failed")
    assert f"Given up after {MAX_ATTEMPTS} attempts" in entry.reason


@pytest.mark.parametrize("status", [302, 400, 404])
def test_an_answer_that_will_not_change_ends_it_at_once(ports: Ports, status: int) -> None:
    """A redirect is such an answer: it is never followed."""
    Receiver.status = status
    announce(ports, "ModelRefused", "models/points:1", {"model": "points:1"})
    publish_and_alert(ports)
    assert states(ports) == {("slack-1", "failed", 1), ("teams-2", "failed", 1)}
    assert len(Receiver.got) == 2


def test_of_two_workers_one_sends(ports: Ports) -> None:
    """An attempt is counted before it is made."""
    announce(ports, "ModelRefused", "models/points:1", {"model": "points:1"})
    Receiver.status = 503
    publish_and_alert(ports)
    (pending, _) = ports.alerts.deliveries.list()
    assert ports.alerts.deliveries.begin(pending, pending.due)
    assert not ports.alerts.deliveries.begin(pending, pending.due)


def test_no_address_is_told_anywhere(world: World, ports: Ports) -> None:
    """Neither state nor history has it, whatever goes wrong."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        text = f"slack=http://127.0.0.1:{closed.getsockname()[1]}/{CANARY}"
        broken = ports_with(ports, alerts__notifier=Webhooks(parse_targets(text)))
        announce(broken, "ModelRefused", "models/points:1", {"model": "points:1"})
        publish_and_alert(broken)
        for _ in range(MAX_ATTEMPTS):
            world.clock.advance(hours=3)
            deliver_alerts(broken)
    assert {state for _, state, _ in states(broken)} == {"failed"}
    stored = b"".join(path.read_bytes() for path in world.home.rglob("*") if path.is_file())
    assert CANARY.encode() not in stored
    assert base64.b64encode(CANARY.encode()) not in stored
