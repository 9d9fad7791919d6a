"""With endpoints of Azure ML, only functions of the app that deploys call them: no other identity needs the right."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest
from azure_functions_runtime.bindings.out import Out
from azureml_double import AzureMl
from azureml_serving import ENDPOINT, furnish, serving_at, show, version
from infra.bicep import FOLDER, read
from ports_with import ports_with
from world import World, points_csv

from functions.app import create_app
from shared.core.errors import Transient
from shared.core.messages import model_message
from shared.release.rollback.execution import roll_back

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

PLACED = read(FOLDER / "resources.bicep").variables
ON_TIME = SimpleNamespace(past_due=False)


class Apps:
    """The apps that ingest and deploy, each with the functions that the templates leave it, over one state."""

    def __init__(self, home: Path, client: MLClient, service: AzureMl) -> None:
        furnish(service)
        show(service, version(1), version(2))
        self.service = service
        self.world = World(home, ENVIRONMENTS="prod", ROLLOUT="")
        one = {"points": self.world.ports.core.scenarios["points"]}
        self.world.ports = ports_with(self.world.ports, release__endpoints=serving_at(client), core__scenarios=one)
        self.world.trainer.ports = self.world.ports
        made = {name.get_function_name(): name.get_user_function() for name in self._indexed()}
        self.ingest = {name: made[name] for name in PLACED["ingestFunctions"]}
        self.deploy = {name: made[name] for name in PLACED["deployFunctions"]}

    def _indexed(self) -> list[Any]:
        return list(create_app(lambda: self.world.ports).get_functions())

    def swept(self, timer: Callable[..., Any], output: str) -> list[str]:
        """What a timer puts on its queue."""
        out = Out()
        timer(timer=ON_TIME, **{output: out})
        return list(out.get())

    def ingested(self, body: str) -> list[str]:
        """A message through the worker of data; returns what it hands on to the queue of models."""
        windows, models = Out(), Out()
        self.ingest["ingest"](message=func.QueueMessage(id="1", body=body), windows=windows, models=models)
        return list(models.get())

    def released(self) -> None:
        """The other app's sweeps and worker, until the service has done what they asked for."""
        for _ in range(6):
            self.world.clock.advance(seconds=61)
            self.service.endpoints.finish()
            for body in self.swept(self.deploy["reconcile_releases"], "models"):
                self.deployed(body)

    def deployed(self, body: str) -> None:
        """A message through the worker that deploys; what is not ready yet is found again by the sweep."""
        with suppress(Transient):
            self.deploy["deploy"](message=func.QueueMessage(id="1", body=body), windows=Out())

    def dropped(self, name: str) -> None:
        """Labelled data, found by the sweep, ingested and trained on; nobody tells of the model."""
        content = points_csv(seed=len(name))
        self.world.land(f"incoming/points/{name}/points.csv", content)
        for body in self.swept(self.ingest["reconcile"], "events"):
            self.ingested(body)

    @property
    def called(self) -> bool:
        """Whether endpoints were asked for anything since this was looked at, also by pollers of the SDK."""
        for thread in threading.enumerate():
            if thread.name.startswith("LROPoller"):
                thread.join(30)
        found = any("/onlineendpoints" in path.lower() for _, path in self.service.asked)
        self.service.asked.clear()
        return found


@pytest.fixture
def apps(tmp_path: Path, client: MLClient, service: AzureMl) -> Iterator[Apps]:
    """A model that was trained and that nobody has judged."""
    made = Apps(tmp_path / "home", client, service)
    made.world.trainer.weight = 0.35
    made.dropped("d1")
    assert [model.id for model in made.world.ports.training.registry.list()] == ["points:1"]
    yield made
    made.world.close()


def test_the_sweep_of_releases_deploys_and_the_sweep_of_data_does_not(apps: Apps) -> None:
    """A model without an event, and an endpoint that does not follow yet: both wait for the app that deploys."""
    assert apps.swept(apps.ingest["reconcile"], "events") == []
    assert not apps.called
    apps.released()
    assert apps.called
    assert apps.service.endpoints.traffic(ENDPOINT) == ({"v01": 100}, {})
    entry = apps.world.ports.core.history.find("endpoint", "points/prod")
    assert entry is not None
    apps.world.ports.core.ledger.note("endpoint", "points/prod", "waiting", "Traffic has to change.")
    assert apps.swept(apps.ingest["reconcile"], "events") == []
    assert not apps.called
    apps.released()
    assert apps.called


def test_a_model_among_messages_of_data_is_handed_on(apps: Apps) -> None:
    """Misdirected, or in a dead letter: the worker of data puts it on the queue of models and deploys nothing."""
    asks = model_message("points", 1)
    assert apps.ingested(asks) == [asks]
    letter = apps.world.home / "eventgrid" / "deadletter" / "model_event-1.json"
    letter.parent.mkdir(parents=True, exist_ok=True)
    letter.write_text(json.dumps([{**json.loads(asks), "deadLetterReason": "MaxDeliveryAttemptsExceeded"}]))
    (found,) = apps.swept(apps.ingest["reconcile"], "events")
    (handed,) = apps.ingested(found)
    assert json.loads(handed)["subject"] == "models/points:1"
    assert apps.ingested(found) == []
    assert not apps.called
    assert apps.world.ports.release.deployments.current("points") is None
    apps.deployed(handed)
    assert apps.called


def test_a_decision_is_followed_by_the_sweep_of_releases(apps: Apps) -> None:
    """A rollback while the service is away: the next sweep of releases sends requests back, that of data never does."""
    apps.released()
    apps.world.trainer.weight = 0.6
    apps.dropped("later")
    apps.released()
    assert apps.service.endpoints.traffic(ENDPOINT) == ({"v02": 100}, {})
    apps.service.refuse("", "", 503, times=-1)
    roll_back(apps.world.ports, "points", by="ada", reason="a bad feeling")
    apps.service.refusals.clear()
    assert apps.called
    apps.swept(apps.ingest["reconcile"], "events")
    assert not apps.called
    apps.released()
    assert apps.service.endpoints.traffic(ENDPOINT) == ({"v01": 100}, {})
