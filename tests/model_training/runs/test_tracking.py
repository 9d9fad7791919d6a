"""A training run stands in MLflow as a parent with one child for each candidate; nothing leaves the machine."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from model_training.runs.runner import Runner
from model_training.runs.tracking import TrackedRun, _quietly, track
from model_training.scenarios import SCENARIOS
from model_training.steps.context import RunSpec
from shared.core.scenario import GeneratorOptions

pytest.importorskip("optuna")
BANK = replace(SCENARIOS["bank_marketing"], candidates=("lightgbm", "logistic"))


def _nothing(*_told: object, **_facts: object) -> None:
    """Nobody watches."""


def _stored(home: Path) -> list[Any]:
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{home / 'mlflow' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(BANK.name)
    assert experiment is not None
    return list(client.search_runs([experiment.experiment_id]))


@pytest.mark.skipif(importlib.util.find_spec("mlflow") is None, reason="mlflow is optional and not installed")
@pytest.mark.slow
def test_a_run_is_a_parent_with_a_child_for_each_candidate(tmp_path: Path) -> None:
    """Metrics, parameters, origin and curves are in the store; tracking the same run again adds nothing."""
    assert BANK.generate is not None
    tables = dict(BANK.generate(600, 1, GeneratorOptions()))
    folder = tmp_path / "runs" / "r1"
    packed = Runner(RunSpec(BANK, "demo", 1, {"run": "r1", "dataset": "d1"}), folder, _nothing).run(lambda: tables)
    tracked = TrackedRun("r1", BANK.name, folder, failed=False, reason="Registered as bank_marketing:1.")
    assert track(tracked, tmp_path) == "Run r1 is tracked with 5 candidates."
    assert track(tracked, tmp_path) == "Run r1 is tracked already."
    with _quietly():
        runs = {run.info.run_name: run for run in _stored(tmp_path)}
    parent = runs.pop("r1")
    assert parent.data.tags["sha256"] == packed.manifest["sha256"]
    assert parent.data.metrics["auc"] == pytest.approx(packed.manifest["metrics"]["auc"])
    assert set(runs) == {"explore/lightgbm", "explore/logistic", "train/lightgbm", "train/logistic", "train/ensemble"}
    for child in runs.values():
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert child.data.tags["deployable"] == "true"
        assert {"auc", "accuracy", "seconds"} <= set(child.data.metrics)
        artefacts = Path(child.info.artifact_uri.removeprefix("file://"))
        assert {path.name for path in artefacts.iterdir()} >= {"confusion.json", "roc.json"}


def test_without_mlflow_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says what to install; nothing is written."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    told = track(TrackedRun("r1", BANK.name, tmp_path, failed=False, reason=""), tmp_path)
    assert "mlflow is not installed" in told
    assert list(tmp_path.iterdir()) == []
