"""Releases drive an endpoint: shadow, canary, full and back; a service that is down in between is caught up with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from azureml_double import AzureMl
from azureml_serving import ENDPOINT, furnish, serving_at, show, version
from ports_with import ports_with
from routers import router_of
from served_model import score_rows
from world import World, points_csv

from shared.core.errors import Transient
from shared.release.manual_changes import promote
from shared.release.rollback.execution import roll_back
from shared.release.rollouts import active_rollout
from shared.training.stored_models import find_model

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

# The canary stays where it is until a person or a longer time ends it.
SETTINGS = {"ENVIRONMENTS": "prod", "ROLLOUT": "0:5,20:5", "HEALTH_RULES": "rows:50,shift:1,slower:50"}
VALUES = [float(one) for one in np.random.default_rng(8).normal(size=400)]


class Released:
    """A world whose versions are served by an endpoint."""

    def __init__(self, home: Path, client: MLClient, service: AzureMl, **settings: str) -> None:
        furnish(service)
        show(service, *(version(number) for number in (1, 2, 3)))
        self.service = service
        service.endpoints.slow = True
        self.world = World(home, **{**SETTINGS, **settings})
        one = {"points": self.world.ports.core.scenarios["points"]}
        self.world.ports = ports_with(self.world.ports, release__endpoints=serving_at(client), core__scenarios=one)
        self.world.trainer.ports = self.world.ports
        self.router = router_of(self.world)

    def drop(self, name: str, weight: float) -> None:
        """Land data and let a model of that weight be trained; nobody but sweeps does the rest."""
        self.world.trainer.weight = weight
        message = self.world.land(f"incoming/points/{name}/points.csv", points_csv(seed=len(name) + int(weight * 100)))
        self._tolerant(lambda: self.world.handle(message))
        self.sweeps(6)

    def ask(self, count: int) -> None:
        """So many requests to the function app."""
        for number in range(count):
            rows = [{"x": VALUES[number], "color": "red"}]
            self.router.answer("points", f"k{number}", lambda model, rows=rows: score_rows(model, rows))
        self.router.flush()

    def sweeps(self, count: int = 1) -> None:
        """Timers, a minute apart; by then the service has done what it was asked for before."""
        for _ in range(count):
            self.world.clock.advance(seconds=61)
            self.service.endpoints.finish()
            self._tolerant(self.world.sweep)

    def after(self, minutes: int) -> None:
        """Sweeps when so much time has passed: one asks, the next one sees that it is done."""
        self.world.clock.advance(minutes=minutes)
        self.sweeps(2)

    def down(self) -> None:
        """The service answers nobody."""
        self.service.refuse("", "", 503, times=-1)

    @property
    def traffic(self) -> tuple[dict[str, int], dict[str, int]]:
        """What the endpoint does with requests: live and mirrored percent."""
        return self.service.endpoints.traffic(ENDPOINT)

    @property
    def pointer(self) -> tuple[int, int]:
        """Generation and version that the function app answers with."""
        current = self.world.ports.release.deployments.current("points")
        assert current is not None
        return current.generation, current.version

    @property
    def told(self) -> tuple[str, str]:
        """How history says that the endpoint stands."""
        entry = self.world.ports.core.history.find("endpoint", "points/prod")
        assert entry is not None
        return entry.state, entry.reason

    def _tolerant(self, act: object) -> None:
        try:
            act()  # type: ignore[operator]
        except Transient:
            # The queue brings the message again, or the sweep finds it.
            return


@pytest.fixture
def released(tmp_path: Path, client: MLClient, service: AzureMl) -> Iterator[Released]:
    """The first version in service, and asked."""
    made = Released(tmp_path / "home", client, service)
    made.drop("d1", 0.35)
    assert made.pointer == (1, 1)
    made.ask(5)
    yield made
    made.world.close()


def test_the_endpoint_does_what_each_step_of_a_release_says(released: Released) -> None:
    """All to the first; a shadow mirrored; a fifth to the canary; all to the new one; what is no longer kept goes."""
    assert released.traffic == ({"v01": 100}, {})
    released.drop("d2", 0.45)
    assert released.traffic == ({"v01": 100}, {"v02": 50})
    released.ask(200)
    released.after(minutes=6)
    assert released.traffic == ({"v01": 80, "v02": 20}, {})
    released.ask(300)
    released.after(minutes=6)
    assert (released.traffic, released.pointer) == (({"v02": 100}, {}), (2, 2))
    assert released.told == ("done", "Traffic is as the pointer and the rollout call for.")
    roll_back(released.world.ports, "points", by="ada", reason="a bad feeling")
    assert (released.traffic, released.pointer, released.told[0]) == (({"v02": 100}, {}), (3, 1), "waiting")
    released.sweeps()
    assert (released.traffic, released.told[0]) == (({"v01": 100}, {}), "done")
    released.world.clock.advance(hours=2)
    released.drop("d3", 0.6)
    assert (released.traffic, released.pointer) == (({"v03": 100}, {}), (4, 3))
    assert released.service.endpoints.deployments(ENDPOINT) == ["v01", "v03"]


def test_what_a_second_rollback_brings_back_stays_deployed(tmp_path: Path, client: MLClient, service: AzureMl) -> None:
    """The version before what serves is kept, and what was taken out is deployed no longer."""
    released = Released(tmp_path / "home", client, service, ROLLOUT="full")
    for number, weight in enumerate((0.2, 0.4, 0.6), start=1):
        released.drop(f"d{number}", weight)
    assert (released.pointer, service.endpoints.deployments(ENDPOINT)) == ((3, 3), ["v02", "v03"])
    roll_back(released.world.ports, "points", by="ada", reason="complaints")
    released.sweeps(2)
    assert (released.traffic, service.endpoints.deployments(ENDPOINT)) == (({"v02": 100}, {}), ["v02"])
    roll_back(released.world.ports, "points", by="ada", reason="complaints")
    released.sweeps(3)
    assert (released.pointer, released.traffic) == ((5, 1), ({"v01": 100}, {}))
    assert service.endpoints.deployments(ENDPOINT) == ["v01"]
    released.world.close()


def test_a_service_that_is_down_holds_nobody_up_and_is_caught_up_with(released: Released) -> None:
    """At every step the state moves and history says why the endpoint does not; the next sweep needs nobody's help."""
    released.drop("d2", 0.45)
    released.ask(200)
    released.down()
    released.after(minutes=6)
    trial = active_rollout(released.world.ports, "points", "prod")
    assert trial is not None
    assert (trial.state, released.traffic) == ("canary", ({"v01": 100}, {"v02": 50}))
    state, reason = released.told
    assert (state, "gave no usable answer" in reason) == ("waiting", True)
    released.ask(300)
    released.after(minutes=6)
    assert (released.pointer, released.traffic) == ((2, 2), ({"v01": 100}, {"v02": 50}))
    assert roll_back(released.world.ports, "points", by="ada", reason="now").version == 1
    assert released.pointer == (3, 1)
    promote(released.world.ports, find_model(released.world.ports, "points", 2), by="ada", reason="and forth")
    released.service.refusals.clear()
    released.sweeps(2)
    assert (released.pointer, released.traffic) == ((4, 2), ({"v02": 100}, {}))
    assert released.told[0] == "done"


def test_a_version_that_does_not_start_there_is_refused(released: Released) -> None:
    """Before it is tried by anybody: the release ends with the container's own words, and the champion stays."""
    released.service.endpoints.failing["v02"] = "ModuleNotFoundError: no module named onnxruntime"
    released.drop("d2", 0.45)
    entry = released.world.ports.core.history.find("model", "points:2")
    assert entry is not None
    assert (entry.state, "no module named onnxruntime" in entry.reason) == ("refused", True)
    assert active_rollout(released.world.ports, "points", "prod") is None
    assert (released.pointer, released.traffic) == ((1, 1), ({"v01": 100}, {}))
