"""What the engine reports on the real data sets is what is known about them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from model_training.estimators.candidates import FitPlan, Recipe
from model_training.estimators.families import fit_candidates
from model_training.runs.training import fit
from model_training.scenarios import SCENARIOS
from model_training.search.candidate_ranking import score_candidate
from model_training.search.comparison import compare_with_simplest
from model_training.steps.prepare import prepare_rows
from shared.adapters.tables import ArrowTables

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"

BANK, MACHINES = SCENARIOS["bank_marketing"], SCENARIOS["predictive_maintenance"]

pytestmark = pytest.mark.slow


def _read(scenario: str, table: str, file: str) -> pa.Table:
    """A file as ingest reads it: under the contract that the scenario declares for the table."""
    path, declared = DATA / scenario / file, SCENARIOS[scenario].table(table)
    if not path.exists():
        pytest.skip(f"The real data is not here: {path.name} is looked for beside the repository.")
    tables = ArrowTables()
    with path.open("rb") as source:
        return tables.check([tables.read(source, file, declared)], declared)


def _quiet(*_told: object, **_facts: object) -> None:
    """Nobody watches."""


@pytest.mark.whole_only
def test_bank_marketing() -> None:
    """AUC about 0.78 before the call and about 0.945 with its duration; a good deal above the bar.

    The served decision finds far more subscribers than one half would.
    """
    tables = {"clients": _read("bank_marketing", "clients", "bankmarketing_train.csv")}
    manifest = fit(tables, SCENARIOS["bank_marketing"], "demo", 1, _quiet).manifest
    # The 3314 judging rows tell an AUC to within 0.03.
    assert 0.76 <= manifest["metrics"]["auc"] <= 0.83
    assert manifest["metrics"]["auc_with_leakage"] >= 0.94
    assert manifest["interval"]["auc"][0] > SCENARIOS["bank_marketing"].bar.minimum
    assert manifest["metrics"]["f1"] > 0.4 > manifest["baseline"]["f1"]
    assert manifest["metrics"]["log_loss"] < manifest["baseline"]["log_loss"]
    (yes,) = manifest["decisions"].values()
    assert yes["served"]["test"]["f1"] > yes["half"]["test"]["f1"] + 0.05
    assert all(candidate["deployable"] for candidate in manifest["candidates"])


@pytest.mark.whole_only
def test_boosted_trees_clearly_beat_the_linear_model() -> None:
    """Over all rows, each third answered by candidates fitted on the others, the lead's interval is above zero."""
    prepared = prepare_rows({"clients": _read("bank_marketing", "clients", "bankmarketing_train.csv")}, BANK, 1)
    plan, held = FitPlan("default", 1, _quiet), prepared.rows.take(prepared.parts.validation)
    rows = prepared.rows.take(prepared.parts.train)
    fitted = fit_candidates(("lightgbm", "logistic"), rows, plan)
    boosted, simple = (score_candidate(each, Recipe(each.name), held, held.X[:100], len(rows.y)) for each in fitted)
    (lead,) = compare_with_simplest(prepared, boosted, [boosted, simple], plan)
    assert (lead.best, lead.other, lead.rows, lead.folds) == ("lightgbm", "logistic", 32_950, 3)
    assert lead.difference[0] > 0.003
    assert lead.clearly_better


def _machines() -> dict[str, pa.Table]:
    return {table.name: _read(MACHINES.name, table.name, f"PdM_{table.name}.csv") for table in MACHINES.tables}


def test_the_machines_files_are_read_under_their_contract() -> None:
    """Five files of twenty machines; prepared rows have a label of each component and lie in three parts of time."""
    prepared = prepare_rows(_machines(), MACHINES, 1)
    parts = prepared.parts
    assert prepared.rows.y.shape[1] == len(MACHINES.labels)
    assert parts.train.max() < parts.validation.min() < parts.test.min()


@pytest.mark.whole_only
def test_predictive_maintenance_learns_every_component() -> None:
    """Twenty machines of one spring: each of the four labels is learnt, with two days and more between the parts."""
    scenario, tables = MACHINES, _machines()
    manifest = fit(tables, scenario, "demo", 1, _quiet).manifest
    assert manifest["split"]["kind"] == "time"
    judged = {f"auc_{label}" for label in scenario.labels if f"auc_{label}" in manifest["metrics"]}
    assert judged | set(manifest["absent"]) >= {f"auc_{label}" for label in scenario.labels}
    assert manifest["metrics"]["auc"] > 0.75
    assert len(manifest["golden"]["probabilities"][0]) == 4


def test_iiot_quality_falls_into_the_trap_and_says_so() -> None:
    """A random split flatters (about 0.70); in time order the model knows nothing and stays below the bar."""
    tables = {
        "sensors": _read("iiot_quality", "sensors", "simulateddata.csv"),
        "quality": _read("iiot_quality", "quality", "batch-quality-data.csv"),
    }
    scenario = SCENARIOS["iiot_quality"]
    manifest = fit(tables, scenario, "demo", 1, _quiet).manifest
    assert manifest["split"]["kind"] == "time"
    assert manifest["metrics"]["auc"] == manifest["metrics"]["auc_time"] < scenario.bar.minimum - 0.1
    assert 0.64 <= manifest["metrics"]["auc_random"] <= 0.76
