"""The two families of candidates: for tables of numbers and categories, and for text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from model_training.data.rows import Rows
from model_training.estimators.candidates import Candidate, Ensemble, FitPlan, Recipe
from model_training.estimators.estimator import Parameters
from model_training.estimators.kinds import check_names
from model_training.estimators.profiles import PROFILES
from model_training.estimators.tabular import fit_pipeline
from model_training.runtime.threads import run_parallel
from shared.core.errors import Refused
from shared.core.scenario import Scenario


def is_text(rows: Rows) -> bool:
    """Whether the rows are cleaned texts (rows, 1)."""
    return any(feature.kind == "text" for feature in rows.contract.features)


def check_candidates(scenario: Scenario) -> None:
    """Refused names a candidate that this kind of scenario does not have."""
    if not scenario.text:
        check_names(scenario.candidates, scenario.name, scenario.task)
        return
    if scenario.numeric or scenario.categorical:
        raise Refused(f"Scenario {scenario.name!r} mixes text with other inputs; accepted: one column of text alone.")
    from model_training.text.names import CLASSICAL, DEEP

    unknown = [name for name in scenario.candidates if name not in (*CLASSICAL, DEEP)]
    if unknown:
        accepted = ", ".join((*CLASSICAL, DEEP))
        raise Refused(f"Scenario {scenario.name!r} lists the candidate {unknown[0]!r}; accepted for text: {accepted}.")


def fit_candidates(
    names: Sequence[str], rows: Rows, plan: FitPlan, parameters: Mapping[str, Parameters] | None = None
) -> Sequence[Candidate]:
    """Fit the named candidates on these rows, in this order; `parameters` replace a candidate's defaults."""
    given = parameters or {}
    if is_text(rows):
        return _fit_text(names, rows, plan, given)

    def fit(name: str) -> Candidate:
        pipeline = fit_pipeline(name, rows, PROFILES[plan.profile], plan.seed, given.get(name, {}))
        plan.report(f"fitted {name} in {pipeline.seconds:.1f} s")
        return pipeline

    return run_parallel([partial(fit, name) for name in names])


def fit_recipe(recipe: Recipe, rows: Rows, plan: FitPlan) -> Candidate:
    """Fit the candidate of the recipe on these rows."""
    members = fit_candidates(recipe.fits, rows, plan, recipe.parameters)
    return Ensemble(members, recipe.name) if recipe.members else members[0]


def _fit_text(
    names: Sequence[str], rows: Rows, plan: FitPlan, parameters: Mapping[str, Parameters]
) -> Sequence[Candidate]:
    from model_training.text.deep import DeepParams
    from model_training.text.fit import fit_text
    from model_training.text.names import DEEP

    def report(step: str, _done: float) -> None:
        plan.report(step)

    network = DeepParams(**parameters[DEEP]) if DEEP in parameters else None
    classes = len(rows.contract.labels)
    return fit_text(names, rows.X, rows.y, classes, profile=plan.profile, seed=plan.seed, report=report, params=network)
