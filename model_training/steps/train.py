"""Step: the best candidates are fitted on all training rows, vote together, and the best of all is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from model_training.data.rows import Prepared
from model_training.estimators.candidates import Candidate, Ensemble, FitPlan, Recipe
from model_training.estimators.estimator import Parameters
from model_training.estimators.families import fit_candidates, is_text
from model_training.estimators.kinds import REFERENCES
from model_training.estimators.profiles import PROFILES
from model_training.export.graph import run
from model_training.search import candidate_ranking
from model_training.search.candidate_ranking import ScoredCandidate, ranked, score_candidate
from model_training.search.choice import by_folds, unseparated
from model_training.search.cross_validation import FoldScores, OutOfFold, cross_validate
from model_training.steps import prepare, tune
from model_training.steps.command import start
from model_training.steps.context import StepContext
from model_training.steps.tune import Tuned
from model_training.text.names import DEEP
from shared.core.errors import Refused
from shared.core.wording import counted
from shared.training.decisions import unseen_answers
from shared.training.decisions.unseen_answers import UnseenAnswers

NAME = "train"
NEEDS = ("prepare", "explore", "tune")
# How many of the explored candidates are fitted on all rows; the best of them vote.
FINALISTS = 3
# Classifiers of texts are small and err differently: more of them vote.
TEXT_VOTERS = 7


@dataclass(frozen=True, slots=True)
class Finals:
    """The finalists, the chosen one first, and what the chosen one's recipe answered to rows outside its fits."""

    candidates: Sequence[ScoredCandidate]
    unseen: UnseenAnswers


def run_step(context: StepContext) -> None:
    """Write `candidates.json`, the chosen one first, their graphs, and `unseen_answers.parquet`."""
    prepared = prepare.load(context.inputs["prepare"], context.spec.scenario)
    explored = candidate_ranking.load(context.inputs["explore"])
    tuned = tune.load(context.inputs["tune"])
    finals = train_finalists(prepared, explored, tuned, context.plan)
    candidate_ranking.save(finals.candidates, context.out)
    (context.out / unseen_answers.FILE).write_bytes(finals.unseen.packed())


def load_unseen(folder: Path) -> UnseenAnswers:
    """The chosen candidate's answers to rows outside its fits that `run_step` wrote."""
    return UnseenAnswers.unpacked((folder / unseen_answers.FILE).read_bytes())


def train_finalists(
    prepared: Prepared, explored: Sequence[ScoredCandidate], tuned: Mapping[str, Tuned], plan: FitPlan
) -> Finals:
    """The finalists fitted on the whole training part; Refused when none can be deployed.

    The best on validation is chosen; where validation cannot tell, the best on all folds, of equal ones the simplest.
    """
    names = finalists(prepared, explored, tuned, plan)
    parameters = {name: tuned[name].parameters for name in names if name in tuned}
    contest = _Contest(prepared, parameters, plan)
    plan.report(f"fitting {counted(len(names), 'finalist')} on all training rows", 0.1)
    fitted = contest.fitted(names)
    scored = [contest.scored(candidate) for candidate in fitted.values()]
    best_deployable(scored)
    close = contest.unseparated(scored)
    if len(close) == 1:
        return contest.on_validation(scored, fitted)
    return contest.on_folds(scored, fitted, close)


def best_deployable(candidates: Sequence[ScoredCandidate]) -> ScoredCandidate:
    """The first that can be deployed; Refused, with every reason, when none can."""
    best = next((candidate for candidate in candidates if not candidate.problem), None)
    if best is None:
        raise Refused("No candidate can be deployed. " + " ".join(candidate.problem for candidate in candidates))
    return best


def finalists(
    prepared: Prepared, explored: Sequence[ScoredCandidate], tuned: Mapping[str, Tuned], plan: FitPlan
) -> list[str]:
    """The best deployable candidates and the reference they are compared with, in the declared order.

    Of texts also all others that these rows cannot tell from the best: they cost little.
    """
    deployable = [candidate for candidate in explored if not candidate.problem]
    if not deployable:
        best_deployable(explored)
    metric, text = prepared.scenario.metric, is_text(prepared.rows)
    scored = [tuned[each.name].rescored(each) if each.name in tuned else each for each in deployable]
    chosen = {candidate.name for candidate in ranked(scored, metric)[:FINALISTS]}
    names = {candidate.name for candidate in deployable}
    # A network learns more from all rows than from half of them: it is always among the finalists.
    always = (DEEP,) if text else REFERENCES
    chosen |= set(next(([name] for name in always if name in names), []))
    if text and not PROFILES[plan.profile].quick:
        held = prepared.rows.take(prepared.choosing)
        chosen |= {candidate.name for candidate in unseparated(scored, held, metric, plan.seed)}
    return [name for name in prepared.scenario.candidates if name in chosen]


