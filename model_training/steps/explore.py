"""Step: candidates are fitted on half of the training rows and ranked on the same validation rows."""

from __future__ import annotations

import time
from collections.abc import Sequence

from model_training.data.rows import Prepared
from model_training.estimators.candidates import Plan, Recipe
from model_training.estimators.families import fit_candidates, is_text
from model_training.search import candidate_ranking as contest
from model_training.search.candidate_ranking import Entrant
from model_training.steps import prepare
from model_training.steps.command import start
from model_training.steps.context import Work

NAME = "explore"
NEEDS = ("prepare",)


def work(job: Work) -> None:
    """Write `candidates.json` and a graph of each candidate that can be deployed."""
    prepared = prepare.load(job.inputs["prepare"], job.order.scenario)
    contest.save(explore(prepared, job.plan), job.out)


def explore(prepared: Prepared, plan: Plan) -> Sequence[Entrant]:
    """Every candidate of the scenario, best first; ties keep the order of the declaration."""
    names, metric = prepared.scenario.candidates, prepared.scenario.metric
    rows = prepared.rows.take(prepared.halves["train"])
    held = prepared.rows.take(prepared.parts.validation)
    started, entrants = time.perf_counter(), []
    # What is fitted on one shared matrix is fitted together; the others a few at a time, so that progress shows.
    groups = [names] if is_text(prepared.rows) else [names[first : first + 2] for first in range(0, len(names), 2)]
    for group in groups:
        for candidate in fit_candidates(group, rows, plan):
            entrants.append(contest.enter(candidate, Recipe(candidate.name), held, held.X, len(rows.y)))
            best = contest.ranked(entrants, metric)[0]
            left = (time.perf_counter() - started) / len(entrants) * (len(names) - len(entrants))
            text = f"{candidate.name}: {metric} {entrants[-1].metrics[metric]:.4f} on validation"
            facts = {"candidate": len(entrants), "of": len(names), "best": best.metrics[metric]}
            plan.report(text, len(entrants) / len(names), **facts, seconds_left=round(left, 1))
    return contest.ranked(entrants, metric)


if __name__ == "__main__":
    start(NAME, NEEDS, work)
