"""Step: the best explored candidates are tuned on the same half of the training rows they were explored on."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from model_training.data.rows import Prepared, Rows
from model_training.estimators.candidates import FitPlan, Report
from model_training.estimators.estimator import Parameters
from model_training.estimators.families import is_text
from model_training.estimators.profiles import PROFILES, Effort
from model_training.estimators.tabular import encode_for, fit_encoded
from model_training.runtime.json_files import read_json, write_json
from model_training.search import candidate_ranking
from model_training.search.candidate_ranking import ScoredCandidate
from model_training.search.search import Budget, Objective, Search, SearchResult, Trial
from model_training.search.spaces import SPACES
from model_training.steps import prepare
from model_training.steps.command import start
from model_training.steps.context import StepContext
from shared.training.metrics import LARGER_IS_BETTER, better, reaches, score

NAME = "tune"
NEEDS = ("prepare", "explore")
TRIALS = "trials.json"
# How many candidates share the budget.
TUNED = 2


@dataclass(frozen=True, slots=True)
class Tuned:
    """Parameters that beat a candidate's defaults on the rows that choose, and their score there."""

    parameters: Parameters
    score: float
    metric: str

    def rescored(self, explored: ScoredCandidate) -> ScoredCandidate:
        """The explored candidate with the score of its tuned parameters."""
        return replace(explored, metrics={**explored.metrics, self.metric: self.score})


def run_step(context: StepContext) -> None:
    """Write `trials.json`, every trial of every tuned candidate, and `tuned.json`, the improvements."""
    prepared = prepare.load(context.inputs["prepare"], context.spec.scenario)
    explored = candidate_ranking.load(context.inputs["explore"])
    effort, metric = context.spec.effort, context.spec.scenario.metric
    skipped = _skip_reason(effort) or _reached(explored, metric, effort.enough)
    searches = {} if skipped else tune_candidates(prepared, explored, context.plan, context.study, effort)
    write_json(context.out / TRIALS, trials_file(searches, skipped))
    trials = {name: result.trials for name, result in searches.items()}
    write_tuned(improvements(prepared, explored, trials), context.out)
    context.report(skipped or f"tuned {', '.join(trials) or 'nothing'}", 1.0)


def trials_file(searches: Mapping[str, SearchResult], skipped: str = "") -> dict[str, Any]:
    """trials.json: every trial by candidate, what ended each search, or why nothing was tuned."""
    return {
        "skipped": skipped,
        "ended": {name: result.ended for name, result in searches.items()},
        "trials": {name: [asdict(trial) for trial in result.trials] for name, result in searches.items()},
    }


def write_tuned(tuned: Mapping[str, Tuned], folder: Path) -> None:
    """Write `tuned.json`: the improved parameters by candidate."""
    write_json(folder / "tuned.json", {name: asdict(each) for name, each in tuned.items()})


def load(folder: Path) -> dict[str, Tuned]:
    """What `write_tuned` wrote, by candidate."""
    return {name: Tuned(**stored) for name, stored in read_json(folder / "tuned.json").items()}


