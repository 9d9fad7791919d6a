"""A search of parameters with Optuna: seeded, parallel, with a budget, and resumable from its SQLite study.

The study suggests trials in groups of one size, whatever the number of cores, and receives their scores in that order:
equal arguments give equal trials on every machine, also after an interruption, as long as the time is enough.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from model_training.estimators.estimator import Parameters
from model_training.estimators.profiles import GROUP
from model_training.runtime.threads import run_parallel

_STARTUP = 8

EndReason = Literal["trials", "patience", "seconds", "metric", "service"]
Space = Callable[[Any], Parameters]
# (parameters, watch) to the score; `watch(step, score so far)` raises when the trial is to be pruned.
Objective = Callable[[Parameters, Callable[[int, float], None]], float]


@dataclass(frozen=True, slots=True)
class Budget:
    """When a search ends: trials, seconds, so many trials in a row without a better score, or a score that is enough.

    `group` trials are fitted at a time.
    """

    trials: int
    seconds: float
    patience: int
    enough: float | None = None
    group: int = GROUP


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial; `score` is None when it was pruned."""

    number: int
    parameters: Parameters
    score: float | None
    state: str
    seconds: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Every trial of a search, and what ended it: `trials`, `patience`, `seconds`, `metric`, or a sweep's `service`.

    A result that `seconds` ended depends on the machine; one that `trials` or `patience` ended is the same everywhere.
    """

    trials: Sequence[Trial]
    ended: EndReason


@dataclass(frozen=True, slots=True)
class Search:
    """One candidate's search, kept under `name` in the database at `path`."""

    path: Path
    name: str
    space: Space
    larger_is_better: bool
    budget: Budget
    seed: int

    def run(self, objective: Objective, report: Callable[[Sequence[Trial]], None]) -> SearchResult:
        """Run the search, and continue one that was interrupted; `report` receives the trials after each group."""
        with _storage(self.path) as storage:
            study = self._study(storage)
            deadline = time.monotonic() + self.budget.seconds
            finished = _finished(study)
            while not (ended := self._ended(finished, deadline)):
                group = self._group(study)
                scored = run_parallel([partial(_score, trial, parameters, objective) for trial, parameters in group])
                for (trial, _), (value, seconds) in zip(group, scored, strict=True):
                    _record(study, trial, value, seconds)
                finished = _finished(study)
                report(finished)
            return SearchResult(finished, ended)

    def _study(self, storage: Any) -> Any:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        return optuna.create_study(
            storage=storage,
            study_name=self.name,
            load_if_exists=True,
            direction="maximize" if self.larger_is_better else "minimize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=_STARTUP, n_warmup_steps=2),
        )

    def _ended(self, finished: Sequence[Trial], deadline: float) -> EndReason | None:
        if len(finished) >= self.budget.trials:
            return "trials"
        sign = 1 if self.larger_is_better else -1
        enough = None if self.budget.enough is None else sign * self.budget.enough
        values = [-float("inf") if trial.score is None else sign * trial.score for trial in finished]
        if enough is not None and max(values, default=-float("inf")) >= enough:
            return "metric"
        since_best = len(values) - 1 - values.index(max(values)) if values else 0
        if since_best >= self.budget.patience:
            return "patience"
        return "seconds" if time.monotonic() >= deadline else None

    def _group(self, study: Any) -> list[tuple[Any, Parameters]]:
        """The trials that an interruption left running, filled up with new ones to a group."""
        from optuna import samplers
        from optuna.trial import Trial as OptunaTrial
        from optuna.trial import TrialState

        done = len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)))
        running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        group = [(trial, self.space(trial)) for trial in (OptunaTrial(study, each._trial_id) for each in running)]  # noqa: SLF001 - the only way to continue a trial
        size = min(self.budget.group - done % self.budget.group, self.budget.trials - done)
        for slot in range(len(group), size):
            # Each trial has its own seed: the next suggestion does not depend on how often the search was started.
            study.sampler = samplers.TPESampler(seed=self.seed + done + slot, n_startup_trials=_STARTUP)
            trial = study.ask()
            group.append((trial, self.space(trial)))
        return group


@contextmanager
def _storage(path: Path) -> Iterator[Any]:
    from optuna.storages import RDBStorage
    from sqlalchemy import event
    from sqlalchemy.pool import NullPool

    # Without a pool every thread closes its connection after use.
    storage = RDBStorage(f"sqlite:///{path}", engine_kwargs={"poolclass": NullPool})
    # Waiting for the disk protects only against a power cut, and a study may be lost.
    event.listen(storage.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF").close())
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _score(trial: Any, parameters: Parameters, objective: Objective) -> tuple[float | None, float]:
    from optuna import TrialPruned

    def watch(step: int, score: float) -> None:
        trial.report(score, step)
        if trial.should_prune():
            raise TrialPruned

    started = time.perf_counter()
    try:
        value: float | None = objective(parameters, watch)
    except TrialPruned:
        value = None
    return value, time.perf_counter() - started


def _record(study: Any, trial: Any, value: float | None, seconds: float) -> None:
    from optuna.trial import TrialState

    trial.set_user_attr("seconds", round(seconds, 3))
    if value is None:
        study.tell(trial, state=TrialState.PRUNED)
    else:
        study.tell(trial, value)


def _finished(study: Any) -> list[Trial]:
    from optuna.trial import TrialState

    finished = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
    return [_trial(number, trial) for number, trial in enumerate(finished)]


def _trial(number: int, trial: Any) -> Trial:
    parameters: Mapping[str, Any] = trial.params
    score = trial.value if trial.state.name == "COMPLETE" else None
    return Trial(number, dict(parameters), score, trial.state.name.lower(), trial.user_attrs.get("seconds", 0.0))
