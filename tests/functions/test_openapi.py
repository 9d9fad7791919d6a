"""The API's description, and what an ill-meaning client finds when it follows it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from api_host import Api
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi import checks
from world import POINTS

from functions.names import ANONYMOUS, HTTP
from functions.openapi.description import document
from functions.openapi.scoring import Described
from functions.openapi.tidy import camel
from local.host.http.keys import EVENT_GRID

ROOT = Path(__file__).resolve().parents[2]
CHECKS = (
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)


@pytest.fixture(scope="module")
def described(api: Api) -> Any:
    """The document as a client gets it."""
    with api.client("score") as client:
        return client.get("openapi.json").json()


def operations(described: Any, api: Api) -> list[Any]:
    """Every operation of the document."""
    schema = schemathesis.openapi.from_dict(described)
    schema.config.update(base_url=api.url)
    return [found.ok() for found in schema.get_all_operations()]


def function_of(operation: Any) -> str:
    """The function an operation is served by."""
    name = operation.definition.raw["operationId"]
    return max((route.function for route in HTTP if name.startswith(camel(route.function))), key=len)


def fuzz(api: Api, operation: Any, headers: dict[str, str], examples: int, expected: int = 0, **how: Any) -> None:
    """Requests made from the operation's description; each answer keeps to it."""

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @given(case=operation.as_strategy(**how))
    def one(case: Any) -> None:
        answer = case.call(base_url=api.url, headers=headers)
        case.validate_response(answer, checks=CHECKS)
        assert expected in (0, answer.status_code), (operation.label, answer.status_code)

    one()


@pytest.mark.fault(70, 71)
def test_with_the_right_key_every_answer_is_as_described(api: Api, described: Any) -> None:
    """No 5xx, no status or body that the document does not know, for bodies that fit it and for others."""
    for operation in operations(described, api):
        key = api.key_for(function_of(operation))
        headers = {"x-functions-key": key} if key else {}
        fuzz(api, operation, headers, 2)
        if "requestBody" in operation.definition.raw:
            fuzz(api, operation, headers, 4, generation_mode=schemathesis.GenerationMode.NEGATIVE)


@pytest.mark.parametrize("headers", [{}, {"x-functions-key": "wrong"}, {"authorization": "Bearer wrong"}])
@pytest.mark.fault(72)
def test_without_a_key_nothing_but_probes_and_pages_answers(api: Api, described: Any, headers: dict[str, str]) -> None:
    """401 with one text for all, whatever is sent."""
    for operation in operations(described, api):
        (scopes,) = [route.scopes for route in HTTP if route.function == function_of(operation)]
        if scopes != (ANONYMOUS,):
            fuzz(api, operation, headers, 1, 401)


def test_a_key_of_another_scope_is_forbidden(api: Api) -> None:
    """Whoever scores cannot train, and the other way round; a key is no bearer token."""
    own = {"x-functions-key": api.keys.newest_for_scope("score")}
    bearer = {"authorization": f"Bearer {own['x-functions-key']}"}
    assert httpx.post(f"{api.url}/pipelines/points/runs", headers=own, json={}).status_code == 401
    row = {"data": [{"x": 1.0, "color": "red"}]}
    assert httpx.post(f"{api.url}/score/points", headers=own, json=row).status_code == 200
    assert httpx.post(f"{api.url}/score/points", headers=bearer, json=row).status_code == 401
    with api.client("operate") as client:
        assert client.post("score/points", json=row).status_code == 401
        assert client.get("status").status_code == 200