def tune_candidates(
    prepared: Prepared, explored: Sequence[ScoredCandidate], plan: FitPlan, study: Path, effort: Effort
) -> dict[str, SearchResult]:
    """The search of each tuned candidate; the effort is shared equally among them."""
    names = _tuned_names(prepared, explored)[: effort.trials]
    share = max(len(names), 1)
    budget = Budget(effort.trials // share, effort.seconds / share, effort.patience, effort.enough, effort.concurrency)
    metric, results = prepared.scenario.metric, dict[str, SearchResult]()
    for position, name in enumerate(names):
        deadline = time.monotonic() + budget.seconds
        share_done = position / len(names)
        reporter = _TrialReporter(name, metric, share_done, budget.trials * len(names), plan.report, deadline)
        # A study belongs to these rows, inputs and this seed: others start a new one.
        key = f"{name}-{len(prepared.y)}-{plan.seed}-{metric}-{budget.group}-{','.join(prepared.contract.names)}"
        search = Search(study, key, SPACES[name], LARGER_IS_BETTER[metric], budget, plan.seed)
        results[name] = search.run(objective_of(name, prepared, plan), reporter)
    return results


def _skip_reason(effort: Effort) -> str:
    if not effort.trials:
        return "Nothing is tuned: the profile leaves no time for it."
    if importlib.util.find_spec("optuna") is None:
        return (
            "Nothing is tuned: optuna is not installed; accepted: pip install -r model_training/environments/tune.txt."
        )
    return ""


def _reached(explored: Sequence[ScoredCandidate], metric: str, enough: float | None) -> str:
    """Why a search would look for what there is already; empty when it would not."""
    scored = [(each.metrics[metric], each.name) for each in explored if not each.problem]
    found = [(value, name) for value, name in scored if enough is not None and reaches(metric, value, enough)]
    if not found:
        return ""
    value, name = found[0]
    return f"Nothing is tuned: {name} has {metric} {value:.4f} as it is, and {enough:g} is enough."


def _tuned_names(prepared: Prepared, explored: Sequence[ScoredCandidate]) -> list[str]:
    """The candidates to tune: of texts the network, of tables the best."""
    deployable = [candidate.name for candidate in explored if not candidate.problem]
    if is_text(prepared.rows):
        return [name for name in deployable if name == "deep"]
    return [name for name in deployable if name in SPACES][:TUNED]


def objective_of(name: str, prepared: Prepared, plan: FitPlan) -> Objective:
    """The score of a trial of the candidate, fitted on half of the training rows, on the rows that choose."""
    rows, judged = prepared.rows.take(prepared.halves["train"]), prepared.rows.take(prepared.choosing)
    metric = prepared.scenario.metric
    if is_text(rows):
        return _network_objective(rows, judged, metric, plan.seed)

    # Every trial learns from the same rows: they are encoded once.
    encoded = encode_for(name, rows)
    ready = encoded.preprocess.apply(judged.X)

    def objective(parameters: Parameters, _watch: Callable[[int, float], None]) -> float:
        fitted = fit_encoded(encoded, PROFILES[plan.profile], plan.seed, parameters)
        return score(rows.task, metric, judged.y, fitted.answers(ready))

    return objective


def _network_objective(rows: Rows, validation: Rows, metric: str, seed: int) -> Objective:
    from model_training.text.deep import DeepParams, fit_deep
    from model_training.text.vocabulary import fit_vocabulary

    X = rows.X
    vocabulary = fit_vocabulary(X)
    held_out = (validation.X, validation.y)

    def objective(parameters: Parameters, watch: Callable[[int, float], None]) -> float:
        params = DeepParams(**parameters)
        fitted = fit_deep(params, vocabulary, X, rows.y, seed, validation=held_out, watch=watch)
        return score(rows.task, metric, validation.y, fitted.predict(held_out[0]))

    return objective


@dataclass(frozen=True, slots=True)
class _TrialReporter:
    """Reports the progress of one candidate's search; it begins when `share_done` of the step is done."""

    name: str
    metric: str
    share_done: float
    trials: int
    report: Report
    deadline: float

    def __call__(self, finished: Sequence[Trial]) -> None:
        scores = [trial.score for trial in finished if trial.score is not None]
        best = (max if LARGER_IS_BETTER[self.metric] else min)(scores, default=None)
        shown = "none yet" if best is None else f"{best:.4f}"
        text = f"tuning {self.name}: trial {len(finished)}, best {self.metric} {shown} on other rows"
        facts: dict[str, Any] = {"candidate": len(finished), "of": self.trials, "best": best}
        left = max(self.deadline - time.monotonic(), 0.0)
        done = min(self.share_done + len(finished) / self.trials, 1.0)
        self.report(text, done, **facts, seconds_left=round(left, 1))


def improvements(
    prepared: Prepared, explored: Sequence[ScoredCandidate], trials: Mapping[str, Sequence[Trial]]
) -> dict[str, Tuned]:
    """The best trial of each candidate, when it beats the candidate's defaults."""
    metric = prepared.scenario.metric
    defaults = {candidate.name: candidate.metrics[metric] for candidate in explored}
    tuned: dict[str, Tuned] = {}
    for name, candidate_trials in trials.items():
        for trial in candidate_trials:
            best = tuned[name].score if name in tuned else defaults[name]
            if trial.score is not None and better(metric, trial.score, best):
                tuned[name] = Tuned(trial.parameters, trial.score, metric)
    return tuned


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
