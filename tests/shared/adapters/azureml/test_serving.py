"""Managed online endpoints, through the SDK: made once, asked again until ready, blue and green by shares."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from azureml_double import ROOT, AzureMl
from azureml_endpoints import NO_CONTAINER
from azureml_serving import CODE, ENDPOINT, furnish, serving_at, show, version

from shared.adapters.azureml.serving import AzureMlServing
from shared.core.errors import Conflict, Fault, Missing, Refused, Transient
from shared.release.traffic import Traffic
from shared.training.model import Model

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

V1, V2, V3 = version(1), version(2), version(3)
AT = f"{ROOT}/onlineEndpoints/{ENDPOINT}"


@pytest.fixture
def serving(client: MLClient, service: AzureMl) -> AzureMlServing:
    """The adapter on a workspace with three versions."""
    furnish(service)
    show(service, V1, V2, V3)
    return serving_at(client)


def until_ready(act: Callable[[], None], rounds: int = 4) -> int:
    """Repeat what is not ready yet, as messages and sweeps do; how often it took."""
    for number in range(1, rounds + 1):
        try:
            act()
        except Transient:
            continue
        return number
    raise AssertionError(f"not ready after {rounds} rounds")


def deployed(serving: AzureMlServing, *models: Model) -> None:
    """Let these versions be ready in prod."""
    for model in models:
        until_ready(lambda model=model: serving.deploy("prod", model))  # type: ignore[misc]


def puts(service: AzureMl) -> list[str]:
    """What was written of endpoints, in order."""
    return [path.removeprefix(AT) for method, path in service.asked if method == "PUT" and path.startswith(AT)]


def test_a_version_is_deployed_in_calls_that_do_not_wait(serving: AzureMlServing, service: AzureMl) -> None:
    """Each call starts the next operation and says that it is not ready; while it goes on nothing is asked again."""
    service.endpoints.slow = True
    began = time.monotonic()
    for words in ("endpoint .* was requested", "not ready yet .Creating", "not ready yet .Creating"):
        with pytest.raises(Transient, match=words):
            serving.deploy("prod", V1)
    service.endpoints.finish()
    for words in ("points:1 was requested", "points:1 is not ready yet .* .Creating"):
        with pytest.raises(Transient, match=words):
            serving.deploy("prod", V1)
    service.endpoints.finish()
    serving.deploy("prod", V1)
    serving.deploy("prod", V1)
    assert puts(service) == ["", "/deployments/v01"]
    assert time.monotonic() - began < 600


def test_a_deployment_says_what_it_is_made_from(serving: AzureMlServing, service: AzureMl) -> None:
    """The registered model, published code and environment, machines of the setting, Entra tokens, sha256 and run."""
    deployed(serving, V1)
    assert service.resources[AT]["properties"]["authMode"] == "AADToken"
    assert service.resources[AT]["tags"] == {"scenario": "points", "environment": "prod"}
    made = service.resources[f"{AT}/deployments/v01"]
    told = made["properties"]
    assert told["model"].endswith("/models/points/versions/1")
    assert told["environmentId"].endswith("/environments/mlops-online/versions/c1")
    assert told["codeConfiguration"] == {"codeId": CODE, "scoringScript": "model_training/online_entry.py"}
    given = {"SCENARIO": "points", "MODEL_ID": "points:1", "MODEL_SHA256": V1.sha256}
    assert told["environmentVariables"] == given
    assert (told["instanceType"], made["sku"]["capacity"]) == ("Standard_DS3_v2", 2)
    assert made["tags"] == {"scenario": "points", "run": "r1", "sha256": V1.sha256}


def test_blue_gives_way_to_green_by_shares(serving: AzureMlServing, service: AzureMl) -> None:
    """Alone, mirrored by at most half, a fifth, all; what the endpoint has is what `state` tells."""
    deployed(serving, V1, V2)
    assert serving.state("points", "prod") == Traffic()
    steps: list[tuple[Traffic, dict[str, int], dict[str, int]]] = [
        (Traffic({1: 100}), {"v01": 100}, {}),
        (Traffic({1: 100}, {2: 100}), {"v01": 100}, {"v02": 50}),
        (Traffic({1: 80, 2: 20}), {"v01": 80, "v02": 20}, {}),
        (Traffic({2: 100}), {"v02": 100}, {}),
    ]
    for traffic, live, mirrored in steps:
        serving.route("points", "prod", traffic)
        assert service.endpoints.traffic(ENDPOINT) == (live, mirrored)
        assert serving.state("points", "prod").shares == traffic.shares
        assert serving.state("points", "prod").meets(traffic)
    assert serving.state("points", "preprod") == Traffic()


def test_traffic_that_is_not_there_yet_is_not_said_to_be(serving: AzureMlServing, service: AzureMl) -> None:
    """While the endpoint changes the old shares hold, a second change waits, and asking again finds it done."""
    deployed(serving, V1, V2)
    serving.route("points", "prod", Traffic({1: 100}))
    service.endpoints.slow = True
    with pytest.raises(Transient, match="has not applied"):
        serving.route("points", "prod", Traffic({2: 100}))
    assert serving.state("points", "prod") == Traffic({1: 100})
    with pytest.raises(Transient, match="is busy with another operation on the endpoint"):
        serving.route("points", "prod", Traffic({2: 100}))
    service.endpoints.finish()
    assert serving.state("points", "prod") == Traffic({2: 100})


def test_only_what_nobody_asks_is_retired(serving: AzureMlServing, service: AzureMl) -> None:
    """Not the kept, not one with live or mirrored requests, and nothing that somebody else deployed."""
    deployed(serving, V1, V2, V3)
    foreign = service.resources[f"{AT}/deployments/v01"]
    service.put(f"/onlineEndpoints/{ENDPOINT}/deployments/theirs", {**foreign, "id": f"{AT}/deployments/theirs"})
    serving.route("points", "prod", Traffic({1: 100}, {2: 100}))
    serving.retire("points", "prod", frozenset())
    assert service.endpoints.deployments(ENDPOINT) == ["theirs", "v01", "v02"]
    serving.route("points", "prod", Traffic({1: 100}))
    serving.retire("points", "prod", frozenset({2}))
    assert service.endpoints.deployments(ENDPOINT) == ["theirs", "v01", "v02"]
    serving.retire("points", "prod", frozenset({1}))
    serving.retire("points", "prod", frozenset({1}))
    assert service.endpoints.deployments(ENDPOINT) == ["theirs", "v01"]
    serving.retire("points", "preprod", frozenset())


def test_what_did_not_start_is_told_with_its_log_and_may_be_tried_again(
    serving: AzureMlServing, service: AzureMl
) -> None:
    """Refused with the end of the container's log; the failed deployment goes, and once mended the next try is fine."""
    deployed(serving, V1)
    service.endpoints.failing["v02"] = "Corrupt: model.onnx has sha256 dead"
    with pytest.raises(Refused, match=r"points:2 did not start at points-prod-.*model.onnx has sha256 dead"):
        until_ready(lambda: serving.deploy("prod", V2))
    assert service.endpoints.deployments(ENDPOINT) == ["v01"]
    service.endpoints.failing.clear()
    deployed(serving, V2)
    assert service.endpoints.deployments(ENDPOINT) == ["v01", "v02"]


