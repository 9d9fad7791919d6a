"""A real scenario with a small graph in service, which nobody trained."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from world import graph_of

from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.core.scenario import GeneratorOptions, Scenario
from shared.ports import Ports
from shared.serving.deployment import Deployment
from shared.training.input_contract import Feature, InputContract
from shared.training.model import Artefact, Model


def golden(scenario: Scenario) -> list[dict[str, Any]]:
    """Rows that keep the contract of the scenario's requests."""
    assert scenario.generate is not None
    rows = scenario.generate(5, 4, GeneratorOptions())[scenario.batch.table].select(list(scenario.features)).to_pylist()
    return [dict(row) for row in rows]


def small_artefact(scenario: Scenario) -> Artefact:
    """A sigmoid of a random sum of all features, whose answers are neither 0 nor 1."""
    contract = InputContract(tuple(_feature(scenario, name) for name in scenario.features), scenario.labels)
    random, shape = np.random.default_rng(3), (len(scenario.features), len(scenario.labels))
    weights = random.normal(scale=1e-3, size=shape).astype(np.float32)
    graph = graph_of(weights, np.zeros(shape[1], dtype=np.float32))
    facts = {"sha256": hashlib.sha256(graph).hexdigest(), "contract": contract.to_json(), "task": scenario.task}
    rows = {"rows": golden(scenario)} if scenario.assemble is None else {}
    return Artefact(scenario.name, "r1", "d1", graph, {**facts, "run": "r1", "dataset": "d1", "golden": rows}, {})


def serve(home: Path, scenario: Scenario, **settings: str) -> tuple[Ports, Model]:
    """A function app's ports with a model of that scenario in service."""
    environ = {"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "LOG_SAMPLE": "0", **settings}
    ports = build_ports(environ, SCENARIOS)
    model = ports.training.registry.register(small_artefact(scenario))
    at = datetime(2026, 3, 1, tzinfo=UTC)
    ports.release.deployments.promote(
        Deployment(scenario.name, 1, scenario.name, model.version, model.sha256, at, "me", "")
    )
    return ports, model


def _feature(scenario: Scenario, name: str) -> Feature:
    if name in scenario.categorical:
        return Feature(name, "category", tuple(sorted({row[name] for row in golden(scenario)})))
    return Feature(name, "number")
