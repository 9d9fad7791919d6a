"""`mlops verify` finds a deployment's errors from outside and reports them as JUnit XML."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from api_host import Api, serving
from command import REPOSITORY
from local_doctor import CLOSED, Service, answering

from functions.names import ANONYMOUS, HTTP, OPERATE, SCORE
from local.verify.access import access
from local.verify.contract import contract, expected_paths
from local.verify.deployment import Deployment, api_of
from shared.core.errors import BadInput, Fault
from shared.release.verdict import Check

CANARY = "KEY-CANARY-7"
KEYS = dict.fromkeys(("score", "operate", "openapi", "approvals"), CANARY)


@dataclass(frozen=True, slots=True)
class Verified:
    """How the command ended, and its file."""

    code: int
    out: str
    err: str
    junit: Path


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A host on which three of four scenarios are deployed."""
    with serving(tmp_path_factory.mktemp("api")) as running:
        yield running


def command(folder: Path, *arguments: str, **keys: str) -> Verified:
    """`mlops verify` with these keys in its environment."""
    file = folder / "deep" / "results.xml"
    line = [sys.executable, "-m", "local.cli", "verify", *arguments, "--junit", str(file), "--wait", "0"]
    done = subprocess.run(
        line, env={**os.environ, **keys}, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr
    return Verified(done.returncode, done.stdout, done.stderr, file)


def test_a_good_deployment_is_verified(api: Api, tmp_path: Path) -> None:
    """Exit code 0; every route is tried twice, every deployed scenario scores, and the file is well-formed."""
    keys = {"SCORE_KEY": api.keys.newest_for_scope(SCORE), "OPERATE_KEY": api.keys.newest_for_scope(OPERATE)}
    done = command(tmp_path, api.url.removesuffix("/api"), "--json", **keys)
    checks = {one["name"]: one for one in json.loads(done.out)}
    assert done.code == 0, done.out
    guarded = [route for route in HTTP if route.scopes != (ANONYMOUS,)]
    assert sum("a key" in name or "wrong key" in name for name in checks) == 2 * len(guarded)
    for name in ("points", "marks", "prices"):
        assert checks[f"scores {name}"]["verdict"] == "pass"
        assert checks[f"{name} refuses no JSON"]["verdict"] == "pass"
    assert checks["scores pairs"]["verdict"] == "skip"
    assert checks["GET never approves"]["verdict"] == "pass"
    assert checks["points is signed"]["verdict"] == "skip"
    assert "SIGNING_KEY_URL" in checks["points is signed"]["reason"]
    suite = ET.fromstring(done.junit.read_bytes())  # noqa: S314 -- our own file
    assert (suite.get("failures"), int(suite.get("tests", 0))) == ("0", len(checks))
    for key in keys.values():
        assert key not in done.out + done.err + done.junit.read_text()


def test_a_wrong_key_fails_the_deployment(api: Api, tmp_path: Path) -> None:
    """Exit code 3, one sentence, the failure in the file, and the key nowhere."""
    done = command(tmp_path, api.url, SCORE_KEY=CANARY)
    assert done.code == 3
    assert done.err.startswith("mlops: ")
    assert CANARY not in done.out + done.err + done.junit.read_text()
    suite = ET.fromstring(done.junit.read_bytes())  # noqa: S314 -- our own file
    assert suite.get("failures") == "1"
    assert done.out.endswith(f"{done.junit} holds the checks.\n")
    again = command(tmp_path, api.url, SCORE_KEY=CANARY)
    assert again.out.endswith(f"{done.junit} holds the checks, in place of the file that was there.\n")


@pytest.mark.parametrize(
    ("arguments", "keys", "code"),
    [
        ((f"http://{CLOSED}",), {"SCORE_KEY": CANARY}, 4),
        (("http://example.org",), {"SCORE_KEY": CANARY}, 2),
    ],
)
def test_what_cannot_be_verified_is_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], keys: dict[str, str], code: int
) -> None:
    """No answer gives exit code 4; a URL that must not get a key gives 2."""
    done = command(tmp_path, *arguments, **keys)
    assert done.code == code
    assert len(done.err.strip().splitlines()) == 1
    assert not done.junit.exists()
    done.junit.mkdir(parents=True)
    assert "accepted: --junit with the name of a file." in command(tmp_path, *arguments, **keys).err


