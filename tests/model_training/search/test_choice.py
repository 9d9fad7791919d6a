"""Where validation cannot tell candidates apart, all learnable rows decide, and of equal ones the simplest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_training.data.rows import Prepared
from model_training.estimators.candidates import FitPlan, Recipe
from model_training.estimators.kinds import simplicity
from model_training.scenarios import SCENARIOS
from model_training.search.choice import by_folds
from model_training.search.cross_validation import FoldScores, OutOfFold, cross_validate
from model_training.steps.explore import explore_candidates
from model_training.steps.prepare import prepare_rows
from model_training.steps.train import Finals, train_finalists
from shared.core.scenario import GeneratorOptions, Scenario
from shared.training.decisions.thresholds import choose_threshold
from shared.training.fingerprints import fingerprints

BANK = replace(SCENARIOS["bank_marketing"], candidates=("lightgbm", "logistic"))
MACHINES = replace(SCENARIOS["predictive_maintenance"], candidates=("logistic",))
TEXTS = replace(SCENARIOS["text_classification"], candidates=("ridge", "complement_nb", "sgd_l2"))


def _quiet(*_told: object, **_facts: object) -> None:
    """Nobody watches."""


def _prepared(scenario: Scenario, rows: int, seed: int = 1) -> Prepared:
    assert scenario.generate is not None
    return prepare_rows(scenario.generate(rows, seed, GeneratorOptions()), scenario, seed)


def _finals(prepared: Prepared, profile: str = "default") -> Finals:
    plan = FitPlan(profile, 1, _quiet)
    return train_finalists(prepared, explore_candidates(prepared, plan), {}, plan)


@pytest.fixture(scope="module")
def bank() -> Prepared:
    """So few calls that validation cannot tell the candidates apart."""
    return _prepared(BANK, 300)


@pytest.fixture(scope="module")
def finals(bank: Prepared) -> Finals:
    """What the full profile chooses on them."""
    return _finals(bank)


def test_all_learnable_rows_decide_where_validation_cannot(bank: Prepared, finals: Finals) -> None:
    """Close candidates and their vote have scores on the folds, and the first is the best up to a tie."""
    judged = [each for each in finals.candidates if each.on_folds is not None]
    assert {each.name for each in judged} == {"lightgbm", "logistic", "ensemble"}
    assert finals.candidates[0].on_folds >= max(each.on_folds for each in judged) - 0.001  # type: ignore[operator, type-var]
    # Two repeats of the folds.
    assert len(finals.unseen.answers) == 2 * (len(bank.parts.train) + len(bank.parts.validation))


def test_the_short_profile_chooses_on_two_folds(bank: Prepared) -> None:
    """Every learnable row is answered once, for the choice and for the decisions."""
    finals = _finals(bank, "demo")
    judged = [each for each in finals.candidates if each.on_folds is not None]
    assert {each.name for each in judged} == {"lightgbm", "logistic", "ensemble"}
    assert finals.candidates[0].on_folds >= max(each.on_folds for each in judged) - 0.001  # type: ignore[operator, type-var]
    assert len(finals.unseen.answers) == len(bank.parts.train) + len(bank.parts.validation)


def test_of_equal_candidates_the_simplest_is_first(bank: Prepared) -> None:
    """Equal answers tie; one that is clearly better does not tie with a simpler one."""
    rows = np.sort(np.concatenate([bank.parts.train, bank.parts.validation]))
    truth = bank.y[rows]
    good = np.column_stack([1 - truth, truth]) * 0.6 + np.random.default_rng(1).random((len(rows), 2)) * 0.5
    found = OutOfFold(rows, {"forest": good, "lightgbm": good, "logistic": good[::-1]})
    recipes = [Recipe(name) for name in ("forest", "logistic", "lightgbm")]
    (first, best), second, (worst, _) = by_folds([*recipes], FoldScores(bank, found, 1))
    assert (first.name, second[0].name, worst.name) == ("lightgbm", "forest", "logistic")
    assert best == second[1]


def test_a_vote_is_less_simple_than_each_candidate() -> None:
    """And every candidate of every scenario has its place."""
    names = {name for scenario in SCENARIOS.values() for name in scenario.candidates} | {"ridge", "linear"}
    places = [simplicity(name) for name in names]
    assert len(set(places)) == len(names)
    assert simplicity("ensemble", ("logistic", "forest")) > max(places)


def test_rows_that_only_learn_are_in_the_fits_and_judge_in_no_fold(bank: Prepared) -> None:
    """Their labels hang on our own decisions: neither the choice nor the thresholds may rest on them."""
    fed_back = fingerprints(BANK, bank.frame).identity[bank.parts.train[:60]]
    prepared = prepare_rows({"clients": bank.frame}, BANK, 1, fed_back)
    assert len(prepared.learn_only) >= 60
    found = cross_validate(prepared, ("logistic",), {}, FitPlan("demo", 1, _quiet))
    assert not np.isin(found.rows, prepared.learn_only).any()
    learnable = np.concatenate([prepared.parts.train, prepared.parts.validation])
    assert sorted(found.rows) == sorted(np.setdiff1d(learnable, prepared.learn_only))
    assert np.isin(prepared.learn_only, prepared.parts.train).all()


@pytest.mark.parametrize("known", [0.25, 0.5])
def test_each_label_with_a_failure_gets_a_threshold_of_its_own(known: float) -> None:
    """Also one whose failures all come early: no validation row has it, and some fits know no such failure."""
    prepared = _prepared(MACHINES, 4_000)
    y, learnable = prepared.y.copy(), np.concatenate([prepared.parts.train, prepared.parts.validation])
    label = int(y[learnable[: len(learnable) // 4]].sum(axis=0).argmax())
    y[learnable[int(len(learnable) * known) :], label] = 0
    found = cross_validate(replace(prepared, y=y), ("logistic",), {}, FitPlan("demo", 1, _quiet))
    answers, truth = found.answers["logistic"][:, label], y[found.rows, label] == 1
    assert truth.any()
    assert not y[prepared.parts.validation, label].any()
    threshold = choose_threshold(MACHINES.decision, truth, answers)
    named = answers >= threshold
    assert threshold != 0.5
    assert 0 < named.sum() < 4 * truth.sum()


def test_a_vote_of_texts_competes_and_what_is_chosen_is_not_worse_than_any_classifier() -> None:
    """Over five seeds the chosen recipe is at most half a point below the best single classifier, on new posts."""
    chosen, single, names = [], [], TEXTS.candidates
    plan = FitPlan("default", 1, _quiet)
    from model_training.estimators.families import fit_candidates, fit_recipe

    for seed in range(5):
        prepared = _prepared(TEXTS, 200, seed)
        finals = _finals(prepared)
        assert "ensemble" in [each.name for each in finals.candidates]
        learnable = prepared.rows.take(np.concatenate([prepared.parts.train, prepared.parts.validation]))
        new = _prepared(TEXTS, 400, seed + 100).rows
        best = fit_recipe(finals.candidates[0].recipe, learnable, plan)
        chosen.append((best.predict(new.X).argmax(axis=1) == new.y).mean())
        fitted = fit_candidates(names, learnable, plan)
        single.append([(each.predict(new.X).argmax(axis=1) == new.y).mean() for each in fitted])
    assert np.mean(chosen) >= np.mean(single, axis=0).max() - 0.005