@dataclass(frozen=True, slots=True)
class _Contest:
    """Fits finalists on the training part, scores them on validation, and chooses one."""

    prepared: Prepared
    parameters: Mapping[str, Parameters]
    plan: FitPlan

    def fitted(self, names: Sequence[str]) -> dict[str, Candidate]:
        rows = self.prepared.rows.take(self.prepared.parts.train)
        return {each.name: each for each in fit_candidates(names, rows, self.plan, self.parameters)}

    def scored(self, candidate: Candidate, members: Sequence[str] = ()) -> ScoredCandidate:
        parts = self.prepared.parts
        recipe = self._recipe(candidate.name, members)
        held, test = (self.prepared.rows.take(part) for part in (parts.validation, parts.test))
        return score_candidate(candidate, recipe, held, test.X, len(parts.train))

    def unseparated(self, scored: Sequence[ScoredCandidate]) -> list[str]:
        """The candidates that validation cannot tell from the best; fitting a network again costs too much."""
        held = self.prepared.rows.take(self.prepared.parts.validation)
        close = unseparated(scored, held, self.prepared.scenario.metric, self.plan.seed)
        names = [candidate.name for candidate in close]
        return [name for name in names if name != DEEP] or names

    def on_validation(self, scored: Sequence[ScoredCandidate], fitted: dict[str, Candidate]) -> Finals:
        """The best on validation first; `fitted` is empty then: forests take much memory, and folds are fitted next."""
        metric = self.prepared.scenario.metric
        voters = [candidate.name for candidate in ranked(scored, metric) if not candidate.problem]
        candidates = ranked([*scored, *self._vote(voters, fitted)], metric)
        fitted.clear()
        chosen = best_deployable(candidates)
        self.plan.report(f"{chosen.name}: {metric} {chosen.metrics[metric]:.4f} on validation", 0.9)
        return Finals(candidates, self._unseen(chosen, self._cross_validated(chosen.recipe.fits)))

    def on_folds(self, scored: Sequence[ScoredCandidate], fitted: dict[str, Candidate], close: Sequence[str]) -> Finals:
        """Of the close candidates and their vote the best on all folds first, then the others."""
        found = self._cross_validated(close)
        if found is None:
            return self.on_validation(scored, fitted)
        folds, metric = FoldScores(self.prepared, found, self.plan.seed), self.prepared.scenario.metric
        singles = by_folds([self._recipe(name) for name in close], folds)
        vote = self._vote([recipe.name for recipe, _ in singles], fitted)
        recipes = [each.recipe for each in vote if not each.problem]
        order = by_folds([*(recipe for recipe, _ in singles), *recipes], folds)
        known = {each.name: each for each in (*scored, *vote)}
        first = [replace(known[recipe.name], on_folds=value) for recipe, value in order]
        names = {each.name for each in first}
        others = ranked([each for each in known.values() if each.name not in names], metric)
        self.plan.report(
            f"{first[0].name}: {metric} {order[0][1]:.4f} on {counted(len(found.rows), 'row')} of all folds", 1.0
        )
        return Finals([*first, *others], self._unseen(first[0], found))

    def _recipe(self, name: str, members: Sequence[str] = ()) -> Recipe:
        parameters = {fit: self.parameters[fit] for fit in members or (name,) if fit in self.parameters}
        return Recipe(name, tuple(members), parameters)

    def _vote(self, names: Sequence[str], fitted: Mapping[str, Candidate]) -> list[ScoredCandidate]:
        """The vote of the best of these candidates; nothing when there is only one."""
        voters = names[: TEXT_VOTERS if is_text(self.prepared.rows) else FINALISTS]
        return [self.scored(Ensemble([fitted[name] for name in voters]), voters)] if len(voters) > 1 else []

    def _cross_validated(self, names: Sequence[str]) -> OutOfFold | None:
        """The answers of these candidates on all folds; None without a use for them or without a fold."""
        if (self.prepared.scenario.task == "regression" and len(names) == 1) or DEEP in names:
            return None
        found = cross_validate(self.prepared, names, self.parameters, self.plan)
        return found if len(found.rows) else None

    def _unseen(self, chosen: ScoredCandidate, found: OutOfFold | None) -> UnseenAnswers:
        """What the chosen recipe answers to rows outside its fits: on all folds, else on validation."""
        if found is None:
            held = self.prepared.rows.take(self.prepared.parts.validation)
            return UnseenAnswers(held.y, run(chosen.onnx, held.X))
        return UnseenAnswers(self.prepared.y[found.rows], found.of(chosen.recipe).astype("float32"))


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
