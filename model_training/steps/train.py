"""Step: the best candidates are fitted on all training rows, vote together, and the best of all is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model_training.data.rows import Prepared
from model_training.estimators.candidates import Ensemble, FitPlan, Recipe
from model_training.estimators.estimator import Parameters
from model_training.estimators.families import fit_candidates, is_text
from model_training.estimators.kinds import REFERENCES
from model_training.search import candidate_ranking
from model_training.search.candidate_ranking import ScoredCandidate, ranked, score_candidate
from model_training.steps import prepare, tune
from model_training.steps.command import start
from model_training.steps.context import StepContext
from model_training.steps.tune import Tuned
from shared.core.errors import Refused

NAME = "train"
NEEDS = ("prepare", "explore", "tune")
# How many of the explored candidates are fitted on all rows; the best of them vote.
FINALISTS = 3


def run_step(context: StepContext) -> None:
    """Write `candidates.json`, best first, and their graphs."""
    prepared = prepare.load(context.inputs["prepare"], context.spec.scenario)
    explored = candidate_ranking.load(context.inputs["explore"])
    tuned = tune.load(context.inputs["tune"])
    candidate_ranking.save(train_finalists(prepared, explored, tuned, context.plan), context.out)


def train_finalists(
    prepared: Prepared, explored: Sequence[ScoredCandidate], tuned: Mapping[str, Tuned], plan: FitPlan
) -> list[ScoredCandidate]:
    """The finalists fitted on the whole training part, best first on validation; Refused when none can be deployed."""
    names = finalists(prepared, explored, tuned)
    parameters = {name: tuned[name].parameters for name in names if name in tuned}
    rows, validation = (prepared.rows.take(part) for part in (prepared.parts.train, prepared.parts.validation))
    test_X, metric = prepared.X[prepared.parts.test], prepared.scenario.metric
    fitted = {candidate.name: candidate for candidate in fit_candidates(names, rows, plan, parameters)}
    plan.report(f"comparing {len(fitted)} finalists with their graphs", 0.7)
    scored = [
        score_candidate(candidate, _recipe(name, (), parameters), validation, test_X, len(rows.y))
        for name, candidate in fitted.items()
    ]
    voters = [candidate.name for candidate in ranked(scored, metric) if not candidate.problem][:FINALISTS]
    if len(voters) > 1 and not is_text(prepared.rows):
        ensemble = Ensemble([fitted[name] for name in voters])
        recipe = _recipe(ensemble.name, tuple(voters), parameters)
        scored.append(score_candidate(ensemble, recipe, validation, test_X, len(rows.y)))
    candidates = ranked(scored, metric)
    best_deployable(candidates)
    plan.report(f"{candidates[0].name}: {metric} {candidates[0].metrics[metric]:.4f} on validation", 1.0)
    return candidates


def best_deployable(candidates: Sequence[ScoredCandidate]) -> ScoredCandidate:
    """The first that can be deployed; Refused, with every reason, when none can."""
    best = next((candidate for candidate in candidates if not candidate.problem), None)
    if best is None:
        raise Refused("No candidate can be deployed. " + " ".join(candidate.problem for candidate in candidates))
    return best


def finalists(prepared: Prepared, explored: Sequence[ScoredCandidate], tuned: Mapping[str, Tuned]) -> list[str]:
    """The best deployable candidates and the reference they are compared with, in the declared order."""
    deployable = [candidate for candidate in explored if not candidate.problem]
    if not deployable:
        best_deployable(explored)
    scored = [tuned[each.name].rescored(each) if each.name in tuned else each for each in deployable]
    chosen = {candidate.name for candidate in ranked(scored, prepared.scenario.metric)[:FINALISTS]}
    names = {candidate.name for candidate in deployable}
    # A network learns more from all rows than from half of them: it is always among the finalists.
    always = ("deep",) if is_text(prepared.rows) else REFERENCES
    chosen |= set(next(([name] for name in always if name in names), []))
    return [name for name in prepared.scenario.candidates if name in chosen]


def _recipe(name: str, members: tuple[str, ...], parameters: Mapping[str, Parameters]) -> Recipe:
    return Recipe(name, members, {fit: parameters[fit] for fit in members or (name,) if fit in parameters})


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
