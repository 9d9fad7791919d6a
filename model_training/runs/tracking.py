"""Runs in MLflow: one parent for each training run, one child for each candidate, into `$MLOPS_HOME/mlflow`.

MLflow is optional (`model_training/environments/track.txt`) and speaks to nobody but its own SQLite file.
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
from model_training.search import candidate_ranking as contest
from model_training.search.candidate_ranking import Entrant
from model_training.steps.step_cache import seal_of

_PARENT = "mlflow.parentRunId"
_SILENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # Connections are closed when they have been used.
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool",
}


@dataclass(frozen=True, slots=True)
class Tracked:
    """What is tracked of a run: its name, scenario and final reason; `folder` holds its steps."""

    run: str
    scenario: str
    folder: Path
    failed: bool
    reason: str


def track(tracked: Tracked, home: Path) -> str:
    """The sentence that says what was tracked, or why nothing was; a run is tracked once."""
    if importlib.util.find_spec("mlflow") is None:
        return (
            "The run is not tracked: mlflow is not installed; "
            "accepted: pip install -r model_training/environments/track.txt."
        )
    store = home / "mlflow"
    store.mkdir(parents=True, exist_ok=True)
    with _alone(store), _quietly():
        return _Store.at(store, tracked.scenario).record(tracked)


@dataclass(frozen=True, slots=True)
class _Store:
    """One experiment, that of a scenario."""

    client: Any
    experiment: str

    @classmethod
    def at(cls, store: Path, scenario: str) -> _Store:
        from mlflow.tracking import MlflowClient

        client = MlflowClient(tracking_uri=f"sqlite:///{store / 'mlflow.db'}")
        found = client.get_experiment_by_name(scenario)
        place = (store / "artifacts" / scenario).as_uri()
        return cls(client, found.experiment_id if found else client.create_experiment(scenario, place))

    def record(self, tracked: Tracked) -> str:
        known = self.client.search_runs([self.experiment], f"attributes.run_name = '{tracked.run}'")
        if any(run.info.status == "FINISHED" for run in known):
            return f"Run {tracked.run} is tracked already."
        manifest = _manifest(tracked.folder)
        parent = self._begin(tracked.run, {"reason": tracked.reason, **_tags(manifest)})
        self._log(parent, manifest.get("metrics", {}), {"algorithm": manifest.get("algorithm", "")})
        # A later fit of the same candidate, on all rows, is a run of its own.
        children = [(step, one) for step in ("explore", "train") for one in _entrants(tracked.folder / step)]
        for step, entrant in children:
            self._child(parent, step, entrant)
        self.client.set_terminated(parent, "FAILED" if tracked.failed else "FINISHED")
        return f"Run {tracked.run} is tracked with {len(children)} candidates."

    def _child(self, parent: str, step: str, entrant: Entrant) -> None:
        tags = {_PARENT: parent, "step": step, "deployable": str(not entrant.problem).lower(), "why": entrant.problem}
        child = self._begin(f"{step}/{entrant.name}", tags)
        pairs = entrant.recipe.parameters.items()
        chosen = {f"{name}.{key}": value for name, values in pairs for key, value in values.items()}
        parameters = {"fitted_rows": entrant.fitted_rows, **chosen}
        self._log(child, {**entrant.metrics, "seconds": entrant.seconds}, parameters)
        for name, drawn in entrant.curves.items():
            self.client.log_dict(child, {name: drawn}, f"{name}.json")
        self.client.set_terminated(child, "FINISHED")

    def _begin(self, name: str, tags: Mapping[str, str]) -> str:
        # A tag holds 5 000 characters at most.
        cut = {key: value[:5_000] for key, value in tags.items() if value}
        created: str = self.client.create_run(self.experiment, run_name=name, tags=cut).info.run_id
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


def _entrants(folder: Path) -> Sequence[Entrant]:
    return contest.load(folder) if seal_of(folder) is not None else ()


@contextmanager
def _alone(store: Path) -> Iterator[None]:
    """One worker at a time: the first one creates the tables."""
    descriptor = os.open(store / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _quietly() -> Iterator[None]:
    """MLflow without telemetry, its progress notes and the warnings of what it builds on."""
    os.environ.update(_SILENT)
    noisy = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    before = [logger.level for logger in noisy]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Its own start sets the level of its logger.
        import mlflow  # noqa: F401 - imported for its start

        for logger in noisy:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(noisy, before, strict=True):
                logger.setLevel(level)
