"""A changed declaration of decisions serves the same graph with other thresholds, as a generation of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from world import POINTS, InlineTrainer, World, points_csv

from model_training.runs.changed_decisions import register_changed_decisions
from model_training.runs.training import train_artefact
from shared.core.declaration.decision import Decision
from shared.core.messages import model_message
from shared.core.scenario import Scenario
from shared.serving.answers import labels_of
from shared.serving.model_router import ModelRouter
from shared.training.run import Run

BEST = replace(POINTS, candidates=("logistic",))
RECALL = replace(BEST, decision=Decision("recall", share=0.99))


class _RealTrainer(InlineTrainer):
    """Trains with the steps of a run, in this process."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def submit(self, run: Run) -> None:
        """Train and register."""
        assert self.ports is not None
        assert self.ports.training.runs.move(run.id, "requested", "running", "started")
        run = replace(run, profile="demo")
        artefact = train_artefact(self.ports, run.id, lambda *_, **__: None, self._folder / run.id)
        self.ports.training.registry.register(artefact)
        self.ports.training.runs.move(run.id, "running", "completed", "registered")


def _points(rows: int) -> bytes:
    """Points of which every tenth has the other answer: no threshold is right for all."""
    head, *lines = points_csv(rows).decode().splitlines()
    for at in range(0, rows, 10):
        start, _, label = lines[at].rpartition(",")
        lines[at] = f"{start},{'no' if label == 'yes' else 'yes'}"
    return "\n".join([head, *lines, ""]).encode()


def _world(folder: Path, scenario: Scenario) -> World:
    return World(folder, trainer=_RealTrainer(folder / "runs"), scenarios={"points": scenario}, TRAINING_PROFILE="demo")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The best F1 was served; then a recall was declared and the sweep ran, twice."""
    folder = tmp_path_factory.mktemp("changed")
    before = _world(folder, BEST)
    before.handle(before.land("incoming/points/d1/points.csv", _points(2_000)))
    assert register_changed_decisions(before.ports) == []
    before.close()
    after = _world(folder, RECALL)
    (model,) = register_changed_decisions(after.ports)
    assert register_changed_decisions(after.ports) == []
    after.handle(model_message(model.name, model.version))
    assert register_changed_decisions(after.ports) == []
    yield after
    after.close()


def _manifest(world: World, version: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((world.home / f"lake/models/points/{version}/manifest.json").read_text())
    return found


def test_the_same_graph_is_a_new_generation(changed: World) -> None:
    """Byte for byte, gated against the champion, without another run."""
    first, second = changed.ports.training.registry.list("points")
    assert first.sha256 == second.sha256
    current = changed.ports.release.deployments.current("points")
    assert current is not None
    assert (current.generation, current.version) == (2, 2)
    assert current.sha256 == first.refit_sha256 == second.refit_sha256
    assert len(changed.ports.training.runs.list("points")) == 1


def test_its_thresholds_are_those_of_the_declaration(changed: World) -> None:
    """Chosen on the stored answers: recall is reached there, and accuracy and F1 are those of the new decision."""
    first, second = _manifest(changed, 1), _manifest(changed, 2)
    assert second["threshold"] < first["threshold"]
    assert second["decisions"]["yes"]["rule"] == RECALL.decision.sentence
    assert second["decisions"]["yes"]["served"]["unseen"]["recall"] >= 0.99
    assert second["metrics"]["f1"] == pytest.approx(second["decisions"]["yes"]["served"]["test"]["f1"])
    assert second["metrics"]["auc"] == first["metrics"]["auc"]
    assert second["decided_again"] == "points:1"


def test_card_and_facts_tell_the_new_decision(changed: World) -> None:
    """As those of a trained version do."""
    folder = changed.home / "lake/models/points/2"
    facts = json.loads((folder / "evaluation.json").read_text())
    assert facts["thresholds"] == _manifest(changed, 2)["decisions"]
    assert facts["metrics"]["f1"]["value"] == _manifest(changed, 2)["metrics"]["f1"]
    assert RECALL.decision.sentence in (folder / "card.html").read_text()


def test_requests_are_answered_by_the_new_threshold(changed: World) -> None:
    """Also in a process that had the champion's equal graph in memory."""
    low, high = (_manifest(changed, version)["threshold"] for version in (2, 1))
    deployed = ModelRouter(changed.ports).current("points")
    between = 0
    for x in range(-40, 41):
        row = {"x": x / 20, "color": "red"}
        answers = deployed.loaded.score_rows([row])
        (label,), probability = labels_of(RECALL, deployed, answers), float(answers[0, 1])
        assert label == ("yes" if probability >= low else "no")
        between += low <= probability < high
    assert between


def test_a_model_that_kept_no_such_answers_waits_for_its_next_training(tmp_path: Path) -> None:
    """A model of an earlier version is left as it is."""
    world = World(tmp_path)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.close()
    after = World(tmp_path, scenarios={"points": replace(POINTS, decision=Decision("recall", share=0.9))})
    assert after.ports.release.deployments.current("points") is not None
    assert register_changed_decisions(after.ports) == []
    after.close()
