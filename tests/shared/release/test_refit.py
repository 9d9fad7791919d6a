"""After a pass the refit serves when it stands up to the judged fit; else the judged fit does, and history says why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from releases import ask, drop
from world import POINTS, InlineTrainer, World

from shared.core.scenario import Split
from shared.release.approvals import decide
from shared.release.gate.contestants import Contestant, load_champion
from shared.release.gate.refit import differences
from shared.release.manual_changes import override, promote
from shared.release.rollback.execution import roll_back
from shared.serving.deployment import Deployment
from shared.serving.model_router import ModelRouter
from shared.training.model import Model
from shared.training.stored_models import find_model

BY_TIME = {"points": replace(POINTS, split=Split("time"))}


def refitting(folder: Path, refit: float | None, *, weight: float = 3.0, **settings: str) -> World:
    """A world whose models have a refit of that weight."""
    return World(folder, trainer=InlineTrainer(weight, refit), **settings)


@pytest.fixture
def by_time(tmp_path: Path) -> Iterator[World]:
    """A world whose refits learn the judging rows as well."""
    with closing(World(tmp_path, trainer=InlineTrainer(), scenarios=BY_TIME)) as world:
        yield world


def serving(world: World, version: int) -> tuple[Deployment, Model]:
    """What serves, and the registered version."""
    current = world.ports.release.deployments.current("points")
    assert current is not None
    return current, find_model(world.ports, "points", version)


def test_the_refit_serves_when_it_is_not_worse(tmp_path: Path) -> None:
    """On the rows that neither learned; every environment, the smoke checks and the routes take its graph."""
    with closing(refitting(tmp_path, 3.1)) as world:
        drop(world, "d1")
        current, model = serving(world, 1)
        assert current.sha256 == model.refit_sha256 != model.sha256
        assert "The gate passed. The refit serves: not worse on 400 rows that neither learned" in current.reason
        preprod = world.ports.release.deployments.current("points", "preprod")
        assert preprod is not None
        assert preprod.sha256 == model.refit_sha256
        deployed = ModelRouter(world.ports).current("points")
        assert (deployed.model.id, deployed.manifest["sha256"]) == ("points:1", model.refit_sha256)
        assert deployed.loaded.score_rows([{"x": 1.0, "color": "blue"}])[0, 1] == pytest.approx(1 / (1 + np.exp(-3.1)))


def test_the_judged_fit_serves_when_the_refit_is_worse(tmp_path: Path) -> None:
    """The version passes all the same; the reason has both scores."""
    with closing(refitting(tmp_path, 0.01)) as world:
        drop(world, "d1")
        current, model = serving(world, 1)
        assert current.sha256 == model.sha256
        assert "The judged fit serves: the refit is not shown to be as good on 400 rows" in current.reason


@pytest.mark.parametrize(
    ("refit", "sentence"),
    [
        (3.3, "The refit serves: it agrees with the judged fit on 400 judging rows: 0.2% of the decisions"),
        (0.9, "The judged fit serves: the refit disagrees with it on 400 judging rows: "),
        (-3.0, "The judged fit serves: the refit disagrees with it on 400 judging rows: "),
    ],
)
def test_without_unseen_rows_the_answers_have_to_agree(by_time: World, refit: float, sentence: str) -> None:
    """A refit of a time split has learned the judging rows: it serves within the bound, else the judged fit does."""
    by_time.trainer.refit = refit
    drop(by_time, "d1")
    current, model = serving(by_time, 1)
    assert current.sha256 == (model.refit_sha256 if sentence.startswith("The refit") else model.sha256)
    assert sentence in current.reason


def test_a_damaged_refit_leaves_the_judged_fit_in_service(tmp_path: Path) -> None:
    """The gate reads the bytes that the registry names; a version whose refit was altered later does not load."""
    with closing(refitting(tmp_path, 3.1)) as world:
        lake = world.ports.core.lake
        lake.put("models/points/1/refit.json", b"{}")
        drop(world, "d1")
        current, model = serving(world, 1)
        assert model.refit_sha256
        assert current.sha256 == model.sha256
        assert "The judged fit serves: the refit cannot be used: " in current.reason


def test_the_champion_is_the_graph_that_serves(tmp_path: Path) -> None:
    """The next version is compared with the refit and what it learned; the same bytes again are refused."""
    with closing(refitting(tmp_path, 3.1)) as world:
        drop(world, "d1")
        other = replace(serving(world, 1)[1], version=9, sha256="new", refit_sha256="")
        champion = load_champion(world.ports, POINTS, other)
        assert isinstance(champion, Contestant)
        assert champion.manifest["learned"]["file"] == "refit-learned.bin"
        assert champion.loaded.score_rows([{"x": 1.0, "color": "blue"}])[0, 1] == pytest.approx(1 / (1 + np.exp(-3.1)))
        assert "the very same graph" in drop(world, "d2", seed=2).reason


def test_a_rollback_brings_back_the_graph_that_served(tmp_path: Path) -> None:
    """The refit of the version before, not its judged fit; and promoting it again keeps that graph."""
    with closing(refitting(tmp_path, 0.05, weight=0.04)) as world:
        drop(world, "d1")
        world.trainer.refit = 3.1
        drop(world, "d2", seed=2, weight=3.0)
        second = serving(world, 2)[1]
        restored = roll_back(world.ports, "points", by="ada", reason="no")
        assert (restored.version, restored.sha256) == (1, serving(world, 1)[1].refit_sha256)
        again = promote(world.ports, second, by="ada", reason="well")
        assert (again.version, again.sha256) == (2, second.refit_sha256)


def test_a_rollout_tries_the_graph_that_will_serve(tmp_path: Path) -> None:
    """Shadow and canary answer with the refit, and full service has it."""
    settings = {"ROLLOUT": "50:1", "HEALTH_RULES": "rows:20,shift:9"}
    with closing(refitting(tmp_path, 0.05, weight=0.04, **settings)) as world:
        drop(world, "d1")
        router = ModelRouter(world.ports, pointer_seconds=0)
        ask(router, 20)
        world.trainer.refit = 3.1
        drop(world, "d2", seed=2, weight=3.0)
        second = find_model(world.ports, "points", 2)
        rollout = world.ports.release.rollouts.current("points", "prod")
        assert rollout is not None
        assert (rollout.state, rollout.sha256) == ("canary", second.refit_sha256)
        assert set(ask(router, 100)) == {1, 2}
        world.clock.advance(minutes=2)
        world.sweep()
        assert serving(world, 2)[0].sha256 == second.refit_sha256


def test_an_override_serves_the_judged_fit(tmp_path: Path) -> None:
    """A person decided on what was judged; only a pass lets the refit serve."""
    with closing(refitting(tmp_path, -2.9, weight=-3.0)) as world:
        drop(world, "d1")
        model = find_model(world.ports, "points", 1)
        request = override(world.ports, model, by="eve", reason="a trial")
        decide(world.ports, request, "approve", by="ada", reason="yes")
        world.sweep()
        assert serving(world, 1)[0].sha256 == model.sha256


def test_differences_are_the_largest_of_any_column() -> None:
    """Decisions at their thresholds; numbers as a share of their spread."""
    one, other = np.array([[0.9, 0.2], [0.4, 0.8]], np.float32), np.array([[0.9, 0.4], [0.4, 0.6]], np.float32)
    assert differences("multilabel", (0.5, 0.7), one, other) == pytest.approx((0.5, 0.2))
    assert differences("regression", (), np.array([[0.0], [2.0]]), np.array([[0.5], [2.0]])) == pytest.approx((0, 0.25))
