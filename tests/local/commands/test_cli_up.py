"""`mlops up`: the HTTP API as a client sees it, and how the host ends."""

from __future__ import annotations

import json
import math
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from command import REPOSITORY, Command, Up, until
from samples import one_row

pytestmark = pytest.mark.slow
EVENTS = REPOSITORY.parent / "shared" / "events"
SCORE = "score/bank_marketing"


@pytest.fixture(scope="module")
def host(mlops: Command) -> Iterator[Up]:
    """A running host on which bank_marketing:1 serves."""
    with mlops.up() as running:
        yield running


@pytest.fixture(scope="module")
def api(host: Up) -> Iterator[httpx.Client]:
    """Requests with the function key."""
    with host.client() as client:
        yield client


def managed(*rows: Any, method: str | None = None) -> dict[str, Any]:
    """A request in the form of a managed endpoint."""
    parameters = {} if method is None else {"GlobalParameters": {"method": method}}
    return {"Inputs": {"data": list(rows)}, **parameters}


def test_recorded_requests_get_answers_of_the_recorded_shape(api: httpx.Client) -> None:
    """The managed shape answers with Results, the older one with a string that holds JSON."""
    if not EVENTS.is_dir():
        pytest.skip("the recorded requests do not lie beside the project")
    answer = api.post(SCORE, content=(EVENTS / "scoring_001_request.json").read_bytes(), headers=_JSON)
    assert answer.status_code == 200
    assert set(answer.json()) == {"Results"}
    assert answer.json()["Results"][0] in ("no", "yes")
    older = api.post(SCORE, content=(EVENTS / "scoring_001_legacy_request.json").read_bytes(), headers=_JSON)
    assert older.status_code == 200
    assert isinstance(older.json(), str)
    assert json.loads(older.json())["result"][0] in ("no", "yes")


_JSON = {"content-type": "application/json"}


def test_every_row_is_answered_in_order(api: httpx.Client) -> None:
    """Labels by default; with predict_proba one probability a class, which sum to one and decide the label."""
    rows = [one_row() | {"age": age} for age in (20, 50, 80)]
    labels = api.post(SCORE, json=managed(*rows)).json()["Results"]
    shares = api.post(SCORE, json=managed(*rows, method="predict_proba")).json()["Results"]
    assert len(labels) == len(shares) == 3
    assert all(math.isclose(sum(pair), 1, abs_tol=1e-5) for pair in shares)
    alone = [api.post(SCORE, json=managed(row, method="predict_proba")).json()["Results"][0] for row in rows]
    assert alone == shares
    answer = api.post(SCORE, json={"data": rows})
    assert json.loads(answer.json()) == {"result": labels}
    assert answer.headers["x-model"] == "bank_marketing:1"


def without(name: str) -> dict[str, Any]:
    """A row that lacks a field."""
    return {key: value for key, value in one_row().items() if key != name}


BAD = [
    ("nothing", b"", "JSON"),
    ("half", b'{"Inputs": {"data": [', "JSON"),
    ("binary", b"\xff\xfe\x00", "JSON"),
    ("deep", b"[" * 100_000, "JSON"),
    ("a list", b"[]", "JSON object"),
    ("a number", b"7", "JSON object"),
    ("no rows", managed(), "at least one row"),
    ("rows that are no list", {"data": {"age": 1}}, "list"),
    ("inputs that are none", {"Inputs": 3}, "Inputs"),
    ("a row that is none", {"data": [[1, 2, 3]]}, "Row 1"),
    ("an unknown method", managed(one_row(), method="explain"), "predict_proba"),
    ("an unknown field", managed(one_row() | {"shoe_size": 44}), "shoe_size"),
    ("a missing field", managed(without("age")), "age"),
    ("the second row's fault", managed(one_row(), without("euribor3m")), "2"),
    ("text for a number", managed(one_row() | {"age": "old"}), "age"),
    ("a list for a number", managed(one_row() | {"age": [1]}), "age"),
    ("a number for text", managed(one_row() | {"job": 7}), "job"),
    ("a truth value for a number", managed(one_row() | {"age": True}), "age"),
    ("an endless number", managed(one_row() | {"age": 10**400}), ""),
    ("too many rows", managed(*[one_row()] * 1001), "1000"),
]


