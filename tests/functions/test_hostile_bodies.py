"""Bodies that a stranger sends to the routes that change something: refused by a sentence, never a failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest
from azure_functions_runtime.bindings.out import Out
from called import functions_of
from world import World

from functions.app import create_app

Post = Callable[[str, bytes], tuple[int, str]]
ROUTES = ("actuals", "approve", "rollback", "baseline_accept", "work_replay", "failure_acknowledge")
GOOD = {
    "actuals": b'[{"id": 1, "y": "yes"}]',
    "approve": b'{"decision": "approve", "by": "ada", "reason": "fine"}',
    "rollback": b'{"by": "ada", "reason": "worse"}',
    "baseline_accept": b'{"dataset": "none", "by": "ada", "reason": "fine"}',
    "work_replay": b'{"kind": "blob", "key": "x", "by": "ada", "reason": "mended"}',
    "failure_acknowledge": b'{"kind": "blob", "key": "x", "by": "ada", "reason": "seen"}',
}
BODIES = {
    "nested 100 000 deep": b"[" * 100_000 + b"]" * 100_000,
    "objects 100 000 deep": b'{"by":' * 100_000 + b"1" + b"}" * 100_000,
    "never closed": b'{"by": [' * 5000,
    "half of a pair": b'{"by": "\\ud800", "reason": "\\udfff", "decision": "approve"}',
    "half of a pair as a name": b'[{"\\ud800": 1}]',
    "half of a pair in UTF-8": b'{"by": "\xed\xa0\x80", "reason": "x"}',
    "not UTF-8": b'{"by": "\xff", "reason": "x"}',
    "UTF-16": '{"by": "ada"}'.encode("utf-16"),
    "a field twice": b'{"by": "ada", "by": "eve", "reason": "x", "decision": "approve"}',
    "a field twice in a list": b'[{"id": 1, "id": 2, "y": "yes"}]',
    "a field twice by escapes": b'{"by": "ada", "\\u0062y": "eve", "reason": "x", "decision": "approve"}',
    "no number": b'{"by": "ada", "reason": "x", "generation": NaN}',
    "a number of 400 digits": b'{"by": "ada", "reason": "x", "generation": 1%s}' % (b"0" * 400),
    "a label of 5000 digits": b'[{"id": 1%s, "y": "yes"}]' % (b"0" * 5000),
    "an escape": b'{"by": "\\u001b[2J", "reason": "", "decision": "maybe"}',
    "a null": b'[{"id": null, "y": "yes"}]',
    "nothing": b"",
    "two values": b"{} {}",
    "a list of lists": b"[[1]]",
}


@pytest.fixture
def post(world: World) -> Post:
    """Send a body to a function of the app; returns the status and what was wrong."""
    functions = functions_of(create_app(lambda: world.ports))

    def sent(name: str, body: bytes) -> tuple[int, str]:
        where = {"scenario": "points", "id": "1"}
        headers = {"content-type": "application/json"}
        request = func.HttpRequest("POST", f"/api/{name}", headers=headers, route_params=where, body=body)
        more: dict[str, Any] = {"events": Out()} if name == "approve" else {}
        answer = functions[name](req=request, **more)
        return answer.status_code, str(json.loads(answer.get_body()).get("message", ""))

    return sent


@pytest.mark.parametrize("route", ROUTES)
def test_every_hostile_body_is_refused_in_a_sentence(post: Post, route: str) -> None:
    """As strictly as a request to score: 400, and nothing that moves a cursor in what is answered."""
    for name, body in BODIES.items():
        code, message = post(route, body)
        assert (name, code) == (name, 400), message
        assert message.endswith("."), name
        assert message.isprintable(), name


@pytest.mark.parametrize(("route", "code"), [("actuals", 200), ("approve", 404), ("rollback", 404)])
def test_a_good_body_gets_further(post: Post, route: str, code: int) -> None:
    """To the state, in which there is nothing to decide yet."""
    assert post(route, GOOD[route])[0] == code
