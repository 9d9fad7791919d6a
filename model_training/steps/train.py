"""Step: the best candidates are fitted on all training rows, vote together, and the best of all is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model_training.data.rows import Prepared
from model_training.estimators.candidates import Ensemble, Plan, Recipe
from model_training.estimators.estimator import Parameters
from model_training.estimators.families import fit_candidates, is_text
from model_training.estimators.kinds import REFERENCES
from model_training.search import candidate_ranking as contest
from model_training.search.candidate_ranking import Entrant
from model_training.steps import prepare, tune
from model_training.steps.command import start
from model_training.steps.context import Work
from model_training.steps.tune import Tuned
from shared.core.errors import Refused

NAME = "train"
NEEDS = ("prepare", "explore", "tune")
# So many of the explored are fitted on all rows; the best of them vote.
FINALISTS = 3


def work(job: Work) -> None:
    """Write `candidates.json`, best first, and their graphs."""
    prepared = prepare.load(job.inputs["prepare"], job.order.scenario)
    explored = contest.load(job.inputs["explore"])
    tuned = tune.load(job.inputs["tune"])
    contest.save(train(prepared, explored, tuned, job.plan), job.out)


def train(prepared: Prepared, explored: Sequence[Entrant], tuned: Mapping[str, Tuned], plan: Plan) -> list[Entrant]:
    """The finalists fitted on the whole training part, best first on validation; Refused when none can be deployed."""
    names = finalists(prepared, explored, tuned)
    chosen = {name: tuned[name].parameters for name in names if name in tuned}
    rows, held = (prepared.rows.take(part) for part in (prepared.parts.train, prepared.parts.validation))
    tried, metric = prepared.X[prepared.parts.test], prepared.scenario.metric
    fitted = {one.name: one for one in fit_candidates(names, rows, plan, chosen)}
    plan.report(f"comparing {len(fitted)} finalists with their graphs", 0.7)
    entered = [contest.enter(one, _recipe(name, (), chosen), held, tried, len(rows.y)) for name, one in fitted.items()]
    voters = [one.name for one in contest.ranked(entered, metric) if not one.problem][:FINALISTS]
    if len(voters) > 1 and not is_text(prepared.rows):
        ensemble = Ensemble([fitted[name] for name in voters])
        recipe = _recipe(ensemble.name, tuple(voters), chosen)
        entered.append(contest.enter(ensemble, recipe, held, tried, len(rows.y)))
    found = contest.ranked(entered, metric)
    best(found)
    plan.report(f"{found[0].name}: {metric} {found[0].metrics[metric]:.4f} on validation", 1.0)
    return found


def best(found: Sequence[Entrant]) -> Entrant:
    """The first that can be deployed; Refused, with every reason, when none can."""
    chosen = next((entrant for entrant in found if not entrant.problem), None)
    if chosen is None:
        raise Refused("No candidate can be deployed. " + " ".join(entrant.problem for entrant in found))
    return chosen


def finalists(prepared: Prepared, explored: Sequence[Entrant], tuned: Mapping[str, Tuned]) -> list[str]:
    """The best deployable of the explored, with what a better one is compared to, in the declared order."""
    scored = [tuned[one.name].entrant(one) if one.name in tuned else one for one in explored if not one.problem]
    if not scored:
        best(explored)
    names = {one.name for one in contest.ranked(scored, prepared.scenario.metric)[:FINALISTS]}
    deployable = {one.name for one in scored}
    # A network learns more from all rows than from half of them: it is always among the last.
    always = ("deep",) if is_text(prepared.rows) else REFERENCES[:]
    names |= set(next(([name] for name in always if name in deployable), []))
    return [name for name in prepared.scenario.candidates if name in names]


def _recipe(name: str, members: tuple[str, ...], chosen: Mapping[str, Parameters]) -> Recipe:
    wanted = members or (name,)
    return Recipe(name, members, {one: chosen[one] for one in wanted if one in chosen})


if __name__ == "__main__":
    start(NAME, NEEDS, work)
