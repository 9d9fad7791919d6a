"""Runs in MLflow: one parent for each training run, one child for each candidate, into `$MLOPS_HOME/mlflow`.

MLflow is optional (`model_training/environments/track.txt`) and writes to its own SQLite file only.
"""

from __future__ import annotations

import fcntl
import importlib.util
import json
import logging
import os
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_training.runtime.json_files import read_json
from model_training.search import candidate_ranking
from model_training.search.candidate_ranking import ScoredCandidate
from model_training.steps.step_cache import read_marker
from shared.core.wording import counted

_PARENT = "mlflow.parentRunId"
_SILENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # Connections are closed after use.
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool",
}


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """The facts of a run that MLflow receives; `folder` holds its steps."""

    run: str
    scenario: str
    folder: Path
    failed: bool
    reason: str


def track(tracked: TrackedRun, home: Path) -> str:
    """Track the run once; the sentence says what was tracked, or why nothing was."""
    if importlib.util.find_spec("mlflow") is None:
        return (
            "The run is not tracked: mlflow is not installed; "
            "accepted: pip install -r model_training/environments/track.txt."
        )
    store = home / "mlflow"
    store.mkdir(parents=True, exist_ok=True)
    with _exclusive_lock(store), _quietly():
        return _Store.at(store, tracked.scenario).record(tracked)


@dataclass(frozen=True, slots=True)
class _Store:
    """The MLflow experiment of a scenario."""

    client: Any
    experiment: str

    @classmethod
    def at(cls, store: Path, scenario: str) -> _Store:
        from mlflow.tracking import MlflowClient

        client = MlflowClient(tracking_uri=f"sqlite:///{store / 'mlflow.db'}")
        experiment = client.get_experiment_by_name(scenario)
        artifacts = (store / "artifacts" / scenario).as_uri()
        return cls(client, experiment.experiment_id if experiment else client.create_experiment(scenario, artifacts))

    def record(self, tracked: TrackedRun) -> str:
        earlier = self.client.search_runs([self.experiment], f"attributes.run_name = '{tracked.run}'")
        if any(run.info.status == "FINISHED" for run in earlier):
            return f"Run {tracked.run} is tracked already."
        manifest = _manifest(tracked.folder)
        parent = self._begin(tracked.run, {"reason": tracked.reason, **_tags(manifest)})
        self._log(parent, manifest.get("metrics", {}), {"algorithm": manifest.get("algorithm", "")})
        # A later fit of the same candidate, on all rows, is a separate child run.
        children = [(step, each) for step in ("explore", "train") for each in _candidates(tracked.folder / step)]
        for step, candidate in children:
            self._record_candidate(parent, step, candidate)
        self.client.set_terminated(parent, "FAILED" if tracked.failed else "FINISHED")
        return f"Run {tracked.run} is tracked with {counted(len(children), 'candidate')}."

    def _record_candidate(self, parent: str, step: str, candidate: ScoredCandidate) -> None:
        tags = {
            _PARENT: parent,
            "step": step,
            "deployable": str(not candidate.problem).lower(),
            "why": candidate.problem,
        }
        child = self._begin(f"{step}/{candidate.name}", tags)
        pairs = candidate.recipe.parameters.items()
        tuned = {f"{name}.{key}": value for name, values in pairs for key, value in values.items()}
        parameters = {"fitted_rows": candidate.fitted_rows, **tuned}
        self._log(child, {**candidate.metrics, "seconds": candidate.seconds}, parameters)
        for name, curve in candidate.curves.items():
            self.client.log_dict(child, {name: curve}, f"{name}.json")
        self.client.set_terminated(child, "FINISHED")

    def _begin(self, name: str, tags: Mapping[str, str]) -> str:
        # A tag holds 5 000 characters at most.
        shortened = {key: value[:5_000] for key, value in tags.items() if value}
        created: str = self.client.create_run(self.experiment, run_name=name, tags=shortened).info.run_id
        return created

    def _log(self, run: str, metrics: Mapping[str, float], parameters: Mapping[str, Any]) -> None:
        from mlflow.entities import Metric, Param

        now = int(time.time() * 1_000)
        numbers = [Metric(name, float(value), now, 0) for name, value in metrics.items()]
        self.client.log_batch(run, numbers, [Param(name, str(value)) for name, value in parameters.items()])


def _manifest(folder: Path) -> Mapping[str, Any]:
    path = folder / "register" / "manifest.json"
    return read_json(path) if path.exists() else {}


def _tags(manifest: Mapping[str, Any]) -> dict[str, str]:
    names = ("run", "dataset", "dataset_digest", "profile", "code", "sha256", "scenario", "metric")
    split = {"split": json.dumps(manifest["split"])} if manifest else {}
    return {name: str(manifest[name]) for name in names if name in manifest} | split


def _candidates(folder: Path) -> Sequence[ScoredCandidate]:
    return candidate_ranking.load(folder) if read_marker(folder) is not None else ()


@contextmanager
def _exclusive_lock(store: Path) -> Iterator[None]:
    """Hold the store alone: the first worker creates the tables."""
    descriptor = os.open(store / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _quietly() -> Iterator[None]:
    """Run MLflow without telemetry, progress notes and warnings of its dependencies."""
    os.environ.update(_SILENT)
    noisy = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    before = [logger.level for logger in noisy]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Its import sets the level of its logger.
        import mlflow  # noqa: F401 - imported for its side effect

        for logger in noisy:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(noisy, before, strict=True):
                logger.setLevel(level)
