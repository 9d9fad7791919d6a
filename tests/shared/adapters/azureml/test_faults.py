"""Every fault on the way to Azure ML, on every write of the adapters: nothing twice, nothing lost, soon over."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from azure_parts import FakeCredential
from azureml_cloud import Cloud
from azureml_double import ROOT, URL, azure_ml
from azureml_writes import RUN, WRITES, Workspace
from fault_proxy import LOSE, RESET, TRUNCATE, UNAVAILABLE, FaultProxy, Match, delayed, request, throttled
from world import points_csv

from model_training.azureml import submission
from model_training.azureml.platform import Platform
from shared import due_work
from shared.adapters.azure.retry_policy import RetryPolicy
from shared.adapters.azureml.client import workspace_client
from shared.core.addresses import workspace_address
from shared.core.errors import Transient

# As many attempts as the real one makes, with pauses and time limits that a test can wait for.
BRISK = RetryPolicy(connect=2, read=1, first_pause=0.01, longest_pause=2)
SECONDS = 600.0
FAULTS = {
    "503": UNAVAILABLE,
    "429 with Retry-After": throttled(1),
    "reset before": RESET,
    "lost answer": LOSE,
    "truncated": TRUNCATE,
    "slow": delayed(0.2),
    "hung": delayed(BRISK.read + 0.3),
}
STAYING = {"503": UNAVAILABLE, "reset before": RESET, "lost answer": LOSE, "truncated": TRUNCATE}


@pytest.fixture(scope="module")
def standing(certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One workspace, one proxy that shows its certificate, one client."""
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(*certificate)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    trusting.check_hostname = False
    with (
        pytest.MonkeyPatch.context() as patch,
        azure_ml(certificate) as service,
        FaultProxy(urlsplit(service.url).port or 0, tls=shown, upstream_tls=trusting) as proxy,
    ):
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
        service.url = f"https://127.0.0.1:{proxy.port}"
        patch.setenv("AZUREML_DEV_URL_MFE", service.url)
        credential = FakeCredential(aud="https://ml.azure.com", oid="o", tid="t")
        client = workspace_client(workspace_address("REGISTRY_URL", URL), credential, BRISK)
        yield Workspace(service, proxy, client, tmp_path_factory.mktemp("lake"))


@pytest.fixture
def workspace(standing: Workspace) -> Workspace:
    """The same, as it was at first."""
    standing.reset()
    return standing


@pytest.mark.sampled(14)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", WRITES)
@pytest.mark.fault(26)
def test_one_fault_changes_nothing(workspace: Workspace, name: str, fault: str) -> None:
    """What stands there in the end is what would without the fault, once, and within seconds."""
    write = WRITES[name]
    write.before(workspace)
    workspace.proxy.plan(FAULTS[fault], write.it)
    began = time.monotonic()
    workspace.again(write.act)
    assert time.monotonic() - began < SECONDS
    assert workspace.proxy.hits == 1
    assert write.proof(workspace) == write.stands
    if FAULTS[fault].kind == "delay":
        # A request that was given up arrives all the same.
        workspace.settle(write)
        assert write.proof(workspace) == write.stands


# An answer without a body cannot be cut in it.
NEVER = [(name, fault) for name in WRITES for fault in STAYING if WRITES[name].method == "PUT" or fault != "truncated"]


@pytest.mark.sampled(7)
@pytest.mark.parametrize(("name", "fault"), NEVER)
def test_a_write_that_is_never_answered_is_transient_soon_so_and_done_later(
    workspace: Workspace, name: str, fault: str
) -> None:
    """A bounded number of attempts and one sentence; whoever comes later does what is left to do, once."""
    write = WRITES[name]
    write.before(workspace)
    workspace.proxy.plan(STAYING[fault], write.it, times=1000)
    began = time.monotonic()
    with pytest.raises(Transient, match="Azure ML"):
        write.act(workspace)
    assert time.monotonic() - began < SECONDS
    assert 1 <= workspace.proxy.hits <= BRISK.retries + 1
    workspace.proxy.heal()
    workspace.service.endpoints.finish()
    workspace.again(write.act)
    assert write.proof(workspace) == write.stands


def test_a_service_that_says_nothing_is_left_after_the_time_limit_of_each_attempt(workspace: Workspace) -> None:
    """The limits are those of the adapter's retry policy; the one job is there when the service is back."""
    write = WRITES["job"]
    workspace.proxy.plan(delayed(60), write.it, times=1000)
    began = time.monotonic()
    with pytest.raises(Transient, match=f"while submitting run {RUN.id}"):
        workspace.trainer.submit(RUN)
    assert time.monotonic() - began < SECONDS
    workspace.proxy.heal()
    workspace.trainer.submit(RUN)
    assert write.proof(workspace) == write.stands


