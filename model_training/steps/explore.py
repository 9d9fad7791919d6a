"""Step: candidates are fitted on half of the training rows and ranked on the same other rows."""

from __future__ import annotations

import time
from collections.abc import Sequence

from model_training.data.rows import Prepared
from model_training.estimators.candidates import FitPlan, Recipe
from model_training.estimators.families import fit_candidates, is_text
from model_training.search import candidate_ranking
from model_training.search.candidate_ranking import ScoredCandidate, ranked, score_candidate
from model_training.steps import prepare
from model_training.steps.command import start
from model_training.steps.context import StepContext

NAME = "explore"
NEEDS = ("prepare",)


def run_step(context: StepContext) -> None:
    """Write `candidates.json` and a graph of each candidate that can be deployed."""
    prepared = prepare.load(context.inputs["prepare"], context.spec.scenario)
    candidate_ranking.save(explore_candidates(prepared, context.plan), context.out)


def explore_candidates(prepared: Prepared, plan: FitPlan) -> Sequence[ScoredCandidate]:
    """Every candidate of the scenario, best first; ties keep the order of the declaration."""
    names, metric = prepared.scenario.candidates, prepared.scenario.metric
    rows = prepared.rows.take(prepared.halves["train"])
    judged = prepared.rows.take(prepared.choosing)
    started, scored = time.perf_counter(), list[ScoredCandidate]()
    for group in _groups(names, text=is_text(prepared.rows)):
        for candidate in fit_candidates(group, rows, plan):
            scored.append(score_candidate(candidate, Recipe(candidate.name), judged, judged.X, len(rows.y)))
            best = ranked(scored, metric)[0]
            left = (time.perf_counter() - started) / len(scored) * (len(names) - len(scored))
            text = f"{candidate.name}: {metric} {scored[-1].metrics[metric]:.4f} on other rows"
            facts = {"candidate": len(scored), "of": len(names), "best": best.metrics[metric]}
            plan.report(text, len(scored) / len(names), **facts, seconds_left=round(left, 1))
    return ranked(scored, metric)


def _groups(names: Sequence[str], *, text: bool) -> list[Sequence[str]]:
    """Text candidates share one matrix and are fitted together; the others two at a time, so that progress shows."""
    return [names] if text else [names[first : first + 2] for first in range(0, len(names), 2)]


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
