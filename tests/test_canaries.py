"""A whole loop with planted secrets and personal cells: they stand in no log, state, event, answer or trace."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from api_host import SETTINGS
from canaries import CELLS, PEOPLE, SECRETS, files, forms, found, tables
from command import Command, until
from local_doctor import CLOSED
from ports_with import ports_with
from postgres import PostgresServer
from sqlalchemy import make_url
from world import World, points_csv

from local.host.events.subscriptions import SUBSCRIPTIONS
from local.host.functions_host import Host
from shared.ports import Ports

APP = Path(__file__).resolve().parent / "canary_app"


@dataclass
class Lived:
    """What a run left: texts by where they stand."""

    texts: dict[str, str] = field(default_factory=dict)
    answers: list[httpx.Response] = field(default_factory=list)


@pytest.fixture(scope="module")
def lived(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Data lands, breaks, is predicted and asked for; alerts cannot be delivered; keys are wrong."""
    home = tmp_path_factory.mktemp("canaries") / "home"
    state = make_url(postgres.new()).set(password=SECRETS["password"])
    url = state.render_as_string(hide_password=False)
    settings = {**SETTINGS, "DATABASE_URL": url}
    settings["ALERT_WEBHOOKS"] = f"slack=http://{CLOSED}/{quote(SECRETS['webhook'], safe='')}"
    log = _Log()
    logging.getLogger().addHandler(log)
    lived = Lived()
    # The learned world comes first, by the same ports the host gets.
    world = World(home, **{name: settings[name] for name in ("DATABASE_URL", "ALERT_WEBHOOKS")})
    world.ports = _replaced(world)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("incoming/points/d2/points.csv", _bad_number()))
    host = Host(APP, home, settings, port=0, subscriptions=SUBSCRIPTIONS)
    host.start()
    try:
        _ask(lived, host)
        _land(host, world)
    finally:
        host.stop()
        world.close()
        logging.getLogger().removeHandler(log)
    doctor = Command(home, **settings)("doctor", "--json")
    lived.texts = {
        **files(home),
        **{f"table {name}": text for name, text in tables(url).items()},
        **{f"answer {n} {one.request.url.path}": _whole(one) for n, one in enumerate(lived.answers)},
        "log": "\n".join(log.lines),
        "doctor": doctor.out + doctor.err,
    }
    return lived


class _Log(logging.Handler):
    """Every record at the most talkative level, with its trace."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def _replaced(world: World) -> Ports:
    ports = ports_with(world.ports, core__scenarios=PEOPLE)
    world.trainer.ports = ports
    return ports


def _bad_number() -> bytes:
    return points_csv(seed=2).replace(b"\n1,", f"\n1,{CELLS['number']}".encode(), 1)


def _ask(lived: Lived, host: Host) -> None:
    """Requests that are right, wrong, and not allowed."""
    url, key = f"http://127.0.0.1:{host.port}/api", host.keys.newest_for_scope("score")
    row = {"id": 1, "x": 0.5, "color": CELLS["asked"]}
    bodies = ({"data": [row]}, {"data": [{**row, CELLS["field"]: 1}]}, {"data": [{**row, "x": CELLS["kind"]}]})
    with httpx.Client(base_url=url, timeout=30) as client:
        for body in (*bodies, {"text": CELLS["text"]}):
            lived.answers.append(client.post("score/points", json=body, headers={"x-functions-key": key}))
        for headers in (
            {"x-functions-key": SECRETS["header"]},
            {"authorization": f"Bearer {SECRETS['bearer']}"},
            {"cookie": SECRETS["header"]},
        ):
            lived.answers.append(client.get("status", headers=headers))
        lived.answers.append(client.get("status", params={"code": SECRETS["query"]}, headers={"x-functions-key": key}))
        lived.answers.append(client.get(f"status?code={quote(SECRETS['query'])}"))
        lived.answers.append(client.get("status", headers={"x-functions-key": host.keys.newest_for_scope("operate")}))


def _land(host: Host, world: World) -> None:
    """Files whose cells nobody may tell, and an event with an address that carries a signature."""
    color = CELLS["category"].encode()
    world.land("incoming/points/d3/points.csv", points_csv(seed=3).replace(b",red", b"," + color))
    window = points_csv(seed=4, labelled=False).replace(b",blue", f",{CELLS['window']}".encode())
    world.land("scoring/points/w1/points.csv", window)
    broken = points_csv(seed=5, labelled=False).replace(b"\n1,", f"\n1,{CELLS['broken']}".encode(), 1)
    world.land("scoring/points/w2/points.csv", broken)
    event = {
        "id": "signed",
        "topic": "/subscriptions/x",
        "subject": "/blobServices/default/containers/mlops/blobs/scoring/points/w1/points.csv",
        "eventType": "Microsoft.Storage.BlobCreated",
        "eventTime": "2026-03-01T12:00:00Z",
        "dataVersion": "",
        "data": {"api": "PutBlob", "url": f"https://account/mlops/x?sv=1&sig={quote(SECRETS['sas'])}"},
    }
    inbox = world.home / "eventgrid" / "inbox"
    (inbox / ".signed.json").write_text(json.dumps(event))
    (inbox / ".signed.json").rename(inbox / "signed.json")
    host.wake()
    until(lambda: _committed(world) and host.idle(), "the window", 60)


def _committed(world: World) -> bool:
    """One window is predicted, the other one refused."""
    return {one.state for one in world.ports.prediction.windows.list("points")} == {"committed", "quarantined"}


def _whole(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.headers} {answer.text}"


def test_the_run_did_what_it_should(lived: Lived) -> None:
    """Else nothing could leak: answers, a refusal each, a quarantined file, an alert that was tried, a window."""
    assert [one.status_code for one in lived.answers] == [200, 400, 400, 400, 401, 401, 401, 400, 401, 200]
    assert lived.texts["table journal"].count("the column tells about a person") >= 2
    assert "slack-1" in lived.texts["table alert_delivery"]
    assert '"name": "database"' in lived.texts["doctor"]


def test_no_secret_stands_anywhere(lived: Lived) -> None:
    """Passwords, webhooks, keys, tokens, signatures: not in state, files, events, logs, answers, the doctor's words."""
    assert found(lived.texts, SECRETS) == []


def test_no_personal_cell_stands_outside_the_files_that_hold_rows(lived: Lived) -> None:
    """Not in a reason, a record, an event; who sent it may be answered with it."""
    texts = {place: text for place, text in lived.texts.items() if not place.startswith("answer")}
    assert found(texts, CELLS) == []


@pytest.mark.parametrize("name", SECRETS)
def test_the_search_finds_every_form(name: str) -> None:
    """Itself, in a URL, in JSON, in base64 whatever stands before it, in hexadecimal digits."""
    secret = SECRETS[name]
    inside = [base64.b64encode(b"y" * n + secret.encode() + b"tail").decode() for n in range(7)]
    for text in (secret, quote(secret, safe=""), json.dumps({"a": secret}), secret.encode().hex(), *inside):
        assert found({"here": f"before {text} after"}, {name: secret}), (text, list(forms(secret)))
