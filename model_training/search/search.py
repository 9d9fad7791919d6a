"""A search of parameters with Optuna: seeded, side by side, with a budget, and resumable from its SQLite study.

Trials are asked for in groups of SIDE, whatever the number of cores, and told in the order in which they were asked
for: equal arguments give equal trials on every machine, also after an interruption, as long as the time is enough.
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
from model_training.runtime.threads import side_by_side

SIDE = 4
_STARTUP = 8

Ended = Literal["trials", "patience", "seconds", "service"]
Space = Callable[[Any], Parameters]
# (parameters, watch) to the score; `watch(step, score so far)` raises when the trial is not worth going on.
Objective = Callable[[Parameters, Callable[[int, float], None]], float]


@dataclass(frozen=True, slots=True)
class Budget:
    """When a search ends: trials, seconds, or so many trials in a row without a better score."""

    trials: int
    seconds: float
    patience: int


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial; `score` is None when it was pruned."""

    number: int
    parameters: Parameters
    score: float | None
    state: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Found:
    """Every trial of a search, and what ended it: `trials`, `patience`, `seconds`, or a sweep's own `service`.

    What `seconds` ended depends on the machine; what `trials` or `patience` did is the same everywhere.
    """

    trials: Sequence[Trial]
    ended: Ended


@dataclass(frozen=True, slots=True)
class Search:
    """One candidate's search, kept under `name` in the database at `path`."""

    path: Path
    name: str
    space: Space
    larger_is_better: bool
    budget: Budget
    seed: int

    def run(self, objective: Objective, tell: Callable[[Sequence[Trial]], None]) -> Found:
        """Every trial; those of an interrupted search count. `tell` hears of them after each group."""
        with _storage(self.path) as storage:
            study = self._study(storage)
            deadline = time.monotonic() + self.budget.seconds
            found = _finished(study)
            while not (ended := self._ended(found, deadline)):
                asked = self._group(study)
                scored = side_by_side([partial(_tried, trial, parameters, objective) for trial, parameters in asked])
                for (trial, _), (value, seconds) in zip(asked, scored, strict=True):
                    _end(study, trial, value, seconds)
                found = _finished(study)
                tell(found)
            return Found(found, ended)

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

    def _ended(self, found: Sequence[Trial], deadline: float) -> Ended | None:
        if len(found) >= self.budget.trials:
            return "trials"
        sign = 1 if self.larger_is_better else -1
        values = [-float("inf") if trial.score is None else sign * trial.score for trial in found]
        since_best = len(values) - 1 - values.index(max(values)) if values else 0
        if since_best >= self.budget.patience:
            return "patience"
        return "seconds" if time.monotonic() >= deadline else None

    def _group(self, study: Any) -> list[tuple[Any, Parameters]]:
        """The trials that were under way, and new ones up to SIDE of them."""
        from optuna import samplers
        from optuna.trial import Trial as Asked
        from optuna.trial import TrialState

        done = len(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED)))
        waiting = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        group = [(asked, self.space(asked)) for asked in (Asked(study, trial._trial_id) for trial in waiting)]  # noqa: SLF001 - the only way to go on with a trial
        wanted = min(SIDE - done % SIDE, self.budget.trials - done)
        for slot in range(len(group), wanted):
            # A seed of its own for each: what is asked next does not depend on how often the search was begun.
            study.sampler = samplers.TPESampler(seed=self.seed + done + slot, n_startup_trials=_STARTUP)
            asked = study.ask()
            group.append((asked, self.space(asked)))
        return group


@contextmanager
def _storage(path: Path) -> Iterator[Any]:
    from optuna.storages import RDBStorage
    from sqlalchemy import event
    from sqlalchemy.pool import NullPool

    # Without a pool every thread's connection is closed when it has been used.
    storage = RDBStorage(f"sqlite:///{path}", engine_kwargs={"poolclass": NullPool})
    # Waiting for the disk protects from a power cut only, and a study can be lost.
    event.listen(storage.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF").close())
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _tried(trial: Any, parameters: Parameters, objective: Objective) -> tuple[float | None, float]:
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


def _end(study: Any, trial: Any, value: float | None, seconds: float) -> None:
    from optuna.trial import TrialState

    trial.set_user_attr("seconds", round(seconds, 3))
    if value is None:
        study.tell(trial, state=TrialState.PRUNED)
    else:
        study.tell(trial, value)


def _finished(study: Any) -> list[Trial]:
    from optuna.trial import TrialState

    ended = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
    return [_trial(number, one) for number, one in enumerate(ended)]


def _trial(number: int, one: Any) -> Trial:
    parameters: Mapping[str, Any] = one.params
    score = one.value if one.state.name == "COMPLETE" else None
    return Trial(number, dict(parameters), score, one.state.name.lower(), one.user_attrs.get("seconds", 0.0))