@pytest.mark.parametrize("url", ["https://u:p@h", "https://h?code=x", "https://[", "h", "http://10.0.0.1"])
def test_a_url_that_is_none_is_refused_by_its_option(url: str) -> None:
    """The sentence does not repeat the URL, which may hold a key."""
    with pytest.raises(BadInput, match="--operate-url"):
        api_of("--operate-url", url)


def document(*scenarios: str, example: Any = None) -> dict[str, Any]:
    """A description with every route of the code."""
    paths: dict[str, Any] = {path: {"post": {}} for path in expected_paths(list(scenarios))}
    for name in scenarios:
        content = {"example": example} if example else {}
        paths[f"/score/{name}"] = {"post": {"requestBody": {"content": {"application/json": content}}}}
    return {"paths": paths}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """Connections, closed at the end."""
    with httpx.Client(timeout=30) as opened:
        yield opened


@pytest.fixture
def deployment(service: Service, client: httpx.Client) -> Deployment:
    """That service as the only app."""
    return Deployment({"score": f"{service.url}/api"}, KEYS, client)


@pytest.fixture
def service() -> Iterator[Service]:
    """A deployment whose answers the test sets."""
    with answering() as running:
        running.answers["/openapi.json"] = (200, document("points", example={"data": [{"x": 1}]}))
        yield running


def checked(deployment: Deployment) -> dict[str, Check]:
    """The contract's checks of that deployment, by name."""
    return {one.name: one for one in contract(deployment)}


def test_an_answer_without_a_key_is_found(service: Service, deployment: Deployment) -> None:
    """Both a 200 and a 404 with JSON come from the function itself."""
    service.headers["content-type"] = "application/json"
    service.answers = {"/status": (200, {"scenarios": {}}), "/v2": (404, {"error": "no such model"})}
    found = {one.name: one for one in access(deployment)}
    assert found["GET status without a key"].verdict == "fail"
    assert found["GET v2 with a wrong key"].verdict == "fail"


def test_a_route_of_another_app_is_skipped_and_one_that_fails_is_not(service: Service, deployment: Deployment) -> None:
    """An empty 404 is the platform's; 500 without a key is no refusal."""
    service.headers["content-type"] = "text/plain"
    service.answers = {"/status": (500, {}), "/v2": (401, {}), "/approvals": (403, {})}
    found = {one.name: one for one in access(deployment)}
    assert found["GET status without a key"].verdict == "fail"
    assert found["GET v2 without a key"].verdict == "pass"
    assert found["GET approvals with a wrong key"].verdict == "pass"
    assert found["GET approvals without a key"].verdict == "fail"
    assert found["POST actuals/{scenario} without a key"].verdict == "skip"


def test_a_function_that_is_switched_off_is_no_pass(service: Service, deployment: Deployment) -> None:
    """Without a key the host answers 401 for it all the same: a valid key tells, or nothing does."""
    service.headers["content-type"] = "text/plain"
    service.answers = {"/status": (404, {}), "/v2": (401, {}), "/approvals": (200, {})}
    found = {one.name: one for one in access(deployment)}
    assert found["GET status is switched on"].reason.endswith("it is switched off there, or absent.")
    assert found["GET v2 is switched on"].reason.startswith("Cannot tell")
    assert [found[f"GET {path} is switched on"].verdict for path in ("status", "v2", "approvals")] == [
        "skip",
        "skip",
        "pass",
    ]


def test_a_description_of_other_code_is_found(service: Service, deployment: Deployment) -> None:
    """A path too many, a path too few, no document at all."""
    paths = document("points")["paths"]
    for other in ({**paths, "/secret": {}}, {k: v for k, v in paths.items() if k != "/status"}):
        service.answers["/openapi.json"] = (200, {"paths": other})
        assert checked(deployment)["openapi.json"].verdict == "fail"
    service.answers["/openapi.json"] = (200, ["no", "document"])
    assert [one.verdict for one in checked(deployment).values()] == ["fail"]


def test_scoring_that_is_wrong_is_found(service: Service, deployment: Deployment) -> None:
    """No headers, and broken requests that are answered: three failures."""
    service.answers["/score/points"] = (200, {"Results": ["yes"], "told": f"<&{CANARY}\x00"})
    found = checked(deployment)
    assert found["scores points"].verdict == "pass"
    for name in ("points says which model", "points refuses an unknown field", "points refuses no JSON"):
        assert found[name].verdict == "fail"
        assert CANARY not in found[name].reason


