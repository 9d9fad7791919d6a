"""A small graph as what is deployed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from shared.adapters.onnx.scoring import OnnxScoring
from shared.core.scenario import Scenario
from shared.serving.deployed_model import DeployedModel
from shared.serving.deployment import Deployment
from shared.serving.scored_request import Rows, ScoredRequest
from shared.training.input_contract import Feature, InputContract
from shared.training.model import Model

AT = datetime(2026, 3, 1, tzinfo=UTC)
NUMBERS = (Feature("x", "number"), Feature("z", "number"))
MIXED = (Feature("x", "number"), Feature("color", "category", ("blue", "red")))


def score_rows(deployed: DeployedModel, rows: Rows) -> ScoredRequest:
    """The rows scored by that model, as a request of a router."""
    answers = deployed.loaded.score_rows(rows)
    return ScoredRequest(answers.tolist(), rows, answers)


def serve(scenario: Scenario, graph: bytes, features: Sequence[Feature] = NUMBERS) -> DeployedModel:
    """The graph as what is deployed."""
    contract = InputContract(tuple(features), scenario.labels)
    digest = hashlib.sha256(graph).hexdigest()
    manifest = {"sha256": digest, "contract": contract.to_json(), "task": scenario.task}
    deployment = Deployment(scenario.name, 1, scenario.name, 1, digest, AT, "me", "")
    model = Model(scenario.name, 1, digest, "run", "dataset", {}, "", AT)
    return DeployedModel(deployment, model, OnnxScoring().load(graph, manifest), manifest)