def test_what_never_had_a_container_is_taken_down_too(serving: AzureMlServing, service: AzureMl) -> None:
    """There is no log to read then: the refusal says so, and the next try starts anew."""
    deployed(serving, V1)
    service.endpoints.failing["v02"] = NO_CONTAINER
    with pytest.raises(Refused, match=r"points:2 did not start at .*no log"):
        until_ready(lambda: serving.deploy("prod", V2))
    assert service.endpoints.deployments(ENDPOINT) == ["v01"]


def test_an_environment_without_its_code_is_missing(serving: AzureMlServing, service: AzureMl) -> None:
    """It says what to do; nothing called None is deployed."""
    for path, found in service.resources.items():
        if "/environments/" in path:
            found["properties"]["tags"] = {}
    with pytest.raises(Missing, match="publish this code again"):
        until_ready(lambda: serving.deploy("prod", V1))


def test_other_bytes_under_the_same_version_are_a_conflict(serving: AzureMlServing) -> None:
    """The tag says what is deployed; nothing is replaced."""
    deployed(serving, V1)
    with pytest.raises(Conflict, match="made from other bytes than points:1"):
        serving.deploy("prod", replace(V1, sha256="b" * 64))


def test_code_that_was_not_published_is_missing(serving: AzureMlServing, service: AzureMl) -> None:
    """The sentence says which environment, and how to publish it."""
    del service.resources[f"{ROOT}/environments/mlops-online/versions/c1"]
    with pytest.raises(Missing, match=r"no environment mlops-online:c1: publish this code first \(python -m"):
        until_ready(lambda: serving.deploy("prod", V1))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_refusal_is_tried_again(serving: AzureMlServing, service: AzureMl, status: int) -> None:
    """Within one call, whatever is read or written."""
    for method, part in (("GET", "/onlineEndpoints/"), ("PUT", f"/{ENDPOINT}"), ("PUT", "/deployments/")):
        service.refuse(method, part, status, retry_after="0")
    deployed(serving, V1)
    serving.route("points", "prod", Traffic({1: 100}))
    assert serving.state("points", "prod") == Traffic({1: 100})


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (503, Transient, "gave no usable answer while looking for the endpoint"),
        (403, Transient, "lacks the role MLOps deployer"),
        (409, Transient, "is busy with another operation on the endpoint"),
        (400, Refused, "refuses the request while looking for the endpoint"),
    ],
)
def test_what_stays_refused_is_told_in_words(
    serving: AzureMlServing, service: AzureMl, status: int, kind: type[Fault], words: str
) -> None:
    """Whether waiting helps, and which role is missing."""
    service.refuse("", "/onlineEndpoints/", status, times=-1)
    with pytest.raises(kind, match=words):
        serving.deploy("prod", V1)


def test_what_is_not_shown_yet_is_not_made_twice(serving: AzureMlServing, service: AzureMl) -> None:
    """A new endpoint, then a new deployment, that the next read misses: the service keeps the first of each."""
    service.endpoints.slow = True
    for part, words in ((f"/{ENDPOINT}", "endpoint .* was requested"), ("/deployments/v01", "points:1 was requested")):
        with pytest.raises(Transient, match=words):
            serving.deploy("prod", V1)
        service.hide_new(part, 1)
        with pytest.raises(Transient, match="is busy with another operation on the endpoint"):
            serving.deploy("prod", V1)
        service.endpoints.finish()
        service.hidden.clear()
    serving.deploy("prod", V1)
    assert len(service.endpoints.operations) == 2
