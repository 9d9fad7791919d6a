"""The page about new scenarios is followed to the letter: dropped, trained, deployed, predicted."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from ports_with import ports_with
from served_model import serve
from world import Clock, InlineTrainer, World, graph_of

from model_training.run import _finish
from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.core.errors import BadInput
from shared.core.scenario import GeneratorOptions, Scenario
from shared.serving.answers import answer
from shared.serving.deployed_model import DeployedModel
from shared.training.input_contract import Feature
from shared.training.run import Run

PAGE = Path(__file__).resolve().parents[3] / "docs" / "new-scenario.md"


class EngineTrainer(InlineTrainer):
    """Trains with the real engine, in this process."""

    def submit(self, run: Run) -> None:
        """Train and register."""
        assert self.ports is not None
        self.submitted.append(run.id)
        assert self.ports.training.runs.move(run.id, "requested", "running", "started")
        assert _finish(self.ports, run.id, lambda *_told, **_facts: None, self.home / "runs" / run.id) == 0

    home: Path


def _code() -> str:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    return str(code)


def _declared() -> Scenario:
    code = _code()
    assert 20 <= len([line for line in code.splitlines() if line.strip()]) <= 65
    namespace: dict[str, Any] = {"__name__": "energy_use"}
    exec(compile(code, str(PAGE), "exec"), namespace)  # noqa: S102 - the page is ours, and following it is the test
    scenario: Scenario = namespace["SCENARIO"]
    return scenario


def _world(home: Path, scenarios: Mapping[str, Scenario]) -> World:
    trainer = EngineTrainer()
    trainer.home = home
    world = World(home, clock=Clock(), trainer=trainer)
    environ = {"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "TRAINING_PROFILE": "demo", "APPROVALS": "none"}
    environ["QUIET_SECONDS"] = "0"
    world.ports = trainer.ports = ports_with(build_ports(environ, scenarios, world.clock), training__trainer=trainer)
    return world


def _csv(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pa_csv.write_csv(table, sink)
    return sink.getvalue()


@pytest.mark.slow
def test_following_the_page_ends_in_predictions(tmp_path: Path) -> None:
    """A declaration of a few lines is all: the dropped file becomes a deployed model, the next one predictions."""
    scenario = _declared()
    world = _world(tmp_path, {**SCENARIOS, scenario.name: scenario})
    assert scenario.generate is not None
    days: pa.Table = scenario.generate(2_000, 1, GeneratorOptions())["days"]
    world.handle(world.land(f"incoming/{scenario.name}/first/days.csv", _csv(days.slice(0, 1_900))))
    deployed = world.ports.release.deployments.current(scenario.name)
    assert deployed is not None, world.ports.core.history.entries()
    world.land(f"scoring/{scenario.name}/tomorrow/days.csv", _csv(days.slice(1_900).drop_columns(["kwh"])))
    world.clock.advance(minutes=10)
    world.sweep()
    (commit,) = world.ports.prediction.predictions.commits(scenario.name)
    assert (commit.rows, commit.model) == (100, "energy_use:1")
    with world.ports.core.lake.open(commit.path) as stored:
        predicted = pq.read_table(io.BytesIO(stored.read()))
    actual = days["kwh"].to_numpy()[1_900:]
    order = {str(one): row for row, one in enumerate(predicted["entity_key"].to_pylist())}
    assert len(order) == 100
    error = predicted["prediction"].to_numpy() - actual
    assert (error**2).mean() < 0.2 * ((actual - actual.mean()) ** 2).mean()


def test_a_request_brings_every_input_also_a_derived_one() -> None:
    """Feature code does not run for a request, so the page declares its result as a field."""
    scenario = _declared()
    graph = graph_of(np.full((4, 1), 0.01, np.float32), np.zeros(1, np.float32))
    kinds = {name: Feature(name, "number") for name in scenario.numeric}
    kinds["kind"] = Feature("kind", "category", ("home", "office", "school"))
    serving = serve(scenario, graph, [kinds[name] for name in scenario.features])
    row = {"kind": "home", "area": 120.0, "outside": 3.0, "cold": 15.0}
    assert set(row) == set(scenario.request_fields) == set(scenario.features)
    assert len(_ask(scenario, serving, row)["Results"]) == 1
    with pytest.raises(BadInput, match="'cold' is missing"):
        _ask(scenario, serving, {name: value for name, value in row.items() if name != "cold"})
    with pytest.raises(BadInput, match="unknown field"):
        _ask(scenario, serving, {**row, "day": 3})


def _ask(scenario: Scenario, serving: DeployedModel, row: Mapping[str, Any]) -> Any:
    return answer(scenario, serving, json.dumps({"Inputs": {"data": [row]}}).encode()).response


def test_the_code_of_the_page_passes_the_linter(tmp_path: Path) -> None:
    """Copied into the folder of scenarios it needs no mending."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "energy_use.py").write_text(_code())
    for verb in (("check", "--ignore", "INP001"), ("format", "--check")):
        line = [sys.executable, "-m", "ruff", *verb, "--config", PAGE.parents[1] / "pyproject.toml", tmp_path]
        answer = subprocess.run(line, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout


def test_the_page_lists_every_field_that_is_declared() -> None:
    """A field of the declaration that the page does not explain is a field nobody knows."""
    text = PAGE.read_text()
    assert [field.name for field in fields(Scenario) if f"`{field.name}`" not in text] == []