@pytest.mark.parametrize(
    ("answer", "verdict", "words"),
    [
        ((200, {"status": "success", "signature": "valid"}), "pass", "points:7 is signed"),
        ((200, {"status": "success", "signature": "missing"}), "fail", "mlops signing sign points:7"),
        ((200, {"status": "success", "signature": "wrong"}), "fail", "is not one of the key"),
        ((200, {"status": "success"}), "fail", "It answered 200"),
        ((200, ["no document"]), "fail", "It answered 200"),
        ((500, {}), "fail", "It answered 500"),
        ((403, {}), "skip", "Cannot tell"),
    ],
)
def test_a_certificate_that_is_not_signed_is_found(
    service: Service, deployment: Deployment, answer: tuple[int, Any], verdict: str, words: str
) -> None:
    """Of the model that answered, as the operating app tells it; a deployment that does not tell is no pass."""
    service.headers["x-model"] = "points:7"
    service.answers |= {"/score/points": (200, {"Results": ["yes"]}), "/releases/points/7/status": answer}
    found = checked(deployment)["points is signed"]
    assert (found.verdict, words in found.reason) == (verdict, True), found.reason


def test_a_refusal_without_a_problem_document_is_found(service: Service, deployment: Deployment) -> None:
    """A bare 400 and a 500 are not problem documents."""
    for status in (400, 500, 401):
        service.answers["/score/points"] = (status, {"title": "no", "status": status})
        assert checked(deployment)["points refuses no JSON"].verdict == "fail"
    service.headers["content-type"] = "application/problem+json"
    service.answers["/score/points"] = (400, {"title": "Row 1 has no x.", "status": 400})
    assert checked(deployment)["points refuses no JSON"].reason == "Row 1 has no x."


def test_an_approval_by_get_is_found(service: Service, deployment: Deployment) -> None:
    """The request's state differs afterwards; a key that does not open approvals skips the check."""
    service.answers["/approvals"] = (403, {})
    assert checked(deployment)["GET never approves"].verdict == "skip"
    open_, approved = ({"approvals": [{"id": "7", "state": state}]} for state in ("open", "approved"))
    service.answers["/approvals"] = (200, open_)
    assert checked(deployment)["GET never approves"].verdict == "pass"

    class Careless(dict[str, tuple[int, Any]]):
        def __getitem__(self, end: str) -> tuple[int, Any]:
            looked = any("decision=approve" in path for _, path in service.asked)
            return (200, approved if looked else open_) if end == "/approvals" else super().__getitem__(end)

    service.asked.clear()
    service.answers = Careless(service.answers)
    assert checked(deployment)["GET never approves"].verdict == "fail"


def test_an_app_that_vanishes_midway_is_a_fault(client: httpx.Client) -> None:
    """No half-finished report: exit code 4."""
    with pytest.raises(Fault, match="did not answer"):
        list(contract(Deployment({"score": f"http://{CLOSED}/api"}, KEYS, client)))


def test_no_part_of_a_key_is_shown(service: Service, client: httpx.Client) -> None:
    """Not even where the text is cut."""
    key = "SECRETKEY" * 3
    asked = Deployment({"score": f"{service.url}/api"}, {**KEYS, "score": key}, client)
    answer = httpx.Response(500, text=f"{'x' * 150} {key} and more")
    assert "SECRET" not in asked.excerpt(answer)


@pytest.mark.parametrize(("url", "key"), [("http://127.0.0.1:1/api", "schlüssel"), ("https://é..x/api", "sesame")])
def test_a_url_without_a_valid_request_is_bad_input(client: httpx.Client, url: str, key: str) -> None:
    """The sentence does not show the key."""
    with pytest.raises(BadInput, match="accepted: https") as caught:
        Deployment({"score": url}, KEYS, client).ask("score", "GET", "health", key=key)
    assert f" {key}" not in caught.value.reason


def test_requests_without_a_key_change_nothing(api: Api, client: httpx.Client) -> None:
    """Its requests name nothing that exists, so that even an open route changes nothing."""
    before = client.get(f"{api.url}/approvals", headers={"x-functions-key": api.keys.master}).json()
    deployments = api.world.ports.release.deployments.current("points")
    open_doors = Deployment({"score": api.url}, KEYS, client)
    assert {one.verdict for one in access(open_doors) if "switched on" not in one.name} == {"pass"}
    after = client.get(f"{api.url}/approvals", headers={"x-functions-key": api.keys.master}).json()
    assert (before, deployments) == (after, api.world.ports.release.deployments.current("points"))
