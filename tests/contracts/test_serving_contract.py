"""What every serving target promises, whoever answers: the function app, or managed online endpoints."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from azure_parts import QUICK, FakeCredential, self_signed
from azureml_double import azure_ml
from azureml_serving import ENDPOINT, PLACE, furnish, serving_at, show, version

from shared.adapters.azureml.client import workspace_client
from shared.adapters.files.folder_lake import FolderLake
from shared.adapters.functions_serving import FunctionsServing
from shared.core.errors import Fault, Permanent, Transient
from shared.release.ports import ServingTarget
from shared.release.traffic import Traffic
from shared.training.model import Model

pytestmark = [
    pytest.mark.filterwarnings("ignore::marshmallow.warnings.RemovedInMarshmallow4Warning"),
    pytest.mark.filterwarnings("ignore::marshmallow.warnings.ChangedInMarshmallow4Warning"),
    pytest.mark.filterwarnings("ignore:datetime.datetime.utc:DeprecationWarning"),
]
MODELS = {
    number: replace(version(number, hashlib.sha256(b"%d" % number).hexdigest()), folder=f"models/points/{number}/")
    for number in (1, 2, 3)
}


@dataclass
class Target:
    """A target with three registered versions; `ask` is what the state asks of it, `there` what is still deployed."""

    port: ServingTarget
    ask: Callable[[Traffic], None]
    there: Callable[[], set[int]]

    def deploy(self, model: Model) -> None:
        """As messages do it: again while it is not ready."""
        for _ in range(5):
            try:
                self.port.deploy("prod", model)
            except Transient:
                continue
            return
        raise AssertionError("not ready after 5 rounds")

    def send(self, traffic: Traffic) -> None:
        """Ready first, then traffic."""
        for number in traffic.versions:
            self.deploy(MODELS[number])
        self.ask(traffic)
        self.port.route("points", "prod", traffic)


def _functions(folder: Path) -> Iterator[Target]:
    lake, asked = FolderLake(folder / "lake"), [Traffic()]
    for number, model in MODELS.items():
        lake.put(f"{model.folder}model.onnx", b"%d" % number)

    def ask(traffic: Traffic) -> None:
        asked[0] = traffic

    port = FunctionsServing(lake, lambda _, environment: asked[0] if environment == "prod" else Traffic())
    yield Target(port, ask, lambda: set(MODELS))


def _endpoints(folder: Path) -> Iterator[Target]:
    certificate = self_signed(folder)
    with azure_ml(certificate) as service, pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
        patch.setenv("AZUREML_DEV_URL_MFE", service.url)
        furnish(service)
        show(service, *MODELS.values())
        client = workspace_client(PLACE, FakeCredential(aud="https://ml.azure.com", oid="o", tid="t"), QUICK)
        there = service.endpoints.deployments
        yield Target(serving_at(client), lambda _: None, lambda: {int(name[1:]) for name in there(ENDPOINT)})


@pytest.fixture(params=["functions", "azureml"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    """Each kind of target, empty."""
    yield from {"functions": _functions, "azureml": _endpoints}[request.param](tmp_path)


class TestServingTarget:
    """Port `ServingTarget`."""

    def test_nothing_serves_before_it_is_asked_to(self, target: Target) -> None:
        """No shares, no mirror; a version that is ready changes nothing of that, however often it is deployed."""
        assert target.port.state("points", "prod") == Traffic()
        target.deploy(MODELS[1])
        target.deploy(MODELS[1])
        assert target.port.state("points", "prod") == Traffic()

    def test_the_state_meets_what_was_routed(self, target: Target) -> None:
        """Alone, beside a shadow, beside a canary, the other alone, and back; once or twice makes no difference."""
        steps = (
            Traffic({1: 100}),
            Traffic({1: 100}, {2: 100}),
            Traffic({1: 90, 2: 10}),
            Traffic({2: 100}),
            Traffic({1: 100}),
        )
        for traffic in steps:
            target.send(traffic)
            target.port.route("points", "prod", traffic)
            assert target.port.state("points", "prod").meets(traffic)
        assert target.port.state("points", "preprod") == Traffic()

    def test_what_serves_is_never_retired(self, target: Target) -> None:
        """Neither the champion nor its shadow, whatever is said to be kept; nor twice."""
        traffic = Traffic({1: 100}, {2: 100})
        target.send(traffic)
        target.deploy(MODELS[3])
        for _ in range(2):
            target.port.retire("points", "prod", frozenset())
            assert {1, 2} <= target.there()
        assert target.port.state("points", "prod").meets(traffic)

    def test_bytes_that_were_not_registered_are_not_made_ready(self, target: Target) -> None:
        """Permanent: no retry would help, and nothing is sent there."""
        target.deploy(MODELS[1])
        with pytest.raises(Fault) as told:
            target.deploy(replace(MODELS[1], sha256="f" * 64))
        assert isinstance(told.value, Permanent)
        assert target.port.state("points", "prod") == Traffic()


def test_a_mirror_may_be_smaller_and_not_absent() -> None:
    """Shares are exact; who is mirrored is exact; how much of it may be less than wanted, never more."""
    wanted = Traffic({1: 100}, {2: 100})
    assert Traffic({1: 100}, {2: 50}).meets(wanted)
    for other in (Traffic({1: 100}), Traffic({1: 100}, {3: 50}), Traffic({1: 90, 2: 10}), Traffic({}, {2: 50})):
        assert not other.meets(wanted)
    assert not Traffic({1: 100}, {2: 60}).meets(Traffic({1: 100}, {2: 50}))
    assert not Traffic({1: 100}, {2: 0}).meets(wanted)