@pytest.mark.parametrize("name", WRITES)
def test_whoever_is_told_to_wait_for_long_gives_way(workspace: Workspace, name: str) -> None:
    """A long Retry-After ends the call at once: the message comes again later, no worker sleeps."""
    write = WRITES[name]
    write.before(workspace)
    workspace.proxy.plan(throttled(3600), write.it, times=1000)
    began = time.monotonic()
    with pytest.raises(Transient, match=r"Azure ML asks for a pause of 3600 seconds"):
        write.act(workspace)
    assert time.monotonic() - began < SECONDS
    assert workspace.proxy.hits == 1
    workspace.proxy.heal()
    workspace.again(write.act)
    assert write.proof(workspace) == write.stands


def published(workspace: Workspace) -> list[str]:
    """This code, as a release does it."""
    return submission.publish(workspace.client, Platform(image="img"))


def stands_published(workspace: Workspace) -> bool:
    """Each component and the environment of endpoints, once."""
    wanted = sorted(f"mlops_{name}/{submission.published_version()}" for name in submission.PUBLISHED)
    environment = f"mlops-online/{submission.published_version()}"
    found = [name for name in workspace.kept("components") if not name.startswith("tiny/")]
    return found == wanted and workspace.kept("environments").count(environment) == 1


def put(part: str) -> Match:
    """Takes writes of what is called so."""
    return request("PUT", part)


def test_a_publication_with_every_fault_in_it_is_whole(workspace: Workspace) -> None:
    """Each fault on a component, and some after each other on the environment: each of them stands there once."""
    for name, fault in zip(submission.PUBLISHED, FAULTS.values(), strict=False):
        workspace.proxy.plan(fault, put(f"/components/mlops_{name}/"))
    for nth, fault in enumerate((UNAVAILABLE, LOSE, TRUNCATE), start=1):
        workspace.proxy.plan(fault, put("/environments/mlops-online/"), nth=nth)
    began = time.monotonic()
    names = published(workspace)
    assert time.monotonic() - began < 2 * SECONDS
    assert workspace.proxy.hits == len(FAULTS) + 3
    # The components, and the environments of endpoints and of Spark.
    assert len(names) == len(submission.PUBLISHED) + 2
    assert stands_published(workspace)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("part", [f"/components/mlops_{submission.PUBLISHED[-1]}/", "/environments/mlops-online/"])
def test_a_publication_that_broke_off_is_told_and_completed_by_the_next(workspace: Workspace, part: str) -> None:
    """In words, with what it could not publish; whoever publishes again finds the rest done."""
    workspace.proxy.plan(LOSE, put(part), times=1000)
    with pytest.raises(Transient, match="Azure ML gave no usable answer while publishing the"):
        published(workspace)
    workspace.proxy.heal()
    published(workspace)
    assert stands_published(workspace)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("part", ["/data/points/", "/jobs/points-", "/models/points/"])
@pytest.mark.parametrize("fault", STAYING)
def test_the_sweep_ends_what_a_write_without_an_answer_held_up(
    workspace: Workspace, tmp_path: Path, part: str, fault: str
) -> None:
    """The run stays requested; in the end there is one asset of each kind, one job and one model, which serves."""
    cloud = Cloud(tmp_path, {}, workspace.client, workspace.service)
    landed = cloud.world.land("incoming/points/d1/points.csv", points_csv())
    for number in (1, 2):
        del workspace.service.resources[f"{ROOT}/models/points/versions/{number}"]
    workspace.proxy.plan(STAYING[fault], put(part), times=BRISK.retries)
    with suppress(Transient):
        cloud.handle(landed)
    assert workspace.proxy.hits > 0
    assert [run.state for run in cloud.world.ports.training.runs.list()] == ["requested"]
    for _ in range(4):
        cloud.handle(*due_work.sweep(cloud.world.ports))
        cloud.world.clock.advance(seconds=61)
    (run,) = cloud.world.ports.training.runs.list()
    assert (run.state, run.attempts) == ("completed", 1)
    assert (workspace.kept("jobs"), workspace.kept("models")) == ([run.attempt_name], ["points/1"])
    assert [name.partition("/")[0] for name in workspace.kept("data")] == ["points-test", "points-train", "points"]
    assert cloud.world.ports.release.deployments.current("points") is not None
    cloud.world.close()