@pytest.mark.parametrize(("body", "named"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_what_cannot_be_understood_is_refused_in_words(api: httpx.Client, body: Any, named: str) -> None:
    """400 and a problem document whose sentence names the place; never 500."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert_problem(api.post(SCORE, content=content, headers=_JSON), 400, named)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(api: httpx.Client, number: str) -> None:
    """NaN is not JSON, and a number that overflows is refused, too."""
    content = json.dumps(managed(one_row() | {"euribor3m": 4711})).replace("4711", number)
    assert_problem(api.post(SCORE, content=content, headers=_JSON), 400, "")


def assert_problem(answer: httpx.Response, code: int, named: str) -> None:
    """A problem document with the status and one sentence."""
    assert answer.status_code == code, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status_code"] == problem["status"] == code
    assert named in problem["message"]
    assert problem["message"].endswith(".")
    assert len(problem["message"]) < 600
    assert "Traceback" not in answer.text


@pytest.mark.fault(71)
def test_wrong_content_and_bodies_that_are_too_long_are_refused(api: httpx.Client) -> None:
    """The refusal comes before the body is parsed."""
    assert_problem(api.post(SCORE, content=b"age=3", headers={"content-type": "text/plain"}), 415, "application/json")
    answer = api.post(SCORE, content=b" " * (6 << 20), headers=_JSON)
    assert answer.status_code == 413


def test_unknown_names_are_not_found(api: httpx.Client) -> None:
    """An undeclared scenario, a scenario without a model, and an unknown route are not found."""
    assert_problem(api.post("score/nothing", json=managed(one_row())), 404, "bank_marketing")
    assert_problem(api.post("score/iiot_quality", json=managed({})), 404, "No model is deployed")
    assert api.get("nowhere").status_code == 404
    assert api.get(SCORE).status_code in (404, 405)


def test_only_health_is_open_to_everybody(host: Up, api: httpx.Client) -> None:
    """Without a key or with a wrong one the status is 401; with a key it is the state of every scenario."""
    base = f"http://127.0.0.1:{host.port}/api/"
    # Where timers come late, it says so and asks to be called again.
    until(lambda: httpx.get(f"{base}health").status_code == 200, "health")
    for headers in ({}, {"x-functions-key": "wrong"}, {"x-functions-key": ""}):
        assert httpx.get(f"{base}status", headers=headers).status_code == 401
        assert httpx.post(f"{base}{SCORE}", headers=headers, json=managed(one_row())).status_code == 401
    # A query is written into logs; the key in it is right, and refused.
    assert httpx.get(f"{base}status", params={"code": host.key}).status_code == 400
    told = api.get("status").json()["scenarios"]
    assert told["bank_marketing"]["model"] == "bank_marketing:1"
    assert told["iiot_quality"]["model"] is None


def test_a_second_host_on_the_home_is_refused(mlops: Command, host: Up) -> None:
    """The sentence names the running host."""
    answer = mlops("up", "--port", "0", "--json")
    assert answer.code == 3
    assert f"process {host.process.pid}, port {host.port}" in answer.sentence
    assert answer.json == {"error": answer.sentence}


def test_a_port_that_is_taken_is_named(mlops: Command, host: Up) -> None:
    """A second home on the same port is refused."""
    answer = Command(mlops.home.parent / "other")("up", "--port", host.port)
    assert answer.code == 2
    assert str(host.port) in answer.sentence


def test_a_host_that_gets_sigterm_ends_well(mlops: Command, tmp_path_factory: pytest.TempPathFactory) -> None:
    """SIGTERM: exit code 0, and the home is free again."""
    other = Command(tmp_path_factory.mktemp("stop") / "home")
    with other.up() as running:
        pass
    assert running.process.returncode == 0
    assert other("doctor", "--json").code == 0


def test_consume_prints_requests_that_are_answered(mlops: Command, host: Up) -> None:
    """The Python one is run as it stands; the curl one has the same body; the key is in neither."""
    told = mlops("consume", "bank_marketing", "--json").json
    assert (told["model"], told["generation"]) == ("bank_marketing:1", 1)
    assert str(host.port) in told["url"]
    assert host.key not in told["python"] + told["curl"]
    line = [sys.executable, "-c", told["python"]]
    done = subprocess.run(line, env={"KEY": host.key}, capture_output=True, text=True, check=True, timeout=600)
    assert done.stdout.startswith("bank_marketing:1 {'Results': [")
    assert shlex.split(told["curl"])[-1] == json.dumps(told["body"])
    assert mlops("consume", "iiot_quality").code == 2


def test_a_bounded_load_is_measured_and_reported(mlops: Command, host: Up) -> None:
    """Percentiles and errors in a report; a load whose answers are errors is refused; so is one without bounds."""
    told = mlops("bench", "http", "bank_marketing", "--concurrency", "2", "--seconds", "0.5", "--json").json
    assert told["errors"] == 0
    assert told["p50_ms"] <= told["p99_ms"] <= told["max_ms"]
    report = Path(told["report"]).read_text()
    assert "| p99_ms |" in report
    assert host.key not in report
    wrong = mlops("bench", "http", "bank_marketing", "--seconds", "0.2", "--key", "wrong")
    assert (wrong.code, "requests failed" in wrong.sentence) == (3, True)
    assert wrong.out.endswith(f"{told['report']}, in place of the file that was there\n")
    assert mlops("bench", "http", "bank_marketing", "--seconds", "1e9").code == 2
    # Before a request is sent.
    folder = mlops("bench", "http", "bank_marketing", "--report", mlops.home)
    assert folder.sentence == f"{mlops.home} is a folder; accepted: --report with the name of a file."


def test_logs_show_the_outcome_of_requests(mlops: Command, host: Up) -> None:
    """The records are those that Application Insights gets; --operation selects one operation."""
    lines = [json.loads(line) for line in mlops("logs", "--json", "--limit", "500").out.splitlines()]
    (operation,) = {line["operation"] for line in lines if line["event"] == "model" and line["state"] == "done"}
    chosen = mlops("logs", "--json", "--operation", operation).out.splitlines()
    assert {json.loads(line)["operation"] for line in chosen} == {operation}
    assert "bank_marketing:1" in mlops("logs").out
