"""Step: the best explored candidates are tuned on the same half of the training rows they were explored on."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from model_training.data.rows import Prepared, Rows
from model_training.estimators.candidates import Plan, Report
from model_training.estimators.estimator import Parameters
from model_training.estimators.families import is_text
from model_training.estimators.profiles import PROFILES, Effort
from model_training.estimators.tabular import fit_pipeline
from model_training.runtime.json_files import read_json, write_json
from model_training.search import candidate_ranking as contest
from model_training.search.candidate_ranking import Entrant
from model_training.search.search import Budget, Found, Objective, Search, Trial
from model_training.search.spaces import SPACES
from model_training.steps import prepare
from model_training.steps.command import start
from model_training.steps.context import Work
from shared.training.metrics import LARGER_IS_BETTER, better, score

NAME = "tune"
NEEDS = ("prepare", "explore")
TRIALS = "trials.json"
# So many candidates share the budget.
TUNED = 2


@dataclass(frozen=True, slots=True)
class Tuned:
    """Parameters that beat a candidate's own on validation, and their score there."""

    parameters: Parameters
    score: float
    metric: str

    def entrant(self, explored: Entrant) -> Entrant:
        """The explored candidate with the score it reaches tuned."""
        return replace(explored, metrics={**explored.metrics, self.metric: self.score})


def work(job: Work) -> None:
    """Write `trials.json`, every trial of every tuned candidate, and `tuned.json`, what is worth keeping."""
    prepared = prepare.load(job.inputs["prepare"], job.order.scenario)
    explored = contest.load(job.inputs["explore"])
    searches: Mapping[str, Found] = {}
    skipped = _why_not(PROFILES[job.order.profile])
    if not skipped:
        searches = tune(prepared, explored, job.plan, job.study)
    write_json(job.out / TRIALS, trials_file(searches, skipped))
    trials = {name: found.trials for name, found in searches.items()}
    kept = {name: asdict(found) for name, found in worth_keeping(prepared, explored, trials).items()}
    write_json(job.out / "tuned.json", kept)
    job.report(skipped or f"tuned {', '.join(trials) or 'nothing'}", 1.0)


def trials_file(searches: Mapping[str, Found], skipped: str = "") -> dict[str, Any]:
    """trials.json: every trial by candidate, what ended each search, or why nothing was tuned."""
    return {
        "skipped": skipped,
        "ended": {name: found.ended for name, found in searches.items()},
        "trials": {name: [asdict(trial) for trial in found.trials] for name, found in searches.items()},
    }


def load(folder: Path) -> dict[str, Tuned]:
    """What `work` kept, by candidate."""
    return {name: Tuned(**told) for name, told in read_json(folder / "tuned.json").items()}


def tune(prepared: Prepared, explored: Sequence[Entrant], plan: Plan, study: Path) -> dict[str, Found]:
    """The search of each tuned candidate; the budget is shared equally among them."""
    names, effort = _names(prepared, explored), PROFILES[plan.profile]
    budget = Budget(effort.trials // max(len(names), 1), effort.seconds / max(len(names), 1), effort.patience)
    metric, found = prepared.scenario.metric, dict[str, Found]()
    for position, name in enumerate(names):
        deadline = time.monotonic() + budget.seconds
        told = _Told(name, metric, position / len(names), budget.trials * len(names), plan.report, deadline)
        # A study belongs to these rows and this seed: others begin anew.
        key = f"{name}-{len(prepared.y)}-{plan.seed}-{metric}"
        search = Search(study, key, SPACES[name], LARGER_IS_BETTER[metric], budget, plan.seed)
        found[name] = search.run(objective_of(name, prepared, plan), told)
    return found


def _why_not(effort: Effort) -> str:
    if not effort.trials:
        return "Nothing is tuned: the profile leaves no time for it."
    if importlib.util.find_spec("optuna") is None:
        return (
            "Nothing is tuned: optuna is not installed; accepted: pip install -r model_training/environments/tune.txt."
        )
    return ""


def _names(prepared: Prepared, explored: Sequence[Entrant]) -> list[str]:
    """Which candidates are tuned: of texts the network, of tables the best."""
    deployable = [one.name for one in explored if not one.problem]
    if is_text(prepared.rows):
        return [name for name in deployable if name == "deep"]
    return [name for name in deployable if name in SPACES][:TUNED]


def objective_of(name: str, prepared: Prepared, plan: Plan) -> Objective:
    """What a trial of the candidate scores on validation, fitted on half of the training rows."""
    rows = prepared.rows.take(prepared.halves["train"])
    held, metric = prepared.rows.take(prepared.parts.validation), prepared.scenario.metric
    if is_text(rows):
        return _deep(rows, held, metric, plan.seed)

    def objective(parameters: Parameters, _watch: Callable[[int, float], None]) -> float:
        fitted = fit_pipeline(name, rows, PROFILES[plan.profile], plan.seed, parameters)
        return score(rows.task, metric, held.y, fitted.predict(held.X))

    return objective


def _deep(rows: Rows, held: Rows, metric: str, seed: int) -> Objective:
    from model_training.text.deep import DeepParams, fit_deep
    from model_training.text.vocabulary import fit_vocabulary

    vocabulary = fit_vocabulary(rows.X)

    def objective(parameters: Parameters, watch: Callable[[int, float], None]) -> float:
        judged = (held.X, held.y)
        fitted = fit_deep(DeepParams(**parameters), vocabulary, rows.X, rows.y, seed, held=judged, watch=watch)
        return score(rows.task, metric, held.y, fitted.predict(held.X))

    return objective


@dataclass(frozen=True, slots=True)
class _Told:
    """Reports one candidate's search as it goes on."""

    name: str
    metric: str
    begins: float
    trials: int
    report: Report
    deadline: float

    def __call__(self, found: Sequence[Trial]) -> None:
        values = [trial.score for trial in found if trial.score is not None]
        top = (max if LARGER_IS_BETTER[self.metric] else min)(values, default=None)
        shown = "none yet" if top is None else f"{top:.4f}"
        text = f"tuning {self.name}: trial {len(found)}, best {self.metric} {shown} on validation"
        facts: dict[str, Any] = {"candidate": len(found), "of": self.trials, "best": top}
        left = max(self.deadline - time.monotonic(), 0.0)
        self.report(text, min(self.begins + len(found) / self.trials, 1.0), **facts, seconds_left=round(left, 1))


def worth_keeping(
    prepared: Prepared, explored: Sequence[Entrant], trials: Mapping[str, Sequence[Trial]]
) -> dict[str, Tuned]:
    """Of each candidate the best trial, when it beats what the candidate reached on its own."""
    metric, own = prepared.scenario.metric, {one.name: one.metrics[prepared.scenario.metric] for one in explored}
    kept: dict[str, Tuned] = {}
    for name, found in trials.items():
        for trial in found:
            rival = kept[name].score if name in kept else own[name]
            if trial.score is not None and better(metric, trial.score, rival):
                kept[name] = Tuned(trial.parameters, trial.score, metric)
    return kept


if __name__ == "__main__":
    start(NAME, NEEDS, work)
