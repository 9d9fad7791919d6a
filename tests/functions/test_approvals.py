"""Approvals and release states over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from azure_functions_runtime.bindings.out import Out
from releases import asking_world, drop, waiting
from world import World

from functions.app import create_app
from shared import dispatch

Functions = dict[str, Callable[..., Any]]


@pytest.fixture
def asking(tmp_path: Path) -> World:
    """A world with one request for approval."""
    world = asking_world(tmp_path)
    assert drop(world, "d1").outcome == "waiting"
    return world


@pytest.fixture
def functions(asking: World) -> Functions:
    """Every function of the app by name."""
    app = create_app(lambda: asking.ports)
    return {one.get_function_name(): one.get_user_function() for one in app.get_functions()}


def request(method: str, body: Any = None, headers: dict[str, str] | None = None, **route: str) -> func.HttpRequest:
    """A request with these parts of its path."""
    content = b"" if body is None else json.dumps(body).encode()
    return func.HttpRequest(
        method=method, url="/api/approvals", headers=headers or {}, params={}, route_params=route, body=content
    )


def post(functions: Functions, approval: str, body: Any, **headers: str) -> tuple[int, Any, list[str]]:
    """Status, answer, and the messages for the model queue."""
    out = Out()
    answered = functions["approve"](req=request("POST", body, headers, id=approval), events=out)
    return answered.status_code, json.loads(answered.get_body()), out.get() or []


def status(functions: Functions, version: str = "1") -> tuple[int, Any]:
    """What a release pipeline's gate is told."""
    answered = functions["release_status"](req=request("GET", scenario="points", version=version))
    return answered.status_code, json.loads(answered.get_body())


def test_a_person_approves_and_the_release_goes_on_by_its_queue(functions: Functions, asking: World) -> None:
    """Pending, then a decision with a message for the worker, then success."""
    one = waiting(asking)
    assert status(functions)[1]["status"] == "pending"
    body = {"decision": "approve", "by": "ada", "reason": "fine", "certificate": one.certificate}
    code, told, messages = post(functions, one.id, body)
    assert (code, told["state"], told["decided_by"], told["repeated"]) == (200, "approved", "ada", False)
    for message in messages:
        dispatch.on_event(asking.ports, message)
    assert status(functions) == (
        200,
        {"status": "success", "reason": status(functions)[1]["reason"], "signature": "off"},
    )
    again = post(functions, one.id, {"decision": "approve", "by": "bob"})
    assert (again[0], again[1]["decided_by"], again[1]["repeated"]) == (200, "ada", True)
    assert len(asking.ports.release.deployments.list("points")) == 1


@pytest.mark.fault(73)
def test_looking_never_decides(functions: Functions, asking: World) -> None:
    """A GET, a prefetching mail client, the list: the request stays open."""
    one = waiting(asking)
    for _ in range(2):
        shown = functions["approval"](req=request("GET", {"decision": "approve", "by": "ada"}, id=one.id))
        assert json.loads(shown.get_body())["state"] == "open"
        listed = json.loads(functions["approvals"](req=request("GET")).get_body())
        assert [found["id"] for found in listed["approvals"]] == [one.id]
    declared = create_app(lambda: asking.ports).get_functions()
    (text,) = [one.get_function_json() for one in declared if one.get_function_name() == "approve"]
    bindings = {binding["name"]: binding for binding in json.loads(text)["bindings"]}
    assert [str(method).rpartition(".")[2] for method in bindings["req"]["methods"]] == ["POST"]


@pytest.mark.parametrize(("by", "code", "later"), [("gate", 403, None), ("ada", 409, "5")])
def test_only_what_may_change_asks_for_another_try(
    functions: Functions, asking: World, by: str, code: int, later: str | None
) -> None:
    """One's own request stays one's own; a request that was decided the other way may be looked at again."""
    one = waiting(asking)
    if by == "ada":
        post(functions, one.id, {"decision": "reject", "by": "bob"})
    answered = functions["approve"](req=request("POST", {"decision": "approve", "by": by}, id=one.id), events=Out())
    assert (answered.status_code, answered.headers.get("retry-after")) == (code, later)


def test_a_header_that_anybody_can_send_names_nobody(functions: Functions, asking: World) -> None:
    """Without the platform's authentication the host passes it on as it came: the name is what the body declares."""
    body = {"decision": "approve", "by": "bob"}
    code, told, _ = post(functions, waiting(asking).id, body, **{"x-ms-client-principal-name": "ada@example.com"})
    assert (code, told["decided_by"]) == (200, "bob")


def test_who_signed_in_wins_over_who_is_named(
    functions: Functions, asking: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The identity that the platform verified decides who decided."""
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "True")
    body = {"decision": "approve", "by": "somebody else"}
    code, told, _ = post(functions, waiting(asking).id, body, **{"x-ms-client-principal-name": "gate"})
    assert (code, "requester cannot approve" in told["message"]) == (403, True)
    code, told, _ = post(functions, waiting(asking).id, body, **{"x-ms-client-principal-name": "ada@example.com"})
    assert (code, told["decided_by"]) == (200, "ada@example.com")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"decision": "approve"}, 400),
        ({"decision": "yes", "by": "ada"}, 400),
        ({"by": "ada"}, 400),
        (["approve"], 400),
        ({"decision": "approve", "by": "ada", "force": True}, 400),
        ({"decision": "approve", "by": None}, 400),
        ({"decision": "approve", "by": "ada", "reason": "x" * 20_000}, 400),
        ({"decision": "approve", "by": "ada", "environment": "preprod"}, 403),
        ({"decision": "approve", "by": "gate"}, 403),
        ({"decision": "approve", "by": "ada", "version": 9}, 409),
    ],
)
def test_a_bad_decision_changes_nothing(functions: Functions, asking: World, body: Any, code: int) -> None:
    """One sentence, no message for the worker, the request stays open."""
    one = waiting(asking)
    got, told, messages = post(functions, one.id, body)
    assert (got, messages) == (code, [])
    assert told["message"]
    assert waiting(asking) == one


def test_what_is_not_there_is_not_found(functions: Functions) -> None:
    """Requests, versions, and versions that are no numbers."""
    assert functions["approval"](req=request("GET", id="nothing")).status_code == 404
    assert post(functions, "nothing", {"decision": "approve", "by": "ada"})[0] == 404
    assert status(functions, "9")[0] == 404
    assert status(functions, "x")[0] == 400