def test_the_shown_request_posts_an_event(api: Api, tmp_path: Path) -> None:
    """The line of the page of settings, pasted, with this host's port and key."""
    (line,) = re.findall(r"^\$ (curl .*eventgrid.*)$", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    line = line.replace("127.0.0.1:7071", api.url.partition("//")[2].partition("/")[0])
    event = {"id": "7", "eventType": "Somebody.Elses", "subject": "s", "topic": "t", "data": {}, "dataVersion": "1"}
    (tmp_path / "event.json").write_text(json.dumps([{**event, "eventTime": "2026-01-01T00:00:00Z"}]))
    shell = [str(shutil.which("bash")), "-c", f"{line} -s -o /dev/null -w '%{{http_code}}'"]
    key = {"KEY": api.keys.systems[EVENT_GRID], "PATH": os.environ["PATH"]}
    done = subprocess.run(shell, env=key, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "202"


@pytest.mark.fault(72)
def test_a_key_in_the_query_is_refused(api: Api) -> None:
    """Even a right one, even beside a right header: it would be written into logs."""
    key = api.keys.newest_for_scope("score")
    for headers in ({}, {"x-functions-key": key}):
        answer = httpx.get(f"{api.url}/status", params={"code": key}, headers=headers)
        assert (answer.status_code, "header" in answer.json()["message"]) == (400, True)


def test_the_document_is_the_same_each_time_and_has_every_route(api: Api, described: Any) -> None:
    """Generated from state, without a clock or an order that changes."""
    with api.client("operate") as client:
        assert client.get("openapi.json").json() == described
    found = {operation["operationId"] for path in described["paths"].values() for operation in path.values()}
    for route in HTTP:
        assert any(name.startswith(camel(route.function)) for name in found)
    assert json.dumps(document([])) == json.dumps(document([]))


def schemas_in(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every schema of the document, with its place."""
    if isinstance(value, dict):
        holds = place[-1:] in (("schema",), ("items",)) or place[-2:-1] in (("properties",), ("schemas",))
        if holds or (len(place) > 1 and place[-2] in ("anyOf", "oneOf")):
            yield place, value
        for name, one in value.items():
            yield from schemas_in(one, (*place, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from schemas_in(one, (*place, str(number)))


def test_a_generator_finds_a_name_and_a_type_for_everything(described: Any) -> None:
    """Objects and enumerations are components, lists have items, objects in a union are told apart."""
    for place, schema in schemas_in(described):
        kinds = {"type", "$ref", "anyOf", "oneOf"} & set(schema)
        assert kinds, place
        if "enum" in schema or schema.get("type") == "object":
            assert place[-2] == "schemas", place
            assert schema["title"] == place[-1]
        assert "items" in schema or "array" not in schema.get("type", ""), place
        assert set(schema.get("required", ())) <= set(schema.get("properties", ())), place
        assert len(schema.get("anyOf", ())) != 2 or {"type": "null"} not in schema["anyOf"], place
        objects = [one for one in schema.get("anyOf", schema.get("oneOf", ())) if "$ref" in one]
        assert len(objects) < 2 or "discriminator" in schema, place
        assert all(abs(schema.get(name, 0)) < 3.4e38 for name in ("minimum", "maximum")), place
    every = [one for path in described["paths"].values() for one in path.values()]
    assert {tag for one in every for tag in one["tags"]} == {tag["name"] for tag in described["tags"]}
    assert not [one["operationId"] for one in every if not one["operationId"].isalnum()]
    for operation in every:
        answers = [one for code, one in operation["responses"].items() if code.startswith("2")]
        assert all("schema" in content for one in answers for content in one["content"].values())


def test_numbers_that_outgrow_32_bits_say_so(described: Any) -> None:
    """Ids of predictions, and keys of rows: a client of a typed language reads them whole."""
    schemas = described["components"]["schemas"]
    (path,) = described["paths"]["/trace/{scenario}/{prediction}"]["get"]["parameters"][1:]
    window, label = schemas["WindowAnswer"]["properties"], schemas["ActualsPointsLabel"]["properties"]
    wide = (path["schema"], window["first_id"], window["last_id"], label["id"])
    assert [one["format"] for one in wide] == ["int64"] * 4


def test_names_that_differ_in_signs_alone_stay_apart() -> None:
    """Scenarios a_1, a-1 and a1 have operations and schemas of their own."""
    inputs = [("x", "number"), ("color", "category")]
    made = document([Described(replace(POINTS, name=name), inputs) for name in ("a_1", "a-1", "a1")])
    names = [made["paths"][f"/score/{name}"]["post"]["operationId"] for name in ("a_1", "a-1", "a1")]
    assert names == ["scoreA1", "scoreA1No2", "scoreA1No3"]
    assert {f"ScoreA1{end}Row" for end in ("", "No2", "No3")} <= set(made["components"]["schemas"])


def test_examples_of_the_document_are_answered(api: Api, described: Any) -> None:
    """Made from rows the model has been asked."""
    with api.client("score") as client:
        for name in ("points", "marks", "prices"):
            operation = described["paths"][f"/score/{name}"]["post"]
            example = operation["requestBody"]["content"]["application/json"]["example"]
            answer = client.post(f"score/{name}", json=example)
            assert (answer.status_code, list(answer.json())) == (200, ["Results"])
            assert answer.headers["x-model"] == f"{name}:1"


def test_the_page_and_its_files_need_no_key_and_nothing_from_elsewhere(api: Api) -> None:
    """It has no data in it; what it loads is served here."""
    page = httpx.get(f"{api.url}/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "://" not in page.text
    for name in ("swagger-ui.js", "swagger-ui.css", "docs.js", "docs.css"):
        assert f"static/{name}" in page.text
        assert httpx.get(f"{api.url}/static/{name}").status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
